#include "engine/letter.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "engine/fixlist.h"
#include "engine/paper.h"
#include "engine/sentence.h"
#include "engine/wording.h"

#define FIELDS_MAX 48
#define PAGE_MAX_BYTES ((size_t)64 << 20)

static const char *const kinds[LETTER_KINDS] = { "numbers", "fix", "refusal" };

const char *
letter_kind_name(enum letter_kind k)
{
	return kinds[k];
}

bool
letter_kind_parse(const char *word, enum letter_kind *k)
{
	for (int i = 0; i < LETTER_KINDS; i++)
		if (strcmp(word, kinds[i]) == 0) {
			*k = (enum letter_kind)i;
			return true;
		}
	return false;
}

const char *
letter_template(enum letter_kind k)
{
	static const char *const names[LETTER_KINDS] = { "letter", "letter-fix", "letter-refusal" };

	return names[k];
}

bool
letter_needed(enum letter_kind k, const struct dossier *d)
{
	return k == LETTER_NUMBERS || (k == LETTER_FIX && d->n_fixes) || (k == LETTER_REFUSAL && d->n_domains);
}

const char *
letter_addressee(enum letter_kind k, const struct focal *list, size_t n, int64_t unit, const char **name,
    const char **position)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i].unit != unit || list[i].rank != 1)
			continue;
		*name = list[i].name;
		*position = list[i].position;
		if (k != LETTER_REFUSAL || !*list[i].admin_email || strcmp(list[i].admin_email, list[i].email) == 0)
			return list[i].email;
		*name = *position = "";
		return list[i].admin_email;
	}
	return NULL;
}

/* "BNV-CCHC" behind the number of the first dispatch that has one: "Công văn số 4566/BNV-CCHC ngày 17/9/2021". */
static const char *
symbol(struct arena *a, const struct letter_writer *w)
{
	if (*w->conf->letter_symbol)
		return w->conf->letter_symbol;
	for (const char *const *d = (const char *const *)w->campaign->dispatches; d && *d; d++)
		for (const char *p = *d; (p = strchr(p, '/')); p++)
			if (p > *d && isdigit((unsigned char)p[-1]) && (isalpha((unsigned char)p[1]) || (unsigned char)p[1] >= 0x80))
				return arena_ndup(a, p + 1, strcspn(p + 1, " ,;()"));
	return "";
}

const char *
letter_number(struct arena *a, const struct letter_writer *w)
{
	const char *sign = symbol(a, w);

	if (!*w->number || strchr(w->number, '/') || !*sign)
		return w->number;
	return arena_printf(a, "%s/%s", w->number, sign);
}

/* Room for the clerk who gives the number, as on paper. */
static const char *
number_or_room(struct arena *a, const struct letter_writer *w)
{
	const char *sign = symbol(a, w);

	if (*w->number)
		return letter_number(a, w);
	return arena_printf(a, "\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0%s%s", *sign ? "/" : "", sign);
}

static const char *
organisation(const struct letter_writer *w)
{
	return *w->conf->letter_organisation ? w->conf->letter_organisation : *w->campaign->sender_name ? w->campaign->sender_name :
	    w->campaign->sender_address;
}

/* "tỉnh Gia Lai", "thành phố Cần Thơ" inside a sentence; ministries keep their capital. */
static const char *
in_sentence(struct arena *a, const struct unit *u, enum lang l)
{
	char *s;

	if (l == LANG_EN || u->kind == UNIT_MINISTRY)
		return unit_name(u, l);
	s = arena_dup(a, u->name_vi);
	*s = (char)tolower((unsigned char)*s);
	return s;
}

/* Official letters to a province go to its People's Committee. */
static const char *
addressee(struct arena *a, const struct unit *u, enum lang l)
{
	if (u->kind == UNIT_MINISTRY)
		return unit_name(u, l);
	return l == LANG_EN ? arena_printf(a, "the People's Committee of %s", unit_name(u, l)) :
	    arena_printf(a, "Ủy ban nhân dân %s", in_sentence(a, u, l));
}

static const char *
subject(const struct letter_writer *w, const struct dossier *d, enum lang l)
{
	switch (w->kind) {
	case LETTER_FIX:
		return TRL(l, "correcting the mail addresses of nominated officials",
		    "cung cấp lại địa chỉ thư điện tử của công chức được cử");
	case LETTER_REFUSAL:
		return TRL(l, "accepting our mail", "tiếp nhận thư điện tử gửi công chức được cử");
	default:
		return d->unit->class == CLASS_NO_ROSTER ?
		    TRL(l, "the list of officials to take part", "cử và gửi danh sách công chức tham gia") :
		    TRL(l, "taking part in the survey", "đôn đốc công chức được cử tham gia");
	}
}

