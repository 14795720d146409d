/* Where the people stand in rosters of every shape. */
#include "support/check.h"
#include "support/world.h"

#include "engine/roster_read.h"

static const struct {
	const char *label, *in;
	/* "line name|email cell's judgement|sub-unit;" for each person; NULL: no list at all */
	const char *want;
	int64_t declared;
	size_t gaps;
	const char *blanked;
} cases[] = {
	{ "plain", "STT,Họ và tên,Email,Đơn vị\n1,Trần An,a@gmail.example,Sở A\n", "2 Trần An|a@gmail.example|Sở A;", 0, 0, "" },
	{ "title rows", "UBND TỈNH,,,CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n\nDANH SÁCH CÔNG CHỨC\n(Kèm theo Công văn số 1)\n"
	    "TT,Họ tên,Thư điện tử,Cơ quan\n1,Trần An,a@gmail.example,Sở A\n", "6 Trần An|a@gmail.example|Sở A;", 0, 0, "" },
	{ "two header rows", "TT,Họ và tên,Thông tin liên hệ,\n,,EMAIL,SĐT\n1,Trần An,a@gmail.example,0100111222\n",
	    "3 Trần An|a@gmail.example|;", 0, 0, "" },
	{ "name under one heading in two columns", "TT,Họ và tên,,Email\n,Họ đệm,Tên,\n1,Trần Văn,An,a@gmail.example\n",
	    "3 Trần Văn An|a@gmail.example|;", 0, 0, "" },
	{ "split name", "Họ và tên đệm,Tên,Email\nTrần Văn,An,a@gmail.example\n", "2 Trần Văn An|a@gmail.example|;", 0, 0, "" },
	{ "numbered columns", "TT,Họ và tên,Email\n(1),(2),(3)\n1,Trần An,a@gmail.example\n", "3 Trần An|a@gmail.example|;", 0, 0, "" },
	{ "header again", "TT,Họ và tên,Email\n1,Trần An,a@gmail.example\nTT,Họ và tên,Email\n2,Lê Bình,b@gmail.example\n",
	    "2 Trần An|a@gmail.example|;4 Lê Bình|b@gmail.example|;", 0, 0, "" },
	{ "header again in another order", "TT,Họ và tên,Email\n1,Trần An,a@gmail.example\nTT,Email,Họ và tên\n2,b@gmail.example,Lê Bình\n",
	    "2 Trần An|a@gmail.example|;4 Lê Bình|b@gmail.example|;", 0, 0, "" },
	{ "groups", "TT,Họ và tên,Email\nI,KHỐI CÁC SỞ,\n1,Trần An,a@gmail.example\nB. Các huyện,,\n2,Lê Bình,b@gmail.example\n",
	    "3 Trần An|a@gmail.example|KHỐI CÁC SỞ;5 Lê Bình|b@gmail.example|B. Các huyện;", 0, 0, "" },
	{ "group in the name column", "Họ và tên,Chức vụ,Email\nI,CƠ QUAN CHUYÊN MÔN,\nTrần An,CV,a@gmail.example\n",
	    "3 Trần An|a@gmail.example|CƠ QUAN CHUYÊN MÔN;", 0, 0, "" },
	{ "footer and signature", "Họ và tên,Chức vụ,Đơn vị,Email,SĐT\nTrần An,CV,Sở A,a@gmail.example,0\n,,,,\n"
	    "Danh sách này có 03 người./.\n,,,TL. GIÁM ĐỐC\n,,,CHÁNH VĂN PHÒNG\n,,,\n,,,Lê Văn Ký\n",
	    "2 Trần An|a@gmail.example|Sở A;", 3, 0, "" },
	{ "total in another cell", "TT,Họ và tên,Email\n1,Trần An,a@gmail.example\n,Tổng cộng,2\n", "2 Trần An|a@gmail.example|;", 2, 0, "" },
	{ "Tống Công is a person", "Họ và tên,Email\nTống Công,\nTống Công Minh,\n", "2 Tống Công|missing_email|;3 Tống Công Minh|missing_email|;",
	    0, 0, "" },
	{ "Vũ is a person, Vụ a department", "TT,Họ và tên,Email,Đơn vị\n,Vụ Pháp chế,,\n1,Vũ Hà,,\n2,Lê An,a@gmail.example,\n",
	    "3 Vũ Hà|missing_email|Vụ Pháp chế;4 Lê An|a@gmail.example|Vụ Pháp chế;", 0, 0, "" },
	{ "merged cells", "TT,Họ và tên,Đơn vị,Email\n1,Trần An,Sở A,a@gmail.example\n,Lê Bình,,b@gmail.example\n3,Vũ Cúc,Sở B,c@gmail.example\n",
	    "2 Trần An|a@gmail.example|Sở A;3 Lê Bình|b@gmail.example|Sở A;4 Vũ Cúc|c@gmail.example|Sở B;", 0, 0, "" },
	{ "gap in the numbers", "TT,Họ và tên,Email\n1,Trần An,a@gmail.example\n150.00000000000003,Lê Bình,b@gmail.example\n",
	    "2 Trần An|a@gmail.example|;3 Lê Bình|b@gmail.example|;", 0, 1, "" },
	{ "no header", "1,Trần Văn An,Chuyên viên,Sở Nội vụ,,a@gmail.example\n2,Lê Thị Bình,Chuyên viên,Sở Y tế,0100111222,b@gmail.example\n",
	    "1 Trần Văn An|a@gmail.example|Sở Nội vụ;2 Lê Thị Bình|b@gmail.example|Sở Y tế;", 0, 0, "" },
	{ "line break in a heading and a cell", "TT,Họ và tên,\"Địa chỉ hộp thư\nđiện tử công vụ\",Đơn vị\n1,Trần An,a@gmail.example,\"Sở A\nTỉnh B\"\n"
	    "2,Lê Bình,b@gmail.example,Sở C\n", "3 Trần An|a@gmail.example|Sở A Tỉnh B;5 Lê Bình|b@gmail.example|Sở C;", 0, 0, "" },
	{ "identity numbers", "TT,Họ và tên,Số CMND/CCCD,Ngày sinh,Email\n1,Trần An,001099000001,01/02/1990,a@gmail.example\n",
	    "2 Trần An|a@gmail.example|;", 0, 0, "Số CMND/CCCD, Ngày sinh" },
	{ "Tên đơn vị is no name", "TT,Tên đơn vị,Tên,Email\n1,Sở A,Trần An,a@gmail.example\n", "2 Trần An|a@gmail.example|Sở A;", 0, 0, "" },
	{ "headings that lost their letters", "TT,H? VÀ TÊN,\"C? QUAN, ??N V?\",S? ?T,Email công v?\n1,Tr?n An,S? N?i v?,0100111222,a@gmail.example\n",
	    "2 Tr?n An|a@gmail.example|S? N?i v?;", 0, 0, "" },
	{ "two address columns, the personal one first", "TT,Họ và tên,Email cá nhân,Email công vụ\n1,Trần An,a@gmail.example,\n"
	    "2,Lê Bình,b@gmail.example,b@x.gov.example\n", "2 Trần An|a@gmail.example|;3 Lê Bình|b@x.gov.example|;", 0, 0, "" },
	{ "an address alone", "Họ và tên,Email\n,a@gmail.example\n", "2 |a@gmail.example|;", 0, 0, "" },
	{ "no heading over the addresses", "TT,Họ và tên,Liên hệ\n1,Trần An,a@gmail.example\n", "2 Trần An|a@gmail.example|;", 0, 0, "" },
	{ "English", "No.,Full name,Department,E-mail address\n1,Tran An,Dept A,a@gmail.example\n", "2 Tran An|a@gmail.example|Dept A;", 0, 0, "" },
	{ "a shifted row", "TT,Họ và tên,Chức vụ,Email,SĐT\n1,,Trần Văn An,CV,a@gmail.example\n", "2 Trần Văn An|swapped_columns|;", 0, 0, "" },
	{ "no list", "hello\n1,2\n3,4\n", NULL, 0, 0, "" },
	{ "nothing", "", NULL, 0, 0, "" },
};

