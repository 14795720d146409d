/* One form to store, one to compare, one order: base/text. */
#include "support/check.h"

#include <stdlib.h>

#include "base/text.h"

static void
test_fold(void)
{
	static const struct { const char *label, *in, *want; } cases[] = {
		{ "nothing", "", "" },
		{ "new tone placement", "Hoà Bình", "hoa binh" },
		{ "capitals", "HÒA BÌNH", "hoa binh" },
		{ "white space", "  hoa \t\r\n binh ", "hoa binh" },
		{ "NBSP and ideographic space", "Hoà\xC2\xA0\xE3\x80\x80" "Bình\xC2\xA0", "hoa binh" },
		{ "all letters", "ăâđêôơư ĂÂĐÊÔƠƯ", "aadeoou aadeoou" },
		{ "all tones of one letter", "ơ ờ ở ỡ ớ ợ Ơ Ờ Ở Ỡ Ớ Ợ", "o o o o o o o o o o o o" },
		{ "eth for d with stroke", "\xC3\x90\xC3\xA0 N\xE1\xBA\xB5ng \xC3\xB0", "da nang d" },
		{ "decomposed", "Nguye\xCC\x82\xCC\x83n Thi\xCC\xA3 U\xCC\x9B\xCC\x81", "nguyen thi u" },
		{ "curly apostrophe", "H’Lan Kbuôr", "h'lan kbuor" },
		{ "straight apostrophe", "H'Lan Kbuôr", "h'lan kbuor" },
		{ "modifier apostrophe", "K\xCA\xBC" "Brêu", "k'breu" },
		{ "zero width", "Tr\xE2\x80\x8B\xE1\xBA\xA7n\xEF\xBB\xBF V\xE2\x80\x8D\xC4\x83n", "tran van" },
		{ "highland letters", "Êđê Ƀŏñ č", "ede bon c" },
		{ "full width", "Ｅｍａｉｌ", "email" },
		{ "other letters stay", "Ünïcode Łódź Ωмир", "unicode lodz ωмир" },
		{ "digits and signs", "Sở KH&CN - số 12/3", "so kh&cn - so 12/3" },
		{ "not UTF-8", "a\xFF" "b", "a\xEF\xBF\xBD" "b" },
		{ "one character that is eighteen", "\xEF\xB7\xBA", "صلى الله عليه وسلم" },
	};
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		CHECK_STR(text_fold(&a, cases[i].in), cases[i].want, cases[i].label);
	arena_release(&a);
}

static void
test_nfc(void)
{
	static const struct { const char *label, *in, *want; } cases[] = {
		{ "ASCII", "abc", "abc" },
		{ "composed stays", "Nguyễn Đức Ưng", "Nguyễn Đức Ưng" },
		{ "decomposed", "Nguye\xCC\x82\xCC\x83n", "Nguyễn" },
		{ "dot below before the circumflex", "e\xCC\xA3\xCC\x82", "ệ" },
		{ "dot below behind the circumflex", "e\xCC\x82\xCC\xA3", "ệ" },
		{ "tone before the horn", "o\xCC\x81\xCC\x9B", "ớ" },
		{ "half composed", "ê\xCC\x81 ơ\xCC\xA3", "ế ợ" },
		{ "acute before circumflex is another thing", "a\xCC\x81\xCC\x82", "á\xCC\x82" },
		{ "other alphabets", "n\xCC\x83 i\xCC\x88 \xE1\x84\x80\xE1\x85\xA1", "ñ ï 가" },
		{ "singleton", "\xE2\x84\xAA", "K" },
		{ "mark on nothing", "\xCC\x81" "a", "\xCC\x81" "a" },
		{ "not UTF-8", "\xC3", "\xEF\xBF\xBD" },
		{ "not UTF-8 before a mark", "\xC3\xCC\x81", "\xEF\xBF\xBD\xCC\x81" },
	};
	static const struct { const char *label, *in, *want; } squeezed[] = {
		{ "runs", "  Nguyễn   Văn\r\n\tA ", "Nguyễn Văn A" },
		{ "NBSP", "\xC2\xA0Trần\xC2\xA0\xC2\xA0" "B", "Trần B" },
		{ "only space", " \t\n ", "" },
		{ "decomposed", "Va\xCC\x86n  A", "Văn A" },
	};
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		CHECK_STR(text_nfc(&a, cases[i].in, strlen(cases[i].in)), cases[i].want, cases[i].label);
	for (size_t i = 0; i < COUNT_OF(squeezed); i++)
		CHECK_STR(text_squeeze(&a, squeezed[i].in), squeezed[i].want, squeezed[i].label);
	CHECK_STR(text_lower_ascii(&a, "ABC@Đ.VN"), "abc@Đ.vn", "only ASCII gets small");
	arena_release(&a);
}

