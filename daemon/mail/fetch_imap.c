/* The IMAP side of fetch.h. */
#include "mail/fetch.h"

#include <inttypes.h>
#include <strings.h>

#include "base/lang.h"
#include "base/log.h"
#include "mail/imap.h"
#include "mail/visit.h"

#define LIST_MAX 20000		/* UIDs known at once; the others are asked for later */

struct message {
	uint32_t uid, size;
	bool deleted;		/* has the flag \Deleted */
};

struct folder {
	struct imap m;
	struct visit *v;
	uint32_t uidvalidity, uidnext;	/* 0: the server does not say */
	bool refused[FETCH_FATES];	/* the server does not let us move what has this fate */
	bool read_only;
	bool stays;			/* a message of the batch stays: the place must remember that it was read */
	struct message *list;
	size_t n, cap;
	bool cut;			/* there are more than the list holds */
	const struct message *batch;
	size_t n_batch;
};

/* Messages that were read stay where they are; told once in a session. */
static void
stay(struct folder *t, bool *flag, const char *folder, const char *why)
{
	struct log_q q;

	t->stays = *flag = true;
	log_warn("inbound_stays", "mailbox=%s folder=%s text=%s", t->v->f->url, *folder ? folder : "-", log_q(&q, why));
}

/* ---- which messages there are ---- */

/* The number behind a word of a response code: "* OK [UIDNEXT 4392] Predicted". */
static void
code_number(const char *s, const char *word, uint32_t *out)
{
	const char *p = strcasestr(s, word);

	if (p)
		*out = (uint32_t)strtoul(p + strlen(word), NULL, 10);
}

static int
take_select(struct imap *m, struct err *e)
{
	struct folder *t = m->arg;

	(void)e;
	code_number(buf_str(&m->text), "[UIDVALIDITY ", &t->uidvalidity);
	code_number(buf_str(&m->text), "[UIDNEXT ", &t->uidnext);
	return 0;
}

/* "* 12 FETCH (": what stands in the parentheses; NULL when it is something else. */
static const char *
fetch_items(const struct imap *m)
{
	const char *s = buf_str(&m->text) + 2;

	s += strspn(s, "0123456789");
	return strncasecmp(s, " FETCH ", 7) == 0 ? s + 7 : NULL;
}

static uint32_t
item_number(const char *items, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = items; (p = strcasestr(p, name)); p += n)
		if (p > items && (p[-1] == '(' || p[-1] == ' '))
			return (uint32_t)strtoul(p + n, NULL, 10);
	return 0;
}

static int
take_list(struct imap *m, struct err *e)
{
	struct folder *t = m->arg;
	const char *items = fetch_items(m);
	struct message one = { 0 };

	(void)e;
	if (!items || (one.uid = item_number(items, "UID ")) < t->v->from_uid || one.uid == 0)
		return 0;		/* n:* gives the last message even when it is older */
	if (t->n == LIST_MAX) {
		t->cut = true;
		return 0;
	}
	one.size = item_number(items, "RFC822.SIZE ");
	one.deleted = strcasestr(items, "\\Deleted") != NULL;
	t->list = mem_room(t->list, t->n, &t->cap, sizeof(*t->list));
	t->list[t->n++] = one;
	return 0;
}

static int
by_uid(const void *a, const void *b)
{
	uint32_t x = ((const struct message *)a)->uid, y = ((const struct message *)b)->uid;

	return x < y ? -1 : x > y;
}

/* What comes while we read waits for the next visit: the list ends at the UIDNEXT of the beginning. */
static int
list_messages(struct folder *t, struct err *e)
{
	char what[96], last[16] = "*";

	t->n = 0;
	t->cut = false;
	if (t->m.exists == 0 || (t->uidnext && t->uidnext <= t->v->from_uid))
		return 0;
	if (t->uidnext)
		snprintf(last, sizeof(last), "%" PRIu32, t->uidnext - 1);
	snprintf(what, sizeof(what), "UID FETCH %" PRIu32 ":%s (UID RFC822.SIZE FLAGS)", t->v->from_uid, last);
	t->m.each = take_list;
	switch (imap_command(&t->m, what, e)) {
	case 1:
		t->m.each = NULL;
		break;
	case 0:
		return visit_refused(t->v, t->m.w, what, buf_str(&t->m.text), e);
	default:
		return -1;
	}
	if (t->n)
		qsort(t->list, t->n, sizeof(*t->list), by_uid);
	return 0;
}

/* ---- reading a batch ---- */

