#include "engine/pack.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "engine/dossier.h"
#include "engine/relay_file.h"
#include "mail/addr.h"
#include "mail/smtp.h"
#include "store/evidence.h"
#include "store/invite.h"

struct gathering {
	struct packs *to;
	struct db *db;
	const struct account *account;
	struct err *e;
};

/* As sending_log writes it, with its time. */
static const char *
attempt_line(struct arena *a, const struct zone *z, const struct attempt *t)
{
	struct date_text at;
	struct log_q q;

	return arena_printf(a, "%s attempt invite=%" PRId64 " n=%d relay=%s command=%s code=%d dsn=%s verdict=%s delay_ms=%" PRId64
	    " text=%s", date_rfc3339(&at, z, t->at), t->invite, t->n, t->relay, t->command, t->code, *t->enhanced ? t->enhanced : "-",
	    t->verdict, t->duration_ms, log_q(&q, t->text));
}

static const char *
report_line(struct arena *a, const struct zone *z, const struct evidence *v)
{
	struct date_text at;
	struct log_q q;

	return arena_printf(a, "%s report invite=%" PRId64 " dsn=%s category=%s text=%s", date_rfc3339(&at, z, v->at), v->invite,
	    *v->status ? v->status : "-", v->category, log_q(&q, v->text));
}

static struct pack_answer *
answer_of(struct pack *p, const char *text)
{
	for (size_t i = 0; i < p->n_answers; i++)
		if (strcmp(p->answers[i].text, text) == 0)
			return &p->answers[i];
	p->answers = mem_room(p->answers, p->n_answers, &p->cap_answers, sizeof(*p->answers));
	p->answers[p->n_answers] = (struct pack_answer){ .text = text };
	return &p->answers[p->n_answers++];
}

/* The words for one person: the reply with its code, or what the report that came back says. */
static int
take_words(struct gathering *g, struct pack *p, int64_t id)
{
	struct arena *a = &g->to->arena;
	const struct zone *z = &g->account->campaign->zone;
	struct attempt t = { .invite = 0 };
	struct pack_answer *answer;
	struct evidence v;
	const char *text;
	bool by_smtp;
	int rc;

	if ((rc = evidence_by_id(g->db, a, id, &v, g->e)) != 1)
		return rc;
	if (v.invite && attempt_last(g->db, a, v.invite, &t, g->e) < 0)
		return -1;
	by_smtp = t.invite && strcmp(v.kind, "dsn") != 0 && t.code;
	text = by_smtp ? arena_printf(a, "%d %s%s%s", t.code, t.enhanced, *t.enhanced ? " " : "", t.text) :
	    isdigit((unsigned char)*v.text) ? v.text : arena_printf(a, "%s%s%s", v.status, *v.status ? " " : "", v.text);
	answer = answer_of(p, said_masked(a, text));
	/* Lines of people who got different answers tell more than three of one kind. */
	if (answer->people++ == 0 && p->samples < PACK_SAMPLES) {
		p->samples++;
		if (t.invite)
			p->log[p->n_log++] = attempt_line(a, z, &t);
		if (!by_smtp)
			p->log[p->n_log++] = report_line(a, z, &v);
	}
	return 0;
}

static struct pack *
pack_of(const struct packs *ps, const char *domain)
{
	for (size_t i = 0; i < ps->n; i++)
		if (strcmp(ps->list[i].domain->domain, domain) == 0)
			return &ps->list[i];
	return NULL;
}

const struct pack *
packs_of(const struct packs *ps, const char *domain)
{
	return pack_of(ps, domain);
}

static int
by_people(const void *a, const void *b)
{
	const struct pack_answer *x = a, *y = b;

	return x->people != y->people ? (x->people < y->people) - (x->people > y->people) : strcmp(x->text, y->text);
}

static int
take(const struct facts *f, void *arg)
{
	struct gathering *g = arg;
	struct cause_ask ask = { g->account->asked, g->account->campaign->closes_at };
	struct pack *p = pack_of(g->to, f->domain);
	char grade;

	return p && f->failed_evidence && cause_is_wall(cause_of(f, &ask, &grade)) ? take_words(g, p, f->failed_evidence) : 0;
}

