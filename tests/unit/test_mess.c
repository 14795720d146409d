/*
 * Small rosters, each with one oddity that real ones have: tests/data/
 * rosters-mess. Every row must come out as its .want file says.
 */
#include "support/check.h"
#include "support/world.h"

#include <ctype.h>
#include <dirent.h>

#include "engine/import.h"
#include "engine/unit_file.h"
#include "store/contact.h"

#define MESS "tests/data/rosters-mess/"
#define TRIAL "tests/data/trial-2021/"
#define OPENS 1631811600

struct tester {
	struct world w;
	struct units *units;
	struct campaign c;
	const char *file;		/* whose rows are read */
	struct buf got;
};

static void
tester_make(struct tester *t)
{
	int64_t n;

	world_make(&t->w);
	if (db_begin(t->w.db, &t->w.e) < 0 || unit_file_import(t->w.db, TRIAL "units.csv", &n, &t->w.e) < 0 ||
	    provider_file_import(t->w.db, TRIAL "providers.txt", &n, &t->w.e) < 0 || db_commit(t->w.db, &t->w.e) < 0 ||
	    tree_find(t->w.db, "units", &t->w.tree, &t->w.e) != 1 || units_load(&t->units, t->w.db, t->w.tree, OPENS, &t->w.e) < 0)
		world_die(&t->w, "units");
}

/* Files that begin with the same number belong together. */
static void
fresh_campaign(struct tester *t, const char *number)
{
	const char *key = arena_printf(&t->w.arena, "m%.3s", number);

	world_campaign(&t->w, key, OPENS, OPENS + 20 * 86400);
	if (campaign_find(t->w.db, &t->w.arena, key, &t->c, &t->w.e) != 1)
		world_die(&t->w, key);
}

static const struct unit *
unit_in(struct tester *t, const char *file)
{
	const char *code = strchr(file, '-') + 1;
	const struct unit *u = units_by_code(t->units, arena_ndup(&t->w.arena, code, strcspn(code, "-")));

	if (!u)
		world_die(&t->w, file);
	return u;
}

static int
take_row(const struct roster_row *r, void *arg)
{
	struct tester *t = arg;

	if (strcmp(r->file, t->file) == 0)
		buf_printf(&t->got, "%d,%d,%s,%s,%s,%s,%s,%s,%s,%s\n", (int)r->line, (int)r->seq, r->unit_code, r->name, r->email,
		    r->alternate, r->disposition, r->reason, r->warnings, r->suggestion);
	return 0;
}

struct wanted {
	bool refused;
	int64_t declared, gaps;		/* -1: not said */
	const char *rows;
};

static void
read_want(struct tester *t, const char *file, struct wanted *want)
{
	const char *path = arena_printf(&t->w.arena, MESS "%.*s.want", (int)(strlen(file) - 4), file);
	struct buf rows = BUF_INIT(65536);
	char line[1024];
	FILE *in = fopen(path, "r");

	if (!in)
		world_die(&t->w, path);
	*want = (struct wanted){ .declared = -1, .gaps = -1 };
	while (fgets(line, sizeof(line), in))
		if (strcmp(line, "refused\n") == 0)
			want->refused = true;
		else if (strncmp(line, "# declared ", 11) == 0)
			want->declared = strtol(line + 11, NULL, 10);
		else if (strncmp(line, "# gaps ", 7) == 0)
			want->gaps = strtol(line + 7, NULL, 10);
		else
			buf_printf(&rows, "%s", line);
	fclose(in);
	want->rows = arena_dup(&t->w.arena, buf_str(&rows));
	buf_release(&rows);
}

/* The import of one file; its rows are looked at when all of its number are in. */
static void
import_one(struct tester *t, const char *file)
{
	const struct import_options o = { .campaign = &t->c, .units = t->units, .unit = unit_in(t, file) };
	struct import_tally tally;
	struct wanted want;
	int rc;

	read_want(t, file, &want);
	t->w.e = (struct err)ERR_INIT;
	rc = import_roster(t->w.db, &o, arena_printf(&t->w.arena, MESS "%s", file), &tally, &t->w.e);
	CHECK_INT(rc, want.refused ? -1 : 0, rc < 0 ? t->w.e.text : file);
	if (want.refused)
		CHECK_INT(t->w.e.code, ERR_INPUT, file);
	if (want.declared >= 0)
		CHECK_INT(tally.declared, want.declared, file);
	if (want.gaps >= 0)
		CHECK_INT((int64_t)tally.n_gaps, want.gaps, file);
	import_tally_release(&tally);
}

