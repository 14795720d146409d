/* charset.h: what was found, for logs and for people. */
#include "base/charset.h"
#include "base/charset_weigh.h"

static const char *const charset_names[] = {
	[CHARSET_UTF8] = "UTF-8",
	[CHARSET_UTF16LE] = "UTF-16LE",
	[CHARSET_UTF16BE] = "UTF-16BE",
	[CHARSET_WINDOWS_1258] = "windows-1258",
	[CHARSET_WINDOWS_1252] = "windows-1252",
	[CHARSET_TCVN3] = "TCVN3 (ABC)",
	[CHARSET_VNI] = "VNI",
	[CHARSET_BINARY] = "binary",
};

static const char *const hidden_names[] = {
	[HIDDEN_TCVN3] = "TCVN3 (ABC)",
	[HIDDEN_VNI] = "VNI",
	[HIDDEN_WINDOWS_1258] = "windows-1258",
	[HIDDEN_UTF8] = "UTF-8",
};

/* A sentence for each kind; the names for logs stand first. */
static const struct { const char *name, *en, *vi; } binaries[] = {
	[BINARY_NOT] = { "text", "", "" },
	[BINARY_XLSX] = { "Excel workbook (.xlsx)",
		"This is an Excel workbook: open it and save the sheet as \"CSV UTF-8 (Comma delimited)\".",
		"Đây là bảng tính Excel: hãy mở tệp và lưu trang tính thành \"CSV UTF-8 (Comma delimited)\"." },
	[BINARY_DOCX] = { "Word document (.docx)",
		"This is a Word document: copy its table into a spreadsheet and save that as CSV UTF-8.",
		"Đây là tài liệu Word: hãy chép bảng sang bảng tính rồi lưu thành CSV UTF-8." },
	[BINARY_ODF] = { "OpenDocument",
		"This is a LibreOffice document: open it and save the sheet as \"Text CSV\", character set UTF-8.",
		"Đây là tài liệu LibreOffice: hãy mở tệp và lưu trang tính thành \"Text CSV\", bộ mã UTF-8." },
	[BINARY_ZIP] = { "ZIP archive",
		"This is a ZIP archive: unpack it first.",
		"Đây là tệp nén ZIP: hãy giải nén trước." },
	[BINARY_OLE] = { "Excel or Word 97-2003",
		"This is a document of Excel or Word 97-2003 (.xls, .doc): open it and save it as CSV UTF-8.",
		"Đây là tài liệu Excel hoặc Word 97-2003 (.xls, .doc): hãy mở tệp và lưu thành CSV UTF-8." },
	[BINARY_PDF] = { "PDF",
		"This is a PDF: ask the unit for the table it was made from, as CSV or Excel.",
		"Đây là tệp PDF: hãy đề nghị đơn vị gửi bảng gốc dạng CSV hoặc Excel." },
	[BINARY_RTF] = { "RTF document",
		"This is an RTF document: copy its table into a spreadsheet and save that as CSV UTF-8.",
		"Đây là tài liệu RTF: hãy chép bảng sang bảng tính rồi lưu thành CSV UTF-8." },
	[BINARY_HTML] = { "web page",
		"This is a web page, whatever its name says: open it in a spreadsheet and save it as CSV UTF-8.",
		"Đây là trang web dù tên tệp là gì: hãy mở bằng phần mềm bảng tính và lưu thành CSV UTF-8." },
	[BINARY_XML] = { "XML",
		"This is an XML document: open it in a spreadsheet and save it as CSV UTF-8.",
		"Đây là tài liệu XML: hãy mở bằng phần mềm bảng tính và lưu thành CSV UTF-8." },
	[BINARY_GZIP] = { "gzip archive",
		"This is a compressed file (gzip): unpack it first.",
		"Đây là tệp nén (gzip): hãy giải nén trước." },
	[BINARY_RAR] = { "RAR archive",
		"This is a RAR archive: unpack it first.",
		"Đây là tệp nén RAR: hãy giải nén trước." },
	[BINARY_7Z] = { "7z archive",
		"This is a 7z archive: unpack it first.",
		"Đây là tệp nén 7z: hãy giải nén trước." },
	[BINARY_IMAGE] = { "picture",
		"This is a picture: ask the unit for the list as CSV or Excel.",
		"Đây là tệp ảnh: hãy đề nghị đơn vị gửi danh sách dạng CSV hoặc Excel." },
	[BINARY_OTHER] = { "binary",
		"This is no text: it holds control bytes.",
		"Đây không phải là tệp văn bản: có các byte điều khiển." },
};

