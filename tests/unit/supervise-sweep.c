/* supervise/sweep.c - what a service leaves behind */

#include <fcntl.h>
#include <sys/stat.h>

#include <sextet/clock.h>
#include <sextet/procstat.h>

#include "supervise/supervise.h"

#include "apart.h"
#include "tap.h"

#define MOST 10000	/* milliseconds that anything may take */

static struct service s;
static uint32_t patience = 1000;

/* what the code under test asks of the others */

uint32_t
supervise_number(struct service *x, enum setting which, uint32_t usual)
{
	(void)x;
	(void)usual;
	return which == TIMEOUT_KILL_LEFTOVERS ? patience : 0;
}

enum state supervise_swept(struct service *x) { (void)x; return DOWN; }

static void
begin(char const *name, int flag)
{
	char path[256];

	if (s.cgroup > 0)
		supervise_leave_group(&s);
	if (s.dir > 0)
		close(s.dir);
	if (s.supervise > 0)
		close(s.supervise);
	memset(&s, 0, sizeof s);
	s.cgroup = -1;
	s.state = UP;
	snprintf(path, sizeof path, "%s/supervise", name);
	if (mkdir(name, 0755) < 0 || mkdir(path, 0755) < 0)
		exit(111);
	s.dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	s.supervise = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s.dir < 0 || s.supervise < 0)
		exit(111);
	if (flag) {
		snprintf(path, sizeof path, "%s/flag-kill-leftovers", name);
		close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	}
}

/* Nothing else is looked for than processes below us and in the session. */
static void
no_group(void)
{
	if (s.cgroup >= 0)
		supervise_leave_group(&s);
	s.cgroup = -1;
}

/* A process that says its pid and sleeps; DEAF: to TERM, too. OUT: in a session of
   its own. DEEP: its parent, which is our child, has ended; -1: it outlives us. */
static pid_t
make(int deaf, int out, int deep)
{
	pid_t pid, said = 0;
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		exit(111);
	pid = tap_fork();
	if (!pid) {
		if (deep > 0 && fork())
			_exit(0);
		prctl(PR_SET_PDEATHSIG, deep ? 0 : SIGKILL);
		if (out)
			setsid();
		if (deaf)
			signal(SIGTERM, SIG_IGN);
		said = getpid();
		if (write(p[1], &said, sizeof said) != sizeof said)
			_exit(111);
		close(p[1]);
		alarm(60);	/* should all go wrong */
		for (;;)
			pause();
	}
	close(p[1]);
	if (deep > 0)
		waitpid(pid, 0, 0);
	if (read(p[0], &said, sizeof said) != sizeof said)
		exit(111);
	close(p[0]);
	return said;
}

/* Reaps whatever ends, as the supervisor does; until it is DOWN, or time is over. */
static int
goes_on(void)
{
	int64_t end = clock_deadline(MOST);
	enum state now = UP;

	while (now != DOWN && clock_now() < end) {
		int64_t until = s.deadline < end ? s.deadline : end;

		if (waitpid(-1, 0, WNOHANG) > 0)
			now = supervise_child_gone(&s);
		else if (clock_now() >= until)
			now = supervise_sweep_on(&s);
		else
			usleep(1000);
	}
	return now == DOWN;
}

static int
lives(pid_t pid)
{
	struct procstat ps;

	return procstat_read(pid, &ps) == 0 && ps.state != 'Z' && ps.state != 'X';
}

static void
nothing(void)
{
	pid_t pid;

	begin("unflagged", 0);
	supervise_prepare_sweep(&s);
	pid = make(0, 0, 0);
	ok(!supervise_sweep(&s, pid, 0) && lives(pid) && !s.reaper, "without the flag nothing is looked for");
	kill(pid, SIGKILL);
	waitpid(pid, 0, 0);
	begin("clean", 1);
	supervise_prepare_sweep(&s);
	ok(s.reaper, "orphans come to us");
	ok(!supervise_sweep(&s, 4711, 0), "nothing was left");
	unlink("clean/flag-kill-leftovers");
	supervise_prepare_sweep(&s);
	ok(!s.reaper && s.cgroup < 0, "without the flag they do not any more");
}

static void
leftovers(char const *name, int group)
{
	pid_t gentle, deaf, out;

	begin(name, 1);
	patience = 50;
	supervise_prepare_sweep(&s);
	if (!group)
		no_group();
	gentle = make(0, 0, 1);
	ok(supervise_sweep(&s, 4711, 0) == 1 && goes_on() && !lives(gentle), "%s: one that TERM ends", name);
	deaf = make(1, 0, 1);
	out = make(1, 1, 1);
	ok(supervise_sweep(&s, 4711, 0) == 1, "%s: two that are deaf", name);
	ok(goes_on() && !lives(deaf) && !lives(out) && s.passes > 0, "are killed when time is over");
	no_group();
}

