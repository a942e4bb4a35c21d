/* tap.h - the TAP helpers of every unit test. */

#ifndef TAP_H
#define TAP_H

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int tap_count, tap_failed;

static inline int __attribute__((unused, format(printf, 4, 5)))
tap_ok(int good, char const *file, int line, char const *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", good ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!good) {
		tap_failed++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
	return good;
}

/* ok(CONDITION, FORMAT, ...) */
#define ok(cond, ...) tap_ok(!!(cond), __FILE__, __LINE__, __VA_ARGS__)

/* is_hex(GOT, WANT, LENGTH, NAME): bytes compared, both printed when they differ */
static inline int __attribute__((unused))
is_bytes(void const *got, void const *want, size_t n, char const *name)
{
	int good = !memcmp(got, want, n);

	ok(good, "%s", name);
	for (int i = 0; !good && i < 2; i++) {
		unsigned char const *p = i ? want : got;

		printf("# %s", i ? "want" : "got ");
		for (size_t j = 0; j < n; j++)
			printf(" %02x", p[j]);
		putchar('\n');
	}
	return good;
}

/* The pid of a child that could not be made is -1, and a kill would then end every
   process that it may: such a mistake must stay within the test. */
static inline int __attribute__((unused))
tap_kill(pid_t pid, int sig, char const *file, int line)
{
	if (pid > 0)
		return kill(pid, sig);
	tap_ok(0, file, line, "kill of %ld refused", (long)pid);
	errno = ESRCH;
	return -1;
}

#define kill(pid, sig) tap_kill(pid, sig, __FILE__, __LINE__)

/* What a test cannot go on without: a child, and POINTER. */
static inline pid_t __attribute__((unused))
tap_fork(void)
{
	pid_t pid = fork();

	if (pid < 0) {
		perror("tap_fork");
		exit(111);
	}
	return pid;
}

static inline void * __attribute__((unused))
tap_need(void *pointer)
{
	if (!pointer) {
		perror("tap_need");
		exit(111);
	}
	return pointer;
}

/* Makes a fresh directory below $TMPDIR (or /tmp) and goes there; the guard
   that runs every test removes it. */
static inline void __attribute__((unused))
tap_tmpdir(void)
{
	char path[4096];
	char const *top = getenv("TMPDIR");

	snprintf(path, sizeof path, "%s/unit.XXXXXX", top ? top : "/tmp");
	if (!mkdtemp(path) || chdir(path) < 0) {
		perror("tap_tmpdir");
		exit(111);
	}
}

static inline int __attribute__((unused))
done_testing(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed ? 1 : 0;
}

#endif
