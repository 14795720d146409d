/* What the bytes of a list say: every encoding, hidden ones, and text that must stay as it is. */
#include "support/check.h"

#include <iconv.h>
#include <stdlib.h>

#include "base/charset.h"
#include "base/charset_table.h"
#include "base/text.h"
#include "base/utf8.h"

static const char clean[] =
	"Họ và tên;Đơn vị\n"
	"Nguyễn Văn Hải;Sở Nội vụ\n"
	"Trần Thị Mỹ Lệ;Thanh tra tỉnh\n"
	"Lý Đức Ẩn;Ủy ban nhân dân huyện\n"
	"Võ Hữu Phước;Phòng Tài chính - Kế hoạch\n";

/* TCVN3 has no toned capitals. */
static const char clean_small[] =
	"Họ và tên;Đơn vị\n"
	"Nguyễn Văn Hải;Sở Nội vụ\n"
	"Trần Thị Mỹ Lệ;Thanh tra tỉnh\n"
	"Lý Đức ẩn;ủy ban nhân dân huyện\n"
	"Võ Hữu Phước;Phòng Tài chính - Kế hoạch\n";

static const char clean_lossy[] =
	"H? và tên;??n v?\n"
	"Nguy?n V?n H?i;S? N?i v?\n"
	"Tr?n Th? M? L?;Thanh tra t?nh\n"
	"Lý ??c ?n;?y ban nhân dân huy?n\n"
	"Võ H?u Ph??c;Phòng Tài chính - K? ho?ch\n";

static const char in_tcvn3[] =
	"H\xE4 v\xB5 t\xAAn;\xA7\xACn v\xDE\n"
	"Nguy\xD4n V\xA8n H\xB6i;S\xEB N\xE9i v\xF4\n"
	"Tr\xC7n Th\xDE M\xFC L\xD6;Thanh tra t\xD8nh\n"
	"L\xFD \xA7\xF8""c \xC8n;\xF1y ban nh\xA9n d\xA9n huy\xD6n\n"
	"V\xE2 H\xF7u Ph\xAD\xED""c;Ph\xDFng T\xB5i ch\xDDnh - K\xD5 ho\xB9""ch\n";

static const char in_1258[] =
	"Ho\xF2 v\xE0 t\xEAn;\xD0\xF5n vi\xF2\n"
	"Nguy\xEA\xDEn V\xE3n Ha\xD2i;S\xF5\xD2 N\xF4\xF2i vu\xF2\n"
	"Tr\xE2\xCCn Thi\xF2 My\xDE L\xEA\xF2;Thanh tra ti\xD2nh\n"
	"Ly\xEC \xD0\xFD\xEC""c \xC2\xD2n;U\xD2y ban nh\xE2n d\xE2n huy\xEA\xF2n\n"
	"Vo\xDE H\xFD\xDEu Ph\xFD\xF5\xEC""c;Pho\xCCng T\xE0i ch\xEDnh - K\xEA\xEC hoa\xF2""ch\n";

static const char in_1258_split[] =
	"Ho\xF2 va\xCC t\xEAn;\xD0\xF5n vi\xF2\n"
	"Nguy\xEA\xDEn V\xE3n Ha\xD2i;S\xF5\xD2 N\xF4\xF2i vu\xF2\n"
	"Tr\xE2\xCCn Thi\xF2 My\xDE L\xEA\xF2;Thanh tra ti\xD2nh\n"
	"Ly\xEC \xD0\xFD\xEC""c \xC2\xD2n;U\xD2y ban nh\xE2n d\xE2n huy\xEA\xF2n\n"
	"Vo\xDE H\xFD\xDEu Ph\xFD\xF5\xEC""c;Pho\xCCng Ta\xCCi chi\xECnh - K\xEA\xEC hoa\xF2""ch\n";

static const char in_1252_lossy[] =
	"H? v\xE0 t\xEAn;??n v?\n"
	"Nguy?n V?n H?i;S? N?i v?\n"
	"Tr?n Th? M? L?;Thanh tra t?nh\n"
	"L\xFD ??c ?n;?y ban nh\xE2n d\xE2n huy?n\n"
	"V\xF5 H?u Ph??c;Ph\xF2ng T\xE0i ch\xEDnh - K? ho?ch\n";

