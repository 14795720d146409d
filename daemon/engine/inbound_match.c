#include "engine/inbound_match.h"

#include "store/invite.h"

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
try_addresses(struct asking *q, const char *lines)
{
	for (const char *p = lines; *p; ) {
		size_t n = strcspn(p, "\n"), local = strcspn(p, "@\n");
		const char *plus = memrchr(p, '+', local);
		int rc;

		if (plus && (rc = try_tag(q, plus + 1, local - (size_t)(plus + 1 - p), MATCH_VERP)) != 0)
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

int
match_tag(struct db *db, struct arena *a, const struct secret *key, const struct mreport *m, struct match *out, struct err *e)
{
	struct asking q = { db, a, key, out, e, false };
	int rc;

	*out = (struct match){ .by = MATCH_NONE };
	rc = try_addresses(&q, m->delivered_to);
	/* An address with a false tag was made up for us; what else the mail says may be, too. */
	if (rc == 0 && q.forged) {
		out->by = MATCH_FORGED;
		return 0;
	}
	if (rc == 0)
		rc = try_tag(&q, m->envid, strcspn(m->envid, "@"), MATCH_ENVID);
	if (rc == 0)
		rc = try_addresses(&q, m->original_sender);
	if (rc == 0)
		rc = try_message_ids(&q, m->original_message_id);
	if (rc == 0 && q.forged)
		out->by = MATCH_FORGED;
	return rc < 0 ? -1 : 0;
}
