/* pidfd.c - holding on to processes, children or not */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <sextet/pidfd.h>

#include "denied.h"
#include "tap.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

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

static int
has_none(void)
{
	deny(SYS_pidfd_open, EPERM);
	return pidfd_of(getpid()) < 0 && errno == ENOSYS;
}

/* A zombie, and its pidfd. */
static pid_t
zombie(int code, int *fd)
{
	pid_t pid = start(code);

	*fd = pidfd_of(pid);
	end(pid, *fd);
	return pid;
}

/* Before Linux 6.15 nothing is known of one that was reaped. */
static int
knows_zombies_only(void)
{
	int fd, wstat = -1;
	pid_t pid = zombie(5, &fd);

	deny(SYS_ioctl, ENOTTY);
	if (pidfd_wstat(fd, pid, &wstat) != 1 || wstat != 0x500)
		return 0;
	waitpid(pid, 0, 0);
	wstat = -1;
	return pidfd_wstat(fd, pid, &wstat) == 0 && wstat == -1 && pidfd_parent(fd) == -1;
}

/* A signal that may not be sent tells as much as one that was. */
static int
knows_by_refusal(void)
{
	int fd, wstat = -1;
	pid_t pid = zombie(5, &fd);

	deny(SYS_pidfd_send_signal, EPERM);
	return pidfd_wstat(fd, pid, &wstat) == 1 && wstat == 0x500;
}

static int
does_not_know(void)
{
	int fd, wstat = -1;
	pid_t pid = zombie(5, &fd);

	deny(SYS_ioctl, ENOTTY);
	deny(SYS_pidfd_send_signal, ENOSYS);
	return pidfd_wstat(fd, pid, &wstat) == 0 && wstat == -1;
}

/* Who may not look at a process is shown 0: that is believed of our own only. */
static int
believes_ours(void)
{
	int fd, wstat = -1;
	pid_t pid;

	if (geteuid() == 0 && (setgid(1234) < 0 || setuid(1234) < 0))
		_exit(NOT_HERE);
	pid = zombie(0, &fd);
	deny(SYS_ioctl, ENOTTY);
	return pidfd_wstat(fd, pid, &wstat) == 1 && wstat == 0;
}

static int
doubts_others(void)
{
	int fd, wstat = -1;
	pid_t pid;

	if (geteuid() != 0)
		_exit(NOT_HERE);
	pid = zombie(0, &fd);
	deny(SYS_ioctl, ENOTTY);
	if (setgid(1234) < 0 || setuid(1234) < 0)
		_exit(NOT_HERE);
	return pidfd_wstat(fd, pid, &wstat) == 0 && wstat == -1;
}

static int
has_no_proc(void)
{
	int fd, wstat = -1;
	pid_t pid = zombie(5, &fd);

	hide("/proc");
	deny(SYS_ioctl, ENOTTY);
	return pidfd_wstat(fd, pid, &wstat) == 0 && wstat == -1;
}

static void
denied(void)
{
	int fd = pidfd_of(getpid()), copy, p[2];

	holds_apart(has_none, "a filter's EPERM is no answer");
	holds_apart(knows_zombies_only, "an older kernel knows of zombies");
	holds_apart(knows_by_refusal, "and tells so by a refusal");
	holds_apart(does_not_know, "none that has no such call");
	holds_apart(believes_ours, "a 0 is believed of our own");
	holds_apart(doubts_others, "but not of others");
	holds_apart(has_no_proc, "nor is anything known without /proc");
	if (pipe2(p, O_CLOEXEC) < 0)
		exit(111);
	copy = pidfd_copy(fd, p[0]);
	ok(copy >= 0 ? fcntl(copy, F_GETFD) == FD_CLOEXEC && close(copy) == 0 : errno == EPERM || errno == ENOSYS,
		"a copy of a descriptor");
	ok(pidfd_copy(fd, 9999) < 0, "of none");
	ok(pidfd_parent(fd) == getppid() || pidfd_parent(fd) == -1, "its parent, where the kernel tells");
	ok(pidfd_inode(p[0]) == 0 && pidfd_exited(-1) <= 0, "a pipe is no pidfd");
	close(p[0]);
	close(p[1]);
	close(fd);
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
	denied();
	return done_testing();
}
