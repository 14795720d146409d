/*
 * The list of corrections goes out and comes back: as it was, with its columns
 * moved, rows deleted, in other encodings, with slips in it. Tokens stay, only
 * the mended are due again, nobody is missing.
 */
#include "support/check.h"
#include "support/world.h"

#include <iconv.h>

#include "base/file.h"
#include "engine/fixlist.h"
#include "engine/fixref.h"
#include "engine/import.h"
#include "engine/plan.h"
#include "engine/unit_file.h"
#include "store/contact.h"
#include "store/evidence.h"
#include "store/invite.h"

#define TRIAL "tests/data/trial-2021/"
#define LINES 32

struct tester {
	struct world w;
	struct units *units;
	struct campaign c;
	struct conf conf;
	int files;
};

static const char roster[] =
    "STT,Họ và tên,Đơn vị,Email\n"
    "1,Trần Văn An,Sở Nội vụ,an@cantho.gov.example\n"
    "2,Lê Thị Bình,Sở Tư pháp,binh@gmail.con\n"
    "3,Vũ Cúc,Sở Y tế,\n"
    "4,Đỗ Dung,Sở Y tế,dung@cantho.gov.example\n"
    "5,=HYPERLINK(1),Sở Xây dựng,không có\n"
    "6,Hồ Ngọc Em,Sở Công Thương,em@cantho\n"
    "7,Lý Phượng,Sở Nội vụ,phuong@cantho.gov.example\n";

static void
begin(struct tester *t)
{
	int64_t n;

	world_make(&t->w);
	if (db_begin(t->w.db, &t->w.e) < 0 || unit_file_import(t->w.db, TRIAL "units.csv", &n, &t->w.e) < 0 ||
	    provider_file_import(t->w.db, TRIAL "providers.txt", &n, &t->w.e) < 0 || db_commit(t->w.db, &t->w.e) < 0 ||
	    tree_find(t->w.db, "units", &t->w.tree, &t->w.e) != 1 || conf_load(&t->conf, NULL, false, &t->w.e) < 0)
		world_die(&t->w, "world");
	world_campaign(&t->w, "c", clock_now() - 86400, clock_now() + 20 * 86400);
	/* 2021's directory is not in force any more: its units count for the tests all the same. */
	if (campaign_find(t->w.db, &t->w.arena, "c", &t->c, &t->w.e) != 1)
		world_die(&t->w, "campaign");
	t->c.opens_at = 1631811600;
	if (units_load(&t->units, t->w.db, t->w.tree, t->c.opens_at, &t->w.e) < 0)
		world_die(&t->w, "units");
}

/* A file of the unit T92 that holds these bytes, as often as asked for with another name. */
static int
import(struct tester *t, const void *data, size_t len, struct import_tally *tally)
{
	const struct import_options o = { .campaign = &t->c, .units = t->units };
	const char *path = arena_printf(&t->w.arena, "%s/T92-%d.csv", t->w.dir, ++t->files);

	t->w.e = (struct err)ERR_INIT;
	if (file_replace(path, data, len, &t->w.e) < 0)
		world_die(&t->w, path);
	return import_roster(t->w.db, &o, path, tally, &t->w.e);
}

static void
import_fine(struct tester *t, const char *text, struct import_tally *tally, const char *label)
{
	if (!CHECK_INT(import(t, text, strlen(text), tally), 0, label))
		puts(t->w.e.text);
}

/* The list as it would be sent now. */
static const char *
list_now(struct tester *t, size_t *n)
{
	struct account account = { .arena = ARENA_INIT };
	struct dossiers d = { .arena = ARENA_INIT };
	struct buf b = BUF_INIT(1 << 20);
	const char *s = "";

	*n = 0;
	if (account_build(&account, t->w.db, &t->c, &t->conf, NULL, clock_now(), &t->w.e) < 0 ||
	    dossiers_build(&d, t->w.db, &account, &(struct facts_of){ NULL, 0 }, LANG_VI, &t->w.e) < 0)
		world_die(&t->w, "dossiers");
	for (size_t i = 0; i < d.n; i++)
		if (strcmp(d.list[i].unit->unit.code, "T92") == 0) {
			fixlist_csv(&b, &(struct fixlist){ &t->c, &d.list[i], LANG_VI, clock_now() });
			*n = d.list[i].n_fixes;
			s = arena_dup(&t->w.arena, buf_str(&b));
		}
	buf_release(&b);
	dossiers_release(&d);
	account_release(&account);
	return s;
}

