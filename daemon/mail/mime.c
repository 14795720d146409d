#include "mail/mime.h"

#include <strings.h>

struct reading {
	struct arena *a;
	int parts;
};

/* LF line ends, no NUL bytes; a copy in the arena. */
static char *
normalize(struct arena *a, const char *s, size_t len, size_t *out_len)
{
	char *out = arena_alloc(a, len + 1);
	size_t n = 0;

	if (!memchr(s, '\r', len)) {
		memcpy(out, s, len);
		n = len;
	} else {
		for (size_t i = 0; i < len; i++) {
			if (s[i] != '\r')
				out[n++] = s[i];
			else if (i + 1 < len && s[i + 1] == '\n')
				continue;
			else if (i + 2 < len && s[i + 1] == '\r' && s[i + 2] == '\n')
				continue;	/* CR CR LF: one line end, written twice over */
			else
				out[n++] = '\n';
		}
	}
	for (char *p = memchr(out, '\0', n); p; p = memchr(p, '\0', n - (size_t)(p - out)))
		*p = ' ';
	out[n] = '\0';
	*out_len = n;
	return out;
}

static const char *
line_end(const char *p, const char *end)
{
	const char *nl = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;

	return nl ? nl : end;
}

/* "Name:" at p: the length of the name, 0 when the line is no header. */
static size_t
field_name(const char *p, const char *eol)
{
	const char *s = p;

	while (s < eol && *s > ' ' && *s < 0x7f && *s != ':')
		s++;
	if (s == p || s - p > 76)
		return 0;
	if (s < eol && *s == ':')
		return (size_t)(s - p);
	/* "Subject : x" */
	for (const char *t = s; t < eol && (*t == ' ' || *t == '\t') && t - s < 3; t++)
		if (t + 1 < eol && t[1] == ':')
			return (size_t)(s - p);
	return 0;
}

/*
 * The value from p on with its continuation lines; *next is where the following line begins. A line of blanks ends it, but
 * among fields in a body not when an indented line that is no field follows.
 */
static const char *
field_value(struct arena *a, const char *p, const char *end, const char **next, bool in_body)
{
	const char *eol = line_end(p, end);
	char *out, *w;

	while (eol + 1 < end && (eol[1] == ' ' || eol[1] == '\t')) {
		const char *more = line_end(eol + 1, end);
		const char *s = eol + 1;

		while (s < more && (*s == ' ' || *s == '\t'))
			s++;
		if (s == more) {
			const char *t = more;

			while (in_body && t < end && (*t == '\n' || *t == ' ' || *t == '\t') && t - more < 80)
				t++;
			if (!in_body || t == end || t < more + 2 || t[-1] == '\n' || field_name(t, line_end(t, end)))
				break;
		}
		eol = more;
	}
	*next = eol < end ? eol + 1 : end;
	while (p < eol && (*p == ' ' || *p == '\t' || *p == '\n'))
		p++;
	while (eol > p && (eol[-1] == ' ' || eol[-1] == '\t' || eol[-1] == '\n'))
		eol--;
	w = out = arena_alloc(a, (size_t)(eol - p) + 1);
	while (p < eol) {
		if (*p == '\n') {
			while (w > out && (w[-1] == ' ' || w[-1] == '\t'))
				w--;
			while (p < eol && (*p == ' ' || *p == '\t' || *p == '\n'))
				p++;
			*w++ = ' ';
		} else {
			*w++ = *p++;
		}
	}
	*w = '\0';
	return out;
}

static bool
looks_like_header(const char *p, const char *end)
{
	return p < end && field_name(p, line_end(p, end)) != 0;
}

