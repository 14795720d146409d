#include "engine/dossier.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv_parse.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/fixref.h"
#include "engine/judge.h"
#include "mail/header.h"
#include "store/contact.h"
#include "store/evidence.h"
#include "store/roster.h"

#define SAID_MAX 300		/* octets of a reply that stand in a list */
#define CELL_BYTES (1u << 20)
#define CELLS 4096

/* The number of the column of that kind in "order,name,email"; -1: none. */
static int
column_at(const char *columns, const char *kind)
{
	size_t n = strlen(kind);
	int at = 0;

	for (const char *p = columns; *p; at++) {
		size_t k = strcspn(p, ",");

		if (k == n && strncmp(p, kind, n) == 0)
			return at;
		p += k + (p[k] == ',');
	}
	return -1;
}

const char *
roster_cell_address(struct arena *a, const char *raw, const char *delimiter, const char *columns)
{
	static const char *const kinds[] = { "corrected", "email", "email2" };
	struct csv_parser p = CSV_PARSER_INIT;
	const char *out = "";

	p.max_bytes = CELL_BYTES;
	p.max_cells = CELLS;
	csv_parser_delimiter(&p, strcmp(delimiter, "TAB") == 0 ? '\t' : *delimiter ? *delimiter : ',');
	if (*raw && csv_parse(&p, raw, strlen(raw), true) == CSV_ROW)
		for (size_t i = 0; i < COUNT_OF(kinds) && !*out; i++) {
			int at = column_at(columns, kinds[i]);

			if (at >= 0 && (size_t)at < p.count)
				out = text_squeeze(a, arena_ndup(a, p.cell[at].s, p.cell[at].len));
		}
	csv_parser_release(&p);
	return out;
}

const char *
said_masked(struct arena *a, const char *words)
{
	static const char twice[] = "<<address>>";	/* what stood in brackets already */
	struct log_q q;
	char *s = arena_dup(a, mail_line(a, log_mask(&q, words)));
	size_t n;

	for (char *p = s; (p = strstr(p, twice)); ) {
		memmove(p, p + 1, strlen(p));
		p = strchr(p, '>') + 1;
		memmove(p, p + 1, strlen(p));
	}
	n = strlen(s);

	if (n > SAID_MAX) {
		for (n = SAID_MAX; n && ((unsigned char)s[n] & 0xc0) == 0x80; n--)
			;
		return arena_printf(a, "%.*s…", (int)n, s);
	}
	return s;
}

struct unit_at { int64_t id; size_t at; };

struct building {
	struct dossiers *to;
	struct db *db;
	const struct account *account;
	enum lang lang;
	struct unit_at *units;		/* by id */
	struct err *e;
};

