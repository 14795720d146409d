/* What became of one recipient, and why: code, status and reason out of a reply and the words around it. */
#include "mail/report.h"

#include <strings.h>

#include "mail/reply.h"

#define REPLY_WORDS_MAX 600

/* What the remote itself said: behind "said:", else from its reply code on. What it says that others said is its own. */
static const char *
remote_words(const char *text)
{
	const char *said = strcasestr(text, "said:"), *code = reply_code_at(text);

	if (said && (!code || said < code))
		return said + 5;
	return code ? code : text;
}

/* x.0.0 says nothing, x.4.7 only that time was over: what else is said tells why. */
static bool
is_generic(const char *status)
{
	size_t n = strlen(status);

	return n >= 5 && (strcmp(status + n - 4, ".0.0") == 0 || strcmp(status + n - 4, ".4.7") == 0);
}

/* A status that names the reason itself: it stands against what can be read out of a whole report. */
static bool
is_specific(const char *status)
{
	static const char *const all[] = { ".1.1", ".1.2", ".1.3", ".1.6", ".1.10", ".2.1", ".2.2", ".2.3", ".3.4", ".4.4" };

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (*status && strcmp(status + 1, all[i]) == 0)
			return true;
	return false;
}

/* The first status in a text that says something, else the first. */
static bool
find_status(const char *text, char out[REPLY_STATUS_MAX])
{
	char found[REPLY_STATUS_MAX];

	if (!reply_status_find(text, out))
		return false;
	for (memcpy(found, out, sizeof(found)); is_generic(found); ) {
		text = strstr(text, found) + strlen(found);
		if (!reply_status_find(text, found))
			return true;
	}
	memcpy(out, found, sizeof(found));
	return true;
}

/* Is this line of a conversation an answer of class 4 or 5: "<<< 550 ...", "550 5.1.1 ..."? Where its code stands. */
static const char *
answer_at(const char *line, bool *remote)
{
	line += strspn(line, " \t");
	*remote = strncmp(line, "<<< ", 4) == 0;
	if (*remote)
		line += 4;
	return (*line == '4' || *line == '5') && strspn(line + 1, "0123456789") == 2 && (line[3] == ' ' || line[3] == '-') ? line : NULL;
}

/*
 * sendmail shows the conversation. What the remote answered about this address; what it answered right before sendmail's
 * own line about it ("550 5.1.1 <a@b>... User unknown", whatever the remote said), else that line; else the first answer
 * that is about no other. With its further lines ("<<< 550-..."); "" for none.
 */
static const char *
session_reply(struct report *r, const char *text, const char *address)
{
	const char *first = NULL, *about = NULL, *before = NULL, *end, *code, *next;
	bool remote;

	if (!strstr(text, "<<< "))
		return "";
	for (const char *p = text; p && !about; p = (p = strchr(p, '\n')) ? p + 1 : NULL) {
		size_t n = strcspn(p, "\n");
		bool other, mine;

		if (!(code = answer_at(p, &remote))) {
			before = NULL;
			continue;
		}
		mine = *address && memmem(p, n, address, strlen(address));
		other = !mine && memchr(p, '@', n);
		if (mine)
			about = !remote && before ? before : code;
		else if (!remote || other || strncmp(code, "503", 3) == 0)	/* 503: only that nobody was left to write to */
			before = NULL;
		else if (!before || strncmp(before, code, 3) != 0)
			before = code;
		first = first ? first : before;
	}
	if (!(code = about ? about : first))
		return "";
	for (end = code; (next = answer_at(end, &remote)) && strncmp(next, code, 3) == 0; end += *end == '\n')
		end += strcspn(end, "\n");
	return arena_ndup(r->a, code, (size_t)(end - code));
}

bool
report_is_delay(struct report *r, const char *text)
{
	return report_says(r, "delayed-surely", r->out->subject) || report_says(r, "delayed-surely", text) ||
	    (report_says(r, "delayed", text) && !report_says(r, "given-up", text));
}

