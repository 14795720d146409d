#include "engine/portrait.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "engine/redact.h"
#include "store/erase.h"
#include "store/holdings.h"

static json_t *
base64(const void *p, size_t len)
{
	char *out = mem_alloc(len / 3 * 4 + 8);
	int n = EVP_EncodeBlock((unsigned char *)out, p, (int)len);
	json_t *o = json_stringn(out, (size_t)n);

	free(out);
	return o;
}

/* One column; a blob that is no text goes under NAME_base64. */
static void
put(json_t *o, struct stmt *row, int i)
{
	const char *name = col_name(row, i), *s;
	char other[64];
	size_t len;

	switch (col_kind(row, i)) {
	case COL_NULL:
		json_object_set_new(o, name, json_null());
		break;
	case COL_INT:
		json_object_set_new(o, name, json_integer(col_int(row, i)));
		break;
	case COL_TEXT:
	case COL_BLOB:
		s = col_blob(row, i, &len);
		if (text_is_utf8(s, len)) {
			json_object_set_new(o, name, json_stringn(s, len));
		} else {
			snprintf(other, sizeof(other), "%s_base64", name);
			json_object_set_new(o, other, base64(s, len));
		}
		break;
	}
}

static int
take(struct stmt *row, void *arg)
{
	json_t *o = json_object();

	for (int i = 0; i < col_count(row); i++)
		put(o, row, i);
	json_array_append_new(arg, o);
	return 0;
}

static int
tables(struct db *db, json_t *o, enum holding held, int64_t contact, const char *email, struct err *e)
{
	for (const struct holdings_table *t = holdings_tables; t->name; t++) {
		json_t *list = json_object_get(o, t->name);

		if (t->held != held)
			continue;
		if (!list)
			json_object_set_new(o, t->name, list = json_array());
		if (holdings_each(db, t, contact, email, take, list, e) < 0)
			return -1;
	}
	return 0;
}

struct naming {
	struct needles needles;
	struct arena scratch;
	int64_t *id;
	size_t n, cap;
};

static int
look(const struct kept_message *m, void *arg)
{
	struct naming *in = arg;

	arena_reset(&in->scratch);
	if (redact_needed(&in->scratch, &in->needles, m->data, m->len, false)) {
		in->id = mem_room(in->id, in->n, &in->cap, sizeof(*in->id));
		in->id[in->n++] = m->id;
	}
	return 0;
}

static bool
is_told(json_t *persons, int64_t id)
{
	size_t i, k;
	json_t *p, *m;

	json_array_foreach(persons, i, p)
		json_array_foreach(json_object_get(p, "inbound"), k, m)
			if (json_integer_value(json_object_get(m, "id")) == id)
				return true;
	return false;
}

/* Mails that name an address and stand with nobody. */
static int
other_mails(struct db *db, struct naming *in, json_t *persons, json_t *list, struct err *e)
{
	if (erase_each_mail(db, look, in, e) < 0)
		return -1;
	for (size_t i = 0; i < in->n; i++)
		if (!is_told(persons, in->id[i]) && holdings_mail(db, in->id[i], take, list, e) < 0)
			return -1;
	return 0;
}

int
portrait(struct db *db, const struct contact *people, size_t n, const char *email, int64_t now, json_t **out, struct err *e)
{
	json_t *o = json_object(), *persons = json_array(), *by_address = json_object(), *mails = json_array();
	struct naming in = { .scratch = ARENA_INIT };
	struct arena a = ARENA_INIT;
	int rc = 0;

	*out = o;
	json_object_set_new(o, "exported_at", json_integer(now));
	json_object_set_new(o, "persons", persons);
	json_object_set_new(o, "by_address", by_address);
	json_object_set_new(o, "other_mails", mails);
	needles_init(&in.needles, "", "");
	if (email)
		needles_add(&in.needles, email);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		json_t *p = json_object(), *stopped = json_array();
		const char **emails;
		size_t k = 0;

		json_array_append_new(persons, p);
		json_object_set_new(p, "suppression", stopped);
		rc = tables(db, p, HELD_BY_PERSON, people[i].id, NULL, e);
		if (rc == 0)
			rc = holdings_suppressed(db, people[i].id, now, take, stopped, e);
		if (rc == 0)
			rc = erase_emails(db, &a, people[i].id, &emails, &k, e);
		for (size_t j = 0; rc == 0 && j < k; j++)
			needles_add(&in.needles, emails[j]);
	}
	if (rc == 0 && !in.needles.n)
		rc = tables(db, by_address, HELD_BY_ADDRESS, 0, "", e);
	for (size_t i = 0; rc == 0 && i < in.needles.n; i++)
		rc = tables(db, by_address, HELD_BY_ADDRESS, 0, in.needles.email[i], e);
	if (rc == 0)
		rc = other_mails(db, &in, persons, mails, e);
	needles_release(&in.needles);
	free(in.id);
	arena_release(&in.scratch);
	arena_release(&a);
	if (rc < 0) {
		json_decref(o);
		*out = NULL;
	}
	return rc;
}
