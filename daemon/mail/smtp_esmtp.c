/*
 * One conversation through libesmtp.
 *
 * Messages are fed one by one: when the outcome of one is known, the next is
 * added to the running session from within the callback, so that libesmtp
 * finds it at the end of its list and goes on. At any moment one letter at
 * most has no outcome yet. What the library does not report - AUTH refused, a
 * reply cut short, which command a dropped line cut off - is seen by the
 * monitor, which is shown every octet but those of the messages.
 */
#include <auth-client.h>
#include <ctype.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fiber.h"
#include "base/lang.h"
#include "mail/answer.h"
#include "mail/relay.h"
#include "mail/smtp_tls.h"
#include "mail/tap.h"

#include <libesmtp.h>

#define ENVID_MAX 80		/* libesmtp encodes into 256 octets, at worst three for one */
#define REPLY_MAX 8192
#define ANSWER_MOST_BYTES 65536	/* of one reply, all its lines */

/* A message of the session. Two take turns: libesmtp may still ask about the one before. */
struct letter {
	struct talk *talk;
	smtp_message_t message;
	smtp_recipient_t recipient;
	struct smtp_job job;
	int64_t began_us;
	size_t at;			/* octets handed over */
	bool plain;			/* goes out as it is */
	bool mail_went;			/* MAIL was written */
	bool begun;			/* the message itself was asked for */
	bool told;			/* done() was called */
};

struct talk {
	struct relay *relay;
	const struct smtp_calls *calls;
	smtp_session_t session;
	struct tap tap;
	struct tls_watch tls;
	struct arena arena;		/* for one outcome */
	struct letter letters[2], *now;
	int64_t given;			/* letters so far */
	/* what the monitor saw */
	const char *stage;		/* the command whose reply we wait for */
	struct buf reply;		/* since the last command, before the first MAIL */
	bool reply_cut;			/* the last octets read did not end a line, or "250-" was to go on */
	int64_t asked_us;		/* when something was last asked for or fully handed over */
	size_t heard;			/* octets read since */
	bool had_enough;		/* the reply was too long, and we hung up */
	bool logged_in, refused_login, leaving;
	bool no_8bit;			/* not offered here */
	bool pipelining, chunking, secure;	/* offered, offered; STARTTLS was said */
	bool hung_up;			/* by us, before the message */
	bool promised;			/* this letter's MAIL went out together with its RCPT */
	const char *trouble;		/* why we ended it ourselves; NULL */
};

/* --- outcomes ------------------------------------------------------------ */

static void
tell_outcome(struct talk *t, struct letter *l, struct smtp_outcome *o)
{
	o->duration_ms = (clock_mono_us() - l->began_us) / 1000;
	/* Log in or encrypt first: that is between the relay and us. */
	if (o->verdict != SMTP_ACCEPTED && !l->begun && answer_is_auth(o->code)) {
		o->verdict = SMTP_UNTRIED;
		o->command = "AUTH";
	}
	l->told = true;
	t->calls->done(t->calls->arg, &l->job, o);
	arena_reset(&t->arena);
}

static void
tell(struct talk *t, struct letter *l, enum smtp_verdict v, const char *command, const smtp_status_t *st, const char *text)
{
	struct smtp_outcome o = { .verdict = v, .command = command, .text = text ? text : "" };

	if (st && st->code) {
		const char *reply = st->text ? st->text : "";

		o.code = st->code;
		o.text = answer_clean(&t->arena, reply, strlen(reply));
		if (st->enh_class >= 2 && st->enh_class <= 5 && st->enh_subject >= 0 && st->enh_subject < 1000 &&
		    st->enh_detail >= 0 && st->enh_detail < 1000)
			snprintf(o.enhanced, sizeof(o.enhanced), "%d.%d.%d", st->enh_class, st->enh_subject, st->enh_detail);
		else
			o.text = answer_enhanced(o.text, o.code, o.enhanced);
	}
	tell_outcome(t, l, &o);
}

static const char *
lost(const char *en, const char *vi)
{
	return TR(en, vi);
}

/* --- MAIL, RCPT and DATA in one go -------------------------------------------- */

/*
 * libesmtp waits for the answer to MAIL, although RFC 2920 does not ask for
 * it: a third of the time a message takes. So it is told "250" at once, and
 * what the relay really said is looked at when the answer to RCPT has come.
 */
static const char mail_promise[] = "250 2.1.0 ok\r\n";

