/*
 * s6-init-stage3 [ code ] - end a container. s6-svscan becomes it, as
 * .s6-svscan/finish, when all services are down; CODE is that of a service that
 * ended the container.
 *
 * Waits for the CMD's end, runs cont-finish.d, ends all processes, and exits with
 * the code of the container.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/cli.h>
#include <sextet/clock.h>
#include <sextet/contcode.h>
#include <sextet/environment.h>
#include <sextet/envdir.h>
#include <sextet/path.h>
#include <sextet/scandir.h>
#include <sextet/statedir.h>

#include "container.h"
#include "end.h"

extern char **environ;

#define USAGE "s6-init-stage3 [ code ]"
#define SLACK (500 * CLOCK_MS)	/* for stage 2 to see the end of what it killed */

static void
note_code(struct container *c, char const *word)
{
	unsigned int code;

	if (!uint0_scan(word, &code) || code > 255)
		strerr_dieusage(100, USAGE);
	if (contcode_write(c->statedir, (int)code) < 0)
		strerr_warnwusys("note the exit code ", word);
}

/* We are now who s6-halt and s6-svscanctl speak to. */
static void
listen_for_orders(struct container *c)
{
	char path[PATH_MAX];

	if (path_join3(path, sizeof path, c->scandir, SCANDIR_CTL, CONTROL_FIFO) >= 0)
		c->orders = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

/* Stage 2 ends when the CMD, or the script that it runs, has ended or was killed
   after its grace time. */
static void
await_stage2(struct container *c)
{
	int64_t deadline = clock_now() + c->set.services_gracetime * CLOCK_MS + SLACK;
	enum container_haste haste = c->haste;
	char path[PATH_MAX];

	container_tell_stage2(c, CONTAINER_TERM);
	if (path_join(path, sizeof path, c->statedir, CONTAINER_ORDERS) < 0)
		return;
	c->other = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (c->other < 0)
		return;
	/* POLLERR comes when nobody holds the other end any more */
	c->other_events = 0;
	c->other_ready = 0;
	while (!c->other_ready && container_attend(c, deadline)) {
		if (c->haste > haste)
			container_tell_stage2(c, CONTAINER_KILL);
		haste = c->haste;
	}
	close(c->other);
	c->other = -1;
}

/* Our environment and what is in env-stage3. */
static char const *const *
environment(struct container *c)
{
	/* for the rest of our life */
	static char const *const *changed;
	static stralloc changes = STRALLOC_ZERO;
	char const *const *envp = (char const *const *)environ;
	char path[PATH_MAX];
	ssize_t n = -1;

	if (path_join(path, sizeof path, c->statedir, STATEDIR_STAGE3) >= 0)
		n = envdir_read(path, &changes, ENVDIR_VERBATIM | ENVDIR_UNLIMITED, '\n');
	if (n < 0) {
		if (errno != ENOENT)
			strerr_warnwusys("read ", path);
		return envp;
	}
	changed = environment_change(envp, changes.s, (size_t)n);
	return changed ? changed : envp;
}

/* A hurry ends the script that runs; a second one those to come. */
static int
go(void *arg)
{
	struct container *c = arg;

	if (c->haste == CONTAINER_HURRY)
		return 0;
	c->haste = CONTAINER_CALM;
	return 1;
}

static void
finish_scripts(struct container *c)
{
	struct container_scripts r = { .name = "cont-finish.d",
		.what = "executing container finish scripts", .verb = "executing",
		.envp = environment(c), .maxtime = c->set.finish_maxtime, .go = go, .arg = c };
	enum container_haste haste = c->haste;

	container_scripts(c, &r);
	if (c->haste < haste)
		c->haste = haste;
}

static void
sync_disks(struct container *c)
{
	container_say(c, 2, "[s6-finish] syncing disks.\n", (char *)0);
	sync();
}

static void
end(struct container *c)
{
	container_say(c, 2, "[s6-finish] waiting for services.\n", (char *)0);
	if (c->set.sync_disks)
		sync_disks(c);
	container_say(c, 2, "[s6-finish] sending all processes the TERM signal.\n", (char *)0);
	container_end_all(c, c->haste == CONTAINER_CALM ? c->set.kill_gracetime : 0);
	container_say(c, 2, "[s6-finish] sending all processes the KILL signal and exiting.\n",
		(char *)0);
	container_kill_all(c);
	if (c->set.sync_disks)
		sync();
}

int
main(int argc, char const *const *argv)
{
	static struct container c;
	int first;

	PROG = "s6-init-stage3";
	first = cli_noopt(argc, argv, USAGE);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	cli_fds();
	container_open(&c);
	c.last = 1;
	container_watch(&c);
	listen_for_orders(&c);
	/* what s6-halt told s6-svscan was meant for all of the stop */
	if (faccessat(c.dir, CONTAINER_HURRIED, F_OK, 0) == 0)
		c.haste = CONTAINER_STOP;
	container_note_stop(&c);
	if (chdir("/") < 0)
		strerr_warnwusys("chdir to /");
	await_stage2(&c);
	/* it is why the container ends, and weighs more than what a CMD that was
	   told to end had to say */
	if (first < argc)
		note_code(&c, argv[first]);
	finish_scripts(&c);
	end(&c);
	return contcode_read(c.statedir);
}
