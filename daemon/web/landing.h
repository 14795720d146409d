/*
 * landing.h - the pages a person reaches from an invitation.
 *
 * /i/TOKEN           what is asked, by whom, until when; a button for each form
 * /i/TOKEN/go/KEY    (POST) notes that the button was pressed, leads to the form
 * /i/TOKEN/found     (POST) where=inbox|spam|forwarded
 * /u/TOKEN           stop the reminders of this campaign (POST), undo (POST undo=1)
 * /r/TOKEN/KEY?sig=  a finished form hands this link out: it is answered
 *
 * Looking changes nothing; only the return link, which no mail contains, acts
 * on GET. A campaign with tracking "visits" notes one visit a day, weakly (D).
 *
 * Links end EXPIRES_S after their campaign closed: then they are unknown. A
 * malformed token costs the same steps as one that nobody has.
 *
 * Units      seconds.
 * Ownership  struct guest lies on the handler's stack, its texts in the arena.
 * Errors     handlers reply by themselves.
 * Threads    pool threads.
 * Source     RFC 8058 (one-click), design.md sections 2 and 4.
 */
#ifndef THUMOI_WEB_LANDING_H
#define THUMOI_WEB_LANDING_H

#include "store/visitor.h"
#include "web/request.h"

#define EXPIRES_S (90 * 86400)

struct guest {
	struct visitor v;
	const struct shown *shown;
	const struct campaign *c;	/* within shown */
	int64_t now;
	bool not_open, closed;
};

/* Who comes with this token? false: a page has been shown already. Chooses the language. */
bool	guest_enter(struct request *, const char *token, struct guest *);

/* The fields that all pages of a campaign share; `personal` adds name and unit. Returns how many, at most GUEST_FIELDS. */
#define GUEST_FIELDS 20
size_t	guest_fields(struct request *, const struct guest *, bool personal, struct mustache_field *);
static inline struct mustache_value
guest_flag(bool on)
{
	return (struct mustache_value){ .kind = on ? MUSTACHE_TRUE : MUSTACHE_FALSE };
}
/* "/i/" token "/go/" key, put together; with ?lang= when the person chose one. */
char	*guest_url(const struct request *, const char *before, const char *token, const char *after, const char *key);
/* Fills what belongs to the campaign alone; the campaign is there already. */
void	shown_prepare(struct shown *, struct arena *);
/* The campaign's page when it has closed or not opened yet. */
void	guest_show_shut(struct request *, const struct guest *);

void	landing_show(struct request *);
void	landing_go(struct request *);
void	landing_found(struct request *);
void	stop_show(struct request *);
void	stop_act(struct request *);
void	return_show(struct request *);

#endif
