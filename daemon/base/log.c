#include "base/log.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "base/clock.h"

/* A reload changes them while others write. */
static atomic_int log_fd = STDERR_FILENO;
static atomic_int log_most = LOG_LEVEL_WARN;

void
log_to(int fd, enum log_level most)
{
	atomic_store(&log_fd, fd);
	atomic_store(&log_most, (int)most);
}

int
log_level_parse(const char *word, enum log_level *out)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };

	for (int i = 0; i < 4; i++)
		if (strcmp(word, names[i]) == 0) {
			*out = (enum log_level)i;
			return 0;
		}
	return -1;
}

void
log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };
	char line[2048];
	int64_t ms = clock_ms();
	time_t s = (time_t)(ms / 1000);
	struct tm tm;
	size_t n;
	int k;
	va_list ap;

	if (atomic_load_explicit(&log_fd, memory_order_relaxed) < 0 ||
	    (int)level > atomic_load_explicit(&log_most, memory_order_relaxed))
		return;
	gmtime_r(&s, &tm);
	n = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%S", &tm);
	k = snprintf(line + n, sizeof(line) - n, ".%03dZ %s %s ", (int)(ms % 1000), names[level], event);
	n += (size_t)k;
	va_start(ap, fmt);
	k = vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);
	va_end(ap);
	n = (size_t)k >= sizeof(line) - n - 1 ? sizeof(line) - 2 : n + (size_t)k;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20)
			line[i] = ' ';
	line[n++] = '\n';
	if (write(log_fd, line, n) < 0)
		return;
}

static bool
address_char(int c)
{
	return isalnum(c) || (c && strchr("._-+=~!#$%&'*/?^`{|}", c)) || c >= 0x80;
}

/* Addresses masked; escape: between quotes, as a value of a line. */
static const char *
mask(struct log_q *q, const char *text, bool escape)
{
	size_t o = 0, word = 0;	/* word: where in the output the current word began */

	if (escape)
		q->text[o++] = '"';
	word = o;
	for (const char *s = text ? text : ""; *s && o < sizeof(q->text) - 12; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '@' && o > word && (address_char((unsigned char)s[1]) || s[1] == '[')) {
			o = word;
			memcpy(q->text + o, "<address>", 9);
			o += 9;
			while (address_char((unsigned char)s[1]) || s[1] == '[' || s[1] == ']' || s[1] == ':')
				s++;
			word = o;
			continue;
		}
		if (escape && (c == '"' || c == '\\'))
			q->text[o++] = '\\';
		q->text[o++] = c < 0x20 ? ' ' : (char)c;
		if (!address_char(c))
			word = o;
	}
	if (escape)
		q->text[o++] = '"';
	q->text[o] = '\0';
	return q->text;
}

const char *
log_q(struct log_q *q, const char *text)
{
	return mask(q, text, true);
}

const char *
log_mask(struct log_q *q, const char *text)
{
	return mask(q, text, false);
}
