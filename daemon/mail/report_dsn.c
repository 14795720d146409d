/* RFC 3464 and 6533: the fields of a delivery status, in whatever shape they came. */
#include "mail/report.h"

#include <strings.h>

#include "mail/reply.h"

struct group {
	const char *original, *final, *actual, *action, *status, *remote, *diagnostic, *last_attempt, *extra, *category;
};

#define EMPTY_GROUP { "", "", "", "", "", "", "", "", "", "" }

static bool
is_status_type(const char *type)
{
	return strcmp(type, "message/delivery-status") == 0 || strcmp(type, "message/global-delivery-status") == 0 ||
	    strcmp(type, "message/xdelivery-status") == 0 || strcmp(type, "message/disposition-notification") == 0 ||
	    strcmp(type, "message/delivery-report") == 0;
}

/* Does this text have the fields of a delivery status, at the beginning of lines? */
static bool
has_fields(const char *s, size_t len)
{
	bool rcpt = false, what = false;

	for (const char *p = s, *end = s + len; p < end; ) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		if (strncasecmp(p, "Final-Recipient:", 16) == 0 || strncasecmp(p, "Original-Recipient:", 19) == 0)
			rcpt = true;
		else if (strncasecmp(p, "Action:", 7) == 0 || strncasecmp(p, "Diagnostic-Code:", 16) == 0 ||
		    strncasecmp(p, "Status:", 7) == 0)
			what = true;
		if (rcpt && what)
			return true;
		if (!nl)
			break;
		p = nl + 1;
	}
	return false;
}

/* The fields stand in running text: the text of that part, from the first of them on; NULL when there is none. */
static const char *
fields_in_text(struct report *r, const struct mime_part *m)
{
	static const char *const first[] = { "Final-Recipient:", "Original-Recipient:", "Reporting-MTA:", "Action:" };
	const char *text, *start = NULL, *found;

	if (strncmp(m->type, "text/", 5) == 0 && strcmp(m->type, "text/rfc822-headers") != 0) {
		text = mime_text(r->a, m);
		if (!has_fields(text, strlen(text)))
			return NULL;
		for (size_t i = 0; i < COUNT_OF(first); i++)
			for (found = text; (found = strcasestr(found, first[i])); found++) {
				const char *line = found;

				while (line > text && (line[-1] == ' ' || line[-1] == '\t'))
					line--;
				if (line > text && line[-1] != '\n')
					continue;
				if (!start || found < start)
					start = found;
				break;
			}
		return start ? start : text;
	}
	if (strcmp(m->type, "message/rfc822") == 0 || strcmp(m->type, "message/global") == 0)
		return NULL;
	for (struct mime_part *c = m->child; c; c = c->next)
		if ((found = fields_in_text(r, c)))
			return found;
	return NULL;
}

/* "rfc822; x": what stands behind the type; "" for a field without a value. */
static const char *
after_type(const char *s)
{
	size_t n = strcspn(s, "; \t<");

	if (s[n] == ';')
		s += n + 1;
	return s + strspn(s, " \t");
}

static enum mreport_action
action_of(const char *s)
{
	static const struct { const char *word; enum mreport_action action; } words[] = {
		{ "fail", ACTION_FAILED }, { "delay", ACTION_DELAYED }, { "delivered", ACTION_DELIVERED },
		{ "relay", ACTION_RELAYED }, { "expand", ACTION_EXPANDED }, { "deliverable", ACTION_DELIVERED },
		{ "bounced", ACTION_FAILED }, { "expired", ACTION_FAILED }, { "error", ACTION_FAILED },
		{ "deferred", ACTION_DELAYED },
	};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strncasecmp(s, words[i].word, strlen(words[i].word)) == 0)
			return words[i].action;
	return ACTION_NONE;
}