/* The real answer: 2, 4 or 5; 0: none yet, or none that means something here. */
static int
mail_answer(const struct talk *t)
{
	const struct tap *w = &t->tap;
	bool known = !w->owed && w->kept_len >= 3 && (w->kept[0] == '2' || w->kept[0] == '4' || w->kept[0] == '5');

	return !t->promised ? 2 : known ? w->kept[0] - '0' : 0;
}

/* Its code. */
static int
tell_mail_refused(struct talk *t, struct letter *l)
{
	struct smtp_outcome o = { .command = "MAIL" };
	int code;

	answer_parse(&t->arena, t->tap.kept, t->tap.kept_len, &o);
	code = o.code;
	o.verdict = answer_verdict(code);
	tell_outcome(t, l, &o);
	return code;
}

/* --- a relay that talks without end ------------------------------------------ */

/* libesmtp limits the wait for each octet and the length of each line, but neither the lines nor the whole. */
static void
now_asked(struct talk *t)
{
	t->asked_us = clock_mono_us();
	t->heard = 0;
}

static void
watch_reply(struct talk *t, int len)
{
	const struct relay *r = t->relay;
	int64_t limit_s = t->now && t->now->begun && !t->now->told ? r->data_timeout_s : r->reply_timeout_s;

	t->heard += (size_t)len;
	if (t->heard > ANSWER_MOST_BYTES || clock_mono_us() - t->asked_us > limit_s * 1000000) {
		t->had_enough = true;
		tap_cut(&t->tap);
	}
}

/* --- feeding ------------------------------------------------------------- */

/* What libesmtp gets to read in place of a message that tap_body sends: it has what it would add. */
static const char stand_in[] = "Date: -\r\nFrom: -\r\nTo: -\r\nMessage-ID: -\r\n\r\n";

static const char *
read_message(void **ctx, int *len, void *arg)
{
	struct letter *l = arg;

	(void)ctx;
	if (!len) {
		l->at = 0;
		return NULL;
	}
	*len = 0;
	/*
	 * With CHUNKING a refused recipient's message may still be asked for: its text is gone. And after a
	 * refused sender the answers to RCPT and DATA may have been read before we hung up.
	 */
	if (l->told || l->at >= l->job.len || l->talk->hung_up) {
		/* The end was asked for: the dot and the flush come next. */
		now_asked(l->talk);
		return NULL;
	}
	if (!l->begun) {
		l->begun = true;
		if (l->talk->calls->begun)
			l->talk->calls->begun(l->talk->calls->arg, &l->job);
	}
	*len = (int)(l->job.len - l->at);
	l->at = l->job.len;
	if (!l->plain || l->talk->secure || l->talk->chunking)
		return l->job.data;
	tap_body(&l->talk->tap, l->job.data, l->job.len);
	*len = (int)sizeof(stand_in) - 1;
	return stand_in;
}

/*
 * Lines end in CRLF, and neither CR nor LF stands alone: what libesmtp would send as it is, others would take for a
 * line. *plain: it can go out as it is, without a dot to be doubled.
 */
static bool
canonical(const char *s, size_t len, bool *plain)
{
	const char *end = s + len;

	*plain = len >= 2 && *s != '.' && end[-1] == '\n';
	for (const char *p = s; (p = memchr(p, '\n', (size_t)(end - p))); p++) {
		if (p == s || p[-1] != '\r')
			return false;
		if (p + 1 < end && p[1] == '.')
			*plain = false;
	}
	for (const char *p = s; (p = memchr(p, '\r', (size_t)(end - p))); p++)
		if (p + 1 == end || p[1] != '\n')
			return false;
	return len < INT32_MAX;
}

struct utf8_letter {
	struct talk *talk;
	const struct smtp_job *job;
};

/* libcurl waits by itself: the other conversations must not wait with it. */
static void
carry_utf8(void *arg)
{
	struct utf8_letter *u = arg;

	curl_one(u->talk->relay, u->talk->calls, u->job);
}

