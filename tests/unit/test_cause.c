/* The closed table of causes: each line, and that the first one that fits is taken. */
#include "support/check.h"

#include "engine/cause.h"
#include "mail/category.h"

#define CLOSES 1000

/* Told as facts; what is not named is "nothing known". */
struct fact_case {
	const char *label;
	struct facts f;
	enum cause want;
	char grade;
	unsigned asked;		/* 0: both forms */
};

#define FAILED(kind_, category_, at_) .begun = true, .failed_at = (at_), .failed_kind = (kind_), \
	.failed_category = (category_), .failed_grade = 'A'
#define SENT .begun = true, .accepted = true, .invited = true

static const struct fact_case cases[] = {
	/* Each line of the table. */
	{ "both forms", { .answered = 3, SENT }, CAUSE_ANSWERED, 'A', 0 },
	{ "one form", { .answered = 2, SENT }, CAUSE_ANSWERED_PARTLY, 'A', 0 },
	{ "asked for survey, survey done", { .answered = 1, SENT }, CAUSE_ANSWERED, 'A', 1 },
	{ "asked for survey, feedback done", { .answered = 2, SENT }, CAUSE_ANSWERED_PARTLY, 'A', 1 },
	{ "asked to stop", { .opted_out = true, SENT }, CAUSE_OPTED_OUT, 'A', 0 },
	{ "complained", { .complained = true, .complained_grade = 'A', SENT }, CAUSE_COMPLAINED, 'A', 0 },
	{ "complained, as far as the address tells", { .complained = true, .complained_grade = 'B', SENT },
	    CAUSE_COMPLAINED, 'B', 0 },
	{ "held row", { .state = CONTACT_HELD }, CAUSE_BAD_ROW, 'A', 0 },
	{ "rejected row", { .state = CONTACT_REJECTED }, CAUSE_BAD_ROW, 'A', 0 },
	{ "no message", { .state = CONTACT_MAILABLE }, CAUSE_NOT_INVITED, 'A', 0 },
	{ "only to an address corrected since", { .invited = true, .accepted = true }, CAUSE_NOT_INVITED, 'A', 0 },
	{ "refused: unknown user", { FAILED("refusal", "unknown-user", 5) }, CAUSE_BAD_USER, 'A', 0 },
	{ "refused: unknown host", { FAILED("refusal", "unknown-host", 5) }, CAUSE_BAD_DOMAIN, 'A', 0 },
	{ "refused: null MX", { FAILED("refusal", "no-mail-accepted", 5) }, CAUSE_BAD_DOMAIN, 'A', 0 },
	{ "report: moved", { FAILED("dsn", "moved", 5) }, CAUSE_MOVED, 'A', 0 },
	{ "refused: bad syntax", { FAILED("refusal", "bad-syntax", 5) }, CAUSE_BAD_SYNTAX, 'A', 0 },
	{ "report: full", { FAILED("dsn", "mailbox-full", 5) }, CAUSE_MAILBOX_FULL, 'A', 0 },
	{ "refused: disabled", { FAILED("refusal", "mailbox-disabled", 5) }, CAUSE_MAILBOX_DISABLED, 'A', 0 },
	{ "refused: policy", { FAILED("refusal", "policy", 5) }, CAUSE_REFUSED_POLICY, 'A', 0 },
	{ "refused: content", { FAILED("refusal", "content", 5) }, CAUSE_REFUSED_CONTENT, 'A', 0 },
	{ "refused: too large", { FAILED("refusal", "too-large", 5) }, CAUSE_REFUSED_CONTENT, 'A', 0 },
	{ "refused: authentication", { FAILED("refusal", "auth-failed", 5) }, CAUSE_REFUSED_AUTH, 'A', 0 },
	{ "refused: blocked", { FAILED("refusal", "blocked", 5) }, CAUSE_REFUSED_BLOCKED, 'A', 0 },
	{ "refused without a reason", { FAILED("refusal", "unknown", 5) }, CAUSE_REFUSED_POLICY, 'A', 0 },
	{ "refused without a category", { FAILED("refusal", "", 5) }, CAUSE_REFUSED_POLICY, 'A', 0 },
	{ "a word nobody knows", { FAILED("refusal", "gone-fishing", 5) }, CAUSE_REFUSED_POLICY, 'A', 0 },
	{ "report: their machine failed", { FAILED("dsn", "remote-error", 5) }, CAUSE_EXPIRED, 'A', 0 },
	{ "report: unreachable", { FAILED("dsn", "network", 5) }, CAUSE_EXPIRED, 'A', 0 },
	{ "report: greylisted for ever", { FAILED("dsn", "rate-limited", 5) }, CAUSE_EXPIRED, 'A', 0 },
	{ "expired: greylisted", { FAILED("expired", "rate-limited", 5) }, CAUSE_EXPIRED, 'A', 0 },
	{ "expired: nothing said", { FAILED("expired", "", 5) }, CAUSE_EXPIRED, 'A', 0 },
	{ "expired: policy put it off", { FAILED("expired", "policy", 5) }, CAUSE_EXPIRED, 'A', 0 },
	{ "expired: 4yz unknown user proves nothing", { FAILED("expired", "unknown-user", 5) }, CAUSE_EXPIRED, 'A', 0 },
	{ "expired: full all the time", { FAILED("expired", "mailbox-full", 5) }, CAUSE_MAILBOX_FULL, 'A', 0 },
	{ "expired: disabled all the time", { FAILED("expired", "mailbox-disabled", 5) }, CAUSE_MAILBOX_DISABLED, 'A', 0 },
	{ "expired: our authentication", { FAILED("expired", "auth-failed", 5) }, CAUSE_REFUSED_AUTH, 'A', 0 },
	{ "expired: blocked", { FAILED("expired", "blocked", 5) }, CAUSE_REFUSED_BLOCKED, 'A', 0 },
	{ "line dropped", { .begun = true, .uncertain_at = 5 }, CAUSE_UNCERTAIN, 'A', 0 },
	{ "due", { .waiting = true }, CAUSE_WAITING, 'A', 0 },
	{ "found in spam", { SENT, .found = FOUND_SPAM }, CAUSE_IN_SPAM, 'A', 0 },
	{ "away past the end", { SENT, .away = true, .away_until = CLOSES, .away_grade = 'B', .received_at = 5, .received_grade = 'B' },
	    CAUSE_AWAY, 'B', 0 },
	{ "away, but back in time", { SENT, .away = true, .away_until = CLOSES - 1, .received_at = 5, .received_grade = 'B' },
	    CAUSE_RECEIVED_SILENT, 'B', 0 },
	{ "pressed the button", { SENT, .received_at = 5, .received_grade = 'A' }, CAUSE_RECEIVED_SILENT, 'A', 0 },
	{ "read receipt", { SENT, .received_at = 5, .received_grade = 'B' }, CAUSE_RECEIVED_SILENT, 'B', 0 },
	{ "accepted, nothing heard", { SENT, .accepted_at = 5 }, CAUSE_UNKNOWN, '\0', 0 },

	/* What outdoes what. */
	{ "an answer outdoes a refusal", { .answered = 3, FAILED("refusal", "policy", 5) }, CAUSE_ANSWERED, 'A', 0 },
	{ "an answer outdoes opting out", { .answered = 3, .opted_out = true }, CAUSE_ANSWERED, 'A', 0 },
	{ "one form outdoes opting out", { .answered = 1, .opted_out = true }, CAUSE_ANSWERED_PARTLY, 'A', 0 },
	{ "one form outdoes a held row", { .answered = 1, .state = CONTACT_HELD }, CAUSE_ANSWERED_PARTLY, 'A', 0 },
	{ "opted out before complained", { .opted_out = true, .complained = true, .complained_grade = 'A' }, CAUSE_OPTED_OUT, 'A', 0 },
	{ "a complaint outdoes a failure", { .complained = true, .complained_grade = 'A', FAILED("dsn", "policy", 5) }, CAUSE_COMPLAINED, 'A', 0 },
	{ "a held row outdoes an old failure", { .state = CONTACT_HELD, FAILED("dsn", "policy", 5) }, CAUSE_BAD_ROW, 'A', 0 },
	{ "later accepted: outdone", { FAILED("refusal", "policy", 5), .accepted_at = 6 }, CAUSE_UNKNOWN, '\0', 0 },
	{ "accepted before: it stands", { FAILED("refusal", "policy", 5), .accepted_at = 4 }, CAUSE_REFUSED_POLICY, 'A', 0 },
	{ "accepted in the same second: it stands", { FAILED("refusal", "policy", 5), .accepted_at = 5 },
	    CAUSE_REFUSED_POLICY, 'A', 0 },
	{ "later received: outdone", { FAILED("refusal", "policy", 5), .received_at = 6, .received_grade = 'A' },
	    CAUSE_RECEIVED_SILENT, 'A', 0 },
	{ "received before: it stands", { FAILED("dsn", "mailbox-full", 5), .received_at = 4, .received_grade = 'A' },
	    CAUSE_MAILBOX_FULL, 'A', 0 },
	{ "a failure outdoes waiting", { FAILED("refusal", "policy", 5), .waiting = true }, CAUSE_REFUSED_POLICY, 'A', 0 },
	{ "a later failure clears the uncertain", { FAILED("dsn", "policy", 6), .uncertain_at = 5 },
	    CAUSE_REFUSED_POLICY, 'A', 0 },
	{ "a later acceptance clears the uncertain", { SENT, .uncertain_at = 5, .accepted_at = 6 }, CAUSE_UNKNOWN, '\0', 0 },
	{ "uncertain outdoes waiting", { .begun = true, .uncertain_at = 5, .waiting = true }, CAUSE_UNCERTAIN, 'A', 0 },
	{ "waiting outdoes spam", { SENT, .waiting = true, .found = FOUND_SPAM }, CAUSE_WAITING, 'A', 0 },
	{ "spam outdoes away", { SENT, .found = FOUND_SPAM, .away = true, .away_until = CLOSES }, CAUSE_IN_SPAM, 'A', 0 },
	{ "found in the inbox is received", { SENT, .found = FOUND_INBOX, .received_at = 5, .received_grade = 'A' },
	    CAUSE_RECEIVED_SILENT, 'A', 0 },
	{ "a report of grade B keeps its grade", { .begun = true, .failed_at = 5, .failed_kind = "dsn",
	    .failed_category = "policy", .failed_grade = 'B' }, CAUSE_REFUSED_POLICY, 'B', 0 },
};

