#include "engine/relaylog_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lang.h"
#include "base/mem.h"
#include "base/token.h"
#include "store/maillog.h"

#define WINDOW_BYTES (1u << 20)
#define HEAD_BYTES 4096
#define AGAIN_BYTES (256 << 10)	/* so much before the place is looked at again */

struct log {
	int fd;			/* -1: none */
	struct stat st;
	int64_t size;		/* when it was opened: not read any further */
	char head[65];		/* "": no line is whole yet */
};

struct relaylog_file {
	const char *path;
	bool is_stdin, resumed;
	struct log now, before;	/* of this name; the one that had it */
	struct log *at;		/* which of them is read */
	int64_t place;		/* of the end of the last line given */
	int64_t known_to;	/* what lies before was read in an earlier run */
	char *window;
	size_t begin, have;
	int64_t read_to;	/* of the file, into the window */
	struct arena arena;
};

/* Its first line tells a log from another one that got the same inode. */
static int
read_head(struct log *l, const char *path, struct err *e)
{
	char text[HEAD_BYTES];
	ssize_t n = pread(l->fd, text, sizeof(text), 0);
	const char *nl;

	if (n < 0)
		return err_sys(e, "%s", path);
	nl = memchr(text, '\n', (size_t)n);
	l->head[0] = '\0';
	if (nl || n == sizeof(text))
		sha256_hex(l->head, text, nl ? (size_t)(nl - text) : (size_t)n);
	return 0;
}

static int
open_log(struct log *l, const char *path, struct err *e)
{
	if ((l->fd = open(path, O_RDONLY | O_CLOEXEC)) < 0 || fstat(l->fd, &l->st) < 0)
		return err_sys(e, "%s", path);
	if (!S_ISREG(l->st.st_mode))
		return err_set(e, ERR_INPUT, TR("%s is no file", "%s không phải là tệp"), path);
	l->size = l->st.st_size;
	return read_head(l, path, e);
}

int
relaylog_file_open(struct relaylog_file **out, const char *path, struct err *e)
{
	struct relaylog_file *f = mem_zalloc(sizeof(*f));
	char real[4096];

	*out = NULL;
	f->arena = (struct arena)ARENA_INIT;
	f->now.fd = f->before.fd = -1;
	f->is_stdin = strcmp(path, "-") == 0;
	/* Under whatever name it is given, it is remembered by one. */
	f->path = arena_dup(&f->arena, !f->is_stdin && realpath(path, real) ? real : path);
	f->at = &f->now;
	f->window = mem_alloc(WINDOW_BYTES);
	if (f->is_stdin) {
		f->now.fd = STDIN_FILENO;
		f->now.size = INT64_MAX;
	} else if (open_log(&f->now, f->path, e) < 0) {
		relaylog_file_close(f);
		return -1;
	}
	*out = f;
	return 0;
}

void
relaylog_file_close(struct relaylog_file *f)
{
	if (!f)
		return;
	if (f->now.fd >= 0 && !f->is_stdin)
		close(f->now.fd);
	if (f->before.fd >= 0)
		close(f->before.fd);
	arena_release(&f->arena);
	free(f->window);
	free(f);
}

static bool
is_it(const struct log *l, const struct maillog_place *p)
{
	return (int64_t)l->st.st_dev == p->device && (int64_t)l->st.st_ino == p->inode && strcmp(l->head, p->head) == 0;
}

/* mail.log.1, mail.log-20210917: what was mail.log when it was read last. */
static int
find_renamed(struct relaylog_file *f, const struct maillog_place *p, struct err *e)
{
	const char *base = file_base(f->path);
	char *dir = arena_ndup(&f->arena, f->path, (size_t)(base - f->path));
	DIR *d = opendir(*dir ? dir : ".");
	struct dirent *entry;
	size_t n = strlen(base);
	int rc = 0;

	if (!d)
		return err_sys(e, "%s", dir);
	while (rc == 0 && f->before.fd < 0 && (entry = readdir(d))) {
		struct log l = { .fd = -1 };
		const char *path = arena_printf(&f->arena, "%s%s", dir, entry->d_name);

		if (strncmp(entry->d_name, base, n) != 0 || !entry->d_name[n] || (int64_t)entry->d_ino != p->inode)
			continue;
		rc = open_log(&l, path, e);
		if (rc == 0 && is_it(&l, p) && l.size >= p->at_byte)
			f->before = l;
		else if (l.fd >= 0)
			close(l.fd);
	}
	closedir(d);
	return rc;
}

