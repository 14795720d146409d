/* thumoi roster check - what is doubtful in the rosters; a list to correct for each unit. */
#include "app/commands.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "engine/account.h"
#include "engine/import.h"
#include "engine/roster_check.h"

#define LIST_MAX_BYTES ((size_t)256 << 20)
#define NAMED_MAX 10		/* mail domains that are named when nothing is known of them */

struct job {
	struct app *app;
	const char *directory;		/* NULL: no lists */
	enum out_format format;
	struct campaign campaign;
	struct check_options o;
	struct roster_check found;
	struct progress progress;
	int64_t lists;			/* written */
};

/* The first ones are how a list is recognised as ours. */
static const struct out_column columns[] = {
	{ "unit", NULL, false }, { "file", NULL, false }, { "line", NULL, true }, { "seq", NULL, true }, { "name", NULL, false },
	{ "email", NULL, false }, { "finding", NULL, false }, { "severity", NULL, false }, { "detail", NULL, false },
	{ "suggestion", NULL, false }, { "corrected_email", NULL, false },
};
static const char heading[] = "\xef\xbb\xbf" "unit,file,line,seq,name,email,finding,severity,";

static void
out_finding(struct out *o, const struct check_finding *f)
{
	out_text(o, f->unit_code);
	out_text(o, f->file);
	out_int(o, f->line);
	out_int(o, f->seq);
	out_text(o, f->name);
	out_text(o, f->email);
	out_text(o, check_kind_name(f->kind));
	out_text(o, severity_name(f->severity));
	out_text(o, f->detail);
	out_text(o, f->suggestion);
	out_text(o, "");
	out_row(o);
}

/* --- the lists ------------------------------------------------------------ */

/* "T92-can-tho.csv" */
static const char *
list_path(struct job *j, const struct check_unit *u)
{
	struct arena *a = &j->app->arena;
	char *name = text_fold(a, u->unit ? u->unit->short_vi : ""), *to = name;

	for (const char *s = name; *s; s++)
		if (isalnum((unsigned char)*s))
			*to++ = *s;
		else if (to > name && to[-1] != '-')
			*to++ = '-';
	while (to > name && to[-1] == '-')
		to--;
	*to = '\0';
	return arena_printf(a, "%s/%s%s%s.csv", j->directory, u->code, *name ? "-" : "", name);
}

/* A list of an earlier check: 1 yes, 0 nothing is there, -1 something else is. */
static int
is_list(const char *path, struct err *e)
{
	char first[sizeof(heading)] = "";
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
		return errno == ENOENT ? 0 : err_sys(e, "%s", path);
	n = fread(first, 1, sizeof(first) - 1, f);
	fclose(f);
	if (n == sizeof(first) - 1 && strcmp(first, heading) == 0)
		return 1;
	return err_set(e, ERR_INPUT, TR("%s is there and is no list of a check, perhaps a roster: choose another folder",
	    "%s đã có và không phải danh sách cần sửa, có thể là danh sách gốc: hãy chọn thư mục khác"), path);
}

static int
write_list(struct job *j, const struct check_unit *u, struct err *e)
{
	struct buf b = BUF_INIT(LIST_MAX_BYTES);
	char *s = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&s, &len);
	struct out o;
	int rc;

	if (!f)
		return err_sys(e, TR("cannot prepare the list", "không chuẩn bị được danh sách"));
	out_begin(&o, f, OUT_CSV, columns, COUNT_OF(columns));
	o.for_sheets = true;
	for (size_t i = 0; i < j->found.n; i++)
		if (j->found.list[i].severity != SEVERITY_NOTE && strcmp(j->found.list[i].unit_code, u->code) == 0)
			out_finding(&o, &j->found.list[i]);
	rc = out_end(&o, e);
	fclose(f);
	if (rc == 0) {
		out_excel(&b, s, len);
		rc = b.failed ? err_set(e, ERR_FULL, TR("the list of %s is too large", "danh sách của %s quá lớn"), u->code) :
		    file_replace(list_path(j, u), buf_str(&b), b.len, e);
	}
	free(s);
	buf_release(&b);
	return rc;
}

