/*
 * Letters to the units: focal points from a file, the page in the form of
 * Decree 30, the mail with its files, the evidence of a refusal, and what
 * comes of a letter that was sent.
 */
#include <gmime/gmime.h>

#include "support/check.h"
#include "support/fill_store.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/alert.h"
#include "engine/finding.h"
#include "engine/fixlist.h"
#include "engine/focal_file.h"
#include "engine/inbound.h"
#include "engine/letter.h"
#include "engine/letter_wave.h"
#include "engine/post.h"
#include "engine/preflight.h"
#include "engine/units.h"

#define SENT (FILL_OPENS + 36000)
#define OCTOBER_5 INT64_C(1633397400)	/* 08:30 in Asia/Ho_Chi_Minh */
#define JANUARY_7 INT64_C(1641519000)	/* 2022 */
#define WALL 12				/* people behind the domain that refuses */

struct tester {
	struct fill f;
	struct conf conf;
	struct units *units;
	int64_t can_tho, binh_duong, foreign;
	int64_t of_can_tho[3], of_binh_duong[WALL];	/* people, but for one of Cần Thơ who has no address */
	struct account account;
	struct dossiers dossiers;
	struct packs packs;
	struct letter_writer w;
	struct err e;
};

static void
fill(struct tester *t)
{
	static const char *const emails[] = { "an@cantho.gov.example", "binh@cantho.gov.example", "cuc@cantho.gov.example" };
	struct fill *f = &t->f;
	int64_t who[3];

	fill_open(f);
	t->can_tho = fill_unit(f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", true);
	t->binh_duong = fill_unit(f, "T74", UNIT_PROVINCE, "Tỉnh Bình Dương", "Bình Dương", true);
	t->foreign = fill_unit_en(f, "B01", UNIT_MINISTRY, "Bộ Ngoại giao", "Ministry of Foreign Affairs", "Ngoại giao", false);
	if (provider_insert(f->db, "gmail.com", &t->e) < 0)
		die("provider: %s", t->e.text);
	if (unit_alias_insert(f->db, t->can_tho, units_key(&f->arena, "Cần Thơ"), &t->e) < 0)
		die("alias: %s", t->e.text);
	for (int i = 0; i < 3; i++)
		who[i] = fill_person(f, t->can_tho, (const char *const []){ "Trần Văn An", "Lê Thị Bình", "<b>Vũ</b> & Cúc" }[i], emails[i]);
	memcpy(t->of_can_tho, who, sizeof(who));
	fill_answer(f, who[0], "survey", SENT + 86400);
	fill_answer(f, who[0], "feedback", SENT + 86400);
	fill_invite(f, f->wave, who[0], emails[0], "accepted", SENT);
	for (int i = 1; i < 3; i++)
		fill_evidence_of(f, &(struct evidence){ .contact = who[i], .invite = fill_invite(f, f->wave, who[i], emails[i], "refused", SENT),
		    .at = SENT, .kind = "refusal", .grade = 'A', .category = "unknown-user", .hard = true, .email = emails[i], .status = i == 1 ? "5.1.1" : "",
		    .text = i == 1 ? "<binh@cantho.gov.example>: user unknown" : "=cmd|' /C calc'!A0" });
	fill_person(f, t->can_tho, "Đỗ Dung", NULL);
	for (int i = 0; i < WALL; i++) {
		const char *email = arena_printf(&f->arena, "nguoi%d@binhduong.gov.example", i);
		int64_t p = fill_person(f, t->binh_duong, arena_printf(&f->arena, "Người %d", i), email);
		int64_t invite = fill_invite(f, f->wave, p, email, "refused", SENT + i * 60);

		t->of_binh_duong[i] = p;
		fill_evidence_of(f, &(struct evidence){ .contact = p, .invite = invite, .at = SENT + i * 60, .kind = "refusal", .grade = 'A',
		    .category = "policy", .email = email, .status = "5.7.1", .text = i == 3 ? "Blocked by rule 12" :
		    arena_printf(&f->arena, "<%s>: Access denied", email) });
		if (i == 0 && attempt_insert(f->db, &(struct attempt){ .invite = invite, .n = 1, .at = SENT, .relay = "mx1:25", .command = "RCPT",
		    .code = 550, .enhanced = "5.7.1", .text = "<nguoi0@binhduong.gov.example>: Access denied", .duration_ms = 7,
		    .verdict = "refused", .category = "policy" }, &t->e) < 0)
			die("attempt: %s", t->e.text);
	}
	fill_commit(f);
}

static void
look(struct tester *t, int64_t now)
{
	struct buf said = BUF_INIT(65536);

	packs_release(&t->packs);
	dossiers_release(&t->dossiers);
	account_release(&t->account);
	if (account_build(&t->account, t->f.db, &t->f.c, &t->conf, NULL, now, &t->e) < 0 ||
	    account_check(&t->account, t->f.db, &said, &t->e) != 0 ||
	    dossiers_build(&t->dossiers, t->f.db, &t->account, &(struct facts_of){ NULL, 0 }, t->f.c.lang, &t->e) < 0 ||
	    packs_build(&t->packs, t->f.db, &t->account, &(struct facts_of){ NULL, 0 }, NULL, &t->e) < 0)
		die("account: %s%s", t->e.text, buf_str(&said));
	buf_release(&said);
	t->w = (struct letter_writer){ .conf = &t->conf, .campaign = &t->f.c, .account = &t->account, .packs = &t->packs, .number = "",
	    .reply_by = FILL_CLOSES, .now = now };
}

static void
begin(struct tester *t)
{
	static const char *dispatches[] = { "Công văn số 4566/BNV-CCHC ngày 17/9/2021", NULL };

	fill(t);
	if (conf_load(&t->conf, NULL, false, &t->e) < 0 || units_load(&t->units, t->f.db, t->f.tree, FILL_OPENS, &t->e) < 0)
		die("begin: %s", t->e.text);
	t->conf.secret_file = arena_printf(&t->f.arena, "%s/key", t->f.dir);
	t->conf.letter_organisation = "Vụ Cải cách hành chính";
	t->conf.letter_signer = "Nguyễn Văn Mẫu";
	t->conf.dkim_selector = "tm2021";
	t->conf.helo_name = "mail.moha.gov.example";
	t->conf.relay = "smtp://relay.moha.gov.example:25";
	t->f.c.dispatches = dispatches;
	look(t, OCTOBER_5);
}

static const struct dossier *
dossier_of(const struct tester *t, const char *code)
{
	for (size_t i = 0; i < t->dossiers.n; i++)
		if (strcmp(t->dossiers.list[i].unit->unit.code, code) == 0)
			return &t->dossiers.list[i];
	die("no dossier of %s", code);
}

static const char *
page(struct tester *t, enum letter_kind kind, const char *code, const char *number)
{
	struct buf b = BUF_INIT(1 << 22);
	const char *s;

	t->w.kind = kind;
	t->w.number = number;
	if (!CHECK_INT(letter_page(&b, &t->w, dossier_of(t, code), &t->e), 0, code))
		puts(t->e.text);
	s = arena_dup(&t->f.arena, buf_str(&b));
	buf_release(&b);
	return s;
}

static void
has(const char *text, const char *part)
{
	CHECK(strstr(text, part) != NULL, part);
}

static void
has_not(const char *text, const char *part)
{
	CHECK(strstr(text, part) == NULL, part);
}

static struct focal_tally
focals(struct tester *t, const char *text)
{
	const char *path = arena_printf(&t->f.arena, "%s/dau-moi.csv", t->f.dir);
	struct focal_tally tally;

	if (file_replace(path, text, strlen(text), &t->e) < 0)
		die("%s", t->e.text);
	if (!CHECK_INT(focal_file_import(t->f.db, t->units, path, SENT, &tally, &t->e), 0, "focal points"))
		puts(t->e.text);
	return tally;
}

static void
test_focal_points(struct tester *t)
{
	static const char first[] = "DANH SÁCH ĐẦU MỐI\n\nSTT;Đơn vị;Họ và tên;Chức vụ;Thư điện tử;Điện thoại;Email quản trị thư\n"
	    "1;TP. Cần Thơ;Bà Lê Đầu Mối;Phó Trưởng phòng; daumoi@cantho.gov.example ;0100 123;\n"
	    ";;Trần Thứ Hai;;hai@cantho.gov.example;;quantri@cantho.gov.example\n"
	    "2;B01;Phạm Ngoại;;ngoai@mofa.gov.example;;\n";
	static const char bad[] = "unit,name,position,email,telephone,mail_admin_email\n"
	    "T92,Bà Lê Đầu Mối,Trưởng phòng,daumoi@cantho.gov.example,0100 123,\n"
	    "T92,Bà Lê Khác,,daumoi@cantho.gov.example,,\n"
	    "Atlantis,Ai,,ai@x.example,,\n"
	    "T74,Trần Phối Hợp,,phoihop@gmail.con,,\n"
	    "B01,Phạm Ngoại,Văn phòng,ngoai@mofa.gov.example,,a@mofa.gov.example\n"
	    "B01,Phạm Ngoại,Văn phòng,ngoai@mofa.gov.example,,b@mofa.gov.example\n";
	struct focal_tally a = focals(t, first);
	struct focal *list;
	size_t n;
	const char *name, *position;

	CHECK_INT(a.added, 3, "three focal points");
	CHECK_INT((int64_t)a.n_faults, 0, "no faults");
	focal_tally_release(&a);
	a = focals(t, first);
	CHECK_INT(a.unchanged, 3, "the same file changes nothing");
	CHECK_INT(a.added + a.changed + a.removed, 0, "nothing at all");
	focal_tally_release(&a);
	a = focals(t, bad);
	CHECK_INT((int64_t)a.n_faults, 4, "four faults");
	if (a.n_faults == 4) {
		CHECK_INT(a.faults[0].line, 4, "an unknown unit, by line");
		CHECK_INT(a.faults[1].line, 5, "an address with a slip");
		CHECK(strstr(a.faults[1].text, "phoihop@gmail.con") != NULL, "which is shown");
		CHECK_INT(a.faults[2].line, 3, "the same mailbox, another name");
		CHECK_INT(a.faults[3].line, 7, "two mail administrators");
	}
	CHECK_INT(a.units, 0, "units with a fault keep what they had");
	focal_tally_release(&a);
	CHECK_INT(focal_list(t->f.db, &t->f.arena, t->can_tho, &list, &n, &t->e), 0, "listed");
	if (!CHECK_INT((int64_t)n, 2, "two of them"))
		return;
	CHECK_STR(list[0].email, "daumoi@cantho.gov.example", "the first of the file comes first");
	CHECK_STR(list[0].position, "Phó Trưởng phòng", "as before");
	CHECK_STR(letter_addressee(LETTER_FIX, list, n, t->can_tho, &name, &position), "daumoi@cantho.gov.example", "a list goes to the focal point");
	CHECK_STR(letter_addressee(LETTER_REFUSAL, list, n, t->can_tho, &name, &position), "quantri@cantho.gov.example",
	    "a refusal to the mail administrator");
	CHECK(letter_addressee(LETTER_FIX, list, n, t->binh_duong, &name, &position) == NULL, "to nobody where nobody is known");
	CHECK_INT(focal_file_import(t->f.db, t->units, "tests/data/trial-2021/units.csv", SENT, &a, &t->e), -1, "another table is none of these");
	focal_tally_release(&a);
}

static void
test_page(struct tester *t)
{
	const char *s = page(t, LETTER_NUMBERS, "T92", "4712");

	has(s, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
	has(s, "Độc lập - Tự do - Hạnh phúc");
	has(s, "<div class=\"organisation\">Vụ Cải cách hành chính</div>");
	has(s, "Số: 4712/BNV-CCHC");			/* the sign of the campaign's dispatch */
	has(s, "Hà Nội, ngày 05 tháng 10 năm 2021");	/* a zero before the day, none before October */
	has(s, "V/v đôn đốc công chức được cử tham gia");
	has(s, "Kính gửi: Ủy ban nhân dân thành phố Cần Thơ");
	has(s, "Thực hiện Công văn số 4566/BNV-CCHC ngày 17/9/2021");
	has(s, "Số công chức được cử: 4 người, trong đó 3 người có địa chỉ");
	has(s, "1/4 người (25,0%)");
	has(s, "chưa trả lời đủ các phiếu: 3 người");
	has(s, "<td class=\"first\">hộp thư không tồn tại</td><td class=\"n\">2</td><td>đơn vị</td>");
	has(s, "đúng của 3 người nêu tại Phụ lục");
	has(s, "trước hết ngày 07/10/2021");
	has(s, "Nơi nhận:");
	has(s, "Nguyễn Văn Mẫu");
	has(s, "@page{size:A4");
	has(s, "Times New Roman");
	has(s, "&lt;b&gt;Vũ&lt;/b&gt; &amp; Cúc");
	has_not(s, "<b>Vũ");
	has_not(s, "src=");				/* needs nothing else */
	has_not(s, "http");
	s = page(t, LETTER_NUMBERS, "T92", "");
	has(s, "\u00a0/BNV-CCHC");				/* room for the number */
	s = page(t, LETTER_NUMBERS, "T92", "99/BNV-VP");
	has(s, "Số: 99/BNV-VP");
	s = page(t, LETTER_NUMBERS, "B01", "");
	has(s, "Kính gửi: Bộ Ngoại giao");
	has(s, "chưa nhận được danh sách công chức do Bộ Ngoại giao cử");
	has_not(s, "0 người");
	s = page(t, LETTER_FIX, "T92", "");
	has(s, "có 3/4 người không thể nhận thư");
	has(s, "DANH SÁCH ĐỊA CHỈ THƯ ĐIỆN TỬ CẦN SỬA");
	has(s, dossier_of(t, "T92")->fixes[0].reference);
	look(t, JANUARY_7);
	s = page(t, LETTER_NUMBERS, "T92", "");
	has(s, "Hà Nội, ngày 07 tháng 01 năm 2022");		/* a zero before January */
	look(t, OCTOBER_5);
	CHECK(!letter_needed(LETTER_FIX, dossier_of(t, "T74")), "nothing to correct in Bình Dương");
	CHECK(!letter_needed(LETTER_REFUSAL, dossier_of(t, "T92")), "nobody refuses in Cần Thơ");
}

static void
test_refusal(struct tester *t)
{
	const struct dossier *d = dossier_of(t, "T74");
	const char *s = page(t, LETTER_REFUSAL, "T74", "");
	const struct pack *p = packs_of(&t->packs, "binhduong.gov.example");
	struct buf b = BUF_INIT(1 << 20);

	CHECK_INT((int64_t)d->n_domains, 1, "one domain");
	has(s, "binhduong.gov.example: 12/12 người");
	has(s, "&lt;address&gt;: Access denied");
	has(s, "Blocked by rule 12");
	has(s, "mail.moha.gov.example");
	has(s, "tm2021._domainkey.moha.gov.example");
	has(s, "relay.moha.gov.example:25");
	has_not(s, "nguoi0@");
	if (!CHECK(p != NULL, "evidence"))
		return;
	CHECK_INT((int64_t)p->n_answers, 3, "three answers: with a code, without, and another one");
	CHECK_INT(p->answers[0].people, 10, "most frequent first");
	CHECK_INT(pack_text(&b, p, &t->account, LANG_EN, &t->e), 0, "in English");
	s = buf_str(&b);
	has(s, "for 12 of 12 people");
	has(s, "10 people: 5.7.1 <address>: Access denied");
	has(s, "1 person: 550 5.7.1 <address>: Access denied");
	has(s, "relay=mx1:25 command=RCPT code=550 dsn=5.7.1 verdict=refused delay_ms=7");
	has(s, "bounce+…@moha.gov.example");
	has_not(s, "nguoi0@");
	buf_clear(&b);
	CHECK_INT(pack_text(&b, p, &t->account, LANG_VI, &t->e), 0, "in Vietnamese");
	has(buf_str(&b), "12 trong 12 người");
	has_not(buf_str(&b), "nguoi0@");
	buf_release(&b);
}

static GMimeMessage *
parse(const char *data, size_t len)
{
	GMimeStream *mem = g_mime_stream_mem_new_with_buffer(data, len);
	GMimeParser *p = g_mime_parser_new_with_stream(mem);
	GMimeMessage *m = g_mime_parser_construct_message(p, NULL);

	g_object_unref(p);
	g_object_unref(mem);
	return m;
}

static const char *
content(struct tester *t, GMimeObject *o, size_t *len)
{
	GMimeStream *s = g_mime_stream_mem_new();
	GByteArray *bytes;
	const char *out;

	g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(o)), s);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(s));
	out = arena_ndup(&t->f.arena, (const char *)bytes->data, bytes->len);
	*len = bytes->len;
	g_object_unref(s);
	return out;
}

