/* statemake.c - a place for the state of a container */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <sextet/statedir.h>
#include <sextet/statemake.h>

#include "apart.h"

#ifdef SYS_mkdir
#define NO_MKDIR DENY(SYS_mkdir, ENOSPC), DENY(SYS_mkdirat, ENOSPC)
#else
#define NO_MKDIR DENY(SYS_mkdirat, ENOSPC)
#endif

static char to[256];

static int
is_dir(char const *path, mode_t mode)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && (st.st_mode & 07777) == mode
		&& st.st_uid == geteuid();
}

static enum statemake
find(struct statemake_places const *p)
{
	to[0] = 0;
	return statemake_find(to, sizeof to, p);
}

static void
touch(char const *path)
{
	close(open(path, O_WRONLY | O_CREAT, 0644));
}

static void
order(void)
{
	struct statemake_places p = { 0, "run", "var", 0, { "tmp", "tmp2", 0 } };

	mkdir("run", 0755);
	mkdir("var", 0755);
	mkdir("tmp", 01777);
	chmod("tmp", 01777);
	mkdir("tmp2", 0755);
	ok(find(&p) == STATEMAKE_RUN && !strcmp(to, "run/s6") && is_dir("run/s6", 0755), "run");
	touch("run/s6/old");
	ok(find(&p) == STATEMAKE_RUN && access("run/s6/old", F_OK) == 0,
		"again: what is there stays");
	ok(statemake_empty("run/s6") == 0 && access("run/s6/old", F_OK) < 0
		&& is_dir("run/s6", 0755), "emptied");
	rmdir("run/s6");
	ok(symlink("../tmp", "run/s6") == 0 && find(&p) == STATEMAKE_RUN
		&& is_dir("run/s6", 0755), "a link is not followed");
	chmod("run/s6", 0700);
	ok(find(&p) == STATEMAKE_RUN && is_dir("run/s6", 0755), "its mode");
	p.run = "nowhere";
	ok(find(&p) == STATEMAKE_VAR && !strcmp(to, "var/s6"), "var");
	p.var = 0;
	ok(find(&p) == STATEMAKE_PRIVATE && !strncmp(to, "tmp/s6-", 7) && is_dir(to, 0700),
		"a private one");
	p.temporary[0] = "nowhere";
	ok(find(&p) == STATEMAKE_PRIVATE && !strncmp(to, "tmp2/s6-", 8), "the next one");
	p.temporary[1] = "nowhere";
	ok(find(&p) == STATEMAKE_NOWHERE && errno == ENOENT, "nowhere");
	p.given = "relative";
	ok(find(&p) == STATEMAKE_NOWHERE && errno == EINVAL, "given, relative");
	p.given = "/nowhere/at/all";
	ok(find(&p) == STATEMAKE_NOWHERE && errno == ENOENT, "given, not there");
}

/* It is emptied later: what somebody keeps there is not ours. */
static void
given(void)
{
	struct statemake_places p = { 0, 0, 0, 0, { 0, 0, 0 } };
	char dir[256], file[300];

	if (!getcwd(dir, sizeof dir - 10))
		return;
	strcat(dir, "/given");
	p.given = dir;
	sprintf(file, "%s/precious", dir);
	ok(find(&p) == STATEMAKE_GIVEN && is_dir(dir, 0755), "given: made");
	touch(file);
	ok(find(&p) == STATEMAKE_GIVEN && statemake_empty(dir) == 0 && access(file, F_OK) < 0,
		"again: it is ours");
	touch(file);
	ok(find(&p) == STATEMAKE_GIVEN, "and once more");
	strcat(dir, "2");
	sprintf(file, "%s/precious", dir);
	mkdir(dir, 0700);
	touch(file);
	ok(find(&p) == STATEMAKE_NOWHERE && errno == ENOTEMPTY && is_dir(dir, 0700),
		"somebody else's: left alone");
	unlink(file);
	ok(find(&p) == STATEMAKE_GIVEN && is_dir(dir, 0755), "an empty one");
	ok(symlink("given", "lead") == 0 && statemake_empty("lead") < 0, "emptied through a link: never");
}

