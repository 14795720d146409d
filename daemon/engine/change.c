#include "engine/change.h"

#include <string.h>

static const struct line {
	const char *key, *en, *vi;
	enum cause from, to;		/* the causes of the line */
} lines[CHANGES] = {
	[CHANGE_ANSWERED] = { "answered", "took part", "đã tham gia", CAUSE_ANSWERED, CAUSE_ANSWERED_PARTLY },
	[CHANGE_REFUSED] = { "refused", "mail refused or returned", "thư bị từ chối hoặc trả lại", CAUSE_BAD_USER, CAUSE_EXPIRED },
	[CHANGE_OPTED_OUT] = { "opted_out", "asked to stop", "đề nghị ngừng gửi", CAUSE_OPTED_OUT, CAUSE_OPTED_OUT },
	[CHANGE_COMPLAINED] = { "complained", "complained of spam", "báo là thư rác", CAUSE_COMPLAINED, CAUSE_COMPLAINED },
	[CHANGE_NOMINATED] = { "nominated", "nominated", "được cử", CAUSE_ANSWERED, CAUSE_UNKNOWN },
	[CHANGE_MENDED] = { "mended", "address corrected by the unit", "được đơn vị sửa địa chỉ", CAUSES, CAUSES },
};

static bool
is_on(enum change_line l, enum cause c)
{
	return c != CAUSE_NOT_THERE && c >= lines[l].from && c <= lines[l].to;
}

bool
change_came(enum change_line l, enum cause then, enum cause now, bool mended)
{
	return l == CHANGE_MENDED ? mended : is_on(l, now) && !is_on(l, then);
}

bool
change_went(enum change_line l, enum cause then, enum cause now)
{
	return is_on(l, then) && !is_on(l, now);
}

void
change_add(struct change *c, enum cause then, enum cause now, int64_t mended_at)
{
	c->moved[then][now]++;
	c->mended_before += mended_at && mended_at <= c->at;
	c->mended_since += mended_at > c->at;
}

struct change_count
change_count(const struct change *c, enum change_line l)
{
	struct change_count n = { 0, 0, 0, 0 };

	if (l == CHANGE_MENDED)
		return (struct change_count){ c->mended_before, c->mended_since, 0, c->mended_before + c->mended_since };
	for (int then = 0; then <= CAUSES; then++)
		for (int now = 0; now < CAUSES; now++) {
			int64_t people = c->moved[then][now];

			n.before += is_on(l, (enum cause)then) ? people : 0;
			n.now += is_on(l, (enum cause)now) ? people : 0;
			n.came += change_came(l, (enum cause)then, (enum cause)now, false) ? people : 0;
			n.went += change_went(l, (enum cause)then, (enum cause)now) ? people : 0;
		}
	return n;
}

static const char *const sinces[SINCES] = { "wave", "yesterday" };

const char *
since_key(enum since s)
{
	return sinces[s];
}

bool
since_parse(const char *key, enum since *s)
{
	for (int i = 0; i < SINCES; i++)
		if (strcmp(sinces[i], key) == 0) {
			*s = (enum since)i;
			return true;
		}
	return false;
}

const char *
change_key(enum change_line l)
{
	return lines[l].key;
}

const char *
change_name(enum change_line l, enum lang lang)
{
	return TRL(lang, lines[l].en, lines[l].vi);
}

bool
change_parse(const char *key, enum change_line *l, bool *went)
{
	static const char no_more[] = "-no-more";

	for (int i = 0; i < CHANGES; i++) {
		size_t n = strlen(lines[i].key);

		if (strncmp(lines[i].key, key, n) != 0 || (key[n] && strcmp(key + n, no_more) != 0))
			continue;
		*l = (enum change_line)i;
		*went = key[n] != '\0';
		return true;
	}
	return false;
}
