/*
 * file.h - whole files, and where our own files lie.
 *
 * Units      bytes.
 * Ownership  struct file is released by file_release; paths lie in the arena.
 * Errors     ERR_SYSTEM with the path; ERR_INPUT for a folder or a device.
 * Threads    any.
 * Source     none.
 */
#ifndef THUMOI_BASE_FILE_H
#define THUMOI_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"

struct file {
	const char *data;	/* NUL-terminated copy when read, bytes as they lie when mapped */
	size_t len;
	bool mapped;
};
#define FILE_INIT { NULL, 0, false }

int	file_read(struct file *, const char *path, size_t max_bytes, struct err *);
int	file_map(struct file *, const char *path, struct err *);	/* for large files */
void	file_release(struct file *);

/*
 * A data file of ours ("templates/invitation.vi.txt", "config/units/vn-2021.csv"):
 * $THUMOI_DATA, else the source tree the program was built in while it runs
 * from there, else the installed share directory. Always returns a path,
 * whether or not the file exists.
 */
char	*file_data_path(struct arena *, const char *name);

/* Writes to PATH.tmp, syncs, renames: readers see the old or the new, whole. */
int	file_replace(const char *path, const void *data, size_t len, struct err *);
const char *file_base(const char *path);	/* after the last slash; borrowed */

#endif
