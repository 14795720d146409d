#include "engine/layout.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/lang.h"
#include "base/text.h"
#include "engine/layout_learn.h"
#include "engine/rowtext.h"

void
layout_init(struct layout *l)
{
	memset(l, 0, sizeof(*l));
	l->name = l->family = l->given = l->email = l->email2 = l->dept = l->dept2 = -1;
	l->position = l->order = l->phone = -1;
	l->reference = l->corrected = l->old_email = -1;
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
	header_score(a, row, s);
	if (s->score >= 3 && s->person && s->all) {
		header_take(l, row, s);
		memcpy(personal, s->personal, sizeof(personal));
		header_rank_addresses(l, personal);
		header_find_columns(l);
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
	if (*out->name == '"' && !strchr(out->name + 1, '"'))
		out->name++;	/* of a quotation that never ends */
	if (!at && l->corrected < 0)
		out->name = shifted_name(l, row, a, out->name);
	out->email = email;
	out->second = l->email2 >= 0 ? second : NULL;
	out->reference = squeeze(a, cell_at(row, l->reference));
	out->old_email = cell_at(row, l->old_email);
	out->sub_unit = department(l, row, a);
	out->position = squeeze(a, cell_at(row, l->position));
	return ROW_PERSON;
}

static size_t
words(const char *s)
{
	size_t n = 1;

	for (; *s; s++)
		n += *s == ' ';
	return n;
}

bool
layout_goes_on(const struct layout *l, struct arena *a, const struct csv_row *row, const struct csv_row *below)
{
	const char *name = cell_at(row, l->name), *rest = cell_at(below, l->name);
	struct rowtext t, of;

	/* cheap first: a row with a number and a name above one with a name only */
	if (l->name < 0 || l->order < 0 || row->line <= l->header_end || !*name || !*rest || *cell_at(below, l->order) ||
	    !isdigit((unsigned char)*cell_at(row, l->order)))
		return false;
	rowtext_read(&of, a, row);
	rowtext_read(&t, a, below);
	if (of.filled < 3 || t.filled != 1 || t.at || t.order || t.marker || t.marked || rowtext_is_closing(l->phrases, &t) ||
	    rowtext_is_title(l->phrases, &t) || rowtext_is_office(l->phrases, &t) || rowtext_is_group(l->phrases, &t))
		return false;
	name = text_squeeze(a, name);
	rest = text_squeeze(a, rest);
	if (words(rest) > 3 || (words(rest) > 1 && words(name) > 1 && begins_with_family(a, rest)))
		return false;
	return looks_like_person(a, arena_printf(a, "%s %s", name, rest));
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
