#include "base/seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/mem.h"

#define NONCE 12
#define TAG 16

static void
key_of(unsigned char key[32], const struct secret *k, const char *purpose)
{
	unsigned n = 32;

	if (!HMAC(EVP_sha256(), k->key, sizeof(k->key), (const unsigned char *)purpose, strlen(purpose), key, &n) || n != 32)
		die("HMAC-SHA256 failed");
}

void
seal_make(char out[SEAL_TEXT_MAX + 1], const struct secret *k, const char *purpose, int64_t owner, const void *data, size_t len)
{
	unsigned char key[32], box[NONCE + SEAL_MOST + TAG];
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n = 0, more = 0;

	ASSERT(len <= SEAL_MOST);
	key_of(key, k, purpose);
	if (!c || RAND_bytes(box, NONCE) != 1 || !EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, box) ||
	    !EVP_EncryptUpdate(c, NULL, &n, (const unsigned char *)&owner, sizeof(owner)) ||
	    !EVP_EncryptUpdate(c, box + NONCE, &n, data, (int)len) || !EVP_EncryptFinal_ex(c, box + NONCE + n, &more) ||
	    !EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, box + NONCE + len))
		die("AES-256-GCM failed");
	EVP_CIPHER_CTX_free(c);
	for (size_t i = 0; i < NONCE + len + TAG; i++)
		snprintf(out + 2 * i, 3, "%02x", box[i]);
	OPENSSL_cleanse(key, sizeof(key));
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
unhex(unsigned char *out, size_t n, const char *s)
{
	if (strlen(s) != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = digit(s[2 * i]), low = digit(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

bool
seal_open(void *out, size_t len, const struct secret *k, const char *purpose, int64_t owner, const char *sealed)
{
	unsigned char key[32], box[NONCE + SEAL_MOST + TAG], plain[SEAL_MOST + TAG];
	EVP_CIPHER_CTX *c;
	int n = 0, more = 0;
	bool good;

	if (len > SEAL_MOST || !unhex(box, NONCE + len + TAG, sealed))
		return false;
	if (!(c = EVP_CIPHER_CTX_new()))
		die("out of memory");
	key_of(key, k, purpose);
	good = EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, box) &&
	    EVP_DecryptUpdate(c, NULL, &n, (const unsigned char *)&owner, sizeof(owner)) &&
	    EVP_DecryptUpdate(c, plain, &n, box + NONCE, (int)len) &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, box + NONCE + len) && EVP_DecryptFinal_ex(c, plain + n, &more);
	if (good)
		memcpy(out, plain, len);
	EVP_CIPHER_CTX_free(c);
	OPENSSL_cleanse(key, sizeof(key));
	OPENSSL_cleanse(plain, sizeof(plain));
	return good;
}
