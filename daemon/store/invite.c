#include "store/invite.h"

#include "base/clock.h"
#include "base/lang.h"

static const char *const names[INVITE_STATES] = {
	"planned", "sending", "accepted", "deferred", "refused", "uncertain", "expired", "cancelled",
};

/* The picture in invite.h as a table: may[from][to]. */
static const bool may[INVITE_STATES][INVITE_STATES] = {
	[INVITE_PLANNED] = { [INVITE_SENDING] = true, [INVITE_CANCELLED] = true },
	[INVITE_SENDING] = { [INVITE_ACCEPTED] = true, [INVITE_DEFERRED] = true, [INVITE_REFUSED] = true,
	    [INVITE_UNCERTAIN] = true, [INVITE_PLANNED] = true, [INVITE_CANCELLED] = true },
	[INVITE_DEFERRED] = { [INVITE_SENDING] = true, [INVITE_EXPIRED] = true, [INVITE_CANCELLED] = true },
	[INVITE_UNCERTAIN] = { [INVITE_DEFERRED] = true },
	/* And invite_readdress, invite_doubt. */
};

#define OPEN "(state = 'planned' OR state = 'deferred' OR state = 'sending' OR state = 'uncertain')"
#define COLUMNS "id, wave, contact, email, state, due_at, coalesce(expires_at, 0), attempts, coalesce(claimed_by, 0), variant"

const char *
invite_state_name(enum invite_state s)
{
	return names[s];
}

static int
state_of(struct stmt *s, int column, enum invite_state *out, struct err *e)
{
	const char *word = col_text(s, column);

	for (int i = 0; i < INVITE_STATES; i++)
		if (strcmp(word, names[i]) == 0) {
			*out = (enum invite_state)i;
			return 0;
		}
	return err_set(e, ERR_STORE, TR("an invite has the unknown state '%s'", "thư mời có trạng thái lạ '%s'"), word);
}

static int
read_row(struct stmt *s, struct arena *a, struct invite *i, struct err *e)
{
	*i = (struct invite){ .id = col_int(s, 0), .wave = col_int(s, 1), .contact = col_int(s, 2),
	    .email = arena_dup(a, col_text(s, 3)), .due_at = col_int(s, 5), .expires_at = col_int(s, 6),
	    .attempts = (int)col_int(s, 7), .claimed_by = col_int(s, 8), .variant = col_int(s, 9) != 0 };
	return state_of(s, 4, &i->state, e);
}

/* All rows of a statement whose parameters are bound; ends it. */
static int
read_rows(struct stmt *s, struct arena *a, struct invite *out, size_t most, size_t *n, struct err *e)
{
	int rc;

	while ((rc = db_step(s, e)) == 1) {
		ASSERT(*n < most);
		if (read_row(s, a, &out[(*n)++], e) < 0) {
			rc = -1;
			break;
		}
	}
	db_done(s);
	return rc;
}

int
invite_plan(struct db *db, int64_t wave, int64_t contact, const char *email, int64_t due_at, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO invite (wave, contact, email, state, due_at, moved_at) VALUES ($1, $2, $3, 'planned', $4, $5)"
	    " ON CONFLICT (wave, contact) DO NOTHING RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t id;

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, contact);
	bind_text(s, 3, email);
	bind_int(s, 4, due_at);
	bind_int(s, 5, clock_now());
	return db_one_int(s, &id, e);
}

int
invite_vary(struct db *db, int64_t wave, int64_t contact, struct err *e)
{
	static const char sql[] = "UPDATE invite SET variant = 1 WHERE wave = $1 AND contact = $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, contact);
	return db_run(s, e);
}

