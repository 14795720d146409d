/* Any bytes as a file of messages: each is a piece of it, none is longer than allowed. */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "mail/mbox.h"

#define MOST 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct whole {
	const uint8_t *at;
	size_t left;
};

static int
check(void *arg, const char *name, const char *msg, size_t len, struct err *e)
{
	struct whole *w = arg;
	const uint8_t *found = memmem(w->at, w->left, msg, len);

	(void)e;
	ASSERT(len <= MOST && *name && found);
	w->left -= (size_t)(found - w->at) + len;
	w->at = found + len;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mbox m = MBOX_INIT;
	struct whole w = { data, size };
	struct err e = ERR_INIT;
	int fd = memfd_create("mbox", MFD_CLOEXEC);

	ASSERT(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	ASSERT(mbox_read(&m, fd, "box", MOST, check, &w, &e) == 0);
	close(fd);
	return 0;
}
