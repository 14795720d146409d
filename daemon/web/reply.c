#include "web/reply.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/out.h"
#include "web/form.h"

#define HTML "text/html; charset=utf-8"
#define API "/api/v1/"
#define PROBLEM_MAX_BYTES 8192
#define EVENT_STREAM "text/event-stream"
#define NEVER_STORED "no-store"

const char *
request_header(const struct request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

const char *
request_arg(const struct request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *
request_cookie(const struct request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_COOKIE_KIND, name);
}

static enum MHD_Result
keep_choice(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct buf *b = arg;

	(void)kind;
	if (strcmp(name, "lang") == 0 || strcmp(name, "said") == 0)
		return MHD_YES;
	buf_char(b, '&');
	url_escape(b, name);
	buf_char(b, '=');
	url_escape(b, value ? value : "");
	return MHD_YES;
}

void
request_choices(const struct request *r, struct buf *b)
{
	MHD_get_connection_values(r->connection, MHD_GET_ARGUMENT_KIND, keep_choice, b);
}

void
request_choose_lang(struct request *r, enum lang fallback)
{
	const char *word = request_arg(r, "lang");

	r->lang_chosen = word && lang_parse(word, &r->lang, NULL) == 0;
	if (r->lang_chosen)
		return;
	/* Who works at the desk has chosen once and for all. */
	word = request_cookie(r, "lang");
	if (!word || lang_parse(word, &r->lang, NULL) < 0)
		r->lang = lang_from_accept(request_header(r, "Accept-Language"), fallback);
}

static void
begin(struct request *r, int status, const char *type)
{
	r->status = status;
	r->type = type;
	buf_release(&r->out);
	if (r->file)
		fclose(r->file);
	r->file = NULL;
	if (!r->cache)
		r->cache = NEVER_STORED;
}

void
reply_page(struct request *r, int status, enum page page, const struct mustache_field *own, size_t n)
{
	struct mustache_field fields[64];
	struct err e = ERR_INIT;
	const char *sig = request_arg(r, "sig"), *other = "";

	ASSERT(n + 3 <= COUNT_OF(fields));
	if (!r->post && sig)
		other = arena_printf(r->arena, "?sig=%s&lang=%s", sig, r->lang == LANG_VI ? "en" : "vi");
	else if (!r->post)
		other = r->lang == LANG_VI ? "?lang=en" : "?lang=vi";
	fields[0] = (struct mustache_field){ "lang", mustache_text(lang_name(r->lang)) };
	fields[1] = (struct mustache_field){ "style", mustache_text(pages_url(r->site->pages, "/static/style.css")) };
	fields[2] = (struct mustache_field){ "other_lang_url", mustache_text(other) };
	if (n)
		memcpy(fields + 3, own, n * sizeof(*own));
	begin(r, status, HTML);
	if (pages_render(r->site->pages, page, r->lang, fields, n + 3, &r->out, &e) == 0 && !r->out.failed)
		return;
	log_error("page", "route=%s text=\"%s\"", r->route, e.text);
	begin(r, 500, HTML);
	r->out.max = 4096;
	buf_str_add(&r->out, "<!doctype html><meta charset=utf-8><title>500</title>500");
}

bool
request_is_api(const struct request *r)
{
	return strncmp(r->path, API, sizeof(API) - 1) == 0;
}

void
reply_problem(struct request *r, int status, const char *title, const char *detail)
{
	struct buf b = BUF_INIT(PROBLEM_MAX_BYTES);

	buf_printf(&b, "{\n \"status\": %d,\n \"title\": ", status);
	out_json_string(&b, title);
	if (detail && *detail) {
		buf_str_add(&b, ",\n \"detail\": ");
		out_json_string(&b, detail);
	}
	buf_str_add(&b, "\n}\n");
	reply_raw(r, status, "application/problem+json", buf_str(&b));
	buf_release(&b);
}

void
reply_notice(struct request *r, int status, const char *title, const char *text)
{
	struct mustache_field own[] = { { "title", mustache_text(title) }, { "text", mustache_text(text) } };

	if (request_is_api(r))
		reply_problem(r, status, title, text);
	else
		reply_page(r, status, PAGE_NOTICE, own, COUNT_OF(own));
}

void
reply_redirect(struct request *r, const char *location)
{
	begin(r, 303, HTML);
	r->location = location;
}

void
reply_raw(struct request *r, int status, const char *type, const char *text)
{
	begin(r, status, type);
	r->out.max = strlen(text) + 1;
	buf_str_add(&r->out, text);
}

void
reply_own(struct request *r, int status, const char *type, struct buf *b)
{
	begin(r, status, type);
	r->out = *b;
	*b = (struct buf)BUF_INIT(0);
}

void
reply_allow_style(struct request *r)
{
	static const char begin_tag[] = "<style>", end_tag[] = "</style>";
	const char *page = buf_str(&r->out), *from = strstr(page, begin_tag), *to = from ? strstr(from, end_tag) : NULL;
	unsigned char hash[EVP_MAX_MD_SIZE], text[64];
	unsigned n = 0;

	if (!to)
		return;
	from += sizeof(begin_tag) - 1;
	if (EVP_Digest(from, (size_t)(to - from), hash, &n, EVP_sha256(), NULL) != 1)
		die("SHA-256 failed");
	EVP_EncodeBlock(text, hash, (int)n);
	r->policy = arena_printf(r->arena, POLICY_FORMAT, arena_printf(r->arena, " 'sha256-%s'", (const char *)text), "");
}

void
reply_file(struct request *r, int status, const char *type, FILE *f)
{
	begin(r, status, type);
	r->file = f;
}

void
reply_error(struct request *r, const struct err *e)
{
	struct log_q q;
	bool later = e->code == ERR_BUSY;

	log_error("request", "route=%s text=%s", r->route, log_q(&q, e->text));
	if (later)
		r->retry_after = "10";
	reply_notice(r, later ? 503 : 500, TRL(r->lang, "Please try again in a moment", "Xin thử lại sau ít phút"),
	    TRL(r->lang, "Something did not work on our side. Nothing you did was wrong, and your link stays valid.",
	    "Hệ thống đang gặp trục trặc. Ông/Bà không làm gì sai, và liên kết vẫn còn hiệu lực."));
}

void
reply_unknown(struct request *r)
{
	if (!limiter_fail(&r->site->tokens, r->peer, r->peer_len, clock_mono_us())) {
		r->retry_after = "60";
		reply_notice(r, 429, TRL(r->lang, "Too many attempts", "Quá nhiều lần thử"),
		    TRL(r->lang, "Too many links that do not exist were opened from your network. Please wait a minute.",
		    "Từ mạng của Ông/Bà đã mở quá nhiều liên kết không tồn tại. Xin chờ một phút."));
		return;
	}
	reply_nothing_here(r);
}

void
reply_nothing_here(struct request *r)
{
	if (request_is_api(r)) {
		reply_problem(r, 404, TRL(r->lang, "There is nothing here", "Không có gì ở địa chỉ này"), NULL);
		return;
	}
	reply_notice(r, 404, TRL(r->lang, "This link does not lead anywhere", "Liên kết này không dẫn đến đâu"),
	    TRL(r->lang, "Perhaps the mail program cut the link short, or it has expired. Please open the link in the "
	    "invitation once more, or copy it whole into the address bar. If that does not help, ask the sender of the invitation.",
	    "Có thể chương trình thư đã cắt ngắn liên kết, hoặc liên kết đã hết hạn. Xin mở lại liên kết trong thư mời, hoặc chép "
	    "trọn liên kết vào thanh địa chỉ. Nếu vẫn không được, xin hỏi nơi gửi thư mời."));
}

void
reply_not_allowed(struct request *r, bool get, bool post)
{
	r->allow = get && post ? "GET, HEAD, POST" : get ? "GET, HEAD" : "POST";
	if (request_is_api(r)) {
		reply_problem(r, 405, TRL(r->lang, "This method does not work here", "Phương thức này không dùng được ở đây"), r->allow);
		return;
	}
	reply_notice(r, 405, TRL(r->lang, "This does not work here", "Thao tác này không dùng được ở đây"),
	    TRL(r->lang, "Please go back to the invitation and open the link from there.",
	    "Xin quay lại thư mời và mở liên kết từ đó."));
}

void
reply_too_large(struct request *r)
{
	reply_notice(r, 413, TRL(r->lang, "Too much at once", "Quá nhiều dữ liệu"),
	    TRL(r->lang, "What was sent is larger than this address takes.", "Dữ liệu gửi lên lớn hơn mức địa chỉ này nhận."));
}

static void
add(struct MHD_Response *m, const char *name, const char *value)
{
	if (value)
		MHD_add_response_header(m, name, value);
}

size_t
reply_bytes(const struct request *r)
{
	struct stat st;

	if (!r->file)
		return r->out.len;
	return fflush(r->file) == 0 && fstat(fileno(r->file), &st) == 0 ? (size_t)st.st_size : 0;
}

/* The library closes the descriptor when it has sent it. */
static struct MHD_Response *
from_file(FILE *f)
{
	struct MHD_Response *m = NULL;
	struct stat st;
	int fd;

	if (fflush(f) == 0 && (fd = fcntl(fileno(f), F_DUPFD_CLOEXEC, 0)) >= 0) {
		if (fstat(fd, &st) < 0 || !(m = MHD_create_response_from_fd64((uint64_t)st.st_size, fd)))
			close(fd);
	}
	fclose(f);
	return m;
}

enum MHD_Result
reply_queue(struct request *r)
{
	static const char strict[] = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
	    "frame-ancestors 'none'";
	size_t len = r->out.len;
	char *body = r->file || r->response ? NULL : buf_steal(&r->out);
	struct MHD_Response *m;
	enum MHD_Result rc;

	buf_release(&r->out);
	if (r->file)
		m = from_file(r->file);
	else if (r->response)
		m = r->response;
	else
		m = MHD_create_response_from_buffer(len, body ? body : (void *)(uintptr_t)"", body ? MHD_RESPMEM_MUST_FREE :
		    MHD_RESPMEM_PERSISTENT);
	if (!m) {
		free(body);
		return MHD_NO;
	}
	add(m, "Content-Type", r->type);
	add(m, "Content-Security-Policy", r->policy ? r->policy : strict);
	add(m, "X-Content-Type-Options", "nosniff");
	add(m, "Referrer-Policy", "no-referrer");
	add(m, "Cross-Origin-Opener-Policy", "same-origin");
	add(m, "Permissions-Policy", "camera=(), geolocation=(), microphone=()");
	add(m, "Cache-Control", r->cache);
	add(m, "Strict-Transport-Security", r->site->secure ? "max-age=31536000" : NULL);
	add(m, "Location", r->location);
	add(m, "Set-Cookie", r->set_cookie);
	add(m, "Content-Disposition", r->file_name ? arena_printf(r->arena, "attachment; filename=\"%s\"", r->file_name) : NULL);
	add(m, "Allow", r->allow);
	add(m, "Retry-After", r->retry_after);
	add(m, "WWW-Authenticate", r->challenge);
	add(m, "Set-Cookie", r->lang_cookie);
	if (strncmp(r->type, HTML, sizeof(HTML)) == 0) {
		add(m, "Content-Language", lang_name(r->lang));
		add(m, "Vary", "Accept-Language");
	}
	/* A proxy that gathers would hold back what shall be seen at once. */
	if (strncmp(r->type, EVENT_STREAM, sizeof(EVENT_STREAM) - 1) == 0) {
		add(m, "X-Accel-Buffering", "no");
		add(m, "Connection", "close");
	}
	/* Another client on this connection must not pay for what was left unread. */
	if (r->status == 413)
		add(m, "Connection", "close");
	rc = MHD_queue_response(r->connection, (unsigned)r->status, m);
	MHD_destroy_response(m);
	return rc;
}
