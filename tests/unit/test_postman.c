/* Several mailboxes: the file that names them, what rests, what is told, where messages go. */
#include "support/post.h"

#include <fcntl.h>

#include "support/box_peer.h"

#include "base/file.h"
#include "base/log.h"
#include "engine/postman.h"

static const char *
put_file(struct post *p, const char *name, const char *text)
{
	const char *path = arena_printf(&p->w.arena, "%s/%s", p->w.dir, name);

	CHECK_INT(file_replace(path, text, strlen(text), &p->w.e), 0, path);
	return path;
}

/* A bounce of person i; each n another message and another fact. */
static const char *
bounce(struct post *p, int i, int n)
{
	return post_dsn(p, post_verp(p, i), "q@q.test", "failed", arena_printf(&p->w.arena, "5.3.%d", n), "554 system error",
	    arena_printf(&p->w.arena, "X-N: %d\n", n));
}

static const char stranger[] = "From: spam@stranger.test\nTo: bounce@survey.test\nSubject: Buy\n\nBuy!\n";

static const char *
letter(struct post *p)
{
	return arena_printf(&p->w.arena, "From: <binh@cantho.test>\nTo: %s\nSubject: Re: Thư mời\n\nTôi đã nhận.\n", post_verp(p, 1));
}

/* ---- the file ---- */

static void
test_file(struct post *p)
{
	static const struct { const char *line, *why; } bad[] = {
		{ "ftp://x.test", "no mailbox" }, { "imaps://", "no mailbox" }, { "imaps://u:pw@x.test/ user a password-file b", "URL" },
		{ "imaps://x.test", "user" }, { "imaps://x.test user a", "password-file" },
		{ "imaps://x.test user", "'user'" }, { "imaps://x.test user a password-file b colour red", "'colour'" },
		{ "imaps://x.test user a password-file b max-bytes 12", "max-bytes" },
		{ "imaps://x.test user \"a password-file b", "quotation" },
		{ "maildir:/a\nmaildir:/a", "twice" }, { "# nothing", "no mailbox" },
	};
	struct mailboxes all;

	p->conf.inbound_url = "";
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		p->conf.inbound_file = put_file(p, "mailboxes", arena_printf(&p->w.arena, "\n# remark\n%s\n", bad[i].line));
		CHECK_INT(mailboxes_check(&p->conf, &p->w.e), -1, bad[i].line);
		if (!CHECK(strstr(p->w.e.text, bad[i].why), bad[i].line))
			printf("  %s\n", p->w.e.text);
	}
	p->conf.inbound_file = put_file(p, "mailboxes",
	    "imaps://x.test/INBOX/Bounces user a@b password-file /c processed \"Đã xử lý xong\" unrecognised \"\" max-bytes 70000 # remark\n"
	    "\tpop3s://y.test user d password-file credential:e keep\r\nmaildir:/f\n");
	if (!CHECK_INT(mailboxes_load(&all, &p->conf, &p->w.e), 0, p->w.e.text) || !CHECK_INT((int64_t)all.n, 3, "three"))
		return;
	CHECK_STR(all.list[0].name, "imaps://a@b@x.test/INBOX/Bounces", "the user belongs to the name");
	CHECK_STR(all.list[0].folder[FETCH_PROCESSED], "Đã xử lý xong", "a folder in quotes");
	CHECK_STR(all.list[0].folder[FETCH_UNRECOGNISED], "", "none: deleted");
	CHECK_STR(all.list[0].folder[FETCH_REPLY], "Replies", "as the settings say");
	CHECK_INT((int64_t)all.list[0].max_bytes, 70000, "a limit");
	CHECK(!all.list[0].keep && all.list[1].keep, "keep");
	CHECK_STR(all.list[1].password_file, "credential:e", "a credential");
	CHECK_INT((int64_t)all.list[1].max_bytes, 10485760, "as the settings say");
	mailboxes_release(&all);
	p->conf.inbound_url = "imaps://z.test";
	CHECK_INT(mailboxes_check(&p->conf, &p->w.e), -1, "a file and a URL");
	p->conf.inbound_file = "/no/such/file";
	p->conf.inbound_url = "";
	CHECK_INT(mailboxes_check(&p->conf, &p->w.e), -1, "a file that is not there");
	p->conf.inbound_file = "config/mailboxes.conf";
	CHECK_INT(mailboxes_check(&p->conf, &p->w.e), -1, "the sample names none");
	CHECK(strstr(p->w.e.text, "names no mailbox"), p->w.e.text);
	p->conf.inbound_file = "";
}