/* Those that we had nothing to do with: a run, one of its session, one that left it. */
static pid_t run, member, far;

static int
sweeps_an_adopted_one(void)
{
	s.pid = run;
	supervise_note_kin(&s);
	if (s.nkin)
		return 0;		/* of our own child nobody is noted */
	s.adopted = 1;
	supervise_note_kin(&s);
	if (s.nkin != 1 || s.kin[0].pid != far)
		return 0;		/* but who cannot be found by the session later */
	if (supervise_sweep(&s, run, 1) || !lives(member) || !lives(far))
		return 0;		/* while it lives its session is no leftover */
	kill(run, SIGKILL);
	for (int64_t end = clock_deadline(MOST); lives(run) && clock_now() < end;)
		usleep(1000);
	return supervise_sweep(&s, run, 1) == 1 && goes_on() && !lives(member) && !lives(far) && s.passes;
}

static void
estranged(void)
{
	pid_t all[3], reaper;
	int tell[2];

	begin("adopted", 1);
	patience = 50;
	if (pipe2(tell, O_CLOEXEC) < 0)
		exit(111);
	fflush(stdout);
	reaper = tap_fork();
	if (!reaper) {
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
		if (!tap_fork()) {
			setsid();
			alarm(60);
			all[0] = getpid();
			all[1] = make(1, 0, -1);
			all[2] = make(1, 1, -1);
			if (write(tell[1], all, sizeof all) != sizeof all)
				_exit(111);
			for (;;)
				pause();
		}
		close(tell[1]);
		while (waitpid(-1, 0, 0) > 0)
			;
		_exit(0);
	}
	close(tell[1]);
	if (read(tell[0], all, sizeof all) != sizeof all)
		exit(111);
	close(tell[0]);
	run = all[0];
	member = all[1];
	far = all[2];
	/* it is no descendant of that child of ours */
	ok_apart("what an adopted run leaves behind", sweeps_an_adopted_one);
	ok(!lives(run) && !lives(member) && !lives(far), "nobody is left");
	waitpid(reaper, 0, 0);
}

/* What does not go away although it is killed: here, a zombie that is not reaped. */
static void
undead(void)
{
	pid_t pid;

	begin("undead", 1);
	patience = 1;
	supervise_prepare_sweep(&s);
	no_group();
	pid = make(0, 0, 0);
	ok(supervise_sweep(&s, 4711, 0) == 1, "one is left");
	while (clock_now() < s.sweep_end)
		usleep(1000);
	for (int i = 0; i < 99; i++)
		supervise_sweep_on(&s);
	ok(s.passes == 99 && s.deadline <= clock_now() + 2 * CLOCK_MS, "killed again and again");
	supervise_sweep_on(&s);
	ok(s.passes == 100 && s.deadline > clock_now() + 2 * CLOCK_MS, "then less often");
	supervise_sweep_on(&s);
	ok(s.passes == 100, "for ever");
	waitpid(pid, 0, 0);
	ok(supervise_child_gone(&s) == DOWN, "until it has gone");
}

/* Without /proc the process group is all that is known. */
static int
blindly(char const *name, int deaf)
{
	pid_t pid;

	begin(name, 1);
	patience = 50;
	supervise_prepare_sweep(&s);
	no_group();
	pid = make(deaf, 1, 1);
	apart_hide("/proc");
	return supervise_sweep(&s, pid, 0) == 1 && s.unlisted && goes_on() && kill(pid, 0) < 0 && (!deaf || s.passes);
}

static int sweeps_blindly(void) { return blindly("blind", 0); }
static int kills_blindly(void) { return blindly("blinder", 1); }

/* A filter may forbid us to have orphans. */
static int
cannot_have_orphans(void)
{
	pid_t pid;

	begin("orphanage", 1);
	patience = 50;
	apart_deny(SYS_prctl, EPERM);
	supervise_prepare_sweep(&s);
	no_group();
	if (s.reaper)
		return 0;
	pid = make(1, 0, 0);
	return supervise_sweep(&s, 4711, 0) == 1 && s.estranged && goes_on() && !lives(pid);
}

int
main(void)
{
	tap_tmpdir();
	nothing();
	leftovers("alone", 0);
	leftovers("grouped", 1);
	estranged();
	undead();
	ok_apart("without /proc: the process group", sweeps_blindly);
	ok_apart("is killed, too", kills_blindly);
	ok_apart("who may not have orphans", cannot_have_orphans);
	begin("end", 0);
	return done_testing();
}
