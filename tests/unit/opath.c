/* opath.c - files held without opening them */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <sextet/opath.h>

#include "denied.h"
#include "tap.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static mode_t
mode(char const *name)
{
	struct stat st;

	return lstat(name, &st) < 0 ? 0 : st.st_mode & 07777;
}

static unsigned int error;

/* Older kernels, and filters. */
static int
changes_without(void)
{
	int fd = opath_open(AT_FDCWD, "d/f", 0);

	deny(SYS_fchmodat2, error);
	return fd >= 0 && opath_chmod(fd, 0640) == 0 && mode("d/f") == 0640
		&& opath_chmod(-1, 0600) < 0 && errno == ENOSYS;
}

static int
fails(void)
{
	int fd = opath_open(AT_FDCWD, "d/f", 0);

	deny(SYS_fchmodat2, EROFS);
	return opath_chmod(fd, 0604) < 0 && errno == EROFS && mode("d/f") != 0604;
}

static int
is_at_a_loss(void)
{
	int fd = opath_open(AT_FDCWD, "d/f", 0);

	hide("/proc");
	deny(SYS_fchmodat2, ENOSYS);
	return opath_chmod(fd, 0604) < 0 && errno == ENOSYS && mode("d/f") != 0604;
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
	ok(opath_chmod(link, 0700) < 0 && mode("d/f") == (geteuid() ? 04751 : 0751),
		"and not followed by a change");
	close(link);
	fd = opath_open(AT_FDCWD, "link", 1);
	ok(fd >= 0 && opath_chmod(fd, 0600) == 0 && mode("d/f") == 0600, "unless that is wanted");
	close(fd);
	ok(opath_open(AT_FDCWD, "none", 0) < 0 && errno == ENOENT, "no such file");
	ok(opath_chmod(-1, 0700) < 0 && opath_chown(-1, 1, 1) < 0 && errno == EBADF, "no descriptor");
	for (size_t i = 0; i < 4; i++) {
		static unsigned int const none[] = { ENOSYS, EPERM, EINVAL, EOPNOTSUPP };

		error = none[i];
		holds_apart(changes_without, "by way of /proc");
	}
	holds_apart(fails, "unless the change itself is refused");
	holds_apart(is_at_a_loss, "no way at all");
	return done_testing();
}
