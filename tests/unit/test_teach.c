/* A rule learned from a mail: proposed, tried, kept with who and when, read by at once, taken away; what it may not do. */
#include "support/post.h"

#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "engine/rulebook.h"
#include "engine/teach.h"
#include "store/inbound.h"

static struct post p;
static const struct by by = { "desk:an", LANG_EN };

static int64_t
number(const char *sql)
{
	return post_number(&p, sql);
}

/* What became of it. */
static const char *
feed(const char *from, const char *subject, const char *text)
{
	static const char last[] = "SELECT kind || ' ' || fate || ' ' || decision FROM inbound ORDER BY id DESC LIMIT 1";
	struct inbound_tally t = { 0 };
	struct inbound_taken taken;
	const char *mail = arena_printf(&p.w.arena, "From: %s\nTo: khaosat@survey.example\nSubject: %s\nDate: Wed, 22 Sep 2021 10:00:00 +0700\n"
	    "Message-ID: <%s@mx.test>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n%s\n",
	    from, subject, subject, text), *out = "";
	struct stmt *s;

	CHECK_INT(inbound_take(p.in, p.w.db, "test", mail, strlen(mail), &taken, &t, &p.w.e), 0, p.w.e.text);
	s = db_stmt(p.w.db, last, &p.w.e);
	if (db_step(s, &p.w.e) == 1)
		out = arena_dup(&p.w.arena, col_text(s, 0));
	db_done(s);
	return out;
}

static int
try(struct teach_trial *t, const char *meaning, const char *phrase)
{
	return teach_try(t, p.w.db, &p.conf, &p.w.arena, 1, &(struct lesson){ meaning, phrase, 1 }, &by, &p.w.e);
}

static int
keep(struct teach_done *d, const char *meaning, const char *phrase)
{
	return teach_keep(d, p.w.db, &p.conf, &p.w.arena, 1, &(struct lesson){ meaning, phrase, 1 }, &by, NOW, &p.w.e);
}

static void
test_refused(void)
{
	static const struct { const char *label, *meaning, *phrase; } t[] = {
		{ "no meaning", "sulking", "a phrase of words" }, { "nothing", "policy", "  " }, { "too short", "policy", "a b" },
		{ "only stars", "policy", "* * * *" }, { "a section", "policy", "[policy hard]" }, { "a comment", "policy", "# words of it" },
		{ "a condition", "policy", "code=550 words" }, { "a brace without end", "policy", "words {of it" },
	};
	struct teach_trial trial;
	struct teach_done done;

	for (size_t i = 0; i < COUNT_OF(t); i++) {
		CHECK_INT(try(&trial, t[i].meaning, t[i].phrase), -1, t[i].label);
		CHECK_INT(p.w.e.code, ERR_INPUT, t[i].label);
	}
	/* A shipped word that stands late: ours would come before it. */
	CHECK_INT(try(&trial, "policy", "insufficient system storage"), 0, p.w.e.text);
	CHECK(trial.examples > 40, "the examples are tried");
	CHECK_INT(trial.faults, 1, "an example is contradicted");
	CHECK_STR(trial.fault[0].want, "remote-error", "what it should mean");
	CHECK_INT(keep(&done, "policy", "insufficient system storage"), -1, "is not kept");
	CHECK(access(p.conf.rules_local, F_OK) < 0, "nothing was written");
	CHECK_INT(number("SELECT count(*) FROM audit WHERE action = 'rules add'"), 0, "nor told");
}

