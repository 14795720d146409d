#include "engine/roster_read.h"

#include "engine/person.h"

static void
copy_row(struct arena *a, const struct csv_row *from, struct csv_row *to)
{
	struct csv_cell *cell = arena_alloc(a, (from->count + 1) * sizeof(*cell));

	*to = *from;
	for (size_t i = 0; i < from->count; i++)
		cell[i] = (struct csv_cell){ arena_ndup(a, from->cell[i].s, from->cell[i].len), from->cell[i].len };
	to->cell = cell;
	to->raw = arena_ndup(a, from->raw, from->raw_len);
}

/* Reads the first records and learns from them. */
static int
begin(struct roster_reader *r, const struct units *units, const struct unit *sender, struct err *e)
{
	struct csv_row row;
	size_t bytes = 0;
	int rc = 1;

	layout_init(&r->layout);
	r->judge = judge_new(units, sender);
	r->raw = (struct buf)BUF_INIT(r->csv.max_record_bytes * 2 + 64);
	r->sample = arena_alloc(&r->arena, LAYOUT_SAMPLE * sizeof(*r->sample));
	while (r->n_sample < LAYOUT_SAMPLE && bytes < 8u << 20 && (rc = csv_next(&r->csv, &row, e)) == 1) {
		copy_row(&r->arena, &row, &r->sample[r->n_sample++]);
		bytes += row.raw_len + row.count * sizeof(struct csv_cell);
	}
	if (rc < 0)
		return -1;
	r->ended = rc == 0;
	if (layout_learn(&r->layout, r->sample, r->n_sample, e) < 0)
		return -1;
	for (size_t i = 1; i < r->n_sample && !r->joins; i++)
		r->joins = layout_goes_on(&r->layout, &r->scratch, &r->sample[i - 1], &r->sample[i]);
	return 0;
}

static void
prepare(struct roster_reader *r)
{
	memset(r, 0, sizeof(*r));
	r->csv = (struct csv)CSV_INIT;
}

int
roster_open(struct roster_reader *r, const char *path, const struct units *units, const struct unit *sender,
    const struct conf *conf, struct err *e)
{
	prepare(r);
	if (conf)
		r->csv.max_record_bytes = (size_t)conf->roster_max_line_bytes;
	if (csv_open(&r->csv, path, e) < 0 || begin(r, units, sender, e) < 0) {
		roster_close(r);
		return -1;
	}
	return 0;
}

int
roster_open_memory(struct roster_reader *r, const void *data, size_t len, const struct units *units,
    const struct unit *sender, struct err *e)
{
	prepare(r);
	if (csv_open_memory(&r->csv, data, len, e) < 0 || begin(r, units, sender, e) < 0) {
		roster_close(r);
		return -1;
	}
	return 0;
}

/* The next record as it stands: 1, 0 at the end, -1. */
static int
next_record(struct roster_reader *r, struct csv_row *row, struct err *e)
{
	int rc;

	if (r->at_sample < r->n_sample) {
		*row = r->sample[r->at_sample++];
		return 1;
	}
	rc = r->ended ? 0 : csv_next(&r->csv, row, e);
	r->ended |= rc != 1;
	return rc;
}

/* The name, the record and what it was read from, with those of the row below. */
static void
join(struct roster_reader *r, struct arena *a, struct csv_row *row, const struct csv_row *below)
{
	size_t at = (size_t)r->layout.name;
	struct csv_cell *cell = arena_alloc(a, (row->count + 1) * sizeof(*cell));
	const char *s = arena_printf(a, "%s %s", csv_cell(row, at), csv_cell(below, at));
	char *raw;

	memcpy(cell, row->cell, row->count * sizeof(*cell));
	cell[at] = (struct csv_cell){ s, strlen(s) };
	row->cell = cell;
	raw = arena_alloc(a, row->raw_len + below->raw_len + 1);
	memcpy(raw, row->raw, row->raw_len);
	raw[row->raw_len] = '\n';
	memcpy(raw + row->raw_len + 1, below->raw, below->raw_len);
	row->raw = raw;
	row->raw_len += below->raw_len + 1;
}

/* The next record, with the rest of its name from the row below. */
static int
next_whole(struct roster_reader *r, struct csv_row *row, struct err *e)
{
	struct arena *a;
	struct csv_row below;
	int rc = 1;

	if (!r->joins)
		return next_record(r, row, e);
	if (r->ahead) {
		*row = r->next;
		r->ahead = false;
	} else if ((rc = next_record(r, &below, e)) == 1) {
		copy_row(&r->pair[r->turn], &below, row);
	}
	if (rc != 1)
		return rc;
	a = &r->pair[r->turn];
	while ((rc = next_record(r, &below, e)) == 1) {
		if (!layout_goes_on(&r->layout, &r->scratch, row, &below)) {
			r->turn = !r->turn;
			arena_reset(&r->pair[r->turn]);
			copy_row(&r->pair[r->turn], &below, &r->next);
			r->ahead = true;
			return 1;
		}
		join(r, a, row, &below);
	}
	return rc < 0 ? -1 : 1;
}

int
roster_next(struct roster_reader *r, struct arena *a, struct read_row *out, struct err *e)
{
	struct csv_row row;
	struct layout_row found;
	int rc;

	for (;;) {
		arena_reset(&r->scratch);
		if ((rc = next_whole(r, &row, e)) != 1)
			return rc;
		if (layout_read(&r->layout, &row, &r->scratch, &found) == ROW_PERSON)
			break;
	}
	*out = (struct read_row){ .line = row.line, .seq = ++r->seq };
	/* In a list of corrections the old address stands in the row as well: it is not the one meant. */
	judge_row(r->judge, &r->scratch, &(struct judge_in){ found.name, found.email, found.second, row.cell,
	    r->layout.corrected >= 0 ? 0 : row.count }, &out->judged);
	out->name = arena_dup(a, found.name);
	out->key = arena_dup(a, person_key(&r->scratch, out->name));
	out->sub_unit = arena_dup(a, found.sub_unit);
	out->position = arena_dup(a, found.position);
	if (r->layout.corrected >= 0) {
		out->reference = arena_dup(a, found.reference);
		out->old_email = arena_dup(a, found.old_email);
		out->given = arena_dup(a, found.email);
	}
	out->judged.email = *out->judged.email ? arena_dup(a, out->judged.email) : "";
	out->judged.alternate = *out->judged.alternate ? arena_dup(a, out->judged.alternate) : "";
	out->judged.suggestion = *out->judged.suggestion ? arena_dup(a, out->judged.suggestion) : "";
	out->raw = layout_raw(&r->layout, &row, r->csv.delimiter, &r->raw, &out->raw_len);
	return 1;
}

void
roster_close(struct roster_reader *r)
{
	csv_release(&r->csv);
	layout_release(&r->layout);
	judge_free(r->judge);
	buf_release(&r->raw);
	arena_release(&r->arena);
	arena_release(&r->scratch);
	arena_release(&r->pair[0]);
	arena_release(&r->pair[1]);
	memset(r, 0, sizeof(*r));
}