static const char *
of_contact(struct tester *t, const char *column, const char *name)
{
	static const char token[] = "SELECT token FROM contact WHERE name = $1";
	static const char state[] = "SELECT state || ' ' || reason FROM contact WHERE name = $1";
	static const char email[] = "SELECT coalesce((SELECT email FROM address WHERE contact = c.id AND rank = 1), '') FROM contact c WHERE name = $1";
	const char *sql = strcmp(column, "token") == 0 ? token : strcmp(column, "state") == 0 ? state : email;
	struct stmt *s = db_stmt(t->w.db, sql, &t->w.e);
	const char *v = "(nobody)";

	if (!s)
		world_die(&t->w, column);
	bind_text(s, 1, name);
	if (db_step(s, &t->w.e) == 1)
		v = arena_dup(&t->w.arena, col_text(s, 0));
	db_done(s);
	return v;
}

static int64_t
missing(struct tester *t)
{
	return world_count(&t->w, "SELECT count(*) FROM contact WHERE missing_since IS NOT NULL");
}

/* The records of a list, each cell by its column; simple cells, as our list has them but for the quoted. */
struct table { const char *cell[LINES][FIX_COLUMNS]; size_t n; };

static void
read_table(struct tester *t, const char *csv, struct table *to)
{
	struct csv in = CSV_INIT;
	struct csv_row row;

	to->n = 0;
	if (csv_open_memory(&in, csv, strlen(csv), &t->w.e) < 0)
		world_die(&t->w, "list");
	while (csv_next(&in, &row, &t->w.e) == 1 && to->n < LINES) {
		for (size_t c = 0; c < FIX_COLUMNS; c++)
			to->cell[to->n][c] = arena_dup(&t->w.arena, csv_cell(&row, c));
		to->n++;
	}
	csv_release(&in);
}

static size_t
row_of(const struct table *l, const char *name)
{
	for (size_t i = 1; i < l->n; i++)
		if (strstr(l->cell[i][FIX_NAME], name))
			return i;
	printf("no row of %s\n", name);
	return 0;
}

/* As an office sends it back: these columns in this order, without the rows that are skipped. */
static const char *
write_table(struct tester *t, const struct table *l, const int *columns, size_t n, const char *skip, char delimiter)
{
	struct buf b = BUF_INIT(1 << 20);
	const char *s;

	for (size_t i = 0; i < l->n; i++) {
		if (skip && strstr(l->cell[i][FIX_NAME], skip))
			continue;
		for (size_t c = 0; c < n; c++) {
			const char *cell = l->cell[i][columns[c]];

			if (c)
				buf_char(&b, delimiter);
			if (strchr(cell, delimiter))
				buf_printf(&b, "\"%s\"", cell);
			else
				buf_str_add(&b, cell);
		}
		buf_str_add(&b, "\r\n");
	}
	s = arena_dup(&t->w.arena, buf_str(&b));
	buf_release(&b);
	return s;
}

static const void *
recode(struct tester *t, const char *text, const char *to, size_t *len)
{
	size_t left = strlen(text), room = left * 4 + 16;
	char *out = arena_alloc(&t->w.arena, room), *at = out, *in = arena_dup(&t->w.arena, text);
	iconv_t cd = iconv_open(to, "UTF-8");

	CHECK(cd != (iconv_t)-1, to);
	CHECK(iconv(cd, &in, &left, &at, &room) != (size_t)-1, to);
	iconv_close(cd);
	*len = (size_t)(at - out);
	return out;
}

