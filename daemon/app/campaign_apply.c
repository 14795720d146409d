/* thumoi campaign apply FILE - a plan becomes a campaign, its forms and its waves. */
#include <inttypes.h>

#include "app/commands.h"
#include "base/clock.h"
#include "engine/apply.h"
#include "engine/plan.h"
#include "store/invite.h"

static int
print_changes(const struct app *app, const struct applied *o, struct err *e)
{
	const struct out_column columns[] = {
		{ "change", NULL, false }, { "what", NULL, false }, { "field", NULL, false }, { "from", NULL, false },
		{ "to", NULL, false }, { "refused", NULL, false },
	};
	struct out out;

	out_begin(&out, stdout, OUT_JSON, columns, COUNT_OF(columns));
	for (size_t i = 0; i < o->n; i++) {
		const struct change *c = &o->changes[i];
		const char sign[2] = { c->sign, '\0' };

		out_text(&out, sign);
		out_text(&out, c->object);
		out_text(&out, c->field);
		out_text(&out, c->from);
		out_text(&out, c->to);
		out_text(&out, c->why);
		out_row(&out);
	}
	(void)app;
	return out_end(&out, e);
}

static void
say_changes(const struct applied *o)
{
	for (size_t i = 0; i < o->n; i++) {
		const struct change *c = &o->changes[i];

		printf("%c %s", c->sign, c->object);
		if (*c->field)
			printf(" %s: %s -> %s", c->field, *c->from ? c->from : "-", *c->to ? c->to : "-");
		else if (*c->to)
			printf(": %s", c->to);
		if (*c->why)
			printf(" (%s)", c->why);
		putchar('\n');
	}
}

static const char *
day_name(const struct zone *z, int64_t at)
{
	static const char *const vi[] = { "Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy" };
	static const char *const en[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	struct tm t;

	date_split(z, at, &t);
	return TR(en[t.tm_wday], vi[t.tm_wday]);
}

/* The waves in the order in which they come, with what their times came to. */
static int
say_plan(const struct schedule *s, struct err *e)
{
	const struct out_column columns[] = {
		{ "wave", TR("wave", "lượt"), false }, { "kind", TR("kind", "loại"), false },
		{ "template", TR("template", "mẫu thư"), false }, { "begins", TR("begins", "bắt đầu"), false },
		{ "until", TR("until", "đến"), false },
	};
	struct date_text t;
	struct out out;

	putchar('\n');
	out_begin(&out, stdout, OUT_TEXT, columns, COUNT_OF(columns));
	for (size_t i = 0; i < s->n_waves; i++) {
		const struct schedule_wave *w = &s->waves[i];
		bool after_all = w->at > s->closes_at;
		int64_t end = w->end && (after_all || w->end < s->closes_at) ? w->end : s->closes_at;
		char text[128];

		out_text(&out, w->name);
		out_text(&out, w->kind.text);
		out_text(&out, w->template.text);
		snprintf(text, sizeof(text), "%s, %s", day_name(&s->zone, w->at),
		    date_minute(&t, &s->zone, w->at, lang_ui));
		out_text(&out, text);
		out_text(&out, date_minute(&t, &s->zone, end, lang_ui));
		out_row(&out);
	}
	return out_end(&out, e);
}

static int
tell(const struct app *app, const struct schedule *s, const struct applied *o, bool dry, struct err *e)
{
	if (app->json)
		return print_changes(app, o, e);
	say_changes(o);
	if (o->refused) {
		fprintf(stderr, TR("nothing was changed: the lines with ! are refused\n",
		    "chưa sửa gì: các dòng có dấu ! bị từ chối\n"));
		return 0;
	}
	if (!o->n) {
		if (!app->quiet)
			printf(TR("campaign '%s' is as the plan says: nothing to do\n",
			    "đợt '%s' đã đúng như kế hoạch: không có gì phải làm\n"), s->key.text);
		return 0;
	}
	if (!app->quiet && say_plan(s, e) < 0)
		return -1;
	if (!app->quiet && dry)
		fputs(TR("nothing was written (--dry-run)\n", "chưa ghi gì (--dry-run)\n"), stderr);
	return 0;
}

int
campaign_apply(struct app *app, int argc, char **argv)
{
	bool dry = false;
	const struct opt opts[] = {
		{ "dry-run", OPT_FLAG, &dry, NULL, "only show what would change", "chỉ xem sẽ thay đổi những gì" },
	};
	int first, rc = opt_parse(argc, argv, "campaign apply", "FILE", opts, COUNT_OF(opts), 1, 1, &first);
	struct applied done = { .arena = ARENA_INIT };
	struct calendar calendar;
	struct err e = ERR_INIT;
	struct schedule s;

	if (rc >= 0)
		return rc;
	if (calendar_load(&calendar, &app->conf, &e) < 0)
		return app_fail(&e);
	rc = schedule_read(&s, argv[first], &calendar, &app->conf, &e);
	if (rc == 0)
		rc = apply_plan(app->db, &app->conf, &s, clock_now(), dry, &done, &e);
	if (s.faults) {
		fputs(buf_str(&s.said), stderr);
		fprintf(stderr, TR("thumoi: %d faults in %s: nothing was changed\n",
		    "thumoi: %d lỗi trong %s: chưa sửa gì\n"), s.faults, argv[first]);
		rc = EXIT_FAILED;
	} else if (rc < 0) {
		rc = app_fail(&e);
	} else {
		if (!app->quiet)
			fputs(buf_str(&s.warned), stderr);
		rc = tell(app, &s, &done, dry, &e) < 0 ? app_fail(&e) : done.refused ? EXIT_FAILED : EXIT_DONE;
	}
	applied_release(&done);
	schedule_release(&s);
	calendar_release(&calendar);
	return rc;
}
