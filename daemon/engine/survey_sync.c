#include "engine/survey_run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/contact.h"

#define AGAIN_S 900		/* after trouble, then twice as long ... */
#define AGAIN_MOST_S 14400
#define LOCKED_OUT_S 3600	/* at least, when it does not let us in */

bool
survey_stopped(const struct survey_run *run)
{
	return run->o->stop && atomic_load(run->o->stop);
}

void
survey_tell(const struct survey_run *run, enum survey_stage stage, int64_t done)
{
	if (run->o->progress)
		run->o->progress(stage, done, run->o->arg);
}

/* One sync at a time, of all processes: the kernel takes the lock back from who dies. 1 ours, 0 another's, -1. */
static int
lock(struct db *db, int *fd, struct err *e)
{
	char path[4200];
	int rc;

	snprintf(path, sizeof(path), "%s-survey", db_file(db));
	if ((*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
		return err_sys(e, "%s", path);
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return 1;
	rc = errno == EWOULDBLOCK ? 0 : err_sys(e, "%s", path);
	close(*fd);
	return rc;
}

static int
open_session(const struct conf *conf, const struct survey_link *link, const atomic_bool *stop, struct arena *a,
    struct lime **out, struct err *e)
{
	struct lime_options o = { .url = link->url, .user = link->login, .ca_file = conf->survey_ca_file,
	    .timeout_s = conf->survey_timeout_s, .stop = stop };

	*out = NULL;
	if (!(o.password = conf_secret(a, link->password_file, "--password-file", e)))
		return -1;
	return lime_new(out, &o, e);
}

int
survey_check(const struct conf *conf, const struct survey_link *link, struct arena *a, struct lime_survey *out, struct err *e)
{
	struct lime_summary n;
	struct lime *lime;
	int rc = open_session(conf, link, NULL, a, &lime, e);

	if (rc == 0)
		rc = lime_survey(lime, a, link->survey, out, e);
	/* Is there a participants table? */
	if (rc == 0 && (rc = lime_summary(lime, link->survey, &n, e)) == 0 && n.participants < 0) {
		struct lime_participant *none;
		size_t k;

		rc = lime_page(lime, a, link->survey, 0, 1, &none, &k, e);
	}
	lime_free(lime);
	return rc;
}

/* Its own count, then ours of the same moment. */
static int
count(struct survey_run *run)
{
	struct survey_count *n = &run->r->count;
	struct lime_summary sum = { -1, -1 };
	int64_t there;

	if (lime_summary(run->lime, run->link->survey, &sum, run->e) < 0 ||
	    survey_ours(run->db, run->link, &n->ours, &n->only_ours, run->e) < 0 ||
	    survey_person_count(run->db, run->link->id, "there", &there, run->e) < 0 ||
	    survey_person_count(run->db, run->link->id, "refused", &n->refused, run->e) < 0)
		return -1;
	run->r->refused = n->refused;
	n->participants = sum.participants >= 0 ? sum.participants : run->r->read + run->r->pushed;
	n->completed = sum.completed >= 0 ? sum.completed : run->done;
	n->unread = n->completed - run->done;
	n->removed = there > (int64_t)run->people.used ? there - (int64_t)run->people.used : 0;
	n->began_at = run->now;
	n->at = clock_now();
	survey_tell(run, SURVEY_COUNT, n->completed);
	return 0;
}

static int
go(struct survey_run *run)
{
	int64_t youngest, now = clock_now();
	struct err *e = run->e;

	if (campaign_by_id(run->db, &run->arena, run->link->campaign, &run->campaign, e) != 1 ||
	    zone_load(&run->zone, run->link->zone, e) < 0 || contact_last_id(run->db, &youngest, e) < 0 ||
	    open_session(run->conf, run->link, run->o->stop, &run->arena, &run->lime, e) < 0 ||
	    lime_survey(run->lime, &run->arena, run->link->survey, &run->survey, e) < 0)
		return -1;
	run->r->anonymized = run->survey.anonymized;
	run->r->active = run->survey.active;
	if (survey_pull(run) < 0 || (now <= run->campaign.closes_at && survey_push(run) < 0) || survey_write_back(run) < 0)
		return -1;
	if (survey_stopped(run))
		return err_set(e, ERR_NETWORK, TR("given up, the program ends", "bỏ dở vì chương trình kết thúc"));
	if (count(run) < 0)
		return -1;
	if (run->o->dry_run)
		return 0;
	return survey_link_set_count(run->db, run->link->id, &run->r->count, youngest,
	    run->r->count.at + run->conf->survey_sync_s, e);
}

static int64_t
wait_after(const struct survey_link *link, enum err_code code)
{
	int64_t s = AGAIN_S;

	for (int64_t i = 0; i < link->troubles && s < AGAIN_MOST_S; i++)
		s *= 2;
	if (s > AGAIN_MOST_S)
		s = AGAIN_MOST_S;
	return code == ERR_AUTH && s < LOCKED_OUT_S ? LOCKED_OUT_S : s;
}

static void
note_trouble(const struct survey_run *run)
{
	struct err ignored = ERR_INIT;
	struct log_q q;
	int64_t now = clock_now();

	if (run->o->dry_run || survey_stopped(run))
		return;
	survey_link_set_trouble(run->db, run->link->id, log_mask(&q, run->e->text), now, now + wait_after(run->link, run->e->code),
	    &ignored);
}

int
survey_sync(struct db *db, const struct conf *conf, const struct survey_link *link, const struct survey_options *o,
    struct survey_result *r, struct err *e)
{
	struct survey_run run = { .db = db, .conf = conf, .link = link, .o = o, .r = r, .arena = ARENA_INIT, .now = clock_now(),
	    .e = e };
	int fd, rc = lock(db, &fd, e);

	*r = (struct survey_result){ .read = 0 };
	if (rc < 1)
		return rc < 0 ? -1 : 1;
	if ((rc = go(&run)) < 0)
		note_trouble(&run);
	lime_free(run.lime);
	hashset_release(&run.tids);
	hashset_release(&run.people);
	free(run.seen);
	arena_release(&run.arena);
	close(fd);
	return rc;
}

/* --- by itself ------------------------------------------------------------------------------- */

/* 1, 0, -1. */
static int
is_due(struct db *db, const struct survey_link *l, int64_t now, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct campaign c;
	int64_t youngest;
	int rc = campaign_by_id(db, &a, l->campaign, &c, e);

	if (rc == 1 && now > c.closes_at && l->count.began_at > c.closes_at)
		rc = 0;
	else if (rc == 1 && now < l->next_at)
		/* People came: their links must open something. */
		rc = l->troubles || now > c.closes_at ? 0 : contact_last_id(db, &youngest, e) < 0 ? -1 : youngest > l->known_contact;
	arena_release(&a);
	return rc;
}

int
survey_sync_due(struct db *db, const struct conf *conf, struct survey_due *d, struct err *e)
{
	struct survey_options o = { .stop = d->stop };
	struct survey_link l = { .id = 0 };
	struct arena a = ARENA_INIT;
	int rc = 0;

	d->synced = d->failed = 0;
	if (!conf->survey_sync_s)
		return 0;
	while (!(d->stop && atomic_load(d->stop)) && (rc = survey_link_next(db, &a, l.id, 0, &l, e)) == 1 &&
	    (rc = is_due(db, &l, clock_now(), e)) >= 0) {
		struct err trouble = ERR_INIT;
		struct survey_result r;
		int done;

		if (rc == 0)
			continue;
		done = survey_sync(db, conf, &l, &o, &r, &trouble);
		if (done == 1 || (done < 0 && d->stop && atomic_load(d->stop))) {
			rc = 0;
			break;		/* somebody else is doing it, or we are to end */
		}
		d->synced += done == 0;
		d->failed += done < 0;
		if (d->each)
			d->each(&l, &r, done < 0 ? trouble.text : NULL, d->arg);
		if (done < 0 && (trouble.code == ERR_STORE || trouble.code == ERR_FULL)) {
			*e = trouble;
			rc = -1;
			break;
		}
	}
	arena_release(&a);
	return rc < 0 ? -1 : 0;
}
