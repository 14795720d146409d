#include "web/tiles.h"

#include <stdlib.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/mem.h"

#define GRID_MOST 99

struct tiles {
	struct entry { char code[32]; struct tile at; } *list;
	size_t n, cap;
};

static const struct { const char *key, *en, *vi; } regions[REGIONS] = {
	[REGION_NONE] = { "", "", "" },
	[REGION_MOUNTAINS] = { "mountains", "Northern midlands and mountains", "Trung du và miền núi phía Bắc" },
	[REGION_RED_RIVER] = { "red_river", "Red River Delta", "Đồng bằng sông Hồng" },
	[REGION_CENTRAL_COAST] = { "central_coast", "North Central and Central Coast", "Bắc Trung Bộ và duyên hải miền Trung" },
	[REGION_HIGHLANDS] = { "highlands", "Central Highlands", "Tây Nguyên" },
	[REGION_NORTH_CENTRAL] = { "north_central", "North Central", "Bắc Trung Bộ" },
	[REGION_SOUTH_CENTRAL] = { "south_central", "South Central Coast and Central Highlands", "Duyên hải Nam Trung Bộ và Tây Nguyên" },
	[REGION_SOUTH_EAST] = { "south_east", "South East", "Đông Nam Bộ" },
	[REGION_MEKONG] = { "mekong", "Mekong River Delta", "Đồng bằng sông Cửu Long" },
};

const char *
region_key(enum region r)
{
	return regions[r].key;
}

const char *
region_name(enum region r, enum lang l)
{
	return TRL(l, regions[r].en, regions[r].vi);
}

static int
read_region(const char *s, enum region *out)
{
	for (int r = 0; r < REGIONS; r++)
		if (strcmp(regions[r].key, s) == 0) {
			*out = (enum region)r;
			return 0;
		}
	return -1;
}

static int
read_place(const char *s, int *out)
{
	char *end;
	long v = strtol(s, &end, 10);

	if (end == s || *end || v < 0 || v > GRID_MOST)
		return -1;
	*out = (int)v;
	return 0;
}

static int
read_tile(struct tiles *t, const struct csv_row *row, const char *path, struct err *e)
{
	struct entry *one;

	t->list = mem_room(t->list, t->n, &t->cap, sizeof(*t->list));
	one = &t->list[t->n];
	snprintf(one->code, sizeof(one->code), "%s", csv_cell(row, 0));
	if (!*one->code || read_place(csv_cell(row, 1), &one->at.column) < 0 || read_place(csv_cell(row, 2), &one->at.row) < 0 ||
	    read_region(csv_cell(row, 3), &one->at.region) < 0)
		return err_set(e, ERR_INPUT, TR("%s:%ld: expected code,column,row,region with places from 0 to %d",
		    "%s:%ld: cần mã,cột,hàng,vùng, vị trí từ 0 đến %d"), path, (long)row->line, GRID_MOST);
	t->n++;
	return 0;
}

int
tiles_load(struct tiles **out, struct err *e)
{
	struct tiles *t = mem_zalloc(sizeof(*t));
	struct arena a = ARENA_INIT;
	const char *path = file_data_path(&a, "config/tiles-vn.csv");
	struct csv in = CSV_INIT;
	struct csv_row row;
	int rc = csv_open(&in, path, e);

	while (rc >= 0 && (rc = csv_next(&in, &row, e)) == 1)
		if (row.line > 1 && read_tile(t, &row, path, e) < 0)
			rc = -1;
	csv_release(&in);
	arena_release(&a);
	if (rc < 0) {
		tiles_free(t);
		return -1;
	}
	*out = t;
	return 0;
}

void
tiles_free(struct tiles *t)
{
	if (t)
		free(t->list);
	free(t);
}

bool
tiles_find(const struct tiles *t, const char *code, struct tile *out)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->list[i].code, code) == 0) {
			*out = t->list[i].at;
			return true;
		}
	return false;
}
