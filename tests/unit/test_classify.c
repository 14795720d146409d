/* Phrases, reply codes, and the shipped rules applied to replies as servers write them. */
#include "support/check.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "mail/classify.h"
#include "mail/reply.h"

static void
test_fold(void)
{
	static const struct { const char *label, *in, *want; } cases[] = {
		{ "case and blanks", "  User\tUNKNOWN \r\n here ", "user unknown here" },
		{ "an address is one sign", "<Some.Body+x@mail.Example.>: gone", "<@.>: gone" },
		{ "quoted local part", "\"a b\"@c.example not here", "@ not here" },
		{ "after a colon", "rcpt to:a@b.example 550", "rcpt to:@ 550" },
		{ "repeated code", "550-5.1.1 The account you\n550-5.1.1 tried to reach\n550 5.1.1 does not exist",
		    "the account you tried to reach does not exist" },
		{ "a telephone number stays", "call 555-1234", "call 555-1234" },
		{ "Vietnamese capitals", "HỘP THƯ ĐẦY", "hop thu day" },
		{ "marks that follow their letters", "ho\xcc\xa3\xcc\x82p thu\xcc\x9b", "hop thu" },
		{ "Japanese line break", "宛先の\r\n メール", "宛先のメール" },
		{ "quotes", "can’t “find”", "can't \"find\"" },
		{ "bytes that are no UTF-8", "a\xff\xfe" "b", "a b" },
	};
	char out[256];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		phrase_fold(out, sizeof(out), cases[i].in, strlen(cases[i].in));
		CHECK_STR(out, cases[i].want, cases[i].label);
	}
	CHECK_INT((int64_t)phrase_fold(out, 16, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 30) < 16, 1, "cut to the room");
}

static void
test_phrases(void)
{
	static const struct { const char *label, *phrase, *text; bool want; } cases[] = {
		{ "plain", "user unknown", "550 user unknown here", true },
		{ "inside a word", "user unknown", "superuser unknown", false },
		{ "end inside a word", "no user", "no username", false },
		{ "star as the rest of a word", "exceed*", "it exceeded", true },
		{ "star between words", "user * unknown", "user bob is unknown", true },
		{ "star may be nothing", "user * unknown", "user unknown", true },
		{ "star does not reach far", "user * unknown",
		    "user 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 unknown", false },
		{ "word after the star has borders", "user * full", "user is fully here", false },
		{ "star and a rest", "exceed* * quot*", "exceeding all quotas", true },
		{ "leading star", "*found in ldap", "notfound in ldap", true },
		{ "address", "<@> rejected", "<A@b.example> rejected", true },
		{ "end of text", "is full", "mailbox is full", true },
		{ "longer than the text", "mailbox is full", "mailbox", false },
		{ "one head among others", "user unknown", "user unknown too", true },
	};
	char out[512];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena a = ARENA_INIT;
		struct phrases p;
		size_t n;

		phrases_init(&p, &a);
		CHECK(phrases_add(&p, cases[i].phrase, 0), cases[i].label);
		phrases_add(&p, "some other phrase", 1);
		phrases_add(&p, "user known", 2);
		phrases_add(&p, "user", 3);	/* heads that begin with other heads */
		phrases_add(&p, "user unknown to", 4);
		phrases_add(&p, "is *", 5);
		phrases_sort(&p);
		n = phrase_fold(out, sizeof(out), cases[i].text, strlen(cases[i].text));
		CHECK_INT(phrases_first(&p, out, n) == 0, cases[i].want, cases[i].label);
		phrases_release(&p);
		arena_release(&a);
	}
}

static void
test_reply(void)
{
	static const struct { const char *label, *in; int code; const char *status; } cases[] = {
		{ "both", "550 5.1.1 <a@b.example>: no", 550, "5.1.1" },
		{ "hyphen", "550-5.1.10 x", 550, "5.1.10" },
		{ "glued", "host said: 554-5.7.1 x", 554, "5.7.1" },
		{ "an IP address is no status", "connect to 5.1.1.9 failed", 0, "" },
		{ "end of an IP address", "192.5.1.1 failed", 0, "" },
		{ "a version is no code", "Exim 4.96.2beta 450x", 0, "" },
		{ "brackets", "(#5.1.1)", 0, "5.1.1" },
		{ "a version is no status", "Exim 4.92.3 and 5.8.1", 0, "" },
		{ "Microsoft's long ones", "550 5.7.606 x", 550, "5.7.606" },
		{ "a port", "127.0.0.1:550 x", 0, "" },
		{ "said", "said:550 x", 550, "" },
		{ "nothing", "", 0, "" },
	};
	char s[REPLY_STATUS_MAX];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CHECK_INT(reply_code_find(cases[i].in), cases[i].code, cases[i].label);
		reply_status_find(cases[i].in, s);
		CHECK_STR(s, cases[i].status, cases[i].label);
	}
}

