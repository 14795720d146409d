#include "engine/message.h"

#include <inttypes.h>

#include "base/out.h"
#include "engine/template.h"
#include "engine/wording.h"
#include "mail/addr.h"
#include "mail/header.h"

#define PART_MAX_BYTES (4 << 20)
#define PART_FIRST_BYTES 4096		/* room most parts fit in */
#define TAG_ROOM 36			/* '+' and the longest tag before the @ */
#define LOCAL_MAX 64			/* RFC 5321 4.5.3.1.1 */

struct form {
	struct mustache_field fields[2];	/* number, title */
};

struct message_maker {
	struct arena arena;
	struct template template;
	struct secret secret;
	struct zone zone;
	enum lang lang;
	int64_t closes_at;
	const char *from_name, *from, *from_domain;
	const char *bounce_local, *bounce_domain;
	const char *public_url;			/* without a slash at its end */
	const char *feedback_id;
	struct form forms[INSTRUMENTS_MAX];
	const char *form_titles[INSTRUMENTS_MAX];
	size_t n_forms;
	struct mustache_field constant[TEMPLATE_VARS];	/* those of the person are false here */
};

static void
set(struct mustache_field *f, enum template_var v, struct mustache_value value)
{
	f[v].value = value;
}

static void
set_text(struct mustache_field *f, enum template_var v, const char *s)
{
	set(f, v, mustache_text(s));
}

static struct mustache_value
text_list(struct arena *a, const char *const *texts)
{
	struct mustache_value *items;
	size_t n = 0;

	while (texts && texts[n])
		n++;
	items = arena_alloc(a, (n + 1) * sizeof(*items));
	for (size_t i = 0; i < n; i++)
		items[i] = mustache_text(mail_line(a, texts[i]));
	return mustache_list(items, n);
}

/* "Căn cứ Nghị quyết ..." is written by some, by others without; the templates say it themselves. */
static struct mustache_value
basis_list(struct arena *a, const char *const *texts)
{
	struct mustache_value v = text_list(a, texts);
	struct mustache_value *items = arena_alloc(a, (v.n + 1) * sizeof(*items));

	for (size_t i = 0; i < v.n; i++)
		items[i] = mustache_text(wording_basis(a, v.items[i].text));
	return mustache_list(items, v.n);
}

static struct mustache_value
help_list(struct arena *a, const char *text)
{
	const char *lines[32] = { NULL };
	char *at = arena_dup(a, text), *line;
	size_t n = 0;

	while (n + 1 < COUNT_OF(lines) && (line = strsep(&at, "\n")))
		if (*(lines[n] = mail_line(a, line)))
			n++;
	lines[n] = NULL;
	return text_list(a, lines);
}

static void
set_forms(struct message_maker *m, const struct campaign *c)
{
	static const char *const numbers[] = { "1", "2", "3", "4", "5", "6", "7", "8" };
	struct mustache_value *all = arena_alloc(&m->arena, (c->n_instruments + 1) * sizeof(*all));

	_Static_assert(COUNT_OF(numbers) == INSTRUMENTS_MAX, "a number for each form");
	m->n_forms = c->n_instruments;
	for (size_t i = 0; i < m->n_forms; i++) {
		m->form_titles[i] = arena_dup(&m->arena, mail_line(&m->arena, c->instruments[i].title));
		m->forms[i].fields[0] = (struct mustache_field){ "number", mustache_text(numbers[i]) };
		m->forms[i].fields[1] = (struct mustache_field){ "title", mustache_text(m->form_titles[i]) };
		all[i] = mustache_object(m->forms[i].fields, 2);
	}
	set(m->constant, VAR_INSTRUMENTS, mustache_list(all, m->n_forms));
	set_text(m->constant, VAR_INSTRUMENT_TITLES, wording_titles(&m->arena, m->form_titles, m->n_forms, ~0u, m->lang));
}

static void
set_constants(struct message_maker *m, const struct campaign *c)
{
	struct arena *a = &m->arena;
	struct mustache_field *f = m->constant;
	struct date_text t;

	for (int i = 0; i < TEMPLATE_VARS; i++)
		f[i].name = template_names[i];
	set_text(f, VAR_CAMPAIGN, arena_dup(a, mail_line(a, c->title)));
	set_text(f, VAR_SENDER, *m->from_name ? m->from_name : m->from);
	set_text(f, VAR_SENDER_ADDRESS, m->from);
	set(f, VAR_DISPATCHES, text_list(a, c->dispatches));
	set(f, VAR_LEGAL_BASES, basis_list(a, c->legal_bases));
	set_text(f, VAR_OPENS, arena_dup(a, date_official(&t, &m->zone, c->opens_at, m->lang)));
	set_text(f, VAR_DEADLINE, wording_deadline(a, &m->zone, c->closes_at, m->lang));
	set_text(f, VAR_DEADLINE_DAY, arena_dup(a, date_day(&t, &m->zone, c->closes_at, m->lang)));
	set_text(f, VAR_PUBLIC_URL, m->public_url);
	set_text(f, VAR_HELP, arena_dup(a, mail_line(a, c->help_text ? c->help_text : "")));
	set(f, VAR_HELP_LINES, help_list(a, c->help_text ? c->help_text : ""));
	if (c->tracking && strcmp(c->tracking, "visits") == 0)
		set(f, VAR_VISITS, (struct mustache_value){ .kind = MUSTACHE_TRUE });
	set_forms(m, c);
}

