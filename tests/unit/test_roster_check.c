/*
 * What is doubtful in the rosters: each kind of finding, what is no finding,
 * and what is remembered of mail domains.
 */
#include "support/check.h"
#include "support/dns_peer.h"
#include "support/world.h"

#include "base/file.h"
#include "engine/import.h"
#include "engine/role.h"
#include "engine/roster_check.h"
#include "engine/unit_file.h"
#include "store/contact.h"
#include "store/evidence.h"

#define TRIAL "tests/data/trial-2021/"
#define OPENS 1631811600

static const struct dns_entry entries[] = {
	{ .name = "cantho.gov.example", .type = "MX", .records = "60 MX 10 mx.example" },
	{ .name = "kiengiang.gov.example", .type = "MX", .records = "7200 MX 10 mx.example" },
	{ .name = "gmail.example", .type = "MX", .records = "999999 MX 20 mx2.example; 999999 MX 10 mx.example" },
	{ .name = "mx.example", .type = "A", .records = "60 A 192.0.2.1" },
	{ .name = "mx2.example", .type = "A", .records = "60 A 192.0.2.2" },
	{ .name = "null.example", .type = "MX", .records = "600 MX 0 ." },
	{ .name = "dead.example", .type = "MX", .records = "600 MX 10 gone.example" },
	{ .name = "bare.example", .records = "" },
	{ .name = "slow.example", .rcode = 2 },
};

struct tester {
	struct world w;
	struct units *units;
	struct campaign c;
	struct conf conf;
	struct roster_check found;
};

static void
must(struct tester *t, int rc, const char *what)
{
	if (rc < 0)
		world_die(&t->w, what);
}

static void
import(struct tester *t, const char *key, const char *file, const char *text)
{
	struct import_options o;
	struct import_tally tally;
	char path[256];

	must(t, campaign_find(t->w.db, &t->w.arena, key, &t->c, &t->w.e), key);
	o = (struct import_options){ .campaign = &t->c, .units = t->units };
	snprintf(path, sizeof(path), "%s/%s", t->w.dir, file);
	must(t, file_replace(path, text, strlen(text), &t->w.e), path);
	must(t, import_roster(t->w.db, &o, path, &tally, &t->w.e), file);
	import_tally_release(&tally);
}

/* What befell an address in the campaign before. */
static void
befell(struct tester *t, const char *email, const char *kind, const char *category, bool hard, int64_t at, const char *text)
{
	struct contact *list;
	size_t n;

	must(t, contact_by_email(t->w.db, &t->w.arena, email, &list, &n, &t->w.e), email);
	must(t, n ? 0 : -1, email);
	must(t, evidence_add(t->w.db, &(struct evidence){ .contact = list[n - 1].id, .at = at, .kind = kind, .grade = 'A',
	    .category = category, .hard = hard, .email = email, .text = text }, &t->w.e), "evidence");
}

static void
tester_make(struct tester *t, const char *servers)
{
	int64_t n;

	*t = (struct tester){ .conf = { .dns_servers = servers, .dns_timeout_s = 1 } };
	world_make(&t->w);
	must(t, db_begin(t->w.db, &t->w.e), "begin");
	must(t, unit_file_import(t->w.db, TRIAL "units.csv", &n, &t->w.e), "units");
	must(t, provider_file_import(t->w.db, TRIAL "providers.txt", &n, &t->w.e), "providers");
	must(t, db_commit(t->w.db, &t->w.e), "commit");
	must(t, tree_find(t->w.db, "units", &t->w.tree, &t->w.e), "tree");
	must(t, units_load(&t->units, t->w.db, t->w.tree, OPENS, &t->w.e), "units");
	world_campaign(&t->w, "before", OPENS, OPENS + 20 * 86400);
	world_campaign(&t->w, "now", OPENS, OPENS + 20 * 86400);
}

static void
tester_end(struct tester *t)
{
	units_free(t->units);
	world_end(&t->w);
}

