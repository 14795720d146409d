/* thumoi roster import|check|rows - lists of people as units send them. */
#include "app/commands.h"
#include "base/date.h"
#include "base/file.h"
#include "engine/import.h"
#include "mail/addr.h"
#include "store/contact.h"

#include <inttypes.h>

#define SHOWN_ROWS 200		/* rows to mend that one file prints on a terminal; `roster rows` has them all */

struct fault {
	int64_t line;
	const char *name, *suggestion;
	enum disposition disposition;
	enum reason reason;
};

struct gathered {
	struct arena arena;
	struct fault *faults;
	size_t n, cap;
	int64_t all;
	struct progress *progress;
};

static void
gather(const struct import_row *r, void *arg)
{
	struct gathered *g = arg;

	if (g->all++ >= SHOWN_ROWS)
		return;
	g->faults = mem_room(g->faults, g->n, &g->cap, sizeof(*g->faults));
	g->faults[g->n++] = (struct fault){ r->line, arena_dup(&g->arena, r->name), arena_dup(&g->arena, r->suggestion),
	    r->disposition, r->reason };
}

static void
show_progress(int64_t done, void *arg)
{
	struct gathered *g = arg;

	progress_show(g->progress, done, 0);
}

static void
print_faults(const struct gathered *g)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct fault *f = &g->faults[i];

		printf(TR("  line %" PRId64 "  %s: %s", "  dòng %" PRId64 "  %s: %s"), f->line,
		    *f->name ? f->name : TR("(no name)", "(không có tên)"), reason_text(f->reason, lang_ui));
		if (*f->suggestion)
			printf(TR("; meant perhaps: %s", "; có lẽ là: %s"), f->suggestion);
		putchar('\n');
	}
	if (g->all > (int64_t)g->n)
		printf(TR("  ... and %" PRId64 " more: 'thumoi roster rows' lists them all\n",
		    "  ... và %" PRId64 " dòng nữa: xem hết bằng 'thumoi roster rows'\n"), g->all - (int64_t)g->n);
}

static void
print_remarks(const struct import_tally *t)
{
	if (t->declared && t->declared != t->records)
		printf(TR("  note: the file states %" PRId64 " people, %" PRId64 " rows were read\n",
		    "  lưu ý: tệp ghi tổng số %" PRId64 " người, đọc được %" PRId64 " dòng\n"), t->declared, t->records);
	for (size_t i = 0; i < t->n_gaps && i < LAYOUT_GAPS; i++)
		printf(TR("  note: the numbering jumps from %ld to %ld at line %" PRId64 ": rows may have been lost\n",
		    "  lưu ý: số thứ tự nhảy từ %ld đến %ld ở dòng %" PRId64 ": có thể mất dòng\n"), t->gaps[i].after,
		    t->gaps[i].next, t->gaps[i].line);
	if (t->lost_letters)
		printf(TR("  note: letters were lost when the file was saved ('?'): ask for it as UTF-8\n",
		    "  lưu ý: tệp đã mất chữ khi lưu ('?'): nên xin lại tệp lưu dạng UTF-8\n"));
	if (t->damaged)
		printf(TR("  note: some bytes could not be read\n", "  lưu ý: có byte không đọc được\n"));
	if (t->headerless)
		printf(TR("  note: no header; the columns were taken for: %s\n", "  lưu ý: không có dòng tiêu đề; các cột được hiểu là: %s\n"),
		    t->columns);
	if (*t->blanked)
		printf(TR("  not stored, because not needed: %s\n", "  không lưu vì không cần: %s\n"), t->blanked);
	if (t->disposition[ACCEPT] == 0)
		printf(TR("  WARNING: not one address can be used; is this the right file, and the right column?\n",
		    "  CẢNH BÁO: không có địa chỉ nào dùng được; có đúng tệp, đúng cột không?\n"));
}

