/*
 * lang.h - every sentence a person reads, in Vietnamese and in English.
 *
 * The two texts stand side by side where they are used:
 *
 *	err_set(e, ERR_INPUT, TR("line %ld: no name", "dòng %ld: thiếu tên"), n);
 *
 * The compiler checks both formats; nobody has to keep a catalogue in step.
 * gettext was not taken because a web server answers each request in its own
 * language, which glibc can only do for locales that are installed.
 *
 * Units      UTF-8.
 * Ownership  literals; nothing to free.
 * Errors     lang_parse: -1 for a word that is no language.
 * Threads    lang_ui is set once at start, lang_speak is for the calling thread; TRL is pure.
 * Source     RFC 9110 12.5.4 (Accept-Language), BCP 47 for the names.
 */
#ifndef THUMOI_BASE_LANG_H
#define THUMOI_BASE_LANG_H

#include "base/err.h"

enum lang { LANG_EN, LANG_VI };

/*
 * The operator's language: --lang, else the locale; C and POSIX mean English.
 * On a thread that answers somebody it is the reader's meanwhile, so that what
 * an error says can be shown to them.
 */
#define lang_ui (*lang_spoken())
enum lang *lang_spoken(void);
void	lang_speak(const enum lang *reader);	/* of this thread; must stay; NULL: the operator's again */

#define TR(en, vi)	(lang_ui == LANG_VI ? (vi) : (en))
#define TRL(l, en, vi)	((l) == LANG_VI ? (vi) : (en))

int	lang_parse(const char *word, enum lang *out, struct err *);
const char *lang_name(enum lang);		/* "vi", "en" */
enum lang lang_from_locale(void);		/* LC_ALL, LC_MESSAGES, LANG */
/* The best of Vietnamese and English; `fallback` when neither is asked for. */
enum lang lang_from_accept(const char *accept_language, enum lang fallback);

#endif
