/* lock.c - who holds it */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/lock.h>
#include <sextet/pidfd.h>

#include "apart.h"

/* A child that locks FILE, and holds it until it is killed. */
static pid_t
holder(char const *file)
{
	int fds[2];
	pid_t pid;
	char c;

	if (pipe(fds) < 0)
		exit(111);
	fflush(stdout);
	pid = tap_fork();
	if (!pid) {
		if (lock_take(AT_FDCWD, file, 0644, 0) < 0 || write(fds[1], "", 1) < 0)
			_exit(1);
		pause();
		_exit(0);
	}
	close(fds[1]);
	if (read(fds[0], &c, 1) != 1)
		exit(111);
	close(fds[0]);
	return pid;
}

/* A file system without locks. */
static int
no_locks(void)
{
	int free_fd = dup(0), fd = -7;
	pid_t owner = -7;

	close(free_fd);
	want(lock_take(AT_FDCWD, "d/lock", 0600, &owner) == -1 && errno == ENOLCK && owner == -7);
	want(lock_test(AT_FDCWD, "d/lock", &owner) == -1 && errno == EINVAL && owner == -7);
	want(lock_owner(AT_FDCWD, "d/lock", &fd) == -1 && errno == EINVAL && fd == -7);
	want(dup(0) == free_fd);
	return 1;
}

/* Held, and whose it is cannot be asked, or he has gone meanwhile. */
static int
unknown_owner(void)
{
	pid_t owner = -7;

	want(lock_take(AT_FDCWD, "d/lock", 0600, &owner) == -1 && errno == EBUSY && owner == 0);
	return 1;
}

static int
no_pidfds(void)
{
	pid_t pid = holder("d/lock");
	int fd = -7, held = lock_owner(AT_FDCWD, "d/lock", &fd);

	kill(pid, SIGKILL);
	waitpid(pid, 0, 0);
	want(held == 1 && fd == -1);
	return 1;
}

int
main(void)
{
	char deep[PATH_MAX];
	pid_t owner = -7, pid;
	struct stat st;
	int fd, dir, wstat;

	tap_tmpdir();
	mkdir("d", 0755);
	dir = open("d", O_RDONLY | O_DIRECTORY);
	ok(lock_test(AT_FDCWD, "d/lock", &owner) == 0 && owner == -7, "no file: not locked");
	ok(lock_test(AT_FDCWD, "none/lock", 0) == 0, "no directory: not locked");
	close(open("plain", O_WRONLY | O_CREAT, 0644));
	ok(lock_test(AT_FDCWD, "plain/lock", 0) == 0, "a file for a directory: not locked");
	umask(0);
	fd = lock_take(dir, "lock", 0600, &owner);
	ok(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC && fstat(fd, &st) == 0 && !st.st_size
		&& (st.st_mode & 07777) == 0600, "taken: an empty file of that mode, close-on-exec");
	ok(owner == -7, "nobody is in the way");
	ok(lock_test(dir, "lock", &owner) == 0, "our own lock is no other's");
	/* which by the way let go of it, as POSIX locks do */
	close(fd);

	pid = holder("d/lock");
	ok(lock_test(dir, "lock", &owner) == 1 && owner == pid, "another holds it: its pid");
	ok(lock_test(AT_FDCWD, "d/lock", 0) == 1, "by a path, not asking who");
	owner = -7;
	errno = 0;
	ok(lock_take(dir, "lock", 0600, &owner) == -1 && errno == EBUSY && owner == pid,
		"cannot be taken: whose it is");
	ok(lock_take(dir, "lock", 0600, 0) == -1 && errno == EBUSY, "not asking whose");
	ok(lock_test(dir, "lock", 0) == 1, "our trying has not disturbed it");
	ok(lock_owner(dir, "lock", &fd) == 1, "it is held");
	if (fd >= 0)
		ok(pidfd_exited(fd) == 0, "by a living process");
	else
		ok(1, "by a living process # SKIP no pidfds here");
	kill(pid, SIGKILL);
	waitpid(pid, &wstat, 0);
	ok(lock_test(dir, "lock", &owner) == 0, "free when its holder was killed");
	if (fd >= 0)
		ok(pidfd_exited(fd) == 1, "which its descriptor tells");
	else
		ok(1, "which its descriptor tells # SKIP no pidfds here");
	close(fd);
	fd = -7;
	ok(lock_owner(dir, "lock", &fd) == 0 && fd == -7, "nobody to hold on to");
	fd = lock_take(dir, "lock", 0600, &owner);
	ok(fd >= 0, "and can be taken");
	close(fd);

	ok(symlink("lock", "d/link") == 0 && lock_take(dir, "link", 0600, 0) == -1 && errno == ELOOP,
		"a link is not followed when it is taken");
	ok(lock_take(AT_FDCWD, "none/lock", 0600, 0) == -1 && errno == ENOENT, "no directory to make it in");
	mkfifo("d/fifo", 0600);
	ok(lock_take(dir, "fifo", 0600, 0) == -1 && errno == ENXIO, "a FIFO does not block");
	ok(lock_take(dir, ".", 0600, 0) == -1 && errno == EISDIR, "a directory");
	memset(deep, 'x', sizeof deep - 1);
	deep[sizeof deep - 1] = 0;
	ok(lock_test(AT_FDCWD, deep, 0) == -1 && errno == ENAMETOOLONG, "a name too long");
	ok(symlink("loop", "d/loop") == 0 && lock_test(dir, "loop", 0) == -1 && errno == ELOOP,
		"what cannot be opened is no answer");
	ok_denied("no locks here", no_locks, DENY_IF(SYS_fcntl, ENOLCK, 2, F_SETLK),
		DENY_IF(SYS_fcntl, EINVAL, 2, F_GETLK));
	ok_denied("held by nobody knows whom", unknown_owner, DENY_IF(SYS_fcntl, EACCES, 2, F_SETLK));
	ok_denied("which cannot be asked", unknown_owner, DENY_IF(SYS_fcntl, EAGAIN, 2, F_SETLK),
		DENY_IF(SYS_fcntl, EINVAL, 2, F_GETLK));
	ok_denied("held, and nothing to hold on to", no_pidfds, DENY(SYS_pidfd_open, ENOSYS));
	return done_testing();
}
