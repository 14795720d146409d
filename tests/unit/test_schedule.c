/* A plan as people write it: its times, what is wrong with it line by line, and what becomes of it in a store. */
#include "support/check.h"
#include "support/fill_store.h"

#include "base/file.h"
#include "engine/apply.h"
#include "engine/plan.h"

#define HEAD "[campaign]\nkey = k\ntitle = T\nopens = 17/9/2021\ncloses = 07/10/2021\nsender = A <a@b.example>\n"

static struct conf conf;
static struct calendar calendar;
static char dir[64], path[96];

static int
read_plan(struct schedule *s, const char *text)
{
	struct err e = ERR_INIT;
	int rc;

	if (file_replace(path, text, strlen(text), &e) < 0)
		die("%s", e.text);
	if ((rc = schedule_read(s, path, &calendar, &conf, &e)) < 0)
		die("%s", e.text);
	return rc;
}

/* `at` of a wave called w, beside a wave a that begins 17/9/2021 08:30. */
static void
at_is(const char *zone, const char *at, const char *want)
{
	struct schedule s;
	struct date_text t;
	char text[1200];

	snprintf(text, sizeof(text), "[campaign]\nkey = k\ntitle = T\nopens = 01/01/2021\ncloses = 31/12/2027\nsender = a@b.example\n"
	    "zone = %s\n[wave w]\ntemplate = reminder\nat = %s\n[wave a]\ntemplate = invitation\nat = 17/9/2021 08:30\n", zone, at);
	if (!CHECK_INT(read_plan(&s, text), 0, at))
		fputs(buf_str(&s.said), stdout);
	else
		CHECK_STR(date_rfc3339(&t, &s.zone, s.waves[0].at), want, at);
	schedule_release(&s);
}

static void
test_times(void)
{
	static const struct { const char *at, *want; } table[] = {
		/* dates as officials write them, with and without an hour */
		{ "17/9/2021", "2021-09-17T08:00:00+07:00" },
		{ "07/10/2021", "2021-10-07T08:00:00+07:00" },
		{ "2021-09-17", "2021-09-17T08:00:00+07:00" },
		{ "17-9-2021", "2021-09-17T08:00:00+07:00" },
		{ "ngày 07 tháng 01 năm 2022", "2022-01-07T08:00:00+07:00" },
		{ "ngày 17/9/2021", "2021-09-17T08:00:00+07:00" },
		{ "17/9/2021 14:05", "2021-09-17T14:05:00+07:00" },
		{ "17/9/2021 8h30", "2021-09-17T08:30:00+07:00" },
		{ "17/9/2021 lúc 8h", "2021-09-17T08:00:00+07:00" },
		{ "8h30 ngày 17/9/2021", "2021-09-17T08:30:00+07:00" },
		{ "08 giờ 30, ngày 17 tháng 9 năm 2021", "2021-09-17T08:30:00+07:00" },
		{ "14 giờ 05 phút ngày 17/9/2021", "2021-09-17T14:05:00+07:00" },
		{ "14 giờ 17/9/2021", "2021-09-17T14:00:00+07:00" },
		{ "2021-09-17T14:05", "2021-09-17T14:05:00+07:00" },
		{ "2021-09-17T14:05:00Z", "2021-09-17T21:05:00+07:00" },
		/* working days after another wave: the 17th is a Friday */
		{ "1 working day after a", "2021-09-20T08:00:00+07:00" },
		{ "3 working days after a", "2021-09-22T08:00:00+07:00" },
		{ "3 ngày làm việc sau a", "2021-09-22T08:00:00+07:00" },
		{ "3 working days after a 16:45", "2021-09-22T16:45:00+07:00" },
		{ "3 working days after a at 9h", "2021-09-22T09:00:00+07:00" },
		{ "0 working days after a 16:45", "2021-09-17T16:45:00+07:00" },
		{ "2 days after a", "2021-09-19T08:00:00+07:00" },
		{ "2 ngày sau a", "2021-09-19T08:00:00+07:00" },
		{ "11 working days before a", "2021-08-31T08:00:00+07:00" },	/* over National day, the 2nd and 3rd */
		{ "10 ngày làm việc trước a", "2021-09-01T08:00:00+07:00" },
		/* opens and closes */
		{ "opens", "2021-01-01T08:00:00+07:00" },
		{ "opens 10:00", "2021-01-01T10:00:00+07:00" },
		{ "1 working day after opens", "2021-01-04T08:00:00+07:00" },
		{ "1 ngày làm việc sau mở", "2021-01-04T08:00:00+07:00" },
		{ "2 working days before closes", "2027-12-29T08:00:00+07:00" },
		{ "2 ngày làm việc trước đóng 14:00", "2027-12-29T14:00:00+07:00" },
		{ "closes", "2027-12-31T08:00:00+07:00" },
	};

	for (size_t i = 0; i < COUNT_OF(table); i++)
		at_is(ZONE_DEFAULT, table[i].at, table[i].want);
	/* Where clocks are set: by the clocks of that day. */
	at_is("Europe/Berlin", "27/3/2026", "2026-03-27T08:00:00+01:00");
	at_is("Europe/Berlin", "29/3/2026 08:00", "2026-03-29T08:00:00+02:00");
	at_is("Europe/Berlin", "25/10/2026 08:00", "2026-10-25T08:00:00+01:00");
}

