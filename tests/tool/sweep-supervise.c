/*
 * sweep-supervise - the lives of a service, over and over; each time its
 * supervisor is disturbed at one system call more.
 *
 *   sweep-supervise [-j JOBS] [-f FIRST] [-m|-k] [-a|-g|-l|-n|-o] [-c CHILD] NAME
 *                   kill|freeze|errno=E|wall=nofile
 *
 * "kill": it is killed there, and the next one started. "freeze": it is killed
 * when its CHILD-th child is at its N-th call, and that child held until the next
 * one has come. "errno=E": the call fails so. -m: with more settings.
 * -k: run ignores TERM and finish does not end, so that both are killed in time.
 * -f: only from that call on.
 * The story: start until ready, kill of run, finish, restart, stop by d, start by
 * u, the end by dx. With -a the disturbed one comes after another that was killed,
 * with -g the service was killed, too, and with -o that one seems to have been an
 * s6-supervise of upstream; with -l it was killed before the service was ready, and
 * that comes later: adopt or take note, restart, the end; with -n that comes in the
 * midst, just before the last call before the disturbed one.
 * After each step there must be one instance (or none), and the
 * status must tell so; at the end there must be nothing left of it all.
 * Prints a line for each failure, then "NAME SURVIVED TRIED".
 */

#include "scene.h"

#include "disturb.h"

#define LIMIT 10	/* seconds for a step */
#define AGAIN 3		/* seconds after which its command is repeated */
#define LISTENER "ftrig1:@400000000000000000000000:fault1"

static struct {
	char const *name;
	int more, deaf, adopt, gap, late, now, old;
} option;

static struct {
	pid_t tracer, sup;
	int status;		/* of the last sup that ended */
	int reached;		/* the disturbance happened */
	int thawed;
	int runs;		/* before the disturbed one came */
	int second;		/* there was a successor */
	int ending;		/* the last step */
	pid_t before;		/* the instance when the step began */
	int fed;		/* the step's command was sent */
	struct notes notes;
} t;

/* Reaps; is there no supervisor now? */
static int
gone(void)
{
	pid_t pid;
	int st;

	while ((pid = waitpid(-1, &st, WNOHANG)) > 0) {
		if (pid == t.tracer) {
			t.tracer = 0;
			t.reached = WIFEXITED(st) && WEXITSTATUS(st) == 0;
		} else if (pid == t.sup) {
			t.sup = 0;
			t.status = st;
		}
	}
	if (disturbance.freeze && t.tracer && !t.thawed)
		return !t.sup && !strcmp(end_of(), "frozen");
	return !t.tracer && !t.sup;
}

static int
asleep(void)
{
	return state_of(t.sup) == 'S';
}

static int
within(double seconds, int (*condition)(void))
{
	for (double end = now() + seconds; now() < end; nap())
		if (condition())
			return 1;
	return 0;
}

