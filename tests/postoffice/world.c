#include "postoffice/world.h"

#include <jansson.h>
#include <uninorm.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/file.h"

#define WORLD_MAX_BYTES (64 << 20)
#define FIELDS_MAX 32

const char *const form_names[FORMS] = { "survey", "feedback" };

size_t
csv_record(struct arena *a, const char **p, const char **f, size_t max)
{
	const char *s = *p;
	size_t n = 0;

	if (!*s)
		return 0;
	for (;;) {
		struct buf field = BUF_INIT(1 << 20);
		bool quoted = *s == '"';

		for (s += quoted; *s; s++) {
			if (quoted && *s == '"') {
				if (s[1] != '"') {
					quoted = false;
					continue;
				}
				s++;
			} else if (!quoted && (*s == ',' || *s == '\n')) {
				break;
			}
			buf_char(&field, *s);
		}
		if (field.len && field.s[field.len - 1] == '\r' && *s != ',')
			buf_cut(&field, field.len - 1);
		if (n < max)
			f[n++] = arena_dup(a, buf_str(&field));
		buf_release(&field);
		if (*s != ',')
			break;
		s++;
	}
	*p = *s ? s + 1 : s;
	return n;
}

/* A CSV file whose first record names the columns. */
struct sheet {
	struct file file;
	const char *path, *at;
	const char *head[FIELDS_MAX], *cell[FIELDS_MAX];
	size_t n_head, n_cells;
};

static int
sheet_open(struct sheet *s, struct arena *a, const char *dir, const char *name, struct err *e)
{
	*s = (struct sheet){ .file = FILE_INIT, .path = arena_printf(a, "%s/%s", dir, name) };
	if (file_read(&s->file, s->path, WORLD_MAX_BYTES, e) < 0)
		return -1;
	s->at = s->file.data;
	s->n_head = csv_record(a, &s->at, s->head, FIELDS_MAX);
	return 0;
}

static bool
sheet_next(struct sheet *s, struct arena *a)
{
	s->n_cells = csv_record(a, &s->at, s->cell, FIELDS_MAX);
	return s->n_cells > 0;
}

static const char *
sheet_cell(const struct sheet *s, const char *column)
{
	for (size_t i = 0; i < s->n_head && i < s->n_cells; i++)
		if (strcmp(s->head[i], column) == 0)
			return s->cell[i];
	return "";
}

static uint64_t
fnv(uint64_t h, const char *s, bool fold)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (fold && c >= 'A' && c <= 'Z')
			c |= 0x20;
		h = (h ^ c) * 1099511628211ULL;
	}
	return h;
}

uint64_t
world_dice(const char *text, const char *purpose, uint64_t below)
{
	uint64_t h = fnv(fnv(14695981039346656037ULL, purpose, false), text, false);

	/* FNV's low bits are weak: mix as splitmix64 does. */
	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ULL;
	h = (h ^ (h >> 27)) * 0x94d049bb133111ebULL;
	return (h ^ (h >> 31)) % below;
}

static size_t
slot_of(const struct world *w, const char *email)
{
	size_t i = (size_t)fnv(14695981039346656037ULL, email, true) % w->n_slots;

	while (w->slots[i] && strcasecmp(w->slots[i]->email, email) != 0)
		i = (i + 1) % w->n_slots;
	return i;
}

struct person *
world_at(const struct world *w, const char *email)
{
	return *email ? w->slots[slot_of(w, email)] : NULL;
}

static void
index_people(struct world *w)
{
	w->n_slots = w->n_people * 2 + 1;
	w->slots = arena_alloc(&w->arena, w->n_slots * sizeof(*w->slots));
	for (size_t i = 0; i < w->n_people; i++) {
		struct person *p = &w->people[i], **at;

		if (!*p->email)
			continue;
		for (at = &w->slots[slot_of(w, p->email)]; *at; at = &(*at)->same_mailbox)
			;
		*at = p;
	}
}

static int
load_truth(struct world *w, const char *dir, struct err *e)
{
	struct sheet s;
	size_t cap = 0;
	int rc = 0;

	if (sheet_open(&s, &w->arena, dir, "delivery-truth-SYNTHETIC.csv", e) < 0)
		return -1;
	while (sheet_next(&s, &w->arena)) {
		w->people = mem_room(w->people, w->n_people, &cap, sizeof(*w->people));
		w->people[w->n_people++] = (struct person){
			.id = sheet_cell(&s, "person_id"), .unit = sheet_cell(&s, "unit"),
			.name = sheet_cell(&s, "name"), .email = sheet_cell(&s, "email"),
			.cause = sheet_cell(&s, "cause"), .profile = sheet_cell(&s, "profile"),
			.rcpt_reply = sheet_cell(&s, "rcpt_reply"), .data_reply = sheet_cell(&s, "data_reply"),
			.dsn_status = sheet_cell(&s, "dsn_status"),
			.opened = strcmp(sheet_cell(&s, "opened"), "1") == 0, .found_in = "",
		};
	}
	if (!w->n_people || !*w->people[0].id || !*w->people[0].profile)
		rc = err_set(e, ERR_INPUT, "%s: no people in it", s.path);
	file_release(&s.file);
	return rc;
}

