/* thumoi evidence add|withdraw|kinds - what a focal point or the operator knows of a person. */
#include "app/commands.h"

#include "app/who.h"
#include "base/clock.h"
#include "base/date.h"
#include "engine/cause.h"
#include "engine/word.h"

static int
need_word(const char *key, const struct word **w, struct err *e)
{
	struct buf names = BUF_INIT(600);

	if ((*w = word_find(key)))
		return 0;
	for (size_t i = 0; word_at(i); i++)
		buf_printf(&names, "%s%s", i ? ", " : "", word_at(i)->key);
	err_set(e, ERR_INPUT, TR("'%s' cannot be said of a person: %s", "không có loại '%s': chỉ có %s"), key, buf_str(&names));
	buf_release(&names);
	return -1;
}

/* The cause as it is now: what the word has changed. */
static int
print_cause(struct app *app, const struct campaign *c, const struct contact *who, struct err *e)
{
	const struct out_column columns[] = {
		{ "unit", TR("unit", "đơn vị"), false }, { "name", TR("name", "họ tên"), false },
		{ "cause", TR("cause now", "nguyên nhân hiện nay"), false }, { "grade", TR("grade", "mức"), false },
	};
	struct cause_ask ask = { (1u << c->n_instruments) - 1, c->closes_at };
	struct facts_reader *r;
	char grade[2] = "";
	enum cause cause = CAUSE_UNKNOWN;
	struct facts f;
	struct out o;
	int rc;

	if (facts_open(&r, app->db, c, who->id, clock_now(), e) < 0)
		return -1;
	if ((rc = facts_next(r, &f, e)) == 1)
		cause = cause_of(&f, &ask, &grade[0]);
	facts_close(r);
	if (rc != 1)
		return rc < 0 ? -1 : err_set(e, ERR_STORE, TR("the person is gone", "không còn người này"));
	out_begin(&o, stdout, app->json ? OUT_JSON : OUT_TEXT, columns, COUNT_OF(columns));
	out_text(&o, who->unit_code);
	out_text(&o, who->name);
	out_text(&o, app->json ? cause_info(cause)->key : cause_name(cause, lang_ui));
	out_text(&o, grade);
	out_row(&o);
	return out_end(&o, e);
}

struct said {
	const char *note, *at, *until;
};

static int
read_times(const struct said *q, const struct campaign *c, const struct word *w, struct word_said *said, struct err *e)
{
	int64_t now = clock_now();

	*said = (struct word_said){ .note = q->note, .at = now };
	if (q->at && date_parse(q->at, &c->zone, DATE_START, &said->at, e) < 0)
		return err_wrap(e, "--at");
	if (q->until && date_parse(q->until, &c->zone, DATE_END, &said->until, e) < 0)
		return err_wrap(e, "--until");
	return word_check(w, said, now, lang_ui, e);
}

static int
evidence_cmd_add(struct app *app, int argc, char **argv)
{
	struct said q = { NULL, NULL, NULL };
	const struct opt opts[] = {
		{ "note", OPT_TEXT, &q.note, "TEXT", "who said it, and how: kept with the evidence", "ai nói, nói thế nào: lưu cùng bằng chứng" },
		{ "at", OPT_TEXT, &q.at, "DATE", "when it was so; now unless given", "thời điểm; mặc định là bây giờ" },
		{ "until", OPT_TEXT, &q.until, "DATE", "away: the last day", "away: ngày vắng mặt cuối cùng" },
	};
	int first, rc = opt_parse(argc, argv, "evidence add", "PERSON KIND --note TEXT", opts, COUNT_OF(opts), 2, 2, &first);
	const struct word *w;
	struct campaign c;
	struct contact who;
	struct err e = ERR_INIT;
	struct word_said said;

	if (rc >= 0)
		return rc;
	if (!q.note || !*q.note)
		return app_usage("evidence add", TR("--note is needed: who said it?", "cần --note: ai nói?"));
	if (need_word(argv[first + 1], &w, &e) < 0)
		return app_fail(&e);
	if ((rc = who_one(app, argv[first], &who, &e)) != 1)
		return rc < 0 ? app_fail(&e) : EXIT_FAILED;
	if (campaign_by_id(app->db, &app->arena, who.campaign, &c, &e) != 1 ||
	    read_times(&q, &c, w, &said, &e) < 0 || (rc = word_record(app->db, &who, w, &said, BY_CLI, &e)) < 0)
		return app_fail(&e);
	if (!app->quiet)
		fprintf(stderr, rc ? TR("recorded: %s\n", "đã ghi: %s\n") : TR("was recorded before: %s\n", "đã có từ trước: %s\n"),
		    TR(w->en, w->vi));
	return print_cause(app, &c, &who, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

static int
evidence_cmd_withdraw(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "evidence withdraw", "PERSON KIND", NULL, 0, 2, 2, &first);
	const struct word *w;
	struct campaign c;
	struct contact who;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (need_word(argv[first + 1], &w, &e) < 0)
		return app_fail(&e);
	if ((rc = who_one(app, argv[first], &who, &e)) != 1)
		return rc < 0 ? app_fail(&e) : EXIT_FAILED;
	if ((rc = word_withdraw(app->db, &who, w, BY_CLI, &e)) == 0)
		err_set(&e, ERR_NOTFOUND, TR("nothing of the kind '%s' was said", "chưa ai nói điều gì loại '%s'"), w->key);
	if (rc != 1 || campaign_by_id(app->db, &app->arena, who.campaign, &c, &e) != 1 ||
	    print_cause(app, &c, &who, &e) < 0)
		return app_fail(&e);
	return EXIT_DONE;
}

static int
evidence_cmd_kinds(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = { { "kind", TR("kind", "loại"), false }, { "says", TR("says", "nghĩa"), false } };
	int first, rc = opt_parse(argc, argv, "evidence kinds", "", NULL, 0, 0, 0, &first);
	struct err e = ERR_INIT;
	struct out o;

	if (rc >= 0)
		return rc;
	out_begin(&o, stdout, app->json ? OUT_JSON : OUT_TEXT, columns, COUNT_OF(columns));
	for (size_t i = 0; word_at(i); i++) {
		out_text(&o, word_at(i)->key);
		out_text(&o, TR(word_at(i)->en, word_at(i)->vi));
		out_row(&o);
	}
	return out_end(&o, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

int
cmd_evidence(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "add", evidence_cmd_add, NEEDS_STORE_RW, "what a focal point or you know of a person: spam, moved ...",
		    "điều đầu mối hoặc người vận hành biết về một người: spam, moved ..." },
		{ "withdraw", evidence_cmd_withdraw, NEEDS_STORE_RW, "it was not so; it stays on record and counts no more",
		    "nói nhầm: vẫn lưu nhưng không tính nữa" },
		{ "kinds", evidence_cmd_kinds, NEEDS_NOTHING, "what can be said", "các loại có thể ghi" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