static void
test_utf8(void)
{
	static const struct { const char *label, *in; bool want; } cases[] = {
		{ "empty", "", true }, { "ASCII", "abc", true }, { "two", "\xC3\xA0", true },
		{ "three", "\xE1\xBA\xA1", true }, { "four", "\xF0\x9F\x98\x80", true },
		{ "overlong slash", "\xC0\xAF", false }, { "overlong three", "\xE0\x80\xAF", false },
		{ "surrogate", "\xED\xA0\x80", false }, { "above the last", "\xF4\x90\x80\x80", false },
		{ "cut", "\xE1\xBA", false }, { "lone continuation", "\x80", false }, { "FE", "\xFE", false },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		CHECK_INT(text_is_utf8(cases[i].in, strlen(cases[i].in)), cases[i].want, cases[i].label);
	CHECK(text_is_ascii("0123456789abcdef", 16), "sixteen of ASCII");
	CHECK(!text_is_ascii("0123456789abcde\xC3", 16), "last is not");
	CHECK(!text_is_ascii("\xC3""123456789", 10), "first is not");
}

static int
sign(int d)
{
	return (d > 0) - (d < 0);
}

static void
test_collate(void)
{
	/* Each before the next. */
	static const char *const words[] = {
		"", "1", "a", "A", "à", "ả", "ã", "á", "ạ", "an", "ă", "ắt", "â", "ba", "Bạc Liêu", "Bắc Giang",
		"Bắc Kạn", "Bình Dương", "Bình Định", "ca", "da", "đa", "e", "ê", "g", "hoa", "hòa", "hoan", "i", "na",
		"o", "ô", "ơ", "p", "u", "ư", "v", "x", "y", "z",
	};
	static const char *const names[] = {
		"Nguyễn Văn An", "Trần An", "Lê Thị Ánh", "Vũ Ân", "Đỗ Bình", "Nguyễn Bình", "Nguyen Van Dung",
		"Nguyễn Văn Dũng", "Lý Đức", "Ý",
	};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		for (size_t j = 0; j < COUNT_OF(words); j++)
			CHECK_INT(sign(text_collate(words[i], words[j])), (i > j) - (i < j), words[i]);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		for (size_t j = 0; j < COUNT_OF(names); j++)
			CHECK_INT(sign(text_collate_names(names[i], names[j])), (i > j) - (i < j), names[i]);
	CHECK_INT(text_collate("ế", "e\xCC\x82\xCC\x81"), 0, "decomposed is the same");
	CHECK_INT(sign(text_collate("Đà", "\xC3\x90\xC3\xA0")), 0, "eth sorts as d with stroke");
	CHECK_INT(sign(text_collate_names("Lê An ", "Lê\xC2\xA0""An")), 0, "white space does not matter");
}

static void
test_distance(void)
{
	static const struct { const char *a, *b; size_t most, want; } cases[] = {
		{ "", "", 3, 0 }, { "gmail.com", "gmail.com", 2, 0 }, { "gmail.com", "gmial.com", 2, 1 },
		{ "gmail.com", "gmail.con", 2, 1 }, { "gmail.com", "gmai.com", 2, 1 }, { "gmail.com", "gmailcom", 2, 1 },
		{ "gmail.com", "yahoo.com", 2, 3 }, { "gmail.com", "", 2, 3 }, { "", "ab", 5, 2 },
		{ "đà", "da", 5, 2 }, { "kitten", "sitting", 9, 3 }, { "kitten", "sitting", 2, 3 },
		{ "abcdef", "badcfe", 9, 3 }, { "abc", "abc", 0, 0 }, { "abc", "abd", 0, 1 }, { "ca", "abc", 9, 3 },
		{ "kitten", "sitting", SIZE_MAX, 3 },
	};
	char longer[600], other[600];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CHECK_INT((int64_t)text_distance(cases[i].a, cases[i].b, cases[i].most), (int64_t)cases[i].want, cases[i].b);
		CHECK_INT((int64_t)text_distance(cases[i].b, cases[i].a, cases[i].most), (int64_t)cases[i].want, cases[i].a);
	}
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	memcpy(other, longer, sizeof(other));
	other[0] = other[300] = other[598] = 'b';
	CHECK_INT((int64_t)text_distance(longer, other, 10), 3, "long words");
	CHECK_INT((int64_t)text_distance(longer, other, 2), 3, "long words, cut off");
}