static void
test_table(void)
{
	bool seen[CAUSES] = { false };

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct cause_ask ask = { cases[i].asked ? cases[i].asked : 3, CLOSES };
		struct facts f = cases[i].f;
		char grade = '?', label[128];
		enum cause got;

		f.failed_kind = f.failed_kind ? f.failed_kind : "";
		f.failed_category = f.failed_category ? f.failed_category : "";
		got = cause_of(&f, &ask, &grade);
		CHECK_STR(cause_info(got)->key, cause_info(cases[i].want)->key, cases[i].label);
		snprintf(label, sizeof(label), "%s: grade", cases[i].label);
		CHECK_INT(grade, cases[i].grade, label);
		seen[got] = true;
	}
	for (int c = 0; c < CAUSES; c++)
		CHECK(seen[c], cause_info((enum cause)c)->key);
}

/* Whatever a report says, a person whose message failed is not "unknown". */
static void
test_every_category(void)
{
	static const char *const kinds[] = { "refusal", "dsn", "expired" };
	struct cause_ask ask = { 3, CLOSES };

	for (int c = 0; c < CATEGORIES; c++)
		for (size_t k = 0; k < COUNT_OF(kinds); k++) {
			struct facts f = { FAILED(kinds[k], category_name((enum category)c), 5) };
			char grade;
			enum cause got = cause_of(&f, &ask, &grade);

			CHECK(got >= CAUSE_BAD_USER && got <= CAUSE_EXPIRED, category_name((enum category)c));
		}
}

