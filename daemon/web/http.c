#include "web/http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "base/mem.h"

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

struct MHD_Daemon *
http_start(const struct http_options *o, struct err *e)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(ss);
	struct MHD_OptionItem tls[4] = { { MHD_OPTION_END, 0, NULL } };
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG | MHD_USE_TURBO;
	struct MHD_Daemon *d;
	bool loopback;
	int fd = fcntl(o->fd, F_DUPFD_CLOEXEC, 3);

	if (fd < 0) {
		err_sys(e, TR("cannot start the web server", "không khởi động được máy chủ web"));
		return NULL;
	}
	loopback = http_bound_to_loopback(fd);
	if (getsockname(fd, (struct sockaddr *)&ss, &len) == 0 && ss.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
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
	d = MHD_start_daemon(flags, 0, NULL, NULL, o->handler, o->arg,
	    MHD_OPTION_EXTERNAL_LOGGER, library_log, NULL,
	    MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_THREAD_POOL_SIZE, (unsigned)HTTP_THREADS,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, loopback ? 0u : (unsigned)HTTP_CONNECTIONS_PER_ADDRESS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_MEMORY_BYTES,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, o->completed, o->arg,
	    MHD_OPTION_ARRAY, tls,
	    MHD_OPTION_END);
	if (!d) {
		close(fd);
		err_set(e, o->cert_pem ? ERR_INPUT : ERR_SYSTEM,
		    o->cert_pem ? TR("cannot start the web server: are certificate and key a pair, in PEM form?",
		    "không khởi động được máy chủ web: chứng thư và khóa có khớp nhau, dạng PEM không?") :
		    TR("cannot start the web server", "không khởi động được máy chủ web"));
	}
	return d;
}

void
http_stop(struct MHD_Daemon *d, int grace_ms)
{
	MHD_socket fd;

	if (!d)
		return;
	fd = MHD_quiesce_daemon(d);
	for (int waited = 0; waited < grace_ms; waited += 20) {
		const union MHD_DaemonInfo *info = MHD_get_daemon_info(d, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

		if (!info || info->num_connections == 0)
			break;
		usleep(20000);
	}
	MHD_stop_daemon(d);
	if (fd != MHD_INVALID_SOCKET)
		close(fd);
}
