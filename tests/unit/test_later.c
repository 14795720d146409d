/* What "later" means: greylisting, less mail, a time that is named; and when a message is tried again. */
#include "support/check.h"

#include "base/mem.h"
#include "mail/later.h"

static void
test_read(void)
{
	static const struct { const char *label; int code; const char *enhanced, *text; bool greylisted, less; int64_t after_s; } table[] = {
		{ "Postgrey", 450, "4.2.0", "<a@b.test>: Recipient address rejected: Greylisted, see http://postgrey.test/help/b.test.html",
		    true, false, 0 },
		{ "Postgrey, with seconds", 450, "4.7.1", "Greylisted for 300 seconds (see http://isg.test/postgrey.html)", true, false, 300 },
		{ "milter-greylist", 451, "4.7.1", "Greylisting in action, please come back in 00:04:58", true, false, 298 },
		{ "milter-greylist, quiet", 451, "4.7.1", "Greylisting in action, please come back later", true, false, 0 },
		{ "SQLgrey", 450, "4.7.1", "Greylisted for 5 minutes", true, false, 300 },
		{ "rspamd", 451, "4.7.1", "Try again later", true, false, 0 },
		{ "greylistd", 451, "", "<a@b.test>: greylisted - please try again later", true, false, 0 },
		{ "graylist", 451, "4.7.0", "Temporarily GRAYLISTED, retry in 1 hour", true, false, 3600 },
		{ "in two words", 451, "4.7.1", "You have been added to the grey list", true, false, 0 },
		{ "with a hyphen", 451, "4.7.1", "Gray-listed", true, false, 0 },
		{ "a time and nothing else", 450, "4.3.2", "Please try again in 10 minutes.", true, false, 600 },
		{ "a time in two parts", 451, "4.7.1", "retry after 4 minutes and 58 seconds", true, false, 298 },
		{ "a time in two parts, glued", 451, "4.7.1", "retry in 1h 30m", true, false, 5400 },
		{ "glued to its unit", 451, "4.7.1", "please wait 90s and try again", true, false, 90 },
		{ "minutes and seconds as a clock", 451, "4.7.1", "try again in 4:58", true, false, 298 },
		{ "421 with the word", 421, "4.7.0", "greylisted, too many seconds to go", true, false, 0 },
		{ "421 without it", 421, "4.7.1", "Service not available, try again later", false, false, 0 },
		{ "another status", 451, "4.7.500", "Server busy. Please try again later", false, false, 0 },
		{ "no hint", 451, "4.3.0", "Temporary lookup failure", false, false, 0 },
		{ "a full mailbox", 452, "4.2.2", "mailbox full, try again in 60 minutes", false, false, 3600 },
		{ "too many", 451, "4.7.1", "too many messages from your host, try again later", false, true, 0 },
		{ "a rate, with a time", 450, "4.7.1", "rate limit exceeded, retry in 10 minutes", false, true, 600 },
		{ "throttled", 451, "4.7.0", "Throttled", false, true, 0 },
		{ "a number that is no time", 451, "4.7.1", "see RFC 6647 for 300 reasons, try again later", true, false, 0 },
		{ "a unit nobody waits for", 451, "4.7.1", "try again in 5 days", true, false, 0 },
		{ "a clock with too many parts", 451, "4.7.1", "try again in 1:2:3:4", true, false, 0 },
		{ "a number longer than any", 451, "4.7.1", "try again in 99999999999999999999999999 seconds", true, false, 99999999999 },
		{ "a refusal", 550, "5.7.1", "greylisted, try again in 5 minutes", false, false, 0 },
		{ "no text", 451, "4.7.1", NULL, false, false, 0 },
		{ "an empty one", 451, "4.7.1", "", false, false, 0 },
		{ "bytes beyond ASCII", 451, "4.7.1", "th\xC3\xAD" "ch \xFF in \xFF" "5 minutes, try again", true, false, 300 },
	};

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct later l = later_read(table[i].code, table[i].enhanced, table[i].text);

		CHECK_INT(l.greylisted, table[i].greylisted, table[i].label);
		CHECK_INT(l.less, table[i].less, table[i].label);
		CHECK_INT(l.after_s, table[i].after_s, table[i].label);
	}
}

static void
test_again(void)
{
	static const struct { const char *label; bool greylisted; int64_t after_s; int attempt; int64_t want; } table[] = {
		{ "first", true, 0, 1, 300 },
		{ "second", true, 0, 2, 900 },
		{ "third", true, 0, 3, 1800 },
		{ "then as after any other reply", true, 0, 4, 0 },
		{ "a time that is named, and a little", true, 600, 1, 615 },
		{ "for the third time", true, 600, 3, 615 },
		{ "a time that is named for ever", true, 600, 4, 0 },
		{ "a minute", true, 60, 1, 75 },
		{ "too short to be meant", true, 59, 1, 300 },
		{ "four hours", true, 14400, 2, 14415 },
		{ "too long", true, 14401, 2, 900 },
		{ "no greylisting", false, 600, 1, 0 },
		{ "no attempt", true, 0, 0, 0 },
	};

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct later l = { .greylisted = table[i].greylisted, .after_s = table[i].after_s };

		CHECK_INT(later_again_s(&l, table[i].attempt), table[i].want, table[i].label);
	}
}

int
main(void)
{
	test_read();
	test_again();
	return check_done();
}
