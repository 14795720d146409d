#include "support/box_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define FAULTS_MAX 32

struct mail {
	char *msg, *folder;
	uint32_t uid;
	bool deleted;
};

/* [c] constant after start, [p] under lock */
struct box_peer {
	struct box_options o;			/* [c] but faults and password, which are [p] */
	int listen_fd;				/* [c] */
	char url[64];				/* [c] */
	int stop_pipe[2];			/* [c] readable: end */
	pthread_t thread;
	pthread_mutex_t lock;
	struct mail *mails;			/* [p] */
	size_t n, cap;				/* [p] */
	uint32_t uidvalidity, uidnext;		/* [p] */
	struct box_fault faults[FAULTS_MAX];	/* [p] */
	int met[FAULTS_MAX], used[FAULTS_MAX];	/* [p] */
	size_t n_faults, n_connections;		/* [p] */
	struct buf commands;			/* [p] a line each */
	char password[64];			/* [p] "": any */
};

struct guest {
	struct box_peer *p;
	int fd;
	char in[65536];
	size_t at, have;
	struct buf out;			/* the answer at hand */
	char tag[32];
	bool over;
};

static void
fail(const char *what)
{
	fprintf(stderr, "box_peer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool
wait_readable(struct guest *g, int ms)
{
	struct pollfd p[2] = { { g->fd, POLLIN, 0 }, { g->p->stop_pipe[0], POLLIN, 0 } };

	return poll(p, 2, ms) > 0 && !p[1].revents;
}

static bool
get_line(struct guest *g, struct buf *line)
{
	buf_clear(line);
	for (;;) {
		ssize_t n;

		while (g->at < g->have) {
			char c = g->in[g->at++];

			if (c == '\n')
				return true;
			if (c != '\r')
				buf_char(line, c);
		}
		if (!wait_readable(g, 60000) || (n = recv(g->fd, g->in, sizeof(g->in), 0)) <= 0)
			return false;
		g->at = 0;
		g->have = (size_t)n;
	}
}

static void
put(struct guest *g, const char *s, size_t n)
{
	while (n) {
		ssize_t k = send(g->fd, s, n, MSG_NOSIGNAL);

		if (k <= 0) {
			g->over = true;
			return;
		}
		s += k;
		n -= (size_t)k;
	}
}

static void
say(struct guest *g, const char *s)
{
	struct buf b = BUF_INIT(65536);

	for (; s && *s; s++) {
		if (s[0] == '%' && s[1] == 'T') {
			buf_str_add(&b, g->tag);
			s++;
		} else {
			buf_char(&b, *s);
		}
	}
	put(g, buf_str(&b), b.len);
	buf_release(&b);
}

/* --- the messages ---------------------------------------------------------- */

static size_t
count(const struct box_peer *p, const char *folder)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += strcmp(p->mails[i].folder, folder) == 0;
	return n;
}

static void
add(struct box_peer *p, const char *folder, const char *msg, uint32_t uid)
{
	p->mails = mem_room(p->mails, p->n, &p->cap, sizeof(*p->mails));
	p->mails[p->n++] = (struct mail){ mem_dup(msg), mem_dup(folder), uid, false };
}

static void
drop(struct box_peer *p, size_t i)
{
	free(p->mails[i].msg);
	free(p->mails[i].folder);
	memmove(&p->mails[i], &p->mails[i + 1], (--p->n - i) * sizeof(*p->mails));
}

/* "1:4,9,12:*" */
static bool
in_set(const char *set, uint32_t uid, uint32_t last)
{
	for (const char *s = set; *s; s += *s == ',') {
		uint32_t a = *s == '*' ? last : (uint32_t)strtoul(s, NULL, 10), b = a;

		s += strspn(s, "0123456789*");
		if (*s == ':') {
			b = *++s == '*' ? last : (uint32_t)strtoul(s, NULL, 10);
			s += strspn(s, "0123456789*");
		}
		if ((uid >= a && uid <= b) || (uid >= b && uid <= a))
			return true;
		if (*s && *s != ',')
			break;
	}
	return false;
}

/* --- IMAP ------------------------------------------------------------------- */

static void
fetch(struct guest *g, const char *set, const char *items)
{
	struct box_peer *p = g->p;
	bool body = strcasestr(items, "BODY.PEEK[]") != NULL;
	const char *most = strstr(items, "<0.");
	size_t limit = most ? strtoul(most + 3, NULL, 10) : SIZE_MAX, seq = 0;
	uint32_t last = 0;

	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->mails[i].folder, "INBOX") == 0)
			last = p->mails[i].uid;
	for (size_t i = 0; i < p->n; i++) {
		struct mail *m = &p->mails[i];
		size_t len = strlen(m->msg);

		if (strcmp(m->folder, "INBOX") != 0)
			continue;
		seq++;
		if (!in_set(set, m->uid, last))
			continue;
		if (body) {
			buf_printf(&g->out, "* %zu FETCH (UID %" PRIu32 " BODY[]<0> {%zu}\r\n", seq, m->uid, len < limit ? len : limit);
			buf_add(&g->out, m->msg, len < limit ? len : limit);
			buf_str_add(&g->out, ")\r\n");
		} else {
			buf_printf(&g->out, "* %zu FETCH (UID %" PRIu32 " RFC822.SIZE %zu FLAGS (%s))\r\n", seq, m->uid, len,
			    m->deleted ? "\\Deleted" : "");
		}
	}
}

