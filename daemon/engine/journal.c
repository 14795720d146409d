#include "engine/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lang.h"
#include "base/mem.h"
#include "base/token.h"

#define MAGIC 0x314a6d6854u	/* "ThmJ1" */
#define FILES_MAX 64		/* dispatchers on one store at once */

struct header {
	uint64_t magic;
	int64_t run, wave;
	char boot[40];
};

struct image {
	struct header header;
	struct journal_slot slots[JOURNAL_SLOTS];
};

struct journal {
	char *path, *store;
	int fd, start_fd;
	struct image *map;
	struct journal_slot **free;	/* [d] a stack */
	size_t n_free;
	struct journal_dead *dead;
	int dead_fd[FILES_MAX];		/* locked by us until they are removed; -1 */
	int64_t alive[FILES_MAX];
	size_t n_alive;
};

static void
boot_id(char out[40])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, out, 36);

	memset(out + (n > 0 ? n : 0), 0, 40 - (size_t)(n > 0 ? n : 0));
	if (fd >= 0)
		close(fd);
}

static int64_t
new_run(void)
{
	char token[TOKEN_LEN + 1];
	uint64_t n = 0;

	token_new(token);
	for (int i = 0; i < TOKEN_LEN; i++)
		n = n * 1099511628211u + (unsigned char)token[i];
	return (int64_t)(n >> 2) + 1;
}

static char *
file_name(const char *store, int i)
{
	size_t n = strlen(store) + 24;
	char *s = mem_alloc(n);

	snprintf(s, n, "%s-courier-%d", store, i);
	return s;
}

/* A file whose owner is gone: keep what it says, when it can be believed. */
static void
keep_dead(struct journal *j, int fd, const char *boot)
{
	struct image *image = mem_alloc(sizeof(*image));
	struct journal_dead *d;

	/* Without a boot_id nobody can tell a kill from a power failure. */
	if (pread(fd, image, sizeof(*image), 0) != (ssize_t)sizeof(*image) || image->header.magic != MAGIC ||
	    !*boot || memcmp(image->header.boot, boot, sizeof(image->header.boot)) != 0) {
		free(image);
		return;
	}
	d = mem_zalloc(sizeof(*d));
	*d = (struct journal_dead){ .next = j->dead, .run = image->header.run, .slots = image->slots };
	j->dead = d;
}

/* Who lives, who died, and the first number that is free for us. */
static int
look_around(struct journal *j, int64_t wave, const char *boot, int *ours, struct err *e)
{
	*ours = -1;
	for (int i = 0; i < FILES_MAX; i++) {
		char *path = file_name(j->store, i);
		struct header h = { .magic = 0 };
		int fd = open(path, O_RDWR | O_CLOEXEC);

		free(path);
		j->dead_fd[i] = -1;
		if (fd < 0) {
			if (errno != ENOENT)
				return err_sys(e, "%s-courier-%d", j->store, i);
			if (*ours < 0)
				*ours = i;
			continue;
		}
		if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
			keep_dead(j, fd, boot);
			j->dead_fd[i] = fd;
			continue;
		}
		if (pread(fd, &h, sizeof(h), 0) == (ssize_t)sizeof(h) && h.magic == MAGIC) {
			j->alive[j->n_alive++] = h.run;
			if (wave && h.wave == wave) {
				close(fd);
				return err_set(e, ERR_BUSY, TR("another process is sending this wave already",
				    "một tiến trình khác đang gửi lượt này"));
			}
		}
		close(fd);
	}
	return *ours >= 0 ? 0 : err_set(e, ERR_FULL, TR("more than %d dispatchers work on this store",
	    "có quá %d bộ gửi cùng làm việc trên kho này"), FILES_MAX);
}

