#include "web/qr.h"

#include <qrencode.h>

#include "base/lang.h"
#include "base/out.h"

#define MARGIN 4	/* ISO/IEC 18004 5.3.8 */

int
qr_svg(struct buf *b, const char *text, const char *alternative, struct err *e)
{
	QRcode *q = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);

	if (!q)
		return err_sys(e, TR("no QR code of this text", "không vẽ được mã QR"));
	buf_printf(b, "<svg class=\"qr\" viewBox=\"0 0 %d %d\" role=\"img\" shape-rendering=\"crispEdges\" aria-label=\"",
	    q->width + 2 * MARGIN, q->width + 2 * MARGIN);
	out_html(b, alternative);
	buf_str_add(b, "\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><path fill=\"#000\" d=\"");
	for (int y = 0; y < q->width; y++)
		for (int x = 0; x < q->width; x++) {
			int from = x;

			while (x < q->width && q->data[y * q->width + x] & 1)
				x++;
			if (x > from)
				buf_printf(b, "M%d %dh%dv1h-%dz", from + MARGIN, y + MARGIN, x - from, x - from);
		}
	buf_str_add(b, "\"/></svg>");
	QRcode_free(q);
	return 0;
}