static void
expunge(struct guest *g, const char *set)
{
	struct box_peer *p = g->p;
	size_t seq = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (strcmp(p->mails[i].folder, "INBOX") != 0)
			continue;
		seq++;
		if (p->mails[i].deleted && (!set || in_set(set, p->mails[i].uid, UINT32_MAX))) {
			buf_printf(&g->out, "* %zu EXPUNGE\r\n", seq--);
			drop(p, i--);
		}
	}
}

static bool
has_folder(const struct box_peer *p, const char *name)
{
	char line[300];

	snprintf(line, sizeof(line), "CREATE \"%s\"\n", name);
	return count(p, name) > 0 || (!p->o.no_create && strstr(buf_str(&p->commands), line));
}

/* COPY, or MOVE: what is copied is marked and expunged. false: no such folder. */
static bool
copy(struct guest *g, const char *set, const char *rest, bool move)
{
	struct box_peer *p = g->p;
	char name[128];
	size_t n = p->n;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(rest + 1, "\""), rest + 1);
	if (!has_folder(p, name))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(p->mails[i].folder, "INBOX") != 0 || !in_set(set, p->mails[i].uid, UINT32_MAX))
			continue;
		add(p, name, p->mails[i].msg, 0);
		p->mails[i].deleted |= move;
	}
	if (move)
		expunge(g, set);
	return true;
}

static const char *
uid_command(struct guest *g, const char *s)
{
	struct box_peer *p = g->p;
	char set[4096];
	const char *rest = strchr(s, ' ');

	if (!rest)
		return "BAD what?";
	snprintf(set, sizeof(set), "%.*s", (int)strcspn(rest + 1, " "), rest + 1);
	rest += 1 + strlen(set);
	rest += *rest == ' ';
	if (strncasecmp(s, "FETCH ", 6) == 0) {
		fetch(g, set, rest);
	} else if (strncasecmp(s, "COPY ", 5) == 0 || strncasecmp(s, "MOVE ", 5) == 0) {
		if (!copy(g, set, rest, *s == 'M'))
			return "NO [TRYCREATE] no such folder";
	} else if (strncasecmp(s, "STORE ", 6) == 0) {
		for (size_t i = 0; i < p->n; i++)
			if (strcmp(p->mails[i].folder, "INBOX") == 0 && in_set(set, p->mails[i].uid, UINT32_MAX))
				p->mails[i].deleted = true;
	} else if (strncasecmp(s, "EXPUNGE ", 8) == 0) {
		expunge(g, set);
	} else {
		return "BAD what?";
	}
	return "OK done";
}