/* --- fields of a page ------------------------------------------------------ */

struct fields {
	struct mustache_field f[FIELDS_MAX];
	size_t n;
	struct arena *a;
	enum lang lang;
};

static void
put(struct fields *f, const char *name, struct mustache_value v)
{
	ASSERT(f->n < FIELDS_MAX);
	f->f[f->n++] = (struct mustache_field){ name, v };
}

static void
text(struct fields *f, const char *name, const char *s)
{
	put(f, name, mustache_text(s));
}

static void
flag(struct fields *f, const char *name, bool on)
{
	put(f, name, (struct mustache_value){ .kind = on ? MUSTACHE_TRUE : MUSTACHE_FALSE });
}

static const char *
number(struct fields *f, int64_t v)
{
	char n[32];

	return arena_dup(f->a, text_number(n, v, f->lang));
}

static const char *
percent(struct fields *f, int64_t part, int64_t of)
{
	char p[32];

	return arena_dup(f->a, text_percent(p, part, of, f->lang));
}

/* A list entry with n members, name and value in turn. */
static struct mustache_value
entry(struct arena *a, const char *const *pairs, size_t n)
{
	struct mustache_field *m = arena_alloc(a, n * sizeof(*m));

	for (size_t i = 0; i < n; i++)
		m[i] = (struct mustache_field){ pairs[2 * i], mustache_text(pairs[2 * i + 1]) };
	return mustache_object(m, n);
}
#define ENTRY(a, ...) entry(a, (const char *const []){ __VA_ARGS__ }, \
	sizeof((const char *const []){ __VA_ARGS__ }) / sizeof(char *) / 2)

static const char *const known[] = {
	"parent", "organisation", "number", "place", "date", "subject", "addressee", "attention", "copies", "authority",
	"signer_title", "signer", "campaign", "dispatches", "opens", "deadline", "as_of", "unit", "sender_address", "reply_by",
	"help", "no_roster", "roster", "nominated", "mailable", "took_part", "took_part_percent", "outstanding", "forms",
	"forms.title", "forms.answered", "forms.of", "forms.percent", "has_causes", "causes", "causes.name", "causes.people",
	"causes.owner", "domains", "domains.domain", "domains.refused", "domains.invited", "domains.since", "domains.until",
	"domains.words", "domains.answers", "answers.text", "answers.people", "has_domains", "has_fixes",
	"fixes", "fix_rows", "fix_rows.n", "fix_rows.reference", "fix_rows.file", "fix_rows.line", "fix_rows.name",
	"fix_rows.sub_unit", "fix_rows.email", "fix_rows.wrong", "fix_rows.said", "fix_rows.suggestion", "sender_facts",
	"sender_facts.name", "sender_facts.value", NULL
};

static void
texts(struct fields *f, const char *name, const char *const *list)
{
	struct mustache_value *items;
	size_t n = 0;

	while (list && list[n])
		n++;
	items = arena_alloc(f->a, (n + 1) * sizeof(*items));
	for (size_t i = 0; i < n; i++)
		items[i] = mustache_text(list[i]);
	put(f, name, mustache_list(items, n));
}

static void
copies(struct fields *f, const struct conf *c)
{
	const char *list[16] = { NULL };
	char *rest = arena_dup(f->a, c->letter_copies), *part;
	size_t n = 0;

	while (n + 1 < COUNT_OF(list) && (part = strsep(&rest, "|")))
		if (*(part = text_squeeze(f->a, part)))
			list[n++] = part;
	texts(f, "copies", list);
}

static void
form_list(struct fields *f, const struct account *a, const struct tally *t)
{
	struct mustache_value *items = arena_alloc(f->a, (a->campaign->n_instruments + 1) * sizeof(*items));

	for (size_t i = 0; i < a->campaign->n_instruments; i++) {
		struct buf title = BUF_INIT(4096);

		sentence_instrument(&title, a, i, f->lang);
		items[i] = ENTRY(f->a, "title", arena_dup(f->a, buf_str(&title)), "answered", number(f, t->answered[i]), "of",
		    number(f, t->nominated), "percent", percent(f, t->answered[i], t->nominated));
		buf_release(&title);
	}
	put(f, "forms", mustache_list(items, a->campaign->n_instruments));
}

