#include "engine/letter_news.h"

#include <string.h>

/* The recipient that a report is about: the one who failed, when several are named. */
static const struct mreport_rcpt *
worst(const struct mreport *m)
{
	const struct mreport_rcpt *r = m->n_rcpt ? &m->rcpt[0] : NULL;

	for (size_t i = 0; i < m->n_rcpt; i++)
		if (m->rcpt[i].action == ACTION_FAILED || m->rcpt[i].gave_up)
			return &m->rcpt[i];
	return r;
}

static void
of_bounce(struct letter_news *n, const struct mreport_rcpt *r)
{
	n->kind = "dsn";
	n->category = category_name(r->verdict.category);
	n->status = r->status;
	n->text = r->text;
	if (r->action == ACTION_DELIVERED)
		n->category = category_name(CAT_DELIVERED);
	else if (r->action == ACTION_RELAYED || r->action == ACTION_EXPANDED || (r->action == ACTION_DELAYED && !r->gave_up))
		n->kind = "delay";
}

int
letter_news_record(struct db *db, const struct mreport *m, int64_t letter, int64_t inbound, int64_t now, struct err *e)
{
	struct letter_news n = { .letter = letter, .inbound = inbound, .at = m->at > 0 && m->at <= now ? m->at : now, .kind = "reply",
	    .category = "", .status = "", .text = m->subject };
	const struct mreport_rcpt *r = worst(m);

	switch (m->kind) {
	case MREPORT_BOUNCE:
		if (!r)
			return 0;
		of_bounce(&n, r);
		break;
	case MREPORT_ARF:
		n.kind = "complaint";
		n.category = category_name(CAT_COMPLAINT);
		break;
	case MREPORT_MDN:
		n.kind = "read_receipt";
		n.text = r ? r->text : m->subject;
		break;
	case MREPORT_AUTOREPLY:
		n.kind = "auto_reply";
		n.category = category_name(CAT_AUTO_REPLY);
		break;
	case MREPORT_ORDINARY:
		break;
	}
	return letter_news_insert(db, &n, e);
}
