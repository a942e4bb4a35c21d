/* wait.c - waiting for states, events and the death of supervisors */

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <sextet/clock.h>
#include <sextet/wait.h>

#include "fakesup.h"

#define NAMES(...) ((char const *const[]){ __VA_ARGS__ })

static void
must_open(struct wait *w, char const *const *dirs, size_t n, char want)
{
	if (wait_open(w, dirs, n, want) < 0) {
		perror("wait_open");
		exit(111);
	}
}

/* One service, what it has done beforehand, what is wanted, what happens then:
   is it enough? */
static int
enough(struct fakesup *f, char const *before, char want, char const *after)
{
	struct wait w;
	enum wait_result r;

	fakesup_tell(f, before);
	if (wait_open(&w, NAMES("a"), 1, want) < 0)
		return -1;
	fakesup_tell(f, after);
	r = wait_run(&w, 0, clock_now());
	wait_close(&w);
	return r;
}

static void
states(struct fakesup *f)
{
	static struct {
		char const *before;
		char want;
		char const *after;
		int result;
	} const rows[] = {
		{ "", 'u', "", WAIT_TIMEOUT }, { "", 'd', "", WAIT_REACHED },
		{ "", 'D', "", WAIT_REACHED }, { "u", 'u', "", WAIT_REACHED },
		{ "u", 'U', "", WAIT_TIMEOUT }, { "u", 'd', "", WAIT_TIMEOUT },
		{ "u", 'U', "U", WAIT_REACHED }, { "U", 'U', "", WAIT_REACHED },
		{ "U", 'u', "", WAIT_REACHED }, { "U", 'D', "d", WAIT_TIMEOUT },
		{ "u", 'd', "d", WAIT_REACHED }, { "u", 'D', "dD", WAIT_REACHED },
		{ "u", 'd', "du", WAIT_REACHED }, { "d", 'd', "", WAIT_REACHED },
		{ "d", 'D', "", WAIT_TIMEOUT }, { "d", 'u', "u", WAIT_REACHED },
		{ "u", 'r', "", WAIT_TIMEOUT }, { "u", 'r', "dD", WAIT_TIMEOUT },
		{ "u", 'r', "dDu", WAIT_REACHED }, { "u", 'R', "dDu", WAIT_TIMEOUT },
		{ "u", 'R', "dDuU", WAIT_REACHED }, { "U", 'r', "U", WAIT_TIMEOUT },
		{ "D", 'r', "", WAIT_TIMEOUT }, { "D", 'r', "u", WAIT_REACHED },
		{ "d", 'R', "DuU", WAIT_REACHED },
		/* permanent failure, the supervisor's orderly end */
		{ "u", 'u', "", WAIT_REACHED }, { "D", 'u', "O", WAIT_FAILED },
		{ "D", 'U', "uO", WAIT_FAILED }, { "u", 'r', "O", WAIT_FAILED },
		{ "u", 'd', "O", WAIT_REACHED }, { "u", 'D', "dO", WAIT_REACHED },
		{ "D", 'u', "x", WAIT_FAILED }, { "u", 'd', "x", WAIT_FAILED },
		{ "u", 'D', "dDx", WAIT_REACHED }, { "D", 'u', "s", WAIT_TIMEOUT },
		/* a record that cannot be is believed only as far as it can be checked:
		   nothing says that its pid is of this PID namespace */
		{ "n", 'u', "", WAIT_REACHED }, { "N", 'u', "", WAIT_REACHED },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		ok(enough(f, rows[i].before, rows[i].want, rows[i].after) == rows[i].result,
			"\"%s\", want %c, then \"%s\": %d", rows[i].before, rows[i].want,
			rows[i].after, rows[i].result);
}

static void
several(struct fakesup *a, struct fakesup *b)
{
	struct wait w;

	fakesup_tell(a, "D");
	fakesup_tell(b, "D");
	ok(wait_open(&w, NAMES("a", "b"), 2, 'u') == 0, "two services");
	fakesup_tell(a, "u");
	ok(wait_run(&w, 0, clock_now()) == WAIT_TIMEOUT, "one of two is not all");
	ok(wait_run(&w, 1, clock_now()) == WAIT_REACHED, "but any");
	ok(wait_reached(&w, 0) && !wait_reached(&w, 1), "namely the first");
	fakesup_tell(a, "dD");
	fakesup_tell(b, "u");
	ok(wait_run(&w, 0, clock_now()) == WAIT_TIMEOUT, "both were up, but not at the same time");
	fakesup_tell(a, "u");
	ok(wait_run(&w, 0, clock_now()) == WAIT_REACHED, "both are up");
	wait_close(&w);

	must_open(&w, NAMES("a", "b"), 2, 'd');
	fakesup_tell(a, "dDu");
	fakesup_tell(b, "dDu");
	ok(wait_run(&w, 0, clock_now()) == WAIT_TIMEOUT, "both were down, but not at the same time");
	wait_close(&w);
	must_open(&w, NAMES("a", "b"), 2, 'd');
	w.latch = 1;
	fakesup_tell(a, "dDu");
	fakesup_tell(b, "dDu");
	ok(wait_run(&w, 0, clock_now()) == WAIT_REACHED, "which will do for a latch");
	wait_close(&w);

	must_open(&w, NAMES("a", "b"), 2, 'r');
	fakesup_tell(a, "dDu");
	ok(wait_run(&w, 0, clock_now()) == WAIT_TIMEOUT, "one restarted");
	ok(wait_run(&w, 1, clock_now()) == WAIT_TIMEOUT, "any: not all were down");
	fakesup_tell(b, "dD");
	ok(wait_run(&w, 1, clock_now()) == WAIT_REACHED, "any: all were down and one is up");
	fakesup_tell(b, "u");
	ok(wait_run(&w, 0, clock_now()) == WAIT_REACHED, "both restarted, one after the other");
	wait_close(&w);

	must_open(&w, NAMES("a", "b", "a"), 3, 'u');
	w.services[2].want = 'U';
	fakesup_tell(b, "O");
	ok(wait_run(&w, 0, clock_now()) == WAIT_TIMEOUT && wait_failures(&w) == 1,
		"one failed, one is still awaited");
	fakesup_tell(a, "U");
	ok(wait_run(&w, 0, clock_now()) == WAIT_FAILED && wait_failures(&w) == 1, "all settled");
	fakesup_tell(b, "u");
	wait_close(&w);
	fakesup_tell(a, "D");
	must_open(&w, NAMES("a", "b"), 2, 'U');
	fakesup_tell(a, "O");
	ok(wait_run(&w, 1, clock_now()) == WAIT_FAILED, "any: a failure will do");
	fakesup_tell(a, "uU");
	fakesup_tell(b, "U");
	ok(wait_run(&w, 0, clock_now()) == WAIT_REACHED && !wait_failures(&w),
		"a new start makes good for it");
	wait_close(&w);
	ok(wait_open(&w, 0, 0, 'u') == 0 && wait_run(&w, 0, CLOCK_NEVER) == WAIT_REACHED, "none at all");
	wait_close(&w);
}

/* As enough, with commands sent after "before" and "during". */
static int
commanded(struct fakesup *f, char const *before, char want, char const *during,
	char const *cmds, char const *after)
{
	struct wait w;
	enum wait_result r;

	fakesup_tell(f, before);
	must_open(&w, NAMES("a"), 1, want);
	w.latch = 1;
	fakesup_tell(f, during);
	wait_command(&w, 0, cmds, strlen(cmds));
	fakesup_tell(f, after);
	r = wait_run(&w, 0, clock_now());
	wait_close(&w);
	return r;
}

static void
commands(struct fakesup *f)
{
	static struct {
		char const *before;
		char want;
		char const *during, *cmds, *after;
		int result;
	} const rows[] = {
		{ "U", 'U', "", "r", "", WAIT_TIMEOUT }, { "U", 'U', "", "r", "dDu", WAIT_TIMEOUT },
		{ "U", 'U', "", "r", "dDuU", WAIT_REACHED }, { "u", 'u', "", "t", "", WAIT_TIMEOUT },
		{ "u", 'u', "", "t", "du", WAIT_REACHED }, { "u", 'u', "", "k", "", WAIT_TIMEOUT },
		{ "u", 'u', "", "K", "", WAIT_TIMEOUT }, { "u", 'u', "", "i", "", WAIT_TIMEOUT },
		{ "u", 'u', "", "h", "", WAIT_REACHED }, { "u", 'u', "", "1", "", WAIT_REACHED },
		{ "u", 'u', "", "u", "", WAIT_REACHED }, { "u", 'U', "", "u", "", WAIT_TIMEOUT },
		{ "u", 'u', "dDu", "r", "", WAIT_TIMEOUT }, { "u", 'u', "dD", "r", "", WAIT_TIMEOUT },
		{ "u", 'u', "dD", "r", "u", WAIT_REACHED }, { "u", 'd', "du", "d", "", WAIT_TIMEOUT },
		{ "D", 'd', "", "d", "", WAIT_REACHED }, { "u", 'd', "", "d", "d", WAIT_REACHED },
		{ "u", 'd', "", "r", "du", WAIT_REACHED }, { "D", 'D', "", "o", "", WAIT_TIMEOUT },
		{ "D", 'D', "", "o", "udD", WAIT_REACHED }, { "D", 'd', "", "u", "", WAIT_TIMEOUT },
		{ "D", 'd', "", "u", "u", WAIT_TIMEOUT }, { "D", 'd', "", "u", "ud", WAIT_REACHED },
		{ "d", 'd', "", "o", "", WAIT_REACHED }, { "D", 'd', "", "O", "", WAIT_REACHED },
		{ "D", 'd', "", "x", "x", WAIT_REACHED }, { "D", 'u', "", "u", "u", WAIT_REACHED },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		ok(commanded(f, rows[i].before, rows[i].want, rows[i].during, rows[i].cmds,
			rows[i].after) == rows[i].result, "\"%s\", -w%c -%s, then \"%s\": %d",
			rows[i].before, rows[i].want, rows[i].cmds, rows[i].after, rows[i].result);
}

static void
skipping(struct fakesup *a, struct fakesup *b)
{
	struct wait w;

	fakesup_tell(a, "u");
	fakesup_tell(b, "D");
	must_open(&w, NAMES("a", "b"), 2, 'u');
	wait_skip(&w, 1);
	ok(wait_run(&w, 0, clock_now()) == WAIT_REACHED, "a skipped one is not waited for");
	wait_close(&w);
	must_open(&w, NAMES("b", "a"), 2, 'u');
	wait_skip(&w, 0);
	wait_skip(&w, 1);
	ok(wait_run(&w, 1, clock_now()) == WAIT_REACHED, "all skipped");
	wait_close(&w);
}

static void
strangers(void)
{
	struct wait w;

	ok(wait_open(&w, NAMES("nowhere"), 1, 'd') == -1 && errno == ENOENT
		&& !strcmp(w.dir, "nowhere"), "no such directory");
	mkdir("never", 0755);
	ok(wait_open(&w, NAMES("never"), 1, 'u') == -1 && errno == ENOENT
		&& !strcmp(w.action, "read status of "), "never supervised: cannot come up");
	ok(wait_open(&w, NAMES("a", "never"), 2, 'u') == -1 && !strcmp(w.dir, "never"),
		"the bad one of two is named");
	ok(wait_open(&w, NAMES("never"), 1, 'D') == 0
		&& wait_run(&w, 0, CLOCK_NEVER) == WAIT_REACHED, "never supervised: is down");
	wait_close(&w);
	ok(access("never/event", F_OK) < 0, "and left as it was");
	close(open("plain", O_CREAT | O_WRONLY, 0644));
	ok(wait_open(&w, NAMES("plain"), 1, 'd') == -1 && errno == ENOTDIR, "a file");
}

/* Kills F in a while, in another process. Returns that. */
static pid_t
kill_soon(struct fakesup *f)
{
	pid_t pid;

	fflush(stdout);
	pid = tap_fork();
	if (!pid) {
		usleep(30000);
		kill(f->pid, SIGKILL);
		_exit(0);
	}
	return pid;
}

/* Is the death of NAME's supervisor noticed, and after how many ms? The process
   that its record names does not exist, so the service is down then. */
static int
notices(char const *name, int *took)
{
	struct fakesup f = fakesup_start(name);
	int64_t start;
	struct wait w;
	enum wait_result r;
	pid_t killer;
	int wstat;

	fakesup_tell(&f, "n");
	if (wait_open(&w, &name, 1, 'd') < 0)
		return 0;
	killer = kill_soon(&f);
	start = clock_now();
	r = wait_run(&w, 0, clock_deadline(4000));
	*took = (int)((clock_now() - start) / CLOCK_MS);
	wait_close(&w);
	waitpid(killer, &wstat, 0);
	fakesup_kill(&f);
	return r == WAIT_REACHED;
}

/* From now on the system calls A and B fail with EPERM. 0 when that cannot be. */
static int
deny(unsigned int a, unsigned int b)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, a, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, b, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof code / sizeof *code, code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
		&& prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) == 0;
}