/* The mail, and the bytes of its files. */
static void
test_mail(struct tester *t)
{
	const struct letter_to to = { .id = LETTER_ID_ABOVE + 1, .name = "Bà Lê Đầu Mối", .position = "Phó Trưởng phòng",
	    .email = "daumoi@cantho.gov.example" };
	struct secret key = { { 1 } };
	struct letter_files files;
	struct message_maker *m;
	struct message_envelope env;
	struct buf data = BUF_INIT(1 << 22);
	const char *text, *csv;
	GMimeMultipart *mixed;
	GMimeMessage *g;
	size_t len;

	t->w.kind = LETTER_FIX;
	t->w.number = "4712";
	if (!CHECK_INT(message_maker_new(&m, &t->f.c, &t->conf, &key, letter_template(LETTER_FIX), &t->e), 0, "template")) {
		puts(t->e.text);
		return;
	}
	CHECK_INT(letter_files(&files, &t->f.arena, &t->w, dossier_of(t, "T92"), &t->e), 0, "files");
	if (!CHECK_INT(letter_message(&data, &text, &t->w, m, dossier_of(t, "T92"), &files, &to, &t->f.arena, &env, &t->e), 0, "message"))
		puts(t->e.text);
	has(text, "3 địa chỉ thư điện tử cần sửa");
	has(text, "4712/BNV-CCHC");
	has(text, "Tệp kèm theo: T92-can-sua.xlsx");
	CHECK_STR(env.recipient, "daumoi@cantho.gov.example", "to the focal point");
	CHECK(strncmp(env.sender, "bounce+", 7) == 0, "with a tag");
	g = parse(data.s, data.len);
	mixed = GMIME_MULTIPART(g_mime_message_get_mime_part(g));
	if (CHECK_INT(g_mime_multipart_get_count(mixed), 3, "text, CSV, workbook")) {
		CHECK_STR(g_mime_part_get_filename(GMIME_PART(g_mime_multipart_get_part(mixed, 1))), "T92-can-sua.csv", "CSV");
		csv = content(t, g_mime_multipart_get_part(mixed, 1), &len);
		CHECK(strncmp(csv, "\xef\xbb\xbfMã tham chiếu,", 10) == 0, "its mark and heading");
		has(csv, "'=cmd|' /C calc'!A0");			/* the server's words do not run either */
		CHECK_STR(g_mime_part_get_filename(GMIME_PART(g_mime_multipart_get_part(mixed, 2))), "T92-can-sua.xlsx", "workbook");
		csv = content(t, g_mime_multipart_get_part(mixed, 2), &len);
		CHECK(len > 2000 && memcmp(csv, "PK", 2) == 0, "is one");
	}
	g_object_unref(g);
	buf_release(&data);
	message_maker_free(m);
}