static void
imap(struct guest *g, const char *s)
{
	struct box_peer *p = g->p;
	const char *end = "OK done";

	if (strncasecmp(s, "CAPABILITY", 10) == 0) {
		buf_printf(&g->out, "* CAPABILITY %s\r\n", p->o.capability ? p->o.capability : "IMAP4rev1 UIDPLUS MOVE");
	} else if (strncasecmp(s, "LOGIN ", 6) == 0) {
		end = !*p->password || strstr(s, p->password) ? "OK logged in" : "NO [AUTHENTICATIONFAILED] wrong";
	} else if (strncasecmp(s, "SELECT ", 7) == 0) {
		buf_printf(&g->out, "* %zu EXISTS\r\n* OK [UIDVALIDITY %" PRIu32 "] valid\r\n* OK [UIDNEXT %" PRIu32 "] next\r\n",
		    count(p, "INBOX"), p->uidvalidity, p->uidnext);
		end = strcasestr(s, "INBOX") ? "OK [READ-WRITE] selected" : "NO no such folder";
	} else if (strncasecmp(s, "UID ", 4) == 0) {
		end = uid_command(g, s + 4);
	} else if (strncasecmp(s, "EXPUNGE", 7) == 0) {
		expunge(g, NULL);
	} else if (strncasecmp(s, "CREATE ", 7) == 0) {
		end = p->o.no_create ? "NO permission denied" : "OK created";
	} else if (strncasecmp(s, "LOGOUT", 6) == 0) {
		buf_str_add(&g->out, "* BYE\r\n");
		g->over = true;
	} else if (strncasecmp(s, "NOOP", 4) != 0) {
		end = "BAD what?";
	}
	buf_printf(&g->out, "%s %s\r\n", g->tag, end);
}

/* --- POP3 ------------------------------------------------------------------- */

/* Until QUIT a deletion only marks: `deleted`. */
static void
pop3_quit(struct box_peer *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->mails[i].deleted)
			drop(p, i--);
}

static void
retrieve(struct guest *g, const char *msg)
{
	buf_str_add(&g->out, "+OK\r\n");
	for (const char *line = msg; *line; ) {
		size_t n = strcspn(line, "\n");

		buf_printf(&g->out, "%s%.*s\r\n", *line == '.' ? "." : "", (int)(n - (n && line[n - 1] == '\r')), line);
		line += n + (line[n] == '\n');
	}
	buf_str_add(&g->out, ".\r\n");
}

static void
pop3(struct guest *g, const char *s)
{
	struct box_peer *p = g->p;
	size_t i = strchr(s, ' ') ? strtoul(strchr(s, ' '), NULL, 10) : 0;

	if (strncasecmp(s, "CAPA", 4) == 0) {
		buf_str_add(&g->out, "+OK\r\nUSER\r\nUIDL\r\n.\r\n");
	} else if (strncasecmp(s, "PASS ", 5) == 0 && *p->password && strcmp(s + 5, p->password) != 0) {
		buf_str_add(&g->out, "-ERR [AUTH] wrong\r\n");
	} else if (strncasecmp(s, "STAT", 4) == 0) {
		buf_printf(&g->out, "+OK %zu 0\r\n", p->n);
	} else if (strncasecmp(s, "LIST", 4) == 0 || (strncasecmp(s, "UIDL", 4) == 0 && !p->o.no_uidl)) {
		buf_str_add(&g->out, "+OK\r\n");
		for (size_t k = 0; k < p->n; k++) {
			if (*s == 'L' || *s == 'l')
				buf_printf(&g->out, "%zu %zu\r\n", k + 1, strlen(p->mails[k].msg));
			else
				buf_printf(&g->out, "%zu unique-%" PRIu32 "\r\n", k + 1, p->mails[k].uid);
		}
		buf_str_add(&g->out, ".\r\n");
	} else if (strncasecmp(s, "UIDL", 4) == 0) {
		buf_str_add(&g->out, "-ERR not here\r\n");
	} else if (strncasecmp(s, "RETR", 4) == 0 && i >= 1 && i <= p->n) {
		retrieve(g, p->mails[i - 1].msg);
	} else if (strncasecmp(s, "DELE", 4) == 0 && i >= 1 && i <= p->n) {
		p->mails[i - 1].deleted = true;
		buf_str_add(&g->out, "+OK\r\n");
	} else if (strncasecmp(s, "QUIT", 4) == 0) {
		pop3_quit(p);
		buf_str_add(&g->out, "+OK bye\r\n");
		g->over = true;
	} else {
		buf_str_add(&g->out, "+OK\r\n");
	}
}

