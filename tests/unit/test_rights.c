/*
 * People's rights: every table is known to hold people or not; what is cut out
 * of a text; one mailbox of two people; a list of corrections that names
 * somebody who is gone; what comes late; data whose time is over.
 */
#include "support/check.h"
#include "support/world.h"

#include "base/file.h"
#include "engine/amend.h"
#include "engine/fixref.h"
#include "engine/forget.h"
#include "engine/import.h"
#include "engine/portrait.h"
#include "engine/redact.h"
#include "engine/retention.h"
#include "engine/unit_file.h"
#include "store/evidence.h"
#include "store/holdings.h"
#include "store/invite.h"

#define TRIAL "tests/data/trial-2021/"

struct tester {
	struct world w;
	struct units *units;
	struct campaign c;
	struct conf conf;
	int files;
};

static void
begin(struct tester *t)
{
	int64_t n;

	world_make(&t->w);
	if (db_begin(t->w.db, &t->w.e) < 0 || unit_file_import(t->w.db, TRIAL "units.csv", &n, &t->w.e) < 0 ||
	    provider_file_import(t->w.db, TRIAL "providers.txt", &n, &t->w.e) < 0 || db_commit(t->w.db, &t->w.e) < 0 ||
	    tree_find(t->w.db, "units", &t->w.tree, &t->w.e) != 1 || conf_load(&t->conf, NULL, false, &t->w.e) < 0)
		world_die(&t->w, "world");
	conf_set_store(&t->conf, t->w.path);
	world_campaign(&t->w, "c", clock_now() - 86400, clock_now() + 20 * 86400);
	if (campaign_find(t->w.db, &t->w.arena, "c", &t->c, &t->w.e) != 1)
		world_die(&t->w, "campaign");
	t->c.opens_at = 1631811600;	/* 2021's directory is not in force any more */
	if (units_load(&t->units, t->w.db, t->w.tree, t->c.opens_at, &t->w.e) < 0)
		world_die(&t->w, "units");
}

static void
import(struct tester *t, const char *text, bool adds, struct import_tally *tally, const char *label)
{
	const struct import_options o = { .campaign = &t->c, .units = t->units, .conf = &t->conf, .adds = adds };
	const char *path = arena_printf(&t->w.arena, "%s/T92-%d.csv", t->w.dir, ++t->files);

	t->w.e = (struct err)ERR_INIT;
	if (file_replace(path, text, strlen(text), &t->w.e) < 0)
		world_die(&t->w, path);
	if (!CHECK_INT(import_roster(t->w.db, &o, path, tally, &t->w.e), 0, label))
		puts(t->w.e.text);
}

/* The first column of the first row, as text. */
static const char *
ask(struct tester *t, const char *sql)
{
	struct stmt *s = db_stmt(t->w.db, sql, &t->w.e);
	const char *v = "(none)";

	if (!s)
		world_die(&t->w, sql);
	if (db_step(s, &t->w.e) == 1)
		v = arena_dup(&t->w.arena, col_text(s, 0));
	db_done(s);
	return v;
}

/* The texts are literals: statements are cached by their address. */
#define ASK(t, sql) ask(t, "" sql)
#define COUNT(t, sql) world_count(&(t)->w, "" sql)

static struct forget_tally
forget(struct tester *t, int64_t contact)
{
	struct forget_tally tally = { .people = 0 };
	struct forget *f;

	if (forget_begin(&f, t->w.db, &t->conf, clock_now(), &t->w.e) < 0 ||
	    forget_person(f, contact, true, false, "person erase", &tally, &t->w.e) < 0 || forget_end(f, &t->w.e) < 0)
		world_die(&t->w, "forget");
	return tally;
}

