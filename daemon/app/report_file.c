#include "app/report_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lang.h"
#include "base/out.h"

#define PIECE 16384

int
report_file_begin(struct report_file *r, const char *path, bool excel, bool by_path, struct err *e)
{
	const char *dir = getenv("TMPDIR");
	struct arena a = ARENA_INIT;
	int fd;

	*r = (struct report_file){ .path = path, .excel = excel };
	if (!path && !excel && !by_path) {
		r->f = stdout;
		return 0;
	}
	r->tmp = mem_dup(path && !excel ? arena_printf(&a, "%s.tmp-XXXXXX", path) :
	    arena_printf(&a, "%s/thumoi-report-XXXXXX", dir && *dir ? dir : "/tmp"));
	arena_release(&a);
	if ((fd = mkostemp(r->tmp, O_CLOEXEC)) < 0 || fchmod(fd, 0644) < 0 || (!by_path && !(r->f = fdopen(fd, "w+")))) {
		err_sys(e, TR("cannot write %s", "không ghi được %s"), r->tmp);
		if (fd >= 0)
			close(fd);
		report_file_drop(r);
		return -1;
	}
	if (by_path)
		close(fd);
	return 0;
}

void
report_file_drop(struct report_file *r)
{
	if (r->f && r->f != stdout)
		fclose(r->f);
	if (r->tmp)
		unlink(r->tmp);
	free(r->tmp);
	*r = (struct report_file){ .f = NULL };
}

static int
copy(FILE *from, FILE *to, struct err *e)
{
	char piece[PIECE];
	size_t n;

	while ((n = fread(piece, 1, sizeof(piece), from)) > 0 && fwrite(piece, 1, n, to) == n)
		;
	return ferror(from) || fflush(to) != 0 || ferror(to) ? out_lost(e) : 0;
}

/* What was written goes there, for Excel with its mark first, and CR LF. */
static int
hand_over(const struct report_file *r, FILE *from, FILE *to, struct err *e)
{
	rewind(from);
	return r->excel ? out_excel_copy(from, to, e) : copy(from, to, e);
}

static int
put_in_place(struct report_file *r, struct err *e)
{
	int fd = r->f ? fileno(r->f) : open(r->tmp, O_RDONLY | O_CLOEXEC), rc = 0;

	if (fd < 0 || (r->f && fflush(r->f) != 0) || fsync(fd) < 0 || rename(r->tmp, r->path) < 0)
		rc = err_sys(e, TR("cannot write %s", "không ghi được %s"), r->path);
	if (!r->f && fd >= 0)
		close(fd);
	if (rc == 0) {
		free(r->tmp);
		r->tmp = NULL;
	}
	return rc;
}

int
report_file_end(struct report_file *r, struct err *e)
{
	struct report_file to = { .f = NULL };
	int rc = 0;

	if (!r->tmp) {
		rc = fflush(stdout) != 0 || ferror(stdout) ? out_lost(e) : 0;
	} else if (r->path && !r->excel) {
		rc = put_in_place(r, e);
	} else {
		FILE *from = r->f ? r->f : fopen(r->tmp, "re");

		if (!from)
			rc = err_sys(e, "%s", r->tmp);
		else if (r->path && (rc = report_file_begin(&to, r->path, false, false, e)) == 0)
			rc = hand_over(r, from, to.f, e) < 0 ? -1 : put_in_place(&to, e);
		else if (!r->path)
			rc = hand_over(r, from, stdout, e);
		if (from && from != r->f)
			fclose(from);
		report_file_drop(&to);
	}
	report_file_drop(r);
	return rc;
}
