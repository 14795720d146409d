#include "engine/cause.h"

#include <string.h>

#include "mail/category.h"

static const struct cause_info table[CAUSES] = {
	[CAUSE_ANSWERED] = { "answered", OWNER_NONE, OWNER_NONE, "1.1", GROUP_ANSWERED,
	    "answered", "đã trả lời",
	    "All forms are done.", "Đã hoàn thành tất cả các phiếu.", "", "" },
	[CAUSE_ANSWERED_PARTLY] = { "answered_partly", OWNER_PERSON, OWNER_NONE, "1.2", GROUP_ANSWERED,
	    "answered in part", "trả lời một phần",
	    "At least one form is done, another is missing.", "Đã trả lời ít nhất một phiếu, còn thiếu phiếu khác.",
	    "Remind the person of the form that is missing.", "Nhắc công chức trả lời phiếu còn thiếu." },
	[CAUSE_OPTED_OUT] = { "opted_out", OWNER_PERSON, OWNER_NONE, "2.111", GROUP_PERSON,
	    "asked to stop", "đề nghị không nhắc nữa",
	    "The person asked for no more reminders.", "Công chức đề nghị không gửi thư nhắc nữa.",
	    "Respect it; the unit may name somebody else.", "Tôn trọng đề nghị; đơn vị có thể cử người khác." },
	[CAUSE_COMPLAINED] = { "complained", OWNER_PERSON, OWNER_NONE, "2.111", GROUP_PERSON,
	    "reported as spam", "báo là thư rác",
	    "The person's mail service reported that the message was marked as spam.",
	    "Dịch vụ thư của công chức báo lại là thư bị đánh dấu thư rác.",
	    "Send nothing more; the focal point should call.", "Không gửi thêm; đầu mối của đơn vị liên hệ trực tiếp." },
	[CAUSE_BAD_ROW] = { "bad_row", OWNER_UNIT, OWNER_NONE, "3.11", GROUP_ADDRESS,
	    "faulty row in the roster", "dòng danh sách bị lỗi",
	    "The roster gives no address that could be used as it stands.",
	    "Danh sách không ghi địa chỉ dùng được nguyên như đã gửi.",
	    "The unit corrects the row and sends the roster again.", "Đơn vị sửa dòng đó và gửi lại danh sách." },
	[CAUSE_NOT_INVITED] = { "not_invited", OWNER_OPERATOR, OWNER_NONE, "3.11", GROUP_OPERATOR,
	    "not invited yet", "chưa được gửi thư",
	    "No invitation to the present address is planned or due yet.",
	    "Chưa có thư mời nào được lập hoặc đến hạn gửi tới địa chỉ hiện tại.",
	    "Plan a wave for these people.", "Lập lượt thư cho những người này." },
	[CAUSE_BAD_USER] = { "bad_user", OWNER_UNIT, OWNER_NONE, "3.30", GROUP_ADDRESS,
	    "no such mailbox", "hộp thư không tồn tại",
	    "The receiving server says that there is no such mailbox.", "Máy chủ nhận trả lời là không có hộp thư này.",
	    "The unit sends the right address.", "Đơn vị cung cấp lại địa chỉ đúng." },
	[CAUSE_BAD_DOMAIN] = { "bad_domain", OWNER_UNIT, OWNER_NONE, "3.30", GROUP_ADDRESS,
	    "no such mail domain", "tên miền thư không tồn tại",
	    "The part after the @ does not exist or takes no mail.", "Phần sau dấu @ không tồn tại hoặc không nhận thư.",
	    "The unit sends the right address.", "Đơn vị cung cấp lại địa chỉ đúng." },
	[CAUSE_MOVED] = { "moved", OWNER_UNIT, OWNER_NONE, "3.30", GROUP_ADDRESS,
	    "mailbox moved away", "hộp thư đã chuyển đi",
	    "The receiving server says that the mailbox has moved.", "Máy chủ nhận trả lời là hộp thư đã chuyển.",
	    "The unit sends the new address.", "Đơn vị cung cấp địa chỉ mới." },
	[CAUSE_BAD_SYNTAX] = { "bad_syntax", OWNER_UNIT, OWNER_NONE, "3.30", GROUP_ADDRESS,
	    "address not well formed", "địa chỉ sai cú pháp",
	    "A server refused the address as malformed.", "Máy chủ từ chối vì địa chỉ sai cú pháp.",
	    "The unit sends the right address.", "Đơn vị cung cấp lại địa chỉ đúng." },
	[CAUSE_MAILBOX_FULL] = { "mailbox_full", OWNER_PERSON_IT, OWNER_NONE, "3.30", GROUP_REFUSED,
	    "mailbox full", "hộp thư đầy",
	    "The mailbox is full and takes nothing more.", "Hộp thư đã đầy, không nhận thêm được.",
	    "The person or the person's IT staff makes room.", "Công chức hoặc bộ phận tin học dọn hộp thư, nới dung lượng." },
	[CAUSE_MAILBOX_DISABLED] = { "mailbox_disabled", OWNER_PERSON_IT, OWNER_NONE, "3.30", GROUP_REFUSED,
	    "mailbox disabled", "hộp thư bị khóa",
	    "The mailbox exists but is switched off.", "Hộp thư có nhưng đang bị khóa.",
	    "The person's IT staff switches it on, or the unit sends another address.",
	    "Bộ phận tin học mở lại, hoặc đơn vị cung cấp địa chỉ khác." },
	[CAUSE_REFUSED_POLICY] = { "refused_policy", OWNER_MAIL_ADMIN, OWNER_NONE, "3.30", GROUP_REFUSED,
	    "refused by a rule of the receiver", "máy chủ nhận từ chối theo quy định",
	    "The receiving server refuses our mail by a rule of its own, or without a reason.",
	    "Máy chủ nhận từ chối thư của ta theo quy định riêng, hoặc không nêu lý do.",
	    "The unit's mail administrator allows the sender.", "Quản trị thư của đơn vị cho phép người gửi." },
	[CAUSE_REFUSED_CONTENT] = { "refused_content", OWNER_MAIL_ADMIN, OWNER_NONE, "3.30", GROUP_REFUSED,
	    "refused for its content", "bị từ chối vì nội dung",
	    "The receiving server took the message for spam or disliked what is in it, or its size.",
	    "Máy chủ nhận coi là thư rác, hoặc từ chối vì nội dung hay dung lượng thư.",
	    "The unit's mail administrator exempts the sender from the filter.",
	    "Quản trị thư của đơn vị miễn lọc cho người gửi." },
	[CAUSE_REFUSED_AUTH] = { "refused_auth", OWNER_SENDER, OWNER_NONE, "3.30", GROUP_OPERATOR,
	    "our authentication refused", "xác thực của bên gửi bị từ chối",
	    "The receiving server blames our own SPF, DKIM, DMARC or host name.",
	    "Máy chủ nhận cho là SPF, DKIM, DMARC hoặc tên máy của bên gửi chưa đúng.",
	    "The sender mends its own authentication, then sends again.", "Bên gửi sửa xác thực của mình rồi gửi lại." },
	[CAUSE_REFUSED_BLOCKED] = { "refused_blocked", OWNER_MAIL_ADMIN, OWNER_SENDER, "3.30", GROUP_REFUSED,
	    "our address blocked", "địa chỉ bên gửi bị chặn",
	    "The receiving server blocks the address our mail comes from.", "Máy chủ nhận chặn địa chỉ IP của bên gửi.",
	    "The unit's mail administrator lifts the block; the sender looks at public block lists.",
	    "Quản trị thư của đơn vị gỡ chặn; bên gửi kiểm tra các danh sách chặn." },
	[CAUSE_EXPIRED] = { "expired", OWNER_MAIL_ADMIN, OWNER_NONE, "3.30", GROUP_REFUSED,
	    "put off until it expired", "bị hoãn đến khi hết hạn",
	    "The receiving server put the message off again and again, or could not be reached, until we had to give up.",
	    "Máy chủ nhận hoãn nhiều lần hoặc không liên lạc được cho đến khi hết hạn gửi.",
	    "The unit's mail administrator looks at greylisting and at the server.",
	    "Quản trị thư của đơn vị kiểm tra greylisting và máy chủ." },
	[CAUSE_UNCERTAIN] = { "uncertain", OWNER_OPERATOR, OWNER_NONE, "3.19", GROUP_OPERATOR,
	    "uncertain whether it was taken", "chưa rõ đã được nhận hay chưa",
	    "The line dropped after the message was handed over, before the reply.",
	    "Đường truyền đứt sau khi trao thư, trước khi có trả lời.",
	    "Decide whether to send once more.", "Quyết định có gửi lại một lần nữa không." },
	[CAUSE_WAITING] = { "waiting", OWNER_OPERATOR, OWNER_NONE, "3.11", GROUP_OPERATOR,
	    "waiting in our queue", "đang chờ gửi",
	    "A message is due or deferred and has not expired.", "Thư đã đến hạn hoặc đang bị hoãn, chưa hết hạn.",
	    "Let the wave run.", "Cho lượt thư chạy tiếp." },
	[CAUSE_IN_SPAM] = { "in_spam", OWNER_SENDER, OWNER_MAIL_ADMIN, "3.19", GROUP_REFUSED,
	    "lay in the spam folder", "nằm trong thư rác",
	    "The person or the focal point said that it lay in the spam folder.",
	    "Công chức hoặc đầu mối cho biết thư nằm trong thư mục thư rác.",
	    "The sender looks after its reputation, the mail administrator allows the sender.",
	    "Bên gửi cải thiện uy tín, quản trị thư cho phép người gửi." },
	[CAUSE_AWAY] = { "away", OWNER_PERSON, OWNER_NONE, "2.26", GROUP_PERSON,
	    "away", "vắng mặt",
	    "An automatic reply says that the person is away until after the closing date.",
	    "Thư trả lời tự động cho biết công chức vắng mặt đến sau ngày kết thúc.",
	    "The unit may name somebody else.", "Đơn vị có thể cử người khác." },
	[CAUSE_RECEIVED_SILENT] = { "received_silent", OWNER_PERSON, OWNER_FOCAL_POINT, "2.112", GROUP_PERSON,
	    "received, not answered", "đã nhận, chưa trả lời",
	    "There is proof that the message arrived, and no answer.", "Có bằng chứng thư đã đến nơi, nhưng chưa trả lời.",
	    "Remind; the focal point speaks to the person.", "Gửi thư nhắc; đầu mối đôn đốc." },
	[CAUSE_UNKNOWN] = { "unknown", OWNER_NONE, OWNER_NONE, "3.19", GROUP_UNKNOWN,
	    "unknown", "chưa rõ nguyên nhân",
	    "The relay took the message and nothing was heard since: nobody can know.",
	    "Máy chủ chuyển tiếp đã nhận thư, từ đó không có tin gì: không ai biết được.",
	    "See the group findings; ask through the focal point.", "Xem nhận định theo nhóm; hỏi qua đầu mối." },
};