/* --- one connection --------------------------------------------------------- */

static const struct box_fault *
fault_for(struct box_peer *p, const char *command)
{
	for (size_t i = 0; i < p->n_faults; i++) {
		const struct box_fault *f = &p->faults[i];

		if (strncasecmp(command, f->command, strlen(f->command)) != 0 || p->met[i]++ < f->nth ||
		    (f->times && p->used[i] >= f->times))
			continue;
		p->used[i]++;
		return f;
	}
	return NULL;
}

static void
misbehave(struct guest *g, const struct box_fault *f)
{
	switch (f->then) {
	case BOX_INSTEAD:
		say(g, f->say);
		return;
	case BOX_HANG_UP:
		say(g, f->say);
		break;
	case BOX_DIE_AFTER:
		break;
	case BOX_CUT:
		put(g, buf_str(&g->out), g->out.len < f->cut ? g->out.len : f->cut);
		break;
	case BOX_STALL:
		say(g, f->say);
		while (wait_readable(g, 60000) && recv(g->fd, g->in, sizeof(g->in), 0) > 0)
			;
		break;
	case BOX_BABBLE:
		while (!g->over && !wait_readable(g, 0))
			say(g, f->say);
		break;
	}
	g->over = true;
}

static void
serve(struct guest *g, const char *command)
{
	struct box_peer *p = g->p;
	struct box_fault f = { .command = NULL };
	const struct box_fault *found;
	bool act;

	buf_clear(&g->out);
	pthread_mutex_lock(&p->lock);
	buf_printf(&p->commands, "%s\n", command);
	if ((found = fault_for(p, command)))
		f = *found;
	act = !f.command || f.then == BOX_DIE_AFTER || f.then == BOX_CUT;
	if (act && strcmp(command, "GREETING") == 0)
		buf_str_add(&g->out, p->o.pop3 ? "+OK here\r\n" : "* OK here\r\n");
	else if (act && p->o.pop3)
		pop3(g, command);
	else if (act)
		imap(g, command);
	pthread_mutex_unlock(&p->lock);
	if (f.command)
		misbehave(g, &f);
	else
		put(g, buf_str(&g->out), g->out.len);
}

static void
receive(struct box_peer *p, int fd)
{
	struct guest *g = mem_zalloc(sizeof(*g));
	struct buf line = BUF_INIT(65536);

	g->p = p;
	g->fd = fd;
	g->out = (struct buf)BUF_INIT(64u << 20);
	pthread_mutex_lock(&p->lock);
	p->n_connections++;
	for (size_t i = 0; i < p->n; i++)
		p->mails[i].deleted &= !p->o.pop3;	/* RFC 1939: without QUIT nothing is deleted */
	pthread_mutex_unlock(&p->lock);
	serve(g, "GREETING");
	while (!g->over && get_line(g, &line)) {
		const char *s = buf_str(&line), *space = strchr(s, ' ');

		if (!p->o.pop3) {
			snprintf(g->tag, sizeof(g->tag), "%.*s", space ? (int)(space - s) : 0, s);
			s = space ? space + 1 : s;
		}
		serve(g, s);
	}
	close(fd);
	buf_release(&g->out);
	buf_release(&line);
	free(g);
}

static void *
run(void *arg)
{
	struct box_peer *p = arg;

	for (;;) {
		struct pollfd f[2] = { { p->listen_fd, POLLIN, 0 }, { p->stop_pipe[0], POLLIN, 0 } };
		int fd;

		if (poll(f, 2, -1) < 0 || f[1].revents)
			return NULL;
		if ((fd = accept(p->listen_fd, NULL, NULL)) >= 0)
			receive(p, fd);
	}
}

