/* scandir.c - see sextet/scandir.h */

#include <fcntl.h>

#include <sextet/lock.h>
#include <sextet/path.h>
#include <sextet/scandir.h>

enum control_result
scandir_send(char const *dir, char const *cmds, size_t n)
{
	return control_sendbelow(dir, SCANDIR_CTL, cmds, n);
}

int
scandir_running(char const *dir)
{
	char path[PATH_MAX];

	if (path_join3(path, sizeof path, dir, SCANDIR_CTL, "lock") < 0)
		return -1;
	return lock_test(AT_FDCWD, path, 0);
}
