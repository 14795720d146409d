/*
 * message.h - one invite becomes one message.
 *
 * Joins a campaign, a template and a person: renders subject, text and HTML,
 * adds links, tags and headers, and hands the parts to mail/compose.
 *
 * A maker is built once a wave (templates compiled, constants rendered) and
 * then shared by all couriers; message_make only reads it. It keeps copies:
 * campaign, conf and secret may go.
 *
 * The Message-ID names the invite, not the attempt, so that a resend keeps
 * it; the envelope sender and the ENVID name the attempt. Neither the token
 * nor the name of a person stands in either.
 *
 * Units      times are Unix seconds.
 * Ownership  message_make writes into the caller's buf; scratch is an arena
 *            that the caller resets.
 * Errors     message_maker_new: a fault in a template, with file and line.
 *            message_make: ERR_INPUT for an address that cannot go out.
 * Threads    message_make: any number at once on one maker.
 * Source     RFC 5322, 2045-2047, 2231, 8058, 3834; design.md section 4.
 */
#ifndef THUMOI_ENGINE_MESSAGE_H
#define THUMOI_ENGINE_MESSAGE_H

#include "base/buf.h"
#include "base/conf.h"
#include "base/token.h"
#include "mail/compose.h"
#include "store/campaign.h"

struct message_maker;

/* template: "invitation", "reminder", ...: templates/NAME.LANG.{txt,html}; the first line of the .txt is "Subject: ..." */
int	message_maker_new(struct message_maker **, const struct campaign *, const struct conf *,
	    const struct secret *, const char *template, struct err *);
void	message_maker_free(struct message_maker *);

/* Of the message to this invite, without <>: the same for each attempt. */
const char *message_id(struct arena *, const struct message_maker *, int64_t invite);

struct message_letter {			/* what only letters to units have */
	const char *number, *reply_by, *fixes;	/* "" */
	bool no_roster;
	const char *const *domains;	/* ended by NULL */
	const struct mail_file *files;
	size_t n_files;
};

struct message_to {
	int64_t invite;			/* names the message: tag, Message-ID */
	int attempt;			/* 1, 2, ...: in the envelope sender; the Message-ID has 0 */
	const char *name, *email, *token;
	const char *unit_name, *sub_unit, *position;
	unsigned answered;		/* bit i: instrument i is done; the others are "missing" */
	const char *const *lines;	/* letters: the variable "lines", ended by NULL; NULL: none */
	const struct message_letter *letter;	/* NULL: it is none */
	int64_t at;			/* Date: */
};

struct message_envelope {
	const char *sender;		/* bounce+TAG@domain */
	const char *recipient;		/* A-label domain */
	const char *envid;		/* RFC 3461: the tag */
	bool utf8_local;		/* only a relay with SMTPUTF8 can take it */
};

/* The envelope alone, of a message that was made before: its bytes stay, the attempt is another. */
int	message_envelope(const struct campaign *, const struct conf *, const struct secret *, const char *email, int64_t id,
	    int attempt, struct arena *, struct message_envelope *, struct err *);

/*
 * The parts before they are encoded, for a preview; they lie in scratch. token
 * "" or NULL (a letter to a focal point): the links lead to public_url, and
 * there is nothing to unsubscribe from.
 */
int	message_parts(const struct message_maker *, const struct message_to *, struct arena *scratch, struct mail *,
	    struct message_envelope *, struct err *);

/* data: the whole message, canonical CRLF lines, no dot-stuffing, no final dot; 8bit allowed or not. */
int	message_make(const struct message_maker *, const struct message_to *, bool eight_bit,
	    struct arena *scratch, struct buf *data, struct message_envelope *, struct err *);

#endif
