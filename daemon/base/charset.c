/* charset.h: which reading makes sense, and how to say it. */
#include "base/charset.h"

#include <errno.h>
#include <unistd.h>

#include "base/charset_weigh.h"
#include "base/text.h"
#include "base/utf8.h"

enum {
	BLOCK_BYTES = 64 * 1024,
	/* Every word of the first blocks is weighed, then some of each 16th. */
	WEIGHED_BLOCKS = 4,
	WEIGHED_EACH = 16,
	WEIGHED_WORDS = 256,
	FEW = 4096,		/* sound characters: more, and the file is no single-byte text */
};

struct charset_scan {
	char *block;
	size_t used;
	uint64_t blocks, bytes;
	bool started;
	enum charset width;	/* CHARSET_UTF8 (bytes) or one of the two UTF-16 */
	bool bom;
	enum charset_binary binary;
	struct charset_decoder utf16;
	struct buf wide;	/* UTF-16 as UTF-8 */

	/* Of all bytes. */
	uint64_t nul, control, beyond;	/* beyond: ASCII */
	uint64_t broken;		/* bytes that are no UTF-8, surrogates without partner */
	uint64_t several;		/* sound characters of more than a byte */
	uint64_t marks, composed;
	uint64_t replaced;		/* U+FFFD that somebody else put there */
	bool seen[256];
	struct weigh weigh;
};

struct charset_scan *
charset_scan_new(void)
{
	struct charset_scan *s = mem_zalloc(sizeof(*s));

	s->block = mem_alloc(BLOCK_BYTES);
	s->wide = (struct buf)BUF_INIT(8 * BLOCK_BYTES);
	weigh_init(&s->weigh);
	return s;
}

/* ------------------------------------------------------------ first block */

static bool
holds(const char *p, size_t n, const char *what)
{
	return memmem(p, n, what, strlen(what)) != NULL;
}

static enum charset_binary
zip_content(const char *p, size_t n)
{
	if (holds(p, n, "application/vnd.oasis.opendocument"))
		return BINARY_ODF;
	if (holds(p, n, "xl/"))
		return BINARY_XLSX;
	return holds(p, n, "word/") ? BINARY_DOCX : BINARY_ZIP;
}

static enum charset_binary
magic(const char *p, size_t n)
{
	static const struct { const char *bytes; size_t len; enum charset_binary is; } table[] = {
		{ "PK\x03\x04", 4, BINARY_ZIP }, { "PK\x05\x06", 4, BINARY_ZIP },
		{ "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, BINARY_OLE }, { "%PDF-", 5, BINARY_PDF },
		{ "{\\rtf", 5, BINARY_RTF }, { "\x1F\x8B\x08", 3, BINARY_GZIP }, { "Rar!\x1A\x07", 6, BINARY_RAR },
		{ "7z\xBC\xAF\x27\x1C", 6, BINARY_7Z }, { "\x89PNG\r\n", 6, BINARY_IMAGE },
		{ "\xFF\xD8\xFF", 3, BINARY_IMAGE }, { "GIF8", 4, BINARY_IMAGE }, { "II*\0", 4, BINARY_IMAGE },
		{ "MM\0*", 4, BINARY_IMAGE },
	};
	static const struct { const char *word; enum charset_binary is; } markup[] = {
		{ "<!doctype html", BINARY_HTML }, { "<html", BINARY_HTML }, { "<table", BINARY_HTML },
		{ "<meta", BINARY_HTML }, { "<head", BINARY_HTML }, { "<?xml", BINARY_XML },
	};

	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (n >= table[i].len && memcmp(p, table[i].bytes, table[i].len) == 0)
			return table[i].is == BINARY_ZIP ? zip_content(p, n) : table[i].is;
	if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
		p += 3;
		n -= 3;
	}
	while (n && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')) {
		p++;
		n--;
	}
	for (size_t i = 0; i < COUNT_OF(markup); i++)
		if (n >= strlen(markup[i].word) && strncasecmp(p, markup[i].word, strlen(markup[i].word)) == 0)
			return markup[i].is;
	return BINARY_NOT;
}

