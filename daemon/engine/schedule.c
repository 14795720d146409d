#include "engine/schedule.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <strings.h>

#include "engine/setup.h"
#include "mail/addr.h"

#define HOUR_DEFAULT (8 * 60)
#define THANKS_DAYS 5			/* working days that thanks without not-after may take */
#define COUNT_MOST 400			/* days between one moment and another */
#define WORDS_MOST 16

/* --- times ------------------------------------------------------------------------- */

struct words {
	const char *word[WORDS_MOST];
	size_t n;
};

static void
split(struct words *w, struct arena *a, const char *text)
{
	char *rest = arena_dup(a, text), *word;

	w->n = 0;
	while (w->n < WORDS_MOST && (word = strsep(&rest, " \t"))) {
		size_t len = strlen(word);

		if (len && word[len - 1] == ',')	/* "08 giờ 30, ngày ..." */
			word[len - 1] = '\0';
		if (*word)
			w->word[w->n++] = word;
	}
}

static bool
is(const struct words *w, size_t i, const char *en, const char *vi)
{
	return i < w->n && (strcasecmp(w->word[i], en) == 0 || (vi && strcmp(w->word[i], vi) == 0));
}

static int
small_number(const char *s, int most)
{
	int v = 0;

	if (!isdigit((unsigned char)*s))
		return -1;
	for (; isdigit((unsigned char)*s); s++)
		if ((v = v * 10 + *s - '0') > most)
			return -1;
	return *s ? -1 : v;
}

/* "08:30", "8h30", "8h": minutes of the day; -1: it is none. */
static int
clock_word(const char *s)
{
	int h = 0, m = 0, digits = 0;

	for (; isdigit((unsigned char)*s) && digits < 2; s++, digits++)
		h = h * 10 + *s - '0';
	if (!digits || !*s || !strchr(":hHg", *s))
		return -1;
	if (*s++ != ':' && !*s)
		return h < 24 ? h * 60 : -1;
	if (!isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[1]) || s[2])
		return -1;
	m = (s[0] - '0') * 10 + s[1] - '0';
	return h < 24 && m < 60 ? h * 60 + m : -1;
}

/*
 * A time of day among the words, which is taken out: "08:30", "8h30", "08 giờ 30", "08 giờ 30 phút", with an "at" or
 * "lúc" before it. -1: there is none; -2: a word that was meant to be one is not.
 */
static int
take_clock(struct words *w)
{
	for (size_t i = 0; i < w->n; i++) {
		int minute = clock_word(w->word[i]), h = small_number(w->word[i], 23), m = 0;
		size_t from = i, n = 1;

		if (minute < 0 && h >= 0 && is(w, i + 1, "giờ", "gio")) {
			n = 2;
			if (i + 2 < w->n && (m = small_number(w->word[i + 2], 59)) >= 0)
				n = is(w, i + 3, "phút", "phut") ? 4 : 3;
			minute = h * 60 + (m > 0 ? m : 0);
		}
		if (minute < 0) {
			if (is(w, i, "at", "lúc") && i + 1 < w->n)
				if (clock_word(w->word[i + 1]) < 0 && !is(w, i + 2, "giờ", "gio"))
					return -2;
			continue;
		}
		if (from > 0 && is(w, from - 1, "at", "lúc")) {
			from--;
			n++;
		}
		memmove(&w->word[from], &w->word[from + n], (w->n - from - n) * sizeof(*w->word));
		w->n -= n;
		return minute;
	}
	return -1;
}

static const char *
join(struct arena *a, const struct words *w)
{
	const char *s = "";

	for (size_t i = 0; i < w->n; i++)
		s = *s ? arena_printf(a, "%s %s", s, w->word[i]) : w->word[i];
	return s;
}

/* "3 working days after", "3 ngày làm việc sau", "5 days before": how many words it takes; 0: it is none. */
static size_t
read_distance(const struct words *w, int *days, bool *working)
{
	size_t i = 1;
	bool after;

	if (w->n < 3 || (*days = small_number(w->word[0], COUNT_MOST)) < 0)
		return 0;
	*working = false;
	if (is(w, i, "working", NULL)) {
		*working = true;
		i++;
	}
	if (!is(w, i, "day", "ngày") && !is(w, i, "days", "ngay"))
		return 0;
	i++;
	if (is(w, i, "làm", "lam") && is(w, i + 1, "việc", "viec")) {
		*working = true;
		i += 2;
	}
	after = is(w, i, "after", "sau");
	if (!after && !is(w, i, "before", "trước"))
		return 0;
	if (!after)
		*days = -*days;
	return i + 1;
}

