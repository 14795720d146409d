#include "engine/chronicle.h"

#include <stdlib.h>

#include "base/text.h"
#include "engine/eligible.h"

static void
skipped_text(struct buf *b, const struct wave_entry *w, enum lang l)
{
	if (strcmp(w->reason, "overtaken") == 0)
		buf_printf(b, TRL(l, "passed over: too late, wave '%s' takes its place",
		    "bỏ qua: đã muộn, lượt '%s' thay thế"), w->detail);
	else if (strcmp(w->reason, "perhaps_run") == 0)
		buf_str_add(b, TRL(l,
		    "passed over: the store was restored from a backup, and the wave may have run since; 'thumoi wave run' runs it",
		    "bỏ qua: kho khôi phục từ bản sao lưu, lượt này có thể đã chạy sau bản đó; 'thumoi wave run' để chạy"));
	else if (strcmp(w->reason, "closed") == 0)
		buf_str_add(b, TRL(l, "passed over: the campaign had closed before it could begin",
		    "bỏ qua: đợt đã đóng trước khi lượt bắt đầu được"));
	else
		buf_str_add(b, TRL(l, "passed over: its last moment had passed before it could begin",
		    "bỏ qua: đã quá hạn trước khi bắt đầu được"));
}

static void
held_text(struct buf *b, const struct wave_entry *w, const struct zone *z, enum lang l)
{
	struct date_text t;

	date_minute(&t, z, strtoll(w->detail, NULL, 10), l);
	if (strcmp(w->reason, "clock_back") == 0)
		buf_printf(b, TRL(l,
		    "the clock was set back: nothing is planned or sent until it shows %s again; if it is right now: thumoi cron --go",
		    "đồng hồ bị chỉnh lùi: chưa lập, chưa gửi gì đến khi đồng hồ lại chỉ %s; nếu giờ hiện tại đúng: thumoi cron --go"),
		    t.s);
	else if (strcmp(w->reason, "slept") == 0)
		buf_printf(b, TRL(l,
		    "nothing has run for more than a day (the machine slept, or the store is from a backup): nothing is planned or sent before %s; if all is well: thumoi cron --go",
		    "hơn một ngày không chạy (máy ngủ, hoặc kho từ bản sao lưu): chưa lập, chưa gửi gì trước %s; nếu mọi thứ ổn: thumoi cron --go"),
		    t.s);
	else
		buf_printf(b, TRL(l,
		    "the store was restored from a backup: nothing is planned or sent before %s; then what was due meanwhile counts as perhaps sent; if nothing was sent: thumoi cron --go",
		    "kho vừa khôi phục từ bản sao lưu: chưa lập, chưa gửi gì trước %s; sau đó thư đến hạn trong khoảng ấy coi là có thể đã gửi; nếu chắc chắn chưa gửi gì: thumoi cron --go"),
		    t.s);
}

static void
paused_text(struct buf *b, const struct wave_entry *w, enum lang l)
{
	char n[32];

	text_number(n, w->n, l);
	if (strcmp(w->reason, "bounces") == 0)
		buf_printf(b, TRL(l, "paused: %s addresses do not exist", "tạm dừng: %s địa chỉ không tồn tại"), n);
	else if (strcmp(w->reason, "complaints") == 0)
		buf_printf(b, TRL(l, "paused: %s people complained of spam", "tạm dừng: %s người báo thư rác"), n);
	else
		buf_str_add(b, TRL(l, "paused by the operator", "người vận hành tạm dừng"));
}

static void
left_out_text(struct buf *b, const struct wave_entry *w, enum lang l)
{
	enum skip s = SKIPS;
	char n[32];

	eligible_parse(w->reason, &s);
	buf_printf(b, TRL(l, "left out: %s: %s", "không gửi: %s người: %s"), text_number(n, w->n, l),
	    s < SKIPS ? eligible_text(s, l) : w->reason);
}

