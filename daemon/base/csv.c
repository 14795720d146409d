#include "base/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/csv_parse.h"

enum {
	CHUNK_BYTES = 128 * 1024,
	SAMPLE_BYTES = 64 * 1024,
	BOM_BYTES = 3,
};

struct csv_state {
	int fd;				/* -1: the bytes are in memory */
	const char *memory;
	size_t memory_left;

	bool plain;			/* bytes are text as they are */
	struct charset_decoder decoder;
	char *chunk;			/* undecoded */
	struct buf decoded;

	char *text;			/* decoded, not yet read: start..end */
	size_t start, end, cap;
	bool eof;
	int64_t next_line;
	struct csv_parser parser;
};

static int
read_bytes(struct csv_state *s, char *into, size_t n, size_t *got, struct err *e)
{
	ssize_t r;

	if (s->fd < 0) {
		*got = n < s->memory_left ? n : s->memory_left;
		if (*got) {
			memcpy(into, s->memory, *got);
			s->memory += *got;
		}
		s->memory_left -= *got;
		return 0;
	}
	do
		r = read(s->fd, into, n);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_sys(e, TR("cannot read", "không đọc được"));
	*got = (size_t)r;
	return 0;
}

/* Puts more text behind what is there; eof when there is none. */
static int
fill(struct csv_state *s, struct err *e)
{
	size_t got;

	if (s->start) {
		memmove(s->text, s->text + s->start, s->end - s->start);
		s->end -= s->start;
		s->start = 0;
	}
	if (s->plain) {
		if (s->cap - s->end < CHUNK_BYTES)
			s->text = mem_grow(s->text, s->cap = s->end + 2 * CHUNK_BYTES);
		if (read_bytes(s, s->text + s->end, CHUNK_BYTES, &got, e) < 0)
			return -1;
		s->end += got;
		s->eof = got == 0;
		return 0;
	}
	if (read_bytes(s, s->chunk, CHUNK_BYTES, &got, e) < 0)
		return -1;
	s->eof = got == 0;
	buf_clear(&s->decoded);
	charset_decode(&s->decoder, s->chunk, got, s->eof, &s->decoded);
	ASSERT(!s->decoded.failed);
	if (s->cap - s->end < s->decoded.len)
		s->text = mem_grow(s->text, s->cap = s->end + 2 * s->decoded.len);
	if (s->decoded.len)
		memcpy(s->text + s->end, s->decoded.s, s->decoded.len);
	s->end += s->decoded.len;
	return 0;
}

/* Encoding is known: read the first text, find the delimiter. */
static int
begin(struct csv *in, struct err *e)
{
	struct csv_state *s = in->state;
	char sep = 0;
	size_t skip;

	if (in->charset.charset == CHARSET_BINARY) {
		struct arena a = ARENA_INIT;

		err_set(e, ERR_INPUT, "%s", charset_explain(&a, &in->charset, lang_ui));
		arena_release(&a);
		return -1;
	}
	s->plain = charset_is_plain(&in->charset);
	charset_decoder_init(&s->decoder, &in->charset);
	s->decoded = (struct buf)BUF_INIT(4 * CHUNK_BYTES + 512);
	if (!s->plain)
		s->chunk = mem_alloc(CHUNK_BYTES);
	s->parser = (struct csv_parser)CSV_PARSER_INIT;
	if (!in->max_record_bytes)
		in->max_record_bytes = CSV_RECORD_BYTES;
	if (!in->max_cells)
		in->max_cells = CSV_CELLS;
	s->parser.max_bytes = in->max_record_bytes;
	s->parser.max_cells = in->max_cells;
	s->next_line = 1;
	s->text = mem_alloc(s->cap = 2 * CHUNK_BYTES);
	while (!s->eof && s->end < SAMPLE_BYTES)
		if (fill(s, e) < 0)
			return -1;
	if (s->plain && in->charset.bom && s->end >= BOM_BYTES)
		s->start = BOM_BYTES;
	if ((skip = csv_sep_line(s->text + s->start, s->end - s->start, &sep)) > 0) {
		s->start += skip;
		s->next_line++;
		in->sep_line = true;
		if (!in->delimiter)
			in->delimiter = sep;
	}
	if (!in->delimiter)
		in->delimiter = csv_find_delimiter(&s->parser, s->text + s->start, s->end - s->start, s->eof);
	csv_parser_delimiter(&s->parser, in->delimiter);
	return 0;
}

