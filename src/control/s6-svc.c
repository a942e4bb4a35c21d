/*
 * s6-svc - give commands to the supervisors of services, and wait for what
 * comes of them if asked to.
 * Exits 0, 102 when a supervisor was not listening, 1 when a supervise
 * directory is broken or a supervisor cannot be upgraded, 111 on error: that of the last bad one. With -w as
 * s6-svwait does.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/sig.h>
#include <skalibs/strerr.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/control.h>
#include <sextet/path.h>
#include <sextet/servicedir.h>
#include <sextet/waited.h>

#define USAGE "s6-svc [ -wu | -wU | -wd | -wD | -wr | -wR ] [ -T timeout ] " \
	"[ -s signal | -abqhkti12pcyrlPCK ] [ -oduDUxOQ ] [ --upgrade ] servicedir..."
#define COMMANDS_MAX 62
#define OPT_UPGRADE 256

static struct cli_long const longs[] = {
	{ "upgrade", OPT_UPGRADE, 0 },
	{ 0, CLI_USAGE, 0 }
};

struct request {
	char cmds[COMMANDS_MAX];
	size_t n;
	int upgrade;
	char want;		/* -w, or 0 */
	uint32_t timeout;
};

static void
add_command(struct request *r, char c)
{
	if (r->n == COMMANDS_MAX)
		strerr_dief(100, "too many commands");
	r->cmds[r->n++] = c;
}

static void
add_signal(struct request *r, char const *name)
{
	char command;
	int sig;

	if (!sig0_scan(name, &sig))
		strerr_dief(100, "invalid signal: ", name);
	command = control_of_signal(sig);
	if (!command)
		strerr_dief(100, name, " is not in the list of user-available signals");
	add_command(r, command);
}

/* -wX: one letter. s6 ignores what follows it in the same word, as -wDd, which
   then waits for something that nobody ordered. */
static void
set_want(struct request *r, char const *word)
{
	if (!*word || !strchr("uUdDrR", *word))
		strerr_dieusage(100, USAGE);
	r->want = *word;
	if (word[1])
		strerr_warnw("ignoring ", word + 1, " after -w", (char const[]){ *word, 0 },
			": give it as an option of its own");
}

static int
get_options(struct request *r, int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	int opt;

	while ((opt = cli_getopt(argc, argv, CONTROL_COMMANDS "s:w:T:", longs, USAGE, &l)) >= 0) {
		switch (opt) {
		case 's': add_signal(r, l.arg); break;
		case 'w': set_want(r, l.arg); break;
		case 'T': r->timeout = cli_uint(l.arg, USAGE); break;
		case OPT_UPGRADE: r->upgrade = 1; break;
		default: add_command(r, (char)opt);
		}
	}
	return l.ind;
}

/* Sends the commands. 0, or what to exit with after a warning. */
static int
send(struct request const *r, char const *dir)
{
	struct stat st;
	enum control_result sent = control_send(dir, r->cmds, r->n);
	int e;

	if (sent == CONTROL_SENT && r->upgrade)
		sent = control_sendown(dir, SERVICEDIR_SUPERVISE, CONTROL_UPGRADE);
	switch (sent) {
	case CONTROL_SENT:
		return 0;
	case CONTROL_NOBODY:
		strerr_warnwu("control ", dir, ": supervisor not listening");
		return 102;
	case CONTROL_UNKNOWN:
		strerr_warnw(dir, " does not support upgrade");
		return 1;
	default:
		break;
	}
	e = errno;
	if (e == EISDIR || (e == ENOTDIR && stat(dir, &st) == 0 && S_ISDIR(st.st_mode))) {
		errno = e;
		strerr_warnwsys("something is wrong with the ", dir, "/" SERVICEDIR_SUPERVISE " directory");
		return 1;
	}
	errno = e;
	strerr_warnwusys("control ", dir);
	return 111;
}

/* A service that cannot announce its readiness is not waited for until it does. */
static void
settle_readiness(struct wait *w, char const *const *dirs)
{
	for (size_t i = 0; i < w->n; i++) {
		struct wait_service *s = w->services + i;
		char path[PATH_MAX];

		if (s->want != 'U' && s->want != 'R')
			continue;
		if (path_join(path, sizeof path, dirs[i], "notification-fd") >= 0
			&& servicedir_has(AT_FDCWD, path) > 0)
			continue;
		s->want = s->want == 'U' ? 'u' : 'r';
		strerr_warnw(dirs[i], "/notification-fd not present"
			" - ignoring request for readiness notification");
	}
}

static int
send_and_wait(struct request const *r, char const *const *dirs, size_t n)
{
	int64_t deadline = clock_deadline(r->timeout);
	struct wait w;
	int status = 0;

	waited_open(&w, dirs, n, r->want);
	w.latch = r->n > 0;
	settle_readiness(&w, dirs);
	for (size_t i = 0; i < n && r->n; i++) {
		int e;

		wait_command(&w, i, r->cmds, r->n);
		e = send(r, dirs[i]);
		if (!e)
			continue;
		/* not told: nothing to wait for, but down it may be already */
		if (e != 102 || (r->want != 'd' && r->want != 'D') || !wait_reached(&w, i))
			status = e;
		wait_skip(&w, i);
	}
	waited_end(&w, wait_run(&w, 0, deadline), 0);
	return status;
}

int
main(int argc, char const *const *argv)
{
	struct request r = { .n = 0 };
	int i, status = 0;

	PROG = "s6-svc";
	i = get_options(&r, argc, argv);
	argc -= i;
	argv += i;
	if (argc < 1)
		strerr_dieusage(100, USAGE);
	for (i = 0; i < argc; i++)
		if (!argv[i][0])
			strerr_dief(100, "invalid service path");

	cli_fds();
	signal(SIGPIPE, SIG_IGN);	/* a supervisor that leaves while we write is not listening */
	if (r.want)
		return send_and_wait(&r, argv, (size_t)argc);
	for (i = 0; i < argc; i++) {
		int e = send(&r, argv[i]);

		if (e)
			status = e;
	}
	return status;
}
