/* Where a message lies: a Maildir++ tree, and servers as they are, Gmail among them. */
#include "support/check.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "mail/seek.h"

/* --- a small IMAP server: folders, and which of the messages m0, m1, m2 lie in them */

struct box {
	const char *attributes, *wire;
	const char *has;		/* "m0 m2" */
	const char *labels;		/* Gmail's */
	enum { OPENS, SHUT, HANGS_UP } how;
	bool literal;			/* its name comes as a literal */
};

struct server {
	const char *capability;
	const struct box *boxes;
	size_t n;
	int listener, port;
	pthread_t thread;
	struct buf heard;		/* all commands, a line each */
	const struct box *at;		/* the folder that is open */
};

static void
list(struct server *s, FILE *f)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct box *b = &s->boxes[i];

		if (b->literal)
			fprintf(f, "* LIST (%s) \"/\" {%zu}\r\n%s\r\n", b->attributes, strlen(b->wire), b->wire);
		else
			fprintf(f, "* LIST (%s) \"/\" \"%s\"\r\n", b->attributes, b->wire);
	}
}

/* The tagged answer; NULL: the line is cut. */
static const char *
obey(struct server *s, const char *command, FILE *f)
{
	char name[256], id[8];
	int n;

	if (strcmp(command, "CAPABILITY") == 0) {
		fprintf(f, "* CAPABILITY IMAP4rev1 %s\r\n", s->capability);
	} else if (strncmp(command, "LIST ", 5) == 0) {
		if (strstr(command, "RETURN") && !strstr(s->capability, "LIST-EXTENDED"))
			return "BAD what?";
		list(s, f);
	} else if (sscanf(command, "EXAMINE \"%255[^\"]\"", name) == 1) {
		for (s->at = s->boxes; s->at < s->boxes + s->n && strcmp(s->at->wire, name) != 0; s->at++)
			;
		if (s->at == s->boxes + s->n || s->at->how == SHUT)
			return "NO not for you";
		if (s->at->how == HANGS_UP)
			return NULL;
		fprintf(f, "* %d EXISTS\r\n* OK [UIDVALIDITY 7] ids\r\n", *s->at->has ? 9 : 0);
	} else if (sscanf(command, "UID SEARCH HEADER Message-ID \"<%7[^@]@survey.test>\"", id) == 1) {
		fprintf(f, "* SEARCH%s\r\n", strstr(s->at->has, id) ? " 70 71" : "");
	} else if (sscanf(command, "UID FETCH %d (X-GM-LABELS)", &n) == 1) {
		fprintf(f, "* 5 FETCH (X-GM-LABELS (%s) UID %d)\r\n", s->at->labels, n);
	} else if (strcmp(command, "LOGOUT") != 0 && strncmp(command, "LOGIN ", 6) != 0) {
		return "BAD what?";
	}
	return "OK done";
}

static void *
serve(void *arg)
{
	struct server *s = arg;
	int fd = accept(s->listener, NULL, NULL);
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	char line[4096];

	fputs("* OK ready\r\n", out);
	fflush(out);
	while (fgets(line, sizeof(line), in)) {
		char *command = strchr(line, ' ');
		const char *end;

		if (!command)
			break;
		line[strcspn(line, "\r\n")] = '\0';
		*command++ = '\0';
		buf_printf(&s->heard, "%s\n", command);
		if (!(end = obey(s, command, out)))
			break;
		fprintf(out, "%s %s\r\n", line, end);
		fflush(out);
	}
	fclose(in);
	fclose(out);
	return NULL;
}

/* Looks for the three messages; what was asked of the server comes back in the arena. */
static int
look(struct arena *a, const char *capability, const struct box *boxes, size_t n, struct sought found[3], const char **heard,
    struct err *e)
{
	struct server s = { .capability = capability, .boxes = boxes, .n = n, .heard = BUF_INIT(1 << 20),
	    .listener = socket(AF_INET, SOCK_STREAM, 0) };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct seeking k = { .user = "probe", .password = "pw", .ca_file = "" };
	socklen_t len = sizeof(at);
	int rc;

