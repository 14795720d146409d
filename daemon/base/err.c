#include "base/err.h"

#include <errno.h>
#include <stdarg.h>

/* Cut an unfinished UTF-8 sequence from the end of s. */
static void
trim_partial(char *s)
{
	size_t n = strlen(s), k = n;

	while (k > 0 && n - k < 4 && ((unsigned char)s[k - 1] & 0xC0) == 0x80)
		k--;
	if (k > 0) {
		unsigned char lead = (unsigned char)s[k - 1];
		size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;

		if (n - (k - 1) < want)
			s[k - 1] = '\0';
	}
}

int
(err_set)(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	trim_partial(e->text);
	return -1;
}

int
(err_sys)(struct err *e, const char *fmt, ...)
{
	int errnum = errno;
	char head[sizeof(e->text) / 2];
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	trim_partial(head);
	return err_set(e, errnum == ENOSPC || errnum == EDQUOT ? ERR_FULL : ERR_SYSTEM, "%s: %s",
	    head, strerror(errnum));
}

int
(err_wrap)(struct err *e, const char *fmt, ...)
{
	char head[sizeof(e->text) / 2], old[sizeof(e->text)];
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	trim_partial(head);
	memcpy(old, e->text, sizeof(old));
	return err_set(e, e->code ? e->code : ERR_SYSTEM, "%s: %s", head, old);
}
