#include "web/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "base/mem.h"

#define FULL_MS 20		/* between two looks whether a connection has gone */
#define HASTE 512		/* handed over and not counted by the library yet */
#define BATCH 64
#define SETTLE_MS 200		/* who was taken at the last moment has not asked yet */

struct http_server {
	struct MHD_Daemon *mhd;	/* [c] */
	struct http_options o;	/* [c] */
	int fd, stop;		/* [c] the socket; written to when no more are to be taken */
	pthread_t doorman;	/* [c] */
	atomic_int open;	/* connections handed to the library and not closed by it */
	atomic_int at_work;	/* requests begun and not completed */
};

bool
http_is_loopback(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr) >> 24 == 127;
	if (sa->sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr);
	return false;
}

bool
http_bound_to_loopback(int fd)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(ss);

	return getsockname(fd, (struct sockaddr *)&ss, &len) == 0 && http_is_loopback((struct sockaddr *)&ss);
}

/* Splits "host:port" and "[host]:port". */
static bool
split_address(const char *address, char *host, size_t host_size, const char **port)
{
	const char *colon = strrchr(address, ':'), *from = address, *to = colon;

	if (!colon || strspn(colon + 1, "0123456789") != strlen(colon + 1) || !colon[1] || strlen(colon + 1) > 5 ||
	    strtol(colon + 1, NULL, 10) > 65535)
		return false;
	if (*address == '[') {
		if (colon[-1] != ']')
			return false;
		from++;
		to--;
	} else if (memchr(address, ':', (size_t)(colon - address))) {
		return false;
	}
	if (to <= from || (size_t)(to - from) >= host_size)
		return false;
	memcpy(host, from, (size_t)(to - from));
	host[to - from] = '\0';
	*port = colon + 1;
	return true;
}

static void
name_bound(int fd, struct http_where *bound)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(ss);
	char host[64], port[8];

	bound->text[0] = '\0';
	if (getsockname(fd, (struct sockaddr *)&ss, &len) == 0 &&
	    getnameinfo((struct sockaddr *)&ss, len, host, sizeof(host), port, sizeof(port),
	    NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		snprintf(bound->text, sizeof(bound->text), ss.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

int
http_listen(const char *address, struct http_where *bound, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *list = NULL;
	char host[256];
	const char *port;
	int fd, rc, on = 1;

	if (!split_address(address, host, sizeof(host), &port))
		return err_set(e, ERR_INPUT, TR("'%s' is no address to listen on: write 127.0.0.1:8080 or [::1]:8080",
		    "'%s' không phải địa chỉ để lắng nghe: viết 127.0.0.1:8080 hoặc [::1]:8080"), address);
	if ((rc = getaddrinfo(host, port, &hints, &list)) != 0)
		return err_set(e, ERR_INPUT, TR("'%s' is no address to listen on: %s", "'%s' không phải địa chỉ để lắng nghe: %s"),
		    address, gai_strerror(rc));
	fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, list->ai_addr, list->ai_addrlen) < 0 || listen(fd, 1024) < 0) {
		err_sys(e, TR("cannot listen on %s", "không lắng nghe được tại %s"), address);
		freeaddrinfo(list);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	freeaddrinfo(list);
	name_bound(fd, bound);
	return fd;
}

/* What libmicrohttpd has to say is about clients that misbehave: for debugging only. */
static void
library_log(void *arg, const char *fmt, va_list ap)
{
	struct log_q q;
	char text[400];

	(void)arg;
	vsnprintf(text, sizeof(text), fmt, ap);
	log_debug("http_library", "text=%s", log_q(&q, text));
}

/* A %00 stays as it is written: decoded, it would hide what comes behind it. */
static size_t
unescape(void *arg, struct MHD_Connection *c, char *s)
{
	(void)arg;
	(void)c;
	return strstr(s, "%00") ? strlen(s) : MHD_http_unescape(s);
}

static void *
on_begun(void *arg, const char *uri, struct MHD_Connection *c)
{
	struct http_server *s = arg;

	(void)uri;
	(void)c;
	atomic_fetch_add(&s->at_work, 1);
	return NULL;
}

static void
on_completed(void *arg, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct http_server *s = arg;

	if (s->o.completed)
		s->o.completed(s->o.arg, c, state, why);
	atomic_fetch_sub(&s->at_work, 1);
}

static void
on_connection(void *arg, struct MHD_Connection *c, void **state, enum MHD_ConnectionNotificationCode what)
{
	struct http_server *s = arg;

	(void)c;
	(void)state;
	if (what == MHD_CONNECTION_NOTIFY_CLOSED)
		atomic_fetch_sub(&s->open, 1);
}

/* As the library counts: those that it has looked at. */
static unsigned
connections(const struct http_server *s)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->mhd, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info ? info->num_connections : 0;
}

/* Takes some who wait at the door. False: there is no room or no descriptor, look again later. */
static bool
take(struct http_server *s)
{
	for (int n = 0; n < BATCH; n++) {
		struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
		socklen_t len = sizeof(ss);
		int fd = accept4(s->fd, (struct sockaddr *)&ss, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		if (fd < 0)
			continue;
		atomic_fetch_add(&s->open, 1);
		if (MHD_add_connection(s->mhd, fd, (struct sockaddr *)&ss, len) != MHD_YES)
			atomic_fetch_sub(&s->open, 1);	/* too many from there; it is closed already */
	}
	return true;
}

static void *
doorman(void *arg)
{
	struct http_server *s = arg;
	struct pollfd p[2] = { { .fd = s->stop, .events = POLLIN }, { .fd = s->fd, .events = POLLIN } };
	bool room = true;

	while (poll(p, room ? 2 : 1, room ? -1 : FULL_MS) >= 0 || errno == EINTR) {
		if (p[0].revents)
			break;
		room = connections(s) < HTTP_CONNECTIONS && take(s);
	}
	return NULL;
}

static struct MHD_Daemon *
start_library(struct http_server *s)
{
	const struct http_options *o = &s->o;
	struct MHD_OptionItem tls[4] = { { MHD_OPTION_END, 0, NULL } };
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG | MHD_USE_TURBO |
	    MHD_USE_NO_LISTEN_SOCKET;

	if (o->suspends)
		flags |= MHD_ALLOW_SUSPEND_RESUME;
	if (o->cert_pem) {
		flags |= MHD_USE_TLS;
		tls[0] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)o->cert_pem };
		tls[1] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)o->key_pem };
		tls[2] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_PRIORITIES, 0,
		    (void *)(uintptr_t)"NORMAL:-VERS-TLS1.0:-VERS-TLS1.1:%SERVER_PRECEDENCE" };
		tls[3] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	}
	return MHD_start_daemon(flags, 0, NULL, NULL, o->handler, o->arg,
	    MHD_OPTION_EXTERNAL_LOGGER, library_log, NULL,
	    MHD_OPTION_THREAD_POOL_SIZE, (unsigned)HTTP_THREADS,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)(HTTP_CONNECTIONS + HASTE),
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, http_bound_to_loopback(s->fd) ? 0u : (unsigned)HTTP_CONNECTIONS_PER_ADDRESS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_MEMORY_BYTES,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
	    MHD_OPTION_URI_LOG_CALLBACK, on_begun, s,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
	    MHD_OPTION_ARRAY, tls,
	    MHD_OPTION_END);
}