static int64_t
count(struct tester *t, const char *sql)
{
	struct stmt *s = db_stmt(t->f.db, sql, &t->e);
	int64_t n = -1;

	if (!s)
		die("%s", t->e.text);
	return db_one_int(s, &n, &t->e) == 1 ? n : -1;
}

struct found { char state[16], news[24], category[24], failed[200]; int attempts, n; };

static int
take_standing(const struct letter_standing *s, void *arg)
{
	struct found *f = arg;

	snprintf(f->state, sizeof(f->state), "%s", s->letter.state);
	snprintf(f->news, sizeof(f->news), "%s", s->news_kind);
	snprintf(f->category, sizeof(f->category), "%s", s->news_category);
	snprintf(f->failed, sizeof(f->failed), "%s", s->failed_text);
	f->attempts = s->letter.attempts;
	f->n++;
	return 0;
}

/* Sent into a folder; a bounce comes back, and is nobody's but the letter's. */
static void
test_post(struct tester *t)
{
	struct letter l = { .campaign = t->f.c.id, .wave = "w", .kind = "numbers", .about = "T92", .number = "", .name = "Bà Lê", .email =
	    "daumoi@cantho.gov.example" };
	struct message_to to = { .unit_name = "Thành phố Cần Thơ" };
	struct post_options o = { .campaign = t->f.c.id, .wave = "w" };
	struct inbound_taken taken;
	struct inbound_tally tally = { .read = 0 };
	struct post_result r;
	struct message_maker *m;
	struct secret key;
	struct inbound *in;
	struct found f = { .n = 0 };
	char tag[TAG_MAX + 1];
	const char *bounce;
	int64_t evidence = count(t, "SELECT count(*) FROM evidence");

	t->conf.relay = arena_printf(&t->f.arena, "dir:%s/mail", t->f.dir);
	if (secret_load(&key, t->conf.secret_file, &t->e) < 0 || message_maker_new(&m, &t->f.c, &t->conf, &key, "letter", &t->e) < 0)
		die("%s", t->e.text);
	CHECK_INT(post_plan(t->f.db, &t->conf, m, &to, &l, &t->e), 1, "planned");
	CHECK_INT(post_plan(t->f.db, &t->conf, m, &to, &l, &t->e), 0, "the same again: the wave has it");
	CHECK(letter_is(l.id), "its number lies above those of invites");
	CHECK_INT(post_letters(t->f.db, &t->conf, &o, &r, &t->e), 0, "sent");
	CHECK_INT(r.accepted, 1, "accepted");
	CHECK_INT(r.left, 0, "nothing left");
	CHECK_INT(post_letters(t->f.db, &t->conf, &o, &r, &t->e), 0, "again");
	CHECK_INT(r.accepted, 0, "nobody is written to twice");
	CHECK_INT(count(t, "SELECT count(*) FROM letter_attempt WHERE verdict = 'accepted' AND n = 1"), 1, "the attempt is kept");
	CHECK_INT(count(t, "SELECT count(*) FROM invite"), WALL + 3, "no invite was made");
	tag_write(tag, &key, l.id, 1);
	bounce = arena_printf(&t->f.arena, "Delivered-To: bounce+%s@moha.gov.example\nFrom: MAILER-DAEMON@mx.example\nTo: x@y.example\n"
	    "Subject: Undelivered\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
	    "--b\nContent-Type: text/plain\n\nSorry.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
	    "Final-Recipient: rfc822; daumoi@cantho.gov.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\n\n--b--\n", tag);
	if (inbound_open(&in, &t->conf, &t->e) < 0)
		die("%s", t->e.text);
	CHECK_INT(inbound_take(in, t->f.db, "test", bounce, strlen(bounce), &taken, &tally, &t->e), 0, "the bounce is read");
	inbound_close(in);
	CHECK_INT(tally.matched, 1, "and matched");
	CHECK_INT(letter_each(t->f.db, t->f.c.id, NULL, take_standing, &f, &t->e), 0, "listed");
	CHECK_INT(f.n, 1, "one letter");
	CHECK_STR(f.state, "accepted", "the letter stays accepted");
	CHECK_STR(f.news, "dsn", "and something came back");
	CHECK_STR(f.category, "unknown-user", "the mailbox does not exist");
	has(f.failed, "user unknown");
	CHECK_INT(count(t, "SELECT count(*) FROM evidence"), evidence, "no person's evidence");
	message_maker_free(m);
}

