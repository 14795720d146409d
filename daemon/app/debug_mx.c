/* thumoi debug mx - whether a domain takes mail, and where, as DNS says. */
#include "app/commands.h"
#include "mail/addr.h"
#include "mail/dns.h"

struct shown {
	struct out out;
	struct buf hosts;
};

static void
show(const struct dns_answer *a, void *arg)
{
	static const char *const marks[] = { " ?", "", " -", " ?" };
	struct shown *s = arg;

	buf_clear(&s->hosts);
	for (size_t i = 0; i < a->n_hosts; i++)
		buf_printf(&s->hosts, "%s%d %s%s", i ? ", " : "", a->host[i].preference, a->host[i].name, marks[a->host[i].state]);
	out_text(&s->out, a->domain);
	out_text(&s->out, dns_verdict_name(a->verdict));
	out_text(&s->out, a->implicit ? TR("(itself)", "(chính nó)") : buf_str(&s->hosts));
	out_text(&s->out, a->alias);
	out_int(&s->out, a->ttl_s);
	out_text(&s->out, a->why);
	out_row(&s->out);
}

/* "cantho.gov.vn", or an address there. */
static int
read_domain(struct app *app, const char *word, const char **domain, struct err *e)
{
	const char *bare = strchr(word, '@') ? addr_domain(word) : word;
	struct addr a;

	if (addr_parse(&a, &app->arena, arena_printf(&app->arena, "postmaster@%s", bare), e) < 0)
		return -1;
	if (*a.adomain == '[')
		return err_set(e, ERR_INPUT, TR("%s is a network address: there is nothing to ask", "%s là địa chỉ mạng: không có gì để tra cứu"),
		    word);
	*domain = a.adomain;
	return 0;
}

int
debug_mx(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "domain", TR("domain", "miền"), false }, { "answer", TR("answer", "kết quả"), false },
		{ "exchangers", TR("exchangers (- has no address)", "máy nhận thư (- không có địa chỉ)"), false },
		{ "alias", TR("alias of", "tên khác của"), false }, { "ttl_s", TR("holds (s)", "hiệu lực (giây)"), true },
		{ "why", TR("why", "vì sao"), false },
	};
	const char *word = NULL, *servers = NULL, **list;
	const struct opt opts[] = {
		{ "servers", OPT_TEXT, &servers, "LIST", "name servers to ask, instead of the setting 'dns_servers'",
		    "máy chủ tên miền cần hỏi, thay cho thiết lập 'dns_servers'" },
		{ "format", OPT_TEXT, &word, "text|csv|json", "how to print", "dạng in ra" },
	};
	int first, rc = opt_parse(argc, argv, "debug mx", "DOMAIN...", opts, COUNT_OF(opts), 1, -1, &first);
	struct shown s = { .hosts = BUF_INIT(65536) };
	struct dns_options o;
	struct err e = ERR_INIT;
	enum out_format format;
	struct dns *d;

	if (rc >= 0)
		return rc;
	if (app_format(app, word, &format) < 0)
		return EXIT_USAGE;
	if (app_prepare(app, NEEDS_CONF, &e) < 0)
		return app_fail(&e);
	list = arena_alloc(&app->arena, (size_t)(argc - first) * sizeof(*list));
	for (int i = first; i < argc; i++)
		if (read_domain(app, argv[i], &list[i - first], &e) < 0)
			return app_fail(&e);
	o = (struct dns_options){ .servers = servers ? servers : app->conf.dns_servers,
	    .timeout_ms = (int)app->conf.dns_timeout_s * 1000 };
	if (dns_new(&d, &o, &e) < 0)
		return app_fail(&e);
	out_begin(&s.out, stdout, format, columns, COUNT_OF(columns));
	rc = dns_ask(d, list, (size_t)(argc - first), show, &s);
	dns_free(d);
	buf_release(&s.hosts);
	if (out_end(&s.out, &e) < 0)
		return app_fail(&e);
	if (rc == 1) {
		err_set(&e, ERR_NETWORK, TR("no name server can be reached (setting dns_servers, /etc/resolv.conf)",
		    "không tới được máy chủ tên miền nào (thiết lập dns_servers, /etc/resolv.conf)"));
		return app_fail(&e);
	}
	return EXIT_DONE;
}
