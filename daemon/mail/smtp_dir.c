/* A folder instead of a relay: one file a message, complete when it appears. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lang.h"
#include "mail/relay.h"

int
dir_open(struct relay *r, struct err *e)
{
	struct dirent *d;
	DIR *dir;

	if (mkdir(r->dir, 0777) < 0 && errno != EEXIST)
		return err_sys(e, TR("cannot make the folder %s", "không tạo được thư mục %s"), r->dir);
	if (!(dir = opendir(r->dir)))
		return err_sys(e, "%s", r->dir);
	while ((d = readdir(dir))) {
		char *end;
		int64_t n = strtoll(d->d_name, &end, 10);

		if (strcmp(end, ".eml") == 0 && n > r->file)
			r->file = n;
	}
	closedir(dir);
	if (access(r->dir, W_OK | X_OK) < 0)
		return err_sys(e, "%s", r->dir);
	return 0;
}

static int
write_whole(int fd, struct iovec *v, int n)
{
	while (n > 0) {
		ssize_t k = writev(fd, v, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		for (; n > 0 && (size_t)k >= v->iov_len; v++, n--)
			k -= (ssize_t)v->iov_len;
		if (n > 0) {
			v->iov_base = (char *)v->iov_base + k;
			v->iov_len -= (size_t)k;
		}
	}
	return 0;
}

/* link(2) takes no name twice, whoever else writes there; rename would. */
static int
give_name(struct relay *r, const char *tmp, char *path, size_t size)
{
	int rc;

	do {
		snprintf(path, size, "%s/%06" PRId64 ".eml", r->dir, atomic_fetch_add(&r->file, 1) + 1);
		rc = link(tmp, path);
	} while (rc < 0 && errno == EEXIST);
	unlink(tmp);
	return rc;
}

static int
write_message(struct relay *r, const struct smtp_job *j, char *path, size_t size)
{
	char tmp[PATH_MAX], head[1200];
	struct iovec v[2];
	int fd, n, saved;

	n = snprintf(head, sizeof(head), "X-Envelope-From: <%s>\r\nX-Envelope-To: <%s>\r\nX-Envelope-Id: %s\r\n",
	    j->sender, j->recipient, j->envid ? j->envid : "");
	v[0] = (struct iovec){ head, (size_t)n };
	v[1] = (struct iovec){ (void *)(uintptr_t)j->data, j->len };
	snprintf(tmp, sizeof(tmp), "%s/.tmp-XXXXXX", r->dir);
	if ((fd = mkostemp(tmp, O_CLOEXEC)) < 0)
		return -1;
	fchmod(fd, 0644);
	if (write_whole(fd, v, 2) < 0) {
		saved = errno;
		close(fd);
		unlink(tmp);
		errno = saved;
		return -1;
	}
	close(fd);
	return give_name(r, tmp, path, size);
}

int
dir_session(struct relay *r, const struct smtp_calls *calls, struct err *e)
{
	struct smtp_job j;

	(void)e;
	for (int64_t n = 0; n < r->messages_per_connection; n++) {
		int64_t began = clock_mono_us();
		struct smtp_outcome o = { .verdict = SMTP_ACCEPTED, .command = "DOT", .code = 250 };
		char path[PATH_MAX];

		memset(&j, 0, sizeof(j));
		if (!calls->next(calls->arg, &j))
			break;
		if (strlen(j.sender) > 320 || strlen(j.recipient) > 320 || envelope_fault(j.sender, true) ||
		    envelope_fault(j.recipient, true) || (j.envid && (strlen(j.envid) > 100 || envelope_fault(j.envid, false)))) {
			smtp_tell(calls, &j, SMTP_REFUSED, "MAIL", TR("an address cannot stand in an envelope",
			    "địa chỉ không dùng được trên phong bì thư"));
			continue;
		}
		if (calls->begun)
			calls->begun(calls->arg, &j);
		if (write_message(r, &j, path, sizeof(path)) < 0) {
			char why[300];

			snprintf(why, sizeof(why), "%s: %s", r->dir, strerror(errno));
			smtp_tell(calls, &j, SMTP_UNTRIED, "CONNECT", why);
			break;
		}
		o.text = path + strlen(r->dir) + 1;
		o.duration_ms = (clock_mono_us() - began) / 1000;
		calls->done(calls->arg, &j, &o);
	}
	return 0;
}