/* Reads headers from p; returns where the body begins. */
static const char *
read_headers(struct arena *a, const char *p, const char *end, struct mime_header **out)
{
	struct mime_header **tail = out;
	int n = 0;

	while (p < end && *p == '\n')
		p++;
	if (end - p > 5 && memcmp(p, "From ", 5) == 0)
		p = line_end(p, end) + (line_end(p, end) < end);
	else if (end - p > 6 && memcmp(p, ">From ", 6) == 0)
		p = line_end(p, end) + (line_end(p, end) < end);
	if (end - p > 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	while (p < end && *p != '\n') {
		const char *eol = line_end(p, end);
		size_t name = field_name(p, eol);
		struct mime_header *h;

		if (name == 0) {
			const char *blank = p;

			while (blank < eol && (*blank == ' ' || *blank == '\t'))
				blank++;
			if (blank == eol)
				return eol < end ? eol + 1 : end;
			/* No header: a stray line among headers, or the body without a blank line before it. */
			if (eol < end && looks_like_header(eol + 1, end) && *out) {
				p = eol + 1;
				continue;
			}
			return p;
		}
		if (++n > MIME_HEADERS_MAX) {
			p = eol < end ? eol + 1 : end;
			continue;
		}
		h = arena_alloc(a, sizeof(*h));
		h->name = arena_ndup(a, p, name);
		p += name;
		p += strcspn(p, ":") + 1;
		h->value = field_value(a, p, end, &p, false);
		*tail = h;
		tail = &h->next;
	}
	return p < end ? p + 1 : end;
}

size_t
mime_headers_len(const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	while (p < end && *p != '\n') {
		const char *eol = line_end(p, end);

		if (*p != ' ' && *p != '\t' && field_name(p, eol) == 0)
			break;
		p = eol < end ? eol + 1 : end;
	}
	return (size_t)(p - text) + (p < end && *p == '\n');
}

struct mime_header *
mime_fields(struct arena *a, const char *text, size_t len)
{
	struct mime_header *first = NULL, **tail = &first;
	const char *p = text, *end = text + len;
	bool blank = false;
	int n = 0;

	while (p < end && n < MIME_HEADERS_MAX) {
		const char *eol = line_end(p, end), *s = p;
		size_t name;

		while (s < eol && (*s == ' ' || *s == '\t'))
			s++;
		if (s == eol) {
			blank = true;
		} else if ((name = field_name(s, eol)) != 0) {
			struct mime_header *h = arena_alloc(a, sizeof(*h));

			h->name = arena_ndup(a, s, name);
			s += name;
			s += strcspn(s, ":") + 1;
			h->value = field_value(a, s, end, &p, true);
			h->after_blank = blank;
			blank = false;
			*tail = h;
			tail = &h->next;
			n++;
			continue;
		}
		p = eol < end ? eol + 1 : end;
	}
	return first;
}

const struct mime_header *
mime_next(const struct mime_part *m, const struct mime_header *h, const char *name)
{
	for (h = h ? h->next : m->headers; h; h = h->next)
		if (strcasecmp(h->name, name) == 0)
			return h;
	return NULL;
}

const char *
mime_get(const struct mime_part *m, const char *name)
{
	const struct mime_header *h = mime_next(m, NULL, name);

	return h ? h->value : "";
}

const char *
mime_param(struct arena *a, const char *value, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = strchr(value, ';'); p; ) {
		char *out, *w;

		p++;
		p += strspn(p, " \t;");
		if (strncasecmp(p, name, n) == 0 && (p[n] == '=' || p[n] == ' ' || p[n] == '*')) {
			p += n + strcspn(p + n, "=");
			if (!*p)
				return "";
			p++;
			p += strspn(p, " \t");
			w = out = arena_alloc(a, strlen(p) + 1);
			if (*p == '"') {
				for (p++; *p && *p != '"'; p++) {
					if (*p == '\\' && p[1])
						p++;
					*w++ = *p;
				}
			} else {
				while (*p && *p != ';' && *p != ' ' && *p != '\t')
					*w++ = *p++;
			}
			*w = '\0';
			return out;
		}
		/* To the next ';' outside of quotes. */
		for (bool quoted = false; *p && (quoted || *p != ';'); p++) {
			if (*p == '"')
				quoted = !quoted;
			else if (*p == '\\' && p[1] && quoted)
				p++;
		}
		if (!*p)
			break;
	}
	return "";
}

