/* A form and its survey in LimeSurvey, kept in step through weeks, kills and misbehaviour. */
#include "support/check.h"
#include "support/fill_store.h"
#include "support/lime_peer.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/survey_sync.h"
#include "store/invite.h"

#define SURVEY 482156
#define PEOPLE 6
#define MANY 3000

static struct fill f;
static struct lime_peer *peer;
static struct conf conf;
static struct survey_link link_;
static struct survey_result r;
static struct err e;
static volatile int64_t *hand;		/* of the clock */
static int64_t unit, people[MANY];
static const char *tokens[MANY];
static char password[160], wrong[160];

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
	(void)clock_ms();
	close(fd);
	unlink(path);
}

static int64_t
at(const char *when)
{
	int64_t t = 0;

	if (date_parse(when, &f.c.zone, DATE_START, &t, &e) < 0)
		die("%s", e.text);
	return t;
}

static void
set_clock(const char *when)
{
	*hand = at(when) * 1000;
}

static const char *
token_of(int64_t contact)
{
	static const char sql[] = "SELECT token FROM contact WHERE id = $1";
	struct stmt *s = db_stmt(f.db, sql, &e);
	const char *t;

	bind_int(s, 1, contact);
	if (db_step(s, &e) != 1)
		die("no such person");
	t = arena_dup(&f.arena, col_text(s, 0));
	db_done(s);
	return t;
}

static void
write_file(char path[160], const char *name, const char *text)
{
	FILE *out;

	snprintf(path, 160, "%s/%s", f.dir, name);
	out = fopen(path, "w");
	if (!out || fputs(text, out) < 0 || fclose(out) != 0)
		die("%s", path);
}

static void
connect_form(const char *key, const char *password_file)
{
	link_ = (struct survey_link){ .instrument = campaign_instrument(&f.c, key)->id, .url = lime_peer_url(peer), .survey = SURVEY,
	    .login = "thumoi", .password_file = password_file, .zone = ZONE_DEFAULT };
	fill_check(survey_link_save(f.db, &link_, clock_now(), &e), &e, "link");
}

/* A campaign with so many people, a form linked, the peer beside it. */
static void
begin(int n, const struct lime_peer_options *o)
{
	struct lime_peer_options po = o ? *o : (struct lime_peer_options){ .survey = 0 };

	set_clock("2021-09-17 00:00");
	po.survey = SURVEY;
	po.user = "thumoi";
	po.password = "pw";
	peer = lime_peer_start(&po);
	fill_open(&f);
	unit = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", true);
	for (int i = 0; i < n; i++) {
		char email[40];

		snprintf(email, sizeof(email), "u%d@cantho.gov.example", i);
		people[i] = fill_person(&f, unit, "Nguyễn Thị Mẫu", email);
		tokens[i] = token_of(people[i]);
	}
	fill_commit(&f);
	write_file(password, "password", "pw\n");
	write_file(wrong, "wrong", "guess\n");
	connect_form("survey", password);
}

static void
end(void)
{
	lime_peer_stop(peer);
	fill_close(&f);
}

static int
sync_as(const struct survey_options *o)
{
	struct arena a = ARENA_INIT;
	int rc;

	e = (struct err)ERR_INIT;
	if (survey_link_find(f.db, &f.arena, link_.instrument, &link_, &e) != 1)
		die("the link is gone");
	rc = survey_sync(f.db, &conf, &link_, o, &r, &e);
	arena_release(&a);
	if (survey_link_find(f.db, &f.arena, link_.instrument, &link_, &e) != 1)
		die("the link is gone");
	return rc;
}

static int
sync_it(void)
{
	return sync_as(&(struct survey_options){ .dry_run = false });
}

static int64_t
count(const char *sql)
{
	struct stmt *s = db_stmt(f.db, sql, &e);
	int64_t n = -1;

	return db_one_int(s, &n, &e) == 1 ? n : -1;
}

static int64_t
answers(void)
{
	static const char sql[] = "SELECT count(*) FROM answer";

	return count(sql);
}

/* When the person's answer was; 0: there is none. */
static int64_t
answered(int i)
{
	int64_t t = 0;

	return answer_first_at(f.db, people[i], link_.instrument, &t, &e) == 1 ? t : 0;
}

