#include "engine/roster_check.h"

#include "base/csv_parse.h"
#include "base/text.h"
#include "engine/hashset.h"
#include "engine/mailhost.h"
#include "engine/person.h"
#include "engine/role.h"
#include "mail/addr.h"
#include "mail/category.h"
#include "store/contact.h"
#include "store/evidence.h"
#include "store/roster.h"

#define SAID_MAX 300		/* bytes of what a server said that are shown */
#define OTHERS_SHOWN 3		/* people named who share a mailbox */
#define OWN_SHOWN 2		/* mail domains of the unit that are named */

struct check {
	struct db *db;
	const struct check_options *o;
	struct roster_check *out;
	struct mailhosts *hosts;
	struct hashset mailboxes;	/* all addresses of the rosters */
	struct experience *told;	/* about them; by address, then time */
	size_t n_told, cap_told;
	struct csv_parser parser;
	struct arena scratch;
	struct err *e;

	/* The row at hand. */
	struct check_unit *unit;
	int64_t row, counted[CHECK_KINDS];	/* the row that was counted last for this kind */
	bool to_mend;
};

/* --- words ---------------------------------------------------------------- */

static const struct {
	const char *name;
	enum severity severity;
	const char *en, *vi;
} kinds[CHECK_REASON] = {
	[CHECK_NO_SUCH_DOMAIN] = { "no_such_domain", SEVERITY_ERROR, "the mail domain does not exist", "miền thư không tồn tại" },
	[CHECK_NULL_MX] = { "null_mx", SEVERITY_ERROR, "the domain says that it takes no mail", "miền này tuyên bố không nhận thư" },
	[CHECK_NO_MAIL_HOST] = { "no_mail_host", SEVERITY_ERROR, "the domain has no mail host that can be found",
	    "miền này không có máy chủ nhận thư" },
	[CHECK_BOUNCED_BEFORE] = { "bounced_before", SEVERITY_WARNING, "mail to this address failed before",
	    "thư gửi tới địa chỉ này trước đây đã hỏng" },
	[CHECK_FOREIGN_DOMAIN] = { "foreign_domain", SEVERITY_WARNING, "the mail domain belongs to another unit",
	    "miền thư thuộc đơn vị khác" },
	[CHECK_ROLE_ADDRESS] = { "role_address", SEVERITY_WARNING, "this is an office's mailbox, not a person's own",
	    "hộp thư chung của cơ quan, không phải của riêng người này" },
	[CHECK_SHARED_ADDRESS] = { "shared_address", SEVERITY_WARNING, "several people have this address", "nhiều người dùng chung địa chỉ này" },
	[CHECK_UNKNOWN_DOMAIN] = { "unknown_domain", SEVERITY_NOTE, "the mail domain is no unit's and no known provider's",
	    "miền thư không thuộc đơn vị nào và không phải nhà cung cấp đã biết" },
};

const char *
severity_name(enum severity s)
{
	static const char *const names[SEVERITIES] = { "error", "warning", "note" };

	return names[s];
}

const char *
severity_text(enum severity s, enum lang l)
{
	static const char *const vi[SEVERITIES] = { "lỗi", "cảnh báo", "lưu ý" };

	return TRL(l, severity_name(s), vi[s]);
}

const char *
check_kind_name(int kind)
{
	return kind < CHECK_REASON ? kinds[kind].name : reason_name((enum reason)(kind - CHECK_REASON));
}

const char *
check_kind_text(int kind, enum lang l)
{
	return kind < CHECK_REASON ? TRL(l, kinds[kind].en, kinds[kind].vi) : reason_text((enum reason)(kind - CHECK_REASON), l);
}

enum severity
check_kind_severity(int kind)
{
	if (kind < CHECK_REASON)
		return kinds[kind].severity;
	/* what the import mended is fine */
	return kind - CHECK_REASON <= R_CONFIRMED ? SEVERITY_NOTE : SEVERITY_ERROR;
}

/* --- findings ------------------------------------------------------------- */