static void
test_rules(const struct rules *r)
{
	static const struct { int code; const char *status, *text; const char *category; bool hard; } cases[] = {
		{ 550, "5.7.1", "550 5.7.1 Recipient address rejected: Access denied", "policy", false },
		{ 571, "5.7.1", "571 5.7.1 Delivery not authorized, message refused", "policy", false },
		{ 554, "5.7.1", "554 5.7.1 Message rejected as spam by Content Filtering.", "content", false },
		{ 451, "4.7.1", "451 4.7.1 Greylisted, please try again later", "rate-limited", false },
		{ 450, "4.2.0", "450 4.2.0 <a@b.test>: Recipient address rejected: Greylisted, see http://postgrey", "rate-limited",
		    false },
		{ 452, "4.2.2", "452 4.2.2 Over quota", "mailbox-full", false },
		{ 552, "5.2.2", "552 5.2.2 Mailbox is full", "mailbox-full", false },
		{ 550, "5.1.1", "550 5.1.1 <a@b.test>: Recipient address rejected: User unknown in virtual mailbox table",
		    "unknown-user", true },
		{ 450, "4.1.1", "450 4.1.1 <a@b.test>: Recipient address rejected: unverified address: User unknown",
		    "unknown-user", false },
		{ 550, "5.1.2", "550 5.1.2 <a@b.test>: cannot be routed", "unknown-host", true },
		{ 556, "5.1.10", "556 5.1.10 Recipient address has null MX", "no-mail-accepted", true },
		{ 550, "5.2.1", "550 5.2.1 account is disabled", "mailbox-disabled", false },
		{ 551, "5.1.6", "551 5.1.6 user has moved", "moved", true },
		{ 552, "5.3.4", "552 5.3.4 Message size exceeds fixed limit", "too-large", false },
		{ 550, "5.7.26", "550-5.7.26 This mail is unauthenticated, which poses a security risk", "auth-failed", false },
		{ 554, "5.7.1", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", "blocked",
		    false },
		{ 550, "5.1.1", "550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
		    "550-5.1.1 double-checking the recipient's email address for typos or unnecessary spaces.\n"
		    "550 5.1.1 https://support.example/mail/?p=NoSuchUser", "unknown-user", true },
		{ 550, "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
		    "unknown-user", true },
		{ 550, "5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", "unknown-user", true },
		{ 554, "5.5.0", "554 delivery error: dd This user doesn't have a yahoo.com account (a@yahoo.com) [0]",
		    "unknown-user", true },
		{ 550, "", "550 Sender address rejected: Domain not found", "policy", false },
		{ 421, "4.4.2", "421 4.4.2 mx.test Error: timeout exceeded", "network", false },
		{ 550, "5.1.1", "550 5.1.1 Hộp thư không tồn tại", "unknown-user", true },
		{ 552, "5.2.2", "552 5.2.2 Hộp thư của người nhận đã đầy", "mailbox-full", false },
		{ 0, "", "宛先不明のため配信できませんでした", "unknown-user", true },
		{ 550, "", "550 Пользователь не найден", "unknown-user", true },
		{ 550, "", "550 Boîte du destinataire pleine, quota dépassé", "mailbox-full", false },
		{ 550, "", "550 Empfänger unbekannt", "unknown-user", true },
		{ 550, "", "550 用户不存在", "unknown-user", true },
		{ 550, "", "550 Usuario desconocido", "unknown-user", true },
		{ 550, "5.1.1", "550 5.1.1", "unknown-user", true },
		{ 550, "5.7.1", "550 5.7.1", "policy", false },
		{ 250, "", "250 ok", "unknown", false },
		{ 0, "", "", "unknown", false },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct verdict v = classify(r, cases[i].code, cases[i].status, cases[i].text);

		if (!CHECK_STR(category_name(v.category), cases[i].category, cases[i].text))
			printf("  rule %s\n", v.rule);
		CHECK_INT(v.hard, cases[i].hard, cases[i].text);
	}
	CHECK(classify(r, 450, "4.1.1", "user unknown").bad_address, "a soft code still tells of a bad address");
	CHECK(classify(r, 0, NULL, NULL).category == CAT_UNKNOWN, "nothing at all");
}

