/* The reports: numbers, columns, sentences, and that a fault is said aloud. */
#include "support/check.h"

#include <fcntl.h>

#include "app/commands.h"
#include "base/buf.h"
#include "engine/report.h"
#include "engine/sentence.h"
#include "store/pace.h"
#include "support/fill_trial.h"

struct made {
	struct conf conf;
	struct account a;
	struct finding *list;
	struct report r;
	int faults;
	struct buf said;
};

static void
make(struct made *m, struct fill *f, const char *instrument, enum lang l)
{
	struct err e = ERR_INIT;

	*m = (struct made){ .said = BUF_INIT(65536) };
	if (conf_load(&m->conf, NULL, false, &e) < 0 ||
	    account_build(&m->a, f->db, &f->c, &m->conf, instrument, TRIAL_AFTER, &e) < 0 ||
	    (m->faults = account_check(&m->a, f->db, &m->said, &e)) < 0)
		die("cannot make the report: %s", e.text);
	m->r = (struct report){ .account = &m->a, .lang = l, .summaries = { l }, .n_summaries = 1 };
	m->r.n_findings = findings(&m->a, &m->a.arena, &m->list);
	m->r.findings = m->list;
}

static void
unmake(struct made *m)
{
	account_release(&m->a);
	conf_release(&m->conf);
	buf_release(&m->said);
}

typedef int report_fn(const struct report *, FILE *, enum out_format, struct err *);

static char *
printed(const struct report *r, report_fn *fn, enum out_format format)
{
	struct err e = ERR_INIT;
	size_t len = 0;
	char *s = NULL;
	FILE *f = open_memstream(&s, &len);

	if (!f || fn(r, f, format, &e) < 0)
		die("cannot print the report: %s", e.text);
	fclose(f);
	return s;
}

static bool
has(const char *text, const char *piece)
{
	if (strstr(text, piece))
		return true;
	printf("missing: %s\n", piece);
	return false;
}

/* The table the newsletter mentions and does not print, unit by unit. */
static void
test_trial_units(struct made *m)
{
	char *csv = printed(&m->r, report_participation, OUT_CSV), *p = csv, *want_text, *q;
	const char *got[20], *want[12];
	struct file file = FILE_INIT;
	int units = 0;

	CHECK(strncmp(csv, "unit,kind,name,roster,nominated,mailable,invited,accepted,survey,feedback,took_part,no_survey,"
	    "no_feedback,class\n", 107) == 0, "columns of the contract");
	want_text = trial_file(&file, "expected-report.csv");
	for (p = trial_record(p, got, 20); (p = trial_record(p, got, 20)) && strcmp(got[0], "TOTAL") != 0;) {
		/* Our columns in the order of theirs. */
		static const int ours[] = { 0, 2, 4, 5, 8, 9, 10, 11, 12, 13 };
		char *copy = mem_dup(want_text);
		bool known = false;

		q = copy;
		for (q = trial_record(q, want, 12); (q = trial_record(q, want, 12));) {
			if (strcmp(want[0], got[0]) != 0)
				continue;
			known = true;
			for (size_t i = 0; i < COUNT_OF(ours); i++)
				CHECK_STR(got[ours[i]], want[i], got[0]);
			CHECK_STR(got[3], "1", "it sent a roster");
		}
		if (!known) {
			CHECK_STR(got[13], "no_roster", got[0]);
			CHECK_STR(got[3], "0", "and no roster is counted");
			CHECK_STR(got[4], "0", "and nobody is nominated");
		}
		units++;
		free(copy);
	}
	CHECK_INT(units, 82, "19 ministries and 63 provinces");
	CHECK(p && strcmp(got[0], "TOTAL") == 0 && !*p, "the last line is the total");
	CHECK_STR(got[3], "76", "rosters");
	CHECK_STR(got[4], "2429", "nominated");
	CHECK_STR(got[5], "2383", "mailable");
	CHECK_STR(got[6], "2383", "invited");
	CHECK_STR(got[8], "949", "survey");
	CHECK_STR(got[9], "1089", "feedback");
	CHECK_STR(got[10], "1120", "took part");
	CHECK_STR(got[11], "1480", "no survey");
	CHECK_STR(got[12], "1340", "no feedback");
	file_release(&file);
	free(want_text);
	free(csv);
}

