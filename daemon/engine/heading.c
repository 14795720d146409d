#include "engine/heading.h"

#include <ctype.h>

#include "base/text.h"

const char *
column_name(enum column c)
{
	static const char *const names[COLUMNS] = {
		[COL_OTHER] = "other", [COL_ORDER] = "order", [COL_NAME] = "name", [COL_FAMILY] = "family",
		[COL_GIVEN] = "given", [COL_POSITION] = "position", [COL_DEPT] = "dept", [COL_EMAIL] = "email",
		[COL_EMAIL2] = "email2", [COL_PHONE] = "phone", [COL_NOTE] = "note", [COL_EMPTY] = "empty",
		[COL_REFERENCE] = "reference", [COL_CORRECTED] = "corrected",
	};

	return names[c];
}

enum how { ANYWHERE, FIRST, WHOLE };	/* as words of the heading, at its beginning, alone */

struct phrase {
	const char *words;
	enum column kind;
	enum how how;
};

/* An address column, whatever else the heading says; unless it begins with a name. */
static const char *const mail_words[] = {
	"thu dien tu", "email", "e mail", "mail", "gmail", "hop thu", "hom thu", "thu cong vu", "dia chi thu", "dia chi dien tu",
	"emai", "emails", "mail cong vu",
};
static const char *const personal_words[] = {
	"ca nhan", "gmail", "khac", "phu", "du phong", "rieng", "yahoo", "2", "thu hai", "personal", "private", "alternate",
	"alternative", "secondary", "other", "ngoai cong vu", "bo sung",
};
static const char *const official_words[] = {
	"cong vu", "co quan", "don vi", "official", "work", "cong viec", "1",
};

/* Of our own list of addresses to correct, as it comes back. */
static const char *const reference_words[] = { "ma tham chieu", "reference" };
static const char *const corrected_words[] = { "da sua", "sua lai", "sua thanh", "corrected" };
static const char *const address_words[] = { "dia chi", "address" };

/* Nothing an invitation needs (rules.md: do not import identity numbers). */
static const struct phrase unneeded[] = {
	{ "cccd", COL_OTHER, ANYWHERE }, { "cmnd", COL_OTHER, ANYWHERE }, { "cmt", COL_OTHER, ANYWHERE },
	{ "cmtnd", COL_OTHER, ANYWHERE }, { "can cuoc", COL_OTHER, ANYWHERE }, { "chung minh", COL_OTHER, ANYWHERE },
	{ "dinh danh", COL_OTHER, ANYWHERE }, { "ho chieu", COL_OTHER, ANYWHERE }, { "passport", COL_OTHER, ANYWHERE },
	{ "identity", COL_OTHER, ANYWHERE }, { "ngay sinh", COL_OTHER, ANYWHERE }, { "nam sinh", COL_OTHER, ANYWHERE },
	{ "sinh ngay", COL_OTHER, ANYWHERE }, { "sinh nam", COL_OTHER, ANYWHERE }, { "thang nam sinh", COL_OTHER, ANYWHERE },
	{ "date of birth", COL_OTHER, ANYWHERE }, { "birth", COL_OTHER, ANYWHERE }, { "birthday", COL_OTHER, ANYWHERE },
	{ "dob", COL_OTHER, ANYWHERE }, { "tuoi", COL_OTHER, WHOLE }, { "gioi tinh", COL_OTHER, ANYWHERE },
	{ "gender", COL_OTHER, ANYWHERE }, { "sex", COL_OTHER, ANYWHERE }, { "nam nu", COL_OTHER, WHOLE },
	{ "nam", COL_OTHER, WHOLE }, { "nu", COL_OTHER, WHOLE }, { "dan toc", COL_OTHER, WHOLE }, { "ton giao", COL_OTHER, WHOLE },
	{ "que quan", COL_OTHER, ANYWHERE }, { "nguyen quan", COL_OTHER, ANYWHERE }, { "noi sinh", COL_OTHER, ANYWHERE },
	{ "thuong tru", COL_OTHER, ANYWHERE }, { "tam tru", COL_OTHER, ANYWHERE }, { "noi o", COL_OTHER, ANYWHERE },
	{ "ho khau", COL_OTHER, ANYWHERE }, { "dia chi nha", COL_OTHER, ANYWHERE }, { "dia chi", COL_OTHER, WHOLE },
	{ "address", COL_OTHER, WHOLE }, { "tai khoan", COL_OTHER, ANYWHERE }, { "ngan hang", COL_OTHER, ANYWHERE },
	{ "ma so thue", COL_OTHER, ANYWHERE }, { "mst", COL_OTHER, WHOLE }, { "bhxh", COL_OTHER, ANYWHERE },
	{ "bhyt", COL_OTHER, ANYWHERE }, { "so the", COL_OTHER, ANYWHERE }, { "so hieu", COL_OTHER, ANYWHERE },
	{ "luong", COL_OTHER, ANYWHERE }, { "trinh do", COL_OTHER, ANYWHERE }, { "chuyen mon", COL_OTHER, WHOLE },
	{ "ngay vao", COL_OTHER, ANYWHERE }, { "dang vien", COL_OTHER, ANYWHERE }, { "chu ky", COL_OTHER, ANYWHERE },
	{ "ky ten", COL_OTHER, ANYWHERE }, { "anh", COL_OTHER, WHOLE }, { "hinh anh", COL_OTHER, WHOLE },
	{ "mat khau", COL_OTHER, ANYWHERE }, { "password", COL_OTHER, ANYWHERE }, { "ten dang nhap", COL_OTHER, ANYWHERE },
	{ "username", COL_OTHER, ANYWHERE }, { "fax", COL_OTHER, WHOLE }, { "so fax", COL_OTHER, WHOLE },
	{ "website", COL_OTHER, ANYWHERE },
};

