/*
 * fakesup.h - a process that plays supervisor of a service directory: holds
 * its lock, keeps its status, tells its listeners; it does what it is told and
 * says when it has done it.
 */

#ifndef FAKESUP_H
#define FAKESUP_H

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/event.h>
#include <sextet/lock.h>
#include <sextet/status.h>
#include <sextet/tai64n.h>

#include "tap.h"

struct fakesup {
	pid_t pid;
	int tell;
	int told;
};

/* u U d D: what it becomes; O: a permanent failure, with its D; s x: only
   said; n: a status that names a process that does not exist, only recorded;
   N: up, by the name of process 1, only recorded. */
static inline void
fakesup_do(int dir, int events, struct status *st, char c)
{
	char news[2] = { c, 'D' };

	switch (c) {
	case 'u': case 'U': st->pid = getpid(); st->ready = c == 'U'; break;
	case 'd': case 'D': case 'O': st->pid = 0; st->ready = c != 'd'; break;
	case 'n': st->pid = 0x3ffffff0; break;
	case 'N': st->pid = 1; break;
	}
	st->pgid = st->pid;
	st->finishing = st->paused = 0;
	status_write(dir, st);
	if (c != 'n' && c != 'N')
		event_notify(events, news, c == 'O' ? 2 : 1);
}

static inline void __attribute__((noreturn))
fakesup_live(char const *name, int in, int out)
{
	struct status st = { .paused = 1, .ready = 1 };
	int top, dir, events;
	char c;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	mkdir(name, 0755);
	top = open(name, O_RDONLY | O_DIRECTORY);
	mkdirat(top, "supervise", 0700);
	event_mkdir(top, "event", (gid_t)-1, 0);
	dir = openat(top, "supervise", O_RDONLY | O_DIRECTORY);
	events = event_open(top, "event");
	if (lock_take(dir, "lock", 0644, 0) < 0)
		_exit(100);
	tai64n_now(&st.stamp);
	st.readystamp = st.stamp;
	status_write(dir, &st);
	event_notify(events, "s", 1);
	if (write(out, "s", 1) < 0)
		_exit(111);
	while (read(in, &c, 1) == 1) {
		if (c == '.')
			break;
		fakesup_do(dir, events, &st, c);
		if (write(out, &c, 1) < 0)
			break;
	}
	_exit(0);
}

/* A supervisor for the directory NAME, which has said "s" when we return. */
static inline struct fakesup __attribute__((unused))
fakesup_start(char const *name)
{
	struct fakesup f;
	int in[2], out[2];
	char c;

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		exit(111);
	fflush(stdout);
	f.pid = tap_fork();
	if (!f.pid) {
		close(in[1]);
		close(out[0]);
		fakesup_live(name, in[0], out[1]);
	}
	close(in[0]);
	close(out[1]);
	f.tell = in[1];
	f.told = out[0];
	if (read(f.told, &c, 1) != 1)
		exit(111);
	return f;
}

/* Has it do each letter of WHAT, and waits until it has. */
static inline void __attribute__((unused))
fakesup_tell(struct fakesup *f, char const *what)
{
	char c;

	for (; *what; what++)
		if (write(f->tell, what, 1) != 1 || read(f->told, &c, 1) != 1)
			exit(111);
}

/* Ends it without a word. */
static inline void __attribute__((unused))
fakesup_kill(struct fakesup *f)
{
	int wstat;

	kill(f->pid, SIGKILL);
	waitpid(f->pid, &wstat, 0);
	close(f->tell);
	close(f->told);
}

#endif
