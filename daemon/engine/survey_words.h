/*
 * survey_words.h - the survey system's own count beside ours, in words.
 *
 * Units      people.
 * Ownership  appended to the caller's buf.
 * Errors     none.
 * Threads    pure.
 * Source     store/survey.h for what is counted.
 */
#ifndef THUMOI_ENGINE_SURVEY_WORDS_H
#define THUMOI_ENGINE_SURVEY_WORDS_H

#include "base/buf.h"
#include "base/date.h"
#include "store/survey.h"

int64_t	survey_difference(const struct survey_count *);		/* theirs - ours */
/*
 * "survey system: 949 completed, ours: 949 (as of ...): they agree." or by how
 * many they differ; reasons: and the known ones. One line without its end.
 */
void	survey_words(struct buf *, const struct survey_link *, const struct zone *, bool reasons, enum lang);

#endif