void
charset_name(struct charset_finding *f)
{
	struct buf b = BUF_INIT(sizeof(f->name) - 1);

	if (f->charset == CHARSET_BINARY) {
		buf_str_add(&b, binaries[f->binary].name);
	} else {
		if (f->hidden != HIDDEN_NONE)
			buf_printf(&b, "%s as windows-1252 in ", hidden_names[f->hidden]);
		buf_str_add(&b, f->ascii && !f->lost_letters ? "ASCII" : charset_names[f->charset]);
		if (f->bom)
			buf_str_add(&b, " with BOM");
		if (f->lost_letters)
			buf_str_add(&b, " with lost letters");
		else if (f->charset != CHARSET_WINDOWS_1258 && f->form != FORM_NFC)
			buf_str_add(&b, f->form == FORM_NFD ? ", NFD" : ", NFC and NFD");
		if (f->damaged)
			buf_str_add(&b, ", damaged");
	}
	snprintf(f->name, sizeof(f->name), "%s", buf_str(&b));
	buf_release(&b);
}

char *
charset_explain(struct arena *a, const struct charset_finding *f, enum lang l)
{
	struct buf b = BUF_INIT(2048);
	char *out;

	if (f->charset == CHARSET_BINARY)
		return arena_dup(a, TRL(l, binaries[f->binary].en, binaries[f->binary].vi));
	if (f->ascii && !f->lost_letters)
		buf_str_add(&b, TRL(l, "Plain ASCII, no Vietnamese letters.", "Chỉ có ký tự ASCII, không có dấu tiếng Việt."));
	else if (f->hidden != HIDDEN_NONE)
		buf_printf(&b, TRL(l, "%s text that was saved as windows-1252 in %s; converted to Unicode.",
		    "Văn bản mã %s bị lưu nhầm thành windows-1252 trong tệp %s; đã chuyển sang Unicode."),
		    hidden_names[f->hidden], charset_names[f->charset]);
	else if (f->charset == CHARSET_UTF8 || f->charset == CHARSET_UTF16LE || f->charset == CHARSET_UTF16BE)
		buf_printf(&b, TRL(l, "%s%s.", "%s%s."), charset_names[f->charset],
		    f->form == FORM_NFC ? "" : TRL(l, " with letters and marks apart (NFD); put together on reading",
		    " với chữ và dấu tách rời (NFD); đã ghép lại khi đọc"));
	else if (f->lost_letters)
		buf_printf(&b, TRL(l, "%s: letters were lost when the file was saved and are now \"?\"."
		    " Names cannot be restored, addresses are intact: ask the unit for the file as CSV UTF-8.",
		    "%s: một số chữ đã mất khi lưu tệp, nay là dấu \"?\"."
		    " Không khôi phục được họ tên, địa chỉ thư vẫn đúng: hãy đề nghị đơn vị gửi lại tệp CSV UTF-8."),
		    charset_names[f->charset]);
	else
		buf_printf(&b, TRL(l, "%s; converted to Unicode.", "%s; đã chuyển sang Unicode."),
		    charset_names[f->charset]);
	if (f->lost_letters && f->charset != CHARSET_WINDOWS_1252 && f->charset != CHARSET_WINDOWS_1258)
		buf_str_add(&b, TRL(l, " Some letters were lost before and are \"?\" or \"\xEF\xBF\xBD\".",
		    " Một số chữ đã bị mất từ trước, nay là dấu \"?\" hoặc \"\xEF\xBF\xBD\"."));
	if (f->damaged)
		buf_str_add(&b, TRL(l, " Some bytes mean nothing and were replaced by \"\xEF\xBF\xBD\".",
		    " Một số byte không đọc được, đã thay bằng \"\xEF\xBF\xBD\"."));
	out = arena_dup(a, buf_str(&b));
	buf_release(&b);
	return out;
}
