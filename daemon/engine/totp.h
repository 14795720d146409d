/*
 * totp.h - six digits that change every half minute.
 *
 * Pure arithmetic: the caller passes the time. A code of the step before and of
 * the one after is taken, too, for telephones whose clock is not right.
 *
 * Units      Unix seconds; a step is TOTP_STEP_S of them since 1970.
 * Ownership  callers lend the room.
 * Errors     none.
 * Threads    any.
 * Source     RFC 6238 with HMAC-SHA-1, which is what every such app computes;
 *            RFC 4226 5.3 (six digits out of twenty octets), RFC 4648 6 (base 32).
 */
#ifndef THUMOI_ENGINE_TOTP_H
#define THUMOI_ENGINE_TOTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOTP_OCTETS 20		/* of a secret: RFC 4226 4, R6 */
#define TOTP_STEP_S 30
#define TOTP_DIGITS 6
#define BASE32_CHARS(octets) (((octets) * 8 + 4) / 5)

int	totp_code(const void *secret, size_t len, int64_t step);
/*
 * Is that the code of now? *step: which one it is of, later than `last`: what was
 * used once is not taken again. Spaces in it do not count.
 */
bool	totp_right(const void *secret, size_t len, int64_t now, int64_t last, const char *given, int64_t *step);
void	base32_write(char *out, const void *data, size_t len);	/* BASE32_CHARS(len) and NUL; no padding */

#endif