static struct schedule_wave *
wave_named(const struct schedule *s, const char *name)
{
	for (size_t i = 0; i < s->n_waves; i++)
		if (strcmp(s->waves[i].name, name) == 0)
			return &s->waves[i];
	return NULL;
}

static void resolve(struct schedule *, struct schedule_wave *, const struct calendar *);

/* The moment a word stands for. False: it stands for none, and that was said. */
static bool
anchor(struct schedule *s, const struct words *w, size_t i, int line, const struct calendar *c, int64_t *at)
{
	struct schedule_wave *other;

	if (i >= w->n) {
		schedule_fault(s, line, TR("days after what? Name a wave, opens or closes",
		    "sau mốc nào? Ghi tên lượt, opens hoặc closes"));
		return false;
	}
	if (i + 1 < w->n) {
		schedule_fault(s, line,
		    TR("after '%s' nothing more is understood: write for example 3 working days after invitation 08:30",
		    "sau '%s' không hiểu gì thêm: viết ví dụ 3 ngày làm việc sau invitation 08:30"), w->word[i]);
		return false;
	}
	if (is(w, i, "opens", "mở")) {
		*at = s->opens_at;
		return s->opens_at > 0;
	}
	if (is(w, i, "closes", "đóng")) {
		*at = s->closes_at;
		return s->closes_at > 0;
	}
	if (!(other = wave_named(s, w->word[i]))) {
		schedule_fault(s, line,
		    TR("there is no wave '%s' in this plan; opens and closes can be counted from, too",
		    "kế hoạch không có lượt '%s'; cũng có thể tính từ opens và closes"), w->word[i]);
		return false;
	}
	if (other->resolving == 1) {
		schedule_fault(s, line, TR("wave '%s' is counted from itself, in a circle",
		    "lượt '%s' được tính vòng quanh từ chính nó"),
		    w->word[i]);
		return false;
	}
	resolve(s, other, c);
	*at = other->at;
	return other->at > 0;
}

/* The day of a moment as it is written, and how many days from there. exact: with its time. False: it is none, and that was said. */
static bool
read_moment(struct schedule *s, const struct schedule_text *t, struct words *w, struct arena *a, const struct calendar *c,
    int64_t *at, int *days, bool *working, bool *exact)
{
	size_t i = read_distance(w, days, working);
	struct err e = ERR_INIT;
	int64_t end;

	*exact = false;
	if (i > 0 || is(w, 0, "opens", "mở") || is(w, 0, "closes", "đóng")) {
		if (!i)
			*days = 0;
		return anchor(s, w, i, t->line, c, at);
	}
	*days = 0;
	if (date_parse(join(a, w), &s->zone, DATE_START, at, &e) < 0 ||
	    date_parse(join(a, w), &s->zone, DATE_END, &end, &e) < 0) {
		schedule_fault(s, t->line,
		    TR("'%s' is no time: write 17/9/2021, 17/9/2021 08:30, or 3 working days after invitation",
		    "'%s' không phải thời điểm: viết 17/9/2021, 17/9/2021 08:30, hoặc 3 ngày làm việc sau invitation"),
		    t->text);
		return false;
	}
	*exact = *at == end;		/* 2021-09-17T08:30+07:00 */
	return true;
}

