/*
 * reap - what reaping costs a scanner that is process 1.
 *
 * reap DIR N SCANNER [ARG...] runs the scanner as process 1 of a new PID
 * namespace on a scan directory made in DIR with one service, orphans (found
 * beside this program), and prints: microseconds of processor time of the
 * scanner for each orphan, and how many orphans were not reaped in the end.
 */

#include <sched.h>
#include <signal.h>

#include "bench.h"
#include "idle.h"
#include "procs.h"

static double
cpu(pid_t pid)
{
	char path[64], text[128];

	snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
	return slurp(path, text, sizeof text) > 0 ? atof(text) / 1e3 : 0;
}

static void
prepare(char const *orphans, char const *n)
{
	if (mkfifo("events", 0600) < 0 || mkfifo("go", 0600) < 0 || mkdir("scan", 0700) < 0
			|| mkdir("scan/svc#0", 0700) < 0 || symlink(orphans, "scan/svc#0/run") < 0)
		die("prepare");
	setenv("BENCH_ORPHANS", n, 1);
}

static void
set_path(char const *name, char const *dir, char const *file)
{
	char path[4200];

	snprintf(path, sizeof path, "%s/%s", dir, file);
	setenv(name, path, 1);
}

static void
heard(int fd)
{
	struct idle_event e;

	if (read(fd, &e, sizeof e) != sizeof e)
		die("events");
}


/* Children of PID that wait to be reaped. */
static int
zombies(pid_t pid)
{
	size_t n;
	struct proc *p = descendants(pid, &n);
	int count = 0;

	for (size_t i = 0; i < n; i++)
		count += p[i].state == 'Z' && p[i].ppid == pid;
	free(p);
	return count;
}

int
main(int argc, char **argv)
{
	char self[4096], cwd[4096], orphans[4200];
	double before;
	ssize_t len;
	int events;
	pid_t pid;

	if (argc < 4 || chdir(argv[1]) < 0 || !getcwd(cwd, sizeof cwd))
		die("usage: reap DIR N SCANNER");
	len = readlink("/proc/self/exe", self, sizeof self - 1);
	if (len < 0)
		die("/proc/self/exe");
	self[len] = 0;
	*strrchr(self, '/') = 0;
	snprintf(orphans, sizeof orphans, "%s/orphans", self);
	prepare(orphans, argv[2]);
	set_path("BENCH_EVENTS", cwd, "events");
	set_path("BENCH_GO", cwd, "go");
	events = open("events", O_RDWR | O_CLOEXEC);
	if (unshare(CLONE_NEWPID) < 0)
		die("unshare");
	pid = start(argv + 3);
	heard(events);
	usleep(100000);
	before = cpu(pid);
	close(open("go", O_RDONLY | O_CLOEXEC));
	heard(events);
	usleep(100000);
	printf("%.2f %d\n", (cpu(pid) - before) / atof(argv[2]), zombies(pid));
	kill(pid, SIGKILL);
	waitpid(pid, 0, 0);
	return 0;
}
