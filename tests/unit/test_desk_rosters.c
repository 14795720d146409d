/* The files of units and their rows on the desk, and the click that settles a held row. */
#include "support/desk.h"

#include <sys/stat.h>

#include "engine/confirm.h"
#include "store/contact.h"

#define ROWS 350		/* of the long file */

static struct desk d;
static int64_t first, later, names, longer;

static const char mixed[] =
    "STT,Họ và tên,Đơn vị,Email\n"
    "1,Trần Văn An,Sở Nội vụ,an@cantho.gov.example\n"
    "2,Lê Thị Bình,Sở Tư pháp,binh@gmail.con\n"
    "3,Vũ Cúc,Sở Y tế,\n"
    "4,Đỗ Dung,Sở Y tế,\"dung@cantho,gov.example\"\n"
    "5,Trần Văn An,Sở Nội vụ,an@cantho.gov.example\n"
    "6,Lý Phượng,Sở Nội vụ,\"an@cantho,gov.example\"\n"
    "7,Lê Thị Bình,Sở Tư pháp,LE.BINH @cantho.gov.example\n";

static const char hostile[] =
    "STT,Họ và tên,Đơn vị,Email\n"
    "1,<script>alert(1)</script>,Sở Nội vụ,mot@angiang.gov.example\n"
    "2,=cmd()|calc,Sở Nội vụ,hai@gmail.con\n"
    "3,\"Ngô \"\"Ba\"\" & con\",Sở Nội vụ,<img src=x>\n";

static int64_t
number(const char *sql)
{
	return world_count(&d.w, sql);
}

static const char *
path_of(int64_t id, const char *rest)
{
	return arena_printf(&d.w.arena, "/c/c/rosters/%lld%s", (long long)id, rest);
}

/* Of a file of ROWS people every seventh has no address. */
static void
make_files(void)
{
	struct buf b = BUF_INIT(1 << 20);

	first = desk_import(&d, "T92-first.csv", "STT,Họ và tên,Email\n1,Hồ Cũ,cu@cantho.gov.example\n");
	later = desk_import(&d, "T92-mixed.csv", mixed);
	names = desk_import(&d, "T89-<b>tên.csv", hostile);
	buf_printf(&b, "STT,Họ và tên,Email\n");
	for (int i = 1; i <= ROWS; i++)
		buf_printf(&b, i % 7 ? "%d,Nguyễn Mẫu Thứ %d,mau%d@camau.gov.example\n" : "%d,Nguyễn Mẫu Thứ %d,\n", i, i, i);
	longer = desk_import(&d, "T96-long.csv", buf_str(&b));
	buf_release(&b);
}

static void
test_list(void)
{
	static const struct { const char *label, *path, *says, *silent; } cases[] = {
		{ "all", "/c/c/rosters", "T92-mixed.csv", NULL },
		{ "who sent it", "/c/c/rosters", "dau.moi@cantho.example", NULL },
		{ "an earlier file stays", "/c/c/rosters", "đã được thay", NULL },
		{ "in English", "/c/c/rosters?lang=en", "Rosters received", "Danh sách đã nhận" },
		{ "the tab", "/c/c/rosters", "/c/c/rosters\" aria-current=\"page\">Danh sách</a>", NULL },
		{ "a hostile name", "/c/c/rosters", "T89-&lt;b&gt;tên.csv", "<b>tên" },
		{ "of a unit", "/c/c/rosters?unit=T92", "T92-first.csv", "T96-long.csv" },
		{ "with held rows", "/c/c/rosters?disposition=hold", "T92-mixed.csv", "T96-long.csv" },
		{ "with rejected rows", "/c/c/rosters?disposition=reject", "T96-long.csv", "T92-first.csv" },
		{ "of a unit that is none", "/c/c/rosters?unit=X99", "T96-long.csv", NULL },
		{ "no such word", "/c/c/rosters?disposition=%27%20OR%201", "T96-long.csv", NULL },
		{ "no such page", "/c/c/rosters?page=9", "Chưa có tệp", "T96-long.csv" },
		{ "no page", "/c/c/rosters?page=-1x", "T96-long.csv", NULL },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CHECK_INT(desk_get(&d, cases[i].path), 200, cases[i].label);
		if (!CHECK(http_says(&d.page, cases[i].says), cases[i].label))
			puts(buf_str(&d.page.body));
		CHECK(!cases[i].silent || !http_says(&d.page, cases[i].silent), cases[i].label);
	}
	CHECK_INT(desk_get(&d, "/api/v1/campaigns/c/rosters?unit=T96"), 200, "for programs");
	CHECK(http_says(&d.page, "\"records\": 350") && http_says(&d.page, "\"accepted\": 300") &&
	    http_says(&d.page, "\"rejected\": 50"), "as the store has them");
	CHECK(!http_says(&d.page, "_html"), "nothing for the page alone");
}

