#include "engine/teach.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/text.h"
#include "engine/examples.h"
#include "engine/reclassify.h"
#include "engine/rulebook.h"
#include "store/inbound.h"

#define WAITING_MOST 2000		/* tried on so many, the newest */
#define KNOWN_MOST 1000
#define PHRASE_LEAST 4			/* letters: a shorter one is in every mail */

enum of { OF_SUBJECT, OF_SENDER, OF_WORDS };

/* Meanings with sections of words that mreport asks for; the categories follow. */
static const struct meaning {
	const char *key, *section[2];
	enum of of;
	const char *en, *vi;
} meanings[] = {
	{ "auto-reply", { "text auto-subject", "text auto-subject-alone" }, OF_SUBJECT, "an automatic reply, by its subject",
	    "thư trả lời tự động, theo tiêu đề" },
	{ "not-ours", { "text not-ours", NULL }, OF_SENDER, "nothing of ours, by its sender or subject",
	    "không liên quan, theo người gửi hoặc tiêu đề" },
	{ "report-sender", { "text bounce-from", NULL }, OF_SENDER, "a report of a mail server, by its sender",
	    "báo của máy chủ thư, theo người gửi" },
	{ "report-subject", { "text bounce-subject", NULL }, OF_SUBJECT, "a report of a mail server, by its subject",
	    "báo của máy chủ thư, theo tiêu đề" },
	{ "report-words", { "text bounce-surely", "text bounce-body" }, OF_WORDS, "a report of a mail server, by its words",
	    "báo của máy chủ thư, theo nội dung" },
	{ "unknown-user", { "unknown-user hard", NULL }, OF_WORDS, "no such mailbox", "hộp thư không tồn tại" },
	{ "moved", { "moved hard", NULL }, OF_WORDS, "the mailbox has moved", "hộp thư đã chuyển đi" },
	{ "unknown-host", { "unknown-host hard", NULL }, OF_WORDS, "no such mail domain", "tên miền thư không tồn tại" },
	{ "mailbox-full", { "mailbox-full soft", NULL }, OF_WORDS, "the mailbox is full", "hộp thư đầy" },
	{ "mailbox-disabled", { "mailbox-disabled soft", NULL }, OF_WORDS, "the mailbox is blocked", "hộp thư bị khóa" },
	{ "too-large", { "too-large soft", NULL }, OF_WORDS, "the message is too large", "thư quá lớn" },
	{ "auth-failed", { "auth-failed soft", NULL }, OF_WORDS, "our authentication is refused", "xác thực của bên gửi bị từ chối" },
	{ "blocked", { "blocked soft", NULL }, OF_WORDS, "our server is blocked", "máy chủ của bên gửi bị chặn" },
	{ "content", { "content soft", NULL }, OF_WORDS, "refused for what is in it", "bị từ chối vì nội dung" },
	{ "policy", { "policy soft", NULL }, OF_WORDS, "refused by a rule of the receiver", "bị từ chối theo quy định của nơi nhận" },
	{ "rate-limited", { "rate-limited soft", NULL }, OF_WORDS, "too much mail at once: later", "gửi quá nhanh: thử lại sau" },
	{ "network", { "network soft", NULL }, OF_WORDS, "the server could not be reached", "không liên lạc được máy chủ nhận" },
	{ "remote-error", { "remote-error soft", NULL }, OF_WORDS, "the receiving server has trouble", "máy chủ nhận gặp sự cố" },
};

static const struct meaning *
meaning_find(const char *key)
{
	for (size_t i = 0; key && i < COUNT_OF(meanings); i++)
		if (strcmp(meanings[i].key, key) == 0)
			return &meanings[i];
	return NULL;
}

const char *
teach_meaning_at(size_t i, enum lang l, const char **text)
{
	*text = i < COUNT_OF(meanings) ? TRL(l, meanings[i].en, meanings[i].vi) : NULL;
	return i < COUNT_OF(meanings) ? meanings[i].key : NULL;
}

const char *
teach_meaning_text(const char *key, enum lang l)
{
	const struct meaning *m = meaning_find(key);

	return m ? TRL(l, m->en, m->vi) : NULL;
}

/* --- a proposal ------------------------------------------------------------------------ */

/* A word that is this mail's alone: an address, a number, a name in angle brackets. */
static bool
is_own(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strchr("@0123456789<>{}|*[]=#", s[i]))
			return true;
	return false;
}

