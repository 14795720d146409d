#include "engine/sentence.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/rates.h"

#define NAMES_MAX 512

/* Common titles begin with a small letter inside a sentence. */
static void
small_first(struct buf *b, const char *title)
{
	if (strncmp(title, "Phiếu", 6) == 0)
		buf_printf(b, "p%s", title + 1);
	else
		buf_printf(b, "“%s”", title);
}

void
sentence_instrument(struct buf *b, const struct account *a, size_t i, enum lang l)
{
	static const struct { const char *key, *en, *vi; } known[] = {
		{ "survey", "the survey form", "phiếu khảo sát" },
		{ "feedback", "the feedback form", "phiếu phản hồi ý kiến" },
	};
	const struct instrument *in = &a->campaign->instruments[i];

	if (l == a->campaign->lang && l == LANG_VI && *in->title) {
		small_first(b, in->title);
		return;
	}
	for (size_t k = 0; k < COUNT_OF(known); k++)
		if (strcmp(known[k].key, in->key) == 0) {
			buf_str_add(b, TRL(l, known[k].en, known[k].vi));
			return;
		}
	buf_printf(b, TRL(l, "the form “%s”", "phiếu “%s”"), *in->title ? in->title : in->key);
}

const char *
sentence_form(const struct account *a, size_t i, enum lang l)
{
	const char *key = a->campaign->instruments[i].key;

	if (l == LANG_VI && strcmp(key, "survey") == 0)
		return "khảo sát";
	if (l == LANG_VI && strcmp(key, "feedback") == 0)
		return "phản hồi";
	return key;
}

static int
by_vietnamese(const void *a, const void *b)
{
	return text_collate(*(const char *const *)a, *(const char *const *)b);
}

size_t
sentence_units(struct buf *b, const struct account *a, enum unit_kind kind, enum unit_class class, enum lang l)
{
	const char *names[NAMES_MAX];
	size_t n = 0, all = 0;

	for (size_t i = 0; i < a->n_units; i++)
		if (a->units[i].unit.kind == kind && a->units[i].class == class) {
			all++;
			if (n < NAMES_MAX)
				names[n++] = unit_short(&a->units[i].unit, l);
		}
	if (n)
		qsort(names, n, sizeof(*names), by_vietnamese);
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s%s", i == 0 ? "" : i + 1 < n ? "; " : TRL(l, n > 2 ? "; and " : " and ", " và "), names[i]);
	return all;
}

static const char *
kind_name(enum unit_kind k, int64_t n, enum lang l)
{
	if (k == UNIT_MINISTRY)
		return TRL(l, n == 1 ? "ministry" : "ministries", "bộ");
	return TRL(l, n == 1 ? "province" : "provinces", "tỉnh");
}

static void
rosters(struct buf *b, const struct account *a, enum lang l)
{
	char people[32], of[32], got[32];
	bool first = true;

	for (int k = 0; k < UNIT_KINDS; k++) {
		if (!a->kind_units[k])
			continue;
		text_number(got, a->kind_rosters[k], l);
		text_number(of, a->kind_units[k], l);
		buf_printf(b, TRL(l, "%s%s of %s %s", "%s%s/%s %s"), first ? "" : TRL(l, " and ", " và "), got, of,
		    kind_name((enum unit_kind)k, a->kind_units[k], l));
		first = false;
	}
	buf_printf(b, TRL(l, " sent a roster; %s officials were nominated in all.\n",
	    " đã gửi danh sách; tổng số công chức được cử là %s người.\n"), text_number(people, a->all.nominated, l));
}

static void
answered(struct buf *b, const struct account *a, size_t i, enum lang l)
{
	int64_t did = a->all.answered[i], all = a->all.nominated;
	char n[32], of[32], p[32], not[32], q[32];
	struct buf form = BUF_INIT(4096);

	sentence_instrument(&form, a, i, l);
	text_number(n, did, l);
	text_number(not, all - did, l);
	text_number(of, all, l);
	text_percent(p, did, all, l);
	text_percent(q, all - did, all, l);
	buf_printf(b, TRL(l, "%s of %s officials (%s%%) answered %s; %s of %s (%s%%) have not answered it.\n",
	    "%s/%s công chức (%s%%) đã trả lời %s; %s/%s công chức (%s%%) chưa trả lời "), n, of, p, buf_str(&form), not,
	    of, q);
	if (l == LANG_VI)
		buf_printf(b, "%s.\n", buf_str(&form));
	buf_release(&form);
}

