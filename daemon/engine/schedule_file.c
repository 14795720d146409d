/* schedule.h: the file of a plan, read into sections and lines. */
#include <ctype.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <strings.h>

#include "base/file.h"
#include "base/text.h"
#include "engine/schedule.h"
#include "engine/setup.h"

#define FILE_MAX_BYTES (1 << 20)
#define FAULTS_TOLD 50

enum section { SECTION_NONE, SECTION_CAMPAIGN, SECTION_FORM, SECTION_WAVE, SECTION_UNKNOWN };

/* Where a value goes: one place, or the next of a list. */
struct place {
	enum section section;
	const char *name;
	size_t offset;
	size_t list, n;		/* offsets of a list and its length; list 0: a single value */
	bool needed;
};

#define CAMPAIGN(name, field, needed) { SECTION_CAMPAIGN, name, offsetof(struct schedule, field), 0, 0, needed }
#define CAMPAIGN_LIST(name, field, count) \
	{ SECTION_CAMPAIGN, name, 0, offsetof(struct schedule, field), offsetof(struct schedule, count), false }
#define FORM(name, field) { SECTION_FORM, name, offsetof(struct schedule_form, field), 0, 0, true }
#define WAVE(name, field, needed) { SECTION_WAVE, name, offsetof(struct schedule_wave, field), 0, 0, needed }

static const struct place places[] = {
	CAMPAIGN("key", key, true), CAMPAIGN("title", title, true), CAMPAIGN("opens", opens, true),
	CAMPAIGN("closes", closes, true), CAMPAIGN("sender", sender, true), CAMPAIGN("zone", zone_name, false),
	CAMPAIGN("lang", lang_name, false), CAMPAIGN("tree", tree, false), CAMPAIGN("tracking", tracking, false),
	CAMPAIGN("hour", hour, false), CAMPAIGN("quiet-hours", quiet_hours, false),
	CAMPAIGN("working-days", working_days, false),
	CAMPAIGN_LIST("legal-basis", bases, n_bases), CAMPAIGN_LIST("dispatch", dispatches, n_dispatches),
	CAMPAIGN_LIST("help", help, n_help),
	FORM("title", title), FORM("url", url),
	WAVE("kind", kind, false), WAVE("template", template, true), WAVE("audience", audience, false),
	WAVE("at", at_text, true), WAVE("not-after", end_text, false), WAVE("quiet-hours", quiet_hours, false),
	WAVE("working-days", working_days, false), WAVE("uncertain", uncertain, false),
	WAVE("other-template", other_template, false), WAVE("second-address", second_address, false),
};

void
schedule_fault(struct schedule *s, int line, const char *fmt, ...)
{
	char text[1200];
	va_list ap;

	if (s->faults++ >= FAULTS_TOLD)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_printf(&s->said, TR("%s line %d: %s\n", "%s dòng %d: %s\n"), s->path, line, text);
}

static char *
strip(char *s)
{
	size_t n;

	while (*s == ' ' || *s == '\t')
		s++;
	n = strlen(s);
	while (n && isspace((unsigned char)s[n - 1]))
		s[--n] = '\0';
	return s;
}

static const char *
section_name(enum section section)
{
	static const char *const names[] = { "", "campaign", "instrument", "wave", "" };

	return names[section];
}

static void
add_wave(struct schedule *s, const char *name, int line)
{
	s->waves = mem_room(s->waves, s->n_waves, &s->cap_waves, sizeof(*s->waves));
	s->waves[s->n_waves++] = (struct schedule_wave){ .name = name, .line = line };
}

static bool
known_wave(const struct schedule *s, const char *name, int *line)
{
	for (size_t i = 0; i < s->n_waves; i++)
		if (strcmp(s->waves[i].name, name) == 0) {
			*line = s->waves[i].line;
			return true;
		}
	return false;
}

static bool
known_form(const struct schedule *s, const char *key, int *line)
{
	for (size_t i = 0; i < s->n_forms; i++)
		if (strcmp(s->forms[i].key, key) == 0) {
			*line = s->forms[i].line;
			return true;
		}
	return false;
}

