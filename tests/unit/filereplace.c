/* filereplace.c - a file is replaced whole or not at all */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include <sextet/filereplace.h>

#include "tap.h"

static int dir;

static int
holds(char const *name, char const *want)
{
	char got[64];
	ssize_t n = file_read(dir, name, got, sizeof got);

	return n == (ssize_t)strlen(want) && !memcmp(got, want, (size_t)n);
}

static int
put(char const *text)
{
	return filereplace_exchange(dir, "f", text, strlen(text), 0644);
}

static int
mode_is(char const *name, mode_t want)
{
	struct stat st;

	return fstatat(dir, name, &st, 0) == 0 && (st.st_mode & 07777) == want;
}

static int
absent(char const *name)
{
	return faccessat(dir, name, F_OK, 0) < 0 && errno == ENOENT;
}

static void
renaming(void)
{
	char name[256];

	umask(027);
	ok(filereplace_rename(dir, "r", "one", 3, 0666) == 0 && holds("r", "one"), "new file");
	ok(mode_is("r", 0640), "its mode is less the umask");
	umask(022);
	ok(filereplace_rename(dir, "r", "", 0, 0644) == 0 && holds("r", ""), "replaced by nothing");
	close(openat(dir, "r.new", O_WRONLY | O_CREAT, 0600));
	ok(filereplace_rename(dir, "r", "two", 3, 0644) == 0 && holds("r", "two") && absent("r.new"),
		"a .new that a crash left is no obstacle");
	ok(mode_is("r", 0644), "nor does its mode survive");
	mkdirat(dir, "r.new", 0755);
	ok(filereplace_rename(dir, "r", "three", 5, 0644) == -1 && holds("r", "two"),
		"a directory in its place: the old content stays");
	unlinkat(dir, "r.new", AT_REMOVEDIR);
	mkdirat(dir, "d", 0755);
	ok(filereplace_rename(dir, "d", "x", 1, 0644) == -1 && errno == EISDIR && absent("d.new"),
		"a directory is not replaced, nothing is left behind");

	memset(name, 'n', sizeof name - 1);
	name[250] = 0;
	ok(filereplace_rename(dir, name, "x", 1, 0644) == 0 && holds(name, "x"), "a name of 250 bytes");
	name[250] = 'n';
	name[251] = 0;
	ok(filereplace_rename(dir, name, "x", 1, 0644) == -1 && errno == ENAMETOOLONG, "251 are too many");
	ok(filereplace_exchange(dir, name, "x", 1, 0644) == -1 && errno == ENAMETOOLONG, "here too");
	ok(filereplace_rename(-1, "r", "x", 1, 0644) == -1 && errno == EBADF, "bad descriptor");
}

static void
exchanging(void)
{
	struct stat first, st;

	ok(put("one") == 0 && holds("f", "one"), "new file");
	ok(absent("f.new"), "no spare yet");
	fstatat(dir, "f", &first, 0);
	ok(put("two") == 0 && holds("f", "two"), "exchanged");
	ok(fstatat(dir, "f.new", &st, 0) == 0 && st.st_ino == first.st_ino,
		"the old file is the spare now");
	ok(put("six") == 0 && holds("f", "six"), "exchanged again");
	ok(fstatat(dir, "f", &st, 0) == 0 && st.st_ino == first.st_ino, "no new file was made");
	ok(put("a longer text") == 0 && holds("f", "a longer text"), "longer");
	ok(put("short") == 0 && holds("f", "short"), "shorter");
	ok(put("tiny") == 0 && holds("f", "tiny"), "the spare that was long is cut");
	ok(put("") == 0 && holds("f", ""), "nothing");
}