/* A job that can be put on the wire here; those that cannot get their outcome. */
static bool
next_job(struct talk *t, struct smtp_job *j, bool *plain)
{
	for (;;) {
		memset(j, 0, sizeof(*j));
		if (t->given >= t->relay->messages_per_connection || !t->calls->next(t->calls->arg, j))
			return false;
		if (envelope_fault(j->sender, false) || envelope_fault(j->recipient, j->utf8))
			smtp_tell(t->calls, j, SMTP_REFUSED, "MAIL", lost("an address cannot stand in an envelope",
			    "địa chỉ không dùng được trên phong bì thư"));
		else if (!canonical(j->data, j->len, plain))
			smtp_tell(t->calls, j, SMTP_REFUSED, "COMPOSE", lost("a line of the message does not end in CRLF",
			    "có dòng trong thư không kết thúc bằng CRLF"));
		else if (j->utf8)
			fiber_block(carry_utf8, &(struct utf8_letter){ t, j });
		else
			return true;
	}
}

/* The next letter joins the session. False: there is none, the session ends with QUIT. */
static bool
feed(struct talk *t)
{
	struct letter *l = &t->letters[t->given % 2];
	struct smtp_job j;
	bool more, plain;

	tap_leave();
	more = next_job(t, &j, &plain);
	tap_enter(&t->tap);
	if (!more)
		return false;
	*l = (struct letter){ .talk = t, .job = j, .plain = plain, .began_us = clock_mono_us() };
	t->now = l;
	t->given++;
	if (!(l->message = smtp_add_message(t->session)) ||
	    !(l->recipient = smtp_add_recipient(l->message, j.recipient)) ||
	    !smtp_set_reverse_path(l->message, j.sender) || !smtp_set_messagecb(l->message, read_message, l))
		die("libesmtp: no memory");
	smtp_size_set_estimate(l->message, j.len);
	if (j.eight_bit)
		smtp_8bitmime_set_body(l->message, E8bitmime_8BITMIME);
	smtp_dsn_set_ret(l->message, Ret_HDRS);
	smtp_dsn_set_notify(l->recipient, Notify_FAILURE | Notify_DELAY);
	if (j.envid && strlen(j.envid) <= ENVID_MAX && !envelope_fault(j.envid, false))
		smtp_dsn_set_envid(l->message, j.envid);
	return true;
}

/* 421 announces that the relay hangs up; login trouble meets the next one as well. */
static void
feed_after(struct talk *t, int code)
{
	if (code != 421 && !answer_is_auth(code))
		feed(t);
}

static void
tell_and_feed(struct talk *t, const char *command, const smtp_status_t *st)
{
	int code = st->code;

	tell(t, t->now, answer_verdict(code), command, st, NULL);
	feed_after(t, code);
}

/* --- what libesmtp tells us ---------------------------------------------- */

static void
on_mail(struct talk *t, smtp_message_t m)
{
	const smtp_status_t *st = smtp_reverse_path_status(m);

	t->now->mail_went = true;
	if (m == t->now->message && !t->now->told && st->code / 100 != 2)
		tell_and_feed(t, "MAIL", st);
}

/* A refused recipient is an outcome: the DATA that libesmtp sends all the same will be refused as well. */
static void
on_rcpt(struct talk *t, smtp_recipient_t r)
{
	const smtp_status_t *st = smtp_recipient_status(r);

	if (r != t->now->recipient || t->now->told)
		return;
	if (mail_answer(t) == 2) {
		if (st->code / 100 != 2)
			tell_and_feed(t, "RCPT", st);
	} else if (mail_answer(t) && st->code / 100 != 2) {
		feed_after(t, tell_mail_refused(t, t->now));
	} else {
		/* A recipient without a sender, or an answer to MAIL that is none: the message must not go out. */
		t->hung_up = true;
		tap_cut(&t->tap);
	}
}

static void
on_sent(struct talk *t, smtp_message_t m)
{
	struct letter *l = t->now;
	const smtp_status_t *st = smtp_message_transfer_status(m);

	if (m != l->message || l->told || t->hung_up)
		return;
	/* BDAT and a dropped line, or a reply that means nothing here: the session ends, and tell_rest judges. */
	if (st->code / 100 != 2 && st->code / 100 != 4 && st->code / 100 != 5)
		return;
	/* "250 2" and then nothing: the line was cut, and so was what it meant to say. */
	if ((t->reply_cut || t->had_enough) && l->begun) {
		tell(t, l, SMTP_UNCERTAIN, "DOT", NULL, lost("the reply to the message was cut off",
		    "trả lời cho thư bị cắt giữa chừng"));
		return;
	}
	/* DATA itself refused: libesmtp chose its next message before it told us. A new session goes on. */
	if (!l->begun) {
		tell(t, l, st->code / 100 == 5 ? SMTP_REFUSED : SMTP_DEFERRED, "DATA", st, NULL);
		return;
	}
	tell_and_feed(t, "DOT", st);
}

