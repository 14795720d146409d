#include "engine/caution.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "engine/preflight.h"
#include "engine/watch.h"
#include "store/survey.h"

#define DOMAINS_NAMED 3

struct collecting {
	const struct preview *p;
	struct arena *arena;
	enum lang lang;
	struct caution *list;
	size_t *n;
};

static void
add(struct collecting *c, const char *key, bool bad, const char *text)
{
	ASSERT(*c->n < CAUTIONS_MOST);
	c->list[(*c->n)++] = (struct caution){ key, text, bad };
}

static void
look_at_times(struct collecting *c, int64_t now)
{
	const struct preview *p = c->p;
	const struct campaign *k = p->campaign;
	struct err late = ERR_INIT;
	struct date_text t;

	if (plan_in_time(k, p->wave, now, &late) < 0)
		add(c, "late", true, arena_dup(c->arena, late.text));
	else if (p->goes_at > p->deadline)
		add(c, "late", true, TRL(c->lang, "There is no hour left at which mail may go out before its last moment.",
		    "Từ nay đến hạn cuối không còn giờ nào được phép gửi."));
	else if (p->as_of < k->opens_at)
		add(c, "not_open", true, arena_printf(c->arena, TRL(c->lang, "The campaign opens on %s: the links do not lead to the forms before.",
		    "Đợt khảo sát mở ngày %s: trước đó liên kết chưa dẫn tới phiếu."), date_day(&t, &k->zone, k->opens_at, c->lang)));
	else if (p->goes_at > now + 60)
		add(c, "later", false, arena_printf(c->arena, TRL(c->lang, "The first message leaves at %s: not before its time, and not in quiet hours.",
		    "Thư đầu tiên đi lúc %s: không trước giờ hẹn, không vào giờ nghỉ."), date_minute(&t, &k->zone, p->goes_at, c->lang)));
}

static int
look_at_surveys(struct collecting *c, struct db *db, struct err *e)
{
	char count[32];
	int64_t n;

	if (survey_unopened(db, c->p->campaign->id, &n, e) < 0)
		return -1;
	if (n)
		add(c, "unopened", true, arena_printf(c->arena, TRL(c->lang,
		    "The survey system does not know %s people yet: their links would open nothing.",
		    "Hệ thống khảo sát chưa có %s người: liên kết của họ sẽ không mở được."), text_number(count, n, c->lang)));
	return 0;
}

static void
tell_refusals(struct collecting *c, const struct preflight *f)
{
	struct buf names = BUF_INIT(2000);
	int64_t people = 0, domains = 0;
	char count[32];

	for (size_t i = 0; i < f->n; i++) {
		if (f->list[i].result != PREFLIGHT_NO)
			continue;
		if (domains++ < DOMAINS_NAMED)
			buf_printf(&names, "%s%s", names.len ? ", " : "", f->list[i].domain);
		people += f->list[i].people;
	}
	if (domains > DOMAINS_NAMED)
		buf_str_add(&names, " ...");
	if (domains)
		add(c, "refuses", true, arena_printf(c->arena, TRL(c->lang,
		    "The test before the wave was refused where %s people are: %s.", "Thư thử trước khi gửi bị từ chối ở nơi có %s người: %s."),
		    text_number(count, people, c->lang), buf_str(&names)));
	buf_release(&names);
}

static int
look_at_preflight(struct collecting *c, struct db *db, struct err *e)
{
	struct preflight f = { .arena = ARENA_INIT };
	bool tested = false;
	int rc = preflight_look(&f, db, c->p->campaign, NULL, e);

	for (size_t i = 0; rc == 0 && i < f.n; i++)
		tested = tested || f.list[i].result != PREFLIGHT_UNTESTED;
	if (rc == 0 && tested)
		tell_refusals(c, &f);
	else if (rc == 0 && f.n)
		add(c, "untested", false, TRL(c->lang, "No mail domain was tested before (thumoi preflight).",
		    "Chưa thử gửi tới tên miền thư nào (thumoi preflight)."));
	preflight_release(&f);
	return rc;
}

const char *
caution_held(enum lang l)
{
	return TRL(l, "Sending is held, as the clock was set back, the machine slept, or the store is from a backup: see thumoi cron.",
	    "Việc gửi đang bị giữ vì đồng hồ bị chỉnh lùi, máy ngủ, hoặc kho từ bản sao lưu: xem thumoi cron.");
}

int
cautions(const struct preview *p, struct db *db, const struct conf *conf, struct arena *a, enum lang l, struct caution *list,
    size_t *n, struct err *e)
{
	struct collecting c = { .p = p, .arena = a, .lang = l, .list = list, .n = n };
	int64_t now = clock_now();
	int held;

	*n = 0;
	if (!p->plan.planned)
		add(&c, "nobody", true, TRL(l, "Nobody would get it.", "Không ai nhận lượt gửi này."));
	look_at_times(&c, now);
	if ((held = watch_peek(db, conf, now, e)) < 0)
		return -1;
	if (held)
		add(&c, "held", true, caution_held(l));
	return look_at_surveys(&c, db, e) < 0 || look_at_preflight(&c, db, e) < 0 ? -1 : 0;
}
