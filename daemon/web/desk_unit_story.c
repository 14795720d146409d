/* desk.h: what happened to one unit, in order: its files, letters, waves, answers. */
#include "web/desk_unit.h"

#include <stdlib.h>

#include "store/letter.h"

struct happened {
	int64_t at;
	const char *kind, *text, *detail, *url;
	int64_t n;
};

struct story_of {
	const struct request *r;
	const struct snapshot *s;
	const struct unit_account *u;
	json_t *files, *letters;
	struct happened *list;
	size_t n, cap;
};

static void
add(struct story_of *k, int64_t at, const char *kind, int64_t n, const char *url, const char *text, const char *detail)
{
	k->list = mem_room(k->list, k->n, &k->cap, sizeof(*k->list));
	k->list[k->n++] = (struct happened){ at, kind, text, detail, url, n };
}

static int
take_file(const struct roster_seen *f, void *arg)
{
	struct story_of *k = arg;
	const struct request *r = k->r;
	const char *url = access_may(r->actor, RIGHT_PEOPLE) ? desk_url(r, k->s, arena_printf(r->arena, "/rosters/%lld", (long long)f->r.id)) : NULL;
	int64_t mended = snapshot_mended(k->s, f->r.id);
	json_t *o = view_item(k->files);

	desk_roster_file(o, r, k->s, f);
	view_int(o, "mended", mended);
	view_flag(o, "may_open", url != NULL);
	add(k, f->r.received_at, "roster", f->r.records, url, arena_printf(r->arena, TRL(r->lang, "Roster received: %s", "Nhận danh sách: %s"),
	    f->r.file), arena_printf(r->arena, TRL(r->lang, "%lld rows, %lld held, %lld rejected", "%lld dòng, %lld tạm giữ, %lld trả lại"),
	    (long long)f->r.records, (long long)f->held, (long long)f->rejected));
	if (mended)
		add(k, f->r.imported_at, "correction", mended, url, arena_printf(r->arena, TRL(r->lang, "Addresses corrected: %lld",
		    "Sửa địa chỉ: %lld"), (long long)mended), arena_dup(r->arena, f->r.file));
	return 0;
}

static const char *
letter_name(const char *kind, enum lang l)
{
	static const struct { const char *key, *en, *vi; } names[] = {
		{ "numbers", "Letter: how many have answered", "Thư: số người đã trả lời" },
		{ "fix", "Letter: addresses to correct", "Thư: danh sách địa chỉ cần sửa" },
		{ "refusal", "Letter: its mail system refuses our mail", "Thư: hệ thống thư của đơn vị từ chối thư của ta" },
		{ "alert", "Alert to the operator", "Cảnh báo gửi người vận hành" },
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(names[i].key, kind) == 0)
			return TRL(l, names[i].en, names[i].vi);
	return kind;
}

static const char *
letter_state(const struct letter_standing *l, enum lang lang)
{
	static const struct { const char *key, *en, *vi; } names[] = {
		{ "planned", "to be sent", "chưa gửi" }, { "sending", "being sent", "đang gửi" },
		{ "accepted", "accepted by a mail server", "máy chủ thư đã nhận" }, { "deferred", "deferred", "bị hoãn" },
		{ "refused", "refused", "bị từ chối" }, { "uncertain", "uncertain", "chưa rõ" }, { "expired", "expired", "hết hạn" },
	};

	if (l->failed_at)
		return TRL(lang, "came back", "bị trả lại");
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(names[i].key, l->letter.state) == 0)
			return TRL(lang, names[i].en, names[i].vi);
	return l->letter.state;
}

