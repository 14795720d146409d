/*
 * by.h - who has something done, and in which language they are answered.
 *
 * On the command line both are those of the process; at the desk each request
 * has its own.
 *
 * Units      none.
 * Ownership  borrowed.
 * Errors     none.
 * Threads    none.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_BY_H
#define THUMOI_ENGINE_BY_H

#include "base/lang.h"

struct by {
	const char *actor;		/* as audit_add takes it: an account of the desk, or "cli" */
	enum lang lang;
};

#define BY_CLI (&(struct by){ "cli", lang_ui })

#endif
