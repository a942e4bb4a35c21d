/*
 * sweep-svscan - the lives of a scan directory, over and over; each time its
 * s6-svscan is disturbed at one system call more.
 *
 *   sweep-svscan [-j JOBS] [-f FIRST] [-a|-g|-s] [-c CHILD] [-q] [-u] NAME
 *                kill|freeze|errno=E|wall=nofile
 *
 * "kill": it is killed there, and the next one started. "freeze": it is killed
 * when its CHILD-th child is at its N-th call, and that child held until the next
 * one has come. "errno=E": the call fails so. "wall=nofile": it
 * may have N descriptors only, for half a second. -f: only from that call on.
 * The story: start with a service and one that is logged, a service is linked, a
 * supervisor and then the logger's are killed, the logged service dies, the link is
 * removed, all is stopped (by t, with -q by q).
 * -u: another story, start, upgrade of all in place, a supervisor is killed, the logged service dies, stop.
 * -a: the disturbed one comes after another that was killed; -g: all supervisors were
 * killed, too; -s: some of them.
 * After each step there must be one instance of each service, and the status must
 * tell so; every line must have come to the logger once; at the end nothing is left.
 * Prints a line for each failure, then "NAME SURVIVED TRIED".
 */

#include "scene.h"

#include "disturb.h"
#include "tree.h"

#define LIMIT 10	/* seconds for a step */
#define AGAIN 3		/* seconds after which its command is repeated */

static struct {
	char const *name;
	int adopt, gap, some, quit, upgrade;
} option;

static struct {
	pid_t tracer, scanner;
	int status;		/* of the last scanner that ended */
	int reached;		/* the disturbance happened */
	int thawed;
	int runs;		/* before the disturbed one came */
	int second;		/* there was a successor */
	int upgrading, again;	/* that was asked for, and twice */
	int deaf;		/* it cannot be asked for */
	int ending;		/* the last step */
	int fed;
	int left;		/* the service whose link went was nobody's */
	struct member before[MEMBERS];	/* when the step began */
} t;

/* Reaps; is there no scanner now? */
static int
gone(void)
{
	pid_t pid;
	int st;

	while ((pid = waitpid(-1, &st, WNOHANG)) > 0) {
		if (pid == t.tracer) {
			t.tracer = 0;
			t.reached = WIFEXITED(st) && WEXITSTATUS(st) == 0;
		} else if (pid == t.scanner) {
			t.scanner = 0;
			t.status = st;
		}
	}
	if (disturbance.freeze && t.tracer && !t.thawed)
		return !t.scanner && !strcmp(end_of(), "frozen");
	return !t.tracer && !t.scanner;
}

static int
asleep(void)
{
	return state_of(t.scanner) == 'S';
}

static int
within(double seconds, int (*condition)(void))
{
	for (double end = now() + seconds; now() < end; nap())
		if (condition())
			return 1;
	return 0;
}

static int
runs(void)
{
	int n = 0;

	look_at_tree();
	for (int i = 0; i < MEMBERS; i++)
		n += tree[i].notes.runs;
	return n;
}

static void
follow(void)
{
	char const *argv[] = { "s6-svscan", "sd", 0 };

	t.scanner = start(argv, 0);
	t.second = 1;
	t.fed = 0;
	if (disturbance.freeze && !t.thawed) {
		/* it waits for the frozen one, or it has passed it by */
		within(0.05, asleep);
		write_file("thaw", "");
		t.thawed = 1;
	}
}

/* Did it go as it was told? */
static int
left(void)
{
	return gone() && (t.second ? !t.status : !strcmp(end_of(), "exit 0"));
}

/* The new image could not take what it was handed. */
static int
has_failed_to_go_on(void)
{
	return !strcmp(end_of(), "exit 111");
}

/* There is no scanner, though nobody told it to go: 1 when that is as it may be,
   and the next one was started. */
static int
replaced(void)
{
	if (t.second)
		return 0;
	if (!disturbance.error ? !ended_as_told() : t.upgrading ? !has_failed_to_go_on() : !has_refused() || runs() != t.runs)
		return 0;
	follow();
	return 1;
}

