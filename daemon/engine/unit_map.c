#include "engine/unit_map.h"

#include <string.h>

#include "base/text.h"

static bool
names(const char *list, const char *code)
{
	size_t n = strlen(code);

	for (const char *p = list; *p; p += strcspn(p, "|"), p += *p == '|')
		if (strcspn(p, "|") == n && strncmp(p, code, n) == 0)
			return true;
	return false;
}

static bool
same_name(const char *a, const char *b)
{
	struct arena arena = ARENA_INIT;
	bool same = strcmp(text_fold(&arena, a), text_fold(&arena, b)) == 0;

	arena_release(&arena);
	return same;
}

enum how { BY_ID, BY_PREDECESSOR, BY_CODE, BY_NAME, HOWS };

static bool
is(const struct unit *to, const struct unit *from, enum how how)
{
	if (how == BY_ID)
		return to->id == from->id;
	if (to->kind != from->kind)
		return false;
	if (how == BY_PREDECESSOR)
		return names(to->predecessors, from->code);
	return how == BY_CODE ? strcmp(to->code, from->code) == 0 : same_name(to->name_vi, from->name_vi);
}

ptrdiff_t
unit_map(const struct account *to, const struct unit *from)
{
	for (int how = BY_ID; how < HOWS; how++) {
		ptrdiff_t found = -1;
		size_t n = 0;

		for (size_t i = 0; i < to->n_units; i++)
			if (is(&to->units[i].unit, from, (enum how)how)) {
				found = (ptrdiff_t)i;
				n++;
			}
		if (n)
			return n == 1 ? found : -1;
	}
	return -1;
}
