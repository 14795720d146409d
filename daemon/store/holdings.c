#include "store/holdings.h"

#include "store/audit.h"
#include "store/evidence.h"
#include "store/suppression.h"

static const char contact[] =
    "SELECT c.id, p.key AS campaign, u.code AS unit, c.name, c.name_key, c.sub_unit, c.position, c.token, c.state, c.reason,"
    " c.missing_since, c.created_at, c.roster, c.seq, c.erased_at FROM contact c JOIN campaign p ON p.id = c.campaign"
    " JOIN unit u ON u.id = c.unit WHERE c.id = $1";
static const char address[] = "SELECT rank, email FROM address WHERE contact = $1 ORDER BY rank";
static const char roster_row[] =
    "SELECT r.file, w.line, w.seq, r.sha256, r.received_at, r.imported_at, w.name, w.email, w.alternate, w.disposition, w.reason,"
    " w.warnings, w.suggestion, w.raw FROM roster_row w JOIN roster r ON r.id = w.roster WHERE w.contact = $1 ORDER BY w.id";
static const char roster[] =
    "SELECT DISTINCT r.id, r.file, r.received_from, r.received_at FROM roster r JOIN roster_row w ON w.roster = r.id"
    " WHERE w.contact = $1 ORDER BY r.id";
static const char invite[] =
    "SELECT i.id, w.name AS wave, i.email, i.state, i.due_at, i.expires_at, i.attempts, i.moved_at, i.variant FROM invite i"
    " JOIN wave w ON w.id = i.wave WHERE i.contact = $1 ORDER BY i.id";
static const char invite_address[] =
    "SELECT x.invite, x.upto, x.email, x.at FROM invite i JOIN invite_address x ON x.invite = i.id WHERE i.contact = $1"
    " ORDER BY x.invite, x.upto";
static const char attempt[] =
    "SELECT t.invite, t.n, t.at, t.relay, t.command, t.code, t.enhanced, t.text, t.duration_ms, t.verdict, t.category"
    " FROM invite i JOIN attempt t ON t.invite = i.id WHERE i.contact = $1 ORDER BY t.invite, t.n";
static const char inbound[] =
    "SELECT id, sha256, source, received_at, kind, fate, raw FROM inbound"
    " WHERE id IN (SELECT inbound FROM evidence WHERE contact = $1 AND inbound IS NOT NULL)"
    " OR id IN (SELECT id FROM inbound WHERE decision <> '' AND contact = $1) ORDER BY id";
static const char evidence[] =
    "SELECT id, invite, inbound, at, kind, grade, category, hard, email, status, text, until_at FROM evidence"
    " WHERE contact = $1 ORDER BY at, id";
static const char answer[] =
    "SELECT t.key AS instrument, a.first_at, a.last_at, a.source FROM answer a JOIN instrument t ON t.id = a.instrument"
    " WHERE a.contact = $1 ORDER BY t.position";
static const char correction[] =
    "SELECT k.id, r.file, k.at, k.old_email, k.new_email FROM correction k JOIN roster r ON r.id = k.roster WHERE k.contact = $1"
    " ORDER BY k.id";
static const char answer_news[] = "SELECT id, instrument FROM answer_news WHERE contact = $1 ORDER BY id";
static const char survey_person[] =
    "SELECT i.key AS instrument, l.url, l.survey, s.state, s.fault, s.tid, s.completed, s.sent, s.remindersent, s.remindercount,"
    " s.emailstatus FROM survey_person s JOIN survey_link l ON l.id = s.link JOIN instrument i ON i.id = l.instrument"
    " WHERE s.contact = $1 ORDER BY l.id";
static const char erased[] = "SELECT kind, mac, at FROM erased WHERE contact = $1 ORDER BY kind, mac";
static const char person_note[] = "SELECT id, at, actor, text FROM person_note WHERE contact = $1 ORDER BY id";
static const char focal_point[] =
    "SELECT u.code AS unit, f.rank, f.name, f.position, f.email, f.telephone, f.admin_email, f.imported_at FROM focal_point f"
    " JOIN unit u ON u.id = f.unit WHERE f.email = $1 OR f.admin_email = $1 ORDER BY f.id";
static const char letter[] =
    "SELECT l.id, p.key AS campaign, l.wave, l.kind, l.about, l.number, l.name, l.email, l.state, l.created_at, l.moved_at, l.message"
    " FROM letter l JOIN campaign p ON p.id = l.campaign WHERE lower(l.email) = $1 ORDER BY l.id";
static const char letter_attempt[] =
    "SELECT t.letter, t.n, t.at, t.relay, t.command, t.code, t.enhanced, t.text, t.verdict, t.category FROM letter l"
    " JOIN letter_attempt t ON t.letter = l.id WHERE lower(l.email) = $1 ORDER BY t.letter, t.n";
static const char letter_news[] =
    "SELECT n.letter, n.at, n.kind, n.category, n.status, n.text FROM letter l JOIN letter_news n ON n.letter = l.id"
    " WHERE lower(l.email) = $1 ORDER BY n.id";

