/*
 * compare.c - the report beside the synthetic truth, by profile.
 *
 *	compare [--lang vi|en] WORLD PEOPLE.csv [PLACEMENT.csv]
 *
 * PEOPLE.csv is what `thumoi report people CAMPAIGN --format csv` prints. Each
 * person of the truth must be there once, with a cause that an honest observer
 * could have found: what nobody can know must be `unknown`. Prints a table and
 * the first faults; ends with 1 when there is one.
 *
 * PLACEMENT.csv is what `thumoi report placement CAMPAIGN --format csv` prints:
 * for each provider all probes of mail-world.json, each in its folder.
 */
#include <inttypes.h>

#include "base/file.h"
#include "base/lang.h"
#include "base/out.h"
#include "postoffice/world.h"

#define COLUMNS_MAX 32
#define FAULTS_TOLD 20
#define PEOPLE_MAX_BYTES (64 << 20)

struct said {			/* one person as the report has them */
	const char *unit, *name, *email, *cause;
	bool taken;
};

/* A line of the table: whom it is about, what the report must say. */
static const struct line {
	const char *profile, *truth_cause;	/* truth_cause "": any */
	const char *want;
	const char *en, *vi;
} lines[] = {
	{ "delivered", "participated", "answered", "answered both forms", "trả lời cả hai phiếu" },
	{ "delivered", "participated", "answered_partly", "answered one form", "trả lời một phiếu" },
	{ "not_sent", "", "bad_row", "row cannot be mailed", "dòng danh sách không gửi được" },
	{ "dead_mailbox", "", "bad_user", "mailbox does not exist", "hộp thư không tồn tại" },
	{ "dead_domain", "", "bad_domain", "domain does not exist", "tên miền không tồn tại" },
	{ "rcpt_550_571", "", "refused_policy", "refused at RCPT", "bị từ chối ngay ở RCPT" },
	{ "async_dsn_571", "", "refused_policy", "accepted, bounced later", "nhận rồi trả lại sau" },
	{ "data_554_571", "", "refused_content", "refused after the text", "bị từ chối sau khi nhận nội dung" },
	{ "over_quota", "", "mailbox_full", "over quota", "hộp thư đầy" },
	{ "greylist_until_expiry", "", "expired", "deferred until it expired", "bị hoãn đến khi hết hạn" },
	{ "silent_drop", "", "unknown", "accepted and thrown away", "nhận rồi lặng lẽ bỏ đi" },
	{ "delivered_spam", "", "unknown", "lies in a spam folder", "nằm trong thư rác" },
	{ "delivered", "never_opened", "unknown", "delivered, never opened", "đến nơi, không mở" },
	{ "delivered", "opened_not_answered", "unknown", "opened, not answered", "mở thư, không trả lời" },
};

struct sum {
	int64_t people, right;
	struct { const char *cause; int64_t n; } other[16];
	size_t n_other;
};

static const struct line *
line_of(const struct person *p)
{
	bool all = p->answers_at[FORM_SURVEY] && p->answers_at[FORM_FEEDBACK];

	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		const struct line *l = &lines[i];

		if (strcmp(l->profile, p->profile) != 0 || (*l->truth_cause && strcmp(l->truth_cause, p->cause) != 0))
			continue;
		if (person_answers(p) && strcmp(l->want, all ? "answered" : "answered_partly") != 0)
			continue;
		return l;
	}
	return NULL;
}

static int
load_said(struct arena *a, const char *path, struct said **out, size_t *n, struct err *e)
{
	static const char *const wanted[] = { "unit", "name", "email", "cause" };
	const char *cell[COLUMNS_MAX];
	size_t at[COUNT_OF(wanted)], cells, cap = 0;
	struct file f = FILE_INIT;
	const char *p;

	if (file_read(&f, path, PEOPLE_MAX_BYTES, e) < 0)
		return -1;
	p = f.data;
	cells = csv_record(a, &p, cell, COLUMNS_MAX);
	for (size_t w = 0; w < COUNT_OF(wanted); w++) {
		for (at[w] = 0; at[w] < cells && strcmp(cell[at[w]], wanted[w]) != 0; at[w]++)
			;
		if (at[w] == cells) {
			file_release(&f);
			return err_set(e, ERR_INPUT, "%s: no column '%s'", path, wanted[w]);
		}
	}
	while ((cells = csv_record(a, &p, cell, COLUMNS_MAX)) > 0) {
		for (size_t w = 0; w < COUNT_OF(wanted); w++)
			if (at[w] >= cells)
				cell[at[w]] = "";
		*out = mem_room(*out, *n, &cap, sizeof(**out));
		(*out)[(*n)++] = (struct said){ cell[at[0]], cell[at[1]], cell[at[2]], cell[at[3]], false };
	}
	file_release(&f);
	return 0;
}

