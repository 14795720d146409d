/*
 * survey.h - the survey system of the town, an HTTP server on loopback.
 *
 * GET  /form/KEY?token=T	the form
 * POST /form/KEY		done: most people are led back to thumoi by the
 *				signed return link, some close the window before
 *
 * What nobody was led back for is told later in one batch, as a survey system
 * would do by night.
 *
 * Units      times are Unix seconds of the driven clock.
 * Ownership  survey_start/survey_stop.
 * Errors     as said.
 * Threads    a thread of libmicrohttpd serves; the calls are safe from any.
 * Source     design.md section 4 (the signed return link).
 */
#ifndef THUMOI_POSTOFFICE_SURVEY_H
#define THUMOI_POSTOFFICE_SURVEY_H

#include <stddef.h>

#include "base/err.h"
#include "base/token.h"

struct survey;

/* site: where thumoi's public pages are, without a slash at the end. batch_percent: who closes the window. */
int	survey_start(struct survey **, int port, const char *site, const struct secret *, int batch_percent, struct err *);
int	survey_port(const struct survey *);
/* Some of what no return link told yet, as JSON for POST /api/v1/answers; NULL: nothing. Yours. */
char	*survey_batch(struct survey *, size_t *n);
size_t	survey_answers(struct survey *);	/* forms finished so far */
void	survey_stop(struct survey *);		/* NULL is fine */

#endif
