/*
 * probe_town.h - a store with forty people, one wave and a few probe mailboxes,
 * whose Maildirs lie beside it.
 */
#ifndef THUMOI_TESTS_PROBE_TOWN_H
#define THUMOI_TESTS_PROBE_TOWN_H

#include <sys/stat.h>

#include "base/clock.h"
#include "base/conf.h"
#include "engine/plan.h"
#include "store/probe.h"
#include "support/check.h"
#include "support/fill_store.h"

#define PEOPLE 40
#define PROBES 6

struct town {
	struct fill f;
	struct conf conf;
	struct wave wave;
	char secret[128];
	int64_t probe[PROBES];
};

/* Three of gmail.example, two of yahoo.example, and one that was removed. */
static const struct { const char *email, *stands_for; } made[PROBES] = {
	{ "p1@gmail.example", "gmail.example" }, { "p2@gmail.example", "gmail.example" }, { "p3@gmail.example", "gmail.example" },
	{ "p1@yahoo.example", "yahoo.example" }, { "p2@yahoo.example", "yahoo.example" }, { "old@gmail.example", "gmail.example" },
};

static inline int64_t
count(struct town *t, const char *sql)
{
	struct err e = ERR_INIT;
	int64_t n = -1;

	fill_check(db_one_int(db_stmt(t->f.db, sql, &e), &n, &e), &e, sql);
	return n;
}

static inline void
run_sql(struct town *t, const char *sql)
{
	struct err e = ERR_INIT;

	fill_check(db_run(db_stmt(t->f.db, sql, &e), &e), &e, sql);
}

static inline const char *
maildir(struct town *t, int i)
{
	return arena_printf(&t->f.arena, "%s/%s", t->f.dir, made[i].email);
}

static inline void
make_maildir(struct town *t, const char *path)
{
	static const char *const parts[] = { "", "/cur", "/new", "/tmp" };

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		mkdir(arena_printf(&t->f.arena, "%s%s", path, parts[i]), 0700);
}

static inline void
town_open(struct town *t)
{
	static const char closes[] = "UPDATE campaign SET closes_at = 4102444800";
	struct err e = ERR_INIT;
	int64_t unit;

	memset(t, 0, sizeof(*t));
	fill_open(&t->f);
	run_sql(t, closes);
	t->f.c.closes_at = INT64_C(4102444800);
	unit = fill_unit(&t->f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", true);
	for (int i = 1; i <= PEOPLE; i++)
		fill_person(&t->f, unit, arena_printf(&t->f.arena, "Nguyễn Thị %d", i), arena_printf(&t->f.arena, "m%d@gmail.example", i));
	for (int i = 0; i < PROBES; i++) {
		struct probe p = { .email = made[i].email, .stands_for = made[i].stands_for, .login = "", .password_file = "",
		    .mailbox = arena_printf(&t->f.arena, "maildir:%s", maildir(t, i)), .note = "" };

		make_maildir(t, maildir(t, i));
		fill_check(probe_save(t->f.db, &p, 1, &e), &e, "probe");
		t->probe[i] = p.id;
	}
	fill_check(probe_remove(t->f.db, t->probe[5], &e), &e, "remove");
	fill_commit(&t->f);
	fill_check(conf_load(&t->conf, NULL, false, &e), &e, "settings");
	snprintf(t->secret, sizeof(t->secret), "%s/secret.key", t->f.dir);
	t->conf.secret_file = t->secret;
	t->conf.relay_tls = "none";
	t->conf.pace_file = "none";
	t->conf.stops = "on";
	fill_check(wave_by_id(t->f.db, &t->f.arena, t->f.wave, &t->wave, &e), &e, "wave");
}

static inline void
town_close(struct town *t)
{
	conf_release(&t->conf);
	fill_close(&t->f);
}

static inline struct plan
plan(struct town *t)
{
	struct err e = ERR_INIT;
	struct plan p = { .planned = -1 };

	CHECK_INT(plan_wave(t->f.db, &t->conf, &t->f.c, &t->wave, clock_now(), &p, &e), 0, e.text);
	return p;
}

/* As if they had been sent so long ago. */
static inline void
sent_ago(struct town *t, int64_t age_s)
{
	static const char sql[] = "UPDATE probe_send SET state = 'accepted', accepted_at = $1, message_id = 'm' || id || '@x.example'";
	struct err e = ERR_INIT;
	struct stmt *s = db_stmt(t->f.db, sql, &e);

	bind_int(s, 1, clock_now() - age_s);
	fill_check(db_run(s, &e), &e, "sent");
}

#endif
