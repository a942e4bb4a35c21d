/* adopt.c - what the predecessor left; see supervise.h */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/tai.h>
#include <skalibs/types.h>

#include <sextet/clock.h>
#include <sextet/notification.h>
#include <sextet/pidfd.h>
#include <sextet/procstat.h>
#include <sextet/servicedir.h>
#include <sextet/tai64n.h>
#include <sextet/tally.h>

#include "supervise.h"

#define NOBODY_KNOWS 0xff00	/* the wait status of those whose end nobody saw */
#define TICK (CLOCK_S / PROCSTAT_HZ)
#define FOREIGN (2 * CLOCK_S)	/* a start this far from its stamp is another's */

/* Is the process with the pid of the record the one that was recorded? FD is a
   pidfd of it, or -1. What cannot be told counts as ours when it leads its
   session, as every child of a supervisor does: never two copies, at worst
   none. */
static int
is_ours(struct child const *c, int fd)
{
	uint64_t inode = fd >= 0 && c->inode ? pidfd_inode(fd) : 0;
	struct procstat ps;

	if (inode)
		return inode == c->inode;
	if (procstat_read(c->pid, &ps) == 0)
		return (int64_t)ps.start >= c->t0 / TICK && (int64_t)ps.start <= c->t1 / TICK;
	return getsid(c->pid) == c->pid;
}

static void
died(struct service *s, int known, int wstat)
{
	s->unknown = !known;
	s->died = known ? wstat : NOBODY_KNOWS;
}

/* Lives it, as far as a pid can tell? */
static int
alive_by_pid(struct service *s)
{
	pid_t pid = s->child.pid;
	struct procstat ps;

	died(s, 0, 0);
	if (!is_ours(&s->child, -1))
		return 0;
	if (procstat_read(pid, &ps) < 0)
		return kill(pid, 0) == 0 || errno == EPERM;
	if (ps.state != 'Z' && ps.state != 'X')
		return 1;
	died(s, !!ps.wstat, ps.wstat);	/* a 0 may mean that we may not look */
	return 0;
}

int
supervise_alive(struct service *s)
{
	int wstat = 0, known;

	if (s->pidfd < 0)
		return alive_by_pid(s);
	/* one that cannot be asked for counts as alive: never two copies */
	if (pidfd_exited(s->pidfd) <= 0)
		return 1;
	known = pidfd_wstat(s->pidfd, s->child.pid, &wstat);
	died(s, known, wstat);
	return 0;
}

/* What became of the recorded process? When it lives s->pidfd is its pidfd, or
   -1 where there are none. */
static int
find(struct service *s)
{
	int alive;

	died(s, 0, 0);
	s->pidfd = pidfd_of(s->child.pid);
	if (s->pidfd < 0 && errno == ESRCH)
		return 0;
	alive = is_ours(&s->child, s->pidfd) && supervise_alive(s);
	if (!alive && s->pidfd >= 0) {
		close(s->pidfd);
		s->pidfd = -1;
	}
	return alive;
}

/* The service goes on: hear what it said meanwhile. Its descriptor closed and
   nothing announced: it wrote its newline and closed, as most do, and the word
   went with the last who held the FIFO. Or the predecessor was about to read it,
   and noted that. */
static enum event
listen_again(struct service *s)
{
	enum notification n;

	if (!s->child.listening)
		return EVENTS;
	s->readiness = notification_reopen(s->supervise);
	if (s->readiness < 0) {
		/* else it is a pipe, which went with the predecessor */
		if (errno != ENOENT && errno != EPROTO)
			strerr_diefusys(111, "open ", SERVICEDIR_SUPERVISE "/" NOTIFICATION_FIFO);
		return s->child.ready ? READY : EVENTS;
	}
	n = supervise_hear(s);
	s->listening = n == NOTIFICATION_NOTHING || n == NOTIFICATION_READY;
	return s->child.ready || n == NOTIFICATION_READY || n == NOTIFICATION_CLOSED
		? READY : EVENTS;
}

static enum event
adopt_run(struct service *s, struct status const *old, int64_t age)
{
	s->state = UP;
	s->run = s->pid;
	if (old->pid == s->pid) {
		s->status.paused = old->paused;
	} else {
		tain t;

		tain_uint(&t, (unsigned int)(age / CLOCK_S));
		t.nano = (uint32_t)(age % CLOCK_S);
		tain_sub(&s->status.stamp, &s->status.stamp, &t);
	}
	s->status.ready = s->child.ready && !s->child.listening;
	if (s->child.asked)
		supervise_await_end(s);
	return listen_again(s);
}

