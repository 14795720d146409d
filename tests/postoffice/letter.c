#include "postoffice/letter.h"

#include <gmime/gmime.h>

#include "base/token.h"

/* The first text/plain part, in the order a mail program shows them. */
static char *
plain_text(GMimeMessage *m)
{
	GMimePartIter *it = g_mime_part_iter_new((GMimeObject *)m);
	char *text = NULL;

	do {
		GMimeObject *o = g_mime_part_iter_get_current(it);

		if (o && GMIME_IS_TEXT_PART(o) && g_mime_content_type_is_type(g_mime_object_get_content_type(o), "text", "plain"))
			text = g_mime_text_part_get_text((GMimeTextPart *)o);
	} while (!text && g_mime_part_iter_next(it));
	g_mime_part_iter_free(it);
	return text;
}

static void
find_link(struct letter *l, const char *text)
{
	for (const char *s = text; (s = strstr(s, "/i/")); s += 3) {
		const char *begin = s;
		char token[TOKEN_LEN + 1];

		snprintf(token, sizeof(token), "%.*s", TOKEN_LEN, s + 3);
		if (!token_valid(token))
			continue;
		while (begin > text && !strchr(" \t\r\n<>\"'()", begin[-1]))
			begin--;
		if (strncmp(begin, "http://", 7) != 0 && strncmp(begin, "https://", 8) != 0)
			continue;
		l->link = arena_ndup(&l->arena, begin, (size_t)(s + 3 + TOKEN_LEN - begin));
		l->token = arena_dup(&l->arena, token);
		return;
	}
}

/* Who has nothing to open is named by the link that stops the mail: .../u/TOKEN. */
static void
find_token(struct letter *l, const char *list_unsubscribe)
{
	const char *s = list_unsubscribe ? strstr(list_unsubscribe, "/u/") : NULL;
	char token[TOKEN_LEN + 1];

	if (!s)
		return;
	snprintf(token, sizeof(token), "%.*s", TOKEN_LEN, s + 3);
	if (token_valid(token))
		l->token = arena_dup(&l->arena, token);
}

static const char *
headers_of(struct arena *a, const char *data, size_t len)
{
	const char *end = memmem(data, len, "\r\n\r\n", 4);

	return arena_ndup(a, data, end ? (size_t)(end - data) + 2 : len);
}

struct letter *
letter_read(const struct smtpd_mail *in, struct err *e)
{
	struct letter *l = mem_zalloc(sizeof(*l));
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(in->data, in->len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);
	char *text = NULL;

	*l = (struct letter){ .message_id = "", .to_name = "", .subject = "", .link = "", .token = "" };
	l->sender = arena_dup(&l->arena, in->sender);
	l->recipient = arena_dup(&l->arena, in->recipient);
	l->envid = arena_dup(&l->arena, in->envid);
	l->orcpt = arena_dup(&l->arena, in->orcpt);
	l->headers = headers_of(&l->arena, in->data, in->len);
	if (m) {
		InternetAddressList *to = g_mime_message_get_addresses(m, GMIME_ADDRESS_TYPE_TO);
		InternetAddress *first = to && internet_address_list_length(to) == 1 ?
		    internet_address_list_get_address(to, 0) : NULL;
		const char *name = first ? internet_address_get_name(first) : NULL;
		const char *id = g_mime_message_get_message_id(m), *subject = g_mime_message_get_subject(m);

		if (name)
			l->to_name = arena_dup(&l->arena, name);
		if (subject)
			l->subject = arena_dup(&l->arena, subject);
		if (id)
			l->message_id = arena_dup(&l->arena, id);
		if ((text = plain_text(m)))
			find_link(l, text);
		if (!*l->token)
			find_token(l, g_mime_object_get_header((GMimeObject *)m, "List-Unsubscribe"));
	}
	if (!m || !text || !*l->token || !*l->message_id) {
		err_set(e, ERR_INPUT, "%s", !m ? "not a message" : !text ? "no text part" :
		    !*l->token ? "neither a landing link in the text part nor one to unsubscribe" : "no Message-ID");
		letter_free(l);
		l = NULL;
	}
	g_free(text);
	if (m)
		g_object_unref(m);
	g_object_unref(parser);
	g_object_unref(stream);
	return l;
}

void
letter_free(struct letter *l)
{
	if (!l)
		return;
	arena_release(&l->arena);
	free(l);
}
