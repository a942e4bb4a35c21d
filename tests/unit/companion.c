/* companion.c - a process beside the one that becomes the program */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include <sextet/companion.h>

#include "apart.h"

/* As on a kernel without pidfds. */
static int
forbid_pidfds(void)
{
	struct denied const none = DENY(SYS_pidfd_open, ENOSYS);

	return apart_filter(&none, 1);
}

static int
listeners(void)
{
	DIR *d = tap_need(opendir("event"));
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

/* Runs a program that takes a companion and lives until the pipe IN ends. The
   companion says on OUT: 'c' or 'g', is it a child or grandchild; 'a', it lives
   and so does the program; 'd', the program is dead. */
static pid_t
program(int twice, int events, int const *in, int const *out)
{
	pid_t pid = tap_fork(), self;
	struct companion c;
	struct pollfd p = { .events = POLLIN };
	int dead = 0;
	char byte;

	if (pid)
		return pid;
	close(in[1]);
	self = getpid();
	if (events && forbid_pidfds() < 0)
		_exit(8);
	switch (companion_fork(&c, twice)) {
	case COMPANION_ERROR:
		_exit(9);
	case COMPANION_PROGRAM:
		while (read(in[0], &byte, 1) > 0)
			;
		_exit(7);
	case COMPANION_ITSELF:
		break;
	}
	p.fd = c.fd;
	byte = getppid() == self ? 'c' : 'g';
	if (write(out[1], &byte, 1) < 1 || poll(&p, 1, 0) != 0 || write(out[1], "a", 1) < 1)
		_exit(1);
	while (!dead && poll(&p, 1, 5000) > 0)
		dead = companion_bereft(&c);
	if (dead && write(out[1], "d", 1) == 1)
		companion_end(&c);
	_exit(c.fd == -1 ? 0 : 2);
}

static void
story(int twice, int events, char const *want)
{
	int fd = event_open(AT_FDCWD, "event");
	int in[2], out[2], status = -1;
	char got[8] = "";
	pid_t pid;

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		return;
	pid = program(twice, events, in, out);
	close(in[0]);
	close(out[1]);
	ok(read(out[0], got, 1) == 1 && got[0] == want[0], "%s", want + 1);
	ok(read(out[0], got + 1, 1) == 1 && got[1] == 'a', "alive as long as the program is");
	close(in[1]);
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 7, "the program ends as it wants");
	ok(listeners() == events, "%d listener for its death", events);
	event_notify(fd, "U", 1);
	event_notify(fd, "dD", 2);
	ok(read(out[0], got + 2, 1) == 1 && got[2] == 'd', "the companion learns of it");
	ok(read(out[0], got + 3, 1) == 0, "and ends too");
	ok(listeners() == 0, "no listener is left");
	close(out[0]);
	close(fd);
	/* we are a subreaper: the companion comes to us */
	ok(waitpid(-1, &status, 0) > 0 && status == 0, "without an error");
}

#ifdef SYS_clone3
#define DENY_CLONE3 DENY(SYS_clone3, EAGAIN)
#else
#define DENY_CLONE3 DENY(SYS_clone, EAGAIN)
#endif
#ifdef SYS_fork
#define DENY_FORK DENY(SYS_fork, EAGAIN)
#else
#define DENY_FORK DENY(SYS_clone, EAGAIN)
#endif
#define NO_CHILD DENY(SYS_clone, EAGAIN), DENY_CLONE3, DENY_FORK

/* None can be made: nothing is left of what was to tell it. */
static int
no_child(void)
{
	int free_fd = dup(0);
	struct companion c;

	close(free_fd);
	for (int twice = 0; twice < 2; twice++) {
		errno = 0;
		want(companion_fork(0, twice) == COMPANION_ERROR && errno == EAGAIN);
		errno = 0;
		want(companion_fork(&c, twice) == COMPANION_ERROR && errno == EAGAIN && c.fd == -1);
	}
	want(dup(0) == free_fd && close(free_fd) == 0 && listeners() == 0);
	return 1;
}

/* Nothing that could tell it: none is made. */
static int
no_death(void)
{
	struct companion c;

	want(rename("event", "away") == 0);
	errno = 0;
	want(companion_fork(&c, 0) == COMPANION_ERROR && errno == ENOENT);
	want(waitpid(-1, 0, WNOHANG) == -1 && errno == ECHILD && rename("away", "event") == 0);
	return 1;
}

static int
no_descriptor(void)
{
	struct companion c;

	want(companion_fork(&c, 1) == COMPANION_ERROR && errno == EMFILE && listeners() == 0);
	want(waitpid(-1, 0, WNOHANG) == -1 && errno == ECHILD);
	return 1;
}

int
main(void)
{
	int status;
	pid_t pid;

	tap_tmpdir();
	event_mkdir(AT_FDCWD, "event", (gid_t)-1, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	story(0, 0, "ca child of the program");
	story(1, 0, "ga grandchild, which the program does not know");
	story(0, 1, "cwithout pidfds: a child");
	story(1, 1, "gwithout pidfds: a grandchild");

	pid = tap_fork();
	if (!pid) {
		pid_t self = getpid();

		if (companion_fork(0, 0) == COMPANION_ITSELF)
			_exit(getppid() == self ? 0 : 1);
		wait(&status);
		_exit(WEXITSTATUS(status));
	}
	waitpid(pid, &status, 0);
	ok(status == 0, "without asking for the program's death");
	ok_denied("no child can be made", no_child, NO_CHILD);
	ok_denied("nor without pidfds", no_child, NO_CHILD, DENY(SYS_pidfd_open, ENOSYS));
	ok_denied("neither pidfds nor events", no_death, DENY(SYS_pidfd_open, ENOSYS));
	ok_denied("no descriptor for one", no_descriptor, DENY(SYS_pidfd_open, EMFILE));
	return done_testing();
}
