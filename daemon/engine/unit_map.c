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

enum how { BY_ID, BY_PREDECESSOR, BY_SUCCESSOR, BY_CODE, BY_NAME, HOWS };

static bool
is(const struct unit *to, const struct unit *from, enum how how)
{
	if (how == BY_ID)
		return to->id == from->id;
	if (to->kind != from->kind)
		return false;
	if (how == BY_PREDECESSOR)
		return names(to->predecessors, from->code);
	/* The other way round: what was merged of several has become none of them. */
	if (how == BY_SUCCESSOR)
		return names(from->predecessors, to->code);
	return how == BY_CODE ? strcmp(to->code, from->code) == 0 : same_name(to->name_vi, from->name_vi);
}

bool
unit_map_newer(const struct account *a, const struct account *b)
{
	int64_t latest[2] = { 0, 0 };
	const struct account *const both[2] = { a, b };

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < both[k]->n_units; i++)
			if (both[k]->units[i].unit.valid_from > latest[k])
				latest[k] = both[k]->units[i].unit.valid_from;
	return latest[0] > latest[1];
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
