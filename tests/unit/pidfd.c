/* pidfd.c - holding on to processes, children or not */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <sextet/pidfd.h>

#include "apart.h"

/* A child that waits to be told how to end. */
static pid_t
start(int code)
{
	pid_t pid = tap_fork();

	if (!pid) {
		raise(SIGSTOP);
		_exit(code);
	}
	while (waitpid(pid, 0, WUNTRACED) < 0 && errno == EINTR)
		;
	return pid;
}

static void
end(pid_t pid, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	kill(pid, SIGCONT);
	if (fd >= 0)
		poll(&p, 1, 10000);
}

static void
life(void)
{
	pid_t pid = start(7);
	int fd = pidfd_of(pid), wstat = -1;
	uint64_t ino = pidfd_inode(fd);

	ok(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC, "a descriptor, close-on-exec");
	ok(pidfd_exited(fd) == 0 && pidfd_wstat(fd, pid, &wstat) == 0, "it lives");
	ok(pidfd_signal(fd, 0) == 0, "and can be asked");
	if (ino) {
		int again = pidfd_of(pid);
		pid_t other = start(0);
		int otherfd = pidfd_of(other);

		ok(pidfd_inode(again) == ino && pidfd_inode(otherfd) != ino, "its number is its own");
		kill(other, SIGKILL);
		waitpid(other, 0, 0);
		close(again);
		close(otherfd);
	} else {
		ok(1, "its number # SKIP no pidfs in this kernel");
	}
	end(pid, fd);
	ok(pidfd_exited(fd) == 1, "a zombie has exited");
	ok(pidfd_wstat(fd, pid, &wstat) == 1 && wstat == 0x700, "the zombie's code");
	waitpid(pid, 0, 0);
	ok(pidfd_exited(fd) == 1 && pidfd_signal(fd, SIGTERM) == -1 && errno == ESRCH, "reaped");
	wstat = -1;
	if (pidfd_wstat(fd, pid, &wstat))
		ok(wstat == 0x700, "its code is known after the reap");
	else
		ok(wstat == -1, "nobody knows after the reap # SKIP kernel before 6.15");
	close(fd);
	ok(pidfd_of(pid) == -1 && errno == ESRCH, "nobody has that pid now");
}

static void
by_signal(void)
{
	pid_t pid = start(0);
	int fd = pidfd_of(pid), wstat = -1;

	ok(pidfd_signal(fd, SIGKILL) == 0, "killed through the descriptor");
	end(pid, fd);
	ok(pidfd_wstat(fd, pid, &wstat) == 1 && wstat == SIGKILL, "the zombie's signal");
	waitpid(pid, 0, 0);
	close(fd);
	pid = start(0);
	fd = pidfd_of(pid);
	end(pid, fd);
	ok(pidfd_wstat(fd, pid, &wstat) == 1 && wstat == 0, "exit 0 is known too");
	waitpid(pid, 0, 0);
	close(fd);
}

/* Somebody else's child, as an adopted service is. */
static void
stranger(void)
{
	int p[2], fd, wstat = -1;
	pid_t parent, pid = 0;

	if (pipe2(p, O_CLOEXEC) < 0)
		exit(111);
	parent = tap_fork();
	if (!parent) {
		pid = start(9);
		if (write(p[1], &pid, sizeof pid) != sizeof pid)
			_exit(1);
		raise(SIGSTOP);
		waitpid(pid, 0, 0);
		_exit(0);
	}
	if (read(p[0], &pid, sizeof pid) != sizeof pid)
		exit(111);
	while (waitpid(parent, 0, WUNTRACED) < 0 && errno == EINTR)
		;
	fd = pidfd_of(pid);
	ok(fd >= 0 && !pidfd_exited(fd), "a stranger's child");
	end(pid, fd);
	ok(pidfd_wstat(fd, pid, &wstat) == 1 && wstat == 0x900, "its code, not reaped yet");
	kill(parent, SIGCONT);
	waitpid(parent, 0, 0);
	wstat = -1;
	ok(!pidfd_wstat(fd, pid, &wstat) || wstat == 0x900, "and after its parent reaped it");
	close(fd);
	close(p[0]);
	close(p[1]);
}

/* A zombie that has exited with CODE, of user and group ID unless that is 0. */
static pid_t
zombie(int code, uid_t uid, gid_t gid)
{
	pid_t pid = tap_fork();

	if (!pid) {
		if ((gid && setresgid(gid, gid, gid) < 0) || (uid && setresuid(uid, uid, uid) < 0))
			_exit(99);
		_exit(code);
	}
	while (waitid(P_PID, (id_t)pid, 0, WEXITED | WNOWAIT) < 0 && errno == EINTR)
		;
	return pid;
}

/* Its exit code as pidfd_wstat tells it, the zombie being gone afterwards; -1 if that
   is not known. */
static int
code_of(pid_t pid)
{
	int fd = pidfd_of(pid), wstat = -1, known = pidfd_wstat(fd, pid, &wstat);

	close(fd);
	waitpid(pid, 0, 0);
	return known ? wstat : wstat == -1 ? -1 : -2;
}

