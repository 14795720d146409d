#include "engine/layout_learn.h"

#include "base/lang.h"
#include "base/text.h"

#define HEADER_WITHIN 40	/* records, blank ones counted */

void
header_score(struct arena *a, const struct csv_row *row, struct scored *s)
{
	bool found[COLUMNS] = { false };

	memset(s, 0, sizeof(*s));
	s->all = true;
	for (size_t i = 0; i < row->count && i < LAYOUT_COLUMNS; i++) {
		const char *cell = row->cell[i].s;

		if (!*text_squeeze(a, cell))
			continue;
		s->filled++;
		if (strchr(cell, '@')) {
			s->score = 0;
			s->all = s->person = false;
			return;
		}
		s->kind[i] = heading_read(a, cell, &s->personal[i]);
		if (s->kind[i] == COL_OTHER)
			s->all = false;
		else if (!found[s->kind[i]]) {
			found[s->kind[i]] = true;
			s->score++;
		}
	}
	s->person = found[COL_NAME] || found[COL_FAMILY] || found[COL_EMAIL] || found[COL_GIVEN];
	s->all &= s->filled > 0;
}

static void
set_heading(struct layout *l, size_t col, const char *cell)
{
	const char *s = text_squeeze(&l->arena, cell);

	if (!*s)
		return;
	l->heading[col] = *l->heading[col] ? arena_printf(&l->arena, "%s - %s", l->heading[col], s) : s;
	if (!*l->heading_key[col])
		l->heading_key[col] = heading_key(&l->arena, cell);
}

static int
first_of(const struct layout *l, enum column kind)
{
	for (size_t i = 0; i < l->width; i++)
		if (l->kind[i] == kind)
			return (int)i;
	return -1;
}

void
header_find_columns(struct layout *l)
{
	/* "Tên" is the given name only beside a family name. */
	if (first_of(l, COL_FAMILY) < 0)
		for (size_t i = 0; i < l->width; i++)
			if (l->kind[i] == COL_GIVEN)
				l->kind[i] = first_of(l, COL_NAME) < 0 ? COL_NAME : COL_OTHER;
	if (first_of(l, COL_FAMILY) >= 0 && first_of(l, COL_GIVEN) < 0 && first_of(l, COL_NAME) < 0)
		l->kind[first_of(l, COL_FAMILY)] = COL_NAME;
	l->name = first_of(l, COL_NAME);
	l->family = first_of(l, COL_FAMILY);
	l->given = first_of(l, COL_GIVEN);
	if (l->family >= 0 && l->given >= 0)
		l->name = -1;
	else
		l->family = l->given = -1;
	l->email = first_of(l, COL_EMAIL);
	l->email2 = first_of(l, COL_EMAIL2);
	l->dept = first_of(l, COL_DEPT);
	l->dept2 = -1;
	for (size_t i = l->width; i-- > 0; )
		if (l->kind[i] == COL_DEPT && (int)i != l->dept)
			l->dept2 = (int)i;
	l->position = first_of(l, COL_POSITION);
	l->order = first_of(l, COL_ORDER);
	l->phone = first_of(l, COL_PHONE);
	l->reference = first_of(l, COL_REFERENCE);
	l->corrected = first_of(l, COL_CORRECTED);
	l->old_email = -1;
	if (l->corrected >= 0) {
		l->old_email = l->email;
		l->email = l->corrected;
		l->email2 = -1;
	}
}

/* Of several address columns one is for official mail, one for personal. */
void
header_rank_addresses(struct layout *l, const bool *personal)
{
	int official = -1, other = -1;

	for (size_t i = 0; i < l->width; i++) {
		if (l->kind[i] != COL_EMAIL)
			continue;
		if (!personal[i] && official < 0)
			official = (int)i;
		else if (other < 0)
			other = (int)i;
		else
			l->kind[i] = COL_NOTE;
	}
	if (official >= 0 && other >= 0)
		l->kind[other] = COL_EMAIL2;
}