static const char in_vni[] =
	"Ho\xEF va\xF8 te\xE2n;\xD1\xF4n v\xF2\n"
	"Nguye\xE3n Va\xEAn Ha\xFBi;S\xF4\xFB No\xE4i vu\xEF\n"
	"Tra\xE0n Th\xF2 My\xF5 Le\xE4;Thanh tra t\xE6nh\n"
	"Ly\xF9 \xD1\xF6\xF9""c A\xC5n;U\xDBy ban nha\xE2n da\xE2n huye\xE4n\n"
	"Vo\xF5 H\xF6\xF5u Ph\xF6\xF4\xF9""c;Pho\xF8ng Ta\xF8i ch\xEDnh - Ke\xE1 hoa\xEF""ch\n";

/* ------------------------------------------------- other forms, from these */

static char *
wide(struct arena *a, const char *utf8, bool big, bool bom, size_t *len)
{
	unsigned char *out = arena_alloc(a, 2 * strlen(utf8) + 4);
	uint32_t cp;
	size_t o = 0, n = strlen(utf8), used;

	for (size_t i = 0; i < n || bom; i += used) {
		used = bom ? 0 : utf8_take(utf8 + i, n - i, &cp);
		if (bom)
			cp = 0xFEFF;
		bom = false;
		ASSERT(cp < 0x10000);
		out[o++] = (unsigned char)(big ? cp >> 8 : cp);
		out[o++] = (unsigned char)(big ? cp : cp >> 8);
	}
	*len = o;
	return (char *)out;
}

/* Bytes once taken for Windows-1252 and saved as UTF-8. */
static char *
as_1252(struct arena *a, const char *bytes)
{
	char *out = arena_alloc(a, 3 * strlen(bytes) + 1);
	size_t o = 0;

	for (const char *p = bytes; *p; p++) {
		uint32_t cp = windows_1252((unsigned char)*p);

		o += utf8_put(out + o, cp ? cp : (unsigned char)*p);
	}
	return out;
}

static char *
apart(struct arena *a, const char *utf8, bool every_other_line)
{
	struct buf b = BUF_INIT(1 << 16);
	static const struct { const char *whole, *parts; } pairs[] = {
		{ "ọ", "o\xCC\xA3" }, { "à", "a\xCC\x80" }, { "ê", "e\xCC\x82" }, { "Đ", "Đ" }, { "ơ", "o\xCC\x9B" },
		{ "ị", "i\xCC\xA3" }, { "ễ", "e\xCC\x82\xCC\x83" }, { "ă", "a\xCC\x86" }, { "ả", "a\xCC\x89" },
		{ "ở", "o\xCC\x9B\xCC\x89" }, { "ộ", "o\xCC\xA3\xCC\x82" }, { "ụ", "u\xCC\xA3" },
		{ "ầ", "a\xCC\x82\xCC\x80" }, { "ỹ", "y\xCC\x83" }, { "ệ", "e\xCC\xA3\xCC\x82" }, { "ỉ", "i\xCC\x89" },
		{ "ý", "y\xCC\x81" }, { "ứ", "u\xCC\x9B\xCC\x81" }, { "Ẩ", "A\xCC\x82\xCC\x89" }, { "Ủ", "U\xCC\x89" },
		{ "â", "a\xCC\x82" }, { "õ", "o\xCC\x83" }, { "ữ", "u\xCC\x9B\xCC\x83" }, { "ư", "u\xCC\x9B" },
		{ "ớ", "o\xCC\x9B\xCC\x81" }, { "ò", "o\xCC\x80" }, { "í", "i\xCC\x81" }, { "ế", "e\xCC\x82\xCC\x81" },
		{ "ạ", "a\xCC\xA3" },
	};
	bool on = true;
	char *out;

	for (const char *p = utf8; *p;) {
		size_t i = 0;

		while (i < COUNT_OF(pairs) && strncmp(p, pairs[i].whole, strlen(pairs[i].whole)) != 0)
			i++;
		if (i < COUNT_OF(pairs) && on) {
			buf_str_add(&b, pairs[i].parts);
			p += strlen(pairs[i].whole);
		} else {
			ASSERT(!on || !(*p & 0x80));
			if (*p == '\n' && every_other_line)
				on = !on;
			buf_char(&b, *p++);
		}
	}
	out = arena_dup(a, buf_str(&b));
	buf_release(&b);
	return out;
}

