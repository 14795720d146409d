#include "base/token.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uuid/uuid.h>

#include "base/lang.h"
#include "base/mem.h"

#define BULK_AFTER 10000	/* tokens of one source that libuuid makes one by one */
#define MAC_CHARS 12	/* 60 bits: a forger would need 2^59 tries on average */

static const char alphabet64[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_~";
static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char base32hex[] = "0123456789abcdefghijklmnopqrstuv";

/* 16 bytes as 22 characters of six bits, the last four bits padded with zero. */
static void
sixbit(char *out, const unsigned char in[16], const char *alphabet)
{
	unsigned acc = 0, bits = 0;
	size_t o = 0;

	for (size_t i = 0; i < 16; i++) {
		acc = acc << 8 | in[i];
		for (bits += 8; bits >= 6; bits -= 6)
			out[o++] = alphabet[acc >> (bits - 6) & 63];
	}
	out[o++] = alphabet[acc << (6 - bits) & 63];
	out[o] = '\0';
}

void
token_new(char out[TOKEN_LEN + 1])
{
	uuid_t u;

	uuid_generate_random(u);
	sixbit(out, u, alphabet64);
}

void
token_next(struct token_source *s, char out[TOKEN_LEN + 1])
{
	unsigned char *u;

	if (s->made++ < BULK_AFTER) {
		token_new(out);
		return;
	}
	if (s->left < sizeof(uuid_t)) {
		if (RAND_bytes(s->octets, sizeof(s->octets)) != 1)
			die("no random numbers to be had");
		s->left = sizeof(s->octets);
	}
	u = s->octets + s->left - sizeof(uuid_t);
	s->left -= sizeof(uuid_t);
	u[6] = (u[6] & 0x0f) | 0x40;	/* version 4, variant of RFC 9562 5.4 */
	u[8] = (u[8] & 0x3f) | 0x80;
	sixbit(out, u, alphabet64);
	OPENSSL_cleanse(u, sizeof(uuid_t));
}

bool
token_valid(const char *s)
{
	return strlen(s) == TOKEN_LEN && strspn(s, alphabet64) == TOKEN_LEN;
}

/* Looked up once: doing it for every MAC costs more than the MAC. */
static const EVP_MD *sha256;

static void
sha256_fetch(void)
{
	if (!(sha256 = EVP_MD_fetch(NULL, "SHA256", NULL)))
		die("SHA-256 is missing");
}

/* RFC 2104; one context serves the inner and the outer hash, which HMAC() does not manage. */
static void
mac(unsigned char out[32], const struct secret *k, const char *purpose, const char *text)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	unsigned char inner[64], outer[64];
	size_t most = 512 - 64, n = strlen(text);
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	pthread_once(&once, sha256_fetch);
	for (size_t i = 0; i < sizeof(inner); i++) {
		unsigned char byte = i < sizeof(k->key) ? k->key[i] : 0;

		inner[i] = byte ^ 0x36;
		outer[i] = byte ^ 0x5c;
	}
	if (!c || !EVP_DigestInit_ex2(c, sha256, NULL) || !EVP_DigestUpdate(c, inner, sizeof(inner)) ||
	    !EVP_DigestUpdate(c, purpose, strlen(purpose) + 1) || !EVP_DigestUpdate(c, text, n < most ? n : most) ||
	    !EVP_DigestFinal_ex(c, out, NULL) || !EVP_DigestInit_ex2(c, sha256, NULL) ||
	    !EVP_DigestUpdate(c, outer, sizeof(outer)) || !EVP_DigestUpdate(c, out, 32) || !EVP_DigestFinal_ex(c, out, NULL))
		die("HMAC-SHA256 failed");
	EVP_MD_CTX_free(c);
	OPENSSL_cleanse(inner, sizeof(inner));
	OPENSSL_cleanse(outer, sizeof(outer));
}

static size_t
base32_number(char *out, uint64_t v)
{
	char rev[16];
	size_t n = 0;

	do
		rev[n++] = base32hex[v & 31];
	while ((v >>= 5));
	for (size_t i = 0; i < n; i++)
		out[i] = rev[n - 1 - i];
	return n;
}

void
tag_write(char out[TAG_MAX + 1], const struct secret *k, int64_t invite, int attempt)
{
	unsigned char m[32];
	size_t n = base32_number(out, (uint64_t)invite);

	out[n++] = '-';
	n += base32_number(out + n, (uint64_t)attempt);
	out[n] = '\0';
	mac(m, k, "tag", out);
	out[n++] = '-';
	for (size_t i = 0; i < MAC_CHARS; i++)
		out[n++] = base32hex[m[i] & 31];
	out[n] = '\0';
}

static int
digit32(int c)
{
	const char *p = c ? strchr(base32hex, c >= 'A' && c <= 'Z' ? c + 32 : c) : NULL;

	return p ? (int)(p - base32hex) : -1;
}

