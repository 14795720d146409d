#include "mail/smtp.h"

#include <signal.h>

#include "base/lang.h"
#include "mail/relay.h"
#include "mail/smtp_tls.h"

static int
read_secrets(struct relay *r, const struct conf *c, struct err *e)
{
	if (r->kind == RELAY_DIR || !*c->relay_user)
		return 0;
	/* libesmtp has no XOAUTH2. What is in the file now is read to see that it is there: it changes. */
	if (strcmp(c->relay_auth, "xoauth2") == 0) {
		r->kind = RELAY_CURL;
		r->token_file = arena_dup(&r->arena, c->relay_password_file);
	}
	if (!(r->password = conf_secret(&r->arena, c->relay_password_file, "relay_password_file", e)))
		return -1;
	r->user = arena_dup(&r->arena, c->relay_user);
	return 0;
}

/* A password never goes out in the clear because somebody took STARTTLS away; `none` says so on purpose. */
static void
guard_password(struct relay *r)
{
	bool loopback = strncmp(r->host, "127.", 4) == 0 || strcmp(r->host, "localhost") == 0 || strcmp(r->host, "::1") == 0;

	if (r->user && r->tls == TLS_OPPORTUNISTIC && !loopback)
		r->tls = TLS_REQUIRE;
}

static enum relay_tls
tls_word(const char *word)
{
	return strcmp(word, "require") == 0 ? TLS_REQUIRE : strcmp(word, "none") == 0 ? TLS_NONE : TLS_OPPORTUNISTIC;
}

int
relay_new(struct relay **out, const char *url, const struct conf *c, struct err *e)
{
	struct relay *r = mem_zalloc(sizeof(*r));

	*out = NULL;
	/* A peer that hangs up while we write must not end the process. */
	signal(SIGPIPE, SIG_IGN);
	r->tls = tls_word(c->relay_tls);
	if (strcmp(c->relay_8bit, "never") == 0)
		r->eight_bit = EIGHT_BIT_NO;
	r->messages_per_connection = c->messages_per_connection;
	r->connect_timeout_s = c->connect_timeout_s;
	r->reply_timeout_s = c->reply_timeout_s;
	r->data_timeout_s = c->data_timeout_s;
	if (relay_parse(r, url, e) < 0 || read_secrets(r, c, e) < 0)
		goto fail;
	if (*c->relay_ca_file)
		r->ca_file = arena_dup(&r->arena, c->relay_ca_file);
	if (*c->helo_name) {
		r->helo = arena_dup(&r->arena, c->helo_name);
		if (envelope_fault(r->helo, false)) {
			err_set(e, ERR_INPUT, TR("helo_name = %s: that is no name of a host", "helo_name = %s: tên máy không hợp lệ"),
			    r->helo);
			goto fail;
		}
	}
	if (r->kind == RELAY_DIR && dir_open(r, e) < 0)
		goto fail;
	if (r->kind != RELAY_DIR)
		guard_password(r);
	if (r->kind == RELAY_ESMTP && r->tls != TLS_NONE && tls_trust_new(&r->trust, r->ca_file, e) < 0)
		goto fail;
	*out = r;
	return 0;
fail:
	relay_free(r);
	return -1;
}

int
relay_check(const char *url, struct arena *a, const char **name, struct err *e)
{
	struct relay r = { .arena = ARENA_INIT };
	int rc = relay_parse(&r, url, e);

	if (rc == 0 && name)
		*name = arena_dup(a, r.name);
	arena_release(&r.arena);
	return rc;
}

void
relay_free(struct relay *r)
{
	if (r) {
		X509_STORE_free(r->trust);
		arena_release(&r->arena);
	}
	free(r);
}

bool
smtp_blocks(const struct relay *r)
{
	return r->kind != RELAY_ESMTP;
}

bool
smtp_takes_8bit(const struct relay *r)
{
	return atomic_load_explicit(&r->eight_bit, memory_order_relaxed) == EIGHT_BIT_YES;
}

void
relay_found_8bit(struct relay *r, bool offered)
{
	int unknown = EIGHT_BIT_UNKNOWN;

	if (offered)
		atomic_compare_exchange_strong(&r->eight_bit, &unknown, EIGHT_BIT_YES);
	else
		atomic_store(&r->eight_bit, EIGHT_BIT_NO);
}

const char *
relay_name(const struct relay *r)
{
	return r->name;
}

int
smtp_session(struct relay *r, const struct smtp_calls *calls, struct err *e)
{
	switch (r->kind) {
	case RELAY_DIR:
		return dir_session(r, calls, e);
	case RELAY_ESMTP:
		return esmtp_session(r, calls, e);
	case RELAY_CURL:
		return curl_session(r, calls, e);
	}
	PANIC("relay of kind %d", (int)r->kind);
}

const char *
smtp_verdict_name(enum smtp_verdict v)
{
	static const char *const names[] = { "accepted", "deferred", "refused", "uncertain", "untried" };

	return names[v];
}

void
smtp_tell(const struct smtp_calls *calls, const struct smtp_job *job, enum smtp_verdict verdict, const char *command,
    const char *text)
{
	struct smtp_outcome o = { .verdict = verdict, .command = command, .text = text };

	calls->done(calls->arg, job, &o);
}
