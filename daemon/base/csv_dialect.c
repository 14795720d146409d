/* csv.h: which delimiter a file uses. */
#include "base/csv_parse.h"

#include "base/mem.h"

enum { SAMPLE_RECORDS = 100, WIDEST = 64 };

/*
 * How much the first records are alike when cut at this delimiter: the most
 * frequent number of cells counts, squared by how frequent it is, so that a
 * comma in every third title does not outweigh the semicolons of all rows.
 */
static double
likeness(struct csv_parser *c, char delimiter, const char *p, size_t n, bool eof)
{
	size_t records = 0, by_count[WIDEST] = { 0 };
	double best = 0;

	csv_parser_delimiter(c, delimiter);
	while (n && records < SAMPLE_RECORDS && csv_parse(c, p, n, eof) == CSV_ROW) {
		if (c->count) {
			records++;
			if (!c->sloppy)
				by_count[c->count < WIDEST ? c->count : WIDEST - 1]++;
		}
		p += c->used;
		n -= c->used;
	}
	for (size_t cells = 2; cells < WIDEST; cells++) {
		double share = records ? (double)by_count[cells] / (double)records : 0;
		double likely = share * share * (double)(cells - 1);

		if (likely > best)
			best = likely;
	}
	return best;
}

char
csv_find_delimiter(struct csv_parser *c, const char *p, size_t n, bool eof)
{
	static const char candidates[] = { ',', ';', '\t', '|' };
	char found = candidates[0];
	double best = 0;

	for (size_t i = 0; i < COUNT_OF(candidates); i++) {
		double l = likeness(c, candidates[i], p, n, eof);

		if (l > best) {
			best = l;
			found = candidates[i];
		}
	}
	return found;
}

size_t
csv_sep_line(const char *p, size_t n, char *delimiter)
{
	size_t i = 0;
	bool quoted = n && p[0] == '"';

	i += quoted;
	if (n < i + 5 || strncasecmp(p + i, "sep=", 4) != 0)
		return 0;
	i += 4;
	if (p[i] == '\r' || p[i] == '\n' || p[i] == '"' || (p[i] & 0x80) || p[i] == '\0')
		return 0;
	*delimiter = p[i++];
	if (quoted && (i == n || p[i++] != '"'))
		return 0;
	if (i == n)
		return i;
	if (p[i] == '\r')
		return i + 1 < n && p[i + 1] == '\n' ? i + 2 : i + 1;
	return p[i] == '\n' ? i + 1 : 0;
}
