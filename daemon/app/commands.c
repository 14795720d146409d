#include "app/commands.h"

/* One line a command, in the order of their use; docs/thumoi.1 describes each. */
const struct command commands[] = {
	{ "init", cmd_init, NEEDS_CONF, "create the store and load units and providers",
	    "tạo kho dữ liệu, nạp danh mục đơn vị và nhà cung cấp thư" },
	{ "backup", cmd_backup, NEEDS_STORE_RO, "copy the store into one file while work goes on",
	    "sao lưu kho dữ liệu vào một tệp trong khi vẫn làm việc" },
	{ "config", cmd_config, NEEDS_NOTHING, "check and show the settings", "kiểm tra và xem thiết lập" },
	{ "campaign", cmd_campaign, NEEDS_STORE_RW, "create and list campaigns", "tạo và liệt kê các đợt" },
	{ "instrument", cmd_instrument, NEEDS_STORE_RW, "the forms of a campaign", "các phiếu của một đợt" },
	{ "roster", cmd_roster, NEEDS_STORE_RW, "read the rosters that units sent; every row and what was made of it",
	    "nhập danh sách các đơn vị gửi; từng dòng và kết quả xử lý" },
	{ "focal", cmd_focal, NEEDS_STORE_RW, "focal points of the units", "đầu mối của các đơn vị" },
	{ "template", cmd_template, NEEDS_CONF, "check, list and preview the mails", "kiểm tra, liệt kê và xem trước mẫu thư" },
	{ "wave", cmd_wave, NEEDS_STORE_RW, "create, run and watch waves", "tạo, chạy và theo dõi các lượt thư" },
	{ "dispatch", cmd_dispatch, NEEDS_STORE_RW, "send what is due", "gửi những thư đến hạn" },
	{ "inbound", cmd_inbound, NEEDS_STORE_RW, "read what came back: bounces, complaints, replies",
	    "đọc thư phản hồi: thư trả lại, phản ánh, trả lời" },
	{ "answers", cmd_answers, NEEDS_STORE_RW, "who has done which form", "ai đã trả lời phiếu nào" },
	{ "report", cmd_report, NEEDS_STORE_RO, "participation and causes: everybody accounted for",
	    "báo cáo tham gia và nguyên nhân, đủ từng người" },
	{ "person", cmd_person, NEEDS_STORE_RO, "one person's story, found by name, address or token",
	    "diễn biến của một người, tìm theo tên, địa chỉ hoặc mã" },
	{ "serve", cmd_serve, NEEDS_STORE_RW, "run as thumoid does: web pages, sending, inbound mail",
	    "chạy như thumoid: trang web, gửi thư, thư trả lại" },
	{ "debug", cmd_debug, NEEDS_NOTHING, "see what a parser makes of its input", "xem bộ phân tích hiểu dữ liệu ra sao" },
	{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
};
