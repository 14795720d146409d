/*
 * retention.h - what is past its time is erased.
 *
 * Raw mails: retention_raw_mail_days after they came. Letters, people and what
 * came back to them: retention_person_days after the closing of the campaign,
 * people as engine/forget.h does it. Counts stay.
 *
 * Short transactions, one for each person, a hundred mails or a letter; what is
 * done is done, so that a run that was cut short is gone on with by the next.
 *
 * Units      times are Unix seconds.
 * Ownership  none.
 * Errors     0 or -1.
 * Threads    the thread of the db handle, outside a transaction; stop may be
 *            set by any.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_RETENTION_H
#define THUMOI_ENGINE_RETENTION_H

#include <stdatomic.h>

#include "base/conf.h"
#include "store/db.h"

struct retention_options {
	bool dry_run;			/* count, change nothing */
	atomic_bool *stop;		/* NULL: none */
	void (*progress)(int64_t done, int64_t all, void *);	/* NULL: none */
	void *arg;
};

struct retention_result {
	int64_t campaigns;		/* that are past their time, with people or letters left */
	int64_t mails, letters, people;	/* dry: to be erased; else erased */
	bool log_kept;			/* others use the store: its log still holds old pages */
};

int	retention_run(struct db *, const struct conf *, const struct retention_options *, struct retention_result *, struct err *);

#endif
