/* Who may get a wave now, and who not and why: each rule, for waves of a plan and for those run by hand. */
#include "support/check.h"
#include "support/fill_store.h"

#include "engine/calendar.h"
#include "engine/plan.h"
#include "store/pace.h"

#define DAY 86400
#define NOON (FILL_OPENS + 12 * 3600)			/* Friday, 17/9/2021 */
#define MONDAY (NOON + 3 * DAY)
#define WEDNESDAY (NOON + 5 * DAY)

static struct fill f;
static struct conf conf;
static int64_t unit, reminder, last_call;

struct seen {
	int64_t contact;
	struct eligible_answer a;
	char email[64];
};

static int
keep(const struct facts *facts, const struct eligible_answer *a, void *arg)
{
	struct seen *s = arg;

	if (facts->contact != s->contact)
		return 0;
	s->a = *a;
	snprintf(s->email, sizeof(s->email), "%s", a->email);
	return 1;
}

static struct seen
ask(const struct wave *w, int64_t contact, int64_t now)
{
	struct seen s = { .contact = contact };
	struct err e = ERR_INIT;
	struct plan p;

	if (!CHECK_INT(plan_try(f.db, &conf, &f.c, w, now, &p, keep, &s, &e), 0, w->name))
		puts(e.text);
	return s;
}

static void
expect(const struct wave *w, int64_t contact, int64_t now, enum skip want, const char *label)
{
	CHECK_STR(eligible_key(ask(w, contact, now).a.skip), eligible_key(want), label);
}

static struct wave
wave(const char *name, const char *kind, int64_t position, const char *audience)
{
	struct wave w = { .campaign = f.c.id, .name = name, .template = kind, .audience = audience, .uncertain = "hold",
	    .state = "running", .kind = kind, .position = position };
	struct err e = ERR_INIT;

	fill_check(wave_insert(f.db, &w, &e), &e, name);
	return w;
}

static int64_t
person(const char *email)
{
	return fill_person(&f, unit, "Nguyễn Thị Mẫu", email);
}

static int64_t
invited(const char *email, int64_t at)
{
	int64_t p = person(email);

	fill_invite(&f, f.wave, p, email, "accepted", at);
	return p;
}

static void
hard(int64_t contact, int64_t invite, const char *email, int64_t at)
{
	fill_evidence_of(&f, &(struct evidence){ .contact = contact, .invite = invite, .at = at, .kind = "refusal", .grade = 'A',
	    .category = "unknown-user", .hard = true, .email = email });
}

static void
test_standing(const struct wave *w, const struct wave *by_hand, const struct wave *thanks)
{
	int64_t p = person("a1@x.example"), invite;

	expect(w, p, MONDAY, SKIP_NOT_INVITED, "nobody reminds of what never went out");
	expect(by_hand, p, MONDAY, SKIP_NOT, "but somebody by hand");
	p = invited("a2@x.example", NOON - 4 * DAY);
	expect(w, p, MONDAY, SKIP_NOT, "invited, silent");
	fill_answer(&f, p, "survey", MONDAY);
	expect(w, p, MONDAY, SKIP_NOT, "one form is left");
	expect(thanks, p, MONDAY, SKIP_UNANSWERED, "no thanks yet");
	fill_answer(&f, p, "feedback", MONDAY);
	expect(w, p, MONDAY, SKIP_ANSWERED, "nothing is left");
	expect(thanks, p, MONDAY, SKIP_NOT, "thanks");
	fill_evidence(&f, p, 0, "opt_out", "", MONDAY);
	expect(w, p, MONDAY, SKIP_OPTED_OUT, "asked to stop");
	expect(thanks, p, MONDAY, SKIP_OPTED_OUT, "for ever: not even thanks");
	p = fill_person(&f, unit, "Người bị giữ", NULL);
	expect(w, p, MONDAY, SKIP_HELD, "a row that was held");
	p = person("a3@x.example");
	invite = fill_invite(&f, f.wave, p, "a3@x.example", "refused", NOON - 4 * DAY);
	hard(p, invite, "a3@x.example", NOON - 4 * DAY);
	expect(w, p, MONDAY, SKIP_DEAD, "an address that is dead");
	expect(by_hand, p, MONDAY, SKIP_DEAD, "for everybody");
	p = invited("a3@x.example", NOON - 4 * DAY);
	expect(w, p, MONDAY, SKIP_DEAD, "a colleague with the same address");
	p = invited("a4@x.example", NOON - 4 * DAY);
	fill_evidence(&f, p, 0, "complaint", "complaint", NOON);
	expect(w, p, MONDAY, SKIP_OPTED_OUT, "complained");
}

