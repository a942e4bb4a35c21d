/* scan/stop.c, kill.c and command.c - what a scanner is told, and how it ends */

#include <fcntl.h>
#include <sys/stat.h>

#include <sextet/clock.h>
#include <sextet/control.h>
#include <sextet/procstat.h>
#include <sextet/sigfd.h>

#include "scan/s6-svscan.h"

#include "apart.h"
#include "tap.h"

static struct svscan s;
static struct supervisor *web, *logger;
static char heard[256];		/* what was asked of the others: words, each with a blank */
static pid_t orphan;
static int is_taken, is_deaf;

static void
note(char const *word, struct supervisor const *v)
{
	size_t n = strlen(heard);

	snprintf(heard + n, sizeof heard - n, "%s%s%s ", word, v ? ":" : "", v ? v->name : "");
}

static int
was(char const *want)
{
	int good = !strcmp(heard, want);

	if (!good)
		printf("# heard: %s\n", heard);
	*heard = 0;
	return good;
}

/* what the code under test asks of the others */

void
svscan_start(struct svscan *x, struct supervisor *v)
{
	note("start", v);
	svscan_unwait(x, v);
	svscan_set_pid(x, v, 4000000 + (pid_t)(v - x->all));
}

int svscan_taken(struct svscan *x, struct supervisor *v) { (void)x; note("taken?", v); return is_taken; }
pid_t svscan_orphan(struct supervisor *v) { (void)v; return orphan; }
void svscan_tell(struct supervisor *v, enum svscan_stop how) { note(how == SVSCAN_TERM ? "term" : "quit", v); }
void svscan_signal(struct supervisor *v, int sig) { note(sig == SIGSTOP ? "STOP" : sig == SIGKILL ? "KILL" : "?", v); }
int svscan_write(struct supervisor *v, char const *fifo, char const *words) { (void)fifo; note(words, v); errno = ENXIO; return is_deaf ? -1 : 0; }
void svscan_died(struct svscan *x, struct supervisor *v, int wstat) { (void)wstat; note("died", v); svscan_set_pid(x, v, 0); }
void svscan_prune(struct svscan *x, enum svscan_stop how) { (void)x; note(how == SVSCAN_TERM ? "prune" : "prune!", 0); }
void svscan_scan(struct svscan *x) { (void)x; note("scan", 0); }
void svscan_rewatch(struct svscan *x) { (void)x; note("rewatch", 0); }

void
svscan_close_pipe(struct supervisor *v)
{
	for (int i = 0; i < 2; i++) {
		if (v->pipe[i] >= 0)
			close(v->pipe[i]);
		v->pipe[i] = -1;
	}
}

/* A scanner with a service and its logger, both running. */
static void
begin(void)
{
	if (!s.all) {
		s.max = 300;
		s.namemax = 20;
		if (svscan_table(&s) < 0)
			exit(111);
	} else {
		for (uint32_t i = s.top; i--;)	/* the first slots are the next ones */
			if (s.all[i].live) {
				svscan_close_pipe(&s.all[i]);
				svscan_free(&s, &s.all[i]);
			}
	}
	s.console = s.watched = s.signals = s.code = -1;
	s.stop = s.prune = SVSCAN_RUNNING;
	s.stop_step = s.second = s.scan_error = s.scan_wanted = s.garbage = s.upgrade = s.deaf = 0;
	s.stop_timeout = s.nbad = s.nprey = 0;
	s.essential = 0;
	s.sweep = s.look = s.rescan = s.stop_due = CLOCK_NEVER;
	s.swept = 0;
	orphan = 0;
	is_taken = is_deaf = 0;
	web = svscan_new(&s, "web", 1, 1);
	logger = svscan_new(&s, "web/log", 1, 2);
	web->other = logger;
	logger->other = web;
	logger->logger = 1;
	web->checked = logger->checked = 1;
	svscan_set_pid(&s, web, 4000001);
	svscan_set_pid(&s, logger, 4000002);
	*heard = 0;
}

