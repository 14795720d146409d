#include "store/audience.h"

#include "base/clock.h"
#include "store/suppression.h"

int
audience_each(struct db *db, int64_t campaign, int64_t wave, int64_t after, size_t most,
    int (*each)(const struct candidate *, void *), void *arg, struct err *e)
{
	/*
	 * An address is dead when any contact that has it met hard evidence
	 * against it that still holds: colleagues share mailboxes, and a
	 * corrected row is a new address of the same contact.
	 */
	static const char sql[] =
	    "SELECT c.id, u.code, u.kind, c.state = 'mailable',"
	    " coalesce((SELECT d.email FROM address d WHERE d.contact = c.id AND NOT EXISTS ("
	    "   SELECT 1 FROM address o JOIN evidence v ON v.contact = o.contact"
	    "    WHERE o.email = d.email AND v.email = d.email AND " SUPPRESSION_HOLDS("$5") ")"
	    "  ORDER BY d.rank LIMIT 1), ''),"
	    " (SELECT coalesce(sum(1 << (t.position - 1)), 0) FROM answer a JOIN instrument t ON t.id = a.instrument"
	    "   WHERE a.contact = c.id),"
	    " EXISTS (SELECT 1 FROM evidence v WHERE v.contact = c.id AND v.kind IN ('opt_out', 'complaint')),"
	    " EXISTS (SELECT 1 FROM invite i WHERE i.wave = $2 AND i.contact = c.id)"
	    " FROM contact c JOIN unit u ON u.id = c.unit WHERE c.campaign = $1 AND c.id > $3 ORDER BY c.id LIMIT $4";
	struct stmt *s = db_stmt(db, sql, e);
	int rc, stop = 0;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_int(s, 2, wave);
	bind_int(s, 3, after);
	bind_int(s, 4, (int64_t)most);
	bind_int(s, 5, clock_now() - SUPPRESSION_S);
	while (stop == 0 && (rc = db_step(s, e)) == 1) {
		struct candidate c = { .contact = col_int(s, 0), .unit_code = col_text(s, 1), .unit_kind = col_text(s, 2),
		    .mailable = col_int(s, 3) != 0, .email = col_text(s, 4), .answered = (unsigned)col_int(s, 5),
		    .stopped = col_int(s, 6) != 0, .invited = col_int(s, 7) != 0 };

		stop = each(&c, arg);
	}
	db_done(s);
	return stop ? stop : rc;
}