/* The report's entry for a person of the truth: same unit and name; the same address where one could be used. */
static struct said *
find_said(struct said *said, size_t n, const struct person *p)
{
	bool mailed = strcmp(p->profile, "not_sent") != 0;

	for (size_t i = 0; i < n; i++)
		if (!said[i].taken && strcmp(said[i].unit, p->unit) == 0 && strcmp(said[i].name, p->name) == 0 &&
		    (mailed ? strcmp(said[i].email, p->email) == 0 : !*said[i].email)) {
			said[i].taken = true;
			return &said[i];
		}
	return NULL;
}

static void
count(struct sum *s, const struct line *l, const char *cause)
{
	size_t i = 0;

	s->people++;
	if (strcmp(cause, l->want) == 0) {
		s->right++;
		return;
	}
	while (i < s->n_other && strcmp(s->other[i].cause, cause) != 0)
		i++;
	if (i == COUNT_OF(s->other))
		return;
	if (i == s->n_other) {
		s->other[i].cause = cause;
		s->n_other++;
	}
	s->other[i].n++;
}

static int
print_table(const struct sum *sums, struct err *e)
{
	const struct out_column columns[] = {
		{ "profile", TR("what happened in truth", "sự thật"), false }, { "people", TR("people", "số người"), true },
		{ "must_say", TR("the report must say", "báo cáo phải nói"), false },
		{ "says_so", TR("says so", "nói đúng"), true }, { "else", TR("says else", "nói khác"), false },
	};
	struct out o;

	out_begin(&o, stdout, OUT_TEXT, columns, COUNT_OF(columns));
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct buf other = BUF_INIT(4096);

		for (size_t k = 0; k < sums[i].n_other; k++)
			buf_printf(&other, "%s%s %" PRId64, k ? ", " : "", sums[i].other[k].cause, sums[i].other[k].n);
		out_text(&o, TR(lines[i].en, lines[i].vi));
		out_int(&o, sums[i].people);
		out_text(&o, lines[i].want);
		out_int(&o, sums[i].right);
		out_text(&o, sums[i].n_other ? buf_str(&other) : "");
		out_row(&o);
		buf_release(&other);
	}
	return out_end(&o, e);
}

static int
compare(const struct world *w, struct said *said, size_t n_said, struct err *e)
{
	struct sum sums[COUNT_OF(lines)] = { 0 };
	int64_t faults = 0;

	for (size_t i = 0; i < w->n_people; i++) {
		const struct person *p = &w->people[i];
		const struct line *l = line_of(p);
		const struct said *s = find_said(said, n_said, p);
		const char *cause = s ? s->cause : TR("missing", "không có");

		if (!l)
			return err_set(e, ERR_INPUT, "%s: profile '%s' is not in the table", p->id, p->profile);
		count(&sums[l - lines], l, cause);
		if (strcmp(cause, l->want) != 0 && faults++ < FAULTS_TOLD)
			fprintf(stderr, TR("FAULT %s %s (%s): must be %s, the report says %s\n",
			    "SAI %s %s (%s): phải là %s, báo cáo nói %s\n"), p->id, p->unit, p->profile, l->want, cause);
	}
	for (size_t i = 0; i < n_said; i++)
		if (!said[i].taken && faults++ < FAULTS_TOLD)
			fprintf(stderr, TR("FAULT: the report has somebody in %s with cause %s who is not in the truth\n",
			    "SAI: báo cáo có một người ở %s, nguyên nhân %s, không có trong sự thật\n"), said[i].unit, said[i].cause);
	if (print_table(sums, e) < 0)
		return -1;
	if (faults)
		printf(TR("%" PRId64 " faults among %zu people\n", "%" PRId64 " chỗ sai trong %zu người\n"), faults, w->n_people);
	else
		printf(TR("no fault: all %zu people are accounted for as they must be\n",
		    "không sai chỗ nào: cả %zu người đều được giải trình đúng\n"), w->n_people);
	return faults ? 1 : 0;
}

