#include "engine/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/token.h"

int
totp_code(const void *secret, size_t len, int64_t step)
{
	unsigned char counter[8], m[EVP_MAX_MD_SIZE];
	unsigned n = 0, at, v;

	for (int i = 0; i < 8; i++)
		counter[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
	if (!HMAC(EVP_sha1(), secret, (int)len, counter, sizeof(counter), m, &n) || n != 20)
		die("HMAC-SHA-1 failed");
	at = m[19] & 15;
	v = (m[at] & 0x7fu) << 24 | (unsigned)m[at + 1] << 16 | (unsigned)m[at + 2] << 8 | m[at + 3];
	return (int)(v % 1000000);
}

/* "123 456" as digits alone; what is none is never right. */
static void
digits_of(char out[TOTP_DIGITS + 2], const char *given)
{
	size_t n = 0;

	for (; *given && n <= TOTP_DIGITS; given++)
		if (*given != ' ')
			out[n++] = *given;
	out[n] = '\0';
}

bool
totp_right(const void *secret, size_t len, int64_t now, int64_t last, const char *given, int64_t *step)
{
	char typed[TOTP_DIGITS + 2], want[16];
	bool right = false;

	digits_of(typed, given);
	/* All three are computed whatever the first says. */
	for (int64_t t = now / TOTP_STEP_S - 1; t <= now / TOTP_STEP_S + 1; t++) {
		snprintf(want, sizeof(want), "%06d", totp_code(secret, len, t));
		if (same_secret(typed, want) && t > last) {
			*step = t;
			right = true;
		}
	}
	return right;
}

void
base32_write(char *out, const void *data, size_t len)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	const unsigned char *p = data;
	unsigned acc = 0, bits = 0;

	for (size_t i = 0; i < len; i++) {
		acc = acc << 8 | p[i];
		for (bits += 8; bits >= 5; bits -= 5)
			*out++ = alphabet[acc >> (bits - 5) & 31];
	}
	if (bits)
		*out++ = alphabet[acc << (5 - bits) & 31];
	*out = '\0';
}