/* [word name]: opens the section, and says what is wrong with it; its lines are read all the same. */
static enum section
open_section(struct schedule *s, char *text, int line)
{
	char *name = text, *word = strsep(&name, " \t");
	struct err e = ERR_INIT;
	int before = 0;

	name = name ? arena_dup(&s->arena, strip(name)) : arena_dup(&s->arena, "");
	if (strcasecmp(word, "campaign") == 0) {
		if (s->line)
			schedule_fault(s, line, TR("there is a section [campaign] already, on line %d",
			    "đã có mục [campaign] ở dòng %d"),
			    s->line);
		s->line = s->line ? s->line : line;
		if (*name && !s->key.text)
			s->key = (struct schedule_text){ name, line };
		return SECTION_CAMPAIGN;
	}
	if (strcasecmp(word, "instrument") != 0 && strcasecmp(word, "wave") != 0) {
		schedule_fault(s, line, TR("there is no section [%s]: write [campaign], [instrument KEY] or [wave NAME]",
		    "không có mục [%s]: viết [campaign], [instrument MÃ] hoặc [wave TÊN]"), word);
		return SECTION_UNKNOWN;
	}
	if (!*name)
		schedule_fault(s, line, TR("the section needs a name: [%s NAME]", "mục cần có tên: [%s TÊN]"), word);
	else if (setup_name(name, &e) < 0)
		schedule_fault(s, line, "%s", e.text);
	if (strcasecmp(word, "wave") == 0) {
		if (known_wave(s, name, &before))
			schedule_fault(s, line, TR("wave '%s' stands on line %d already",
			    "lượt '%s' đã có ở dòng %d"), name, before);
		if (strcmp(name, "opens") == 0 || strcmp(name, "closes") == 0)
			schedule_fault(s, line, TR("a wave cannot be called '%s': times are counted from that word",
			    "lượt không được đặt tên '%s': tên này dùng để tính thời điểm"), name);
		if (s->n_waves == SCHEDULE_WAVES_MOST) {
			schedule_fault(s, line, TR("more than %d waves", "quá %d lượt"), SCHEDULE_WAVES_MOST);
			return SECTION_UNKNOWN;
		}
		add_wave(s, name, line);
		return SECTION_WAVE;
	}
	if (known_form(s, name, &before))
		schedule_fault(s, line, TR("form '%s' stands on line %d already",
		    "phiếu '%s' đã có ở dòng %d"), name, before);
	if (s->n_forms == INSTRUMENTS_MAX) {
		schedule_fault(s, line, TR("a campaign can have %d forms",
		    "một đợt có tối đa %d phiếu"), INSTRUMENTS_MAX);
		return SECTION_UNKNOWN;
	}
	s->forms[s->n_forms++] = (struct schedule_form){ .key = name, .line = line };
	return SECTION_FORM;
}

static void
unknown_name(struct schedule *s, enum section section, const char *name, int line)
{
	struct buf all = BUF_INIT(600);
	const char *near = NULL;
	size_t best = 4;

	for (size_t i = 0; i < COUNT_OF(places); i++) {
		size_t d;

		if (places[i].section != section)
			continue;
		buf_printf(&all, "%s%s", all.len ? ", " : "", places[i].name);
		if ((d = text_distance(name, places[i].name, 3)) < best) {
			best = d;
			near = places[i].name;
		}
	}
	if (near)
		schedule_fault(s, line, TR("[%s] has no '%s'; did you mean '%s'?",
		    "mục [%s] không có '%s'; có phải '%s'?"),
		    section_name(section), name, near);
	else
		schedule_fault(s, line, TR("[%s] has no '%s'; there is: %s", "mục [%s] không có '%s'; chỉ có: %s"),
		    section_name(section), name, buf_str(&all));
	buf_release(&all);
}

/* What the places of a section are in. */
static char *
base_of(struct schedule *s, enum section section)
{
	return section == SECTION_CAMPAIGN ? (char *)s : section == SECTION_FORM ? (char *)&s->forms[s->n_forms - 1] :
	    (char *)&s->waves[s->n_waves - 1];
}

static void
put_list(struct schedule *s, const struct place *p, const char *value, int line)
{
	struct schedule_text *list = (struct schedule_text *)(void *)((char *)s + p->list);
	size_t *n = (size_t *)(void *)((char *)s + p->n);

	if (*n == SCHEDULE_BASES_MOST)
		schedule_fault(s, line, TR("more than %d lines '%s'", "quá %d dòng '%s'"), SCHEDULE_BASES_MOST, p->name);
	else
		list[(*n)++] = (struct schedule_text){ value, line };
}