static void
test_reference(void)
{
	char code[FIXREF_MAX], other[FIXREF_MAX];

	fixref_write(code, 3, 1042);
	CHECK_INT(fixref_read(code, 3), 1042, "a reference names its person");
	CHECK_INT(fixref_read(code, 4), 0, "... of that campaign");
	fixref_write(other, 3, 1043);
	CHECK(strcmp(code, other) != 0, "another person, another reference");
	code[3] = code[3] == '1' ? '2' : '1';
	CHECK_INT(fixref_read(code, 3), 0, "a slip of the pen is nobody");
	CHECK_INT(fixref_read(" tm1042 k381x", 3), 0, "nor is something longer");
	CHECK_INT(fixref_read("", 3), 0, "nor nothing");
}

/* The importer knows our headings, in both languages, and takes none for something else. */
static void
test_headings(void)
{
	static const enum column want[FIX_COLUMNS] = { [FIX_REFERENCE] = COL_REFERENCE, [FIX_NAME] = COL_NAME, [FIX_SUB_UNIT] = COL_DEPT,
	    [FIX_EMAIL] = COL_EMAIL, [FIX_CORRECTED] = COL_CORRECTED };
	struct arena a = ARENA_INIT;
	bool personal;

	for (int l = 0; l < 2; l++)
		for (int c = 0; c < FIX_COLUMNS; c++)
			CHECK_INT(heading_read(&a, fixlist_heading(c, (enum lang)l), &personal), want[c], fixlist_heading(c, (enum lang)l));
	CHECK_INT(heading_read(&a, "corrected_email", &personal), COL_CORRECTED, "as a program would call it");
	CHECK_INT(heading_read(&a, "Địa chỉ email (sửa lại)", &personal), COL_CORRECTED, "as people would");
	CHECK_INT(heading_read(&a, "Thư điện tử", &personal), COL_EMAIL, "an ordinary address is none");
	arena_release(&a);
}

/* What stands in the list: those and only those whom the unit can help. */
static const char *
test_list(struct tester *t)
{
	struct import_tally a;
	struct table l;
	const char *list;
	size_t n;

	import_fine(t, roster, &a, "the roster");
	CHECK_INT(a.added, 7, "seven people");
	import_tally_release(&a);
	list = list_now(t, &n);
	CHECK_INT((int64_t)n, 4, "four rows to correct");
	CHECK(strncmp(list, "\xef\xbb\xbf", 3) == 0, "with a byte order mark, for Excel");
	read_table(t, list, &l);
	CHECK_INT((int64_t)l.n, 5, "and a heading");
	CHECK_STR(l.cell[row_of(&l, "Bình")][FIX_EMAIL], "binh@gmail.con", "the address as they wrote it");
	CHECK_STR(l.cell[row_of(&l, "Bình")][FIX_SUGGESTION], "binh@gmail.example", "what may be meant");
	CHECK_STR(l.cell[row_of(&l, "Bình")][FIX_LINE], "3", "the line of their file");
	CHECK_STR(l.cell[row_of(&l, "Bình")][FIX_SEQ], "2", "and the record");
	CHECK_STR(l.cell[row_of(&l, "Bình")][FIX_CORRECTED], "", "room for the right one");
	CHECK_STR(l.cell[row_of(&l, "HYPERLINK")][FIX_NAME], "'=HYPERLINK(1)", "nothing runs as a formula");
	CHECK(strstr(list, of_contact(t, "token", "Lê Thị Bình")) == NULL, "no token stands in it");
	return list;
}

static void
test_untouched(struct tester *t, const char *list)
{
	struct import_tally a;

	import_fine(t, list, &a, "the list as it was sent");
	CHECK(a.corrections && !a.replaced, "is known as a list of corrections");
	CHECK_INT(a.mended, 0, "and mends nothing");
	CHECK_INT(a.unchanged, 4, "four as they were");
	CHECK_INT(a.added, 0, "nobody is new");
	import_tally_release(&a);
	CHECK_INT(missing(t), 0, "nobody is missing");
	import_fine(t, list, &a, "once more");
	CHECK(a.again, "the very same file is known");
	import_tally_release(&a);
}

