/* desk.h: the mails that came back and wait for somebody to read them. */
#include "web/desk.h"

#include "base/text.h"
#include "engine/attach.h"
#include "engine/teach.h"
#include "mail/mreport.h"
#include "web/desk_parts.h"

#define MAILS_A_PAGE 20
#define TEXT_MAX 2000		/* characters that are shown */
#define LINE_MAX_CHARS 300	/* of a subject, an address, a diagnostic text */

/* Neither control characters nor what turns the direction of writing round. */
static bool
is_shown(const char *s, size_t n)
{
	unsigned char c = (unsigned char)*s;

	if (n == 1)
		return c >= 0x20 ? c != 0x7f : c == '\n' || c == '\t';
	if (n == 2)
		return c != 0xc2 || (unsigned char)s[1] >= 0xa0;
	if (memcmp(s, "\xe2\x80", 2) == 0)
		return (unsigned char)s[2] < 0xaa || (unsigned char)s[2] > 0xae;
	return memcmp(s, "\xe2\x81", 2) != 0 || (unsigned char)s[2] < 0xa6 || (unsigned char)s[2] > 0xa9;
}

/* The beginning, fit to be shown; empty lines at most one at a time. */
static void
view_foreign(json_t *o, const char *key, struct arena *a, const char *text, size_t most)
{
	const char *s = text_nfc(a, text, strnlen(text, most * 8));
	char *out = arena_alloc(a, strlen(s) + 4);
	size_t n = 0, len, chars = 0, breaks = 2;

	for (; *s && chars < most; s += len) {
		for (len = 1; ((unsigned char)s[len] & 0xc0) == 0x80; len++)
			;
		if (!is_shown(s, len) || (*s == '\n' && ++breaks > 2))
			continue;
		if (*s != '\n' && *s != ' ' && *s != '\t')
			breaks = 0;
		memcpy(out + n, s, len);
		n += len;
		chars++;
	}
	while (n && strchr(" \n\t", out[n - 1]))
		n--;
	if (*s)
		n += (size_t)snprintf(out + n, 4, "…");
	out[n] = '\0';
	view_text(o, key, n ? out : NULL);
}

void
desk_foreign(json_t *o, const char *key, const struct request *r, const char *text)
{
	view_foreign(o, key, r->arena, text, LINE_MAX_CHARS);
}

static const char *
in_words(const char *word, enum lang l)
{
	static const struct { const char *key, *en, *vi; } names[] = {
		{ "bounce", "report of a mail server", "báo của máy chủ thư" }, { "arf", "complaint", "báo thư rác" },
		{ "autoreply", "automatic reply", "trả lời tự động" }, { "mdn", "read receipt", "báo đã đọc" },
		{ "ordinary", "letter", "thư thường" },
		{ "matched", "about somebody we know", "đã biết về ai" }, { "unmatched", "about nobody we know", "chưa rõ về ai" },
		{ "forged", "its tag is not ours", "mã không phải của ta" }, { "reply", "reply", "trả lời" },
		{ "attached", "attached to a person", "đã gắn vào một người" }, { "not_ours", "nothing of ours", "không liên quan" },
		{ "seen", "read", "đã xem" },
		{ "failed", "not delivered", "không tới được" }, { "delayed", "delayed", "bị chậm" },
		{ "delivered", "delivered", "đã tới" }, { "relayed", "passed on", "đã chuyển tiếp" },
		{ "expanded", "passed on to several", "đã chuyển cho nhiều người" },
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(names[i].key, word) == 0)
			return TRL(l, names[i].en, names[i].vi);
	return *word ? word : NULL;
}

const char *
desk_understood(const struct request *r, const char *what)
{
	size_t n = strcspn(what, " ");
	const char *meaning = teach_meaning_text(what[n] ? what + n + 1 : what, r->lang);
	const char *kind = in_words(arena_ndup(r->arena, what, n), r->lang);

	if (!kind || strcmp(what, "autoreply auto-reply") == 0)
		return kind ? kind : what;
	return what[n] && meaning ? arena_printf(r->arena, "%s: %s", kind, meaning) : strcmp(what, "not-ours") == 0 ?
	    TRL(r->lang, "nothing of ours", "không liên quan") : kind;
}

static void
add_says(json_t *o, const struct request *r, const struct mreport *m)
{
	json_t *list = view_list(o, "says");

	for (size_t i = 0; i < m->n_rcpt; i++) {
		const struct mreport_rcpt *p = &m->rcpt[i];
		const char *action = mreport_action_name(p->action), *category = category_name(p->verdict.category);
		json_t *one = view_item(list);

		view_foreign(one, "address", r->arena, p->address, LINE_MAX_CHARS);
		view_text(one, "action", *action ? action : NULL);
		view_text(one, "action_name", in_words(action, r->lang));
		view_text(one, "status", *p->status ? p->status : NULL);
		view_text(one, "category", *category ? category : NULL);
		view_foreign(one, "words", r->arena, p->text, LINE_MAX_CHARS);
	}
}

static void
add_person(json_t *o, const struct request *r, const struct snapshot *s, int64_t id)
{
	const struct unit_account *u;
	struct contact c;
	json_t *person;

	/* Who is not there, or cannot be read, is not shown: the message is. */
	if (!id || contact_by_id(r->db, r->arena, id, &c, NULL) != 1 || c.campaign != s->campaign.id) {
		view_text(o, "person", NULL);
		return;
	}
	u = snapshot_unit(s, c.unit_code);
	person = json_object();
	view_int(person, "id", c.id);
	view_utf8(person, "name", r->arena, c.name);
	view_text(person, "unit_name", u ? unit_short(&u->unit, r->lang) : c.unit_code);
	view_text(person, "person_url", desk_url(r, s, arena_printf(r->arena, "/people/%lld", (long long)c.id)));
	json_object_set_new(o, "person", person);
}

