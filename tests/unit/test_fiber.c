/* Fibers: they wait side by side, keep what is theirs, and nobody is held up by one that blocks. */
#include "support/check.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fiber.h"
#include "base/mem.h"

#define ROUNDS 1000

struct player {
	int from, to;			/* pipes */
	int rounds;			/* how many octets came through its hands */
	bool begins;
};

static void
play(void *arg)
{
	struct player *p = arg;
	char ball = 'o';

	if (p->begins)
		CHECK_INT(write(p->to, &ball, 1), 1, "the first throw");
	while (p->rounds < ROUNDS) {
		fiber_local = p;
		CHECK_INT(fiber_wait(p->from, POLLIN, 5000), 1, "the ball comes");
		CHECK(fiber_local == p, "its own word");
		fiber_local = NULL;	/* read and write are the tap's, who takes it for his */
		CHECK_INT(read(p->from, &ball, 1), 1, "caught");
		p->rounds++;
		CHECK_INT(write(p->to, &ball, 1), 1, "thrown");
	}
}

static void
test_table_tennis(void)
{
	struct fibers *fs = fibers_new();
	struct player p[3] = { { .begins = true } };
	int fds[3][2];

	for (int i = 0; i < 3; i++)
		CHECK_INT(pipe(fds[i]), 0, "pipe");
	for (int i = 0; i < 3; i++) {
		p[i].from = fds[i][0];
		p[i].to = fds[(i + 1) % 3][1];
		fibers_add(fs, play, &p[i]);
	}
	fibers_run(fs);
	for (int i = 0; i < 3; i++)
		CHECK_INT(p[i].rounds, ROUNDS, "every round");
	CHECK(fiber_local == NULL, "the thread's own word was left alone");
	for (int i = 0; i < 3; i++) {
		close(fds[i][0]);
		close(fds[i][1]);
	}
	fibers_free(fs);
}

/* --- waiting ---------------------------------------------------------------- */

struct sleeper {
	int fd, ms;
	int answer;
	int64_t after_us;
};

static void
sleep_a_while(void *arg)
{
	struct sleeper *s = arg;
	int64_t began = clock_mono_us();

	s->answer = fiber_wait(s->fd, POLLIN, s->ms);
	s->after_us = clock_mono_us() - began;
}

static void
sleep_really(void *arg)
{
	struct sleeper *s = arg;

	usleep((useconds_t)s->ms * 1000);
	s->answer = 7;
}

static void
block_a_while(void *arg)
{
	struct sleeper *s = arg;
	int64_t began = clock_mono_us();

	fiber_block(sleep_really, s);
	s->after_us = clock_mono_us() - began;
}

static void
test_side_by_side(void)
{
	struct sleeper s[] = { { .ms = 300 }, { .ms = 100 }, { .ms = 200 }, { .ms = 250 }, { .ms = 5000 } };
	struct fibers *fs = fibers_new();
	int64_t began = clock_mono_us(), all;
	int quiet[2], hung_up[2];

	CHECK_INT(pipe(quiet), 0, "pipe");
	CHECK_INT(pipe(hung_up), 0, "pipe");
	close(hung_up[1]);
	for (int i = 0; i < 5; i++) {
		s[i].fd = i < 4 ? quiet[0] : hung_up[0];
		s[i].answer = -7;
		fibers_add(fs, i == 3 ? block_a_while : sleep_a_while, &s[i]);
	}
	fibers_run(fs);
	all = clock_mono_us() - began;
	for (int i = 0; i < 3; i++) {
		CHECK_INT(s[i].answer, 0, "nothing came");
		CHECK(s[i].after_us >= s[i].ms * 1000, "not too early");
	}
	CHECK_INT(s[3].answer, 7, "the blocking work was done");
	CHECK(s[3].after_us >= 250000, "and waited for");
	CHECK_INT(s[4].answer, 1, "a pipe that was hung up is ready");
	CHECK(all < 800000, "side by side, not one after the other");
	close(quiet[0]);
	close(quiet[1]);
	close(hung_up[0]);
	fibers_free(fs);
}

/* --- without fibers ------------------------------------------------------------ */

static void
test_plain_thread(void)
{
	struct sleeper s = { .ms = 30 };
	int fds[2];

	CHECK_INT(pipe(fds), 0, "pipe");
	s.fd = fds[0];
	sleep_a_while(&s);
	CHECK_INT(s.answer, 0, "poll, nothing came");
	CHECK_INT(write(fds[1], "x", 1), 1, "write");
	sleep_a_while(&s);
	CHECK_INT(s.answer, 1, "poll, something came");
	block_a_while(&s);
	CHECK_INT(s.answer, 7, "work on this very thread");
	close(fds[0]);
	close(fds[1]);
}

/* --- several threads with fibers each, deep in their stacks ---------------------- */

static int
deep(int n)
{
	volatile char room[1024];

	memset((char *)(uintptr_t)room, n & 0x7f, sizeof(room));
	if (n > 0)
		return deep(n - 1) + (room[n] == (char)(n & 0x7f));
	return fiber_wait(-1, 0, 1);
}

static void
dive(void *arg)
{
	*(int *)arg = deep(200);
}

static void *
crowd(void *arg)
{
	struct fibers *fs = fibers_new();
	int *depths = arg;

	for (int i = 0; i < 50; i++)
		fibers_add(fs, dive, &depths[i]);
	fibers_run(fs);
	fibers_free(fs);
	return NULL;
}

static void
test_crowds(void)
{
	static int depths[4][50];
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		CHECK_INT(pthread_create(&threads[i], NULL, crowd, depths[i]), 0, "thread");
	for (int i = 0; i < 4; i++)
		CHECK_INT(pthread_join(threads[i], NULL), 0, "join");
	for (int i = 0; i < 200; i++)
		CHECK_INT(depths[i / 50][i % 50], 200, "every frame as it was");
}

int
main(void)
{
	test_table_tennis();
	test_side_by_side();
	test_plain_thread();
	test_crowds();
	return check_done();
}
