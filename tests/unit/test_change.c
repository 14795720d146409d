/* What has changed since: the cause as of an earlier moment is the one that was found at that moment; lines add up. */
#include "base/conf.h"
#include "engine/cross.h"
#include "engine/regroup.h"
#include "store/correction.h"

#include "support/check.h"
#include "support/fill_store.h"

#define T(n) (FILL_OPENS + (n) * 3600)
#define MOMENT T(50)
#define PEOPLE 16

static struct fill f;
static int64_t unit, other, person[PEOPLE], reminder;
static enum cause before[PEOPLE];

static void
run(const char *sql, int64_t a, int64_t b)
{
	struct err e = ERR_INIT;
	struct stmt *s = db_stmt(f.db, sql, &e);

	bind_int(s, 1, a);
	bind_int(s, 2, b);
	fill_check(db_run(s, &e), &e, "run");
}

static int64_t
invited(size_t i, const char *state, int64_t at)
{
	char email[64];

	snprintf(email, sizeof(email), "p%zu@x%zu.example", i, i % 3);
	return fill_invite(&f, f.wave, person[i], email, state, at);
}

/* What was there by the moment. */
static void
fill_before(void)
{
	static const char created[] = "UPDATE contact SET created_at = $1 WHERE $2 = $2", begun[] = "UPDATE wave SET begun_at = $1 WHERE id = $2";
	char name[64], email[64];
	int64_t i;

	for (size_t k = 0; k < PEOPLE - 1; k++) {
		snprintf(name, sizeof(name), "Nguyễn Mẫu Thứ %zu", k);
		snprintf(email, sizeof(email), "p%zu@x%zu.example", k, k % 3);
		person[k] = fill_person(&f, k < 8 ? unit : other, name, k == 9 ? NULL : email);
	}
	run(created, T(1), 0);
	run(begun, T(10), f.wave);
	fill_answer(&f, person[0], "survey", T(20));		/* answered before */
	for (size_t k = 0; k < 9; k++)
		i = invited(k, "accepted", T(11));
	i = invited(10, "refused", T(12));
	fill_evidence(&f, person[10], i, "refusal", "policy", T(12));
	i = invited(11, "accepted", T(12));
	fill_evidence(&f, person[11], i, "dsn", "unknown-user", T(13));
	i = invited(12, "accepted", T(12));
	fill_evidence(&f, person[12], i, "dsn", "unknown-user", T(13));
	fill_evidence(&f, person[3], 0, "opt_out", "", T(14));
	fill_evidence(&f, person[4], 0, "found_spam", "", T(14));
	invited(13, "deferred", T(14));
}

static void
correct(size_t i, const char *from, const char *to, int64_t at)
{
	struct err e = ERR_INIT;

	fill_address(&f, person[i], 1, to);
	fill_check(correction_insert(f.db, &(struct correction){ person[i], 1, at, from, to }, &e), &e, "correction");
}

/* What came later. */
static void
fill_since(void)
{
	static const char moved[] = "UPDATE invite SET state = 'accepted', moved_at = $1 WHERE contact = $2";
	static const char begun[] = "UPDATE wave SET begun_at = $1 WHERE id = $2", held[] = "UPDATE contact SET state = 'mailable' WHERE id = $2 AND $1 = $1";
	static const char created[] = "UPDATE contact SET created_at = $1 WHERE id = $2";
	int64_t i;

	reminder = fill_wave(&f, "reminder");
	run(begun, T(60), reminder);
	fill_answer(&f, person[1], "survey", T(61));
	fill_answer(&f, person[1], "feedback", T(62));
	fill_answer(&f, person[0], "feedback", T(62));
	fill_evidence(&f, person[2], 0, "dsn", "mailbox-full", T(63));
	fill_evidence(&f, person[5], 0, "complaint", "", T(63));
	fill_evidence(&f, person[6], 0, "opt_out", "", T(63));
	fill_answer(&f, person[3], "survey", T(64));
	i = fill_invite(&f, reminder, person[10], "p10@x1.example", "accepted", T(64));
	CHECK(i > 0, "another message");
	correct(11, "p11@x2.example", "right@x2.example", T(65));
	fill_invite(&f, reminder, person[11], "right@x2.example", "accepted", T(66));
	correct(12, "p12@x0.example", "wrong@x0.example", T(65));
	i = fill_invite(&f, reminder, person[12], "wrong@x0.example", "accepted", T(66));
	fill_evidence(&f, person[12], i, "dsn", "unknown-user", T(67));
	correct(9, "", "p9@x0.example", T(65));
	run(held, 0, person[9]);
	run(moved, T(66), person[13]);
	person[PEOPLE - 1] = fill_person(&f, unit, "Trần Mẫu Mới", "new@x1.example");
	run(created, T(68), person[PEOPLE - 1]);
}

