/* Sub-units that should nominate somebody: every number of the trial of 2021, and names as offices write them. */
#include "support/check.h"
#include "support/world.h"

#include <dirent.h>

#include "base/csv.h"
#include "base/file.h"
#include "engine/coverage.h"
#include "engine/import.h"
#include "engine/unit_file.h"

#define TRIAL "tests/data/trial-2021/"
#define OPENS 1631811600

struct tester {
	struct world w;
	struct units *units;
	struct campaign c;
};

static void
begin(struct tester *t)
{
	int64_t n;

	world_make(&t->w);
	if (db_begin(t->w.db, &t->w.e) < 0 || unit_file_import(t->w.db, TRIAL "units.csv", &n, &t->w.e) < 0 ||
	    provider_file_import(t->w.db, TRIAL "providers.txt", &n, &t->w.e) < 0 || db_commit(t->w.db, &t->w.e) < 0 ||
	    tree_find(t->w.db, "units", &t->w.tree, &t->w.e) != 1)
		world_die(&t->w, "world");
	world_campaign(&t->w, "c", OPENS, OPENS + 20 * 86400);
	if (campaign_find(t->w.db, &t->w.arena, "c", &t->c, &t->w.e) != 1 ||
	    units_load(&t->units, t->w.db, t->w.tree, OPENS, &t->w.e) < 0)
		world_die(&t->w, "campaign");
}

static void
import(struct tester *t, const char *path)
{
	const struct import_options o = { .campaign = &t->c, .units = t->units };
	struct import_tally tally;

	if (import_roster(t->w.db, &o, path, &tally, &t->w.e) < 0)
		world_die(&t->w, path);
	import_tally_release(&tally);
}

static void
rosters(struct tester *t)
{
	DIR *d = opendir(TRIAL "rosters");
	const struct dirent *entry;

	if (!d)
		world_die(&t->w, "rosters");
	while ((entry = readdir(d)))
		if (strstr(entry->d_name, ".csv"))
			import(t, arena_printf(&t->w.arena, TRIAL "rosters/%s", entry->d_name));
	closedir(d);
}

/* Row by row: the file says how many people each sub-unit has nominated. */
static void
test_trial(struct tester *t)
{
	int64_t units, sub_units, people = 0, without = 0, outside = 0;
	struct csv in = CSV_INIT;
	struct csv_row row;
	struct coverage c;
	size_t i = 0, wrong = 0;

	rosters(t);
	if (!CHECK_INT(coverage_import(t->w.db, t->units, TRIAL "expected-units.csv", &units, &sub_units, &t->w.e), 0, "import"))
		puts(t->w.e.text);
	CHECK_INT(units, 76, "units of whom something is expected");
	CHECK_INT(sub_units, 2148, "sub-units");
	CHECK_INT(coverage_import(t->w.db, t->units, TRIAL "expected-units.csv", &units, &sub_units, &t->w.e), 0, "again");
	CHECK_INT(coverage_look(&c, t->w.db, &t->c, t->units, &t->w.e), 0, "looked at");
	CHECK_INT((int64_t)c.n, 2148, "twice the same file is no more");
	if (csv_open(&in, TRIAL "expected-units.csv", &t->w.e) < 0)
		world_die(&t->w, "expected");
	while (csv_next(&in, &row, &t->w.e) == 1) {
		for (i = 0; i < c.n && (strcmp(c.list[i].unit->code, csv_cell(&row, 0)) != 0 ||
		    strcmp(c.list[i].name, csv_cell(&row, 1)) != 0); i++)
			;
		if (i < c.n && c.list[i].people != strtoll(csv_cell(&row, 3), NULL, 10) && wrong++ < 5)
			printf("%s %s: %d, should be %s\n", csv_cell(&row, 0), csv_cell(&row, 1), (int)c.list[i].people, csv_cell(&row, 3));
	}
	csv_release(&in);
	CHECK_INT((int64_t)wrong, 0, "as many people as the file says, in each of them");
	for (i = 0; i < c.n; i++) {
		people += c.list[i].people;
		without += c.list[i].people == 0;
	}
	for (i = 0; i < c.n_units; i++)
		outside += c.units[i].outside;
	CHECK_INT(people, 2429, "everybody stands somewhere");
	CHECK_INT(without, 46, "sub-units without anybody");
	CHECK_INT(outside, 0, "nobody outside");
	coverage_release(&c);
}

