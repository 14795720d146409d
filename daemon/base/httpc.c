#include "base/httpc.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <pthread.h>
#include <strings.h>

#include "base/clock.h"
#include "base/lang.h"

#define CONNECT_MS 60000
#define WHOLE_MS 60000
#define ANSWER_MAX (1u << 20)
#define RETRY_MOST_S 86400	/* who says more means "not today" */

struct httpc {
	CURL *curl;
	char fault[CURL_ERROR_SIZE];
};

struct taking {
	struct buf *body;
	const atomic_bool *stop;
};

static void
global_init(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct httpc *
httpc_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct httpc *h = mem_zalloc(sizeof(*h));

	pthread_once(&once, global_init);
	if (!(h->curl = curl_easy_init()))
		die("libcurl: no memory");
	return h;
}

void
httpc_free(struct httpc *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->curl);
	free(h);
}

/* "127.evil.example" and "localhost:x@evil.example" are elsewhere: only whole names and addresses count. */
static bool
is_this_machine(const char *host)
{
	struct in_addr four;
	struct in6_addr six;
	char bare[64];

	if (strcasecmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	snprintf(bare, sizeof(bare), "%s", *host == '[' ? host + 1 : host);
	bare[strcspn(bare, "]")] = '\0';
	return inet_pton(AF_INET6, bare, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

bool
httpc_is_private(const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL, *scheme = NULL;
	bool is = false;

	if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK && curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		is = strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && is_this_machine(host));
	curl_free(host);
	curl_free(scheme);
	curl_url_cleanup(u);
	return is;
}

bool
httpc_has_user(const char *url)
{
	const char *host = strstr(url, "//");

	return host && memchr(host + 2, '@', strcspn(host + 2, "/?#"));
}

char *
httpc_shown(struct arena *a, const char *url, struct err *e)
{
	CURLU *u = curl_url();
	char *host = NULL, *scheme = NULL, *port = NULL, *path = NULL, *shown = NULL;

	/* Nothing of a text that cannot be taken apart is shown: the password may stand anywhere in it. */
	if (!u || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) ||
	    curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK || curl_url_get(u, CURLUPART_PATH, &path, 0) != CURLUE_OK) {
		err_set(e, ERR_INPUT, TR("this is no URL that begins with http:// or https://",
		    "đây không phải địa chỉ bắt đầu bằng http:// hoặc https://"));
	} else {
		curl_url_get(u, CURLUPART_PORT, &port, 0);
		shown = arena_printf(a, "%s://%s%s%s%s", scheme, host, port ? ":" : "", port ? port : "", path);
	}
	curl_free(host);
	curl_free(scheme);
	curl_free(port);
	curl_free(path);
	curl_url_cleanup(u);
	return shown;
}

static size_t
take(char *p, size_t size, size_t n, void *arg)
{
	struct taking *t = arg;

	buf_add(t->body, p, size * n);
	return t->body->failed ? 0 : size * n;	/* another number ends the transfer */
}

static int
look(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	const struct taking *t = arg;

	(void)down_all, (void)down, (void)up_all, (void)up;
	return t->stop && atomic_load(t->stop);
}

/* Seconds, or a date: RFC 9110 10.2.3. */
static int64_t
retry_after(CURL *curl)
{
	struct curl_header *h;
	int64_t s;

	if (curl_easy_header(curl, "Retry-After", 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
		return -1;
	if (*h->value && strspn(h->value, "0123456789") == strlen(h->value)) {
		s = strtoll(h->value, NULL, 10);
	} else {
		time_t at = curl_getdate(h->value, NULL);

		if (at == (time_t)-1)
			return -1;
		s = (int64_t)at - clock_now();
	}
	return s < 0 ? 0 : s > RETRY_MOST_S ? RETRY_MOST_S : s;
}

static int
explain(const struct httpc *h, CURLcode rc, const struct httpc_request *q, const struct taking *t, const char *shown,
    struct err *e)
{
	double took = 0;

	switch (rc) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return err_set(e, ERR_AUTH, TR("%s: its certificate is not trusted (%s)", "%s: không tin cậy được chứng thư (%s)"),
		    shown, *h->fault ? h->fault : curl_easy_strerror(rc));
	case CURLE_COULDNT_RESOLVE_HOST:
		return err_set(e, ERR_NETWORK, TR("%s: no such host", "%s: không tìm thấy máy chủ"), shown);
	case CURLE_COULDNT_CONNECT:
		return err_set(e, ERR_NETWORK, TR("%s: nobody answers there (connection refused or unreachable)",
		    "%s: không kết nối được (bị từ chối hoặc không tới được)"), shown);
	case CURLE_OPERATION_TIMEDOUT:
		curl_easy_getinfo(h->curl, CURLINFO_TOTAL_TIME, &took);
		return err_set(e, ERR_NETWORK, TR("%s: no answer within %.0f s", "%s: không trả lời trong %.0f giây"), shown, took);
	case CURLE_WRITE_ERROR:
		if (t->body->failed)
			return err_set(e, ERR_NETWORK, TR("%s: the answer is longer than %zu bytes", "%s: trả lời dài hơn %zu byte"),
			    shown, q->answer_max ? q->answer_max : ANSWER_MAX);
		break;
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
		return err_set(e, ERR_NETWORK, TR("%s: the connection was closed before the whole answer had come",
		    "%s: kết nối bị đóng khi chưa nhận đủ trả lời"), shown);
	case CURLE_ABORTED_BY_CALLBACK:
		return err_set(e, ERR_NETWORK, TR("%s: given up, the program ends", "%s: bỏ dở vì chương trình kết thúc"), shown);
	default:
		break;
	}
	/* Not the detail: it may quote what it could not understand. */
	return err_set(e, ERR_NETWORK, "%s: %s", shown, curl_easy_strerror(rc));
}

static int
headers_of(const struct httpc_request *q, struct curl_slist **out, struct err *e)
{
	struct curl_slist *list = NULL;
	char type[256];
	int n;

	n = snprintf(type, sizeof(type), "Content-Type: %s", q->type ? q->type : "application/octet-stream");
	if (n >= (int)sizeof(type) || strpbrk(type, "\r\n"))
		return err_set(e, ERR_INPUT, TR("this is no media type", "đây không phải kiểu nội dung hợp lệ"));
	for (size_t i = 0; q->headers && q->headers[i]; i++) {
		if (strpbrk(q->headers[i], "\r\n")) {
			curl_slist_free_all(list);
			return err_set(e, ERR_INPUT, TR("a line break in an HTTP header", "có xuống dòng trong trường HTTP"));
		}
		list = curl_slist_append(list, q->headers[i]);
	}
	list = curl_slist_append(list, type);
	/* Many servers behind proxies never say 100, and each request would wait a second for it. */
	*out = curl_slist_append(list, "Expect:");
	return 0;
}

static void
answer_clear(struct httpc_answer *r, size_t most)
{
	buf_release(&r->body);
	*r = (struct httpc_answer){ .body = BUF_INIT(most ? most : ANSWER_MAX), .retry_after_s = -1 };
}

int
httpc_post(struct httpc *h, const struct httpc_request *q, struct httpc_answer *r, struct err *e)
{
	struct taking t = { &r->body, q->stop };
	struct arena a = ARENA_INIT;
	struct curl_slist *headers = NULL;
	char *shown = httpc_shown(&a, q->url, e);
	CURL *c = h->curl;
	long status = 0;
	CURLcode rc;
	int done = -1;

	answer_clear(r, q->answer_max);
	if (!shown || headers_of(q, &headers, e) < 0)
		goto out;
	curl_easy_reset(c);	/* keeps the connections */
	h->fault[0] = '\0';
	curl_easy_setopt(c, CURLOPT_URL, q->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->fault);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(q->connect_timeout_ms > 0 ? q->connect_timeout_ms : CONNECT_MS));
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(q->timeout_ms > 0 ? q->timeout_ms : WHOLE_MS));
	curl_easy_setopt(c, CURLOPT_USERAGENT, "thumoi");
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_POST, 1L);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->body ? q->body : "");
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(q->body ? q->body_len : 0));
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &t);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, look);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, &t);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, (long)q->once);
	curl_easy_setopt(c, CURLOPT_FORBID_REUSE, (long)q->once);
	if (q->ca_file && *q->ca_file)
		curl_easy_setopt(c, CURLOPT_CAINFO, q->ca_file);
	rc = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	if (rc != CURLE_OK) {
		explain(h, rc, q, &t, shown, e);
		answer_clear(r, q->answer_max);		/* half an answer is none */
		goto out;
	}
	r->status = (int)status;
	r->retry_after_s = retry_after(c);
	done = 0;
out:
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	arena_release(&a);
	return done;
}

void
httpc_answer_release(struct httpc_answer *r)
{
	buf_release(&r->body);
	*r = (struct httpc_answer)HTTPC_ANSWER_INIT;
}
