#include "engine/workq.h"

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* [q] under lock, [c] constant after workq_new */
struct workq {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct job *head, **tail;	/* [q] */
	size_t n;			/* [q] */
	int idle;			/* [q] */
	bool closed;			/* [q] */
	int fd;				/* [c] */
};

void
job_free(struct job *j)
{
	if (j)
		free(j->text);
	free(j);
}

struct workq *
workq_new(void)
{
	struct workq *q = mem_zalloc(sizeof(*q));
	pthread_condattr_t attr;

	q->tail = &q->head;
	if ((q->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
		die("eventfd: %s", strerror(errno));
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&q->more, &attr);
	pthread_condattr_destroy(&attr);
	return q;
}

void
workq_free(struct workq *q)
{
	struct job *next;

	if (!q)
		return;
	for (struct job *j = q->head; j; j = next) {
		next = j->next;
		job_free(j);
	}
	close(q->fd);
	pthread_cond_destroy(&q->more);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

void
workq_put(struct workq *q, struct job *j)
{
	bool first, wanted;

	j->next = NULL;
	pthread_mutex_lock(&q->lock);
	first = q->head == NULL;
	wanted = q->idle > 0;
	*q->tail = j;
	q->tail = &j->next;
	q->n++;
	pthread_mutex_unlock(&q->lock);
	if (wanted)
		pthread_cond_signal(&q->more);
	if (first)
		eventfd_write(q->fd, 1);
}

struct job *
workq_take(struct workq *q, int wait_ms)
{
	struct timespec until;
	struct job *j = NULL;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += wait_ms / 1000;
	until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&q->lock);
	q->idle++;
	while (!q->head && !q->closed && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&q->more, &q->lock, &until);
	q->idle--;
	if (!q->closed && (j = q->head)) {
		if (!(q->head = j->next))
			q->tail = &q->head;
		q->n--;
		j->next = NULL;
	}
	pthread_mutex_unlock(&q->lock);
	return j;
}

struct job *
workq_take_all(struct workq *q)
{
	struct job *list;
	eventfd_t seen;

	eventfd_read(q->fd, &seen);
	pthread_mutex_lock(&q->lock);
	list = q->head;
	q->head = NULL;
	q->tail = &q->head;
	q->n = 0;
	pthread_mutex_unlock(&q->lock);
	return list;
}

void
workq_close(struct workq *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_mutex_unlock(&q->lock);
	pthread_cond_broadcast(&q->more);
}

size_t
workq_len(struct workq *q)
{
	size_t n;

	pthread_mutex_lock(&q->lock);
	n = q->n;
	pthread_mutex_unlock(&q->lock);
	return n;
}

int
workq_idle(struct workq *q)
{
	int n;

	pthread_mutex_lock(&q->lock);
	n = q->idle;
	pthread_mutex_unlock(&q->lock);
	return n;
}

int
workq_fd(const struct workq *q)
{
	return q->fd;
}