static const char *
lower(struct arena *a, const char *s, size_t n)
{
	char *out = arena_ndup(a, s, n);

	for (char *p = out; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	return out;
}

static void	read_part(struct reading *, struct mime_part *, const char *p, const char *end);

/* Is the line at p "--boundary"? 1 opens a part, 2 ends the last one, 0 no. */
static int
boundary_line(const char *p, const char *eol, const char *boundary, size_t n)
{
	const char *s;

	if ((size_t)(eol - p) < n + 2 || p[0] != '-' || p[1] != '-' || memcmp(p + 2, boundary, n) != 0)
		return 0;
	s = p + 2 + n;
	if (eol - s >= 2 && s[0] == '-' && s[1] == '-')
		return 2;
	while (s < eol && (*s == ' ' || *s == '\t'))
		s++;
	return s == eol;
}

/* Without a usable boundary parameter: the first "--xyz" line that a header line follows. */
static const char *
guess_boundary(struct arena *a, const char *p, const char *end)
{
	for (; p < end; p = line_end(p, end) + 1) {
		const char *eol = line_end(p, end);
		size_t n = (size_t)(eol - p);

		while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
			n--;
		if (n > 4 && n < 200 && p[0] == '-' && p[1] == '-' && p[2] != '-' && p[2] != ' ' && eol < end &&
		    strncasecmp(eol + 1, "content-", 8) == 0)
			return arena_ndup(a, p + 2, n - 2);
	}
	return "";
}

static struct mime_part *
new_part(struct reading *r, int depth)
{
	struct mime_part *m = arena_alloc(r->a, sizeof(*m));

	m->type = "text/plain";
	m->charset = m->report_type = "";
	m->body = "";
	m->depth = depth;
	r->parts++;
	return m;
}

static void
read_multipart(struct reading *r, struct mime_part *m, const char *boundary)
{
	const char *p = m->body, *end = p + m->len, *start = NULL;
	struct mime_part **tail = &m->child;
	size_t n;

	for (int guessed = 0; guessed < 2 && !m->child; guessed++) {
		if (guessed || !*boundary)
			boundary = guess_boundary(r->a, m->body, end);
		if (!*boundary)
			return;
		n = strlen(boundary);
		start = NULL;
		for (p = m->body; p <= end; p = line_end(p, end) + 1) {
			const char *eol = p < end ? line_end(p, end) : end;
			int what = p < end ? boundary_line(p, eol, boundary, n) : 2;

			if (what && start && r->parts < MIME_PARTS_MAX) {
				struct mime_part *c = new_part(r, m->depth + 1);
				const char *stop = p > start && p < end ? p - 1 : p;	/* the line end belongs to the boundary */

				read_part(r, c, start, stop > end ? end : stop);
				*tail = c;
				tail = &c->next;
				start = NULL;
			}
			if (what == 1)
				start = eol < end ? eol + 1 : end;
			if (p >= end)
				break;
		}
	}
}

static void
read_part(struct reading *r, struct mime_part *m, const char *p, const char *end)
{
	const char *type, *enc;
	size_t n;

	/* A part may begin with a blank line: it has no headers, then. */
	if (m->depth > 0 && p < end && *p == '\n')
		p++;
	else
		p = read_headers(r->a, p, end, &m->headers);
	m->body = p;
	m->len = (size_t)(end - p);
	type = mime_get(m, "Content-Type");
	type += strspn(type, " \t");
	n = strcspn(type, "; \t");
	if (n)
		m->type = lower(r->a, type, n);
	m->charset = mime_param(r->a, type, "charset");
	m->report_type = lower(r->a, mime_param(r->a, type, "report-type"), strlen(mime_param(r->a, type, "report-type")));
	enc = mime_get(m, "Content-Transfer-Encoding");
	m->encoding = strncasecmp(enc, "quoted-printable", 16) == 0 ? MIME_QP :
	    strncasecmp(enc, "base64", 6) == 0 ? MIME_BASE64 : MIME_PLAIN;
	if (m->depth >= MIME_DEPTH_MAX)
		return;
	if (strncmp(m->type, "multipart/", 10) == 0) {
		read_multipart(r, m, mime_param(r->a, type, "boundary"));
		if (!m->child)
			m->type = "text/plain";
	} else if (strcmp(m->type, "message/rfc822") == 0 || strcmp(m->type, "message/global") == 0 ||
	    strcmp(m->type, "message/news") == 0) {
		const char *body = m->body;
		size_t len = m->len;

		if (m->encoding != MIME_PLAIN && !looks_like_header(body, body + len)) {
			const char *raw = mime_decode(r->a, m, &len);

			body = normalize(r->a, raw, len, &len);
		}
		if (r->parts < MIME_PARTS_MAX) {
			m->child = new_part(r, m->depth + 1);
			/* Depth 0 rules for headers: an enclosed message may begin with "From ". */
			while (len && (*body == '\n')) {
				body++;
				len--;
			}
			read_part(r, m->child, body, body + len);
		}
	}
}

struct mime_part *
mime_read(struct arena *a, const char *msg, size_t len)
{
	struct reading r = { a, 0 };
	struct mime_part *m = new_part(&r, 0);
	size_t n;
	const char *s;

	if (len >= 3 && memcmp(msg, "\xef\xbb\xbf", 3) == 0) {
		msg += 3;
		len -= 3;
	}
	s = normalize(a, msg, len, &n);
	read_part(&r, m, s, s + n);
	return m;
}
