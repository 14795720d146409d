/* desk.h: what has changed since the last wave began, or since yesterday; answers from day to day. */
#include "engine/chart.h"
#include "web/desk_parts.h"

static enum since
chosen(const struct request *r, const struct snapshot *s)
{
	const char *asked = request_arg(r, "since");
	enum since w = SINCE_WAVE;

	if (asked)
		since_parse(asked, &w);
	return s->account.changes[w].at ? w : SINCE_YESTERDAY;
}

static const char *
since_text(const struct request *r, const struct snapshot *s, enum since w)
{
	const struct change *c = &s->account.changes[w];

	if (w == SINCE_YESTERDAY)
		return TRL(r->lang, "since yesterday morning, 00:00", "từ 0 giờ hôm qua");
	return arena_printf(r->arena, TRL(r->lang, "since the wave “%s” began", "từ khi bắt đầu lượt gửi “%s”"), c->wave);
}

static void
add_choices(json_t *o, const struct request *r, const struct snapshot *s, enum since chosen_one)
{
	json_t *list = view_list(o, "choices");

	for (int i = 0; i < SINCES; i++) {
		json_t *one;

		if (!s->account.changes[i].at)
			continue;
		one = view_item(list);
		view_text(one, "value", since_key((enum since)i));
		view_text(one, "text", since_text(r, s, (enum since)i));
		view_text(one, "url", desk_url(r, s, arena_printf(r->arena, "?since=%s", since_key((enum since)i))));
		view_flag(one, "chosen", (enum since)i == chosen_one);
	}
}

/* Names are for who may see people. */
static const char *
people_url(const struct request *r, const struct snapshot *s, enum since w, enum change_line l, bool went)
{
	return access_may(r->actor, RIGHT_PEOPLE) ? desk_url(r, s, arena_printf(r->arena, "/people?since=%s&change=%s%s",
	    since_key(w), change_key(l), went ? "-no-more" : "")) : NULL;
}

static void
add_numbers(json_t *o, const char *key, const char *name, const struct change_count *n)
{
	view_text(o, "key", key);
	view_text(o, "name", name);
	view_int(o, "before", n->before);
	view_int(o, "came", n->came);
	view_int(o, "went", n->went);
	view_int(o, "now", n->now);
	view_flag(o, "any_came", n->came > 0);
	view_flag(o, "any_went", n->went > 0);
}

static void
add_lines(json_t *o, const struct request *r, const struct snapshot *s, enum since w)
{
	const struct change *c = &s->account.changes[w];
	struct change_count files = { c->rosters_before, c->rosters_since, 0, c->rosters_before + c->rosters_since };
	json_t *list = view_list(o, "lines"), *one;

	for (int l = 0; l < CHANGES; l++) {
		struct change_count n = change_count(c, (enum change_line)l);

		one = view_item(list);
		add_numbers(one, change_key((enum change_line)l), change_name((enum change_line)l, r->lang), &n);
		view_text(one, "came_url", n.came ? people_url(r, s, w, (enum change_line)l, false) : NULL);
		view_text(one, "went_url", n.went ? people_url(r, s, w, (enum change_line)l, true) : NULL);
	}
	one = view_item(list);
	add_numbers(one, "rosters", TRL(r->lang, "roster files received", "tệp danh sách đã nhận"), &files);
	view_text(one, "came_url", files.came && access_may(r->actor, RIGHT_PEOPLE) ? desk_url(r, s, "/rosters") : NULL);
	view_text(one, "went_url", NULL);
}

/* Everybody, cause by cause: what came to one went from another, or is new. */
static void
add_causes(json_t *o, const struct request *r, const struct snapshot *s, enum since w)
{
	const struct change *c = &s->account.changes[w];
	json_t *list = view_list(o, "causes");

	for (int k = 0; k < CAUSES; k++) {
		struct change_count n = { 0, 0, 0, 0 };

		for (int i = 0; i <= CAUSES; i++)
			n.came += i == k ? 0 : c->moved[i][k];
		for (int i = 0; i < CAUSES; i++)
			n.went += i == k ? 0 : c->moved[k][i];
		n.before = c->moved[k][k] + n.went;
		n.now = c->moved[k][k] + n.came;
		if (n.before || n.now)
			add_numbers(view_item(list), cause_info((enum cause)k)->key, cause_name((enum cause)k, r->lang), &n);
	}
}

static void
add_trend(json_t *data, const struct request *r, const struct snapshot *s)
{
	const struct cross *x = &s->cross;
	const struct zone *z = &s->campaign.zone;
	const int32_t *days = cross_days(x, s->account.n_units);
	struct buf drawing = BUF_INIT(1 << 18);
	json_t *o = json_object(), *list;
	int64_t most = 0;

	list = view_list(o, "days");
	for (size_t i = 0; i < x->n_days; i++) {
		json_t *one = view_item(list);

		view_day(one, "day", z, x->first_day + (int64_t)i * 86400, r->lang);
		view_int(one, "people", days[i]);
		most = days[i] > most ? days[i] : most;
	}
	view_int(o, "most", most);
	view_int(o, "today", x->n_days ? days[x->n_days - 1] : 0);
	chart_days(&drawing, z, x->first_day, days, x->n_days,
	    TRL(r->lang, "People by the day of their first answer", "Số người theo ngày trả lời đầu tiên"), r->lang);
	view_html(o, "days_html", &drawing);
	json_object_set_new(data, "trend", o);
}

void
desk_changes(json_t *data, const struct request *r, const struct snapshot *s)
{
	enum since w = chosen(r, s);
	json_t *o = json_object();

	view_text(o, "since", since_key(w));
	view_text(o, "since_text", since_text(r, s, w));
	view_time(o, "at", &s->campaign.zone, s->account.changes[w].at, r->lang);
	add_choices(o, r, s, w);
	add_lines(o, r, s, w);
	add_causes(o, r, s, w);
	json_object_set_new(data, "changes", o);
	add_trend(data, r, s);
}
