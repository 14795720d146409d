#include "support/dns_peer.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

#define MESSAGE_MAX 4096
#define QUESTIONS_MAX 65536
#define TCP_QUESTIONS 20	/* then the connection ends, as some servers do */

struct question {
	char name[256];
	const char *type;
	unsigned char msg[512];
	size_t len, end;		/* end: behind the question section */
	struct sockaddr_in from;
};

/* [p] under lock, [c] constant after start */
struct dns_peer {
	const struct dns_entry *entries;	/* [c] */
	size_t n_entries;			/* [c] */
	int udp, tcp, stop_pipe[2];		/* [c] */
	char server[32];			/* [c] */
	pthread_t thread;
	pthread_mutex_t lock;
	struct { char name[256]; const char *type; } *asked;	/* [p] */
	size_t n_asked, n_tcp;			/* [p] */
	int guest;				/* the thread's: a TCP connection, or -1 */
	int guest_asked;
	struct question *held;			/* the thread's */
	size_t n_held, hold;
};

static const struct { const char *name; int number; } types[] = {
	{ "A", ns_t_a }, { "NS", ns_t_ns }, { "CNAME", ns_t_cname }, { "MX", ns_t_mx }, { "AAAA", ns_t_aaaa },
	{ "TXT", ns_t_txt }, { "?", 0 },
};

