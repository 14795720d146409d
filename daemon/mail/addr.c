#include "mail/addr.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <unicase.h>
#include <unistr.h>

#include "base/lang.h"

#define LOCAL_MAX 64		/* RFC 5321 4.5.3.1.1, octets */
#define DOMAIN_MAX 253		/* 255 on the DNS wire */
#define PATH_MAX_OCTETS 254	/* 4.5.3.1.3: 256 with the angle brackets */
#define LABEL_MAX 63

static bool
is_atext(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    (c && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* What cannot stand in any part of an address that goes out. */
static int
check_bytes(const char *s, size_t len, struct err *e)
{
	if (u8_check((const uint8_t *)s, len))
		return err_set(e, ERR_INPUT, TR("the address is not UTF-8", "địa chỉ không phải UTF-8"));
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return err_set(e, ERR_INPUT, TR("a control character stands in the address",
			    "địa chỉ có ký tự điều khiển"));
	return 0;
}

static int
check_quoted(const char *s, size_t len, struct err *e)
{
	bool open = len >= 2 && s[len - 1] == '"';

	for (size_t i = 1; open && i + 1 < len; i++) {
		if (s[i] == '\\' && ++i + 1 >= len)
			open = false;
		else if (s[i] == '"' && s[i - 1] != '\\')
			open = false;
	}
	return open ? 0 : err_set(e, ERR_INPUT, TR("the quotes before the @ are not closed",
	    "dấu nháy trước @ không khép"));
}

static int
check_local(const char *s, size_t len, bool *utf8, struct err *e)
{
	*utf8 = false;
	if (len == 0)
		return err_set(e, ERR_INPUT, TR("nothing stands before the @", "trước @ không có gì"));
	if (len > LOCAL_MAX)
		return err_set(e, ERR_INPUT, TR("more than %d octets stand before the @", "phần trước @ dài quá %d byte"),
		    LOCAL_MAX);
	for (size_t i = 0; i < len; i++)
		*utf8 |= (unsigned char)s[i] >= 0x80;
	if (s[0] == '"')
		return check_quoted(s, len, e);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '.' ? i == 0 || i + 1 == len || s[i + 1] == '.' : c < 0x80 && !is_atext(c))
			return c == '.' ?
			    err_set(e, ERR_INPUT, TR("a dot begins or ends the part before the @, or two stand together",
			    "dấu chấm ở đầu hoặc cuối phần trước @, hoặc hai dấu chấm liền nhau")) :
			    err_set(e, ERR_INPUT, TR("'%c' cannot stand before the @", "ký tự '%c' không được đứng trước @"), c);
	}
	return 0;
}

/* [192.0.2.1], [IPv6:2001:db8::1]: RFC 5321 4.1.3. */
static int
check_literal(const char *s, size_t len, struct err *e)
{
	unsigned char bin[16];
	char host[64];
	int family = AF_INET;

	if (len >= 4 && len < sizeof(host) && s[len - 1] == ']') {
		s++;
		len -= 2;
		if (len > 5 && strncmp(s, "ipv6:", 5) == 0) {
			s += 5;
			len -= 5;
			family = AF_INET6;
		}
		memcpy(host, s, len);
		host[len] = '\0';
		if (inet_pton(family, host, bin) == 1)
			return 0;
	}
	return err_set(e, ERR_INPUT, TR("what stands in [ ] is no network address", "trong [ ] không phải địa chỉ mạng"));
}

/* Letters, digits and hyphens: RFC 1123 2.1. */
static int
check_labels(const char *s, struct err *e)
{
	size_t len = strlen(s), start = 0;
	bool digits = true;

	if (len == 0)
		return err_set(e, ERR_INPUT, TR("nothing stands after the @", "sau @ không có gì"));
	if (len > DOMAIN_MAX)
		return err_set(e, ERR_INPUT, TR("the domain is longer than %d characters", "tên miền dài quá %d ký tự"),
		    DOMAIN_MAX);
	for (size_t i = 0; i <= len; i++) {
		if (i == len || s[i] == '.') {
			if (i == start)
				return err_set(e, ERR_INPUT, TR("the domain %s has an empty part", "tên miền %s có phần trống"), s);
			if (i - start > LABEL_MAX || s[start] == '-' || s[i - 1] == '-')
				return err_set(e, ERR_INPUT, TR("a part of the domain %s is too long or has a hyphen at its edge",
				    "một phần của tên miền %s quá dài hoặc có gạch nối ở đầu, cuối"), s);
			if (i < len) {
				start = i + 1;
				digits = true;
			}
			continue;
		}
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '-'))
			return err_set(e, ERR_INPUT, TR("'%c' cannot stand in a domain", "ký tự '%c' không được có trong tên miền"),
			    s[i]);
		digits &= s[i] >= '0' && s[i] <= '9';
	}
	if (digits)
		return err_set(e, ERR_INPUT, TR("the domain %s ends in a number", "tên miền %s kết thúc bằng số"), s);
	return 0;
}

