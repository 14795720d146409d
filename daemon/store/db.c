#include "store/db.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lang.h"
#include "base/log.h"
#include "store/schema.h"

#define APPLICATION_ID 0x74686d6f	/* "thmo" */
#define BUSY_WAIT_MS 15000
#define PARAMS_MAX 40
#define CHECK_AT_OPEN_BYTES (16 << 20)	/* a larger store is checked by thumoid and `thumoi backup` */

struct stmt {
	struct db *db;
	const char *sql;	/* identity: the address of the text */
	sqlite3_stmt *s;
	int param[PARAMS_MAX + 1];	/* $n -> SQLite's index, 0 when absent */
	int bind_rc;
	bool busy;
	bool once;		/* not in the cache: freed by db_done */
};

struct db {
	sqlite3 *h;
	char *path;
	struct stmt **cache;	/* open addressing, a power of two */
	size_t cap, used;
};

static int
fail(struct db *db, int rc, struct err *e)
{
	int code = rc & 0xff;
	const char *why = db->h ? sqlite3_errmsg(db->h) : sqlite3_errstr(rc);

	switch (code) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(e, ERR_BUSY, TR("the store %s is locked by another process (%s): try again",
		    "kho dữ liệu %s đang bị tiến trình khác khóa (%s): hãy thử lại"), db->path, why);
	case SQLITE_FULL:
		return err_set(e, ERR_FULL, TR("no room left for the store %s: free some disk space",
		    "hết chỗ cho kho dữ liệu %s: hãy giải phóng ổ đĩa"), db->path);
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return err_set(e, ERR_STORE, TR("the store %s cannot be written: check who owns it and the folder around it",
		    "không ghi được kho dữ liệu %s: kiểm tra chủ sở hữu tệp và thư mục chứa nó"), db->path);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(e, ERR_STORE, TR("%s is damaged or not a thumoi store (%s): restore it from a backup",
		    "%s bị hỏng hoặc không phải kho thumoi (%s): hãy khôi phục từ bản sao lưu"), db->path, why);
	case SQLITE_CANTOPEN:
		return err_set(e, ERR_STORE, TR("cannot open the store %s (%s)", "không mở được kho dữ liệu %s (%s)"),
		    db->path, why);
	default:
		return err_set(e, ERR_STORE, TR("store %s: %s", "kho dữ liệu %s: %s"), db->path, why);
	}
}

static int
exec(struct db *db, const char *sql, struct err *e)
{
	int rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : fail(db, rc, e);
}

static int
pragma_int(struct db *db, const char *sql, int64_t *out, struct err *e)
{
	sqlite3_stmt *s;
	int rc = sqlite3_prepare_v2(db->h, sql, -1, &s, NULL);

	*out = 0;
	if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		*out = sqlite3_column_int64(s, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(s);
	return rc == SQLITE_OK ? 0 : fail(db, rc, e);
}

/* "ok" or the first fault of a check pragma. */
static int
integrity(struct db *db, const char *sql, struct err *e)
{
	sqlite3_stmt *s;
	int rc = sqlite3_prepare_v2(db->h, sql, -1, &s, NULL), bad = 0;

	if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *answer = (const char *)sqlite3_column_text(s, 0);

		if (!answer || strcmp(answer, "ok") != 0)
			bad = err_set(e, ERR_STORE,
			    TR("the store %s is damaged (%s): restore it from a backup",
			    "kho dữ liệu %s bị hỏng (%s): hãy khôi phục từ bản sao lưu"), db->path, answer ? answer : "?");
		rc = SQLITE_OK;
	}
	sqlite3_finalize(s);
	return bad ? bad : rc == SQLITE_OK ? 0 : fail(db, rc, e);
}

static int
newer(struct db *db, int64_t version, struct err *e)
{
	return err_set(e, ERR_NEWER,
	    TR("the store %s was written by a newer thumoi (schema %d, this one knows %d): update thumoi",
	    "kho dữ liệu %s do bản thumoi mới hơn ghi (lược đồ %d, bản này biết %d): hãy nâng cấp thumoi"),
	    db->path, (int)version, schema_count);
}

