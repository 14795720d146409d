#include "engine/roster_feed.h"

#include <pthread.h>

#define BATCH_ROWS 2048
#define BATCH_BYTES (4u << 20)
#define BATCHES 2

struct batch {
	struct arena arena;
	struct feed_row row[BATCH_ROWS];
	size_t n;
	int rc;			/* what the last roster_next said */
	struct err e;
};

/* [q] under lock; [r] the reading thread's; [i] the importer's */
struct roster_feed {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	struct roster_reader *reader;	/* [r] */
	struct token_source tokens;	/* [r] */
	struct batch *batch[BATCHES];	/* filled by [r], then [i]'s until given back */
	unsigned filled, taken;		/* [q] how many batches, ever */
	bool stop;			/* [q] */
	size_t at;			/* [i] in the batch being stored */
	bool ended;			/* [i] */
};

static void
fill(struct roster_feed *f, struct batch *b)
{
	size_t bytes = 0;

	arena_reset(&b->arena);
	b->n = 0;
	b->rc = 1;
	while (b->n < BATCH_ROWS && bytes < BATCH_BYTES) {
		struct feed_row *row = &b->row[b->n];

		if ((b->rc = roster_next(f->reader, &b->arena, &row->r, &b->e)) != 1)
			break;
		row->r.raw = arena_ndup(&b->arena, row->r.raw, row->r.raw_len);
		token_next(&f->tokens, row->token);
		bytes += row->r.raw_len + 400;
		b->n++;
	}
}

static void *
run(void *arg)
{
	struct roster_feed *f = arg;
	bool more = true;

	while (more) {
		struct batch *b;

		pthread_mutex_lock(&f->lock);
		while (f->filled - f->taken == BATCHES && !f->stop)
			pthread_cond_wait(&f->moved, &f->lock);
		more = !f->stop;
		b = f->batch[f->filled % BATCHES];
		pthread_mutex_unlock(&f->lock);
		if (!more)
			break;
		fill(f, b);
		more = b->rc == 1;
		pthread_mutex_lock(&f->lock);
		f->filled++;
		pthread_cond_signal(&f->moved);
		pthread_mutex_unlock(&f->lock);
	}
	return NULL;
}

struct roster_feed *
feed_start(struct roster_reader *r)
{
	struct roster_feed *f = mem_zalloc(sizeof(*f));

	f->reader = r;
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->moved, NULL);
	for (int i = 0; i < BATCHES; i++)
		f->batch[i] = mem_zalloc(sizeof(struct batch));
	if (pthread_create(&f->thread, NULL, run, f) != 0)
		die("no thread for reading");
	pthread_setname_np(f->thread, "roster-read");
	return f;
}

int
feed_next(struct roster_feed *f, struct feed_row **out, struct err *e)
{
	for (;;) {
		struct batch *b;

		if (f->ended)
			return 0;
		pthread_mutex_lock(&f->lock);
		while (f->filled == f->taken)
			pthread_cond_wait(&f->moved, &f->lock);
		b = f->batch[f->taken % BATCHES];
		pthread_mutex_unlock(&f->lock);
		if (f->at < b->n) {
			*out = &b->row[f->at++];
			return 1;
		}
		if (b->rc != 1) {
			f->ended = true;
			if (b->rc < 0 && e)
				*e = b->e;
			return b->rc;
		}
		f->at = 0;
		pthread_mutex_lock(&f->lock);
		f->taken++;
		pthread_cond_signal(&f->moved);
		pthread_mutex_unlock(&f->lock);
	}
}

void
feed_stop(struct roster_feed *f)
{
	if (!f)
		return;
	pthread_mutex_lock(&f->lock);
	f->stop = true;
	pthread_cond_signal(&f->moved);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	for (int i = 0; i < BATCHES; i++) {
		arena_release(&f->batch[i]->arena);
		free(f->batch[i]);
	}
	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->moved);
	free(f);
}
