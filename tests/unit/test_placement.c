/* Probe mailboxes are looked into at their times; what they saw tells of a provider, and of nobody. */
#include "support/check.h"
#include "support/probe_town.h"

#include "base/file.h"
#include "base/log.h"
#include "engine/placement.h"
#include "engine/report.h"

static void
deliver(struct town *t, int i, const char *folder)
{
	static const char sql[] = "SELECT id FROM probe_send WHERE probe = $1";
	const char *path = arena_printf(&t->f.arena, "%s%s%s", maildir(t, i), *folder ? "/" : "", folder), *text;
	struct err e = ERR_INIT;
	struct stmt *s = db_stmt(t->f.db, sql, &e);
	int64_t id = 0;

	bind_int(s, 1, t->probe[i]);
	fill_check(db_one_int(s, &id, &e), &e, "its message");
	make_maildir(t, path);
	text = arena_printf(&t->f.arena, "Subject: x\r\nMessage-ID: <m%lld@x.example>\r\n\r\n", (long long)id);
	fill_check(file_replace(arena_printf(&t->f.arena, "%s/new/1.host", path), text, strlen(text), &e), &e, path);
}

static struct placement_tally
look(struct town *t, bool patient)
{
	struct placement_ask ask = { .patient = patient };
	struct placement_tally y = { .due = -1 };
	struct err e = ERR_INIT;

	CHECK_INT(placement_look(t->f.db, &t->conf, &ask, &y, &e), 0, e.text);
	return y;
}

static void
test_ages(void)
{
	static const char rows[] = "SELECT count(*) FROM placement";
	static const char trouble[] = "SELECT troubles FROM probe WHERE email = 'p1@yahoo.example' AND trouble <> ''";
	static const char an_hour[] = "UPDATE probe SET trouble_at = trouble_at - 3600 WHERE troubles > 0";
	struct placement_tally y;
	struct err e = ERR_INIT;
	struct town t;
	const char *from, *to;

	town_open(&t);
	plan(&t);
	sent_ago(&t, 300);
	y = look(&t, false);
	CHECK_INT(y.due, 0, "too early");
	CHECK(y.next_at > clock_now() + 250 && y.next_at <= clock_now() + 300, "ten minutes after it was accepted");
	sent_ago(&t, 700);
	deliver(&t, 0, ".Junk");
	deliver(&t, 1, "");
	deliver(&t, 2, ".Th&AbA- r&AOE-c");
	deliver(&t, 4, ".Lists");
	from = maildir(&t, 3);
	to = arena_printf(&t.f.arena, "%s.away", from);
	CHECK_INT(rename(from, to), 0, "a mailbox that is gone");
	y = look(&t, false);
	CHECK_INT(y.due, 5, "all are due");
	CHECK_INT(y.inbox * 100 + y.spam * 10 + y.other, 121, "inbox, spam twice, another folder");
	CHECK_INT(y.missing, 0, "trouble with a mailbox is not missing");
	CHECK_INT(y.troubles, 1, "... it is said");
	CHECK_INT(count(&t, trouble), 1, "... and noted");
	CHECK_INT(count(&t, rows), 4, "nothing is recorded for it");
	CHECK_INT(look(&t, true).troubles, 0, "it rests for a while");
	run_sql(&t, an_hour);
	CHECK_INT(look(&t, true).troubles, 1, "... and is tried again");
	CHECK_INT(count(&t, trouble), 2, "twice in a row");
	CHECK_INT(rename(to, from), 0, "it is back");
	y = look(&t, false);
	CHECK_INT(y.due, 1, "who was looked for is not, before an hour has passed");
	CHECK_INT(y.missing, 1, "not there yet");
	CHECK_INT(count(&t, trouble), -1, "it is well");
	/* A day later, without a look between: one look for both ages. */
	sent_ago(&t, 90000);
	y = look(&t, false);
	CHECK_INT(y.due, 5, "once more");
	CHECK_INT(count(&t, rows), 10, "one look each, however many ages have passed");
	CHECK_INT(look(&t, false).due, 0, "after a day nothing is awaited");
	CHECK_INT(y.missing, 1, "missing for good");
	fill_check(probe_remove(t.f.db, t.probe[0], &e), &e, "remove");
	sent_ago(&t, 1000);
	town_close(&t);
}

/* What came of the messages, by hand: probe, place, age. */
static void
put(struct town *t, int probe, const char *wave, const char *place, int64_t age_s)
{
	static const char sql[] = "SELECT s.id FROM probe_send s JOIN wave w ON w.id = s.wave WHERE s.probe = $1 AND w.name = $2";
	struct err e = ERR_INIT;
	struct stmt *s = db_stmt(t->f.db, sql, &e);
	int64_t id = 0;

	bind_int(s, 1, t->probe[probe]);
	bind_text(s, 2, wave);
	fill_check(db_one_int(s, &id, &e), &e, wave);
	fill_check(placement_insert(t->f.db, id, age_s, 1000 + age_s, place, "", &e), &e, place);
}

typedef int report_fn(const struct report *, FILE *, enum out_format, struct err *);

static void
check_report(const struct report *r, report_fn *fn, enum out_format format, const char *says, const char *label)
{
	struct err e = ERR_INIT;
	size_t len = 0;
	char *s = NULL;
	FILE *f = open_memstream(&s, &len);

	CHECK_INT(fn(r, f, format, &e), 0, e.text);
	fclose(f);
	if (!CHECK(strstr(s, says) != NULL, label))
		printf("  not in:\n%s\n", s);
	free(s);
}

