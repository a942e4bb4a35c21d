/* cgroup.c - see sextet/cgroup.h */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <sextet/cgroup.h>
#include <sextet/filereplace.h>
#include <sextet/path.h>
#include <sextet/pidfd.h>

#define CGROUP2 0x63677270
#define PREFIX "sextet."
#define NAME_SIZE (sizeof PREFIX + 2 * UINT64_FMT + 1)

/* What all the world mounts it on: alone, or beside version 1. */
static char const *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

#define PLACES (sizeof places / sizeof *places)

/* The same name for the same directory, whoever asks. */
static int
name_of(int dirfd, char *to)
{
	struct stat st;
	size_t n = sizeof PREFIX - 1;

	if (fstat(dirfd, &st) < 0)
		return -1;
	memcpy(to, PREFIX, n);
	n += uint64_xfmt(to + n, st.st_dev);
	to[n++] = '.';
	n += uint64_xfmt(to + n, st.st_ino);
	to[n] = 0;
	return 0;
}

/* Calls SEE with each member until it answers 1, which is returned; 0 after all,
   -1 with errno. */
static int
each(int group, int (*see)(void *arg, pid_t pid), void *arg)
{
	char buf[512];
	pid_t number = 0;
	ssize_t r;
	int fd = openat(group, "cgroup.procs", O_RDONLY | O_CLOEXEC), found = 0, e;

	if (fd < 0)
		return -1;
	do {
		r = read(fd, buf, sizeof buf);
		for (ssize_t i = 0; i < r && !found; i++) {
			if (buf[i] >= '0' && buf[i] <= '9') {
				number = 10 * number + (buf[i] - '0');
			} else if (buf[i] == '\n') {
				/* 0: of another PID namespace */
				found = see(arg, number);
				number = 0;
			}
		}
	} while (!found && (r > 0 || (r < 0 && errno == EINTR)));
	e = errno;
	close(fd);
	errno = e;
	return r < 0 ? -1 : found;
}

static int
is(void *arg, pid_t pid)
{
	return pid == *(pid_t *)arg;
}

/* Opens the group at PLACE/PATH if we are in it. */
static int
open_ours(char const *place, char const *path)
{
	char full[PATH_MAX];
	pid_t self = getpid();
	struct statfs fs;
	int fd;

	if (path_join(full, sizeof full, place, path) < 0)
		return -1;
	fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstatfs(fd, &fs) == 0 && fs.f_type == CGROUP2 && each(fd, is, &self) > 0)
		return fd;
	close(fd);
	errno = ENOENT;
	return -1;
}

/* Our path in the hierarchy of version 2: the line "0::/PATH". */
static char const *
own_path(char *text, size_t size)
{
	ssize_t n = file_read(AT_FDCWD, "/proc/self/cgroup", text, size - 1);

	if (n < 0)
		return 0;
	text[n] = 0;
	for (char *line = text; *line;) {
		char *end = strchr(line, '\n');

		if (!end)
			break;
		*end = 0;
		if (!strncmp(line, "0::/", 4))
			return line + 4;
		line = end + 1;
	}
	errno = ENOENT;
	return 0;
}

/* Our own group. In a container its root may be ours. */
static int
own(void)
{
	char text[8192];
	char const *path = own_path(text, sizeof text);
	int fd = -1;

	if (!path)
		return -1;
	for (size_t i = 0; fd < 0 && i < PLACES; i++) {
		fd = open_ours(places[i], path);
		if (fd < 0 && *path)
			fd = open_ours(places[i], "");
	}
	return fd;
}

int
cgroup_open(int dirfd, int make)
{
	char name[NAME_SIZE];
	int parent, fd, e;

	if (name_of(dirfd, name) < 0)
		return -1;
	parent = own();
	if (parent < 0)
		return -1;
	if (make && mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
		fd = -1;
	else
		fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	e = errno;
	close(parent);
	errno = e;
	return fd;
}

static int
tell(int group, char const *file, char c)
{
	int fd = openat(group, file, O_WRONLY | O_CLOEXEC), r, e;

	if (fd < 0)
		return -1;
	r = write(fd, &c, 1) == 1 ? 0 : -1;
	e = errno;
	close(fd);
	errno = e;
	return r;
}

int
cgroup_join(int group)
{
	return tell(group, "cgroup.procs", '0');
}

int
cgroup_kill(int group)
{
	return tell(group, "cgroup.kill", '1');
}

struct list {
	pid_t *pid;
	size_t n, max;
};

static int
append(void *arg, pid_t pid)
{
	struct list *l = arg;

	if (l->n < l->max)
		l->pid[l->n] = pid;
	l->n++;
	return 0;
}

ssize_t
cgroup_members(int group, pid_t *list, size_t max)
{
	struct list l = { list, 0, max };

	return each(group, append, &l) < 0 ? -1 : (ssize_t)l.n;
}

int
cgroup_signal(int group, pid_t pid, int sig)
{
	int fd = pid > 0 ? pidfd_of(pid) : -1, r = -1, e;

	if (pid <= 0 || (fd < 0 && errno == ESRCH)) {
		errno = ESRCH;
		return -1;
	}
	/* asked while we hold it: else the pid may be another's by now */
	if (each(group, is, &pid) > 0)
		r = fd >= 0 ? pidfd_signal(fd, sig) : kill(pid, sig);
	else
		errno = ESRCH;
	e = errno;
	if (fd >= 0)
		close(fd);
	errno = e;
	return r;
}

void
cgroup_remove(int group, int dirfd)
{
	char path[NAME_SIZE + 3] = "../";

	if (name_of(dirfd, path + 3) == 0)
		unlinkat(group, path, AT_REMOVEDIR);
	close(group);
}
