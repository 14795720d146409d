#include "postoffice/browser.h"

#include <ctype.h>
#include <curl/curl.h>
#include <strings.h>

#include "base/buf.h"

#define PAGE_MAX_BYTES (4 << 20)

struct browser {
	CURL *curl;
	struct buf body;
	struct arena arena;	/* what the last page gave */
};

static size_t
take(char *data, size_t size, size_t n, void *arg)
{
	struct browser *b = arg;

	buf_add(&b->body, data, size * n);
	return b->body.failed ? 0 : size * n;
}

struct browser *
browser_new(void)
{
	struct browser *b = mem_zalloc(sizeof(*b));

	*b = (struct browser){ .curl = curl_easy_init(), .body = BUF_INIT(PAGE_MAX_BYTES), .arena = ARENA_INIT };
	if (!b->curl)
		die("no libcurl handle");
	return b;
}

void
browser_free(struct browser *b)
{
	if (!b)
		return;
	curl_easy_cleanup(b->curl);
	buf_release(&b->body);
	arena_release(&b->arena);
	free(b);
}

/* The five named entities and the numeric ones that can stand in an attribute. */
static const char *
unescape(struct arena *a, const char *s, size_t len)
{
	static const struct { const char *name, *text; } entities[] = {
		{ "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" }, { "&apos;", "'" }, { "&#39;", "'" },
		{ "&#34;", "\"" }, { "&#x27;", "'" },
	};
	char *out = arena_alloc(a, len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len;) {
		size_t e = 0;

		while (e < COUNT_OF(entities) && strncmp(s + i, entities[e].name, strlen(entities[e].name)) != 0)
			e++;
		if (e < COUNT_OF(entities)) {
			out[n++] = *entities[e].text;
			i += strlen(entities[e].name);
		} else {
			out[n++] = s[i++];
		}
	}
	out[n] = '\0';
	return out;
}

/* The value of an attribute in "<tag a="x" b=y c>" (tag points behind "<"); NULL when absent. */
static const char *
attribute(struct arena *a, const char *tag, const char *end, const char *name)
{
	size_t len = strlen(name);
	const char *p = tag + strcspn(tag, " \t\r\n/>");

	while (p < end) {
		const char *key, *value = "";
		size_t key_len, value_len = 0;

		p += strspn(p, " \t\r\n/");
		if (p >= end)
			break;
		key = p;
		p += key_len = strcspn(p, "= \t\r\n/>");
		if (!key_len)
			p++;
		if (*p == '=') {
			char quote = *++p;

			if (quote == '"' || quote == '\'') {
				const char *close = strchr(++p, quote);

				value = p;
				value_len = close ? (size_t)(close - p) : strlen(p);
				p += value_len + (close != NULL);
			} else {
				value = p;
				p += value_len = strcspn(p, " \t\r\n>");
			}
		}
		if (key_len == len && strncasecmp(key, name, len) == 0)
			return unescape(a, value, value_len);
	}
	return NULL;
}

/* Where the tag that begins at p ends: its ">", outside quotes. */
static const char *
tag_end(const char *p)
{
	char quote = 0;

	for (; *p && (quote || *p != '>'); p++) {
		if (quote)
			quote = *p == quote ? 0 : quote;
		else if (*p == '"' || *p == '\'')
			quote = *p;
	}
	return p;
}

static bool
tag_is(const char *tag, const char *name)
{
	size_t len = strlen(name);

	return strncasecmp(tag, name, len) == 0 && !isalnum((unsigned char)tag[len]);
}

static const char *
absolute(struct arena *a, const char *base, const char *relative)
{
	CURLU *u = curl_url();
	char *whole = NULL;
	const char *out = base;

	if (curl_url_set(u, CURLUPART_URL, base, 0) == CURLUE_OK &&
	    (!*relative || curl_url_set(u, CURLUPART_URL, relative, 0) == CURLUE_OK) &&
	    curl_url_get(u, CURLUPART_URL, &whole, 0) == CURLUE_OK)
		out = arena_dup(a, whole);
	curl_free(whole);
	curl_url_cleanup(u);
	return out;
}

static void
add_field(struct arena *a, struct form *f, const char *tag, const char *end)
{
	const char *name = attribute(a, tag, end, "name"), *type = attribute(a, tag, end, "type");
	const char *value = attribute(a, tag, end, "value");
	bool button = tag_is(tag, "button");

	if (!type)
		type = button ? "submit" : "text";
	if (!name || f->n_fields == FIELDS_MAX)
		return;
	f->fields[f->n_fields++] = (struct field){ name, value ? value : "",
	    strcasecmp(type, "radio") == 0 || strcasecmp(type, "submit") == 0 || strcasecmp(type, "checkbox") == 0 };
}