/* A file of one's own replaces what was known of its unit alone. */
static void
test_names(struct tester *t)
{
	static const char expected[] = "DANH SÁCH\n\nMã đơn vị;Đơn vị trực thuộc;Cấp\nB02;Vụ Pháp chế;bo\nB02;Vụ Tổ chức - Biên chế;bo\n"
	    "B02;Văn phòng Bộ;bo\n";
	static const char bad[] = "unit,sub_unit\nB02,Vụ Pháp chế\nAtlantis,Vụ X\n";
	const char *path = arena_printf(&t->w.arena, "%s/expected.csv", t->w.dir);
	const char *roster = arena_printf(&t->w.arena, "%s/B02-x.csv", t->w.dir);
	static const char people[] = "STT,Họ và tên,Đơn vị,Email\n1,Trần An,VỤ PHÁP CHẾ,an@moha.gov.example\n"
	    "2,Lê Bình,\"Vụ Tổ chức, Biên chế - Bộ Nội vụ\",binh@moha.gov.example\n3,Vũ Cúc,Viện Khoa học,cuc@moha.gov.example\n";
	int64_t units, sub_units;
	struct coverage c;
	size_t i = 0, n = 0;

	if (file_replace(path, expected, strlen(expected), &t->w.e) < 0 || file_replace(roster, people, strlen(people), &t->w.e) < 0)
		world_die(&t->w, path);
	import(t, roster);
	CHECK_INT(coverage_import(t->w.db, t->units, path, &units, &sub_units, &t->w.e), 0, "Vietnamese headings, semicolons");
	CHECK_INT(units, 1, "of one unit");
	CHECK_INT(coverage_look(&c, t->w.db, &t->c, t->units, &t->w.e), 0, "looked at");
	while (i < c.n_units && strcmp(c.units[i].unit->code, "B02") != 0)
		i++;
	CHECK_INT(c.units[i].expected, 3, "three expected");
	CHECK_INT(c.units[i].covered, 2, "two have nominated: capitals, a comma, the unit's name do no harm");
	for (size_t k = 0; k < c.n; k++)
		n += strcmp(c.list[k].unit->code, "B02") == 0 && c.list[k].people == 0 && strcmp(c.list[k].name, "Văn phòng Bộ") == 0;
	CHECK_INT((int64_t)n, 1, "the office has not");
	CHECK_INT(c.units[i].outside, 1, "and an institute is none of them");
	CHECK_INT(c.units[i].people, 3, "who is not in the latest roster does not count");
	coverage_release(&c);
	if (file_replace(path, bad, strlen(bad), &t->w.e) < 0)
		world_die(&t->w, path);
	CHECK_INT(coverage_import(t->w.db, t->units, path, &units, &sub_units, &t->w.e), -1, "an unknown unit");
	CHECK(strstr(t->w.e.text, "line 3") != NULL, "is named by line");
	CHECK_INT(coverage_look(&c, t->w.db, &t->c, t->units, &t->w.e), 0, "looked at");
	CHECK_INT(c.units[i].expected, 3, "and nothing of the file was taken");
	coverage_release(&c);
	CHECK_INT(coverage_import(t->w.db, t->units, TRIAL "responses.csv", &units, &sub_units, &t->w.e), -1, "another table is none of these");
}

int
main(void)
{
	struct tester t = { .units = NULL };

	begin(&t);
	test_trial(&t);
	test_names(&t);
	units_free(t.units);
	world_end(&t.w);
	return check_done();
}
