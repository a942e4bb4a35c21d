/* scan/start.c - starting supervisors, their deaths, the pipes to loggers */

#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <sextet/clock.h>
#include <sextet/lock.h>
#include <sextet/pidfd.h>

#include "scan/s6-svscan.h"

#include "apart.h"
#include "tap.h"

#define HIGH 100	/* a descriptor that is not low */

static struct svscan s;
static struct supervisor *web, *logger;
static int late, stopped, regained, looked, unwatched;
static int is_taken;

/* what the code under test asks of the others */

int svscan_taken(struct svscan *x, struct supervisor *v) { (void)x; (void)v; return is_taken; }
void svscan_regain(struct svscan *x, struct supervisor *v) { (void)x; regained += v == logger; }
void svscan_died_late(struct svscan *x, struct supervisor *v, int w) { (void)x; (void)v; (void)w; late++; }
void svscan_stop(struct svscan *x, enum svscan_stop how) { (void)x; stopped += how == SVSCAN_TERM; }
void svscan_look_soon(struct svscan *x) { (void)x; looked++; }
void svscan_unwatch(struct supervisor *v) { unwatched++; if (v->watch >= 0) close(v->watch); v->watch = -1; }

static struct supervisor *
add(char const *name)
{
	static ino_t ino = 1;

	return svscan_new(&s, name, 1, ino++);
}

/* A service and its logger, whose directories are not there: a supervisor leaves. */
static void
begin(void)
{
	static int null = -1;

	if (null < 0) {
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		s.max = 10;
		s.namemax = 40;
		s.watched = s.console = -1;
		s.control = null;
		s.low = fcntl(null, F_DUPFD_CLOEXEC, 3);
		sigemptyset(&s.newborn);
		if (null < 0 || s.low < 0 || svscan_table(&s) < 0)
			exit(111);
	} else {
		for (uint32_t i = 0; i < s.top; i++)
			if (s.all[i].live)
				svscan_drop(&s, &s.all[i]);
	}
	s.stop = s.starved = 0;
	s.code = -1;
	is_taken = late = stopped = regained = looked = unwatched = 0;
	web = add("web");
	logger = add("web/log");
	web->active = logger->active = logger->logger = 1;
	web->checked = logger->checked = 1;
	web->other = logger;
	logger->other = web;
}

static int
wait_for(struct supervisor *v)
{
	int status = -1;

	if (v->pid && waitpid(v->pid, &status, 0) != v->pid)
		status = -1;
	svscan_set_pid(&s, v, 0);
	return status;
}

static void
starts(void)
{
	int p[2];

	begin();
	svscan_start(&s, web);
	ok(web->pid && web->started && !web->error && logger->pipe[0] >= 0, "started, with a pipe for its logger");
	ok(WIFEXITED(wait_for(web)), "it is ours");
	svscan_start(&s, logger);
	ok(logger->pid && WIFEXITED(wait_for(logger)), "likewise the logger");

	begin();
	is_taken = 1;
	web->checked = 0;
	svscan_start(&s, web);
	ok(!web->pid && !web->place, "one that is taken");

	begin();
	logger->active = 0;
	svscan_start(&s, web);
	ok(web->pid && logger->pipe[0] < 0, "a logger that has left gets no pipe");
	wait_for(web);
	if (pipe2(logger->pipe, O_CLOEXEC) < 0)
		exit(111);
	svscan_start(&s, web);
	ok(web->pid && !regained, "one that is leaving still reads");
	wait_for(web);

	begin();
	s.stop = SVSCAN_TERM;
	svscan_start(&s, logger);
	ok(logger->pid && logger->pipe[0] < 0, "no new pipe while all stop");
	wait_for(logger);

	begin();
	s.console = fcntl(s.control, F_DUPFD_CLOEXEC, 3);
	web = add(SVSCAN_CATCHALL);
	svscan_start(&s, web);
	ok(web->pid && WIFEXITED(wait_for(web)), "the catch-all logger, with the console");
	close(s.console);
	s.console = -1;
	web = add("-dash");
	svscan_start(&s, web);
	ok(web->pid && wait_for(web) == 111 << 8, "a name that looks like an option");

	/* the pipe has high numbers: it is closed nevertheless when all have left */
	begin();
	if (pipe2(p, O_CLOEXEC) < 0)
		exit(111);
	for (int i = 0; i < 2; i++) {
		logger->pipe[i] = fcntl(p[i], F_DUPFD_CLOEXEC, HIGH);
		close(p[i]);
		if (logger->pipe[i] < 0)
			exit(111);
	}
	svscan_start(&s, web);
	ok(web->pid && WIFEXITED(wait_for(web)), "with a high descriptor");
	svscan_start(&s, logger);
	ok(logger->pid && WIFEXITED(wait_for(logger)), "at the other end, too");
	{
		struct pollfd x = { .fd = logger->pipe[0], .events = POLLIN };

		close(logger->pipe[1]);
		logger->pipe[1] = -1;
		ok(poll(&x, 1, 0) == 1 && x.revents == POLLHUP, "nobody has kept it");
	}
}