/* The whole table, as the textbook has it. */
static size_t
slow_distance(const char *a, const char *b)
{
	size_t d[10][10], la = strlen(a), lb = strlen(b);

	for (size_t i = 0; i <= la; i++)
		for (size_t j = 0; j <= lb; j++) {
			size_t m = i + j;

			if (i && j && d[i - 1][j - 1] + (a[i - 1] != b[j - 1]) < m)
				m = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			if (i && d[i - 1][j] + 1 < m)
				m = d[i - 1][j] + 1;
			if (j && d[i][j - 1] + 1 < m)
				m = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < m)
				m = d[i - 2][j - 2] + 1;
			d[i][j] = m;
		}
	return d[la][lb];
}

static void
test_distance_band(void)
{
	uint64_t random = 1;
	int wrong = 0;

	for (int t = 0; t < 20000; t++) {
		char w[2][10] = { "", "" };
		size_t most, want;

		for (int k = 0; k < 2; k++) {
			size_t n = (random = random * 6364136223846793005u + 1442695040888963407u) >> 60;

			for (size_t i = 0; i < (n > 9 ? 9 : n); i++) {
				random = random * 6364136223846793005u + 1442695040888963407u;
				w[k][i] = (char)('a' + (random >> 40) % 3);
			}
		}
		most = (random >> 33) % 11;
		want = slow_distance(w[0], w[1]);
		wrong += text_distance(w[0], w[1], most) != (want > most ? most + 1 : want);
	}
	CHECK_INT(wrong, 0, "only the band gives what the whole table gives");
}

static void
test_numbers(void)
{
	static const struct { int64_t v; const char *vi, *en; } numbers[] = {
		{ 0, "0", "0" }, { 999, "999", "999" }, { 1480, "1.480", "1,480" }, { -1000000, "-1.000.000", "-1,000,000" },
		{ INT64_MIN, "-9.223.372.036.854.775.808", "-9,223,372,036,854,775,808" },
	};
	static const struct { int64_t part, of; const char *vi, *en; } parts[] = {
		{ 949, 2429, "39,1", "39.1" }, { 1480, 2429, "60,9", "60.9" }, { 0, 5, "0,0", "0.0" }, { 5, 5, "100,0", "100.0" },
		{ 1, 3, "33,3", "33.3" }, { 2, 3, "66,7", "66.7" }, { 1, 2000, "0,1", "0.1" }, { 1, 2001, "0,0", "0.0" },
		{ 1, 0, "–", "–" }, { 0, 0, "–", "–" }, { -1, 4, "-25,0", "-25.0" }, { 25, 2, "1.250,0", "1,250.0" },
		{ INT64_MAX, INT64_MAX, "100,0", "100.0" },
	};
	char out[32];

	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		CHECK_STR(text_number(out, numbers[i].v, LANG_VI), numbers[i].vi, "number, vi");
		CHECK_STR(text_number(out, numbers[i].v, LANG_EN), numbers[i].en, "number, en");
	}
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		CHECK_STR(text_percent(out, parts[i].part, parts[i].of, LANG_VI), parts[i].vi, "percent, vi");
		CHECK_STR(text_percent(out, parts[i].part, parts[i].of, LANG_EN), parts[i].en, "percent, en");
	}
}

int
main(void)
{
	test_fold();
	test_nfc();
	test_utf8();
	test_collate();
	test_distance();
	test_distance_band();
	test_numbers();
	return check_done();
}