static void
sum_causes(const char *csv, int64_t *units, int64_t *total)
{
	char *copy = mem_dup(csv), *p = copy;
	const char *cell[6];

	*units = *total = 0;
	for (p = trial_record(p, cell, 6); (p = trial_record(p, cell, 6));)
		*(strcmp(cell[0], "TOTAL") == 0 ? total : units) += strtoll(cell[4], NULL, 10);
	free(copy);
}

static void
test_trial_causes(struct made *m)
{
	static const struct { enum cause cause; int64_t people; } want[] = {
		{ CAUSE_ANSWERED, 918 }, { CAUSE_ANSWERED_PARTLY, 202 }, { CAUSE_BAD_ROW, 46 }, { CAUSE_BAD_USER, 61 },
		{ CAUSE_BAD_DOMAIN, 24 }, { CAUSE_MAILBOX_FULL, 76 }, { CAUSE_REFUSED_POLICY, 310 },
		{ CAUSE_REFUSED_CONTENT, 224 }, { CAUSE_EXPIRED, 62 }, { CAUSE_UNKNOWN, 506 },
	};
	int64_t units, total;
	char *csv;

	for (size_t i = 0; i < COUNT_OF(want); i++)
		CHECK_INT(tally_cause(&m->a.all, want[i].cause), want[i].people, cause_info(want[i].cause)->key);
	CHECK_INT(tally_sum(&m->a.all), 2429, "everybody is accounted for");
	for (enum report_by by = BY_UNIT; by <= BY_DOMAIN; by++) {
		m->r.by = by;
		csv = printed(&m->r, report_causes, OUT_CSV);
		sum_causes(csv, &units, &total);
		CHECK(strncmp(csv, by == BY_UNIT ? "unit,cause,owner,grade,people\n" : "domain,cause,owner,grade,people\n",
		    by == BY_UNIT ? 30 : 32) == 0, "columns");
		CHECK_INT(units, 2429, "the rows add up");
		CHECK_INT(total, 2429, "the TOTAL lines add up");
		CHECK(has(csv, "TOTAL,refused_policy,mail_admin,A,310\n"), "a total");
		CHECK(has(csv, "TOTAL,unknown,,,506\n"), "the unknown has neither owner nor grade");
		free(csv);
	}
	m->r.by = BY_OWNER;
	csv = printed(&m->r, report_causes, OUT_CSV);
	CHECK(has(csv, "owner,cause,grade,people\n") && has(csv, "\nmail_admin,expired,A,62\n") &&
	    has(csv, "\nTOTAL,,,2429\n"), "by owner");
	free(csv);
	m->r.by = BY_UNIT;
}

static const struct finding *
find(const struct made *m, enum finding_kind kind, const char *subject)
{
	for (size_t i = 0; i < m->r.n_findings; i++) {
		const struct finding *f = &m->list[i];

		if (f->kind == kind && strcmp(f->domain ? f->domain->domain : f->unit ? f->unit->unit.code : "", subject) == 0)
			return f;
	}
	return NULL;
}

