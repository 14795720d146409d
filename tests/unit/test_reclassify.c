/* Rules change, and what was kept is read again: rows are replaced, what moved is told. */
#include "support/post.h"

#include "base/buf.h"
#include "base/file.h"
#include "engine/reclassify.h"
#include "engine/relaylog.h"
#include "store/evidence.h"

/* Where the shipped rules see an unknown user, these see a policy; a full mailbox is an address that is bad. */
static const char other_rules[] =
    "[policy soft]\nuser unknown\nno such user\n[unknown-user hard]\nmailbox full\n[blocked soft]\nstatus=*\ncode=*\n";

static struct reclassify_result
again(struct post *p, const char *rules, bool dry_run, int64_t campaign)
{
	struct reclassify_result r;

	CHECK_INT(reclassify(p->w.db, &p->conf, &(struct reclassify_ask){ .campaign = campaign, .rules = rules, .dry_run = dry_run, .actor = "cli" },
	    &p->w.arena, &r, &p->w.e), 0, p->w.e.text);
	return r;
}

static int64_t
moves(const struct reclassify_result *r, enum reclassify_what what, const char *from, const char *to)
{
	for (size_t i = 0; i < r->n_moves; i++)
		if (r->moves[i].what == what && strcmp(r->moves[i].from, from) == 0 && strcmp(r->moves[i].to, to) == 0)
			return r->moves[i].n;
	return 0;
}

static void
print(const struct reclassify_result *r)
{
	for (size_t i = 0; i < r->n_moves; i++)
		printf("  %s: %s -> %s: %" PRId64 "\n", reclassify_what_name(r->moves[i].what), r->moves[i].from, r->moves[i].to,
		    r->moves[i].n);
}

/* All that is kept of what happened, as one text: two of them alike, two stores alike. */
static char *
picture(struct post *p)
{
	static const char sql[] =
	    "SELECT coalesce(group_concat(line, char(10)), '') FROM (SELECT contact || kind || grade || category || hard || email || status"
	    " || text || until_at || at || fingerprint AS line FROM evidence ORDER BY fingerprint)";
	static const char others[] =
	    "SELECT coalesce(group_concat(line, char(10)), '') FROM (SELECT invite || '/' || n || category AS line FROM attempt"
	    " ORDER BY invite, n) UNION ALL SELECT group_concat(kind || fate) FROM inbound";
	struct buf b = BUF_INIT(1 << 20);
	struct stmt *s;

	if ((s = db_stmt(p->w.db, sql, &p->w.e)) && db_step(s, &p->w.e) == 1)
		buf_str_add(&b, col_text(s, 0));
	db_done(s);
	s = db_stmt(p->w.db, others, &p->w.e);
	while (db_step(s, &p->w.e) == 1)
		buf_str_add(&b, col_text(s, 0));
	db_done(s);
	return buf_steal(&b);
}

static void
refuse(struct post *p, int i, int n, const char *verdict, const char *text, const char *category)
{
	struct attempt t = { .invite = p->invite[i], .n = n, .at = NOW, .relay = "relay.test:25", .command = "RCPT",
	    .code = *verdict == 'r' ? 550 : 450, .enhanced = "", .text = text, .verdict = verdict, .category = category };
	struct evidence v = { .contact = p->contact[i], .invite = p->invite[i], .at = NOW, .kind = "refusal", .grade = 'A',
	    .category = category, .hard = true, .email = "an@cantho.test", .text = text,
	    .fingerprint = arena_printf(&p->w.arena, "refusal:%" PRId64 ":%d", p->invite[i], n) };

	CHECK_INT(attempt_insert(p->w.db, &t, &p->w.e), 0, p->w.e.text);
	if (*verdict == 'r')
		CHECK_INT(evidence_add(p->w.db, &v, &p->w.e), 1, p->w.e.text);
}

static void
fill(struct post *p)
{
	static const struct { const char *sender, *text; } log = { "qmgr[1]: 4C1f6m2Nz9zz: from=<bounce+%s@survey.test>, size=1, nrcpt=1 (queue active)",
	    "smtp[1]: 4C1f6m2Nz9zz: to=<an@cantho.test>, relay=mx[1.2.3.4]:25, delay=1, dsn=5.1.1, status=bounced (host mx said: 550 5.1.1"
	    " user unknown)" };
	const char *unknown = post_dsn(p, post_verp(p, 0), "an@cantho.test", "failed", "5.1.1", "550 5.1.1 user unknown", "");
	const char *path = arena_printf(&p->w.arena, "%s/mail.log", p->w.dir);
	struct relaylog_tally t = { 0 };
	struct relaylog_file *f = NULL;
	struct relaylog *r = NULL;
	FILE *out;

	post_take(p, unknown);
	post_take(p, arena_printf(&p->w.arena, "X-Copy: 1\n%s", unknown));
	post_take(p, post_dsn(p, post_verp(p, 1), "other@forward.test", "failed", "5.2.2", "552 5.2.2 mailbox full", ""));
	post_take(p, post_dsn(p, "bounce@survey.test", "nobody@never.test", "failed", "5.1.1", "550 user unknown", ""));
	post_take(p, arena_printf(&p->w.arena, "From: <binh@cantho.test>\nTo: %s\nSubject: Re: Thư mời\n\nxin chào\n", post_verp(p, 1)));
	post_take(p, arena_printf(&p->w.arena, "From: <an@cantho.test>\nTo: %s\nSubject: unsubscribe\n\n", post_verp(p, 2)));
	CHECK_INT(evidence_withdraw(p->w.db, p->contact[2], "opt_out", &p->w.e), 0, "taken back");
	refuse(p, 2, 2, "deferred", "user unknown, for now", "unknown-user");
	refuse(p, 2, 3, "refused", "user unknown", "unknown-user");
	if (!CHECK((out = fopen(path, "w")) != NULL, path))
		return;
	fprintf(out, "2021-09-22T10:00:00+07:00 mx postfix/");
	fprintf(out, log.sender, p->tag[2]);
	fprintf(out, "\n2021-09-22T10:00:01+07:00 mx postfix/%s\n", log.text);
	fclose(out);
	CHECK_INT(relaylog_open(&r, &p->conf, "UTC", 0, &p->w.e), 0, "a log");
	CHECK_INT(relaylog_file_open(&f, path, &p->w.e), 0, "its file");
	CHECK_INT(relaylog_read(r, p->w.db, f, false, NULL, &t, &p->w.e), 0, p->w.e.text);
	CHECK_INT(t.bounced, 1, "a line of it");
	relaylog_file_close(f);
	relaylog_close(r);
}

