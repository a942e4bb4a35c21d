/* pidfd.c - see sextet/pidfd.h */

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <sextet/pidfd.h>
#include <sextet/procstat.h>

/* Older headers lack these; the numbers are the same on every architecture. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

#define PIDFS 0x50494446

/* The answer to PIDFD_GET_INFO, in its first published size. */
struct info {
	uint64_t mask;
	uint64_t cgroup;
	uint32_t ids[11];
	int32_t exit_code;
};
#define GET_INFO _IOC(_IOC_READ | _IOC_WRITE, 0xff, 11, sizeof(struct info))
#define INFO_PID 1
#define INFO_EXIT 8
#define PPID 2		/* in ids */

int
pidfd_of(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0 && errno == EPERM)
		errno = ENOSYS;
	return fd;
}

int
pidfd_signal(int fd, int sig)
{
	return (int)syscall(SYS_pidfd_send_signal, fd, sig, 0, 0);
}

int
pidfd_exited(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int r;

	do
		r = poll(&p, 1, 0);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -1 : !!(p.revents & (POLLIN | POLLHUP));
}

uint64_t
pidfd_inode(int fd)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(fd, &fs) < 0 || fs.f_type != PIDFS || fstat(fd, &st) < 0)
		return 0;
	return st.st_ino;
}

/* Answered only once the process was reaped. */
static int
ask(int fd, int *wstat)
{
	struct info info;

	memset(&info, 0, sizeof info);
	info.mask = INFO_EXIT;
	if (ioctl(fd, GET_INFO, &info) < 0 || !(info.mask & INFO_EXIT))
		return 0;
	*wstat = info.exit_code;
	return 1;
}

/* May we read the exit code of the zombie PID? /proc shows 0 to those who may not:
   its other users, a root without CAP_SYS_PTRACE (containers), and its own user if
   it could dump no core. The links to namespaces are under the same rule; a zombie
   has none any more (ENOENT). */
static int
may_look(pid_t pid)
{
	char path[sizeof "/proc//ns/mnt" + PID_FMT] = "/proc/", target[32];

	strcpy(path + 6 + pid_fmt(path + 6, pid), "/ns/mnt");
	return readlink(path, target, sizeof target) >= 0 || errno == ENOENT;
}

int
pidfd_wstat(int fd, pid_t pid, int *wstat)
{
	struct procstat ps;

	if (ask(fd, wstat))
		return 1;
	/* the signal tells that it was still not reaped, so that PID is its own */
	if (procstat_read(pid, &ps) == 0 && ps.state == 'Z' && (ps.wstat || may_look(pid))
		&& (pidfd_signal(fd, 0) == 0 || errno == EPERM)) {
		*wstat = ps.wstat;
		return 1;
	}
	return ask(fd, wstat);
}

int
pidfd_copy(int fd, int n)
{
	return (int)syscall(SYS_pidfd_getfd, fd, n, 0);
}

pid_t
pidfd_parent(int fd)
{
	struct info info;

	memset(&info, 0, sizeof info);
	info.mask = INFO_PID;
	if (ioctl(fd, GET_INFO, &info) < 0 || !(info.mask & INFO_PID))
		return -1;
	return (pid_t)info.ids[PPID];
}
