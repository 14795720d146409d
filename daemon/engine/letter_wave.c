#include "engine/letter_wave.h"

#include <inttypes.h>

#include "base/lang.h"
#include "store/audit.h"
#include "store/letter.h"

#define MESSAGE_MAX_BYTES ((size_t)96 << 20)
#define WEEK_S (7 * 86400)

static int
choose_day(struct letter_wave *lw, const struct letter_asked *q, struct err *e)
{
	const struct campaign *c = lw->w.campaign;

	lw->w.reply_by = lw->w.now < c->closes_at ? c->closes_at : lw->w.now + WEEK_S;
	return q->reply_by ? date_parse(q->reply_by, &c->zone, DATE_END, &lw->w.reply_by, e) : 0;
}

static int
prepare(struct letter_wave *lw, const struct letter_asked *q, struct err *e)
{
	const struct campaign *c = lw->w.campaign;
	struct date_text t;

	if (choose_day(lw, q, e) < 0)
		return err_wrap(e, TR("the day of the answer", "ngày cần trả lời"));
	if (q->to_send && q->kind == LETTER_FIX && lw->w.now > c->closes_at)
		return err_set(e, ERR_NOTNOW, TR("campaign '%s' closed on %s: nobody could be invited again",
		    "đợt '%s' đã đóng ngày %s: không thể mời lại ai"), c->key, date_day(&t, &c->zone, c->closes_at, lang_ui));
	lw->name = q->wave;
	if (!lw->name) {
		date_rfc3339(&t, &c->zone, lw->w.now);
		lw->name = arena_printf(&lw->arena, "%s-%.10s", letter_kind_name(q->kind), t.s);
	}
	/* A mail that is only looked at has a tag that opens nothing; no key is made for it. */
	if (q->to_send && secret_load(&lw->secret, lw->conf->secret_file, e) < 0)
		return -1;
	return message_maker_new(&lw->maker, c, lw->conf, &lw->secret, letter_template(q->kind), e);
}

/* Evidence is of a whole domain: what some of its people got would be told as what all got. */
static int
gather(struct letter_wave *lw, const struct account *a, const struct letter_asked *q, struct err *e)
{
	if (q->of.contacts && q->kind != LETTER_REFUSAL)
		return 0;
	return packs_build(&lw->packs, lw->db, a, &q->of, NULL, e);
}

int
letter_wave_open(struct letter_wave *lw, struct db *db, const struct account *a, const struct letter_asked *q, int64_t now,
    struct err *e)
{
	*lw = (struct letter_wave){ .db = db, .conf = a->conf, .arena = ARENA_INIT };
	lw->w = (struct letter_writer){ .kind = q->kind, .conf = a->conf, .campaign = a->campaign, .account = a, .packs = &lw->packs,
	    .number = q->number ? q->number : "", .now = now };
	if (prepare(lw, q, e) == 0 && dossiers_build(&lw->dossiers, db, a, &q->of, a->campaign->lang, e) == 0 &&
	    gather(lw, a, q, e) == 0 &&
	    focal_list(db, &lw->arena, 0, &lw->focal, &lw->n_focal, e) == 0)
		return 0;
	letter_wave_close(lw);
	return -1;
}

void
letter_wave_close(struct letter_wave *lw)
{
	message_maker_free(lw->maker);
	packs_release(&lw->packs);
	dossiers_release(&lw->dossiers);
	arena_release(&lw->arena);
	*lw = (struct letter_wave){ .arena = ARENA_INIT };
}

const struct dossier *
letter_wave_unit(const struct letter_wave *lw, int64_t unit)
{
	for (size_t i = 0; i < lw->dossiers.n; i++)
		if (lw->dossiers.list[i].unit->unit.id == unit)
			return &lw->dossiers.list[i];
	return NULL;
}

int
letter_wave_address(struct letter_wave *lw, const struct dossier *d, struct letter_made *m, enum letter_fate *fate, struct err *e)
{
	int rc;

	*m = (struct letter_made){ .arena = ARENA_INIT, .d = d, .to = { .name = "", .position = "" }, .data = BUF_INIT(MESSAGE_MAX_BYTES) };
	m->to.email = letter_addressee(lw->w.kind, lw->focal, lw->n_focal, d->unit->unit.id, &m->to.name, &m->to.position);
	*fate = LETTER_NO_FOCAL;
	if (!m->to.email)
		return 0;
	rc = letter_there(lw->db, lw->w.campaign->id, lw->name, d->unit->unit.code, m->to.email, e);
	*fate = rc == 1 ? LETTER_BEFORE : LETTER_MADE;
	return rc < 0 ? -1 : 0;
}

int
letter_wave_make(struct letter_wave *lw, struct letter_made *m, struct err *e)
{
	struct message_envelope env;

	if (letter_next_id(lw->db, &m->to.id, e) < 0 || letter_files(&m->files, &m->arena, &lw->w, m->d, e) < 0)
		return -1;
	if (m->to.email && letter_message(&m->data, &m->text, &lw->w, lw->maker, m->d, &m->files, &m->to, &m->arena, &env, e) < 0)
		return err_wrap(e, "%s", m->d->unit->unit.code);
	return 0;
}

int
letter_wave_plan(struct letter_wave *lw, struct letter_made *m, const char *actor, struct err *e)
{
	struct letter l = { .id = m->to.id, .campaign = lw->w.campaign->id, .wave = lw->name, .kind = letter_kind_name(lw->w.kind),
	    .about = m->d->unit->unit.code, .number = letter_number(&m->arena, &lw->w), .name = m->to.name, .email = m->to.email,
	    .created_at = lw->w.now, .due_at = lw->w.now, .expires_at = lw->w.now + lw->conf->expire_s, .message = buf_str(&m->data),
	    .len = m->data.len };
	int64_t id;
	int rc;

	if (db_begin(lw->db, e) < 0)
		return -1;
	/* The id stands in the message: somebody else may have taken it meanwhile. */
	if (letter_next_id(lw->db, &id, e) < 0)
		return db_abort(lw->db);
	if (id != m->to.id) {
		db_abort(lw->db);
		return err_set(e, ERR_BUSY, TR("another process writes letters at this moment: try again",
		    "tiến trình khác đang lập công văn: hãy thử lại"));
	}
	if ((rc = letter_insert(lw->db, &l, e)) < 0 ||
	    audit_add(lw->db, actor, "letter", arena_printf(&m->arena, "id=%" PRId64 " unit=%s kind=%s", l.id, l.about, l.kind), e) < 0)
		return db_abort(lw->db);
	return db_commit(lw->db, e) < 0 ? -1 : rc;
}

void
letter_made_release(struct letter_made *m)
{
	buf_release(&m->data);
	arena_release(&m->arena);
	*m = (struct letter_made){ .arena = ARENA_INIT };
}
