/*
 * err.h - why an operation failed, in words for the person who must mend it.
 *
 * Whoever knows most writes it (err_set, err_sys), each layer of meaning puts
 * one prefix before it (err_wrap), whoever handles it prints it, once. All of
 * them return -1, so that `return err_set(...)` reads as it means.
 *
 * Units      text is UTF-8, one line, cut at a character border.
 * Ownership  lives on the caller's stack; nothing to free.
 * Errors     none of its own. A NULL struct err is allowed and ignored.
 * Threads    any; one struct err belongs to one thread.
 * Source     none.
 */
#ifndef THUMOI_BASE_ERR_H
#define THUMOI_BASE_ERR_H

enum err_code {
	ERR_NONE = 0,
	ERR_INPUT,	/* what was given is wrong: file, row, argument, setting */
	ERR_SYSTEM,	/* the operating system said no: errno */
	ERR_STORE,	/* the store said no, for good */
	ERR_BUSY,	/* somebody else holds it: try later */
	ERR_FULL,	/* disk full, or a limit reached */
	ERR_NEWER,	/* written by a newer thumoi */
	ERR_NOTNOW,	/* not allowed in this state (campaign closed, ...) */
	ERR_NETWORK,	/* the peer could not be reached, or broke the protocol */
	ERR_AUTH,	/* the peer refused who we are, or we do not trust it */
	ERR_NOTFOUND,	/* no such campaign, unit, person ... */
	ERR_CLOSED,	/* who reads our output has read enough (| head) */
};

struct err {
	enum err_code code;
	char text[1024];
};

#define ERR_INIT { ERR_NONE, "" }

int	err_set(struct err *, enum err_code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* As err_set with ERR_SYSTEM (ERR_FULL for ENOSPC/EDQUOT), ": err_system(errno)" added. */
int	err_sys(struct err *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* What an errno means, in the language of messages. */
const char *err_system(int errnum);
/* Puts "prefix: " before what is there. */
int	err_wrap(struct err *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#ifdef __clang_analyzer__	/* let it see that they return -1 */
#define err_set(...)	(err_set(__VA_ARGS__), -1)
#define err_sys(...)	(err_sys(__VA_ARGS__), -1)
#define err_wrap(...)	(err_wrap(__VA_ARGS__), -1)
#endif

#endif