/* --- probes ------------------------------------------------------------------- */

static int64_t
probes_of(const struct world *w, const char *provider, const char *folder)
{
	int64_t n = 0;

	for (size_t i = 0; i < w->n_probes; i++)
		n += strcmp(strchr(w->probes[i].email, '@') + 1, provider) == 0 && (!folder || strcmp(w->probes[i].folder, folder) == 0);
	return n;
}

/* Each line of the report is as the world says, and every probe stands in one. */
static int
compare_placement(struct world *w, const char *path, struct err *e)
{
	static const char head[] = "provider,wave,template,probes,looked,inbox,spam,other,missing,";
	struct file f = FILE_INIT;
	const char *cell[COLUMNS_MAX], *p;
	int64_t told = 0, faults = 0;

	if (file_read(&f, path, PEOPLE_MAX_BYTES, e) < 0)
		return -1;
	p = f.data;
	if (strncmp(p, head, strlen(head)) != 0) {
		file_release(&f);
		return err_set(e, ERR_INPUT, "%s: other columns than %s", path, head);
	}
	csv_record(&w->arena, &p, cell, COLUMNS_MAX);
	while (csv_record(&w->arena, &p, cell, COLUMNS_MAX) >= 9) {
		int64_t all = probes_of(w, cell[0], NULL);
		const int64_t want[] = { all, all, probes_of(w, cell[0], "inbox"), probes_of(w, cell[0], "spam"), 0, 0 };
		bool right = all > 0;

		for (size_t i = 0; i < COUNT_OF(want); i++)
			right = right && strtoll(cell[3 + i], NULL, 10) == want[i];
		told += all;
		if (!right && faults++ < FAULTS_TOLD)
			fprintf(stderr, TR("FAULT: the probes of %s lie elsewhere than the report says\n",
			    "SAI: hộp thư thử của %s nằm khác với báo cáo\n"), cell[0]);
	}
	file_release(&f);
	if (told != (int64_t)w->n_probes) {
		faults++;
		fprintf(stderr, TR("FAULT: %zu probes, %" PRId64 " of them in the report\n",
		    "SAI: có %zu hộp thư thử, báo cáo có %" PRId64 "\n"), w->n_probes, told);
	}
	if (!faults)
		printf(TR("and all %zu probes lie where the report says\n", "và cả %zu hộp thư thử đều nằm đúng chỗ báo cáo nói\n"), w->n_probes);
	return faults ? 1 : 0;
}

int
main(int argc, char **argv)
{
	struct world w = { .arena = ARENA_INIT };
	struct err e = ERR_INIT;
	struct said *said = NULL;
	size_t n_said = 0;
	int rc = -1, other = 0, first = 1;

	if (argc > 2 && strcmp(argv[1], "--lang") == 0) {
		if (lang_parse(argv[2], &lang_ui, &e) < 0) {
			fprintf(stderr, "compare: %s\n", e.text);
			return 2;
		}
		first = 3;
	}
	if (argc - first != 2 && argc - first != 3) {
		fputs("usage: compare [--lang vi|en] WORLD PEOPLE.csv [PLACEMENT.csv]\n", stderr);
		return 2;
	}
	if (world_load(&w, argv[first], &e) == 0 && load_said(&w.arena, argv[first + 1], &said, &n_said, &e) == 0)
		rc = compare(&w, said, n_said, &e);
	if (rc >= 0 && argc - first == 3)
		other = compare_placement(&w, argv[first + 2], &e);
	if (other)
		rc = rc < 0 || other < 0 ? -1 : 1;
	if (rc < 0)
		fprintf(stderr, "compare: %s\n", e.text);
	free(said);
	world_release(&w);
	return rc == 0 ? 0 : 1;
}
