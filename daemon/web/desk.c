#include "web/desk.h"

#include <openssl/evp.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/report.h"

/* "127.0.0.1:8081", "localhost", "[::1]:8081": what a browser on this machine says. */
bool
desk_asked_here(struct request *r)
{
	static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };
	const char *host = request_header(r, "Host");

	for (size_t i = 0; host && i < COUNT_OF(names); i++) {
		size_t n = strlen(names[i]);

		if (strncasecmp(host, names[i], n) == 0 && (host[n] == ':' || !host[n]))
			return true;
	}
	reply_nothing_here(r);
	return false;
}

/* The page carries its own style sheet: its hash lets that one in, and no other. */
static void
allow_style(struct request *r)
{
	static const char begin[] = "<style>", end[] = "</style>";
	const char *page = buf_str(&r->out), *from = strstr(page, begin), *to = from ? strstr(from, end) : NULL;
	unsigned char hash[EVP_MAX_MD_SIZE], text[64];
	unsigned n = 0;

	if (!to)
		return;
	from += sizeof(begin) - 1;
	if (EVP_Digest(from, (size_t)(to - from), hash, &n, EVP_sha256(), NULL) != 1)
		die("SHA-256 failed");
	EVP_EncodeBlock(text, hash, (int)n);
	r->policy = arena_printf(r->arena, POLICY_FORMAT, arena_printf(r->arena, " 'sha256-%s'", (const char *)text), "");
}

static int
write_report(struct request *r, const struct campaign *c, FILE *f, struct err *e)
{
	struct account a = { .arena = ARENA_INIT };
	struct report report = { .account = &a, .lang = r->lang, .summaries = { r->lang }, .n_summaries = 1 };
	struct buf said = BUF_INIT(65536);
	struct finding *list;
	int faults, rc = -1;

	if (db_snapshot(r->db, e) < 0)
		return -1;
	if (account_build(&a, r->db, c, r->site->conf, NULL, clock_now(), e) == 0 &&
	    (faults = account_check(&a, r->db, &said, e)) >= 0) {
		if (faults > 0)
			log_error("report", "campaign=%s reconciles=no faults=%d", c->key, faults);
		account_sort(&a, ORDER_CODE);
		report.n_findings = findings(&a, &a.arena, &list);
		report.findings = list;
		rc = report_html(&report, f, e);
	}
	account_release(&a);
	buf_release(&said);
	return rc < 0 ? db_abort(r->db) : db_commit(r->db, e);
}

static void
show_report(struct request *r)
{
	struct err e = ERR_INIT;
	struct campaign c;
	char *page = NULL;
	size_t len = 0;
	FILE *f;
	int rc;

	if (!desk_asked_here(r))
		return;
	if ((rc = campaign_find(r->db, r->arena, r->seg[0], &c, &e)) == 0) {
		reply_nothing_here(r);
		return;
	}
	if (rc == 1 && !(f = open_memstream(&page, &len)))
		rc = err_sys(&e, TR("cannot prepare the report", "không chuẩn bị được báo cáo"));
	if (rc == 1) {
		request_choose_lang(r, c.lang);
		rc = write_report(r, &c, f, &e);
		fclose(f);
	}
	if (rc < 0) {
		reply_error(r, &e);
	} else {
		reply_raw(r, 200, "text/html; charset=utf-8", page);
		allow_style(r);
	}
	free(page);
}

void
desk_participation(struct request *r)
{
	show_report(r);
}

void
desk_causes(struct request *r)
{
	show_report(r);
}

struct listing {
	struct request *r;
	struct mustache_value items[200];
	size_t n;
};

static int
list_campaign(const struct campaign *c, void *arg)
{
	struct listing *l = arg;
	struct mustache_field *f = arena_alloc(l->r->arena, 5 * sizeof(*f));
	struct date_text t;

	f[0] = (struct mustache_field){ "title", mustache_text(arena_dup(l->r->arena, c->title)) };
	f[1] = (struct mustache_field){ "key", mustache_text(arena_dup(l->r->arena, c->key)) };
	f[2] = (struct mustache_field){ "opens",
	    mustache_text(arena_dup(l->r->arena, date_day(&t, &c->zone, c->opens_at, l->r->lang))) };
	f[3] = (struct mustache_field){ "closes",
	    mustache_text(arena_dup(l->r->arena, date_day(&t, &c->zone, c->closes_at, l->r->lang))) };
	l->items[l->n++] = mustache_object(f, 4);
	return l->n == COUNT_OF(l->items);	/* so many are enough for one page */
}

void
desk_index(struct request *r)
{
	struct listing l = { .r = r };
	struct mustache_field f[2];
	struct err e = ERR_INIT;

	if (!desk_asked_here(r))
		return;
	if (campaign_each(r->db, list_campaign, &l, &e) < 0) {
		reply_error(r, &e);
		return;
	}
	f[0] = (struct mustache_field){ "title", mustache_text(TRL(r->lang, "Reports", "Báo cáo")) };
	f[1] = (struct mustache_field){ "campaigns", mustache_list(l.items, l.n) };
	reply_page(r, 200, PAGE_DESK, f, COUNT_OF(f));
}