/* A relay that is not there keeps the letter; who died while sending leaves it uncertain. */
static void
test_post_trouble(struct tester *t)
{
	static const char stuck[] = "UPDATE letter SET state = 'sending', attempts = 1, moved_at = 0 WHERE wave = 'trouble'";
	struct letter l = { .campaign = t->f.c.id, .wave = "trouble", .kind = "fix", .about = "T74", .number = "", .name = "", .email =
	    "p@binhduong.gov.example" };
	struct message_to to = { .unit_name = "Tỉnh Bình Dương" };
	struct post_options o = { .campaign = t->f.c.id, .wave = "trouble", .relay_url = "smtp://127.0.0.1:1" };
	struct post_result r;
	struct message_maker *m;
	struct secret key;

	if (secret_load(&key, t->conf.secret_file, &t->e) < 0 || message_maker_new(&m, &t->f.c, &t->conf, &key, "letter", &t->e) < 0)
		die("%s", t->e.text);
	CHECK_INT(post_plan(t->f.db, &t->conf, m, &to, &l, &t->e), 1, "planned");
	CHECK_INT(post_letters(t->f.db, &t->conf, &o, &r, &t->e), -1, "no relay");
	CHECK_INT(t->e.code, ERR_NETWORK, "is said");
	CHECK_INT(count(t, "SELECT count(*) FROM letter WHERE wave = 'trouble' AND state = 'planned' AND attempts = 0"), 1, "nothing is lost");
	CHECK_INT(db_run(db_stmt(t->f.db, stuck, &t->e), &t->e), 0, "a sender died");
	o.relay_url = NULL;
	CHECK_INT(post_letters(t->f.db, &t->conf, &o, &r, &t->e), 0, "the next run");
	CHECK_INT(count(t, "SELECT count(*) FROM letter WHERE wave = 'trouble' AND state = 'uncertain'"), 1, "does not send it again");
	message_maker_free(m);
}

