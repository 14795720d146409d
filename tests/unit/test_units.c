/* Unit directories load, and a name finds its unit or a helpful error. */
#include "support/check.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/unit_file.h"
#include "engine/units.h"

#define SUMMER_2021 1631811600	/* 2021-09-17 +07:00 */
#define SPRING_2026 1775000000	/* 2026-04-01 */
#define SUMMER_2026 1785000000	/* 2026-07-25 */

static struct db *db;
static struct err e;

static void
load(const char *name)
{
	struct arena a = ARENA_INIT;
	char *path = arena_printf(&a, "config/units/%s.csv", name);
	int64_t n = 0;

	if (!CHECK_INT(unit_file_import(db, path, &n, &e), 0, path))
		puts(e.text);
	arena_release(&a);
}

static void
test_names(void)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "T92", "T92" }, { "t92", "T92" }, { "Cần Thơ", "T92" }, { "CẦN THƠ", "T92" }, { "can tho", "T92" },
		{ "TP. Cần Thơ", "T92" }, { "TP.Cần Thơ", "T92" }, { "Thành phố Cần Thơ", "T92" },
		{ "UBND thành phố Cần Thơ", "T92" }, { "Ủy ban nhân dân tỉnh Đắk Lắk", "T66" },
		{ "Uỷ ban nhân dân tỉnh Đắk Lắk", "T66" }, { "Đắc Lắc", "T66" }, { "ĐăkLăk", "T66" }, { "Ðắk Lắk", "T66" },
		{ "Hoà Bình", "T17" }, { "Hòa Bình", "T17" }, { "BR-VT", "T77" }, { "Bà Rịa – Vũng Tàu", "T77" },
		{ "Bộ Nội vụ", "B02" }, { "MOHA", "B02" }, { "bo noi vu", "B02" }, { "Bộ KH&ĐT", "B04" },
		{ "Bộ Văn hoá, Thể thao và Du lịch", "B13" }, { "HCM", "T79" }, { "Saigon", "T79" },
		{ "Thua Thien-Hue", "T46" },
	};
	const struct unit *u;
	struct units *units;
	int64_t tree;
	size_t n;

	CHECK_INT(tree_in_force(db, SUMMER_2021, &tree, &e), 1, "a tree of 2021");
	if (!CHECK_INT(units_load(&units, db, tree, SUMMER_2021, &e), 0, "loads"))
		return;
	units_all(units, &n);
	CHECK_INT((int64_t)n, 82, "19 ministries and 63 provinces");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int rc = units_resolve(units, cases[i].in, &u, &e);

		CHECK_STR(rc == 0 ? u->code : e.text, cases[i].want, cases[i].in);
	}
	CHECK_INT(units_resolve(units, "Bình Dươngg", &u, &e), -1, "misspelt");
	CHECK(strstr(e.text, "(T74)") != NULL, "and the right one is suggested");
	CHECK_INT(units_resolve(units, "Atlantis", &u, &e), -1, "unknown");
	u = units_domain_owner(units, "snv.cantho.gov.vn");
	CHECK_STR(u ? u->code : NULL, "T92", "a domain below a unit's domain");
	CHECK(units_domain_owner(units, "gov.vn") == NULL, "a domain above");
	CHECK(units_domain_owner(units, "xcantho.gov.vn") == NULL, "a domain that only ends alike");
	units_free(units);
}

static void
test_periods(void)
{
	const struct unit *u;
	struct units *units;
	int64_t tree, old;
	size_t n;

	CHECK_INT(tree_in_force(db, SUMMER_2021, &old, &e), 1, "2021");
	CHECK_INT(tree_in_force(db, SPRING_2026, &tree, &e), 1, "2026");
	CHECK(old != tree, "another tree after the mergers");
	if (!CHECK_INT(units_load(&units, db, tree, SPRING_2026, &e), 0, "spring"))
		return;
	units_all(units, &n);
	CHECK_INT((int64_t)n, 17 + 34, "17 ministries and 34 provincial units");
	CHECK_INT(units_resolve(units, "Đồng Nai", &u, &e), 0, "Đồng Nai");
	CHECK_STR(u->name_vi, "Tỉnh Đồng Nai", "is a province in April 2026");
	CHECK_INT(units_resolve(units, "Gia Lai", &u, &e), 0, "Gia Lai");
	CHECK_STR(u->predecessors, "T52|T64", "of 2025 is another area than of 2021");
	units_free(units);
	if (!CHECK_INT(units_load(&units, db, tree, SUMMER_2026, &e), 0, "summer"))
		return;
	CHECK_INT(units_resolve(units, "N75", &u, &e), 0, "N75");
	CHECK_STR(u->name_vi, "Thành phố Đồng Nai", "is a city in July 2026");
	units_free(units);
}

static void
test_bad(const char *dir)
{
	static const struct { const char *label, *text, *want; } cases[] = {
		{ "no heading", "a,b\n1,2\n", "line 1" },
		{ "unknown kind", "code,kind,name_vi\nX1,city,Xa\n", "line 2: kind 'city'" },
		{ "empty code", "code,kind,name_vi\n,province,Xa\n", "line 2" },
		{ "bad day", "code,kind,name_vi,valid_from\nX1,province,Xa,soon\n", "line 2: 'soon'" },
		{ "no unit", "code,kind,name_vi\n", "no unit" },
	};
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *path = arena_printf(&a, "%s/bad%zu.csv", dir, i);
		int64_t n;

		file_replace(path, cases[i].text, strlen(cases[i].text), &e);
		db_begin(db, &e);
		CHECK_INT(unit_file_import(db, path, &n, &e), -1, cases[i].label);
		db_abort(db);
		if (!CHECK(strstr(e.text, cases[i].want) != NULL, cases[i].want))
			puts(e.text);
	}
	arena_release(&a);
}

int
main(void)
{
	char dir[] = "/tmp/thumoi-units-XXXXXX", command[64];
	struct arena a = ARENA_INIT;
	int64_t n = 0;

	if (!mkdtemp(dir) || db_open(&db, arena_printf(&a, "%s/s.db", dir), DB_CREATE, &e) < 0)
		return 1;
	load("vn-2021");
	load("vn-2025");
	CHECK_INT(provider_file_import(db, "config/providers.txt", &n, &e), 0, "providers");
	CHECK(n > 10, "several providers");
	test_names();
	test_periods();
	test_bad(dir);
	db_close(db);
	arena_release(&a);
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command) == 0 ? check_done() : 1;
}
