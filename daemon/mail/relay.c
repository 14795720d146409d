#include "mail/relay.h"

#include <ctype.h>

#include "base/lang.h"

static int
bad(const char *url, const char *why, struct err *e)
{
	return err_set(e, ERR_INPUT, TR("relay '%s': %s", "máy chủ thư '%s': %s"), url, why);
}

static bool
good_port(const char *s)
{
	char *end;
	long n = strtol(s, &end, 10);

	return isdigit((unsigned char)*s) && !*end && n > 0 && n < 65536;
}

static bool
good_host(const char *s, bool ipv6)
{
	for (const char *p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && !(ipv6 ? *p == ':' || *p == '.' : *p == '-' || *p == '.' || *p == '_'))
			return false;
	return *s && strlen(s) < 254;
}

/* host, host:port, [ipv6], [ipv6]:port; a slash at the end is let pass. */
static int
parse_host(struct relay *r, const char *url, char *s, const char *default_port, struct err *e)
{
	size_t n = strlen(s);
	char *end;

	if (n && s[n - 1] == '/')
		s[n - 1] = '\0';
	r->port = default_port;
	if (*s == '[') {
		r->ipv6 = true;
		s++;
		if (!(end = strchr(s, ']')))
			return bad(url, TR("the ']' is missing", "thiếu dấu ']'"), e);
		*end++ = '\0';
	} else {
		end = s + strcspn(s, ":");
	}
	if (*end == ':') {
		*end++ = '\0';
		r->port = end;
	} else if (*end) {
		return bad(url, TR("after the host comes :port, nothing else", "sau tên máy chỉ được là :cổng"), e);
	}
	r->host = s;
	if (!good_host(r->host, r->ipv6))
		return bad(url, TR("that is no name of a host; IPv6 addresses stand in [brackets]",
		    "tên máy không hợp lệ; địa chỉ IPv6 đặt trong [ngoặc vuông]"), e);
	if (!good_port(r->port))
		return bad(url, TR("the port is a number from 1 to 65535", "cổng là số từ 1 đến 65535"), e);
	r->name = arena_printf(&r->arena, r->ipv6 ? "[%s]:%s" : "%s:%s", r->host, r->port);
	return 0;
}

int
relay_parse(struct relay *r, const char *url, struct err *e)
{
	const char *rest;

	if (strncmp(url, "dir:", 4) == 0) {
		if (!url[4])
			return bad(url, TR("a folder comes after dir:", "sau dir: phải là một thư mục"), e);
		r->kind = RELAY_DIR;
		r->dir = arena_dup(&r->arena, url + 4);
		r->name = arena_dup(&r->arena, url);
		return 0;
	}
	if (!(rest = strstr(url, "://")))
		return bad(url, TR("write smtp://host:port, smtps://host:port or dir:PATH",
		    "viết smtp://máy:cổng, smtps://máy:cổng hoặc dir:THƯMỤC"), e);
	/* Not shown: what stands before the @ may be a password. */
	if (strchr(rest, '@'))
		return err_set(e, ERR_INPUT,
		    TR("relay: a name or password does not stand in the URL: use relay_user and relay_password_file",
		    "máy chủ thư: không ghi tên hay mật khẩu trong URL: dùng relay_user và relay_password_file"));
	if (strncmp(url, "smtp://", 7) == 0) {
		r->kind = RELAY_ESMTP;
		if (parse_host(r, url, arena_dup(&r->arena, rest + 3), "25", e) < 0)
			return -1;
		/* libesmtp cuts "host:port" at the first colon. */
		if (r->ipv6)
			r->kind = RELAY_CURL;
		return 0;
	}
	if (strncmp(url, "smtps://", 8) == 0) {
		r->kind = RELAY_CURL;
		r->tls = TLS_IMPLICIT;
		return parse_host(r, url, arena_dup(&r->arena, rest + 3), "465", e);
	}
	return bad(url, TR("only smtp://, smtps:// and dir: are known", "chỉ có smtp://, smtps:// và dir:"), e);
}

/* Blanks and angle brackets are at home in a "quoted local part" only. */
const char *
envelope_fault(const char *text, bool utf8)
{
	bool quoted = *text == '"';

	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < 0x20 || c == 0x7f || (!quoted && (c == ' ' || c == '<' || c == '>')) || (c >= 0x80 && !utf8))
			return p;
	}
	return NULL;
}