void
chronicle_text(struct buf *b, const struct wave_entry *w, const struct zone *z, enum lang l)
{
	char n[32];

	text_number(n, w->n, l);
	if (strcmp(w->what, "applied") == 0)
		buf_printf(b, TRL(l, "the plan was changed; changes: %s", "kế hoạch được sửa: %s thay đổi"), n);
	else if (strcmp(w->what, "begun") == 0)
		buf_printf(b, TRL(l, "begun: messages planned: %s", "bắt đầu: lập %s thư"), n);
	else if (strcmp(w->what, "planned") == 0)
		buf_printf(b, TRL(l, "more messages planned: %s", "lập thêm %s thư"), n);
	else if (strcmp(w->what, "readdressed") == 0)
		buf_printf(b, TRL(l, "sent on to the person's next address, because the one before proved dead: %s",
		    "gửi tiếp tới địa chỉ kế tiếp vì địa chỉ trước đã hỏng: %s thư"), n);
	else if (strcmp(w->what, "left_out") == 0)
		left_out_text(b, w, l);
	else if (strcmp(w->what, "skipped") == 0)
		skipped_text(b, w, l);
	else if (strcmp(w->what, "paused") == 0)
		paused_text(b, w, l);
	else if (strcmp(w->what, "resumed") == 0)
		buf_printf(b, *w->detail ? TRL(l, "resumed for %s", "cho chạy lại với %s") :
		    TRL(l, "resumed%s", "cho chạy lại%s"), w->detail);
	else if (strcmp(w->what, "closed") == 0 && !*w->wave)
		buf_str_add(b, TRL(l, "the campaign has closed: nothing but thanks is sent any more",
		    "đợt đã đóng: không gửi gì nữa ngoài thư cảm ơn"));
	else if (strcmp(w->what, "closed") == 0)
		buf_printf(b, TRL(l, "its time is over; messages accepted: %s", "đã hết thời gian; %s thư được nhận"), n);
	else if (strcmp(w->what, "held") == 0)
		held_text(b, w, z, l);
	else if (strcmp(w->what, "released") == 0)
		buf_str_add(b, strcmp(w->reason, "by_operator") == 0 ?
		    TRL(l, "it goes on: the operator says that all is well",
		    "tiếp tục: người vận hành xác nhận mọi thứ ổn") :
		    TRL(l, "it goes on", "tiếp tục"));
	else if (strcmp(w->what, "doubted") == 0)
		buf_printf(b,
		    TRL(l, "messages that may have gone out since the backup: %s; uncertain now, not sent again",
		    "%s thư có thể đã gửi sau bản sao lưu: coi là không chắc, không gửi lại"), n);
	else if (strcmp(w->what, "failed") == 0)
		buf_printf(b, TRL(l, "could not be planned: %s", "không lập được: %s"), w->detail);
	else
		buf_printf(b, "%s %s %s %s", w->what, n, w->reason, w->detail);
	if (strcmp(w->reason, "operator") == 0 && strcmp(w->what, "paused") != 0)
		buf_str_add(b, TRL(l, " (by hand)", " (bằng tay)"));
}

void
stop_text(struct buf *b, const struct stop *t, const struct zone *z, enum lang l)
{
	double percent = t->of ? 100.0 * (double)t->n / (double)t->of : 0;
	char n[32], of[32];
	struct date_text d;

	text_number(n, t->n, l);
	text_number(of, t->of, l);
	buf_printf(b, "%s: ", date_minute(&d, z, t->at, l));
	if (t->observed)
		buf_str_add(b, TRL(l, "would have stopped here (stops = observe): ", "lẽ ra dừng tại đây (stops = observe): "));
	if (strcmp(t->kind, "bounces") == 0)
		buf_printf(b, TRL(l, "%s of %s addresses do not exist (%.1f %%)", "%s trong %s địa chỉ không tồn tại (%.1f %%)"),
		    n, of, percent);
	else if (strcmp(t->kind, "complaints") == 0)
		buf_printf(b, TRL(l, "%s of %s people complained of spam (%.2f %%)", "%s trong %s người báo thư rác (%.2f %%)"),
		    n, of, percent);
	else if (strcmp(t->kind, "refusals") == 0)
		buf_printf(b, TRL(l, "%s refuses us as a whole, %s of the last %s messages: %s",
		    "%s từ chối toàn bộ, %s trong %s thư gần nhất: %s"), t->domain, n, of, t->text);
	else
		buf_str_add(b, TRL(l, "paused by the operator", "người vận hành tạm dừng"));
	if (t->resumed_at)
		buf_printf(b, TRL(l, "; resumed %s", "; cho chạy lại %s"), date_minute(&d, z, t->resumed_at, l));
}
