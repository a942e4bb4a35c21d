/* account.c - users and groups of this machine, compared with its files */

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/account.h>
#include <sextet/passwd.h>

#include "denied.h"
#include "tap.h"

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
		_exit(NOT_HERE);
}

static char const *services;	/* nsswitch.conf; null: none */
static int userdb;

/* Where that is /etc: user u, 5, is in 40 groups, and by himself in a. */
static int
knows_its_own(void)
{
	gid_t list[64], gid = 0;
	char name[ACCOUNT_NAMESIZE], line[64];
	size_t n = 0;
	uid_t uid = 0;
	FILE *f;

	hide("/etc");
	if (userdb) {
		hide("/run");
		mkdir("/run/systemd", 0755);
		mkdir("/run/systemd/userdb", 0755);
	}
	put("/etc/passwd", "root:x:0:0::/:\nu:x:5:6::/:\n");
	f = fopen("/etc/group", "w");
	if (!f)
		_exit(NOT_HERE);
	fputs("root:x:0:\na:x:6:\n", f);
	for (int i = 0; i < 40; i++) {
		snprintf(line, sizeof line, "g%d:x:%d:v,u\n", i, 100 + i);
		fputs(line, f);
	}
	fclose(f);
	if (services)
		put("/etc/nsswitch.conf", services);
	return account_user("u", &uid, &gid) == ACCOUNT_FOUND && uid == 5 && gid == 6
		&& account_group("g7", &gid) == ACCOUNT_FOUND && gid == 107
		&& account_user_name(5, name) == ACCOUNT_FOUND && !strcmp(name, "u")
		&& account_group_name(6, name) == ACCOUNT_FOUND && !strcmp(name, "a")
		&& account_user("w", &uid, &gid) == ACCOUNT_UNKNOWN && account_group("w", &gid) == ACCOUNT_UNKNOWN
		&& account_user_name(50, name) == ACCOUNT_UNKNOWN && account_group_name(50, name) == ACCOUNT_UNKNOWN
		&& account_groups("u", list, 64, &n) == ACCOUNT_FOUND && n == 40 && has(list, n, 100)
		&& has(list, n, 139) && !has(list, n, 6)
		&& account_groups("u", list, 39, &n) == ACCOUNT_ERROR && errno == ERANGE
		&& account_groups("w", list, 64, &n) == ACCOUNT_FOUND && !n;
}

/* A name that is longer than any may be has none. */
static int
has_no_long_names(void)
{
	char line[600], name[ACCOUNT_NAMESIZE];

	hide("/etc");
	memset(line, 'n', sizeof line);
	strcpy(line + 400, ":x:5:6::/:\n");
	put("/etc/passwd", line);
	strcpy(line + 400, ":x:6:\n");
	put("/etc/group", line);
	return account_user_name(5, name) == ACCOUNT_UNKNOWN && account_group_name(6, name) == ACCOUNT_UNKNOWN;
}

static void
forms(void)
{
	static char const *const texts[] = {
		0, "", "passwd: files\ngroup: files\n", "passwd: files systemd\ngroup: files systemd\n",
		"passwd: files [NOTFOUND=return] db\ngroup: files [NOTFOUND=return] db\n",
		"passwd: db files\ngroup: db files\n", "group: files\ninitgroups: files\npasswd: files\n",
		"passwd: filesystem files\ngroup: filesystem files\n",
	};

	for (size_t i = 0; i < 2 * sizeof texts / sizeof *texts; i++) {
		services = texts[i / 2];
		userdb = i % 2;
		holds_apart(knows_its_own, services && *services ? "services in another form" : "no services");
	}
	holds_apart(has_no_long_names, "names too long");
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
	forms();
	ok(!status, "no descriptor free: an error, not an unknown user");
	return done_testing();
}