static void
follow(void)
{
	char const *argv[] = { "s6-supervise", "web", 0 };

	t.sup = start(argv, 0);
	t.second = 1;
	t.fed = 0;
	if (disturbance.freeze && !t.thawed) {
		/* it waits for the frozen one, or it has passed it by */
		within(0.02, asleep);
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

/* There is no supervisor, though nobody told it to go: 1 when that is as it may
   be, and the next one was started. */
static int
replaced(void)
{
	if (t.second)
		return 0;
	if (!disturbance.error) {
		if (!ended_as_told())
			return 0;
	} else {
		look("web", &t.notes);
		if (!has_refused() || t.notes.runs != t.runs)
			return 0;
	}
	follow();
	return 1;
}

/* The steps. FEED is sent to the supervisor: a command, "" for nothing, "!"
   kills the instance, "+" lets it be ready. */

static int
counted(void)
{
	struct notes const *n = &t.notes;

	int finishes = n->finishes - n->unnoted, ends = n->runs - n->living;

	/* one that is killed in time may be so before it noted anything */
	return disturbance.error || (option.deaf ? finishes <= ends : finishes == ends);
}

/* A file that may not be read counts as absent, and that is said. */
static int
unable_to_hear(void)
{
	char text[4096];

	return disturbance.error == EACCES && read_file("err", text, sizeof text) > 0
		&& strstr(text, "unable to read notification-fd: Permission denied");
}

/* Has our supervisor, and not just the one of upstream, the instance on record? */
static int
recorded(void)
{
	unsigned char b[64 + 1];

	return !option.old || (read_file("web/supervise/child", (char *)b, sizeof b) == 64
		&& (b[8] << 24 | b[9] << 16 | b[10] << 8 | b[11]) == t.notes.pid);
}

static int
up(void)
{
	return is_up("web", "web", !unable_to_hear(), &t.notes) && counted() && recorded();
}

static int
adopted(void)
{
	return is_up("web", "web", 0, &t.notes) && counted() && recorded();
}

static int
up_again(void)
{
	return up() && t.notes.pid != t.before;
}

static int
down(void)
{
	return is_down("web", "web", &t.notes) && counted();
}

static int
ended(void)
{
	look("web", &t.notes);
	return left() && !t.notes.living && !owner_of("web");
}

static struct step {
	char const *name;
	char const *feed;
	int (*done)(void);
} const steps[] = {
	{ "start", "", up },
	{ "restart", "!", up_again },
	{ "restart by command", "r", up_again },
	{ "stop", "d", down },
	{ "start by command", "u", up },
	{ "end", "dx", ended },
	{ 0, 0, 0 }
}, later_steps[] = {
	{ "come", "", adopted },
	{ "ready", "+", up },
	{ "restart", "!", up_again },
	{ "end", "dx", ended },
	{ 0, 0, 0 }
};

static int
feed(char const *what)
{
	if (*what == '!')
		return !lives(t.before) || kill(t.before, SIGKILL) == 0;
	if (*what == '+') {
		write_file("web/go", "");
		return 1;
	}
	if (*what == 'r' && !lives(t.before))
		return 1;	/* the one that was killed had obeyed */
	return !*what || send_bytes("web/supervise/control", what) == 0;
}

static int
play(struct step const *s)
{
	int flags = 0, told = 0;
	pid_t shown;

	look("web", &t.notes);
	t.before = t.notes.pid;
	t.ending = s->done == ended;
	t.fed = 0;
	for (double end = now() + LIMIT; now() < end; nap()) {
		/* what was told to nobody: a dying one's FIFO takes it along */
		if (t.second && !told && now() > end - LIMIT + AGAIN)
			told = 1, t.fed = 0;
		if (!t.fed)
			t.fed = feed(s->feed);
		if (t.fed && s->done())
			return 0;
		if (gone() && !(t.ending && left()) && !replaced()) {
			failed("%s: the supervisor ended: %s", s->name, end_of());
			return -1;
		}
		if (t.notes.doubles) {
			failed("%s: two instances", s->name);
			return -1;
		}
	}
	look("web", &t.notes);
	shown = status_of("web", &flags);
	failed("%s: %d living, %d runs, %d finishes; status pid %d flags %d, pid %d%s%s", s->name,
		t.notes.living, t.notes.runs, t.notes.finishes, (int)shown, flags, (int)t.notes.pid,
		gone() ? "; no supervisor: " : "", gone() ? end_of() : "");
	return -1;
}

static void
set_stage(void)
{
	remove_all("web");
	unlink("thaw");
	make_service("web", 1);
	write_file("web/notification-fd", "3\n");
	if (option.more) {
		write_file("web/lock-fd", "4\n");
		write_file("web/max-death-tally", "1\n");
		write_file("web/timeout-kill", "5000\n");
		write_file("web/timeout-finish", "4000\n");
		write_file("web/restart-limit", "9/60\n");
		write_file("web/down-signal", "INT\n");
	}
	if (option.deaf) {
		write_file("web/deaf", "");
		write_file("web/timeout-kill", "100\n");
		write_file("web/timeout-finish", "100\n");
	}
	if (option.late)
		write_file("web/late", "");
	mkdir("web/event", 0700);
	if (mkfifo("web/event/" LISTENER, 0622) < 0)
		die(LISTENER);
}

/* The world when all is over: nothing must be left. */
static enum verdict
epilogue(void)
{
	static char const *const mine[] = { "run", "finish", "notification-fd", "restart-delay",
		"lock-fd", "max-death-tally", "timeout-kill", "timeout-finish", "restart-limit",
		"down-signal", "deaf", "late", "go", "go.done", "event", "supervise", 0 };
	static char const *const event[] = { LISTENER, 0 };
	char const *files[16] = { option.more ? "history" : "child",
		option.more ? "service-lock" : "child" };
	char const *rest;
	int n = 2;

	for (char const *const *p = supervise_files; *p; p++)
		files[n++] = *p;
	files[n] = 0;
	look("web", &t.notes);
	if (t.notes.doubles)
		return failed("two instances");
	if (!counted())
		return failed("%d runs, %d finishes", t.notes.runs, t.notes.finishes);
	rest = stray("web/supervise", files);
	if (!rest)
		rest = stray("web/event", event);
	if (!rest)
		rest = stray("web", mine);
	if (rest)
		return failed("left over: %s", rest);
	for (double end = now() + 2; waitpid(-1, 0, WNOHANG) >= 0; nap())
		if (now() > end)
			return failed("a process is left over");
	return SURVIVED;
}

/* Deaths are counted once, whoever counts them. */
static int
tally_fails(void)
{
	struct stat st;
	int deaths;

	if (disturbance.error || option.more)
		return 0;
	if (stat("web/supervise/death_tally", &st) < 0)
		return 1;
	look("web", &t.notes);
	deaths = t.notes.runs - t.notes.living + t.notes.unnoted;
	return option.deaf ? st.st_size < 14 * deaths : st.st_size != 14 * deaths;
}

static int
is_ready(void)
{
	return is_up("web", "web", !option.late, &t.notes);
}

/* The predecessor, up to its violent end. */
static int
precede(void)
{
	char const *argv[] = { "s6-supervise", "web", 0 };
	pid_t pid = start(argv, 0);

	if (!within(LIMIT, is_ready))
		return 0;
	kill(pid, SIGKILL);
	waitpid(pid, 0, 0);
	t.runs = 1;
	if (option.old)
		unlink("web/supervise/child");
	if (option.gap) {
		kill(t.notes.pid, SIGKILL);
		waitpid(t.notes.pid, 0, 0);
	}
	return 1;
}

static enum verdict
trial(int n)
{
	static char const *const going[] = { "-e", "web/go", 0 };
	char const *argv[] = { "s6-supervise", "web", 0 };
	enum verdict v;
	int fd;

	memset(&t, 0, sizeof t);
	set_stage();
	fd = open("web/event/" LISTENER, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (option.adopt && !precede())
		return failed("could not begin");
	t.tracer = disturb(n, option.now ? going : 0, argv);
	v = SURVIVED;
	for (struct step const *s = option.adopt ? later_steps : steps; s->name && v == SURVIVED; s++) {
		if (play(s) < 0)
			v = FAILED;
		else if (s->done == down && tally_fails())
			v = failed("a wrong tally");
	}
	if (v == SURVIVED)
		v = epilogue();
	close(fd);
	if (v == FAILED) {
		size_t len = strlen(scene.why);

		snprintf(scene.why + len, sizeof scene.why - len, " (%s)", said("c"));
	}
	return v == SURVIVED && !t.reached ? UNTOUCHED : v;
}

int
main(int argc, char **argv)
{
	int jobs = 2, first = -1, opt;

	while ((opt = getopt(argc, argv, "+ac:f:gj:klmno")) != -1) {
		switch (opt) {
		case 'c': snprintf(disturbance.child, sizeof disturbance.child, "%s", optarg); break;
		case 'f': first = atoi(optarg); break;
		case 'j': jobs = atoi(optarg); break;
		case 'm': option.more = 1; break;
		case 'a': option.adopt = 1; break;
		case 'g': option.adopt = option.gap = 1; break;
		case 'k': option.deaf = 1; break;
		case 'l': option.adopt = option.late = 1; break;
		case 'n': option.adopt = option.late = option.now = 1; break;
		case 'o': option.adopt = option.old = 1; break;
		default: return 100;
		}
	}
	if (argc - optind != 2)
		return 100;
	option.name = argv[optind];
	set_disturbance(argv[optind + 1]);
	signal(SIGPIPE, SIG_IGN);
	count_loader("s6-supervise");
	if (first < 0)
		first = disturbance.freeze ? 0 : 1;
	return try_all(option.name, first, jobs, trial);
}
