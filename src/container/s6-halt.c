/*
 * s6-halt - order the stop of a container; also called halt, poweroff, reboot
 * and shutdown.
 *
 * As .s6-svscan/SIGTERM and the like it is what s6-svscan runs for a signal, and
 * as .s6-svscan/stopping what it runs when a stop begins, whoever ordered that.
 * Ordered a second time in the same way, a stop gets no more grace.
 * Exits 1 when no container runs here, 111 when it cannot be told.
 */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/cli.h>
#include <sextet/control.h>
#include <sextet/filereplace.h>
#include <sextet/path.h>
#include <sextet/pidfd.h>
#include <sextet/statedir.h>

#include "container.h"

#define USAGE "s6-halt"

/* The signal that NAME, as of a file in .s6-svscan, stands for; 0 none. */
static int
signal_of(char const *name)
{
	static struct {
		char const *name;
		int sig;
	} const handlers[] = {
		{ "SIGTERM", SIGTERM }, { "SIGINT", SIGINT }, { "SIGQUIT", SIGQUIT },
		{ "SIGUSR1", SIGUSR1 }, { "SIGUSR2", SIGUSR2 }, { "SIGPWR", SIGPWR },
		{ "SIGWINCH", SIGWINCH }, { "SIGHUP", SIGHUP },
	};

	for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
		if (!strcmp(handlers[i].name, name))
			return handlers[i].sig;
	return 0;
}

/* The pid in STATEDIR/cmdpid, or 0. */
static pid_t
cmdpid(struct container const *c)
{
	char buf[PID_FMT + 1];
	ssize_t n = file_read(c->dir, STATEDIR_CMDPID, buf, sizeof buf - 1);
	uint64_t pid;

	if (n <= 0)
		return 0;
	buf[n] = 0;
	buf[strcspn(buf, "\n")] = 0;
	return uint640_scan(buf, &pid) ? (pid_t)pid : 0;
}

/* Passes SIG on to the CMD, if it lives. */
static int
passed_on(struct container const *c, int sig)
{
	pid_t pid = cmdpid(c);
	int fd, r;

	if (pid <= 1)
		return 0;
	fd = pidfd_of(pid);
	/* the file goes before the pid can be another's */
	if (cmdpid(c) != pid)
		r = -1;
	else
		r = fd >= 0 ? pidfd_signal(fd, sig) : kill(pid, sig);
	if (fd >= 0)
		close(fd);
	return r == 0;
}

/* Stage 2 first: the services may be down in no time. */
static int
order(struct container const *c, char const *kind)
{
	int hurry = container_asked(c, kind);
	int stopping = !container_note_stop(c);
	int r;

	if (hurry)
		container_asked(c, CONTAINER_HURRIED);	/* for stage 3 */
	if (container_tell_stage2(c, hurry ? CONTAINER_KILL : CONTAINER_TERM) == CONTROL_ERROR
		&& errno != ENOENT)
		strerr_warnwusys("control stage 2");
	if (stopping && !hurry)
		return 0;	/* a second one would shorten what has just begun */
	r = container_tell_svscan(c);
	if (r == CONTROL_ERROR)
		strerr_diefusys(111, "control ", c->scandir);
	if (r == CONTROL_NOBODY && !stopping)
		strerr_dief(1, "no container runs here: s6-svscan not running on ", c->scandir);
	return 0;
}

int
main(int argc, char const *const *argv)
{
	static struct container c;
	char const *name = path_base(argc ? argv[0] : "s6-halt");
	int sig = signal_of(name);

	PROG = "s6-halt";
	if (cli_noopt(argc, argv, USAGE) < argc && !strcmp(name, PROG))
		strerr_dieusage(100, USAGE);
	signal(SIGPIPE, SIG_IGN);
	/* the stop may come to all processes before we have ended; nothing is killed that ends
	   by itself in time */
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	container_open(&c);
	if (!strcmp(name, "stopping")) {
		container_note_stop(&c);
		container_tell_stage2(&c, CONTAINER_TERM);
		return 0;
	}
	if (sig && c.set.receive_signals && passed_on(&c, sig))
		return 0;
	if (sig == SIGWINCH || sig == SIGHUP)
		return 0;
	return order(&c, sig ? CONTAINER_SIGNALLED : CONTAINER_COMMANDED);
}
