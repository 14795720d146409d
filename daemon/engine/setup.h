/*
 * setup.h - what makes a campaign, a form or a wave acceptable, whether it is
 * made by a command or by a plan.
 *
 * Units      times are Unix seconds.
 * Ownership  static words.
 * Errors     ERR_INPUT, ERR_NOTFOUND with what to write instead.
 * Threads    setup_tree: the thread of the db handle; the others are pure.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_SETUP_H
#define THUMOI_ENGINE_SETUP_H

#include "store/db.h"

/* Keys and names stand in links, file names and commands: plain letters only. */
bool	setup_plain(const char *name);
int	setup_key(const char *key, struct err *);
int	setup_name(const char *name, struct err *);
int	setup_url(const char *url, struct err *);
/* The unit directory of that name, or NULL: the one in force at opens_at. It must have units. */
int	setup_tree(struct db *, const char *name, int64_t opens_at, int64_t *tree, struct err *);
/* invitation, reminder, thanks, notice: by what the template is called. */
const char *setup_kind(const char *template);
int	setup_kind_check(const char *kind, struct err *);
/* What becomes of a message when the line drops after its final dot: a reminder twice is worse than none. */
const char *setup_uncertain(const char *kind);

#endif