/* The list made by text_list may borrow from the campaign: the maker keeps none of it. */
static struct campaign
campaign_copy(struct arena *a, const struct campaign *c)
{
	struct campaign copy = *c;
	const char **from[] = { c->dispatches, c->legal_bases }, ***to[] = { &copy.dispatches, &copy.legal_bases };

	for (int k = 0; k < 2; k++) {
		size_t n = 0;

		while (from[k] && from[k][n])
			n++;
		*to[k] = arena_alloc(a, (n + 1) * sizeof(**to[k]));
		for (size_t i = 0; i < n; i++)
			(*to[k])[i] = arena_dup(a, from[k][i]);
	}
	return copy;
}

static int
set_addresses(struct message_maker *m, const struct campaign *c, const struct conf *conf, struct err *e)
{
	struct addr from, bounce;

	if (addr_parse(&from, &m->arena, c->sender_address, e) < 0)
		return err_wrap(e, TR("sender of the campaign", "người gửi của đợt khảo sát"));
	if (from.utf8_local)
		return err_set(e, ERR_INPUT, TR("the sender's address %s must be ASCII before the @",
		    "địa chỉ người gửi %s phải là ASCII trước dấu @"), c->sender_address);
	m->from_name = arena_dup(&m->arena, mail_line(&m->arena, c->sender_name));
	m->from = addr_wire(&m->arena, &from);
	m->from_domain = arena_dup(&m->arena, from.adomain);
	m->bounce_local = "bounce";
	m->bounce_domain = m->from_domain;
	if (*conf->bounce_address) {
		if (addr_parse(&bounce, &m->arena, conf->bounce_address, e) < 0)
			return err_wrap(e, "bounce_address");
		if (bounce.utf8_local || strchr("\"", *bounce.local) || strlen(bounce.local) > LOCAL_MAX - TAG_ROOM)
			return err_set(e, ERR_INPUT, TR("bounce_address = %s: before the @ at most %d plain ASCII characters",
			    "bounce_address = %s: trước dấu @ tối đa %d ký tự ASCII thường"), conf->bounce_address,
			    LOCAL_MAX - TAG_ROOM);
		m->bounce_local = arena_dup(&m->arena, bounce.local);
		m->bounce_domain = arena_dup(&m->arena, bounce.adomain);
	}
	return 0;
}

static int
set_url(struct message_maker *m, const struct conf *conf, struct err *e)
{
	struct buf b = BUF_INIT(1024);
	size_t n;

	header_url(&b, conf->public_url);
	n = b.len;
	while (n && b.s[n - 1] == '/')
		n--;
	m->public_url = arena_ndup(&m->arena, buf_str(&b), n);
	buf_release(&b);
	if (n > 200 || (strncmp(m->public_url, "https://", 8) != 0 && strncmp(m->public_url, "http://", 7) != 0))
		return err_set(e, ERR_INPUT, TR("public_url = %s: give https://HOST, at most 200 characters",
		    "public_url = %s: cần https://MÁY, tối đa 200 ký tự"), conf->public_url);
	return 0;
}

/* Only what a provider may group by: campaign, template, program; nothing of the person. */
static const char *
feedback_id(struct arena *a, const char *campaign, const char *template)
{
	char *s = arena_printf(a, "%.60s:%.60s:invite:thumoi", campaign, template);
	size_t colon = strlen(campaign) < 60 ? strlen(campaign) : 60;

	for (size_t i = 0; s[i]; i++)
		if ((unsigned char)s[i] <= 0x20 || (unsigned char)s[i] >= 0x7f || (i < colon && s[i] == ':'))
			s[i] = '-';
	return s;
}

