/* thumoi pack CAMPAIGN DOMAIN|--all - the evidence for the mail administrator of a domain that refuses us. */
#include "app/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/pack.h"

#define TEXT_MAX_BYTES ((size_t)16 << 20)

struct job {
	struct app *app;
	const char *output;
	struct account account;
	struct packs packs;
	enum lang lang;
};

static int
write_text(struct job *j, const struct pack *p, enum lang l, struct err *e)
{
	struct buf b = BUF_INIT(TEXT_MAX_BYTES);
	int rc = pack_text(&b, p, &j->account, l, e);

	if (rc == 0 && j->output)
		rc = file_replace(arena_printf(&j->app->arena, "%s/%s.%s.txt", j->output, p->domain->domain, lang_name(l)), buf_str(&b), b.len, e);
	else if (rc == 0)
		fputs(buf_str(&b), stdout);
	buf_release(&b);
	return rc;
}

static int
write_all(struct job *j, struct err *e)
{
	if (j->output && mkdir(j->output, 0777) < 0 && errno != EEXIST)
		return err_sys(e, TR("cannot make the folder %s", "không tạo được thư mục %s"), j->output);
	for (size_t i = 0; i < j->packs.n; i++) {
		if (!j->output && i)
			putchar('\n');
		if (write_text(j, &j->packs.list[i], j->lang, e) < 0 || (j->output && write_text(j, &j->packs.list[i],
		    j->lang == LANG_VI ? LANG_EN : LANG_VI, e) < 0))
			return -1;
	}
	return 0;
}

static int
run(struct job *j, const char *key, const char *domain, struct err *e)
{
	struct app *app = j->app;
	struct campaign c;
	int rc = -1;

	if (campaign_need(app->db, &app->arena, key, &c, e) < 0 || db_snapshot(app->db, e) < 0)
		return -1;
	j->lang = app->lang_given ? lang_ui : c.lang;
	if (account_build(&j->account, app->db, &c, &app->conf, NULL, clock_now(), e) == 0 &&
	    packs_build(&j->packs, app->db, &j->account, &(struct facts_of){ NULL, 0 }, domain, e) == 0)
		rc = domain && !j->packs.n ? err_set(e, ERR_NOTFOUND, TR("nothing was refused by '%s' in campaign '%s'",
		    "'%s' không từ chối thư nào trong đợt '%s'"), domain, key) : write_all(j, e);
	if (rc < 0)
		return db_abort(app->db);
	return db_commit(app->db, e);
}

int
cmd_pack(struct app *app, int argc, char **argv)
{
	bool all = false;
	struct job j = { .app = app };
	const struct opt opts[] = {
		{ "all", OPT_FLAG, &all, NULL, "of every domain that refuses us as a whole", "mọi tên miền từ chối toàn bộ" },
		{ "output", OPT_TEXT, &j.output, "DIR", "write DOMAIN.vi.txt and DOMAIN.en.txt there",
		    "ghi TÊN-MIỀN.vi.txt và TÊN-MIỀN.en.txt vào thư mục" },
	};
	int first, rc = opt_parse(argc, argv, "pack", "CAMPAIGN DOMAIN|--all [--output DIR]", opts, COUNT_OF(opts), 1, 2, &first);
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (all == (argc - first == 2))
		return app_usage("pack", TR("name a domain, or give --all", "ghi tên miền, hoặc dùng --all"));
	rc = run(&j, argv[first], all ? NULL : text_lower_ascii(&app->arena, argv[first + 1]), &e);
	if (rc == 0 && j.output && !app->quiet)
		fprintf(stderr, TR("%zu domains, their evidence is in %s\n", "%zu tên miền, bằng chứng ghi trong %s\n"), j.packs.n, j.output);
	packs_release(&j.packs);
	account_release(&j.account);
	return rc < 0 ? app_fail(&e) : EXIT_DONE;
}
