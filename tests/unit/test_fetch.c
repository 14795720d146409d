/* Mailboxes that break in every way: what is read counts once, and is moved only when it was recorded. */
#include "support/check.h"

#include "support/box_peer.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "mail/fetch.h"

/* What a store would do: it knows a message by its text. */
struct keeper {
	struct arena arena;
	const char *known[2000];
	size_t n, again, batches;
	size_t largest;			/* bytes in one batch */
	struct fetch_place place;
	const char *uidl[200];
	size_t n_uidl;
	int fail_after;			/* batches; 0: never */
	struct err e;
};

static int
take(void *arg, struct fetched *list, size_t n, struct err *e)
{
	struct keeper *k = arg;
	size_t bytes = 0;

	k->batches++;
	if (k->fail_after && k->batches > (size_t)k->fail_after)
		return err_set(e, ERR_STORE, "the store is full");
	for (size_t i = 0; i < n; i++) {
		size_t at = 0;

		bytes += list[i].len;
		while (at < k->n && (strlen(k->known[at]) != list[i].len || memcmp(k->known[at], list[i].msg, list[i].len) != 0))
			at++;
		list[i].known = at < k->n;
		k->again += at < k->n;
		if (at == k->n && k->n < COUNT_OF(k->known))
			k->known[k->n++] = arena_ndup(&k->arena, list[i].msg, list[i].len);
		list[i].fate = memmem(list[i].msg, list[i].len, "odd", 3) ? FETCH_UNRECOGNISED :
		    memmem(list[i].msg, list[i].len, "person", 6) ? FETCH_REPLY : FETCH_PROCESSED;
		if (*list[i].uidl && k->n_uidl < COUNT_OF(k->uidl))
			k->uidl[k->n_uidl++] = arena_dup(&k->arena, list[i].uidl);
	}
	k->largest = bytes > k->largest ? bytes : k->largest;
	return 0;
}

static int
at(void *arg, const struct fetch_place *place, struct err *e)
{
	(void)e;
	((struct keeper *)arg)->place = *place;
	return 0;
}

static int
listed(void *arg, struct fetch_listed *list, size_t n, struct err *e)
{
	struct keeper *k = arg;

	(void)e;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < k->n_uidl; j++)
			list[i].known |= strcmp(k->uidl[j], list[i].uidl) == 0;
	return 0;
}

static struct fetch
wish(struct keeper *k, struct box_peer *p)
{
	return (struct fetch){ .url = box_url(p), .user = "bounce", .password = "right", .ca_file = "",
	    .folder = { "Processed", "Unrecognised", "Replies" }, .max_bytes = 65536, .answer_ms = 400, .pause_ms = 1,
	    .place = k->place, .take = take, .at = at, .listed = listed, .arg = k };
}

static int
visit(struct keeper *k, struct box_peer *p, bool keep)
{
	struct fetch f = wish(k, p);

	f.keep = keep;
	k->e = (struct err)ERR_INIT;
	return fetch_all(&f, &k->e);
}

static void
fill(struct box_peer *p, int n)
{
	char msg[128];

	for (int i = 0; i < n; i++) {
		snprintf(msg, sizeof(msg), "Subject: %s %d\r\n\r\n* 1 FETCH (UID 9 BODY[] {5}\r\nt4 OK done\r\n.\r\n",
		    i % 10 == 3 ? "odd" : i % 10 == 7 ? "person" : "bounce", i);
		box_add(p, msg);
	}
}

static void
fresh(struct keeper *k)
{
	arena_release(&k->arena);
	*k = (struct keeper){ .arena = ARENA_INIT };
}

/* ---- every kind of break ---- */

#define T "%T "