void
desk_message(json_t *o, const struct request *r, const struct snapshot *s, const struct inbound_seen *seen)
{
	const struct inbound_row *row = &seen->row;
	struct mreport m;

	mreport_read(&m, r->arena, r->rules, row->raw, row->len);
	view_int(o, "id", row->id);
	view_time(o, "received_at", &s->campaign.zone, row->received_at, r->lang);
	view_text(o, "kind", row->kind);
	view_text(o, "kind_name", in_words(row->kind, r->lang));
	view_text(o, "fate", row->fate);
	view_text(o, "fate_name", in_words(row->fate, r->lang));
	view_text(o, "decision", *seen->decision ? seen->decision : NULL);
	view_text(o, "decision_name", in_words(seen->decision, r->lang));
	view_time(o, "decided_at", &s->campaign.zone, seen->decided_at, r->lang);
	view_flag(o, "open", !*seen->decision);
	view_flag(o, "reply", strcmp(row->fate, "reply") == 0);
	view_foreign(o, "from", r->arena, m.from, LINE_MAX_CHARS);
	view_foreign(o, "subject", r->arena, m.subject, LINE_MAX_CHARS);
	view_foreign(o, "text", r->arena, m.text, TEXT_MAX);
	add_says(o, r, &m);
	add_person(o, r, s, seen->contact);
	view_text(o, "mail_url", desk_url(r, s, arena_printf(r->arena, "/inbound/%lld", (long long)row->id)));
}

void
desk_kind_choices(json_t *o, const struct request *r, const char *chosen)
{
	json_t *list = view_list(o, "kind_choices");
	const char *key, *text;

	for (size_t i = 0; (key = attach_kind_at(i, r->lang, &text)); i++) {
		json_t *one = view_item(list);

		view_text(one, "value", key);
		view_text(one, "text", text);
		view_flag(one, "chosen", chosen && strcmp(chosen, key) == 0);
	}
}

struct listing {
	struct request *r;
	const struct snapshot *s;
	json_t *list;
};

static int
add_mail(const struct inbound_seen *seen, void *arg)
{
	struct listing *l = arg;

	desk_message(view_item(l->list), l->r, l->s, seen);
	return 0;
}

static const struct { const char *key, *en, *vi; } lists[INBOUND_LISTS] = {
	[INBOUND_WAITING] = { "waiting", "about nobody we know", "chưa rõ về ai" },
	[INBOUND_REPLIES] = { "replies", "replies of people", "người nhận trả lời" },
	[INBOUND_DECIDED] = { "decided", "settled", "đã xử lý" },
};

static int
add_views(json_t *data, struct request *r, const struct snapshot *s, enum inbound_list which, int64_t *found, struct err *e)
{
	json_t *views = view_list(data, "views");

	for (int i = 0; i < INBOUND_LISTS; i++) {
		json_t *o = view_item(views);
		int64_t n;

		if (inbound_count(r->db, (enum inbound_list)i, s->campaign.id, &n, e) < 0)
			return -1;
		view_text(o, "key", lists[i].key);
		view_text(o, "text", TRL(r->lang, lists[i].en, lists[i].vi));
		view_int(o, "rows", n);
		view_text(o, "url", desk_url(r, s, arena_printf(r->arena, "/inbound?list=%s", lists[i].key)));
		view_flag(o, "current", i == (int)which);
		if (i == (int)which)
			*found = n;
	}
	return 0;
}

static const char *
page_url(const struct request *r, const struct snapshot *s, enum inbound_list which, int64_t page)
{
	return desk_url(r, s, arena_printf(r->arena, "/inbound?list=%s&page=%lld", lists[which].key, (long long)page));
}

void
desk_inbound(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	const char *list = request_arg(r, "list");
	int64_t page = desk_number(r, "page"), said = desk_number(r, "said") - 1, found = 0, from;
	enum inbound_list which = INBOUND_WAITING;
	struct err e = ERR_INIT;
	struct listing l;
	json_t *data;

	if (!s)
		return;
	for (int i = 0; list && i < INBOUND_LISTS; i++)
		if (strcmp(list, lists[i].key) == 0)
			which = (enum inbound_list)i;
	page = page > 1 && page < 1000000 ? page : 1;
	from = (page - 1) * MAILS_A_PAGE;
	data = json_object();
	l = (struct listing){ r, s, view_list(data, "mails") };
	if (add_views(data, r, s, which, &found, &e) < 0 ||
	    inbound_each(r->db, which, s->campaign.id, MAILS_A_PAGE, from, add_mail, &l, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
	} else {
		int64_t n = (int64_t)json_array_size(l.list);

		view_text(data, "list", lists[which].key);
		view_int(data, "found", found);
		view_int(data, "first", n ? from + 1 : 0);
		view_int(data, "last", from + n);
		view_text(data, "previous_url", page > 1 ? page_url(r, s, which, page - 1) : NULL);
		view_text(data, "next_url", from + n < found ? page_url(r, s, which, page + 1) : NULL);
		view_text(data, "rules_url", desk_url(r, s, "/rules"));
		view_text(data, "page_text", arena_printf(r->arena, "%lld", (long long)page));
		desk_kind_choices(data, r, NULL);
		desk_said(data, said >= 0 && said < ATTACHES ? attach_text((enum attach)said, r->lang) : NULL, said == ATTACH_DONE);
		view_reply(r, SCREEN_INBOUND, TRL(r->lang, "What came back", "Thư trả lời, thư báo"), s, data);
	}
	view_done(r, s);
}