/* One list for each unit with something to mend; all can be written before one is. */
static int
write_lists(struct job *j, struct err *e)
{
	if (mkdir(j->directory, 0777) < 0 && errno != EEXIST)
		return err_sys(e, "%s", j->directory);
	for (size_t i = 0; i < j->found.n_units; i++) {
		const struct check_unit *u = &j->found.units[i];
		int rc = is_list(list_path(j, u), u->to_mend ? e : NULL);

		if (rc < 0 && u->to_mend)
			return -1;
		if (rc == 1 && !u->to_mend && !j->app->quiet)
			fprintf(stderr, TR("%s is of an earlier check: the unit has nothing to correct any more\n",
			    "%s là của lần kiểm tra trước: đơn vị này không còn gì phải sửa\n"), list_path(j, u));
	}
	for (size_t i = 0; i < j->found.n_units; i++) {
		if (!j->found.units[i].to_mend)
			continue;
		if (write_list(j, &j->found.units[i], e) < 0)
			return -1;
		j->lists++;
	}
	return 0;
}

/* --- what is said --------------------------------------------------------- */

/* The mail domains nothing was found out about, each with the reason, or all with the one that they share. */
static void
name_unknown(const struct domains *all)
{
	const struct domain_answer *d;
	const char *why = NULL;
	size_t named = 0;
	bool shared = true;

	for (size_t i = 0; (d = domains_at(all, i)); i++)
		if (d->verdict == DNS_UNKNOWN) {
			shared &= !why || strcmp(why, d->why) == 0;
			why = d->why;
		}
	if (shared && why)
		fprintf(stderr, " (%s)", why);
	fputs(": ", stderr);
	for (size_t i = 0; (d = domains_at(all, i)); i++)
		if (d->verdict == DNS_UNKNOWN && ++named <= NAMED_MAX)
			fprintf(stderr, "%s%s%s%s%s", named > 1 ? ", " : "", d->domain, shared ? "" : " (", shared ? "" : d->why,
			    shared ? "" : ")");
	if (named > NAMED_MAX)
		fputs(" ...", stderr);
}

/* What DNS did not tell: never a finding, but the reader must know what was not looked at. */
static void
tell_unknown(const struct job *j)
{
	bool asked = !j->o.domains.offline;
	struct domains_tally t;

	domains_tally(j->found.domains, &t);
	if (j->app->quiet)
		return;
	if (t.unreachable)
		fprintf(stderr, TR("no name server can be reached (setting dns_servers, /etc/resolv.conf)\n",
		    "không tới được máy chủ tên miền nào (thiết lập dns_servers, /etc/resolv.conf)\n"));
	if (t.old)
		fprintf(stderr, TR("%" PRId64 " mail domains: what was found out earlier is used, though it may have changed\n",
		    "%" PRId64 " miền thư: dùng kết quả tra cứu trước đây, có thể đã thay đổi\n"), t.old);
	if (!t.unknown)
		return;
	if (asked && !t.unreachable) {
		fprintf(stderr, TR("%" PRId64 " of %" PRId64 " mail domains could not be found out about, ask again later",
		    "%" PRId64 " trong %" PRId64 " miền thư chưa tra cứu được, hãy thử lại sau"), t.unknown, t.domains);
		name_unknown(j->found.domains);
		fputc('\n', stderr);
	} else {
		fprintf(stderr, TR("%" PRId64 " of %" PRId64 " mail domains were not looked up, and nothing is said about them\n",
		    "%" PRId64 " trong %" PRId64 " miền thư chưa được tra cứu, nên không kết luận gì\n"), t.unknown, t.domains);
	}
}

