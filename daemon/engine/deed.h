/*
 * deed.h - an entry of the audit log in words.
 *
 * Units      none.
 * Ownership  literals.
 * Errors     none.
 * Threads    pure.
 * Source     store/audit.h.
 */
#ifndef THUMOI_ENGINE_DEED_H
#define THUMOI_ENGINE_DEED_H

#include "base/lang.h"

/* "roster import" in words; what is not known here is returned as it is. */
const char *deed_text(const char *action, enum lang);

#endif
