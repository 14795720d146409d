#include "mail/dns.h"

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/lang.h"
#include "base/mem.h"

#define TIMEOUT_MS 5000
#define TRIES 2
#define LOSSES_MAX 10
#define FLAGS 2			/* the octet of a message ... */
#define CUT 0x02		/* ... and the bit that says that it is not whole */
#define SERVERS_MAX 4096	/* bytes */

enum servers { UNGREETED, GREETING, THERE, BLIND, GONE };	/* BLIND: they deny the root */

/*
 * Ways to ask. FIRST takes SERVFAIL and REFUSED for answers, which say why; EACH goes on to the next server then.
 * What was cut is asked for again over TCP: c-ares would do so itself, but takes a server that ends a connection
 * for gone, and drops what was asked of it over UDP, too.
 */
enum way { FIRST, EACH, TCP, WAYS };

enum step { IDLE, AT_MX, AT_A, AT_AAAA, DONE };

/* One domain at work: its exchangers, then the address of each, one question at a time. */
struct lookup {
	struct dns *d;
	struct arena arena;
	struct dns_answer a;
	struct dns_host *host;
	size_t at;			/* the host whose address is asked for */
	enum step step;
	enum way way;
	int said;			/* EACH: what the first server said */
	int losses;			/* times the question was lost with a connection */
	bool unsure;			/* A of this host had no answer that counts */
};

struct dns {
	ares_channel by[WAYS];		/* EACH: NULL when there is one server only */
	struct lookup *lookups;
	size_t parallel;
	enum servers servers;
};

static const char *const names[DNS_VERDICTS] = { "takes_mail", "null_mx", "no_such_domain", "no_mail_host", "unknown" };

const char *
dns_verdict_name(enum dns_verdict v)
{
	return names[v];
}

enum dns_verdict
dns_verdict_parse(const char *word)
{
	int v = 0;

	while (v < DNS_UNKNOWN && strcmp(names[v], word) != 0)
		v++;
	return (enum dns_verdict)v;
}

static void
library_init(void)
{
	ares_library_init(ARES_LIB_INIT_ALL);
}

/* One of "192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53": c-ares takes more than that for an address. */
static bool
is_server(const char *text, size_t n)
{
	const char *colon = memrchr(text, ':', n), *port = NULL;
	char host[64];
	unsigned char bin[16];
	bool bracket = n && *text == '[';
	size_t len = n;

	if (bracket) {
		const char *end = memchr(text, ']', n);

		if (!end || (end + 1 < text + n && end[1] != ':'))
			return false;
		port = end + 1 < text + n ? end + 2 : NULL;
		len = (size_t)(end - ++text);
	} else if (colon && memchr(text, ':', n) == colon) {
		port = colon + 1;
		len = (size_t)(colon - text);
	}
	if (len >= sizeof(host) || (port && (!isdigit((unsigned char)*port) || strtol(port, NULL, 10) > 65535)))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	return inet_pton(bracket || strchr(host, ':') ? AF_INET6 : AF_INET, host, bin) == 1;
}

/* Commas or spaces between them, as people write; only commas for c-ares. */
static int
read_servers(struct buf *to, const char *servers, struct err *e)
{
	for (const char *s = servers; *(s += strspn(s, ", \t")); ) {
		size_t n = strcspn(s, ", \t");

		if (!is_server(s, n))
			return err_set(e, ERR_INPUT, TR("dns_servers = %s: give network addresses, as 192.0.2.1 or [2001:db8::1]:53",
			    "dns_servers = %s: cần địa chỉ mạng, ví dụ 192.0.2.1 hoặc [2001:db8::1]:53"), servers);
		buf_printf(to, "%s%.*s", to->len ? "," : "", (int)n, s);
		s += n;
	}
	return to->failed ? err_set(e, ERR_INPUT, TR("dns_servers is too long", "dns_servers quá dài")) : 0;
}

