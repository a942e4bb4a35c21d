/*
 * tree - what a supervision tree of N services costs.
 *
 * tree KIND N DIR IDLE makes N service directories in DIR whose run is IDLE,
 * starts the scanner of KIND (ours, s6, runit, daemontools; found through PATH)
 * on them and prints one "NAME VALUE" for each figure:
 *
 *   start_ms      until all services have run        start_cpu_us   each
 *   pss_kb        of one supervisor                  idle_switches  in 3 s, all processes
 *   restart_ms    kill -9 to the new instance, median; restart_best_ms
 *   down_ms, up_ms, down_cpu_us   one command that waits, median
 *   status_ms     of all services, best of 5         status_cpu_ms
 *   health_ms     s6-healthcheck, best of 5
 *   storm_ms      all killed until all are back      storm_cpu_us   each
 *   stop_ms       until no process is left           stop_cpu_us    each
 *
 * $BENCH_CGROUP is a fresh directory of the cpuacct or cpu controller to count
 * in. Without it the processor time of what has ended by then is missed.
 */

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>

#include "bench.h"
#include "idle.h"
#include "procs.h"

#define RESTARTS 20
#define COMMANDS 11

struct kind {
	char const *name;
	char *scanner[6];	/* its command line */
	char const *supervisor;	/* the supervisor's process name, 15 bytes at most */
	char *down[6], *up[6];	/* commands that wait; a service follows */
	char *status[4];	/* all services follow */
	int status_one;		/* ... one each */
	char *health[3];	/* are all well? */
	int stop_signal;	/* to the scanner: stop everything */
	char *stop[4];		/* what else must be run for that; all services follow */
};

static struct kind const kinds[] = {
	{ .name = "ours", .scanner = { "s6-svscan", "-c", "10000", "scan" },
		.supervisor = "s6-supervise", .down = { "s6-svc", "-wd", "-T20000", "-d" },
		.up = { "s6-svc", "-wu", "-T20000", "-u" }, .status = { "s6-svstat" },
		.health = { "s6-healthcheck", "scan" }, .stop_signal = SIGTERM },
	{ .name = "s6", .scanner = { "s6-svscan", "-c", "10000", "scan" },
		.supervisor = "s6-supervise", .down = { "s6-svc", "-wd", "-T20000", "-d" },
		.up = { "s6-svc", "-wu", "-T20000", "-u" }, .status = { "s6-svstat" },
		.status_one = 1, .stop_signal = SIGTERM },
	{ .name = "runit", .scanner = { "runsvdir", "scan" }, .supervisor = "runsv",
		.down = { "sv", "down" }, .up = { "sv", "up" }, .status = { "sv", "status" },
		.stop_signal = SIGHUP },
	{ .name = "daemontools", .scanner = { "svscan", "scan" }, .supervisor = "supervise",
		.status = { "svstat" }, .stop_signal = SIGTERM, .stop = { "svc", "-dx" } },
};

static struct {
	struct kind const *kind;
	int n, events;
	pid_t scanner;
	pid_t *pids;		/* of the services */
	double *since;		/* when they came up, or were killed */
	char **dirs;
	char *cgroup;
} t;

static void
say(char const *name, double value)
{
	printf("%s %.3f\n", name, value);
	fflush(stdout);
}

static void
prepare(char const *idle)
{
	char cwd[2048], path[4096];

	if (!getcwd(cwd, sizeof cwd) || mkdir("scan", 0755) < 0 || mkfifo("events", 0600) < 0)
		die("prepare");
	t.pids = calloc((size_t)t.n, sizeof *t.pids);
	t.since = calloc((size_t)t.n, sizeof *t.since);
	t.dirs = calloc((size_t)t.n, sizeof *t.dirs);
	for (int i = 0; i < t.n; i++) {
		int len = snprintf(path, sizeof path, "%s/scan/svc#%d", cwd, i);

		t.dirs[i] = strdup(path);
		if (mkdir(path, 0755) < 0)
			die(path);
		snprintf(path + len, sizeof path - (size_t)len, "/run");
		if (symlink(idle, path) < 0)
			die(path);
	}
	snprintf(path, sizeof path, "%s/events", cwd);
	setenv("BENCH_EVENTS", path, 1);
	t.events = open("events", O_RDWR | O_CLOEXEC);
	if (t.events < 0)
		die("events");
}

