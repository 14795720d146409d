#include "engine/board_index.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

#define CAMPAIGNS_KEPT 16
#define KEPT_US 1000000		/* at least so long is a snapshot good */
#define KEPT_TIMES 9		/* or so many times as long as it took */
#define QUICK_US 200000		/* what somebody who looks is made to wait */

struct slot {			/* of one campaign */
	char key[128];
	struct snapshot *now;	/* NULL: none yet */
	int64_t asked_us;
	bool making;		/* by somebody */
	bool wanted;		/* the thread shall make it */
	bool touched;
};

struct board {
	const char *store;		/* [c] */
	const struct conf *conf;	/* [c] */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work, done;	/* [lock] */
	struct slot slot[CAMPAIGNS_KEPT];	/* [lock] */
	bool stop;			/* [lock] */
};

struct counting {		/* while a snapshot is made */
	struct snapshot *s;
	size_t cap;
};

static void
snapshot_free(struct snapshot *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_waves; i++)
		headway_release(&s->waves[i].headway);
	account_release(&s->account);
	cross_release(&s->cross);
	free(s->waves);
	free(s->mended);
	free(s->people);
	arena_release(&s->arena);
	free(s);
}

static void
add_person(const struct account *a, const struct counted *p, void *arg)
{
	struct counting *counting = arg;
	struct snapshot *s = counting->s;
	struct standing *one;

	s->people = mem_room(s->people, s->n_people, &counting->cap, sizeof(*s->people));
	/* Their seq for now: places are known when all are counted. */
	one = &s->people[s->n_people++];
	*one = (struct standing){ .contact = p->facts->contact, .unit = p->unit < a->n_units ? (int32_t)p->unit : -1,
	    .domain = (int32_t)p->domain, .cause = (uint8_t)p->cause, .grade = p->grade };
	for (int i = 0; i < SINCES; i++) {
		one->then[i] = (uint8_t)p->then[i];
		if (a->changes[i].at && p->facts->mended_at > a->changes[i].at)
			one->mended |= (uint8_t)(1u << i);
	}
	cross_add(&s->cross, a, p);
}

static int
by_contact(const void *a, const void *b)
{
	const struct standing *x = a, *y = b;

	return (x->contact > y->contact) - (x->contact < y->contact);
}

static int
know_waves(struct snapshot *s, struct db *db, struct err *e)
{
	struct wave w = { .id = 0 };
	int rc;

	while ((rc = wave_next(db, &s->arena, w.id, s->campaign.id, NULL, &w, e)) == 1)
		cross_add_wave(&s->cross, w.id);
	return rc;
}

static int
count_all(struct snapshot *s, struct db *db, const struct conf *conf, struct err *e)
{
	struct counting c = { .s = s };
	struct buf said = BUF_INIT(65536);
	int rc = -1;

	if (know_waves(s, db, e) == 0 &&
	    account_build_each(&s->account, db, &s->campaign, conf, NULL, s->made_at, add_person, &c, e) == 0 &&
	    account_check(&s->account, db, &said, e) >= 0) {
		if (s->account.faults)
			log_error("report", "campaign=%s reconciles=no faults=%d", s->campaign.key, s->account.faults);
		s->faults = arena_dup(&s->arena, buf_str(&said));
		s->n_findings = findings(&s->account, &s->arena, &s->findings);
		if (s->n_people)
			qsort(s->people, s->n_people, sizeof(*s->people), by_contact);
		cross_end(&s->cross, &s->account);
		rc = board_index(s, db, e);
	}
	buf_release(&said);
	return rc;
}

/* Outside the transaction: the invites are read in short reads. */
static int
look_at_waves(struct snapshot *s, struct db *db, struct err *e)
{
	size_t cap = 0;
	struct wave w = { .id = 0 };
	int rc;

	while ((rc = wave_next(db, &s->arena, w.id, s->campaign.id, NULL, &w, e)) == 1) {
		s->waves = mem_room(s->waves, s->n_waves, &cap, sizeof(*s->waves));
		s->waves[s->n_waves] = (struct snapshot_wave){ .wave = w };
		if (headway_look(&s->waves[s->n_waves++].headway, db, w.id, clock_ms(), e) < 0)
			return -1;
	}
	return rc;
}

/* 1, 0 no such campaign, -1. */
static int
snapshot_make(struct snapshot **out, struct db *db, const struct conf *conf, const char *key, struct err *e)
{
	struct snapshot *s = mem_zalloc(sizeof(*s));
	int64_t from = clock_mono_us();
	int rc;

	s->made_at = clock_now();
	if (db_snapshot(db, e) < 0) {
		free(s);
		return -1;
	}
	if ((rc = campaign_find(db, &s->arena, key, &s->campaign, e)) == 1 && count_all(s, db, conf, e) < 0)
		rc = -1;
	if (rc < 0)
		db_abort(db);
	else if (db_commit(db, e) < 0 || (rc == 1 && look_at_waves(s, db, e) < 0))
		rc = -1;
	if (rc != 1) {
		snapshot_free(s);
		return rc;
	}
	s->made_us = clock_mono_us();
	s->took_us = s->made_us - from;
	*out = s;
	return 1;
}

static bool
too_old(const struct slot *p)
{
	int64_t keep = p->now->took_us * KEPT_TIMES;

	return p->touched || clock_mono_us() - p->now->made_us > (keep > KEPT_US ? keep : KEPT_US);
}