static const struct broken {
	const char *label;
	struct box_fault fault;
	bool fails;			/* the visit ends with an error */
	size_t again;			/* messages that are read twice at most */
} imap_breaks[] = {
	{ "the greeting never comes", { "GREETING", 0, 1, BOX_STALL, NULL, 0 }, false, 0 },
	{ "BYE as a greeting", { "GREETING", 0, 1, BOX_HANG_UP, "* BYE too busy\r\n", 0 }, false, 0 },
	{ "garbage as a greeting", { "GREETING", 0, 1, BOX_HANG_UP, "SSH-2.0-OpenSSH\r\n", 0 }, false, 0 },
	{ "hangs up at CAPABILITY", { "CAPABILITY", 0, 1, BOX_HANG_UP, NULL, 0 }, false, 0 },
	{ "hangs up at SELECT", { "SELECT", 0, 1, BOX_HANG_UP, NULL, 0 }, false, 0 },
	{ "SELECT: NO", { "SELECT", 0, 1, BOX_INSTEAD, T "NO not today\r\n", 0 }, true, 0 },
	{ "SELECT: BAD", { "SELECT", 0, 1, BOX_INSTEAD, T "BAD what?\r\n", 0 }, true, 0 },
	{ "dies in the list", { "UID FETCH 1:", 0, 1, BOX_CUT, NULL, 90 }, false, 0 },
	{ "dies in the middle of a literal", { "UID FETCH 1,", 0, 1, BOX_CUT, NULL, 700 }, false, 0 },
	{ "dies before a literal", { "UID FETCH 1,", 0, 1, BOX_CUT, NULL, 20 }, false, 0 },
	{ "stalls in the middle of a literal", { "UID FETCH 1,", 0, 1, BOX_STALL,
	    "* 1 FETCH (UID 1 BODY[]<0> {50}\r\nSubject: bou", 0 }, false, 0 },
	{ "a literal without end", { "UID FETCH 1,", 0, 1, BOX_INSTEAD,
	    "* 1 FETCH (UID 1 BODY[]<0> {99999999999999}\r\nSubject: x\r\n", 0 }, false, 0 },
	{ "babbles", { "UID FETCH 1,", 0, 1, BOX_BABBLE, "* 1 FETCH (FLAGS (\\Seen))\r\n", 0 }, false, 0 },
	{ "a line without end", { "UID FETCH 1,", 0, 1, BOX_BABBLE, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 0 }, false, 0 },
	{ "garbage", { "UID FETCH 1,", 0, 1, BOX_INSTEAD, "HTTP/1.1 200 OK\r\n", 0 }, false, 0 },
	{ "a continuation that nobody asked for", { "UID FETCH 1,", 0, 1, BOX_INSTEAD, "+ go on\r\n", 0 }, false, 0 },
	{ "BYE while reading", { "UID FETCH 1,", 0, 1, BOX_HANG_UP, "* BYE shutting down\r\n", 0 }, false, 0 },
	{ "NO while reading", { "UID FETCH 1,", 0, 1, BOX_INSTEAD, T "NO [SERVERBUG] oops\r\n", 0 }, false, 0 },
	{ "dies before MOVE", { "UID MOVE", 0, 1, BOX_HANG_UP, NULL, 0 }, false, 30 },
	{ "moves, and dies before it says so", { "UID MOVE", 3, 1, BOX_DIE_AFTER, NULL, 0 }, false, 25 },
	{ "BYE at MOVE", { "UID MOVE", 0, 1, BOX_HANG_UP, "* BYE\r\n", 0 }, false, 30 },
	{ "hangs up at LOGOUT", { "LOGOUT", 0, 1, BOX_HANG_UP, NULL, 0 }, false, 0 },
};

static void
test_imap_breaks(void)
{
	struct keeper k = { .arena = ARENA_INIT };

	for (size_t i = 0; i < COUNT_OF(imap_breaks); i++) {
		const struct broken *b = &imap_breaks[i];
		struct box_options o = { .faults = &b->fault, .n_faults = 1 };
		struct box_peer *p = box_start(&o);
		int rc;

		fresh(&k);
		fill(p, 30);
		rc = visit(&k, p, false);
		if (!CHECK_INT(rc, b->fails ? -1 : 0, b->label))
			printf("  %s\n", k.e.text);
		if (b->fails) {
			CHECK_INT((int64_t)box_connections(p), 1, "a server that says no is not asked again at once");
			CHECK_INT(visit(&k, p, false), 0, "the next visit goes well");
		}
		CHECK_INT((int64_t)k.n, 30, b->label);
		CHECK(k.again <= b->again, b->label);
		CHECK_INT((int64_t)box_count(p, "INBOX"), 0, b->label);
		CHECK_INT((int64_t)box_count(p, "Processed"), 24, b->label);
		CHECK_INT((int64_t)box_count(p, "Unrecognised"), 3, b->label);
		CHECK_INT((int64_t)box_count(p, "Replies"), 3, b->label);
		box_stop(p);
	}
	fresh(&k);
}