static int
take_letter(const struct letter_standing *l, void *arg)
{
	struct story_of *k = arg;
	const struct request *r = k->r;
	const char *text = letter_name(l->letter.kind, r->lang), *state = letter_state(l, r->lang);
	const char *email = arena_dup(r->arena, l->letter.email);
	json_t *o = view_item(k->letters);

	view_text(o, "kind", l->letter.kind);
	view_text(o, "text", text);
	view_text(o, "number", *l->letter.number ? l->letter.number : NULL);
	view_text(o, "email", email);
	view_text(o, "state", l->letter.state);
	view_text(o, "state_name", state);
	view_time(o, "at", &k->s->campaign.zone, l->letter.moved_at, r->lang);
	view_utf8(o, "reply", r->arena, l->failed_at ? l->failed_text : l->text);
	add(k, l->letter.moved_at, "letter", 1, NULL, text, arena_printf(r->arena, "%s · %s", email, state));
	return 0;
}

static void
take_waves(struct story_of *k)
{
	const struct request *r = k->r;
	size_t unit = (size_t)(k->u - k->s->account.units);

	for (size_t i = 0; i < k->s->n_waves; i++) {
		const struct wave *w = &k->s->waves[i].wave;
		const struct cross_sent *n = cross_sent(&k->s->cross, unit, w->id);

		if (!w->begun_at || !n || !n->messages)
			continue;
		add(k, w->begun_at, "wave", n->messages, NULL, arena_printf(r->arena, TRL(r->lang, "Wave: %s", "Lượt gửi: %s"), w->name),
		    arena_printf(r->arena, TRL(r->lang, "%d messages to this unit, %d accepted, %d refused or expired",
		    "%d thư tới đơn vị, %d được nhận, %d bị từ chối hoặc hết hạn"), n->messages, n->accepted, n->failed));
	}
}

static void
take_answers(struct story_of *k)
{
	const struct cross *x = &k->s->cross;
	const int32_t *days = cross_days(x, (size_t)(k->u - k->s->account.units));

	for (size_t i = 0; i < x->n_days; i++)
		if (days[i])
			add(k, x->first_day + (int64_t)i * 86400 + 86399, "answer", days[i], NULL, arena_printf(k->r->arena,
			    TRL(k->r->lang, "Answered for the first time on that day: %d", "Trả lời lần đầu trong ngày: %d"), days[i]), "");
}

static int
youngest_first(const void *a, const void *b)
{
	const struct happened *x = a, *y = b;

	return (x->at < y->at) - (x->at > y->at);
}

static void
show(json_t *data, struct story_of *k)
{
	const struct zone *z = &k->s->campaign.zone;
	json_t *list = view_list(data, "timeline");

	if (k->n)
		qsort(k->list, k->n, sizeof(*k->list), youngest_first);
	for (size_t i = 0; i < k->n; i++) {
		const struct happened *h = &k->list[i];
		json_t *o = view_item(list);

		view_text(o, "kind", h->kind);
		if (strcmp(h->kind, "answer") == 0)
			view_day(o, "at", z, h->at, k->r->lang);
		else
			view_time(o, "at", z, h->at, k->r->lang);
		view_utf8(o, "text", k->r->arena, h->text);
		view_utf8(o, "detail", k->r->arena, h->detail);
		view_int(o, "count", h->n);
		view_text(o, "url", h->url);
	}
}

int
desk_unit_story(json_t *data, const struct request *r, const struct snapshot *s, const struct unit_account *u, struct err *e)
{
	struct story_of k = { .r = r, .s = s, .u = u, .files = view_list(data, "files"), .letters = view_list(data, "letters") };
	struct roster_choice files = { .campaign = s->campaign.id, .unit = u->unit.id, .disposition = "" };
	int rc = -1;

	if (roster_each(r->db, &files, take_file, &k, e) == 0 &&
	    letter_each_about(r->db, s->campaign.id, u->unit.code, take_letter, &k, e) == 0) {
		view_flag(data, "any_files", json_array_size(k.files) > 0);
		take_waves(&k);
		take_answers(&k);
		show(data, &k);
		rc = 0;
	}
	free(k.list);
	return rc;
}
