#include "web/live.h"

#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/board.h"
#include "store/user.h"
#include "web/session.h"
#include "web/view.h"

#define TICK_US 1000000
#define STREAMS_MOST (2 * LIVE_MOST)	/* with those that have ended and are not gone yet */
#define END_MS 1000		/* for those who have to hear that it ends */
#define BLOCK_BYTES 4096
#define EVENT_STREAM "text/event-stream; charset=utf-8"
#define BEGINS "retry: 3000\n\n"
#define BEAT ": \n\n"

struct text {			/* what is told; several may be at it */
	int users;
	size_t len;
	char s[];
};

struct channel {		/* of a campaign, in a language */
	char key[PATH_SEG_MAX + 1];	/* [c] */
	enum lang lang;		/* [c] */
	struct text *now;	/* [q] NULL: nothing yet */
	uint64_t seq;		/* [q] of now */
	int streams;		/* [q] */
	bool gone;		/* [q] there is no such campaign any more */
	struct channel *next;	/* [q] only the herald takes one out */
};

struct stream {
	struct live *live;		/* [c] */
	struct channel *channel;	/* [c] */
	struct MHD_Connection *connection;	/* [c] */
	char session[65];		/* [c] key; "": nobody logs in */
	struct text *at;		/* [q] what is being told; NULL: nothing */
	size_t off;			/* [q] in it */
	uint64_t seq;			/* [q] of the last one */
	int64_t said_us;		/* [q] when something was last told */
	bool waits;			/* [q] the connection is suspended */
	bool beat, ended;		/* [q] */
	struct stream *next;		/* [q] */
};

/* [c] constant after start, [q] under lock. */
struct live {
	struct site *site;		/* [c] */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work, gone;	/* of lock */
	struct channel *channels;	/* [q] */
	struct stream *streams;		/* [q] */
	int n;				/* [q] streams */
	bool ending;			/* [q] */
};

struct allowed { const char *key; struct allowed *next; };	/* a session that may go on */
struct all_allowed { struct arena *arena; struct allowed *list; };

/* --- texts, under the lock --------------------------------------------------------- */

static struct text *
text_new(const char *s, size_t len)
{
	struct text *t = mem_alloc(sizeof(*t) + len);

	t->users = 1;
	t->len = len;
	memcpy(t->s, s, len);
	return t;
}

static void
text_drop(struct text *t)
{
	if (t && --t->users == 0)
		free(t);
}

/* --- what a stream tells: called by the library when the client can take more ----------------- */

/* The newest, whatever was missed. */
static void
take_next(struct stream *s)
{
	struct channel *c = s->channel;

	text_drop(s->at);
	s->at = NULL;
	s->off = 0;
	if (c->now && s->seq != c->seq) {
		s->at = c->now;
		s->at->users++;
		s->seq = c->seq;
	} else if (s->beat) {
		s->at = text_new(BEAT, strlen(BEAT));
	}
	s->beat = false;
}

static ssize_t
read_stream(void *arg, uint64_t pos, char *out, size_t max)
{
	struct stream *s = arg;
	ssize_t n = 0;

	(void)pos;
	pthread_mutex_lock(&s->live->lock);
	if (!s->at || s->off == s->at->len)
		take_next(s);
	if (s->ended || s->live->ending) {
		n = MHD_CONTENT_READER_END_OF_STREAM;
	} else if (s->at) {
		n = (ssize_t)(s->at->len - s->off < max ? s->at->len - s->off : max);
		memcpy(out, s->at->s + s->off, (size_t)n);
		s->off += (size_t)n;
		s->said_us = clock_mono_us();
	} else {
		s->waits = true;
		MHD_suspend_connection(s->connection);
	}
	pthread_mutex_unlock(&s->live->lock);
	return n;
}

static void
wake(struct stream *s)
{
	if (!s->waits)
		return;
	s->waits = false;
	MHD_resume_connection(s->connection);
}

static void
free_stream(void *arg)
{
	struct stream *s = arg;
	struct live *l = s->live;

	pthread_mutex_lock(&l->lock);
	for (struct stream **p = &l->streams; *p; p = &(*p)->next)
		if (*p == s) {
			*p = s->next;
			break;
		}
	s->channel->streams--;
	l->n--;
	text_drop(s->at);
	pthread_cond_signal(&l->gone);
	pthread_mutex_unlock(&l->lock);
	free(s);
}

/* Is it the same but for its number and the time? */
static bool
says_the_same(const struct text *t, const struct buf *b)
{
	const char *old = t ? memmem(t->s, t->len, "\"waves\":", 8) : NULL, *new = strstr(buf_str(b), "\"waves\":");

	return old && new && (size_t)(t->s + t->len - old) == strlen(new) && memcmp(old, new, strlen(new)) == 0;
}

/* --- the herald ----------------------------------------------------------------------- */

