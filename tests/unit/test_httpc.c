/* The HTTP client, against a server that behaves and one that does not. */
#include "support/check.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/httpc.h"
#include "base/lang.h"

static struct MHD_Daemon *server;
static int port;
static struct httpc *client;
static struct httpc_answer answer = HTTPC_ANSWER_INIT;
static struct err e;
static atomic_int asked_elsewhere, connections;
static char seen_type[128], seen_header[128], seen_auth[128];

static enum MHD_Result
reply(struct MHD_Connection *c, unsigned status, const char *text, size_t len, const char *name, const char *value)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(len, (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result rc;

	if (name)
		MHD_add_response_header(r, name, value);
	rc = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return rc;
}

static void
keep(char out[128], struct MHD_Connection *c, const char *name)
{
	const char *v = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);

	snprintf(out, 128, "%s", v ? v : "");
}

static enum MHD_Result
serve(void *arg, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *data,
    size_t *size, void **state)
{
	static char large[5000];
	struct buf *body = *state;

	(void)arg, (void)version;
	if (!body) {
		body = mem_zalloc(sizeof(*body));
		*body = (struct buf)BUF_INIT(1 << 20);
		*state = body;
		return MHD_YES;
	}
	if (*size) {
		buf_add(body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	keep(seen_type, c, "Content-Type");
	keep(seen_header, c, "X-Sign");
	keep(seen_auth, c, "Authorization");
	if (strcmp(url, "/echo") == 0)
		return reply(c, 200, buf_str(body), body->len, "X-Method", method);
	if (strcmp(url, "/500") == 0)
		return reply(c, 500, "sorry", 5, NULL, NULL);
	if (strcmp(url, "/503") == 0)
		return reply(c, 503, "", 0, "Retry-After", "120");
	if (strcmp(url, "/503-date") == 0)
		return reply(c, 503, "", 0, "Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT");
	if (strcmp(url, "/503-odd") == 0)
		return reply(c, 503, "", 0, "Retry-After", "soon");
	if (strcmp(url, "/large") == 0)
		return reply(c, 200, large, sizeof(large), NULL, NULL);
	if (strcmp(url, "/moved") == 0)
		return reply(c, 302, "", 0, "Location", "/elsewhere");
	if (strcmp(url, "/elsewhere") == 0)
		atomic_fetch_add(&asked_elsewhere, 1);
	if (strcmp(url, "/slow") == 0)
		usleep(700000);
	return reply(c, 200, "", 0, NULL, NULL);
}

static void
done(void *arg, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct buf *body = *state;

	(void)arg, (void)c, (void)why;
	if (body)
		buf_release(body);
	free(body);
}

static void
connection(void *arg, struct MHD_Connection *c, void **state, enum MHD_ConnectionNotificationCode code)
{
	(void)arg, (void)c, (void)state;
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		atomic_fetch_add(&connections, 1);
}

static int
listener(int *at)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, 8) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0) {
		perror("socket");
		exit(1);
	}
	*at = ntohs(a.sin_port);
	return fd;
}

static int
post(const char *fmt, const struct httpc_request *like)
{
	struct httpc_request q = *like;
	char url[300];

	snprintf(url, sizeof(url), fmt, port);
	q.url = url;
	if (!q.body) {
		q.body = "xin chào";
		q.body_len = strlen(q.body);
	}
	e = (struct err)ERR_INIT;
	return httpc_post(client, &q, &answer, &e);
}

/* Takes a connection, reads what comes, says `say` and hangs up; twice, as a request goes out once more. */
struct rude {
	int fd;
	const char *say;
	pthread_t thread;
};

static void *
be_rude(void *arg)
{
	struct rude *r = arg;
	char in[4096];
	int fd;

	while ((fd = accept(r->fd, NULL, NULL)) >= 0) {
		if (recv(fd, in, sizeof(in), 0) > 0 && *r->say && send(fd, r->say, strlen(r->say), MSG_NOSIGNAL) < 0)
			perror("send");
		close(fd);
	}
	return NULL;
}

static void
test_rude(const char *say, const char *label)
{
	struct rude r = { .say = say };
	int at, rc;
	char url[64];

	r.fd = listener(&at);
	pthread_create(&r.thread, NULL, be_rude, &r);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", at);
	e = (struct err)ERR_INIT;
	rc = httpc_post(client, &(struct httpc_request){ .url = url, .body = "x", .body_len = 1 }, &answer, &e);
	CHECK_INT(rc, -1, label);
	CHECK_INT(e.code, ERR_NETWORK, label);
	CHECK(strstr(e.text, "closed before") != NULL, label);
	CHECK_INT((int64_t)answer.body.len, 0, label);
	shutdown(r.fd, SHUT_RDWR);
	pthread_join(r.thread, NULL);
	close(r.fd);
}

