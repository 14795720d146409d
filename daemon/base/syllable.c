#include "base/syllable.h"

#include "base/mem.h"
#include "base/utf8.h"

/* Without tones, in the order of strcmp. */
static const char *const rimes[] = {
	"a", "ac", "ach", "ai", "am", "an", "ang", "anh", "ao", "ap", "at", "au", "ay", "e", "ec",
	"em", "en", "eng", "eo", "ep", "et", "i", "ia", "ich", "im", "in", "inh", "ip", "it", "iu",
	"iêc", "iêm", "iên", "iêng", "iêp", "iêt", "iêu", "o", "oa", "oac", "oach", "oai", "oam",
	"oan", "oang", "oanh", "oao", "oap", "oat", "oay", "oc", "oe", "oen", "oeo", "oet", "oi",
	"om", "on", "ong", "ooc", "oong", "op", "ot", "oăc", "oăm", "oăn", "oăng", "oăt", "u", "ua",
	"uc", "ui", "um", "un", "ung", "up", "ut", "uy", "uya", "uych", "uyn", "uynh", "uyp", "uyt",
	"uyu", "uyên", "uyêt", "uân", "uâng", "uât", "uây", "uê", "uêch", "uên", "uênh", "uêt", "uêu",
	"uôc", "uôi", "uôm", "uôn", "uông", "uôt", "uơ", "y", "ych", "yn", "ynh", "yp", "yt", "yêm",
	"yên", "yêng", "yêt", "yêu", "âc", "âm", "ân", "âng", "âp", "ât", "âu", "ây", "ê", "êc",
	"êch", "êm", "ên", "êng", "ênh", "êp", "êt", "êu", "ô", "ôc", "ôi", "ôm", "ôn", "ông", "ôp",
	"ôt", "ôông", "ăc", "ăm", "ăn", "ăng", "ăp", "ăt", "ơ", "ơi", "ơm", "ơn", "ơng", "ơp", "ơt",
	"ư", "ưa", "ưc", "ưi", "ưm", "ưn", "ưng", "ưt", "ưu", "ươc", "ươi", "ươm", "ươn", "ương",
	"ươp", "ươt", "ươu",
};

/* Longest first, so that the first that fits leaves the shortest rime. */
static const char *const onsets[] = {
	"ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr",
	"b", "c", "d", "đ", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "",
};

#define LONGEST 7	/* "nghiêng" */

static int
rime_order(const void *key, const void *entry)
{
	return strcmp(key, *(const char *const *)entry);
}

/* Does the text begin with these letters? Bytes of text used, or -1. */
static int
begins(const char *text, const struct viet_letter *v, size_t n)
{
	const char *p = text;
	struct viet_letter t;
	uint32_t cp;

	for (size_t i = 0; i < n; i++) {
		size_t used = utf8_next(p, strlen(p), &cp);

		if (!used || cp == 0 || !viet_letter(cp, &t))
			return -1;
		if (v[i].letter == SYLLABLE_LOST ? cp < 0x80 : t.letter != v[i].letter)
			return -1;
		p += used;
	}
	return (int)(p - text);
}

static bool
front_vowel(const struct viet_letter *v)
{
	return v->letter == VIET_E || v->letter == VIET_EE || v->letter == VIET_I || v->letter == VIET_Y;
}

static bool
rime_known(const struct viet_letter *v, size_t n, bool lost)
{
	char text[4 * LONGEST + 1];
	size_t len = 0;

	if (lost) {
		for (size_t i = 0; i < COUNT_OF(rimes); i++) {
			int used = begins(rimes[i], v, n);

			if (used >= 0 && rimes[i][used] == '\0')
				return true;
		}
		return false;
	}
	for (size_t i = 0; i < n; i++)
		len += utf8_put(text + len, viet_char(v[i].letter, TONE_LEVEL, false));
	text[len] = '\0';
	return bsearch(text, rimes, COUNT_OF(rimes), sizeof(rimes[0]), rime_order) != NULL;
}

/* Spelling of an onset before this rime. */
static bool
agrees(const char *onset, const struct viet_letter *rime)
{
	bool front = front_vowel(rime);

	if (strcmp(onset, "k") == 0)
		return front;
	if (strcmp(onset, "gh") == 0 || strcmp(onset, "ngh") == 0)
		return front && rime->letter != VIET_Y;
	if (strcmp(onset, "c") == 0 || strcmp(onset, "ng") == 0)
		return !front || (onset[0] == 'n' && rime->letter == VIET_Y);
	if (strcmp(onset, "g") == 0)
		return !front || rime->letter == VIET_I;
	return true;
}

bool
syllable_plausible(const struct viet_letter *v, size_t n)
{
	unsigned tone = TONE_LEVEL;
	bool lost = false;

	if (n == 0 || n > LONGEST)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (v[i].letter == SYLLABLE_LOST) {
			lost = true;
		} else if (v[i].tone) {
			if (tone)
				return false;
			tone = v[i].tone;
		}
	}
	if (!lost && tone != TONE_SAC && tone != TONE_NANG) {
		unsigned last = v[n - 1].letter;

		if (last == VIET_C || last == VIET_P || last == VIET_T ||
		    (n > 2 && last == VIET_H && v[n - 2].letter == VIET_C))
			return false;
	}
	for (size_t i = 0; i < COUNT_OF(onsets); i++) {
		size_t letters = 0;

		/* Count the letters of the onset: only đ is more than a byte. */
		for (const char *p = onsets[i]; *p; p++)
			letters += ((unsigned char)*p & 0xC0) != 0x80;
		if (letters >= n || begins(onsets[i], v, letters) < 0)
			continue;
		if ((lost || agrees(onsets[i], v + letters)) && rime_known(v + letters, n - letters, lost))
			return true;
	}
	return false;
}