struct herald {
	struct live *live;
	struct db *db;
	struct arena arena;		/* of a tick */
	bool told;			/* that something fails */
};

static void
tell(struct herald *h, const struct snapshot *s, struct channel *c, struct err *e)
{
	struct request r = { .site = h->live->site, .arena = &h->arena, .db = h->db, .lang = c->lang, .path = "/c", .route = "-" };
	struct buf text = BUF_INIT(LIVE_MAX_BYTES);

	if (live_write(&r, s, c->seq + 1, &text, e) == 0) {
		pthread_mutex_lock(&h->live->lock);
		if (!says_the_same(c->now, &text)) {
			text_drop(c->now);
			c->now = text_new(buf_str(&text), text.len);
			c->seq++;
		}
		pthread_mutex_unlock(&h->live->lock);
	}
	buf_release(&text);
}

/* One snapshot for all languages of a campaign. Only this thread takes channels out: they stay while it looks. */
static void
look_at(struct herald *h, struct channel *list, struct channel *first, struct err *e)
{
	const struct snapshot *s = NULL;
	int rc = board_take(h->live->site->board, h->db, first->key, &s, e);

	for (struct channel *c = list; c; c = c->next) {
		if (strcmp(c->key, first->key) != 0)
			continue;
		if (rc == 1)
			tell(h, s, c, e);
		c->gone = rc == 0;
	}
	board_give(h->live->site->board, s);
}

static int
add_allowed(const char *key, const char *role, void *arg)
{
	struct all_allowed *to = arg;
	struct actor who = { .name = "", .unit = "" };
	struct allowed *one;

	if (!role_parse(role, &who.role) || !access_may(&who, RIGHT_REPORTS))
		return 0;
	one = arena_alloc(to->arena, sizeof(*one));
	*one = (struct allowed){ arena_dup(to->arena, key), to->list };
	to->list = one;
	return 0;
}

static bool
may_go_on(const struct herald *h, const struct allowed *list, const struct stream *s)
{
	if (h->live->site->no_login)
		return true;
	for (; list; list = list->next)
		if (strcmp(list->key, s->session) == 0)
			return true;
	return false;
}

/* Under the lock: nobody reads from a connection that is suspended, so nobody else would see that it was closed. */
static void
find_who_left(struct live *l)
{
	struct pollfd fds[STREAMS_MOST];
	struct stream *of[STREAMS_MOST];
	nfds_t n = 0;

	for (struct stream *s = l->streams; s; s = s->next) {
		const union MHD_ConnectionInfo *i = s->waits ? MHD_get_connection_info(s->connection, MHD_CONNECTION_INFO_CONNECTION_FD) :
		    NULL;

		if (!i)
			continue;
		of[n] = s;
		fds[n++] = (struct pollfd){ .fd = i->connect_fd, .events = POLLRDHUP };
	}
	if (poll(fds, n, 0) <= 0)
		return;
	for (nfds_t i = 0; i < n; i++)
		if (fds[i].revents) {
			of[i]->ended = true;
			wake(of[i]);
		}
}

/* Under the lock: channels nobody hears any more. */
static void
sweep(struct live *l)
{
	for (struct channel **p = &l->channels, *c; (c = *p); ) {
		if (c->streams) {
			p = &c->next;
			continue;
		}
		*p = c->next;
		text_drop(c->now);
		free(c);
	}
}

/* What cannot be read ends the streams: the pages look by themselves, and say what is wrong. */
static void
tick(struct herald *h)
{
	struct all_allowed sessions = { &h->arena, NULL };
	struct live *l = h->live;
	int64_t now = clock_now(), us;
	struct err e = ERR_INIT;
	struct channel *list;

	pthread_mutex_lock(&l->lock);
	sweep(l);
	list = l->channels;	/* new ones come before it */
	pthread_mutex_unlock(&l->lock);
	if ((h->db || db_open(&h->db, l->site->store, DB_READ, &e) == 0) && (l->site->no_login ||
	    session_each_role(h->db, now - SESSION_LONGEST_S, now - l->site->conf->session_idle_s, add_allowed, &sessions, &e) == 0))
		for (struct channel *c = list; c; c = c->next) {
			struct channel *first = list;

			while (strcmp(first->key, c->key) != 0)
				first = first->next;
			if (first == c)
				look_at(h, list, c, &e);
		}
	pthread_mutex_lock(&l->lock);
	us = clock_mono_us();
	find_who_left(l);
	for (struct stream *s = l->streams; s; s = s->next) {
		s->ended = s->ended || s->channel->gone || !may_go_on(h, sessions.list, s);
		s->beat = us - s->said_us >= (int64_t)LIVE_BEAT_S * 1000000;
		if (s->ended || s->beat || s->seq != s->channel->seq)
			wake(s);
	}
	pthread_mutex_unlock(&l->lock);
	if (e.code && !h->told)
		log_warn("live", "text=\"%s\"", e.text);
	h->told = e.code != ERR_NONE;
	arena_reset(&h->arena);
}

