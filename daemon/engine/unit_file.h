/*
 * unit_file.h - unit directories and provider lists from files into the store.
 *
 * A directory is a CSV with a heading line; its name without ending is the
 * name of the tree. Needed columns: code, kind (ministry|province), name_vi.
 * Also read: name_en, short_vi, aliases and email_domains and predecessors
 * ('|' between), valid_from, valid_to (days). Others are left alone.
 * A provider list has one domain a line, '#' begins a remark.
 *
 * A tree, once loaded, is never changed under the campaigns that use it: a
 * corrected directory gets another file name.
 *
 * Units      days are taken in Asia/Ho_Chi_Minh, valid_to until its end.
 * Ownership  nothing is kept.
 * Errors     ERR_INPUT with file, line and what is allowed.
 * Threads    the thread of the db handle; the caller owns the transaction.
 * Source     config/units, config/providers.txt.
 */
#ifndef THUMOI_ENGINE_UNIT_FILE_H
#define THUMOI_ENGINE_UNIT_FILE_H

#include "store/db.h"

int	unit_file_import(struct db *, const char *path, int64_t *units, struct err *);
int	provider_file_import(struct db *, const char *path, int64_t *providers, struct err *);

#endif
