/*
 * s6-svscan - keeps an s6-supervise for each service directory of a scan
 * directory; the root of a supervision tree, and fit to be process 1.
 * When it is told to stop it becomes .s6-svscan/finish, or exits 0 (or with
 * the code of the service that ended the container).
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/environment.h>
#include <sextet/lock.h>
#include <sextet/origin.h>
#include <sextet/procstat.h>
#include <sextet/scandir.h>
#include <sextet/sigfd.h>

#include "s6-svscan.h"

#define USAGE "s6-svscan [ -d notif ] [ -X consoleholder ] [ -C services_max ] [ -L name_max ]" \
	" [ -t timeout ] [ --stop-timeout=ms ] [ --hand-over ] [ --essential=pid ] [ scandir ]"

#define OPT_STOP_TIMEOUT 256
#define OPT_HAND_OVER 257
#define OPT_ESSENTIAL 258
#define LOCK_PAUSE (10 * CLOCK_MS)
#define LOCK_TRIES 200

extern char **environ;

static struct cli_long const longs[] = {
	{ "notification-fd", 'd', 1 },
	{ "console-holder", 'X', 1 },
	{ "services-max", 'C', 1 },
	{ "name-max", 'L', 1 },
	{ "timeout", 't', 1 },
	{ "stop-timeout", OPT_STOP_TIMEOUT, 1 },
	{ "hand-over", OPT_HAND_OVER, 0 },
	{ "essential", OPT_ESSENTIAL, 1 },
	{ 0, 0, 0 }
};

static uint32_t
clamp(uint32_t u, uint32_t least, uint32_t most)
{
	return u < least ? least : u > most ? most : u;
}

/* The descriptor that the option's word S is. */
static int
descriptor(char const *s, char const *name, char const *title)
{
	uint32_t fd = cli_uint(s, USAGE);

	if (fd < 3)
		strerr_dief(100, name, " must be 3 or more");
	if (fcntl((int)fd, F_GETFD) < 0)
		strerr_diefsys(100, "invalid ", title, " fd");
	fcntl((int)fd, F_SETFD, FD_CLOEXEC);
	return (int)fd;
}

