#include "engine/coverage.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/heading.h"
#include "engine/person.h"
#include "store/audit.h"
#include "store/contact.h"
#include "store/evidence.h"
#include "store/expected.h"

#define HEADER_WITHIN 15	/* records */

/* --- the file ----------------------------------------------------------------- */

enum field { UNIT, SUB_UNIT, LEVEL, FIELDS };

struct reader {
	struct db *db;
	const struct units *units;
	struct arena arena;
	int at[FIELDS];
	const struct unit **seen;	/* units the file has named, whose old list is gone */
	int64_t *counts;
	size_t n_seen, cap_seen, cap_counts;
	int64_t sub_units;
};

static enum field
field_of(const char *key)
{
	static const struct { const char *key; enum field field; } names[] = {
		{ "unit", UNIT }, { "code", UNIT }, { "ma", UNIT }, { "ma don vi", UNIT }, { "don vi", UNIT }, { "bo tinh", UNIT },
		{ "tinh", UNIT }, { "sub unit", SUB_UNIT }, { "don vi truc thuoc", SUB_UNIT }, { "co quan chuyen mon", SUB_UNIT },
		{ "so ban nganh", SUB_UNIT }, { "phong ban", SUB_UNIT }, { "department", SUB_UNIT }, { "level", LEVEL }, { "cap", LEVEL },
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(names[i].key, key) == 0)
			return names[i].field;
	return FIELDS;
}

static bool
read_heading(struct reader *r, const struct csv_row *row)
{
	for (int f = 0; f < FIELDS; f++)
		r->at[f] = -1;
	for (size_t i = 0; i < row->count; i++) {
		enum field f = field_of(heading_key(&r->arena, row->cell[i].s));

		if (f < FIELDS && r->at[f] < 0)
			r->at[f] = (int)i;
	}
	return r->at[UNIT] >= 0 && r->at[SUB_UNIT] >= 0;
}

static const char *
value(struct reader *r, const struct csv_row *row, enum field f)
{
	return r->at[f] < 0 ? "" : text_squeeze(&r->arena, csv_cell(row, (size_t)r->at[f]));
}

static int
read_row(struct reader *r, const struct csv_row *row, struct err *e)
{
	const char *unit = value(r, row, UNIT), *name = value(r, row, SUB_UNIT);
	const struct unit *u;
	size_t i = 0;

	if (!*unit && !*name)
		return 0;
	if (units_resolve(r->units, unit, &u, e) < 0)
		return -1;
	if (!*name)
		return err_set(e, ERR_INPUT, TR("the sub-unit is missing", "thiếu tên đơn vị trực thuộc"));
	while (i < r->n_seen && r->seen[i] != u)
		i++;
	if (i == r->n_seen) {
		r->seen = mem_room(r->seen, r->n_seen, &r->cap_seen, sizeof(*r->seen));
		r->counts = mem_room(r->counts, r->n_seen, &r->cap_counts, sizeof(*r->counts));
		r->seen[r->n_seen] = u;
		r->counts[r->n_seen++] = 0;
		if (expected_clear(r->db, u->id, e) < 0)
			return -1;
	}
	r->sub_units++;
	return expected_insert(r->db, &(struct expected){ u->id, ++r->counts[i], name, value(r, row, LEVEL) }, e);
}

static int
read_all(struct reader *r, const char *path, struct err *e)
{
	struct csv in = CSV_INIT;
	struct csv_row row;
	bool heading = false;
	int64_t records = 0;
	int rc = csv_open(&in, path, e);

	while (rc == 0 && (rc = csv_next(&in, &row, e)) == 1) {
		rc = 0;
		if (heading)
			rc = read_row(r, &row, e);
		else if (!(heading = read_heading(r, &row)) && ++records > HEADER_WITHIN)
			break;
		if (rc < 0)
			err_wrap(e, TR("%s line %d", "%s dòng %d"), file_base(path), (int)row.line);
	}
	csv_release(&in);
	if (rc >= 0 && (!heading || !r->sub_units))
		rc = err_set(e, ERR_INPUT, TR("%s: no heading with unit and sub_unit, or nothing below it",
		    "%s: không có dòng tiêu đề unit, sub_unit, hoặc bên dưới không có gì"), file_base(path));
	return rc < 0 ? -1 : 0;
}

