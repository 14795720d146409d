#include "mail/fetch_imap.h"

#include <inttypes.h>
#include <strings.h>

#include "base/lang.h"
#include "mail/imap.h"

#define BATCH 50

struct fetching {
	struct imap m;
	const struct fetch *f;
	/* FETCH answers of the batch */
	uint32_t uid[BATCH];
	int n_uid;
};

/* FETCH (UID 7 BODY[]<0> {123}...): gives the message to the caller. */
static int
take_fetch(struct imap *m, struct err *e)
{
	struct fetching *t = m->arg;
	const char *s = buf_str(&m->text), *uid = strcasestr(s, "UID "), *body = strcasestr(s, "BODY[");
	const char *what = s + 2 + strspn(s + 2, "0123456789");
	unsigned long v = uid ? strtoul(uid + 4, NULL, 10) : 0;

	if (strncasecmp(what, " FETCH ", 7) != 0 || !body || v == 0)
		return 0;		/* a change of flags that the server tells of its own accord */
	if (!m->has_literal) {
		/* A quoted string, or NIL for an empty message. */
		const char *q = strchr(body, '"');

		for (q = q ? q + 1 : ""; *q && *q != '"'; q++) {
			if (*q == '\\' && q[1])
				q++;
			buf_char(&m->literal, *q);
		}
	}
	if (t->n_uid == BATCH)
		return err_set(e, ERR_NETWORK, TR("mailbox %s: more messages than were asked for",
		    "hộp thư %s: nhiều thư hơn yêu cầu"), wire_host(m->w));
	t->uid[t->n_uid++] = (uint32_t)v;
	return t->f->each(t->f->arg, buf_str(&m->literal), m->literal.len, e);
}

static void
uid_set(const struct fetching *t, struct buf *b)
{
	for (int i = 0; i < t->n_uid; i++)
		buf_printf(b, "%s%" PRIu32, i ? "," : "", t->uid[i]);
}

static int
with_uids(struct fetching *t, const char *before, const char *after, const char *folder, bool must, struct err *e)
{
	struct buf b = BUF_INIT(8192);
	int rc = 0;

	buf_str_add(&b, before);
	uid_set(t, &b);
	buf_str_add(&b, after);
	if (folder)
		rc = imap_quoted(&b, folder, e);
	if (rc == 0)
		rc = must ? imap_need(&t->m, buf_str(&b), e) : imap_command(&t->m, buf_str(&b), e);
	buf_release(&b);
	return rc;
}

/* Copy or move; a folder that is not there is made, once. */
static int
to_processed(struct fetching *t, const char *how, struct err *e)
{
	const char *folder = t->f->processed;
	int rc = with_uids(t, how, " ", folder, false, e);

	if (rc == 0) {
		/* Not every server says [TRYCREATE]; CREATE of what is there does no harm. */
		if (imap_command_folder(&t->m, "CREATE ", folder, e) < 0)
			return -1;
		return with_uids(t, how, " ", folder, true, e);
	}
	return rc < 0 ? -1 : 0;
}

/* The messages of the batch are recorded: away with them. */
static int
clear_batch(struct fetching *t, struct err *e)
{
	int64_t before = t->m.exists;

	if (*t->f->processed && imap_can(&t->m, "MOVE")) {
		if (to_processed(t, "UID MOVE ", e) < 0)
			return -1;
	} else {
		if (*t->f->processed && to_processed(t, "UID COPY ", e) < 0)
			return -1;
		if (with_uids(t, "UID STORE ", " +FLAGS.SILENT (\\Deleted)", NULL, true, e) < 0)
			return -1;
		if (imap_can(&t->m, "UIDPLUS") ? with_uids(t, "UID EXPUNGE ", "", NULL, true, e) < 0 :
		    imap_need(&t->m, "EXPUNGE", e) < 0)
			return -1;
	}
	if (t->m.exists > before - t->n_uid && imap_need(&t->m, "NOOP", e) < 0)
		return -1;
	if (t->m.exists > before - t->n_uid && t->m.exists >= before)
		return err_set(e, ERR_NETWORK, TR("mailbox %s: read messages stay in the folder; may it not be written?",
		    "hộp thư %s: thư đã đọc vẫn nằm trong thư mục; có thể không được quyền ghi"), wire_host(t->m.w));
	return 0;
}

/* "/INBOX" of the URL, percent signs decoded; INBOX by default. */
static void
folder_of(const char *url, char *out, size_t cap)
{
	const char *p = strstr(url, "://");
	size_t n = 0;

	p = p ? strchr(p + 3, '/') : NULL;
	for (p = p ? p + 1 : ""; *p && *p != '?' && *p != ';' && n + 1 < cap; p++) {
		char hex[3] = { p[0], p[1], '\0' };

		if (*p == '%' && p[1] && p[2]) {
			hex[0] = p[1];
			hex[1] = p[2];
			out[n++] = (char)strtol(hex, NULL, 16);
			p += 2;
		} else {
			out[n++] = *p;
		}
	}
	out[n] = '\0';
	while (n && out[n - 1] == '/')
		out[--n] = '\0';
	if (n == 0)
		snprintf(out, cap, "INBOX");
}

int
imap_all(struct wire *w, const struct fetch *f, struct err *e)
{
	struct fetching t = { .f = f };
	struct imap *m = &t.m;
	char folder[256], what[96];
	int64_t left;
	int rc = -1;

	imap_init(m, w, f->max_bytes + 1024);
	m->arg = &t;
	folder_of(f->url, folder, sizeof(folder));
	if (imap_need(m, "CAPABILITY", e) < 0 || imap_need_folder(m, "SELECT ", folder, e) < 0)
		goto out;
	/* What comes while we read waits for the next time: the loop ends. */
	for (left = m->exists; left > 0 && m->exists > 0; left -= t.n_uid) {
		int64_t n = m->exists < BATCH ? m->exists : BATCH;

		t.n_uid = 0;
		m->each = take_fetch;
		snprintf(what, sizeof(what), "FETCH 1:%" PRId64 " (UID BODY.PEEK[]<0.%zu>)", n, f->max_bytes);
		if (imap_need(m, what, e) < 0)
			goto out;
		m->each = NULL;
		if (t.n_uid == 0)
			break;
		if (f->settle(f->arg, e) < 0 || clear_batch(&t, e) < 0)
			goto out;
	}
	rc = 0;
	/* The work is done: a server that hangs up at LOGOUT is no fault. */
	imap_command(m, "LOGOUT", NULL);
out:
	imap_release(m);
	return rc;
}