static void
give_pipe(char const *content)
{
	if (pipe2(logger->pipe, O_CLOEXEC) < 0 || write(logger->pipe[1], content, strlen(content)) < 0)
		exit(111);
}

static void
stops(void)
{
	begin();
	give_pipe("");
	svscan_stop(&s, SVSCAN_TERM);
	ok(was("term:web term:web/log ") && s.stop == SVSCAN_TERM && s.stop_due == CLOCK_NEVER
		&& logger->pipe[0] >= 0 && logger->pipe[1] < 0, "all are told; the logger may read on");
	svscan_stop(&s, SVSCAN_TERM);
	ok(was("") && s.stop_due == CLOCK_NEVER, "told again, without a timeout");
	svscan_stop(&s, SVSCAN_QUIT);
	ok(was("quit:web quit:web/log ") && logger->pipe[0] < 0, "then to quit");
	svscan_stop(&s, SVSCAN_TERM);
	ok(was("") && s.stop == SVSCAN_QUIT, "no way back");

	begin();
	s.stop_timeout = 100000;
	svscan_stop(&s, SVSCAN_QUIT);
	ok(s.stop_due > clock_now(), "with a timeout");
	svscan_stop(&s, SVSCAN_QUIT);
	ok(s.stop_due <= clock_now(), "told again: no more time");
	s.stop_due = CLOCK_NEVER;
	s.stop_step = 1;
	svscan_stop(&s, SVSCAN_QUIT);
	ok(s.stop_due == CLOCK_NEVER, "once");

	begin();
	svscan_set_pid(&s, logger, 0);
	svscan_wait(&s, logger, CLOCK_NEVER);
	give_pipe("x");
	svscan_stop(&s, SVSCAN_TERM);
	ok(was("start:web/log term:web term:web/log ") && !s.nwaiting, "a logger that waits has to read");

	begin();
	s.second = 1;
	s.nbad = 1;
	svscan_stop(&s, SVSCAN_TERM);
	ok(was("scan term:web term:web/log ") && !s.nbad, "what could not be looked at is looked for");

	/* who does not run, but might */
	begin();
	s.second = 1;
	svscan_set_pid(&s, web, 0);
	web->checked = 0;
	is_taken = 1;
	svscan_stop(&s, SVSCAN_TERM);
	ok(was("taken?:web term:web term:web/log "), "one that is somebody else's may be taken over");
	begin();
	svscan_set_pid(&s, web, 0);
	orphan = 4711;
	svscan_stop(&s, SVSCAN_TERM);
	ok(was("start:web term:web term:web/log ") && web->revived == 1, "one whose supervisor was killed comes back to end it");
	for (int i = 0; i < 10; i++) {
		svscan_set_pid(&s, web, 0);
		svscan_died_late(&s, web, 9);
	}
	ok(web->revived == 5 && !web->pid, "not for ever");
	*heard = 0;

	begin();
	svscan_stop(&s, SVSCAN_TERM);
	*heard = 0;
	web->started = 1;
	svscan_set_pid(&s, web, 0);
	svscan_died_late(&s, web, SVSCAN_BUSY << 8);
	ok(was("taken?:web term:web "), "one that finds its directory taken");
	svscan_set_pid(&s, web, 0);
	svscan_died_late(&s, web, 0);
	ok(!web->pid, "one that has ended");
	*heard = 0;
}

static void
drains(void)
{
	begin();
	give_pipe("left");
	svscan_stop(&s, SVSCAN_TERM);
	*heard = 0;
	svscan_set_pid(&s, logger, 0);
	svscan_died_late(&s, logger, 0);
	ok(was("start:web/log term:web/log ") && logger->drained, "its logger left something: it comes once more");
	svscan_set_pid(&s, logger, 0);
	svscan_died_late(&s, logger, 0);
	ok(was("term:web/log ") && logger->pipe[0] < 0, "and not again");
	begin();
	give_pipe("");
	svscan_stop(&s, SVSCAN_TERM);
	*heard = 0;
	svscan_set_pid(&s, logger, 0);
	svscan_died_late(&s, logger, 0);
	ok(was("term:web/log ") && logger->pipe[0] < 0, "one that has read all does not");
	begin();
	give_pipe("left");
	s.stop = SVSCAN_QUIT;
	svscan_set_pid(&s, logger, 0);
	svscan_died_late(&s, logger, 0);
	ok(was("quit:web/log ") && logger->pipe[0] < 0, "nor one that was told to quit");
	close(logger->pipe[1]);
}

