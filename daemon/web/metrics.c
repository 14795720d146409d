#include "web/metrics.h"

#include <inttypes.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/alert.h"
#include "engine/headway.h"
#include "engine/survey_words.h"
#include "store/campaign.h"
#include "store/schema.h"
#include "store/webhook.h"
#include "web/session.h"

#define MAX_BYTES ((size_t)8 << 20)
#define READ_US 5000000		/* the store not more often ... */
#define RESTS_A_READ 9		/* ... and so many times what it took is rest: a tenth of one core */

struct metrics {
	const struct conf *conf;	/* when alerts are due; NULL: never */
	pthread_mutex_t lock;
	char *text;		/* [lock] what the store said; NULL: nothing */
	int64_t next_us;	/* [lock] not read again before; 0: at once */
	bool reading;		/* [lock] somebody is at it */
};

/* --- the text format ------------------------------------------------------- */

struct label { const char *name, *value; };

/* HELP may not hold a line feed or a backslash: ours do not. */
static void
family(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
label_value(struct buf *b, const char *s)
{
	bool utf8 = text_is_utf8(s, strlen(s));

	for (; *s; s++)
		if (*s == '\n')
			buf_str_add(b, "\\n");
		else if (*s == '\\' || *s == '"')
			buf_printf(b, "\\%c", *s);
		else
			buf_char(b, utf8 || (unsigned char)*s < 0x80 ? *s : '?');
}

/* Name and labels; the value follows. */
static void
sample_begin(struct buf *b, const char *name, const struct label *labels, size_t n)
{
	buf_str_add(b, name);
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "%c%s=\"", i ? ',' : '{', labels[i].name);
		label_value(b, labels[i].value);
		buf_char(b, '"');
	}
	buf_str_add(b, n ? "} " : " ");
}

static void
sample(struct buf *b, const char *name, const struct label *labels, size_t n, int64_t value)
{
	sample_begin(b, name, labels, n);
	buf_printf(b, "%" PRId64 "\n", value);
}

static void
sample_us(struct buf *b, const char *name, int64_t us)
{
	sample_begin(b, name, NULL, 0);
	buf_printf(b, "%" PRId64 ".%06" PRId64 "\n", us / 1000000, us % 1000000);
}

/* A metric that is one number. */
static void
gauge(struct buf *b, const char *name, const char *help, int64_t value)
{
	family(b, name, "gauge", help);
	sample(b, name, NULL, 0, value);
}

/* A moment; what never was is left out. */
static void
moment(struct buf *b, const char *name, const char *help, int64_t at)
{
	family(b, name, "gauge", help);
	if (at)
		sample(b, name, NULL, 0, at);
}

/* --- the process ------------------------------------------------------------ */

static uint64_t
get(const meter *m)
{
	return atomic_load_explicit(m, memory_order_relaxed);
}

static int64_t
resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (f) {
		if (fscanf(f, "%*s %ld", &pages) != 1)
			pages = 0;
		fclose(f);
	}
	return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static void