/* The same in a process that may not use these system calls. */
static void
notices_without(unsigned int a, unsigned int b, int most, char const *what)
{
	int wstat, took = 0;
	pid_t pid;

	fflush(stdout);
	pid = tap_fork();
	if (!pid) {
		if (!deny(a, b))
			_exit(2);
		_exit(notices("k", &took) && took < most ? 0 : 1);
	}
	waitpid(pid, &wstat, 0);
	if (WIFEXITED(wstat) && WEXITSTATUS(wstat) == 2)
		ok(1, "%s # SKIP no seccomp", what);
	else
		ok(WIFEXITED(wstat) && !WEXITSTATUS(wstat), "%s", what);
}

/* A supervisor says that it is there when the status cannot be read. */
static void
unreadable(void)
{
	struct fakesup f = fakesup_start("unread");
	int events = event_open(AT_FDCWD, "unread/event");
	struct wait w;

	fakesup_tell(&f, "N");
	ok(rename("unread/supervise/status", "up") == 0, "its record says that it is up");
	fakesup_tell(&f, "D");
	must_open(&w, NAMES("unread"), 1, 'u');
	ok(unlink("unread/supervise/status") == 0 && mkfifo("unread/supervise/status", 0600) == 0
		&& event_notify(events, "s", 1) >= 0 && wait_run(&w, 0, clock_now()) == WAIT_TIMEOUT,
		"which cannot be read");
	ok(rename("up", "unread/supervise/status") == 0 && wait_run(&w, 0, clock_deadline(10000)) == WAIT_REACHED,
		"it is looked at again");
	wait_close(&w);
	close(events);
	fakesup_kill(&f);
}