static int
by_id(const void *a, const void *b)
{
	const struct unit_at *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static struct dossier *
of_unit(struct building *b, int64_t id)
{
	struct unit_at key = { .id = id }, *found = bsearch(&key, b->units, b->to->n, sizeof(key), by_id);

	return found ? &b->to->list[found->at] : NULL;
}

/* The rows of an import say what is wrong with the cell; the mail servers, what is wrong with the address. */
static int
add_fix(struct building *b, struct dossier *d, const struct facts *f, enum cause c)
{
	struct arena *a = &b->to->arena;
	struct row_origin o = { .file = "", .raw = "", .delimiter = ",", .columns = "", .suggestion = "" };
	char code[FIXREF_MAX];
	const char *words = "";
	struct contact p;
	struct fix *x;
	int rc;

	if ((rc = contact_by_id(b->db, a, f->contact, &p, b->e)) != 1)
		return rc;
	if (roster_row_origin(b->db, a, p.roster, p.seq, &o, b->e) < 0 ||
	    (f->failed_evidence && c != CAUSE_BAD_ROW && evidence_words(b->db, a, f->failed_evidence, &words, b->e) < 0))
		return -1;
	d->fixes = mem_room(d->fixes, d->n_fixes, &d->cap_fixes, sizeof(*d->fixes));
	x = &d->fixes[d->n_fixes++];
	fixref_write(code, b->account->campaign->id, f->contact);
	*x = (struct fix){ .contact = f->contact, .reference = arena_dup(a, code), .file = o.file, .line = o.line, .seq = p.seq,
	    .name = p.name, .sub_unit = p.sub_unit, .position = p.position, .cause = c, .said = said_masked(a, words),
	    .suggestion = "", .email = p.email };
	if (c == CAUSE_BAD_ROW) {
		enum reason r = reason_parse(p.reason);

		x->email = roster_cell_address(a, o.raw, o.delimiter, o.columns);
		x->wrong = r < REASONS ? reason_text(r, b->lang) : p.reason;
		x->suggestion = o.suggestion;
	} else {
		x->wrong = TRL(b->lang, cause_info(c)->why_en, cause_info(c)->why_vi);
	}
	return 0;
}

static void
add_domain(struct building *b, struct dossier *d, const struct facts *f, enum cause c)
{
	const struct account *a = b->account;
	size_t i = 0;

	while (i < d->n_domains && strcmp(d->domains[i].domain->domain, f->domain) != 0)
		i++;
	if (i == d->n_domains) {
		size_t k = 0;

		while (k < a->n_domains && strcmp(a->domains[k].domain, f->domain) != 0)
			k++;
		if (k == a->n_domains)
			return;
		d->domains = mem_room(d->domains, d->n_domains, &d->cap_domains, sizeof(*d->domains));
		d->domains[d->n_domains++] = (struct refusing){ .domain = &a->domains[k] };
	}
	d->domains[i].invited += f->invited;
	d->domains[i].refused += cause_is_wall(c);
}

static int
take(const struct facts *f, void *arg)
{
	struct building *b = arg;
	struct cause_ask ask = { b->account->asked, b->account->campaign->closes_at };
	struct dossier *d = of_unit(b, f->unit);
	struct arena *a = &b->to->arena;
	char grade;
	enum cause c;

	if (!d)
		return 0;
	c = cause_of(f, &ask, &grade);
	if (*f->domain)
		add_domain(b, d, f, c);
	if (c == CAUSE_ANSWERED || f->erased)
		return 0;
	d->people = mem_room(d->people, d->n_people, &d->cap_people, sizeof(*d->people));
	d->people[d->n_people++] = (struct outstanding){ arena_dup(a, f->name), arena_dup(a, f->sub_unit),
	    f->email ? arena_dup(a, f->email) : "", c };
	return cause_info(c)->owner == OWNER_UNIT ? add_fix(b, d, f, c) : 0;
}

static int
by_place(const void *a, const void *b)
{
	const struct fix *x = a, *y = b;
	int d = strcmp(x->file, y->file);

	return d ? d : x->line != y->line ? (x->line > y->line) - (x->line < y->line) : (x->contact > y->contact) - (x->contact < y->contact);
}

static int
by_person(const void *a, const void *b)
{
	const struct outstanding *x = a, *y = b;
	int d = text_collate_names(x->name, y->name);

	return d ? d : strcmp(x->email, y->email);
}

static int
by_refused(const void *a, const void *b)
{
	const struct refusing *x = a, *y = b;

	return x->refused != y->refused ? (x->refused < y->refused) - (x->refused > y->refused) :
	    strcmp(x->domain->domain, y->domain->domain);
}

/* Domains of the unit's people that do take our mail are nothing to write about. */
static void
finish(struct dossier *d, const struct account *a)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_domains; i++)
		if (d->domains[i].refused && account_refuses(a, d->domains[i].domain))
			d->domains[n++] = d->domains[i];
	d->n_domains = n;
	if (d->n_domains)
		qsort(d->domains, d->n_domains, sizeof(*d->domains), by_refused);
	if (d->n_fixes)
		qsort(d->fixes, d->n_fixes, sizeof(*d->fixes), by_place);
	if (d->n_people)
		qsort(d->people, d->n_people, sizeof(*d->people), by_person);
}

int
dossiers_build(struct dossiers *to, struct db *db, const struct account *a, const struct facts_of *of, enum lang l, struct err *e)
{
	struct building b = { .to = to, .db = db, .account = a, .lang = l, .e = e };
	int rc;

	*to = (struct dossiers){ .n = a->n_units, .arena = ARENA_INIT };
	to->list = mem_zalloc((to->n + 1) * sizeof(*to->list));
	b.units = mem_zalloc((to->n + 1) * sizeof(*b.units));
	for (size_t i = 0; i < to->n; i++) {
		to->list[i].unit = &a->units[i];
		b.units[i].id = a->units[i].unit.id;
		b.units[i].at = i;
	}
	if (to->n)
		qsort(b.units, to->n, sizeof(*b.units), by_id);
	rc = facts_each(db, a->campaign, of, a->now, take, &b, e);
	for (size_t i = 0; rc == 0 && i < to->n; i++)
		finish(&to->list[i], a);
	free(b.units);
	return rc;
}

void
dossiers_release(struct dossiers *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->list[i].fixes);
		free(d->list[i].people);
		free(d->list[i].domains);
	}
	free(d->list);
	arena_release(&d->arena);
	*d = (struct dossiers){ .arena = ARENA_INIT };
}