static void
test_well(void)
{
	static const char *const headers[] = { "X-Sign: abc", NULL };
	struct httpc_request json = { .type = "application/json", .headers = headers };

	CHECK_INT(post("http://127.0.0.1:%d/echo", &json), 0, "echo");
	CHECK_INT(answer.status, 200, "status");
	CHECK_STR(buf_str(&answer.body), "xin chào", "the body goes and comes");
	CHECK_STR(seen_type, "application/json", "type");
	CHECK_STR(seen_header, "abc", "header");
	CHECK_INT(answer.retry_after_s, -1, "nothing said of later");
	CHECK_INT(post("http://127.0.0.1:%d/echo", &json), 0, "again");
	CHECK_INT(connections, 1, "one connection for both");
	CHECK_INT(post("http://127.0.0.1:%d/500", &json), 0, "500 is an answer");
	CHECK_INT(answer.status, 500, "500");
	CHECK_STR(buf_str(&answer.body), "sorry", "its body");
	CHECK_INT(post("http://127.0.0.1:%d/503", &json), 0, "503");
	CHECK_INT(answer.retry_after_s, 120, "Retry-After in seconds");
	CHECK_INT(post("http://127.0.0.1:%d/503-date", &json), 0, "503");
	CHECK_INT(answer.retry_after_s, 0, "Retry-After that is past");
	CHECK_INT(post("http://127.0.0.1:%d/503-odd", &json), 0, "503");
	CHECK_INT(answer.retry_after_s, -1, "Retry-After that says nothing");
	CHECK_INT(post("http://127.0.0.1:%d/moved", &json), 0, "redirect");
	CHECK_INT(answer.status, 302, "is told");
	CHECK_INT(asked_elsewhere, 0, "and not followed");
	CHECK_INT(post("http://ann:s3cret@127.0.0.1:%d/echo", &json), 0, "user in the URL");
	CHECK_STR(seen_auth, "Basic YW5uOnMzY3JldA==", "is sent");
}

static void
test_faults(void)
{
	static const char *const split[] = { "X-Sign: abc\r\nX-More: 1", NULL };
	atomic_bool stop = true;
	char label[64];

	CHECK_INT(post("http://127.0.0.1:%d/slow", &(struct httpc_request){ .timeout_ms = 100 }), -1, "slow");
	CHECK_INT(e.code, ERR_NETWORK, "slow");
	CHECK(strstr(e.text, "no answer within") != NULL, e.text);
	CHECK_INT(post("http://127.0.0.1:%d/large", &(struct httpc_request){ .answer_max = 4999 }), -1, "too long");
	CHECK(strstr(e.text, "longer than 4999 bytes") != NULL, e.text);
	CHECK_INT((int64_t)answer.body.len, 0, "nothing of it is kept");
	CHECK_INT(post("http://127.0.0.1:%d/large", &(struct httpc_request){ .answer_max = 5000 }), 0, "just fits");
	CHECK_INT((int64_t)answer.body.len, 5000, "all of it");
	CHECK_INT(post("http://127.0.0.1:%d/echo", &(struct httpc_request){ .headers = split }), -1, "header with a line break");
	CHECK_INT(e.code, ERR_INPUT, "header with a line break");
	CHECK_INT(post("http://127.0.0.1:%d/echo", &(struct httpc_request){ .stop = &stop }), -1, "told to end");
	CHECK_INT(post("http://ann:s3cret@127.0.0.1:%d/slow?key=hidden#x", &(struct httpc_request){ .timeout_ms = 100 }), -1,
	    "secrets in the URL");
	CHECK(strstr(e.text, "127.0.0.1") != NULL, "the host is told");
	CHECK(!strstr(e.text, "s3cret") && !strstr(e.text, "ann") && !strstr(e.text, "hidden"), e.text);
	for (size_t i = 0; i < 5; i++) {
		static const char *const bad[] = { "ftp://ann:s3cret@127.0.0.1:%d/", "file:///etc/passwd", "", "127.0.0.1:%d",
			"http://ann:s3cret@[::x/%d" };

		snprintf(label, sizeof(label), "no URL of ours: %s", bad[i]);
		CHECK_INT(post(bad[i], &(struct httpc_request){ .type = NULL }), -1, label);
		CHECK_INT(e.code, ERR_INPUT, label);
		CHECK(!strstr(e.text, "s3cret"), label);
	}
}