static void
test_words(void)
{
	static const struct { const char *key, *owner, *aapor; } want[] = {
		{ "answered", "", "1.1" }, { "answered_partly", "person", "1.2" }, { "opted_out", "person", "2.111" },
		{ "complained", "person", "2.111" }, { "bad_row", "unit", "3.11" }, { "not_invited", "operator", "3.11" },
		{ "bad_user", "unit", "3.30" }, { "bad_domain", "unit", "3.30" }, { "moved", "unit", "3.30" },
		{ "bad_syntax", "unit", "3.30" }, { "mailbox_full", "person_it", "3.30" },
		{ "mailbox_disabled", "person_it", "3.30" }, { "refused_policy", "mail_admin", "3.30" },
		{ "refused_content", "mail_admin", "3.30" }, { "refused_auth", "sender", "3.30" },
		{ "refused_blocked", "mail_admin+sender", "3.30" }, { "expired", "mail_admin", "3.30" },
		{ "uncertain", "operator", "3.19" }, { "waiting", "operator", "3.11" },
		{ "in_spam", "sender+mail_admin", "3.19" }, { "away", "person", "2.26" },
		{ "received_silent", "person+focal_point", "2.112" }, { "unknown", "", "3.19" },
	};
	enum cause c;

	CHECK_INT((int64_t)COUNT_OF(want), CAUSES, "the table is closed");
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		const struct cause_info *info = cause_info((enum cause)i);

		CHECK_STR(info->key, want[i].key, "order of the table");
		CHECK_STR(cause_owner_key((enum cause)i), want[i].owner, want[i].key);
		CHECK_STR(info->aapor, want[i].aapor, want[i].key);
		CHECK(*info->name_en && *info->name_vi && *info->why_en && *info->why_vi, want[i].key);
		CHECK((*info->do_en != '\0') == (*info->do_vi != '\0'), want[i].key);
		CHECK(cause_parse(want[i].key, &c) && c == (enum cause)i, "and back");
		CHECK((strchr(want[i].owner, '+') != NULL) == (info->helper != OWNER_NONE), want[i].key);
	}
	CHECK(!cause_parse("tired", &c), "no such cause");
	CHECK_STR(owner_name(OWNER_MAIL_ADMIN, LANG_VI), "quản trị thư của đơn vị", "owner in Vietnamese");
}

int
main(void)
{
	test_table();
	test_every_category();
	test_words();
	return check_done();
}