static void
fail(const char *what)
{
	fprintf(stderr, "dns_peer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int
type_number(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (strcmp(types[i].name, name) == 0)
			return types[i].number;
	return 0;
}

static const char *
type_name(int number)
{
	size_t i = 0;

	while (types[i].number && types[i].number != number)
		i++;
	return types[i].name;
}

/* --- the wire ------------------------------------------------------------- */

static bool
read_question(struct question *q)
{
	const unsigned char *s = q->msg + 12, *end = q->msg + q->len;
	size_t n = 0;

	if (q->len < 17)
		return false;
	while (s < end && *s) {
		if (*s > 63 || s + *s + 1 >= end || n + *s + 2 > sizeof(q->name))
			return false;
		if (n)
			q->name[n++] = '.';
		memcpy(q->name + n, s + 1, *s);
		n += *s;
		s += *s + 1;
	}
	q->name[n] = '\0';
	if (s + 5 > end)
		return false;
	q->type = type_name(s[1] << 8 | s[2]);
	q->end = (size_t)(s + 5 - q->msg);
	return true;
}

static unsigned char *
put16(unsigned char *to, unsigned v)
{
	*to++ = (unsigned char)(v >> 8);
	*to++ = (unsigned char)v;
	return to;
}

static unsigned char *
put_name(unsigned char *to, const char *name)
{
	while (*name && strcmp(name, ".") != 0) {
		size_t n = strcspn(name, ".");

		*to++ = (unsigned char)n;
		memcpy(to, name, n);
		to += n;
		name += n + (name[n] == '.');
	}
	*to++ = 0;
	return to;
}

static unsigned char *
put_record(unsigned char *to, const char *text, char *owner)
{
	char type[16], data[256] = "";
	unsigned char *length;
	unsigned ttl = 0;
	int preference = 0;
	char name[256] = "";

	if (sscanf(text, "%u %15s %255[^;]", &ttl, type, data) < 2)
		fail(text);
	to = put_name(to, owner);
	to = put16(to, (unsigned)type_number(type));
	to = put16(to, ns_c_in);
	to = put16(to, ttl >> 16);
	to = put16(to, ttl & 0xffff);
	length = to;
	to += 2;
	if (strcmp(type, "MX") == 0) {
		if (sscanf(data, "%d %255s", &preference, name) != 2)
			fail(text);
		to = put_name(put16(to, (unsigned)preference), name);
	} else if (strcmp(type, "CNAME") == 0) {
		snprintf(owner, 256, "%.255s", data);
		to = put_name(to, data);
	} else if (strcmp(type, "AAAA") == 0) {
		if (inet_pton(AF_INET6, data, to) != 1)
			fail(text);
		to += 16;
	} else if (strcmp(type, "A") == 0) {
		if (inet_pton(AF_INET, data, to) != 1)
			fail(text);
		to += 4;
	}
	put16(length, (unsigned)(to - length - 2));
	return to;
}

static size_t
make_answer(unsigned char *out, const struct question *q, int rcode, const char *records)
{
	unsigned char *to = out + q->end;
	char owner[256];
	unsigned n = 0;

	snprintf(owner, sizeof(owner), "%s", q->name);
	memcpy(out, q->msg, q->end);
	out[2] = 0x81;		/* an answer; recursion was desired */
	out[3] = (unsigned char)(0x80 | rcode);
	memset(out + 4, 0, 8);
	out[5] = 1;
	for (const char *s = records ? records : ""; *s; s += strcspn(s, ";"), s += *s == ';') {
		s += strspn(s, " ");
		to = put_record(to, s, owner);
		n++;
	}
	put16(out + 6, n);
	return (size_t)(to - out);
}

/* --- what is said --------------------------------------------------------- */

static const struct dns_entry *
find(const struct dns_peer *p, const struct question *q)
{
	static const struct dns_entry none = { .rcode = ns_r_nxdomain }, root = { .records = "" };

	for (size_t i = 0; i < p->n_entries; i++) {
		const struct dns_entry *entry = &p->entries[i];

		if ((!entry->name || strcasecmp(entry->name, q->name) == 0) && (!entry->type || strcmp(entry->type, q->type) == 0))
			return entry;
	}
	return *q->name ? &none : &root;
}

static void
say(const struct dns_peer *p, const struct question *q, const unsigned char *msg, size_t len)
{
	if (sendto(p->udp, msg, len, 0, (const struct sockaddr *)&q->from, sizeof(q->from)) < 0)
		fail("sendto");
}

static void
answer(const struct dns_peer *p, const struct question *q)
{
	const struct dns_entry *entry = find(p, q);
	unsigned char msg[MESSAGE_MAX];
	size_t len = make_answer(msg, q, entry->rcode, entry->records);

	switch (entry->fault) {
	case DNS_PEER_SILENT:
		return;
	case DNS_PEER_CUT:
		len = make_answer(msg, q, entry->rcode, "");
		msg[2] |= 0x02;
		break;
	case DNS_PEER_NOISE:
		for (size_t i = 2; i < 200; i++)
			msg[i] = (unsigned char)(i * 37 + 11);
		len = 200;
		break;
	case DNS_PEER_BROKEN:
		len = make_answer(msg, q, 0, "");
		msg[7] = 3;
		memset(msg + len, 0xc7, 40);
		len += 40;
		break;
	case DNS_PEER_FORGED: {
		unsigned char lie[MESSAGE_MAX];
		size_t n = make_answer(lie, q, ns_r_nxdomain, "");

		lie[1] ^= 0x55;
		say(p, q, lie, n);
		break;
	}
	case DNS_PEER_ANSWERS:
		break;
	}
	say(p, q, msg, len);
}

static void
note(struct dns_peer *p, const struct question *q, bool tcp)
{
	pthread_mutex_lock(&p->lock);
	if (p->n_asked < QUESTIONS_MAX) {
		snprintf(p->asked[p->n_asked].name, sizeof(p->asked->name), "%s", q->name);
		p->asked[p->n_asked++].type = q->type;
	}
	p->n_tcp += tcp;
	pthread_mutex_unlock(&p->lock);
}

static void
take_udp(struct dns_peer *p)
{
	struct question q = { .len = 0 };
	socklen_t size = sizeof(q.from);
	ssize_t n = recvfrom(p->udp, q.msg, sizeof(q.msg), 0, (struct sockaddr *)&q.from, &size);

	if (n <= 0)
		return;
	q.len = (size_t)n;
	if (!read_question(&q))
		return;
	note(p, &q, false);
	if (p->n_held >= p->hold || strcmp(q.type, "MX") != 0) {
		answer(p, &q);
		return;
	}
	p->held[p->n_held++] = q;
	for (size_t i = 0; p->n_held == p->hold && i < p->hold; i++)
		answer(p, &p->held[i]);
}

static bool
read_all(int fd, unsigned char *to, size_t n)
{
	while (n) {
		struct pollfd ready = { fd, POLLIN, 0 };
		ssize_t k = poll(&ready, 1, 5000) == 1 ? read(fd, to, n) : -1;

		if (k <= 0)
			return false;
		to += k;
		n -= (size_t)k;
	}
	return true;
}

static void
hang_up(struct dns_peer *p)
{
	if (p->guest >= 0)
		close(p->guest);
	p->guest = -1;
}

static void
take_tcp(struct dns_peer *p)
{
	struct question q = { .len = 0 };
	unsigned char msg[MESSAGE_MAX + 2];
	const struct dns_entry *entry;
	size_t len;

	if (!read_all(p->guest, msg, 2) || (q.len = (size_t)(msg[0] << 8 | msg[1])) > sizeof(q.msg) ||
	    !read_all(p->guest, q.msg, q.len) || !read_question(&q)) {
		hang_up(p);
		return;
	}
	if (p->guest_asked == TCP_QUESTIONS)
		return;
	entry = find(p, &q);
	len = make_answer(msg + 2, &q, entry->rcode, entry->records);
	note(p, &q, true);
	put16(msg, (unsigned)len);
	if (send(p->guest, msg, len + 2, MSG_NOSIGNAL) < 0)
		hang_up(p);
	else if (++p->guest_asked == TCP_QUESTIONS)
		shutdown(p->guest, SHUT_WR);	/* what was answered arrives, what was asked besides is lost */
}

static void *
serve(void *arg)
{
	struct dns_peer *p = arg;

	for (;;) {
		struct pollfd fds[4] = { { p->stop_pipe[0], POLLIN, 0 }, { p->udp, POLLIN, 0 }, { p->tcp, POLLIN, 0 },
		    { p->guest, POLLIN, 0 } };

		if (poll(fds, 4, -1) <= 0 || fds[0].revents)
			break;
		if (fds[1].revents)
			take_udp(p);
		if (fds[3].revents)
			take_tcp(p);
		if (fds[2].revents) {
			hang_up(p);
			p->guest = accept(p->tcp, NULL, NULL);
			p->guest_asked = 0;
		}
	}
	hang_up(p);
	return NULL;
}

struct dns_peer *
dns_peer_start(const struct dns_entry *entries, size_t n, size_t hold)
{
	struct dns_peer *p = mem_zalloc(sizeof(*p));
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int tries = 0;

	p->entries = entries;
	p->n_entries = n;
	p->hold = hold;
	p->guest = -1;
	p->held = mem_zalloc((hold + 1) * sizeof(*p->held));
	p->asked = mem_zalloc(QUESTIONS_MAX * sizeof(*p->asked));
	pthread_mutex_init(&p->lock, NULL);
	/* one number for both: the next one when somebody has the other's */
	for (;;) {
		at.sin_port = 0;
		if ((p->udp = socket(AF_INET, SOCK_DGRAM, 0)) < 0 || bind(p->udp, (struct sockaddr *)&at, sizeof(at)) < 0 ||
		    getsockname(p->udp, (struct sockaddr *)&at, &size) < 0 || (p->tcp = socket(AF_INET, SOCK_STREAM, 0)) < 0)
			fail("socket");
		if (bind(p->tcp, (struct sockaddr *)&at, sizeof(at)) == 0)
			break;
		close(p->udp);
		close(p->tcp);
		if (++tries == 20)
			fail("bind");
	}
	if (listen(p->tcp, 16) < 0 || pipe(p->stop_pipe) < 0)
		fail("listen");
	snprintf(p->server, sizeof(p->server), "127.0.0.1:%d", ntohs(at.sin_port));
	if (pthread_create(&p->thread, NULL, serve, p) != 0)
		fail("thread");
	return p;
}

void
dns_peer_stop(struct dns_peer *p)
{
	close(p->stop_pipe[1]);
	pthread_join(p->thread, NULL);
	close(p->stop_pipe[0]);
	close(p->udp);
	close(p->tcp);
	pthread_mutex_destroy(&p->lock);
	free(p->asked);
	free(p->held);
	free(p);
}

const char *
dns_peer_server(const struct dns_peer *p)
{
	return p->server;
}

size_t
dns_peer_asked(struct dns_peer *p, const char *name, const char *type)
{
	size_t n = 0;

	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < p->n_asked; i++)
		n += (!name || strcasecmp(name, p->asked[i].name) == 0) && (!type || strcmp(type, p->asked[i].type) == 0);
	pthread_mutex_unlock(&p->lock);
	return n;
}

size_t
dns_peer_asked_tcp(struct dns_peer *p)
{
	size_t n;

	pthread_mutex_lock(&p->lock);
	n = p->n_tcp;
	pthread_mutex_unlock(&p->lock);
	return n;
}
