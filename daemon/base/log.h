/*
 * log.h - one line per event: a constant name, then key=value.
 *
 *	log_info("attempt", "invite=%" PRId64 " code=%d text=%s", id, code, log_q(&q, text));
 *
 * error: somebody must act. warn: we will retry. info. debug. Ids rather than
 * addresses: these are people. log_q quotes a foreign text and masks the
 * addresses in it.
 *
 * Units      time is UTC, RFC 3339, to the millisecond.
 * Ownership  log_q writes into the caller's struct log_q.
 * Errors     a line that cannot be written is lost; logging never fails.
 * Threads    any: one write(2) a line.
 * Source     logfmt; Postfix and Cyrus for one line per attempt.
 */
#ifndef THUMOI_BASE_LOG_H
#define THUMOI_BASE_LOG_H

#include <stddef.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

struct log_q { char text[512]; };

void	log_to(int fd, enum log_level most);	/* fd -1: nowhere; default stderr, warn */
int	log_level_parse(const char *word, enum log_level *);
void	log_event(enum log_level, const char *event, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* "text with \"quotes\"", addresses as <address>; borrowed from q. */
const char *log_q(struct log_q *q, const char *text);
/* The same without quotes and backslashes: for the store and for reports. */
const char *log_mask(struct log_q *q, const char *text);

#define log_error(...)	log_event(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)	log_event(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)	log_event(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)	log_event(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
