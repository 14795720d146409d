#include "mail/imap.h"

#include <strings.h>

#include "base/lang.h"

#define BEYOND_MAX (64u << 20)	/* so much more of a literal than there is room for is read and thrown away */

void
imap_init(struct imap *m, struct wire *w, size_t literal_max_bytes)
{
	*m = (struct imap){ .w = w, .text = BUF_INIT(4u << 20), .literal = BUF_INIT(literal_max_bytes),
	    .can = BUF_INIT(65536) };
}

void
imap_release(struct imap *m)
{
	buf_release(&m->text);
	buf_release(&m->literal);
	buf_release(&m->can);
}

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
		if (n < 0 || m->text.failed)
			break;
		if ((uint64_t)n > m->literal.max + BEYOND_MAX)
			return err_set(e, ERR_NETWORK, TR("mailbox %s: the server announces %lld bytes, where at most %zu were asked for",
			    "hộp thư %s: máy chủ báo %lld byte, trong khi chỉ hỏi nhiều nhất %zu"), wire_host(m->w), (long long)n,
			    m->literal.max);
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

	if (rest != s && strncasecmp(rest, " EXISTS", 7) == 0) {
		m->exists = n;
	} else if (rest != s && strncasecmp(rest, " EXPUNGE", 8) == 0) {
		m->exists -= m->exists > 0;
	} else if (strncasecmp(s, "CAPABILITY ", 11) == 0) {
		buf_clear(&m->can);
		buf_printf(&m->can, "%s ", s + 10);
	} else if (strncasecmp(s, "BYE", 3) == 0) {
		return err_set(e, ERR_NETWORK, TR("mailbox %s: the server ends the session: %.200s",
		    "hộp thư %s: máy chủ kết thúc phiên: %.200s"), wire_host(m->w), s);
	} else if (m->each) {
		return m->each(m, e);
	}
	return 0;
}

int
imap_command(struct imap *m, const char *what, struct err *e)
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
			return strncasecmp(s + n, "OK", 2) == 0;
		} else {
			return err_set(e, ERR_NETWORK, TR("mailbox %s: an answer out of turn: %.100s",
			    "hộp thư %s: trả lời không đúng lượt: %.100s"), wire_host(m->w), s);
		}
	}
	return -1;
}

int
imap_need(struct imap *m, const char *what, struct err *e)
{
	int rc = imap_command(m, what, e);

	if (rc == 0)
		return err_set(e, ERR_NETWORK, TR("mailbox %s: to \"%.80s\" the server says: %.200s",
		    "hộp thư %s: với lệnh \"%.80s\", máy chủ trả lời: %.200s"), wire_host(m->w), what, buf_str(&m->text));
	return rc < 0 ? -1 : 0;
}

int
imap_quoted(struct buf *b, const char *name, struct err *e)
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
	if (imap_quoted(&b, folder, e) == 0)
		rc = must ? imap_need(m, buf_str(&b), e) : imap_command(m, buf_str(&b), e);
	buf_release(&b);
	return rc;
}

int
imap_command_folder(struct imap *m, const char *before, const char *folder, struct err *e)
{
	return with_folder(m, before, folder, false, e);
}

int
imap_need_folder(struct imap *m, const char *before, const char *folder, struct err *e)
{
	return with_folder(m, before, folder, true, e);
}

bool
imap_can(const struct imap *m, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = buf_str(&m->can); (p = strcasestr(p, word)); p += n)
		if (p[-1] == ' ' && p[n] == ' ')
			return true;
	return false;
}
