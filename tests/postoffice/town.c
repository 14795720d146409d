#include "postoffice/town.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/date.h"
#include "mail/addr.h"
#include "postoffice/agenda.h"
#include "postoffice/bounce.h"
#include "postoffice/browser.h"

#define MINUTE_MS 60000
#define DAY_MS (1440 * MINUTE_MS)
#define ZONE_MS (420 * MINUTE_MS)		/* the town lives at +07:00 */
#define BATCH_MS (1410 * MINUTE_MS)	/* 23:30 */
#define FAULTS_TOLD 30

struct town {
	const struct town_options *opt;		/* [c] constant after town_new */
	struct survey *survey;			/* [c] */
	volatile int64_t *clock;		/* [m] main writes, everybody reads */
	struct browser *browser;		/* [m] main only */
	struct town_tally tally, total;		/* [m] */
	pthread_mutex_t lock;
	struct world *world;			/* [q] its [t] fields, under lock */
	struct agenda agenda;			/* [q] */
	struct letter **letters;		/* [q] all that were accepted */
	size_t n_letters, cap_letters;		/* [q] */
	int connections, deferred, refused_rcpt, refused_dot, unknown, malformed, unreadable, wrong_name,
	    duplicates, faults;			/* [q] */
};

static void __attribute__((format(printf, 2, 3)))
fault(struct town *t, const char *fmt, ...)
{
	va_list ap;

	if (t->faults++ >= FAULTS_TOLD)
		return;
	fputs("postoffice: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static volatile int64_t *
clock_map(const struct town_options *opt, struct err *e)
{
	int fd = open(opt->clock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *p = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, sizeof(int64_t)) == 0)
		p = mmap(NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		err_sys(e, "cannot drive the clock %s", opt->clock);
	if (fd >= 0)
		close(fd);
	return p == MAP_FAILED ? NULL : p;
}

int64_t
town_now_ms(const struct town *t)
{
	return *t->clock;
}

/* The next 23:30 after at_ms. */
static int64_t
next_batch(int64_t at_ms)
{
	int64_t local = at_ms + ZONE_MS, day = local - local % DAY_MS;

	return (local % DAY_MS < BATCH_MS ? day : day + DAY_MS) + BATCH_MS - ZONE_MS;
}

int
town_new(struct town **out, struct world *w, struct survey *survey, const struct town_options *opt, struct err *e)
{
	struct town *t = mem_zalloc(sizeof(*t));

	*t = (struct town){ .opt = opt, .survey = survey, .world = w, .clock = clock_map(opt, e) };
	if (!t->clock || maildir_make(opt->maildir, e) < 0) {
		free(t);
		return -1;
	}
	pthread_mutex_init(&t->lock, NULL);
	t->browser = browser_new();
	*t->clock = opt->start_ms;
	agenda_add(&t->agenda, (struct event){ .at_ms = next_batch(opt->start_ms), .kind = EVENT_BATCH });
	*out = t;
	return 0;
}

void
town_free(struct town *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n_letters; i++)
		letter_free(t->letters[i]);
	free(t->letters);
	agenda_release(&t->agenda);
	browser_free(t->browser);
	munmap((void *)(uintptr_t)t->clock, sizeof(*t->clock));
	pthread_mutex_destroy(&t->lock);
	free(t);
}

/* --- the post office: called by the SMTP server */

static void
town_connected(void *arg)
{
	struct town *t = arg;

	pthread_mutex_lock(&t->lock);
	t->connections++;
	pthread_mutex_unlock(&t->lock);
}

static void
town_fault(void *arg, const char *what, const char *recipient)
{
	struct town *t = arg;

	pthread_mutex_lock(&t->lock);
	t->malformed++;
	fault(t, "malformed message to %s: %s", recipient, what);
	pthread_mutex_unlock(&t->lock);
}

/* NULL: nobody's probe, or there are none here. */
static struct probe_mailbox *
probe_at(const struct town *t, const char *address)
{
	return t->opt->probes ? world_probe(t->world, address) : NULL;
}

static const char *
town_rcpt(void *arg, const char *address)
{
	struct town *t = arg;
	const char *reply = NULL;

	if (probe_at(t, address))
		return "250 2.1.5 Ok";
	pthread_mutex_lock(&t->lock);
	for (struct person *p = world_at(t->world, address); p; p = p->same_mailbox)
		if (*p->rcpt_reply && (!reply || *p->rcpt_reply == '2'))
			reply = p->rcpt_reply;
	if (!reply) {
		reply = t->world->unknown_reply;
		t->unknown++;
	}
	if (*reply == '4')
		t->deferred++;
	else if (*reply == '5')
		t->refused_rcpt++;
	pthread_mutex_unlock(&t->lock);
	return reply;
}

/* What will come of a letter that was accepted. */
static void
plan(struct town *t, struct letter *l)
{
	const struct person *p = l->person;
	int64_t now = town_now_ms(t), last = 0;

	if (*p->dsn_status) {
		int64_t wait = strcmp(p->dsn_status, "5.1.2") == 0 ? 240 : 1080;	/* minutes, at most */

		agenda_add(&t->agenda, (struct event){ .kind = EVENT_BOUNCE, .letter = l,
		    .at_ms = now + (15 + (int64_t)world_dice(p->id, "bounce", (uint64_t)wait)) * MINUTE_MS });
	} else if (strcmp(p->profile, "delivered") != 0) {
		return;						/* in a spam folder, or dropped: nobody will see it */
	} else if (person_answers(p)) {
		for (int k = 0; k < FORMS; k++) {
			int64_t at = p->answers_at[k] * 1000;

			if (!at || at == last)
				continue;
			last = at;
			agenda_add(&t->agenda, (struct event){ .kind = EVENT_ANSWER, .letter = l,
			    .at_ms = at > now ? at : now + MINUTE_MS });
		}
	} else if (p->opened) {
		agenda_add(&t->agenda, (struct event){ .kind = EVENT_LOOK, .letter = l,
		    .at_ms = now + (30 + (int64_t)world_dice(p->id, "look", 2880)) * MINUTE_MS });
	}
}

/* Into its Maildir, where the provider's filter puts it. */
static const char *
receive_probe(struct town *t, struct probe_mailbox *p, const struct smtpd_mail *m)
{
	bool spam = strcmp(p->folder, "spam") == 0;
	char box[4096], folder[4096 + 8], tmp[4096 + 64], final[4096 + 64];
	struct err e = ERR_INIT;
	FILE *f = NULL;

	snprintf(box, sizeof(box), "%s/%s", t->opt->probes, p->email);
	snprintf(folder, sizeof(folder), "%s%s", box, spam ? "/.Junk" : "");
	snprintf(tmp, sizeof(tmp), "%s/tmp/%d.postoffice", folder, ++p->accepted);
	snprintf(final, sizeof(final), "%s/new/%d.postoffice", folder, p->accepted);
	if (maildir_make(box, &e) < 0 || maildir_make(folder, &e) < 0 || !(f = fopen(tmp, "w")) ||
	    fwrite(m->data, 1, m->len, f) != m->len || fclose(f) != 0 || rename(tmp, final) < 0) {
		fault(t, "message to %s: cannot file it into %s", p->email, folder);
		return "451 4.3.0 cannot file it";
	}
	return "250 2.0.0 Ok";
}

static bool
seen_before(const struct town *t, const struct letter *l)
{
	if (!l->person->accepted)
		return false;
	for (size_t i = 0; i < t->n_letters; i++)
		if (t->letters[i]->person == l->person && strcmp(t->letters[i]->message_id, l->message_id) == 0)
			return true;
	return false;
}

static const char *
receive(struct town *t, const struct smtpd_mail *m)
{
	struct err e = ERR_INIT;
	struct letter *l = letter_read(m, &e);
	const char *reply;

	if (!l) {
		t->unreadable++;
		fault(t, "message to %s: %s", m->recipient, e.text);
		return "554 5.6.0 unreadable message";
	}
	l->person = person_named(world_at(t->world, m->recipient), l->to_name);
	if (!l->person) {
		t->wrong_name++;
		fault(t, "message to %s: nobody there is called '%s'", m->recipient, l->to_name);
		letter_free(l);
		return "550 5.1.1 nobody of that name here";
	}
	reply = *l->person->rcpt_reply == '2' ? l->person->data_reply : l->person->rcpt_reply;
	if (*reply != '2') {
		if (*reply == '4')
			t->deferred++;
		else
			t->refused_dot++;
		letter_free(l);
		return reply;
	}
	if (seen_before(t, l)) {
		t->duplicates++;
		fault(t, "%s: message %s twice", l->person->id, l->message_id);
	}
	l->person->accepted++;
	t->letters = mem_room(t->letters, t->n_letters, &t->cap_letters, sizeof(*t->letters));
	t->letters[t->n_letters++] = l;
	l->at_ms = town_now_ms(t);
	if (*l->link)
		plan(t, l);
	return reply;
}

static const char *
town_message(void *arg, const struct smtpd_mail *m)
{
	struct town *t = arg;
	struct probe_mailbox *probe = probe_at(t, m->recipient);
	const char *reply;

	pthread_mutex_lock(&t->lock);
	reply = probe ? receive_probe(t, probe, m) : receive(t, m);
	pthread_mutex_unlock(&t->lock);
	return reply;
}

struct smtpd_calls
town_calls(struct town *t)
{
	return (struct smtpd_calls){ town_connected, town_rcpt, town_message, town_fault, t };
}

/* --- the people: called by town_advance, on the main thread */

static int
open_letter(struct town *t, const struct letter *l, struct page *page, struct err *e)
{
	if (browser_get(t->browser, l->link, page, e) < 0)
		return -1;
	return page->status == 200 ? 0 : err_set(e, ERR_NETWORK, "landing page: status %d", page->status);
}

static int
look(struct town *t, const struct letter *l, struct err *e)
{
	struct page page;

	if (open_letter(t, l, &page, e) < 0)
		return -1;
	t->tally.looked++;
	return 0;
}

static int
tell_where(struct town *t, const struct letter *l, struct err *e)
{
	const struct field *choice;
	const struct form *form;
	struct page page;

	if (open_letter(t, l, &page, e) < 0)
		return -1;
	if (!(form = page_choice(&page, l->person->found_in, &choice)))
		return err_set(e, ERR_INPUT, "landing page: nothing to say '%s' with", l->person->found_in);
	if (browser_submit(t->browser, form, choice, &page, e) < 0)
		return -1;
	if (page.status != 200)
		return err_set(e, ERR_NETWORK, "where it was found: status %d", page.status);
	t->tally.found++;
	return 0;
}

static int
answer_form(struct town *t, const struct letter *l, int k, struct err *e)
{
	const struct field *choice;
	const struct form *form;
	struct page page;

	if (open_letter(t, l, &page, e) < 0)
		return -1;
	if (!(form = page_choice(&page, form_names[k], &choice)))
		return err_set(e, ERR_INPUT, "landing page: no button for '%s'", form_names[k]);
	if (browser_submit(t->browser, form, choice, &page, e) < 0)
		return -1;
	if (page.status != 200 || !(form = page_choice(&page, "finish", &choice)))
		return err_set(e, ERR_NETWORK, "%s: status %d, and no form to finish", page.url, page.status);
	if (browser_submit(t->browser, form, choice, &page, e) < 0)
		return -1;
	if (page.status != 200)
		return err_set(e, ERR_NETWORK, "%s: status %d", page.url, page.status);
	t->tally.answered++;
	return 0;
}

static int
answer(struct town *t, const struct letter *l, struct err *e)
{
	struct person *p = l->person;

	if (!p->told && *p->found_in) {
		if (tell_where(t, l, e) < 0)
			return -1;
		p->told = true;
	}
	for (int k = 0; k < FORMS; k++)
		if (p->answers_at[k] && p->answers_at[k] * 1000 <= town_now_ms(t) && !(p->done & 1u << k)) {
			if (answer_form(t, l, k, e) < 0)
				return -1;
			p->done |= 1u << k;
		}
	return 0;
}

static int
batch(struct town *t, struct err *e)
{
	char url[1024], *json;
	struct page page;
	size_t n = 0;

	pthread_mutex_lock(&t->lock);
	agenda_add(&t->agenda, (struct event){ .at_ms = next_batch(town_now_ms(t)), .kind = EVENT_BATCH });
	pthread_mutex_unlock(&t->lock);
	snprintf(url, sizeof(url), "%s/api/v1/answers", t->opt->site);
	while ((json = survey_batch(t->survey, &n))) {
		int rc = browser_post_json(t->browser, url, t->opt->api_key, json, &page, e);

		free(json);
		if (rc < 0)
			return -1;
		if (page.status != 200)
			return err_set(e, ERR_NETWORK, "%s: status %d: %.200s", url, page.status, page.html);
		t->tally.batch += (int)n;
	}
	return 0;
}

static int
bounce(struct town *t, const struct letter *l, struct err *e)
{
	const char *status = l->person->dsn_status;
	bool no_host = strcmp(status, "5.1.2") == 0;
	char remote[512] = "", diagnostic[512];

	if (no_host) {
		snprintf(diagnostic, sizeof(diagnostic), "Host or domain name not found: %s", addr_domain(l->recipient));
	} else {
		snprintf(remote, sizeof(remote), "mx.%s", addr_domain(l->recipient));
		snprintf(diagnostic, sizeof(diagnostic), "550 %s Delivery not authorized, message refused", status);
	}
	if (bounce_write(t->opt->maildir, l, status, diagnostic, remote, town_now_ms(t) / 1000, e) < 0)
		return -1;
	t->tally.bounced++;
	return 0;
}

static void
happen(struct town *t, const struct event *ev)
{
	struct err e = ERR_INIT;
	int rc = 0;

	switch (ev->kind) {
	case EVENT_BOUNCE:	rc = bounce(t, ev->letter, &e); break;
	case EVENT_LOOK:	rc = look(t, ev->letter, &e); break;
	case EVENT_ANSWER:	rc = answer(t, ev->letter, &e); break;
	case EVENT_BATCH:	rc = batch(t, &e); break;
	}
	if (rc < 0) {
		pthread_mutex_lock(&t->lock);
		fault(t, "%s: %s", ev->letter ? ev->letter->person->id : "batch", e.text);
		pthread_mutex_unlock(&t->lock);
		t->tally.faults++;
	}
}

int
town_advance(struct town *t, int64_t to_ms, struct town_tally *tally, struct err *e)
{
	struct event ev;
	bool more;

	if (to_ms < town_now_ms(t))
		return err_set(e, ERR_INPUT, "time does not run backwards");
	t->tally = (struct town_tally){ 0 };
	for (;;) {
		pthread_mutex_lock(&t->lock);
		more = agenda_take(&t->agenda, to_ms, &ev);
		pthread_mutex_unlock(&t->lock);
		if (!more)
			break;
		if (ev.at_ms > town_now_ms(t))
			*t->clock = ev.at_ms;
		happen(t, &ev);
	}
	*t->clock = to_ms;
	*tally = t->tally;
	t->total.looked += tally->looked;
	t->total.found += tally->found;
	t->total.answered += tally->answered;
	t->total.batch += tally->batch;
	t->total.bounced += tally->bounced;
	return 0;
}

void
town_letters(struct town *t, FILE *f)
{
	pthread_mutex_lock(&t->lock);
	for (size_t i = 0; i < t->n_letters; i++)
		fprintf(f, "%" PRId64 "\t%s\t%s\t%s\n", t->letters[i]->at_ms / 1000, t->letters[i]->person->id,
		    t->letters[i]->recipient, t->letters[i]->subject);
	pthread_mutex_unlock(&t->lock);
}

int
town_stats(struct town *t, FILE *f)
{
	size_t reached = 0, waiting = 0, probes = 0;
	int wrong;

	pthread_mutex_lock(&t->lock);
	for (size_t i = 0; i < t->world->n_people; i++) {
		const struct person *p = &t->world->people[i];

		reached += p->accepted > 0;
		for (int k = 0; k < FORMS; k++)
			waiting += p->answers_at[k] && p->answers_at[k] * 1000 <= town_now_ms(t) && !(p->done & 1u << k);
	}
	wrong = t->duplicates + t->malformed + t->unreadable + t->wrong_name + t->faults;
	fprintf(f, "connections=%d\naccepted=%zu\nreached=%zu\nrefused_rcpt=%d\nrefused_dot=%d\ndeferred=%d\nunknown=%d\n",
	    t->connections, t->n_letters, reached, t->refused_rcpt, t->refused_dot, t->deferred, t->unknown);
	for (size_t i = 0; i < t->world->n_probes; i++)
		probes += (size_t)t->world->probes[i].accepted;
	fprintf(f, "probes=%zu\n", probes);
	fprintf(f, "looked=%d\nfound=%d\nanswered=%d\nbatch=%d\nbounced=%d\nunable=%zu\n", t->total.looked, t->total.found,
	    t->total.answered, t->total.batch, t->total.bounced, waiting);
	fprintf(f, "duplicates=%d\nmalformed=%d\nunreadable=%d\nwrong_name=%d\nfaults=%d\n", t->duplicates, t->malformed,
	    t->unreadable, t->wrong_name, t->faults);
	pthread_mutex_unlock(&t->lock);
	return wrong + (int)waiting;
}
