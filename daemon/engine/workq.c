#include "engine/workq.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fiber.h"

/* [q] under lock, [c] constant after workq_new */
struct workq {
	pthread_mutex_t lock;
	struct job *head, **tail;	/* [q] */
	size_t n;			/* [q] */
	int idle;			/* [q] */
	bool closed;			/* [q] */
	int fd, urgent_fd;		/* [c] */
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

	q->tail = &q->head;
	if ((q->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0 ||
	    (q->urgent_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
		die("eventfd: %s", strerror(errno));
	pthread_mutex_init(&q->lock, NULL);
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
	close(q->urgent_fd);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

/* Who waits is woken by the descriptor; who was woken and leaves something behind wakes the next. */
void
workq_put(struct workq *q, struct job *j)
{
	bool wake;

	j->next = NULL;
	pthread_mutex_lock(&q->lock);
	wake = q->head == NULL || q->idle > 0;
	*q->tail = j;
	q->tail = &j->next;
	q->n++;
	pthread_mutex_unlock(&q->lock);
	if (wake)
		eventfd_write(q->fd, 1);
}

void
workq_put_urgent(struct workq *q, struct job *j)
{
	workq_put(q, j);
	eventfd_write(q->urgent_fd, 1);
}

/* 1 *out is the oldest job, 0 there is none, -1 closed. */
static int
take_first(struct workq *q, struct job **out)
{
	bool wake;
	int rc;

	pthread_mutex_lock(&q->lock);
	*out = q->closed ? NULL : q->head;
	rc = q->closed ? -1 : *out != NULL;
	if (rc == 1) {
		if (!(q->head = (*out)->next))
			q->tail = &q->head;
		q->n--;
		(*out)->next = NULL;
	}
	wake = q->idle > 0 && (q->closed || q->head);
	pthread_mutex_unlock(&q->lock);
	if (wake)
		eventfd_write(q->fd, 1);
	return rc;
}

static void
count_idle(struct workq *q, int n)
{
	pthread_mutex_lock(&q->lock);
	q->idle += n;
	pthread_mutex_unlock(&q->lock);
}

struct job *
workq_take(struct workq *q, int wait_ms)
{
	int64_t until = 0, left = wait_ms;
	struct job *j;
	eventfd_t seen;

	if (take_first(q, &j) != 0)
		return j;
	count_idle(q, 1);
	while (take_first(q, &j) == 0 && left > 0) {
		int64_t now = clock_mono_us() / 1000;

		until = until ? until : now + wait_ms;
		left = until - now;
		if (left > 0 && fiber_wait(q->fd, POLLIN, (int)left) > 0)
			eventfd_read(q->fd, &seen);
	}
	count_idle(q, -1);
	return j;
}

struct job *
workq_take_all(struct workq *q)
{
	struct job *list;
	eventfd_t seen;

	eventfd_read(q->fd, &seen);
	eventfd_read(q->urgent_fd, &seen);
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
	eventfd_write(q->fd, 1);
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

int
workq_urgent_fd(const struct workq *q)
{
	return q->urgent_fd;
}