static void
print_kinds(const struct job *j, enum lang l)
{
	const struct out_column head[] = {
		{ "finding", TRL(l, "finding", "phát hiện"), false }, { "severity", TRL(l, "severity", "mức"), false },
		{ "people", TRL(l, "people", "số người"), true }, { "meaning", TRL(l, "what it is", "ý nghĩa"), false },
	};
	struct out o;

	out_begin(&o, stdout, OUT_TEXT, head, COUNT_OF(head));
	for (int s = 0; s < SEVERITIES; s++)
		for (int k = 0; k < CHECK_KINDS; k++) {
			char people[32];

			if (!j->found.people_of[k] || check_kind_severity(k) != (enum severity)s)
				continue;
			out_text(&o, check_kind_name(k));
			out_text(&o, severity_text((enum severity)s, l));
			out_text(&o, text_number(people, j->found.people_of[k], l));
			out_text(&o, check_kind_text(k, l));
			out_row(&o);
		}
	out_end(&o, NULL);
}

static void
print_units(const struct job *j, enum lang l)
{
	const struct out_column head[] = {
		{ "unit", TRL(l, "unit", "mã"), false }, { "name", TRL(l, "name", "đơn vị"), false },
		{ "people", TRL(l, "people", "số người"), true }, { "to_mend", TRL(l, "to mend", "phải xem lại"), true },
		{ "errors", TRL(l, "errors", "lỗi"), true }, { "warnings", TRL(l, "warnings", "cảnh báo"), true },
		{ "notes", TRL(l, "notes", "lưu ý"), true },
	};
	struct out o;

	out_begin(&o, stdout, OUT_TEXT, head, COUNT_OF(head));
	for (size_t i = 0; i < j->found.n_units; i++) {
		const struct check_unit *u = &j->found.units[i];

		if (!u->to_mend)
			continue;
		out_text(&o, u->code);
		out_text(&o, u->unit ? unit_name(u->unit, l) : "");
		out_int(&o, u->people);
		out_int(&o, u->to_mend);
		for (int s = 0; s < SEVERITIES; s++)
			out_int(&o, u->findings[s]);
		out_row(&o);
	}
	out_end(&o, NULL);
}

static void
print_people(const struct job *j, enum lang l)
{
	for (size_t i = 0; i < j->found.n; i++) {
		const struct check_finding *f = &j->found.list[i];

		printf(TRL(l, "%s line %" PRId64 "  %s  %s\n    %s: %s%s%s\n", "%s dòng %" PRId64 "  %s  %s\n    %s: %s%s%s\n"), f->file, f->line,
		    *f->name ? f->name : TRL(l, "(no name)", "(không có tên)"), f->email, severity_text(f->severity, l), f->detail,
		    *f->suggestion ? TRL(l, "; meant perhaps: ", "; có lẽ là: ") : "", f->suggestion);
	}
}

static int64_t
people_to_mend(const struct job *j)
{
	int64_t n = 0;

	for (size_t i = 0; i < j->found.n_units; i++)
		n += j->found.units[i].to_mend;
	return n;
}

static void
print_next(const struct job *j, enum lang l)
{
	int64_t n = people_to_mend(j);
	char number[32];

	if (!n) {
		printf(TRL(l, "Nothing has to be mended.\n", "Không có gì phải sửa.\n"));
		return;
	}
	printf(TRL(l, "%s people should be looked at again by their units.\n", "%s người cần đơn vị xem lại.\n"), text_number(number, n, l));
	if (j->directory)
		printf(TRL(l, "%" PRId64 " lists are in %s, one for each unit: have the last column filled in.\n",
		    "%" PRId64 " danh sách nằm trong %s, mỗi đơn vị một tệp: đề nghị đơn vị điền cột cuối.\n"), j->lists, j->directory);
	else
		printf(TRL(l, "'thumoi roster check %s --output DIR' writes a list for each unit, to be filled in there.\n",
		    "'thumoi roster check %s --output THƯMỤC' ghi cho mỗi đơn vị một danh sách để đơn vị điền.\n"), j->campaign.key);
	printf(TRL(l, "A corrected roster is imported like the first one; everybody keeps the personal link.\n",
	    "Danh sách đã sửa được nhập như lần đầu; mỗi người giữ nguyên liên kết riêng.\n"));
}