/* Leaves nothing behind, whatever happened. */
static void
kill_all(void)
{
	for (int pass = 0; pass < 100; pass++) {
		size_t n;
		struct proc *p = descendants(getpid(), &n);

		for (size_t i = 0; i < n; i++)
			kill(p[i].pid, SIGKILL);
		free(p);
		while (waitpid(-1, 0, WNOHANG) > 0)
			;
		if (!n)
			return;
		usleep(10000);
	}
}

/* Waits for COUNT services to come up; LATENCY, if not null, gets how many
   milliseconds after its .since each did. */
static void
wait_up(int count, double *latency)
{
	struct pollfd x = { .fd = t.events, .events = POLLIN };

	for (int i = 0; i < count; i++) {
		struct idle_event e;
		double at;

		if (poll(&x, 1, 60000) != 1) {
			fprintf(stderr, "bench: fatal: %d of %d services did not come up\n",
				count - i, count);
			exit(111);
		}
		if (read(t.events, &e, sizeof e) != sizeof e)
			die("events");
		at = now();
		if (latency)
			latency[i] = (at - t.since[e.number]) / 1e3;
		t.pids[e.number] = e.pid;
		t.since[e.number] = at;
	}
}

static double
cgroup_usage(void)
{
	char path[4096], text[4096];

	snprintf(path, sizeof path, "%s/cpuacct.usage", t.cgroup);
	if (slurp(path, text, sizeof text) > 0)
		return atof(text) / 1e3;
	snprintf(path, sizeof path, "%s/cpu.stat", t.cgroup);
	if (slurp(path, text, sizeof text) <= 0)
		die(path);
	return atof(text + strlen("usage_usec "));
}

/* What the tree has used so far. */
static double
tree_cpu(void)
{
	double sum = 0;
	struct proc *p;
	size_t n;

	if (t.cgroup)
		return cgroup_usage();
	p = descendants(getpid(), &n);
	for (size_t i = 0; i < n; i++) {
		char path[64], text[128];

		snprintf(path, sizeof path, "/proc/%d/schedstat", p[i].pid);
		if (slurp(path, text, sizeof text) > 0)
			sum += atof(text) / 1e3;
	}
	free(p);
	return sum;
}

/* The sum of the numbers behind FIELD in the FILE of each supervisor (ALL: of
   each process) of the tree; *COUNT processes. */
static double
sum_of(char const *file, char const *field, int all, int *count)
{
	double sum = 0;
	struct proc *p;
	size_t n;

	*count = 0;
	p = descendants(getpid(), &n);
	for (size_t i = 0; i < n; i++) {
		char path[64], text[4096], *at = text;

		if (!all && strcmp(p[i].comm, t.kind->supervisor))
			continue;
		snprintf(path, sizeof path, "/proc/%d/%s", p[i].pid, file);
		if (slurp(path, text, sizeof text) <= 0)
			continue;
		++*count;
		while ((at = strstr(at, field))) {
			at += strlen(field);
			sum += atof(at);
		}
	}
	free(p);
	return sum;
}

static void
join_cgroup(void)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s/cgroup.procs", t.cgroup);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		_exit(111);
}

static void
measure_start(void)
{
	double at = now();

	t.scanner = fork();
	if (!t.scanner) {
		if (t.cgroup)
			join_cgroup();
		execvp(t.kind->scanner[0], t.kind->scanner);
		_exit(127);
	}
	/* one that died meanwhile has come up twice */
	for (int i = 0; i < t.n; i++)
		while (!t.pids[i])
			wait_up(1, 0);
	say("start_ms", (now() - at) / 1e3);
	usleep(500000);
	say("start_cpu_us", tree_cpu() / t.n);
}

static void
measure_rest(void)
{
	double pss, switches;
	int count;

	pss = sum_of("smaps_rollup", "\nPss:", 0, &count);
	say("pss_kb", pss / count);
	usleep(1000000);
	switches = sum_of("status", "voluntary_ctxt_switches:", 1, &count);
	usleep(3000000);
	say("idle_switches", sum_of("status", "voluntary_ctxt_switches:", 1, &count) - switches);
}

/* Kills services one by one; what each restart took is told when all are back,
   so that waiting supervisors do not add up. */
static void
measure_restart(void)
{
	double latency[RESTARTS];
	int n = t.n < RESTARTS ? t.n : RESTARTS, seen = 0;

	for (int i = 0; i < n; i++) {
		struct pollfd x = { .fd = t.events, .events = POLLIN };
		double until = now() + 20000;

		t.since[i] = now();
		if (t.pids[i] > 0)
			kill(t.pids[i], SIGKILL);
		while (now() < until)
			if (poll(&x, 1, 1) == 1)
				wait_up(1, latency + seen++);
	}
	wait_up(n - seen, latency + seen);
	say("restart_ms", median(latency, (size_t)n));
	say("restart_best_ms", latency[0]);
}

