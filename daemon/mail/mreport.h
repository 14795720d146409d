/*
 * mreport.h - one mail that came back: what does it say, about whom?
 *
 * Reads a whole message and tells what kind it is and, for every recipient it
 * speaks of, what happened. Never fails: a mail that cannot be understood is
 * MREPORT_ORDINARY with no recipients. DSN fields (RFC 3464) come first,
 * checked against the human text and the returned headers.
 *
 * Units      dates are Unix seconds, 0 when none is stated.
 * Ownership  everything lies in the arena of the caller.
 * Errors     none.
 * Threads    pure; rules are shared read-only.
 * Source     RFC 3464, 6533 (DSN), 5965 (ARF), 3834 (automatic replies),
 *            8098 (MDN), 3461 6.3 (ENVID), 5322.
 */
#ifndef THUMOI_MAIL_MREPORT_H
#define THUMOI_MAIL_MREPORT_H

#include <stddef.h>
#include <stdint.h>

#include "mail/classify.h"

enum mreport_kind { MREPORT_BOUNCE, MREPORT_ARF, MREPORT_AUTOREPLY, MREPORT_MDN, MREPORT_ORDINARY };
enum mreport_action { ACTION_NONE, ACTION_FAILED, ACTION_DELAYED, ACTION_DELIVERED, ACTION_RELAYED, ACTION_EXPANDED };

struct mreport_rcpt {
	const char *address;		/* "" when the mail does not tell */
	const char *original;		/* Original-Recipient, "" when not stated */
	enum mreport_action action;
	const char *status;		/* "5.1.1" as reported, never invented; "" */
	int code;			/* SMTP reply code, 0 */
	const char *text;		/* diagnostic text */
	const char *remote_mta;
	bool gave_up;			/* "delayed", but the text says that nothing more will be tried */
	struct verdict verdict;
};

struct mreport {
	enum mreport_kind kind;
	struct mreport_rcpt *rcpt;
	size_t n_rcpt;
	int64_t at;			/* Arrival of the failure, else Date: of the mail */
	const char *from;		/* the address of From: */
	const char *subject;
	const char *reporting_mta;
	const char *feedback_type;	/* ARF: abuse ... */
	const char *text;		/* the human part, UTF-8 */
	/* What we can be recognised by, in the order of trust; "" when absent. */
	const char *delivered_to;	/* all To/Delivered-To/X-Original-To addresses, '\n' between */
	const char *original_sender;	/* envelope senders of the returned mail, '\n' between */
	const char *envid;		/* Original-Envelope-Id, xtext decoded */
	const char *original_message_id;	/* of the returned headers, References, In-Reply-To: '\n' between, without <> */
	bool foreign;			/* ordinary, from a sender or with a subject that an office has named as nothing of ours */
	int64_t	away_until;		/* auto-reply: return date when it names one */
};

void	mreport_read(struct mreport *, struct arena *, const struct rules *, const char *msg, size_t len);
/* The sender as phrases are asked about it: "news shop.example", as any address in a text is but a mark there. */
const char *mreport_sender(struct arena *, const struct mreport *);
const char *mreport_kind_name(enum mreport_kind);	/* bounce, arf, autoreply, mdn, ordinary */
const char *mreport_action_name(enum mreport_action);	/* failed ...; "" */

#endif