bool
tag_read(const char *tag, size_t len, const struct secret *k, int64_t *invite, int *attempt)
{
	uint64_t v[2] = { 0, 0 };
	char again[TAG_MAX + 1], given[TAG_MAX + 1];
	size_t i = 0;

	if (len > TAG_MAX)
		return false;
	for (int part = 0; part < 2; part++) {
		size_t from = i;

		for (; i < len && digit32((unsigned char)tag[i]) >= 0; i++)
			v[part] = v[part] << 5 | (uint64_t)digit32((unsigned char)tag[i]);
		if (i == from || i - from > 12 || i >= len || tag[i++] != '-')
			return false;
	}
	if (v[1] > 1000000 || v[0] > INT64_MAX)
		return false;
	tag_write(again, k, (int64_t)v[0], (int)v[1]);
	if (strlen(again) != len)
		return false;
	for (i = 0; i < len; i++)
		given[i] = tag[i] >= 'A' && tag[i] <= 'Z' ? (char)(tag[i] + 32) : tag[i];
	if (CRYPTO_memcmp(again, given, len) != 0)
		return false;
	*invite = (int64_t)v[0];
	*attempt = (int)v[1];
	return true;
}

void
sign_text(char out[TOKEN_LEN + 1], const struct secret *k, const char *purpose, const char *text)
{
	unsigned char m[32];

	mac(m, k, purpose, text);
	sixbit(out, m, base64url);
}

bool
sign_check(const char *sig, const struct secret *k, const char *purpose, const char *text)
{
	char want[TOKEN_LEN + 1];

	sign_text(want, k, purpose, text);
	return same_secret(sig, want);
}

bool
same_secret(const char *a, const char *b)
{
	size_t n = strlen(a);

	return n == strlen(b) && CRYPTO_memcmp(a, b, n) == 0;
}

int
secret_load(struct secret *k, const char *path, struct err *e)
{
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) {
		if (RAND_bytes(k->key, sizeof(k->key)) != 1)
			return err_set(e, ERR_SYSTEM, TR("no random numbers to be had", "không lấy được số ngẫu nhiên"));
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 && errno == EEXIST)	/* another process was faster */
			return secret_load(k, path, e);
		if (fd < 0)
			return err_sys(e, TR("cannot write the key file %s", "không ghi được tệp khóa %s"), path);
		n = write(fd, k->key, sizeof(k->key));
		if (n != (ssize_t)sizeof(k->key) || fsync(fd) < 0) {
			err_sys(e, TR("cannot write the key file %s", "không ghi được tệp khóa %s"), path);
			close(fd);
			unlink(path);
			return -1;
		}
		close(fd);
		return 0;
	}
	if (fd < 0)
		return err_sys(e, TR("cannot read the key file %s", "không đọc được tệp khóa %s"), path);
	n = read(fd, k->key, sizeof(k->key));
	close(fd);
	if (n != (ssize_t)sizeof(k->key))
		return err_set(e, ERR_INPUT, TR("the key file %s must hold 32 bytes, it holds %zd",
		    "tệp khóa %s phải có 32 byte, hiện có %zd"), path, n);
	return 0;
}

void
sha256_hex(char out[65], const void *data, size_t len)
{
	unsigned char m[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_Digest(data, len, m, &n, EVP_sha256(), NULL) != 1 || n != 32)
		die("SHA-256 failed");
	for (unsigned i = 0; i < n; i++)
		snprintf(out + i * 2, 3, "%02x", m[i]);
}

int
sha256_file(char out[65], const char *path, int64_t *bytes, struct err *e)
{
	unsigned char m[EVP_MAX_MD_SIZE], *block;
	EVP_MD_CTX *ctx;
	unsigned n = 0;
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	*bytes = 0;
	if (fd < 0)
		return err_sys(e, TR("cannot read %s", "không đọc được %s"), path);
	if (!(ctx = EVP_MD_CTX_new()) || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
		die("SHA-256 failed");
	block = mem_alloc(1 << 16);
	while ((got = read(fd, block, 1 << 16)) > 0 || (got < 0 && errno == EINTR)) {
		if (got < 0)
			continue;
		EVP_DigestUpdate(ctx, block, (size_t)got);
		*bytes += got;
	}
	free(block);
	if (EVP_DigestFinal_ex(ctx, m, &n) != 1 || n != 32)
		die("SHA-256 failed");
	EVP_MD_CTX_free(ctx);
	for (unsigned i = 0; i < n; i++)
		snprintf(out + i * 2, 3, "%02x", m[i]);
	if (got < 0)
		err_sys(e, TR("cannot read %s", "không đọc được %s"), path);
	close(fd);
	return got < 0 ? -1 : 0;
}