/* A certificate that nobody vouches for is an error before a word is said; ca_file vouches for it. */
static void
test_tls(void)
{
	char dir[] = "/tmp/thumoi-httpc-XXXXXX", cmd[400], pem[64], key[64], url[64];
	struct file cert = FILE_INIT, secret = FILE_INIT;
	struct MHD_Daemon *d;
	int at, fd;

	if (!mkdtemp(dir))
		exit(1);
	snprintf(pem, sizeof(pem), "%s/cert.pem", dir);
	snprintf(key, sizeof(key), "%s/key.pem", dir);
	snprintf(cmd, sizeof(cmd), "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=survey.test"
	    " -addext subjectAltName=IP:127.0.0.1 -keyout '%s' -out '%s' 2>/dev/null", key, pem);
	if (system(cmd) != 0 || file_read(&cert, pem, 65536, &e) < 0 || file_read(&secret, key, 65536, &e) < 0) {
		check_skip("no openssl command to make a certificate with");
		return;
	}
	fd = listener(&at);
	d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TLS, 0, NULL, NULL, serve, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_NOTIFY_COMPLETED, done, NULL, MHD_OPTION_HTTPS_MEM_KEY, secret.data, MHD_OPTION_HTTPS_MEM_CERT, cert.data,
	    MHD_OPTION_END);
	CHECK(d != NULL, "a server with TLS");
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/echo", at);
	e = (struct err)ERR_INIT;
	seen_auth[0] = '-';
	CHECK_INT(httpc_post(client, &(struct httpc_request){ .url = url }, &answer, &e), -1, "a certificate that nobody vouches for");
	CHECK_INT(e.code, ERR_AUTH, e.text);
	CHECK(seen_auth[0] == '-', "nothing was said to it");
	e = (struct err)ERR_INIT;
	CHECK_INT(httpc_post(client, &(struct httpc_request){ .url = url, .ca_file = pem, .body = "x", .body_len = 1 }, &answer, &e), 0,
	    "ca_file vouches for it");
	CHECK_STR(buf_str(&answer.body), "x", "over TLS");
	snprintf(url, sizeof(url), "https://localhost:%d/echo", at);
	CHECK_INT(httpc_post(client, &(struct httpc_request){ .url = url, .ca_file = pem }, &answer, &e), -1, "but not by another name");
	CHECK_INT(e.code, ERR_AUTH, e.text);
	e = (struct err)ERR_INIT;
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/echo", at);
	CHECK_INT(httpc_post(client, &(struct httpc_request){ .url = url, .ca_file = "/no/such/file" }, &answer, &e), -1, "a ca_file that is not there");
	CHECK_INT(e.code, ERR_AUTH, e.text);
	CHECK_INT(post("http://127.0.0.1:%d/echo", &(struct httpc_request){ .type = NULL }), 0, "and http after that");
	MHD_stop_daemon(d);
	file_release(&cert);
	file_release(&secret);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	if (system(cmd) != 0)
		printf("%s stays\n", dir);
}

static void
test_nobody(void)
{
	char url[64];
	int at, fd = listener(&at);

	close(fd);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", at);
	e = (struct err)ERR_INIT;
	CHECK_INT(httpc_post(client, &(struct httpc_request){ .url = url }, &answer, &e), -1, "nobody there");
	CHECK_INT(e.code, ERR_NETWORK, "nobody there");
	CHECK(strstr(e.text, "nobody answers") != NULL, e.text);
	/* The environment's proxy would answer "nobody" for another host. */
	setenv("http_proxy", url, 1);
	CHECK_INT(post("http://127.0.0.1:%d/echo", &(struct httpc_request){ .type = NULL }), 0, "no proxy of the environment");
	unsetenv("http_proxy");
}

int
main(void)
{
	int fd = listener(&port);

	lang_ui = LANG_EN;
	server = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, serve, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_NOTIFY_COMPLETED, done, NULL, MHD_OPTION_NOTIFY_CONNECTION, connection, NULL, MHD_OPTION_END);
	if (!server)
		return 1;
	client = httpc_new();
	test_well();
	test_faults();
	test_rude("", "closed without a word");
	test_rude("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "closed in the middle");
	test_nobody();
	test_tls();
	httpc_answer_release(&answer);
	httpc_free(client);
	MHD_stop_daemon(server);
	return check_done();
}
