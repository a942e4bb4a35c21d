/* upgraded.h - for the tests of what the daemons do when they are upgraded in place */

#ifndef UPGRADED_H
#define UPGRADED_H

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/handover.h>

#include "tap.h"

/* Announces what a process PID of PROGRAM hands over: the N bytes of BODY, the first
   FROM in them replaced by TO. */
static inline void
forge(char const *program, pid_t pid, char const *body, size_t n, char const *from, char const *to)
{
	char head[128], number[16];
	size_t len = (size_t)snprintf(head, sizeof head, "sextet-handover=1%cprogram=%s%cpid=%ld", 0, program, 0, (long)pid) + 1;
	char const *at = memmem(body, n, from, strlen(from));
	int fd = memfd_create("forged", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t before = at ? (size_t)(at - body) : n, after = at ? before + strlen(from) : n;

	if (!at && *from)
		printf("# no %s\n", from);
	if (fd < 0 || write(fd, head, len) != (ssize_t)len || write(fd, body, before) != (ssize_t)before
		|| write(fd, to, strlen(to)) < 0 || write(fd, body + after, n - after) != (ssize_t)(n - after)
		|| fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		exit(111);
	sprintf(number, "%d", fd);
	if (setenv(HANDOVER_VARIABLE, number, 1) < 0)
		exit(111);
}

/* The exit code of a child that does WHAT(ARG), its stderr in ./said; -1: killed. */
static inline int
in_child(int (*what)(void *), void *arg)
{
	int status, fd;
	pid_t pid;

	fflush(stdout);
	pid = tap_fork();
	if (!pid) {
		fd = open("said", O_WRONLY | O_CREAT | O_TRUNC, 0666);
		if (fd < 0 || dup2(fd, 2) < 0)
			_exit(98);
		_exit(what(arg));
	}
	if (waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What is changed in it, and how the reader ends: as a probe, and as who goes on. */
struct change {
	char const *from, *to;
	int as_probe, as_heir;
};

struct reading {
	struct change const *c;
	pid_t pid;		/* to whom it is handed over; 0: the reader */
	char const *program;
	char const *body;
	size_t n;
	int (*read)(void);	/* 0: it goes on */
};

static inline int
read_forged(void *arg)
{
	struct reading const *r = arg;

	forge(r->program, r->pid ? r->pid : getpid(), r->body, r->n, r->c->from, r->c->to);
	return r->read();
}

static inline int
read_nothing(void *arg)
{
	struct reading const *r = arg;

	unsetenv(HANDOVER_VARIABLE);
	return r->read();
}

/* Does ./said have that? */
static inline int
has_said(char const *words)
{
	char text[1024];
	int fd = open("said", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = 0;
	if (!strstr(text, words))
		printf("# said: %s\n", text);
	return !!strstr(text, words);
}

/* R with each of the N changes; NONE: what READ returns when nothing was handed over. */
static inline void
roles(struct reading r, struct change const *changes, size_t n, int none)
{
	r.c = changes;
	ok(in_child(read_nothing, &r) == none, "nothing was handed over");
	for (size_t i = 0; i < n; i++) {
		r.c = &changes[i];
		r.pid = getpid();
		ok(in_child(read_forged, &r) == r.c->as_probe, "%s for %s, a probe", r.c->to, r.c->from);
		r.pid = 0;
		ok(in_child(read_forged, &r) == r.c->as_heir, "likewise, to go on");
	}
	r.program = "something-else";
	r.c = changes;
	ok(in_child(read_forged, &r) == 111 && has_said("of another version"), "of another program");
}

/* In a child: from now on the program file FILE is this shell script. 0, -1. */
static inline int
replace_program(char const *file, char const *script)
{
	int fd = open("program", O_WRONLY | O_CREAT | O_TRUNC, 0777);

	if (fd < 0 || dprintf(fd, "#!/bin/sh\n%s\n", script) < 0 || close(fd) < 0)
		return -1;
	return unshare(CLONE_NEWNS) < 0 || mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) < 0
		|| mount("program", file, 0, MS_BIND, 0) < 0 ? -1 : 0;
}

/* How a program file that is SCRIPT refuses the upgrade that UPGRADE asks for; SAYS: the
   end of what is said then. FILE null: no descriptor can be made. */
struct refusal {
	char const *file;
	char const *script;
	void (*upgrade)(void);
};

static inline int
refuse(void *arg)
{
	struct refusal const *r = arg;
	struct rlimit none = { 0, 0 };

	if (r->file ? replace_program(r->file, r->script) < 0 : setrlimit(RLIMIT_NOFILE, &none) < 0)
		return 99;
	r->upgrade();
	return 0;
}

static inline void
refused(char const *file, char const *script, void (*upgrade)(void), char const *says)
{
	struct refusal r = { file, script, upgrade };
	int code = in_child(refuse, &r);

	if (code == 99)
		ok(1, "%s # SKIP no mount namespace here", says);
	else
		ok(code == 0 && has_said(says), "refused: %s", says);
}

#endif