static void
test_automatic(void)
{
	struct teach_trial t;
	struct teach_done done;
	struct lesson l = { NULL, NULL, 0 };
	struct mreport m = { .kind = MREPORT_ORDINARY, .subject = "Toi se tra loi sau ngay 25/9 (an@cantho.test)", .from = "an@cantho.test",
	    .text = "" };
	struct rulebook_entry *list;
	size_t n;

	CHECK_STR(feed("la@khac.test", "Toi se tra loi sau 1", "Xin chào."), "ordinary unmatched ", "nobody knows");
	CHECK_STR(feed("la@khac.test", "Toi se tra loi sau 2", "Xin chào."), "ordinary unmatched ", "nobody knows");
	feed("la@khac.test", "Cau hoi khac", "Xin chào.");
	teach_propose(&l, &p.w.arena, &m, NULL);
	CHECK_STR(l.meaning, "auto-reply", "a guess");
	CHECK_STR(l.phrase, "Toi se tra loi sau ngay", "without the day and the address");
	CHECK_INT(try(&t, "auto-reply", "tôi sẽ  trả lời sau"), 0, p.w.e.text);
	CHECK_INT(t.waiting, 3, "three wait");
	CHECK_INT(t.hits, 2, "two would be understood");
	CHECK_STR(t.hit[0].before, "ordinary", "as now");
	CHECK_STR(t.hit[0].after, "autoreply auto-reply", "and then");
	CHECK_INT(t.faults, 0, "nothing is contradicted");
	CHECK(access(p.conf.rules_local, F_OK) < 0, "trying writes nothing");
	CHECK_INT(keep(&done, "auto-reply", "tôi sẽ  trả lời sau"), 0, p.w.e.text);
	CHECK_INT(done.read, 3, "what waits is read again");
	CHECK_INT(done.changed, 2, "two are otherwise");
	CHECK_INT(number("SELECT count(*) FROM inbound WHERE kind = 'autoreply'"), 2, "in the store, too");
	CHECK_INT(number("SELECT count(*) FROM audit WHERE actor = 'desk:an' AND action = 'rules add' AND detail = 'message=1'"), 1, "who did it");
	CHECK_INT(number("SELECT count(*) FROM audit WHERE actor = 'desk:an' AND action = 'inbound reclassify'"), 1, "and what followed");
	CHECK_STR(feed("an@cantho.test", "Toi se tra loi sau 3", "Xin chào."), "autoreply matched ", "who has the rules open reads by the new ones");
	CHECK_INT(rulebook_list(&p.conf, &p.w.arena, &list, &n, &p.w.e), 0, p.w.e.text);
	if (CHECK_INT((int)n, 1, "one rule")) {
		CHECK_STR(list[0].who, "desk:an", "by whom");
		CHECK_STR(list[0].when, "2021-09-23T08:20:00+07:00", "when");
		CHECK_STR(list[0].why, "message=1", "of which message");
		CHECK_STR(list[0].rules, "[text auto-subject]\ntôi sẽ trả lời sau\n[text auto-subject-alone]\ntôi sẽ trả lời sau", "what it says");
	}
}

static void
test_words(void)
{
	struct teach_done done;
	struct rules *rules;

	/* A number alone is a guess; words of our own are not. */
	CHECK_INT(rulebook_load(&rules, &p.conf, NULL, NULL, &p.w.e), 0, p.w.e.text);
	CHECK_STR(category_name(classify(rules, 550, "5.7.1", "550 5.7.1 chua ky thoa thuan lien thong").category), "policy", "by its number");
	CHECK_STR(category_name(classify(rules, 550, "5.1.1", "550 5.1.1 user unknown, chua ky thoa thuan").category), "unknown-user", "by its words");
	rules_free(rules);
	CHECK_INT(keep(&done, "auth-failed", "chưa ký thỏa thuận"), 0, p.w.e.text);
	CHECK_INT(rulebook_load(&rules, &p.conf, NULL, NULL, &p.w.e), 0, p.w.e.text);
	CHECK_STR(category_name(classify(rules, 550, "5.7.1", "550 5.7.1 chua ky thoa thuan lien thong").category), "auth-failed", "ours say more than a number");
	CHECK_STR(category_name(classify(rules, 550, "5.1.1", "550 5.1.1 user unknown, chua ky thoa thuan").category), "unknown-user", "but not against the shipped");
	rules_free(rules);
}

static void
test_not_ours(void)
{
	struct teach_done done;

	feed("tin@bantin.test", "Ban tin so 1", "Mời đọc.");
	CHECK_INT(keep(&done, "not-ours", "tin bantin.test"), 0, p.w.e.text);
	CHECK_INT(done.changed, 1, "one is put away");
	CHECK_INT(number("SELECT count(*) FROM inbound WHERE decision = 'not_ours' AND contact IS NULL AND decided_at > 0"), 1, "decided");
	CHECK_STR(feed("tin@bantin.test", "Ban tin so 2", "Mời đọc."), "ordinary unmatched not_ours", "and the next one at once");
	CHECK_STR(feed("ai@bantin.test", "Hoi", "Mời đọc."), "ordinary unmatched ", "another sender is not");
}