static int
print_text(const struct job *j, struct err *e)
{
	enum lang l = j->o.lang;
	struct domains_tally t;
	char people[32];

	domains_tally(j->found.domains, &t);
	printf(TRL(l, "%s: %s people of %zu units; %" PRId64 " mail domains, %" PRId64 " asked for, %" PRId64 " known from before\n",
	    "%s: %s người của %zu đơn vị; %" PRId64 " miền thư, đã tra cứu %" PRId64 ", biết từ trước %" PRId64 "\n"), j->campaign.key,
	    text_number(people, j->found.people, l), j->found.n_units, t.domains, t.asked, t.remembered + t.old);
	if (j->found.n) {
		putchar('\n');
		print_kinds(j, l);
	}
	if (j->found.n && j->o.unit) {
		putchar('\n');
		print_people(j, l);
	} else if (people_to_mend(j)) {
		putchar('\n');
		print_units(j, l);
	}
	putchar('\n');
	print_next(j, l);
	return fflush(stdout) != 0 || ferror(stdout) ? out_lost(e) : 0;
}

static int
print_table(const struct job *j, struct err *e)
{
	struct out o;

	out_begin(&o, stdout, j->format, columns, COUNT_OF(columns));
	for (size_t i = 0; i < j->found.n; i++)
		out_finding(&o, &j->found.list[i]);
	return out_end(&o, e);
}

static void
show_progress(int64_t done, int64_t all, void *arg)
{
	struct job *j = arg;

	progress_show(&j->progress, done, all);
}

static int
run(struct job *j)
{
	struct err e = ERR_INIT;
	int rc;

	progress_start(&j->progress, j->app, "mail domains", "miền thư");
	rc = roster_check(&j->found, j->app->db, &j->o, &e);
	progress_end(&j->progress);
	if (rc == 0 && j->directory)
		rc = write_lists(j, &e);
	if (rc == 0) {
		tell_unknown(j);
		rc = j->format == OUT_TEXT ? print_text(j, &e) : print_table(j, &e);
	}
	roster_check_release(&j->found);
	return rc < 0 ? app_fail(&e) : EXIT_DONE;
}

int
roster_check_command(struct app *app, int argc, char **argv)
{
	struct job j = { .app = app };
	const char *format = NULL, *unit = NULL;
	const struct opt opts[] = {
		{ "unit", OPT_TEXT, &unit, "CODE", "only this unit, with every person", "chỉ đơn vị này, ghi từng người" },
		{ "format", OPT_TEXT, &format, "text|csv|json", "how it is printed (text)", "dạng in ra (text)" },
		{ "output", OPT_TEXT, &j.directory, "DIR", "write a list for each unit there, to be filled in and sent back",
		    "ghi vào đó mỗi đơn vị một danh sách để điền và gửi lại" },
		{ "refresh", OPT_FLAG, &j.o.domains.refresh, NULL, "look up all mail domains anew", "tra cứu lại mọi miền thư" },
		{ "offline", OPT_FLAG, &j.o.domains.offline, NULL, "look up nothing; what was found out before counts",
		    "không tra cứu; chỉ dùng kết quả đã có" },
	};
	int first, rc = opt_parse(argc, argv, "roster check", "CAMPAIGN", opts, COUNT_OF(opts), 1, 1, &first);
	struct err e = ERR_INIT;
	struct units *units;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &j.format) < 0)
		return EXIT_USAGE;
	if (j.format == OUT_HTML)
		return app_usage("roster check", TR("it comes as text, csv or json", "chỉ có text, csv hoặc json"));
	if (j.o.domains.refresh && j.o.domains.offline)
		return app_usage("roster check", TR("--refresh does not go with --offline", "--refresh không đi cùng --offline"));
	if (campaign_need(app->db, &app->arena, argv[first], &j.campaign, &e) < 0 ||
	    units_load(&units, app->db, j.campaign.tree, j.campaign.opens_at, &e) < 0)
		return app_fail(&e);
	j.o.campaign = &j.campaign;
	j.o.units = units;
	j.o.lang = app->lang_given ? lang_ui : j.campaign.lang;
	j.o.domains.conf = &app->conf;
	j.o.domains.progress = show_progress;
	j.o.domains.arg = &j;
	if (unit && units_resolve(units, unit, &j.o.unit, &e) < 0)
		rc = app_fail(&e);
	else
		rc = run(&j);
	units_free(units);
	return rc;
}
