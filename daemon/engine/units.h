/*
 * units.h - which unit is meant, and whose mail domain is it?
 *
 * The units of one tree that are in force at one moment, in memory. A name is
 * recognised with or without diacritics, prefix ("Tỉnh", "TP.", "UBND tỉnh")
 * and by its aliases; what is ambiguous or unknown is an error that shows the
 * nearest names. The unit of a roster comes from its submitter, never from
 * words inside a row.
 *
 * Units      none.
 * Ownership  struct units owns all; what it returns is borrowed from it.
 * Errors     units_resolve: ERR_NOTFOUND with suggestions.
 * Threads    read-only after loading.
 * Source     shipped directories: config/units; read by engine/unit_file.
 */
#ifndef THUMOI_ENGINE_UNITS_H
#define THUMOI_ENGINE_UNITS_H

#include "store/unit.h"

struct units;

int	units_load(struct units **, struct db *, int64_t tree, int64_t at, struct err *);
void	units_free(struct units *);
/* All of them, in the order of the directory. */
const struct unit *units_all(const struct units *, size_t *n);
const struct unit *units_by_id(const struct units *, int64_t id);		/* NULL: none */
const struct unit *units_by_code(const struct units *, const char *code);	/* any case; NULL: none */
/* A code or any name. 0, or -1 with the nearest names. */
int	units_resolve(const struct units *, const char *text, const struct unit **, struct err *);
/* The unit to which this mail domain, or a domain above it, belongs; NULL: none or several. */
const struct unit *units_domain_owner(const struct units *, const char *domain);
bool	units_domain_known(const struct units *, const char *domain);	/* of a unit or a provider, exactly */
bool	units_is_provider(const struct units *, const char *domain);
const char *const *units_providers(const struct units *, size_t *n);
const char *units_domain_at(const struct units *, size_t i);	/* the units' domains, sorted; NULL: no more */

/* How a name is compared: folded, without prefixes and anything but letters and digits. */
char	*units_key(struct arena *, const char *name);

#endif
