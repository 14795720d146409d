/*
 * main.c - the subcommands of postoffice and its control socket. See README.md.
 */
#include <errno.h>
#include <getopt.h>
#include <gmime/gmime.h>
#include <inttypes.h>
#include <curl/curl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/date.h"
#include "postoffice/town.h"

struct options {
	const char *world, *start, *to, *control, *key, *api_key_file;
	int64_t smtp_port, survey_port, batch_percent;
	struct town_options town;
};

static int
fail(const struct err *e)
{
	fprintf(stderr, "postoffice: %s\n", e->text);
	return 1;
}

static int
time_of(const char *text, int64_t *ms, struct err *e)
{
	struct zone zone;
	int64_t at = 0;

	if (zone_load(&zone, ZONE_DEFAULT, e) < 0 || date_parse(text, &zone, DATE_START, &at, e) < 0)
		return -1;
	*ms = at * 1000;
	return 0;
}

static int
control_address(struct sockaddr_un *a, const char *path, struct err *e)
{
	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(a->sun_path))
		return err_set(e, ERR_INPUT, "%s: the path is too long for a socket", path);
	memcpy(a->sun_path, path, strlen(path) + 1);
	return 0;
}

/* One request of the control socket; 1: stop. */
static int
control(struct town *t, int fd)
{
	FILE *f = fdopen(fd, "r+");
	char line[256] = "";
	struct town_tally y;
	struct err e = ERR_INIT;
	int64_t to = 0;
	int stop = 0;

	if (!f) {
		close(fd);
		return 0;
	}
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	fseek(f, 0, SEEK_CUR);		/* from reading to writing */
	if (strncmp(line, "advance ", 8) == 0) {
		if (time_of(line + 8, &to, &e) < 0 || town_advance(t, to, &y, &e) < 0)
			fprintf(f, "1 %s\n", e.text);
		else
			fprintf(f, "0 looked=%d found=%d answered=%d batch=%d bounced=%d faults=%d\n", y.looked, y.found,
			    y.answered, y.batch, y.bounced, y.faults);
	} else if (strcmp(line, "stats") == 0 || strcmp(line, "stop") == 0) {
		char *text = NULL;
		size_t len = 0;
		FILE *to_text = open_memstream(&text, &len);
		int wrong = town_stats(t, to_text);

		fclose(to_text);
		fprintf(f, "%d %s", wrong ? 1 : 0, text);
		free(text);
		stop = strcmp(line, "stop") == 0;
	} else if (strcmp(line, "letters") == 0) {
		fputs("0 ", f);
		town_letters(t, f);
	} else {
		fprintf(f, "1 what is '%s'?\n", line);
	}
	fclose(f);
	return stop;
}

