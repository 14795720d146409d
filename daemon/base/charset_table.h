/*
 * charset_table.h - the old encodings, byte by byte; for charset*.c only.
 *
 * Units      bytes and code points.
 * Ownership  none.
 * Errors     0 for a byte without a character of its own.
 * Threads    pure.
 * Source     glibc's TCVN, Unicode's CP1258 and CP1252, the VNI-Windows table.
 */
#ifndef THUMOI_BASE_CHARSET_TABLE_H
#define THUMOI_BASE_CHARSET_TABLE_H

#include <stdint.h>

uint32_t windows_1252(unsigned char);		/* 0 for the five holes */
uint32_t windows_1258(unsigned char);		/* tones as combining marks */
uint32_t tcvn3(unsigned char);			/* 0: not a letter of TCVN3, read it as Windows-1252 */
/* The byte that Windows-1252 or Latin-1 would have shown as this character, -1 for none. */
int	windows_1252_byte(uint32_t cp);

/*
 * VNI writes a toned or hatted vowel as two bytes, base and mark. vni_base
 * says whether a mark may follow; vni_pair gives the letter, 0 if the two do
 * not belong together; vni_single the letter of one byte alone, 0 if none.
 */
int	vni_base(unsigned char);
uint32_t vni_pair(unsigned char base, unsigned char mark);
uint32_t vni_single(unsigned char);

#endif
