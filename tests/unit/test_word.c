/* What a focal point says of a person decides the cause, stays on record, and can be taken back. */
#include "support/check.h"
#include "support/fill_store.h"

#include "engine/cause.h"
#include "engine/word.h"
#include "store/suppression.h"

#define T(n) (FILL_OPENS + (n) * 3600)

static struct fill f;

static void
expect(int64_t contact, enum cause want, char want_grade, const char *label)
{
	struct cause_ask ask = { 3, FILL_CLOSES };
	struct err e = ERR_INIT;
	struct facts_reader *r;
	struct facts facts;
	enum cause c = CAUSES;
	char grade = '?';

	if (CHECK_INT(facts_open(&r, f.db, &f.c, contact, T(90), &e), 0, e.text) && facts_next(r, &facts, &e) == 1)
		c = cause_of(&facts, &ask, &grade);
	facts_close(r);
	CHECK_STR(c < CAUSES ? cause_info(c)->key : "none", cause_info(want)->key, label);
	CHECK_INT(grade, want_grade, label);
}

static int64_t
number(const char *sql)
{
	struct err e = ERR_INIT;
	int64_t n = -1;

	fill_check(db_one_int(db_stmt(f.db, sql, &e), &n, &e), &e, sql);
	return n;
}

static struct contact
person(int64_t unit, const char *email)
{
	struct err e = ERR_INIT;
	struct contact c = { .id = 0 };
	int64_t id;

	if (!db_in_transaction(f.db))
		fill_check(db_begin(f.db, &e), &e, "begin");
	id = fill_person(&f, unit, "Lê Thị Mẫu", email);
	fill_invite(&f, f.wave, id, email, "accepted", T(10));
	fill_commit(&f);
	fill_check(contact_by_id(f.db, &f.arena, id, &c, &e), &e, "person");
	return c;
}

static int
say(const struct contact *c, const char *kind, int64_t at, int64_t until)
{
	struct err e = ERR_INIT;
	int rc = word_record(f.db, c, word_find(kind), &(struct word_said){ "đầu mối gọi điện", at, until }, BY_CLI, &e);

	CHECK(rc >= 0, e.text);
	return rc;
}

static void
test_kinds(int64_t unit)
{
	static const struct { const char *kind; enum cause want; int64_t until; } t[] = {
		{ "spam", CAUSE_IN_SPAM, 0 }, { "received", CAUSE_RECEIVED_SILENT, 0 }, { "moved", CAUSE_MOVED, 0 },
		{ "wrong_address", CAUSE_BAD_USER, 0 }, { "full", CAUSE_MAILBOX_FULL, 0 }, { "disabled", CAUSE_MAILBOX_DISABLED, 0 },
		{ "away", CAUSE_AWAY, FILL_CLOSES }, { "opt_out", CAUSE_OPTED_OUT, 0 },
		{ "works", CAUSE_NOT_INVITED, 0 },
	};
	char email[64];

	for (size_t i = 0; i < COUNT_OF(t); i++) {
		struct contact c;

		snprintf(email, sizeof(email), "%s@x.example", t[i].kind);
		c = person(unit, email);
		expect(c.id, CAUSE_UNKNOWN, '\0', "before");
		CHECK_INT(say(&c, t[i].kind, T(20), t[i].until), 1, t[i].kind);
		expect(c.id, t[i].want, 'A', t[i].kind);
		CHECK_INT(say(&c, t[i].kind, T(20), t[i].until), 0, "the same again is known");
	}
	CHECK(!word_find("sulks") && !word_find(""), "no such word");
	CHECK_INT(number("SELECT count(*) FROM audit WHERE action = 'evidence add' AND detail LIKE 'contact=% kind=%'"), 18, "who did what");
	CHECK_INT(number("SELECT count(*) FROM audit WHERE detail LIKE '%gọi%' OR detail LIKE '%@%'"), 0, "without a note or an address");
	CHECK_INT(number("SELECT count(*) FROM evidence WHERE text = 'đầu mối gọi điện'"), 9, "the note stands with the evidence");
	CHECK_INT(number("SELECT count(*) FROM evidence WHERE hard = 1 AND email <> ''"), 2, "two addresses are dead");
	CHECK_INT(number("SELECT count(*) FROM evidence WHERE hard = 0 AND email <> ''"), 2, "two are in trouble");
}