static void
server_free(struct http_server *s)
{
	if (s->mhd)
		MHD_stop_daemon(s->mhd);
	if (s->stop >= 0)
		close(s->stop);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

struct http_server *
http_start(const struct http_options *o, struct err *e)
{
	struct http_server *s = mem_zalloc(sizeof(*s));

	s->o = *o;
	s->stop = eventfd(0, EFD_CLOEXEC);
	s->fd = fcntl(o->fd, F_DUPFD_CLOEXEC, 3);
	if (s->stop < 0 || s->fd < 0 || fcntl(s->fd, F_SETFL, O_NONBLOCK) < 0) {
		err_sys(e, TR("cannot start the web server", "không khởi động được máy chủ web"));
		server_free(s);
		return NULL;
	}
	s->mhd = start_library(s);
	if (!s->mhd || pthread_create(&s->doorman, NULL, doorman, s) != 0) {
		err_set(e, !s->mhd && o->cert_pem ? ERR_INPUT : ERR_SYSTEM, !s->mhd && o->cert_pem ?
		    TR("cannot start the web server: are certificate and key a pair, in PEM form?",
		    "không khởi động được máy chủ web: chứng thư và khóa có khớp nhau, dạng PEM không?") :
		    TR("cannot start the web server", "không khởi động được máy chủ web"));
		server_free(s);
		return NULL;
	}
	return s;
}

void
http_stop(struct http_server *s, int grace_ms)
{
	const uint64_t one = 1;

	if (!s)
		return;
	if (write(s->stop, &one, sizeof(one)) != (ssize_t)sizeof(one))
		PANIC("an eventfd takes no 1");
	pthread_join(s->doorman, NULL);
	for (int waited = 0; waited < grace_ms && atomic_load(&s->open) > 0; waited += 20) {
		if (waited >= SETTLE_MS && atomic_load(&s->at_work) == 0)
			break;
		usleep(20000);
	}
	server_free(s);
}
