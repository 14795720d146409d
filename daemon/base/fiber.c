#include "base/fiber.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"

/* AddressSanitizer looks at stacks, ThreadSanitizer at who does what: both are told of every switch. */
#if defined(__has_feature)
#define FEATURE(x) __has_feature(x)
#else
#define FEATURE(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || FEATURE(address_sanitizer)
#include <sanitizer/common_interface_defs.h>
#define HAVE_ASAN 1
#define STACK_BYTES (2 << 20)
#else
#define HAVE_ASAN 0
#define STACK_BYTES (512 << 10)		/* of address space: what is not touched takes no memory */
#endif
#if defined(__SANITIZE_THREAD__) || FEATURE(thread_sanitizer)
#include <sanitizer/tsan_interface.h>
#define HAVE_TSAN 1
#else
#define HAVE_TSAN 0
#endif

struct fiber {
	struct fibers *all;
	void (*run)(void *);
	void *arg;
	ucontext_t context;
	char *stack;			/* a page that faults, then STACK_BYTES */
	void *local;			/* its fiber_local while others run */
	struct pollfd want;		/* what it waits for */
	int64_t until_us;		/* INT64_MAX: for ever */
	int answer;			/* of fiber_wait */
	bool ready, ended;
#if HAVE_ASAN
	void *fake_stack;
#endif
#if HAVE_TSAN
	void *tsan;
#endif
};

/* Only the thread that runs them sees it. */
struct fibers {
	struct fiber **list;
	struct pollfd *polled;
	size_t n, cap, living;
	ucontext_t loop;
#if HAVE_ASAN
	void *fake_stack;
	const void *stack;
	size_t stack_bytes;
#endif
#if HAVE_TSAN
	void *tsan;
#endif
};

_Thread_local void *fiber_local;
static _Thread_local struct fiber *here;

/* --- switching ------------------------------------------------------------ */

static void
enter(struct fibers *fs, struct fiber *f)
{
	here = f;
	fiber_local = f->local;
#if HAVE_TSAN
	fs->tsan = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(f->tsan, 0);
#endif
#if HAVE_ASAN
	__sanitizer_start_switch_fiber(&fs->fake_stack, f->stack + sysconf(_SC_PAGESIZE), STACK_BYTES);
#endif
	swapcontext(&fs->loop, &f->context);
#if HAVE_ASAN
	__sanitizer_finish_switch_fiber(fs->fake_stack, NULL, NULL);
#endif
	f->local = fiber_local;
	fiber_local = NULL;
	here = NULL;
}

/* Back to the loop; returns when it enters again. Never for a fiber that has ended. */
static void
leave(struct fiber *f)
{
	struct fibers *fs = f->all;

#if HAVE_TSAN
	__tsan_switch_to_fiber(fs->tsan, 0);
#endif
#if HAVE_ASAN
	__sanitizer_start_switch_fiber(f->ended ? NULL : &f->fake_stack, fs->stack, fs->stack_bytes);
#endif
	swapcontext(&f->context, &fs->loop);
#if HAVE_ASAN
	__sanitizer_finish_switch_fiber(f->fake_stack, &fs->stack, &fs->stack_bytes);
#endif
}

static void
begin(void)
{
	struct fiber *f = here;

#if HAVE_ASAN
	__sanitizer_finish_switch_fiber(NULL, &f->all->stack, &f->all->stack_bytes);
#endif
	f->run(f->arg);
	f->ended = true;
	leave(f);
	PANIC("a fiber that has ended goes on");
}

/* --- their life ------------------------------------------------------------- */

struct fibers *
fibers_new(void)
{
	return mem_zalloc(sizeof(struct fibers));
}

void
fibers_add(struct fibers *fs, void (*run)(void *), void *arg)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct fiber *f = mem_zalloc(sizeof(*f));

	f->all = fs;
	f->run = run;
	f->arg = arg;
	f->ready = true;
	f->stack = mmap(NULL, page + STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (f->stack == MAP_FAILED || mprotect(f->stack, page, PROT_NONE) < 0 || getcontext(&f->context) < 0)
		die("no memory for a stack: %s", strerror(errno));
	f->context.uc_stack.ss_sp = f->stack + page;
	f->context.uc_stack.ss_size = STACK_BYTES;
	f->context.uc_link = NULL;
	makecontext(&f->context, begin, 0);
#if HAVE_TSAN
	f->tsan = __tsan_create_fiber(0);
#endif
	fs->list = mem_room(fs->list, fs->n, &fs->cap, sizeof(*fs->list));
	fs->list[fs->n++] = f;
	fs->living++;
}

