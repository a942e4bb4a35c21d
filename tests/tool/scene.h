/*
 * scene.h - what the tools that disturb supervisors share: a stage (a directory
 * with service directories whose run is the program "instance"), what is to be
 * seen on it, and many trials at a time.
 *
 * Files are read here without the library: it is what is being tested.
 */

#ifndef SCENE_H
#define SCENE_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_RUNS 4096	/* that finishes are told apart of */
#define FINISHING 2
#define READY 8

/* What is on record of a service. */
struct notes {
	int runs;
	int finishes;
	int unnoted;		/* finishes of runs that ended before they noted anything */
	int spoken;		/* lines written */
	int doubles;
	int living;
	pid_t pid;		/* of the youngest living run */
};

static inline double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static inline void
nap(void)
{
	struct timespec ts = { .tv_nsec = 1000000 };

	nanosleep(&ts, 0);
}

static inline void
die(char const *what)
{
	perror(what);
	exit(111);
}

static inline int
remove_one(char const *path, struct stat const *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path), 0;
}

static inline void
remove_all(char const *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void
write_file(char const *path, char const *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die(path);
	close(fd);
}

static inline long
read_file(char const *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	size_t n = 0;
	ssize_t r;

	if (fd < 0)
		return -1;
	while (n < size - 1 && (r = read(fd, to + n, size - 1 - n)) > 0)
		n += (size_t)r;
	close(fd);
	to[n] = 0;
	return (long)n;
}

/* A program of this directory. */
static inline char const *
tool(char const *name)
{
	static char path[PATH_MAX];
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	if (n < 0)
		die("/proc/self/exe");
	self[n] = 0;
	snprintf(path, sizeof path, "%s/%s", dirname(self), name);
	return path;
}

/* A service directory DIR: a run that counts itself, and a finish if wanted. */
static inline void
make_service(char const *dir, int finish)
{
	char path[PATH_MAX];

	if (mkdir(dir, 0755) < 0)
		die(dir);
	snprintf(path, sizeof path, "%s/run", dir);
	if (symlink(tool("instance"), path) < 0)
		die(path);
	snprintf(path, sizeof path, "%s/finish", dir);
	if (finish && symlink(tool("instance"), path) < 0)
		die(path);
	snprintf(path, sizeof path, "%s/restart-delay", dir);
	write_file(path, "0\n");
}

/* Starts a program, its output going to the file SAID, its errors to "err". */
static inline pid_t
start(char const *const *argv, char const *said)
{
	pid_t pid = fork();
	int fd;

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	fd = open(said ? said : "/dev/null", O_WRONLY | O_CREAT | O_APPEND, 0666);
	dup2(fd, 1);
	close(fd);
	fd = open("err", O_WRONLY | O_CREAT | O_APPEND, 0666);
	dup2(fd, 2);
	close(fd);
	fd = open("/dev/null", O_RDONLY);
	dup2(fd, 0);
	close(fd);
	execvp(argv[0], (char *const *)argv);
	_exit(111);
}

/* The state letter of a process, 0 when there is none. */
static inline char
state_of(pid_t pid)
{
	char path[64], text[1024], *p;

	snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
	if (pid <= 0 || read_file(path, text, sizeof text) <= 0)
		return 0;
	p = strrchr(text, ')');
	return p && p[1] ? p[2] : 0;
}

static inline int
lives(pid_t pid)
{
	char c = state_of(pid);

	return c && c != 'Z' && c != 'X';
}

/* Is it in the list of N pids? */
static inline int
is_among(pid_t const *list, int n, pid_t pid)
{
	while (n > 0)
		if (list[--n] == pid)
			return 1;
	return 0;
}

/* What is noted of the service NAME (commas for slashes). A run that is finished
   twice counts as double. */
static inline void
look(char const *name, struct notes *n)
{
	static char text[262144];
	static pid_t ran[MOST_RUNS], finished[MOST_RUNS];
	char *line, *next;

	memset(n, 0, sizeof *n);
	if (read_file("notes/events", text, sizeof text) < 0)
		return;
	for (line = text; (next = strchr(line, '\n')); line = next + 1) {
		char what[16], who[256], more[16] = "";
		long pid;

		*next = 0;
		if (sscanf(line, "%15s %255s %ld %15s", what, who, &pid, more) < 3 || strcmp(who, name))
			continue;
		if (*what == 'f') {
			long of = 0;

			sscanf(line, "%*s %*s %*s %*s %*s %ld", &of);
			n->doubles += is_among(finished, n->finishes, (pid_t)of);
			n->unnoted += !is_among(ran, n->runs, (pid_t)of);
			finished[n->finishes++ % MOST_RUNS] = (pid_t)of;
			continue;
		}
		if (*what == 's') {
			n->spoken++;
			continue;
		}
		ran[n->runs++ % MOST_RUNS] = (pid_t)pid;
		n->doubles += !strcmp(more, "double");
		if (lives((pid_t)pid)) {
			n->living++;
			n->pid = (pid_t)pid;
		}
	}
}

/* The pid in the status of a service directory, and its flags; -1 when there is
   no such thing. */
static inline pid_t
status_of(char const *dir, int *flags)
{
	char path[PATH_MAX];
	unsigned char b[64];
	pid_t pid = 0;
	long n;

	snprintf(path, sizeof path, "%s/supervise/status", dir);
	n = read_file(path, (char *)b, sizeof b);
	if (n != 35 && n != 43)
		return -1;
	for (int i = 24; i < 32; i++)
		pid = (pid_t)(pid << 8 | b[i]);
	*flags = b[n - 1];
	return pid;
}

/* Who holds the lock file PATH; 0: nobody. */
static inline pid_t
lock_owner(char const *path)
{
	struct flock fl = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (fcntl(fd, F_GETLK, &fl) < 0)
		fl.l_type = F_UNLCK;
	close(fd);
	return fl.l_type == F_UNLCK ? 0 : fl.l_pid;
}

/* The supervisor of a service directory; 0: none. */
static inline pid_t
owner_of(char const *dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/supervise/lock", dir);
	return lock_owner(path);
}

/* Writes to a FIFO that somebody may read. 0, -1. */
static inline int
send_bytes(char const *fifo, char const *bytes)
{
	int fd = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t w;

	if (fd < 0)
		return -1;
	w = write(fd, bytes, strlen(bytes));
	close(fd);
	return w < 0 ? -1 : 0;
}

/* Is the service up as it should be: one instance, and the status tells so? */
static inline int
is_up(char const *dir, char const *name, int ready, struct notes *n)
{
	int flags = 0;

	look(name, n);
	return n->living == 1 && owner_of(dir) && status_of(dir, &flags) == n->pid
		&& !(flags & FINISHING) && (!ready || flags & READY);
}

static inline int
is_down(char const *dir, char const *name, struct notes *n)
{
	int flags = 0;

	look(name, n);
	return !n->living && status_of(dir, &flags) == 0 && !(flags & FINISHING);
}

/* The first file of DIR that is none of ALLOWED (null at the end), or null. */
static inline char const *
stray(char const *dir, char const *const *allowed)
{
	static char name[2 * PATH_MAX];
	DIR *d = opendir(dir);
	struct dirent *e;
	char const *found = 0;

	if (!d)
		return 0;
	while (!found && (e = readdir(d))) {
		size_t i = 0;

		while (allowed[i] && strcmp(allowed[i], e->d_name))
			i++;
		if (!allowed[i] && strcmp(e->d_name, ".") && strcmp(e->d_name, "..")) {
			snprintf(name, sizeof name, "%s/%s", dir, e->d_name);
			found = name;
		}
	}
	closedir(d);
	return found;
}

static char const *const supervise_files[] = {
	"child", "control", "control-x", "death_tally", "lock", "readiness", "status",
	"status.new", 0
};

/* Kills whatever is left of our descendants, by the notes and by our children. */
static inline void
kill_rest(void)
{
	static char text[262144];
	char *line, *next;

	for (double end = now() + 5; now() < end; nap()) {
		pid_t pid;

		if (read_file("notes/events", text, sizeof text) > 0)
			for (line = text; (next = strchr(line, '\n')); line = next + 1) {
				long run;

				if (sscanf(line, "run %*s %ld", &run) == 1 && lives((pid_t)run))
					kill((pid_t)run, SIGKILL);
			}
		snprintf(text, sizeof text, "/proc/self/task/%ld/children", (long)getpid());
		if (read_file(text, text, sizeof text) > 0)
			for (line = text; *line;) {
				kill((pid_t)strtol(line, &line, 10), SIGKILL);
				while (*line == ' ')
					line++;
			}
		do
			pid = waitpid(-1, 0, WNOHANG);
		while (pid > 0);
		if (pid < 0)
			return;
	}
}

/* Many trials: TRIAL(N) for N from FIRST on, JOBS at a time, each process in a
   directory of its own, until one says that there was nothing to disturb. */

enum verdict { SURVIVED, FAILED, UNTOUCHED };

static struct {
	char why[1024];		/* the trial FAILED because */
} scene;

static inline enum verdict __attribute__((format(printf, 1, 2)))
failed(char const *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(scene.why, sizeof scene.why, format, args);
	va_end(args);
	return FAILED;
}

struct tally {
	int next, step, tried, survived, end;
};

static inline void
work(struct tally *t, char const *name, int job, enum verdict (*trial)(int))
{
	char dir[32], notes[PATH_MAX], err[4096], line[8192];

	snprintf(dir, sizeof dir, "job%d", job);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 || (mkdir(dir, 0777) < 0 && errno != EEXIST)
		|| chdir(dir) < 0 || !getcwd(notes, sizeof notes - 7))
		die(dir);
	strcat(notes, "/notes");
	setenv("FAULT_NOTES", notes, 1);
	for (;;) {
		int n = __atomic_fetch_add(&t->next, t->step, __ATOMIC_SEQ_CST);
		enum verdict v;

		if (n >= t->end)
			return;
		remove_all("notes");
		unlink("err");
		mkdir("notes", 0777);
		v = trial(n);
		kill_rest();
		if (v == UNTOUCHED) {
			if (n < t->end)
				t->end = n;
			continue;
		}
		__atomic_fetch_add(&t->tried, 1, __ATOMIC_SEQ_CST);
		if (v == SURVIVED) {
			__atomic_fetch_add(&t->survived, 1, __ATOMIC_SEQ_CST);
			continue;
		}
		if (read_file("err", err, sizeof err) < 0)
			*err = 0;
		snprintf(line, sizeof line, "%s at %d: %s\n%s", name, n, scene.why, err);
		fputs(line, stdout);
		fflush(stdout);
	}
}

/* Prints "NAME SURVIVED TRIED" at last. $FAULT_EVERY: only each so manieth trial. */
static inline int
try_all(char const *name, int first, int jobs, enum verdict (*trial)(int))
{
	struct tally *t = mmap(0, sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (t == MAP_FAILED)
		die("mmap");
	t->next = first;
	t->step = getenv("FAULT_EVERY") ? atoi(getenv("FAULT_EVERY")) : 1;
	if (t->step < 1)
		t->step = 1;
	t->end = INT_MAX;
	fflush(stdout);
	for (int i = 0; i < jobs; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid) {
			work(t, name, i, trial);
			_exit(0);
		}
	}
	while (wait(0) > 0)
		;
	printf("%s %d %d\n", name, t->survived, t->tried);
	return t->tried == t->survived ? 0 : 1;
}

#endif
