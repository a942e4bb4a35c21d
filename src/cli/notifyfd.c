/* notifyfd.c - see sextet/cli.h */

#include <errno.h>
#include <fcntl.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/servicedir.h>

#define FILE_NAME "notification-fd"

int
cli_notifyfd(uint32_t const *given)
{
	uint32_t fd = 0;

	if (given)
		fd = *given;
	else switch (servicedir_uint(AT_FDCWD, FILE_NAME, &fd)) {
	case SERVICEDIR_FOUND:
		break;
	case SERVICEDIR_ABSENT:
		errno = ENOENT;
		strerr_diefusys(111, "read ./" FILE_NAME);
	default:
		if (errno != EINVAL)
			strerr_diefusys(111, "read ./" FILE_NAME);
		strerr_dief(100, "invalid ./" FILE_NAME);
	}
	if (fd > INT32_MAX || fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0) {
		errno = EBADF;
		strerr_diefsys(111, FILE_NAME " sanity check failed");
	}
	return (int)fd;
}