/* Whoever adds a table says in store/holdings.c whether it tells of people. */
static void
test_tables(struct tester *t)
{
	static const char sql[] = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
	static const char columns[] = "SELECT count(*) FROM pragma_table_info($1) WHERE name = 'contact'";
	struct stmt *s = db_stmt(t->w.db, sql, &t->w.e);
	int n = 0;

	while (s && db_step(s, &t->w.e) == 1) {
		const struct holdings_table *h = holdings_tables;
		const char *name = arena_dup(&t->w.arena, col_text(s, 0));
		struct stmt *c = db_stmt(t->w.db, columns, &t->w.e);
		int64_t points = 0;

		while (h->name && strcmp(h->name, name) != 0)
			h++;
		n++;
		if (!CHECK(h->name, "every table is declared in store/holdings.c"))
			printf("  %s\n", name);
		bind_text(c, 1, name);
		db_one_int(c, &points, &t->w.e);
		CHECK(!points || !h->name || h->held == HELD_BY_PERSON, "who points at a person tells of them");
		CHECK(!h->name || (h->held == HELD_NOT ? h->why && !h->sql : h->sql != NULL), "it is said how, or why not");
	}
	db_done(s);
	for (const struct holdings_table *h = holdings_tables; h->name; h++)
		n--;
	CHECK_INT(n, 0, "nothing is declared that is not there");
}

static void
test_redact(struct tester *t)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "550 <An.Tran@x.example>: no such user", "550 <[erased]>: no such user" },
		{ "user an.tran unknown", "user [erased] unknown" },
		{ "lan.an.tran@x.example stays", NULL },
		{ "an.tran2 is another, an.tranh too", NULL },
		{ "Trần Văn An đã chuyển", "[erased] đã chuyển" },
		{ "Tran Van AN has left", "[erased]" },
		{ "TRẦN  VĂN AN", "[erased]" },
		{ "Trần Văn Anh", NULL },
		{ "550 5.1.1 unknown", NULL },
	};
	struct needles n;

	needles_init(&n, "Trần Văn An", "tran van an");
	needles_find(&n, "1,Trần Văn An,\"AN.TRAN@x.example; an.tran@x.example\"");
	CHECK_INT((int64_t)n.n, 1, "one address, however often it is written");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *got = redact(&t->w.arena, &n, cases[i].text);

		CHECK_STR(got ? got : "(as it was)", cases[i].want ? cases[i].want : "(as it was)", cases[i].text);
	}
	needles_release(&n);
}

static const char roster[] =
    "STT,Họ và tên,Đơn vị,Email\n"
    "1,Trần Văn An,Sở Nội vụ,vanphong@cantho.gov.example\n"
    "2,Lê Thị Bình,Sở Nội vụ,vanphong@cantho.gov.example\n"
    "3,Vũ Thị Cúc,Sở Y tế,cuc@rieng.example\n"
    "4,Đỗ Dung,Sở Y tế,dung.do@cantho.gov.example\n"
    "5,Hồ Em,Sở Y tế,em.ho@cantho.gov.example\n"
    "6,Hồ Giang,Sở Y tế,giang.ho@cantho.gov.example\n"
    "7,Lê Hoa,Sở Y tế,hoa.le@cantho.gov.example\n";