/* Bring the schema up to date: the version is read again under the write lock. */
static int
migrate(struct db *db, struct err *e)
{
	char sql[64];
	int64_t version;

	if (exec(db, "BEGIN IMMEDIATE", e) < 0)
		return -1;
	if (pragma_int(db, "PRAGMA user_version", &version, e) < 0)
		return db_abort(db);
	if (version > schema_count) {
		newer(db, version, e);
		return db_abort(db);
	}
	for (; version < schema_count; version++) {
		if (exec(db, schema_steps[version], e) < 0) {
			err_wrap(e, TR("schema step %d", "bước lược đồ %d"), (int)version + 1);
			return db_abort(db);
		}
		log_info("schema", "step=%d", (int)version + 1);
	}
	snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", schema_count);
	if (exec(db, sql, e) < 0)
		return db_abort(db);
	snprintf(sql, sizeof(sql), "PRAGMA application_id = %d", APPLICATION_ID);
	if (exec(db, sql, e) < 0)
		return db_abort(db);
	return exec(db, "COMMIT", e) < 0 ? db_abort(db) : 0;
}

static int
prepare_store(struct db *db, enum db_mode mode, struct err *e)
{
	int64_t app, version, tables;
	struct stat st;

	sqlite3_busy_timeout(db->h, BUSY_WAIT_MS);
	sqlite3_extended_result_codes(db->h, 1);
	if (exec(db, "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000", e) < 0 ||
	    pragma_int(db, "PRAGMA application_id", &app, e) < 0 ||
	    pragma_int(db, "PRAGMA user_version", &version, e) < 0 ||
	    pragma_int(db, "SELECT count(*) FROM sqlite_master", &tables, e) < 0)
		return -1;
	if (app != APPLICATION_ID && (tables > 0 || mode != DB_CREATE))
		return err_set(e, ERR_INPUT, TR("%s is not a thumoi store: run 'thumoi init' with another path",
		    "%s không phải kho thumoi: chạy 'thumoi init' với đường dẫn khác"), db->path);
	if (version > schema_count)
		return newer(db, version, e);
	if (mode != DB_READ &&
	    exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000", e) < 0)
		return -1;
	if (tables > 0 && stat(db->path, &st) == 0 && st.st_size < CHECK_AT_OPEN_BYTES &&
	    integrity(db, "PRAGMA quick_check(1)", e) < 0)
		return -1;
	if (version == schema_count)
		return 0;
	if (mode == DB_READ)
		return err_set(e, ERR_STORE, TR("the store %s needs to be brought up to date: run 'thumoi init'",
		    "kho dữ liệu %s cần được cập nhật: chạy 'thumoi init'"), db->path);
	return migrate(db, e);
}

/* Nobody reads SQLite's memory statistics; keeping them costs a lock for every allocation. */
static void
configure(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int
db_open(struct db **out, const char *path, enum db_mode mode, struct err *e)
{
	int flags = mode == DB_CREATE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE :
	    mode == DB_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct db *db;
	int rc;

	*out = NULL;
	pthread_once(&once, configure);
	if (mode != DB_CREATE && access(path, F_OK) < 0)
		return err_set(e, ERR_NOTFOUND, TR("there is no store at %s: run 'thumoi init' first",
		    "chưa có kho dữ liệu tại %s: chạy 'thumoi init' trước"), path);
	db = mem_zalloc(sizeof(*db));
	db->path = mem_dup(path);
	rc = sqlite3_open_v2(path, &db->h, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK) {
		fail(db, rc, e);
		db_close(db);
		return -1;
	}
	if (prepare_store(db, mode, e) < 0) {
		db_close(db);
		return -1;
	}
	*out = db;
	return 0;
}

void
db_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db->cap; i++)
		if (db->cache[i]) {
			sqlite3_finalize(db->cache[i]->s);
			free(db->cache[i]);
		}
	free(db->cache);
	sqlite3_close_v2(db->h);
	free(db->path);
	free(db);
}

const char *
db_path(const struct db *db)
{
	return db->path;
}

const char *
db_file(const struct db *db)
{
	const char *name = sqlite3_db_filename(db->h, "main");

	return name && *name ? name : db->path;
}

void
db_wait(struct db *db, int ms)
{
	sqlite3_busy_timeout(db->h, ms ? ms : BUSY_WAIT_MS);
}

static size_t
slot(const struct db *db, const char *sql)
{
	size_t i = ((uintptr_t)sql >> 4) * 0x9E3779B97F4A7C15u >> 32 & (db->cap - 1);

	while (db->cache[i] && db->cache[i]->sql != sql)
		i = (i + 1) & (db->cap - 1);
	return i;
}