static const struct broken copy_breaks[] = {
	{ "dies before COPY", { "UID COPY", 0, 1, BOX_HANG_UP, NULL, 0 }, false, 30 },
	{ "dies before STORE", { "UID STORE", 0, 1, BOX_HANG_UP, NULL, 0 }, false, 30 },
	{ "dies after STORE", { "UID STORE", 0, 1, BOX_DIE_AFTER, NULL, 0 }, false, 30 },
	{ "dies before EXPUNGE", { "UID EXPUNGE", 0, 1, BOX_HANG_UP, NULL, 0 }, false, 30 },
	{ "dies after EXPUNGE", { "UID EXPUNGE", 0, 1, BOX_DIE_AFTER, NULL, 0 }, false, 30 },
};

/* Without MOVE: what was copied and marked is not copied again. */
static void
test_copy(void)
{
	struct keeper k = { .arena = ARENA_INIT };
	struct box_options plain = { .capability = "IMAP4rev1" };
	struct box_peer *p = box_start(&plain);

	fill(p, 30);
	CHECK_INT(visit(&k, p, false), 0, k.e.text);
	CHECK_INT((int64_t)box_count(p, "INBOX"), 0, "a server without UIDPLUS: EXPUNGE");
	CHECK_INT((int64_t)box_count(p, "Processed"), 24, "copied");
	box_stop(p);
	for (size_t i = 0; i < COUNT_OF(copy_breaks); i++) {
		const struct broken *b = &copy_breaks[i];
		struct box_options o = { .capability = "IMAP4rev1 UIDPLUS", .faults = &b->fault, .n_faults = 1 };

		p = box_start(&o);
		fresh(&k);
		fill(p, 30);
		CHECK_INT(visit(&k, p, false), 0, b->label);
		CHECK_INT((int64_t)k.n, 30, b->label);
		CHECK(k.again <= b->again, b->label);
		CHECK_INT((int64_t)box_count(p, "INBOX"), 0, b->label);
		/* Between COPY and STORE nothing tells that it was copied: only there a second copy can come. */
		if (strcmp(b->fault.command, "UID STORE") != 0 || b->fault.then == BOX_DIE_AFTER)
			CHECK_INT((int64_t)box_count(p, "Processed"), 24, b->label);
		box_stop(p);
	}
	fresh(&k);
}

/* A message that kills the connection whenever it is read must not hold up those behind it. */
static void
test_poison(void)
{
	static const struct box_fault dies = { "UID FETCH 5 ", 0, 0, BOX_CUT, NULL, 30 };
	static const struct box_fault batch = { "UID FETCH 1,", 0, 0, BOX_CUT, NULL, 900 };
	static const struct box_fault no = { "UID FETCH 5 ", 0, 0, BOX_INSTEAD, T "NO cannot read it\r\n", 0 };
	const struct box_fault both[] = { dies, batch }, said[] = { no, { "UID FETCH 1,", 0, 0, BOX_INSTEAD, T "NO no\r\n", 0 } };
	struct keeper k = { .arena = ARENA_INIT };
	struct box_peer *p = box_start(&(struct box_options){ .faults = both, .n_faults = 2 });

	fill(p, 12);
	CHECK_INT(visit(&k, p, false), 0, k.e.text);
	CHECK_INT((int64_t)k.n, 11, "all but the one that breaks the line");
	CHECK_INT((int64_t)box_count(p, "INBOX"), 1, "which stays where it is");
	box_faults(p, NULL, 0);
	CHECK_INT(visit(&k, p, false), 0, "the next visit");
	CHECK_INT((int64_t)k.n, 12, "... reads it");
	box_stop(p);
	fresh(&k);
	p = box_start(&(struct box_options){ .faults = said, .n_faults = 2 });
	fill(p, 12);
	CHECK_INT(visit(&k, p, false), 0, k.e.text);
	CHECK_INT((int64_t)k.n, 11, "a message that the server cannot give");
	CHECK_INT((int64_t)box_connections(p), 1, "... over one connection");
	box_stop(p);
	/* A server that is gone for good: an end, and an error. */
	fresh(&k);
	p = box_start(&(struct box_options){ .faults = &(struct box_fault){ "SELECT", 0, 0, BOX_HANG_UP, NULL, 0 }, .n_faults = 1 });
	fill(p, 3);
	CHECK_INT(visit(&k, p, false), -1, "a line that always breaks");
	CHECK_INT(k.e.code, ERR_NETWORK, k.e.text);
	CHECK(box_connections(p) <= 5, "... is not opened for ever");
	box_stop(p);
	fresh(&k);
}

