/* Any bytes as a tag, a token, a signature: nobody finds one that is valid by chance. */
#include <stdint.h>

#include "base/mem.h"
#include "base/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct secret key = { { 42 } };
	struct arena a = ARENA_INIT;
	char *text = arena_ndup(&a, (const char *)data, size), tag[TAG_MAX + 1];
	int64_t invite;
	int attempt;

	if (tag_read(text, strlen(text), &key, &invite, &attempt)) {
		/* Only what we wrote ourselves is read: it must be the same text again. */
		tag_write(tag, &key, invite, attempt);
		ASSERT(strlen(tag) == strlen(text));
	}
	if (token_valid(text))
		ASSERT(strlen(text) == TOKEN_LEN);
	ASSERT(!sign_check(text, &key, "return", "a/survey") || strlen(text) == TOKEN_LEN);
	arena_release(&a);
	return 0;
}
