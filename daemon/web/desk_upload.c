/* desk.h: a roster is sent to the desk: first what would become of it, then the import. */
#include "web/desk.h"

#include "base/file.h"
#include "engine/import.h"
#include "engine/spool.h"
#include "mail/addr.h"
#include "web/desk_parts.h"
#include "web/session.h"
#include "web/upload.h"

#define ROWS_SHOWN 200		/* that need a look */

struct sending {
	struct request *r;
	const struct snapshot *s;
	struct units *units;
	const char *unit, *from;	/* as the form has them; "" */
	bool adds, dry_run;
	const char *path, *id;		/* in the spool */
	json_t *rows;			/* NULL: not wanted */
	int64_t faulty;
};

static void
add_row(const struct import_row *w, void *arg)
{
	struct sending *q = arg;
	json_t *o;

	if (q->faulty++ >= ROWS_SHOWN || !q->rows)
		return;
	o = view_item(q->rows);
	view_int(o, "line", w->line);
	view_utf8(o, "name", q->r->arena, w->name);
	view_text(o, "disposition", disposition_name(w->disposition));
	view_text(o, "disposition_name", desk_disposition(disposition_name(w->disposition), q->r->lang));
	view_text(o, "reason", reason_name(w->reason));
	view_text(o, "reason_text", reason_text(w->reason, q->r->lang));
	view_text(o, "suggestion", *w->suggestion ? w->suggestion : NULL);
}

/* Unit and sender as given, then the import itself. */
static int
import(struct sending *q, struct import_tally *t, struct err *e)
{
	struct import_options o = { .campaign = &q->s->campaign, .units = q->units, .conf = q->r->site->conf,
	    .received_from = q->from, .actor = desk_actor(q->r), .adds = q->adds, .dry_run = q->dry_run, .row = add_row, .arg = q };
	struct addr addr;

	*t = (struct import_tally){ .arena = ARENA_INIT };
	if ((*q->unit && units_resolve(q->units, q->unit, &o.unit, e) < 0) ||
	    (*q->from && addr_parse(&addr, q->r->arena, q->from, e) < 0))
		return -1;
	return import_roster(q->r->db, &o, q->path, t, e);
}

static void
add_gaps(json_t *data, const struct import_tally *t)
{
	json_t *list = view_list(data, "gaps");

	for (size_t i = 0; i < t->n_gaps && i < LAYOUT_GAPS; i++) {
		json_t *o = view_item(list);

		view_int(o, "line", t->gaps[i].line);
		view_int(o, "after", t->gaps[i].after);
		view_int(o, "next", t->gaps[i].next);
	}
}

static void
add_tally(json_t *data, const struct sending *q, const struct import_tally *t)
{
	const struct request *r = q->r;

	view_text(data, "unit", t->unit->code);
	view_text(data, "unit_name", unit_name(t->unit, r->lang));
	view_text(data, "encoding", t->encoding);
	view_text(data, "blanked", *t->blanked ? t->blanked : NULL);
	view_int(data, "records", t->records);
	view_int(data, "accepted", t->disposition[ACCEPT]);
	view_int(data, "held", t->disposition[HOLD]);
	view_int(data, "rejected", t->disposition[REJECT]);
	view_int(data, "repeated", t->disposition[DUPLICATE]);
	view_int(data, "added", t->added);
	view_int(data, "changed", t->changed);
	view_int(data, "unchanged", t->unchanged);
	view_int(data, "missing", t->missing);
	view_int(data, "moved", t->moved);
	view_int(data, "mended", t->mended);
	view_flag(data, "again", t->again);
	view_flag(data, "replaces", t->replaced);
	view_flag(data, "corrections", t->corrections);
	view_flag(data, "any_moved", t->moved > 0);
	view_flag(data, "any_missing", t->missing > 0);
	view_flag(data, "lost_letters", t->lost_letters);
	view_flag(data, "damaged", t->damaged);
	view_text(data, "headerless", t->headerless ? t->columns : NULL);
	view_flag(data, "useless", !t->again && !t->corrections && t->disposition[ACCEPT] == 0);
	if (t->declared && t->declared != t->records)
		view_int(data, "declared", t->declared);
	else
		view_text(data, "declared", NULL);
	add_gaps(data, t);
	view_int(data, "faulty", q->faulty);
	view_flag(data, "more_rows", q->faulty > ROWS_SHOWN);
}

/* What is wrong with the file or the form is for its sender to read; the rest is not. */
static void
reply_fault(struct request *r, const struct snapshot *s, const struct err *e)
{
	json_t *data;

	if (e->code != ERR_INPUT && e->code != ERR_NOTFOUND) {
		view_error(r, e);
	} else if (request_is_api(r)) {
		reply_problem(r, 422, e->text, NULL);
	} else {
		data = json_object();
		view_flag(data, "fault", true);
		view_text(data, "file", NULL);
		view_text(data, "list_url", desk_url(r, s, "/rosters"));
		desk_said(data, e->text, false);
		view_reply(r, SCREEN_UPLOAD, TRL(r->lang, "This file cannot be imported", "Không nhập được tệp này"), s, data);
		r->status = 422;
	}
}

