/* Addresses: what is one, what is not, and what goes on the wire. */
#include "support/check.h"

#include <stdlib.h>

#include "mail/addr.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *label, *in;
	const char *wire;	/* NULL: no address */
	bool utf8;
} cases[] = {
	{ "plain", "an.nv@cantho.gov.example", "an.nv@cantho.gov.example", false },
	{ "local keeps its case, domain does not", "An.NV@CanTho.gov.Example", "An.NV@cantho.gov.example", false },
	{ "odd but allowed", "o'neil+x/y=z_1@a-b.example", "o'neil+x/y=z_1@a-b.example", false },
	{ "quoted", "\"a b@c\"@d.example", "\"a b@c\"@d.example", false },
	{ "quoted pair", "\"a\\\"b\"@d.example", "\"a\\\"b\"@d.example", false },
	{ "quotes not closed", "\"a\\\"@d.example", NULL, false },
	{ "quotes in the middle", "\"a\"b\"@d.example", NULL, false },
	{ "one label", "root@localhost", "root@localhost", false },
	{ "literal", "a@[192.0.2.1]", "a@[192.0.2.1]", false },
	{ "IPv6 literal", "a@[IPv6:2001:db8::1]", "a@[ipv6:2001:db8::1]", false },
	{ "bad literal", "a@[300.0.2.1]", NULL, false },
	{ "empty literal", "a@[]", NULL, false },
	{ "number at the end", "a@192.0.2.1", NULL, false },
	{ "IDN", "a@Bücher.example", "a@xn--bcher-kva.example", false },
	{ "Vietnamese IDN", "a@CẦNTHƠ.example", "a@xn--cnth-ogb0965b.example", false },
	{ "UTF-8 local", "thương@cantho.gov.example", "thương@cantho.gov.example", true },
	{ "no @", "an.cantho.gov.example", NULL, false },
	{ "nothing", "", NULL, false },
	{ "only @", "@", NULL, false },
	{ "no local", "@cantho.gov.example", NULL, false },
	{ "no domain", "a@", NULL, false },
	{ "two @", "a@@b.example", NULL, false },
	{ "dot first", ".a@b.example", NULL, false },
	{ "dot last", "a.@b.example", NULL, false },
	{ "two dots", "a..b@b.example", NULL, false },
	{ "dot at the end of the domain", "a@b.example.", NULL, false },
	{ "empty label", "a@b..example", NULL, false },
	{ "hyphen at the edge", "a@-b.example", NULL, false },
	{ "space", "a b@c.example", NULL, false },
	{ "comma", "a@b,example", NULL, false },
	{ "underscore in the domain", "a@b_c.example", NULL, false },
	{ "line break", "a\r\nRCPT TO:<b@c.example>@d.example", NULL, false },
	{ "angle brackets", "<a@b.example>", NULL, false },
	{ "no UTF-8", "a\xff@b.example", NULL, false },
	{ "local of 64", A64 "@b.example", A64 "@b.example", false },
	{ "local of 65", A64 "a@b.example", NULL, false },
	{ "label of 64", "a@" A64 ".example", NULL, false },
};

static const struct {
	const char *in, *name, *wire;
} named[] = {
	{ "a@b.example", "", "a@b.example" },
	{ " a@b.example ", "", "a@b.example" },
	{ "<a@b.example>", "", "a@b.example" },
	{ "Bộ Nội vụ <a@b.example>", "Bộ Nội vụ", "a@b.example" },
	{ "\"An, Nguyễn \\\"B\\\"\" <a@b.example>", "An, Nguyễn \"B\"", "a@b.example" },
	{ "An < a@b.example >", "An", "a@b.example" },
	{ "An <a@b.example", NULL, NULL },
	{ "An\r\nBcc: x <a@b.example>", NULL, NULL },
	{ "An <>", NULL, NULL },
};

int
main(void)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct addr to;
	const char *name;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int rc = addr_parse(&to, &a, cases[i].in, &e);

		if (!CHECK_INT(rc, cases[i].wire ? 0 : -1, cases[i].label) || rc < 0)
			continue;
		CHECK_STR(addr_wire(&a, &to), cases[i].wire, cases[i].label);
		CHECK_INT(to.utf8_local, cases[i].utf8, cases[i].label);
	}
	for (size_t i = 0; i < COUNT_OF(named); i++) {
		int rc = addr_parse_named(&to, &name, &a, named[i].in, &e);

		if (!CHECK_INT(rc, named[i].wire ? 0 : -1, named[i].in) || rc < 0)
			continue;
		CHECK_STR(name, named[i].name, named[i].in);
		CHECK_STR(addr_wire(&a, &to), named[i].wire, named[i].in);
	}
	CHECK_STR(addr_domain("a@b@c.example"), "c.example", "the last @ counts");
	CHECK_STR(addr_domain("abc"), "", "no domain");
	arena_release(&a);
	return check_done();
}
