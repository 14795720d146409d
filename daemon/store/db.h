/*
 * db.h - one handle on the store, statements kept ready, transactions.
 *
 * SQL stands inside the function that needs it, as a `static const char []`:
 * statements are cached by the address of their text. Parameters are $1, $2
 * ... so that the same text serves PostgreSQL. Every db_stmt is ended by
 * db_done, on every path.
 *
 * A transaction has one owner: engine functions begin and commit, store
 * functions never do. db_begin takes the write lock at once (BEGIN IMMEDIATE).
 * No socket is touched before the commit.
 *
 * Units      times are Unix seconds, UTC.
 * Ownership  col_text is borrowed until the next db_step or
 *            db_done; bind_text does not copy: the text must live until then.
 * Errors     ERR_STORE, ERR_BUSY (locked beyond the wait), ERR_FULL, ERR_NEWER,
 *            ERR_NOTFOUND (no such store). A bad bind is reported by db_step.
 * Threads    one handle belongs to one thread for life.
 * Source     SQLite 3.40 C API; write-ahead log, synchronous=FULL.
 */
#ifndef THUMOI_STORE_DB_H
#define THUMOI_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

struct db;
struct stmt;

enum db_mode {
	DB_READ,	/* nothing will be written */
	DB_WRITE,	/* the store must exist; it is brought up to date */
	DB_CREATE,	/* made when it is not there */
};

int	db_open(struct db **, const char *path, enum db_mode, struct err *);
void	db_close(struct db *);			/* NULL is fine */
const char *db_path(const struct db *);		/* as it was given */
const char *db_file(const struct db *);		/* absolute, symbolic links followed: the same for everybody */
void	db_wait(struct db *, int ms);		/* how long to wait for a lock before ERR_BUSY; 0: 15 s, as at the start */

struct stmt *db_stmt(struct db *, const char *sql, struct err *);
void	bind_int(struct stmt *, int n, int64_t v);
void	bind_text(struct stmt *, int n, const char *s);		/* NULL binds NULL */
void	bind_blob(struct stmt *, int n, const void *p, size_t len);
void	bind_null(struct stmt *, int n);
int	db_step(struct stmt *, struct err *);			/* 1 row, 0 end, -1 error */
void	db_done(struct stmt *);
int64_t	col_int(struct stmt *, int n);				/* columns count from 0; NULL reads 0 */
const char *col_text(struct stmt *, int n);			/* NULL reads "" */
const void *col_blob(struct stmt *, int n, size_t *len);	/* borrowed as a text is; "" when empty */
bool	col_null(struct stmt *, int n);
/* For who takes a row as it is: how many columns, what each is called and holds. */
enum col_kind { COL_NULL, COL_INT, COL_TEXT, COL_BLOB };
int	col_count(struct stmt *);
const char *col_name(struct stmt *, int n);			/* borrowed as a text is */
enum col_kind col_kind(struct stmt *, int n);

/* A statement whose parameters are bound already: run to the end. 0 or -1; ends it. */
int	db_run(struct stmt *, struct err *);
/* The first column of the first row: 1 found, 0 none, -1 error; ends it. */
int	db_one_int(struct stmt *, int64_t *out, struct err *);
int64_t	db_changes(struct db *);				/* rows the last statement changed */

int	db_begin(struct db *, struct err *);
/* Until db_commit everything read is of one moment; nothing may be written. */
int	db_snapshot(struct db *, struct err *);
int	db_commit(struct db *, struct err *);
int	db_abort(struct db *);					/* rolls back, returns -1 */
bool	db_in_transaction(struct db *);

int	db_ping(struct db *, struct err *);			/* 0: it can be read */
/*
 * Large loads by callers who know that what they refer to is there: more
 * cache, no look-up of every reference. Outside a transaction only.
 */
int	db_bulk(struct db *, bool begin, struct err *);

/* From now on this handle overwrites what it deletes with zeros. */
int	db_overwrite(struct db *, struct err *);
/*
 * The log is written into the store and cut to nothing, so that no old octets stay in it.
 * 1 done, 0 somebody else still reads or writes, -1. Outside a transaction only.
 */
int	db_empty_log(struct db *, struct err *);

int	db_backup(struct db *, const char *to, void (*progress)(int done, int all), struct err *);

#endif
