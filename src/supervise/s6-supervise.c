/*
 * s6-supervise - keeps one service running and lets it be controlled.
 *
 * Here: locks, FIFOs, signals, and the loop that turns what wakes us up into
 * events for the machine. Exits 0 when told to, 100 on misuse or when the
 * service has a supervisor already, 111 when it cannot begin.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/control.h>
#include <sextet/event.h>
#include <sextet/history.h>
#include <sextet/lock.h>
#include <sextet/notification.h>
#include <sextet/path.h>
#include <sextet/procstat.h>
#include <sextet/servicedir.h>
#include <sextet/sigfd.h>
#include <sextet/tally.h>
#include <sextet/trim.h>

#include "supervise.h"

#define USAGE "s6-supervise servicedir"
#define LOOK_AGAIN (250 * CLOCK_MS)	/* at an adopted child, where there are no pidfds */
#define LINKS 16

/* Makes the directory NAME, or the one that the dangling link NAME points to.
   An event directory gets our group and the mode of one. */
static void
make_dir(struct service *s, char const *name, int event)
{
	char path[PATH_MAX];
	struct stat st;
	size_t n = strlen(name);

	memcpy(path, name, n + 1);
	if (fstatat(s->dir, name, &st, 0) == 0) {
		if (!S_ISDIR(st.st_mode))
			strerr_dief(100, name, " exists and is not a directory");
		return;
	}
	if (errno != ENOENT)
		strerr_diefusys(111, "stat ", name);
	for (int i = 0; i < LINKS; i++) {
		char to[PATH_MAX];
		ssize_t r = readlinkat(s->dir, path, to, sizeof to - 1);
		size_t base;

		if (r < 0)
			break;
		to[r] = 0;
		/* what a link says is relative to the directory it is in */
		base = *to == '/' ? 0 : (size_t)(path_base(path) - path);
		if (base + (size_t)r >= sizeof path)
			strerr_dief(111, name, " is too long a link");
		memcpy(path + base, to, (size_t)r + 1);
	}
	if (event) {
		if (event_mkdir(s->dir, path, getegid(), 0) < 0)
			strerr_diefusys(111, "mkdir ", path);
	} else {
		mode_t mask = umask(0);

		if (mkdirat(s->dir, path, 0700) < 0 && errno != EEXIST)
			strerr_diefusys(111, "mkdir ", path);
		umask(mask);
	}
}

static int
open_dir(struct service *s, char const *name)
{
	int fd = openat(s->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		strerr_diefusys(111, "open ", name);
	return fd;
}

static void
make_control(struct service *s)
{
	char const *const name = SERVICEDIR_SUPERVISE "/" CONTROL_FIFO;

	s->control = control_open(s->supervise, CONTROL_FIFO);
	if (s->control < 0 && errno == EPROTO)
		strerr_dief(100, name, " is not a FIFO");
	if (s->control < 0)
		strerr_diefusys(111, "open ", name);
	/* one can do without the other */
	s->own = control_open(s->supervise, CONTROL_OWN_FIFO);
	if (s->own < 0)
		strerr_warnwusys("open ", SERVICEDIR_SUPERVISE "/" CONTROL_OWN_FIFO);
}

static void
make_files(struct service *s)
{
	s->dir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		strerr_diefusys(111, "open ", s->name);
	make_dir(s, SERVICEDIR_EVENT, 1);
	make_dir(s, SERVICEDIR_SUPERVISE, 0);
	s->supervise = open_dir(s, SERVICEDIR_SUPERVISE);
	s->event = open_dir(s, SERVICEDIR_EVENT);
	/* whoever sees the lock may send commands: they wait in the FIFO */
	make_control(s);
	s->lock = lock_take(s->supervise, path_base(SERVICEDIR_LOCK), 0644, 0);
	if (s->lock < 0) {
		if (errno == EBUSY)
			strerr_dief(100, "another instance of s6-supervise is already running");
		strerr_diefusys(111, "lock ", SERVICEDIR_LOCK);
	}
	/* signals still kill us, should this have to wait */
	s->record = child_take(s->supervise, &s->owner);
	if (s->record < 0)
		strerr_diefusys(111, "open ", SERVICEDIR_SUPERVISE "/" CHILD_FILE);
}

static int
trap(void)
{
	static int const signals[] = { SIGTERM, SIGHUP, SIGQUIT, SIGINT, SIGCHLD, SIGUSR1, SIGUSR2 };
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t set;
	int fd;

	/* an inherited "ignore" would reap our children behind our back */
	sigaction(SIGCHLD, &sa, 0);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, 0);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaddset(&set, signals[i]);
	fd = sigfd_open(&set);
	if (fd < 0)
		strerr_diefusys(111, "trap signals");
	return fd;
}

