#include "engine/inbound_feed.h"

#include "base/clock.h"
#include "base/lang.h"
#include "mail/maildir.h"

#define BATCH_US 200000		/* a transaction stays open no longer: others write, too */
#define BATCH_MAX 200

struct feeding {
	struct inbound *in;
	struct db *db;
	const struct inbound_walk *w;
	struct inbound_tally *tally, pending;
	int64_t begun_us;
	int n;				/* messages in the open transaction */
	struct arena names;
	const char *file[BATCH_MAX];	/* ours: of the open transaction */
	enum fetch_fate fate[BATCH_MAX];
	int n_files;
};

enum fetch_fate
inbound_folder(enum inbound_fate f)
{
	return f == INBOUND_MATCHED ? FETCH_PROCESSED : f == INBOUND_REPLY ? FETCH_REPLY : FETCH_UNRECOGNISED;
}

static int
settle(struct feeding *f, struct err *e)
{
	if (f->n == 0)
		return 0;
	f->n = 0;
	if (db_commit(f->db, e) < 0)
		return -1;
	inbound_tally_add(f->tally, &f->pending);
	f->pending = (struct inbound_tally){ 0 };
	for (int i = 0; i < f->n_files; i++)
		if ((f->w->keep ? maildir_mark_seen(f->file[i], e) :
		    maildir_move(f->file[i], f->w->folder[f->fate[i]], e)) < 0)
			return -1;
	f->n_files = 0;
	arena_reset(&f->names);
	return 0;
}

static int
feed_one(void *arg, const char *path, const char *msg, size_t len, struct err *e)
{
	struct feeding *f = arg;
	struct inbound_taken taken;

	if (f->w->stop && atomic_load(f->w->stop))
		return err_set(e, ERR_NOTNOW, TR("%s: stopped", "%s: đã dừng"), f->w->path);
	if (f->n == 0) {
		if (db_begin(f->db, e) < 0)
			return -1;
		f->begun_us = clock_mono_us();
	}
	f->n++;
	if (inbound_take(f->in, f->db, path, msg, len, &taken, &f->pending, e) < 0) {
		f->n = f->n_files = 0;
		f->pending = (struct inbound_tally){ 0 };
		return db_abort(f->db);
	}
	if (f->w->ours) {
		f->file[f->n_files] = arena_dup(&f->names, path);
		f->fate[f->n_files++] = inbound_folder(taken.fate);
	}
	return f->n >= BATCH_MAX || clock_mono_us() - f->begun_us > BATCH_US ? settle(f, e) : 0;
}

int
inbound_walk(struct inbound *in, struct db *db, const struct inbound_walk *how, struct inbound_tally *tally, struct err *e)
{
	struct feeding f = { .in = in, .db = db, .w = how, .tally = tally, .names = ARENA_INIT };
	struct maildir_walk w = { .max_bytes = how->max_bytes, .each = feed_one, .arg = &f, .sorted = true,
	    .unseen_only = how->ours };
	int rc = maildir_walk(&w, how->path, e);

	/* What was read before a fault stays recorded. */
	if (rc == 0) {
		rc = settle(&f, e);
	} else if (f.n) {
		struct err ignored = ERR_INIT;

		settle(&f, &ignored);
	}
	arena_release(&f.names);
	return rc < 0 ? -1 : 0;
}

int
inbound_feed(struct db *db, const struct conf *c, const char *path, struct inbound_tally *tally, struct err *e)
{
	struct inbound_walk w = { .path = path, .max_bytes = (size_t)c->inbound_max_bytes };
	struct inbound *in;
	int rc;

	if (inbound_open(&in, c, e) < 0)
		return -1;
	rc = inbound_walk(in, db, &w, tally, e);
	inbound_close(in);
	return rc;
}