static const struct { const char *key, *en, *vi; } owners[OWNERS] = {
	[OWNER_NONE] = { "", "–", "–" },
	[OWNER_UNIT] = { "unit", "the unit", "đơn vị" },
	[OWNER_MAIL_ADMIN] = { "mail_admin", "the unit's mail administrator", "quản trị thư của đơn vị" },
	[OWNER_PERSON_IT] = { "person_it", "the person's IT staff", "bộ phận tin học của công chức" },
	[OWNER_PERSON] = { "person", "the person", "công chức" },
	[OWNER_FOCAL_POINT] = { "focal_point", "the focal point", "đầu mối của đơn vị" },
	[OWNER_OPERATOR] = { "operator", "the operator", "người vận hành" },
	[OWNER_SENDER] = { "sender", "the sender", "bên gửi" },
};

/* What a refusal or a final report means for this person. */
static enum cause
of_failure(const struct facts *f)
{
	static const enum cause told[CATEGORIES] = {
		[CAT_NONE] = CAUSE_REFUSED_POLICY,
		[CAT_UNKNOWN_USER] = CAUSE_BAD_USER,
		[CAT_MOVED] = CAUSE_MOVED,
		[CAT_UNKNOWN_HOST] = CAUSE_BAD_DOMAIN,
		[CAT_NO_MAIL_ACCEPTED] = CAUSE_BAD_DOMAIN,
		[CAT_BAD_SYNTAX] = CAUSE_BAD_SYNTAX,
		[CAT_MAILBOX_FULL] = CAUSE_MAILBOX_FULL,
		[CAT_MAILBOX_DISABLED] = CAUSE_MAILBOX_DISABLED,
		[CAT_TOO_LARGE] = CAUSE_REFUSED_CONTENT,
		[CAT_AUTH_FAILED] = CAUSE_REFUSED_AUTH,
		[CAT_BLOCKED] = CAUSE_REFUSED_BLOCKED,
		[CAT_CONTENT] = CAUSE_REFUSED_CONTENT,
		[CAT_POLICY] = CAUSE_REFUSED_POLICY,
		[CAT_RATE_LIMITED] = CAUSE_EXPIRED,
		[CAT_NETWORK] = CAUSE_EXPIRED,
		[CAT_REMOTE_ERROR] = CAUSE_EXPIRED,
		[CAT_DELIVERED] = CAUSE_REFUSED_POLICY,
		[CAT_AUTO_REPLY] = CAUSE_REFUSED_POLICY,
		[CAT_COMPLAINT] = CAUSE_REFUSED_POLICY,
		[CAT_NOT_A_REPORT] = CAUSE_REFUSED_POLICY,
		[CAT_UNKNOWN] = CAUSE_REFUSED_POLICY,
	};
	enum category c = category_parse(f->failed_category);

	/* A reply that only put us off proves nothing about the address or the rules, but what it said of the rest. */
	if (strcmp(f->failed_kind, "expired") == 0 && c != CAT_MAILBOX_FULL && c != CAT_MAILBOX_DISABLED &&
	    c != CAT_AUTH_FAILED && c != CAT_BLOCKED)
		return CAUSE_EXPIRED;
	return told[c];
}

