#include "mail/tap.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fiber.h"

#define here ((struct tap *)fiber_local)
#define OWED_MOST_BYTES 65536		/* of one answer */

#ifdef __GLIBC__
#define ADDRESS_ARG __CONST_SOCKADDR_ARG
#define ADDRESS(a) ((a).__sockaddr__)
#else
#define ADDRESS_ARG const struct sockaddr *
#define ADDRESS(a) (a)
#endif

void
tap_enter(struct tap *w)
{
	if (!w->connected)
		w->fd = -1;
	fiber_local = w;
}

void
tap_leave(void)
{
	fiber_local = NULL;
}

void
tap_cut(struct tap *w)
{
	if (w->fd >= 0)
		shutdown(w->fd, SHUT_RDWR);
	w->ended = true;
	w->out_len = 0;
	w->body = NULL;
}

void
tap_body(struct tap *w, const char *body, size_t len)
{
	w->body = body;
	w->body_len = len;
	w->body_at = 0;
}

void
tap_promise(struct tap *w, const char *answer)
{
	w->promise = answer;
	w->owed = true;
	w->column = 0;
	w->goes_on = false;
	w->kept_len = w->owed_len = 0;
}

/* --- what the connection does ------------------------------------------- */

/*
 * fiber_wait. Others have run meanwhile, and OpenSSL keeps what went wrong by
 * the thread: SSL_get_error would take their failed handshake for ours.
 */
static int
wait_ready(int fd, short events, int ms)
{
	int rc = fiber_wait(fd, events, ms), why = errno;

	if (ERR_peek_error())
		ERR_clear_error();
	errno = why;
	return rc;
}

static bool
holds_something(const struct tap *w)
{
	return w->out_len || w->body;
}

static ssize_t
send_body(struct tap *w)
{
	static const char dot[] = ".\r\n";
	size_t at = w->body_at, past = at > w->body_len ? at - w->body_len : 0;
	struct iovec v[2] = {
		{ (void *)(uintptr_t)(w->body + at - past), w->body_len - (at - past) },
		{ (void *)(uintptr_t)(dot + past), sizeof(dot) - 1 - past },
	};
	struct msghdr m = { .msg_iov = v, .msg_iovlen = 2 };
	ssize_t n = sendmsg(w->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n >= 0 && (w->body_at += (size_t)n) == w->body_len + sizeof(dot) - 1)
		w->body = NULL;
	return n;
}

/* As much as the socket takes now. A write that fails is not reported: what the peer said last may still be read. */
static void
send_some(struct tap *w)
{
	ssize_t n = w->out_len ? send(w->fd, w->out, w->out_len, MSG_NOSIGNAL | MSG_DONTWAIT) : send_body(w);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		w->out_len = 0;
		w->body = NULL;
	} else if (w->out_len && (w->out_len -= (size_t)n)) {
		memmove(w->out, w->out + n, w->out_len);
	}
}

/* All that was gathered goes out. */
static void
flush(struct tap *w)
{
	while (holds_something(w) && !w->ended) {
		size_t out = w->out_len, at = w->body_at;

		send_some(w);
		/* No room: some was taken, or nothing. */
		if (holds_something(w) && w->out_len == out && w->body_at == at && wait_ready(w->fd, POLLOUT, w->limit_ms) == 0)
			w->ended = w->stalled = true;
	}
	w->out_len = 0;
	w->body = NULL;
}

/* What the peer said to the command that was answered by a promise. */
static void
keep_owed(struct tap *w)
{
	while (w->owed && w->in_len) {
		char c = w->in[w->in_at++];

		w->in_len--;
		if (w->kept_len < sizeof(w->kept))
			w->kept[w->kept_len++] = c;
		if (w->column == 3)
			w->goes_on = c == '-';
		w->column++;
		if (c != '\n')
			continue;
		w->owed = w->goes_on;
		w->goes_on = false;
		w->column = 0;
	}
}