/* ---- a round ---- */

static struct inbound_tally
make_round(struct post *p, struct postman *m)
{
	struct inbound_tally t = { 0 };

	CHECK_INT(postman_round(m, p->w.db, NULL, &t, &p->w.e), 0, p->w.e.text);
	return t;
}

static struct postman *
postman(struct post *p)
{
	struct postman *m = NULL;

	if (!CHECK_INT(postman_new(&m, &p->conf, true, &p->w.e), 0, p->w.e.text))
		exit(1);
	return m;
}

static int
lines(const char *path, const char *part)
{
	struct file f = FILE_INIT;
	struct err e = ERR_INIT;
	int n = 0;

	if (!CHECK_INT(file_read(&f, path, 1 << 20, &e), 0, path))
		return -1;
	for (const char *s = f.data; (s = strstr(s, part)); s++)
		n++;
	file_release(&f);
	return n;
}

static void
test_several(struct post *p)
{
	struct box_peer *imap = box_start(&(struct box_options){ .password = "right" });
	struct box_peer *pop3 = box_start(&(struct box_options){ .pop3 = true, .password = "right" });
	struct box_peer *shut = box_start(&(struct box_options){ .password = "other" });
	const char *log = arena_printf(&p->w.arena, "%s/log", p->w.dir), *md = arena_printf(&p->w.arena, "%s/md", p->w.dir);
	const char *password = put_file(p, "password", "right\n"), *wrong = put_file(p, "wrong", "guess\n");
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	struct inbound_tally t;
	struct postman *m;
	int64_t now, first;
	char cmd[400];

	snprintf(cmd, sizeof(cmd), "mkdir -p %s/new %s/cur %s/tmp", md, md, md);
	CHECK_INT(system(cmd), 0, "a Maildir");
	put_file(p, "md/new/1.mx", bounce(p, 0, 1));
	put_file(p, "md/cur/2.mx:2,", letter(p));
	put_file(p, "md/new/3.mx", stranger);
	box_add(imap, bounce(p, 0, 2));
	box_add(imap, stranger);
	box_add(imap, bounce(p, 0, 3));
	box_add(pop3, bounce(p, 1, 4));
	p->conf.inbound_file = put_file(p, "mailboxes", arena_printf(&p->w.arena,
	    "%s user bounce password-file %s\n%s user bounce password-file %s\n%s user fbl password-file %s keep\nmaildir:%s\n",
	    box_url(shut), wrong, box_url(imap), password, box_url(pop3), password, md));
	log_to(fd, LOG_LEVEL_WARN);
	m = postman(p);
	now = clock_now();
	t = make_round(p, m);
	CHECK_INT(t.read, 7, "all that can be read is read");
	CHECK_INT(t.failed, 4, "bounces");
	CHECK_INT(t.replies, 1, "a letter");
	CHECK_INT(t.unmatched, 1, "of the stranger one: the other is the same message");
	CHECK_INT(t.known, 1, "... which counts once");
	CHECK_INT((int64_t)postman_mailboxes(m), 4, "four mailboxes");
	CHECK(strstr(postman_fault(m, 0), "password"), postman_fault(m, 0));
	CHECK_STR(postman_fault(m, 1), "", "the others are well");
	CHECK_INT((int64_t)box_count(imap, "Processed"), 2, "moved");
	CHECK_INT((int64_t)box_count(imap, "Unrecognised"), 1, "moved");
	CHECK_INT((int64_t)box_count(pop3, "INBOX"), 1, "kept");
	snprintf(cmd, sizeof(cmd), "cd %s && ls .Processed/cur/1.mx:2,S .Replies/cur/2.mx:2,S .Unrecognised/cur/3.mx:2,S >/dev/null"
	    " && test -z \"$(ls new)$(ls cur)\" && test -e .Processed/maildirfolder", md);
	CHECK_INT(system(cmd), 0, "the Maildir has folders of its own");
	CHECK_INT(post_number(p, "SELECT count(*) FROM mailbox WHERE error = '' AND success_at > 0"), 3, "the store knows it");
	CHECK_INT(post_number(p, "SELECT count(*) FROM mailbox WHERE error LIKE '%password%' AND failed_at > 0 AND success_at IS NULL"), 1,
	    "and what is wrong");
	CHECK_INT(post_number(p, "SELECT count(*) FROM inbound WHERE source LIKE 'imap://bounce@127.0.0.1:%/INBOX'"), 3, "where from");

	/* A refused password: told once, tried seldom, at once when there is another one. */
	first = postman_next_at(m, now) - now;
	CHECK(first >= 55 && first <= 65, "the refused password rests a minute");
	make_round(p, m);
	CHECK_INT((int64_t)box_connections(shut), 1, "and is left alone meanwhile");
	CHECK_INT((int64_t)box_connections(imap), 1, "as are the others until their turn");
	put_file(p, "wrong", "third guess\n");
	make_round(p, m);
	CHECK_INT((int64_t)box_connections(shut), 2, "another password is tried at once");
	first = postman_next_at(m, now) - now;
	if (!CHECK(first >= 110 && first <= 130, "then it rests longer"))
		printf("  %lld\n", (long long)first);
	CHECK_INT(lines(log, "error inbound_fault"), 1, "told once");
	put_file(p, "wrong", "other\n");
	make_round(p, m);
	CHECK_STR(postman_fault(m, 0), "", "the right one");
	postman_free(m);

	/* What is left on the server is not read again, by another process either. */
	box_add(pop3, bounce(p, 1, 5));
	m = postman(p);
	t = make_round(p, m);
	CHECK_INT(t.read, 1, "only what is new");
	CHECK_INT((int64_t)box_commands(pop3, "RETR"), 2, "is fetched");
	postman_free(m);
	log_to(-1, LOG_LEVEL_ERROR);
	close(fd);
	box_stop(imap);
	box_stop(pop3);
	box_stop(shut);
	p->conf.inbound_file = "";
}