int
invite_readdress(struct db *db, int64_t id, const char *email, bool variant, int64_t due_at, struct err *e)
{
	static const char keep[] =
	    "INSERT INTO invite_address (invite, upto, email, at) SELECT id, attempts, email, $2 FROM invite WHERE id = $1";
	static const char sql[] =
	    "UPDATE invite SET email = $2, state = 'planned', due_at = $3, expires_at = NULL, moved_at = $4, variant = $5"
	    " WHERE id = $1 AND (state = 'accepted' OR state = 'refused' OR state = 'uncertain' OR state = 'expired')";
	struct stmt *s = db_stmt(db, keep, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_int(s, 2, clock_now());
	if (db_run(s, e) < 0 || !(s = db_stmt(db, sql, e)))
		return -1;
	bind_int(s, 1, id);
	bind_text(s, 2, email);
	bind_int(s, 3, due_at);
	bind_int(s, 4, clock_now());
	bind_int(s, 5, variant);
	if (db_run(s, e) < 0)
		return -1;
	return db_changes(db) == 1 ? 0 : err_set(e, ERR_STORE, TR("invite %lld has not come to its end",
	    "thư mời %lld chưa kết thúc"), (long long)id);
}

int
invite_email_at(struct db *db, struct arena *a, int64_t id, int attempt, const char **email, struct err *e)
{
	static const char sql[] =
	    "SELECT coalesce((SELECT d.email FROM invite_address d WHERE d.invite = i.id AND $2 > 0 AND d.upto >= $2"
	    " ORDER BY d.upto LIMIT 1), i.email) FROM invite i WHERE i.id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_int(s, 2, attempt);
	if ((rc = db_step(s, e)) == 1)
		*email = arena_dup(a, col_text(s, 0));
	db_done(s);
	return rc;
}

int
invite_doubt(struct db *db, int64_t wave, int64_t until, int64_t *n, struct err *e)
{
	static const char sql[] =
	    "UPDATE invite SET state = 'uncertain', moved_at = $2 WHERE wave = $1 AND " OPEN
	    " AND state <> 'uncertain' AND due_at <= $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, until);
	if (db_run(s, e) < 0)
		return -1;
	*n = db_changes(db);
	return 0;
}

int
invite_cancel_open(struct db *db, int64_t wave, struct err *e)
{
	static const char sql[] =
	    "UPDATE invite SET state = 'cancelled', moved_at = $2 WHERE wave = $1 AND state IN ('planned', 'deferred')";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, clock_now());
	return db_run(s, e);
}

int
invite_last_of(struct db *db, int64_t invite, int64_t contact, int64_t *at, struct err *e)
{
	static const char sql[] =
	    "SELECT coalesce(max(moved_at), 0) FROM invite WHERE contact = $1 AND id <> $2"
	    " AND (state = 'accepted' OR state = 'sending' OR state = 'uncertain')";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	bind_int(s, 2, invite);
	return db_one_int(s, at, e) < 0 ? -1 : 0;
}

static int
claim_wave(struct db *db, struct arena *a, int64_t wave, int64_t now, int64_t run, struct invite *out, size_t most,
    size_t *n, struct err *e)
{
	static const char sql[] =
	    "UPDATE invite SET state = 'sending', attempts = attempts + 1, claimed_at = $2, claimed_by = $4, moved_at = $2"
	    " WHERE id IN (SELECT id FROM invite WHERE wave = $1 AND state IN ('planned', 'deferred') AND due_at <= $2"
	    "  AND (expires_at IS NULL OR expires_at > $2) ORDER BY due_at, id LIMIT $3)"
	    " RETURNING " COLUMNS;
	struct stmt *s;

	if (*n >= most)
		return 0;
	if (!(s = db_stmt(db, sql, e)))
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, now);
	bind_int(s, 3, (int64_t)(most - *n));
	bind_int(s, 4, run);
	return read_rows(s, a, out, most, n, e);
}

int
invite_claim(struct db *db, struct arena *a, int64_t wave, int64_t now, int64_t run, struct invite *out, size_t most,
    size_t *n, struct err *e)
{
	struct wave w = { .id = 0 };
	int rc;

	*n = 0;
	if (wave)
		return claim_wave(db, a, wave, now, run, out, most, n, e);
	while (*n < most && (rc = wave_next(db, a, w.id, 0, "running", &w, e)) == 1)
		if (claim_wave(db, a, w.id, now, run, out, most, n, e) < 0)
			return -1;
	return *n < most ? rc : 0;
}

