/* Reads config/rules. */
#include "mail/rules.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/lang.h"

#define RULES_FILE_MAX (4u << 20)
#define PHRASE_MAX 500

struct reading {
	struct rules *to;
	const char *file;
	long line;
	enum category category;
	bool bad_address, loose, local;
	struct rules_text *text;	/* in a [text NAME] section */
	bool in_section;
};

static int
fault(const struct reading *r, struct err *e, const char *what)
{
	return err_set(e, ERR_INPUT, TR("%s line %ld: %s", "%s dòng %ld: %s"), r->file, r->line, what);
}

static struct rules_text *
text_section(struct rules *to, const char *name)
{
	struct rules_text *t;

	for (size_t i = 0; i < to->n_text; i++)
		if (strcmp(to->text[i].name, name) == 0)
			return &to->text[i];
	if (to->n_text == RULE_TEXTS_MAX)
		return NULL;
	t = &to->text[to->n_text++];
	t->name = arena_dup(&to->arena, name);
	phrases_init(&t->phrases, &to->arena);
	return t;
}

/* [unknown-user hard], [mailbox-full soft], [policy soft loose], [text bounce-subject] */
static int
read_section(struct reading *r, char *s, struct err *e)
{
	char *end = strchr(s, ']'), *second, *third;

	if (!end || end[1])
		return fault(r, e, TR("a section is [CATEGORY hard], [CATEGORY soft] or [text NAME]",
		    "mục phải có dạng [LOẠI hard], [LOẠI soft] hoặc [text TÊN]"));
	*end = '\0';
	s++;
	second = s + strcspn(s, " ");
	if (*second)
		*second++ = '\0';
	r->text = NULL;
	r->in_section = true;
	if (strcmp(s, "text") == 0) {
		if (!*second || !(r->text = text_section(r->to, second)))
			return fault(r, e, TR("this section needs a name, or there are too many",
			    "mục này thiếu tên, hoặc có quá nhiều mục"));
		return 0;
	}
	r->category = category_parse(s);
	if ((r->category == CAT_UNKNOWN && strcmp(s, "unknown") != 0) || r->category == CAT_NONE)
		return fault(r, e, TR("no such category", "không có loại này"));
	third = second + strcspn(second, " ");
	if (*third)
		*third++ = '\0';
	r->loose = strcmp(third, "loose") == 0;
	if ((strcmp(second, "hard") != 0 && strcmp(second, "soft") != 0) || (*third && !r->loose))
		return fault(r, e, TR("after the category stands hard or soft", "sau tên loại phải là hard hoặc soft"));
	r->bad_address = *second == 'h';
	return 0;
}

/* "key=pattern " at *s: the pattern, and *s moves behind it; NULL when it is not there. */
static const char *
condition(struct arena *a, char **s, const char *key)
{
	size_t n = strlen(key), m;
	const char *pattern;

	if (strncmp(*s, key, n) != 0)
		return NULL;
	m = strcspn(*s + n, " \t");
	pattern = arena_ndup(a, *s + n, m);
	*s += n + m;
	*s += strspn(*s, " \t");
	return pattern;
}

/*
 * Adds a phrase with all combinations of its {alternatives}: n bytes of text are settled, each alternative of the next
 * brace in s is put behind them in turn. False when a phrase is too short or long, or a brace
 * has no end or another inside.
 */
static bool
add_phrase(struct phrases *p, char text[PHRASE_MAX], size_t n, const char *s, int id)
{
	size_t plain = strcspn(s, "{");
	const char *close = strchr(s + plain, '}');

	if (n + plain >= PHRASE_MAX)
		return false;
	memcpy(text + n, s, plain);
	n += plain;
	text[n] = '\0';
	if (!s[plain])
		return phrases_add(p, text, id);
	if (!close || memchr(s + plain + 1, '{', (size_t)(close - s) - plain - 1))
		return false;
	for (const char *word = s + plain + 1, *end; word <= close; word = end + 1) {
		end = word + strcspn(word, "|}");
		if (n + (size_t)(end - word) >= PHRASE_MAX)
			return false;
		memcpy(text + n, word, (size_t)(end - word));
		if (!add_phrase(p, text, n + (size_t)(end - word), close + 1, id))
			return false;
	}
	return true;
}

static int
read_rule(struct reading *r, char *s, struct err *e)
{
	struct rules *to = r->to;
	char text[PHRASE_MAX];
	struct rule new = { .category = r->category, .bad_address = r->bad_address, .loose = r->loose, .local = r->local };
	const char *whole = s, *v;

	for (;;) {
		if ((v = condition(&to->arena, &s, "code=")))
			new.code = v;
		else if ((v = condition(&to->arena, &s, "status=")))
			new.status = v;
		else if ((v = condition(&to->arena, &s, "at=")))
			new.at = v;
		else
			break;
	}
	if (!*s && !new.code && !new.status && !new.at)
		return fault(r, e, TR("a rule without words and conditions", "quy tắc không có từ ngữ và điều kiện nào"));
	new.name = arena_printf(&to->arena, "%s:%ld: %s", file_base(r->file), r->line, whole);
	new.wording = *s != '\0';
	if (new.wording) {
		if (new.loose && to->first_loose == SIZE_MAX)
			to->first_loose = to->n;
		if (!add_phrase(new.loose ? &to->likely : &to->words, text, 0, s, (int)to->n))
			return fault(r, e, TR("a phrase needs two characters before its first *",
			    "cụm từ cần ít nhất hai ký tự trước dấu * đầu tiên"));
	} else {
		to->wordless = mem_room(to->wordless, to->n_wordless, &to->cap_wordless, sizeof(*to->wordless));
		to->wordless[to->n_wordless++] = to->n;
		if (new.status && to->first_number == SIZE_MAX)
			to->first_number = to->n;
	}
	to->rule = mem_room(to->rule, to->n, &to->cap, sizeof(*to->rule));
	to->rule[to->n++] = new;
	return 0;
}

