#include "engine/setup.h"

#include <ctype.h>

#include "base/lang.h"
#include "engine/units.h"

bool
setup_plain(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_' && *p != '.')
			return false;
	return *name && strlen(name) <= 64;
}

int
setup_key(const char *key, struct err *e)
{
	return setup_plain(key) ? 0 : err_set(e, ERR_INPUT,
	    TR("the key '%s' may only have letters a-z, digits, '-', '_' and '.'",
	    "mã '%s' chỉ được gồm chữ a-z, số, '-', '_' và '.'"), key);
}

int
setup_name(const char *name, struct err *e)
{
	return setup_plain(name) ? 0 : err_set(e, ERR_INPUT,
	    TR("the name '%s' may only have letters a-z, digits, '-', '_' and '.'",
	    "tên '%s' chỉ được gồm chữ a-z, số, '-', '_' và '.'"), name);
}

int
setup_url(const char *url, struct err *e)
{
	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return err_set(e, ERR_INPUT, TR("url %s: begin with https://",
		    "url %s: phải bắt đầu bằng https://"), url);
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p == 0x7F)
			return err_set(e, ERR_INPUT, TR("url %s: no spaces in a URL",
			    "url %s: URL không có khoảng trắng"), url);
	return 0;
}

/* A directory out of force has no unit that could send a roster. */
static int
need_units(struct db *db, const char *name, int64_t tree, int64_t opens_at, struct err *e)
{
	struct units *units = NULL;
	size_t n = 0;

	if (units_load(&units, db, tree, opens_at, e) < 0)
		return -1;
	units_all(units, &n);
	units_free(units);
	return n ? 0 : err_set(e, ERR_INPUT, TR("unit directory '%s' has no unit in force on the opening day",
	    "danh mục đơn vị '%s' không có đơn vị nào còn hiệu lực vào ngày mở"), name);
}

int
setup_tree(struct db *db, const char *name, int64_t opens_at, int64_t *tree, struct err *e)
{
	int rc;

	if (name) {
		if ((rc = tree_find(db, name, tree, e)) == 0)
			err_set(e, ERR_NOTFOUND, TR("there is no unit directory '%s'",
			    "không có danh mục đơn vị '%s'"), name);
		return rc == 1 ? need_units(db, name, *tree, opens_at, e) : -1;
	}
	if ((rc = tree_in_force(db, opens_at, tree, e)) == 0)
		err_set(e, ERR_NOTFOUND,
		    TR("no unit directory is in force on the opening day: load one with 'thumoi init --units FILE'",
		    "không có danh mục đơn vị nào còn hiệu lực vào ngày mở: nạp bằng 'thumoi init --units TỆP'"));
	return rc == 1 ? 0 : -1;
}

const char *
setup_kind(const char *template)
{
	static const struct { const char *begins, *kind; } by_name[] = {
		{ "invitation", "invitation" }, { "reminder", "reminder" }, { "last-call", "reminder" },
		    { "thank", "thanks" },
	};

	for (size_t i = 0; i < COUNT_OF(by_name); i++)
		if (strncmp(template, by_name[i].begins, strlen(by_name[i].begins)) == 0)
			return by_name[i].kind;
	return "notice";
}

int
setup_kind_check(const char *kind, struct err *e)
{
	static const char *const kinds[] = { "invitation", "reminder", "thanks", "notice" };

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(kinds[i], kind) == 0)
			return 0;
	return err_set(e, ERR_INPUT, TR("kind '%s': invitation, reminder (the last call too), thanks or notice",
	    "kind '%s': invitation, reminder (kể cả nhắc lần cuối), thanks hoặc notice"), kind);
}

const char *
setup_uncertain(const char *kind)
{
	return strcmp(kind, "reminder") == 0 || strcmp(kind, "thanks") == 0 ? "hold" : "resend";
}
