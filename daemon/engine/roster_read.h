/*
 * roster_read.h - a roster file as a stream of judged rows.
 *
 * Opens the table, learns its layout from the first records, and judges the
 * address of each person. It knows nothing of other rows or of the store.
 *
 * Units      line and seq count from 1.
 * Ownership  a row's texts lie in the arena the caller passes (judged) or in
 *            the reader until the next row (raw).
 * Errors     ERR_INPUT for a file that is no list, with what to do instead.
 * Threads    one reader, one thread at a time.
 * Source     see csv.h, layout.h, judge.h.
 */
#ifndef THUMOI_ENGINE_ROSTER_READ_H
#define THUMOI_ENGINE_ROSTER_READ_H

#include "base/buf.h"
#include "base/conf.h"
#include "engine/judge.h"
#include "engine/layout.h"

struct read_row {
	int64_t line, seq;
	const char *name, *key;		/* person_key */
	const char *sub_unit, *position;
	const char *reference, *old_email, *given;	/* of a list that was sent out for correction; given: the corrected cell */
	struct judgement judged;
	const char *raw;		/* not terminated */
	size_t raw_len;
};

struct roster_reader {
	struct csv csv;
	struct layout layout;
	struct judge *judge;
	int64_t seq;

	struct arena arena;		/* the sample */
	struct csv_row *sample;
	size_t n_sample, at_sample;
	bool ended;
	bool joins;			/* some names go on in the row below */
	bool ahead;			/* `next` has been read already */
	struct csv_row next;
	struct arena pair[2];		/* the record and the one ahead of it, when joining */
	int turn;
	struct buf raw;
	struct arena scratch;
};

int	roster_open(struct roster_reader *, const char *path, const struct units *, const struct unit *sender,
	    const struct conf *, struct err *);
/* The same for bytes in memory. */
int	roster_open_memory(struct roster_reader *, const void *data, size_t len, const struct units *,
	    const struct unit *sender, struct err *);
int	roster_next(struct roster_reader *, struct arena *, struct read_row *, struct err *);	/* 1 row, 0 end, -1 */
void	roster_close(struct roster_reader *);

#endif