static int
read_line(struct reading *r, char *s, struct err *e)
{
	char text[PHRASE_MAX];
	size_t n;

	s += strspn(s, " \t");
	for (n = strlen(s); n && (s[n - 1] == ' ' || s[n - 1] == '\t' || s[n - 1] == '\r'); )
		s[--n] = '\0';
	if (n == 0 || *s == '#')
		return 0;
	if (*s == '[')
		return read_section(r, s, e);
	if (!r->in_section)
		return fault(r, e, TR("a rule before the first section", "quy tắc đứng trước mục đầu tiên"));
	if (!r->text)
		return read_rule(r, s, e);
	if (!add_phrase(&r->text->phrases, text, 0, s, (int)r->text->phrases.n))
		return fault(r, e, TR("a phrase needs two characters before its first *, a { needs its } and none within",
		    "cụm từ cần ít nhất hai ký tự trước dấu * đầu tiên, dấu { cần dấu }, không lồng nhau"));
	return 0;
}

/* text is taken apart. */
static int
read_rules_text(struct reading *r, char *text, struct err *e)
{
	int rc = 0;

	for (char *next, *line = text; line && rc == 0; line = next) {
		if ((next = strchr(line, '\n')))
			*next++ = '\0';
		r->line++;
		rc = read_line(r, line, e);
	}
	return rc;
}

static int
read_rules_file(struct rules *to, const char *path, struct err *e)
{
	struct reading r = { .to = to, .file = path };
	struct file f = FILE_INIT;
	char *text;
	int rc;

	if (file_read(&f, path, RULES_FILE_MAX, e) < 0)
		return -1;
	text = mem_ndup(f.data, f.len);
	file_release(&f);
	rc = read_rules_text(&r, text, e);
	free(text);
	return rc;
}

static int
read_local(struct rules *to, const char *name, const char *local, struct err *e)
{
	struct reading r = { .to = to, .file = name, .local = true };
	char *text = mem_ndup(local, strlen(local));
	int rc = read_rules_text(&r, text, e);

	free(text);
	return rc;
}

static int
is_rules_file(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 6 && d->d_name[0] != '.' && strcmp(d->d_name + n - 6, ".rules") == 0;
}

static int
read_rules_dir(struct rules *to, const char *path, const char *local_name, const char *local_text, struct err *e)
{
	bool pending = local_text != NULL;
	struct dirent **names = NULL;
	int n = scandir(path, &names, is_rules_file, alphasort), rc = 0;

	if (n < 0)
		return err_sys(e, "%s", path);
	if (n == 0)
		rc = err_set(e, ERR_INPUT, TR("%s: there are no *.rules files here", "%s: không có tệp *.rules nào"), path);
	for (int i = 0; i < n; i++) {
		if (rc == 0 && pending && strcmp(names[i]->d_name, RULES_LOCAL_BEFORE) >= 0) {
			pending = false;
			rc = read_local(to, local_name, local_text, e);
		}
		if (rc == 0)
			rc = read_rules_file(to, arena_printf(&to->arena, "%s/%s", path, names[i]->d_name), e);
		free(names[i]);
	}
	free(names);
	return rc == 0 && pending ? read_local(to, local_name, local_text, e) : rc;
}

int
rules_load(struct rules **out, const char *path, struct err *e)
{
	return rules_load_with(out, path, "", NULL, e);
}

int
rules_load_with(struct rules **out, const char *path, const char *local_name, const char *local_text, struct err *e)
{
	struct rules *to = mem_zalloc(sizeof(*to));
	struct stat st;
	int rc;

	*out = NULL;
	to->arena = (struct arena)ARENA_INIT;
	to->first_number = to->first_loose = SIZE_MAX;
	phrases_init(&to->words, &to->arena);
	phrases_init(&to->likely, &to->arena);
	if (!path)
		path = file_data_path(&to->arena, "config/rules");
	if (stat(path, &st) < 0)
		rc = err_sys(e, "%s", path);
	else
		rc = S_ISDIR(st.st_mode) ? read_rules_dir(to, path, local_name, local_text, e) : read_rules_file(to, path, e);
	if (rc < 0) {
		rules_free(to);
		return -1;
	}
	phrases_sort(&to->words);
	phrases_sort(&to->likely);
	for (size_t i = 0; i < to->n_text; i++)
		phrases_sort(&to->text[i].phrases);
	*out = to;
	return 0;
}

void
rules_free(struct rules *r)
{
	if (!r)
		return;
	phrases_release(&r->words);
	phrases_release(&r->likely);
	for (size_t i = 0; i < r->n_text; i++)
		phrases_release(&r->text[i].phrases);
	free(r->rule);
	free(r->wordless);
	arena_release(&r->arena);
	free(r);
}

size_t
rules_count(const struct rules *r)
{
	return r->n;
}

const struct phrases *
rules_phrases(const struct rules *r, const char *name)
{
	static const struct phrases none;

	for (size_t i = 0; i < r->n_text; i++)
		if (strcmp(r->text[i].name, name) == 0)
			return &r->text[i].phrases;
	return &none;
}
