#include "engine/finding.h"

#include <inttypes.h>
#include <math.h>

#include "base/text.h"
#include "engine/alert.h"

void
wilson(int64_t k, int64_t n, double *low, double *high)
{
	const double z = 1.959963984540054;
	double p, mid, half, all = (double)n;

	*low = 0;
	*high = 1;
	if (n <= 0)
		return;
	p = (double)k / all;
	mid = (p + z * z / (2 * all)) / (1 + z * z / all);
	half = z * sqrt(p * (1 - p) / all + z * z / (4 * all * all)) / (1 + z * z / all);
	*low = k == 0 ? 0 : fmax(0, mid - half);
	*high = k == n ? 1 : fmin(1, mid + half);
}

static void
lead(struct finding *f, const struct tally *t)
{
	for (int c = CAUSE_OPTED_OUT; c < CAUSES; c++)
		if (tally_cause(t, (enum cause)c) > f->lead_n) {
			f->lead = (enum cause)c;
			f->lead_n = tally_cause(t, (enum cause)c);
		}
}

struct list {
	struct finding *item;
	size_t n, cap;
};

static struct finding *
put(struct list *l, enum finding_kind kind, char grade, int64_t n, int64_t of)
{
	l->item = mem_room(l->item, l->n, &l->cap, sizeof(*l->item));
	l->item[l->n] = (struct finding){ .kind = kind, .grade = grade, .n = n, .of = of };
	return &l->item[l->n++];
}

static void
of_units(const struct account *a, struct list *l)
{
	static const struct { enum unit_class class; enum finding_kind kind; } order[] = {
		{ CLASS_NO_ROSTER, FINDING_NO_ROSTER }, { CLASS_ZERO, FINDING_ZERO }, { CLASS_VERY_FEW, FINDING_VERY_FEW },
	};

	for (size_t k = 0; k < COUNT_OF(order); k++)
		for (size_t i = 0; i < a->n_units; i++) {
			const struct unit_account *u = &a->units[i];
			struct finding *f;

			if (u->class != order[k].class)
				continue;
			f = put(l, order[k].kind, '\0', u->t.took_part, u->t.nominated);
			f->unit = u;
			f->alert = (order[k].kind == FINDING_NO_ROSTER && alert_due(ALERT_NO_ROSTER, a->campaign, a->conf, a->now)) ||
			    (order[k].kind == FINDING_ZERO && alert_due(ALERT_ZERO, a->campaign, a->conf, a->now));
			f->days_left = alert_days_left(a->campaign, a->now);
			lead(f, &u->t);
		}
}

static void
of_domains(const struct account *a, struct list *l)
{
	for (size_t i = 0; i < a->n_exchangers; i++) {
		struct finding *f = put(l, FINDING_EXCHANGER_REFUSES, 'A', a->exchangers[i].refused, a->exchangers[i].invited);

		f->exchanger = &a->exchangers[i];
		f->zone = &a->campaign->zone;
	}
	for (size_t i = 0; i < a->n_domains; i++) {
		const struct domain_account *d = &a->domains[i];
		struct finding *f;

		if (!account_refuses(a, d))
			continue;
		f = put(l, FINDING_DOMAIN_REFUSES, 'A', account_refused(d), d->t.invited);
		f->domain = d;
		f->zone = &a->campaign->zone;
	}
	for (size_t i = 0; i < a->n_domains; i++) {
		const struct domain_account *d = &a->domains[i];

		if (*d->domain && !d->reacted && d->silent >= a->conf->silent_domain_people)
			put(l, FINDING_DOMAIN_SILENT, 'C', d->silent, d->silent)->domain = d;
	}
	for (size_t i = 0; i < a->n_domains; i++) {
		const struct domain_account *d = &a->domains[i];
		struct finding *f;

		if (!*d->domain || !d->told_spam || d->told < TOLD_LEAST)
			continue;
		f = put(l, FINDING_DOMAIN_SPAM, 'C', d->told_spam, d->told);
		f->domain = d;
		wilson(f->n, f->of, &f->low, &f->high);
	}
}

/* Of each provider the last wave of which anything is known. */
static void
of_probes(const struct account *a, struct list *l)
{
	for (size_t i = 0; i < a->n_placements; i++) {
		const struct placement *p = &a->placements[i];
		struct finding *f;
		bool last = true;

		for (size_t k = i + 1; k < a->n_placements && last && strcmp(a->placements[k].provider, p->provider) == 0; k++)
			last = placement_looked(&a->placements[k]) == 0;
		if (!last || !(p->spam + p->missing))
			continue;
		f = put(l, FINDING_FILTERED, 'C', p->spam, placement_looked(p));
		f->placement = p;
		placement_share(p, &f->low, &f->high);
		for (size_t d = 0; d < a->n_domains && !f->domain; d++)
			if (strcmp(a->domains[d].domain, p->provider) == 0)
				f->domain = &a->domains[d];
	}
}

