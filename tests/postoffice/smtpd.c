#include "postoffice/smtpd.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define HOST "relay.postoffice.example"
#define SIZE_MAX_BYTES 10485760
#define SIZE_MAX_TEXT "10485760"
#define LINE_MAX_BYTES 2048		/* of a command: RFC 3461 4 needs more than 512 */
#define TEXT_LINE_MAX 998

struct conn {
	int fd;
	struct buf in, out, data;
	char *sender, *recipient, *envid, *orcpt;	/* of the transaction, NULL */
	bool greeted, in_data, eight_bit, closing;
	const char *malformed;				/* what is wrong with the text so far */
	struct conn *next, **link;
};

struct smtpd {
	int listener, epoll, wake, port;
	pthread_t thread;
	struct smtpd_calls calls;
	struct conn *conns;
};

int
listen_loopback(int *port, struct err *e)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)*port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return err_sys(e, "no socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 128) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) < 0) {
		err_sys(e, "cannot listen on 127.0.0.1:%d", *port);
		close(fd);
		return -1;
	}
	*port = ntohs(at.sin_port);
	return fd;
}

static void
say(struct conn *c, const char *reply)
{
	buf_str_add(&c->out, reply);
	buf_str_add(&c->out, "\r\n");
}

static void
forget(struct conn *c)
{
	free(c->sender);
	free(c->recipient);
	free(c->envid);
	free(c->orcpt);
	c->sender = c->recipient = c->envid = c->orcpt = NULL;
	c->eight_bit = false;
	c->malformed = NULL;
	buf_clear(&c->data);
}

/* "<path> PARAM=x ...": the path without <>, and where the parameters begin. NULL: no path. */
static char *
path_of(const char *s, const char **rest)
{
	const char *end;

	while (*s == ' ')
		s++;
	if (*s != '<' || !(end = strchr(s, '>')))
		return NULL;
	*rest = end + 1;
	return mem_ndup(s + 1, (size_t)(end - s - 1));
}

/* The value of NAME=value among the parameters, yours; NULL when absent. */
static char *
parameter(const char *s, const char *name)
{
	size_t len = strlen(name);

	while (*s) {
		size_t word;

		s += strspn(s, " ");
		word = strcspn(s, " ");
		if (word > len && strncasecmp(s, name, len) == 0 && s[len] == '=')
			return mem_ndup(s + len + 1, word - len - 1);
		s += word;
	}
	return NULL;
}

/* The commands: each returns what to answer. */
static const char *
do_mail(struct conn *c, const char *arg)
{
	const char *rest;
	char *path, *size, *body;
	bool large;

	if (!c->greeted)
		return "503 5.5.1 EHLO first";
	if (c->sender)
		return "503 5.5.1 nested MAIL";
	if (!(path = path_of(arg, &rest)))
		return "501 5.5.4 MAIL FROM:<address>";
	forget(c);
	size = parameter(rest, "SIZE");
	body = parameter(rest, "BODY");
	large = size && strtoll(size, NULL, 10) > SIZE_MAX_BYTES;
	c->eight_bit = body && strcasecmp(body, "8BITMIME") == 0;
	free(size);
	free(body);
	if (large) {
		free(path);
		return "552 5.3.4 message too large";
	}
	c->sender = path;
	c->envid = parameter(rest, "ENVID");
	return "250 2.1.0 Ok";
}

static const char *
do_rcpt(struct smtpd *d, struct conn *c, const char *arg)
{
	const char *rest, *reply;
	char *path;

	if (!c->sender)
		return "503 5.5.1 MAIL first";
	if (c->recipient)
		return "452 4.5.3 one recipient at a time";
	if (!(path = path_of(arg, &rest)) || !*path) {
		free(path);
		return "501 5.5.4 RCPT TO:<address>";
	}
	reply = d->calls.rcpt(d->calls.arg, path);
	if (*reply == '2') {
		c->recipient = path;
		c->orcpt = parameter(rest, "ORCPT");
	} else {
		free(path);
	}
	return reply;
}

