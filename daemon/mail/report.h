/*
 * report.h - the readers of mreport, one for each kind of mail.
 *
 * mreport_read asks them in turn; each returns true when the mail is of its
 * kind and fills the struct mreport.
 *
 * Units, Ownership, Errors, Threads, Source: see mreport.h.
 */
#ifndef THUMOI_MAIL_REPORT_H
#define THUMOI_MAIL_REPORT_H

#include "mail/mime.h"
#include "mail/mreport.h"

#define REPORT_RCPT_MAX 500

struct report {
	struct arena *a;
	const struct rules *rules;
	struct mime_part *top;
	struct mreport *out;
	size_t cap;			/* of out->rcpt */
	struct mime_part *returned;	/* the headers of the mail that came back, NULL: none */
	bool enclosed;			/* it stood in a part of its own, not in the text */
	const char *words;		/* report_words, once asked */
	const char *folded_of, *folded;	/* the text report_says was last asked about, and how it is folded */
	size_t folded_len;
	bool forwarded;			/* sent on by somebody: only what is a bounce beyond doubt is one */
};

bool	report_dsn(struct report *);		/* report_dsn.c: a part with delivery-status fields */
bool	report_arf(struct report *);		/* report_arf.c: feedback loop complaints */
bool	report_mdn(struct report *);		/* report_auto.c: read receipts */
bool	report_auto(struct report *);		/* report_auto.c: automatic replies */
bool	report_json(struct report *);		/* report_json.c: Amazon SES notifications */
bool	report_text(struct report *);		/* report_text.c: bounces without delivery-status */

/* report_text.c: does anything but words tell of a mailer: From:, the null return path, an enclosed message ...? */
bool	report_by_machine(struct report *);
/* Do these words begin with what a mailer says of a failure? A person begins otherwise. */
bool	report_begins(struct report *, const char *words);

/* mreport.c: a new recipient, all texts ""; NULL beyond REPORT_RCPT_MAX. */
struct mreport_rcpt *report_rcpt(struct report *);
/* Any part below m (m too) of this type; message/rfc822 parts are not entered unless `into`. */
struct mime_part *report_part(struct mime_part *m, const char *type, bool into);
/* Finds the returned message's headers in a part. */
void	report_returned(struct report *);

/* report_words.c */
/* All text before the returned message, plain parts before HTML, without the notices of gateways. */
const char *report_human(struct report *);
/* The human text up to the message that came back; finds that one's headers in the text when no part has them. */
const char *report_words(struct report *);
/* Is one of the phrases [text section] in these len bytes of a line? */
bool	report_line_says(const struct report *, const char *section, const char *s, size_t len);
bool	report_is_blank(const char *);

/* report_address.c */
/* "rfc822; <A@b>" or "A@b (comment)": the address, lower-case domain; "" when there is none. */
const char *report_address(struct arena *, const char *s);
/* The next address in text from *p on; NULL at the end. start and len tell where it stands, <> included. */
const char *report_next_address(struct arena *, const char **p, const char **start, size_t *len);
/* Does the header of this part hold this address? */
bool	report_header_has(struct arena *, const struct mime_part *, const char *name, const char *address);
/* Did the returned mail come over a mailing list? Its To: is the list, then. */
bool	report_from_list(const struct report *);
/* Whom the returned mail was to, when the report does not tell: "" when that is not clear. */
const char *report_intended(struct report *);
/* "Re: ...", behind the marks that gateways put before it. */
bool	report_is_reply(const char *subject);
/* A mailer's own address: mailer-daemon, postmaster ... */
bool	report_is_daemon(const char *address);
/* An address behind which there is no person: noreply@, system@ ... */
bool	report_is_role(const char *address);

/* report_judge.c */
/* Takes code, status and reason of r out of its texts; extra is asked when r->text says nothing. */
void	report_judge(struct report *, struct mreport_rcpt *, const char *extra);
/* Does this text say that the mail is still on its way? */
bool	report_is_delay(struct report *, const char *text);

/* mreport.c */
/* Days since 1970-01-01 of a day in the Gregorian calendar. */
int64_t	report_days(int year, int month, int day);
/* Is one of the phrases [text section] in s? */
bool	report_says(struct report *, const char *section, const char *s);

#endif
