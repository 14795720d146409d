/*
 * fiber.h - many conversations on one thread: who waits lets the others go on.
 *
 *	fs = fibers_new();
 *	fibers_add(fs, talk, &a);
 *	fibers_add(fs, talk, &b);
 *	fibers_run(fs);			until both have returned
 *
 *	static void talk(void *arg) { ... fiber_wait(fd, POLLIN, 5000) ... }
 *
 * A fiber has a stack of its own and runs until it waits: no locks are needed
 * between fibers of one thread, and no thread is put to sleep and woken for
 * every answer of a relay. Code that waits by fiber_wait need not know whether
 * it runs in a fiber: outside of one it is poll(2). What cannot wait that way
 * (a name server, a library that blocks) goes through fiber_block.
 *
 * Units      ms is real time; -1: no limit.
 * Ownership  fibers_free after fibers_run; arguments are borrowed.
 * Errors     no memory or no thread: die(). fiber_wait: as poll(2).
 * Threads    a fiber stays on the thread that runs it. fiber_block runs
 *            `work` on another thread, while its fiber waits.
 * Source     makecontext(3), whose contexts make each switch.
 */
#ifndef THUMOI_BASE_FIBER_H
#define THUMOI_BASE_FIBER_H

struct fibers;

struct fibers *fibers_new(void);
void	fibers_add(struct fibers *, void (*run)(void *), void *arg);	/* before fibers_run */
void	fibers_run(struct fibers *);
void	fibers_free(struct fibers *);	/* NULL is fine */

/* Until fd is ready for events. 1 it is (or has a fault, which reading or writing tells), 0 not in time, -1 errno. */
int	fiber_wait(int fd, short events, int ms);
void	fiber_block(void (*work)(void *), void *arg);

/*
 * One word that follows the fiber, not the thread; NULL at first. Outside of
 * fibers each thread has one. It is mail/tap.c's, in every program that has that.
 */
extern _Thread_local void *fiber_local;

#endif
