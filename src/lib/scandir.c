/* scandir.c - see sextet/scandir.h */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sextet/lock.h>
#include <sextet/path.h>
#include <sextet/scandir.h>

enum control_result
scandir_send(char const *dir, char const *cmds, size_t n)
{
	char path[PATH_MAX];
	enum control_result r;

	if (path_join3(path, sizeof path, dir, SCANDIR_CTL, CONTROL_FIFO) < 0)
		return CONTROL_ERROR;
	r = control_sendpath(path, cmds, n);
	if (r == CONTROL_ERROR && errno == ENOENT) {
		if (access(dir, F_OK) == 0)
			return CONTROL_NOBODY;
		errno = ENOENT;
	}
	return r;
}

int
scandir_running(char const *dir)
{
	char path[PATH_MAX];

	if (path_join3(path, sizeof path, dir, SCANDIR_CTL, "lock") < 0)
		return -1;
	return lock_test(AT_FDCWD, path, 0);
}
