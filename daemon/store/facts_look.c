/* facts_look.h: what each row says of a person. */
#include "store/facts_look.h"

#include <stdlib.h>

/* Which of the addresses the person has now; -1: none. */
int
look_address(const struct look *k, const char *email)
{
	for (size_t i = 0; i < k->n_emails; i++)
		if (strcmp(k->emails[i], email) == 0)
			return (int)i;
	return -1;
}

/* Is this evidence about an address the person has now? */
static bool
about_here(const struct look *k, int64_t invite, const char *email)
{
	if (*email)
		return look_address(k, email) >= 0;
	for (size_t i = 0; i < k->n_messages; i++)
		if (k->messages[i].id == invite)
			return k->messages[i].address >= 0;
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
note_failed(struct look *k, int64_t at, const char *kind, const char *category, char grade,
    int64_t invite, int64_t evidence, int address)
{
	bool dead = no_such_address(category);
	struct facts *f = &k->f;

	if (at < f->failed_at)
		return;
	f->failed_at = at;
	/* Of several addresses that do not exist the first tells: it is the one the unit should correct. */
	if (dead && address > 0 && k->first_dead) {
		k->failed_invite = invite;
		return;
	}
	k->first_dead = dead && address <= 0;
	f->failed_kind = arena_dup(k->arena, kind);
	f->failed_category = arena_dup(k->arena, category);
	f->failed_grade = grade;
	f->failed_evidence = evidence;
	k->failed_invite = invite;
}

/* The message a report is about; one that names none speaks of the last that went out before it. */
static struct facts_message *
message_of(const struct look *k, int64_t invite, int64_t at)
{
	struct facts_message *last = NULL;

	for (size_t i = 0; i < k->n_messages; i++) {
		struct facts_message *m = &k->messages[i];

		if (invite ? m->id == invite : m->address >= 0 && strcmp(m->state, "planned") != 0 &&
		    strcmp(m->state, "cancelled") != 0 && (m->moved_at <= at || k->n_messages == 1) &&
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
note_report(struct look *k, struct stmt *s, int64_t at, char grade)
{
	const char *category = col_text(s, 3);
	struct facts_message *m = message_of(k, col_int(s, 5), at);
	bool delivered = strcmp(category, "delivered") == 0;
	struct facts *f = &k->f;

	/* It went to another address since: that one is not spoken of. */
	if (m && m->address >= 0 && *col_text(s, 7) && strcmp(k->emails[m->address], col_text(s, 7)) != 0)
		m = NULL;
	if (m && !delivered)
		m->told = true;
	if (!about_here(k, col_int(s, 5), col_text(s, 7)))
		return;
	if (!delivered)
		note_failed(k, at, col_text(s, 2), category, grade, m ? m->id : 0, col_int(s, 8),
		    *col_text(s, 7) ? look_address(k, col_text(s, 7)) : m ? m->address : -1);
	else if (at > f->accepted_at)
		f->accepted_at = at;
}

/* One row of evidence; what a kind does not need is not read: there may be ten million. */
void
look_evidence(struct look *k, struct stmt *s)
{
	enum sign sign = sign_of(col_text(s, 2));
	int64_t at = col_int(s, 1);
	char grade = col_text(s, 4)[0];
	struct facts *f = &k->f;

	if (sign == SIGN_FAILURE)
		note_report(k, s, at, grade);
	if (sign == SIGN_WORKS) {	/* what failed before is over: as with a corrected address */
		k->works_at = at;
		f->failed_at = f->failed_evidence = 0;
		f->failed_kind = f->failed_category = "";
		k->failed_invite = 0;
		k->first_dead = false;
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

static bool
ended(const struct facts_message *m)
{
	return strcmp(m->state, "sending") != 0 && strcmp(m->state, "deferred") != 0;
}

/* What the states of the messages say, once the evidence is known. */
void
look_settle(struct look *k)
{
	struct facts *f = &k->f;

	for (size_t i = 0; i < k->n_messages; i++) {
		const struct facts_message *m = &k->messages[i];
		bool planned = strcmp(m->state, "planned") == 0, begun = !planned && strcmp(m->state, "cancelled") != 0;

		f->invited |= begun;
		f->accepted |= strcmp(m->state, "accepted") == 0;
		if (m->address < 0 || (begun && m->moved_at <= k->works_at && f->failed_at <= k->works_at && ended(m)))
			continue;
		f->begun |= begun;
		if (strcmp(m->state, "sending") == 0 || strcmp(m->state, "deferred") == 0 ||
		    (planned && m->due_at <= k->now && !m->passed))
			f->waiting = true;
		if (strcmp(m->state, "uncertain") == 0 && m->moved_at > f->uncertain_at)
			f->uncertain_at = m->moved_at;
		/* The queue's own word stands when its evidence is not there. */
		if (!m->told && (strcmp(m->state, "refused") == 0 || strcmp(m->state, "expired") == 0))
			note_failed(k, m->moved_at, strcmp(m->state, "expired") == 0 ? m->state : "refusal", "", 'A',
			    m->id, 0, m->address);
	}
	for (size_t i = 0; i < k->n_messages; i++) {
		const struct facts_message *m = &k->messages[i];

		/* The failed message was accepted too, by the relay, before it came back. */
		if (m->address >= 0 && m->id != k->failed_invite && strcmp(m->state, "accepted") == 0 &&
		    m->moved_at > f->accepted_at)
			f->accepted_at = m->moved_at;
	}

	f->emails = k->emails;
	f->n_emails = k->n_emails;
	f->messages = k->messages;
	f->n_messages = k->n_messages;
}

void
look_add_message(struct look *k, const struct facts_message *m)
{
	k->messages = mem_room(k->messages, k->n_messages, &k->cap_messages, sizeof(*m));
	k->messages[k->n_messages++] = *m;
}

void
look_answer(struct look *k, const struct campaign *c, int64_t instrument, int64_t at)
{
	for (size_t i = 0; i < c->n_instruments; i++)
		if (c->instruments[i].id == instrument)
			k->f.answered |= 1u << i;
	if (!k->f.answered_at || at < k->f.answered_at)
		k->f.answered_at = at;
	k->f.reacted = true;
}

void
look_release(struct look *k)
{
	free(k->messages);
}