static enum cause
cause_at(int64_t contact, int64_t now)
{
	struct cause_ask ask = { 3, FILL_CLOSES };
	struct err e = ERR_INIT;
	struct facts_reader *r;
	struct facts facts;
	enum cause c = CAUSES;
	char grade;

	if (facts_open(&r, f.db, &f.c, contact, now, &e) == 0 && facts_next(r, &facts, &e) == 1)
		c = cause_of(&facts, &ask, &grade);
	facts_close(r);
	return c;
}

static void
test_then(void)
{
	struct facts_moments when = { .now = T(70), .then = { MOMENT, T(1) - 1 }, .n = 2 };
	struct cause_ask ask = { 3, FILL_CLOSES };
	struct err e = ERR_INIT;
	struct facts_reader *r;
	struct facts facts;
	char grade;

	if (!CHECK_INT(facts_open_moments(&r, f.db, &f.c, &when, &e), 0, e.text))
		return;
	for (size_t i = 0; facts_next(r, &facts, &e) == 1; i++) {
		const struct facts *then = facts_then(r, 0);
		char label[64];

		snprintf(label, sizeof(label), "person %zu", i);
		CHECK(!facts_then(r, 1), "nobody was there that early");
		CHECK_STR(cause_info(cause_of(&facts, &ask, &grade))->key, cause_info(cause_at(facts.contact, T(70)))->key, label);
		if (i == PEOPLE - 1)
			CHECK(!then, "the new one was not there then");
		else if (CHECK(then != NULL, label))
			CHECK_STR(cause_info(cause_of(then, &ask, &grade))->key, cause_info(before[i])->key, label);
	}
	facts_close(r);
}

static void
ignore(const struct account *a, const struct counted *p, void *cross)
{
	cross_add(cross, a, p);
}

static void
test_lines(const struct conf *conf)
{
	/* Whom the story of each person above puts where. */
	static const struct { enum change_line line; struct change_count want; } cases[] = {
		{ CHANGE_ANSWERED, { 1, 2, 0, 3 } },		/* 0; 1, 3 */
		{ CHANGE_REFUSED, { 3, 1, 2, 2 } },		/* 10, 11, 12; 2 came; 10, 11 went */
		{ CHANGE_OPTED_OUT, { 1, 1, 1, 1 } },		/* 3; 6 came; 3 answered */
		{ CHANGE_COMPLAINED, { 0, 1, 0, 1 } },		/* 5 */
		{ CHANGE_NOMINATED, { PEOPLE - 1, 1, 0, PEOPLE } },
		{ CHANGE_MENDED, { 0, 3, 0, 3 } },		/* 9, 11, 12 */
	};
	struct cross x = { .cells = NULL };
	struct err e = ERR_INIT;
	struct account a;
	int64_t sum = 0, days = 0;
	size_t n;

	cross_add_wave(&x, f.wave);
	cross_add_wave(&x, reminder);
	if (!CHECK_INT(account_build_each(&a, f.db, &f.c, conf, NULL, T(70), ignore, &x, &e), 0, e.text))
		return;
	cross_end(&x, &a);
	CHECK_INT(a.changes[SINCE_WAVE].at, T(60), "the last wave");
	CHECK_STR(a.changes[SINCE_WAVE].wave, "reminder", "its name");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct change_count c = change_count(&a.changes[SINCE_WAVE], cases[i].line);
		const char *label = change_key(cases[i].line);

		CHECK_INT(c.before, cases[i].want.before, label);
		CHECK_INT(c.came, cases[i].want.came, label);
		CHECK_INT(c.went, cases[i].want.went, label);
		CHECK_INT(c.now, cases[i].want.now, label);
		CHECK_INT(c.before + c.came - c.went, c.now, "before and after");
	}
	CHECK_INT(change_count(&a.changes[SINCE_WAVE], CHANGE_ANSWERED).now, a.all.took_part, "as the account has it");
	for (size_t u = 0; u < a.n_units; u++) {
		const struct cross_cell *c = cross_unit(&x, u, &n);
		int64_t people = 0, took_part = 0;

		for (size_t i = 0; i < n; i++) {
			people += c[i].nominated;
			took_part += c[i].took_part;
		}
		CHECK_INT(people, a.units[u].t.nominated, "by mail domain");
		CHECK_INT(took_part, a.units[u].t.took_part, "by mail domain");
		for (size_t d = 0; d < x.n_days; d++)
			sum += cross_days(&x, u)[d];
	}
	for (size_t d = 0; d < x.n_days; d++)
		days += cross_days(&x, a.n_units)[d];
	CHECK_INT(days, a.all.took_part, "by day");
	CHECK_INT(sum, days, "by day and unit");
	CHECK_INT(cross_days(&x, a.n_units)[2], 2, "on the third day, in the campaign's zone");
	CHECK_INT(cross_sent(&x, 1, reminder)->messages + cross_sent(&x, 0, reminder)->messages, 3, "messages of the reminder");
	CHECK(!cross_sent(&x, 0, 999), "no such wave");
	cross_release(&x);
	account_release(&a);
}