void
header_take(struct layout *l, const struct csv_row *row, const struct scored *s)
{
	l->width = row->count < LAYOUT_COLUMNS ? row->count : LAYOUT_COLUMNS;
	for (size_t i = 0; i < LAYOUT_COLUMNS; i++) {
		l->kind[i] = i < l->width ? s->kind[i] : COL_OTHER;
		l->heading[i] = l->heading_key[i] = "";
	}
	for (size_t i = 0; i < l->width; i++)
		set_heading(l, i, row->cell[i].s);
}

/*
 * A second header row gives headings where the first has none; below, also
 * where the first has one over several columns.
 */
static void
join_header(struct layout *l, const struct csv_row *row, const struct scored *s, bool below, bool *personal)
{
	size_t n = row->count < LAYOUT_COLUMNS ? row->count : LAYOUT_COLUMNS;
	bool bare[LAYOUT_COLUMNS + 1];

	while (l->width < n)
		l->width++;
	for (size_t i = 0; i < LAYOUT_COLUMNS; i++)
		bare[i] = !*l->heading_key[i];
	bare[LAYOUT_COLUMNS] = false;
	for (size_t i = 0; i < n; i++) {
		bool over = below && bare[i + 1] && *csv_cell(row, i + 1);

		if (!below && !bare[i])
			continue;
		if (s->kind[i] != COL_OTHER && (l->kind[i] == COL_OTHER || over)) {
			l->kind[i] = s->kind[i];
			personal[i] = s->personal[i];
		}
		set_heading(l, i, row->cell[i].s);
	}
}

static bool
has_name(const struct layout *l)
{
	return first_of(l, COL_NAME) >= 0 || first_of(l, COL_FAMILY) >= 0 || first_of(l, COL_GIVEN) >= 0;
}

/* What the columns without a known heading hold, and address columns that no heading names. */
static void
look_at_contents(struct layout *l, const struct csv_row *rows, size_t n, bool *personal)
{
	int email = first_of(l, COL_EMAIL);
	struct column_look k;

	for (size_t i = 0; i < n; i++)
		if (rows[i].count > l->width)
			l->width = rows[i].count < LAYOUT_COLUMNS ? rows[i].count : LAYOUT_COLUMNS;
	for (size_t c = 0; c < l->width; c++) {
		bool headed = *l->heading[c] != '\0';

		if (l->kind[c] != COL_OTHER && !(email < 0 && (l->kind[c] == COL_NOTE || l->kind[c] == COL_PHONE)))
			continue;
		column_look(&l->arena, rows, n, c, &k);
		if (k.filled == 0 && !headed) {
			l->kind[c] = COL_EMPTY;
		} else if (k.at * 2 > k.filled) {
			l->kind[c] = COL_EMAIL;
			personal[c] = email >= 0;
		} else if (!headed && c > 0 && l->kind[c - 1] == COL_NAME && first_of(l, COL_FAMILY) < 0 &&
		    k.one_word * 10 > k.filled * 8 && k.person == 0 && k.number + k.phone + k.identity == 0) {
			/* one merged heading over family and given name */
			l->kind[c - 1] = COL_FAMILY;
			l->kind[c] = COL_GIVEN;
		}
	}
	/* "Đơn vị/Họ và tên": the units stand as headings above their people. */
	for (size_t c = 0; c < l->width && !has_name(l); c++)
		if (l->kind[c] != COL_EMAIL && l->kind[c] != COL_PHONE &&
		    (strstr(l->heading_key[c], "ho va ten") || strstr(l->heading_key[c], "ho ten")))
			l->kind[c] = COL_NAME;
	/* No heading names them: the column that holds most names. */
	if (!has_name(l)) {
		size_t best = l->width, most = 0;

		for (size_t c = 0; c < l->width; c++) {
			if (l->kind[c] != COL_OTHER)
				continue;
			column_look(&l->arena, rows, n, c, &k);
			if (k.family * 2 > k.filled && k.family > most) {
				best = c;
				most = k.family;
			}
		}
		if (best < l->width)
			l->kind[best] = COL_NAME;
	}
}

