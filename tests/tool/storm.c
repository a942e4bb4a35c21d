/*
 * storm KILLS MICROSECONDS SEED LINES FILE CMD [ARG...] - writes numbered lines (see
 * lines.c) into a pipe without end, and runs CMD on the other end of it again and
 * again: each is killed with SIGKILL after a random time of at most
 * MICROSECONDS, the last one, after KILLS, gets the rest and the pipe's end.
 * At least LINES lines are written. Prints how many. FILE gets a line for each kill: the
 * number of the first line that then was still whole in the pipe.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "numbered.h"

static volatile sig_atomic_t enough;

static void
on_term(int sig)
{
	(void)sig;
	enough = 1;
}

/* Writes until told to stop, in portions of random size. */
static void
produce(int fd, int report, unsigned long least)
{
	static char buf[32768];
	unsigned long i = 0;

	while (!enough || i < least) {
		size_t n = 0, most = NUMBERED_MAX + 1 + (size_t)rand() % (rand() % 8 ? 2000 : sizeof buf - 2 * NUMBERED_MAX);

		while (n < most)
			n += numbered(buf + n, i++);
		for (size_t done = 0; done < n; ) {
			ssize_t w = write(fd, buf + done, n - done);

			if (w > 0)
				done += (size_t)w;
		}
	}
	if (write(report, &i, sizeof i) != sizeof i)
		_exit(111);
	_exit(0);
}

/* The number of the first line that is whole in the pipe IN, which nobody reads now;
   waits for one. It is seen in a COPY. */
static unsigned long
first_in(int in, int const *copy)
{
	for (;;) {
		struct timespec t = { .tv_nsec = 100000 };
		char buf[4096 + 1], *line, colon;
		ssize_t n = tee(in, copy[1], sizeof buf - 1, 0);
		unsigned long i;

		if (n < 1 || read(copy[0], buf, (size_t)n) != n)
			exit(111);
		buf[n] = 0;
		line = strchr(buf, 'L');
		if (line && sscanf(line, "L%10lu%c", &i, &colon) == 2 && colon == ':')
			return i;
		nanosleep(&t, 0);
	}
}

static pid_t
start(int fd, char **argv)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	dup2(fd, 0);
	execvp(*argv, argv);
	_exit(127);
}

int
main(int argc, char **argv)
{
	int in[2], report[2], copy[2], status;
	unsigned long lines = 0;
	pid_t producer, pid;
	FILE *at;
	int kills = argc > 6 ? atoi(argv[1]) : -1, most = kills < 0 ? 0 : atoi(argv[2]);

	if (kills < 0 || most < 1 || pipe(in) < 0 || pipe(report) < 0)
		return 100;
	for (int i = 0; i < 2; i++) {	/* no copies of these in CMD */
		in[i] = dup2(in[i], 20 + i);
		report[i] = dup2(report[i], 22 + i);
	}
	for (int fd = 3; fd < 20; fd++)
		close(fd);
	at = fopen(argv[5], "we");
	if (!at || pipe2(copy, O_CLOEXEC) < 0)
		return 111;
	srand((unsigned)atoi(argv[3]));
	signal(SIGTERM, on_term);
	producer = fork();
	if (!producer) {
		close(in[0]);
		produce(in[1], report[1], strtoul(argv[4], 0, 10));
	}
	close(in[1]);
	for (int i = 0; i < kills; i++) {
		struct timespec t = { .tv_nsec = 1000L * (rand() % most) };

		pid = start(in[0], argv + 6);
		nanosleep(&t, 0);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		if (!WIFSIGNALED(status)) {
			fprintf(stderr, "storm: ended by itself: %d\n", WEXITSTATUS(status));
			kill(producer, SIGKILL);
			return 1;
		}
		fprintf(at, "%lu\n", first_in(in[0], copy));
	}
	fclose(at);
	kill(producer, SIGTERM);
	pid = start(in[0], argv + 6);
	close(in[0]);
	if (read(report[0], &lines, sizeof lines) != sizeof lines)
		return 111;
	waitpid(producer, &status, 0);
	waitpid(pid, &status, 0);
	printf("%lu\n", lines);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
