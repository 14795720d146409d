/* papers.h: what became of the messages, by wave, mail domain, unit and reason; how long it took until a relay had them. */
#include "engine/papers.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/hashset.h"
#include "mail/category.h"
#include "store/delivery.h"
#include "store/invite.h"

struct lot {			/* messages counted together */
	const char *wave, *about;	/* about: mail domain, unit, or how it failed; "" */
	const char *reason;
	int64_t order;
	int64_t waiting, accepted, bounced, refused, deferred, uncertain, expired, cancelled;
	int64_t begun, attempts;
	uint32_t *times;		/* from the first attempt until a relay had it, ms: four octets a message */
	size_t n_times, cap;
};

struct lots {
	struct lot *lot;
	size_t n, cap;
	uint64_t *hashes;		/* open addressing: slot + 1 by hash */
	size_t *slots, n_slots;
};

enum kind { BY_WAVES, BY_DOMAINS, BY_UNITS, BY_REASONS, KINDS };

struct work {
	struct lots by[KINDS];
	struct arena *arena;
	const struct account *account;
	const struct wave *wave;	/* being read */
	const struct domain_account **domains;	/* by name */
};

/* --- lots ---------------------------------------------------------------------------- */

static void
lots_grow(struct lots *l)
{
	size_t n = l->n_slots ? l->n_slots * 2 : 64;

	free(l->slots);
	l->slots = mem_zalloc(n * sizeof(*l->slots));
	l->n_slots = n;
	for (size_t i = 0; i < l->n; i++) {
		size_t k = l->hashes[i] & (n - 1);

		while (l->slots[k])
			k = (k + 1) & (n - 1);
		l->slots[k] = i + 1;
	}
}

static struct lot *
lot_of(struct work *w, enum kind kind, const char *wave, const char *about, const char *reason)
{
	struct lots *l = &w->by[kind];
	uint64_t h = hash_text(hash_text(hash_text(1, wave), about), reason);
	size_t k;

	if (l->n * 2 >= l->n_slots)
		lots_grow(l);
	for (k = h & (l->n_slots - 1); l->slots[k]; k = (k + 1) & (l->n_slots - 1)) {
		struct lot *x = &l->lot[l->slots[k] - 1];

		if (l->hashes[l->slots[k] - 1] == h && strcmp(x->wave, wave) == 0 && strcmp(x->about, about) == 0 &&
		    strcmp(x->reason, reason) == 0)
			return x;
	}
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 32;
		l->lot = mem_grow(l->lot, l->cap * sizeof(*l->lot));
		l->hashes = mem_grow(l->hashes, l->cap * sizeof(*l->hashes));
	}
	l->hashes[l->n] = h;
	l->lot[l->n] = (struct lot){ .wave = arena_dup(w->arena, wave), .about = arena_dup(w->arena, about),
	    .reason = arena_dup(w->arena, reason), .order = (int64_t)l->n };
	l->slots[k] = ++l->n;
	return &l->lot[l->n - 1];
}

static int64_t
invited(const struct lot *l)
{
	return l->accepted + l->refused + l->deferred + l->uncertain + l->expired;
}

static void
add(struct lot *l, const struct delivery *d)
{
	const char *s = d->state;

	l->accepted += strcmp(s, "accepted") == 0;
	l->bounced += strcmp(s, "accepted") == 0 && d->bounced;
	l->refused += strcmp(s, "refused") == 0;
	l->deferred += strcmp(s, "deferred") == 0;
	l->uncertain += strcmp(s, "uncertain") == 0;
	l->expired += strcmp(s, "expired") == 0;
	l->cancelled += strcmp(s, "cancelled") == 0;
	l->waiting += strcmp(s, "planned") == 0 || strcmp(s, "sending") == 0;
	if (d->attempts > 0) {
		l->begun++;
		l->attempts += d->attempts;
	}
	if (strcmp(s, "accepted") == 0 && d->first_at && d->last_at >= d->first_at) {
		int64_t ms = (d->last_at - d->first_at) * 1000 + d->first_ms;

		l->times = mem_room(l->times, l->n_times, &l->cap, sizeof(*l->times));
		l->times[l->n_times++] = ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
	}
}

