#include "mail/category.h"

static const char *const names[CATEGORIES] = {
	"", "unknown-user", "moved", "unknown-host", "no-mail-accepted", "bad-syntax",
	"mailbox-full", "mailbox-disabled", "too-large",
	"auth-failed", "blocked", "content", "policy",
	"rate-limited", "network", "remote-error",
	"delivered", "auto-reply", "complaint", "not-a-report",
	"unknown",
};

const char *
category_name(enum category c)
{
	return names[c];
}

enum category
category_parse(const char *word)
{
	for (int i = 0; i < CATEGORIES; i++)
		if (strcmp(word, names[i]) == 0)
			return (enum category)i;
	return CAT_UNKNOWN;
}

bool
category_blames_address(enum category c)
{
	return c == CAT_UNKNOWN_USER || c == CAT_MOVED || c == CAT_UNKNOWN_HOST || c == CAT_NO_MAIL_ACCEPTED ||
	    c == CAT_BAD_SYNTAX || c == CAT_MAILBOX_DISABLED;
}