static void
look_at(struct tester *t, const char *file)
{
	struct wanted want;
	const char *g, *w;

	read_want(t, file, &want);
	t->file = file;
	buf_clear(&t->got);
	CHECK_INT(roster_rows_each(t->w.db, t->c.id, take_row, t, &t->w.e), 0, file);
	g = buf_str(&t->got);
	w = want.rows;
	while (*g || *w) {
		size_t n = strcspn(g, "\n"), k = strcspn(w, "\n");

		CHECK_STR(arena_ndup(&t->w.arena, g, n), arena_ndup(&t->w.arena, w, k), file);
		g += n + (g[n] == '\n');
		w += k + (w[k] == '\n');
	}
}

static int
is_roster(const struct dirent *d)
{
	const char *end = strrchr(d->d_name, '.');

	return isdigit((unsigned char)d->d_name[0]) && end && strcmp(end, ".csv") == 0;
}

static void
test_rosters(struct tester *t)
{
	struct dirent **files;
	int n = scandir(MESS, &files, is_roster, alphasort);

	CHECK(n >= 80, "the rosters are there");
	for (int i = 0, next; i < n; i = next) {
		fresh_campaign(t, files[i]->d_name);
		for (next = i; next < n && strncmp(files[next]->d_name, files[i]->d_name, 3) == 0; next++)
			import_one(t, files[next]->d_name);
		for (int k = i; k < next; k++)
			look_at(t, files[k]->d_name);
	}
	for (int i = 0; i < n; i++)
		free(files[i]);
	if (n >= 0)
		free(files);
}

/* The unit's list again, corrected, each time in another shape: who is who, and nobody deleted. */
static void
test_corrected(struct tester *t)
{
	static const struct {
		const char *file;
		int64_t records, added, changed, unchanged, missing, people;
	} steps[] = {
		{ "1-T92-first.csv", 6, 6, 0, 0, 0, 6 },
		{ "2-T92-same-people.csv", 6, 0, 0, 6, 0, 6 },
		/* two addresses, and "Ánh", which the old font wrote "ánh" */
		{ "3-T92-mended.csv", 6, 1, 3, 2, 1, 7 },
		{ "1-T92-first.csv", 6, 0, 4, 2, 1, 7 },
	};
	static const char tokens[] = "SELECT count(DISTINCT token) FROM contact WHERE campaign = (SELECT max(id) FROM campaign)";
	static const char remember[] = "CREATE TEMP TABLE first AS SELECT id, token, name_key FROM contact"
	    " WHERE campaign = (SELECT max(id) FROM campaign)";
	static const char kept[] =
	    "SELECT count(*) FROM first f JOIN contact c ON c.id = f.id AND c.token = f.token AND c.name_key = f.name_key";
	struct contact_standing s;

	fresh_campaign(t, "corrected");
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		for (int dry = 1; dry >= 0; dry--) {
			const struct import_options o = { .campaign = &t->c, .units = t->units, .unit = units_by_code(t->units, "T92"),
			    .dry_run = dry };
			const char *path = arena_printf(&t->w.arena, MESS "corrected/%s", steps[i].file);
			struct import_tally a;

			if (!CHECK_INT(import_roster(t->w.db, &o, path, &a, &t->w.e), 0, path))
				puts(t->w.e.text);
			CHECK_INT(a.records, steps[i].records, path);
			CHECK_INT(a.added, steps[i].added, path);
			CHECK_INT(a.changed, steps[i].changed, path);
			CHECK_INT(a.unchanged, steps[i].unchanged, path);
			CHECK_INT(a.missing, steps[i].missing, path);
			import_tally_release(&a);
			CHECK_INT(world_count(&t->w, tokens), dry ? i ? steps[i - 1].people : 0 : steps[i].people, "tokens");
		}
		if (i == 0)
			CHECK_INT(db_run(db_stmt(t->w.db, remember, &t->w.e), &t->w.e), 0, "tokens of the first roster");
		CHECK_INT(world_count(&t->w, kept), 6, "tokens are kept");
	}
	CHECK_INT(contact_standing(t->w.db, t->c.id, &s, &t->w.e), 0, "standing");
	CHECK_INT(s.nominated, 7, "nominated");
	CHECK_INT(s.mailable, 5, "mailable");
	CHECK_INT(s.held, 1, "held");
	CHECK_INT(s.rejected, 1, "rejected");
	CHECK_INT(s.missing, 1, "missing");
}

int
main(void)
{
	struct tester t = { .got = BUF_INIT(1 << 20) };

	tester_make(&t);
	test_rosters(&t);
	test_corrected(&t);
	buf_release(&t.got);
	units_free(t.units);
	world_end(&t.w);
	return check_done();
}
