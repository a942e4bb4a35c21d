/* svlink.c - services linked and unlinked, with actors for s6-svscan and its
   supervisors */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/clock.h>
#include <sextet/lock.h>
#include <sextet/servicedir.h>
#include <sextet/sigfd.h>
#include <sextet/svlink.h>

#include "tap.h"

#define ACTORS 8

static struct {
	char name[64];
	pid_t pid[SVLINK_PARTS];
} acting[ACTORS];

/* A supervisor: holds the lock, says "s", and "x" when it is told to go. */
static pid_t
supervisor(char const *dir)
{
	int sigfd, super, events;
	pid_t pid = tap_fork(), from;

	if (pid)
		return pid;
	if (chdir(dir) < 0)
		_exit(1);
	sigfd = sigfd_open_end();
	mkdir("supervise", 0700);
	super = open("supervise", O_RDONLY | O_DIRECTORY);
	events = event_open(AT_FDCWD, "event");
	if (lock_take(super, "lock", 0644, 0) < 0 || event_notify(events, "s", 1) < 0)
		_exit(1);
	while (poll(&(struct pollfd){ .fd = sigfd, .events = POLLIN }, 1, -1) < 0
		|| sigfd_read(sigfd, &from) <= 0)
		;
	event_notify(events, "x", 1);
	_exit(0);
}

/* "a": starts a supervisor for each new link and its logger. */
static void
start_all(void)
{
	DIR *d = tap_need(opendir("scan"));
	struct dirent *e;

	while ((e = readdir(d))) {
		char path[640];
		int i = 0;

		if (e->d_name[0] == '.' || strlen(e->d_name) >= sizeof acting[0].name)
			continue;
		while (i < ACTORS && acting[i].name[0] && strcmp(acting[i].name, e->d_name))
			i++;
		if (i == ACTORS || acting[i].name[0])
			continue;
		strcpy(acting[i].name, e->d_name);
		snprintf(path, sizeof path, "scan/%s", e->d_name);
		acting[i].pid[0] = supervisor(path);
		snprintf(path, sizeof path, "scan/%s/log", e->d_name);
		acting[i].pid[1] = access(path, F_OK) == 0 ? supervisor(path) : 0;
	}
	closedir(d);
}

/* "n": ends those without a link. */
static void
prune(void)
{
	for (int i = 0; i < ACTORS; i++) {
		char path[640];

		snprintf(path, sizeof path, "scan/%s", acting[i].name);
		if (!acting[i].name[0] || access(path, F_OK) == 0)
			continue;
		for (int j = 0; j < SVLINK_PARTS; j++)
			if (acting[i].pid[j] > 0) {
				kill(acting[i].pid[j], SIGTERM);
				waitpid(acting[i].pid[j], 0, 0);
			}
		acting[i].name[0] = 0;
	}
}

