#include "mail/folder.h"

#include <strings.h>

#include "base/buf.h"
#include "base/text.h"

#define NAME_MAX_BYTES 4096

/* How the junk folder is called, folded for comparing: no case, no diacritics, blanks for what joins words. */
static const char *const junk[] = {
	"junk", "spam", "bulk", "junk mail", "junk e mail", "junk email", "bulk mail", "bulk e mail", "spam mail",
	"junk folder", "spam folder", "possible spam", "probably spam", "caught spam",
	/* Vietnamese */
	"Thư rác", "Thư nhiễu", "Hộp thư rác", "Thư rác (Spam)", "Email rác", "Tin rác",
	/* French, German, Dutch */
	"Courrier indésirable", "Courriel indésirable", "Indésirables", "Pourriel", "Pourriels", "Spamverdacht",
	"Unerwünscht", "Unerwünschte E-Mails", "Junk-E-Mail", "Ongewenste e-mail", "Ongewenst",
	/* Spanish, Italian, Portuguese */
	"Correo no deseado", "Correo basura", "No deseado", "Posta indesiderata", "Lixo eletrônico", "Lixo electrónico",
	"E-mail de lixo", "Correio não solicitado",
	/* Nordic, Slavic, Turkish, Hungarian, Finnish */
	"Skräppost", "Søppelpost", "Uønsket e-post", "Uønsket mail", "Uønsket e-mail", "Roskaposti", "Спам",
	"Нежелательная почта", "Сомнительные", "Небажана пошта", "Wiadomości-śmieci", "Nevyžádaná pošta",
	"Nevyžiadaná pošta", "Levélszemét", "Önemsiz E-posta", "Gereksiz", "Mesaje nedorite",
	/* Chinese, Japanese, Korean, Thai, Indonesian */
	"垃圾邮件", "垃圾郵件", "垃圾信件", "广告邮件", "迷惑メール", "迷惑メールフォルダ", "スパム",
	"스팸", "스팸함", "스팸메일함", "스팸편지함", "정크 메일", "อีเมลขยะ", "จดหมายขยะ", "Surat sampah", "Email sampah",
};

static const char *const all[] = { "[gmail]/all mail", "[gmail]/Tất cả thư", "All Mail", "Tất cả thư" };

static const char *const uses[FOLDER_USES] = { "inbox", "junk", "other", "trash", "all" };

/* --- modified UTF-7 -------------------------------------------------------- */

static int
digit(char c)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
	const char *p = c ? strchr(alphabet, c) : NULL;

	return p ? (int)(p - alphabet) : -1;
}

/* What stands between "&" and "-": UTF-16 in base 64. false: it is not. */
static bool
shifted(struct buf *b, const char *s, size_t n)
{
	uint32_t bits = 0, high = 0;
	int have = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t unit;
		int d = digit(s[i]);

		if (d < 0)
			return false;
		bits = (bits << 6 | (uint32_t)d) & 0xfffff;
		if ((have += 6) < 16)
			continue;
		have -= 16;
		unit = bits >> have & 0xffff;
		if (unit >= 0xdc00 && unit < 0xe000) {
			if (!high)
				return false;
			buf_utf8(b, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
			high = 0;
		} else if (high || unit == 0) {
			return false;
		} else if (unit >= 0xd800 && unit < 0xdc00) {
			high = unit;
		} else {
			buf_utf8(b, unit);
		}
	}
	/* What is left over is padding: zeros, and less than a character of base 64. */
	return !high && have < 6 && (bits & ((1u << have) - 1)) == 0;
}

const char *
folder_name(struct arena *a, const char *wire)
{
	struct buf b = BUF_INIT(NAME_MAX_BYTES);
	bool good = true;
	char *out;

	for (const char *p = wire; *p && good; p++) {
		size_t n = strcspn(p, "-");

		if (*p != '&') {
			buf_char(&b, *p);
			continue;
		}
		if (p[n] == '-' && n == 1)
			buf_char(&b, '&');
		else
			good = p[n] == '-' && shifted(&b, p + 1, n - 1);
		p += good ? n : 0;
	}
	/* Some servers send UTF-8, or what only they understand. */
	out = good && !b.failed ? text_nfc(a, buf_str(&b), b.len) : text_nfc(a, wire, strlen(wire));
	buf_release(&b);
	for (char *p = out; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return out;
}

/* --- uses ------------------------------------------------------------------ */

static bool
has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strcasestr(p, word)); p += n)
		if ((p == list || p[-1] == ' ' || p[-1] == '(') && (!p[n] || p[n] == ' ' || p[n] == ')'))
			return true;
	return false;
}

static char *
key(struct arena *a, const char *s)
{
	char *k = text_fold(a, s), *to = k;

	for (const char *p = k; *p; p++) {
		char c = strchr("-_. ", *p) ? ' ' : *p;

		if (c != ' ' || (to > k && to[-1] != ' '))
			*to++ = c;
	}
	while (to > k && to[-1] == ' ')
		to--;
	*to = '\0';
	return k;
}

static bool
is_called(const char *name, const char *const *names, size_t n)
{
	struct arena a = ARENA_INIT;
	const char *k = key(&a, name);
	bool is = false;

	for (size_t i = 0; i < n && !is; i++)
		is = strcmp(k, key(&a, names[i])) == 0;
	arena_release(&a);
	return is;
}

enum folder_use
folder_use(const char *attributes, const char *name, char delimiter)
{
	static const struct { const char *word; enum folder_use use; } special[] = {
		{ "\\Junk", FOLDER_JUNK }, { "\\Spam", FOLDER_JUNK }, { "\\All", FOLDER_ALL }, { "\\AllMail", FOLDER_ALL },
		{ "\\Trash", FOLDER_TRASH }, { "\\Sent", FOLDER_OTHER }, { "\\Drafts", FOLDER_OTHER },
	};
	const char *last = delimiter ? strrchr(name, delimiter) : NULL;

	if (strcasecmp(name, "INBOX") == 0)
		return FOLDER_INBOX;
	for (size_t i = 0; i < COUNT_OF(special); i++)
		if (has_word(attributes, special[i].word))
			return special[i].use;
	if (is_called(last ? last + 1 : name, junk, COUNT_OF(junk)))
		return FOLDER_JUNK;
	return is_called(name, all, COUNT_OF(all)) ? FOLDER_ALL : FOLDER_OTHER;
}

const char *
folder_use_name(enum folder_use u)
{
	return uses[u];
}
