#include "app/sending.h"

#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

#include "base/log.h"

static atomic_int stop;		/* lock-free, so a handler may set it */

struct shown {
	struct progress progress;
	int64_t open;			/* invites that were open at the start */
	bool quiet, said_trouble;
};

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void
show(const struct dispatch_result *r, void *arg)
{
	struct shown *s = arg;
	const struct tally *t = &r->now;

	progress_show(&s->progress, t->accepted + t->refused + t->uncertain + t->expired + t->cancelled, s->open);
	if (!r->trouble) {
		s->said_trouble = false;
	} else if (!s->said_trouble && !s->quiet) {
		progress_end(&s->progress);
		fprintf(stderr, TR("relay %s does not let us in, trying again: %s\n",
		    "máy chủ thư %s chưa cho vào, đang thử lại: %s\n"), r->relay, r->trouble);
		s->said_trouble = true;
	}
}

int
sending_run(struct app *app, const struct dispatch_options *asked, int64_t open, struct dispatch_result *result, struct err *e)
{
	struct sigaction on = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND }, old_int, old_term;
	struct shown s = { .open = open, .quiet = app->quiet };
	struct dispatch_options opt = *asked;
	int rc;

	/* On a terminal the progress line speaks; the attempts are in the store. */
	if (isatty(STDERR_FILENO))
		log_to(STDERR_FILENO, LOG_LEVEL_ERROR);
	stop = 0;
	sigemptyset(&on.sa_mask);
	sigaction(SIGINT, &on, &old_int);
	sigaction(SIGTERM, &on, &old_term);
	opt.stop = &stop;
	opt.progress = show;
	opt.arg = &s;
	progress_start(&s.progress, app, "messages", "thư");
	rc = dispatch_run(app->db, &app->conf, &opt, result, e);
	result->relay = result->trouble = NULL;
	progress_end(&s.progress);
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGTERM, &old_term, NULL);
	return rc;
}
