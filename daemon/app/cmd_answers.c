/* thumoi answers import CAMPAIGN FILE, answers link CAMPAIGN WHO KEY - who has done which form. */
#include <inttypes.h>

#include "app/commands.h"
#include "base/csv.h"
#include "base/text.h"
#include "engine/answers.h"
#include "store/contact.h"
#include "store/evidence.h"

#define AT_ONCE 1000	/* rows of one transaction */

enum { TOKEN, INSTRUMENT, ANSWERED_AT, COLUMNS };

struct import {
	struct app *app;
	struct campaign c;
	int at[COLUMNS];		/* which column of the file; -1: not there */
	struct answer list[AT_ONCE];
	int64_t line[AT_ONCE];
	size_t n;
	struct arena arena;		/* of the rows at hand */
	int64_t rows, fates[ANSWER_FATES];
	struct out out;			/* the faults */
};

static int
read_header(struct import *m, const struct csv_row *row, struct err *e)
{
	static const char *const names[COLUMNS] = { "token", "instrument", "answered_at" };

	for (size_t k = 0; k < COLUMNS; k++) {
		m->at[k] = -1;
		for (size_t i = 0; i < row->count; i++)
			if (strcmp(text_lower_ascii(&m->arena, text_squeeze(&m->arena, row->cell[i].s)), names[k]) == 0)
				m->at[k] = (int)i;
	}
	if (m->at[TOKEN] < 0 || m->at[INSTRUMENT] < 0)
		return err_set(e, ERR_INPUT, TR("line %" PRId64 ": the first row must name the columns: token,instrument,answered_at",
		    "dòng %" PRId64 ": dòng đầu phải ghi tên cột: token,instrument,answered_at"), row->line);
	return 0;
}

static const char *
column(struct import *m, const struct csv_row *row, int k)
{
	return m->at[k] < 0 ? "" : text_squeeze(&m->arena, csv_cell(row, (size_t)m->at[k]));
}

/* Stores the rows at hand and shows those that have a fault. */
static int
flush(struct import *m, struct err *e)
{
	struct answers_rules r = { .source = "import", .campaign = m->c.id, .after_closing = true, .lang = lang_ui };

	if (m->n && answers_take(m->app->db, &m->arena, &r, m->list, m->n, e) < 0)
		return -1;
	for (size_t i = 0; i < m->n; i++) {
		m->fates[m->list[i].fate]++;
		if (ANSWER_GOOD(m->list[i].fate))
			continue;
		out_int(&m->out, m->line[i]);
		out_text(&m->out, answer_fate_name(m->list[i].fate));
		out_text(&m->out, m->list[i].why);
		out_row(&m->out);
	}
	m->n = 0;
	arena_reset(&m->arena);
	return 0;
}

static int
import_rows(struct import *m, const char *path, struct err *e)
{
	struct csv in = CSV_INIT;
	struct csv_row row;
	bool header = false;
	int rc;

	if (csv_open(&in, path, e) < 0)
		return err_wrap(e, "%s", path);
	while ((rc = csv_next(&in, &row, e)) == 1) {
		if (row.count == 0)
			continue;
		if (!header) {
			if ((rc = read_header(m, &row, e)) < 0)
				break;
			header = true;
			continue;
		}
		m->list[m->n] = (struct answer){ .token = column(m, &row, TOKEN), .instrument = column(m, &row, INSTRUMENT),
		    .answered_at = column(m, &row, ANSWERED_AT) };
		m->line[m->n++] = row.line;
		m->rows++;
		if (m->n == AT_ONCE && (rc = flush(m, e)) < 0)
			break;
	}
	if (rc == 0 && !header)
		rc = err_set(e, ERR_INPUT, TR("the file is empty", "tệp trống"));
	if (rc == 0)
		rc = flush(m, e);
	csv_release(&in);
	return rc < 0 ? err_wrap(e, "%s", path) : 0;
}

