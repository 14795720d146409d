/*
 * buf.h - a string that grows, up to a limit.
 *
 * Append freely and check `failed` once at the end: past the maximum nothing
 * more is taken and the failure stays.
 *
 * Units      bytes; s is always terminated by a NUL that len does not count.
 * Ownership  buf_release frees; buf_steal hands the string to the caller.
 * Errors     sticky `failed`, no return values to check.
 * Threads    one buf, one thread.
 * Source     curl's dynbuf.
 */
#ifndef THUMOI_BASE_BUF_H
#define THUMOI_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *s;	/* never NULL to a reader: use buf_str */
	size_t len;
	size_t cap;
	size_t max;
	bool failed;
};
#define BUF_INIT(max_bytes) { NULL, 0, 0, (max_bytes), false }

void	buf_add(struct buf *, const void *p, size_t n);
void	buf_str_add(struct buf *, const char *s);
void	buf_char(struct buf *, char c);
void	buf_printf(struct buf *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void	buf_utf8(struct buf *, unsigned cp);	/* one code point */
/* For writers that know the most they need: n bytes behind the end, or NULL (failed). Say with buf_grown how many it were. */
char	*buf_room(struct buf *, size_t n);
void	buf_grown(struct buf *, size_t n);
const char *buf_str(const struct buf *);	/* "" when empty; borrowed */
void	buf_clear(struct buf *);		/* empty, keeps the memory, clears failed */
void	buf_cut(struct buf *, size_t len);	/* shorten to len */
char	*buf_steal(struct buf *);		/* yours; the buf is empty afterwards */
void	buf_release(struct buf *);

#endif