/* Columns moved, one row deleted, semicolons, Windows-1258. */
static void
test_moved(struct tester *t, const char *list)
{
	static const int order[] = { FIX_CORRECTED, FIX_NAME, FIX_WRONG, FIX_REFERENCE, FIX_SUGGESTION, FIX_EMAIL, FIX_LINE };
	const char *token = of_contact(t, "token", "Lê Thị Bình"), *text;
	struct import_tally a;
	const void *bytes;
	struct table l;
	size_t len;

	read_table(t, list, &l);
	l.cell[row_of(&l, "Bình")][FIX_CORRECTED] = "binh.moi@cantho.gov.example";
	text = write_table(t, &l, order, COUNT_OF(order), "Cúc", ';');
	bytes = recode(t, text, "CP1258//TRANSLIT", &len);
	if (!CHECK_INT(import(t, bytes, len, &a), 0, "moved columns, semicolons, Windows-1258"))
		puts(t->w.e.text);
	CHECK_STR(a.encoding, "windows-1258", "the encoding was found");
	CHECK_INT(a.mended, 1, "one mended");
	CHECK_INT(a.unchanged, 2, "two left as they were");
	CHECK_INT(a.added, 0, "nobody is new");
	import_tally_release(&a);
	CHECK_INT(missing(t), 0, "whose row was deleted is not missing");
	CHECK_STR(of_contact(t, "email", "Lê Thị Bình"), "binh.moi@cantho.gov.example", "the address is mended");
	CHECK_STR(of_contact(t, "state", "Lê Thị Bình"), "mailable clean", "mail can go there");
	CHECK_STR(of_contact(t, "token", "Lê Thị Bình"), token, "the token stays");
	CHECK_STR(of_contact(t, "state", "Vũ Cúc"), "rejected missing_email", "the deleted row changes nothing");
	CHECK_INT(world_count(&t->w, "SELECT count(*) FROM roster_row WHERE contact = (SELECT id FROM contact WHERE name = 'Lê Thị Bình')"), 3,
	    "every row about the person is kept");
}

/* UTF-16 with tabs, as Excel's "Unicode text"; without the reference: the name tells. */
static void
test_utf16(struct tester *t, const char *list)
{
	static const int order[] = { FIX_NAME, FIX_SUB_UNIT, FIX_EMAIL, FIX_CORRECTED };
	struct import_tally a;
	const void *bytes;
	struct table l;
	size_t len;

	read_table(t, list, &l);
	l.cell[row_of(&l, "Cúc")][FIX_CORRECTED] = "cuc@cantho.gov.example";
	bytes = recode(t, arena_printf(&t->w.arena, "\xef\xbb\xbf%s", write_table(t, &l, order, COUNT_OF(order), "Bình", '\t')),
	    "UTF-16LE", &len);
	if (!CHECK_INT(import(t, bytes, len, &a), 0, "UTF-16, tabs, no reference"))
		puts(t->w.e.text);
	CHECK_INT(a.mended, 1, "one mended");
	CHECK_INT(a.added, 0, "nobody is new");
	import_tally_release(&a);
	CHECK_STR(of_contact(t, "email", "Vũ Cúc"), "cuc@cantho.gov.example", "by the name");
}

