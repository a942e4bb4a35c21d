/* scan/scan.c - what a scan directory holds, and what is wrong with it */

#include <fcntl.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <sextet/clock.h>

#include "scan/s6-svscan.h"

#include "apart.h"
#include "tap.h"

static struct svscan s;
static int retried;
static char told[256], closed[256];	/* names, each with a blank */

/* what the code under test asks of the others */

static void
note(char *list, char const *name)
{
	if (strlen(list) + strlen(name) + 2 < sizeof told)
		strcat(strcat(list, name), " ");
}

void
svscan_tell(struct supervisor *v, enum svscan_stop how)
{
	note(told, v->name);
	note(told, how == SVSCAN_TERM ? "term" : "quit");
}

void svscan_close_pipe(struct supervisor *v) { note(closed, v->name); }
void svscan_retry(struct svscan *x, int all) { (void)x; retried += !all; }

void
svscan_drop(struct svscan *x, struct supervisor *v)
{
	if (v->other && v->other->other == v)
		v->other->other = 0;
	svscan_free(x, v);
	svscan_look_soon(x);
}

/* A scanner for MAX services of the empty directory NAME, where we are then. */
static void
begin(char const *name, uint32_t max)
{
	static int top = -1;

	if (top < 0)
		top = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s.dir > 0)
		close(s.dir);
	memset(&s, 0, sizeof s);
	s.max = max;
	s.namemax = 20;
	s.watched = -1;
	s.look = s.rescan = CLOCK_NEVER;
	*told = *closed = 0;
	retried = 0;
	if (fchdir(top) < 0 || mkdir(name, 0755) < 0 || chdir(name) < 0 || svscan_table(&s) < 0)
		exit(111);
	s.dir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s.dir < 0)
		exit(111);
}

static void
make(char const *dir)
{
	if (mkdir(dir, 0755) < 0)
		exit(111);
}

static void
tie(char const *to, char const *name)
{
	if (symlink(to, name) < 0)
		exit(111);
}

static void
touch(char const *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		exit(111);
	close(fd);
}

static struct supervisor *
named(char const *name)
{
	for (uint32_t i = 0; i < s.top; i++)
		if (s.all[i].live && !strcmp(s.all[i].name, name))
			return &s.all[i];
	return 0;
}

/* The same, or one that is nothing: some call has failed. */
static struct supervisor *
at(char const *name)
{
	static char nameless[SVSCAN_PATHMAX];
	struct supervisor const none = { .name = nameless };
	static struct supervisor nobody;

	nobody = none;
	return named(name) ? named(name) : &nobody;
}

static struct bad *
bad(char const *name)
{
	for (uint32_t i = 0; i < s.nbad; i++)
		if (!strcmp(s.bad[i].name, name))
			return &s.bad[i];
	return 0;
}

static struct bad *
bad_at(char const *name)
{
	static struct bad const none;
	static struct bad nothing;

	nothing = none;
	return bad(name) ? bad(name) : &nothing;
}

static int
is_bad(char const *name, int error)
{
	return bad(name) && bad(name)->error == error;
}

/* As if it had been started: its supervisor works in its directory, whose inode is
   nobody else's then. */
static void
run(char const *name)
{
	static pid_t pid = 1000000;

	if (!named(name) || open(name, O_PATH | O_CLOEXEC) < 0)
		exit(111);
	svscan_unwait(&s, named(name));
	svscan_set_pid(&s, named(name), pid++);
}

static void
entries(void)
{
	char longest[300];

	begin("entries", 20);
	make("web");
	make("web/log");
	make("plain");
	make("filed");
	touch("filed/log");
	make(".hidden");
	touch("file");
	tie("file", "to-file");
	tie("nowhere", "dangling");
	tie("loop", "loop");
	tie("file/x", "through");
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = 0;
	tie(longest, "far");
	mkfifo("fifo", 0600);
	make("a-name-of-21-bytes---");
	svscan_scan(&s);
	ok(s.count == 4 && named("web") && named("web/log") && named("plain") && named("filed"), "services");
	ok(at("web")->other == named("web/log") && at("web/log")->other == named("web")
		&& at("web/log")->logger && !at("web")->logger && !at("plain")->other && !at("filed")->other,
		"with their loggers");
	ok(s.nwaiting == 4, "all are to be started");
	ok(at("web/log")->place < at("web")->place || at("web/log")->due <= at("web")->due,
		"no logger after its service");
	ok(is_bad("dangling", ENOENT) && is_bad("loop", ELOOP) && is_bad("through", ENOTDIR)
		&& is_bad("far", ENAMETOOLONG) && is_bad("a-name-of-21-bytes---", ENAMETOOLONG) && s.nbad == 5,
		"what cannot be");
	ok(s.look == CLOCK_NEVER && bad_at("loop")->due == CLOCK_NEVER, "and will not be by itself");
	svscan_scan(&s);
	ok(s.nbad == 5 && s.count == 4 && s.nwaiting == 4, "a second time: the same");
	unlink("dangling");
	make("nowhere");
	unlink("through");
	tie("nowhere", "through");
	svscan_scan(&s);
	ok(s.count == 5 && !bad("dangling") && !bad("through") && s.nbad == 3, "mended, or gone");
	unlink("loop");
	touch("loop");
	svscan_scan(&s);
	ok(!bad("loop") && s.nbad == 2, "a file is no matter");
}

