#include "engine/rowtext.h"

#include <ctype.h>
#include <unicase.h>

#include "base/text.h"
#include "engine/heading.h"

/* Beginnings. */
static const char *const totals[] = {
	"tổng cộng", "tổng số", "danh sách này", "danh sách gồm", "danh sách có", "danh sách trên", "danh sách tổng", "ấn định",
	"cộng:", "tổng:", "tổng cộng:", "(danh sách", "danh sách này có", "gồm có", "cộng danh sách", "total",
};
static const char *const closings[] = {
	"người lập", "người tổng hợp", "người kê khai", "lập biểu", "nơi nhận", "ghi chú:", "lưu ý", "(ký", "( ký", "ký tên",
	"đã ký", "(đã ký", "kt.", "kt ", "tl.", "tm.", "tuq.", "q. ", "xác nhận", "thủ trưởng", "chữ ký", "ký, ghi",
	"./.", "---", "___", "***", "(*)", "* ", "liên hệ", "mọi thắc mắc", "thông tin liên hệ", "đầu mối",
};
static const char *const titles[] = {
	"cộng hòa xã hội", "cộng hoà xã hội", "độc lập", "danh sách", "(kèm theo", "kèm theo", "(ban hành", "phụ lục", "biểu mẫu",
	"biểu số", "mẫu số", "kính gửi", "v/v", "căn cứ", "(đính kèm", "đơn vị:", "tên đơn vị:",
	"cơ quan:", "tỉnh:", "số:", "(gửi kèm", "(theo ",
};
static const char *const offices[] = {	/* where people work: the heading of a group */
	"sở ", "ubnd", "ủy ban", "uỷ ban", "văn phòng", "ban ", "phòng ", "vụ ", "cục ", "tổng cục", "trung tâm", "viện ", "khối",
	"cơ quan", "các ", "cấp ", "huyện ", "thị xã", "thành phố", "tỉnh ", "bộ ", "chi cục", "thanh tra", "hội ", "đảng ủy",
	"đảng uỷ", "đơn vị", "xã ", "phường ", "quận ", "trường ", "kho bạc", "công an", "mặt trận", "liên đoàn",
	"đoàn thanh niên", "đoàn tncs", "tòa án", "toà án", "viện kiểm", "bảo hiểm", "học viện", "bệnh viện", "nhóm ", "hđnd",
	"ngân hàng", "tp.", "tp ", "tx.", "sở, ", "thị trấn", "khu vực", "đặc khu", "ubmttq", "tỉnh ủy", "tỉnh uỷ", "thành ủy",
	"huyện ủy", "bộ phận", "lãnh đạo", "nhà xuất bản", "báo ", "tạp chí", "đài ",
};
static const char *const posts[] = {	/* whole */
	"giám đốc", "phó giám đốc", "chánh văn phòng", "phó chánh văn phòng", "bộ trưởng", "thứ trưởng", "chủ tịch", "phó chủ tịch",
	"trưởng phòng", "phó trưởng phòng", "vụ trưởng", "phó vụ trưởng", "cục trưởng", "phó cục trưởng", "thủ trưởng",
	"thủ trưởng đơn vị", "trưởng ban", "viện trưởng", "chánh thanh tra", "thống đốc", "phó thống đốc", "tổng thanh tra",
	"hiệu trưởng", "cộng", "tổng", "hết", "người lập", "lãnh đạo đơn vị", "thủ trưởng cơ quan",
};

struct list {
	const char *const *words;
	const char **folded;
	size_t n;
};

struct phrases {
	struct arena arena;
	struct list totals, closings, titles, offices, posts;
};

static struct list
make(struct arena *a, const char *const *words, size_t n)
{
	struct list l = { words, arena_alloc(a, n * sizeof(char *)), n };

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);

		l.folded[i] = text_fold(a, words[i]);
		/* folding trims; a phrase that ends a word keeps its end */
		if (words[i][len - 1] == ' ')
			l.folded[i] = arena_printf(a, "%s ", l.folded[i]);
	}
	return l;
}

struct phrases *
rowtext_phrases(void)
{
	struct phrases *p = mem_zalloc(sizeof(*p));

#define MAKE(list)	p->list = make(&p->arena, list, COUNT_OF(list))
	MAKE(totals);
	MAKE(closings);
	MAKE(titles);
	MAKE(offices);
	MAKE(posts);
	return p;
}

void
rowtext_free(struct phrases *p)
{
	if (!p)
		return;
	arena_release(&p->arena);
	free(p);
}

static const char *
skip_blank(const char *s)
{
	for (;;) {
		if (isspace((unsigned char)*s))
			s++;
		else if (strncmp(s, "\u00a0", 2) == 0)
			s += 2;
		else if (strncmp(s, "\u200b", 3) == 0 || strncmp(s, "\ufeff", 3) == 0)
			s += 3;
		else
			return s;
	}
}

/* "I", "II.", "A)", "B": 0, or the length with the sign behind it. */
static size_t
marker_len(const char *s)
{
	size_t n = strspn(s, "IVXLC");

	if (n == 0 && *s >= 'A' && *s <= 'H')
		n = 1;
	if (n == 0 || n > 6)
		return 0;
	if (!s[n])
		return n;
	return strchr(".)/-", s[n]) ? n + 1 : 0;
}

static bool
read_number(const char *s, long *v)
{
	char *end;
	double d;

	if (!isdigit((unsigned char)*s))
		return false;
	d = strtod(s, &end);
	*v = d < 1e9 ? (long)(d + 0.5) : 0;
	return !*skip_blank(end + strspn(end, ".)"));
}

