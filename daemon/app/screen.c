#include "app/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/out.h"

#define MAX_BYTES (1 << 20)

bool
screen_there(void)
{
	return isatty(STDOUT_FILENO);
}

/* The rows that a line takes when it is so wide. */
static size_t
rows_of(const char *line, size_t len, size_t columns)
{
	char *s = mem_ndup(line, len);
	size_t width = out_width(s);

	free(s);
	return columns && width > columns ? (width + columns - 1) / columns : 1;
}

void
screen_show(const char *text, bool first)
{
	struct buf b = BUF_INIT(MAX_BYTES);
	struct winsize size = { .ws_row = 0 };
	size_t rows = 0;

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	buf_str_add(&b, first ? "\033[2J\033[H" : "\033[H");
	for (const char *line = text, *end; *line; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		rows += rows_of(line, (size_t)(end - line), size.ws_col);
		/* The last row is for the cursor: a screen that scrolls cannot be drawn over. */
		if (size.ws_row && rows >= size.ws_row)
			break;
		buf_add(&b, line, (size_t)(end - line));
		buf_str_add(&b, "\033[K\n");
	}
	buf_str_add(&b, "\033[J");
	fputs(buf_str(&b), stdout);
	buf_release(&b);
}