static enum event
adopt(struct service *s, struct status const *old, int64_t age)
{
	char pid[PID_FMT];
	enum event next = EVENTS;

	s->adopted = 1;
	s->pid = s->child.pid;
	s->status.pid = s->pid;
	pid[pid_fmt(pid, s->pid)] = 0;
	if (s->child.stage == CHILD_RUN) {
		next = adopt_run(s, old, age);
	} else {
		s->state = FINISH;
		s->status.finishing = 1;
		s->deadline = clock_deadline(supervise_number(s, TIMEOUT_FINISH, 5000));
	}
	supervise_note_kin(s);
	strerr_warni("adopted the running ", s->state == UP ? "./run" : "./finish", ", pid ", pid);
	return next;
}

/* Did the predecessor come so far as to put this death into the tally? */
static int
in_tally(struct service *s)
{
	struct death d;

	s->tally = tally_open(s->supervise, 0);
	return s->tally >= 0 && tally_last(s->tally, &d) > 0
		&& supervise_moment(&d.stamp) == s->child.t0;
}

/* Nobody handled this death: it will be as if we had seen it. */
static enum event
orphaned(struct service *s)
{
	s->pid = s->child.pid;
	s->state = s->child.stage == CHILD_FINISH ? FINISH : UP;
	if (s->state == UP)
		s->run = s->pid;
	s->adopted = 1;
	return DIED;
}

static enum event
fresh(struct service *s)
{
	int up = s->child.wantup;

	memset(&s->child, 0, sizeof s->child);
	s->status.paused = 1;	/* with no pid: never started */
	s->status.wantup = s->child.wantup = !!up;
	s->status.ready = 1;
	return s->status.wantup ? TIMEOUT : EVENTS;
}

/* The predecessor was killed while nothing ran. */
static enum event
idle(struct service *s, struct status const *old)
{
	s->status.paused = status_never(old);
	s->status.ready = 1;
	if (s->status.wantup)
		s->deadline = s->due;
	return EVENTS;
}

/* The predecessor ended in the middle of something; what runs, runs on. */
static enum event
resume(struct service *s, struct status const *old, int alive)
{
	struct child *c = &s->child;
	int64_t age = clock_boot() - c->t1;

	s->started = clock_now() - age;
	s->due = s->started + supervise_number(s, RESTART_DELAY, 1000) * CLOCK_MS;
	s->status.stamp = old->stamp;
	s->status.readystamp = old->readystamp;
	s->status.wstat = c->wstat;
	s->status.wantup = c->wantup;
	switch (c->stage) {
	case CHILD_RUN:
	case CHILD_FINISH:
		/* of what status does not show nobody has been told */
		if (old->pid != c->pid)
			s->greeting = c->stage == CHILD_RUN ? "su" : "sd";
		return alive ? adopt(s, old, age) : orphaned(s);
	case CHILD_DEAD:
	case CHILD_COUNTED:
		died(s, !c->unknown, c->wstat);
		s->counted = c->stage == CHILD_COUNTED || in_tally(s);
		supervise_stamp(&s->status.stamp, c->t0);
		return orphaned(s);
	default:
		return idle(s, old);
	}
}

