/* desk.h: who must act, those first whose one action recovers most people. */
#include "web/desk.h"

#include <stdlib.h>

#include "store/contact.h"
#include "store/evidence.h"
#include "web/desk_parts.h"

#define ACTIONS_A_PAGE 20

enum kind { ACT_SENDER, ACT_REFUSES, ACT_ADDRESSES, ACT_NO_ROSTER, ACT_ZERO, ACT_OPERATOR, ACT_SPAM, ACT_MAILBOX, ACT_REMIND };

struct action {
	enum kind kind;
	enum owner owner;
	int64_t people;			/* -1: nobody can know */
	const struct unit_account *unit;
	const struct domain_account *domain;
	const struct exchanger_account *exchanger;
	enum cause cause;
};

struct todo {
	struct action *list;
	size_t n, cap;
};

static void
add(struct todo *t, struct action a)
{
	if (a.people == 0)
		return;
	t->list = mem_room(t->list, t->n, &t->cap, sizeof(*t->list));
	t->list[t->n++] = a;
}

/* Those behind an exchanger that refuses for all are told of once. */
static bool
behind(const struct account *a, const struct domain_account *d)
{
	for (size_t i = 0; i < a->n_exchangers; i++)
		if (*d->exchanger && strcmp(a->exchangers[i].exchanger, d->exchanger) == 0)
			return true;
	return false;
}

static void
collect(struct todo *t, const struct account *a)
{
	static const enum cause operators[] = { CAUSE_NOT_INVITED, CAUSE_UNCERTAIN, CAUSE_WAITING };
	static const enum cause persons[] = { CAUSE_ANSWERED_PARTLY, CAUSE_RECEIVED_SILENT };
	static const enum cause mailboxes[] = { CAUSE_MAILBOX_FULL, CAUSE_MAILBOX_DISABLED };

	add(t, (struct action){ .kind = ACT_SENDER, .owner = OWNER_SENDER, .cause = CAUSE_REFUSED_AUTH,
	    .people = tally_cause(&a->all, CAUSE_REFUSED_AUTH) });
	add(t, (struct action){ .kind = ACT_SPAM, .owner = OWNER_SENDER, .cause = CAUSE_IN_SPAM,
	    .people = tally_cause(&a->all, CAUSE_IN_SPAM) });
	for (size_t i = 0; i < a->n_exchangers; i++)
		add(t, (struct action){ .kind = ACT_REFUSES, .owner = OWNER_MAIL_ADMIN, .exchanger = &a->exchangers[i],
		    .people = a->exchangers[i].refused });
	for (size_t i = 0; i < a->n_domains; i++)
		if (!behind(a, &a->domains[i]))
			add(t, (struct action){ .kind = ACT_REFUSES, .owner = OWNER_MAIL_ADMIN, .domain = &a->domains[i],
			    .people = account_refused(&a->domains[i]) });
	for (size_t i = 0; i < a->n_units; i++) {
		const struct unit_account *u = &a->units[i];
		int64_t n = 0;

		for (int c = 0; c < CAUSES; c++)
			if (cause_info((enum cause)c)->owner == OWNER_UNIT)
				n += tally_cause(&u->t, (enum cause)c);
		add(t, (struct action){ .kind = ACT_ADDRESSES, .owner = OWNER_UNIT, .unit = u, .people = n });
		if (u->class == CLASS_NO_ROSTER)
			add(t, (struct action){ .kind = ACT_NO_ROSTER, .owner = OWNER_UNIT, .unit = u, .people = -1 });
		else if (u->class == CLASS_ZERO)
			add(t, (struct action){ .kind = ACT_ZERO, .owner = OWNER_FOCAL_POINT, .unit = u,
			    .people = u->t.nominated - n });
	}
	for (size_t i = 0; i < COUNT_OF(operators); i++)
		add(t, (struct action){ .kind = ACT_OPERATOR, .owner = OWNER_OPERATOR, .cause = operators[i],
		    .people = tally_cause(&a->all, operators[i]) });
	for (size_t i = 0; i < COUNT_OF(mailboxes); i++)
		add(t, (struct action){ .kind = ACT_MAILBOX, .owner = OWNER_PERSON_IT, .cause = mailboxes[i],
		    .people = tally_cause(&a->all, mailboxes[i]) });
	for (size_t i = 0; i < COUNT_OF(persons); i++)
		add(t, (struct action){ .kind = ACT_REMIND, .owner = OWNER_PERSON, .cause = persons[i],
		    .people = tally_cause(&a->all, persons[i]) });
}

static int
most_people(const void *a, const void *b)
{
	const struct action *x = a, *y = b;

	/* What is our own fault comes first, whatever it costs. */
	if ((x->kind == ACT_SENDER) != (y->kind == ACT_SENDER))
		return x->kind == ACT_SENDER ? -1 : 1;
	if (x->people != y->people)
		return x->people < y->people ? 1 : -1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->unit && y->unit ? (x->unit > y->unit) - (x->unit < y->unit) : (x->domain > y->domain) - (x->domain < y->domain);
}