static void
escalates(void)
{
	pid_t prey, child;
	int p[2];

	begin();
	svscan_set_pid(&s, logger, 0);
	svscan_stop(&s, SVSCAN_TERM);
	*heard = 0;
	/* a supervisor of ours, whose child is a child's child of this test */
	if (pipe2(p, O_CLOEXEC) < 0)
		exit(111);
	child = tap_fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prey = tap_fork();
		if (!prey) {
			setsid();
			prey = tap_fork();
			if (prey && write(p[1], &prey, sizeof prey) != sizeof prey)
				_exit(111);
			alarm(60);
		}
		for (;;)
			pause();
	}
	if (read(p[0], &prey, sizeof prey) != sizeof prey)
		exit(111);
	svscan_set_pid(&s, web, child);
	s.stop_step = 0;
	svscan_stop_more(&s, clock_now());
	ok(was("xdkK:web ") && s.stop_step == 1 && s.stop_due > clock_now() + CLOCK_S / 2, "first: every command there is");
	ok(s.nprey == 2, "and it is noted who is below");
	is_deaf = 1;
	s.stop_step = 0;
	svscan_stop_more(&s, clock_now());
	ok(was("xdkK:web ") && s.nprey == 2, "one that does not listen");
	kill(prey, SIGSTOP);
	svscan_stop_more(&s, clock_now());
	ok(was(""), "then its descendants are killed");
	{
		struct procstat ps;
		int64_t end = clock_deadline(10000);

		while (procstat_read(prey, &ps) == 0 && ps.state != 'Z' && clock_now() < end)
			usleep(1000);
		ok(procstat_read(prey, &ps) < 0 || ps.state == 'Z', "dead");
	}
	s.stop_step = 10;
	svscan_stop_more(&s, clock_now());
	ok(was("STOP:web KILL:web "), "at last it is itself");
	kill(child, SIGKILL);
	waitpid(child, 0, 0);
	close(p[0]);
	close(p[1]);
	begin();
}

static int lists_blindly(void) { apart_hide("/proc"); svscan_list_prey(&s); return !s.nprey; }

static int
lists_nobody(void)
{
	if (rmdir("nothing") == 0)
		return 0;
	apart_deny(SYS_mmap, ENOMEM);
	s.prey = 0;
	svscan_list_prey(&s);
	return !s.prey && svscan_prey_table(&s) < 0;
}

/* The end: what becomes of us, in a child. */
static void
script(char const *file, char const *text, mode_t mode)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0 || write(fd, text, strlen(text)) < 0 || fchmod(fd, mode) < 0)
		exit(111);
	close(fd);
}

