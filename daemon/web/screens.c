#include "web/screens.h"

#include "base/file.h"
#include "base/out.h"

#define SCREEN_MAX_BYTES (1 << 18)

static const char *const names[SCREENS] = {
	[SCREEN_CAMPAIGNS] = "campaigns", [SCREEN_TODAY] = "today", [SCREEN_ACTIONS] = "actions", [SCREEN_UNITS] = "units",
	[SCREEN_UNIT] = "unit", [SCREEN_DOMAINS] = "domains", [SCREEN_DOMAIN] = "domain", [SCREEN_EXCHANGER] = "exchanger",
	[SCREEN_PEOPLE] = "people", [SCREEN_PERSON] = "person",
	[SCREEN_WAVES] = "waves", [SCREEN_REPORTS] = "reports", [SCREEN_REPORT] = "report", [SCREEN_ROSTERS] = "rosters",
	[SCREEN_ROSTER] = "roster", [SCREEN_UPLOAD] = "upload", [SCREEN_INBOUND] = "inbound", [SCREEN_MAIL] = "mail",
	[SCREEN_LETTER] = "letter", [SCREEN_WAVE] = "one-wave", [SCREEN_PREVIEW] = "preview", [SCREEN_LIVE] = "live",
	[SCREEN_LOGIN] = "login", [SCREEN_CODE] = "code", [SCREEN_ACCOUNT] = "account", [SCREEN_USERS] = "users",
	[SCREEN_USER] = "user", [SCREEN_KEYS] = "keys", [SCREEN_AUDIT] = "audit",
	[SCREEN_RESEND] = "resend", [SCREEN_RULES] = "rules", [SCREEN_RULE] = "rule",
};

struct screens {
	struct mustache *screen[SCREENS][2];
};

struct loading {		/* while one screen is compiled */
	struct arena *arena;
	enum lang lang;
};

char *
screens_language(struct arena *a, const char *text, size_t len, enum lang lang, size_t *at)
{
	struct buf out = BUF_INIT(SCREEN_MAX_BYTES);
	const char *end = text + len, *open, *bar, *close;
	char *copy = NULL;

	for (const char *p = text;; p = close + 2) {
		if (!(open = memmem(p, (size_t)(end - p), "[[", 2))) {
			buf_add(&out, p, (size_t)(end - p));
			copy = arena_ndup(a, buf_str(&out), out.len);
			break;
		}
		buf_add(&out, p, (size_t)(open - p));
		open += 2;
		*at = (size_t)(open - text);
		close = memmem(open, (size_t)(end - open), "]]", 2);
		bar = close ? memchr(open, '|', (size_t)(close - open)) : NULL;
		if (!bar)
			break;
		if (lang == LANG_VI)
			buf_add(&out, open, (size_t)(bar - open));
		else
			buf_add(&out, bar + 1, (size_t)(close - bar - 1));
	}
	buf_release(&out);
	return copy;
}

static int
line_of(const char *text, size_t at)
{
	int line = 1;

	for (size_t i = 0; i < at; i++)
		line += text[i] == '\n';
	return line;
}

static int
read_screen(void *arg, const char *name, struct mustache_source *out, struct err *e)
{
	struct loading *l = arg;
	const char *path = file_data_path(l->arena, arena_printf(l->arena, "templates/desk/%s.html", name));
	struct file f = FILE_INIT;
	size_t at = 0;
	char *text;

	if (file_read(&f, path, SCREEN_MAX_BYTES, e) < 0)
		return -1;
	if (!(text = screens_language(l->arena, f.data, f.len, l->lang, &at)))
		err_set(e, ERR_INPUT, TR("%s:%d: [[ needs both languages: [[Vietnamese|English]]",
		    "%s:%d: [[ cần đủ hai thứ tiếng: [[tiếng Việt|tiếng Anh]]"), path, line_of(f.data, at));
	file_release(&f);
	if (!text)
		return -1;
	*out = (struct mustache_source){ .file = path, .line = 1, .text = text, .len = strlen(text) };
	return 1;
}

static int
load_screen(struct screens *s, enum screen which, enum lang lang, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct loading l = { &a, lang };
	struct mustache_source source;
	int rc = -1;

	if (read_screen(&l, names[which], &source, e) == 1)
		rc = mustache_compile(&s->screen[which][lang], &source, NULL, read_screen, &l, e);
	arena_release(&a);
	return rc;
}

int
screens_load(struct screens **out, struct err *e)
{
	struct screens *s = mem_zalloc(sizeof(*s));

	*out = NULL;
	for (int i = 0; i < SCREENS; i++)
		if (load_screen(s, (enum screen)i, LANG_VI, e) < 0 || load_screen(s, (enum screen)i, LANG_EN, e) < 0) {
			screens_free(s);
			return err_wrap(e, TR("pages of the desk", "trang quản trị"));
		}
	*out = s;
	return 0;
}

void
screens_free(struct screens *s)
{
	for (int i = 0; s && i < SCREENS; i++)
		for (int l = 0; l < 2; l++)
			mustache_free(s->screen[i][l]);
	free(s);
}

int
screens_render(const struct screens *s, enum screen which, enum lang lang, const struct mustache_value *v, struct buf *out,
    struct err *e)
{
	return mustache_render(s->screen[which][lang], v, out_html, out, e);
}