static void
add(struct check *c, const struct roster_row *w, int kind, enum severity severity, const char *email, const char *detail,
    const char *suggestion)
{
	struct roster_check *out = c->out;
	struct arena *a = &out->arena;

	out->list = mem_room(out->list, out->n, &out->cap, sizeof(*out->list));
	out->list[out->n++] = (struct check_finding){ .unit_code = c->unit->code, .unit = c->unit->unit, .roster = w->roster,
	    .line = w->line, .seq = w->seq, .file = arena_dup(a, w->file), .name = arena_dup(a, w->name),
	    .email = arena_dup(a, email), .kind = kind, .severity = severity, .detail = arena_dup(a, detail),
	    .suggestion = arena_dup(a, suggestion) };
	c->unit->findings[severity]++;
	c->to_mend |= severity != SEVERITY_NOTE;
	if (c->counted[kind] != c->row) {
		c->counted[kind] = c->row;
		out->people_of[kind]++;
	}
}

static struct check_unit *
unit_of(struct check *c, const char *code)
{
	struct roster_check *out = c->out;

	if (c->unit && strcmp(c->unit->code, code) == 0)
		return c->unit;
	for (size_t i = 0; i < out->n_units; i++)
		if (strcmp(out->units[i].code, code) == 0)
			return &out->units[i];
	out->units = mem_room(out->units, out->n_units, &out->cap_units, sizeof(*out->units));
	out->units[out->n_units] = (struct check_unit){ .code = arena_dup(&out->arena, code), .unit = units_by_code(c->o->units, code) };
	return &out->units[out->n_units++];
}

/* The mail domain of a stored address as DNS has it; NULL: it has none. */
static const char *
domain_of(struct check *c, const char *email)
{
	struct addr a;

	return *email && addr_parse(&a, &c->scratch, email, NULL) == 0 && *a.adomain != '[' ? a.adomain : NULL;
}

/* --- the first time through: whose answers and experiences are needed ------ */

static bool
is_meant(const struct check *c, const struct roster_row *w)
{
	return strcmp(w->disposition, disposition_name(DUPLICATE)) != 0 &&
	    (!c->o->unit || strcmp(c->o->unit->code, w->unit_code) == 0);
}

static int
learn(const struct roster_row *w, void *arg)
{
	struct check *c = arg;
	const char *all[] = { w->email, w->alternate, w->suggestion };

	if (!is_meant(c, w))
		return 0;
	arena_reset(&c->scratch);
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		const char *domain = domain_of(c, all[i]);

		if (!domain)
			continue;
		domains_add(c->out->domains, domain);
		hashset_add(&c->mailboxes, hash_text(0, all[i]));
	}
	return 0;
}

static int
hear(const struct experience *x, void *arg)
{
	struct check *c = arg;
	struct arena *a = &c->out->arena;

	if (!hashset_has(&c->mailboxes, hash_text(0, x->email)))
		return 0;
	c->told = mem_room(c->told, c->n_told, &c->cap_told, sizeof(*c->told));
	c->told[c->n_told++] = (struct experience){ .email = arena_dup(a, x->email), .kind = arena_dup(a, x->kind),
	    .category = arena_dup(a, x->category), .text = arena_dup(a, x->text), .hard = x->hard, .at = x->at,
	    .campaign = arena_dup(a, x->campaign) };
	return 0;
}

