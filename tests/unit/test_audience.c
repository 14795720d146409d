/* The audience language: what it says of people, and what it says of mistakes. */
#include "support/check.h"

#include "engine/audience.h"

static struct campaign campaign;

static void
make_campaign(void)
{
	campaign = (struct campaign){ .key = "k", .n_instruments = 2,
	    .instruments = { { .id = 1, .key = "survey" }, { .id = 2, .key = "feedback" } } };
	zone_load(&campaign.zone, ZONE_DEFAULT, NULL);
}

/* Four people: A has answered nothing, B the survey, C all of it; D is in a ministry and was never written to. */
static const struct audience_person people[] = {
	{ "T92", UNIT_PROVINCE, "cantho.example", 0, CAUSE_UNKNOWN, "accepted", 1631840400, false, false, 7 },	/* 17/9/2021 08:00 */
	{ "T01", UNIT_PROVINCE, "gmail.example", 1, CAUSE_ANSWERED_PARTLY, "accepted", 1632099600, true, false, 8 },	/* 20/9 08:00 */
	{ "T01", UNIT_PROVINCE, "hanoi.example", 3, CAUSE_ANSWERED, "accepted", 1631840400, false, true, 9 },
	{ "B02", UNIT_MINISTRY, "", 0, CAUSE_REFUSED_BLOCKED, "none", 0, false, false, 10 },
};

static void
test_fits(void)
{
	static const struct { const char *text, *who; } table[] = {
		{ "", "ABCD" },
		{ "   \n", "ABCD" },
		{ "unit=T92", "A" },
		{ "unit=t92,B02", "AD" },
		{ "kind=province", "ABC" },
		{ "kind=ministry,province", "ABCD" },
		{ "domain=GMAIL.example,hanoi.example", "BC" },
		{ "missing=survey", "AD" },
		{ "missing=feedback", "ABD" },
		{ "missing=survey,feedback", "ABD" },
		{ "missing=survey missing=feedback", "AD" },
		{ "done=survey", "BC" },
		{ "done=feedback,survey", "BC" },
		{ "answered-partly", "B" },
		{ "cause=unknown", "A" },
		{ "cause=unknown,answered", "AC" },
		{ "owner=person", "B" },
		{ "owner=mail_admin", "D" },
		{ "owner=sender", "D" },		/* who helps counts too */
		{ "owner=none", "AC" },
		{ "state=none", "D" },
		{ "state=accepted,planned", "ABC" },
		{ "invited-before=18/9/2021", "AC" },
		{ "invited-before=2021-09-21", "ABC" },
		{ "invited-before=\"ngày 20 tháng 9 năm 2021\"", "AC" },
		{ "probably-filtered", "B" },
		{ "mended=yes", "C" },
		{ "person=8", "B" },
		{ "person=8 or person=10", "BD" },
		{ "not person=7", "BCD" },
		{ "not mended=yes and unit=T01", "B" },
		{ "even-refusing", "ABCD" },
		{ "even-refusing unit=T01", "BC" },
		{ "not unit=T92", "BCD" },
		{ "not not unit=T92", "A" },
		{ "unit=T01 and missing=feedback", "B" },
		{ "unit=T01 missing=feedback", "B" },
		{ "unit=T92 or kind=ministry", "AD" },
		{ "unit=T92 or unit=T01 done=feedback", "AC" },
		{ "(unit=T92 or unit=T01) done=feedback", "C" },
		{ "(unit=T92 or unit=T01)done=feedback", "C" },
		{ "not (unit=T92 or unit=T01)", "D" },
		{ "not(cause=unknown)and(kind=province)", "BC" },
		{ "missing=survey and not cause=refused_blocked and unit=T92", "A" },
		{ "UNIT=T92 OR Kind=ministry", "AD" },
		{ "unit=T92 hoặc kind=ministry", "AD" },
		{ "unit=T01 và không done=feedback", "B" },
		{ "unit=\"T92\"", "A" },
	};

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct arena arena = ARENA_INIT;
		struct err e = ERR_INIT;
		char got[5] = "", *at = got;
		struct audience a;

		if (!CHECK_INT(audience_parse(&a, &arena, table[i].text, &campaign, &e), 0, table[i].text)) {
			puts(e.text);
			continue;
		}
		for (size_t k = 0; k < COUNT_OF(people); k++)
			if (audience_fits(&a, &people[k]))
				*at++ = (char)('A' + k);
		CHECK_STR(got, table[i].who, table[i].text);
		arena_release(&arena);
	}
}

