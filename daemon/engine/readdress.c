#include "engine/readdress.h"

#include "engine/person.h"
#include "store/correction.h"
#include "store/roster.h"

int
readdress_sharers(struct db *db, struct arena *scratch, const struct contact *who, const char *email, struct sharers *out,
    struct err *e)
{
	struct contact *list;
	size_t n;

	*out = (struct sharers){ .same = 0 };
	if (contact_sharing(db, scratch, who->campaign, email, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (list[i].id != who->id && person_same(list[i].name_key, who->name_key)) {
			out->same = list[i].id;
			out->same_where = list[i].unit == who->unit ? R_SAME_FILE : R_OTHER_FILE;
			return 0;
		}
	for (size_t i = 0; i < n; i++)
		if (list[i].id != who->id) {
			out->shared = true;
			if (list[i].roster && roster_row_set_warnings(db, list[i].roster, list[i].seq, SHARED_ADDRESS, e) < 0)
				return -1;
		}
	return 0;
}

int
readdress_settle(struct db *db, struct arena *scratch, int64_t campaign, const char *email, struct err *e)
{
	struct contact *list;
	size_t n;

	if (!*email)
		return 0;
	if (contact_sharing(db, scratch, campaign, email, &list, &n, e) < 0)
		return -1;
	return n == 1 && list[0].roster ? roster_row_set_warnings(db, list[0].roster, list[0].seq, "", e) : 0;
}

int
readdress(struct db *db, struct arena *scratch, const struct contact *now, const char *old_email, int64_t roster, int64_t at,
    struct err *e)
{
	if (contact_update(db, now, e) < 0 ||
	    correction_insert(db, &(struct correction){ now->id, roster, at, old_email, now->email }, e) < 0)
		return -1;
	return readdress_settle(db, scratch, now->campaign, old_email, e);
}
