#include "store/facts_look.h"

#include "base/lang.h"

/* One cursor, standing on a row whose first column is the contact. */
struct stream {
	struct stmt *s;
	int64_t contact;
	bool over;
};

struct facts_reader {
	const struct campaign *campaign;
	struct stmt *people;
	struct stream address, invite, evidence, answer, correction;
	struct facts_wave *waves;
	size_t n_waves, cap_waves;
	/* The person at hand. */
	struct arena arena;
	struct look now;
	struct then {			/* the same at an earlier moment */
		struct look look;
		bool there;		/* nominated by then */
		bool apart;		/* had other addresses: its rows are read for it alone */
		bool taken;		/* else: what was known by then was taken from `now` */
	} then[FACTS_MOMENTS];
	size_t n_then;
	struct mended { int64_t at; const char *from, *to; } *mended;	/* oldest first */
	size_t n_mended, cap_mended;
};

static int
stream_step(struct stream *t, struct err *e)
{
	int rc;

	if (t->over)
		return 0;
	if ((rc = db_step(t->s, e)) == 1)
		t->contact = col_int(t->s, 0);
	else
		t->over = true;
	return rc;
}

static int
stream_open(struct stream *t, struct db *db, const char *sql, int64_t lo, int64_t hi, struct err *e)
{
	if (!(t->s = db_stmt(db, sql, e)))
		return -1;
	bind_int(t->s, 1, lo);
	bind_int(t->s, 2, hi);
	return stream_step(t, e);
}

/* Rows of people of other campaigns lie between ours. 1 on a row of `contact`, 0 none, -1. */
static int
stream_at(struct stream *t, int64_t contact, struct err *e)
{
	while (!t->over && t->contact < contact)
		if (stream_step(t, e) < 0)
			return -1;
	return !t->over && t->contact == contact;
}

static void
stream_close(struct stream *t)
{
	if (t->s)
		db_done(t->s);
	t->s = NULL;
}

/* The first and the last person of the campaign: what the cursors run between. */
static int
bounds(struct db *db, int64_t campaign, int64_t *lo, int64_t *hi, struct err *e)
{
	static const char sql[] = "SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM contact WHERE campaign = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	if ((rc = db_step(s, e)) == 1) {
		*lo = col_int(s, 0);
		*hi = col_int(s, 1);
	}
	db_done(s);
	return rc < 0 ? -1 : 0;
}

static int
load_waves(struct facts_reader *r, struct db *db, struct err *e)
{
	static const char sql[] =
	    "SELECT id, coalesce(not_after, 0), coalesce(begun_at, created_at) FROM wave WHERE campaign = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, r->campaign->id);
	while ((rc = db_step(s, e)) == 1) {
		r->waves = mem_room(r->waves, r->n_waves, &r->cap_waves, sizeof(*r->waves));
		r->waves[r->n_waves++] = (struct facts_wave){ col_int(s, 0), col_int(s, 1), col_int(s, 2) };
	}
	db_done(s);
	return rc;
}

static int
open_streams(struct facts_reader *r, struct db *db, int64_t lo, int64_t hi, int64_t most, struct err *e)
{
	/* "+" keeps the planner on the key, which is the order asked for. */
	static const char people[] =
	    "SELECT c.id, c.unit, c.state, c.reason, c.missing_since, c.name, c.sub_unit, c.erased_at,"
	    " c.created_at FROM contact c"
	    " WHERE +c.campaign = $3 AND c.id >= $1 AND c.id <= $2 ORDER BY c.id LIMIT $4";
	static const char address[] =
	    "SELECT contact, email FROM address WHERE contact >= $1 AND contact <= $2 ORDER BY contact, rank";
	static const char invite[] =
	    "SELECT contact, id, wave, state, email, moved_at, due_at FROM invite"
	    " WHERE contact >= $1 AND contact <= $2 ORDER BY contact";
	static const char evidence[] =
	    "SELECT contact, at, kind, category, grade, invite, until_at, email, id FROM evidence"
	    " WHERE contact >= $1 AND contact <= $2 ORDER BY contact, at";
	static const char answer[] =
	    "SELECT contact, instrument, first_at FROM answer WHERE contact >= $1 AND contact <= $2 ORDER BY contact";

	static const char correction[] =
	    "SELECT contact, at, old_email, new_email FROM correction WHERE contact >= $1 AND contact <= $2 ORDER BY contact, at, id";

	if (!(r->people = db_stmt(db, people, e)))
		return -1;
	bind_int(r->people, 1, lo);
	bind_int(r->people, 2, hi);
	bind_int(r->people, 3, r->campaign->id);
	bind_int(r->people, 4, most);
	if (stream_open(&r->address, db, address, lo, hi, e) < 0 || stream_open(&r->invite, db, invite, lo, hi, e) < 0 ||
	    stream_open(&r->evidence, db, evidence, lo, hi, e) < 0)
		return -1;
	if (r->n_then && stream_open(&r->correction, db, correction, lo, hi, e) < 0)
		return -1;
	return stream_open(&r->answer, db, answer, lo, hi, e) < 0 ? -1 : 0;
}

