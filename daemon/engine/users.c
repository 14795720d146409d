#include "engine/users.h"

#include <ctype.h>

#include "base/clock.h"
#include "base/lang.h"
#include "engine/access.h"
#include "store/audit.h"
#include "store/second.h"
#include "store/unit.h"

#define NAME_MOST 40

int
users_check_name(const char *name, enum lang l, struct err *e)
{
	for (const char *p = name; *p; p++)
		if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && !strchr("._-", *p))
			return err_set(e, ERR_INPUT, TRL(l, "'%s': a name is made of a-z, 0-9 and ._-", "'%s': tên chỉ gồm a-z, 0-9 và ._-"), name);
	return *name && strlen(name) <= NAME_MOST ? 0 : err_set(e, ERR_INPUT, TRL(l, "a name has 1 to %d characters",
	    "tên dài từ 1 đến %d ký tự"), NAME_MOST);
}

static int
check_role(const struct hand *h, const char *word, const char *unit, struct err *e)
{
	enum lang l = h->lang;
	enum role role;
	int rc;

	if (!role_parse(word, &role))
		return err_set(e, ERR_INPUT, TRL(l, "no role '%s': administrator, operator, focal or viewer",
		    "không có vai trò '%s': administrator, operator, focal hoặc viewer"), word);
	if ((role == ROLE_FOCAL) != (*unit != '\0'))
		return err_set(e, ERR_INPUT, role == ROLE_FOCAL ? TRL(l, "a focal point needs the code of a unit", "đầu mối cần mã đơn vị") :
		    TRL(l, "only a focal point has a unit", "chỉ đầu mối mới có đơn vị"));
	if (!*unit)
		return 0;
	rc = unit_code_known(h->db, unit, e);
	return rc == 1 ? 0 : rc < 0 ? -1 : err_set(e, ERR_INPUT, TRL(l, "no unit has the code '%s'", "không có đơn vị mang mã '%s'"), unit);
}

int
users_create(const struct hand *h, struct user *u, const char *password, struct err *e)
{
	const char *detail;

	u->unit = u->unit ? u->unit : "";
	u->created_at = clock_now();
	detail = arena_printf(h->arena, "user=%s role=%s unit=%s", u->name, u->role, u->unit);
	if (users_check_name(u->name, h->lang, e) < 0 || check_role(h, u->role, u->unit, e) < 0 ||
	    password_make(h->arena, u->name, password, h->lang, &u->password, e) < 0 || db_begin(h->db, e) < 0)
		return -1;
	if (user_insert(h->db, u, e) < 0) {
		if (e && e->code == ERR_INPUT)
			err_set(e, ERR_INPUT, TRL(h->lang, "there is a user '%s' already", "đã có người dùng '%s'"), u->name);
		return db_abort(h->db);
	}
	return audit_add(h->db, h->actor, "user add", detail, e) < 0 ? db_abort(h->db) : db_commit(h->db, e);
}

/* What every change ends with: those who are in go out, and the line in the log. rc: of the change itself. */
static int
finish(const struct hand *h, int rc, const struct user *u, const char *keep, const char *what, const char *more, struct err *e)
{
	if (rc < 0 || (keep ? session_delete_others(h->db, u->id, keep, e) : session_delete_of(h->db, u->id, e)) < 0 ||
	    half_delete_of(h->db, u->id, e) < 0 ||
	    audit_add(h->db, h->actor, what, arena_printf(h->arena, "user=%s%s", u->name, more), e) < 0)
		return db_abort(h->db);
	return db_commit(h->db, e);
}

int
users_set_role(const struct hand *h, const struct user *u, const char *role, const char *unit, struct err *e)
{
	unit = unit ? unit : "";
	if (check_role(h, role, unit, e) < 0 || db_begin(h->db, e) < 0)
		return -1;
	return finish(h, user_set_role(h->db, u->id, role, unit, e), u, NULL, "user role",
	    arena_printf(h->arena, " role=%s unit=%s", role, unit), e);
}

int
users_set_disabled(const struct hand *h, const struct user *u, bool disabled, struct err *e)
{
	if (db_begin(h->db, e) < 0)
		return -1;
	return finish(h, user_set_disabled(h->db, u->id, disabled ? clock_now() : 0, e), u, NULL,
	    disabled ? "user disable" : "user enable", "", e);
}

int
users_set_password(const struct hand *h, const struct user *u, const char *password, const char *keep, struct err *e)
{
	const char *kept;

	if (password_make(h->arena, u->name, password, h->lang, &kept, e) < 0 || db_begin(h->db, e) < 0)
		return -1;
	return finish(h, user_set_password(h->db, u->id, kept, e), u, keep, "user passwd", "", e);
}

int
users_end_sessions(const struct hand *h, const struct user *u, const char *keep, struct err *e)
{
	return db_begin(h->db, e) < 0 ? -1 : finish(h, 0, u, keep, "user logout", "", e);
}

int
users_end_session(const struct hand *h, const struct user *u, const char *key, struct err *e)
{
	if (db_begin(h->db, e) < 0)
		return -1;
	if (session_delete(h->db, key, e) < 0 ||
	    audit_add(h->db, h->actor, "user logout", arena_printf(h->arena, "user=%s sessions=1", u->name), e) < 0)
		return db_abort(h->db);
	return db_commit(h->db, e);
}

int
users_second_off(const struct hand *h, const struct user *u, const char *keep, struct err *e)
{
	return db_begin(h->db, e) < 0 ? -1 : finish(h, second_delete(h->db, u->id, e), u, keep, "second factor off", "", e);
}