/* Without a BOM: half the bytes of Latin text are zero, all on one side. */
static enum charset
width_of(const unsigned char *p, size_t n, bool *bom)
{
	size_t zero[2] = { 0, 0 };

	*bom = true;
	if (n >= 2 && p[0] == 0xFF && p[1] == 0xFE)
		return CHARSET_UTF16LE;
	if (n >= 2 && p[0] == 0xFE && p[1] == 0xFF)
		return CHARSET_UTF16BE;
	*bom = n >= 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF;
	for (size_t i = 0; i < n; i++)
		zero[i & 1] += p[i] == 0;
	if (*bom || zero[0] + zero[1] < 2)
		return CHARSET_UTF8;
	if (zero[1] * 10 >= n / 2 * 3 && zero[0] * 50 <= zero[1])
		return CHARSET_UTF16LE;
	if (zero[0] * 10 >= n / 2 * 3 && zero[1] * 50 <= zero[0])
		return CHARSET_UTF16BE;
	return CHARSET_UTF8;
}

/* -------------------------------------------------------------- all bytes */

/* Eight bytes from 0x20 to 0x7F? */
static bool
dull(const char *p)
{
	const uint64_t each = UINT64_C(0x0101010101010101), high = each * 0x80;
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return (w & high) == 0 && ((w - each * 0x20) & ~w & high) == 0;
}

/* Letters of Latin-1 that decompose: bit n is U+00C0 + n. */
#define COMPOSED_LATIN1 (UINT64_C(0xBE7EFFBF3E7EFFBF))

static void
note_char(struct charset_scan *s, uint32_t cp)
{
	s->several++;
	if (cp >= 0x300 && cp < 0x370)
		s->marks++;
	else if (cp >= 0xC0 && cp <= 0xFF)
		s->composed += COMPOSED_LATIN1 >> (cp - 0xC0) & 1;
	else if (cp >= 0x1EA0 && cp < 0x1EFA)
		s->composed++;
	else if (cp == UTF8_REPLACEMENT && s->width == CHARSET_UTF8)
		s->replaced++;
	else if (cp == UTF8_REPLACEMENT)
		s->broken++;
}

