/* tree.c - whole directories: removed, copied, put in place */

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <sextet/tree.h>

#include "apart.h"

static void
put(char const *file, char const *text, mode_t mode)
{
	FILE *f = fopen(file, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) || chmod(file, mode))
		exit(111);
}

static int
there(char const *name)
{
	struct stat st;

	return lstat(name, &st) == 0;
}

static int
is(char const *name, mode_t want)
{
	struct stat st;

	return lstat(name, &st) == 0 && st.st_mode == want;
}

static void
make(char const *top)
{
	mkdir(top, 0755);
	if (chdir(top) < 0)
		exit(111);
	mkdir("sub", 0750);
	mkdir("sub/closed", 0700);
	put("sub/closed/f", "deep", 0400);
	put("run", "#!/bin/sh\n", 0755);
	put(".hidden", "", 0600);
	put("set", "", 04711);
	mkfifo("fifo", 0622);
	chmod("fifo", 0622);
	if (symlink("sub", "link") < 0 || symlink("nowhere", "dangling") < 0
		|| symlink("/etc", "out") < 0 || chdir("..") < 0)
		exit(111);
}

static void
copies(void)
{
	char text[16] = "";
	FILE *f;

	make("from");
	ok(tree_copy(AT_FDCWD, "from", AT_FDCWD, "to") == 0, "a tree is copied");
	ok(is("to", S_IFDIR | 0755) && is("to/sub", S_IFDIR | 0750)
		&& is("to/sub/closed", S_IFDIR | 0700), "directories with their modes");
	ok(is("to/run", S_IFREG | 0755) && is("to/.hidden", S_IFREG | 0600)
		&& is("to/set", S_IFREG | 04711) && is("to/sub/closed/f", S_IFREG | 0400), "files with theirs");
	ok(is("to/fifo", S_IFIFO | 0622), "a FIFO");
	ok(readlink("to/link", text, sizeof text) == 3 && !memcmp(text, "sub", 3)
		&& readlink("to/dangling", text, sizeof text) == 7, "links as they are");
	f = fopen("to/sub/closed/f", "r");
	ok(f && fgets(text, sizeof text, f) && !strcmp(text, "deep"), "content");
	if (f)
		fclose(f);

	errno = 0;
	ok(tree_copy(AT_FDCWD, "from", AT_FDCWD, "to") < 0 && errno == EEXIST && there("to/run"),
		"what exists is left alone");
	ok(tree_copy(AT_FDCWD, "none", AT_FDCWD, "to2") < 0 && errno == ENOENT && !there("to2"),
		"nothing to copy");
	ok(tree_copy(AT_FDCWD, "from/run", AT_FDCWD, "to2") < 0 && errno == ENOTDIR && !there("to2"),
		"no directory to copy");
	if (symlink("from", "alias") < 0)
		exit(111);
	ok(tree_copy(AT_FDCWD, "alias", AT_FDCWD, "to2") == 0 && is("to2", S_IFDIR | 0755),
		"a link to a directory is copied as the directory");
}

/* A tree that is too deep, or holds itself. */
static void
deep(void)
{
	if (mkdir("deep", 0755) < 0 || chdir("deep") < 0)
		exit(111);
	for (int i = 0; i <= TREE_DEPTH; i++)
		if (mkdir("d", 0755) < 0 || chdir("d") < 0)
			exit(111);
	for (int i = 0; i <= TREE_DEPTH; i++)
		if (chdir("..") < 0)
			exit(111);
	if (chdir("..") < 0)
		exit(111);
	errno = 0;
	ok(tree_copy(AT_FDCWD, "deep", AT_FDCWD, "deep2") < 0 && errno == ELOOP && !there("deep2"),
		"too deep: nothing is left of the copy");
	ok(tree_copy(AT_FDCWD, "to", AT_FDCWD, "to/self") < 0 && !there("to/self"), "into itself");
	ok(tree_remove(AT_FDCWD, "deep") < 0 && errno == ELOOP, "too deep to remove");
	ok(chdir("deep") == 0 && tree_remove(AT_FDCWD, "d") == 0 && chdir("..") == 0
		&& tree_remove(AT_FDCWD, "deep") == 0, "one less is not");
}

