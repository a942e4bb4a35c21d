/* scan/adopt.c - whom a scanner takes over, whom it leaves alone, whom it waits for */

#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include <skalibs/types.h>

#include <sextet/child.h>
#include <sextet/clock.h>
#include <sextet/lock.h>
#include <sextet/pidfd.h>
#include <sextet/procstat.h>

#include "scan/s6-svscan.h"

#include "apart.h"
#include "tap.h"

#define MOST 5000	/* milliseconds that others may take */

static struct svscan s = { .max = 8, .namemax = 20, .watched = -1, .sweep = CLOCK_NEVER };
static struct supervisor *web;
static int regained, gone, died;	/* died: gone, by SIGKILL */

/* what the code under test asks of the others */

void svscan_regain(struct svscan *x, struct supervisor *v) { (void)x; regained += v == web; }

void
svscan_died(struct svscan *x, struct supervisor *v, int wstat)
{
	gone += v == web;
	died += v == web && WIFSIGNALED(wstat) && WTERMSIG(wstat) == SIGKILL;
	svscan_set_pid(x, v, 0);
	svscan_unwatch(v);
}

/* The other processes: this program, under another name and with other words.

     NAME supervise DIR          holds the lock of DIR, and works there
     NAME elsewhere DIR          holds it, and works where it was started
     NAME parent DIR NAME2 ROLE NAME3   works in DIR, has a child "NAME2 ROLE NAME3"
     NAME astray DIR             as supervise, from one directory further up
     NAME newborn DIR            takes that lock after a moment
     NAME transient DIR          ends after a moment
     NAME idle DIR               holds no lock, ever */

static void
say(pid_t pid)
{
	if (write(1, &pid, sizeof pid) != sizeof pid)
		_exit(111);
}

static pid_t start(char const *name, char const *role, char const *const *words, pid_t *child);

static void __attribute__((noreturn))
play(char **argv)
{
	struct timespec moment = { .tv_nsec = 30 * CLOCK_MS };
	char const *words[4] = { 0 };
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, argv[0]);
	if (!strcmp(argv[1], "astray") && chdir("..") < 0)
		_exit(111);
	if (!strcmp(argv[1], "parent")) {
		if (chdir(argv[2]) < 0)
			_exit(111);
		words[0] = argv[5];
		start(argv[3], argv[4], words, &pid);
		say(pid);
	} else if (!strcmp(argv[1], "elsewhere")) {
		char path[256];

		snprintf(path, sizeof path, "%s/supervise/lock", argv[2]);
		if (lock_take(AT_FDCWD, path, 0644, 0) < 0)
			_exit(111);
		say(getpid());
	} else {
		if (chdir(argv[2]) < 0)
			_exit(111);
		if (strcmp(argv[1], "supervise") && strcmp(argv[1], "astray")) {
			say(getpid());
			nanosleep(&moment, 0);
		}
		while (!strcmp(argv[1], "idle"))
			pause();
		if (!strcmp(argv[1], "transient"))
			_exit(0);
		if (lock_take(AT_FDCWD, "supervise/lock", 0644, 0) < 0)
			_exit(111);
		if (strcmp(argv[1], "newborn"))
			say(getpid());
	}
	for (;;)
		pause();
}

/* Starts it, ready when we return. *CHILD (or null): the pid that it says. */
static pid_t
start(char const *name, char const *role, char const *const *words, pid_t *child)
{
	char const *argv[8] = { name, role };
	int p[2];
	pid_t pid, said;

	for (int i = 0; words[i]; i++)
		argv[2 + i] = words[i];
	if (pipe2(p, O_CLOEXEC) < 0)
		exit(111);
	pid = tap_fork();
	if (!pid) {
		if (dup2(p[1], 1) < 0)
			_exit(111);
		execv("/proc/self/exe", (char *const *)argv);
		_exit(111);
	}
	close(p[1]);
	if (read(p[0], &said, sizeof said) != sizeof said)
		exit(111);
	close(p[0]);
	if (child)
		*child = said;
	return pid;
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, 0, 0);
}

static void
make(char const *dir)
{
	char path[256];

	snprintf(path, sizeof path, "%s/supervise", dir);
	if (mkdir(dir, 0755) < 0 || mkdir(path, 0755) < 0)
		exit(111);
}

static struct supervisor *
add(char const *name)
{
	struct stat st;

	if (stat(name, &st) < 0)
		exit(111);
	return svscan_new(&s, name, st.st_dev, st.st_ino);
}

/* All as at the start. */
static void
begin(void)
{
	svscan_set_pid(&s, web, 0);
	svscan_unwait(&s, web);
	svscan_unwatch(web);
	web->error = 0;
	web->delay = 0;
	s.adopting = s.stop = s.deaf = 0;
	s.sweep = CLOCK_NEVER;
	regained = gone = died = 0;
}

/* Something happened on the epoll within the time? */
static int
happens(void)
{
	struct pollfd x = { .fd = s.watched, .events = POLLIN };

	return poll(&x, 1, MOST) == 1;
}

