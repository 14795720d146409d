#include "mail/tap.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

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
	w->fd = -1;
	w->error = 0;
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
}

void
tap_cork(const struct tap *w, int on)
{
	if (w->fd >= 0)
		setsockopt(w->fd, IPPROTO_TCP, TCP_CORK, &on, sizeof(on));
}

static int
connect_limited(struct tap *w, int fd, const struct sockaddr *addr, socklen_t len)
{
	const struct timeval limit = { .tv_sec = w->timeout_s }, none = { .tv_sec = 0 };
	const int on = 1;
	int rc;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	do
		rc = (int)syscall(SYS_connect, fd, addr, len);
	while (rc < 0 && errno == EINTR);
	/* A blocking connect that ran into SO_SNDTIMEO says EINPROGRESS: socket(7). */
	if (rc < 0 && errno == EINPROGRESS)
		errno = ETIMEDOUT;
	w->error = rc < 0 ? errno : 0;
	w->fd = rc < 0 ? -1 : fd;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof(none));
	if (rc < 0)
		errno = w->error;
	return rc;
}

int
connect(int fd, ADDRESS_ARG addr, socklen_t len)
{
	const struct sockaddr *sa = ADDRESS(addr);

	if (here && (sa->sa_family == AF_INET || sa->sa_family == AF_INET6))
		return connect_limited(here, fd, sa, len);
	return (int)syscall(SYS_connect, fd, sa, len);
}