/* Counted over holidays, make-up days and clock changes. */
static void
test_days(void)
{
	static const struct { const char *zone, *from; int n; bool working; int minute; const char *want; } table[] = {
		{ ZONE_DEFAULT, "2026-02-13", 1, true, 480, "2026-02-23T08:00:00+07:00" },	/* Tết 2026 */
		{ ZONE_DEFAULT, "2026-02-23", -1, true, 480, "2026-02-13T08:00:00+07:00" },
		{ ZONE_DEFAULT, "2026-08-21", 1, true, 480, "2026-08-22T08:00:00+07:00" },	/* a working Saturday */
		{ ZONE_DEFAULT, "2026-08-21", 6, true, 480, "2026-08-28T08:00:00+07:00" },
		{ ZONE_DEFAULT, "2026-08-28", 1, true, 480, "2026-09-03T08:00:00+07:00" },	/* National day, and swapped ones */
		{ ZONE_DEFAULT, "2021-09-18", 1, true, 480, "2021-09-20T08:00:00+07:00" },	/* from a Saturday */
		{ ZONE_DEFAULT, "2021-09-18", 0, true, 480, "2021-09-18T08:00:00+07:00" },
		{ ZONE_DEFAULT, "2021-12-31", 1, false, 0, "2022-01-01T00:00:00+07:00" },
		{ "Europe/Berlin", "2026-03-27", 1, true, 480, "2026-03-30T08:00:00+02:00" },	/* clocks go forward */
		{ "Europe/Berlin", "2026-10-23", 1, true, 480, "2026-10-26T08:00:00+01:00" },	/* and back */
		{ "Europe/Berlin", "2026-03-28", 1, false, 150, "2026-03-29T03:00:00+02:00" },	/* 02:30 there is not */
	};

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct zone z;
		struct date_text t;
		int64_t at = 0;

		if (zone_load(&z, table[i].zone, NULL) < 0) {
			check_skip("zones with summer time need tzdata");
			continue;
		}
		date_parse(table[i].from, &z, DATE_START, &at, NULL);
		CHECK_STR(date_rfc3339(&t, &z, calendar_day(&calendar, &z, at + 3600, table[i].n, table[i].working, table[i].minute)),
		    table[i].want, table[i].want);
	}
}

