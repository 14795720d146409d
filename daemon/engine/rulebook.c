#include "engine/rulebook.h"

#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/file.h"
#include "base/log.h"
#include "store/audit.h"

#define HEAD \
	"# Rules that this office has added; they are asked after the words that are shipped. 'thumoi rules' and the desk\n" \
	"# write here; 10-sender.rules tells how rules are written.\n"

/* --- the file -------------------------------------------------------------------------- */

/* Its text in the arena; "" when there is none yet. */
static int
read_file(const struct conf *c, struct arena *a, const char **text, struct err *e)
{
	struct file f = FILE_INIT;

	*text = "";
	if (!*c->rules_local || (access(c->rules_local, F_OK) < 0 && errno == ENOENT))
		return 0;
	if (file_read(&f, c->rules_local, RULEBOOK_MAX_BYTES, e) < 0)
		return -1;
	*text = arena_ndup(a, f.data, f.len);
	file_release(&f);
	return 0;
}

int
rulebook_load(struct rules **out, const struct conf *c, const char *path, const char *more, struct err *e)
{
	struct arena a = ARENA_INIT;
	const char *text = "";
	int rc;

	*out = NULL;
	if (path && !more)
		return rules_load(out, path, e);
	if ((rc = path ? 0 : read_file(c, &a, &text, e)) == 0) {
		if (more)
			text = arena_printf(&a, "%s\n%s", text, more);
		rc = rules_load_with(out, path, *c->rules_local ? c->rules_local : "local.rules", text, e);
	}
	arena_release(&a);
	return rc;
}

/* "# 2026-11-28T17:40:00+07:00 desk:an message=12": a line that rulebook_add has written. */
static bool
is_head(const char *line)
{
	return strncmp(line, "# 2", 3) == 0 && strlen(line) > 24 && line[6] == '-' && line[12] == 'T';
}

static void
read_head(struct rulebook_entry *x, struct arena *a, const char *line)
{
	const char *s = line + 2;
	size_t n = strcspn(s, " ");

	x->when = arena_ndup(a, s, n);
	s += n + strspn(s + n, " ");
	n = strcspn(s, " ");
	x->who = arena_ndup(a, s, n);
	s += n + strspn(s + n, " ");
	x->why = arena_dup(a, s);
}

/* Lines that stand together; rules by hand, too. */
struct listing {
	struct arena *a;
	struct rulebook_entry *list;
	size_t n, cap;
	struct buf rules;		/* of the entry at hand */
	struct rulebook_entry at;
	bool inside;
};

static void
end_entry(struct listing *l)
{
	if (l->inside && l->rules.len) {
		l->list = mem_room(l->list, l->n, &l->cap, sizeof(*l->list));
		l->at.rules = arena_ndup(l->a, buf_str(&l->rules), l->rules.len);
		l->list[l->n++] = l->at;
	}
	buf_clear(&l->rules);
	l->inside = false;
}

static void
list_line(struct listing *l, const char *line, int number)
{
	const char *s = line + strspn(line, " \t\r");

	if (!*s || is_head(s))
		end_entry(l);
	if (is_head(s)) {
		l->inside = true;
		l->at = (struct rulebook_entry){ .line = number };
		read_head(&l->at, l->a, s);
		return;
	}
	if (!*s || *s == '#')
		return;
	if (!l->inside) {
		l->inside = true;
		l->at = (struct rulebook_entry){ .line = number, .when = "", .who = "", .why = "", .by_hand = true };
	}
	buf_printf(&l->rules, "%s%s", l->rules.len ? "\n" : "", s);
}

int
rulebook_list(const struct conf *c, struct arena *a, struct rulebook_entry **out, size_t *n, struct err *e)
{
	struct listing l = { .a = a, .rules = BUF_INIT(RULEBOOK_MAX_BYTES) };
	const char *text;
	char *at, *line;
	int number = 0;

	*n = 0;
	*out = NULL;
	if (read_file(c, a, &text, e) < 0)
		return -1;
	at = arena_dup(a, text);
	while ((line = strsep(&at, "\n")))
		list_line(&l, line, ++number);
	end_entry(&l);
	*out = arena_alloc(a, (l.n + 1) * sizeof(**out));
	if (l.n)
		memcpy(*out, l.list, l.n * sizeof(**out));
	*n = l.n;
	free(l.list);
	buf_release(&l.rules);
	return 0;
}

/* Must be readable as it would be: then it takes the place of the old one. In a transaction; what is told with it is written first. */
static int
write_file(const struct conf *c, struct buf *text, struct err *e)
{
	struct rules *rules;

	if (text->failed)
		return err_set(e, ERR_FULL, TR("%s is too large", "%s quá lớn"), c->rules_local);
	if (rules_load_with(&rules, NULL, c->rules_local, buf_str(text), e) < 0)
		return -1;
	rules_free(rules);
	return file_replace(c->rules_local, buf_str(text), text->len, e);
}

/* The file and the audit: both, or neither. before: what to put back. */
static int
replace(struct db *db, const struct conf *c, struct buf *text, const char *before, const char *action, const char *detail,
    const struct by *by, struct err *e)
{
	if (audit_add(db, by->actor, action, detail, e) < 0 || write_file(c, text, e) < 0)
		return db_abort(db);
	if (db_commit(db, e) == 0)
		return 0;
	if (file_replace(c->rules_local, before, strlen(before), NULL) < 0)
		log_error("rules", "file=\"%s\" text=\"a rule stays that is not in the audit\"", c->rules_local);
	return -1;
}