static void
happens(struct service *s, enum event event)
{
	s->state = supervise_next(s, s->state, event);
}

/* Reaps whatever has died; ours only after it was taken down. */
static void
deaths(struct service *s)
{
	int other = 0;

	for (;;) {
		siginfo_t si = { .si_pid = 0 };

		if (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) < 0 || !si.si_pid)
			break;
		if (si.si_pid != s->pid || s->adopted) {
			waitpid(si.si_pid, 0, 0);
			other = 1;
			continue;
		}
		s->unknown = 0;
		s->died = si.si_code == CLD_EXITED ? si.si_status << 8
			: si.si_status | (si.si_code == CLD_DUMPED ? 0x80 : 0);
		happens(s, DIED);
		if (s->state == GONE)
			return;
	}
	if (other)
		happens(s, CHILD_GONE);
}

static void
signals(struct service *s, int fd)
{
	for (;;) {
		pid_t from;
		int sig = sigfd_read(fd, &from);

		switch (sig) {
		case SIGTERM: happens(s, ON_TERM); break;
		case SIGHUP: happens(s, ON_HUP); break;
		case SIGQUIT: happens(s, ON_QUIT); break;
		case SIGINT: happens(s, ON_INT); break;
		case SIGCHLD: deaths(s); break;
		case SIGUSR1:
		case SIGUSR2: break;
		default: return;
		}
		if (s->state == GONE)
			return;
	}
}

static void
command(struct service *s, char c)
{
	switch (c) {
	case 'D': supervise_down_file(s, 1); /* fallthrough */
	case 'd': happens(s, WANT_DOWN); break;
	case 'U': supervise_down_file(s, 0); /* fallthrough */
	case 'u': happens(s, WANT_UP); break;
	case 'Q': supervise_down_file(s, 1); /* fallthrough */
	case 'O': happens(s, WANT_NO_MORE); break;
	case 'o': happens(s, WANT_ONCE); break;
	case 'x': happens(s, WANT_EXIT); break;
	case 'r': happens(s, RESTART); break;
	case 'l': happens(s, RELOAD); break;
	default:
		s->signal = control_signal(c, &s->group);
		if (s->signal)
			happens(s, SIGNAL);
	}
}

static void
commands(struct service *s)
{
	char bytes[256];
	ssize_t r;

	do
		r = read(s->control, bytes, sizeof bytes);
	while (r < 0 && errno == EINTR);
	for (ssize_t i = 0; i < r && s->state != GONE; i++)
		command(s, bytes[i]);
}

/* Those of our own FIFO. */
static void
own_commands(struct service *s)
{
	char bytes[256];
	ssize_t r;

	do
		r = read(s->own, bytes, sizeof bytes);
	while (r < 0 && errno == EINTR);
	if (r > 0 && memchr(bytes, CONTROL_UPGRADE, (size_t)r))
		supervise_upgrade(s);
}

static void
readiness(struct service *s)
{
	switch (supervise_hear(s)) {
	case NOTIFICATION_READY:
		happens(s, READY);
		break;
	case NOTIFICATION_CLOSED:
	case NOTIFICATION_ERROR:
		s->listening = 0;
		if (s->child.listening) {
			s->child.listening = 0;
			supervise_record(s);
		}
		break;
	case NOTIFICATION_NOTHING:
		break;
	}
}