static int
make_file(struct journal *j, int64_t wave, const char *boot, struct err *e)
{
	void *map;
	int rc;

	if ((j->fd = open(j->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0 || flock(j->fd, LOCK_EX | LOCK_NB) < 0)
		return err_sys(e, "%s", j->path);
	/* Allocated now, so that a full disk is an error here and no SIGBUS later. */
	if ((rc = posix_fallocate(j->fd, 0, sizeof(*j->map))) != 0) {
		errno = rc;
		return err_sys(e, "%s", j->path);
	}
	if ((map = mmap(NULL, sizeof(*j->map), PROT_READ | PROT_WRITE, MAP_SHARED, j->fd, 0)) == MAP_FAILED)
		return err_sys(e, "%s", j->path);
	j->map = map;
	j->map->header.run = new_run();
	j->map->header.wave = wave;
	memcpy(j->map->header.boot, boot, sizeof(j->map->header.boot));
	j->map->header.magic = MAGIC;
	j->free = mem_alloc(JOURNAL_SLOTS * sizeof(struct journal_slot *));
	while (j->n_free < JOURNAL_SLOTS) {
		j->free[j->n_free] = &j->map->slots[JOURNAL_SLOTS - 1 - j->n_free];
		j->n_free++;
	}
	return 0;
}

/* One dispatcher at a time looks around, and recovers what it finds. */
static int
lock_start(struct journal *j, struct err *e)
{
	size_t n = strlen(j->store) + 24;
	char *path = mem_alloc(n);
	int rc = 0;

	snprintf(path, n, "%s-courier.lock", j->store);
	j->start_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (j->start_fd < 0 || flock(j->start_fd, LOCK_EX) < 0)
		rc = err_sys(e, "%s", path);
	free(path);
	return rc;
}

int
journal_again(struct journal *j, struct err *e)
{
	char boot[40];
	int free_name;

	boot_id(boot);
	if (lock_start(j, e) < 0)
		return -1;
	j->n_alive = 0;
	if (look_around(j, 0, boot, &free_name, e) < 0) {
		close(j->start_fd);
		j->start_fd = -1;
		return -1;
	}
	return 0;
}

int
journal_open(struct journal **out, const char *store, int64_t wave, struct err *e)
{
	struct journal *j = mem_zalloc(sizeof(*j));
	char boot[40];
	int ours;

	*out = NULL;
	*j = (struct journal){ .store = mem_dup(store), .fd = -1, .start_fd = -1 };
	memset(j->dead_fd, 0xff, sizeof(j->dead_fd));
	boot_id(boot);
	if (lock_start(j, e) < 0)
		goto fail;
	if (look_around(j, wave, boot, &ours, e) < 0)
		goto fail;
	j->path = file_name(store, ours);
	if (make_file(j, wave, boot, e) < 0) {
		unlink(j->path);
		goto fail;
	}
	*out = j;
	return 0;
fail:
	/* The dead stay as they are: what they tell is not in the store. */
	journal_close(j);
	return -1;
}

/* The lock is freed, the dead are forgotten; their files stay or go. */
static void
end_start(struct journal *j, bool remove)
{
	struct journal_dead *next;

	for (int i = 0; i < FILES_MAX; i++)
		if (j->dead_fd[i] >= 0) {
			char *path = file_name(j->store, i);

			if (remove)
				unlink(path);
			free(path);
			close(j->dead_fd[i]);
			j->dead_fd[i] = -1;
		}
	for (struct journal_dead *d = j->dead; d; d = next) {
		next = d->next;
		free((char *)(uintptr_t)d->slots - offsetof(struct image, slots));
		free(d);
	}
	j->dead = NULL;
	if (j->start_fd >= 0)
		close(j->start_fd);
	j->start_fd = -1;
}

void
journal_started(struct journal *j)
{
	end_start(j, true);
}

void
journal_unlock(struct journal *j)
{
	end_start(j, false);
}

const struct journal_dead *
journal_dead(const struct journal *j)
{
	return j->dead;
}

bool
journal_alive(const struct journal *j, int64_t run)
{
	for (size_t i = 0; i < j->n_alive; i++)
		if (j->alive[i] == run)
			return true;
	return run == j->map->header.run;
}

int64_t
journal_run(const struct journal *j)
{
	return j->map->header.run;
}

void
journal_close(struct journal *j)
{
	if (!j)
		return;
	end_start(j, false);
	/* Slots in use are claims the store was never told about: the next run reads them. */
	if (j->map) {
		if (j->n_free == JOURNAL_SLOTS)
			unlink(j->path);
		munmap(j->map, sizeof(*j->map));
	}
	if (j->fd >= 0)
		close(j->fd);
	free(j->free);
	free(j->path);
	free(j->store);
	free(j);
}

size_t
journal_room(const struct journal *j)
{
	return j->n_free;
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int
wipe_file(int fd, const int64_t *invites, size_t n)
{
	struct image *image = mem_alloc(sizeof(*image));
	int rc = 0;

	if (pread(fd, image, sizeof(*image), 0) == (ssize_t)sizeof(*image) && image->header.magic == MAGIC)
		for (size_t i = 0; i < JOURNAL_SLOTS; i++) {
			struct journal_slot *s = &image->slots[i];

			if (!s->text[0] || !bsearch(&s->invite, invites, n, sizeof(*invites), by_number))
				continue;
			memset(s->text, 0, sizeof(s->text));
			if (pwrite(fd, s->text, sizeof(s->text), (off_t)((char *)s->text - (char *)image)) != (ssize_t)sizeof(s->text))
				rc = -1;
		}
	free(image);
	return rc;
}

int
journal_wipe(const char *store, const int64_t *invites, size_t n, struct err *e)
{
	struct journal j = { .store = (char *)(uintptr_t)store, .start_fd = -1 };
	int rc = 0;

	if (lock_start(&j, e) < 0)
		return -1;
	for (int i = 0; i < FILES_MAX && rc == 0; i++) {
		char *path = file_name(store, i);
		int fd = open(path, O_RDWR | O_CLOEXEC);

		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && wipe_file(fd, invites, n) < 0)
			rc = err_sys(e, "%s", path);
		if (fd >= 0)
			close(fd);
		free(path);
	}
	close(j.start_fd);
	return rc;
}

struct journal_slot *
journal_take(struct journal *j, int64_t invite, int attempt)
{
	struct journal_slot *s;

	if (!j->n_free)
		return NULL;
	s = j->free[--j->n_free];
	s->invite = invite;
	s->attempt = attempt;
	atomic_store_explicit(&s->phase, PHASE_CLAIMED, memory_order_release);
	return s;
}

void
journal_begin(struct journal_slot *s)
{
	atomic_store_explicit(&s->phase, PHASE_BEGUN, memory_order_release);
}

static void
put_text(char *out, size_t size, const char *s)
{
	size_t n = strnlen(s, size - 1);

	while (s[n] && n && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;	/* not within a character */
	memcpy(out, s, n);
	out[n] = '\0';
}

void
journal_answer(struct journal_slot *s, uint32_t verdict, const char *command, int code, const char *enhanced,
    const char *text, int64_t duration_ms, int64_t at)
{
	s->verdict = verdict;
	s->code = code;
	s->duration_ms = (int32_t)duration_ms;
	s->at = at;
	put_text(s->command, sizeof(s->command), command);
	put_text(s->enhanced, sizeof(s->enhanced), enhanced);
	put_text(s->text, sizeof(s->text), text);
	atomic_store_explicit(&s->phase, PHASE_ANSWERED, memory_order_release);
}

void
journal_give(struct journal *j, struct journal_slot *s)
{
	atomic_store_explicit(&s->phase, PHASE_FREE, memory_order_release);
	memset(s->text, 0, sizeof(s->text));	/* it may name a person */
	j->free[j->n_free++] = s;
}