static void
cause_list(struct fields *f, const struct tally *t)
{
	struct mustache_value *items = arena_alloc(f->a, CAUSES * sizeof(*items));
	size_t n = 0;

	for (int c = CAUSE_ANSWERED + 1; c < CAUSES; c++)
		if (tally_cause(t, (enum cause)c))
			items[n++] = ENTRY(f->a, "name", cause_name((enum cause)c, f->lang), "people", number(f, tally_cause(t, (enum cause)c)),
			    "owner", owner_name(cause_info((enum cause)c)->owner, f->lang));
	put(f, "causes", mustache_list(items, n));
	flag(f, "has_causes", n > 0);
}

static struct mustache_value
answer_list(struct fields *f, const struct pack *p)
{
	size_t n = p ? p->n_answers : 0;
	struct mustache_value *items = arena_alloc(f->a, (n + 1) * sizeof(*items));

	for (size_t i = 0; i < n; i++)
		items[i] = ENTRY(f->a, "text", p->answers[i].text, "people", number(f, p->answers[i].people));
	return mustache_list(items, n);
}

static void
domain_list(struct fields *f, const struct letter_writer *w, const struct dossier *d)
{
	struct mustache_value *items = arena_alloc(f->a, (d->n_domains + 1) * sizeof(*items));
	const struct zone *z = &w->campaign->zone;

	for (size_t i = 0; i < d->n_domains; i++) {
		const struct domain_account *of = d->domains[i].domain;
		struct mustache_field *m = arena_alloc(f->a, 7 * sizeof(*m));
		struct date_text since, until;

		date_minute(&since, z, of->refused_first_at, f->lang);
		date_minute(&until, z, of->refused_last_at, f->lang);
		m[0] = (struct mustache_field){ "domain", mustache_text(of->domain) };
		m[1] = (struct mustache_field){ "refused", mustache_text(number(f, d->domains[i].refused)) };
		m[2] = (struct mustache_field){ "invited", mustache_text(number(f, d->domains[i].invited)) };
		m[3] = (struct mustache_field){ "since", mustache_text(of->refused_first_at ? arena_dup(f->a, since.s) : "") };
		m[4] = (struct mustache_field){ "until", mustache_text(of->refused_first_at && strcmp(since.s, until.s) != 0 ?
		    arena_dup(f->a, until.s) : "") };
		m[5] = (struct mustache_field){ "words", mustache_text(said_masked(f->a, of->words)) };
		m[6] = (struct mustache_field){ "answers", answer_list(f, packs_of(w->packs, of->domain)) };
		items[i] = mustache_object(m, 7);
	}
	put(f, "domains", mustache_list(items, d->n_domains));
	flag(f, "has_domains", d->n_domains > 0);
}

static void
fix_list(struct fields *f, const struct dossier *d)
{
	struct mustache_value *items = arena_alloc(f->a, (d->n_fixes + 1) * sizeof(*items));

	for (size_t i = 0; i < d->n_fixes; i++) {
		const struct fix *x = &d->fixes[i];

		items[i] = ENTRY(f->a, "n", number(f, (int64_t)i + 1), "reference", x->reference, "file", x->file, "line",
		    arena_printf(f->a, TRL(f->lang, "line %" PRId64, "dòng %" PRId64), x->line), "name", x->name, "sub_unit", x->sub_unit,
		    "email", x->email, "wrong", x->wrong, "said", x->said, "suggestion", x->suggestion);
	}
	put(f, "fix_rows", mustache_list(items, d->n_fixes));
	flag(f, "has_fixes", d->n_fixes > 0);
	text(f, "fixes", number(f, (int64_t)d->n_fixes));
}

static int
fact_list(struct fields *f, const struct letter_writer *w, struct err *e)
{
	struct sender_fact *facts;
	struct mustache_value *items;
	size_t n;

	if (sender_facts(f->a, w->conf, w->campaign, f->lang, &facts, &n, e) < 0)
		return -1;
	items = arena_alloc(f->a, (n + 1) * sizeof(*items));
	for (size_t i = 0; i < n; i++)
		items[i] = ENTRY(f->a, "name", facts[i].name, "value", facts[i].value);
	put(f, "sender_facts", mustache_list(items, n));
	return 0;
}

