/*
 * request.h - one request as a handler sees it, and how it replies.
 *
 * A handler reads `seg`, `body` and the helpers, then calls exactly one
 * reply_* function. It runs in a pool thread, with a store handle and an arena
 * of that thread; nothing of the request outlives it.
 *
 * Every reply carries the security headers: no script at all, no frame, no
 * referrer, no sniffing. Personal pages are never stored by anybody.
 *
 * Units      bytes; clock_mono_us for limits.
 * Ownership  all texts are borrowed until the handler returns.
 * Errors     reply_error logs a struct err once and shows a page without it.
 * Threads    one request, one thread; struct site is constant.
 * Source     RFC 9110, RFC 9111 (no-store), RFC 6797 (HSTS), CSP level 3.
 */
#ifndef THUMOI_WEB_REQUEST_H
#define THUMOI_WEB_REQUEST_H

#include <stdio.h>

#include "base/conf.h"
#include "base/token.h"
#include "engine/access.h"
#include "store/campaign.h"
#include "web/form.h"
#include "web/limiter.h"
#include "web/pages.h"

struct board;
struct chain;
struct live;
struct meters;
struct metrics;
struct rulebook;
struct rules;
struct shelf;

/* What all threads of one server share. */
struct site {
	const char *store;		/* [c] */
	const char *public_url;		/* [c] */
	bool secure;			/* [c] people come by https */
	bool secure_desk;		/* [c] and so do those who come to the desk */
	bool no_login;			/* [c] admin_login = none */
	char csrf[65];			/* [c] for no_login: no session to make it of */
	struct secret secret;		/* [c] signs return links */
	const char *api_key;		/* [c] NULL: no API */
	struct pages *pages;		/* [c] */
	const struct conf *conf;	/* [c] */
	struct meters *meters;		/* [c] NULL: nobody counts */
	struct metrics *metrics;	/* what /metrics keeps: web/metrics.h */
	struct board *board;		/* what the desk shows: engine/board.h */
	struct shelf *shelf;		/* reports that take long: engine/shelf.h */
	struct screens *screens;	/* [c] */
	struct tiles *tiles;		/* [c] */
	struct chain *chain;		/* is the audit log as it was written: web/chain.h */
	struct live *live;		/* [c] who is told what moves: web/live.h */
	struct rulebook *book;		/* what mails that came back are read by: engine/rulebook.h */
	struct limiter tokens, keys, logins;	/* failures by client address */
	struct limiter names;		/* wrong passwords by user */
};

/* style: sources of style sheets, form: where forms may lead, beside ourselves; each "" or begins with ' '. */
#define POLICY_FORMAT "default-src 'none'; style-src 'self'%s; img-src 'self'; form-action 'self'%s; base-uri 'none'; frame-ancestors 'none'"

#define DESK_POLICY "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; " \
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

struct worker;		/* what one pool thread keeps: server.c */

struct request {
	struct site *site;
	struct worker *worker;
	struct db *db;
	struct arena *arena;
	bool post, head;
	const char *path;
	const char *route;		/* the pattern that matched: may be logged */
	const char *seg[PATH_SEGS];
	const char *body;		/* NUL-terminated */
	size_t body_len;
	enum lang lang;
	bool lang_chosen;		/* by ?lang=; on the desk it is remembered */
	unsigned char peer[16];		/* an address, or an IPv6 network of 64 bits */
	size_t peer_len;
	void *connection;		/* of the library */
	const struct actor *actor;	/* who is logged in; NULL: nobody, or nobody asked (web/session.h) */
	struct actor who;
	bool needs_second;		/* must have a second factor, and has none yet */
	const char *csrf;		/* for the forms of this page */
	const char *session;		/* its key in the store; NULL: nobody logs in here */
	const struct rules *rules;	/* as they are during this request; at the desk only */

	/* the reply */
	int status;
	struct buf out;
	void *response;			/* of the library, instead of out: what comes bit by bit */
	FILE *file;			/* the body, instead of `out`; NULL: none */
	const char *set_cookie;		/* NULL: none */
	const char *file_name;		/* to be saved as; NULL: shown */
	const char *type, *location, *cache, *allow, *retry_after, *challenge;
	const char *policy;		/* Content-Security-Policy; NULL: the strict one */
	const char *lang_cookie;	/* remembers the language; NULL: does not */
};

const char *request_header(const struct request *, const char *name);	/* NULL: none */
const char *request_cookie(const struct request *, const char *name);	/* NULL: none */
const char *request_arg(const struct request *, const char *name);	/* of the query; NULL: none */
/* "&name=value" for each argument of the query but lang and said: what was chosen on the page. */
void	request_choices(const struct request *, struct buf *);
/* The language chosen by ?lang=, else the one remembered, else the best of Accept-Language, else `fallback`. */
void	request_choose_lang(struct request *, enum lang fallback);

/* A campaign, and what each of its pages repeats, made ready once. */
struct shown {
	struct campaign c;
	const char *opens[2], *closes[2];	/* by language */
	struct mustache_value legal_bases, dispatches;	/* lists of { text } */
	const char *policy;		/* Content-Security-Policy of pages with buttons to the forms */
};
/* As the store had it at most a second ago; lives until the request ends. 1/0/-1. */
int	request_campaign(struct request *, int64_t id, const struct shown **, struct err *);

void	reply_page(struct request *, int status, enum page, const struct mustache_field *, size_t n);
bool	request_is_api(const struct request *);		/* a program asks, under /api/v1 */
/* An error for a program (RFC 9457); detail may be NULL. */
void	reply_problem(struct request *, int status, const char *title, const char *detail);
/* A page that says one thing; to a program, a problem. */
void	reply_notice(struct request *, int status, const char *title, const char *text);
void	reply_redirect(struct request *, const char *location);		/* 303 */
void	reply_raw(struct request *, int status, const char *type, const char *text);
/* The page in r->out carries a style sheet of its own: its hash lets that one in, and no other. */
void	reply_allow_style(struct request *);
void	reply_own(struct request *, int status, const char *type, struct buf *);	/* takes what is in it */
/* A file without a name: it is sent as it lies there, in flat memory; reply_queue closes it. */
void	reply_file(struct request *, int status, const char *type, FILE *);
void	reply_error(struct request *, const struct err *);
/* Nobody has such a link: always the same page, or "too many" for an address that goes on guessing. */
void	reply_unknown(struct request *);
void	reply_nothing_here(struct request *);	/* the same page for paths that hold no token */

#endif
