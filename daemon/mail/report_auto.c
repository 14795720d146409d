/* Automatic replies and read receipts: a mailbox speaks, nothing failed. */
#include "mail/report.h"

#include <strings.h>

static bool
starts(const char *s, const char *with)
{
	return strncasecmp(s, with, strlen(with)) == 0;
}

bool
report_mdn(struct report *r)
{
	struct mime_part *m = report_part(r->top, "message/disposition-notification", false);
	struct mreport_rcpt *out;
	const char *text, *final = "", *disposition = "", *original = "";
	size_t len;

	if (!m)
		return false;
	text = mime_decode(r->a, m, &len);
	for (const struct mime_header *h = mime_fields(r->a, text, len); h; h = h->next) {
		if (strcasecmp(h->name, "Final-Recipient") == 0)
			final = report_address(r->a, h->value);
		else if (strcasecmp(h->name, "Original-Recipient") == 0)
			original = report_address(r->a, h->value);
		else if (strcasecmp(h->name, "Disposition") == 0)
			disposition = h->value;
		else if (strcasecmp(h->name, "Action") == 0)
			return false;		/* a delivery status under a wrong name */
	}
	if (!strcasestr(disposition, "-action") && !strcasestr(disposition, "MDN-sent"))
		return false;
	report_returned(r);
	/* Sieve's reject, a full mailbox: thrown away by rule, and the words say why. That is a bounce in other clothes. */
	if (strcasestr(disposition, "automatic-action") && strcasestr(disposition, "deleted") &&
	    report_says(r, "mdn-refused", report_human(r))) {
		r->out->kind = MREPORT_BOUNCE;
		if ((out = report_rcpt(r))) {
			out->address = *final ? final : original;
			out->original = original;
			out->action = ACTION_FAILED;
			out->text = report_human(r);
			report_judge(r, out, r->out->text);
			/* Refused by the person or the rule of a person: the address is good. */
			if (!out->verdict.by_words || out->verdict.category == CAT_UNKNOWN)
				out->verdict = (struct verdict){ .category = CAT_POLICY, .rule = "refused by a rule of the recipient" };
		}
		return true;
	}
	r->out->kind = MREPORT_MDN;
	if (!(out = report_rcpt(r)))
		return true;
	out->address = *final ? final : *original ? original : r->out->from;
	out->original = original;
	out->text = disposition;
	out->verdict = (struct verdict){ .category = CAT_AUTO_REPLY, .rule = "disposition" };
	return true;
}

/* An automatic reply by its headers (RFC 3834 and what came before it). */
static bool
says_automatic(struct report *r)
{
	const struct mime_part *t = r->top;
	const char *submitted = mime_get(t, "Auto-Submitted"), *precedence = mime_get(t, "Precedence");
	const char *x = mime_get(t, "X-Autoreply");

	return starts(submitted, "auto-replied") || starts(submitted, "auto-notified") || starts(precedence, "auto_reply") ||
	    starts(precedence, "auto-reply") || (*x && !starts(x, "no")) || *mime_get(t, "X-Autorespond") ||
	    *mime_get(t, "X-Autoresponder") || *mime_get(t, "X-AutoReply-From") || *mime_get(t, "X-Mail-Autoreply") ||
	    *mime_get(t, "X-Vacation") || starts(mime_get(t, "X-Auto-Reply"), "yes") ||
	    starts(mime_get(t, "Delivered-To"), "autoresponder") || starts(mime_get(t, "X-Apple-Action"), "VACATION") ||
	    report_says(r, "auto-mailer", mime_get(t, "X-Mailer"));
}

static int64_t
midnight_after(int y, int m, int d)
{
	if (y < 1990 || y > 2200 || m < 1 || m > 12 || d < 1 || d > 31)
		return 0;
	return (report_days(y, m, d) + 1) * 86400;
}