static void
on_event(smtp_session_t session, int event, void *arg, ...)
{
	struct talk *t = arg;
	va_list ap;
	long why;
	int *ok;

	(void)session;
	va_start(ap, arg);
	switch (event) {
	case SMTP_EV_CONNECT:
		t->stage = "CONNECT";
		now_asked(t);
		break;
	case SMTP_EV_MAILSTATUS:
		(void)va_arg(ap, const char *);
		on_mail(t, va_arg(ap, smtp_message_t));
		break;
	case SMTP_EV_RCPTSTATUS:
		(void)va_arg(ap, const char *);
		on_rcpt(t, va_arg(ap, smtp_recipient_t));
		break;
	case SMTP_EV_MESSAGESENT:
		on_sent(t, va_arg(ap, smtp_message_t));
		break;
	case SMTP_EV_INVALID_PEER_CERTIFICATE:
		why = va_arg(ap, long);
		if (!*t->tls.fault)
			snprintf(t->tls.fault, sizeof(t->tls.fault), "%s", X509_verify_cert_error_string(why));
		break;
	case SMTP_EV_WRONG_PEER_CERTIFICATE:
		/* libesmtp knows no IP addresses in certificates; OpenSSL has compared the name already. */
		ok = va_arg(ap, int *);
		*ok = 1;
		break;
	case SMTP_EV_EXTNA_STARTTLS:
		t->stage = "STARTTLS";
		t->trouble = lost("the relay does not offer STARTTLS, and relay_tls requires it",
		    "máy chủ thư không có STARTTLS trong khi relay_tls bắt buộc");
		break;
	default:
		break;
	}
	va_end(ap);
}

/* --- what the monitor shows us ------------------------------------------- */

static bool
begins(const char *buf, int len, const char *word)
{
	size_t n = strlen(word);

	return (size_t)len >= n && strncasecmp(buf, word, n) == 0;
}

/* MAIL is about to go: may it? libesmtp goes on unauthenticated when the login was refused. */
static void
before_mail(struct talk *t, const char *buf, int len)
{
	ASSERT(t->now);
	if (t->relay->user && !t->logged_in) {
		t->stage = "AUTH";
		if (!t->refused_login)
			t->trouble = lost("the relay offers no way to log in", "máy chủ thư không cho đăng nhập");
		tap_cut(&t->tap);
		return;
	}
	t->now->mail_went = true;
	t->stage = "MAIL";
	/* After RSET its answer comes first; under TLS the tap cannot read. */
	t->promised = t->pipelining && !t->secure && begins(buf, len, "MAIL FROM:");
	if (t->promised)
		tap_promise(&t->tap, mail_promise);
}

/* The next command shows that EHLO is over; before STARTTLS it proves nothing. */
static void
after_ehlo(struct talk *t, const char *buf, int len)
{
	if (strcmp(t->stage, "EHLO") != 0 || t->reply.len < 3 || memcmp(t->reply.s, "250", 3) != 0 || begins(buf, len, "STARTTLS"))
		return;
	t->no_8bit = !answer_offers(buf_str(&t->reply), "8BITMIME");
	t->pipelining = answer_offers(buf_str(&t->reply), "PIPELINING");
	t->chunking = answer_offers(buf_str(&t->reply), "CHUNKING");
	relay_found_8bit(t->relay, !t->no_8bit);
}

static void
on_written(struct talk *t, const char *buf, int len)
{
	static const struct { const char *word, *stage; } commands[] = {
		{ "EHLO", "EHLO" }, { "HELO", "EHLO" }, { "STARTTLS", "STARTTLS" }, { "AUTH", "AUTH" },
	};

	now_asked(t);
	after_ehlo(t, buf, len);
	if (begins(buf, len, "MAIL FROM:") || begins(buf, len, "RSET\r\nMAIL FROM:")) {
		before_mail(t, buf, len);
		return;
	}
	t->secure = t->secure || begins(buf, len, "STARTTLS");
	t->leaving = begins(buf, len, "QUIT");
	if (strcmp(t->stage, "MAIL") == 0 || t->leaving)
		return;
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (begins(buf, len, commands[i].word))
			t->stage = commands[i].stage;
	if (!t->refused_login || begins(buf, len, "AUTH"))
		buf_clear(&t->reply);
}

