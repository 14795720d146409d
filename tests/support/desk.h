/*
 * desk.h - the administrator's desk over a small store, asked by a real client.
 */
#ifndef THUMOI_TESTS_DESK_H
#define THUMOI_TESTS_DESK_H

#include "support/check.h"
#include "support/http.h"
#include "support/world.h"

#include "base/conf.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/import.h"
#include "engine/unit_file.h"
#include "web/http.h"
#include "web/server.h"

#define DESK_DATA "tests/data/trial-2021/"
#define DESK_OPENS INT64_C(1631811600)	/* when the units of the trial were in force */

struct desk {
	struct world w;
	struct conf conf;
	struct campaign c;
	struct units *units;
	struct web *web;
	struct http_where where;
	struct answer_page page;
	int fd;
	const char *csrf, *csrf_header;	/* of its forms, and as a program sends it */
};

static inline void
desk_begin(struct desk *d)
{
	int64_t n;

	log_to(-1, LOG_LEVEL_ERROR);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	world_make(&d->w);
	if (db_begin(d->w.db, &d->w.e) < 0 || unit_file_import(d->w.db, DESK_DATA "units.csv", &n, &d->w.e) < 0 ||
	    provider_file_import(d->w.db, DESK_DATA "providers.txt", &n, &d->w.e) < 0 || db_commit(d->w.db, &d->w.e) < 0 ||
	    tree_find(d->w.db, "units", &d->w.tree, &d->w.e) != 1 || conf_load(&d->conf, NULL, false, &d->w.e) < 0)
		world_die(&d->w, "world");
	d->conf.admin_login = "none";
	d->conf.secret_file = arena_printf(&d->w.arena, "%s/secret", d->w.dir);
	world_campaign(&d->w, "c", DESK_OPENS, clock_now() + 20 * 86400);
	if (campaign_find(d->w.db, &d->w.arena, "c", &d->c, &d->w.e) != 1 ||
	    units_load(&d->units, d->w.db, d->w.tree, DESK_OPENS, &d->w.e) < 0)
		world_die(&d->w, "campaign");
}

static inline void
desk_end(struct desk *d)
{
	web_stop(d->web, 1000);
	close(d->fd);
	buf_release(&d->page.head);
	buf_release(&d->page.body);
	units_free(d->units);
	conf_release(&d->conf);
	world_end(&d->w);
	curl_global_cleanup();
}

static inline long
desk_ask(struct desk *d, const char *path, const struct ask *a)
{
	const char *url = arena_printf(&d->w.arena, "http://%s%s", d->where.text, path);

	return http_ask(&d->page, url, a) == 0 ? d->page.status : -1;
}

static inline long
desk_get(struct desk *d, const char *path)
{
	return desk_ask(d, path, &(struct ask){ .headers = { "Accept-Language: vi" } });
}

static inline void
desk_serve(struct desk *d)
{
	struct web_options o = { .conf = &d->conf, .store = d->w.path, .fd = -1 };
	const char *csrf;

	d->fd = o.admin_fd = http_listen("127.0.0.1:0", &d->where, &d->w.e);
	if (o.admin_fd < 0 || web_start(&d->web, &o, &d->w.e) < 0)
		world_die(&d->w, "web");
	desk_get(d, "/c/c/people");
	csrf = strstr(buf_str(&d->page.body), "name=\"csrf\" value=\"");
	if (!csrf)
		world_die(&d->w, "no form");
	csrf += strlen("name=\"csrf\" value=\"");
	d->csrf = arena_ndup(&d->w.arena, csrf, strcspn(csrf, "\""));
	d->csrf_header = arena_printf(&d->w.arena, "X-CSRF: %s", d->csrf);
}

/* As a browser does: our pages send no referrer, so the origin is "null". */
static inline long
desk_post(struct desk *d, const char *path, const char *body)
{
	return desk_ask(d, path, &(struct ask){ .body = body, .headers = { "Accept-Language: vi", d->csrf_header, "Origin: null",
	    "Sec-Fetch-Site: same-origin" } });
}

/* Where a POST leads back to. */
static inline const char *
desk_follow(struct desk *d)
{
	const char *to = arena_dup(&d->w.arena, http_header(&d->page, "Location"));

	desk_get(d, to);
	return to;
}

static inline int64_t
desk_import(struct desk *d, const char *name, const char *text)
{
	const struct import_options o = { .campaign = &d->c, .units = d->units, .received_from = "dau.moi@cantho.example" };
	const char *path = arena_printf(&d->w.arena, "%s/%s", d->w.dir, name);
	struct import_tally t;
	int64_t id;

	if (file_replace(path, text, strlen(text), &d->w.e) < 0 || import_roster(d->w.db, &o, path, &t, &d->w.e) < 0)
		world_die(&d->w, path);
	id = t.roster;
	import_tally_release(&t);
	return id;
}

/* How often a text stands on the page. */
static inline int
desk_times(const struct desk *d, const char *text)
{
	int n = 0;

	for (const char *s = buf_str(&d->page.body); (s = strstr(s, text)); s += strlen(text))
		n++;
	return n;
}

#endif