void
fibers_free(struct fibers *fs)
{
	if (!fs)
		return;
	for (size_t i = 0; i < fs->n; i++) {
#if HAVE_TSAN
		__tsan_destroy_fiber(fs->list[i]->tsan);
#endif
		munmap(fs->list[i]->stack, (size_t)sysconf(_SC_PAGESIZE) + STACK_BYTES);
		free(fs->list[i]);
	}
	free(fs->list);
	free(fs->polled);
	free(fs);
}

/* Everybody who waits is asked for at once; who is not ready and not too late goes on waiting. */
static void
wait_for_any(struct fibers *fs)
{
	int64_t now = clock_mono_us(), first = INT64_MAX;
	struct timespec limit;
	nfds_t n = 0;
	int rc;

	for (size_t i = 0; i < fs->n; i++)
		if (!fs->list[i]->ended) {
			fs->polled[n++] = fs->list[i]->want;
			if (fs->list[i]->until_us < first)
				first = fs->list[i]->until_us;
		}
	first = first > now ? first - now : 0;
	limit = (struct timespec){ .tv_sec = first / 1000000, .tv_nsec = (long)(first % 1000000) * 1000 };
	rc = ppoll(fs->polled, n, &limit, NULL);
	if (rc < 0 && errno != EINTR)
		die("poll: %s", strerror(errno));
	if (rc <= 0)
		now = clock_mono_us();
	n = 0;
	for (size_t i = 0; i < fs->n; i++) {
		struct fiber *f = fs->list[i];

		if (f->ended)
			continue;
		f->answer = rc > 0 && fs->polled[n].revents != 0;
		f->ready = f->answer || f->until_us <= now;
		n++;
	}
}

void
fibers_run(struct fibers *fs)
{
	ASSERT(!here);
	fs->polled = mem_alloc((fs->n + 1) * sizeof(*fs->polled));
	while (fs->living) {
		for (size_t i = 0; i < fs->n; i++) {
			struct fiber *f = fs->list[i];

			if (!f->ready || f->ended)
				continue;
			f->ready = false;
			enter(fs, f);
			fs->living -= f->ended;
		}
		if (fs->living)
			wait_for_any(fs);
	}
}

/* --- what a fiber asks for ---------------------------------------------------- */

int
fiber_wait(int fd, short events, int ms)
{
	struct fiber *f = here;

	if (!f) {
		struct timespec limit = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
		struct pollfd p = { .fd = fd, .events = events };

		return ppoll(&p, 1, ms < 0 ? NULL : &limit, NULL);
	}
	f->want = (struct pollfd){ .fd = fd, .events = events };
	f->until_us = ms < 0 ? INT64_MAX : clock_mono_us() + (int64_t)ms * 1000;
	leave(f);
	return f->answer;
}

struct blocking {
	void (*work)(void *);
	void *arg;
	int done_fd;
};

static void *
run_blocking(void *arg)
{
	struct blocking *b = arg;

	b->work(b->arg);
	eventfd_write(b->done_fd, 1);
	return NULL;
}

void
fiber_block(void (*work)(void *), void *arg)
{
	struct blocking b = { .work = work, .arg = arg };
	pthread_t thread;
	int rc;

	if (!here) {
		work(arg);
		return;
	}
	if ((b.done_fd = eventfd(0, EFD_CLOEXEC)) < 0)
		die("eventfd: %s", strerror(errno));
	if ((rc = pthread_create(&thread, NULL, run_blocking, &b)) != 0)
		die("thread: %s", strerror(rc));
	while (fiber_wait(b.done_fd, POLLIN, -1) != 1)
		;
	pthread_join(thread, NULL);
	close(b.done_fd);
}
