/* scanwait.c - waiting for an s6-svscan that is there, is not, or goes */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/clock.h>
#include <sextet/lock.h>
#include <sextet/scanwait.h>

#include "apart.h"

#define CTL "scan/.s6-svscan"

static int answer[2];		/* what the caller waits for */
static int look_fails;
static int kicked = -1;		/* beside that: when it is readable ... */
static pid_t killed;		/* ... this one is killed, who has been told by then */

static int
look(struct scanwait *w, size_t i)
{
	char c;

	if (look_fails) {
		errno = EDOM;
		return -1;
	}
	if (!i) {
		kill(killed, SIGKILL);
		killed = 0;
		w->poll[0].fd = -1;
		return 0;
	}
	if (read(answer[0], &c, 1) == 1 && c == '.')
		w->poll[i].fd = -1;
	return 0;
}

/* Waits for the "." in the pipe. */
static enum scanwait_result
run(char const *scandir, uint32_t ms, int stopfd)
{
	struct pollfd p[4] = { { .fd = kicked }, { .fd = answer[0] } };
	struct scanwait w = { .scandir = scandir, .cmds = "an", .n = 2, .poll = p, .look = look };

	return scanwait_run(&w, clock_deadline(ms), stopfd);
}

/* Holds the lock, and answers commands with WORD unless that is null. */
static pid_t
scanner(char const *word)
{
	int ready[2], ctl, dir;
	pid_t pid;
	char c;

	if (pipe(ready) < 0)
		exit(111);
	fflush(stdout);
	pid = tap_fork();
	if (pid) {
		close(ready[1]);
		if (read(ready[0], &c, 1) != 1)
			exit(111);
		close(ready[0]);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	ctl = open(CTL "/control", O_RDWR | O_CLOEXEC);
	dir = open(CTL, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock_take(dir, "lock", 0600, 0) < 0 || write(ready[1], "x", 1) < 1)
		_exit(1);
	while (read(ctl, &c, 1) == 1)
		if (word && write(answer[1], word, strlen(word)) < 0)
			_exit(1);
	_exit(0);
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, 0, 0);
}

static void
nobody(void)
{
	char deep[PATH_MAX];

	memset(deep, 'x', sizeof deep - 1);
	deep[sizeof deep - 1] = 0;
	ok(run(deep, 10000, -1) == SCANWAIT_ERROR && errno == ENAMETOOLONG, "a name too long");
	ok(run("none", 10000, -1) == SCANWAIT_ERROR && errno == ENOENT, "no scan directory");
	ok(run("scan", 10000, -1) == SCANWAIT_NOSCAN, "nobody hears");
	rename(CTL "/control", CTL "/kept");
	mkdir(CTL "/control", 0700);
	ok(run("scan", 10000, -1) == SCANWAIT_ERROR, "what is no FIFO is an error");
	rmdir(CTL "/control");
	rename(CTL "/kept", CTL "/control");
}

static void
somebody(void)
{
	int stop[2], mute = open(CTL "/control", O_RDWR | O_CLOEXEC);
	struct pollfd p[2];
	struct scanwait none = { .scandir = "scan", .cmds = "a", .n = 0, .poll = p, .look = look };
	pid_t pid;
	int fd;

	if (pipe(stop) < 0)
		exit(111);
	/* somebody hears, but holds no lock: it may be about to end */
	ok(run("scan", 50, -1) == SCANWAIT_TIMEOUT && errno == ETIMEDOUT, "one without a lock does nothing");
	if (symlink("lock", CTL "/lock") < 0)
		exit(111);
	ok(run("scan", 10000, -1) == SCANWAIT_ERROR && errno == ELOOP, "a lock that cannot be looked at");
	unlink(CTL "/lock");
	close(mute);
	pid = scanner("x.");
	fd = dup(0);
	close(fd);
	ok(run("scan", 10000, -1) == SCANWAIT_DONE, "one that does it, at the second look");
	ok(scanwait_run(&none, clock_deadline(10000), -1) == SCANWAIT_DONE, "nothing to wait for");
	look_fails = 1;
	ok(run("scan", 10000, -1) == SCANWAIT_ERROR && errno == EDOM, "the caller's look fails");
	look_fails = 0;
	ok(dup(0) == fd, "no descriptor is left");
	close(fd);
	end(pid);
	while (read(answer[0], &(char){ 0 }, 1) == 1)
		;
	pid = scanner(0);
	ok(run("scan", 50, stop[0]) == SCANWAIT_TIMEOUT && errno == ETIMEDOUT, "one that does nothing");
	if (write(stop[1], "x", 1) != 1)
		exit(111);
	ok(run("scan", 10000, stop[0]) == SCANWAIT_STOPPED, "told to stop");
	if (write(answer[1], ".", 1) != 1)
		exit(111);
	ok(run("scan", 10000, stop[0]) == SCANWAIT_DONE, "told to stop when all is done: done");
	end(pid);
	ok(run("scan", 10000, -1) == SCANWAIT_NOSCAN, "it is killed");
	close(stop[0]);
	close(stop[1]);
}

/* One dies while it is waited for; the next one, which comes in time, is told again. */
static void
successor(void)
{
	struct pollfd p = { .events = POLLIN };
	pid_t old = scanner(0), next;
	int kick[2];

	/* not awake: it would read what is to be seen */
	kill(old, SIGSTOP);
	waitpid(old, 0, WUNTRACED);
	p.fd = open(CTL "/control", O_RDWR | O_CLOEXEC);
	if (pipe(kick) < 0 || write(kick[1], "x", 1) != 1)
		exit(111);
	fflush(stdout);
	next = tap_fork();
	if (!next) {
		char c;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (lock_test(AT_FDCWD, CTL "/lock", 0) > 0)
			sched_yield();
		if (lock_take(AT_FDCWD, CTL "/lock", 0600, 0) < 0)
			_exit(1);
		/* what the first was told, and then the second */
		for (int n = 0; n < 2 && read(p.fd, &c, 1) == 1;)
			n += c == 'n';
		if (write(answer[1], ".", 1) == 1)
			pause();
		_exit(1);
	}
	close(p.fd);
	killed = old;
	kicked = kick[0];
	ok(run("scan", 60000, -1) == SCANWAIT_DONE && !killed, "another one is told again");
	kicked = -1;
	end(next);
	end(old);
	close(kick[0]);
	close(kick[1]);
	/* one that hears and holds no lock, and goes: nobody comes after it */
	p.fd = open(CTL "/control", O_RDWR | O_CLOEXEC);
	next = tap_fork();
	if (!next) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (poll(&p, 1, -1) < 1)
			;
		_exit(0);
	}
	close(p.fd);
	ok(run("scan", 60000, -1) == SCANWAIT_NOSCAN, "nobody comes: not for ever");
	end(next);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	tap_tmpdir();
	mkdir("scan", 0755);
	mkdir(CTL, 0700);
	if (mkfifo(CTL "/control", 0600) < 0 || pipe2(answer, O_NONBLOCK | O_CLOEXEC) < 0)
		return 111;
	nobody();
	somebody();
	successor();
	return done_testing();
}
