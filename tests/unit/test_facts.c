/* What happened to people, as written in a store, becomes facts and a cause. */
#include "support/check.h"

#include "engine/account.h"
#include "support/fill_store.h"

#define T(n) (FILL_OPENS + (n) * 3600)

static struct fill f;
static int64_t unit;

static enum cause
cause_at(int64_t contact, int64_t now, char *grade, struct facts *seen)
{
	struct cause_ask ask = { 3, FILL_CLOSES };
	struct err e = ERR_INIT;
	struct facts_reader *r;
	struct facts facts;
	enum cause c = CAUSES;

	if (facts_open(&r, f.db, &f.c, contact, now, &e) < 0 || facts_next(r, &facts, &e) != 1) {
		printf("%s\n", e.text);
		return c;
	}
	c = cause_of(&facts, &ask, grade);
	if (seen)
		*seen = facts;
	CHECK_INT(facts_next(r, &facts, &e), 0, "one person asked for, one given");
	facts_close(r);
	return c;
}

static void
expect(int64_t contact, int64_t now, enum cause want, char want_grade, const char *label)
{
	char grade = '?';
	enum cause got = cause_at(contact, now, &grade, NULL);

	CHECK_STR(got < CAUSES ? cause_info(got)->key : "none", cause_info(want)->key, label);
	CHECK_INT(grade, want_grade, label);
}

static int64_t
person(const char *email)
{
	return fill_person(&f, unit, "Nguyễn Thị Mẫu", email);
}

static void
test_delivery(int64_t reminder)
{
	int64_t p, first, second;

	p = person("a1@x.example");
	expect(p, T(9), CAUSE_NOT_INVITED, 'A', "no invite");
	fill_invite(&f, f.wave, p, "a1@x.example", "planned", T(10));
	expect(p, T(9), CAUSE_NOT_INVITED, 'A', "planned, not due");
	expect(p, T(10), CAUSE_WAITING, 'A', "planned and due");

	p = person("a2@x.example");
	fill_invite(&f, f.wave, p, "a2@x.example", "cancelled", T(10));
	expect(p, T(20), CAUSE_NOT_INVITED, 'A', "cancelled before it went out");

	p = person("a3@x.example");
	first = fill_invite(&f, f.wave, p, "a3@x.example", "accepted", T(10));
	expect(p, T(20), CAUSE_UNKNOWN, '\0', "accepted");
	fill_evidence(&f, p, first, "delay", "network", T(11));
	expect(p, T(20), CAUSE_UNKNOWN, '\0', "a delay notice is no failure");
	fill_evidence(&f, p, first, "dsn", "delivered", T(12));
	expect(p, T(20), CAUSE_UNKNOWN, '\0', "a report of delivery is no proof before eyes");
	fill_evidence(&f, p, first, "visit", "", T(12));
	expect(p, T(20), CAUSE_UNKNOWN, '\0', "a bare fetch of the link proves nothing");
	fill_evidence(&f, p, first, "dsn", "policy", T(13));
	expect(p, T(20), CAUSE_REFUSED_POLICY, 'A', "came back later, although accepted");
	second = fill_invite(&f, reminder, p, "a3@x.example", "accepted", T(14));
	expect(p, T(20), CAUSE_UNKNOWN, '\0', "a reminder was accepted since");
	fill_evidence(&f, p, second, "dsn", "mailbox-full", T(15));
	expect(p, T(20), CAUSE_MAILBOX_FULL, 'A', "and came back, for another reason");
	fill_answer(&f, p, "feedback", T(16));
	expect(p, T(20), CAUSE_ANSWERED_PARTLY, 'A', "one form");
	fill_answer(&f, p, "survey", T(17));
	expect(p, T(20), CAUSE_ANSWERED, 'A', "both forms");

	/* The clock of the server that reports may be behind ours. */
	p = person("a4@x.example");
	first = fill_invite(&f, f.wave, p, "a4@x.example", "accepted", T(10));
	fill_evidence(&f, p, first, "dsn", "unknown-user", T(10) - 5);
	expect(p, T(20), CAUSE_BAD_USER, 'A', "a report about a message is not outdone by its own acceptance");
	p = person("a5@x.example");
	fill_invite(&f, f.wave, p, "a5@x.example", "accepted", T(10));
	fill_evidence(&f, p, 0, "dsn", "unknown-user", T(10) - 5);
	expect(p, T(20), CAUSE_BAD_USER, 'A', "nor when it does not name the message");

	p = person("a6@x.example");
	fill_invite(&f, f.wave, p, "a6@x.example", "refused", T(10));
	expect(p, T(20), CAUSE_REFUSED_POLICY, 'A', "refused, and the evidence is not there");
	p = person("a7@x.example");
	fill_invite(&f, f.wave, p, "a7@x.example", "expired", T(10));
	expect(p, T(20), CAUSE_EXPIRED, 'A', "expired, and the evidence is not there");
	p = person("a8@x.example");
	first = fill_invite(&f, f.wave, p, "a8@x.example", "refused", T(10));
	fill_evidence(&f, p, first, "refusal", "unknown-host", T(10) - 2);
	expect(p, T(20), CAUSE_BAD_DOMAIN, 'A', "the evidence says more than the state");
	p = person("a9@x.example");
	fill_invite(&f, f.wave, p, "a9@x.example", "uncertain", T(10));
	expect(p, T(20), CAUSE_UNCERTAIN, 'A', "line dropped");
	p = person("a10@x.example");
	fill_invite(&f, f.wave, p, "a10@x.example", "deferred", T(10));
	expect(p, T(9), CAUSE_WAITING, 'A', "deferred");
}

