/*
 * s6-init - start a container: the program that an image's /init is.
 *
 * Finds a place for state, keeps the environment there, starts stage 2 and
 * becomes s6-svscan. Works as any user, on a read-only root, and when it is not
 * process 1. Exits 100 when it cannot work like this, 111 when the system said no.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/binlinks.h>
#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/environment.h>
#include <sextet/sigfd.h>
#include <sextet/spawn.h>
#include <sextet/statedir.h>

#include "contlog.h"
#include "init.h"

extern char **environ;

#define USAGE "s6-init [ cmd... ]"
#define PATH_UNSET "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define SVSCAN SEXTET_BINDIR "/s6-svscan"
#define STAGE2 SEXTET_BINDIR "/s6-init-stage2"

static void
bad_setting(void *arg, char const *name, char const *value)
{
	(void)arg;
	strerr_warnw("invalid value of ", name, ": ", value, " - it counts as unset");
}

/* What asks us to end is kept until s6-svscan hears it. Others are as they are
   for every program. */
static void
signals(void)
{
	static int const usual[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGCHLD,
		SIGUSR1, SIGUSR2 };
	sigset_t set;

	container_signals(&set);
	sigprocmask(SIG_BLOCK, &set, 0);
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		signal(usual[i], SIG_DFL);
}

/* S6_WAIT_FOR_CLOSING_FD: somebody who has started us is not ready before he
   closes it. A signal ends the wait, and is heard later. */
static void
await_closing(uint32_t fd)
{
	struct pollfd fds[2] = { { .fd = (int)fd, .events = POLLIN }, { .events = POLLIN } };
	char buf[512];
	sigset_t set;
	ssize_t r = 1;

	if (fd < 3 || fcntl((int)fd, F_GETFD) < 0)
		return;
	container_signals(&set);
	fds[1].fd = sigfd_open(&set);
	while (r > 0 && clock_poll(fds, 2, CLOCK_NEVER) > 0 && !fds[1].revents) {
		r = read((int)fd, buf, sizeof buf);
		if (r < 0 && (errno == EINTR || errno == EAGAIN))
			r = 1;
	}
	if (fds[1].fd >= 0)
		close(fds[1].fd);
	close((int)fd);
}

static int
has_dir(char const *path, char const *dir)
{
	size_t len = strlen(dir);

	for (; *path; path += strcspn(path, ":"), path += *path == ':')
		if (!strncmp(path, dir, len) && (!path[len] || path[len] == ':'))
			return 1;
	return 0;
}

/* PATH=, with what scripts of every generation count on in front. */
static char const *
make_path(void)
{
	static char const *const wanted[] = { "/command", "/usr/bin", "/bin" };
	char const *path = getenv("PATH");
	stralloc sa = STRALLOC_ZERO;
	int good = stralloc_cats(&sa, "PATH=");

	if (!path || !path[0])
		path = PATH_UNSET;
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (!has_dir(path, wanted[i]))
			good = good && stralloc_cats(&sa, wanted[i]) && stralloc_cats(&sa, ":");
	if (!good || !stralloc_cats(&sa, path) || !stralloc_0(&sa)
		|| setenv("PATH", sa.s + sizeof "PATH=" - 1, 1) < 0)
		strerr_diefusys(111, "set PATH");
	return sa.s;
}

static char const *
working_directory(void)
{
	char *cwd = getcwd(0, 0);

	if (!cwd) {
		strerr_warnwusys("get the working directory - it is / now");
		if (chdir("/") < 0 || !(cwd = getcwd(0, 0)))
			strerr_diefusys(111, "chdir to /");
	}
	if (setenv("CWD", cwd, 1) < 0)
		strerr_diefusys(111, "set CWD");
	return cwd;
}

static void
environments(struct init *i)
{
	static char const *cleared[3];
	stralloc sa = STRALLOC_ZERO;

	i->whole = (char const *const *)environ;
	cleared[0] = i->path;
	if (!stralloc_cats(&sa, STATEDIR_VARIABLE "=") || !stralloc_cats(&sa, i->c.statedir)
		|| !stralloc_0(&sa))
		strerr_diefusys(111, "allocate memory");
	cleared[1] = sa.s;
	i->cleared = i->c.set.keep_env ? i->whole : cleared;
}

