/* Addresses in report fields and in text. */
#include "mail/report.h"

#include <strings.h>

static bool
is_atext(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80 ||
	    (c && strchr(".!#$%&'*+-/=?^_`{|}~", c));
}

static bool
is_domain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' ||
	    c >= 0x80 || c == '#';
}

static const char *
finish(struct arena *a, const char *s, size_t n)
{
	char *out = arena_ndup(a, s, n), *at = strrchr(out, '@');

	for (char *p = at; p && *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	return out;
}

/* What stands right before a local part and could belong to one: quotes, "to=", X.400's "dda:SMTP=", the path of a file. */
static const char *
without_prefix(const char *b, const char *at)
{
	static const char *const names[] = { "smtp=", "to=", "rcpt=", "recipient=", "email=", "user=" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		size_t n = strlen(names[i]);

		if ((size_t)(at - b) > n && strncasecmp(b, names[i], n) == 0)
			b += n;
	}
	if (*b == '/') {
		const char *last = memrchr(b, '/', (size_t)(at - b));

		if (last + 1 < at)
			b = last;
	}
	while (b < at && strchr("'.=`*/|", *b))
		b++;
	return b;
}

const char *
report_next_address(struct arena *a, const char **pp, const char **start, size_t *len)
{
	for (const char *at = strchr(*pp, '@'); at; at = strchr(at + 1, '@')) {
		const char *b = at, *e = at + 1;

		if (b > *pp && b[-1] == '"') {
			for (b--; b > *pp && b[-1] != '"' && b[-1] != '\n'; b--)
				;
			if (b > *pp && b[-1] == '"')
				b--;
			else
				b = at;
		}
		while (b > *pp && at - b < 256 && is_atext((unsigned char)b[-1]))
			b--;
		b = without_prefix(b, at);
		/* White space in text of several bytes (NBSP, full-width) is no part of a name. */
		for (const char *p = b; p < at; p++)
			if ((unsigned char)p[0] == 0xc2 && (unsigned char)p[1] == 0xa0)
				b = p + 2;
			else if ((unsigned char)p[0] == 0xe3 && (unsigned char)p[1] == 0x80 && p + 2 < at)
				b = p + 3;
		if (*e == '[') {
			while (*e && *e != ']' && *e != '\n' && *e != ' ')
				e++;
			if (*e == ']')
				e++;
		} else {
			while (is_domain((unsigned char)*e) && !(e[0] == '.' && e[1] == '.'))
				e++;
			while (e > at + 1 && (e[-1] == '.' || e[-1] == '-' || e[-1] == '_'))
				e--;
		}
		if (b == at || e == at + 1 || e - at > 256) {
			if (e > at + 1)
				at = e - 1;
			continue;
		}
		*start = b;
		*len = (size_t)(e - b);
		*pp = e;
		return finish(a, b, *len);
	}
	return NULL;
}

/* xtext of RFC 3461 ("+3D") and the utf-8 form of RFC 6533 ("\x{e9}"). */
static const char *
decode_utf8_address(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, strlen(s) * 2 + 1), *w = out;

	if (!strstr(s, "\\x{"))
		return s;
	while (*s) {
		if (strncmp(s, "\\x{", 3) == 0) {
			unsigned long u = strtoul(s + 3, NULL, 16);
			const char *end = strchr(s, '}');

			if (!end || u == 0 || u > 0x10ffff)
				return "";
			if (u < 0x80)
				*w++ = (char)u;
			else if (u < 0x800)
				*w++ = (char)(0xc0 | u >> 6), *w++ = (char)(0x80 | (u & 63));
			else if (u < 0x10000)
				*w++ = (char)(0xe0 | u >> 12), *w++ = (char)(0x80 | (u >> 6 & 63)), *w++ = (char)(0x80 | (u & 63));
			else
				*w++ = (char)(0xf0 | u >> 18), *w++ = (char)(0x80 | (u >> 12 & 63)),
				*w++ = (char)(0x80 | (u >> 6 & 63)), *w++ = (char)(0x80 | (u & 63));
			s = end + 1;
		} else {
			*w++ = *s++;
		}
	}
	*w = '\0';
	return out;
}