/* A moment as it is written; 0 when it is none, which was said. minute: of the day, where none is written; -1: its end. */
static int64_t
moment(struct schedule *s, const struct schedule_text *t, int minute, const struct calendar *c)
{
	struct arena a = ARENA_INIT;
	struct words w;
	int64_t at = 0;
	int said, days = 0;
	bool working = false, exact = false, good = false;

	split(&w, &a, t->text);
	if ((said = take_clock(&w)) == -2)
		schedule_fault(s, t->line, TR("'%s': a time of day is written 08:30 or 8h30",
		    "'%s': giờ viết dạng 08:30 hoặc 8h30"), t->text);
	else
		good = read_moment(s, t, &w, &a, c, &at, &days, &working, &exact);
	arena_release(&a);
	if (!good)
		return 0;
	if (exact)
		return at;
	if (said < 0 && minute < 0)
		return calendar_tomorrow(&s->zone, calendar_day(c, &s->zone, at, days, working, 0)) - 1;
	return calendar_day(c, &s->zone, at, days, working, said < 0 ? minute : said);
}

static void
resolve(struct schedule *s, struct schedule_wave *w, const struct calendar *c)
{
	if (w->resolving || !w->at_text.text)
		return;
	w->resolving = 1;
	w->at = moment(s, &w->at_text, s->minute, c);
	w->resolving = 2;
}

/* --- the campaign --------------------------------------------------------------------- */

static void
one_of(struct schedule *s, const struct schedule_text *t, const char *name, const char *const *words)
{
	struct buf all = BUF_INIT(200);

	if (!t->text)
		return;
	for (size_t i = 0; words[i]; i++) {
		if (strcmp(words[i], t->text) == 0) {
			buf_release(&all);
			return;
		}
		buf_printf(&all, "%s%s", i ? ", " : "", words[i]);
	}
	schedule_fault(s, t->line, TR("%s = %s: give one of: %s",
	    "%s = %s: chọn một trong: %s"), name, t->text, buf_str(&all));
	buf_release(&all);
}

static void
check_hours(struct schedule *s, const struct schedule_text *quiet, const struct schedule_text *working,
    const struct calendar *c)
{
	static const char *const yes_no[] = { "yes", "no", NULL };
	struct err e = ERR_INIT;
	struct calendar own;

	one_of(s, working, "working-days", yes_no);
	if (quiet->text && calendar_of_wave(&own, c, quiet->text, "", &e) < 0)
		schedule_fault(s, quiet->line, "%s", e.text);
}

static void
judge_campaign(struct schedule *s, const struct calendar *c)
{
	static const char *const tracking[] = { "none", "visits", NULL };
	struct err e = ERR_INIT;
	struct addr addr;

	if (s->key.text && *s->key.text && setup_key(s->key.text, &e) < 0)
		schedule_fault(s, s->key.line, "%s", e.text);
	if (zone_load(&s->zone, s->zone_name.text ? s->zone_name.text : ZONE_DEFAULT, &e) < 0) {
		schedule_fault(s, s->zone_name.line, "zone: %s", e.text);
		zone_load(&s->zone, ZONE_DEFAULT, NULL);
	}
	s->lang = LANG_VI;
	if (s->lang_name.text && lang_parse(s->lang_name.text, &s->lang, &e) < 0)
		schedule_fault(s, s->lang_name.line, "lang: %s", e.text);
	if (s->opens.text && *s->opens.text && date_parse(s->opens.text, &s->zone, DATE_START, &s->opens_at, &e) < 0)
		schedule_fault(s, s->opens.line, "opens: %s", e.text);
	if (s->closes.text && *s->closes.text && date_parse(s->closes.text, &s->zone, DATE_END, &s->closes_at, &e) < 0)
		schedule_fault(s, s->closes.line, "closes: %s", e.text);
	if (s->opens_at && s->closes_at && s->closes_at <= s->opens_at)
		schedule_fault(s, s->closes.line, TR("closes %s is not after opens %s",
		    "closes %s không sau opens %s"), s->closes.text,
		    s->opens.text);
	if (s->sender.text && *s->sender.text) {
		if (addr_parse_named(&addr, &s->sender_name, &s->arena, s->sender.text, &e) < 0)
			schedule_fault(s, s->sender.line, "sender: %s", e.text);
		else
			s->sender_address = addr_wire(&s->arena, &addr);
	}
	s->minute = HOUR_DEFAULT;
	if (s->hour.text && (s->minute = clock_word(s->hour.text)) < 0) {
		schedule_fault(s, s->hour.line, TR("hour = %s: write it as 08:00 or 8h",
		    "hour = %s: viết như 08:00 hoặc 8h"), s->hour.text);
		s->minute = HOUR_DEFAULT;
	}
	one_of(s, &s->tracking, "tracking", tracking);
	check_hours(s, &s->quiet_hours, &s->working_days, c);
	for (size_t i = 0; i < s->n_forms; i++)
		if (s->forms[i].url.text && setup_url(s->forms[i].url.text, &e) < 0)
			schedule_fault(s, s->forms[i].url.line, "%s", e.text);
}

