/* supervise/adopt.c - what a supervisor finds that its predecessor left */

#include <fcntl.h>
#include <sys/stat.h>

#include <skalibs/tai.h>

#include <sextet/child.h>
#include <sextet/clock.h>
#include <sextet/lock.h>
#include <sextet/notification.h>
#include <sextet/procstat.h>
#include <sextet/status.h>
#include <sextet/tai64n.h>
#include <sextet/tally.h>

#include "supervise/supervise.h"

#include "apart.h"
#include "tap.h"

#define MOST 10000	/* milliseconds that anything may take */

static struct service s;
static struct child c;		/* the record that is found */
static struct status st;	/* the status likewise */
static pid_t run;
static int wanted, awaited, recorded, noted;
static enum notification news;

/* what the code under test asks of the others */

void supervise_await_end(struct service *x) { (void)x; awaited++; }
enum notification supervise_hear(struct service *x) { (void)x; return news; }
void supervise_note_kin(struct service *x) { (void)x; noted++; }
uint32_t supervise_number(struct service *x, enum setting which, uint32_t usual) { (void)x; (void)which; return usual; }
void supervise_record(struct service *x) { (void)x; recorded++; }
int supervise_wanted(struct service *x) { (void)x; return wanted; }

int64_t
supervise_moment(tain const *t)
{
	return (int64_t)(t->sec.x - ((uint64_t)1 << 62)) * CLOCK_S + t->nano;
}

void
supervise_stamp(tain *t, int64_t moment)
{
	t->sec.x = ((uint64_t)1 << 62) + (uint64_t)(moment / CLOCK_S);
	t->nano = (uint32_t)(moment % CLOCK_S);
}

static void
go(char const *dir)
{
	if (chdir(dir) < 0)
		exit(111);
}

/* A run, the leader of its session, that was started in the service directory;
   AWAY: elsewhere. CODE: it ends at once, and is not reaped. */
static void
start(int leads, int away, int code)
{
	int p[2];
	char byte;

	if (pipe2(p, O_CLOEXEC) < 0)
		exit(111);
	memset(&c, 0, sizeof c);
	memset(&st, 0, sizeof st);
	child_boot(c.boot);
	c.pidns = child_pidns();
	c.t0 = clock_boot();
	tai64n_now(&st.stamp);
	st.readystamp = st.stamp;
	run = tap_fork();
	if (!run) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (leads)
			setsid();
		if (away && chdir("/") < 0)
			_exit(111);
		if (code >= 0)
			_exit(code);
		if (write(p[1], "", 1) < 0)
			_exit(111);
		for (;;)
			pause();
	}
	close(p[1]);
	if (code >= 0) {
		waitid(P_PID, (id_t)run, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	} else if (read(p[0], &byte, 1) != 1) {
		exit(111);
	}
	close(p[0]);
	c.t1 = clock_boot();
	c.stage = CHILD_RUN;
	c.pid = run;
	c.wantup = 1;
	st.pid = st.pgid = run;
	st.wantup = 1;
}

static void
end(void)
{
	if (run > 0) {
		kill(run, SIGKILL);
		waitpid(run, 0, 0);
	}
	run = 0;
}