static void
test_trial_findings(struct made *m)
{
	static const char *const no_roster[] = { "B01", "B09", "B11", "B14", "B15", "B17" },
	    *const zero[] = { "T51", "T64", "T74", "T82" };
	const struct finding *f;
	struct buf b = BUF_INIT(65536);
	size_t few = 0;

	for (size_t i = 0; i < COUNT_OF(no_roster); i++)
		CHECK(find(m, FINDING_NO_ROSTER, no_roster[i]), no_roster[i]);
	for (size_t i = 0; i < COUNT_OF(zero); i++)
		CHECK(find(m, FINDING_ZERO, zero[i]), zero[i]);
	for (size_t i = 0; i < m->r.n_findings; i++)
		few += m->list[i].kind == FINDING_VERY_FEW;
	CHECK_INT((int64_t)few, 15, "fifteen with very few");
	f = find(m, FINDING_DOMAIN_SILENT, "gialai.gov.example");
	if (CHECK(f, "Gia Lai takes everything and stays silent")) {
		CHECK_INT(f->grade, 'C', "which is indicative only");
		finding_text(&b, f, LANG_VI);
		CHECK_STR(buf_str(&b), "gialai.gov.example: đã nhận 31 thư, không một ai phản hồi", "in words");
		buf_clear(&b);
	}
	f = find(m, FINDING_DOMAIN_REFUSES, "binhduong.gov.example");
	CHECK(f && f->grade == 'A' && f->n == 19, "Bình Dương refuses");
	f = find(m, FINDING_DOMAIN_SPAM, "gmail.example");
	if (CHECK(f && f->n > 0 && f->of > f->n, "found in spam at gmail.example"))
		CHECK(f->low > 0 && f->low < (double)f->n / (double)f->of && f->high > (double)f->n / (double)f->of,
		    "with its interval");
	CHECK(!find(m, FINDING_SENDER, ""), "nobody blames our authentication");
	buf_release(&b);
}

static void
test_trial_sentences(struct made *m)
{
	struct buf b = BUF_INIT(1 << 20);

	sentences_participation(&b, &m->a, LANG_VI);
	CHECK(has(buf_str(&b), "13/19 bộ và 63/63 tỉnh đã gửi danh sách; tổng số công chức được cử là 2.429 người.\n"), "rosters");
	CHECK(has(buf_str(&b), "1.480/2.429 công chức (60,9%) chưa trả lời phiếu khảo sát.\n"), "the gap");
	CHECK(has(buf_str(&b), "1.340/2.429 công chức (55,2%) chưa trả lời phiếu phản hồi ý kiến.\n"), "the other gap");
	CHECK(has(buf_str(&b), "6/19 bộ chưa gửi danh sách: Bộ Giáo dục và Đào tạo; Bộ Khoa học và Công nghệ; Bộ Ngoại giao;"
	    " Bộ Thông tin và Truyền thông; Bộ Xây dựng và Ủy ban Dân tộc.\n"), "the six by name");
	CHECK(has(buf_str(&b), "4/63 tỉnh đã gửi danh sách nhưng không có công chức nào tham gia: Bình Dương; Gia Lai;"
	    " Quảng Ngãi và Tiền Giang.\n"), "the four by name");
	CHECK(has(buf_str(&b), "15/63 tỉnh có rất ít công chức tham gia (không quá 2 người): Bà Rịa - Vũng Tàu; Đắk Nông;"),
	    "fifteen with very few, in Vietnamese order");
	buf_clear(&b);
	sentences_participation(&b, &m->a, LANG_EN);
	CHECK(has(buf_str(&b), "13 of 19 ministries and 63 of 63 provinces sent a roster; 2,429 officials were nominated"), "rosters");
	CHECK(has(buf_str(&b), "1,480 of 2,429 (60.9%) have not answered it.\n"), "the gap in English");
	CHECK(has(buf_str(&b), "4 of 63 provinces sent a roster, but nobody took part: Binh Duong Province; Gia Lai Province;"
	    " Quang Ngai Province; and Tien Giang Province.\n"), "the four in English");
	buf_clear(&b);
	sentences_causes(&b, &m->a, LANG_VI);
	CHECK(has(buf_str(&b), "1.511 công chức chưa trả lời đủ các phiếu. Nguyên nhân đã có bằng chứng: máy chủ nhận từ chối"
	    " theo quy định: 310; bị từ chối vì nội dung: 224; trả lời một phần: 202; "), "largest first");
	CHECK(has(buf_str(&b), "Còn 506 công chức chưa rõ nguyên nhân"), "unknown is not dressed up");
	CHECK(has(buf_str(&b), "918 + 202 + 46 + 61 + 24 + 76 + 310 + 224 + 62 + 506 = 2.429.\n"), "the sum");
	buf_release(&b);
}

