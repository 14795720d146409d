#include "store/facts.h"

#include "base/lang.h"

/* One cursor, standing on a row whose first column is the contact. */
struct stream {
	struct stmt *s;
	int64_t contact;
	bool over;
};

struct wave_end { int64_t wave, not_after; };

struct facts_reader {
	const struct campaign *campaign;
	int64_t now;
	struct stmt *people;
	struct stream address, invite, evidence, answer;
	struct wave_end *waves;
	size_t n_waves, cap_waves;
	/* The person at hand. */
	struct arena arena;
	const char *emails[8];
	size_t n_emails;
	struct facts_message *messages;
	size_t n_messages, cap_messages;
	int64_t failed_invite;
	int64_t works_at;	/* what went out before then went to an address that did not work */
	bool first_dead;	/* the first address was told not to exist: that is the failure */
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
	static const char sql[] = "SELECT id, not_after FROM wave WHERE campaign = $1 AND not_after IS NOT NULL";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, r->campaign->id);
	while ((rc = db_step(s, e)) == 1) {
		r->waves = mem_room(r->waves, r->n_waves, &r->cap_waves, sizeof(*r->waves));
		r->waves[r->n_waves++] = (struct wave_end){ col_int(s, 0), col_int(s, 1) };
	}
	db_done(s);
	return rc;
}

static int
open_streams(struct facts_reader *r, struct db *db, int64_t lo, int64_t hi, int64_t most, struct err *e)
{
	/* "+" keeps the planner on the key, which is the order asked for. */
	static const char people[] =
	    "SELECT c.id, c.unit, c.state, c.reason, c.missing_since, c.name, c.sub_unit, c.erased_at FROM contact c"
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
	    "SELECT contact, instrument FROM answer WHERE contact >= $1 AND contact <= $2 ORDER BY contact";

	if (!(r->people = db_stmt(db, people, e)))
		return -1;
	bind_int(r->people, 1, lo);
	bind_int(r->people, 2, hi);
	bind_int(r->people, 3, r->campaign->id);
	bind_int(r->people, 4, most);
	if (stream_open(&r->address, db, address, lo, hi, e) < 0 || stream_open(&r->invite, db, invite, lo, hi, e) < 0 ||
	    stream_open(&r->evidence, db, evidence, lo, hi, e) < 0)
		return -1;
	return stream_open(&r->answer, db, answer, lo, hi, e) < 0 ? -1 : 0;
}

static int
start(struct facts_reader **out, struct db *db, const struct campaign *c, int64_t lo, int64_t hi, int64_t most,
    int64_t now, struct err *e)
{
	struct facts_reader *r = mem_zalloc(sizeof(*r));

	*out = NULL;
	r->campaign = c;
	r->now = now;
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
	return start(out, db, c, lo, hi, -1, now, e);
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
	return start(out, db, c, lo, hi, most, now, e);
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
	arena_release(&r->arena);
	free(r->messages);
	free(r->waves);
	free(r);
}

/* Which of the addresses the person has now; -1: none. */
static int
address_of(const struct facts_reader *r, const char *email)
{
	for (size_t i = 0; i < r->n_emails; i++)
		if (strcmp(r->emails[i], email) == 0)
			return (int)i;
	return -1;
}

static bool
wave_passed(const struct facts_reader *r, int64_t wave)
{
	for (size_t i = 0; i < r->n_waves; i++)
		if (r->waves[i].wave == wave)
			return r->waves[i].not_after < r->now;
	return false;
}

