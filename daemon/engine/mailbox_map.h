/*
 * mailbox_map.h - whose mailbox is this? In memory, while a large first
 * roster is loaded and the store's own index waits.
 *
 * Sixteen bytes a person. Two texts may have one hash: the caller compares.
 *
 * Units      none.
 * Ownership  mailbox_map_release.
 * Errors     none.
 * Threads    one map, one thread.
 * Source     open addressing, linear probing.
 */
#ifndef THUMOI_ENGINE_MAILBOX_MAP_H
#define THUMOI_ENGINE_MAILBOX_MAP_H

#include <stddef.h>
#include <stdint.h>

struct mailbox {
	uint64_t hash;			/* 0: free */
	int64_t contact;
};

struct mailbox_map {
	struct mailbox *slot;
	size_t cap, used;
};

void	mailbox_map_reserve(struct mailbox_map *, size_t n);	/* room for n people; before the first add */
void	mailbox_map_add(struct mailbox_map *, uint64_t hash, int64_t contact);
/* The next contact with this hash; *at begins as 0. 0: no more. */
int64_t	mailbox_map_next(const struct mailbox_map *, uint64_t hash, size_t *at);
void	mailbox_map_release(struct mailbox_map *);

#endif
