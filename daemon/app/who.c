#include "app/who.h"

#include "store/timeline.h"

#define FOUND_MOST 50

static int
print_choice(struct app *app, const struct contact *list, size_t n, struct err *e)
{
	const struct out_column columns[] = {
		{ "unit", TR("unit", "đơn vị"), false }, { "name", TR("name", "họ tên"), false },
		{ "sub_unit", TR("sub-unit", "bộ phận"), false }, { "email", TR("address", "địa chỉ"), false },
		{ "token", TR("token", "mã"), false },
	};
	struct out o;

	fprintf(stderr, TR("thumoi: %zu people answer to that; ask again with a token\n",
	    "thumoi: có %zu người trùng; hãy hỏi lại bằng mã\n"), n);
	out_begin(&o, stdout, app->json ? OUT_JSON : OUT_TEXT, columns, COUNT_OF(columns));
	for (size_t i = 0; i < n; i++) {
		out_text(&o, list[i].unit_code);
		out_text(&o, list[i].name);
		out_text(&o, list[i].sub_unit);
		out_text(&o, list[i].email);
		out_text(&o, list[i].token);
		out_row(&o);
	}
	return out_end(&o, e);
}

const char *
who_words(struct app *app, int argc, char **argv, int first)
{
	const char *s = argv[first];

	for (int i = first + 1; i < argc; i++)
		s = arena_printf(&app->arena, "%s %s", s, argv[i]);
	return s;
}

int
who_one(struct app *app, const char *who, struct contact *out, struct err *e)
{
	struct contact *list;
	size_t n;

	if (person_find(app->db, &app->arena, who, FOUND_MOST, &list, &n, e) < 0)
		return -1;
	if (n == 0)
		return err_set(e, ERR_NOTFOUND, TR("nobody answers to '%s'", "không có ai là '%s'"), who);
	if (n > 1)
		return print_choice(app, list, n, e) < 0 ? -1 : 0;
	*out = list[0];
	return 1;
}
