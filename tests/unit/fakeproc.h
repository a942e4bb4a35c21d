/* fakeproc.h - a /proc of a test's own making, after ok_mounted() of apart.h. */

#ifndef FAKEPROC_H
#define FAKEPROC_H

#include <stdarg.h>
#include <sys/stat.h>

#include "apart.h"

/* An empty /proc. */
static inline int __attribute__((unused))
fakeproc_begin(void)
{
	return mount("tmpfs", "/proc", "tmpfs", 0, "mode=0755");
}

/* The file /proc/PID/NAME; its directory is made, and a / in NAME may lead to one more. */
static inline void __attribute__((unused, format(printf, 3, 4)))
fakeproc_put(long pid, char const *name, char const *fmt, ...)
{
	char path[256];
	va_list ap;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%ld/%s", pid, name);
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = 0;
		mkdir(path, 0755);
		*p = '/';
	}
	f = tap_need(fopen(path, "w"));
	va_start(ap, fmt);
	if (vfprintf(f, fmt, ap) < 0 || fclose(f))
		_exit(1);
	va_end(ap);
}

/* What /proc/PID/stat would say. */
static inline void __attribute__((unused))
fakeproc_stat(long pid, char state, long ppid, long pgrp, long session)
{
	fakeproc_put(pid, "stat", "%ld (fake) %c %ld %ld %ld 0 -1 4194304 99 0 0 0 1 2 0 0 20 0 1 0 "
		"5678 2000 100 18446744073709551615 1 2 3 4 5 0 0 4096 65536 0 0 0 17 1 0 0 0 0 0 "
		"6 7 8 9 10 11 12 0\n", pid, state, ppid, pgrp, session);
}

/* Whom it takes us for. */
static inline void __attribute__((unused))
fakeproc_call_us(long pid)
{
	char name[32];

	snprintf(name, sizeof name, "%ld", pid);
	unlink("/proc/self");
	if (symlink(name, "/proc/self") < 0)
		_exit(1);
}

/* Ourselves, as they are. */
static inline void __attribute__((unused))
fakeproc_self(void)
{
	fakeproc_call_us(getpid());
	fakeproc_stat(getpid(), 'R', getppid(), getpgrp(), getsid(0));
}

#endif