static void
test_rows(void)
{
	static const struct { const char *label, *rest, *says, *silent; } cases[] = {
		{ "a reason in words", "", "tên nhà cung cấp thư có vẻ viết sai", NULL },
		{ "in English", "?lang=en", "the mail provider&#39;s name seems misspelt", "viết sai" },
		{ "a suggestion", "", "dung@cantho.gov.example", NULL },
		{ "as it was written", "", "binh@gmail.con", NULL },
		{ "a repeated row", "?disposition=duplicate", "người này đã có trong tệp này", "Vũ Cúc" },
		{ "held rows", "?disposition=hold", "dùng địa chỉ này", "Vũ Cúc" },
		{ "rejected rows", "?disposition=reject", "không có địa chỉ", "dùng địa chỉ này" },
		{ "accepted rows", "?disposition=accept", "Trần Văn An", "Vũ Cúc" },
		{ "behind the last", "?after=4000000000", "Trần Văn An", NULL },
		{ "nothing said", "?said=99", "Trần Văn An", "banner" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CHECK_INT(desk_get(&d, path_of(later, cases[i].rest)), 200, cases[i].label);
		if (!CHECK(http_says(&d.page, cases[i].says), cases[i].label))
			puts(buf_str(&d.page.body));
		CHECK(!cases[i].silent || !http_says(&d.page, cases[i].silent), cases[i].label);
	}
	desk_get(&d, path_of(names, ""));
	CHECK(http_says(&d.page, "&lt;script&gt;alert(1)&lt;/script&gt;") && !http_says(&d.page, "<script>alert"), "a name that is markup");
	CHECK(http_says(&d.page, "=cmd()|calc"), "a name that is a formula is a name");
	CHECK(!http_says(&d.page, "<img src=x>"), "an address that is markup");
	CHECK(!strstr(http_header(&d.page, "Content-Security-Policy"), "unsafe") && !http_says(&d.page, "style="), "strict policy");
	CHECK_INT(desk_get(&d, path_of(99999, "")), 404, "no such file");
	CHECK_INT(desk_get(&d, "/c/c/rosters/1x"), 404, "no number");
	CHECK_INT(desk_get(&d, "/c/c/rosters/9999999999999999999999"), 404, "no number of ours");
	CHECK_INT(desk_get(&d, arena_printf(&d.w.arena, "/c/other/rosters/%lld", (long long)later)), 404, "of another campaign");
	CHECK_INT(desk_get(&d, arena_printf(&d.w.arena, "/api/v1/campaigns/c/rosters/%lld", (long long)later)), 200, "for programs");
	CHECK(http_says(&d.page, "\"reason\": \"typo_domain\"") && http_says(&d.page, "\"suggestion\": \"binh@gmail.example\""),
	    "words for programs");
}

/* Forwards to the end and back again: each row stands on one page. */
static void
walk(const char *disposition, int rows, int pages)
{
	const char *path = path_of(longer, arena_printf(&d.w.arena, "?disposition=%s", disposition));
	int seen = 0, there = 0, back = 0;

	for (; path && there < 20; there++) {
		const char *from;

		CHECK_INT(desk_get(&d, path), 200, path);
		seen += desk_times(&d, ">Nguyễn Mẫu Thứ ");
		if (!(from = strstr(buf_str(&d.page.body), "\" rel=\"next\"")))
			break;
		path = from;
		while (path[-1] != '"')
			path--;
		path = arena_ndup(&d.w.arena, path, (size_t)(from - path));
		for (char *amp; (amp = strstr(path, "&amp;")); )
			memmove(amp + 1, amp + 5, strlen(amp + 5) + 1);
	}
	CHECK_INT(seen, rows, disposition);
	CHECK_INT(there + 1, pages, disposition);
	for (seen = desk_times(&d, ">Nguyễn Mẫu Thứ "); back < 20; back++) {
		const char *from = strstr(buf_str(&d.page.body), "\" rel=\"prev\"");

		if (!from)
			break;
		path = from;
		while (path[-1] != '"')
			path--;
		path = arena_ndup(&d.w.arena, path, (size_t)(from - path));
		for (char *amp; (amp = strstr(path, "&amp;")); )
			memmove(amp + 1, amp + 5, strlen(amp + 5) + 1);
		CHECK_INT(desk_get(&d, path), 200, path);
		seen += desk_times(&d, ">Nguyễn Mẫu Thứ ");
	}
	CHECK_INT(seen, rows, "and back");
	CHECK_INT(back + 1, pages, "the same pages");
}

static void
test_paging(void)
{
	walk("", ROWS, 4);
	walk("accept", 300, 3);
	walk("reject", 50, 1);
	desk_get(&d, path_of(longer, "?after=100"));
	CHECK(http_says(&d.page, "101–200 / 350"), "where one is");
	desk_get(&d, path_of(longer, "?disposition=accept&after=116"));
	CHECK(http_says(&d.page, "101–200 / 300"), "where one is among the accepted");
}

static const char *
of_person(const char *name)
{
	static const char sql[] =
	    "SELECT c.state || ' ' || c.reason || ' ' || c.token || ' ' || coalesce(a.email, '-') FROM contact c"
	    " LEFT JOIN address a ON a.contact = c.id WHERE c.name = $1";
	struct stmt *s = db_stmt(d.w.db, sql, &d.w.e);
	const char *text = "";

	bind_text(s, 1, name);
	if (db_step(s, &d.w.e) == 1)
		text = arena_dup(&d.w.arena, col_text(s, 0));
	db_done(s);
	return text;
}

static void
test_confirm(void)
{
	static const char corrections[] = "SELECT count(*) FROM correction";
	static const char audits[] = "SELECT count(*) FROM audit WHERE action = 'roster confirm' AND actor = 'desk:desk'";
	static const char personal[] = "SELECT count(*) FROM audit WHERE detail LIKE '%@%' OR detail LIKE '%Dung%'";
	static const char row[] = "SELECT count(*) FROM roster_row WHERE disposition = 'accept' AND reason = 'confirmed'"
	    " AND email = 'dung@cantho.gov.example' AND seq = 4";
	static const char people[] = "SELECT count(*) FROM contact";
	const char *before = of_person("Đỗ Dung"), *path = path_of(later, "");
	int64_t all = number(people);
	char token[TOKEN_LEN + 1] = "";

	CHECK(sscanf(before, "held comma_for_dot %22s -", token) == 1, before);
	CHECK_INT(desk_post(&d, path, "seq=4&disposition=hold&after=0"), 303, "the click");
	CHECK(strcmp(desk_follow(&d), path_of(later, "?disposition=hold&after=0&said=1")) == 0, "back to where the button was");
	CHECK(http_says(&d.page, "banner good") && http_says(&d.page, "Đã xác nhận"), "and says that it is done");
	CHECK_STR(of_person("Đỗ Dung"), arena_printf(&d.w.arena, "mailable confirmed %s dung@cantho.gov.example", token),
	    "address in use, token kept");
	CHECK_INT(number(row), 1, "the row says so");
	CHECK_INT(number(corrections), 1, "a correction");
	CHECK_INT(number(audits), 1, "on record");
	CHECK_INT(number(personal), 0, "without personal data");
	CHECK_INT(number(people), all, "nobody new");

	CHECK_INT(desk_post(&d, path, "seq=4"), 303, "twice");
	desk_follow(&d);
	CHECK(http_says(&d.page, "không còn tạm giữ"), "says that it was done before");
	CHECK_INT(number(corrections), 1, "once");
	CHECK_INT(number(audits), 1, "once on record");

	desk_get(&d, "/c/c/people?cause=bad_row");
	CHECK(!http_says(&d.page, "Đỗ Dung"), "the board has heard of it");
}

/* What a click must not do. */
static void
test_refused(void)
{
	static const char corrections[] = "SELECT count(*) FROM correction";
	static const char shared[] = "SELECT count(*) FROM roster_row WHERE warnings = 'shared_address'";
	static const struct { const char *label, *body, *says; } cases[] = {
		{ "an accepted row", "seq=1", "không còn tạm giữ" },
		{ "a row without a suggestion", "seq=3", "không còn tạm giữ" },
		{ "no such row", "seq=900", "Không có dòng này" },
		{ "no row", "", "Không có dòng này" },
		{ "no number", "seq=%27", "Không có dòng này" },
		{ "below all", "seq=-3", "Không có dòng này" },
		{ "above all", "seq=99999999999999999999", "Không có dòng này" },
	};
	struct ask foreign = { .body = "seq=6", .headers = { d.csrf_header, "Sec-Fetch-Site: cross-site" } };
	struct ask origin = { .body = "seq=6", .headers = { d.csrf_header, "Origin: https://evil.example" } };
	struct ask bare = { .body = "seq=6", .headers = { "Accept-Language: vi" } };
	int64_t n = number(corrections);

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CHECK_INT(desk_post(&d, path_of(later, ""), cases[i].body), 303, cases[i].label);
		desk_follow(&d);
		CHECK(http_says(&d.page, cases[i].says), cases[i].label);
	}
	CHECK(desk_ask(&d, path_of(later, ""), &foreign) >= 400, "a form on a foreign page");
	CHECK(desk_ask(&d, path_of(later, ""), &origin) >= 400, "told by its origin");
	CHECK_INT(desk_ask(&d, path_of(later, ""), &bare), 403, "without the word of our pages");
	CHECK_INT(desk_post(&d, path_of(99999, ""), "seq=1"), 404, "no such file");
	CHECK_INT(number(corrections), n, "nothing happened");
	CHECK_INT(number(shared), 0, "nobody shares a mailbox");
	CHECK_INT(desk_post(&d, arena_printf(&d.w.arena, "/api/v1/campaigns/c/rosters/%lld", (long long)later), "seq=6"), 200,
	    "by a program: two people with one mailbox");
	CHECK_INT(number(shared), 2, "both rows say so");
	CHECK_INT(desk_post(&d, arena_printf(&d.w.arena, "/api/v1/campaigns/c/rosters/%lld", (long long)later), "seq=6"), 409,
	    "twice, by a program");
	/* A later file has replaced the one that holds the row. */
	desk_import(&d, "T92-later.csv", "STT,Họ và tên,Đơn vị,Email\n1,Lê Thị Bình,Sở Tư pháp,binh@gmail.con\n");
	CHECK_INT(desk_post(&d, path_of(later, ""), "seq=2"), 303, "a file that was replaced");
	desk_follow(&d);
	CHECK(!http_says(&d.page, "banner good"), "is not settled by a click");
}