static void
test_store_fails(void)
{
	struct keeper k = { .arena = ARENA_INIT, .fail_after = 1 };
	struct box_peer *p = box_start(&(struct box_options){ 0 });

	fill(p, 120);
	CHECK_INT(visit(&k, p, false), -1, "the store cannot take the second batch");
	CHECK_INT(k.e.code, ERR_STORE, "its own error");
	CHECK_INT((int64_t)box_connections(p), 1, "another connection would not help");
	CHECK_INT((int64_t)k.n, 50, "what was taken");
	CHECK_INT((int64_t)box_count(p, "INBOX"), 70, "... has moved, the others have not");
	k.fail_after = 0;
	CHECK_INT(visit(&k, p, false), 0, "later");
	CHECK_INT((int64_t)k.n, 120, "all of them");
	CHECK_INT((int64_t)k.again, 0, "none twice");
	box_stop(p);
	fresh(&k);
}

/* Messages that stay: by UID and UIDVALIDITY. */
static void
test_keep(void)
{
	struct keeper k = { .arena = ARENA_INIT };
	struct box_peer *p = box_start(&(struct box_options){ 0 });
	size_t fetches;

	fill(p, 70);
	CHECK_INT(visit(&k, p, true), 0, k.e.text);
	CHECK_INT((int64_t)k.n, 70, "read");
	CHECK_INT((int64_t)box_count(p, "INBOX"), 70, "and left where they are");
	CHECK_INT(k.place.last_uid, 70, "up to here");
	fetches = box_commands(p, "UID FETCH");
	CHECK_INT(visit(&k, p, true), 0, "again");
	CHECK_INT((int64_t)(box_commands(p, "UID FETCH") - fetches), 0, "nothing is read again");
	box_add(p, "Subject: new\r\n\r\n");
	CHECK_INT(visit(&k, p, true), 0, "one more");
	CHECK_INT((int64_t)k.n, 71, "is read");
	CHECK_INT((int64_t)k.again, 0, "alone");
	box_renumber(p);
	CHECK_INT(visit(&k, p, true), 0, "another UIDVALIDITY");
	CHECK_INT((int64_t)k.again, 71, "all are read again");
	CHECK_INT((int64_t)k.n, 71, "and none counts twice");
	CHECK_INT(k.place.uidvalidity, 8, "remembered");
	box_stop(p);

	/* Nobody lets us make the folders: what cannot be moved is not read again, what can be is moved. */
	fresh(&k);
	p = box_start(&(struct box_options){ .no_create = true });
	fill(p, 30);
	CHECK_INT(visit(&k, p, false), 0, k.e.text);
	CHECK_INT((int64_t)box_count(p, "INBOX"), 30, "they stay");
	CHECK_INT(visit(&k, p, false), 0, "again");
	CHECK_INT((int64_t)k.again, 0, "not read again");
	box_add(p, "Subject: new\r\n\r\n");
	CHECK_INT(visit(&k, p, false), 0, "one more");
	CHECK_INT((int64_t)k.n, 31, "is");
	box_stop(p);

	/* A mailbox that may only be read. */
	fresh(&k);
	p = box_start(&(struct box_options){ .faults = &(struct box_fault){ "UID STORE", 0, 0, BOX_INSTEAD,
	    T "NO [READ-ONLY] no\r\n", 0 }, .n_faults = 1, .capability = "IMAP4rev1" });
	fill(p, 70);
	CHECK_INT(visit(&k, p, false), 0, k.e.text);
	CHECK_INT((int64_t)box_count(p, "INBOX"), 70, "nothing can be deleted");
	CHECK_INT((int64_t)box_count(p, "Processed"), 40, "copies are not made over and over");
	CHECK_INT(k.place.last_uid, 70, "remembered");
	CHECK_INT(visit(&k, p, false), 0, "again");
	CHECK_INT((int64_t)k.again, 0, "not read again");
	box_stop(p);
	fresh(&k);
}

