/*
 * upload.h - a form with a file: what a browser sends as multipart/form-data.
 *
 * Taken apart by libmicrohttpd, in memory, after the whole body has come.
 *
 * Units      bytes.
 * Ownership  upload_release; values and the file are borrowed until then.
 * Errors     upload_read: false for a body that is none, or is broken.
 * Threads    one request.
 * Source     RFC 7578.
 */
#ifndef THUMOI_WEB_UPLOAD_H
#define THUMOI_WEB_UPLOAD_H

#include "base/buf.h"
#include "web/request.h"

#define UPLOAD_MAX_BYTES ((size_t)32 << 20)	/* of a whole body */
#define UPLOAD_FIELDS 16
#define UPLOAD_VALUE_BYTES 2000

struct upload_field { char *name; struct buf value; };

struct upload_form {
	struct upload_field field[UPLOAD_FIELDS];
	size_t n;
	struct buf file;
	char *file_name;		/* as the browser gave it; NULL: there was no file */
	char *file_field;
};

bool	upload_is(const struct request *);	/* by its Content-Type */
bool	upload_read(struct upload_form *, const struct request *);
/* A value near the beginning of the body, without taking all of it apart; NULL: none. In the arena of the request. */
const char *upload_peek(const struct request *, const char *name);
const char *upload_value(const struct upload_form *, const char *name);	/* NULL: none */
void	upload_release(struct upload_form *);

#endif
