/*
 * mailboxes.h - the mailboxes that bounces come back to.
 *
 *	imaps://mail.example/INBOX user bounce password-file /etc/thumoi/bounce
 *	pop3s://pop.example user fbl password-file credential:fbl keep
 *
 * One line is one mailbox; what it leaves out is as the settings inbound_*
 * say. Without a file (inbound_file) there is the one of the settings.
 *
 * Units      max_bytes: of one message.
 * Ownership  mailboxes_release; texts of the settings are borrowed from them.
 * Errors     ERR_INPUT with file and line.
 * Threads    constant after loading.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_MAILBOXES_H
#define THUMOI_ENGINE_MAILBOXES_H

#include "base/conf.h"
#include "mail/fetch.h"

struct mailbox {
	const char *url;		/* imap[s]://, pop3[s]://, maildir:PATH */
	const char *name;		/* the same with the user: for the store, the log and people */
	const char *user, *password_file, *ca_file;
	const char *folder[FETCH_FATES];
	bool keep;
	size_t max_bytes;
};

struct mailboxes {
	struct mailbox *list;
	size_t n;
	struct arena arena;
};

int	mailboxes_load(struct mailboxes *, const struct conf *, struct err *);	/* n 0: none is set */
void	mailboxes_release(struct mailboxes *);
int	mailboxes_check(const struct conf *, struct err *);	/* can they be loaded? */
bool	mailboxes_any(const struct conf *);		/* one is set */

#endif
