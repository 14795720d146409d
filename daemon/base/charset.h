/*
 * charset.h - what the bytes of a list say: found from all of them, read as UTF-8.
 *
 * A list from a unit comes in whatever its spreadsheet wrote: UTF-8, UTF-16,
 * Windows-1258, the TCVN3 (ABC) or VNI bytes of the nineties, or such bytes
 * once taken for Windows-1252 and saved as Unicode ("NguyÔn V¨n"). No file
 * says which. So every reading that is possible is tried on the words with
 * letters beyond ASCII, and the one that makes Vietnamese syllables of them
 * is taken; text that already is sound is never changed, nor is text that is
 * no Vietnamese under any reading.
 *
 *	struct charset_finding f;
 *
 *	charset_detect(data, len, &f);
 *	if (f.charset == CHARSET_BINARY)
 *		... charset_explain(arena, &f, lang) ...
 *	text = charset_text(arena, data, len, &f);
 *
 * csv.h does all this by itself for a file.
 *
 * Units      bytes.
 * Ownership  a finding holds no memory. charset_scan_finish frees the scan.
 *            The decoder is embedded and allocates nothing.
 * Errors     detection and decoding cannot fail: bytes that mean nothing in
 *            the reading found become U+FFFD and set `damaged`. Only
 *            charset_detect_fd can: ERR_SYSTEM when reading fails.
 * Threads    one scan or decoder, one thread.
 * Source     TCVN 5712:1993 (as glibc has it), Unicode's table of Windows-1258,
 *            the published VNI-Windows table; RFC 3629, RFC 2781.
 */
#ifndef THUMOI_BASE_CHARSET_H
#define THUMOI_BASE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/lang.h"
#include "base/mem.h"

/* How bytes make characters. */
enum charset {
	CHARSET_UTF8,		/* also plain ASCII and the empty file */
	CHARSET_UTF16LE,
	CHARSET_UTF16BE,
	CHARSET_WINDOWS_1258,
	CHARSET_WINDOWS_1252,	/* also where letters were lost: see lost_letters */
	CHARSET_TCVN3,
	CHARSET_VNI,
	CHARSET_BINARY,		/* no text: see binary */
};

/* Bytes of an older encoding, taken for Windows-1252 and saved as Unicode. */
enum charset_hidden {
	HIDDEN_NONE,
	HIDDEN_TCVN3,
	HIDDEN_VNI,
	HIDDEN_WINDOWS_1258,
	HIDDEN_UTF8,		/* UTF-8 encoded twice */
};

enum charset_form {
	FORM_NFC,		/* also text without any marks */
	FORM_NFD,
	FORM_MIXED,		/* some letters composed, some not */
};

enum charset_binary {
	BINARY_NOT,
	BINARY_XLSX,		/* ZIP that holds a workbook */
	BINARY_DOCX,
	BINARY_ODF,		/* LibreOffice */
	BINARY_ZIP,
	BINARY_OLE,		/* Excel or Word before 2007 */
	BINARY_PDF,
	BINARY_RTF,		/* this and the next two: text, but no table */
	BINARY_HTML,		/* what many systems export as .xls */
	BINARY_XML,
	BINARY_GZIP,
	BINARY_RAR,
	BINARY_7Z,
	BINARY_IMAGE,
	BINARY_OTHER,		/* NUL or control bytes */
};

struct charset_finding {
	enum charset charset;
	enum charset_hidden hidden;
	enum charset_form form;		/* as it lies in the file; read text is NFC */
	enum charset_binary binary;
	bool bom;
	bool ascii;			/* nothing but ASCII */
	bool lost_letters;		/* '?' or U+FFFD stand where letters were: "Nguy?n" */
	bool damaged;			/* some bytes fit no reading */
	uint64_t bytes;			/* looked at */
	uint64_t words;			/* with letters beyond ASCII, of those weighed */
	uint64_t plausible;		/* of these: Vietnamese syllables in this reading */
	/* For logs and the store, the same in every language: "UTF-8 with BOM",
	 * "windows-1258", "TCVN3 (ABC)", "VNI as windows-1252 in UTF-8". */
	char name[64];
};

/* The whole of a file that lies in memory. */
void	charset_detect(const void *data, size_t len, struct charset_finding *out);
/* From where fd stands to the end; the caller seeks back. */
int	charset_detect_fd(int fd, struct charset_finding *out, struct err *);

/* Piece by piece, any size of pieces. */
struct charset_scan;
struct charset_scan *charset_scan_new(void);
void	charset_scan_feed(struct charset_scan *, const void *data, size_t len);
void	charset_scan_finish(struct charset_scan *, struct charset_finding *out);

/*
 * The finding as a sentence for a person: what the file is, what that means
 * for the names, and for a workbook or PDF what to do instead.
 */
char	*charset_explain(struct arena *, const struct charset_finding *, enum lang);

/* True when the bytes need no decoding: UTF-8 that is neither hidden nor damaged nor decomposed. */
bool	charset_is_plain(const struct charset_finding *);

/*
 * Decoding, piece by piece. A BOM is dropped, letters and their marks come
 * out as one (NFC for all Vietnamese). Where text is hidden, cells that
 * plainly are sound Unicode (a header typed later) stay. What n bytes and
 * those before them give is at most 4 * n + 512 bytes long.
 */
struct charset_decoder {
	enum charset charset;
	enum charset_hidden hidden;
	bool first;			/* no character seen yet: a BOM may come */
	unsigned char rest[4];		/* begun character */
	unsigned rest_len;
	unsigned char inner[4];		/* begun character of hidden UTF-8 */
	unsigned inner_len;
	uint32_t vni;			/* letter that may get a VNI mark, 0 = none */
	uint32_t base;			/* letter that may get a combining mark, 0 = none */
	uint32_t cell[64];		/* of text that hides another: what may be one cell of a table */
	unsigned cell_len;
	bool cell_sound;		/* it holds a letter nothing can hide in: it stays as it is */
};

void	charset_decoder_init(struct charset_decoder *, const struct charset_finding *);
void	charset_decode(struct charset_decoder *, const void *in, size_t n, bool last, struct buf *out);
/* All at once. */
char	*charset_text(struct arena *, const void *data, size_t len, const struct charset_finding *);

#endif
