#include "mail/classify.h"

#include <fnmatch.h>

#include "mail/reply.h"
#include "mail/rules.h"

struct asked {
	const struct rules *rules;
	char code[8];
	const char *status, *receiver;
	int best;			/* the first rule that fits so far; rules->n: none */
};

static bool
fits(const struct asked *q, const struct rule *r)
{
	return (!r->code || (q->code[0] && fnmatch(r->code, q->code, 0) == 0)) &&
	    (!r->status || (*q->status && fnmatch(r->status, q->status, 0) == 0)) &&
	    (!r->at || (*q->receiver && fnmatch(r->at, q->receiver, FNM_CASEFOLD) == 0));
}

static void
consider(void *arg, int id, size_t start, size_t end)
{
	struct asked *q = arg;

	(void)start;
	(void)end;
	if (fits(q, &q->rules->rule[id]))
		q->best = id;
}

static struct verdict
judge(const struct rules *rules, int code, const char *enhanced, const char *text, const char *receiver, bool loosely)
{
	struct asked q = { .rules = rules, .status = enhanced ? enhanced : "", .receiver = receiver ? receiver : "",
	    .best = (int)rules->n };
	char folded[PHRASE_TEXT_MAX], found[REPLY_STATUS_MAX];
	const struct rule *r;
	bool soft_code, bad_address;
	size_t len;

	if (!text)
		text = "";
	if (code == 0)
		code = reply_code_find(text);
	if (!*q.status && reply_status_find(text, found))
		q.status = found;
	if (code > 0 && code < 1000)
		snprintf(q.code, sizeof(q.code), "%d", code);
	len = phrase_fold(folded, sizeof(folded), text, strlen(text));
	phrases_scan(&rules->words, folded, len, &q.best, consider, &q);
	if (loosely && (size_t)q.best > rules->first_loose)
		phrases_scan(&rules->likely, folded, len, &q.best, consider, &q);
	for (size_t i = 0; i < rules->n_wordless && rules->wordless[i] < (size_t)q.best; i++)
		if (fits(&q, &rules->rule[rules->wordless[i]]))
			q.best = (int)rules->wordless[i];
	if ((size_t)q.best == rules->n)
		return (struct verdict){ .category = CAT_UNKNOWN, .rule = "" };
	r = &rules->rule[q.best];
	/* Words that were only pieced together condemn no address whose status speaks of the system, the way or a policy. */
	bad_address = r->bad_address && !(r->loose && strlen(q.status) >= 5 && q.status[2] >= '3' && (q.status[4] != '0' || q.status[2] == '7'));
	soft_code = code / 100 == 4 || (code == 0 && *q.status == '4');
	return (struct verdict){ .category = r->category, .hard = bad_address && !soft_code, .bad_address = bad_address,
	    .by_words = r->wording, .strong = r->wording && !r->loose && (size_t)q.best < rules->first_number, .rule = r->name };
}

struct verdict
classify_at(const struct rules *rules, int code, const char *enhanced, const char *text, const char *receiver)
{
	return judge(rules, code, enhanced, text, receiver, true);
}

struct verdict
classify_running(const struct rules *rules, int code, const char *enhanced, const char *text, const char *receiver)
{
	return judge(rules, code, enhanced, text, receiver, false);
}

struct verdict
classify(const struct rules *rules, int code, const char *enhanced, const char *text)
{
	return classify_at(rules, code, enhanced, text, "");
}