static void
test_reclassify(struct post *p)
{
	const char *path = arena_printf(&p->w.arena, "%s/other.rules", p->w.dir);
	struct reclassify_result r;
	char *before = picture(p), *now;
	int64_t rows = post_number(p, "SELECT count(*) FROM evidence");

	CHECK_INT(file_replace(path, other_rules, strlen(other_rules), &p->w.e), 0, "other rules");
	r = again(p, NULL, false, 0);
	CHECK_INT(r.messages, 6, "all messages are read again");
	CHECK_INT(r.replies, 2, "and all replies");
	CHECK_INT(r.logged, 1, "and what the log said");
	if (!CHECK_INT(r.changed, 0, "the same rules: nothing moves"))
		print(&r);
	now = picture(p);
	CHECK_STR(now, before, "... at all");
	free(now);

	r = again(p, path, true, 0);
	if (!CHECK_INT(moves(&r, MOVED_CATEGORY, "unknown-user", "policy"), 2, "two people: by report, by refusal and log"))
		print(&r);
	CHECK_INT(moves(&r, MOVED_CATEGORY, "mailbox-full", "unknown-user"), 1, "one the other way");
	CHECK_INT(moves(&r, MOVED_ADDRESS, "stopped", "usable"), 2, "addresses that are used again");
	CHECK_INT(moves(&r, MOVED_ADDRESS, "usable", "stopped"), 1, "one that is not any more");
	CHECK_INT(moves(&r, MOVED_CAUSE, "bad_user", "refused_policy"), 2, "causes");
	CHECK_INT(moves(&r, MOVED_MESSAGE, "unmatched", "matched"), 0, "whom a message is about is no matter of rules");
	now = picture(p);
	CHECK_STR(now, before, "a dry run leaves no trace");
	free(now);
	CHECK_INT(post_number(p, "SELECT count(*) FROM audit WHERE action = 'inbound reclassify'"), 1, "nor in the audit");

	r = again(p, path, false, 0);
	CHECK_INT(moves(&r, MOVED_CATEGORY, "unknown-user", "policy"), 2, "in earnest the same");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence"), rows, "rows are replaced, not doubled");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE category = 'unknown-user' AND email = 'an@cantho.test'"), 0, "none is left behind");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE category = 'policy' AND hard = 1"), 0, "none stops an address for us");
	CHECK_INT(post_number(p, "SELECT count(*) FROM attempt WHERE category = 'policy'"), 2, "attempts, too");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE kind = 'opt_out'"), 0, "what was taken back stays so");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE kind = 'reply'"), 1, "a letter is no matter of rules");
	CHECK_INT(post_number(p, "SELECT count(*) FROM audit WHERE action = 'inbound reclassify'"), 2, "somebody did it");
	CHECK_INT(again(p, path, false, 0).changed, 0, "once is enough");

	/* The report of what the log said, under the new rules: the same fact still. */
	post_take(p, "From: x@y.test\nTo: z@y.test\nSubject: nothing\n\nx\n");
	r = again(p, NULL, false, 0);
	CHECK_INT(moves(&r, MOVED_CATEGORY, "policy", "unknown-user"), 2, "and back");
	CHECK_INT(moves(&r, MOVED_CAUSE, "refused_policy", "bad_user"), 2, "causes, too");
	now = picture(p);
	CHECK(strncmp(now, before, strlen(before) - 30) == 0, "as it was");
	free(now);
	free(before);
}

/* Only one campaign. */
static void
test_campaign(struct post *p)
{
	const char *path = arena_printf(&p->w.arena, "%s/other.rules", p->w.dir);
	int64_t other = world_campaign(&p->w, "other", NOW, NOW + 86400);
	struct reclassify_result r = again(p, path, true, other);

	CHECK_INT(r.changed, 0, "another campaign: nobody of it");
	CHECK_INT(r.replies, 0, "no reply of it");
	CHECK(again(p, path, true, post_number(p, "SELECT campaign FROM contact LIMIT 1")).changed > 3, "this one");
}

int
main(void)
{
	struct post p;

	post_begin(&p);
	fill(&p);
	test_reclassify(&p);
	test_campaign(&p);
	post_end(&p);
	return check_done();
}