/* Final-Recipient unless it is a pipe, a file, a local alias; what the sender wrote then. */
static const char *
choose_address(struct report *r, const struct group *g)
{
	const char *final = report_address(r->a, g->final), *original = report_address(r->a, g->original),
	    *actual = report_address(r->a, g->actual), *bare = after_type(g->final);

	bool local_name = *final && !strchr(strchr(final, '@'), '.');	/* user@server: a name inside that house */

	if (*final && *bare != '|' && *bare != '/' && !strpbrk(final, "|") && !(local_name && *original))
		return final;
	if (*original)
		return original;
	if (*actual)
		return actual;
	/* A local part without a domain: as it stands, when it could be one. */
	bare += *bare == '<';
	if (*bare && *bare != '|' && *bare != '/' && !strpbrk(bare, " \t@\"=?"))
		return arena_ndup(r->a, bare, strcspn(bare, ">"));
	return report_intended(r);
}

static const char *
human_about(struct report *r, const char *human, const char *address)
{
	const char *p = *address ? strcasestr(human, address) : NULL, *end, *other, *start, *b;
	size_t len;

	if (!p)
		return human;
	/* From this address to the next one. */
	end = p + strlen(address);
	for (other = end; (start = NULL, report_next_address(r->a, &other, &start, &len)); ) {
		if (strncasecmp(start, address, strlen(address)) == 0)
			continue;
		/* One that begins its line. */
		for (b = start; b > human && strchr(" \t<*", b[-1]); b--)
			;
		if (b == human || b[-1] == '\n')
			break;
	}
	return arena_ndup(r->a, p, start ? (size_t)(start - p) : strlen(p));
}

static void
flush(struct report *r, struct group *g, const char *human)
{
	struct mreport_rcpt *out;
	char status[REPLY_STATUS_MAX] = "";
	const char *diag = after_type(g->diagnostic);
	bool program;
	size_t n;

	if (!*g->final && !*g->original && !*g->action && !*g->status) {
		*g = (struct group)EMPTY_GROUP;
		return;
	}
	if ((out = report_rcpt(r))) {
		out->address = choose_address(r, g);
		out->original = report_address(r->a, g->original);
		out->action = action_of(g->action);
		n = reply_status_at(g->status + strspn(g->status, " \t("));
		if (n)
			snprintf(status, sizeof(status), "%.*s", (int)n, g->status + strspn(g->status, " \t("));
		out->status = arena_dup(r->a, status);
		out->remote_mta = after_type(g->remote);
		/* sysexits.h: a program that knows no such person, no such host */
		program = strncasecmp(g->diagnostic, "x-unix;", 7) == 0 && *diag && diag[strspn(diag, "0123456789")] == '\0';
		if (program && (strcmp(diag, "67") == 0 || strcmp(diag, "68") == 0))
			diag = arena_printf(r->a, "x-unix exit status %s", diag);
		/* The words of the first line may be the reply alone; a comment in Status says more. */
		out->text = *diag ? diag : g->extra;
		if (!*out->text && *out->address && strcasestr(human, out->address))
			out->text = human_about(r, human, out->address);
		if (!*diag && !*g->extra && n && g->status[n])
			out->text = g->status;
		report_judge(r, out, human_about(r, human, out->address));
		/* "Permission denied", says a shell of a file: nobody's policy. */
		if (program && (out->verdict.category == CAT_POLICY || out->verdict.category == CAT_UNKNOWN))
			out->verdict = (struct verdict){ .category = CAT_REMOTE_ERROR, .rule = "a program failed" };
		/* PowerMTA's own reading of the reply, where ours finds nothing in its words. */
		if (*g->category && !out->verdict.by_words) {
			struct verdict v = classify(r->rules, 0, "", arena_printf(r->a, "bouncecategory %s", g->category));

			if (v.strong && out->action == ACTION_FAILED) {
				out->verdict = v;
				out->verdict.hard = v.bad_address;
			}
		}
	}
	*g = (struct group)EMPTY_GROUP;
}

