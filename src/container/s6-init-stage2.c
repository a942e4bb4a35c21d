/*
 * s6-init-stage2 - boot a container: scripts, services, the CMD. Started by
 * s6-init, as a child of what becomes s6-svscan.
 *
 * Descriptor 3 becomes readable when s6-svscan listens; 4 is the FIFO of
 * orders; 5 and 6, if open, are the console when 1 and 2 are not.
 * Exits 0; 100 when it was started by somebody else.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/bootphase.h>
#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/contcode.h>
#include <sextet/environment.h>

#include "stage2.h"

extern char **environ;

#define USAGE "s6-init-stage2 [ cmd... ]"
#define READY 3
#define ORDERS 4
#define CONSOLE 5

#define FIX_ATTRS SEXTET_BINDIR "/fix-attrs"

static int
stopping(struct stage2 const *s)
{
	return s->c.haste != CONTAINER_CALM;
}

static int
go(void *arg)
{
	return !stopping(arg);
}

static int
output(void *arg, char const *name)
{
	return stage2_output(arg, name);
}

static void
settle(void *arg)
{
	stage2_settle(arg);
}

/* Waits until s6-svscan listens: it writes a line then. 0, -1 if it never will. */
static int
await_svscan(struct stage2 *s)
{
	char c;
	ssize_t r;

	s->c.other = READY;
	s->c.other_events = POLLIN;
	while (!s->c.other_ready)
		container_attend(&s->c, CLOCK_NEVER);
	s->c.other = -1;
	do
		r = read(READY, &c, 1);
	while (r < 0 && errno == EINTR);
	close(READY);
	return r == 1 ? 0 : -1;
}

/* A step has failed. 1 when that is the end of the boot. */
static int
fails(struct stage2 *s, int failed, char const *what)
{
	if (!failed || stopping(s) || !s->c.set.behaviour)
		return stopping(s);
	if (s->c.set.behaviour == 1) {
		strerr_warnw(what, " failed");
		return 0;
	}
	strerr_warnw(what, " failed - stopping the container");
	return 1;
}

/* S6_STAGE2_HOOK: a command line for the shell. Its exit code. */
static int
hook(struct stage2 *s)
{
	char const *argv[4] = { "/bin/sh", "-c", s->c.set.hook, 0 };
	char fmt[UINT_FMT];
	unsigned int code;
	pid_t pid;

	if (!s->c.set.hook)
		return 0;
	pid = container_spawn(argv[0], argv, s->envp, -1);
	if (pid < 0) {
		code = errno == ENOENT ? 127 : 126;
		strerr_warnwusys("spawn ", argv[0]);
	} else {
		code = container_code(container_wait(&s->c, pid, 0));
	}
	fmt[uint_fmt(fmt, code)] = 0;
	if (code && s->c.set.verbosity >= 1)
		strerr_warnw("hook ", s->c.set.hook, " exited ", fmt);
	else if (s->c.set.verbosity >= 2)
		strerr_warni("hook ", s->c.set.hook, " exited ", fmt);
	return code != 0;
}

static int
fix_attrs(struct stage2 *s)
{
	struct container_scripts r = { .name = "fix-attrs.d",
		.what = "applying ownership & permissions fixes", .verb = "applying",
		.program = FIX_ATTRS, .envp = s->envp, .strict = s->c.set.behaviour > 1,
		.go = go, .output = output, .settle = settle, .arg = s };

	if (s->c.set.fix_attrs_hidden) {
		r.envp = environment_change(s->envp, "S6_FIX_ATTRS_HIDDEN=1", 1);
		if (!r.envp)
			r.envp = s->envp;
	}
	return container_scripts(&s->c, &r) != 0;
}

static int
cont_init(struct stage2 *s)
{
	struct container_scripts r = { .name = "cont-init.d",
		.what = "executing container initialization scripts", .verb = "executing",
		.envp = s->envp, .strict = s->c.set.behaviour > 1,
		.go = go, .output = output, .settle = settle, .arg = s };

	return container_scripts(&s->c, &r) != 0;
}

static int
services(struct stage2 *s)
{
	return stage2_services(s) < 0;
}

/* 0, or -1 when it does not go on: something failed, or there is to be a stop. */
static int
boot(struct stage2 *s)
{
	static struct {
		char const *what;
		int (*run)(struct stage2 *);
	} const steps[] = {
		{ "S6_STAGE2_HOOK", hook },
		{ "making files available", stage2_provide },
		{ "correcting modes", stage2_perms },
		{ "fix-attrs.d", fix_attrs },
		{ "cont-init.d", cont_init },
		{ "services.d", services },
	};

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (stopping(s) || fails(s, steps[i].run(s), steps[i].what))
			return -1;
	return stopping(s) ? -1 : 0;
}

static void
phase(struct stage2 *s, enum bootphase p)
{
	if (bootphase_set(s->c.statedir, p) < 0)
		strerr_warnwusys("note how far the boot has come");
}

static void
give_up(struct stage2 *s)
{
	phase(s, BOOTPHASE_FAILED);
	if (contcode_write(s->c.statedir, 1) < 0)
		strerr_warnwusys("note the exit code");
	container_stop(&s->c);
}

static void
prepare(struct stage2 *s, char const *const *argv)
{
	if (fcntl(READY, F_SETFD, FD_CLOEXEC) < 0 || fcntl(ORDERS, F_SETFD, FD_CLOEXEC) < 0)
		strerr_dief(100, "must be started by s6-init");
	for (int i = 0; i < 2; i++)
		s->console[i] = fcntl(CONSOLE + i, F_SETFD, FD_CLOEXEC) < 0 ? -1 : CONSOLE + i;
	container_open(&s->c);
	s->prefixer = -1;
	s->c.orders = ORDERS;
	s->envp = (char const *const *)environ;
	container_watch(&s->c);
	s->cmd = stage2_cmd_words(s, argv);
}

int
main(int argc, char const *const *argv)
{
	static struct stage2 s;
	int first;

	PROG = "s6-init-stage2";
	first = cli_noopt(argc, argv, USAGE);
	prepare(&s, argv + first);
	if (await_svscan(&s) < 0)
		return 111;
	if (boot(&s) < 0) {
		if (!stopping(&s))
			give_up(&s);
		return 0;
	}
	s.c.running = 1;
	phase(&s, BOOTPHASE_RUN);
	if (s.cmd) {
		stage2_cmd(&s);
		container_stop(&s.c);
	}
	return 0;
}