static void
test_ends(void)
{
	static const char text[] = HEAD
	    "[wave invitation]\ntemplate = invitation\nat = 17/9/2021\n"
	    "[wave last]\ntemplate = last-call\nat = 05/10/2021\nnot-after = 07/10/2021 12:00\n"
	    "[wave r1]\ntemplate = reminder\nat = 22/9/2021\n"
	    "[wave r2]\ntemplate = reminder\nat = 27/9/2021\n"
	    "[wave note]\ntemplate = invitation\nkind = notice\nat = 23/9/2021\nnot-after = 1 working day after r1\n"
	    "[wave thanks]\ntemplate = thanks\nat = 1 working day after closes\n";
	static const struct { const char *kind, *uncertain, *end; } want[] = {
		{ "invitation", "resend", NULL }, { "reminder", "hold", "2021-10-07T12:00:00+07:00" },
		{ "reminder", "hold", "2021-09-27T07:59:59+07:00" }, { "reminder", "hold", "2021-10-05T07:59:59+07:00" },
		{ "notice", "resend", "2021-09-23T23:59:59+07:00" }, { "thanks", "hold", "2021-10-15T23:59:59+07:00" },
	};
	struct date_text t;
	struct schedule s;

	if (!CHECK_INT(read_plan(&s, text), 0, "a plan"))
		fputs(buf_str(&s.said), stdout);
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		CHECK_STR(s.waves[i].kind.text, want[i].kind, s.waves[i].name);
		CHECK_STR(s.waves[i].uncertain.text, want[i].uncertain, s.waves[i].name);
		if (want[i].end)
			CHECK_STR(date_rfc3339(&t, &s.zone, s.waves[i].end), want[i].end, s.waves[i].name);
		else
			CHECK_INT(s.waves[i].end, 0, s.waves[i].name);
	}
	schedule_release(&s);
}