static void
test_report(void)
{
	static const char reminder[] = "UPDATE wave SET template = 'reminder' WHERE name = 'reminder'";
	struct wave second = { .id = 0 };
	struct account before, a;
	struct finding *list;
	struct report r;
	struct err e = ERR_INIT;
	size_t n_before;
	struct town t;

	town_open(&t);
	CHECK_INT(account_build(&before, t.f.db, &t.f.c, &t.conf, NULL, clock_now(), &e), 0, e.text);
	n_before = findings(&before, &before.arena, &list);
	plan(&t);
	fill_check(db_begin(t.f.db, &e), &e, "begin");
	CHECK(fill_wave(&t.f, "reminder") > 0, "a second wave");
	run_sql(&t, reminder);
	fill_commit(&t.f);
	fill_check(wave_find(t.f.db, &t.f.arena, t.f.c.id, "reminder", &second, &e), &e, "it");
	t.wave = second;
	plan(&t);
	sent_ago(&t, 90000);
	put(&t, 0, "invitation", "spam", 600);
	put(&t, 0, "invitation", "inbox", 3600);	/* the filter has learned */
	put(&t, 1, "invitation", "missing", 600);
	put(&t, 1, "invitation", "spam", 3600);
	put(&t, 2, "invitation", "spam", 600);
	put(&t, 2, "invitation", "missing", 90000);	/* somebody has tidied up */
	put(&t, 3, "invitation", "missing", 90000);
	put(&t, 4, "invitation", "missing", 600);	/* not there yet: nothing is known */
	put(&t, 0, "reminder", "spam", 600);
	put(&t, 3, "reminder", "inbox", 600);
	CHECK_INT(account_build(&a, t.f.db, &t.f.c, &t.conf, NULL, clock_now(), &e), 0, e.text);
	CHECK_INT(a.all.nominated, PEOPLE, "nominated");
	CHECK_INT(tally_sum(&a.all), tally_sum(&before.all), "every cause as before");
	CHECK_INT(a.all.accepted, 0, "an accepted probe is nobody's accepted message");
	CHECK_INT((int64_t)a.n_domains, (int64_t)before.n_domains, "no mail domain more");
	CHECK_INT(account_check(&a, t.f.db, &(struct buf)BUF_INIT(4096), &e), 0, "it reconciles");
	r = (struct report){ .account = &a, .lang = LANG_EN, .summaries = { LANG_EN }, .n_summaries = 1 };
	r.n_findings = findings(&a, &a.arena, &list);
	r.findings = list;
	CHECK_INT((int64_t)(r.n_findings - n_before), 1, "one finding: of gmail, of the last wave");
	check_report(&r, report_placement, OUT_CSV, "provider,wave,template,probes,looked,inbox,spam,other,missing,share_spam,low,high\n"
	    "gmail.example,invitation,invitation,3,3,1,2,0,0,0.667,0.208,0.939\n"
	    "gmail.example,reminder,reminder,3,1,0,1,0,0,1.000,0.207,1.000\n"
	    "yahoo.example,invitation,invitation,2,1,0,0,0,1,0.000,0.000,0.793\n"
	    "yahoo.example,reminder,reminder,2,1,1,0,0,0,0.000,0.000,0.793\n", "by provider, wave and template");
	check_report(&r, report_placement, OUT_TEXT, "gmail.example: probably filtered, 21-94 % of 3 probes (wave 'invitation')", "in words");
	check_report(&r, report_placement, OUT_TEXT, "yahoo.example: no sign of filtering, 0-79 % of 1 probe; 1 not known yet", "good news");
	check_report(&r, report_placement, OUT_JSON, "\"share_spam\":0.667", "a number, not a text");
	check_report(&r, report_causes, OUT_TEXT, "gmail.example: probably filtered, 21-100 % of 1 probe; 2 not known yet (wave 'reminder')",
	    "the last wave, beside the causes");
	check_report(&r, report_causes, OUT_TEXT, "(indicative for the group, grade C)", "its grade");
	check_report(&r, report_causes, OUT_JSON, "\"kind\": \"filtered\"", "in JSON");
	check_report(&r, report_causes, OUT_HTML, "gmail.example: probably filtered", "on the page");
	r.lang = LANG_VI;
	check_report(&r, report_placement, OUT_TEXT, "gmail.example: nhiều khả năng bị lọc vào thư rác, 21-94 % trong 3 hộp thư thử",
	    "in Vietnamese");
	account_release(&a);
	account_release(&before);
	town_close(&t);
}

static void
test_words(void)
{
	static const struct { struct placement p; const char *want; } t[] = {
		{ { .provider = "gmail.example", .probes = 8, .accepted = 8, .inbox = 3, .spam = 5 },
		    "gmail.example: probably filtered, 31-86 % of 8 probes" },
		{ { .provider = "x", .probes = 4, .accepted = 4, .inbox = 3, .spam = 1 }, "x: filtered in part, 5-70 % of 4 probes" },
		{ { .provider = "x", .probes = 3, .accepted = 3, .missing = 3 }, "x: nothing in spam, 0-56 % of 3 probes; 3 never arrived" },
		{ { .provider = "x", .probes = 3, .accepted = 2, .refused = 1, .inbox = 1 },
		    "x: no sign of filtering, 0-79 % of 1 probe; 1 refused; 1 not known yet" },
		{ { .provider = "x", .probes = 2 }, "x: nothing was sent to the probes yet" },
		{ { .provider = "x", .probes = 2, .accepted = 2 }, "x: nothing is known yet; 2 not known yet" },
	};

	for (size_t i = 0; i < COUNT_OF(t); i++) {
		struct buf b = BUF_INIT(4096);

		placement_text(&b, &t[i].p, LANG_EN);
		CHECK_STR(buf_str(&b), t[i].want, t[i].want);
		buf_release(&b);
	}
}

int
main(void)
{
	log_to(-1, LOG_LEVEL_ERROR);
	test_ages();
	test_report();
	test_words();
	return check_done();
}