static const char *
kind_text(const struct request *r, const struct action *a)
{
	enum lang l = r->lang;

	switch (a->kind) {
	case ACT_SENDER: return TRL(l, "Mend our own sending: receivers do not accept our authentication or our address",
	    "Sửa phía gửi của ta: nơi nhận không chấp nhận xác thực hoặc địa chỉ gửi");
	case ACT_REFUSES: return TRL(l, "Let our mail in: send the letter with the evidence to the mail administrator",
	    "Cho thư của ta vào: gửi công văn kèm bằng chứng cho quản trị thư điện tử");
	case ACT_ADDRESSES: return TRL(l, "Correct addresses: send the list of what is wrong to the focal point",
	    "Sửa địa chỉ: gửi danh sách cần sửa cho đầu mối của đơn vị");
	case ACT_NO_ROSTER: return TRL(l, "Send a roster: nobody has been nominated", "Gửi danh sách: chưa cử người nào");
	case ACT_ZERO: return TRL(l, "Ask the focal point: nobody has taken part", "Hỏi đầu mối: chưa có ai tham gia");
	case ACT_OPERATOR: return TRL(l, a->cause == CAUSE_UNCERTAIN ? "Decide: send again or ask" :
	    a->cause == CAUSE_WAITING ? "Wait, or look at what holds the mail up" : "Invite: put into a wave, or resume what was stopped",
	    a->cause == CAUSE_UNCERTAIN ? "Quyết định: gửi lại hay hỏi trực tiếp" :
	    a->cause == CAUSE_WAITING ? "Chờ, hoặc xem thư đang bị giữ ở đâu" : "Gửi lời mời: đưa vào lượt gửi, hoặc cho chạy tiếp phần bị dừng");
	case ACT_SPAM: return TRL(l, "Reach them past the spam folder: another template, another address, or their focal point",
	    "Vượt qua thư rác: dùng mẫu thư khác, địa chỉ khác, hoặc nhờ đầu mối");
	case ACT_MAILBOX: return TRL(l, "Ask the IT staff of their unit to make the mailbox usable again",
	    "Đề nghị bộ phận CNTT của đơn vị khôi phục hộp thư");
	default: return TRL(l, "Remind: they have the invitation", "Nhắc: đã nhận được lời mời");
	}
}

struct doing { const char *name, *url; };

/* The unit of somebody whom the domain has refused; NULL: it is not known any more. */
static const char *
unit_behind(struct request *r, const struct domain_account *d)
{
	struct err e = ERR_INIT;
	struct evidence v;
	struct contact c;

	if (!d->said_id || evidence_by_id(r->db, r->arena, d->said_id, &v, &e) != 1 ||
	    contact_by_id(r->db, r->arena, v.contact, &c, &e) != 1)
		return NULL;
	return c.unit_code;
}

/* What is ready to be done about it, for who may. */
static struct doing
ready(struct request *r, const struct snapshot *s, const struct action *a)
{
	const char *unit = a->unit ? a->unit->unit.code : NULL, *letter = NULL;
	enum lang l = r->lang;

	if (!access_may(r->actor, RIGHT_CHANGE))
		return (struct doing){ NULL, NULL };
	switch (a->kind) {
	case ACT_REFUSES:
		if (!a->domain)
			return (struct doing){ TRL(l, "See its domains", "Xem các tên miền"), desk_url(r, s, "/domains") };
		unit = unit_behind(r, a->domain);
		letter = "refusal";
		break;
	case ACT_ADDRESSES:
		letter = "fix";
		break;
	case ACT_NO_ROSTER:
	case ACT_ZERO:
		letter = "numbers";
		break;
	case ACT_OPERATOR:
	case ACT_REMIND:
		return (struct doing){ TRL(l, "To the waves", "Đến các lượt gửi"), desk_url(r, s, "/waves") };
	default:
		break;
	}
	if (!letter || !unit)
		return (struct doing){ NULL, NULL };
	return (struct doing){ TRL(l, "Prepare the letter", "Soạn công văn"),
	    desk_url(r, s, arena_printf(r->arena, "/units/%s/letters/%s", unit, letter)) };
}

static const char *
people_url(const struct request *r, const struct snapshot *s, const struct action *a)
{
	ASSERT(a->unit || (a->kind != ACT_ADDRESSES && a->kind != ACT_NO_ROSTER && a->kind != ACT_ZERO));
	switch (a->kind) {
	case ACT_REFUSES: return desk_url(r, s, "/domains");
	case ACT_ADDRESSES:
	case ACT_NO_ROSTER:
	case ACT_ZERO: return desk_url(r, s, arena_printf(r->arena, "/units/%s", a->unit->unit.code));
	default: return desk_url(r, s, arena_printf(r->arena, "/people?cause=%s", cause_info(a->cause)->key));
	}
}

