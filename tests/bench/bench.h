/* bench.h - what the measuring tools share: time, processor time, processes. */

#ifndef BENCH_H
#define BENCH_H

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#define UNUSED __attribute__((unused))

static inline void __attribute__((noreturn)) UNUSED
die(char const *what)
{
	fprintf(stderr, "bench: fatal: %s: %s\n", what, strerror(errno));
	exit(111);
}

/* Microseconds. */
static inline double UNUSED
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static inline double UNUSED
cpu_of(struct rusage const *ru)
{
	return (double)(ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) * 1e6
		+ (double)(ru->ru_utime.tv_usec + ru->ru_stime.tv_usec);
}

static inline int UNUSED
by_value(void const *a, void const *b)
{
	double x = *(double const *)a, y = *(double const *)b;

	return (x > y) - (x < y);
}

static inline double UNUSED
median(double *v, size_t n)
{
	qsort(v, n, sizeof *v, by_value);
	return n ? v[n / 2] : 0;
}

static inline pid_t UNUSED
start(char *const *argv)
{
	pid_t pid;
	int e = posix_spawnp(&pid, argv[0], 0, 0, argv, environ);

	if (e) {
		errno = e;
		die(argv[0]);
	}
	return pid;
}

/* Waits for PID; what it used goes to *RU. Dies when it failed. */
static inline void UNUSED
finish(pid_t pid, char const *name, struct rusage *ru)
{
	int status;

	while (wait4(pid, &status, 0, ru) < 0)
		if (errno != EINTR)
			die("wait4");
	if (status) {
		fprintf(stderr, "bench: fatal: %s ended with status 0x%x\n", name, status);
		exit(111);
	}
}

/* The whole of the file PATH into BUF, with a NUL; its length, -1: not there. */
static inline ssize_t UNUSED
slurp(char const *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	buf[n < 0 ? 0 : n] = 0;
	return n;
}

#endif