static void
test_preflight(struct tester *t)
{
	static const char bounced[] = "INSERT INTO letter_news (letter, inbound, at, kind, category, status, text)"
	    " SELECT max(l.id), (SELECT max(id) FROM inbound), 5, 'dsn', 'policy', '5.7.1', '<x@y.example> refused' FROM letter l WHERE kind = 'preflight'"
	    " AND about = 'cantho.gov.example'";
	const char *map = arena_printf(&t->f.arena, "%s/map.csv", t->f.dir);
	static const char text[] = "domain,email\nBinhDuong.gov.example,thu@binhduong.gov.example\n";
	struct post_result r;
	struct preflight p;
	struct secret key;
	int64_t planned;

	if (file_replace(map, text, strlen(text), &t->e) < 0 || secret_load(&key, t->conf.secret_file, &t->e) < 0)
		die("%s", t->e.text);
	CHECK_INT(preflight_look(&p, t->f.db, &t->f.c, NULL, &t->e), 0, "looked at");
	if (CHECK_INT((int64_t)p.n, 2, "two domains")) {
		CHECK_STR(p.list[0].domain, "cantho.gov.example", "of Cần Thơ");
		CHECK_INT(p.list[0].people, 3, "with three people");
		CHECK_STR(p.list[0].mailbox, "daumoi@cantho.gov.example", "its focal point's mailbox");
		CHECK_STR(p.list[1].mailbox, "", "of Bình Dương none is known");
		CHECK_INT(p.list[1].result, PREFLIGHT_UNTESTED, "untested");
	}
	preflight_release(&p);
	CHECK_INT(preflight_look(&p, t->f.db, &t->f.c, map, &t->e), 0, "with a map");
	CHECK_STR(p.list[1].mailbox, "thu@binhduong.gov.example", "the map names one");
	CHECK_INT(preflight_plan(&p, t->f.db, &t->f.c, &t->conf, &key, "pre", &planned, &t->e), 0, "planned");
	CHECK_INT(planned, 2, "one test a domain");
	CHECK_INT(preflight_plan(&p, t->f.db, &t->f.c, &t->conf, &key, "pre", &planned, &t->e), 0, "again");
	CHECK_INT(planned, 0, "once a wave");
	preflight_release(&p);
	CHECK_INT(preflight_look(&p, t->f.db, &t->f.c, map, &t->e), 0, "before sending");
	CHECK_INT(p.list[0].result, PREFLIGHT_WAITING, "waiting");
	preflight_release(&p);
	CHECK_INT(post_letters(t->f.db, &t->conf, &(struct post_options){ .campaign = t->f.c.id, .wave = "pre" }, &r, &t->e), 0, "sent");
	CHECK_INT(db_run(db_stmt(t->f.db, bounced, &t->e), &t->e), 0, "one bounces");
	CHECK_INT(preflight_look(&p, t->f.db, &t->f.c, NULL, &t->e), 0, "afterwards");
	CHECK_INT(p.list[0].result, PREFLIGHT_NO, "no");
	CHECK_STR(p.list[0].said, "<address> refused", "in its words, addresses masked");
	CHECK_INT(p.list[1].result, PREFLIGHT_YES, "yes");
	CHECK(p.list[1].at > 0, "with its day");
	preflight_release(&p);
}