static int
start(struct facts_reader **out, struct db *db, const struct campaign *c, int64_t lo, int64_t hi, int64_t most,
    const struct facts_moments *when, struct err *e)
{
	struct facts_reader *r = mem_zalloc(sizeof(*r));

	*out = NULL;
	r->campaign = c;
	r->now.now = when->now;
	r->n_then = when->n;
	for (size_t i = 0; i < when->n; i++)
		r->then[i].look.now = when->then[i];
	if (load_waves(r, db, e) < 0 || open_streams(r, db, lo, hi, most, e) < 0) {
		facts_close(r);
		return err_wrap(e, TR("reading what is known of everybody", "khi đọc dữ liệu của từng người"));
	}
	*out = r;
	return 0;
}

int
facts_open(struct facts_reader **out, struct db *db, const struct campaign *c, int64_t contact, int64_t now,
    struct err *e)
{
	int64_t lo = contact, hi = contact;

	*out = NULL;
	if (!contact && bounds(db, c->id, &lo, &hi, e) < 0)
		return -1;
	return start(out, db, c, lo, hi, -1, &(struct facts_moments){ .now = now }, e);
}

int
facts_open_moments(struct facts_reader **out, struct db *db, const struct campaign *c, const struct facts_moments *when,
    struct err *e)
{
	int64_t lo = 0, hi = -1;

	*out = NULL;
	return bounds(db, c->id, &lo, &hi, e) < 0 ? -1 : start(out, db, c, lo, hi, -1, when, e);
}

int
facts_open_after(struct facts_reader **out, struct db *db, const struct campaign *c, int64_t after, int64_t most,
    int64_t now, struct err *e)
{
	int64_t lo = after + 1, hi = INT64_MAX, last;

	*out = NULL;
	/* Once is enough: it reads the campaign's index from end to end. */
	if (!after && bounds(db, c->id, &lo, &last, e) < 0)
		return -1;
	return start(out, db, c, lo, hi, most, &(struct facts_moments){ .now = now }, e);
}

void
facts_close(struct facts_reader *r)
{
	if (!r)
		return;
	if (r->people)
		db_done(r->people);
	stream_close(&r->address);
	stream_close(&r->invite);
	stream_close(&r->evidence);
	stream_close(&r->answer);
	stream_close(&r->correction);
	arena_release(&r->arena);
	look_release(&r->now);
	for (size_t i = 0; i < FACTS_MOMENTS; i++)
		look_release(&r->then[i].look);
	free(r->mended);
	free(r->waves);
	free(r);
}

static const struct facts_wave *
wave_of(const struct facts_reader *r, int64_t wave)
{
	for (size_t i = 0; i < r->n_waves; i++)
		if (r->waves[i].wave == wave)
			return &r->waves[i];
	return NULL;
}

static bool
passed_by(const struct facts_wave *w, int64_t now)
{
	return w && w->not_after && w->not_after < now;
}

static int
read_addresses(struct facts_reader *r, struct err *e)
{
	struct look *k = &r->now;
	int rc;

	k->n_emails = 0;
	while ((rc = stream_at(&r->address, k->f.contact, e)) == 1) {
		if (k->n_emails < COUNT_OF(k->emails))
			k->emails[k->n_emails++] = arena_dup(&r->arena, col_text(r->address.s, 1));
		if (stream_step(&r->address, e) < 0)
			return -1;
	}
	if (k->n_emails)
		k->f.email = k->emails[0];
	if (k->n_emails && strrchr(k->emails[0], '@'))
		k->f.domain = strrchr(k->emails[0], '@') + 1;
	return rc;
}

