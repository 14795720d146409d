/*
 * commands.h - every subcommand; each is in the file cmd_*.c of its first word.
 *
 * Units, Ownership, Errors, Threads, Source: see app.h.
 */
#ifndef THUMOI_APP_COMMANDS_H
#define THUMOI_APP_COMMANDS_H

#include "app/app.h"

int	cmd_alerts(struct app *, int argc, char **argv);
int	cmd_answers(struct app *, int argc, char **argv);
int	cmd_init(struct app *, int argc, char **argv);
int	cmd_backup(struct app *, int argc, char **argv);
int	cmd_campaign(struct app *, int argc, char **argv);
int	campaign_apply(struct app *, int argc, char **argv);	/* of cmd_campaign's table */
int	cmd_cron(struct app *, int argc, char **argv);
int	cmd_instrument(struct app *, int argc, char **argv);
int	cmd_inbound(struct app *, int argc, char **argv);
int	inbound_log(struct app *, int argc, char **argv);	/* of cmd_inbound's table */
int	inbound_mailboxes(struct app *, int argc, char **argv);
int	inbound_reclassify(struct app *, int argc, char **argv);
int	cmd_debug(struct app *, int argc, char **argv);
int	debug_csv(struct app *, int argc, char **argv);	/* of cmd_debug's table */
int	debug_mx(struct app *, int argc, char **argv);
int	cmd_wave(struct app *, int argc, char **argv);
int	cmd_coverage(struct app *, int argc, char **argv);
int	wave_log(struct app *, int argc, char **argv);		/* of cmd_wave's table */
int	wave_preview(struct app *, int argc, char **argv);	/* ... and this */
int	cmd_dispatch(struct app *, int argc, char **argv);
int	cmd_focal(struct app *, int argc, char **argv);
int	cmd_config(struct app *, int argc, char **argv);
int	cmd_evidence(struct app *, int argc, char **argv);
int	cmd_person(struct app *, int argc, char **argv);
int	person_export(struct app *, int argc, char **argv);	/* of cmd_person's table */
int	person_erase(struct app *, int argc, char **argv);
int	person_note(struct app *, int argc, char **argv);	/* ... and these */
int	person_resend(struct app *, int argc, char **argv);
int	person_correct(struct app *, int argc, char **argv);
int	cmd_probe(struct app *, int argc, char **argv);
int	cmd_letter(struct app *, int argc, char **argv);
int	cmd_pack(struct app *, int argc, char **argv);
int	cmd_preflight(struct app *, int argc, char **argv);
int	cmd_report(struct app *, int argc, char **argv);
int	cmd_retention(struct app *, int argc, char **argv);
int	cmd_roster(struct app *, int argc, char **argv);
int	cmd_rules(struct app *, int argc, char **argv);
int	rules_teach(struct app *, int argc, char **argv);	/* of cmd_rules's table */
int	rules_own(struct app *, int argc, char **argv);
int	rules_meanings(struct app *, int argc, char **argv);
int	rules_forget(struct app *, int argc, char **argv);
int	roster_check_command(struct app *, int argc, char **argv);	/* of cmd_roster's table */
int	cmd_apikey(struct app *, int argc, char **argv);
int	cmd_audit(struct app *, int argc, char **argv);
int	cmd_webhook(struct app *, int argc, char **argv);
int	cmd_user(struct app *, int argc, char **argv);
int	cmd_serve(struct app *, int argc, char **argv);
int	cmd_survey(struct app *, int argc, char **argv);
int	cmd_template(struct app *, int argc, char **argv);

#endif