static void
test_loose(void)
{
	char path[] = "/tmp/thumoi-rules-XXXXXX.rules";
	int fd = mkstemps(path, 6);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	struct err e = ERR_INIT;
	struct rules *r;

	if (!CHECK(f != NULL, "a temporary file"))
		return;
	fputs("[policy soft]\nno thanks\n[unknown-user hard loose]\n{user|the box} * {gone|quite lost}\n[network soft]\nstatus=5.4.*\n", f);
	fclose(f);
	if (CHECK(rules_load(&r, path, &e) == 0, e.text)) {
		static const struct { const char *label, *status, *text; enum category reply, running; } cases[] = {
			{ "first and second", "", "550 user a is quite lost", CAT_UNKNOWN_USER, CAT_UNKNOWN },
			{ "second and first", "", "550 the box is gone", CAT_UNKNOWN_USER, CAT_UNKNOWN },
			{ "half of an alternative", "", "550 the box is lost", CAT_UNKNOWN, CAT_UNKNOWN },
			{ "before the status", "5.4.1", "550 5.4.1 user gone", CAT_UNKNOWN_USER, CAT_NETWORK },
			{ "after plain words", "", "550 user gone, no thanks", CAT_POLICY, CAT_POLICY },
		};

		for (size_t i = 0; i < COUNT_OF(cases); i++) {
			CHECK_STR(category_name(classify_at(r, 0, cases[i].status, cases[i].text, "").category),
			    category_name(cases[i].reply), cases[i].label);
			CHECK_STR(category_name(classify_running(r, 0, cases[i].status, cases[i].text, "").category),
			    category_name(cases[i].running), cases[i].label);
		}
		CHECK(!classify(r, 0, "", "user gone").strong, "loose words are not strong");
		CHECK(classify(r, 550, "5.1.0", "user gone").hard && classify(r, 550, "", "user gone").hard, "an address is bad by them");
		CHECK(!classify(r, 550, "5.7.1", "user gone").hard, "but not against the status");
		rules_free(r);
	}
	remove(path);
}

/* tests/data/replies.tsv: category, hard or soft, the reply. */
static void
test_replies(const struct rules *r)
{
	struct file f = FILE_INIT;
	struct err e = ERR_INIT;
	char *text, *next;
	int n = 0;

	if (!CHECK(file_read(&f, "tests/data/replies.tsv", 1u << 20, &e) == 0, e.text))
		return;
	text = mem_ndup(f.data, f.len);
	for (char *line = text; *line; line = next, n++) {
		char *hard, *reply, got[64], want[64];
		struct verdict v;

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (*line == '#' || !(hard = strchr(line, '\t')) || !(reply = strchr(hard + 1, '\t')))
			continue;
		v = classify(r, 0, "", reply + 1);
		snprintf(got, sizeof(got), "%s\t%s", category_name(v.category), v.hard ? "hard" : "soft");
		snprintf(want, sizeof(want), "%.*s", (int)(reply - line), line);
		if (!CHECK_STR(got, want, reply + 1))
			printf("  rule %s\n", v.rule);
	}
	CHECK(n > 1000, "replies");
	free(text);
	file_release(&f);
}

static void
test_faults(void)
{
	static const struct { const char *label, *text, *want; } cases[] = {
		{ "no such category", "[no-such hard]\n", "line 1" },
		{ "neither hard nor soft", "\n[policy]\n", "line 2" },
		{ "rule before a section", "user unknown\n", "line 1" },
		{ "too short", "[policy soft]\na*\n", "line 2" },
		{ "unclosed", "[policy soft\n", "line 1" },
		{ "a third word that is none", "[policy soft tight]\n", "line 1" },
		{ "a brace without end", "[policy soft]\nuser {a|b unknown\n", "line 2" },
		{ "braces in braces", "[policy soft]\nuser {a|{b|c}} unknown\n", "line 2" },
		{ "alternatives of which one is too short", "[policy soft]\n{a|user}* unknown\n", "line 2" },
	};
	char path[] = "/tmp/thumoi-rules-XXXXXX.rules";
	int fd = mkstemps(path, 6);

	if (!CHECK(fd >= 0, "a temporary file"))
		return;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		FILE *f = fopen(path, "w");
		struct err e = ERR_INIT;
		struct rules *r;

		fputs(cases[i].text, f);
		fclose(f);
		CHECK_INT(rules_load(&r, path, &e), -1, cases[i].label);
		CHECK(strstr(e.text, cases[i].want) != NULL, e.text);
	}
	remove(path);
}

int
main(void)
{
	struct rules *r;
	struct err e = ERR_INIT;

	test_fold();
	test_phrases();
	test_reply();
	test_loose();
	test_faults();
	if (CHECK(rules_load(&r, NULL, &e) == 0, e.text)) {
		CHECK(rules_count(r) > 1000, "the shipped rules");
		test_rules(r);
		test_replies(r);
		rules_free(r);
	}
	return check_done();
}
