/* desk.h: the rows of one file, and the click that settles a held one. */
#include "web/desk.h"

#include <stdlib.h>

#include "engine/confirm.h"
#include "engine/dossier.h"
#include "engine/judge.h"
#include "engine/readdress.h"
#include "web/desk_parts.h"
#include "web/session.h"

#define ROWS_A_PAGE 100

struct paging {
	struct request *r;
	const struct snapshot *s;
	const struct roster_seen *file;
	json_t *rows;
	const char *disposition;	/* "": all */
	int64_t after, before;
	int64_t first, last, n;
};

void
desk_roster_file(json_t *o, const struct request *r, const struct snapshot *s, const struct roster_seen *f)
{
	const struct zone *z = &s->campaign.zone;

	view_int(o, "id", f->r.id);
	view_text(o, "file", f->r.file);
	view_text(o, "unit", f->unit_code);
	view_text(o, "received_from", *f->r.received_from ? f->r.received_from : NULL);
	view_day(o, "received_at", z, f->r.received_at, r->lang);
	view_time(o, "imported_at", z, f->r.imported_at, r->lang);
	view_text(o, "encoding", f->r.encoding);
	view_int(o, "records", f->r.records);
	if (f->r.declared && f->r.declared != f->r.records)
		view_int(o, "declared", f->r.declared);
	else
		view_text(o, "declared", NULL);
	view_int(o, "accepted", f->accepted);
	view_int(o, "held", f->held);
	view_int(o, "rejected", f->rejected);
	view_int(o, "repeated", f->repeated);
	view_flag(o, "any_held", f->held > 0);
	view_flag(o, "any_rejected", f->rejected > 0);
	view_flag(o, "any_repeated", f->repeated > 0);
	view_flag(o, "replaced", f->replaced_by != 0);
	view_text(o, "url", desk_url(r, s, arena_printf(r->arena, "/rosters/%lld", (long long)f->r.id)));
}

static const char *
words_of_warnings(const char *warnings, enum lang l)
{
	if (strcmp(warnings, SHARED_ADDRESS) == 0)
		return TRL(l, "others have the same mailbox", "nhiều người dùng chung hộp thư này");
	return *warnings ? warnings : NULL;
}

static int
add_row(const struct roster_row *w, void *arg)
{
	struct paging *p = arg;
	struct request *r = p->r;
	const struct roster *f = &p->file->r;
	const char *written = roster_cell_address(r->arena, w->raw, f->delimiter, f->columns);
	enum reason reason = reason_parse(w->reason);
	json_t *o = view_item(p->rows);

	/* The number of a row in its file names it. */
	view_int(o, "id", w->seq);
	view_int(o, "line", w->line);
	view_utf8(o, "name", r->arena, w->name);
	view_text(o, "email", *w->email ? w->email : NULL);
	view_text(o, "alternate", *w->alternate ? w->alternate : NULL);
	view_utf8(o, "written", r->arena, written);
	view_flag(o, "changed", *w->email && strcmp(w->email, written) != 0);
	view_text(o, "disposition", w->disposition);
	view_text(o, "disposition_name", desk_disposition(w->disposition, r->lang));
	view_text(o, "reason", w->reason);
	view_text(o, "reason_text", reason == R_CLEAN ? NULL : reason < REASONS ? reason_text(reason, r->lang) : w->reason);
	view_text(o, "warnings", *w->warnings ? w->warnings : NULL);
	view_text(o, "warnings_text", words_of_warnings(w->warnings, r->lang));
	view_text(o, "suggestion", *w->suggestion ? w->suggestion : NULL);
	view_flag(o, "may_confirm", access_may(r->actor, RIGHT_ROSTERS) && !p->file->replaced_by && confirm_may(w));
	view_text(o, "person_url", w->contact ? desk_url(r, p->s, arena_printf(r->arena, "/people/%lld", (long long)w->contact)) :
	    NULL);
	p->first = p->first ? p->first : w->seq;
	p->last = w->seq;
	p->n++;
	return 0;
}

static int64_t
all_of(const struct paging *p)
{
	const struct { const char *key; int64_t n; } counts[] = {
		{ "", p->file->r.records }, { "accept", p->file->accepted }, { "hold", p->file->held },
		{ "reject", p->file->rejected }, { "duplicate", p->file->repeated },
	};

	for (size_t i = 0; i < COUNT_OF(counts); i++)
		if (strcmp(counts[i].key, p->disposition) == 0)
			return counts[i].n;
	return 0;
}

static const char *
rows_url(const struct paging *p, const char *disposition, const char *where, int64_t seq)
{
	const char *rest = where ? arena_printf(p->r->arena, "&%s=%lld", where, (long long)seq) : "";

	return desk_url(p->r, p->s, arena_printf(p->r->arena, "/rosters/%lld?disposition=%s%s", (long long)p->file->r.id, disposition,
	    rest));
}

/* "all", then each disposition, with its number. */
static void
add_views(json_t *data, const struct paging *p)
{
	struct paging one = *p;
	json_t *list = view_list(data, "views");

	for (int d = -1; d < DISPOSITIONS; d++) {
		json_t *o;

		one.disposition = d < 0 ? "" : disposition_name((enum disposition)d);
		if (d >= 0 && !all_of(&one))
			continue;
		o = view_item(list);
		view_text(o, "text", d < 0 ? TRL(p->r->lang, "all rows", "tất cả") : desk_disposition(one.disposition, p->r->lang));
		view_int(o, "rows", all_of(&one));
		view_text(o, "url", rows_url(p, one.disposition, NULL, 0));
		view_flag(o, "current", strcmp(one.disposition, p->disposition) == 0);
	}
}