static void
test_time(const struct wave *w, const struct wave *by_hand, const struct wave *invitation)
{
	int64_t p = invited("b1@x.example", NOON), other;
	struct seen s;

	expect(w, p, NOON + 3600, SKIP_TODAY, "a message today");
	expect(by_hand, p, NOON + 3600, SKIP_NOT, "by hand it is the operator's word");
	expect(w, p, NOON + DAY, SKIP_SOON, "on Saturday");
	s = ask(w, p, MONDAY);
	CHECK_INT(s.a.skip, SKIP_SOON, "one working day later");
	CHECK_INT(s.a.until, FILL_OPENS + 4 * DAY, "from Tuesday on");
	expect(w, p, FILL_OPENS + 4 * DAY - 1, SKIP_SOON, "the last second of Monday");
	expect(w, p, FILL_OPENS + 4 * DAY, SKIP_NOT, "Tuesday");
	fill_invite(&f, reminder, p, "b1@x.example", "deferred", MONDAY);
	expect(w, p, WEDNESDAY, SKIP_OPEN, "a reminder is on its way");
	p = invited("b2@x.example", NOON - 9 * DAY);
	fill_invite(&f, reminder, p, "b2@x.example", "accepted", NOON - 6 * DAY);
	expect(w, p, WEDNESDAY, SKIP_NOT, "one reminder");
	fill_invite(&f, last_call, p, "b2@x.example", "uncertain", NOON - 3 * DAY);
	expect(w, p, WEDNESDAY, SKIP_MOST, "two are the most here");
	p = person("b3@x.example");
	fill_invite(&f, f.wave, p, "b3@x.example", "planned", NOON);
	expect(w, p, WEDNESDAY, SKIP_OPEN, "planned and not yet sent");
	p = person("b4@x.example");
	fill_invite(&f, f.wave, p, "b4@x.example", "expired", NOON - DAY);
	expect(w, p, NOON, SKIP_NOT, "an expired one never came: at once");
	p = invited("b5@x.example", NOON - 9 * DAY);
	fill_evidence_of(&f, &(struct evidence){ .contact = p, .at = NOON, .kind = "auto_reply", .grade = 'B', .until_at = WEDNESDAY });
	s = ask(w, p, MONDAY);
	CHECK_INT(s.a.skip, SKIP_AWAY, "away");
	CHECK_INT(s.a.until, WEDNESDAY, "until then");
	expect(w, p, WEDNESDAY, SKIP_NOT, "back");
	expect(by_hand, p, MONDAY, SKIP_AWAY, "by hand too");
	/* An invitation needs no gap, but a day of its own. */
	other = invited("b6@x.example", NOON);
	expect(invitation, other, NOON + 60, SKIP_TODAY, "a second invitation on one day");
	expect(invitation, other, NOON + DAY, SKIP_NOT, "on the next");
}

static void
test_refusing(const struct wave *w, const struct wave *even, const struct wave *invitation)
{
	int64_t p, taken, late = 0;
	struct stop t = { .domain = "wall.example", .kind = "refusals", .at = NOON, .n = 12, .of = 12, .text = "not from you" };
	struct err e = ERR_INIT;
	int64_t n = 0;

	for (int i = 0; i < 12; i++) {
		char email[64];
		int64_t invite;

		snprintf(email, sizeof(email), "w%d@wall.example", i);
		p = person(email);
		invite = fill_invite(&f, f.wave, p, email, "refused", NOON);
		fill_evidence_of(&f, &(struct evidence){ .contact = p, .invite = invite, .at = NOON, .kind = "refusal", .grade = 'A',
		    .category = "policy", .email = email });
	}
	expect(w, p, WEDNESDAY, SKIP_REFUSING, "refused by a rule");
	expect(even, p, WEDNESDAY, SKIP_NOT, "even-refusing");
	late = person("late@wall.example");
	fill_invite(&f, f.wave, late, "late@wall.example", "expired", NOON);
	expect(w, late, WEDNESDAY, SKIP_REFUSING, "in a domain that refuses as a whole");
	expect(invitation, person("new@wall.example"), WEDNESDAY, SKIP_NOT, "an invitation asks it all the same");
	taken = invited("friend@wall.example", NOON);
	expect(w, taken, WEDNESDAY, SKIP_NOT, "whose message it took");
	t.wave = f.wave;
	fill_check(stop_insert(f.db, &t, &e), &e, "stop");
	fill_check(stop_resume(f.db, f.wave, "wall.example", MONDAY, &n, &e), &e, "resume");
	expect(w, p, WEDNESDAY, SKIP_NOT, "its mail administrator has mended it");
	expect(w, late, WEDNESDAY, SKIP_NOT, "for the others too");
}

