/*
 * Any bytes as a table: rows keep their promises, and all of the text is in one of them.
 *
 *	make fuzzers && build/fuzz/bin/fuzz_csv -max_total_time=60 SEEDS
 */
#include "base/csv.h"
#include "base/mem.h"
#include "base/text.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_all(const uint8_t *data, size_t size, char delimiter, size_t max_record)
{
	struct csv in = CSV_INIT;
	struct csv_row row;
	struct err e = ERR_INIT;
	int64_t line = in.sep_line;
	int rc;

	in.delimiter = delimiter;
	in.max_record_bytes = max_record;
	if (csv_open_memory(&in, data, size, &e) < 0) {
		ASSERT(e.code == ERR_INPUT && in.charset.charset == CHARSET_BINARY);
		csv_release(&in);
		return;
	}
	while ((rc = csv_next(&in, &row, &e)) == 1) {
		size_t sum = 0;

		ASSERT(row.line > line && row.line == in.line);
		line = row.line;
		ASSERT(row.raw_len <= max_record && (row.count > 0) == (row.raw_len > 0));
		for (size_t i = 0; i < row.count; i++) {
			ASSERT(strlen(row.cell[i].s) == row.cell[i].len);
			ASSERT(text_is_utf8(row.cell[i].s, row.cell[i].len));
			sum += row.cell[i].len;
		}
		ASSERT(sum <= 3 * row.raw_len);
	}
	ASSERT(rc == 0 || e.code == ERR_INPUT);
	csv_release(&in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_all(data, size, 0, CSV_RECORD_BYTES);
	read_all(data, size, ',', CSV_RECORD_BYTES);
	read_all(data, size, ';', 16);
	return 0;
}
