/*
 * limesurvey_rpc.h - one call to the RemoteControl of a LimeSurvey; for
 * limesurvey*.c only.
 *
 * A call logs in when there is no session, and once more when the survey
 * system has forgotten it. An overloaded server is asked again, but for what
 * may have been done already.
 *
 * Units      none.
 * Ownership  lime_call takes the parameters; its result is the caller's.
 * Errors     NULL with why: ERR_AUTH, ERR_NETWORK, ERR_NOTNOW (switched off).
 * Threads    that of the struct lime.
 * Source     LimeSurvey's application/helpers/remotecontrol; JSON-RPC 1.0.
 */
#ifndef THUMOI_ENGINE_LIMESURVEY_RPC_H
#define THUMOI_ENGINE_LIMESURVEY_RPC_H

#include <jansson.h>

#include "base/log.h"
#include "engine/limesurvey.h"

struct lime {
	struct lime_options o;
	struct httpc *http;
	char *shown;			/* the URL for errors */
	char *key;			/* NULL: no session */
	int64_t n;			/* number of the last call */
};

/* params: what stands behind the session key. once: what may have been done already is not asked again. */
json_t	*lime_call(struct lime *, const char *method, json_t *params, bool once, struct err *);
/* What `status` says in place of a result; NULL: it is one. */
const char *lime_status(json_t *result);
/* Foreign words for a sentence of ours: one line, addresses masked, not too long. */
const char *lime_words(struct log_q *, const char *text);

#endif