static int
check_again(struct tester *t, const char *unit, bool refresh, bool offline)
{
	struct check_options o = { .campaign = &t->c, .units = t->units, .unit = unit ? units_by_code(t->units, unit) : NULL,
	    .lang = LANG_EN, .domains = { .conf = &t->conf, .refresh = refresh, .offline = offline } };

	t->w.e = (struct err)ERR_INIT;
	return roster_check(&t->found, t->w.db, &o, &t->w.e);
}

static const struct {
	const char *label, *name, *email;	/* a row of T92 */
	const char *want;			/* "severity finding email suggestion; ...", "-" for an empty one */
	const char *detail;			/* of the first finding; NULL: not looked at */
} cases[] = {
	{ "nothing wrong", "Lê Văn An", "an@cantho.gov.example", "", NULL },
	{ "no such domain", "Lê Văn Bình", "binh@canhto.gov.example", "error no_such_domain binh@canhto.gov.example -",
	    "the mail domain canhto.gov.example does not exist; the unit's own is cantho.gov.example" },
	{ "null MX", "Lê Văn Cường", "cuong@null.example", "error null_mx cuong@null.example -",
	    "the domain null.example says that it takes no mail" },
	{ "exchangers without address", "Lê Thị Dung", "dung@dead.example", "error no_mail_host dung@dead.example -",
	    "no mail host of dead.example can be found (10 gone.example)" },
	{ "nothing there", "Lê Thị Mai", "mai@bare.example", "error no_mail_host mai@bare.example -",
	    "the domain bare.example has no mail host" },
	{ "misspelt provider", "Lê Thị Em", "em@gmial.example", "error typo_domain em@gmial.example em@gmail.example",
	    "the mail provider's name seems misspelt" },
	{ "another unit's domain", "Lê Giang", "giang@kiengiang.gov.example", "warning foreign_domain giang@kiengiang.gov.example -",
	    "the mail domain kiengiang.gov.example belongs to Kien Giang Province (T91)" },
	{ "a provider is nobody's", "Lê Hà", "ha90@gmail.example", "", NULL },
	{ "an office", "Lê Thị Hoa", "vanthu@cantho.gov.example",
	    "warning role_address vanthu@cantho.gov.example -; warning shared_address vanthu@cantho.gov.example -", NULL },
	{ "the same office", "Trần Khánh", "vanthu@cantho.gov.example",
	    "warning role_address vanthu@cantho.gov.example -; warning shared_address vanthu@cantho.gov.example -", NULL },
	{ "bounced for good", "Lê Thị Lan", "lan@cantho.gov.example", "error bounced_before lan@cantho.gov.example -",
	    "campaign before, 19 September 2021: refused (unknown-user): 550 5.1.1 no such user" },
	{ "bounced, then worked", "Lê Minh", "minh@cantho.gov.example", "", NULL },
	{ "worked, then bounced", "Lê Nam", "nam@cantho.gov.example", "warning bounced_before nam@cantho.gov.example -",
	    "campaign before, 22 September 2021: came back (mailbox-full): over quota" },
	{ "the worst counts", "Lê Oanh", "oanh@cantho.gov.example", "error bounced_before oanh@cantho.gov.example -",
	    "campaign before, 19 September 2021: came back (unknown-user): gone" },
	{ "no answer is no finding", "Lê Nga", "nga@slow.example", "note unknown_domain nga@slow.example -", NULL },
	{ "mended by the import", "Lê Văn Phúc", "Phuc@CanTho.gov.example", "note upper_case phuc@cantho.gov.example -",
	    "capitals were made small" },
	{ "held", "Lê Văn Phú", "phú@cantho.gov.example", "error diacritics_in_address phú@cantho.gov.example phu@cantho.gov.example",
	    NULL },
	{ "held, and the suggestion leads nowhere", "Lê Sơn", "\"son@canhto,gov.example\"", "error comma_for_dot son@canhto,gov.example -",
	    "a comma stands where a dot belongs; not son@canhto.gov.example either: the mail domain canhto.gov.example does not exist; "
	    "the unit's own is cantho.gov.example" },
	{ "sent back", "Lê Quân", "", "error missing_email - -", "there is no address" },
	{ "sent back, as written", "Lê Tú", "tu.cantho.gov.example", "error missing_at tu.cantho.gov.example -", NULL },
	{ "the second address", "Lê Tâm", "tam@cantho.gov.example; tam@null.example",
	    "note null_mx tam@null.example -; note two_addresses tam@cantho.gov.example -", NULL },
	{ "a name like an office", "Trần Vân Thư", "vanthu.tran@cantho.gov.example", "", NULL },
	{ "a domain of nobody's", "Lê Uyên", "uyen@bare2.example", "error no_such_domain uyen@bare2.example -", NULL },
};