const char *
report_address(struct arena *a, const char *s)
{
	const char *p = strchr(s, ';'), *start, *angle;
	size_t len;

	/* "rfc822;", "x400;", "unknown;", "system;" before it */
	if (p && strcspn(s, "@<\" ") > (size_t)(p - s))
		s = p + 1;
	s += strspn(s, " \t");
	if (strncasecmp(s, "smtp:", 5) == 0)
		s += 5;
	s = decode_utf8_address(a, s);
	if ((angle = strchr(s, '<')) && strchr(angle, '@'))
		s = angle;
	if (*s == '<' && s[1] == '@') {		/* a source route: <@relay:user@host> */
		const char *colon = strchr(s, ':');

		if (colon)
			s = colon + 1;
	}
	p = s;
	return (p = report_next_address(a, &p, &start, &len)) ? p : "";
}

bool
report_header_has(struct arena *a, const struct mime_part *m, const char *name, const char *address)
{
	for (const struct mime_header *h = NULL; (h = mime_next(m, h, name)); ) {
		const char *p = h->value, *found, *start;
		size_t len;

		while ((found = report_next_address(a, &p, &start, &len)))
			if (strcasecmp(found, address) == 0)
				return true;
	}
	return false;
}

bool
report_from_list(const struct report *r)
{
	return r->returned && (*mime_get(r->returned, "List-Id") || *mime_get(r->returned, "List-Post") ||
	    *mime_get(r->returned, "Mailing-List") || *mime_get(r->returned, "X-BeenThere"));
}

const char *
report_intended(struct report *r)
{
	static const char *const failed[] = { "X-Failed-Recipients", "X-Failed-Recipient" };
	static const char *const to[] = { "X-Original-To", "Envelope-To", "X-Rcpt-To", "To" };
	const char *p, *start, *first = NULL;
	size_t len;

	for (size_t i = 0; i < COUNT_OF(failed) && !first; i++) {
		p = mime_get(r->top, failed[i]);
		first = report_next_address(r->a, &p, &start, &len);
	}
	for (size_t i = 0; r->returned && !report_from_list(r) && i < COUNT_OF(to) && !first; i++) {
		p = mime_get(r->returned, to[i]);
		first = report_next_address(r->a, &p, &start, &len);
	}
	return first ? first : "";
}

bool
report_is_reply(const char *subject)
{
	/* "[EXTERNAL] Re: x", "***SPAM*** Re: x" */
	for (;;) {
		subject += strspn(subject, " *");
		if (*subject == '[' && strchr(subject, ']'))
			subject = strchr(subject, ']') + 1;
		else if (strncmp(subject, "SPAM*", 5) == 0)
			subject += 5;
		else
			break;
	}
	return strncasecmp(subject, "re:", 3) == 0;
}

bool
report_is_daemon(const char *s)
{
	static const char *const names[] = { "mailer-daemon", "mailerdaemon", "mailer_daemon", "mdaemon", "postmaster",
	    "mail-daemon", "maildaemon", "mail.daemon", "mailer", "mailsubsystem", "nobody", "root", "mailadmin", "daemon",
	    "mailmaster", "post_master", "mail-administrator", "microsoftexchange", "no-reply-bounce", "bounce-notification" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		size_t n = strlen(names[i]);

		if (strncasecmp(s, names[i], n) == 0 && (s[n] == '@' || s[n] == '\0' || (n > 9 && !strchr("abcdefghijklmnopqrstuvwxyz", s[n]))))
			return true;
	}
	return strncasecmp(s, "microsoftexchange", 17) == 0;
}

bool
report_is_role(const char *s)
{
	static const char *const names[] = { "noreply", "no-reply", "no_reply", "no.reply", "donotreply", "do-not-reply", "do_not_reply",
	    "notification", "notifications", "notify", "system", "sysadmin", "administrator", "admin", "mailadmin", "mail", "email",
	    "gateway", "mailgateway", "mailgw", "mta", "smtp", "bounce", "bounces", "returned", "undeliverable", "delivery", "mailserver",
	    "antivirus", "antispam", "spamfilter", "filter", "exchange", "postoffice", "listserv", "majordomo", "hostmaster" };
	size_t n = strcspn(s, "@");

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strlen(names[i]) == n && strncasecmp(s, names[i], n) == 0)
			return true;
	return false;
}