write_process(struct buf *b, const struct meters *m)
{
	struct rusage u = { .ru_maxrss = 0 };
	char schema[16];

	snprintf(schema, sizeof(schema), "%d", schema_count);
	family(b, "thumoi_build_info", "gauge", "The schema of the store it writes, and the compiler; always 1.");
	sample(b, "thumoi_build_info", (struct label[]){ { "schema", schema }, { "compiler", __VERSION__ } }, 2, 1);
	gauge(b, "process_start_time_seconds", "When the process began, in Unix seconds.", m->started_at);
	getrusage(RUSAGE_SELF, &u);
	family(b, "process_cpu_seconds_total", "counter", "Time that all its threads spent on a processor, in seconds.");
	sample_us(b, "process_cpu_seconds_total", ((int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
	    u.ru_utime.tv_usec + u.ru_stime.tv_usec);
	gauge(b, "process_resident_memory_bytes", "Memory that it occupies, in bytes.", resident_bytes());
}

static void
write_attempts(struct buf *b, const struct meters *m)
{
	size_t n = atomic_load_explicit(&m->n_relays, memory_order_acquire);
	uint64_t others = 0;

	for (int v = 0; v < METERS_VERDICTS; v++)
		others += get(&m->relays[METERS_RELAYS].attempts[v]);
	family(b, "thumoi_attempts_total", "counter", "Messages tried, by what the relay said to them.");
	for (size_t i = 0; i <= METERS_RELAYS; i++)
		for (int v = 0; v < METERS_VERDICTS && (i < n || (i == METERS_RELAYS && others)); v++)
			sample(b, "thumoi_attempts_total", (struct label[]){ { "relay", m->relays[i].name },
			    { "verdict", smtp_verdict_name((enum smtp_verdict)v) } }, 2, (int64_t)get(&m->relays[i].attempts[v]));
	family(b, "thumoi_relay_up", "gauge", "1: the relay took part in the last conversation; 0: it does not let us in and rests.");
	for (size_t i = 0; i < n; i++) {
		int state = atomic_load_explicit(&m->relays[i].state, memory_order_relaxed);

		if (state != RELAY_UNTRIED)
			sample(b, "thumoi_relay_up", (struct label[]){ { "relay", m->relays[i].name } }, 1, state == RELAY_UP);
	}
}

static void
write_durations(struct buf *b, const struct meters *m)
{
	int64_t ms = (int64_t)get(&m->durations_ms);
	uint64_t sum = 0;
	char le[24];

	family(b, "thumoi_attempt_duration_seconds", "histogram", "How long an attempt took, from MAIL to its outcome.");
	for (int i = 0; i <= METERS_BUCKETS; i++) {
		if (i < METERS_BUCKETS)
			snprintf(le, sizeof(le), "%g", (double)meters_bucket_ms[i] / 1000);
		sum += get(&m->durations[i]);
		sample(b, "thumoi_attempt_duration_seconds_bucket", (struct label[]){ { "le", i < METERS_BUCKETS ? le : "+Inf" } }, 1,
		    (int64_t)sum);
	}
	sample_us(b, "thumoi_attempt_duration_seconds_sum", ms * 1000);
	sample(b, "thumoi_attempt_duration_seconds_count", NULL, 0, (int64_t)sum);
}

static void
write_dispatcher(struct buf *b, const struct meters *m)
{
	gauge(b, "thumoi_dispatcher_alive", "1: the dispatcher runs in this process.",
	    atomic_load_explicit(&m->dispatching, memory_order_relaxed));
	moment(b, "thumoi_dispatcher_last_turn_timestamp_seconds", "When the dispatcher last looked what is to be done.",
	    atomic_load_explicit(&m->turn_at, memory_order_relaxed));
	gauge(b, "thumoi_in_flight", "Messages claimed from the store whose outcome is not in it yet.", (int64_t)get(&m->in_flight));
	gauge(b, "thumoi_store_trouble", "1: the store could not be written or read when it was last tried.",
	    atomic_load_explicit(&m->store_trouble, memory_order_relaxed) != 0);
	write_attempts(b, m);
	write_durations(b, m);
}

static void
write_inbound(struct buf *b, const struct meters *m)
{
	family(b, "thumoi_inbound_messages_total", "counter", "Messages read from the bounce mailbox, by what became of them.");
	for (int i = 0; i < METERS_FATES; i++)
		sample(b, "thumoi_inbound_messages_total", (struct label[]){ { "fate", meters_fate_names[i] } }, 1,
		    (int64_t)get(&m->inbound[i]));
	moment(b, "thumoi_inbound_last_success_timestamp_seconds", "When the bounce mailbox was last read to its end.",
	    atomic_load_explicit(&m->inbound_ok_at, memory_order_relaxed));
}

static void
write_requests(struct buf *b, const struct meters *m)
{
	family(b, "thumoi_http_requests_total", "counter", "HTTP requests answered, by route and class of status.");
	for (int i = 0; i <= METERS_ROUTES; i++) {
		const char *pattern = atomic_load_explicit(&m->routes[i].pattern, memory_order_relaxed);

		for (int k = 0; k < 5 && pattern; k++) {
			char status[8];
			uint64_t n = get(&m->routes[i].requests[k]);

			snprintf(status, sizeof(status), "%dxx", k + 1);
			if (n)
				sample(b, "thumoi_http_requests_total", (struct label[]){ { "route", pattern },
				    { "status", status } }, 2, (int64_t)n);
		}
	}
}

/* --- the store --------------------------------------------------------------- */

struct wave_line {
	const char *campaign, *name;
	bool paused;
	int64_t counts[INVITE_STATES], stopped;
};

struct form_line {
	int64_t id, answers;
	const char *campaign, *key;
	bool linked;			/* with a survey system, which was last synced whole at synced_at; 0: never */
	int64_t synced_at, troubles, difference;
};

struct campaign_line {
	int64_t id, people;
	const char *key;
	int64_t alerts[ALERT_KINDS];
	struct campaign when;	/* its days, for the alerts; its texts are gone */
};

struct hook_line {
	const char *name;
	int64_t failures;
	bool active;
};

struct stand {			/* how everything stands */
	struct arena arena;
	struct campaign_line *campaigns;
	size_t n_campaigns, cap_campaigns;
	struct wave_line *waves;
	size_t n_waves, cap_waves;
	struct form_line *forms;
	size_t n_forms, cap_forms;
	struct hook_line *hooks;
	size_t n_hooks, cap_hooks;
	int64_t resting;
};

static int
take_campaign(const struct campaign *c, void *arg)
{
	struct stand *s = arg;
	const char *key = arena_dup(&s->arena, c->key);

	s->campaigns = mem_room(s->campaigns, s->n_campaigns, &s->cap_campaigns, sizeof(*s->campaigns));
	s->campaigns[s->n_campaigns++] = (struct campaign_line){ .id = c->id, .key = key, .when = *c };
	for (size_t i = 0; i < c->n_instruments; i++) {
		s->forms = mem_room(s->forms, s->n_forms, &s->cap_forms, sizeof(*s->forms));
		s->forms[s->n_forms++] = (struct form_line){ .id = c->instruments[i].id, .campaign = key,
		    .key = arena_dup(&s->arena, c->instruments[i].key) };
	}
	return 0;
}

static void
take_answers(int64_t instrument, int64_t n, void *arg)
{
	struct stand *s = arg;

	for (size_t i = 0; i < s->n_forms; i++)
		if (s->forms[i].id == instrument)
			s->forms[i].answers = n;
}

static int
take_surveys(struct stand *s, struct db *db, struct err *e)
{
	struct survey_link l = { .id = 0 };
	int rc;

	while ((rc = survey_link_next(db, &s->arena, l.id, 0, &l, e)) == 1)
		for (size_t i = 0; i < s->n_forms; i++)
			if (s->forms[i].id == l.instrument) {
				s->forms[i].linked = true;
				s->forms[i].synced_at = l.count.at;
				s->forms[i].troubles = l.troubles;
				s->forms[i].difference = survey_difference(&l.count);
			}
	return rc;
}

static int
take_webhooks(struct stand *s, struct db *db, struct err *e)
{
	struct webhook w = { .id = 0 };
	int rc;

	while ((rc = webhook_next(db, &s->arena, w.id, &w, e)) == 1) {
		s->hooks = mem_room(s->hooks, s->n_hooks, &s->cap_hooks, sizeof(*s->hooks));
		s->hooks[s->n_hooks++] = (struct hook_line){ .name = w.name, .failures = w.failures, .active = w.active };
	}
	return rc;
}

static int
take_waves(struct stand *s, struct db *db, const struct campaign_line *c, int64_t now_ms, struct err *e)
{
	struct headway h = HEADWAY_INIT;
	struct wave w = { .id = 0 };
	int rc;

	while ((rc = wave_next(db, &s->arena, w.id, c->id, NULL, &w, e)) == 1) {
		struct wave_line line = { .campaign = c->key, .name = w.name, .paused = strcmp(w.state, "paused") == 0 };

		if ((rc = headway_look(&h, db, w.id, now_ms, e)) < 0)
			break;
		memcpy(line.counts, h.counts, sizeof(line.counts));
		for (size_t i = 0; i < h.n_domains; i++)
			line.stopped += h.domains[i].stop == HEADWAY_STOPPED;
		s->waves = mem_room(s->waves, s->n_waves, &s->cap_waves, sizeof(*s->waves));
		s->waves[s->n_waves++] = line;
	}
	headway_release(&h);
	return rc;
}

static int
take_stand(struct stand *s, struct db *db, const struct conf *conf, int64_t now_ms, struct err *e)
{
	if (campaign_each(db, take_campaign, s, e) < 0 || glance_answers(db, take_answers, s, e) < 0 ||
	    glance_resting(db, now_ms / 1000, &s->resting, e) < 0 || take_surveys(s, db, e) < 0 ||
	    take_webhooks(s, db, e) < 0)
		return -1;
	for (size_t i = 0; i < s->n_campaigns; i++)
		if (glance_people(db, s->campaigns[i].id, &s->campaigns[i].people, e) < 0 ||
		    (conf && alert_counts(db, &s->campaigns[i].when, conf, now_ms / 1000, s->campaigns[i].alerts, e) < 0) ||
		    take_waves(s, db, &s->campaigns[i], now_ms, e) < 0)
			return -1;
	return 0;
}

static void
stand_release(struct stand *s)
{
	free(s->campaigns);
	free(s->waves);
	free(s->forms);
	free(s->hooks);
	arena_release(&s->arena);
}

static void
write_waves(struct buf *b, const struct stand *s)
{
	family(b, "thumoi_invites", "gauge", "Invites of the wave, by state.");
	for (size_t i = 0; i < s->n_waves; i++)
		for (int k = 0; k < INVITE_STATES; k++)
			sample(b, "thumoi_invites", (struct label[]){ { "campaign", s->waves[i].campaign }, { "wave", s->waves[i].name },
			    { "state", invite_state_name((enum invite_state)k) } }, 3, s->waves[i].counts[k]);
	family(b, "thumoi_wave_paused", "gauge", "1: the wave is paused, by hand or because it went wrong.");
	for (size_t i = 0; i < s->n_waves; i++)
		sample(b, "thumoi_wave_paused", (struct label[]){ { "campaign", s->waves[i].campaign },
		    { "wave", s->waves[i].name } }, 2, s->waves[i].paused);
	family(b, "thumoi_domains_stopped", "gauge", "Mail domains of the wave that were stopped and not resumed.");
	for (size_t i = 0; i < s->n_waves; i++)
		sample(b, "thumoi_domains_stopped", (struct label[]){ { "campaign", s->waves[i].campaign },
		    { "wave", s->waves[i].name } }, 2, s->waves[i].stopped);
}

static void
form_sample(struct buf *b, const char *name, const struct form_line *f, int64_t value)
{
	sample(b, name, (struct label[]){ { "campaign", f->campaign }, { "instrument", f->key } }, 2, value);
}

static void
write_forms(struct buf *b, const struct stand *s)
{
	family(b, "thumoi_answers", "gauge", "People who have answered the instrument.");
	for (size_t i = 0; i < s->n_forms; i++)
		form_sample(b, "thumoi_answers", &s->forms[i], s->forms[i].answers);
	family(b, "thumoi_survey_synced_timestamp_seconds", "gauge", "When the instrument was last brought in step with its survey system.");
	for (size_t i = 0; i < s->n_forms; i++)
		if (s->forms[i].synced_at)
			form_sample(b, "thumoi_survey_synced_timestamp_seconds", &s->forms[i], s->forms[i].synced_at);
	family(b, "thumoi_survey_difference", "gauge", "Completed as the survey system counted then, less our answers.");
	for (size_t i = 0; i < s->n_forms; i++)
		if (s->forms[i].synced_at)
			form_sample(b, "thumoi_survey_difference", &s->forms[i], s->forms[i].difference);
	family(b, "thumoi_survey_troubles", "gauge", "Times in a row that the survey system could not be asked.");
	for (size_t i = 0; i < s->n_forms; i++)
		if (s->forms[i].linked)
			form_sample(b, "thumoi_survey_troubles", &s->forms[i], s->forms[i].troubles);
}

static void
write_webhooks(struct buf *b, const struct stand *s)
{
	family(b, "thumoi_webhook_failures", "gauge", "Times in a row that the webhook did not take what it was sent.");
	for (size_t i = 0; i < s->n_hooks; i++)
		sample(b, "thumoi_webhook_failures", (struct label[]){ { "name", s->hooks[i].name } }, 1, s->hooks[i].failures);
	family(b, "thumoi_webhook_active", "gauge", "0: the webhook answered 410 Gone and is sent nothing any more.");
	for (size_t i = 0; i < s->n_hooks; i++)
		sample(b, "thumoi_webhook_active", (struct label[]){ { "name", s->hooks[i].name } }, 1, s->hooks[i].active);
}

static void
write_stand(struct buf *b, const struct stand *s)
{
	write_waves(b, s);
	gauge(b, "thumoi_domains_resting", "Mail domains that asked for less mail and rest now.", s->resting);
	family(b, "thumoi_nominated", "gauge", "People nominated for the campaign.");
	for (size_t i = 0; i < s->n_campaigns; i++)
		sample(b, "thumoi_nominated", (struct label[]){ { "campaign", s->campaigns[i].key } }, 1, s->campaigns[i].people);
	family(b, "thumoi_alerts", "gauge", "Units that the operator must look after before the campaign closes, by kind.");
	for (size_t i = 0; i < s->n_campaigns; i++)
		for (int k = 0; k < ALERT_KINDS; k++)
			sample(b, "thumoi_alerts", (struct label[]){ { "campaign", s->campaigns[i].key },
			    { "kind", alert_key((enum alert_kind)k) } }, 2, s->campaigns[i].alerts[k]);
	write_forms(b, s);
	write_webhooks(b, s);
}

/* The text of it; NULL with e. */
static char *
read_stand(struct db *db, const struct conf *conf, struct err *e)
{
	struct stand s = { .arena = ARENA_INIT };
	struct buf b = BUF_INIT(MAX_BYTES);
	int64_t began_us = clock_mono_us(), now_ms = clock_ms();
	char *text = NULL;

	if (take_stand(&s, db, conf, now_ms, e) == 0) {
		write_stand(&b, &s);
		gauge(&b, "thumoi_store_read_timestamp_seconds", "When this was read from the store.", now_ms / 1000);
		family(&b, "thumoi_store_read_duration_seconds", "gauge", "How long that took.");
		sample_us(&b, "thumoi_store_read_duration_seconds", clock_mono_us() - began_us);
		if (b.failed)
			err_set(e, ERR_FULL, TR("too many waves for /metrics", "quá nhiều lượt thư cho /metrics"));
		else
			text = buf_steal(&b);
	}
	stand_release(&s);
	buf_release(&b);
	return text;
}

/* --- kept -------------------------------------------------------------------- */

struct metrics *
metrics_new(const struct conf *conf)
{
	struct metrics *k = mem_zalloc(sizeof(*k));

	k->conf = conf;
	pthread_mutex_init(&k->lock, NULL);
	return k;
}

void
metrics_free(struct metrics *k)
{
	if (!k)
		return;
	pthread_mutex_destroy(&k->lock);
	free(k->text);
	free(k);
}

int
metrics_read(struct metrics *k, struct db *db, int64_t now_us, struct err *e)
{
	int64_t began_us, rest_us;
	char *text, *old;
	bool mine;

	pthread_mutex_lock(&k->lock);
	mine = !k->reading && now_us >= k->next_us;
	k->reading |= mine;
	pthread_mutex_unlock(&k->lock);
	if (!mine)
		return 0;
	began_us = clock_mono_us();
	text = read_stand(db, k->conf, e);
	rest_us = (clock_mono_us() - began_us) * (RESTS_A_READ + 1);
	pthread_mutex_lock(&k->lock);
	old = k->text;
	k->text = text;
	k->next_us = now_us + (rest_us > READ_US ? rest_us : READ_US);
	k->reading = false;
	pthread_mutex_unlock(&k->lock);
	free(old);
	return text ? 1 : -1;
}

void
metrics_write(struct metrics *k, const struct meters *m, struct buf *b)
{
	write_process(b, m);
	write_dispatcher(b, m);
	write_inbound(b, m);
	write_requests(b, m);
	pthread_mutex_lock(&k->lock);
	if (k->text)
		buf_str_add(b, k->text);
	pthread_mutex_unlock(&k->lock);
}

void
metrics_show(struct request *r)
{
	struct buf b = BUF_INIT(2 * MAX_BYTES);
	struct err e = ERR_INIT;
	struct log_q q;
	int rc;

	if (!session_local(r))
		return;
	if (!r->site->meters) {
		reply_nothing_here(r);
		return;
	}
	if ((rc = metrics_read(r->site->metrics, r->db, clock_mono_us(), &e)) < 0)
		log_error("metrics", "text=%s", log_q(&q, e.text));
	if (rc)
		meters_store(r->site->meters, USES_STORE_METRICS, rc < 0);
	metrics_write(r->site->metrics, r->site->meters, &b);
	reply_raw(r, 200, METRICS_TYPE, buf_str(&b));
	buf_release(&b);
}
