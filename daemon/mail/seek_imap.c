#include "mail/seek_imap.h"

#include <inttypes.h>
#include <strings.h>

#include "base/lang.h"
#include "mail/imap.h"

#define LITERAL_MAX_BYTES 65536		/* a folder name */

struct seek_imap {
	struct wire *w;
	struct imap m;
	struct folders *folders;	/* of the LIST under way */
	uint32_t uid;			/* of the SEARCH under way: the last one; 0: none */
	struct buf labels;		/* of the FETCH under way */
};

int
seek_imap_open(struct seek_imap **out, const struct seeking *k, struct err *e)
{
	struct seek_imap *s = mem_zalloc(sizeof(*s));
	struct fetch f = { .url = k->mailbox, .user = k->user, .password = k->password, .ca_file = k->ca_file, .stop = k->stop };

	*out = NULL;
	s->labels = (struct buf)BUF_INIT(65536);
	if (wire_open(&s->w, &f, e) < 0) {
		seek_imap_close(s, false);
		return -1;
	}
	imap_init(&s->m, s->w, LITERAL_MAX_BYTES);
	s->m.arg = s;
	if (imap_need(&s->m, "CAPABILITY", e) < 0) {
		seek_imap_close(s, false);
		return -1;
	}
	*out = s;
	return 0;
}

void
seek_imap_close(struct seek_imap *s, bool well)
{
	if (!s)
		return;
	if (well)
		imap_command(&s->m, "LOGOUT", NULL);
	imap_release(&s->m);
	wire_close(s->w);
	buf_release(&s->labels);
	free(s);
}

/* --- LIST ------------------------------------------------------------------ */

/* A quoted string, an atom or NIL at *p, which moves on behind it. */
static char *
string(struct arena *a, const char **p)
{
	const char *s = *p + strspn(*p, " ");
	struct buf b = BUF_INIT(LITERAL_MAX_BYTES);
	char *out;

	if (*s == '"') {
		for (s++; *s && *s != '"'; s++) {
			if (*s == '\\' && s[1])
				s++;
			buf_char(&b, *s);
		}
		s += *s == '"';
	} else {
		size_t n = strcspn(s, " ");

		if (strncasecmp(s, "NIL", n) != 0 || n != 3)
			buf_add(&b, s, n);
		s += n;
	}
	*p = s;
	out = arena_dup(a, buf_str(&b));
	buf_release(&b);
	return out;
}

/* * LIST (\HasNoChildren \Junk) "/" "Junk" */
static int
take_list(struct imap *m, struct err *e)
{
	struct seek_imap *s = m->arg;
	struct arena *a = &s->folders->arena;
	const char *p = buf_str(&m->text) + 2, *attributes, *delimiter, *wire, *name;

	(void)e;
	if (strncasecmp(p, "LIST (", 6) != 0 || !strchr(p, ')'))
		return 0;
	attributes = arena_ndup(a, p + 6, strcspn(p + 6, ")"));
	p = strchr(p, ')') + 1;
	delimiter = string(a, &p);
	wire = m->has_literal ? arena_dup(a, buf_str(&m->literal)) : string(a, &p);
	if (!*wire || strcasestr(attributes, "\\Noselect") || strcasestr(attributes, "\\NonExistent"))
		return 0;
	name = folder_name(a, wire);
	folders_add(s->folders, wire, name, folder_use(attributes, name, *delimiter));
	return 0;
}

int
seek_imap_list(struct seek_imap *s, struct folders *f, struct err *e)
{
	int rc = 0;

	s->folders = f;
	s->m.each = take_list;
	/* Who can say it may say it only when asked; who cannot is not asked. */
	if (imap_can(&s->m, "SPECIAL-USE") && imap_can(&s->m, "LIST-EXTENDED"))
		rc = imap_command(&s->m, "LIST \"\" \"*\" RETURN (SPECIAL-USE)", e);
	if (rc == 0) {
		f->n = 0;
		rc = imap_need(&s->m, "LIST \"\" \"*\"", e) < 0 ? -1 : 1;
	}
	s->m.each = NULL;
	if (rc == 1 && f->n == 0)
		return err_set(e, ERR_NETWORK, TR("mailbox %s: the server lists no folder", "hộp thư %s: máy chủ không liệt kê thư mục nào"),
		    wire_host(s->w));
	return rc < 0 ? -1 : 0;
}