int
dns_check(const char *servers, struct err *e)
{
	struct buf b = BUF_INIT(SERVERS_MAX);
	int rc = read_servers(&b, servers, e);

	buf_release(&b);
	return rc;
}

static int
open_channel(ares_channel *c, const struct dns_options *o, const char *servers, int flags, struct err *e)
{
	struct ares_options options = { .flags = flags | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
	    .timeout = o->timeout_ms ? o->timeout_ms : TIMEOUT_MS, .tries = o->tries ? o->tries : TRIES };
	int rc = ares_init_options(c, &options, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);

	if (rc != ARES_SUCCESS) {
		*c = NULL;
		return err_set(e, ERR_SYSTEM, TR("cannot ask for names (%s)", "không tra cứu được tên miền (%s)"), ares_strerror(rc));
	}
	if (*servers && (rc = ares_set_servers_ports_csv(*c, servers)) != ARES_SUCCESS)
		return err_set(e, ERR_INPUT, "dns_servers = %s: %s", o->servers, ares_strerror(rc));
	return 0;
}

static bool
several_servers(ares_channel c)
{
	struct ares_addr_port_node *list = NULL;
	bool several = ares_get_servers_ports(c, &list) == ARES_SUCCESS && list && list->next;

	if (list)
		ares_free_data(list);
	return several;
}

int
dns_new(struct dns **out, const struct dns_options *o, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct dns *d = mem_zalloc(sizeof(*d));
	struct buf servers = BUF_INIT(SERVERS_MAX);
	int rc = 0;

	pthread_once(&once, library_init);
	*out = NULL;
	if (read_servers(&servers, o->servers, e) < 0 ||
	    open_channel(&d->by[FIRST], o, buf_str(&servers), ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC, e) < 0 ||
	    open_channel(&d->by[TCP], o, buf_str(&servers), ARES_FLAG_NOCHECKRESP | ARES_FLAG_USEVC, e) < 0 ||
	    (several_servers(d->by[FIRST]) && open_channel(&d->by[EACH], o, buf_str(&servers), ARES_FLAG_IGNTC, e) < 0))
		rc = -1;
	buf_release(&servers);
	d->parallel = o->parallel ? (size_t)o->parallel : DNS_PARALLEL;
	d->lookups = mem_zalloc(d->parallel * sizeof(*d->lookups));
	for (size_t i = 0; i < d->parallel; i++)
		d->lookups[i].d = d;
	if (rc < 0) {
		dns_free(d);
		return -1;
	}
	*out = d;
	return 0;
}

void
dns_free(struct dns *d)
{
	if (!d)
		return;
	for (int w = 0; w < WAYS; w++)
		if (d->by[w])
			ares_destroy(d->by[w]);
	for (size_t i = 0; i < d->parallel; i++)
		arena_release(&d->lookups[i].arena);
	free(d->lookups);
	free(d);
}

/* A server said this, whatever it is worth. */
static bool
is_heard(int status)
{
	return status == ARES_SUCCESS || status == ARES_ENODATA || status == ARES_ENOTFOUND || status == ARES_EFORMERR ||
	    status == ARES_ESERVFAIL || status == ARES_ENOTIMP || status == ARES_EREFUSED || status == ARES_EBADRESP;
}

static const char *
why(int status)
{
	switch (status) {
	case ARES_EFORMERR: return "FORMERR";
	case ARES_ESERVFAIL: return "SERVFAIL";
	case ARES_ENOTIMP: return "NOTIMP";
	case ARES_EREFUSED: return "REFUSED";
	case ARES_ETIMEOUT: return TR("no answer in time", "không trả lời kịp");
	case ARES_ECONNREFUSED: return TR("no name server can be reached", "không tới được máy chủ tên miền");
	case ARES_EBADRESP: return TR("an answer that cannot be read", "trả lời không đọc được");
	default: return ares_strerror(status);
	}
}

/* Names a machine may have: what else stands in an answer is neither asked for nor shown. */
static bool
is_host_name(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= 253 && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == n;
}