static void
check_read(const char *label, const void *data, size_t len, const char *name, const char *want)
{
	struct arena a = ARENA_INIT;
	struct charset_finding f;

	charset_detect(data, len, &f);
	CHECK_STR(f.name, name, label);
	if (want)
		CHECK_STR(charset_text(&a, data, len, &f), want, label);
	CHECK(strlen(charset_explain(&a, &f, LANG_VI)) > 4, label);
	CHECK(strlen(charset_explain(&a, &f, LANG_EN)) > 4, label);
	arena_release(&a);
}

static void
test_vietnamese(void)
{
	struct arena a = ARENA_INIT;
	struct { const char *label, *in, *name, *want; } cases[] = {
		{ "UTF-8", clean, "UTF-8", clean },
		{ "with BOM", arena_printf(&a, "\xEF\xBB\xBF%s", clean), "UTF-8 with BOM", clean },
		{ "TCVN3", in_tcvn3, "TCVN3 (ABC)", clean_small },
		{ "Windows-1258", in_1258, "windows-1258", clean },
		{ "Windows-1258, always split", in_1258_split, "windows-1258", clean },
		{ "Windows-1252, letters lost", in_1252_lossy, "windows-1252 with lost letters", clean_lossy },
		{ "Windows-1258, letters lost", "Nguy?n V\xE3n D\xFD\xF5ng;Tr?n Th? S\xF5n;B?c \xD0\xF4ng\n",
			"windows-1258 with lost letters", "Nguy?n Văn Dương;Tr?n Th? Sơn;B?c Đông\n" },
		{ "VNI", in_vni, "VNI", clean },
		{ "hidden TCVN3", as_1252(&a, in_tcvn3), "TCVN3 (ABC) as windows-1252 in UTF-8", clean_small },
		{ "hidden VNI", as_1252(&a, in_vni), "VNI as windows-1252 in UTF-8", clean },
		{ "hidden Windows-1258", as_1252(&a, in_1258), "windows-1258 as windows-1252 in UTF-8", clean },
		{ "UTF-8 twice", as_1252(&a, clean), "UTF-8 as windows-1252 in UTF-8", clean },
		{ "hidden TCVN3 with BOM", arena_printf(&a, "\xEF\xBB\xBF%s", as_1252(&a, in_tcvn3)),
			"TCVN3 (ABC) as windows-1252 in UTF-8 with BOM", clean_small },
		{ "UTF-8 twice with BOM twice", as_1252(&a, arena_printf(&a, "\xEF\xBB\xBF%s", clean)),
			"UTF-8 as windows-1252 in UTF-8", clean },
		{ "decomposed", apart(&a, clean, false), "UTF-8, NFD", clean },
		{ "half decomposed", apart(&a, clean, true), "UTF-8, NFC and NFD", clean },
		{ "one name in TCVN3", "Nguy\xD4n V\xA8n A\n", "TCVN3 (ABC)", "Nguyễn Văn A\n" },
		{ "one name, hidden", "NguyÔn V¨n A\n", "TCVN3 (ABC) as windows-1252 in UTF-8", "Nguyễn Văn A\n" },
		{ "letters lost in UTF-8", "Nguy?n V?n ??c, Tr?n Th? Lý\n", "UTF-8 with lost letters", "Nguy?n V?n ??c, Tr?n Th? Lý\n" },
		{ "letters lost, ASCII left", "Nguy?n V?n ??c;Tr?n Th? Hoa\n", "windows-1252 with lost letters",
			"Nguy?n V?n ??c;Tr?n Th? Hoa\n" },
		{ "letters lost by somebody else", "Nguy\xEF\xBF\xBDn Văn Hải\n", "UTF-8 with lost letters",
			"Nguy\xEF\xBF\xBDn Văn Hải\n" },
		{ "header in sound Unicode over hidden TCVN3",
			arena_printf(&a, "Họ và tên,\"Đơn vị công tác\"\n%s", as_1252(&a, in_tcvn3)),
			"TCVN3 (ABC) as windows-1252 in UTF-8",
			arena_printf(&a, "Họ và tên,\"Đơn vị công tác\"\n%s", clean_small) },
		{ "questions", "Ai? O dau? Bao gio? http://a.example/?q=1&b=?\n", "ASCII",
			"Ai? O dau? Bao gio? http://a.example/?q=1&b=?\n" },
		{ "UTF-8 with a bad byte", "Nguyễn Văn \xFF Hải\n", "UTF-8, damaged", "Nguyễn Văn \xEF\xBF\xBD Hải\n" },
		{ "a BOM decides", "\xEF\xBB\xBFNguy\xD4n V\xA8n", "UTF-8 with BOM, damaged", "Nguy\xEF\xBF\xBDn V\xEF\xBF\xBDn" },
		{ "only a BOM", "\xEF\xBB\xBF", "UTF-8 with BOM", "" },
		{ "UTF-8 that is cut", "Nguyễn Văn Đức\xE1\xBB", "UTF-8, damaged", "Nguyễn Văn Đức\xEF\xBF\xBD\xEF\xBF\xBD" },
	};
	size_t len;
	char *p;

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		check_read(cases[i].label, cases[i].in, strlen(cases[i].in), cases[i].name, cases[i].want);
	for (int big = 0; big < 2; big++) {
		p = wide(&a, clean, big, true, &len);
		check_read("UTF-16 with BOM", p, len, big ? "UTF-16BE with BOM" : "UTF-16LE with BOM", clean);
		p = wide(&a, clean, big, false, &len);
		check_read("UTF-16 without BOM", p, len, big ? "UTF-16BE" : "UTF-16LE", clean);
		check_read("UTF-16 that is cut", p, len - 1, big ? "UTF-16BE, damaged" : "UTF-16LE, damaged", NULL);
		p = wide(&a, as_1252(&a, in_tcvn3), big, true, &len);
		check_read("TCVN3 hidden in UTF-16", p, len, big ? "TCVN3 (ABC) as windows-1252 in UTF-16BE with BOM" :
		    "TCVN3 (ABC) as windows-1252 in UTF-16LE with BOM", clean_small);
	}
	arena_release(&a);
}

