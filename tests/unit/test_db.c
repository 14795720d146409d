/* The store opens, refuses what it must, backs up, and rolls back. */
#include "support/check.h"

#include <stdlib.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store/db.h"
#include "store/schema.h"

static bool
does(sqlite3 *h, const char *sql)
{
	if (sqlite3_exec(h, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	puts(sqlite3_errmsg(h));
	return false;
}

/* A store as each version before this one left it is brought up to date, and keeps what is in it. */
static void
test_upgrade(const char *dir)
{
	static const char kept[] = "SELECT count(*) FROM provider WHERE domain = 'old.example'";
	static const char marks[] = "PRAGMA application_id = 1953000815";
	static const char tables[] = "SELECT count(*) FROM sqlite_master WHERE type = 'table'";
	char path[96], sql[64];
	int64_t n = 0, all = 0;

	for (int version = schema_count; version >= 1; version--) {
		struct err e = ERR_INIT;
		struct db *db;
		sqlite3 *h;

		snprintf(path, sizeof(path), "%s/version-%d.db", dir, version);
		CHECK(sqlite3_open(path, &h) == SQLITE_OK, path);
		for (int i = 0; i < version; i++)
			CHECK(does(h, schema_steps[i]), path);
		snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", version);
		CHECK(does(h, sql) && does(h, marks) && does(h, "INSERT INTO provider (domain) VALUES ('old.example')"), path);
		sqlite3_close(h);
		if (!CHECK_INT(db_open(&db, path, DB_WRITE, &e), 0, path)) {
			puts(e.text);
			continue;
		}
		CHECK_INT(db_one_int(db_stmt(db, kept, &e), &n, &e), 1, path);
		CHECK_INT(n, 1, "what was there is there still");
		CHECK_INT(db_one_int(db_stmt(db, tables, &e), &n, &e), 1, path);
		all = all ? all : n;
		CHECK_INT(n, all, "and what is new");
		db_close(db);
	}
}

int
main(void)
{
	static const char put[] = "INSERT INTO provider (domain) VALUES ($1)";
	static const char count[] = "SELECT count(*) FROM provider WHERE domain <> $2 AND domain <> $1";
	static const char version[] = "PRAGMA user_version = 99";
	char dir[] = "/tmp/thumoi-db-XXXXXX", path[64], copy[64];
	struct err e = ERR_INIT;
	struct stmt *s;
	struct db *db;
	int64_t n = -1;

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/s.db", dir);
	snprintf(copy, sizeof(copy), "%s/copy.db", dir);
	CHECK_INT(db_open(&db, path, DB_WRITE, &e), -1, "no store yet");
	CHECK_INT(e.code, ERR_NOTFOUND, "and that is what is said");
	if (!CHECK_INT(db_open(&db, path, DB_CREATE, &e), 0, "created")) {
		puts(e.text);
		return check_done();
	}
	CHECK_INT(db_begin(db, &e), 0, "begin");
	s = db_stmt(db, put, &e);
	bind_text(s, 1, "gmail.example");
	CHECK_INT(db_run(s, &e), 0, "insert");
	db_abort(db);
	s = db_stmt(db, count, &e);
	bind_text(s, 2, "a");
	bind_text(s, 1, "b");
	CHECK_INT(db_one_int(s, &n, &e), 1, "parameters by number, not by place");
	CHECK_INT(n, 0, "rolled back");
	s = db_stmt(db, put, &e);
	bind_text(s, 1, "gmail.example");
	CHECK_INT(db_run(s, &e), 0, "insert again");
	CHECK_INT(db_backup(db, copy, NULL, &e), 0, "backup");
	CHECK_INT(db_backup(db, copy, NULL, &e), -1, "a backup is never overwritten");
	CHECK_INT(db_run(db_stmt(db, version, &e), &e), 0, "pretend to be newer");
	db_close(db);
	CHECK_INT(db_open(&db, path, DB_WRITE, &e), -1, "a newer store is refused");
	CHECK_INT(e.code, ERR_NEWER, "as newer");
	CHECK_INT(db_open(&db, copy, DB_WRITE, &e), 0, "the backup opens");
	db_close(db);
	if (truncate(copy, 8192) == 0) {
		CHECK_INT(db_open(&db, copy, DB_WRITE, &e), -1, "a damaged store is refused");
		CHECK_INT(e.code, ERR_STORE, "as damaged");
	}
	test_upgrade(dir);
	snprintf(path, sizeof(path), "rm -rf '%s'", dir);
	return system(path) == 0 ? check_done() : 1;
}
