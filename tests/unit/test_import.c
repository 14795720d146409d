/*
 * Rosters into the store: the trial of 2021 row by row, the same in another
 * order, corrected rosters, repeated people, and files that are no rosters.
 */
#include "support/check.h"
#include "support/world.h"

#include <dirent.h>

#include "base/file.h"
#include "engine/hashset.h"
#include "engine/import.h"
#include "engine/unit_file.h"
#include "store/contact.h"

#define TRIAL "tests/data/trial-2021/"
#define OPENS 1631811600

static int64_t next_campaign;

struct tester {
	struct world w;
	struct units *units;
	struct campaign c;
};

static void
tester_make(struct tester *t)
{
	int64_t n;

	world_make(&t->w);
	if (db_begin(t->w.db, &t->w.e) < 0 || unit_file_import(t->w.db, TRIAL "units.csv", &n, &t->w.e) < 0 ||
	    provider_file_import(t->w.db, TRIAL "providers.txt", &n, &t->w.e) < 0 || db_commit(t->w.db, &t->w.e) < 0)
		world_die(&t->w, "units");
}

static void
fresh_campaign(struct tester *t)
{
	char key[32];

	snprintf(key, sizeof(key), "c%d", (int)++next_campaign);
	if (tree_find(t->w.db, "units", &t->w.tree, &t->w.e) != 1)
		world_die(&t->w, "tree");
	world_campaign(&t->w, key, OPENS, OPENS + 20 * 86400);
	if (campaign_find(t->w.db, &t->w.arena, key, &t->c, &t->w.e) != 1)
		world_die(&t->w, key);
	if (!t->units && units_load(&t->units, t->w.db, t->w.tree, OPENS, &t->w.e) < 0)
		world_die(&t->w, "units");
}

static int
import_path(struct tester *t, const char *path, bool dry_run, struct import_tally *tally)
{
	const struct import_options o = { .campaign = &t->c, .units = t->units, .dry_run = dry_run };

	t->w.e = (struct err)ERR_INIT;
	return import_roster(t->w.db, &o, path, tally, &t->w.e);
}

/* A file of that name and text. */
static int
import_text(struct tester *t, const char *file, const char *text, bool dry_run, struct import_tally *tally)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", t->w.dir, file);
	if (file_replace(path, text, strlen(text), &t->w.e) < 0)
		world_die(&t->w, path);
	return import_path(t, path, dry_run, tally);
}

struct rows {
	struct arena *arena;
	const char **line;
	size_t n, cap;
	bool short_form;
};

static int
take_row(const struct roster_row *r, void *arg)
{
	struct rows *rows = arg;

	rows->line = mem_room(rows->line, rows->n, &rows->cap, sizeof(*rows->line));
	rows->line[rows->n++] = rows->short_form ?
	    arena_printf(rows->arena, "%s %d %s %s %s %s", r->file, (int)r->seq, r->name, r->disposition, r->reason, r->warnings) :
	    arena_printf(rows->arena, "%s,%d,%d,%s,%s,%s,%s,%s,%s,%s,%s", r->file, (int)r->line, (int)r->seq, r->unit_code, r->name,
	    r->email, r->alternate, r->disposition, r->reason, r->warnings, r->suggestion);
	return 0;
}

