#include "app/wave_status.h"

#include <inttypes.h>

#include "app/screen.h"
#include "app/wave_stop.h"
#include "base/clock.h"
#include "engine/chronicle.h"
#include "engine/headway.h"

#define LOOK_US 1000000		/* at most one look in so long ... */
#define RESTS_A_LOOK 9		/* ... and so many times what it took is rest: a tenth of one core */
#define WATCH_DOMAINS 10
#define DOMAINS_UNSAID INT64_MIN
#define TOLD_RESTS 5		/* of one wave, with the reason */

const char *
wave_invite_title(enum invite_state s)
{
	const char *const titles[INVITE_STATES] = {
		TR("planned", "chờ gửi"), TR("sending", "đang gửi"), TR("accepted", "được nhận"), TR("deferred", "bị hoãn"),
		TR("refused", "bị từ chối"), TR("uncertain", "không chắc"), TR("expired", "hết hạn"), TR("cancelled", "đã hủy"),
	};

	return titles[s];
}

static const char *
wave_title(const char *state)
{
	static const struct { const char *word, *vi; } words[] = {
		{ "planned", "chưa chạy" }, { "running", "đang chạy" }, { "paused", "tạm dừng" }, { "done", "đã xong" },
	};

	for (size_t i = 0; lang_ui == LANG_VI && i < COUNT_OF(words); i++)
		if (strcmp(words[i].word, state) == 0)
			return words[i].vi;
	return state;
}

/* --- a look -------------------------------------------------------------- */

struct seen {
	struct wave wave;
	struct campaign campaign;
	struct headway headway;
};

struct look {
	struct app *app;
	int64_t campaign;		/* 0: all */
	enum out_format format;
	int64_t n_domains;		/* of the second table; 0: none */
	int64_t now_ms;
	struct arena arena;		/* texts of `waves` */
	struct seen *waves;
	size_t n, cap;
	size_t running;			/* of them */
};

static bool
is(const struct seen *s, const char *state)
{
	return strcmp(s->wave.state, state) == 0;
}

static void
look_release(struct look *l)
{
	for (size_t i = 0; i < l->n; i++)
		headway_release(&l->waves[i].headway);
	free(l->waves);
	arena_release(&l->arena);
	l->waves = NULL;
	l->n = l->cap = 0;
}

/* A wave that was and is done need not be counted again: its invites have come to their end. */
static bool
known(struct look *before, struct seen *s)
{
	for (size_t i = 0; i < before->n && is(s, "done"); i++) {
		struct seen *old = &before->waves[i];

		if (old->wave.id == s->wave.id && is(old, "done")) {
			s->headway = old->headway;
			old->headway = (struct headway)HEADWAY_INIT;
			return true;
		}
	}
	return false;
}

static int
look_at(struct look *l, struct look *before, int64_t after, struct seen *s, struct err *e)
{
	int rc = wave_next(l->app->db, &l->arena, after, l->campaign, NULL, &s->wave, e);

	if (rc != 1 || (rc = campaign_by_id(l->app->db, &l->arena, s->wave.campaign, &s->campaign, e)) != 1)
		return rc;
	if (!known(before, s) && headway_look(&s->headway, l->app->db, s->wave.id, l->now_ms, e) < 0) {
		headway_release(&s->headway);
		return -1;
	}
	return 1;
}

/* Takes the place of the look before. */
static int
look(struct look *l, struct err *e)
{
	struct look before = *l;
	int64_t after = 0;
	int rc;

	l->now_ms = clock_ms();
	l->arena = (struct arena)ARENA_INIT;
	l->waves = NULL;
	l->n = l->cap = l->running = 0;
	for (;;) {
		struct seen s = { .headway = HEADWAY_INIT };

		if ((rc = look_at(l, &before, after, &s, e)) != 1)
			break;
		after = s.wave.id;
		l->running += is(&s, "running");
		l->waves = mem_room(l->waves, l->n, &l->cap, sizeof(*l->waves));
		l->waves[l->n++] = s;
	}
	look_release(&before);
	return rc;
}

/* --- cells ---------------------------------------------------------------- */

