/* desk.h: one report, as a page and as files: CSV, JSON, a workbook, a page that needs nothing else. */
#include "web/desk.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>


#include "base/text.h"
#include "engine/shelf.h"
#include "web/desk_parts.h"
#include "web/session.h"

#define PAGE_ROWS 500
#define PAGE_MAX_BYTES ((size_t)16 << 20)
#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

enum form { FORM_SHOWN, FORM_CSV, FORM_JSON, FORM_HTML, FORM_XLSX };

struct wanted {			/* what a name in a path asks for: delivery, delivery.csv, delivery-domain.csv */
	enum paper_kind kind;
	enum form form;
	const char *table;	/* NULL: the main one */
	bool whole;		/* report.html: the whole account on one page */
};

/* --- names ------------------------------------------------------------------------------ */

static bool
read_ending(const char *ending, enum form *form)
{
	static const struct { const char *ending; enum form form; } forms[] = { { "", FORM_SHOWN }, { ".csv", FORM_CSV }, { ".json", FORM_JSON },
		{ ".html", FORM_HTML }, { ".xlsx", FORM_XLSX } };

	for (size_t i = 0; i < COUNT_OF(forms); i++)
		if (strcmp(forms[i].ending, ending) == 0) {
			*form = forms[i].form;
			return true;
		}
	return false;
}

static bool
read_name(struct wanted *w, struct arena *a, const char *name)
{
	size_t stem = strcspn(name, "."), key = strcspn(name, "-.");

	*w = (struct wanted){ .kind = PAPER_PARTICIPATION };
	if (!read_ending(name + stem, &w->form))
		return false;
	if (strcmp(name, "report.html") == 0)
		return w->whole = true;
	if (strcmp(name, "domains.csv") == 0) {		/* as it was called before */
		w->kind = PAPER_CAUSES;
		w->table = "domain";
		return true;
	}
	if (key < stem) {
		w->table = arena_ndup(a, name + key + 1, stem - key - 1);
		if (w->form != FORM_CSV && w->form != FORM_JSON)
			return false;
	}
	if (!paper_parse(arena_ndup(a, name, key), &w->kind) || w->kind == PAPER_UNIT)
		return false;
	/* People have pages of their own. */
	return w->kind != PAPER_PEOPLE || (w->form != FORM_SHOWN && w->form != FORM_HTML);
}

/* --- files ------------------------------------------------------------------------------- */

static int
print(const struct request *r, const struct snapshot *s, const struct wanted *w, const struct paper *p, FILE *f, struct err *e)
{
	struct report report = { .account = &s->account, .findings = s->findings, .n_findings = s->n_findings, .lang = r->lang,
	    .summaries = { r->lang }, .n_summaries = 1, .for_sheets = w->form == FORM_CSV };

	if (w->whole)
		return report_html(&report, f, e);
	if (w->form == FORM_HTML)
		return paper_html(p, f, e);
	/* With the findings and sentences, too. */
	if (w->form == FORM_JSON && !w->table && w->kind == PAPER_PARTICIPATION)
		return report_participation(&report, f, OUT_JSON, e);
	if (w->form == FORM_JSON && !w->table && w->kind == PAPER_CAUSES)
		return report_causes(&report, f, OUT_JSON, e);
	return paper_print(p, w->table, f, w->form == FORM_CSV ? OUT_CSV : OUT_JSON, w->form == FORM_CSV, e);
}

/* Of no name, on disk: it may be long. */
static FILE *
nameless(struct err *e)
{
	FILE *f = tmpfile();

	if (!f)
		err_sys(e, TR("cannot prepare the report", "không chuẩn bị được báo cáo"));
	return f;
}

static FILE *
print_workbook(const struct paper *p, struct err *e)
{
	const char *dir = getenv("TMPDIR");
	char path[4200];
	FILE *f = NULL;
	int fd;

	snprintf(path, sizeof(path), "%s/thumoi-XXXXXX", dir && *dir && strlen(dir) < 4000 ? dir : "/tmp");
	if ((fd = mkostemp(path, O_CLOEXEC)) < 0) {
		err_sys(e, "%s", path);
		return NULL;
	}
	close(fd);
	if (paper_xlsx(p, path, e) == 0 && !(f = fopen(path, "re")))
		err_sys(e, "%s", path);
	unlink(path);
	return f;
}

