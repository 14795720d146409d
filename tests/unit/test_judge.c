/* Every way an address can stand in a roster, and what is made of it. */
#include "support/check.h"
#include "support/world.h"

#include "engine/judge.h"
#include "engine/person.h"

#define OWN "an.snv@cantho.gov.example"
#define GM "an90@gmail.example"

static const struct {
	const char *label, *name, *in;
	const char *want;	/* "disposition reason email alternate suggestion", "" as "-" */
} cases[] = {
	{ "clean", "", OWN, "accept clean " OWN " - -" },
	{ "clean, sub-domain", "", "an@vt.cantho.gov.example", "accept clean an@vt.cantho.gov.example - -" },
	{ "clean, unknown domain", "", "an@hatay.gov.example", "accept clean an@hatay.gov.example - -" },
	{ "near an agency's domain only: never touched", "", "an@canhto.gov.example", "accept clean an@canhto.gov.example - -" },
	{ "mail. before a host", "", "an@mail.cantho.example", "accept clean an@mail.cantho.example - -" },
	{ "plus and underscore", "", "a_n+b@gmail.example", "accept clean a_n+b@gmail.example - -" },
	{ "space before", "", " " OWN, "accept outer_space " OWN " - -" },
	{ "space behind", "", OWN "  ", "accept outer_space " OWN " - -" },
	{ "no-break space behind", "", OWN "\u00a0", "accept outer_space " OWN " - -" },
	{ "tab before", "", "\t" OWN, "accept outer_space " OWN " - -" },
	{ "line break behind", "", OWN "\n", "accept outer_space " OWN " - -" },
	{ "full width", "", "ａｎ＠ｇｍａｉｌ．ｅｘａｍｐｌｅ", "accept full_width an@gmail.example - -" },
	{ "only the @ is wide", "", "an＠gmail.example", "accept full_width an@gmail.example - -" },
	{ "zero width inside", "", "an\u200b@gmail.example", "accept zero_width an@gmail.example - -" },
	{ "byte order mark before", "", "\ufeff" OWN, "accept zero_width " OWN " - -" },
	{ "soft hyphen", "", "an\u00ad@gmail.example", "accept zero_width an@gmail.example - -" },
	{ "angle brackets", "", "<" OWN ">", "accept wrapped " OWN " - -" },
	{ "mailto", "", "mailto:" OWN, "accept wrapped " OWN " - -" },
	{ "name and brackets", "Trần An", "Trần An <" OWN ">", "accept wrapped " OWN " - -" },
	{ "quotes", "", "\"" OWN "\"", "accept wrapped " OWN " - -" },
	{ "label", "", "Email: " OWN, "accept wrapped " OWN " - -" },
	{ "own name before", "Trần Văn An", "Trần Văn An " OWN, "accept wrapped " OWN " - -" },
	{ "same twice, as mail programs paste", "", OWN " <mailto:" OWN ">", "accept wrapped " OWN " - -" },
	{ "address and telephone", "", OWN " / 0100 123 456", "accept wrapped " OWN " - -" },
	{ "address and remark", "", OWN " (cơ quan)", "accept wrapped " OWN " - -" },
	{ "semicolon behind", "", OWN ";", "accept trailing_punctuation " OWN " - -" },
	{ "dot behind", "", OWN ".", "accept trailing_punctuation " OWN " - -" },
	{ "space and semicolon behind", "", OWN " ;", "accept trailing_punctuation " OWN " - -" },
	{ "space before @", "", "an @gmail.example", "accept space_at_at_sign an@gmail.example - -" },
	{ "space after @", "", "an@ gmail.example", "accept space_at_at_sign an@gmail.example - -" },
	{ "line break at @", "", "an\n@gmail.example", "accept space_at_at_sign an@gmail.example - -" },
	{ "capitals", "", "An.SNV@CanTho.gov.example", "accept upper_case " OWN " - -" },
	{ "two faults: the first of the list tells", "", " AN@gmail.example", "accept outer_space an@gmail.example - -" },
	{ "two addresses", "", OWN "; " GM, "accept two_addresses " OWN " " GM " -" },
	{ "two, personal first", "", GM " / " OWN, "accept two_addresses " OWN " " GM " -" },
	{ "two, comma", "", GM ", " OWN, "accept two_addresses " OWN " " GM " -" },
	{ "two, line break", "", GM "\n" OWN, "accept two_addresses " OWN " " GM " -" },
	{ "two, word", "", OWN " hoặc " GM, "accept two_addresses " OWN " " GM " -" },
	{ "two, only a space", "", GM " " OWN, "accept two_addresses " OWN " " GM " -" },
	{ "two personal ones: the first", "", GM "; b@yahoo.example", "accept two_addresses " GM " b@yahoo.example -" },
	{ "two, foreign agency before personal", "", GM "; b@hatay.gov.example", "accept two_addresses b@hatay.gov.example " GM " -" },
	{ "two, own unit before a foreign one", "", "b@hatay.gov.example; " OWN, "accept two_addresses " OWN " b@hatay.gov.example -" },
	{ "two, the official one has a comma", "", "an@cantho,gov.example; " GM, "hold comma_for_dot - - an@cantho.gov.example" },
	{ "two, the personal one misspelt", "", "an90@gmail.con; " OWN, "accept two_addresses " OWN " - -" },
	{ "two, a space in one", "", "an snv@cantho.gov.example; " GM, "hold space_in_local - - -" },
	{ "typo: last letter", "", "an@gmail.con", "hold typo_domain - - an@gmail.example" },
	{ "typo: transposed", "", "an@gmail.exmaple", "hold typo_domain - - an@gmail.example" },
	{ "typo: no dot", "", "an@gmailexample", "hold typo_domain - - an@gmail.example" },
	{ "typo: end twice", "", "an@gmail.example.example", "hold typo_domain - - an@gmail.example" },
	{ "typo: cut by one", "", "an@gmail.exampl", "hold typo_domain - - an@gmail.example" },
	{ "typo: label", "", "an@gmal.example", "hold typo_domain - - an@gmail.example" },
	{ "typo: transposed label", "", "an@gmial.example", "hold typo_domain - - an@gmail.example" },
	{ "typo: two dots", "", "an@gmail..example", "hold typo_domain - - an@gmail.example" },
	{ "typo: space in the domain", "", "an@gmail. example", "hold typo_domain - - an@gmail.example" },
	{ "typo: the other provider", "", "an@yahooo.example", "hold typo_domain - - an@yahoo.example" },
	{ "typo: country end", "", "an@gmail.com.vn", "hold typo_domain - - an@gmail.example" },
	{ "comma in the domain", "", "an@cantho,gov.example", "hold comma_for_dot - - an@cantho.gov.example" },
	{ "comma and space", "", "an@cantho, gov.example", "hold comma_for_dot - - an@cantho.gov.example" },
	{ "comma in the local part", "", "an,snv@cantho.gov.example", "hold comma_for_dot - - " OWN },
	{ "comma and dot", "", "an@cantho.,gov.example", "hold comma_for_dot - - an@cantho.gov.example" },
	{ "space in the local part", "", "an snv@cantho.gov.example", "hold space_in_local - - -" },
	{ "space in an agency's domain", "", "an@cantho. gov.example", "hold space_in_local - - an@cantho.gov.example" },
	{ "diacritics", "", "thươngpv.snv@cantho.gov.example", "hold diacritics_in_address - - thuongpv.snv@cantho.gov.example" },
	{ "đ", "", "đạt@cantho.gov.example", "hold diacritics_in_address - - dat@cantho.gov.example" },
	{ "mark on a consonant", "", "t\u0301am@cantho.gov.example", "hold diacritics_in_address - - tam@cantho.gov.example" },
	{ "diacritics and a space", "", "thương pv@cantho.gov.example", "hold diacritics_in_address - - -" },
	{ "Cyrillic o", "", "an@canth\u043e.gov.example", "hold homoglyph - - an@cantho.gov.example" },
	{ "Greek theta and omicron", "", "cchc@can\u03b8\u03bf.gov.example", "hold homoglyph - - cchc@cantho.gov.example" },
	{ "look-alike before diacritics", "", "thư\u043e@cantho.gov.example", "hold homoglyph - - thuo@cantho.gov.example" },
	{ "another script altogether", "", "安@cantho.gov.example", "hold homoglyph - - -" },
	{ "long dash", "", "an–snv@cantho.gov.example", "hold homoglyph - - an-snv@cantho.gov.example" },
	{ "two @ together", "", "an@@gmail.example", "hold double_at - - an@gmail.example" },
	{ "domain twice", "", "an@gmail.example@gmail.example", "hold double_at - - an@gmail.example" },
	{ "three pieces", "", "an@b@gmail.example", "hold double_at - - -" },
	{ "nothing", "", "", "reject missing_email - - -" },
	{ "blank", "", " \u00a0 ", "reject missing_email - - -" },
	{ "dash", "", "-", "reject missing_email - - -" },
	{ "long dash alone", "", "—", "reject missing_email - - -" },
	{ "x", "", "x", "reject missing_email - - -" },
	{ "dots", "", "...", "reject missing_email - - -" },
	{ "N/A", "", "N/A", "reject missing_email - - -" },
	{ "no @", "", "an.snv.cantho.gov.example", "reject missing_at - - -" },
	{ "no @, joined", "", "angmail.example", "reject missing_at - - -" },
	{ "no @, a space instead", "", "an cantho.gov.example", "reject missing_at - - -" },
	{ "@ in words", "", "an(at)gmail.example", "reject missing_at - - -" },
	{ "only the state", "", "an@gov.example", "reject truncated_domain - - -" },
	{ "only the province", "", "an@cantho", "reject truncated_domain - - -" },
	{ "nothing after @", "", "an@", "reject truncated_domain - - -" },
	{ "cut in the middle", "", "an@cantho.go", "reject truncated_domain - - -" },
	{ "cut after gov", "", "an@sonla.gov", "reject truncated_domain - - -" },
	{ "cut after edu", "", "an@cantho.edu", "reject truncated_domain - - -" },
	{ "gov.vn", "", "an@gov.vn", "reject truncated_domain - - -" },
	{ "provider without its end", "", "an@gmail", "reject truncated_domain - - -" },
	{ "words", "", "chưa có", "reject not_an_address - - -" },
	{ "more words", "", "không có email", "reject not_an_address - - -" },
	{ "a telephone number", "", "0100123456", "reject not_an_address - - -" },
	{ "a web page", "", "www.cantho.gov.example", "reject not_an_address - - -" },
	{ "a domain alone", "", "cantho.gov.example", "reject not_an_address - - -" },
	{ "nothing before @", "", "@cantho.gov.example", "reject not_an_address - - -" },
	{ "two dots", "", "an..snv@cantho.gov.example", "reject not_an_address - - -" },
	{ "dot before @", "", "an.@cantho.gov.example", "reject not_an_address - - -" },
	{ "only @", "", "@", "reject not_an_address - - -" },
	{ "header injection", "", "an@gmail.example\r\nBcc: b@x.example", "hold space_in_local - - -" },
};