/* The steps: what is done, and how it looks when it has worked. */

static int
nothing(void)
{
	return 1;
}

static int
started(void)
{
	return all_right() && tree[WEB].notes.spoken && all_logged();
}

static int
add_link(void)
{
	tree[B].wanted = 1;
	return (symlink("../spare", "sd/b") == 0 || errno == EEXIST) && tell_scanner("a");
}

static int
kill_supervisor(int i)
{
	return owner_of(tree[i].dir) != t.before[i].owner || kill(t.before[i].owner, SIGKILL) == 0;
}

static int
replaced_supervisor(int i)
{
	look_at_tree();
	return tree[i].owner && tree[i].owner != t.before[i].owner && all_right()
		&& tree[i].notes.pid == t.before[i].notes.pid;
}

static int kill_a(void) { return kill_supervisor(A); }
static int a_is_back(void) { return replaced_supervisor(A); }
static int kill_log(void) { return kill_supervisor(WEBLOG); }
static int log_is_back(void) { return replaced_supervisor(WEBLOG); }

static int
kill_web(void)
{
	pid_t pid = t.before[WEB].notes.pid;

	return !lives(pid) || kill(pid, SIGKILL) == 0;
}

static int
web_is_back(void)
{
	return all_right() && tree[WEB].notes.pid != t.before[WEB].notes.pid
		&& tree[WEB].notes.spoken > t.before[WEB].notes.spoken && all_logged();
}

/* A service that is taken out while nobody scans stays until it is told. */
static int
remove_link(void)
{
	tree[B].wanted = 0;
	if (unlink("sd/b") < 0 && errno != ENOENT)
		return 0;
	if (t.second && owner_of("spare")) {
		t.left = 1;
		send_bytes("spare/supervise/control", "dx");
	}
	return tell_scanner("an");
}

static int
upgrade(void)
{
	char text[4096];

	t.upgrading = 1;
	if (disturbance.error && read_file("err", text, sizeof text) > 0
		&& strstr(text, "unable to open .s6-svscan/control-x"))
		return t.deaf = 1;
	return send_bytes(SCAN "/control-x", "U") == 0;
}

/* One that says that it cannot is asked again. */
static int
upgraded(void)
{
	char text[4096];

	if (read_file("err", text, sizeof text) < 0)
		return 0;
	if (t.upgrading && disturbance.error && !t.again && strstr(text, "s6-svscan: warning: unable to upgrade"))
		t.again = 1, t.fed = 0;
	return (t.deaf || strstr(text, "s6-svscan: info: upgraded to version")) && all_right()
		&& tree[WEB].notes.pid == t.before[WEB].notes.pid;
}

static int
end_all(void)
{
	return tell_scanner(option.quit ? "q" : "t");
}

static int
ended(void)
{
	return left() && nothing_runs();
}

static struct step {
	char const *name;
	int (*feed)(void);
	int (*done)(void);
} const steps[] = {
	{ "start", nothing, started },
	{ "link", add_link, all_right },
	{ "a's supervisor killed", kill_a, a_is_back },
	{ "the logger's supervisor killed", kill_log, log_is_back },
	{ "web killed", kill_web, web_is_back },
	{ "unlink", remove_link, all_right },
	{ "end", end_all, ended },
	{ 0, 0, 0 }
}, upgrade_steps[] = {
	{ "start", nothing, started },
	{ "upgrade", upgrade, upgraded },
	{ "a's supervisor killed", kill_a, a_is_back },
	{ "web killed", kill_web, web_is_back },
	{ "end", end_all, ended },
	{ 0, 0, 0 }
};

