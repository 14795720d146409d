#include "engine/limits.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/lang.h"

#define LIMITS_MAX_BYTES (1 << 20)
#define CONNECTIONS_MOST 1000

static const char *const windows[PACE_WINDOWS] = { "minute", "hour", "day" };

static bool
fits(const char *pattern, const char *name)
{
	size_t p, n;

	if (strcmp(pattern, "*") == 0)
		return true;
	if (strncmp(pattern, "*.", 2) != 0)
		return strcasecmp(pattern, name) == 0;
	p = strlen(pattern) - 1;	/* ".gov.vn" */
	n = strlen(name);
	return n > p && strcasecmp(name + n - p, pattern + 1) == 0;
}

static int
check_pattern(const char *p, struct err *e)
{
	const char *rest = strncmp(p, "*.", 2) == 0 ? p + 2 : strcmp(p, "*") == 0 ? p + 1 : p;

	if (strchr(rest, '*') || strchr(p, '@') || (strcmp(p, "*") != 0 && !*rest))
		return err_set(e, ERR_INPUT, TR("'%s' is no domain: write name.example, *.name.example or *",
		    "'%s' không phải tên miền: viết ten.example, *.ten.example hoặc *"), p);
	return 0;
}

static int
put_patterns(struct limit_rule *r, struct arena *a, const char *words, struct err *e)
{
	char *list = arena_dup(a, words), *word;
	const char **to;
	size_t n = 2;

	for (const char *p = words; *p; p++)
		n += *p == ',';
	r->patterns = to = arena_alloc(a, n * sizeof(*to));
	r->name = arena_dup(a, words);
	while ((word = strsep(&list, ","))) {
		if (!*word)
			continue;
		for (char *c = word; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		if (check_pattern(word, e) < 0)
			return -1;
		*to++ = word;
	}
	*to = NULL;
	return r->patterns[0] ? 0 : err_set(e, ERR_INPUT, TR("no domain is named", "không có tên miền nào"));
}

static int
number(const char *word, const char **end, int64_t most, int64_t *out)
{
	char *stop;

	errno = 0;
	*out = isdigit((unsigned char)*word) ? strtoll(word, &stop, 10) : 0;
	if (*out < 1 || *out > most || errno)
		return -1;
	*end = stop;
	return 0;
}

/* What the words before say about this one. */
struct words {
	int64_t number;			/* waits for the word connections; 0 */
	bool ramp;			/* a number must follow */
};

static int
put_ramp(struct limit_rule *r, const char *word, struct words *before, struct err *e)
{
	const char *rest;

	before->ramp = false;
	if (number(word, &rest, RAMP_MOST, &r->ramp) == 0 && !*rest)
		return 0;
	return err_set(e, ERR_INPUT, TR("behind 'ramp' stands a number from 1 to %d: the messages of the first day",
	    "sau 'ramp' là một số từ 1 đến %d: số thư của ngày đầu"), RAMP_MOST);
}

/* One word of the limits. */
static int
put_word(struct limit_rule *r, const char *word, struct words *before, struct err *e)
{
	const char *unit;
	int64_t n;

	if (before->ramp)
		return put_ramp(r, word, before, e);
	if (strcmp(word, "connections") == 0 || strcmp(word, "connection") == 0) {
		if (!before->number || before->number > CONNECTIONS_MOST)
			return err_set(e, ERR_INPUT, TR("before '%s' stands a number from 1 to %d", "trước '%s' là một số từ 1 đến %d"),
			    word, CONNECTIONS_MOST);
		r->connections = before->number;
		before->number = 0;
		return 0;
	}
	if (before->number)
		return err_set(e, ERR_INPUT, TR("%lld of what? write N/hour or N connections", "%lld gì? viết N/hour hoặc N connections"),
		    (long long)before->number);
	if (strcmp(word, "each") == 0) {
		r->each = true;
		return 0;
	}
	if (strcmp(word, "ramp") == 0) {
		before->ramp = true;
		return 0;
	}
	if (number(word, &unit, PACE_LIMIT_MOST, &n) == 0) {
		if (!*unit) {
			before->number = n;
			return 0;
		}
		for (int w = 0; w < PACE_WINDOWS; w++)
			if (*unit == '/' && strcmp(unit + 1, windows[w]) == 0) {
				r->limit[w] = n;
				return 0;
			}
	}
	return err_set(e, ERR_INPUT, TR("'%s' is no limit: N/minute, N/hour, N/day, N connections, ramp N, each",
	    "'%s' không phải giới hạn: N/minute, N/hour, N/day, N connections, ramp N, each"), word);
}

/* 1 a rule, 0 nothing on the line, -1 error. */
static int
read_line(struct limit_rule *r, struct arena *a, char *line, struct err *e)
{
	struct words before = { .number = 0 };
	bool names = false, limits = false;
	char *word;

	*r = (struct limit_rule){ .patterns = NULL };
	while ((word = strsep(&line, " \t\r"))) {
		if (!*word)
			continue;
		if (*word == '#')
			break;
		if (!names && !r->relay && strcmp(word, "relay") == 0) {
			r->relay = true;
		} else if (!names) {
			names = true;
			if (put_patterns(r, a, word, e) < 0)
				return -1;
		} else {
			limits = true;
			if (put_word(r, word, &before, e) < 0)
				return -1;
		}
	}
	if (!names && !r->relay)
		return 0;
	if (!limits)
		return err_set(e, ERR_INPUT, TR("no limit is named: N/minute, N/hour, N/day, N connections, ramp N",
		    "chưa ghi giới hạn: N/minute, N/hour, N/day, N connections, ramp N"));
	if (before.number || before.ramp)
		return put_word(r, "", &before, e);
	if (r->limit[PACE_DAY] && r->ramp >= r->limit[PACE_DAY])
		return err_set(e, ERR_INPUT, TR("ramp %lld is not below the %lld/day that it should lead to",
		    "ramp %lld không nhỏ hơn %lld/day là mức cần đạt tới"), (long long)r->ramp, (long long)r->limit[PACE_DAY]);
	r->each = r->each || r->relay;
	return 1;
}

int
limits_load(struct limits *l, const char *path, struct err *e)
{
	struct file f = FILE_INIT;
	size_t cap = 0;
	int rc = 0, n = 0;
	char *copy, *at, *line;

	*l = (struct limits){ .arena = ARENA_INIT };
	if (strcmp(path, "none") == 0)
		return 0;
	if (!*path)
		path = file_data_path(&l->arena, "config/pace.conf");
	if (file_read(&f, path, LIMITS_MAX_BYTES, e) < 0)
		return -1;
	at = copy = mem_ndup(f.data, f.len);
	while (rc >= 0 && (line = strsep(&at, "\n"))) {
		n++;
		l->rules = mem_room(l->rules, l->n, &cap, sizeof(*l->rules));
		if ((rc = read_line(&l->rules[l->n], &l->arena, line, e)) < 0)
			err_wrap(e, TR("%s line %d", "%s dòng %d"), path, n);
		else
			l->n += (size_t)rc;
	}
	free(copy);
	file_release(&f);
	return rc < 0 ? -1 : 0;
}

void
limits_release(struct limits *l)
{
	free(l->rules);
	arena_release(&l->arena);
	*l = (struct limits){ .arena = ARENA_INIT };
}

static const struct limit_rule *
find(const struct limits *l, const char *name, bool relay)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->rules[i].relay == relay)
			for (const char *const *p = l->rules[i].patterns; *p; p++)
				if (fits(*p, name))
					return &l->rules[i];
	return NULL;
}

const struct limit_rule *
limits_domain(const struct limits *l, const char *domain)
{
	return find(l, domain, false);
}

const struct limit_rule *
limits_relay(const struct limits *l, const char *relay)
{
	return find(l, relay, true);
}
