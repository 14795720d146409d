/* Any bytes as a line of a relay's log: what is given lies inside the line, and ids are ids. */
#include <stdint.h>

#include "base/mem.h"
#include "mail/logline.h"
#include "mail/queueid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct span s, const char *line, size_t len)
{
	ASSERT(!s.s || (s.s >= line && s.s + s.len <= line + len));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = mem_ndup((const char *)data, size), id[QUEUE_ID_MAX];
	struct logline_time t = { .latest = 1700000000 };
	struct logline l;

	if (logline_read(&l, &t, line, size)) {
		const struct span all[] = { l.id, l.from, l.to, l.orig_to, l.relay, l.dsn, l.text };

		for (size_t i = 0; i < COUNT_OF(all); i++)
			inside(all[i], line, size);
		ASSERT(l.id.len >= 5);
		if (l.text.s && queue_id_find(l.text.s, l.text.len, id))
			ASSERT(strlen(id) >= 5 && strlen(id) < QUEUE_ID_MAX);
	}
	if (queue_id_find(line, size, id))
		queue_id_is_short(id);
	free(line);
	return 0;
}
