/*
 * paper.h - letters on paper that people may edit: templates/print/NAME.LANG.html.
 *
 * One self-contained page: its style stands in it, so that it can be mailed,
 * archived and printed alone. A page of the folder template_dir (print/...) goes
 * before the shipped one. A name that nothing fills is a fault, told with
 * file, line and column, before anything is rendered.
 *
 * Units      none.
 * Ownership  appended to the caller's buf.
 * Errors     ERR_INPUT with file:line:column.
 * Threads    pure.
 * Source     Decree 30/2020/ND-CP, appendix I, for the form of the shipped ones.
 */
#ifndef THUMOI_ENGINE_PAPER_H
#define THUMOI_ENGINE_PAPER_H

#include "base/conf.h"
#include "base/lang.h"
#include "base/mustache.h"

/* known: the names of the fields and, "list.member", of what stands in their lists; ended by NULL. */
int	paper_render(struct buf *, const struct conf *, const char *name, enum lang, const struct mustache_field *, size_t n,
	    const char *const *known, struct err *);

#endif