static void
spares(void)
{
	struct stat st;

	filereplace_rename(dir, "precious", "precious", 8, 0644);
	put("one");
	unlinkat(dir, "f.new", 0);
	ok(linkat(dir, "precious", dir, "f.new", 0) == 0 && put("two") == 0 && holds("f", "two")
		&& holds("precious", "precious"), "a hard link as the spare: not written through");
	unlinkat(dir, "f.new", 0);
	ok(symlinkat("precious", dir, "f.new") == 0 && put("three") == 0 && holds("f", "three")
		&& holds("precious", "precious"), "a symbolic link: neither");
	ok(fstatat(dir, "f", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode),
		"and it does not become the file");
	unlinkat(dir, "f.new", 0);
	ok(mkfifoat(dir, "f.new", 0600) == 0 && put("four") == 0 && holds("f", "four"),
		"a FIFO without a reader is replaced");
	unlinkat(dir, "f.new", 0);
	mkfifoat(dir, "f.new", 0600);
	int keep = openat(dir, "f.new", O_RDWR | O_NONBLOCK);
	ok(put("five") == 0 && holds("f", "five"), "one with a reader too");
	close(keep);
	unlinkat(dir, "f.new", 0);
	mkdirat(dir, "f.new", 0755);
	ok(put("six") == 0 && holds("f", "six"), "an empty directory makes room");
	unlinkat(dir, "f.new", 0);
	mkdirat(dir, "f.new", 0755);
	mkdirat(dir, "f.new/x", 0755);
	ok(put("seven") == 0 && holds("f", "seven") && faccessat(dir, "f.old/x", F_OK, 0) == 0,
		"one that is not empty is kept elsewhere");
	unlinkat(dir, "f.new", 0);
	mkdirat(dir, "f.new", 0755);
	mkdirat(dir, "f.new/y", 0755);
	ok(put("eight") == -1 && errno == ENOTEMPTY && holds("f", "seven"), "once: the old content stays");
	unlinkat(dir, "f.new/y", AT_REMOVEDIR);
	unlinkat(dir, "f.old/x", AT_REMOVEDIR);
	unlinkat(dir, "f.old", AT_REMOVEDIR);
	unlinkat(dir, "f.new", AT_REMOVEDIR);
	unlinkat(dir, "f", 0);
	mkdirat(dir, "f", 0755);
	mkdirat(dir, "f/x", 0755);
	ok(put("one") == 0 && put("two") == 0 && holds("f", "two") && faccessat(dir, "f.old/x", F_OK, 0) == 0,
		"and one that has the name of the file itself");
	unlinkat(dir, "f", 0);
	ok(symlinkat("precious", dir, "f") == 0 && put("seven") == 0 && holds("f", "seven")
		&& holds("precious", "precious"), "the file itself is a link: replaced, not followed");
	ok(put("eight") == 0 && put("nine") == 0 && holds("f", "nine")
		&& holds("precious", "precious"), "nor is the link used as a spare later");
}

/* As a user who owns the directory but not the spare in it. */
static void
not_ours(void)
{
	pid_t pid;
	int status;

	if (geteuid() != 0) {
		ok(1, "a spare of another user # SKIP needs root");
		return;
	}
	unlinkat(dir, "f.new", 0);
	close(openat(dir, "f.new", O_WRONLY | O_CREAT, 0644));
	if (fchown(dir, 65534, 65534) < 0)
		perror("fchown");
	pid = tap_fork();
	if (!pid)
		_exit(setuid(65534) < 0 || put("theirs") < 0);
	waitpid(pid, &status, 0);
	ok(status == 0 && holds("f", "theirs"), "a spare of another user is replaced");
	if (fchown(dir, 0, 0) < 0)
		perror("fchown");
}

/* One reader opens and reads while the other end replaces. */
static void
readers(char const *name, int (*replace)(int, char const *, void const *, size_t, mode_t),
	ssize_t (*reading)(int, char const *, void *, size_t))
{
	char data[35];
	struct timespec a, b;
	unsigned int writes = 0;
	int status;
	pid_t pid;

	memset(data, '0', sizeof data);
	replace(dir, "z", data, sizeof data, 0644);
	pid = tap_fork();
	if (!pid) {
		for (;;) {
			char got[64];
			ssize_t n = reading(dir, "z", got, sizeof got);

			for (ssize_t i = 1; i < n; i++)
				if (got[i] != got[0])
					_exit(1);
			if (n != sizeof data)
				_exit(2);
			if (got[0] == 'Z')
				_exit(0);
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &a);
	do {
		memset(data, '0' + (int)(writes++ % 10), sizeof data);
		if (replace(dir, "z", data, sizeof data, 0644) < 0)
			break;
		clock_gettime(CLOCK_MONOTONIC, &b);
	} while ((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 < 150);
	memset(data, 'Z', sizeof data);
	replace(dir, "z", data, sizeof data, 0644);
	waitpid(pid, &status, 0);
	ok(status == 0 && writes > 1, "%s: no reader sees a part in %u writes", name, writes);
}

static void
full_disk(void)
{
	char block[4096];
	int old = dir, fd, n = 0;

	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0
		|| mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) < 0 || mkdir("tiny", 0755) < 0
		|| mount("tmpfs", "tiny", "tmpfs", 0, "size=32k,nr_inodes=20") < 0) {
		ok(1, "full disk # SKIP cannot mount a tmpfs: %s", strerror(errno));
		return;
	}
	dir = open("tiny", O_RDONLY | O_DIRECTORY);
	put("one");
	put("two");
	filereplace_rename(dir, "r", "old", 3, 0644);
	memset(block, 'b', sizeof block);
	fd = openat(dir, "ballast", O_WRONLY | O_CREAT, 0644);
	while (write(fd, block, sizeof block) > 0)
		n++;
	ok(n > 0 && errno == ENOSPC, "full after %d blocks", n);
	ok(put("333") == 0 && put("444") == 0 && holds("f", "444"), "exchange works on a full disk");
	ok(filereplace_rename(dir, "r", "new", 3, 0644) == -1 && errno == ENOSPC
		&& holds("r", "old") && absent("r.new"), "rename fails, keeps the old, leaves nothing");
	ok(filereplace_exchange(dir, "g", "new", 3, 0644) == -1 && errno == ENOSPC && absent("g"),
		"a first exchange fails");
	close(fd);
	unlinkat(dir, "ballast", 0);
	ok(filereplace_rename(dir, "r", "new", 3, 0644) == 0 && holds("r", "new"), "space: works again");
	ok(filereplace_exchange(dir, "g", "new", 3, 0644) == 0 && holds("g", "new"), "the other too");
	for (n = 0; n < 20; n++) {
		snprintf(block, sizeof block, "i%d", n);
		close(openat(dir, block, O_WRONLY | O_CREAT, 0644));
	}
	ok(put("555") == 0 && holds("f", "555"), "exchange needs no inode");
	ok(filereplace_rename(dir, "r", "x", 1, 0644) == -1 && errno == ENOSPC && holds("r", "new"),
		"rename does");
	close(dir);
	dir = old;
	umount2("tiny", MNT_DETACH);
}

