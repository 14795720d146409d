/* survey_sync.h, step 2: people whom the survey system does not know yet. */
#include "engine/survey_run.h"

#include <inttypes.h>

#define BATCH 200

struct batch {
	struct arena arena;
	struct survey_newcomer *people;
	struct lime_add *rows;
	struct survey_person *after;
	size_t n;
};

/* Given name and the rest: "Nguyễn Thị Mẫu" is Mẫu, Nguyễn Thị. */
static void
split_name(struct arena *a, const char *name, struct lime_add *row)
{
	const char *space = strrchr(name, ' ');

	row->firstname = space ? space + 1 : name;
	row->lastname = space ? arena_ndup(a, name, (size_t)(space - name)) : "";
}

static void
fill(const struct survey_run *run, struct batch *b)
{
	bool name = strcmp(run->conf->survey_tells, "token") != 0, email = strcmp(run->conf->survey_tells, "email") == 0;

	b->rows = arena_alloc(&b->arena, (b->n + 1) * sizeof(*b->rows));
	b->after = arena_alloc(&b->arena, (b->n + 1) * sizeof(*b->after));
	for (size_t i = 0; i < b->n; i++) {
		b->rows[i] = (struct lime_add){ .token = b->people[i].token };
		if (name)
			split_name(&b->arena, b->people[i].name, &b->rows[i]);
		if (email && *b->people[i].email)
			b->rows[i].email = b->people[i].email;
	}
}

/* What became of one: it may have been there after all, by another run that died before it could note it. */
static int
judge(struct survey_run *run, struct batch *b, size_t i)
{
	struct lime_add *row = &b->rows[i];
	struct survey_result *r = run->r;
	struct lime_participant p;
	int rc;

	b->after[i] = (struct survey_person){ .state = "there", .fault = "", .tid = row->tid, .completed = "N", .fate = "",
	    .sent = "N", .remindersent = "N", .emailstatus = "OK", .wrote = "" };
	if (row->tid && strcmp(row->token_there, row->token) == 0) {
		hashset_add(&run->people, survey_hash(b->people[i].contact));
		r->pushed++;
		return 0;
	}
	if (row->tid) {
		b->after[i].state = "changed";
		b->after[i].fault = row->token_there;
		r->count.changed++;
		return 0;
	}
	if ((rc = lime_find(run->lime, &b->arena, run->link->survey, row->token, &p, run->e)) < 0)
		return -1;
	if (rc == 1) {
		/* The next pull reads how it stands there. */
		b->after[i].tid = p.tid;
		b->after[i].sent = p.sent;
		b->after[i].remindersent = p.remindersent;
		b->after[i].remindercount = p.remindercount;
		b->after[i].emailstatus = p.emailstatus;
		hashset_add(&run->people, survey_hash(b->people[i].contact));
		return 0;
	}
	b->after[i].state = "refused";
	b->after[i].fault = row->fault;
	if (!*r->fault)
		snprintf(r->fault, sizeof(r->fault), "%s", row->fault);
	return 0;
}

static int
push_batch(struct survey_run *run, struct batch *b)
{
	fill(run, b);
	if (lime_add(run->lime, &b->arena, run->link->survey, b->rows, b->n, run->e) < 0)
		return -1;
	for (size_t i = 0; i < b->n; i++)
		if (judge(run, b, i) < 0)
			return -1;
	if (db_begin(run->db, run->e) < 0)
		return -1;
	for (size_t i = 0; i < b->n; i++)
		if (survey_person_put(run->db, run->link->id, b->people[i].contact, &b->after[i], run->e) < 0)
			return db_abort(run->db);
	return db_commit(run->db, run->e);
}

/* Those the pull has found there already stand in no batch, but in a dry run, which did not remember them. */
static void
leave_out_known(const struct survey_run *run, struct batch *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		if (!hashset_has(&run->people, survey_hash(b->people[i].contact)))
			b->people[n++] = b->people[i];
	b->n = n;
}

int
survey_push(struct survey_run *run)
{
	int64_t after = 0, there = 0, changed = 0;
	int rc;

	if (survey_person_count(run->db, run->link->id, "there", &there, run->e) < 0 ||
	    survey_person_count(run->db, run->link->id, "changed", &changed, run->e) < 0)
		return -1;
	run->r->count.changed = changed;
	for (rc = 0; rc == 0 && !run->r->count.changed && !survey_stopped(run); ) {
		struct batch b = { .arena = ARENA_INIT };
		/* One goes ahead: when its token is changed there, the others stay here. */
		size_t most = there || run->o->dry_run ? BATCH : 1;

		rc = survey_missing(run->db, &b.arena, run->link->id, run->campaign.id, after, most, &b.people, &b.n, run->e);
		if (rc < 0 || b.n == 0) {
			arena_release(&b.arena);
			break;
		}
		after = b.people[b.n - 1].contact;
		leave_out_known(run, &b);
		if (b.n && run->o->dry_run)
			run->r->pushed += (int64_t)b.n;
		else if (b.n)
			rc = push_batch(run, &b);
		there += (int64_t)b.n;
		survey_tell(run, SURVEY_PUSH, run->r->pushed);
		arena_release(&b.arena);
	}
	return rc;
}
