/*
 * webhook.h - tells programs elsewhere what happened: signed, in order, again
 * until it is taken.
 *
 * One request is one POST of JSON with 1 to WEBHOOK_EVENTS events:
 *
 *	{"events": [{"id": "evidence-4c1d0f...", "type": "evidence.dsn",
 *	  "at": "2021-09-20T08:30:00Z", "campaign": "par-2021", "unit": "T92",
 *	  "wave": "first", "token": "...", "category": "unknown-user",
 *	  "status": "5.1.1", "grade": "A", "hard": true}]}
 *
 * Types are evidence.KIND (store/evidence.h), wave.WHAT (store/wave_log.h) and
 * answer.recorded. A person is a token: no name and no address ever leaves.
 *
 * webhook-id names the content: the same events tried again have the same id,
 * and each event has an id of its own by which a receiver knows it again.
 * webhook-signature is "v1," and base64 of HMAC-SHA256(secret, id "." time "."
 * body). A secret "whsec_..." is base64; any other is taken as it is.
 *
 * Only 2xx is success. What fails is tried again after 5 s, then three times
 * as long each time up to six hours, a tenth more or less; Retry-After is kept
 * to. After three days it is an error in the log, and goes on. 410 ends it.
 *
 * At least once: what was sent and not recorded as sent, because we were
 * killed between, goes again. In order within evidence, waves and answers.
 * An event of evidence is named by its fingerprint, others by their number.
 *
 * What is rewritten in its row is not told again: a report classified anew, a
 * word withdrawn after it was told. Acceptance of single messages is no event;
 * wave.closed has their number in n.
 *
 * Units      times are Unix seconds.
 * Ownership  none kept.
 * Errors     webhook_run: -1 when the store failed; a receiver that fails is
 *            counted. webhook_try: -1 with what it said.
 * Threads    the thread of the db handle. No socket inside a transaction.
 * Source     Standard Webhooks 1.0.0 (signature, retries, 410).
 */
#ifndef THUMOI_ENGINE_WEBHOOK_H
#define THUMOI_ENGINE_WEBHOOK_H

#include <stdatomic.h>

#include "base/buf.h"
#include "base/httpc.h"
#include "base/lang.h"
#include "store/webhook.h"

#define WEBHOOK_EVENTS 100
#define WEBHOOK_SECRET_LEAST 24		/* characters */

struct webhook_result {
	int64_t events, requests;	/* taken */
	int64_t failed;			/* webhooks that did not take theirs */
};

/*
 * What is due of all of them, one request each in turn; no further turn after
 * a minute, the next run goes on. Signed at the time of the request: now, and
 * what has passed since.
 */
int	webhook_run(struct db *, int64_t now, const atomic_bool *stop, struct webhook_result *, struct err *);
/* One event of type "ping", now, whatever was before. */
int	webhook_ping(struct httpc *, const struct webhook *, int64_t now, struct err *);

/* Is the list of types one that can come? ERR_INPUT with the word that cannot. */
int	webhook_check_events(const char *list, struct err *);
/* Long enough, and base64 where it says so. */
int	webhook_check_secret(const char *secret, struct err *);
int	webhook_check_url(const char *url, bool insecure, struct err *);
bool	webhook_wants(const struct webhook *, const char *type);
/* Calls back for each type: its name and what it means. */
void	webhook_each_type(void (*each)(const char *type, const char *means, void *), void *, enum lang);

/* For tests: base64 of the signature. */
void	webhook_sign(struct buf *, const char *secret, const char *id, int64_t at, const char *body);

#endif
