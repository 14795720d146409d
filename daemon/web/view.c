#include "web/view.h"

#include <inttypes.h>

#include "base/log.h"
#include "base/text.h"

#define PAGE_MAX_BYTES ((size_t)32 << 20)
#define PAGE_BYTES 65536
#define DEEP 16			/* objects within objects: ours go to six */

void
view_int(json_t *o, const char *key, int64_t v)
{
	json_object_set_new(o, key, json_integer(v));
}

void
view_text(json_t *o, const char *key, const char *s)
{
	json_object_set_new(o, key, s ? json_string(s) : json_null());
}

void
view_utf8(json_t *o, const char *key, struct arena *a, const char *s)
{
	view_text(o, key, text_nfc(a, s, strlen(s)));
}

void
view_grade(json_t *o, const char *key, char grade)
{
	view_text(o, key, grade ? (char[]){ grade, '\0' } : NULL);
}

void
view_flag(json_t *o, const char *key, bool on)
{
	json_object_set_new(o, key, json_boolean(on));
}

void
view_share(json_t *o, const char *key, int64_t part, int64_t of)
{
	/* As text_percent rounds: what JSON says and what the page shows is one number. */
	int64_t tenths = of > 0 ? (part * 2000 + of) / (of * 2) : 0;

	json_object_set_new(o, key, of > 0 ? json_real((double)tenths / 10) : json_null());
}

void
view_time(json_t *o, const char *key, const struct zone *z, int64_t at, enum lang l)
{
	char text[64];
	struct date_text t;

	snprintf(text, sizeof(text), "%s_text", key);
	view_text(o, key, at ? date_rfc3339(&t, z, at) : NULL);
	view_text(o, text, at ? date_minute(&t, z, at, l) : NULL);
}

void
view_day(json_t *o, const char *key, const struct zone *z, int64_t at, enum lang l)
{
	char text[64];
	struct date_text t;

	snprintf(text, sizeof(text), "%s_text", key);
	view_text(o, key, at ? date_rfc3339(&t, z, at) : NULL);
	view_text(o, text, at ? date_day(&t, z, at, l) : NULL);
}

void
view_html(json_t *o, const char *key, struct buf *b)
{
	json_object_set_new(o, key, json_stringn(buf_str(b), b->len));
	buf_release(b);
}

json_t *
view_list(json_t *o, const char *key)
{
	json_t *list = json_array();

	json_object_set_new(o, key, list);
	return list;
}

json_t *
view_item(json_t *list)
{
	json_t *o = json_object();

	json_array_append_new(list, o);
	return o;
}

static bool
ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* What is only for the page is taken out. */
static void
strip(json_t *j)
{
	const char *key;
	void *next;
	json_t *v;
	size_t i;

	if (json_is_array(j)) {
		json_array_foreach(j, i, v)
			strip(v);
		return;
	}
	json_object_foreach_safe(j, next, key, v) {
		if (ends_in(key, "_html") || ends_in(key, "_px"))
			json_object_del(j, key);
		else
			strip(v);
	}
}

static const char *
number(struct request *r, const char *key, const json_t *j)
{
	char text[32], *comma;

	if (json_is_integer(j)) {
		if (strcmp(key, "id") == 0 || ends_in(key, "_px"))
			return arena_printf(r->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(j));
		return arena_dup(r->arena, text_number(text, json_integer_value(j), r->lang));
	}
	snprintf(text, sizeof(text), "%.1f", json_real_value(j));
	if (r->lang == LANG_VI && (comma = strchr(text, '.')))
		*comma = ',';
	return arena_dup(r->arena, text);
}

static struct mustache_value
value_of(struct request *r, const char *key, json_t *j, int depth)
{
	struct mustache_value *items;
	struct mustache_field *fields;
	const char *name;
	size_t i = 0;
	json_t *v;

	ASSERT(depth < DEEP);
	switch (json_typeof(j)) {
	case JSON_STRING:
		return mustache_text(json_string_value(j));
	case JSON_INTEGER:
	case JSON_REAL:
		return mustache_text(number(r, key, j));
	case JSON_TRUE:
		return (struct mustache_value){ .kind = MUSTACHE_TRUE };
	case JSON_ARRAY:
		items = arena_alloc(r->arena, (json_array_size(j) + 1) * sizeof(*items));
		json_array_foreach(j, i, v)
			items[i] = value_of(r, key, v, depth + 1);
		return mustache_list(items, json_array_size(j));
	case JSON_OBJECT:
		fields = arena_alloc(r->arena, (json_object_size(j) + 1) * sizeof(*fields));
		json_object_foreach(j, name, v)
			fields[i++] = (struct mustache_field){ name, value_of(r, name, v, depth + 1) };
		return mustache_object(fields, i);
	default:
		return (struct mustache_value){ .kind = MUSTACHE_FALSE };
	}
}

