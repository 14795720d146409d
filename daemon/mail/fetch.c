/* The choice of protocol, and POP3. */
#include "mail/fetch.h"

#include <inttypes.h>

#include "base/lang.h"
#include "mail/fetch_imap.h"
#include "mail/wire.h"

#define POP3_BATCH 50

static int
said_no(const struct wire *w, const char *command, const char *line, struct err *e)
{
	return err_set(e, ERR_NETWORK, TR("mailbox %s: to %s the server says: %.200s",
	    "hộp thư %s: với lệnh %s, máy chủ trả lời: %.200s"), wire_host(w), command, line);
}

/* Sends one command and reads the first line of its answer. */
static const char *
pop3_ask(struct wire *w, const char *command, struct err *e)
{
	char line[64];
	const char *answer;
	int n = snprintf(line, sizeof(line), "%s\r\n", command);

	if (wire_send(w, line, (size_t)n, e) < 0 || !(answer = wire_line(w, NULL, e)))
		return NULL;
	if (strncmp(answer, "+OK", 3) != 0) {
		said_no(w, command, answer, e);
		return NULL;
	}
	return answer;
}

/* The lines of a message up to the lone dot; past max_bytes they are thrown away. */
static int
pop3_message(struct wire *w, struct buf *b, size_t max_bytes, struct err *e)
{
	const char *line;
	size_t len;

	buf_clear(b);
	while ((line = wire_line(w, &len, e))) {
		if (line[0] == '.' && len == 1)
			return 0;
		if (line[0] == '.') {
			line++;
			len--;
		}
		if (b->len + len + 2 <= max_bytes) {
			buf_add(b, line, len);
			buf_add(b, "\r\n", 2);
		}
	}
	return -1;
}

static int
pop3_delete(struct wire *w, int64_t from, int64_t to, struct err *e)
{
	char command[32];

	for (; from <= to; from++) {
		snprintf(command, sizeof(command), "DELE %" PRId64, from);
		if (!pop3_ask(w, command, e))
			return -1;
	}
	return 0;
}

static int
pop3_all(struct wire *w, const struct fetch *f, struct err *e)
{
	struct buf b = BUF_INIT(f->max_bytes + 1024);
	const char *answer = pop3_ask(w, "STAT", e);
	int64_t n, i, from = 1;
	char command[32];
	int rc = -1;

	if (!answer)
		goto out;
	n = strtoll(answer + 3, NULL, 10);
	for (i = 1; i <= n; i++) {
		snprintf(command, sizeof(command), "RETR %" PRId64, i);
		if (!pop3_ask(w, command, e) || pop3_message(w, &b, f->max_bytes, e) < 0 ||
		    f->each(f->arg, buf_str(&b), b.len, e) < 0)
			goto out;
		if (i - from + 1 >= POP3_BATCH || i == n) {
			if (f->settle(f->arg, e) < 0 || pop3_delete(w, from, i, e) < 0)
				goto out;
			from = i + 1;
		}
	}
	/* Only QUIT makes the deletions hold. */
	rc = pop3_ask(w, "QUIT", e) ? 0 : -1;
out:
	buf_release(&b);
	return rc;
}

int
fetch_all(const struct fetch *f, struct err *e)
{
	struct wire *w;
	int rc;

	if (wire_open(&w, f, e) < 0)
		return -1;
	rc = strncmp(f->url, "pop3", 4) == 0 ? pop3_all(w, f, e) : imap_all(w, f, e);
	wire_close(w);
	return rc;
}
