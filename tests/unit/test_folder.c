/* What a folder is for: modified UTF-7, special uses, names in several languages. */
#include "support/check.h"

#include "mail/folder.h"

static void
test_names(void)
{
	static const struct { const char *wire, *want; } t[] = {
		{ "INBOX", "INBOX" },
		{ "Th&AbA- r&AOE-c", "Thư rác" },
		{ "[Gmail]/Th&AbA- r&AOE-c", "[Gmail]/Thư rác" },
		{ "Spam &- Co", "Spam & Co" },
		{ "&V4NXPpCuTvY-", "垃圾邮件" },
		{ "&j,dg0TDhMPww6w-", "迷惑メール" },
		{ "~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語" },	/* RFC 3501 5.1.3 */
		{ "&2DzfiQ-", "🎉" },
		/* Not modified UTF-7: shown as they are. */
		{ "Thư rác", "Thư rác" }, { "A&B", "A&B" }, { "&AbA", "&AbA" }, { "&A-", "&A-" }, { "&2Dw-", "&2Dw-" },
		{ "&AAA-", "&AAA-" }, { "&Ab!-", "&Ab!-" }, { "&3zw-", "&3zw-" }, { "&AbB-", "&AbB-" }, { "", "" },
		/* Nothing that a terminal would act on. */
		{ "a&AAoAGw-b", "a??b" }, { "a\nb", "a?b" }, { "a\xff&AOE-", "a\xef\xbf\xbdá" },
	};
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < COUNT_OF(t); i++)
		CHECK_STR(folder_name(&a, t[i].wire), t[i].want, t[i].wire);
	arena_release(&a);
}

static void
test_uses(void)
{
	static const struct { const char *attributes, *name; char delimiter; enum folder_use want; } t[] = {
		{ "", "INBOX", '.', FOLDER_INBOX }, { "\\HasChildren", "inbox", '/', FOLDER_INBOX },
		{ "", "INBOX.Archive", '.', FOLDER_OTHER },
		{ "\\HasNoChildren \\Junk", "Quarantaine", '/', FOLDER_JUNK }, { "\\junk", "X", '/', FOLDER_JUNK },
		{ "\\HasNoChildren \\JunkYard", "X", '/', FOLDER_OTHER },
		{ "\\HasNoChildren \\All", "[Gmail]/Tất cả thư", '/', FOLDER_ALL },
		{ "", "[Gmail]/All Mail", '/', FOLDER_ALL }, { "\\AllMail", "[Gmail]/Alle Nachrichten", '/', FOLDER_ALL },
		{ "\\Trash", "Spam", '/', FOLDER_TRASH },	/* what the server states counts most */
		{ "\\Sent", "Junk", '/', FOLDER_OTHER },
		{ "", "Junk", '/', FOLDER_JUNK }, { "", "JUNK", '\0', FOLDER_JUNK }, { "", "INBOX.Spam", '.', FOLDER_JUNK },
		{ "", "INBOX/Junk E-mail", '/', FOLDER_JUNK }, { "", "Junk_Email", '/', FOLDER_JUNK },
		{ "", "Bulk Mail", '/', FOLDER_JUNK }, { "", "[Gmail]/Spam", '/', FOLDER_JUNK },
		{ "", "[Gmail]/Thư rác", '/', FOLDER_JUNK }, { "", "Thư Rác", '/', FOLDER_JUNK },
		{ "", "Th\xc6\xb0 ra\xcc\x81" "c", '/', FOLDER_JUNK },	/* decomposed */
		{ "", "Courrier indésirable", '/', FOLDER_JUNK }, { "", "Spamverdacht", '/', FOLDER_JUNK },
		{ "", "Correo no deseado", '/', FOLDER_JUNK }, { "", "垃圾邮件", '/', FOLDER_JUNK },
		{ "", "迷惑メール", '/', FOLDER_JUNK }, { "", "스팸메일함", '/', FOLDER_JUNK },
		{ "", "Нежелательная почта", '/', FOLDER_JUNK }, { "", "Skräppost", '/', FOLDER_JUNK },
		{ "", "No spam", '/', FOLDER_OTHER }, { "", "Spam.old", '/', FOLDER_OTHER }, { "", "Thư rác/2020", '/', FOLDER_OTHER },
		{ "", "Thư đến", '/', FOLDER_OTHER }, { "", "", '/', FOLDER_OTHER },
	};

	for (size_t i = 0; i < COUNT_OF(t); i++)
		CHECK_STR(folder_use_name(folder_use(t[i].attributes, t[i].name, t[i].delimiter)), folder_use_name(t[i].want),
		    t[i].name);
}

int
main(void)
{
	test_names();
	test_uses();
	return check_done();
}
