/*
 * classify.h - what a reply or a diagnostic text means.
 *
 * The remote's words first, the enhanced status second, the plain code last.
 * The words are data: the files of config/rules, compiled at start; this module
 * applies them: rules stand in the order of files and lines, the first that
 * fits decides. SMTP refusals while sending and DSNs that come back later go
 * through the same function.
 *
 * The same files hold the words by which mreport recognises reports that are
 * no DSN ([text NAME] sections); rules_phrases lends them.
 *
 * Units      code is the SMTP reply code (RFC 5321 4.2), 0 when none is known;
 *            enhanced is "5.1.1" (RFC 3463), "" when none was given.
 * Ownership  struct rules is built once and shared read-only.
 * Errors     rules_load: ERR_INPUT with file and line. classify never fails.
 * Threads    classify is pure.
 * Source     RFC 5321, 3463, 3464; RFC 7372, 7505 for newer codes.
 */
#ifndef THUMOI_MAIL_CLASSIFY_H
#define THUMOI_MAIL_CLASSIFY_H

#include <stdbool.h>

#include "base/err.h"
#include "base/mem.h"
#include "mail/category.h"
#include "mail/phrases.h"

struct rules;

/* path: a file or a folder of *.rules; NULL: the shipped rules (file_data_path "config/rules"). */
int	rules_load(struct rules **, const char *path, struct err *);
/*
 * The same, and rules of an office's own: what stands in local_text (NULL: none). They are read behind all words that
 * are shipped, and before the tables of numbers: what is shipped is not contradicted by them, and yet they say more than
 * a bare 550 does. local_name: what their file is called.
 */
int	rules_load_with(struct rules **, const char *path, const char *local_name, const char *local_text, struct err *);
void	rules_free(struct rules *);
size_t	rules_count(const struct rules *);

struct verdict {
	enum category category;
	bool hard;		/* stop using this address */
	bool bad_address;	/* hard, once the failure is final: 450 4.1.1 is not hard, but this */
	bool by_words;		/* the remote's words decided, not a bare number */
	bool strong;		/* words so plain that they stand before the table of numbers */
	const char *rule;	/* which rule decided, for --explain; borrowed from rules */
};

struct verdict classify(const struct rules *, int code, const char *enhanced, const char *text);
/* The same, knowing who said it: the remote MTA or the recipient's domain (for receiver tables). */
struct verdict classify_at(const struct rules *, int code, const char *enhanced, const char *text, const char *receiver);

/* The same for the running text of a report, full of words that mean nothing there: loose rules are not asked. */
struct verdict classify_running(const struct rules *, int code, const char *enhanced, const char *text, const char *receiver);

/* The phrases of the [text NAME] sections; ids in the order of lines. Never NULL; empty when there is none. */
const struct phrases *rules_phrases(const struct rules *, const char *name);

#endif