/* Days before the deadline, and what the cheap count for /metrics says. */
static void
test_alerts(struct tester *t)
{
	const int64_t day = 86400;
	static const struct { const char *label; int64_t after_opening; int64_t no_roster, zero; } cases[] = {
		{ "the first day", 3600, 0, 0 },
		{ "the day before", 5 * 86400 - 1, 0, 0 },
		{ "day five: no roster", 5 * 86400, 1, 0 },
		{ "seven days before the end, and one second", 20 * 86400 + 86399 - 7 * 86400 - 1, 1, 0 },
		{ "seven days before the end: at zero as well", 20 * 86400 + 86399 - 7 * 86400, 1, 1 },
		{ "the last second", 20 * 86400 + 86399, 1, 1 },
		{ "afterwards they are findings, no alerts", 20 * 86400 + 86400, 0, 0 },
	};
	struct alert *list;
	struct finding *found;
	struct buf b = BUF_INIT(4096);
	size_t n;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t counts[ALERT_KINDS], of[ALERT_KINDS] = { 0 };

		look(t, FILL_OPENS + cases[i].after_opening);
		n = alerts(&t->account, &t->f.arena, &list);
		for (size_t k = 0; k < n; k++)
			of[list[k].kind]++;
		CHECK_INT(of[ALERT_NO_ROSTER], cases[i].no_roster, cases[i].label);
		CHECK_INT(of[ALERT_ZERO], cases[i].zero, cases[i].label);
		CHECK_INT(alert_counts(t->f.db, &t->f.c, &t->conf, t->account.now, counts, &t->e), 0, "the cheap count");
		CHECK_INT(counts[ALERT_NO_ROSTER], of[ALERT_NO_ROSTER], "says the same");
		CHECK_INT(counts[ALERT_ZERO], of[ALERT_ZERO], "says the same");
	}
	look(t, FILL_CLOSES - 3 * day);
	n = alerts(&t->account, &t->f.arena, &list);
	CHECK_INT((int64_t)n, 2, "two alerts");
	alert_text(&b, &list[1], LANG_EN);
	CHECK_STR(buf_str(&b), "Tỉnh Bình Dương (T74): nobody of 12 has taken part; most often: refused by a rule of the receiver (12)", "in words");
	buf_release(&b);
	n = findings(&t->account, &t->f.arena, &found);
	for (size_t i = 0; i < n; i++)
		if (found[i].kind == FINDING_ZERO) {
			b = (struct buf)BUF_INIT(4096);
			finding_text(&b, &found[i], LANG_EN);
			has(buf_str(&b), "ALERT, days left: 3");
			buf_release(&b);
		}
}