/* As root a sticky bit helps; others make it theirs alone. */
static void
everybodys(void)
{
	struct statemake_places p = { 0, "all", 0, 0, { 0, 0, 0 } };
	struct stat st;

	mkdir("all", 0777);
	chmod("all", 0777);
	if (geteuid()) {
		ok(statemake_exposed("all") == 1, "everybody may rename there");
		ok(find(&p) == STATEMAKE_RUN && is_dir("all/s6", 0700), "ours alone");
		return;
	}
	ok(find(&p) == STATEMAKE_RUN && is_dir("all/s6", 0755) && stat("all", &st) == 0
		&& (st.st_mode & 07777) == 01777, "made sticky");
	ok(statemake_exposed("all") == 0, "so that nobody may rename there");
	mkdir("other", 0755);
	mkdir("other/s6", 0755);
	ok(chown("other/s6", 1234, 1234) == 0, "somebody else's");
	p.run = "other";
	ok(find(&p) == STATEMAKE_RUN && is_dir("other/s6", 0755), "is root's now");
	chmod("all", 0777);
	chmod(".", 0755);
	if (chown("all/s6", 1234, 1234) < 0 || seteuid(1235) < 0)
		return;
	p.run = "all";
	ok(statemake_exposed("all") == 1, "everybody may rename there");
	ok(find(&p) == STATEMAKE_NOWHERE, "another user's directory will not do");
	ok(seteuid(0) == 0 && chown("all/s6", 1235, 1235) == 0 && seteuid(1235) == 0
		&& find(&p) == STATEMAKE_RUN && is_dir("all/s6", 0700), "ours alone");
	ok(seteuid(0) == 0, "root again");
}

static void
links(void)
{
	char buf[64];
	ssize_t n;

	ok(statemake_link("target", "link") == 0, "a link");
	ok(statemake_link("target2", "link") == 0 && (n = readlink("link", buf, sizeof buf)) == 7
		&& !memcmp(buf, "target2", 7), "in place of another");
	mkdir("dir", 0755);
	touch("dir/file");
	ok(statemake_link("target", "dir") == 0 && readlink("dir", buf, sizeof buf) == 6,
		"in place of a directory");
	mkdir("real", 0755);
	if (symlink("real", "alias") < 0)
		return;
	mkdir("real/s", 0755);
	ok(statemake_link("real/s", "alias/s") == 0 && is_dir("real/s", 0755),
		"not in place of the thing itself");
	ok(statemake_link("x", "nowhere/link") < 0 && errno == ENOENT, "nowhere");
	touch("plain");
	ok(statemake_directory("plain") == 0 && is_dir("plain", 0755), "a directory, not a file");
	touch("plain/x");
	ok(statemake_directory("plain") == 0 && access("plain/x", F_OK) < 0, "an empty one");
	ok(statemake_directory("link") == 0 && is_dir("link", 0755), "not a link");
	ok(statemake_directory("nowhere/x") < 0 && errno == ENOENT, "not below nothing");
}

static int
write_to(char const *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	return fd < 0 ? -1 : close(fd);
}

/* The usual places need not be empty when they are given; a tmpfs is mounted where
   nothing else will do. */
static int
mounted(void)
{
	struct statemake_places p;

	statemake_usual(&p, 0);
	want(!p.given && !strcmp(p.run, "/run") && !strcmp(p.mount, "/run") && !strcmp(p.var, "/var/run")
		&& !strcmp(p.temporary[0], "/dev/shm") && !strcmp(p.temporary[1], "/tmp") && !p.temporary[2]);
	want(mount("tmpfs", "/run", "tmpfs", 0, "mode=0755") == 0
		&& mount("tmpfs", "/var", "tmpfs", 0, "mode=0755") == 0);
	want(mkdir("/run/s6", 0755) == 0 && mkdir("/var/run", 0755) == 0 && mkdir("/var/run/s6", 0755) == 0);
	want(write_to("/run/s6/f") == 0 && write_to("/var/run/s6/f") == 0);
	p.given = STATEDIR_USUAL;
	want(find(&p) == STATEMAKE_GIVEN && !strcmp(to, STATEDIR_USUAL));
	p.given = STATEDIR_OLD;
	want(find(&p) == STATEMAKE_GIVEN && !strcmp(to, STATEDIR_OLD));

	/* neither can be written */
	want(mount(0, "/run", 0, MS_REMOUNT | MS_RDONLY, 0) == 0
		&& mount(0, "/var", 0, MS_REMOUNT | MS_RDONLY, 0) == 0);
	want(find(&p) == STATEMAKE_NOWHERE && errno == EROFS);
	p.given = 0;
	p.mount = 0;
	p.temporary[0] = 0;
	want(find(&p) == STATEMAKE_NOWHERE && errno == EROFS);
	p.mount = "/run/none";
	want(find(&p) == STATEMAKE_NOWHERE && errno == ENOENT);
	p.mount = "/run";
	want(find(&p) == STATEMAKE_MOUNTED && !strcmp(to, "/run/s6") && is_dir("/run/s6", 0755)
		&& access("/run/s6/f", F_OK) < 0);
	return 1;
}

/* What cannot be removed stays, and is told. */
static int
busy(void)
{
	struct stat st;

	want(mkdir("life", 0755) == 0 && mkdir("life/mount", 0755) == 0
		&& mount("tmpfs", "life/mount", "tmpfs", 0, 0) == 0);
	want(statemake_empty("life") == -1 && errno == EBUSY && is_dir("life/mount", 01777));
	want(statemake_directory("life") == -1 && errno == EBUSY);
	want(statemake_link("target", "life/mount") == -1 && errno == EBUSY && lstat("life/mount", &st) == 0
		&& S_ISDIR(st.st_mode));
	return 1;
}