void
rowtext_read(struct rowtext *t, struct arena *a, const struct csv_row *row)
{
	const char *text = NULL;

	*t = (struct rowtext){ .lower = "", .fold = "", .text_at = row->count };
	for (size_t i = 0; i < row->count; i++) {
		const char *s = skip_blank(row->cell[i].s);

		if (!*s)
			continue;
		t->at |= strchr(s, '@') != NULL;
		if (t->filled++ == 0) {
			size_t n = marker_len(s);

			t->first = i;
			if (read_number(s, &t->number)) {
				t->order = true;
				continue;
			}
			if (n && !*skip_blank(s + n)) {
				t->marker = true;
				continue;
			}
		}
		if (!text) {
			text = s;
			t->text_at = i;
		}
	}
	if (text) {
		size_t len = strlen(text), n, m = marker_len(text);
		uint8_t *lower;

		if (len > 600)
			len = 600;
		while (len && ((unsigned char)text[len] & 0xC0) == 0x80)
			len--;
		t->marked = m > 1 && (text[m] == ' ' || !text[m]);
		text = arena_ndup(a, text, len);
		if ((lower = u8_tolower((const uint8_t *)text, len, NULL, UNINORM_NFC, NULL, &n))) {
			t->lower = text_squeeze(a, arena_ndup(a, (char *)lower, n));
			free(lower);
		}
		t->fold = text_fold(a, text);
		t->plain = strchr(t->lower, '?') || text_is_ascii(t->lower, strlen(t->lower));
	}
}

/* "vụ " without its mark is a family name. */
static bool
tells_when_plain(const char *folded)
{
	static const char *const names[] = { "vu ", "ban ", "bo ", "hoi ", "cac ", "so ", "bao ", "dai ", "cap ", "phuong ", "quan ",
	    "truong ", "xa ", "tinh ", "tong", "cong", "mau ", "cuc ", "vien ", "dau moi", "tong so" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(folded, names[i]) == 0)
			return false;
	return true;
}

static bool
begins(const struct list *l, const struct rowtext *t)
{
	for (size_t i = 0; i < l->n; i++)
		if (t->plain ? tells_when_plain(l->folded[i]) && heading_begins(t->fold, l->folded[i]) :
		    strncmp(t->lower, l->words[i], strlen(l->words[i])) == 0)
			return true;
	return false;
}

static bool
is_whole(const struct list *l, const struct rowtext *t)
{
	size_t n = strlen(t->lower), f = strlen(t->fold);

	while (n && strchr(".:;,/ ", t->lower[n - 1]))
		n--;
	while (f && strchr(".:;,/ ", t->fold[f - 1]))
		f--;
	for (size_t i = 0; i < l->n; i++)
		if (t->plain ? strlen(l->folded[i]) == f && heading_begins(t->fold, l->folded[i]) :
		    strlen(l->words[i]) == n && memcmp(t->lower, l->words[i], n) == 0)
			return true;
	return false;
}

/* "Cần Thơ, ngày 20 tháng 9 năm 2021" */
static bool
is_dated(const struct rowtext *t)
{
	const char *p = strstr(t->fold, "ngay "), *q;

	return p && (p == t->fold || p[-1] == ' ' || p[-1] == ',') && (q = strstr(p, "thang ")) && strstr(q, "nam");
}

bool
rowtext_is_closing(const struct phrases *p, const struct rowtext *t)
{
	return begins(&p->totals, t) || begins(&p->closings, t) || is_dated(t);
}

bool
rowtext_is_title(const struct phrases *p, const struct rowtext *t)
{
	return begins(&p->titles, t);
}

bool
rowtext_is_group(const struct phrases *p, const struct rowtext *t)
{
	return t->marker || t->marked || begins(&p->offices, t);
}

bool
rowtext_is_office(const struct phrases *p, const struct rowtext *t)
{
	return is_whole(&p->posts, t);
}

int64_t
rowtext_total(const struct phrases *p, const struct rowtext *t, const struct csv_row *row)
{
	static const char *const people[] = { "nguoi", "dong chi", "d/c", "can bo", "cong chuc", "dai bieu", "nhan su" };
	const char *digits = t->fold;
	long v;

	if (!begins(&p->totals, t) && !is_whole(&p->posts, t))
		return 0;
	/* "có 53 người", "12 đơn vị, 1.053 người", "Tổng cộng | 53" */
	for (const char *d = t->fold; *d; d++) {
		size_t n = strspn(d, "0123456789.");

		if (!isdigit((unsigned char)*d))
			continue;
		for (size_t i = 0; i < COUNT_OF(people); i++)
			if (d[n] == ' ' && heading_begins(d + n + 1, people[i]))
				digits = d;
		d += n - 1;
	}
	while (*digits && !isdigit((unsigned char)*digits))
		digits++;
	if (*digits) {
		v = 0;
		for (; isdigit((unsigned char)*digits) || (*digits == '.' && isdigit((unsigned char)digits[1]) &&
		    isdigit((unsigned char)digits[2]) && isdigit((unsigned char)digits[3])); digits++)
			if (*digits != '.' && v < 100000000)
				v = v * 10 + (*digits - '0');
		return v;
	}
	for (size_t i = t->text_at + 1; i < row->count; i++)
		if (read_number(skip_blank(row->cell[i].s), &v))
			return v;
	return 0;
}