static const struct tab { const char *path, *en, *vi; enum screen screen[4]; enum right right; } tabs[] = {
	{ "", "Today", "Hôm nay", { SCREEN_TODAY, SCREEN_TODAY }, RIGHT_REPORTS },
	{ "/actions", "Who must act", "Ai cần làm gì", { SCREEN_ACTIONS, SCREEN_ACTIONS }, RIGHT_REPORTS },
	{ "/units", "Units", "Đơn vị", { SCREEN_UNITS, SCREEN_UNIT, SCREEN_LETTER }, RIGHT_REPORTS },
	{ "/domains", "Institutions", "Hệ thống thư", { SCREEN_DOMAINS, SCREEN_DOMAIN, SCREEN_EXCHANGER }, RIGHT_REPORTS },
	{ "/people", "People", "Người được cử", { SCREEN_PEOPLE, SCREEN_PERSON, SCREEN_RESEND }, RIGHT_PEOPLE },
	{ "/rosters", "Rosters", "Danh sách", { SCREEN_ROSTERS, SCREEN_ROSTER, SCREEN_UPLOAD }, RIGHT_PEOPLE },
	{ "/inbound", "Inbound", "Thư trả lời", { SCREEN_INBOUND, SCREEN_MAIL, SCREEN_RULES, SCREEN_RULE }, RIGHT_INBOUND },
	{ "/waves", "Waves", "Lượt gửi", { SCREEN_WAVES, SCREEN_WAVE, SCREEN_PREVIEW }, RIGHT_REPORTS },
	{ "/reports", "Reports", "Báo cáo", { SCREEN_REPORTS, SCREEN_REPORT }, RIGHT_REPORTS },
};

/* What is not filled is SCREEN_CAMPAIGNS, which stands above all tabs. */
static bool
is_of(const struct tab *t, enum screen which)
{
	for (size_t i = 0; i < COUNT_OF(t->screen); i++)
		if (t->screen[i] == which)
			return true;
	return false;
}

/* The pages of no campaign. */
static const struct { const char *url, *en, *vi; enum screen screen[2]; enum right right; } beside[] = {
	{ "/", "Campaigns", "Các đợt khảo sát", { SCREEN_CAMPAIGNS, SCREEN_CAMPAIGNS }, RIGHT_LOGIN },
	{ "/account", "My account", "Tài khoản của tôi", { SCREEN_ACCOUNT, SCREEN_ACCOUNT }, RIGHT_ACCOUNT },
	{ "/users", "Accounts", "Tài khoản", { SCREEN_USERS, SCREEN_USER }, RIGHT_USERS },
	{ "/keys", "API keys", "Khóa API", { SCREEN_KEYS, SCREEN_KEYS }, RIGHT_USERS },
	{ "/audit", "Audit log", "Nhật ký hoạt động", { SCREEN_AUDIT, SCREEN_AUDIT }, RIGHT_AUDIT },
};

static void
add_nav(json_t *nav, const char *url, const char *text, bool current)
{
	json_t *o = view_item(nav);

	view_text(o, "url", url);
	view_text(o, "text", text);
	view_flag(o, "current", current);
}

static void
add_campaign(const struct request *r, json_t *data, const struct snapshot *s)
{
	const struct campaign *c = &s->campaign;
	json_t *o = json_object();

	view_text(o, "key", c->key);
	view_text(o, "title", c->title);
	view_day(o, "opens_at", &c->zone, c->opens_at, r->lang);
	view_day(o, "closes_at", &c->zone, c->closes_at, r->lang);
	json_object_set_new(data, "campaign", o);
	view_time(data, "as_of", &c->zone, s->made_at, r->lang);
	view_flag(data, "reconciles", s->account.faults == 0);
}

/* The same page, with the same choices, in the other language. */
static const char *
other_lang_url(const struct request *r)
{
	struct buf b = BUF_INIT(4096);
	const char *url;

	buf_printf(&b, "?lang=%s", r->lang == LANG_VI ? "en" : "vi");
	if (!r->post)
		request_choices(r, &b);
	url = arena_dup(r->arena, b.failed ? "" : buf_str(&b));
	buf_release(&b);
	return url;
}

