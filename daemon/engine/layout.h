/*
 * layout.h - which records of a roster are people, and where their name,
 * address and department stand.
 *
 * A roster has title rows, a header somewhere in the first rows (perhaps in
 * two rows, repeated on every page, or absent), group headings, signatures
 * and a total. The first records teach the layout; then each record is asked
 * what it is.
 *
 *	layout_learn(&l, rows, n, e);
 *	for each record: layout_read(&l, &row, &scratch, &line) == ROW_PERSON ...
 *
 * Units      columns count from 0.
 * Ownership  struct layout owns its arena: layout_release. What layout_read
 *            returns lies in the row or in the scratch arena.
 * Errors     layout_learn: ERR_INPUT when neither a header nor the contents
 *            tell where names or addresses stand.
 * Threads    one layout, one thread.
 * Source     roster files of Vietnamese offices.
 */
#ifndef THUMOI_ENGINE_LAYOUT_H
#define THUMOI_ENGINE_LAYOUT_H

#include "engine/heading.h"

#define LAYOUT_SAMPLE 250		/* records to learn from */
#define LAYOUT_COLUMNS 256		/* columns beyond are not needed */
#define LAYOUT_GAPS 8			/* gaps in STT that are told one by one */

enum row_kind { ROW_BLANK, ROW_TEXT, ROW_HEADER, ROW_GROUP, ROW_PERSON };

struct layout_gap {
	int64_t line;
	long after, next;		/* STT before and behind the gap */
};

struct layout {
	struct arena arena;
	enum column kind[LAYOUT_COLUMNS];
	const char *heading[LAYOUT_COLUMNS];	/* as written; "" */
	const char *heading_key[LAYOUT_COLUMNS];
	size_t width;
	bool headerless;
	int name, family, given, email, email2, dept, dept2, position, order, phone;	/* -1: none */
	/* A list that was sent out for correction: email is the corrected column then, old_email the one beside it. */
	int reference, corrected, old_email;

	/* Moves while reading. */
	bool begun;				/* the header, if any, lies behind */
	int64_t header_line, header_end;	/* 0: none */
	bool closing;				/* a footer began: signatures follow */
	const char *group;			/* heading of the group, "" */
	struct arena carry;			/* holds the department carried down */
	const char *carried;
	long last_order;
	long without_order;			/* people since the last STT */
	int64_t declared;			/* total the footer states, 0: none */
	struct layout_gap gaps[LAYOUT_GAPS];
	size_t n_gaps;
	int64_t groups, footers, repeated, blanks;
	const struct phrases *phrases;
};

struct layout_row {
	const char *name;			/* white space collapsed */
	const char *email, *second;		/* as they stand; second NULL: no such column */
	const char *sub_unit, *position;
	const char *reference, *old_email;	/* "" but in a list that was sent out for correction */
};

void	layout_init(struct layout *);
void	layout_release(struct layout *);
int	layout_learn(struct layout *, const struct csv_row *rows, size_t n, struct err *);
enum row_kind layout_read(struct layout *, const struct csv_row *, struct arena *scratch, struct layout_row *out);
/* `below` holds nothing but the rest of the name in `row`. */
bool	layout_goes_on(const struct layout *, struct arena *scratch, const struct csv_row *row, const struct csv_row *below);
/* The record with the columns that are not needed blanked, as CSV; *len its length. */
const char *layout_raw(const struct layout *, const struct csv_row *, char delimiter, struct buf *scratch, size_t *len);
/* The kinds of the columns, "order,name,..."; the headings of those not stored, ", " between. */
char	*layout_columns(const struct layout *, struct arena *);
char	*layout_blanked(const struct layout *, struct arena *);

#endif