/* Two people have one mailbox: it stays until both are gone. */
static void
test_shared(struct tester *t)
{
	int64_t an = COUNT(t, "SELECT id FROM contact WHERE name_key = 'tran van an'");
	int64_t binh = COUNT(t, "SELECT id FROM contact WHERE name_key = 'le thi binh'");
	struct evidence v = { .contact = an, .at = clock_now() - 10, .kind = "dsn", .grade = 'A', .category = "unknown-user",
	    .hard = true, .email = "vanphong@cantho.gov.example", .text = "<vanphong@cantho.gov.example> unknown", .fingerprint = "f1" };
	struct forget_tally f;
	struct import_tally a;

	CHECK_INT(evidence_add(t->w.db, &v, &t->w.e), 1, "their mailbox is dead");
	f = forget(t, an);
	CHECK_INT(f.people, 1, "one of them is erased");
	CHECK_INT(f.shared, 1, "the address stays the other's");
	CHECK_INT(COUNT(t, "SELECT count(*) FROM address WHERE email = 'vanphong@cantho.gov.example'"), 2, "... and what hangs on it");
	CHECK_INT(evidence_dead_since(t->w.db, 0, &t->w.e), 1, "... it is dead still");
	CHECK_STR(ASK(t, "SELECT text FROM evidence WHERE fingerprint = 'f1'"), "<[erased]> unknown", "the words say of nobody");
	import(t, "Họ và tên,Đơn vị,Email\nTrần Văn An,Sở Nội vụ,vanphong@cantho.gov.example\n"
	    "Trịnh Văn Khoa,Sở Nội vụ,vanphong@cantho.gov.example\n", true, &a, "a colleague at that mailbox");
	CHECK_INT(a.reason[R_ERASED], 1, "who was erased is known");
	CHECK_INT(a.added, 1, "a third who shares it is taken in");
	import_tally_release(&a);
	f = forget(t, binh);
	CHECK_INT(f.shared, 1, "there is one more");
	f = forget(t, COUNT(t, "SELECT id FROM contact WHERE name_key = 'trinh van khoa'"));
	CHECK_INT(f.addresses, 1, "the last takes the address along");
	CHECK_INT(COUNT(t, "SELECT count(*) FROM address WHERE email LIKE 'vanphong%'"), 0, "it is nowhere");
	CHECK_INT(COUNT(t, "SELECT count(DISTINCT email) FROM address WHERE contact IN (SELECT id FROM contact WHERE erased_at > 0)"), 1,
	    "what stands for it is one and the same: they share it still");
	CHECK_STR(ASK(t, "SELECT email FROM evidence WHERE fingerprint = 'f1'"),
	    ASK(t, "SELECT email FROM address WHERE contact IN (SELECT id FROM contact WHERE erased_at > 0)"), "with the evidence, too");
	CHECK_INT(COUNT(t, "SELECT count(*) FROM erased WHERE kind = 'kept'"), 0, "nothing is left to look after");
}

/* A mail from elsewhere, without name or address of the person: somebody has said at the desk whose it is. */
static void
attach(struct tester *t, int64_t contact)
{
	static const char sql[] = "INSERT INTO inbound (sha256, source, received_at, kind, fate, raw, decision, decided_at, contact)"
	    " VALUES ('by-hand', 'desk', 0, 'ordinary', 'unmatched', CAST('Subject: I am on leave' AS BLOB), 'attached', 1, $1)";
	struct stmt *s = db_stmt(t->w.db, sql, &t->w.e);
	struct contact c;
	json_t *o = NULL;

	bind_int(s, 1, contact);
	if (db_run(s, &t->w.e) < 0 || contact_by_id(t->w.db, &t->w.arena, contact, &c, &t->w.e) != 1 ||
	    portrait(t->w.db, &c, 1, NULL, clock_now(), &o, &t->w.e) < 0)
		world_die(&t->w, "attached");
	CHECK_INT(json_array_size(json_object_get(json_array_get(json_object_get(o, "persons"), 0), "inbound")), 1,
	    "a mail that was said to be theirs is shown to them");
	json_decref(o);
}

/* A domain of one's own says who it is. */
static void
test_own_domain(struct tester *t)
{
	int64_t cuc = COUNT(t, "SELECT id FROM contact WHERE name_key = 'vu thi cuc'"), wave = 0;
	struct wave w = { .campaign = t->c.id, .name = "w", .template = "invitation", .audience = "", .uncertain = "hold",
	    .state = "planned" };
	struct attempt late = { .n = 1, .at = clock_now(), .relay = "dir:x", .command = "RCPT", .code = 550, .enhanced = "5.1.1",
	    .text = "<cuc@rieng.example> unknown", .verdict = "refused", .category = "unknown-user" };
	struct evidence v = { .contact = cuc, .at = clock_now(), .kind = "refusal", .grade = 'A', .category = "unknown-user",
	    .email = "cuc@rieng.example", .text = "<cuc@rieng.example> unknown", .fingerprint = "f2" };
	struct forget_tally f;

	if (wave_insert(t->w.db, &w, &t->w.e) < 0 || invite_plan(t->w.db, w.id, cuc, "cuc@rieng.example", clock_now(), &t->w.e) != 1)
		world_die(&t->w, "wave");
	wave = w.id;
	attach(t, cuc);
	f = forget(t, cuc);
	CHECK_INT(f.cancelled, 1, "what was not sent yet is cancelled");
	CHECK_INT(COUNT(t, "SELECT length(raw) FROM inbound WHERE sha256 = 'by-hand'"), 0, "nor a mail that was said to be theirs");
	CHECK(strstr(ASK(t, "SELECT email FROM invite"), "@erased.invalid"), "nothing is left of the domain");
	CHECK_INT(COUNT(t, "SELECT count(*) FROM invite WHERE state = 'cancelled'"), 1, "the invite says so");
	late.invite = COUNT(t, "SELECT id FROM invite");
	v.invite = late.invite;
	CHECK_INT(attempt_insert(t->w.db, &late, &t->w.e), 0, "an answer that was under way is recorded");
	CHECK_INT(evidence_add(t->w.db, &v, &t->w.e), 1, "and what it means");
	CHECK_STR(ASK(t, "SELECT text || '|' || category FROM attempt"), "|unknown-user", "without the words");
	CHECK_STR(ASK(t, "SELECT email || text FROM evidence WHERE fingerprint = 'f2'"), ASK(t, "SELECT email FROM invite"),
	    "nor the address");
	CHECK_INT(invite_plan(t->w.db, wave, cuc, "x@y.example", clock_now(), &t->w.e), 0, "one invite a wave");
}

