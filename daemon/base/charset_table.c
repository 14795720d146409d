#include "base/charset_table.h"

#include "base/mem.h"
#include "base/viet.h"

static const uint16_t c1_1252[32] = {
	/* 80 */ 0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	/* 88 */ 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
	/* 90 */ 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
	/* 98 */ 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
};

/* Toned capitals have no code of their own: fonts showed these as capitals. */
static const uint16_t abc[96] = {
	/* A0 */ 0, 0x0102, 0x00C2, 0x00CA, 0x00D4, 0x01A0, 0x01AF, 0x0110,
	/* A8 */ 0x0103, 0x00E2, 0x00EA, 0x00F4, 0x01A1, 0x01B0, 0x0111, 0,
	/* B0 */ 0, 0, 0, 0, 0, 0x00E0, 0x1EA3, 0x00E3,
	/* B8 */ 0x00E1, 0x1EA1, 0, 0x1EB1, 0x1EB3, 0x1EB5, 0x1EAF, 0,
	/* C0 */ 0, 0, 0, 0, 0, 0, 0x1EB7, 0x1EA7,
	/* C8 */ 0x1EA9, 0x1EAB, 0x1EA5, 0x1EAD, 0x00E8, 0, 0x1EBB, 0x1EBD,
	/* D0 */ 0x00E9, 0x1EB9, 0x1EC1, 0x1EC3, 0x1EC5, 0x1EBF, 0x1EC7, 0x00EC,
	/* D8 */ 0x1EC9, 0, 0, 0, 0x0129, 0x00ED, 0x1ECB, 0x00F2,
	/* E0 */ 0, 0x1ECF, 0x00F5, 0x00F3, 0x1ECD, 0x1ED3, 0x1ED5, 0x1ED7,
	/* E8 */ 0x1ED1, 0x1ED9, 0x1EDD, 0x1EDF, 0x1EE1, 0x1EDB, 0x1EE3, 0x00F9,
	/* F0 */ 0, 0x1EE7, 0x0169, 0x00FA, 0x1EE5, 0x1EEB, 0x1EED, 0x1EEF,
	/* F8 */ 0x1EE9, 0x1EF1, 0x1EF3, 0x1EF7, 0x1EF9, 0x00FD, 0x1EF5, 0,
};

uint32_t
windows_1252(unsigned char b)
{
	return b >= 0x80 && b < 0xA0 ? c1_1252[b - 0x80] : b;
}

uint32_t
windows_1258(unsigned char b)
{
	switch (b) {
	case 0x8A: case 0x8E: case 0x9A: case 0x9E: return 0;
	case 0xC3: return 0x102;
	case 0xCC: return 0x300;
	case 0xD0: return 0x110;
	case 0xD2: return 0x309;
	case 0xD5: return 0x1A0;
	case 0xDD: return 0x1AF;
	case 0xDE: return 0x303;
	case 0xE3: return 0x103;
	case 0xEC: return 0x301;
	case 0xF0: return 0x111;
	case 0xF2: return 0x323;
	case 0xF5: return 0x1A1;
	case 0xFD: return 0x1B0;
	case 0xFE: return 0x20AB;
	default: return windows_1252(b);
	}
}

uint32_t
tcvn3(unsigned char b)
{
	return b >= 0xA0 ? abc[b - 0xA0] : 0;
}

int
windows_1252_byte(uint32_t cp)
{
	if (cp <= 0xFF)
		return (int)cp;
	for (int i = 0; i < (int)COUNT_OF(c1_1252); i++)
		if (c1_1252[i] == cp)
			return 0x80 + i;
	return -1;
}

/* ------------------------------------------------------------------- VNI */

/* Capitals stand 0x20 before the small letters, in ASCII as in Latin-1. */
static unsigned char
lower(unsigned char b)
{
	return (b >= 'A' && b <= 'Z') || (b >= 0xC0 && b <= 0xDE) ? b | 0x20 : b;
}

static int
base_letter(unsigned char b)
{
	switch (lower(b)) {
	case 'a': return VIET_A;
	case 'e': return VIET_E;
	case 'o': return VIET_O;
	case 'u': return VIET_U;
	case 'y': return VIET_Y;
	case 0xF4: return VIET_OW;	/* ô stands for ơ */
	case 0xF6: return VIET_UW;	/* ö stands for ư */
	default: return -1;
	}
}

int
vni_base(unsigned char b)
{
	return base_letter(b) >= 0;
}

uint32_t
vni_pair(unsigned char base, unsigned char mark)
{
	enum { NONE, HAT, BREVE } shape = NONE;
	int letter = base_letter(base);
	unsigned tone;

	switch (lower(mark)) {
	case 0xF9: tone = TONE_SAC; break;
	case 0xF8: tone = TONE_HUYEN; break;
	case 0xFB: tone = TONE_HOI; break;
	case 0xF5: tone = TONE_NGA; break;
	case 0xEF: tone = TONE_NANG; break;
	case 0xE2: tone = TONE_LEVEL; shape = HAT; break;
	case 0xE1: tone = TONE_SAC; shape = HAT; break;
	case 0xE0: tone = TONE_HUYEN; shape = HAT; break;
	case 0xE5: tone = TONE_HOI; shape = HAT; break;
	case 0xE3: tone = TONE_NGA; shape = HAT; break;
	case 0xE4: tone = TONE_NANG; shape = HAT; break;
	case 0xEA: tone = TONE_LEVEL; shape = BREVE; break;
	case 0xE9: tone = TONE_SAC; shape = BREVE; break;
	case 0xE8: tone = TONE_HUYEN; shape = BREVE; break;
	case 0xFA: tone = TONE_HOI; shape = BREVE; break;
	case 0xFC: tone = TONE_NGA; shape = BREVE; break;
	case 0xEB: tone = TONE_NANG; shape = BREVE; break;
	default: return 0;
	}
	if (shape == HAT)
		letter = letter == VIET_A ? VIET_AA : letter == VIET_E ? VIET_EE : letter == VIET_O ? VIET_OO : -1;
	else if (shape == BREVE)
		letter = letter == VIET_A ? VIET_AW : -1;
	return letter < 0 ? 0 : viet_char((unsigned)letter, tone, lower(base) != base);
}

uint32_t
vni_single(unsigned char b)
{
	bool upper = lower(b) != b;

	switch (lower(b)) {
	case 0xED: return viet_char(VIET_I, TONE_SAC, upper);
	case 0xEC: return viet_char(VIET_I, TONE_HUYEN, upper);
	case 0xE6: return viet_char(VIET_I, TONE_HOI, upper);
	case 0xF3: return viet_char(VIET_I, TONE_NGA, upper);
	case 0xF2: return viet_char(VIET_I, TONE_NANG, upper);
	case 0xEE: return viet_char(VIET_Y, TONE_NANG, upper);
	case 0xF1: return viet_char(VIET_DD, TONE_LEVEL, upper);
	case 0xF4: return viet_char(VIET_OW, TONE_LEVEL, upper);
	case 0xF6: return viet_char(VIET_UW, TONE_LEVEL, upper);
	default: return 0;
	}
}