static FILE *
print_file(const struct request *r, const struct snapshot *s, const struct wanted *w, const struct paper *p, struct err *e)
{
	FILE *f, *sheet = NULL;

	if (w->form == FORM_XLSX)
		return print_workbook(p, e);
	if (!(f = nameless(e)))
		return NULL;
	if (print(r, s, w, p, f, e) < 0) {
		fclose(f);
		return NULL;
	}
	if (w->form != FORM_CSV)
		return f;
	if ((sheet = nameless(e)) && out_excel_copy(f, sheet, e) < 0) {
		fclose(sheet);
		sheet = NULL;
	}
	fclose(f);
	return sheet;
}

/* A page is shown, and its style sheet must be found in it: it is made in memory. */
static void
send_page(struct request *r, const struct snapshot *s, const struct wanted *w, const struct paper *p)
{
	struct err e = ERR_INIT;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int rc = -1;

	if (!f) {
		err_sys(&e, TR("cannot prepare the report", "không chuẩn bị được báo cáo"));
	} else {
		rc = print(r, s, w, p, f, &e);
		fclose(f);
	}
	if (rc < 0) {
		view_error(r, &e);
	} else {
		reply_raw(r, 200, "text/html; charset=utf-8", text);
		reply_allow_style(r);
	}
	free(text);
}

static void
send_file(struct request *r, const struct snapshot *s, const struct wanted *w, const struct paper *p, const char *name)
{
	static const char *const types[] = { [FORM_CSV] = "text/csv; charset=utf-8", [FORM_JSON] = "application/json; charset=utf-8",
	    [FORM_XLSX] = XLSX };
	struct err e = ERR_INIT;
	FILE *f;

	if (w->form == FORM_HTML) {
		send_page(r, s, w, p);
	} else if (!(f = print_file(r, s, w, p, &e))) {
		view_error(r, &e);
	} else {
		reply_file(r, 200, types[w->form], f);
		if (w->form != FORM_JSON)
			r->file_name = arena_printf(r->arena, "%s-%s", s->campaign.key, name);
	}
}

/* --- the page ----------------------------------------------------------------------------- */

static void
add_columns(json_t *o, const struct table *t)
{
	static const char *const kinds[] = { [CELL_TEXT] = "text", [CELL_DAY] = "day", [CELL_TIME] = "time", [CELL_COUNT] = "count", [CELL_PERCENT] = "percent",
	    [CELL_POINTS] = "points", [CELL_RATIO] = "ratio", [CELL_SHARE] = "fraction", [CELL_SECONDS] = "seconds" };
	json_t *list = view_list(o, "columns");

	for (size_t i = 0; i < t->n_columns; i++) {
		json_t *one = view_item(list);

		view_text(one, "key", t->columns[i].key);
		view_text(one, "title", t->columns[i].title);
		view_text(one, "kind", kinds[t->columns[i].kind]);
	}
}

static int
add_table(json_t *list, const struct request *r, const struct paper *p, const struct table *t, const char *files, struct err *e)
{
	struct buf chart = BUF_INIT(PAGE_MAX_BYTES), html = BUF_INIT(PAGE_MAX_BYTES);
	json_t *o = view_item(list), *rows, *totals;
	size_t n = 0;
	int rc;

	view_text(o, "key", t->key);
	view_text(o, "title", t->title);
	view_text(o, "note", t->note);
	add_columns(o, t);
	rows = view_list(o, "rows");
	totals = view_list(o, "totals");
	if (request_is_api(r))
		rc = table_json(t, rows, totals, PAGE_ROWS, &n, e);
	else
		rc = paper_show(t, &chart, &html, PAGE_ROWS, &n, r->lang, e);
	view_int(o, "all", (int64_t)n);
	view_flag(o, "cut", n > PAGE_ROWS);
	view_flag(o, "empty", n == 0);
	view_text(o, "csv_url", !files ? NULL : p->info == paper_info(PAPER_UNIT) ?
	    arena_printf(r->arena, "%s?as=csv&table=%s", files, t->key) : arena_printf(r->arena, p->tables == t ? "%s.csv" : "%s-%s.csv", files, t->key));
	view_html(o, "chart_html", &chart);
	view_html(o, "table_html", &html);
	return rc;
}

static void
add_file(json_t *list, const struct request *r, const char *text, const char *url, const char *tail, const char *with)
{
	json_t *o = view_item(list);

	view_text(o, "text", text);
	view_text(o, "url", arena_printf(r->arena, "%s%s%s", url, tail, with));
}

static int
show_paper(struct request *r, const struct paper *p, const char *files, const char *with, json_t *data,
    struct err *e)
{
	json_t *tables = view_list(data, "tables"), *notes, *list;
	int rc = 0;

