/*
 * import.h - one roster file into the store: every person accounted for.
 *
 * One transaction a roster: it is imported whole or not at all. The unit is
 * the one that sent the file, never words inside a row.
 *
 * The same person and address again is a duplicate and not counted twice. In
 * another unit's file the record in the person's own unit counts, whatever
 * came first: the unit whose mail domain the address is on; where no domain
 * tells, the first imported. Two people with one address are both invited and
 * both marked shared_address.
 *
 * A later file of a unit replaces its earlier ones, unless it says that it
 * adds to them (`adds`). A person is then recognised by address and name, or
 * by name and sub-unit, and keeps the token; who is not in it any more is
 * marked missing, never deleted. Two people who cannot be told apart are held.
 *
 * A list of corrections (engine/fixlist.h) that comes back is known by its
 * heading: it mends addresses and touches nobody else (engine/mend.h).
 *
 * Units      times are Unix seconds.
 * Ownership  texts of a tally lie in its arena: import_tally_release.
 * Errors     ERR_INPUT for the file, ERR_NOTFOUND for the unit; nothing of
 *            the file is stored then.
 * Threads    reading and judging run on a thread of their own; the store is
 *            touched by the caller's only.
 * Source     the import rules of the trial of 2021.
 */
#ifndef THUMOI_ENGINE_IMPORT_H
#define THUMOI_ENGINE_IMPORT_H

#include "base/conf.h"
#include "engine/judge.h"
#include "engine/layout.h"
#include "store/campaign.h"
#include "store/roster.h"

/* What a person has to look at. */
struct import_row {
	int64_t line, seq;
	const char *name;
	enum disposition disposition;
	enum reason reason;
	const char *email, *suggestion;
};

struct import_options {
	const struct campaign *campaign;
	const struct units *units;
	const struct conf *conf;		/* limits; NULL: the defaults */
	const struct unit *unit;		/* NULL: by the file's name */
	const char *received_from;		/* "" */
	int64_t received_at;			/* 0: now */
	const char *actor;			/* who does it, for the audit; NULL: cli */
	bool adds;				/* the file adds to the unit's others instead of replacing them */
	bool dry_run;				/* everything but the commit */
	void (*row)(const struct import_row *, void *);	/* each held or rejected row, when not NULL */
	void (*progress)(int64_t records, void *);
	void *arg;
};

struct import_tally {
	struct arena arena;
	const struct unit *unit;
	int64_t roster;				/* id; 0 when nothing was stored */
	bool again;				/* these very bytes were imported already */
	int64_t imported_at;			/* then */
	int64_t records, disposition[DISPOSITIONS], reason[REASONS], shared;
	bool replaced;				/* the unit's earlier roster no longer counts */
	int64_t added, changed, unchanged, missing, moved;	/* moved: taken from another unit's file */
	bool corrections;			/* it was a list of corrections ... */
	int64_t mended;				/* ... which gave so many people another address */
	int64_t declared;			/* 0: the file states no total */
	size_t n_gaps;
	struct layout_gap gaps[LAYOUT_GAPS];
	const char *encoding, *columns, *blanked;
	bool lost_letters, damaged, headerless;
};

int	import_roster(struct db *, const struct import_options *, const char *path, struct import_tally *, struct err *);
void	import_tally_release(struct import_tally *);
/* The unit a file name begins with: "T92-can-tho.csv". */
int	import_unit_of(const struct units *, const char *path, const struct unit **, struct err *);

#endif
