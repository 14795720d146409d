#include "engine/mailboxes.h"

#include <errno.h>

#include "base/file.h"
#include "base/lang.h"

#define FILE_MAX_BYTES (1 << 20)
#define MESSAGE_MOST (100 << 20)	/* as inbound_max_bytes */

/* The next word, in quotes when it has spaces; NULL at the end of the line, or with *bad set. */
static char *
next_word(char **at, bool *bad)
{
	char *s = *at + strspn(*at, " \t\r"), *end;

	*bad = false;
	if (!*s || *s == '#')
		return NULL;
	if (*s == '"') {
		end = strchr(++s, '"');
		if (!end || !strchr(" \t\r", end[1])) {
			*bad = true;
			return NULL;
		}
	} else {
		end = s + strcspn(s, " \t\r");
	}
	*at = end + (*end != '\0');
	*end = '\0';
	return s;
}

static int
check_url(const char *url, struct err *e)
{
	static const char *const schemes[] = { "imap://", "imaps://", "pop3://", "pop3s://", "maildir:" };
	const char *host;

	for (size_t i = 0; i < COUNT_OF(schemes); i++) {
		size_t n = strlen(schemes[i]);

		if (strncmp(url, schemes[i], n) != 0)
			continue;
		host = url + n;
		if (!*host)
			break;
		if (i < 4 && memchr(host, '@', strcspn(host, "/")))
			return err_set(e, ERR_INPUT, TR("a name or password does not stand in the URL: use user and password-file",
			    "không ghi tên hay mật khẩu trong URL: dùng user và password-file"));
		return 0;
	}
	return err_set(e, ERR_INPUT, TR("'%s' is no mailbox: write imaps://host/INBOX, imap://, pop3s://, pop3:// or maildir:PATH",
	    "'%s' không phải hộp thư: viết imaps://máy/INBOX, imap://, pop3s://, pop3:// hoặc maildir:THƯMỤC"), url);
}

static void
set_name(struct mailbox *m, struct arena *a)
{
	const char *host = strstr(m->url, "://");

	m->name = host && *m->user ? arena_printf(a, "%.*s%s@%s", (int)(host + 3 - m->url), m->url, m->user, host + 3) : m->url;
}

static void
set_defaults(struct mailbox *m, const struct conf *c)
{
	*m = (struct mailbox){ .url = c->inbound_url, .user = c->inbound_user, .password_file = c->inbound_password_file,
	    .ca_file = c->inbound_ca_file, .keep = strcmp(c->inbound_keep, "yes") == 0,
	    .max_bytes = (size_t)c->inbound_max_bytes };
	m->folder[FETCH_PROCESSED] = c->inbound_processed;
	m->folder[FETCH_UNRECOGNISED] = c->inbound_unrecognised;
	m->folder[FETCH_REPLY] = c->inbound_replies;
}

static int
put_number(size_t *to, const char *word, struct err *e)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(word, &end, 10);
	if (!*word || *end || errno || v < 65536 || v > MESSAGE_MOST)
		return err_set(e, ERR_INPUT, TR("max-bytes %s: give a number from 65536 to %d", "max-bytes %s: cần một số từ 65536 đến %d"),
		    word, MESSAGE_MOST);
	*to = (size_t)v;
	return 0;
}

static int
unclosed(struct err *e)
{
	return err_set(e, ERR_INPUT, TR("a quotation mark has no end", "dấu ngoặc kép không đóng"));
}

static int
put_words(struct mailbox *m, struct arena *a, char *at, struct err *e)
{
	const struct { const char *key; const char **to; } texts[] = {
		{ "user", &m->user }, { "password-file", &m->password_file }, { "ca-file", &m->ca_file },
		{ "processed", &m->folder[FETCH_PROCESSED] }, { "unrecognised", &m->folder[FETCH_UNRECOGNISED] },
		{ "replies", &m->folder[FETCH_REPLY] },
	};
	bool bad;
	char *key, *value;

	while ((key = next_word(&at, &bad))) {
		size_t i = 0;

		if (strcmp(key, "keep") == 0) {
			m->keep = true;
			continue;
		}
		while (i < COUNT_OF(texts) && strcmp(key, texts[i].key) != 0)
			i++;
		if (i == COUNT_OF(texts) && strcmp(key, "max-bytes") != 0)
			return err_set(e, ERR_INPUT, TR("there is no '%s': user, password-file, ca-file, processed, unrecognised, replies, max-bytes, keep",
			    "không có '%s': user, password-file, ca-file, processed, unrecognised, replies, max-bytes, keep"), key);
		if (!(value = next_word(&at, &bad)))
			return bad ? unclosed(e) : err_set(e, ERR_INPUT, TR("nothing stands after '%s'", "sau '%s' không có gì"), key);
		if (i == COUNT_OF(texts) && put_number(&m->max_bytes, value, e) < 0)
			return -1;
		if (i < COUNT_OF(texts))
			*texts[i].to = arena_dup(a, value);
	}
	return bad ? unclosed(e) : 0;
}