/* --- the waves -------------------------------------------------------------------------- */

static bool
has_kind(const struct schedule_wave *w, const char *kind)
{
	return w->kind.text && strcmp(w->kind.text, kind) == 0;
}

static void
fill_wave(struct schedule *s, struct schedule_wave *w, const struct calendar *c)
{
	static const char *const uncertain[] = { "resend", "hold", NULL },
	    *const second[] = { "probable-spam", "", NULL };
	struct err e = ERR_INIT;

	if (!w->kind.text)
		w->kind = (struct schedule_text){ w->template.text ? setup_kind(w->template.text) : "notice", w->line };
	else if (setup_kind_check(w->kind.text, &e) < 0)
		schedule_fault(s, w->kind.line, "%s", e.text);
	if (!w->uncertain.text)
		w->uncertain = (struct schedule_text){ setup_uncertain(w->kind.text), w->line };
	one_of(s, &w->uncertain, "uncertain", uncertain);
	one_of(s, &w->second_address, "second-address", second);
	check_hours(s, &w->quiet_hours, &w->working_days, c);
	/* What the campaign says of all its waves. */
	if (!w->quiet_hours.text)
		w->quiet_hours = s->quiet_hours;
	if (!w->working_days.text)
		w->working_days = s->working_days;
	if (!w->audience.text)
		w->audience = (struct schedule_text){ "", w->line };
}

/* The reminder that begins next after that one. */
static const struct schedule_wave *
next_reminder(const struct schedule *s, const struct schedule_wave *w)
{
	const struct schedule_wave *next = NULL;

	for (size_t i = 0; i < s->n_waves; i++) {
		const struct schedule_wave *o = &s->waves[i];

		if (o != w && has_kind(o, "reminder") && o->at > w->at && (!next || o->at < next->at))
			next = o;
	}
	return next;
}

static void
set_end(struct schedule *s, struct schedule_wave *w, const struct calendar *c)
{
	const struct schedule_wave *next = has_kind(w, "reminder") ? next_reminder(s, w) : NULL;

	if (w->end_text.text && *w->end_text.text) {
		if ((w->end = moment(s, &w->end_text, -1, c)) && w->at && w->end < w->at)
			schedule_fault(s, w->end_text.line, TR("not-after is before the wave begins",
			    "not-after đứng trước lúc lượt bắt đầu"));
	} else if (has_kind(w, "thanks") && w->at) {
		w->end = calendar_tomorrow(&s->zone, calendar_day(c, &s->zone, w->at, THANKS_DAYS, true, 0)) - 1;
	} else if (next) {
		w->end = next->at - 1;
	}
}

static void
check_times(struct schedule *s, const struct schedule_wave *w)
{
	struct date_text t;

	if (!w->at || !s->opens_at || !s->closes_at)
		return;
	if (w->at < s->opens_at)
		schedule_fault(s, w->at_text.line, TR("wave '%s' begins %s, before the campaign opens",
		    "lượt '%s' bắt đầu lúc %s, trước khi đợt mở"), w->name, date_minute(&t, &s->zone, w->at, lang_ui));
	if (w->at > s->closes_at && !has_kind(w, "thanks"))
		schedule_fault(s, w->at_text.line,
		    TR("wave '%s' begins %s, after the campaign has closed: only kind = thanks may",
		    "lượt '%s' bắt đầu lúc %s, sau khi đợt đã đóng: chỉ kind = thanks được phép"), w->name,
		    date_minute(&t, &s->zone, w->at, lang_ui));
	for (size_t i = 0; i < s->n_waves; i++) {
		const struct schedule_wave *o = &s->waves[i];

		if (o < w && o->at == w->at && has_kind(o, "reminder") && has_kind(w, "reminder"))
			schedule_fault(s, w->at_text.line, TR("reminders '%s' and '%s' begin at the same moment",
			    "hai lượt nhắc '%s' và '%s' bắt đầu cùng lúc"), o->name, w->name);
	}
}

