/* webhook.h: which events there are, what a webhook may be like, and how a request is signed. */
#include "engine/webhook.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/lang.h"

#define SECRET_PREFIX "whsec_"

static const struct type { const char *name, *en, *vi; } types[] = {
	{ "evidence.refusal", "a receiver refused the message", "máy chủ nhận từ chối thư" },
	{ "evidence.dsn", "a delivery report came back", "có báo cáo chuyển thư gửi về" },
	{ "evidence.expired", "deferred until it expired", "bị hoãn đến khi hết hạn" },
	{ "evidence.delay", "a notice of delay", "thông báo thư bị chậm" },
	{ "evidence.complaint", "reported as spam", "bị báo là thư rác" },
	{ "evidence.auto_reply", "an automatic reply", "thư trả lời tự động" },
	{ "evidence.read_receipt", "a read receipt", "xác nhận đã đọc" },
	{ "evidence.reply", "a person replied by mail", "người nhận phúc đáp bằng thư" },
	{ "evidence.found_inbox", "found in the inbox, says the person", "người nhận báo thấy trong hộp thư đến" },
	{ "evidence.found_spam", "found in spam, says the person", "người nhận báo thấy trong thư rác" },
	{ "evidence.found_forwarded", "somebody else forwarded it", "được người khác chuyển tiếp" },
	{ "evidence.button", "pressed the button of a form", "đã bấm nút mở phiếu" },
	{ "evidence.opt_out", "wants no more reminders", "đề nghị không nhắc nữa" },
	{ "evidence.focal_word", "word of a focal point", "lời của đầu mối" },
	{ "wave.begun", "a wave began", "lượt gửi bắt đầu" },
	{ "wave.planned", "people were put into a wave", "đã đưa người vào lượt gửi" },
	{ "wave.paused", "a wave was paused", "lượt gửi tạm dừng" },
	{ "wave.resumed", "it goes on", "lượt gửi chạy tiếp" },
	{ "wave.closed", "a wave is over", "lượt gửi kết thúc" },
	{ "wave.skipped", "a wave will not run", "lượt gửi bị bỏ qua" },
	{ "wave.applied", "the plan was changed", "kế hoạch đã thay đổi" },
	{ "wave.readdressed", "people get the message at their next address", "chuyển sang địa chỉ tiếp theo của người nhận" },
	{ "wave.left_out", "people were left out, and why", "có người không được gửi, kèm lý do" },
	{ "wave.doubted", "messages that may have gone out", "thư có thể đã gửi, chưa rõ" },
	{ "wave.failed", "a wave could not be planned", "không lập được lượt gửi" },
	{ "wave.released", "sending goes on", "gửi tiếp" },
	{ "wave.held", "nothing is sent for a while", "tạm ngừng gửi" },
	{ "answer.recorded", "somebody has done a form", "có người đã trả lời phiếu" },
};

void
webhook_each_type(void (*each)(const char *, const char *, void *), void *arg, enum lang l)
{
	for (size_t i = 0; i < COUNT_OF(types); i++)
		each(types[i].name, TRL(l, types[i].en, types[i].vi), arg);
}

/* "evidence" stands for all that begin so; so does "evidence.focal" for what focal points say. */
static bool
covers(const char *word, size_t n, const char *type)
{
	return strncmp(type, word, n) == 0 && (!type[n] || type[n] == '.' || type[n] == '_');
}

int
webhook_check_events(const char *list, struct err *e)
{
	for (const char *p = list; *p;) {
		size_t n = strcspn(p, ",");
		bool known = false;

		for (size_t i = 0; i < COUNT_OF(types) && n; i++)
			known |= covers(p, n, types[i].name);
		if (!known)
			return err_set(e, ERR_INPUT, TR("no event '%.*s': see 'thumoi webhook events'",
			    "không có sự kiện '%.*s': xem 'thumoi webhook events'"), (int)n, p);
		p += n;
		p += *p == ',';
	}
	return 0;
}

bool
webhook_wants(const struct webhook *w, const char *type)
{
	if (!*w->events)
		return true;
	for (const char *p = w->events; *p;) {
		size_t n = strcspn(p, ",");

		if (covers(p, n, type))
			return true;
		p += n;
		p += *p == ',';
	}
	return false;
}

int
webhook_check_url(const char *url, bool insecure, struct err *e)
{
	struct arena a = ARENA_INIT;
	const char *shown = httpc_shown(&a, url, e);
	int rc = 0;

	if (!shown)
		rc = -1;
	else if (httpc_has_user(url))
		rc = err_set(e, ERR_INPUT, TR("%s: no user or password in the URL", "%s: không ghi tên hay mật khẩu trong URL"), shown);
	else if (!insecure && !httpc_is_private(url))
		rc = err_set(e, ERR_INPUT, TR("%s is not https://: tokens would go over the network in the clear (--insecure if you must)",
		    "%s không phải https://: mã sẽ đi trên mạng không được bảo vệ (--insecure nếu buộc phải dùng)"), shown);
	arena_release(&a);
	return rc;
}

/* The key of a secret: what "whsec_" stands before is base64. */
static size_t
key_of(const char *secret, unsigned char *key, size_t room)
{
	size_t n = strlen(secret), pad = 0;
	int len;

	if (strncmp(secret, SECRET_PREFIX, sizeof(SECRET_PREFIX) - 1) != 0 || n > room) {
		n = n < room ? n : room;
		memcpy(key, secret, n);
		return n;
	}
	secret += sizeof(SECRET_PREFIX) - 1;
	n = strlen(secret);
	while (pad < n && secret[n - 1 - pad] == '=')
		pad++;
	len = EVP_DecodeBlock(key, (const unsigned char *)secret, (int)n);
	return len < 0 ? 0 : (size_t)len - pad;
}

int
webhook_check_secret(const char *secret, struct err *e)
{
	unsigned char key[512];
	size_t n = key_of(secret, key, sizeof(key));
	bool coded = strncmp(secret, SECRET_PREFIX, sizeof(SECRET_PREFIX) - 1) == 0;

	explicit_bzero(key, sizeof(key));
	if (coded && n == 0)
		return err_set(e, ERR_INPUT, TR("what stands behind whsec_ is not base64", "phần sau whsec_ không phải base64"));
	/* 24 octets, as the standard wants; what is typed by hand has as many characters. */
	return n >= WEBHOOK_SECRET_LEAST ? 0 : err_set(e, ERR_INPUT, TR("a secret has at least %d characters: openssl rand -hex 24",
	    "khóa bí mật có ít nhất %d ký tự: openssl rand -hex 24"), WEBHOOK_SECRET_LEAST);
}

void
webhook_sign(struct buf *out, const char *secret, const char *id, int64_t at, const char *body)
{
	unsigned char key[512], mac[EVP_MAX_MD_SIZE], text[EVP_MAX_MD_SIZE * 2];
	struct buf signed_text = BUF_INIT((size_t)64 << 20);
	unsigned n = 0;

	buf_printf(&signed_text, "%s.%" PRId64 ".", id, at);
	buf_str_add(&signed_text, body);
	if (!HMAC(EVP_sha256(), key, (int)key_of(secret, key, sizeof(key)), (const unsigned char *)buf_str(&signed_text),
	    signed_text.len, mac, &n))
		die("HMAC failed");
	EVP_EncodeBlock(text, mac, (int)n);
	buf_str_add(out, (const char *)text);
	buf_release(&signed_text);
	explicit_bzero(key, sizeof(key));
}