static pid_t
scanner(void)
{
	int ready[2], ctl, dir;
	pid_t pid;
	char c;

	if (pipe(ready) < 0 || (pid = tap_fork()) < 0)
		exit(111);
	if (pid) {
		close(ready[1]);
		if (read(ready[0], &c, 1) != 1)
			exit(111);
		close(ready[0]);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	mkdir("scan/.s6-svscan", 0700);
	mkfifo("scan/.s6-svscan/control", 0600);
	ctl = open("scan/.s6-svscan/control", O_RDWR);
	dir = open("scan/.s6-svscan", O_RDONLY | O_DIRECTORY);
	if (lock_take(dir, "lock", 0600, 0) < 0 || write(ready[1], "x", 1) < 1)
		_exit(1);
	while (read(ctl, &c, 1) == 1) {
		if (c == 'a')
			start_all();
		else if (c == 'n')
			prune();
	}
	_exit(0);
}

static void
service(char const *name, int logged)
{
	char path[640];

	for (int i = 0; i <= logged; i++) {
		snprintf(path, sizeof path, "sv/%s%s", name, i ? "/log" : "");
		mkdir(path, 0755);
		strcat(path, "/run");
		close(open(path, O_WRONLY | O_CREAT, 0755));
	}
}

static struct svlink
link_of(char const *dir, char const *name)
{
	struct svlink l = { .scandir = "scan", .servicedir = dir, .name = name };

	return l;
}

static int
exists(char const *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static void
checks(void)
{
	struct svlink l = link_of("sv/none", "none");

	ok(svlink_name("web") && svlink_name("a b\n") && svlink_name("-x"), "names");
	ok(!svlink_name("") && !svlink_name(".web") && !svlink_name("a/b"), "what is no name");
	ok(svlink_check(&l) == SVLINK_ERROR && errno == ENOENT && !strcmp(l.path, "sv/none/run"),
		"no service directory: says what it misses");
	mkdir("sv/bad", 0755);
	close(open("sv/bad/run", O_WRONLY | O_CREAT, 0644));
	l.servicedir = "sv/bad";
	ok(svlink_check(&l) == SVLINK_NOTEXECUTABLE && !strcmp(l.path, "sv/bad/run"), "run cannot be executed");
	chmod("sv/bad/run", 0755);
	close(open("sv/bad/log", O_WRONLY | O_CREAT, 0644));
	ok(svlink_check(&l) == SVLINK_NOTDIRECTORY && !strcmp(l.path, "sv/bad/log"), "log is no directory");
	service("one", 0);
	l = link_of("sv/one", "one");
	ok(svlink_check(&l) == SVLINK_DONE && l.parts == 1, "a service");
	service("two", 1);
	l = link_of("sv/two", "two");
	ok(svlink_check(&l) == SVLINK_DONE && l.parts == 2, "a service with a logger");
	ok(svlink_add(&l, SVLINK_DOWN) == SVLINK_DONE && exists("scan/two") && exists("sv/two/down")
		&& exists("sv/two/log/down"), "added");
	ok(svlink_wait(&l, 1, clock_deadline(1000), -1) == SVLINK_NOSCAN, "but nobody scans");
	svlink_undo(&l);
	ok(!exists("scan/two") && !exists("sv/two/down") && !exists("sv/two/log/down"), "undone");
}

/* Links three services at once, unlinks them at once. */
static void
together(char const *how)
{
	char const *names[] = { "one", "two", "three" };
	struct svlink l[3];
	int good = 1, gone = 1, r;

	service("three", 0);
	for (int i = 0; i < 3; i++) {
		char path[64];

		snprintf(path, sizeof path, "sv/%s", names[i]);
		l[i] = link_of(strdup(path), names[i]);
		good &= svlink_check(l + i) == SVLINK_DONE && svlink_add(l + i, SVLINK_DOWN) == SVLINK_DONE;
	}
	ok(good, "%s: three are added", how);
	r = svlink_wait(l, 3, clock_deadline(10000), -1);
	for (int i = 0; i < 3; i++) {
		svlink_end(l + i, SVLINK_DOWN);
		good &= svlink_check(l + i) == SVLINK_SUPERVISED && l[i].parts == 0;
	}
	ok(r == SVLINK_DONE && good, "%s: all are supervised", how);
	ok(!exists("sv/one/down") && !exists("sv/two/log/down"), "%s: no file down is left", how);
	ok(svlink_add(l, 0) == SVLINK_DONE && svlink_wait(l, 1, clock_deadline(10000), -1) == SVLINK_DONE,
		"%s: linking what is supervised waits for nothing", how);
	for (int i = 0; i < 3; i++)
		good &= svunlink_remove(l + i) == SVLINK_DONE;
	ok(good && !exists("scan/one"), "%s: the links are removed", how);
	r = svunlink_wait(l, 3, clock_deadline(10000), -1);
	for (int i = 0; i < 3; i++) {
		svunlink_end(l + i);
		gone &= svlink_check(l + i) == SVLINK_DONE;
	}
	ok(r == SVLINK_DONE && gone, "%s: and so are their supervisors", how);
}

/* Until it has stopped it may still read what it is told next. */
static void
put_to_sleep(pid_t scan)
{
	kill(scan, SIGSTOP);
	waitpid(scan, 0, WUNTRACED);
}

static void
interrupted(pid_t scan)
{
	struct svlink l = link_of("sv/one", "one");
	int64_t end_of_wait = clock_deadline(10000);
	int end[2];
	pid_t came;

	put_to_sleep(scan);
	svlink_check(&l);
	came = supervisor("sv/one");
	while (servicedir_supervised("sv/one") != 1 && clock_now() < end_of_wait)
		usleep(1000);
	ok(svlink_add(&l, 0) == SVLINK_DONE
		&& svlink_wait(&l, 1, clock_deadline(5000), -1) == SVLINK_DONE,
		"a supervisor that came before we listened");
	svlink_undo(&l);
	kill(came, SIGTERM);
	waitpid(came, 0, 0);
	svlink_check(&l);
	ok(svlink_add(&l, SVLINK_STAYDOWN) == SVLINK_DONE, "s6-svscan sleeps");
	ok(svlink_wait(&l, 1, clock_deadline(20), -1) == SVLINK_TIMEOUT && errno == ETIMEDOUT, "too late");
	if (pipe(end) < 0 || write(end[1], "x", 1) < 1)
		exit(111);
	ok(svlink_wait(&l, 1, clock_deadline(10000), end[0]) == SVLINK_STOPPED, "told to stop");
	svlink_undo(&l);
	ok(!exists("scan/one") && !exists("sv/one/down"), "undone");
	kill(scan, SIGCONT);
	l.name = "none";
	ok(svunlink_remove(&l) == SVLINK_DONE && l.parts == 0, "to unlink what is not there");
	svunlink_end(&l);
	mkdir("scan/real", 0755);
	l.name = "real";
	ok(svunlink_remove(&l) == SVLINK_ERROR && errno == EISDIR && !strcmp(l.path, "scan/real"),
		"a real directory is no link");
	rmdir("scan/real");
}

/* Ends the s6-svscan SCAN; another one takes its place. */
static pid_t
successor(pid_t scan)
{
	struct pollfd p = { .events = POLLIN };
	pid_t pid = tap_fork();
	int fd;

	if (pid)
		return pid;
	/* not before it was told something */
	p.fd = open("scan/.s6-svscan/control", O_RDWR);
	poll(&p, 1, -1);
	kill(scan, SIGKILL);
	while (lock_test(AT_FDCWD, "scan/.s6-svscan/lock", 0) > 0)
		sched_yield();
	scanner();
	fd = open("scan/.s6-svscan/control", O_WRONLY);
	if (write(fd, "a", 1) == 1)
		pause();
	_exit(1);
}

static void
succeeded(pid_t scan)
{
	struct svlink l = link_of("sv/one", "one");
	pid_t next;

	put_to_sleep(scan);
	svlink_check(&l);
	if (!ok(svlink_add(&l, 0) == SVLINK_DONE, "one is to be linked"))
		exit(1);
	next = successor(scan);
	ok(svlink_wait(&l, 1, clock_deadline(10000), -1) == SVLINK_DONE, "s6-svscan is killed: the next one does it");
	svlink_end(&l, 0);
	ok(svunlink_remove(&l) == SVLINK_DONE && svunlink_wait(&l, 1, clock_deadline(10000), -1) == SVLINK_DONE,
		"and undoes it");
	svunlink_end(&l);
	kill(next, SIGKILL);
	waitpid(next, 0, 0);
}

/* As on a kernel without pidfds: in a process of its own. */
static void
without_pidfds(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 434, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof code / sizeof code[0], code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) < 0)
		ok(1, "without pidfds # SKIP no seccomp");
	else
		together("without pidfds");
}

int
main(void)
{
	pid_t scan;

	signal(SIGPIPE, SIG_IGN);
	tap_tmpdir();
	mkdir("scan", 0755);
	mkdir("sv", 0755);
	checks();
	scan = scanner();
	together("with pidfds");
	interrupted(scan);
	succeeded(scan);
	kill(scan, SIGKILL);	/* its successor does that, if all goes well */
	waitpid(scan, 0, 0);
	while (lock_test(AT_FDCWD, "scan/.s6-svscan/lock", 0) > 0)
		sched_yield();
	scan = scanner();
	without_pidfds();
	kill(scan, SIGKILL);
	waitpid(scan, 0, 0);
	return done_testing();
}
