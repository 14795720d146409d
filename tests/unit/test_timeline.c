/* A person is found by whatever the caller knows, and their story told in order. */
#include "support/check.h"

#include <jansson.h>

#include "app/commands.h"
#include "base/file.h"
#include "store/timeline.h"
#include "support/fill_store.h"

static struct fill f;

static size_t
found(const char *who, struct contact **list)
{
	struct err e = ERR_INIT;
	size_t n = 0;

	if (person_find(f.db, &f.arena, who, 10, list, &n, &e) < 0)
		die("cannot look for %s: %s", who, e.text);
	return n;
}

static void
test_find(int64_t ba, const char *token)
{
	static const struct { const char *who; size_t want; const char *label; } cases[] = {
		{ "Lê Văn Ba", 1, "as written" }, { "le van ba", 1, "without diacritics" }, { "LÊ  VĂN BA", 1, "capitals, spaces" },
		{ "ba@cantho.gov.example", 1, "address" }, { "BA@CanTho.gov.example", 1, "address in capitals" },
		{ "ba.second@mail.example", 1, "second address" }, { "shared@cantho.gov.example", 2, "a shared address" },
		{ "van", 3, "part of the name" }, { "%", 0, "no wildcard" }, { "_", 0, "nor this one" },
		{ "l_ v_n b_", 0, "nor in a name" }, { "\\", 0, "nor a backslash" }, { "", 0, "nothing" },
		{ "nobody@nowhere.example", 0, "an address nobody has" }, { "' OR 1=1 --", 0, "no SQL" },
	};
	struct contact *list;

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		CHECK_INT((int64_t)found(cases[i].who, &list), (int64_t)cases[i].want, cases[i].label);
	CHECK(found(token, &list) == 1 && list[0].id == ba, "token");
	CHECK(found("le van ba", &list) == 1 && list[0].id == ba, "an exact name goes before a part");
}

static void
test_story(int64_t ba, int64_t invite)
{
	static const char attempt[] =
	    "INSERT INTO attempt (invite, n, at, relay, command, code, enhanced, text, duration_ms, verdict, category)"
	    " VALUES ($1, 1, $2, 'mx.example:25', 'RCPT', 550, '5.7.1', $3, 3, 'refused', 'policy')";
	static const enum event_kind want[] = { EVENT_ROW, EVENT_INVITE, EVENT_ATTEMPT, EVENT_EVIDENCE, EVENT_ANSWER };
	struct err e = ERR_INIT;
	struct stmt *s = db_stmt(f.db, attempt, &e);
	struct event *events;
	size_t n;

	bind_int(s, 1, invite);
	bind_int(s, 2, FILL_OPENS + 100);
	bind_text(s, 3, "b\xe9 \x1b[2J refused");
	CHECK_INT(db_run(s, &e), 0, "attempt");
	fill_evidence(&f, ba, invite, "refusal", "policy", FILL_OPENS + 100);
	fill_answer(&f, ba, "survey", FILL_OPENS + 200);
	CHECK_INT(timeline(f.db, &f.arena, ba, &events, &n, &e), 0, "timeline");
	if (!CHECK_INT((int64_t)n, (int64_t)COUNT_OF(want), "everything is told, once"))
		return;
	for (size_t i = 0; i < n; i++)
		CHECK_INT(events[i].kind, want[i], "in the order of time");
	CHECK_STR(events[2].detail, "550 5.7.1 b\xe9 \x1b[2J refused", "the reply, whole");
	CHECK_STR(events[3].category, "policy", "category");
	CHECK_INT(events[3].grade, 'A', "grade");
	CHECK_STR(events[4].what, "survey", "answer");
}

/* What the command prints, in place of standard output. */
static int
run(const char *who, bool as_json, struct file *out)
{
	char path[128], *argv[] = { (char *)"person", (char *)"show", (char *)who, NULL };
	struct app app = { .arena = ARENA_INIT, .db = f.db, .json = as_json };
	struct err e = ERR_INIT;
	int rc, keep, keep_err;
	FILE *to;

	fflush(stdout);
	keep = dup(STDOUT_FILENO);
	keep_err = dup(STDERR_FILENO);
	snprintf(path, sizeof(path), "%s/out", f.dir);
	if (!(to = fopen(path, "w")))
		die("cannot write %s", path);
	dup2(fileno(to), STDOUT_FILENO);
	dup2(fileno(to), STDERR_FILENO);
	rc = cmd_person(&app, 3, argv);
	fflush(stdout);
	dup2(keep, STDOUT_FILENO);
	dup2(keep_err, STDERR_FILENO);
	close(keep);
	close(keep_err);
	fclose(to);
	arena_release(&app.arena);
	if (file_read(out, path, 1 << 20, &e) < 0)
		die("%s", e.text);
	return rc;
}

static void
test_command(void)
{
	struct file out = FILE_INIT;
	json_t *o;

	CHECK_INT(run("ba@cantho.gov.example", false, &out), EXIT_DONE, "one person");
	CHECK(strstr(out.data, "trả lời một phần (answered_partly, mức A)"), "the cause, in the campaign's language");
	CHECK(!strchr(out.data, '\x1b'), "a reply cannot steer the terminal");
	file_release(&out);
	CHECK_INT(run("ba@cantho.gov.example", true, &out), EXIT_DONE, "as JSON");
	o = json_loads(out.data, 0, NULL);
	CHECK(o && strcmp(json_string_value(json_object_get(o, "cause")), "answered_partly") == 0 &&
	    json_array_size(json_object_get(o, "timeline")) == 5, "valid JSON, whatever bytes a server sent");
	json_decref(o);
	file_release(&out);
	CHECK_INT(run("shared@cantho.gov.example", true, &out), EXIT_FAILED, "two people");
	file_release(&out);
	CHECK_INT(run("nobody", false, &out), EXIT_FAILED, "nobody");
	file_release(&out);
}

int
main(void)
{
	int64_t unit, ba, invite;
	struct contact *list;

	fill_open(&f);
	unit = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", true);
	ba = fill_person(&f, unit, "Lê Văn Ba", "ba@cantho.gov.example");
	fill_address(&f, ba, 2, "ba.second@mail.example");
	fill_person(&f, unit, "Lê Văn Bảy", "shared@cantho.gov.example");
	fill_person(&f, unit, "Trần Văn Tám", "shared@cantho.gov.example");
	invite = fill_invite(&f, f.wave, ba, "ba@cantho.gov.example", "refused", FILL_OPENS + 100);
	fill_commit(&f);
	lang_ui = LANG_EN;
	found("ba@cantho.gov.example", &list);
	test_find(ba, list[0].token);
	test_story(ba, invite);
	test_command();
	fill_close(&f);
	return check_done();
}
