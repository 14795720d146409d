#include "engine/access.h"

#include <crypt.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <strings.h>

#include "base/token.h"

#define PASSWORD_LEAST 12	/* characters */
#define PASSWORD_MOST 400	/* octets: CRYPT_MAX_PASSPHRASE_SIZE is 512 */
#define AT_ONCE 2

/* Of nobody: so that an unknown name costs what a known one does. */
static const char nobody[] = "$y$j9T$i.jGb7VqwmOfAJ7MjR0rR.$pU25PtP0TnaarpLxmXOe0aLlc1FPqJnDnafIJB08ys9";

static sem_t turn;
static pthread_once_t once = PTHREAD_ONCE_INIT;

#define BIT(right) (1u << RIGHT_##right)
#define READS (BIT(ANYBODY) | BIT(ACCOUNT) | BIT(LOGIN) | BIT(UNIT))
#define OPERATES (READS | BIT(REPORTS) | BIT(PEOPLE) | BIT(ROSTERS) | BIT(INBOUND) | BIT(WAVES) | BIT(AMEND) | BIT(CHANGE))

static const unsigned may[ROLES] = {
	[ROLE_ADMINISTRATOR] = OPERATES | BIT(AUDIT) | BIT(USERS),
	[ROLE_OPERATOR] = OPERATES,
	[ROLE_FOCAL] = READS | BIT(PEOPLE),
	[ROLE_VIEWER] = READS | BIT(REPORTS),
};

/* Whoever changes what is held on people sees them. */
static const struct { const char *key, *en, *vi; unsigned rights; } scopes[SCOPES] = {
	[SCOPE_COUNTS] = { "counts", "counts, by unit and in all; reports", "số liệu theo đơn vị và toàn bộ; báo cáo",
	    BIT(LOGIN) | BIT(REPORTS) | BIT(UNIT) },
	[SCOPE_PEOPLE] = { "people", "read who was nominated, and what happened", "đọc danh sách người được cử và diễn biến",
	    BIT(LOGIN) | BIT(UNIT) | BIT(PEOPLE) },
	[SCOPE_AMEND] = { "amend", "correct what is held on people", "sửa dữ liệu về người được cử",
	    BIT(LOGIN) | BIT(UNIT) | BIT(PEOPLE) | BIT(AMEND) },
	[SCOPE_ROSTERS] = { "rosters", "send rosters, settle held rows", "gửi danh sách, xác nhận dòng chờ",
	    BIT(LOGIN) | BIT(UNIT) | BIT(PEOPLE) | BIT(ROSTERS) },
	[SCOPE_INBOUND] = { "inbound", "read and judge the mails that came back", "đọc và xử lý thư phản hồi",
	    BIT(LOGIN) | BIT(UNIT) | BIT(PEOPLE) | BIT(INBOUND) },
	[SCOPE_WAVES] = { "waves", "plan, start and pause waves", "lập, chạy và tạm dừng lượt gửi",
	    BIT(LOGIN) | BIT(REPORTS) | BIT(UNIT) | BIT(WAVES) },
	[SCOPE_ANSWERS] = { "answers", "say who has answered", "báo ai đã trả lời", BIT(ANSWERS) },
	[SCOPE_AUDIT] = { "audit", "read the audit log", "đọc nhật ký hoạt động", BIT(AUDIT) },
};

static const struct { const char *key, *en, *vi; } roles[ROLES] = {
	[ROLE_ADMINISTRATOR] = { "administrator", "administrator", "quản trị" },
	[ROLE_OPERATOR] = { "operator", "operator", "vận hành" },
	[ROLE_FOCAL] = { "focal", "focal point", "đầu mối" },
	[ROLE_VIEWER] = { "viewer", "read-only", "chỉ xem" },
};

const char *
role_name(enum role r, enum lang l)
{
	return TRL(l, roles[r].en, roles[r].vi);
}

bool
role_parse(const char *word, enum role *out)
{
	for (int i = 0; i < ROLES; i++)
		if (strcmp(word, roles[i].key) == 0) {
			*out = (enum role)i;
			return true;
		}
	return false;
}