size_t
findings(const struct account *a, struct arena *arena, struct finding **out)
{
	int64_t ours = tally_cause(&a->all, CAUSE_REFUSED_AUTH);
	struct list l = { NULL, 0, 0 };

	if (ours)
		put(&l, FINDING_SENDER, 'A', ours, a->all.invited);
	of_units(a, &l);
	of_domains(a, &l);
	of_probes(a, &l);
	*out = arena_alloc(arena, (l.n + 1) * sizeof(**out));
	if (l.n)
		memcpy(*out, l.item, l.n * sizeof(**out));
	free(l.item);
	return l.n;
}

const char *
finding_key(enum finding_kind k)
{
	static const char *const keys[FINDINGS] = { "sender_authentication", "no_roster", "zero", "very_few",
	    "exchanger_refuses", "domain_refuses", "domain_silent", "domain_spam", "filtered" };

	return keys[k];
}

const char *
finding_title(enum finding_kind k, enum lang l)
{
	static const struct { const char *en, *vi; } titles[FINDINGS] = {
		[FINDING_SENDER] = { "First of all: our own sender (grade A)", "Trước hết: chính bên gửi (mức A)" },
		[FINDING_NO_ROSTER] = { "Units without a roster", "Đơn vị chưa gửi danh sách" },
		[FINDING_ZERO] = { "Units where nobody took part", "Đơn vị không có ai tham gia" },
		[FINDING_VERY_FEW] = { "Units where very few took part", "Đơn vị có rất ít người tham gia" },
		[FINDING_EXCHANGER_REFUSES] = { "Several mail domains behind one mail server (proven, grade A)",
		    "Nhiều tên miền cùng một máy chủ nhận thư (đã chứng minh, mức A)" },
		[FINDING_DOMAIN_REFUSES] = { "Mail domains that refuse or put off (proven, grade A)",
		    "Tên miền thư từ chối hoặc hoãn (đã chứng minh, mức A)" },
		[FINDING_DOMAIN_SILENT] = { "Mail domains that accept and stay silent (indicative for the group, grade C)",
		    "Tên miền thư nhận nhưng im lặng (chỉ gợi ý cho cả nhóm, mức C)" },
		[FINDING_DOMAIN_SPAM] = { "Found in the spam folder, by the word of those who told us (indicative, grade C)",
		    "Tìm thấy trong thư rác, theo lời những người cho biết (chỉ gợi ý, mức C)" },
		[FINDING_FILTERED] = { "Probably filtered, by what our probe mailboxes saw (indicative for the group, grade C)",
		    "Nhiều khả năng bị lọc, theo các hộp thư thử của bên gửi (chỉ gợi ý cho cả nhóm, mức C)" },
	};

	return TRL(l, titles[k].en, titles[k].vi);
}

static void
lead_text(struct buf *b, const struct finding *f, enum lang l)
{
	char n[32];

	if (f->lead_n)
		buf_printf(b, TRL(l, "; most often: %s (%s)", "; nhiều nhất: %s (%s người)"), cause_name(f->lead, l),
		    text_number(n, f->lead_n, l));
}

static void
alert_mark(struct buf *b, const struct finding *f, enum lang l)
{
	char n[32];

	if (f->alert)
		buf_printf(b, TRL(l, " – ALERT, days left: %s", " – CẢNH BÁO, còn %s ngày"), text_number(n, f->days_left, l));
}

/* "from ... to ..."; one moment when they lie within a minute. */
static void
when_text(struct buf *b, const struct finding *f, int64_t first_at, int64_t last_at, enum lang l)
{
	struct date_text first, last;

	if (!first_at)
		return;
	date_minute(&first, f->zone, first_at, l);
	date_minute(&last, f->zone, last_at, l);
	if (strcmp(first.s, last.s) == 0)
		buf_printf(b, TRL(l, ", %s", ", lúc %s"), first.s);
	else
		buf_printf(b, TRL(l, ", from %s to %s", ", từ %s đến %s"), first.s, last.s);
}

static void
stops_text(struct buf *b, const struct finding *f, enum lang l)
{
	const struct domain_account *d = f->domain;
	int64_t wait = d->t.mailable - d->t.invited;
	bool any = false;
	struct date_text t;
	char n[32];

	for (const struct domain_stop *s = d->stops; s; s = s->next) {
		if (s->resumed_at)
			continue;
		any = true;
		date_minute(&t, f->zone, s->at, l);
		if (s->observed)
			buf_printf(b, TRL(l, "; would have been stopped for wave '%s' at %s (stops = observe)",
			    "; lẽ ra dừng ở lượt '%s' lúc %s (stops = observe)"), s->wave, t.s);
		else
			buf_printf(b, TRL(l, "; stopped for wave '%s' since %s", "; đã dừng ở lượt '%s' từ %s"), s->wave, t.s);
	}
	if (!any)
		buf_str_add(b, TRL(l, "; not stopped", "; chưa dừng gửi"));
	if (wait > 0 && account_stopped(d))
		buf_printf(b, TRL(l, ", %s more wait", ", còn %s người chờ"), text_number(n, wait, l));
}

