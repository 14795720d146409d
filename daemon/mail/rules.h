/*
 * rules.h - the rules of config/rules as classify holds them.
 *
 * A file is read line by line; `#` at its start makes a comment.
 *
 *	[unknown-user hard]		a section: category, and whether a final
 *					failure says the address is bad
 *	[unknown-user hard loose]	words that mean this in a reply, but not in
 *					the running text of a whole report
 *	no such user			a phrase (mail/phrases.h)
 *	status=5.1.1			conditions: code=, status=, at= (who said
 *	status=5.1.* code=550 user	it), each a pattern with `*`; a phrase may
 *					follow
 *	{user|account} * {gone|lost}	each of the alternatives, in all combinations
 *	[text bounce-subject]		phrases for mreport
 *
 * Units      none.
 * Ownership  struct rules owns everything.
 * Errors     see classify.h.
 * Threads    read-only after rules_load.
 * Source     none.
 */
#ifndef THUMOI_MAIL_RULES_H
#define THUMOI_MAIL_RULES_H

#include "mail/classify.h"

struct rule {
	enum category category;
	bool bad_address, wording, loose;	/* wording: it has a phrase */
	bool local;			/* of the office's own rules */
	const char *code, *status, *at;	/* patterns, NULL: any */
	const char *name;		/* 20-people.rules:14: no such user */
};

#define RULE_TEXTS_MAX 32
#define RULES_LOCAL_BEFORE "50-"		/* files of numbers are named so, or later */

struct rules {
	struct arena arena;
	struct rule *rule;
	size_t n, cap;
	struct phrases words;		/* id: index in rule */
	struct phrases likely;		/* the same, of the loose rules */
	size_t first_loose;		/* the first of them: not looked for when a rule before it fits */
	size_t *wordless;		/* rules without a phrase, in order */
	size_t n_wordless, cap_wordless;
	size_t first_number;		/* the first rule of a status alone: what stands before is strong */
	struct rules_text { const char *name; struct phrases phrases; } text[RULE_TEXTS_MAX];
	size_t n_text;
};

#endif