/* All rows, joined by '\n'. */
static const char *
all_rows(struct tester *t)
{
	struct rows rows = { .arena = &t->w.arena, .short_form = true };
	struct buf b = BUF_INIT(65536);
	const char *s;

	CHECK_INT(roster_rows_each(t->w.db, t->c.id, take_row, &rows, &t->w.e), 0, "rows");
	for (size_t i = 0; i < rows.n; i++)
		buf_printf(&b, "%s\n", rows.line[i]);
	s = arena_dup(&t->w.arena, buf_str(&b));
	buf_release(&b);
	free(rows.line);
	return s;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* expected-import.csv without its column person_id. */
static void
read_expected(struct tester *t, struct rows *want)
{
	struct csv in = CSV_INIT;
	struct csv_row row;

	if (csv_open(&in, TRIAL "expected-import.csv", &t->w.e) < 0)
		world_die(&t->w, "expected");
	while (csv_next(&in, &row, &t->w.e) == 1)
		if (strcmp(csv_cell(&row, 0), "file") != 0) {
			want->line = mem_room(want->line, want->n, &want->cap, sizeof(*want->line));
			want->line[want->n++] = arena_printf(&t->w.arena, "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s", csv_cell(&row, 0),
			    csv_cell(&row, 1), csv_cell(&row, 2), csv_cell(&row, 4), csv_cell(&row, 5), csv_cell(&row, 6), csv_cell(&row, 7),
			    csv_cell(&row, 8), csv_cell(&row, 9), csv_cell(&row, 10), csv_cell(&row, 11));
		}
	csv_release(&in);
	qsort(want->line, want->n, sizeof(*want->line), by_text);
}

/* The files by a hash of their names: any order must give the same. */
static unsigned order_seed;

static int
by_order(const struct dirent **a, const struct dirent **b)
{
	uint64_t x = hash_text(order_seed, (*a)->d_name), y = hash_text(order_seed, (*b)->d_name);

	return (x > y) - (x < y);
}

static int
is_csv(const struct dirent *d)
{
	return strstr(d->d_name, ".csv") != NULL;
}

static void
test_trial(struct tester *t, unsigned order)
{
	struct rows got = { .arena = &t->w.arena }, want = { .arena = &t->w.arena };
	struct dirent **files;
	int64_t people = 0;
	int n;

	order_seed = order;
	fresh_campaign(t);
	read_expected(t, &want);
	n = scandir(TRIAL "rosters", &files, is_csv, by_order);
	CHECK_INT(n, 76, "rosters");
	for (int i = 0; i < n; i++) {
		struct import_tally tally;
		int rc = import_path(t, arena_printf(&t->w.arena, TRIAL "rosters/%s", files[i]->d_name), false, &tally);

		if (!CHECK_INT(rc, 0, files[i]->d_name))
			puts(t->w.e.text);
		people += tally.records;
		import_tally_release(&tally);
		free(files[i]);
	}
	free(files);
	CHECK_INT(people, 2455, "data records");
	CHECK_INT(roster_rows_each(t->w.db, t->c.id, take_row, &got, &t->w.e), 0, "rows");
	qsort(got.line, got.n, sizeof(*got.line), by_text);
	CHECK_INT((int64_t)got.n, (int64_t)want.n, "as many rows as expected");
	for (size_t i = 0; i < got.n && i < want.n; i++)
		CHECK_STR(got.line[i], want.line[i], "trial row");
	CHECK_INT(world_count(&t->w, "SELECT count(*) FROM contact WHERE campaign = (SELECT max(id) FROM campaign)"), 2429, "people");
	CHECK_INT(world_count(&t->w, "SELECT count(*) FROM contact WHERE state = 'mailable' AND campaign = (SELECT max(id) FROM campaign)"),
	    2383, "mailable");
	free(got.line);
	free(want.line);
}

#define HEAD "TT,Họ và tên,Đơn vị,Email\n"

static void
test_corrected(struct tester *t)
{
	static const char v1[] = HEAD "1,Trần Văn An,Sở A,an@cantho.gov.example\n2,Lê Bình,Sở A,binh@gmail.con\n"
	    "3,Vũ Cúc,Sở B,cuc@cantho.gov.example\n4,Đỗ Dung,Sở B,dung@cantho.gov.example\n";
	static const char v2[] = HEAD "1,Trần Văn An,Sở A,an@cantho.gov.example\n2,Lê Bình,Sở A,binh@gmail.example\n"
	    "3,Vũ Cúc,Sở B,cuc.new@cantho.gov.example\n4,Hồ Em,Sở B,em@cantho.gov.example\n";
	static const char twins[] = HEAD "1,Lê An,Sở A,a1@cantho.gov.example\n2,Lê An,Sở A,a2@cantho.gov.example\n";
	static const char which[] = HEAD "1,Lê An,Sở A,a3@cantho.gov.example\n2,Lê An,Sở A,a2@cantho.gov.example\n";
	static const char whom[] = HEAD "1,Lê An,Sở A,a4@cantho.gov.example\n2,Lê An,Sở A,a5@cantho.gov.example\n";
	static const char tokens[] = "SELECT count(DISTINCT token) FROM contact WHERE campaign = (SELECT max(id) FROM campaign)";
	struct import_tally a;
	int64_t people;

	fresh_campaign(t);
	CHECK_INT(import_text(t, "T92-list.csv", v1, false, &a), 0, "first");
	CHECK_INT(a.added, 4, "all are new");
	CHECK(!a.replaced, "nothing replaced");
	import_tally_release(&a);
	CHECK_INT(import_text(t, "T92-list.csv", v1, false, &a), 0, "again");
	CHECK(a.again, "the same file is known");
	import_tally_release(&a);
	people = world_count(&t->w, tokens);
	for (int dry = 1; dry >= 0; dry--) {
		CHECK_INT(import_text(t, "T92-corrected.csv", v2, dry, &a), 0, "corrected");
		CHECK(a.replaced, "it replaces the first");
		CHECK_INT(a.added, 1, "one is new");
		CHECK_INT(a.changed, 2, "two were mended");
		CHECK_INT(a.unchanged, 1, "one stays");
		CHECK_INT(a.missing, 1, "one is missing");
		import_tally_release(&a);
		CHECK_INT(world_count(&t->w, tokens), people + !dry, "a dry run stores nothing; nobody is deleted");
	}
	CHECK_STR(all_rows(t), "T92-corrected.csv 1 Trần Văn An accept clean \nT92-corrected.csv 2 Lê Bình accept clean \n"
	    "T92-corrected.csv 3 Vũ Cúc accept clean \nT92-corrected.csv 4 Hồ Em accept clean \n", "only the corrected rows count");
	CHECK_INT(world_count(&t->w, "SELECT count(*) FROM contact WHERE missing_since IS NOT NULL AND name = 'Đỗ Dung'"), 1, "missing");
	CHECK_INT(import_text(t, "T92-list.csv", v1, false, &a), 0, "the first one again");
	CHECK_INT(a.added, 0, "nobody is new");
	CHECK_INT(a.missing, 1, "Em is missing now");
	import_tally_release(&a);
	CHECK_INT(world_count(&t->w, "SELECT count(*) FROM contact WHERE missing_since IS NOT NULL AND name = 'Đỗ Dung'"), 0, "back");

	fresh_campaign(t);
	CHECK_INT(import_text(t, "T92-twins.csv", twins, false, &a), 0, "two of one name");
	CHECK_INT(a.added, 2, "both are people");
	import_tally_release(&a);
	CHECK_INT(import_text(t, "T92-twins.csv", which, false, &a), 0, "one keeps the address");
	CHECK_INT(a.changed, 1, "so the other is the other");
	CHECK_INT(a.unchanged, 1, "and the one is the one");
	import_tally_release(&a);
	CHECK_INT(import_text(t, "T92-twins.csv", whom, false, &a), 0, "both change");
	CHECK_INT(a.disposition[HOLD], 2, "who is who? held");
	CHECK_INT(a.reason[R_AMBIGUOUS_PERSON], 2, "and said so");
	CHECK_INT(a.missing, 0, "nobody is called missing");
	import_tally_release(&a);
}

static void
test_repeats(struct tester *t)
{
	static const char own[] = HEAD "1,Trần Văn An,Sở A,an@cantho.gov.example\n2,Ông Trần Văn An,Sở A,AN@cantho.gov.example\n"
	    "3,Lê Bình,Sở A,vanthu@cantho.gov.example\n4,Vũ Cúc,Sở A,vanthu@cantho.gov.example\n";
	static const char other[] = HEAD "1,Trần Văn An,Sở A,an@cantho.gov.example\n2,Trần Văn An,Sở A,an@cantho.gov.example\n"
	    "3,Hồ Em,Sở B,em@gmail.example\n";
	static const char third[] = HEAD "1,Hồ Em,Vụ C,em@gmail.example\n";
	static const char parted[] = HEAD "1,Lê Bình,Sở A,binh@cantho.gov.example\n2,Vũ Cúc,Sở A,vanthu@cantho.gov.example\n"
	    "3,Trần Văn An,Sở A,an@cantho.gov.example\n";
	struct import_tally a;

	fresh_campaign(t);
	CHECK_INT(import_text(t, "T91-x.csv", other, false, &a), 0, "the wrong unit first");
	import_tally_release(&a);
	CHECK_STR(all_rows(t), "T91-x.csv 1 Trần Văn An accept clean \nT91-x.csv 2 Trần Văn An duplicate same_file \n"
	    "T91-x.csv 3 Hồ Em accept clean \n", "until the own unit says otherwise");
	CHECK_INT(import_text(t, "T92-x.csv", own, false, &a), 0, "the own unit");
	CHECK_INT(a.moved, 1, "one is taken over");
	CHECK_INT(a.shared, 1, "the second of the shared mailbox");
	import_tally_release(&a);
	CHECK_INT(import_text(t, "B02-x.csv", third, false, &a), 0, "no domain tells");
	import_tally_release(&a);
	CHECK_STR(all_rows(t), "T91-x.csv 1 Trần Văn An duplicate other_file \nT91-x.csv 2 Trần Văn An duplicate same_file \n"
	    "T91-x.csv 3 Hồ Em accept clean \n"
	    "T92-x.csv 1 Trần Văn An accept clean \nT92-x.csv 2 Ông Trần Văn An duplicate same_file \n"
	    "T92-x.csv 3 Lê Bình accept clean shared_address\nT92-x.csv 4 Vũ Cúc accept clean shared_address\n"
	    "B02-x.csv 1 Hồ Em duplicate other_file \n", "repeats");
	CHECK_INT(world_count(&t->w, "SELECT count(*) FROM contact WHERE campaign = (SELECT max(id) FROM campaign)"), 4, "four people");
	CHECK_INT(import_text(t, "T92-x.csv", parted, false, &a), 0, "a mailbox of one's own");
	CHECK_INT(a.shared, 0, "nothing shared any more");
	CHECK_INT(a.changed, 1, "one changed");
	import_tally_release(&a);
	CHECK(strstr(all_rows(t), "shared_address") == NULL, "and the other one's warning is gone");
}

static void
test_refused(struct tester *t)
{
	static const struct {
		const char *label, *file, *text;
		enum err_code code;
	} bad[] = {
		{ "no unit", "list.csv", HEAD "1,Trần An,Sở A,a@gmail.example\n", ERR_NOTFOUND },
		{ "unknown unit", "T00-list.csv", HEAD "1,Trần An,Sở A,a@gmail.example\n", ERR_NOTFOUND },
		{ "empty", "T92-list.csv", "", ERR_INPUT },
		{ "header only", "T92-list.csv", HEAD, ERR_INPUT },
		{ "no list", "T92-list.csv", "1,2\n3,4\n", ERR_INPUT },
		{ "a workbook", "T92-list.csv", "PK\003\004\024 [Content_Types].xml xl/workbook.xml", ERR_INPUT },
		{ "a PDF", "T92-list.csv", "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", ERR_INPUT },
	};
	struct import_tally a;

	fresh_campaign(t);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		CHECK_INT(import_text(t, bad[i].file, bad[i].text, false, &a), -1, bad[i].label);
		CHECK_INT(t->w.e.code, bad[i].code, bad[i].label);
		CHECK(strncmp(t->w.e.text, bad[i].file, strlen(bad[i].file)) == 0, bad[i].label);
		import_tally_release(&a);
	}
	CHECK_STR(all_rows(t), "", "nothing of them is stored");
	CHECK(!db_in_transaction(t->w.db), "and no transaction is left");
	CHECK_INT(import_text(t, "T92-bad.csv", HEAD "1,Trần An,Sở A,x\n", false, &a), 0, "all rows bad is allowed");
	CHECK_INT(a.disposition[REJECT], 1, "and counted");
	import_tally_release(&a);
}

int
main(void)
{
	struct tester t = { .units = NULL };

	tester_make(&t);
	test_trial(&t, 1);
	test_trial(&t, 2);
	test_corrected(&t);
	test_repeats(&t);
	test_refused(&t);
	units_free(t.units);
	world_end(&t.w);
	return check_done();
}
