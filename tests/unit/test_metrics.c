/* /metrics as text: well-formed whatever it holds, true to the meters and the store, read from it no more often than agreed. */
#include "support/check.h"
#include "support/fill_store.h"
#include "support/promtext.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/invite.h"
#include "store/pace.h"
#include "store/survey.h"
#include "store/webhook.h"
#include "web/metrics.h"

#define S 1000000	/* microseconds */

/* Who judges the text must see its faults. */
static void
test_judge(void)
{
#define HEAD "# HELP a A.\n# TYPE a gauge\n"
#define HISTOGRAM "# HELP h H.\n# TYPE h histogram\n"
	static const struct { const char *text, *fault; } cases[] = {
		{ HEAD "a 1\n", "" },
		{ HEAD "a -1.5e3\n", "" },
		{ HEAD "a{x=\"\\\\ \\\" \\n đ,}\",y=\"\"} 1\na{x=\"2\"} 1\n", "" },
		{ HEAD, "" },
		{ HISTOGRAM "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 3\nh_sum 4.5\nh_count 3\n", "" },
		{ "", "nothing" },
		{ HEAD "a 1", "the last line does not end" },
		{ HEAD "a 1\n\n", "no name" },
		{ "a 1\n", "not behind its HELP and TYPE" },
		{ "# HELP a A.\na 1\n", "not behind its HELP and TYPE" },
		{ "# TYPE a gauge\n", "HELP or TYPE is missing" },
		{ HEAD "# TYPE a gauge\n", "told twice" },
		{ HEAD "# HELP b B.\n# TYPE b gauge\n" HEAD, "the family was there before" },
		{ HEAD "b 1\n", "not behind its HELP and TYPE" },
		{ HEAD "ab 1\n", "not behind its HELP and TYPE" },
		{ HEAD "a 1\na 1\n", "a sample twice" },
		{ HEAD "a{x=\"1\"} 1\na{x=\"1\"} 2\n", "a sample twice" },
		{ HEAD "a{x=\"1\",x=\"2\"} 1\n", "a label twice" },
		{ HEAD "a{x=1} 1\n", "a label without name or value" },
		{ HEAD "a{1=\"x\"} 1\n", "a label without name or value" },
		{ HEAD "a{x=\"\\t\"} 1\n", "a wrong escape" },
		{ HEAD "a{x=\"1} 1\n", "a value without end, or no UTF-8" },
		{ HEAD "a{x=\"\xff\"} 1\n", "a value without end, or no UTF-8" },
		{ HEAD "a{x=\"1\" 1\n", "labels without end" },
		{ HEAD "a one\n", "the value is no number, or more follows" },
		{ HEAD "a 1 1\n", "the value is no number, or more follows" },
		{ HEAD "a NaN\n", "the value is no number, or more follows" },
		{ HEAD "a\n", "no value" },
		{ "# HELP a A.\n# TYPE a counter\n", "counters end in _total, others do not" },
		{ "# HELP a_total A.\n# TYPE a_total gauge\n", "counters end in _total, others do not" },
		{ "# HELP a_total A.\n# TYPE a_total counter\na_total -1\n", "a negative count" },
		{ "# HELP a A.\n# TYPE a number\n", "an unknown type" },
		{ "# well\n", "a remark" },
		{ HISTOGRAM "h_bucket{le=\"1\"} 2\nh_bucket{le=\"2\"} 1\n", "buckets do not ascend" },
		{ HISTOGRAM "h_bucket{le=\"2\"} 2\nh_bucket{le=\"1\"} 3\n", "buckets do not ascend" },
		{ HISTOGRAM "h_bucket{le=\"1\"} 2\nh_count 2\n", "the count is not that of +Inf" },
		{ HISTOGRAM "h_bucket{le=\"+Inf\"} 2\nh_count 3\n", "the count is not that of +Inf" },
		{ HISTOGRAM "h_bucket{le=\"1\"} 2\n", "no bucket +Inf" },
		{ HISTOGRAM "h_mean 2\n", "of no histogram" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *fault = promtext_fault(cases[i].text);
		size_t n = strlen(cases[i].fault);

		if (!CHECK(n ? strncmp(fault, cases[i].fault, n) == 0 : !*fault, cases[i].text))
			printf("  got  %s\n  want %s\n", fault, cases[i].fault);
	}
}

static const char *
text_of(struct metrics *k, const struct meters *m, struct buf *b)
{
	buf_release(b);
	*b = (struct buf)BUF_INIT(1 << 22);
	metrics_write(k, m, b);
	return buf_str(b);
}

static void
check_values(const char *text, const char *const (*want)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		CHECK_INT(promtext_value(text, want[i][0]), strtoll(want[i][1], NULL, 10), want[i][0]);
}

static void
test_process(void)
{
	static const char *const want[][2] = {
		{ "process_start_time_seconds", "1631865600" },
		{ "thumoi_dispatcher_alive", "1" },
		{ "thumoi_dispatcher_last_turn_timestamp_seconds", "1631865660" },
		{ "thumoi_in_flight", "12" },
		{ "thumoi_store_trouble", "1" },
		{ "thumoi_attempts_total{relay=\"mail.example:25\",verdict=\"accepted\"}", "2" },
		{ "thumoi_attempts_total{relay=\"mail.example:25\",verdict=\"deferred\"}", "0" },
		{ "thumoi_attempts_total{relay=\"mail.example:25\",verdict=\"uncertain\"}", "1" },
		{ "thumoi_attempts_total{relay=\"dir:/srv/\\\"a\\\\b\\nc?\",verdict=\"refused\"}", "1" },
		{ "thumoi_attempts_total{relay=\"other\",verdict=\"refused\"}", "1" },
		{ "thumoi_relay_up{relay=\"mail.example:25\"}", "1" },
		{ "thumoi_relay_up{relay=\"down.example:25\"}", "0" },
		{ "thumoi_relay_up{relay=\"other\"}", "-1" },
		{ "thumoi_attempt_duration_seconds_bucket{le=\"0.005\"}", "1" },
		{ "thumoi_attempt_duration_seconds_bucket{le=\"0.025\"}", "2" },
		{ "thumoi_attempt_duration_seconds_bucket{le=\"300\"}", "17" },
		{ "thumoi_attempt_duration_seconds_bucket{le=\"+Inf\"}", "18" },
		{ "thumoi_attempt_duration_seconds_count", "18" },
		{ "thumoi_attempt_duration_seconds_sum", "401" },
		{ "thumoi_inbound_messages_total{fate=\"matched\"}", "3" },
		{ "thumoi_inbound_messages_total{fate=\"forged\"}", "0" },
		{ "thumoi_inbound_last_success_timestamp_seconds", "1631865670" },
		{ "thumoi_http_requests_total{route=\"/i/*\",status=\"2xx\"}", "2" },
		{ "thumoi_http_requests_total{route=\"/i/*\",status=\"4xx\"}", "1" },
		{ "thumoi_http_requests_total{route=\"/i/*\",status=\"5xx\"}", "-1" },
		{ "thumoi_http_requests_total{route=\"other\",status=\"4xx\"}", "1" },
	};
	static const struct inbound_tally t = { .read = 3, .matched = 3 };
	static struct meters m;
	struct metrics *k = metrics_new(NULL);
	struct buf b = BUF_INIT(0);
	const char *text;

	meters_start(&m, 1631865600);
	text = text_of(k, &m, &b);
	CHECK_STR(promtext_fault(text), "", "before anything has happened");
	CHECK_INT(promtext_value(text, "thumoi_inbound_last_success_timestamp_seconds"), -1, "what never was is not shown");
	CHECK_INT(promtext_value(text, "thumoi_attempts_total{relay=\"other\",verdict=\"refused\"}"), -1, "no other relay");
	CHECK_INT(promtext_value(text, "thumoi_attempt_duration_seconds_count"), 0, "nothing was tried");
	meters_attempt(&m, "mail.example:25", SMTP_ACCEPTED, 5);
	meters_attempt(&m, "mail.example:25", SMTP_ACCEPTED, 25);
	meters_attempt(&m, "mail.example:25", SMTP_UNCERTAIN, 400000);
	meters_attempt(&m, "dir:/srv/\"a\\b\nc\xff", SMTP_REFUSED, 100);
	meters_relay_down(&m, "down.example:25");
	for (int i = 0; i < METERS_RELAYS - 2; i++) {
		char name[16];

		snprintf(name, sizeof(name), "r%d", i);
		meters_attempt(&m, name, SMTP_REFUSED, 100);
	}
	meters_turn(&m, 1631865660, 12, true);
	meters_dispatching(&m, true);
	meters_inbound(&m, &t);
	meters_inbound_ok(&m, 1631865670);
	meters_request(&m, "/i/*", 200);
	meters_request(&m, "/i/*", 303);
	meters_request(&m, "/i/*", 204);
	meters_request(&m, "/i/*", 404);
	meters_request(&m, "-", 404);
	text = text_of(k, &m, &b);
	if (!CHECK_STR(promtext_fault(text), "", "with all of it"))
		puts(text);
	check_values(text, want, COUNT_OF(want));
	CHECK(promtext_value(text, "process_resident_memory_bytes") > 1000000, "memory");
	CHECK(promtext_value(text, "process_cpu_seconds_total") >= 0, "processor");
	CHECK(strstr(text, "thumoi_build_info{schema=\"") != NULL, "what was built");
	buf_release(&b);
	metrics_free(k);
}

static void
fill_waves(struct fill *f)
{
	static const char key[] = "UPDATE campaign SET key = 'thử \"2021\"\\' || char(10) || 'x'";
	static const char paused[] = "UPDATE wave SET state = 'paused' WHERE name = 'reminder'";
	static const enum invite_state states[] = { INVITE_PLANNED, INVITE_PLANNED, INVITE_ACCEPTED, INVITE_UNCERTAIN };
	int64_t unit = fill_unit(f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", 1), reminder = fill_wave(f, "reminder");
	struct stop stops[] = {
		{ .wave = f->wave, .domain = "d1.example", .kind = "refusals", .text = "" },
		{ .wave = f->wave, .domain = "d2.example", .kind = "refusals", .observed = true, .text = "" },
		{ .wave = reminder, .domain = "", .kind = "operator", .text = "" },
	};
	struct survey_link form = { .instrument = campaign_instrument(&f->c, "feedback")->id, .url = "https://survey.example/",
	    .survey = 7, .login = "thumoi", .password_file = "/x", .zone = "UTC" };
	struct domain_rest rest = { "d1.example", clock_now() + 600, 1, "421 slower" };
	struct err e = ERR_INIT;

	for (int i = 0; i < 4; i++) {
		char email[32];
		int64_t who;

		snprintf(email, sizeof(email), "p%d@d%d.example", i, i);
		who = fill_person(f, unit, "Nguyễn Mẫu", email);
		fill_invite(f, f->wave, who, email, invite_state_name(states[i]), 5);
		if (i < 3)
			fill_answer(f, who, "feedback", FILL_OPENS + 5);
	}
	for (size_t i = 0; i < COUNT_OF(stops); i++)
		fill_check(stop_insert(f->db, &stops[i], &e), &e, "stop");
	fill_check(rest_save(f->db, &rest, &e), &e, "rest");
	fill_check(survey_link_save(f->db, &form, 1, &e), &e, "link");
	fill_check(survey_link_set_count(f->db, form.id, &(struct survey_count){ .at = 1632100000, .completed = 5, .ours = 3 }, 0, 0, &e),
	    &e, "count");
	fill_check(survey_link_set_trouble(f->db, form.id, "down", 2, 3, &e), &e, "trouble");
	fill_check(db_run(db_stmt(f->db, key, &e), &e), &e, key);
	fill_check(db_run(db_stmt(f->db, paused, &e), &e), &e, paused);
	fill_commit(f);
}

static void
test_store(void)
{
#define C "campaign=\"thử \\\"2021\\\"\\\\\\nx\""
	static const char *const want[][2] = {
		{ "thumoi_invites{" C ",wave=\"invitation\",state=\"planned\"}", "2" },
		{ "thumoi_invites{" C ",wave=\"invitation\",state=\"accepted\"}", "1" },
		{ "thumoi_invites{" C ",wave=\"invitation\",state=\"uncertain\"}", "1" },
		{ "thumoi_invites{" C ",wave=\"invitation\",state=\"expired\"}", "0" },
		{ "thumoi_invites{" C ",wave=\"reminder\",state=\"planned\"}", "0" },
		{ "thumoi_wave_paused{" C ",wave=\"invitation\"}", "0" },
		{ "thumoi_wave_paused{" C ",wave=\"reminder\"}", "1" },
		{ "thumoi_domains_stopped{" C ",wave=\"invitation\"}", "1" },
		{ "thumoi_domains_stopped{" C ",wave=\"reminder\"}", "0" },
		{ "thumoi_domains_resting", "1" },
		{ "thumoi_nominated{" C "}", "4" },
		{ "thumoi_answers{" C ",instrument=\"survey\"}", "0" },
		{ "thumoi_answers{" C ",instrument=\"feedback\"}", "3" },
		{ "thumoi_survey_synced_timestamp_seconds{" C ",instrument=\"feedback\"}", "1632100000" },
		{ "thumoi_survey_difference{" C ",instrument=\"feedback\"}", "2" },
		{ "thumoi_survey_troubles{" C ",instrument=\"feedback\"}", "1" },
		{ "thumoi_survey_troubles{" C ",instrument=\"survey\"}", "-1" },
	};
	static const char more[] = "UPDATE invite SET state = 'accepted' WHERE state = 'planned'";
	static const char broken[] = "ALTER TABLE answer RENAME TO replies";
	static const char sample[] = "thumoi_invites{" C ",wave=\"invitation\",state=\"accepted\"}";
	static struct meters m;
	struct metrics *k = metrics_new(NULL);
	struct buf b = BUF_INIT(0);
	struct err e = ERR_INIT;
	const char *text;
	struct fill f;

	meters_start(&m, 1);
	fill_open(&f);
	fill_waves(&f);
	CHECK_INT(metrics_read(k, f.db, 100 * S, &e), 1, "the first time it is read");
	text = text_of(k, &m, &b);
	if (!CHECK_STR(promtext_fault(text), "", "whatever the campaign is called"))
		puts(text);
	check_values(text, want, COUNT_OF(want));
	CHECK(promtext_value(text, "thumoi_store_read_timestamp_seconds") <= clock_now() &&
	    promtext_value(text, "thumoi_store_read_timestamp_seconds") >= clock_now() - 5, "when that was");
	CHECK(!strchr(text, '@') && !strstr(text, "d1.example") && !strstr(text, "Nguy"), "no person, address or mail domain");
	fill_check(db_run(db_stmt(f.db, more, &e), &e), &e, more);
	CHECK_INT(metrics_read(k, f.db, 105 * S - 1, &e), 0, "not again within five seconds");
	CHECK_INT(promtext_value(text_of(k, &m, &b), sample), 1, "what it was is kept");
	CHECK_INT(metrics_read(k, f.db, 106 * S, &e), 1, "but then");
	CHECK_INT(promtext_value(text_of(k, &m, &b), sample), 3, "as it is now");
	fill_check(db_run(db_stmt(f.db, broken, &e), &e), &e, broken);
	CHECK_INT(metrics_read(k, f.db, 200 * S, &e), -1, "a store that cannot be read");
	CHECK_INT(metrics_read(k, f.db, 201 * S, &e), 0, "is not tried at once again");
	text = text_of(k, &m, &b);
	CHECK_STR(promtext_fault(text), "", "the rest is well-formed");
	CHECK_INT(promtext_value(text, sample), -1, "what is old is not shown as new");
	CHECK_INT(promtext_value(text, "thumoi_in_flight"), 0, "what the process knows is");
	buf_release(&b);
	metrics_free(k);
	fill_close(&f);
}

static void
test_webhooks(void)
{
	static const struct { const char *sample; int64_t value; } want[] = {
		{ "thumoi_webhook_failures{name=\"bad \\\"one\\\"\"}", 2 }, { "thumoi_webhook_active{name=\"bad \\\"one\\\"\"}", 1 },
		{ "thumoi_webhook_failures{name=\"gone\"}", 0 }, { "thumoi_webhook_active{name=\"gone\"}", 0 },
	};
	struct webhook bad = { .name = "bad \"one\"", .url = "https://a.example/secret-path", .secret_file = "/x", .events = "" }, gone = bad;
	static struct meters m;
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(1 << 20);
	struct metrics *k;
	struct fill f;

	gone.name = "gone";
	fill_open(&f);
	fill_check(webhook_insert(f.db, &bad, &e), &e, "bad");
	fill_check(webhook_insert(f.db, &gone, &e), &e, "gone");
	for (int i = 0; i < 2; i++)
		fill_check(webhook_failed(f.db, bad.id, 1, 2, "it answered 500", &e), &e, "failed");
	fill_check(webhook_set_active(f.db, gone.id, false, "it answered 410", &e), &e, "410");
	fill_commit(&f);
	meters_start(&m, 1);
	k = metrics_new(NULL);
	CHECK_INT(metrics_read(k, f.db, 100 * S, &e), 1, "read");
	for (size_t i = 0; i < COUNT_OF(want); i++)
		CHECK_INT((int64_t)promtext_value(text_of(k, &m, &b), want[i].sample), want[i].value, want[i].sample);
	CHECK_STR(promtext_fault(text_of(k, &m, &b)), "", "well-formed");
	CHECK(!strstr(text_of(k, &m, &b), "a.example"), "the URL is not told");
	metrics_free(k);
	buf_release(&b);
	fill_close(&f);
}

/* A campaign that closes in two days: a unit without a roster, and one at zero. */
static void
test_alerts(void)
{
	static const char days[] = "UPDATE campaign SET opens_at = $1 - 864000, closes_at = $1 + 172800";
	static const struct { const char *sample, *value; } want[] = {
		{ "thumoi_alerts{campaign=\"trial\",kind=\"no_roster\"}", "1" }, { "thumoi_alerts{campaign=\"trial\",kind=\"zero\"}", "2" },
	};
	static struct meters m;
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(0);
	struct metrics *k;
	struct conf conf;
	struct stmt *s;
	struct fill f;
	int64_t unit;

	if (conf_load(&conf, NULL, false, &e) < 0)
		die("%s", e.text);
	fill_open(&f);
	fill_unit(&f, "B01", UNIT_MINISTRY, "Bộ Ngoại giao", "Ngoại giao", false);
	fill_person(&f, fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", true), "A", "a@x.example");
	fill_person(&f, fill_unit(&f, "T74", UNIT_PROVINCE, "Tỉnh Bình Dương", "Bình Dương", true), "B", "b@x.example");
	unit = fill_unit(&f, "T64", UNIT_PROVINCE, "Tỉnh Gia Lai", "Gia Lai", true);
	fill_answer(&f, fill_person(&f, unit, "C", "c@x.example"), "survey", 5);
	s = db_stmt(f.db, days, &e);
	bind_int(s, 1, clock_now());
	fill_check(db_run(s, &e), &e, days);
	fill_commit(&f);
	meters_start(&m, 1);
	k = metrics_new(&conf);
	CHECK_INT(metrics_read(k, f.db, 100 * S, &e), 1, "read");
	for (size_t i = 0; i < COUNT_OF(want); i++)
		CHECK_INT((int64_t)promtext_value(text_of(k, &m, &b), want[i].sample), strtoll(want[i].value, NULL, 10), want[i].sample);
	CHECK_STR(promtext_fault(text_of(k, &m, &b)), "", "well-formed");
	metrics_free(k);
	buf_release(&b);
	fill_close(&f);
	conf_release(&conf);
}

int
main(void)
{
	log_to(-1, LOG_LEVEL_ERROR);
	test_judge();
	test_process();
	test_store();
	test_alerts();
	test_webhooks();
	return check_done();
}