static int
read_addresses(struct facts_reader *r, struct facts *f, struct err *e)
{
	int rc;

	r->n_emails = 0;
	while ((rc = stream_at(&r->address, f->contact, e)) == 1) {
		if (r->n_emails < COUNT_OF(r->emails))
			r->emails[r->n_emails++] = arena_dup(&r->arena, col_text(r->address.s, 1));
		if (stream_step(&r->address, e) < 0)
			return -1;
	}
	if (r->n_emails)
		f->email = r->emails[0];
	if (r->n_emails && strrchr(r->emails[0], '@'))
		f->domain = strrchr(r->emails[0], '@') + 1;
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
read_invites(struct facts_reader *r, struct facts *f, struct err *e)
{
	int rc;

	r->n_messages = 0;
	while ((rc = stream_at(&r->invite, f->contact, e)) == 1) {
		struct stmt *s = r->invite.s;
		struct facts_message *m;

		r->messages = mem_room(r->messages, r->n_messages, &r->cap_messages, sizeof(*m));
		m = &r->messages[r->n_messages++];
		*m = (struct facts_message){ .id = col_int(s, 1), .wave = col_int(s, 2),
		    .state = state_word(col_text(s, 3)),
		    .address = address_of(r, col_text(s, 4)), .moved_at = col_int(s, 5), .due_at = col_int(s, 6),
		    .passed = wave_passed(r, col_int(s, 2)) };
		if (stream_step(&r->invite, e) < 0)
			return -1;
	}
	return rc;
}

static int
read_answers(struct facts_reader *r, struct facts *f, struct err *e)
{
	int rc;

	while ((rc = stream_at(&r->answer, f->contact, e)) == 1) {
		for (size_t i = 0; i < r->campaign->n_instruments; i++)
			if (r->campaign->instruments[i].id == col_int(r->answer.s, 1))
				f->answered |= 1u << i;
		f->reacted = true;
		if (stream_step(&r->answer, e) < 0)
			return -1;
	}
	return rc;
}

/* Is this evidence about an address the person has now? */
static bool
about_here(const struct facts_reader *r, int64_t invite, const char *email)
{
	if (*email)
		return address_of(r, email) >= 0;
	for (size_t i = 0; i < r->n_messages; i++)
		if (r->messages[i].id == invite)
			return r->messages[i].address >= 0;
	return true;		/* it names neither: the person has one address, or we cannot tell better */
}

static void
note_received(struct facts *f, int64_t at, char grade)
{
	if (at > f->received_at)
		f->received_at = at;
	if (!f->received_grade || grade < f->received_grade)
		f->received_grade = grade;
}

/* Words of mail/category.h that speak of the address itself. */
static bool
no_such_address(const char *category)
{
	static const char *const words[] = { "unknown-user", "unknown-host", "moved", "no-mail-accepted", "bad-syntax" };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(category, words[i]) == 0)
			return true;
	return false;
}

/* address: which of the person's, -1: not known. */
static void
note_failed(struct facts_reader *r, struct facts *f, int64_t at, const char *kind, const char *category, char grade,
    int64_t invite, int64_t evidence, int address)
{
	bool dead = no_such_address(category);

	if (at < f->failed_at)
		return;
	f->failed_at = at;
	/* Of several addresses that do not exist the first tells: it is the one the unit should correct. */
	if (dead && address > 0 && r->first_dead) {
		r->failed_invite = invite;
		return;
	}
	r->first_dead = dead && address <= 0;
	f->failed_kind = arena_dup(&r->arena, kind);
	f->failed_category = arena_dup(&r->arena, category);
	f->failed_grade = grade;
	f->failed_evidence = evidence;
	r->failed_invite = invite;
}

/* The message a report is about; one that names none speaks of the last that went out before it. */
static struct facts_message *
message_of(const struct facts_reader *r, int64_t invite, int64_t at)
{
	struct facts_message *last = NULL;

	for (size_t i = 0; i < r->n_messages; i++) {
		struct facts_message *m = &r->messages[i];

		if (invite ? m->id == invite : m->address >= 0 && strcmp(m->state, "planned") != 0 &&
		    strcmp(m->state, "cancelled") != 0 && (m->moved_at <= at || r->n_messages == 1) &&
		    (!last || m->moved_at >= last->moved_at))
			last = m;
	}
	return last;
}

static void
note_found(struct facts *f, enum found_in found, bool by_person)
{
	f->found = found;	/* rows come in the order of time: the latest word stays */
	f->found_told_by_person = by_person;
}

static void
note_away(struct facts *f, int64_t at, int64_t until, char grade)
{
	if (f->away && until <= f->away_until)
		return;
	f->away = until > 0;
	f->away_from = at;
	f->away_until = until;
	f->away_grade = grade;
}

