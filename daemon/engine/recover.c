#include "engine/recover.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "engine/probing.h"
#include "engine/route.h"

#define PER_COMMIT 500

static const char *const commands[] = { "CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "DOT", "COMPOSE" };

static const char *
known_command(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(commands[i], word) == 0)
			return commands[i];
	return "DOT";
}

/* The dead run's line about the invite; NULL with *believed: the run has a journal, and no line. */
static const struct journal_slot *
find_slot(const struct journal *journal, const struct invite *i, bool *believed)
{
	*believed = false;
	for (const struct journal_dead *d = journal_dead(journal); d; d = d->next) {
		if (d->run != i->claimed_by)
			continue;
		*believed = true;
		for (size_t k = 0; k < JOURNAL_SLOTS; k++)
			if (d->slots[k].invite == i->id && d->slots[k].attempt == i->attempts &&
			    d->slots[k].phase != PHASE_FREE)
				return &d->slots[k];
	}
	return NULL;
}

static int
recover_one(struct sendings *ss, const struct journal *journal, const struct invite *i, struct err *e)
{
	struct job j = { .invite = i->id, .wave = i->wave, .contact = i->contact, .expires_at = i->expires_at,
	    .attempt = i->attempts, .email = i->email, .command = "DOT", .at = clock_now(), .verdict = SMTP_UNCERTAIN };
	struct journal_slot copy;
	const struct journal_slot *slot;
	bool believed;
	int rc;

	slot = find_slot(journal, i, &believed);
	if (slot)
		j.route = routes_by_key(ss->routes, slot->relay);
	if (slot && slot->phase == PHASE_ANSWERED && slot->verdict < SMTP_UNTRIED) {
		copy = *slot;
		copy.enhanced[sizeof(copy.enhanced) - 1] = copy.command[sizeof(copy.command) - 1] = '\0';
		copy.text[sizeof(copy.text) - 1] = '\0';
		j.verdict = (enum smtp_verdict)copy.verdict;
		j.command = known_command(copy.command);
		j.code = copy.code;
		memcpy(j.enhanced, copy.enhanced, sizeof(j.enhanced));
		j.duration_ms = copy.duration_ms;
		j.at = copy.at;
		j.text = copy.text;
	} else if (believed && (!slot || slot->phase == PHASE_CLAIMED)) {
		j.verdict = SMTP_UNTRIED;
		j.text = NULL;
	} else {
		j.text = (char *)(uintptr_t)TR("the sender stopped while the message was under way",
		    "bộ gửi ngừng đột ngột khi thư đang được chuyển");
	}
	rc = sending_record(ss, &j, true, e);
	if (rc == 0)
		log_warn("recovered", "invite=%" PRId64 " n=%d verdict=%s", j.invite, j.attempt, smtp_verdict_name(j.verdict));
	return rc;
}

static int
recover_some(struct sendings *ss, const struct journal *journal, int64_t wave, int64_t *after, size_t *n, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct invite list[PER_COMMIT];
	int rc = -1;

	if (db_begin(ss->db, e) < 0)
		return -1;
	if ((rc = invite_list(ss->db, &a, wave, INVITE_SENDING, *after, list, PER_COMMIT, n, e)) == 0)
		for (size_t i = 0; i < *n && rc == 0; i++) {
			*after = list[i].id;
			if (!journal_alive(journal, list[i].claimed_by))
				rc = recover_one(ss, journal, &list[i], e);
		}
	arena_release(&a);
	return rc < 0 ? db_abort(ss->db) : db_commit(ss->db, e);
}

int
recover_claims(struct sendings *ss, const struct journal *journal, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct wave w = { .id = 0 };
	int rc;

	while ((rc = wave_next(ss->db, &a, w.id, 0, NULL, &w, e)) == 1) {
		int64_t after = 0;
		size_t n;

		if (strcmp(w.state, "done") == 0)
			continue;
		if (probing_recover(ss, journal, w.id, e) < 0) {
			arena_release(&a);
			return -1;
		}
		do {
			if (recover_some(ss, journal, w.id, &after, &n, e) < 0) {
				arena_release(&a);
				return err_wrap(e, TR("after a crash", "sau khi ngừng đột ngột"));
			}
		} while (n == PER_COMMIT);
	}
	arena_release(&a);
	return rc;
}