/* In need of descriptors: just SPARE are left. */
static int
short_of(rlim_t spare)
{
	static int64_t const seconds[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
	int next = dup(0);
	struct rlimit limit = { (rlim_t)next + spare, (rlim_t)next + spare };

	begin();
	close(next);
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1;
	for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
		int64_t before = clock_now();

		svscan_start(&s, web);
		if (web->pid || web->error != EMFILE || !s.starved || !web->place || logger->pipe[0] >= 0
			|| web->due < before + seconds[i] * CLOCK_S || web->due > clock_now() + seconds[i] * CLOCK_S)
			return 2;
	}
	logger->error = EACCES;
	svscan_wait(&s, logger, CLOCK_NEVER);
	svscan_retry(&s, 0);
	if (web->due > clock_now() || web->delay || logger->due != CLOCK_NEVER || s.starved)
		return 3;
	svscan_wait(&s, web, CLOCK_NEVER);
	svscan_retry(&s, 0);
	if (web->due != CLOCK_NEVER)
		return 4;
	svscan_retry(&s, 1);
	return web->due > clock_now() || logger->due > clock_now() ? 5 : 0;
}

static int
in_child(int (*what)(rlim_t), rlim_t arg)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = tap_fork();
	if (!pid)
		_exit(what(arg));
	if (waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static pid_t
sleeper(void)
{
	pid_t pid = tap_fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static int
ended_by(pid_t pid, int sig)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == sig;
}

/* V's process, known by a pidfd as well (WATCHED), gets its signal. */
static int
receives(struct supervisor *v, int watched, enum svscan_stop how, int sig)
{
	pid_t pid = sleeper();
	int good;

	svscan_set_pid(&s, v, pid);
	v->watch = watched ? pidfd_of(pid) : -1;
	svscan_tell(v, how);
	good = ended_by(pid, sig);
	svscan_tell(v, how);	/* too late: nobody is hurt */
	svscan_unwatch(v);
	svscan_set_pid(&s, v, 0);
	return good;
}

static int
signals_without(void)
{
	begin();
	return receives(web, 1, SVSCAN_TERM, SIGTERM) && receives(logger, 1, SVSCAN_TERM, SIGHUP);
}

static void
signals(void)
{
	begin();
	svscan_tell(web, SVSCAN_TERM);
	ok(receives(web, 0, SVSCAN_TERM, SIGTERM) && receives(web, 1, SVSCAN_TERM, SIGTERM), "a service: TERM");
	ok(receives(logger, 0, SVSCAN_TERM, SIGHUP) && receives(logger, 1, SVSCAN_TERM, SIGHUP), "a logger: HUP");
	ok(receives(logger, 1, SVSCAN_QUIT, SIGTERM), "or TERM, when told to quit");
	ok(receives(add(SVSCAN_CATCHALL), 1, SVSCAN_TERM, SIGHUP), "likewise the catch-all logger");
	ok_denied("where pidfds may be had but not used", signals_without, DENY(SYS_pidfd_send_signal, EPERM));
}

static void
put(char const *file, char const *text)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		exit(111);
	close(fd);
}

/* A process that holds the lock of web. */
static pid_t
holder(void)
{
	int p[2];
	pid_t pid;
	char c;

	if (pipe2(p, O_CLOEXEC) < 0)
		exit(111);
	pid = tap_fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (lock_take(AT_FDCWD, "web/supervise/lock", 0644, 0) < 0 || write(p[1], "", 1) < 0)
			_exit(111);
		for (;;)
			pause();
	}
	close(p[1]);
	if (read(p[0], &c, 1) != 1)
		exit(111);
	close(p[0]);
	return pid;
}

