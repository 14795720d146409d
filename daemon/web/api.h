/*
 * api.h - POST /api/v1/answers: a survey system says who has answered.
 *
 * Authorization: Bearer KEY (of api_key_file, or one with the scope answers:
 * engine/apikey.h). The body is one object or an array
 * of {"token": ..., "instrument": ..., "answered_at": ...}; answered_at is
 * optional (RFC 3339, or as date.h reads it) and means "now" when it is not
 * given. The reply has one result for each, in order:
 *
 *	{"results": [{"index": 0, "status": "recorded"}, {"index": 1,
 *	  "status": "unknown_token", "error": "unknown token"}],
 *	 "recorded": 1, "already_known": 0, "refused": 1}
 *
 * 200 when all are good, 422 when one is not (the good ones are recorded all
 * the same), 400 for what is no such JSON, 401 for a wrong key, 429 after too
 * many of them. Repeating a request changes nothing.
 *
 * Units      at most API_ANSWERS in one request.
 * Ownership  api_read puts all into the arena.
 * Errors     api_read: ERR_INPUT with what is expected.
 * Threads    pool threads.
 * Source     RFC 8259, RFC 6750 for the header.
 */
#ifndef THUMOI_WEB_API_H
#define THUMOI_WEB_API_H

#include "engine/answers.h"
#include "web/request.h"

#define API_ANSWERS 1000

int	api_read(struct arena *, const char *json, size_t len, struct answer **, size_t *n, struct err *);
void	api_answers(struct request *);

#endif