/* A day in the words behind p: 2021-09-30, 30/9/2021, 30.09., 30 September 2021, September 30; 0 when there is none. */
static int64_t
day_in(const char *p, size_t most, int year)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	const char *end = p + strnlen(p, most);

	for (; p < end; p++) {
		int a = 0, b = 0, c = 0, n = 0;
		char w[16] = "", sep;

		if (*p >= '0' && *p <= '9') {
			if (sscanf(p, "%4d-%2d-%2d%n", &a, &b, &c, &n) == 3 && a > 1990)
				return midnight_after(a, b, c);
			if (sscanf(p, "%2d%c%2d%*1[/.-]%4d%n", &a, &sep, &b, &c, &n) == 4 && strchr("/.-", sep))
				return midnight_after(c < 100 ? c + 2000 : c, b > 12 ? a : b, b > 12 ? b : a);
			if (sscanf(p, "%2d%c%2d%n", &a, &sep, &b, &n) == 3 && (sep == '/' || sep == '.') && b <= 12)
				return midnight_after(year, b, a);
			if (sscanf(p, "%2d%*[a-z. ] %15[A-Za-z]%*[, ]%4d", &a, w, &c) >= 2 || sscanf(p, "%2d %15[A-Za-z]%*[, ]%4d", &a, w, &c) >= 2)
				for (int m = 0; m < 12; m++)
					if (strlen(w) >= 3 && strncasecmp(w, months + (size_t)m * 3, 3) == 0)
						return midnight_after(c > 1990 ? c : year, m + 1, a);
			while (p + 1 < end && p[1] >= '0' && p[1] <= '9')
				p++;
		} else if (sscanf(p, "%15[A-Za-z]%*[. ]%2d%*[a-z, ]%4d", w, &a, &c) >= 2 && strlen(w) >= 3) {
			for (int m = 0; m < 12; m++)
				if (strncasecmp(w, months + (size_t)m * 3, 3) == 0)
					return midnight_after(c > 1990 ? c : year, m + 1, a);
			p += strlen(w) - 1;
		}
	}
	return 0;
}

static void
away_until(struct report *r, const char *text)
{
	static const char *const before[] = { "until", "return", "back on", "back in the office", "through", "till", "đến ngày",
	    "đến hết", "đến", "trở lại", "bis zum", "bis", "zurück am", "ab dem", "jusqu'au", "retour le", "hasta el", "vuelvo el", "до", "至", "まで" };
	/* "30 September": of the year in which the reply was written. */
	int year = (int)(1970 + r->out->at / 31556952);

	if (!r->out->at)
		return;
	for (size_t i = 0; i < COUNT_OF(before) && !r->out->away_until; i++)
		for (const char *p = text; (p = strcasestr(p, before[i])) && !r->out->away_until; p++) {
			int64_t at = day_in(p + strlen(before[i]), 60, year);

			/* Only a day that lies ahead says how long somebody is away. */
			if (at >= r->out->at - 86400 && at < r->out->at + 400 * 86400)
				r->out->away_until = at;
		}
}

/* What the writer says, without what is quoted. */
static const char *
own_words(struct report *r)
{
	const char *s = report_words(r), *p = s;

	while (p && *p != '>')
		p = (p = strchr(p, '\n')) ? p + 1 : NULL;
	return p ? arena_ndup(r->a, s, (size_t)(p - s)) : s;
}

bool
report_auto(struct report *r)
{
	const struct mime_part *t = r->top;
	const char *subject = r->out->subject, *text = report_human(r);
	bool list = *mime_get(t, "List-Id") || *mime_get(t, "List-Post") || *mime_get(t, "List-Unsubscribe");
	bool header = says_automatic(r), title = report_says(r, "auto-subject", subject);
	const char *submitted = mime_get(t, "Auto-Submitted");
	struct mreport_rcpt *out;
	bool body;

	if (list || report_is_daemon(r->out->from))
		return false;
	/* auto-generated is what machines send of their own accord (ours too), unless it answers something and wants no answer. */
	if (!header && starts(submitted, "auto-generated") && !title) {
		if (!starts(mime_get(t, "Return-Path"), "<>") || (!*mime_get(t, "In-Reply-To") && !report_is_reply(subject)))
			return false;
		header = true;
	}
	body = !header && (title || starts(mime_get(t, "Precedence"), "junk") || *mime_get(t, "In-Reply-To") ||
	    report_is_reply(subject)) && report_says(r, "auto-body", own_words(r));
	if (!header && !title && !body)
		return false;
	if (!header && title && !body && !report_says(r, "auto-subject-alone", subject))
		return false;
	if (!*r->out->from)
		return false;
	r->out->kind = MREPORT_AUTOREPLY;
	if (!(out = report_rcpt(r)))
		return true;
	out->address = r->out->from;
	out->text = subject;
	out->verdict = (struct verdict){ .category = CAT_AUTO_REPLY, .rule = header ? "headers of an automatic reply" :
	    "words of an automatic reply" };
	away_until(r, text);
	return true;
}
