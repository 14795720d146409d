/*
 * second.h - the second factor of an account: begun, confirmed, asked for.
 *
 *	second_begin	a new secret, for the app on the telephone
 *	second_confirm	the first code was right: from now on one is asked for,
 *			and there are recovery codes, which are shown this once
 *	second_check	at log-in: a code, or a recovery code
 *
 * It is taken off by users_second_off.
 *
 * The secret lies sealed in the store (base/seal.h); without the key file the
 * codes cannot be computed, and an administrator has to take the factor off. A
 * recovery code has 80 random bits, of which a hash is kept.
 *
 * Whoever is asked for a code knows the password already. After SECOND_FAILURES
 * wrong ones without a right one only a recovery code is taken; each wrong one
 * stands in the audit log.
 *
 * Units      Unix seconds.
 * Ownership  texts lie in the arena of the caller.
 * Errors     as said: 1 right, 0 wrong, -1 with an err. With two tries of the
 *            same code at once one is right.
 * Threads    the thread of the db handle; begins and commits by itself.
 * Source     engine/totp.h; the URI: Google Authenticator's "Key URI format"; NIST SP
 *            800-63B 5.2.2 (at most a hundred failures).
 */
#ifndef THUMOI_ENGINE_SECOND_H
#define THUMOI_ENGINE_SECOND_H

#include "base/token.h"
#include "store/user.h"

#define SECOND_RECOVERY 10
#define SECOND_FAILURES 100
#define SECOND_OFFER_S 1800		/* so long a secret that was begun can be confirmed */

struct second_offer {
	const char *secret;		/* base 32, in groups of four */
	const char *uri;		/* otpauth://totp/..., for a QR code */
};

/* ERR_INPUT when there is a confirmed one. */
int	second_begin(struct db *, struct arena *, const struct secret *, const struct user *, struct second_offer *, struct err *);
/* The one that was begun and waits for its first code. 1/0/-1 */
int	second_waiting(struct db *, struct arena *, const struct secret *, const struct user *, struct second_offer *, struct err *);
int	second_confirm(struct db *, struct arena *, const struct secret *, const struct user *, const char *code, const char *actor,
	    const char *recovery[SECOND_RECOVERY], struct err *);
int	second_check(struct db *, struct arena *, const struct secret *, const struct user *, const char *code, struct err *);
/* New recovery codes; those there were work no more. */
int	second_recovery(struct db *, struct arena *, const struct user *, const char *actor, const char *recovery[SECOND_RECOVERY],
	    struct err *);

#endif