static const struct {
	const char *label, *email, *second, *want;
} columns[] = {
	{ "both", OWN, GM, "accept clean " OWN " " GM " -" },
	{ "official empty", "", GM, "accept clean " GM " - -" },
	{ "second empty", OWN, "", "accept clean " OWN " - -" },
	{ "official a placeholder", "-", GM, "accept clean " GM " - -" },
	{ "official in words", "chưa có", GM, "accept clean " GM " - -" },
	{ "official in the wrong column", GM, OWN, "accept clean " OWN " " GM " -" },
	{ "the same twice", OWN, OWN, "accept clean " OWN " - -" },
	{ "official held", "an@cantho,gov.example", GM, "hold comma_for_dot - - an@cantho.gov.example" },
	{ "official cut off", "an@cantho", GM, "reject truncated_domain - - -" },
	{ "second misspelt", OWN, "an@gmail.con", "accept clean " OWN " - -" },
	{ "only the second, misspelt", "", "an@gmail.con", "hold typo_domain - - an@gmail.example" },
	{ "none", "", "", "reject missing_email - - -" },
};

static const struct {
	const char *label, *email, *phone, *want;
} swapped[] = {
	{ "swapped", "0100123456", OWN, "hold swapped_columns - - " OWN },
	{ "swapped, spreadsheet number", "1,00883E+08", OWN, "hold swapped_columns - - " OWN },
	{ "shifted", "", OWN, "hold swapped_columns - - " OWN },
	{ "swapped and misspelt", "0100123456", "an@gmail.con", "hold swapped_columns - - an@gmail.example" },
	{ "both are numbers", "0100123456", "0100123457", "reject not_an_address - - -" },
};

