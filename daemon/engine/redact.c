#include "engine/redact.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "mail/mime.h"

#define TEXT_MAX (64u << 20)
#define LOCAL_LEAST 2		/* a shorter local part is any letter */

void
needles_init(struct needles *n, const char *name, const char *key)
{
	bool whole = strchr(key, ' ') != NULL;

	*n = (struct needles){ .arena = ARENA_INIT };
	n->name = whole ? arena_dup(&n->arena, name) : "";
	n->key = whole ? arena_dup(&n->arena, key) : "";
}

void
needles_add(struct needles *n, const char *email)
{
	const char *s = text_lower_ascii(&n->arena, email), *at = strchr(s, '@');
	size_t i = 0;

	if (!at || at == s || !at[1])
		return;
	while (i < n->n && strlen(n->email[i]) >= strlen(s)) {
		if (strcmp(n->email[i], s) == 0)
			return;
		i++;
	}
	n->email = mem_room(n->email, n->n, &n->cap, sizeof(*n->email));
	memmove(n->email + i + 1, n->email + i, (n->n - i) * sizeof(*n->email));
	n->email[i] = s;
	n->n++;
}

void
needles_find(struct needles *n, const char *text)
{
	static const char apart[] = " \t\r\n\v\f,;:|<>()[]{}\"'";

	for (const char *p = text; *p; ) {
		size_t len = strcspn(p, apart);

		if (memchr(p, '@', len))
			needles_add(n, arena_ndup(&n->arena, p, len));
		p += len;
		p += strspn(p, apart);
	}
}

void
needles_release(struct needles *n)
{
	free(n->email);
	arena_release(&n->arena);
}

static bool
in_word(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* The next place where `what` stands by itself, in any case of ASCII. */
static const char *
find(const char *from, const char *text, const char *what)
{
	size_t n = strlen(what);

	for (const char *p = from; n && (p = strcasestr(p, what)); p++)
		if ((p == text || (!in_word(p[-1]) && !strchr("._-+", p[-1]))) && !in_word(p[n]) &&
		    (!p[n] || !strchr("._-+", p[n]) || !in_word(p[n + 1])))
			return p;
	return NULL;
}

static const char *
cut_out(struct arena *a, const char *text, const char *what)
{
	struct buf b = BUF_INIT(TEXT_MAX);
	const char *from = text, *p, *s;

	if (!find(text, text, what))
		return text;
	while ((p = find(from, text, what))) {
		buf_add(&b, from, (size_t)(p - from));
		buf_str_add(&b, REDACTED);
		from = p + strlen(what);
	}
	buf_str_add(&b, from);
	s = arena_dup(a, b.failed ? REDACTED : buf_str(&b));
	buf_release(&b);
	return s;
}

static bool
has_name(struct arena *a, const struct needles *n, const char *text)
{
	const char *folded;

	if (!*n->key)
		return false;
	folded = text_fold(a, text_nfc(a, text, strlen(text)));
	return find(folded, folded, n->key) != NULL;
}

const char *
redact(struct arena *a, const struct needles *n, const char *text)
{
	const char *s = text;

	for (size_t i = 0; i < n->n; i++)
		s = cut_out(a, s, n->email[i]);
	for (size_t i = 0; i < n->n; i++) {
		size_t local = (size_t)(strchr(n->email[i], '@') - n->email[i]);

		if (local >= LOCAL_LEAST)
			s = cut_out(a, s, arena_ndup(a, n->email[i], local));
	}
	if (*n->name)
		s = cut_out(a, s, n->name);
	if (has_name(a, n, s))
		s = REDACTED;
	return s == text ? NULL : s;
}

static bool
told_in(struct arena *a, const struct needles *n, const char *text, bool names_too)
{
	for (size_t i = 0; i < n->n; i++)
		if (find(text, text, n->email[i]))
			return true;
	return names_too && has_name(a, n, text);
}

/* What is no text may hold NULs: an .xlsx is one file behind the other. */
static const char *
as_text(struct arena *a, const char *s, size_t len)
{
	char *t = arena_ndup(a, s, len);

	for (size_t i = 0; i < len; i++)
		if (!t[i])
			t[i] = ' ';
	return t;
}

static bool
part_tells(struct arena *a, const struct needles *n, const struct mime_part *p, bool names_too)
{
	for (; p; p = p->next) {
		const char *s;
		size_t len;

		for (const struct mime_header *h = p->headers; h; h = h->next)
			if (told_in(a, n, mime_words(a, h->value), names_too))
				return true;
		if (p->child) {
			if (part_tells(a, n, p->child, names_too))
				return true;
			continue;
		}
		if (strncmp(p->type, "text/", 5) == 0) {
			s = mime_text(a, p);
		} else {
			s = mime_decode(a, p, &len);
			s = as_text(a, s, len);
		}
		if (told_in(a, n, s, names_too))
			return true;
	}
	return false;
}

bool
redact_needed(struct arena *a, const struct needles *n, const char *msg, size_t len, bool names_too)
{
	return told_in(a, n, as_text(a, msg, len), false) || part_tells(a, n, mime_read(a, msg, len), names_too);
}
