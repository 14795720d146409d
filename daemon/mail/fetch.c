#include "mail/fetch.h"

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "mail/visit.h"

#define BREAKS_MOST 4		/* in a row, without any progress between them */
#define BREAKS_OF_ONE 3		/* a message that breaks the line so often, read alone, is passed over */
#define PAUSE_MS 1000
#define LOOK_MS 500

void
visit_clear(struct visit *v)
{
	buf_clear(&v->raw);
	arena_reset(&v->arena);
	v->n = 0;
}

void
visit_add(struct visit *v, const char *uidl, const char *msg, size_t len)
{
	ASSERT(v->n < VISIT_BATCH);
	v->start[v->n] = v->raw.len;
	buf_add(&v->raw, msg, len);
	v->got[v->n++] = (struct fetched){ .uidl = arena_dup(&v->arena, uidl), .len = len };
}

int
visit_take(struct visit *v, struct err *e)
{
	ASSERT(!v->raw.failed);
	for (size_t i = 0; i < v->n; i++)
		v->got[i].msg = buf_str(&v->raw) + v->start[i];
	v->asked[0] = '\0';	/* whatever breaks from now on, it is not for reading it */
	return v->n ? v->f->take(v->f->arg, v->got, v->n, e) : 0;
}

bool
visit_room(const struct visit *v, size_t n, size_t bytes, size_t size)
{
	if (size > v->f->max_bytes)
		size = v->f->max_bytes;
	return n == 0 || (n < VISIT_BATCH && !v->alone && bytes + size <= VISIT_BATCH_BYTES);
}

void
visit_settled(struct visit *v, size_t n)
{
	v->settled += (int64_t)n;
	v->alone -= v->alone > (int)n ? (int)n : v->alone;
}

bool
visit_passes(const struct visit *v, const char *uidl)
{
	for (size_t i = 0; i < v->n_passed; i++)
		if (strcmp(v->passed[i], uidl) == 0)
			return true;
	return false;
}

void
visit_pass(struct visit *v, const char *uidl, const char *why)
{
	struct log_q q;

	log_error("inbound_passed_over", "mailbox=%s message=%s text=%s", v->f->url, *uidl ? uidl : "-", log_q(&q, why));
	/* With more of them the mailbox is to blame: then the visit ends for want of progress. */
	if (*uidl && v->n_passed < COUNT_OF(v->passed)) {
		v->passed[v->n_passed++] = arena_dup(&v->names, uidl);
		v->settled++;
	}
}

int
visit_refused(struct visit *v, const struct wire *w, const char *command, const char *answer, struct err *e)
{
	v->refused = true;
	return err_set(e, ERR_NETWORK, TR("mailbox %s: to \"%.80s\" the server says: %.200s",
	    "hộp thư %s: với lệnh \"%.80s\", máy chủ trả lời: %.200s"), wire_host(w), command, answer);
}

/* The line broke. What was being read may be the reason: it is read alone from now on, and not for ever. */
static void
blame(struct visit *v, const struct err *e)
{
	if (!v->asked[0]) {
		v->alone = VISIT_BATCH;
		return;
	}
	v->breaks = strcmp(v->suspect, v->asked) == 0 ? v->breaks + 1 : 1;
	snprintf(v->suspect, sizeof(v->suspect), "%s", v->asked);
	if (v->breaks == BREAKS_OF_ONE)
		visit_pass(v, v->suspect, e->text);
}

/* A second, then two, four ...; false: to be stopped. */
static bool
rest(const struct visit *v, int breaks)
{
	int64_t until = clock_mono_us() + ((v->f->pause_ms ? v->f->pause_ms : PAUSE_MS) << (breaks - 1)) * 1000;
	int64_t now;

	while ((now = clock_mono_us()) < until) {
		int64_t ms = (until - now + 999) / 1000;

		if (v->f->stop && atomic_load(v->f->stop))
			return false;
		clock_wait(clock_ms() + ms, -1, ms < LOOK_MS ? (int)ms : LOOK_MS);
	}
	return true;
}

static int
session(struct visit *v, struct err *e)
{
	struct wire *w;
	int rc;

	v->refused = v->more = false;
	v->asked[0] = '\0';
	if (wire_open(&w, v->f, e) < 0)
		return -1;
	rc = strncmp(v->f->url, "pop3", 4) == 0 ? pop3_session(v, w, e) : imap_session(v, w, e);
	wire_close(w);
	if (rc < 0 && e->code == ERR_NETWORK && !v->refused)
		blame(v, e);
	return rc;
}

int
fetch_all(const struct fetch *f, struct err *e)
{
	struct visit v = { .f = f, .place = f->place, .raw = BUF_INIT(f->max_bytes + VISIT_BATCH_BYTES),
	    .arena = ARENA_INIT, .names = ARENA_INIT };
	struct log_q q;
	int rc, breaks = 0;

	for (;;) {
		int64_t before = v.settled;

		rc = session(&v, e);
		if (rc == 0 && !v.more)
			break;
		if (rc == 0)
			continue;
		if (e->code != ERR_NETWORK || v.refused)
			break;
		breaks = v.settled > before ? 1 : breaks + 1;
		if (breaks > BREAKS_MOST)
			break;
		log_warn("inbound_break", "mailbox=%s n=%d text=%s", f->url, breaks, log_q(&q, e->text));
		if (!rest(&v, breaks)) {
			err_set(e, ERR_NOTNOW, TR("mailbox %s: stopped", "hộp thư %s: đã dừng"), f->url);
			break;
		}
	}
	buf_release(&v.raw);
	arena_release(&v.arena);
	arena_release(&v.names);
	return rc;
}
