/* survey_sync.h, step 3: what became of our messages, told to the survey system where it changed. */
#include "engine/survey_run.h"

#include <inttypes.h>

#include "engine/cause.h"
#include "store/contact.h"
#include "store/invite.h"

#define PEOPLE 200		/* looked at together */
#define COMMIT 25		/* changes remembered together */
#define MINUTE 16		/* length of "2021-09-20 08:30" */

struct wave_kind {
	int64_t id;
	bool reminder, counts;		/* a letter of thanks counts for nothing */
};

struct wanted {
	char sent[MINUTE + 1], reminder[MINUTE + 1];	/* "": none went out */
	int64_t reminders;
	const char *emailstatus;
};

struct change {
	int64_t contact;
	const char *token;
	struct survey_person person;
	struct lime_change what;
	const char *wrote;
	bool did;
};

struct writing {
	struct survey_run *run;
	struct wave_kind *waves;
	size_t n_waves;
	struct cause_ask ask;
	struct arena arena;		/* of the people at hand */
	struct change changes[PEOPLE];
	size_t n;
};

static int
load_waves(struct writing *w)
{
	struct arena a = ARENA_INIT;
	struct wave v = { .id = 0 };
	size_t cap = 0;
	int rc;

	while ((rc = wave_next(w->run->db, &a, v.id, w->run->campaign.id, NULL, &v, w->run->e)) == 1) {
		w->waves = mem_room(w->waves, w->n_waves, &cap, sizeof(*w->waves));
		w->waves[w->n_waves++] = (struct wave_kind){ v.id, strcmp(v.kind, "reminder") == 0, strcmp(v.kind, "thanks") != 0 };
		arena_reset(&a);
	}
	arena_release(&a);
	return rc;
}

static void
minute(char out[MINUTE + 1], const struct zone *z, int64_t at)
{
	struct date_text d;

	snprintf(out, MINUTE + 1, "%s", date_rfc3339(&d, z, at));
	out[10] = ' ';
}

static void
want(const struct writing *w, const struct facts *f, struct wanted *out)
{
	int64_t first = 0, last = 0;
	enum cause c;
	char grade;

	*out = (struct wanted){ .emailstatus = "OK" };
	for (size_t i = 0; i < f->n_messages; i++) {
		const struct facts_message *m = &f->messages[i];
		const struct wave_kind *k = NULL;

		for (size_t j = 0; j < w->n_waves && !k; j++)
			if (w->waves[j].id == m->wave)
				k = &w->waves[j];
		if (!k || !k->counts || strcmp(m->state, "accepted") != 0)
			continue;
		if (k->reminder) {
			out->reminders++;
			last = m->moved_at > last ? m->moved_at : last;
		} else if (!first || m->moved_at < first) {
			first = m->moved_at;
		}
	}
	if (first)
		minute(out->sent, &w->run->zone, first);
	if (last)
		minute(out->reminder, &w->run->zone, last);
	c = cause_of(f, &w->ask, &grade);
	if (f->opted_out || f->complained)
		out->emailstatus = "OptOut";
	else if (c == CAUSE_BAD_USER || c == CAUSE_BAD_DOMAIN || c == CAUSE_MOVED || c == CAUSE_BAD_SYNTAX ||
	    c == CAUSE_MAILBOX_DISABLED)
		out->emailstatus = "bounced";
}

static bool
is_no(const char *date)
{
	return !*date || strcmp(date, "N") == 0;
}

/* Which of it has to be written: false, nothing. */
static bool
compare(const struct survey_person *p, const struct wanted *x, struct lime_change *c)
{
	bool ours = strstr(p->wrote, "|bounced") || strcmp(p->emailstatus, "OptOut") == 0;

	*c = (struct lime_change){ .remindercount = -1 };
	if (*x->sent && is_no(p->sent))
		c->sent = x->sent;
	if (*x->reminder && (is_no(p->remindersent) || strncmp(x->reminder, p->remindersent, MINUTE) > 0))
		c->remindersent = x->reminder;
	if (x->reminders > p->remindercount)
		c->remindercount = x->reminders;
	/* OptOut there and not here: it was taken back here, for the pull has brought in whatever is said there. */
	if (strcmp(x->emailstatus, p->emailstatus) != 0 && (strcmp(x->emailstatus, "OK") != 0 || ours))
		c->emailstatus = x->emailstatus;
	return c->sent || c->remindersent || c->remindercount >= 0 || c->emailstatus;
}

