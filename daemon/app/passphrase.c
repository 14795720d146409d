#include "app/passphrase.h"

#include <termios.h>
#include <unistd.h>

#define MOST 512

static int
ask(FILE *tty, const char *what, char *to, struct err *e)
{
	struct termios before, quiet;
	char *got;

	if (tcgetattr(fileno(tty), &before) < 0)
		return err_sys(e, "/dev/tty");
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	fprintf(tty, "%s: ", what);
	fflush(tty);
	tcsetattr(fileno(tty), TCSAFLUSH, &quiet);
	got = fgets(to, MOST, tty);
	tcsetattr(fileno(tty), TCSAFLUSH, &before);
	fputc('\n', tty);
	if (!got)
		return err_set(e, ERR_INPUT, TR("nothing was typed", "chưa nhập gì"));
	to[strcspn(to, "\n")] = '\0';
	return 0;
}

int
passphrase(struct app *app, const char *file, const char **out, struct err *e)
{
	char first[MOST], second[MOST];
	FILE *tty;
	int rc;

	if (file)
		return (*out = conf_secret(&app->arena, file, "--password-file", e)) ? 0 : -1;
	if (!(tty = fopen("/dev/tty", "r+")))
		return err_set(e, ERR_INPUT, TR("there is no terminal to ask on: use --password-file FILE",
		    "không có thiết bị đầu cuối để hỏi: dùng --password-file TỆP"));
	rc = ask(tty, TR("Password", "Mật khẩu"), first, e) < 0 || ask(tty, TR("Once more", "Nhập lại"), second, e) < 0 ? -1 : 0;
	fclose(tty);
	if (rc == 0 && strcmp(first, second) != 0)
		rc = err_set(e, ERR_INPUT, TR("the two are not the same", "hai lần nhập không giống nhau"));
	if (rc == 0)
		*out = arena_dup(&app->arena, first);
	explicit_bzero(first, sizeof(first));
	explicit_bzero(second, sizeof(second));
	return rc;
}
