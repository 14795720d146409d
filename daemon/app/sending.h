/*
 * sending.h - what `thumoi wave run` and `thumoi dispatch` share: signals,
 * progress, and how a run that sends ends.
 *
 * Units, Ownership, Errors, Threads, Source: see app.h.
 */
#ifndef THUMOI_APP_SENDING_H
#define THUMOI_APP_SENDING_H

#include "app/app.h"
#include "engine/dispatch.h"

/* Runs the dispatcher in the foreground; SIGINT and SIGTERM end it after the current messages. */
int	sending_run(struct app *, const struct dispatch_options *, int64_t open, struct dispatch_result *, struct err *);

#endif
