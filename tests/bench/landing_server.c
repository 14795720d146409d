/*
 * landing_server - the landing page and a bare "hello" side by side, for
 * measuring: the same libmicrohttpd settings, one process.
 *	landing_server [PEOPLE]
 * Prints "hello=URL landing=URL tokens=FILE" and serves until its input ends.
 */
#include <stdio.h>

#include "support/world.h"

#include "base/conf.h"
#include "base/log.h"
#include "web/http.h"
#include "web/server.h"

static enum MHD_Result
hello(void *arg, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *data,
    size_t *size, void **state)
{
	static const char text[] = "hello\n";
	static int begun;
	struct MHD_Response *r;
	enum MHD_Result rc;

	(void)arg;
	(void)url;
	(void)method;
	(void)version;
	(void)data;
	(void)size;
	if (!*state) {
		*state = &begun;
		return MHD_YES;
	}
	r = MHD_create_response_from_buffer(sizeof(text) - 1, (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
	MHD_add_response_header(r, "Content-Type", "text/plain");
	rc = MHD_queue_response(c, MHD_HTTP_OK, r);
	MHD_destroy_response(r);
	return rc;
}

static void
forget(void *arg, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	(void)arg;
	(void)c;
	(void)why;
	*state = NULL;
}

int
main(int argc, char **argv)
{
	long people = argc > 1 ? strtol(argv[1], NULL, 10) : 10000;
	struct http_options h = { .handler = hello, .completed = forget };
	struct http_where hello_at, landing_at;
	struct web_options o = { .admin_fd = -1 };
	struct http_server *bare;
	struct world w;
	struct conf conf;
	struct web *web;
	char token[TOKEN_LEN + 1] = "", path[128];
	int64_t campaign;
	FILE *tokens;

	log_to(-1, LOG_LEVEL_ERROR);
	world_make(&w);
	campaign = world_campaign(&w, "bench", clock_now() - 86400, clock_now() + 10 * 86400);
	snprintf(path, sizeof(path), "%s/tokens", w.dir);
	if (!(tokens = fopen(path, "w")) || db_begin(w.db, &w.e) < 0)
		world_die(&w, path);
	for (long i = 0; i < people; i++) {
		world_contact(&w, campaign, "Nguyễn Thị Mẫu", token);
		fprintf(tokens, "%s\n", token);
	}
	if (fclose(tokens) != 0 || db_commit(w.db, &w.e) < 0 || conf_load(&conf, NULL, false, &w.e) < 0)
		world_die(&w, "people");
	conf.secret_file = arena_printf(&w.arena, "%s/secret", w.dir);
	o.conf = &conf;
	o.store = w.path;
	o.fd = http_listen("127.0.0.1:0", &landing_at, &w.e);
	h.fd = http_listen("127.0.0.1:0", &hello_at, &w.e);
	if (o.fd < 0 || h.fd < 0 || web_start(&web, &o, &w.e) < 0 || !(bare = http_start(&h, &w.e)))
		world_die(&w, "web");
	printf("hello=http://%s/ landing=http://%s/i/%s tokens=%s\n", hello_at.text, landing_at.text, token, path);
	fflush(stdout);
	while (getchar() != EOF)
		;
	http_stop(bare, 0);
	web_stop(web, 0);
	conf_release(&conf);
	world_end(&w);
	return 0;
}