/* Each has one fault, told with its line and how to mend it. */
static void
test_faults(void)
{
	static const struct { const char *label, *text, *says; } table[] = {
		{ "nothing", "", "line 1: there is no section [campaign]" },
		{ "a line too early", "key = k\n" HEAD, "line 1: 'key' stands before any section" },
		{ "no =", HEAD "what\n", "line 7: 'what' is no line of a plan" },
		{ "misspelt", HEAD "ligal-basis = x\n", "line 7: [campaign] has no 'ligal-basis'; did you mean 'legal-basis'?" },
		{ "unknown", HEAD "wallpaper = x\n", "line 7: [campaign] has no 'wallpaper'; there is: key, title" },
		{ "twice", HEAD "title = U\n", "line 7: 'title' stands on line 3 already" },
		{ "an open section", HEAD "[wave a\n", "line 7: a section ends with ']'" },
		{ "an unknown section", HEAD "[weave a]\n", "line 7: there is no section [weave]" },
		{ "a section twice", HEAD "[campaign]\n", "line 7: there is a section [campaign] already, on line 1" },
		{ "a wave without a name", HEAD "[wave]\ntemplate = reminder\nat = 20/9/2021\n", "line 7: the section needs a name" },
		{ "a wave with a bad name", HEAD "[wave thư nhắc]\ntemplate = reminder\nat = 20/9/2021\n", "line 7: the name 'thư nhắc'" },
		{ "a wave called opens", HEAD "[wave opens]\ntemplate = reminder\nat = 20/9/2021\n", "line 7: a wave cannot be called 'opens'" },
		{ "a wave without a time", HEAD "[wave a]\ntemplate = reminder\n", "line 7: [wave a] needs a line 'at = ...'" },
		{ "an empty value", HEAD "[wave a]\ntemplate =\nat = 20/9/2021\n", "line 8: [wave a] needs a line 'template = ...'" },
		{ "no date", HEAD "[wave a]\ntemplate = reminder\nat = tomorrow\n", "line 9: 'tomorrow' is no time: write 17/9/2021" },
		{ "the 31st of September", HEAD "[wave a]\ntemplate = reminder\nat = 31/9/2021\n", "line 9: '31/9/2021' is no time" },
		{ "no hour", HEAD "[wave a]\ntemplate = reminder\nat = 20/9/2021 at 25:00\n", "line 9: '20/9/2021 at 25:00': a time of day" },
		{ "after nothing", HEAD "[wave a]\ntemplate = reminder\nat = 3 working days after\n", "line 9: days after what?" },
		{ "after what is not there", HEAD "[wave a]\ntemplate = reminder\nat = 3 days after b\n", "line 9: there is no wave 'b'" },
		{ "too much", HEAD "[wave a]\ntemplate = reminder\nat = 3 days after opens or so\n", "line 9: after 'opens' nothing more" },
		{ "in a circle", HEAD "[wave a]\ntemplate = reminder\nat = 1 day after b\n[wave b]\ntemplate = x\nat = 1 day after a\n",
		    "in a circle" },
		{ "after itself", HEAD "[wave a]\ntemplate = reminder\nat = 1 day after a\n", "line 9: wave 'a' is counted from itself" },
		{ "before opening", HEAD "[wave a]\ntemplate = reminder\nat = 16/9/2021\n", "line 9: wave 'a' begins 08:00 on 16 September 2021, before" },
		{ "after closing", HEAD "[wave a]\ntemplate = reminder\nat = 08/10/2021\n", "line 9: wave 'a' begins 08:00 on 8 October 2021, after" },
		{ "ends before it begins", HEAD "[wave a]\ntemplate = reminder\nat = 20/9/2021\nnot-after = 19/9/2021\n", "line 10: not-after is before" },
		{ "two at once", HEAD "[wave a]\ntemplate = reminder\nat = 20/9/2021\n[wave b]\ntemplate = reminder\nat = 20/9/2021\n",
		    "line 12: reminders 'a' and 'b' begin at the same moment" },
		{ "a wave twice", HEAD "[wave a]\ntemplate = invitation\nat = 20/9/2021\n[wave a]\ntemplate = invitation\nat = 20/9/2021\n",
		    "line 10: wave 'a' stands on line 7 already" },
		{ "kind", HEAD "[wave a]\ntemplate = x\nkind = letter\nat = 20/9/2021\n", "line 9: kind 'letter': invitation, reminder" },
		{ "uncertain", HEAD "[wave a]\ntemplate = x\nuncertain = maybe\nat = 20/9/2021\n", "line 9: uncertain = maybe: give one of: resend, hold" },
		{ "quiet hours", HEAD "quiet-hours = 18-7\n", "line 7: quiet hours '18-7': write 18:00-07:30" },
		{ "working days", HEAD "working-days = maybe\n", "line 7: working-days = maybe: give one of: yes, no" },
		{ "hour", HEAD "hour = noon\n", "line 7: hour = noon: write it as 08:00" },
		{ "zone", HEAD "zone = Mars/Olympus\n", "line 7: zone: unknown time zone" },
		{ "lang", HEAD "lang = fr\n", "line 7: lang: unknown language" },
		{ "url", HEAD "[instrument a]\ntitle = A\nurl = survey.example\n", "line 9: url survey.example: begin with https://" },
		{ "a form without its url", HEAD "[instrument a]\ntitle = A\n", "line 7: [instrument a] needs a line 'url = ...'" },
		{ "Windows-1258", HEAD "help = \xd0i\xea\xf2n\n", "line 7: the line is not in UTF-8" },
	};
	struct schedule s;

	lang_ui = LANG_EN;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		int n = read_plan(&s, table[i].text);

		CHECK(n > 0, table[i].label);
		if (!CHECK(strstr(buf_str(&s.said), table[i].says) && strstr(buf_str(&s.said), path), table[i].label))
			fputs(buf_str(&s.said), stdout);
		schedule_release(&s);
	}
	CHECK_INT(read_plan(&s, HEAD "closes = x\n[wave a]\n[wave b]\nat = soon\ntemplate = t\n"), 4, "all of them are told");
	schedule_release(&s);
}

static void
test_form(void)
{
	static const char text[] = "\xEF\xBB\xBF; a remark\r\n[CAMPAIGN p]\r\n  Title =  \"Đợt = một # hai\"  \r\nopens=17/9/2021\r\n"
	    "closes = 2021-10-07\r\nsender = Bộ Nội vụ <a@b.example>\r\nlegal_basis = A\r\nlegal-basis = B\r\nhelp = 1\r\nhelp = 2\r\n";
	struct schedule s;

	if (!CHECK_INT(read_plan(&s, text), 0, "as an editor on Windows leaves it"))
		fputs(buf_str(&s.said), stdout);
	CHECK_STR(s.key.text, "p", "the key in the heading");
	CHECK_STR(s.title.text, "Đợt = một # hai", "quotes, = and # in a value");
	CHECK_INT((int64_t)s.n_bases * 10 + (int64_t)s.n_help, 22, "what may be repeated");
	CHECK_STR(s.sender_name, "Bộ Nội vụ", "the sender's name");
	schedule_release(&s);
}