static void
test_one_form(struct fill *f)
{
	struct buf b = BUF_INIT(65536);
	struct made m;

	make(&m, f, "survey", LANG_VI);
	CHECK_INT(tally_cause(&m.a.all, CAUSE_ANSWERED), 949, "as to the survey: answered");
	CHECK_INT(tally_cause(&m.a.all, CAUSE_ANSWERED_PARTLY), 171, "only the other form");
	CHECK_INT(tally_sum(&m.a.all), 2429, "and everybody");
	sentences_causes(&b, &m.a, LANG_VI);
	CHECK(has(buf_str(&b), "1.480 công chức chưa trả lời phiếu khảo sát. "), "explains the 1,480");
	buf_release(&b);
	unmake(&m);
}

static void
test_page(struct made *m)
{
	char *page = printed(&m->r, report_causes, OUT_HTML);
	int bars = 0, rows = 0;

	for (const char *p = page; (p = strstr(p, "role=\"img\"")); p++)
		bars++;
	for (const char *p = page; (p = strstr(p, "<tr")); p++)
		rows++;
	CHECK(!strstr(page, "<script") && !strstr(page, "http:") && !strstr(page, "https:") && !strstr(page, "@import") &&
	    !strstr(page, "<link") && !strstr(page, "<img"), "nothing is fetched, nothing runs");
	CHECK(bars >= 1 + 76 + 2 + 25, "a bar in all, for each unit, and for the domains");
	CHECK(rows > 110, "tables");
	CHECK(has(page, "<title>Gia Lai: 3 dòng danh sách bị lỗi, 39 chưa rõ nguyên nhân</title>"), "bars say it in words");
	CHECK(has(page, "<html lang=\"vi\">") && has(page, "charset=\"utf-8\""), "language and charset");
	CHECK(has(page, "2.429") && has(page, "13/19") && has(page, "1.480/2.429 công chức"), "the numbers");
	free(page);
}

static void
test_trial(void)
{
	struct made m;
	struct fill f;
	char *s;

	if (!fill_trial(&f)) {
		check_skip("the synthetic trial is not here: " TRIAL);
		return;
	}
	make(&m, &f, NULL, LANG_VI);
	CHECK_INT(m.faults, 0, "it reconciles");
	CHECK_STR(buf_str(&m.said), "", "and nothing is said");
	test_trial_units(&m);
	test_trial_causes(&m);
	test_trial_findings(&m);
	test_trial_sentences(&m);
	test_page(&m);
	account_sort(&m.a, ORDER_NAME);
	s = printed(&m.r, report_participation, OUT_TEXT);
	CHECK(strstr(s, "Bạc Liêu") < strstr(s, "Bắc Giang") && strstr(s, "Bình Dương") < strstr(s, "Bình Định"),
	    "Vietnamese order of names");
	CHECK(strstr(s, "Thanh tra Chính phủ") < strstr(s, "Hà Nội"), "ministries and provinces apart");
	free(s);
	unmake(&m);
	test_one_form(&f);
	fill_close(&f);
}

static void
fill_stop(struct fill *f, int64_t wave, const char *domain, bool observed, int64_t at, int64_t resumed_at)
{
	struct stop t = { .wave = wave, .domain = domain, .kind = "refusals", .observed = observed, .at = at, .n = 10, .of = 12,
	    .text = "Access denied" };
	struct err e = ERR_INIT;
	int64_t n;

	fill_check(stop_insert(f->db, &t, &e), &e, "stop");
	if (resumed_at)
		fill_check(stop_resume(f->db, wave, domain, resumed_at, &n, &e), &e, "resume");
}

static int
count_of(const struct made *m, enum finding_kind kind, const char *domain)
{
	int n = 0;

	for (size_t i = 0; i < m->r.n_findings; i++)
		n += m->list[i].kind == kind && strcmp(m->list[i].domain->domain, domain) == 0;
	return n;
}