static void
is_field(int i, const char *field, const char *want, const char *label)
{
	char *v = lime_peer_field(peer, tokens[i], field);

	CHECK_STR(v, want, label);
	free(v);
}

/* Theirs - ours must be what the reasons say. */
static void
adds_up(const char *label)
{
	const struct survey_count *n = &r.count;

	CHECK_INT(survey_difference(n), n->strangers_done + n->early + n->late + n->undated + n->odd + n->unread - n->only_ours, label);
}

/* --- stories ------------------------------------------------------------------------------------ */

static void
test_ordinary(void)
{
	struct buf b = BUF_INIT(4096);
	int calls;

	begin(PEOPLE, NULL);
	CHECK_INT(sync_it(), 0, "first sync");
	CHECK_INT(r.pushed, PEOPLE, "everybody is pushed");
	CHECK_INT((int64_t)lime_peer_people(peer), PEOPLE, "and is there");
	is_field(0, "firstname", "Mẫu", "given name");
	is_field(0, "lastname", "Nguyễn Thị", "the rest");
	CHECK(!lime_peer_was_asked(peer, "cantho.gov.example"), "no address is told");
	CHECK(lime_peer_was_asked(peer, "],false]"), "their own tokens are not asked for");
	calls = lime_peer_calls(peer, "");
	CHECK_INT(sync_it(), 0, "again");
	CHECK_INT(r.pushed + r.recorded + r.written, 0, "nothing to do");
	CHECK_INT(lime_peer_calls(peer, "") - calls, 6, "log in, properties, two pages, summary, log out");
	CHECK_INT(lime_peer_sessions(peer), 0, "the session is given back");

	set_clock("2021-09-20 10:00");
	lime_peer_complete(peer, tokens[0], "2021-09-20 08:34");
	lime_peer_complete(peer, tokens[1], "2021-09-20 08:35:12");
	lime_peer_complete(peer, tokens[2], "Q");
	CHECK_INT(sync_it(), 0, "answers");
	CHECK_INT(r.recorded, 2, "two");
	CHECK_INT(r.count.quota, 1, "a quota is no answer");
	CHECK_INT(answered(0), at("2021-09-20 08:34"), "at its time");
	CHECK_INT(answered(1), at("2021-09-20 08:35:12"), "to the second where it is told");
	CHECK_INT(answered(2), 0, "screened out");
	CHECK_INT(survey_difference(&r.count), 0, "they agree");
	adds_up("agree");
	survey_words(&b, &link_, &f.c.zone, true, LANG_EN);
	CHECK_STR(buf_str(&b), "survey system: 2 completed, ours: 2 (as of 10:00 on 20 September 2021): they agree.", "in words");
	CHECK_INT(sync_it(), 0, "again");
	CHECK_INT(r.recorded, 0, "nothing new");
	CHECK_INT(r.known, 2, "known");
	CHECK(!lime_peer_was_asked(peer, "usesleft"), "uses are never touched");
	CHECK(!lime_peer_was_asked(peer, "invite_participants") && !lime_peer_was_asked(peer, "remind_participants") &&
	    !lime_peer_was_asked(peer, "delete_participants"), "it neither sends nor deletes");
	buf_release(&b);
	end();
}