static void
deaths(struct fakesup *b)
{
	struct fakesup f = fakesup_start("c");
	struct wait w;
	int took = 0, noticed = notices("k", &took);

	ok(noticed && took < 800, "a killed supervisor is noticed (%d ms)", took);
#ifdef SYS_pidfd_open
	notices_without(SYS_pidfd_open, SYS_pidfd_open, 800, "without pidfd: by its lock file");
	notices_without(SYS_pidfd_open, SYS_inotify_init1, 3000, "without inotify: by a look a second");
#endif
	fakesup_tell(&f, "N");
	must_open(&w, NAMES("c"), 1, 'u');
	ok(wait_run(&w, 0, clock_now()) == WAIT_REACHED, "up under a supervisor");
	wait_close(&w);
	fakesup_kill(&f);
	must_open(&w, NAMES("c"), 1, 'u');
	ok(wait_run(&w, 0, clock_deadline(20)) == WAIT_TIMEOUT, "not up without one");
	f = fakesup_start("c");
	fakesup_tell(&f, "u");
	ok(wait_run(&w, 0, clock_now()) == WAIT_REACHED, "a new supervisor is heard");
	fakesup_tell(&f, "N");
	fakesup_kill(&f);
	wait_close(&w);

	ok(wait_open(&w, NAMES("c"), 1, 'd') == 0
		&& wait_run(&w, 0, clock_deadline(20)) == WAIT_TIMEOUT,
		"no supervisor and a living process on record: not down");
	f = fakesup_start("c");
	ok(wait_run(&w, 0, clock_now()) == WAIT_REACHED, "until a new one says so");
	fakesup_tell(&f, "n");
	fakesup_kill(&f);
	wait_close(&w);
	ok(wait_open(&w, NAMES("c"), 1, 'D') == 0
		&& wait_run(&w, 0, CLOCK_NEVER) == WAIT_REACHED, "no living process on record: down at once");
	wait_close(&w);

	/* two that nobody supervises, and one that fails by itself: after the
	   grace, all at once */
	fakesup_tell(b, "D");
	must_open(&w, NAMES("c", "b", "k"), 3, 'u');
	fakesup_tell(b, "O");
	{
		int64_t start = clock_now();
		enum wait_result r = wait_run(&w, 0, CLOCK_NEVER);
		int64_t spent = clock_now() - start;

		ok(r == WAIT_FAILED && wait_failures(&w) == 3, "given up on");
		ok(spent > WAIT_GRACE - 100 * CLOCK_MS && spent < WAIT_GRACE + 2 * CLOCK_S,
			"after the grace (%d ms)", (int)(spent / CLOCK_MS));
	}
	wait_close(&w);
}

