/*
 * token.h - names nobody can guess, and tags nobody can forge.
 *
 * A token is the 128 bits of a random UUID, six bits a character, in the
 * alphabet 0-9A-Za-z_~ that LimeSurvey accepts as a token too.
 *
 * A tag names one attempt of one invite and carries a keyed MAC: it stands in
 * the envelope sender (VERP), and with attempt 0 in the Message-ID. Mail
 * systems fold the case of local parts, so a tag is lower-case base 32.
 *
 * Units      token: 22 characters; tag: at most 40; key: 32 bytes.
 * Ownership  callers lend the room.
 * Errors     tag_read: false for a tag that is not ours.
 * Threads    any; struct secret is constant after start.
 * Source     libuuid uuid_generate_random; HMAC-SHA256 (RFC 2104);
 *            base32hex (RFC 4648 7) in lower case.
 */
#ifndef THUMOI_BASE_TOKEN_H
#define THUMOI_BASE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define TOKEN_LEN 22
#define TAG_MAX 40

struct secret { unsigned char key[32]; };

void	token_new(char out[TOKEN_LEN + 1]);

/*
 * Tokens for a long roster. libuuid seeds glibc's random() anew for each UUID
 * (3 us, a fifth of the time of a large import); after the first ten thousand
 * the same random UUIDs are therefore made from the kernel's octets in bulk.
 */
struct token_source {
	unsigned char octets[4096];
	size_t left;
	size_t made;
};
#define TOKEN_SOURCE_INIT { .left = 0 }

void	token_next(struct token_source *, char out[TOKEN_LEN + 1]);
bool	token_valid(const char *s);	/* form only: 22 characters of the alphabet */

void	tag_write(char out[TAG_MAX + 1], const struct secret *, int64_t invite, int attempt);
bool	tag_read(const char *tag, size_t len, const struct secret *, int64_t *invite, int *attempt);

/* The signature of a link: 22 characters of base64url over HMAC(key, purpose NUL text). */
void	sign_text(char out[TOKEN_LEN + 1], const struct secret *, const char *purpose, const char *text);
bool	sign_check(const char *sig, const struct secret *, const char *purpose, const char *text);

/* The key file: made with mode 0600 when it is not there, so that set-up is one step. */
int	secret_load(struct secret *, const char *path, struct err *);
void	sha256_hex(char out[65], const void *data, size_t len);
int	sha256_file(char out[65], const char *path, int64_t *bytes, struct err *);
bool	same_secret(const char *a, const char *b);	/* constant time */

#endif
