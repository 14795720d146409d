#include "engine/layout.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/lang.h"
#include "base/text.h"
#include "engine/rowtext.h"

#define HEADER_WITHIN 40	/* records, blank ones counted */

void
layout_init(struct layout *l)
{
	memset(l, 0, sizeof(*l));
	l->name = l->family = l->given = l->email = l->email2 = l->dept = l->dept2 = -1;
	l->position = l->order = l->phone = -1;
	l->group = l->carried = "";
	l->phrases = rowtext_phrases();
}

void
layout_release(struct layout *l)
{
	rowtext_free((struct phrases *)(uintptr_t)l->phrases);
	arena_release(&l->arena);
	arena_release(&l->carry);
	l->phrases = NULL;
}

struct scored {
	enum column kind[LAYOUT_COLUMNS];
	bool personal[LAYOUT_COLUMNS];
	int score;			/* different kinds found */
	bool all;			/* every cell with something in it was a heading */
	bool person;			/* a name or address column is among them */
	size_t filled;
};

static void
score_row(struct arena *a, const struct csv_row *row, struct scored *s)
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

static void
find_columns(struct layout *l)
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
}

/* Of several address columns one is for official mail, one for personal. */
static void
rank_addresses(struct layout *l, const bool *personal)
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

static void
take_header(struct layout *l, const struct csv_row *row, const struct scored *s)
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
	/* Of two columns for the department the one that is nearly empty comes second. */
	if (first_of(l, COL_NAME) < 0 && first_of(l, COL_FAMILY) < 0 && first_of(l, COL_GIVEN) < 0) {
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
		score_row(&l->arena, &rows[i], &s);
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
		take_header(l, &rows[at], best);
		memcpy(personal, best->personal, sizeof(personal));
		if (at > 0) {
			score_row(&l->arena, &rows[at - 1], next);
			if (next->score > 0 && (next->score >= 2 || next->all))
				join_header(l, &rows[at - 1], next, false, personal);
		}
		first = at + 1;
		if (first < n) {
			score_row(&l->arena, &rows[first], next);
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
	rank_addresses(l, personal);
	find_columns(l);
	weigh_departments(l, rows + first, n - first);
	return 0;
}

static const char *
cell_at(const struct csv_row *row, int col)
{
	return col >= 0 ? csv_cell(row, (size_t)col) : "";
}

/* The header again, on the next page: perhaps with its columns in another order. */
static bool
is_header(struct layout *l, const struct csv_row *row, struct arena *a)
{
	bool personal[LAYOUT_COLUMNS];
	size_t same = 0, filled = 0;
	struct scored *s;

	if (heading_numbers(row))
		return true;
	for (size_t i = 0; i < row->count && i < l->width; i++) {
		const char *key = *row->cell[i].s ? heading_key(a, row->cell[i].s) : "";

		if (!*key)
			continue;
		filled++;
		same += strcmp(key, l->heading_key[i]) == 0;
	}
	if (filled && same * 3 >= filled * 2)
		return true;
	if (filled < 2)
		return false;
	s = arena_alloc(a, sizeof(*s));
	score_row(a, row, s);
	if (s->score >= 3 && s->person && s->all) {
		take_header(l, row, s);
		memcpy(personal, s->personal, sizeof(personal));
		rank_addresses(l, personal);
		find_columns(l);
		return true;
	}
	return s->all && s->score >= 2;
}

/* What a record without an address in its place is. */
static enum row_kind
judge_text(struct layout *l, const struct csv_row *row, struct arena *a)
{
	struct rowtext t;
	int64_t total;
	bool name;

	rowtext_read(&t, a, row);
	if (t.filled == 0)
		return ROW_BLANK;
	if (!t.at && is_header(l, row, a))
		return ROW_HEADER;
	name = *text_squeeze(a, cell_at(row, l->name)) || *text_squeeze(a, cell_at(row, l->family)) ||
	    *text_squeeze(a, cell_at(row, l->given));
	if (t.at && t.filled == 1)	/* an address alone, or a sentence with one in it */
		return (name || *cell_at(row, l->email) || *cell_at(row, l->email2)) && strlen(t.lower) <= 80 &&
		    !rowtext_is_closing(l->phrases, &t) ? ROW_PERSON : ROW_TEXT;
	if (t.at)
		return ROW_PERSON;
	if (t.filled <= 4 && !t.order && (rowtext_is_closing(l->phrases, &t) ||
	    (t.filled <= 2 && rowtext_is_office(l->phrases, &t)))) {
		if ((total = rowtext_total(l->phrases, &t, row)) > l->declared)
			l->declared = total;	/* the whole is more than the groups */
		l->closing = true;
		return ROW_TEXT;
	}
	if (t.filled <= 3 && !t.order && rowtext_is_title(l->phrases, &t))
		return ROW_TEXT;
	if (t.filled <= 3 && (t.marker || t.marked || (t.filled <= (t.order ? 2u : 1u) && rowtext_is_group(l->phrases, &t)))) {
		l->closing = false;
		l->group = text_squeeze(&l->carry, csv_cell(row, t.text_at));
		l->carried = "";
		return ROW_GROUP;
	}
	if (l->closing && !t.order && t.filled <= 3)
		return ROW_TEXT;
	if (t.filled == 1 && (t.order || !name))
		return ROW_TEXT;
	/* A sentence is no name. */
	if (t.filled == 1 && (strlen(t.fold) > 60 || strpbrk(t.fold, ":0123456789")))
		return ROW_TEXT;
	return name || *text_squeeze(a, cell_at(row, l->email)) || *text_squeeze(a, cell_at(row, l->email2)) ? ROW_PERSON : ROW_TEXT;
}

/* Gaps in STT show lost rows; rows without one (merged cells) count as one each. */
static void
follow_order(struct layout *l, const struct csv_row *row)
{
	const char *s = cell_at(row, l->order);
	char *end;
	double d = strtod(s, &end);
	long v = end > s && d >= 1 && d < 1e7 ? (long)(d + 0.5) : 0;

	if (!v) {
		l->without_order++;
		return;
	}
	if (l->last_order && v > l->last_order + 1 + l->without_order) {
		if (l->n_gaps < LAYOUT_GAPS)
			l->gaps[l->n_gaps] = (struct layout_gap){ row->line, l->last_order + l->without_order, v };
		l->n_gaps++;
	}
	l->last_order = v;
	l->without_order = 0;
}

/* One space for every run of white space; the cell itself when there is nothing to do. */
static const char *
squeeze(struct arena *a, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	if (*p == ' ')
		return text_squeeze(a, s);
	for (; *p; p++) {
		if (*p == ' ' ? p[1] == ' ' || !p[1] : *p < ' ')
			return text_squeeze(a, s);
		/* NBSP, U+2000 and above: anything that could be a space or invisible */
		if (*p == 0xC2 || *p == 0xE2 || *p == 0xE3 || *p == 0xEF || *p == 0xCC)
			return text_squeeze(a, s);
	}
	return s;
}

/* The department of this row: its own, the one above (merged cells), or the group's. */
static const char *
department(struct layout *l, const struct csv_row *row, struct arena *a)
{
	const char *own = squeeze(a, cell_at(row, l->dept));

	if (!*own)
		own = squeeze(a, cell_at(row, l->dept2));
	if (!*own)
		return *l->carried ? l->carried : l->group;
	if (strcmp(own, l->carried) != 0) {
		if (l->carry.total_bytes > 1 << 20 && l->carried != l->group) {
			const char *group = mem_dup(l->group);

			arena_reset(&l->carry);
			l->group = arena_dup(&l->carry, group);
			free((char *)(uintptr_t)group);
		}
		l->carried = arena_dup(&l->carry, own);
	}
	return own;
}

/* A row whose cells stand one or two columns off: the name is where the address points to. */
static const char *
shifted_name(const struct layout *l, const struct csv_row *row, struct arena *a, const char *name)
{
	if (l->email < 0 || l->name < 0 || looks_like_person(a, name))
		return name;
	for (int by = -2; by <= 2; by++) {
		int email = l->email + by, at = l->name + by;

		if (by && email >= 0 && at >= 0 && strchr(cell_at(row, email), '@') && looks_like_person(a, cell_at(row, at)))
			return squeeze(a, cell_at(row, at));
	}
	for (size_t i = 0; !*name && i < row->count; i++)
		if (looks_like_person(a, row->cell[i].s) && begins_with_family(a, row->cell[i].s))
			return squeeze(a, row->cell[i].s);
	return name;
}

enum row_kind
layout_read(struct layout *l, const struct csv_row *row, struct arena *a, struct layout_row *out)
{
	const char *email = cell_at(row, l->email), *second = cell_at(row, l->email2);
	enum row_kind kind = ROW_PERSON;
	bool at;

	if (!l->begun) {
		if (row->line <= l->header_end)
			return row->line >= l->header_line ? ROW_HEADER : ROW_TEXT;
		l->begun = true;
	}
	at = strchr(email, '@') || (*second && strchr(second, '@'));
	if (!at || (l->family < 0 && !*cell_at(row, l->name)))
		kind = judge_text(l, row, a);
	switch (kind) {
	case ROW_PERSON:
		break;
	case ROW_GROUP:
		l->groups++;
		return kind;
	case ROW_HEADER:
		l->repeated++;
		return kind;
	case ROW_BLANK:
		l->blanks++;
		return kind;
	case ROW_TEXT:
		l->footers++;
		return kind;
	}
	l->closing = false;
	if (l->order >= 0)
		follow_order(l, row);
	out->name = l->family >= 0 ?
	    squeeze(a, arena_printf(a, "%s %s", cell_at(row, l->family), cell_at(row, l->given))) :
	    squeeze(a, cell_at(row, l->name));
	if (!at)
		out->name = shifted_name(l, row, a, out->name);
	out->email = email;
	out->second = l->email2 >= 0 ? second : NULL;
	out->sub_unit = department(l, row, a);
	out->position = squeeze(a, cell_at(row, l->position));
	return ROW_PERSON;
}

static bool
is_stored(const struct layout *l, size_t col)
{
	return col < LAYOUT_COLUMNS && l->kind[col] != COL_OTHER;
}

const char *
layout_raw(const struct layout *l, const struct csv_row *row, char delimiter, struct buf *b, size_t *len)
{
	char special[] = { delimiter, '"', '\n', '\r', '\0' };
	bool blank = false;

	for (size_t i = 0; i < row->count && !blank; i++)
		blank = row->cell[i].len && !is_stored(l, i);
	if (!blank) {
		*len = row->raw_len;
		return row->raw;
	}
	buf_clear(b);
	for (size_t i = 0; i < row->count; i++) {
		const struct csv_cell *c = &row->cell[i];

		if (i)
			buf_char(b, delimiter);
		if (!is_stored(l, i))
			continue;
		if (!strpbrk(c->s, special)) {
			buf_add(b, c->s, c->len);
			continue;
		}
		buf_char(b, '"');
		for (const char *s = c->s; *s; s++) {
			if (*s == '"')
				buf_char(b, '"');
			buf_char(b, *s);
		}
		buf_char(b, '"');
	}
	*len = b->len;
	return buf_str(b);
}

char *
layout_columns(const struct layout *l, struct arena *a)
{
	struct buf b = BUF_INIT(8192);
	char *s;

	for (size_t i = 0; i < l->width; i++)
		buf_printf(&b, "%s%s", i ? "," : "", column_name(l->kind[i]));
	s = arena_dup(a, buf_str(&b));
	buf_release(&b);
	return s;
}

char *
layout_blanked(const struct layout *l, struct arena *a)
{
	struct buf b = BUF_INIT(65536);
	char *s;

	for (size_t i = 0; i < l->width; i++)
		if (l->kind[i] == COL_OTHER)
			buf_printf(&b, "%s%s", b.len ? ", " : "", *l->heading[i] ? l->heading[i] :
			    arena_printf(a, TR("column %zu", "cột %zu"), i + 1));
	s = arena_dup(a, buf_str(&b));
	buf_release(&b);
	return s;
}
