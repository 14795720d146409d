/*
 * wall.h - a mail domain that takes every message from the relay's hands and
 * sends it back.
 *
 * Behind a relay of one's own a house that refuses us is not heard while
 * sending: the relay says 250, and the refusals come back as reports. Of such
 * a domain domain_stop_refusals reports in the same words, at least in that
 * proportion to domain_stop_of of the messages accepted for it, stop it as
 * refusals while sending do (heed.c). After a resume only messages accepted
 * since count.
 *
 * Looked at when a run begins with something left to send, then when reports
 * have come, WALL_LOOK_S apart: it reads the reports of the whole wave.
 *
 * Units      Unix seconds.
 * Ownership  nothing.
 * Errors     0 or -1; commits by itself.
 * Threads    dispatcher only.
 * Source     RFC 3464 reports, as inbound.h has recorded them.
 */
#ifndef THUMOI_ENGINE_WALL_H
#define THUMOI_ENGINE_WALL_H

#include "engine/sending.h"

#define WALL_LOOK_S 300

int	walls_check(struct sendings *, struct sending *, int64_t now, struct err *);

#endif