static int
answers_import(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "line", TR("line", "dòng"), true }, { "fault", TR("fault", "mã lỗi"), false },
		{ "reason", TR("reason", "lý do"), false },
	};
	const char *format = NULL;
	const struct opt opts[] = {
		{ "format", OPT_TEXT, &format, "text|csv|json", "of the rows with a fault", "dạng danh sách dòng lỗi" },
	};
	struct import *m;
	struct err e = ERR_INIT;
	enum out_format f;
	int64_t good;
	int first, rc = opt_parse(argc, argv, "answers import", "CAMPAIGN FILE.csv", opts, COUNT_OF(opts), 2, 2, &first);

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	m = mem_zalloc(sizeof(*m));
	m->app = app;
	if ((rc = campaign_need(app->db, &app->arena, argv[first], &m->c, &e)) == 0) {
		out_begin(&m->out, stdout, f, columns, COUNT_OF(columns));
		rc = import_rows(m, argv[first + 1], &e);
		if (out_end(&m->out, rc < 0 ? NULL : &e) < 0)
			rc = -1;
		good = m->fates[ANSWER_RECORDED] + m->fates[ANSWER_KNOWN];
		if (!app->quiet && rc == 0)
			fprintf(stderr, TR("%" PRId64 " rows: %" PRId64 " recorded, %" PRId64 " known already, %" PRId64 " with a fault\n",
			    "%" PRId64 " dòng: %" PRId64 " đã ghi, %" PRId64 " đã có từ trước, %" PRId64 " có lỗi\n"),
			    m->rows, m->fates[ANSWER_RECORDED], m->fates[ANSWER_KNOWN], m->rows - good);
		if (rc == 0 && good < m->rows)
			rc = 1;
	}
	arena_release(&m->arena);
	free(m);
	return rc < 0 ? app_fail(&e) : rc ? EXIT_FAILED : EXIT_DONE;
}

/* A token, or an address that stands for one person of this campaign. */
static int
find_person(struct app *app, const struct campaign *c, const char *who, struct contact *out, struct err *e)
{
	struct contact *list;
	size_t n, same = 0;
	int rc;

	if (token_valid(who)) {
		if ((rc = contact_by_token(app->db, &app->arena, who, out, e)) < 0)
			return -1;
		if (rc == 1 && out->campaign == c->id)
			return 0;
	}
	if (contact_by_email(app->db, &app->arena, text_lower_ascii(&app->arena, who), &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (list[i].campaign == c->id) {
			*out = list[i];
			same++;
		}
	if (same == 1)
		return 0;
	return same ? err_set(e, ERR_INPUT, TR("%zu people share this address: give the token", "%zu người dùng chung địa chỉ này: hãy ghi mã (token)"), same) :
	    err_set(e, ERR_NOTFOUND, TR("nobody in campaign '%s' has this token or address", "trong đợt '%s' không ai có mã hay địa chỉ này"), c->key);
}

static int
answers_link_print(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "answers link", "CAMPAIGN WHO KEY", NULL, 0, 3, 3, &first);
	struct campaign c;
	struct contact who;
	struct secret k;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0 ||
	    find_person(app, &c, argv[first + 1], &who, &e) < 0 || secret_load(&k, app->conf.secret_file, &e) < 0)
		return app_fail(&e);
	if (!campaign_instrument(&c, argv[first + 2])) {
		err_set(&e, ERR_NOTFOUND, TR("campaign '%s' has no form '%s'", "đợt '%s' không có phiếu '%s'"), c.key, argv[first + 2]);
		return app_fail(&e);
	}
	puts(answers_link(&app->arena, app->conf.public_url, &k, who.token, argv[first + 2]));
	return EXIT_DONE;
}

int
cmd_answers(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "import", answers_import, NEEDS_STORE_RW, "bring in who has answered, from a survey system's file",
		    "nhập danh sách đã trả lời từ tệp của hệ thống khảo sát" },
		{ "link", answers_link_print, NEEDS_STORE_RW, "print the signed link that a finished form hands out",
		    "in liên kết có chữ ký mà phiếu trả về khi hoàn thành" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
