/*
 * contain - how fast a container boots and stops: contain ROOT LINE COUNT PROGRAM [ARG...]
 *
 * Runs PROGRAM as process 1 of a PID and mount namespace whose root directory is
 * ROOT, until it or its children have written the line LINE COUNT times; when they
 * have been silent for a while, sends TERM to it and waits for its end. Prints
 * two figures in ms: from its start to the last of these lines, and from TERM to
 * its end. 1 when it ends or falls silent before that, or ends with another
 * exit code than 0.
 */

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 20000, SILENCE = 300 };

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void
become(char const *root, char **argv, int out)
{
	static char *env[] = { "PATH=/usr/bin:/bin", NULL };

	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || chdir(root) < 0 ||
		mount("proc", "proc", "proc", 0, NULL) < 0 || chroot(".") < 0)
		_exit(111);
	/* a new container has nothing there */
	mount("tmpfs", "/run", "tmpfs", 0, "mode=0755");
	dup2(out, 1);
	dup2(out, 2);
	close(out);
	execve(argv[0], argv, env);
	_exit(127);
}

/* Reads what FD has; returns how many lines of it are WANT, -1 at its end. */
static int
lines(int fd, char const *want)
{
	static char line[4096];
	static size_t len;
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof buf);
	int found = 0;

	for (ssize_t i = 0; i < n; i++) {
		if (buf[i] != '\n') {
			if (len < sizeof line - 1)
				line[len++] = buf[i];
			continue;
		}
		line[len] = 0;
		found += !strcmp(line, want);
		len = 0;
	}
	return n > 0 ? found : -1;
}

int
main(int argc, char **argv)
{
	int p[2], left, status, r;
	double begun, booted, told;
	struct pollfd x;
	pid_t pid;

	if (argc < 5)
		return 100;
	left = atoi(argv[3]);
	if (pipe(p) < 0 || unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
		return 111;
	begun = booted = now();
	pid = fork();
	if (pid < 0)
		return 111;
	if (!pid) {
		close(p[0]);
		become(argv[1], argv + 4, p[1]);
	}
	close(p[1]);
	x = (struct pollfd){ .fd = p[0], .events = POLLIN };
	while (poll(&x, 1, left > 0 ? PATIENCE : SILENCE) > 0) {
		r = lines(p[0], argv[2]);
		if (r < 0)
			break;
		if (left > 0 && (left -= r) <= 0)
			booted = now();
	}
	told = now();
	kill(pid, left > 0 ? SIGKILL : SIGTERM);
	while (poll(&x, 1, PATIENCE) > 0 && lines(p[0], argv[2]) >= 0) ;
	if (waitpid(pid, &status, 0) != pid || left > 0 || status)
		return 1;
	printf("%.2f %.2f\n", booted - begun, now() - told);
	return 0;
}