/* The list went out before: reference, name and address name somebody who is gone. */
static void
test_corrections(struct tester *t)
{
	int64_t dung = COUNT(t, "SELECT id FROM contact WHERE name_key = 'do dung'");
	char ref[FIXREF_MAX];
	struct import_tally a;
	const char *list;

	fixref_write(ref, t->c.id, dung);
	forget(t, dung);
	list = arena_printf(&t->w.arena, "Mã tham chiếu,Họ và tên,Đơn vị công tác,Thư điện tử trong danh sách,Thư điện tử đã sửa\n"
	    "%s,Đỗ Dung,Sở Y tế,dung.do@cantho.gov.example,moi@cantho.gov.example\n"
	    ",Đỗ Dung,Sở Y tế,,khac@cantho.gov.example\n"
	    ",Hồ Em,Sở Y tế,em.ho@cantho.gov.example,em2.ho@cantho.gov.example\n", ref);
	import(t, list, true, &a, "a list of corrections");
	CHECK(a.corrections, "it is known as one");
	CHECK_INT(a.reason[R_ERASED], 2, "by reference, by name");
	CHECK_INT(a.mended, 1, "the other is mended");
	import_tally_release(&a);
	CHECK_INT(COUNT(t, "SELECT count(*) FROM roster_row WHERE reason = 'erased' AND (raw <> '' OR name <> '' OR email <> '')"), 0,
	    "the rows say nothing");
	CHECK_INT(COUNT(t, "SELECT count(*) FROM contact WHERE name_key = 'do dung'"), 0, "nobody is back");
}

static void
test_amend(struct tester *t)
{
	struct contact c = { .id = 0 };
	struct amended done;

	if (contact_by_id(t->w.db, &t->w.arena, COUNT(t, "SELECT id FROM contact WHERE name_key = 'ho giang'"), &c, &t->w.e) != 1)
		world_die(&t->w, "contact");
	CHECK_INT(amend(t->w.db, &c, t->units, &(struct amendment){ .email = "giang@gmail.con" }, BY_CLI, clock_now(), &done, &t->w.e), -1, "a slip");
	CHECK(strstr(t->w.e.text, "giang@gmail.example"), "tells what may be meant");
	CHECK_STR(done.fault, "email", "and about what");
	CHECK_INT(amend(t->w.db, &c, t->units, &(struct amendment){ .email = "hoa.le@cantho.gov.example" }, BY_CLI, clock_now(), &done, &t->w.e), 0,
	    "a colleague's mailbox");
	CHECK(done.email && done.shared, "is told to be shared");
	CHECK_INT(COUNT(t, "SELECT count(*) FROM correction WHERE new_email = 'hoa.le@cantho.gov.example'"), 1, "a correction");
	CHECK_INT(COUNT(t, "SELECT count(*) FROM roster_row WHERE warnings = 'shared_address' AND name LIKE '%Hoa'"), 1, "the row says so");
	CHECK_INT(contact_by_id(t->w.db, &t->w.arena, c.id, &c, &t->w.e), 1, "read again");
	CHECK_INT(amend(t->w.db, &c, t->units, &(struct amendment){ .email = "giang.ho@cantho.gov.example", .name = " Hồ  Giang " },
	    BY_CLI, clock_now(), &done, &t->w.e), 0, "back");
	CHECK(done.email && !done.name, "spaces are no other name");
	CHECK_INT(COUNT(t, "SELECT count(*) FROM roster_row WHERE warnings = 'shared_address' AND name LIKE '%Hoa'"), 0, "hers alone again");
}

