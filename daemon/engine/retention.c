#include "engine/retention.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "engine/forget.h"
#include "store/audit.h"
#include "store/campaign.h"
#include "store/erase.h"
#include "store/evidence.h"

#define DAY_S INT64_C(86400)
#define LATE_S (60 * DAY_S)	/* after the closing mail about a campaign still comes in */
#define MAILS_PER_COMMIT 100

struct retention {
	struct db *db;
	const struct conf *conf;
	const struct retention_options *o;
	struct retention_result *r;
	struct forget *forget;
	int64_t now, mails_until;	/* 0: none */
	int64_t *campaign;		/* past their time */
	size_t n, cap;
	int64_t done, all;
};

static bool
is_stopped(const struct retention *t)
{
	return t->o->stop && atomic_load(t->o->stop);
}

static void
went_on(struct retention *t, int64_t *count)
{
	++*count;
	t->done++;
	if (t->o->progress)
		t->o->progress(t->done, t->all, t->o->arg);
}

static int
note_campaign(const struct campaign *c, void *arg)
{
	struct retention *t = arg;

	if (!t->conf->retention_person_days || t->now < c->closes_at + t->conf->retention_person_days * DAY_S)
		return 0;
	t->campaign = mem_room(t->campaign, t->n, &t->cap, sizeof(*t->campaign));
	t->campaign[t->n++] = c->id;
	/* What could not be matched may be about its people. */
	if (c->closes_at + LATE_S > t->mails_until)
		t->mails_until = c->closes_at + LATE_S < t->now ? c->closes_at + LATE_S : t->now;
	return 0;
}

static int
count(struct retention *t, struct retention_result *r, struct err *e)
{
	if (erase_count_mails(t->db, t->mails_until, &r->mails, e) < 0)
		return -1;
	for (size_t i = 0; i < t->n; i++) {
		int64_t people, letters;

		if (erase_count_contacts(t->db, t->campaign[i], &people, e) < 0 ||
		    erase_count_letters(t->db, t->campaign[i], &letters, e) < 0)
			return -1;
		r->people += people;
		r->letters += letters;
		r->campaigns += people + letters > 0;
	}
	return 0;
}

static int
all_mails(struct retention *t, struct err *e)
{
	int64_t id = 0;
	int rc = 1;

	while (rc == 1 && !is_stopped(t)) {
		if (db_begin(t->db, e) < 0)
			return -1;
		for (int i = 0; i < MAILS_PER_COMMIT && (rc = erase_next_mail(t->db, id, t->mails_until, &id, e)) == 1; i++) {
			if (erase_mail(t->db, id, e) < 0)
				return db_abort(t->db);
			went_on(t, &t->r->mails);
		}
		if (rc < 0)
			return db_abort(t->db);
		if (db_commit(t->db, e) < 0)
			return -1;
	}
	return 0;
}

static int
all_letters(struct retention *t, int64_t campaign, struct err *e)
{
	int64_t id = 0;
	int rc = 0;

	while (!is_stopped(t) && (rc = erase_next_letter(t->db, campaign, id, &id, e)) == 1) {
		if (forget_letter(t->forget, id, e) < 0)
			return -1;
		went_on(t, &t->r->letters);
	}
	return rc < 0 ? -1 : 0;
}

static int
all_people(struct retention *t, int64_t campaign, struct err *e)
{
	struct forget_tally tally = { .people = 0 };
	int64_t id = 0;
	int rc = 0;

	while (!is_stopped(t) && (rc = erase_next_contact(t->db, campaign, id, &id, e)) == 1) {
		if (forget_person(t->forget, id, false, false, NULL, &tally, e) < 0)
			return -1;
		went_on(t, &t->r->people);
	}
	return rc < 0 ? -1 : 0;
}

static int
write_audit(struct retention *t, struct err *e)
{
	char detail[128];

	if (!t->done)
		return 0;
	snprintf(detail, sizeof(detail), "mails=%" PRId64 " letters=%" PRId64 " people=%" PRId64, t->r->mails, t->r->letters,
	    t->r->people);
	if (db_begin(t->db, e) < 0)
		return -1;
	return audit_add(t->db, "retention", "retention run", detail, e) < 0 ? db_abort(t->db) : db_commit(t->db, e);
}

static int
run(struct retention *t, struct err *e)
{
	int rc = all_mails(t, e), emptied;

	for (size_t i = 0; rc == 0 && i < t->n; i++)
		if ((rc = all_letters(t, t->campaign[i], e)) == 0)
			rc = all_people(t, t->campaign[i], e);
	if (write_audit(t, rc < 0 ? NULL : e) < 0)
		rc = -1;
	/* Also when there was nothing to do: an earlier run may have met somebody in the log. */
	emptied = forget_end(t->forget, rc < 0 ? NULL : e);
	t->r->log_kept = emptied == 0;
	return rc < 0 || emptied < 0 ? -1 : 0;
}

int
retention_run(struct db *db, const struct conf *conf, const struct retention_options *o, struct retention_result *r,
    struct err *e)
{
	struct retention t = { .db = db, .conf = conf, .o = o, .r = r, .now = clock_now() };
	struct retention_result due = { .people = 0 };
	int rc;

	*r = (struct retention_result){ .people = 0 };
	if (conf->retention_raw_mail_days)
		t.mails_until = t.now - conf->retention_raw_mail_days * DAY_S;
	if ((rc = campaign_each(db, note_campaign, &t, e)) == 0 && (rc = count(&t, &due, e)) == 0) {
		t.all = due.mails + due.letters + due.people;
		r->campaigns = due.campaigns;
		if (o->dry_run)
			*r = due;
		else if ((rc = forget_begin(&t.forget, db, conf, t.now, e)) == 0)
			rc = run(&t, e);
	}
	free(t.campaign);
	return rc;
}
