#include "web/limiter.h"

#include "base/token.h"

void
limiter_init(struct limiter *l, int64_t burst, int64_t per_minute)
{
	char t[TOKEN_LEN + 1];

	memset(l, 0, sizeof(*l));
	l->burst = burst;
	l->per_minute = per_minute;
	token_new(t);
	memcpy(&l->key, t, sizeof(l->key));
	pthread_mutex_init(&l->lock, NULL);
}

void
limiter_release(struct limiter *l)
{
	pthread_mutex_destroy(&l->lock);
}

static uint64_t
hash(uint64_t key, const unsigned char *p, size_t len)
{
	uint64_t h = key ^ 0x9E3779B97F4A7C15u;

	for (size_t i = 0; i < len; i++) {
		h = (h ^ p[i]) * 0xFF51AFD7ED558CCDu;
		h ^= h >> 32;
	}
	h = (h ^ key) * 0xC4CEB9FE1A85EC53u;
	h ^= h >> 29;
	return h ? h : 1;
}

/* The place of an address, its debt brought up to date. */
static struct limiter_place *
find(struct limiter *l, const void *address, size_t len, int64_t now_us)
{
	uint64_t h = hash(l->key, address, len);
	struct limiter_place *p = &l->place[h % LIMITER_PLACES];

	if (p->who != h)
		*p = (struct limiter_place){ .who = h, .at_us = now_us };
	p->used_us -= now_us - p->at_us;
	if (p->used_us < 0)
		p->used_us = 0;
	p->at_us = now_us;
	return p;
}

static bool
look(struct limiter *l, const void *address, size_t len, int64_t now_us, bool count)
{
	int64_t each_us = 60000000 / l->per_minute;
	struct limiter_place *p;
	bool ok;

	pthread_mutex_lock(&l->lock);
	p = find(l, address, len, now_us);
	ok = p->used_us + each_us <= each_us * l->burst;
	if (ok && count)
		p->used_us += each_us;
	pthread_mutex_unlock(&l->lock);
	return ok;
}

bool
limiter_fail(struct limiter *l, const void *address, size_t len, int64_t now_us)
{
	return look(l, address, len, now_us, true);
}

bool
limiter_full(struct limiter *l, const void *address, size_t len, int64_t now_us)
{
	return !look(l, address, len, now_us, false);
}