static void
took_part(struct buf *b, const struct account *a, enum lang l)
{
	char n[32], of[32], p[32], rest[32];

	if (a->campaign->n_instruments < 2)
		return;
	text_number(n, a->all.took_part, l);
	text_number(of, a->all.nominated, l);
	text_number(rest, a->all.nominated - a->all.took_part, l);
	text_percent(p, a->all.took_part, a->all.nominated, l);
	buf_printf(b, TRL(l, "%s of %s officials (%s%%) answered at least one form; %s answered none.\n",
	    "%s/%s công chức (%s%%) trả lời ít nhất một phiếu; %s công chức không trả lời phiếu nào.\n"), n, of, p, rest);
}

/* What went out, and how far: that a relay has it is all that is known by itself. */
static void
written_to(struct buf *b, const struct account *a, enum lang l)
{
	char n[32], of[32], got[32], p[32];

	if (!a->all.invited)
		return;
	text_number(n, a->all.invited, l);
	text_number(of, a->all.nominated, l);
	text_number(got, a->all.accepted, l);
	text_percent(p, a->all.accepted, a->all.invited, l);
	buf_printf(b, TRL(l, "%s of %s officials were written to; mail servers accepted messages to %s of them (%s%%).\n",
	    "Đã gửi thư tới %s/%s công chức; máy chủ thư đã nhận thư gửi %s người trong số đó (%s%%).\n"), n, of, got, p);
}

/* The share of the whole by a rule that others use, too. */
static void
by_rule(struct buf *b, const struct account *a, enum lang l)
{
	struct rates r;
	char p[32], q[32];

	rates_count(&r, &a->all);
	if (!r.denominator[0])
		return;
	text_percent(p, r.numerator[0], r.denominator[0], l);
	text_percent(q, r.numerator[1], r.denominator[1], l);
	buf_printf(b, TRL(l, "By the rules of AAPOR the response rate is %s%% (RR1, complete answers) or %s%% (RR2, partial ones too).\n",
	    "Tỷ lệ trả lời theo chuẩn AAPOR là %s%% (RR1, trả lời đủ) hoặc %s%% (RR2, kể cả trả lời một phần).\n"), p, q);
}

static void
named(struct buf *b, const struct account *a, enum unit_kind kind, enum unit_class class, enum lang l)
{
	struct buf names = BUF_INIT((size_t)1 << 20);
	int64_t n = (int64_t)sentence_units(&names, a, kind, class, l), most = a->conf->very_few_people;
	char of[32], count[32], few[96];
	const char *what = kind_name(kind, n, l);

	text_number(count, n, l);
	text_number(of, a->kind_units[kind], l);
	if (n && class == CLASS_NO_ROSTER)
		buf_printf(b, TRL(l, "%s of %s %s sent no roster: %s.\n", "%s/%s %s chưa gửi danh sách: %s.\n"), count, of,
		    kind_name(kind, a->kind_units[kind], l), buf_str(&names));
	if (n && class == CLASS_ZERO)
		buf_printf(b, TRL(l, "%s of %s %s sent a roster, but nobody took part: %s.\n",
		    "%s/%s %s đã gửi danh sách nhưng không có công chức nào tham gia: %s.\n"), count, of,
		    kind_name(kind, a->kind_units[kind], l), buf_str(&names));
	if (n && class == CLASS_VERY_FEW) {
		if (a->conf->very_few_percent)
			snprintf(few, sizeof(few), TRL(l, "at most %d, or %d%%", "không quá %d người hoặc %d%%"), (int)most,
			    (int)a->conf->very_few_percent);
		else
			snprintf(few, sizeof(few), TRL(l, "at most %d", "không quá %d người"), (int)most);
		buf_printf(b, TRL(l, "In %s of %s %s very few took part (%s): %s.\n",
		    "%s/%s %s có rất ít công chức tham gia (%s): %s.\n"), count, of,
		    l == LANG_EN ? kind_name(kind, a->kind_units[kind], l) : what, few, buf_str(&names));
	}
	buf_release(&names);
}

