/* procstat.c - see sextet/procstat.h */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <sextet/filereplace.h>
#include <sextet/procstat.h>

/* Fields are counted as in proc(5), from 1. */
enum { STATE = 3, PPID = 4, PGRP = 5, SESSION = 6, START = 22, EXIT_CODE = 52 };

/* The number at *P, which then stands behind it. */
static int
number(char const **p, uint64_t *value)
{
	int negative = **p == '-';
	size_t n = uint64_scan(*p + negative, value);

	if (!n)
		return -1;
	if (negative)
		*value = -*value;
	*p += n + (size_t)negative;
	return 0;
}

int
procstat_parse(char const *text, struct procstat *ps)
{
	/* the name in parentheses may hold anything, parentheses too */
	char const *p = strrchr(text, ')');
	struct procstat r = { .wstat = 0 };

	if (!p || p[1] != ' ' || !p[2] || p[3] != ' ')
		goto bad;
	r.state = p[2];
	p += 4;
	for (int field = PPID; field <= EXIT_CODE; field++) {
		uint64_t v;

		if (number(&p, &v) < 0)
			goto bad;
		switch (field) {
		case PPID: r.ppid = (pid_t)v; break;
		case PGRP: r.pgrp = (pid_t)v; break;
		case SESSION: r.session = (pid_t)v; break;
		case START: r.start = v; break;
		case EXIT_CODE: r.wstat = (int)v; break;
		}
		if (*p == ' ')
			p++;
		else if (field < EXIT_CODE)
			goto bad;
	}
	*ps = r;
	return 0;
bad:
	errno = EPROTO;
	return -1;
}

int
procstat_read(pid_t pid, struct procstat *ps)
{
	char path[sizeof "/proc//stat" + PID_FMT], text[1024];
	size_t n = sizeof "/proc/" - 1;
	ssize_t r;

	memcpy(path, "/proc/", n);
	n += pid_fmt(path + n, pid);
	memcpy(path + n, "/stat", sizeof "/stat");
	r = file_read(AT_FDCWD, path, text, sizeof text - 1);
	if (r < 0) {
		if (errno == ENOENT)
			errno = ESRCH;
		return -1;
	}
	text[r] = 0;
	return procstat_parse(text, ps);
}

int
procstat_works(void)
{
	char self[PID_FMT], pid[PID_FMT];
	ssize_t n = readlink("/proc/self", self, sizeof self);

	return n > 0 && (size_t)n == pid_fmt(pid, getpid()) && !memcmp(self, pid, (size_t)n);
}

int
procstat_ignores(pid_t pid, int signal)
{
	static char const label[] = "\nSigIgn:\t";
	char path[sizeof "/proc//status" + PID_FMT] = "/proc/";
	size_t n = strlen(path);
	char buf[4096];
	char const *at;
	uint64_t set;
	ssize_t r;

	n += pid_fmt(path + n, pid);
	strcpy(path + n, "/status");
	r = file_read(AT_FDCWD, path, buf, sizeof buf - 1);
	if (r < 0)
		return -1;
	buf[r] = 0;
	at = strstr(buf, label);
	if (!at || !uint64_xscan(at + sizeof label - 1, &set)) {
		errno = EPROTO;
		return -1;
	}
	return set >> (signal - 1) & 1;
}