/* The first words of a line, without what is this mail's alone. */
static const char *
words_of(struct arena *a, const char *line, size_t len)
{
	struct buf b = BUF_INIT(TEACH_PHRASE_MAX_BYTES * 2);
	size_t words = 0;
	const char *out;

	for (const char *s = line, *end = line + len; s < end && words < 10; ) {
		size_t n;

		s += strspn(s, " \t\r");
		if (s >= end)
			break;
		n = strcspn(s, " \t\r\n");
		if (n > (size_t)(end - s))
			n = (size_t)(end - s);
		if (!is_own(s, n)) {
			buf_printf(&b, "%s%.*s", b.len ? " " : "", (int)n, s);
			words++;
		} else if (words) {
			break;		/* whole words in a row are found surely; what lies between may be anything */
		}
		s += n;
	}
	out = b.failed ? "" : arena_ndup(a, b.len ? buf_str(&b) : "", b.len);
	buf_release(&b);
	return out;
}

/* The line of the text that says most: what a server said, else the first that is long enough. */
static const char *
telling_line(struct arena *a, const struct mreport *m)
{
	const char *best = "", *said = m->n_rcpt && m->rcpt[0].text ? m->rcpt[0].text : "";

	for (const char *s = *said ? said : m->text ? m->text : ""; *s; ) {
		size_t n = strcspn(s, "\n");
		const char *words = words_of(a, s, n);

		if (strlen(words) > strlen(best))
			best = words;
		if (strlen(best) >= 20)
			break;
		s += n + (s[n] == '\n');
	}
	return best;
}

void
teach_propose(struct lesson *out, struct arena *a, const struct mreport *m, const char *meaning)
{
	const struct meaning *known = meaning_find(meaning);

	if (!known)
		known = meaning_find(m->kind == MREPORT_BOUNCE ? "policy" : "auto-reply");
	out->meaning = known->key;
	out->phrase = known->of == OF_SUBJECT ? words_of(a, m->subject, strlen(m->subject)) :
	    known->of == OF_SENDER ? mreport_sender(a, m) : telling_line(a, m);
}

/* --- trying ------------------------------------------------------------------------------ */

/* The lines of the lesson; NULL, and why, when it is none. */
static const char *
lines_of(const struct lesson *l, struct arena *a, enum lang lang, struct err *e)
{
	const struct meaning *m = meaning_find(l->meaning);
	const char *phrase = l->phrase ? text_squeeze(a, l->phrase) : "";
	struct buf b = BUF_INIT(4096);
	const char *out;
	size_t letters = 0;

	for (const char *s = phrase; *s; s++)
		letters += !strchr(" *{}|", *s);
	if (!m)
		err_set(e, ERR_INPUT, "%s", TRL(lang, "choose what it means", "xin chọn ý nghĩa"));
	else if (letters < PHRASE_LEAST)
		err_set(e, ERR_INPUT, TRL(lang, "the phrase is too short: %d letters at least", "cụm từ quá ngắn: ít nhất %d chữ"), PHRASE_LEAST);
	else if (strlen(phrase) > TEACH_PHRASE_MAX_BYTES)
		err_set(e, ERR_INPUT, TRL(lang, "the phrase is longer than %d bytes", "cụm từ dài quá %d byte"), TEACH_PHRASE_MAX_BYTES);
	else if (strchr("[#", *phrase) || strchr(phrase, '='))
		err_set(e, ERR_INPUT, "%s", TRL(lang, "a phrase begins with neither [ nor #, and has no =", "cụm từ không bắt đầu bằng [ hoặc #, không có ="));
	else {
		for (size_t i = 0; i < COUNT_OF(m->section) && m->section[i]; i++)
			buf_printf(&b, "%s[%s]\n%s", i ? "\n" : "", m->section[i], phrase);
		out = arena_dup(a, buf_str(&b));
		buf_release(&b);
		return out;
	}
	return NULL;
}

struct trying {
	struct teach_trial *t;
	struct arena *keep, scratch;
	const struct rules *now, *then;
	bool waiting;
};

/* What is understood, in a word or two. */
static const char *
understood(struct arena *a, const struct mreport *m)
{
	const char *category = m->n_rcpt ? category_name(m->rcpt[0].verdict.category) : "";

	if (m->foreign)
		return "not-ours";
	return *category ? arena_printf(a, "%s %s", mreport_kind_name(m->kind), category) : mreport_kind_name(m->kind);
}

static bool
same(const struct mreport *a, const struct mreport *b)
{
	if (a->kind != b->kind || a->n_rcpt != b->n_rcpt || a->foreign != b->foreign)
		return false;
	for (size_t i = 0; i < a->n_rcpt; i++)
		if (a->rcpt[i].verdict.category != b->rcpt[i].verdict.category || a->rcpt[i].verdict.hard != b->rcpt[i].verdict.hard)
			return false;
	return true;
}

