/* stop.c - how s6-svscan ends: stopping all, then finish, or crash */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/clock.h>
#include <sextet/control.h>
#include <sextet/scandir.h>
#include <sextet/sigfd.h>

#include "s6-svscan.h"

#define GRACE CLOCK_S			/* from telling to killing */
#define PASS (20 * CLOCK_MS)		/* between two passes of killing */
#define REVIVALS 5			/* of a supervisor that is killed while all stop */
#define PASSES 10			/* before the supervisors are killed as well */

extern char **environ;

/* Our output goes where it went before the catch-all logger: that one ends when
   the last writer of its FIFO is gone, and we may be it. */
static void
restore_console(struct svscan *s, int catchall)
{
	int fd = s->console;

	if (fd < 0 && catchall)
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	dup2(fd, 1);
	dup2(fd, 2);
	close(fd);
	s->console = -1;
}

/* A logger that waits to be restarted has to read what is in its pipe. */
static void
start_loggers(struct svscan *s)
{
	for (uint32_t i = 0; i < s->top; i++) {
		struct supervisor *v = &s->all[i];

		if (v->live && v->logger && v->place && v->pipe[0] >= 0)
			svscan_start(s, v);
	}
}

/* Lets go of V's pipe. The reading end stays ours while its logger is still to
   read, as another one may have to. */
static void
leave_pipe(struct supervisor *v, enum svscan_stop how)
{
	if (how == SVSCAN_QUIT || v->pipe[1] < 0) {
		svscan_close_pipe(v);
		return;
	}
	close(v->pipe[1]);
	v->pipe[1] = -1;
}

/* Its logger is gone, and something is left in the pipe: it died early, or it was
   one that read another pipe. It comes once more. */
static void
drain(struct svscan *s, struct supervisor *v)
{
	int n = 0;

	if (s->stop == SVSCAN_TERM && v->pipe[0] >= 0 && !v->drained
		&& ioctl(v->pipe[0], FIONREAD, &n) == 0 && n > 0) {
		v->drained = 1;
		svscan_start(s, v);
		svscan_unwait(s, v);
	} else {
		svscan_close_pipe(v);
	}
}

/* V does not run, but is there something that has to go all the same? A supervisor
   of a predecessor that we have not taken over yet; or a service whose supervisor was
   killed: that one comes back to end it. */
static void
take_late(struct svscan *s, struct supervisor *v)
{
	if (v->pid)
		return;
	if (!v->checked && (v->started || s->second))
		svscan_taken(s, v);
	if (!v->pid && v->watch < 0 && !s->stop_step && v->revived < REVIVALS
		&& svscan_orphan(v)) {
		v->revived++;
		svscan_start(s, v);
	}
	svscan_unwait(s, v);
}

void
svscan_died_late(struct svscan *s, struct supervisor *v, int wstat)
{
	if (WIFEXITED(wstat) && WEXITSTATUS(wstat) == SVSCAN_BUSY)
		v->checked = 0;
	take_late(s, v);
	if (!v->pid)
		drain(s, v);
	svscan_tell(v, s->stop);
}

void
svscan_stop(struct svscan *s, enum svscan_stop how)
{
	int catchall = 0;

	if (s->stop >= how) {
		/* told again: there is no more time */
		if (s->stop_timeout && !s->stop_step)
			s->stop_due = clock_now();
		return;
	}
	if (!s->stop) {
		svscan_run(SCANDIR_CTL "/stopping");
		s->stop_due = clock_deadline(s->stop_timeout);
		/* whom a predecessor left where we could not look has to go, too */
		if (s->second && (s->nbad || s->scan_error))
			svscan_scan(s);
		if (how == SVSCAN_TERM)
			start_loggers(s);
	}
	s->stop = how;
	s->nwaiting = 0;
	s->nbad = 0;
	s->scan_wanted = 0;
	s->rescan = s->look = CLOCK_NEVER;
	for (uint32_t i = 0; i < s->top; i++) {
		struct supervisor *v = &s->all[i];

		if (!v->live)
			continue;
		v->place = 0;
		take_late(s, v);
		svscan_tell(v, how);
		leave_pipe(v, how);
		catchall |= !strcmp(v->name, SVSCAN_CATCHALL);
	}
	restore_console(s, catchall);
}

void
svscan_stop_more(struct svscan *s, int64_t now)
{
	int step = s->stop_step++;

	/* a stopped supervisor starts no finish while its service is killed */
	int last = step >= PASSES;

	if (!step)
		svscan_list_prey(s);	/* before orphans are made */
	for (uint32_t i = 0; i < s->top; i++) {
		struct supervisor *v = &s->all[i];

		if (!v->live || !v->pid)
			continue;
		if (!step) {
			strerr_warnw(v->name, " does not stop - killing it");
			if (svscan_write(v, CONTROL_FIFO, "xdkK") < 0)
				strerr_warnwusys("control ", v->name);
		} else if (last) {
			svscan_signal(v, SIGSTOP);
		}
	}
	s->stop_due = now + (step ? PASS : GRACE);
	if (!step)
		return;
	svscan_list_prey(s);
	svscan_kill_prey(s);
	for (uint32_t i = 0; last && i < s->top; i++)
		if (s->all[i].live && s->all[i].pid)
			svscan_signal(&s->all[i], SIGKILL);
}

/* Back to how we were started: what we become gets no surprises. */
static void
undo(struct svscan *s)
{
	if (s->signals >= 0)
		sigfd_close(s->signals);
	s->signals = -1;
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}

static void crash(void) __attribute__((noreturn));

static void
crash(void)
{
	char const *argv[2] = { SCANDIR_CTL "/crash", 0 };

	strerr_warnw("executing into ", argv[0]);
	execve(argv[0], (char *const *)argv, environ);
	strerr_diefusys(errno == ENOENT ? 127 : 126, "exec ", argv[0]);
}

void
svscan_crash(struct svscan *s, char const *what)
{
	int e = errno;

	restore_console(s, 0);
	errno = e;
	strerr_warnwusys(what);
	undo(s);
	crash();
}

void
svscan_leave(struct svscan *s)
{
	char const *argv[3] = { SCANDIR_CTL "/finish", 0, 0 };
	char fmt[UINT_FMT];
	struct stat st;

	svscan_kill_prey(s);
	restore_console(s, 0);
	if (s->hand_over)
		signal(SIGPIPE, SIG_DFL);
	else
		undo(s);
	if (s->code >= 0) {
		fmt[uint_fmt(fmt, (unsigned int)s->code)] = 0;
		argv[1] = fmt;
		if (setenv("S6_EXITCODE", fmt, 1) < 0)
			strerr_warnwusys("set S6_EXITCODE");
	}
	execve(argv[0], (char *const *)argv, environ);
	if (errno == ENOENT && lstat(argv[0], &st) < 0)
		_exit(s->code >= 0 ? s->code : 0);
	/* ENOENT is also what a missing interpreter gives */
	strerr_warnwusys("exec finish script ", argv[0]);
	undo(s);
	crash();
}
