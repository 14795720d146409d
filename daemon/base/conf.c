#include "base/conf.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/lang.h"

#define CONF_MAX_BYTES (1 << 20)

enum kind { TEXT, NUMBER, DECIMAL, WORD, HEADING };	/* DECIMAL: kept in thousandths */

struct setting {
	const char *name;
	enum kind kind;
	size_t offset;
	const char *fallback;		/* as it would stand in the file */
	int64_t min, max;
	const char *words;		/* WORD: the allowed ones, ' ' between */
	const char *unit_en, *unit_vi;
	const char *help_en, *help_vi;
};

#define S_TEXT(f, def, en, vi) \
	{ #f, TEXT, offsetof(struct conf, f), def, 0, 0, NULL, NULL, NULL, en, vi }
#define S_WORD(f, def, words, en, vi) \
	{ #f, WORD, offsetof(struct conf, f), def, 0, 0, words, NULL, NULL, en, vi }
#define S_NUM(...) S_NUM_(__VA_ARGS__)	/* so that SECONDS may stand for two words */
#define S_NUM_(f, def, min, max, ue, uv, en, vi) \
	{ #f, NUMBER, offsetof(struct conf, f), def, min, max, NULL, ue, uv, en, vi }
#define S_DEC(f, def, min, max, ue, uv, en, vi) \
	{ #f, DECIMAL, offsetof(struct conf, f), def, min, max, NULL, ue, uv, en, vi }
#define S_HEAD(en, vi) \
	{ NULL, HEADING, 0, NULL, 0, 0, NULL, NULL, NULL, en, vi }
#define SECONDS "seconds", "giây"
#define BYTES "bytes", "byte"

static const struct setting table[] = {
	S_HEAD("The store", "Kho dữ liệu"),
	S_TEXT(store, "/var/lib/thumoi/thumoi.db", "path of the store (SQLite)", "đường dẫn kho dữ liệu (SQLite)"),

	S_HEAD("Sending", "Gửi thư"),
	S_TEXT(relay, "smtp://127.0.0.1:25",
	    "where messages go: smtp://host:port, smtps://host:port, or dir:PATH to write files instead",
	    "nơi nhận thư: smtp://máy:cổng, smtps://máy:cổng, hoặc dir:THƯMỤC để ghi ra tệp"),
	S_TEXT(relay_file, "", "file with several relays, their weights and stand-bys, as config/relays.conf; empty: the one in relay",
	    "tệp ghi nhiều máy chủ thư, tỷ trọng và máy dự phòng, theo mẫu config/relays.conf; để trống: máy trong relay"),
	S_TEXT(relay_user, "", "name for SMTP AUTH; empty: no authentication", "tên đăng nhập SMTP; để trống: không đăng nhập"),
	S_TEXT(relay_password_file, "", "file that holds the password, or credential:NAME",
	    "tệp chứa mật khẩu, hoặc credential:TÊN"),
	S_WORD(relay_auth, "password", "password xoauth2",
	    "how to log in; xoauth2: relay_password_file holds an access token, read anew for each connection (another program keeps it fresh)",
	    "cách đăng nhập; xoauth2: relay_password_file chứa mã truy cập (token), đọc lại mỗi lần kết nối (chương trình khác giữ cho mã còn hạn)"),
	S_WORD(relay_tls, "opportunistic", "require opportunistic none",
	    "STARTTLS: require it, use it when offered, or never; a certificate is verified in every case",
	    "STARTTLS: bắt buộc, dùng nếu có, hoặc không; chứng thư luôn được kiểm tra"),
	S_WORD(relay_8bit, "auto", "auto never",
	    "auto: Vietnamese text goes out as it is, half as long, when the relay offers 8BITMIME; never: always quoted-printable",
	    "auto: chữ Việt gửi nguyên dạng 8 bit, ngắn bằng nửa, khi máy chủ thư nhận 8BITMIME; never: luôn quoted-printable"),
	S_TEXT(relay_ca_file, "", "certificates to trust; empty: the system's", "chứng thư tin cậy; để trống: của hệ thống"),
	S_NUM(connections, "8", 1, 64, "connections", "kết nối", "how many couriers talk to the relay at once",
	    "số kết nối đồng thời tới máy chủ thư"),
	S_NUM(messages_per_connection, "100", 1, 1000, "messages", "thư", "after so many a connection is renewed",
	    "sau chừng này thư thì mở kết nối mới"),
	S_NUM(connect_timeout_s, "30", 1, 600, SECONDS, "limit for opening a connection", "thời hạn mở kết nối"),
	S_NUM(reply_timeout_s, "300", 1, 3600, SECONDS, "limit for one reply (RFC 5321 4.5.3.2 asks for five minutes)",
	    "thời hạn chờ một trả lời (RFC 5321 4.5.3.2: năm phút)"),
	S_NUM(data_timeout_s, "600", 1, 3600, SECONDS, "limit for the reply after the final dot",
	    "thời hạn chờ trả lời sau dấu chấm kết thúc"),
	S_TEXT(helo_name, "", "name given in EHLO; empty: the name of this host", "tên xưng trong EHLO; để trống: tên máy này"),
	S_TEXT(bounce_address, "",
	    "mailbox that bounces come back to, without the +TAG that each message gets; empty: bounce@ the sender's domain",
	    "hộp thư nhận thư trả lại, chưa kể +TAG riêng của từng thư; để trống: bounce@ miền của người gửi"),
	S_TEXT(secret_file, "", "key that signs tags and links, made at first use; empty: the path of the store with .key behind it",
	    "khóa ký nhãn và liên kết, tự tạo khi dùng lần đầu; để trống: đường dẫn kho dữ liệu thêm .key"),
	S_NUM(retry_first_s, "900", 1, 86400, SECONDS, "a deferred message is tried again after this, then twice as long ...",
	    "thư bị hoãn được gửi lại sau thời gian này, rồi gấp đôi ..."),
	S_NUM(retry_most_s, "14400", 1, 604800, SECONDS, "the longest time between two tries", "khoảng cách dài nhất giữa hai lần gửi lại"),
	S_NUM(expire_s, "432000", 60, 2592000, SECONDS, "a message deferred so long has expired (RFC 5321 4.5.4.1: 4 to 5 days)",
	    "thư bị hoãn quá thời gian này coi là hết hạn (RFC 5321 4.5.4.1: 4 đến 5 ngày)"),

	S_TEXT(template_dir, "", "folder of own templates, looked for before the shipped ones; empty: the shipped ones",
	    "thư mục mẫu thư riêng, được tìm trước các mẫu kèm theo; để trống: dùng mẫu kèm theo"),

	S_HEAD("Politeness", "Giữ lịch sự với nơi nhận"),
	S_TEXT(pace_file, "", "limits per relay and per mail domain; empty: the shipped config/pace.conf; none: no limits",
	    "giới hạn theo máy chủ chuyển thư và theo tên miền; để trống: config/pace.conf kèm theo; none: không giới hạn"),
	S_NUM(domain_rest_s, "60", 0, 86400, SECONDS,
	    "a mail domain that asks for less rests so long, then twice as long ... up to retry_most_s; 0: never",
	    "tên miền yêu cầu gửi chậm lại được nghỉ chừng này, rồi gấp đôi ... đến retry_most_s; 0: không nghỉ"),
	S_NUM(domain_rest_after, "5", 1, 1000, "answers", "trả lời",
	    "after so many answers in a row that ask for less (421, rate limits)",
	    "sau chừng này trả lời liên tiếp yêu cầu gửi chậm lại (421, quá tốc độ)"),
	S_WORD(stops, "on", "on observe off",
	    "stop a domain or a wave that goes wrong, until 'wave resume'; observe: only note when it would have been stopped",
	    "dừng tên miền hoặc lượt thư có vấn đề, đến khi 'wave resume'; observe: chỉ ghi lại lúc lẽ ra phải dừng"),
	S_NUM(domain_stop_refusals, "10", 2, 1000, "messages", "thư",
	    "a domain that refused so many with one text (policy, content, blocking) is stopped for the wave",
	    "tên miền từ chối chừng này thư bằng cùng một câu (chính sách, nội dung, chặn) bị dừng trong lượt đó"),
	S_NUM(domain_stop_of, "20", 2, 1000, "messages", "thư", "of the last so many messages to the domain",
	    "tính trong chừng này thư gần nhất của tên miền"),

	S_DEC(stop_bounce_percent, "5", 0, 100, "percent", "phần trăm",
	    "a wave is paused when more of its messages have an address that does not exist; 0: never",
	    "lượt thư bị tạm dừng khi quá tỷ lệ này số thư có địa chỉ không tồn tại; 0: không bao giờ"),
	S_DEC(stop_complaint_percent, "0.1", 0, 100, "percent", "phần trăm",
	    "a wave is paused when more of the people it reached complain of spam; 0: never",
	    "lượt thư bị tạm dừng khi quá tỷ lệ này số người nhận báo thư rác; 0: không bao giờ"),
	S_NUM(stop_least_messages, "100", 1, 1000000, "messages", "thư", "a wave is not stopped before it has sent so many",
	    "lượt thư chưa gửi đủ chừng này thư thì không bị dừng"),

	S_TEXT(quiet_hours, "", "nothing is sent between these times, in the campaign's zone, as 18:00-07:30; empty: at any hour",
	    "không gửi trong khoảng giờ này theo múi giờ của đợt, ví dụ 18:00-07:30; để trống: gửi mọi giờ"),
	S_WORD(working_days_only, "no", "yes no", "send from Monday to Friday only, and not on the days of holiday_file",
	    "chỉ gửi từ thứ Hai đến thứ Sáu, trừ các ngày nghỉ trong holiday_file"),
	S_TEXT(holiday_file, "", "days off and make-up working days; empty: all shipped config/holidays-*.csv",
	    "ngày nghỉ và ngày làm bù; để trống: mọi tệp config/holidays-*.csv kèm theo"),
	S_NUM(max_per_person_day, "0", 0, 1000, "messages", "thư",
	    "one address gets at most so many messages a day, over all waves; 0: any number, so that a correction can go out at once",
	    "một địa chỉ nhận nhiều nhất chừng này thư một ngày, tính mọi lượt; 0: không giới hạn, để thư đính chính đi được ngay"),

	S_HEAD("Waves that cron runs", "Lượt thư do cron chạy"),
	S_NUM(min_gap_days, "2", 0, 60, "working days", "ngày làm việc",
	    "a reminder comes at the earliest so long after the person's last message; 0: the next day",
	    "thư nhắc cách thư trước của cùng một người ít nhất chừng này; 0: hôm sau"),
	S_NUM(max_reminders, "3", 0, 100, "messages", "thư", "nobody gets more reminders in one campaign",
	    "mỗi người nhận nhiều nhất chừng này thư nhắc trong một đợt"),
	S_NUM(cron_grace_s, "3600", 0, 2592000, SECONDS,
	    "after a pause of more than a day, or in a store restored from a backup, nothing is planned or sent for so long, unless 'thumoi cron --go'",
	    "sau khi ngừng hơn một ngày, hoặc kho vừa khôi phục từ bản sao lưu, chưa lập và chưa gửi gì trong thời gian này, trừ khi 'thumoi cron --go'"),

	S_HEAD("What comes back", "Thư trả lại"),
	S_TEXT(inbound_url, "", "the bounce mailbox: imaps://host/INBOX, imap://, pop3s://, pop3://, maildir:PATH",
	    "hộp thư trả lại: imaps://máy/INBOX, imap://, pop3s://, pop3://, maildir:THƯMỤC"),
	S_TEXT(inbound_user, "", "name for the mailbox", "tên đăng nhập hộp thư"),
	S_TEXT(inbound_password_file, "", "file that holds the password, or credential:NAME",
	    "tệp chứa mật khẩu, hoặc credential:TÊN"),
	S_TEXT(inbound_ca_file, "", "certificates to trust; empty: the system's", "chứng thư tin cậy; để trống: của hệ thống"),
	S_TEXT(inbound_processed, "Processed", "folder that read messages are moved to; empty: they are deleted",
	    "thư mục chuyển thư đã đọc vào; để trống: xóa"),
	S_TEXT(inbound_unrecognised, "Unrecognised", "folder for what nobody could make sense of, and for forgeries; empty: deleted",
	    "thư mục cho thư không hiểu được và thư giả mạo; để trống: xóa"),
	S_TEXT(inbound_replies, "Replies", "folder for letters from people, which somebody should read; empty: deleted",
	    "thư mục cho thư do người nhận viết, cần có người đọc; để trống: xóa"),
	S_WORD(inbound_keep, "no", "yes no", "leave all messages where they are; what was read is remembered",
	    "để nguyên mọi thư tại chỗ; thư nào đã đọc thì được ghi nhớ"),
	S_TEXT(inbound_file, "", "several mailboxes, one a line, instead of inbound_url; empty: that one alone",
	    "nhiều hộp thư, mỗi dòng một hộp, thay cho inbound_url; để trống: chỉ hộp thư đó"),
	S_TEXT(rules_local, "",
	    "rules of your own by which mail that comes back is understood, written by the desk and 'thumoi rules teach'; empty: the path of the store with .rules behind it",
	    "quy tắc riêng của đơn vị để hiểu thư trả về, do trang quản trị và 'thumoi rules teach' ghi; để trống: đường dẫn kho dữ liệu thêm .rules"),
	S_NUM(inbound_max_bytes, "10485760", 65536, 104857600, BYTES, "of a longer message only the beginning is read",
	    "thư dài hơn chỉ đọc phần đầu"),
	S_NUM(inbound_poll_s, "300", 10, 86400, SECONDS, "how often thumoid looks into the mailbox",
	    "thumoid xem hộp thư theo chu kỳ này"),

	S_HEAD("Web", "Trang web"),
	S_TEXT(public_url, "http://127.0.0.1:8080", "what the links in mails begin with", "phần đầu của liên kết trong thư"),
	S_TEXT(listen, "127.0.0.1:8080", "address and port of the public pages", "địa chỉ và cổng của trang công khai"),
	S_TEXT(admin_listen, "", "address and port of the desk, its reports and /metrics; empty: off",
	    "địa chỉ và cổng của trang quản trị, báo cáo và /metrics; để trống: tắt"),
	S_TEXT(admin_url, "", "what people type to reach the desk through a proxy, https://...; empty: only by a name of this machine",
	    "địa chỉ https:// để vào trang quản trị qua máy ủy quyền; để trống: chỉ từ chính máy này"),
	S_WORD(admin_login, "required", "required none", "none: whoever is on this machine is an administrator (loopback only)",
	    "none: ai ngồi tại máy này đều là quản trị (chỉ với loopback)"),
	S_WORD(second_factor, "optional", "optional administrators everybody",
	    "who must log in with a code from a telephone beside the password", "ai bắt buộc đăng nhập hai lớp (thêm mã trên điện thoại)"),
	S_NUM(session_idle_s, "1800", 60, 43200, SECONDS, "the desk logs one out after so long without a click",
	    "trang quản trị tự đăng xuất sau chừng ấy giây không thao tác"),
	S_TEXT(api_key_file, "", "file that holds the key for POST /api/v1/answers; empty: off",
	    "tệp chứa khóa cho POST /api/v1/answers; để trống: tắt"),
	S_TEXT(tls_cert_file, "", "certificate for own TLS; empty: plain HTTP behind a proxy",
	    "chứng thư khi tự mở TLS; để trống: HTTP sau proxy"),
	S_TEXT(tls_key_file, "", "its private key", "khóa riêng của chứng thư"),

	S_HEAD("Survey systems", "Hệ thống khảo sát"),
	S_NUM(survey_sync_s, "900", 0, 86400, SECONDS,
	    "how often forms that are linked (thumoi survey link) are brought in step with their survey system; 0: only by hand",
	    "phiếu đã gắn (thumoi survey link) được đồng bộ với hệ thống khảo sát theo chu kỳ này; 0: chỉ chạy bằng tay"),
	S_WORD(survey_tells, "name", "token name email",
	    "what the survey system is told of a person: the token alone, the name too, or the address too, which it needs for nothing",
	    "hệ thống khảo sát được biết gì về một người: chỉ mã (token), thêm họ tên, hay thêm địa chỉ thư (vốn không cần)"),
	S_NUM(survey_timeout_s, "60", 1, 3600, SECONDS, "limit for one answer of the survey system",
	    "thời hạn chờ một trả lời của hệ thống khảo sát"),
	S_TEXT(survey_ca_file, "", "certificates to trust; empty: the system's", "chứng thư tin cậy; để trống: của hệ thống"),

	S_HEAD("Reports", "Báo cáo"),
	S_NUM(very_few_people, "2", 0, 1000000, "people", "người", "a unit with at most so many participants has very few",
	    "đơn vị có không quá chừng này người tham gia là rất ít"),
	S_NUM(very_few_percent, "0", 0, 100, "percent", "phần trăm", "a unit with at most this share of its people has very few, too; 0: not used",
	    "đơn vị có không quá tỷ lệ này tham gia cũng là rất ít; 0: không dùng"),
	S_NUM(disclosure_threshold, "5", 1, 1000, "people", "người",
	    "in reports for outside the house counts above 0 and below this are hidden; 1: none is",
	    "trong bản gửi ra ngoài không ghi số lớn hơn 0 và nhỏ hơn số này; 1: ghi hết"),
	S_NUM(silent_domain_people, "10", 2, 1000000, "people", "người",
	    "a mail domain that accepted so many and from which nobody ever reacted is reported",
	    "nêu tên miền thư đã nhận chừng này thư mà không ai phản hồi"),

	S_HEAD("Letters and alerts", "Công văn và cảnh báo"),
	S_TEXT(letter_parent, "", "the body above the organisation that signs, at the head of printed letters; empty: none",
	    "cơ quan chủ quản, ghi trên tên cơ quan ban hành ở đầu công văn; để trống: không có"),
	S_TEXT(letter_organisation, "", "the organisation that signs; empty: the sender of the campaign",
	    "cơ quan ban hành công văn; để trống: tên người gửi của đợt"),
	S_TEXT(letter_place, "Hà Nội", "where letters are dated", "địa danh ghi trước ngày tháng"),
	S_TEXT(letter_symbol, "", "sign behind the number, as BNV-CCHC; empty: that of the campaign's dispatch",
	    "ký hiệu sau số công văn, ví dụ BNV-CCHC; để trống: lấy theo công văn của đợt"),
	S_TEXT(letter_authority, "", "on whose behalf is signed, above the title; empty: nobody's",
	    "quyền hạn ký, ví dụ TL. BỘ TRƯỞNG; để trống: không ghi"),
	S_TEXT(letter_signer_title, "", "title of who signs, as VỤ TRƯỞNG", "chức vụ người ký, ví dụ VỤ TRƯỞNG"),
	S_TEXT(letter_signer, "", "name of who signs", "họ tên người ký"),
	S_TEXT(letter_copies, "Như trên; | Lưu: VT.", "who else gets the letter, '|' between", "nơi nhận, cách nhau bằng '|'"),
	S_TEXT(dkim_selector, "", "DKIM selector with which the relay signs; told to mail administrators, used for nothing else",
	    "bộ chọn (selector) DKIM mà máy chủ thư dùng để ký; chỉ để báo cho quản trị thư các đơn vị"),
	S_TEXT(sending_hosts, "", "host names and addresses from which mail leaves, as 'mx1.bnv.example 203.0.113.5'; told to mail administrators",
	    "tên máy và địa chỉ IP gửi thư đi, ví dụ 'mx1.bnv.example 203.0.113.5'; để báo cho quản trị thư các đơn vị"),
	S_TEXT(operator_address, "", "who gets the alerts of 'thumoi alerts --notify'", "người nhận cảnh báo của 'thumoi alerts --notify'"),
	S_NUM(alert_no_roster_days, "5", 0, 365, "days", "ngày", "a unit without a roster so many days after the opening is an alert; 0: never",
	    "đơn vị chưa gửi danh sách sau chừng này ngày kể từ ngày mở là một cảnh báo; 0: không cảnh báo"),
	S_NUM(alert_zero_days, "7", 0, 365, "days", "ngày", "a unit of whom nobody has taken part so many days before the closing is an alert; 0: never",
	    "đơn vị chưa có ai tham gia khi còn chừng này ngày đến hạn là một cảnh báo; 0: không cảnh báo"),

	S_HEAD("How long data are kept", "Thời hạn lưu dữ liệu"),
	S_WORD(retention, "off", "on off", "on: what is past its time is erased, once a day by thumoid, or by 'thumoi retention run'",
	    "on: dữ liệu quá hạn được xóa, thumoid làm mỗi ngày một lần, hoặc bằng 'thumoi retention run'"),
	S_NUM(retention_raw_mail_days, "180", 0, 36500, "days", "ngày",
	    "raw mails that came back are kept so long; 0: always; what they said is kept with the person",
	    "giữ nguyên văn thư phản hồi chừng này ngày; 0: giữ mãi. Nội dung đã đọc được vẫn lưu theo từng người"),
	S_NUM(retention_person_days, "730", 0, 36500, "days", "ngày",
	    "names and addresses are kept so long after the closing of their campaign; 0: always; the counts stay",
	    "giữ họ tên, địa chỉ chừng này ngày sau khi đợt đóng; 0: giữ mãi. Số liệu vẫn giữ nguyên"),

	S_HEAD("Rosters", "Danh sách"),
	S_NUM(roster_max_bytes, "1073741824", 1024, 1099511627776, BYTES, "a larger roster file is refused",
	    "tệp danh sách lớn hơn bị từ chối"),
	S_NUM(roster_max_line_bytes, "1048576", 1024, 104857600, BYTES, "a longer record is refused",
	    "bản ghi dài hơn bị từ chối"),
	S_TEXT(dns_servers, "",
	    "name servers that 'roster check' asks whether a mail domain exists, as 192.0.2.1 or 192.0.2.1:5353; empty: the system's",
	    "máy chủ tên miền mà 'roster check' hỏi xem miền thư có thật không, ví dụ 192.0.2.1 hoặc 192.0.2.1:5353; để trống: của hệ thống"),
	S_NUM(dns_timeout_s, "5", 1, 60, SECONDS, "a name server that has not answered in this time is asked once more, for twice as long",
	    "máy chủ tên miền chưa trả lời sau thời gian này được hỏi thêm một lần, chờ gấp đôi"),

	S_HEAD("Log", "Nhật ký"),
	S_WORD(log_level, "info", "error warn info debug", "how much is logged, to standard error",
	    "mức ghi nhật ký, ra standard error"),
};

static const struct setting *
find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (table[i].name && strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

/* Changed, missing or extra characters between two names; small is near. */
static size_t
difference(const char *a, const char *b)
{
	size_t row[64], n = strlen(b);

	if (n > 60 || strlen(a) > 60)
		return 99;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t best = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
}

static const char *
nearest(const char *name)
{
	const char *best = NULL;
	size_t least = strlen(name) / 2 + 1;

	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (table[i].name && difference(name, table[i].name) < least) {
			least = difference(name, table[i].name);
			best = table[i].name;
		}
	return best;
}

static bool
has_word(const char *words, const char *w)
{
	size_t n = strlen(w);

	for (const char *p = words; (p = strstr(p, w)); p += n)
		if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return n > 0;
	return false;
}

/* "0.1" is 100; a comma will do. */
static int
decimal(const char *s, int64_t *out)
{
	int64_t v = 0;
	int after = -1;

	if (!*s)
		return -1;
	for (; *s; s++) {
		if ((*s == '.' || *s == ',') && after < 0 && isdigit((unsigned char)s[1])) {
			after = 0;
			continue;
		}
		if (!isdigit((unsigned char)*s) || after == 3 || v > 1000000000)
			return -1;
		v = v * 10 + *s - '0';
		after += after >= 0;
	}
	for (int i = after < 0 ? 0 : after; i < 3; i++)
		v *= 10;
	*out = v;
	return 0;
}

static int
put(struct conf *c, const struct setting *s, const char *value, struct err *e)
{
	char *at = (char *)c + s->offset, *end;
	int64_t v;

	switch (s->kind) {
	case NUMBER:
		errno = 0;
		v = strtoll(value, &end, 10);
		if (!*value || *end || errno || v < s->min || v > s->max)
			return err_set(e, ERR_INPUT,
			    TR("%s = %s: give a whole number of %s from %" PRId64 " to %" PRId64,
			    "%s = %s: cần một số nguyên (%s) từ %" PRId64 " đến %" PRId64),
			    s->name, value, TR(s->unit_en, s->unit_vi), s->min, s->max);
		*(int64_t *)(void *)at = v;
		return 0;
	case DECIMAL:
		if (decimal(value, &v) < 0 || v < s->min * 1000 || v > s->max * 1000)
			return err_set(e, ERR_INPUT,
			    TR("%s = %s: give a number of %s from %" PRId64 " to %" PRId64 ", with at most three decimals",
			    "%s = %s: cần một số (%s) từ %" PRId64 " đến %" PRId64 ", nhiều nhất ba chữ số thập phân"),
			    s->name, value, TR(s->unit_en, s->unit_vi), s->min, s->max);
		*(int64_t *)(void *)at = v;
		return 0;
	case WORD:
		if (!has_word(s->words, value))
			return err_set(e, ERR_INPUT, TR("%s = %s: give one of: %s", "%s = %s: chọn một trong: %s"),
			    s->name, value, s->words);
		break;
	default:
		break;
	}
	*(const char **)(void *)at = arena_dup(&c->arena, value);
	return 0;
}

/* Several settings together make sense, or do not. */
int
conf_check_together(const struct conf *c, struct err *e)
{
	const char *after = strstr(c->relay, "://");

	if (after && strchr(after, '@'))
		return err_set(e, ERR_INPUT, TR("relay: a name or password does not stand in the URL: use relay_user and relay_password_file",
		    "relay: không ghi tên hay mật khẩu trong URL: dùng relay_user và relay_password_file"));
	if (*c->relay_user && !*c->relay_password_file)
		return err_set(e, ERR_INPUT, TR("relay_user is set, but relay_password_file is not",
		    "có relay_user nhưng thiếu relay_password_file"));
	if (c->retry_first_s > c->retry_most_s)
		return err_set(e, ERR_INPUT, TR("retry_first_s is larger than retry_most_s", "retry_first_s lớn hơn retry_most_s"));
	if (c->domain_stop_refusals > c->domain_stop_of)
		return err_set(e, ERR_INPUT, TR("domain_stop_refusals is larger than domain_stop_of",
		    "domain_stop_refusals lớn hơn domain_stop_of"));
	if (!*c->tls_cert_file != !*c->tls_key_file)
		return err_set(e, ERR_INPUT, TR("tls_cert_file and tls_key_file go together", "tls_cert_file và tls_key_file phải đi cùng nhau"));
	if (*c->admin_url && strncmp(c->admin_url, "https://", 8) != 0)
		return err_set(e, ERR_INPUT, TR("admin_url = %s: it begins with https://", "admin_url = %s: phải bắt đầu bằng https://"),
		    c->admin_url);
	return 0;
}

static char *
strip(char *s)
{
	size_t n;

	while (*s == ' ' || *s == '\t')
		s++;
	n = strlen(s);
	while (n && isspace((unsigned char)s[n - 1]))
		s[--n] = '\0';
	return s;
}

/* One line of the file: 0 taken or empty, -1 with why. */
static int
line_put(struct conf *c, char *line, struct err *e)
{
	char *s = strip(line), *eq, *name, *value;
	const struct setting *set;

	if (!*s || *s == '#')
		return 0;
	if (!(eq = strchr(s, '=')))
		return err_set(e, ERR_INPUT, TR("'%s' is no setting: write name = value", "'%s' không phải thiết lập: viết tên = giá trị"), s);
	*eq = '\0';
	name = strip(s);
	value = strip(eq + 1);
	if (!(set = find(name))) {
		const char *near = nearest(name);

		return near ? err_set(e, ERR_INPUT, TR("there is no setting '%s'; did you mean '%s'?",
		    "không có thiết lập '%s'; có phải '%s'?"), name, near) :
		    err_set(e, ERR_INPUT, TR("there is no setting '%s'", "không có thiết lập '%s'"), name);
	}
	return put(c, set, value, e);
}

static void
defaults(struct conf *c)
{
	struct err e = ERR_INIT;

	*c = (struct conf){ .arena = ARENA_INIT };
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (table[i].kind != HEADING && put(c, &table[i], table[i].fallback, &e) < 0)
			PANIC("default: %s", e.text);
}

/* THUMOI_CONNECTIONS=4 and so on. */
static int
environment(struct conf *c, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char name[64] = "THUMOI_";
		const char *v;

		if (!table[i].name)
			continue;
		for (size_t k = 0; table[i].name[k]; k++) {
			name[7 + k] = (char)toupper((unsigned char)table[i].name[k]);
			name[8 + k] = '\0';
		}
		if ((v = getenv(name)) && put(c, &table[i], v, e) < 0)
			return err_wrap(e, TR("environment variable %s", "biến môi trường %s"), name);
	}
	return 0;
}

/* Reads the lines; each fault is handed to `fault`, which says whether to go on. */
static int
read_lines(struct conf *c, const char *path, bool (*fault)(const struct err *, void *), void *arg, struct err *e)
{
	struct file f = FILE_INIT;
	int rc = 0, n = 0;
	char *copy, *at, *line;

	if (file_read(&f, path, CONF_MAX_BYTES, e) < 0)
		return -1;
	at = copy = mem_ndup(f.data, f.len);
	while ((line = strsep(&at, "\n"))) {
		n++;
		if (line_put(c, line, e) < 0) {
			err_wrap(e, TR("%s line %d", "%s dòng %d"), path, n);
			rc = -1;
			if (!fault || !fault(e, arg))
				break;
		}
	}
	free(copy);
	file_release(&f);
	return rc;
}

int
conf_load(struct conf *c, const char *path, bool must_exist, struct err *e)
{
	defaults(c);
	if (path && (must_exist || access(path, F_OK) == 0) && read_lines(c, path, NULL, NULL, e) < 0)
		return -1;
	if (environment(c, e) < 0)
		return -1;
	return conf_check_together(c, e);
}

struct faults { FILE *f; int n; };

static bool
print_fault(const struct err *e, void *arg)
{
	struct faults *p = arg;

	fprintf(p->f, "%s\n", e->text);
	p->n++;
	return true;
}

int
conf_check(const char *path, FILE *f)
{
	struct faults p = { f, 0 };
	struct err e = ERR_INIT;
	struct conf c;

	defaults(&c);
	if (path && read_lines(&c, path, print_fault, &p, &e) < 0 && p.n == 0)
		print_fault(&e, &p);
	if (environment(&c, &e) < 0)
		print_fault(&e, &p);
	if (p.n == 0 && conf_check_together(&c, &e) < 0)
		print_fault(&e, &p);
	conf_release(&c);
	return p.n;
}

void
conf_set_store(struct conf *c, const char *path)
{
	c->store = arena_dup(&c->arena, path);
	if (!*c->secret_file)
		c->secret_file = arena_printf(&c->arena, "%s.key", path);
	if (!*c->rules_local)
		c->rules_local = arena_printf(&c->arena, "%s.rules", path);
}

void
conf_release(struct conf *c)
{
	arena_release(&c->arena);
}

static void
print_range(FILE *f, const struct setting *s, enum lang l)
{
	if (s->kind == NUMBER || s->kind == DECIMAL)
		fprintf(f, " (%s, %" PRId64 "-%" PRId64 ")", TRL(l, s->unit_en, s->unit_vi), s->min, s->max);
	if (s->kind == WORD)
		fprintf(f, " (%s)", s->words);
}

void
conf_print_sample(FILE *f)
{
	fputs("# thumoi.conf - settings of thumoi and thumoid; see thumoi.conf(5).\n"
	    "# A line that begins with '#' is a remark: what stands there is the default.\n"
	    "# Dòng bắt đầu bằng '#' là ghi chú: giá trị ghi ở đó là mặc định.\n", f);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const struct setting *s = &table[i];

		if (s->kind == HEADING) {
			fprintf(f, "\n# --- %s / %s ---\n", s->help_en, s->help_vi);
			continue;
		}
		fprintf(f, "\n# %s", s->help_en);
		print_range(f, s, LANG_EN);
		fprintf(f, "\n# %s\n#%s =%s%s\n", s->help_vi, s->name, *s->fallback ? " " : "", s->fallback);
	}
}

void
conf_print_manual(FILE *f)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const struct setting *s = &table[i];

		if (s->kind == HEADING) {
			fprintf(f, "%s.Ss %s\n.Bl -tag -width Ds\n", i ? ".El\n" : "", s->help_en);
			continue;
		}
		fprintf(f, ".It Ic %s\n%c%s", s->name, toupper((unsigned char)s->help_en[0]), s->help_en + 1);
		print_range(f, s, LANG_EN);
		if (*s->fallback)
			fprintf(f, ".\nDefault:\n.Ql %s\n", s->fallback);
		else
			fputs(".\n", f);
	}
	fputs(".El\n", f);
}

void
conf_print_values(const struct conf *c, FILE *f)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const char *at = (const char *)c + table[i].offset;

		if (table[i].kind == NUMBER)
			fprintf(f, "%s = %" PRId64 "\n", table[i].name, *(const int64_t *)(const void *)at);
		else if (table[i].kind == DECIMAL)
			fprintf(f, "%s = %" PRId64 ".%03" PRId64 "\n", table[i].name, *(const int64_t *)(const void *)at / 1000,
			    *(const int64_t *)(const void *)at % 1000);
		else if (table[i].kind != HEADING)
			fprintf(f, "%s = %s\n", table[i].name, *(const char *const *)(const void *)at);
	}
}

char *
conf_secret(struct arena *a, const char *setting, const char *name, struct err *e)
{
	const char *path = setting, *dir;
	struct file f = FILE_INIT;
	char *s;

	if (!*setting) {
		err_set(e, ERR_INPUT, TR("the setting %s is empty", "thiết lập %s để trống"), name);
		return NULL;
	}
	if (strncmp(setting, "credential:", 11) == 0) {
		if (!(dir = getenv("CREDENTIALS_DIRECTORY"))) {
			err_set(e, ERR_INPUT, TR("%s = %s: no credentials here: systemd hands them only to its own services",
			    "%s = %s: không có credential: systemd chỉ trao cho dịch vụ của nó"), name, setting);
			return NULL;
		}
		path = arena_printf(a, "%s/%s", dir, setting + 11);
	}
	if (file_read(&f, path, 65536, e) < 0) {
		err_wrap(e, "%s", name);
		return NULL;
	}
	s = arena_ndup(a, f.data, strcspn(f.data, "\r\n"));
	file_release(&f);
	if (!*s) {
		err_set(e, ERR_INPUT, TR("%s: the file %s is empty", "%s: tệp %s trống"), name, path);
		return NULL;
	}
	return s;
}