static void
commands(void)
{
	char got[8] = "";
	int fd;
	pid_t pid;

	if (mkdir("web", 0755) < 0)
		exit(111);
	begin();
	ok(svscan_write(web, "control", "x") < 0 && errno == ENOENT, "no supervise");
	if (mkdir("web/supervise", 0755) < 0 || mkfifo("web/supervise/control", 0600) < 0)
		exit(111);
	put("web/supervise/file", "");
	svscan_set_pid(&s, web, getpid());
	ok(svscan_write(web, "control", "x") < 0 && errno == ESRCH, "nobody holds the lock");
	pid = holder();
	fd = open("web/supervise/control", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	ok(svscan_write(web, "control", "x") < 0 && errno == ESRCH, "another one does");
	svscan_set_pid(&s, web, pid);
	ok(svscan_write(web, "control", "xd") == 0 && read(fd, got, sizeof got) == 2 && !memcmp(got, "xd", 2),
		"its supervisor gets commands");
	ok(svscan_write(web, "control", "") == 0, "none, to see whether it listens");
	ok(svscan_write(web, "file", "xd") < 0 && errno == EPROTO, "a file is no FIFO");
	if (symlink("control", "web/supervise/link") < 0)
		exit(111);
	ok(svscan_write(web, "link", "xd") < 0 && errno == ELOOP, "a link is not followed");
	close(fd);
	ok(svscan_write(web, "control", "xd") < 0 && errno == ENXIO, "nobody reads");
	kill(pid, SIGKILL);
	waitpid(pid, 0, 0);
	svscan_set_pid(&s, web, 0);
}

/* V has died, with TEXT in "ended". */
static void
dies(char const *text, int code)
{
	begin();
	put("web/supervise/ended", text);
	web->started = clock_now();
	svscan_set_pid(&s, web, 4711);
	svscan_died(&s, web, 0);
	ok(s.code == code && stopped == (code >= 0) && !web->pid && !!web->place == (code < 0),
		"ended: \"%.*s\"", (int)strcspn(text, "\n"), text);
}

static void
deaths(void)
{
	static char const *const invalid[] = {
		"", "x", "7", "7 ", "7 x", "256 4711", "7 4711x", "-1 4711", "7\n", "99999999999 4711" };
	int64_t now;

	dies("7 4711\n", 7);
	dies("0 4711", 0);
	dies("255 4711\n", 255);
	dies("7 4712\n", -1);
	for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
		dies(invalid[i], -1);
	unlink("web/supervise/ended");
	mkdir("web/supervise/ended", 0755);
	begin();
	svscan_set_pid(&s, web, 4711);
	svscan_died(&s, web, 0);
	ok(s.code < 0 && web->place, "ended: a directory");
	rmdir("web/supervise/ended");

	begin();
	svscan_set_pid(&s, web, 4711);
	web->started = now = clock_now();
	svscan_died(&s, web, 111 << 8);
	ok(web->place && web->due == now + CLOCK_S && web->checked, "it is restarted a second after its start");
	svscan_set_pid(&s, web, 4711);
	web->started = clock_now() - 2 * CLOCK_S;
	svscan_died(&s, web, SVSCAN_BUSY << 8);
	ok(web->place && web->due <= clock_now() && !web->checked, "at once when it is older; busy: somebody has it");
	for (int i = 0; i < 5; i++) {
		svscan_set_pid(&s, web, 4711);
		web->started = clock_now();
		svscan_died(&s, web, SIGKILL);
		ok(web->due <= clock_now(), "killed young: at once");
	}
	svscan_set_pid(&s, web, 4711);
	web->started = clock_now();
	svscan_died(&s, web, SIGKILL);
	ok(web->due > clock_now(), "but not for ever");
	s.stop = SVSCAN_TERM;
	svscan_set_pid(&s, web, 4711);
	svscan_died(&s, web, 0);
	ok(late == 1, "while all stop");
	s.stop = SVSCAN_RUNNING;
	svscan_set_pid(&s, logger, 4711);
	logger->active = 0;
	svscan_died(&s, logger, 0);
	ok(!logger->live && !web->other && looked == 1, "one that has no directory any more is forgotten");
}

static void
drops(void)
{
	struct supervisor *b;

	begin();
	b = add("b");
	b->other = logger;
	logger->shared = 1;
	svscan_drop(&s, logger);
	ok(!web->other && !b->other && b->live, "a logger of two services");

	/* of an unknown pipe: both ends are replaced */
	begin();
	logger->foreign = 1;
	svscan_set_pid(&s, logger, sleeper());
	logger->checked = 0;
	svscan_start(&s, web);
	ok(regained == 1 && !logger->foreign && logger->pipe[0] >= 0 && ended_by(logger->pid, SIGKILL),
		"a pipe out of reach is replaced, its logger too");
	svscan_set_pid(&s, logger, 0);
	wait_for(web);
	begin();
	logger->other = web->other = 0;
	logger->foreign = 1;
	svscan_start(&s, logger);
	ok(logger->pipe[0] >= 0 && !logger->foreign, "one without a service");
	wait_for(logger);
	begin();
	web->watch = pidfd_of(getpid());
	svscan_start(&s, logger);
	ok(regained == 1, "a service that was taken over is asked for the pipe");
	wait_for(logger);
	begin();
}

static void
due(void)
{
	begin();
	for (int i = 0; i < 8; i++)
		svscan_wait(&s, add("x"), clock_now() + (i < 4 ? 0 : CLOCK_S));
	svscan_start_due(&s, clock_now());
	for (uint32_t i = 0; i < s.top; i++)
		if (s.all[i].live && s.all[i].pid)
			wait_for(&s.all[i]);
	ok(s.nwaiting == 4, "whose time has come");
	begin();
}

int
main(void)
{
	tap_tmpdir();
	starts();
	ok(in_child(short_of, 1) == 0, "no pipe can be had: tried again, less and less often");
	ok(in_child(short_of, 3) == 0, "one could, but the last descriptors are kept");
	signals();
	commands();
	deaths();
	if (mkdir("empty", 0755) < 0 || chdir("empty") < 0)
		return 111;
	drops();
	due();
	return done_testing();
}