/* A reply, or the few words beside an address; what is longer is running text. */
static struct verdict
judge_words(const struct report *r, const struct mreport_rcpt *out, const char *words, const char *receiver)
{
	return (strlen(words) < REPLY_WORDS_MAX ? classify_at : classify_running)(r->rules, out->code, out->status, words, receiver);
}

void
report_judge(struct report *r, struct mreport_rcpt *out, const char *extra)
{
	char found[REPLY_STATUS_MAX];
	const char *session, *said, *receiver = *out->remote_mta ? out->remote_mta : strchr(out->address, '@') ? strchr(out->address, '@') + 1 : "";
	struct verdict v;

	out->code = reply_code_find(out->text);
	if (find_status(out->text, found) || (!*out->status && !out->code && find_status(extra, found)))
		if (!*out->status || (is_generic(out->status) && *found == *out->status && strcmp(found + 1, ".0.0") != 0))
			out->status = arena_dup(r->a, found);
	if (out->code == 0 && report_is_blank(out->text))
		out->code = reply_code_find(extra);
	if (out->action == ACTION_NONE)
		out->action = *out->status == '2' ? ACTION_DELIVERED :
		    report_is_delay(r, extra) ? ACTION_DELAYED : ACTION_FAILED;
	/* Delay notices tell, too, what comes when it is given up one day. */
	for (int i = 0; i < 2 && out->action == ACTION_DELAYED; i++)
		if (report_says(r, "given-up", i ? extra : out->text) && !report_says(r, "delayed-surely", i ? extra : out->text))
			out->gave_up = true;
	if (out->action == ACTION_DELIVERED || out->action == ACTION_RELAYED || out->action == ACTION_EXPANDED) {
		out->verdict = (struct verdict){ .category = CAT_DELIVERED, .rule = "action" };
		return;
	}
	session = session_reply(r, out->text, out->address);
	said = *session ? session : remote_words(out->text);
	v = said == extra ? classify_running(r->rules, out->code, out->status, extra, receiver) : judge_words(r, out, said, receiver);
	if (!v.strong) {
		struct verdict w = out->text == extra ? classify_running(r->rules, out->code, out->status, extra, receiver) :
		    judge_words(r, out, out->text, receiver);

		if (w.strong || (w.by_words && !v.by_words))
			v = w;
	}
	if (!v.by_words && *(session = session_reply(r, extra, out->address))) {
		struct verdict w = classify_at(r->rules, out->code, out->status, session, receiver);

		if (w.by_words)
			v = w;
	}
	if (!v.by_words && !report_is_blank(extra)) {
		struct verdict w = classify_running(r->rules, out->code, out->status, extra, receiver);

		bool full = w.category == CAT_MAILBOX_FULL || w.category == CAT_TOO_LARGE;

		/* A whole text is full of words; only plain ones count, and against a plain status only those that spare an address. */
		if ((w.strong && (full || !is_specific(out->status))) || v.category == CAT_UNKNOWN)
			v = w;
	}
	/* "Returned mail: User unknown"; the subject of what was returned may stand there, too. */
	if (v.category == CAT_UNKNOWN) {
		struct verdict w = classify_running(r->rules, out->code, out->status, r->out->subject, receiver);

		if (w.strong && (w.category == CAT_UNKNOWN_USER || w.category == CAT_UNKNOWN_HOST || w.category == CAT_MAILBOX_FULL))
			v = w;
	}
	/* Given up after answers of class 4: only a missing name or domain is a fault of the address. */
	if (out->code / 100 == 4 && v.category != CAT_UNKNOWN_USER && v.category != CAT_MOVED && v.category != CAT_UNKNOWN_HOST)
		v.bad_address = false;
	if (v.bad_address && report_says(r, "before-recipient", out->text))
		v = (struct verdict){ .category = CAT_POLICY, .by_words = true, .rule = "said before the recipient was named" };
	if (v.category == CAT_UNKNOWN && out->action == ACTION_DELAYED)
		v = (struct verdict){ .category = CAT_NETWORK, .rule = "a delay without a reason" };
	v.hard = v.bad_address && (out->action == ACTION_FAILED || out->gave_up);
	out->verdict = v;
	if (report_is_blank(out->text))
		out->text = extra;
}
