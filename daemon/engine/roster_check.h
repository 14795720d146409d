/*
 * roster_check.h - what is doubtful in the rosters, before mail is sent.
 *
 * Each person of the rosters that count is looked at: what the import held,
 * sent back or mended; whether the mail domain exists and takes mail, belongs
 * to another unit, or is nearly a provider's; whether the mailbox is an
 * office's, somebody else's as well, or bounced before. Nothing is changed
 * but what is remembered of domains (engine/domains.h): what to do about a
 * finding is decided by people.
 *
 * A failure to ask DNS is no finding. The words for what the import found are
 * the importer's own (engine/judge.h).
 *
 * Units      times are Unix seconds.
 * Ownership  everything lies in the struct: roster_check_release.
 * Errors     -1 for the store.
 * Threads    the thread of the db handle, outside a transaction.
 * Source     RFC 5321 4.1.2 and 5.1, RFC 6531, RFC 7505; the trial of 2021.
 */
#ifndef THUMOI_ENGINE_ROSTER_CHECK_H
#define THUMOI_ENGINE_ROSTER_CHECK_H

#include "engine/domains.h"
#include "engine/judge.h"
#include "store/campaign.h"

/* error: the person gets no mail like this. warning: perhaps not. note: nothing has to be done. */
enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE, SEVERITIES };

/* In the order in which they are listed. */
enum check_kind {
	CHECK_NO_SUCH_DOMAIN, CHECK_NULL_MX, CHECK_NO_MAIL_HOST, CHECK_BOUNCED_BEFORE, CHECK_FOREIGN_DOMAIN, CHECK_ROLE_ADDRESS,
	CHECK_SHARED_ADDRESS, CHECK_UNKNOWN_DOMAIN,
	CHECK_REASON,		/* + enum reason: what the import found */
	CHECK_KINDS = CHECK_REASON + REASONS
};

struct check_finding {
	const char *unit_code;
	const struct unit *unit;	/* NULL: not in force any more */
	int64_t roster, line, seq;
	const char *file, *name;
	const char *email;		/* of a row that was held or sent back: as the unit wrote it */
	int kind;			/* enum check_kind */
	enum severity severity;
	const char *detail, *suggestion;
};

struct check_unit {			/* one whose rosters were looked at */
	const char *code;
	const struct unit *unit;
	int64_t people, findings[SEVERITIES], to_mend;	/* to_mend: people with an error or a warning */
};

struct check_options {
	const struct campaign *campaign;
	const struct units *units;
	const struct unit *unit;	/* NULL: all */
	enum lang lang;			/* of the details */
	struct domains_options domains;
};

struct roster_check {
	struct arena arena;
	struct check_finding *list;	/* by unit, roster, row, kind */
	size_t n, cap;
	struct check_unit *units;	/* in the order of the directory */
	size_t n_units, cap_units;
	int64_t people, people_of[CHECK_KINDS];
	struct domains *domains;
};

int	roster_check(struct roster_check *, struct db *, const struct check_options *, struct err *);
void	roster_check_release(struct roster_check *);

const char *severity_name(enum severity);		/* error, warning, note */
const char *severity_text(enum severity, enum lang);
const char *check_kind_name(int kind);			/* no_such_domain ..., reason_name() */
const char *check_kind_text(int kind, enum lang);
enum severity check_kind_severity(int kind);		/* the usual one */

#endif
