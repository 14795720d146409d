#include "mail/compose.h"

#include "base/lang.h"
#include "mail/body.h"
#include "mail/header.h"

#define ID_MAX_OCTETS 900		/* a field that cannot be folded, within 998 */

/* Something that stands between < and > and cannot be encoded; only a quoted local part may have blanks. */
static int
check_bare(const char *what, const char *s, struct err *e)
{
	bool quoted = *s == '"';
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f || (!quoted && (s[i] == ' ' || s[i] == '<' || s[i] == '>')))
			return err_set(e, ERR_INPUT, TR("%s: a character that cannot stand in a header",
			    "%s: có ký tự không được phép trong tiêu đề thư"), what);
	if (n == 0 || n > ID_MAX_OCTETS)
		return err_set(e, ERR_INPUT, n ? TR("%s: too long", "%s: quá dài") : TR("%s: empty", "%s: để trống"), what);
	return 0;
}

static int
check(const struct mail *m, struct err *e)
{
	if (check_bare("From", m->from, e) < 0 || check_bare("To", m->to, e) < 0 ||
	    check_bare("Message-ID", m->message_id, e) < 0)
		return -1;
	if (m->reply_to && check_bare("Reply-To", m->reply_to, e) < 0)
		return -1;
	if (m->unsubscribe_mail && check_bare("List-Unsubscribe", m->unsubscribe_mail, e) < 0)
		return -1;
	if (m->unsubscribe_url && strlen(m->unsubscribe_url) * 3 > ID_MAX_OCTETS)
		return err_set(e, ERR_INPUT, TR("List-Unsubscribe: the link is too long", "List-Unsubscribe: liên kết quá dài"));
	if (strlen(m->boundary) > 60 || strspn(m->boundary,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") != strlen(m->boundary))
		return err_set(e, ERR_INPUT, "boundary: %s", m->boundary);
	return 0;
}

/* Long links stay as they are: an encoded one is not understood by anybody. */
static void
unsubscribe(struct buf *b, const struct mail *m)
{
	size_t from = b->len;

	buf_str_add(b, "List-Unsubscribe: <");
	header_url(b, m->unsubscribe_url);
	buf_char(b, '>');
	if (m->unsubscribe_mail) {
		bool fits = b->len - from + strlen(m->unsubscribe_mail) + 32 <= 78;

		buf_str_add(b, fits ? ", <mailto:" : ",\r\n <mailto:");
		header_url(b, m->unsubscribe_mail);
		buf_str_add(b, "?subject=unsubscribe>");
	}
	buf_str_add(b, "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
}

static void
fields(struct buf *b, const struct mail *m, struct arena *a)
{
	struct date_text t;

	buf_str_add(b, "Date: ");
	buf_str_add(b, date_rfc5322(&t, m->zone, m->date));
	buf_str_add(b, "\r\n");
	header_mailbox(b, a, "From", m->from_name, m->from);
	if (m->reply_to)
		header_mailbox(b, a, "Reply-To", "", m->reply_to);
	header_mailbox(b, a, "To", m->to_name, m->to);
	header_text(b, a, "Subject", m->subject);
	buf_str_add(b, "Message-ID: <");
	buf_str_add(b, m->message_id);
	buf_str_add(b, ">\r\nAuto-Submitted: auto-generated\r\n");
	if (m->unsubscribe_url)
		unsubscribe(b, m);
	if (m->feedback_id)
		header_words(b, "Feedback-ID", m->feedback_id);
	if (m->language)
		header_words(b, "Content-Language", m->language);
	buf_str_add(b, "MIME-Version: 1.0\r\n");
}

static void
boundary_line(struct buf *b, const char *boundary, char kind, bool end)
{
	buf_add(b, "--" BOUNDARY_PREFIX, 4);
	buf_char(b, kind);
	buf_str_add(b, boundary);
	buf_str_add(b, end ? "--\r\n" : "\r\n");
}

static void
multipart(struct buf *b, const char *subtype, const char *boundary, char kind)
{
	buf_str_add(b, "Content-Type: multipart/");
	buf_str_add(b, subtype);
	buf_str_add(b, ";\r\n boundary=\"" BOUNDARY_PREFIX);
	buf_char(b, kind);
	buf_str_add(b, boundary);
	buf_str_add(b, "\"\r\n\r\n");
}

static void
text_part(struct buf *b, const char *subtype, const char *s, size_t len, bool eight_bit)
{
	enum body_encoding enc = body_encoding(s, len, eight_bit);

	buf_str_add(b, "Content-Type: text/");
	buf_str_add(b, subtype);
	buf_str_add(b, "; charset=utf-8\r\nContent-Transfer-Encoding: ");
	buf_str_add(b, body_encoding_name(enc));
	buf_str_add(b, "\r\n\r\n");
	body_text(b, s, len, enc);
}

static void
file_part(struct buf *b, const struct mail_file *f, struct arena *a)
{
	header_words(b, "Content-Type", f->type);
	if (!b->failed)
		buf_cut(b, b->len - 2);
	header_parameter(b, a, "name", f->name);
	buf_str_add(b, "\r\nContent-Disposition: attachment");
	header_parameter(b, a, "filename", f->name);
	buf_str_add(b, "\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	body_base64(b, f->data, f->len);
}

/* The two kinds of boundary differ in one letter, neither begins with the other. */
int
compose(struct buf *b, const struct mail *m, struct arena *a, struct err *e)
{
	if (check(m, e) < 0)
		return -1;
	fields(b, m, a);
	if (m->n_files) {
		multipart(b, "mixed", m->boundary, 'm');
		boundary_line(b, m->boundary, 'm', false);
	}
	if (m->html) {
		multipart(b, "alternative", m->boundary, 'a');
		boundary_line(b, m->boundary, 'a', false);
		text_part(b, "plain", m->text, m->text_len, m->eight_bit);
		boundary_line(b, m->boundary, 'a', false);
		text_part(b, "html", m->html, m->html_len, m->eight_bit);
		boundary_line(b, m->boundary, 'a', true);
	} else {
		text_part(b, "plain", m->text, m->text_len, m->eight_bit);
	}
	for (size_t i = 0; i < m->n_files; i++) {
		boundary_line(b, m->boundary, 'm', false);
		file_part(b, &m->files[i], a);
	}
	if (m->n_files)
		boundary_line(b, m->boundary, 'm', true);
	if (b->failed)
		return err_set(e, ERR_FULL, TR("the message is longer than %zu bytes", "thư dài quá %zu byte"), b->max);
	return 0;
}