int
coverage_import(struct db *db, const struct units *units, const char *path, int64_t *n_units, int64_t *sub_units, struct err *e)
{
	struct reader r = { .db = db, .units = units };
	int rc = db_begin(db, e);

	if (rc == 0) {
		if (read_all(&r, path, e) < 0 || audit_add(db, "cli", "coverage import", file_base(path), e) < 0)
			rc = db_abort(db);
		else
			rc = db_commit(db, e);
	}
	*n_units = (int64_t)r.n_seen;
	*sub_units = r.sub_units;
	free(r.seen);
	free(r.counts);
	arena_release(&r.arena);
	return rc;
}

/* --- who has nominated ---------------------------------------------------------- */

/* "Sở Văn hóa, Thể thao và Du lịch" -> "so van hoa the thao va du lich"; a '?' stays. */
static char *
key_of(struct arena *a, const char *name)
{
	char *key = text_fold(a, name), *out = key;

	for (const char *s = key; *s; s++) {
		if (isalnum((unsigned char)*s) || (unsigned char)*s >= 0x80 || *s == '?')
			*out++ = *s;
		else if (out > key && out[-1] != ' ')
			*out++ = ' ';
	}
	while (out > key && out[-1] == ' ')
		out--;
	*out = '\0';
	return key;
}

struct looking {
	struct coverage *to;
	const struct units *units;
};

/* The expected ones of a unit lie together. */
static struct covered *
of_unit(struct coverage *c, const struct unit *u, size_t *n)
{
	size_t i = 0;

	while (i < c->n && c->list[i].unit != u)
		i++;
	for (*n = 0; i + *n < c->n && c->list[i + *n].unit == u; ++*n)
		;
	return *n ? &c->list[i] : NULL;
}

/* That very name; where letters were lost, the only one it can be. */
static struct covered *
find(struct covered *list, size_t n, const char *key)
{
	struct covered *found = NULL;

	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].key, key) == 0)
			return &list[i];
	if (!strchr(key, '?'))
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (*key && person_same(list[i].key, key)) {
			if (found)
				return NULL;
			found = &list[i];
		}
	return found;
}

static struct covered *
match(struct looking *k, struct arena *a, const struct unit *u, struct covered *list, size_t n, const char *sub_unit)
{
	char *key = key_of(a, sub_unit);
	struct covered *found = find(list, n, key);
	const struct unit *named;

	/* The unit's own name behind it, longest first. */
	for (char *p = strchr(key, ' '); !found && p; p = strchr(p + 1, ' '))
		if (units_resolve(k->units, p + 1, &named, NULL) == 0 && named == u)
			found = find(list, n, arena_ndup(a, key, (size_t)(p - key)));
	return found;
}

static int
count_unit(struct looking *k, struct db *db, const struct campaign *campaign, struct coverage_unit *cu, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct contact *people;
	struct covered *list;
	size_t n, n_people;

	list = of_unit(k->to, cu->unit, &n);
	if (contact_of_unit(db, &a, campaign->id, cu->unit->id, &people, &n_people, e) < 0) {
		arena_release(&a);
		return -1;
	}
	for (size_t i = 0; i < n_people; i++) {
		struct covered *x = people[i].missing_since ? NULL : match(k, &a, cu->unit, list, n, people[i].sub_unit);

		if (people[i].missing_since)
			continue;
		cu->people++;
		if (x)
			x->people++;
		else
			cu->outside++;
	}
	cu->expected = (int64_t)n;
	for (size_t i = 0; i < n; i++)
		cu->covered += list[i].people > 0;
	arena_release(&a);
	return 0;
}

int
coverage_look(struct coverage *c, struct db *db, const struct campaign *campaign, const struct units *units, struct err *e)
{
	struct looking k = { c, units };
	struct expected *list;
	size_t n;

	*c = (struct coverage){ .arena = ARENA_INIT };
	if (expected_list(db, &c->arena, campaign->tree, &list, &n, e) < 0)
		return -1;
	c->list = arena_alloc(&c->arena, (n + 1) * sizeof(*c->list));
	c->units = arena_alloc(&c->arena, (n + 1) * sizeof(*c->units));
	for (size_t i = 0; i < n; i++) {
		const struct unit *u = units_by_id(units, list[i].unit);

		if (u)
			c->list[c->n++] = (struct covered){ u, list[i].name, list[i].level, key_of(&c->arena, list[i].name), 0 };
	}
	for (size_t i = 0; i < c->n; i++)
		if (i == 0 || c->list[i].unit != c->list[i - 1].unit) {
			c->units[c->n_units].unit = c->list[i].unit;
			if (count_unit(&k, db, campaign, &c->units[c->n_units++], e) < 0)
				return -1;
		}
	return 0;
}

void
coverage_release(struct coverage *c)
{
	arena_release(&c->arena);
	*c = (struct coverage){ .arena = ARENA_INIT };
}