/* The server dies in the middle of a large mailbox, and again: each bounce counts once. */
static void
test_killed(struct post *p)
{
	static const struct box_fault dies[] = {
		{ "UID FETCH", 3, 1, BOX_CUT, NULL, 9000 }, { "UID MOVE", 5, 1, BOX_HANG_UP, NULL, 0 },
		{ "UID MOVE", 9, 1, BOX_DIE_AFTER, NULL, 0 }, { "SELECT", 2, 1, BOX_HANG_UP, NULL, 0 },
	};
	struct box_peer *imap = box_start(&(struct box_options){ .faults = dies, .n_faults = COUNT_OF(dies) });
	int64_t before = post_number(p, "SELECT count(*) FROM evidence"), rows = post_number(p, "SELECT count(*) FROM inbound");
	struct inbound_tally t;
	struct postman *m;

	for (int i = 0; i < 1000; i++)
		box_add(imap, bounce(p, i % 3, 100 + i / 3));
	p->conf.inbound_url = box_url(imap);
	p->conf.inbound_user = "bounce";
	p->conf.inbound_password_file = put_file(p, "password", "right\n");
	m = postman(p);
	t = make_round(p, m);
	CHECK_STR(postman_fault(m, 0), "", "it goes on after every break");
	CHECK_INT(t.read - t.known, 1000, "all of them");
	CHECK(t.known <= 100, "few are read twice");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence") - before, 1000, "each counts once");
	CHECK_INT(post_number(p, "SELECT count(*) FROM inbound") - rows, 1000, "...");
	CHECK_INT((int64_t)box_count(imap, "INBOX"), 0, "none is left");
	CHECK_INT((int64_t)box_count(imap, "Processed"), 1000, "none is lost, none doubled");
	CHECK((int64_t)box_connections(imap) <= 6, "over few connections");
	postman_free(m);

	/* A folder whose messages stay: the store remembers how far it was read. */
	p->conf.inbound_keep = "yes";
	box_add(imap, bounce(p, 0, 900));
	m = postman(p);
	CHECK_INT(make_round(p, m).read, 1, "one more");
	postman_free(m);
	m = postman(p);
	CHECK_INT(make_round(p, m).read, 0, "which is not read again");
	postman_free(m);
	CHECK_INT(post_number(p, "SELECT last_uid FROM mailbox WHERE uidvalidity = 7"), 1001, "its UID");
	box_renumber(imap);
	m = postman(p);
	t = make_round(p, m);
	CHECK_INT(t.read, 1, "another UIDVALIDITY: read again");
	CHECK_INT(t.known, 1, "and known");
	postman_free(m);
	p->conf.inbound_keep = "no";
	p->conf.inbound_url = "";
	box_stop(imap);
}

int
main(void)
{
	struct post p;

	log_to(-1, LOG_LEVEL_ERROR);
	post_begin(&p);
	test_file(&p);
	test_several(&p);
	test_killed(&p);
	post_end(&p);
	return check_done();
}
