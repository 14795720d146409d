/* survey_sync.h, step 1: the participants as they stand there, and what of it is an answer. */
#include "engine/survey_run.h"

#include <inttypes.h>

#include "engine/answers.h"
#include "store/contact.h"
#include "store/evidence.h"

#define PAGE 500
#define STEPS_BACK 1000		/* people may be deleted there while we read; not for ever */
#define SLACK_S 600		/* two clocks, and the minute of a date */

struct entry {				/* one participant who is one of ours */
	const struct lime_participant *row;
	int64_t contact;
	struct survey_person before, after;
	bool had;			/* `before` is filled */
	struct answer *answer;		/* to be judged; NULL */
};

struct page {
	struct arena arena;
	struct entry *entries;
	struct answer *answers;
	size_t n, n_answers;
};

/* --- when ----------------------------------------------------------------------------------- */

static bool
is_undated(const char *completed)
{
	return strcmp(completed, "Y") == 0;
}

/* The moment a date of the survey system stands for, within its minute. False: it is a day, or no date. */
static bool
moment(const struct survey_run *run, const char *text, int64_t *at)
{
	struct err ignored = ERR_INIT;
	int64_t end;

	if (date_parse(text, &run->zone, DATE_START, at, &ignored) < 0 || date_parse(text, &run->zone, DATE_END, &end, &ignored) < 0 ||
	    end != *at)
		return false;
	/* "08:30" may be any second of it: it fits when part of the minute does. */
	if (strlen(text) <= strlen("2021-09-20 08:30") && *at < run->campaign.opens_at && *at + 59 >= run->campaign.opens_at)
		*at = run->campaign.opens_at;
	return true;
}

bool
survey_ends_in_time(const struct survey_link *link, const struct campaign *c, const struct lime_survey *s)
{
	struct err ignored = ERR_INIT;
	struct zone zone;
	int64_t at;

	/* Closing at 23:59:59 and ending at 00:00 are the same to people. */
	return *s->expires && zone_load(&zone, link->zone, &ignored) == 0 &&
	    date_parse(s->expires, &zone, DATE_END, &at, &ignored) == 0 && at <= c->closes_at + 60;
}

/* What engine/answers.h is told; NULL: it cannot be known, and does not count. */
static const char *
answered_at(struct survey_run *run, struct arena *a, const char *completed, int64_t seen_at)
{
	const struct campaign *c = &run->campaign;
	struct date_text d;
	int64_t at;

	if (is_undated(completed)) {
		at = seen_at;
		if (at > c->closes_at) {
			if (!survey_ends_in_time(run->link, c, &run->survey))
				return NULL;
			at = c->closes_at;
		}
	} else if (!moment(run, completed, &at)) {
		return completed;
	}
	return arena_dup(a, date_rfc3339(&d, &c->zone, at));
}

/* --- one page ------------------------------------------------------------------------------- */

/* The form of one of ours, and of this campaign: 1; else 0. */
static int
find_person(struct survey_run *run, struct arena *a, const char *token, int64_t *id)
{
	struct contact c;
	int rc = token_valid(token) ? contact_by_token(run->db, a, token, &c, run->e) : 0;

	if (rc == 1 && c.campaign != run->campaign.id)
		rc = 0;
	if (rc == 1)
		*id = c.id;
	return rc;
}

static void
prepare(struct survey_run *run, struct page *p, struct entry *x)
{
	const struct lime_participant *row = x->row;
	bool done = lime_is_done(row->completed), was_done = x->had && lime_is_done(x->before.completed);
	int64_t at;

	x->after = (struct survey_person){ .state = "there", .fault = "", .tid = row->tid, .completed = row->completed,
	    .fate = "", .sent = row->sent, .remindersent = row->remindersent, .remindercount = row->remindercount,
	    .emailstatus = row->emailstatus, .wrote = x->had && x->before.tid == row->tid ? x->before.wrote : "" };
	if (!done)
		return;
	x->after.done_seen_at = was_done && x->before.done_seen_at ? x->before.done_seen_at : run->now;
	if (was_done && strcmp(x->before.completed, row->completed) == 0 && strcmp(x->before.fate, "recorded") == 0) {
		x->after.fate = x->before.fate;
		run->r->known++;
		return;
	}
	if (x->had && !was_done && run->link->count.began_at && !is_undated(row->completed) &&
	    moment(run, row->completed, &at) && at + SLACK_S < run->link->count.began_at)
		run->r->behind++;
	x->answer = &p->answers[p->n_answers];
	*x->answer = (struct answer){ .token = row->token, .instrument = run->link->key,
	    .answered_at = answered_at(run, &p->arena, row->completed, x->after.done_seen_at) };
	if (x->answer->answered_at)
		p->n_answers++;
	else
		x->answer = NULL;
}

