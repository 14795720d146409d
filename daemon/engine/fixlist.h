/*
 * fixlist.h - the addresses that a unit must mend, as a table for that unit:
 * CSV, and a workbook that opens by a click.
 *
 * A row says where the person stands in the unit's own file, what is wrong,
 * what the mail server said, what may be meant, and leaves a cell for the
 * corrected address. The reference names the person when the list comes back
 * (engine/mend.h): by its headings the importer knows it.
 *
 * Every cell is text: what begins with '=' is shown, never run. The CSV has a
 * byte order mark and CR LF, as Excel likes it, and an apostrophe before what
 * would run. In the workbook only the cells to fill in are open; the sheet is
 * protected against slips, without a password.
 *
 * Units      UTF-8.
 * Ownership  appended to the caller's buf.
 * Errors     fixlist_xlsx: ERR_SYSTEM, ERR_FULL.
 * Threads    pure, but for a temporary file.
 * Source     RFC 4180; ECMA-376 through libxlsxwriter.
 */
#ifndef THUMOI_ENGINE_FIXLIST_H
#define THUMOI_ENGINE_FIXLIST_H

#include "base/buf.h"
#include "engine/dossier.h"

struct fixlist {
	const struct campaign *campaign;
	const struct dossier *dossier;
	enum lang lang;
	int64_t now;
};

enum { FIX_REFERENCE, FIX_FILE, FIX_LINE, FIX_SEQ, FIX_NAME, FIX_SUB_UNIT, FIX_EMAIL, FIX_WRONG, FIX_SAID, FIX_SUGGESTION,
	FIX_CORRECTED, FIX_COLUMNS };

const char *fixlist_heading(int column, enum lang);
/* Number n may be 32 octets. The cell of a row, in `number` or borrowed. */
const char *fixlist_cell(const struct fix *, int column, char number[32]);

void	fixlist_csv(struct buf *, const struct fixlist *);
/* The list; on a second sheet who of the unit has not answered. */
int	fixlist_xlsx(struct buf *, const struct fixlist *, struct err *);

#endif
