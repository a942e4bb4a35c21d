/* interrupted.c - a call that a signal cuts short is made again, and nobody notices */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/bootphase.h>
#include <sextet/child.h>
#include <sextet/clock.h>
#include <sextet/companion.h>
#include <sextet/contcode.h>
#include <sextet/contenv.h>
#include <sextet/envdir.h>
#include <sextet/filereplace.h>
#include <sextet/handover.h>
#include <sextet/history.h>
#include <sextet/linein.h>
#include <sextet/notification.h>
#include <sextet/nsswitch.h>
#include <sextet/outbuf.h>
#include <sextet/passwd.h>
#include <sextet/pidfd.h>
#include <sextet/sigfd.h>
#include <sextet/spawn.h>
#include <sextet/tai64n.h>
#include <sextet/tally.h>
#include <sextet/tree.h>

#include "apart.h"

static int top, super, record, line[2];	/* a pipe with "line\n" for who reads it */

static void
put(char const *file, char const *text)
{
	FILE *f = tap_need(fopen(file, "w"));

	if (fputs(text, f) < 0 || fclose(f))
		exit(111);
}

static int
records(void)
{
	struct death d = { .exitcode = 5 }, got[4];
	int t = -1;

	tai64n_now(&d.stamp);
	tally_clear("s");
	want(tally_append(super, &t, &d, 4) == 0);
	want(tally_read("s", got, 4) == 1 && got[0].exitcode == 5);
	return 1;
}

static int
deaths(void)
{
	history_forget(top);
	want(history_add(top, CLOCK_S, 2, 10) == 0);
	want(history_add(top, 2 * CLOCK_S, 2, 10) == 1);
	return 1;
}

static int
files(void)
{
	char text[16] = "";

	want(filereplace_rename(top, "file", "text\n", 5, 0644) == 0);
	want(file_read(top, "file", text, sizeof text) == 5 && !memcmp(text, "text\n", 5));
	return 1;
}

static int
trees(void)
{
	char text[16] = "";

	tree_remove(AT_FDCWD, "to");
	want(tree_copy(AT_FDCWD, "from", AT_FDCWD, "to") == 0);
	want(file_read(AT_FDCWD, "to/f", text, sizeof text) == 7 && !memcmp(text, "content", 7));
	return 1;
}

static int
accounts(void)
{
	char name[ACCOUNT_NAMESIZE], text[NSSWITCH_SIZE];
	uid_t uid;
	gid_t gid;

	want(passwd_user("passwd", "u", &uid, &gid) == ACCOUNT_FOUND && uid == 5 && gid == 6);
	want(passwd_name("passwd", 5, name) == ACCOUNT_FOUND && !strcmp(name, "u"));
	want(nsswitch_read("nsswitch", text) == 1 && !strncmp(text, "passwd: files", 13));
	return 1;
}

static int
switches(void)
{
	char text[NSSWITCH_SIZE];

	want(nsswitch_read("nsswitch", text) == 1 && !strncmp(text, "passwd: files", 13));
	return 1;
}

static int
phases(void)
{
	want(bootphase_set(".", BOOTPHASE_BOOT) == 1 && bootphase_set(".", BOOTPHASE_STOP) == 1);
	want(bootphase_read(".") == BOOTPHASE_STOP);
	return 1;
}

static int
signals(void)
{
	sigset_t set;
	pid_t from;
	int s;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	s = sigfd_open(&set);
	kill(getpid(), SIGUSR1);
	want(sigfd_read(s, &from) == SIGUSR1 && from == getpid() && sigfd_read(s, &from) == 0);
	return 1;
}

static int
processes(void)
{
	int p = pidfd_of(getpid());

	want(p < 0 || pidfd_exited(p) == 0);
	return 1;
}

static int
handing_over(void)
{
	struct handover h;

	want(handover_begin(&h, "tap") == 0 && handover_end(&h) >= 0);
	return 1;
}

/* The middle one of three is waited for. */
static int
companions(void)
{
	switch (companion_fork(0, 1)) {
	case COMPANION_ITSELF: _exit(0);
	case COMPANION_ERROR: want(!"forked");
	case COMPANION_PROGRAM: break;
	}
	return 1;
}

static int
child_records(void)
{
	struct child c = { .stage = CHILD_RUN, .pid = getpid(), .t0 = 1, .t1 = 2 }, got;

	want(child_write(record, &c) == 0 && child_read(record, &got) == 0 && got.pid == getpid());
	return 1;
}

