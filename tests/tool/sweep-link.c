/*
 * sweep-link - s6-svlink and s6-svunlink, over and over; each time disturbed at one
 * system call more.
 *
 *   sweep-link [-j JOBS] [-f FIRST] [-d] [-u] NAME kill|errno=E
 *
 * s6-svlink links a service, with -d as one that is down at first; with -u it is
 * s6-svunlink, which takes it out, that is disturbed. "kill": it is killed there.
 * "errno=E": the call fails so. What it was to do is done, or it says that it failed,
 * and then nothing of it is left. The same command, given again, then does it in
 * either case. At last all is stopped, and nothing is left.
 * Prints a line for each failure, then "NAME SURVIVED TRIED".
 */

#include "scene.h"

#include "disturb.h"
#include "tree.h"

#define LIMIT 10	/* seconds for a step */

static struct {
	char const *name;
	int down, unlink;
} option;

static pid_t scanner;

static int
within(double seconds, int (*condition)(void))
{
	for (double end = now() + seconds; now() < end; nap())
		if (condition())
			return 1;
	return 0;
}

/* Runs a command to its end: its exit code, or -1. */
static int
ends(pid_t pid)
{
	int st;

	for (double end = now() + LIMIT; now() < end; nap())
		if (waitpid(pid, &st, WNOHANG) == pid)
			return WIFEXITED(st) ? WEXITSTATUS(st) : -1;
	kill(pid, SIGKILL);
	waitpid(pid, 0, 0);
	return -1;
}

static char const *const *
the_link(void)
{
	static char const *const plain[] = { "s6-svlink", "-t", "5000", "sd", "spare", "b", 0 };
	static char const *const down[] = { "s6-svlink", "-d", "-t", "5000", "sd", "spare", "b", 0 };

	return option.down ? down : plain;
}

static char const *const the_unlink[] = { "s6-svunlink", "-t", "5000", "sd", "b", 0 };

static int
is_linked(void)
{
	char to[PATH_MAX];

	return readlink("sd/b", to, sizeof to) > 0;
}

/* Nothing of a link that failed? Its supervisor may be leaving still. */
static int
undone(void)
{
	static char const *const none[] = { 0 };

	return !is_linked() && !owner_of("spare") && access("spare/down", F_OK) < 0
		&& !stray("spare/event", none);
}

static int
stopped(void)
{
	while (waitpid(-1, 0, WNOHANG) > 0)
		;
	return nothing_runs();
}

/* Does it, undisturbed. */
static int
link_it(void)
{
	char text[4096];
	int r, was;

	tree[B].wanted = option.down ? 2 : 1;
	r = ends(start(the_link(), 0));
	/* the supervisor of one that was killed has come: nobody can tell whose the
	   file down is */
	was = read_file("err", text, sizeof text) > 0 && strstr(text, "already running on spare");
	if (r || !is_linked() || (!was && !access("spare/down", F_OK))) {
		failed("s6-svlink: exit %d%s", r, access("spare/down", F_OK) ? "" : ", down is left");
		return -1;
	}
	if (within(LIMIT, all_right)) {
		unlink("spare/down");
		return 0;
	}
	failed("linked: not as it should be");
	return -1;
}

static int
unlink_it(void)
{
	int r;

	tree[B].wanted = 0;
	r = ends(start(the_unlink, 0));
	if (r || is_linked()) {
		failed("s6-svunlink: exit %d", r);
		return -1;
	}
	if (within(LIMIT, all_right))
		return 0;
	failed("unlinked: not as it should be");
	return -1;
}

/* Runs the disturbed one. 1: it was reached, 0 not, -1 it failed to behave. */
static int
disturbed(int n)
{
	int reached = ends(disturb(n, 0, option.unlink ? the_unlink : the_link())) == 0;
	char const *end = end_of();

	if (!disturbance.error) {
		if (reached && !ended_as_told())
			return failed("ended: %s", end), -1;
		return reached;
	}
	if (strncmp(end, "exit ", 5))
		return failed("ended: %s", end), -1;
	if (!option.unlink && strcmp(end, "exit 0") && !within(LIMIT, undone))
		return failed("%s, and something is left of it", end), -1;
	if (!option.unlink && !strcmp(end, "exit 0") && (!is_linked() || !owner_of("spare")))
		return failed("exit 0, but it is not there"), -1;
	if (option.unlink && !strcmp(end, "exit 0") && is_linked())
		return failed("exit 0, but it is there"), -1;
	return reached;
}

static enum verdict
tell_story(int n)
{
	int reached;
	char const *rest;

	if (option.unlink && link_it() < 0)
		return FAILED;
	reached = disturbed(n);
	if (reached < 0)
		return FAILED;
	/* a link that failed half-way, or was done, may be asked for again */
	if (!option.unlink && reached && is_linked() && owner_of("spare") && !option.down) {
		tree[B].wanted = 1;
		if (!within(LIMIT, all_right))
			return failed("linked by the disturbed one: not as it should be");
	}
	if (!option.unlink && reached && link_it() < 0)
		return FAILED;
	if (unlink_it() < 0)
		return FAILED;
	tell_scanner("t");
	if (!within(LIMIT, stopped))
		return failed("does not stop");
	forget_unborn_listeners("spare/event");
	rest = left_in_tree();
	if (rest)
		return failed("left over: %s", rest);
	return reached ? SURVIVED : UNTOUCHED;
}

static enum verdict
trial(int n)
{
	char const *argv[] = { "s6-svscan", "sd", 0 };
	enum verdict v;

	make_tree();
	scanner = start(argv, 0);
	if (!within(LIMIT, all_right))
		return failed("could not begin");
	v = tell_story(n);
	if (v == FAILED) {
		size_t len = strlen(scene.why);

		snprintf(scene.why + len, sizeof scene.why - len, " (%s)", said("c"));
	}
	return v;
}

int
main(int argc, char **argv)
{
	int jobs = 2, first = 1, opt;

	while ((opt = getopt(argc, argv, "+df:j:u")) != -1) {
		switch (opt) {
		case 'd': option.down = 1; break;
		case 'f': first = atoi(optarg); break;
		case 'j': jobs = atoi(optarg); break;
		case 'u': option.unlink = 1; break;
		default: return 100;
		}
	}
	if (argc - optind != 2)
		return 100;
	option.name = argv[optind];
	set_disturbance(argv[optind + 1]);
	signal(SIGPIPE, SIG_IGN);
	count_loader(option.unlink ? "s6-svunlink" : "s6-svlink");
	return try_all(option.name, first, jobs, trial);
}