int
packs_build(struct packs *ps, struct db *db, const struct account *a, const struct facts_of *of, const char *domain, struct err *e)
{
	struct gathering g = { ps, db, a, e };

	*ps = (struct packs){ .arena = ARENA_INIT };
	ps->list = mem_zalloc((a->n_domains + 1) * sizeof(*ps->list));
	for (size_t i = 0; i < a->n_domains; i++) {
		const struct domain_account *d = &a->domains[i];

		if (domain ? strcmp(d->domain, domain) == 0 && account_refused(d) : account_refuses(a, d))
			ps->list[ps->n++].domain = d;
	}
	if (ps->n && facts_each(db, a->campaign, of, a->now, take, &g, e) < 0)
		return -1;
	for (size_t i = 0; i < ps->n; i++)
		if (ps->list[i].n_answers)
			qsort(ps->list[i].answers, ps->list[i].n_answers, sizeof(struct pack_answer), by_people);
	return 0;
}

void
packs_release(struct packs *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		free(ps->list[i].answers);
	free(ps->list);
	arena_release(&ps->arena);
	*ps = (struct packs){ .arena = ARENA_INIT };
}

static const char *
relay_names(struct arena *a, const struct conf *c, struct err *e)
{
	struct buf b = BUF_INIT(4096);
	struct relay_file f = { .n = 0 };
	const char *name = "", *out;

	if (*c->relay_file) {
		if (relay_file_load(&f, c->relay_file, e) < 0)
			return NULL;
		for (size_t i = 0; i < f.n; i++)
			if (strncmp(f.relays[i].name, "dir:", 4) != 0)
				buf_printf(&b, "%s%s", b.len ? ", " : "", f.relays[i].name);
		relay_file_release(&f);
	} else if (relay_check(c->relay, a, &name, e) < 0) {
		return NULL;
	} else if (strncmp(name, "dir:", 4) != 0) {
		buf_str_add(&b, name);
	}
	out = arena_dup(a, buf_str(&b));
	buf_release(&b);
	return out;
}

int
sender_facts(struct arena *a, const struct conf *c, const struct campaign *k, enum lang l, struct sender_fact **out, size_t *n,
    struct err *e)
{
	const char *from = addr_domain(k->sender_address), *bounce = *c->bounce_address ? addr_domain(c->bounce_address) : from;
	const char *relays = relay_names(a, c, e);
	char host[256] = "";
	struct sender_fact *f = arena_alloc(a, 8 * sizeof(*f));

	if (!relays)
		return -1;
	*n = 0;
	*out = f;
	f[(*n)++] = (struct sender_fact){ TRL(l, "From", "Địa chỉ người gửi (From)"), k->sender_address };
	f[(*n)++] = (struct sender_fact){ TRL(l, "Envelope sender (each message another +TAG)",
	    "Địa chỉ phong bì (MAIL FROM, mỗi thư một +NHÃN)"), arena_printf(a, "%.*s+…@%s",
	    *c->bounce_address ? (int)strcspn(c->bounce_address, "@") : 6, *c->bounce_address ? c->bounce_address : "bounce", bounce) };
	if (*c->helo_name || gethostname(host, sizeof(host) - 1) == 0)
		f[(*n)++] = (struct sender_fact){ TRL(l, "HELO/EHLO name", "Tên xưng HELO/EHLO"),
		    *c->helo_name ? c->helo_name : arena_dup(a, host) };
	if (*c->sending_hosts)
		f[(*n)++] = (struct sender_fact){ TRL(l, "Sending hosts and addresses", "Máy và địa chỉ IP gửi đi"), c->sending_hosts };
	if (*relays)
		f[(*n)++] = (struct sender_fact){ TRL(l, "Our relay", "Máy chủ chuyển tiếp của bên gửi"), relays };
	if (*c->dkim_selector)
		f[(*n)++] = (struct sender_fact){ "DKIM", arena_printf(a, "s=%s d=%s (%s._domainkey.%s)", c->dkim_selector, from,
		    c->dkim_selector, from) };
	f[(*n)++] = (struct sender_fact){ TRL(l, "Links in the message lead to", "Liên kết trong thư dẫn tới"), c->public_url };
	return 0;
}

