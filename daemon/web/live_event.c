/* live.h: the text of one event. */
#include "web/live.h"

#include <stdlib.h>

#include "web/desk_parts.h"

int
live_write(struct request *r, const struct snapshot *s, uint64_t seq, struct buf *out, struct err *e)
{
	json_t *data = json_object(), *list;
	char *text;
	int rc = 0;

	view_time(data, "as_of", &s->campaign.zone, s->made_at, r->lang);
	list = view_list(data, "waves");
	for (size_t i = 0; i < s->n_waves && rc == 0; i++) {
		json_t *wave = json_object(), *o;
		struct buf html = BUF_INIT(LIVE_MAX_BYTES);

		if (strcmp(s->waves[i].wave.state, "running") == 0) {
			desk_wave(wave, r, s, &s->waves[i]);
			if ((rc = view_fragment(r, SCREEN_LIVE, wave, &html, e)) == 0) {
				o = view_item(list);
				view_int(o, "id", s->waves[i].wave.id);
				view_html(o, "html", &html);
			}
		}
		buf_release(&html);
		json_decref(wave);
	}
	text = json_dumps(data, JSON_COMPACT | JSON_PRESERVE_ORDER);
	if (!text)
		die("out of memory");
	buf_printf(out, "id: %llu\nevent: waves\ndata: ", (unsigned long long)seq);
	buf_str_add(out, text);
	buf_str_add(out, "\n\n");
	free(text);
	json_decref(data);
	return rc == 0 && out->failed ? err_set(e, ERR_FULL, TR("the event is too large", "sự kiện quá lớn")) : rc;
}