/* A form with a file, as a browser sends it; file_name NULL: none was chosen. */
static long
send_form(const char *path, const char *unit, const char *act, const char *file_name, const char *text)
{
	static const char type[] = "Content-Type: multipart/form-data; boundary=----xyz";
	const char *body = arena_printf(&d.w.arena,
	    "------xyz\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n%s\r\n"
	    "------xyz\r\nContent-Disposition: form-data; name=\"unit\"\r\n\r\n%s\r\n"
	    "------xyz\r\nContent-Disposition: form-data; name=\"received_from\"\r\n\r\nvp@cantho.example\r\n"
	    "------xyz\r\nContent-Disposition: form-data; name=\"act\"\r\n\r\n%s\r\n"
	    "------xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\nContent-Type: text/csv\r\n\r\n%s\r\n"
	    "------xyz--\r\n", d.csrf, unit, act, file_name ? file_name : "", text);

	return desk_ask(&d, path, &(struct ask){ .body = body, .headers = { "Accept-Language: vi", type } });
}

static const char *
upload_id(void)
{
	const char *from = strstr(buf_str(&d.page.body), "name=\"upload\" value=\"");

	from = from ? from + strlen("name=\"upload\" value=\"") : "";
	return arena_ndup(&d.w.arena, from, strcspn(from, "\""));
}

