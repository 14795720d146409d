/*
 * conf.h - the settings: one table of name, unit, default, range and help.
 *
 * The sample file config/thumoi.conf, `thumoi config check`, `config show`
 * and thumoi.conf(5) are printed from the table in conf.c. The file has one
 * `name = value` a line; `#` begins a comment at the start of a line. Every
 * setting can also be given as THUMOI_<NAME> in the environment, which wins.
 * An unknown name is an error that shows the nearest one.
 *
 * Secrets never stand here: a setting that ends in _file names the file (or
 * "credential:NAME" for a systemd credential) in which the secret is.
 *
 * Units      in the name: _s seconds, _ms, _bytes, _per_hour, _percent.
 * Ownership  texts belong to the struct conf until conf_release.
 * Errors     ERR_INPUT with file, line, what is wrong and what is allowed.
 * Threads    constant after loading; a reload builds a new struct.
 * Source     Postfix's parameter tables.
 */
#ifndef THUMOI_BASE_CONF_H
#define THUMOI_BASE_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"

struct conf {
	/* store */
	const char *store;		/* path of the SQLite file */
	/* campaign-independent sending */
	const char *relay;		/* smtp://host:port, smtps://, dir:PATH */
	const char *relay_file;		/* engine/relay_file.h; "" = the one in `relay` */
	const char *relay_user;
	const char *relay_password_file;
	const char *relay_auth;
	const char *relay_tls;		/* require, opportunistic, none */
	const char *relay_8bit;		/* auto, never */
	const char *relay_ca_file;	/* "" = the system's */
	int64_t	connections;
	int64_t	messages_per_connection;
	int64_t	connect_timeout_s, reply_timeout_s, data_timeout_s;
	const char *helo_name;		/* "" = the host's name */
	const char *bounce_address;	/* bounce@domain: VERP puts +TAG before the @; "" = from the sender's domain */
	const char *secret_file;	/* key of tags and links */
	int64_t	retry_first_s, retry_most_s;	/* backoff of deferred invites */
	int64_t	expire_s;		/* deferred until expiry */
	/* politeness */
	const char *pace_file;		/* engine/limits.h; "" = the shipped one, none */
	int64_t	domain_rest_s, domain_rest_after;
	const char *stops;		/* on, observe, off */
	int64_t	domain_stop_refusals, domain_stop_of;
	int64_t	stop_bounce_percent, stop_complaint_percent;	/* thousandths of a percent; 0: never */
	int64_t	stop_least_messages;
	const char *quiet_hours;	/* 18:00-07:30; "" = none */
	const char *working_days_only;	/* yes, no */
	const char *holiday_file;	/* engine/calendar.h; "" = the shipped one */
	int64_t	max_per_person_day;	/* 0: any */
	/* waves that cron runs: engine/cron.h */
	int64_t	min_gap_days, max_reminders;
	int64_t	cron_grace_s;
	const char *template_dir;	/* own templates, looked for before the shipped ones; "" = none */
	/* what comes back */
	const char *inbound_url;	/* imaps://host/INBOX, pop3s://..., maildir:PATH */
	const char *inbound_user;
	const char *inbound_password_file;
	const char *inbound_ca_file;
	const char *inbound_processed;	/* folder processed messages go to; "" = delete */
	const char *inbound_unrecognised, *inbound_replies;
	const char *inbound_keep;	/* yes, no */
	const char *rules_local;	/* engine/rulebook.h; "" = the path of the store with .rules behind it */
	const char *inbound_file;	/* engine/mailboxes.h; "" = the one mailbox of inbound_url */
	int64_t	inbound_max_bytes;
	int64_t	inbound_poll_s;
	/* web */
	const char *public_url;		/* https://survey.example, what the links begin with */
	const char *listen;		/* public pages: address:port */
	const char *admin_listen;	/* the desk: address:port; "" = off */
	const char *admin_url;		/* https://..., through a proxy; "" = by a name of this machine */
	const char *admin_login;	/* required, none */
	int64_t	session_idle_s;
	const char *second_factor;	/* optional, administrators, everybody: who must have one */
	const char *api_key_file;
	const char *tls_cert_file, *tls_key_file;
	/* survey systems: engine/survey_sync.h */
	int64_t	survey_sync_s;		/* 0: only by hand */
	const char *survey_tells;	/* token, name, email */
	int64_t	survey_timeout_s;
	const char *survey_ca_file;
	/* reports */
	int64_t	very_few_people, very_few_percent;
	int64_t	disclosure_threshold;	/* engine/disclosure.h */
	int64_t	silent_domain_people;	/* group finding: so many accepted, nobody reacted */
	/* letters to the units, alerts to the operator */
	const char *letter_parent, *letter_organisation, *letter_place, *letter_symbol;
	const char *letter_authority, *letter_signer_title, *letter_signer, *letter_copies;
	const char *dkim_selector, *sending_hosts;	/* what mail administrators are told */
	const char *operator_address;
	const char *retention;		/* on, off */
	int64_t	retention_raw_mail_days, retention_person_days;	/* 0: kept */
	int64_t	alert_no_roster_days, alert_zero_days;	/* 0: never */
	/* import */
	int64_t	roster_max_bytes;
	int64_t	roster_max_line_bytes;
	const char *dns_servers;	/* mail/dns.h; "" = the system's */
	int64_t	dns_timeout_s;
	/* log */
	const char *log_level;

	struct arena arena;
};

int	conf_load(struct conf *, const char *path, bool must_exist, struct err *);	/* path NULL: defaults and environment */
/* What several settings must be to each other: for who changes one after loading. */
int	conf_check_together(const struct conf *, struct err *);
/* Every fault of a file, a line each, to f; returns how many. */
int	conf_check(const char *path, FILE *f);
/* The store that is used after all (--db); the key lies beside it unless secret_file says otherwise. */
void	conf_set_store(struct conf *, const char *path);
void	conf_release(struct conf *);
void	conf_print_sample(FILE *f);		/* config/thumoi.conf */
void	conf_print_manual(FILE *f);		/* the settings of thumoi.conf(5), mdoc */
void	conf_print_values(const struct conf *, FILE *f);
/* Read a secret from a *_file setting: first line, without the line end. "" setting: ERR_INPUT. */
char	*conf_secret(struct arena *, const char *file_setting, const char *setting_name, struct err *);

#endif