static void
read_forms(struct browser *b, struct page *page)
{
	struct form *f = NULL;
	size_t cap = 0;

	page->forms = NULL;
	page->n_forms = 0;
	for (const char *p = page->html; (p = strchr(p, '<'));) {
		const char *tag = p + 1, *end = tag_end(tag);

		if (tag_is(tag, "form")) {
			const char *method = attribute(&b->arena, tag, end, "method");
			const char *action = attribute(&b->arena, tag, end, "action");
			struct form *more;

			if (page->n_forms == cap) {
				more = arena_alloc(&b->arena, (cap = cap ? 2 * cap : 8) * sizeof(*more));
				if (page->n_forms)
					memcpy(more, page->forms, page->n_forms * sizeof(*more));
				page->forms = more;
			}
			f = &page->forms[page->n_forms++];
			*f = (struct form){ .action = absolute(&b->arena, page->url, action ? action : ""),
			    .post = method && strcasecmp(method, "post") == 0 };
		} else if (tag_is(tag, "/form")) {
			f = NULL;
		} else if (f && (tag_is(tag, "input") || tag_is(tag, "button"))) {
			add_field(&b->arena, f, tag, end);
		}
		p = *end ? end + 1 : end;
	}
}

static int
perform(struct browser *b, const char *url, struct page *page, struct err *e)
{
	char why[CURL_ERROR_SIZE] = "";
	char *final = NULL;
	long status = 0;
	CURLcode rc;

	curl_easy_setopt(b->curl, CURLOPT_URL, url);
	curl_easy_setopt(b->curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(b->curl, CURLOPT_WRITEDATA, b);
	curl_easy_setopt(b->curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(b->curl, CURLOPT_MAXREDIRS, 5L);
	curl_easy_setopt(b->curl, CURLOPT_TIMEOUT, 30L);
	curl_easy_setopt(b->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(b->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(b->curl, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(b->curl, CURLOPT_USERAGENT, "postoffice (synthetic person)");
	buf_clear(&b->body);
	rc = curl_easy_perform(b->curl);
	if (rc != CURLE_OK) {
		err_set(e, ERR_NETWORK, "%s: %s", url, *why ? why : curl_easy_strerror(rc));
		curl_easy_reset(b->curl);
		return -1;
	}
	curl_easy_getinfo(b->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(b->curl, CURLINFO_EFFECTIVE_URL, &final);
	/* The form that was sent lies in the arena: it is needed no more now. */
	page->status = (int)status;
	final = mem_dup(final ? final : url);
	arena_reset(&b->arena);
	page->url = arena_dup(&b->arena, final);
	free(final);
	page->html = buf_str(&b->body);
	read_forms(b, page);
	curl_easy_reset(b->curl);	/* keeps the connection */
	return 0;
}

int
browser_get(struct browser *b, const char *url, struct page *page, struct err *e)
{
	return perform(b, url, page, e);
}

static void
add_pair(struct browser *b, struct buf *out, const struct field *f)
{
	char *name = curl_easy_escape(b->curl, f->name, 0), *value = curl_easy_escape(b->curl, f->value, 0);

	buf_printf(out, "%s%s=%s", out->len ? "&" : "", name, value);
	curl_free(name);
	curl_free(value);
}

int
browser_submit(struct browser *b, const struct form *f, const struct field *chosen, struct page *page, struct err *e)
{
	struct buf fields = BUF_INIT(1 << 16), url = BUF_INIT(1 << 16);
	int rc;

	for (size_t i = 0; i < f->n_fields; i++)
		if (!f->fields[i].offered)
			add_pair(b, &fields, &f->fields[i]);
	if (chosen)
		add_pair(b, &fields, chosen);
	buf_str_add(&url, f->action);
	if (f->post)
		curl_easy_setopt(b->curl, CURLOPT_COPYPOSTFIELDS, buf_str(&fields));
	else if (fields.len)
		buf_printf(&url, "?%s", buf_str(&fields));
	rc = perform(b, buf_str(&url), page, e);
	buf_release(&fields);
	buf_release(&url);
	return rc;
}

int
browser_post_json(struct browser *b, const char *url, const char *api_key, const char *json, struct page *page,
    struct err *e)
{
	struct buf key = BUF_INIT(4096);
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	int rc;

	buf_printf(&key, "Authorization: Bearer %s", api_key);
	headers = curl_slist_append(headers, buf_str(&key));
	curl_easy_setopt(b->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(b->curl, CURLOPT_COPYPOSTFIELDS, json);
	rc = perform(b, url, page, e);
	curl_slist_free_all(headers);
	buf_release(&key);
	return rc;
}

static bool
has_segment(const char *url, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = url; (p = strchr(p, '/')); p++)
		if (strncmp(p + 1, word, len) == 0 && (p[1 + len] == '\0' || strchr("/?", p[1 + len])))
			return true;
	return false;
}

const struct form *
page_choice(const struct page *page, const char *word, const struct field **chosen)
{
	*chosen = NULL;
	for (size_t i = 0; i < page->n_forms; i++)
		for (size_t k = 0; k < page->forms[i].n_fields; k++)
			if (page->forms[i].fields[k].offered && strcmp(page->forms[i].fields[k].value, word) == 0) {
				*chosen = &page->forms[i].fields[k];
				return &page->forms[i];
			}
	for (size_t i = 0; i < page->n_forms; i++)
		if (has_segment(page->forms[i].action, word)) {
			for (size_t k = 0; k < page->forms[i].n_fields && !*chosen; k++)
				if (page->forms[i].fields[k].offered)
					*chosen = &page->forms[i].fields[k];
			return &page->forms[i];
		}
	return NULL;
}
