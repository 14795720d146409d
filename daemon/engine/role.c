#include "engine/role.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define LOCAL_MAX 64
#define JOINED_MIN 5		/* so_noi_vu is sonoivu, but s.nv is no snv */

/* Telling when they come first, or behind one of the others: vanthu.so@, snv-vanthu@. */
static const char *const offices[] = {
	"abuse", "administrator", "admin", "contact", "donotreply", "helpdesk", "hostmaster", "info", "mailbox", "noreply", "office",
	"postmaster", "reception", "secretariat", "support", "webmaster",
	"banbientap", "caicachhanhchinh", "chuyendoiso", "congthongtin", "congvan", "cttdt", "duongdaynong", "gopy", "hanhchinh",
	"hoidap", "hopthu", "khieunai", "lienhe", "motcua", "bpmotcua", "phananh", "quantri", "quantrimang", "thongtin", "tiepcongdan",
	"tiepdan", "toasoan", "tochuccanbo", "tonghop", "vanban", "vanphong", "vanphongso", "vanthu",
};

/* Telling alone: before something else they may be a name, behind it they say where a person works. */
static const char *const whole[] = {
	"all", "help", "hotline", "hr", "mail", "news", "newsletter", "press", "root", "sales", "security", "staff", "team",
	"bbt", "cchc", "cds", "cntt", "hcth", "hcqt", "hdnd", "ketoan", "khtc", "phapche", "phongnoivu", "qtht", "tccb", "tchc", "thanhtra",
	"thuky", "tnhs", "tochuc", "trungtam", "ubnd", "vbden", "vbdi", "vp", "vpub", "vpubnd",
	"sct", "sgddt", "sgtvt", "skhcn", "skhdt", "sldtbxh", "sngv", "snnptnt", "snv", "stc", "stnmt", "stp", "stttt", "svhttdl", "sxd", "syt",
	"socongthuong", "sogddt", "sogiaoduc", "sogtvt", "sokhcn", "sokhdt", "soldtbxh", "songoaivu", "sonnptnt", "sonoivu", "sotaichinh",
	"sotnmt", "sotttt", "sotuphap", "sovhttdl", "soxaydung", "soyte", "bannoichinh", "bantochuc", "bandantoc",
};

/* An office by its first letters, followed by which: ubndxaan@, chicucthue@. */
static const char *const beginnings[] = { "ubnd", "hdnd", "chicuc", "banquanly", "congdoan", "phongnoivu", "phongtaichinh", "phongtuphap" };

static bool
in_list(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

/* The letters of the name, without its spaces, hold the word. */
static bool
in_name(const char *name_key, const char *word)
{
	char letters[256];
	size_t n = 0;

	for (const char *s = name_key; *s && n + 1 < sizeof(letters); s++)
		if (isalpha((unsigned char)*s))
			letters[n++] = *s;
	letters[n] = '\0';
	return strstr(letters, word) != NULL;
}

bool
role_address(const char *email, const char *name_key)
{
	char local[LOCAL_MAX + 1], joined[LOCAL_MAX + 1] = "", *word, *at = local;
	size_t n = strcspn(email, "@"), len = 0;
	bool may = true;		/* nothing personal has come so far */

	if (n == 0 || n > LOCAL_MAX)
		return false;
	memcpy(local, email, n);
	local[n] = '\0';
	while ((word = strsep(&at, "._-+0123456789"))) {
		if (may && in_list(offices, COUNT_OF(offices), word) && !in_name(name_key, word))
			return true;
		may = may && (!*word || in_list(whole, COUNT_OF(whole), word));
		len += (size_t)snprintf(joined + len, sizeof(joined) - len, "%s", word);
	}
	if ((len < JOINED_MIN && len != n) || in_name(name_key, joined))
		return false;
	if (in_list(whole, COUNT_OF(whole), joined) || in_list(offices, COUNT_OF(offices), joined))
		return true;
	for (size_t i = 0; i < COUNT_OF(beginnings); i++)
		if (strncmp(joined, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}
