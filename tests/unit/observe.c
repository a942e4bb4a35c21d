/* observe.c - one service, seen from outside */

#include <errno.h>
#include <limits.h>
#include <poll.h>

#include <sextet/clock.h>
#include <sextet/observe.h>

#include "apart.h"
#include "fakesup.h"

/* What has arrived, applied; the letters go to TO. */
static char const *
catch_up(struct observed *o)
{
	static char to[64];
	ssize_t n = read(o->listener.fd, to, sizeof to - 1);

	to[n > 0 ? n : 0] = 0;
	for (char *c = to; *c; c++)
		observe_event(o, *c);
	return to;
}

static int
readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0);
}

/* Puts into the status of NAME, which nobody supervises, that PID is up. */
static void
record(char const *name, pid_t pid)
{
	struct status st = { .pid = pid, .pgid = pid, .ready = 1, .wantup = 1 };
	int dir;

	mkdir(name, 0755);
	dir = chdir(name) < 0 ? -1 : (mkdir("supervise", 0700), open("supervise", O_RDONLY | O_DIRECTORY));
	tai64n_now(&st.stamp);
	st.readystamp = st.stamp;
	if (dir < 0 || status_write(dir, &st) < 0 || chdir("..") < 0)
		exit(111);
	close(dir);
}

/* What cannot be watched is said to be so. */
static int
without_pidfds(void)
{
	char const *action;
	struct observed o;
	struct fakesup f;
	pid_t own = getpid();

	record("w", own);
	want(observe_open(&o, "w", &action) == OBSERVE_OPEN && o.up && o.ready && o.blind && o.watch == -1
		&& o.alone != CLOCK_NEVER);
	observe_close(&o);
	f = fakesup_start("w");
	want(observe_open(&o, "w", &action) == OBSERVE_OPEN && o.blind && o.watch == -1
		&& o.alone == CLOCK_NEVER && !o.up);
	fakesup_kill(&f);
	want(observe_look(&o) == 0 && o.alone != CLOCK_NEVER && !o.blind);
	observe_close(&o);
	return 1;
}

static void
alone(void)
{
	char const *action;
	struct observed o;
	struct fakesup f;
	pid_t pid = tap_fork();

	if (!pid)
		_exit(0);
	while (waitid(P_PID, (id_t)pid, 0, WEXITED | WNOWAIT) < 0 && errno == EINTR)
		;
	record("z", pid);
	ok(observe_open(&o, "z", &action) == OBSERVE_OPEN && !o.up && o.ready && o.watch == -1 && !o.blind
		&& o.alone != CLOCK_NEVER, "a zombie on record that nobody reaps: down");
	waitpid(pid, 0, 0);
	f = fakesup_start("z");
	observe_event(&o, 'x');
	ok(o.alone != CLOCK_NEVER, "what says nothing of a state changes nothing");
	observe_event(&o, 'u');
	ok(o.alone == CLOCK_NEVER && o.up && !o.ready && (o.watch >= 0 || o.blind),
		"somebody speaks: somebody supervises it");
	fakesup_kill(&f);
	observe_close(&o);
}

