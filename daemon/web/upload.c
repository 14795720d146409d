#include "web/upload.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <strings.h>

#define PARSER_BYTES 16384
#define PEEK_BYTES 4096

bool
upload_is(const struct request *r)
{
	static const char type[] = "multipart/form-data";
	const char *s = request_header(r, "Content-Type");

	return s && strncasecmp(s, type, sizeof(type) - 1) == 0;
}

static struct buf *
value_of(struct upload_form *u, const char *name)
{
	struct upload_field *f;

	for (size_t i = 0; i < u->n; i++)
		if (strcmp(u->field[i].name, name) == 0)
			return &u->field[i].value;
	if (u->n == UPLOAD_FIELDS)
		return NULL;
	f = &u->field[u->n++];
	*f = (struct upload_field){ mem_dup(name), BUF_INIT(UPLOAD_VALUE_BYTES) };
	return &f->value;
}

/* A piece of one field; of a long one there are many. */
static enum MHD_Result
on_piece(void *arg, enum MHD_ValueKind kind, const char *name, const char *file_name, const char *type, const char *encoding,
    const char *data, uint64_t at, size_t n)
{
	struct upload_form *u = arg;
	struct buf *to;

	(void)kind;
	(void)type;
	(void)encoding;
	if (file_name && !u->file_name) {
		u->file_name = mem_dup(file_name);
		u->file_field = mem_dup(name);
	}
	/* Of several files the first. */
	if (file_name && (strcmp(file_name, u->file_name) != 0 || strcmp(name, u->file_field) != 0))
		return MHD_YES;
	if (!(to = file_name ? &u->file : value_of(u, name)))
		return MHD_NO;
	if (!file_name && memchr(data, '\0', n))
		return MHD_NO;
	/* The first of two fields with one name counts. */
	if (at == to->len)
		buf_add(to, data, n);
	return to->failed ? MHD_NO : MHD_YES;
}

bool
upload_read(struct upload_form *u, const struct request *r)
{
	struct MHD_PostProcessor *p;
	bool fine;

	*u = (struct upload_form){ .file = BUF_INIT(UPLOAD_MAX_BYTES) };
	if (!(p = MHD_create_post_processor(r->connection, PARSER_BYTES, on_piece, u)))
		return false;
	fine = MHD_post_process(p, r->body, r->body_len) == MHD_YES;
	/* A body without its last boundary is half a file. */
	return MHD_destroy_post_processor(p) == MHD_YES && fine;
}

const char *
upload_value(const struct upload_form *u, const char *name)
{
	for (size_t i = 0; i < u->n; i++)
		if (strcmp(u->field[i].name, name) == 0)
			return buf_str(&u->field[i].value);
	return NULL;
}

const char *
upload_peek(const struct request *r, const char *name)
{
	struct upload_form u = { .file = BUF_INIT(PEEK_BYTES) };
	struct MHD_PostProcessor *p = MHD_create_post_processor(r->connection, PARSER_BYTES, on_piece, &u);
	const char *value = NULL;

	if (p) {
		MHD_post_process(p, r->body, r->body_len < PEEK_BYTES ? r->body_len : PEEK_BYTES);
		MHD_destroy_post_processor(p);
		value = upload_value(&u, name);
		value = value ? arena_dup(r->arena, value) : NULL;
	}
	upload_release(&u);
	return value;
}

void
upload_release(struct upload_form *u)
{
	for (size_t i = 0; i < u->n; i++) {
		free(u->field[i].name);
		buf_release(&u->field[i].value);
	}
	buf_release(&u->file);
	free(u->file_name);
	free(u->file_field);
	*u = (struct upload_form){ .n = 0 };
}