struct reading {
	int64_t ttl_s;			/* the least of all records that answer */
	const char *alias;		/* where the last CNAME leads to; "" */
	size_t addresses;
};

static int
read_records(struct reading *r, struct arena *a, const unsigned char *msg, int len)
{
	char name[NS_MAXDNAME];
	ns_msg m;
	ns_rr rr;

	*r = (struct reading){ .ttl_s = INT32_MAX, .alias = "" };
	if (ns_initparse(msg, len, &m) < 0)
		return -1;
	for (int i = 0; i < ns_msg_count(m, ns_s_an); i++) {
		if (ns_parserr(&m, ns_s_an, i, &rr) < 0)
			return -1;
		if (ns_rr_ttl(rr) < r->ttl_s)
			r->ttl_s = ns_rr_ttl(rr);
		r->addresses += ns_rr_type(rr) == ns_t_a || ns_rr_type(rr) == ns_t_aaaa;
		if (ns_rr_type(rr) != ns_t_cname)
			continue;
		if (ns_name_uncompress(ns_msg_base(m), ns_msg_end(m), ns_rr_rdata(rr), name, sizeof(name)) < 0)
			return -1;
		r->alias = is_host_name(name) ? arena_dup(a, name) : "?";
	}
	return 0;
}

static void
conclude(struct lookup *l, enum dns_verdict v, const char *reason)
{
	l->step = DONE;
	l->a.verdict = v;
	l->a.why = v == DNS_UNKNOWN ? reason : "";
	l->a.host = l->host;
}

static void
answered(void *arg, int status, int timeouts, unsigned char *msg, int len);

static void
send_question(struct lookup *l)
{
	const char *name = l->step != AT_MX && l->a.n_hosts ? l->host[l->at].name : l->a.domain;
	int type = l->step == AT_MX ? ns_t_mx : l->step == AT_A ? ns_t_a : ns_t_aaaa;

	ares_query(l->d->by[l->way], name, ns_c_in, type, answered, l);
}

static void
ask(struct lookup *l, enum way way)
{
	l->way = way;
	l->losses = 0;
	send_question(l);
}

/* Who denies everything says nothing. */
static bool
believes(struct lookup *l)
{
	if (l->d->servers != BLIND)
		return true;
	conclude(l, DNS_UNKNOWN, TR("a name server that denies even the root", "máy chủ tên miền phủ nhận cả miền gốc"));
	return false;
}

/* All exchangers have been looked for. */
static void
weigh_hosts(struct lookup *l)
{
	bool unknown = false;

	for (size_t i = 0; i < l->a.n_hosts; i++) {
		if (l->host[i].state == DNS_HOST_FOUND) {
			conclude(l, DNS_TAKES_MAIL, "");
			return;
		}
		unknown |= l->host[i].state != DNS_HOST_NONE;
	}
	if (unknown || believes(l))
		conclude(l, unknown ? DNS_UNKNOWN : DNS_NO_MAIL_HOST, *l->a.why ? l->a.why : TR("too many exchangers",
		    "quá nhiều máy nhận thư"));
}

static void
next_host(struct lookup *l)
{
	while (l->at < l->a.n_hosts && l->at < DNS_HOSTS_MAX && !is_host_name(l->host[l->at].name))
		l->host[l->at++].state = DNS_HOST_NONE;
	if (l->at == l->a.n_hosts || l->at == DNS_HOSTS_MAX) {
		weigh_hosts(l);
		return;
	}
	l->step = AT_A;
	l->unsure = false;
	ask(l, FIRST);
}

static void
host_found_out(struct lookup *l, enum dns_host_state s)
{
	if (l->a.n_hosts) {
		l->host[l->at++].state = s;
		next_host(l);
		return;
	}
	l->a.implicit = s == DNS_HOST_FOUND;
	if (s != DNS_HOST_NONE || believes(l))
		conclude(l, s == DNS_HOST_FOUND ? DNS_TAKES_MAIL : s == DNS_HOST_NONE ? DNS_NO_MAIL_HOST : DNS_UNKNOWN, l->a.why);
}

