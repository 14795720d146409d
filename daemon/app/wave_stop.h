/*
 * wave_stop.h - why a wave, or a domain of it, was stopped; pausing and
 * resuming by hand.
 *
 * Units, Ownership, Errors, Threads, Source: see app.h.
 */
#ifndef THUMOI_APP_WAVE_STOP_H
#define THUMOI_APP_WAVE_STOP_H

#include "app/app.h"
#include "store/campaign.h"
#include "store/invite.h"

int	wave_pause(struct app *, int argc, char **argv);
int	wave_resume(struct app *, int argc, char **argv);

/* A line for each stop of the wave that was not resumed. 1: the whole wave is paused, 0, -1. */
int	wave_tell_stops(struct app *, const struct campaign *, const struct wave *, FILE *, struct err *);

#endif
