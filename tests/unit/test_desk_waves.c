/* Waves at the desk: made, looked at beforehand, started once, paused, resumed; who may not, and what is said. */
#include "support/desk.h"

#include <pthread.h>

#include "store/invite.h"
#include "store/pace.h"

#define AT_ONCE 8

static struct desk d;

static const char roster[] =
    "STT,Họ và tên,Đơn vị,Email\n"
    "1,Trần Văn An,Sở Nội vụ,an@cantho.gov.example\n"
    "2,Lê Thị Bình,Sở Tư pháp,binh@cantho.gov.example\n"
    "3,Vũ Cúc <script>alert(1)</script>,Sở Y tế,cuc@cantho.gov.example\n"
    "4,Đỗ Dung,Sở Y tế,dung@soyte.cantho.gov.example\n"
    "5,Hồ Em,Sở Y tế,em@soyte.cantho.gov.example\n"
    "6,Ngô Phúc,Sở Y tế,phuc@soyte.cantho.gov.example\n"
    "7,Lý Giang,Sở Y tế,\n";

static int64_t
number(const char *sql)
{
	return world_count(&d.w, sql);
}

static void
store(const char *sql)
{
	struct stmt *s = db_stmt(d.w.db, sql, &d.w.e);

	if (!s || db_run(s, &d.w.e) < 0)
		world_die(&d.w, sql);
}

static void
test_create(void)
{
	static const char invites[] = "SELECT count(*) FROM invite", waves[] = "SELECT count(*) FROM wave";
	static const char audit[] = "SELECT count(*) FROM audit WHERE actor = 'desk:desk' AND action = 'wave create' AND detail = 'first'";
	static const struct { const char *label, *form, *says; } wrong[] = {
		{ "no name", "template=invitation", "id=\"f-name\"" },
		{ "a name with a space", "name=a+b&template=invitation", "chỉ được gồm chữ a-z" },
		{ "a path", "name=../x&template=invitation", "id=\"f-name\"" },
		{ "no template", "name=x", "id=\"f-template\"" },
		{ "a template that is not there", "name=x&template=nothing", "không có mẫu &#39;nothing&#39;" },
		{ "a template that is a path", "name=x&template=../../etc/passwd", "id=\"f-template\"" },
		{ "an audience that is none", "name=x&template=invitation&audience=colour%3Dred", "id=\"f-audience\"" },
		{ "... stays in its field", "name=x&template=invitation&audience=colour%3Dred", "value=\"colour=red\"" },
		{ "... with the others", "name=kept&template=invitation&audience=colour%3Dred", "value=\"kept\"" },
		{ "a unit that is none", "name=x&template=invitation&audience=unit%3DT00", "đợt không có đơn vị &#39;T00&#39;" },
		{ "no moment", "name=x&template=invitation&not_before=soon", "id=\"f-before\"" },
		{ "the end before the beginning", "name=x&template=invitation&not_before=2030-01-02T09:00&not_after=2030-01-01T09:00",
		    "thời điểm cuối trước thời điểm đầu" },
	};

	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		CHECK_INT(desk_post(&d, "/c/c/waves", wrong[i].form), 400, wrong[i].label);
		if (!CHECK(http_says(&d.page, wrong[i].says), wrong[i].label))
			puts(buf_str(&d.page.body));
	}
	CHECK_INT(number(waves), 0, "none is made");
	CHECK_INT(desk_ask(&d, "/c/c/waves", &(struct ask){ .body = "name=x&template=invitation" }), 403, "not from our page");
	CHECK_INT(desk_post(&d, "/c/c/waves", "name=first&template=invitation&audience=unit%3DT92"), 303, "one is made");
	CHECK_STR(desk_follow(&d), "/c/c/waves/first?said=created", "and shown");
	CHECK(http_says(&d.page, "Chưa thư nào được gửi"), "nothing goes out yet");
	CHECK(http_says(&d.page, "tạo bằng tay"), "what happens next");
	CHECK_INT(number(audit), 1, "who made it");
	CHECK_INT(number(invites), 0, "indeed");
	CHECK_INT(desk_post(&d, "/c/c/waves", "name=first&template=invitation"), 400, "the name is taken");
	CHECK(http_says(&d.page, "đã có lượt"), "says so");
	CHECK_INT(desk_post(&d, "/api/v1/campaigns/c/waves", "name=second&template=reminder"), 200, "by a program");
	CHECK(http_says(&d.page, "\"done\": \"created\""), "is told");
	CHECK_INT(desk_post(&d, "/api/v1/campaigns/c/waves", "name=second&template=reminder"), 400, "and what is wrong");
	CHECK(strstr(http_header(&d.page, "Content-Type"), "problem+json") != NULL, "as a problem");
}

