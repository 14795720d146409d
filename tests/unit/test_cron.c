/* Cron lives through weeks: what it does and leaves out, by the clock it is shown; its story is its wave log. */
#include "support/check.h"
#include "support/fill_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/apply.h"
#include "engine/cron.h"
#include "engine/dispatch.h"
#include "engine/plan.h"
#include "store/wave_log.h"

static struct fill f;
static struct conf conf;
static volatile int64_t *hand;		/* of the clock */
static char secret[128], relay[160], plan_path[128];

/* --- the clock, the world -------------------------------------------------------- */

static void
make_clock(void)
{
	char path[] = "/tmp/thumoi-clock-XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0 || ftruncate(fd, sizeof(int64_t)) < 0)
		die("cannot make a clock");
	hand = mmap(NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	setenv("THUMOI_CLOCK_FILE", path, 1);
	*hand = 1;
	(void)clock_ms();	/* mapped now: the name may go */
	close(fd);
	unlink(path);
}

static void
set_clock(const char *when)
{
	struct zone z;
	struct err e = ERR_INIT;
	int64_t at = 0;

	if (zone_load(&z, ZONE_DEFAULT, &e) < 0 || date_parse(when, &z, DATE_START, &at, &e) < 0)
		die("%s", e.text);
	*hand = at * 1000;
}

static void
apply(const char *closes, const char *waves)
{
	struct applied done = { .arena = ARENA_INIT };
	struct buf text = BUF_INIT(8192);
	struct calendar calendar;
	struct err e = ERR_INIT;
	struct schedule s;

	buf_printf(&text, "[campaign]\nkey = k\ntitle = T\nopens = 17/9/2021\ncloses = %s\nsender = A <a@b.example>\n"
	    "tree = test\n[instrument survey]\ntitle = S\nurl = https://s.example/{{token}}\n%s", closes, waves);
	fill_check(file_replace(plan_path, text.s, text.len, &e), &e, "plan");
	fill_check(calendar_load(&calendar, &conf, &e), &e, "days");
	if (schedule_read(&s, plan_path, &calendar, &conf, &e) != 0 ||
	    apply_plan(f.db, &conf, &s, clock_now(), false, &done, &e) < 0 || s.faults || done.refused)
		die("plan: %s%s", buf_str(&s.said), e.text);
	applied_release(&done);
	schedule_release(&s);
	calendar_release(&calendar);
	buf_release(&text);
}

/* A campaign `k` with that plan, and n people. */
static void
open_world(const char *waves, int n)
{
	struct err e = ERR_INIT;
	int64_t unit;

	set_clock("2021-09-13 09:00");
	fill_open(&f);
	unit = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", 1);
	fill_commit(&f);
	fill_check(conf_load(&conf, NULL, false, &e), &e, "settings");
	snprintf(secret, sizeof(secret), "%s/secret.key", f.dir);
	snprintf(relay, sizeof(relay), "dir:%s/out", f.dir);
	snprintf(plan_path, sizeof(plan_path), "%s/plan.ini", f.dir);
	conf.secret_file = secret;
	conf.pace_file = "none";
	conf.stops = "off";
	apply("07/10/2021", waves);
	if (campaign_find(f.db, &f.arena, "k", &f.c, &e) != 1)
		die("no campaign: %s", e.text);
	fill_check(db_begin(f.db, &e), &e, "begin");
	for (int i = 1; i <= n; i++) {
		char email[64];

		snprintf(email, sizeof(email), "p%d@unit.example", i);
		fill_person(&f, unit, "Nguyễn Thị Mẫu", email);
	}
	fill_commit(&f);
}

static void
close_world(void)
{
	conf_release(&conf);
	fill_close(&f);
}

static int
send_due(void *arg, bool keep_moments, struct err *e)
{
	struct dispatch_options o = { .relay_url = relay, .connections = 2, .keep_moments = keep_moments };
	struct dispatch_result r;

	(void)arg;
	return dispatch_run(f.db, &conf, &o, &r, e);
}

/* What one run wrote into the log: "invitation begun 3, reminder left_out 3 soon". Borrowed until the next run. */
static const char *
run(const char *when, bool go)
{
	static struct buf story = BUF_INIT(8192);
	struct cron_options o = { .go = go, .send = send_due };
	struct arena a = ARENA_INIT;
	struct wave_entry w = { .id = 0 };
	struct cron_result r;
	struct err e = ERR_INIT;

	if (when)
		set_clock(when);
	buf_clear(&story);
	if (cron_run(f.db, &conf, &o, &r, &e) < 0)
		die("cron: %s", e.text);
	if (r.busy)
		return "busy";
	w.id = r.log_from;
	while (wave_log_next(f.db, &a, w.id, 0, NULL, &w, &e) == 1) {
		buf_printf(&story, "%s%s%s%s", story.len ? ", " : "", w.wave, *w.wave ? " " : "", w.what);
		if (w.n)
			buf_printf(&story, " %" PRId64, w.n);
		if (*w.reason)
			buf_printf(&story, " %s", w.reason);
		if (*w.detail && strcmp(w.what, "held") != 0)
			buf_printf(&story, " (%s)", w.detail);
	}
	arena_release(&a);
	return buf_str(&story);
}

static int
files(void)
{
	char path[160];
	struct dirent *d;
	DIR *dir;
	int n = 0;

	snprintf(path, sizeof(path), "%s/out", f.dir);
	if (!(dir = opendir(path)))
		return 0;
	while ((d = readdir(dir)))
		n += strstr(d->d_name, ".eml") != NULL;
	closedir(dir);
	return n;
}

/* sql: a literal, as everywhere (db.h). */
static int64_t
count(const char *sql)
{
	struct err e = ERR_INIT;
	int64_t n = -1;

	fill_check(db_one_int(db_stmt(f.db, sql, &e), &n, &e), &e, sql);
	return n;
}

#define INVITATION "[wave i]\ntemplate = invitation\nat = 17/9/2021 08:30\n"
#define REMINDERS "[wave r1]\ntemplate = reminder\nat = 3 working days after i\n" \
    "[wave r2]\ntemplate = reminder\nat = 3 working days after r1\n"
#define LAST "[wave last]\ntemplate = last-call\nat = 2 working days before closes\nnot-after = 07/10/2021 12:00\n"
#define THANKS "[wave thanks]\ntemplate = thanks\nat = 1 working day after closes\nnot-after = 15/10/2021\n"

/* Runs from one moment to another, so many minutes apart; what each had to say, with its day and hour, but left_out. */
static const char *
live(const char *from, const char *to, int minutes)
{
	static struct buf all = BUF_INIT(1 << 16);
	struct zone z;
	int64_t at = 0, end = 0;

	zone_load(&z, ZONE_DEFAULT, NULL);
	date_parse(from, &z, DATE_START, &at, NULL);
	date_parse(to, &z, DATE_START, &end, NULL);
	buf_clear(&all);
	for (; at <= end; at += minutes * 60) {
		const char *said, *p;
		struct tm t;
		bool first = true;

		*hand = at * 1000;
		said = run(NULL, false);
		date_split(&z, at, &t);
		for (p = said; *p;) {
			size_t n = strcspn(p, ",");

			if (!memmem(p, n, "left_out", 8)) {
				if (first)
					buf_printf(&all, "%s%d/%d %02d:%02d", all.len ? "; " : "", t.tm_mday, t.tm_mon + 1, t.tm_hour, t.tm_min);
				buf_printf(&all, "%s%.*s", first ? " " : ", ", (int)n, p);
				first = false;
			}
			p += n + strspn(p + n, ", ");
		}
	}
	return buf_str(&all);
}

/* Messages of a wave to one person on one day, the most there are: must be 1. */
static int64_t
most_a_day(void)
{
	return count("SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM attempt t JOIN invite i ON i.id = t.invite"
	    " WHERE t.verdict = 'accepted' GROUP BY i.contact, (t.at + 25200) / 86400)");
}

/* --- the ordinary course ------------------------------------------------------------ */

static void
test_course(void)
{
	open_world(INVITATION REMINDERS LAST THANKS, 4);
	CHECK_STR(run("2021-09-17 08:29", false), "", "not yet");
	CHECK_STR(run("2021-09-17 08:30", false), "i begun 4", "the invitation");
	CHECK_INT(files(), 4, "four of them");
	for (int i = 0; i < 5; i++)
		CHECK_STR(run(NULL, false), "", "again and again: nothing");
	fill_answer(&f, 1, "survey", clock_now());
	fill_evidence(&f, 2, 0, "opt_out", "", clock_now());
	CHECK_STR(live("2021-09-17 09:00", "2021-09-22 07:59", 60), "", "nothing until its day");
	CHECK_STR(run("2021-09-22 08:00", false), "r1 begun 2, r1 left_out 1 opted_out, r1 left_out 1 answered", "the first reminder, and who has none");
	CHECK_INT(files(), 6, "two of them");
	CHECK_STR(live("2021-09-22 08:01", "2021-10-20 08:01", 240), "27/9 08:01 r1 closed 2 over, r2 begun 2;"
	    " 5/10 08:01 r2 closed 2 over, last begun 2; 7/10 12:01 last closed 2 over;"
	    " 8/10 00:01 i closed 4 closed, closed; 8/10 08:01 thanks begun 1; 16/10 00:01 thanks closed 1 over", "to the end");
	CHECK_INT(files(), 11, "eleven messages in all");
	CHECK_INT(most_a_day(), 1, "one a person and day");
	CHECK_INT(count("SELECT count(*) FROM invite WHERE contact = 2"), 1, "who asked to stop heard nothing more");
	CHECK_STR(run("2021-10-30 08:00", true), "released by_operator", "and nothing ever after");
	close_world();
}

/* Many at once, once a minute, once a day: it comes to the same. */
static void
test_frequency(void)
{
	static const int minutes[] = { 7, 60, 240, 1440 };

	for (size_t i = 0; i < COUNT_OF(minutes); i++) {
		open_world(INVITATION REMINDERS, 2);
		live("2021-09-17 09:00", "2021-09-28 09:00", minutes[i]);
		CHECK_INT(count("SELECT count(*) FROM attempt"), 6, "an invitation and two reminders for each");
		CHECK_INT(most_a_day(), 1, "one a day");
		close_world();
	}
}

/* --- a machine that slept, a clock that was set, a store that was put back ------------- */

static void
test_slept(void)
{
	open_world(INVITATION REMINDERS, 3);
	live("2021-09-17 08:30", "2021-09-21 18:30", 60);
	CHECK_STR(run("2021-09-28 09:00", false), "held slept", "a week later it says so");
	CHECK_STR(run("2021-09-28 09:59", false), "", "and waits");
	CHECK_STR(run("2021-09-28 10:00", false), "released by_time, r1 skipped over, r2 begun 3", "the stale reminder is passed over");
	CHECK_INT(files(), 6, "one reminder, not two");
	CHECK_STR(run("2021-09-28 11:00", false), "", "and that is all");
	close_world();
	/* An explicit end does not help a reminder whose successor is due. */
	open_world(INVITATION "[wave r1]\ntemplate = reminder\nat = 22/9/2021\nnot-after = 30/9/2021\n"
	    "[wave r2]\ntemplate = reminder\nat = 27/9/2021\n", 3);
	conf.cron_grace_s = 0;
	live("2021-09-17 08:30", "2021-09-21 18:30", 60);
	CHECK_STR(run("2021-09-28 09:00", false), "released by_time, r1 skipped overtaken (r2), r2 begun 3", "overtaken; no grace is set");
	close_world();
	/* Late, and the next one too near to send both. */
	open_world(INVITATION REMINDERS, 3);
	live("2021-09-17 08:30", "2021-09-22 07:30", 60);
	CHECK_STR(run("2021-09-24 10:00", true), "released by_operator, r1 skipped overtaken (r2)", "Friday: the next is on Monday");
	CHECK_STR(live("2021-09-24 11:00", "2021-09-27 11:00", 60), "27/9 08:00 r2 begun 3", "which comes");
	close_world();
	/* The invitation is never passed over; reminders wait for their gap. */
	open_world(INVITATION REMINDERS, 3);
	run("2021-09-16 08:00", false);
	CHECK_STR(run("2021-09-22 09:00", true), "released by_operator, i begun 3, r1 begun, r1 left_out 3 open", "late, all the same");
	CHECK_STR(live("2021-09-22 10:00", "2021-09-30 10:00", 60), "24/9 00:00 r1 planned 3; 27/9 08:00 r1 closed 3 over, r2 begun; 28/9 00:00 r2 planned 3",
	    "then each in its turn");
	CHECK_INT(most_a_day(), 1, "one a day");
	/* The whole campaign was slept through. */
	close_world();
	open_world(INVITATION REMINDERS LAST THANKS, 3);
	run("2021-09-16 08:00", false);
	CHECK_STR(run("2021-11-01 08:00", true), "released by_operator, i skipped closed, r1 skipped over, r2 skipped over, last skipped over,"
	    " thanks skipped over, closed", "too late for everything");
	CHECK_INT(files(), 0, "and nothing is sent");
	close_world();
}

static void
test_clock(void)
{
	open_world(INVITATION REMINDERS, 2);
	live("2021-09-17 08:30", "2021-09-21 18:30", 60);
	CHECK_STR(run("2021-09-20 08:00", false), "held clock_back", "set back a day: it says so");
	CHECK_STR(run("2021-09-20 09:00", false), "", "once");
	CHECK_STR(run("2021-09-21 18:29:30", false), "", "half a minute is nothing");
	CHECK_STR(run("2021-09-21 19:00", false), "", "and goes on where it was");
	CHECK_STR(live("2021-09-21 20:00", "2021-09-22 08:00", 60), "22/9 08:00 r1 begun 2", "as planned");
	/* Far ahead, by mistake, then right again: nobody waits for that year. */
	CHECK_STR(run("2021-09-22 08:30", false), "", "well");
	CHECK_STR(run("2023-01-01 08:00", false), "held slept", "two years ahead: held, nothing is passed over");
	CHECK_STR(run("2021-09-22 09:00", false), "held clock_back", "right again: it waits for somebody to say so");
	CHECK_STR(run("2021-09-22 09:01", true), "released by_operator", "thumoi cron --go");
	CHECK_STR(live("2021-09-22 10:00", "2021-09-27 10:00", 60), "27/9 08:00 r1 closed 2 over, r2 begun 2", "and nothing is lost");
	CHECK_INT(most_a_day(), 1, "one a day");
	close_world();
}

static void
put_back(const char *copy)
{
	struct err e = ERR_INIT;
	char command[400];

	db_close(f.db);
	snprintf(command, sizeof(command), "rm -f '%s-wal' '%s-shm' && cp '%s' '%s'", f.path, f.path, copy, f.path);
	if (system(command) != 0 || db_open(&f.db, f.path, DB_WRITE, &e) < 0)
		die("cannot put the store back");
}

static void
test_restored(void)
{
	struct err e = ERR_INIT;
	char copy[128];

	/* A backup of the eve, put back on the evening of the reminder. */
	open_world(INVITATION REMINDERS, 3);
	snprintf(copy, sizeof(copy), "%s/copy.db", f.dir);
	live("2021-09-17 08:30", "2021-09-21 18:30", 60);
	fill_check(db_backup(f.db, copy, NULL, &e), &e, "backup");
	live("2021-09-21 19:30", "2021-09-22 18:30", 60);
	CHECK_INT(files(), 6, "the reminder went out");
	put_back(copy);
	CHECK_STR(run("2021-09-22 19:00", false), "held restored", "the file beside the store knows better");
	CHECK_STR(run("2021-09-22 19:30", false), "", "held");
	CHECK_STR(run("2021-09-22 20:00", false), "released by_time, r1 skipped perhaps_run", "what may have run does not run again");
	CHECK_STR(live("2021-09-22 21:00", "2021-09-27 21:00", 60), "27/9 08:00 r2 begun 3", "the next one does");
	CHECK_INT(files(), 9, "nobody has a reminder twice");
	close_world();

	/* A backup in the middle of a wave: the open ones may have gone out. */
	open_world(INVITATION REMINDERS, 3);
	snprintf(copy, sizeof(copy), "%s/copy.db", f.dir);
	run("2021-09-17 08:00", false);
	CHECK_INT(count("SELECT count(*) FROM invite"), 0, "not yet");
	{
		struct cron_options o = { .send = NULL };
		struct cron_result r;

		set_clock("2021-09-17 08:30");
		fill_check(cron_run(f.db, &conf, &o, &r, &e), &e, "planned, not sent");
	}
	fill_check(db_backup(f.db, copy, NULL, &e), &e, "backup");
	run("2021-09-17 08:40", false);
	CHECK_INT(files(), 3, "sent");
	run("2021-09-17 09:40", false);
	put_back(copy);
	CHECK_STR(run("2021-09-17 09:45", false), "held restored", "put back within the hour");
	CHECK_STR(live("2021-09-17 10:45", "2021-09-21 22:45", 60), "17/9 10:45 released by_time, i doubted 3 restored", "they are uncertain now");
	CHECK_INT(files(), 3, "and not sent again");
	CHECK_STR(live("2021-09-21 23:45", "2021-09-22 22:45", 60), "22/9 08:45 r1 begun 3", "the reminder comes when it should");
	close_world();

	/* Somebody knows that nothing went out. */
	open_world(INVITATION REMINDERS, 3);
	snprintf(copy, sizeof(copy), "%s/copy.db", f.dir);
	live("2021-09-17 08:30", "2021-09-21 18:30", 60);
	fill_check(db_backup(f.db, copy, NULL, &e), &e, "backup");
	run("2021-09-22 07:30", false);
	put_back(copy);
	CHECK_STR(run("2021-09-22 07:40", false), "held restored", "held");
	CHECK_STR(run("2021-09-22 08:00", true), "released by_operator, r1 begun 3", "thumoi cron --go");
	close_world();

	/* Put up on another machine, where there is no such file. */
	open_world(INVITATION REMINDERS, 3);
	live("2021-09-17 08:30", "2021-09-21 18:30", 60);
	snprintf(copy, sizeof(copy), "%s-cron", f.path);
	unlink(copy);
	CHECK_STR(run("2021-09-23 08:30", false), "held restored", "a day and more later, and no file");
	CHECK_STR(run("2021-09-23 09:30", false), "released by_time, r1 skipped perhaps_run", "in doubt");
	unlink(copy);
	CHECK_STR(run("2021-09-23 10:30", false), "", "within a day it is made anew");
	close_world();
}

static void
test_two_at_once(void)
{
	struct watch other;
	struct err e = ERR_INIT;

	open_world(INVITATION, 2);
	set_clock("2021-09-17 09:00");
	CHECK_INT(watch_begin(&other, f.db, &e), 1, "another run is at work");
	CHECK_STR(run(NULL, false), "busy", "this one says so");
	CHECK_INT(count("SELECT count(*) FROM invite"), 0, "and does nothing");
	watch_end(&other);
	CHECK_STR(run(NULL, false), "i begun 2", "the next one does it");
	close_world();
}

/* --- hours and days ------------------------------------------------------------------------ */

static void
test_hours(void)
{
	/* 2 and 3 September are holidays; the wave is planned, and goes out on Monday in the morning. */
	open_world("[wave i]\ntemplate = invitation\nat = 17/9/2021 18:30\nquiet-hours = 17:30-07:30\nworking-days = yes\n", 2);
	CHECK_STR(live("2021-09-17 18:00", "2021-09-19 23:00", 60), "17/9 19:00 i begun 2", "planned on Friday evening");
	CHECK_INT(files(), 0, "quiet");
	live("2021-09-20 00:00", "2021-09-20 07:00", 60);
	CHECK_INT(files(), 0, "until Monday morning");
	run("2021-09-20 07:30", false);
	CHECK_INT(files(), 2, "then it goes");
	close_world();
}

/* The clocks of the campaign's zone, where they are set. */
static void
test_summer_time(void)
{
	struct err e = ERR_INIT;
	static const char zone[] = "UPDATE campaign SET zone = 'Europe/Berlin', opens_at = 1774300000, closes_at = 1776000000 WHERE key = 'k'";
	static const char at[] = "UPDATE wave SET not_before = 1774591200, not_after = NULL, quiet_hours = '18:00-08:00' WHERE name = 'i'";
	struct zone z;

	if (zone_load(&z, "Europe/Berlin", &e) < 0) {
		check_skip("zones with summer time need tzdata");
		return;
	}
	open_world(INVITATION, 2);
	fill_check(db_run(db_stmt(f.db, zone, &e), &e), &e, zone);
	fill_check(db_run(db_stmt(f.db, at, &e), &e), &e, at);
	/* Saturday, 28 March 2026, 19:00 in Berlin: an hour of the night is left out. */
	CHECK_STR(run("2026-03-28T19:00:00+01:00", false), "i begun 2", "in the evening");
	run("2026-03-29T07:59:00+02:00", false);
	CHECK_INT(files(), 0, "quiet until eight");
	run("2026-03-29T08:00:00+02:00", false);
	CHECK_INT(files(), 2, "by the clocks of that morning");
	close_world();
}

/* --- people who come in later, and addresses that die --------------------------------------- */

static void
test_later(void)
{
	static const char unit[] = "SELECT unit FROM contact WHERE id = 1";
	static const char to[] = "SELECT count(*) FROM invite WHERE contact = 2 AND email = 'second@home.example' AND state = 'accepted' AND attempts = 2";
	static const char kept[] = "SELECT count(*) FROM invite_address WHERE email = 'p2@unit.example' AND upto = 1";
	struct facts_reader *r;
	struct facts facts;
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	const char *email = "";
	int64_t late;

	open_world(INVITATION REMINDERS, 3);
	fill_address(&f, 2, 2, "second@home.example");
	CHECK_STR(run("2021-09-17 08:30", false), "i begun 3", "three");
	late = fill_person(&f, count(unit), "Người đến muộn", "late@unit.example");
	CHECK_STR(run("2021-09-17 08:40", false), "", "who comes without a roster waits for the hour");
	CHECK_STR(run("2021-09-17 09:30", false), "i planned 1", "then is invited");
	fill_evidence_of(&f, &(struct evidence){ .contact = 2, .invite = 2, .at = clock_now(), .kind = "dsn", .grade = 'A',
	    .category = "unknown-user", .hard = true, .email = "p2@unit.example" });
	CHECK_STR(run("2021-09-17 09:34", false), "", "a bounce: not at once");
	CHECK_STR(run("2021-09-17 09:36", false), "i readdressed 1", "but soon the next address is tried");
	CHECK_INT(files(), 5, "by one more message");
	CHECK_INT(count(to), 1, "at the second address");
	CHECK_INT(count(kept), 1, "where it went before is kept");
	CHECK(invite_email_at(f.db, &a, 2, 1, &email, &e) == 1 && strcmp(email, "p2@unit.example") == 0, "the first attempt");
	CHECK(invite_email_at(f.db, &a, 2, 2, &email, &e) == 1 && strcmp(email, "second@home.example") == 0, "the second");
	fill_check(facts_open(&r, f.db, &f.c, 2, clock_now(), &e), &e, "facts");
	CHECK(facts_next(r, &facts, &e) == 1 && facts.accepted_at > facts.failed_at, "the failure is not that of the second address");
	facts_close(r);
	CHECK_STR(live("2021-09-17 10:00", "2021-09-22 10:00", 60), "22/9 08:00 r1 begun 4", "the reminder goes to all, there");
	CHECK_INT(count("SELECT count(*) FROM invite WHERE contact = 2 AND email = 'second@home.example'"), 2, "to the second address");
	fill_answer(&f, 2, "survey", clock_now());
	CHECK_INT(count("SELECT count(*) FROM answer WHERE contact = 2"), 1, "the answer is the person's");
	CHECK_INT(late, 4, "the late one");
	arena_release(&a);
	close_world();
}

/* A wave that somebody runs by hand on the day of a reminder: claim.c keeps the day. */
static void
test_by_hand(void)
{
	struct wave hand_made = { .name = "correction", .template = "invitation", .audience = "", .uncertain = "hold", .state = "running" };
	struct err e = ERR_INIT;
	struct plan p;

	open_world(INVITATION REMINDERS, 2);
	live("2021-09-17 08:30", "2021-09-22 07:30", 60);
	hand_made.campaign = f.c.id;
	fill_check(wave_insert(f.db, &hand_made, &e), &e, "by hand");
	fill_check(plan_wave(f.db, &conf, &f.c, &hand_made, clock_now(), &p, &e), &e, "plan");
	CHECK_STR(run("2021-09-22 08:00", false), "r1 begun, r1 left_out 2 open", "an open message holds the reminder up");
	CHECK_INT(files(), 4, "the correction goes");
	CHECK_STR(live("2021-09-22 09:00", "2021-09-25 00:00", 60), "24/9 00:00 r1 planned 2", "the reminder after its gap");
	CHECK_INT(most_a_day(), 1, "one a day");
	close_world();
	/* Planned before: between planning and sending another one came. */
	open_world(INVITATION "[wave r1]\ntemplate = reminder\nat = 22/9/2021 06:00\nquiet-hours = 17:30-07:30\n", 2);
	live("2021-09-17 08:30", "2021-09-22 06:30", 60);
	CHECK_INT(count("SELECT count(*) FROM invite WHERE state = 'planned'"), 2, "the reminder waits for the morning");
	hand_made.campaign = f.c.id;
	fill_check(wave_insert(f.db, &hand_made, &e), &e, "by hand");
	fill_check(plan_wave(f.db, &conf, &f.c, &hand_made, clock_now(), &p, &e), &e, "plan");
	run("2021-09-22 06:40", false);
	CHECK_INT(files(), 4, "by night the correction went");
	live("2021-09-22 07:40", "2021-09-23 23:40", 60);
	CHECK_INT(files(), 4, "so the reminder does not, in the morning");
	live("2021-09-24 00:40", "2021-09-24 08:40", 60);
	CHECK_INT(files(), 6, "but after the gap");
	close_world();
}

/* --- waves that are stopped, and plans that cannot be carried out ------------------------------ */

static void
test_stopped(void)
{
	struct err e = ERR_INIT;
	static const char pause[] = "UPDATE wave SET state = 'paused' WHERE name = 'r1'";
	static const char bad[] = "UPDATE wave SET audience = 'missing=poll' WHERE name = 'r2'";

	open_world(INVITATION REMINDERS, 2);
	live("2021-09-17 08:30", "2021-09-21 18:30", 60);
	fill_check(db_run(db_stmt(f.db, pause, &e), &e), &e, pause);
	fill_check(db_run(db_stmt(f.db, bad, &e), &e), &e, bad);
	lang_ui = LANG_EN;
	CHECK_STR(live("2021-09-21 19:00", "2021-09-28 19:00", 60), "27/9 08:00 r1 skipped over, r2 failed (audience 'missing=poll': missing has no 'poll'; there is: survey)",
	    "a paused one never begins; one that cannot be read is told once");
	CHECK_INT(files(), 2, "nothing goes out");
	close_world();
	/* Paused while under way: what is open ends with it. */
	open_world(INVITATION REMINDERS, 2);
	{
		struct cron_options o = { .send = NULL };
		struct cron_result r;

		live("2021-09-17 08:30", "2021-09-22 07:30", 60);
		set_clock("2021-09-22 08:00");
		fill_check(cron_run(f.db, &conf, &o, &r, &e), &e, "planned, not sent");
	}
	fill_check(db_run(db_stmt(f.db, pause, &e), &e), &e, pause);
	CHECK_STR(live("2021-09-22 08:30", "2021-09-27 08:30", 60), "27/9 08:30 r1 closed over, r2 begun 2", "closed all the same");
	CHECK_INT(count("SELECT count(*) FROM invite WHERE state = 'cancelled'"), 2, "and not sent later");
	close_world();
}

/* The closing is put off, a day after it: what lasted until then goes on, and the thanks wait. */
static void
test_longer(void)
{
	static const char unit[] = "SELECT unit FROM contact WHERE id = 1";

	open_world(INVITATION THANKS, 2);
	live("2021-09-17 08:30", "2021-10-08 06:30", 120);
	CHECK_INT(count("SELECT count(*) FROM wave_log WHERE what = 'closed'"), 2, "the campaign and its invitation have closed");
	apply("14/10/2021", INVITATION "[wave thanks]\ntemplate = thanks\nat = 1 working day after closes\nnot-after = 22/10/2021\n");
	fill_person(&f, count(unit), "Người đến muộn", "late@unit.example");
	CHECK_STR(live("2021-10-08 07:00", "2021-10-15 06:00", 60), "8/10 07:00 i planned 1; 15/10 00:00 i closed 3 closed, closed",
	    "a late one is invited, and the closing is told anew");
	CHECK_INT(files(), 3, "three invitations");
	close_world();
}

/* Where mail is probably filtered: other words, or another address. */
static void
test_filtered(void)
{
	static const char other[] = "SELECT count(*) FROM invite i JOIN wave w ON w.id = i.wave WHERE w.name = 'r1' AND i.variant = 1";
	static const char second[] = "SELECT count(*) FROM invite i JOIN wave w ON w.id = i.wave WHERE w.name = 'r2'"
	    " AND i.email = 'second@home.example' AND i.contact = 1 AND i.state = 'accepted'";
	char command[400];

	open_world(INVITATION "[wave r1]\ntemplate = reminder\nother-template = invitation\nat = 3 working days after i\n"
	    "[wave r2]\ntemplate = reminder\nsecond-address = probable-spam\nat = 3 working days after r1\n", 3);
	fill_address(&f, 1, 2, "second@home.example");
	live("2021-09-17 08:30", "2021-09-21 18:30", 120);
	fill_evidence(&f, 1, 0, "found_spam", "", clock_now());
	live("2021-09-22 08:00", "2021-09-22 10:00", 60);
	CHECK_INT(count(other), 1, "who found it in spam gets other words");
	/* The template is named in Feedback-ID. */
	snprintf(command, sizeof(command), "test $(grep -l '^Feedback-ID: k:invitation:' %s/out/*.eml | wc -l) = 4 &&"
	    " test $(grep -l '^Feedback-ID: k:reminder:' %s/out/*.eml | wc -l) = 2", f.dir, f.dir);
	CHECK_INT(system(command), 0, "the invitation once more, the others the reminder");
	live("2021-09-22 11:00", "2021-09-27 11:00", 120);
	CHECK_INT(count(second), 1, "or the second address");
	close_world();
}

/* What the watch makes of times: the table of watch.h. */
static void
test_watch(void)
{
	static const struct { const char *label; int64_t seen, interval, witness, now; enum watch_state want; } table[] = {
		{ "the first run", 0, 0, 0, 1000000, WATCH_WELL },
		{ "a minute later", 1000000, 60, 1000000, 1000060, WATCH_WELL },
		{ "a day later", 1000000, 60, 1000000, 1086400, WATCH_WELL },
		{ "a day and a second", 1000000, 60, 1000000, 1086401, WATCH_SLEPT },
		{ "a day and a bit, once a day", 1000000, 86400, 1000000, 1087000, WATCH_WELL },
		{ "two days and more, once a day", 1000000, 86400, 1000000, 1000000 + 172801, WATCH_SLEPT },
		{ "a week, once a week", 1000000, 604800, 1000000, 1000000 + 604800, WATCH_WELL },
		{ "a minute back", 1000000, 60, 1000000, 999940, WATCH_WELL },
		{ "more than a minute back", 1000000, 60, 1000000, 999939, WATCH_BACK },
		{ "the file knows a later time", 1000000, 60, 1000061, 1000100, WATCH_RESTORED },
		{ "the file is a little ahead", 1000000, 60, 1000060, 1000100, WATCH_WELL },
		{ "the file is behind", 1000000, 60, 900000, 1000100, WATCH_WELL },
		{ "no file", 1000000, 60, 0, 1000100, WATCH_WELL },
		{ "no file, and a day has passed", 1000000, 60, 0, 1086401, WATCH_RESTORED },
		{ "no file, once a week", 1000000, 604800, 0, 1604800, WATCH_RESTORED },
		{ "behind the file, before the clock", 1000000, 60, 2000000, 1500000, WATCH_BACK },
		{ "never run, and a file that knows of campaigns like these", 0, 0, INT64_C(1800000000), INT64_C(1800000100), WATCH_RESTORED },
		{ "never run, and a file from before", 0, 0, 1000000, INT64_C(1800000100), WATCH_WELL },
	};
	char path[128];

	open_world("", 0);
	conf.cron_grace_s = 600;
	snprintf(path, sizeof(path), "%s-cron", f.path);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct seen s = { .seen_at = table[i].seen, .interval_s = table[i].interval, .held_for = "" };
		struct watch w;
		struct err e = ERR_INIT;
		char text[32];
		int held = table[i].want == WATCH_SLEPT || table[i].want == WATCH_RESTORED;

		unlink(path);
		if (table[i].witness) {
			snprintf(text, sizeof(text), "%020" PRId64 "\n", table[i].witness);
			fill_check(file_replace(path, text, strlen(text), &e), &e, path);
		}
		fill_check(seen_save(f.db, &s, &e), &e, "seen");
		CHECK_INT(watch_peek(f.db, &conf, table[i].now, &e), held, table[i].label);
		CHECK_INT(watch_begin(&w, f.db, &e), 1, table[i].label);
		CHECK_INT(watch_look(&w, f.db, &conf, table[i].now, false, &e), 0, table[i].label);
		CHECK_INT(w.state, table[i].want, table[i].label);
		CHECK_INT(w.until, held ? table[i].now + 600 : table[i].want == WATCH_BACK ? (table[i].witness > table[i].seen ?
		    table[i].witness : table[i].seen) : 0, table[i].label);
		watch_end(&w);
	}
	close_world();
}

int
main(void)
{
	make_clock();
	log_to(-1, LOG_LEVEL_ERROR);
	test_course();
	test_frequency();
	test_slept();
	test_clock();
	test_restored();
	test_two_at_once();
	test_hours();
	test_summer_time();
	test_later();
	test_by_hand();
	test_stopped();
	test_longer();
	test_filtered();
	test_watch();
	return check_done();
}