/* "* 12 FETCH (UID 7 BODY[]<0> {123}...": one of those asked for. */
static int
take_message(struct imap *m, struct err *e)
{
	struct folder *t = m->arg;
	const char *items = fetch_items(m), *body = items ? strcasestr(items, "BODY[") : NULL;
	uint32_t uid = items ? item_number(items, "UID ") : 0;
	char name[16];
	size_t i = 0;

	if (!body)
		return 0;		/* a change of flags that the server tells of its own accord */
	while (i < t->n_batch && t->batch[i].uid != uid)
		i++;
	snprintf(name, sizeof(name), "%" PRIu32, uid);
	for (size_t k = 0; k < t->v->n && i < t->n_batch; k++)
		if (strcmp(t->v->got[k].uidl, name) == 0)
			i = t->n_batch;
	if (i == t->n_batch)
		return 0;
	if (!m->has_literal) {
		/* A quoted string, or NIL for an empty message. */
		const char *q = strchr(body, '"');

		for (q = q ? q + 1 : ""; *q && *q != '"'; q++) {
			if (*q == '\\' && q[1])
				q++;
			buf_char(&m->literal, *q);
		}
	}
	if (t->v->raw.len + m->literal.len >= t->v->raw.max)
		return err_set(e, ERR_NETWORK, TR("mailbox %s: message %s is larger than the server said",
		    "hộp thư %s: thư %s lớn hơn dung lượng máy chủ báo"), wire_host(m->w), name);
	visit_add(t->v, name, buf_str(&m->literal), m->literal.len);
	return 0;
}

static void
put_uids(struct buf *b, const struct message *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s%" PRIu32, i ? "," : "", list[i].uid);
}

/* 1 read, 0 the server does not give it (text in m.text), -1. */
static int
read_batch(struct folder *t, struct err *e)
{
	struct buf b = BUF_INIT(8192);
	int rc;

	visit_clear(t->v);
	if (t->n_batch == 1)
		snprintf(t->v->asked, sizeof(t->v->asked), "%" PRIu32, t->batch->uid);
	buf_str_add(&b, "UID FETCH ");
	put_uids(&b, t->batch, t->n_batch);
	buf_printf(&b, " (UID BODY.PEEK[]<0.%zu>)", t->v->f->max_bytes);
	t->m.each = take_message;
	rc = imap_command(&t->m, buf_str(&b), e);
	t->m.each = NULL;
	buf_release(&b);
	return rc;
}

/* ---- what becomes of it ---- */

struct uids {
	struct message m[VISIT_BATCH];
	size_t n;
};

static int
with_uids(struct folder *t, const char *before, const struct uids *u, const char *after, const char *folder, struct err *e)
{
	struct buf b = BUF_INIT(8192);
	int rc = 0;

	buf_str_add(&b, before);
	put_uids(&b, u->m, u->n);
	buf_str_add(&b, after);
	if (folder)
		rc = imap_quoted(&b, folder, e);
	if (rc == 0)
		rc = imap_command(&t->m, buf_str(&b), e);
	buf_release(&b);
	return rc;
}

/* Copy or move; a folder that is not there is made, once. 1 done, 0 the server does not let us, -1. */
static int
to_folder(struct folder *t, const char *how, const struct uids *u, const char *folder, struct err *e)
{
	int rc = with_uids(t, how, u, " ", folder, e);

	/* Not every server says [TRYCREATE]; CREATE of what is there does no harm. */
	if (rc != 0 || (rc = imap_command_folder(&t->m, "CREATE ", folder, e)) < 0)
		return rc;
	return with_uids(t, how, u, " ", folder, e);
}

static int
delete_uids(struct folder *t, const struct uids *u, struct err *e)
{
	int rc = with_uids(t, "UID STORE ", u, " +FLAGS.SILENT (\\Deleted)", NULL, e);

	if (rc == 1)
		rc = imap_can(&t->m, "UIDPLUS") ? with_uids(t, "UID EXPUNGE ", u, "", NULL, e) :
		    imap_command(&t->m, "EXPUNGE", e);
	if (rc == 0)
		stay(t, &t->read_only, "", buf_str(&t->m.text));
	return rc < 0 ? -1 : 0;
}

static void
of_fate(const struct folder *t, enum fetch_fate fate, bool copied, struct uids *to)
{
	for (size_t i = 0; i < t->v->n; i++) {
		uint32_t uid = (uint32_t)strtoul(t->v->got[i].uidl, NULL, 10);

		for (size_t k = 0; k < t->n_batch; k++)
			/* Known, and marked: a visit ended between COPY and EXPUNGE. */
			if (t->batch[k].uid == uid && t->v->got[i].fate == fate &&
			    (t->v->got[i].known && t->batch[k].deleted) == copied)
				to->m[to->n++] = t->batch[k];
	}
}

static int
move_fate(struct folder *t, enum fetch_fate fate, struct uids *gone, struct err *e)
{
	const char *folder = t->v->f->folder[fate];
	bool move = *folder && imap_can(&t->m, "MOVE");
	struct uids u = { .n = 0 };
	int rc;

	if (!move)
		of_fate(t, fate, true, gone);
	of_fate(t, fate, false, &u);
	if (move)
		of_fate(t, fate, true, &u);
	if (u.n == 0)
		return 0;
	if (t->refused[fate]) {
		t->stays = true;
		return 0;
	}
	rc = !*folder ? 1 : to_folder(t, move ? "UID MOVE " : "UID COPY ", &u, folder, e);
	if (rc == 0)
		stay(t, &t->refused[fate], folder, buf_str(&t->m.text));
	for (size_t i = 0; rc == 1 && !move && i < u.n; i++)
		gone->m[gone->n++] = u.m[i];
	return rc < 0 ? -1 : 0;
}

