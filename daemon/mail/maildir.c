#include "mail/maildir.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/lang.h"
#include "base/mem.h"

#define DEPTH_MAX 32

bool
maildir_is_one(const char *path)
{
	static const char *const names[] = { "cur", "new", "tmp" };
	struct arena a = ARENA_INIT;
	struct stat st;
	bool all = true;

	for (size_t i = 0; i < COUNT_OF(names) && all; i++)
		all = stat(arena_printf(&a, "%s/%s", path, names[i]), &st) == 0 && S_ISDIR(st.st_mode);
	arena_release(&a);
	return all;
}

static int
give(const struct maildir_walk *w, const char *path, const char *msg, size_t len, struct err *e)
{
	return w->each(w->arg, path, msg, len > w->max_bytes ? w->max_bytes : len, e);
}

/* Where the next message of an mbox begins: a "From " line after a blank line, with a header below it. */
static const char *
next_from(const char *p, const char *end)
{
	while (p < end && (p = memmem(p, (size_t)(end - p), "\n\nFrom ", 7))) {
		const char *nl = memchr(p + 2, '\n', (size_t)(end - p - 2)), *s = nl ? nl + 1 : end;

		/* "From someone Thu Jan  1 00:00:00 1970": a time of day must be there */
		if (nl && memchr(p + 7, ':', (size_t)(nl - p - 7))) {
			while (s < end && *s > ' ' && *s != ':')
				s++;
			if (s < end && *s == ':')
				return p + 2;
		}
		p += 2;
	}
	return NULL;
}

static int
walk_mbox(const struct maildir_walk *w, const char *path, const char *s, size_t len, struct err *e)
{
	const char *end = s + len, *next = len > 5 && memcmp(s, "From ", 5) == 0 ? next_from(s, end) : NULL;
	struct arena a = ARENA_INIT;
	int rc = 0;

	if (!next)
		return give(w, path, s, len, e);
	for (int n = 1; s && rc == 0; n++) {
		next = next_from(s, end);
		arena_reset(&a);
		rc = give(w, arena_printf(&a, "%s#%d", path, n), s, (size_t)((next ? next : end) - s), e);
		s = next;
	}
	arena_release(&a);
	return rc;
}

static int
walk_file(const struct maildir_walk *w, const char *path, struct err *e)
{
	struct file f = FILE_INIT;
	int rc;

	if (file_map(&f, path, e) < 0)
		return -1;
	rc = walk_mbox(w, path, f.data ? f.data : "", f.len, e);
	file_release(&f);
	return rc;
}

static int
walk_stdin(const struct maildir_walk *w, struct err *e)
{
	struct buf b = BUF_INIT((size_t)1 << 30);
	char part[65536];
	ssize_t n;
	int rc;

	while ((n = read(STDIN_FILENO, part, sizeof(part))) > 0 && !b.failed)
		buf_add(&b, part, (size_t)n);
	if (n < 0)
		rc = err_sys(e, TR("cannot read standard input", "không đọc được đầu vào chuẩn"));
	else if (b.failed)
		rc = err_set(e, ERR_FULL, TR("standard input is longer than 1 GB", "đầu vào chuẩn dài hơn 1 GB"));
	else if (b.len == 0)
		rc = err_set(e, ERR_INPUT, TR("nothing came on standard input", "đầu vào chuẩn không có gì"));
	else
		rc = walk_mbox(w, "-", buf_str(&b), b.len, e);
	buf_release(&b);
	return rc;
}

static int
skip_hidden(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int	walk_path(const struct maildir_walk *, const char *path, int depth, struct err *);

int
maildir_mark_seen(const char *path, struct err *e)
{
	struct arena a = ARENA_INIT;
	const char *name = strrchr(path, '/'), *dir = NULL, *flags;
	char *to;
	int rc = 0;

	if (name)
		dir = memrchr(path, '/', (size_t)(name - path));
	if (!dir || (strncmp(dir, "/new/", 5) != 0 && strncmp(dir, "/cur/", 5) != 0))
		return 0;
	flags = strstr(name, ":2,");
	if (flags && strchr(flags, 'S') && dir[1] == 'c')
		return 0;
	to = arena_printf(&a, "%.*s/cur%s%s", (int)(dir - path), path, name, !flags ? ":2,S" : strchr(flags, 'S') ? "" : "S");
	if (rename(path, to) < 0 && errno != ENOENT)
		rc = err_sys(e, "%s", path);
	arena_release(&a);
	return rc;
}

static int
walk_dir(const struct maildir_walk *w, const char *path, int depth, bool unseen, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct dirent **names = NULL;
	int n = scandir(path, &names, skip_hidden, w->sorted ? alphasort : NULL), rc = 0;

	if (n < 0)
		return err_sys(e, "%s", path);
	for (int i = 0; i < n; i++) {
		const char *flags = strstr(names[i]->d_name, ":2,");

		if (rc == 0 && !(unseen && flags && strchr(flags, 'S'))) {
			arena_reset(&a);
			rc = walk_path(w, arena_printf(&a, "%s/%s", path, names[i]->d_name), depth + 1, e);
		}
		free(names[i]);
	}
	free(names);
	arena_release(&a);
	return rc;
}

static int
walk_path(const struct maildir_walk *w, const char *path, int depth, struct err *e)
{
	struct stat st;
	struct arena a = ARENA_INIT;
	int rc;

	if (stat(path, &st) < 0)
		/* Another reader may have moved it meanwhile: only what was named must exist. */
		return depth > 0 && errno == ENOENT ? 0 : err_sys(e, "%s", path);
	if (S_ISREG(st.st_mode))
		return walk_file(w, path, e);
	if (!S_ISDIR(st.st_mode))
		return depth > 0 ? 0 : err_set(e, ERR_INPUT, TR("%s is neither a file nor a folder",
		    "%s không phải là tệp hay thư mục"), path);
	if (depth > DEPTH_MAX)
		return err_set(e, ERR_INPUT, TR("%s: folders nested too deep", "%s: thư mục lồng quá sâu"), path);
	if (!maildir_is_one(path))
		return walk_dir(w, path, depth, false, e);
	rc = walk_dir(w, arena_printf(&a, "%s/cur", path), depth, w->unseen_only, e);
	if (rc == 0)
		rc = walk_dir(w, arena_printf(&a, "%s/new", path), depth, false, e);
	arena_release(&a);
	return rc;
}

int
maildir_walk(const struct maildir_walk *w, const char *path, struct err *e)
{
	return strcmp(path, "-") == 0 ? walk_stdin(w, e) : walk_path(w, path, 0, e);
}