static void
test_forget(void)
{
	struct teach_done done;
	struct rulebook_entry *list;
	size_t n;
	struct stat st;

	CHECK_INT(rulebook_list(&p.conf, &p.w.arena, &list, &n, &p.w.e), 0, p.w.e.text);
	if (!CHECK_INT((int)n, 3, "three rules"))
		return;
	CHECK_INT(teach_forget(&done, p.w.db, &p.conf, &p.w.arena, list[1].line, "2020-01-01T00:00:00+07:00", &by, &p.w.e), 0, "another stands there");
	CHECK_INT(teach_forget(&done, p.w.db, &p.conf, &p.w.arena, list[1].line + 1, list[1].when, &by, &p.w.e), 0, "no rule begins there");
	CHECK_INT(teach_forget(&done, p.w.db, &p.conf, &p.w.arena, list[0].line, list[0].when, &by, &p.w.e), 1, p.w.e.text);
	CHECK_INT(number("SELECT count(*) FROM audit WHERE actor = 'desk:an' AND action = 'rules remove'"), 1, "who did it");
	CHECK_STR(feed("an@cantho.test", "Toi se tra loi sau 4", "Xin chào."), "ordinary unmatched ", "not read by any more");
	CHECK_INT(rulebook_list(&p.conf, &p.w.arena, &list, &n, &p.w.e), 0, p.w.e.text);
	CHECK_INT((int)n, 2, "two are left");
	CHECK_STR(list[0].rules, "[auth-failed soft]\nchưa ký thỏa thuận", "as they were");
	CHECK(stat(p.conf.rules_local, &st) == 0 && st.st_size > 0, "the file is there");
}

static void
test_by_hand(void)
{
	static const char text[] = "# ours\n[policy soft]\nwords by hand\n\n# a remark\n[content soft]\nand these\n";
	struct rulebook_entry *list;
	struct teach_done done;
	struct rules *rules;
	size_t n;

	CHECK_INT(file_replace(p.conf.rules_local, text, strlen(text), &p.w.e), 0, p.w.e.text);
	CHECK_INT(keep(&done, "content", "a third one of ours"), 0, p.w.e.text);
	CHECK_INT(rulebook_list(&p.conf, &p.w.arena, &list, &n, &p.w.e), 0, p.w.e.text);
	if (CHECK_INT((int)n, 3, "two by hand, and ours")) {
		CHECK(list[0].by_hand && list[1].by_hand && !list[2].by_hand, "which is told");
		CHECK_INT(teach_forget(&done, p.w.db, &p.conf, &p.w.arena, list[0].line, "", &by, &p.w.e), 0, "what was written by hand stays");
		CHECK_INT(teach_forget(&done, p.w.db, &p.conf, &p.w.arena, list[2].line, list[2].when, &by, &p.w.e), 1, p.w.e.text);
	}
	CHECK_INT(rulebook_list(&p.conf, &p.w.arena, &list, &n, &p.w.e), 0, p.w.e.text);
	CHECK_INT((int)n, 2, "by hand");
	CHECK_INT(file_replace(p.conf.rules_local, "[no such section", 16, &p.w.e), 0, p.w.e.text);
	CHECK_INT(rulebook_load(&rules, &p.conf, NULL, NULL, &p.w.e), -1, "a broken file is told");
	CHECK_STR(feed("ai@khac.test", "Hoi lan nua", "Xin chào."), "ordinary unmatched ", "who reads already goes on with what was");
	CHECK_INT(keep(&done, "policy", "words of policy"), -1, "and nothing is added to it");
	CHECK_INT(remove(p.conf.rules_local), 0, "gone");
	CHECK_INT(rulebook_load(&rules, &p.conf, NULL, NULL, &p.w.e), 0, "no file is no rule");
	rules_free(rules);
}

int
main(void)
{
	log_to(-1, LOG_LEVEL_ERROR);
	post_begin(&p);
	inbound_close(p.in);
	p.conf.rules_local = arena_printf(&p.w.arena, "%s/own.rules", p.w.dir);
	CHECK_INT(inbound_open(&p.in, &p.conf, &p.w.e), 0, p.w.e.text);
	test_refused();
	test_automatic();
	test_words();
	test_not_ours();
	test_forget();
	test_by_hand();
	post_end(&p);
	return check_done();
}