/* --- SEARCH ------------------------------------------------------------------ */

static int
take_search(struct imap *m, struct err *e)
{
	struct seek_imap *s = m->arg;
	const char *p = buf_str(&m->text) + 2;

	(void)e;
	if (strncasecmp(p, "SEARCH", 6) != 0)
		return 0;
	for (p += 6; *p; p += strspn(p, " ")) {
		char *end;
		unsigned long v = strtoul(p, &end, 10);

		if (end == p)
			break;
		s->uid = (uint32_t)v;
		p = end;
	}
	return 0;
}

static int
take_labels(struct imap *m, struct err *e)
{
	struct seek_imap *s = m->arg;
	const char *p = strcasestr(buf_str(&m->text), "X-GM-LABELS (");

	(void)e;
	if (p) {
		buf_clear(&s->labels);
		buf_str_add(&s->labels, p + 13);
	}
	return 0;
}

/* Of a message that lies in the folder of all mail alone. */
static int
by_labels(struct seek_imap *s, enum place *place, struct err *e)
{
	char what[64];

	*place = PLACE_OTHER;
	if (!imap_can(&s->m, "X-GM-EXT-1"))
		return 0;
	snprintf(what, sizeof(what), "UID FETCH %" PRIu32 " (X-GM-LABELS)", s->uid);
	buf_clear(&s->labels);
	s->m.each = take_labels;
	if (imap_need(&s->m, what, e) < 0)
		return -1;
	s->m.each = NULL;
	/* Quoted or not, with one backslash or two. */
	if (strcasestr(buf_str(&s->labels), "\\Spam") || strcasestr(buf_str(&s->labels), "\\Junk"))
		*place = PLACE_SPAM;
	else if (strcasestr(buf_str(&s->labels), "\\Inbox"))
		*place = PLACE_INBOX;
	return 0;
}

static int
search(struct seek_imap *s, const char *message_id, struct err *e)
{
	struct buf what = BUF_INIT(4096), id = BUF_INIT(1024);
	int rc;

	buf_printf(&id, "<%s>", message_id);
	buf_str_add(&what, "UID SEARCH HEADER Message-ID ");
	rc = imap_quoted(&what, buf_str(&id), e);
	s->uid = 0;
	s->m.each = take_search;
	if (rc == 0)
		rc = imap_need(&s->m, buf_str(&what), e);
	s->m.each = NULL;
	buf_release(&what);
	buf_release(&id);
	return rc;
}

int
seek_imap_look(struct seek_imap *s, const struct folder *f, struct arena *a, struct sought *list, size_t n, struct err *e)
{
	int rc;

	s->m.exists = 0;
	if ((rc = imap_command_folder(&s->m, "EXAMINE ", f->wire, e)) < 0)
		return -1;
	if (rc == 0) {
		err_set(e, ERR_NETWORK, TR("mailbox %s: folder '%s' cannot be opened: %.200s",
		    "hộp thư %s: không mở được thư mục '%s': %.200s"), wire_host(s->w), f->name, buf_str(&s->m.text));
		return 1;
	}
	for (size_t i = 0; i < n && s->m.exists > 0; i++) {
		if (list[i].place != PLACE_MISSING)
			continue;
		if (search(s, list[i].message_id, e) < 0)
			return -1;
		if (!s->uid)
			continue;
		list[i].place = place_of(f->use);
		list[i].folder = arena_dup(a, f->name);
		if (f->use == FOLDER_ALL && by_labels(s, &list[i].place, e) < 0)
			return -1;
	}
	return 0;
}
