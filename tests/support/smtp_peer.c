#include "support/smtp_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define MAILS_MAX 65536
#define GUESTS_MAX 1024

/* [p] under lock, [c] constant after start */
struct peer {
	struct peer_options o;			/* [c] */
	SSL_CTX *tls;				/* [c] */
	int listen_fd, port;			/* [c] */
	char url[64];				/* [c] */
	int stop_pipe[2];			/* [c] readable: end */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_t guests[GUESTS_MAX];		/* acceptor only */
	size_t n_guests;
	struct peer_mail *mails;		/* [p] */
	size_t n_mails, n_transactions, n_connections;	/* [p] */
	int used[64];				/* [p] how often each fault struck */
	bool away;				/* [p] */
	char ehlo[256], sni[256];		/* [p] */
};

struct guest {
	struct peer *p;
	int fd;
	SSL *ssl;
	char in[65536];
	size_t at, have;
	char mail[1024], rcpt[1024];
	bool quiet;			/* hung up, reset or stopped */
	bool logged_in;
};

static void
fail(const char *what)
{
	fprintf(stderr, "smtp_peer: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- octets --------------------------------------------------------------- */

/* Waits until the guest says something; false when the test is over. */
static bool
wait_readable(struct guest *g)
{
	struct pollfd p[2] = { { g->fd, POLLIN, 0 }, { g->p->stop_pipe[0], POLLIN, 0 } };

	if (g->ssl && SSL_pending(g->ssl))
		return true;
	return poll(p, 2, 60000) > 0 && !p[1].revents;
}

static void
stall(struct guest *g)
{
	struct pollfd p = { g->p->stop_pipe[0], POLLIN, 0 };

	poll(&p, 1, 60000);
	g->quiet = true;
}

/* Until the guest has had enough. */
static void
talk_on(struct guest *g, const char *text, int every_ms)
{
	struct pollfd p = { g->p->stop_pipe[0], POLLIN, 0 };

	while (poll(&p, 1, every_ms) == 0) {
		ssize_t n = g->ssl ? SSL_write(g->ssl, text, (int)strlen(text)) : send(g->fd, text, strlen(text), MSG_NOSIGNAL);

		if (n <= 0)
			break;
	}
	g->quiet = true;
}

static bool
fill(struct guest *g)
{
	ssize_t n;

	if (g->quiet || !wait_readable(g))
		return false;
	n = g->ssl ? SSL_read(g->ssl, g->in, sizeof(g->in)) : recv(g->fd, g->in, sizeof(g->in), 0);
	if (n <= 0)
		return false;
	g->at = 0;
	g->have = (size_t)n;
	return true;
}

/* A line with its LF; false at the end. */
static bool
get_line(struct guest *g, struct buf *line)
{
	buf_clear(line);
	for (;;) {
		const char *nl;
		size_t n;

		if (g->at == g->have && !fill(g))
			return false;
		nl = memchr(g->in + g->at, '\n', g->have - g->at);
		n = nl ? (size_t)(nl - (g->in + g->at)) + 1 : g->have - g->at;
		buf_add(line, g->in + g->at, n);
		g->at += n;
		if (nl)
			return true;
	}
}

static bool
get_bytes(struct guest *g, struct buf *out, size_t want)
{
	while (want) {
		size_t n;

		if (g->at == g->have && !fill(g))
			return false;
		n = g->have - g->at < want ? g->have - g->at : want;
		buf_add(out, g->in + g->at, n);
		g->at += n;
		want -= n;
	}
	return true;
}

static void
put(struct guest *g, const char *text)
{
	size_t n = strlen(text);

	if (g->quiet || !n)
		return;
	if (g->ssl)
		SSL_write(g->ssl, text, (int)n);
	else
		(void)!send(g->fd, text, n, MSG_NOSIGNAL);
}

static void
say(struct guest *g, const char *line)
{
	struct buf b = BUF_INIT(1 << 20);

	buf_str_add(&b, line);
	buf_str_add(&b, "\r\n");
	put(g, buf_str(&b));
	buf_release(&b);
}

/* --- faults --------------------------------------------------------------- */

static const struct peer_fault *
fault_at(struct guest *g, enum peer_step step)
{
	const struct peer_fault *found = NULL;

	pthread_mutex_lock(&g->p->lock);
	for (size_t i = 0; i < g->p->o.n_faults && !found; i++) {
		const struct peer_fault *f = &g->p->o.faults[i];

		if (f->step == step && (!f->match || strstr(g->mail, f->match) || strstr(g->rcpt, f->match)) && (!f->times || g->p->used[i] < f->times)) {
			g->p->used[i]++;
			found = f;
		}
	}
	pthread_mutex_unlock(&g->p->lock);
	return found;
}

static void
hang_up(struct guest *g, bool reset)
{
	const struct linger l = { 1, 0 };

	if (reset)
		setsockopt(g->fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	g->quiet = true;
}

static void
go_on(struct guest *g, enum peer_then then)
{
	if (then == PEER_STALL)
		stall(g);
	else if (then == PEER_BABBLE)
		talk_on(g, "250-2.0.0 and another line\r\n", 0);
	else if (then == PEER_DRIP)
		talk_on(g, "2", 50);
	else if (then != PEER_GO_ON)
		hang_up(g, then == PEER_RESET);
}

/* The usual reply, or what a fault says; true when the usual was said. */
static bool
answer(struct guest *g, enum peer_step step, const char *usual)
{
	const struct peer_fault *f = fault_at(g, step);

	if (!f) {
		say(g, usual);
		return true;
	}
	if (f->reply && *f->reply && f->reply[strlen(f->reply) - 1] == '\b') {
		/* A trailing backspace: the line end is missing. */
		char *cut = mem_ndup(f->reply, strlen(f->reply) - 1);

		put(g, cut);
		free(cut);
	} else if (f->reply && *f->reply) {
		say(g, f->reply);
	}
	go_on(g, f->then);
	return f->reply && *f->reply == usual[0] && f->then == PEER_GO_ON;
}

/* --- the conversation ------------------------------------------------------ */

static void
keep(struct guest *g, const struct buf *data)
{
	struct peer *p = g->p;

	pthread_mutex_lock(&p->lock);
	if (p->n_mails < MAILS_MAX)
		p->mails[p->n_mails++] = (struct peer_mail){ .mail = mem_dup(g->mail), .rcpt = mem_dup(g->rcpt),
		    .data = mem_ndup(buf_str(data), data->len), .len = data->len };
	pthread_mutex_unlock(&p->lock);
}

static void
end_message(struct guest *g, const struct buf *data)
{
	const struct peer_fault *f;

	if (g->p->o.delay_ms)
		poll(NULL, 0, g->p->o.delay_ms);
	if (!*g->rcpt) {
		say(g, "554 5.5.1 no valid recipients");
		return;
	}
	if (answer(g, PEER_DOT, "250 2.0.0 queued"))
		keep(g, data);
	if ((f = fault_at(g, PEER_AFTER))) {
		if (f->reply && *f->reply)
			say(g, f->reply);
		go_on(g, f->then);
	}
	g->rcpt[0] = '\0';
}

static void
take_data(struct guest *g)
{
	struct buf data = BUF_INIT(64 << 20), line = BUF_INIT(1 << 20);
	const struct peer_fault *f;
	bool ended = false;

	if (!*g->rcpt && !fault_at(g, PEER_DATA)) {
		say(g, "554 5.5.1 no valid recipients");
		goto out;
	}
	if (!answer(g, PEER_DATA, "354 go on"))
		goto out;
	if ((f = fault_at(g, PEER_BODY))) {
		get_line(g, &line);
		go_on(g, f->then);
		goto out;
	}
	while (!ended && get_line(g, &line)) {
		if (strcmp(buf_str(&line), ".\r\n") == 0)
			ended = true;
		else
			buf_add(&data, line.s + (line.s[0] == '.'), line.len - (line.s[0] == '.'));
	}
	if (ended)
		end_message(g, &data);
out:
	buf_release(&data);
	buf_release(&line);
}

static void
take_chunk(struct guest *g, const char *args, struct buf *data)
{
	char *end;
	size_t n = strtoul(args, &end, 10);

	if (!get_bytes(g, data, n))
		return;
	if (strncasecmp(end, " LAST", 5) != 0) {
		say(g, *g->rcpt ? "250 2.0.0 more" : "503 5.5.1 no valid recipients");
		return;
	}
	end_message(g, data);
	buf_clear(data);
}

static int
on_sni(SSL *ssl, int *alert, void *arg)
{
	struct peer *p = arg;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void)alert;
	pthread_mutex_lock(&p->lock);
	snprintf(p->sni, sizeof(p->sni), "%s", name ? name : "");
	pthread_mutex_unlock(&p->lock);
	return SSL_TLSEXT_ERR_OK;
}

static void
start_tls(struct guest *g)
{
	const struct peer_fault *f = fault_at(g, PEER_HANDSHAKE);

	if (f) {
		go_on(g, f->then);
		return;
	}
	g->ssl = SSL_new(g->p->tls);
	SSL_set_fd(g->ssl, g->fd);
	if (SSL_accept(g->ssl) <= 0) {
		ERR_clear_error();
		hang_up(g, false);
	}
}

static void
say_hello(struct guest *g, const char *name)
{
	const char *x = g->p->o.extensions ? g->p->o.extensions : "PIPELINING\nDSN\nSIZE 10000000\nENHANCEDSTATUSCODES";
	struct buf b = BUF_INIT(4096);

	pthread_mutex_lock(&g->p->lock);
	snprintf(g->p->ehlo, sizeof(g->p->ehlo), "%.*s", (int)strcspn(name, "\r\n"), name);
	pthread_mutex_unlock(&g->p->lock);
	buf_str_add(&b, "250-peer.test\r\n");
	if (g->p->o.cert && !g->ssl)
		buf_str_add(&b, "250-STARTTLS\r\n");
	if (g->p->o.password)
		buf_str_add(&b, g->p->o.xoauth2 ? "250-AUTH XOAUTH2\r\n" : "250-AUTH PLAIN\r\n");
	for (; *x; x += strcspn(x, "\n"), x += *x == '\n')
		buf_printf(&b, "250-%.*s\r\n", (int)strcspn(x, "\n"), x);
	buf_str_add(&b, "250 HELP");
	answer(g, PEER_EHLO, buf_str(&b));
	buf_release(&b);
}

/* With an initial response, base64 of: NUL user NUL password; user=NAME ^A auth=Bearer TOKEN ^A ^A. */
static void
log_in(struct guest *g, const char *args)
{
	const char *mechanism = g->p->o.xoauth2 ? "XOAUTH2 " : "PLAIN ", *response = args + strlen(mechanism);
	unsigned char out[512];
	char in[684] = "";
	size_t n;
	int len;

	if (strncasecmp(args, mechanism, strlen(mechanism)) == 0)
		snprintf(in, sizeof(in), "%.*s", (int)strcspn(response, "\r\n"), response);
	len = EVP_DecodeBlock(out, (unsigned char *)in, (int)strlen(in));
	n = strlen(g->p->o.password);
	while (len > 0 && (out[len - 1] == '\0' || out[len - 1] == '\1'))
		len--;
	g->logged_in = len > (int)n && memcmp(out + len - n, g->p->o.password, n) == 0;
	answer(g, PEER_AUTH, g->logged_in ? "235 2.7.0 welcome" : "535 5.7.8 who are you");
}

static void
take_command(struct guest *g, const char *s, struct buf *chunks)
{
	bool stranger;

	if (strncasecmp(s, "EHLO ", 5) == 0 || strncasecmp(s, "HELO ", 5) == 0) {
		say_hello(g, s + 5);
	} else if (strncasecmp(s, "STARTTLS", 8) == 0) {
		if (answer(g, PEER_STARTTLS, "220 2.0.0 ready"))
			start_tls(g);
	} else if (strncasecmp(s, "AUTH ", 5) == 0) {
		log_in(g, s + 5);
	} else if (strncasecmp(s, "MAIL FROM:", 10) == 0) {
		snprintf(g->mail, sizeof(g->mail), "%.*s", (int)strcspn(s, "\r\n"), s);
		g->rcpt[0] = '\0';
		pthread_mutex_lock(&g->p->lock);
		g->p->n_transactions++;
		pthread_mutex_unlock(&g->p->lock);
		stranger = g->p->o.password && !g->logged_in;
		if ((!answer(g, PEER_MAIL, stranger ? "530 5.7.0 log in first" : "250 2.1.0 ok") || stranger) && !g->p->o.lenient)
			g->mail[0] = '\0';
	} else if (strncasecmp(s, "RCPT TO:", 8) == 0) {
		snprintf(g->rcpt, sizeof(g->rcpt), "%.*s", (int)strcspn(s, "\r\n"), s);
		if (!*g->mail)
			say(g, "503 5.5.1 MAIL first");
		if (!*g->mail || !answer(g, PEER_RCPT, "250 2.1.5 ok"))
			g->rcpt[0] = '\0';
	} else if (strncasecmp(s, "DATA", 4) == 0) {
		take_data(g);
	} else if (strncasecmp(s, "BDAT ", 5) == 0) {
		take_chunk(g, s + 5, chunks);
	} else if (strncasecmp(s, "QUIT", 4) == 0) {
		say(g, "221 2.0.0 bye");
		g->quiet = true;
	} else {
		say(g, "250 2.0.0 ok");
	}
}

static bool
is_away(struct peer *p)
{
	bool away;

	pthread_mutex_lock(&p->lock);
	away = p->away;
	pthread_mutex_unlock(&p->lock);
	return away;
}

void
peer_turn_away(struct peer *p, bool away)
{
	pthread_mutex_lock(&p->lock);
	p->away = away;
	pthread_mutex_unlock(&p->lock);
}

static void *
serve(void *arg)
{
	struct guest *g = arg;
	struct buf line = BUF_INIT(1 << 20), chunks = BUF_INIT(64 << 20);

	if (g->p->o.implicit_tls)
		start_tls(g);
	if (is_away(g->p)) {
		say(g, "421 4.3.2 not now");
		hang_up(g, false);
	}
	if (!g->quiet)
		answer(g, PEER_GREETING, "220 peer.test ESMTP");
	while (!g->quiet && get_line(g, &line)) {
		if (is_away(g->p))
			hang_up(g, true);
		else
			take_command(g, buf_str(&line), &chunks);
	}
	buf_release(&line);
	buf_release(&chunks);
	SSL_free(g->ssl);
	close(g->fd);
	free(g);
	return NULL;
}

static void *
accept_all(void *arg)
{
	struct peer *p = arg;
	struct pollfd fds[2] = { { p->listen_fd, POLLIN, 0 }, { p->stop_pipe[0], POLLIN, 0 } };
	const int on = 1;

	while (poll(fds, 2, -1) > 0 && !fds[1].revents) {
		int fd = accept(p->listen_fd, NULL, NULL);
		struct guest *g;

		if (fd < 0)
			continue;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		pthread_mutex_lock(&p->lock);
		p->n_connections++;
		pthread_mutex_unlock(&p->lock);
		g = mem_zalloc(sizeof(*g));
		g->p = p;
		g->fd = fd;
		if (p->n_guests == GUESTS_MAX || pthread_create(&p->guests[p->n_guests], NULL, serve, g) != 0)
			fail("too many guests");
		p->n_guests++;
	}
	return NULL;
}

static SSL_CTX *
server_context(struct peer *p)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (!ctx || SSL_CTX_use_certificate_file(ctx, p->o.cert, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, p->o.key, SSL_FILETYPE_PEM) != 1)
		fail("certificate");
	SSL_CTX_set_tlsext_servername_callback(ctx, on_sni);
	SSL_CTX_set_tlsext_servername_arg(ctx, p);
	return ctx;
}

struct peer *
peer_start(const struct peer_options *o)
{
	struct peer *p = mem_zalloc(sizeof(*p));
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	p->o = *o;
	ASSERT(o->n_faults <= COUNT_OF(p->used));
	p->mails = mem_alloc(MAILS_MAX * sizeof(*p->mails));
	pthread_mutex_init(&p->lock, NULL);
	if (o->cert)
		p->tls = server_context(p);
	if ((p->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0 ||
	    bind(p->listen_fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(p->listen_fd, 128) < 0 ||
	    getsockname(p->listen_fd, (struct sockaddr *)&a, &len) < 0 || pipe(p->stop_pipe) < 0)
		fail("listen");
	p->port = ntohs(a.sin_port);
	snprintf(p->url, sizeof(p->url), "%s://127.0.0.1:%d", o->implicit_tls ? "smtps" : "smtp", p->port);
	if (pthread_create(&p->thread, NULL, accept_all, p) != 0)
		fail("thread");
	return p;
}

void
peer_stop(struct peer *p)
{
	if (write(p->stop_pipe[1], "x", 1) != 1)
		fail("stop");
	pthread_join(p->thread, NULL);
	for (size_t i = 0; i < p->n_guests; i++)
		pthread_join(p->guests[i], NULL);
	for (size_t i = 0; i < p->n_mails; i++) {
		free((void *)(uintptr_t)p->mails[i].mail);
		free((void *)(uintptr_t)p->mails[i].rcpt);
		free((void *)(uintptr_t)p->mails[i].data);
	}
	free(p->mails);
	SSL_CTX_free(p->tls);
	close(p->listen_fd);
	close(p->stop_pipe[0]);
	close(p->stop_pipe[1]);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

int
peer_port(const struct peer *p)
{
	return p->port;
}

const char *
peer_url(const struct peer *p)
{
	return p->url;
}

size_t
peer_mails(struct peer *p)
{
	size_t n;

	pthread_mutex_lock(&p->lock);
	n = p->n_mails;
	pthread_mutex_unlock(&p->lock);
	return n;
}

struct peer_mail
peer_mail(struct peer *p, size_t i)
{
	struct peer_mail m;

	pthread_mutex_lock(&p->lock);
	ASSERT(i < p->n_mails);
	m = p->mails[i];
	pthread_mutex_unlock(&p->lock);
	return m;
}

size_t
peer_connections(struct peer *p)
{
	size_t n;

	pthread_mutex_lock(&p->lock);
	n = p->n_connections;
	pthread_mutex_unlock(&p->lock);
	return n;
}

size_t
peer_transactions(struct peer *p)
{
	size_t n;

	pthread_mutex_lock(&p->lock);
	n = p->n_transactions;
	pthread_mutex_unlock(&p->lock);
	return n;
}

const char *
peer_ehlo(struct peer *p)
{
	return p->ehlo;
}

const char *
peer_sni(struct peer *p)
{
	return p->sni;
}

void
peer_make_certificate(const char *cert, const char *key, const char *san, int days)
{
	EVP_PKEY *k = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	X509_EXTENSION *ext;
	FILE *f;

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -86400L * 30);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400L * days);
	X509_set_pubkey(x, k);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"peer.test", -1, -1, 0);
	X509_set_issuer_name(x, name);
	if (!(ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, san)))
		fail("subject alternative name");
	X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
	X509_sign(x, k, EVP_sha256());
	if (!(f = fopen(cert, "w")) || PEM_write_X509(f, x) != 1 || fclose(f) != 0)
		fail(cert);
	if (!(f = fopen(key, "w")) || PEM_write_PrivateKey(f, k, NULL, NULL, 0, NULL, NULL) != 1 || fclose(f) != 0)
		fail(key);
	X509_free(x);
	EVP_PKEY_free(k);
}
