/*
 * world.h - a small store to test against: one tree, one unit, one campaign
 * with two forms, a few people. Everything in a folder of its own under
 * $TMPDIR, removed by world_end.
 */
#ifndef THUMOI_TESTS_WORLD_H
#define THUMOI_TESTS_WORLD_H

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/token.h"
#include "store/campaign.h"
#include "store/unit.h"

struct world {
	char dir[64], path[96];
	struct db *db;
	struct arena arena;
	int64_t tree, unit;
	struct err e;
};

static inline void
world_die(struct world *w, const char *what)
{
	printf("%s: %s\n", what, w->e.text);
	exit(1);
}

static inline void
world_make(struct world *w)
{
	struct unit u = { .code = "T92", .kind = UNIT_PROVINCE, .name_vi = "Thành phố Cần Thơ", .name_en = "Can Tho City",
	    .short_vi = "Cần Thơ", .position = 1, .predecessors = "" };
	const char *tmp = getenv("TMPDIR");

	*w = (struct world){ .arena = ARENA_INIT };
	snprintf(w->dir, sizeof(w->dir), "%.40s/thumoi-test-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(w->dir))
		world_die(w, "mkdtemp");
	snprintf(w->path, sizeof(w->path), "%s/store.db", w->dir);
	if (db_open(&w->db, w->path, DB_CREATE, &w->e) < 0 || tree_insert(w->db, "test", &w->tree, &w->e) < 0)
		world_die(w, "store");
	u.tree = w->tree;
	if (unit_insert(w->db, &u, &w->e) < 0)
		world_die(w, "unit");
	w->unit = u.id;
}

static inline void
world_end(struct world *w)
{
	char cmd[128];

	db_close(w->db);
	arena_release(&w->arena);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", w->dir);
	if (system(cmd) != 0)
		printf("%s stays\n", w->dir);
}

/* Two forms, "survey" and "feedback"; open from opens_at to closes_at. */
static inline int64_t
world_campaign(struct world *w, const char *key, int64_t opens_at, int64_t closes_at)
{
	static const char *bases[] = { "Quyết định số 01/QĐ-MẪU", NULL }, *dispatches[] = { "Công văn số 02/MẪU-VP", NULL };
	struct campaign c = { .key = key, .title = "Khảo sát thử nghiệm <2021>", .tree = w->tree, .opens_at = opens_at,
	    .closes_at = closes_at, .zone_name = ZONE_DEFAULT, .lang = LANG_VI, .sender_name = "Ban tổ chức khảo sát",
	    .sender_address = "khaosat@survey.example", .help_text = "Điện thoại 024 0000 0000", .tracking = "none",
	    .legal_bases = bases, .dispatches = dispatches };

	if (campaign_insert(w->db, &c, &w->e) < 0 ||
	    instrument_insert(w->db, c.id, "survey", "Phiếu khảo sát", "https://forms.example/s?token={{token}}&lang=vi", &w->e) < 0 ||
	    instrument_insert(w->db, c.id, "feedback", "Phiếu góp ý", "https://forms.example/f/{{token}}", &w->e) < 0)
		world_die(w, "campaign");
	return c.id;
}

static inline int64_t
world_contact(struct world *w, int64_t campaign, const char *name, char token[TOKEN_LEN + 1])
{
	static const char sql[] =
	    "INSERT INTO contact (campaign, unit, name, name_key, sub_unit, position, token, state, reason, created_at)"
	    " VALUES ($1, $2, $3, $6, 'Sở Nội vụ', '', $4, 'mailable', 'clean', $5) RETURNING id";
	struct stmt *s = db_stmt(w->db, sql, &w->e);
	int64_t id = 0;

	token_new(token);
	if (!s)
		world_die(w, "contact");
	bind_int(s, 1, campaign);
	bind_int(s, 2, w->unit);
	bind_text(s, 3, name);
	bind_text(s, 4, token);
	bind_int(s, 5, clock_now());
	bind_text(s, 6, text_fold(&w->arena, name));
	if (db_one_int(s, &id, &w->e) != 1)
		world_die(w, "contact");
	return id;
}

/* A number asked of the store; -1 when there is no row. */
static inline int64_t
world_count(struct world *w, const char *sql)
{
	struct stmt *s = db_stmt(w->db, sql, &w->e);
	int64_t n = -1;

	if (!s)
		world_die(w, sql);
	return db_one_int(s, &n, &w->e) == 1 ? n : -1;
}

#endif