static void
test_warnings(void)
{
	static const struct { const char *label, *text, *says; } table[] = {
		{ "on a Sunday", HEAD "[wave a]\ntemplate = invitation\nat = 19/9/2021\n", "line 9: wave 'a' begins on a day off" },
		{ "in quiet hours", HEAD "quiet-hours = 17:30-07:30\n[wave a]\ntemplate = invitation\nat = 20/9/2021 18:00\n",
		    "nothing goes out before 07:30 on 21 September 2021" },
		{ "too close", HEAD "[wave a]\ntemplate = reminder\nat = 20/9/2021\n[wave b]\ntemplate = reminder\nat = 21/9/2021\n",
		    "'a' and 'b' are closer than min_gap_days = 2" },
		{ "too many", HEAD "[wave a]\ntemplate = reminder\nat = 20/9/2021\n[wave b]\ntemplate = reminder\nat = 23/9/2021\n"
		    "[wave c]\ntemplate = reminder\nat = 28/9/2021\n[wave d]\ntemplate = last-call\nat = 05/10/2021\n", "max_reminders = 3" },
		{ "no holidays known", "[campaign]\nkey = k\ntitle = T\nopens = 01/3/2031\ncloses = 31/3/2031\nsender = a@b.example\n"
		    "[wave a]\ntemplate = invitation\nat = 03/3/2031\n", "has no day of 2031" },
	};
	struct schedule s;

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		CHECK_INT(read_plan(&s, table[i].text), 0, table[i].label);
		if (!CHECK(strstr(buf_str(&s.warned), table[i].says), table[i].label))
			puts(buf_str(&s.warned));
		schedule_release(&s);
	}
}

/* --- what becomes of it in a store -------------------------------------------------------- */

#define NOW INT64_C(1631500000)	/* 13/9/2021 */

/* The changes as a text, a line each: "~campaign k.title". */
static const char *
apply(struct fill *f, const char *text, int64_t now, bool dry, int want_faults)
{
	static char out[4096];
	struct applied done = { .arena = ARENA_INIT };
	struct err e = ERR_INIT;
	struct schedule s;
	size_t at = 0;

	out[0] = '\0';
	CHECK_INT(read_plan(&s, text), 0, "it can be read");
	if (!CHECK_INT(apply_plan(f->db, &conf, &s, now, dry, &done, &e), 0, "applied"))
		puts(e.text);
	if (!CHECK_INT(s.faults, want_faults, "faults"))
		fputs(buf_str(&s.said), stdout);
	for (size_t i = 0; i < done.n; i++)
		at += (size_t)snprintf(out + at, sizeof(out) - at, "%s%c%s%s%s", i ? " " : "", done.changes[i].sign,
		    strchr(done.changes[i].object, ' ') + 1, *done.changes[i].field ? "." : "", done.changes[i].field);
	applied_release(&done);
	schedule_release(&s);
	return out;
}

static int64_t
count(struct fill *f, const char *sql)
{
	struct err e = ERR_INIT;
	int64_t n = -1;

	fill_check(db_one_int(db_stmt(f->db, sql, &e), &n, &e), &e, sql);
	return n;
}

#define FORMS "[instrument survey]\ntitle = S\nurl = https://s.example/{{token}}\n[instrument feedback]\ntitle = F\nurl = https://f.example/\n"
#define INVITATION "[wave i]\ntemplate = invitation\nat = 17/9/2021\n"
#define REMINDER "[wave r]\ntemplate = reminder\naudience = missing=survey\nat = 3 working days after i\n"
#define OWN "[campaign]\nkey = k\ntitle = T\nopens = 17/9/2021\ncloses = 07/10/2021\nsender = A <a@b.example>\ntree = test\n"