static void
test_differences(void)
{
	struct buf b = BUF_INIT(4096);

	begin(PEOPLE, NULL);
	CHECK_INT(sync_it(), 0, "push");
	set_clock("2021-10-06 10:00");
	lime_peer_add(peer, "stranger000000000000~1");
	lime_peer_add(peer, "");
	lime_peer_add(peer, tokens[4]);			/* twice there: the person counts once */
	lime_peer_complete(peer, "stranger000000000000~1", "2021-09-30 10:00");
	lime_peer_complete(peer, tokens[0], "2021-09-16 23:00");
	lime_peer_complete(peer, tokens[1], "soon");
	lime_peer_complete(peer, tokens[2], "2021-10-06 22:00");
	lime_peer_complete(peer, tokens[3], "2021-10-05 10:00");
	fill_answer(&f, people[4], "survey", at("2021-10-05 10:00"));
	lime_peer_remove(peer, tokens[5]);
	CHECK_INT(sync_it(), 0, "all sorts");
	CHECK_INT(r.count.strangers, 3, "strangers, and a second one with the same token");
	CHECK_INT(r.count.strangers_done, 1, "one of them completed");
	CHECK_INT(r.count.early, 1, "before the opening");
	CHECK_INT(r.count.odd, 2, "no date; in the future");
	CHECK_INT(r.count.only_ours, 1, "known here only");
	CHECK_INT(r.count.removed, 1, "removed there");
	CHECK_INT(r.recorded, 1, "and one that is good");
	CHECK_INT(r.pushed, 0, "who was removed is not pushed again");
	adds_up("all sorts");
	survey_words(&b, &link_, &f.c.zone, true, LANG_EN);
	CHECK_STR(buf_str(&b), "survey system: 5 completed, ours: 2 (as of 10:00 on 6 October 2021): the survey system has 3 more."
	    " 1 completed by people who are not of this campaign; 1 completed before the opening; 2 completed at a time that cannot be;"
	    " 1 known here, not completed there.", "in words");
	buf_clear(&b);
	survey_words(&b, &link_, &f.c.zone, false, LANG_VI);
	CHECK_STR(buf_str(&b), "hệ thống khảo sát: 5 phiếu hoàn thành, thumoi: 2 (lúc 10:00 ngày 06/10/2021): hệ thống khảo sát nhiều hơn 3.",
	    "bằng lời");
	/* What lay in the future has come; what was answered after closing is late, whenever it is read. */
	set_clock("2021-10-08 09:00");
	lime_peer_complete(peer, tokens[4], "2021-10-08 08:00");
	CHECK_INT(sync_it(), 0, "after closing");
	CHECK_INT(answered(2), at("2021-10-06 22:00"), "it was in time");
	CHECK_INT(r.count.late, 0, "known already, by another way");
	CHECK_INT(answered(4), at("2021-10-05 10:00"), "its first time stays");
	adds_up("after closing");
	buf_release(&b);
	end();
}

static void
test_zone(void)
{
	begin(2, NULL);
	link_.zone = "UTC";
	fill_check(survey_link_save(f.db, &link_, clock_now(), &e), &e, "zone");
	CHECK_INT(sync_it(), 0, "push");
	set_clock("2021-09-20 10:00");
	fill_invite(&f, f.wave, people[0], "u0@cantho.gov.example", "accepted", at("2021-09-18 08:30"));
	lime_peer_complete(peer, tokens[0], "2021-09-20 01:34");
	CHECK_INT(sync_it(), 0, "times in UTC");
	CHECK_INT(answered(0), at("2021-09-20 08:34"), "are those of Greenwich");
	is_field(0, "sent", "2021-09-18 01:30", "and written so");
	CHECK_INT(r.behind, 0, "and fit");
	/* The zone is wrong: done seven hours before we saw it open. */
	set_clock("2021-09-20 12:00");
	CHECK_INT(sync_it(), 0, "still open");
	set_clock("2021-09-20 12:30");
	lime_peer_complete(peer, tokens[1], "2021-09-19 22:20");
	CHECK_INT(sync_it(), 0, "a clock that lies behind");
	CHECK_INT(r.behind, 1, "is noticed");
	end();
}

