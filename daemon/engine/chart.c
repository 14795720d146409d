#include "engine/chart.h"

#include "base/out.h"
#include "base/text.h"

/* Address first, then mailbox, person, sender: as a message travels; the unknown last. */
static const enum cause order[CAUSES] = {
	CAUSE_ANSWERED, CAUSE_ANSWERED_PARTLY,
	CAUSE_BAD_ROW, CAUSE_BAD_USER, CAUSE_BAD_DOMAIN, CAUSE_MOVED, CAUSE_BAD_SYNTAX,
	CAUSE_REFUSED_POLICY, CAUSE_REFUSED_CONTENT, CAUSE_REFUSED_BLOCKED, CAUSE_EXPIRED,
	CAUSE_MAILBOX_FULL, CAUSE_MAILBOX_DISABLED, CAUSE_IN_SPAM,
	CAUSE_OPTED_OUT, CAUSE_COMPLAINED, CAUSE_AWAY, CAUSE_RECEIVED_SILENT,
	CAUSE_NOT_INVITED, CAUSE_WAITING, CAUSE_UNCERTAIN, CAUSE_REFUSED_AUTH,
	CAUSE_UNKNOWN,
};

void
chart_defs(struct buf *b)
{
	buf_str_add(b, "<svg width=\"0\" height=\"0\" aria-hidden=\"true\" style=\"position:absolute\"><defs>"
	    "<pattern id=\"hatch\" width=\"9\" height=\"9\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
	    "<rect width=\"9\" height=\"9\" class=\"hatch-ground\"/><rect width=\"4\" height=\"9\" class=\"hatch-line\"/>"
	    "</pattern></defs></svg>\n");
}

void
chart_words(struct buf *b, const struct tally *t, enum lang l)
{
	bool first = true;
	char n[32];

	for (size_t i = 0; i < CAUSES; i++) {
		int64_t people = tally_cause(t, order[i]);

		if (!people)
			continue;
		buf_printf(b, "%s%s %s", first ? "" : ", ", text_number(n, people, l), cause_name(order[i], l));
		first = false;
	}
}

static void
segment(struct buf *b, enum cause c, int64_t people, double x, double width, double height, bool numbers, enum lang l)
{
	double gap = width > 4 ? 1.5 : 0;
	char n[32];

	buf_printf(b, "<rect class=\"c-%s\" x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"%.0f\"><title>", cause_info(c)->key, x,
	    width - gap, height);
	out_html(b, cause_name(c, l));
	buf_printf(b, ": %s</title></rect>", text_number(n, people, l));
	if (numbers && width >= 14.0 * (double)strlen(n))
		buf_printf(b, "<text class=\"t-%s\" x=\"%.2f\" y=\"%.0f\" text-anchor=\"middle\">%s</text>", cause_info(c)->key,
		    x + (width - gap) / 2, height / 2 + 7, n);
}

void
chart_bar(struct buf *b, const struct tally *t, const char *who, bool numbers, enum lang l)
{
	double x = 0, height = numbers ? 64 : 26, all = (double)tally_sum(t);
	struct buf words = BUF_INIT(65536);

	if (all <= 0)
		return;
	chart_words(&words, t, l);
	buf_printf(b, "<svg class=\"%s\" viewBox=\"0 0 1000 %.0f\" role=\"img\"%s><title>", numbers ? "bar big" : "bar", height,
	    numbers ? "" : " preserveAspectRatio=\"none\"");
	out_html(b, who);
	buf_str_add(b, ": ");
	out_html(b, buf_str(&words));
	buf_str_add(b, "</title>");
	for (size_t i = 0; i < CAUSES; i++) {
		int64_t people = tally_cause(t, order[i]);
		double width = (double)people / all * 1000;

		if (!people)
			continue;
		segment(b, order[i], people, x, width, height, numbers, l);
		x += width;
	}
	buf_str_add(b, "</svg>");
	buf_release(&words);
}

void
chart_days(struct buf *b, const struct zone *z, int64_t first, const int32_t *people, size_t n, const char *what, enum lang l)
{
	double width = n ? 1000 / (double)n : 0, high = 1;
	struct date_text day;
	char number[32];

	for (size_t i = 0; i < n; i++)
		high = people[i] > high ? people[i] : high;
	buf_str_add(b, "<svg class=\"days\" viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" role=\"img\"><title>");
	out_html(b, what);
	buf_char(b, ':');
	for (size_t i = 0; i < n; i++)
		if (people[i])
			buf_printf(b, " %s: %s;", date_day(&day, z, first + (int64_t)i * 86400 + 43200, l), text_number(number, people[i], l));
	buf_str_add(b, "</title>");
	for (size_t i = 0; i < n; i++) {
		double height = people[i] ? 2 + 98 * people[i] / high : 1;

		buf_printf(b, "<rect class=\"%s\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"><title>%s: %s</title></rect>",
		    people[i] ? "day" : "day none", (double)i * width + width * .08, 100 - height, width * .84, height,
		    date_day(&day, z, first + (int64_t)i * 86400 + 43200, l), text_number(number, people[i], l));
	}
	buf_str_add(b, "</svg>");
}