static void
test_apply(void)
{
	static const char waves[] = "SELECT count(*) FROM wave WHERE campaign = (SELECT id FROM campaign WHERE key = 'k')";
	static const char begun[] = "UPDATE wave SET state = 'running', begun_at = 1631840400 WHERE name = 'i'";
	static const char passed[] = "UPDATE wave SET state = 'done', closed_at = 1632000000 WHERE name = 'r'";
	static const char reopened[] = "SELECT count(*) FROM wave WHERE name = 'r' AND state = 'planned' AND closed_at IS NULL"
	    " AND not_before = 1632445200";	/* 24/9/2021 08:00 */
	static const char changes[] = "SELECT changes FROM campaign WHERE key = 'k'";
	static const char adopted[] = "SELECT count(*) FROM wave WHERE name = 'invitation' AND position = 1 AND begun_at > 0";
	struct err e = ERR_INIT;
	struct fill f;

	fill_open(&f);
	fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", 1);
	fill_commit(&f);
	CHECK_STR(apply(&f, OWN FORMS INVITATION REMINDER, NOW, true, 0), "+k +survey +feedback +i +r", "shown first");
	CHECK_INT(count(&f, waves), 0, "and nothing written");
	CHECK_STR(apply(&f, OWN FORMS INVITATION REMINDER, NOW, false, 0), "+k +survey +feedback +i +r", "then done");
	CHECK_INT(count(&f, waves), 2, "two waves");
	CHECK_STR(apply(&f, OWN FORMS INVITATION REMINDER, NOW, false, 0), "", "twice: nothing to do");
	CHECK_STR(apply(&f, OWN FORMS INVITATION REMINDER, NOW + 86400, true, 0), "", "on another day, too");
	CHECK_INT(count(&f, changes), 1, "one change");
	CHECK_STR(apply(&f, OWN "help = 024\n" FORMS "[wave i]\ntemplate = invitation\nat = 20/9/2021\n" REMINDER, NOW, false, 0),
	    "~k.help ~i.at ~r.at", "a wave that is counted from another moves with it");
	CHECK_STR(apply(&f, OWN FORMS INVITATION, NOW, false, 0), "~k.help ~i.at -r", "what has not begun may go");
	CHECK_STR(apply(&f, OWN "[instrument survey]\ntitle = S2\nurl = https://s.example/{{token}}\n" INVITATION REMINDER, NOW, false, 0),
	    "-feedback ~survey.title +r", "a form, too");
	CHECK_STR(apply(&f, OWN FORMS INVITATION "[wave r]\ntemplate = nothing\nat = 22/9/2021\n", NOW, false, 1),
	    "~survey.title +feedback ~r.kind ~r.template ~r.audience ~r.uncertain", "a template that is not there");
	CHECK_STR(apply(&f, OWN FORMS INVITATION "[wave r]\ntemplate = reminder\naudience = unit=T99\nat = 22/9/2021\n", NOW, false, 1),
	    "~survey.title +feedback ~r.audience", "a unit that is not there");
	CHECK_INT(count(&f, waves), 2, "with a fault nothing is written");
	/* Something was sent. */
	fill_check(db_run(db_stmt(f.db, begun, &e), &e), &e, begun);
	CHECK_STR(apply(&f, OWN "[instrument survey]\ntitle = S2\nurl = https://s.example/{{token}}\n"
	    "[wave i]\ntemplate = reminder\nat = 17/9/2021\n" REMINDER, NOW, false, 0), "!i.kind !i.template !i.uncertain ~i.not-after",
	    "what has begun is not changed");
	CHECK_STR(apply(&f, OWN "[instrument survey]\ntitle = S2\nurl = https://s.example/{{token}}\n"
	    "[wave r]\ntemplate = reminder\naudience = missing=survey\nat = 22/9/2021\n", NOW, false, 0), "!i", "nor taken away");
	CHECK_STR(apply(&f, "[campaign]\nkey = k\ntitle = T\nopens = 18/9/2021\ncloses = 10/10/2021\nsender = A <a@b.example>\ntree = test\n"
	    "lang = en\n[instrument survey]\ntitle = S2\nurl = https://s.example/{{token}}\n[wave i]\ntemplate = invitation\nat = 20/9/2021\n",
	    NOW, false, 0), "!k.opens ~k.closes !k.lang !i.at -r", "nor when it opened");
	CHECK_INT(count(&f, waves), 2, "a refusal: nothing of it is done");
	CHECK_STR(apply(&f, "[campaign]\nkey = k\ntitle = T\nopens = 17/9/2021\ncloses = 10/10/2021\nsender = A <a@b.example>\ntree = test\n"
	    "[instrument survey]\ntitle = S2\nurl = https://s.example/{{token}}\n"
	    "[wave i]\ntemplate = invitation\nat = 17/9/2021\nnot-after = 30/9/2021\nquiet-hours = none\n" REMINDER, NOW, false, 0),
	    "~k.closes ~i.not-after ~i.quiet-hours", "but a later closing, and the hours");
	/* Passed over: it gets another time, and another chance. */
	fill_check(db_run(db_stmt(f.db, passed, &e), &e), &e, passed);
	CHECK_STR(apply(&f, "[campaign]\nkey = k\ntitle = T\nopens = 17/9/2021\ncloses = 10/10/2021\nsender = A <a@b.example>\ntree = test\n"
	    "[instrument survey]\ntitle = S2\nurl = https://s.example/{{token}}\n"
	    "[wave i]\ntemplate = invitation\nat = 17/9/2021\nnot-after = 30/9/2021\nquiet-hours = none\n"
	    "[wave r]\ntemplate = reminder\naudience = missing=survey\nat = 24/9/2021\n", NOW, false, 0), "~r.at", "a wave that was passed over");
	CHECK_INT(count(&f, reopened), 1, "is planned again");
	/* A campaign and a wave that were made by hand. */
	CHECK_STR(apply(&f, "[campaign]\nkey = trial\ntitle = Thử nghiệm Hệ thống\nopens = 17/9/2021\ncloses = 07/10/2021\n"
	    "sender = Bộ Nội vụ <caicachhanhchinh@moha.gov.example>\n"
	    "[instrument survey]\ntitle = Phiếu khảo sát\nurl = https://survey.example/a/{{token}}\n"
	    "[instrument feedback]\ntitle = Phiếu phản hồi ý kiến\nurl = https://survey.example/b/{{token}}\n"
	    "[wave invitation]\ntemplate = invitation\nkind = notice\nuncertain = hold\nat = 17/9/2021\n", NOW, false, 0),
	    "~invitation.cron", "what was made by hand is taken over");
	CHECK_INT(count(&f, adopted), 1, "as begun");
	fill_close(&f);
}

/* The example that is shipped, by its own dates. */
static void
test_example(void)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct date_text t;
	struct schedule s;

	if (!CHECK_INT(schedule_read(&s, file_data_path(&a, "config/campaign.example.ini"), &calendar, &conf, &e), 0, "the example"))
		fputs(buf_str(&s.said), stdout);
	CHECK_STR(buf_str(&s.warned), "", "nothing to warn of");
	CHECK_STR(date_rfc3339(&t, &s.zone, s.waves[2].at), "2021-09-27T08:00:00+07:00", "the second reminder");
	schedule_release(&s);
	arena_release(&a);
}

int
main(void)
{
	struct err e = ERR_INIT;

	snprintf(dir, sizeof(dir), "/tmp/thumoi-plan-XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/plan.ini", dir);
	lang_ui = LANG_EN;
	fill_check(conf_load(&conf, NULL, false, &e), &e, "settings");
	fill_check(calendar_load(&calendar, &conf, &e), &e, "days");
	test_times();
	test_days();
	test_ends();
	test_faults();
	test_form();
	test_warnings();
	test_apply();
	test_example();
	calendar_release(&calendar);
	conf_release(&conf);
	unlink(path);
	rmdir(dir);
	return check_done();
}