static void
test_anonymised(void)
{
	begin(PEOPLE, &(struct lime_peer_options){ .anonymized = true });
	set_clock("2021-09-16 10:00");
	CHECK_INT(sync_it(), 0, "pushed before the opening");
	lime_peer_complete(peer, tokens[0], NULL);
	CHECK_INT(sync_it(), 0, "tried out before the opening");
	CHECK_INT(r.count.early, 1, "is no answer");
	CHECK(r.anonymized, "it says so");
	set_clock("2021-09-20 10:00");
	lime_peer_complete(peer, tokens[1], NULL);
	CHECK_INT(sync_it(), 0, "answers");
	CHECK_INT(answered(1), at("2021-09-20 10:00"), "when it was first seen");
	CHECK_INT(answered(0), 0, "a trial stays one");
	CHECK_INT(r.count.early, 1, "a trial stays one");
	set_clock("2021-09-21 10:00");
	CHECK_INT(sync_it(), 0, "a day later");
	CHECK_INT(answered(1), at("2021-09-20 10:00"), "its time does not move");
	set_clock("2021-10-08 09:00");
	lime_peer_complete(peer, tokens[2], NULL);
	CHECK_INT(sync_it(), 0, "first seen after closing");
	CHECK_INT(answered(2), 0, "nobody knows whether in time");
	CHECK_INT(r.count.undated, 1, "is told");
	adds_up("undated");
	lime_peer_set(peer, "expires", "2021-10-07 23:59:59");
	CHECK_INT(sync_it(), 0, "the survey ended in time");
	CHECK_INT(answered(2), FILL_CLOSES, "then it was in time");
	CHECK_INT(r.count.undated, 0, "nothing is left");
	/* Reset there by somebody: what was recorded stays. */
	CHECK_INT(answers(), 2, "two in all");
	adds_up("ended");
	end();
}

static void
test_write_back(void)
{
	static const char undo[] = "UPDATE evidence SET kind = kind || '_withdrawn', fingerprint = fingerprint || 'w' WHERE kind = 'opt_out'";
	struct wave reminder = { .campaign = 0, .name = "reminder", .template = "reminder", .audience = "", .uncertain = "hold",
	    .state = "running", .kind = "reminder" };
	int calls;

	begin(PEOPLE, NULL);
	reminder.campaign = f.c.id;
	fill_check(wave_insert(f.db, &reminder, &e), &e, "wave");
	CHECK_INT(sync_it(), 0, "push");
	set_clock("2021-09-25 10:00");
	for (int i = 0; i < 4; i++)
		fill_invite(&f, f.wave, people[i], arena_printf(&f.arena, "u%d@cantho.gov.example", i), i == 3 ? "refused" : "accepted",
		    at("2021-09-18 08:30"));
	fill_invite(&f, reminder.id, people[0], "u0@cantho.gov.example", "accepted", at("2021-09-24 08:30"));
	fill_evidence_of(&f, &(struct evidence){ .contact = people[1], .at = at("2021-09-19 08:00"), .kind = "opt_out", .grade = 'A' });
	fill_evidence_of(&f, &(struct evidence){ .contact = people[3], .at = at("2021-09-18 08:31"), .kind = "refusal", .grade = 'A',
	    .category = "unknown-user", .hard = true, .email = "u3@cantho.gov.example" });
	lime_peer_complete(peer, tokens[2], "2021-09-20 08:34");
	CHECK_INT(sync_as(&(struct survey_options){ .dry_run = true }), 0, "dry run");
	CHECK_INT(r.written, 4, "says how many");
	CHECK_INT(r.recorded, 1, "and answers");
	CHECK_INT(answers(), 0, "and changes nothing here");
	is_field(0, "sent", "N", "or there");
	CHECK_INT(sync_it(), 0, "write back");
	CHECK_INT(r.written, 4, "as it said");
	is_field(0, "sent", "2021-09-18 08:30", "sent");
	is_field(0, "remindersent", "2021-09-24 08:30", "reminded");
	is_field(0, "remindercount", "1", "once");
	is_field(1, "emailstatus", "OptOut", "opted out");
	is_field(2, "completed", "2021-09-20 08:34", "what is completed stays so");
	is_field(2, "emailstatus", "OK", "well");
	is_field(3, "emailstatus", "bounced", "a dead address");
	is_field(3, "sent", "N", "was not sent");
	is_field(4, "sent", "N", "nor was this one");
	calls = lime_peer_calls(peer, "set_participant_properties");
	CHECK_INT(sync_it(), 0, "again");
	CHECK_INT(r.written, 0, "nothing changed");
	CHECK_INT(lime_peer_calls(peer, "set_participant_properties"), calls, "nothing is asked");
	/* Somebody changes it there: theirs. Taken back here: written. */
	lime_peer_status(peer, tokens[3], "OK");
	CHECK_INT(count(undo), -1, "she takes part after all");
	CHECK_INT(sync_it(), 0, "changes of both sides");
	is_field(3, "emailstatus", "OK", "by hand, there");
	is_field(1, "emailstatus", "OK", "taken back here");
	/* Opted out there. */
	lime_peer_status(peer, tokens[4], "OptOut");
	CHECK_INT(sync_it(), 0, "an opt-out of theirs");
	CHECK_INT(r.opted_out, 1, "is taken in");
	CHECK_INT(evidence_has(f.db, people[4], "opt_out", &e), 1, "is one here");
	CHECK_INT(sync_it(), 0, "again");
	CHECK_INT(r.opted_out, 0, "once");
	is_field(4, "emailstatus", "OptOut", "stays");
	CHECK(!lime_peer_was_asked(peer, "usesleft"), "uses are never touched");
	end();
}

