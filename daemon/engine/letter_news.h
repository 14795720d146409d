/*
 * letter_news.h - what came back about a letter: a bounce, a delay, an
 * automatic reply, an answer.
 *
 * Units      times are Unix seconds.
 * Ownership  nothing is kept.
 * Errors     0 or -1.
 * Threads    the thread of the db handle, in the transaction of the reader of
 *            inbound mail.
 * Source     RFC 3464, 3834, 5965, 8098.
 */
#ifndef THUMOI_ENGINE_LETTER_NEWS_H
#define THUMOI_ENGINE_LETTER_NEWS_H

#include "mail/mreport.h"
#include "store/letter.h"

int	letter_news_record(struct db *, const struct mreport *, int64_t letter, int64_t inbound, int64_t now, struct err *);

#endif
