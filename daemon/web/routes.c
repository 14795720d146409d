#include "web/routes.h"

#include "web/api.h"
#include "web/desk.h"
#include "web/desk_admin.h"
#include "web/landing.h"
#include "web/login.h"
#include "web/live.h"
#include "web/metrics.h"
#include "web/upload.h"

static void
show_root(struct request *r)
{
	reply_notice(r, 200, TRL(r->lang, "Invitations to surveys", "Thư mời tham gia khảo sát"),
	    TRL(r->lang, "This address serves personal invitation links. Please open the link in the message you received.",
	    "Địa chỉ này phục vụ các liên kết mời riêng cho từng người. Xin mở liên kết trong thư Ông/Bà đã nhận."));
}

static void
show_static(struct request *r)
{
	bool icon = strcmp(r->path, "/favicon.ico") == 0;
	const struct page_file *f = pages_static(r->site->pages, icon ? "/static/icon.svg" : r->path);

	if (!f) {
		reply_nothing_here(r);
		return;
	}
	/* The name in the pages carries a hash of the content. */
	r->cache = request_arg(r, "v") ? "public, max-age=31536000, immutable" : "public, max-age=3600";
	reply_raw(r, 200, f->type, f->data);
}

/* The store can be read: that is what a watcher wants to know. */
static void
show_health(struct request *r)
{
	if (db_ping(r->db, NULL) == 0)
		reply_raw(r, 200, "text/plain; charset=utf-8", "ok\n");
	else
		reply_raw(r, 503, "text/plain; charset=utf-8", "the store cannot be read\n");
}

static void
show_robots(struct request *r)
{
	r->cache = "public, max-age=86400";
	reply_raw(r, 200, "text/plain; charset=utf-8", "User-agent: *\nDisallow: /\n");
}

const struct route routes_public[] = {
	{ "/i/*", landing_show, NULL, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ "/i/*/go/*", NULL, landing_go, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ "/i/*/found", NULL, landing_found, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ "/u/*", stop_show, stop_act, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ "/r/*/*", return_show, NULL, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ "/api/v1/answers", NULL, api_answers, API_MAX_BYTES, RIGHT_ANYBODY },
	{ "/healthz", show_health, NULL, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ "/static/*", show_static, NULL, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ "/favicon.ico", show_static, NULL, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ "/robots.txt", show_robots, NULL, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ "/", show_root, NULL, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ NULL, NULL, NULL, 0, RIGHT_ANYBODY },
};

/* A page of a campaign, and the same for programs. */
#define BOTH(rest, get, post, body_max, right) \
	{ "/c/*" rest, get, post, body_max, right }, { "/api/v1/campaigns/*" rest, get, post, body_max, right }

/* A page of no campaign, and the same for programs. */
#define BESIDE(path, get, post, body_max, right) \
	{ path, get, post, body_max, right }, { "/api/v1" path, get, post, body_max, right }