static void
test_one(struct world *w, const struct units *units, size_t i)
{
	struct roster_reader r;
	struct buf got = BUF_INIT(4096);
	struct read_row row;
	char *blanked;
	int rc = roster_open_memory(&r, cases[i].in, strlen(cases[i].in), units, units_by_code(units, "T92"), &w->e);

	if (!CHECK_INT(rc, cases[i].want ? 0 : -1, cases[i].label) || rc < 0)
		return;
	while ((rc = roster_next(&r, &w->arena, &row, &w->e)) == 1)
		buf_printf(&got, "%d %s|%s|%s;", (int)row.line, row.name,
		    *row.judged.email ? row.judged.email : reason_name(row.judged.reason), row.sub_unit);
	CHECK_INT(rc, 0, cases[i].label);
	CHECK_STR(buf_str(&got), cases[i].want, cases[i].label);
	CHECK_INT(r.layout.declared, cases[i].declared, cases[i].label);
	CHECK_INT((int64_t)r.layout.n_gaps, (int64_t)cases[i].gaps, cases[i].label);
	blanked = layout_blanked(&r.layout, &w->arena);
	CHECK_STR(blanked, cases[i].blanked, cases[i].label);
	buf_release(&got);
	roster_close(&r);
}

int
main(void)
{
	static const char list[] = "TT,Họ và tên,Số CCCD,Email\n1,\"Trần \"\"An\"\"\",001099000001,a@gmail.example\n";
	struct roster_reader r;
	struct read_row row;
	struct units *units;
	struct world w;

	world_make(&w);
	CHECK_INT(provider_insert(w.db, "gmail.example", &w.e), 0, "provider");
	if (!CHECK_INT(units_load(&units, w.db, w.tree, 1631811600, &w.e), 0, "units"))
		return check_done();
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		test_one(&w, units, i);
	/* What is not needed is not in the record that is stored. */
	if (CHECK_INT(roster_open_memory(&r, list, strlen(list), units, units_by_code(units, "T92"), &w.e), 0, "list")) {
		CHECK_INT(roster_next(&r, &w.arena, &row, &w.e), 1, "row");
		CHECK_STR(arena_ndup(&w.arena, row.raw, row.raw_len), "1,\"Trần \"\"An\"\"\",,a@gmail.example", "blanked record");
		roster_close(&r);
	}
	units_free(units);
	world_end(&w);
	return check_done();
}