static void
weigh_departments(struct layout *l, const struct csv_row *rows, size_t n)
{
	struct column_look one, two;
	int keep = l->dept;

	if (l->dept < 0 || l->dept2 < 0)
		return;
	column_look(&l->arena, rows, n, (size_t)l->dept, &one);
	column_look(&l->arena, rows, n, (size_t)l->dept2, &two);
	if (two.filled > one.filled * 3) {
		l->dept = l->dept2;
		l->dept2 = keep;
	}
}

/* The record with most known headings; n: there is none. */
static size_t
find_header(struct layout *l, const struct csv_row *rows, size_t n, struct scored *best)
{
	struct scored s;
	size_t at = n;

	best->score = 0;
	for (size_t i = 0; i < n && i < HEADER_WITHIN; i++) {
		header_score(&l->arena, &rows[i], &s);
		if (s.person && s.score > best->score && (s.score >= 2 || s.all)) {
			*best = s;
			at = i;
		}
	}
	/* A single heading is one only when addresses or names stand below it. */
	if (at < n && best->score == 1) {
		struct column_look k;
		size_t c = 0;

		while (c < LAYOUT_COLUMNS && best->kind[c] == COL_OTHER)
			c++;
		column_look(&l->arena, rows + at + 1, n - at - 1, c, &k);
		if (k.filled == 0 || (k.at * 2 <= k.filled && k.family * 2 <= k.filled))
			at = n;
	}
	return at;
}

int
layout_learn(struct layout *l, const struct csv_row *rows, size_t n, struct err *e)
{
	struct scored *best = arena_alloc(&l->arena, sizeof(*best)), *next = arena_alloc(&l->arena, sizeof(*next));
	bool personal[LAYOUT_COLUMNS] = { false };
	size_t at = find_header(l, rows, n, best), first = 0;

	if (at < n) {
		l->header_line = l->header_end = rows[at].line;
		header_take(l, &rows[at], best);
		memcpy(personal, best->personal, sizeof(personal));
		if (at > 0) {
			header_score(&l->arena, &rows[at - 1], next);
			if (next->score > 0 && (next->score >= 2 || next->all))
				join_header(l, &rows[at - 1], next, false, personal);
		}
		first = at + 1;
		if (first < n) {
			header_score(&l->arena, &rows[first], next);
			if (next->all && next->score > 0) {
				l->header_end = rows[first].line;
				join_header(l, &rows[first++], next, true, personal);
			}
		}
	} else {
		l->headerless = l->begun = true;
		for (size_t i = 0; i < LAYOUT_COLUMNS; i++)
			l->heading[i] = l->heading_key[i] = "";
		for (size_t i = 0; i < n; i++)
			if (rows[i].count > l->width)
				l->width = rows[i].count < LAYOUT_COLUMNS ? rows[i].count : LAYOUT_COLUMNS;
		if (!columns_guess(&l->arena, rows, n, l->kind, l->width))
			return err_set(e, ERR_INPUT, TR("no header was found, and the contents do not show where names and "
			    "addresses stand: put a row with 'Họ và tên' and 'Thư điện tử' above the list",
			    "không tìm thấy dòng tiêu đề và nội dung không cho biết cột nào là họ tên, cột nào là địa chỉ: "
			    "hãy thêm dòng tiêu đề 'Họ và tên', 'Thư điện tử' phía trên danh sách"));
	}
	if (!l->headerless)
		look_at_contents(l, rows + first, n - first, personal);
	header_rank_addresses(l, personal);
	header_find_columns(l);
	weigh_departments(l, rows + first, n - first);
	return 0;
}