const struct route routes_admin[] = {
	{ "/login", login_show, login_password, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ "/login/code", login_show_code, login_code, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ "/logout", NULL, login_out, FORM_MAX_BYTES, RIGHT_ACCOUNT },
	BESIDE("/account", desk_account, desk_account_change, FORM_MAX_BYTES, RIGHT_ACCOUNT),
	BESIDE("/users", desk_users, desk_users_create, FORM_MAX_BYTES, RIGHT_USERS),
	BESIDE("/users/*", desk_user, desk_user_change, FORM_MAX_BYTES, RIGHT_USERS),
	BESIDE("/keys", desk_keys, desk_keys_change, FORM_MAX_BYTES, RIGHT_USERS),
	BESIDE("/audit", desk_audit, desk_audit_verify, FORM_MAX_BYTES, RIGHT_AUDIT),
	{ "/", desk_index, NULL, FORM_MAX_BYTES, RIGHT_LOGIN },
	BOTH("", desk_today, NULL, FORM_MAX_BYTES, RIGHT_REPORTS),
	BOTH("/actions", desk_actions, NULL, FORM_MAX_BYTES, RIGHT_REPORTS),
	BOTH("/units", desk_units, NULL, FORM_MAX_BYTES, RIGHT_REPORTS),
	BOTH("/units/*", desk_unit_page, NULL, FORM_MAX_BYTES, RIGHT_UNIT),
	BOTH("/units/*/letters/*", desk_letter, desk_letter_send, FORM_MAX_BYTES, RIGHT_PEOPLE),
	{ "/c/*/units/*/letters/*/*", desk_letter_file, NULL, FORM_MAX_BYTES, RIGHT_PEOPLE },
	{ "/c/*/packs/*", desk_pack, NULL, FORM_MAX_BYTES, RIGHT_CHANGE },
	BOTH("/domains", desk_domains, NULL, FORM_MAX_BYTES, RIGHT_REPORTS),
	BOTH("/domains/*", desk_domain, NULL, FORM_MAX_BYTES, RIGHT_REPORTS),
	BOTH("/exchangers/*", desk_exchanger, NULL, FORM_MAX_BYTES, RIGHT_REPORTS),
	BOTH("/people", desk_people, desk_search, FORM_MAX_BYTES, RIGHT_PEOPLE),
	BOTH("/people/*/resend", desk_resend, desk_resend_do, FORM_MAX_BYTES, RIGHT_AMEND),
	BOTH("/people/*", desk_person, desk_person_act, FORM_MAX_BYTES, RIGHT_PEOPLE),
	BOTH("/rosters", desk_rosters, desk_roster_upload, UPLOAD_MAX_BYTES, RIGHT_PEOPLE),
	BOTH("/rosters/*", desk_roster, desk_roster_confirm, FORM_MAX_BYTES, RIGHT_PEOPLE),
	BOTH("/inbound", desk_inbound, NULL, FORM_MAX_BYTES, RIGHT_INBOUND),
	BOTH("/inbound/*/rule", desk_rule, desk_rule_teach, FORM_MAX_BYTES, RIGHT_INBOUND),
	BOTH("/inbound/*", desk_mail, desk_mail_decide, FORM_MAX_BYTES, RIGHT_INBOUND),
	BOTH("/rules", desk_rules, desk_rule_forget, FORM_MAX_BYTES, RIGHT_INBOUND),
	BOTH("/waves", desk_waves, desk_wave_create, FORM_MAX_BYTES, RIGHT_REPORTS),
	BOTH("/waves/*", desk_wave_page, desk_wave_act, FORM_MAX_BYTES, RIGHT_REPORTS),
	BOTH("/waves/*/preview", desk_wave_preview, NULL, FORM_MAX_BYTES, RIGHT_WAVES),
	{ "/c/*/waves/*/sample", desk_wave_sample, NULL, FORM_MAX_BYTES, RIGHT_WAVES },
	{ "/c/*/events", live_events, NULL, FORM_MAX_BYTES, RIGHT_REPORTS },
	BOTH("/reports", desk_reports, NULL, FORM_MAX_BYTES, RIGHT_REPORTS),
	BOTH("/reports/*", desk_report, NULL, FORM_MAX_BYTES, RIGHT_REPORTS),
	BOTH("/units/*/report", desk_unit_report, NULL, FORM_MAX_BYTES, RIGHT_PEOPLE),
	{ "/api/v1/campaigns", desk_index, NULL, FORM_MAX_BYTES, RIGHT_LOGIN },
	{ "/api/v1/openapi.json", show_static, NULL, FORM_MAX_BYTES, RIGHT_LOGIN },
	{ "/report/*/participation", desk_report_page, NULL, FORM_MAX_BYTES, RIGHT_REPORTS },
	{ "/report/*/causes", desk_report_page, NULL, FORM_MAX_BYTES, RIGHT_REPORTS },
	{ "/metrics", metrics_show, NULL, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ "/healthz", show_health, NULL, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ "/static/*", show_static, NULL, FORM_MAX_BYTES, RIGHT_ANYBODY },
	{ NULL, NULL, NULL, 0, RIGHT_ANYBODY },
};

const struct route *
route_find(const struct route *table, const char *path, struct path_segs *segs)
{
	for (const struct route *t = table; t->pattern; t++)
		if (path_match(t->pattern, path, segs))
			return t;
	return NULL;
}
