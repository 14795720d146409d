/*
 * relaylog_file.h - a log as lines, from where it was read to; for relaylog.c
 * only.
 *
 * A log that was renamed is found by its inode beside the new one of its name,
 * and read to its end first. A log that is shorter than it was, or begins
 * otherwise, is read from its beginning. A little of what was read before
 * is given once more, as `known`: it holds the names of messages whose
 * fate follows.
 *
 * Units      bytes; times are Unix seconds.
 * Ownership  relaylog_file_close. A line is borrowed until the next.
 * Errors     -1 with the path.
 * Threads    one file, one thread.
 * Source     logrotate(8): create, and copytruncate.
 */
#ifndef THUMOI_ENGINE_RELAYLOG_FILE_H
#define THUMOI_ENGINE_RELAYLOG_FILE_H

#include "engine/relaylog.h"

int	relaylog_file_resume(struct relaylog_file *, struct db *, bool anew, struct err *);	/* anew: from its beginning */
/* A whole line, without its end: 1, 0 at the end, -1. */
int	relaylog_file_line(struct relaylog_file *, const char **line, size_t *len, bool *known, struct err *);
int	relaylog_file_save(const struct relaylog_file *, struct db *, int64_t now, struct err *);	/* read up to the last line */
int	relaylog_file_next(struct relaylog_file *, struct err *);	/* 1: the one under that name now follows; 0 */
int64_t	relaylog_file_time(const struct relaylog_file *);	/* when it was written last */

#endif