static void
text_answers(struct buf *b, const struct pack *p, enum lang l)
{
	char n[32];

	for (size_t i = 0; i < p->n_answers; i++)
		buf_printf(b, TRL(l, p->answers[i].people == 1 ? "  %s person: %s\n" : "  %s people: %s\n", "  %s người: %s\n"), text_number(n, p->answers[i].people, l), p->answers[i].text);
}

int
pack_text(struct buf *b, const struct pack *p, const struct account *a, enum lang l, struct err *e)
{
	const struct domain_account *d = p->domain;
	const struct zone *z = &a->campaign->zone;
	struct date_text now, first, last;
	char n[32], of[32];
	struct arena arena = ARENA_INIT;
	struct sender_fact *facts;
	size_t n_facts;

	if (sender_facts(&arena, a->conf, a->campaign, l, &facts, &n_facts, e) < 0) {
		arena_release(&arena);
		return -1;
	}
	buf_printf(b, TRL(l, "EVIDENCE OF REFUSED MAIL: %s\n", "BẰNG CHỨNG THƯ BỊ TỪ CHỐI: %s\n"), d->domain);
	buf_printf(b, "%s\n", a->campaign->title);
	for (size_t i = 0; a->campaign->dispatches && a->campaign->dispatches[i]; i++)
		buf_printf(b, "%s\n", a->campaign->dispatches[i]);
	buf_printf(b, TRL(l, "As of %s\n\n", "Số liệu lúc %s\n\n"), date_minute(&now, z, a->now, l));
	buf_printf(b, TRL(l, "1. HOW MANY\n  Refused, or put off until they expired, for %s of %s people to whom mail was sent.\n\n",
	    "1. BAO NHIÊU\n  Bị từ chối hoặc hoãn đến hết hạn: %s trong %s người đã được gửi thư.\n\n"),
	    text_number(n, account_refused(d), l), text_number(of, d->t.invited, l));
	buf_str_add(b, TRL(l, "2. SINCE WHEN\n", "2. TỪ KHI NÀO\n"));
	if (d->refused_first_at)
		buf_printf(b, TRL(l, "  The first %s, the latest %s.\n", "  Lần đầu %s, lần gần nhất %s.\n"),
		    date_minute(&first, z, d->refused_first_at, l), date_minute(&last, z, d->refused_last_at, l));
	buf_str_add(b, TRL(l, "\n3. THE REPLIES, verbatim (addresses masked)\n", "\n3. NGUYÊN VĂN TRẢ LỜI (đã che địa chỉ)\n"));
	text_answers(b, p, l);
	buf_str_add(b, TRL(l, "\n4. OUR MAIL IS KNOWN BY\n", "\n4. THÔNG SỐ BÊN GỬI\n"));
	for (size_t i = 0; i < n_facts; i++)
		buf_printf(b, "  %s: %s\n", facts[i].name, facts[i].value);
	buf_str_add(b, TRL(l, "\n5. LINES OF OUR LOG\n", "\n5. DÒNG NHẬT KÝ BÊN GỬI\n"));
	for (size_t i = 0; i < p->n_log; i++)
		buf_printf(b, "  %s\n", p->log[i]);
	buf_str_add(b, TRL(l, "\n6. PLEASE\n"
	    "  a) accept mail by the facts of section 4: exempt it from greylisting, rate limits and the content filter;\n"
	    "  b) see in your log, at the times of section 5, which rule refused it, and tell us what would have to change;\n"
	    "  c) answer to the address in From. One test message can then be sent to a mailbox of your choice.\n",
	    "\n6. ĐỀ NGHỊ\n"
	    "  a) Cho phép nhận thư theo các thông số ở mục 4: miễn greylisting, hạn mức và bộ lọc nội dung cho người gửi này;\n"
	    "  b) Đối chiếu nhật ký máy chủ theo thời điểm ở mục 5, cho biết quy tắc nào từ chối và cần thay đổi gì;\n"
	    "  c) Trả lời về địa chỉ người gửi. Sau đó bên gửi có thể gửi một thư thử tới hộp thư do quý đơn vị chỉ định.\n"));
	arena_release(&arena);
	return b->failed ? err_set(e, ERR_FULL, TR("the evidence is too long", "bằng chứng quá dài")) : 0;
}
