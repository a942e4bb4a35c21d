/*
 * guard - runs one test: guard [-t SECONDS] [-o DIR] test [argument...]
 *
 * With -o what the test says on both outputs is kept in DIR/NAME, NAME being
 * its path with slashes made commas, and passed on to stdout when it has ended.
 *
 * The test gets signals as they are by default, however we were started (a
 * shell's background jobs ignore INT), a fresh TMPDIR, which is removed
 * afterwards, and a time limit.
 * guard is a child subreaper: whatever the test leaves behind comes to it.
 * A process that is still there a second after the test ended is named, killed
 * and makes the test fail (a "not ok" line after its plan).
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char dir[4096];

static int
remove_one(char const *path, struct stat const *st, int type, struct FTW *ftw)
{
	(void)st, (void)ftw;
	if (type == FTW_DP || type == FTW_D || type == FTW_DNR)
		return rmdir(path), 0;
	return unlink(path), 0;
}

/* Detaches what is mounted below DIR, the last mounted first, so that nothing
   of it is removed. 0, or -1 when something stays. */
static int
unmount_all(void)
{
	size_t len = strlen(dir);

	for (int tries = 0; tries < 100; tries++) {
		FILE *f = fopen("/proc/self/mounts", "r");
		char line[8192], last[8192] = "";

		while (f && fgets(line, sizeof line, f)) {
			char *at = strchr(line, ' ');

			if (at && !strncmp(at + 1, dir, len) && at[1 + len] == '/')
				snprintf(last, sizeof last, "%.*s", (int)strcspn(at + 1, " "), at + 1);
		}
		if (f)
			fclose(f);
		if (!last[0])
			return 0;
		if (umount2(last, MNT_DETACH) < 0)
			return -1;
	}
	return -1;
}

static long
parent_of(long pid)
{
	char name[64], text[1024], *p;
	long ppid = -1;
	ssize_t n;
	int fd;

	snprintf(name, sizeof name, "/proc/%ld/stat", pid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return -1;
	text[n] = 0;
	p = strrchr(text, ')');
	/* a zombie is dead: it only waits for its parent */
	return p && p[2] != 'Z' && sscanf(p + 4, "%ld", &ppid) == 1 ? ppid : -1;
}

static int
descends(long pid)
{
	long self = getpid();

	for (int depth = 0; pid > 1 && depth < 64; depth++) {
		pid = parent_of(pid);
		if (pid == self)
			return 1;
	}
	return 0;
}

/* Kills what is left of our descendants; returns how many there were. */
static int
sweep(int tell)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d))) {
		long pid = atol(e->d_name);
		char name[64], cmd[512];
		ssize_t len;
		int fd;

		if (pid <= 1 || !descends(pid))
			continue;
		n++;
		snprintf(name, sizeof name, "/proc/%ld/cmdline", pid);
		fd = open(name, O_RDONLY | O_CLOEXEC);
		len = fd < 0 ? 0 : read(fd, cmd, sizeof cmd - 1);
		if (fd >= 0)
			close(fd);
		for (ssize_t i = 0; i < len; i++)
			if (!cmd[i] || cmd[i] == '\n')
				cmd[i] = ' ';
		cmd[len < 0 ? 0 : len] = 0;
		if (tell)
			printf("# left behind: %ld %s\n", pid, cmd);
		kill((pid_t)pid, SIGKILL);
	}
	if (d)
		closedir(d);
	return n;
}

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int status, child_done;

/* Reaps until nothing is left (1), the child has gone (when TEST) or DEADLINE. */
static int
reap(pid_t test, double deadline)
{
	for (;;) {
		int st;
		pid_t pid = waitpid(-1, &st, WNOHANG);

		if (pid < 0 && errno == ECHILD)
			return 1;
		if (pid > 0) {
			if (pid == test) {
				status = st;
				child_done = 1;
			}
			continue;
		}
		if (test && child_done)
			return 1;
		if (now() >= deadline)
			return 0;
		poll(0, 0, 2);
	}
}

/* Sends our stdout and stderr to the file that keeps what TEST says. Returns
   the stdout there was. */
static int
keep(char const *in, char const *test)
{
	char name[4096], *p;
	int fd, out;

	while (test[0] == '.' || test[0] == '/')
		test++;
	if (snprintf(name, sizeof name, "%s/%s", in, test) >= (int)sizeof name)
		return -1;
	for (p = name + strlen(in) + 1; (p = strchr(p, '/'));)
		*p = ',';
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	out = fcntl(1, F_DUPFD_CLOEXEC, 10);
	if (fd < 0 || out < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		return -1;
	close(fd);
	return out;
}

/* Copies what was kept to OUT. */
static void
pass_on(int out)
{
	char buf[65536];
	ssize_t n;
	off_t at = 0;

	fflush(stdout);
	while ((n = pread(1, buf, sizeof buf, at)) > 0 && write(out, buf, (size_t)n) == n)
		at += n;
}

static pid_t test_pid;

static void
stop(int sig)
{
	if (test_pid > 0)
		kill(-test_pid, sig);
}

int
main(int argc, char **argv)
{
	char const *top = getenv("TMPDIR"), *log = 0;
	int seconds = 120, failed = 0, out = -1, opt, i;

	while ((opt = getopt(argc, argv, "+t:o:")) >= 0) {
		switch (opt) {
		case 't': seconds = atoi(optarg); break;
		case 'o': log = optarg; break;
		default: return 100;
		}
	}
	i = optind;
	if (i >= argc)
		return 100;
	if (log && (out = keep(log, argv[i])) < 0) {
		perror(log);
		return 111;
	}
	snprintf(dir, sizeof dir, "%s/sx.XXXXXX", top ? top : "/tmp");
	if (!mkdtemp(dir) || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) {
		perror("guard");
		return 111;
	}
	chmod(dir, 0755);
	setenv("TMPDIR", dir, 1);
	fflush(stdout);
	test_pid = fork();
	if (!test_pid) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, 0);
		for (int sig = 1; sig < 32; sig++)
			signal(sig, SIG_DFL);
		setpgid(0, 0);
		execvp(argv[i], argv + i);
		perror(argv[i]);
		_exit(127);
	}
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	if (!reap(test_pid, now() + seconds)) {
		printf("not ok 9999 - %s: no end within %d s\n", argv[i], seconds);
		kill(-test_pid, SIGTERM);
		reap(test_pid, now() + 2);
		failed = 1;
	}
	if (!reap(0, now() + 1)) {
		int n = sweep(!failed);

		if (n && !failed) {
			printf("not ok 9998 - %s: left %d processes behind\n", argv[i], n);
			failed = 1;
		}
		for (int pass = 0; pass < 500 && !reap(0, now() + 0.02); pass++)
			sweep(0);
	}
	if (out >= 0)
		pass_on(out);
	if (chdir("/") == 0 && unmount_all() == 0)
		nftw(dir, remove_one, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	if (failed)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
