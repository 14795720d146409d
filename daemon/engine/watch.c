#include "engine/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/lang.h"

#define STEP_S 60			/* clocks are corrected by so much without a word */
#define DAY_S 86400

static char *
witness_path(const struct db *db)
{
	size_t n = strlen(db_file(db)) + sizeof("-cron");
	char *path = mem_alloc(n);

	snprintf(path, n, "%s-cron", db_file(db));
	return path;
}

static int64_t
witness_read(int fd)
{
	char text[32] = "";
	ssize_t n = fd >= 0 ? pread(fd, text, sizeof(text) - 1, 0) : 0;

	return n > 0 ? strtoll(text, NULL, 10) : 0;
}

static int
witness_write(int fd, int64_t at, struct err *e)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%020" PRId64 "\n", at);

	return pwrite(fd, text, (size_t)n, 0) == n ? 0 : err_sys(e, TR("the file beside the store",
	    "tệp cạnh kho dữ liệu"));
}

int
watch_begin(struct watch *w, struct db *db, struct err *e)
{
	char *path = witness_path(db);
	int rc = 1;

	*w = (struct watch){ .fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) };
	if (w->fd < 0) {
		rc = err_sys(e, "%s", path);
	} else if (flock(w->fd, LOCK_EX | LOCK_NB) < 0) {
		rc = errno == EWOULDBLOCK ? 0 : err_sys(e, "%s", path);
		watch_end(w);
	} else {
		w->witness = witness_read(w->fd);
	}
	free(path);
	return rc;
}

void
watch_end(struct watch *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

/* The table in the header; s as the store has it. */
static enum watch_state
judge(const struct seen *s, int64_t witness, int64_t now)
{
	int64_t passed = now - s->seen_at;

	/* Never run, as far as it knows: a new store, or an old one from before the first run. */
	if (!s->seen_at)
		return s->born_at && s->born_at < witness ? WATCH_RESTORED : WATCH_WELL;
	if (now < s->seen_at - STEP_S || now < witness - STEP_S)
		return WATCH_BACK;
	if (witness > s->seen_at + STEP_S || (!witness && passed > DAY_S))
		return WATCH_RESTORED;
	return passed > DAY_S && passed > 2 * s->interval_s ? WATCH_SLEPT : WATCH_WELL;
}

/* Held already: to the end of the time that was set then. */
static bool
go_on_held(struct watch *w, int64_t now)
{
	if (!*w->seen.held_for)
		return false;
	w->state = *w->seen.held_for == 's' ? WATCH_SLEPT : WATCH_RESTORED;
	w->until = w->seen.held_until;
	if (now < w->seen.held_until)
		return true;
	w->ends = true;
	if ((w->doubt = w->seen.doubt_until))
		w->seen.doubted_at = w->doubt;
	w->state = WATCH_WELL;
	w->seen.held_for = "";
	w->seen.held_until = w->seen.doubt_until = 0;
	return true;
}

static void
begin_held(struct watch *w, const struct conf *conf, int64_t now)
{
	w->begins = true;
	w->until = now + conf->cron_grace_s;
	w->seen.held_for = w->state == WATCH_SLEPT ? "slept" : "restored";
	w->seen.held_until = w->until;
	w->seen.doubt_until = w->state == WATCH_RESTORED ? (w->witness ? w->witness : now) : 0;
	if (!conf->cron_grace_s)
		go_on_held(w, now);
}

static void
release(struct watch *w)
{
	w->ends = *w->seen.held_for != '\0' || w->state != WATCH_WELL;
	w->state = WATCH_WELL;
	w->seen.held_for = "";
	w->seen.held_until = w->seen.doubt_until = 0;
}

int
watch_look(struct watch *w, struct db *db, const struct conf *conf, int64_t now, bool go, struct err *e)
{
	int64_t passed;

	if (db_begin(db, e) < 0)
		return -1;
	if (seen_load(db, &w->seen, e) < 0)
		return db_abort(db);
	w->before = w->seen.seen_at > w->witness ? w->seen.seen_at : w->witness;
	w->state = judge(&w->seen, w->witness, now);
	if (go) {
		release(w);
	} else if (w->state == WATCH_BACK) {
		/* Nothing is written: the higher time is the one to remember. */
		w->until = w->before;
		db_abort(db);
		return 0;
	} else if (!go_on_held(w, now) && w->state != WATCH_WELL) {
		begin_held(w, conf, now);
	}
	passed = now - w->seen.seen_at;
	if (w->seen.seen_at && passed > 0)
		w->seen.interval_s = passed;
	w->seen.seen_at = go || now > w->seen.seen_at ? now : w->seen.seen_at;
	if (seen_save(db, &w->seen, e) < 0 || db_commit(db, e) < 0)
		return db_abort(db);
	return witness_write(w->fd, w->seen.seen_at, e);
}

int
watch_peek(struct db *db, const struct conf *conf, int64_t now, struct err *e)
{
	char *path = witness_path(db);
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	struct seen s;

	rc = seen_load(db, &s, e);
	if (rc >= 0) {
		enum watch_state state = judge(&s, witness_read(fd), now);

		if (*s.held_for)
			rc = now < s.held_until;
		else
			rc = state == WATCH_RESTORED || (state == WATCH_SLEPT && conf->cron_grace_s > 0);
	}
	if (fd >= 0)
		close(fd);
	free(path);
	return rc;
}
