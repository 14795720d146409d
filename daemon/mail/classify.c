#include "mail/classify.h"

#include <fnmatch.h>

#include "mail/reply.h"
#include "mail/rules.h"

struct asked {
	const struct rules *rules;
	char code[8];
	const char *status, *receiver;
	size_t best;			/* rules->n: none */
};

static bool
fits(const struct asked *q, const struct rule *r)
{
	return (!r->code || (q->code[0] && fnmatch(r->code, q->code, 0) == 0)) &&
	    (!r->status || (*q->status && fnmatch(r->status, q->status, 0) == 0)) &&
	    (!r->at || (*q->receiver && fnmatch(r->at, q->receiver, FNM_CASEFOLD) == 0));
}

static bool
consider(void *arg, int id, size_t start, size_t end)
{
	struct asked *q = arg;

	(void)start;
	(void)end;
	if ((size_t)id < q->best && fits(q, &q->rules->rule[id]))
		q->best = (size_t)id;
	return true;
}

struct verdict
classify_at(const struct rules *rules, int code, const char *enhanced, const char *text, const char *receiver)
{
	struct asked q = { .rules = rules, .status = enhanced ? enhanced : "", .receiver = receiver ? receiver : "",
	    .best = rules->n };
	char folded[PHRASE_TEXT_MAX], found[REPLY_STATUS_MAX];
	const struct rule *r;
	bool soft_code;
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
	phrases_scan(&rules->words, folded, len, consider, &q);
	for (size_t i = 0; i < rules->n_wordless && rules->wordless[i] < q.best; i++)
		if (fits(&q, &rules->rule[rules->wordless[i]]))
			q.best = rules->wordless[i];
	if (q.best == rules->n)
		return (struct verdict){ .category = CAT_UNKNOWN, .rule = "" };
	r = &rules->rule[q.best];
	soft_code = code / 100 == 4 || (code == 0 && *q.status == '4');
	return (struct verdict){ .category = r->category, .hard = r->bad_address && !soft_code, .bad_address = r->bad_address,
	    .by_words = r->wording, .strong = r->wording && q.best < rules->first_number, .rule = r->name };
}

struct verdict
classify(const struct rules *rules, int code, const char *enhanced, const char *text)
{
	return classify_at(rules, code, enhanced, text, "");
}
