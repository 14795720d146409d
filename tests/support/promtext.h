/*
 * promtext.h - is it the text format that Prometheus reads? Stricter than
 * Prometheus: what is allowed but odd is a fault, too.
 *
 *	CHECK_STR(promtext_fault(text), "", "well-formed");
 *	CHECK_INT(promtext_value(text, "thumoi_invites{wave=\"w\",state=\"planned\"}"), 3, "planned");
 *
 * A fault: a line that cannot be read, a sample without HELP and TYPE before
 * it, a second HELP or TYPE, a family in two pieces, a sample twice, a
 * counter that does not end in _total or is negative, a histogram whose
 * buckets do not ascend, fall, or do not end in +Inf and the count.
 *
 * Source     Prometheus, "Exposition formats", text format 0.0.4.
 */
#ifndef THUMOI_TESTS_PROMTEXT_H
#define THUMOI_TESTS_PROMTEXT_H

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define PROM_SAMPLES 20000

struct prom {
	char family[128], type[16];
	bool helped, typed;		/* of the family at hand */
	char *families[256];		/* all that were, with the one at hand */
	size_t n_families;
	char *samples[PROM_SAMPLES];	/* name and labels */
	size_t n_samples;
	double last_le, last_bucket;	/* of the histogram at hand */
	double inf;			/* its last bucket; -1: none yet */
	char fault[400];
};

static inline bool
prom_fault(struct prom *p, const char *line, const char *why)
{
	snprintf(p->fault, sizeof(p->fault), "%s: %.200s", why, line);
	return false;
}

static inline size_t
prom_name(const char *s, bool label)
{
	size_t n = 0;

	while (isalpha((unsigned char)s[n]) || s[n] == '_' || (!label && s[n] == ':') || (n && isdigit((unsigned char)s[n])))
		n++;
	return n;
}

/* A family ends: was it whole? */
static inline bool
prom_end(struct prom *p)
{
	if (p->n_families && (!p->helped || !p->typed))
		return prom_fault(p, p->family, "HELP or TYPE is missing");
	if (strcmp(p->type, "histogram") == 0 && p->inf < 0)
		return prom_fault(p, p->family, "no bucket +Inf");
	return true;
}

static inline bool
prom_comment(struct prom *p, const char *line)
{
	bool help = strncmp(line, "# HELP ", 7) == 0;
	const char *name = line + 7, *rest;
	size_t n;

	if (!help && strncmp(line, "# TYPE ", 7) != 0)
		return prom_fault(p, line, "a remark");
	n = prom_name(name, false);
	rest = name + n;
	if (n == 0 || n >= sizeof(p->family) || *rest != ' ' || !rest[1])
		return prom_fault(p, line, "no name, or nothing behind it");
	rest++;
	for (const char *s = rest; help && (s = strchr(s, '\\')); s += 2)
		if (s[1] != '\\' && s[1] != 'n')
			return prom_fault(p, line, "a wrong escape");
	if (strlen(p->family) != n || strncmp(p->family, name, n) != 0) {
		if (!prom_end(p))
			return false;
		snprintf(p->family, sizeof(p->family), "%.*s", (int)n, name);
		for (size_t i = 0; i < p->n_families; i++)
			if (strcmp(p->families[i], p->family) == 0)
				return prom_fault(p, line, "the family was there before");
		p->families[p->n_families++] = strdup(p->family);
		p->helped = p->typed = false;
		p->type[0] = '\0';
		p->last_le = -INFINITY;
		p->last_bucket = 0;
		p->inf = -1;
	}
	if (help ? p->helped : p->typed)
		return prom_fault(p, line, "told twice");
	if (help) {
		p->helped = true;
		return true;
	}
	p->typed = true;
	if (strcmp(rest, "counter") != 0 && strcmp(rest, "gauge") != 0 && strcmp(rest, "histogram") != 0)
		return prom_fault(p, line, "an unknown type");
	snprintf(p->type, sizeof(p->type), "%s", rest);
	n = strlen(p->family);
	if ((strcmp(rest, "counter") == 0) != (n > 6 && strcmp(p->family + n - 6, "_total") == 0))
		return prom_fault(p, line, "counters end in _total, others do not");
	return true;
}

