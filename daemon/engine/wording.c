#include "engine/wording.h"

#include <inttypes.h>

#include "base/buf.h"

/* Each as people write it at the head of a name, in three cases. */
static const char *const honorifics[] = {
	"Ông", "ông", "ÔNG", "Bà", "bà", "BÀ", "Anh", "anh", "ANH", "Chị", "chị", "CHỊ",
	"Đồng chí", "đồng chí", "ĐỒNG CHÍ", "Đồng Chí", "Đ/c", "đ/c", "Đ/C", "Ðồng chí", "Mr", "Mrs", "Ms", "Dr",
};

static bool
has_honorific(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(honorifics); i++) {
		size_t n = strlen(honorifics[i]);

		if (strncmp(name, honorifics[i], n) == 0 && name[n] && strchr(" ./:(", name[n]))
			return true;
	}
	return false;
}

const char *
wording_addressee(struct arena *a, const char *name, enum lang l)
{
	if (!*name)
		return TRL(l, "Sir or Madam", "Ông/Bà");
	if (l == LANG_EN || has_honorific(name))
		return name;
	return arena_printf(a, "Ông/Bà %s", name);
}

const char *
wording_deadline(struct arena *a, const struct zone *z, int64_t at, enum lang l)
{
	static const char *const day_vi[] = { "Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy" };
	static const char *const day_en[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };
	int32_t offset = zone_offset(z, at);
	char zone[32] = "";
	struct date_text t;
	struct tm tm;

	date_split(z, at, &tm);
	date_official(&t, z, at, l);
	/* Everybody in Vietnam knows which clock is meant. */
	if (l == LANG_EN || offset != 7 * 3600)
		snprintf(zone, sizeof(zone), ", UTC%+03d:%02d", offset / 3600, abs(offset / 60 % 60));
	if (tm.tm_hour == 23 && tm.tm_min == 59)
		return l == LANG_EN ? arena_printf(a, "the end of %s, %s%s", day_en[tm.tm_wday], t.s, zone) :
		    arena_printf(a, "hết %s (%s%s)", t.s, day_vi[tm.tm_wday], zone);
	return l == LANG_EN ? arena_printf(a, "%02d:%02d on %s, %s%s", tm.tm_hour, tm.tm_min, day_en[tm.tm_wday], t.s, zone) :
	    arena_printf(a, "%02d giờ %02d, %s (%s%s)", tm.tm_hour, tm.tm_min, t.s, day_vi[tm.tm_wday], zone);
}

static int64_t
day_number(const struct zone *z, int64_t at)
{
	int64_t local = at + zone_offset(z, at);

	return (local >= 0 ? local : local - 86399) / 86400;
}

const char *
wording_days_left(struct arena *a, const struct zone *z, int64_t from, int64_t to)
{
	int64_t days = day_number(z, to) - day_number(z, from);

	return days > 0 ? arena_printf(a, "%" PRId64, days) : "";
}

const char *
wording_titles(struct arena *a, const char *const *titles, size_t n, unsigned mask, enum lang l)
{
	size_t left = 0, bytes = 1, o = 0, first = n;
	char *s;

	for (size_t i = 0; i < n; i++)
		if (mask >> i & 1) {
			first = left++ ? first : i;
			bytes += strlen(titles[i]) + 6;
		}
	if (left < 2)
		return left ? titles[first] : "";
	s = arena_alloc(a, bytes);
	for (size_t i = 0; i < n; i++)
		if (mask >> i & 1) {
			const char *behind = --left == 0 ? "" : left > 1 ? ", " : TRL(l, " and ", " và ");

			o += (size_t)snprintf(s + o, bytes - o, "%s%s", titles[i], behind);
		}
	return s;
}

const char *
wording_basis(struct arena *a, const char *text)
{
	static const char *const heads[] = { "Căn cứ ", "căn cứ ", "CĂN CỨ " };

	for (size_t i = 0; i < COUNT_OF(heads); i++)
		if (strncmp(text, heads[i], strlen(heads[i])) == 0)
			return arena_dup(a, text + strlen(heads[i]));
	return text;
}