int
invite_recipient(struct db *db, struct arena *a, const struct invite *i, struct recipient *r, struct err *e)
{
	static const char sql[] =
	    "SELECT c.name, c.token, CASE WHEN p.lang = 'vi' THEN u.name_vi ELSE u.name_en END, c.sub_unit, c.position,"
	    " (SELECT coalesce(sum(1 << (t.position - 1)), 0) FROM answer a JOIN instrument t ON t.id = a.instrument"
	    "   WHERE a.contact = c.id),"
	    " c.state <> 'mailable' OR c.erased_at IS NOT NULL OR EXISTS (SELECT 1 FROM evidence v WHERE v.contact = c.id"
	    "   AND v.kind IN ('opt_out', 'complaint'))"
	    " FROM contact c JOIN unit u ON u.id = c.unit JOIN campaign p ON p.id = c.campaign WHERE c.id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, i->contact);
	if ((rc = db_step(s, e)) == 1)
		*r = (struct recipient){ .name = arena_dup(a, col_text(s, 0)), .token = arena_dup(a, col_text(s, 1)),
		    .unit_name = arena_dup(a, col_text(s, 2)), .sub_unit = arena_dup(a, col_text(s, 3)),
		    .position = arena_dup(a, col_text(s, 4)), .answered = (unsigned)col_int(s, 5),
		    .stopped = col_int(s, 6) != 0 };
	db_done(s);
	return rc;
}

int
invite_move(struct db *db, int64_t id, enum invite_state from, enum invite_state to, int64_t due_at,
    int64_t expires_at, struct err *e)
{
	static const char sql[] =
	    "UPDATE invite SET state = $3, moved_at = $4, due_at = CASE WHEN $5 > 0 THEN $5 ELSE due_at END,"
	    " expires_at = CASE WHEN $6 > 0 THEN $6 ELSE expires_at END WHERE id = $1 AND state = $2";
	struct stmt *s;

	if (!may[from][to])
		PANIC("invite %lld: no way from %s to %s", (long long)id, names[from], names[to]);
	if (!(s = db_stmt(db, sql, e)))
		return -1;
	bind_int(s, 1, id);
	bind_text(s, 2, names[from]);
	bind_text(s, 3, names[to]);
	bind_int(s, 4, clock_now());
	bind_int(s, 5, due_at);
	bind_int(s, 6, expires_at);
	if (db_run(s, e) < 0)
		return -1;
	if (db_changes(db) != 1)
		return err_set(e, ERR_STORE, TR("invite %lld is not '%s' any more", "thư mời %lld không còn ở trạng thái '%s'"),
		    (long long)id, names[from]);
	return 0;
}

int
invite_give_back(struct db *db, int64_t id, struct err *e)
{
	static const char sql[] =
	    "UPDATE invite SET state = CASE WHEN expires_at > 0 THEN 'deferred' ELSE 'planned' END,"
	    " attempts = attempts - 1, moved_at = $2 WHERE id = $1 AND state = 'sending'";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_int(s, 2, clock_now());
	return db_run(s, e);
}

int
invite_put_off(struct db *db, int64_t id, int64_t due_at, struct err *e)
{
	static const char sql[] =
	    "UPDATE invite SET state = CASE WHEN expires_at > 0 THEN 'deferred' ELSE 'planned' END,"
	    " attempts = attempts - 1, due_at = $2 WHERE id = $1 AND state = 'sending'";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_int(s, 2, due_at);
	return db_run(s, e);
}

int
invite_call_in(struct db *db, int64_t wave, int64_t now, bool parked, struct err *e)
{
	static const char sql[] =
	    "UPDATE invite SET due_at = $2 WHERE wave = $1 AND state IN ('planned', 'deferred') AND due_at > $2"
	    " AND (due_at = $3 OR ($4 = 0 AND state = 'planned'))";
	static const char usual[] =
	    "UPDATE invite SET due_at = $2 WHERE wave = $1 AND state IN ('planned', 'deferred') AND due_at > $2"
	    " AND due_at < $3 AND state = 'planned'";
	struct stmt *s = parked ? db_stmt(db, sql, e) : db_stmt(db, usual, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, now);
	bind_int(s, 3, INVITE_PARKED_AT);
	if (parked)
		bind_int(s, 4, 0);
	return db_run(s, e);
}