static void
test_rows(void)
{
	/* Opted out before anybody told the survey system: nobody does. A held row has no link to open. */
	begin(PEOPLE, NULL);
	fill_evidence_of(&f, &(struct evidence){ .contact = people[1], .at = clock_now(), .kind = "opt_out", .grade = 'A' });
	fill_contact(&f, unit, "Lê Văn Ba", NULL, "held");
	lime_peer_add(peer, tokens[2]);			/* by hand, or by a run that died */
	CHECK_INT(sync_it(), 0, "sync");
	CHECK_INT(r.pushed, PEOPLE - 2, "the rest is pushed");
	CHECK_INT((int64_t)lime_peer_people(peer), PEOPLE - 1, "once each");
	CHECK_INT(r.refused, 0, "nobody is refused");
	/* A new roster: only the new ones. */
	people[PEOPLE] = fill_person(&f, unit, "Một Người", "x@cantho.gov.example");
	CHECK_INT(sync_it(), 0, "a newcomer");
	CHECK_INT(r.pushed, 1, "is pushed");
	end();

	/* An address that it does not take: the others go in, and it is told. */
	conf.survey_tells = "email";
	begin(3, NULL);
	fill_address(&f, people[1], 1, "no address");
	CHECK_INT(sync_it(), 0, "sync");
	CHECK_INT(r.pushed, 2, "two");
	CHECK_INT(r.refused, 1, "one is refused");
	CHECK(strstr(r.fault, "email") != NULL, r.fault);
	fill_address(&f, people[1], 1, "u1@cantho.gov.example");
	CHECK_INT(sync_it(), 0, "mended");
	CHECK_INT(r.pushed, 1, "goes in");
	CHECK_INT(r.refused, 0, "nobody is left");
	end();
	conf.survey_tells = "name";

	/* Told as little as can be. */
	conf.survey_tells = "token";
	begin(2, NULL);
	CHECK_INT(sync_it(), 0, "sync");
	CHECK_INT(r.pushed, 2, "pushed");
	is_field(0, "lastname", "", "without a name");
	end();
	conf.survey_tells = "name";

	/* Tokens that are cut open nothing: one is sacrificed, not all. */
	begin(PEOPLE, &(struct lime_peer_options){ .token_max = 15 });
	CHECK_INT(sync_it(), 0, "sync");
	CHECK_INT(r.count.changed, 1, "one is changed");
	CHECK_INT((int64_t)lime_peer_people(peer), 1, "the others stay here");
	CHECK_INT(sync_it(), 0, "again");
	CHECK_INT((int64_t)lime_peer_people(peer), 1, "and again");
	CHECK_INT(r.count.strangers, 1, "it is nobody's");
	end();
}

