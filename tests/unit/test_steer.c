/* What cron does next with a wave, in words; waves made, started, paused and resumed; a preview; without a web page. */
#include "support/check.h"
#include "support/fill_store.h"

#include "base/clock.h"
#include "base/log.h"
#include "engine/caution.h"
#include "engine/due.h"
#include "engine/steer.h"

#define PEOPLE 5
#define DAY 86400

static struct fill f;
static struct conf conf;
static char secret[128];
static struct err e;

static int64_t
count(const char *sql)
{
	int64_t n = -1;

	fill_check(db_one_int(db_stmt(f.db, sql, &e), &n, &e), &e, sql);
	return n;
}

static void
open_world(void)
{
	static const char times[] = "UPDATE campaign SET opens_at = $1, closes_at = $2";
	static const char none[] = "DELETE FROM wave";
	struct stmt *s;
	int64_t unit;

	fill_open(&f);
	unit = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", true);
	for (int i = 1; i <= PEOPLE; i++) {
		char email[64];

		snprintf(email, sizeof(email), "p%d@unit.example", i);
		fill_person(&f, unit, "Nguyễn Thị Mẫu", email);
	}
	fill_contact(&f, unit, "Trần Giữ Lại", "q@unit.example", "held");
	fill_commit(&f);
	fill_check(conf_load(&conf, NULL, false, &e), &e, "settings");
	snprintf(secret, sizeof(secret), "%s/secret.key", f.dir);
	conf.secret_file = secret;
	f.c.opens_at = clock_now() - DAY;
	f.c.closes_at = clock_now() + 20 * DAY;
	s = db_stmt(f.db, times, &e);
	bind_int(s, 1, f.c.opens_at);
	bind_int(s, 2, f.c.closes_at);
	fill_check(db_run(s, &e), &e, times);
	fill_check(db_run(db_stmt(f.db, none, &e), &e), &e, none);
}

/* --- due ------------------------------------------------------------------------- */

