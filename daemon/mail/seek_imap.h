/*
 * seek_imap.h - the IMAP side of seek; see seek.h. Inside mail/seek*.c only.
 *
 * Units, Ownership, Errors, Threads, Source: see seek.h.
 */
#ifndef THUMOI_MAIL_SEEK_IMAP_H
#define THUMOI_MAIL_SEEK_IMAP_H

#include "mail/seek.h"

struct folder {
	const char *wire;		/* what the server calls it; Maildir: its path */
	const char *name;
	enum folder_use use;
};

struct folders {
	struct folder *item;
	size_t n, cap;
	struct arena arena;
};

void	folders_add(struct folders *, const char *wire, const char *name, enum folder_use);
void	folders_sort(struct folders *);		/* by use, then by name */
void	folders_release(struct folders *);
enum place place_of(enum folder_use);

struct seek_imap;

int	seek_imap_open(struct seek_imap **, const struct seeking *, struct err *);
void	seek_imap_close(struct seek_imap *, bool well);	/* well: the server still listens; NULL is fine */
int	seek_imap_list(struct seek_imap *, struct folders *, struct err *);
/* Fills those of the n that lie in this folder and were not found before. 1: the server does not open it, e says why. */
int	seek_imap_look(struct seek_imap *, const struct folder *, struct arena *, struct sought *, size_t n, struct err *);

#endif
