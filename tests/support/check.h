/*
 * check.h - unit tests: table-driven, a failure prints label, got and want.
 *
 *	CHECK(cond, "label");  CHECK_STR(got, want, "label");  CHECK_INT(got, want, "label");
 *	int main(void) { ...; return check_done(); }
 *
 * Each check is one test in the sense of the closing line "N passed, N failed".
 */
#ifndef THUMOI_TESTS_CHECK_H
#define THUMOI_TESTS_CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int check_passed, check_failed, check_skipped;

static inline bool
check_(bool ok, const char *file, int line, const char *label)
{
	if (ok) {
		check_passed++;
	} else {
		check_failed++;
		printf("%s:%d: FAILED %s\n", file, line, label);
	}
	return ok;
}

static inline bool
check_str_(const char *got, const char *want, const char *file, int line, const char *label)
{
	bool ok = got && want ? strcmp(got, want) == 0 : got == want;

	if (!check_(ok, file, line, label))
		printf("  got  %s\n  want %s\n", got ? got : "(null)", want ? want : "(null)");
	return ok;
}

static inline bool
check_int_(int64_t got, int64_t want, const char *file, int line, const char *label)
{
	if (!check_(got == want, file, line, label))
		printf("  got  %" PRId64 "\n  want %" PRId64 "\n", got, want);
	return got == want;
}

#define CHECK(c, label)			check_((c), __FILE__, __LINE__, (label))
#define CHECK_STR(got, want, label)	check_str_((got), (want), __FILE__, __LINE__, (label))
#define CHECK_INT(got, want, label)	check_int_((got), (want), __FILE__, __LINE__, (label))

static inline void
check_skip(const char *why)
{
	check_skipped++;
	printf("skipped: %s\n", why);
}

static inline int
check_done(void)
{
	printf("%d passed, %d failed, %d skipped\n", check_passed, check_failed, check_skipped);
	return check_failed ? 1 : 0;
}

#endif
