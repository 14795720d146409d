#include "store/note.h"

int
note_insert(struct db *db, int64_t contact, int64_t at, const char *actor, const char *text, struct err *e)
{
	static const char sql[] = "INSERT INTO person_note (contact, at, actor, text) VALUES ($1, $2, $3, $4)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	bind_int(s, 2, at);
	bind_text(s, 3, actor);
	bind_text(s, 4, text);
	return db_run(s, e);
}

int
note_erase(struct db *db, int64_t contact, struct err *e)
{
	static const char sql[] = "DELETE FROM person_note WHERE contact = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	return db_run(s, e);
}
