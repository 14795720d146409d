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

static const bool may[ROLES][RIGHTS] = {
	[ROLE_ADMINISTRATOR] = { false, true, true, true, true, true, true, true },
	[ROLE_OPERATOR] = { false, true, true, true, true, true, true, false },
	[ROLE_FOCAL] = { false, true, true, false, true, true, false, false },
	[ROLE_VIEWER] = { false, true, true, true, true, false, false, false },
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
	return a ? may[a->role][r] : r == RIGHT_ANYBODY;
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
password_make(struct arena *a, const char *user, const char *password, const char **kept, struct err *e)
{
	struct crypt_data room = { .initialized = 0 };
	char salt[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *hash;
	bool same = true;

	for (const char *p = password; *p && same; p++)
		same = *p == *password;
	if (characters(password) < PASSWORD_LEAST || strlen(password) > PASSWORD_MOST)
		return err_set(e, ERR_INPUT, TR("a password has at least %d characters: take a sentence",
		    "mật khẩu có ít nhất %d ký tự: hãy dùng một câu"), PASSWORD_LEAST);
	if (same || strcasestr(password, user))
		return err_set(e, ERR_INPUT, TR("this password is easy to guess: it is one character over and over, or holds the user's name",
		    "mật khẩu này dễ đoán: chỉ lặp một ký tự, hoặc chứa tên người dùng"));
	if (!crypt_gensalt_rn("$y$", 0, NULL, 0, salt, sizeof(salt)) || !(hash = crypt_r(password, salt, &room)) || *hash == '*')
		return err_sys(e, TR("the password cannot be kept", "không lưu được mật khẩu"));
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