/* Of today the time alone. */
static const char *
moment(struct date_text *o, const struct zone *z, int64_t at, int64_t now)
{
	struct tm t, today;

	date_split(z, at, &t);
	date_split(z, now, &today);
	if (t.tm_year == today.tm_year && t.tm_yday == today.tm_yday)
		snprintf(o->s, sizeof(o->s), "%02d:%02d", t.tm_hour, t.tm_min);
	else if (lang_ui == LANG_VI)
		snprintf(o->s, sizeof(o->s), "%02d:%02d %d/%d/%d", t.tm_hour, t.tm_min, t.tm_mday, t.tm_mon + 1, t.tm_year + 1900);
	else
		snprintf(o->s, sizeof(o->s), "%02d:%02d %d-%02d-%02d", t.tm_hour, t.tm_min, t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
	return o->s;
}

static void
out_moment(const struct look *l, struct out *o, const struct zone *z, int64_t at)
{
	struct date_text t;

	if (o->format == OUT_TEXT)
		out_text(o, at ? moment(&t, z, at, l->now_ms / 1000) : "-");
	else
		out_text(o, at ? date_rfc3339(&t, z, at) : NULL);
}

static void
out_known(struct out *o, int64_t v)
{
	if (v >= 0)
		out_int(o, v);
	else
		out_text(o, o->format == OUT_TEXT ? "-" : NULL);
}

static void
out_left(struct out *o, int64_t s)
{
	int64_t min = (s + 59) / 60;
	char text[48];

	if (o->format != OUT_TEXT || s < 0) {
		out_known(o, s);
		return;
	}
	if (s < 60)
		snprintf(text, sizeof(text), TR("%" PRId64 " s", "%" PRId64 " giây"), s);
	else if (min < 60)
		snprintf(text, sizeof(text), TR("%" PRId64 " min", "%" PRId64 " phút"), min);
	else
		snprintf(text, sizeof(text), TR("%" PRId64 " h %02" PRId64 " min", "%" PRId64 " giờ %02" PRId64 " phút"), min / 60,
		    min % 60);
	out_text(o, text);
}

/* Every stop of the wave that was not resumed. */
static int
stop_reasons(struct app *app, const struct seen *s, struct buf *b, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct stop t = { .id = 0 };
	int rc;

	while ((rc = stop_next(app->db, &a, t.id, s->wave.id, &t, e)) == 1) {
		if (t.resumed_at)
			continue;
		buf_str_add(b, b->len ? "; " : "");
		stop_text(b, &t, &s->campaign.zone, lang_ui);
	}
	arena_release(&a);
	return rc;
}

static const char *
stopped_word(const struct headway *p)
{
	enum headway_stop worst = HEADWAY_GOES;

	if (p->stop == HEADWAY_STOPPED)
		return "wave";
	for (size_t i = 0; i < p->n_domains; i++)
		if (p->domains[i].stop > worst)
			worst = p->domains[i].stop;
	if (worst == HEADWAY_STOPPED)
		return "domains";
	return p->stop == HEADWAY_NOTED || worst == HEADWAY_NOTED ? "noted" : "";
}

/* --- the waves ------------------------------------------------------------ */

static int
wave_row(const struct look *l, const struct seen *s, struct out *o, struct err *e)
{
	const struct headway *p = &s->headway;
	bool running = is(s, "running");
	struct buf why = BUF_INIT(1 << 16);
	int rc = 0;

	out_text(o, s->campaign.key);
	out_text(o, s->wave.name);
	out_text(o, o->format == OUT_TEXT ? wave_title(s->wave.state) : s->wave.state);
	for (int i = 0; i < INVITE_STATES; i++)
		out_int(o, p->counts[i]);
	out_int(o, p->due);
	out_known(o, running ? p->per_minute : -1);
	out_left(o, running ? p->left_s : -1);
	out_moment(l, o, &s->campaign.zone, p->due ? 0 : is(s, "planned") && s->wave.position ? s->wave.not_before :
	    p->next_due_at);
	if (o->format != OUT_TEXT) {
		rc = stop_reasons(l->app, s, &why, e);
		out_int(o, p->resting);
		out_text(o, stopped_word(p));
		out_text(o, buf_str(&why));
	}
	out_row(o);
	buf_release(&why);
	return rc;
}

static int
print_waves(const struct look *l, FILE *f, struct err *e)
{
	/* Scripts read these: a new one goes to the end. What stops and rests has lines of its own in the text form. */
	const struct out_column before[] = {
		{ "campaign", TR("campaign", "đợt"), false }, { "wave", TR("wave", "lượt"), false },
		{ "state", TR("state", "trạng thái"), false },
	}, behind[] = {
		{ "due", TR("due", "đến hạn"), true }, { "per_minute", TR("per min", "thư/phút"), true },
		{ "left_s", TR("left", "còn"), true }, { "next_due_at", TR("next due", "lần tới"), true },
		{ "resting", NULL, true }, { "stopped", NULL, false }, { "stop_reason", NULL, false },
	};
	struct out_column columns[COUNT_OF(before) + INVITE_STATES + COUNT_OF(behind)];
	size_t n = COUNT_OF(before);
	struct out o;
	int rc = 0;

	memcpy(columns, before, sizeof(before));
	for (int i = 0; i < INVITE_STATES; i++)
		columns[n++] = (struct out_column){ invite_state_name((enum invite_state)i),
		    wave_invite_title((enum invite_state)i), true };
	memcpy(columns + n, behind, sizeof(behind));
	n += COUNT_OF(behind) - (l->format == OUT_TEXT ? 3 : 0);
	out_begin(&o, f, l->format, columns, n);
	for (size_t i = 0; i < l->n && rc == 0; i++)
		rc = wave_row(l, &l->waves[i], &o, e);
	if (out_end(&o, rc < 0 ? NULL : e) < 0)
		return -1;
	return rc;
}

/* Behind the table: which domains rest, and why. */
static void
print_rests(const struct look *l, const struct seen *s, FILE *f)
{
	int64_t told = 0;

	for (size_t i = 0; i < s->headway.n_domains && told < TOLD_RESTS; i++) {
		const struct headway_domain *d = &s->headway.domains[i];
		struct date_text t;

		if (!d->rest_until_at || !d->open)
			continue;
		fprintf(f, TR("%s %s: %s rests until %s: %s\n", "%s %s: %s nghỉ đến %s: %s\n"), s->campaign.key, s->wave.name, d->name,
		    moment(&t, &s->campaign.zone, d->rest_until_at, l->now_ms / 1000), d->rest_reason);
		told++;
	}
	if (s->headway.resting > told)
		fprintf(f, TR("%s %s: %" PRId64 " more domains rest\n", "%s %s: còn %" PRId64 " tên miền khác đang nghỉ\n"),
		    s->campaign.key, s->wave.name, s->headway.resting - told);
}

/* --- their domains -------------------------------------------------------- */

struct line {
	const struct seen *of;
	const struct headway_domain *d;
};

static int
by_need(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = headway_by_need(x->d, y->d);

	return order ? order : x->of->wave.id < y->of->wave.id ? -1 : 1;
}

static void
domain_row(const struct look *l, const struct line *line, struct out *o)
{
	const struct headway_domain *d = line->d;
	const char *const text[] = { "", TR("noted", "ghi nhận"), TR("stopped", "đã dừng") };
	const char *const words[] = { "", "noted", "stopped" };

	out_text(o, line->of->campaign.key);
	out_text(o, line->of->wave.name);
	out_text(o, d->name);
	out_int(o, d->open);
	out_int(o, d->accepted);
	out_int(o, d->deferred);
	out_int(o, d->refused);
	out_moment(l, o, &line->of->campaign.zone, d->rest_until_at);
	out_text(o, o->format == OUT_TEXT ? text[d->stop] : words[d->stop]);
	out_row(o);
}

static int
print_domains(const struct look *l, FILE *f, struct err *e)
{
	const struct out_column columns[] = {
		{ "campaign", TR("campaign", "đợt"), false }, { "wave", TR("wave", "lượt"), false },
		{ "domain", TR("domain", "tên miền"), false }, { "open", TR("open", "chưa xong"), true },
		{ "accepted", wave_invite_title(INVITE_ACCEPTED), true }, { "deferred", wave_invite_title(INVITE_DEFERRED), true },
		{ "refused", wave_invite_title(INVITE_REFUSED), true },
		{ "resting_until", TR("resting until", "nghỉ đến"), true }, { "stopped", TR("stopped", "dừng"), false },
	};
	struct line *lines = NULL;
	size_t n = 0, cap = 0;
	struct out o;

	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < l->waves[i].headway.n_domains; k++) {
			lines = mem_room(lines, n, &cap, sizeof(*lines));
			lines[n++] = (struct line){ &l->waves[i], &l->waves[i].headway.domains[k] };
		}
	if (n)
		qsort(lines, n, sizeof(*lines), by_need);
	out_begin(&o, f, l->format, columns, COUNT_OF(columns));
	for (size_t i = 0; i < n && (int64_t)i < l->n_domains; i++)
		domain_row(l, &lines[i], &o);
	free(lines);
	return out_end(&o, e);
}