static void
removal(void)
{
	char name[32];
	int dir;

	mkdir("keep", 0755);
	put("keep/f", "", 0644);
	if (symlink("../keep", "to/keep") < 0)
		exit(111);
	ok(tree_remove(AT_FDCWD, "to") == 0 && !there("to") && there("keep/f"),
		"removed; links are not followed");
	ok(tree_remove(AT_FDCWD, "to") == 0, "nothing to remove");
	ok(tree_remove(AT_FDCWD, "alias") == 0 && there("from/run"), "a link goes, not what it leads to");
	ok(tree_remove(AT_FDCWD, "keep/f") == 0 && !there("keep/f"), "a file");
	ok(tree_remove(AT_FDCWD, "from/run/x") < 0 && errno == ENOTDIR, "below a file");
	mkdir("many", 0755);
	dir = open("many", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof name, "many/%d", i);
		put(name, "", 0644);
	}
	ok(tree_remove(AT_FDCWD, "many") == 0 && !there("many"), "two thousand files");
	close(dir);
}

static void
replacement(void)
{
	mkdir("new", 0755);
	put("new/n", "", 0644);
	ok(tree_replace(AT_FDCWD, "new", "name") == 0 && there("name/n") && !there("new"),
		"into a free place");
	mkdir("new", 0755);
	put("new/m", "", 0644);
	ok(tree_replace(AT_FDCWD, "new", "name") == 0 && there("name/m") && !there("name/n")
		&& !there("new"), "instead of another");
	mkdir("new", 0755);
	put("file", "", 0644);
	ok(tree_replace(AT_FDCWD, "new", "file") == 0 && is("file", S_IFDIR | 0755) && !there("new"),
		"instead of a file");
	ok(tree_replace(AT_FDCWD, "new", "file") < 0 && errno == ENOENT && there("file"),
		"nothing to put there: the old one stays");
}

static int
same(char const *name, char const *text)
{
	char got[64] = "";
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, got, sizeof got - 1);

	close(fd);
	return n == (ssize_t)strlen(text) && !strcmp(got, text);
}

/* A directory for all, with what only its owner reads in "secret" and "closed". */
static void
make_shared(void)
{
	chmod(".", 0755);
	mkdir("shared", 0755);
	mkdir("shared/sub", 0750);
	chmod("shared/sub", 0755);
	put("shared/sub/f", "text", 0644);
	put("shared/set", "", 04755);
	mkfifo("shared/fifo", 0622);
	chmod("shared/fifo", 0622);
	if (symlink("sub", "shared/link") < 0)
		exit(111);
	mkdir("secret", 0755);
	put("secret/f", "", 0600);
	mkdir("closed", 0755);
	mkdir("closed/sub", 0700);
	put("closed/sub/f", "", 0644);
	mkdir("sticky", 0755);
	put("sticky/f", "", 0644);
	mkdir("sticky/sub", 0755);
	mkdir("theirs", 0777);
	chmod("theirs", 0777);
}