static void
orphans(void)
{
	static char const *const words[] = { "web", 0 };
	pid_t pid;

	begin();
	ok(!svscan_taken(&s, web), "nobody holds the lock");
	pid = start("s6-supervise", "supervise", words, 0);
	ok(svscan_taken(&s, web) && web->pid == pid && web->watch >= 0 && regained == 1 && s.adopting,
		"an orphan is taken over, with its pipe");
	ok(svscan_of_pid(&s, pid) == web && !web->place, "it is known, and waits for nothing");
	end(pid);
	if (ok(happens(), "its end is heard of"))
		svscan_watched(&s);
	ok(died == 1 && !web->pid && web->watch < 0, "and how it ended");
	svscan_watched(&s);
	ok(died == 1, "nothing else happened");
}

/* One that is not ours to take. */
static void
others(void)
{
	static char const *const web_words[] = { "web", 0 }, *const scan[] = { ".", "s6-supervise", "supervise", "web", 0 },
		*const other[] = { "other", "s6-supervise", "supervise", "../web", 0 };
	pid_t pid, child;

	begin();
	pid = start("s6-supervise", "elsewhere", web_words, 0);
	ok(svscan_taken(&s, web) && !web->pid && web->error == EBUSY && web->watch >= 0 && !regained,
		"who works elsewhere is left alone, and watched");
	ok(svscan_taken(&s, web) && web->watch >= 0, "asked once more");
	end(pid);
	if (ok(happens(), "its end is heard of"))
		svscan_watched(&s);
	ok(!died && web->place && web->due <= clock_now() && web->watch < 0, "then it is our turn");

	begin();
	pid = start("s6-supervise", "elsewhere", web_words, 0);
	svscan_taken(&s, web);
	end(pid);
	s.stop = SVSCAN_TERM;
	if (ok(happens(), "while all stop, it is heard of"))
		svscan_watched(&s);
	ok(!web->place, "and nothing is started");

	begin();
	pid = start("s6-svscan", "parent", scan, &child);
	ok(svscan_taken(&s, web) && !web->pid && web->error == EBUSY, "one of a scanner that lives is left alone");
	end(pid);
	if (ok(happens(), "it goes with its scanner"))
		svscan_watched(&s);

	begin();
	pid = start("s6-svscan", "parent", other, &child);
	ok(svscan_taken(&s, web) && !web->pid, "of one that has that directory by another name, too");
	end(pid);
	happens();

	begin();
	pid = start("init", "parent", scan, &child);
	ok(svscan_taken(&s, web) && web->pid == child, "a child of another program is taken over");
	end(pid);
	happens();

	/* the reaper may be a scanner that has another service of that name */
	begin();
	make("other/web");
	pid = start("s6-svscan", "parent", (char const *const []){ "other", "s6-supervise", "elsewhere", "web", 0 }, &child);
	ok(!svscan_taken(&s, web), "who has another directory of that name is none of ours");
	end(pid);
	pid = start("s6-svscan", "parent",
		(char const *const []){ "other", "s6-supervise", "astray", "web", 0 }, &child);
	ok(svscan_taken(&s, web) && web->pid == child,
		"below a scanner that has another directory of that name: taken over");
	end(pid);
	happens();
	begin();
}

static int
asks_again(void)
{
	static int64_t const seconds[] = { 1, 2, 4, 8, 16, 32, 60, 60 };

	begin();
	for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
		int64_t before = clock_now();

		if (!svscan_taken(&s, web) || web->pid || web->error != EBUSY || !web->place
			|| web->due < before + seconds[i] * CLOCK_S || web->due > clock_now() + seconds[i] * CLOCK_S)
			return 0;
	}
	return 1;
}

static pid_t victim;

/* V's pidfd will tell that it has ended. */
static int
ends(struct supervisor *v)
{
	struct pollfd x = { .fd = v->watch, .events = POLLIN };

	return kill(victim, SIGKILL) == 0 && poll(&x, 1, MOST) == 1;
}

/* It was taken over, and after an upgrade it cannot be watched. */
static int
looks_again(void)
{
	begin();
	svscan_set_pid(&s, web, victim);
	web->watch = pidfd_of(victim);
	web->unheard = 1;
	svscan_rewatch(&s);
	if (!s.deaf || !web->unheard || gone || s.sweep <= clock_now() || s.sweep > clock_now() + CLOCK_S)
		return 0;
	s.sweep = CLOCK_NEVER;
	svscan_rewatch(&s);
	if (!s.deaf || gone || s.sweep == CLOCK_NEVER || !ends(web))
		return 0;
	svscan_rewatch(&s);
	return gone == 1 && !web->pid && web->watch < 0 && !web->unheard;
}

/* The like of one that was left alone. */
static int
looks_at_others(void)
{
	begin();
	web->watch = pidfd_of(victim);
	web->unheard = 1;
	svscan_rewatch(&s);
	if (!s.deaf || web->place || !ends(web))
		return 0;
	svscan_rewatch(&s);
	return !gone && web->place && web->watch < 0;
}