static int
try_mail(const struct inbound_seen *seen, void *arg)
{
	struct trying *k = arg;
	struct teach_trial *t = k->t;
	int64_t *n = k->waiting ? &t->hits : &t->takes;
	struct mreport now, then;

	if (!seen->row.len)
		return 0;
	arena_reset(&k->scratch);
	*(k->waiting ? &t->waiting : &t->known) += 1;
	mreport_read(&now, &k->scratch, k->now, seen->row.raw, seen->row.len);
	mreport_read(&then, &k->scratch, k->then, seen->row.raw, seen->row.len);
	if (same(&now, &then))
		return 0;
	if (*n < TEACH_SHOWN)
		(k->waiting ? t->hit : t->take)[*n] = (struct teach_mail){ .id = seen->row.id, .from = arena_dup(k->keep, now.from),
		    .subject = arena_dup(k->keep, now.subject), .before = understood(k->keep, &now), .after = understood(k->keep, &then) };
	*n += 1;
	return 0;
}

static int
try_example(const struct example *x, void *arg)
{
	struct trying *k = arg;
	struct teach_trial *t = k->t;
	struct verdict now = classify_at(k->now, 0, "", x->text, x->at), then = classify_at(k->then, 0, "", x->text, x->at);

	t->examples++;
	if (example_holds(x, &then) || !example_holds(x, &now))
		return 0;
	if (t->faults < TEACH_SHOWN)
		t->fault[t->faults] = (struct teach_fault){ arena_dup(k->keep, x->text), arena_dup(k->keep, x->category),
		    category_name(then.category) };
	t->faults++;
	return 0;
}

/* In one snapshot; its rules and the shipped ones are read once each. */
static int
try_all(struct trying *k, struct db *db, int64_t campaign, struct err *e)
{
	if (examples_each(NULL, try_example, k, e) < 0 || db_snapshot(db, e) < 0)
		return -1;
	k->waiting = true;
	if (inbound_each(db, INBOUND_WAITING, campaign, WAITING_MOST, 0, try_mail, k, e) < 0)
		return db_abort(db);
	k->waiting = false;
	if (inbound_understood(db, KNOWN_MOST, try_mail, k, e) < 0)
		return db_abort(db);
	return db_commit(db, e);
}

int
teach_try(struct teach_trial *t, struct db *db, const struct conf *c, struct arena *a, int64_t campaign, const struct lesson *l,
    const struct by *by, struct err *e)
{
	struct trying k = { .t = t, .keep = a, .scratch = ARENA_INIT };
	struct rules *now = NULL, *then = NULL;
	int rc = -1;

	*t = (struct teach_trial){ .rules = lines_of(l, a, by->lang, e) };
	if (!t->rules)
		return -1;
	if (rulebook_load(&now, c, NULL, NULL, e) == 0 && rulebook_load(&then, c, NULL, t->rules, e) == 0) {
		k.now = now;
		k.then = then;
		rc = try_all(&k, db, campaign, e);
	}
	rules_free(now);
	rules_free(then);
	arena_release(&k.scratch);
	return rc;
}

/* --- keeping ------------------------------------------------------------------------------ */

static int
read_again(struct teach_done *done, struct db *db, const struct conf *c, struct arena *a, const struct by *by, struct err *e)
{
	struct reclassify_result r;

	if (reclassify(db, c, &(struct reclassify_ask){ .waiting = true, .actor = by->actor }, a, &r, e) < 0)
		return -1;
	*done = (struct teach_done){ r.messages, r.changed };
	return 0;
}

int
teach_keep(struct teach_done *done, struct db *db, const struct conf *c, struct arena *a, int64_t campaign, const struct lesson *l,
    const struct by *by, int64_t now, struct err *e)
{
	struct teach_trial t;

	*done = (struct teach_done){ 0 };
	if (teach_try(&t, db, c, a, campaign, l, by, e) < 0)
		return -1;
	if (t.faults)
		return err_set(e, ERR_INPUT, TRL(by->lang, "it contradicts a shipped example: '%.80s' means %s, not %s",
		    "trái với ví dụ kèm theo: '%.80s' nghĩa là %s, không phải %s"), t.fault[0].text, t.fault[0].want, t.fault[0].got);
	if (rulebook_add(db, c, t.rules, arena_printf(a, "message=%" PRId64, l->mail), by, now, e) < 0)
		return -1;
	return read_again(done, db, c, a, by, e);
}

int
teach_forget(struct teach_done *done, struct db *db, const struct conf *c, struct arena *a, int line, const char *when,
    const struct by *by, struct err *e)
{
	int rc = rulebook_remove(db, c, line, when, by, e);

	*done = (struct teach_done){ 0 };
	return rc != 1 ? rc : read_again(done, db, c, a, by, e) < 0 ? -1 : 1;
}