/* Runs WORDS, then the services from FIRST on, COUNT of them. */
static double
run_on(char *const *words, int first, int count, double *cpu)
{
	char **argv = calloc((size_t)count + 8, sizeof *argv);
	struct rusage ru;
	double at = now();
	int n = 0;

	while (words[n]) {
		argv[n] = words[n];
		n++;
	}
	for (int i = 0; i < count; i++)
		argv[n++] = t.dirs[first + i];
	finish(start(argv), argv[0], &ru);
	*cpu = cpu_of(&ru);
	free(argv);
	return now() - at;
}

static void
measure_commands(void)
{
	double down[COMMANDS], up[COMMANDS], cpu[COMMANDS], unused;
	int n = t.n / 2 < COMMANDS ? t.n / 2 : COMMANDS;
	struct pollfd x = { .fd = t.events, .events = POLLIN };

	if (!t.kind->down[0])
		return;
	usleep(1100000);
	for (int i = 0; i < n; i++) {
		down[i] = run_on(t.kind->down, t.n / 2 + i, 1, cpu + i) / 1e3;
		up[i] = run_on(t.kind->up, t.n / 2 + i, 1, &unused) / 1e3;
		/* runit may lose a command that follows another closely */
		while (poll(&x, 1, 2000) != 1)
			run_on(t.kind->up, t.n / 2 + i, 1, &unused);
		wait_up(1, 0);
	}
	say("down_ms", median(down, (size_t)n));
	say("up_ms", median(up, (size_t)n));
	say("down_cpu_us", median(cpu, (size_t)n));
}

static void
measure_status(void)
{
	double at, cpu = 0, one, best = 0;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC), out = dup(1);

	fcntl(out, F_SETFD, FD_CLOEXEC);
	dup2(null, 1);
	for (int i = 0; i < (t.kind->status_one ? 1 : 5); i++) {
		at = now();
		cpu = 0;
		for (int j = 0; t.kind->status_one && j < t.n; j++) {
			run_on(t.kind->status, j, 1, &one);
			cpu += one;
		}
		if (!t.kind->status_one)
			run_on(t.kind->status, 0, t.n, &cpu);
		if (!best || now() - at < best)
			best = now() - at;
	}
	dup2(out, 1);
	close(out);
	close(null);
	say("status_ms", best / 1e3);
	say("status_cpu_ms", cpu / 1e3);
}

static void
measure_health(void)
{
	double best = 0, took, unused;

	for (int i = 0; t.kind->health[0] && i < 5; i++) {
		took = run_on(t.kind->health, 0, 0, &unused);
		if (!best || took < best)
			best = took;
	}
	if (best)
		say("health_ms", best / 1e3);
}

static void
measure_storm(void)
{
	double cpu, at;
	int killed = 0;

	usleep(1500000);
	cpu = tree_cpu();
	at = now();
	for (int i = 0; i < t.n; i++)
		if (t.pids[i] > 0 && kill(t.pids[i], SIGKILL) == 0)
			killed++;
	wait_up(killed, 0);
	say("storm_ms", (now() - at) / 1e3);
	usleep(300000);
	say("storm_cpu_us", (tree_cpu() - cpu) / t.n);
}

static void
measure_stop(void)
{
	double cpu = tree_cpu(), at = now(), unused;

	kill(t.scanner, t.kind->stop_signal);
	if (t.kind->stop[0])
		run_on(t.kind->stop, 0, t.n, &unused);
	while (wait(0) > 0 || errno == EINTR)
		;
	say("stop_ms", (now() - at) / 1e3);
	if (t.cgroup)
		say("stop_cpu_us", (tree_cpu() - cpu) / t.n);
}

int
main(int argc, char **argv)
{
	struct rlimit many = { 16384, 16384 };

	if (argc != 5 || chdir(argv[3]) < 0)
		die("usage: tree KIND N DIR IDLE");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].name, argv[1]))
			t.kind = kinds + i;
	t.n = atoi(argv[2]);
	if (!t.kind || t.n < 2)
		return 100;
	t.cgroup = getenv("BENCH_CGROUP");
	setrlimit(RLIMIT_NOFILE, &many);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	atexit(kill_all);
	prepare(argv[4]);
	measure_start();
	measure_rest();
	measure_restart();
	measure_commands();
	measure_status();
	measure_health();
	measure_storm();
	measure_stop();
	return 0;
}
