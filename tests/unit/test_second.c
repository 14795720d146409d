/* totp.h, seal.h, second.h, apikey.h, the scopes of access.h: what is right, and that it is right once. */
#include "base/clock.h"
#include "base/log.h"
#include "base/seal.h"
#include "engine/apikey.h"
#include "engine/second.h"
#include "engine/totp.h"
#include "store/second.h"

#include "support/check.h"
#include "support/world.h"

static struct world w;
static struct secret key;
static struct user lan = { .name = "lan", .role = "operator", .unit = "", .password = "*", .created_at = 1 };
static struct user hoa = { .name = "hoa", .role = "operator", .unit = "", .password = "*", .created_at = 1 };

/* RFC 6238 Appendix B, SHA-1; of its eight digits the last six. */
static void
test_vectors(void)
{
	static const struct { int64_t at; int code; } cases[] = {
		{ 59, 287082 }, { 1111111109, 81804 }, { 1111111111, 50471 }, { 1234567890, 5924 }, { 2000000000, 279037 },
		{ 20000000000, 353130 },
	};
	static const char secret[] = "12345678901234567890";
	char label[40];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		snprintf(label, sizeof(label), "RFC 6238 at %lld", (long long)cases[i].at);
		CHECK_INT(totp_code(secret, 20, cases[i].at / TOTP_STEP_S), cases[i].code, label);
	}
}

static void
test_base32(void)
{
	static const struct { const char *in, *out; } cases[] = {	/* RFC 4648 10, without padding */
		{ "", "" }, { "f", "MY" }, { "fo", "MZXQ" }, { "foo", "MZXW6" }, { "foob", "MZXW6YQ" }, { "fooba", "MZXW6YTB" },
		{ "foobar", "MZXW6YTBOI" },
	};
	char out[BASE32_CHARS(6) + 1];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		base32_write(out, cases[i].in, strlen(cases[i].in));
		CHECK_STR(out, cases[i].out, cases[i].in);
	}
}

static void
test_window(void)
{
	static const char secret[] = "12345678901234567890";
	static const struct { const char *label; int step; const char *more; bool right; } cases[] = {
		{ "now", 0, "", true }, { "a step late", -1, "", true }, { "a step early", 1, "", true }, { "two steps late", -2, "", false },
		{ "two steps early", 2, "", false }, { "a digit more", 0, "0", false },
	};
	const int64_t now = 1111111109 + 17;
	char text[16];
	int64_t step = 0;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		snprintf(text, sizeof(text), "%06d%s", totp_code(secret, 20, now / TOTP_STEP_S + cases[i].step), cases[i].more);
		CHECK_INT(totp_right(secret, 20, now, 0, text, &step), cases[i].right, cases[i].label);
		if (cases[i].right)
			CHECK_INT(step, now / TOTP_STEP_S + cases[i].step, cases[i].label);
	}
	snprintf(text, sizeof(text), "%06d", totp_code(secret, 20, now / TOTP_STEP_S));
	CHECK(!totp_right(secret, 20, now, now / TOTP_STEP_S, text, &step), "its step was used");
	CHECK(!totp_right(secret, 20, now, now / TOTP_STEP_S + 1, text, &step), "a later one was");
	CHECK(totp_right(secret, 20, now, now / TOTP_STEP_S - 1, text, &step), "an earlier one was");
	snprintf(text, sizeof(text), "%03d %03d", totp_code(secret, 20, now / TOTP_STEP_S) / 1000, totp_code(secret, 20, now / TOTP_STEP_S) % 1000);
	CHECK(totp_right(secret, 20, now, 0, text, &step), "as apps write it, in two groups");
	CHECK(!totp_right(secret, 20, now, 0, "", &step), "empty");
	CHECK(!totp_right(secret, 20, now, 0, "abcdef", &step), "no digits");
}

static void
test_seal(void)
{
	char sealed[SEAL_TEXT_MAX + 1], again[SEAL_TEXT_MAX + 1], out[20];
	struct secret other = key;

	other.key[31] ^= 1;
	seal_make(sealed, &key, "p", 7, "12345678901234567890", 20);
	seal_make(again, &key, "p", 7, "12345678901234567890", 20);
	CHECK(strcmp(sealed, again) != 0, "not twice the same");
	CHECK(seal_open(out, 20, &key, "p", 7, sealed) && memcmp(out, "12345678901234567890", 20) == 0, "opens");
	CHECK(!seal_open(out, 20, &key, "p", 8, sealed), "not for another");
	CHECK(!seal_open(out, 20, &key, "q", 7, sealed), "not for something else");
	CHECK(!seal_open(out, 20, &other, "p", 7, sealed), "not by another key");
	CHECK(!seal_open(out, 19, &key, "p", 7, sealed), "not in another length");
	sealed[30] = sealed[30] == '0' ? '1' : '0';
	CHECK(!seal_open(out, 20, &key, "p", 7, sealed), "not when it was changed");
	CHECK(!seal_open(out, 20, &key, "p", 7, ""), "not an empty one");
}