static void
test_many(void)
{
	struct keeper k = { .arena = ARENA_INIT };
	struct box_peer *p = box_start(&(struct box_options){ 0 });
	struct buf big = BUF_INIT(1u << 20);
	struct fetch f = wish(&k, p);

	fill(p, 400);
	buf_str_add(&big, "Subject: bounce, long\r\n\r\n");
	for (int i = 0; i < 4000; i++)
		buf_str_add(&big, "This line is repeated.\r\n");
	for (int i = 0; i < 40; i++)
		box_add(p, buf_str(&big));
	f.folder[FETCH_PROCESSED] = "";
	CHECK_INT(fetch_all(&f, &k.e), 0, k.e.text);
	CHECK_INT((int64_t)box_connections(p), 1, "over one connection");
	CHECK_INT((int64_t)k.n, 401, "all of them");
	CHECK_INT((int64_t)strlen(k.known[400]), 65536, "of a long one the beginning");
	CHECK(k.batches >= 9 && k.batches <= 12, "in batches");
	CHECK(k.largest <= (1u << 20) + 65536, "... that are not large");
	CHECK_INT((int64_t)box_count(p, "INBOX"), 0, "no folder: deleted");
	CHECK_INT((int64_t)box_count(p, "Processed"), 0, "...");
	buf_release(&big);
	box_stop(p);
	fresh(&k);
}

static void
test_password(void)
{
	struct keeper k = { .arena = ARENA_INIT };
	struct box_peer *p = box_start(&(struct box_options){ .password = "another" });

	CHECK_INT(visit(&k, p, false), -1, "a wrong password");
	CHECK_INT(k.e.code, ERR_AUTH, k.e.text);
	CHECK_INT((int64_t)box_connections(p), 1, "is not tried again at once");
	box_stop(p);
	p = box_start(&(struct box_options){ .pop3 = true, .password = "another" });
	CHECK_INT(visit(&k, p, false), -1, "over POP3, too");
	CHECK_INT(k.e.code, ERR_AUTH, k.e.text);
	box_stop(p);
	/* TLS that is none. */
	p = box_start(&(struct box_options){ .faults = &(struct box_fault){ "GREETING", 0, 0, BOX_HANG_UP, "* OK plain\r\n", 0 },
	    .n_faults = 1 });
	{
		struct fetch f = wish(&k, p);
		char url[64];

		snprintf(url, sizeof(url), "imaps%s", box_url(p) + 4);
		f.url = url;
		k.e = (struct err)ERR_INIT;
		CHECK_INT(fetch_all(&f, &k.e), -1, "a server without TLS");
		CHECK(strstr(k.e.text, "127.0.0.1"), k.e.text);
	}
	box_stop(p);
	/* Nobody listens any more. */
	p = box_start(&(struct box_options){ 0 });
	{
		struct fetch f = wish(&k, p);
		char url[64];

		snprintf(url, sizeof(url), "%s", box_url(p));
		f.url = url;
		box_stop(p);
		k.e = (struct err)ERR_INIT;
		CHECK_INT(fetch_all(&f, &k.e), -1, "nobody listens");
		CHECK_INT(k.e.code, ERR_NETWORK, k.e.text);
	}
	fresh(&k);
}

/* ---- POP3 ---- */

static const struct broken pop3_breaks[] = {
	{ "the greeting never comes", { "GREETING", 0, 1, BOX_STALL, NULL, 0 }, false, 0 },
	{ "-ERR as a greeting", { "GREETING", 0, 1, BOX_HANG_UP, "-ERR busy\r\n", 0 }, false, 0 },
	{ "STAT: -ERR", { "STAT", 0, 1, BOX_INSTEAD, "-ERR locked\r\n", 0 }, true, 0 },
	{ "garbage", { "STAT", 0, 1, BOX_INSTEAD, "250 hello\r\n", 0 }, false, 0 },
	{ "dies in the list", { "LIST", 0, 1, BOX_CUT, NULL, 30 }, false, 0 },
	{ "dies in a message", { "RETR 3", 0, 1, BOX_CUT, NULL, 30 }, false, 0 },
	{ "stalls in a message", { "RETR 3", 0, 1, BOX_STALL, "+OK\r\nSubject: b", 0 }, false, 0 },
	{ "a message without end", { "RETR 3", 0, 1, BOX_BABBLE, "blah blah blah blah blah blah\r\n", 0 }, false, 0 },
	{ "dies at DELE", { "DELE 4", 0, 1, BOX_HANG_UP, NULL, 0 }, false, 30 },
	{ "dies before QUIT", { "QUIT", 0, 1, BOX_HANG_UP, NULL, 0 }, false, 30 },
	{ "dies after QUIT", { "QUIT", 0, 1, BOX_DIE_AFTER, NULL, 0 }, false, 0 },
};

