/* Server-sent events: many streams, a slow reader, and what ends them. */
#include "support/desk.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include "engine/access.h"
#include "store/user.h"
#include "web/live.h"

#define PASSWORD "một câu dài để đăng nhập"
#define SESSIONS (LIVE_MOST / LIVE_MOST_OF_ONE)
#define MANY_WAVES 800
#define PATIENCE_MS 30000	/* what comes, comes sooner: on a busy machine too */

static struct desk d;
static char cookie[SESSIONS + 1][128];

struct reader {
	int fd;
	struct buf got;
};

static int64_t
ms_now(void)
{
	return clock_mono_us() / 1000;
}

static void
store(const char *sql)
{
	struct stmt *s = db_stmt(d.w.db, sql, &d.w.e);

	if (!s || db_run(s, &d.w.e) < 0)
		world_die(&d.w, sql);
}

static struct reader
listen_to(const char *path, const char *with, const char *more, int room)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct reader r = { .fd = socket(AF_INET, SOCK_STREAM, 0), .got = BUF_INIT((size_t)64 << 20) };
	const char *ask, *colon = strrchr(d.where.text, ':');

	to.sin_port = htons((uint16_t)strtol(colon + 1, NULL, 10));
	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	if (room)
		setsockopt(r.fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (r.fd < 0 || connect(r.fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		world_die(&d.w, "connect");
	ask = arena_printf(&d.w.arena, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept-Language: en\r\n%s%s%s%s\r\n", path, d.where.text,
	    with ? "Cookie: " : "", with ? with : "", with ? "\r\n" : "", more ? more : "");
	if (write(r.fd, ask, strlen(ask)) != (ssize_t)strlen(ask))
		world_die(&d.w, "write");
	return r;
}

static void
leave(struct reader *r)
{
	close(r->fd);
	buf_release(&r->got);
}

/* 1 some came, 0 nothing in time, -1 the end. */
static int
take(struct reader *r, int64_t ms)
{
	struct pollfd p = { .fd = r->fd, .events = POLLIN };
	char block[65536];
	ssize_t n;

	if (poll(&p, 1, (int)(ms > 0 ? ms : 0)) != 1)
		return 0;
	if ((n = read(r->fd, block, sizeof(block))) <= 0)
		return -1;
	buf_add(&r->got, block, (size_t)n);
	return 1;
}

static bool
hears(struct reader *r, const char *text, int64_t ms)
{
	int64_t until = ms_now() + ms;

	while (!strstr(buf_str(&r->got), text))
		if (take(r, until - ms_now()) != 1)
			return false;
	return true;
}

/* The last chunk, or the end of the connection. */
static bool
ends(struct reader *r, int64_t ms)
{
	int64_t until = ms_now() + ms;
	int rc;

	for (;;) {
		if (r->got.len >= 7 && memcmp(r->got.s + r->got.len - 7, "\r\n0\r\n\r\n", 7) == 0)
			return true;
		if ((rc = take(r, until - ms_now())) != 1)
			return rc < 0;
	}
}

/* What the chunks hold; NULL: they are not whole. */
static char *
body_of(const struct reader *r)
{
	const char *p = strstr(buf_str(&r->got), "\r\n\r\n"), *end = buf_str(&r->got) + r->got.len;
	char *out = arena_alloc(&d.w.arena, r->got.len + 1), *to = out, *after;

	if (!p)
		return NULL;
	for (p += 4; p < end; p += 2) {
		size_t n = strtoul(p, &after, 16);

		if (after == p || after + 2 > end || memcmp(after, "\r\n", 2) != 0)
			return NULL;
		p = after + 2;
		if (p + n + 2 > end)
			break;	/* the last one is under way */
		memcpy(to, p, n);
		to += n;
		p += n;
		if (memcmp(p, "\r\n", 2) != 0)
			return NULL;
	}
	*to = '\0';
	return out;
}

static void
log_in(const char *name, char out[128])
{
	char body[300], *quoted = curl_easy_escape(NULL, PASSWORD, 0);
	const char *set;

	snprintf(body, sizeof(body), "name=%s&password=%s", name, quoted);
	curl_free(quoted);
	if (desk_ask(&d, "/login", &(struct ask){ .body = body }) != 303)
		world_die(&d.w, "log in");
	set = http_header(&d.page, "Set-Cookie");
	snprintf(out, 128, "%.*s", (int)strcspn(set, ";"), set);
}

static long
ask_as(const char *with, const char *path, const char *body)
{
	return desk_ask(&d, path, &(struct ask){ .body = body, .headers = { "Accept-Language: en", arena_printf(&d.w.arena, "Cookie: %s", with) } });
}

static int64_t
seen_at(void)
{
	static const char sql[] = "SELECT max(seen_at) FROM session";

	return world_count(&d.w, sql);
}

static void
serve(void)
{
	struct web_options o = { .conf = &d.conf, .store = d.w.path, .fd = -1 };

	d.fd = o.admin_fd = http_listen("127.0.0.1:0", &d.where, &d.w.e);
	if (o.admin_fd < 0 || web_start(&d.web, &o, &d.w.e) < 0)
		world_die(&d.w, "web");
}

static void
make_user(const char *name, const char *role)
{
	struct user u = { .name = name, .role = role, .unit = "", .created_at = 1 };

	if (password_make(&d.w.arena, name, PASSWORD, lang_ui, &u.password, &d.w.e) < 0 || user_insert(d.w.db, &u, &d.w.e) < 0)
		world_die(&d.w, name);
}

static void
test_begins(void)
{
	struct reader r = listen_to("/c/c/events", cookie[0], NULL, 0), n = listen_to("/c/c/events", NULL, NULL, 0);
	struct reader odd = listen_to("/c/c/events", cookie[0], "Last-Event-ID: 18446744073709551616'\"<x>\r\n", 0);

	CHECK(hears(&r, "\"waves\":[]", PATIENCE_MS), "the first event");
	CHECK(strstr(buf_str(&r.got), "200 OK") && strstr(buf_str(&r.got), "Content-Type: text/event-stream"), "its type");
	CHECK(strstr(buf_str(&r.got), "X-Accel-Buffering: no") != NULL, "no proxy holds it back");
	CHECK(strstr(buf_str(&r.got), "Cache-Control: no-store") != NULL, "nobody keeps it");
	CHECK(strstr(buf_str(&r.got), "retry: 3000\n\n") != NULL, "when to come again");
	CHECK(strstr(buf_str(&r.got), "\nevent: waves\ndata: {") != NULL, "its name");
	CHECK(hears(&n, "303 See Other", PATIENCE_MS), "nobody: to the log-in");
	CHECK(hears(&odd, "\"waves\":[]", PATIENCE_MS), "an odd Last-Event-ID does no harm");
	CHECK_INT(ask_as(cookie[0], "/c/nothing/events", NULL), 404, "no such campaign");
	CHECK_INT(ask_as(cookie[0], "/c/c/events?once=1", NULL), 200, "one alone");
	CHECK(http_says(&d.page, "event: waves\ndata: {"), "... and it ends");
	leave(&r);
	leave(&n);
	leave(&odd);
}

/* A page left open is no use of the session. */
static void
test_idle(void)
{
	static const char back[] = "UPDATE session SET seen_at = seen_at - 100";
	struct reader r;
	int64_t before;

	store(back);
	before = seen_at();
	r = listen_to("/c/c/events", cookie[0], NULL, 0);
	CHECK(hears(&r, "\"waves\":[]", PATIENCE_MS), "it begins");
	CHECK_INT(ask_as(cookie[0], "/c/c/waves?live=1", NULL), 200, "a page that loads itself again");
	CHECK_INT(seen_at(), before, "neither keeps the session alive");
	CHECK_INT(ask_as(cookie[0], "/c/c/waves", NULL), 200, "somebody looks");
	CHECK(seen_at() > before, "that does");
	leave(&r);
}

static void
test_many(void)
{
	static const char wave[] = "INSERT INTO wave (campaign, name, template, audience, uncertain, state, kind, created_at)"
	    " VALUES (1, 'moves', 'invitation', '', 'resend', 'running', 'invitation', 1)";
	static const char done[] = "UPDATE wave SET state = 'done' WHERE name = 'moves'";
	struct reader r[LIVE_MOST], more, fifth;
	int n = 0, told = 0, over = 0;
	int64_t from;

	for (int i = 0; i < LIVE_MOST; i++)
		r[i] = listen_to("/c/c/events", cookie[i / LIVE_MOST_OF_ONE], NULL, 0);
	for (int i = 0; i < LIVE_MOST; i++)
		n += hears(&r[i], "\"waves\":[]", PATIENCE_MS);
	CHECK_INT(n, LIVE_MOST, "so many listen");
	fifth = listen_to("/c/c/events", cookie[0], NULL, 0);
	CHECK(hears(&fifth, "503 Service", PATIENCE_MS) && strstr(buf_str(&fifth.got), "Retry-After: 10"), "of one session no more");
	more = listen_to("/c/c/events", cookie[SESSIONS], NULL, 0);
	CHECK(hears(&more, "503 Service", PATIENCE_MS), "of all no more");
	from = ms_now();
	for (int i = 0; i < 20; i++)
		n += ask_as(cookie[0], "/healthz", NULL) == 200;
	CHECK_INT(n, LIVE_MOST + 20, "and everybody else is served");
	CHECK(ms_now() - from < 3000, "at once: no thread waits with them");
	store(wave);
	for (int i = 0; i < LIVE_MOST; i++)
		told += hears(&r[i], "state-running", PATIENCE_MS);
	CHECK_INT(told, LIVE_MOST, "all are told of a wave");
	CHECK(strstr(buf_str(&r[3].got), "\"html\":\"<p class=\\\"wave-line\\\">") != NULL, "as the page shows it");
	store(done);
	for (int i = 0; i < LIVE_MOST; i++) {
		buf_clear(&r[i].got);
		over += hears(&r[i], "\"waves\":[]", PATIENCE_MS);
	}
	CHECK_INT(over, LIVE_MOST, "and that it is over");
	for (int i = 0; i < LIVE_MOST; i++)
		leave(&r[i]);
	leave(&more);
	leave(&more);
	leave(&fifth);
}

static void
test_slow(void)
{
	static const char waves[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)"
	    " INSERT INTO wave (campaign, name, template, audience, uncertain, state, kind, created_at)"
	    " SELECT 1, 'w' || i, 'invitation', '', 'resend', 'running', 'invitation', 1 FROM n";
	static const char other[] = "UPDATE wave SET name = name || 'x' WHERE name LIKE 'w%'";
	static const char last[] = "UPDATE wave SET name = 'at-last' WHERE name LIKE 'w1x%' AND length(name) = (SELECT max(length(name))"
	    " FROM wave WHERE name LIKE 'w1x%') ";
	static const char all[] = "DELETE FROM wave";
	struct stmt *s = db_stmt(d.w.db, waves, &d.w.e);
	struct reader slow, quick;
	const char *body;

	bind_int(s, 1, MANY_WAVES);
	if (db_run(s, &d.w.e) < 0)
		world_die(&d.w, "waves");
	slow = listen_to("/c/c/events", cookie[1], NULL, 2048);
	quick = listen_to("/c/c/events", cookie[2], NULL, 0);
	CHECK(hears(&quick, "/waves/w800\\\"", PATIENCE_MS), "a large event");
	for (int i = 1; i <= 4; i++) {
		const char *name = arena_printf(&d.w.arena, "w800%.*s\\\"", i, "xxxx");

		store(other);
		CHECK(hears(&quick, name, PATIENCE_MS), "the quick one is not held up");
	}
	store(last);
	CHECK(hears(&quick, "at-last", PATIENCE_MS), "the quick one hears the last");
	CHECK(hears(&slow, "at-last", PATIENCE_MS), "the slow one catches up");
	CHECK((body = body_of(&slow)) && strncmp(body, "retry: ", 7) == 0, "and what it read is whole");
	for (const char *p = body; p && (p = strstr(p, "\nid: ")); p++)
		if (!CHECK(memcmp(p - 1, "\n\nid: ", 6) == 0, "each event begins behind the one before"))
			break;
	leave(&quick);
	leave(&slow);
	store(all);
}

static void
test_ends(void)
{
	static const char idle[] = "UPDATE session SET seen_at = seen_at - 1801 WHERE user = (SELECT id FROM user WHERE name = 'idle')";
	static const char off[] = "UPDATE user SET disabled_at = 5 WHERE name = 'off'";
	static const char moved[] = "UPDATE user SET role = 'focal', unit = 'T92' WHERE name = 'moved'";
	static const struct { const char *name, *sql; } cases[] = {
		{ "idle", idle }, { "off", off }, { "moved", moved },
	};
	struct reader r, stays = listen_to("/c/c/events", cookie[0], NULL, 0);
	char with[128];
	const char *csrf;

	CHECK(hears(&stays, "\"waves\":[]", PATIENCE_MS), "somebody else's");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		make_user(cases[i].name, "viewer");
		log_in(cases[i].name, with);
		r = listen_to("/c/c/events", with, NULL, 0);
		CHECK(hears(&r, "\"waves\":[]", PATIENCE_MS), cases[i].name);
		CHECK(!ends(&r, 1200), cases[i].name);
		store(cases[i].sql);
		CHECK(ends(&r, PATIENCE_MS), cases[i].name);
		leave(&r);
	}
	make_user("out", "operator");
	log_in("out", with);
	r = listen_to("/c/c/events", with, NULL, 0);
	CHECK(hears(&r, "\"waves\":[]", PATIENCE_MS), "one that will log out");
	ask_as(with, "/c/c/people", NULL);
	csrf = strstr(buf_str(&d.page.body), "name=\"csrf\" value=\"");
	CHECK_INT(ask_as(with, "/logout", arena_printf(&d.w.arena, "csrf=%.64s", csrf ? csrf + 19 : "")), 303, "log out");
	CHECK(ends(&r, PATIENCE_MS), "ends it");
	leave(&r);
	CHECK(!ends(&stays, 100), "the other one goes on");
	leave(&stays);
}

static void
test_stop(void)
{
	struct reader r[20], slow;
	int64_t from;
	int over = 0;

	for (int i = 0; i < 20; i++)
		r[i] = listen_to("/c/c/events", cookie[i / LIVE_MOST_OF_ONE], NULL, 0);
	for (int i = 0; i < 20; i++)
		hears(&r[i], "\"waves\":[]", PATIENCE_MS);
	slow = listen_to("/c/c/events", cookie[7], NULL, 2048);
	usleep(100000);
	from = ms_now();
	web_stop(d.web, 3000);
	if (!CHECK(ms_now() - from < 2000, "the server stops at once"))
		printf("  after %" PRId64 " ms\n", ms_now() - from);
	for (int i = 0; i < 20; i++) {
		over += ends(&r[i], PATIENCE_MS);
		leave(&r[i]);
	}
	CHECK_INT(over, 20, "and all streams have ended");
	leave(&slow);
	close(d.fd);
	serve();
}

int
main(void)
{
	desk_begin(&d);
	d.conf.admin_login = "required";
	serve();
	make_user("admin", "administrator");
	for (int i = 0; i <= SESSIONS; i++)
		log_in("admin", cookie[i]);
	test_begins();
	test_idle();
	test_many();
	test_slow();
	test_ends();
	test_stop();
	desk_end(&d);
	return check_done();
}
