/* cgroup.c - control groups, where the machine lets us make them */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/cgroup.h>

#include "tap.h"

static int dir;

/* A child in the group, and one below it that has left its session. */
static pid_t
member(int group, int heeds)
{
	int up[2];
	pid_t pid, below;

	if (pipe(up) < 0)
		exit(111);
	pid = tap_fork();
	if (!pid) {
		if (!heeds)
			signal(SIGTERM, SIG_IGN);
		if (cgroup_join(group) < 0)
			_exit(1);
		below = tap_fork();
		if (!below) {
			setsid();
			below = getpid();
		} else {
			below = 0;
		}
		if (below && write(up[1], &below, sizeof below) != sizeof below)
			_exit(1);
		close(up[1]);
		close(up[0]);
		pause();
		_exit(0);
	}
	close(up[1]);
	if (read(up[0], &below, sizeof below) != sizeof below)
		below = -1;
	close(up[0]);
	if (below > 0)
		return pid;
	kill(pid, SIGKILL);
	waitpid(pid, 0, 0);
	return -1;
}

/* Waits until N live in it: those who die are seen a moment later. */
static int
become(int group, ssize_t n)
{
	for (int i = 0; i < 2000; i++) {
		if (cgroup_members(group, 0, 0) == n)
			return 1;
		usleep(5000);
	}
	return 0;
}

static void
members(int group)
{
	pid_t list[4] = { 0 }, pid, self = getpid();
	int status;

	ok(cgroup_members(group, list, 4) == 0, "nobody is in a new one");
	pid = member(group, 0);
	if (!ok(pid > 0, "a child joins"))
		exit(1);
	ok(cgroup_members(group, list, 4) == 2, "with its own child, that left the session");
	ok(list[0] == pid || list[1] == pid, "by its pid");
	list[1] = 0;
	ok(cgroup_members(group, list, 1) == 2 && !list[1], "all are counted, as many are listed as fit");
	ok(cgroup_signal(group, self, SIGKILL) == -1 && errno == ESRCH, "nobody else is signalled");
	ok(cgroup_signal(group, 0, SIGKILL) == -1 && errno == ESRCH, "nor process 0");
	ok(cgroup_signal(group, pid, SIGTERM) == 0 && kill(pid, 0) == 0, "a signal that is ignored");
	if (!ok(cgroup_signal(group, pid, SIGKILL) == 0, "and one that is not"))
		kill(pid, SIGKILL);
	ok(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status), "kills it");
	ok(become(group, 1), "one is left");
	ok(cgroup_signal(group, pid, SIGKILL) == -1 && errno == ESRCH, "the dead one is none");
	cgroup_remove(fcntl(group, F_DUPFD_CLOEXEC, 0), dir);
	ok(become(group, 1), "a group with a member is not removed");
	ok(cgroup_kill(group) == 0 || errno == ENOENT, "all are killed at once");
	ok(become(group, 0), "and gone");
}

static void
names(int group)
{
	struct stat a, b;
	int again = cgroup_open(dir, 0), other;

	ok(again >= 0 && fstat(group, &a) == 0 && fstat(again, &b) == 0 && a.st_ino == b.st_ino,
		"the same directory, the same group");
	close(again);
	mkdir("other", 0755);
	other = open("other", O_RDONLY | O_DIRECTORY);
	ok(cgroup_open(other, 0) == -1 && errno == ENOENT, "another directory has none yet");
	again = cgroup_open(other, 1);
	ok(again >= 0 && fstat(again, &b) == 0 && a.st_ino != b.st_ino, "and gets one of its own");
	cgroup_remove(again, other);
	ok(cgroup_open(other, 0) == -1 && errno == ENOENT, "it is removed");
	close(other);
}

/* No mount, a mount of something else, no /proc. */
static void
without(void)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0
		|| mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) < 0) {
		ok(1, "where there is none # SKIP cannot mount");
		return;
	}
	if (mount("tmpfs", "/sys/fs/cgroup", "tmpfs", 0, 0) == 0) {
		ok(cgroup_open(dir, 1) == -1, "no cgroup2 is mounted: none");
		mkdir("/sys/fs/cgroup/unified", 0755);
		ok(cgroup_open(dir, 1) == -1 && errno == ENOENT, "something else is there: none");
	}
	if (mount("tmpfs", "/proc", "tmpfs", 0, 0) == 0) {
		ok(cgroup_open(dir, 1) == -1, "no /proc: none");
		mkdir("/proc/self", 0755);
		close(open("/proc/self/cgroup", O_WRONLY | O_CREAT, 0644));
		ok(cgroup_open(dir, 1) == -1 && errno == ENOENT, "version 1 alone: none");
	}
}

int
main(void)
{
	int group;

	tap_tmpdir();
	dir = open(".", O_RDONLY | O_DIRECTORY);
	ok(cgroup_open(-1, 1) == -1 && errno == EBADF, "a bad descriptor");
	ok(cgroup_members(-1, 0, 0) == -1 && errno == EBADF, "no group: no members");
	ok(cgroup_members(dir, 0, 0) == -1 && errno == ENOENT, "nor in a plain directory");
	group = cgroup_open(dir, 1);
	if (group < 0) {
		ok(1, "groups # SKIP none can be made here: %s", strerror(errno));
	} else {
		names(group);
		members(group);
		cgroup_remove(group, dir);
		ok(cgroup_open(dir, 0) == -1, "removed");
	}
	without();
	return done_testing();
}