static void
test_contradictions(int64_t unit)
{
	struct contact c = person(unit, "both@x.example");
	struct err e = ERR_INIT;

	say(&c, "spam", T(20), 0);
	say(&c, "received", T(21), 0);
	expect(c.id, CAUSE_RECEIVED_SILENT, 'A', "the later word counts");
	say(&c, "spam", T(22), 0);
	expect(c.id, CAUSE_IN_SPAM, 'A', "either way");
	CHECK_INT(word_withdraw(f.db, &c, word_find("spam"), BY_CLI, &e), 1, e.text);
	expect(c.id, CAUSE_RECEIVED_SILENT, 'A', "taken back");
	CHECK_INT(word_withdraw(f.db, &c, word_find("spam"), BY_CLI, &e), 0, "there is nothing left to take back");
	CHECK_INT(number("SELECT count(*) FROM evidence WHERE kind = 'focal_word_withdrawn'"), 2, "what was said stays on record");
	say(&c, "away", T(23), T(200));
	expect(c.id, CAUSE_RECEIVED_SILENT, 'A', "away, and back in time");
	say(&c, "opt_out", T(24), 0);
	CHECK_INT(word_withdraw(f.db, &c, word_find("opt_out"), &(struct by){ "an.operator", LANG_EN }, &e), 1, "written down for the wrong person");
	expect(c.id, CAUSE_RECEIVED_SILENT, 'A', "as before");
	CHECK_INT(number("SELECT count(*) FROM audit WHERE action = 'evidence withdraw' AND actor = 'an.operator'"), 1, "who took it back");
	say(&c, "opt_out", T(24), 0);
	fill_check(db_begin(f.db, &e), &e, "begin");
	fill_check(evidence_add(f.db, &(struct evidence){ .contact = c.id, .at = T(25), .kind = "opt_out", .grade = 'A',
	    .fingerprint = "opt_out:1" }, &e) < 0 ? -1 : 0, &e, "by the link");
	fill_commit(&f);
	CHECK_INT(word_withdraw(f.db, &c, word_find("opt_out"), &(struct by){ "an.operator", LANG_EN }, &e), -1, "that is the person's own to take back");
	expect(c.id, CAUSE_OPTED_OUT, 'A', "and nothing was taken back");
	c = person(unit, "away@y.example");
	say(&c, "away", T(23), T(200));
	expect(c.id, CAUSE_UNKNOWN, '\0', "away is no proof that anything arrived");
}

/* An address that was dead is cured by the word of who has asked, for all that have it. */
static void
test_works(int64_t unit)
{
	struct contact c = person(unit, "cured@z.example");

	say(&c, "wrong_address", T(20), 0);
	expect(c.id, CAUSE_BAD_USER, 'A', "dead");
	CHECK_INT(number("SELECT count(*) FROM evidence v WHERE v.email = 'cured@z.example' AND " SUPPRESSION_HOLDS("0")), 1, "stopped");
	say(&c, "works", T(21), 0);
	CHECK_INT(number("SELECT count(*) FROM evidence v WHERE v.email = 'cured@z.example' AND " SUPPRESSION_HOLDS("0")), 0, "cured");
	expect(c.id, CAUSE_NOT_INVITED, 'A', "as with a corrected address: nothing was sent there since");
	say(&c, "moved", T(22), 0);
	expect(c.id, CAUSE_MOVED, 'A', "a later failure counts");
	CHECK_INT(number("SELECT count(*) FROM evidence v WHERE v.email = 'cured@z.example' AND " SUPPRESSION_HOLDS("0")), 1, "stopped again");
}

static void
test_check(void)
{
	static const struct { const char *label, *kind; struct word_said said; int want; } t[] = {
		{ "whole", "spam", { "chị Mẫu gọi", 100, 0 }, 0 },
		{ "no note", "spam", { "", 100, 0 }, -1 },
		{ "ahead", "spam", { "chị Mẫu gọi", 101, 0 }, -1 },
		{ "away until when", "away", { "chị Mẫu gọi", 100, 0 }, -1 },
		{ "spam until when", "spam", { "chị Mẫu gọi", 100, 200 }, -1 },
		{ "away", "away", { "chị Mẫu gọi", 100, 200 }, 0 },
	};
	struct err e = ERR_INIT;

	for (size_t i = 0; i < COUNT_OF(t); i++)
		CHECK_INT(word_check(word_find(t[i].kind), &t[i].said, 100, LANG_EN, &e), t[i].want, t[i].label);
}

int
main(void)
{
	int64_t unit;

	fill_open(&f);
	unit = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", true);
	test_kinds(unit);
	test_contradictions(unit);
	test_works(unit);
	test_check();
	fill_close(&f);
	return check_done();
}