enum sign {
	SIGN_NONE, SIGN_FAILURE, SIGN_OPT_OUT, SIGN_COMPLAINT, SIGN_SPAM, SIGN_FOCAL_WORD, SIGN_INBOX, SIGN_FORWARDED,
	SIGN_AUTO_REPLY, SIGN_RECEIVED, SIGN_FOCAL_RECEIVED, SIGN_FOCAL_AWAY,
	SIGN_WORKS
};

/* A delay is no failure; a bare fetch of the link ("visit") may be a scanner: those prove nothing. */
static enum sign
sign_of(const char *kind)
{
	static const struct { const char *kind; enum sign sign; } signs[] = {
		{ "refusal", SIGN_FAILURE }, { "dsn", SIGN_FAILURE }, { "expired", SIGN_FAILURE },
		{ "button", SIGN_RECEIVED }, { "found_inbox", SIGN_INBOX }, { "found_spam", SIGN_SPAM },
		{ "found_forwarded", SIGN_FORWARDED }, { "auto_reply", SIGN_AUTO_REPLY }, { "reply", SIGN_RECEIVED },
		{ "read_receipt", SIGN_RECEIVED }, { "opt_out", SIGN_OPT_OUT }, { "complaint", SIGN_COMPLAINT },
		{ "focal_word", SIGN_FOCAL_WORD }, { "focal_received", SIGN_FOCAL_RECEIVED }, { "focal_away", SIGN_FOCAL_AWAY },
		{ "focal_moved", SIGN_FAILURE }, { "focal_wrong_address", SIGN_FAILURE }, { "focal_full", SIGN_FAILURE },
		{ "focal_disabled", SIGN_FAILURE }, { "focal_works", SIGN_WORKS },
	};

	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (kind[0] == signs[i].kind[0] && strcmp(kind, signs[i].kind) == 0)
			return signs[i].sign;
	return SIGN_NONE;
}

static void
note_report(struct facts_reader *r, struct facts *f, struct stmt *s, int64_t at, char grade)
{
	const char *category = col_text(s, 3);
	struct facts_message *m = message_of(r, col_int(s, 5), at);
	bool delivered = strcmp(category, "delivered") == 0;

	/* It went to another address since: that one is not spoken of. */
	if (m && m->address >= 0 && *col_text(s, 7) && strcmp(r->emails[m->address], col_text(s, 7)) != 0)
		m = NULL;
	if (m && !delivered)
		m->told = true;
	if (!about_here(r, col_int(s, 5), col_text(s, 7)))
		return;
	if (!delivered)
		note_failed(r, f, at, col_text(s, 2), category, grade, m ? m->id : 0, col_int(s, 8),
		    *col_text(s, 7) ? address_of(r, col_text(s, 7)) : m ? m->address : -1);
	else if (at > f->accepted_at)
		f->accepted_at = at;
}

/* One row of evidence; what a kind does not need is not read: there may be ten million. */
static void
note(struct facts_reader *r, struct facts *f, struct stmt *s)
{
	enum sign sign = sign_of(col_text(s, 2));
	int64_t at = col_int(s, 1);
	char grade = col_text(s, 4)[0];

	if (sign == SIGN_FAILURE)
		note_report(r, f, s, at, grade);
	if (sign == SIGN_WORKS) {	/* what failed before is over: as with a corrected address */
		r->works_at = at;
		f->failed_at = f->failed_evidence = 0;
		f->failed_kind = f->failed_category = "";
		r->failed_invite = 0;
		r->first_dead = false;
	}
	if (sign == SIGN_NONE || sign == SIGN_FAILURE || sign == SIGN_WORKS)
		return;
	f->reacted = true;
	switch (sign) {
	case SIGN_OPT_OUT:
		f->opted_out = true;
		break;
	case SIGN_COMPLAINT:
		f->complained = true;
		if (!f->complained_grade || grade < f->complained_grade)
			f->complained_grade = grade;
		break;
	case SIGN_SPAM:
	case SIGN_FOCAL_WORD:
		note_found(f, FOUND_SPAM, sign == SIGN_SPAM);
		break;
	case SIGN_INBOX:
	case SIGN_FORWARDED:
		note_found(f, sign == SIGN_INBOX ? FOUND_INBOX : FOUND_FORWARDED, true);
		note_received(f, at, grade);
		break;
	case SIGN_AUTO_REPLY:
		note_away(f, at, col_int(s, 6), grade);
		note_received(f, at, grade);
		break;
	case SIGN_FOCAL_RECEIVED:
		note_found(f, FOUND_INBOX, false);
		note_received(f, at, grade);
		break;
	case SIGN_FOCAL_AWAY:
		note_away(f, at, col_int(s, 6), grade);
		break;
	case SIGN_RECEIVED:
		note_received(f, at, grade);
		break;
	case SIGN_NONE:
	case SIGN_FAILURE:
	case SIGN_WORKS:
		break;
	}
}