static int
listen_control(const char *path, struct err *e)
{
	struct sockaddr_un a;
	int fd;

	if (control_address(&a, path, e) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, 8) < 0) {
		err_sys(e, "cannot listen on %s", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

/* Serves until "stop" or a signal. */
static void
serve_control(struct town *t, int fd)
{
	sigset_t ends;
	int signals;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	signals = signalfd(-1, &ends, SFD_CLOEXEC);
	for (;;) {
		struct pollfd p[2] = { { .fd = fd, .events = POLLIN }, { .fd = signals, .events = POLLIN } };
		int client;

		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents)
			break;
		if ((client = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0 && control(t, client) == 1)
			break;
	}
	close(signals);
}

static void
block_signals(void)
{
	sigset_t s;

	sigemptyset(&s);
	sigaddset(&s, SIGINT);
	sigaddset(&s, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &s, NULL);	/* every thread inherits it */
	signal(SIGPIPE, SIG_IGN);
}

static int
serve(struct options *o)
{
	struct err e = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct world world = { .arena = ARENA_INIT };
	struct secret key;
	struct town *town = NULL;
	struct smtpd *smtpd = NULL;
	struct survey *survey = NULL;
	struct smtpd_calls calls;
	int fd = -1, rc = 1;

	if (!o->world || !o->town.clock || !o->start || !o->control || !o->town.maildir || !o->town.site || !o->key ||
	    !o->api_key_file) {
		fputs("postoffice serve: see tests/postoffice/README.md for what it needs\n", stderr);
		return 2;
	}
	block_signals();
	g_mime_init();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	setenv("THUMOI_CLOCK_FILE", o->town.clock, 1);
	if (!(o->town.api_key = conf_secret(&arena, o->api_key_file, "--api-key", &e)) ||
	    secret_load(&key, o->key, &e) < 0 || time_of(o->start, &o->town.start_ms, &e) < 0 ||
	    world_load(&world, o->world, &e) < 0 ||
	    survey_start(&survey, (int)o->survey_port, o->town.site, &key, (int)o->batch_percent, &e) < 0 ||
	    town_new(&town, &world, survey, &o->town, &e) < 0)
		goto out;
	calls = town_calls(town);
	if (smtpd_start(&smtpd, (int)o->smtp_port, &calls, &e) < 0 || (fd = listen_control(o->control, &e)) < 0)
		goto out;
	printf("ready smtp=%d survey=%d\n", smtpd_port(smtpd), survey_port(survey));
	fflush(stdout);
	serve_control(town, fd);
	rc = 0;
out:
	if (rc)
		fail(&e);
	if (fd >= 0) {
		close(fd);
		unlink(o->control);
	}
	smtpd_stop(smtpd);
	survey_stop(survey);
	town_free(town);
	world_release(&world);
	arena_release(&arena);
	return rc;
}

/* Sends one line to the control socket, prints the answer; its first digit is the exit status. */
static int
ask(const struct options *o, const char *line)
{
	struct sockaddr_un a;
	struct err e = ERR_INIT;
	char room[4096];
	ssize_t n;
	int fd, rc = -1;

	if (!o->control) {
		fputs("postoffice: --control SOCK is missing\n", stderr);
		return 2;
	}
	if (control_address(&a, o->control, &e) < 0)
		return fail(&e);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || write(fd, line, strlen(line)) < 0) {
		err_sys(&e, "%s", o->control);
		return fail(&e);
	}
	while ((n = read(fd, room, sizeof(room))) > 0) {
		const char *s = room;

		if (rc < 0) {
			rc = room[0] == '0' ? 0 : 1;
			s += n < 2 ? n : 2;
		}
		fwrite(s, 1, (size_t)(room + n - s), stdout);
	}
	close(fd);
	return rc < 0 ? 1 : rc;
}

static int
ports(const char *count)
{
	long n = count ? strtol(count, NULL, 10) : 1;
	int fds[16], port;
	struct err e = ERR_INIT;

	if (n < 1 || n > (long)COUNT_OF(fds))
		return 2;
	for (long i = 0; i < n; i++) {
		port = 0;
		if ((fds[i] = listen_loopback(&port, &e)) < 0)
			return fail(&e);
		printf("%d%c", port, i == n - 1 ? '\n' : ' ');
	}
	for (long i = 0; i < n; i++)
		close(fds[i]);
	return 0;
}

/* The addresses, a line each. */
static int
print_probes(const char *dir, struct err *e)
{
	struct world w = { .arena = ARENA_INIT };

	if (world_load(&w, dir, e) < 0)
		return -1;
	for (size_t i = 0; i < w.n_probes; i++)
		puts(w.probes[i].email);
	world_release(&w);
	return 0;
}

int
main(int argc, char **argv)
{
	struct options o = { .batch_percent = 20 };
	const struct { const char *name, **text; int64_t *number; } table[] = {
		{ "world", &o.world, NULL }, { "clock", &o.town.clock, NULL }, { "start", &o.start, NULL },
		{ "control", &o.control, NULL }, { "maildir", &o.town.maildir, NULL }, { "site", &o.town.site, NULL },
		{ "key", &o.key, NULL }, { "api-key", &o.api_key_file, NULL }, { "to", &o.to, NULL },
		{ "smtp-port", NULL, &o.smtp_port }, { "survey-port", NULL, &o.survey_port },
		{ "batch-percent", NULL, &o.batch_percent }, { "probes", &o.town.probes, NULL },
	};
	struct option longs[COUNT_OF(table) + 1] = { 0 };
	const char *command = argc > 1 ? argv[1] : "";
	struct err e = ERR_INIT;
	char line[256];
	int which, c;

	for (size_t i = 0; i < COUNT_OF(table); i++)
		longs[i] = (struct option){ table[i].name, required_argument, NULL, 0 };
	optind = 2;
	while (argc > 1 && (c = getopt_long(argc, argv, "", longs, &which)) != -1) {
		if (c != 0)
			return 2;
		if (table[which].text)
			*table[which].text = optarg;
		else
			*table[which].number = strtoll(optarg, NULL, 10);
	}
	if (strcmp(command, "serve") == 0)
		return serve(&o);
	if (strcmp(command, "rosters") == 0 && o.world)
		return world_print_rosters(o.world, stdout, &e) < 0 ? fail(&e) : 0;
	if (strcmp(command, "probes") == 0 && o.world)
		return print_probes(o.world, &e) < 0 ? fail(&e) : 0;
	if (strcmp(command, "ports") == 0)
		return ports(optind < argc ? argv[optind] : NULL);
	if (strcmp(command, "advance") == 0 && o.to) {
		snprintf(line, sizeof(line), "advance %s\n", o.to);
		return ask(&o, line);
	}
	if (strcmp(command, "stats") == 0 || strcmp(command, "stop") == 0 || strcmp(command, "letters") == 0) {
		snprintf(line, sizeof(line), "%s\n", command);
		return ask(&o, line);
	}
	fputs("usage: postoffice serve|advance|stats|letters|stop|ports|rosters|probes ...; see tests/postoffice/README.md\n", stderr);
	return 2;
}
