/* The choice of mailbox, and Maildir++. */
#include "mail/seek.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/lang.h"
#include "mail/maildir.h"
#include "mail/seek_imap.h"

#define HEADER_MAX_BYTES 262144

/* --- folders ---------------------------------------------------------------- */

void
folders_add(struct folders *f, const char *wire, const char *name, enum folder_use use)
{
	f->item = mem_room(f->item, f->n, &f->cap, sizeof(*f->item));
	f->item[f->n++] = (struct folder){ wire, name, use };
}

static int
by_use(const void *a, const void *b)
{
	const struct folder *x = a, *y = b;

	return x->use != y->use ? (int)x->use - (int)y->use : strcmp(x->name, y->name);
}

void
folders_sort(struct folders *f)
{
	if (f->n)
		qsort(f->item, f->n, sizeof(*f->item), by_use);
}

void
folders_release(struct folders *f)
{
	free(f->item);
	arena_release(&f->arena);
}

enum place
place_of(enum folder_use u)
{
	return u == FOLDER_INBOX ? PLACE_INBOX : u == FOLDER_JUNK ? PLACE_SPAM : PLACE_OTHER;
}

const char *
place_name(enum place p)
{
	static const char *const names[PLACES] = { "missing", "inbox", "spam", "other" };

	return names[p];
}

/* --- Maildir++ ---------------------------------------------------------------- */

static int
list_maildir(const char *path, struct folders *f, struct err *e)
{
	struct arena *a = &f->arena;
	struct dirent *d;
	DIR *dir;

	if (!maildir_is_one(path))
		return err_set(e, ERR_INPUT, TR("%s is no Maildir: cur, new and tmp are not there", "%s không phải Maildir: thiếu cur, new, tmp"),
		    path);
	if (!(dir = opendir(path)))
		return err_sys(e, "%s", path);
	folders_add(f, arena_dup(a, path), "INBOX", FOLDER_INBOX);
	while ((d = readdir(dir))) {
		const char *at, *name;

		if (d->d_name[0] != '.' || !d->d_name[1] || strcmp(d->d_name, "..") == 0)
			continue;
		at = arena_printf(a, "%s/%s", path, d->d_name);
		name = folder_name(a, d->d_name + 1);
		if (maildir_is_one(at))
			folders_add(f, at, name, folder_use("", name, '.'));
	}
	closedir(dir);
	return 0;
}

/* The value of Message-ID among the header lines, folded or not; *len 0: there is none. */
static const char *
message_id(const char *s, size_t size, size_t *len)
{
	const char *end = s + size;

	*len = 0;
	for (const char *line = s, *next; line < end && *line != '\n' && *line != '\r'; line = next) {
		const char *nl = memchr(line, '\n', (size_t)(end - line)), *open, *close;

		next = nl ? nl + 1 : end;
		if ((size_t)(end - line) < 11 || strncasecmp(line, "Message-ID:", 11) != 0)
			continue;
		while (next < end && (*next == ' ' || *next == '\t')) {
			nl = memchr(next, '\n', (size_t)(end - next));
			next = nl ? nl + 1 : end;
		}
		open = memchr(line, '<', (size_t)(next - line));
		close = open ? memchr(open, '>', (size_t)(next - open)) : NULL;
		if (close) {
			*len = (size_t)(close - open) - 1;
			return open + 1;
		}
	}
	return s;
}

/* 1 it has the header that was asked for, 0, -1. */
static int
see_file(const char *path, const struct folder *f, struct arena *a, struct sought *list, size_t n, struct err *e)
{
	char *room = mem_alloc(HEADER_MAX_BYTES);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOATIME), rc = 0;
	ssize_t got = -1;
	const char *id;
	size_t len;

	if (fd < 0 && errno == EPERM)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		got = read(fd, room, HEADER_MAX_BYTES);
	if (got >= 0) {
		id = message_id(room, (size_t)got, &len);
		for (size_t i = 0; i < n; i++)
			if (len && list[i].place == PLACE_MISSING && strlen(list[i].message_id) == len &&
			    memcmp(list[i].message_id, id, len) == 0) {
				list[i].place = place_of(f->use);
				list[i].folder = arena_dup(a, f->name);
			}
	} else if (errno != ENOENT) {	/* a reader may have moved it: the next look will tell */
		rc = err_sys(e, "%s", path);
	}
	if (fd >= 0)
		close(fd);
	free(room);
	return rc;
}