static int
read_corrections(struct facts_reader *r, struct err *e)
{
	int rc = 0;

	r->n_mended = 0;
	while (r->n_then && (rc = stream_at(&r->correction, r->now.f.contact, e)) == 1) {
		struct stmt *s = r->correction.s;

		r->mended = mem_room(r->mended, r->n_mended, &r->cap_mended, sizeof(*r->mended));
		r->mended[r->n_mended++] = (struct mended){ col_int(s, 1), arena_dup(&r->arena, col_text(s, 2)),
		    arena_dup(&r->arena, col_text(s, 3)) };
		if (stream_step(&r->correction, e) < 0)
			return -1;
	}
	if (r->n_mended)
		r->now.f.mended_at = r->mended[0].at;
	return rc;
}

/* A state's word outlives the row without being copied. */
static const char *
state_word(const char *s)
{
	static const char *const words[] = { "planned", "sending", "accepted", "deferred", "refused", "uncertain",
	    "expired", "cancelled" };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(s, words[i]) == 0)
			return words[i];
	return "cancelled";
}

static int
read_invites(struct facts_reader *r, struct err *e)
{
	struct look *k = &r->now;
	int rc;

	k->n_messages = 0;
	while ((rc = stream_at(&r->invite, k->f.contact, e)) == 1) {
		struct stmt *s = r->invite.s;
		struct facts_message m = { .id = col_int(s, 1), .wave = col_int(s, 2), .state = state_word(col_text(s, 3)),
		    .address = look_address(k, col_text(s, 4)), .moved_at = col_int(s, 5), .due_at = col_int(s, 6),
		    .passed = passed_by(wave_of(r, col_int(s, 2)), k->now) };

		if (m.address < 0 && r->n_mended)
			m.email = arena_dup(&r->arena, col_text(s, 4));
		look_add_message(k, &m);
		if (stream_step(&r->invite, e) < 0)
			return -1;
	}
	return rc;
}

/* --- at an earlier moment ------------------------------------------------------- */

/* Addresses as they were before the first correction since: that one's old address stands where the last new one stands. */
static void
addresses_then(const struct facts_reader *r, struct look *k)
{
	const struct mended *first = NULL, *last = &r->mended[r->n_mended - 1];
	size_t at = 0;

	for (size_t i = r->n_mended; i-- > 0 && r->mended[i].at > k->now; )
		first = &r->mended[i];
	ASSERT(first);
	for (size_t i = 0; i < k->n_emails; i++)
		if (strcmp(k->emails[i], last->to) == 0)
			at = i;
	if (*first->from) {
		k->emails[at] = first->from;
		k->n_emails += k->n_emails == 0;
	} else {
		k->f.state = CONTACT_HELD;	/* there was none that could be used */
		if (k->n_emails)
			memmove(&k->emails[at], &k->emails[at + 1], (--k->n_emails - at) * sizeof(k->emails[0]));
	}
}

/*
 * Messages as they were: one that has moved since was in the queue if its wave had begun, else it was not there. (One that
 * was given another address since had failed before: its evidence says so.)
 */
static void
messages_then(const struct facts_reader *r, struct look *k, bool apart)
{
	const struct look *now = &r->now;

	k->n_messages = 0;
	for (size_t i = 0; i < now->n_messages; i++) {
		struct facts_message m = now->messages[i];
		const struct facts_wave *w = wave_of(r, m.wave);

		if (m.moved_at > k->now) {
			if (!w || w->begun_at > k->now || strcmp(m.state, "planned") == 0)
				continue;
			m.state = "planned";
			m.due_at = k->now;
		}
		m.passed = passed_by(w, k->now);
		if (apart)
			m.address = look_address(k, m.address < 0 ? m.email : now->emails[m.address]);
		look_add_message(k, &m);
	}
}

static void
begin_then(struct facts_reader *r, int64_t created_at)
{
	for (size_t i = 0; i < r->n_then; i++) {
		struct then *t = &r->then[i];

		t->there = created_at <= t->look.now;
		t->taken = false;
		t->apart = t->there && r->n_mended && r->mended[r->n_mended - 1].at > t->look.now;
		if (!t->there)
			continue;
		t->look.arena = &r->arena;
		t->look.f = r->now.f;
		memcpy(t->look.emails, r->now.emails, sizeof(t->look.emails));
		t->look.n_emails = r->now.n_emails;
		t->look.failed_invite = t->look.works_at = 0;
		t->look.first_dead = false;
		if (t->apart)
			addresses_then(r, &t->look);
		messages_then(r, &t->look, t->apart);
	}
}

