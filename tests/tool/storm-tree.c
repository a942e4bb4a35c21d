/*
 * storm-tree - kills processes of a whole supervision tree at random, and looks
 * what becomes of it.
 *
 *   storm-tree [-n SERVICES] [-k KILLS | -t SECONDS] [-c CLASSES] [-s SEED]
 *              [-w SECONDS] [-p]
 *
 * SERVICES services (8), every second with a logger, are started in a directory "sd"
 * by s6-svscan, or by runsvdir where argv[0] ends in -runit. Each holds an exclusive
 * lock and counts itself (instance.c). Then processes are killed with -9: CLASSES are
 * letters, s services, l loggers, v supervisors, t the scanner, which is started
 * again. One to three are killed close together, until there were KILLS (100) or the
 * SECONDS are over; then the tree has -w SECONDS (10) to come to rest: one living
 * instance of each service, no second one begun meanwhile, a supervisor, and the status
 * tells of that one. All that were killed in that round count as survived then, or as not; what
 * is too much is killed, so that the next round begins in order. At last all is
 * stopped, and nothing must be left.
 * Prints "CLASS SURVIVED TRIED" for each class, "stop SURVIVED 1" at last, and on
 * stderr what went wrong. Exits 1 when something did not survive (with -p, of a peer,
 * 0).
 */

#include <signal.h>

#include "scene.h"

#define MOST 128
#define KEPT 16
#define CALM 0.03	/* seconds without trouble: who starts a second copy has done so */

enum { SERVICE, LOGGER, SUPERVISOR, SCANNER, CLASSES };

static struct {
	char letter;
	char const *name;
	int tried, survived;
} classes[CLASSES] = {
	{ 's', "services", 0, 0 }, { 'l', "loggers", 0, 0 },
	{ 'v', "supervisors", 0, 0 }, { 't', "scanner", 0, 0 },
};

static struct life {
	char dir[64];		/* sd/NAME */
	char name[64];		/* as noted */
	int log;
	pid_t pids[KEPT];	/* of those that began, the youngest last */
	int n;
	int doubles;
	int supervised;
} lives_of[MOST];

static struct {
	int services, kills, seconds, wait, peer, runit;
	unsigned int seed;
	char const *only;
	int n;			/* lives */
	pid_t scanner;
	off_t read;		/* of the notes */
	char here[PATH_MAX];
} w = { .services = 8, .kills = 100, .wait = 10, .only = "slvt" };

static int
is_in(pid_t pid, char const *dir)
{
	char path[64], to[PATH_MAX], want[2 * PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%ld/cwd", (long)pid);
	n = readlink(path, to, sizeof to - 1);
	if (n < 0)
		return 0;
	to[n] = 0;
	snprintf(want, sizeof want, "%s/%s", w.here, dir);
	return !strcmp(to, want) && lives(pid);
}

static void
begun(char const *name, pid_t pid, int is_double)
{
	for (struct life *l = lives_of; l < lives_of + w.n; l++) {
		if (strcmp(l->name, name))
			continue;
		if (l->n == KEPT)
			memmove(l->pids, l->pids + 1, sizeof l->pids - sizeof *l->pids), l->n--;
		l->pids[l->n++] = pid;
		l->doubles += is_double;
	}
}

/* Reads what was noted since. */
static void
catch_up(void)
{
	static char text[65536];
	int fd = open("notes/events", O_RDONLY | O_CLOEXEC);
	char *line = text, *next;
	ssize_t n;

	if (fd < 0)
		return;
	while ((n = pread(fd, text, sizeof text - 1, w.read)) > 0) {
		text[n] = 0;
		for (line = text; (next = strchr(line, '\n')); line = next + 1) {
			char name[64], more[16] = "";
			long pid;

			*next = 0;
			if (sscanf(line, "run %63s %ld %15s", name, &pid, more) >= 2)
				begun(name, (pid_t)pid, !strcmp(more, "double"));
		}
		w.read += line - text;
		if (line == text)
			break;
	}
	close(fd);
}

/* The pid that the status of a runit service tells. */
static pid_t
runit_status(char const *dir)
{
	char path[PATH_MAX];
	unsigned char b[32];

	snprintf(path, sizeof path, "%s/supervise/status", dir);
	if (read_file(path, (char *)b, sizeof b) != 20)
		return -1;
	return (pid_t)(b[12] | b[13] << 8 | b[14] << 16 | b[15] << 24);
}

static int
living(struct life const *l, pid_t *one)
{
	int n = 0;

	for (int i = 0; i < l->n; i++) {
		int again = 0;

		for (int j = 0; j < i; j++)
			again |= l->pids[j] == l->pids[i];
		if (again || !is_in(l->pids[i], l->dir))
			continue;
		n++;
		*one = l->pids[i];
	}
	return n;
}

/* The process of DIR whose name is COMM, or 0; DIR null: notes all that are
   supervised. */
static pid_t
find(char const *dir, char const *comm)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	pid_t found = 0;

	while (d && !found && (e = readdir(d))) {
		pid_t pid = (pid_t)atol(e->d_name);
		char path[300], text[64];

		snprintf(path, sizeof path, "/proc/%s/comm", e->d_name);
		if (pid <= 0 || read_file(path, text, sizeof text) < 1)
			continue;
		text[strcspn(text, "\n")] = 0;
		if (strcmp(text, comm))
			continue;
		if (dir && is_in(pid, dir))
			found = pid;
		for (struct life *l = lives_of; !dir && l < lives_of + w.n; l++)
			l->supervised |= is_in(pid, l->dir);
	}
	if (d)
		closedir(d);
	return found;
}

