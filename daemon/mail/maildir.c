#include "mail/maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lang.h"
#include "base/mem.h"
#include "mail/mbox.h"

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

struct walking {
	const struct maildir_walk *w;
	struct mbox mbox;
};

static int
walk_file(struct walking *k, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		/* Another reader may have moved it meanwhile. */
		return errno == ENOENT ? 0 : err_sys(e, "%s", path);
	rc = mbox_read(&k->mbox, fd, path, k->w->max_bytes, k->w->each, k->w->arg, e);
	close(fd);
	return rc;
}

struct first_of {
	const struct maildir_walk *w;
	bool any;
};

static int
from_stdin(void *arg, const char *path, const char *msg, size_t len, struct err *e)
{
	struct first_of *f = arg;

	if (!f->any && len == 0)
		return err_set(e, ERR_INPUT, TR("nothing came on standard input", "đầu vào chuẩn không có gì"));
	f->any = true;
	return f->w->each(f->w->arg, path, msg, len, e);
}

static int
skip_hidden(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int	walk_path(struct walking *, const char *path, int depth, struct err *);

/* Of /path/new/name: /path and name; false when it lies in no Maildir. */
static bool
split(struct arena *a, const char *path, const char **root, const char **name)
{
	const char *base = strrchr(path, '/'), *dir = base ? memrchr(path, '/', (size_t)(base - path)) : NULL;

	if (!dir || (strncmp(dir, "/new/", 5) != 0 && strncmp(dir, "/cur/", 5) != 0))
		return false;
	*root = arena_ndup(a, path, (size_t)(dir - path));
	*name = base + 1;
	return true;
}

/* name with the S flag */
static const char *
seen(struct arena *a, const char *name)
{
	const char *flags = strstr(name, ":2,");

	return arena_printf(a, "%s%s", name, !flags ? ":2,S" : strchr(flags, 'S') ? "" : "S");
}

static int
move(const char *from, const char *to, struct err *e)
{
	if (strcmp(from, to) == 0 || rename(from, to) == 0 || errno == ENOENT)
		return 0;
	return err_sys(e, "%s", from);
}

int
maildir_mark_seen(const char *path, struct err *e)
{
	struct arena a = ARENA_INIT;
	const char *root, *name;
	int rc = 0;

	if (split(&a, path, &root, &name))
		rc = move(path, arena_printf(&a, "%s/cur/%s", root, seen(&a, name)), e);
	arena_release(&a);
	return rc;
}

/* ".Processed" with its cur, new and tmp, and the file by which others know a folder. */
static int
make_folder(struct arena *a, const char *dir, struct err *e)
{
	static const char *const subs[] = { "", "/tmp", "/new", "/cur" };
	FILE *f;

	for (size_t i = 0; i < COUNT_OF(subs); i++)
		if (mkdir(arena_printf(a, "%s%s", dir, subs[i]), 0700) < 0 && errno != EEXIST)
			return err_sys(e, "%s", dir);
	if ((f = fopen(arena_printf(a, "%s/maildirfolder", dir), "ae")))
		fclose(f);
	return 0;
}

int
maildir_move(const char *path, const char *folder, struct err *e)
{
	struct arena a = ARENA_INIT;
	const char *root, *name;
	int rc = 0;

	if (!split(&a, path, &root, &name))
		goto out;
	if (!*folder) {
		rc = unlink(path) == 0 || errno == ENOENT ? 0 : err_sys(e, "%s", path);
	} else {
		char *dir = arena_printf(&a, "%s/.%s", root, folder), *to;

		for (char *p = dir + strlen(root) + 2; *p; p++)
			if (*p == '/')
				*p = '.';
		to = arena_printf(&a, "%s/cur/%s", dir, seen(&a, name));
		/* The folder is made when the first message goes there. */
		if ((access(dir, F_OK) == 0 || make_folder(&a, dir, e) == 0) && move(path, to, e) == 0)
			goto out;
		rc = -1;
	}
out:
	arena_release(&a);
	return rc;
}

static int
walk_dir(struct walking *k, const char *path, int depth, bool unseen, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct dirent **names = NULL;
	int n = scandir(path, &names, skip_hidden, k->w->sorted ? alphasort : NULL), rc = 0;

	if (n < 0)
		return err_sys(e, "%s", path);
	for (int i = 0; i < n; i++) {
		const char *flags = strstr(names[i]->d_name, ":2,");

		if (rc == 0 && !(unseen && flags && strchr(flags, 'S'))) {
			arena_reset(&a);
			rc = walk_path(k, arena_printf(&a, "%s/%s", path, names[i]->d_name), depth + 1, e);
		}
		free(names[i]);
	}
	free(names);
	arena_release(&a);
	return rc;
}

static int
walk_path(struct walking *k, const char *path, int depth, struct err *e)
{
	struct stat st;
	struct arena a = ARENA_INIT;
	int rc;

	if (stat(path, &st) < 0)
		/* Another reader may have moved it meanwhile: only what was named must exist. */
		return depth > 0 && errno == ENOENT ? 0 : err_sys(e, "%s", path);
	if (S_ISREG(st.st_mode))
		return walk_file(k, path, e);
	if (!S_ISDIR(st.st_mode))
		return depth > 0 ? 0 : err_set(e, ERR_INPUT, TR("%s is neither a file nor a folder",
		    "%s không phải là tệp hay thư mục"), path);
	if (depth > DEPTH_MAX)
		return err_set(e, ERR_INPUT, TR("%s: folders nested too deep", "%s: thư mục lồng quá sâu"), path);
	if (!maildir_is_one(path))
		return walk_dir(k, path, depth, false, e);
	rc = walk_dir(k, arena_printf(&a, "%s/cur", path), depth, k->w->unseen_only, e);
	if (rc == 0)
		rc = walk_dir(k, arena_printf(&a, "%s/new", path), depth, false, e);
	arena_release(&a);
	return rc;
}

int
maildir_walk(const struct maildir_walk *w, const char *path, struct err *e)
{
	struct walking k = { w, MBOX_INIT };
	struct first_of f = { w, false };
	int rc = strcmp(path, "-") != 0 ? walk_path(&k, path, 0, e) :
	    mbox_read(&k.mbox, STDIN_FILENO, "-", w->max_bytes, from_stdin, &f, e);

	mbox_release(&k.mbox);
	return rc;
}
