/* accountspec.c - see sextet/accountspec.h */

#include <string.h>

#include <sextet/accountspec.h>

#define DIGITS "0123456789"

/* What is written, taken apart. */
struct spec {
	char user[ACCOUNT_NAMESIZE];
	char group[ACCOUNT_NAMESIZE];	/* empty: that of the user */
	unsigned int has_fallback;
	id_t uid;			/* the fallback */
	id_t gid;
};

/* All of S[0..N) as an id below the one that means none. */
static int
number(char const *s, size_t n, id_t *id)
{
	unsigned long long u = 0;

	if (!n || n > 10 || strspn(s, DIGITS) < n)
		return 0;
	for (size_t i = 0; i < n; i++)
		u = u * 10 + (unsigned long long)(s[i] - '0');
	if (u >= ACCOUNTSPEC_SAME)
		return 0;
	*id = (id_t)u;
	return 1;
}

static int
take(char *to, char const *s, size_t n)
{
	if (!n || n >= ACCOUNT_NAMESIZE)
		return 0;
	memcpy(to, s, n);
	to[n] = 0;
	return 1;
}

static int
split(char const *s, struct spec *spec)
{
	size_t len = strcspn(s, ","), user = strcspn(s, ":,");

	if (!take(spec->user, s, user))
		return 0;
	spec->group[0] = 0;
	if (s[user] == ':' && !take(spec->group, s + user + 1, len - user - 1))
		return 0;
	spec->has_fallback = s[len] == ',';
	if (!spec->has_fallback)
		return 1;
	s += len + 1;
	len = strcspn(s, ":");
	return number(s, len, &spec->uid) && s[len] == ':'
		&& number(s + len + 1, strlen(s + len + 1), &spec->gid);
}

static enum accountspec_result
find_user(struct spec const *spec, uid_t *uid, gid_t *primary)
{
	char name[ACCOUNT_NAMESIZE];
	id_t id;

	switch (account_user(spec->user, uid, primary)) {
	case ACCOUNT_FOUND: return ACCOUNTSPEC_GOOD;
	case ACCOUNT_ERROR: return ACCOUNTSPEC_ERROR;
	case ACCOUNT_UNKNOWN: break;
	}
	if (number(spec->user, strlen(spec->user), &id)) {
		*primary = ACCOUNTSPEC_SAME;
		/* his group, if he has a name and no need for it otherwise */
		if (!spec->group[0] && account_user_name(id, name) == ACCOUNT_FOUND
			&& account_user(name, uid, primary) == ACCOUNT_ERROR)
			return ACCOUNTSPEC_ERROR;
		*uid = id;
		return ACCOUNTSPEC_GOOD;
	}
	if (!spec->has_fallback)
		return ACCOUNTSPEC_UNKNOWN;
	*uid = spec->uid;
	*primary = spec->gid;
	return ACCOUNTSPEC_GOOD;
}

static enum accountspec_result
find_group(struct spec const *spec, gid_t *gid)
{
	id_t id;

	switch (account_group(spec->group, gid)) {
	case ACCOUNT_FOUND: return ACCOUNTSPEC_GOOD;
	case ACCOUNT_ERROR: return ACCOUNTSPEC_ERROR;
	case ACCOUNT_UNKNOWN: break;
	}
	if (number(spec->group, strlen(spec->group), &id)) {
		*gid = id;
		return ACCOUNTSPEC_GOOD;
	}
	if (!spec->has_fallback)
		return ACCOUNTSPEC_UNKNOWN;
	*gid = spec->gid;
	return ACCOUNTSPEC_GOOD;
}

enum accountspec_result
accountspec_find(char const *s, uid_t *uid, gid_t *gid, char *who)
{
	enum accountspec_result result;
	struct spec spec;
	uid_t u;
	gid_t g;

	if (!split(s, &spec))
		return ACCOUNTSPEC_INVALID;
	result = find_user(&spec, &u, &g);
	if (result == ACCOUNTSPEC_UNKNOWN)
		memcpy(who, spec.user, sizeof spec.user);
	if (result != ACCOUNTSPEC_GOOD)
		return result;
	if (spec.group[0]) {
		result = find_group(&spec, &g);
		if (result == ACCOUNTSPEC_UNKNOWN)
			memcpy(who, spec.group, sizeof spec.group);
		if (result != ACCOUNTSPEC_GOOD)
			return result;
	}
	*uid = u;
	*gid = g;
	return ACCOUNTSPEC_GOOD;
}
