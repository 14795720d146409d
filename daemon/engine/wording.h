/*
 * wording.h - the small sentences of a mail that data alone does not give.
 *
 * Units      times are Unix seconds.
 * Ownership  results lie in the arena, or are borrowed from what was given.
 * Errors     none.
 * Threads    pure.
 * Source     Decree 30/2020/ND-CP appendix I for dates.
 */
#ifndef THUMOI_ENGINE_WORDING_H
#define THUMOI_ENGINE_WORDING_H

#include "base/date.h"
#include "base/mem.h"

/* "Ông/Bà Lê Văn A"; the name alone when an honorific stands there already (Bà, Ông, Anh, Đồng chí ...). */
const char *wording_addressee(struct arena *, const char *name, enum lang);
/* "hết ngày 07 tháng 10 năm 2021 (thứ Năm)", or "17 giờ 00, ngày ..." when it is not the end of a day. */
const char *wording_deadline(struct arena *, const struct zone *, int64_t at, enum lang);
/* Calendar days from one moment to another; "" when there are none. */
const char *wording_days_left(struct arena *, const struct zone *, int64_t from, int64_t to);
/* "A, B và C" of those whose bit is set; "" for none. */
const char *wording_titles(struct arena *, const char *const *titles, size_t n, unsigned mask, enum lang);
/* A legal basis without a "Căn cứ" at its head. */
const char *wording_basis(struct arena *, const char *text);

#endif