/* --- what is shown -------------------------------------------------------- */

/* When it was looked, for who watches: by the clock of the first campaign. */
static void
print_time(const struct look *l, FILE *f)
{
	struct tm t;

	if (!l->n)
		return;
	date_split(&l->waves[0].campaign.zone, l->now_ms / 1000, &t);
	fprintf(f, TR("%02d:%02d:%02d; Ctrl-C ends\n", "%02d:%02d:%02d; Ctrl-C để dừng\n"), t.tm_hour, t.tm_min, t.tm_sec);
}

/* As a text of its own: what failed halfway is not shown, and a screen is drawn at once. */
static int
print(const struct look *l, bool on_screen, char **text, size_t *len, struct err *e)
{
	FILE *f = open_memstream(text, len);
	int rc;

	if (!f)
		return err_sys(e, TR("cannot prepare the table", "không chuẩn bị được bảng"));
	if (on_screen)
		print_time(l, f);
	if (l->format != OUT_TEXT && l->n_domains) {
		rc = print_domains(l, f, e);
	} else {
		rc = print_waves(l, f, e);
		for (size_t i = 0; i < l->n && rc >= 0 && l->format == OUT_TEXT; i++) {
			rc = wave_tell_stops(l->app, &l->waves[i].campaign, &l->waves[i].wave, f, e);
			print_rests(l, &l->waves[i], f);
		}
		if (rc >= 0 && l->n_domains) {
			fputc('\n', f);
			rc = print_domains(l, f, e);
		}
	}
	fclose(f);
	return rc < 0 ? -1 : 0;
}

