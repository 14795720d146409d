/* papers.h: answers per day and in all, with what happened on that day; and the answers that followed each wave. */
#include "engine/papers.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/sentence.h"
#include "store/delivery.h"
#include "store/invite.h"

#define DAYS_MAX 1500			/* of one campaign */
#define WITHIN_S (3 * 86400)
#define DAY_S 86400

struct day {
	int64_t answers[INSTRUMENTS_MAX];
	struct buf what;		/* waves, alerts, opening, closing */
};

struct followed {			/* a wave, and what came after it */
	struct wave wave;
	int64_t accepted;
	int64_t before[INSTRUMENTS_MAX], within[INSTRUMENTS_MAX];
};

struct work {
	const struct paper *paper;
	const struct campaign *c;
	int64_t first, n;		/* days since 1970 in the zone */
	struct day *days;
	struct followed *waves;
	size_t n_waves, cap;
	int64_t outside;		/* answers of days beyond DAYS_MAX */
	int64_t least, most;		/* days on which there were answers */
	bool counting;			/* first only the days are looked for */
};

static int64_t
day_of(const struct campaign *c, int64_t at)
{
	int64_t local = at + zone_offset(&c->zone, at);

	return local >= 0 ? local / DAY_S : (local - DAY_S + 1) / DAY_S;
}

static int
form_of(const struct campaign *c, int64_t instrument)
{
	for (size_t i = 0; i < c->n_instruments; i++)
		if (c->instruments[i].id == instrument)
			return (int)i;
	return -1;
}

static void
count_answer(int64_t instrument, int64_t at, void *arg)
{
	struct work *w = arg;
	int form = form_of(w->c, instrument);
	int64_t day = day_of(w->c, at);

	if (form < 0)
		return;
	if (!w->counting) {
		w->least = day < w->least ? day : w->least;
		w->most = day > w->most ? day : w->most;
		return;
	}
	if (day < w->first || day >= w->first + w->n)
		w->outside++;
	else
		w->days[day - w->first].answers[form]++;
}

__attribute__((format(printf, 3, 4)))
static void
happened(struct work *w, int64_t at, const char *fmt, ...)
{
	int64_t day = day_of(w->c, at) - w->first;
	char text[512];
	va_list ap;

	if (day < 0 || day >= w->n)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (w->days[day].what.len)
		buf_str_add(&w->days[day].what, "; ");
	buf_str_add(&w->days[day].what, text);
}

static void
alerted(int64_t at, int64_t n, void *arg)
{
	struct work *w = arg;
	char number[32];

	happened(w, at, TRL(w->paper->ask.lang, "alert about %s units", "cảnh báo về %s đơn vị"), text_number(number, n, w->paper->ask.lang));
}

static const char *
kind_of(const struct wave *wave, enum lang l)
{
	if (strcmp(wave->kind, "invitation") == 0)
		return TRL(l, "invitation", "thư mời");
	if (strcmp(wave->kind, "reminder") == 0)
		return TRL(l, "reminder", "thư nhắc");
	return strcmp(wave->kind, "thanks") == 0 ? TRL(l, "thanks", "thư cảm ơn") : TRL(l, "wave", "lượt thư");
}

static void
followed_by(int64_t instrument, int64_t accepted_at, int64_t first_at, void *arg)
{
	struct work *w = arg;
	struct followed *f = &w->waves[w->n_waves - 1];
	int form = form_of(w->c, instrument);

	if (form < 0)
		return;
	f->before[form] += first_at < accepted_at;
	f->within[form] += first_at >= accepted_at && first_at < accepted_at + WITHIN_S;
}

static int
read_waves(struct work *w, struct paper *p, struct err *e)
{
	struct wave wave = { .id = 0 };
	int rc;

	while ((rc = wave_next(p->ask.db, &p->arena, wave.id, w->c->id, NULL, &wave, e)) == 1) {
		int64_t counts[INVITE_STATES];

		if (invite_counts(p->ask.db, wave.id, counts, e) < 0)
			return -1;
		w->waves = mem_room(w->waves, w->n_waves, &w->cap, sizeof(*w->waves));
		w->waves[w->n_waves++] = (struct followed){ .wave = wave, .accepted = counts[INVITE_ACCEPTED] };
		if (delivery_answers_of(p->ask.db, wave.id, followed_by, w, e) < 0)
			return -1;
		if (wave.begun_at)
			happened(w, wave.begun_at, "%s “%s”", kind_of(&wave, p->ask.lang), wave.name);
	}
	return rc;
}

