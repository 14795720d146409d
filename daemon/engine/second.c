#include "engine/second.h"

#include <ctype.h>
#include <inttypes.h>
#include <openssl/rand.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/seal.h"
#include "engine/totp.h"
#include "store/audit.h"
#include "store/second.h"

#define PURPOSE "second factor"
#define RECOVERY_OCTETS 10
#define RECOVERY_CHARS BASE32_CHARS(RECOVERY_OCTETS)

static int
random_octets(void *out, int n, struct err *e)
{
	return RAND_bytes(out, n) == 1 ? 0 : err_set(e, ERR_SYSTEM, TR("no random numbers to be had", "không lấy được số ngẫu nhiên"));
}

/* "ABCD EFGH": people copy it by hand when the camera does not work. */
static const char *
in_groups(struct arena *a, const char *text, char between)
{
	size_t n = strlen(text);
	char *out = arena_alloc(a, n + n / 4 + 1), *p = out;

	for (size_t i = 0; i < n; i++) {
		if (i && i % 4 == 0)
			*p++ = between;
		*p++ = text[i];
	}
	*p = '\0';
	return out;
}

static void
offer(struct second_offer *out, struct arena *a, const struct user *u, const unsigned char secret[TOTP_OCTETS])
{
	char text[BASE32_CHARS(TOTP_OCTETS) + 1];

	base32_write(text, secret, TOTP_OCTETS);
	out->secret = in_groups(a, text, ' ');
	/* A user's name is made of a-z, 0-9 and ._- */
	out->uri = arena_printf(a, "otpauth://totp/thumoi:%s?secret=%s&issuer=thumoi", u->name, text);
}

static int
audit(struct db *db, struct arena *a, const char *actor, const char *action, const struct user *u, struct err *e)
{
	return audit_add(db, actor, action, arena_printf(a, "user=%s", u->name), e);
}

int
second_begin(struct db *db, struct arena *a, const struct secret *k, const struct user *u, struct second_offer *out, struct err *e)
{
	unsigned char secret[TOTP_OCTETS];
	char sealed[SEAL_TEXT_MAX + 1];
	int rc;

	if (random_octets(secret, sizeof(secret), e) < 0)
		return -1;
	seal_make(sealed, k, PURPOSE, u->id, secret, sizeof(secret));
	if (db_begin(db, e) < 0)
		return -1;
	if ((rc = second_put(db, u->id, sealed, clock_now(), e)) == 0)
		rc = err_set(e, ERR_INPUT, TR("the second factor is on already", "xác thực hai lớp đã bật"));
	if (rc < 0)
		return db_abort(db);
	offer(out, a, u, secret);
	explicit_bzero(secret, sizeof(secret));
	return db_commit(db, e);
}

/* 1, or 0: there is none, it does not open, or it has waited too long. */
static int
waiting(struct db *db, struct arena *a, const struct secret *k, const struct user *u, unsigned char secret[TOTP_OCTETS],
    struct err *e)
{
	struct second_row row;
	int rc = second_find(db, a, u->id, &row, e);

	if (rc != 1)
		return rc;
	return !row.confirmed_at && row.begun_at + SECOND_OFFER_S > clock_now() &&
	    seal_open(secret, TOTP_OCTETS, k, PURPOSE, u->id, row.secret);
}

int
second_waiting(struct db *db, struct arena *a, const struct secret *k, const struct user *u, struct second_offer *out, struct err *e)
{
	unsigned char secret[TOTP_OCTETS];
	int rc = waiting(db, a, k, u, secret, e);

	if (rc == 1)
		offer(out, a, u, secret);
	return rc;
}

/* As it is typed, with or without what stands between. */
static const char *
recovery_hash(struct arena *a, const struct user *u, const char *typed)
{
	char text[RECOVERY_CHARS + 2], *hash = arena_alloc(a, 65);
	const char *said;
	size_t n = 0;

	for (; *typed && n <= RECOVERY_CHARS; typed++)
		if (*typed != '-' && *typed != ' ')
			text[n++] = (char)toupper((unsigned char)*typed);
	text[n] = '\0';
	said = arena_printf(a, "%" PRId64 " %s", u->id, text);
	sha256_hex(hash, said, strlen(said));
	return hash;
}

