#include "web/chain.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/mem.h"

struct chain {
	pthread_mutex_t lock;
	struct chain_state last;	/* [lock] */
};

struct chain *
chain_new(void)
{
	struct chain *c = mem_zalloc(sizeof(*c));

	pthread_mutex_init(&c->lock, NULL);
	return c;
}

void
chain_free(struct chain *c)
{
	if (!c)
		return;
	pthread_mutex_destroy(&c->lock);
	free(c);
}

int
chain_look(struct chain *c, struct db *db, bool whole, struct chain_state *out, struct err *e)
{
	int64_t last_id;

	pthread_mutex_lock(&c->lock);
	*out = c->last;
	pthread_mutex_unlock(&c->lock);
	if (audit_last_id(db, &last_id, e) < 0)
		return -1;
	out->cut |= out->known && last_id < out->audit.last_id;
	if (whole || last_id <= CHAIN_AT_ONCE) {
		char head[AUDIT_HASH + 1];

		snprintf(head, sizeof(head), "%s", out->audit.head);
		if (audit_verify(db, head, &out->audit, e) < 0)
			return -1;
		out->cut |= *head && !out->audit.head_found;
		out->known = true;
		out->whole_at = clock_now();
	} else if (out->known && audit_verify_on(db, &out->audit, e) < 0) {
		return -1;
	}
	out->rows = out->known ? out->audit.rows : last_id;
	pthread_mutex_lock(&c->lock);
	if (out->known && out->whole_at >= c->last.whole_at)
		c->last = *out;
	pthread_mutex_unlock(&c->lock);
	return 0;
}