static void
test_pop3(void)
{
	static const struct box_fault poison = { "RETR 5", 0, 0, BOX_CUT, NULL, 10 };
	struct keeper k = { .arena = ARENA_INIT };
	struct box_peer *p;
	size_t retrieved;

	for (size_t i = 0; i < COUNT_OF(pop3_breaks); i++) {
		const struct broken *b = &pop3_breaks[i];

		p = box_start(&(struct box_options){ .pop3 = true, .faults = &b->fault, .n_faults = 1 });
		fresh(&k);
		fill(p, 30);
		if (!CHECK_INT(visit(&k, p, false), b->fails ? -1 : 0, b->label))
			printf("  %s\n", k.e.text);
		if (b->fails)
			CHECK_INT(visit(&k, p, false), 0, "the next visit goes well");
		CHECK_INT((int64_t)k.n, 30, b->label);
		CHECK(k.again <= b->again, b->label);
		CHECK_INT((int64_t)box_count(p, "INBOX"), 0, b->label);
		box_stop(p);
	}

	fresh(&k);
	p = box_start(&(struct box_options){ .pop3 = true });
	fill(p, 60);
	CHECK_INT(visit(&k, p, true), 0, k.e.text);
	CHECK_INT((int64_t)k.n, 60, "left on the server, read");
	CHECK(strstr(k.known[0], "\r\n.\r\n"), "dots unstuffed");
	retrieved = box_commands(p, "RETR");
	box_add(p, "Subject: new\r\n\r\n");
	CHECK_INT(visit(&k, p, true), 0, "again");
	CHECK_INT((int64_t)(box_commands(p, "RETR") - retrieved), 1, "by UIDL: only the new one");
	CHECK_INT((int64_t)box_count(p, "INBOX"), 61, "all are there");
	CHECK_INT(visit(&k, p, false), 0, "kept no longer");
	CHECK_INT((int64_t)box_count(p, "INBOX"), 0, "deleted");
	CHECK_INT((int64_t)k.n, 61, "none counts twice");
	box_stop(p);

	fresh(&k);
	p = box_start(&(struct box_options){ .pop3 = true, .no_uidl = true });
	fill(p, 3);
	CHECK_INT(visit(&k, p, true), -1, "what was read cannot be told: no UIDL");
	CHECK(strstr(k.e.text, "UIDL"), k.e.text);
	CHECK_INT(visit(&k, p, false), 0, "deleted, it can");
	box_stop(p);

	fresh(&k);
	p = box_start(&(struct box_options){ .pop3 = true, .faults = &poison, .n_faults = 1 });
	fill(p, 12);
	CHECK_INT(visit(&k, p, false), 0, k.e.text);
	CHECK_INT((int64_t)k.n, 11, "all but the one that breaks the line");
	CHECK_INT((int64_t)box_count(p, "INBOX"), 1, "which stays");
	box_stop(p);

	fresh(&k);
	p = box_start(&(struct box_options){ .pop3 = true });
	fill(p, 1200);
	CHECK_INT(visit(&k, p, false), 0, k.e.text);
	CHECK_INT((int64_t)k.n, 1200, "many");
	CHECK_INT((int64_t)box_connections(p), 3, "so that deletions hold, the session is renewed now and then");
	box_stop(p);
	fresh(&k);
}

int
main(void)
{
	log_to(-1, LOG_LEVEL_ERROR);
	test_imap_breaks();
	test_copy();
	test_poison();
	test_store_fails();
	test_keep();
	test_many();
	test_password();
	test_pop3();
	return check_done();
}