/* Whatever dies where: the next sync makes it good. */
static void
test_broken(void)
{
	/* On a connection that was there already a request goes out twice: both times. */
	static const struct lime_fault faults[] = {
		{ "get_session_key", 0, 1, LIME_HANG_UP, 0, NULL }, { "get_survey_properties", 0, 1, LIME_EMPTY, 0, NULL },
		{ "list_participants", 0, 1, LIME_HTML, 0, NULL }, { "add_participants", 0, 2, LIME_DIE_AFTER, 0, NULL },
		{ "add_participants", 1, 2, LIME_DIE_AFTER, 0, NULL }, { "add_participants", 0, 1, LIME_HTTP, 500, NULL },
		{ "set_participant_properties", 0, 2, LIME_DIE_AFTER, 0, NULL }, { "set_participant_properties", 30, 2, LIME_HANG_UP, 0, NULL },
		{ "get_summary", 0, 1, LIME_HTTP, 500, NULL },
	};

	for (size_t i = 0; i < COUNT_OF(faults); i++) {
		int64_t n = 60;

		begin((int)n, NULL);
		for (int k = 0; k < n; k++)
			fill_invite(&f, f.wave, people[k], "u@cantho.gov.example", "accepted", at("2021-09-18 08:30"));
		set_clock("2021-09-20 10:00");
		lime_peer_faults(peer, &faults[i], 1);
		CHECK_INT(sync_it(), -1, faults[i].method);
		CHECK_INT(link_.troubles, 1, "the trouble is noted");
		CHECK(*link_.trouble && link_.next_at > clock_now(), "and waits");
		CHECK_INT(sync_it(), 0, "the next one");
		lime_peer_complete(peer, tokens[0], "2021-09-20 08:34");
		CHECK_INT(link_.troubles, 0, "is well");
		CHECK_INT((int64_t)lime_peer_people(peer), n, "everybody once");
		is_field(59, "sent", "2021-09-18 08:30", "all is written");
		CHECK_INT(sync_it(), 0, "and the one after");
		CHECK_INT(r.pushed + r.written + r.refused + r.unwritten, 0, "has nothing to do");
		CHECK_INT(r.count.strangers + r.count.removed, 0, "nobody is odd");
		CHECK_INT(survey_difference(&r.count), 0, "they agree");
		CHECK_INT(answers(), 1, "on one answer");
		end();
	}
}

/* Another one is at work: this one steps aside, and nothing is a fault. */
static void
test_busy(void)
{
	struct survey_due d = { .stop = NULL };
	char path[160];
	int fd;

	begin(2, NULL);
	snprintf(path, sizeof(path), "%s-survey", f.path);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	CHECK(flock(fd, LOCK_EX) == 0, "held");
	CHECK_INT(sync_it(), 1, "by another one");
	CHECK_INT(survey_sync_due(f.db, &conf, &d, &e), 0, "by itself");
	CHECK_INT(d.synced + d.failed, 0, "neither");
	CHECK_INT(link_.troubles, 0, "it is no trouble");
	CHECK_INT(lime_peer_calls(peer, ""), 0, "nobody is asked");
	close(fd);
	CHECK_INT(sync_it(), 0, "and then");
	end();
}

static void
count_due(const struct survey_link *l, const struct survey_result *res, const char *trouble, void *arg)
{
	(void)l, (void)res;
	*(int64_t *)arg += trouble != NULL;
}