struct box_peer *
box_start(const struct box_options *o)
{
	struct box_peer *p = mem_zalloc(sizeof(*p));
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	p->o = *o;
	p->uidvalidity = 7;
	p->uidnext = 1;
	p->commands = (struct buf)BUF_INIT(4u << 20);
	pthread_mutex_init(&p->lock, NULL);
	box_faults(p, o->faults, o->n_faults);
	box_password(p, o->password ? o->password : "");
	if (pipe(p->stop_pipe) < 0 || (p->listen_fd = socket(AF_INET, SOCK_STREAM, 0)) < 0 ||
	    bind(p->listen_fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(p->listen_fd, 8) < 0 ||
	    getsockname(p->listen_fd, (struct sockaddr *)&a, &len) < 0)
		fail("socket");
	snprintf(p->url, sizeof(p->url), "%s://127.0.0.1:%d%s", o->pop3 ? "pop3" : "imap", ntohs(a.sin_port),
	    o->pop3 ? "" : "/INBOX");
	if (pthread_create(&p->thread, NULL, run, p) != 0)
		fail("thread");
	return p;
}

void
box_stop(struct box_peer *p)
{
	if (write(p->stop_pipe[1], "x", 1) != 1)
		fail("pipe");
	pthread_join(p->thread, NULL);
	while (p->n)
		drop(p, p->n - 1);
	free(p->mails);
	buf_release(&p->commands);
	close(p->listen_fd);
	close(p->stop_pipe[0]);
	close(p->stop_pipe[1]);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

const char *
box_url(const struct box_peer *p)
{
	return p->url;
}

void
box_add(struct box_peer *p, const char *msg)
{
	pthread_mutex_lock(&p->lock);
	add(p, "INBOX", msg, p->uidnext++);
	pthread_mutex_unlock(&p->lock);
}

size_t
box_count(struct box_peer *p, const char *folder)
{
	size_t n;

	pthread_mutex_lock(&p->lock);
	n = count(p, folder);
	pthread_mutex_unlock(&p->lock);
	return n;
}

bool
box_has(struct box_peer *p, const char *folder, const char *part)
{
	bool found = false;

	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < p->n; i++)
		found |= strcmp(p->mails[i].folder, folder) == 0 && strstr(p->mails[i].msg, part);
	pthread_mutex_unlock(&p->lock);
	return found;
}

void
box_renumber(struct box_peer *p)
{
	pthread_mutex_lock(&p->lock);
	p->uidvalidity++;
	p->uidnext = 1;
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->mails[i].folder, "INBOX") == 0)
			p->mails[i].uid = p->uidnext++;
	pthread_mutex_unlock(&p->lock);
}

void
box_faults(struct box_peer *p, const struct box_fault *faults, size_t n)
{
	ASSERT(n <= FAULTS_MAX);
	pthread_mutex_lock(&p->lock);
	p->n_faults = n;
	for (size_t i = 0; i < n; i++) {
		p->faults[i] = faults[i];
		p->met[i] = p->used[i] = 0;
	}
	pthread_mutex_unlock(&p->lock);
}

void
box_password(struct box_peer *p, const char *password)
{
	pthread_mutex_lock(&p->lock);
	snprintf(p->password, sizeof(p->password), "%s", password);
	pthread_mutex_unlock(&p->lock);
}

size_t
box_commands(struct box_peer *p, const char *command)
{
	size_t n = 0, len = strlen(command);

	pthread_mutex_lock(&p->lock);
	for (const char *s = buf_str(&p->commands); *s; s += strcspn(s, "\n") + 1)
		n += strncasecmp(s, command, len) == 0;
	pthread_mutex_unlock(&p->lock);
	return n;
}

size_t
box_connections(struct box_peer *p)
{
	size_t n;

	pthread_mutex_lock(&p->lock);
	n = p->n_connections;
	pthread_mutex_unlock(&p->lock);
	return n;
}