/* n people of a domain, of whom the first `refused` were refused, a minute apart. */
static void
fill_wall(struct fill *f, int64_t unit, const char *domain, int n, int refused, const char *text)
{
	for (int i = 0; i < n; i++) {
		char *email = arena_printf(&f->arena, "p%d@%s", i, domain);
		int64_t who = fill_person(f, unit, email, email), invite;

		if (i >= refused)
			continue;
		invite = fill_invite(f, f->wave, who, email, "refused", TRIAL_SENT + i * 60);
		fill_evidence_of(f, &(struct evidence){ .contact = who, .invite = invite, .at = TRIAL_SENT + i * 60,
		    .kind = "refusal", .grade = 'A', .category = "policy", .email = email, .status = "5.7.1",
		    .text = arena_printf(&f->arena, text, email) });
	}
}

/* However many people, waves and stops: one institution is one finding. */
static void
test_walls(void)
{
	static const char *const stopped[] = { "wall.example: refused or put off until expiry for 12 of 12 people, from 10:00 on"
	    " 17 September 2021 to 10:11 on 17 September 2021; it says “5.7.1 <<address>>: Access \"denied\" <b>� by us”;",
	    " stopped for wave 'invitation' since 10:12 on 17 September 2021;", " stopped for wave 'second' since 10:12 on",
	    " would have been stopped for wave 'third' at 10:13 on 17 September 2021 (stops = observe), 18 more wait;",
	    " who can mend it: the unit's mail administrator" };
	int64_t unit, second, third, at = TRIAL_SENT + 720;
	const struct finding *g;
	struct buf b = BUF_INIT(65536);
	struct made m;
	struct fill f;
	char *s;

	fill_open(&f);
	unit = fill_unit(&f, "T01", UNIT_PROVINCE, "Tỉnh Mẫu", "Mẫu", true);
	second = fill_wave(&f, "second");
	third = fill_wave(&f, "third");
	fill_wall(&f, unit, "wall.example", 30, 12, "<%s>: Access \"denied\" <b>\xFF by us");
	fill_stop(&f, f.wave, "wall.example", false, at, 0);
	fill_stop(&f, second, "wall.example", false, at + 1, 0);
	fill_stop(&f, third, "wall.example", true, at + 60, 0);
	fill_wall(&f, unit, "mended.example", 30, 4, "rejected");
	fill_stop(&f, f.wave, "mended.example", false, at, at + 3600);
	fill_wall(&f, unit, "noted.example", 30, 2, "rejected");
	fill_stop(&f, second, "noted.example", true, at, 0);
	fill_wall(&f, unit, "gone.example", 30, 0, "");
	fill_stop(&f, second, "gone.example", true, at, 0);
	fill_wall(&f, unit, "quiet.example", 30, 30, "rejected");
	fill_stop(&f, second, "nobody.example", false, at, 0);
	fill_commit(&f);
	make(&m, &f, NULL, LANG_EN);
	CHECK_INT(count_of(&m, FINDING_DOMAIN_REFUSES, "wall.example"), 1, "one institution, one finding");
	if (CHECK(g = find(&m, FINDING_DOMAIN_REFUSES, "wall.example"), "of the wall")) {
		finding_text(&b, g, LANG_EN);
		for (size_t i = 0; i < COUNT_OF(stopped); i++)
			CHECK(has(buf_str(&b), stopped[i]), "in words");
		buf_clear(&b);
		finding_text(&b, g, LANG_VI);
		CHECK(has(buf_str(&b), "wall.example: từ chối hoặc hoãn đến hết hạn với 12 trong 12 người, từ 10:00 ngày 17/9/2021 đến"
		    " 10:11 ngày 17/9/2021; máy chủ trả lời “5.7.1 ") && has(buf_str(&b), "; đã dừng ở lượt 'invitation' từ 10:12"
		    " ngày 17/9/2021;") && has(buf_str(&b), "; ai xử lý được: quản trị thư của đơn vị"), "in Vietnamese");
		CHECK(!strchr(buf_str(&b), '@'), "nobody's address");
		buf_clear(&b);
	}
	CHECK(!find(&m, FINDING_DOMAIN_REFUSES, "mended.example"), "it was resumed, and few were refused");
	CHECK(find(&m, FINDING_DOMAIN_REFUSES, "noted.example"), "noted only, and still refused");
	CHECK(!find(&m, FINDING_DOMAIN_REFUSES, "gone.example"), "noted only, and nobody is refused any more");
	CHECK(!find(&m, FINDING_DOMAIN_REFUSES, "nobody.example"), "nobody lives there");
	if (CHECK(g = find(&m, FINDING_DOMAIN_REFUSES, "quiet.example"), "most of many")) {
		finding_text(&b, g, LANG_EN);
		CHECK(has(buf_str(&b), "it says “5.7.1 rejected”; not stopped; who"), "and it is not stopped");
	}
	s = printed(&m.r, report_causes, OUT_HTML);
	CHECK(has(s, "&quot;denied&quot; &lt;b&gt;") && has(s, "stopped for wave"), "on the page, escaped");
	free(s);
	s = printed(&m.r, report_causes, OUT_JSON);
	CHECK(has(s, "\"words\": \"5.7.1 <<address>>: Access \\\"denied\\\" <b>") && has(s, "\"stopped\": true") &&
	    has(s, "\"first_at\": \"2021-09-17T10:00:00+07:00\"") && has(s, "\"last_at\": \"2021-09-17T10:11:00+07:00\"") &&
	    has(s, "\"owner\": \"mail_admin\"") && has(s, "\"wave\": \"third\""), "for programs");
	free(s);
	buf_release(&b);
	unmake(&m);
	fill_close(&f);
}

