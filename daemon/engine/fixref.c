#include "engine/fixref.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/token.h"

static int
check_digits(int64_t campaign, int64_t contact)
{
	char text[64], hash[65];

	snprintf(text, sizeof(text), "fixref %" PRId64 " %" PRId64, campaign, contact);
	sha256_hex(hash, text, strlen(text));
	hash[6] = '\0';
	return (int)(strtol(hash, NULL, 16) % 1000);
}

void
fixref_write(char out[FIXREF_MAX], int64_t campaign, int64_t contact)
{
	snprintf(out, FIXREF_MAX, "TM%" PRId64 "K%03d", contact, check_digits(campaign, contact));
}

int64_t
fixref_read(const char *s, int64_t campaign)
{
	char code[FIXREF_MAX], want[FIXREF_MAX];
	size_t n = 0;
	int64_t id;

	for (; *s; s++) {
		if (isspace((unsigned char)*s))
			continue;
		if (n + 1 == sizeof(code))
			return 0;
		code[n++] = (char)toupper((unsigned char)*s);
	}
	code[n] = '\0';
	if (n < 7 || strncmp(code, "TM", 2) != 0 || !isdigit((unsigned char)code[2]))
		return 0;
	id = strtoll(code + 2, NULL, 10);
	fixref_write(want, campaign, id);
	return strcmp(code, want) == 0 ? id : 0;
}
