/*
 * chart.h - stacked bars of causes, and days, as inline SVG.
 *
 * One bar is one hundred percent of some people, cut by cause; `unknown` is
 * hatched, never solid. Each has a text alternative that says the same in
 * words. Colours come from the style sheet of the page (classes c-CAUSE).
 *
 * Units      the drawing is 1000 wide, whatever its size on the page.
 * Ownership  appended to the caller's buf.
 * Errors     sticky in the buf.
 * Threads    pure.
 * Source     SVG 1.1; WAI-ARIA 1.2 role img.
 */
#ifndef THUMOI_ENGINE_CHART_H
#define THUMOI_ENGINE_CHART_H

#include "base/buf.h"
#include "engine/account.h"

/* The hatching, once a page, before the first bar. */
void	chart_defs(struct buf *);
/* `numbers`: counts stand in segments wide enough. Nothing when there are no people. */
void	chart_bar(struct buf *, const struct tally *, const char *who, bool numbers, enum lang);
/*
 * A small column for each day, the highest as high as the drawing; the text
 * alternative says each day. first: the start of the first day.
 */
void	chart_days(struct buf *, const struct zone *, int64_t first, const int32_t *people, size_t n, const char *what, enum lang);
/* "918 answered, 202 answered in part, ..." */
void	chart_words(struct buf *, const struct tally *, enum lang);

#endif
