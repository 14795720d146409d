/* Any bytes as a mail that came back; seeds: tests/data/dsn. */
#include <stddef.h>
#include <stdint.h>

#include "mail/mreport.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rules *rules;
	static struct arena arena;
	struct err e = ERR_INIT;
	struct mreport m;

	if (!rules && rules_load(&rules, NULL, &e) < 0)
		die("%s", e.text);
	mreport_read(&m, &arena, rules, (const char *)data, size);
	for (size_t i = 0; i < m.n_rcpt; i++)
		if (!m.rcpt[i].address || !m.rcpt[i].text || !m.rcpt[i].verdict.rule)
			PANIC("a recipient with a NULL text");
	arena_reset(&arena);
	return 0;
}
