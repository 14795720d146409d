/* The second half of heading.h: columns without headings, by what they hold. */
#include "engine/heading.h"

#include <ctype.h>
#include <unicase.h>

#include "base/text.h"

#define CELLS_MAX 200	/* looked at in a column */

/* Family names, as they are spelt: "Vũ" is one, "Vụ" is a department. */
static const char *const families[] = {
	"nguyễn", "trần", "lê", "phạm", "hoàng", "huỳnh", "phan", "vũ", "võ", "đặng", "bùi", "đỗ", "hồ", "ngô", "dương", "lý",
	"đinh", "đoàn", "trịnh", "lâm", "mai", "cao", "tạ", "lương", "chu", "châu", "hà", "tô", "thái", "tống", "quách", "la",
	"ông", "ôn", "ưng", "âu", "từ", "đào", "trương", "vương", "lưu", "triệu", "phùng", "tăng", "kiều", "nông", "lò", "giàng",
	"sùng", "vàng", "thào", "bàn", "tẩn", "chảo", "lục", "mã", "lù", "pờ", "vừ", "cà", "quàng", "tòng", "lường", "hứa", "hứu",
	"nghiêm", "khổng", "bạch", "viên", "trà", "thạch", "sơn", "kim", "danh", "diệp", "lại", "doãn", "đồng", "mạc", "ninh",
	"phí", "quan", "tôn", "ngụy", "nhữ", "thân", "tiêu", "tưởng", "vi", "hầu", "ma", "điểu", "rơ", "siu", "ksor", "nay", "y",
	"a", "rah", "kpă", "ka", "đàm", "lộc", "lữ", "mạch", "nhâm", "ung", "uông", "giang", "cù", "đậu", "hán", "khúc", "lều",
	"mẫn", "phó", "tào", "tất", "tề", "thang", "thiều", "trang", "yên", "an", "bế", "hoàn", "nguyền", "đường", "lã", "lỗ",
};
static const char *const places[] = {
	"so ", "ubnd", "uy ban", "van phong", "phong ", "ban ", "vu ", "cuc ", "tong cuc", "trung tam", "vien ", "bo ", "chi cuc",
	"thanh tra", "hoi dong", "kho bac", "huyen ", "quan ", "thi xa", "thanh pho", "xa ", "phuong ", "truong ", "ngan hang",
};
static const char *const works[] = {
	"chuyen vien", "truong phong", "pho ", "giam doc", "chanh ", "cong chuc", "can bo", "nhan vien", "thanh tra vien", "chu tich",
	"bi thu", "ke toan", "ky su", "tro ly", "vu truong", "cuc truong", "pcvp", "ptp", "cvc", "cv", "truong ban", "vien chuc",
};

bool
looks_like_phone(const char *s)
{
	size_t digits = 0;

	for (; *s; s++) {
		if (isdigit((unsigned char)*s))
			digits++;
		else if (!strchr(" .,-+()/';E\n", *s))
			return false;
	}
	return digits >= 8 && digits <= 32;
}

static bool
begins_one_of(const char *key, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (heading_begins(key, list[i]))
			return true;
	return false;
}

static size_t
count_words(const char *key)
{
	size_t n = 0;

	for (const char *p = key; *p; p++)
		n += *p != ' ' && (p == key || p[-1] == ' ');
	return n;
}

bool
begins_with_family(struct arena *a, const char *cell)
{
	size_t len = strcspn(cell, " \u00a0"), n;
	uint8_t *lower;
	char *word;
	bool plain;

	if (!len || len > 24 || !(lower = u8_tolower((const uint8_t *)cell, len, NULL, UNINORM_NFC, NULL, &n)))
		return false;
	word = arena_ndup(a, (char *)lower, n);
	free(lower);
	plain = text_is_ascii(word, n);
	for (size_t i = 0; i < COUNT_OF(families); i++)
		if (strcmp(plain ? text_fold(a, families[i]) : families[i], word) == 0)
			return true;
	return false;
}

/* Two to six words of letters. */
bool
looks_like_person(struct arena *a, const char *cell)
{
	const char *key;
	size_t words;

	if (strlen(cell) > 120)
		return false;
	key = text_fold(a, cell);
	for (const char *p = key; *p; p++)
		if ((unsigned char)*p < 0x80 && !isalpha((unsigned char)*p) && !strchr(" '?.-", *p))
			return false;
	words = count_words(key);
	return words >= 2 && words <= 6 && !begins_one_of(key, works, COUNT_OF(works)) &&
	    (begins_with_family(a, cell) || !begins_one_of(key, places, COUNT_OF(places)));
}

