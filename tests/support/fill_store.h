/*
 * fill_store.h - a store filled by hand, for tests of what is read from it.
 *
 *	struct fill f;
 *	fill_open(&f);                              a new store in a new folder
 *	unit = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", 1);
 *	who = fill_person(&f, unit, "Lê Văn Ba", "ba@cantho.gov.example");
 *	invite = fill_invite(&f, f.wave, who, "ba@cantho.gov.example", "accepted", 1000);
 *	fill_evidence(&f, who, invite, "dsn", "policy", 2000);
 *	fill_close(&f);                             and it is gone
 *
 * Each dies with a message when the store refuses: a test that cannot be set
 * up must not pass.
 */
#ifndef THUMOI_TESTS_FILL_STORE_H
#define THUMOI_TESTS_FILL_STORE_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/token.h"
#include "store/campaign.h"
#include "store/evidence.h"
#include "store/unit.h"

#define FILL_OPENS 1631811600	/* 17/9/2021 00:00 in Asia/Ho_Chi_Minh */
#define FILL_CLOSES 1633625999	/* 7/10/2021 23:59:59 */

struct fill {
	char dir[64], path[96];
	struct db *db;
	struct arena arena;
	struct campaign c;
	int64_t tree, wave;
	int64_t rows;
};

static inline void
fill_check(int rc, const struct err *e, const char *what)
{
	if (rc < 0)
		die("cannot fill the store: %s: %s", what, e->text);
}