static void
names(void)
{
	struct supervisor *v;

	begin("names", 20);
	make("one");
	svscan_scan(&s);
	v = at("one");
	run("one");
	tie("one", "two");
	svscan_scan(&s);
	ok(s.count == 1 && (named("one") == v || named("two") == v), "a directory of two names is one service");
	if (rename("one", "three") < 0 || unlink("two") < 0)
		exit(111);
	svscan_scan(&s);
	ok(s.count == 1 && named("three") == v && v->pid && v->active, "renamed: the same");
	make("four");
	svscan_scan(&s);
	rmdir("three");
	rmdir("four");
	svscan_scan(&s);
	ok(s.count == 1 && !v->active && v->pid, "one that runs stays until it is pruned");
	svscan_prune(&s, SVSCAN_QUIT);
	ok(!strcmp(told, "three quit ") && !strcmp(closed, "three ") && retried == 1, "it is told");
	s.prune = SVSCAN_TERM;
	make("five");
	svscan_scan(&s);
	ok(!strcmp(told, "three quit three term ") && s.prune == SVSCAN_RUNNING, "by a scan, too");
}

static void
loggers(void)
{
	struct supervisor *old, *v;

	begin("loggers", 20);
	make("log-of-all");
	make("a");
	make("b");
	make("c");
	make("own");
	tie("../log-of-all", "a/log");
	tie("../log-of-all", "b/log");
	tie("../log-of-all", "c/log");
	tie(".", "own/log");
	svscan_scan(&s);
	old = at("a")->other ? at("a")->other : at("none");
	ok(s.count == 5 && old && old->logger && old->shared && at("b")->other == old && at("c")->other == old,
		"a logger of several");
	ok(!at("own")->other && !at("own")->logger, "nobody is his own logger");
	for (uint32_t i = 0; i < s.top; i++)
		if (s.all[i].live)
			run(s.all[i].name);

	/* a has another one; the old one has its own entry, and stays */
	unlink("a/log");
	make("a/log");
	svscan_scan(&s);
	ok(named("a/log") && at("a")->other == named("a/log") && at("a")->other != old && old->active,
		"another one");

	begin("moved", 20);
	make("a");
	make("a/log");
	svscan_scan(&s);
	run("a");
	run("a/log");
	old = at("a/log");
	if (rename("a/log", "reader") < 0)
		exit(111);
	svscan_scan(&s);
	ok(old->active && named("a") && s.count == 2 && !strcmp(old->name, "reader"), "moved to where it is a service");
	make("a/log");
	svscan_scan(&s);
	ok(s.count == 3 && at("a")->other == named("a/log") && !old->other, "and a new one has its place");
	run("a/log");
	rmdir("a/log");
	old = at("a/log");
	svscan_scan(&s);
	ok(old->live && !old->active, "taken away");
	v = at("a");
	make("old");
	tie("../a", "old/log");
	svscan_scan(&s);
	ok(named("old") && at("old")->other == v && v->logger, "a service becomes a logger");
	make("a/new");
	tie("new", "a/log");
	svscan_scan(&s);
	ok(v->live && v->logger && s.count == 4, "a logger has none");
}

static void
unseen(void)
{
	begin("unseen", 20);
	make("a");
	make("a/log");
	make("ab");
	make("a0");
	svscan_scan(&s);
	run("a");
	run("a/log");
	run("ab");
	run("a0");
	rmdir("a/log");
	rmdir("ab");
	tie("log", "a/log");
	svscan_scan(&s);
	ok(is_bad("a", ELOOP) && at("a")->active && at("a/log")->active, "what cannot be looked at goes on");
	ok(!at("ab")->active && at("a0")->active, "others do as they should");
	unlink("a/log");
	svscan_scan(&s);
	ok(!bad("a") && at("a")->active && !at("a/log")->active, "until it can");
}

