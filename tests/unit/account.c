/* account.c - users and groups of this machine, compared with its files */

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/account.h>
#include <sextet/passwd.h>

#include "apart.h"

/* The first member that /etc/group lists anywhere, written to NAME[256]. */
static int
some_member(char *name)
{
	FILE *f = fopen("/etc/group", "r");
	char line[4096];
	int found = 0;

	while (f && !found && fgets(line, sizeof line, f))
		found = sscanf(line, "%*[^:]:%*[^:]:%*[0-9]:%255[^,\n]", name) == 1;
	if (f)
		fclose(f);
	return found;
}

static int
has(gid_t const *list, size_t n, gid_t gid)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == gid)
			return 1;
	return 0;
}

static void
membership(void)
{
	static gid_t list[65536], files[65536];
	size_t n = 9, m = 9, common = 0;
	char name[256];

	ok(account_groups("no such user", list, 65536, &n) == ACCOUNT_FOUND && !n,
		"an unknown user is in no group");
	if (!some_member(name)) {
		printf("ok %d - groups of a user # SKIP no group here lists anybody\n", ++tap_count);
		return;
	}
	ok(account_groups(name, list, 65536, &n) == ACCOUNT_FOUND && n, "groups of %s", name);
	passwd_groups("/etc/group", name, files, 65536, &m);
	for (size_t i = 0; i < m; i++)
		common += (size_t)has(list, n, files[i]);
	ok(m && common == m, "all groups of the file");
	ok(!has(list, n, (gid_t)-1), "none invented");
	m = 9;
	ok(account_groups(name, list, n - 1, &m) == ACCOUNT_ERROR && errno == ERANGE && m == 9,
		"more groups than room");
}

/* In a process of its own, since an NSS that could not be loaded stays away. */
static int
no_descriptors(void)
{
	int free_fd = dup(1);
	struct rlimit l = { (rlim_t)free_fd, (rlim_t)free_fd };
	uid_t uid;
	gid_t gid;
	int status = -1;
	pid_t pid = tap_fork();

	close(free_fd);
	if (!pid) {
		setrlimit(RLIMIT_NOFILE, &l);
		_exit(account_user("root", &uid, &gid) != ACCOUNT_ERROR || errno != EMFILE);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void
put(char const *file, char const *text)
{
	FILE *f = fopen(file, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		_exit(1);
}

#define MANY 40

/* Users and groups of our own in another /etc, found by the way SERVICES. */
static int
etc(char const *services)
{
	char line[512], groups[MANY * 32] = "", name[ACCOUNT_NAMESIZE] = "kept";
	gid_t list[MANY + 1], gid = 7;
	uid_t uid = 7;
	size_t n = 9, seen = 0;

	if (services)
		put("/etc/nsswitch.conf", services);
	else
		unlink("/etc/nsswitch.conf");
	memset(line, 'l', sizeof line);
	strcpy(line + 300, ":x:4000:4000::/:/bin/sh\nhere:x:4001:4002::/:/bin/sh\n");
	put("/etc/passwd", line);
	for (int i = 0; i < MANY; i++)
		sprintf(groups + strlen(groups), "g%d:x:%d:here\n", i, 5000 + i);
	strcat(groups, "own:x:4002:\n");
	put("/etc/group", groups);

	want(account_user("here", &uid, &gid) == ACCOUNT_FOUND && uid == 4001 && gid == 4002);
	want(account_user_name(4001, name) == ACCOUNT_FOUND && !strcmp(name, "here"));
	want(account_group("own", &gid) == ACCOUNT_FOUND && gid == 4002);
	want(account_group_name(5001, name) == ACCOUNT_FOUND && !strcmp(name, "g1"));
	want(account_user("absent", &uid, &gid) == ACCOUNT_UNKNOWN && uid == 4001);
	want(account_group("absent", &gid) == ACCOUNT_UNKNOWN && gid == 4002);
	want(account_user_name(4009, name) == ACCOUNT_UNKNOWN && account_group_name(4009, name) == ACCOUNT_UNKNOWN);
	want(account_user_name(4000, name) == ACCOUNT_UNKNOWN && !strcmp(name, "g1"));	/* too long */
	want(account_groups("here", list, MANY + 1, &n) == ACCOUNT_FOUND && n == MANY);
	for (gid_t g = 5000; g < 5000 + MANY; g++)
		seen += (size_t)has(list, n, g);
	want(seen == MANY);
	n = 9;
	want(account_groups("here", list, MANY - 1, &n) == ACCOUNT_ERROR && errno == ERANGE && n == 9);
	want(account_groups("absent", list, MANY, &n) == ACCOUNT_FOUND && n == 0);
	return 1;
}

static int
other_etc(void)
{
	static char const *const ways[] = {
		"passwd: files\ngroup: files\n",
		"passwd: files systemd\ngroup: files systemd\n",
		"passwd: files [NOTFOUND=return] systemd\ngroup: files [NOTFOUND=return] systemd\n",
		"passwd: systemd files\ngroup: systemd files\n",
		"passwd: files\ngroup: files\ninitgroups: files\n",
		"passwd:\tfiles other\ngroup:\tfiles other\n",
		"passwd: filesother files\ngroup: filesother files\n",
		0,	/* none */
		"shadow: files\n",
	};

	want(mount("tmpfs", "/etc", "tmpfs", 0, "mode=0755") == 0);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		int wstat = -1;
		pid_t pid;

		/* each in a process that has not asked the libc before */
		fflush(stdout);
		pid = tap_fork();
		if (!pid)
			_exit(etc(ways[i]) != 1);
		waitpid(pid, &wstat, 0);
		if (wstat)
			printf("# with: %s\n", ways[i] ? ways[i] : "no nsswitch.conf");
		want(wstat == 0);
	}
	/* systemd's users: only the libc can tell */
	want(mkdir("/etc/userdb", 0755) == 0 && etc(ways[1]));
	return 1;
}

int
main(void)
{
	char name[ACCOUNT_NAMESIZE];
	uid_t uid = 7;
	gid_t gid = 7;
	int status = no_descriptors();

	ok(account_user("root", &uid, &gid) == ACCOUNT_FOUND && uid == 0 && gid == 0, "root");
	ok(account_user_name(0, name) == ACCOUNT_FOUND && !strcmp(name, "root"), "user 0");
	gid = 7;
	ok(account_group_name(0, name) == ACCOUNT_FOUND && account_group(name, &gid) == ACCOUNT_FOUND
		&& gid == 0, "group 0 and back");
	strcpy(name, "kept");
	uid = gid = 7;
	ok(account_user("no such user", &uid, &gid) == ACCOUNT_UNKNOWN && uid == 7 && gid == 7,
		"unknown user");
	ok(account_user("", &uid, &gid) == ACCOUNT_UNKNOWN, "empty user name");
	ok(account_group("no such group", &gid) == ACCOUNT_UNKNOWN && gid == 7, "unknown group");
	ok(account_user_name(4294967290U, name) == ACCOUNT_UNKNOWN
		&& account_group_name(4294967290U, name) == ACCOUNT_UNKNOWN
		&& !strcmp(name, "kept"), "unknown numbers");
	membership();
	ok_mounted("all ways of nsswitch.conf", other_etc);
	ok(!status, "no descriptor free: an error, not an unknown user");
	return done_testing();
}