static void
test_upload(void)
{
	static const char rosters[] = "SELECT count(*) FROM roster", people[] = "SELECT count(*) FROM contact";
	static const char by_web[] = "SELECT count(*) FROM audit WHERE action = 'roster import' AND actor = 'desk:desk'";
	static const char list[] = "STT,Họ và tên,Email\n1,Ngô Mới,moi@angiang.gov.example\n2,Lâm Sai,sai@gmail.con\n";
	int64_t n = number(rosters), all = number(people);
	const char *id, *spool = arena_printf(&d.w.arena, "%s-uploads", d.w.path), *old;
	char big[] = "x";

	CHECK_INT(send_form("/c/c/rosters", "", "", "T01-moi.csv", list), 200, "a look before");
	CHECK(http_says(&d.page, "Xem trước khi nhập") && http_says(&d.page, "Lâm Sai") && http_says(&d.page, "sai@gmail.example") &&
	    http_says(&d.page, "vp@cantho.example"), "row by row");
	CHECK_INT(number(rosters), n, "nothing is stored");
	CHECK_INT(number(people), all, "nobody either");
	id = upload_id();
	CHECK(*id && access(arena_printf(&d.w.arena, "%s/%s/T01-moi.csv", spool, id), R_OK) == 0, "the file waits");
	CHECK_INT(desk_post(&d, "/c/c/rosters", arena_printf(&d.w.arena, "upload=%s&received_from=vp%%40cantho.example", id)), 303,
	    "the button");
	CHECK(strstr(desk_follow(&d), "?imported=1") && http_says(&d.page, "Đã nhập tệp"), "shows the file that came in");
	CHECK_INT(number(rosters), n + 1, "it is stored");
	CHECK_INT(number(people), all + 2, "with its people");
	CHECK_INT(number(by_web), 1, "on record");
	CHECK(access(arena_printf(&d.w.arena, "%s/%s", spool, id), F_OK) < 0, "it waits no more");
	CHECK_INT(desk_post(&d, "/c/c/rosters", arena_printf(&d.w.arena, "upload=%s", id)), 422, "twice");
	CHECK(http_says(&d.page, "Tệp không còn"), "says so");
	CHECK_INT(send_form("/c/c/rosters", "", "", "T01-moi.csv", list), 200, "the same file again");
	CHECK(http_says(&d.page, "đã nhập trước đó"), "is told");
	CHECK_INT(send_form("/api/v1/campaigns/c/rosters", "T89", "import", "../../x\\danh sách.csv", list), 200, "by a program, at once");
	CHECK(http_says(&d.page, "\"records\": 2") && http_says(&d.page, "\"unit\": \"T89\""), "counts");
	CHECK_INT(number(rosters), n + 2, "stored");

	CHECK_INT(send_form("/c/c/rosters", "", "", "khong-ma.csv", list), 422, "no unit");
	CHECK_INT(send_form("/c/c/rosters", "Sao Hỏa", "", "x.csv", list), 422, "no such unit");
	CHECK_INT(send_form("/c/c/rosters", "T92", "", NULL, ""), 422, "no file");
	CHECK_INT(send_form("/c/c/rosters", "T92", "", "..", list), 422, "a name that is none");
	CHECK_INT(send_form("/c/c/rosters", "T92", "", "x.csv", ""), 422, "an empty file");
	CHECK_INT(send_form("/c/c/rosters", "T92", "", "<script>.csv", "\x01\x02\x03"), 422, "no list");
	CHECK(!http_says(&d.page, "<script>."), "harmless");
	CHECK_INT(desk_ask(&d, "/c/c/rosters", &(struct ask){ .body = "------xyz\r\nContent-Disposition: form-data; name=\"file\"; "
	    "filename=\"T92.csv\"\r\n\r\nHo va ten,Email\r\nAn", .headers = { d.csrf_header, "Content-Type: multipart/form-data; boundary=----xyz" } }), 422,
	    "half a file");
	CHECK_INT(desk_ask(&d, "/c/c/rosters", &(struct ask){ .body = big, .headers = { d.csrf_header, "Content-Type: multipart/form-data" } }), 422,
	    "no boundary");
	CHECK_INT(desk_post(&d, "/c/c/rosters", "upload=..%2F..%2Fsecret"), 422, "a way out of the folder");
	CHECK_INT(number(rosters), n + 2, "none of them is stored");

	old = arena_printf(&d.w.arena, "%s/1000000000-0123456789ABCDEFabcdef", spool);
	CHECK_INT(mkdir(old, 0700), 0, "a file of long ago");
	CHECK_INT(file_replace(arena_printf(&d.w.arena, "%s/T92-x.csv", old), "x", 1, &d.w.e), 0, d.w.e.text);
	CHECK_INT(desk_post(&d, "/c/c/rosters", "upload=1000000000-0123456789ABCDEFabcdef"), 422, "is not used");
	send_form("/c/c/rosters", "", "", "T01-moi.csv", list);
	CHECK(access(old, F_OK) < 0, "and goes");
}

int
main(void)
{
	desk_begin(&d);
	make_files();
	desk_serve(&d);
	test_list();
	test_rows();
	test_paging();
	test_confirm();
	test_refused();
	test_upload();
	desk_end(&d);
	return check_done();
}