/* Is the last line one of "250-"? */
static bool
goes_on(const char *buf, int len)
{
	const char *nl = memrchr(buf, '\n', (size_t)len - 1), *line = nl ? nl + 1 : buf;

	return buf + len - line > 4 && line[3] == '-';
}

static void
on_read(struct talk *t, const char *buf, int len)
{
	t->reply_cut = buf[len - 1] != '\n' || goes_on(buf, len);
	watch_reply(t, len);
	if (strcmp(t->stage, "MAIL") == 0 || t->leaving)
		return;
	buf_add(&t->reply, buf, (size_t)len);
	if (strcmp(t->stage, "AUTH") == 0 && t->reply.len >= 3 && !t->logged_in) {
		t->logged_in = t->reply.s[0] == '2';
		t->refused_login = t->reply.s[0] == '4' || t->reply.s[0] == '5';
	}
}

static void
on_monitor(const char *buf, int len, int writing, void *arg)
{
	if (len <= 0)
		return;
	if (writing == SMTP_CB_WRITING)
		on_written(arg, buf, len);
	else if (writing == SMTP_CB_READING)
		on_read(arg, buf, len);
}

/* --- setting up ----------------------------------------------------------- */

static int
on_login(auth_client_request_t request, char **result, int fields, void *arg)
{
	const struct relay *r = arg;

	for (int i = 0; i < fields; i++)
		result[i] = (char *)(uintptr_t)(request[i].flags & AUTH_PASS ? r->password :
		    request[i].flags & AUTH_USER ? r->user : NULL);
	return 1;
}

static void
init_once(void)
{
	auth_client_init();
}

static void
set_timeouts(smtp_session_t s, const struct relay *r)
{
	const int any = Timeout_OVERRIDE_RFC2822_MINIMUM;
	long reply_ms = (long)r->reply_timeout_s * 1000;

	smtp_set_timeout(s, Timeout_GREETING | any, reply_ms);
	smtp_set_timeout(s, Timeout_ENVELOPE | any, reply_ms);
	smtp_set_timeout(s, Timeout_DATA | any, reply_ms);
	smtp_set_timeout(s, Timeout_TRANSFER | any, reply_ms);
	smtp_set_timeout(s, Timeout_DATA2 | any, (long)r->data_timeout_s * 1000);
}

struct handles {
	SSL_CTX *ssl;
	auth_context_t auth;
};

static int
set_up(struct talk *t, struct handles *h, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct relay *r = t->relay;
	char server[300];

	pthread_once(&once, init_once);
	if (!(t->session = smtp_create_session()))
		die("libesmtp: no memory");
	snprintf(server, sizeof(server), "%s:%s", r->host, r->port);
	smtp_set_server(t->session, server);
	if (r->helo)
		smtp_set_hostname(t->session, r->helo);
	set_timeouts(t->session, r);
	smtp_set_eventcb(t->session, on_event, t);
	smtp_set_monitorcb(t->session, on_monitor, t, 0);
	if (r->tls == TLS_NONE) {
		smtp_starttls_enable(t->session, Starttls_DISABLED);
	} else {
		t->tls.host = r->host;
		if (!(h->ssl = tls_context(r->trust, &t->tls, e)))
			return -1;
		smtp_starttls_set_ctx(t->session, h->ssl);
		smtp_starttls_enable(t->session, r->tls == TLS_REQUIRE ? Starttls_REQUIRED : Starttls_ENABLED);
	}
	if (r->user) {
		if (!(h->auth = auth_create_context()))
			die("libesmtp: no memory");
		auth_set_mechanism_flags(h->auth, AUTH_PLUGIN_PLAIN, 0);
		auth_set_interact_cb(h->auth, on_login, r);
		smtp_auth_set_context(t->session, h->auth);
	}
	return 0;
}

/* --- the end -------------------------------------------------------------- */