int
rulebook_add(struct db *db, const struct conf *c, const char *rules, const char *why, const struct by *by, int64_t now,
    struct err *e)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT(RULEBOOK_MAX_BYTES);
	char room[AUDIT_ACTOR];
	struct date_text t;
	struct zone zone;
	const char *text;
	int rc = -1;

	if (!*c->rules_local)
		err_set(e, ERR_INPUT, TR("rules_local is not set", "chưa đặt rules_local"));
	else if (zone_load(&zone, ZONE_DEFAULT, e) == 0 && db_begin(db, e) == 0) {
		if (read_file(c, &a, &text, e) < 0) {
			db_abort(db);
		} else {
			buf_printf(&b, "%s%s\n# %s %s %s\n%s\n", *text ? text : HEAD, *text && text[strlen(text) - 1] != '\n' ? "\n" : "",
			    date_rfc3339(&t, &zone, now), audit_actor(by->actor, room), why, rules);
			rc = replace(db, c, &b, text, "rules add", why, by, e);
		}
	}
	buf_release(&b);
	arena_release(&a);
	return rc;
}

/* Without the block that begins in that line. false: it is not there. */
static bool
without(struct buf *out, const char *text, int line, const char *when)
{
	int number = 0;
	bool found = false, inside = false;

	while (*text) {
		size_t n = strcspn(text, "\n");
		bool blank = n == strspn(text, " \t\r"), head = is_head(text);

		number++;
		if (inside && (blank || head))
			inside = false;
		if (number == line && head && strncmp(text + 2, when, strlen(when)) == 0 && text[2 + strlen(when)] == ' ')
			inside = found = true;
		n += text[n] == '\n';
		if (!inside)
			buf_add(out, text, n);
		text += n;
	}
	return found;
}

int
rulebook_remove(struct db *db, const struct conf *c, int line, const char *when, const struct by *by, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT(RULEBOOK_MAX_BYTES);
	const char *text;
	int rc = -1;

	if (db_begin(db, e) == 0) {
		if (read_file(c, &a, &text, e) < 0) {
			db_abort(db);
		} else if (!*when || !without(&b, text, line, when)) {
			db_abort(db);
			rc = 0;
		} else {
			rc = replace(db, c, &b, text, "rules remove", when, by, e) < 0 ? -1 : 1;
		}
	}
	buf_release(&b);
	arena_release(&a);
	return rc;
}

/* --- shared ------------------------------------------------------------------------------ */

struct edition {
	struct rules *rules;
	int users;			/* [l] */
	struct edition *next;
};

struct rulebook {
	const struct conf *conf;	/* [c] */
	pthread_mutex_t lock;
	struct edition *now;		/* [l] the newest first; older ones while somebody has them */
	struct stat of;			/* [l] of the file that was read last */
};

/* Legend: [c] constant after opening, [l] under lock. */

static bool
changed(const struct rulebook *b, struct stat *st)
{
	if (!*b->conf->rules_local || stat(b->conf->rules_local, st) < 0)
		memset(st, 0, sizeof(*st));
	return st->st_ino != b->of.st_ino || st->st_size != b->of.st_size || st->st_mtim.tv_sec != b->of.st_mtim.tv_sec ||
	    st->st_mtim.tv_nsec != b->of.st_mtim.tv_nsec;
}

static int
read_edition(struct rulebook *b, struct err *e)
{
	struct edition *x = mem_zalloc(sizeof(*x));

	if (rulebook_load(&x->rules, b->conf, NULL, NULL, e) < 0) {
		free(x);
		return -1;
	}
	x->next = b->now;
	b->now = x;
	return 0;
}

int
rulebook_open(struct rulebook **out, const struct conf *c, struct err *e)
{
	struct rulebook *b = mem_zalloc(sizeof(*b));

	*out = NULL;
	b->conf = c;
	changed(b, &b->of);
	if (read_edition(b, e) < 0) {
		free(b);
		return -1;
	}
	pthread_mutex_init(&b->lock, NULL);
	*out = b;
	return 0;
}

/* Those that nobody has, but the newest. */
static void
drop_old(struct rulebook *b)
{
	ASSERT(b->now);		/* there is one from the opening on */
	for (struct edition **at = &b->now->next; *at; ) {
		struct edition *x = *at;

		if (x->users) {
			at = &x->next;
			continue;
		}
		*at = x->next;
		rules_free(x->rules);
		free(x);
	}
}

const struct rules *
rulebook_take(struct rulebook *b)
{
	struct err e = ERR_INIT;
	const struct rules *rules;
	struct log_q q;
	struct stat st;

	pthread_mutex_lock(&b->lock);
	if (changed(b, &st)) {
		b->of = st;
		if (read_edition(b, &e) < 0)
			log_error("rules", "kept=yes text=%s", log_q(&q, e.text));
		else
			log_info("rules", "state=changed rules=%zu", rules_count(b->now->rules));
		drop_old(b);
	}
	b->now->users++;
	rules = b->now->rules;
	pthread_mutex_unlock(&b->lock);
	return rules;
}

void
rulebook_give(struct rulebook *b, const struct rules *rules)
{
	pthread_mutex_lock(&b->lock);
	for (struct edition *x = b->now; x; x = x->next)
		x->users -= x->rules == rules;
	drop_old(b);
	pthread_mutex_unlock(&b->lock);
}

void
rulebook_close(struct rulebook *b)
{
	if (!b)
		return;
	for (struct edition *x = b->now, *next; x; x = next) {
		next = x->next;
		rules_free(x->rules);
		free(x);
	}
	pthread_mutex_destroy(&b->lock);
	free(b);
}