static void
reading(void)
{
	char got[8] = "xxxxxxx";

	filereplace_rename(dir, "r", "0123456789", 10, 0644);
	ok(file_read(dir, "r", got, 4) == 4 && !memcmp(got, "0123xxx", 8), "no more than asked for");
	ok(file_read(dir, "none", got, 4) == -1 && errno == ENOENT, "no such file");
	ok(file_read(dir, "d", got, 4) == -1 && errno == EISDIR, "a directory");
	mkfifoat(dir, "fifo", 0600);
	ok(file_read(dir, "fifo", got, 4) == 0, "a FIFO without a writer is empty");
	int keep = openat(dir, "fifo", O_RDWR | O_NONBLOCK);
	ok(file_read(dir, "fifo", got, 4) == -1 && errno == EAGAIN, "one with a writer does not block");
	close(keep);

	ok(file_read_exchanged(dir, "r", got, 4) == 4 && !memcmp(got, "0123", 4), "settled: no more");
	ok(file_read_exchanged(dir, "none", got, 4) == -1 && errno == ENOENT, "settled: no file");
	ok(file_read_exchanged(dir, "d", got, 4) == -1 && errno == EISDIR, "settled: a directory");
	ok(file_read_exchanged(dir, "fifo", got, 4) == -1, "settled: a FIFO is an error");
}

static void
own(void)
{
	char b[8];

	filereplace_rename(dir, "mine", "word", 4, 0644);
	ok(file_read_own(dir, "mine", b, sizeof b) == 4 && !memcmp(b, "word", 4), "our own is read");
	ok(file_read_own(dir, "mine", b, 2) == 2, "as much as there is room for");
	ok(symlinkat("mine", dir, "link") == 0 && file_read_own(dir, "link", b, sizeof b) == -1
		&& errno == ELOOP, "not through a link");
	ok(linkat(dir, "mine", dir, "name", 0) == 0 && file_read_own(dir, "name", b, sizeof b) == -1
		&& errno == EMLINK, "not by another name");
	unlinkat(dir, "name", 0);
	if (geteuid() == 0)
		ok(fchownat(dir, "mine", 54321, 54321, 0) == 0
			&& file_read_own(dir, "mine", b, sizeof b) == -1 && errno == EPERM,
			"not another user's");
	unlinkat(dir, "mine", 0);
	unlinkat(dir, "link", 0);
}

int
main(void)
{
	int before, after;

	tap_tmpdir();
	dir = open(".", O_RDONLY | O_DIRECTORY);
	before = dup(0);
	close(before);
	renaming();
	exchanging();
	spares();
	not_ours();
	readers("exchange", filereplace_exchange, file_read_exchanged);
	readers("rename", filereplace_rename, file_read);
	reading();
	own();
	full_disk();
	after = dup(0);
	ok(before == after, "no descriptor leaked");
	return done_testing();
}
