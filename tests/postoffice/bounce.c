#include "postoffice/bounce.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/file.h"

#define HOST "relay.postoffice.example"

int
maildir_make(const char *path, struct err *e)
{
	static const char *const parts[] = { "", "/tmp", "/new", "/cur" };

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		char dir[4096];

		snprintf(dir, sizeof(dir), "%s%s", path, parts[i]);
		if (mkdir(dir, 0700) < 0 && errno != EEXIST)
			return err_sys(e, "cannot make %s", dir);
	}
	return 0;
}

static void
human_part(struct buf *b, const struct letter *l, const char *status, const char *diagnostic, const char *remote)
{
	buf_str_add(b, "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
	    "This is the post office of a synthetic town. A message that you gave us\r\n"
	    "did not reach its addressee, and we have stopped trying.\r\n\r\n");
	buf_printf(b, "  addressee  <%s>\r\n  status     %s\r\n", l->recipient, status);
	if (*remote)
		buf_printf(b, "  %s answered: %s\r\n", remote, diagnostic);
	else
		buf_printf(b, "  reason     %s\r\n", diagnostic);
}

static void
status_part(struct buf *b, const struct letter *l, const char *status, const char *diagnostic, const char *remote,
    const char *date)
{
	buf_printf(b, "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; " HOST "\r\n");
	if (*l->envid)
		buf_printf(b, "Original-Envelope-Id: %s\r\n", l->envid);
	buf_str_add(b, "\r\n");
	if (*l->orcpt)
		buf_printf(b, "Original-Recipient: %s\r\n", l->orcpt);
	buf_printf(b, "Final-Recipient: rfc822; %s\r\nAction: failed\r\nStatus: %s\r\nLast-Attempt-Date: %s\r\n",
	    l->recipient, status, date);
	if (*remote)
		buf_printf(b, "Remote-MTA: dns; %s\r\nDiagnostic-Code: smtp; %s\r\n", remote, diagnostic);
	else
		buf_printf(b, "Diagnostic-Code: x-postoffice; %s\r\n", diagnostic);
}

int
bounce_write(const char *maildir, const struct letter *l, const char *status, const char *diagnostic,
    const char *remote, int64_t at, struct err *e)
{
	static uint64_t number;
	struct buf b = BUF_INIT(1 << 20);
	struct zone zone;
	struct date_text when;
	char tmp[4096], final[4096], border[64];
	FILE *f;
	int rc = 0;

	if (zone_load(&zone, ZONE_DEFAULT, e) < 0)
		return -1;
	date_rfc5322(&when, &zone, at);
	number++;
	snprintf(border, sizeof(border), "=_postoffice_%" PRIu64 "_%" PRId64, number, at);
	buf_printf(&b, "Return-Path: <>\r\nDelivered-To: %s\r\nDate: %s\r\n", l->sender, when.s);
	buf_printf(&b, "From: Post office <mailer-daemon@" HOST ">\r\nTo: <%s>\r\n", l->sender);
	buf_printf(&b, "Subject: Undelivered message returned\r\nMessage-ID: <dsn.%" PRIu64 ".%" PRId64 "@" HOST ">\r\n",
	    number, at);
	buf_printf(&b, "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report;\r\n"
	    "\treport-type=delivery-status; boundary=\"%s\"\r\n\r\n--%s\r\n", border, border);
	human_part(&b, l, status, diagnostic, remote);
	buf_printf(&b, "\r\n--%s\r\n", border);
	status_part(&b, l, status, diagnostic, remote, when.s);
	buf_printf(&b, "\r\n--%s\r\nContent-Type: text/rfc822-headers\r\n\r\n%s\r\n--%s--\r\n", border, l->headers, border);
	snprintf(tmp, sizeof(tmp), "%s/tmp/%" PRId64 ".%" PRIu64 ".postoffice", maildir, at, number);
	snprintf(final, sizeof(final), "%s/new/%" PRId64 ".%" PRIu64 ".postoffice", maildir, at, number);
	if (!(f = fopen(tmp, "w")) || fwrite(b.s, 1, b.len, f) != b.len)
		rc = err_sys(e, "cannot write %s", tmp);
	if (f && fclose(f) != 0 && rc == 0)
		rc = err_sys(e, "cannot write %s", tmp);
	if (rc == 0 && rename(tmp, final) < 0)
		rc = err_sys(e, "cannot rename %s", tmp);
	buf_release(&b);
	return rc;
}