static int64_t
later_unit(int64_t tree, const char *code, const char *predecessors, int64_t from, int64_t to)
{
	static int64_t position;
	struct unit u = { .tree = tree, .code = code, .kind = UNIT_PROVINCE, .name_vi = code, .name_en = "", .short_vi = code,
	    .position = ++position, .predecessors = predecessors, .valid_from = from, .valid_to = to };
	struct err e = ERR_INIT;

	fill_check(unit_insert(f.db, &u, &e), &e, "unit");
	return u.id;
}

static void
test_regroup(const struct conf *conf)
{
	struct err e = ERR_INIT;
	struct regrouping *g;
	struct account a;
	int64_t tree, sum = 0, own = 0;
	size_t n;

	fill_check(tree_insert(f.db, "later", &tree, &e), &e, "tree");
	later_unit(tree, "N92", "T92|T93", 1, 10);
	later_unit(tree, "N92", "T92|T93", 11, 0);
	later_unit(tree, "N01", "T01", 1, 0);
	fill_unit(&f, "T10", UNIT_PROVINCE, "Tỉnh Lào Cai", "Lào Cai", false);
	if (!CHECK_INT(account_build(&a, f.db, &f.c, conf, NULL, T(70), &e), 0, e.text) ||
	    !CHECK_INT(regroup_all(&a, f.db, &f.arena, &g, &n, &e), 0, e.text) || !CHECK_INT(n, 1, "one other directory"))
		return;
	CHECK_STR(g->tree, "later", "its key");
	CHECK_INT(g->n, 3, "N92, N01 and what it does not know");
	CHECK_INT(g->groups[0].n_units, 1, "a unit counts once, as it was last");
	CHECK_INT(g->groups[0].n_own, 2, "T92, T93");
	CHECK_INT(g->groups[0].t.nominated, PEOPLE, "everybody");
	CHECK_INT(g->groups[1].n_own, 0, "nobody of N01");
	CHECK_INT(g->groups[1].class, CLASS_NO_ROSTER, "nobody of N01");
	CHECK_INT(g->groups[2].n_units, 0, "T10 is not known there");
	CHECK_STR(g->groups[2].own[0]->unit.code, "T10", "T10 is not known there");
	for (size_t i = 0; i < g->n; i++) {
		sum += g->groups[i].t.nominated;
		own += (int64_t)g->groups[i].n_own;
	}
	CHECK_INT(sum, a.all.nominated, "all groups are everybody");
	CHECK_INT(own, a.n_units, "each unit is in one group");
	for (size_t i = 0; i < a.n_units; i++)
		CHECK(regroup_of(g, &a.units[i]) != NULL, "each unit finds its group");
	account_release(&a);
}

static void
test_words(void)
{
	enum change_line l;
	enum since s;
	bool went;

	CHECK(change_parse("refused-no-more", &l, &went) && l == CHANGE_REFUSED && went, "who went");
	CHECK(change_parse("opted_out", &l, &went) && l == CHANGE_OPTED_OUT && !went, "who came");
	CHECK(!change_parse("", &l, &went) && !change_parse("refusedx", &l, &went) && !change_parse("answered-no", &l, &went), "no such line");
	CHECK(since_parse("yesterday", &s) && s == SINCE_YESTERDAY && !since_parse("", &s), "moments");
}

int
main(void)
{
	struct err e = ERR_INIT;
	struct conf conf;

	fill_open(&f);
	unit = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", true);
	other = fill_unit(&f, "T93", UNIT_PROVINCE, "Tỉnh Hậu Giang", "Hậu Giang", true);
	if (conf_load(&conf, NULL, false, &e) < 0)
		return 1;
	fill_before();
	for (size_t i = 0; i < PEOPLE - 1; i++)
		before[i] = cause_at(person[i], MOMENT);
	fill_since();
	test_then();
	test_lines(&conf);
	test_regroup(&conf);
	test_words();
	fill_close(&f);
	conf_release(&conf);
	return check_done();
}