static int
by_address(const void *a, const void *b)
{
	const struct experience *x = a, *y = b;
	int order = strcmp(x->email, y->email);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* --- the second time through: what is to be said of each row --------------- */

static const char *
own_domains(struct check *c)
{
	const char *domain, *list = "";
	size_t n = 0;

	for (size_t i = 0; c->unit->unit && n < OWN_SHOWN && (domain = units_domain_at(c->o->units, i)); i++)
		if (units_domain_owner(c->o->units, domain) == c->unit->unit)
			list = arena_printf(&c->scratch, "%s%s%s", list, n++ ? ", " : "", domain);
	return list;
}

/* What stands against a domain, in words; NULL: nothing that is known. */
static const char *
domain_fault(struct check *c, const char *domain, int *kind)
{
	const struct domain_answer *d = domains_get(c->out->domains, domain);
	enum lang l = c->o->lang;
	struct date_text day;
	const char *s, *own;

	if (!d || d->verdict == DNS_TAKES_MAIL || d->verdict == DNS_UNKNOWN)
		return NULL;
	if (d->verdict == DNS_NULL_MX) {
		*kind = CHECK_NULL_MX;
		s = arena_printf(&c->scratch, TRL(l, "the domain %s says that it takes no mail", "miền %s tuyên bố không nhận thư"), domain);
	} else if (d->verdict == DNS_NO_SUCH_DOMAIN) {
		*kind = CHECK_NO_SUCH_DOMAIN;
		s = arena_printf(&c->scratch, TRL(l, "the mail domain %s does not exist", "miền thư %s không tồn tại"), domain);
		if (*(own = own_domains(c)))
			s = arena_printf(&c->scratch, TRL(l, "%s; the unit's own is %s", "%s; miền của đơn vị là %s"), s, own);
	} else {
		*kind = CHECK_NO_MAIL_HOST;
		s = *d->exchangers ? arena_printf(&c->scratch, TRL(l, "no mail host of %s can be found (%s)",
		    "không tìm thấy máy chủ nhận thư của %s (%s)"), domain, d->exchangers) :
		    arena_printf(&c->scratch, TRL(l, "the domain %s has no mail host", "miền %s không có máy chủ nhận thư"), domain);
	}
	return d->old ? arena_printf(&c->scratch, TRL(l, "%s (as of %s)", "%s (theo tra cứu ngày %s)"), s,
	    date_day(&day, &c->o->campaign->zone, d->looked_at, l)) : s;
}

/* One line of at most SAID_MAX bytes. */
static const char *
shorten(struct arena *a, const char *text)
{
	char *s = text_squeeze(a, text);
	size_t n = strlen(s);

	if (n <= SAID_MAX)
		return s;
	for (n = SAID_MAX; n && ((unsigned char)s[n] & 0xc0) == 0x80; n--)
		;
	s[n] = '\0';
	return arena_printf(a, "%s ...", s);
}

static bool
is_good(const struct experience *x)
{
	return strcmp(x->kind, "read_receipt") == 0 || strcmp(x->kind, "auto_reply") == 0 || strcmp(x->kind, "reply") == 0 ||
	    strcmp(x->category, category_name(CAT_DELIVERED)) == 0;
}

/* The worst of what befell the address since it last worked; NULL: nothing. */
static const struct experience *
bounced(const struct check *c, const char *email)
{
	const struct experience *worst = NULL;
	size_t low = 0, high = c->n_told;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (strcmp(c->told[mid].email, email) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < c->n_told && strcmp(c->told[low].email, email) == 0; low++) {
		const struct experience *x = &c->told[low];

		if (is_good(x))
			worst = NULL;
		else if (!worst || x->hard >= worst->hard)
			worst = x;
	}
	return worst;
}

static void
tell_bounce(struct check *c, const struct roster_row *w, const char *email, bool first)
{
	const struct experience *x = bounced(c, email);
	enum lang l = c->o->lang;
	struct date_text day;
	const char *how;

	if (!x)
		return;
	how = strcmp(x->kind, "refusal") == 0 ? TRL(l, "refused", "bị từ chối") :
	    strcmp(x->kind, "dsn") == 0 ? TRL(l, "came back", "bị trả lại") : TRL(l, "expired", "hết hạn");
	add(c, w, CHECK_BOUNCED_BEFORE, !first ? SEVERITY_NOTE : x->hard ? SEVERITY_ERROR : SEVERITY_WARNING, email,
	    arena_printf(&c->scratch, TRL(l, "campaign %s, %s: %s (%s): %s", "đợt %s, ngày %s: %s (%s): %s"), x->campaign,
	    date_day(&day, &c->o->campaign->zone, x->at, l), how, x->category, shorten(&c->scratch, x->text)), "");
}

/* Of a unit, or below a domain of one; of several, too. */
static bool
is_some_units(const struct units *u, const char *domain)
{
	for (const char *d = domain; d; d = strchr(d, '.'))
		if (units_domain_known(u, d += *d == '.'))
			return true;
	return false;
}

static void
tell_owner(struct check *c, const struct roster_row *w, const char *domain)
{
	const struct unit *owner = units_domain_owner(c->o->units, domain);
	enum lang l = c->o->lang;

	if (owner && owner != c->unit->unit)
		add(c, w, CHECK_FOREIGN_DOMAIN, SEVERITY_WARNING, w->email, arena_printf(&c->scratch,
		    TRL(l, "the mail domain %s belongs to %s (%s)", "miền thư %s thuộc %s (%s)"), domain,
		    l == LANG_EN && *owner->name_en ? owner->name_en : owner->name_vi, owner->code), "");
	else if (!owner && !is_some_units(c->o->units, domain))
		add(c, w, CHECK_UNKNOWN_DOMAIN, SEVERITY_NOTE, w->email, arena_printf(&c->scratch,
		    TRL(l, "the mail domain %s is no unit's and no known provider's",
		    "miền thư %s không thuộc đơn vị nào và không phải nhà cung cấp đã biết"), domain), "");
}

/* An address that is in use: the first one, or the one that stands in for it. */
static void
look_at_mailbox(struct check *c, const struct roster_row *w, const char *email, bool first)
{
	const struct mailhost *host;
	struct err e = ERR_INIT;
	struct addr a;
	const char *fault;
	int kind;

	if (addr_parse(&a, &c->scratch, email, &e) < 0) {
		add(c, w, CHECK_REASON + R_NOT_AN_ADDRESS, SEVERITY_ERROR, email, e.text, "");
		return;
	}
	/* The list of providers may have grown since the import. */
	host = mailhost_look(c->hosts, a.adomain);
	if (host->kind == MAILHOST_TYPO)
		add(c, w, CHECK_REASON + R_TYPO_DOMAIN, first ? SEVERITY_ERROR : SEVERITY_NOTE, email,
		    reason_text(R_TYPO_DOMAIN, c->o->lang), *host->meant ? arena_printf(&c->scratch, "%s@%s", a.local, host->meant) : "");
	if ((fault = domain_fault(c, a.adomain, &kind)))
		add(c, w, kind, first ? SEVERITY_ERROR : SEVERITY_NOTE, email, fault, "");
	else if (first && host->kind != MAILHOST_TYPO)
		tell_owner(c, w, a.adomain);
	tell_bounce(c, w, email, first);
}

static int
tell_sharing(struct check *c, const struct roster_row *w)
{
	enum lang l = c->o->lang;
	struct contact *list;
	const char *names = "";
	size_t n, people = 0, shown = 0;

	if (contact_sharing(c->db, &c->scratch, c->o->campaign->id, w->email, &list, &n, c->e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (list[i].missing_since)
			continue;
		people++;
		if (list[i].id == w->contact || shown == OTHERS_SHOWN)
			continue;
		names = arena_printf(&c->scratch, "%s%s%s (%s)", names, shown ? ", " : "", list[i].name, list[i].unit_code);
		shown++;
	}
	if (people > 1)
		add(c, w, CHECK_SHARED_ADDRESS, SEVERITY_WARNING, w->email, arena_printf(&c->scratch, TRL(l,
		    "%zu people have this address; also %s%s", "%zu người dùng chung địa chỉ này; cùng với %s%s"), people, names,
		    people > shown + 1 ? " ..." : ""), "");
	return 0;
}

static int
look_at_accepted(struct check *c, const struct roster_row *w)
{
	enum reason reason = reason_parse(w->reason);

	look_at_mailbox(c, w, w->email, true);
	if (*w->alternate)
		look_at_mailbox(c, w, w->alternate, false);
	if (role_address(w->email, person_key(&c->scratch, w->name)))
		add(c, w, CHECK_ROLE_ADDRESS, SEVERITY_WARNING, w->email, check_kind_text(CHECK_ROLE_ADDRESS, c->o->lang), "");
	/* The importer marks them: there is no need to look for the others of everybody. */
	if (*w->warnings && tell_sharing(c, w) < 0)
		return -1;
	if (reason != R_CLEAN && reason != REASONS)
		add(c, w, CHECK_REASON + (int)reason, SEVERITY_NOTE, w->email, reason_text(reason, c->o->lang), "");
	return 0;
}

static const char *
first_of_kind(const struct csv_parser *p, const char *columns, const char *kind)
{
	size_t i = 0;

	for (const char *s = columns; *s && i < p->count; i++) {
		size_t n = strcspn(s, ",");

		if (strlen(kind) == n && memcmp(s, kind, n) == 0 && p->cell[i].len)
			return p->cell[i].s;
		s += n + (s[n] == ',');
	}
	return "";
}

/* The address as it stands in the row: the unit must find it in its own file. */
static const char *
as_written(struct check *c, const struct roster_row *w)
{
	size_t len = strlen(w->raw);
	const char *s;

	csv_parser_delimiter(&c->parser, strcmp(w->delimiter, "TAB") == 0 ? '\t' : *w->delimiter ? *w->delimiter : ',');
	if (len == 0 || csv_parse(&c->parser, w->raw, len, true) != CSV_ROW)
		return "";
	s = first_of_kind(&c->parser, w->columns, "email");
	if (!*s)
		s = first_of_kind(&c->parser, w->columns, "email2");
	for (size_t i = 0; i < c->parser.count && !strchr(s, '@'); i++)
		if (strchr(c->parser.cell[i].s, '@'))
			s = c->parser.cell[i].s;
	return shorten(&c->scratch, s);
}

static void
look_at_faulty(struct check *c, const struct roster_row *w)
{
	enum reason reason = reason_parse(w->reason);
	const char *detail = reason == REASONS ? w->reason : reason_text(reason, c->o->lang), *suggestion = w->suggestion;
	const char *domain = domain_of(c, suggestion), *fault;
	int kind;

	/* What leads nowhere is no suggestion. */
	if (domain && (fault = domain_fault(c, domain, &kind))) {
		detail = arena_printf(&c->scratch, TRL(c->o->lang, "%s; not %s either: %s", "%s; cũng không phải %s: %s"), detail, suggestion,
		    fault);
		suggestion = "";
	}
	add(c, w, CHECK_REASON + (int)(reason == REASONS ? R_NOT_AN_ADDRESS : reason), SEVERITY_ERROR, as_written(c, w), detail, suggestion);
}

static int
look(const struct roster_row *w, void *arg)
{
	struct check *c = arg;
	int rc = 0;

	if (!is_meant(c, w))
		return 0;
	arena_reset(&c->scratch);
	c->unit = unit_of(c, w->unit_code);
	c->unit->people++;
	c->out->people++;
	c->row++;
	c->to_mend = false;
	if (strcmp(w->disposition, disposition_name(ACCEPT)) == 0)
		rc = look_at_accepted(c, w);
	else
		look_at_faulty(c, w);
	c->unit->to_mend += c->to_mend;
	return rc;
}

static int
by_place(const struct unit *u, const char *code, const struct unit *v, const char *other)
{
	int64_t p = u ? u->position : INT64_MAX, q = v ? v->position : INT64_MAX;

	return p != q ? (p > q) - (p < q) : strcmp(code, other);
}

static int
order_units(const void *a, const void *b)
{
	const struct check_unit *x = a, *y = b;

	return by_place(x->unit, x->code, y->unit, y->code);
}

static int
order_findings(const void *a, const void *b)
{
	const struct check_finding *x = a, *y = b;
	int order = by_place(x->unit, x->unit_code, y->unit, y->unit_code);

	if (order || (order = (x->roster > y->roster) - (x->roster < y->roster)) || (order = (x->seq > y->seq) - (x->seq < y->seq)) ||
	    (order = (x->severity > y->severity) - (x->severity < y->severity)) || (order = x->kind - y->kind))
		return order;
	return strcmp(x->email, y->email);
}

static int
check_all(struct check *c, struct err *e)
{
	int64_t campaign = c->o->campaign->id;

	if (roster_rows_each(c->db, campaign, learn, c, e) < 0 || experience_each(c->db, hear, c, e) < 0)
		return -1;
	if (c->n_told)
		qsort(c->told, c->n_told, sizeof(*c->told), by_address);
	if (domains_look(c->out->domains, c->db, &c->o->domains, e) < 0 || roster_rows_each(c->db, campaign, look, c, e) < 0)
		return -1;
	if (c->out->n)
		qsort(c->out->list, c->out->n, sizeof(*c->out->list), order_findings);
	if (c->out->n_units)
		qsort(c->out->units, c->out->n_units, sizeof(*c->out->units), order_units);
	return 0;
}

int
roster_check(struct roster_check *out, struct db *db, const struct check_options *o, struct err *e)
{
	struct check c = { .db = db, .o = o, .out = out, .parser = CSV_PARSER_INIT, .e = e };
	int rc;

	*out = (struct roster_check){ .arena = ARENA_INIT, .domains = domains_new() };
	c.hosts = mailhosts_new(o->units);
	c.parser.max_bytes = CSV_RECORD_BYTES;
	c.parser.max_cells = CSV_CELLS;
	rc = check_all(&c, e);
	mailhosts_free(c.hosts);
	hashset_release(&c.mailboxes);
	free(c.told);
	csv_parser_release(&c.parser);
	arena_release(&c.scratch);
	return rc < 0 ? -1 : 0;
}

void
roster_check_release(struct roster_check *r)
{
	domains_free(r->domains);
	free(r->list);
	free(r->units);
	arena_release(&r->arena);
}
