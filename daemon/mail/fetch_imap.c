#include "mail/fetch_imap.h"

#include <inttypes.h>
#include <strings.h>

#include "base/lang.h"

#define BATCH 50

struct imap {
	struct wire *w;
	const struct fetch *f;
	int tag;
	int64_t exists;			/* how many messages the folder has, as told last */
	bool move, uidplus;
	bool try_create;		/* the last NO said [TRYCREATE] */
	struct buf text;		/* one response, literals left out */
	struct buf literal;		/* the first literal of it */
	bool has_literal;
	/* FETCH answers of the batch */
	uint32_t uid[BATCH];
	int n_uid;
	int (*each)(struct imap *, struct err *);
};

/* "{123}" or "{123+}" at the end of a line: the length, -1 for none. */
static int64_t
literal_length(const char *line, size_t len)
{
	const char *p;

	if (len < 3 || line[len - 1] != '}')
		return -1;
	for (p = line + len - 2; p > line && ((*p >= '0' && *p <= '9') || *p == '+'); p--)
		;
	return *p == '{' && p[1] != '}' && line + len - 1 - p < 20 ? strtoll(p + 1, NULL, 10) : -1;
}

/* One response: its lines joined, literals replaced by one space. 0 or -1. */
static int
read_response(struct imap *m, struct err *e)
{
	buf_clear(&m->text);
	buf_clear(&m->literal);
	m->has_literal = false;
	for (;;) {
		size_t len;
		const char *line = wire_line(m->w, &len, e);
		int64_t n;

		if (!line)
			return -1;
		n = literal_length(line, len);
		buf_add(&m->text, line, n < 0 ? len : (size_t)((const char *)memrchr(line, '{', len) - line));
		if (n < 0)
			break;
		if (wire_bytes(m->w, (uint64_t)n, m->has_literal ? NULL : &m->literal, e) < 0)
			return -1;
		m->has_literal = true;
		buf_char(&m->text, ' ');
	}
	if (m->text.failed)
		return err_set(e, ERR_NETWORK, TR("mailbox %s: an answer that has no end", "hộp thư %s: câu trả lời không kết thúc"),
		    wire_host(m->w));
	return 0;
}

/* An untagged response: what we keep of it. */
static int
untagged(struct imap *m, struct err *e)
{
	const char *s = buf_str(&m->text) + 2;
	char *rest;
	int64_t n = strtoll(s, &rest, 10);

	if (rest != s && strncasecmp(rest, " EXISTS", 7) == 0)
		m->exists = n;
	else if (rest != s && strncasecmp(rest, " EXPUNGE", 8) == 0)
		m->exists -= m->exists > 0;
	else if (rest != s && strncasecmp(rest, " FETCH ", 7) == 0 && m->each)
		return m->each(m, e);
	else if (strncasecmp(s, "CAPABILITY ", 11) == 0) {
		m->move = strcasestr(s, " MOVE") != NULL;
		m->uidplus = strcasestr(s, " UIDPLUS") != NULL;
	} else if (strncasecmp(s, "BYE", 3) == 0) {
		return err_set(e, ERR_NETWORK, TR("mailbox %s: the server ends the session: %.200s",
		    "hộp thư %s: máy chủ kết thúc phiên: %.200s"), wire_host(m->w), s);
	}
	return 0;
}

/* One command. 1 OK, 0 the server said NO or BAD (text in m->text), -1 error. */
static int
command(struct imap *m, const char *what, struct err *e)
{
	char tag[16];
	struct buf b = BUF_INIT(65536);
	size_t n;
	int rc;

	n = (size_t)snprintf(tag, sizeof(tag), "t%d ", ++m->tag);
	buf_printf(&b, "%s%s\r\n", tag, what);
	rc = wire_send(m->w, buf_str(&b), b.len, e);
	buf_release(&b);
	while (rc == 0) {
		const char *s;

		if (read_response(m, e) < 0)
			return -1;
		s = buf_str(&m->text);
		if (s[0] == '*' && s[1] == ' ') {
			rc = untagged(m, e);
		} else if (strncmp(s, tag, n) == 0) {
			m->try_create = strcasestr(s + n, "[TRYCREATE]") != NULL;
			return strncasecmp(s + n, "OK", 2) == 0;
		} else if (*s == '+') {
			return err_set(e, ERR_NETWORK, TR("mailbox %s: an answer out of turn: %.100s",
			    "hộp thư %s: trả lời không đúng lượt: %.100s"), wire_host(m->w), s);
		}
	}
	return -1;
}

static int
need(struct imap *m, const char *what, struct err *e)
{
	int rc = command(m, what, e);

	if (rc == 0)
		return err_set(e, ERR_NETWORK, TR("mailbox %s: to \"%.80s\" the server says: %.200s",
		    "hộp thư %s: với lệnh \"%.80s\", máy chủ trả lời: %.200s"), wire_host(m->w), what, buf_str(&m->text));
	return rc < 0 ? -1 : 0;
}