static void
test_portrait(struct tester *t)
{
	struct contact *list;
	size_t n;
	json_t *o = NULL;

	if (contact_by_email(t->w.db, &t->w.arena, "hoa.le@cantho.gov.example", &list, &n, &t->w.e) < 0 ||
	    portrait(t->w.db, list, n, NULL, clock_now(), &o, &t->w.e) < 0)
		world_die(&t->w, "portrait");
	for (const struct holdings_table *h = holdings_tables; h->name; h++) {
		json_t *of = h->held == HELD_BY_PERSON ? json_array_get(json_object_get(o, "persons"), 0) : json_object_get(o, "by_address");

		CHECK(h->held == HELD_NOT || json_is_array(json_object_get(of, h->name)), h->name);
	}
	json_decref(o);
}

/* Nobody asked: their time is over. They may be nominated again. */
static void
test_retention(struct tester *t)
{
	static const char close[] = "UPDATE campaign SET closes_at = closes_at - 800 * 86400";
	const struct retention_options dry = { .dry_run = true }, real = { .dry_run = false };
	struct retention_result r;
	struct import_tally a;
	int64_t left = COUNT(t, "SELECT count(*) FROM contact WHERE erased_at IS NULL");

	CHECK_INT(retention_run(t->w.db, &t->conf, &dry, &r, &t->w.e), 0, "before their time");
	CHECK_INT(r.people, 0, "nobody");
	db_run(db_stmt(t->w.db, close, &t->w.e), &t->w.e);
	CHECK_INT(retention_run(t->w.db, &t->conf, &dry, &r, &t->w.e), 0, "after it");
	CHECK_INT(r.people, left, "all who are left");
	CHECK_INT(COUNT(t, "SELECT count(*) FROM contact WHERE erased_at IS NULL"), left, "but only counted");
	t->conf.retention_person_days = 0;
	CHECK_INT(retention_run(t->w.db, &t->conf, &real, &r, &t->w.e), 0, "kept for ever");
	CHECK_INT(r.people, 0, "nobody");
	t->conf.retention_person_days = 730;
	CHECK_INT(retention_run(t->w.db, &t->conf, &real, &r, &t->w.e), 0, "for two years");
	CHECK_INT(r.people, left, "all");
	CHECK_INT(COUNT(t, "SELECT count(*) FROM contact WHERE erased_at IS NULL"), 0, "nobody is left");
	CHECK_INT(COUNT(t, "SELECT count(*) FROM correction WHERE old_email NOT LIKE 'erased-%' OR new_email NOT LIKE 'erased-%'"), 0,
	    "nor an address that was mended");
	import(t, "Họ và tên,Đơn vị,Email\nLê Hoa,Sở Y tế,hoa.le@cantho.gov.example\n", true, &a, "nominated once more");
	CHECK_INT(a.added, 1, "she did not ask to be left out");
	import_tally_release(&a);
}

int
main(void)
{
	struct tester t = { .files = 0 };
	struct import_tally a;

	begin(&t);
	test_tables(&t);
	test_redact(&t);
	import(&t, roster, false, &a, "a roster");
	CHECK_INT(a.disposition[ACCEPT], 7, "seven people");
	import_tally_release(&a);
	test_shared(&t);
	test_own_domain(&t);
	test_corrections(&t);
	test_amend(&t);
	test_portrait(&t);
	test_retention(&t);
	units_free(t.units);
	conf_release(&t.conf);
	world_end(&t.w);
	return check_done();
}