/* Head and foot: who writes, to whom, when. */
static void
frame(struct fields *f, const struct letter_writer *w, const struct dossier *d)
{
	const struct campaign *c = w->campaign;
	const struct unit *u = &d->unit->unit;
	struct date_text t;

	text(f, "parent", w->conf->letter_parent);
	text(f, "organisation", organisation(w));
	text(f, "number", number_or_room(f->a, w));
	text(f, "place", w->conf->letter_place);
	text(f, "date", arena_dup(f->a, date_official(&t, &c->zone, w->now, f->lang)));
	text(f, "subject", subject(w, d, f->lang));
	text(f, "addressee", addressee(f->a, u, f->lang));
	text(f, "attention", w->kind == LETTER_REFUSAL ? TRL(f->lang, "attention: mail administrators", "qua bộ phận quản trị thư điện tử") : "");
	copies(f, w->conf);
	text(f, "authority", w->conf->letter_authority);
	text(f, "signer_title", w->conf->letter_signer_title);
	text(f, "signer", w->conf->letter_signer);
	text(f, "campaign", c->title);
	texts(f, "dispatches", (const char *const *)c->dispatches);
	text(f, "opens", arena_dup(f->a, date_official(&t, &c->zone, c->opens_at, f->lang)));
	text(f, "deadline", wording_deadline(f->a, &c->zone, c->closes_at, f->lang));
	text(f, "as_of", arena_dup(f->a, date_minute(&t, &c->zone, w->now, f->lang)));
	text(f, "unit", in_sentence(f->a, u, f->lang));
	text(f, "sender_address", c->sender_address);
	text(f, "reply_by", arena_dup(f->a, date_day(&t, &c->zone, w->reply_by, f->lang)));
	text(f, "help", c->help_text ? c->help_text : "");
}

int
letter_page(struct buf *b, const struct letter_writer *w, const struct dossier *d, struct err *e)
{
	const struct tally *t = &d->unit->t;
	struct arena a = ARENA_INIT;
	struct fields f = { .a = &a, .lang = w->campaign->lang };
	int rc;

	frame(&f, w, d);
	flag(&f, "no_roster", d->unit->class == CLASS_NO_ROSTER);
	flag(&f, "roster", d->unit->class != CLASS_NO_ROSTER);
	text(&f, "nominated", number(&f, t->nominated));
	text(&f, "mailable", number(&f, t->mailable));
	text(&f, "took_part", number(&f, t->took_part));
	text(&f, "took_part_percent", percent(&f, t->took_part, t->nominated));
	text(&f, "outstanding", number(&f, t->nominated - tally_cause(t, CAUSE_ANSWERED)));
	form_list(&f, w->account, t);
	cause_list(&f, t);
	domain_list(&f, w, d);
	fix_list(&f, d);
	rc = fact_list(&f, w, e);
	if (rc == 0)
		rc = paper_render(b, w->conf, letter_kind_name(w->kind), f.lang, f.f, f.n, known, e);
	arena_release(&a);
	return rc;
}

/* --- the mail --------------------------------------------------------------- */

static int
keep_file(struct letter_files *to, struct arena *a, const char *name, const char *type, struct buf *b, struct err *e)
{
	if (b->failed || to->n == COUNT_OF(to->list)) {
		buf_release(b);
		return err_set(e, ERR_FULL, TR("%s: too large", "%s: quá lớn"), name);
	}
	to->list[to->n++] = (struct mail_file){ name, type, arena_ndup(a, buf_str(b), b->len), b->len };
	buf_release(b);
	return 0;
}

static int
fix_files(struct letter_files *to, struct arena *a, const struct letter_writer *w, const struct dossier *d, struct err *e)
{
	struct fixlist l = { w->campaign, d, w->campaign->lang, w->now };
	const char *base = arena_printf(a, TRL(l.lang, "%s-corrections", "%s-can-sua"), d->unit->unit.code);
	struct buf csv = BUF_INIT(PAGE_MAX_BYTES), xlsx = BUF_INIT(PAGE_MAX_BYTES);

	fixlist_csv(&csv, &l);
	if (keep_file(to, a, arena_printf(a, "%s.csv", base), "text/csv; charset=utf-8", &csv, e) < 0)
		return -1;
	if (fixlist_xlsx(&xlsx, &l, e) < 0) {
		buf_release(&xlsx);
		return -1;
	}
	return keep_file(to, a, arena_printf(a, "%s.xlsx", base), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	    &xlsx, e);
}

/* In the language of the campaign, then in the other: administrators pass it on to whoever sold them the filter. */
static int
pack_files(struct letter_files *to, struct arena *a, const struct letter_writer *w, const struct dossier *d, struct err *e)
{
	const enum lang langs[] = { w->campaign->lang, w->campaign->lang == LANG_VI ? LANG_EN : LANG_VI };

	for (size_t i = 0; i < d->n_domains && to->n + COUNT_OF(langs) <= COUNT_OF(to->list); i++) {
		const struct pack *p = packs_of(w->packs, d->domains[i].domain->domain);

		for (size_t k = 0; p && k < COUNT_OF(langs); k++) {
			struct buf b = BUF_INIT(PAGE_MAX_BYTES);

			if (pack_text(&b, p, w->account, langs[k], e) < 0) {
				buf_release(&b);
				return -1;
			}
			if (keep_file(to, a, arena_printf(a, "%s.%s.txt", p->domain->domain, lang_name(langs[k])), "text/plain; charset=utf-8",
			    &b, e) < 0)
				return -1;
		}
	}
	return 0;
}

