#include "app/unit_words.h"

#include "base/clock.h"
#include "store/campaign.h"

int
unit_words(struct app *app, const char *campaign, struct units **out, struct err *e)
{
	int64_t at = clock_now(), tree;
	struct campaign c;
	int rc;

	if (campaign) {
		if (campaign_need(app->db, &app->arena, campaign, &c, e) < 0)
			return -1;
		return units_load(out, app->db, c.tree, c.opens_at, e);
	}
	if ((rc = tree_in_force(app->db, at, &tree, e)) == 0)
		err_set(e, ERR_NOTFOUND, TR("no unit directory is in force today: give --campaign KEY",
		    "hôm nay không có danh mục đơn vị nào còn hiệu lực: dùng --campaign MÃ"));
	return rc == 1 ? units_load(out, app->db, tree, at, e) : -1;
}
