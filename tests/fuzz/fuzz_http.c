/*
 * What clients send: form bodies, API bodies, paths, languages. The first byte
 * chooses the reader. Whatever comes, nothing is read past its end, and what a
 * reader accepts has the form it promises.
 */
#include <stdint.h>

#include "base/lang.h"
#include "base/mem.h"
#include "base/token.h"
#include "web/api.h"
#include "web/form.h"
#include "web/routes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_form(struct arena *a, const char *body, size_t len)
{
	static const char *const names[] = { "where", "undo", "List-Unsubscribe", "" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *v = form_value(a, body, len, names[i]);

		ASSERT(!v || strlen(v) <= len);
	}
}

static void
try_api(struct arena *a, const char *body, size_t len)
{
	struct answer *list;
	struct err e = ERR_INIT;
	size_t n;

	if (api_read(a, body, len, &list, &n, &e) < 0) {
		ASSERT(e.text[0]);
		return;
	}
	ASSERT(n >= 1 && n <= API_ANSWERS);
	for (size_t i = 0; i < n; i++)
		ASSERT(list[i].token && list[i].instrument);
}

static void
try_path(const char *path)
{
	struct path_segs segs;
	const struct route *r = route_find(routes_public, path, &segs);

	ASSERT(!r || r->get || r->post);
	if (r && strncmp(r->pattern, "/i/*", 4) == 0)
		ASSERT(segs.s[0][0] && !strchr(segs.s[0], '/') && (!token_valid(segs.s[0]) || strlen(segs.s[0]) == TOKEN_LEN));
}

/* Nothing that could end a header line gets into Location or the policy. */
static void
try_url(struct arena *a, const char *text)
{
	const char *to = url_for_token(a, text, "0123456789abcdefABCD_~"), *origin = url_origin(a, text);

	for (; to && *to; to++)
		ASSERT((unsigned char)*to > 0x20 && (unsigned char)*to < 0x7f);
	ASSERT(!origin || !strpbrk(origin, " ;,'\"\r\n\t"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	char *text;

	if (size < 1 || size > 65536)
		return 0;
	text = arena_ndup(&a, (const char *)data + 1, size - 1);
	switch (data[0] % 5) {
	case 0:
		try_form(&a, (const char *)data + 1, size - 1);
		break;
	case 1:
		try_api(&a, (const char *)data + 1, size - 1);
		break;
	case 2:
		try_path(text);
		break;
	case 3:
		try_url(&a, text);
		break;
	default:
		(void)lang_from_accept(text, LANG_VI);
	}
	arena_release(&a);
	return 0;
}
