/* The web server below the pages: reloads and stops while people ask. */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "support/check.h"
#include "support/http.h"

#include "base/clock.h"
#include "web/http.h"

#define ASKERS 4
#define RELOADS 60
#define SLOW_MS 300

static struct http_where where;
static atomic_bool enough;
static atomic_long asked, answered;

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *c, const char *path, const char *method, const char *version,
    const char *data, size_t *size, void **state)
{
	static char hello[] = "hello\n";
	struct MHD_Response *r = MHD_create_response_from_buffer(strlen(hello), hello, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result rc;

	(void)arg;
	(void)method;
	(void)version;
	(void)data;
	(void)size;
	(void)state;
	if (strcmp(path, "/slow") == 0)
		usleep(SLOW_MS * 1000);
	rc = MHD_queue_response(c, 200, r);
	MHD_destroy_response(r);
	return rc;
}

static bool
ask(struct answer_page *page, const char *path)
{
	static const struct ask a = { .method = NULL };
	char url[120];

	snprintf(url, sizeof(url), "http://%s%s", where.text, path);
	return http_ask(page, url, &a) == 0 && page->status == 200 && http_says(page, "hello");
}

static void *
asker(void *arg)
{
	const char *path = arg;
	struct answer_page page = { .status = 0 };

	do {
		atomic_fetch_add(&asked, 1);
		if (ask(&page, path))
			atomic_fetch_add(&answered, 1);
	} while (!atomic_load(&enough));
	buf_release(&page.head);
	buf_release(&page.body);
	return NULL;
}

/* The new server is there before the old one goes: nobody is turned away. */
static void
test_reload(int fd)
{
	struct http_options o = { .fd = fd, .handler = on_request };
	struct err e = ERR_INIT;
	struct http_server *now = http_start(&o, &e);
	pthread_t t[ASKERS];
	int n = 0;

	for (int i = 0; i < ASKERS; i++)
		pthread_create(&t[i], NULL, asker, (void *)(uintptr_t)"/");
	for (; now && n < RELOADS; n++) {
		struct http_server *old = now;

		now = http_start(&o, &e);
		http_stop(old, 3000);
	}
	atomic_store(&enough, true);
	for (int i = 0; i < ASKERS; i++)
		pthread_join(t[i], NULL);
	http_stop(now, 3000);
	CHECK_INT(n, RELOADS, "all reloads");
	CHECK(atomic_load(&asked) > RELOADS, "somebody asked all the time");
	CHECK_INT(atomic_load(&answered), atomic_load(&asked), "everybody had an answer");
}

/* A request at work is waited for, up to the grace; a line that is only open is not. */
static void
test_grace(int fd)
{
	struct http_options o = { .fd = fd, .handler = on_request };
	struct err e = ERR_INIT;
	struct http_server *s = http_start(&o, &e);
	CURL *open = curl_easy_init();
	int64_t from_ms;
	pthread_t t;
	char url[120];

	if (!CHECK(s != NULL, e.text))
		return;
	snprintf(url, sizeof(url), "http://%s/", where.text);
	curl_easy_setopt(open, CURLOPT_URL, url);
	curl_easy_setopt(open, CURLOPT_PROXY, "");
	curl_easy_setopt(open, CURLOPT_NOBODY, 1L);
	CHECK_INT(curl_easy_perform(open), CURLE_OK, "a line that stays open");
	atomic_store(&enough, true);
	atomic_store(&asked, 0);
	atomic_store(&answered, 0);
	pthread_create(&t, NULL, asker, (void *)(uintptr_t)"/slow");
	while (atomic_load(&asked) == 0)
		usleep(1000);
	usleep(50000);
	from_ms = clock_mono_us() / 1000;
	http_stop(s, 60000);
	CHECK(clock_mono_us() / 1000 - from_ms < 30000, "the open line was not waited for");
	pthread_join(t, NULL);
	CHECK_INT(atomic_load(&answered), 1, "the slow request was");
	curl_easy_cleanup(open);
}

int
main(void)
{
	struct err e = ERR_INIT;
	int fd;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	fd = http_listen("127.0.0.1:0", &where, &e);
	if (!CHECK(fd >= 0, e.text))
		return check_done();
	test_reload(fd);
	test_grace(fd);
	close(fd);
	curl_global_cleanup();
	return check_done();
}