static void
preview(struct sending *q)
{
	json_t *data = json_object();
	struct err e = ERR_INIT;
	struct import_tally t;

	q->dry_run = true;
	q->rows = view_list(data, "rows");
	if (import(q, &t, &e) < 0) {
		json_decref(data);
		spool_drop(q->r->site->store, q->id);
		reply_fault(q->r, q->s, &e);
	} else {
		view_text(data, "file", file_base(q->path));
		add_tally(data, q, &t);
		view_text(data, "upload", q->id);
		view_text(data, "given_unit", q->unit);
		view_text(data, "received_from", q->from);
		view_flag(data, "adds", q->adds);
		view_flag(data, "fault", false);
		view_text(data, "list_url", desk_url(q->r, q->s, "/rosters"));
		desk_said(data, NULL, false);
		view_reply(q->r, SCREEN_UPLOAD, TRL(q->r->lang, "Before it is imported", "Xem trước khi nhập"), q->s, data);
	}
	import_tally_release(&t);
}

static void
store(struct sending *q)
{
	struct err e = ERR_INIT;
	struct import_tally t;

	if (import(q, &t, &e) < 0) {
		reply_fault(q->r, q->s, &e);
	} else if (request_is_api(q->r)) {
		json_t *data = json_object();

		view_int(data, "id", t.roster);
		add_tally(data, q, &t);
		view_reply(q->r, SCREEN_UPLOAD, NULL, NULL, data);
	} else {
		reply_redirect(q->r, desk_url(q->r, q->s, arena_printf(q->r->arena, "/rosters/%lld?imported=%d", (long long)t.roster,
		    t.again ? 2 : 1)));
	}
	import_tally_release(&t);
	if (e.code != ERR_BUSY)		/* then the button may be pressed again */
		spool_drop(q->r->site->store, q->id);
	board_touch(q->r->site->board, q->s->campaign.id);
}

static const char *
given(const struct upload_form *u, struct arena *a, const char *name)
{
	const char *s = upload_value(u, name);

	return s ? arena_dup(a, s) : "";
}

/* The file has come: into the spool, and a look at it. act=import stores it at once. */
static void
take_file(struct sending *q)
{
	struct request *r = q->r;
	struct err e = ERR_INIT;
	struct upload_form u;
	const char *name = NULL;
	bool at_once;

	if (!upload_read(&u, r) || !u.file_name || !u.file.len || !(name = spool_name(r->arena, u.file_name)))
		err_set(&e, ERR_INPUT, "%s", TRL(r->lang, "No file came, or it is empty.", "Chưa có tệp, hoặc tệp trống."));
	q->unit = given(&u, r->arena, "unit");
	q->from = given(&u, r->arena, "received_from");
	q->adds = *given(&u, r->arena, "adds") != '\0';
	at_once = strcmp(given(&u, r->arena, "act"), "import") == 0;
	if (e.code || spool_put(r->arena, r->site->store, name, u.file.s, u.file.len, &q->id, &q->path, &e) < 0)
		reply_fault(r, q->s, &e);
	else if (at_once)
		store(q);
	else
		preview(q);
	upload_release(&u);
}

static const char *
field(const struct request *r, const char *name)
{
	const char *s = form_value(r->arena, r->body, r->body_len, name);

	return s ? s : "";
}

/* The button below the preview. */
static void
take_spooled(struct sending *q)
{
	struct request *r = q->r;
	struct err e = ERR_INIT;
	int rc;

	q->id = field(r, "upload");
	q->unit = field(r, "unit");
	q->from = field(r, "received_from");
	q->adds = *field(r, "adds") != '\0';
	if ((rc = spool_find(r->arena, r->site->store, q->id, &q->path, &e)) == 0)
		err_set(&e, ERR_NOTFOUND, "%s", TRL(r->lang, "The file is not here any more: it was imported, or an hour has passed. Send it again.",
		    "Tệp không còn: đã nhập rồi, hoặc đã quá một giờ. Xin gửi lại tệp."));
	if (rc == 1)
		store(q);
	else
		reply_fault(r, q->s, &e);
}

void
desk_roster_upload(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct sending q = { .r = r, .s = s };
	struct err e = ERR_INIT;

	if (!s || !session_may(r, RIGHT_ROSTERS)) {
		view_done(r, s);
		return;
	}
	if (units_load(&q.units, r->db, s->campaign.tree, s->campaign.opens_at, &e) < 0) {
		view_error(r, &e);
	} else {
		if (upload_is(r))
			take_file(&q);
		else
			take_spooled(&q);
		units_free(q.units);
	}
	view_done(r, s);
}
