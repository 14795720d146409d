/*
 * sheet.h - a cell of a workbook is text, whatever it looks like.
 *
 * What begins with '=' is shown, never run; what is longer than a cell takes
 * is cut between two characters.
 *
 * Units      UTF-8.
 * Ownership  the sheet and the format are the caller's.
 * Errors     none.
 * Threads    one workbook, one thread.
 * Source     ECMA-376 through libxlsxwriter.
 */
#ifndef THUMOI_ENGINE_SHEET_H
#define THUMOI_ENGINE_SHEET_H

#include <xlsxwriter.h>

#define SHEET_CELL_BYTES 32767		/* of text that a cell may have: fewer than its limit in characters */

void	sheet_text(lxw_worksheet *, lxw_row_t, lxw_col_t, const char *text, lxw_format *);

#endif