static const char *
unit_code(const struct account *a, int64_t id)
{
	for (size_t i = 0; i < a->n_units; i++)
		if (a->units[i].unit.id == id)
			return a->units[i].unit.code;
	return "";
}

/* How a message failed, or is about to; NULL: it did not. */
static const char *
outcome(const struct delivery *d)
{
	if (strcmp(d->state, "accepted") == 0)
		return d->bounced ? "bounced" : NULL;
	return strcmp(d->state, "refused") == 0 ? "refused" : strcmp(d->state, "deferred") == 0 ? "deferred" :
	    strcmp(d->state, "expired") == 0 ? "expired" : strcmp(d->state, "uncertain") == 0 ? "uncertain" : NULL;
}

static void
count(const struct delivery *d, void *arg)
{
	struct work *w = arg;
	const char *at = strrchr(d->email, '@'), *how = outcome(d);

	add(lot_of(w, BY_WAVES, w->wave->name, "", ""), d);
	add(lot_of(w, BY_DOMAINS, "", at ? at + 1 : "", ""), d);
	add(lot_of(w, BY_UNITS, "", unit_code(w->account, d->unit), ""), d);
	if (how)
		add(lot_of(w, BY_REASONS, w->wave->name, how, strcmp(how, "bounced") == 0 ? d->bounced : d->category), d);
}

