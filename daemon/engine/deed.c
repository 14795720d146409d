#include "engine/deed.h"

#include "base/mem.h"

static const struct { const char *action, *en, *vi; } deeds[] = {
	{ "apikey create", "API key made", "Tạo khóa API" },
	{ "apikey revoke", "API key revoked", "Thu hồi khóa API" },
	{ "campaign apply", "Plan of a campaign applied", "Áp dụng kế hoạch đợt khảo sát" },
	{ "campaign create", "Campaign created", "Tạo đợt khảo sát" },
	{ "coverage import", "List of departments read", "Nhập danh mục đơn vị trực thuộc" },
	{ "evidence add", "Word on a person recorded", "Ghi nhận thông tin về một người" },
	{ "evidence withdraw", "Word on a person withdrawn", "Rút thông tin về một người" },
	{ "focal import", "Focal points read", "Nhập danh sách đầu mối" },
	{ "inbound attach", "Mail attached to a person", "Gắn thư vào một người" },
	{ "inbound decide", "Mail judged", "Xử lý thư phản hồi" },
	{ "inbound reclassify", "Mails read again by other rules", "Phân loại lại thư phản hồi" },
	{ "instrument add", "Form added", "Thêm phiếu" },
	{ "letter", "Letter made", "Lập công văn" },
	{ "login", "Logged in", "Đăng nhập" },
	{ "login code wrong", "Right password, wrong code", "Đúng mật khẩu, sai mã xác thực" },
	{ "person correct", "Data of a person corrected", "Sửa dữ liệu của một người" },
	{ "person erase", "Data of a person erased", "Xóa dữ liệu của một người" },
	{ "person export", "Data of a person taken out", "Xuất dữ liệu của một người" },
	{ "person note", "Note on a person", "Ghi chú về một người" },
	{ "person resend", "Message once more to one person", "Gửi lại thư cho một người" },
	{ "person show", "Story of a person looked at", "Xem diễn biến của một người" },
	{ "probe add", "Probe mailbox added", "Thêm hộp thư thử" },
	{ "probe remove", "Probe mailbox removed", "Bỏ hộp thư thử" },
	{ "recovery code used", "Logged in by a recovery code", "Đăng nhập bằng mã dự phòng" },
	{ "recovery codes made", "New recovery codes", "Cấp lại mã dự phòng" },
	{ "retention run", "Data past their time erased", "Xóa dữ liệu quá hạn" },
	{ "roster confirm", "Held row settled", "Xác nhận dòng chờ" },
	{ "roster import", "Roster imported", "Nhập danh sách" },
	{ "rules add", "Rule of our own added", "Thêm quy tắc riêng" },
	{ "rules remove", "Rule of our own removed", "Bỏ quy tắc riêng" },
	{ "second factor off", "Second factor off", "Tắt xác thực hai lớp" },
	{ "second factor on", "Second factor on", "Bật xác thực hai lớp" },
	{ "survey link", "Form linked to a survey", "Liên kết phiếu với hệ thống khảo sát" },
	{ "survey unlink", "Form unlinked", "Bỏ liên kết phiếu" },
	{ "user add", "Account created", "Tạo tài khoản" },
	{ "user disable", "Account disabled", "Khóa tài khoản" },
	{ "user enable", "Account enabled", "Mở lại tài khoản" },
	{ "user logout", "Sessions ended", "Kết thúc phiên làm việc" },
	{ "user passwd", "Password changed", "Đổi mật khẩu" },
	{ "user role", "Role changed", "Đổi vai trò" },
	{ "wave create", "Wave planned", "Lập lượt gửi" },
	{ "wave pause", "Wave paused", "Tạm dừng lượt gửi" },
	{ "wave resume", "Wave resumed", "Tiếp tục lượt gửi" },
	{ "wave start", "Wave started", "Bắt đầu lượt gửi" },
	{ "webhook add", "Webhook added", "Thêm webhook" },
	{ "webhook remove", "Webhook removed", "Bỏ webhook" },
};

const char *
deed_text(const char *action, enum lang l)
{
	for (size_t i = 0; i < COUNT_OF(deeds); i++)
		if (strcmp(deeds[i].action, action) == 0)
			return TRL(l, deeds[i].en, deeds[i].vi);
	return action;
}
