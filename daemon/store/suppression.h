/*
 * suppression.h - which evidence stops an address, and what cures it.
 *
 * Hard evidence against an address stops it, whoever of those that share it
 * met the evidence. What a receiver has against the sender is never hard
 * (mail/category.h, category_blames_address). It is cured
 *
 *	by a corrected address: that is another one; by taking a word back;
 *	by the word of who has asked: the address works again;
 *	when a later message to it was accepted, or reported as delivered;
 *	when one of those that share it answered, wrote, or showed by any other
 *	sign of their own that mail arrives;
 *	by time: a mailbox that was missing half a year ago may be there now.
 *
 * Units      seconds.
 * Ownership  none.
 * Errors     none.
 * Threads    none.
 * Source     none.
 */
#ifndef THUMOI_STORE_SUPPRESSION_H
#define THUMOI_STORE_SUPPRESSION_H

#include <stdint.h>

#define SUPPRESSION_S (INT64_C(180) * 86400)

/*
 * A condition on a row v of evidence; since: the parameter for now - SUPPRESSION_S, as "$5". The word of a focal point
 * ("she has moved") is about the person: that a server takes mail there does not gainsay it.
 */
#define SUPPRESSION_HOLDS(since) \
	"v.hard = 1 AND v.email <> '' AND v.at >= " since " AND v.kind NOT LIKE '%\\_withdrawn' ESCAPE '\\'" \
	" AND NOT EXISTS (SELECT 1 FROM address q JOIN evidence g ON g.contact = q.contact WHERE q.email = v.email" \
	"  AND g.at > v.at AND (g.kind IN ('reply', 'button', 'found_inbox', 'found_spam', 'found_forwarded', 'focal_works') OR" \
	"  (v.kind NOT LIKE 'focal%' AND (g.kind IN ('auto_reply', 'read_receipt') OR" \
	"   (g.kind = 'dsn' AND g.category = 'delivered' AND g.email = v.email)))))" \
	" AND NOT EXISTS (SELECT 1 FROM address q JOIN answer g ON g.contact = q.contact WHERE q.email = v.email" \
	"  AND g.last_at > v.at)" \
	" AND (v.kind LIKE 'focal%' OR NOT EXISTS (SELECT 1 FROM address q JOIN invite g ON g.contact = q.contact" \
	"  WHERE q.email = v.email AND g.email = v.email AND g.state = 'accepted' AND g.moved_at > v.at" \
	"  AND g.id <> coalesce(v.invite, 0)))"

#endif
