/*
 * http.h - asks a server on loopback, by libcurl, and keeps what came back.
 */
#ifndef THUMOI_TESTS_HTTP_H
#define THUMOI_TESTS_HTTP_H

#include <curl/curl.h>
#include <strings.h>

#include "base/buf.h"

struct answer_page {
	long status;
	struct buf head, body;
	char error[CURL_ERROR_SIZE];
};

struct ask {
	const char *method;		/* NULL: GET */
	const char *body;		/* with a body: POST */
	size_t body_len;		/* 0: strlen */
	const char *headers[6];		/* NULL ends */
	const char *ca_file;
	bool raw_path;			/* as it stands, no "/../" taken out */
};

static size_t
http_take(char *p, size_t size, size_t n, void *arg)
{
	buf_add(arg, p, size * n);
	return size * n;
}

/* 0, or -1 when there was no HTTP answer. The page is emptied first. */
static inline int
http_ask(struct answer_page *p, const char *url, const struct ask *a)
{
	struct curl_slist *list = NULL;
	CURL *c = curl_easy_init();
	CURLcode rc;

	buf_release(&p->head);
	buf_release(&p->body);
	*p = (struct answer_page){ .head = BUF_INIT(1 << 16), .body = BUF_INIT(1 << 22) };
	for (size_t i = 0; i < 6 && a->headers[i]; i++)
		list = curl_slist_append(list, a->headers[i]);
	list = curl_slist_append(list, "Expect:");
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, p->error);
	curl_easy_setopt(c, CURLOPT_PATH_AS_IS, (long)a->raw_path);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 10L);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, http_take);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, &p->head);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, http_take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &p->body);
	if (a->ca_file)
		curl_easy_setopt(c, CURLOPT_CAINFO, a->ca_file);
	if (a->body) {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, a->body);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)(a->body_len ? a->body_len : strlen(a->body)));
	}
	if (a->method && strcmp(a->method, "HEAD") == 0)
		curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	else if (a->method)
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, a->method);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
	rc = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &p->status);
	curl_slist_free_all(list);
	curl_easy_cleanup(c);
	return rc == CURLE_OK ? 0 : -1;
}

/* The value of a header of the answer, in a buffer of our own; "" when it is not there. */
static inline const char *
http_header(const struct answer_page *p, const char *name)
{
	static char value[2048];
	size_t n = strlen(name);

	value[0] = '\0';
	for (const char *s = buf_str(&p->head); *s; s += strcspn(s, "\n"), s += *s == '\n')
		if (strncasecmp(s, name, n) == 0 && s[n] == ':') {
			s += n + 1;
			s += strspn(s, " ");
			snprintf(value, sizeof(value), "%.*s", (int)strcspn(s, "\r\n"), s);
			break;
		}
	return value;
}

static inline bool
http_says(const struct answer_page *p, const char *text)
{
	return strstr(buf_str(&p->body), text) != NULL;
}

#endif