/* One that has no supervisor; runsv serves a logger, too. */
static struct life *
alone(void)
{
	for (struct life *l = lives_of; l < lives_of + w.n; l++)
		l->supervised = w.runit && l->log;
	find(0, w.runit ? "runsv" : "s6-supervise");
	for (struct life *l = lives_of; l < lives_of + w.n; l++)
		if (!l->supervised)
			return l;
	return 0;
}

/* The first that is not at rest, and why. */
static struct life *
uneasy(char *why)
{
	catch_up();
	for (struct life *l = lives_of; l < lives_of + w.n; l++) {
		int flags = 0, n;
		pid_t pid = 0, told;

		n = living(l, &pid);
		told = w.runit ? runit_status(l->dir) : status_of(l->dir, &flags);
		if (n == 1 && told == pid && !(flags & FINISHING))
			continue;
		sprintf(why, "%.60s: %d living, status tells %ld (%c)", l->name, n, (long)told,
			state_of(told) ? state_of(told) : '-');
		return l;
	}
	return 0;
}

static int
doubles(void)
{
	int n = 0;

	for (struct life *l = lives_of; l < lives_of + w.n; l++)
		n += l->doubles;
	return n;
}

/* Reaps. 1: there are no children any more. */
static int
reap(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, 0, WNOHANG)) > 0)
		if (pid == w.scanner)
			w.scanner = 0;
	return pid < 0;
}

static void
scan(void)
{
	static char const *const s6[] = { "s6-svscan", "sd", 0 };
	static char const *const runit[] = { "runsvdir", "sd", 0 };

	reap();
	if (!w.scanner)
		w.scanner = start(w.runit ? runit : s6, 0);
}

/* Waits for rest. With DOUBLES0 begun before: 1 it came, 0 not, and WHY. */
static int
rest(double seconds, int doubles0, char *why)
{
	double calm = 0;

	for (double end = now() + seconds; now() < end; nap()) {
		struct life *l;

		scan();
		l = uneasy(why);
		if (doubles() != doubles0) {
			strcpy(why, "a second copy was started");
			return 0;
		}
		if (!l && (l = alone()))
			sprintf(why, "%.60s: no supervisor", l->name);
		if (l || !w.scanner)
			calm = 0;
		else if (!calm)
			calm = now();
		else if (now() - calm > CALM)
			return 1;
	}
	return 0;
}

/* Somebody of CLASS, 0 if there is nobody now. */
static pid_t
victim(int class)
{
	struct life *l = &lives_of[rand() % w.n];
	pid_t pid = 0;

	if (class == SCANNER)
		return w.scanner;
	if (class == SUPERVISOR)
		return find(l->dir, w.runit ? "runsv" : "s6-supervise");
	while (l->log != (class == LOGGER))
		l = &lives_of[rand() % w.n];
	catch_up();
	return living(l, &pid) ? pid : 0;
}

static int
some_class(void)
{
	int class;

	do
		class = rand() % CLASSES;
	while (!strchr(w.only, classes[class].letter));
	return class;
}

/* Too many copies of some: away with them, and what is supervised comes back. */
static void
recover(void)
{
	char why[256];

	for (int i = 0; i < 3; i++) {
		for (struct life *l = lives_of; l < lives_of + w.n; l++) {
			pid_t one = 0;

			if (living(l, &one) > 1)
				for (int j = 0; j < l->n; j++)
					if (is_in(l->pids[j], l->dir))
						kill(l->pids[j], SIGKILL);
		}
		for (double end = now() + w.wait; now() < end; nap()) {
			scan();
			if (!uneasy(why))
				return;
		}
	}
}