/* What is wrong again is held or sent back, and takes nothing away. */
static void
test_slips(struct tester *t, const char *list)
{
	static const int order[] = { FIX_REFERENCE, FIX_NAME, FIX_EMAIL, FIX_CORRECTED };
	struct import_tally a;
	struct table l, mixed;
	const char *swap;

	read_table(t, list, &l);
	l.cell[row_of(&l, "Em")][FIX_CORRECTED] = "em@gmail.con";
	l.cell[row_of(&l, "HYPERLINK")][FIX_CORRECTED] = "sẽ gửi sau";
	import_fine(t, write_table(t, &l, order, COUNT_OF(order), NULL, ','), &a, "a typo and a sentence");
	CHECK_INT(a.mended, 0, "mend nothing");
	CHECK_INT(a.disposition[HOLD], 1, "one is held");
	CHECK_INT(a.disposition[REJECT], 1, "one is sent back");
	import_tally_release(&a);
	CHECK_STR(of_contact(t, "state", "Hồ Ngọc Em"), "held typo_domain", "the person has the new fault now");
	CHECK_STR(of_contact(t, "email", "Lê Thị Bình"), "binh.moi@cantho.gov.example", "who was mended stays so");

	/* One column sorted without the others: reference and name are two people's. */
	mixed = l;
	swap = mixed.cell[row_of(&l, "Em")][FIX_NAME];
	mixed.cell[row_of(&l, "Em")][FIX_NAME] = mixed.cell[row_of(&l, "Cúc")][FIX_NAME];
	mixed.cell[row_of(&l, "Cúc")][FIX_NAME] = swap;
	mixed.cell[row_of(&l, "Em")][FIX_CORRECTED] = "x@cantho.gov.example";
	mixed.cell[row_of(&l, "Cúc")][FIX_CORRECTED] = "y@cantho.gov.example";
	import_fine(t, write_table(t, &mixed, order, COUNT_OF(order), "HYPERLINK", ','), &a, "a column sorted alone");
	CHECK_INT(a.mended, 0, "nobody gets a stranger's address");
	CHECK_INT(a.reason[R_AMBIGUOUS_PERSON], 2, "both are held");
	import_tally_release(&a);
	CHECK_STR(of_contact(t, "email", "Vũ Cúc"), "cuc@cantho.gov.example", "as before");

	/* Somebody else takes part instead. */
	import_fine(t, "Mã tham chiếu,Họ và tên,Đơn vị công tác,Thư điện tử đã sửa\n,Ngô Thay,Sở Công Thương,thay@cantho.gov.example\n", &a,
	    "a new name in a new row");
	CHECK_INT(a.added, 1, "is a new person");
	CHECK_INT(a.mended, 0, "and mends nobody");
	import_tally_release(&a);
	CHECK_STR(of_contact(t, "email", "Ngô Thay"), "thay@cantho.gov.example", "with the address");
	CHECK_INT(missing(t), 0, "still nobody is missing");
}

/* A list without references, several rows a person, as checks of rosters write it. */
static void
test_other_list(struct tester *t)
{
	static const char text[] = "unit,file,line,seq,name,email,finding,severity,detail,suggestion,corrected_email\n"
	    "T92,T92.csv,5,4,Đỗ Dung,dung@cantho.gov.example,bounced_before,warning,,,dung.moi@cantho.gov.example\n"
	    "T92,T92.csv,5,4,Đỗ Dung,dung@cantho.gov.example,role_address,note,,,dung.moi@cantho.gov.example\n"
	    "T92,T92.csv,8,7,Lý Phượng,phuong@cantho.gov.example,role_address,note,,x@cantho.gov.example,\n";
	struct import_tally a;

	import_fine(t, text, &a, "a list of another make");
	CHECK_INT(a.mended, 1, "one mended");
	CHECK_INT(a.unchanged, 2, "said twice, and not at all");
	CHECK_INT(a.added, 0, "nobody is new");
	import_tally_release(&a);
	CHECK_STR(of_contact(t, "email", "Đỗ Dung"), "dung.moi@cantho.gov.example", "mended");
	CHECK_STR(of_contact(t, "email", "Lý Phượng"), "phuong@cantho.gov.example", "a suggestion is no correction");
	CHECK_INT(missing(t), 0, "nobody is missing");
}

