/* Answers: which are taken, which are not and why, and that twice is once. */
#include "support/check.h"
#include "support/world.h"

#include "engine/answers.h"
#include "store/evidence.h"

#define OPENS 1631811600	/* 2021-09-17T00:00:00+07:00 */
#define CLOSES 1633625999	/* 2021-10-07T23:59:59+07:00 */

static const struct {
	const char *label, *instrument, *at;
	bool after_closing;
	enum answer_fate want;
	int64_t stored;		/* 0: nothing */
} past[] = {	/* a campaign that has closed */
	{ "closed, no time", "survey", NULL, false, ANSWER_CLOSED, 0 },
	{ "closed, time given, not from a file", "survey", "2021-09-20T08:34:00+07:00", false, ANSWER_CLOSED, 0 },
	{ "file without a time", "survey", "", true, ANSWER_CLOSED, 0 },
	{ "file in time", "survey", "2021-09-20T08:34:00+07:00", true, ANSWER_RECORDED, 1632101640 },
	{ "file in time, UTC", "survey", "2021-09-20T01:34:00Z", true, ANSWER_RECORDED, 1632101640 },
	{ "file, Vietnamese date", "survey", "20/9/2021 08:34", true, ANSWER_RECORDED, 1632101640 },
	{ "first second", "survey", "2021-09-17T00:00:00+07:00", true, ANSWER_RECORDED, OPENS },
	{ "last second", "survey", "2021-10-07T23:59:59+07:00", true, ANSWER_RECORDED, CLOSES },
	{ "a second early", "survey", "2021-09-16T23:59:59+07:00", true, ANSWER_EARLY, 0 },
	{ "a second late", "survey", "2021-10-08T00:00:00+07:00", true, ANSWER_LATE, 0 },
	{ "the last day, no time of day", "survey", "7/10/2021", true, ANSWER_RECORDED, 1633539600 },
	{ "the day after", "survey", "8/10/2021", true, ANSWER_LATE, 0 },
	{ "no date", "survey", "yesterday", true, ANSWER_BAD_TIME, 0 },
	{ "no such form", "poll", "2021-09-20T08:34:00+07:00", true, ANSWER_NO_INSTRUMENT, 0 },
	{ "form in capitals is another", "Survey", "2021-09-20T08:34:00+07:00", true, ANSWER_NO_INSTRUMENT, 0 },
};

static int64_t
stored_at(struct world *w)
{
	static const char sql[] = "SELECT first_at FROM answer ORDER BY contact DESC LIMIT 1";

	return world_count(w, sql);
}

static void
test_past(struct world *w)
{
	static const char wipe[] = "DELETE FROM answer";
	int64_t id = world_campaign(w, "past", OPENS, CLOSES), other = world_campaign(w, "other", OPENS, CLOSES);
	char token[TOKEN_LEN + 1];

	world_contact(w, id, "Nguyễn Mẫu Một", token);
	for (size_t i = 0; i < COUNT_OF(past); i++) {
		struct answer in = { .token = token, .instrument = past[i].instrument, .answered_at = past[i].at };
		struct answers_rules r = { .source = "import", .campaign = id, .after_closing = past[i].after_closing };

		CHECK_INT(db_run(db_stmt(w->db, wipe, &w->e), &w->e), 0, past[i].label);
		CHECK_INT(answers_take(w->db, &w->arena, &r, &in, 1, &w->e), 0, past[i].label);
		CHECK_STR(answer_fate_name(in.fate), answer_fate_name(past[i].want), past[i].label);
		CHECK(ANSWER_GOOD(in.fate) == (in.why == NULL), past[i].label);
		CHECK_INT(stored_at(w), past[i].stored ? past[i].stored : -1, past[i].label);
		r.campaign = other;
		CHECK_INT(answers_take(w->db, &w->arena, &r, &in, 1, &w->e), 0, past[i].label);
		CHECK_INT(in.fate, ANSWER_NO_TOKEN, "asked for another campaign");
	}
}

