/* thumoi audit list|verify - who did what, and whether the record is as it was written. */
#include "app/commands.h"

#include <inttypes.h>

#include "base/date.h"
#include "base/out.h"
#include "store/audit.h"

struct listing { struct out out; struct zone zone; };

static int
list_one(const struct audit_row *r, void *arg)
{
	struct listing *l = arg;
	struct date_text t;

	out_int(&l->out, r->id);
	out_text(&l->out, date_rfc3339(&t, &l->zone, r->at));
	out_text(&l->out, r->actor);
	out_text(&l->out, r->action);
	out_text(&l->out, r->detail);
	out_row(&l->out);
	return 0;
}

static int
audit_list(struct app *app, int argc, char **argv)
{
	static const struct out_column columns[] = {
		{ "id", NULL, true }, { "at", NULL, false }, { "actor", NULL, false }, { "action", NULL, false }, { "detail", NULL, false },
	};
	const char *format = NULL;
	int64_t after = 0;
	const struct opt opts[] = {
		{ "after", OPT_INT, &after, "ID", "only rows behind this one", "chỉ các dòng sau dòng này" },
		{ "format", OPT_TEXT, &format, "text|csv|json", "form of the table", "dạng bảng" },
	};
	int first, rc = opt_parse(argc, argv, "audit list", "", opts, COUNT_OF(opts), 0, 0, &first);
	struct err e = ERR_INIT;
	enum out_format f;
	struct listing l;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if (zone_load(&l.zone, ZONE_DEFAULT, &e) < 0)
		return app_fail(&e);
	out_begin(&l.out, stdout, f, columns, COUNT_OF(columns));
	rc = audit_each(app->db, after, list_one, &l, &e);
	if (out_end(&l.out, rc < 0 ? NULL : &e) < 0)
		rc = -1;
	return rc < 0 ? app_fail(&e) : EXIT_DONE;
}

static int
audit_check(struct app *app, int argc, char **argv)
{
	const char *head = NULL;
	const struct opt opts[] = {
		{ "head", OPT_TEXT, &head, "HASH", "a hash that was noted elsewhere: it must still stand in the chain",
		    "mã băm đã ghi ở nơi khác: phải còn trong chuỗi" },
	};
	int first, rc = opt_parse(argc, argv, "audit verify", "", opts, COUNT_OF(opts), 0, 0, &first);
	struct audit_state s;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (audit_verify(app->db, head, &s, &e) < 0)
		return app_fail(&e);
	printf(TR("%" PRId64 " rows, %" PRId64 " of them older than the chain\nhead %s\n",
	    "%" PRId64 " dòng, trong đó %" PRId64 " dòng có trước chuỗi\nmã cuối %s\n"), s.rows, s.older, *s.head ? s.head : "-");
	if (s.broken_id) {
		err_set(&e, ERR_STORE, TR("row %" PRId64 " is not as it was written, or rows before it were changed, added or removed",
		    "dòng %" PRId64 " không còn như khi ghi, hoặc các dòng trước đã bị sửa, thêm hay xóa"), s.broken_id);
		return app_fail(&e);
	}
	if (head && !s.head_found) {
		err_set(&e, ERR_STORE, TR("the chain does not hold that hash: it was cut off or written anew",
		    "chuỗi không còn mã băm này: đã bị cắt hoặc ghi lại"));
		return app_fail(&e);
	}
	return EXIT_DONE;
}

int
cmd_audit(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "list", audit_list, NEEDS_STORE_RO, "who did what", "ai đã làm gì" },
		{ "verify", audit_check, NEEDS_STORE_RO, "is the record as it was written?", "nhật ký còn nguyên như khi ghi không?" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