	view_text(data, "report", p->info->key);
	view_text(data, "question", TRL(r->lang, p->info->question_en, p->info->question_vi));
	for (size_t i = 0; i < p->n_tables && rc == 0; i++)
		if (!p->files_only[i])
			rc = add_table(tables, r, p, &p->tables[i], *with ? NULL : files, e);
	notes = view_list(data, "notes");
	for (size_t i = 0; i < p->n_notes; i++) {
		json_t *o = view_item(notes);

		view_text(o, "what", p->notes[i].what);
		view_text(o, "meaning", p->notes[i].meaning);
	}
	list = view_list(data, "files");
	if (p->info == paper_info(PAPER_UNIT)) {
		add_file(list, r, "Excel", files, "?as=xlsx", "");
		add_file(list, r, "CSV", files, "?as=csv", "");
		add_file(list, r, TRL(r->lang, "Page to mail", "Trang để gửi"), files, "?as=html", "");
	} else {
		add_file(list, r, "Excel", files, ".xlsx", with);
		add_file(list, r, "CSV", files, ".csv", with);
		add_file(list, r, "JSON", files, ".json", with);
		add_file(list, r, TRL(r->lang, "Page to mail", "Trang để gửi"), files, ".html", with);
	}
	return rc;
}

/* --- campaigns beside it -------------------------------------------------------------------- */

struct beside {
	const struct snapshot *s[PAPER_BESIDE];
	size_t n;
	const char *with;	/* "?with=KEY"; "" */
};

struct choosing {
	const struct request *r;
	const struct snapshot *s;
	json_t *list;
	const char *chosen, *before;	/* before: the campaign that opened last before this one */
	int64_t before_at;
};

static int
offer(const struct campaign *c, void *arg)
{
	struct choosing *k = arg;
	json_t *o;

	if (c->id == k->s->campaign.id)
		return 0;
	if (c->opens_at <= k->s->campaign.opens_at && (!k->before || c->opens_at >= k->before_at)) {
		k->before = arena_dup(k->r->arena, c->key);
		k->before_at = c->opens_at;
	}
	o = view_item(k->list);
	view_text(o, "value", c->key);
	view_text(o, "text", c->title);
	view_flag(o, "chosen", k->chosen && strcmp(k->chosen, c->key) == 0);
	return 0;
}

static void
choose(json_t *list, const char *key)
{
	json_t *o;
	size_t i;

	json_array_foreach(list, i, o)
		if (strcmp(json_string_value(json_object_get(o, "value")), key) == 0)
			view_flag(o, "chosen", true);
}

/* with=KEY or KEY,KEY...; else the campaign before this one. 1, 0 there is no other (or none of that name), -1. */
static int
take_beside(struct request *r, const struct snapshot *s, json_t *data, struct beside *b, struct err *e)
{
	struct choosing k = { .r = r, .s = s, .list = view_list(data, "campaign_choices"), .chosen = request_arg(r, "with") };
	const char *keys;
	int rc = 1;

	if (campaign_each(r->db, offer, &k, e) < 0)
		return -1;
	view_flag(data, "has_choices", json_array_size(k.list) > 0);
	keys = k.chosen && *k.chosen ? k.chosen : k.before;
	if (!keys && json_array_size(k.list))
		keys = json_string_value(json_object_get(json_array_get(k.list, 0), "value"));
	if (!keys)
		return 0;
	for (const char *p = keys; *p && b->n < PAPER_BESIDE && rc == 1; p += strcspn(p, ","), p += *p == ',') {
		const char *key = arena_ndup(r->arena, p, strcspn(p, ","));
		const struct snapshot *other = NULL;

		if (strcmp(key, s->campaign.key) == 0)
			continue;
		if ((rc = board_take(r->site->board, r->db, key, &other, e)) == 1) {
			b->s[b->n++] = other;
			choose(k.list, key);
			b->with = arena_printf(r->arena, "%s%s%s", b->with, *b->with ? "," : "?with=", key);
		}
	}
	return rc == 1 && b->n == 0 ? 0 : rc;
}

/* --- asking --------------------------------------------------------------------------------- */

static void
show_or_send(struct request *r, const struct snapshot *s, const struct wanted *w, const struct paper *p, const char *files,
    const char *name, const char *with, json_t *data)
{
	struct err e = ERR_INIT;

	if (w->form != FORM_SHOWN && w->table && !paper_table(p, w->table))
		view_nothing_here(r);
	else if (w->form != FORM_SHOWN)
		send_file(r, s, w, p, name);
	else if (show_paper(r, p, files, with, data, &e) < 0)
		view_error(r, &e);
	else
		view_reply(r, SCREEN_REPORT, p->title, s, json_incref(data));
}