static void
test_preview(void)
{
	static const char invites[] = "SELECT count(*) FROM invite";
	const char *frame;
	char path[300];

	CHECK_INT(desk_get(&d, "/c/c/waves/nothing/preview"), 404, "of none");
	CHECK_INT(desk_get(&d, "/c/c/waves/first/preview"), 200, "before it goes out");
	CHECK(http_says(&d.page, "Gửi cho 6 người"), "to how many");
	CHECK(http_says(&d.page, "an@cantho.gov.example"), "a sample");
	CHECK(http_says(&d.page, "bản được gửi"), "which language goes out");
	CHECK_INT(desk_times(&d, "<iframe sandbox=\"\" "), 6, "three samples, both languages");
	CHECK(http_says(&d.page, "Chưa thử gửi"), "no test was made");
	CHECK(!http_says(&d.page, "<script>alert"), "a name is no script");
	CHECK(strstr(http_header(&d.page, "Content-Security-Policy"), "; frame-src 'self'") != NULL, "frames of ours alone");
	frame = strstr(buf_str(&d.page.body), "src=\"/c/c/waves/first/sample?contact=3");
	CHECK(frame != NULL, "the third person");
	snprintf(path, sizeof(path), "/c/c/waves/first/sample?contact=3&mail=en");
	CHECK_INT(desk_get(&d, path), 200, "the mail alone");
	CHECK(strncmp(http_header(&d.page, "Content-Security-Policy"), "default-src 'none'; ", 20) == 0 &&
	    strstr(http_header(&d.page, "Content-Security-Policy"), "; sandbox;") != NULL, "nothing runs in it");
	CHECK(strstr(http_header(&d.page, "Content-Security-Policy"), "frame-ancestors 'self'") != NULL, "nobody else shows it");
	CHECK(!http_says(&d.page, "<script>"), "nor is there anything to run");
	CHECK(http_says(&d.page, "lang=\"en\"") && http_says(&d.page, "Vũ Cúc"), "in English, with the name");
	CHECK_INT(desk_get(&d, "/c/c/waves/first/sample?contact=7&mail=vi"), 404, "of one who would get nothing");
	CHECK_INT(desk_get(&d, "/c/c/waves/first/sample?contact=999"), 404, "of nobody");
	CHECK_INT(desk_get(&d, "/c/c/waves/first/sample"), 404, "of no number");
	CHECK_INT(desk_get(&d, "/api/v1/campaigns/c/waves/first/preview?lang=en"), 200, "for programs");
	CHECK(http_says(&d.page, "\"in\": 6"), "the same number");
	CHECK(http_says(&d.page, "\"reason\": \"held\""), "who has no address is left out");
	CHECK_INT(number(invites), 0, "nothing was written");
}