static void
print_tally(const char *path, const struct import_tally *t, const struct gathered *g, bool dry_run)
{
	printf("%s  %s %s", file_base(path), t->unit->code, t->unit->name_vi);
	if (t->again) {
		printf(TR(": the same file was imported already; nothing changed\n", ": tệp này đã nhập rồi; không có gì thay đổi\n"));
		return;
	}
	if (t->corrections) {
		printf(TR(": a list of corrections: %" PRId64 " rows, %" PRId64 " addresses mended, %" PRId64 " left as they were, %" PRId64
		    " people added, %" PRId64 " rows to look at%s\n", ": bản sửa địa chỉ: %" PRId64 " dòng, sửa %" PRId64 " địa chỉ, giữ nguyên %"
		    PRId64 ", thêm %" PRId64 " người, %" PRId64 " dòng cần xem lại%s\n"), t->records, t->mended, t->unchanged, t->added,
		    t->disposition[HOLD] + t->disposition[REJECT], dry_run ? TR(" (dry run: nothing stored)", " (chạy thử: không lưu)") : "");
		if (t->mended && !dry_run)
			printf(TR("  only the mended are due again: 'thumoi wave create ... --audience mended=yes'\n",
			    "  chỉ người đã sửa địa chỉ cần mời lại: 'thumoi wave create ... --audience mended=yes'\n"));
		print_faults(g);
		return;
	}
	printf(TR(": %" PRId64 " rows, %" PRId64 " accepted, %" PRId64 " held, %" PRId64 " rejected, %" PRId64 " repeated%s\n",
	    ": %" PRId64 " dòng, %" PRId64 " dùng được, %" PRId64 " tạm giữ, %" PRId64 " trả lại, %" PRId64 " trùng%s\n"),
	    t->records, t->disposition[ACCEPT], t->disposition[HOLD], t->disposition[REJECT], t->disposition[DUPLICATE],
	    dry_run ? TR(" (dry run: nothing stored)", " (chạy thử: không lưu)") : "");
	if (t->replaced)
		printf(TR("  replaces the unit's earlier roster: %" PRId64 " added, %" PRId64 " changed, %" PRId64 " unchanged, %"
		    PRId64 " missing\n", "  thay danh sách trước của đơn vị: thêm %" PRId64 ", sửa %" PRId64 ", giữ nguyên %" PRId64
		    ", vắng %" PRId64 "\n"), t->added, t->changed, t->unchanged, t->missing);
	if (t->moved)
		printf(TR("  %" PRId64 " people stood in another unit's file before; they count here\n",
		    "  %" PRId64 " người trước đó nằm trong danh sách đơn vị khác; nay tính ở đây\n"), t->moved);
	print_remarks(t);
	print_faults(g);
}

static const struct out_column tally_columns[] = {
	{ "file", NULL, false }, { "unit", NULL, false }, { "rows", NULL, true }, { "accept", NULL, true },
	{ "hold", NULL, true }, { "reject", NULL, true }, { "duplicate", NULL, true }, { "shared", NULL, true },
	{ "added", NULL, true }, { "changed", NULL, true }, { "unchanged", NULL, true }, { "missing", NULL, true },
	{ "moved", NULL, true }, { "declared", NULL, true }, { "gaps", NULL, true }, { "encoding", NULL, false },
	{ "columns", NULL, false }, { "blanked", NULL, false }, { "state", NULL, false }, { "mended", NULL, true },
};

static void
out_tally(struct out *o, const char *path, const struct import_tally *t, bool dry_run)
{
	const int64_t counts[] = { t->records, t->disposition[ACCEPT], t->disposition[HOLD], t->disposition[REJECT],
	    t->disposition[DUPLICATE], t->shared, t->added, t->changed, t->unchanged, t->missing, t->moved, t->declared,
	    (int64_t)t->n_gaps };

	out_text(o, file_base(path));
	out_text(o, t->unit->code);
	for (size_t i = 0; i < COUNT_OF(counts); i++)
		out_int(o, counts[i]);
	out_text(o, t->encoding);
	out_text(o, t->columns);
	out_text(o, t->blanked);
	out_text(o, t->again ? "known" : dry_run ? "dry_run" : t->corrections ? "corrections" : t->replaced ? "replaced" : "imported");
	out_int(o, t->mended);
	out_row(o);
}

struct job {
	struct app *app;
	struct import_options o;
	struct campaign campaign;
	struct units *units;
	struct out out;
	struct progress progress;
	int64_t total[DISPOSITIONS], records, files, failed;
	const char **paths;		/* of this command, to see parts of one roster */
	const struct unit **sent;	/* the unit of each file that went in */
	size_t n;
};

/*
 * Files of one unit that come together under different names are parts of
 * one roster; the same name again, or a later command, is a correction.
 */
static bool
is_part(const struct job *j, const struct unit *unit, const char *path)
{
	bool part = false;

	for (size_t i = 0; i < j->n; i++) {
		if (j->sent[i] != unit)
			continue;
		if (strcmp(file_base(j->paths[i]), file_base(path)) == 0)
			return false;
		part = true;
	}
	return part;
}