static inline void
fill_open(struct fill *f)
{
	static const char wave[] =
	    "INSERT INTO wave (campaign, name, template, audience, uncertain, state, created_at)"
	    " VALUES ($1, 'invitation', 'invitation', '', 'hold', 'running', 0) RETURNING id";
	struct err e = ERR_INIT;
	const char *tmp = getenv("TMPDIR");
	struct stmt *s;

	*f = (struct fill){ .arena = ARENA_INIT };
	snprintf(f->dir, sizeof(f->dir), "%.40s/thumoi-fill-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(f->dir))
		die("cannot make a folder for the store");
	snprintf(f->path, sizeof(f->path), "%s/store.db", f->dir);
	fill_check(db_open(&f->db, f->path, DB_CREATE, &e), &e, "open");
	fill_check(db_begin(f->db, &e), &e, "begin");
	fill_check(tree_insert(f->db, "test", &f->tree, &e), &e, "tree");
	f->c = (struct campaign){ .key = "trial", .title = "Thử nghiệm Hệ thống", .tree = f->tree,
	    .opens_at = FILL_OPENS, .closes_at = FILL_CLOSES, .zone_name = ZONE_DEFAULT, .lang = LANG_VI,
	    .sender_name = "Bộ Nội vụ", .sender_address = "caicachhanhchinh@moha.gov.example" };
	fill_check(campaign_insert(f->db, &f->c, &e), &e, "campaign");
	fill_check(instrument_insert(f->db, f->c.id, "survey", "Phiếu khảo sát", "https://survey.example/a/{{token}}", &e),
	    &e, "survey");
	fill_check(instrument_insert(f->db, f->c.id, "feedback", "Phiếu phản hồi ý kiến",
	    "https://survey.example/b/{{token}}", &e), &e, "feedback");
	if (campaign_find(f->db, &f->arena, "trial", &f->c, &e) != 1)
		die("the campaign is not there: %s", e.text);
	s = db_stmt(f->db, wave, &e);
	bind_int(s, 1, f->c.id);
	fill_check(db_one_int(s, &f->wave, &e), &e, "wave");
}

/* What was filled in becomes visible to others. */
static inline void
fill_commit(struct fill *f)
{
	struct err e = ERR_INIT;

	if (db_in_transaction(f->db))
		fill_check(db_commit(f->db, &e), &e, "commit");
}

static inline void
fill_close(struct fill *f)
{
	char command[128];

	fill_commit(f);
	db_close(f->db);
	arena_release(&f->arena);
	snprintf(command, sizeof(command), "rm -rf '%s'", f->dir);
	if (system(command) != 0)
		die("cannot remove %s", f->dir);
}

/* with_roster: one file was received from it. */
static inline int64_t
fill_unit_en(struct fill *f, const char *code, enum unit_kind kind, const char *name, const char *english,
    const char *brief, bool with_roster)
{
	static const char roster[] =
	    "INSERT INTO roster (campaign, unit, file, sha256, bytes, received_from, received_at, imported_at, encoding,"
	    " delimiter, columns, blanked, records) VALUES ($1, $2, $3, '', 0, 'focal@unit.example', $4, $4, 'UTF-8', ',',"
	    " 'name,email', '', 0)";
	static int64_t position;
	struct unit u = { .tree = f->tree, .code = code, .kind = kind, .name_vi = name, .name_en = english, .short_vi = brief,
	    .position = ++position, .predecessors = "" };
	struct err e = ERR_INIT;
	struct stmt *s;

	fill_check(unit_insert(f->db, &u, &e), &e, "unit");
	if (with_roster) {
		s = db_stmt(f->db, roster, &e);
		bind_int(s, 1, f->c.id);
		bind_int(s, 2, u.id);
		bind_text(s, 3, arena_printf(&f->arena, "%s.csv", code));
		bind_int(s, 4, FILL_OPENS);
		fill_check(db_run(s, &e), &e, "roster");
	}
	return u.id;
}

static inline int64_t
fill_unit(struct fill *f, const char *code, enum unit_kind kind, const char *name, const char *brief, bool with_roster)
{
	return fill_unit_en(f, code, kind, name, "", brief, with_roster);
}

/* A data record of the unit's roster; contact 0: nobody's. */
static inline void
fill_row(struct fill *f, int64_t unit, int64_t contact, const char *name, const char *disposition)
{
	static const char sql[] =
	    "INSERT INTO roster_row (id, roster, seq, line, name, email, alternate, disposition, reason, warnings, suggestion,"
	    " raw, contact) SELECT max(id) * 4294967296 + $2, max(id), $2, $2 + 1, $3, '', '', $4, 'clean', '', '', '', $5"
	    " FROM roster WHERE unit = $1";
	struct err e = ERR_INIT;
	struct stmt *s = db_stmt(f->db, sql, &e);

	bind_int(s, 1, unit);
	bind_int(s, 2, ++f->rows);
	bind_text(s, 3, name);
	bind_text(s, 4, disposition);
	if (contact)
		bind_int(s, 5, contact);
	else
		bind_null(s, 5);
	fill_check(db_run(s, &e), &e, "row");
}

static inline void
fill_address(struct fill *f, int64_t contact, int rank, const char *email)
{
	static const char sql[] = "INSERT INTO address (contact, rank, email) VALUES ($1, $2, $3)"
	    " ON CONFLICT (contact, rank) DO UPDATE SET email = excluded.email";
	struct err e = ERR_INIT;
	struct stmt *s = db_stmt(f->db, sql, &e);

	bind_int(s, 1, contact);
	bind_int(s, 2, rank);
	bind_text(s, 3, email);
	fill_check(db_run(s, &e), &e, "address");
}

/* Only the person, in no roster: for tests of what must not be. */
static inline int64_t
fill_contact(struct fill *f, int64_t unit, const char *name, const char *email, const char *state)
{
	static const char sql[] =
	    "INSERT INTO contact (campaign, unit, name, name_key, sub_unit, position, token, state, reason, created_at)"
	    " VALUES ($1, $2, $3, $4, 'Sở Nội vụ', 'Chuyên viên', $5, $6, 'clean', 0) RETURNING id";
	char token[TOKEN_LEN + 1];
	struct err e = ERR_INIT;
	struct stmt *s = db_stmt(f->db, sql, &e);
	int64_t id = 0;

	token_new(token);
	bind_int(s, 1, f->c.id);
	bind_int(s, 2, unit);
	bind_text(s, 3, name);
	bind_text(s, 4, text_fold(&f->arena, name));
	bind_text(s, 5, token);
	bind_text(s, 6, state);
	fill_check(db_one_int(s, &id, &e), &e, "person");
	if (email)
		fill_address(f, id, 1, email);
	return id;
}

/* email NULL: the row was held. */
static inline int64_t
fill_person(struct fill *f, int64_t unit, const char *name, const char *email)
{
	int64_t id = fill_contact(f, unit, name, email, email ? "mailable" : "held");

	fill_row(f, unit, id, name, email ? "accept" : "hold");
	return id;
}

static inline int64_t
fill_wave(struct fill *f, const char *name)
{
	static const char sql[] =
	    "INSERT INTO wave (campaign, name, template, audience, uncertain, state, created_at)"
	    " VALUES ($1, $2, 'reminder', '', 'hold', 'running', 0) RETURNING id";
	struct err e = ERR_INIT;
	struct stmt *s = db_stmt(f->db, sql, &e);
	int64_t id = 0;

	bind_int(s, 1, f->c.id);
	bind_text(s, 2, name);
	fill_check(db_one_int(s, &id, &e), &e, "wave");
	return id;
}

static inline int64_t
fill_invite(struct fill *f, int64_t wave, int64_t contact, const char *email, const char *state, int64_t at)
{
	static const char sql[] =
	    "INSERT INTO invite (wave, contact, email, state, due_at, expires_at, attempts, moved_at)"
	    " VALUES ($1, $2, $3, $4, $5, $5, 1, $5) RETURNING id";
	struct err e = ERR_INIT;
	struct stmt *s = db_stmt(f->db, sql, &e);
	int64_t id = 0;

	bind_int(s, 1, wave);
	bind_int(s, 2, contact);
	bind_text(s, 3, email);
	bind_text(s, 4, state);
	bind_int(s, 5, at);
	fill_check(db_one_int(s, &id, &e), &e, "invite");
	return id;
}

static inline void
fill_evidence_of(struct fill *f, const struct evidence *v)
{
	struct err e = ERR_INIT;

	fill_check(evidence_add(f->db, v, &e), &e, "evidence");
}

/* Of grade B what machines say for a person, of grade A the rest. */
static inline void
fill_evidence(struct fill *f, int64_t contact, int64_t invite, const char *kind, const char *category, int64_t at)
{
	bool weak = strcmp(kind, "auto_reply") == 0 || strcmp(kind, "read_receipt") == 0 || strcmp(kind, "delay") == 0;

	fill_evidence_of(f, &(struct evidence){ .contact = contact, .invite = invite, .at = at, .kind = kind,
	    .grade = weak ? 'B' : 'A', .category = category });
}

static inline void
fill_answer(struct fill *f, int64_t contact, const char *instrument, int64_t at)
{
	struct err e = ERR_INIT;

	fill_check(answer_record(f->db, contact, campaign_instrument(&f->c, instrument)->id, at, "import", &e), &e, "answer");
}

#endif
