/* Any bytes as an address: what is taken must be safe on an SMTP line and parse again as itself. */
#include <stdint.h>

#include "base/mem.h"
#include "mail/addr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct addr addr, again;
	const char *name, *text = arena_ndup(&a, (const char *)data, size);

	if (addr_parse(&addr, &a, text, &e) == 0) {
		const char *wire = addr_wire(&a, &addr);

		for (const char *p = wire; *p; p++)
			ASSERT((unsigned char)*p >= 0x20 && *p != 0x7F);
		ASSERT(addr_parse(&again, &a, wire, &e) == 0);
		ASSERT(strcmp(addr_wire(&a, &again), wire) == 0);
	}
	if (addr_parse_named(&addr, &name, &a, text, &e) == 0)
		ASSERT(strpbrk(addr_wire(&a, &addr), "\r\n") == NULL);
	arena_release(&a);
	return 0;
}
