/*
 * fill_trial.h - the synthetic trial of 2021 as a store, three weeks later.
 *
 * Reads tests/data/trial-2021: the units, everybody's fate and answers, and
 * writes what a dispatcher would have seen of it: refusals, reports that came
 * back, expiries, and "I found it in spam" of those who answered. Nothing
 * that nobody can see.
 */
#ifndef THUMOI_TESTS_FILL_TRIAL_H
#define THUMOI_TESTS_FILL_TRIAL_H

#include "base/file.h"
#include "support/fill_store.h"

#define TRIAL "tests/data/trial-2021/"
#define TRIAL_SENT (FILL_OPENS + 36000)
#define TRIAL_AFTER (FILL_CLOSES + 3600)

/* One record of a simple CSV file; cells are cut out of p in place. NULL at the end. */
static inline char *
trial_record(char *p, const char *cell[], size_t most)
{
	size_t n = 0;

	if (!p || !*p)
		return NULL;
	for (size_t i = 0; i < most; i++)
		cell[i] = "";
	while (true) {
		char *to = p, end;
		bool quoted = *p == '"';

		if (n < most)
			cell[n++] = p;
		for (p += quoted; quoted ? !(p[0] == '"' && p[1] != '"') : *p && !strchr(",\r\n", *p); *to++ = *p++)
			p += quoted && *p == '"';
		p += quoted;
		end = *p;
		*to = '\0';
		if (end != ',') {
			p += end == '\r';
			return end ? p + 1 : p;
		}
		p++;
	}
}

static inline char *
trial_file(struct file *f, const char *name)
{
	char path[128];
	struct err e = ERR_INIT;

	snprintf(path, sizeof(path), TRIAL "%s", name);
	if (file_read(f, path, 1 << 24, &e) < 0)
		return NULL;
	return mem_ndup(f->data, f->len);
}

struct trial_unit { char code[8]; int64_t id; };
struct trial_person { char id[8]; int64_t contact; };

static inline void
trial_units(struct fill *f, struct trial_unit *units, size_t *n)
{
	struct file file = FILE_INIT;
	char *text = trial_file(&file, "units.csv"), *p = text;
	const char *cell[16];

	for (p = trial_record(p, cell, 16); (p = trial_record(p, cell, 16)); (*n)++) {
		enum unit_kind kind = strcmp(cell[1], "ministry") == 0 ? UNIT_MINISTRY : UNIT_PROVINCE;

		snprintf(units[*n].code, sizeof(units[*n].code), "%s", cell[0]);
		units[*n].id = fill_unit_en(f, arena_dup(&f->arena, cell[0]), kind, arena_dup(&f->arena, cell[2]),
		    arena_dup(&f->arena, cell[3]), arena_dup(&f->arena, cell[4]), strcmp(cell[11], "sent") == 0);
	}
	free(text);
	file_release(&file);
}

/* What the dispatcher saw of one person's message. */
static inline void
trial_fate(struct fill *f, int64_t contact, const char *email, const char *profile)
{
	static const struct { const char *profile, *state, *kind, *category; } fates[] = {
		{ "dead_mailbox", "refused", "refusal", "unknown-user" },
		{ "dead_domain", "refused", "refusal", "unknown-host" },
		{ "rcpt_550_571", "refused", "refusal", "policy" },
		{ "data_554_571", "refused", "refusal", "content" },
		{ "async_dsn_571", "accepted", "dsn", "policy" },
		{ "over_quota", "expired", "expired", "mailbox-full" },
		{ "greylist_until_expiry", "expired", "expired", "rate-limited" },
	};
	int64_t invite;

	if (strcmp(profile, "not_sent") == 0)
		return;
	for (size_t i = 0; i < COUNT_OF(fates); i++)
		if (strcmp(profile, fates[i].profile) == 0) {
			invite = fill_invite(f, f->wave, contact, email, fates[i].state, TRIAL_SENT);
			fill_evidence(f, contact, invite, fates[i].kind, fates[i].category, TRIAL_SENT);
			return;
		}
	fill_invite(f, f->wave, contact, email, "accepted", TRIAL_SENT);
}

static inline size_t
trial_people(struct fill *f, const struct trial_unit *units, size_t n_units, struct trial_person *people)
{
	struct file file = FILE_INIT;
	char *text = trial_file(&file, "delivery-truth-SYNTHETIC.csv"), *p = text;
	const char *cell[12];
	size_t n = 0;

	for (p = trial_record(p, cell, 12); (p = trial_record(p, cell, 12)); n++) {
		const char *email = strcmp(cell[5], "not_sent") == 0 ? NULL : cell[2];
		size_t u = 0;

		while (u < n_units && strcmp(units[u].code, cell[1]) != 0)
			u++;
		if (u == n_units)
			die("no unit %s", cell[1]);
		snprintf(people[n].id, sizeof(people[n].id), "%s", cell[0]);
		people[n].contact = fill_person(f, units[u].id, cell[11], email);
		trial_fate(f, people[n].contact, cell[2], cell[5]);
	}
	free(text);
	file_release(&file);
	return n;
}

static inline void
trial_answers(struct fill *f, const struct trial_person *people, size_t n)
{
	struct file file = FILE_INIT;
	char *text = trial_file(&file, "responses.csv"), *p = text;
	const char *cell[8];

	for (p = trial_record(p, cell, 8); (p = trial_record(p, cell, 8));) {
		size_t i = 0;

		while (i < n && strcmp(people[i].id, cell[0]) != 0)
			i++;
		if (i == n)
			die("nobody is %s", cell[0]);
		if (*cell[3])
			fill_answer(f, people[i].contact, "survey", TRIAL_SENT + 86400);
		if (*cell[4])
			fill_answer(f, people[i].contact, "feedback", TRIAL_SENT + 90000);
		if (*cell[7])
			fill_evidence(f, people[i].contact, 0, strcmp(cell[7], "spam") == 0 ? "found_spam" : "found_inbox", "",
			    TRIAL_SENT + 80000);
	}
	free(text);
	file_release(&file);
}

/* false: the data is not here. */
static inline bool
fill_trial(struct fill *f)
{
	static struct trial_person people[4096];
	struct trial_unit units[128];
	size_t n_units = 0, n;

	if (access(TRIAL "units.csv", R_OK) < 0)
		return false;
	fill_open(f);
	trial_units(f, units, &n_units);
	n = trial_people(f, units, n_units, people);
	trial_answers(f, people, n);
	fill_commit(f);
	return true;
}

#endif