/* Starts stage 2; OUTPUT is that of the catch-all logger, or -1. Its pid. */
static pid_t
start_stage2(struct init *i, char const *const *cmd, int argc, int ready, int output)
{
	char const **argv = calloc((size_t)argc + 3, sizeof *argv);
	struct spawn_move moves[6] = { { ready, 3 }, { i->c.orders, 4 },
		{ 1, 5 }, { 2, 6 }, { output, 2 }, { i->c.set.logging ? output : 1, 1 } };
	sigset_t blocked;
	pid_t pid;
	struct spawn s = { .file = STAGE2, .argv = argv, .envp = i->cleared, .moves = moves,
		.nmoves = output >= 0 ? 6 : 2, .blocked = &blocked };

	if (!argv)
		strerr_diefusys(111, "allocate memory");
	container_signals(&blocked);
	argv[0] = "s6-init-stage2";
	argv[1] = "--";
	memcpy(argv + 2, cmd, (size_t)argc * sizeof *argv);
	pid = spawn_run(&s);
	if (pid < 0)
		strerr_diefusys(111, "spawn " STAGE2);
	free(argv);
	return pid;
}

static void svscan(struct init *i, pid_t stage2, int notify, int output) __attribute__((noreturn));

static void
svscan(struct init *i, pid_t stage2, int notify, int output)
{
	char essential[sizeof "--essential=" + PID_FMT] = "--essential=";
	char fd[UINT_FMT], console[UINT_FMT], timeout[sizeof "--stop-timeout=" + UINT32_FMT];
	char const *argv[11] = { SVSCAN, "-d", fd, "--hand-over", essential, timeout };
	size_t n = 6, len = sizeof "--stop-timeout=" - 1;
	uint32_t grace = i->c.set.services_gracetime;
	int holder, null = open("/dev/null", O_RDWR);

	/* there, 0 is no bound */
	memcpy(timeout, "--stop-timeout=", len);
	timeout[len + uint32_fmt(timeout + len, grace ? grace : 1)] = 0;
	len = sizeof "--essential=" - 1;
	essential[len + pid_fmt(essential + len, stage2)] = 0;
	fd[uint_fmt(fd, (unsigned int)notify)] = 0;
	if (output >= 0) {
		int reader = contlog_reader(&i->c);

		if (reader >= 0)
			fcntl(reader, F_SETFD, 0);
		/* where the catch-all logger repeats what it logs, and what the end says */
		holder = fcntl(1, F_DUPFD, 3);
		if (holder >= 0 && (!i->c.set.logging || dup2(output, 1) >= 0) && dup2(output, 2) >= 0) {
			console[uint_fmt(console, (unsigned int)holder)] = 0;
			argv[n++] = "-X";
			argv[n++] = console;
		}
	}
	if (null < 0 || dup2(null, 0) < 0)
		strerr_diefusys(111, "open /dev/null");
	if (null > 2)
		close(null);
	argv[n++] = "--";
	argv[n++] = i->c.scandir;
	cli_exec(argv, i->cleared);
}

int
main(int argc, char const *const *argv)
{
	static struct init i;
	int ready[2], first, output;
	pid_t stage2;
	mode_t mask;

	PROG = "s6-init";
	signals();
	first = cli_noopt(argc, argv, USAGE);
	cli_fds();
	contsettings_parse(&i.c.set, (char const *const *)environ, bad_setting, 0);
	await_closing(i.c.set.closing_fd);
	if (getpid() != 1 && i.c.set.verbosity >= 2)
		strerr_warni("not process 1: what does not descend from here is left alone at the end");
	mask = umask(022);
	i.path = make_path();
	i.cwd = working_directory();
	init_place(&i);
	environments(&i);
	init_tree(&i);
	if (binlinks_make("/command", "/bin") < 0)
		strerr_warnwusys("make links in /bin");
	output = contlog_start(&i.c);
	umask(mask);
	if (pipe2(ready, O_CLOEXEC) < 0)
		strerr_diefusys(111, "make a pipe");
	stage2 = start_stage2(&i, argv + first, argc - first, ready[0], output);
	close(ready[0]);
	fcntl(ready[1], F_SETFD, 0);
	svscan(&i, stage2, ready[1], output);
}