static int
read_evidence(struct facts_reader *r, struct facts *f, struct err *e)
{
	int rc;

	while ((rc = stream_at(&r->evidence, f->contact, e)) == 1) {
		note(r, f, r->evidence.s);
		if (stream_step(&r->evidence, e) < 0)
			return -1;
	}
	return rc;
}

static bool
ended(const struct facts_message *m)
{
	return strcmp(m->state, "sending") != 0 && strcmp(m->state, "deferred") != 0;
}

/* What the states of the messages say, once the evidence is known. */
static void
settle(struct facts_reader *r, struct facts *f)
{
	for (size_t i = 0; i < r->n_messages; i++) {
		const struct facts_message *m = &r->messages[i];
		bool planned = strcmp(m->state, "planned") == 0, begun = !planned && strcmp(m->state, "cancelled") != 0;

		f->invited |= begun;
		f->accepted |= strcmp(m->state, "accepted") == 0;
		if (m->address < 0 || (begun && m->moved_at <= r->works_at && f->failed_at <= r->works_at && ended(m)))
			continue;
		f->begun |= begun;
		if (strcmp(m->state, "sending") == 0 || strcmp(m->state, "deferred") == 0 ||
		    (planned && m->due_at <= r->now && !m->passed))
			f->waiting = true;
		if (strcmp(m->state, "uncertain") == 0 && m->moved_at > f->uncertain_at)
			f->uncertain_at = m->moved_at;
		/* The queue's own word stands when its evidence is not there. */
		if (!m->told && (strcmp(m->state, "refused") == 0 || strcmp(m->state, "expired") == 0))
			note_failed(r, f, m->moved_at, strcmp(m->state, "expired") == 0 ? m->state : "refusal", "", 'A',
			    m->id, 0, m->address);
	}
	for (size_t i = 0; i < r->n_messages; i++) {
		const struct facts_message *m = &r->messages[i];

		/* The failed message was accepted too, by the relay, before it came back. */
		if (m->address >= 0 && m->id != r->failed_invite && strcmp(m->state, "accepted") == 0 &&
		    m->moved_at > f->accepted_at)
			f->accepted_at = m->moved_at;
	}
}

int
facts_next(struct facts_reader *r, struct facts *f, struct err *e)
{
	const char *state;
	int rc;

	arena_reset(&r->arena);
	if ((rc = db_step(r->people, e)) != 1)
		return rc;
	state = col_text(r->people, 2);
	*f = (struct facts){ .contact = col_int(r->people, 0), .unit = col_int(r->people, 1),
	    .state = strcmp(state, "held") == 0 ? CONTACT_HELD : strcmp(state, "rejected") == 0 ? CONTACT_REJECTED :
	    CONTACT_MAILABLE, .reason = col_text(r->people, 3), .missing = !col_null(r->people, 4),
	    .erased = !col_null(r->people, 7),
	    .name = col_text(r->people, 5), .sub_unit = col_text(r->people, 6), .email = "", .domain = "", .failed_kind = "", .failed_category = "" };
	r->failed_invite = r->works_at = 0;
	r->first_dead = false;
	if (read_addresses(r, f, e) < 0 || read_invites(r, f, e) < 0 || read_answers(r, f, e) < 0 ||
	    read_evidence(r, f, e) < 0)
		return -1;
	settle(r, f);
	f->emails = r->emails;
	f->n_emails = r->n_emails;
	f->messages = r->messages;
	f->n_messages = r->n_messages;
	return 1;
}