static const struct {
	const char *a, *b;
	bool same;
} people[] = {
	{ "Nguyễn Văn An", "NGUYỄN  VĂN AN", true },
	{ "Nguyễn Văn An", "Nguyen Van An", true },
	{ "Ông Nguyễn Văn An", "Nguyễn Văn An", true },
	{ "Bà Trần Thị Hòa", "Trần Thị Hoà", true },
	{ "Ông Khánh", "Khánh", false },
	{ "Nguy?n V?n An", "Nguyễn Văn An", true },
	{ "Nguy?n V?n An", "Nguyễn Văn Ân", true },
	{ "Nguy?n V?n An", "Nguyễn Vân Anh", false },
	{ "?oàn H?u Bình", "Đoàn Hữu Bình", true },
	{ "Hu?nh Kh?c", "Huỳnh Khắc Chiến", false },
	{ "Nguyễn Văn An", "Nguyễn Văn Bình", false },
	{ "", "", true },
	{ "????????????????????????????????????????????????", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false },
};

static const char *
show(struct arena *a, const struct judgement *j)
{
#define OR_DASH(s) (*(s) ? (s) : "-")
	return arena_printf(a, "%s %s %s %s %s", disposition_name(j->disposition), reason_name(j->reason), OR_DASH(j->email),
	    OR_DASH(j->alternate), OR_DASH(j->suggestion));
}