static int
by_preference(const void *a, const void *b)
{
	const struct dns_host *x = a, *y = b;

	return x->preference != y->preference ? (x->preference > y->preference) - (x->preference < y->preference) :
	    strcmp(x->name, y->name);
}

static void
take_exchangers(struct lookup *l, const struct ares_mx_reply *list)
{
	size_t n = 0;
	bool null = false;

	for (const struct ares_mx_reply *m = list; m; m = m->next)
		n++;
	l->host = arena_alloc(&l->arena, (n + 1) * sizeof(*l->host));
	for (const struct ares_mx_reply *m = list; m; m = m->next) {
		if (!*m->host) {
			null = true;
			continue;
		}
		l->host[l->a.n_hosts++] = (struct dns_host){ .name = arena_dup(&l->arena, m->host), .preference = m->priority };
	}
	if (l->a.n_hosts)
		qsort(l->host, l->a.n_hosts, sizeof(*l->host), by_preference);
	/* Beside other exchangers "." is a mistake, no null MX. */
	if (null && !l->a.n_hosts)
		conclude(l, DNS_NULL_MX, "");
	else
		next_host(l);
}

static void
take_mx(struct lookup *l, int status, const unsigned char *msg, int len)
{
	struct ares_mx_reply *list = NULL;
	struct reading r;

	if (status == ARES_ENOTFOUND) {
		if (believes(l))
			conclude(l, DNS_NO_SUCH_DOMAIN, "");
		return;
	}
	if (status == ARES_SUCCESS && (read_records(&r, &l->arena, msg, len) < 0 ||
	    ares_parse_mx_reply(msg, len, &list) != ARES_SUCCESS))
		status = ARES_EBADRESP;
	if (status == ARES_SUCCESS) {
		l->a.alias = r.alias;
		l->a.ttl_s = r.ttl_s;
	}
	if (status == ARES_SUCCESS && list) {
		take_exchangers(l, list);
	} else if (status == ARES_ENODATA || status == ARES_SUCCESS) {
		l->step = AT_A;		/* RFC 5321 5.1: an exchanger is implied */
		ask(l, FIRST);
	} else {
		conclude(l, DNS_UNKNOWN, why(status));
	}
	if (list)
		ares_free_data(list);
}

static void
take_address(struct lookup *l, int status, const unsigned char *msg, int len)
{
	struct reading r;

	if (status == ARES_SUCCESS && read_records(&r, &l->arena, msg, len) < 0)
		status = ARES_EBADRESP;
	if (status == ARES_SUCCESS && r.addresses) {
		if (!l->a.n_hosts) {
			l->a.ttl_s = r.ttl_s;
			l->a.alias = r.alias;
		}
		host_found_out(l, DNS_HOST_FOUND);
		return;
	}
	if (status != ARES_SUCCESS && status != ARES_ENODATA && status != ARES_ENOTFOUND) {
		l->unsure = true;
		l->a.why = why(status);
	}
	if (l->step == AT_A && status != ARES_ENOTFOUND) {
		l->step = AT_AAAA;
		ask(l, FIRST);
		return;
	}
	host_found_out(l, l->unsure ? DNS_HOST_UNKNOWN : DNS_HOST_NONE);
}

static void
answered(void *arg, int status, int timeouts, unsigned char *msg, int len)
{
	struct lookup *l = arg;
	struct dns *d = l->d;

	(void)timeouts;
	if (status == ARES_EDESTRUCTION)
		return;
	if (l->way != TCP && len > FLAGS && msg[FLAGS] & CUT) {
		ask(l, TCP);
		return;
	}
	if (d->by[EACH] && l->way == FIRST && (status == ARES_ESERVFAIL || status == ARES_EREFUSED || status == ARES_ENOTIMP)) {
		l->said = status;
		ask(l, EACH);
		return;
	}
	/* c-ares forgets what the servers said when none of them knows more. */
	if (l->way == EACH && status == ARES_ECONNREFUSED)
		status = l->said;
	if (l->way == TCP && status == ARES_ECONNREFUSED && l->losses < LOSSES_MAX) {
		l->losses++;
		send_question(l);
		return;
	}
	if (l->step == AT_MX)
		take_mx(l, status, msg, len);
	else
		take_address(l, status, msg, len);
}

