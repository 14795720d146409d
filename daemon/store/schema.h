/*
 * schema.h - the numbered migrations, embedded.
 *
 * schema_steps[0] is schema/0001-*.sqlite.sql, and so on; the build makes the
 * array from the files (scripts/embed-schema). A shipped file is never edited.
 *
 * Units      the store's version is the number of steps it has taken.
 * Ownership  static.
 * Errors     none.
 * Threads    constant.
 * Source     none.
 */
#ifndef THUMOI_STORE_SCHEMA_H
#define THUMOI_STORE_SCHEMA_H

extern const char *const schema_steps[];
extern const int schema_count;

#endif