static int
unprivileged(void)
{
	struct stat st;

	want(setresgid(1234, 1234, 1234) == 0 && setresuid(1234, 1234, 1234) == 0);
	want(tree_copy(AT_FDCWD, "shared", AT_FDCWD, "theirs/shared") == 0);
	want(lstat("theirs/shared/link", &st) == 0 && S_ISLNK(st.st_mode) && st.st_uid == 1234);
	want(stat("theirs/shared/set", &st) == 0 && st.st_uid == 1234 && st.st_gid == 1234);
	want(is("theirs/shared/set", S_IFREG | 04755) && is("theirs/shared/sub", S_IFDIR | 0755)
		&& is("theirs/shared/fifo", S_IFIFO | 0622) && same("theirs/shared/sub/f", "text"));
	want(tree_copy(AT_FDCWD, "secret", AT_FDCWD, "theirs/x") == -1 && errno == EACCES && !there("theirs/x"));
	want(tree_copy(AT_FDCWD, "closed", AT_FDCWD, "theirs/x") == -1 && errno == EACCES && !there("theirs/x"));
	want(tree_copy(AT_FDCWD, "closed/sub", AT_FDCWD, "theirs/x") == -1 && errno == EACCES);
	want(tree_copy(AT_FDCWD, "shared", AT_FDCWD, "sticky/x") == -1 && errno == EACCES);
	want(tree_remove(AT_FDCWD, "sticky/f") == -1 && errno == EACCES && there("sticky/f"));
	want(tree_remove(AT_FDCWD, "sticky/sub") == -1 && errno == EACCES && there("sticky/sub"));
	want(tree_remove(AT_FDCWD, "sticky") == -1 && errno == EACCES && there("sticky/f"));
	/* ours, and still not to be read */
	want(mkdir("theirs/own", 0755) == 0 && mkdir("theirs/own/in", 0755) == 0 && chmod("theirs/own", 0) == 0);
	want(tree_remove(AT_FDCWD, "theirs/own") == -1 && errno == EACCES && there("theirs/own"));
	want(chmod("theirs/own", 0700) == 0 && tree_remove(AT_FDCWD, "theirs/own") == 0);
	want(tree_replace(AT_FDCWD, "theirs/shared", "sticky/sub") == -1 && errno == EACCES
		&& there("theirs/shared") && there("sticky/sub"));
	want(tree_remove(AT_FDCWD, "theirs/shared") == 0 && !there("theirs/shared"));
	return 1;
}

/* A file system of its own in the midst of it. */
static int
mounts(void)
{
	want(mkdir("m", 0755) == 0 && mkdir("m/sub", 0755) == 0 && mkdir("m/sub/mount", 0755) == 0);
	put("m/f", "", 0644);
	want(mount("tmpfs", "m/sub/mount", "tmpfs", 0, 0) == 0);
	put("m/sub/mount/kept", "", 0644);
	want(tree_remove(AT_FDCWD, "m/sub") == -1 && errno == EBUSY && there("m/sub/mount"));
	/* nor can it be replaced by a name */
	want(mkdir("fresh", 0755) == 0);
	put("fresh/n", "", 0644);
	want(tree_replace(AT_FDCWD, "fresh", "m/sub/mount") == -1 && errno == EBUSY && there("fresh/n"));
	want(umount("m/sub/mount") == 0 && tree_remove(AT_FDCWD, "m") == 0);
	want(tree_remove(AT_FDCWD, "fresh") == 0);
	return 1;
}

static int
busy_without_exchange(void)
{
	struct denied const none = DENY_IF(SYS_renameat2, EINVAL, 5, 2);

	want(mkdir("m", 0755) == 0 && mkdir("fresh", 0755) == 0
		&& mount("tmpfs", "m", "tmpfs", 0, 0) == 0 && apart_filter(&none, 1) == 0);
	put("fresh/n", "", 0644);
	want(tree_replace(AT_FDCWD, "fresh", "m") == -1 && errno == EBUSY && there("fresh/n"));
	want(tree_remove(AT_FDCWD, "fresh") == 0);
	return 1;
}

/* In two steps then. */
static int
no_exchange(void)
{
	want(mkdir("new", 0755) == 0 && mkdir("old", 0755) == 0);
	put("new/n", "", 0644);
	put("old/o", "", 0644);
	want(tree_replace(AT_FDCWD, "new", "old") == 0 && there("old/n") && !there("old/o") && !there("new"));
	want(tree_remove(AT_FDCWD, "old") == 0);
	return 1;
}

static int
broken_exchange(void)
{
	want(mkdir("new", 0755) == 0 && mkdir("old", 0755) == 0);
	put("new/n", "", 0644);
	put("old/o", "", 0644);
	want(tree_replace(AT_FDCWD, "new", "old") == -1 && errno == EIO && there("old/o") && there("new/n"));
	want(tree_remove(AT_FDCWD, "old") == 0 && tree_remove(AT_FDCWD, "new") == 0);
	return 1;
}

