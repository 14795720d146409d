/* The alphabet and the syllables it makes; our tables against those of Unicode. */
#include "support/check.h"

#include <stdlib.h>
#include <unicase.h>
#include <uninorm.h>

#include "base/mem.h"
#include "base/syllable.h"
#include "base/text.h"
#include "base/utf8.h"
#include "base/viet.h"

/* '?' is a lost letter. */
static bool
plausible(const char *word)
{
	struct viet_letter v[32];
	size_t n = 0, len = strlen(word);
	uint32_t cp;

	for (size_t i = 0; i < len; n++) {
		i += utf8_take(word + i, len - i, &cp);
		if (cp == '?')
			v[n] = (struct viet_letter){ SYLLABLE_LOST, TONE_LEVEL, false };
		else if (!viet_letter(cp, &v[n]))
			return false;
	}
	return syllable_plausible(v, n);
}

static void
test_syllables(void)
{
	static const char *const good[] = {
		"Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương",
		"Lý", "Đinh", "Đoàn", "Trịnh", "Lâm", "Tạ", "Lương", "Châu", "Quách", "Ông", "Ưng", "Ẩn", "Ý", "Út",
		"Quỳnh", "Quyết", "Quân", "quốc", "quản", "Giang", "gì", "giếng", "giặt", "giữ", "nghĩa", "nghiêng", "ngữ",
		"khuỷu", "khuya", "thuở", "xoèn", "hoà", "hòa", "thuỷ", "thủy", "Thúy", "uỷ", "ủy", "Kỳ", "kiểm", "kẻ", "ghế",
		"phường", "hưởng", "chuyên", "viên", "phó", "CHỦ", "TỊCH", "ĐỘC", "LẬP", "yêu", "yết", "ích", "ếch", "xoong",
		"Nguy?n", "V?n", "??c", "Tr?n", "ph??ng", "?ng", "nghi?p",
	};
	static const char *const bad[] = {
		"", "Nguyôn", "céng", "TrÇn", "Müller", "ñ", "btấ", "ngiã", "kà", "cề", "ghà", "ngề", "bác1", "bàc", "tâch",
		"hõp", "áá", "àó", "nghiêngg", "Kđăm", "Mlô", "ŏ", "x?z", "zz?", "ộtộ", "strà", "pfà", "đđ", "êê",
	};

	for (size_t i = 0; i < COUNT_OF(good); i++)
		CHECK(plausible(good[i]), good[i]);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		CHECK(!plausible(bad[i]), bad[i]);
}

static const uint32_t marks[] = { 0x300, 0x301, 0x302, 0x303, 0x306, 0x309, 0x31B, 0x323 };

/* Base and mark in NFC by Unicode's own tables; 0 when that is not one character. */
static uint32_t
joined_by_unicode(uint32_t base, uint32_t mark)
{
	uint32_t in[2] = { base, mark }, out = 0;
	size_t n = 0;
	uint32_t *r = u32_normalize(UNINORM_NFC, in, 2, NULL, &n);

	if (n == 1)
		out = r[0];
	free(r);
	return out;
}

static void
test_alphabet(void)
{
	struct viet_letter v;
	int letters = 0, wrong_case = 0, wrong_back = 0, wrong_join = 0, missed = 0;

	for (uint32_t cp = 0; cp < 0x3000; cp++) {
		if (!viet_letter(cp, &v))
			continue;
		letters++;
		wrong_back += viet_char(v.letter, v.tone, v.upper) != cp;
		wrong_case += viet_char(v.letter, v.tone, true) != uc_toupper(cp) ||
		    viet_char(v.letter, v.tone, false) != uc_tolower(cp);
		for (size_t m = 0; m < COUNT_OF(marks); m++) {
			uint32_t ours = viet_join(cp, marks[m]), theirs = joined_by_unicode(cp, marks[m]);

			wrong_join += ours && ours != theirs;
			missed += !ours && theirs && viet_letter(theirs, &v);
		}
		viet_letter(cp, &v);
	}
	/* 12 vowels of six tones and 21 consonants, small and capital. */
	CHECK_INT(letters, 2 * (12 * 6 + 21), "letters");
	CHECK_INT(wrong_back, 0, "there and back");
	CHECK_INT(wrong_case, 0, "case as Unicode has it");
	CHECK_INT(wrong_join, 0, "marks as Unicode joins them");
	CHECK_INT(missed, 0, "no letter of ours that only Unicode joins");
	CHECK_INT(viet_char(VIET_B, TONE_SAC, false), 0, "consonants bear no tone");
	CHECK_INT(viet_ascii(VIET_DD), 'd', "đ is d");
}

/* What the quick test calls plain must be NFC for Unicode too. */
static void
test_plain(void)
{
	int accepted = 0, wrong = 0;

	for (uint32_t cp = 1; cp < 0x30000; cp++) {
		char s[8];
		size_t len, n = 0;
		uint8_t *r;

		s[0] = 'a';
		len = 1 + utf8_put(s + 1, cp);
		if (!text_is_plain(s, len))
			continue;
		accepted++;
		r = u8_normalize(UNINORM_NFC, (const uint8_t *)s, len, NULL, &n);
		wrong += n != len || memcmp(r, s, len) != 0;
		free(r);
	}
	CHECK(accepted > 1000 && accepted < 2000, "about a thousand characters");
	CHECK_INT(wrong, 0, "all of them NFC");
}

int
main(void)
{
	test_syllables();
	test_alphabet();
	test_plain();
	return check_done();
}