static void
test_due(void)
{
	int64_t troubled = 0;
	struct survey_due d = { .each = count_due, .arg = &troubled };
	int64_t rest[5];
	int calls;

	begin(2, NULL);
	CHECK_INT(survey_sync_due(f.db, &conf, &d, &e), 0, "due");
	CHECK_INT(d.synced, 1, "the first time");
	CHECK_INT(survey_sync_due(f.db, &conf, &d, &e), 0, "again");
	CHECK_INT(d.synced, 0, "not yet");
	fill_person(&f, unit, "Một Người", "x@cantho.gov.example");
	CHECK_INT(survey_sync_due(f.db, &conf, &d, &e), 0, "people came");
	CHECK_INT(d.synced, 1, "at once");
	*hand += 901 * 1000;
	CHECK_INT(survey_sync_due(f.db, &conf, &d, &e), 0, "a quarter of an hour later");
	CHECK_INT(d.synced, 1, "due");
	conf.survey_sync_s = 0;
	*hand += 901 * 1000;
	CHECK_INT(survey_sync_due(f.db, &conf, &d, &e), 0, "switched off");
	CHECK_INT(d.synced, 0, "nothing");
	conf.survey_sync_s = 900;
	lime_peer_faults(peer, &(struct lime_fault){ "", 0, 0, LIME_EMPTY, 0, NULL }, 1);
	for (size_t i = 0; i < COUNT_OF(rest); i++) {
		if (survey_link_find(f.db, &f.arena, link_.instrument, &link_, &e) == 1 && link_.next_at > clock_now())
			*hand = link_.next_at * 1000;
		CHECK_INT(survey_sync_due(f.db, &conf, &d, &e), 0, "trouble is no fault of ours");
		CHECK_INT(d.failed, 1, "it failed");
		survey_link_find(f.db, &f.arena, link_.instrument, &link_, &e);
		rest[i] = link_.next_at - clock_now();
	}
	CHECK(rest[0] == 900 && rest[1] == 1800 && rest[4] == 14400, "each time later, four hours at most");
	CHECK_INT(troubled, 5, "each is told");
	calls = lime_peer_calls(peer, "");
	fill_person(&f, unit, "Hai Người", "y@cantho.gov.example");
	CHECK_INT(survey_sync_due(f.db, &conf, &d, &e), 0, "meanwhile");
	CHECK_INT(lime_peer_calls(peer, ""), calls, "it is left alone");
	lime_peer_faults(peer, NULL, 0);
	connect_form("survey", wrong);
	CHECK_INT(survey_sync_due(f.db, &conf, &d, &e), 0, "a wrong password");
	survey_link_find(f.db, &f.arena, link_.instrument, &link_, &e);
	CHECK(link_.next_at - clock_now() >= 3600, "an hour at least, or the account is locked");
	connect_form("survey", password);
	set_clock("2021-10-08 00:00");
	CHECK_INT(survey_sync_due(f.db, &conf, &d, &e), 0, "closed");
	CHECK_INT(d.synced, 1, "once more, for what came last");
	set_clock("2021-10-09 00:00");
	CHECK_INT(survey_sync_due(f.db, &conf, &d, &e), 0, "and then");
	CHECK_INT(d.synced, 0, "never again");
	/* Another survey: everything anew. */
	link_.survey = 7;
	fill_check(survey_link_save(f.db, &link_, clock_now(), &e), &e, "another survey");
	CHECK_INT(survey_link_find(f.db, &f.arena, link_.instrument, &link_, &e), 1, "linked");
	CHECK_INT(link_.count.at, 0, "never synced");
	end();
}

/* Answers come in between the pages, and somebody is deleted. */
static int answering;
static void
in_between(const char *method, void *arg)
{
	(void)arg;
	if (strcmp(method, "list_participants") != 0 || !answering)
		return;
	for (int i = 0; i < 50; i++)
		lime_peer_complete(peer, tokens[(answering * 397 + i * 61) % MANY], "2021-09-20 08:34");
	if (answering == 3)
		for (int i = 0; i < 20; i++)
			lime_peer_remove(peer, tokens[i]);
	answering++;
}

static void
test_many(void)
{
	begin(MANY, &(struct lime_peer_options){ .before = in_between, .session_calls = 4 });
	CHECK_INT(sync_it(), 0, "three thousand");
	CHECK_INT(r.pushed, MANY, "are pushed");
	set_clock("2021-09-20 10:00");
	answering = 1;
	CHECK_INT(sync_it(), 0, "answers while it is read");
	CHECK_INT(r.read, MANY, "everybody was read once, though the pages moved");
	CHECK_INT(r.count.strangers, 0, "nobody is strange");
	CHECK(r.recorded > 0 && r.count.unread > 0, "some are taken, some came behind our back");
	CHECK_INT(r.recorded, answers(), "what is taken is recorded");
	answering = 0;
	CHECK_INT(sync_it(), 0, "when it is quiet");
	CHECK_INT(r.count.unread, 0, "nothing is left");
	CHECK_INT(r.count.removed, 20, "those who were deleted");
	adds_up("three thousand");
	CHECK_INT(survey_difference(&r.count), -r.count.only_ours, "but for who answered and was deleted");
	CHECK(lime_peer_calls(peer, "get_session_key") > 3, "through many sessions");
	end();
}

int
main(void)
{
	lang_ui = LANG_EN;
	make_clock();
	log_to(-1, LOG_LEVEL_ERROR);
	if (conf_load(&conf, NULL, false, &e) < 0)
		die("%s", e.text);
	test_ordinary();
	test_differences();
	test_zone();
	test_anonymised();
	test_write_back();
	test_rows();
	test_broken();
	test_busy();
	test_due();
	test_many();
	conf_release(&conf);
	return check_done();
}
