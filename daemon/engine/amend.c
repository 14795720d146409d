#include "engine/amend.h"

#include "base/buf.h"
#include "base/text.h"
#include "engine/judge.h"
#include "engine/person.h"
#include "engine/readdress.h"
#include "store/holdings.h"
#include "store/roster.h"

struct amending {
	struct db *db;
	const struct contact *was;
	struct contact now;
	struct amended *out;
	const struct by *by;
	struct arena arena;
};

static int
judge_email(struct amending *m, const struct units *units, const char *email, struct err *e)
{
	struct judge *judge = judge_new(units, units_by_id(units, m->was->unit));
	struct judgement j;
	int rc = 0;

	m->out->fault = "email";
	judge_row(judge, &m->arena, &(struct judge_in){ .name = m->now.name, .email = email }, &j);
	if (j.disposition != ACCEPT)
		rc = err_set(e, ERR_INPUT, TRL(m->by->lang, "'%s': %s%s%s", "'%s': %s%s%s"), email, reason_text(j.reason, m->by->lang),
		    *j.suggestion ? TRL(m->by->lang, "; is it ", "; có phải là ") : "", j.suggestion);
	else if (strcmp(j.email, m->was->email) != 0) {
		m->out->email = true;
		m->now.email = j.email;
		if (strcmp(j.email, m->was->alternate) == 0)
			m->now.alternate = "";
		m->now.state = "mailable";
		m->now.reason = reason_name(j.reason);
	}
	judge_free(judge);
	return rc;
}

static int
look_at_sharers(struct amending *m, struct err *e)
{
	struct sharers s;
	struct contact same;
	int rc;

	if (readdress_sharers(m->db, &m->arena, &m->now, m->now.email, &s, e) < 0)
		return -1;
	m->out->shared = s.shared;
	if (!s.same)
		return 0;
	if ((rc = contact_by_id(m->db, &m->arena, s.same, &same, e)) != 1)
		return rc < 0 ? -1 : err_set(e, ERR_STORE, TRL(m->by->lang, "the person is gone", "không còn người này"));
	m->out->fault = "email";
	return err_set(e, ERR_INPUT, TRL(m->by->lang, "%s is the address of the same name in unit %s already: one person, twice in the rosters",
	    "%s đã là địa chỉ của người cùng tên ở đơn vị %s: một người có hai lần trong danh sách"), m->now.email, same.unit_code);
}

static int
write_down(struct amending *m, int64_t at, struct err *e)
{
	const struct contact *c = &m->now;

	if (m->out->email && look_at_sharers(m, e) < 0)
		return -1;
	if ((m->out->email ? readdress(m->db, &m->arena, c, m->was->email, c->roster, at, e) : contact_update(m->db, c, e)) < 0 ||
	    (m->was->missing_since && contact_set_missing(m->db, c->id, m->was->missing_since, e) < 0))
		return -1;
	if (m->out->email && c->roster &&
	    roster_row_set_warnings(m->db, c->roster, c->seq, m->out->shared ? SHARED_ADDRESS : "", e) < 0)
		return -1;
	return holdings_audit(m->db, m->by->actor, "person correct", c->id, e);
}

static int
prepare(struct amending *m, const struct units *units, const struct amendment *a, struct err *e)
{
	if (m->was->erased_at)
		return err_set(e, ERR_INPUT, TRL(m->by->lang, "this person was erased: there is nothing to correct",
		    "dữ liệu của người này đã được xóa: không có gì để sửa"));
	if (a->name) {
		m->out->fault = "name";
		m->now.name = text_squeeze(&m->arena, a->name);
		m->now.name_key = person_key(&m->arena, m->now.name);
		if (!*m->now.name_key)
			return err_set(e, ERR_INPUT, TRL(m->by->lang, "the name is empty", "họ tên để trống"));
		m->out->name = strcmp(m->now.name, m->was->name) != 0;
	}
	if (a->sub_unit) {
		m->now.sub_unit = text_squeeze(&m->arena, a->sub_unit);
		m->out->sub_unit = strcmp(m->now.sub_unit, m->was->sub_unit) != 0;
	}
	return a->email ? judge_email(m, units, a->email, e) : 0;
}

int
amend(struct db *db, const struct contact *c, const struct units *units, const struct amendment *a,
    const struct by *by, int64_t now, struct amended *out, struct err *e)
{
	struct amending m = { .db = db, .was = c, .now = *c, .out = out, .by = by, .arena = ARENA_INIT };
	int rc;

	*out = (struct amended){ .fault = "" };
	rc = prepare(&m, units, a, e);
	if (rc == 0 && (out->name || out->email || out->sub_unit) && (rc = db_begin(db, e)) == 0)
		rc = write_down(&m, now, e) < 0 ? db_abort(db) : db_commit(db, e);
	arena_release(&m.arena);
	return rc;
}

const char *
amended_text(struct arena *a, const struct amended *m, enum lang l)
{
	struct buf b = BUF_INIT(1024);
	const char *text;

	if (!m->name && !m->email && !m->sub_unit)
		return TRL(l, "nothing to correct: it stands so already", "không có gì để sửa: đã đúng như vậy");
	if (m->name)
		buf_printf(&b, "; %s", TRL(l, "name corrected", "đã sửa họ tên"));
	if (m->sub_unit)
		buf_printf(&b, "; %s", TRL(l, "sub-unit corrected", "đã sửa bộ phận"));
	if (m->email)
		buf_printf(&b, "; %s", TRL(l, "address corrected: the next wave with audience mended=yes writes to it",
		    "đã sửa địa chỉ: lượt thư kế tiếp có đối tượng mended=yes sẽ gửi tới"));
	if (m->shared)
		buf_printf(&b, "; %s", TRL(l, "a colleague has this address, too", "đồng nghiệp cũng dùng địa chỉ này"));
	text = arena_dup(a, buf_str(&b) + 2);
	buf_release(&b);
	return text;
}