static void
start(struct csv *in, int fd)
{
	in->state = mem_zalloc(sizeof(*in->state));
	in->state->fd = fd;
	in->line = in->rows = 0;
	in->sep_line = false;
}

/* What comes through a pipe comes once; we read twice. -1 or the new fd. */
static int
spool(int fd, struct err *e)
{
	FILE *f = tmpfile();
	char *chunk = mem_alloc(CHUNK_BYTES);
	ssize_t n;
	int copy = -1;

	if (!f) {
		err_sys(e, TR("cannot create a temporary file", "không tạo được tệp tạm"));
		goto out;
	}
	while ((n = read(fd, chunk, CHUNK_BYTES)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || fwrite(chunk, 1, (size_t)n, f) != (size_t)n) {
			err_sys(e, TR("cannot copy to a temporary file", "không chép được vào tệp tạm"));
			goto out;
		}
	}
	if (fflush(f) == 0 && lseek(fileno(f), 0, SEEK_SET) == 0)
		copy = fcntl(fileno(f), F_DUPFD_CLOEXEC, 0);
	if (copy < 0)
		err_sys(e, TR("cannot copy to a temporary file", "không chép được vào tệp tạm"));
out:
	if (f)
		fclose(f);
	free(chunk);
	return copy;
}

int
csv_open(struct csv *in, const char *path, struct err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC), copy;

	if (fd < 0)
		return err_sys(e, "%s", path);
	if (fstat(fd, &st) < 0) {
		err_sys(e, "%s", path);
		close(fd);
		return -1;
	}
	if (S_ISDIR(st.st_mode)) {
		close(fd);
		return err_set(e, ERR_INPUT, TR("%s: is a folder", "%s: là thư mục"), path);
	}
	if (!S_ISREG(st.st_mode)) {
		copy = spool(fd, e);
		close(fd);
		if ((fd = copy) < 0)
			return err_wrap(e, "%s", path);
	}
	start(in, fd);
	if (charset_detect_fd(fd, &in->charset, e) < 0)
		return err_wrap(e, "%s", path);
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, "%s", path);
	return begin(in, e) < 0 ? err_wrap(e, "%s", path) : 0;
}

int
csv_open_memory(struct csv *in, const void *data, size_t len, struct err *e)
{
	start(in, -1);
	in->state->memory = data;
	in->state->memory_left = len;
	charset_detect(data, len, &in->charset);
	return begin(in, e);
}

int
csv_next(struct csv *in, struct csv_row *row, struct err *e)
{
	struct csv_state *s = in->state;
	struct csv_parser *c = &s->parser;
	enum csv_result r;

	for (;;) {
		size_t n = s->end - s->start;

		if (s->eof && (n == 0 || (n == 1 && s->text[s->start] == 0x1A)))
			return 0;	/* Ctrl-Z: the end as DOS wrote it */
		r = n ? csv_parse(c, s->text + s->start, n, s->eof) : CSV_MORE;
		if (r != CSV_MORE)
			break;
		if (fill(s, e) < 0)
			return err_wrap(e, TR("line %" PRId64, "dòng %" PRId64), s->next_line);
	}
	if (r == CSV_TOO_LONG)
		return err_set(e, ERR_INPUT, TR("line %" PRId64 ": record is longer than %zu bytes",
		    "dòng %" PRId64 ": bản ghi dài hơn %zu byte: có đúng là danh sách không? (thiết lập roster_max_line_bytes)"), s->next_line, in->max_record_bytes);
	if (r == CSV_TOO_WIDE)
		return err_set(e, ERR_INPUT, TR("line %" PRId64 ": more than %zu columns",
		    "dòng %" PRId64 ": nhiều hơn %zu cột"), s->next_line, in->max_cells);
	*row = (struct csv_row){
		.cell = c->cell, .count = c->count, .line = s->next_line,
		.raw = s->text + s->start, .raw_len = c->raw_len, .open_quote = c->open_quote,
	};
	in->line = s->next_line;
	in->rows++;
	s->next_line += 1 + c->breaks;
	s->start += c->used;
	return 1;
}

void
csv_release(struct csv *in)
{
	struct csv_state *s = in->state;

	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	csv_parser_release(&s->parser);
	buf_release(&s->decoded);
	free(s->chunk);
	free(s->text);
	free(s);
	in->state = NULL;
}
