#include "engine/focal_file.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/heading.h"
#include "engine/judge.h"
#include "store/audit.h"
#include "store/evidence.h"
#include "store/focal.h"

#define HEADER_WITHIN 15	/* records */

enum field { UNIT, NAME, POSITION, EMAIL, TELEPHONE, ADMIN, FIELDS };

struct row {
	int64_t line;
	const struct unit *unit;
	struct focal f;
	bool faulty;
};

struct reader {
	const struct units *units;
	struct focal_tally *t;
	struct arena arena;
	int at[FIELDS];			/* columns; -1: not in this file */
	struct row *rows;
	size_t n, cap;
	const struct unit *unit;	/* of the row above */
};

__attribute__((format(printf, 3, 4)))
static void
fault(struct reader *r, int64_t line, const char *fmt, ...)
{
	struct focal_tally *t = r->t;
	char text[700];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	t->faults = mem_room(t->faults, t->n_faults, &t->cap_faults, sizeof(*t->faults));
	t->faults[t->n_faults++] = (struct focal_fault){ line, arena_dup(&t->arena, text) };
}

static enum field
field_of(struct arena *a, const char *cell)
{
	const char *key = heading_key(a, cell);
	bool personal;

	if (strstr(key, "admin") || strstr(key, "quan tri"))
		return ADMIN;
	switch (heading_read(a, cell, &personal)) {
	case COL_DEPT:
		return UNIT;
	case COL_NAME:
		return NAME;
	case COL_POSITION:
		return POSITION;
	case COL_EMAIL:
		return EMAIL;
	case COL_PHONE:
		return TELEPHONE;
	default:
		return strcmp(key, "code") == 0 || strcmp(key, "ma") == 0 ? UNIT : FIELDS;
	}
}

static bool
read_heading(struct reader *r, const struct csv_row *row)
{
	for (int f = 0; f < FIELDS; f++)
		r->at[f] = -1;
	for (size_t i = 0; i < row->count; i++) {
		enum field f = field_of(&r->arena, row->cell[i].s);

		if (f < FIELDS && r->at[f] < 0)
			r->at[f] = (int)i;
	}
	return r->at[UNIT] >= 0 && r->at[NAME] >= 0 && r->at[EMAIL] >= 0;
}

static const char *
value(struct reader *r, const struct csv_row *row, enum field f)
{
	return r->at[f] < 0 ? "" : text_squeeze(&r->arena, csv_cell(row, (size_t)r->at[f]));
}

/* An address as a roster would take it: what needs a guess is a fault. */
static const char *
address(struct reader *r, const struct unit *unit, const char *name, const char *cell, int64_t line)
{
	struct judge *j = judge_new(r->units, unit);
	struct judgement v;

	judge_row(j, &r->arena, &(struct judge_in){ .name = name, .email = cell }, &v);
	judge_free(j);
	if (v.disposition == ACCEPT)
		return v.email;
	if (*v.suggestion)
		fault(r, line, TR("%s: %s; meant perhaps: %s", "%s: %s; có lẽ là: %s"), cell, reason_text(v.reason, lang_ui), v.suggestion);
	else
		fault(r, line, "%s%s%s", cell, *cell ? ": " : "", reason_text(v.reason, lang_ui));
	return NULL;
}

static void
read_row(struct reader *r, const struct csv_row *row)
{
	const char *unit = value(r, row, UNIT), *name = value(r, row, NAME), *email = value(r, row, EMAIL),
	    *admin = value(r, row, ADMIN);
	struct row *to;
	struct err e = ERR_INIT;

	if (!*unit && !*name && !*email)
		return;
	r->rows = mem_room(r->rows, r->n, &r->cap, sizeof(*r->rows));
	to = &r->rows[r->n++];
	*to = (struct row){ .line = row->line, .unit = r->unit };
	if (*unit && units_resolve(r->units, unit, &to->unit, &e) < 0) {
		fault(r, row->line, "%s", e.text);
		to->unit = NULL;
	} else if (!to->unit) {
		fault(r, row->line, TR("no unit stands here or above", "không ghi đơn vị ở đây hay ở dòng trên"));
	}
	r->unit = to->unit;
	to->faulty = true;
	if (!to->unit)
		return;
	to->f = (struct focal){ .unit = to->unit->id, .name = name, .position = value(r, row, POSITION),
	    .telephone = value(r, row, TELEPHONE), .admin_email = "" };
	if (!*name) {
		fault(r, row->line, TR("the name is missing", "thiếu họ tên"));
		return;
	}
	if (!(to->f.email = address(r, to->unit, name, email, row->line)))
		return;
	if (*admin && !(to->f.admin_email = address(r, to->unit, "", admin, row->line)))
		return;
	to->faulty = false;
}