/* Nothing of this is to be changed. */
static void
test_left_alone(void)
{
	static const struct { const char *label, *in, *name; } cases[] = {
		{ "empty", "", "ASCII" },
		{ "English", "Name,Title,Unit\nAnna Example,Head of office,Department of Home Affairs\n", "ASCII" },
		{ "Vietnamese without marks", "Nguyen Van An,Chuyen vien,So Noi vu\n", "ASCII" },
		{ "French", "Hélène a été à l'école où le café était très cher, né à Orléans, dû, thé, forêt\n", "UTF-8" },
		{ "German", "Müller Größe Straße Käse Übung schön für über Bäume Vögel Mädchen\n", "UTF-8" },
		{ "Spanish", "Señor Núñez mañana corazón así también está aquí según él sí qué\n", "UTF-8" },
		{ "Portuguese", "São João não coração então você também três irmã avô pé órgão\n", "UTF-8" },
		{ "Danish", "Bjørn på færgen ved åen, Søren, Århus, blåbær, smørrebrød, få, nå, så\n", "UTF-8" },
		{ "Czech", "Příliš žluťoučký kůň úpěl ďábelské ódy, být, máš, dát, tři\n", "UTF-8" },
		{ "Cyrillic", "Иванов Пётр Сергеевич, Москва\n", "UTF-8" },
		{ "prices and signs", "10 € – 20 £ ± 5 °C © 2021 ® ½ «trích» “dẫn” …\n", "UTF-8" },
		{ "one accented word", "café\n", "UTF-8" },
		{ "highland names", "H’Bia Niê, Y Thanh Niê Kđăm, H'Nương Êban, K’Brêu, Rơ Châm H'Yéo\n", "UTF-8" },
		{ "letters both ways", "Hà Lý Công Tân Võ Bà Tú Hoàng Thái\n", "UTF-8" },
	};

	static const char french[] = "H\xE9l\xE8ne a \xE9t\xE9 \xE0 l'\xE9""cole o\xF9 le caf\xE9 \xE9tait tr\xE8s cher, n\xE9";
	static const char german[] = "M\xFCller Gr\xF6\xDF""e Stra\xDF""e K\xE4se \xDC""bung sch\xF6n f\xFCr";

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		check_read(cases[i].label, cases[i].in, strlen(cases[i].in), cases[i].name, cases[i].in);
	check_read("French in Windows-1252", french, sizeof(french) - 1, "windows-1252",
	    "Hélène a été à l'école où le café était très cher, né");
	check_read("German in Windows-1252", german, sizeof(german) - 1, "windows-1252",
	    "Müller Größe Straße Käse Übung schön für");
}