static void
test_due(void)
{
	const int64_t now = clock_now(), opens = f.c.opens_at;
	struct {
		const char *label;
		struct wave w;
		int64_t shift, doubt;		/* of now; */
		enum due_what what;
		int64_t at;
		const char *reason, *says_en, *says_vi;
	} cases[] = {
		{ "by hand", { .state = "planned" }, 0, 0, DUE_BY_HAND, 0, "", "when somebody starts it", "khi có người cho gửi" },
		{ "by hand, under way", { .state = "running", .begun_at = 1 }, 0, 0, DUE_BY_HAND, 0, "", "nobody is added", "không tự bổ sung" },
		{ "by hand, over", { .state = "done", .begun_at = 1 }, 0, 0, DUE_BY_HAND, 0, "", "nothing more", "không còn" },
		{ "its time has not come", { .state = "planned", .position = 1, .not_before = now + 3600 }, 0, 0, DUE_WAIT, now + 3600, "",
		    "begins by itself at", "tự bắt đầu lúc" },
		{ "its time comes before the campaign opens", { .state = "planned", .position = 1, .not_before = opens - 3600 }, -DAY - 1800, 0,
		    DUE_WAIT, opens, "", "begins by itself at", "tự bắt đầu lúc" },
		{ "its time has come", { .state = "planned", .position = 1, .not_before = now - 60 }, 0, 0, DUE_BEGIN, 0, "", "within a minute",
		    "trong vòng một phút" },
		{ "paused before it began", { .state = "paused", .position = 1, .not_before = now - 60 }, 0, 0, DUE_PAUSED, 0, "",
		    "until somebody resumes", "đến khi có người" },
		{ "its last moment has passed", { .state = "planned", .position = 1, .not_before = now - 60, .not_after = now - 1 }, 0, 0,
		    DUE_PASS_OVER, 0, "over", "its last moment had passed", "đã quá hạn" },
		{ "the campaign has closed", { .state = "planned", .position = 1, .not_before = now - 60 }, 30 * DAY, 0, DUE_PASS_OVER, 0, "closed",
		    "the campaign had closed", "đợt đã đóng" },
		{ "a restored store", { .state = "planned", .position = 1, .not_before = now - 60 }, 0, now, DUE_PASS_OVER, 0, "perhaps_run",
		    "restored from a backup", "sao lưu" },
		{ "passed over", { .state = "done", .position = 1, .closed_at = 1 }, 0, 0, DUE_SETTLED, 0, "", "nothing more", "không còn" },
		{ "under way", { .state = "running", .position = 1, .begun_at = now - 60, .planned_at = now }, 0, 0, DUE_LOOK, now + 3600, "",
		    "at the latest", "chậm nhất" },
		{ "under way for an hour", { .state = "running", .position = 1, .begun_at = now - 60, .planned_at = now - 3600 }, 0, 0, DUE_PLAN, 0, "",
		    "within a minute", "trong vòng một phút" },
		{ "under way, paused", { .state = "paused", .position = 1, .begun_at = now - 60, .planned_at = now }, 0, 0, DUE_PAUSED, 0, "",
		    "until somebody resumes", "đến khi có người" },
		{ "under way, its time is over", { .state = "running", .position = 1, .begun_at = 1, .planned_at = 1, .not_after = now - 1 }, 0, 0,
		    DUE_CLOSE, 0, "over", "it is closed", "tự đóng" },
	};
	struct calendar calendar;
	struct arena a = ARENA_INIT;

	fill_check(calendar_load(&calendar, &conf, &e), &e, "calendar");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct due_ask q = { .db = f.db, .conf = &conf, .calendar = &calendar, .campaign = &f.c, .now = now + cases[i].shift,
		    .doubt = cases[i].doubt };
		struct buf en = BUF_INIT(1000), vi = BUF_INIT(1000);
		struct wave *w = &cases[i].w;
		struct due d;

		w->id = 1;
		w->campaign = f.c.id;
		w->name = "w";
		w->kind = "invitation";
		CHECK_INT(due_look(&q, &a, w, &d, &e), 0, cases[i].label);
		CHECK_INT(d.what, cases[i].what, cases[i].label);
		if (cases[i].at)
			CHECK_INT(d.at, cases[i].at, cases[i].label);
		CHECK_STR(d.reason, cases[i].reason, cases[i].label);
		due_text(&en, &d, w, &f.c.zone, LANG_EN);
		due_text(&vi, &d, w, &f.c.zone, LANG_VI);
		CHECK(strstr(buf_str(&en), cases[i].says_en) != NULL, cases[i].label);
		CHECK(strstr(buf_str(&vi), cases[i].says_vi) != NULL, cases[i].label);
		buf_release(&en);
		buf_release(&vi);
	}
	calendar_release(&calendar);
	arena_release(&a);
}

/* --- made, looked at, started --------------------------------------------------------- */

static void
test_create(void)
{
	static const struct { const char *label; struct steer_order o; const char *field; } wrong[] = {
		{ "no name", { .name = "", .template = "invitation" }, "name" },
		{ "a name with a slash", { .name = "a/b", .template = "invitation" }, "name" },
		{ "no template", { .name = "x", .template = "" }, "template" },
		{ "kind", { .name = "x", .template = "invitation", .kind = "spam" }, "kind" },
		{ "not before", { .name = "x", .template = "invitation", .not_before = "yesterday-ish" }, "not-before" },
		{ "not after", { .name = "x", .template = "invitation", .not_after = "32/13/2026" }, "not-after" },
		{ "order", { .name = "x", .template = "invitation", .not_before = "2026-02-02", .not_after = "2026-02-01" }, "not-after" },
		{ "uncertain", { .name = "x", .template = "invitation", .uncertain = "perhaps" }, "uncertain" },
		{ "audience", { .name = "x", .template = "invitation", .audience = "unit=T00" }, "audience" },
	};
	static const char waves[] = "SELECT count(*) FROM wave", audit[] = "SELECT count(*) FROM audit WHERE action = 'wave create'";
	struct steer_order good = { .name = "first", .template = "invitation", .audience = "unit=T92" };
	struct wave w, again;
	const char *field;

	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		CHECK_INT(steer_create(f.db, &f.arena, &conf, &f.c, &wrong[i].o, "test", &w, &field, &e), -1, wrong[i].label);
		CHECK_STR(field, wrong[i].field, wrong[i].label);
		CHECK(e.code == ERR_INPUT || e.code == ERR_NOTFOUND, wrong[i].label);
	}
	CHECK_INT(count(waves), 0, "none was made");
	CHECK_INT(steer_create(f.db, &f.arena, &conf, &f.c, &good, "test", &w, &field, &e), 0, "one is made");
	CHECK(!field && w.id > 0, "with its number");
	CHECK_STR(w.kind, "invitation", "its kind by its template");
	CHECK_INT(steer_create(f.db, &f.arena, &conf, &f.c, &good, "test", &again, &field, &e), -1, "not a second of that name");
	CHECK_STR(field, "name", "... says what");
	CHECK_INT(count(waves) * 10 + count(audit), 11, "one wave, one entry");
	CHECK_INT(steer_find(f.db, &f.arena, &f.c, "second", &again, &e), -1, "no such wave");
	CHECK(strstr(e.text, "first") != NULL, "... tells which there are");
}

