/* command.c - what s6-svscan is told: signals, command bytes, deaths */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/clock.h>
#include <sextet/scandir.h>
#include <sextet/sigfd.h>
#include <sextet/spawn.h>

#include "s6-svscan.h"

#define FEW 64		/* children that it costs little to go through */
#define EACH 1000	/* ns that going through costs for each of many */

extern char **environ;

/* Who could tell us when to stop has failed: nobody else will. */
static void
essential_died(struct svscan *s, int wstat)
{
	s->essential = 0;
	if (!wstat || s->stop)
		return;
	s->code = WIFEXITED(wstat) ? WEXITSTATUS(wstat) : 128 + WTERMSIG(wstat);
	strerr_warnw("the essential process has failed - stopping");
	svscan_stop(s, SVSCAN_TERM);
}

static void
reaped(struct svscan *s, pid_t pid, int wstat)
{
	struct supervisor *v = svscan_of_pid(s, pid);

	if (v)
		svscan_died(s, v, wstat);
	else if (pid == s->essential)
		essential_died(s, wstat);
}

void
svscan_sweep(struct svscan *s)
{
	pid_t pid;
	int wstat;

	s->sweep = CLOCK_NEVER;
	while ((pid = waitpid(-1, &wstat, WNOHANG)) > 0)
		reaped(s, pid, wstat);
	if (s->deaf)
		svscan_rewatch(s);
	s->swept = s->running < FEW ? 0 : clock_now();
}

/* PID died. Others may have, too: several SIGCHLD merge into one. Asking for
   any dead child makes the kernel go through all of them, which is done at a
   bounded rate when they are many. */
static void
child_died(struct svscan *s, pid_t pid)
{
	int64_t next;
	int wstat;

	if (pid > 0 && waitpid(pid, &wstat, WNOHANG) == pid)
		reaped(s, pid, wstat);
	next = s->swept + (int64_t)s->running * EACH;
	if (s->running < FEW || next <= clock_now())
		svscan_sweep(s);
	else if (next < s->sweep)
		s->sweep = next;
}

int
svscan_run(char const *file)
{
	char const *argv[2] = { file, 0 };
	struct stat st;

	if (stat(file, &st) < 0)
		return 0;
	if (spawn_simple(file, argv, (char const *const *)environ, 0, 0, SPAWN_FEWFDS) > 0)
		return 1;
	strerr_warnwusys("spawn ", file);
	return 0;
}

/* Runs .s6-svscan/SIGxxx in place of our own action. 0: there is none. */
static int
divert(int sig)
{
	static struct {
		int sig;
		char const *file;
	} const handlers[] = {
		{ SIGHUP, SCANDIR_CTL "/SIGHUP" }, { SIGINT, SCANDIR_CTL "/SIGINT" },
		{ SIGTERM, SCANDIR_CTL "/SIGTERM" }, { SIGQUIT, SCANDIR_CTL "/SIGQUIT" },
		{ SIGUSR1, SCANDIR_CTL "/SIGUSR1" }, { SIGUSR2, SCANDIR_CTL "/SIGUSR2" },
		{ SIGPWR, SCANDIR_CTL "/SIGPWR" }, { SIGWINCH, SCANDIR_CTL "/SIGWINCH" },
	};

	for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
		if (handlers[i].sig == sig)
			return svscan_run(handlers[i].file);
	return 0;
}

/* To be done after the next scan, if one is wanted; else now. */
static void
prune(struct svscan *s, enum svscan_stop how)
{
	if (!s->scan_wanted)
		svscan_prune(s, how);
	else if (s->prune < how)
		s->prune = how;
}

static void
command(struct svscan *s, char c)
{
	/* what is found now would only be started, and never told to stop */
	if (s->stop && (c == 'a' || c == 'h' || c == 'n' || c == 'N'))
		return;
	switch (c) {
	case 'z': svscan_sweep(s); break;
	case 'a': s->scan_wanted = 1; break;
	case 'h':
		s->scan_wanted = 1;
		prune(s, SVSCAN_TERM);
		break;
	case 'n': prune(s, SVSCAN_TERM); break;
	case 'N': prune(s, SVSCAN_QUIT); break;
	case 'i':
	case 't': svscan_stop(s, SVSCAN_TERM); break;
	case 'q': svscan_stop(s, SVSCAN_QUIT); break;
	case 'b': svscan_leave(s);
	default:
		if (!s->garbage)
			strerr_warnw("received unknown control command: ", (char const[]){ c, 0 });
		s->garbage = 1;
		return;
	}
	s->garbage = 0;
}

void
svscan_got_signal(struct svscan *s)
{
	pid_t from = 0;
	int sig = sigfd_read(s->signals, &from);

	if (sig < 0)
		svscan_crash(s, "read signals");
	if (sig == SIGCHLD) {
		child_died(s, from);
		return;
	}
	if (!sig || divert(sig))
		return;
	switch (sig) {
	case SIGALRM: command(s, 'a'); break;
	case SIGABRT: command(s, 'b'); break;
	case SIGHUP: command(s, 'h'); break;
	case SIGINT:
	case SIGTERM: command(s, 't'); break;
	case SIGQUIT: command(s, 'q'); break;
	}
}

void
svscan_got_command(struct svscan *s)
{
	char buf[256];
	ssize_t r;

	do
		r = read(s->control, buf, sizeof buf);
	while (r < 0 && errno == EINTR);
	if (r < 0 && errno != EAGAIN)
		svscan_crash(s, "read commands");
	for (ssize_t i = 0; i < r; i++)
		command(s, buf[i]);
	if (r < (ssize_t)sizeof buf)
		s->garbage = 0;
}

/* Those of our own FIFO. */
void
svscan_got_own_command(struct svscan *s)
{
	char buf[256];
	ssize_t r;

	do
		r = read(s->own, buf, sizeof buf);
	while (r < 0 && errno == EINTR);
	for (ssize_t i = 0; i < r; i++)
		if (buf[i] == CONTROL_UPGRADE || (buf[i] == CONTROL_UPGRADE_SELF && !s->upgrade))
			s->upgrade = buf[i];
}
