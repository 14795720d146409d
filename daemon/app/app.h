/*
 * app.h - what every subcommand gets, and how it reads its words.
 *
 * A subcommand is one function and one line in the table of commands.c. Data
 * goes to stdout, talk to stderr. It returns EXIT_DONE, EXIT_FAILED (after
 * app_fail has told why, or when it found something wrong), or EXIT_USAGE.
 *
 * Units      none.
 * Ownership  struct app lives in main; db is open when `needs` says so.
 * Errors     app_fail prints a struct err once and returns EXIT_FAILED.
 * Threads    main thread.
 * Source     git and notmuch for the command table.
 */
#ifndef THUMOI_APP_APP_H
#define THUMOI_APP_APP_H

#include "base/conf.h"
#include "base/lang.h"
#include "base/out.h"
#include "store/db.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };
enum { EXIT_LATER = 75 };	/* EX_TEMPFAIL of sysexits.h: a mail server keeps the message and tries again */

struct app {
	struct conf conf;
	const char *conf_path;		/* -c, THUMOI_CONFIG, or the installed one; NULL: none */
	bool conf_named;		/* somebody asked for that file: it must exist */
	const char *store;		/* --db, THUMOI_DB, or the setting */
	struct db *db;			/* NULL unless the command needs it */
	bool json, quiet;
	bool lang_given;		/* --lang was said: it outdoes the campaign's language */
	struct arena arena;		/* for the life of the process */
};

enum needs { NEEDS_NOTHING, NEEDS_CONF, NEEDS_STORE_RO, NEEDS_STORE_RW };

struct command {
	const char *name;
	int (*run)(struct app *, int argc, char **argv);	/* argv[0] is the command's name */
	enum needs needs;
	const char *help_en, *help_vi;				/* one line */
};

#ifndef THUMOI_CONF
#define THUMOI_CONF "/etc/thumoi/thumoi.conf"
#endif

/* An option of the whole program at argv[*i], which moves on over its value: 1 taken, 0 it is none, -1 wrong. */
int	app_global(struct app *, int argc, char **argv, int *i, struct err *);
/* Reads the settings and opens the store, as far as the command needs it. */
int	app_prepare(struct app *, enum needs, struct err *);

extern const struct command commands[];		/* ends with a NULL name */

/* A command of commands: dispatches on argv[1] within `table`. */
int	app_sub(struct app *, int argc, char **argv, const struct command *table);

/* The path as it is found from wherever thumoid runs; "credential:NAME" and what is not there stay. */
const char *app_whole_path(struct app *, const char *path);

/* Prints "thumoi: ..." once; returns EXIT_FAILED. */
int	app_fail(const struct err *);
/* Told by opt_parse once the words of the command are right, which then gives EXIT_FAILED. e must stay. */
void	app_fail_later(const struct err *e);
/* What goes wrong with the words of a command: prints it and where help is; returns EXIT_USAGE. */
int	app_usage(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

enum opt_kind { OPT_FLAG, OPT_TEXT, OPT_TEXTS, OPT_INT };
#define OPT_TEXTS_MAX 256
struct opt {
	const char *name;		/* without the dashes */
	enum opt_kind kind;
	void *to;			/* bool *, const char **, const char *[OPT_TEXTS_MAX + 1], int64_t * */
	const char *arg;		/* DATE, FILE ...; NULL for a flag */
	const char *help_en, *help_vi;
};

/*
 * Read the options of a command; operands may stand between them. On success
 * argv[*first .. argc - 1] are the operands. Returns -1 to go on, else the exit
 * status (help was printed, or the usage was wrong). `min`, `max`: operands; max -1: any.
 * usage: "CAMPAIGN FILE..."
 */
int	opt_parse(int argc, char **argv, const char *command, const char *usage,
	    const struct opt *opts, size_t n, int min, int max, int *first);
/* --format, or --json of the whole program, or `fallback`. */
int	app_format(const struct app *, const char *word, enum out_format *);

/* One line on a terminal, at most one a second; nothing when piped or quiet. */
struct progress {
	const char *what_en, *what_vi;
	int64_t started_us, shown_us;
	bool on;
};
void	progress_start(struct progress *, const struct app *, const char *what_en, const char *what_vi);
void	progress_show(struct progress *, int64_t done, int64_t all);	/* all 0: unknown */
void	progress_end(struct progress *);

#endif