static void
unheard(void)
{
	static char const *const words[] = { "web", 0 };

	victim = start("s6-supervise", "supervise", words, 0);
	ok_denied("whom it cannot watch it asks again, less and less often", asks_again, DENY(SYS_pidfd_open, EPERM));
	ok_denied("after an upgrade it looks at those whom it cannot watch", looks_again, DENY(SYS_epoll_ctl, EPERM));
	end(victim);
	victim = start("s6-supervise", "supervise", words, 0);
	ok_denied("likewise for those that are not ours", looks_at_others, DENY(SYS_epoll_ctl, EPERM));
	end(victim);

	begin();
	victim = start("s6-supervise", "supervise", words, 0);
	svscan_set_pid(&s, web, victim);
	web->watch = pidfd_of(victim);
	web->unheard = 1;
	svscan_rewatch(&s);
	ok(!s.deaf && !web->unheard && s.sweep == CLOCK_NEVER, "else they are watched as before");
	end(victim);
	if (ok(happens(), "heard of"))
		svscan_watched(&s);
	ok(died == 1, "ended");
}

static void
left_alone(void)
{
	struct child c = { .stage = CHILD_NONE };
	int dir = open("web/supervise", O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;
	uid_t owner;

	begin();
	ok(!svscan_orphan(web), "no record, no orphan");
	fd = child_take(dir, &owner);
	child_write(fd, &c);
	ok(!svscan_orphan(web), "nobody on record");
	c.t0 = clock_boot();
	victim = start("run", "parent", (char const *const []){ ".", "sleep", "elsewhere", "other", 0 }, 0);
	c.stage = CHILD_RUN;
	c.pid = victim;
	c.t1 = clock_boot();
	child_write(fd, &c);
	ok(svscan_orphan(web) == victim, "a run without supervisor");
	c.t0 -= 100 * CLOCK_S;
	c.t1 -= 100 * CLOCK_S;
	child_write(fd, &c);
	ok(!svscan_orphan(web), "its number was another's");
	c.t0 += 200 * CLOCK_S;
	c.t1 += 200 * CLOCK_S;
	child_write(fd, &c);
	ok(!svscan_orphan(web), "or will be");
	c.t0 -= 100 * CLOCK_S;
	c.t1 -= 100 * CLOCK_S;
	c.stage = CHILD_FINISH;
	child_write(fd, &c);
	ok(!svscan_orphan(web), "a finish is none");
	c.stage = CHILD_RUN;
	child_write(fd, &c);
	kill(victim, SIGKILL);
	while (waitid(P_PID, (id_t)victim, &(siginfo_t){ 0 }, WEXITED | WNOWAIT) < 0 && errno == EINTR)
		;
	ok(!svscan_orphan(web), "nor is a zombie");
	waitpid(victim, 0, 0);
	ok(!svscan_orphan(web), "nor one that is gone");
	close(fd);
	close(dir);
}

/* What the one that is waited for does before the wait ends: nothing, it is not. */
enum how { TAKES_LOCK, ENDS, NOT_AWAITED };

static int
is_awaited(enum how how, char const *dir, pid_t newborn)
{
	int64_t before = clock_now();
	pid_t owner = 0;
	struct procstat ps;
	char path[64];

	s.dir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	svscan_await_newborn(&s);
	if (how == NOT_AWAITED)		/* else it would be for two seconds */
		return clock_now() - before < 1500 * CLOCK_MS;
	if (how == ENDS)
		return procstat_read(newborn, &ps) < 0 || ps.state == 'Z';
	snprintf(path, sizeof path, "%s/supervise/lock", dir);
	return lock_test(AT_FDCWD, path, &owner) == 1 && owner == newborn;
}

/* Waits in a child of ours: those whom it waits for are its siblings. */
static void
awaits(char const *comm, char const *role, char const *dir, enum how how, char const *name)
{
	char const *words[] = { dir, 0 };
	int status;
	pid_t pid, newborn = start(comm, role, words, 0);

	fflush(stdout);
	pid = tap_fork();
	if (!pid)
		_exit(!is_awaited(how, dir, newborn));
	waitpid(pid, &status, 0);
	ok(status == 0, "%s", name);
	end(newborn);
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		play(argv);
	tap_tmpdir();
	if (svscan_table(&s) < 0)
		return 111;
	make("web");
	make("other");
	if (mkdir("supervise", 0755) < 0)
		return 111;
	web = add("web");
	orphans();
	others();
	unheard();
	left_alone();
	awaits("s6-supervise", "newborn", "web", TAKES_LOCK, "a supervisor that has not its lock yet is waited for");
	awaits("s6-supervise", "newborn", ".", TAKES_LOCK, "one that has not left the scan directory, too");
	awaits("s6-svscan", "transient", ".", ENDS, "and one that has not executed its program");
	awaits("s6-svscan", "idle", "other", NOT_AWAITED, "but no scanner of another directory");
	awaits("something", "idle", "web", NOT_AWAITED, "nor any other program");
	begin();
	return done_testing();
}
