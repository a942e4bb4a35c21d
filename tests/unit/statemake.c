/* statemake.c - a place for the state of a container */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <sextet/statemake.h>

#include "denied.h"
#include "tap.h"

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
mounts(void)
{
	struct statemake_places p = { 0, 0, 0, "mnt", { 0, 0, 0 } };

	hide("/mnt");
	mkdir("mnt", 0700);
	return find(&p) == STATEMAKE_MOUNTED && !strcmp(to, "mnt/s6") && is_dir("mnt/s6", 0755) && is_dir("mnt", 0755);
}

static int
mounts_nothing(void)
{
	struct statemake_places p = { 0, 0, 0, "mnt", { 0, 0, 0 } };

	deny(SYS_mount, EPERM);
	return find(&p) == STATEMAKE_NOWHERE;
}

/* As user 1235, where somebody else has the name of our private place. */
static int
avoids_squatters(void)
{
	struct statemake_places p = { 0, 0, 0, 0, { "open", 0, 0 } };

	if (geteuid())
		_exit(NOT_HERE);
	mkdir("open", 01777);
	chmod("open", 01777);
	chmod(".", 0755);
	if (mkdir("open/s6-1235", 0755) < 0 || chown("open/s6-1235", 1234, 1234) < 0 || seteuid(1235) < 0)
		return 0;
	return find(&p) == STATEMAKE_PRIVATE && strcmp(to, "open/s6-1235") && !strncmp(to, "open/s6-", 8)
		&& is_dir(to, 0700);
}

static int
has_no_name(void)
{
	struct statemake_places p = { 0, 0, 0, 0, { "tmp3", 0, 0 } };

	mkdir("tmp3", 0755);
#ifdef SYS_mkdir
	deny(SYS_mkdir, ENOSPC);
#endif
	deny(SYS_mkdirat, ENOSPC);
	return find(&p) == STATEMAKE_NOWHERE;
}

static void
corners(void)
{
	struct statemake_places p = { 0, 0, 0, 0, { 0, 0, 0 } };
	char small[8], deep[5000];

	holds_apart(mounts, "a file system of its own");
	holds_apart(mounts_nothing, "unless that is forbidden");
	holds_apart(avoids_squatters, "another name than the one that somebody sits on");
	holds_apart(has_no_name, "no room for any");
	p.run = "run";
	ok(statemake_find(small, 6, &p) == STATEMAKE_NOWHERE, "no room for the path of run");
	p.run = 0;
	p.temporary[0] = "tmp";
	ok(statemake_find(small, sizeof small, &p) == STATEMAKE_NOWHERE, "nor of a private one");
	memset(deep, 'x', sizeof deep);
	deep[0] = '/';
	deep[sizeof deep - 1] = 0;
	p.given = deep;
	ok(find(&p) == STATEMAKE_NOWHERE && errno == ENAMETOOLONG, "given, too long");
	touch("file");
	ok(statemake_exposed("nowhere") < 0 && statemake_empty("file") < 0 && errno == ENOTDIR, "a file has no entries");
	mkdir("kept", 0755);
	touch("kept/.sextet");
	touch("kept/x");
	ok(statemake_empty("kept") == 0 && access("kept/.sextet", F_OK) == 0 && access("kept/x", F_OK) < 0,
		"emptied, but for the mark");
	ok(statemake_link("target", "file/x") < 0 && errno == ENOTDIR, "no link below a file");
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
	corners();
	return done_testing();
}