int
main(void)
{
	static const char *const providers[] = { "gmail.example", "yahoo.example" };
	const struct unit *sender;
	struct units *units;
	struct judgement got;
	struct judge *j;
	struct world w;

	world_make(&w);
	CHECK_INT(unit_domain_insert(w.db, w.unit, "cantho.gov.example", &w.e), 0, "domain");
	for (size_t i = 0; i < COUNT_OF(providers); i++)
		CHECK_INT(provider_insert(w.db, providers[i], &w.e), 0, "provider");
	if (!CHECK_INT(units_load(&units, w.db, w.tree, 1631811600, &w.e), 0, "units"))
		return check_done();
	sender = units_by_code(units, "T92");
	j = judge_new(units, sender);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct csv_cell cell = { cases[i].in, strlen(cases[i].in) };

		judge_row(j, &w.arena, &(struct judge_in){ cases[i].name, cases[i].in, NULL, &cell, 1 }, &got);
		CHECK_STR(show(&w.arena, &got), cases[i].want, cases[i].label);
	}
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		struct csv_cell cell[2] = { { columns[i].email, strlen(columns[i].email) },
		    { columns[i].second, strlen(columns[i].second) } };

		judge_row(j, &w.arena, &(struct judge_in){ "", columns[i].email, columns[i].second, cell, 2 }, &got);
		CHECK_STR(show(&w.arena, &got), columns[i].want, columns[i].label);
	}
	for (size_t i = 0; i < COUNT_OF(swapped); i++) {
		struct csv_cell cell[2] = { { swapped[i].email, strlen(swapped[i].email) },
		    { swapped[i].phone, strlen(swapped[i].phone) } };

		judge_row(j, &w.arena, &(struct judge_in){ "", swapped[i].email, NULL, cell, 2 }, &got);
		CHECK_STR(show(&w.arena, &got), swapped[i].want, swapped[i].label);
	}
	for (size_t i = 0; i < COUNT_OF(people); i++)
		CHECK_INT(person_same(person_key(&w.arena, people[i].a), person_key(&w.arena, people[i].b)), people[i].same,
		    people[i].a);
	for (int r = 0; r < REASONS; r++) {
		CHECK_INT(reason_parse(reason_name((enum reason)r)), r, reason_name((enum reason)r));
		CHECK(*reason_text((enum reason)r, LANG_VI) && *reason_text((enum reason)r, LANG_EN), reason_name((enum reason)r));
	}
	judge_free(j);
	units_free(units);
	world_end(&w);
	return check_done();
}
