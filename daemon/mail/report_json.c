/* Bounces as JSON: Amazon SES notifications, bare or wrapped by SNS. */
#include "mail/report.h"

#include <jansson.h>
#include <strings.h>

static const char *
text_of(struct report *r, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_string(v) ? arena_dup(r->a, json_string_value(v)) : "";
}

static enum mreport_action
action_of(const char *s)
{
	return strcasecmp(s, "delayed") == 0 ? ACTION_DELAYED : strcasecmp(s, "delivered") == 0 ? ACTION_DELIVERED : ACTION_FAILED;
}

static void
read_bounce(struct report *r, const json_t *bounce)
{
	const json_t *list = json_object_get(bounce, "bouncedRecipients"), *one;
	const char *type = text_of(r, bounce, "bounceType"), *kind = text_of(r, bounce, "bounceSubType");
	size_t i;

	r->out->kind = MREPORT_BOUNCE;
	r->out->reporting_mta = text_of(r, bounce, "reportingMTA");
	json_array_foreach(list, i, one) {
		struct mreport_rcpt *out = report_rcpt(r);

		if (!out)
			break;
		out->address = report_address(r->a, text_of(r, one, "emailAddress"));
		out->action = action_of(text_of(r, one, "action"));
		out->status = text_of(r, one, "status");
		out->text = text_of(r, one, "diagnosticCode");
		report_judge(r, out, arena_printf(r->a, "%s %s", type, kind));
		if (strcasecmp(type, "Transient") == 0)
			out->verdict.hard = false;
	}
}

static void
read_complaint(struct report *r, const json_t *complaint)
{
	const json_t *list = json_object_get(complaint, "complainedRecipients"), *one;
	size_t i;

	r->out->kind = MREPORT_ARF;
	r->out->feedback_type = text_of(r, complaint, "complaintFeedbackType");
	json_array_foreach(list, i, one) {
		struct mreport_rcpt *out = report_rcpt(r);

		if (!out)
			break;
		out->address = report_address(r->a, text_of(r, one, "emailAddress"));
		out->text = r->out->feedback_type;
		out->verdict = (struct verdict){ .category = CAT_COMPLAINT, .rule = "complaint notification" };
	}
}

static void
read_delivery(struct report *r, const json_t *delivery)
{
	const json_t *list = json_object_get(delivery, "recipients"), *one;
	size_t i;

	r->out->kind = MREPORT_BOUNCE;
	r->out->reporting_mta = text_of(r, delivery, "reportingMTA");
	json_array_foreach(list, i, one) {
		struct mreport_rcpt *out = report_rcpt(r);
		const char *reply = text_of(r, delivery, "smtpResponse");

		if (!out)
			break;
		out->address = report_address(r->a, json_is_string(one) ? arena_dup(r->a, json_string_value(one)) : "");
		out->action = ACTION_DELIVERED;
		out->text = reply;
		/* "250 2.6.0 Message received" */
		if (strlen(reply) > 9 && reply[4] == '2' && reply[5] == '.')
			out->status = arena_ndup(r->a, reply + 4, strcspn(reply + 4, " "));
		report_judge(r, out, "");
	}
}

static bool
read_notice(struct report *r, const json_t *o)
{
	const char *type = text_of(r, o, "notificationType");
	const json_t *mail = json_object_get(o, "mail");

	if (!*type)
		type = text_of(r, o, "eventType");
	if (strcasecmp(type, "Bounce") == 0)
		read_bounce(r, json_object_get(o, "bounce"));
	else if (strcasecmp(type, "Complaint") == 0)
		read_complaint(r, json_object_get(o, "complaint"));
	else if (strcasecmp(type, "Delivery") == 0)
		read_delivery(r, json_object_get(o, "delivery"));
	else
		return false;
	r->out->original_sender = report_address(r->a, text_of(r, mail, "source"));
	return r->out->n_rcpt > 0;
}

/* Long lines were folded on the way: a line break and one blank in the middle of a string. */
static char *
unfold(struct arena *a, const char *s, size_t len, bool keep_blank)
{
	char *out = arena_alloc(a, len + 1), *w = out;

	for (size_t i = 0; i < len; i++) {
		if (s[i] != '\n') {
			*w++ = s[i];
			continue;
		}
		if (!keep_blank && i + 1 < len && s[i + 1] == ' ')
			i++;
	}
	*w = '\0';
	return out;
}

bool
report_json(struct report *r)
{
	const char *human = report_human(r), *start = strchr(human, '{'), *end;
	json_t *o = NULL, *inner = NULL;
	bool ok = false;

	/* A gateway may have put words above it, a mailing list below. */
	if (!start || start - human > 2000 || (!strstr(start, "notificationType") && !strstr(start, "eventType")))
		return false;
	end = strrchr(start, '}');
	for (int keep = 0; keep < 2 && end && !o; keep++) {
		char *text = unfold(r->a, start, (size_t)(end - start) + 1, keep == 1);

		o = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
	}
	if (o && json_is_string(json_object_get(o, "Message")))
		inner = json_loads(json_string_value(json_object_get(o, "Message")), JSON_DISABLE_EOF_CHECK, NULL);
	if (inner || o)
		ok = read_notice(r, inner ? inner : o);
	json_decref(inner);
	json_decref(o);
	if (!ok)
		r->out->kind = MREPORT_ORDINARY;
	return ok;
}
