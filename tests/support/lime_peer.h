/*
 * lime_peer.h - a LimeSurvey inside the test, as far as RemoteControl 2 goes,
 * that behaves as the real one and misbehaves on demand.
 *
 * It keeps one survey with a participants table. Numbers come as strings, as
 * from PHP; list_participants gives ten rows when no limit is named and a
 * status instead of an empty page; add_participants fails row by row; a token
 * is sanitised and cut; saving a participant who has uses left resets what is
 * completed; sessions end after so many calls.
 *
 * A fault applies to the nth call of `method` ("": of any) from now on (0: the
 * first), `times` times (0: always).
 *
 *	LIME_EMPTY	200 and nothing: the interface is off
 *	LIME_HTML	200 and a web page
 *	LIME_HTTP	that HTTP status
 *	LIME_SLOW	so many milliseconds, then as usual
 *	LIME_HANG_UP	closes the connection, nothing is done
 *	LIME_DIE_AFTER	it is done, then the connection is closed without a word
 *	LIME_SAY	200 and `say`
 *	LIME_NOTICE	as usual, a PHP notice behind it
 *
 * As a server of its own (tests/e2e/lime.c) it takes POST /control/... too, with the values in the query:
 *	complete?token=T&at=TEXT, add?token=T, remove?token=T, status?token=T&value=V, set?NAME=VALUE
 *	(anonymized, expires, session_calls, token_max, password), fault?method=M&then=WORD&nth=N&times=N&value=N,
 *	calm; and GET dump (all participants), calls (a line each)
 *
 * Units      none.
 * Ownership  lime_peer_stop ends and frees.
 * Errors     a peer that cannot start ends the test program.
 * Threads    its own; every call is safe from any.
 * Source     LimeSurvey's remotecontrol_handle.php, TokenDynamic.php.
 */
#ifndef THUMOI_TESTS_LIME_PEER_H
#define THUMOI_TESTS_LIME_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lime_then { LIME_EMPTY, LIME_HTML, LIME_HTTP, LIME_SLOW, LIME_HANG_UP, LIME_DIE_AFTER, LIME_SAY, LIME_NOTICE };

struct lime_fault {
	const char *method;
	int nth, times;
	enum lime_then then;
	int value;			/* HTTP status, milliseconds */
	const char *say;
};

struct lime_peer_options {
	int port;			/* 0: any */
	int64_t survey;			/* its number */
	const char *user, *password;
	bool anonymized;
	const char *expires;		/* "" */
	int session_calls;		/* a session lives for so many; 0: for ever */
	size_t token_max;		/* 0: 36 */
	bool no_table;
	/* Called before each call is served, outside of any lock. */
	void (*before)(const char *method, void *arg);
	void *arg;
};

struct lime_peer;

struct lime_peer *lime_peer_start(const struct lime_peer_options *);
void	lime_peer_stop(struct lime_peer *);
const char *lime_peer_url(const struct lime_peer *);	/* .../index.php/admin/remotecontrol */
void	lime_peer_faults(struct lime_peer *, const struct lime_fault *, size_t n);	/* instead of those before */
void	lime_peer_set(struct lime_peer *, const char *name, const char *value);
void	lime_peer_add(struct lime_peer *, const char *token);
void	lime_peer_remove(struct lime_peer *, const char *token);
/* at NULL: "Y" when anonymised. */
void	lime_peer_complete(struct lime_peer *, const char *token, const char *at);
void	lime_peer_status(struct lime_peer *, const char *token, const char *emailstatus);
/* A field of a participant as text; "" when there is none. Yours. */
char	*lime_peer_field(struct lime_peer *, const char *token, const char *field);
size_t	lime_peer_people(struct lime_peer *);
int	lime_peer_calls(struct lime_peer *, const char *method);	/* how many; "": of all */
bool	lime_peer_was_asked(struct lime_peer *, const char *part);	/* this stood in some request */
int	lime_peer_sessions(struct lime_peer *);			/* open ones */

#endif