struct seen { int64_t in, all; };

static void
see(const struct facts *person, const struct eligible_answer *a, void *arg)
{
	struct seen *s = arg;

	(void)person;
	s->in += a->skip == SKIP_NOT;
	s->all++;
}

static void
test_preview(void)
{
	static const char invites[] = "SELECT count(*) FROM invite";
	struct caution list[CAUTIONS_MOST];
	struct seen s = { 0, 0 };
	struct preview_sample sample;
	struct preview_mail m;
	struct preview p, other;
	struct wave w;
	size_t n;

	fill_check(steer_find(f.db, &f.arena, &f.c, "first", &w, &e), &e, "first");
	CHECK_INT(preview_make(&p, f.db, &conf, &f.c, &w, 2, see, &s, &e), 0, "preview");
	CHECK_INT(p.plan.planned, PEOPLE, "so many get it");
	CHECK_INT(s.in * 10 + s.all, PEOPLE * 10 + PEOPLE + 1, "everybody was looked at");
	CHECK_INT(p.causes[CAUSE_NOT_INVITED], PEOPLE, "all for the first time");
	CHECK(p.n_units == 1 && p.units[0].in == PEOPLE && p.units[0].out == 1, "by unit");
	CHECK_INT((int64_t)p.n_samples, 2, "samples");
	CHECK_INT(preview_mail(&p, f.db, &conf, &p.samples[1], LANG_EN, &f.arena, &m, &e), 0, "in English");
	CHECK(strstr(m.text, "Dear Nguyễn Thị Mẫu") && m.html, "the mail");
	CHECK_INT(preview_mail(&p, f.db, &conf, &p.samples[1], LANG_VI, &f.arena, &m, &e), 0, "in Vietnamese");
	CHECK(strstr(m.text, "Kính gửi") != NULL, "the mail");
	CHECK_INT(preview_sample_of(&other, f.db, &conf, &f.c, &w, p.samples[0].contact, &sample, &e), 1, "one person");
	CHECK_STR(sample.email, p.samples[0].email, "the same address");
	preview_release(&other);
	CHECK_INT(preview_sample_of(&other, f.db, &conf, &f.c, &w, 0, &sample, &e), 0, "nobody");
	preview_release(&other);
	CHECK_INT(preview_sample_of(&other, f.db, &conf, &f.c, &w, PEOPLE + 1, &sample, &e), 0, "one whose row is held");
	preview_release(&other);
	CHECK_INT(cautions(&p, f.db, &conf, &f.arena, LANG_EN, list, &n, &e), 0, "cautions");
	CHECK(n == 1 && strcmp(list[0].key, "untested") == 0, "no test was made");
	preview_release(&p);
	CHECK_INT(count(invites), 0, "nothing was written");
}

static bool
warned(const struct caution *list, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].key, key) == 0)
			return true;
	return false;
}