static const char *const phone_words[] = {
	"dien thoai", "so dt", "sdt", "dtdd", "dt", "so dien", "di dong", "mobile", "phone", "tel", "telephone", "so may", "zalo",
	"hotline", "cell phone", "cellphone", "lien lac",
};

/* The one that stands first in the heading decides; of those, the longest. */
static const struct phrase others[] = {
	{ "ho dem va ten", COL_NAME, ANYWHERE }, { "ho dem ten", COL_NAME, ANYWHERE }, { "ho ten dem va ten", COL_NAME, ANYWHERE },
	{ "ho va ten dem", COL_FAMILY, ANYWHERE }, { "ho ten dem", COL_FAMILY, ANYWHERE }, { "ho va dem", COL_FAMILY, ANYWHERE },
	{ "ho dem", COL_FAMILY, ANYWHERE }, { "ho lot", COL_FAMILY, ANYWHERE }, { "ho chu lot", COL_FAMILY, ANYWHERE },
	{ "ho va chu lot", COL_FAMILY, ANYWHERE }, { "ho va chu dem", COL_FAMILY, ANYWHERE }, { "ho va ten lot", COL_FAMILY, ANYWHERE },
	{ "ho va lot", COL_FAMILY, ANYWHERE }, { "surname", COL_FAMILY, ANYWHERE }, { "family name", COL_FAMILY, ANYWHERE },
	{ "last name", COL_FAMILY, ANYWHERE }, { "ho", COL_FAMILY, WHOLE },
	{ "ten", COL_GIVEN, WHOLE }, { "ten goi", COL_GIVEN, WHOLE }, { "given name", COL_GIVEN, ANYWHERE },
	{ "first name", COL_GIVEN, ANYWHERE },
	{ "ho va ten", COL_NAME, ANYWHERE }, { "ho ten", COL_NAME, ANYWHERE }, { "hoten", COL_NAME, ANYWHERE },
	{ "ho voi ten", COL_NAME, ANYWHERE }, { "ten nguoi dung", COL_NAME, ANYWHERE }, { "ten can bo", COL_NAME, ANYWHERE },
	{ "ten cong chuc", COL_NAME, ANYWHERE }, { "ten vien chuc", COL_NAME, ANYWHERE }, { "ten dai bieu", COL_NAME, ANYWHERE },
	{ "ten thanh vien", COL_NAME, ANYWHERE }, { "ten nguoi", COL_NAME, ANYWHERE }, { "ten day du", COL_NAME, ANYWHERE },
	{ "full name", COL_NAME, ANYWHERE }, { "fullname", COL_NAME, ANYWHERE }, { "name", COL_NAME, WHOLE },
	{ "duoc cu", COL_NAME, ANYWHERE }, { "nguoi tham gia", COL_NAME, ANYWHERE }, { "can bo", COL_NAME, WHOLE },
	{ "cong chuc", COL_NAME, WHOLE }, { "can bo cong chuc", COL_NAME, WHOLE }, { "can bo cong chuc vien chuc", COL_NAME, WHOLE },
	{ "thanh vien", COL_NAME, WHOLE }, { "dai bieu", COL_NAME, WHOLE },
	{ "chuc vu", COL_POSITION, ANYWHERE }, { "chuc danh", COL_POSITION, ANYWHERE }, { "vi tri", COL_POSITION, ANYWHERE },
	{ "position", COL_POSITION, ANYWHERE }, { "job title", COL_POSITION, ANYWHERE }, { "title", COL_POSITION, WHOLE },
	{ "ngach", COL_POSITION, ANYWHERE }, { "nhiem vu", COL_POSITION, ANYWHERE }, { "cong viec", COL_POSITION, FIRST },
	{ "vai tro", COL_POSITION, ANYWHERE }, { "cv", COL_POSITION, WHOLE },
	{ "don vi", COL_DEPT, ANYWHERE }, { "co quan", COL_DEPT, ANYWHERE }, { "phong ban", COL_DEPT, ANYWHERE },
	{ "bo phan", COL_DEPT, ANYWHERE }, { "noi cong tac", COL_DEPT, ANYWHERE }, { "noi lam viec", COL_DEPT, ANYWHERE },
	{ "cho lam viec", COL_DEPT, ANYWHERE }, { "department", COL_DEPT, ANYWHERE }, { "so ban nganh", COL_DEPT, ANYWHERE },
	{ "so nganh", COL_DEPT, ANYWHERE }, { "to chuc", COL_DEPT, FIRST }, { "organization", COL_DEPT, ANYWHERE },
	{ "organisation", COL_DEPT, ANYWHERE }, { "agency", COL_DEPT, WHOLE }, { "unit", COL_DEPT, WHOLE },
	{ "office", COL_DEPT, WHOLE }, { "dia phuong", COL_DEPT, ANYWHERE }, { "huyen", COL_DEPT, FIRST },
	{ "quan huyen", COL_DEPT, FIRST }, { "xa phuong", COL_DEPT, FIRST }, { "phong", COL_DEPT, FIRST }, { "ban", COL_DEPT, WHOLE },
	{ "cong tac tai", COL_DEPT, ANYWHERE },
	{ "ghi chu", COL_NOTE, ANYWHERE }, { "note", COL_NOTE, WHOLE }, { "notes", COL_NOTE, WHOLE }, { "chu thich", COL_NOTE, ANYWHERE },
	{ "remark", COL_NOTE, WHOLE }, { "remarks", COL_NOTE, WHOLE },
	{ "stt", COL_ORDER, FIRST }, { "tt", COL_ORDER, WHOLE }, { "so tt", COL_ORDER, WHOLE }, { "so thu tu", COL_ORDER, FIRST },
	{ "s t t", COL_ORDER, WHOLE }, { "t t", COL_ORDER, WHOLE }, { "thu tu", COL_ORDER, WHOLE }, { "no", COL_ORDER, WHOLE },
	{ "order", COL_ORDER, WHOLE }, { "#", COL_ORDER, WHOLE }, { "so", COL_ORDER, WHOLE },
};