static void
add_one(json_t *list, struct request *r, const struct snapshot *s, const struct action *a)
{
	json_t *o = view_item(list);
	struct doing d = ready(r, s, a);

	view_text(o, "owner", owner_key(a->owner));
	view_text(o, "owner_name", owner_name(a->owner, r->lang));
	view_text(o, "who", a->unit ? unit_short(&a->unit->unit, r->lang) : a->domain ? a->domain->domain :
	    a->exchanger ? a->exchanger->exchanger : cause_name(a->cause, r->lang));
	view_text(o, "unit", a->unit ? a->unit->unit.code : NULL);
	view_text(o, "domain", a->domain ? a->domain->domain : NULL);
	if (a->people >= 0)
		view_int(o, "people", a->people);
	else
		view_text(o, "people", NULL);
	view_share(o, "share", a->people > 0 ? a->people : 0, s->account.all.nominated);
	view_text(o, "words", a->domain ? a->domain->words : a->exchanger ? a->exchanger->words : NULL);
	view_text(o, "text", kind_text(r, a));
	view_text(o, "url", people_url(r, s, a));
	view_text(o, "do_name", d.name);
	view_text(o, "do_url", d.url);
	view_text(o, "pack_url", a->kind == ACT_REFUSES && a->domain && access_may(r->actor, RIGHT_CHANGE) ?
	    desk_url(r, s, arena_printf(r->arena, "/packs/%s", a->domain->domain)) : NULL);
}

static void
todo_make(struct todo *t, const struct account *a)
{
	*t = (struct todo){ .list = NULL };
	collect(t, a);
	if (t->n)
		qsort(t->list, t->n, sizeof(*t->list), most_people);
}

void
desk_add_actions(json_t *list, struct request *r, const struct snapshot *s, size_t most)
{
	struct todo t;

	todo_make(&t, &s->account);
	for (size_t i = 0; i < t.n && i < most; i++)
		add_one(list, r, s, &t.list[i]);
	free(t.list);
}

static const char *
actions_url(const struct request *r, const struct snapshot *s, const char *owner, int64_t page)
{
	const char *rest = *owner ? arena_printf(r->arena, "?owner=%s", owner) : "";

	return desk_url(r, s, page > 1 ? arena_printf(r->arena, "/actions%s%spage=%lld", rest, *rest ? "&" : "?", (long long)page) :
	    arena_printf(r->arena, "/actions%s", rest));
}

/* Who has how much to do; the first entry is all of them. */
static void
add_owners(json_t *data, const struct request *r, const struct snapshot *s, const struct todo *t, const char *chosen)
{
	json_t *list = view_list(data, "owners"), *o = view_item(list);
	int64_t n[OWNERS] = { 0 };

	view_text(o, "owner", NULL);
	view_text(o, "name", TRL(r->lang, "everybody", "tất cả"));
	view_int(o, "actions", (int64_t)t->n);
	view_text(o, "url", actions_url(r, s, "", 1));
	view_flag(o, "current", !*chosen);
	for (size_t i = 0; i < t->n; i++)
		n[t->list[i].owner]++;
	for (int k = 0; k < OWNERS; k++) {
		if (!n[k])
			continue;
		o = view_item(list);
		view_text(o, "owner", owner_key((enum owner)k));
		view_text(o, "name", owner_name((enum owner)k, r->lang));
		view_int(o, "actions", n[k]);
		view_text(o, "url", actions_url(r, s, owner_key((enum owner)k), 1));
		view_flag(o, "current", strcmp(chosen, owner_key((enum owner)k)) == 0);
	}
}

static const char *
chosen_owner(const struct request *r)
{
	const char *asked = request_arg(r, "owner");

	for (int k = 0; asked && *asked && k < OWNERS; k++)
		if (strcmp(asked, owner_key((enum owner)k)) == 0)
			return owner_key((enum owner)k);
	return "";
}

void
desk_actions(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	const char *owner = chosen_owner(r);
	int64_t page = desk_number(r, "page"), from, n = 0;
	struct todo t;
	json_t *data, *list;

	if (!s)
		return;
	page = page > 1 && page < 1000000 ? page : 1;
	from = (page - 1) * ACTIONS_A_PAGE;
	todo_make(&t, &s->account);
	data = json_object();
	add_owners(data, r, s, &t, owner);
	list = view_list(data, "actions");
	for (size_t i = 0; i < t.n; i++) {
		if (*owner && strcmp(owner, owner_key(t.list[i].owner)) != 0)
			continue;
		if (n >= from && n < from + ACTIONS_A_PAGE)
			add_one(list, r, s, &t.list[i]);
		n++;
	}
	free(t.list);
	view_int(data, "found", n);
	view_int(data, "first", json_array_size(list) ? from + 1 : 0);
	view_int(data, "last", json_array_size(list) ? from + (int64_t)json_array_size(list) : 0);
	view_text(data, "previous_url", page > 1 ? actions_url(r, s, owner, page - 1) : NULL);
	view_text(data, "next_url", from + ACTIONS_A_PAGE < n ? actions_url(r, s, owner, page + 1) : NULL);
	desk_findings(view_list(data, "findings"), r, s, NULL, NULL);
	view_reply(r, SCREEN_ACTIONS, TRL(r->lang, "Who must act", "Ai cần làm gì"), s, data);
	view_done(r, s);
}