static void
test_cautions(void)
{
	struct caution list[CAUTIONS_MOST];
	struct campaign c = f.c;
	struct preview p;
	struct wave w;
	size_t n;

	fill_check(steer_find(f.db, &f.arena, &f.c, "first", &w, &e), &e, "first");
	w.not_after = clock_now() - 1;
	fill_check(preview_make(&p, f.db, &conf, &c, &w, 0, NULL, NULL, &e), &e, "late");
	fill_check(cautions(&p, f.db, &conf, &f.arena, LANG_VI, list, &n, &e), &e, "late");
	CHECK(warned(list, n, "late"), "its time is over");
	preview_release(&p);
	w.not_after = 0;
	w.not_before = clock_now() + 7200;
	fill_check(preview_make(&p, f.db, &conf, &c, &w, 0, NULL, NULL, &e), &e, "later");
	fill_check(cautions(&p, f.db, &conf, &f.arena, LANG_VI, list, &n, &e), &e, "later");
	CHECK(warned(list, n, "later") && !warned(list, n, "late"), "not before its time");
	preview_release(&p);
	w.not_before = 0;
	c.opens_at = clock_now() + DAY;
	fill_check(preview_make(&p, f.db, &conf, &c, &w, 0, NULL, NULL, &e), &e, "not open");
	fill_check(cautions(&p, f.db, &conf, &f.arena, LANG_VI, list, &n, &e), &e, "not open");
	CHECK(warned(list, n, "not_open"), "the campaign is not open");
	preview_release(&p);
	w.audience = "cause=complained";
	fill_check(preview_make(&p, f.db, &conf, &f.c, &w, 0, NULL, NULL, &e), &e, "nobody");
	fill_check(cautions(&p, f.db, &conf, &f.arena, LANG_VI, list, &n, &e), &e, "nobody");
	CHECK(warned(list, n, "nobody"), "nobody gets it");
	preview_release(&p);
}

static void
test_start(void)
{
	static const char begun[] = "SELECT count(*) FROM wave_log WHERE what = 'begun' AND n = 5", log[] = "SELECT count(*) FROM wave_log";
	static const char held[] = "SELECT n FROM wave_log WHERE what = 'left_out' AND reason = 'held'";
	static const char audit[] = "SELECT count(*) FROM audit WHERE action = 'wave start'";
	struct wave planned, w;
	struct plan p;
	int64_t before;

	fill_check(steer_find(f.db, &f.arena, &f.c, "first", &planned, &e), &e, "first");
	CHECK_INT(steer_pause(f.db, &planned, "test", &e), 0, "paused before it began");
	CHECK_INT(steer_start(f.db, &conf, &f.c, &planned, "planned", "test", &p, &e), -1, "as it was seen, it may start");
	CHECK(e.code == ERR_NOTNOW && strstr(e.text, "paused"), "but is paused by now");
	CHECK_INT(steer_resume(f.db, &planned, NULL, "test", &e), 0, "resumed");
	fill_check(steer_find(f.db, &f.arena, &f.c, "first", &w, &e), &e, "first");
	CHECK_STR(w.state, "planned", "one that never ran is planned again");
	CHECK_INT(steer_start(f.db, &conf, &f.c, &w, "planned", "test", &p, &e), 0, "started");
	CHECK_INT(count(begun) * 10 + count(audit), 11, "once");
	CHECK_INT(count(held), 1, "who is left out is in the log");
	before = count(log);
	CHECK_INT(steer_start(f.db, &conf, &f.c, &w, "planned", "test", &p, &e), -1, "by who saw it planned: not again");
	CHECK_INT(e.code, ERR_NOTNOW, "it was started");
	CHECK_INT(count(log), before, "and nothing is noted");
	fill_check(steer_find(f.db, &f.arena, &f.c, "first", &w, &e), &e, "first");
	CHECK_INT(steer_start(f.db, &conf, &f.c, &w, NULL, "test", &p, &e), 0, "a command that is given again");
	CHECK_INT(p.planned * 10 + p.before, 5, "finds nobody new");
	CHECK_INT(count(audit), 1, "and is no start");
	CHECK_INT(steer_resume(f.db, &w, NULL, "test", &e), -1, "it is not paused");
	CHECK_INT(steer_resume(f.db, &w, "unit.example", "test", &e), -1, "nor is a domain stopped");
	CHECK_INT(steer_pause(f.db, &w, "test", &e), 0, "paused");
	CHECK_INT(steer_pause(f.db, &w, "test", &e), -1, "not twice");
	CHECK_INT(steer_resume(f.db, &w, NULL, "test", &e), 0, "resumed");
	fill_check(steer_find(f.db, &f.arena, &f.c, "first", &w, &e), &e, "first");
	CHECK_STR(w.state, "running", "it goes on");
	w.id = 999;
	CHECK_INT(steer_pause(f.db, &w, "test", &e), -1, "one that is gone");
	CHECK_INT(e.code, ERR_NOTFOUND, "... says so");
}

int
main(void)
{
	log_to(-1, LOG_LEVEL_ERROR);
	open_world();
	test_due();
	test_create();
	test_preview();
	test_cautions();
	test_start();
	conf_release(&conf);
	fill_close(&f);
	return check_done();
}
