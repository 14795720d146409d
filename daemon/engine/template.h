/*
 * template.h - the mails people may edit: where they lie, what they may use.
 *
 * A template NAME has NAME.LANG.txt, whose first line is "Subject: ...", and
 * NAME.LANG.html unless it is to be plain text. They lie in the folder of the
 * setting template_dir, else among the shipped ones; {{> x}} reads
 * partials/x.LANG.txt or .html in the same way. The variables are one table:
 * the checker, `thumoi template variables` and the manual all read it.
 *
 * Units      none.
 * Ownership  struct template is released by template_release; lists lie in
 *            the arena.
 * Errors     ERR_INPUT with file:line:column; ERR_NOTFOUND with the names
 *            there are.
 * Threads    a loaded template is constant.
 * Source     Mustache (base/mustache.h).
 */
#ifndef THUMOI_ENGINE_TEMPLATE_H
#define THUMOI_ENGINE_TEMPLATE_H

#include "base/conf.h"
#include "base/lang.h"
#include "base/mustache.h"

/* key, name in templates, what it is. Those with a dot are members of a list's entries. */
#define TEMPLATE_VARIABLES(X) \
	X(CAMPAIGN, "campaign", "title of the campaign", "tên đợt khảo sát") \
	X(SENDER, "sender", "who asks: display name of From:", "bên mời: tên hiển thị của người gửi") \
	X(SENDER_ADDRESS, "sender_address", "address of From:", "địa chỉ thư của người gửi") \
	X(DISPATCHES, "dispatches", "list of texts: number, date and subject of each dispatch", "danh sách: số, ngày, trích yếu từng công văn") \
	X(LEGAL_BASES, "legal_bases", "list of texts: the legal bases", "danh sách: các căn cứ pháp lý") \
	X(OPENS, "opens", "first day, in words", "ngày bắt đầu, viết bằng chữ") \
	X(DEADLINE, "deadline", "last moment, in words: hết ngày 07 tháng 10 năm 2021 (thứ Năm)", "thời hạn, viết bằng chữ: hết ngày 07 tháng 10 năm 2021 (thứ Năm)") \
	X(DEADLINE_DAY, "deadline_day", "last day, in digits: 07/10/2021", "ngày cuối, viết bằng số: 07/10/2021") \
	X(DAYS_LEFT, "days_left", "days from the mail's date to the last day; empty on that day and after", "số ngày từ ngày gửi đến ngày cuối; rỗng từ ngày cuối trở đi") \
	X(ADDRESSEE, "addressee", "the person with Ông/Bà before the name unless an honorific stands there", "người nhận, thêm Ông/Bà trước tên nếu chưa có") \
	X(NAME, "name", "name as the roster has it", "họ tên như trong danh sách") \
	X(POSITION, "position", "what the person does; may be empty", "chức vụ; có thể rỗng") \
	X(SUB_UNIT, "sub_unit", "department or district; may be empty", "phòng, ban, huyện; có thể rỗng") \
	X(UNIT, "unit", "province or ministry", "tỉnh hoặc bộ") \
	X(LINK, "link", "the person's own page", "trang riêng của người nhận") \
	X(OPTOUT_LINK, "optout_link", "page that stops the reminders", "trang dừng nhận thư nhắc") \
	X(PUBLIC_URL, "public_url", "what the links begin with", "phần đầu của các liên kết") \
	X(INSTRUMENTS, "instruments", "list of all forms", "danh sách các phiếu") \
	X(MISSING, "missing", "list of the forms not answered yet", "danh sách các phiếu chưa trả lời") \
	X(DONE, "done", "list of the forms answered", "danh sách các phiếu đã trả lời") \
	X(INSTRUMENT_TITLES, "instrument_titles", "titles of all forms in one text: A và B", "tên các phiếu trong một câu: A và B") \
	X(MISSING_TITLES, "missing_titles", "titles of the forms not answered yet", "tên các phiếu chưa trả lời") \
	X(DONE_TITLES, "done_titles", "titles of the forms answered; empty when there are none", "tên các phiếu đã trả lời; rỗng nếu chưa có") \
	X(HELP, "help", "whom to ask, on one line; may be empty", "liên hệ hỗ trợ, một dòng; có thể rỗng") \
	X(HELP_LINES, "help_lines", "list of texts: whom to ask, line by line", "danh sách: liên hệ hỗ trợ, từng dòng") \
	X(VISITS, "visits", "true when the campaign records visits of the person's page", "đúng khi đợt khảo sát ghi lại lượt mở trang riêng") \
	X(LINES, "lines", "list of texts the sender of a letter hands over", "danh sách dòng kèm theo công văn, thư gửi đầu mối") \
	X(LETTER_NUMBER, "letter_number", "letters: number of the dispatch; may be empty", "công văn: số, ký hiệu; có thể rỗng") \
	X(REPLY_BY, "reply_by", "letters: the day by which an answer is asked for", "công văn: ngày cần trả lời") \
	X(FIXES, "fixes", "letters: how many addresses the unit must mend; empty when none", "công văn: số địa chỉ đơn vị cần sửa; rỗng nếu không có") \
	X(NO_ROSTER, "no_roster", "letters: true when the unit has sent no roster", "công văn: đúng khi đơn vị chưa gửi danh sách") \
	X(DOMAINS, "domains", "letters: list of texts: mail domains that refuse, with numbers and words", "công văn: danh sách tên miền thư từ chối, kèm số liệu và câu trả lời") \
	X(ATTACHMENTS, "attachments", "letters: list of texts: names of the attached files", "công văn: danh sách tên tệp kèm theo")
#define TEMPLATE_MEMBERS(X) \
	X(INSTRUMENTS_NUMBER, "instruments.number", "1, 2, ...", "1, 2, ...") \
	X(INSTRUMENTS_TITLE, "instruments.title", "title of the form", "tên phiếu") \
	X(MISSING_NUMBER, "missing.number", "1, 2, ...", "1, 2, ...") \
	X(MISSING_TITLE, "missing.title", "title of the form", "tên phiếu") \
	X(DONE_NUMBER, "done.number", "1, 2, ...", "1, 2, ...") \
	X(DONE_TITLE, "done.title", "title of the form", "tên phiếu")

#define TEMPLATE_ENUM_(key, name, en, vi) VAR_##key,
enum template_var { TEMPLATE_VARIABLES(TEMPLATE_ENUM_) TEMPLATE_VARS };

struct template_variable {
	const char *name, *help_en, *help_vi;
};
extern const struct template_variable template_variables[];	/* the enum's first, then the members; a NULL name ends it */
extern const char *const template_names[];			/* of the enum, in its order; NULL ends */

struct template {
	struct mustache *subject, *text, *html;			/* html NULL: text alone */
};

int	template_load(struct template *, const struct conf *, const char *name, enum lang, struct err *);
void	template_release(struct template *);

struct template_found {
	const char *name;
	enum lang lang;
	const char *path;		/* of the .txt */
	bool shipped;
};
/* Every template there is, by name and language; one of template_dir hides the shipped one. */
int	template_list(const struct conf *, struct arena *, struct template_found **, size_t *n, struct err *);

/* Unknown names and faults of one template, a line each, to f; how many there were. */
size_t	template_check(const struct conf *, const struct template_found *, FILE *f);

#endif
