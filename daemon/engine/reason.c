/* judge.h: what each reason is called, and how it is said to people. */
#include "engine/judge.h"

#include "base/lang.h"

static const struct {
	const char *name, *en, *vi;
} reasons[REASONS] = {
	[R_CLEAN] = { "clean", "as written", "đúng như trong danh sách" },
	[R_OUTER_SPACE] = { "outer_space", "spaces around the address were left out", "đã bỏ khoảng trắng ở hai đầu địa chỉ" },
	[R_FULL_WIDTH] = { "full_width", "full-width characters were made ordinary ones",
	    "đã đổi ký tự toàn khổ thành ký tự thường" },
	[R_ZERO_WIDTH] = { "zero_width", "invisible characters were left out", "đã bỏ ký tự ẩn" },
	[R_WRAPPED] = { "wrapped", "the address was taken out of what stood around it", "đã tách địa chỉ khỏi phần chữ bao quanh" },
	[R_TRAILING_PUNCTUATION] = { "trailing_punctuation", "punctuation after the address was left out",
	    "đã bỏ dấu câu thừa sau địa chỉ" },
	[R_SPACE_AT_AT_SIGN] = { "space_at_at_sign", "a space beside the @ was left out", "đã bỏ khoảng trắng cạnh dấu @" },
	[R_UPPER_CASE] = { "upper_case", "capitals were made small", "đã đổi chữ hoa thành chữ thường" },
	[R_TWO_ADDRESSES] = { "two_addresses", "two addresses in one cell: the official one is used",
	    "một ô có hai địa chỉ: dùng địa chỉ công vụ" },
	[R_CONFIRMED] = { "confirmed", "the suggested address was confirmed by hand", "địa chỉ gợi ý đã được người phụ trách xác nhận" },
	[R_TYPO_DOMAIN] = { "typo_domain", "the mail provider's name seems misspelt",
	    "tên nhà cung cấp thư có vẻ viết sai" },
	[R_COMMA_FOR_DOT] = { "comma_for_dot", "a comma stands where a dot belongs", "dấu phẩy thay cho dấu chấm" },
	[R_SPACE_IN_LOCAL] = { "space_in_local", "a space stands inside the address, perhaps a lost dot",
	    "có khoảng trắng trong địa chỉ, có thể là mất dấu chấm" },
	[R_DIACRITICS_IN_ADDRESS] = { "diacritics_in_address", "letters with diacritics stand in the address",
	    "địa chỉ có chữ mang dấu" },
	[R_HOMOGLYPH] = { "homoglyph", "letters of another alphabet that look alike stand in the address",
	    "địa chỉ có chữ cái của bảng chữ khác trông giống chữ Latinh" },
	[R_DOUBLE_AT] = { "double_at", "there is more than one @", "có nhiều hơn một dấu @" },
	[R_SWAPPED_COLUMNS] = { "swapped_columns", "the address stands in another column", "địa chỉ nằm ở cột khác" },
	[R_AMBIGUOUS_PERSON] = { "ambiguous_person", "several people of the unit have this name: say which one is meant",
	    "đơn vị có nhiều người trùng tên: cần cho biết là người nào" },
	[R_MISSING_EMAIL] = { "missing_email", "there is no address", "không có địa chỉ" },
	[R_MISSING_AT] = { "missing_at", "the address lacks its @", "địa chỉ thiếu dấu @" },
	[R_TRUNCATED_DOMAIN] = { "truncated_domain", "the end of the address is cut off", "địa chỉ bị cụt phần cuối" },
	[R_NOT_AN_ADDRESS] = { "not_an_address", "this is no mail address", "đây không phải địa chỉ thư điện tử" },
	[R_ERASED] = { "erased", "this person's data was erased and is not taken in again; for somebody else of that name give another address",
	    "dữ liệu của người này đã được xóa và không nhập lại; nếu là người khác trùng tên, hãy ghi địa chỉ khác" },
	[R_SAME_FILE] = { "same_file", "the same person stands in this file already", "người này đã có trong tệp này" },
	[R_OTHER_FILE] = { "other_file", "the same person stands in another unit's file",
	    "người này đã có trong danh sách của đơn vị khác" },
	[R_UNCHANGED] = { "unchanged", "the list of corrections gives no other address", "bản sửa không ghi địa chỉ khác" },
};

const char *
disposition_name(enum disposition d)
{
	static const char *const names[DISPOSITIONS] = {
		[ACCEPT] = "accept", [HOLD] = "hold", [REJECT] = "reject", [DUPLICATE] = "duplicate",
	};

	return names[d];
}

const char *
reason_name(enum reason r)
{
	return reasons[r].name;
}

const char *
reason_text(enum reason r, enum lang l)
{
	return TRL(l, reasons[r].en, reasons[r].vi);
}

enum reason
reason_parse(const char *word)
{
	int r = 0;

	while (r < REASONS && strcmp(reasons[r].name, word) != 0)
		r++;
	return (enum reason)r;
}