/* As it stands there, by the pull of this sync. 1, 0, -1. */
static int
person_of(struct survey_run *run, struct arena *a, int64_t contact, struct survey_person *p)
{
	if (!hashset_has(&run->people, survey_hash(contact)))
		return 0;	/* removed there, or not taken */
	if (!run->o->dry_run)
		return survey_person_get(run->db, a, run->link->id, contact, p, run->e);
	for (size_t lo = 0, hi = run->n_seen; lo < hi; ) {
		size_t mid = lo + (hi - lo) / 2;

		if (run->seen[mid].contact == contact) {
			*p = run->seen[mid].person;
			return 1;
		}
		if (run->seen[mid].contact < contact)
			lo = mid + 1;
		else
			hi = mid;
	}
	return 0;
}

static int
look_at(struct writing *w, const struct facts *f)
{
	struct survey_run *run = w->run;
	struct arena *a = &w->arena;
	struct change *c = &w->changes[w->n];
	struct wanted *x = arena_alloc(a, sizeof(*x));
	struct contact who;
	int rc = person_of(run, a, f->contact, &c->person);

	if (rc != 1)
		return rc;
	want(w, f, x);
	c->wrote = arena_printf(a, "%s|%s|%" PRId64 "|%s", x->sent, x->reminder, x->reminders, x->emailstatus);
	/* Written once: what somebody made of it there since is theirs. */
	if (!compare(&c->person, x, &c->what) || strcmp(c->wrote, c->person.wrote) == 0)
		return 0;
	if ((rc = contact_by_id(run->db, a, f->contact, &who, run->e)) != 1)
		return rc;
	c->contact = f->contact;
	c->token = who.token;
	w->n++;
	return 0;
}

static int
note(struct writing *w, size_t from, size_t to)
{
	struct survey_run *run = w->run;

	if (db_begin(run->db, run->e) < 0)
		return -1;
	for (size_t i = from; i < to; i++) {
		struct change *c = &w->changes[i];
		struct survey_person *p = &c->person;

		p->wrote = c->wrote;
		if (c->did) {
			p->sent = c->what.sent ? c->what.sent : p->sent;
			p->remindersent = c->what.remindersent ? c->what.remindersent : p->remindersent;
			p->remindercount = c->what.remindercount >= 0 ? c->what.remindercount : p->remindercount;
			p->emailstatus = c->what.emailstatus ? c->what.emailstatus : p->emailstatus;
		}
		if (survey_person_put(run->db, run->link->id, c->contact, p, run->e) < 0)
			return db_abort(run->db);
	}
	return db_commit(run->db, run->e);
}

static int
write_batch(struct writing *w)
{
	struct survey_run *run = w->run;
	size_t noted = 0, i;
	int rc = 0;

	if (run->o->dry_run) {
		run->r->written += (int64_t)w->n;
		return 0;
	}
	for (i = 0; i < w->n && rc >= 0 && !survey_stopped(run); i++) {
		struct change *c = &w->changes[i];
		const char *fault;

		if ((rc = lime_set(run->lime, &w->arena, run->link->survey, c->token, &c->what, &fault, run->e)) < 0)
			break;
		c->did = rc == 1;
		run->r->written += c->did;
		run->r->unwritten += !c->did;
		if (i + 1 - noted == COMMIT) {
			rc = note(w, noted, i + 1);
			noted = i + 1;
			survey_tell(run, SURVEY_WRITE, run->r->written);
		}
	}
	/* What was written before the fault is remembered all the same. */
	if (i > noted && note(w, noted, i) < 0)
		return -1;
	return rc < 0 ? -1 : 0;
}

static int
gather(struct writing *w, int64_t *after, int64_t *seen)
{
	struct facts_reader *reader;
	struct facts f;
	int rc;

	*seen = 0;
	w->n = 0;
	arena_reset(&w->arena);
	if (facts_open_after(&reader, w->run->db, &w->run->campaign, *after, PEOPLE, w->run->now, w->run->e) < 0)
		return -1;
	while ((rc = facts_next(reader, &f, w->run->e)) == 1) {
		*after = f.contact;
		(*seen)++;
		if ((rc = look_at(w, &f)) < 0)
			break;
	}
	facts_close(reader);
	return rc;
}

int
survey_write_back(struct survey_run *run)
{
	struct writing *w = mem_zalloc(sizeof(*w));
	int64_t after = 0, seen = 1;
	int rc;

	w->run = run;
	w->ask = (struct cause_ask){ .asked = (1u << run->campaign.n_instruments) - 1, .closes_at = run->campaign.closes_at };
	rc = load_waves(w);
	while (rc == 0 && seen && !survey_stopped(run))
		if ((rc = gather(w, &after, &seen)) == 0)
			rc = write_batch(w);
	free(w->waves);
	arena_release(&w->arena);
	free(w);
	return rc;
}
