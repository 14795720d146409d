/*
 * seal.h - short secrets that lie in the store, and cannot be read by who has
 * the store alone.
 *
 * AES-256-GCM under a key that is made from the key file and the purpose. What
 * was sealed for one owner does not open for another.
 *
 * Units      bytes; the sealed text is hexadecimal.
 * Ownership  callers lend the room.
 * Errors     seal_open: false for what was not sealed like this.
 * Threads    any.
 * Source     NIST SP 800-38D; RFC 5869 is not needed: one key, one hash.
 */
#ifndef THUMOI_BASE_SEAL_H
#define THUMOI_BASE_SEAL_H

#include "base/token.h"

#define SEAL_MOST 64						/* octets that can be sealed */
#define SEAL_TEXT_MAX ((12 + SEAL_MOST + 16) * 2)

void	seal_make(char out[SEAL_TEXT_MAX + 1], const struct secret *, const char *purpose, int64_t owner, const void *data, size_t len);
/* Of exactly len octets. */
bool	seal_open(void *out, size_t len, const struct secret *, const char *purpose, int64_t owner, const char *sealed);

#endif
