/*
 * clock_driven.c - the clock of tests and the demo: milliseconds since 1970 in
 * the first eight bytes of the file named by THUMOI_CLOCK_FILE, little endian.
 * Whoever drives the test writes it; every process that maps it sees the new
 * time at once. Linked in place of daemon/base/clock.c, never installed.
 */
#include "base/clock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"

static const volatile int64_t *
driven(void)
{
	static const volatile int64_t *at;
	const char *path;
	void *p;
	int fd;

	if (at)
		return at;
	path = getenv("THUMOI_CLOCK_FILE");
	if (!path || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		die("this is a test build: THUMOI_CLOCK_FILE must name its clock");
	p = mmap(NULL, sizeof(*at), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		die("cannot map the clock %s", path);
	return at = p;
}

int64_t
clock_ms(void)
{
	return *driven();
}

int64_t
clock_now(void)
{
	return clock_ms() / 1000;
}

int64_t
clock_mono_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void
clock_wait(int64_t until_ms, int fd, int real_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	/* Real time does not bring the moment nearer: look again every 5 ms. */
	for (int waited = 0; clock_ms() < until_ms && waited < real_ms; waited += 5)
		if (poll(&p, fd >= 0 ? 1 : 0, 5) > 0)
			return;
}
