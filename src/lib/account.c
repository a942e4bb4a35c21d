/* account.c - see sextet/account.h */

#include <sextet/account.h>
#include <sextet/passwd.h>

#define USERS "/etc/passwd"
#define GROUPS "/etc/group"

#if SEXTET_STATIC

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
#include <unistd.h>

#include <sextet/nsswitch.h>

/*
 * The libc's way through nsswitch.conf, its modules and their sockets costs as
 * much as all the rest of a small tool. What the files alone decide is therefore
 * read from them: a name or number found there when the first service is
 * "files", and a user's groups when no other service could add any. All else is
 * the libc's to answer, "unknown" too.
 */

static char const nsswitch[] = "/etc/nsswitch.conf";

static int
files_first(char const *database)
{
	char text[NSSWITCH_SIZE], services[256];

	return nsswitch_read(nsswitch, text)
		&& nsswitch_services(text, database, services, sizeof services)
		&& !strncmp(services, " files", 6)
		&& (!services[6] || (services[6] == ' ' && services[7] != '['));
}

/* systemd's service knows groups from these places only */
static int
has_userdb(void)
{
	static char const *const places[] = {
		"/run/systemd/userdb", "/etc/userdb", "/run/userdb", "/run/host/userdb",
		"/usr/local/lib/userdb", "/usr/lib/userdb", "/lib/userdb", 0
	};

	for (char const *const *p = places; *p; p++)
		if (!access(*p, F_OK) || errno != ENOENT)
			return 1;
	return 0;
}

static int
files_only(void)
{
	char text[NSSWITCH_SIZE], services[256];

	return nsswitch_read(nsswitch, text)
		&& nsswitch_services(text, "group", services, sizeof services)
		&& (!strcmp(services, " files")
			|| (!strcmp(services, " files systemd") && !has_userdb()))
		&& !nsswitch_services(text, "initgroups", services, sizeof services);
}

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

	if (files_first("passwd") && passwd_user(USERS, name, uid, gid) == ACCOUNT_FOUND)
		return ACCOUNT_FOUND;
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

	if (files_first("group") && passwd_group(GROUPS, name, gid) == ACCOUNT_FOUND)
		return ACCOUNT_FOUND;
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

	if (files_first("passwd") && passwd_name(USERS, uid, name) == ACCOUNT_FOUND)
		return ACCOUNT_FOUND;
	errno = 0;
	pw = getpwuid(uid);
	return pw ? copy_name(name, pw->pw_name) : nothing();
}

enum account_result
account_group_name(gid_t gid, char *name)
{
	struct group *gr;

	if (files_first("group") && passwd_name(GROUPS, gid, name) == ACCOUNT_FOUND)
		return ACCOUNT_FOUND;
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

	if (files_only())
		return passwd_groups(GROUPS, user, list, max, n);
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