static int
load_answers(struct world *w, const char *dir, struct err *e)
{
	struct zone utc;
	struct sheet s;
	size_t next = 0;
	int rc = -1;

	if (zone_load(&utc, "UTC", e) < 0 || sheet_open(&s, &w->arena, dir, "responses.csv", e) < 0)
		return -1;
	while (sheet_next(&s, &w->arena)) {
		const char *id = sheet_cell(&s, "person_id");
		size_t tried = 0;

		/* Both files may be in any order; often neighbours are near. */
		while (tried < w->n_people && strcmp(w->people[next].id, id) != 0) {
			next = (next + 1) % w->n_people;
			tried++;
		}
		if (tried == w->n_people) {
			err_set(e, ERR_INPUT, "%s: nobody is %s", s.path, id);
			goto out;
		}
		for (int k = 0; k < FORMS; k++) {
			char column[32];
			const char *at;

			snprintf(column, sizeof(column), "%s_answered_at", form_names[k]);
			at = sheet_cell(&s, column);
			if (*at && date_parse(at, &utc, DATE_START, &w->people[next].answers_at[k], e) < 0) {
				err_wrap(e, "%s: %s", s.path, id);
				goto out;
			}
		}
		w->people[next].found_in = sheet_cell(&s, "found_in");
	}
	rc = 0;
out:
	file_release(&s.file);
	return rc;
}

static int
load_probes(struct world *w, const json_t *list, struct err *e)
{
	size_t i;
	json_t *one;

	w->probes = arena_alloc(&w->arena, (json_array_size(list) + 1) * sizeof(*w->probes));
	json_array_foreach(list, i, one) {
		const char *email = json_string_value(json_object_get(one, "email"));
		const char *folder = json_string_value(json_object_get(one, "folder"));

		if (!email || !folder || (strcmp(folder, "inbox") != 0 && strcmp(folder, "spam") != 0))
			return err_set(e, ERR_INPUT, "mail-world.json: probe %zu: an email, and inbox or spam", i + 1);
		w->probes[w->n_probes++] = (struct probe_mailbox){ .email = arena_dup(&w->arena, email),
		    .folder = arena_dup(&w->arena, folder) };
	}
	return 0;
}

struct probe_mailbox *
world_probe(const struct world *w, const char *email)
{
	for (size_t i = 0; i < w->n_probes; i++)
		if (strcasecmp(w->probes[i].email, email) == 0)
			return &w->probes[i];
	return NULL;
}

static int
load_mail(struct world *w, const char *dir, struct err *e)
{
	const char *path = arena_printf(&w->arena, "%s/mail-world.json", dir);
	json_error_t why;
	json_t *j = json_load_file(path, 0, &why);
	const char *reply = json_string_value(json_object_get(j, "unknown_mailbox"));
	int rc = 0;

	if (!j)
		rc = err_set(e, ERR_INPUT, "%s line %d: %s", path, why.line, why.text);
	else if (!reply)
		rc = err_set(e, ERR_INPUT, "%s: no unknown_mailbox", path);
	else
		w->unknown_reply = arena_dup(&w->arena, reply);
	if (rc == 0)
		rc = load_probes(w, json_object_get(j, "probes"), e);
	json_decref(j);
	return rc;
}

int
world_load(struct world *w, const char *dir, struct err *e)
{
	*w = (struct world){ .arena = ARENA_INIT };
	if (load_truth(w, dir, e) < 0 || load_answers(w, dir, e) < 0 || load_mail(w, dir, e) < 0) {
		world_release(w);
		return -1;
	}
	index_people(w);
	return 0;
}

void
world_release(struct world *w)
{
	free(w->people);
	arena_release(&w->arena);
	*w = (struct world){ .arena = ARENA_INIT };
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
world_print_rosters(const char *dir, FILE *f, struct err *e)
{
	struct arena a = ARENA_INIT;
	const char *path = arena_printf(&a, "%s/manifest.json", dir);
	json_error_t why;
	json_t *j = json_load_file(path, 0, &why), *files = json_object_get(j, "files"), *file;
	const char **lines = arena_alloc(&a, (json_array_size(files) + 1) * sizeof(*lines));
	size_t n = 0, i;
	int rc = 0;

	json_array_foreach(files, i, file) {
		const char *name = json_string_value(json_object_get(file, "file"));
		const char *at = json_string_value(json_object_get(file, "roster_received_at"));

		if (name && at)		/* all in one zone: the text sorts as the time does */
			lines[n++] = arena_printf(&a, "%s %s/%s", at, dir, name);
	}
	if (!j)
		rc = err_set(e, ERR_INPUT, "%s line %d: %s", path, why.line, why.text);
	else if (!n)
		rc = err_set(e, ERR_INPUT, "%s: no rosters in it", path);
	qsort(lines, n, sizeof(*lines), by_text);
	for (i = 0; i < n; i++)
		fprintf(f, "%s\n", lines[i]);
	json_decref(j);
	arena_release(&a);
	return rc;
}

/* Equal in NFC, runs of blanks as one. */
static bool
same_name(const char *a, const char *b)
{
	char *x[2];
	const char *in[2] = { a, b };
	bool same;

	for (int i = 0; i < 2; i++) {
		size_t len = 0, to = 0;

		x[i] = (char *)u8_normalize(UNINORM_NFC, (const uint8_t *)in[i], strlen(in[i]) + 1, NULL, &len);
		if (!x[i])
			x[i] = mem_dup(in[i]);
		for (const char *s = x[i]; *s; s++)
			if (*s != ' ' || (to && x[i][to - 1] != ' '))
				x[i][to++] = *s;
		while (to && x[i][to - 1] == ' ')
			to--;
		x[i][to] = '\0';
	}
	same = strcmp(x[0], x[1]) == 0;
	free(x[0]);
	free(x[1]);
	return same;
}

struct person *
person_named(struct person *first, const char *name)
{
	for (struct person *p = first; p; p = p->same_mailbox)
		if (same_name(p->name, name))
			return p;
	/* One person, one mailbox: whatever the message calls them. */
	return first && !first->same_mailbox ? first : NULL;
}

bool
person_answers(const struct person *p)
{
	return p->answers_at[FORM_SURVEY] || p->answers_at[FORM_FEEDBACK];
}