/* The messages of the batch are recorded: away with them. */
static int
clear_batch(struct folder *t, struct err *e)
{
	int64_t before = t->m.exists, n = (int64_t)t->v->n;
	struct uids gone = { .n = 0 };

	t->stays = t->v->f->keep || t->read_only;
	if (t->stays || n == 0)
		return 0;
	for (int fate = 0; fate < FETCH_FATES; fate++)
		if (move_fate(t, (enum fetch_fate)fate, &gone, e) < 0)
			return -1;
	if (gone.n && delete_uids(t, &gone, e) < 0)
		return -1;
	/* A server that says OK and does nothing. */
	if (!t->stays && t->m.exists > before - n && imap_command(&t->m, "NOOP", e) < 0)
		return -1;
	if (!t->stays && t->m.exists > before - n && t->m.exists >= before)
		stay(t, &t->read_only, "", TR("read messages stay in the folder", "thư đã đọc vẫn nằm trong thư mục"));
	return 0;
}

static int
settle_batch(struct folder *t, struct err *e)
{
	uint32_t last = t->batch[t->n_batch - 1].uid;

	if (visit_take(t->v, e) < 0 || clear_batch(t, e) < 0)
		return -1;
	t->v->from_uid = last + 1;
	visit_settled(t->v, t->n_batch);
	if (!t->stays)
		return 0;
	t->v->place.last_uid = last;
	return t->v->f->at(t->v->f->arg, &t->v->place, e);
}

static int
read_list(struct folder *t, struct err *e)
{
	for (size_t i = 0; i < t->n; i += t->n_batch) {
		size_t bytes = 0;
		int rc;

		t->batch = &t->list[i];
		for (t->n_batch = 0; i + t->n_batch < t->n; bytes += t->batch[t->n_batch++].size)
			if (!visit_room(t->v, t->n_batch, bytes, t->batch[t->n_batch].size))
				break;
		rc = read_batch(t, e);
		if (rc == 0 && t->n_batch > 1) {
			/* One of them is it that the server cannot give. */
			t->v->alone = VISIT_BATCH;
			t->n_batch = 0;
			continue;
		}
		if (rc == 0) {
			visit_pass(t->v, t->v->asked, buf_str(&t->m.text));
			t->v->from_uid = t->batch->uid + 1;
			continue;
		}
		if (rc < 0 || settle_batch(t, e) < 0)
			return -1;
	}
	return 0;
}

/* Past the messages that break the line whenever they are read. */
static void
leave_out_passed(struct folder *t)
{
	size_t n = 0;
	char name[16];

	for (size_t i = 0; i < t->n; i++) {
		snprintf(name, sizeof(name), "%" PRIu32, t->list[i].uid);
		if (!visit_passes(t->v, name))
			t->list[n++] = t->list[i];
	}
	t->n = n;
}

/* ---- the session ---- */

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

static int
open_folder(struct folder *t, struct err *e)
{
	struct visit *v = t->v;
	char name[256];
	int rc;

	folder_of(v->f->url, name, sizeof(name));
	if ((rc = imap_command(&t->m, "CAPABILITY", e)) < 0)
		return -1;
	t->m.each = take_select;
	if (rc == 1 && (rc = imap_command_folder(&t->m, "SELECT ", name, e)) < 0)
		return -1;
	t->m.each = NULL;
	if (rc == 0)
		return visit_refused(v, t->m.w, "SELECT", buf_str(&t->m.text), e);
	if (strcasestr(buf_str(&t->m.text), "[READ-ONLY]") && !v->f->keep)
		stay(t, &t->read_only, "", buf_str(&t->m.text));
	if (t->uidvalidity != v->place.uidvalidity || t->uidvalidity == 0) {
		/* UIDs mean other messages now: all is read again, and what was recorded is known by what it says. */
		if (v->place.uidvalidity)
			log_info("inbound_uidvalidity", "mailbox=%s was=%" PRIu32 " is=%" PRIu32, v->f->url,
			    v->place.uidvalidity, t->uidvalidity);
		v->place = (struct fetch_place){ .uidvalidity = t->uidvalidity };
		v->from_uid = 1;
	}
	if (v->from_uid == 0)
		v->from_uid = v->place.last_uid + 1;
	return 0;
}

int
imap_session(struct visit *v, struct wire *w, struct err *e)
{
	struct folder t = { .v = v };
	int rc = -1;

	imap_init(&t.m, w, v->f->max_bytes + 1024);
	t.m.arg = &t;
	if (open_folder(&t, e) < 0)
		goto out;
	do {
		if (list_messages(&t, e) < 0)
			goto out;
		leave_out_passed(&t);
		if (read_list(&t, e) < 0)
			goto out;
	} while (t.cut);
	rc = 0;
	/* The work is done: a server that hangs up at LOGOUT is no fault. */
	imap_command(&t.m, "LOGOUT", NULL);
out:
	imap_release(&t.m);
	free(t.list);
	return rc;
}
