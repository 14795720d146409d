#include "base/viet.h"

#include "base/mem.h"

/* Small letters by tone; 0 where the letter bears none. */
static const uint16_t small[VIET_LETTERS][TONES] = {
	[VIET_A] = { 'a', 0xE0, 0x1EA3, 0xE3, 0xE1, 0x1EA1 },
	[VIET_AW] = { 0x103, 0x1EB1, 0x1EB3, 0x1EB5, 0x1EAF, 0x1EB7 },
	[VIET_AA] = { 0xE2, 0x1EA7, 0x1EA9, 0x1EAB, 0x1EA5, 0x1EAD },
	[VIET_B] = { 'b' }, [VIET_C] = { 'c' }, [VIET_D] = { 'd' }, [VIET_DD] = { 0x111 },
	[VIET_E] = { 'e', 0xE8, 0x1EBB, 0x1EBD, 0xE9, 0x1EB9 },
	[VIET_EE] = { 0xEA, 0x1EC1, 0x1EC3, 0x1EC5, 0x1EBF, 0x1EC7 },
	[VIET_F] = { 'f' }, [VIET_G] = { 'g' }, [VIET_H] = { 'h' },
	[VIET_I] = { 'i', 0xEC, 0x1EC9, 0x129, 0xED, 0x1ECB },
	[VIET_J] = { 'j' }, [VIET_K] = { 'k' }, [VIET_L] = { 'l' }, [VIET_M] = { 'm' }, [VIET_N] = { 'n' },
	[VIET_O] = { 'o', 0xF2, 0x1ECF, 0xF5, 0xF3, 0x1ECD },
	[VIET_OO] = { 0xF4, 0x1ED3, 0x1ED5, 0x1ED7, 0x1ED1, 0x1ED9 },
	[VIET_OW] = { 0x1A1, 0x1EDD, 0x1EDF, 0x1EE1, 0x1EDB, 0x1EE3 },
	[VIET_P] = { 'p' }, [VIET_Q] = { 'q' }, [VIET_R] = { 'r' }, [VIET_S] = { 's' }, [VIET_T] = { 't' },
	[VIET_U] = { 'u', 0xF9, 0x1EE7, 0x169, 0xFA, 0x1EE5 },
	[VIET_UW] = { 0x1B0, 0x1EEB, 0x1EED, 0x1EEF, 0x1EE9, 0x1EF1 },
	[VIET_V] = { 'v' }, [VIET_W] = { 'w' }, [VIET_X] = { 'x' },
	[VIET_Y] = { 'y', 0x1EF3, 0x1EF7, 0x1EF9, 0xFD, 0x1EF5 },
	[VIET_Z] = { 'z' },
};

/* The same the other way round. L(letter, tone) + 1, so that 0 is "none". */
#define L(letter, tone) (uint8_t)(VIET_##letter * TONES + TONE_##tone + 1)

static const uint8_t ascii[26] = {
	L(A, LEVEL), L(B, LEVEL), L(C, LEVEL), L(D, LEVEL), L(E, LEVEL), L(F, LEVEL), L(G, LEVEL),
	L(H, LEVEL), L(I, LEVEL), L(J, LEVEL), L(K, LEVEL), L(L, LEVEL), L(M, LEVEL), L(N, LEVEL),
	L(O, LEVEL), L(P, LEVEL), L(Q, LEVEL), L(R, LEVEL), L(S, LEVEL), L(T, LEVEL), L(U, LEVEL),
	L(V, LEVEL), L(W, LEVEL), L(X, LEVEL), L(Y, LEVEL), L(Z, LEVEL),
};

/* From U+00E0; U+00C0 the same in capitals. */
static const uint8_t latin1[32] = {
	[0x00] = L(A, HUYEN), [0x01] = L(A, SAC), [0x02] = L(AA, LEVEL), [0x03] = L(A, NGA),
	[0x08] = L(E, HUYEN), [0x09] = L(E, SAC), [0x0A] = L(EE, LEVEL),
	[0x0C] = L(I, HUYEN), [0x0D] = L(I, SAC),
	[0x12] = L(O, HUYEN), [0x13] = L(O, SAC), [0x14] = L(OO, LEVEL), [0x15] = L(O, NGA),
	[0x19] = L(U, HUYEN), [0x1A] = L(U, SAC), [0x1D] = L(Y, SAC),
};

