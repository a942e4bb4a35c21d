/*
 * wall - runs a program that may not have more than N of something, and gives way
 * after half a second.
 *
 *   wall nofile N program [argument...]
 *
 * Prints "exit CODE" or "signal NUMBER" when it ended. Exits 0, or 99 when N was so
 * large that nothing can have been in its way.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GIVE_WAY 25	/* ticks after which the wall goes */
#define GONE 150	/* and after which nobody needs to be told any more */
#define ENOUGH 40
#define TICK 20000000L	/* ns */

static void
lift(pid_t pid, struct rlimit const *limit, int depth)
{
	char path[64], text[4096], *p = text;
	size_t n;
	FILE *f;

	prlimit(pid, RLIMIT_NOFILE, limit, 0);
	snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)pid, (long)pid);
	f = depth < 16 ? fopen(path, "re") : 0;
	if (!f)
		return;
	n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = 0;
	while (*p) {
		lift((pid_t)strtol(p, &p, 10), limit, depth + 1);
		while (*p == ' ')
			p++;
	}
}

int
main(int argc, char **argv)
{
	struct timespec tick = { .tv_nsec = TICK };
	struct rlimit old, low;
	int status;
	pid_t pid;

	if (argc < 4 || strcmp(argv[1], "nofile") || getrlimit(RLIMIT_NOFILE, &old) < 0)
		return 100;
	low = old;
	low.rlim_cur = (rlim_t)atoi(argv[2]);
	pid = fork();
	if (pid < 0)
		return 111;
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (setrlimit(RLIMIT_NOFILE, &low) < 0)
			_exit(112);
		execvp(argv[3], argv + 3);
		_exit(errno == ENOENT ? 127 : 126);
	}
	for (int i = 0; waitpid(pid, &status, WNOHANG) != pid; i++) {
		if (i >= GIVE_WAY && i < GONE)
			lift(pid, &old, 0);
		nanosleep(&tick, 0);
	}
	if (WIFEXITED(status))
		printf("exit %d\n", WEXITSTATUS(status));
	else
		printf("signal %d\n", WTERMSIG(status));
	return low.rlim_cur < ENOUGH ? 0 : 99;
}
