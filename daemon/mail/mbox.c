#include "mail/mbox.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define WINDOW_BYTES (256u << 10)
#define AHEAD_BYTES 2048	/* to tell a separator: its line and the name of the field below */

struct reading {
	struct mbox *m;
	int fd;
	const char *path;
	size_t max_bytes;
	int (*each)(void *, const char *, const char *, size_t, struct err *);
	void *arg;
	struct err *e;
	int n;			/* messages given */
};

/* At least `want` bytes ahead, unless it is over. */
static int
look_ahead(struct reading *r, size_t want)
{
	struct mbox *m = r->m;

	if (m->have - m->at >= want || m->over)
		return 0;
	memmove(m->window, m->window + m->at, m->have - m->at);
	m->have -= m->at;
	m->at = 0;
	while (m->have < want && !m->over) {
		ssize_t n = read(r->fd, m->window + m->have, WINDOW_BYTES - m->have);

		if (n < 0)
			return err_sys(r->e, "%s", r->path);
		m->over = n == 0;
		m->have += (size_t)n;
	}
	return 0;
}

static int
give(struct reading *r, const char *msg, size_t len, bool one_of_many)
{
	char name[4200];

	r->n++;
	if (one_of_many)
		snprintf(name, sizeof(name), "%.4096s#%d", r->path, r->n);
	return r->each(r->arg, one_of_many ? name : r->path, msg, len < r->max_bytes ? len : r->max_bytes, r->e);
}

static void
keep(struct reading *r, size_t n)
{
	struct mbox *m = r->m;
	size_t room = r->max_bytes - m->msg.len;

	buf_add(&m->msg, m->window + m->at, n < room ? n : room);
	m->at += n;
}

/* "From someone Thu Jan  1 00:00:00 1970": a time of day must be there, and a header field below. */
static bool
is_separator(const char *p, const char *end)
{
	const char *nl, *s;

	if (end - p < 6 || memcmp(p, "From ", 5) != 0 || !(nl = memchr(p, '\n', (size_t)(end - p))) ||
	    !memchr(p + 5, ':', (size_t)(nl - p - 5)))
		return false;
	for (s = nl + 1; s < end && *s > ' ' && *s != ':'; s++)
		;
	return s < end && *s == ':';
}

static int
read_one(struct reading *r)
{
	struct mbox *m = r->m;

	/* Most are small: they are given where they lie. */
	if (m->over)
		return give(r, m->window + m->at, m->have - m->at, false);
	do {
		keep(r, m->have - m->at);
		if (look_ahead(r, 1) < 0)
			return -1;
	} while (m->at < m->have);
	return give(r, buf_str(&m->msg), m->msg.len, false);
}

static int
read_many(struct reading *r)
{
	struct mbox *m = r->m;
	bool blank = false, whole = true;	/* the line before was blank; this one is at its start */
	int rc;

	for (;;) {
		const char *p, *nl;
		size_t n;

		if (look_ahead(r, AHEAD_BYTES) < 0)
			return -1;
		if (m->at == m->have)
			return give(r, buf_str(&m->msg), m->msg.len, r->n > 0);
		p = m->window + m->at;
		if (whole && blank && *p == 'F' && is_separator(p, m->window + m->have)) {
			if ((rc = give(r, buf_str(&m->msg), m->msg.len, true)) != 0)
				return rc;
			buf_clear(&m->msg);
		}
		nl = memchr(p, '\n', m->have - m->at);
		n = nl ? (size_t)(nl - p) + 1 : m->have - m->at;
		blank = whole && nl && (n == 1 || (n == 2 && *p == '\r'));
		whole = nl != NULL;
		keep(r, n);
	}
}

int
mbox_read(struct mbox *m, int fd, const char *path, size_t max_bytes,
    int (*each)(void *, const char *, const char *, size_t, struct err *), void *arg, struct err *e)
{
	struct reading r = { m, fd, path, max_bytes, each, arg, e, 0 };
	bool many;

	if (!m->window)
		m->window = mem_alloc(WINDOW_BYTES);
	buf_clear(&m->msg);
	m->msg.max = max_bytes + 1;
	m->at = m->have = 0;
	m->over = false;
	if (look_ahead(&r, WINDOW_BYTES) < 0)
		return -1;
	many = m->have > 5 && memcmp(m->window, "From ", 5) == 0;
	return many ? read_many(&r) : read_one(&r);
}

void
mbox_release(struct mbox *m)
{
	free(m->window);
	buf_release(&m->msg);
	*m = (struct mbox)MBOX_INIT;
}