/* Of some people only: the same papers of their unit as when everybody is read, and none of others. */
static void
test_some(struct tester *t)
{
	struct letter_asked fix = { .kind = LETTER_FIX, .of = { t->of_can_tho, COUNT_OF(t->of_can_tho) } };
	struct letter_asked refusal = { .kind = LETTER_REFUSAL, .of = { t->of_binh_duong, WALL } };
	const struct dossier *all = dossier_of(t, "T92"), *d;
	struct letter_made m;
	enum letter_fate fate;
	struct letter_wave lw;

	if (!CHECK_INT(letter_wave_open(&lw, t->f.db, &t->account, &fix, OCTOBER_5, &t->e), 0, "a wave of lists"))
		return;
	CHECK_STR(lw.name, "fix-2021-10-05", "kind and day");
	d = letter_wave_unit(&lw, t->can_tho);
	CHECK_INT((int64_t)d->n_fixes, (int64_t)all->n_fixes - 1, "what must be mended, but for whom nobody asked about");
	CHECK_STR(d->fixes[0].reference, all->fixes[0].reference, "the same person");
	CHECK_INT((int64_t)d->n_people, (int64_t)all->n_people - 1, "the same");
	CHECK_INT((int64_t)letter_wave_unit(&lw, t->binh_duong)->n_people, 0, "nobody of another unit");
	CHECK(letter_wave_unit(&lw, 999) == NULL, "no such unit");
	CHECK_INT(letter_wave_address(&lw, d, &m, &fate, &t->e), 0, "whom it goes to");
	CHECK_INT(letter_wave_make(&lw, &m, &t->e), 0, "made");
	CHECK_INT((int64_t)m.files.n, 2, "CSV and workbook");
	letter_made_release(&m);
	letter_wave_close(&lw);
	if (!CHECK_INT(letter_wave_open(&lw, t->f.db, &t->account, &refusal, OCTOBER_5, &t->e), 0, "a wave about refusals"))
		return;
	CHECK_INT((int64_t)lw.packs.n, (int64_t)t->packs.n, "the domain that refuses");
	CHECK_INT((int64_t)lw.packs.list[0].n_answers, (int64_t)t->packs.list[0].n_answers, "with its answers");
	CHECK_INT(lw.packs.list[0].answers[0].people, t->packs.list[0].answers[0].people, "and how often");
	letter_wave_close(&lw);
	fix.reply_by = "someday";
	CHECK_INT(letter_wave_open(&lw, t->f.db, &t->account, &fix, OCTOBER_5, &t->e), -1, "no day");
	CHECK_INT(t->e.code, ERR_INPUT, "no day");
	fix.reply_by = NULL;
	fix.to_send = true;
	CHECK_INT(letter_wave_open(&lw, t->f.db, &t->account, &fix, JANUARY_7, &t->e), -1, "nobody could be invited again");
	CHECK_INT(t->e.code, ERR_NOTNOW, "closed");
}

int
main(void)
{
	struct tester t = { .units = NULL };

	g_mime_init();
	log_to(-1, LOG_LEVEL_ERROR);
	begin(&t);
	test_focal_points(&t);
	test_page(&t);
	test_refusal(&t);
	test_some(&t);
	test_mail(&t);
	test_alerts(&t);
	test_post(&t);
	test_post_trouble(&t);
	test_preflight(&t);
	packs_release(&t.packs);
	dossiers_release(&t.dossiers);
	account_release(&t.account);
	units_free(t.units);
	conf_release(&t.conf);
	fill_close(&t.f);
	g_mime_shutdown();
	return check_done();
}