static void
put(struct schedule *s, enum section section, char *name, char *value, int line)
{
	const struct place *p = NULL;
	struct schedule_text *to;
	size_t n = strlen(value);

	for (char *c = name; *c; c++)
		*c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
	for (size_t i = 0; i < COUNT_OF(places) && !p; i++)
		if (places[i].section == section && strcmp(places[i].name, name) == 0)
			p = &places[i];
	if (!p) {
		unknown_name(s, section, name, line);
		return;
	}
	if (n >= 2 && value[0] == '"' && value[n - 1] == '"' && !memchr(value + 1, '"', n - 2)) {
		value[n - 1] = '\0';
		value++;
	}
	if (p->list) {
		put_list(s, p, arena_dup(&s->arena, value), line);
		return;
	}
	to = (struct schedule_text *)(void *)(base_of(s, section) + p->offset);
	if (to->text)
		schedule_fault(s, line, TR("'%s' stands on line %d already", "'%s' đã có ở dòng %d"), name, to->line);
	else
		*to = (struct schedule_text){ arena_dup(&s->arena, value), line };
}

static enum section
take_line(struct schedule *s, enum section section, char *text, int line)
{
	char *t = strip(text), *eq, *name;

	if (!*t || *t == '#' || *t == ';')
		return section;
	if (!text_is_utf8(t, strlen(t))) {
		schedule_fault(s, line, TR("the line is not in UTF-8: save the file as UTF-8",
		    "dòng không phải UTF-8: hãy lưu tệp dạng UTF-8"));
		return section;
	}
	if (*t == '[') {
		char *end = strrchr(t, ']');

		if (!end || end[1]) {
			schedule_fault(s, line, TR("a section ends with ']': %s", "mục phải kết thúc bằng ']': %s"), t);
			return SECTION_UNKNOWN;
		}
		*end = '\0';
		return open_section(s, strip(t + 1), line);
	}
	if (!(eq = strchr(t, '='))) {
		schedule_fault(s, line, TR("'%s' is no line of a plan: write name = value",
		    "'%s' không đúng dạng: viết tên = giá trị"), t);
		return section;
	}
	*eq = '\0';
	name = strip(t);
	if (section == SECTION_NONE)
		schedule_fault(s, line, TR("'%s' stands before any section: begin with [campaign]",
		    "'%s' đứng trước mọi mục: bắt đầu bằng [campaign]"), name);
	else if (section != SECTION_UNKNOWN)
		put(s, section, name, strip(eq + 1), line);
	return section;
}

/* What is needed and not there, told on the line where its section begins. */
static void
check_needed(struct schedule *s, enum section section, const char *name, int line, const char *base)
{
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		const struct place *p = &places[i];
		const struct schedule_text *t = (const struct schedule_text *)(const void *)(base + p->offset);

		if (p->section == section && p->needed && (!t->text || !*t->text))
			schedule_fault(s, t->text ? t->line : line, TR("[%s%s%s] needs a line '%s = ...'",
			    "mục [%s%s%s] cần một dòng '%s = ...'"),
			    section_name(section), *name ? " " : "", name, p->name);
	}
}

int
schedule_load(struct schedule *s, const char *path, struct err *e)
{
	enum section section = SECTION_NONE;
	struct file f = FILE_INIT;
	char *copy, *at, *text;
	int line = 0;

	if (file_read(&f, path, FILE_MAX_BYTES, e) < 0)
		return -1;
	if (memchr(f.data, '\0', f.len)) {
		file_release(&f);
		return err_set(e, ERR_INPUT, TR("%s is not a plain text: save the file as UTF-8",
		    "%s không phải tệp văn bản: hãy lưu dạng UTF-8"), path);
	}
	at = copy = mem_ndup(f.data, f.len);
	if (strncmp(at, "\xEF\xBB\xBF", 3) == 0)
		at += 3;
	while ((text = strsep(&at, "\n")))
		section = take_line(s, section, text, ++line);
	free(copy);
	file_release(&f);
	if (!s->line)
		schedule_fault(s, 1, TR("there is no section [campaign]", "không có mục [campaign]"));
	else
		check_needed(s, SECTION_CAMPAIGN, "", s->line, (const char *)s);
	for (size_t i = 0; i < s->n_forms; i++)
		check_needed(s, SECTION_FORM, s->forms[i].key, s->forms[i].line, (const char *)&s->forms[i]);
	for (size_t i = 0; i < s->n_waves; i++)
		check_needed(s, SECTION_WAVE, s->waves[i].name, s->waves[i].line, (const char *)&s->waves[i]);
	return 0;
}
