/* start.c - starting run and finish; see machine.h and supervise.h */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/cgroup.h>
#include <sextet/clock.h>
#include <sextet/filereplace.h>
#include <sextet/lock.h>
#include <sextet/notification.h>
#include <sextet/pidfd.h>
#include <sextet/servicedir.h>
#include <sextet/spawn.h>
#include <sextet/tai64n.h>

#include "supervise.h"

#define SETLOCK SEXTET_BINDIR "/s6-setlock"
#define SERVICE_LOCK "service-lock"
#define KILLED 256	/* what finish gets for the exit code of a killed run */

extern char **environ;

/* In the newborn child, before anything that could let the service act: the
   record. A supervisor that is killed from here on has left word of it. */
static void
born(void *arg, pid_t pid)
{
	struct service *s = arg;

	s->child.pid = pid;
	s->child.t1 = clock_boot();
	s->child.inode = 0;
	if (s->no_proc) {
		/* nobody will be able to look at its start time */
		int fd = pidfd_of(getpid());

		if (fd >= 0) {
			s->child.inode = pidfd_inode(fd);
			close(fd);
		}
	}
	s->birth = child_write(s->record, &s->child) < 0 ? errno : 0;
	if (s->cgroup >= 0)
		cgroup_join(s->cgroup);
}

/* In the child: it will not run. If we are killed now nobody believes it. */
static void
failed(void *arg, int error)
{
	struct service *s = arg;

	s->child.stage = s->child.stage == CHILD_RUN ? CHILD_UNBORN : CHILD_NONE;
	s->child.error = error;
	child_write(s->record, &s->child);
}

/* Spawns it as a session leader and as STAGE of the record. */
static pid_t
give_birth(struct service *s, struct spawn *sp, enum child_stage stage)
{
	pid_t pid;

	sp->envp = (char const *const *)environ;
	sp->flags |= SPAWN_SETSID;
	sp->born = born;
	sp->failed = failed;
	sp->arg = s;
	s->child.stage = stage;
	s->child.error = 0;
	s->child.t0 = clock_boot();
	s->birth = 0;
	pid = spawn_run(sp);
	if (s->birth && !s->unrecorded) {
		int e = errno;

		s->unrecorded = 1;
		errno = s->birth;
		strerr_warnwusys("write ", SERVICEDIR_SUPERVISE "/" CHILD_FILE);
		errno = e;
	}
	return pid;
}

/* It cannot be started, for now. */
static enum state
retry(struct service *s, char const *what, char const *object, char const *why)
{
	char const *reason[] = { "unable to ", what, object, ": ", why };
	char wait[UINT_FMT];
	unsigned int seconds = supervise_backoff(&s->tries);

	wait[uint_fmt(wait, seconds)] = 0;
	strerr_warnwu(what, object, " (waiting ", wait, " second", seconds > 1 ? "s" : "", "): ", why);
	supervise_failing(s, reason, sizeof reason / sizeof *reason);
	s->deadline = clock_now() + seconds * CLOCK_S;
	return DOWN;
}

/* The lock file of the service must be empty and free. */
static int
check_lock(struct service *s)
{
	int fd = openat(s->supervise, SERVICE_LOCK,
		O_WRONLY | O_CREAT | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0644);
	struct stat st;
	int r;

	if (fd < 0)
		return -1;
	r = file_single(fd) < 0 || fstat(fd, &st) < 0 ? -1 : 0;
	if (r == 0 && st.st_size) {
		strerr_warnw("a previous instance of the service wrote to the lock file!");
		r = ftruncate(fd, 0);
	}
	if (r < 0) {
		int e = errno;

		close(fd);
		errno = e;
		return -1;
	}
	close(fd);
	if (lock_test(s->supervise, SERVICE_LOCK, 0) > 0)
		strerr_warnw("another instance of the service is still running!");
	return 0;
}

