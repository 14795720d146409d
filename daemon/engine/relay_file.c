#include "engine/relay_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/lang.h"
#include "mail/smtp.h"

#define FILE_MAX_BYTES (1 << 20)
#define RELAYS_MOST 32
#define WEIGHT_MOST 1000
#define CONNECTIONS_MOST 64		/* as the setting */

static int
number(const char *word, const char *value, int64_t most, int64_t *out, struct err *e)
{
	char *end = NULL;

	errno = 0;
	*out = isdigit((unsigned char)*value) ? strtoll(value, &end, 10) : 0;
	if (errno || *out < 1 || *out > most || *end)
		return err_set(e, ERR_INPUT, TR("%s %s: give a whole number from 1 to %lld",
		    "%s %s: cần một số nguyên từ 1 đến %lld"), word, value, (long long)most);
	return 0;
}

/* A word that says where a value goes: exactly one of text and count. */
struct word {
	const char *name;
	const char **text;
	int64_t *count, most;
};

static int
put(const struct word *w, struct arena *a, const char *value, struct err *e)
{
	if (w->text ? *w->text != NULL : *w->count != 0)
		return err_set(e, ERR_INPUT, TR("'%s' stands there twice", "'%s' ghi hai lần"), w->name);
	if (!value)
		return err_set(e, ERR_INPUT, TR("after '%s' its value is missing", "sau '%s' thiếu giá trị"), w->name);
	if (w->count)
		return number(w->name, value, w->most, w->count, e);
	*w->text = arena_dup(a, value);
	return 0;
}

static char *
next_word(char **at)
{
	char *word;

	while ((word = strsep(at, " \t\r")) && !*word)
		;
	return word;
}

static int
read_words(struct relay_line *l, struct arena *a, char *at, struct err *e)
{
	const struct word words[] = {
		{ "weight", NULL, &l->weight, WEIGHT_MOST }, { "connections", NULL, &l->connections, CONNECTIONS_MOST },
		{ "tls", &l->tls, NULL, 0 }, { "auth", &l->auth, NULL, 0 }, { "user", &l->user, NULL, 0 }, { "password-file", &l->password_file, NULL, 0 },
		{ "ca-file", &l->ca_file, NULL, 0 },
	};
	char *word;

	while ((word = next_word(&at))) {
		size_t i = 0;

		if (strcmp(word, "standby") == 0) {
			l->standby = true;
			continue;
		}
		while (i < COUNT_OF(words) && strcmp(words[i].name, word) != 0)
			i++;
		if (i < COUNT_OF(words)) {
			if (put(&words[i], a, next_word(&at), e) < 0)
				return -1;
			continue;
		}
		/* What comes next may be one: it is not shown. */
		if (strcmp(word, "password") == 0)
			return err_set(e, ERR_INPUT, TR("a password does not stand here: write password-file PATH",
			    "không ghi mật khẩu ở đây: viết password-file ĐƯỜNG-DẪN"));
		return err_set(e, ERR_INPUT,
		    TR("'%s' is not known: weight N, standby, connections N, tls WORD, auth WORD, user NAME, password-file PATH, ca-file PATH",
		    "không hiểu '%s': weight N, standby, connections N, tls TỪ, auth TỪ, user TÊN, password-file TỆP, ca-file TỆP"), word);
	}
	return 0;
}

/* What the words of a line must be to each other. */
static int
check_line(struct relay_line *l, struct err *e)
{
	if (l->standby && l->weight)
		return err_set(e, ERR_INPUT, TR("weight or standby, not both", "chỉ ghi weight hoặc standby, không cả hai"));
	if (l->tls && strcmp(l->tls, "require") != 0 && strcmp(l->tls, "opportunistic") != 0 && strcmp(l->tls, "none") != 0)
		return err_set(e, ERR_INPUT, TR("%s %s: give one of: %s", "%s %s: chọn một trong: %s"), "tls", l->tls,
		    "require opportunistic none");
	if (l->auth && strcmp(l->auth, "password") != 0 && strcmp(l->auth, "xoauth2") != 0)
		return err_set(e, ERR_INPUT, TR("%s %s: give one of: %s", "%s %s: chọn một trong: %s"), "auth", l->auth,
		    "password xoauth2");
	if (l->tls && strncmp(l->url, "smtp://", 7) != 0)
		return err_set(e, ERR_INPUT, TR("tls is about STARTTLS, which only smtp:// has",
		    "tls nói về STARTTLS, chỉ dùng với smtp://"));
	if (!l->user != !l->password_file)
		return err_set(e, ERR_INPUT, TR("user and password-file go together", "user và password-file phải đi cùng nhau"));
	if (!l->weight)
		l->weight = 1;
	return 0;
}