/* Is it in the service directory? Where we may not look we believe so. */
static int
is_here(struct service *s, char const *path)
{
	struct stat here, there;

	if (stat(path, &there) < 0)
		return errno == ENOENT || errno == ESRCH ? 0 : errno == EACCES ? 1 : -1;
	if (fstat(s->dir, &here) < 0)
		return -1;
	return there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

/* The same without /proc: a process that leads its session, since after the boot,
   counts as the one; never two copies. */
static int
foreign_blind(struct service *s, struct status const *old)
{
	struct child *c = &s->child;
	int64_t now = clock_boot();
	int64_t then = now - (supervise_moment(&s->status.stamp) - supervise_moment(&old->stamp));
	struct stat st;
	int fd;

	if (fstatat(s->supervise, STATUS_FILE, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (then <= 0 || st.st_uid != geteuid() || getsid(old->pid) != old->pid)
		return 0;
	fd = pidfd_of(old->pid);
	memset(c, 0, sizeof *c);
	c->stage = CHILD_RUN;
	c->pid = old->pid;
	c->t0 = then - FOREIGN;
	c->t1 = then + FOREIGN < now ? then + FOREIGN : now;
	c->inode = fd >= 0 ? pidfd_inode(fd) : 0;
	c->wstat = old->wstat;
	c->wantup = old->wantup;
	c->ready = old->ready;
	if (fd >= 0)
		close(fd);
	return 1;
}

/* No record, but a status that says "up": from an upstream supervisor. Is that
   still true: does the pid lead a session, is it in this directory, and did it
   start then? Makes the record that is missing: 1; or 0; or -1 with errno. */
static int
foreign(struct service *s, struct status const *old)
{
	struct child *c = &s->child;
	char path[sizeof "/proc//cwd" + PID_FMT];
	struct procstat ps;
	struct stat st;
	int64_t start, now = clock_boot();
	size_t n = sizeof "/proc/" - 1;
	int here;

	if (!status_up(old))
		return 0;
	if (s->no_proc)
		return foreign_blind(s, old);
	if (procstat_read(old->pid, &ps) < 0)
		return errno == ESRCH ? 0 : -1;
	if (fstatat(s->supervise, STATUS_FILE, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (ps.session != old->pid || !child_believed(old->pid, st.st_uid))
		return 0;
	memcpy(path, "/proc/", n);
	n += pid_fmt(path + n, old->pid);
	memcpy(path + n, "/cwd", sizeof "/cwd");
	here = is_here(s, path);
	if (here <= 0)
		return here;
	start = supervise_moment(&s->status.stamp) - now + (int64_t)ps.start * TICK
		- supervise_moment(&old->stamp);
	if (start < -FOREIGN || start > FOREIGN)
		return 0;
	memset(c, 0, sizeof *c);
	c->stage = CHILD_RUN;
	c->pid = old->pid;
	c->t0 = (int64_t)ps.start * TICK;
	c->t1 = c->t0 + TICK - 1 < now ? c->t0 + TICK - 1 : now;	/* never of the future */
	c->wstat = old->wstat;
	c->wantup = old->wantup;
	c->ready = old->ready;
	return 1;
}

/* There is no status, or something else of that name. Any other error leaves us
   in the dark. */
static int
is_no_status(int error)
{
	return error == ENOENT || error == EPROTO || error == EPIPE || error == ELOOP
		|| error == EISDIR || error == ENXIO || error == ESPIPE;
}

/* From now on only we can write it. */
static void
own_record(struct service *s)
{
	int fd = child_renew(s->supervise, s->record, &s->child);

	if (fd >= 0)
		s->record = fd;
	else
		strerr_warnwusys("replace ", SERVICEDIR_SUPERVISE "/" CHILD_FILE);
}

enum event
supervise_inherit(struct service *s)
{
	struct child *c = &s->child;
	int known = child_read(s->record, c) == 0, made = 0, alive = 0;
	struct status old;
	enum event next;

	/* not readable now is no reason to start a second copy */
	if (!known && errno != EPROTO)
		strerr_diefusys(111, "read ", SERVICEDIR_SUPERVISE "/" CHILD_FILE);
	if (!known)
		strerr_warnwusys("read ", SERVICEDIR_SUPERVISE "/" CHILD_FILE);
	tai64n_now(&s->status.stamp);
	s->status.readystamp = s->status.stamp;
	if (status_readat(s->supervise, &old) < 0) {
		if ((!known || !c->t1) && !is_no_status(errno))
			strerr_diefusys(111, "read ", SERVICEDIR_SUPERVISE "/" STATUS_FILE);
		old = s->status;
	}
	if (!known || !c->t1)
		made = foreign(s, &old);
	if (made < 0)
		strerr_diefusys(111, "tell whether the service runs");
	if (!c->t1 || !child_credible(c, s->origin.boot, s->origin.pidns, clock_boot())
		|| (!made && !child_believed(c->pid, s->owner))) {
		c->stage = CHILD_NONE;
		c->orderly = 1;
	}
	if (c->stage == CHILD_RUN || c->stage == CHILD_FINISH)
		alive = find(s);
	s->forget = c->orderly;
	if (c->orderly)
		c->wantup = (unsigned)supervise_wanted(s);
	next = c->orderly && !alive ? fresh(s) : resume(s, &old, alive);
	c->orderly = 0;
	memcpy(c->boot, s->origin.boot, sizeof c->boot);
	c->pidns = s->origin.pidns;
	if (made)
		supervise_record(s);
	if (s->owner != geteuid())
		own_record(s);
	return next;
}