static bool
failure_stands(const struct facts *f)
{
	return f->failed_at && f->accepted_at <= f->failed_at && f->received_at <= f->failed_at;
}

static bool
uncertain_stands(const struct facts *f)
{
	return f->uncertain_at && f->accepted_at <= f->uncertain_at && f->received_at <= f->uncertain_at &&
	    f->failed_at <= f->uncertain_at;
}

enum cause
cause_of(const struct facts *f, const struct cause_ask *ask, char *grade)
{
	*grade = 'A';
	if (ask->asked && (f->answered & ask->asked) == ask->asked)
		return CAUSE_ANSWERED;
	if (f->answered)
		return CAUSE_ANSWERED_PARTLY;
	if (f->opted_out)
		return CAUSE_OPTED_OUT;
	if (f->complained) {
		*grade = f->complained_grade;
		return CAUSE_COMPLAINED;
	}
	if (f->state != CONTACT_MAILABLE)
		return CAUSE_BAD_ROW;
	if (!f->begun && !f->waiting && !f->received_at && f->found == FOUND_UNTOLD)
		return CAUSE_NOT_INVITED;
	if (failure_stands(f)) {
		*grade = f->failed_grade;
		return of_failure(f);
	}
	if (uncertain_stands(f))
		return CAUSE_UNCERTAIN;
	if (f->waiting)
		return CAUSE_WAITING;
	if (f->found == FOUND_SPAM)
		return CAUSE_IN_SPAM;
	if (f->away && f->away_until >= ask->closes_at) {
		*grade = f->away_grade;
		return CAUSE_AWAY;
	}
	if (f->received_at) {
		*grade = f->received_grade;
		return CAUSE_RECEIVED_SILENT;
	}
	*grade = '\0';
	return CAUSE_UNKNOWN;
}

const struct cause_info *
cause_info(enum cause c)
{
	ASSERT(c < CAUSES);
	return &table[c];
}

const char *
cause_name(enum cause c, enum lang l)
{
	return TRL(l, table[c].name_en, table[c].name_vi);
}

bool
cause_is_wall(enum cause c)
{
	return table[c].owner == OWNER_MAIL_ADMIN;
}

bool
cause_parse(const char *key, enum cause *c)
{
	for (int i = 0; i < CAUSES; i++)
		if (strcmp(table[i].key, key) == 0) {
			*c = (enum cause)i;
			return true;
		}
	return false;
}

const char *
owner_key(enum owner o)
{
	return owners[o].key;
}

const char *
owner_name(enum owner o, enum lang l)
{
	return TRL(l, owners[o].en, owners[o].vi);
}

const char *
cause_owner_key(enum cause c)
{
	switch (c) {
	case CAUSE_REFUSED_BLOCKED:
		return "mail_admin+sender";
	case CAUSE_IN_SPAM:
		return "sender+mail_admin";
	case CAUSE_RECEIVED_SILENT:
		return "person+focal_point";
	default:
		return owners[table[c].owner].key;
	}
}
