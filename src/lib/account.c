/* account.c - see sextet/account.h */

#include <sextet/account.h>

#if SEXTET_STATIC

#include <sextet/passwd.h>

#define USERS "/etc/passwd"
#define GROUPS "/etc/group"

enum account_result
account_user(char const *name, uid_t *uid, gid_t *gid)
{
	return passwd_user(USERS, name, uid, gid);
}

enum account_result
account_group(char const *name, gid_t *gid)
{
	return passwd_group(GROUPS, name, gid);
}

enum account_result
account_user_name(uid_t uid, char *name)
{
	return passwd_name(USERS, uid, name);
}

enum account_result
account_group_name(gid_t gid, char *name)
{
	return passwd_name(GROUPS, gid, name);
}

enum account_result
account_groups(char const *user, gid_t *list, size_t max, size_t *n)
{
	return passwd_groups(GROUPS, user, list, max, n);
}

#else

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

/* A null answer with one of these is a failure to look; with any other errno,
   which depends on the libc and its NSS modules, there is no such entry. */
static enum account_result
nothing(void)
{
	switch (errno) {
	case EACCES:
	case EAGAIN:
	case EINTR:
	case EIO:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ERANGE:
		return ACCOUNT_ERROR;
	default:
		return ACCOUNT_UNKNOWN;
	}
}

static enum account_result
copy_name(char *name, char const *found)
{
	size_t n = strlen(found);

	if (n >= ACCOUNT_NAMESIZE)
		return ACCOUNT_UNKNOWN;
	memcpy(name, found, n + 1);
	return ACCOUNT_FOUND;
}

enum account_result
account_user(char const *name, uid_t *uid, gid_t *gid)
{
	struct passwd *pw;

	errno = 0;
	pw = getpwnam(name);
	if (!pw)
		return nothing();
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
	return ACCOUNT_FOUND;
}

enum account_result
account_group(char const *name, gid_t *gid)
{
	struct group *gr;

	errno = 0;
	gr = getgrnam(name);
	if (!gr)
		return nothing();
	*gid = gr->gr_gid;
	return ACCOUNT_FOUND;
}

enum account_result
account_user_name(uid_t uid, char *name)
{
	struct passwd *pw;

	errno = 0;
	pw = getpwuid(uid);
	return pw ? copy_name(name, pw->pw_name) : nothing();
}

enum account_result
account_group_name(gid_t gid, char *name)
{
	struct group *gr;

	errno = 0;
	gr = getgrgid(gid);
	return gr ? copy_name(name, gr->gr_name) : nothing();
}

enum account_result
account_groups(char const *user, gid_t *list, size_t max, size_t *n)
{
	/* getgrouplist adds the gid that it is given, first of all: one that
	   nobody has tells the groups that list the user from the primary one */
	gid_t const nobody = (gid_t)-1;
	int size = 32, total = size;
	size_t count = 0;
	gid_t few[32], *all = few;

	if (getgrouplist(user, nobody, all, &total) < 0) {
		all = 0;
		do {
			gid_t *more;

			/* total is what it takes, but not with every libc */
			size = total > size ? total : size * 2;
			more = realloc(all, (size_t)size * sizeof *more);
			if (!more) {
				free(all);
				return ACCOUNT_ERROR;
			}
			all = more;
			total = size;
		} while (getgrouplist(user, nobody, all, &total) < 0);
	}
	for (int i = 0; i < total; i++) {
		if (all[i] == nobody)
			continue;
		if (count < max)
			list[count] = all[i];
		count++;
	}
	if (all != few)
		free(all);
	if (count > max) {
		errno = ERANGE;
		return ACCOUNT_ERROR;
	}
	*n = count;
	return ACCOUNT_FOUND;
}

#endif