/* Any server can say something of the root: who does not is not there. */
static void
greeted(void *arg, int status, int timeouts, unsigned char *msg, int len)
{
	struct dns *d = arg;

	(void)timeouts;
	(void)msg;
	(void)len;
	d->servers = status == ARES_ENOTFOUND ? BLIND : is_heard(status) ? THERE : GONE;
}

static void
start(struct lookup *l, const char *domain)
{
	arena_reset(&l->arena);
	l->a = (struct dns_answer){ .domain = domain, .alias = "", .why = "" };
	l->host = NULL;
	l->at = 0;
	l->unsure = false;
	l->step = AT_MX;
	if (l->d->servers == GONE)
		conclude(l, DNS_UNKNOWN, why(ARES_ECONNREFUSED));
	else
		ask(l, FIRST);
}

/* Waits until a socket of c-ares has something, or a time limit has passed, and lets it go on. */
static void
wait_and_read(struct dns *d)
{
	struct pollfd p[WAYS * ARES_GETSOCK_MAXNUM];
	ares_channel of[WAYS * ARES_GETSOCK_MAXNUM];
	struct timeval most = { 60, 0 }, left;
	nfds_t n = 0;

	for (int w = 0; w < WAYS; w++) {
		ares_socket_t fd[ARES_GETSOCK_MAXNUM];
		unsigned bits = d->by[w] ? (unsigned)ares_getsock(d->by[w], fd, ARES_GETSOCK_MAXNUM) : 0;
		const struct timeval *t = d->by[w] ? ares_timeout(d->by[w], &most, &left) : NULL;

		if (t)
			most = *t;
		for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
			/* as ARES_GETSOCK_READABLE and _WRITABLE, which shift into the sign */
			bool reads = bits >> i & 1, writes = bits >> (i + ARES_GETSOCK_MAXNUM) & 1;

			if (!reads && !writes)
				continue;
			of[n] = d->by[w];
			p[n++] = (struct pollfd){ fd[i], (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)), 0 };
		}
	}
	if (poll(p, n, (int)(most.tv_sec * 1000 + most.tv_usec / 1000 + 1)) < 0 && errno != EINTR)
		PANIC("poll: %s", strerror(errno));
	for (nfds_t i = 0; i < n; i++) {
		bool reads = p[i].revents & (POLLIN | POLLERR | POLLHUP), writes = p[i].revents & (POLLOUT | POLLERR);

		if (reads || writes)
			ares_process_fd(of[i], reads ? p[i].fd : ARES_SOCKET_BAD, writes ? p[i].fd : ARES_SOCKET_BAD);
	}
	for (int w = 0; w < WAYS; w++)
		if (d->by[w])
			ares_process_fd(d->by[w], ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

int
dns_ask(struct dns *d, const char *const *domains, size_t n, void (*each)(const struct dns_answer *, void *), void *arg)
{
	size_t begun = 0, done = 0;

	if (n && d->servers == UNGREETED) {
		d->servers = GREETING;
		ares_query(d->by[FIRST], ".", ns_c_in, ns_t_ns, greeted, d);
	}
	while (d->servers == GREETING)
		wait_and_read(d);
	while (done < n) {
		bool moved = false;

		for (size_t i = 0; i < d->parallel; i++) {
			struct lookup *l = &d->lookups[i];

			if (l->step == DONE) {
				each(&l->a, arg);
				l->step = IDLE;
				done++;
				moved = true;
			}
			if (l->step == IDLE && begun < n) {
				start(l, domains[begun++]);
				moved = true;
			}
		}
		if (!moved)
			wait_and_read(d);
	}
	return n && d->servers == GONE ? 1 : 0;
}