/* 1 something came or it has ended, 0 nothing yet. */
static int
receive(struct tap *w)
{
	ssize_t n = recv(w->fd, w->in, sizeof(w->in), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	w->in_at = 0;
	w->in_len = n > 0 ? (size_t)n : 0;
	w->ended = n <= 0;
	w->read_error = n < 0 ? errno : 0;
	if (!w->owed || w->ended)
		return 1;
	w->owed_len += w->in_len;
	keep_owed(w);
	if (w->owed_len > OWED_MOST_BYTES)
		w->ended = true;
	return w->in_len > 0 || w->ended;
}

static int
await(struct tap *w, int ms)
{
	bool spoke = holds_something(w);
	int64_t began_ms;
	int rc, on = 1, left = ms;

	/* Just looking, between two commands that go out together: the answer can wait until they have gone. */
	if (ms == 0)
		return 0;
	if (w->promise) {
		w->in_at = 0;
		w->in_len = strlen(w->promise);
		memcpy(w->in, w->promise, w->in_len);
		w->promise = NULL;
		return 1;
	}
	flush(w);
	if (w->ended)
		return w->stalled ? 0 : 1;
	/*
	 * A second answer to what was said before: a peer that writes its answers
	 * one by one (Postfix under TLS) holds it back until the first is
	 * acknowledged, which the kernel would put off for 40 ms.
	 */
	if (!spoke)
		setsockopt(w->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	began_ms = clock_mono_us() / 1000;
	while ((rc = wait_ready(w->fd, POLLIN, left)) > 0 && receive(w) == 0)
		if (ms > 0 && (left = ms - (int)(clock_mono_us() / 1000 - began_ms)) <= 0)
			return 0;
	return rc;
}

static int
tap_poll(struct tap *w, struct pollfd *p, nfds_t n, int ms)
{
	struct pollfd *in = NULL;
	int ready = 0, rc;

	w->limit_ms = ms;
	/* A write found no room. */
	if (w->out_len == sizeof(w->out) && ms != 0)
		flush(w);
	else if (w->out_len == sizeof(w->out))
		send_some(w);
	for (nfds_t i = 0; i < n; i++) {
		p[i].revents = w->out_len < sizeof(w->out) ? p[i].events & POLLOUT : 0;
		ready += p[i].revents != 0;
		if (p[i].events & POLLIN)
			in = &p[i];
	}
	if (!in)
		return ready;
	if (w->in_len || (w->ended && !w->stalled)) {
		ready += !in->revents;
		in->revents |= POLLIN;
		return ready;
	}
	if (ready)
		return ready;
	if ((rc = await(w, ms)) > 0)
		in->revents = POLLIN;
	return rc;
}

static ssize_t
tap_read(struct tap *w, void *to, size_t n)
{
	if (w->in_len == 0) {
		if (w->ended && !w->read_error)
			return 0;
		errno = w->ended ? w->read_error : EAGAIN;
		return -1;
	}
	if (n > w->in_len)
		n = w->in_len;
	memcpy(to, w->in + w->in_at, n);
	w->in_at += n;
	w->in_len -= n;
	return (ssize_t)n;
}

static ssize_t
tap_write(struct tap *w, const void *from, size_t n)
{
	if (w->body && !w->ended)
		return (ssize_t)n;
	if (w->out_len == sizeof(w->out) && !w->ended)
		send_some(w);
	if (w->ended || w->out_len == sizeof(w->out)) {
		errno = w->ended ? EPIPE : EAGAIN;
		return -1;
	}
	if (n > sizeof(w->out) - w->out_len)
		n = sizeof(w->out) - w->out_len;
	memcpy(w->out + w->out_len, from, n);
	w->out_len += n;
	return (ssize_t)n;
}

/* 0 or errno. */
static int
wait_connected(int fd, int64_t timeout_s)
{
	socklen_t n = sizeof(int);
	int why = 0, rc;

	while ((rc = wait_ready(fd, POLLOUT, (int)timeout_s * 1000)) < 0 && errno == EINTR)
		;
	if (rc <= 0)
		return rc < 0 ? errno : ETIMEDOUT;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &n) < 0 ? errno : why;
}

static int
connect_limited(struct tap *w, int fd, const struct sockaddr *addr, socklen_t len)
{
	const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	/* The library does the same when it is connected. */
	fcntl(fd, F_SETFL, O_NONBLOCK);
	w->error = syscall(SYS_connect, fd, addr, len) < 0 ? errno : 0;
	if (w->error == EINPROGRESS || w->error == EINTR)
		w->error = wait_connected(fd, w->timeout_s);
	w->fd = w->error ? -1 : fd;
	w->connected = w->connected || !w->error;
	errno = w->error;
	return w->error ? -1 : 0;
}

struct lookup {
	const char *host, *service;
	const struct addrinfo *hints;
	struct addrinfo **found;
	int rc, why;
};

static int
libc_look_up(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
	int (*of_libc)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

	/* A pointer to a function out of one to anything: dlsym(3) has it so. */
	*(void **)(void *)&of_libc = dlsym(RTLD_NEXT, "getaddrinfo");
	return of_libc(host, service, hints, found);
}

int (*tap_look_up)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = libc_look_up;

static void
look_up_slowly(void *arg)
{
	struct lookup *l = arg;

	l->rc = tap_look_up(l->host, l->service, l->hints, l->found);
	l->why = errno;
}

/* --- the names the library calls ----------------------------------------- */

int
connect(int fd, ADDRESS_ARG addr, socklen_t len)
{
	const struct sockaddr *sa = ADDRESS(addr);

	if (here && (sa->sa_family == AF_INET || sa->sa_family == AF_INET6))
		return connect_limited(here, fd, sa, len);
	return (int)syscall(SYS_connect, fd, sa, len);
}

static bool
only(const struct pollfd *p, nfds_t n, int fd)
{
	for (nfds_t i = 0; i < n; i++)
		if (p[i].fd != fd)
			return false;
	return n > 0;
}

/* What comes in is read as well: the header of libc says that poll only writes there. */
int
poll(struct pollfd *p, nfds_t n, int ms)
{
	struct timespec limit = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	if (here && here->fd >= 0 && only(p, n, here->fd))
		return tap_poll(here, p, n, ms);
	return ppoll(p, n, ms < 0 ? NULL : &limit, NULL);
}

ssize_t
read(int fd, void *to, size_t n)
{
	if (here && fd == here->fd)
		return tap_read(here, to, n);
	return syscall(SYS_read, fd, to, n);
}

ssize_t
write(int fd, const void *from, size_t n)
{
	if (here && fd == here->fd)
		return tap_write(here, from, n);
	return syscall(SYS_write, fd, from, n);
}

int
close(int fd)
{
	if (here && fd == here->fd) {
		flush(here);
		here->fd = -1;
	}
	return (int)syscall(SYS_close, fd);
}

int
getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
	struct lookup l = { .host = host, .service = service, .hints = hints, .found = found };
	struct addrinfo numeric = hints ? *hints : (struct addrinfo){ .ai_family = AF_UNSPEC };

	if (!here)
		return libc_look_up(host, service, hints, found);
	/* An address needs nobody to ask. */
	numeric.ai_flags |= AI_NUMERICHOST;
	if (libc_look_up(host, service, &numeric, found) == 0)
		return 0;
	fiber_block(look_up_slowly, &l);
	errno = l.why;
	return l.rc;
}