char *
heading_key(struct arena *a, const char *cell)
{
	char *key = text_fold(a, cell), *out = key;

	for (const char *s = key; *s; s++) {
		bool letter = isalnum((unsigned char)*s) || (unsigned char)*s >= 0x80 || *s == '?' || *s == '#';

		if (letter)
			*out++ = *s;
		else if (out > key && out[-1] != ' ')
			*out++ = ' ';
	}
	if (out > key && out[-1] == ' ')
		out--;
	*out = '\0';
	return key;
}

bool
heading_begins(const char *text, const char *word)
{
	for (; *word; text++, word++)
		if (*text != *word && !(*text == '?' && *word != ' '))
			return false;
	return true;
}

/* Where the words stand, as whole words; -1: nowhere. */
static int
find(const char *key, const char *words, enum how how)
{
	size_t n = strlen(words);

	if (how == WHOLE)
		return strlen(key) == n && heading_begins(key, words) ? 0 : -1;
	for (const char *p = key; ; p = strchr(p, ' ') + 1) {
		if (heading_begins(p, words) && (p[n] == ' ' || !p[n] || isdigit((unsigned char)p[n])))
			return (int)(p - key);
		if (how == FIRST || !strchr(p, ' '))
			return -1;
	}
}

static bool
any(const char *key, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (find(key, list[i], ANYWHERE) >= 0)
			return true;
	return false;
}