int
invite_others_since(struct db *db, int64_t invite, const char *email, int64_t since, int64_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT count(DISTINCT i.id) FROM address a JOIN invite i ON i.contact = a.contact"
	    " WHERE a.email = $2 AND i.email = $2 AND i.id <> $1 AND i.moved_at >= $3"
	    " AND i.state IN ('sending', 'accepted', 'uncertain')";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, invite);
	bind_text(s, 2, email);
	bind_int(s, 3, since);
	return db_one_int(s, n, e) < 0 ? -1 : 0;
}

int
invite_accepted_since(struct db *db, int64_t wave, const char *domain, int64_t since, int64_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT count(*) FROM invite WHERE wave = $1 AND state = 'accepted' AND moved_at > $3 AND email LIKE '%@' || $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_text(s, 2, domain);
	bind_int(s, 3, since);
	return db_one_int(s, n, e) < 0 ? -1 : 0;
}

int
invite_by_id(struct db *db, struct arena *a, int64_t id, struct invite *i, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM invite WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	if ((rc = db_step(s, e)) == 1 && read_row(s, a, i, e) < 0)
		rc = -1;
	db_done(s);
	return rc;
}

int
invite_list(struct db *db, struct arena *a, int64_t wave, enum invite_state state, int64_t after, struct invite *out,
    size_t most, size_t *n, struct err *e)
{
	/* OPEN is the condition of the index invite_open, so that only open invites are read. */
	static const char sql[] =
	    "SELECT " COLUMNS " FROM invite WHERE wave = $1 AND " OPEN
	    " AND state = $2 AND id > $3 ORDER BY id LIMIT $4";
	struct stmt *s = db_stmt(db, sql, e);

	*n = 0;
	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_text(s, 2, names[state]);
	bind_int(s, 3, after);
	bind_int(s, 4, (int64_t)most);
	return read_rows(s, a, out, most, n, e);
}

int
invite_overdue(struct db *db, struct arena *a, int64_t wave, int64_t now, struct invite *out, size_t most, size_t *n,
    struct err *e)
{
	static const char sql[] =
	    "SELECT " COLUMNS " FROM invite WHERE wave = $1 AND state = 'deferred' AND expires_at <= $2"
	    " ORDER BY expires_at LIMIT $3";
	struct stmt *s = db_stmt(db, sql, e);

	*n = 0;
	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, now);
	bind_int(s, 3, (int64_t)most);
	return read_rows(s, a, out, most, n, e);
}

int
invite_next_due(struct db *db, int64_t wave, int64_t *due_at, struct err *e)
{
	static const char sql[] =
	    "SELECT due_at FROM invite WHERE wave = $1 AND state IN ('planned', 'deferred') ORDER BY due_at LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	return db_one_int(s, due_at, e);
}

int
invite_any_open(struct db *db, int64_t wave, struct err *e)
{
	static const char sql[] =
	    "SELECT 1 FROM invite WHERE wave = $1 AND " OPEN
	    " AND state <> 'uncertain' LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t one;

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	return db_one_int(s, &one, e);
}

int
invite_counts(struct db *db, int64_t wave, int64_t counts[INVITE_STATES], struct err *e)
{
	/* In the order of the states. GROUP BY would sort every invite of the wave, in memory. */
#define HOW_MANY(state) "coalesce(sum(CASE WHEN state = '" state "' THEN 1 ELSE 0 END), 0)"
	static const char sql[] =
	    "SELECT " HOW_MANY("planned") ", " HOW_MANY("sending") ", " HOW_MANY("accepted") ", " HOW_MANY("deferred") ", "
	    HOW_MANY("refused") ", " HOW_MANY("uncertain") ", " HOW_MANY("expired") ", " HOW_MANY("cancelled")
	    " FROM invite WHERE wave = $1";
#undef HOW_MANY
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	memset(counts, 0, INVITE_STATES * sizeof(*counts));
	if (!s)
		return -1;
	bind_int(s, 1, wave);
	if ((rc = db_step(s, e)) == 1)
		for (int i = 0; i < INVITE_STATES; i++)
			counts[i] = col_int(s, i);
	db_done(s);
	return rc < 0 ? -1 : 0;
}
