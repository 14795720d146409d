/*
 * fixref.h - the short code by which a row of a list of corrections names its
 * person when it comes back.
 *
 * It is no secret and opens nothing: the personal token never goes to an
 * office. It survives spreadsheets (no date, no number, no formula), and its
 * last digits tell a slip of the pen from another person.
 *
 * Units      TM1042K381: contact 1042.
 * Ownership  the caller's room.
 * Errors     fixref_read: 0 for what is none of this campaign.
 * Threads    pure.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_FIXREF_H
#define THUMOI_ENGINE_FIXREF_H

#include <stdint.h>

#define FIXREF_MAX 32

void	fixref_write(char out[FIXREF_MAX], int64_t campaign, int64_t contact);
int64_t	fixref_read(const char *s, int64_t campaign);		/* spaces and small letters do no harm */

#endif
