/* text.h: numbers as a reader of the language writes them. */
#include <inttypes.h>

#include "base/text.h"

char *
text_number(char out[32], int64_t v, enum lang l)
{
	char digits[24];
	uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, u), o = 0;

	if (v < 0)
		out[o++] = '-';
	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			out[o++] = l == LANG_VI ? '.' : ',';
		out[o++] = digits[i];
	}
	out[o] = '\0';
	return out;
}

char *
text_percent(char out[32], int64_t part, int64_t of, enum lang l)
{
	__extension__ typedef __int128 wide;
	wide tenths, rest;
	bool negative = (part < 0) != (of < 0) && part != 0;

	if (of == 0) {
		snprintf(out, 32, "–");
		return out;
	}
	rest = of < 0 ? -(wide)of : of;
	tenths = ((part < 0 ? -(wide)part : part) * 2000 + rest) / (2 * rest);	/* half up */
	text_number(out, (int64_t)(tenths / 10 > INT64_MAX ? INT64_MAX : tenths / 10), l);
	if (negative && tenths) {
		memmove(out + 1, out, strlen(out) + 1);
		out[0] = '-';
	}
	if (strlen(out) < 29)
		snprintf(out + strlen(out), 32 - strlen(out), "%c%d", l == LANG_VI ? ',' : '.', (int)(tenths % 10));
	return out;
}