static int
codes(void)
{
	want(contcode_write(".", 7) == 0 && contcode_read(".") == 7);
	return 1;
}

static int
lines(void)
{
	static struct linein in;
	struct linein_piece piece;

	linein_init(&in, line[0]);
	want(linein_read(&in) == 10 && linein_next(&in, &piece) && piece.len >= 4 && !memcmp(piece.s, "line", 4));
	return 1;
}

static int
words(void)
{
	want(notification_read(line[0]) == NOTIFICATION_READY);
	return 1;
}

static int
output(void)
{
	static struct outbuf o;
	char text[8] = "";
	int p[2];

	want(pipe(p) == 0);
	o.fd = p[1];
	want(outbuf_put(&o, "text", 4) == 0 && outbuf_flush(&o) == 0);
	want(read(p[0], text, sizeof text) == 4 && !memcmp(text, "text", 4));
	return 1;
}

static int
environments(void)
{
	static char const *const vars[] = { "A=content", 0 };
	stralloc changes = STRALLOC_ZERO;

	tree_remove(AT_FDCWD, "env");
	want(contenv_dump("env", vars) == 0);
	want(envdir_read("env", &changes, 0, '\n') == 1 && changes.len == 10 && !memcmp(changes.s, "A=content", 10));
	return 1;
}

/* Of a program that does not exist nothing is left. */
static int
births(void)
{
	static char const *const argv[] = { "none", 0 };

	want(spawn_simple("./none", argv, argv, 0, 0, 0) == -1 && errno == ENOENT);
	want(waitpid(-1, 0, WNOHANG) == -1 && errno == ECHILD);
	return 1;
}

int
main(void)
{
	tap_tmpdir();
	mkdir("s", 0755);
	mkdir("s/supervise", 0700);
	mkdir("from", 0755);
	put("from/f", "content");
	put("passwd", "root:x:0:0::/:\nu:x:5:6::/:\n");
	put("nsswitch", "passwd: files\n");
	top = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	super = open("s/supervise", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	mkdir("env-stage3", 0755);
	record = child_take(super, &(uid_t){ 0 });
	if (top < 0 || super < 0 || record < 0 || pipe(line) < 0 || write(line[1], "line\nline\n", 10) != 10)
		return 111;
	ok_once("a death is appended", records, DENY(SYS_write, EINTR));
	ok_once("deaths are read", records, DENY(SYS_pread64, EINTR));
	ok_once("a death for the limit is written", deaths, DENY(SYS_pwrite64, EINTR));
	ok_once("and read", deaths, DENY(SYS_pread64, EINTR));
	ok_once("a file is replaced", files, DENY(SYS_pwrite64, EINTR));
	ok_once("and read", files, DENY(SYS_read, EINTR));
	ok_once("a tree is copied: reading", trees, DENY(SYS_read, EINTR));
	ok_once("and writing", trees, DENY(SYS_write, EINTR));
	ok_once("users are read", accounts, DENY(SYS_read, EINTR));
	ok_once("and where to look for them", switches, DENY(SYS_read, EINTR));
	ok_once("a phase is locked", phases, DENY(SYS_flock, EINTR));
	ok_once("a signal is read", signals, DENY(SYS_read, EINTR));
	ok_once("a state is written for the next program", handing_over, DENY(SYS_write, EINTR));
	ok_once("a companion's middle is waited for", companions, DENY(SYS_wait4, EINTR));
#ifdef SYS_poll
	if (pidfd_of(getpid()) >= 0)
		ok_once("a process is asked", processes, DENY(SYS_poll, EINTR));
#endif
	ok_once("a record is written", child_records, DENY(SYS_pwrite64, EINTR));
	ok_once("and read", child_records, DENY(SYS_pread64, EINTR));
	ok_once("the exit code of a container is written", codes, DENY(SYS_write, EINTR));
	ok_once("a line is read", lines, DENY(SYS_read, EINTR));
	if (write(line[1], "line\n", 5) != 5)
		return 111;
	ok_once("a word of readiness", words, DENY(SYS_read, EINTR));
	ok_once("what was gathered is written", output, DENY(SYS_write, EINTR));
	ok_once("an environment is written", environments, DENY(SYS_writev, EINTR));
	ok_once("and read", environments, DENY(SYS_read, EINTR));
	ok_once("a child that became nothing is waited for", births, DENY(SYS_wait4, EINTR));
	return done_testing();
}
