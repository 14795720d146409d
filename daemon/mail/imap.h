/*
 * imap.h - an IMAP conversation on a wire that is logged in: one command, its
 * responses, its end.
 *
 * Responses are read with their literals, so that the body of a mail can
 * never pass for an answer. What a command gives beside its end goes to
 * `each`, one response at a time.
 *
 * Units      literals in bytes.
 * Ownership  imap_release; the wire stays the caller's. text and literal hold
 *            until the next response.
 * Errors     -1 with a sentence that names the host. What the server refuses
 *            (NO, BAD) is an answer of imap_command, an error of imap_need.
 * Threads    one conversation, one thread.
 * Source     RFC 3501, 7162 for responses that come of their own accord.
 */
#ifndef THUMOI_MAIL_IMAP_H
#define THUMOI_MAIL_IMAP_H

#include "mail/wire.h"

struct imap {
	struct wire *w;
	int tag;
	int64_t exists;			/* how many messages the folder has, as told last */
	struct buf text;		/* one response, literals left out */
	struct buf literal;		/* the first literal of it */
	bool has_literal;
	struct buf can;			/* " CAPABILITY WORDS " */
	int (*each)(struct imap *, struct err *);	/* an untagged response, in text and literal; NULL: nobody asks */
	void *arg;			/* for each */
};

void	imap_init(struct imap *, struct wire *, size_t literal_max_bytes);
void	imap_release(struct imap *);
int	imap_command(struct imap *, const char *what, struct err *);	/* 1 OK, 0 NO or BAD (in text), -1 */
int	imap_need(struct imap *, const char *what, struct err *);	/* 0 OK, -1 anything else */
/* The same with a folder name, in quotes, behind it. */
int	imap_command_folder(struct imap *, const char *before, const char *folder, struct err *);
int	imap_need_folder(struct imap *, const char *before, const char *folder, struct err *);
/* In quotes; one with control characters is refused. */
int	imap_quoted(struct buf *, const char *name, struct err *);
/* Whether the last CAPABILITY names the word. */
bool	imap_can(const struct imap *, const char *word);

#endif