/* What an app would show: from the secret as a person types it. */
static const char *
code_of(const char *typed, int64_t step)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	static char text[16];
	unsigned char secret[TOTP_OCTETS];
	unsigned acc = 0, bits = 0;
	size_t n = 0;

	for (; *typed && n < sizeof(secret); typed++) {
		const char *at = *typed == ' ' ? NULL : strchr(alphabet, *typed);

		if (!at)
			continue;
		acc = acc << 5 | (unsigned)(at - alphabet);
		if ((bits += 5) >= 8)
			secret[n++] = (unsigned char)(acc >> (bits -= 8));
	}
	CHECK_INT(n, TOTP_OCTETS, "twenty octets");
	snprintf(text, sizeof(text), "%06d", totp_code(secret, sizeof(secret), step));
	return text;
}

static const char *
wrong_of(const char *typed)
{
	static char text[16];
	int64_t now = clock_now() / TOTP_STEP_S;

	/* None of the steps that are taken has it. */
	for (int i = 0; i < 1000; i++) {
		bool taken = false;

		snprintf(text, sizeof(text), "%06d", i);
		for (int64_t t = now - 2; t <= now + 3; t++)
			taken |= strcmp(text, code_of(typed, t)) == 0;
		if (!taken)
			break;
	}
	return text;
}

static int
check(const char *code)
{
	return second_check(w.db, &w.arena, &key, &lan, code, &w.e);
}

static void
run(const char *sql)
{
	CHECK_INT(db_run(db_stmt(w.db, sql, &w.e), &w.e), 0, sql);
}