/* More services than the limit of descriptors has room for. */
static void
crowd(void)
{
	static char const *names[100];
	struct rlimit few, now;
	struct fakesup f;
	struct wait w;

	getrlimit(RLIMIT_NOFILE, &few);
	few.rlim_cur = 24;
	setrlimit(RLIMIT_NOFILE, &few);
	f = fakesup_start("e");
	fakesup_tell(&f, "u");
	for (int i = 0; i < 100; i++)
		names[i] = "e";
	ok(wait_open(&w, names, 100, 'U') == 0, "100 listeners under a limit of 24 descriptors");
	wait_usual_limit(&w);
	ok(getrlimit(RLIMIT_NOFILE, &now) == 0 && now.rlim_cur == 24, "the limit can be given back");
	fakesup_tell(&f, "U");
	ok(wait_run(&w, 0, clock_deadline(4000)) == WAIT_REACHED, "all hear");
	wait_close(&w);
	ok(getrlimit(RLIMIT_NOFILE, &now) == 0 && now.rlim_cur == 24, "and is, in the end");
	fakesup_tell(&f, "u");
	ok(wait_open(&w, names, 10, 'u') == 0 && wait_run(&w, 0, CLOCK_NEVER) == WAIT_REACHED,
		"ten do as well");
	wait_close(&w);
	ok(rmdir("e/event") == 0, "no FIFO is left");
	fakesup_kill(&f);
}

int
main(void)
{
	struct fakesup a, b;

	tap_tmpdir();
	a = fakesup_start("a");
	b = fakesup_start("b");
	states(&a);
	several(&a, &b);
	commands(&a);
	skipping(&a, &b);
	strangers();
	unreadable();
	deaths(&b);
	fakesup_kill(&a);
	fakesup_kill(&b);
	crowd();
	ok(rmdir("a/event") == 0 && rmdir("b/event") == 0, "every FIFO was removed");
	return done_testing();
}