/* From the opening, or the first answer, to the closing, today, or the last answer. */
static void
set_days(struct work *w, int64_t now)
{
	int64_t opens = day_of(w->c, w->c->opens_at), closes = day_of(w->c, w->c->closes_at), today = day_of(w->c, now);
	int64_t last = today < closes ? today : closes;

	w->first = w->least < opens ? w->least : opens;
	last = w->most > last ? w->most : last;
	if (last < w->first)
		last = w->first;
	w->n = last - w->first + 1 > DAYS_MAX ? DAYS_MAX : last - w->first + 1;
	w->days = mem_zalloc((size_t)w->n * sizeof(*w->days));
	for (int64_t i = 0; i < w->n; i++)
		w->days[i].what = (struct buf)BUF_INIT(8192);
}

static int
walk_days(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct work *w = p->data;
	size_t forms = w->c->n_instruments;
	int64_t sum[INSTRUMENTS_MAX] = { 0 };
	struct cell c[2 + 2 * INSTRUMENTS_MAX];
	size_t n;

	(void)e;
	for (int64_t d = 0; d < w->n; d++) {
		char day[16];
		struct tm tm;
		time_t noon = (time_t)((w->first + d) * DAY_S + DAY_S / 2);

		gmtime_r(&noon, &tm);
		snprintf(day, sizeof(day), "%04d-%02d-%02d", (int)(tm.tm_year + 1900) % 10000, (tm.tm_mon + 1) % 100, tm.tm_mday % 100);
		n = 0;
		c[n++] = cell_text(day);
		for (size_t i = 0; i < forms; i++)
			c[n++] = cell_int(w->days[d].answers[i]);
		for (size_t i = 0; i < forms; i++)
			c[n++] = cell_int(sum[i] += w->days[d].answers[i]);
		c[n++] = cell_text(buf_str(&w->days[d].what));
		to->row(to, c, false);
	}
	return 0;
}

static int
walk_waves(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct work *w = p->data;
	struct cell c[4 + 3 * INSTRUMENTS_MAX];

	(void)e;
	for (size_t k = 0; k < w->n_waves; k++) {
		const struct followed *f = &w->waves[k];
		struct date_text begun;
		size_t n = 0;

		c[n++] = cell_text(f->wave.name);
		c[n++] = cell_text(kind_of(&f->wave, p->ask.lang));
		c[n++] = f->wave.begun_at ? cell_text(date_rfc3339(&begun, &w->c->zone, f->wave.begun_at)) : cell_none();
		c[n++] = cell_int(f->accepted);
		for (size_t i = 0; i < w->c->n_instruments; i++) {
			c[n++] = cell_int(f->before[i]);
			c[n++] = cell_int(f->within[i]);
			c[n++] = cell_percent(f->within[i], f->accepted - f->before[i]);
		}
		to->row(to, c, false);
	}
	return 0;
}

static void
release(struct paper *p)
{
	struct work *w = p->data;

	for (int64_t i = 0; w->days && i < w->n; i++)
		buf_release(&w->days[i].what);
	free(w->days);
	free(w->waves);
}

static void
declare_days(struct paper *p, const struct work *w)
{
	const struct account *a = p->ask.account;
	enum lang l = p->ask.lang;
	size_t forms = w->c->n_instruments;
	struct table *t = paper_add(p, "day", TRL(l, "Answers per day", "Trả lời theo ngày"), arena_printf(&p->arena, TRL(l,
	    "Days of the campaign's time zone, %s.", "Ngày tính theo múi giờ của đợt, %s."), w->c->zone_name), false, walk_days);

	paper_column(p, t, "day", TRL(l, "day", "ngày"), CELL_DAY, false);
	for (size_t i = 0; i < forms; i++)
		paper_column(p, t, w->c->instruments[i].key, sentence_form(a, i, l), CELL_COUNT, false);
	for (size_t i = 0; i < forms; i++)
		paper_column(p, t, arena_printf(&p->arena, "%s_total", w->c->instruments[i].key), arena_printf(&p->arena, TRL(l, "%s, in all",
		    "%s, cộng dồn"), sentence_form(a, i, l)), CELL_COUNT, false);
	paper_column(p, t, "happened", TRL(l, "what happened", "sự kiện"), CELL_TEXT, false);
	t->chart = (struct chart_plan){ .kind = CHART_LINES, .first = 1 + forms, .n = forms, .marks = 1 + 2 * forms,
	    .title = TRL(l, "Answers in all, day by day", "Số trả lời cộng dồn theo ngày") };
}