/* Names that would like to be something else. */
static void
test_hostile(void)
{
	int64_t unit, p;
	struct made m;
	struct fill f;
	char *s;

	fill_open(&f);
	unit = fill_unit(&f, "T01", UNIT_PROVINCE, "Tỉnh <script>alert(1)</script>", "\"><b>", true);
	p = fill_person(&f, unit, "=cmd|'/c calc'!A0", "a@=cmd().example");
	fill_invite(&f, f.wave, p, "a@=cmd().example", "accepted", TRIAL_SENT);
	fill_commit(&f);
	make(&m, &f, NULL, LANG_VI);
	m.r.for_sheets = true;
	s = printed(&m.r, report_causes, OUT_HTML);
	CHECK(!strstr(s, "<script") && !strstr(s, "\"><b>"), "escaped in the page");
	free(s);
	m.r.by = BY_DOMAIN;
	s = printed(&m.r, report_causes, OUT_CSV);
	CHECK(has(s, "\n\"'=cmd().example\","), "no formula in a sheet");
	free(s);
	unmake(&m);
	fill_close(&f);
}

static int
run(struct fill *f, const char *what, const char *option, const char *value)
{
	char path[128], *argv[] = { (char *)"report", (char *)what, (char *)"trial", (char *)"--output", path,
	    (char *)option, (char *)value, NULL };
	struct app app = { .arena = ARENA_INIT, .db = f->db };
	struct err e = ERR_INIT;
	int rc, argc = option ? value ? 7 : 6 : 5, keep = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);

	snprintf(path, sizeof(path), "%s/report.out", f->dir);
	unlink(path);
	if (conf_load(&app.conf, NULL, false, &e) < 0)
		die("%s", e.text);
	dup2(null, STDERR_FILENO);
	rc = cmd_report(&app, argc, argv);
	dup2(keep, STDERR_FILENO);
	close(keep);
	close(null);
	conf_release(&app.conf);
	arena_release(&app.arena);
	return rc;
}

