/* companion.c - a process beside the one that becomes the program */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/companion.h>

#include "denied.h"
#include "tap.h"

/* As on a kernel without pidfds. */
static int
forbid_pidfds(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 434, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof code / sizeof code[0], code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
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

static unsigned int without;	/* the call that fails */
static int twice;

static int
has_none(void)
{
	struct companion c = { .fd = -1 };

	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	deny(without, EAGAIN);
	return companion_fork(&c, twice) == COMPANION_ERROR && errno == EAGAIN && c.fd == -1;
}

/* By an event there is none without a place for it. */
static int
hears_nothing(void)
{
	struct companion c;

	if (mkdir("deaf", 0755) < 0 || chdir("deaf") < 0 || forbid_pidfds() < 0)
		_exit(NOT_HERE);
	return companion_fork(&c, 0) == COMPANION_ERROR && errno == ENOENT;
}

static void
refused(void)
{
	for (twice = 0; twice < 2; twice++) {
		without = SYS_clone;
		holds_apart(has_none, twice ? "no grandchild can be made" : "no child can be made");
	}
	without = 434;
	twice = 0;
	holds_apart(has_none, "another error than that there are no pidfds");
	holds_apart(hears_nothing, "nor any events");
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

	refused();
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
	return done_testing();
}
