/*
 * Any bytes at all: a finding is made, decoding gives sound UTF-8 within the
 * promised size, and pieces give the same as the whole.
 *
 *	make fuzzers && build/fuzz/bin/fuzz_charset -max_total_time=60 SEEDS
 */
#include "base/charset.h"
#include "base/text.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
decode_as(const struct charset_finding *f, const uint8_t *data, size_t size)
{
	struct buf whole = BUF_INIT(4 * size + 512), pieces = BUF_INIT(4 * size + 512);
	struct charset_decoder d;
	size_t piece = size ? data[0] % 7 + 1 : 1, n;

	charset_decoder_init(&d, f);
	charset_decode(&d, data, size, true, &whole);
	ASSERT(!whole.failed);
	if (f->charset != CHARSET_BINARY)
		ASSERT(text_is_utf8(buf_str(&whole), whole.len));
	charset_decoder_init(&d, f);
	for (size_t i = 0; i < size; i += n) {
		n = size - i < piece ? size - i : piece;
		charset_decode(&d, data + i, n, false, &pieces);
	}
	charset_decode(&d, data, 0, true, &pieces);
	ASSERT(whole.len == pieces.len && memcmp(buf_str(&whole), buf_str(&pieces), whole.len) == 0);
	buf_release(&whole);
	buf_release(&pieces);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct charset_finding f, forced = { .charset = CHARSET_UTF8 };
	char *text, *again;

	charset_detect(data, size, &f);
	ASSERT(f.bytes == size && f.name[0] && f.plausible <= f.words);
	ASSERT((f.charset == CHARSET_BINARY) == (f.binary != BINARY_NOT));
	charset_explain(&a, &f, LANG_VI);
	decode_as(&f, data, size);
	/* Every reading must be safe, whether it was found or not. */
	for (int c = CHARSET_UTF8; c <= CHARSET_VNI; c++)
		for (int h = HIDDEN_NONE; h <= HIDDEN_UTF8; h++) {
			forced.charset = (enum charset)c;
			forced.hidden = (enum charset_hidden)h;
			decode_as(&forced, data, size);
		}
	text = charset_text(&a, data, size, &f);
	text = text_nfc(&a, text, strlen(text));
	again = text_nfc(&a, text, strlen(text));
	ASSERT(strcmp(text, again) == 0);
	text = text_fold(&a, text);
	ASSERT(text_is_utf8(text, strlen(text)));
	ASSERT(strcmp(text_fold(&a, text), text) == 0);
	text_squeeze(&a, again);
	ASSERT(text_collate_names(again, again) == 0);
	arena_release(&a);
	return 0;
}