/* What stands around each page. */
static void
add_frame(struct request *r, enum screen which, const char *title, const struct snapshot *s, json_t *data)
{
	json_t *nav = view_list(data, "nav");

	for (size_t i = 0; s && i < COUNT_OF(tabs); i++)
		if (access_may(r->actor, tabs[i].right))
			add_nav(nav, arena_printf(r->arena, "/c/%s%s", s->campaign.key, tabs[i].path),
			    TRL(r->lang, tabs[i].en, tabs[i].vi), is_of(&tabs[i], which));
	for (size_t i = 0; !s && r->actor && i < COUNT_OF(beside); i++)
		if (access_may(r->actor, beside[i].right) && (r->actor->user || beside[i].right != RIGHT_ACCOUNT) && !r->needs_second)
			add_nav(nav, beside[i].url, TRL(r->lang, beside[i].en, beside[i].vi),
			    beside[i].screen[0] == which || beside[i].screen[1] == which);
	view_flag(data, "has_nav", json_array_size(nav) > 0);
	/* Without JavaScript a page with a wave under way loads itself again. */
	view_flag(data, "moves", json_is_true(json_object_get(data, "running")) ||
	    json_is_true(json_object_get(json_object_get(data, "wave"), "running")));
	view_text(data, "lang", lang_name(r->lang));
	view_text(data, "title", title ? title : s ? s->campaign.title : "");
	view_text(data, "causes_style", pages_url(r->site->pages, "/static/causes.css"));
	view_text(data, "style", pages_url(r->site->pages, "/static/desk.css"));
	view_text(data, "script", pages_url(r->site->pages, "/static/desk.js"));
	if (r->actor) {
		json_t *o = json_object();

		view_text(o, "name", r->actor->name);
		view_text(o, "role_name", role_name(r->actor->role, r->lang));
		view_flag(o, "can_log_out", !r->site->no_login);
		view_flag(o, "has_account", r->actor->user != 0);
		view_flag(o, "manages", access_may(r->actor, RIGHT_USERS) && !r->needs_second);
		json_object_set_new(data, "actor", o);
	}
	view_text(data, "csrf", r->csrf);
	view_text(data, "other_lang_url", other_lang_url(r));
	view_text(data, "other_lang", r->lang == LANG_VI ? "en" : "vi");
	view_text(data, "other_lang_name", r->lang == LANG_VI ? "English" : "Tiếng Việt");
}

static void
reply_json(struct request *r, int status, json_t *data)
{
	char *text = json_dumps(data, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(6));

	if (!text)
		die("out of memory");
	reply_raw(r, status, "application/json; charset=utf-8", text);
	free(text);
}

int
view_fragment(struct request *r, enum screen which, json_t *data, struct buf *out, struct err *e)
{
	struct mustache_value v = value_of(r, "", data, 0);

	return screens_render(r->site->screens, which, r->lang, &v, out, e);
}

static int
render(struct request *r, enum screen which, json_t *data, struct err *e)
{
	struct mustache_value v = value_of(r, "", data, 0);
	struct buf page = BUF_INIT(PAGE_MAX_BYTES);
	int rc = screens_render(r->site->screens, which, r->lang, &v, &page, e);

	if (rc == 0 && page.failed)
		rc = err_set(e, ERR_FULL, TR("the page is too large", "trang quá lớn"));
	if (rc == 0)
		reply_own(r, 200, "text/html; charset=utf-8", &page);
	buf_release(&page);
	return rc;
}

void
view_reply(struct request *r, enum screen which, const char *title, const struct snapshot *s, json_t *data)
{
	struct err e = ERR_INIT;

	if (s)
		add_campaign(r, data, s);
	if (request_is_api(r)) {
		strip(data);
		reply_json(r, 200, data);
	} else {
		add_frame(r, which, title, s, data);
		if (!r->policy)
			r->policy = DESK_POLICY;
		if (r->lang_chosen)
			r->lang_cookie = arena_printf(r->arena, "lang=%s; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax",
			    lang_name(r->lang));
		if (render(r, which, data, &e) < 0)
			view_error(r, &e);
	}
	json_decref(data);
}

void
view_error(struct request *r, const struct err *e)
{
	struct log_q q;
	bool later = e->code == ERR_BUSY;
	const char *title = later ? TRL(r->lang, "Please try again in a moment", "Xin thử lại sau ít phút") :
	    TRL(r->lang, "This could not be shown", "Không hiển thị được trang này");

	log_error("request", "route=%s text=%s", r->route, log_q(&q, e->text));
	if (later)
		r->retry_after = "10";
	reply_notice(r, later ? 503 : 500, title, TRL(r->lang, "The log of the service says why.", "Nhật ký của dịch vụ ghi rõ lý do."));
}

void
view_nothing_here(struct request *r)
{
	reply_notice(r, 404, TRL(r->lang, "There is no such page", "Không có trang này"),
	    TRL(r->lang, "Perhaps the campaign, the unit or the person has another name.",
	    "Có thể đợt khảo sát, đơn vị hoặc người này mang tên khác."));
}

const struct snapshot *
view_campaign(struct request *r)
{
	const struct snapshot *s = NULL;
	struct err e = ERR_INIT;
	int rc = board_take(r->site->board, r->db, r->seg[0], &s, &e);

	if (rc < 0)
		view_error(r, &e);
	else if (rc == 0)
		view_nothing_here(r);
	return s;
}

void
view_done(struct request *r, const struct snapshot *s)
{
	board_give(r->site->board, s);
}