static void
up(struct service *s, pid_t pid)
{
	s->pid = s->run = pid;
	s->tries = 0;
	s->started = clock_now();
	s->deadline = CLOCK_NEVER;
	supervise_mend(s);
	s->told = s->finished = s->unsure = 0;
	tai64n_now(&s->status.stamp);
	s->status.pid = pid;
	s->status.paused = s->status.finishing = s->status.ready = 0;
	supervise_announce(s, "u");
}

enum state
supervise_start(struct service *s)
{
	char fd[INT_FMT];
	char const *argv[] = { SETLOCK, "-d", fd, "--", SERVICEDIR_SUPERVISE "/" SERVICE_LOCK,
		"./run", s->name, 0 };
	struct spawn_move ready = { -1, -1 };
	struct spawn sp = { .file = "./run", .argv = argv + 5, .moves = &ready };
	int notify, lock, newpidns;
	pid_t pid;

	if (supervise_fd(s, NOTIFICATION_FD, &notify) < 0)
		return retry(s, "read ", "notification-fd", strerror(errno));
	if (supervise_fd(s, LOCK_FD, &lock) < 0)
		return retry(s, "read ", "lock-fd", strerror(errno));
	newpidns = servicedir_has(s->dir, "flag-newpidns");
	if (newpidns < 0)
		return retry(s, "stat ", "flag-newpidns", strerror(errno));
	if (notify >= 0 && notify == lock)
		return retry(s, "start ", sp.file, "notification-fd and lock-fd are the same");
	if (lock >= 0) {
		if (check_lock(s) < 0)
			return retry(s, "use ", argv[4], strerror(errno));
		fd[int_fmt(fd, lock)] = 0;
		sp.argv = argv;
		sp.file = SETLOCK;
	}
	if (notify >= 0 && notification_open(s->supervise, &s->readiness, &ready.from) < 0)
		return retry(s, "open ", SERVICEDIR_SUPERVISE "/" NOTIFICATION_FIFO, strerror(errno));
	ready.to = notify;
	sp.nmoves = notify >= 0;
	if (newpidns)
		sp.flags |= SPAWN_NEWPIDNS;
	supervise_prepare_sweep(s);
	s->child.ready = s->child.asked = s->child.unknown = 0;
	s->child.listening = notify >= 0;
	pid = give_birth(s, &sp, CHILD_RUN);
	if (notify >= 0)
		close(ready.from);
	s->listening = pid > 0 && notify >= 0;
	if (pid < 0)
		return retry(s, "spawn ", sp.file, strerror(errno));
	up(s, pid);
	return UP;
}

int
supervise_start_finish(struct service *s)
{
	char code[UINT_FMT], sig[UINT_FMT], pgid[PID_FMT];
	char const *argv[] = { "finish", code, sig, s->name, pgid, 0 };
	struct spawn sp = { .file = "./finish", .argv = argv };
	int wstat = s->status.wstat, killed = WIFSIGNALED(wstat);
	pid_t pid;

	s->listening = 0;
	if (faccessat(s->dir, "finish", F_OK, 0) < 0 && errno == ENOENT)
		return 0;
	if (s->child.stage != CHILD_COUNTED) {
		s->child.stage = CHILD_COUNTED;
		supervise_record(s);
	}
	code[uint_fmt(code, killed ? KILLED : (unsigned int)WEXITSTATUS(wstat))] = 0;
	sig[uint_fmt(sig, killed ? (unsigned int)WTERMSIG(wstat) : 0)] = 0;
	pgid[pid_fmt(pgid, s->run)] = 0;
	pid = give_birth(s, &sp, CHILD_FINISH);
	if (pid < 0) {
		strerr_warnwusys("spawn ", sp.file);
		return 0;
	}
	s->pid = pid;
	s->status.pid = pid;
	s->status.finishing = 1;
	s->deadline = clock_deadline(supervise_number(s, TIMEOUT_FINISH, 5000));
	supervise_announce(s, s->told ? "" : "d");
	s->told = 1;
	return 1;
}
