#include "web/form.h"

#include <ctype.h>
#include <strings.h>

static int
hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes in place what stands in s; returns the new length. */
static size_t
decode(char *s, size_t n)
{
	size_t o = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '%' && i + 2 < n && hex((unsigned char)s[i + 1]) >= 0 && hex((unsigned char)s[i + 2]) >= 0) {
			s[o++] = (char)(hex((unsigned char)s[i + 1]) << 4 | hex((unsigned char)s[i + 2]));
			i += 2;
		} else {
			s[o++] = s[i] == '+' ? ' ' : s[i];
		}
	}
	s[o] = '\0';
	return o;
}

char *
form_value(struct arena *a, const char *body, size_t len, const char *name)
{
	size_t want = strlen(name);

	for (size_t i = 0; i < len;) {
		const char *end = memchr(body + i, '&', len - i), *eq;
		size_t n = end ? (size_t)(end - body) - i : len - i;
		char *key, *value;

		eq = memchr(body + i, '=', n);
		key = arena_ndup(a, body + i, eq ? (size_t)(eq - body) - i : n);
		if (decode(key, strlen(key)) == want && memcmp(key, name, want) == 0) {
			size_t from = eq ? (size_t)(eq - body) + 1 : i + n, all = i + n - from;

			if (memchr(body + from, '\0', all))
				return NULL;
			value = arena_ndup(a, body + from, all);
			all = decode(value, all);
			return strlen(value) == all ? value : NULL;
		}
		i += n + 1;
	}
	return NULL;
}

bool
path_match(const char *pattern, const char *path, struct path_segs *segs)
{
	size_t n = 0;

	while (*pattern) {
		if (*pattern == '*') {
			size_t len = strcspn(path, "/");

			if (len == 0 || len > PATH_SEG_MAX || n == PATH_SEGS)
				return false;
			memcpy(segs->s[n], path, len);
			segs->s[n++][len] = '\0';
			path += len;
			pattern++;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *path == '\0';
}

void
url_escape(struct buf *b, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
			buf_char(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

static size_t
scheme_len(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0 ? 8 : strncasecmp(url, "http://", 7) == 0 ? 7 : 0;
}

char *
url_for_token(struct arena *a, const char *url, const char *token)
{
	static const char gap[] = "{{token}}";
	struct buf b = BUF_INIT(8192);
	char *out = NULL;

	if (!scheme_len(url))
		return NULL;
	while (*url) {
		unsigned char c = (unsigned char)*url;

		if (strncmp(url, gap, sizeof(gap) - 1) == 0) {
			url_escape(&b, token);
			url += sizeof(gap) - 1;
			continue;
		}
		if (c <= 0x20 || c >= 0x7f)	/* neither a header line's end nor bare UTF-8 gets into Location */
			buf_printf(&b, "%%%02X", c);
		else
			buf_char(&b, (char)c);
		url++;
	}
	if (!b.failed)
		out = arena_dup(a, buf_str(&b));
	buf_release(&b);
	return out;
}

char *
url_origin(struct arena *a, const char *url)
{
	size_t n = scheme_len(url), host = n ? strcspn(url + n, "/?#") : 0;

	if (host == 0 || host > 255)
		return NULL;
	for (size_t i = n; i < n + host; i++)
		if (!isalnum((unsigned char)url[i]) && !strchr(".-:[]", url[i]))
			return NULL;
	return arena_ndup(a, url, n + host);
}