static int
sort_rows(struct survey_run *run, struct page *p, const struct lime_participant *rows, size_t n)
{
	struct survey_result *r = run->r;

	for (size_t i = 0; i < n; i++) {
		const struct lime_participant *row = &rows[i];
		struct entry *x = &p->entries[p->n];
		bool done = lime_is_done(row->completed);
		int64_t contact = 0;
		int rc;

		if (row->tid && hashset_add(&run->tids, survey_hash(row->tid)))
			continue;
		r->read++;
		run->done += done;
		r->count.quota += strcmp(row->completed, "Q") == 0;
		if ((rc = find_person(run, &p->arena, row->token, &contact)) < 0)
			return -1;
		/* A second participant with the same token is nobody either: the person is counted. */
		if (rc == 0 || hashset_add(&run->people, survey_hash(contact))) {
			r->count.strangers++;
			r->count.strangers_done += done;
			continue;
		}
		run->ours_there++;
		*x = (struct entry){ .row = row, .contact = contact };
		if ((rc = survey_person_get(run->db, &p->arena, run->link->id, contact, &x->before, run->e)) < 0)
			return -1;
		x->had = rc == 1 && strcmp(x->before.state, "there") == 0;
		p->n++;
		prepare(run, p, x);
	}
	return 0;
}

/* Who answered in time by what another way told us has answered, whatever is said here. */
static int
known_otherwise(struct survey_run *run, struct entry *x)
{
	int64_t at;
	int rc = answer_first_at(run->db, x->contact, run->link->instrument, &at, run->e);

	if (rc == 1) {
		x->after.fate = "recorded";
		run->r->known++;
	}
	return rc;
}

/* What became of an answer that was judged, or could not be. */
static int
count_fate(struct survey_run *run, struct entry *x)
{
	struct survey_result *r = run->r;
	int rc;

	if (!lime_is_done(x->after.completed) || (!x->answer && *x->after.fate))
		return 0;
	if ((!x->answer || !ANSWER_GOOD(x->answer->fate)) && (rc = known_otherwise(run, x)) != 0)
		return rc < 0 ? -1 : 0;
	if (!x->answer) {
		x->after.fate = "undated";
		r->count.undated++;
		return 0;
	}
	switch (x->answer->fate) {
	case ANSWER_RECORDED:
		r->recorded++;
		break;
	case ANSWER_KNOWN:
		r->known++;
		break;
	case ANSWER_EARLY:
	case ANSWER_NOT_OPEN:
		r->count.early++;
		break;
	case ANSWER_LATE:
	case ANSWER_CLOSED:
		r->count.late++;
		break;
	default:
		r->count.odd++;
		break;
	}
	x->after.fate = ANSWER_GOOD(x->answer->fate) ? "recorded" : answer_fate_name(x->answer->fate);
	return 0;
}

/* Who is OptOut there, and not by our hand, has opted out here. */
static int
take_opt_out(struct survey_run *run, const struct entry *x)
{
	struct evidence v = { .contact = x->contact, .at = run->now, .kind = "opt_out", .grade = 'A',
	    .text = "LimeSurvey: OptOut" };
	char print[64];
	int rc;

	if (strcmp(x->after.emailstatus, "OptOut") != 0 || (x->had && strcmp(x->before.emailstatus, "OptOut") == 0))
		return 0;
	if ((rc = evidence_has(run->db, x->contact, "complaint", run->e)) != 0)
		return rc < 0 ? -1 : 0;		/* what we wrote, and could not note any more */
	snprintf(print, sizeof(print), "opt_out:%" PRId64, x->contact);
	v.fingerprint = print;
	if ((rc = evidence_add(run->db, &v, run->e)) < 0)
		return -1;
	run->r->opted_out += rc;
	return 0;
}

static bool
same(const struct survey_person *a, const struct survey_person *b)
{
	return strcmp(a->state, b->state) == 0 && a->tid == b->tid && strcmp(a->completed, b->completed) == 0 &&
	    a->done_seen_at == b->done_seen_at && strcmp(a->fate, b->fate) == 0 && strcmp(a->sent, b->sent) == 0 &&
	    strcmp(a->remindersent, b->remindersent) == 0 && a->remindercount == b->remindercount &&
	    strcmp(a->emailstatus, b->emailstatus) == 0 && strcmp(a->wrote, b->wrote) == 0;
}

