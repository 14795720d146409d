/* One person gets the message once more: who may, who not and why, what is written down; notes on people. */
#include "support/check.h"
#include "support/fill_store.h"

#include "base/clock.h"
#include "engine/remark.h"
#include "engine/resend.h"
#include "engine/word.h"
#include "store/evidence.h"

#define DAY 86400
#define NOON (FILL_OPENS + 12 * 3600)			/* Friday, 17/9/2021 */
#define NEXT_NOON (NOON + DAY)

static struct fill f;
static struct conf conf;
static int64_t unit;
static const struct by by = { "an.operator", LANG_EN };

static int64_t
number(const char *sql)
{
	struct err e = ERR_INIT;
	int64_t n = -1;

	if (db_one_int(db_stmt(f.db, sql, &e), &n, &e) < 0)
		CHECK(false, e.text);
	return n;
}

static struct contact
whole(int64_t id)
{
	struct err e = ERR_INIT;
	struct contact c = { .id = 0 };

	fill_commit(&f);
	if (contact_by_id(f.db, &f.arena, id, &c, &e) != 1)
		CHECK(false, "person");
	return c;
}

static int64_t
invited(const char *email, const char *state, int64_t at)
{
	struct err e = ERR_INIT;
	int64_t p;

	if (!db_in_transaction(f.db))
		fill_check(db_begin(f.db, &e), &e, "begin");
	p = fill_person(&f, unit, "Nguyễn Thị Mẫu", email);
	if (*state)
		fill_invite(&f, f.wave, p, email, state, at);
	return p;
}

static void
said(int64_t id, const char *kind, int64_t at, int64_t until)
{
	struct err e = ERR_INIT;
	struct contact c = whole(id);

	fill_check(word_record(f.db, &c, word_find(kind), &(struct word_said){ "gọi điện", at, until }, BY_CLI, &e) < 0 ? -1 : 0, &e,
	    kind);
}

static struct resend
look(int64_t id, int64_t now)
{
	struct err e = ERR_INIT;
	struct contact c = whole(id);
	struct resend x;

	if (!CHECK_INT(resend_look(&x, f.db, &conf, &f.arena, &c, BY_CLI, now, &e), 0, "look"))
		puts(e.text);
	return x;
}

static void
expect(int64_t id, int64_t now, enum skip want, const char *label)
{
	struct resend x = look(id, now);

	CHECK_STR(eligible_key(x.skip), eligible_key(want), label);
	CHECK_INT(x.may, want == SKIP_NOT, label);
	CHECK_INT(*x.why != '\0', want != SKIP_NOT, "says why");
}

static void
test_who(void)
{
	struct resend x;
	int64_t p;

	expect(invited("plain@a.example", "accepted", NOON), NEXT_NOON, SKIP_NOT, "got it yesterday");
	expect(invited("never@a.example", "", 0), NEXT_NOON, SKIP_NOT, "never got any");
	expect(invited("today@a.example", "accepted", NOON), NOON + 3600, SKIP_TODAY, "got one today");
	expect(invited("open@a.example", "deferred", NOON), NEXT_NOON, SKIP_OPEN, "one is under way");
	expect(invited("refused@a.example", "refused", NOON), NEXT_NOON, SKIP_NOT, "refused, and mended perhaps");
	p = invited("stop@a.example", "accepted", NOON);
	said(p, "opt_out", NOON + 60, 0);
	expect(p, NEXT_NOON, SKIP_OPTED_OUT, "asked to stop");
	p = invited("gone@a.example", "accepted", NOON);
	said(p, "moved", NOON + 60, 0);
	expect(p, NEXT_NOON, SKIP_DEAD, "the address is dead");
	said(p, "works", NOON + 120, 0);
	expect(p, NEXT_NOON, SKIP_NOT, "it works again");
	p = invited("away@a.example", "accepted", NOON);
	said(p, "away", NOON + 60, NOON + 5 * DAY);
	expect(p, NEXT_NOON, SKIP_AWAY, "away");
	x = look(p, FILL_CLOSES + 60);
	CHECK(!x.may && *x.why, "after closing nobody gets anything");
}

