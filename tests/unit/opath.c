/* opath.c - files held without opening them */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <sextet/opath.h>

#include "fakeproc.h"

static mode_t
mode(char const *name)
{
	struct stat st;

	return lstat(name, &st) < 0 ? 0 : st.st_mode & 07777;
}

static int
by_proc(void)
{
	int fd = opath_open(AT_FDCWD, "fifo", 0);

	want(opath_chmod(fd, 0640) == 0 && mode("fifo") == 0640);
	close(fd);
	want(opath_chmod(fd, 0600) == -1 && errno == ENOSYS && mode("fifo") == 0640);
	return 1;
}

static int
broken(void)
{
	int fd = opath_open(AT_FDCWD, "fifo", 0);

	want(opath_chmod(fd, 0600) == -1 && errno == EIO && mode("fifo") == 0640);
	return 1;
}

/* Neither the call nor /proc, which may also be something else. */
static int
no_proc(void)
{
	struct denied none = DENY(SYS_fchmodat2, ENOSYS);
	int fd = opath_open(AT_FDCWD, "fifo", 0);

	want(fakeproc_begin() == 0 && apart_filter(&none, 1) == 0);
	want(opath_chmod(fd, 0600) == -1 && errno == ENOSYS && mode("fifo") == 0640);
	close(open("/proc/self", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	want(opath_chmod(fd, 0600) == -1 && errno == ENOSYS && mode("fifo") == 0640);
	return 1;
}

static int
not_ours(void)
{
	int fd = opath_open(AT_FDCWD, "fifo", 0);

	want(chmod(".", 0755) == 0 && setresuid(1234, 1234, 1234) == 0);
	prctl(PR_SET_DUMPABLE, 1);	/* so that /proc/self/fd is ours */
	want(opath_chmod(fd, 0600) == -1 && errno == EPERM && mode("fifo") == 0640);
	return 1;
}

int
main(void)
{
	struct stat st;
	int fd, link;

	tap_tmpdir();
	mkdir("d", 0700);
	close(open("d/f", O_WRONLY | O_CREAT | O_CLOEXEC, 0000));
	mkfifo("fifo", 0600);
	if (symlink("d/f", "link") < 0)
		exit(111);

	fd = opath_open(AT_FDCWD, "d/f", 0);
	ok(fd >= 0, "a file that nobody may read");
	rename("d/f", "d/g");
	ok(opath_chmod(fd, 04751) == 0 && mode("d/g") == 04751, "is changed, whatever its name is now");
	ok(opath_chown(fd, (uid_t)-1, (gid_t)-1) == 0, "owners left as they are");
	if (geteuid() == 0)
		ok(opath_chown(fd, 12, (gid_t)-1) == 0 && fstat(fd, &st) == 0 && st.st_uid == 12
			&& st.st_gid == getegid(), "an owner alone");
	close(fd);
	rename("d/g", "d/f");
	fd = opath_open(AT_FDCWD, "fifo", 0);
	ok(fd >= 0 && opath_chmod(fd, 0622) == 0 && mode("fifo") == 0622, "a FIFO, at once");
	close(fd);
	link = opath_open(AT_FDCWD, "link", 0);
	ok(link >= 0 && fstat(link, &st) == 0 && S_ISLNK(st.st_mode), "a link is held itself");
	ok(opath_chmod(link, 0700) < 0 && (mode("d/f") & 0777) == 0751,
		"and not followed by a change");
	close(link);
	fd = opath_open(AT_FDCWD, "link", 1);
	ok(fd >= 0 && opath_chmod(fd, 0600) == 0 && mode("d/f") == 0600, "unless that is wanted");
	close(fd);
	ok(opath_open(AT_FDCWD, "none", 0) < 0 && errno == ENOENT, "no such file");
	ok(opath_chmod(-1, 0700) < 0 && opath_chown(-1, 1, 1) < 0 && errno == EBADF, "no descriptor");
	ok_denied("a kernel without fchmodat2", by_proc, DENY(SYS_fchmodat2, ENOSYS));
	ok_denied("a filter that does not know it", by_proc, DENY(SYS_fchmodat2, EPERM));
	ok_denied("a kernel that has it, but not of a descriptor", by_proc, DENY(SYS_fchmodat2, EINVAL));
	ok_denied("a file system that has not", by_proc, DENY(SYS_fchmodat2, EOPNOTSUPP));
	ok_denied("another error is one", broken, DENY(SYS_fchmodat2, EIO));
	ok_mounted("neither fchmodat2 nor /proc", no_proc);
	if (geteuid() == 0)
		ok_denied("another's file by /proc", not_ours, DENY(SYS_fchmodat2, ENOSYS));
	return done_testing();
}