const struct holdings_table holdings_tables[] = {
	{ "contact", HELD_BY_PERSON, contact, NULL },
	{ "address", HELD_BY_PERSON, address, NULL },
	{ "roster_row", HELD_BY_PERSON, roster_row, NULL },
	{ "roster", HELD_BY_PERSON, roster, "who sent the file" },
	{ "invite", HELD_BY_PERSON, invite, NULL },
	{ "invite_address", HELD_BY_PERSON, invite_address, NULL },
	{ "attempt", HELD_BY_PERSON, attempt, NULL },
	{ "evidence", HELD_BY_PERSON, evidence, NULL },
	{ "inbound", HELD_BY_PERSON, inbound, NULL },
	{ "answer", HELD_BY_PERSON, answer, NULL },
	{ "correction", HELD_BY_PERSON, correction, NULL },
	{ "person_note", HELD_BY_PERSON, person_note, NULL },
	{ "erased", HELD_BY_PERSON, erased, NULL },
	{ "survey_person", HELD_BY_PERSON, survey_person, NULL },
	{ "answer_news", HELD_BY_PERSON, answer_news, "answers that webhooks are to be told" },
	{ "focal_point", HELD_BY_ADDRESS, focal_point, NULL },
	{ "letter", HELD_BY_ADDRESS, letter, NULL },
	{ "letter_attempt", HELD_BY_ADDRESS, letter_attempt, NULL },
	{ "letter_news", HELD_BY_ADDRESS, letter_news, NULL },
	{ "tree", HELD_NOT, NULL, "directory of units" },
	{ "unit", HELD_NOT, NULL, "directory of units" },
	{ "unit_alias", HELD_NOT, NULL, "directory of units" },
	{ "unit_domain", HELD_NOT, NULL, "directory of units" },
	{ "provider", HELD_NOT, NULL, "mail domains of the public" },
	{ "campaign", HELD_NOT, NULL, "sender and help are the operator's office" },
	{ "campaign_basis", HELD_NOT, NULL, "legal texts" },
	{ "instrument", HELD_NOT, NULL, "forms" },
	{ "wave", HELD_NOT, NULL, "plans" },
	{ "wave_log", HELD_NOT, NULL, "counts" },
	{ "stop", HELD_NOT, NULL, "of a mail domain; addresses masked" },
	{ "pace", HELD_NOT, NULL, "of relays and mail domains" },
	{ "ramp", HELD_NOT, NULL, "of relays and mail domains" },
	{ "domain_rest", HELD_NOT, NULL, "of mail domains; addresses masked" },
	{ "mail_domain", HELD_NOT, NULL, "of mail domains" },
	{ "probe", HELD_NOT, NULL, "the operator's own mailboxes" },
	{ "probe_send", HELD_NOT, NULL, "to the operator's own mailboxes" },
	{ "placement", HELD_NOT, NULL, "in the operator's own mailboxes" },
	{ "mailbox", HELD_NOT, NULL, "the operator's own mailboxes" },
	{ "mailbox_message", HELD_NOT, NULL, "numbers of messages" },
	{ "mail_log", HELD_NOT, NULL, "how far a log was read" },
	{ "alert_told", HELD_NOT, NULL, "of units" },
	{ "expected_sub_unit", HELD_NOT, NULL, "names of offices" },
	{ "cron", HELD_NOT, NULL, "times" },
	{ "survey_link", HELD_NOT, NULL, "survey systems, and counts" },
	{ "webhook", HELD_NOT, NULL, "programs that are told" },
	{ "user", HELD_NOT, NULL, "who works with this program" },
	{ "session", HELD_NOT, NULL, "who works with this program" },
	{ "second_factor", HELD_NOT, NULL, "who works with this program" },
	{ "recovery_code", HELD_NOT, NULL, "who works with this program" },
	{ "login_half", HELD_NOT, NULL, "who works with this program" },
	{ "api_key", HELD_NOT, NULL, "programs that may ask" },
	{ "audit", HELD_NOT, NULL, "ids, no names or addresses" },
	{ NULL, HELD_NOT, NULL, NULL },
};

static int
walk(struct stmt *s, int (*each)(struct stmt *, void *), void *arg, struct err *e)
{
	int rc, stop = 0;

	while (stop == 0 && (rc = db_step(s, e)) == 1)
		stop = each(s, arg);
	db_done(s);
	return stop ? stop : rc;
}

int
holdings_each(struct db *db, const struct holdings_table *t, int64_t id, const char *email,
    int (*each)(struct stmt *, void *), void *arg, struct err *e)
{
	struct stmt *s = db_stmt(db, t->sql, e);

	if (!s)
		return -1;
	if (t->held == HELD_BY_PERSON)
		bind_int(s, 1, id);
	else
		bind_text(s, 1, email);
	return walk(s, each, arg, e);
}

int
holdings_suppressed(struct db *db, int64_t id, int64_t now, int (*each)(struct stmt *, void *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT v.email, v.at, v.kind, v.category FROM evidence v WHERE v.email IN (SELECT email FROM address WHERE contact = $1)"
	    " AND " SUPPRESSION_HOLDS("$2") " ORDER BY v.at, v.id";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_int(s, 2, now - SUPPRESSION_S);
	return walk(s, each, arg, e);
}

int
holdings_mail(struct db *db, int64_t id, int (*each)(struct stmt *, void *), void *arg, struct err *e)
{
	static const char sql[] = "SELECT id, sha256, source, received_at, kind, fate, raw FROM inbound WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	return walk(s, each, arg, e);
}

int
holdings_audit(struct db *db, const char *actor, const char *action, int64_t id, struct err *e)
{
	static const char sql[] =
	    "SELECT 'contact=' || c.id || ' campaign=' || p.key FROM contact c JOIN campaign p ON p.id = c.campaign WHERE c.id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	struct arena a = ARENA_INIT;
	const char *detail = "";
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	if ((rc = db_step(s, e)) == 1)
		detail = arena_dup(&a, col_text(s, 0));
	db_done(s);
	if (rc == 1)
		rc = audit_add(db, actor, action, detail, e);
	arena_release(&a);
	return rc;
}