/* 12 or 9 digits of an identity card, or a date. */
static bool
is_identity(const char *s)
{
	size_t digits = 0, marks = 0;

	s += *s == '\'';
	for (; *s; s++) {
		if (isdigit((unsigned char)*s))
			digits++;
		else if (strchr("/-.", *s))
			marks++;
		else if (*s != ' ')
			return false;
	}
	return (marks == 2 && digits >= 4 && digits <= 8) || (marks == 0 && digits == 12);
}

void
column_look(struct arena *a, const struct csv_row *rows, size_t n, size_t col, struct column_look *l)
{
	const char *seen[CELLS_MAX] = { NULL };
	long last = 0;

	memset(l, 0, sizeof(*l));
	for (size_t i = 0; i < n && l->filled < CELLS_MAX; i++) {
		const char *s = text_squeeze(a, csv_cell(&rows[i], col)), *key;
		size_t k = 0;
		char *end = NULL;
		long v;

		if (!*s || strlen(s) > 400)
			continue;
		key = text_fold(a, s);
		while (k < l->distinct && seen[k] && strcmp(seen[k], key) != 0)
			k++;
		if (k == l->distinct)
			seen[l->distinct++] = key;
		l->filled++;
		l->one_word += count_words(key) == 1;
		if (strchr(s, '@')) {
			l->at++;
			continue;
		}
		v = strtol(s, &end, 10);
		if (end && end > s && !end[strspn(end, ".) ")] && v > last && v <= last + 50) {
			l->number++;
			last = v;
			continue;
		}
		if (is_identity(s))
			l->identity++;
		else if (looks_like_phone(s))
			l->phone++;
		else if (begins_one_of(key, works, COUNT_OF(works)))
			l->work++;
		else if (looks_like_person(a, s)) {
			l->person++;
			l->family += begins_with_family(a, s);
		} else if (begins_one_of(key, places, COUNT_OF(places)))
			l->place++;
	}
}

/* The column with most of what is counted, more than half of its cells. */
static size_t
most(const struct column_look *looks, const enum column *kinds, size_t width, size_t member)
{
	size_t best = width, best_n = 0;

	for (size_t c = 0; c < width; c++) {
		size_t n = *(const size_t *)(const void *)((const char *)&looks[c] + member);

		if (kinds[c] == COL_OTHER && n > best_n && n * 2 > looks[c].filled) {
			best = c;
			best_n = n;
		}
	}
	return best;
}

bool
columns_guess(struct arena *a, const struct csv_row *rows, size_t n, enum column *kinds, size_t width)
{
	static const struct { size_t member; enum column kind; } steps[] = {
		{ offsetof(struct column_look, at), COL_EMAIL }, { offsetof(struct column_look, at), COL_EMAIL2 },
		{ offsetof(struct column_look, family), COL_NAME }, { offsetof(struct column_look, number), COL_ORDER },
		{ offsetof(struct column_look, phone), COL_PHONE }, { offsetof(struct column_look, work), COL_POSITION },
		{ offsetof(struct column_look, place), COL_DEPT },
	};
	struct column_look *looks = arena_alloc(a, (width + 1) * sizeof(*looks));
	bool name = false, email = false;
	size_t c;

	for (c = 0; c < width; c++) {
		kinds[c] = COL_OTHER;
		column_look(a, rows, n, c, &looks[c]);
	}
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		if ((c = most(looks, kinds, width, steps[i].member)) == width)
			continue;
		kinds[c] = steps[i].kind;
		name |= steps[i].kind == COL_NAME;
		email |= steps[i].kind == COL_EMAIL;
	}
	/* Names that are no common ones: what looks like people and repeats least. */
	if (!name && email) {
		size_t best = width;

		for (c = 0; c < width; c++)
			if (kinds[c] == COL_OTHER && looks[c].person * 2 > looks[c].filled &&
			    looks[c].distinct * 10 >= looks[c].filled * 6 &&
			    (best == width || looks[c].person > looks[best].person))
				best = c;
		if (best < width)
			kinds[best] = COL_NAME;
	}
	for (c = 0; c < width; c++) {
		if (looks[c].filled == 0)
			kinds[c] = COL_EMPTY;
		/* a family column has its given names beside it */
		else if (kinds[c] == COL_NAME && c + 1 < width && kinds[c + 1] == COL_OTHER &&
		    looks[c + 1].one_word * 10 > looks[c + 1].filled * 9 && looks[c + 1].filled * 2 > looks[c].filled &&
		    looks[c + 1].number + looks[c + 1].identity + looks[c + 1].phone == 0) {
			kinds[c] = COL_FAMILY;
			kinds[c + 1] = COL_GIVEN;
		}
	}
	/* Text that is left is where the person works, or a note; never numbers and dates. */
	for (c = 0; c < width; c++)
		if (kinds[c] == COL_OTHER && looks[c].identity + looks[c].phone + looks[c].number == 0)
			kinds[c] = COL_NOTE;
	return email || name;
}