/* What another row says differently: of the same mailbox, or of the unit's mail administrator. */
static void
compare(struct reader *r, size_t at)
{
	struct row *row = &r->rows[at];

	for (size_t i = 0; i < at && !row->faulty; i++) {
		struct row *before = &r->rows[i];

		if (before->faulty)
			continue;
		if (strcmp(before->f.email, row->f.email) == 0 && before->unit != row->unit)
			fault(r, row->line, TR("%s is a focal point of %s already, in line %" PRId64,
			    "%s đã là đầu mối của %s ở dòng %" PRId64), row->f.email, before->unit->code, before->line);
		else if (strcmp(before->f.email, row->f.email) == 0 && (strcmp(before->f.name, row->f.name) != 0 ||
		    strcmp(before->f.position, row->f.position) != 0 || strcmp(before->f.telephone, row->f.telephone) != 0))
			fault(r, row->line, TR("line %" PRId64 " says otherwise of %s", "dòng %" PRId64 " ghi khác về %s"), before->line,
			    row->f.email);
		else if (before->unit == row->unit && *before->f.admin_email && *row->f.admin_email &&
		    strcmp(before->f.admin_email, row->f.admin_email) != 0)
			fault(r, row->line, TR("line %" PRId64 " names another mail administrator of %s: %s",
			    "dòng %" PRId64 " ghi quản trị thư khác của %s: %s"), before->line, row->unit->code, before->f.admin_email);
		else
			continue;
		row->faulty = true;
	}
}

static bool
same(const struct focal *a, const struct focal *b)
{
	return a->rank == b->rank && strcmp(a->name, b->name) == 0 && strcmp(a->position, b->position) == 0 &&
	    strcmp(a->telephone, b->telephone) == 0 && strcmp(a->admin_email, b->admin_email) == 0;
}

/* What the file says of one unit, in its order, each mailbox once. */
static size_t
of_unit(struct reader *r, const struct unit *unit, struct focal *out)
{
	const char *admin = "";
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		bool again = false;

		if (r->rows[i].unit != unit)
			continue;
		for (size_t k = 0; k < n; k++)
			again |= strcmp(out[k].email, r->rows[i].f.email) == 0;
		if (*r->rows[i].f.admin_email)
			admin = r->rows[i].f.admin_email;
		if (again)
			continue;
		out[n] = r->rows[i].f;
		out[n].rank = (int64_t)n + 1;
		n++;
	}
	for (size_t k = 0; k < n; k++)
		out[k].admin_email = admin;
	return n;
}

static int
store_unit(struct reader *r, struct db *db, const struct unit *unit, int64_t now, struct err *e)
{
	struct focal *fresh = arena_alloc(&r->arena, (r->n + 1) * sizeof(*fresh)), *old;
	size_t n = of_unit(r, unit, fresh), n_old, kept = 0, alike = 0;

	if (focal_list(db, &r->arena, unit->id, &old, &n_old, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n_old; k++)
			if (strcmp(fresh[i].email, old[k].email) == 0) {
				kept++;
				alike += same(&fresh[i], &old[k]);
			}
	r->t->units++;
	r->t->added += (int64_t)(n - kept);
	r->t->changed += (int64_t)(kept - alike);
	r->t->unchanged += (int64_t)alike;
	r->t->removed += (int64_t)(n_old - kept);
	if (alike == n && n_old == n)
		return 0;
	if (focal_clear(db, unit->id, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (focal_insert(db, &fresh[i], now, e) < 0)
			return -1;
	return 0;
}

static int
store_all(struct reader *r, struct db *db, int64_t now, struct err *e)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct unit *unit = r->rows[i].unit;
		bool before = false, faulty = false;

		for (size_t k = 0; k < r->n; k++) {
			before |= k < i && r->rows[k].unit == unit;
			faulty |= r->rows[k].unit == unit && r->rows[k].faulty;
		}
		if (unit && !before && !faulty && store_unit(r, db, unit, now, e) < 0)
			return -1;
	}
	return audit_add(db, "cli", "focal import", arena_printf(&r->arena, "units=%" PRId64 " added=%" PRId64, r->t->units,
	    r->t->added), e);
}

static int
read_all(struct reader *r, const char *path, struct err *e)
{
	struct csv in = CSV_INIT;
	struct csv_row row;
	bool heading = false;
	int64_t records = 0;
	int rc;

	if ((rc = csv_open(&in, path, e)) == 0) {
		while ((rc = csv_next(&in, &row, e)) == 1) {
			if (heading)
				read_row(r, &row);
			else if (!(heading = read_heading(r, &row)) && ++records > HEADER_WITHIN)
				break;
		}
		if (rc >= 0 && !heading)
			rc = err_set(e, ERR_INPUT, TR("%s: no heading with unit, name and email was found",
			    "%s: không tìm thấy dòng tiêu đề có đơn vị, họ tên và thư điện tử"), file_base(path));
		else if (rc == 0 && r->n == 0)
			rc = err_set(e, ERR_INPUT, TR("%s: nobody stands in it", "%s: không có ai trong tệp"), file_base(path));
		else if (rc < 0)
			err_wrap(e, "%s", file_base(path));
	}
	csv_release(&in);
	return rc;
}

int
focal_file_import(struct db *db, const struct units *units, const char *path, int64_t now, struct focal_tally *t, struct err *e)
{
	struct reader r = { .units = units, .t = t };
	int rc;

	*t = (struct focal_tally){ .arena = ARENA_INIT };
	if ((rc = read_all(&r, path, e)) == 0) {
		for (size_t i = 1; i < r.n; i++)
			compare(&r, i);
		if ((rc = db_begin(db, e)) == 0)
			rc = store_all(&r, db, now, e) < 0 ? db_abort(db) : db_commit(db, e);
	}
	free(r.rows);
	arena_release(&r.arena);
	return rc;
}

void
focal_tally_release(struct focal_tally *t)
{
	free(t->faults);
	arena_release(&t->arena);
	*t = (struct focal_tally){ .arena = ARENA_INIT };
}
