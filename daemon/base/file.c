#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lang.h"

#ifndef THUMOI_SHARE_DIR
#define THUMOI_SHARE_DIR "/usr/local/share/thumoi"
#endif

#define MAP_LEAST_BYTES 65536		/* reading less is cheaper than mapping it */

static int
open_regular(const char *path, struct stat *st, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, TR("cannot read %s", "không đọc được %s"), path);
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode)) {
		close(fd);
		return err_set(e, ERR_INPUT, TR("%s is not a file", "%s không phải là tệp"), path);
	}
	return fd;
}

/* The whole of it, from fd, which is closed. */
static int
read_whole(struct file *f, const char *path, int fd, size_t size, struct err *e)
{
	char *data = mem_alloc(size + 1);
	size_t n = 0;

	while (n < size) {
		ssize_t k = read(fd, data + n, size - n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0) {
			err_sys(e, TR("cannot read %s", "không đọc được %s"), path);
			close(fd);
			free(data);
			return -1;
		}
		if (k == 0)
			break;
		n += (size_t)k;
	}
	close(fd);
	data[n] = '\0';
	f->data = data;
	f->len = n;
	return 0;
}

int
file_read(struct file *f, const char *path, size_t max_bytes, struct err *e)
{
	struct stat st;
	int fd = open_regular(path, &st, e);

	*f = (struct file)FILE_INIT;
	if (fd < 0)
		return -1;
	if ((uintmax_t)st.st_size > max_bytes) {
		close(fd);
		return err_set(e, ERR_INPUT, TR("%s has %jd bytes, more than the %zu allowed",
		    "%s có %jd byte, quá mức cho phép %zu"), path, (intmax_t)st.st_size, max_bytes);
	}
	return read_whole(f, path, fd, (size_t)st.st_size, e);
}

int
file_map(struct file *f, const char *path, struct err *e)
{
	struct stat st;
	void *p;
	int fd = open_regular(path, &st, e);

	*f = (struct file)FILE_INIT;
	if (fd < 0)
		return -1;
	if (st.st_size < MAP_LEAST_BYTES)
		return read_whole(f, path, fd, (size_t)st.st_size, e);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return err_sys(e, TR("cannot read %s", "không đọc được %s"), path);
	madvise(p, (size_t)st.st_size, MADV_SEQUENTIAL);
	f->data = p;
	f->len = (size_t)st.st_size;
	f->mapped = true;
	return 0;
}

void
file_release(struct file *f)
{
	if (f->mapped)
		munmap((void *)(uintptr_t)f->data, f->len);
	else
		free((void *)(uintptr_t)f->data);
	*f = (struct file)FILE_INIT;
}

char *
file_data_path(struct arena *a, const char *name)
{
	const char *dir = getenv("THUMOI_DATA");
	char self[PATH_MAX], *slash;
	ssize_t n;

	if (dir && *dir)
		return arena_printf(a, "%s/%s", dir, name);
	/* TREE/build/bin/thumoi or PREFIX/bin/thumoi: what is ours lies above, known by its unit directory. */
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n > 0) {
		self[n] = '\0';
		for (int up = 0; up < 4 && (slash = strrchr(self, '/')); up++) {
			char *path;

			*slash = '\0';
			path = arena_printf(a, "%s/config/units/vn-2021.csv", self);
			if (access(path, R_OK) == 0)
				return arena_printf(a, "%s/%s", self, name);
			path = arena_printf(a, "%s/share/thumoi/config/units/vn-2021.csv", self);
			if (access(path, R_OK) == 0)
				return arena_printf(a, "%s/share/thumoi/%s", self, name);
		}
	}
	return arena_printf(a, "%s/%s", THUMOI_SHARE_DIR, name);
}

int
file_replace(const char *path, const void *data, size_t len, struct err *e)
{
	struct arena a = ARENA_INIT;
	char *tmp = arena_printf(&a, "%s.tmp", path);
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), rc = -1;
	size_t n = 0;

	if (fd < 0) {
		err_sys(e, TR("cannot write %s", "không ghi được %s"), tmp);
		goto out;
	}
	while (n < len) {
		ssize_t k = write(fd, (const char *)data + n, len - n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			break;
		n += (size_t)k;
	}
	if (n < len || fsync(fd) < 0 || rename(tmp, path) < 0) {
		err_sys(e, TR("cannot write %s", "không ghi được %s"), path);
		unlink(tmp);
	} else {
		rc = 0;
	}
	close(fd);
out:
	arena_release(&a);
	return rc;
}

const char *
file_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