static void
test_addresses(int64_t reminder)
{
	int64_t p = person("old@x.example"), first;

	first = fill_invite(&f, f.wave, p, "old@x.example", "refused", T(10));
	fill_evidence_of(&f, &(struct evidence){ .contact = p, .invite = first, .at = T(10), .kind = "refusal", .grade = 'A',
	    .category = "unknown-user", .email = "old@x.example" });
	expect(p, T(20), CAUSE_BAD_USER, 'A', "wrong address");
	fill_address(&f, p, 1, "new@x.example");
	expect(p, T(20), CAUSE_NOT_INVITED, 'A', "corrected: what befell the old one says nothing");
	fill_invite(&f, reminder, p, "new@x.example", "accepted", T(15));
	expect(p, T(20), CAUSE_UNKNOWN, '\0', "sent to the new one");
	fill_evidence(&f, p, first, "dsn", "unknown-user", T(16));
	expect(p, T(20), CAUSE_UNKNOWN, '\0', "a late report about the old one");

	p = person("main@x.example");
	fill_address(&f, p, 2, "second@x.example");
	fill_invite(&f, f.wave, p, "second@x.example", "refused", T(10));
	expect(p, T(20), CAUSE_REFUSED_POLICY, 'A', "the second address counts as well");

	/* One invite that went on to the next address. */
	p = person("dead@x.example");
	fill_address(&f, p, 2, "next@x.example");
	first = fill_invite(&f, f.wave, p, "next@x.example", "accepted", T(12));
	fill_evidence_of(&f, &(struct evidence){ .contact = p, .invite = first, .at = T(10), .kind = "dsn", .grade = 'A',
	    .category = "unknown-host", .email = "dead@x.example" });
	expect(p, T(20), CAUSE_UNKNOWN, '\0', "the failure was that of the first address");
	fill_evidence_of(&f, &(struct evidence){ .contact = p, .invite = first, .at = T(14), .kind = "dsn", .grade = 'A',
	    .category = "unknown-user", .email = "next@x.example" });
	expect(p, T(20), CAUSE_BAD_DOMAIN, 'A', "both are dead: the first tells");
	fill_evidence_of(&f, &(struct evidence){ .contact = p, .invite = first, .at = T(15), .kind = "dsn", .grade = 'A',
	    .category = "policy", .email = "next@x.example" });
	expect(p, T(20), CAUSE_REFUSED_POLICY, 'A', "one that is refused for another reason tells more");
}