static void
test_start(void)
{
	static const char invites[] = "SELECT count(*) FROM invite i JOIN wave w ON w.id = i.wave WHERE w.name = 'first'";
	static const char begun[] = "SELECT count(*) FROM wave_log WHERE wave = 'first' AND what = 'begun' AND n = 6 AND reason = 'operator'";
	static const char left[] = "SELECT sum(n) FROM wave_log WHERE wave = 'first' AND what = 'left_out'";
	static const char audit[] = "SELECT count(*) FROM audit WHERE actor = 'desk:desk' AND action = 'wave start' AND detail = 'first'";
	static const struct { const char *label, *form; long status; } wrong[] = {
		{ "nobody has said to be sure", "act=start&state=planned&people=6", 400 },
		{ "... nor how many", "act=start&state=planned&sure=yes", 400 },
		{ "... nor in what state", "act=start&people=6&sure=yes", 400 },
		{ "another number", "act=start&state=planned&people=7&sure=yes", 409 },
		{ "another state", "act=start&state=done&people=6&sure=yes", 409 },
		{ "no such button", "act=explode", 400 },
		{ "no button", "x=1", 400 },
		{ "it is not paused", "act=resume", 409 },
		{ "no domain is stopped", "act=resume&domain=soyte.cantho.gov.example", 409 },
	};

	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		CHECK_INT(desk_post(&d, "/c/c/waves/first", wrong[i].form), wrong[i].status, wrong[i].label);
	CHECK_INT(desk_ask(&d, "/c/c/waves/first", &(struct ask){ .body = "act=start&state=planned&people=6&sure=yes" }), 403, "not from our page");
	CHECK_INT(number(invites), 0, "nobody is written to");
	CHECK_INT(desk_post(&d, "/c/c/waves/first", "act=start&state=planned&people=6&sure=yes"), 303, "started");
	desk_follow(&d);
	CHECK(http_says(&d.page, "Đã cho gửi") && http_says(&d.page, "data-live=\""), "it is under way");
	CHECK(http_says(&d.page, "<noscript><meta http-equiv=\"refresh\""), "a page without a script loads itself again");
	CHECK_INT(number(invites), 6, "six people");
	CHECK_INT(number(begun), 1, "the log says so");
	CHECK_INT(number(left), 1, "and who was left out");
	CHECK_INT(desk_post(&d, "/c/c/waves/first", "act=start&state=planned&people=6&sure=yes"), 409, "a second time");
	CHECK(http_says(&d.page, "đã được cho gửi rồi"), "says so");
	CHECK_INT(number(invites), 6, "is nothing more");
	CHECK_INT(number(audit), 1, "who started it");
	desk_get(&d, "/c/c/waves/first/preview");
	CHECK(!http_says(&d.page, "name=\"sure\""), "a running wave has no button");
}

struct press {
	pthread_t thread;
	long status;
};

static void *
press(void *arg)
{
	struct press *p = arg;
	struct answer_page page = { .status = 0 };
	char url[200];

	snprintf(url, sizeof(url), "http://%s/c/c/waves/second", d.where.text);
	p->status = http_ask(&page, url, &(struct ask){ .body = "act=start&state=planned&people=6&sure=yes", .headers = { d.csrf_header } }) == 0 ?
	    page.status : -1;
	buf_release(&page.head);
	buf_release(&page.body);
	return NULL;
}

static void
test_at_once(void)
{
	static const char invites[] = "SELECT count(*) FROM invite i JOIN wave w ON w.id = i.wave WHERE w.name = 'second'";
	static const char begun[] = "SELECT count(*) FROM wave_log WHERE wave = 'second' AND what IN ('begun', 'planned')";
	static const char told[] = "SELECT n FROM wave_log WHERE wave = 'second' AND what = 'begun'";
	struct press p[AT_ONCE];
	int started = 0, refused = 0;

	for (int i = 0; i < AT_ONCE; i++)
		pthread_create(&p[i].thread, NULL, press, &p[i]);
	for (int i = 0; i < AT_ONCE; i++) {
		pthread_join(p[i].thread, NULL);
		started += p[i].status == 303;
		refused += p[i].status == 409;
	}
	CHECK_INT(started, 1, "of those who press at once one starts it");
	CHECK_INT(refused, AT_ONCE - 1, "the others are told");
	CHECK_INT(number(invites), 6, "each person once");
	CHECK_INT(number(begun), 1, "it began once");
	CHECK_INT(number(told), 6, "with all people");
}

