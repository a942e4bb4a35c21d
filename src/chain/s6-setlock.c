/*
 * s6-setlock - takes a lock on a file, then executes a program, which holds it.
 * Exits 1 if the lock is held by somebody else (with -n or -t), 111 on error.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/cli.h>

#define USAGE "s6-setlock [ -r | -w ] [ -n | -N ] [ -t timeout ] [ -d fd ] lockfile prog..."

struct options {
	int shared;		/* -r */
	int at_once;		/* -n */
	uint32_t timeout;	/* milliseconds; 0: none */
	int fd;			/* -1: any */
};

static volatile sig_atomic_t timed_out;

static void
alarm_rang(int sig)
{
	(void)sig;
	timed_out = 1;
}

/* Opens FILE, or creates it: in this order, because the kernel may refuse
   O_CREAT on somebody else's file in a sticky directory. */
static int
open_lock(char const *file, int shared)
{
	int flags = (shared ? O_RDONLY : O_WRONLY) | O_NONBLOCK | O_CLOEXEC;
	int fd = open(file, flags);

	if (fd < 0 && errno == ENOENT) {
		fd = open(file, flags | O_CREAT, 0666);
		if (fd < 0 && shared)
			strerr_diefusys(111, "create ", file);
	}
	if (fd < 0)
		strerr_diefusys(111, "open ", file, shared ? " for reading" : " for writing");
	return fd;
}

/* Moves FD to where the program wants it, and lets it live through the exec.
   To be done before the lock is taken: the close of any descriptor of the file
   would drop it. */
static int
place(int fd, int to)
{
	if (to < 0 || to == fd) {
		if (fcntl(fd, F_SETFD, 0) < 0)
			strerr_diefusys(111, "move lock descriptor");
		return fd;
	}
	while (dup2(fd, to) < 0)
		if (errno != EINTR)
			strerr_diefusys(111, "move lock descriptor");
	close(fd);
	return to;
}

/* Returns 0, or -1 with errno; EINTR when the time is over. */
static int
wait_lock(int fd, struct flock *lock)
{
	while (fcntl(fd, F_SETLKW, lock) < 0)
		if (errno != EINTR || timed_out)
			return -1;
	return 0;
}

/* The alarm rings again and again, so that one that came just before the wait
   began is not the last. All that it changed is put back. */
static int
wait_lock_until(int fd, struct flock *lock, uint32_t ms)
{
	struct itimerval it = {
		.it_interval = { 0, 10000 },
		.it_value = { ms / 1000, (suseconds_t)(ms % 1000) * 1000 }
	};
	struct itimerval old_it;
	struct sigaction sa, old_sa;
	sigset_t set, old_set;
	int r, e;

	memset(&sa, 0, sizeof sa);
	sa.sa_handler = alarm_rang;
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigaction(SIGALRM, &sa, &old_sa);
	sigprocmask(SIG_UNBLOCK, &set, &old_set);
	setitimer(ITIMER_REAL, &it, &old_it);
	r = wait_lock(fd, lock);
	e = errno;
	setitimer(ITIMER_REAL, &old_it, 0);
	sigprocmask(SIG_SETMASK, &old_set, 0);
	sigaction(SIGALRM, &old_sa, 0);
	errno = e;
	return r;
}

static void
take(int fd, struct options const *o, char const *file)
{
	struct flock lock;
	int r;

	memset(&lock, 0, sizeof lock);
	lock.l_type = o->shared ? F_RDLCK : F_WRLCK;
	lock.l_whence = SEEK_SET;
	if (o->at_once) {
		r = fcntl(fd, F_SETLK, &lock);
		if (r < 0 && (errno == EAGAIN || errno == EACCES)) {
			errno = EBUSY;
			strerr_diefusys(1, "lock ", file);
		}
	} else {
		r = o->timeout ? wait_lock_until(fd, &lock, o->timeout) : wait_lock(fd, &lock);
		if (r < 0 && errno == EINTR)
			strerr_dief(1, "lock ", file, ": timed out");
	}
	if (r < 0)
		strerr_diefusys(111, "lock ", file);
}

static int
parse(int argc, char const *const *argv, struct options *o)
{
	subgetopt l = SUBGETOPT_ZERO;
	uint32_t u;
	int opt;

	while ((opt = cli_getopt(argc, argv, "Nd:nrt:w", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'N': o->at_once = 0; break;
		case 'd':
			u = cli_uint(l.arg, USAGE);
			if (u > INT_MAX)
				strerr_dieusage(100, USAGE);
			o->fd = (int)u;
			break;
		case 'n': o->at_once = 1; break;
		case 'r': o->shared = 1; break;
		case 't': o->timeout = cli_uint(l.arg, USAGE); break;
		case 'w': o->shared = 0; break;
		}
	}
	return l.ind;
}

int
main(int argc, char const *const *argv)
{
	struct options o = { .fd = -1 };
	int first;

	PROG = "s6-setlock";
	first = parse(argc, argv, &o);
	argc -= first;
	argv += first;
	if (argc < 2)
		strerr_dieusage(100, USAGE);
	take(place(open_lock(argv[0], o.shared), o.fd), &o, argv[0]);
	cli_exec_here(argv + 1);
}
