#include "engine/rates.h"

#include <string.h>

void
rates_count(struct rates *r, const struct tally *t)
{
	int64_t known, all;

	*r = (struct rates){ .complete = 0 };
	for (int c = 0; c < CAUSES; c++) {
		const char *code = cause_info((enum cause)c)->aapor;
		int64_t n = tally_cause(t, (enum cause)c);

		if (strcmp(code, "1.1") == 0)
			r->complete += n;
		else if (strcmp(code, "1.2") == 0)
			r->partial += n;
		else if (strncmp(code, "2.1", 3) == 0)
			r->refused += n;
		else if (code[0] == '2')
			r->not_reached += n;
		else
			r->unknown += n;
	}
	known = r->complete + r->partial + r->refused + r->not_reached;
	all = known + r->unknown;
	for (int i = 0; i < RATES; i++) {
		r->numerator[i] = i % 2 ? r->complete + r->partial : r->complete;
		r->denominator[i] = i < 4 ? all : known;
	}
}

const char *
rate_assumption(int rate, enum lang l)
{
	static const struct { const char *en, *vi; } said[RATES] = {
		{ "complete answers among all nominated", "trả lời đủ trên tổng số người được cử" },
		{ "complete and partial answers among all nominated", "trả lời đủ và một phần trên tổng số người được cử" },
		{ "as RR1: everybody nominated is eligible (e = 1)", "như RR1: người được cử đều thuộc đối tượng (e = 1)" },
		{ "as RR2: everybody nominated is eligible (e = 1)", "như RR2: người được cử đều thuộc đối tượng (e = 1)" },
		{ "complete answers among those of whom something is known: nobody unknown is eligible (e = 0)",
		    "trả lời đủ trên số người đã biết rõ tình trạng: coi phần chưa biết là không thuộc đối tượng (e = 0)" },
		{ "complete and partial answers among those of whom something is known (e = 0)",
		    "trả lời đủ và một phần trên số người đã biết rõ tình trạng (e = 0)" },
	};

	return TRL(l, said[rate].en, said[rate].vi);
}
