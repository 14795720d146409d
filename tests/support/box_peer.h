/*
 * box_peer.h - a mailbox server inside the test, IMAP or POP3, that misbehaves
 * on demand.
 *
 * It holds messages in folders and does what fetch asks of it, one connection
 * after the other, but for its faults. A fault applies to commands that
 * begin with `command` ("" or "GREETING": when somebody connects), from the
 * nth such command of the peer's life on (0: the first), `times` times (0: always).
 *
 *	BOX_INSTEAD	`say` is sent, nothing is done
 *	BOX_HANG_UP	the same, then the line drops
 *	BOX_DIE_AFTER	it is done, but the line drops before a word is said
 *	BOX_CUT		it is done, and the line drops after `cut` octets of the answer
 *	BOX_STALL	`say` is sent, then nothing until the guest goes
 *	BOX_BABBLE	`say` without end
 *
 * In `say` %T stands for the tag; lines end with CRLF as written.
 *
 * Units      none.
 * Ownership  box_stop ends and frees.
 * Errors     a peer that cannot start ends the test program.
 * Threads    its own; the counters may be read at any time.
 * Source     RFC 3501, 4315, 6851, 1939.
 */
#ifndef THUMOI_TESTS_BOX_PEER_H
#define THUMOI_TESTS_BOX_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum box_then { BOX_INSTEAD, BOX_HANG_UP, BOX_DIE_AFTER, BOX_CUT, BOX_STALL, BOX_BABBLE };

struct box_fault {
	const char *command;
	int nth, times;
	enum box_then then;
	const char *say;
	size_t cut;
};

struct box_options {
	bool pop3;
	const char *password;		/* NULL: any will do */
	const char *capability;		/* NULL: "IMAP4rev1 UIDPLUS MOVE" */
	bool no_uidl;			/* POP3 */
	bool no_create;			/* only folders that are there; INBOX is the only one */
	const struct box_fault *faults;
	size_t n_faults;
};

struct box_peer;

struct box_peer *box_start(const struct box_options *);
void	box_stop(struct box_peer *);
const char *box_url(const struct box_peer *);
/* Messages; a new one in INBOX gets the next UID. */
void	box_add(struct box_peer *, const char *msg);
size_t	box_count(struct box_peer *, const char *folder);
bool	box_has(struct box_peer *, const char *folder, const char *part);
void	box_renumber(struct box_peer *);	/* another UIDVALIDITY, UIDs from 1 */
void	box_faults(struct box_peer *, const struct box_fault *, size_t n);	/* others from now on */
void	box_password(struct box_peer *, const char *);
size_t	box_commands(struct box_peer *, const char *command);	/* how many began with this */
size_t	box_connections(struct box_peer *);

#endif
