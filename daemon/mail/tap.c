#include "mail/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 1000	/* a read waits by itself for so long: most answers come sooner */

static _Thread_local struct tap *here;

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
	here = w;
}

void
tap_leave(void)
{
	here = NULL;
}

void
tap_cut(struct tap *w)
{
	if (w->fd >= 0)
		shutdown(w->fd, SHUT_RDWR);
	w->ended = true;
	w->out_len = 0;
}

/* --- what the connection does ------------------------------------------- */

/* poll(2) without ours. */
static int
wait_for(int fd, short events, int ms)
{
	struct timespec limit = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
	struct pollfd p = { .fd = fd, .events = events };

	return ppoll(&p, 1, ms < 0 ? NULL : &limit, NULL);
}

/* All that was gathered goes out. A write that fails is not reported: what the peer said last may still be read. */
static void
flush(struct tap *w)
{
	size_t at = 0;

	while (at < w->out_len && !w->ended) {
		ssize_t n = send(w->fd, w->out + at, w->out_len - at, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n >= 0)
			at += (size_t)n;
		else if (errno == EAGAIN && wait_for(w->fd, POLLOUT, w->limit_ms) == 0)
			w->ended = w->stalled = true;
		else if (errno != EAGAIN && errno != EINTR)
			break;
	}
	w->out_len = 0;
}

/* 1 something came or it has ended, 0 nothing in time, -1 a signal. */
static int
receive(struct tap *w, int flags)
{
	ssize_t n = recv(w->fd, w->in, sizeof(w->in), flags);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return errno == EAGAIN ? 0 : -1;
	w->in_at = 0;
	w->in_len = n > 0 ? (size_t)n : 0;
	w->ended = n <= 0;
	w->read_error = n < 0 ? errno : 0;
	return 1;
}

static int
await(struct tap *w, int ms)
{
	bool spoke = w->out_len > 0;
	int rc, on = 1;

	/* Just looking, between two commands that go out together: the answer can wait until they have gone. */
	if (ms == 0)
		return 0;
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
	if (ms < 0 || ms >= PATIENCE_MS) {
		if (!w->blocking && fcntl(w->fd, F_SETFL, 0) == 0)
			w->blocking = true;
		if ((rc = receive(w, 0)) != 0)
			return rc;
		ms = ms < 0 ? -1 : ms - PATIENCE_MS;
	}
	if ((rc = wait_for(w->fd, POLLIN, ms)) <= 0)
		return rc;
	return receive(w, MSG_DONTWAIT);
}

static int
tap_poll(struct tap *w, struct pollfd *p, nfds_t n, int ms)
{
	struct pollfd *in = NULL;
	int ready = 0, rc;

	w->limit_ms = ms;
	for (nfds_t i = 0; i < n; i++) {
		p[i].revents = p[i].events & POLLOUT;
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
	if (w->out_len == sizeof(w->out))
		flush(w);
	if (w->ended) {
		errno = EPIPE;
		return -1;
	}
	if (n > sizeof(w->out) - w->out_len)
		n = sizeof(w->out) - w->out_len;
	memcpy(w->out + w->out_len, from, n);
	w->out_len += n;
	return (ssize_t)n;
}

static int
connect_limited(struct tap *w, int fd, const struct sockaddr *addr, socklen_t len)
{
	const struct timeval limit = { .tv_sec = w->timeout_s }, none = { .tv_sec = 0 },
	    patience = { .tv_sec = PATIENCE_MS / 1000 };
	const int on = 1;
	int rc;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	do
		rc = (int)syscall(SYS_connect, fd, addr, len);
	while (rc < 0 && errno == EINTR);
	/* A blocking connect that ran into SO_SNDTIMEO says EINPROGRESS: socket(7). */
	if (rc < 0 && errno == EINPROGRESS)
		errno = ETIMEDOUT;
	w->error = rc < 0 ? errno : 0;
	w->fd = rc < 0 ? -1 : fd;
	w->connected = w->connected || rc == 0;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof(none));
	if (rc < 0)
		errno = w->error;
	return rc;
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
