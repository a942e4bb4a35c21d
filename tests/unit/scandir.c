/* scandir.c - talking to an s6-svscan */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/lock.h>
#include <sextet/scandir.h>

#include "tap.h"

int
main(void)
{
	char deep[PATH_MAX], got[16] = "", c;
	int fd, fds[2], wstat;
	pid_t pid;

	tap_tmpdir();
	ok(scandir_send("nowhere", "a", 1) == CONTROL_ERROR && errno == ENOENT, "no such directory");
	ok(scandir_running("nowhere") == 0, "nothing runs there");
	ok(scandir_send(".", "a", 1) == CONTROL_NOBODY, "never scanned");
	mkdir(SCANDIR_CTL, 0700);
	ok(scandir_send(".", "a", 1) == CONTROL_NOBODY, "no FIFO");
	mkfifo(SCANDIR_CTL "/control", 0600);
	ok(scandir_send(".", "a", 1) == CONTROL_NOBODY, "no reader");
	fd = open(SCANDIR_CTL "/control", O_RDONLY | O_NONBLOCK);
	ok(scandir_send(".", "", 0) == CONTROL_SENT, "a reader");
	ok(scandir_send(".", SCANDIR_COMMANDS, 9) == CONTROL_SENT
		&& read(fd, got, sizeof got) == 9 && !strcmp(got, "zabhitqnN"), "commands arrive in order");
	close(fd);
	memset(deep, 'x', sizeof deep - 1);
	deep[sizeof deep - 1] = 0;
	ok(scandir_send(deep, "a", 1) == CONTROL_ERROR && errno == ENAMETOOLONG, "a name too long");
	ok(scandir_running(deep) == -1 && errno == ENAMETOOLONG, "neither here");

	ok(scandir_running(".") == 0, "no lock");
	if (pipe(fds) < 0)
		return 111;
	fflush(stdout);
	pid = tap_fork();
	if (!pid) {
		if (lock_take(AT_FDCWD, SCANDIR_CTL "/lock", 0600, 0) < 0 || write(fds[1], "", 1) < 0)
			_exit(1);
		pause();
		_exit(0);
	}
	close(fds[1]);
	ok(read(fds[0], &c, 1) == 1 && scandir_running(".") == 1, "a held lock: it runs");
	kill(pid, SIGKILL);
	waitpid(pid, &wstat, 0);
	ok(scandir_running(".") == 0, "no longer");
	return done_testing();
}