static void
cache_grow(struct db *db)
{
	struct stmt **old = db->cache;
	size_t n = db->cap;

	db->cap = n ? n * 2 : 128;
	db->cache = mem_zalloc(db->cap * sizeof(struct stmt *));
	for (size_t i = 0; i < n; i++)
		if (old[i])
			db->cache[slot(db, old[i]->sql)] = old[i];
	free(old);
}

struct stmt *
db_stmt(struct db *db, const char *sql, struct err *e)
{
	struct stmt *s;
	size_t i;
	int rc;

	if (db->used * 2 >= db->cap)
		cache_grow(db);
	i = slot(db, sql);
	if ((s = db->cache[i]) && !s->busy) {
		s->busy = true;
		s->bind_rc = SQLITE_OK;
		return s;
	}
	/* In use further up the stack (a query within its own loop): a second copy. */
	s = mem_zalloc(sizeof(*s));
	s->db = db;
	s->sql = sql;
	s->busy = true;
	s->once = db->cache[i] != NULL;
	rc = sqlite3_prepare_v3(db->h, sql, -1, s->once ? 0 : SQLITE_PREPARE_PERSISTENT, &s->s, NULL);
	if (rc != SQLITE_OK) {
		fail(db, rc, e);
		err_wrap(e, "%.60s...", sql);
		free(s);
		return NULL;
	}
	for (int p = 1; p <= sqlite3_bind_parameter_count(s->s); p++) {
		const char *name = sqlite3_bind_parameter_name(s->s, p);
		long n = name && *name == '$' ? strtol(name + 1, NULL, 10) : 0;

		ASSERT(n >= 1 && n <= PARAMS_MAX);
		s->param[n] = p;
	}
	if (!s->once) {
		db->cache[i] = s;
		db->used++;
	}
	return s;
}

static int
param(struct stmt *s, int n)
{
	ASSERT(n >= 1 && n <= PARAMS_MAX);
	if (!s->param[n])
		PANIC("no parameter $%d in %s", n, s->sql);
	return s->param[n];
}

static void
bound(struct stmt *s, int rc)
{
	if (rc != SQLITE_OK && s->bind_rc == SQLITE_OK)
		s->bind_rc = rc;
}

void
bind_int(struct stmt *s, int n, int64_t v)
{
	bound(s, sqlite3_bind_int64(s->s, param(s, n), v));
}

void
bind_text(struct stmt *stmt, int n, const char *s)
{
	bound(stmt, sqlite3_bind_text(stmt->s, param(stmt, n), s, -1, SQLITE_STATIC));
}

void
bind_blob(struct stmt *s, int n, const void *p, size_t len)
{
	bound(s, sqlite3_bind_blob64(s->s, param(s, n), p ? p : "", len, SQLITE_STATIC));
}

void
bind_null(struct stmt *s, int n)
{
	bound(s, sqlite3_bind_null(s->s, param(s, n)));
}

int
db_step(struct stmt *s, struct err *e)
{
	int rc = s->bind_rc != SQLITE_OK ? s->bind_rc : sqlite3_step(s->s);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	return fail(s->db, rc, e);
}

void
db_done(struct stmt *s)
{
	if (!s)
		return;
	if (s->once) {
		sqlite3_finalize(s->s);
		free(s);
		return;
	}
	sqlite3_reset(s->s);
	sqlite3_clear_bindings(s->s);
	s->busy = false;
}

int64_t
col_int(struct stmt *s, int n)
{
	return sqlite3_column_int64(s->s, n);
}

const char *
col_text(struct stmt *s, int n)
{
	const char *t = (const char *)sqlite3_column_text(s->s, n);

	return t ? t : "";
}

const void *
col_blob(struct stmt *s, int n, size_t *len)
{
	const void *p = sqlite3_column_blob(s->s, n);

	*len = p ? (size_t)sqlite3_column_bytes(s->s, n) : 0;
	return p ? p : "";
}

bool
col_null(struct stmt *s, int n)
{
	return sqlite3_column_type(s->s, n) == SQLITE_NULL;
}

int
col_count(struct stmt *s)
{
	return sqlite3_column_count(s->s);
}

const char *
col_name(struct stmt *s, int n)
{
	return sqlite3_column_name(s->s, n);
}

enum col_kind
col_kind(struct stmt *s, int n)
{
	switch (sqlite3_column_type(s->s, n)) {
	case SQLITE_NULL: return COL_NULL;
	case SQLITE_INTEGER: return COL_INT;
	case SQLITE_BLOB: return COL_BLOB;
	default: return COL_TEXT;
	}
}