static void
test_second(void)
{
	static const char reset[] = "UPDATE second_factor SET step = 0";
	const char *recovery[SECOND_RECOVERY], *more[SECOND_RECOVERY];
	struct second_offer offer, again;
	struct second_row row;
	int64_t now, left = 0;
	char typed[32];

	CHECK_INT(user_insert(w.db, &lan, &w.e), 0, "lan");
	CHECK_INT(user_insert(w.db, &hoa, &w.e), 0, "hoa");
	CHECK_INT(check("123456"), 0, "none begun");
	CHECK_INT(second_begin(w.db, &w.arena, &key, &lan, &offer, &w.e), 0, "begin");
	CHECK(strncmp(offer.uri, "otpauth://totp/thumoi:lan?secret=", 33) == 0, "a URI for the app");
	CHECK_INT(second_find(w.db, &w.arena, lan.id, &row, &w.e), 1, "is kept");
	CHECK(!strstr(row.secret, "otpauth") && strlen(row.secret) == (12 + TOTP_OCTETS + 16) * 2, "sealed");
	CHECK_INT(user_find(w.db, &w.arena, "lan", &lan, &w.e) == 1 && lan.second_at == 0, true, "asked of nobody before it is confirmed");
	CHECK_INT(check(code_of(offer.secret, clock_now() / TOTP_STEP_S)), 0, "nor taken");
	CHECK_INT(second_waiting(w.db, &w.arena, &key, &lan, &again, &w.e), 1, "waits");
	CHECK_STR(again.secret, offer.secret, "the same secret");
	CHECK_INT(second_begin(w.db, &w.arena, &key, &lan, &offer, &w.e), 0, "begun anew");
	CHECK(strcmp(again.secret, offer.secret) != 0, "another secret");
	CHECK_INT(second_confirm(w.db, &w.arena, &key, &lan, wrong_of(offer.secret), "desk:lan", recovery, &w.e), 0, "a wrong first code");
	CHECK_INT(second_confirm(w.db, &w.arena, &key, &hoa, "123456", "desk:hoa", recovery, &w.e), 0, "who has begun nothing");
	/* All within one step. */
	now = clock_now() / TOTP_STEP_S;
	CHECK_INT(second_confirm(w.db, &w.arena, &key, &lan, code_of(offer.secret, now), "desk:lan", recovery, &w.e), 1, "the right one");
	CHECK_INT(check(code_of(offer.secret, now)), 0, "which does not work twice");
	CHECK_INT(check(code_of(offer.secret, now - 1)), 0, "nor one from before");
	CHECK_INT(check(code_of(offer.secret, now + 1)), 1, "the next one does");
	CHECK_INT(check(code_of(offer.secret, now + 1)), 0, "once");
	CHECK_INT(user_find(w.db, &w.arena, "lan", &lan, &w.e) == 1 && lan.second_at != 0, true, "asked for");
	CHECK_INT(second_begin(w.db, &w.arena, &key, &lan, &again, &w.e), -1, "a confirmed one is not replaced");
	CHECK_INT(second_waiting(w.db, &w.arena, &key, &lan, &again, &w.e), 0, "nor shown again");
	/* Recovery codes. */
	CHECK_INT(world_count(&w, "SELECT count(*) FROM recovery_code WHERE length(hash) = 64"), SECOND_RECOVERY, "ten, hashed");
	CHECK_INT(strlen(recovery[0]), 19, "sixteen characters in four groups");
	CHECK_INT(check(recovery[0]), 1, "lets in");
	CHECK_INT(check(recovery[0]), 0, "once");
	snprintf(typed, sizeof(typed), " %.4s%.4s %.9s", recovery[1], recovery[1] + 5, recovery[1] + 10);
	for (char *p = typed; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	CHECK_INT(check(typed), 1, "small letters, other spaces");
	CHECK_INT(second_check(w.db, &w.arena, &key, &hoa, recovery[2], &w.e), 0, "not for another");
	CHECK_INT(recovery_count(w.db, lan.id, &left, &w.e), 0, "count");
	CHECK_INT(left, 8, "eight are left");
	CHECK_INT(second_recovery(w.db, &w.arena, &lan, "desk:lan", more, &w.e), 0, "new ones");
	CHECK_INT(check(recovery[3]), 0, "end the old ones");
	/* Who knows the password and guesses. */
	for (int i = 0; i < SECOND_FAILURES; i++)
		check(wrong_of(offer.secret));
	CHECK_INT(world_count(&w, "SELECT count(*) FROM audit WHERE action = 'login code wrong' AND actor = 'web:lan'") >= SECOND_FAILURES, true,
	    "each stands in the log");
	run(reset);
	CHECK_INT(check(code_of(offer.secret, clock_now() / TOTP_STEP_S)), 0, "after a hundred no code is taken");
	CHECK_INT(check(more[0]), 1, "a recovery code is");
	CHECK_INT(check(code_of(offer.secret, clock_now() / TOTP_STEP_S)), 1, "and then codes are again");
	/* Another key file. */
	key.key[0] ^= 1;
	CHECK_INT(check(code_of(offer.secret, clock_now() / TOTP_STEP_S + 1)), 0, "without the key file no code is right");
	key.key[0] ^= 1;
	/* Taken off. */
	CHECK_INT(users_second_off(&(struct hand){ w.db, &w.arena, "cli", LANG_EN }, &lan, NULL, &w.e), 0, "off");
	CHECK_INT(world_count(&w, "SELECT count(*) FROM second_factor") + world_count(&w, "SELECT count(*) FROM recovery_code"), 0, "all is gone");
	CHECK_INT(world_count(&w, "SELECT count(*) FROM audit WHERE action = 'second factor off' AND detail = 'user=lan'"), 1, "in the log");
}

static int
make(const char *name, const char *scopes, const char *unit, int64_t expires_at, const char **text)
{
	struct apikey_row k = { .name = name, .scopes = scopes, .unit = unit, .expires_at = expires_at };
	struct hand h = { w.db, &w.arena, "cli", LANG_EN };

	return apikey_make(&h, &k, text, &w.e);
}

static void
test_keys(void)
{
	static const char expire[] = "UPDATE api_key SET expires_at = 5 WHERE name = 'gone'";
	struct hand h = { w.db, &w.arena, "cli", LANG_EN };
	const char *text = NULL, *other = NULL;
	struct actor who;
	char spoilt[128];

	CHECK_INT(make("counts", "counts", NULL, 0, &text), 0, "a key");
	CHECK(strncmp(text, "thk_", 4) == 0 && strlen(text) == 4 + 12 + 1 + 64, "as it looks");
	CHECK_INT(world_count(&w, "SELECT count(*) FROM api_key WHERE length(hash) = 64"), 1, "its hash is kept");
	CHECK_INT(make("counts", "people", NULL, 0, &other), -1, "the name is taken");
	CHECK_INT(make("Counts!", "people", NULL, 0, &other), -1, "no name");
	CHECK_INT(make("x", "", NULL, 0, &other), -1, "no scope");
	CHECK_INT(make("x", "everything", NULL, 0, &other), -1, "no such scope");
	CHECK_INT(make("x", "counts", "T00", 0, &other), -1, "no such unit");
	CHECK_INT(make("x", "counts,waves", "T92", 0, &other), -1, "waves are not of one unit");
	CHECK_INT(make("x", "counts", NULL, clock_now() - 5, &other), -1, "yesterday");
	CHECK_INT(apikey_check(w.db, &w.arena, text, &who, &w.e), 1, "is good");
	CHECK_STR(who.name, "counts", "its name");
	CHECK(who.key && who.user == 0, "no person");
	for (size_t i = 4; i < strlen(text); i += 7) {
		snprintf(spoilt, sizeof(spoilt), "%s", text);
		spoilt[i] = spoilt[i] == 'a' ? 'b' : 'a';
		CHECK_INT(apikey_check(w.db, &w.arena, spoilt, &who, &w.e), 0, "one character is another");
	}
	CHECK_INT(apikey_check(w.db, &w.arena, "", &who, &w.e), 0, "empty");
	snprintf(spoilt, sizeof(spoilt), "%s0", text);
	CHECK_INT(apikey_check(w.db, &w.arena, spoilt, &who, &w.e), 0, "longer");
	CHECK_INT(make("gone", "counts", NULL, clock_now() + 5, &other), 0, "for a while");
	CHECK_INT(apikey_check(w.db, &w.arena, other, &who, &w.e), 1, "good until then");
	run(expire);
	CHECK_INT(apikey_check(w.db, &w.arena, other, &who, &w.e), 0, "then not");
	CHECK_INT(apikey_revoke(&h, "counts", &w.e), 0, "revoke");
	CHECK_INT(apikey_check(w.db, &w.arena, text, &who, &w.e), 0, "revoked");
	CHECK_INT(apikey_revoke(&h, "counts", &w.e), -1, "once");
	CHECK_INT(apikey_revoke(&h, "nobody", &w.e), -1, "no such key");
	CHECK_INT(make("counts", "counts", NULL, 0, &text), -1, "its name stays its own: the log speaks of it");
	CHECK_INT(world_count(&w, "SELECT count(*) FROM audit WHERE detail LIKE '%thk_%'"), 0, "no key in the log");
}

/* What each scope may, with and without a unit; the rest it may not. */
static void
test_scopes(void)
{
	static const struct { const char *scope; const char *rights, *of_unit; } cases[] = {
		{ "counts", "LRU", "LU" }, { "people", "LUP", "LUP" }, { "amend", "LUPM", "LUP" }, { "rosters", "LUPF", "LUP" },
		{ "inbound", "LUPI", "LUP" }, { "waves", "LRUW", "LU" }, { "answers", "N", "" }, { "audit", "D", "" },
		{ "counts, people", "LRUP", "LUP" },
	};
	static const struct { char mark; enum right right; } marks[] = {
		{ 'A', RIGHT_ACCOUNT }, { 'L', RIGHT_LOGIN }, { 'R', RIGHT_REPORTS }, { 'U', RIGHT_UNIT }, { 'P', RIGHT_PEOPLE },
		{ 'F', RIGHT_ROSTERS }, { 'I', RIGHT_INBOUND }, { 'W', RIGHT_WAVES }, { 'M', RIGHT_AMEND }, { 'N', RIGHT_ANSWERS },
		{ 'C', RIGHT_CHANGE }, { 'D', RIGHT_AUDIT }, { 'S', RIGHT_USERS },
	};
	char label[64];
	unsigned set;

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		for (int unit = 0; unit < 2; unit++) {
			CHECK_INT(scopes_parse(cases[i].scope, LANG_EN, &set, &w.e), 0, cases[i].scope);
			const struct actor who = { .key = true, .role = unit ? ROLE_FOCAL : ROLE_OPERATOR, .rights = scopes_rights(set, unit) };

			for (size_t m = 0; m < COUNT_OF(marks); m++) {
				snprintf(label, sizeof(label), "%s %s %c", cases[i].scope, unit ? "of a unit" : "", marks[m].mark);
				CHECK_INT(access_may(&who, marks[m].right), strchr(unit ? cases[i].of_unit : cases[i].rights, marks[m].mark) != NULL,
				    label);
			}
		}
	CHECK(scope_of_unit(SCOPE_COUNTS) && scope_of_unit(SCOPE_PEOPLE), "of a unit: counts, people");
	CHECK(!scope_of_unit(SCOPE_AMEND) && !scope_of_unit(SCOPE_ROSTERS) && !scope_of_unit(SCOPE_AUDIT) && !scope_of_unit(SCOPE_ANSWERS),
	    "and nothing else");
}

int
main(void)
{
	log_to(-1, LOG_LEVEL_ERROR);
	world_make(&w);
	memset(key.key, 'k', sizeof(key.key));
	test_vectors();
	test_base32();
	test_window();
	test_seal();
	test_second();
	test_keys();
	test_scopes();
	world_end(&w);
	return check_done();
}
