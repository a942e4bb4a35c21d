/* alive.c - judging a status file's pid */

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/alive.h>
#include <sextet/child.h>
#include <sextet/clock.h>
#include <sextet/procstat.h>
#include <sextet/tai64n.h>

#include "tap.h"

static int fd;
static struct child record;

/* A child that waits to be killed, and its record. */
static pid_t
start(void)
{
	pid_t pid;

	memset(&record, 0, sizeof record);
	record.stage = CHILD_RUN;
	record.t0 = clock_boot();
	pid = tap_fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	record.t1 = clock_boot();
	record.pid = pid;
	record.pidns = child_pidns();
	child_boot(record.boot);
	child_write(fd, &record);
	return pid;
}

static struct status st;

/* The status: up, with PID. */
static void
up(int dir, pid_t pid)
{
	memset(&st, 0, sizeof st);
	tai64n_now(&st.stamp);
	st.pid = st.pgid = pid;
	st.wantup = st.ready = 1;
	status_write(dir, &st);
}

/* A pid that was somebody's. */
static pid_t
dead(void)
{
	pid_t pid = tap_fork();

	if (!pid)
		_exit(0);
	waitpid(pid, 0, 0);
	return pid;
}

static void
corrections(int dir)
{
	pid_t gone = dead(), pid = start();
	struct status other;

	up(dir, pid);
	ok(alive_correct(".", &st) == ALIVE_STANDS && st.pid == pid, "up, and it lives: stands");
	up(dir, gone);
	ok(alive_correct(".", &st) == ALIVE_CORRECTED && st.pid == pid && !st.ready
		&& status_up(&st), "the next one runs already, so the record says");
	record.ready = 1;
	child_write(fd, &record);
	up(dir, gone);
	ok(alive_correct(".", &st) == ALIVE_CORRECTED && st.ready, "and is ready");
	up(dir, gone);
	other = st;
	st.pid = pid;
	status_write(dir, &st);
	ok(alive_correct(".", &other) == ALIVE_STANDS && other.pid == pid, "the status itself has changed");
	record.pidns++;
	child_write(fd, &record);
	up(dir, gone);
	ok(alive_correct(".", &st) == ALIVE_STANDS && st.pid == gone, "of another PID namespace: stands");
	record.pidns--;
	record.stage = CHILD_COUNTED;
	record.wstat = 0x500;
	child_write(fd, &record);
	up(dir, gone);
	ok(alive_correct(".", &st) == ALIVE_CORRECTED && !status_up(&st) && !status_never(&st)
		&& st.wstat == 0x500 && !st.ready && !st.wantup, "dead, so the record says");
	record.stage = CHILD_NONE;
	record.unknown = record.wantup = 1;
	child_write(fd, &record);
	up(dir, gone);
	ok(alive_correct(".", &st) == ALIVE_CORRECTED && st.wstat == 0xff00 && st.ready && st.wantup,
		"its end was not seen");
	record.stage = CHILD_RUN;
	record.pid = gone;
	child_write(fd, &record);
	up(dir, gone);
	ok(alive_correct(".", &st) == ALIVE_UNNOTICED && !status_up(&st) && st.wstat == 0xff00,
		"gone, and nobody has noticed");
	record.stage = CHILD_NONE;
	record.boot[3]++;
	child_write(fd, &record);
	up(dir, gone);
	ok(alive_correct(".", &st) == ALIVE_UNNOTICED && !status_up(&st), "a record of another boot");
	record.boot[3]--;
	unlinkat(dir, "status", 0);
	record.stage = CHILD_DEAD;
	child_write(fd, &record);
	ok(alive_correct(".", &st) == ALIVE_STANDS, "down stays down");
	up(dir, gone);
	unlinkat(dir, CHILD_FILE, 0);
	ok(alive_correct(".", &st) == ALIVE_STANDS && st.pid == gone, "without a record: stands");
	kill(pid, SIGKILL);
	waitpid(pid, 0, 0);
}

int
main(void)
{
	uid_t owner;
	int dir, wstat;
	pid_t pid;

	tap_tmpdir();
	mkdir("supervise", 0700);
	ok(alive_check(".", getpid()) == ALIVE_SEEMS_SO, "no record: it seems to live");
	pid = tap_fork();
	if (!pid)
		_exit(0);
	waitpid(pid, &wstat, 0);
	ok(alive_check(".", pid) == ALIVE_SEEMS_GONE, "no record: it seems gone");

	dir = open("supervise", O_RDONLY | O_DIRECTORY);
	fd = child_take(dir, &owner);
	pid = start();
	ok(alive_check(".", pid) == ALIVE_YES, "lives");
	ok(alive_check(".", getpid()) == ALIVE_SEEMS_SO, "the record is of another pid");
	if (procstat_works()) {
		record.t0 = record.t1 = clock_boot() - 100 * CLOCK_S;
		child_write(fd, &record);
		ok(alive_check(".", pid) == ALIVE_GONE, "a process that started later has got its pid");
	} else {
		ok(1, "a process that started later # SKIP no /proc");
	}
	record.stage = CHILD_DEAD;
	child_write(fd, &record);
	ok(alive_check(".", pid) == ALIVE_GONE, "a process that is recorded as dead");
	record.stage = CHILD_FINISH;
	record.boot[3]++;
	child_write(fd, &record);
	ok(alive_check(".", pid) == ALIVE_GONE, "another boot");
	child_boot(record.boot);
	record.pidns++;
	child_write(fd, &record);
	ok(alive_check(".", pid) == ALIVE_ELSEWHERE, "another PID namespace");
	kill(pid, SIGKILL);
	waitpid(pid, &wstat, 0);
	ok(alive_check(".", pid) == ALIVE_ELSEWHERE, "that cannot be told either");

	pid = start();
	kill(pid, SIGKILL);
	if (procstat_works()) {
		siginfo_t info;

		waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
		ok(alive_check(".", pid) == ALIVE_GONE, "a zombie is gone");
	} else {
		ok(1, "a zombie # SKIP no /proc");
	}
	waitpid(pid, &wstat, 0);
	ok(alive_check(".", pid) == ALIVE_GONE, "gone");
	corrections(dir);
	close(fd);
	close(dir);
	return done_testing();
}
