#include "mail/smtp_tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/lang.h"

int
tls_trust_new(X509_STORE **out, const char *ca_file, struct err *e)
{
	X509_STORE *s = X509_STORE_new();

	*out = NULL;
	if (s && (ca_file ? X509_STORE_load_file(s, ca_file) : X509_STORE_set_default_paths(s)) == 1) {
		ERR_clear_error();	/* an empty system folder leaves a remark */
		*out = s;
		return 0;
	}
	X509_STORE_free(s);
	err_set(e, ERR_INPUT, TR("relay_ca_file = %s: no certificates can be read from it (%s)",
	    "relay_ca_file = %s: không đọc được chứng thư (%s)"), ca_file ? ca_file : "",
	    ERR_reason_error_string(ERR_peek_last_error()));
	ERR_clear_error();
	return -1;
}

static bool
is_address(const char *host)
{
	unsigned char out[16];

	return inet_pton(AF_INET, host, out) == 1 || inet_pton(AF_INET6, host, out) == 1;
}

/* The one moment between SSL_new and the first octet that libesmtp leaves us. */
static void
at_start(const SSL *ssl, int where, int ret)
{
	struct tls_watch *w = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	(void)ret;
	if ((where & SSL_CB_HANDSHAKE_START) && !is_address(w->host))
		SSL_set_tlsext_host_name((SSL *)(uintptr_t)ssl, w->host);
}

static int
on_verify(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_watch *w = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	if (!ok && !*w->fault)
		snprintf(w->fault, sizeof(w->fault), "%s", X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
	return ok;
}

SSL_CTX *
tls_context(X509_STORE *trust, struct tls_watch *w, struct err *e)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	X509_VERIFY_PARAM *p = ctx ? SSL_CTX_get0_param(ctx) : NULL;

	w->fault[0] = '\0';
	if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    (is_address(w->host) ? X509_VERIFY_PARAM_set1_ip_asc(p, w->host) :
	    X509_VERIFY_PARAM_set1_host(p, w->host, 0)) != 1) {
		SSL_CTX_free(ctx);
		err_set(e, ERR_SYSTEM, TR("TLS cannot be set up: %s", "không thiết lập được TLS: %s"),
		    ERR_reason_error_string(ERR_peek_last_error()));
		ERR_clear_error();
		return NULL;
	}
	X509_VERIFY_PARAM_set_hostflags(p, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	SSL_CTX_set1_cert_store(ctx, trust);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, on_verify);
	SSL_CTX_set_app_data(ctx, w);
	SSL_CTX_set_info_callback(ctx, at_start);
	return ctx;
}
