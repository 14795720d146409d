/*
 * Any bytes as a roster: what is read are numbered people with sound texts, and
 * what is accepted can go on an SMTP line.
 */
#include <unistd.h>

#include "base/text.h"
#include "engine/roster_read.h"
#include "mail/addr.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct units *
world(void)
{
	static struct units *units;
	struct unit u = { .code = "T92", .kind = UNIT_PROVINCE, .name_vi = "Thành phố Cần Thơ", .name_en = "Can Tho City",
	    .short_vi = "Cần Thơ", .position = 1, .predecessors = "" };
	struct err e = ERR_INIT;
	struct db *db;

	if (units)
		return units;
	ASSERT(db_open(&db, ":memory:", DB_CREATE, &e) == 0);
	ASSERT(tree_insert(db, "fuzz", &u.tree, &e) == 0 && unit_insert(db, &u, &e) == 0);
	ASSERT(unit_domain_insert(db, u.id, "cantho.gov.example", &e) == 0 && provider_insert(db, "gmail.example", &e) == 0);
	ASSERT(units_load(&units, db, u.tree, 1631811600, &e) == 0);
	db_close(db);
	return units;
}

static void
check_row(struct arena *a, const struct read_row *r, int64_t seq)
{
	struct addr addr;

	ASSERT(r->seq == seq && r->line >= 1);
	ASSERT(text_is_utf8(r->name, strlen(r->name)) && text_is_utf8(r->sub_unit, strlen(r->sub_unit)));
	ASSERT((r->judged.disposition == ACCEPT) == (*r->judged.email != '\0'));
	ASSERT(r->judged.disposition == HOLD || !*r->judged.suggestion);
	ASSERT(r->judged.disposition == ACCEPT || !*r->judged.alternate);
	const char *const all[] = { r->judged.email, r->judged.alternate, r->judged.suggestion };

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		if (!*all[i])
			continue;
		ASSERT(text_is_ascii(all[i], strlen(all[i])));
		ASSERT(addr_parse(&addr, a, all[i], NULL) == 0);
		ASSERT(strcmp(text_lower_ascii(a, all[i]), all[i]) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct units *units = world();
	struct roster_reader r;
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct read_row row;
	int64_t seq = 0;

	if (roster_open_memory(&r, data, size, units, units_by_code(units, "T92"), &e) < 0) {
		ASSERT(*e.text);
		return 0;
	}
	while (roster_next(&r, &a, &row, &e) == 1) {
		check_row(&a, &row, ++seq);
		arena_reset(&a);
	}
	roster_close(&r);
	arena_release(&a);
	return 0;
}