/* 1 a relay, 0 nothing on the line, -1 error. */
static int
read_line(struct relay_line *l, struct arena *a, char *at, struct err *e)
{
	char *url = next_word(&at);

	if (!url || *url == '#')
		return 0;
	*l = (struct relay_line){ .url = arena_dup(a, url), .line = l->line };
	/* Not shown: what stands before the @ may be a password. */
	if (strncmp(url, "dir:", 4) != 0 && strchr(url, '@'))
		return err_set(e, ERR_INPUT, TR("a name or password does not stand in the URL: write user NAME password-file PATH",
		    "không ghi tên hay mật khẩu trong URL: viết user TÊN password-file TỆP"));
	return relay_check(l->url, a, &l->name, e) < 0 || read_words(l, a, at, e) < 0 || check_line(l, e) < 0 ? -1 : 1;
}

/* Attempts are recorded, and limits found, by the name. */
static int
check_name(const struct relay_file *f, const struct relay_line *l, struct err *e)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->relays[i].name, l->name) == 0)
			return err_set(e, ERR_INPUT, TR("%s stands in line %d already", "%s đã có ở dòng %d"), l->name,
			    f->relays[i].line);
	return f->n < RELAYS_MOST ? 0 : err_set(e, ERR_INPUT, TR("more than %d relays", "quá %d máy chủ thư"), RELAYS_MOST);
}

static int
check_whole(const struct relay_file *f, struct err *e)
{
	for (size_t i = 0; i < f->n; i++)
		if (!f->relays[i].standby)
			return 0;
	if (f->n)
		return err_set(e, ERR_INPUT, TR("every relay is standby: for whom?",
		    "mọi máy chủ thư đều là standby: dự phòng cho máy nào?"));
	return err_set(e, ERR_INPUT, TR("no relay stands in it: write one a line, or leave relay_file empty",
	    "chưa có máy chủ thư nào: ghi mỗi dòng một máy, hoặc để trống relay_file"));
}

int
relay_file_load(struct relay_file *out, const char *path, struct err *e)
{
	struct file f = FILE_INIT;
	size_t cap = 0;
	int rc = 0, n = 0;
	char *copy, *at, *text;

	*out = (struct relay_file){ .arena = ARENA_INIT };
	if (file_read(&f, path, FILE_MAX_BYTES, e) < 0)
		return -1;
	at = copy = mem_ndup(f.data, f.len);
	while (rc >= 0 && (text = strsep(&at, "\n"))) {
		struct relay_line *l;

		out->relays = mem_room(out->relays, out->n, &cap, sizeof(*out->relays));
		l = &out->relays[out->n];
		l->line = ++n;
		if ((rc = read_line(l, &out->arena, text, e)) == 1 && check_name(out, l, e) < 0)
			rc = -1;
		if (rc < 0)
			err_wrap(e, TR("%s line %d", "%s dòng %d"), path, n);
		else
			out->n += (size_t)rc;
	}
	free(copy);
	file_release(&f);
	if (rc >= 0 && (rc = check_whole(out, e)) < 0)
		err_wrap(e, "%s", path);
	return rc < 0 ? -1 : 0;
}

void
relay_file_release(struct relay_file *f)
{
	free(f->relays);
	arena_release(&f->arena);
	*f = (struct relay_file){ .arena = ARENA_INIT };
}

int
relay_file_check(const char *path, struct err *e)
{
	struct relay_file f = { .arena = ARENA_INIT };
	int rc = *path ? relay_file_load(&f, path, e) : 0;

	relay_file_release(&f);
	return rc < 0 ? err_wrap(e, "relay_file") : 0;
}
