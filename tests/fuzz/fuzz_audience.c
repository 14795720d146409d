/* Any text as an audience: it says what is wrong with it, or answers for everybody, and its contrary the contrary. */
#include <stdint.h>

#include "base/mem.h"
#include "engine/audience.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct audience_person people[] = {
		{ "T92", UNIT_PROVINCE, "cantho.example", 0, CAUSE_UNKNOWN, "accepted", 1631840400, false, true },
		{ "B02", UNIT_MINISTRY, "", 3, CAUSE_ANSWERED, "none", 0, true, false },
		{ "", UNIT_KINDS, "gmail.example", 1, CAUSE_ANSWERED_PARTLY, "planned", 1, true, false },
	};
	struct campaign campaign = { .key = "k", .n_instruments = 2,
	    .instruments = { { .id = 1, .key = "survey" }, { .id = 2, .key = "feedback" } } };
	struct arena arena = ARENA_INIT;
	struct err e = ERR_INIT;
	struct audience a, not_a;
	const char *text = arena_ndup(&arena, (const char *)data, size);

	zone_load(&campaign.zone, ZONE_DEFAULT, NULL);
	if (audience_parse(&a, &arena, text, &campaign, &e) < 0) {
		ASSERT(e.code == ERR_INPUT && *e.text);
	} else {
		ASSERT(a.asks);
		if (audience_parse(&not_a, &arena, arena_printf(&arena, "not (%s)", text), &campaign, NULL) == 0)
			for (size_t i = 0; i < COUNT_OF(people); i++)
				ASSERT(audience_fits(&a, &people[i]) != audience_fits(&not_a, &people[i]));
	}
	arena_release(&arena);
	return 0;
}