/* Nothing that can be looked at; nothing is left then. */
static void
errors(void)
{
	static char const *const says[] = { "subscribe to events for ", "read status of " };
	char deep[PATH_MAX];
	char const *action;
	struct observed o;

	memset(deep, 'x', sizeof deep - 1);
	deep[sizeof deep - 1] = 0;
	ok(observe_open(&o, deep, &action) == OBSERVE_ERROR && errno == ENAMETOOLONG
		&& !strcmp(action, says[0]), "a name too long");
	mkdir("f", 0755);
	close(open("f/supervise", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	ok(observe_open(&o, "f", &action) == OBSERVE_ERROR && errno == ENOTDIR
		&& !strcmp(action, says[0]), "supervise is a file");
	record("e", getpid());
	close(open("e/event", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	ok(observe_open(&o, "e", &action) == OBSERVE_ERROR && errno == ENOTDIR
		&& !strcmp(action, says[0]), "event is a file");
	record("l", getpid());
	if (symlink("lock", "l/supervise/lock") < 0)
		exit(111);
	ok(observe_open(&o, "l", &action) == OBSERVE_ERROR && errno == ELOOP && !strcmp(action, says[1])
		&& rmdir("l/event") == 0, "the lock cannot be looked at");
	unlink("l/supervise/lock");
	ok(observe_open(&o, "l", &action) == OBSERVE_OPEN && o.up && o.watch >= 0, "it can");
	if (symlink("lock", "l/supervise/lock") < 0)
		exit(111);
	ok(observe_look(&o) == -1 && errno == ELOOP && o.up && o.watch >= 0 && o.alone != CLOCK_NEVER,
		"not any more: nothing changes");
	observe_close(&o);
}

static int
read_only(void)
{
	char const *action;
	struct observed o;

	record("r", getpid());
	want(chmod(".", 0755) == 0 && chmod("r/supervise", 0755) == 0 && seteuid(1234) == 0);
	want(observe_open(&o, "r", &action) == OBSERVE_ERROR && errno == EACCES
		&& !strcmp(action, "subscribe to events for "));
	want(seteuid(0) == 0 && access("r/event", F_OK) < 0);
	want(chmod("r/supervise", 0700) == 0 && seteuid(1234) == 0);
	want(observe_open(&o, "r", &action) == OBSERVE_ERROR && errno == EACCES);
	return 1;
}

int
main(void)
{
	char const *action = 0;
	struct observed o;
	struct fakesup f;
	struct stat st;
	int events;

	tap_tmpdir();
	ok(observe_open(&o, "none", &action) == OBSERVE_ERROR && errno == ENOENT
		&& !strcmp(action, "subscribe to events for "), "no such directory");
	mkdir("never", 0755);
	ok(observe_open(&o, "never", &action) == OBSERVE_NEVER && !o.up && o.ready && o.watch == -1
		&& o.listener.fd == -1, "never supervised");
	observe_close(&o);

	f = fakesup_start("a");
	ok(observe_open(&o, "a", &action) == OBSERVE_OPEN && !o.up && o.ready
		&& o.alone == CLOCK_NEVER, "supervised, not started yet");
	ok(!o.blind && o.watch >= 0 && !readable(o.watch), "its supervisor is watched");
	fakesup_tell(&f, "u");
	ok(!o.up && !strcmp(catch_up(&o), "u") && o.up && !o.ready, "u");
	fakesup_tell(&f, "U");
	ok(!strcmp(catch_up(&o), "U") && o.up && o.ready, "U");
	fakesup_tell(&f, "d");
	ok(!strcmp(catch_up(&o), "d") && !o.up && !o.ready, "d");
	fakesup_tell(&f, "O");
	ok(!strcmp(catch_up(&o), "OD") && !o.up && o.ready, "OD");
	/* what is on record cannot be read just when a supervisor says that it is there */
	events = event_open(AT_FDCWD, "a/event");
	ok(rename("a/supervise/status", "kept") == 0 && mkfifo("a/supervise/status", 0600) == 0
		&& event_notify(events, "s", 1) >= 0 && !strcmp(catch_up(&o), "s") && o.stale, "s, and no status");
	ok(observe_look(&o) == 0 && o.stale, "nor at the next look");
	ok(rename("kept", "a/supervise/status") == 0 && observe_look(&o) == 0 && !o.stale && !o.up && o.ready, "but later");
	o.stale = 1;
	fakesup_tell(&f, "u");
	ok(!strcmp(catch_up(&o), "u") && !o.stale && o.up, "or by what is said next");
	close(events);
	fakesup_tell(&f, "D");
	catch_up(&o);
	fakesup_tell(&f, "nx");
	ok(!strcmp(catch_up(&o), "x") && !o.up && o.ready, "x changes nothing");
	ok(observe_look(&o) == 0 && o.alone == CLOCK_NEVER, "nor has anybody left");
	fakesup_kill(&f);
	ok(readable(o.watch) == 1, "its death is told");
	ok(observe_look(&o) == 0 && o.alone <= clock_now() && !o.up && o.ready && o.watch == -1
		&& !o.blind, "alone, and no process on record: down");
	observe_close(&o);
	ok(observe_open(&o, "a", &action) == OBSERVE_OPEN && o.alone != CLOCK_NEVER && !o.up,
		"alone from the start");
	rmdir("a/event");
	f = fakesup_start("a");
	ok(!strcmp(catch_up(&o), "s") && o.alone == CLOCK_NEVER && o.watch >= 0, "a new supervisor");
	fakesup_tell(&f, "N");
	fakesup_kill(&f);
	ok(observe_look(&o) == 0 && o.alone != CLOCK_NEVER && o.watch >= 0 && !readable(o.watch),
		"alone, but a process is on record: that is watched");
	observe_close(&o);
	ok(o.watch == -1 && o.listener.fd == -1 && rmdir("a/event") == 0, "closed without a trace");

	ok(observe_open(&o, "a", &action) == OBSERVE_OPEN && stat("a/event", &st) == 0
		&& (st.st_mode & 07777) == 03730, "a missing event directory is made");
	observe_close(&o);
	unlink("a/supervise/status");
	ok(symlink("status", "a/supervise/status") == 0
		&& observe_open(&o, "a", &action) == OBSERVE_ERROR && errno == ELOOP, "a broken status");
	unlink("a/supervise/status");
	close(open("a/supervise/status", O_CREAT | O_WRONLY, 0644));
	ok(observe_open(&o, "a", &action) == OBSERVE_ERROR && errno == EPIPE
		&& !strcmp(action, "read status of ") && rmdir("a/event") == 0,
		"an empty status; no FIFO is left");
	alone();
	errors();
	ok_denied("without pidfds", without_pidfds, DENY(SYS_pidfd_open, ENOSYS));
	if (geteuid() == 0)
		ok_apart("where we may not listen", read_only);
	return done_testing();
}