static int
play(struct step const *s)
{
	char text[512];
	int told = 0, n;

	look_at_tree();
	memcpy(t.before, tree, sizeof tree);
	t.ending = s->done == ended;
	t.fed = 0;
	for (double end = now() + LIMIT; now() < end; nap()) {
		/* what was told to nobody: a dying one's FIFO takes it along */
		if (t.second && !told && now() > end - LIMIT + AGAIN)
			told = 1, t.fed = 0;
		if (!t.fed)
			t.fed = s->feed();
		if (t.fed && s->done())
			return 0;
		if (gone() && !(t.ending && left()) && !replaced()) {
			failed("%s: the scanner ended: %s", s->name, end_of());
			return -1;
		}
		if (has_doubles()) {
			failed("%s: two instances", s->name);
			return -1;
		}
	}
	n = snprintf(text, sizeof text, "%s: %d of %d lines, scanner %d", s->name, logged(),
		tree[WEB].notes.spoken, (int)lock_owner(SCAN "/lock"));
	for (int i = 0; i < MEMBERS; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "; %s: %d living, %d runs, by %d",
			tree[i].name, tree[i].notes.living, tree[i].notes.runs,
			(int)owner_of(tree[i].dir));
	failed("%s", text);
	return -1;
}

static enum verdict
epilogue(void)
{
	char const *rest = left_in_tree();

	if (rest)
		return failed("left over: %s", rest);
	look_at_tree();
	if (has_doubles())
		return failed("two instances");
	/* what q ends does not read to the end */
	if (option.quit ? logged() < 0 : !all_logged())
		return failed("%d lines of web, %d logged", tree[WEB].notes.spoken, logged());
	for (double end = now() + 2; waitpid(-1, 0, WNOHANG) >= 0; nap())
		if (now() > end)
			return failed("a process is left over");
	return SURVIVED;
}

/* The predecessor, up to its violent end. */
static int
precede(void)
{
	char const *argv[] = { "s6-svscan", "sd", 0 };
	pid_t pid = start(argv, 0);

	if (!within(LIMIT, all_right) || logged() < 0)
		return 0;
	kill(pid, SIGKILL);
	waitpid(pid, 0, 0);
	t.runs = runs();
	for (int i = 0; i < MEMBERS; i++) {
		pid_t owner = tree[i].owner;

		if (owner && (option.gap || (option.some && i != WEB))) {
			kill(owner, SIGKILL);
			waitpid(owner, 0, 0);
		}
	}
	return 1;
}

static enum verdict
trial(int n)
{
	char const *argv[] = { "s6-svscan", "sd", 0 };
	enum verdict v = SURVIVED;

	memset(&t, 0, sizeof t);
	unlink("thaw");
	make_tree();
	if (option.adopt && !precede())
		return failed("could not begin");
	t.tracer = disturb(n, 0, argv);
	for (struct step const *s = option.upgrade ? upgrade_steps : steps; s->name && v == SURVIVED; s++)
		if (play(s) < 0)
			v = FAILED;
	if (v == SURVIVED)
		v = epilogue();
	if (v == FAILED) {
		size_t len = strlen(scene.why);

		snprintf(scene.why + len, sizeof scene.why - len, " (%s)%s", said("c"),
			t.left ? " (taken out while nobody scanned)" : "");
	}
	return v == SURVIVED && !t.reached ? UNTOUCHED : v;
}

int
main(int argc, char **argv)
{
	int jobs = 2, first = -1, opt;

	while ((opt = getopt(argc, argv, "+ac:f:gj:qsu")) != -1) {
		switch (opt) {
		case 'a': option.adopt = 1; break;
		case 'c': snprintf(disturbance.child, sizeof disturbance.child, "%s", optarg); break;
		case 'f': first = atoi(optarg); break;
		case 'g': option.adopt = option.gap = 1; break;
		case 'j': jobs = atoi(optarg); break;
		case 'q': option.quit = 1; break;
		case 's': option.adopt = option.some = 1; break;
		case 'u': option.upgrade = 1; break;
		default: return 100;
		}
	}
	if (argc - optind != 2)
		return 100;
	option.name = argv[optind];
	set_disturbance(argv[optind + 1]);
	signal(SIGPIPE, SIG_IGN);
	count_loader("s6-svscan");
	if (first < 0)
		first = disturbance.freeze ? 0 : 1;
	return try_all(option.name, first, jobs, trial);
}