static int
ends_with(void (*end)(void))
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = tap_fork();
	if (!pid) {
		end();
		_exit(100);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void leaves(void) { svscan_leave(&s); }
static void leaves_with_code(void) { s.code = 7; svscan_leave(&s); }
static void hands_over(void) { s.hand_over = 1; signal(SIGPIPE, SIG_IGN); svscan_leave(&s); }
static void crashes(void) { errno = EIO; svscan_crash(&s, "go on"); }

static void
crashes_on_the_console(void)
{
	s.console = open("console", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	svscan_crash(&s, "go on");
}

static void
last_words(void)
{
	struct stat st;

	begin();
	if (mkdir(".s6-svscan", 0755) < 0)
		exit(111);
	ok(ends_with(leaves) == 0 && ends_with(leaves_with_code) == 7, "no finish: 0, or the code");
	ok(ends_with(crashes) == 127, "no crash: 127");
	ok(ends_with(crashes_on_the_console) == 127 && stat("console", &st) == 0 && st.st_size > 0, "said on the console");
	script(".s6-svscan/finish", "#!/bin/sh\nexit $((${1-50} + ${S6_EXITCODE-0}))\n", 0755);
	ok(ends_with(leaves) == 50 && ends_with(leaves_with_code) == 14 && ends_with(hands_over) == 50, "finish");
	script(".s6-svscan/crash", "#!/bin/sh\nexit 51\n", 0755);
	ok(ends_with(crashes) == 51, "crash");
	script(".s6-svscan/finish", "#!/nowhere/at/all\n", 0755);
	ok(ends_with(leaves) == 51, "a finish that cannot be executed: crash");
	script(".s6-svscan/finish", "", 0644);
	script(".s6-svscan/crash", "", 0644);
	ok(ends_with(leaves) == 126, "nor that: 126");
}

static void
told(char const *bytes)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) < 0 || write(p[1], bytes, strlen(bytes)) < 0)
		exit(111);
	s.control = s.own = p[0];
	close(p[1]);
}

static void reads_nothing(void) { s.control = open(".", O_RDONLY | O_CLOEXEC); svscan_got_command(&s); }
static void leaves_when_told(void) { told("b"); svscan_got_command(&s); }

static void
commands(void)
{
	begin();
	told("a");
	svscan_got_command(&s);
	ok(s.scan_wanted && was(""), "a: a scan, later");
	told("nN");
	svscan_got_command(&s);
	ok(was("") && s.prune == SVSCAN_QUIT, "n, N: after it");
	told("n");
	svscan_got_command(&s);
	ok(s.prune == SVSCAN_QUIT, "the stronger one counts");
	s.scan_wanted = 0;
	told("nN");
	svscan_got_command(&s);
	ok(was("prune prune! "), "or at once, where none is due");
	told("h");
	svscan_got_command(&s);
	ok(s.scan_wanted && was(""), "h: both");
	told("xy?a?");
	svscan_got_command(&s);
	ok(!s.garbage, "garbage is told of once");
	s.scan_wanted = 0;
	s.stop = SVSCAN_TERM;
	told("ahnN");
	svscan_got_command(&s);
	ok(!s.scan_wanted && was(""), "while all stop nothing is looked for");
	told("q");
	svscan_got_command(&s);
	ok(was("quit:web quit:web/log "), "q");
	begin();
	told("i");
	svscan_got_command(&s);
	ok(was("term:web term:web/log "), "i");
	told("");
	svscan_got_command(&s);
	ok(was(""), "nothing");
	ok(ends_with(leaves_when_told) == 126, "b: it is over");
	ok(ends_with(reads_nothing) == 126, "a FIFO that cannot be read: crash");
	begin();
	told("xU?u");
	svscan_got_own_command(&s);
	ok(s.upgrade == CONTROL_UPGRADE, "an upgrade");
	told((char const[]){ CONTROL_UPGRADE_SELF, 0 });
	svscan_got_own_command(&s);
	ok(s.upgrade == CONTROL_UPGRADE, "of all, if that was asked for");
	s.upgrade = 0;
	told((char const[]){ CONTROL_UPGRADE_SELF, 0 });
	svscan_got_own_command(&s);
	ok(s.upgrade == CONTROL_UPGRADE_SELF, "else of itself");
}

static void
signalled(int sig)
{
	kill(getpid(), sig);
	svscan_got_signal(&s);
}

static void aborts(void) { signalled(SIGABRT); }
static void cannot_read(void) { s.signals = -1; svscan_got_signal(&s); }