/* A service that finds CHILD and STATUS in its files; null: no such file. */
static void
inherit(struct child const *child, struct status const *status)
{
	if (s.record > 0)
		close(s.record);
	if (s.tally > 0)
		close(s.tally);
	if (s.pidfd > 0)
		close(s.pidfd);
	if (s.readiness > 0)
		close(s.readiness);
	unlink("supervise/child");
	unlink("supervise/status");
	awaited = recorded = noted = 0;
	memset(&s, 0, sizeof s);
	s.pidfd = s.readiness = s.tally = s.cgroup = -1;
	s.state = DOWN;
	origin_take(&s.origin);
	s.dir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	s.supervise = open("supervise", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	s.record = child_take(s.supervise, &s.owner);
	if (s.dir < 0 || s.supervise < 0 || s.record < 0 || (child && child_write(s.record, child) < 0)
		|| (status && status_write(s.supervise, status) < 0))
		exit(111);
}

/* What is made of that. */
static enum event
makes(struct child const *child, struct status const *status)
{
	enum event e;

	inherit(child, status);
	e = supervise_inherit(&s);
	close(s.dir);
	close(s.supervise);
	return e;
}

static int
is_fresh(void)
{
	return !s.pid && s.forget && s.status.paused && s.status.ready && !s.adopted && !s.child.stage;
}

static void
nothing(void)
{
	wanted = 0;
	ok(makes(0, 0) == EVENTS && is_fresh() && !s.status.wantup, "nothing was left: not wanted");
	wanted = 1;
	ok(makes(0, 0) == TIMEOUT && is_fresh() && s.status.wantup && s.child.wantup, "nothing was left: wanted");
	start(1, 0, -1);
	c.boot[0] ^= 1;
	ok(makes(&c, &st) == TIMEOUT && is_fresh(), "of another boot");
	child_boot(c.boot);
	c.orderly = 1;
	c.stage = CHILD_NONE;
	ok(makes(&c, &st) == TIMEOUT && is_fresh(), "in good order");
	c.orderly = 0;
	memset(&st, 0, sizeof st);
	st.paused = 1;
	wanted = 0;
	ok(makes(&c, &st) == EVENTS && !s.pid && s.status.paused && s.status.wantup && s.deadline == s.due,
		"killed before the first start: wanted as it was");
	c.wantup = 0;
	ok(makes(&c, &st) == EVENTS && !s.pid && !s.status.wantup && !s.deadline, "or not");
	end();
}

static void
lives(void)
{
	start(1, 0, -1);
	st.paused = 1;
	ok(makes(&c, &st) == EVENTS && s.adopted && s.pid == run && s.run == run && s.state == UP
		&& s.pidfd >= 0 && s.status.paused && s.status.wantup && !s.forget && noted && !awaited && !s.greeting,
		"one that lives is adopted");
	c.asked = 1;
	c.ready = 1;
	st.pid = 0;
	ok(makes(&c, &st) == EVENTS && s.pid == run && awaited && s.status.ready && s.greeting
		&& !strcmp(s.greeting, "su"), "one that has to end; of which nobody was told");
	ok(makes(&c, 0) == EVENTS && s.pid == run, "without a status");
	c.asked = 0;
	c.stage = CHILD_FINISH;
	ok(makes(&c, &st) == EVENTS && s.state == FINISH && s.status.finishing && s.pid == run
		&& !strcmp(s.greeting, "sd"), "a finish");
	c.stage = CHILD_RUN;

	/* readiness */
	c.ready = 0;
	c.listening = 1;
	ok(makes(&c, &st) == EVENTS && s.readiness < 0 && !s.status.ready, "what it had was a pipe: no word of it");
	c.ready = 1;
	ok(makes(&c, &st) == READY, "a word that was about to be read");
	c.ready = 0;
	mkfifo("supervise/" NOTIFICATION_FIFO, 0600);
	news = NOTIFICATION_NOTHING;
	ok(makes(&c, &st) == EVENTS && s.readiness >= 0 && s.listening, "a FIFO: nothing yet");
	news = NOTIFICATION_READY;
	ok(makes(&c, &st) == READY && s.listening, "ready");
	news = NOTIFICATION_CLOSED;
	ok(makes(&c, &st) == READY && !s.listening, "closed: it was");
	unlink("supervise/" NOTIFICATION_FIFO);
	c.listening = 0;

	/* is it that one? */
	c.inode = 4711;
	ok(makes(&c, &st) == DIED && s.unknown, "another process with that number");
	c.inode = 0;
	c.t0 -= 100 * CLOCK_S;
	c.t1 -= 100 * CLOCK_S;
	ok(makes(&c, &st) == DIED && s.pid == run && s.state == UP, "one that was started later");
	end();
}

static void
died(void)
{
	struct death d = { .exitcode = 3 };
	tain now;
	int fd;

	start(1, 0, 3);
	ok(makes(&c, &st) == DIED && s.adopted && s.state == UP && s.run == run && !s.unknown && s.died == 0x300,
		"a zombie: how it ended is known");
	c.stage = CHILD_FINISH;
	ok(makes(&c, &st) == DIED && s.state == FINISH, "of a finish");
	waitpid(run, 0, 0);
	c.stage = CHILD_RUN;
	ok(makes(&c, &st) == DIED && s.pid == c.pid && (s.unknown || s.died == 0x300), "one that is gone");
	run = 0;

	/* it was seen, and the work not done */
	tai64n_now(&now);
	now.nano = 0;
	c.stage = CHILD_DEAD;
	c.wstat = 0x700;
	c.t0 = supervise_moment(&now);
	ok(makes(&c, &st) == DIED && s.died == 0x700 && !s.unknown && !s.counted
		&& supervise_moment(&s.status.stamp) == c.t0, "a death that was seen");
	c.unknown = 1;
	ok(makes(&c, &st) == DIED && s.unknown, "or guessed");
	c.unknown = 0;
	c.stage = CHILD_COUNTED;
	ok(makes(&c, &st) == DIED && s.counted, "and counted");
	c.stage = CHILD_DEAD;
	d.stamp = now;
	fd = open("supervise/death_tally", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	{
		char bytes[TALLY_RECORD];

		tally_pack(bytes, &d);
		if (fd < 0 || write(fd, bytes, sizeof bytes) != sizeof bytes)
			exit(111);
		close(fd);
	}
	ok(makes(&c, &st) == DIED && s.counted, "it is in the tally: counted");
	c.t0 += CLOCK_S;
	ok(makes(&c, &st) == DIED && !s.counted, "another one is");
	unlink("supervise/death_tally");
	mkdir("supervise/death_tally", 0755);
	ok(makes(&c, &st) == DIED && !s.counted, "none can be read");
	rmdir("supervise/death_tally");
	c.stage = CHILD_UNBORN;
	c.t0 = clock_boot();
	st.pid = 0;
	ok(makes(&c, &st) == EVENTS && !s.pid && s.deadline == s.due, "one that could not be executed");
}

/* A status, but no record: of an upstream supervisor. */
static void
foreign(void)
{
	struct child none;

	memset(&none, 0, sizeof none);
	wanted = 1;
	start(1, 0, -1);
	ok(makes(0, &st) == EVENTS && s.adopted && s.pid == run && recorded == 1, "one that lives");
	supervise_stamp(&st.stamp, supervise_moment(&st.stamp) - 10 * CLOCK_S);
	ok(makes(0, &st) == TIMEOUT && is_fresh(), "one that was started later");
	supervise_stamp(&st.stamp, supervise_moment(&st.stamp) + 20 * CLOCK_S);
	ok(makes(0, &st) == TIMEOUT && is_fresh(), "or earlier");
	end();
	ok(makes(0, &st) == TIMEOUT && is_fresh(), "one that is gone");
	start(0, 0, -1);
	ok(makes(0, &st) == TIMEOUT && is_fresh(), "one that leads no session");
	end();
	start(1, 1, -1);
	ok(makes(0, &st) == TIMEOUT && is_fresh(), "one that works elsewhere");
	end();
	start(1, 0, -1);
	st.finishing = 1;
	ok(makes(0, &st) == TIMEOUT && is_fresh(), "a finish");
	st.finishing = 0;
	st.pid = 0;
	ok(makes(0, &st) == TIMEOUT && is_fresh(), "one that was down");
	end();
}

/* Records and statuses that somebody else could have written. */
static int
believes_only_whom_it_may(void)
{
	int good;

	if (geteuid())
		_exit(APART_CANNOT);
	start(1, 0, -1);
	inherit(&c, &st);
	s.owner = 1234;
	good = supervise_inherit(&s) == TIMEOUT && is_fresh();
	inherit(0, &st);
	if (fchownat(s.supervise, "status", 1234, 1234, 0) < 0)
		return 0;
	good = good && supervise_inherit(&s) == TIMEOUT && is_fresh();
	inherit(0, &st);
	s.no_proc = 1;
	if (fchownat(s.supervise, "status", 1234, 1234, 0) < 0)
		return 0;
	return good && supervise_inherit(&s) == TIMEOUT && is_fresh();
}

static int
makes_it_its_own(void)
{
	struct stat before, after;
	int taken;

	inherit(0, 0);
	s.owner = geteuid() + 1;
	fstat(s.record, &before);
	supervise_inherit(&s);
	taken = fstatat(s.supervise, "child", &after, 0) == 0 && after.st_ino != before.st_ino;
	return taken && fstat(s.record, &before) == 0 && before.st_ino == after.st_ino;
}

static int
finds_by_pid(void)
{
	start(1, 0, -1);
	apart_deny(434, EPERM);
	if (makes(&c, &st) != EVENTS || s.pid != run || s.pidfd >= 0)
		return 0;
	kill(run, SIGKILL);
	waitid(P_PID, (id_t)run, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	return makes(&c, &st) == DIED && !s.unknown && s.died == SIGKILL && supervise_alive(&s) == 0;
}

static int
finds_in_the_dark(void)
{
	int ns = child_pidns() != 0;

	start(1, 0, -1);
	apart_hide("/proc");
	apart_deny(434, EPERM);
	if (makes(&c, &st) != EVENTS || s.pid != run)
		return 0;
	end();
	return makes(&c, &st) == DIED && s.unknown && ns;
}

/* An upstream one without /proc. */
static enum event
blindly(void)
{
	inherit(0, &st);
	s.no_proc = 1;
	return supervise_inherit(&s);
}

static int
takes_over_in_the_dark(void)
{
	start(1, 0, -1);
	apart_hide("/proc");
	if (blindly() != EVENTS || s.pid != run)
		return 0;
	end();
	if (blindly() != TIMEOUT || !is_fresh())
		return 0;
	start(0, 0, -1);
	if (blindly() != TIMEOUT || !is_fresh())
		return 0;
	end();
	start(1, 0, -1);
	supervise_stamp(&st.stamp, supervise_moment(&st.stamp) - clock_boot() - 1000 * CLOCK_S);
	return blindly() == TIMEOUT && is_fresh();
}

static int
takes_over_without_pidfds(void)
{
	start(1, 0, -1);
	apart_deny(434, EPERM);
	apart_hide("/proc");
	return blindly() == EVENTS && s.pid == run && !s.child.inode;
}

/* A child that ends as it should when it cannot tell. */
static int
dies(void (*spoil)(void))
{
	int status = -1;
	pid_t pid = tap_fork();

	if (!pid) {
		inherit(&c, &st);
		spoil();
		supervise_inherit(&s);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 111;
}

static void no_record(void) { close(s.record); s.record = -1; }
static void no_reading(void) { apart_deny(SYS_pread64, EIO); }
static void no_fifo(void) { apart_deny(SYS_openat, EACCES); }

static void
no_stat(void)
{
	if (child_write(s.record, &(struct child){ .stage = CHILD_NONE }) < 0)
		exit(1);
	apart_deny(SYS_newfstatat, EIO);
}

static void
refuses(void)
{
	start(1, 0, -1);
	ok(dies(no_record), "a record that cannot be read: it does not go on");
	ok(dies(no_reading), "nor when no file can be");
	c.listening = 1;
	ok(dies(no_fifo), "nor when the readiness channel cannot be opened");
	c.listening = 0;
	memset(&c.t0, 0, sizeof c.t0);
	memset(&c.t1, 0, sizeof c.t1);
	ok(dies(no_stat), "nor when it cannot be told whether it runs");
	c.t0 = c.t1 = clock_boot();
	inherit(&c, &st);
	if (pwrite(s.record, "x", 1, 5) != 1)
		exit(111);
	ok(supervise_inherit(&s) == EVENTS && s.pid == run, "a damaged record is none: it is found by its status");
	end();
}

int
main(void)
{
	tap_tmpdir();
	chmod(".", 0755);
	if (mkdir("web", 0755) < 0)
		return 111;
	go("web");
	if (mkdir("supervise", 0755) < 0)
		return 111;
	nothing();
	lives();
	died();
	foreign();
	ok_apart("another user's word is not believed", believes_only_whom_it_may);
	ok_apart("his record is replaced", makes_it_its_own);
	ok_apart("without pidfds", finds_by_pid);
	ok_apart("and without /proc", finds_in_the_dark);
	ok_apart("an upstream one without /proc", takes_over_in_the_dark);
	ok_apart("and without pidfds", takes_over_without_pidfds);
	refuses();
	return done_testing();
}