bool
access_may(const struct actor *a, enum right r)
{
	return r == RIGHT_ANYBODY || (a && ((a->key ? a->rights : may[a->role]) >> r & 1));
}

const char *
scope_name(enum scope s)
{
	return scopes[s].key;
}

const char *
scope_text(enum scope s, enum lang l)
{
	return TRL(l, scopes[s].en, scopes[s].vi);
}

unsigned
scopes_rights(unsigned set, bool of_unit)
{
	unsigned rights = 0;

	for (int i = 0; i < SCOPES; i++)
		if (set >> i & 1)
			rights |= scopes[i].rights;
	return of_unit ? rights & may[ROLE_FOCAL] : rights;
}

/* A focal point has no reports, and yet the counts of its unit. */
bool
scope_of_unit(enum scope s)
{
	return (scopes[s].rights & ~(may[ROLE_FOCAL] | BIT(REPORTS))) == 0;
}

int
scopes_parse(const char *words, enum lang l, unsigned *set, struct err *e)
{
	*set = 0;
	for (const char *p = words; *p;) {
		size_t n = strcspn(p, ", ");
		int i = 0;

		while (n && i < SCOPES && (strlen(scopes[i].key) != n || strncmp(p, scopes[i].key, n) != 0))
			i++;
		if (i == SCOPES)
			return err_set(e, ERR_INPUT, TRL(l, "no scope '%.*s': counts, people, amend, rosters, inbound, waves, answers, audit",
			    "không có phạm vi '%.*s': counts, people, amend, rosters, inbound, waves, answers, audit"), (int)n, p);
		if (n)
			*set |= 1u << i;
		p += n + (p[n] != '\0');
	}
	return *set ? 0 : err_set(e, ERR_INPUT, TRL(l, "a key needs a scope", "khóa cần ít nhất một phạm vi"));
}

bool
access_sees_unit(const struct actor *a, const char *code)
{
	return a && (a->role != ROLE_FOCAL || strcmp(a->unit, code) == 0);
}

static size_t
characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

int
password_make(struct arena *a, const char *user, const char *password, enum lang l, const char **kept, struct err *e)
{
	struct crypt_data room = { .initialized = 0 };
	char salt[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *hash;
	bool same = true;

	for (const char *p = password; *p && same; p++)
		same = *p == *password;
	if (characters(password) < PASSWORD_LEAST || strlen(password) > PASSWORD_MOST)
		return err_set(e, ERR_INPUT, TRL(l, "a password has at least %d characters: take a sentence",
		    "mật khẩu có ít nhất %d ký tự: hãy dùng một câu"), PASSWORD_LEAST);
	if (same || strcasestr(password, user))
		return err_set(e, ERR_INPUT, TRL(l, "this password is easy to guess: it is one character over and over, or holds the user's name",
		    "mật khẩu này dễ đoán: chỉ lặp một ký tự, hoặc chứa tên người dùng"));
	if (!crypt_gensalt_rn("$y$", 0, NULL, 0, salt, sizeof(salt)) || !(hash = crypt_r(password, salt, &room)) || *hash == '*')
		return err_sys(e, TRL(l, "the password cannot be kept", "không lưu được mật khẩu"));
	*kept = arena_dup(a, hash);
	explicit_bzero(&room, sizeof(room));
	return 0;
}

static void
make_turns(void)
{
	sem_init(&turn, 0, AT_ONCE);
}

bool
password_right(const char *kept, const char *password)
{
	struct crypt_data *room = mem_zalloc(sizeof(*room));
	const char *hash;
	bool right;

	pthread_once(&once, make_turns);
	while (sem_wait(&turn) != 0)
		;	/* a signal */
	hash = crypt_r(password, kept ? kept : nobody, room);
	sem_post(&turn);
	right = kept && hash && *hash != '*' && same_secret(hash, kept);
	explicit_bzero(room, sizeof(*room));
	free(room);
	return right;
}
