/*
 * faultfs.c - a disk under one store that fails on demand, for LD_PRELOAD.
 *
 * Files whose path begins with FAULTFS_STORE, but for the couriers' journals
 * and SQLite's shared memory, meet these:
 *
 * FAULTFS_FAULT=FILE   while FILE holds a word, writing fails so: ENOSPC, EROFS,
 *                      EIO; SYNC: writing works, fsync says EIO.
 * FAULTFS_POWER=N      at the Nth write or sync the power goes: the folder
 *                      FAULTFS_SHADOW then holds what a disk would have - all
 *                      that was synced, and of each 512 octets written since
 *                      either the old or the new - and the process is killed.
 *                      FAULTFS_SEED chooses. FAULTFS_LIE=1: a disk that only
 *                      says it has synced (to see that the test can fail).
 * FAULTFS_BOOT=FILE    stands for /proc/sys/kernel/random/boot_id.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECTOR 512

struct op {
	struct op *next;
	char name[64];		/* within the shadow folder */
	off_t at;
	ssize_t len;		/* -1: cut to `at` */
	char data[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct op *first, **last = &first;
static long events;

static ssize_t
real_pwrite(int fd, const void *p, size_t n, off_t at)
{
	return syscall(SYS_pwrite64, fd, p, n, at);
}

/* The name of a file of the store after its folder; NULL: another file. */
static const char *
ours(int fd, char path[4096])
{
	const char *store = getenv("FAULTFS_STORE");
	char link[64];
	ssize_t n;

	if (!store)
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if ((n = readlink(link, path, 4095)) <= 0)
		return NULL;
	path[n] = '\0';
	if (strncmp(path, store, strlen(store)) != 0 || strstr(path, "-courier") || strstr(path, "-shm"))
		return NULL;
	return strrchr(path, '/') + 1;
}

static int
fault_now(bool sync)
{
	static const struct { const char *word; int error; } faults[] = { { "ENOSPC", ENOSPC }, { "EROFS", EROFS }, { "EIO", EIO } };
	const char *file = getenv("FAULTFS_FAULT");
	char word[16] = "";
	int fd;

	if (!file || (fd = (int)syscall(SYS_openat, AT_FDCWD, file, O_RDONLY)) < 0)
		return 0;
	if (read(fd, word, sizeof(word) - 1) < 0)
		word[0] = '\0';
	close(fd);
	word[strcspn(word, "\n")] = '\0';
	if (sync && strcmp(word, "SYNC") == 0)
		return EIO;
	for (size_t i = 0; !sync && i < sizeof(faults) / sizeof(faults[0]); i++)
		if (strcmp(word, faults[i].word) == 0)
			return faults[i].error;
	return 0;
}

static void
must(bool well, const char *what)
{
	if (!well) {
		fprintf(stderr, "faultfs: %s: %s\n", what, strerror(errno));
		_exit(99);
	}
}

static int
open_shadow(const char *name, int flags)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", getenv("FAULTFS_SHADOW"), name);
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
	must(fd >= 0 || errno == ENOENT || errno == EEXIST, path);
	return fd;
}

/* What was there before we came has been synced long ago. */
static void
begin_shadow(const char *path, const char *name)
{
	int to = open_shadow(name, O_WRONLY | O_CREAT | O_EXCL), from;
	char part[65536];
	off_t at = 0;
	ssize_t n;

	if (to < 0)
		return;
	from = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
	while (from >= 0 && (n = pread(from, part, sizeof(part), at)) > 0) {
		must(real_pwrite(to, part, (size_t)n, at) == n, name);
		at += n;
	}
	close(from);
	close(to);
}

static void
apply(const struct op *o, bool torn)
{
	int fd = open_shadow(o->name, O_WRONLY);

	must(fd >= 0, o->name);
	if (o->len < 0 && (!torn || rand() % 2))
		must(syscall(SYS_ftruncate, fd, o->at) == 0, o->name);
	for (ssize_t k = 0; k < o->len;) {
		ssize_t n = SECTOR - (o->at + k) % SECTOR;

		n = n < o->len - k ? n : o->len - k;
		if (!torn || rand() % 2)
			must(real_pwrite(fd, o->data + k, (size_t)n, o->at + k) == n, o->name);
		k += n;
	}
	close(fd);
}

static void
power_fails(void)
{
	const char *seed = getenv("FAULTFS_SEED");

	srand(seed ? (unsigned)strtoul(seed, NULL, 10) : 1);
	for (const struct op *o = first; o; o = o->next)
		apply(o, true);
	kill(getpid(), SIGKILL);
}

static bool
powered(void)
{
	const char *at = getenv("FAULTFS_POWER");

	return at && *at;
}

static void
count_event(void)
{
	const char *at = getenv("FAULTFS_POWER");

	if (at && ++events == strtol(at, NULL, 10))
		power_fails();
}

static void
remember(const char *path, const char *name, const void *p, ssize_t len, off_t at)
{
	struct op *o = malloc(sizeof(*o) + (len > 0 ? (size_t)len : 0));

	must(o != NULL, name);
	pthread_mutex_lock(&lock);
	begin_shadow(path, name);
	o->next = NULL;
	snprintf(o->name, sizeof(o->name), "%s", name);
	o->at = at;
	o->len = len;
	if (len > 0)
		memcpy(o->data, p, (size_t)len);
	*last = o;
	last = &o->next;
	count_event();
	pthread_mutex_unlock(&lock);
}

static void
make_durable(const char *name)
{
	struct op **at = &first;

	pthread_mutex_lock(&lock);
	count_event();
	while (*at && !getenv("FAULTFS_LIE")) {
		struct op *o = *at;

		if (strcmp(o->name, name) != 0) {
			at = &o->next;
			continue;
		}
		apply(o, false);
		*at = o->next;
		free(o);
	}
	for (last = &first; *last; last = &(*last)->next)
		;
	pthread_mutex_unlock(&lock);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	char path[4096];
	const char *name = ours(fd, path);

	if (name && (errno = fault_now(false)))
		return -1;
	if (name && powered())
		remember(path, name, p, (ssize_t)n, at);
	return real_pwrite(fd, p, n, at);
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off_t at)
{
	return pwrite(fd, p, n, at);
}

int
ftruncate(int fd, off_t len)
{
	char path[4096];
	const char *name = ours(fd, path);

	if (name && (errno = fault_now(false)))
		return -1;
	if (name && powered())
		remember(path, name, NULL, -1, len);
	return (int)syscall(SYS_ftruncate, fd, len);
}

int
ftruncate64(int fd, off_t len)
{
	return ftruncate(fd, len);
}

static int
synced(int fd)
{
	char path[4096];
	const char *name = ours(fd, path);

	if (name && (errno = fault_now(true)))
		return -1;
	if (name && powered())
		make_durable(name);
	return 0;
}

int
fsync(int fd)
{
	return synced(fd) < 0 ? -1 : (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return synced(fd) < 0 ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int
open(const char *path, int flags, ...)
{
	const char *boot = getenv("FAULTFS_BOOT");
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (boot && strcmp(path, "/proc/sys/kernel/random/boot_id") == 0)
		path = boot;
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return open(path, flags, mode);
}
