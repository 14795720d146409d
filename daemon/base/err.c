#include "base/err.h"

#include <errno.h>
#include <stdarg.h>

#include "base/lang.h"

/* Cut an unfinished UTF-8 sequence from the end of s. */
static void
trim_partial(char *s)
{
	size_t n = strlen(s), k = n;

	while (k > 0 && n - k < 4 && ((unsigned char)s[k - 1] & 0xC0) == 0x80)
		k--;
	if (k > 0) {
		unsigned char lead = (unsigned char)s[k - 1];
		size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;

		if (n - (k - 1) < want)
			s[k - 1] = '\0';
	}
}

int
(err_set)(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	trim_partial(e->text);
	return -1;
}

const char *
err_system(int errnum)
{
	/* libc has no Vietnamese; the rest, which nobody meets, stays as libc says it. */
	switch (errnum) {
	case ENOENT:
		return TR("no such file or folder", "không có tệp hay thư mục này");
	case EACCES:
	case EPERM:
		return TR("permission denied", "không có quyền");
	case EISDIR:
		return TR("that is a folder", "đây là thư mục, không phải tệp");
	case ENOTDIR:
		return TR("part of the path is no folder", "một phần của đường dẫn không phải thư mục");
	case EEXIST:
		return TR("exists already", "đã có");
	case ENOSPC:
		return TR("no space left on the disk", "đĩa đã đầy");
	case EDQUOT:
		return TR("disk quota used up", "đã hết hạn mức đĩa");
	case EROFS:
		return TR("the file system is read-only", "hệ thống tệp chỉ cho đọc");
	case EFBIG:
		return TR("the file would be too large", "tệp sẽ vượt kích thước cho phép");
	case EIO:
		return TR("input/output error of the disk", "đĩa bị lỗi đọc ghi");
	case EMFILE:
	case ENFILE:
		return TR("too many open files", "mở quá nhiều tệp");
	case ENAMETOOLONG:
		return TR("the name is too long", "tên quá dài");
	case EPIPE:
		return TR("the reader has gone", "bên nhận đã đóng");
	case ECONNREFUSED:
		return TR("connection refused", "bị từ chối kết nối");
	case ECONNRESET:
		return TR("connection reset by the other side", "bên kia ngắt kết nối");
	case ETIMEDOUT:
		return TR("timed out", "quá thời gian chờ");
	case EHOSTUNREACH:
	case ENETUNREACH:
		return TR("the host cannot be reached", "không tới được máy đó");
	case EADDRINUSE:
		return TR("the address is in use", "địa chỉ đang được dùng");
	case EADDRNOTAVAIL:
		return TR("no such address on this machine", "máy này không có địa chỉ đó");
	default:
		return strerror(errnum);
	}
}

int
(err_sys)(struct err *e, const char *fmt, ...)
{
	int errnum = errno;
	char head[sizeof(e->text) / 2];
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	trim_partial(head);
	return err_set(e, errnum == ENOSPC || errnum == EDQUOT ? ERR_FULL : ERR_SYSTEM, "%s: %s",
	    head, err_system(errnum));
}

int
(err_wrap)(struct err *e, const char *fmt, ...)
{
	char head[sizeof(e->text) / 2], old[sizeof(e->text)];
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	trim_partial(head);
	memcpy(old, e->text, sizeof(old));
	return err_set(e, e->code ? e->code : ERR_SYSTEM, "%s: %s", head, old);
}
