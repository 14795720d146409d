/* The POP3 side of fetch.h. */
#include "mail/fetch.h"

#include <inttypes.h>

#include "base/lang.h"
#include "mail/visit.h"

#define SESSION_MAX 500		/* messages: only QUIT makes deletions hold */
#define LIST_MAX 200000
#define UIDL_MAX 70		/* RFC 1939 7 */

struct maildrop {
	struct visit *v;
	struct wire *w;
	int64_t count;
	struct fetch_listed *list;	/* [0] is message 1 */
	uint32_t *size;
	struct arena arena;
	char answer[512];		/* to the last command */
};

/* Sends one command and reads the first line of its answer. 1 +OK, 0 -ERR, -1. */
static int
ask(struct maildrop *d, const char *command, struct err *e)
{
	char line[64];
	const char *answer;
	int n = snprintf(line, sizeof(line), "%s\r\n", command);

	if (wire_send(d->w, line, (size_t)n, e) < 0 || !(answer = wire_line(d->w, NULL, e)))
		return -1;
	snprintf(d->answer, sizeof(d->answer), "%s", answer);
	if (strncmp(answer, "+OK", 3) != 0 && strncmp(answer, "-ERR", 4) != 0)
		return err_set(e, ERR_NETWORK, TR("mailbox %s: an answer that is no POP3: %.100s",
		    "hộp thư %s: trả lời không phải POP3: %.100s"), wire_host(d->w), answer);
	return *answer == '+';
}

static int
need(struct maildrop *d, const char *command, struct err *e)
{
	int rc = ask(d, command, e);

	return rc == 0 ? visit_refused(d->v, d->w, command, d->answer, e) : rc < 0 ? -1 : 0;
}

/* "3 whqtswO00WBw418f9t5JxYwZ" and "3 4120", until the lone dot. */
static int
read_listing(struct maildrop *d, bool uidl, struct err *e)
{
	const char *line;
	size_t len;

	while ((line = wire_line(d->w, &len, e))) {
		char *rest;
		int64_t n = strtoll(line, &rest, 10);

		if (line[0] == '.' && len == 1)
			return 0;
		if (n < 1 || n > d->count || *rest != ' ')
			continue;
		if (uidl)
			d->list[n - 1].uidl = arena_ndup(&d->arena, rest + 1, strnlen(rest + 1, UIDL_MAX));
		else
			d->size[n - 1] = (uint32_t)strtoul(rest, NULL, 10);
	}
	return -1;
}

static int
list_messages(struct maildrop *d, struct err *e)
{
	const struct fetch *f = d->v->f;
	int rc;

	if (need(d, "STAT", e) < 0)
		return -1;
	d->count = strtoll(d->answer + 3, NULL, 10);
	if (d->count < 0 || d->count > LIST_MAX)
		d->count = d->count < 0 ? 0 : LIST_MAX;
	if (d->count == 0)
		return 0;
	d->list = arena_alloc(&d->arena, (size_t)d->count * sizeof(*d->list));
	d->size = arena_alloc(&d->arena, (size_t)d->count * sizeof(*d->size));
	for (int64_t i = 0; i < d->count; i++)
		d->list[i].uidl = "";
	if (need(d, "LIST", e) < 0 || read_listing(d, false, e) < 0 || (rc = ask(d, "UIDL", e)) < 0)
		return -1;
	if (rc == 0 && f->keep)
		return visit_refused(d->v, d->w, "UIDL", d->answer, e);
	if (rc == 1 && read_listing(d, true, e) < 0)
		return -1;
	return f->keep ? f->listed(f->arg, d->list, (size_t)d->count, e) : 0;
}

/* The lines of a message up to the lone dot; past max_bytes they are thrown away. */
static int
read_message(struct maildrop *d, struct buf *b, struct err *e)
{
	size_t len, most = d->v->f->max_bytes;
	const char *line;

	buf_clear(b);
	while ((line = wire_line(d->w, &len, e))) {
		if (line[0] == '.' && len == 1)
			return 0;
		if (line[0] == '.') {
			line++;
			len--;
		}
		if (b->len + len + 2 <= most) {
			buf_add(b, line, len);
			buf_add(b, "\r\n", 2);
		} else {
			most = b->len;		/* no line after one that was left out */
		}
	}
	return -1;
}

static int
delete_messages(struct maildrop *d, const int64_t *number, size_t n, struct err *e)
{
	char command[32];

	for (size_t i = 0; i < n; i++) {
		snprintf(command, sizeof(command), "DELE %" PRId64, number[i]);
		if (need(d, command, e) < 0)
			return -1;
	}
	return 0;
}

/* From message *i on, which moves behind the batch. number: the messages of the batch, *n of them. */
static int
read_batch(struct maildrop *d, int64_t *i, int64_t *number, size_t *n, struct err *e)
{
	struct visit *v = d->v;
	struct buf b = BUF_INIT(v->f->max_bytes + 1024);
	int rc = 0;

	visit_clear(v);
	for (*n = 0; rc >= 0 && *i <= d->count; ++*i) {
		const struct fetch_listed *one = &d->list[*i - 1];
		char command[32];

		if (one->known || visit_passes(v, one->uidl))
			continue;
		if (!visit_room(v, *n, v->raw.len, d->size[*i - 1]))
			break;
		snprintf(v->asked, sizeof(v->asked), "%s", one->uidl);
		snprintf(command, sizeof(command), "RETR %" PRId64, *i);
		if ((rc = ask(d, command, e)) == 0) {
			visit_pass(v, one->uidl, d->answer);
			continue;
		}
		if (rc < 0 || (rc = read_message(d, &b, e)) < 0)
			break;
		if (v->raw.len + b.len >= v->raw.max) {
			rc = err_set(e, ERR_NETWORK, TR("mailbox %s: message %s is larger than the server said",
			    "hộp thư %s: thư %s lớn hơn dung lượng máy chủ báo"), wire_host(d->w), one->uidl);
			break;
		}
		visit_add(v, one->uidl, buf_str(&b), b.len);
		number[(*n)++] = *i;
	}
	buf_release(&b);
	return rc < 0 ? -1 : 0;
}

/* Deletions hold once the server has said goodbye: not before are the messages dealt with. */
static int
read_all(struct maildrop *d, struct err *e)
{
	/* A line that broke may break again: then little is lost. */
	int64_t number[VISIT_BATCH], most = d->v->alone ? VISIT_BATCH : SESSION_MAX, deleted = 0, i = 1;
	bool keep = d->v->f->keep;

	while (i <= d->count && deleted < most) {
		size_t n;

		if (read_batch(d, &i, number, &n, e) < 0 || visit_take(d->v, e) < 0)
			return -1;
		if (keep)
			visit_settled(d->v, n);
		else if (delete_messages(d, number, n, e) < 0)
			return -1;
		else
			deleted += (int64_t)n;
	}
	if (need(d, "QUIT", e) < 0)
		return -1;
	visit_settled(d->v, (size_t)deleted);
	d->v->more = i <= d->count;
	return 0;
}

int
pop3_session(struct visit *v, struct wire *w, struct err *e)
{
	struct maildrop d = { .v = v, .w = w, .arena = ARENA_INIT };
	int rc = list_messages(&d, e);

	if (rc == 0)
		rc = read_all(&d, e);
	arena_release(&d.arena);
	return rc;
}
