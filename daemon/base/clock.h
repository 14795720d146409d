/*
 * clock.h - the one place where a process learns what time it is.
 *
 * The shipped programs link clock.c. The programs for tests and the demo
 * link tests/support/clock_driven.c instead, which reads the time from a
 * file that the test moves; the shipped binaries have no such door.
 *
 * Units      seconds or milliseconds since 1970-01-01T00:00:00Z (clock_now,
 *            clock_ms); clock_mono_us is only good for differences.
 * Ownership  nothing.
 * Errors     none.
 * Threads    any.
 * Source     POSIX clock_gettime.
 */
#ifndef THUMOI_BASE_CLOCK_H
#define THUMOI_BASE_CLOCK_H

#include <stdint.h>

int64_t	clock_now(void);
int64_t	clock_ms(void);
int64_t	clock_mono_us(void);	/* never driven: durations are real */
/*
 * Sleep until clock_ms() reaches until_ms, at most `real_ms` of real time
 * (so that a caller can look for signals); returns early when fd (-1: none)
 * becomes readable.
 */
void	clock_wait(int64_t until_ms, int fd, int real_ms);

#endif