/* Before the first row that is younger: what the rows up to now said is what was known then. */
static void
take_then(const struct facts_reader *r, struct then *t)
{
	struct look *k = &t->look;

	t->taken = true;
	k->f = r->now.f;
	k->failed_invite = r->now.failed_invite;
	k->works_at = r->now.works_at;
	k->first_dead = r->now.first_dead;
	for (size_t i = 0; i < k->n_messages; i++)
		for (size_t j = 0; j < r->now.n_messages; j++)
			if (r->now.messages[j].id == k->messages[i].id)
				k->messages[i].told = r->now.messages[j].told;
}

static void
evidence_then(struct facts_reader *r, int64_t at)
{
	for (size_t i = 0; i < r->n_then; i++) {
		struct then *t = &r->then[i];

		if (!t->there)
			continue;
		if (t->apart && at <= t->look.now)
			look_evidence(&t->look, r->evidence.s);
		else if (!t->apart && !t->taken && at > t->look.now)
			take_then(r, t);
	}
}

/* --- one person after the other --------------------------------------------------- */

static int
read_evidence(struct facts_reader *r, struct err *e)
{
	int rc;

	while ((rc = stream_at(&r->evidence, r->now.f.contact, e)) == 1) {
		evidence_then(r, col_int(r->evidence.s, 1));
		look_evidence(&r->now, r->evidence.s);
		if (stream_step(&r->evidence, e) < 0)
			return -1;
	}
	evidence_then(r, INT64_MAX);
	return rc;
}

static int
read_answers(struct facts_reader *r, struct err *e)
{
	int rc;

	while ((rc = stream_at(&r->answer, r->now.f.contact, e)) == 1) {
		int64_t form = col_int(r->answer.s, 1), at = col_int(r->answer.s, 2);

		look_answer(&r->now, r->campaign, form, at);
		for (size_t i = 0; i < r->n_then; i++)
			if (at <= r->then[i].look.now)
				look_answer(&r->then[i].look, r->campaign, form, at);
		if (stream_step(&r->answer, e) < 0)
			return -1;
	}
	return rc;
}

int
facts_next(struct facts_reader *r, struct facts *f, struct err *e)
{
	struct look *k = &r->now;
	const char *state;
	int rc;

	arena_reset(&r->arena);
	if ((rc = db_step(r->people, e)) != 1)
		return rc;
	state = col_text(r->people, 2);
	k->arena = &r->arena;
	k->f = (struct facts){ .contact = col_int(r->people, 0), .unit = col_int(r->people, 1),
	    .state = strcmp(state, "held") == 0 ? CONTACT_HELD : strcmp(state, "rejected") == 0 ? CONTACT_REJECTED :
	    CONTACT_MAILABLE, .reason = col_text(r->people, 3), .missing = !col_null(r->people, 4),
	    .name = col_text(r->people, 5), .sub_unit = col_text(r->people, 6), .erased = !col_null(r->people, 7),
	    .email = "", .domain = "", .failed_kind = "", .failed_category = "" };
	k->failed_invite = k->works_at = 0;
	k->first_dead = false;
	if (read_addresses(r, e) < 0 || read_corrections(r, e) < 0 || read_invites(r, e) < 0)
		return -1;
	begin_then(r, col_int(r->people, 8));
	if (read_evidence(r, e) < 0 || read_answers(r, e) < 0)
		return -1;
	look_settle(k);
	for (size_t i = 0; i < r->n_then; i++)
		if (r->then[i].there)
			look_settle(&r->then[i].look);
	*f = k->f;
	return 1;
}

static int
each_between(struct db *db, const struct campaign *c, int64_t contact, int64_t now,
    int (*each)(const struct facts *, void *), void *arg, struct err *e)
{
	struct facts_reader *r;
	struct facts f;
	int rc, stopped = 0;

	if (facts_open(&r, db, c, contact, now, e) < 0)
		return -1;
	while (!stopped && (rc = facts_next(r, &f, e)) == 1)
		stopped = each(&f, arg);
	facts_close(r);
	return stopped ? stopped : rc;
}

int
facts_each(struct db *db, const struct campaign *c, const struct facts_of *of, int64_t now,
    int (*each)(const struct facts *, void *), void *arg, struct err *e)
{
	int rc = 0;

	if (!of->contacts)
		return each_between(db, c, 0, now, each, arg, e);
	for (size_t i = 0; rc == 0 && i < of->n; i++)
		rc = each_between(db, c, of->contacts[i], now, each, arg, e);
	return rc;
}

const struct facts *
facts_then(const struct facts_reader *r, size_t moment)
{
	return r->then[moment].there ? &r->then[moment].look.f : NULL;
}