static void
test_mistakes(void)
{
	static const struct { const char *text, *says; } table[] = {
		{ "province", "is no condition: write name=value" },
		{ "unit=", "nothing stands after the '='" },
		{ "unit=,", "nothing stands after the '='" },
		{ "unit", "a value is missing" },
		{ "color=red", "nothing is known by 'color'" },
		{ "mising=survey", "did you mean 'missing'" },
		{ "missing=surveys", "did you mean 'survey'" },
		{ "missing=poll", "there is: survey, feedback" },
		{ "kind=city", "there is: ministry, province" },
		{ "cause=refused_polcy", "did you mean 'refused_policy'" },
		{ "state=sent", "there is: none, planned, sending" },
		{ "owner=boss", "there is: none, unit" },
		{ "person=an", "'an' is no number" },
		{ "person=0", "'0' is no number" },
		{ "person=7,8", "'7,8' is no number" },
		{ "mended=no", "mended has no 'no'; there is: yes" },
		{ "answered-partly=yes", "takes no value" },
		{ "invited-before=yesterday", "is not a date" },
		{ "unit=T92 or", "a condition is missing before 'the end'" },
		{ "or unit=T92", "a condition is missing before 'or unit=T92'" },
		{ "unit=T92 and and unit=T01", "a condition is missing" },
		{ "not", "a condition is missing" },
		{ "(unit=T92", "not closed" },
		{ "unit=T92)", "a parenthesis too many" },
		{ "()", "a condition is missing" },
		{ "unit=\"T92", "quotation mark is not closed" },
		{ "not even-refusing", "even-refusing" },
		{ "unit=T92 or even-refusing", "even-refusing" },
		{ "((((((((((((((((((((((((((((((((((unit=T92))))))))))))))))))))))))))))))))))", "levels of parentheses" },
	};

	lang_ui = LANG_EN;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct arena arena = ARENA_INIT;
		struct err e = ERR_INIT;
		struct audience a;

		CHECK_INT(audience_parse(&a, &arena, table[i].text, &campaign, &e), -1, table[i].text);
		if (!CHECK(strstr(e.text, table[i].says) && strncmp(e.text, "audience '", 10) == 0, table[i].text))
			puts(e.text);
		arena_release(&arena);
	}
}

static void
test_about(void)
{
	static const struct { const char *text; unsigned asks; bool even, filtered; } table[] = {
		{ "", 3, false, false },
		{ "unit=T92", 3, false, false },
		{ "missing=survey", 1, false, false },
		{ "missing=survey missing=feedback", 3, false, false },
		{ "(missing=feedback) and kind=province even-refusing", 2, true, false },
		{ "not missing=survey", 3, false, false },		/* says nothing of what is asked */
		{ "missing=survey or unit=T92", 3, false, false },
		{ "not probably-filtered", 3, false, true },
	};
	char longest[AUDIENCE_MAX_BYTES + 2];
	struct arena arena = ARENA_INIT;
	struct audience a;

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		CHECK_INT(audience_parse(&a, &arena, table[i].text, &campaign, NULL), 0, table[i].text);
		CHECK_INT(a.asks, table[i].asks, table[i].text);
		CHECK_INT(a.even_refusing, table[i].even, table[i].text);
		CHECK_INT(a.asks_filtered, table[i].filtered, table[i].text);
	}
	/* As long as is allowed, and as dense: unit=T92(unit=T92)... */
	for (size_t n = 0; n < sizeof(longest); n++)
		longest[n] = "(unit=a)"[n % 8];
	longest[AUDIENCE_MAX_BYTES] = '\0';
	CHECK_INT(audience_parse(&a, &arena, longest, &campaign, NULL), 0, "the longest");
	CHECK(!audience_fits(&a, &people[0]), "and it can be asked");
	longest[AUDIENCE_MAX_BYTES] = ' ';
	longest[AUDIENCE_MAX_BYTES + 1] = '\0';
	CHECK_INT(audience_parse(&a, &arena, longest, &campaign, NULL), -1, "longer");
	arena_release(&arena);
}

int
main(void)
{
	make_campaign();
	test_fits();
	test_mistakes();
	test_about();
	return check_done();
}