static const char *
dash(const char *s)
{
	return *s ? s : "-";
}

static void
test_kinds(struct tester *t)
{
	struct buf file = BUF_INIT(65536), got = BUF_INIT(65536);
	struct domains_tally tally;

	buf_str_add(&file, "STT,Họ và tên,Email\n");
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		buf_printf(&file, "%zu,%s,%s\n", i + 1, cases[i].name, cases[i].email);
	import(t, "before", "T92-can-tho.csv", "STT,Họ và tên,Email\n1,Lê Thị Lan,lan@cantho.gov.example\n"
	    "2,Lê Minh,minh@cantho.gov.example\n3,Lê Nam,nam@cantho.gov.example\n4,Lê Oanh,oanh@cantho.gov.example\n"
	    "5,Lê Văn An,an@cantho.gov.example\n");
	befell(t, "lan@cantho.gov.example", "refusal", "unknown-user", true, OPENS + 2 * 86400, "550 5.1.1\n no such  user");
	befell(t, "minh@cantho.gov.example", "dsn", "mailbox-full", false, OPENS + 2 * 86400, "over quota");
	befell(t, "minh@cantho.gov.example", "reply", "", false, OPENS + 3 * 86400, "Re: invitation");
	befell(t, "nam@cantho.gov.example", "dsn", "delivered", false, OPENS + 3 * 86400, "");
	befell(t, "nam@cantho.gov.example", "dsn", "mailbox-full", false, OPENS + 5 * 86400, "over quota");
	befell(t, "oanh@cantho.gov.example", "dsn", "unknown-user", true, OPENS + 2 * 86400, "gone");
	befell(t, "oanh@cantho.gov.example", "expired", "rate-limited", false, OPENS + 4 * 86400, "later");
	befell(t, "an@cantho.gov.example", "delay", "network", false, OPENS + 4 * 86400, "a delay is no failure");
	import(t, "now", "T92-can-tho.csv", buf_str(&file));
	if (!CHECK_INT(check_again(t, NULL, false, false), 0, "check")) {
		puts(t->w.e.text);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		bool first = true;

		buf_clear(&got);
		for (size_t k = 0; k < t->found.n; k++) {
			const struct check_finding *f = &t->found.list[k];

			if (f->seq != (int64_t)i + 1)
				continue;
			buf_printf(&got, "%s%s %s %s %s", got.len ? "; " : "", severity_name(f->severity), check_kind_name(f->kind),
			    dash(f->email), dash(f->suggestion));
			CHECK_STR(f->name, cases[i].name, cases[i].label);
			CHECK_INT(f->line, (int64_t)i + 2, cases[i].label);
			CHECK_STR(f->file, "T92-can-tho.csv", cases[i].label);
			if (first && cases[i].detail)
				CHECK_STR(f->detail, cases[i].detail, cases[i].label);
			first = false;
		}
		CHECK_STR(buf_str(&got), cases[i].want, cases[i].label);
	}
	CHECK_INT(t->found.people, (int64_t)COUNT_OF(cases), "everybody was looked at");
	CHECK_INT((int64_t)t->found.n_units, 1, "of one unit");
	CHECK_INT(t->found.units[0].to_mend, 16, "so many should be looked at again");
	CHECK_INT(t->found.people_of[CHECK_SHARED_ADDRESS], 2, "two share a mailbox");
	domains_tally(t->found.domains, &tally);
	CHECK_INT(tally.unknown, 1, "one domain could not be found out about");
	CHECK_STR(domains_get(t->found.domains, "slow.example")->why, "SERVFAIL", "and why");
	CHECK(!tally.unreachable, "but somebody was there");
	roster_check_release(&t->found);
	buf_release(&file);
	buf_release(&got);
}