static const char *
command(struct smtpd *d, struct conn *c, const char *line)
{
	bool ehlo = strncasecmp(line, "EHLO ", 5) == 0;

	if (strncasecmp(line, "MAIL FROM:", 10) == 0)
		return do_mail(c, line + 10);
	if (strncasecmp(line, "RCPT TO:", 8) == 0)
		return do_rcpt(d, c, line + 8);
	if (strcasecmp(line, "DATA") == 0) {
		if (!c->recipient)
			return "503 5.5.1 no valid recipient";
		c->in_data = true;
		return "354 end with a dot";
	}
	if (ehlo || strncasecmp(line, "HELO ", 5) == 0) {
		forget(c);
		c->greeted = true;
		return ehlo ? "250-" HOST "\r\n250-PIPELINING\r\n250-SIZE " SIZE_MAX_TEXT "\r\n250-8BITMIME\r\n"
		    "250-DSN\r\n250 ENHANCEDSTATUSCODES" : "250 " HOST;
	}
	if (strcasecmp(line, "RSET") == 0) {
		forget(c);
		return "250 2.0.0 Ok";
	}
	if (strncasecmp(line, "NOOP", 4) == 0)
		return "250 2.0.0 Ok";
	if (strcasecmp(line, "QUIT") == 0) {
		c->closing = true;
		return "221 2.0.0 Bye";
	}
	return "500 5.5.2 what?";
}

/* One line of text, with its line end. */
static void
text_line(struct smtpd *d, struct conn *c, const char *s, size_t len)
{
	if (len < 2 || s[len - 2] != '\r')
		c->malformed = "bare LF";
	else if (memchr(s, '\r', len - 2))
		c->malformed = "bare CR";
	else if (memchr(s, '\0', len))
		c->malformed = "NUL";
	else if (len - 2 > TEXT_LINE_MAX)
		c->malformed = "line too long";
	if (!c->eight_bit)
		for (size_t i = 0; i < len; i++)
			if ((unsigned char)s[i] > 127)
				c->malformed = "8-bit text without BODY=8BITMIME";
	if (len == 3 && memcmp(s, ".\r\n", 3) == 0) {
		if (c->data.failed) {
			say(c, "552 5.3.4 message too large");
		} else if (c->malformed) {
			char reply[128];

			snprintf(reply, sizeof(reply), "554 5.6.0 malformed message: %s", c->malformed);
			d->calls.fault(d->calls.arg, c->malformed, c->recipient);
			say(c, reply);
		} else {
			struct smtpd_mail m = { c->sender, c->recipient, c->envid ? c->envid : "",
			    c->orcpt ? c->orcpt : "", buf_str(&c->data), c->data.len };

			say(c, d->calls.message(d->calls.arg, &m));
		}
		c->in_data = false;
		forget(c);
		return;
	}
	buf_add(&c->data, s + (*s == '.'), len - (*s == '.'));
}

static void
conn_close(struct conn *c)
{
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	close(c->fd);
	forget(c);
	buf_release(&c->in);
	buf_release(&c->out);
	buf_release(&c->data);
	free(c);
}

/* Writes what there is; false when the connection is over. */
static bool
conn_flush(struct smtpd *d, struct conn *c)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };

	while (c->out.len) {
		ssize_t n = send(c->fd, c->out.s, c->out.len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return false;
		if (n < 0)
			break;
		memmove(c->out.s, c->out.s + n, c->out.len - (size_t)n);
		buf_cut(&c->out, c->out.len - (size_t)n);
	}
	if (c->out.len)
		ev.events |= EPOLLOUT;
	else if (c->closing)
		return false;
	epoll_ctl(d->epoll, EPOLL_CTL_MOD, c->fd, &ev);
	return true;
}