static void
answer(struct request *r, const struct snapshot *s, const struct wanted *w, struct paper_ask *ask, const char *name, const char *with,
    json_t *data)
{
	const char *files = w->kind == PAPER_UNIT && ask->own ? desk_url(r, s, arena_printf(r->arena, "/units/%s/report", ask->own->unit.code)) :
	    desk_url(r, s, arena_printf(r->arena, "/reports/%s", paper_info(w->kind)->key));
	const struct paper *kept = NULL;
	struct err e = ERR_INIT;
	struct paper p;

	ask->lang = r->lang;
	if (shelf_keeps(w->kind)) {
		if (shelf_take(r->site->shelf, r->db, s, w->kind, r->lang, &kept, &e) < 0)
			view_error(r, &e);
		else
			show_or_send(r, kept->ask.snapshot, w, kept, files, name, with, data);
		shelf_give(r->site->shelf, kept);
		return;
	}
	if (paper_make(&p, w->kind, ask, &e) < 0)
		view_error(r, &e);
	else
		show_or_send(r, s, w, &p, files, name, with, data);
	paper_release(&p);
}

/* There is no other campaign to compare with. */
static void
say_alone(struct request *r, const struct snapshot *s, enum paper_kind kind, json_t *data)
{
	view_text(data, "report", paper_info(kind)->key);
	view_text(data, "question", TRL(r->lang, paper_info(kind)->question_en, paper_info(kind)->question_vi));
	view_flag(data, "alone", true);
	view_list(data, "tables");
	view_list(data, "notes");
	view_list(data, "files");
	view_reply(r, SCREEN_REPORT, TRL(r->lang, paper_info(kind)->title_en, paper_info(kind)->title_vi), s, data);
}

static void
find_report(struct request *r, const struct snapshot *s, const char *name)
{
	struct paper_ask ask = { .db = r->db, .account = &s->account, .snapshot = s };
	struct beside beside = { .with = "" };
	struct err e = ERR_INIT;
	struct wanted w;
	json_t *data;
	int rc = 1;

	if (!read_name(&w, r->arena, name)) {
		view_nothing_here(r);
		return;
	}
	/* Names are for who may see people. */
	if (w.kind == PAPER_PEOPLE && !session_may(r, RIGHT_PEOPLE))
		return;
	if (w.form != FORM_SHOWN)
		request_choose_lang(r, s->campaign.lang);
	data = json_object();
	if (w.kind == PAPER_COMPARISON)
		rc = take_beside(r, s, data, &beside, &e);
	for (size_t i = 0; i < beside.n; i++)
		ask.beside[ask.n_beside++] = &beside.s[i]->account;
	if (rc == 1)
		answer(r, s, &w, &ask, name, beside.with, data);
	else if (rc < 0)
		view_error(r, &e);
	else if (w.form != FORM_SHOWN || request_arg(r, "with"))
		view_nothing_here(r);
	else
		say_alone(r, s, w.kind, json_incref(data));
	for (size_t i = 0; i < beside.n; i++)
		board_give(r->site->board, beside.s[i]);
	json_decref(data);
}

void
desk_report(struct request *r)
{
	const struct snapshot *s = view_campaign(r);

	if (!s)
		return;
	find_report(r, s, r->seg[1]);
	view_done(r, s);
}

void
desk_report_page(struct request *r)
{
	const struct snapshot *s = view_campaign(r);

	if (!s)
		return;
	find_report(r, s, "report.html");
	view_done(r, s);
}

void
desk_unit_report(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	const char *as = request_arg(r, "as");
	struct paper_ask ask = { .db = r->db };
	struct wanted w = { .kind = PAPER_UNIT };
	json_t *data;

	if (!s)
		return;
	ask.account = &s->account;
	ask.snapshot = s;
	w.table = as ? request_arg(r, "table") : NULL;
	if (access_sees_unit(r->actor, r->seg[1]))
		ask.own = snapshot_unit(s, r->seg[1]);
	data = json_object();
	if (!ask.own || (as && (!read_ending(arena_printf(r->arena, ".%s", as), &w.form) || w.form == FORM_SHOWN)))
		view_nothing_here(r);
	else
		answer(r, s, &w, &ask, arena_printf(r->arena, "%s.%s", r->seg[1], as ? as : ""), "", data);
	json_decref(data);
	view_done(r, s);
}