int
message_maker_new(struct message_maker **out, const struct campaign *given, const struct conf *conf,
    const struct secret *secret, const char *template, struct err *e)
{
	struct message_maker *m = mem_zalloc(sizeof(*m));
	struct campaign c = campaign_copy(&m->arena, given);

	m->secret = *secret;
	m->zone = c.zone;
	m->lang = c.lang;
	m->closes_at = c.closes_at;
	m->feedback_id = feedback_id(&m->arena, c.key, template);
	if (set_addresses(m, &c, conf, e) < 0 || set_url(m, conf, e) < 0 ||
	    template_load(&m->template, conf, template, m->lang, e) < 0) {
		message_maker_free(m);
		*out = NULL;
		return -1;
	}
	set_constants(m, &c);
	*out = m;
	return 0;
}

void
message_maker_free(struct message_maker *m)
{
	if (!m)
		return;
	template_release(&m->template);
	arena_release(&m->arena);
	free(m);
}

static struct mustache_value
form_list(const struct message_maker *m, struct arena *a, unsigned mask)
{
	struct mustache_value *items = arena_alloc(a, (m->n_forms + 1) * sizeof(*items));
	size_t n = 0;

	for (size_t i = 0; i < m->n_forms; i++)
		if (mask >> i & 1)
			items[n++] = mustache_object(m->forms[i].fields, 2);
	return mustache_list(items, n);
}

static const char *
line_or_empty(struct arena *a, const char *s)
{
	return s ? mail_line(a, s) : "";
}

static const char *
link_to(struct arena *a, const char *url, const char *where, const char *token)
{
	size_t n = strlen(url), k = strlen(where), t = strlen(token);
	char *s = arena_alloc(a, n + k + t + 1);

	memcpy(s, url, n);
	memcpy(s + n, where, k);
	memcpy(s + n + k, token, t);
	return s;
}

static void
set_letter(const struct message_letter *l, struct arena *a, struct mustache_field *f)
{
	const char **names = arena_alloc(a, (l->n_files + 1) * sizeof(*names));

	for (size_t i = 0; i < l->n_files; i++)
		names[i] = l->files[i].name;
	set_text(f, VAR_LETTER_NUMBER, line_or_empty(a, l->number));
	set_text(f, VAR_REPLY_BY, line_or_empty(a, l->reply_by));
	set_text(f, VAR_FIXES, line_or_empty(a, l->fixes));
	set(f, VAR_NO_ROSTER, (struct mustache_value){ .kind = l->no_roster ? MUSTACHE_TRUE : MUSTACHE_FALSE });
	set(f, VAR_DOMAINS, text_list(a, l->domains));
	set(f, VAR_ATTACHMENTS, text_list(a, names));
}

static int
set_person(const struct message_maker *m, const struct message_to *to, struct arena *a, struct mustache_field *f,
    struct err *e)
{
	bool has_token = to->token && *to->token;
	const char *name = line_or_empty(a, to->name);

	if (has_token && !token_valid(to->token))
		return err_set(e, ERR_INPUT, TR("invite %" PRId64 ": the token has not the form of one",
		    "lời mời %" PRId64 ": mã cá nhân không đúng dạng"), to->invite);
	memcpy(f, m->constant, sizeof(m->constant));
	set_text(f, VAR_ADDRESSEE, wording_addressee(a, name, m->lang));
	set_text(f, VAR_NAME, name);
	set_text(f, VAR_POSITION, line_or_empty(a, to->position));
	set_text(f, VAR_SUB_UNIT, line_or_empty(a, to->sub_unit));
	set_text(f, VAR_UNIT, line_or_empty(a, to->unit_name));
	set_text(f, VAR_LINK, has_token ? link_to(a, m->public_url, "/i/", to->token) : m->public_url);
	set_text(f, VAR_OPTOUT_LINK, has_token ? link_to(a, m->public_url, "/u/", to->token) : "");
	set_text(f, VAR_DAYS_LEFT, wording_days_left(a, &m->zone, to->at, m->closes_at));
	set(f, VAR_MISSING, form_list(m, a, ~to->answered));
	set_text(f, VAR_MISSING_TITLES, wording_titles(a, m->form_titles, m->n_forms, ~to->answered, m->lang));
	set(f, VAR_DONE, form_list(m, a, to->answered));
	set_text(f, VAR_DONE_TITLES, wording_titles(a, m->form_titles, m->n_forms, to->answered, m->lang));
	if (to->lines)
		set(f, VAR_LINES, text_list(a, to->lines));
	if (to->letter)
		set_letter(to->letter, a, f);
	return 0;
}

struct parts {
	struct buf subject, text, html;
};
#define PARTS_INIT { BUF_INIT(65536), BUF_INIT(PART_MAX_BYTES), BUF_INIT(PART_MAX_BYTES) }

static void
parts_release(struct parts *p)
{
	buf_release(&p->subject);
	buf_release(&p->text);
	buf_release(&p->html);
}