static void
test_people(void)
{
	struct facts seen;
	char grade;
	int64_t p = person("b1@y.example"), i = fill_invite(&f, f.wave, p, "b1@y.example", "accepted", T(10));

	fill_evidence(&f, p, i, "found_spam", "", T(12));
	expect(p, T(20), CAUSE_IN_SPAM, 'A', "found in spam");
	fill_evidence(&f, p, i, "found_inbox", "", T(13));
	expect(p, T(20), CAUSE_RECEIVED_SILENT, 'A', "the later word counts");
	p = person("b2@y.example");
	i = fill_invite(&f, f.wave, p, "b2@y.example", "accepted", T(10));
	fill_evidence(&f, p, i, "focal_word", "", T(12));
	CHECK_INT(cause_at(p, T(20), &grade, &seen), CAUSE_IN_SPAM, "word of the focal point");
	CHECK(!seen.found_told_by_person, "and not of the person");
	p = person("b3@y.example");
	i = fill_invite(&f, f.wave, p, "b3@y.example", "accepted", T(10));
	fill_evidence(&f, p, i, "auto_reply", "", T(11));
	expect(p, T(20), CAUSE_RECEIVED_SILENT, 'B', "an automatic reply without a date");
	fill_evidence_of(&f, &(struct evidence){ .contact = p, .at = T(12), .kind = "auto_reply", .grade = 'B',
	    .until_at = FILL_CLOSES + 86400 });
	expect(p, T(20), CAUSE_AWAY, 'B', "away beyond the end");
	fill_evidence(&f, p, i, "opt_out", "", T(13));
	expect(p, T(20), CAUSE_OPTED_OUT, 'A', "and asked to stop");
	p = person("b4@y.example");
	i = fill_invite(&f, f.wave, p, "b4@y.example", "accepted", T(10));
	fill_evidence(&f, p, i, "complaint", "complaint", T(13));
	expect(p, T(20), CAUSE_COMPLAINED, 'A', "complained");
	p = person(NULL);
	CHECK_INT(cause_at(p, T(20), &grade, &seen), CAUSE_BAD_ROW, "held");
	CHECK_STR(seen.domain, "", "without an address there is no mail domain");
	CHECK_INT(seen.state, CONTACT_HELD, "state");
}

static void
test_waves(void)
{
	static const char sql[] = "UPDATE wave SET not_after = $2 WHERE id = $1";
	struct err e = ERR_INIT;
	int64_t late = fill_wave(&f, "late"), p = person("c1@z.example");
	struct stmt *s = db_stmt(f.db, sql, &e);

	bind_int(s, 1, late);
	bind_int(s, 2, T(12));
	CHECK_INT(db_run(s, &e), 0, "the wave ends");
	fill_invite(&f, late, p, "c1@z.example", "planned", T(10));
	expect(p, T(12), CAUSE_WAITING, 'A', "due while the wave lasts");
	expect(p, T(13), CAUSE_NOT_INVITED, 'A', "the wave has passed it by");
}

/* The merged pass over everybody agrees with asking for each one alone. */
static void
test_together(void)
{
	struct cause_ask ask = { 3, FILL_CLOSES };
	struct err e = ERR_INIT;
	struct facts_reader *r;
	struct facts facts;
	int64_t people = 0, differ = 0;

	CHECK_INT(facts_open(&r, f.db, &f.c, 0, T(20), &e), 0, "everybody");
	while (facts_next(r, &facts, &e) == 1) {
		char grade, alone_grade;
		enum cause c = cause_of(&facts, &ask, &grade);

		differ += cause_at(facts.contact, T(20), &alone_grade, NULL) != c || grade != alone_grade;
		people++;
	}
	facts_close(r);
	CHECK(people > 15, "all were read");
	CHECK_INT(differ, 0, "together or alone");
}

int
main(void)
{
	int64_t reminder;

	fill_open(&f);
	unit = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", true);
	reminder = fill_wave(&f, "reminder");
	test_delivery(reminder);
	test_addresses(reminder);
	test_people();
	test_waves();
	test_together();
	fill_close(&f);
	return check_done();
}