static void
test_written(void)
{
	int64_t p = invited("again@a.example", "accepted", NOON), waves = number("SELECT count(*) FROM wave");
	struct contact c = whole(p);
	struct err e = ERR_INIT;
	struct resend x;

	CHECK_INT(resend(&x, f.db, &conf, &f.arena, &c, &by, NEXT_NOON, &e), 1, e.text);
	CHECK_STR(x.email, "again@a.example", "where to");
	CHECK_STR(x.template, "invitation", "the words of the last one");
	CHECK_INT(number("SELECT count(*) FROM wave"), waves + 1, "a wave of its own");
	CHECK_INT(number("SELECT count(*) FROM wave WHERE state = 'running' AND kind = 'notice' AND position = 0 AND begun_at > 0"
	    " AND not_after - not_before = 172800 AND name LIKE 'resend-%' AND audience = 'person=' || substr(name, 8)"), 1, "under way");
	CHECK_INT(number("SELECT count(*) FROM invite i JOIN wave w ON w.id = i.wave WHERE w.name LIKE 'resend-%' AND i.state = 'planned'"
	    " AND i.email = 'again@a.example'"), 1, "one invite");
	CHECK_INT(number("SELECT count(*) FROM audit WHERE actor = 'an.operator' AND action = 'person resend' AND detail NOT LIKE '%@%'"), 1,
	    "who did it");
	CHECK_INT(number("SELECT count(*) FROM wave_log WHERE what = 'begun' AND wave LIKE 'resend-%' AND n = 1"), 1, "in the log");
	CHECK_INT(resend(&x, f.db, &conf, &f.arena, &c, &by, NEXT_NOON, &e), 0, "a second click");
	CHECK_STR(eligible_key(x.skip), "open", "is told");
	CHECK_INT(number("SELECT count(*) FROM wave"), waves + 1, "and makes nothing");
	fill_check(db_begin(f.db, &e), &e, "begin");
	CHECK_INT(number("UPDATE invite SET state = 'accepted', moved_at = 0 WHERE email = 'again@a.example' AND state = 'planned'"
	    " RETURNING 1"), 1, "it went out");
	fill_commit(&f);
	CHECK_INT(resend(&x, f.db, &conf, &f.arena, &c, &by, NEXT_NOON + DAY, &e), 1, "another day");
	CHECK(strstr(x.wave, "-2") != NULL, "has another name");
}

static void
test_quiet(void)
{
	struct conf own = conf;
	struct err e = ERR_INIT;
	struct contact c = whole(invited("night@a.example", "accepted", NOON));
	struct resend x;

	own.quiet_hours = "18:00-07:30";
	CHECK_INT(resend_look(&x, f.db, &own, &f.arena, &c, &by, NEXT_NOON + 10 * 3600, &e), 0, e.text);
	CHECK(x.may && x.put_off, "not at night");
	CHECK_INT(x.due_at, FILL_OPENS + 2 * DAY + 7 * 3600 + 1800, "at half past seven");
}

static void
test_note(void)
{
	struct err e = ERR_INIT;
	struct contact c = whole(invited("note@a.example", "", 0));
	char *long_one = mem_alloc(REMARK_MAX_BYTES + 2);

	memset(long_one, 'x', REMARK_MAX_BYTES + 1);
	long_one[REMARK_MAX_BYTES + 1] = '\0';
	CHECK_INT(remark_add(f.db, &c, "  \n ", BY_CLI, NOON, &e), -1, "nothing");
	CHECK_INT(remark_add(f.db, &c, long_one, BY_CLI, NOON, &e), -1, "too much");
	CHECK_INT(remark_add(f.db, &c, " Hẹn gọi  lại\tthứ hai ", &by, NOON, &e), 0, e.text);
	CHECK_INT(number("SELECT count(*) FROM person_note WHERE text = 'Hẹn gọi lại thứ hai' AND actor = 'an.operator'"), 1, "kept");
	CHECK_INT(number("SELECT count(*) FROM audit WHERE action = 'person note' AND detail LIKE '%gọi%'"), 0, "not in the audit");
	CHECK_INT(number("SELECT count(*) FROM audit WHERE action = 'person note'"), 1, "but that it was done");
	c.erased_at = NOON;
	CHECK_INT(remark_add(f.db, &c, "còn gì?", BY_CLI, NOON, &e), -1, "nothing more about who was erased");
	free(long_one);
}

int
main(void)
{
	struct err e = ERR_INIT;

	fill_open(&f);
	fill_check(conf_load(&conf, NULL, false, &e), &e, "settings");
	conf_set_store(&conf, db_path(f.db));
	conf.quiet_hours = "";
	conf.working_days_only = "no";
	unit = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", true);
	fill_commit(&f);
	test_who();
	test_written();
	test_quiet();
	test_note();
	conf_release(&conf);
	fill_close(&f);
	return check_done();
}