static int
check_together(const struct mailbox *m, struct err *e)
{
	if (strncmp(m->url, "maildir:", 8) == 0)
		return 0;
	if (!*m->user)
		return err_set(e, ERR_INPUT, TR("no user is named", "thiếu tên đăng nhập (user)"));
	if (!*m->password_file)
		return err_set(e, ERR_INPUT, TR("no password-file is named", "thiếu password-file"));
	return 0;
}

/* 1 a mailbox, 0 nothing on the line, -1 error. */
static int
read_line(struct mailboxes *all, struct mailbox *m, const struct conf *c, char *line, struct err *e)
{
	bool bad;
	char *at = line, *url = next_word(&at, &bad);

	if (!url)
		return bad ? unclosed(e) : 0;
	set_defaults(m, c);
	m->url = arena_dup(&all->arena, url);
	if (check_url(m->url, e) < 0 || put_words(m, &all->arena, at, e) < 0 || check_together(m, e) < 0)
		return -1;
	set_name(m, &all->arena);
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->list[i].name, m->name) == 0)
			return err_set(e, ERR_INPUT, TR("the mailbox %s stands here twice", "hộp thư %s ghi hai lần"), m->name);
	return 1;
}

static int
read_file(struct mailboxes *all, const struct conf *c, struct err *e)
{
	struct file f = FILE_INIT;
	char *copy, *at, *line;
	size_t cap = 0;
	int rc = 0, n = 0;

	if (file_read(&f, c->inbound_file, FILE_MAX_BYTES, e) < 0)
		return err_wrap(e, "inbound_file");
	at = copy = mem_ndup(f.data, f.len);
	while (rc >= 0 && (line = strsep(&at, "\n"))) {
		n++;
		all->list = mem_room(all->list, all->n, &cap, sizeof(*all->list));
		if ((rc = read_line(all, &all->list[all->n], c, line, e)) < 0)
			err_wrap(e, TR("%s line %d", "%s dòng %d"), c->inbound_file, n);
		else
			all->n += (size_t)rc;
	}
	free(copy);
	file_release(&f);
	if (rc >= 0 && all->n == 0)
		rc = err_set(e, ERR_INPUT, TR("%s names no mailbox", "%s không ghi hộp thư nào"), c->inbound_file);
	return rc < 0 ? -1 : 0;
}

int
mailboxes_load(struct mailboxes *all, const struct conf *c, struct err *e)
{
	*all = (struct mailboxes){ .arena = ARENA_INIT };
	if (*c->inbound_file && *c->inbound_url)
		return err_set(e, ERR_INPUT, TR("inbound_url and inbound_file: only one of them can be set",
		    "inbound_url và inbound_file: chỉ đặt được một trong hai"));
	if (*c->inbound_file)
		return read_file(all, c, e);
	if (!*c->inbound_url)
		return 0;
	if (check_url(c->inbound_url, e) < 0)
		return err_wrap(e, "inbound_url");
	all->list = mem_alloc(sizeof(*all->list));
	all->n = 1;
	set_defaults(all->list, c);
	set_name(all->list, &all->arena);
	return 0;
}

void
mailboxes_release(struct mailboxes *all)
{
	free(all->list);
	arena_release(&all->arena);
	*all = (struct mailboxes){ .arena = ARENA_INIT };
}

bool
mailboxes_any(const struct conf *c)
{
	return *c->inbound_url || *c->inbound_file;
}

int
mailboxes_check(const struct conf *c, struct err *e)
{
	struct mailboxes all;
	int rc = mailboxes_load(&all, c, e);

	mailboxes_release(&all);
	return rc;
}
