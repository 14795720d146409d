#include "engine/unit_file.h"

#include "base/csv.h"
#include "base/date.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/units.h"
#include "mail/addr.h"
#include "store/unit.h"

#define PROVIDER_FILE_BYTES (1 << 20)

enum column { CODE, KIND, NAME_VI, NAME_EN, SHORT_VI, ALIASES, DOMAINS, VALID_FROM, VALID_TO, PREDECESSORS, COLUMNS };

static const struct {
	const char *name;
	bool needed;
} columns[COLUMNS] = {
	{ "code", true }, { "kind", true }, { "name_vi", true }, { "name_en", false }, { "short_vi", false },
	{ "aliases", false }, { "email_domains", false }, { "valid_from", false }, { "valid_to", false },
	{ "predecessors", false },
};

struct reader {
	struct db *db;
	struct arena arena;
	struct zone zone;
	size_t at[COLUMNS];	/* where each column stands; SIZE_MAX: not in this file */
	int64_t tree;
	int64_t position;
};

static int
read_heading(struct reader *r, const struct csv_row *row, struct err *e)
{
	for (int c = 0; c < COLUMNS; c++) {
		r->at[c] = SIZE_MAX;
		for (size_t i = 0; i < row->count; i++)
			if (strcmp(csv_cell(row, i), columns[c].name) == 0)
				r->at[c] = i;
		if (columns[c].needed && r->at[c] == SIZE_MAX)
			return err_set(e, ERR_INPUT,
			    TR("the heading has no column '%s': a unit directory begins with code,kind,name_vi,...",
			    "dòng tiêu đề thiếu cột '%s': danh mục đơn vị bắt đầu bằng code,kind,name_vi,..."), columns[c].name);
	}
	return 0;
}

static char *
value(struct reader *r, const struct csv_row *row, enum column c)
{
	return text_squeeze(&r->arena, r->at[c] == SIZE_MAX ? "" : csv_cell(row, r->at[c]));
}

/* Each part between '|' of a list goes to `store`. */
static int
each_part(struct reader *r, int64_t unit, char *list, int (*store)(struct reader *, int64_t, const char *, struct err *),
    struct err *e)
{
	char *part;

	while ((part = strsep(&list, "|"))) {
		part = text_squeeze(&r->arena, part);
		if (*part && store(r, unit, part, e) < 0)
			return -1;
	}
	return 0;
}

static int
store_alias(struct reader *r, int64_t unit, const char *name, struct err *e)
{
	const char *key = units_key(&r->arena, name);

	return *key ? unit_alias_insert(r->db, unit, key, e) : 0;
}

static int
store_domain(struct reader *r, int64_t unit, const char *domain, struct err *e)
{
	struct addr a;

	if (addr_parse(&a, &r->arena, arena_printf(&r->arena, "x@%s", domain), e) < 0)
		return err_wrap(e, TR("mail domain '%s'", "miền thư '%s'"), domain);
	return unit_domain_insert(r->db, unit, a.adomain, e);
}

static int
read_day(struct reader *r, const char *text, enum date_edge edge, int64_t *out, struct err *e)
{
	*out = 0;
	return *text ? date_parse(text, &r->zone, edge, out, e) : 0;
}

static int
read_unit(struct reader *r, const struct csv_row *row, struct err *e)
{
	const char *kind = value(r, row, KIND);
	struct unit u = { .tree = r->tree, .code = value(r, row, CODE), .name_vi = value(r, row, NAME_VI),
	    .name_en = value(r, row, NAME_EN), .short_vi = value(r, row, SHORT_VI), .position = ++r->position,
	    .predecessors = value(r, row, PREDECESSORS) };

	if (!*u.code || !*u.name_vi)
		return err_set(e, ERR_INPUT, TR("code and name_vi must not be empty", "code và name_vi không được để trống"));
	if (strcmp(kind, "ministry") == 0)
		u.kind = UNIT_MINISTRY;
	else if (strcmp(kind, "province") == 0)
		u.kind = UNIT_PROVINCE;
	else
		return err_set(e, ERR_INPUT, TR("kind '%s': write ministry or province", "kind '%s': viết ministry hoặc province"), kind);
	if (!*u.name_en)
		u.name_en = u.name_vi;
	if (!*u.short_vi)
		u.short_vi = u.name_vi;
	if (read_day(r, value(r, row, VALID_FROM), DATE_START, &u.valid_from, e) < 0 ||
	    read_day(r, value(r, row, VALID_TO), DATE_END, &u.valid_to, e) < 0 ||
	    unit_insert(r->db, &u, e) < 0)
		return -1;
	if (store_alias(r, u.id, u.name_vi, e) < 0 || store_alias(r, u.id, u.name_en, e) < 0 ||
	    store_alias(r, u.id, u.short_vi, e) < 0 || each_part(r, u.id, value(r, row, ALIASES), store_alias, e) < 0)
		return -1;
	return each_part(r, u.id, value(r, row, DOMAINS), store_domain, e);
}

static char *
tree_name(struct arena *a, const char *path)
{
	const char *base = file_base(path), *dot = strrchr(base, '.');

	return arena_ndup(a, base, dot && dot != base ? (size_t)(dot - base) : strlen(base));
}

int
unit_file_import(struct db *db, const char *path, int64_t *units, struct err *e)
{
	struct reader r = { .db = db, .arena = ARENA_INIT };
	struct csv in = CSV_INIT;
	struct csv_row row;
	bool heading = false;
	int rc = -1;

	*units = 0;
	if (zone_load(&r.zone, ZONE_DEFAULT, e) < 0 || csv_open(&in, path, e) < 0)
		goto out;
	while ((rc = csv_next(&in, &row, e)) == 1) {
		if (row.count == 0)
			continue;
		if (!heading) {
			rc = read_heading(&r, &row, e);
			if (rc == 0 && (rc = tree_insert(db, tree_name(&r.arena, path), &r.tree, e)) == 0)
				heading = true;
		} else if ((rc = read_unit(&r, &row, e)) == 0) {
			++*units;
			arena_reset(&r.arena);
		}
		if (rc < 0) {
			err_wrap(e, TR("%s line %d", "%s dòng %d"), path, (int)row.line);
			goto out;
		}
	}
	if (rc == 0 && *units == 0)
		rc = err_set(e, ERR_INPUT, TR("%s: no unit in it", "%s: không có đơn vị nào"), path);
out:
	csv_release(&in);
	arena_release(&r.arena);
	return rc;
}

int
provider_file_import(struct db *db, const char *path, int64_t *providers, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct file f = FILE_INIT;
	char *copy, *at, *line;
	int rc = 0, n = 0;

	*providers = 0;
	if (file_read(&f, path, PROVIDER_FILE_BYTES, e) < 0)
		return -1;
	at = copy = mem_ndup(f.data, f.len);
	while (rc == 0 && (line = strsep(&at, "\n"))) {
		struct addr addr;

		n++;
		line = text_squeeze(&a, line);
		if (!*line || *line == '#')
			continue;
		if (addr_parse(&addr, &a, arena_printf(&a, "x@%s", line), e) < 0)
			rc = err_wrap(e, TR("%s line %d: '%s' is no mail domain", "%s dòng %d: '%s' không phải miền thư"), path, n, line);
		else if ((rc = provider_insert(db, addr.adomain, e)) == 0)
			++*providers;
	}
	free(copy);
	file_release(&f);
	arena_release(&a);
	return rc;
}
