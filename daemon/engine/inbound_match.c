#include "engine/inbound_match.h"

#include "store/invite.h"
#include "store/letter.h"
#include "store/probe.h"

#define TOKENS_MOST 8		/* of one mail that are looked up */

/* Three groups of base 32 with hyphens between, the last as long as our MAC: made to look like a tag. */
static bool
looks_like_tag(const char *s, size_t len)
{
	size_t group = 0, n = 0;
	int groups = 1;

	if (len < 12 || len > TAG_MAX + 8)
		return false;
	for (; n < len; n++) {
		char c = s[n];

		if (c == '-') {
			if (group == 0)
				return false;
			groups++;
			group = 0;
		} else if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'v')) {
			group++;
		} else {
			return false;
		}
	}
	return groups == 3 && group >= 8;
}

struct asking {
	struct db *db;
	struct arena *a;
	const struct secret *key;
	struct match *out;
	struct err *e;
	bool forged;
};

/* 1 matched, 0 no tag of ours here, -1 error. */
static int
try_tag(struct asking *q, const char *s, size_t len, enum match_by by)
{
	int64_t invite;
	int attempt, rc;

	if (!tag_read(s, len, q->key, &invite, &attempt)) {
		if (by != MATCH_MESSAGE_ID && looks_like_tag(s, len))
			q->forged = true;
		return 0;
	}
	if (letter_is(invite)) {
		struct letter l;

		if ((rc = letter_by_id(q->db, q->a, invite, &l, q->e)) == 1) {
			q->out->by = MATCH_LETTER;
			q->out->target = (struct inbound_target){ .invite = invite, .email = l.email };
		}
		return rc;
	}
	if (probe_is(invite)) {
		struct probe_send p;

		if ((rc = probe_send_by_id(q->db, q->a, invite, &p, q->e)) == 1) {
			q->out->by = MATCH_PROBE;
			q->out->target.invite = invite;
		}
		return rc;
	}
	rc = inbound_by_invite(q->db, q->a, invite, &q->out->target, q->e);
	/* It may go to another address by now. */
	if (rc == 1 && attempt)
		rc = invite_email_at(q->db, q->a, invite, attempt, &q->out->target.email, q->e);
	if (rc == 1) {
		q->out->by = by;
		q->out->attempt = attempt;
	}
	return rc;
}

/* Lines of "local+TAG@domain". */
static int
try_addresses(struct asking *q, const char *lines, enum match_by by)
{
	for (const char *p = lines; *p; ) {
		size_t n = strcspn(p, "\n"), local = strcspn(p, "@\n");
		const char *plus = memrchr(p, '+', local);
		int rc;

		if (plus && (rc = try_tag(q, plus + 1, local - (size_t)(plus + 1 - p), by)) != 0)
			return rc;
		p += n + (p[n] == '\n');
	}
	return 0;
}

/* Lines of "TAG@domain". */
static int
try_message_ids(struct asking *q, const char *lines)
{
	for (const char *p = lines; *p; ) {
		size_t n = strcspn(p, "\n");
		int rc = try_tag(q, p, strcspn(p, "@\n"), MATCH_MESSAGE_ID);

		if (rc != 0)
			return rc;
		p += n + (p[n] == '\n');
	}
	return 0;
}

/* A Message-ID names no attempt; the ENVID or the envelope sender of the same invite does. */
static void
find_attempt(struct asking *q, const struct mreport *m)
{
	const char *tags[] = { m->envid, strchr(m->original_sender, '+') };
	int64_t invite;
	int attempt;

	for (size_t i = 0; i < COUNT_OF(tags) && q->out->attempt == 0; i++) {
		const char *s = !tags[i] ? "" : tags[i] + (*tags[i] == '+');

		if (tag_read(s, strcspn(s, "@\n"), q->key, &invite, &attempt) && invite == q->out->target.invite)
			q->out->attempt = attempt;
	}
}

static bool
in_token(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == '~';
}

/* The link of a landing page or of List-Unsubscribe, wherever it stands: ".../i/TOKEN", ".../u/TOKEN". */
static int
try_tokens(struct asking *q, const struct match_clues *c)
{
	const char *end = c->raw + c->len;
	int asked = 0;

	for (const char *p = c->raw; asked < TOKENS_MOST && (p = memchr(p, '/', (size_t)(end - p))); p++) {
		char token[TOKEN_LEN + 1];
		int n = 0, rc;

		if (end - p < TOKEN_LEN + 3 || (p[1] != 'i' && p[1] != 'u') || p[2] != '/')
			continue;
		while (n <= TOKEN_LEN && p + 3 + n < end && in_token(p[3 + n]))
			n++;
		if (n != TOKEN_LEN)
			continue;
		memcpy(token, p + 3, TOKEN_LEN);
		token[TOKEN_LEN] = '\0';
		asked++;
		rc = inbound_by_token(q->db, q->a, token, c->at + MATCH_SLACK_S, &q->out->target, q->e);
		if (rc == 1)
			q->out->by = MATCH_TOKEN;
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
match_mail(struct db *db, struct arena *a, const struct secret *key, const struct match_clues *c, struct match *out,
    struct err *e)
{
	const struct mreport *m = c->report;
	struct asking q = { db, a, key, out, e, false };
	int rc;

	*out = (struct match){ .by = MATCH_NONE };
	rc = try_addresses(&q, m->delivered_to, MATCH_VERP);
	/* An address with a false tag was made up for us; what else the mail says may be, too. */
	if (rc == 0 && q.forged) {
		out->by = MATCH_FORGED;
		return 0;
	}
	if (rc == 0 && (rc = try_message_ids(&q, m->original_message_id)) == 1)
		find_attempt(&q, m);
	if (rc == 0)
		rc = try_tag(&q, m->envid, strcspn(m->envid, "@"), MATCH_ENVID);
	if (rc == 0)
		rc = try_addresses(&q, m->original_sender, MATCH_SENDER);
	if (rc == 0 && !q.forged)
		rc = try_tokens(&q, c);
	if (rc == 0 && q.forged)
		out->by = MATCH_FORGED;
	return rc < 0 ? -1 : 0;
}

bool
match_found(const struct match *m)
{
	return m->by != MATCH_NONE && m->by != MATCH_FORGED;
}