void
sentence_corrections(struct buf *b, const struct account *a, enum lang l)
{
	const struct corrections *c = &a->corrections;
	char mended[32], invited[32], answered_[32];

	if (!c->mended)
		return;
	text_number(mended, c->mended, l);
	text_number(invited, c->invited, l);
	text_number(answered_, c->answered, l);
	buf_printf(b, TRL(l, "Units mended the addresses of %s officials; %s of them were written to at the new address, and %s have"
	    " answered since.\n", "Các đơn vị đã sửa địa chỉ của %s công chức; trong đó %s người đã được gửi thư tới địa chỉ mới, %s người"
	    " đã trả lời sau khi sửa.\n"), mended, invited, answered_);
}

void
sentences_participation(struct buf *b, const struct account *a, enum lang l)
{
	static const enum unit_class classes[] = { CLASS_NO_ROSTER, CLASS_ZERO, CLASS_VERY_FEW };

	rosters(b, a, l);
	written_to(b, a, l);
	for (size_t i = 0; i < a->campaign->n_instruments; i++)
		answered(b, a, i, l);
	took_part(b, a, l);
	if (a->instrument < 0)
		by_rule(b, a, l);
	for (size_t c = 0; c < COUNT_OF(classes); c++)
		for (int k = 0; k < UNIT_KINDS; k++)
			named(b, a, (enum unit_kind)k, classes[c], l);
	sentence_corrections(b, a, l);
}

struct share { enum cause cause; int64_t n; };

static int
by_size(const void *a, const void *b)
{
	const struct share *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return (int)x->cause - (int)y->cause;
}

/* The causes in words, largest first; the unknown last, never dressed up. */
static void
why(struct buf *b, const struct account *a, enum lang l)
{
	int64_t missing = a->all.nominated - tally_cause(&a->all, CAUSE_ANSWERED);
	int64_t unknown = tally_cause(&a->all, CAUSE_UNKNOWN);
	struct share s[CAUSES];
	size_t n = 0;
	char count[32];

	for (int c = CAUSE_ANSWERED + 1; c < CAUSE_UNKNOWN; c++)
		if (tally_cause(&a->all, (enum cause)c))
			s[n++] = (struct share){ (enum cause)c, tally_cause(&a->all, (enum cause)c) };
	if (n)
		qsort(s, n, sizeof(*s), by_size);
	text_number(count, missing, l);
	if (a->instrument >= 0) {
		buf_printf(b, TRL(l, "%s officials have not answered ", "%s công chức chưa trả lời "), count);
		sentence_instrument(b, a, (size_t)a->instrument, l);
	} else {
		buf_printf(b, TRL(l, "%s officials have not answered everything", "%s công chức chưa trả lời đủ các phiếu"), count);
	}
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s%s: %s", i ? "; " : TRL(l, ". Why, as far as it is proven: ", ". Nguyên nhân đã có bằng chứng: "),
		    cause_name(s[i].cause, l), text_number(count, s[i].n, l));
	buf_str_add(b, ".\n");
	if (unknown)
		buf_printf(b, TRL(l, "Of %s officials nobody can know: the relay took the message and nothing was heard since.\n",
		    "Còn %s công chức chưa rõ nguyên nhân: máy chủ đã nhận thư nhưng từ đó không có tin gì.\n"),
		    text_number(count, unknown, l));
}

static void
whole(struct buf *b, const struct account *a, enum lang l)
{
	char n[32];
	bool first = true;

	buf_str_add(b, a->faults ? TRL(l, "The numbers do NOT add up to the nominated: ",
	    "Số liệu KHÔNG khớp với số người được cử: ") :
	    TRL(l, "Everybody is accounted for: ", "Đối chiếu đủ từng người: "));
	for (int c = 0; c < CAUSES; c++)
		if (tally_cause(&a->all, (enum cause)c)) {
			buf_printf(b, "%s%s", first ? "" : " + ", text_number(n, tally_cause(&a->all, (enum cause)c), l));
			first = false;
		}
	if (first)
		buf_char(b, '0');
	buf_printf(b, " = %s.\n", text_number(n, tally_sum(&a->all), l));
}

void
sentences_causes(struct buf *b, const struct account *a, enum lang l)
{
	why(b, a, l);
	whole(b, a, l);
}