static int
read_domain(struct addr *to, struct arena *a, const char *s, struct err *e)
{
	size_t len = strlen(s), n;
	char *lower;
	uint8_t *u;
	char *ascii;
	int rc;
	bool plain = true;

	lower = arena_ndup(a, s, len);
	for (size_t i = 0; i < len; i++) {
		plain &= (unsigned char)s[i] < 0x80;
		if (s[i] >= 'A' && s[i] <= 'Z')
			lower[i] = (char)(s[i] + 32);
	}
	to->domain = to->adomain = lower;
	if (lower[0] == '[')
		return check_literal(lower, len, e);
	if (plain)
		return check_labels(lower, e);
	if (!(u = u8_tolower((const uint8_t *)s, len, NULL, UNINORM_NFC, NULL, &n)))
		return err_set(e, ERR_INPUT, TR("the domain cannot be read", "không đọc được tên miền"));
	to->domain = arena_ndup(a, (const char *)u, n);
	free(u);
	if ((rc = idn2_to_ascii_8z(to->domain, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL)) != IDN2_OK)
		return err_set(e, ERR_INPUT, TR("the domain %s is no international domain name (%s)",
		    "tên miền %s không hợp lệ (%s)"), to->domain, idn2_strerror(rc));
	to->adomain = arena_dup(a, ascii);
	idn2_free(ascii);
	return check_labels(to->adomain, e);
}

int
addr_parse(struct addr *to, struct arena *a, const char *s, struct err *e)
{
	size_t len = strlen(s);
	const char *at = strrchr(s, '@');

	*to = (struct addr){ "", "", "", false };
	if (!at)
		return err_set(e, ERR_INPUT, TR("there is no @ in '%.80s'", "'%.80s' không có dấu @"), s);
	if (check_bytes(s, len, e) < 0 || check_local(s, (size_t)(at - s), &to->utf8_local, e) < 0)
		return -1;
	to->local = arena_ndup(a, s, (size_t)(at - s));
	if (read_domain(to, a, at + 1, e) < 0)
		return -1;
	if (strlen(to->local) + 1 + strlen(to->adomain) > PATH_MAX_OCTETS)
		return err_set(e, ERR_INPUT, TR("the address is longer than %d octets", "địa chỉ dài quá %d byte"),
		    PATH_MAX_OCTETS);
	return 0;
}

static const char *
trim(struct arena *a, const char *s, size_t len)
{
	while (len && (*s == ' ' || *s == '\t')) {
		s++;
		len--;
	}
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	return arena_ndup(a, s, len);
}

/* "Last, First" -> Last, First; quoted pairs are undone (RFC 5322 3.2.4). */
static const char *
unquote(struct arena *a, const char *s)
{
	size_t len = strlen(s), n = 0;
	char *out;

	if (len < 2 || s[0] != '"' || s[len - 1] != '"')
		return s;
	out = arena_alloc(a, len);
	for (size_t i = 1; i + 1 < len; i++) {
		if (s[i] == '\\' && i + 2 < len)
			i++;
		out[n++] = s[i];
	}
	return out;
}

int
addr_parse_named(struct addr *to, const char **name, struct arena *a, const char *s, struct err *e)
{
	const char *all = trim(a, s, strlen(s)), *lt = strrchr(all, '<');
	size_t len = strlen(all);

	*name = "";
	if (!lt)
		return addr_parse(to, a, all, e);
	*to = (struct addr){ "", "", "", false };
	if (all[len - 1] != '>')
		return err_set(e, ERR_INPUT, TR("'%.80s' has a < that no > at the end closes",
		    "'%.80s' có dấu < mà cuối không có dấu >"), s);
	if (check_bytes(all, len, e) < 0)
		return -1;
	*name = unquote(a, trim(a, all, (size_t)(lt - all)));
	return addr_parse(to, a, trim(a, lt + 1, (size_t)(all + len - 1 - (lt + 1))), e);
}

const char *
addr_wire(struct arena *a, const struct addr *addr)
{
	return arena_printf(a, "%s@%s", addr->local, addr->adomain);
}

const char *
addr_domain(const char *s)
{
	const char *at = strrchr(s, '@');

	return at ? at + 1 : "";
}