static void
test_pause(void)
{
	static const char state[] = "SELECT CASE state WHEN 'running' THEN 1 WHEN 'paused' THEN 2 ELSE 0 END FROM wave WHERE name = 'first'";
	static const char stop[] = "INSERT INTO stop (wave, domain, kind, observed, at, n, n_of, text)"
	    " SELECT id, 'soyte.cantho.gov.example', 'refusals', 0, 1, 9, 10, '550 no' FROM wave WHERE name = 'first'";
	static const char parked[] = "UPDATE invite SET due_at = 253402300799 WHERE email LIKE '%@soyte.cantho.gov.example'";
	static const char waits[] = "SELECT count(*) FROM invite i JOIN wave w ON w.id = i.wave WHERE w.name = 'first' AND i.due_at = 253402300799";

	CHECK_INT(desk_post(&d, "/c/c/waves/first", "act=pause"), 303, "paused");
	desk_follow(&d);
	CHECK(http_says(&d.page, "Đã tạm dừng"), "says so");
	CHECK(http_says(&d.page, "người vận hành tạm dừng"), "and why it is");
	CHECK_INT(number(state), 2, "in the store");
	CHECK_INT(desk_post(&d, "/c/c/waves/first", "act=pause"), 409, "a second time");
	CHECK_INT(desk_post(&d, "/c/c/waves/first", "act=start&state=paused&people=0&sure=yes"), 409, "is not started");
	CHECK(http_says(&d.page, "đang tạm dừng"), "while it is paused");
	CHECK_INT(desk_get(&d, "/c/c/waves/first"), 200, "its page");
	CHECK(http_says(&d.page, "Số thư còn chờ sẽ được gửi: <b>6</b>"), "how many a resume lets go");
	CHECK_INT(desk_post(&d, "/c/c/waves/first", "act=resume"), 303, "resumed");
	CHECK_INT(number(state), 1, "it runs");
	CHECK_INT(desk_post(&d, "/c/c/waves/first", "act=resume"), 409, "a second time");
	store(stop);
	store(parked);
	sleep(1);	/* a snapshot is good for so long */
	CHECK_INT(desk_get(&d, "/c/c/waves/first"), 200, "a domain is stopped");
	CHECK(http_says(&d.page, "soyte.cantho.gov.example từ chối toàn bộ") && http_says(&d.page, "550 no"), "why");
	CHECK(http_says(&d.page, "name=\"domain\" value=\"soyte.cantho.gov.example\""), "and a button");
	CHECK_INT(desk_post(&d, "/c/c/waves/first", "act=resume&domain=other.example"), 409, "another domain is not");
	CHECK_INT(number(waits), 3, "they wait");
	CHECK_INT(desk_post(&d, "/api/v1/campaigns/c/waves/first", "act=resume&domain=soyte.cantho.gov.example"), 200, "by a program");
	CHECK_INT(number(waits), 0, "they wait no more");
}

static void
test_held(void)
{
	static const char held[] = "INSERT INTO cron (id, seen_at, interval_s, held_until, held_for, doubt_until, doubted_at, called_in_at)"
	    " SELECT 1, max(begun_at), 60, max(begun_at) + 3600, 'slept', 0, 0, 0 FROM wave";
	static const char free_again[] = "DELETE FROM cron";

	CHECK_INT(desk_get(&d, "/c/c/waves"), 200, "as always");
	CHECK(!http_says(&d.page, "Việc gửi đang bị giữ"), "nothing is held");
	store(held);
	CHECK_INT(desk_get(&d, "/c/c/waves"), 200, "after a machine slept");
	CHECK(http_says(&d.page, "Việc gửi đang bị giữ"), "it is told");
	CHECK_INT(desk_get(&d, "/c/c/waves/second/preview"), 200, "beforehand");
	CHECK(http_says(&d.page, "Việc gửi đang bị giữ"), "too");
	store(free_again);
}

static void
test_late(void)
{
	CHECK_INT(desk_post(&d, "/c/c/waves", "name=late&template=notice&not_after=2021-10-01"), 400, "no such template");
	CHECK_INT(desk_post(&d, "/c/c/waves", "name=late&template=invitation&not_after=2021-10-01"), 303, "its time is over");
	CHECK_INT(desk_get(&d, "/c/c/waves/late/preview"), 200, "one may look");
	CHECK(http_says(&d.page, "không được gửi sau") && !http_says(&d.page, "name=\"sure\""), "and is told: no button");
	CHECK_INT(desk_post(&d, "/c/c/waves/late", "act=start&state=planned&people=6&sure=yes"), 409, "nor by force");
	CHECK_INT(desk_post(&d, "/api/v1/campaigns/c/waves/nothing", "act=pause"), 404, "no such wave");
}

int
main(void)
{
	desk_begin(&d);
	d.conf.relay = arena_printf(&d.w.arena, "dir:%s/out", d.w.dir);
	desk_import(&d, "T92-mau.csv", roster);
	desk_serve(&d);
	test_create();
	test_preview();
	test_start();
	test_at_once();
	test_pause();
	test_held();
	test_late();
	desk_end(&d);
	return check_done();
}