	if (bind(s.listener, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(s.listener, 4) < 0 ||
	    getsockname(s.listener, (struct sockaddr *)&at, &len) < 0 || pthread_create(&s.thread, NULL, serve, &s) != 0)
		die("no server");
	k.mailbox = arena_printf(a, "imap://127.0.0.1:%d", ntohs(at.sin_port));
	for (int i = 0; i < 3; i++)
		found[i] = (struct sought){ .message_id = arena_printf(a, "m%d@survey.test", i) };
	*e = (struct err)ERR_INIT;
	rc = seek_messages(&k, a, found, 3, e);
	pthread_join(s.thread, NULL);
	*heard = arena_dup(a, buf_str(&s.heard));
	close(s.listener);
	buf_release(&s.heard);
	return rc;
}

static void
check_places(const struct sought found[3], const char *want, const char *label)
{
	char got[64];

	snprintf(got, sizeof(got), "%s %s %s", place_name(found[0].place), place_name(found[1].place), place_name(found[2].place));
	CHECK_STR(got, want, label);
}

static void
test_gmail(void)
{
	struct box boxes[] = {
		{ "\\All \\HasNoChildren", "[Gmail]/T&HqU-t c&HqM- th&AbA-", "m0 m1 m2", "\"\\\\Important\" \"a) b\" \"\\\\Inbox\"", OPENS, false },
		{ "\\HasChildren \\Noselect", "[Gmail]", "", "", OPENS, false },
		{ "\\HasNoChildren", "INBOX", "m0", "", OPENS, false },
		{ "\\HasNoChildren \\Trash", "[Gmail]/Th&APk-ng r&AOE-c", "m2", "", OPENS, false },
		{ "\\HasNoChildren \\Junk", "[Gmail]/Th&AbA- r&AOE-c", "m1", "", OPENS, false },
	};
	static const char can[] = "UNSELECT X-GM-EXT-1 LIST-EXTENDED SPECIAL-USE";
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct sought found[3];
	const char *heard;

	CHECK_INT(look(&a, can, boxes, COUNT_OF(boxes), found, &heard, &e), 0, e.text);
	check_places(found, "inbox spam other", "each by the folder that tells most");
	CHECK_STR(found[1].folder, "[Gmail]/Thư rác", "by its special use, shown as people see it");
	CHECK(strstr(heard, "EXAMINE \"[Gmail]/Th&AbA- r&AOE-c\"") != NULL, "names go back as they came");
	CHECK(!strstr(heard, "EXAMINE \"[Gmail]\""), "what cannot be opened is not");
	CHECK(!strstr(heard, "c&HqM-") && !strstr(heard, "X-GM-LABELS"), "and all mail is left out when all are found");
	CHECK(!strstr(heard, "SELECT") && !strstr(heard, "BODY") && !strstr(heard, "STORE"), "nothing changes, no body is asked for");
	CHECK(strstr(heard, "LOGOUT") != NULL, "good bye");

	/* In all mail alone: its labels tell. */
	boxes[2].has = boxes[3].has = boxes[4].has = "";
	CHECK_INT(look(&a, can, boxes, COUNT_OF(boxes), found, &heard, &e), 0, e.text);
	check_places(found, "inbox inbox inbox", "label \\Inbox");
	boxes[0].labels = "\\Spam";
	boxes[0].has = "m1";
	CHECK_INT(look(&a, can, boxes, COUNT_OF(boxes), found, &heard, &e), 0, e.text);
	check_places(found, "missing spam missing", "label \\Spam");
	boxes[0].labels = "";
	CHECK_INT(look(&a, can, boxes, COUNT_OF(boxes), found, &heard, &e), 0, e.text);
	check_places(found, "missing other missing", "archived by a filter: no label");
	CHECK_INT(look(&a, "LIST-EXTENDED SPECIAL-USE", boxes, COUNT_OF(boxes), found, &heard, &e), 0, e.text);
	check_places(found, "missing other missing", "all mail of a server that is not Gmail");
	arena_release(&a);
}

static void
test_others(void)
{
	struct box boxes[] = {
		{ "", "INBOX", "", "", OPENS, false }, { "", "Bulk", "m0", "", OPENS, false },
		{ "", "&j,dg0TDhMPww6w-", "m1", "", OPENS, true }, { "", "L&Aw-ists", "m2", "", OPENS, false },
	};
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct sought found[3];
	const char *heard;

	CHECK_INT(look(&a, "", boxes, COUNT_OF(boxes), found, &heard, &e), 0, e.text);
	check_places(found, "spam spam other", "without special use the name tells");
	CHECK_STR(found[1].folder, "迷惑メール", "a name that came as a literal");
	CHECK(!strstr(heard, "RETURN"), "who cannot list special uses is not asked");
	CHECK_INT(look(&a, "SPECIAL-USE", boxes, COUNT_OF(boxes), found, &heard, &e), 0, e.text);
	CHECK(!strstr(heard, "RETURN"), "neither who has no extended LIST");

	boxes[3].how = SHUT;
	CHECK_INT(look(&a, "", boxes, COUNT_OF(boxes), found, &heard, &e), 1, "a folder that does not open");
	check_places(found, "spam spam missing", "... takes nothing from what was found");
	CHECK(strstr(e.text, "not for you") != NULL, e.text);
	boxes[1].has = "m0 m2";
	CHECK_INT(look(&a, "", boxes, COUNT_OF(boxes), found, &heard, &e), 0, "... and is not asked when all are found");
	boxes[2].how = HANGS_UP;
	CHECK_INT(look(&a, "", boxes, COUNT_OF(boxes), found, &heard, &e), -1, "a line that drops: nothing is known");
	CHECK_INT(e.code, ERR_NETWORK, e.text);
	CHECK_INT(look(&a, "", boxes, 0, found, &heard, &e), -1, "no folders at all is no answer");
	arena_release(&a);
}

/* --- Maildir++ ------------------------------------------------------------------ */

static void
deliver(struct arena *a, const char *dir, const char *folder, const char *part, const char *text)
{
	static int n;
	struct err e = ERR_INIT;
	const char *at = arena_printf(a, "%s%s%s", dir, *folder ? "/" : "", folder);
	const char *parts[] = { "", "/cur", "/new", "/tmp" };

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		mkdir(arena_printf(a, "%s%s", at, parts[i]), 0700);
	CHECK_INT(file_replace(arena_printf(a, "%s/%s/%d.host", at, part, ++n), text, strlen(text), &e), 0, e.text);
}

static void
count(const char *name, enum folder_use u, void *arg)
{
	struct buf *b = arg;

	buf_printf(b, "%s=%s\n", name, folder_use_name(u));
}

static void
test_maildir(void)
{
	char dir[] = "/tmp/thumoi-seek-XXXXXX", command[64];
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct sought found[] = { { .message_id = "a@x.test" }, { .message_id = "b@x.test" }, { .message_id = "c@x.test" },
	    { .message_id = "d@x.test" }, { .message_id = "e@x.test" } };
	struct seeking k = { .mailbox = NULL };
	struct buf b = BUF_INIT(4096);

	if (!mkdtemp(dir))
		die("no folder");
	k.mailbox = arena_printf(&a, "maildir:%s", dir);
	CHECK_INT(seek_messages(&k, &a, found, COUNT_OF(found), &e), -1, "an empty folder is no Maildir");
	deliver(&a, dir, "", "new", "Received: x\r\nMessage-ID: <a@x.test>\r\n\r\nHello\r\n");
	deliver(&a, dir, "", "cur", "Subject: x\n\nMessage-ID: <c@x.test>\n");	/* in the text: that is no header */
	deliver(&a, dir, ".Junk", "cur", "Subject: x\nmessage-id:\n <b@x.test>\nTo: y\n\n");
	deliver(&a, dir, ".Th&AbA- r&AOE-c", "new", "Message-ID: <e@x.test>\n\n");
	deliver(&a, dir, ".Lists.C", "new", "Message-ID: <d@x.test>\nReferences: <c@x.test>\n\n");
	CHECK_INT(seek_messages(&k, &a, found, COUNT_OF(found), &e), 0, e.text);
	check_places(found, "inbox spam missing", "new, a folded header, words of a text");
	check_places(found + 2, "missing other spam", "a folder of a folder, a name in modified UTF-7");
	CHECK_STR(found[4].folder, "Thư rác", "as people see it");
	CHECK_INT(seek_folders(&k, count, &b, &e), 0, e.text);
	CHECK_STR(buf_str(&b), "INBOX=inbox\nJunk=junk\nThư rác=junk\nLists.C=other\n", "the folders, in the order of looking");
	snprintf(command, sizeof(command), "test $(find %s/new -type f | wc -l) = 1", dir);
	CHECK_INT(system(command), 0, "what was new is new");
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	CHECK_INT(system(command), 0, "gone");
	buf_release(&b);
	arena_release(&a);
}

static void
test_check(void)
{
	static const struct { const char *mailbox; int want; } t[] = {
		{ "imaps://imap.gmail.example", 0 }, { "imap://127.0.0.1:143", 0 }, { "maildir:/var/mail/x", 0 },
		{ "IMAPS://imap.gmail.example:993/", 0 },
		{ "maildir:relative", -1 }, { "pop3s://mail.example", -1 }, { "imaps://me:secret@mail.example", -1 },
		{ "imaps://", -1 }, { "", -1 }, { "https://mail.example", -1 },
	};
	struct err e = ERR_INIT;

	for (size_t i = 0; i < COUNT_OF(t); i++)
		CHECK_INT(seek_check(t[i].mailbox, &e), t[i].want, t[i].mailbox);
}

int
main(void)
{
	test_gmail();
	test_others();
	test_maildir();
	test_check();
	return check_done();
}