/* One institution, one finding: how many, since when, its words, is it stopped, who can mend it. */
static void
refuses_text(struct buf *b, const struct finding *f, const char *n, const char *of, enum lang l)
{
	buf_printf(b, TRL(l, "%s: refused or put off until expiry for %s of %s people",
	    "%s: từ chối hoặc hoãn đến hết hạn với %s trong %s người"), f->domain->domain, n, of);
	when_text(b, f, f->domain->refused_first_at, f->domain->refused_last_at, l);
	if (*f->domain->words)
		buf_printf(b, TRL(l, "; it says “%s”", "; máy chủ trả lời “%s”"), f->domain->words);
	stops_text(b, f, l);
	buf_printf(b, TRL(l, "; who can mend it: %s", "; ai xử lý được: %s"), owner_name(OWNER_MAIL_ADMIN, l));
}

/* One administrator, several institutions. */
static void
exchanger_text(struct buf *b, const struct finding *f, const char *n, const char *of, enum lang l)
{
	const struct exchanger_account *x = f->exchanger;

	buf_printf(b, TRL(l, "%s: %s of %s people behind this one mail server are refused or put off until expiry",
	    "%s: %s trong %s người dùng chung máy chủ nhận thư này bị từ chối hoặc hoãn đến hết hạn"), x->exchanger, n, of);
	when_text(b, f, x->refused_first_at, x->refused_last_at, l);
	if (*x->words)
		buf_printf(b, TRL(l, ", all with the same words “%s”", ", đều cùng một câu “%s”"), x->words);
	buf_printf(b, TRL(l, "; mail domains: %s; who can mend it: %s", "; tên miền: %s; ai xử lý được: %s"), x->domains,
	    owner_name(OWNER_MAIL_ADMIN, l));
}

void
finding_text(struct buf *b, const struct finding *f, enum lang l)
{
	char n[32], of[32], rest[32], percent[32];

	text_number(n, f->n, l);
	text_number(of, f->of, l);
	switch (f->kind) {
	case FINDING_SENDER:
		buf_printf(b, TRL(l, "%s of %s people: the receiving servers blame our own authentication (SPF, DKIM, DMARC,"
		    " host name). Mend that before any unit is blamed.",
		    "%s trong %s người: máy chủ nhận cho là xác thực của chính bên gửi chưa đúng (SPF, DKIM, DMARC, tên máy)."
		    " Cần sửa trước khi quy cho bất kỳ đơn vị nào."), n, of);
		break;
	case FINDING_NO_ROSTER:
		buf_printf(b, TRL(l, "%s sent no roster", "%s chưa gửi danh sách"), unit_name(&f->unit->unit, l));
		alert_mark(b, f, l);
		break;
	case FINDING_ZERO:
		buf_printf(b, TRL(l, "%s: nobody of %s took part", "%s: không ai trong %s người tham gia"),
		    unit_name(&f->unit->unit, l), of);
		lead_text(b, f, l);
		alert_mark(b, f, l);
		break;
	case FINDING_VERY_FEW:
		buf_printf(b, TRL(l, "%s: only %s of %s took part", "%s: chỉ %s trong %s người tham gia"),
		    unit_name(&f->unit->unit, l), n, of);
		lead_text(b, f, l);
		break;
	case FINDING_EXCHANGER_REFUSES:
		exchanger_text(b, f, n, of, l);
		break;
	case FINDING_DOMAIN_REFUSES:
		refuses_text(b, f, n, of, l);
		break;
	case FINDING_DOMAIN_SILENT:
		buf_printf(b, TRL(l, "%s: %s accepted, nobody ever reacted", "%s: đã nhận %s thư, không một ai phản hồi"),
		    f->domain->domain, n);
		break;
	case FINDING_DOMAIN_SPAM:
		text_number(rest, f->domain->silent, l);
		snprintf(percent, sizeof(percent), "%.0f–%.0f", f->low * 100, f->high * 100);
		buf_printf(b, TRL(l, "%s: %s of %s who told us found the message in spam (95%% interval %s%%);"
		    " %s more were accepted there and are silent",
		    "%s: %s trong %s người cho biết đã tìm thấy thư trong thư rác (khoảng tin cậy 95%%: %s%%);"
		    " còn %s người đã nhận thư ở đó mà im lặng"), f->domain->domain, n, of, percent, rest);
		break;
	case FINDING_FILTERED:
		placement_text(b, f->placement, l);
		buf_printf(b, TRL(l, " (wave '%s')", " (lượt '%s')"), f->placement->wave);
		if (f->domain && f->domain->silent)
			buf_printf(b, TRL(l, "; %s people were accepted there and are silent",
			    "; có %s người đã nhận thư ở đó mà im lặng"), text_number(rest, f->domain->silent, l));
		break;
	case FINDINGS:
		break;
	}
}