/* Probe mailboxes at a domain, so many of which found the first wave in spam, so many in the inbox. */
static void
probes_saw(const char *domain, int spam, int inbox)
{
	static const char *const steps[] = {
		"INSERT INTO probe (id, email, stands_for, mailbox, login, password_file, note, active, added_at)"
		" VALUES ($1, 'p' || $1 || '@' || $2, $2, 'maildir:/', '', '', '', 1, 0)",
		"INSERT INTO probe_send (id, wave, probe, token, after_invite, state, due_at, accepted_at)"
		" VALUES (1099511627776 + $1, $3, $1, 'probe-' || $1 || $2, 0, 'accepted', 0, $4)",
		"INSERT INTO placement (send, age_s, looked_at, place, folder) VALUES (1099511627776 + $1, 86400, $4 + 86400, $5, $2)",
	};
	static int id;

	for (int i = 0; i < spam + inbox; i++) {
		struct err e = ERR_INIT;

		id++;
		for (size_t k = 0; k < COUNT_OF(steps); k++) {
			struct stmt *s = db_stmt(f.db, steps[k], &e);

			fill_check(s ? 0 : -1, &e, "probe");
			bind_int(s, 1, id);
			bind_text(s, 2, domain);
			if (k) {
				if (k == 1)
					bind_int(s, 3, f.wave);
				bind_int(s, 4, NOON - 4 * DAY);
			}
			if (k == 2)
				bind_text(s, 5, i < spam ? "spam" : "inbox");
			fill_check(db_run(s, &e), &e, "probe");
		}
	}
}