int
db_run(struct stmt *s, struct err *e)
{
	int rc;

	if (!s)
		return -1;
	while ((rc = db_step(s, e)) == 1)
		;
	db_done(s);
	return rc;
}

int
db_one_int(struct stmt *s, int64_t *out, struct err *e)
{
	int rc;

	if (!s)
		return -1;
	if ((rc = db_step(s, e)) == 1)
		*out = col_int(s, 0);
	db_done(s);
	return rc;
}

int64_t
db_changes(struct db *db)
{
	return sqlite3_changes64(db->h);
}

int
db_begin(struct db *db, struct err *e)
{
	static const char sql[] = "BEGIN IMMEDIATE";

	return db_run(db_stmt(db, sql, e), e);
}

int
db_snapshot(struct db *db, struct err *e)
{
	static const char sql[] = "BEGIN";

	return db_run(db_stmt(db, sql, e), e);
}

int
db_commit(struct db *db, struct err *e)
{
	static const char sql[] = "COMMIT";

	if (db_run(db_stmt(db, sql, e), e) < 0)
		return db_abort(db);
	return 0;
}

int
db_abort(struct db *db)
{
	if (!sqlite3_get_autocommit(db->h))
		sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

bool
db_in_transaction(struct db *db)
{
	return !sqlite3_get_autocommit(db->h);
}

int
db_ping(struct db *db, struct err *e)
{
	static const char sql[] = "SELECT count(*) FROM tree";
	int64_t n;

	return db_one_int(db_stmt(db, sql, e), &n, e) == 1 ? 0 : -1;
}

/*
 * Alone with the store, a rollback journal writes new pages once where the
 * write-ahead log writes them twice; with company the log stays, and so do
 * the readers. After a crash either is rolled back by whoever opens next.
 */
static void
try_journal(struct db *db, const char *sql)
{
	sqlite3_busy_timeout(db->h, 0);
	sqlite3_exec(db->h, sql, NULL, NULL, NULL);
	sqlite3_busy_timeout(db->h, BUSY_WAIT_MS);
}

int
db_bulk(struct db *db, bool begin, struct err *e)
{
	try_journal(db, begin ? "PRAGMA journal_mode = DELETE" : "PRAGMA journal_mode = WAL");
	return exec(db, begin ? "PRAGMA foreign_keys = OFF; PRAGMA temp_store = FILE; PRAGMA cache_size = -64000; PRAGMA threads = 2" :
	    "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA threads = 0;"
	    " PRAGMA shrink_memory", e);
}

int
db_overwrite(struct db *db, struct err *e)
{
	return exec(db, "PRAGMA secure_delete = ON", e);
}

int
db_empty_log(struct db *db, struct err *e)
{
	int64_t busy = 0;
	int rc;

	ASSERT(!db_in_transaction(db));
	rc = pragma_int(db, "PRAGMA wal_checkpoint(TRUNCATE)", &busy, e);
	return rc < 0 ? -1 : busy == 0;
}

int
db_backup(struct db *db, const char *to, void (*progress)(int, int), struct err *e)
{
	struct db copy = { .path = mem_dup(to) };
	sqlite3_backup *b = NULL;
	int rc;

	if (access(to, F_OK) == 0) {
		free(copy.path);
		return err_set(e, ERR_INPUT, TR("%s exists already: give a new name for the backup",
		    "%s đã có: hãy đặt tên khác cho bản sao lưu"), to);
	}
	rc = sqlite3_open_v2(to, &copy.h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (rc == SQLITE_OK && (b = sqlite3_backup_init(copy.h, "main", db->h, "main"))) {
		do {
			rc = sqlite3_backup_step(b, 1000);
			if (progress)
				progress(sqlite3_backup_pagecount(b) - sqlite3_backup_remaining(b),
				    sqlite3_backup_pagecount(b));
			if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
				sqlite3_sleep(50);
		} while (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED);
		rc = sqlite3_backup_finish(b);
	} else if (rc == SQLITE_OK) {
		rc = sqlite3_errcode(copy.h);
	}
	/* A backup is one file: out of WAL mode, and proven to be whole. */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(copy.h, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		fail(&copy, rc, e);
	else if (integrity(&copy, "PRAGMA integrity_check(1)", e) < 0)
		rc = SQLITE_CORRUPT;
	sqlite3_close_v2(copy.h);
	if (rc != SQLITE_OK)
		unlink(to);
	free(copy.path);
	return rc == SQLITE_OK ? 0 : -1;
}