void
schedule_warn(struct schedule *s, int line, const char *fmt, ...)
{
	char text[700];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_printf(&s->warned, TR("%s line %d: %s\n", "%s dòng %d: %s\n"), s->path, line, text);
}

/* Allowed, and perhaps not what was meant. */
static void
warn_times(struct schedule *s, const struct schedule_wave *w, const struct calendar *c, const struct conf *conf)
{
	const struct schedule_wave *next = has_kind(w, "reminder") ? next_reminder(s, w) : NULL;
	struct calendar own;
	struct date_text t, u;
	struct tm tm;
	int64_t goes;

	if (!w->at)
		return;
	date_split(&s->zone, w->at, &tm);
	if (!calendar_knows(c, tm.tm_year + 1900))
		schedule_warn(s, w->at_text.line, TR("the holiday file has no day of %d: only weekends count as days off",
		    "tệp ngày nghỉ không có ngày nào của năm %d: chỉ thứ Bảy, Chủ nhật được coi là ngày nghỉ"),
		    tm.tm_year + 1900);
	if (!calendar_works(c, &s->zone, w->at))
		schedule_warn(s, w->at_text.line, TR("wave '%s' begins on a day off: %s",
		    "lượt '%s' bắt đầu vào ngày nghỉ: %s"), w->name,
		    date_minute(&t, &s->zone, w->at, lang_ui));
	if (calendar_of_wave(&own, c, w->quiet_hours.text ? w->quiet_hours.text : "", w->working_days.text ?
	    w->working_days.text : "",
	    NULL) == 0 && (goes = calendar_next(&own, &s->zone, w->at)) > w->at)
		schedule_warn(s, w->at_text.line, TR("wave '%s' begins %s, but nothing goes out before %s",
		    "lượt '%s' bắt đầu lúc %s, nhưng chưa được gửi trước %s"),
		    w->name, date_minute(&t, &s->zone, w->at, lang_ui), date_minute(&u, &s->zone, goes, lang_ui));
	if (next && calendar_day(c, &s->zone, w->at, (int)conf->min_gap_days, true, 0) > next->at)
		schedule_warn(s, next->at_text.line,
		    TR("reminders '%s' and '%s' are closer than min_gap_days = %lld: nobody gets both",
		    "hai lượt nhắc '%s' và '%s' gần nhau hơn min_gap_days = %lld: không ai nhận cả hai"), w->name,
		    next->name,
		    (long long)conf->min_gap_days);
}

int
schedule_read(struct schedule *s, const char *path, const struct calendar *c, const struct conf *conf, struct err *e)
{
	int64_t reminders = 0;

	*s = (struct schedule){ .path = path, .said = BUF_INIT(1 << 20), .warned = BUF_INIT(1 << 20),
	    .arena = ARENA_INIT };
	if (schedule_load(s, path, e) < 0)
		return -1;
	judge_campaign(s, c);
	for (size_t i = 0; i < s->n_waves; i++)
		fill_wave(s, &s->waves[i], c);
	for (size_t i = 0; i < s->n_waves; i++)
		resolve(s, &s->waves[i], c);
	for (size_t i = 0; i < s->n_waves; i++) {
		set_end(s, &s->waves[i], c);
		check_times(s, &s->waves[i]);
		warn_times(s, &s->waves[i], c, conf);
		reminders += has_kind(&s->waves[i], "reminder");
	}
	if (reminders > conf->max_reminders)
		schedule_warn(s, s->line, TR("%lld reminders are planned, but nobody gets more than max_reminders = %lld",
		    "kế hoạch có %lld lượt nhắc, nhưng mỗi người chỉ nhận nhiều nhất max_reminders = %lld"),
		    (long long)reminders,
		    (long long)conf->max_reminders);
	return s->faults;
}

void
schedule_release(struct schedule *s)
{
	free(s->waves);
	buf_release(&s->said);
	buf_release(&s->warned);
	arena_release(&s->arena);
	*s = (struct schedule){ .path = NULL };
}