/* Under the lock: the new one takes the place of the old, which goes when nobody looks at it any more. */
static void
put_up(struct slot *p, struct snapshot *s)
{
	struct snapshot *old = p->now;

	p->now = s;
	if (old && old->users == 0)
		snapshot_free(old);
	else if (old)
		old->old = true;
}

/* Under the lock, which is let go meanwhile. */
static int
make(struct board *b, struct slot *p, struct db *db, struct err *e)
{
	struct snapshot *s = NULL;
	char key[sizeof(p->key)];
	int rc;

	memcpy(key, p->key, sizeof(key));
	p->making = true;
	p->wanted = p->touched = false;
	pthread_mutex_unlock(&b->lock);
	rc = snapshot_make(&s, db, b->conf, key, e);
	pthread_mutex_lock(&b->lock);
	p->making = false;
	if (rc == 1)
		put_up(p, s);
	pthread_cond_broadcast(&b->done);
	return rc;
}

static void *
run(void *arg)
{
	struct board *b = arg;
	struct db *db = NULL;

	pthread_mutex_lock(&b->lock);
	while (!b->stop) {
		struct err e = ERR_INIT;
		struct slot *p = NULL;

		for (size_t i = 0; i < CAMPAIGNS_KEPT && !p; i++)
			if (b->slot[i].wanted && !b->slot[i].making)
				p = &b->slot[i];
		if (!p) {
			pthread_cond_wait(&b->work, &b->lock);
			continue;
		}
		if ((!db && db_open(&db, b->store, DB_READ, &e) < 0) || make(b, p, db, &e) < 0) {
			p->wanted = false;
			log_warn("board", "text=\"%s\"", e.text);
		}
	}
	pthread_mutex_unlock(&b->lock);
	db_close(db);
	return NULL;
}

struct board *
board_new(const char *store, const struct conf *conf)
{
	struct board *b = mem_zalloc(sizeof(*b));

	b->store = store;
	b->conf = conf;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->work, NULL);
	pthread_cond_init(&b->done, NULL);
	if (pthread_create(&b->thread, NULL, run, b) != 0)
		die("cannot start a thread");
	return b;
}

void
board_free(struct board *b)
{
	if (!b)
		return;
	pthread_mutex_lock(&b->lock);
	b->stop = true;
	pthread_cond_signal(&b->work);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	for (size_t i = 0; i < CAMPAIGNS_KEPT; i++)
		snapshot_free(b->slot[i].now);
	pthread_mutex_destroy(&b->lock);
	pthread_cond_destroy(&b->work);
	pthread_cond_destroy(&b->done);
	free(b);
}

/* The campaign's place, or the one that was asked for longest ago. Under the lock; NULL: all are being made. */
static struct slot *
slot_of(struct board *b, const char *key)
{
	struct slot *oldest = NULL;

	for (size_t i = 0; i < CAMPAIGNS_KEPT; i++) {
		struct slot *p = &b->slot[i];

		if (strcmp(p->key, key) == 0)
			return p;
		if (!p->making && (!oldest || p->asked_us < oldest->asked_us))
			oldest = p;
	}
	if (!oldest)
		return NULL;
	/* Who still looks at it, or keeps a report of it, gives it back later. */
	if (oldest->now && oldest->now->users)
		oldest->now->old = true;
	else
		snapshot_free(oldest->now);
	*oldest = (struct slot){ .now = NULL };
	snprintf(oldest->key, sizeof(oldest->key), "%s", key);
	return oldest;
}

int
board_take(struct board *b, struct db *db, const char *key, const struct snapshot **out, struct err *e)
{
	struct slot *p;
	int rc = 1;

	if (!*key || strlen(key) >= sizeof(p->key))
		return 0;
	pthread_mutex_lock(&b->lock);
	/* While one waits, the slot may become another campaign's. */
	for (p = slot_of(b, key); p && !p->now && p->making; p = slot_of(b, key))
		pthread_cond_wait(&b->done, &b->lock);
	if (!p) {
		pthread_mutex_unlock(&b->lock);
		return err_set(e, ERR_BUSY, TR("too many campaigns are looked at", "đang có quá nhiều đợt được xem cùng lúc"));
	}
	p->asked_us = clock_mono_us();
	if (!p->now) {
		rc = make(b, p, db, e);
	} else if (too_old(p) && !p->making) {
		if (p->now->took_us <= QUICK_US) {
			rc = make(b, p, db, e);
		} else {
			p->wanted = true;
			pthread_cond_signal(&b->work);
		}
	}
	if (rc == 1) {
		p->now->users++;
		*out = p->now;
	} else if (!p->now) {
		p->key[0] = '\0';	/* the place is free again */
	}
	pthread_mutex_unlock(&b->lock);
	return rc;
}

void
board_give(struct board *b, const struct snapshot *looked)
{
	struct snapshot *s = (struct snapshot *)(uintptr_t)looked;	/* the board's own */

	if (!s)
		return;
	pthread_mutex_lock(&b->lock);
	if (--s->users == 0 && s->old)
		snapshot_free(s);
	pthread_mutex_unlock(&b->lock);
}

void
board_touch(struct board *b, int64_t campaign)
{
	pthread_mutex_lock(&b->lock);
	for (size_t i = 0; i < CAMPAIGNS_KEPT; i++)
		if (b->slot[i].now && b->slot[i].now->campaign.id == campaign)
			b->slot[i].touched = true;
	pthread_mutex_unlock(&b->lock);
}

const struct standing *
snapshot_person(const struct snapshot *s, int64_t contact)
{
	struct standing key = { .contact = contact };

	return s->n_people ? bsearch(&key, s->people, s->n_people, sizeof(key), by_contact) : NULL;
}