static int
import_one(struct job *j, const char *path, bool adds)
{
	struct gathered g = { .arena = ARENA_INIT, .progress = &j->progress };
	struct import_options o = j->o;
	const struct unit *unit = o.unit;
	struct err e = ERR_INIT;
	struct import_tally t;
	int rc;

	if (!unit && import_unit_of(j->units, path, &unit, &e) < 0) {
		err_wrap(&e, "%s", file_base(path));
		return app_fail(&e);
	}
	o.unit = unit;
	o.adds = adds || is_part(j, unit, path);
	o.row = gather;
	o.progress = show_progress;
	o.arg = &g;
	if ((rc = import_roster(j->app->db, &o, path, &t, &e)) < 0) {
		progress_end(&j->progress);
		app_fail(&e);
	} else {
		progress_end(&j->progress);
		if (j->app->json)
			out_tally(&j->out, path, &t, o.dry_run);
		else if (!j->app->quiet)
			print_tally(path, &t, &g, o.dry_run);
		for (int d = 0; d < DISPOSITIONS; d++)
			j->total[d] += t.disposition[d];
		j->records += t.again ? 0 : t.records;
		j->files++;
		j->paths[j->n] = path;
		j->sent[j->n++] = unit;
	}
	import_tally_release(&t);
	arena_release(&g.arena);
	free(g.faults);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* What the campaign has after all files: a later file may have moved or mended people of an earlier one. */
static int
print_standing(struct job *j)
{
	struct contact_standing s;
	struct err e = ERR_INIT;

	if (contact_standing(j->app->db, j->campaign.id, &s, &e) < 0)
		return app_fail(&e);
	printf(TR("campaign %s now: %" PRId64 " nominated, %" PRId64 " mailable, %" PRId64 " held, %" PRId64 " rejected",
	    "đợt %s hiện có: %" PRId64 " người được cử, %" PRId64 " gửi được, %" PRId64 " tạm giữ, %" PRId64 " trả lại"),
	    j->campaign.key, s.nominated, s.mailable, s.held, s.rejected);
	if (s.missing)
		printf(TR("; %" PRId64 " of them no longer in their unit's roster", "; trong đó %" PRId64
		    " người không còn trong danh sách mới của đơn vị"), s.missing);
	putchar('\n');
	return EXIT_DONE;
}

static int
import_files(struct job *j, int argc, char **argv, bool adds)
{
	int status = EXIT_DONE;

	j->paths = mem_zalloc((size_t)argc * sizeof(*j->paths));
	j->sent = mem_zalloc((size_t)argc * sizeof(*j->sent));
	progress_start(&j->progress, j->app, "rows read", "dòng đã đọc");
	for (int i = 0; i < argc; i++)
		if (import_one(j, argv[i], adds) != EXIT_DONE) {
			j->failed++;
			status = EXIT_FAILED;
		}
	if (!j->app->json && !j->app->quiet && argc > 1) {
		printf(TR("total: %" PRId64 " files, %" PRId64 " rows, %" PRId64 " accepted, %" PRId64 " held, %" PRId64
		    " rejected, %" PRId64 " repeated\n", "tổng cộng: %" PRId64 " tệp, %" PRId64 " dòng, %" PRId64 " dùng được, %" PRId64
		    " tạm giữ, %" PRId64 " trả lại, %" PRId64 " trùng\n"), j->files, j->records, j->total[ACCEPT], j->total[HOLD],
		    j->total[REJECT], j->total[DUPLICATE]);
		if (j->failed)
			printf(TR("%" PRId64 " files could not be imported: see above\n", "%" PRId64 " tệp không nhập được: xem ở trên\n"),
			    j->failed);
	}
	if (!j->app->json && !j->app->quiet && !j->o.dry_run && j->files && print_standing(j) != EXIT_DONE)
		status = EXIT_FAILED;
	free(j->paths);
	free(j->sent);
	return status;
}

static int
roster_import(struct app *app, int argc, char **argv)
{
	const char *unit = NULL, *from = "", *at = NULL;
	bool adds = false, dry_run = false;
	const struct opt opts[] = {
		{ "unit", OPT_TEXT, &unit, "CODE", "the unit that sent the files; by default their names begin with its code",
		    "đơn vị gửi; mặc định lấy mã ở đầu tên tệp" },
		{ "received-from", OPT_TEXT, &from, "ADDR", "who sent it", "địa chỉ người gửi" },
		{ "received-at", OPT_TEXT, &at, "DATE", "when it came", "ngày nhận" },
		{ "adds", OPT_FLAG, &adds, NULL, "the files add to what the unit sent before, they do not replace it",
		    "bổ sung vào danh sách đơn vị đã gửi, không thay thế" },
		{ "dry-run", OPT_FLAG, &dry_run, NULL, "show what would happen, store nothing", "chạy thử, không lưu gì" },
	};
	int first, rc = opt_parse(argc, argv, "roster import", "CAMPAIGN FILE...", opts, COUNT_OF(opts), 2, -1, &first);
	struct job j = { .app = app };
	struct err e = ERR_INIT;
	struct addr addr;

	if (rc >= 0)
		return rc;
	if (campaign_need(app->db, &app->arena, argv[first], &j.campaign, &e) < 0 ||
	    units_load(&j.units, app->db, j.campaign.tree, j.campaign.opens_at, &e) < 0)
		return app_fail(&e);
	j.o = (struct import_options){ .campaign = &j.campaign, .units = j.units, .conf = &app->conf, .received_from = from,
	    .dry_run = dry_run };
	if ((unit && units_resolve(j.units, unit, &j.o.unit, &e) < 0) ||
	    (*from && addr_parse(&addr, &app->arena, from, &e) < 0 && err_wrap(&e, "--received-from")) ||
	    (at && date_parse(at, &j.campaign.zone, DATE_START, &j.o.received_at, &e) < 0 && err_wrap(&e, "--received-at"))) {
		units_free(j.units);
		return app_fail(&e);
	}
	if (app->json)
		out_begin(&j.out, stdout, OUT_JSON, tally_columns, COUNT_OF(tally_columns));
	rc = import_files(&j, argc - first - 1, argv + first + 1, adds);
	if (app->json && out_end(&j.out, &e) < 0)
		rc = app_fail(&e);
	units_free(j.units);
	return rc;
}

static int
out_one(const struct roster_row *r, void *arg)
{
	struct out *o = arg;

	out_text(o, r->file);
	out_int(o, r->line);
	out_int(o, r->seq);
	out_text(o, r->unit_code);
	out_text(o, r->name);
	out_text(o, r->email);
	out_text(o, r->alternate);
	out_text(o, r->disposition);
	out_text(o, r->reason);
	out_text(o, r->warnings);
	out_text(o, r->suggestion);
	out_row(o);
	return 0;
}

static int
roster_rows(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "file", TR("file", "tệp"), false }, { "line", TR("line", "dòng"), true }, { "seq", TR("seq", "thứ tự"), true },
		{ "unit", TR("unit", "đơn vị"), false }, { "name", TR("name", "họ tên"), false },
		{ "email", TR("address", "địa chỉ"), false }, { "alternate_email", TR("second address", "địa chỉ thứ hai"), false },
		{ "disposition", TR("disposition", "kết quả"), false }, { "reason", TR("reason", "lý do"), false },
		{ "warnings", TR("warnings", "lưu ý"), false }, { "suggestion", TR("suggestion", "gợi ý"), false },
	};
	const char *format = NULL;
	const struct opt opts[] = {
		{ "format", OPT_TEXT, &format, "text|csv|json", "how it is printed (text)", "dạng in ra (text)" },
	};
	int first, rc = opt_parse(argc, argv, "roster rows", "CAMPAIGN", opts, COUNT_OF(opts), 1, 1, &first);
	struct err e = ERR_INIT;
	struct campaign c;
	enum out_format f;
	struct out o;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0)
		return app_fail(&e);
	out_begin(&o, stdout, f, columns, COUNT_OF(columns));
	rc = roster_rows_each(app->db, c.id, out_one, &o, &e);
	if (out_end(&o, rc < 0 ? NULL : &e) < 0 || rc < 0)
		return app_fail(&e);
	return EXIT_DONE;
}

int
cmd_roster(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "import", roster_import, NEEDS_STORE_RW, "read the rosters that units sent", "nhập danh sách các đơn vị gửi" },
		{ "check", roster_check_command, NEEDS_STORE_RW, "what is doubtful, and a list to correct for each unit",
		    "những chỗ cần xem lại, và danh sách cần sửa của từng đơn vị" },
		{ "rows", roster_rows, NEEDS_STORE_RW, "every row and what was made of it", "từng dòng và kết quả xử lý" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
