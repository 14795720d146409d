/* Complaints: RFC 5965 reports, and the Hotmail form that has headers only. */
#include "mail/report.h"

#include <strings.h>

static void
add_address(struct report *r, const char *s)
{
	const char *address = report_address(r->a, s);
	struct mreport_rcpt *out;

	if (!*address)
		return;
	for (size_t i = 0; i < r->out->n_rcpt; i++)
		if (strcasecmp(r->out->rcpt[i].address, address) == 0)
			return;
	if ((out = report_rcpt(r)))
		out->address = address;
}

static bool
redacted(const char *address)
{
	return strncasecmp(address, "redacted", 8) == 0 || strncasecmp(address, "undisclosed", 11) == 0;
}

bool
report_arf(struct report *r)
{
	struct mime_part *m = report_part(r->top, "message/feedback-report", false);
	const char *type = "", *hotmail = mime_get(r->top, "X-HmXmrOriginalRecipient");
	const struct mime_header *fields = NULL;

	report_returned(r);
	if (!m)
		m = report_part(r->top, "text/feedback-report", false);
	if (m) {
		size_t len;
		const char *text = mime_decode(r->a, m, &len);

		fields = mime_fields(r->a, text, len);
	} else if (!*hotmail && r->returned && (strncasecmp(r->out->from, "staff@hotmail.", 14) == 0 ||
	    strncasecmp(r->out->from, "staff@microsoft.", 16) == 0)) {
		hotmail = mime_get(r->returned, "X-HmXmrOriginalRecipient");
	}
	if (!m && !*hotmail)
		return false;
	r->out->kind = MREPORT_ARF;
	for (const struct mime_header *h = fields; h; h = h->next) {
		if (strcasecmp(h->name, "Feedback-Type") == 0)
			type = h->value;
		else if (strcasecmp(h->name, "Original-Rcpt-To") == 0 || strcasecmp(h->name, "Removal-Recipient") == 0)
			add_address(r, h->value);
		else if (strcasecmp(h->name, "Original-Envelope-Id") == 0)
			r->out->envid = h->value;
		else if (strcasecmp(h->name, "Original-Mail-From") == 0)
			r->out->original_sender = report_address(r->a, h->value);
		else if (strcasecmp(h->name, "Reporting-MTA") == 0)
			r->out->reporting_mta = h->value;
	}
	if (*hotmail) {
		add_address(r, hotmail);
		type = "abuse";
	}
	/* Nobody named: the one the mail was to, unless that is hidden or one of many. */
	if (r->out->n_rcpt == 0 && r->returned) {
		static const char *const names[] = { "X-HmXmrOriginalRecipient", "To", "X-Rcpt-To", "Envelope-To",
		    "X-Original-To", "Delivered-To" };

		for (size_t i = 0; i < COUNT_OF(names) && r->out->n_rcpt == 0; i++) {
			const char *p = mime_get(r->returned, names[i]), *start, *found;
			size_t len;

			while ((found = report_next_address(r->a, &p, &start, &len)))
				if (!redacted(found))
					add_address(r, found);
		}
	}
	r->out->feedback_type = *type ? type : "abuse";
	if (r->out->n_rcpt == 0)
		report_rcpt(r);
	for (size_t i = 0; i < r->out->n_rcpt; i++) {
		r->out->rcpt[i].verdict = (struct verdict){ .category = CAT_COMPLAINT, .rule = "feedback report" };
		r->out->rcpt[i].text = r->out->feedback_type;
	}
	return true;
}