static int
add_rows(json_t *data, struct paging *p, struct err *e)
{
	struct row_choice c = { p->file->r.id, p->disposition, p->after, p->before, ROWS_A_PAGE };
	int64_t before = 0;

	p->rows = view_list(data, "rows");
	if (roster_rows_near(p->r->db, &c, add_row, p, e) < 0 ||
	    (p->n && roster_rows_before(p->r->db, c.roster, p->disposition, p->first, &before, e) < 0))
		return -1;
	view_int(data, "found", all_of(p));
	view_int(data, "first", p->n ? before + 1 : 0);
	view_int(data, "last", before + p->n);
	view_text(data, "previous_url", before > 0 ? rows_url(p, p->disposition, "before", p->first) : NULL);
	view_text(data, "next_url", before + p->n < all_of(p) && p->n ? rows_url(p, p->disposition, "after", p->last) : NULL);
	return 0;
}

/* The file of the path; 0: the reply is made. */
static int
load_file(struct request *r, const struct snapshot *s, struct roster_seen *f)
{
	struct err e = ERR_INIT;
	char *end;
	int64_t id = strtoll(r->seg[1], &end, 10);
	int rc = *end || id <= 0 || id > INT32_MAX ? 0 : roster_by_id(r->db, r->arena, id, f, &e);

	if (rc < 0)
		view_error(r, &e);
	if (rc == 1 && f->r.campaign == s->campaign.id && access_sees_unit(r->actor, f->unit_code))
		return 1;
	if (rc >= 0)
		view_nothing_here(r);
	return 0;
}

static void
show_file(struct request *r, const struct snapshot *s, const struct roster_seen *f)
{
	const char *disposition = request_arg(r, "disposition"), *said = request_arg(r, "said");
	struct paging p = { .r = r, .s = s, .file = f, .after = desk_number(r, "after"), .before = desk_number(r, "before"),
	    .disposition = disposition && desk_disposition(disposition, r->lang) ? disposition : "" };
	const struct unit_account *u = snapshot_unit(s, f->unit_code);
	int64_t outcome = desk_number(r, "said") - 1, imported = desk_number(r, "imported");
	json_t *data = json_object();
	struct err e = ERR_INIT;

	/* A row's number is of 32 bits. */
	if (p.after > INT32_MAX || p.before > INT32_MAX)
		p.after = p.before = 0;
	desk_roster_file(data, r, s, f);
	view_text(data, "unit_name", u ? unit_name(&u->unit, r->lang) : f->unit_code);
	view_text(data, "unit_url", desk_url(r, s, arena_printf(r->arena, "/units/%s", f->unit_code)));
	view_text(data, "list_url", desk_url(r, s, "/rosters"));
	view_text(data, "blanked", *f->r.blanked ? f->r.blanked : NULL);
	view_text(data, "chosen", p.disposition);
	view_text(data, "after", arena_printf(r->arena, "%lld", (long long)p.after));
	if (imported)
		desk_said(data, imported == 1 ? TRL(r->lang, "The file is imported.", "Đã nhập tệp.") :
		    TRL(r->lang, "This very file was imported before: nothing has changed.", "Chính tệp này đã nhập trước đó: không có gì thay đổi."), true);
	else
		desk_said(data, said && outcome >= 0 && outcome < CONFIRMS ? confirm_text((enum confirm)outcome, r->lang) : NULL,
		    outcome == CONFIRM_DONE);
	add_views(data, &p);
	if (add_rows(data, &p, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
	} else {
		view_reply(r, SCREEN_ROSTER, f->r.file, s, data);
	}
}

void
desk_roster(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct roster_seen f;

	if (s && load_file(r, s, &f))
		show_file(r, s, &f);
	view_done(r, s);
}

/* Back to where the button was. */
static void
reply_confirmed(struct request *r, const struct snapshot *s, const struct roster_seen *f, enum confirm c)
{
	const char *disposition = form_value(r->arena, r->body, r->body_len, "disposition");
	const char *after = form_value(r->arena, r->body, r->body_len, "after");

	if (!disposition || !desk_disposition(disposition, r->lang))
		disposition = "";
	reply_redirect(r, desk_url(r, s, arena_printf(r->arena, "/rosters/%lld?disposition=%s&after=%lld&said=%d",
	    (long long)f->r.id, disposition, after ? strtoll(after, NULL, 10) : 0, (int)c + 1)));
}

void
desk_roster_confirm(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	const char *seq = form_value(r->arena, r->body, r->body_len, "seq");
	struct roster_seen f;
	struct err e = ERR_INIT;
	enum confirm c;

	if (!s || !session_may(r, RIGHT_ROSTERS) || !load_file(r, s, &f)) {
		view_done(r, s);
		return;
	}
	if (confirm_suggestion(r->db, r->arena, &s->campaign, f.r.id, seq ? strtoll(seq, NULL, 10) : 0, desk_actor(r), &c, &e) < 0) {
		view_error(r, &e);
	} else if (!request_is_api(r)) {
		reply_confirmed(r, s, &f, c);
	} else if (c != CONFIRM_DONE) {
		reply_problem(r, c == CONFIRM_NO_ROW ? 404 : 409, confirm_text(c, r->lang), NULL);
	} else {
		json_t *data = json_object();

		view_text(data, "text", confirm_text(c, r->lang));
		view_reply(r, SCREEN_ROSTER, NULL, NULL, data);
	}
	board_touch(r->site->board, s->campaign.id);
	view_done(r, s);
}