static void
test_addresses(const struct wave *w, const struct wave *second, const struct wave *other)
{
	int64_t p, invite;
	struct seen s;

	/* The first is dead: the next one, for another wave and for the one that failed. */
	p = person("c1@x.example");
	fill_address(&f, p, 2, "c1@home.example");
	fill_address(&f, p, 3, "c1@third.example");
	invite = fill_invite(&f, f.wave, p, "c1@x.example", "accepted", NOON - 4 * DAY);
	s = ask(w, p, MONDAY);
	CHECK_STR(s.email, "c1@x.example", "the first");
	hard(p, invite, "c1@x.example", NOON - 3 * DAY);
	s = ask(w, p, MONDAY);
	CHECK_INT(s.a.skip, SKIP_NOT, "not dead as a whole");
	CHECK_STR(s.email, "c1@home.example", "the second");
	CHECK(s.a.second && !s.a.readdress, "by a message of its own");
	{
		struct wave own;
		struct err e = ERR_INIT;

		fill_check(wave_by_id(f.db, &f.arena, f.wave, &own, &e), &e, "wave");
		s = ask(&own, p, MONDAY);
		CHECK_INT(s.a.readdress, invite, "and the wave that failed goes on there");
		hard(p, 0, "c1@home.example", NOON);
		CHECK_STR(ask(&own, p, MONDAY).email, "c1@third.example", "then to the third");
		hard(p, 0, "c1@third.example", NOON);
		expect(&own, p, MONDAY, SKIP_BEFORE, "then nowhere");
		/* A corrected roster: the old address failed, the new one is not known to fail. */
		p = person("wrong@x.example");
		invite = fill_invite(&f, f.wave, p, "wrong@x.example", "refused", NOON - 4 * DAY);
		hard(p, invite, "wrong@x.example", NOON - 4 * DAY);
		fill_address(&f, p, 1, "right@x.example");
		s = ask(&own, p, MONDAY);
		CHECK_INT(s.a.readdress, invite, "a corrected address");
		p = person("moved@x.example");
		fill_invite(&f, f.wave, p, "moved@x.example", "accepted", NOON - 4 * DAY);
		fill_address(&f, p, 1, "elsewhere@x.example");
		expect(&own, p, MONDAY, SKIP_BEFORE, "one that was changed, where nothing had failed");
	}
	/* Probably filtered: ten who told, nine of them found it in spam. */
	for (int i = 0; i < 10; i++) {
		char email[64];

		snprintf(email, sizeof(email), "s%d@filter.example", i);
		p = invited(email, NOON - 4 * DAY);
		fill_evidence(&f, p, 0, i ? "found_spam" : "found_inbox", "", NOON - 3 * DAY);
	}
	p = invited("quiet@filter.example", NOON - 4 * DAY);
	fill_address(&f, p, 2, "quiet@office.example");
	s = ask(w, p, MONDAY);
	CHECK_STR(s.email, "quiet@filter.example", "a wave that does not care");
	CHECK(!s.a.variant, "with the usual words");
	s = ask(other, p, MONDAY);
	CHECK(s.a.variant, "other words");
	s = ask(second, p, MONDAY);
	CHECK_STR(s.email, "quiet@office.example", "or another way");
	p = invited("plain@y.example", NOON - 4 * DAY);
	fill_address(&f, p, 2, "plain@z.example");
	s = ask(second, p, MONDAY);
	CHECK_STR(s.email, "plain@y.example", "where nothing is filtered, the first");
	fill_evidence(&f, p, 0, "found_spam", "", NOON);
	s = ask(second, p, MONDAY);
	CHECK_STR(s.email, "plain@z.example", "the person's own word is enough");
	p = invited("probed@y.example", NOON - 4 * DAY);
	fill_address(&f, p, 2, "probed@z.example");
	probes_saw("y.example", 2, 6);
	s = ask(second, p, MONDAY);
	CHECK_STR(s.email, "probed@y.example", "two of eight probe mailboxes saw it in spam: too few to tell");
	probes_saw("y.example", 12, 4);
	s = ask(second, p, MONDAY);
	CHECK_STR(s.email, "probed@z.example", "fourteen of twenty-four");
}

/* Kept apart: the counts of everybody. */
static void
test_counts(const struct wave *w)
{
	struct err e = ERR_INIT;
	int64_t sum = 0, people = 0;
	static const char all[] = "SELECT count(*) FROM contact";
	struct plan p;

	CHECK_INT(plan_wave(f.db, &conf, &f.c, w, WEDNESDAY, &p, &e), 0, "planned");
	for (int s = SKIP_NOT; s < SKIPS; s++)
		sum += plan_count(&p, (enum skip)s);
	fill_check(db_one_int(db_stmt(f.db, all, &e), &people, &e), &e, all);
	CHECK_INT(sum, people, "everybody has one answer");
	CHECK(p.planned > 0, "some are in");
	people = p.planned;
	CHECK_INT(plan_wave(f.db, &conf, &f.c, w, WEDNESDAY, &p, &e), 0, "again");
	CHECK_INT(p.planned, 0, "nobody new");
	CHECK_INT(p.before, people, "they were there before");
}

int
main(void)
{
	struct wave w, by_hand, thanks, invitation, even, second, other;
	struct err e = ERR_INIT;

	fill_open(&f);
	fill_check(conf_load(&conf, NULL, false, &e), &e, "settings");
	conf.max_reminders = 2;
	unit = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", 1);
	reminder = wave("r1", "reminder", 2, "").id;
	last_call = wave("r2", "reminder", 3, "").id;
	w = wave("r3", "reminder", 4, "");
	by_hand = wave("hand", "reminder", 0, "");
	thanks = wave("thanks", "thanks", 5, "");
	invitation = wave("again", "invitation", 6, "");
	even = wave("even", "reminder", 7, "even-refusing");
	second = wave("second", "reminder", 8, "");
	second.second_address = "probable-spam";
	other = wave("other", "reminder", 9, "");
	other.other_template = "invitation";
	fill_commit(&f);
	test_standing(&w, &by_hand, &thanks);
	test_time(&w, &by_hand, &invitation);
	test_refusing(&w, &even, &invitation);
	test_addresses(&w, &second, &other);
	test_counts(&w);
	fill_close(&f);
	conf_release(&conf);
	return check_done();
}