/* {name="value",...}: where it ends; NULL with a fault. le: the value of that label, as a number. */
static inline const char *
prom_labels(struct prom *p, const char *line, const char *s, double *le)
{
	const char *names[16];
	size_t lens[16], n = 0;

	*le = NAN;
	if (*s != '{')
		return s;
	do {
		const char *value;

		s++;
		lens[n] = prom_name(s, true);
		names[n] = s;
		for (size_t i = 0; i < n; i++)
			if (lens[i] == lens[n] && strncmp(names[i], s, lens[n]) == 0)
				return prom_fault(p, line, "a label twice"), NULL;
		if (lens[n] == 0 || n == 15 || strncmp(s + lens[n], "=\"", 2) != 0)
			return prom_fault(p, line, "a label without name or value"), NULL;
		value = s += lens[n] + 2;
		while (*s && *s != '"') {
			if (*s == '\\' && s[1] != '\\' && s[1] != '"' && s[1] != 'n')
				return prom_fault(p, line, "a wrong escape"), NULL;
			s += *s == '\\' ? 2 : 1;
		}
		if (*s != '"' || !text_is_utf8(value, (size_t)(s - value)))
			return prom_fault(p, line, "a value without end, or no UTF-8"), NULL;
		if (lens[n] == 2 && strncmp(names[n], "le", 2) == 0)
			*le = strtod(value, NULL);
		n++;
		s++;
	} while (*s == ',');
	if (*s != '}')
		return prom_fault(p, line, "labels without end"), NULL;
	return s + 1;
}

static inline bool
prom_histogram(struct prom *p, const char *line, const char *suffix, double le, double value)
{
	if (strcmp(suffix, "_bucket") == 0) {
		if (isnan(le) || le <= p->last_le || value < p->last_bucket)
			return prom_fault(p, line, "buckets do not ascend");
		p->last_le = le;
		p->last_bucket = value;
		if (isinf(le))
			p->inf = value;
		return true;
	}
	if (strcmp(suffix, "_count") == 0)
		return value == p->inf ? true : prom_fault(p, line, "the count is not that of +Inf");
	return strcmp(suffix, "_sum") == 0 ? true : prom_fault(p, line, "of no histogram");
}

static inline bool
prom_sample(struct prom *p, const char *line)
{
	size_t n = prom_name(line, false), family = strlen(p->family);
	bool histogram = strcmp(p->type, "histogram") == 0;
	const char *s;
	char name[160], *end;
	double le, value;

	if (n == 0 || n >= sizeof(name))
		return prom_fault(p, line, "no name");
	snprintf(name, sizeof(name), "%.*s", (int)n, line);
	if (!p->helped || !p->typed || strncmp(name, p->family, family) != 0 || (!histogram && n != family))
		return prom_fault(p, line, "not behind its HELP and TYPE");
	if (!(s = prom_labels(p, line, line + n, &le)))
		return false;
	if (*s != ' ' || s[1] == ' ')
		return prom_fault(p, line, "no value");
	value = strtod(s + 1, &end);
	if (end == s + 1 || *end || isnan(value))
		return prom_fault(p, line, "the value is no number, or more follows");
	if (value < 0 && strcmp(p->type, "gauge") != 0)
		return prom_fault(p, line, "a negative count");
	if (p->n_samples == PROM_SAMPLES)
		return prom_fault(p, line, "too many samples for this test");
	p->samples[p->n_samples++] = strndup(line, (size_t)(s - line));
	for (size_t i = 0; i + 1 < p->n_samples; i++)
		if (strcmp(p->samples[i], p->samples[p->n_samples - 1]) == 0)
			return prom_fault(p, line, "a sample twice");
	return histogram ? prom_histogram(p, line, name + family, le, value) : true;
}

/* "": none. In a buffer of our own. */
static inline const char *
promtext_fault(const char *text)
{
	static char fault[400];
	struct prom *p = calloc(1, sizeof(*p));
	bool good = true;

	for (const char *line = text, *end; good && *line; line = end + 1) {
		char *one;

		if (!(end = strchr(line, '\n'))) {
			good = prom_fault(p, line, "the last line does not end");
			break;
		}
		one = strndup(line, (size_t)(end - line));
		good = *one == '#' ? prom_comment(p, one) : prom_sample(p, one);
		free(one);
	}
	if (good && p->n_families == 0)
		prom_fault(p, text, "nothing");
	else if (good)
		prom_end(p);
	snprintf(fault, sizeof(fault), "%s", p->fault);
	for (size_t i = 0; i < p->n_families; i++)
		free(p->families[i]);
	for (size_t i = 0; i < p->n_samples; i++)
		free(p->samples[i]);
	free(p);
	return fault;
}

/* The value of that sample, in whole numbers; -1: there is none. */
static inline long long
promtext_value(const char *text, const char *sample)
{
	size_t n = strlen(sample);

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (strncmp(line, sample, n) == 0 && line[n] == ' ')
			return (long long)strtod(line + n + 1, NULL);
	return -1;
}

#endif
