/* board.h: many look at once while the store changes; and the languages of screens.h. */
#include <pthread.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "engine/board.h"
#include "engine/shelf.h"
#include "web/screens.h"

#include "support/check.h"
#include "support/world.h"

#define LOOKERS 4
#define LOOKS 300
#define PEOPLE 60

static struct world w;
static struct conf conf;
static struct board *board;
static struct shelf *shelf;

static void
add_people(int64_t campaign, int from, int to)
{
	char name[64], token[TOKEN_LEN + 1];

	for (int i = from; i < to; i++) {
		snprintf(name, sizeof(name), "Nguyễn Mẫu Thứ %d", i);
		world_contact(&w, campaign, name, token);
	}
}

static void
test_one(int64_t campaign)
{
	const struct snapshot *s = NULL, *again = NULL;
	struct err e = ERR_INIT;
	int64_t sum = 0;

	CHECK_INT(board_take(board, w.db, "none", &s, &e), 0, "no such campaign");
	CHECK_INT(board_take(board, w.db, "", &s, &e), 0, "no name");
	CHECK_INT(board_take(board, w.db, "c1", &s, &e), 1, e.text);
	CHECK_INT(s->account.all.nominated, 3, "nominated");
	CHECK_INT(s->n_people, 3, "people");
	CHECK(strstr(s->faults, "stand in no roster") != NULL, "what does not add up is said");	/* the store of this test has no files */
	for (size_t i = 0; i < s->n_people; i++) {
		CHECK(i == 0 || s->people[i - 1].contact < s->people[i].contact, "by contact");
		CHECK_INT(s->people[i].unit, snapshot_unit(s, "T92") - s->account.units, "unit");
		CHECK(snapshot_person(s, s->people[i].contact) == &s->people[i], "found again");
	}
	for (int c = 0; c < CAUSES; c++)
		for (size_t i = 0; i < s->n_people; i++)
			sum += s->people[i].cause == c;
	CHECK_INT(sum, tally_sum(&s->account.all), "each person has a cause");
	CHECK(!snapshot_person(s, 999999), "nobody");
	CHECK(!snapshot_unit(s, "T00"), "no unit");
	add_people(campaign, 3, 5);
	CHECK_INT(board_take(board, w.db, "c1", &again, &e), 1, e.text);
	CHECK(again == s, "kept for a second");
	board_give(board, again);
	board_touch(board, campaign);
	CHECK_INT(board_take(board, w.db, "c1", &again, &e), 1, e.text);
	CHECK_INT(again->account.all.nominated, 5, "counted anew");
	CHECK_INT(s->account.all.nominated, 3, "who still looks sees the old one");
	board_give(board, s);
	board_give(board, again);
	board_give(board, NULL);
}

static void *
look(void *arg)
{
	struct err e = ERR_INIT;
	struct db *db = NULL;
	long wrong = db_open(&db, w.path, DB_READ, &e) < 0;

	(void)arg;
	for (int i = 0; i < LOOKS && !wrong; i++) {
		const struct snapshot *s = NULL;
		char key[16];

		/* More campaigns than the board keeps: they push one another out. */
		snprintf(key, sizeof(key), "c%d", i % 20 + 1);
		if (board_take(board, db, key, &s, &e) != 1) {
			wrong++;
			break;
		}
		wrong += (size_t)tally_sum(&s->account.all) != s->n_people || strcmp(s->campaign.key, key) != 0;
		/* A report is of the right campaign, at whatever moment. */
		if (i % 5 == 0) {
			const struct paper *p = NULL;

			wrong += shelf_take(shelf, db, s, i % 2 ? PAPER_RESPONSE : PAPER_DELIVERY, (enum lang)(i / 2 % 2), &p, &e) < 0 ||
			    strcmp(p->ask.account->campaign->key, key) != 0;
			shelf_give(shelf, p);
		}
		if (i % 7 == 0)
			board_touch(board, s->campaign.id);
		board_give(board, s);
	}
	db_close(db);
	return (void *)(intptr_t)wrong;
}

static void
test_many(int64_t campaign)
{
	pthread_t thread[LOOKERS];
	long wrong = 0;

	for (int i = 0; i < LOOKERS; i++)
		pthread_create(&thread[i], NULL, look, NULL);
	add_people(campaign, 5, PEOPLE);
	for (int i = 0; i < LOOKERS; i++) {
		void *result;

		pthread_join(thread[i], &result);
		wrong += (long)(intptr_t)result;
	}
	CHECK_INT(wrong, 0, "whoever looks sees a whole account of the right campaign");
}

static void
test_languages(void)
{
	static const struct { const char *label, *in, *vi, *en; size_t at; } cases[] = {
		{ "none", "<p>{{name}}</p>", "<p>{{name}}</p>", "<p>{{name}}</p>", 0 },
		{ "one", "<h1>[[Đơn vị|Units]]</h1>", "<h1>Đơn vị</h1>", "<h1>Units</h1>", 0 },
		{ "two, with a gap", "[[còn {{n}} ngày|{{n}} days]], [[a|b]]", "còn {{n}} ngày, a", "{{n}} days, b", 0 },
		{ "an empty one", "x[[|y]]z", "xz", "xyz", 0 },
		{ "no second language", "a [[b]] c", NULL, NULL, 4 },
		{ "no end", "ab [[c|d", NULL, NULL, 5 },
		{ "brackets of others", "[a] ] [", "[a] ] [", "[a] ] [", 0 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t at = 0;
		const char *vi = screens_language(&w.arena, cases[i].in, strlen(cases[i].in), LANG_VI, &at);
		const char *en = screens_language(&w.arena, cases[i].in, strlen(cases[i].in), LANG_EN, &at);

		if (cases[i].vi) {
			CHECK_STR(vi, cases[i].vi, cases[i].label);
			CHECK_STR(en, cases[i].en, cases[i].label);
		} else {
			CHECK(!vi && !en, cases[i].label);
			CHECK_INT(at, cases[i].at, cases[i].label);
		}
	}
}

int
main(void)
{
	int64_t now = clock_now(), first = 0;
	struct err e = ERR_INIT;
	char key[16];

	log_to(-1, LOG_LEVEL_ERROR);
	world_make(&w);
	if (conf_load(&conf, NULL, false, &e) < 0)
		return 1;
	for (int i = 1; i <= 20; i++) {
		int64_t id;

		snprintf(key, sizeof(key), "c%d", i);
		id = world_campaign(&w, key, now - 86400, now + 86400);
		if (i == 1)
			first = id;
		add_people(id, 0, 3);
	}
	board = board_new(w.path, &conf);
	shelf = shelf_new(board);
	test_one(first);
	test_many(first);
	test_languages();
	shelf_free(shelf);
	board_free(board);
	conf_release(&conf);
	world_end(&w);
	return check_done();
}
