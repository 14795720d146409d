/* desk.h: what was sent, what is being sent, what is planned; and the log of it. */
#include "web/desk.h"

#include "engine/chronicle.h"
#include "store/wave_log.h"
#include "web/desk_parts.h"

#define LOG_SHOWN 200

struct entries {		/* the last ones, in a ring */
	struct wave_entry *list;
	size_t n;
};

static int
read_log(struct request *r, const struct snapshot *s, struct entries *k, struct err *e)
{
	struct wave_entry w = { .id = 0 };
	int rc;

	k->list = arena_alloc(r->arena, LOG_SHOWN * sizeof(*k->list));
	while ((rc = wave_log_next(r->db, r->arena, w.id, s->campaign.id, NULL, &w, e)) == 1)
		k->list[k->n++ % LOG_SHOWN] = w;
	return rc;
}

static void
add_log(json_t *data, const struct request *r, const struct snapshot *s, const struct entries *k)
{
	json_t *list = view_list(data, "log");

	for (size_t i = k->n; i > 0 && k->n - i < LOG_SHOWN; i--) {
		const struct wave_entry *w = &k->list[(i - 1) % LOG_SHOWN];
		struct buf text = BUF_INIT(65536);
		json_t *o = view_item(list);

		chronicle_text(&text, w, &s->campaign.zone, r->lang);
		view_time(o, "at", &s->campaign.zone, w->at, r->lang);
		view_text(o, "wave", w->wave);
		view_text(o, "what", w->what);
		view_int(o, "n", w->n);
		view_text(o, "reason", w->reason);
		view_text(o, "text", buf_str(&text));
		buf_release(&text);
	}
}

void
desk_waves(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct entries k = { .n = 0 };
	struct err e = ERR_INIT;
	json_t *data, *list;
	bool running = false;

	if (!s)
		return;
	if (read_log(r, s, &k, &e) < 0) {
		view_error(r, &e);
		view_done(r, s);
		return;
	}
	data = json_object();
	list = view_list(data, "waves");
	for (size_t i = s->n_waves; i > 0; i--) {
		desk_wave(view_item(list), r, s, &s->waves[i - 1]);
		running |= strcmp(s->waves[i - 1].wave.state, "running") == 0;
	}
	view_flag(data, "running", running);
	add_log(data, r, s, &k);
	view_reply(r, SCREEN_WAVES, TRL(r->lang, "Waves", "Đợt gửi"), s, data);
	view_done(r, s);
}
