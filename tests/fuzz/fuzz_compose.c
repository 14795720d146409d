/* Any bytes as the values of a message: lines keep their form, no field is added, no part escapes. */
#include <stdint.h>

#include "base/mem.h"
#include "mail/compose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The header holds exactly the fields we write, and every line of the message ends in CRLF within 998 octets. */
static void
check_message(const char *s, size_t len)
{
	size_t fields = 0, found = 0;
	bool header = true;

	for (size_t i = 0; i < len;) {
		const char *nl = memchr(s + i, '\n', len - i);
		size_t n;

		ASSERT(nl && nl > s + i && nl[-1] == '\r');
		n = (size_t)(nl - 1 - (s + i));
		ASSERT(n <= 998 && !memchr(s + i, '\r', n) && !memchr(s + i, '\0', n));
		if (n == 0 && header) {
			header = false;
			ASSERT(fields == 12);
		}
		if (header) {
			fields += s[i] != ' ' && s[i] != '\t';
			for (size_t k = i; k < i + n; k++)
				ASSERT((unsigned char)s[k] >= 0x20 && (unsigned char)s[k] < 0x7f);
		}
		i += n + 2;
	}
	ASSERT(!header);
	/* the boundary stands where we put it and nowhere else */
	for (const char *p = s; (p = memmem(p, len - (size_t)(p - s), "\r\n--=_a", 7)); p += 7)
		found++;
	ASSERT(found == 3);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT(16 << 20);
	struct err e = ERR_INIT;
	struct zone zone = { .name = "UTC" };
	const char *s = arena_ndup(&a, (const char *)data, size);
	struct mail_file file = { s, "text/csv", data, size };
	struct mail m = { .from_name = s, .from = "a@b.example", .to_name = s, .to = "c@d.example", .subject = s,
	    .message_id = "1@b.example", .zone = &zone, .language = "vi", .unsubscribe_url = "https://b.example/u/x",
	    .unsubscribe_mail = "e@b.example", .feedback_id = strlen(s) < 900 ? s : "x", .boundary = "1-0-x", .text = (const char *)data,
	    .text_len = size, .html = (const char *)data, .html_len = size, .eight_bit = size & 1 };

	ASSERT(compose(&out, &m, &a, &e) == 0);
	check_message(out.s, out.len);
	m.files = &file;
	m.n_files = 1;
	buf_clear(&out);
	ASSERT(compose(&out, &m, &a, &e) == 0);
	check_message(out.s, out.len);
	m.to = s;
	buf_clear(&out);
	if (compose(&out, &m, &a, &e) == 0)
		ASSERT(strpbrk(s, "\r\n") == NULL);
	buf_release(&out);
	arena_release(&a);
	return 0;
}
