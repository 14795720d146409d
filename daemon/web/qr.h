/*
 * qr.h - a text as a QR code, drawn here and sent to nobody else.
 *
 * Dark on white whatever the colours of the page are, with the margin that
 * cameras need.
 *
 * Units      modules; the drawing has the size that the style sheet gives it.
 * Ownership  appended to the caller's buf.
 * Errors     -1 when the text is too long for a QR code.
 * Threads    any.
 * Source     ISO/IEC 18004 by libqrencode; SVG 1.1; WAI-ARIA 1.2 role img.
 */
#ifndef THUMOI_WEB_QR_H
#define THUMOI_WEB_QR_H

#include "base/buf.h"
#include "base/err.h"

int	qr_svg(struct buf *, const char *text, const char *alternative, struct err *);

#endif