/* Inside a transaction. */
static int
make_recovery(struct db *db, struct arena *a, const struct user *u, const char *out[SECOND_RECOVERY], struct err *e)
{
	unsigned char octets[RECOVERY_OCTETS];
	char text[RECOVERY_CHARS + 1];

	if (recovery_delete(db, u->id, e) < 0)
		return -1;
	for (size_t i = 0; i < SECOND_RECOVERY; i++) {
		if (random_octets(octets, sizeof(octets), e) < 0)
			return -1;
		base32_write(text, octets, sizeof(octets));
		out[i] = in_groups(a, text, '-');
		if (recovery_insert(db, u->id, recovery_hash(a, u, text), e) < 0)
			return -1;
	}
	return 0;
}

int
second_confirm(struct db *db, struct arena *a, const struct secret *k, const struct user *u, const char *code, const char *actor,
    const char *recovery[SECOND_RECOVERY], struct err *e)
{
	unsigned char secret[TOTP_OCTETS];
	int64_t step = 0;
	int rc;

	if (db_begin(db, e) < 0)
		return -1;
	rc = waiting(db, a, k, u, secret, e);
	if (rc == 1 && !totp_right(secret, sizeof(secret), clock_now(), 0, code, &step))
		rc = 0;
	explicit_bzero(secret, sizeof(secret));
	if (rc != 1) {
		db_abort(db);
		return rc;
	}
	if (second_set_confirmed(db, u->id, clock_now(), e) < 0 || second_use(db, u->id, step, e) < 0 ||
	    make_recovery(db, a, u, recovery, e) < 0 || audit(db, a, actor, "second factor on", u, e) < 0)
		return db_abort(db);
	return db_commit(db, e) < 0 ? -1 : 1;
}

/* Inside a transaction; what a wrong code leaves behind is kept, too. */
static int
check(struct db *db, struct arena *a, const struct secret *k, const struct user *u, const char *code, struct err *e)
{
	const char *actor = arena_printf(a, "web:%s", u->name);
	unsigned char secret[TOTP_OCTETS];
	struct second_row row;
	int64_t step = 0;
	bool right;
	int rc = second_find(db, a, u->id, &row, e);

	if (rc != 1 || !row.confirmed_at)
		return rc < 0 ? -1 : 0;
	right = row.failures < SECOND_FAILURES && seal_open(secret, sizeof(secret), k, PURPOSE, u->id, row.secret) &&
	    totp_right(secret, sizeof(secret), clock_now(), row.step, code, &step);
	explicit_bzero(secret, sizeof(secret));
	if (right)
		return second_use(db, u->id, step, e);
	if ((rc = recovery_use(db, u->id, recovery_hash(a, u, code), e)) < 0)
		return -1;
	if ((rc ? second_forgive(db, u->id, e) : second_fail(db, u->id, e)) < 0)
		return -1;
	if (rc == 0 && row.failures >= SECOND_FAILURES)
		return 0;	/* the log has a hundred of them */
	return audit(db, a, actor, rc ? "recovery code used" : "login code wrong", u, e) < 0 ? -1 : rc;
}

int
second_check(struct db *db, struct arena *a, const struct secret *k, const struct user *u, const char *code, struct err *e)
{
	int rc;

	if (db_begin(db, e) < 0)
		return -1;
	if ((rc = check(db, a, k, u, code, e)) < 0)
		return db_abort(db);
	return db_commit(db, e) < 0 ? -1 : rc;
}

int
second_recovery(struct db *db, struct arena *a, const struct user *u, const char *actor, const char *recovery[SECOND_RECOVERY],
    struct err *e)
{
	if (db_begin(db, e) < 0)
		return -1;
	if (make_recovery(db, a, u, recovery, e) < 0 || audit(db, a, actor, "recovery codes made", u, e) < 0)
		return db_abort(db);
	return db_commit(db, e);
}