static int
by_time(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int
by_most(const void *a, const void *b)
{
	const struct lot *x = a, *y = b;
	int64_t m = invited(x) + x->waiting + x->cancelled, n = invited(y) + y->waiting + y->cancelled;

	return m != n ? (m < n ? 1 : -1) : strcmp(x->about, y->about);
}

static int
by_about(const void *a, const void *b)
{
	return strcmp(((const struct lot *)a)->about, ((const struct lot *)b)->about);
}

static int
by_wave(const void *a, const void *b)
{
	const struct lot *x = a, *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

static void
sort(struct work *w)
{
	static int (*const order[KINDS])(const void *, const void *) = { by_wave, by_most, by_about, by_most };

	for (int k = 0; k < KINDS; k++) {
		struct lots *l = &w->by[k];

		for (size_t i = 0; i < l->n; i++)
			if (l->lot[i].n_times)
				qsort(l->lot[i].times, l->lot[i].n_times, sizeof(uint32_t), by_time);
		if (l->n)
			qsort(l->lot, l->n, sizeof(*l->lot), order[k]);
	}
}

/* --- rows ----------------------------------------------------------------------------- */

/* The time within which so many percent were taken: nearest rank, of those that were. */
static struct cell
percentile(const struct lot *l, size_t percent)
{
	size_t rank = (l->n_times * percent + 99) / 100;

	return l->n_times ? cell_int(l->times[rank ? rank - 1 : 0]) : cell_none();
}

static size_t
counts(struct cell *c, const struct lot *l)
{
	const int64_t n[] = { l->waiting, l->cancelled, invited(l), l->accepted, l->bounced, l->refused, l->deferred, l->uncertain,
	    l->expired };
	size_t at = 0;

	for (size_t i = 0; i < COUNT_OF(n); i++)
		c[at++] = cell_int(n[i]);
	c[at++] = l->begun ? cell_int((l->attempts * 200 + l->begun) / (l->begun * 2)) : cell_none();
	c[at++] = percentile(l, 50);
	c[at++] = percentile(l, 95);
	return at;
}

static int
by_name(const void *a, const void *b)
{
	const struct domain_account *const *x = a, *const *y = b;

	return strcmp((*x)->domain, (*y)->domain);
}

static const char *
exchanger_of(const struct work *w, const char *domain)
{
	const struct domain_account key = { .domain = domain }, *want = &key;
	const struct domain_account *const *found = w->account->n_domains ?
	    bsearch(&want, w->domains, w->account->n_domains, sizeof(*w->domains), by_name) : NULL;

	return found && (*found)->exchanger ? (*found)->exchanger : "";
}

static const char *
unit_title(const struct account *a, const char *code, enum lang l)
{
	for (size_t i = 0; i < a->n_units; i++)
		if (strcmp(a->units[i].unit.code, code) == 0)
			return unit_short(&a->units[i].unit, l);
	return code;
}

static int
walk(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	struct work *w = p->data;
	bool waves = strcmp(t->key, "wave") == 0, domains = strcmp(t->key, "domain") == 0;
	struct lots *l = &w->by[waves ? BY_WAVES : domains ? BY_DOMAINS : BY_UNITS];
	struct lot all = { .wave = "", .about = "" };
	struct cell c[20];
	size_t n;

	(void)e;
	for (size_t i = 0; i < l->n; i++) {
		struct lot *x = &l->lot[i];

		n = 0;
		c[n++] = cell_text(waves ? x->wave : *x->about || !domains ? x->about : TRL(p->ask.lang, "(no address)", "(không có địa chỉ)"));
		if (!waves)
			c[n++] = cell_text(domains ? exchanger_of(w, x->about) : unit_title(p->ask.account, x->about, p->ask.lang));
		counts(c + n, x);
		to->row(to, c, false);
		for (int64_t *sum = &all.waiting, *one = &x->waiting; one <= &x->attempts; )
			*sum++ += *one++;
		for (size_t k = 0; k < x->n_times; k++) {
			all.times = mem_room(all.times, all.n_times, &all.cap, sizeof(*all.times));
			all.times[all.n_times++] = x->times[k];
		}
	}
	if (all.n_times)
		qsort(all.times, all.n_times, sizeof(*all.times), by_time);
	n = 0;
	c[n++] = cell_text("TOTAL");
	if (!waves)
		c[n++] = cell_text("");
	counts(c + n, &all);
	to->row(to, c, true);
	free(all.times);
	return 0;
}

static const char *
reason_name(const char *word, enum lang l)
{
	static const struct { const char *en, *vi; } names[CATEGORIES] = {
		[CAT_NONE] = { "no reason given", "không nêu lý do" },
		[CAT_UNKNOWN_USER] = { "no such mailbox", "không có hộp thư này" }, [CAT_MOVED] = { "moved", "đã chuyển địa chỉ" },
		[CAT_UNKNOWN_HOST] = { "no such mail domain", "không có tên miền này" },
		[CAT_NO_MAIL_ACCEPTED] = { "the domain takes no mail", "tên miền không nhận thư" },
		[CAT_BAD_SYNTAX] = { "the address is malformed", "địa chỉ sai cú pháp" },
		[CAT_MAILBOX_FULL] = { "mailbox full", "hộp thư đầy" }, [CAT_MAILBOX_DISABLED] = { "mailbox disabled", "hộp thư bị khóa" },
		[CAT_TOO_LARGE] = { "message too large", "thư quá lớn" },
		[CAT_AUTH_FAILED] = { "our authentication (SPF, DKIM, DMARC)", "xác thực của bên gửi (SPF, DKIM, DMARC)" },
		[CAT_BLOCKED] = { "our address is blocked", "địa chỉ máy gửi bị chặn" },
		[CAT_CONTENT] = { "the content was refused", "nội dung bị từ chối" }, [CAT_POLICY] = { "policy of the receiver", "chính sách của nơi nhận" },
		[CAT_RATE_LIMITED] = { "too many messages at once", "gửi quá nhanh" }, [CAT_NETWORK] = { "network", "mạng" },
		[CAT_REMOTE_ERROR] = { "trouble at the receiver", "sự cố ở nơi nhận" },
	};
	enum category c = category_parse(word);

	return names[c].en ? TRL(l, names[c].en, names[c].vi) : word;
}

static int
walk_reasons(const struct table *t, struct sink *to, struct err *e)
{
	static const struct { const char *key, *en, *vi; } hows[] = { { "refused", "refused", "bị từ chối" }, { "bounced", "bounced", "bị trả lại" },
		{ "deferred", "deferred", "bị hoãn" }, { "expired", "expired", "quá hạn" }, { "uncertain", "uncertain", "chưa chắc chắn" } };
	const struct paper *p = t->from;
	const struct work *w = p->data;
	int64_t all = 0;

	(void)e;
	for (size_t i = 0; i < w->by[BY_REASONS].n; i++) {
		const struct lot *x = &w->by[BY_REASONS].lot[i];
		int64_t n = invited(x);
		const char *how = x->about;

		for (size_t k = 0; k < COUNT_OF(hows); k++)
			if (strcmp(hows[k].key, x->about) == 0)
				how = TRL(p->ask.lang, hows[k].en, hows[k].vi);
		all += n;
		to->row(to, (struct cell[]){ cell_text(reason_name(x->reason, p->ask.lang)), cell_text(x->reason), cell_text(x->about),
		    cell_text(how), cell_text(x->wave), cell_int(n) }, false);
	}
	to->row(to, (struct cell[]){ cell_text("TOTAL"), cell_text(""), cell_text(""), cell_text(""), cell_text(""), cell_int(all) }, true);
	return 0;
}

/* --- the paper ------------------------------------------------------------------------ */

static void
declare(struct paper *p, const char *key, const char *title, const char *first)
{
	static const char *const classes[] = { "answered", "mailbox_full", "refused_policy", "waiting", "uncertain", "expired" };
	enum lang l = p->ask.lang;
	struct table *t = paper_add(p, key, title, NULL, false, walk);
	bool waves = strcmp(key, "wave") == 0;

	paper_column(p, t, key, first, CELL_TEXT, false);
	if (!waves)
		paper_column(p, t, strcmp(key, "domain") == 0 ? "exchanger" : "name", strcmp(key, "domain") == 0 ?
		    TRL(l, "mail exchanger", "máy chủ nhận thư") : TRL(l, "name", "tên đơn vị"), CELL_TEXT, strcmp(key, "domain") == 0);
	paper_column(p, t, "waiting", TRL(l, "planned", "chờ gửi"), CELL_COUNT, true);
	paper_column(p, t, "cancelled", TRL(l, "not needed any more", "không cần gửi nữa"), CELL_COUNT, true);
	paper_column(p, t, "invited", TRL(l, "invited", "đã gửi"), CELL_COUNT, false);
	paper_column(p, t, "accepted", TRL(l, "accepted", "được nhận"), CELL_COUNT, false);
	paper_column(p, t, "bounced", TRL(l, "of these bounced", "trong đó bị trả lại"), CELL_COUNT, false);
	paper_column(p, t, "refused", TRL(l, "refused", "bị từ chối"), CELL_COUNT, false);
	paper_column(p, t, "deferred", TRL(l, "deferred", "đang bị hoãn"), CELL_COUNT, true);
	paper_column(p, t, "uncertain", TRL(l, "uncertain", "chưa chắc chắn"), CELL_COUNT, true);
	paper_column(p, t, "expired", TRL(l, "expired", "quá hạn"), CELL_COUNT, true);
	paper_column(p, t, "attempts_per_message", TRL(l, "attempts a message", "lần thử mỗi thư"), CELL_RATIO, true);
	paper_column(p, t, "median_s", TRL(l, "half accepted within", "một nửa được nhận trong"), CELL_SECONDS, true);
	paper_column(p, t, "p95_s", TRL(l, "95 % accepted within", "95 % được nhận trong"), CELL_SECONDS, true);
	if (waves)
		t->chart = (struct chart_plan){ .kind = CHART_BARS, .first = t->n_columns - 9, .n = 1, .classes = classes,
		    .title = TRL(l, "Messages that a relay accepted, by wave", "Số thư được máy chủ nhận, theo lượt") };
}

static void
release(struct paper *p)
{
	struct work *w = p->data;

	for (int k = 0; k < KINDS; k++) {
		for (size_t i = 0; i < w->by[k].n; i++)
			free(w->by[k].lot[i].times);
		free(w->by[k].lot);
		free(w->by[k].hashes);
		free(w->by[k].slots);
	}
	free(w->domains);
}

static int
read_all(struct paper *p, struct work *w, struct err *e)
{
	const struct account *a = p->ask.account;
	struct wave wave = { .id = 0 };
	int rc;

	while ((rc = wave_next(p->ask.db, &p->arena, wave.id, a->campaign->id, NULL, &wave, e)) == 1) {
		w->wave = &wave;
		rc = delivery_each(p->ask.db, wave.id, count, w, e);
		w->wave = NULL;
		if (rc < 0)
			return -1;
	}
	w->domains = mem_alloc((a->n_domains + 1) * sizeof(*w->domains));
	for (size_t i = 0; i < a->n_domains; i++)
		w->domains[i] = &a->domains[i];
	if (a->n_domains)
		qsort(w->domains, a->n_domains, sizeof(*w->domains), by_name);
	sort(w);
	return rc;
}

int
paper_delivery(struct paper *p, struct err *e)
{
	enum lang l = p->ask.lang;
	struct work *w = arena_alloc(&p->arena, sizeof(*w));
	struct table *t;

	w->arena = &p->arena;
	w->account = p->ask.account;
	p->data = w;
	p->release = release;
	if (read_all(p, w, e) < 0)
		return -1;
	declare(p, "wave", TRL(l, "Delivery by wave", "Gửi thư theo lượt"), TRL(l, "wave", "lượt thư"));
	t = paper_add(p, "reason", TRL(l, "Reasons", "Lý do"), NULL, false, walk_reasons);
	paper_column(p, t, "reason_name", TRL(l, "reason", "lý do"), CELL_TEXT, false);
	paper_key(p, t, "reason", TRL(l, "key", "khóa"));
	paper_key(p, t, "outcome", TRL(l, "outcome", "kết quả"));
	paper_column(p, t, "outcome_name", TRL(l, "what became of it", "thư ra sao"), CELL_TEXT, false);
	paper_column(p, t, "wave", TRL(l, "wave", "lượt thư"), CELL_TEXT, false);
	paper_column(p, t, "messages", TRL(l, "messages", "số thư"), CELL_COUNT, false);
	t->chart = (struct chart_plan){ .kind = CHART_BARS, .first = 5, .n = 1, .title = TRL(l, "Messages by reason", "Số thư theo lý do") };
	declare(p, "domain", TRL(l, "Delivery by mail domain", "Gửi thư theo tên miền"), TRL(l, "mail domain", "tên miền thư"));
	declare(p, "unit", TRL(l, "Delivery by unit", "Gửi thư theo đơn vị"), TRL(l, "code", "mã"));
	paper_note(p, TRL(l, "Invited", "Đã gửi"), TRL(l, "The message left the plan: invited = accepted + refused + deferred + uncertain + expired.",
	    "Thư đã rời kế hoạch: đã gửi = được nhận + bị từ chối + bị hoãn + chưa chắc chắn + quá hạn."));
	paper_note(p, TRL(l, "Accepted", "Được nhận"), TRL(l, "A relay said 250 after the message. It may still bounce, or lie in a spam folder.",
	    "Máy chủ đáp 250 sau khi nhận thư. Thư vẫn có thể bị trả lại hoặc nằm trong thư rác."));
	paper_note(p, TRL(l, "Time to acceptance", "Thời gian đến khi được nhận"), TRL(l, "From the beginning of the first attempt, of accepted"
	    " messages only: nearest rank. What waits in our own plan does not count.", "Tính từ lúc bắt đầu lần thử đầu tiên, chỉ của thư được"
	    " nhận (hạng gần nhất). Không tính thời gian chờ trong kế hoạch."));
	paper_note(p, TRL(l, "Another address", "Địa chỉ khác"), TRL(l, "Where an address proved dead and the next one was tried, the message is"
	    " counted once, for the address it goes to now.", "Khi địa chỉ hỏng và thư chuyển sang địa chỉ kế tiếp, thư tính một lần, theo địa"
	    " chỉ hiện tại."));
	return 0;
}