static void
test_memory(struct tester *t, struct dns_peer *p)
{
	static const char lifetime[] = "SELECT max(lives_until - looked_at) FROM mail_domain WHERE domain = 'cantho.gov.example'";
	static const char longest[] = "SELECT max(lives_until - looked_at) FROM mail_domain WHERE domain = 'gmail.example'";
	static const char as_said[] = "SELECT max(lives_until - looked_at) FROM mail_domain WHERE domain = 'kiengiang.gov.example'";
	static const char negative[] = "SELECT max(lives_until - looked_at) FROM mail_domain WHERE domain = 'canhto.gov.example'";
	static const char failed[] = "SELECT count(*) FROM mail_domain WHERE domain = 'slow.example'";
	static const char exchangers[] = "SELECT exchangers = '10 mx.example, 20 mx2.example' FROM mail_domain WHERE domain = 'gmail.example'";
	static const char grow_old[] = "UPDATE mail_domain SET looked_at = looked_at - 864000, lives_until = looked_at";
	size_t asked = dns_peer_asked(p, NULL, NULL);
	struct domains_tally tally;
	int64_t errors;

	CHECK_INT(world_count(&t->w, lifetime), 300, "at least five minutes");
	CHECK_INT(world_count(&t->w, longest), 86400, "at most a day");
	CHECK_INT(world_count(&t->w, as_said), 7200, "else as long as its owner says");
	CHECK_INT(world_count(&t->w, negative), 3600, "that there is nothing holds for an hour");
	CHECK_INT(world_count(&t->w, failed), 0, "a failure is not remembered");
	CHECK_INT(world_count(&t->w, exchangers), 1, "exchangers in their order");

	CHECK_INT(check_again(t, NULL, false, false), 0, "again");
	errors = t->found.units[0].findings[SEVERITY_ERROR];
	domains_tally(t->found.domains, &tally);
	CHECK_INT(tally.asked, 1, "only what is not known is asked for");
	CHECK_INT(tally.remembered, tally.domains - 1, "all else is remembered");
	roster_check_release(&t->found);
	CHECK_INT((int64_t)dns_peer_asked(p, "canhto.gov.example", NULL), 1, "asked once, and not again");

	asked = dns_peer_asked(p, NULL, NULL);
	CHECK_INT(check_again(t, NULL, false, true), 0, "offline");
	CHECK_INT(t->found.units[0].findings[SEVERITY_ERROR], errors, "the same errors");
	roster_check_release(&t->found);
	CHECK_INT((int64_t)dns_peer_asked(p, NULL, NULL), (int64_t)asked, "and nobody was asked");

	CHECK_INT(check_again(t, NULL, true, false), 0, "refresh");
	domains_tally(t->found.domains, &tally);
	CHECK_INT(tally.asked, tally.domains, "all are asked for");
	roster_check_release(&t->found);
	CHECK_INT((int64_t)dns_peer_asked(p, "canhto.gov.example", NULL), 2, "asked anew");

	CHECK_INT(check_again(t, "T91", false, true), 0, "another unit");
	CHECK_INT(t->found.people, 0, "has no rosters");
	roster_check_release(&t->found);

	must(t, db_run(db_stmt(t->w.db, grow_old, &t->w.e), &t->w.e), "old");
	CHECK_INT(check_again(t, NULL, false, true), 0, "offline, ten days later");
	domains_tally(t->found.domains, &tally);
	CHECK_INT(tally.old, tally.domains - 1, "what was known is better than nothing");
	CHECK_INT(t->found.units[0].findings[SEVERITY_ERROR], errors, "the same errors");
	for (size_t i = 0; i < t->found.n; i++)
		if (t->found.list[i].kind == CHECK_NULL_MX)
			CHECK(strstr(t->found.list[i].detail, "takes no mail (as of ") != NULL, "with the day on which it was true");
	roster_check_release(&t->found);
}

