/* lock.c - see sextet/lock.h */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sextet/lock.h>
#include <sextet/pidfd.h>

/* F_GETLK: 1 with the owner when somebody else's lock of TYPE's kind is in the
   way, 0 when not, -1 with errno. */
static int
ask(int fd, short type, pid_t *owner)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &fl) < 0)
		return -1;
	if (fl.l_type == F_UNLCK)
		return 0;
	if (owner)
		*owner = fl.l_pid > 0 ? fl.l_pid : 0;
	return 1;
}

int
lock_take(int dirfd, char const *name, mode_t mode, pid_t *owner)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = openat(dirfd, name,
		O_WRONLY | O_CREAT | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, mode);
	int e;

	if (fd < 0)
		return -1;
	if (fcntl(fd, F_SETLK, &fl) == 0)
		return fd;
	e = errno;
	if (e == EACCES || e == EAGAIN) {
		e = EBUSY;
		if (owner && ask(fd, F_WRLCK, owner) <= 0)
			*owner = 0;
	}
	close(fd);
	errno = e;
	return -1;
}

int
lock_test(int dirfd, char const *name, pid_t *owner)
{
	int fd = openat(dirfd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int r, e;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	r = ask(fd, F_RDLCK, owner);
	e = errno;
	close(fd);
	errno = e;
	return r;
}

int
lock_owner(int dirfd, char const *name, int *pidfd)
{
	pid_t owner, again;
	int held, fd = -1;

	/* the pid may be another process's by the time we have that in hand, but
	   not if the lock's owner still has it then */
	while ((held = lock_test(dirfd, name, &owner)) > 0) {
		fd = owner > 0 ? pidfd_of(owner) : -1;
		if (fd < 0 && owner > 0 && errno == ESRCH)
			continue;
		if (fd < 0 || (lock_test(dirfd, name, &again) > 0 && again == owner))
			break;
		close(fd);
		fd = -1;
	}
	if (held > 0)
		*pidfd = fd;
	return held;
}