/* Once a second, while somebody listens. */
static void *
run(void *arg)
{
	struct live *l = arg;
	struct herald h = { .live = l, .arena = ARENA_INIT };
	struct timespec next = { 0 };

	pthread_mutex_lock(&l->lock);
	while (!l->ending) {
		if (!l->streams) {
			sweep(l);
			pthread_cond_wait(&l->work, &l->lock);
			continue;
		}
		if (pthread_cond_timedwait(&l->work, &l->lock, &next) == 0)
			continue;	/* not before it is time */
		pthread_mutex_unlock(&l->lock);
		clock_gettime(CLOCK_MONOTONIC, &next);
		next.tv_sec += TICK_US / 1000000;
		tick(&h);
		pthread_mutex_lock(&l->lock);
	}
	pthread_mutex_unlock(&l->lock);
	db_close(h.db);
	arena_release(&h.arena);
	return NULL;
}

struct live *
live_new(struct site *site)
{
	struct live *l = mem_zalloc(sizeof(*l));
	pthread_condattr_t a;

	l->site = site;
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&l->work, &a);
	pthread_cond_init(&l->gone, &a);
	pthread_condattr_destroy(&a);
	if (pthread_create(&l->thread, NULL, run, l) != 0)
		die("cannot start a thread");
	return l;
}

void
live_end(struct live *l)
{
	struct timespec until;

	if (!l)
		return;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += END_MS / 1000;
	pthread_mutex_lock(&l->lock);
	l->ending = true;
	for (struct stream *s = l->streams; s; s = s->next)
		wake(s);
	pthread_cond_signal(&l->work);
	/* Who reads slowly hears of it when the server stops. */
	while (l->n && pthread_cond_timedwait(&l->gone, &l->lock, &until) == 0)
		;
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);
}

void
live_free(struct live *l)
{
	if (!l)
		return;
	sweep(l);
	pthread_mutex_destroy(&l->lock);
	pthread_cond_destroy(&l->work);
	pthread_cond_destroy(&l->gone);
	free(l);
}

/* --- a page asks ---------------------------------------------------------------------- */

/* Under the lock. */
static struct channel *
channel_of(struct live *l, const char *key, enum lang lang)
{
	struct channel *c = l->channels;

	while (c && (c->lang != lang || strcmp(c->key, key) != 0))
		c = c->next;
	if (!c) {
		c = mem_zalloc(sizeof(*c));
		snprintf(c->key, sizeof(c->key), "%s", key);
		c->lang = lang;
		c->next = l->channels;
		l->channels = c;
	}
	return c;
}

/* NULL: there are too many, or it ends. */
static struct stream *
begin(struct request *r, struct live *l)
{
	struct stream *s = NULL;
	int mine = 0, all = 0;

	pthread_mutex_lock(&l->lock);
	find_who_left(l);
	for (const struct stream *o = l->streams; o; o = o->next) {
		all += !o->ended;
		mine += !o->ended && r->session && strcmp(o->session, r->session) == 0;
	}
	if (!l->ending && all < LIVE_MOST && l->n < STREAMS_MOST && mine < LIVE_MOST_OF_ONE) {
		s = mem_zalloc(sizeof(*s));
		*s = (struct stream){ .live = l, .channel = channel_of(l, r->seg[0], r->lang), .connection = r->connection,
		    .at = text_new(BEGINS, strlen(BEGINS)), .said_us = clock_mono_us(), .next = l->streams };
		snprintf(s->session, sizeof(s->session), "%s", r->session ? r->session : "");
		s->channel->streams++;
		l->streams = s;
		if (l->n++ == 0)
			pthread_cond_signal(&l->work);
	}
	pthread_mutex_unlock(&l->lock);
	return s;
}

static void
reply_once(struct request *r, const struct snapshot *s)
{
	struct buf text = BUF_INIT(LIVE_MAX_BYTES);
	struct err e = ERR_INIT;

	if (live_write(r, s, 1, &text, &e) < 0)
		view_error(r, &e);
	else
		reply_own(r, 200, EVENT_STREAM, &text);
	buf_release(&text);
}

void
live_events(struct request *r)
{
	const struct snapshot *snapshot = view_campaign(r);
	struct stream *s;

	if (!snapshot)
		return;
	if (r->head || request_arg(r, "once")) {
		reply_once(r, snapshot);
	} else if (!(s = begin(r, r->site->live))) {
		r->retry_after = "10";
		reply_raw(r, 503, "text/plain; charset=utf-8", "too many pages are told what moves\n");
	} else {
		reply_raw(r, 200, EVENT_STREAM, "");
		r->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, s, free_stream);
		if (!r->response)
			free_stream(s);
	}
	view_done(r, snapshot);
}