/* Nobody to ask: what the store knows, and no judgement on the others. */
static void
test_nobody(struct tester *t)
{
	static const char forget[] = "DELETE FROM mail_domain WHERE domain <> 'null.example'";
	struct domains_tally tally;
	char server[32];
	struct dns_peer *p = dns_peer_start(NULL, 0, 0);

	snprintf(server, sizeof(server), "%s", dns_peer_server(p));
	dns_peer_stop(p);
	t->conf.dns_servers = server;
	must(t, db_run(db_stmt(t->w.db, forget, &t->w.e), &t->w.e), "forget");
	CHECK_INT(check_again(t, NULL, false, false), 0, "a check without name server");
	domains_tally(t->found.domains, &tally);
	CHECK(tally.unreachable, "says that nobody was there");
	CHECK_INT(tally.unknown, tally.domains - 1, "nothing is known of the domains");
	CHECK_INT(t->found.people_of[CHECK_NO_SUCH_DOMAIN] + t->found.people_of[CHECK_NO_MAIL_HOST], 0, "and none is judged");
	CHECK_INT(t->found.people_of[CHECK_NULL_MX], 2, "but what was known from before");
	CHECK(t->found.people_of[CHECK_BOUNCED_BEFORE] > 0, "what needs no network is there");
	roster_check_release(&t->found);
	t->conf.dns_servers = "no address";
	CHECK_INT(check_again(t, NULL, false, false), -1, "a list of servers that is none");
	CHECK(strstr(t->w.e.text, "dns_servers") != NULL, "is named");
	roster_check_release(&t->found);
}

static void
test_roles(void)
{
	static const struct { const char *email, *name; bool want; } roles[] = {
		{ "info@a.example", "le an", true }, { "vanthu@a.example", "le an", true }, { "vanthu.snv@a.example", "le an", true },
		{ "motcua-snv@a.example", "", true }, { "so_noi_vu@a.example", "le an", true }, { "snv@a.example", "", true },
		{ "snv.vanthu@a.example", "le an", true }, { "ubndxaan@a.example", "le an", true }, { "info2@a.example", "", true },
		{ "an.vpub@a.example", "le an", false }, { "annv.snv@a.example", "nguyen van an", false },
		{ "s.nv@a.example", "nguyen van s", false }, { "vanthu@a.example", "tran van thu", false },
		{ "son@a.example", "le son", false }, { "vanthuan@a.example", "le van thuan", false }, { "", "", false },
		{ "thongtin.le@a.example", "le thong tin", false }, { "hoangvp@a.example", "vu phuong hoang", false },
		{ "admin@a.example", "admin", false },
	};

	for (size_t i = 0; i < COUNT_OF(roles); i++)
		CHECK_INT(role_address(roles[i].email, roles[i].name), roles[i].want, roles[i].email);
}

int
main(void)
{
	struct dns_peer *p = dns_peer_start(entries, COUNT_OF(entries), 0);
	struct tester t;

	test_roles();
	for (int k = 0; k < CHECK_KINDS; k++)
		CHECK(*check_kind_name(k) && *check_kind_text(k, LANG_VI) && *check_kind_text(k, LANG_EN), "every kind has a name and words");
	tester_make(&t, dns_peer_server(p));
	test_kinds(&t);
	test_memory(&t, p);
	test_nobody(&t);
	tester_end(&t);
	dns_peer_stop(p);
	return check_done();
}