static char const *
options(struct svscan *s, int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	uint32_t pairs;
	int opt;

	while ((opt = cli_getopt(argc, argv, "C:L:X:c:d:t:", longs, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'C': s->max = clamp(cli_uint(l.arg, USAGE), 4, 160000); break;
		case 'L': s->namemax = cli_uint(l.arg, USAGE); break;
		case 'X': s->console = descriptor(l.arg, "consoleholder", "console holder"); break;
		case 'c':
			/* as before 2.13: services, each of which may have a logger */
			pairs = cli_uint(l.arg, USAGE);
			s->max = 2 * clamp(pairs, 2, 90000);
			break;
		case 'd': s->notify = descriptor(l.arg, "notif", "notification"); break;
		case 't': s->period = cli_uint(l.arg, USAGE); break;
		case OPT_HAND_OVER: s->hand_over = 1; break;
		case OPT_ESSENTIAL: s->essential = (pid_t)cli_uint(l.arg, USAGE); break;
		case OPT_STOP_TIMEOUT: s->stop_timeout = cli_uint(l.arg, USAGE); break;
		}
	}
	s->namemax = clamp(s->namemax, 11, SVSCAN_NAMEMAX);
	return l.ind < argc ? argv[l.ind] : ".";
}

/* Is the process gone that has the lock? 0 is one that we cannot see. */
static int
is_gone(pid_t pid)
{
	struct procstat ps;

	if (!pid)
		return 1;
	if (procstat_read(pid, &ps) == 0)
		return ps.state == 'Z' || ps.state == 'X';
	return kill(pid, 0) < 0 && errno == ESRCH;
}

/* Takes the lock. A newborn child of one that was killed has that one's
   descriptors, and so the lock, for an instant: there is no event to wait for. */
static int
take_lock(char const *name)
{
	struct timespec pause = { .tv_nsec = LOCK_PAUSE };
	pid_t owner;
	int fd;

	for (int i = 0; i < LOCK_TRIES; i++) {
		fd = lock_take(AT_FDCWD, name, 0600, &owner);
		if (fd >= 0 || errno != EBUSY || !is_gone(owner))
			return fd;
		nanosleep(&pause, 0);
	}
	errno = EBUSY;
	return -1;
}

/* The control directory, the lock, the command FIFO. */
static void
take(struct svscan *s)
{
	struct stat st;

	if (mkdir(SCANDIR_CTL, 0700) < 0) {
		if (errno != EEXIST)
			strerr_diefusys(111, "mkdir " SCANDIR_CTL);
		if (stat(SCANDIR_CTL, &st) < 0)
			strerr_diefusys(111, "stat " SCANDIR_CTL);
		if (!S_ISDIR(st.st_mode))
			strerr_dief(100, SCANDIR_CTL " exists and is not a directory");
	}
	s->second = stat(SCANDIR_CTL "/lock", &st) == 0;
	/* kept open for life, close-on-exec: what we become must not hold it */
	s->lock = take_lock(SCANDIR_CTL "/lock");
	if (s->lock < 0) {
		if (errno == EBUSY)
			strerr_dief(100, "another instance of s6-svscan is already running"
				" on the same directory");
		strerr_diefusys(111, "lock " SCANDIR_CTL "/lock");
	}
	s->control = control_open(AT_FDCWD, SCANDIR_CTL "/" CONTROL_FIFO);
	if (s->control < 0 && errno == EPROTO)
		strerr_dief(100, SCANDIR_CTL "/" CONTROL_FIFO " is not a FIFO");
	if (s->control < 0)
		strerr_diefusys(111, "open " SCANDIR_CTL "/" CONTROL_FIFO);
	/* one can do without the other */
	s->own = control_open(AT_FDCWD, SCANDIR_CTL "/" CONTROL_OWN_FIFO);
	if (s->own < 0)
		strerr_warnwusys("open " SCANDIR_CTL "/" CONTROL_OWN_FIFO);
	s->dir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		strerr_diefusys(111, "open the scan directory");
	s->low = fcntl(s->control, F_DUPFD_CLOEXEC, 3);
	if (s->low < 0)
		strerr_diefusys(111, "duplicate a descriptor");
	if (svscan_table(s) < 0)
		strerr_diefusys(111, "allocate the table of services");
}

static void
prepare(struct svscan *s)
{
	static int const signals[] = {
		SIGCHLD, SIGALRM, SIGABRT, SIGHUP, SIGINT, SIGTERM, SIGQUIT,
		SIGUSR1, SIGUSR2, SIGPWR, SIGWINCH
	};
	static char origin[ORIGIN_SIZE];
	sigset_t set;

	if (origin_tell(origin) == 0)
		s->envp = environment_change((char const *const *)environ, origin, 1);
	sigemptyset(&s->newborn);
	sigaddset(&s->newborn, SIGTERM);
	sigaddset(&s->newborn, SIGHUP);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaddset(&set, signals[i]);
	signal(SIGCHLD, SIG_DFL);	/* ignored, it would make children vanish */
	signal(SIGPIPE, SIG_IGN);
	s->signals = sigfd_open(&set);
	if (s->signals < 0)
		strerr_diefusys(111, "trap signals");
	/* orphans of a killed supervisor come to us: their exit is seen by who
	   takes over, and no zombie stays */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

static int64_t
deadline(struct svscan const *s)
{
	int64_t const times[] = { s->look, s->rescan, s->sweep, s->stop_due };
	int64_t next = s->nwaiting ? s->waiting[0]->due : CLOCK_NEVER;

	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		if (times[i] < next)
			next = times[i];
	return next;
}

/* Does what is due. */
static void
work(struct svscan *s)
{
	int64_t now;

	if (s->scan_wanted) {
		svscan_retry(s, 1);
		svscan_scan(s);
	}
	if (deadline(s) == CLOCK_NEVER)
		return;
	now = clock_now();
	if (s->sweep <= now)
		svscan_sweep(s);
	if (s->stop_due <= now)
		svscan_stop_more(s, now);
	if (s->rescan <= now)
		svscan_scan(s);
	if (s->look <= now)
		svscan_look_again(s, now);
	svscan_start_due(s, now);
}

static void
loop(struct svscan *s)
{
	enum { SIGNALS, CONTROL, WATCHED, OWN, FDS };
	struct pollfd fds[FDS] = {
		[SIGNALS] = { .fd = s->signals, .events = POLLIN },
		[CONTROL] = { .fd = s->control, .events = POLLIN },
		[WATCHED] = { .events = POLLIN },
		[OWN] = { .fd = s->own, .events = POLLIN },
	};

	for (;;) {
		work(s);
		if (s->stop && !s->running)
			svscan_leave(s);
		fds[WATCHED].fd = s->watched;
		if (clock_poll_anyway(fds, FDS, deadline(s)) >= 0) {
			s->blind = 0;
		} else if (!s->blind) {
			s->blind = 1;
			strerr_warnwusys("poll");
		}
		if (fds[SIGNALS].revents)
			svscan_got_signal(s);
		if (fds[CONTROL].revents)
			svscan_got_command(s);
		if (fds[WATCHED].revents)
			svscan_watched(s);
		if (fds[OWN].revents)
			svscan_got_own_command(s);
		if (s->upgrade)
			svscan_upgrade(s);
	}
}

int
main(int argc, char const *const *argv)
{
	static struct svscan s = {
		.max = 1000, .namemax = 251, .own = -1, .notify = -1, .console = -1, .signals = -1,
		.watched = -1, .code = -1, .scan_wanted = 1, .rescan = CLOCK_NEVER,
		.look = CLOCK_NEVER, .sweep = CLOCK_NEVER, .stop_due = CLOCK_NEVER
	};
	char const *dir;

	PROG = "s6-svscan";
	s.argv = argv;
	if (svscan_upgraded(&s)) {
		prepare(&s);
		svscan_resume(&s);
		loop(&s);
	}
	dir = options(&s, argc, argv);
	cli_fds();
	if (chdir(dir) < 0)
		strerr_diefusys(111, "chdir to ", dir);
	take(&s);
	prepare(&s);
	if (s.second)
		svscan_await_newborn(&s);
	if (s.notify >= 0) {
		/* shallow: commands are heard, services are to come */
		if (write(s.notify, "\n", 1) < 0)
			strerr_warnwusys("notify readiness");
		close(s.notify);
	}
	loop(&s);
	return 0;
}
