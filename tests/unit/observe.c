/* observe.c - one service, seen from outside */

#include <errno.h>
#include <poll.h>

#include <sextet/clock.h>
#include <sextet/observe.h>

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
	return done_testing();
}
