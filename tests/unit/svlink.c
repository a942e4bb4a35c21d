/* svlink.c - services linked and unlinked, with actors for s6-svscan and its
   supervisors */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include <sextet/clock.h>
#include <sextet/lock.h>
#include <sextet/servicedir.h>
#include <sextet/sigfd.h>
#include <sextet/svlink.h>

#include "apart.h"

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

static void
touch(char const *path)
{
	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755));
}

/* What cannot be linked, and what is said of it. */
static void
refused(void)
{
	struct svlink l;
	char deep[PATH_MAX];

	service("odd", 0);
	l = link_of("sv/odd", "odd");
	if (symlink("log", "sv/odd/log") < 0)
		exit(111);
	ok(svlink_check(&l) == SVLINK_ERROR && errno == ELOOP && !strcmp(l.path, "sv/odd/log"),
		"a log that leads nowhere");
	unlink("sv/odd/log");
	mkdir("sv/odd/log", 0755);
	ok(svlink_check(&l) == SVLINK_ERROR && errno == ENOENT && !strcmp(l.path, "sv/odd/log/run"),
		"a logger without run");
	mkdir("sv/odd/log/run", 0755);
	ok(svlink_check(&l) == SVLINK_NOTEXECUTABLE && !strcmp(l.path, "sv/odd/log/run"), "whose run is a directory");
	rmdir("sv/odd/log/run");
	touch("sv/odd/log/run");
	mkdir("sv/odd/supervise", 0755);
	if (symlink("lock", "sv/odd/supervise/lock") < 0)
		exit(111);
	ok(svlink_check(&l) == SVLINK_ERROR && errno == ELOOP && !strcmp(l.path, "sv/odd/supervise/lock"),
		"a lock that cannot be looked at");
	unlink("sv/odd/supervise/lock");
	memset(deep, 'x', sizeof deep - 1);
	deep[sizeof deep - 1] = 0;
	l.servicedir = deep;
	ok(svlink_check(&l) == SVLINK_ERROR && errno == ENAMETOOLONG && strlen(l.path) == sizeof deep - 1,
		"a name too long");
	l.servicedir = "sv/odd";
	ok(svlink_check(&l) == SVLINK_DONE && l.parts == 2, "nothing is wrong any more");
	touch("sv/odd/log/event");
	ok(svlink_add(&l, SVLINK_DOWN) == SVLINK_ERROR && errno == ENOTDIR && !strcmp(l.path, "sv/odd/log/event")
		&& !exists("sv/odd/down") && !exists("scan/odd"), "no event directory: undone");
	ok(svlink_add(&l, SVLINK_FORCE) == SVLINK_ERROR && errno == ENOTDIR && !strcmp(l.path, "sv/odd/log/event"),
		"not by force either");
	unlink("sv/odd/log/event");
	touch("sv/odd/down");
	l.scandir = deep;
	ok(svlink_add(&l, SVLINK_DOWN) == SVLINK_ERROR && errno == ENAMETOOLONG && exists("sv/odd/down")
		&& !exists("sv/odd/log/down"), "no name for the link: a down that was there stays");
	unlink("sv/odd/down");
	l.scandir = "none";
	ok(svlink_add(&l, SVLINK_STAYDOWN) == SVLINK_ERROR && errno == ENOENT && !strcmp(l.path, "none/odd")
		&& !exists("sv/odd/down"), "no scan directory: undone");
	l.scandir = "scan";
	for (int i = 0; i < 2; i++) {
		if (symlink(i ? "nowhere" : "../sv", "scan/odd") < 0)
			exit(111);
		ok(svlink_add(&l, 0) == SVLINK_ERROR && errno == EEXIST && !strcmp(l.path, "scan/odd")
			&& exists("scan/odd"), "a link to %s is in its place: it stays", i ? "nothing" : "another");
		unlink("scan/odd");
	}
	if (symlink("../sv/odd", "scan/odd") < 0)
		exit(111);
	ok(svlink_add(&l, SVLINK_FORCE | SVLINK_PUBLIC) == SVLINK_DONE && !l.linked, "its own link will do");
	svlink_undo(&l);
	ok(exists("scan/odd") && !exists("sv/odd/down"), "which is not ours to undo");
	svlink_check(&l);
	rename("sv/odd", "sv/away");
	ok(svlink_add(&l, 0) == SVLINK_ERROR && errno == ENOENT && !strcmp(l.path, "sv/odd/event"),
		"it has gone since it was looked at");
	rename("sv/away", "sv/odd");
	unlink("scan/odd");
}