static void
test_open(struct world *w)
{
	static const char rows[] = "SELECT count(*) FROM answer";
	int64_t now = clock_now(), id = world_campaign(w, "open", now - 86400, now + 86400);
	int64_t soon = world_campaign(w, "soon", now + 3600, now + 86400), before = world_count(w, rows), person;
	char token[TOKEN_LEN + 1], early[TOKEN_LEN + 1], tomorrow[32];
	struct answer list[5] = {
		{ .token = token, .instrument = "survey" }, { .token = "no token at all", .instrument = "survey" },
		{ .token = token, .instrument = "survey" }, { .token = early, .instrument = "survey" },
		{ .token = token, .instrument = "feedback", .answered_at = tomorrow },
	};
	static const enum answer_fate want[5] = { ANSWER_RECORDED, ANSWER_NO_TOKEN, ANSWER_KNOWN, ANSWER_NOT_OPEN, ANSWER_FUTURE };
	struct answers_rules r = { .source = "api", .lang = LANG_VI };
	struct date_text t;
	struct zone utc;
	unsigned mask;

	zone_load(&utc, "UTC", &w->e);
	snprintf(tomorrow, sizeof(tomorrow), "%s", date_rfc3339(&t, &utc, now + 43200));
	person = world_contact(w, id, "Trần Mẫu Hai", token);
	world_contact(w, soon, "Lê Mẫu Ba", early);
	CHECK_INT(answers_take(w->db, &w->arena, &r, list, 5, &w->e), 0, "a list");
	for (size_t i = 0; i < 5; i++)
		CHECK_STR(answer_fate_name(list[i].fate), answer_fate_name(want[i]), "each has its own fate");
	CHECK_STR(list[1].why, "không có mã này", "said in the language asked for");
	CHECK_INT(world_count(w, rows), before + 1, "one answer");
	CHECK_INT(answer_mask(w->db, person, &mask, &w->e), 0, "mask");
	CHECK_INT(mask, 1, "the first form");
	list[0].instrument = "feedback";
	CHECK_INT(answers_take(w->db, &w->arena, &r, list, 1, &w->e), 0, "the other form");
	CHECK_INT(answer_mask(w->db, person, &mask, &w->e), 0, "mask");
	CHECK_INT(mask, 3, "both forms");
}

static void
test_link(struct world *w)
{
	struct secret k = { { 7 } }, other = { { 8 } };
	const char *link = answers_link(&w->arena, "https://thumoi.example/", &k, "0123456789abcdefABCD_~", "survey");
	const char *sig = strchr(link, '=');

	CHECK(strncmp(link, "https://thumoi.example/r/0123456789abcdefABCD_~/survey?sig=", 58) == 0, link);
	if (!CHECK(sig && strlen(++sig) == TOKEN_LEN, "22 characters of signature"))
		return;
	CHECK(answers_link_check(&k, "0123456789abcdefABCD_~", "survey", sig), "holds");
	CHECK(!answers_link_check(&k, "0123456789abcdefABCD_~", "feedback", sig), "another form");
	CHECK(!answers_link_check(&k, "0123456789abcdefABCD~_", "survey", sig), "another person");
	CHECK(!answers_link_check(&other, "0123456789abcdefABCD_~", "survey", sig), "another key");
	CHECK(!answers_link_check(&k, "0123456789abcdefABCD_~", "survey", ""), "no signature");
}

static void
test_withdraw(struct world *w)
{
	int64_t now = clock_now(), id = world_campaign(w, "words", now - 10, now + 86400), person;
	char token[TOKEN_LEN + 1];
	struct evidence v = { .at = now, .kind = "found_spam", .grade = 'A', .fingerprint = "found:1" };

	v.contact = person = world_contact(w, id, "Phạm Mẫu Bốn", token);
	CHECK_INT(evidence_add(w->db, &v, &w->e), 1, "said");
	CHECK_INT(evidence_add(w->db, &v, &w->e), 0, "said twice");
	CHECK_INT(evidence_withdraw(w->db, person, "found_spam", &w->e), 0, "taken back");
	CHECK_INT(evidence_has(w->db, person, "found_spam", &w->e), 0, "counts no more");
	CHECK_INT(evidence_has(w->db, person, "found_spam_withdrawn", &w->e), 1, "stays on record");
	CHECK_INT(evidence_add(w->db, &v, &w->e), 1, "said anew");
	CHECK_INT(evidence_withdraw(w->db, person, "found_spam", &w->e), 0, "and taken back again");
}

int
main(void)
{
	struct world w;

	world_make(&w);
	test_past(&w);
	test_open(&w);
	test_link(&w);
	test_withdraw(&w);
	world_end(&w);
	return check_done();
}