static int
show(const struct look *l, bool watch, bool first, struct err *e)
{
	bool on_screen = watch && l->format == OUT_TEXT && screen_there();
	char *text = NULL;
	size_t len = 0;
	int rc = print(l, on_screen, &text, &len, e);

	if (rc == 0 && on_screen) {
		screen_show(text, first);
	} else if (rc == 0) {
		if (!first && l->format == OUT_TEXT)
			putchar('\n');
		fwrite(text, 1, len, stdout);
	}
	free(text);
	if (rc == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		rc = out_lost(e);
	return rc;
}

/* Until no wave runs any more. */
static int
watch_waves(struct look *l, struct err *e)
{
	for (bool first = true;; first = false) {
		int64_t began_us = clock_mono_us(), until_us, us;

		if (look(l, e) < 0 || show(l, true, first, e) < 0)
			return -1;
		if (!l->running) {
			if (first && !l->app->quiet)
				fputs(TR("no wave is running\n", "không có lượt nào đang chạy\n"), stderr);
			return 0;
		}
		us = clock_mono_us();
		until_us = us + RESTS_A_LOOK * (us - began_us);
		if (until_us < began_us + LOOK_US)
			until_us = began_us + LOOK_US;
		while ((us = clock_mono_us()) < until_us)
			clock_wait(clock_ms() + 86400000, -1, (int)((until_us - us + 999) / 1000));
	}
}

int
wave_status(struct app *app, int argc, char **argv)
{
	bool watch = false;
	const char *format = NULL;
	struct look l = { .app = app, .n_domains = DOMAINS_UNSAID, .arena = ARENA_INIT };
	const struct opt opts[] = {
		{ "watch", OPT_FLAG, &watch, NULL, "again every second or so, while a wave runs",
		    "xem lại mỗi giây một lần khi còn lượt đang chạy" },
		{ "domains", OPT_INT, &l.n_domains, "N", "the N mail domains with most to do (10 when watching, else 0); csv, json: these alone",
		    "N tên miền còn nhiều thư nhất (khi theo dõi: 10, nếu không: 0); csv, json: chỉ bảng này" },
		{ "format", OPT_TEXT, &format, "text|csv|json", "form of the table", "dạng bảng" },
	};
	int first, rc = opt_parse(argc, argv, "wave status", "[CAMPAIGN]", opts, COUNT_OF(opts), 0, 1, &first);
	struct campaign c = { .id = 0 };
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (l.n_domains != DOMAINS_UNSAID && l.n_domains < 0)
		return app_usage("wave status", TR("--domains is a number from 0", "--domains là số từ 0 trở lên"));
	if (app_format(app, format, &l.format) < 0)
		return EXIT_USAGE;
	if (l.format == OUT_HTML)
		return app_usage("wave status", TR("--format is text, csv or json", "--format là text, csv hoặc json"));
	if (first < argc && campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0)
		return app_fail(&e);
	l.campaign = c.id;
	if (l.n_domains == DOMAINS_UNSAID)
		l.n_domains = watch && l.format == OUT_TEXT ? WATCH_DOMAINS : 0;
	rc = watch ? watch_waves(&l, &e) : look(&l, &e) < 0 ? -1 : show(&l, false, true, &e);
	look_release(&l);
	return rc < 0 ? app_fail(&e) : EXIT_DONE;
}