int
letter_files(struct letter_files *to, struct arena *a, const struct letter_writer *w, const struct dossier *d, struct err *e)
{
	to->n = 0;
	if (w->kind == LETTER_REFUSAL)
		return pack_files(to, a, w, d, e);
	return d->n_fixes ? fix_files(to, a, w, d, e) : 0;
}

/* How the unit stands, a line each. */
static const char *const *
number_lines(struct arena *a, const struct account *account, const struct tally *t, enum lang l)
{
	const char **lines = arena_alloc(a, (CAUSES + INSTRUMENTS_MAX + 4) * sizeof(*lines));
	struct fields f = { .a = a, .lang = l };
	size_t n = 0;

	lines[n++] = arena_printf(a, TRL(l, "nominated: %s; with an address that mail can go to: %s",
	    "số công chức được cử: %s; có địa chỉ gửi được: %s"), number(&f, t->nominated), number(&f, t->mailable));
	for (size_t i = 0; i < account->campaign->n_instruments; i++)
		lines[n++] = arena_printf(a, "%s: %s/%s (%s%%)", account->campaign->instruments[i].title, number(&f, t->answered[i]),
		    number(&f, t->nominated), percent(&f, t->answered[i], t->nominated));
	lines[n++] = arena_printf(a, TRL(l, "took part in at least one form: %s/%s (%s%%)", "trả lời ít nhất một phiếu: %s/%s (%s%%)"),
	    number(&f, t->took_part), number(&f, t->nominated), percent(&f, t->took_part, t->nominated));
	for (int c = CAUSE_ANSWERED + 1; c < CAUSES; c++)
		if (tally_cause(t, (enum cause)c))
			lines[n++] = arena_printf(a, TRL(l, "not done: %s: %s (who can mend it: %s)", "chưa trả lời đủ: %s: %s (nơi khắc phục: %s)"),
			    cause_name((enum cause)c, l), number(&f, tally_cause(t, (enum cause)c)),
			    owner_name(cause_info((enum cause)c)->owner, l));
	return lines;
}

static const char *const *
domain_lines(struct arena *a, const struct dossier *d, enum lang l)
{
	const char **lines = arena_alloc(a, (d->n_domains + 1) * sizeof(*lines));
	struct fields f = { .a = a, .lang = l };

	for (size_t i = 0; i < d->n_domains; i++) {
		const struct refusing *r = &d->domains[i];
		const char *words = said_masked(a, r->domain->words);

		lines[i] = arena_printf(a, TRL(l, "%s: refused or put off until expiry for %s of %s people%s%s%s",
		    "%s: từ chối hoặc hoãn đến hết hạn với %s/%s người%s%s%s"), r->domain->domain, number(&f, r->refused),
		    number(&f, r->invited), *words ? TRL(l, "; it says “", "; máy chủ trả lời “") : "", words, *words ? "”" : "");
	}
	return lines;
}

int
letter_message(struct buf *data, const char **plain, const struct letter_writer *w, const struct message_maker *m,
    const struct dossier *d, const struct letter_files *files, const struct letter_to *to, struct arena *a,
    struct message_envelope *env, struct err *e)
{
	enum lang l = w->campaign->lang;
	bool no_roster = d->unit->class == CLASS_NO_ROSTER;
	struct date_text day;
	struct fields f = { .a = a, .lang = l };
	const struct message_letter letter = { .number = letter_number(a, w), .no_roster = no_roster,
	    .reply_by = date_day(&day, &w->campaign->zone, w->reply_by, l),
	    .fixes = d->n_fixes ? number(&f, (int64_t)d->n_fixes) : "", .domains = domain_lines(a, d, l), .files = files->list,
	    .n_files = files->n };
	const struct message_to msg = { .invite = to->id, .attempt = 1, .name = to->name, .position = to->position,
	    .email = to->email, .unit_name = unit_name(&d->unit->unit, l), .at = w->now, .letter = &letter,
	    .lines = no_roster ? NULL : number_lines(a, w->account, &d->unit->t, l) };
	struct mail mail;

	if (plain) {
		if (message_parts(m, &msg, a, &mail, env, e) < 0)
			return -1;
		*plain = arena_printf(a, "%s\n\n%s", mail.subject, mail.text);
	}
	return message_make(m, &msg, false, a, data, env, e);
}