/* One round: how many were killed. */
static int
storm(void)
{
	int killed[3], n = 0, most = 1 + rand() % 3, before = doubles(), calm;
	char why[512] = "";

	for (int i = 0; i < most; i++) {
		struct timespec ts = { .tv_nsec = rand() % 4000000 };
		int class = some_class();
		pid_t pid;

		nanosleep(&ts, 0);
		pid = victim(class);
		if (pid <= 1 || kill(pid, SIGKILL) < 0)
			continue;
		killed[n++] = class;
		scan();
	}
	if (!n)
		return 0;
	calm = rest(w.wait, before, why);
	for (int i = 0; i < n; i++) {
		classes[killed[i]].tried++;
		classes[killed[i]].survived += calm;
	}
	if (!calm) {
		fprintf(stderr, "storm-tree: after kills of");
		for (int i = 0; i < n; i++)
			fprintf(stderr, " %s", classes[killed[i]].name);
		fprintf(stderr, ": %s\n", why);
		recover();
	}
	return n;
}

static void
add(char const *dir, int log)
{
	struct life *l = &lives_of[w.n++];
	char path[PATH_MAX];

	snprintf(l->dir, sizeof l->dir, "sd/%s%s", dir, log ? "/log" : "");
	/* what runsv starts gets no name: instance takes its directory's */
	snprintf(l->name, sizeof l->name, "%s%s", dir, log ? ",log" : "");
	l->log = log;
	make_service(l->dir, 0);
	snprintf(path, sizeof path, "%s/name", l->dir);
	write_file(path, l->name);
}

static void
set_stage(void)
{
	remove_all("sd");
	remove_all("notes");
	if (mkdir("notes", 0777) < 0 || mkdir("sd", 0755) < 0 || !getcwd(w.here, sizeof w.here))
		die("sd");
	for (int i = 0; i < w.services; i++) {
		char name[16];

		snprintf(name, sizeof name, "s%d", i);
		add(name, 0);
		if (i % 2)
			add(name, 1);
	}
}

/* Stops all. 1: nothing is left. */
static int
stop(void)
{
	double end = now() + w.wait, again = now() + w.runit;
	int left = 1, told = 0;

	for (; left && now() < end; nap()) {
		pid_t one;

		/* the last one may have been killed, and the next not listen yet */
		if (told)
			reap();
		else
			scan();
		if (w.scanner && now() >= again && (w.runit ? kill(w.scanner, SIGHUP)
			: send_bytes("sd/.s6-svscan/control", "t")) == 0) {
			told = 1;
			again = now() + 2;
		}
		left = !reap();
		for (struct life *l = lives_of; l < lives_of + w.n; l++)
			left |= living(l, &one) > 0;
	}
	if (left)
		fprintf(stderr, "storm-tree: not all stopped; scanner %ld\n", (long)w.scanner);
	for (struct life *l = lives_of; left && l < lives_of + w.n; l++) {
		pid_t one = 0, super = find(l->dir, w.runit ? "runsv" : "s6-supervise");

		if (living(l, &one) || super)
			fprintf(stderr, "storm-tree: %s: run %ld %c, supervisor %ld %c\n", l->name,
				(long)one, state_of(one), (long)super, state_of(super));
	}
	return !left;
}

static void
options(int argc, char **argv)
{
	int opt;

	w.runit = strlen(argv[0]) > 6 && !strcmp(argv[0] + strlen(argv[0]) - 6, "-runit");
	w.seed = (unsigned int)(now() * 1000);
	while ((opt = getopt(argc, argv, "c:k:n:ps:t:w:")) != -1) {
		switch (opt) {
		case 'c': w.only = optarg; break;
		case 'k': w.kills = atoi(optarg); break;
		case 'n': w.services = atoi(optarg); break;
		case 'p': w.peer = 1; break;
		case 's': w.seed = (unsigned int)atol(optarg); break;
		case 't': w.seconds = atoi(optarg); break;
		case 'w': w.wait = atoi(optarg); break;
		default: exit(100);
		}
	}
	if (w.services < 2 || w.services > MOST / 2 || !*w.only || w.only[strspn(w.only, "slvt")])
		exit(100);
}

int
main(int argc, char **argv)
{
	char notes[PATH_MAX + 8], why[512] = "";
	int bad = 0, all;
	double end;

	options(argc, argv);
	set_stage();
	srand(w.seed);
	signal(SIGPIPE, SIG_IGN);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		die("subreaper");
	snprintf(notes, sizeof notes, "%s/notes", w.here);
	setenv("FAULT_NOTES", notes, 1);
	end = now() + w.seconds;
	if (!rest(w.wait, 0, why)) {
		fprintf(stderr, "storm-tree: cannot begin: %s\n", why);
		kill_rest();
		return 111;
	}
	for (int killed = 0; w.seconds ? now() < end : killed < w.kills;)
		killed += storm();
	all = stop();
	if (!all)
		kill_rest();
	for (int i = 0; i < CLASSES; i++) {
		if (classes[i].tried)
			printf("%s %d %d\n", classes[i].name, classes[i].survived, classes[i].tried);
		bad |= classes[i].survived != classes[i].tried;
	}
	printf("stop %d 1\n", all);
	return w.peer ? 0 : bad || !all;
}
