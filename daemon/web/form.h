/*
 * form.h - what clients send, taken apart: paths, form fields, URLs.
 *
 * Units      bytes.
 * Ownership  results lie in the arena of the caller.
 * Errors     none: what cannot be read is not there.
 * Threads    pure.
 * Source     WHATWG URL (application/x-www-form-urlencoded), RFC 3986.
 */
#ifndef THUMOI_WEB_FORM_H
#define THUMOI_WEB_FORM_H

#include "base/buf.h"
#include "base/mem.h"

/* The first field of that name, decoded; NULL: none, or it holds a NUL. */
char	*form_value(struct arena *, const char *body, size_t len, const char *name);

/*
 * Does the path have the form of the pattern? "*" stands for one segment of 1
 * to PATH_SEG_MAX bytes; what stands there is copied to seg, in order.
 */
#define PATH_SEGS 4
#define PATH_SEG_MAX 127
struct path_segs { char s[PATH_SEGS][PATH_SEG_MAX + 1]; };
bool	path_match(const char *pattern, const char *path, struct path_segs *);

/* Percent-encodes all but RFC 3986 unreserved characters. */
void	url_escape(struct buf *, const char *s);
/* The address of a form with {{token}} replaced; NULL when it is no http(s) address. */
char	*url_for_token(struct arena *, const char *url, const char *token);
/* "https://host:port" of an http(s) address, safe in a header; NULL: none. */
char	*url_origin(struct arena *, const char *url);

#endif