static void
read_groups(struct report *r, const char *text, size_t len, const char *human)
{
	struct group g = EMPTY_GROUP;
	bool blank = false;

	for (const struct mime_header *h = mime_fields(r->a, text, len); h; h = h->next) {
		const char *v = mime_words(r->a, h->value);
		bool rcpt_field = strcasecmp(h->name, "Final-Recipient") == 0 || strcasecmp(h->name, "Original-Recipient") == 0;
		bool action_field = strcasecmp(h->name, "Action") == 0;

		blank = blank || h->after_blank;
		/* Some put blank lines inside a group, so only a field that begins one ends the last. */
		if ((rcpt_field && ((strcasecmp(h->name, "Final-Recipient") == 0 ? *g.final : *g.original) ||
		    (blank && (*g.final || *g.action) && (*g.final || *g.original)))) ||
		    (action_field && *g.action) || (action_field && blank && *g.final && (*g.status || *g.diagnostic))) {
			flush(r, &g, human);
		}
		if (rcpt_field || action_field)
			blank = false;
		if (strcasecmp(h->name, "Final-Recipient") == 0)
			g.final = v;
		else if (strcasecmp(h->name, "Original-Recipient") == 0)
			g.original = v;
		else if (strcasecmp(h->name, "X-Actual-Recipient") == 0)
			g.actual = v;
		else if (action_field)
			g.action = v;
		else if (strcasecmp(h->name, "Status") == 0 && !*g.status)
			g.status = v;
		else if (strcasecmp(h->name, "Remote-MTA") == 0)
			g.remote = v;
		else if (strcasecmp(h->name, "Diagnostic-Code") == 0 && !*g.diagnostic)
			g.diagnostic = v;
		else if (strcasecmp(h->name, "Last-Attempt-Date") == 0)
			g.last_attempt = v;
		else if (strcasecmp(h->name, "Reporting-MTA") == 0 && !*r->out->reporting_mta)
			r->out->reporting_mta = after_type(v);
		else if (strcasecmp(h->name, "Original-Envelope-Id") == 0 && !*r->out->envid)
			r->out->envid = v;
		else if (strcasecmp(h->name, "X-PowerMTA-BounceCategory") == 0)
			g.category = v;
		else if (strcasecmp(h->name, "X-Supplementary-Info") == 0 || strcasecmp(h->name, "X-Notes") == 0 ||
		    strcasecmp(h->name, "X-SMTP-Diagnostic") == 0 || strcasecmp(h->name, "X-Display-Name") == 0)
			g.extra = strcasecmp(h->name, "X-Display-Name") == 0 ? g.extra : v;
	}
	flush(r, &g, human);
}

/* Every part that is a delivery status; some mailers write one for each recipient. True when there was one. */
static bool
read_parts(struct report *r, struct mime_part *m)
{
	bool found = false;
	const char *text;
	size_t len;

	if (is_status_type(m->type) && strcmp(m->type, "message/disposition-notification") != 0) {
		text = mime_decode(r->a, m, &len);
		if (m->child && !len) {
			text = m->body;
			len = m->len;
		}
		/* An empty or cut status part: the words decide. */
		if (has_fields(text, len) || (m->headers && strcmp(r->top->report_type, "delivery-status") == 0 && len)) {
			text = mime_utf8(r->a, strncmp(m->type, "message/", 8) == 0 ? "" : m->charset, text, len);
			read_groups(r, text, strlen(text), report_words(r));
		}
		return true;
	}
	if (strcmp(m->type, "message/rfc822") == 0 || strcmp(m->type, "message/global") == 0)
		return false;
	for (struct mime_part *c = m->child; c; c = c->next)
		found = read_parts(r, c) || found;
	return found;
}

bool
report_dsn(struct report *r)
{
	const char *text;

	if (!read_parts(r, r->top) && (text = fields_in_text(r, r->top)) && (report_by_machine(r) || report_begins(r, report_words(r))))
		read_groups(r, text, strlen(text), report_words(r));
	if (r->out->n_rcpt == 0)
		return false;
	r->out->kind = MREPORT_BOUNCE;
	return true;
}
