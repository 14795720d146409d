/*
 * desk.h - the administrator's pages: are we all right, who must act, what
 * did it change?
 *
 * page				what			file
 * /				the campaigns		desk.c
 * /c/KEY			today			desk_today.c, desk_changes.c
 * /c/KEY/actions		who must act		desk_actions.c
 * /c/KEY/units			units			desk_units.c, desk_map.c
 * /c/KEY/units/CODE		one of them		desk_unit.c, desk_unit_story.c
 * /c/KEY/units/CODE/letters/KIND	a letter to it	desk_letter.c
 * /c/KEY/packs/DOMAIN		evidence		desk_letter.c
 * /c/KEY/domains[/DOMAIN]	institutions		desk_domains.c, desk_domain.c
 * /c/KEY/exchangers/HOST	one mail exchanger	desk_domain.c
 * /c/KEY/people		people			desk_people.c
 * /c/KEY/people/ID[/resend]	one person		desk_person.c, desk_person_act.c
 * /c/KEY/rosters[/ID]		rosters, their rows	desk_rosters.c, desk_roster.c, desk_upload.c
 * /c/KEY/inbound[/ID]		what came back		desk_inbound.c, desk_mail.c
 * /c/KEY/inbound/ID/rule, /rules	rules of our own	desk_rules.c
 * /c/KEY/waves[/NAME]		waves			desk_waves.c, desk_wave.c
 * /c/KEY/waves/NAME/preview	before it goes out	desk_preview.c
 * /c/KEY/reports		reports			desk_reports.c
 * /c/KEY/reports/NAME[.FORM]	one of them		desk_report.c
 * /c/KEY/units/CODE/report	a unit's own copy	desk_report.c
 *
 * The same under /api/v1/campaigns/KEY as JSON (web/view.h). People are looked
 * for by POST: no name and no address ever stands in a URL or a log.
 *
 * What is counted comes from the board (engine/board.h); lists and lines of
 * one unit or person from the store.
 *
 * Only on admin_listen, for who is logged in and may (web/session.h). A focal
 * point is led to its unit, and sees nobody of another.
 *
 * Units      people.
 * Ownership  none.
 * Errors     handlers reply by themselves.
 * Threads    pool threads.
 * Source     engine/board.h, web/view.h.
 */
#ifndef THUMOI_WEB_DESK_H
#define THUMOI_WEB_DESK_H

#include <jansson.h>

#include "web/request.h"

struct snapshot;

void	desk_index(struct request *);
void	desk_today(struct request *);
void	desk_actions(struct request *);
void	desk_units(struct request *);
void	desk_unit_page(struct request *);
void	desk_letter(struct request *);		/* KIND: numbers, fix, refusal; ?number=, ?reply_by= */
void	desk_letter_send(struct request *);	/* POST number=, reply_by= */
void	desk_letter_file(struct request *);	/* letter.html, or an attachment by its name */
void	desk_pack(struct request *);
void	desk_domains(struct request *);
void	desk_domain(struct request *);
void	desk_exchanger(struct request *);
void	desk_people(struct request *);
void	desk_search(struct request *);		/* POST who= */
void	desk_person(struct request *);
void	desk_person_act(struct request *);	/* POST act=correct|say|withdraw|stop|cure|note, and what each needs */
void	desk_resend(struct request *);
void	desk_resend_do(struct request *);
void	desk_rosters(struct request *);
void	desk_roster_upload(struct request *);	/* POST a file, unit=, received_from=, adds=; then upload= of the preview */
void	desk_roster(struct request *);
void	desk_roster_confirm(struct request *);	/* POST seq=: the suggestion of a held row is right */
void	desk_inbound(struct request *);
void	desk_mail(struct request *);
void	desk_mail_decide(struct request *);	/* POST act=attach|not_ours|seen, who= or contact=, kind=, until= */
void	desk_rule(struct request *);
void	desk_rule_teach(struct request *);	/* POST act=try|propose|keep, meaning=, phrase= */
void	desk_rules(struct request *);
void	desk_rule_forget(struct request *);	/* POST line=, when= */
void	desk_waves(struct request *);
void	desk_wave_create(struct request *);	/* POST name=, template=, audience=, kind=, not_before=, not_after= */
void	desk_wave_page(struct request *);
void	desk_wave_act(struct request *);	/* POST act=start (people=, state=, sure=yes), pause, resume (domain=) */
void	desk_wave_preview(struct request *);
void	desk_wave_sample(struct request *);	/* ?contact=, mail=: the HTML of one mail, to be shown in a frame */
void	desk_reports(struct request *);
void	desk_report(struct request *);		/* page, or NAME.csv, .json, .xlsx, .html */
void	desk_unit_report(struct request *);	/* ?as=xlsx|csv|json|html */
void	desk_report_page(struct request *);	/* /report/KEY/participation: where it was before */

/* Of the pages of waves alone. */
void	desk_wave_start(struct request *, const struct snapshot *);
void	desk_wave_done(struct request *, const struct snapshot *, const char *name, const char *done, int64_t messages);

/* The first `most` actions, those first that recover most people. */
void	desk_add_actions(json_t *list, struct request *, const struct snapshot *, size_t most);

#endif