static void
loop(struct service *s, int sigfd)
{
	enum { SIGNALS, CONTROL, READINESS, ADOPTED, OWN, FDS };

	while (s->state != GONE) {
		struct pollfd fds[FDS] = {
			[SIGNALS] = { .fd = sigfd, .events = POLLIN },
			[CONTROL] = { .fd = s->control, .events = POLLIN },
			[READINESS] = { .fd = s->listening ? s->readiness : -1, .events = POLLIN },
			[ADOPTED] = { .fd = s->pidfd, .events = POLLIN },
			[OWN] = { .fd = s->own, .events = POLLIN },
		};
		int64_t until = s->deadline;

		supervise_save(s);
		if (s->rewrite < until)
			until = s->rewrite;
		if (s->adopted && s->pidfd < 0 && clock_now() + LOOK_AGAIN < until)
			until = clock_now() + LOOK_AGAIN;
		trim_stack();
		if (clock_poll_anyway(fds, FDS, until) >= 0) {
			s->blind = 0;
		} else if (!s->blind) {
			s->blind = 1;
			strerr_warnwusys("poll");
		}
		if (fds[SIGNALS].revents)
			signals(s, sigfd);
		if (s->state != GONE && s->adopted && (fds[ADOPTED].revents || s->pidfd < 0)
			&& !supervise_alive(s))
			happens(s, DIED);
		if (s->state != GONE && fds[CONTROL].revents)
			commands(s);
		if (s->state != GONE && fds[READINESS].revents && s->listening)
			readiness(s);
		if (s->state != GONE && s->deadline <= clock_now())
			happens(s, TIMEOUT);
		/* what was not looked at yet waits for whom we become */
		if (s->state != GONE && fds[OWN].revents)
			own_commands(s);
	}
}

/* A life begins, or goes on after that of a predecessor. */
static void
begin(struct service *s)
{
	enum event next;

	event_clean(s->event);
	origin_take(&s->origin);
	s->no_proc = !procstat_works();
	unlinkat(s->supervise, SUPERVISE_ENDED, 0);
	next = supervise_inherit(s);
	if (s->tally < 0)
		s->tally = tally_open(s->supervise, s->forget);
	s->failing = 1;
	if (s->forget) {
		history_forget(s->supervise);
		supervise_mend(s);
	}
	supervise_announce(s, s->greeting);
	if (next != EVENTS)
		happens(s, next);
}

/* Our messages are said to be from us and the service. */
static void
entitle(char const *name)
{
	static char const myself[] = "s6-supervise ";
	static char brief[256];
	char *title = brief;	/* a large buffer here would cost a page */
	size_t n = strlen(name);

	if (n >= sizeof brief - sizeof myself) {
		title = malloc(sizeof myself + n);
		if (!title)
			strerr_diefusys(111, "allocate memory");
	}
	memcpy(title, myself, sizeof myself - 1);
	memcpy(title + sizeof myself - 1, name, n + 1);
	PROG = title;
}

int
main(int argc, char const *const *argv)
{
	struct service s = { .state = DOWN, .own = -1, .readiness = -1, .pidfd = -1, .tally = -1,
		.cgroup = -1, .deadline = CLOCK_NEVER, .rewrite = CLOCK_NEVER,
		.greeting = "s" };
	int first, sigfd, upgraded;

	PROG = "s6-supervise";
	first = cli_noopt(argc, argv, USAGE);
	if (argc - first != 1)
		strerr_dieusage(100, USAGE);
	s.name = argv[first];
	cli_fds();
	upgraded = supervise_upgraded(&s);
	if (!upgraded && chdir(s.name) < 0)
		strerr_diefusys(111, "chdir to ", s.name);
	entitle(s.name);
	if (!upgraded)
		make_files(&s);
	sigfd = trap();
	if (upgraded) {
		s.no_proc = !procstat_works();
		strerr_warni("upgraded to version " SEXTET_VERSION);
		/* the signal of a death since may be lost */
		deaths(&s);
	} else {
		begin(&s);
	}
	loop(&s, sigfd);
	return 0;
}
