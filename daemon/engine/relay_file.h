/*
 * relay_file.h - the relay file: several relays, one a line.
 *
 *	smtp://mx1.ministry.example:25   weight 3
 *	smtp://mx2.ministry.example:25   weight 1 connections 2
 *	smtps://smtp.provider.example    standby user thumoi password-file /etc/thumoi/provider.password
 *
 * What a line does not say comes from the settings relay_* and connections.
 * Passwords stand in files of their own, never here.
 *
 * Units      weights are shares of the messages.
 * Ownership  relay_file_release; texts are borrowed.
 * Errors     ERR_INPUT with file and line.
 * Threads    constant after loading.
 * Source     the pace file (limits.h) for the form.
 */
#ifndef THUMOI_ENGINE_RELAY_FILE_H
#define THUMOI_ENGINE_RELAY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

struct relay_line {
	const char *url, *name;		/* the name as relay_name gives it */
	int line;
	int64_t weight;
	bool standby;			/* only while all that have a weight rest */
	int64_t connections;		/* 0: not said; the texts below: NULL */
	const char *tls, *auth, *user, *password_file, *ca_file;
};

struct relay_file {
	struct relay_line *relays;	/* one at least has a weight */
	size_t n;
	struct arena arena;
};

/* Opens no relay and no other file. */
int	relay_file_load(struct relay_file *, const char *path, struct err *);
void	relay_file_release(struct relay_file *);
int	relay_file_check(const char *path, struct err *);	/* "": there is none, which is fine */

#endif