static int
seek_to(struct relaylog_file *f, struct log *l, int64_t place, struct err *e)
{
	int64_t from = place > AGAIN_BYTES ? place - AGAIN_BYTES : 0;

	f->at = l;
	f->known_to = place;
	f->begin = f->have = 0;
	f->place = f->read_to = from;
	if (lseek(l->fd, from, SEEK_SET) < 0)
		return err_sys(e, "%s", f->path);
	return 0;
}

int
relaylog_file_resume(struct relaylog_file *f, struct db *db, bool anew, struct err *e)
{
	struct maillog_place p;
	int rc;

	if (f->is_stdin || f->resumed)
		return 0;
	f->resumed = true;
	if ((rc = anew ? 0 : maillog_find(db, &f->arena, f->path, &p, e)) < 0)
		return -1;
	if (rc == 0)
		return seek_to(f, &f->now, 0, e);
	if (is_it(&f->now, &p))
		return seek_to(f, &f->now, p.at_byte <= f->now.size ? p.at_byte : 0, e);
	if ((int64_t)f->now.st.st_ino != p.inode && find_renamed(f, &p, e) < 0)
		return -1;
	return f->before.fd >= 0 ? seek_to(f, &f->before, p.at_byte, e) : seek_to(f, &f->now, 0, e);
}

/* 1 there is more in the window, 0 the end, -1. */
static int
fill(struct relaylog_file *f, struct err *e)
{
	int64_t left = f->at->size - f->read_to;
	size_t room;
	ssize_t n;

	memmove(f->window, f->window + f->begin, f->have - f->begin);
	f->have -= f->begin;
	f->begin = 0;
	if (f->have == WINDOW_BYTES) {
		/* No log line is that long: what it is of is passed over. */
		f->place += (int64_t)f->have;
		f->have = 0;
	}
	room = WINDOW_BYTES - f->have;
	if ((n = read(f->at->fd, f->window + f->have, left < (int64_t)room ? (size_t)left : room)) < 0)
		return err_sys(e, "%s", f->path);
	f->have += (size_t)n;
	f->read_to += n;
	return n > 0;
}

int
relaylog_file_line(struct relaylog_file *f, const char **line, size_t *len, bool *known, struct err *e)
{
	for (;;) {
		const char *nl = memchr(f->window + f->begin, '\n', f->have - f->begin);
		int rc;

		if (nl) {
			*line = f->window + f->begin;
			*len = (size_t)(nl - *line);
			f->begin += *len + 1;
			f->place += (int64_t)*len + 1;
			*len -= *len && (*line)[*len - 1] == '\r';
			*known = f->place <= f->known_to;
			return 1;
		}
		/* A line without an end is still being written, but for what will never grow. */
		if ((rc = fill(f, e)) == 0 && f->is_stdin && f->have > f->begin) {
			*line = f->window + f->begin;
			*len = f->have - f->begin;
			f->begin = f->have;
			*known = false;
			return 1;
		}
		if (rc <= 0)
			return rc;
	}
}

int
relaylog_file_save(const struct relaylog_file *f, struct db *db, int64_t now, struct err *e)
{
	const struct log *l = f->at;
	struct maillog_place p = { .device = (int64_t)l->st.st_dev, .inode = (int64_t)l->st.st_ino, .head = l->head,
	    .at_byte = f->place > f->known_to ? f->place : f->known_to };

	if (f->is_stdin || !*l->head)
		return 0;
	return maillog_put(db, f->path, &p, now, e);
}

int
relaylog_file_next(struct relaylog_file *f, struct err *e)
{
	if (f->at != &f->before)
		return 0;
	return seek_to(f, &f->now, 0, e) < 0 ? -1 : 1;
}

int64_t
relaylog_file_time(const struct relaylog_file *f)
{
	return f->is_stdin ? clock_now() : (int64_t)f->at->st.st_mtime;
}