static void
permissions(void)
{
	struct stat st;
	struct svlink l = link_of("sv/odd", "odd");

	ok(svlink_check(&l) == SVLINK_DONE && svlink_add(&l, SVLINK_FORCE | SVLINK_PUBLIC) == SVLINK_DONE
		&& stat("sv/odd/event", &st) == 0 && (st.st_mode & 07777) == 01733, "events for everybody");
	svlink_undo(&l);
	ok(svlink_check(&l) == SVLINK_DONE && svlink_add(&l, SVLINK_FORCE) == SVLINK_DONE
		&& stat("sv/odd/event", &st) == 0 && (st.st_mode & 07777) == 03730, "for our group");
	svlink_undo(&l);
	ok(!exists("scan/odd"), "undone");
}

static int
unprivileged(void)
{
	struct svlink l = link_of("sv/odd", "odd");

	want(chmod(".", 0755) == 0 && chmod("sv/odd/event", 01733) == 0 && chmod("sv/odd/log/event", 01733) == 0);
	want(chmod("sv/odd/supervise", 0755) == 0);
	want(seteuid(1234) == 0);
	want(svlink_check(&l) == SVLINK_DONE);
	want(svlink_add(&l, SVLINK_DOWN) == SVLINK_ERROR && errno == EACCES && !strcmp(l.path, "sv/odd/down"));
	want(svlink_add(&l, 0) == SVLINK_ERROR && errno == EACCES && !strcmp(l.path, "scan/odd"));
	want(svlink_add(&l, SVLINK_FORCE) == SVLINK_ERROR && errno == EACCES && !strcmp(l.path, "sv/odd/event"));
	return 1;
}

/* What is in the place of a link, and is taken out or not. */
static void
removals(void)
{
	struct svlink l = link_of("", "odd");
	char deep[PATH_MAX];
	int fd = dup(0);

	close(fd);
	if (symlink("nowhere", "scan/odd") < 0)
		exit(111);
	ok(svunlink_remove(&l) == SVLINK_DONE && l.parts == 0 && !exists("scan/odd"), "a link that leads nowhere");
	if (symlink("odd", "scan/odd") < 0)
		exit(111);
	ok(svunlink_remove(&l) == SVLINK_DONE && l.parts == 0 && !exists("scan/odd"), "one that leads to itself");
	close(open("scan/odd", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	ok(svunlink_remove(&l) == SVLINK_ERROR && errno == ENOTDIR && exists("scan/odd"), "a file stays");
	unlink("scan/odd");
	if (symlink("../sv/odd", "scan/odd") < 0 || symlink("lock", "sv/odd/log/supervise") < 0)
		exit(111);
	ok(svunlink_remove(&l) == SVLINK_DONE && l.parts == 2 && l.part[0].done,
		"one whose supervisors are away");
	svunlink_end(&l);
	unlink("sv/odd/log/supervise");
	if (symlink("../sv/odd", "scan/odd") < 0 || symlink("lock", "sv/odd/supervise/lock") < 0)
		exit(111);
	ok(svunlink_remove(&l) == SVLINK_ERROR && errno == ELOOP && exists("scan/odd") && l.parts == 0,
		"a lock that cannot be looked at: the link stays");
	unlink("sv/odd/supervise/lock");
	l.scandir = "none";
	ok(svunlink_remove(&l) == SVLINK_DONE && l.parts == 0, "no scan directory");
	memset(deep, 'x', sizeof deep - 1);
	deep[sizeof deep - 1] = 0;
	l.scandir = deep;
	ok(svunlink_remove(&l) == SVLINK_ERROR && errno == ENAMETOOLONG, "a name too long");
	unlink("scan/odd");
	ok(dup(0) == fd, "no descriptor is left");
	close(fd);
}

/* As on a kernel without pidfds: in a process of its own. */
static void
without_pidfds(void)
{
	struct denied const none = DENY(SYS_pidfd_open, ENOSYS);

	if (apart_filter(&none, 1) < 0)
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
	refused();
	permissions();
	removals();
	if (geteuid() == 0)
		ok_apart("another user", unprivileged);
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
