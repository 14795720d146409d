/*
 * wave_status.h - how far each wave is, once or while it runs.
 *
 * Units, Ownership, Errors, Threads, Source: see app.h.
 */
#ifndef THUMOI_APP_WAVE_STATUS_H
#define THUMOI_APP_WAVE_STATUS_H

#include "app/app.h"
#include "store/invite.h"

int	wave_status(struct app *, int argc, char **argv);

/* The state in the reader's language. */
const char *wave_invite_title(enum invite_state);

#endif
