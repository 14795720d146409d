/* Where messages come from: files, folders, Maildirs, standard input, mailboxes. */
#include "engine/inbound.h"

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "mail/fetch.h"
#include "mail/maildir.h"

#define BATCH_US 200000		/* a transaction stays open no longer: others write, too */
#define BATCH_MAX 200

struct feeding {
	struct inbound *in;
	struct db *db;
	struct inbound_tally *tally, pending;
	int64_t begun_us;
	int n;				/* messages in the open transaction */
	const char *source;		/* of a mailbox */
	bool mark;			/* Maildir: what is recorded moves to cur/ */
	struct arena names;
	const char *seen[BATCH_MAX];	/* files of the open transaction */
	int n_seen;
};

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
	for (int i = 0; i < f->n_seen; i++)
		if (maildir_mark_seen(f->seen[i], e) < 0)
			return -1;
	f->n_seen = 0;
	arena_reset(&f->names);
	return 0;
}

static int
feed_one(void *arg, const char *path, const char *msg, size_t len, struct err *e)
{
	struct feeding *f = arg;

	if (f->n == 0) {
		if (db_begin(f->db, e) < 0)
			return -1;
		f->begun_us = clock_mono_us();
	}
	f->n++;
	if (inbound_take(f->in, f->db, path, msg, len, &f->pending, e) < 0) {
		f->n = f->n_seen = 0;
		f->pending = (struct inbound_tally){ 0 };
		return db_abort(f->db);
	}
	if (f->mark)
		f->seen[f->n_seen++] = arena_dup(&f->names, path);
	return f->n >= BATCH_MAX || clock_mono_us() - f->begun_us > BATCH_US ? settle(f, e) : 0;
}

static int
walk(struct feeding *f, const struct conf *c, const char *path, struct err *e)
{
	struct maildir_walk w = { .max_bytes = (size_t)c->inbound_max_bytes, .each = feed_one, .arg = f, .sorted = true,
	    .unseen_only = f->mark };
	int rc = maildir_walk(&w, path, e);

	/* What was read before a fault stays recorded. */
	if (rc == 0) {
		rc = settle(f, e);
	} else if (f->n) {
		struct err ignored = ERR_INIT;

		settle(f, &ignored);
	}
	return rc < 0 ? -1 : 0;
}

int
inbound_feed(struct db *db, const struct conf *c, const char *path, struct inbound_tally *tally, struct err *e)
{
	struct feeding f = { .db = db, .tally = tally, .names = ARENA_INIT };
	int rc;

	if (inbound_open(&f.in, c, e) < 0)
		return -1;
	rc = walk(&f, c, path, e);
	inbound_close(f.in);
	arena_release(&f.names);
	return rc;
}

/* ---- mailboxes ---- */

/* No transaction is open while the network is waited for: each message is its own. */
static int
fetched(void *arg, const char *msg, size_t len, struct err *e)
{
	struct feeding *f = arg;

	return inbound_take(f->in, f->db, f->source, msg, len, f->tally, e);
}

static int
fetched_batch(void *arg, struct err *e)
{
	(void)arg;
	(void)e;
	return 0;		/* every message is committed already */
}

/* The URL without what stands before the host: it goes into the store and the log. */
static const char *
public_name(struct arena *a, const char *url)
{
	const char *host = strstr(url, "://"), *at;

	if (!host || !(at = strchr(host + 3, '@')) || memchr(host + 3, '/', (size_t)(at - host - 3)))
		return url;
	return arena_printf(a, "%.*s://%s", (int)(host - url), url, at + 1);
}

int
inbound_fetch(struct db *db, const struct conf *c, const atomic_bool *stop, struct inbound_tally *tally, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct feeding f = { .db = db, .tally = tally, .names = ARENA_INIT };
	struct fetch want = { .url = c->inbound_url, .user = c->inbound_user, .ca_file = c->inbound_ca_file,
	    .processed = c->inbound_processed, .max_bytes = (size_t)c->inbound_max_bytes, .stop = stop, .each = fetched,
	    .settle = fetched_batch, .arg = &f };
	int rc = -1;

	if (!*c->inbound_url) {
		err_set(e, ERR_INPUT, TR("no mailbox is set: inbound_url is empty", "chưa thiết lập hộp thư: inbound_url để trống"));
		goto out;
	}
	if (inbound_open(&f.in, c, e) < 0)
		goto out;
	f.source = public_name(&a, c->inbound_url);
	if (strncmp(c->inbound_url, "maildir:", 8) == 0) {
		f.mark = true;
		rc = walk(&f, c, c->inbound_url + 8, e);
	} else {
		if (!(want.password = conf_secret(&a, c->inbound_password_file, "inbound_password_file", e)))
			goto out;
		rc = fetch_all(&want, e);
	}
	log_info("inbound_fetch", "mailbox=%s read=%lld matched=%lld result=%s", f.source, (long long)tally->read,
	    (long long)tally->matched, rc < 0 ? "failed" : "ok");
out:
	inbound_close(f.in);
	arena_release(&a);
	arena_release(&f.names);
	return rc;
}