static int
no_fifos(void)
{
	want(tree_copy(AT_FDCWD, "shared", AT_FDCWD, "copy") == -1 && errno == EPERM && !there("copy"));
	return 1;
}

static int
no_owners(void)
{
	want(tree_copy(AT_FDCWD, "shared", AT_FDCWD, "copy") == 0 && is("copy/fifo", S_IFIFO | 0622));
	want(same("copy/sub/f", "text") && tree_remove(AT_FDCWD, "copy") == 0);
	return 1;
}

static int
refused_owners(void)
{
	want(tree_copy(AT_FDCWD, "shared", AT_FDCWD, "copy") == -1 && errno == EDQUOT && !there("copy"));
	return 1;
}

static int
unlisted(void)
{
	want(tree_copy(AT_FDCWD, "shared", AT_FDCWD, "copy") == -1 && errno == EIO && !there("copy"));
	want(tree_remove(AT_FDCWD, "shared") == -1 && errno == EIO && there("shared/sub/f"));
	return 1;
}

/* More than may be written. */
static int
too_big(void)
{
	rlim_t old;
	char block[30000] = "";
	int r, e;

	want(mkdir("big", 0755) == 0);
	memset(block, 'x', sizeof block - 1);
	put("big/f", block, 0644);
	signal(SIGXFSZ, SIG_IGN);
	old = apart_limit(RLIMIT_FSIZE, 20000);
	r = tree_copy(AT_FDCWD, "big", AT_FDCWD, "copy");
	e = errno;
	apart_limit(RLIMIT_FSIZE, old);
	want(r == -1 && e == EFBIG && !there("copy"));
	want(tree_remove(AT_FDCWD, "big") == 0);
	return 1;
}

static void
others(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX, .sun_path = "shared/socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	make_shared();
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof sa) < 0)
		exit(111);
	close(fd);
	ok(tree_copy(AT_FDCWD, "shared", AT_FDCWD, "copy") == 0 && there("copy/fifo") && !there("copy/socket"),
		"a socket is left out");
	ok(tree_remove(AT_FDCWD, "copy") == 0, "and the copy goes");
	ok(tree_copy(AT_FDCWD, "shared", AT_FDCWD, "none/copy") == -1 && errno == ENOENT, "nowhere to copy to");
	ok(tree_remove(-1, "shared") == -1 && errno == EBADF, "no directory to remove from");
	ok_apart("a file that is too big: nothing is left", too_big);
	ok_denied("no exchange: ENOSYS", no_exchange, DENY_IF(SYS_renameat2, ENOSYS, 5, 2));
	ok_denied("no exchange: EPERM", no_exchange, DENY_IF(SYS_renameat2, EPERM, 5, 2));
	ok_denied("no exchange: EINVAL", no_exchange, DENY_IF(SYS_renameat2, EINVAL, 5, 2));
	ok_denied("an exchange that fails", broken_exchange, DENY_IF(SYS_renameat2, EIO, 5, 2));
	ok_denied("a container without FIFOs: nothing is left", no_fifos, DENY(SYS_mknodat, EPERM));
	ok_denied("owners that may not be given: EPERM", no_owners, DENY(SYS_fchown, EPERM),
		DENY(SYS_fchownat, EPERM));
	ok_denied("owners that cannot be given: EINVAL", no_owners, DENY(SYS_fchown, EINVAL),
		DENY(SYS_fchownat, EINVAL));
	ok_denied("another error with a file's owner", refused_owners, DENY(SYS_fchown, EDQUOT));
	ok_denied("or that of a link or FIFO", refused_owners, DENY(SYS_fchownat, EDQUOT));
	ok_denied("a directory that cannot be listed", unlisted, DENY(SYS_getdents64, EIO));
	ok_mounted("mounts in the way", mounts);
	ok_mounted("mounts in the way, and no exchange", busy_without_exchange);
	if (geteuid() == 0)
		ok_apart("what is not ours", unprivileged);
}

int
main(void)
{
	tap_tmpdir();
	umask(022);
	copies();
	deep();
	removal();
	replacement();
	others();
	return done_testing();
}