/* Each way in which people could get lost, put into a store on purpose. */
static void
test_faults(void)
{
	static const char *const labels[] = { "nothing wrong", "a record that is nobody's", "a person in no roster",
	    "a person in a unit of another tree" };

	for (int kind = 0; kind < 4; kind++) {
		int64_t unit, own, other = 0;
		struct made m;
		struct fill f;
		char *s;

		fill_open(&f);
		unit = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", true);
		fill_person(&f, unit, "Lê Văn Mẫu", "a@cantho.gov.example");
		fill_row(&f, unit, 0, "Lê Văn Mẫu", "duplicate");	/* a repeated row is nobody's own: no fault */
		if (kind == 1)
			fill_row(&f, unit, 0, "Trần Thị Mẫu", "accept");
		if (kind == 2)
			fill_contact(&f, unit, "Trần Thị Mẫu", "b@cantho.gov.example", "mailable");
		if (kind == 3) {
			struct err e = ERR_INIT;

			own = f.tree;
			fill_check(tree_insert(f.db, "elsewhere", &other, &e), &e, "tree");
			f.tree = other;
			fill_person(&f, fill_unit(&f, "T92", UNIT_PROVINCE, "Nơi khác", "Nơi khác", true), "Trần Thị Mẫu",
			    "c@cantho.gov.example");
			f.tree = own;
		}
		fill_commit(&f);
		make(&m, &f, NULL, LANG_EN);
		CHECK((m.faults > 0) == (kind > 0), labels[kind]);
		CHECK((m.said.len > 0) == (kind > 0), labels[kind]);
		s = printed(&m.r, report_causes, OUT_HTML);
		CHECK((strstr(s, "role=\"alert\"") != NULL) == (kind > 0), "and the page says so");
		free(s);
		unmake(&m);
		CHECK_INT(run(&f, "causes", "--format", "csv"), kind ? EXIT_FAILED : EXIT_DONE, labels[kind]);
		fill_close(&f);
	}
}

static void
test_command(void)
{
	static const struct { const char *what, *option, *value; int want; } cases[] = {
		{ "participation", NULL, NULL, EXIT_DONE }, { "participation", "--format", "html", EXIT_DONE },
		{ "participation", "--format", "json", EXIT_DONE }, { "participation", "--order", "name", EXIT_DONE },
		{ "participation", "--order", "size", EXIT_USAGE }, { "participation", "--format", "pdf", EXIT_USAGE },
		{ "participation", "--excel", NULL, EXIT_USAGE }, { "causes", "--by", "owner", EXIT_DONE },
		{ "causes", "--by", "weather", EXIT_USAGE }, { "causes", "--instrument", "survey", EXIT_DONE },
		{ "causes", "--instrument", "nonsense", EXIT_FAILED }, { "causes", "--summary-lang", "vi,en", EXIT_DONE },
		{ "causes", "--summary-lang", "vi,en,vi", EXIT_USAGE }, { "causes", "--summary-lang", "fr", EXIT_USAGE },
		{ "people", "--cause", "bad_row", EXIT_DONE }, { "people", "--cause", "tired", EXIT_USAGE },
		{ "people", "--format", "html", EXIT_USAGE },
	};
	struct file out = FILE_INIT;
	struct err e = ERR_INIT;
	char path[128];
	struct fill f;

	fill_open(&f);
	fill_person(&f, fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", true), "Lê Văn Mẫu", NULL);
	fill_commit(&f);
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		CHECK_INT(run(&f, cases[i].what, cases[i].option, cases[i].value), cases[i].want,
		    cases[i].value ? cases[i].value : cases[i].what);
	snprintf(path, sizeof(path), "%s/report.out", f.dir);
	run(&f, "people", "--format", "csv");
	if (CHECK_INT(file_read(&out, path, 65536, &e), 0, "written to a file"))
		CHECK_STR(out.data, "unit,name,sub_unit,email,cause,owner,grade\nT92,Lê Văn Mẫu,Sở Nội vụ,,bad_row,unit,A\n",
		    "people");
	file_release(&out);
	fill_close(&f);
}

static void
test_wilson(void)
{
	static const struct { int64_t k, n; double low, high; } cases[] = {
		{ 0, 0, 0, 1 }, { 0, 10, 0, 0.2775 }, { 10, 10, 0.7225, 1 }, { 5, 8, 0.3057, 0.8632 }, { 1, 3, 0.0615, 0.7923 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		double low, high;

		wilson(cases[i].k, cases[i].n, &low, &high);
		CHECK(low > cases[i].low - 1e-4 && low < cases[i].low + 1e-4, "lower bound");
		CHECK(high > cases[i].high - 1e-4 && high < cases[i].high + 1e-4, "upper bound");
	}
}

int
main(void)
{
	lang_ui = LANG_EN;
	test_trial();
	test_walls();
	test_hostile();
	test_faults();
	test_command();
	test_wilson();
	return check_done();
}
