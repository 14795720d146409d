#include "engine/spool.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lang.h"
#include "base/token.h"

#define NAME_MAX_BYTES 180

static const char *
folder(struct arena *a, const char *store)
{
	return arena_printf(a, "%s-uploads", store);
}

/* When a file came, by its id; -1: this is none of ours. */
static int64_t
came_at(const char *id)
{
	char *end;
	long long at;

	if (*id < '0' || *id > '9')
		return -1;
	at = strtoll(id, &end, 10);
	return *end == '-' && token_valid(end + 1) ? at : -1;
}

const char *
spool_name(struct arena *a, const char *name)
{
	char *s;
	const char *last = name;
	size_t n;

	/* Some browsers have sent whole paths, of other systems too. */
	for (const char *p = name; *p; p++)
		if (*p == '/' || *p == '\\')
			last = p + 1;
	n = strlen(last);
	if (n > NAME_MAX_BYTES) {	/* the end tells what it is, the beginning whose */
		n = NAME_MAX_BYTES;
		while (n && ((unsigned char)last[n] & 0xc0) == 0x80)
			n--;
	}
	s = arena_ndup(a, last, n);
	for (char *p = s; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '_';
	return *s && *s != '.' ? s : NULL;
}

int
spool_put(struct arena *a, const char *store, const char *name, const void *data, size_t len, const char **id,
    const char **path, struct err *e)
{
	const char *top = folder(a, store), *own;
	char token[TOKEN_LEN + 1];

	spool_sweep(store, SPOOL_S);
	token_new(token);
	*id = arena_printf(a, "%lld-%s", (long long)clock_now(), token);
	own = arena_printf(a, "%s/%s", top, *id);
	*path = arena_printf(a, "%s/%s", own, name);
	if ((mkdir(top, 0700) < 0 && errno != EEXIST) || mkdir(own, 0700) < 0)
		return err_sys(e, TR("cannot make %s", "không tạo được %s"), own);
	if (file_replace(*path, data, len, e) < 0) {
		spool_drop(store, *id);
		return -1;
	}
	return 0;
}

int
spool_find(struct arena *a, const char *store, const char *id, const char **path, struct err *e)
{
	int64_t at = came_at(id), now = clock_now();
	const char *own = arena_printf(a, "%s/%s", folder(a, store), id);
	struct dirent *f;
	DIR *d;

	*path = NULL;
	if (at < 0 || now - at > SPOOL_S)
		return 0;
	if (!(d = opendir(own)))
		return errno == ENOENT ? 0 : err_sys(e, TR("cannot read %s", "không đọc được %s"), own);
	while (!*path && (f = readdir(d)))
		if (f->d_name[0] != '.')
			*path = arena_printf(a, "%s/%s", own, f->d_name);
	closedir(d);
	return *path != NULL;
}

void
spool_drop(const char *store, const char *id)
{
	struct arena a = ARENA_INIT;
	const char *own = arena_printf(&a, "%s/%s", folder(&a, store), id);
	struct dirent *f;
	DIR *d = came_at(id) < 0 ? NULL : opendir(own);

	while (d && (f = readdir(d)))
		if (f->d_name[0] != '.')
			unlinkat(dirfd(d), f->d_name, 0);
	if (d) {
		closedir(d);
		rmdir(own);
	}
	arena_release(&a);
}

void
spool_sweep(const char *store, int64_t older_s)
{
	struct arena a = ARENA_INIT;
	int64_t now = clock_now();
	DIR *d = opendir(folder(&a, store));
	struct dirent *f;

	while (d && (f = readdir(d))) {
		int64_t at = came_at(f->d_name);

		if (at >= 0 && (older_s == 0 || now - at > older_s))
			spool_drop(store, f->d_name);
	}
	if (d)
		closedir(d);
	arena_release(&a);
}