static void
full(void)
{
	begin("full", 2);
	make("a");
	svscan_scan(&s);
	make("b");
	make("b/log");
	svscan_scan(&s);
	ok(s.count == 1 && is_bad("b", BAD_FULL), "no room for two");
	svscan_look_again(&s, clock_now());
	ok(is_bad("b", BAD_FULL), "nor later");
	rmdir("b/log");
	svscan_look_soon(&s);
	ok(s.look == 0, "a slot may be free");
	svscan_look_again(&s, clock_now());
	ok(s.count == 2 && named("b") && !s.nbad, "room for one");
	make("c");
	make("d");
	make("e");
	svscan_scan(&s);
	ok(s.count == 2 && s.nbad == 2, "of the others two are kept in mind");
	svscan_look_soon(&s);
	svscan_look_again(&s, clock_now());
	ok(s.nbad == 2 && s.look == CLOCK_NEVER, "looked at while all is full");
	run("a");
	run("b");
	if (named("a"))
		svscan_drop(&s, named("a"));
	for (uint32_t i = 0; i < s.nbad; i++)
		rmdir(s.bad[i].name);
	svscan_look_again(&s, clock_now());
	ok(s.count == 1 && !s.nbad, "gone meanwhile");
	svscan_scan(&s);
	ok(s.count == 2, "who is left has the place");
}

static void
unreadable(void)
{
	int dir = s.dir, file;

	begin("unreadable", 4);
	make("a");
	svscan_scan(&s);
	run("a");
	rmdir("a");
	dir = s.dir;
	s.dir = -1;
	s.prune = SVSCAN_TERM;
	s.period = 0;
	svscan_scan(&s);
	ok(s.scan_error == EBADF && s.scan_delay == 1 && s.rescan > clock_now() && at("a")->active && !*told
		&& s.prune == SVSCAN_TERM, "not read: nothing is gone");
	svscan_scan(&s);
	svscan_scan(&s);
	ok(s.scan_delay == 4 && s.rescan > clock_now() + 3 * CLOCK_S, "less and less often");
	for (int i = 0; i < 5; i++)
		svscan_scan(&s);
	ok(s.scan_delay == 60, "once a minute at last");
	touch("file");
	file = open("file", O_RDONLY | O_CLOEXEC);
	s.dir = file;
	svscan_scan(&s);
	ok(s.scan_error == ENOTDIR && s.scan_delay == 1, "for another reason");
	close(file);
	s.dir = dir;
	svscan_scan(&s);
	ok(!s.scan_error && !s.scan_delay && !at("a")->active && !strcmp(told, "a term "), "read again");
}

/* In a process that may not stat. */
static int
blind(void)
{
	static int64_t const seconds[] = { 2, 4, 8, 16, 32, 60, 60 };

	svscan_scan(&s);
	if (!is_bad("a", EACCES) || !is_bad("loop", EACCES) || !at("a")->active || !at("a/log")->active
		|| bad_at("a")->delay != 1 || bad_at("loop")->delay != 1 || s.look > clock_now() + CLOCK_S)
		return 0;
	for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
		int64_t now = s.look > clock_now() ? s.look : clock_now();

		/* one may be due a little later than the other */
		svscan_look_again(&s, now + CLOCK_MS * 100);
		if (bad_at("a")->delay != seconds[i] || bad_at("a")->due > clock_now() + seconds[i] * CLOCK_S
			|| s.look > bad_at("a")->due)
			return 0;
	}
	svscan_look_again(&s, clock_now());
	return s.look >= clock_now() + 50 * CLOCK_S && s.nbad == 2;
}

static void
delays(void)
{
	begin("delays", 20);
	make("a");
	make("a/log");
	tie("loop", "loop");
	svscan_scan(&s);
	run("a");
	run("a/log");
	ok_denied("errors that may pass: looked at again, less and less often", blind,
#ifdef SYS_stat
		DENY(SYS_stat, EACCES), DENY(SYS_lstat, EACCES),
#endif
		DENY(SYS_newfstatat, EACCES));
}

int
main(void)
{
	tap_tmpdir();
	entries();
	names();
	loggers();
	unseen();
	full();
	unreadable();
	delays();
	return done_testing();
}