static void
test_binary(void)
{
#define BYTES(literal) literal, sizeof(literal) - 1
	static const struct { const char *label, *in; size_t len; enum charset_binary want; } cases[] = {
		{ "workbook", BYTES("PK\x03\x04\x14\0\x06\0.......xl/workbook.xml"), BINARY_XLSX },
		{ "Word", BYTES("PK\x03\x04\x14\0\x06\0......word/document.xml"), BINARY_DOCX },
		{ "LibreOffice", BYTES("PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), BINARY_ODF },
		{ "ZIP", BYTES("PK\x03\x04\x14\0\0\0readme.txt"), BINARY_ZIP },
		{ "old Excel", BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0\0\0"), BINARY_OLE },
		{ "PDF", BYTES("%PDF-1.4\n%\xE2\xE3\xCF\xD3\n"), BINARY_PDF },
		{ "RTF", BYTES("{\\rtf1\\ansi}"), BINARY_RTF },
		{ "web page", BYTES("\xEF\xBB\xBF\r\n <HTML><table>"), BINARY_HTML },
		{ "doctype", BYTES("<!DOCTYPE html>\n<html>"), BINARY_HTML },
		{ "XML", BYTES("<?xml version=\"1.0\"?>"), BINARY_XML },
		{ "gzip", BYTES("\x1F\x8B\x08\0\0\0\0\0"), BINARY_GZIP },
		{ "picture", BYTES("\x89PNG\r\n\x1A\n\0\0\0\rIHDR"), BINARY_IMAGE },
		{ "NUL", BYTES("a,b\0c,d"), BINARY_OTHER },
		{ "control bytes", BYTES("\x01\x02\x03\x04\x05\x06\x07"), BINARY_OTHER },
		{ "UTF-32", BYTES("\xFF\xFE\0\0a\0\0\0b\0\0\0"), BINARY_OTHER },
		{ "text", BYTES("a,b\tc\r\nd"), BINARY_NOT },
		{ "Ctrl-Z at the end", BYTES("a,b\r\n\x1A"), BINARY_NOT },
	};
	struct arena a = ARENA_INIT;
	struct charset_finding f;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		charset_detect(cases[i].in, cases[i].len, &f);
		CHECK_INT(f.binary, cases[i].want, cases[i].label);
		CHECK_INT(f.charset == CHARSET_BINARY, cases[i].want != BINARY_NOT, cases[i].label);
	}
	charset_detect(cases[0].in, cases[0].len, &f);
	CHECK(strstr(charset_explain(&a, &f, LANG_EN), "Excel workbook") != NULL, "the operator learns what to do");
	CHECK(strstr(charset_explain(&a, &f, LANG_VI), "bảng tính Excel") != NULL, "in Vietnamese too");
	arena_release(&a);
}

/* In pieces of any size as in one. */
static void
test_pieces(void)
{
	struct arena a = ARENA_INIT;
	size_t wide_len;
	char *wide_text = wide(&a, clean, false, true, &wide_len);
	struct { const char *label, *in; size_t len; } cases[] = {
		{ "UTF-8", clean, sizeof(clean) - 1 }, { "UTF-16", wide_text, wide_len },
		{ "Windows-1258", in_1258, sizeof(in_1258) - 1 }, { "VNI", in_vni, sizeof(in_vni) - 1 },
		{ "decomposed", apart(&a, clean, false), 0 }, { "UTF-8 twice", as_1252(&a, clean), 0 },
		{ "damaged", "Nguyễn \xE1\xBB\xE1Văn \xF0\x9F\x98 Đức \xC3", 0 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t len = cases[i].len ? cases[i].len : strlen(cases[i].in);
		struct charset_finding whole, f;
		const char *want;
		bool same = true;

		charset_detect(cases[i].in, len, &whole);
		want = charset_text(&a, cases[i].in, len, &whole);
		for (size_t piece = 1; piece < 9; piece++) {
			struct charset_scan *s = charset_scan_new();
			struct charset_decoder d;
			struct buf out = BUF_INIT(1 << 16);

			charset_decoder_init(&d, &whole);
			for (size_t at = 0; at < len; at += piece) {
				size_t n = len - at < piece ? len - at : piece;

				charset_scan_feed(s, cases[i].in + at, n);
				charset_decode(&d, cases[i].in + at, n, false, &out);
			}
			charset_decode(&d, "", 0, true, &out);
			charset_scan_finish(s, &f);
			same &= strcmp(buf_str(&out), want) == 0 && strcmp(f.name, whole.name) == 0;
			buf_release(&out);
		}
		CHECK(same, cases[i].label);
	}
	arena_release(&a);
}

/* A large file: what is odd in its last line counts, and blocks cut nothing in two. */
static void
test_large(void)
{
	struct buf b = BUF_INIT(8 << 20);
	struct charset_finding f;
	struct arena a = ARENA_INIT;

	while (b.len < (3 << 20))
		buf_add(&b, in_1258, sizeof(in_1258) - 1);
	charset_detect(b.s, b.len, &f);
	CHECK_STR(f.name, "windows-1258", "three megabytes");
	CHECK_INT((int64_t)f.bytes, (int64_t)b.len, "all of them");
	CHECK(f.plausible == f.words && f.words > 10000, "all plausible");
	buf_clear(&b);
	while (b.len < (3 << 20))
		buf_add(&b, clean, sizeof(clean) - 1);
	charset_detect(b.s, b.len, &f);
	CHECK_STR(f.name, "UTF-8", "three megabytes, no character cut");
	buf_str_add(&b, "x\xFF\n");
	charset_detect(b.s, b.len, &f);
	CHECK_STR(f.name, "UTF-8, damaged", "one bad byte at the end");
	buf_clear(&b);
	while (b.len < (1 << 20))
		buf_str_add(&b, "ế");
	charset_detect(b.s, b.len, &f);
	CHECK_STR(f.name, "UTF-8", "a word of a megabyte");
	buf_release(&b);
	arena_release(&a);
}

/* Our tables against those of the C library, which has no VNI. */
static void
test_tables(void)
{
	static const struct { const char *name; enum charset charset; } tables[] = {
		{ "CP1258", CHARSET_WINDOWS_1258 }, { "CP1252", CHARSET_WINDOWS_1252 }, { "TCVN", CHARSET_TCVN3 },
	};
	struct arena a = ARENA_INIT;

	for (size_t t = 0; t < COUNT_OF(tables); t++) {
		iconv_t cd = iconv_open("UTF-8", tables[t].name);
		struct charset_finding f = { .charset = tables[t].charset };
		int wrong = 0;

		if (cd == (iconv_t)-1) {
			check_skip("iconv does not know this encoding");
			continue;
		}
		for (int i = 0x80; i < 0x100; i++) {
			char in[2] = { (char)i, ' ' }, want[16], *ip = in, *op = want;
			size_t left = 2, room = sizeof(want) - 1;
			bool known = iconv(cd, &ip, &left, &op, &room) != (size_t)-1;
			const char *got = charset_text(&a, in, 2, &f);

			*op = '\0';
			iconv(cd, NULL, NULL, NULL, NULL);
			if (tables[t].charset == CHARSET_TCVN3 && !tcvn3((unsigned char)i))
				continue;	/* toned capitals, which the fonts in use did not have */
			wrong += strcmp(got, known ? want : "\xEF\xBF\xBD ") != 0;
		}
		CHECK_INT(wrong, 0, tables[t].name);
		iconv_close(cd);
	}
	arena_release(&a);
}

int
main(void)
{
	test_vietnamese();
	test_left_alone();
	test_binary();
	test_pieces();
	test_large();
	test_tables();
	return check_done();
}