static void
survey(struct charset_scan *s, const char *p, size_t n)
{
	uint32_t cp;
	size_t used;

	for (size_t i = 0; i < n;) {
		unsigned char c = (unsigned char)p[i];

		if (n - i >= 8 && dull(p + i)) {
			i += 8;
			continue;
		}
		if (c < 0x80) {
			s->nul += c == 0;
			s->control += (c && c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v') ||
			    c == 0x7F;
			i++;
			continue;
		}
		used = utf8_next(p + i, n - i, &cp);
		if (used) {
			s->beyond += used;
			note_char(s, cp);
			for (size_t k = 0; k < used && s->several < FEW; k++)
				s->seen[(unsigned char)p[i + k]] = true;
			i += used;
		} else {
			s->beyond++;
			s->broken++;
			s->seen[c] = true;
			i++;
		}
	}
}

static bool
in_word(unsigned char c)
{
	return c >= 0x80 || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '?';
}

static void
weigh_block(struct charset_scan *s, const char *p, size_t n, size_t words)
{
	bool with_bytes = s->width == CHARSET_UTF8 && (s->broken || s->several < FEW);
	size_t from;

	for (size_t i = 0; i < n && words;) {
		bool worth = false;

		for (; i < n && !in_word((unsigned char)p[i]); i++)
			;
		for (from = i; i < n && in_word((unsigned char)p[i]); i++)
			worth |= (p[i] & 0x80) || p[i] == '?';
		if (worth && i - from <= 64) {
			weigh_word(&s->weigh, p + from, i - from, with_bytes);
			words--;
		}
	}
}

/* Sound text of one byte a unit, words whole. */
static void
take_text(struct charset_scan *s, const char *p, size_t n)
{
	survey(s, p, n);
	if (s->blocks < WEIGHED_BLOCKS)
		weigh_block(s, p, n, SIZE_MAX);
	else if (s->blocks % WEIGHED_EACH == 0)
		weigh_block(s, p, n, WEIGHED_WORDS);
	s->blocks++;
}

/* Where the words of p end: what follows may go on in the next block. */
static size_t
whole_words(const char *p, size_t n)
{
	size_t cut = n;

	while (cut > 0 && n - cut < 256 && in_word((unsigned char)p[cut - 1]))
		cut--;
	if (cut > 0 && n - cut < 256)
		return cut;
	/* No word is that long; but do not cut a character. */
	for (cut = n; cut > 0 && n - cut < 3 && ((unsigned char)p[cut - 1] & 0xC0) == 0x80; cut--)
		;
	return cut > 0 && (unsigned char)p[cut - 1] >= 0xC0 ? cut - 1 : n;
}

static void
take_block(struct charset_scan *s, bool last)
{
	size_t n = s->used, k;
	const char *p = s->block;

	if (!s->started) {
		s->started = true;
		s->binary = magic(p, n);
		s->width = width_of((const unsigned char *)p, n, &s->bom);
		s->utf16 = (struct charset_decoder){ .charset = s->width, .first = true };
	}
	if (s->width == CHARSET_UTF8) {
		k = last ? n : whole_words(p, n);
		if (k == 0)
			k = n;
		take_text(s, p, k);
	} else {
		struct charset_decoder *d = &s->utf16;

		charset_decode(d, p, n, last, &s->wide);
		k = last ? s->wide.len : whole_words(buf_str(&s->wide), s->wide.len);
		take_text(s, buf_str(&s->wide), k);
		n = s->wide.len - k;
		if (n)
			memmove(s->wide.s, s->wide.s + k, n);
		buf_cut(&s->wide, n);
		s->used = 0;
		return;
	}
	memmove(s->block, p + k, n - k);
	s->used = n - k;
}

void
charset_scan_feed(struct charset_scan *s, const void *data, size_t len)
{
	const char *p = data;

	s->bytes += len;
	while (len) {
		size_t n = BLOCK_BYTES - s->used < len ? BLOCK_BYTES - s->used : len;

		memcpy(s->block + s->used, p, n);
		s->used += n;
		p += n;
		len -= n;
		if (s->used == BLOCK_BYTES)
			take_block(s, false);
	}
}

/* --------------------------------------------------------------- decision */

static enum charset_binary
binary_kind(const struct charset_scan *s)
{
	if (s->binary != BINARY_NOT)
		return s->binary;
	if (s->width != CHARSET_UTF8 && s->broken * 50 > s->several + s->broken + 50)
		return BINARY_OTHER;
	return s->nul > s->bytes / 4096 || s->control > s->bytes / 100 + 1 ? BINARY_OTHER : BINARY_NOT;
}

/*
 * What is hidden must explain nearly all, what lies open nearly nothing. Two
 * or three words without odd signs may be French: "né", "thé".
 */
static enum charset_hidden
hidden_in(const struct weigh *w)
{
	const struct tally *open = &w->utf8[HIDDEN_NONE], *t;
	enum charset_hidden best = HIDDEN_NONE;
	int64_t most = open->good - open->bad + (open->bad ? 2 : 5);

	for (int h = HIDDEN_TCVN3; h <= HIDDEN_UTF8; h++) {
		t = &w->utf8[h];
		if (t->good - t->bad > most && t->good * 4 >= w->utf8_words * 3 && open->good * 2 <= t->good) {
			most = t->good - t->bad;
			best = (enum charset_hidden)h;
		}
	}
	return best;
}

/* Windows-1252 unless Vietnamese speaks for another. */
static enum charset
single_byte(const struct weigh *w)
{
	static const enum charset others[] = { CHARSET_WINDOWS_1258, CHARSET_TCVN3, CHARSET_VNI };
	const struct tally *t = &w->bytes[CHARSET_WINDOWS_1252];
	enum charset best = CHARSET_WINDOWS_1252;
	int64_t most = t->good - t->bad;

	for (size_t i = 0; i < COUNT_OF(others); i++) {
		t = &w->bytes[others[i]];
		if (t->good - t->bad > most && t->good * 2 >= w->byte_words) {
			most = t->good - t->bad;
			best = others[i];
		}
	}
	return best;
}

/* Toned letters that Windows-1258 has as one byte; whoever splits always never writes them. */
static enum charset_form
form_1258(const bool seen[256])
{
	static const unsigned char whole[] = "\xC0\xC1\xC8\xC9\xCD\xD3\xD9\xDA\xE0\xE1\xE8\xE9\xED\xF3\xF9\xFA";
	static const unsigned char tone[] = "\xCC\xD2\xDE\xEC\xF2";
	bool any_whole = false, any_tone = false;

	for (const unsigned char *p = whole; *p; p++)
		any_whole |= seen[*p];
	for (const unsigned char *p = tone; *p; p++)
		any_tone |= seen[*p];
	return !any_tone ? FORM_NFC : any_whole ? FORM_MIXED : FORM_NFD;
}

static bool
damaged(const struct charset_scan *s, enum charset c)
{
	static const unsigned char holes[] = "\x81\x8D\x8F\x90\x9D";

	if (s->nul)
		return true;
	if (c == CHARSET_UTF8 || c == CHARSET_UTF16LE || c == CHARSET_UTF16BE)
		return s->broken > 0;
	for (const unsigned char *p = holes; *p; p++)
		if (s->seen[*p])
			return true;
	return false;
}

static void
decide(const struct charset_scan *s, struct charset_finding *f)
{
	const struct weigh *w = &s->weigh;
	const struct tally *t;

	f->bytes = s->bytes;
	f->bom = s->bom;
	f->ascii = s->beyond == 0 && s->width == CHARSET_UTF8;
	f->binary = binary_kind(s);
	if (f->binary != BINARY_NOT) {
		f->charset = CHARSET_BINARY;
		f->bom = false;
		return;
	}
	f->lost_letters = s->replaced || w->lost >= 3 || (w->lost && w->lost >= w->whole);
	if (s->width != CHARSET_UTF8 || s->bom || s->broken == 0 || s->several > s->broken) {
		f->charset = s->width;
		f->hidden = hidden_in(w);
		t = &w->utf8[f->hidden];
		f->words = (uint64_t)w->utf8_words;
		if (f->hidden == HIDDEN_NONE && s->marks)
			f->form = s->composed ? FORM_MIXED : FORM_NFD;
	} else {
		f->charset = single_byte(w);
		t = &w->bytes[f->charset];
		f->words = (uint64_t)w->byte_words;
		if (f->charset == CHARSET_WINDOWS_1258)
			f->form = form_1258(s->seen);
	}
	if (f->lost_letters && f->ascii)
		f->charset = CHARSET_WINDOWS_1252;
	f->plausible = (uint64_t)t->good;
	f->damaged = damaged(s, f->charset);
}

void
charset_scan_finish(struct charset_scan *s, struct charset_finding *out)
{
	*out = (struct charset_finding){ .charset = CHARSET_UTF8 };
	take_block(s, true);
	decide(s, out);
	charset_name(out);
	buf_release(&s->wide);
	weigh_release(&s->weigh);
	free(s->block);
	free(s);
}

void
charset_detect(const void *data, size_t len, struct charset_finding *out)
{
	struct charset_scan *s = charset_scan_new();

	charset_scan_feed(s, data, len);
	charset_scan_finish(s, out);
}

int
charset_detect_fd(int fd, struct charset_finding *out, struct err *e)
{
	struct charset_scan *s = charset_scan_new();
	char *chunk = mem_alloc(BLOCK_BYTES);
	ssize_t n;
	int rc = 0;

	while ((n = read(fd, chunk, BLOCK_BYTES)) != 0) {
		if (n < 0) {
			if (errno == EINTR)
				continue;
			rc = err_sys(e, TR("cannot read", "không đọc được"));
			break;
		}
		charset_scan_feed(s, chunk, (size_t)n);
	}
	charset_scan_finish(s, out);
	free(chunk);
	return rc;
}