static void
signals(void)
{
	static int const all[] = { SIGCHLD, SIGALRM, SIGABRT, SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGPWR, SIGURG };
	sigset_t set;
	pid_t pid;

	begin();
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		sigaddset(&set, all[i]);
	s.signals = sigfd_open(&set);
	svscan_got_signal(&s);
	ok(was(""), "no signal");
	signalled(SIGALRM);
	ok(s.scan_wanted, "ALRM");
	signalled(SIGHUP);
	ok(s.prune == SVSCAN_TERM, "HUP");
	signalled(SIGUSR1);
	signalled(SIGURG);
	ok(was(""), "others");
	signalled(SIGTERM);
	ok(was("term:web term:web/log "), "TERM");
	signalled(SIGQUIT);
	ok(was("quit:web quit:web/log "), "QUIT");
	s.stop = SVSCAN_RUNNING;
	signalled(SIGINT);
	ok(was("term:web term:web/log "), "INT");
	ok(ends_with(aborts) == 126, "ABRT");
	ok(ends_with(cannot_read) == 126, "a descriptor that cannot be read: crash");
	s.stop = SVSCAN_RUNNING;
	script(".s6-svscan/SIGUSR1", "#!/bin/sh\nexit 0\n", 0755);
	ok(svscan_run(".s6-svscan/SIGUSR1") && waitpid(-1, 0, 0) > 0, "a handler is run");
	signalled(SIGUSR1);
	ok(waitpid(-1, 0, 0) > 0, "for its signal");
	script(".s6-svscan/SIGTERM", "", 0644);
	signalled(SIGTERM);
	ok(was("term:web term:web/log "), "one that cannot be: as without");

	/* deaths; those of our handlers have told us, too */
	begin();
	s.signals = sigfd_open(&set);
	pid = tap_fork();
	if (!pid)
		_exit(0);
	svscan_set_pid(&s, web, pid);
	for (int64_t end = clock_deadline(10000); web->pid && clock_now() < end; usleep(1000))
		svscan_got_signal(&s);
	ok(was("died:web "), "a supervisor");
	pid = tap_fork();
	if (!pid)
		_exit(3);
	s.essential = pid;
	for (int64_t end = clock_deadline(10000); s.essential && clock_now() < end; usleep(1000))
		svscan_got_signal(&s);
	ok(s.code == 3 && s.stop == SVSCAN_TERM, "the process that all depends on");
	*heard = 0;
	pid = tap_fork();
	if (!pid)
		_exit(3);
	s.essential = pid;
	s.code = -1;
	for (int64_t end = clock_deadline(10000); s.essential && clock_now() < end; usleep(1000))
		svscan_got_signal(&s);
	ok(s.code == -1, "later it is no matter");
	s.stop = SVSCAN_RUNNING;
	pid = tap_fork();
	if (!pid) {
		raise(SIGKILL);
		_exit(0);
	}
	s.essential = pid;
	for (int64_t end = clock_deadline(10000); s.essential && clock_now() < end; usleep(1000))
		svscan_got_signal(&s);
	ok(s.code == 128 + SIGKILL, "killed");
	begin();
	s.signals = sigfd_open(&set);
	pid = tap_fork();
	if (!pid)
		_exit(0);
	s.essential = pid;
	for (int64_t end = clock_deadline(10000); s.essential && clock_now() < end; usleep(1000))
		svscan_got_signal(&s);
	ok(s.code == -1 && !s.stop, "one that has done its work");

	/* many: all are gone through now and then only */
	for (int i = 0; i < 100; i++)
		svscan_set_pid(&s, svscan_new(&s, "x", 2, (ino_t)i), 4000100 + i);
	s.swept = clock_now() + 1000 * CLOCK_S;
	pid = tap_fork();
	if (!pid)
		_exit(0);
	waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	svscan_set_pid(&s, logger, pid);
	svscan_got_signal(&s);
	ok(was("died:web/log ") && s.sweep == s.swept + (int64_t)s.running * 1000, "one of many");
	s.deaf = 1;
	svscan_sweep(&s);
	ok(was("rewatch ") && s.sweep == CLOCK_NEVER && s.swept <= clock_now(), "all of them");
	begin();
}

int
main(void)
{
	tap_tmpdir();
	stops();
	drains();
	escalates();
	ok_apart("without /proc nobody is found", lists_blindly);
	ok_apart("nor without memory", lists_nobody);
	last_words();
	commands();
	signals();
	return done_testing();
}
