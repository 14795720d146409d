/*
 * roster.h - received files and their data records in the store.
 *
 * Every data record is kept, as it came (without the columns that are not
 * needed) and with what was made of it. A roster that a corrected one
 * replaced stays, but no longer counts.
 *
 * Units      times are Unix seconds; line and seq count from 1.
 * Ownership  texts are bound, not kept; those handed to a callback are
 *            borrowed until it returns.
 * Errors     lookups 1 found, 0 none, -1 error; others 0/-1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_ROSTER_H
#define THUMOI_STORE_ROSTER_H

#include "store/db.h"

struct roster {
	int64_t id, campaign, unit;
	const char *file;		/* base name */
	const char *sha256;
	int64_t bytes;
	const char *received_from;
	int64_t received_at, imported_at;
	const char *encoding, *delimiter;
	const char *columns, *blanked;
	int64_t records;
	int64_t declared;		/* 0: not stated */
	int64_t replaces;		/* 0: none */
};

struct roster_row {
	int64_t roster, seq, line;
	const char *file, *unit_code;	/* filled by roster_rows_each only */
	const char *delimiter, *columns;	/* ... and so are these: how raw is to be read, as in struct roster */
	const char *name, *email, *alternate;
	const char *disposition, *reason, *warnings, *suggestion;
	const char *raw;
	size_t raw_len;
	int64_t contact;		/* 0: none */
};

int	roster_insert(struct db *, struct roster *, struct err *);	/* fills id */
int	roster_finish(struct db *, const struct roster *, struct err *);	/* records, declared */
/* The unit's rosters that count, oldest first, in the arena; without delimiter, columns and what they declare. */
int	roster_counting(struct db *, struct arena *, int64_t campaign, int64_t unit, struct roster **, size_t *n, struct err *);
/* 1: one was imported since then, 0, -1. */
int	roster_since(struct db *, int64_t campaign, int64_t at, struct err *);
int	roster_count_by(struct db *, int64_t campaign, int64_t at, int64_t *before, int64_t *since, struct err *);	/* files */
int	roster_set_replaced(struct db *, int64_t id, int64_t by, struct err *);
int	roster_row_insert(struct db *, const struct roster_row *, struct err *);
/* An accepted row turns out to repeat a person of another unit. */
int	roster_row_set_duplicate(struct db *, int64_t roster, int64_t seq, const char *reason, int64_t contact, struct err *);
int	roster_row_set_warnings(struct db *, int64_t roster, int64_t seq, const char *warnings, struct err *);
struct row_origin {		/* a row as it came, and how that is to be read */
	const char *file, *raw, *delimiter, *columns;
	int64_t line;
	const char *suggestion;
};
int	roster_row_origin(struct db *, struct arena *, int64_t roster, int64_t seq, struct row_origin *, struct err *);	/* 1, 0, -1 */
/*
 * The rows of all rosters that count, by roster, then seq, until the callback
 * returns non-zero.
 */
int	roster_rows_each(struct db *, int64_t campaign, int (*each)(const struct roster_row *, void *), void *, struct err *);

/* ---- for who looks at files and rows ---- */

struct roster_seen {			/* a file, and what became of its records */
	struct roster r;
	const char *unit_code;
	int64_t replaced_by;		/* 0: it counts */
	int64_t accepted, held, rejected, repeated;
};

/* Files of a campaign by unit, then by age. unit 0, disposition "": any; else only files with such a row. */
struct roster_choice {
	int64_t campaign, unit;
	const char *disposition;
};

int	roster_each(struct db *, const struct roster_choice *, int (*each)(const struct roster_seen *, void *), void *, struct err *);
int	roster_by_id(struct db *, struct arena *, int64_t id, struct roster_seen *, struct err *);	/* 1, 0, -1 */
/*
 * Rows of one file behind seq `after`, or (backwards) the last before seq
 * `before`; in any case `each` sees them from the first to the last.
 * disposition "": all.
 */
struct row_choice {
	int64_t roster;
	const char *disposition;
	int64_t after, before;		/* before 0: forwards */
	int64_t most;
};

int	roster_rows_near(struct db *, const struct row_choice *, int (*each)(const struct roster_row *, void *), void *, struct err *);
/* How many rows of that disposition ("": all) stand before seq; 0 or -1. */
int	roster_rows_before(struct db *, int64_t roster, const char *disposition, int64_t seq, int64_t *n, struct err *);
int	roster_row_by_seq(struct db *, struct arena *, int64_t roster, int64_t seq, struct roster_row *, struct err *);	/* 1, 0, -1 */
/* A held row whose suggestion a person has confirmed. 1, 0 it is not held any more, -1. */
int	roster_row_set_accepted(struct db *, int64_t roster, int64_t seq, const char *reason, const char *email,
	    const char *warnings, struct err *);

#endif