enum column
heading_read(struct arena *a, const char *cell, bool *personal)
{
	const struct phrase *best = NULL;
	int best_at = 0;
	const char *key;

	*personal = false;
	if (!*cell || strlen(cell) > 240 || strchr(cell, '@'))
		return COL_OTHER;
	key = heading_key(a, cell);
	if (!*key || strlen(key) > 80)
		return COL_OTHER;
	for (size_t i = 0; i < COUNT_OF(reference_words); i++)
		if (find(key, reference_words[i], WHOLE) >= 0)
			return COL_REFERENCE;
	if (any(key, corrected_words, COUNT_OF(corrected_words)) && (any(key, mail_words, COUNT_OF(mail_words)) ||
	    any(key, address_words, COUNT_OF(address_words))))
		return COL_CORRECTED;
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		int at = find(key, others[i].words, others[i].how);

		if (at >= 0 && (!best || at < best_at ||
		    (at == best_at && strlen(others[i].words) > strlen(best->words)))) {
			best = &others[i];
			best_at = at;
		}
	}
	if (any(key, mail_words, COUNT_OF(mail_words)) &&
	    !(best && best_at == 0 && (best->kind == COL_NAME || best->kind == COL_NOTE))) {
		*personal = any(key, personal_words, COUNT_OF(personal_words)) &&
		    !any(key, official_words, COUNT_OF(official_words));
		return COL_EMAIL;
	}
	for (size_t i = 0; i < COUNT_OF(unneeded); i++)
		if (find(key, unneeded[i].words, unneeded[i].how) >= 0 && !(best && best->kind == COL_NAME))
			return COL_OTHER;
	if (any(key, phone_words, COUNT_OF(phone_words)) && !(best && best_at == 0 && best->kind != COL_ORDER))
		return COL_PHONE;
	return best ? best->kind : COL_OTHER;
}

bool
heading_numbers(const struct csv_row *row)
{
	size_t n = 0;
	long last = -1;

	for (size_t i = 0; i < row->count; i++) {
		const char *s = row->cell[i].s;
		char *end = NULL;
		long v;

		s += strspn(s, " ([");
		if (!*s)
			continue;
		v = isdigit((unsigned char)*s) ? strtol(s, &end, 10) : *s >= 'A' && *s <= 'Z' ? *s : -1;
		if (v >= 'A')
			end = (char *)(uintptr_t)s + 1;
		if (v < 0 || !end || end[strspn(end, " )]")] || (last >= 0 && v != last + 1 && !(last >= 'A' && v == 1)))
			return false;
		last = v;
		n++;
	}
	return n >= 3;
}
