#include "mail/wire.h"

#include <curl/curl.h>
#include <poll.h>
#include <pthread.h>
#include <strings.h>

#include "base/clock.h"
#include "base/lang.h"

#define CONNECT_TIMEOUT_S 30L
#define LOGIN_TIMEOUT_MS 60000L
#define ANSWER_MS 120000	/* without an octet */
#define WHOLE_ANSWERS 8		/* a whole command may take so many times as long */
#define LINE_MAX_BYTES (1u << 20)
#define LOOK_MS 500		/* how often *stop is looked at */

struct wire {
	CURL *curl;
	curl_socket_t fd;
	const atomic_bool *stop;
	int64_t answer_us;
	int64_t until_us;		/* the answer to the last command must be whole by then */
	char *host;
	struct buf line;
	char in[65536];
	size_t at, have;
};

static void
global_init(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* A loopback connection may go without TLS: a test, a mailbox on this machine. */
static bool
is_loopback(const char *host)
{
	return strncmp(host, "127.", 4) == 0 || strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	    strcmp(host, "::1") == 0;
}

static int
explain(const struct fetch *f, const struct wire *w, CURLcode rc, const char *detail, struct err *e)
{
	const char *why = *detail ? detail : curl_easy_strerror(rc);

	switch (rc) {
	case CURLE_LOGIN_DENIED:
		return err_set(e, ERR_AUTH, TR("mailbox %s: the server refuses the name or the password of '%s'",
		    "hộp thư %s: máy chủ từ chối tên đăng nhập hoặc mật khẩu của '%s'"), w->host, f->user);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return err_set(e, ERR_AUTH, TR("mailbox %s: its certificate is not trusted (%s); see inbound_ca_file",
		    "hộp thư %s: không tin cậy được chứng thư (%s); xem thiết lập inbound_ca_file"), w->host, why);
	case CURLE_USE_SSL_FAILED:
		return err_set(e, ERR_AUTH, TR("mailbox %s: the server offers no STARTTLS, the password stays here",
		    "hộp thư %s: máy chủ không có STARTTLS nên không gửi mật khẩu"), w->host);
	case CURLE_OPERATION_TIMEDOUT:
		return err_set(e, ERR_NETWORK, TR("mailbox %s: no answer in time", "hộp thư %s: không trả lời kịp"), w->host);
	default:
		return err_set(e, ERR_NETWORK, TR("mailbox %s: %s", "hộp thư %s: %s"), w->host, why);
	}
}

int
wire_open(struct wire **out, const struct fetch *f, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct wire *w = mem_zalloc(sizeof(*w));
	CURLU *u = NULL;
	char *host = NULL, *scheme = NULL, *base = NULL, detail[CURL_ERROR_SIZE] = "";
	CURLcode rc;
	bool ok;

	pthread_once(&once, global_init);
	*out = NULL;
	w->line = (struct buf)BUF_INIT(LINE_MAX_BYTES);
	w->stop = f->stop;
	w->answer_us = (f->answer_ms ? f->answer_ms : ANSWER_MS) * 1000;
	w->fd = CURL_SOCKET_BAD;
	w->curl = curl_easy_init();
	u = curl_url();
	ok = w->curl && u && curl_url_set(u, CURLUPART_URL, f->url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK && curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK;
	if (!ok || (strncmp(scheme, "imap", 4) != 0 && strncmp(scheme, "pop3", 4) != 0)) {
		err_set(e, ERR_INPUT, TR("inbound_url is not imap[s]://host or pop3[s]://host: %s",
		    "inbound_url không có dạng imap[s]://máy-chủ hoặc pop3[s]://máy-chủ: %s"), f->url);
		goto fail;
	}
	w->host = mem_dup(host);
	/* The folder is selected by us; libcurl would take it for a request. */
	curl_url_set(u, CURLUPART_PATH, "/", 0);
	curl_url_set(u, CURLUPART_USER, NULL, 0);
	curl_url_set(u, CURLUPART_PASSWORD, NULL, 0);
	if (curl_url_get(u, CURLUPART_URL, &base, 0) != CURLUE_OK) {
		err_set(e, ERR_INPUT, TR("inbound_url cannot be used: %s", "không dùng được inbound_url: %s"), f->url);
		goto fail;
	}
	curl_easy_setopt(w->curl, CURLOPT_URL, base);
	curl_easy_setopt(w->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(w->curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(w->curl, CURLOPT_USERNAME, f->user);
	curl_easy_setopt(w->curl, CURLOPT_PASSWORD, f->password);
	curl_easy_setopt(w->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(w->curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	curl_easy_setopt(w->curl, CURLOPT_TIMEOUT_MS, f->answer_ms ? (long)f->answer_ms : LOGIN_TIMEOUT_MS);
	curl_easy_setopt(w->curl, CURLOPT_ERRORBUFFER, detail);
	curl_easy_setopt(w->curl, CURLOPT_USE_SSL, (long)(is_loopback(host) ? CURLUSESSL_TRY : CURLUSESSL_ALL));
	if (*f->ca_file)
		curl_easy_setopt(w->curl, CURLOPT_CAINFO, f->ca_file);
	rc = curl_easy_perform(w->curl);
	if (rc == CURLE_OK)
		rc = curl_easy_getinfo(w->curl, CURLINFO_ACTIVESOCKET, &w->fd);
	if (rc != CURLE_OK) {
		explain(f, w, rc, detail, e);
		goto fail;
	}
	curl_easy_setopt(w->curl, CURLOPT_ERRORBUFFER, NULL);
	curl_free(host);
	curl_free(scheme);
	curl_free(base);
	curl_url_cleanup(u);
	*out = w;
	return 0;
fail:
	curl_free(host);
	curl_free(scheme);
	curl_free(base);
	curl_url_cleanup(u);
	wire_close(w);
	return -1;
}

void
wire_close(struct wire *w)
{
	if (!w)
		return;
	if (w->curl)
		curl_easy_cleanup(w->curl);
	buf_release(&w->line);
	free(w->host);
	free(w);
}

const char *
wire_host(const struct wire *w)
{
	return w->host;
}

static int
lost(const struct wire *w, const char *why, struct err *e)
{
	return err_set(e, ERR_NETWORK, TR("mailbox %s: the line dropped (%s); what was recorded stays, the rest comes next time",
	    "hộp thư %s: mất kết nối (%s); thư đã ghi vẫn giữ, phần còn lại sẽ đọc lần sau"), w->host, why);
}

/* Until the socket is ready; what TLS keeps inside was asked for before (CURLE_AGAIN). */
static int
wait_ready(struct wire *w, short events, int64_t since_us, struct err *e)
{
	struct pollfd p = { .fd = w->fd, .events = events };

	for (;;) {
		if (w->stop && atomic_load(w->stop))
			return err_set(e, ERR_NOTNOW, TR("mailbox %s: stopped", "hộp thư %s: đã dừng"), w->host);
		if (poll(&p, 1, w->answer_us < LOOK_MS * 1000 ? (int)(w->answer_us / 1000) : LOOK_MS) > 0)
			return 0;
		if (clock_mono_us() - since_us > w->answer_us)
			return lost(w, TR("no answer in time", "không trả lời kịp"), e);
	}
}

int
wire_send(struct wire *w, const char *data, size_t len, struct err *e)
{
	int64_t since = clock_mono_us();

	w->until_us = since + w->answer_us * WHOLE_ANSWERS;
	while (len) {
		size_t n = 0;
		CURLcode rc = curl_easy_send(w->curl, data, len, &n);

		if (rc == CURLE_AGAIN) {
			if (wait_ready(w, POLLOUT, since, e) < 0)
				return -1;
			continue;
		}
		if (rc != CURLE_OK)
			return lost(w, curl_easy_strerror(rc), e);
		data += n;
		len -= n;
	}
	return 0;
}

static int
more(struct wire *w, struct err *e)
{
	int64_t since = clock_mono_us();

	if (since > w->until_us)
		return lost(w, TR("an answer without end", "trả lời mãi không hết"), e);
	for (;;) {
		size_t n = 0;
		CURLcode rc = curl_easy_recv(w->curl, w->in, sizeof(w->in), &n);

		if (rc == CURLE_AGAIN) {
			if (wait_ready(w, POLLIN, since, e) < 0)
				return -1;
			continue;
		}
		if (rc != CURLE_OK)
			return lost(w, curl_easy_strerror(rc), e);
		if (n == 0)
			return lost(w, TR("closed by the server", "máy chủ đóng kết nối"), e);
		w->at = 0;
		w->have = n;
		return 0;
	}
}

const char *
wire_line(struct wire *w, size_t *len, struct err *e)
{
	buf_clear(&w->line);
	for (;;) {
		char *nl;
		size_t n;

		if (w->at == w->have && more(w, e) < 0)
			return NULL;
		nl = memchr(w->in + w->at, '\n', w->have - w->at);
		n = nl ? (size_t)(nl - (w->in + w->at)) : w->have - w->at;
		buf_add(&w->line, w->in + w->at, n);
		w->at += n + (nl != NULL);
		if (w->line.failed) {
			err_set(e, ERR_NETWORK, TR("mailbox %s: a line of the server is longer than 1 MB",
			    "hộp thư %s: máy chủ gửi dòng dài hơn 1 MB"), w->host);
			return NULL;
		}
		if (nl)
			break;
	}
	if (w->line.len && w->line.s[w->line.len - 1] == '\r')
		buf_cut(&w->line, w->line.len - 1);
	if (len)
		*len = w->line.len;
	return buf_str(&w->line);
}

int
wire_bytes(struct wire *w, uint64_t n, struct buf *out, struct err *e)
{
	while (n) {
		size_t k;

		if (w->at == w->have && more(w, e) < 0)
			return -1;
		k = w->have - w->at;
		if (k > n)
			k = (size_t)n;
		if (out)
			buf_add(out, w->in + w->at, k);
		w->at += k;
		n -= k;
	}
	return 0;
}