/* The relay did not let us in: at which door, and in whose words. */
static void
tell_trouble(struct talk *t, struct letter *l, bool connected)
{
	struct smtp_outcome o = { .verdict = SMTP_UNTRIED, .command = t->stage };
	char room[200] = "";
	const char *why = "";

	if (t->reply.len)
		answer_parse(&t->arena, buf_str(&t->reply), t->reply.len, &o);
	if (!connected)
		why = t->tap.error ? strerror_r(t->tap.error, room, sizeof(room)) :
		    smtp_strerror(smtp_errno(), room, sizeof(room));
	else if (strcmp(t->stage, "STARTTLS") == 0 && o.code / 100 == 2)
		why = *t->tls.fault ? t->tls.fault : lost("the TLS handshake failed", "bắt tay TLS không thành công");
	else if (!t->trouble && !o.code)
		why = lost("no proper reply, or none in time", "không có trả lời hợp lệ, hoặc quá hạn chờ");
	if (!why)
		why = lost("the relay cannot be reached", "không tới được máy chủ thư");
	if (t->trouble || *why) {
		o.code = 0;
		o.enhanced[0] = '\0';
		o.text = t->trouble ? t->trouble : why;
	} else if (o.code / 100 == 2 || o.code / 100 == 3) {
		o.code = 0;
		o.text = lost("the relay ended the connection", "máy chủ thư ngắt kết nối");
	}
	l->told = true;
	t->calls->done(t->calls->arg, &l->job, &o);
}

/* The session is over and a letter has no outcome: how far had it come? libesmtp.md section 3. */
static void
tell_rest(struct talk *t, bool connected)
{
	struct letter *l = t->now;
	const smtp_status_t *mail = smtp_reverse_path_status(l->message), *rcpt = smtp_recipient_status(l->recipient),
	    *data = smtp_message_transfer_status(l->message);
	int mail_code = mail_answer(t) == 2 ? mail->code : 0;

	if (!l->begun && t->promised && mail_answer(t) > 2) {
		tell_mail_refused(t, l);
	} else if (l->begun && (rcpt->code == 0 || rcpt->code / 100 == 2)) {
		if (!t->had_enough && !t->reply_cut && (data->code / 100 == 2 || data->code / 100 == 4 || data->code / 100 == 5))
			tell(t, l, answer_verdict(data->code), "DOT", data, NULL);
		else
			tell(t, l, SMTP_UNCERTAIN, "DOT", NULL, lost("the connection was lost before the reply to the message",
			    "mất kết nối trước khi có trả lời cho thư"));
	} else if (mail_code && (data->code / 100 == 4 || data->code / 100 == 5)) {
		tell(t, l, answer_verdict(data->code), "DATA", data, NULL);
	} else if (mail_code && rcpt->code / 100 == 2) {
		tell(t, l, SMTP_DEFERRED, "DATA", NULL, lost("the connection was lost at DATA", "mất kết nối ở bước DATA"));
	} else if (mail_code / 100 == 2) {
		tell(t, l, SMTP_DEFERRED, "RCPT", NULL, lost("the connection was lost at RCPT", "mất kết nối ở bước RCPT"));
	} else if (l->mail_went && t->given == 1 && strcmp(t->stage, "MAIL") == 0) {
		tell(t, l, SMTP_DEFERRED, "MAIL", NULL, lost("the connection was lost at MAIL", "mất kết nối ở bước MAIL"));
	} else if (t->given == 1 && l->job.eight_bit && t->no_8bit) {
		tell(t, l, SMTP_UNTRIED, "", NULL, NULL);	/* libesmtp has left: it is to be made anew */
	} else if (t->given == 1) {
		tell_trouble(t, l, connected);
	} else {
		tell(t, l, SMTP_UNTRIED, "", NULL, NULL);
	}
}

int
esmtp_session(struct relay *r, const struct smtp_calls *calls, struct err *e)
{
	struct talk t = { .relay = r, .calls = calls, .stage = "CONNECT", .reply = BUF_INIT(REPLY_MAX),
	    .tap = { .timeout_s = r->connect_timeout_s } };
	struct handles h = { .ssl = NULL };
	struct smtp_job first;
	bool plain;
	int rc = -1;

	if (set_up(&t, &h, e) == 0) {
		rc = 0;
		if (feed(&t))
			smtp_start_session(t.session);
		tap_leave();
		if (t.now && !t.now->told)
			tell_rest(&t, t.tap.connected);
	} else if (next_job(&t, &first, &plain)) {
		smtp_tell(calls, &first, SMTP_UNTRIED, "STARTTLS", e->text);
	}
	smtp_destroy_session(t.session);
	if (h.auth)
		auth_destroy_context(h.auth);
	SSL_CTX_free(h.ssl);
	buf_release(&t.reply);
	arena_release(&t.arena);
	return rc;
}