/* Every whole line that has come. */
static void
conn_lines(struct smtpd *d, struct conn *c)
{
	size_t at = 0;

	while (at < c->in.len && !c->closing) {
		char *s = c->in.s + at, *nl = memchr(s, '\n', c->in.len - at);
		size_t len;

		if (!nl)
			break;
		len = (size_t)(nl - s) + 1;
		at += len;
		if (c->in_data) {
			text_line(d, c, s, len);
			continue;
		}
		s[len - 1] = '\0';
		if (len > 1 && s[len - 2] == '\r')
			s[len - 2] = '\0';
		say(c, len > LINE_MAX_BYTES ? "500 5.5.2 line too long" : command(d, c, s));
	}
	if (at) {
		memmove(c->in.s, c->in.s + at, c->in.len - at);
		buf_cut(&c->in, c->in.len - at);
	}
}

static bool
conn_read(struct smtpd *d, struct conn *c)
{
	char room[65536];
	ssize_t n = recv(c->fd, room, sizeof(room), 0);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return false;
	buf_add(&c->in, room, (size_t)n);
	if (c->in.failed)
		return false;
	conn_lines(d, c);
	return conn_flush(d, c);
}

static void
conn_new(struct smtpd *d)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int on = 1, fd = accept4(d->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct conn *c;

	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c = mem_zalloc(sizeof(*c));
	*c = (struct conn){ .fd = fd, .in = BUF_INIT(SIZE_MAX_BYTES + 65536), .out = BUF_INIT(1 << 20),
	    .data = BUF_INIT(SIZE_MAX_BYTES), .next = d->conns, .link = &d->conns };
	if (c->next)
		c->next->link = &c->next;
	d->conns = c;
	ev.data.ptr = c;
	epoll_ctl(d->epoll, EPOLL_CTL_ADD, fd, &ev);
	d->calls.connected(d->calls.arg);
	say(c, "220 " HOST " ESMTP");
	if (!conn_flush(d, c))
		conn_close(c);
}

static void *
run(void *arg)
{
	struct smtpd *d = arg;

	for (;;) {
		struct epoll_event ev;		/* one at a time: a handled connection may be gone */

		if (epoll_wait(d->epoll, &ev, 1, -1) != 1)
			continue;
		if (ev.data.ptr == &d->wake)
			return NULL;
		if (ev.data.ptr == &d->listener) {
			conn_new(d);
		} else {
			struct conn *c = ev.data.ptr;

			if (!((ev.events & EPOLLOUT) && !(ev.events & EPOLLIN) ? conn_flush(d, c) : conn_read(d, c)))
				conn_close(c);
		}
	}
}

int
smtpd_start(struct smtpd **out, int port, const struct smtpd_calls *calls, struct err *e)
{
	struct smtpd *d = mem_zalloc(sizeof(*d));
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = &d->listener };

	*d = (struct smtpd){ .port = port, .calls = *calls, .epoll = epoll_create1(EPOLL_CLOEXEC),
	    .wake = eventfd(0, EFD_CLOEXEC) };
	d->listener = listen_loopback(&d->port, e);
	if (d->listener < 0 || d->epoll < 0 || d->wake < 0) {
		if (d->listener >= 0)
			err_sys(e, "cannot start the SMTP server");
		close(d->listener);
		close(d->epoll);
		close(d->wake);
		free(d);
		return -1;
	}
	epoll_ctl(d->epoll, EPOLL_CTL_ADD, d->listener, &ev);
	ev.data.ptr = &d->wake;
	epoll_ctl(d->epoll, EPOLL_CTL_ADD, d->wake, &ev);
	if (pthread_create(&d->thread, NULL, run, d) != 0)
		die("no thread for the SMTP server");
	*out = d;
	return 0;
}

int
smtpd_port(const struct smtpd *d)
{
	return d->port;
}

void
smtpd_stop(struct smtpd *d)
{
	const uint64_t one = 1;

	if (!d)
		return;
	if (write(d->wake, &one, sizeof(one)) != (ssize_t)sizeof(one))
		die("cannot stop the SMTP server");
	pthread_join(d->thread, NULL);
	while (d->conns)
		conn_close(d->conns);
	close(d->listener);
	close(d->epoll);
	close(d->wake);
	free(d);
}