static void
declare_waves(struct paper *p, const struct work *w)
{
	const struct account *a = p->ask.account;
	enum lang l = p->ask.lang;
	struct table *t = paper_add(p, "wave", TRL(l, "What followed each wave", "Sau mỗi lượt thư"), TRL(l,
	    "Answers that came within 3 days after a relay took the message to that person. They came after it; that does not say they came because"
	    " of it, and where the next wave follows within 3 days an answer counts for both.",
	    "Số trả lời trong vòng 3 ngày sau khi máy chủ nhận thư gửi chính người đó. Trả lời đến sau thư, không có nghĩa là nhờ thư; nếu lượt"
	    " sau gửi trong vòng 3 ngày thì trả lời được tính cho cả hai."), false, walk_waves);

	paper_column(p, t, "wave", TRL(l, "wave", "lượt thư"), CELL_TEXT, false);
	paper_column(p, t, "kind", TRL(l, "kind", "loại"), CELL_TEXT, true);
	paper_column(p, t, "begun_at", TRL(l, "begun", "bắt đầu"), CELL_TIME, true);
	paper_column(p, t, "accepted", TRL(l, "messages accepted", "thư được nhận"), CELL_COUNT, false);
	for (size_t i = 0; i < w->c->n_instruments; i++) {
		const char *key = w->c->instruments[i].key, *form = sentence_form(a, i, l);

		paper_column(p, t, arena_printf(&p->arena, "%s_before", key), arena_printf(&p->arena, TRL(l, "%s: answered before",
		    "%s: đã trả lời từ trước"), form), CELL_COUNT, true);
		paper_column(p, t, arena_printf(&p->arena, "%s_within_3_days", key), arena_printf(&p->arena, TRL(l, "%s: answered within 3 days after",
		    "%s: trả lời trong 3 ngày sau"), form), CELL_COUNT, false);
		paper_column(p, t, arena_printf(&p->arena, "%s_percent", key), arena_printf(&p->arena, TRL(l, "%s: %% of those who had not",
		    "%s: %% số người chưa trả lời"), form), CELL_PERCENT, true);
	}
}

int
paper_response(struct paper *p, struct err *e)
{
	const struct account *a = p->ask.account;
	struct work *w = arena_alloc(&p->arena, sizeof(*w));
	enum lang l = p->ask.lang;

	*w = (struct work){ .paper = p, .c = a->campaign, .least = INT64_MAX, .most = INT64_MIN };
	p->data = w;
	p->release = release;
	if (delivery_answers(p->ask.db, w->c->id, count_answer, w, e) < 0)
		return -1;
	set_days(w, a->now);
	w->counting = true;
	happened(w, w->c->opens_at, "%s", TRL(l, "opening", "mở khảo sát"));
	if (delivery_answers(p->ask.db, w->c->id, count_answer, w, e) < 0 || read_waves(w, p, e) < 0 ||
	    delivery_alerts(p->ask.db, w->c->id, alerted, w, e) < 0)
		return -1;
	happened(w, w->c->closes_at, "%s", TRL(l, "closing", "kết thúc"));
	declare_days(p, w);
	declare_waves(p, w);
	paper_note(p, TRL(l, "Answers", "Trả lời"), TRL(l, "Each form of each person counts once, on the day it was first done.",
	    "Mỗi phiếu của mỗi người tính một lần, vào ngày hoàn thành lần đầu."));
	if (w->outside)
		paper_note(p, TRL(l, "Left out", "Không tính"), TRL(l, "Some answers lie more than 1,500 days behind the first one.",
		    "Có trả lời cách trả lời đầu tiên hơn 1.500 ngày."));
	return 0;
}