/* Only who was mended is due in a wave for the mended; afterwards nobody is. */
static void
test_due(struct tester *t)
{
	struct wave all = { .name = "w1", .template = "invitation", .audience = "", .uncertain = "hold", .state = "running" },
	    mended = { .name = "w2", .template = "invitation", .audience = "mended=yes", .uncertain = "hold", .state = "running" };
	static const char went[] = "UPDATE invite SET attempts = 1, state = 'accepted'";
	struct campaign now = t->c;
	struct plan p;

	now.opens_at = clock_now() - 86400;
	all.campaign = mended.campaign = t->c.id;
	CHECK_INT(wave_insert(t->w.db, &all, &t->w.e), 0, "a wave");
	CHECK_INT(wave_insert(t->w.db, &mended, &t->w.e), 0, "a wave for the mended");
	CHECK_INT(plan_check(t->w.db, "mended=yes", &t->c, &t->w.e), 0, "the expression is known");
	CHECK_INT(plan_check(t->w.db, "mended=no", &t->c, &t->w.e), -1, "but no other value");
	if (!CHECK_INT(plan_wave(t->w.db, &t->conf, &now, &mended, clock_now(), &p, &t->w.e), 0, "planned"))
		puts(t->w.e.text);
	CHECK_INT(p.planned, 3, "Bình, Cúc and Dung, nobody else");
	CHECK_INT(world_count(&t->w, "SELECT count(*) FROM invite i JOIN contact c ON c.id = i.contact WHERE c.name = 'Lê Thị Bình'"
	    " AND i.email = 'binh.moi@cantho.gov.example'"), 1, "at the new address");
	CHECK_INT(db_run(db_stmt(t->w.db, went, &t->w.e), &t->w.e), 0, "it went out");
	mended.id = 0;
	mended.name = "w3";
	CHECK_INT(wave_insert(t->w.db, &mended, &t->w.e), 0, "another wave for the mended");
	CHECK_INT(plan_wave(t->w.db, &t->conf, &now, &mended, clock_now(), &p, &t->w.e), 0, "planned");
	CHECK_INT(p.planned, 0, "they have their letter: nobody is due");
}

/* What it won; and a whole corrected roster counts, too. */
static void
test_won(struct tester *t)
{
	static const char id[] = "SELECT id FROM contact WHERE name = 'Lê Thị Bình'";
	static const char whole[] = "STT,Họ và tên,Đơn vị,Email\n1,Trần Văn An,Sở Nội vụ,an.moi@cantho.gov.example\n"
	    "2,Lê Thị Bình,Sở Tư pháp,binh.moi@cantho.gov.example\n3,Vũ Cúc,Sở Y tế,cuc@cantho.gov.example\n4,Đỗ Dung,Sở Y tế,dung.moi@cantho.gov.example\n";
	struct corrections c;
	struct import_tally a;

	CHECK_INT(answer_record(t->w.db, world_count(&t->w, id), t->c.instruments[0].id, clock_now() + 5, "import", &t->w.e), 1, "an answer");
	CHECK_INT(corrections_count(t->w.db, t->c.id, 0, &c, &t->w.e), 0, "counted");
	CHECK_INT(c.mended, 3, "three addresses mended");
	CHECK_INT(c.invited, 3, "all written to");
	CHECK_INT(c.accepted, 3, "all accepted");
	CHECK_INT(c.answered, 1, "one answered");
	import_fine(t, whole, &a, "a whole roster, corrected");
	CHECK(a.replaced && !a.corrections, "replaces what was there");
	CHECK_INT(a.unchanged, 3, "Bình, Cúc and Dung stay");
	CHECK_INT(a.changed, 1, "An has another address");
	CHECK_INT(a.missing, 4, "and who is not in it any more is missing");
	import_tally_release(&a);
	CHECK_INT(corrections_count(t->w.db, t->c.id, 0, &c, &t->w.e), 0, "counted");
	CHECK_INT(c.mended, 4, "that is a correction like the others");
	CHECK_INT(c.answered, 1, "but has won nothing yet");
}

int
main(void)
{
	struct tester t = { .files = 0 };
	const char *list;

	begin(&t);
	test_reference();
	test_headings();
	list = test_list(&t);
	test_untouched(&t, list);
	test_moved(&t, list);
	test_utf16(&t, list);
	test_slips(&t, list);
	test_other_list(&t);
	test_due(&t);
	test_won(&t);
	units_free(t.units);
	conf_release(&t.conf);
	world_end(&t.w);
	return check_done();
}