/* From U+1EA0, two by two: the capital comes first. */
static const uint8_t additional[45] = {
	L(A, NANG), L(A, HOI), L(AA, SAC), L(AA, HUYEN), L(AA, HOI), L(AA, NGA), L(AA, NANG),
	L(AW, SAC), L(AW, HUYEN), L(AW, HOI), L(AW, NGA), L(AW, NANG),
	L(E, NANG), L(E, HOI), L(E, NGA), L(EE, SAC), L(EE, HUYEN), L(EE, HOI), L(EE, NGA), L(EE, NANG),
	L(I, HOI), L(I, NANG),
	L(O, NANG), L(O, HOI), L(OO, SAC), L(OO, HUYEN), L(OO, HOI), L(OO, NGA), L(OO, NANG),
	L(OW, SAC), L(OW, HUYEN), L(OW, HOI), L(OW, NGA), L(OW, NANG),
	L(U, NANG), L(U, HOI), L(UW, SAC), L(UW, HUYEN), L(UW, HOI), L(UW, NGA), L(UW, NANG),
	L(Y, HUYEN), L(Y, NANG), L(Y, HOI), L(Y, NGA),
};

bool
viet_letter(uint32_t cp, struct viet_letter *out)
{
	bool upper = false;
	uint8_t v = 0;

	if (cp < 0x80) {
		uint32_t low = cp | 0x20;

		upper = cp < 'a';
		if (low >= 'a' && low <= 'z')
			v = ascii[low - 'a'];
	} else if (cp >= 0xC0 && cp <= 0xFF) {
		upper = cp < 0xE0;
		v = latin1[cp & 0x1F];
	} else if (cp >= 0x1EA0 && cp < 0x1EA0 + 2 * COUNT_OF(additional)) {
		upper = !(cp & 1);
		v = additional[(cp - 0x1EA0) / 2];
	} else {
		switch (cp) {
		case 0x102: case 0x103: v = L(AW, LEVEL); upper = cp == 0x102; break;
		case 0x110: case 0x111: v = L(DD, LEVEL); upper = cp == 0x110; break;
		case 0x128: case 0x129: v = L(I, NGA); upper = cp == 0x128; break;
		case 0x168: case 0x169: v = L(U, NGA); upper = cp == 0x168; break;
		case 0x1A0: case 0x1A1: v = L(OW, LEVEL); upper = cp == 0x1A0; break;
		case 0x1AF: case 0x1B0: v = L(UW, LEVEL); upper = cp == 0x1AF; break;
		default: break;
		}
	}
	if (!v)
		return false;
	*out = (struct viet_letter){ (uint8_t)((v - 1) / TONES), (uint8_t)((v - 1) % TONES), upper };
	return true;
}

uint32_t
viet_char(unsigned letter, unsigned tone, bool upper)
{
	uint32_t cp = letter < VIET_LETTERS && tone < TONES ? small[letter][tone] : 0;

	if (!upper || !cp)
		return cp;
	return cp <= 0xFF ? cp - 0x20 : cp - 1;
}

uint32_t
viet_join(uint32_t base, uint32_t mark)
{
	struct viet_letter v;
	unsigned shape = VIET_LETTERS;

	if (mark < 0x300 || mark > 0x323 || !viet_letter(base, &v))
		return 0;
	switch (mark) {
	case 0x300: return v.tone ? 0 : viet_char(v.letter, TONE_HUYEN, v.upper);
	case 0x301: return v.tone ? 0 : viet_char(v.letter, TONE_SAC, v.upper);
	case 0x303: return v.tone ? 0 : viet_char(v.letter, TONE_NGA, v.upper);
	case 0x309: return v.tone ? 0 : viet_char(v.letter, TONE_HOI, v.upper);
	case 0x323: return v.tone ? 0 : viet_char(v.letter, TONE_NANG, v.upper);
	/* A shape after a tone is the same character only where Unicode orders
	 * the two itself: the dot below before both, the horn before all. */
	case 0x302:
		shape = v.letter == VIET_A ? VIET_AA : v.letter == VIET_E ? VIET_EE : v.letter == VIET_O ? VIET_OO :
		    VIET_LETTERS;
		return v.tone == TONE_LEVEL || v.tone == TONE_NANG ? viet_char(shape, v.tone, v.upper) : 0;
	case 0x306:
		shape = v.letter == VIET_A ? VIET_AW : VIET_LETTERS;
		return v.tone == TONE_LEVEL || v.tone == TONE_NANG ? viet_char(shape, v.tone, v.upper) : 0;
	case 0x31B:
		shape = v.letter == VIET_O ? VIET_OW : v.letter == VIET_U ? VIET_UW : VIET_LETTERS;
		return viet_char(shape, v.tone, v.upper);
	default:
		return 0;
	}
}

char
viet_ascii(unsigned letter)
{
	static const char plain[VIET_LETTERS + 1] = "aaabcddeefghijklmnooopqrstuuvwxyz";

	return letter < VIET_LETTERS ? plain[letter] : '?';
}