/* A folder name in quotes; one with control characters or bytes that no name has is refused. */
static int
quoted(struct buf *b, const char *name, struct err *e)
{
	buf_char(b, '"');
	for (const char *p = name; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_set(e, ERR_INPUT, TR("a folder name with control characters", "tên thư mục có ký tự điều khiển"));
		if (*p == '"' || *p == '\\')
			buf_char(b, '\\');
		buf_char(b, *p);
	}
	buf_char(b, '"');
	return 0;
}

static int
with_folder(struct imap *m, const char *before, const char *folder, bool must, struct err *e)
{
	struct buf b = BUF_INIT(4096);
	int rc = -1;

	buf_str_add(&b, before);
	if (quoted(&b, folder, e) == 0)
		rc = must ? need(m, buf_str(&b), e) : command(m, buf_str(&b), e);
	buf_release(&b);
	return rc;
}

/* FETCH (UID 7 BODY[]<0> {123}...): gives the message to the caller. */
static int
take_fetch(struct imap *m, struct err *e)
{
	const char *s = buf_str(&m->text), *uid = strcasestr(s, "UID "), *body = strcasestr(s, "BODY[");
	unsigned long v = uid ? strtoul(uid + 4, NULL, 10) : 0;

	if (!body || v == 0)
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
	if (m->n_uid == BATCH)
		return err_set(e, ERR_NETWORK, TR("mailbox %s: more messages than were asked for",
		    "hộp thư %s: nhiều thư hơn yêu cầu"), wire_host(m->w));
	m->uid[m->n_uid++] = (uint32_t)v;
	return m->f->each(m->f->arg, buf_str(&m->literal), m->literal.len, e);
}

static void
uid_set(const struct imap *m, struct buf *b)
{
	for (int i = 0; i < m->n_uid; i++)
		buf_printf(b, "%s%" PRIu32, i ? "," : "", m->uid[i]);
}

static int
with_uids(struct imap *m, const char *before, const char *after, const char *folder, bool must, struct err *e)
{
	struct buf b = BUF_INIT(8192);
	int rc = 0;

	buf_str_add(&b, before);
	uid_set(m, &b);
	buf_str_add(&b, after);
	if (folder)
		rc = quoted(&b, folder, e);
	if (rc == 0)
		rc = must ? need(m, buf_str(&b), e) : command(m, buf_str(&b), e);
	buf_release(&b);
	return rc;
}

/* Copy or move; a folder that is not there is made, once. */
static int
to_processed(struct imap *m, const char *how, struct err *e)
{
	const char *folder = m->f->processed;
	int rc = with_uids(m, how, " ", folder, false, e);

	if (rc == 0) {
		/* Not every server says [TRYCREATE]; CREATE of what is there does no harm. */
		if (with_folder(m, "CREATE ", folder, false, e) < 0)
			return -1;
		return with_uids(m, how, " ", folder, true, e);
	}
	return rc < 0 ? -1 : 0;
}

/* The messages of the batch are recorded: away with them. */
static int
clear_batch(struct imap *m, struct err *e)
{
	int64_t before = m->exists;

	if (*m->f->processed && m->move) {
		if (to_processed(m, "UID MOVE ", e) < 0)
			return -1;
	} else {
		if (*m->f->processed && to_processed(m, "UID COPY ", e) < 0)
			return -1;
		if (with_uids(m, "UID STORE ", " +FLAGS.SILENT (\\Deleted)", NULL, true, e) < 0)
			return -1;
		if (m->uidplus ? with_uids(m, "UID EXPUNGE ", "", NULL, true, e) < 0 : need(m, "EXPUNGE", e) < 0)
			return -1;
	}
	if (m->exists > before - m->n_uid && need(m, "NOOP", e) < 0)
		return -1;
	if (m->exists > before - m->n_uid && m->exists >= before)
		return err_set(e, ERR_NETWORK, TR("mailbox %s: read messages stay in the folder; may it not be written?",
		    "hộp thư %s: thư đã đọc vẫn nằm trong thư mục; có thể không được quyền ghi"), wire_host(m->w));
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
	struct imap m = { .w = w, .f = f, .text = BUF_INIT(4u << 20), .literal = BUF_INIT(f->max_bytes + 1024) };
	char folder[256], what[96];
	int64_t left;
	int rc = -1;

	folder_of(f->url, folder, sizeof(folder));
	if (need(&m, "CAPABILITY", e) < 0 || with_folder(&m, "SELECT ", folder, true, e) < 0)
		goto out;
	/* What comes while we read waits for the next time: the loop ends. */
	for (left = m.exists; left > 0 && m.exists > 0; left -= m.n_uid) {
		int64_t n = m.exists < BATCH ? m.exists : BATCH;

		m.n_uid = 0;
		m.each = take_fetch;
		snprintf(what, sizeof(what), "FETCH 1:%" PRId64 " (UID BODY.PEEK[]<0.%zu>)", n, f->max_bytes);
		if (need(&m, what, e) < 0)
			goto out;
		m.each = NULL;
		if (m.n_uid == 0)
			break;
		if (f->settle(f->arg, e) < 0 || clear_batch(&m, e) < 0)
			goto out;
	}
	rc = 0;
	/* The work is done: a server that hangs up at LOGOUT is no fault. */
	command(&m, "LOGOUT", NULL);
out:
	buf_release(&m.text);
	buf_release(&m.literal);
	return rc;
}
