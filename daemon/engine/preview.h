/*
 * preview.h - a wave before it goes out: who would get it, who not and why,
 * when, and how the mail looks. Changes nothing.
 *
 * Samples show what differs: the template, the address, what is answered
 * already. Those come first, then the first people of the rosters.
 *
 * Units      people; times are Unix seconds.
 * Ownership  preview_release; texts lie in its arena, those of the wave and
 *            the campaign are the caller's.
 * Errors     -1: ERR_INPUT for an audience that cannot be read, a template
 *            with a fault.
 * Threads    the thread of the db handle.
 * Source     plan.h, eligible.h.
 */
#ifndef THUMOI_ENGINE_PREVIEW_H
#define THUMOI_ENGINE_PREVIEW_H

#include "base/conf.h"
#include "engine/plan.h"

struct preview_sample {
	int64_t contact;
	const char *email;
	unsigned answered;
	bool variant, second;
};

struct preview_unit {			/* in the order of its first person */
	const char *code;
	int64_t in, out;		/* of the audience: get it, are left out */
};

struct preview {
	const struct campaign *campaign;
	const struct wave *wave;
	int64_t as_of, goes_at, deadline;	/* goes_at: when the first message would leave */
	struct plan plan;
	int64_t causes[CAUSES];		/* of those who get it */
	int64_t variant, second;	/* ... with the other template; at another than the first address */
	struct preview_unit *units;
	size_t n_units;
	struct preview_sample *samples;
	size_t n_samples;
	struct arena arena;
};

/* each: called for everybody, may be NULL. */
int	preview_make(struct preview *, struct db *, const struct conf *, const struct campaign *, const struct wave *, size_t samples,
	    void (*each)(const struct facts *, const struct eligible_answer *, void *), void *arg, struct err *);
void	preview_release(struct preview *);

/* The sample of one person of the campaign. 1; 0: nothing would go to that person; -1. */
int	preview_sample_of(struct preview *, struct db *, const struct conf *, const struct campaign *, const struct wave *, int64_t contact,
	    struct preview_sample *, struct err *);

struct preview_mail {
	const char *name, *unit_code, *email, *subject, *text, *html;	/* html NULL: text alone */
};
/* In a language of its own; the texts lie in the arena. */
int	preview_mail(const struct preview *, struct db *, const struct conf *, const struct preview_sample *, enum lang, struct arena *,
	    struct preview_mail *, struct err *);

#endif
