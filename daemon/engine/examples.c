#include "engine/examples.h"

#include "base/file.h"
#include "base/lang.h"

#define EXAMPLES_MAX_BYTES (16u << 20)

/* 1 an example, 0 nothing on the line, -1. */
static int
read_example(struct example *x, char *line, struct err *e)
{
	char *field[4] = { NULL };
	size_t n = 0;

	line[strcspn(line, "\r")] = '\0';
	if (!*line || *line == '#')
		return 0;
	for (char *at = line; at && n < COUNT_OF(field); n++)
		field[n] = strsep(&at, "\t");
	if (n < 3 || (strcmp(field[2], "0") != 0 && strcmp(field[2], "1") != 0))
		return err_set(e, ERR_INPUT, TR("an example is text TAB category TAB 0 or 1", "mỗi ví dụ là: câu TAB loại TAB 0 hoặc 1"));
	if (category_parse(field[1]) == CAT_UNKNOWN && strcmp(field[1], category_name(CAT_UNKNOWN)) != 0)
		return err_set(e, ERR_INPUT, TR("there is no category '%s'", "không có loại '%s'"), field[1]);
	*x = (struct example){ field[0], field[1], field[3] ? field[3] : "", *field[2] == '1' };
	return 1;
}

int
examples_each(const char *path, int (*each)(const struct example *, void *), void *arg, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct file f = FILE_INIT;
	char *copy, *at, *line;
	int rc = 0, n = 0;

	if (!path)
		path = file_data_path(&a, "config/rules/examples.tsv");
	if (file_read(&f, path, EXAMPLES_MAX_BYTES, e) < 0) {
		arena_release(&a);
		return -1;
	}
	at = copy = mem_ndup(f.data, f.len);
	while (rc == 0 && (line = strsep(&at, "\n"))) {
		struct example x = { .text = "" };

		n++;
		if ((rc = read_example(&x, line, e)) < 0)
			err_wrap(e, TR("%s line %d", "%s dòng %d"), path, n);
		else if (rc == 1)
			rc = each(&x, arg);
	}
	free(copy);
	file_release(&f);
	arena_release(&a);
	return rc;
}

bool
example_holds(const struct example *x, const struct verdict *v)
{
	return strcmp(category_name(v->category), x->category) == 0 && v->hard == x->hard;
}
