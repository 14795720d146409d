#include "engine/answers.h"

#include "base/buf.h"
#include "base/clock.h"
#include "store/contact.h"
#include "store/evidence.h"

#define AHEAD_S 300	/* clocks of two machines may differ by so much */
#define PURPOSE "return"

const char *
answer_fate_name(enum answer_fate f)
{
	static const char *const names[ANSWER_FATES] = {
		[ANSWER_RECORDED] = "recorded", [ANSWER_KNOWN] = "already_known",
		[ANSWER_NO_TOKEN] = "unknown_token", [ANSWER_NO_INSTRUMENT] = "unknown_instrument",
		[ANSWER_BAD_TIME] = "bad_time", [ANSWER_EARLY] = "before_opening", [ANSWER_LATE] = "after_closing",
		[ANSWER_FUTURE] = "in_the_future", [ANSWER_NOT_OPEN] = "not_open_yet", [ANSWER_CLOSED] = "closed",
	};

	return names[f];
}

static char *
instrument_keys(struct arena *a, const struct campaign *c)
{
	struct buf b = BUF_INIT(1000);
	char *s;

	for (size_t i = 0; i < c->n_instruments; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", c->instruments[i].key);
	s = arena_dup(a, buf_str(&b));
	buf_release(&b);
	return s;
}

/* The sentence for a fault; NULL for a good fate. */
static const char *
explain(struct arena *a, const struct answer *in, const struct campaign *c, enum lang l)
{
	struct date_text opens, closes;
	const char *from = "", *to = "";

	if (c) {
		from = date_minute(&opens, &c->zone, c->opens_at, l);
		to = date_minute(&closes, &c->zone, c->closes_at, l);
	}
	switch (in->fate) {
	case ANSWER_NO_TOKEN:
		return c ? arena_dup(a, TRL(l, "this token belongs to another campaign", "mã này thuộc đợt khác")) :
		    arena_dup(a, TRL(l, "unknown token", "không có mã này"));
	case ANSWER_NO_INSTRUMENT:
		return arena_printf(a, TRL(l, "the campaign has no form '%.64s'; it has: %s",
		    "đợt này không có phiếu '%.64s'; hiện có: %s"), in->instrument, instrument_keys(a, c));
	case ANSWER_BAD_TIME:
		return arena_printf(a, TRL(l, "'%.64s' is no date and time; write 2021-09-20T08:34:00+07:00",
		    "'%.64s' không phải ngày giờ; viết dạng 2021-09-20T08:34:00+07:00"), in->answered_at);
	case ANSWER_EARLY:
		return arena_printf(a, TRL(l, "'%.64s' lies before the campaign opened (%s)",
		    "'%.64s' trước khi đợt mở (%s)"), in->answered_at, from);
	case ANSWER_LATE:
		return arena_printf(a, TRL(l, "'%.64s' lies after the campaign closed (%s)",
		    "'%.64s' sau khi đợt kết thúc (%s)"), in->answered_at, to);
	case ANSWER_FUTURE:
		return arena_printf(a, TRL(l, "'%.64s' lies in the future", "'%.64s' là thời điểm chưa đến"), in->answered_at);
	case ANSWER_NOT_OPEN:
		return arena_printf(a, TRL(l, "the campaign opens %s: nothing can have been answered yet",
		    "đợt mở lúc %s: chưa thể có trả lời"), from);
	case ANSWER_CLOSED:
		return arena_printf(a, TRL(l, "the campaign closed %s: answers are not taken any more; those given in time can be "
		    "brought in with their times from a file", "đợt đã kết thúc lúc %s: không nhận trả lời nữa; trả lời đúng hạn "
		    "có thể nhập từ tệp kèm thời điểm"), to);
	default:
		return NULL;
	}
}

/* When it was answered, or why that cannot be. */
static enum answer_fate
judge_time(const struct answer *in, const struct campaign *c, bool after_closing, int64_t now, int64_t *at)
{
	bool given = in->answered_at && *in->answered_at;
	int64_t from, to;

	if (now < c->opens_at)
		return ANSWER_NOT_OPEN;
	if (now > c->closes_at && !(after_closing && given))
		return ANSWER_CLOSED;
	*at = now;
	if (!given)
		return ANSWER_RECORDED;
	if (date_parse(in->answered_at, &c->zone, DATE_START, &from, NULL) < 0 ||
	    date_parse(in->answered_at, &c->zone, DATE_END, &to, NULL) < 0)
		return ANSWER_BAD_TIME;
	if (to < c->opens_at)
		return ANSWER_EARLY;
	if (from > c->closes_at)
		return ANSWER_LATE;
	if (from > now + AHEAD_S)
		return ANSWER_FUTURE;
	*at = from < c->opens_at ? c->opens_at : from > now ? now : from;
	return ANSWER_RECORDED;
}

/* `c` holds the campaign of the answer before: most lists speak of one. */
static int
take(struct db *db, struct arena *a, const struct answers_rules *r, struct answer *in, struct campaign *c,
    int64_t now, struct err *e)
{
	const struct instrument *form = NULL;
	const struct campaign *of = NULL;
	struct contact who;
	int64_t at = 0, before;
	int rc = token_valid(in->token) ? contact_by_token(db, a, in->token, &who, e) : 0;

	if (rc < 0)
		return -1;
	in->fate = ANSWER_NO_TOKEN;
	if (rc == 1) {
		if (c->id != who.campaign && campaign_by_id(db, a, who.campaign, c, e) != 1)
			return -1;
		of = c;
		if (r->campaign && r->campaign != who.campaign)
			in->fate = ANSWER_NO_TOKEN;
		else if (!(form = campaign_instrument(c, in->instrument)))
			in->fate = ANSWER_NO_INSTRUMENT;
		else
			in->fate = judge_time(in, c, r->after_closing, now, &at);
	}
	in->why = explain(a, in, of, r->lang);
	if (in->fate != ANSWER_RECORDED)
		return 0;
	if ((rc = answer_first_at(db, who.id, form->id, &before, e)) < 0)
		return -1;
	if (rc == 1) {
		in->fate = ANSWER_KNOWN;
		if (!in->answered_at || !*in->answered_at)	/* a page loaded again says nothing new */
			return 0;
	}
	return answer_record(db, who.id, form->id, at, r->source, e) < 0 ? -1 : 0;
}

int
answers_take_within(struct db *db, struct arena *a, const struct answers_rules *r, struct answer *list, size_t n, struct err *e)
{
	struct campaign c = { .id = 0 };
	int64_t now = clock_now();

	for (size_t i = 0; i < n; i++)
		if (take(db, a, r, &list[i], &c, now, e) < 0)
			return -1;
	return 0;
}

int
answers_take(struct db *db, struct arena *a, const struct answers_rules *r, struct answer *list, size_t n, struct err *e)
{
	if (db_begin(db, e) < 0)
		return -1;
	if (answers_take_within(db, a, r, list, n, e) < 0)
		return db_abort(db);
	return db_commit(db, e);
}

char *
answers_link(struct arena *a, const char *public_url, const struct secret *k, const char *token, const char *instrument)
{
	const char *text = arena_printf(a, "%s/%s", token, instrument);
	size_t n = strlen(public_url);
	char sig[TOKEN_LEN + 1];

	while (n && public_url[n - 1] == '/')
		n--;
	sign_text(sig, k, PURPOSE, text);
	return arena_printf(a, "%.*s/r/%s?sig=%s", (int)n, public_url, text, sig);
}

bool
answers_link_check(const struct secret *k, const char *token, const char *instrument, const char *sig)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "%s/%s", token, instrument);

	return n > 0 && (size_t)n < sizeof(text) && sign_check(sig, k, PURPOSE, text);
}