static int
render(const struct message_maker *m, const struct mustache_field *f, struct parts *p, struct err *e)
{
	struct mustache_value root = mustache_object(f, TEMPLATE_VARS);

	buf_room(&p->text, PART_FIRST_BYTES);
	buf_room(&p->html, PART_FIRST_BYTES);
	if (mustache_render(m->template.subject, &root, NULL, &p->subject, e) < 0 ||
	    mustache_render(m->template.text, &root, NULL, &p->text, e) < 0)
		return -1;
	return m->template.html ? mustache_render(m->template.html, &root, out_html, &p->html, e) : 0;
}

const char *
message_id(struct arena *a, const struct message_maker *m, int64_t invite)
{
	char id[TAG_MAX + 1];

	tag_write(id, &m->secret, invite, 0);
	return arena_printf(a, "%s@%s", id, m->from_domain);
}

static int
envelope(const struct message_maker *m, const char *email, int64_t id, int attempt, struct arena *a, struct message_envelope *env,
    struct err *e)
{
	char *tag = arena_alloc(a, TAG_MAX + 1);
	struct addr rcpt;

	if (addr_parse(&rcpt, a, email, e) < 0)
		return -1;
	tag_write(tag, &m->secret, id, attempt);
	*env = (struct message_envelope){ .envid = tag, .utf8_local = rcpt.utf8_local };
	env->recipient = addr_wire(a, &rcpt);
	env->sender = arena_printf(a, "%s+%s@%s", m->bounce_local, tag, m->bounce_domain);
	return 0;
}

int
message_envelope(const struct campaign *c, const struct conf *conf, const struct secret *secret, const char *email, int64_t id,
    int attempt, struct arena *a, struct message_envelope *env, struct err *e)
{
	struct message_maker m = { .arena = ARENA_INIT, .secret = *secret };
	int rc = set_addresses(&m, c, conf, e) < 0 ? -1 : envelope(&m, email, id, attempt, a, env, e);

	arena_release(&m.arena);
	return rc;
}

static int
prepare(const struct message_maker *m, const struct message_to *to, struct arena *a, struct parts *p, struct mail *mail,
    struct message_envelope *env, struct err *e)
{
	struct mustache_field fields[TEMPLATE_VARS];
	char id[TAG_MAX + 1];

	if (envelope(m, to->email, to->invite, to->attempt, a, env, e) < 0 || set_person(m, to, a, fields, e) < 0 ||
	    render(m, fields, p, e) < 0)
		return -1;
	tag_write(id, &m->secret, to->invite, 0);
	*mail = (struct mail){
		.from_name = m->from_name, .from = m->from, .to_name = fields[VAR_NAME].value.text, .to = env->recipient,
		.subject = buf_str(&p->subject), .message_id = arena_printf(a, "%s@%s", id, m->from_domain),
		.date = to->at, .zone = &m->zone, .language = lang_name(m->lang), .feedback_id = m->feedback_id,
		.boundary = arena_dup(a, id), .text = buf_str(&p->text), .text_len = p->text.len,
		.html = m->template.html ? buf_str(&p->html) : NULL, .html_len = p->html.len,
	};
	if (to->letter) {
		mail->files = to->letter->files;
		mail->n_files = to->letter->n_files;
	}
	if (*fields[VAR_OPTOUT_LINK].value.text) {
		mail->unsubscribe_url = fields[VAR_OPTOUT_LINK].value.text;
		mail->unsubscribe_mail = env->sender;
	}
	return 0;
}

int
message_parts(const struct message_maker *m, const struct message_to *to, struct arena *a, struct mail *mail,
    struct message_envelope *env, struct err *e)
{
	struct parts p = PARTS_INIT;
	int rc = prepare(m, to, a, &p, mail, env, e);

	if (rc == 0) {
		mail->subject = arena_dup(a, mail_line(a, mail->subject));
		mail->text = arena_ndup(a, mail->text, mail->text_len);
		if (mail->html)
			mail->html = arena_ndup(a, mail->html, mail->html_len);
	}
	parts_release(&p);
	return rc;
}

int
message_make(const struct message_maker *m, const struct message_to *to, bool eight_bit, struct arena *scratch,
    struct buf *data, struct message_envelope *env, struct err *e)
{
	struct parts p = PARTS_INIT;
	struct mail mail;
	int rc = prepare(m, to, scratch, &p, &mail, env, e);

	if (rc == 0) {
		/* Recipients that need SMTPUTF8 go another way, which says nothing of 8bit. */
		mail.eight_bit = eight_bit && !env->utf8_local;
		rc = compose(data, &mail, scratch, e);
	}
	parts_release(&p);
	return rc;
}
