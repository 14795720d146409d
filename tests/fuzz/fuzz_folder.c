/* Folder names as mailboxes send them: always text that a terminal can be trusted with. */
#include <stdint.h>

#include "base/text.h"
#include "mail/folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	char *wire = arena_ndup(&a, (const char *)data, size);
	const char *name = folder_name(&a, wire);

	ASSERT(text_is_utf8(name, strlen(name)) && !strpbrk(name, "\n\r\033"));
	folder_use(wire, name, '/');
	folder_use("", name, '\0');
	arena_release(&a);
	return 0;
}