static int
by_proc(void)
{
	pid_t pid = zombie(7, 0, 0), other = zombie(3, 0, 0), reaped = zombie(4, 0, 0);
	int fd = pidfd_of(pid), otherfd = pidfd_of(other), gone = pidfd_of(reaped), wstat = -1;

	waitpid(reaped, 0, 0);
	want(pidfd_wstat(fd, pid, &wstat) == 1 && wstat == 0x700);
	want(pidfd_wstat(otherfd, other, &wstat) == 1 && wstat == 0x300);
	/* its pid is another zombie's by now */
	wstat = -1;
	want(pidfd_wstat(gone, other, &wstat) == 0 && wstat == -1);
	waitpid(pid, 0, 0);
	waitpid(other, 0, 0);
	want(pidfd_wstat(fd, pid, &wstat) == 0 && wstat == -1);
	want(code_of(zombie(0, 0, 0)) == 0);
	want(pidfd_parent(otherfd) == -1);
	return 1;
}

/* /proc shows 0 for the code of others' zombies, which is none. */
static int
unprivileged(void)
{
	pid_t roots = zombie(0, 0, 0), group = zombie(0, 1234, 0);
	int rootfd = pidfd_of(roots), groupfd = pidfd_of(group), wstat = -1;

	want(setgroups(0, 0) == 0 && setresgid(1234, 1234, 1234) == 0 && setresuid(1234, 1234, 1234) == 0);
	want(pidfd_wstat(rootfd, roots, &wstat) == 0 && wstat == -1);
	want(pidfd_wstat(groupfd, group, &wstat) == 0 && wstat == -1);
	waitpid(roots, 0, 0);
	waitpid(group, 0, 0);
	prctl(PR_SET_DUMPABLE, 1);
	want(code_of(zombie(0, 0, 0)) == 0);
	want(code_of(zombie(9, 0, 0)) == 0x900);
	/* who may not be looked into hides its code from its own user, too */
	prctl(PR_SET_DUMPABLE, 0);
	wstat = code_of(zombie(9, 0, 0));
	want(wstat == -1 || wstat == 0x900);
	return 1;
}

/* What may not be signalled is there. */
static int
no_signals(void)
{
	want(code_of(zombie(5, 0, 0)) == 0x500);
	return 1;
}

static int
absent(void)
{
	want(pidfd_of(getpid()) == -1 && errno == ENOSYS);
	return 1;
}

static void
others(void)
{
	struct rlimit old, none;
	pid_t pid, parent;
	int fd = pidfd_of(getpid()), null = open("/dev/null", O_RDONLY | O_CLOEXEC), p[2], copy;

	ok(pidfd_inode(-1) == 0 && pidfd_inode(null) == 0, "what is no process has no number");
	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	ok(pidfd_exited(fd) == -1 && errno == EINVAL, "it cannot be asked: that is no answer");
	setrlimit(RLIMIT_NOFILE, &old);
	close(null);
	close(fd);

	if (pipe2(p, O_CLOEXEC) < 0)
		exit(111);
	pid = start(0);
	fd = pidfd_of(pid);
	parent = pidfd_parent(fd);
	ok(parent == getpid() || parent == -1, "its parent%s", parent == -1 ? " # SKIP kernel before 6.13" : "");
	close(p[1]);
	copy = pidfd_copy(fd, p[1]);
	if (copy < 0 && (errno == ENOSYS || errno == EPERM))
		ok(1, "a copy of its descriptor # SKIP not allowed here");
	else
		ok(copy >= 0 && fcntl(copy, F_GETFD) == FD_CLOEXEC && write(copy, "x", 1) == 1,
			"a copy of its descriptor, which we have closed");
	ok(pidfd_copy(fd, 9999) == -1, "of one that it has not: none");
	close(copy);
	end(pid, fd);
	waitpid(pid, 0, 0);
	ok(pidfd_parent(fd) == -1, "who is reaped has no parent");
	close(fd);
	close(p[0]);

	ok_denied("a kernel without pidfds", absent, DENY(SYS_pidfd_open, ENOSYS));
	ok_denied("a filter that does not know them", absent, DENY(SYS_pidfd_open, EPERM));
	ok_denied("codes on a kernel that tells them by /proc only", by_proc, DENY(SYS_ioctl, ENOTTY));
	ok_denied("there, a zombie that we may not signal", no_signals, DENY(SYS_ioctl, ENOTTY),
		DENY(SYS_pidfd_send_signal, EPERM));
	if (geteuid() == 0)
		ok_denied("there, without privileges: only our own", unprivileged, DENY(SYS_ioctl, ENOTTY));
}

int
main(void)
{
	int fd = pidfd_of(getpid());

	if (fd < 0 && errno == ENOSYS) {
		printf("1..0 # SKIP no pidfds here\n");
		return 0;
	}
	close(fd);
	life();
	by_signal();
	stranger();
	others();
	return done_testing();
}