static int
look_maildir(const struct folder *f, struct arena *a, struct sought *list, size_t n, struct err *e)
{
	static const char *const parts[] = { "new", "cur" };
	struct arena names = ARENA_INIT;
	int rc = 0;

	for (size_t i = 0; i < COUNT_OF(parts) && rc == 0; i++) {
		const char *path = arena_printf(&names, "%s/%s", f->wire, parts[i]);
		DIR *dir = opendir(path);
		struct dirent *d;

		if (!dir) {
			rc = err_sys(e, "%s", path);
			break;
		}
		while (rc == 0 && (d = readdir(dir)))
			if (d->d_name[0] != '.')
				rc = see_file(arena_printf(&names, "%s/%s", path, d->d_name), f, a, list, n, e);
		closedir(dir);
	}
	arena_release(&names);
	return rc;
}

/* --- either ------------------------------------------------------------------ */

static const char *
maildir_path(const char *mailbox)
{
	return strncmp(mailbox, "maildir:", 8) == 0 ? mailbox + 8 : NULL;
}

int
seek_check(const char *mailbox, struct err *e)
{
	const char *path = maildir_path(mailbox), *host = strstr(mailbox, "://");

	if (path)
		return *path == '/' ? 0 : err_set(e, ERR_INPUT, TR("%s: give the whole path, maildir:/...",
		    "%s: cần đường dẫn đầy đủ, maildir:/..."), mailbox);
	if (!host || (strncasecmp(mailbox, "imap://", 7) != 0 && strncasecmp(mailbox, "imaps://", 8) != 0) || !host[3])
		return err_set(e, ERR_INPUT, TR("%s is no mailbox with folders: imaps://host, imap://host or maildir:/path",
		    "%s không phải hộp thư có thư mục: imaps://máy, imap://máy hoặc maildir:/thư-mục"), mailbox);
	if (strchr(host, '@'))
		return err_set(e, ERR_INPUT, TR("a user or password must not stand in the address of the mailbox",
		    "không ghi tên đăng nhập hay mật khẩu trong địa chỉ hộp thư"));
	return 0;
}

static int
open_folders(const struct seeking *k, struct seek_imap **s, struct folders *f, struct err *e)
{
	const char *path = maildir_path(k->mailbox);
	int rc;

	*s = NULL;
	if (path)
		rc = list_maildir(path, f, e);
	else
		rc = seek_imap_open(s, k, e) < 0 ? -1 : seek_imap_list(*s, f, e);
	folders_sort(f);
	return rc;
}

static bool
all_found(const struct sought *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].place == PLACE_MISSING)
			return false;
	return true;
}

int
seek_messages(const struct seeking *k, struct arena *a, struct sought *list, size_t n, struct err *e)
{
	struct folders f = { .arena = ARENA_INIT };
	struct seek_imap *s;
	bool shut = false;
	int rc;

	for (size_t i = 0; i < n; i++) {
		list[i].place = PLACE_MISSING;
		list[i].folder = "";
	}
	rc = open_folders(k, &s, &f, e);
	for (size_t i = 0; i < f.n && rc >= 0 && !all_found(list, n); i++) {
		rc = s ? seek_imap_look(s, &f.item[i], a, list, n, e) : look_maildir(&f.item[i], a, list, n, e);
		shut |= rc == 1;
	}
	seek_imap_close(s, rc >= 0);
	folders_release(&f);
	return rc < 0 ? -1 : shut && !all_found(list, n);
}

int
seek_folders(const struct seeking *k, void (*each)(const char *, enum folder_use, void *), void *arg, struct err *e)
{
	struct folders f = { .arena = ARENA_INIT };
	struct seek_imap *s;
	int rc = open_folders(k, &s, &f, e);

	for (size_t i = 0; i < f.n && rc == 0; i++)
		each(f.item[i].name, f.item[i].use, arg);
	seek_imap_close(s, rc == 0);
	folders_release(&f);
	return rc;
}
