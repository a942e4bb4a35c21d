/* tree.c - whole directories: removed, copied, put in place */

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <sextet/tree.h>

#include "denied.h"
#include "tap.h"

#ifndef SYS_renameat2
#define SYS_renameat2 316
#endif

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

static unsigned int error;	/* of the call that is denied */

/* File systems without an exchange of names. */
static int
replaces_without(void)
{
	deny(SYS_renameat2, error);
	mkdir("fresh", 0755);
	put("fresh/f", "", 0644);
	mkdir("old", 0755);
	put("old/o", "", 0644);
	return tree_replace(AT_FDCWD, "fresh", "old") == 0 && there("old/f") && !there("old/o") && !there("fresh");
}

static int
keeps_the_old(void)
{
	deny(SYS_renameat2, EIO);
	mkdir("fresh", 0755);
	mkdir("kept", 0755);
	put("kept/o", "", 0644);
	return tree_replace(AT_FDCWD, "fresh", "kept") < 0 && errno == EIO && there("kept/o") && there("fresh");
}

static int
copies_without(void)
{
	unsigned int calls[] = { SYS_fchown, SYS_fchownat };
	int good = 1;

	for (size_t i = 0; i < 2; i++)
		deny(calls[i], error);
	mkdir("src", 0755);
	put("src/f", "x", 0640);
	mkfifo("src/fifo", 0600);
	if (symlink("f", "src/l") < 0)
		return 0;
	good = tree_copy(AT_FDCWD, "src", AT_FDCWD, "dst") == 0;
	if (good)
		return error == EPERM && is("dst/f", S_IFREG | 0640) && is("dst/fifo", S_IFIFO | 0600) && there("dst/l");
	return error != EPERM && errno == (int)error && !there("dst");
}

/* The like of one kind of entry alone. */
static int
refuses_links(void)
{
	mkdir("src2", 0755);
	if (symlink("f", "src2/l") < 0)
		return 0;
	deny(SYS_fchownat, EIO);
	return tree_copy(AT_FDCWD, "src2", AT_FDCWD, "dst2") < 0 && errno == EIO && !there("dst2");
}

static int
refuses_fifos(void)
{
	mkdir("src3", 0755);
	mkfifo("src3/fifo", 0600);
	deny(SYS_fchownat, EIO);
	return tree_copy(AT_FDCWD, "src3", AT_FDCWD, "dst3") < 0 && errno == EIO && !there("dst3");
}

static int
leaves_undeletable(void)
{
	mkdir("stays", 0755);
	put("stays/f", "", 0644);
	deny(SYS_unlinkat, EROFS);
	return tree_remove(AT_FDCWD, "stays") < 0 && errno == EROFS && there("stays/f");
}

static void
sockets(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "withsock/sock" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	mkdir("withsock", 0755);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0)
		exit(111);
	close(fd);
	put("withsock/f", "", 0644);
	ok(tree_copy(AT_FDCWD, "withsock", AT_FDCWD, "without") == 0 && there("without/f")
		&& !there("without/sock"), "a socket is not copied");
}

static void
denied(void)
{
	static unsigned int const none[] = { EINVAL, ENOSYS, EPERM };

	for (size_t i = 0; i < 3; i++) {
		error = none[i];
		holds_apart(replaces_without, "replaced without an exchange");
		tree_remove(AT_FDCWD, "old");
	}
	holds_apart(keeps_the_old, "else the old one stays");
	tree_remove(AT_FDCWD, "fresh");
	error = EPERM;
	holds_apart(copies_without, "copied by who may not give files away");
	tree_remove(AT_FDCWD, "src");
	tree_remove(AT_FDCWD, "dst");
	error = EIO;
	holds_apart(copies_without, "any other error is one");
	holds_apart(refuses_links, "of a link, too");
	holds_apart(refuses_fifos, "and of a FIFO");
	holds_apart(leaves_undeletable, "what cannot be removed is there");
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
	sockets();
	denied();
	return done_testing();
}