/* Another user with less: somebody sits on the names that would be ours. */
static int
unprivileged(void)
{
	struct statemake_places p = { 0, 0, 0, 0, { "sit", 0, 0 } };

	want(chmod(".", 0755) == 0 && mkdir("sit", 01777) == 0 && chmod("sit", 01777) == 0);
	want(mkdir("sit/s6-1234", 0755) == 0 && write_to("sit/s6-1235") == 0 && symlink("/", "sit/s6-1236") == 0);
	want(mkdir("shut", 0700) == 0 && mkdir("bare", 0755) == 0 && write_to("bare/f") == 0);
	want(mkdir("loose", 0755) == 0 && chmod("loose", 0775) == 0 && chown("loose", 99, 99) == 0);
	want(statemake_exposed("loose") == 1);	/* its owner may rename there */
	for (uid_t u = 1234; u <= 1236; u++) {
		want(seteuid(u) == 0);
		want(find(&p) == STATEMAKE_PRIVATE && !strncmp(to, "sit/s6-", 7) && strlen(to) == 13);
		want(is_dir(to, 0700));
		want(seteuid(0) == 0);
	}
	want(seteuid(1237) == 0);
	want(find(&p) == STATEMAKE_PRIVATE && !strcmp(to, "sit/s6-1237"));
	want(find(&p) == STATEMAKE_PRIVATE && !strcmp(to, "sit/s6-1237"));	/* in each life */
	want(statemake_exposed("sit") == 0 && statemake_exposed("bare") == 0);
	p.temporary[0] = "bare";
	want(find(&p) == STATEMAKE_NOWHERE);
	want(statemake_directory("bare/f") == -1 && errno == EACCES);
	want(statemake_directory("bare/new") == -1 && errno == EACCES);
	want(statemake_empty("bare") == -1 && errno == EACCES && access("bare/f", F_OK) == 0);
	want(statemake_empty("shut") == -1 && errno == EACCES);
	return 1;
}

static int
no_directories(void)
{
	struct statemake_places p = { 0, 0, 0, 0, { "tmp", 0, 0 } };

	want(find(&p) == STATEMAKE_NOWHERE && errno == ENOSPC);
	return 1;
}

/* Neither is a place of ours what cannot be marked, nor what does not fit. */
static void
odd(void)
{
	struct statemake_places p = { 0, "run", "var", 0, { "tmp", 0, 0 } };
	char dir[256], small[8];

	if (!getcwd(dir, sizeof dir - 20))
		exit(111);
	strcat(dir, "/odd");
	p.given = dir;
	touch("odd");
	ok(find(&p) == STATEMAKE_NOWHERE && errno == ENOTDIR && access("odd", F_OK) == 0,
		"given, a file: left alone");
	unlink("odd");
	mkdir("odd", 0700);
	if (symlink("nowhere", "odd/.sextet") < 0)
		exit(111);
	ok(find(&p) == STATEMAKE_NOWHERE && errno == ENOTEMPTY, "given, with a mark that leads nowhere");
	unlink("odd/.sextet");
	if (symlink("../plainfile", "odd/.sextet") < 0)
		exit(111);
	touch("plainfile");
	ok(find(&p) == STATEMAKE_NOWHERE && errno == ELOOP, "with a mark that leads elsewhere");
	p.given = "/0123456789";
	errno = 0;
	ok(statemake_find(small, sizeof small, &p) == STATEMAKE_NOWHERE && errno == ENAMETOOLONG,
		"given, longer than there is room");
	p.given = 0;
	for (size_t n = 3; n <= sizeof small; n++) {
		enum statemake r = statemake_find(small, n, &p);

		if (n < sizeof "run/s6")
			ok(r == STATEMAKE_NOWHERE && errno == ENAMETOOLONG, "room for %d: none fits", (int)n);
		else
			ok(r == STATEMAKE_RUN && !strcmp(small, "run/s6"), "room for %d", (int)n);
	}
	ok(statemake_exposed("nowhere") == -1 && errno == ENOENT, "who is exposed nowhere?");
	ok(statemake_empty("nowhere") == -1 && errno == ENOENT, "nothing to empty");
	ok(statemake_directory("plainfile/x") == -1 && errno == ENOTDIR, "no directory below a file");
	ok_denied("no space for a directory", no_directories, NO_MKDIR);
	ok_mounted("the usual places, given, read-only, mounted over", mounted);
	ok_mounted("mounts in the way", busy);
	if (geteuid() == 0)
		ok_apart("another user", unprivileged);
}

int
main(void)
{
	umask(022);
	tap_tmpdir();
	order();
	given();
	everybodys();
	links();
	odd();
	return done_testing();
}