static void
remember(struct survey_run *run, const struct entry *x)
{
	struct survey_seen *s;
	struct arena *a = &run->arena;

	run->seen = mem_room(run->seen, run->n_seen, &run->cap_seen, sizeof(*run->seen));
	s = &run->seen[run->n_seen++];
	*s = (struct survey_seen){ x->contact, x->after };
	s->person.completed = arena_dup(a, x->after.completed);
	s->person.sent = arena_dup(a, x->after.sent);
	s->person.remindersent = arena_dup(a, x->after.remindersent);
	/* What they said there would have been taken in, and then there is nothing to write back. */
	s->person.emailstatus = strcmp(x->after.emailstatus, "OptOut") == 0 && (!x->had || strcmp(x->before.emailstatus, "OptOut") != 0) ?
	    "OK" : arena_dup(a, x->after.emailstatus);
	s->person.wrote = arena_dup(a, x->after.wrote);
}

static int
store_page(struct survey_run *run, struct page *p, const struct lime_participant *rows, size_t n)
{
	struct answers_rules rules = { .source = "limesurvey", .campaign = run->campaign.id, .after_closing = true,
	    .lang = lang_ui };

	if (sort_rows(run, p, rows, n) < 0 ||
	    answers_take_within(run->db, &p->arena, &rules, p->answers, p->n_answers, run->e) < 0)
		return -1;
	for (size_t i = 0; i < p->n; i++) {
		struct entry *x = &p->entries[i];

		if (count_fate(run, x) < 0 || take_opt_out(run, x) < 0)
			return -1;
		if (run->o->dry_run)
			remember(run, x);
		else if ((!x->had || !same(&x->before, &x->after)) &&
		    survey_person_put(run->db, run->link->id, x->contact, &x->after, run->e) < 0)
			return -1;
	}
	return 0;
}

static int
take_page(struct survey_run *run, const struct lime_participant *rows, size_t n)
{
	struct page p = { .arena = ARENA_INIT };
	int rc = -1;

	p.entries = arena_alloc(&p.arena, (n + 1) * sizeof(*p.entries));
	p.answers = arena_alloc(&p.arena, (n + 1) * sizeof(*p.answers));
	if (db_begin(run->db, run->e) == 0) {
		rc = store_page(run, &p, rows, n);
		if (rc < 0 || run->o->dry_run)
			db_abort(run->db);
		else
			rc = db_commit(run->db, run->e);
	}
	arena_release(&p.arena);
	return rc;
}

/* --- all pages ------------------------------------------------------------------------------ */

static int
by_contact(const void *a, const void *b)
{
	const struct survey_seen *x = a, *y = b;

	return (x->contact > y->contact) - (x->contact < y->contact);
}

/*
 * Each page begins with the last participant of the one before: when it is
 * not there any more, some were deleted meanwhile and the rest moved up, and
 * we go back. Who is added comes at the end.
 */
int
survey_pull(struct survey_run *run)
{
	int64_t at = 0;
	int steps = 0;
	bool overlap = false;
	int rc = 0;

	while (rc == 0 && !survey_stopped(run)) {
		struct arena a = ARENA_INIT;
		struct lime_participant *rows;
		size_t n;

		if ((rc = lime_page(run->lime, &a, run->link->survey, overlap ? at - 1 : at, PAGE, &rows, &n, run->e)) < 0) {
			arena_release(&a);
			break;
		}
		if (at > 0 && (n == 0 || (overlap && !hashset_has(&run->tids, survey_hash(rows[0].tid))))) {
			at = at > PAGE ? at - PAGE : 0;
			overlap = false;
			if (++steps > STEPS_BACK)
				rc = err_set(run->e, ERR_NETWORK, TR("the list of participants changes too fast to be read",
				    "danh sách người tham gia thay đổi quá nhanh, không đọc kịp"));
		} else if (n <= (overlap ? 1 : 0)) {
			arena_release(&a);
			break;
		} else if ((rc = take_page(run, rows, n)) == 0) {
			at = (overlap ? at - 1 : at) + (int64_t)n;
			overlap = true;
			survey_tell(run, SURVEY_PULL, run->r->read);
		}
		arena_release(&a);
	}
	if (run->n_seen)
		qsort(run->seen, run->n_seen, sizeof(*run->seen), by_contact);
	return rc;
}
