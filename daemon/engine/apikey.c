#include "engine/apikey.h"

#include <openssl/rand.h>

#include "base/clock.h"
#include "base/token.h"
#include "store/audit.h"
#include "store/unit.h"

#define ID_OCTETS 6
#define SECRET_OCTETS 32
#define ID_AT (sizeof(APIKEY_PREFIX) - 1)
#define SECRET_AT (ID_AT + 2 * ID_OCTETS + 1)
#define KEY_CHARS (SECRET_AT + 2 * SECRET_OCTETS)
#define NOTE_S 3600

static int
check(const struct hand *h, struct apikey_row *k, struct err *e)
{
	enum lang l = h->lang;
	unsigned set;
	const char *words = "";
	int rc;

	if (users_check_name(k->name, l, e) < 0 || scopes_parse(k->scopes, l, &set, e) < 0)
		return -1;
	if (k->expires_at && k->expires_at <= clock_now())
		return err_set(e, ERR_INPUT, TRL(l, "that day has passed", "ngày này đã qua"));
	for (int i = 0; i < SCOPES; i++) {
		if (!(set >> i & 1))
			continue;
		if (*k->unit && !scope_of_unit((enum scope)i))
			return err_set(e, ERR_INPUT, TRL(l, "scope %s is of the whole campaign: a key for one unit has counts, people",
			    "phạm vi %s là của toàn đợt: khóa cho một đơn vị chỉ có counts, people"), scope_name((enum scope)i));
		words = arena_printf(h->arena, "%s%s%s", words, *words ? "," : "", scope_name((enum scope)i));
	}
	k->scopes = words;
	if (!*k->unit)
		return 0;
	rc = unit_code_known(h->db, k->unit, e);
	return rc == 1 ? 0 : rc < 0 ? -1 : err_set(e, ERR_INPUT, TRL(l, "no unit has the code '%s'", "không có đơn vị mang mã '%s'"), k->unit);
}

int
apikey_make(const struct hand *h, struct apikey_row *k, const char **key, struct err *e)
{
	unsigned char octets[ID_OCTETS + SECRET_OCTETS];
	char text[KEY_CHARS + 1] = APIKEY_PREFIX, hash[65];
	size_t n = ID_AT;

	k->unit = k->unit ? k->unit : "";
	if (check(h, k, e) < 0)
		return -1;
	if (RAND_bytes(octets, sizeof(octets)) != 1)
		return err_set(e, ERR_SYSTEM, TRL(h->lang, "no random numbers to be had", "không lấy được số ngẫu nhiên"));
	for (size_t i = 0; i < sizeof(octets); i++) {
		if (i == ID_OCTETS)
			text[n++] = '_';
		snprintf(text + n, 3, "%02x", octets[i]);
		n += 2;
	}
	sha256_hex(hash, text, n);
	k->id = arena_ndup(h->arena, text + ID_AT, (size_t)2 * ID_OCTETS);
	k->hash = arena_dup(h->arena, hash);
	k->created_at = clock_now();
	if (db_begin(h->db, e) < 0)
		return -1;
	if (apikey_insert(h->db, k, e) < 0) {
		if (e && e->code == ERR_INPUT)
			err_set(e, ERR_INPUT, TRL(h->lang, "there is, or was, a key '%s': take another name",
			    "đã có (hoặc từng có) khóa '%s': hãy đặt tên khác"), k->name);
		return db_abort(h->db);
	}
	if (audit_add(h->db, h->actor, "apikey create",
	    arena_printf(h->arena, "key=%s scopes=%s unit=%s", k->name, k->scopes, k->unit), e) < 0)
		return db_abort(h->db);
	*key = arena_dup(h->arena, text);
	return db_commit(h->db, e);
}

int
apikey_revoke(const struct hand *h, const char *name, struct err *e)
{
	struct apikey_row k = { .id = "" };
	int rc;

	if (db_begin(h->db, e) < 0)
		return -1;
	if ((rc = apikey_by_name(h->db, h->arena, name, &k, e)) == 0)
		rc = err_set(e, ERR_NOTFOUND, TRL(h->lang, "no key '%s'", "không có khóa '%s'"), name);
	else if (rc == 1 && k.revoked_at)
		rc = err_set(e, ERR_INPUT, TRL(h->lang, "the key '%s' is revoked already", "khóa '%s' đã bị thu hồi"), name);
	if (rc < 0 || apikey_set_revoked(h->db, k.id, clock_now(), e) < 0 ||
	    audit_add(h->db, h->actor, "apikey revoke", arena_printf(h->arena, "key=%s", k.name), e) < 0)
		return db_abort(h->db);
	return db_commit(h->db, e);
}

const char *
apikey_state(const struct apikey_row *k, int64_t now)
{
	return k->revoked_at ? "revoked" : k->expires_at && k->expires_at <= now ? "expired" : "active";
}

/* Most requests only read. */
static int
note_use(struct db *db, const struct apikey_row *k, int64_t now, struct err *e)
{
	return now - k->used_at < NOTE_S ? 0 : apikey_set_used(db, k->id, now, e);
}

int
apikey_check(struct db *db, struct arena *a, const char *key, struct actor *who, struct err *e)
{
	int64_t now = clock_now();
	struct apikey_row k;
	unsigned set;
	char hash[65];
	int rc;

	if (strlen(key) != KEY_CHARS || strncmp(key, APIKEY_PREFIX, ID_AT) != 0 || key[SECRET_AT - 1] != '_')
		return 0;
	if ((rc = apikey_by_id(db, a, arena_ndup(a, key + ID_AT, (size_t)2 * ID_OCTETS), &k, e)) != 1)
		return rc;
	sha256_hex(hash, key, KEY_CHARS);
	if (!same_secret(hash, k.hash) || strcmp(apikey_state(&k, now), "active") != 0)
		return 0;
	if (scopes_parse(k.scopes, LANG_EN, &set, e) < 0 || note_use(db, &k, now, e) < 0)
		return -1;
	/* The role says only whether it sees one unit; `rights` say what it may. */
	*who = (struct actor){ .name = k.name, .role = *k.unit ? ROLE_FOCAL : ROLE_OPERATOR, .unit = k.unit, .key = true,
	    .rights = scopes_rights(set, *k.unit != '\0') };
	return 1;
}
