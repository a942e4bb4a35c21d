/* services.c - services.d: making the services, having them started, waiting */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/clock.h>
#include <sextet/fdlimit.h>
#include <sextet/listdir.h>
#include <sextet/path.h>
#include <sextet/scandir.h>
#include <sextet/servicedir.h>
#include <sextet/spawn.h>
#include <sextet/statedir.h>
#include <sextet/statemake.h>
#include <sextet/svlink.h>

#include "contlog.h"
#include "stage2.h"

#define SOURCES "services.d"
#define SVWAIT SEXTET_BINDIR "/s6-svwait"
#define DEPENDENCIES "/etc/s6-overlay/s6-rc.d"
#define FDS_EACH 4

/* The services that were made, and what it takes to wait for them. */
struct services {
	stralloc names;		/* each with its closing null */
	size_t n;
	struct svlink *link;
	char (*dir)[PATH_MAX];	/* of each service */
};

/* Is there anything for the dependency manager, which does not come with this
   version? */
static void
look_for_dependencies(void)
{
	int fd = open(DEPENDENCIES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct listdir l;
	unsigned char type;
	char const *name;

	if (fd >= 0 && listdir_start(&l, fd) == 0)
		while ((name = listdir_next(&l, &type)))
			if (strcmp(name, "user") && strcmp(name, "user2") && name[0] != '.') {
				strerr_warnw("the services in " DEPENDENCIES " are not started: "
					"their dependency manager is not part of this version");
				break;
			}
	if (fd >= 0)
		close(fd);
}

/* Makes all services of the open directory FROM. Returns how many failed, which
   was said. */
static unsigned int
make_all(struct stage2 *s, struct services *v, int from)
{
	struct listdir l;
	unsigned int failed = 0;
	unsigned char type;
	char const *name;
	struct stat st;

	if (listdir_start(&l, from) < 0) {
		strerr_warnwusys("list " SOURCES);
		return 1;
	}
	while ((name = listdir_next(&l, &type))) {
		if (name[0] == '.' || fstatat(from, name, &st, 0) < 0 || !S_ISDIR(st.st_mode))
			continue;
		if (!strcmp(name, CONTLOG_SERVICE)) {
			strerr_warnw(SOURCES "/", name, ": this name is that of the catch-all logger");
			failed++;
		} else if (stage2_live(s, from, name) < 0) {
			failed++;
		} else if (!stralloc_catb(&v->names, name, strlen(name) + 1)) {
			strerr_warnwusys("start ", name);
			failed++;
		} else {
			v->n++;
		}
	}
	if (errno) {
		strerr_warnwusys("list " SOURCES);
		failed++;
	}
	return failed;
}

/* Puts them into the scan directory. */
static unsigned int
link_all(struct stage2 *s, struct services *v)
{
	char const *name = v->names.s;
	unsigned int failed = 0;

	for (size_t i = 0; i < v->n; i++, name += strlen(name) + 1) {
		char live[PATH_MAX], link[PATH_MAX];

		if (path_join3(live, sizeof live, s->c.statedir, STATEDIR_LIVE, name) < 0
			|| path_join(link, sizeof link, s->c.scandir, name) < 0
			|| statemake_link(live, link) < 0) {
			strerr_warnwusys("put ", name, " into ", s->c.scandir);
			failed++;
		}
	}
	if (scandir_send(s->c.scandir, "a", 1) != CONTROL_SENT) {
		strerr_warnwusys("tell s6-svscan of the services");
		failed++;
	}
	return failed;
}

/* The same, and waits for their supervisors. */
static unsigned int
link_and_await(struct stage2 *s, struct services *v, int64_t deadline)
{
	char const *name = v->names.s;
	unsigned int failed = 0;
	size_t good = 0;

	for (size_t i = 0; i < v->n; i++, name += strlen(name) + 1) {
		struct svlink *l = v->link + good;

		l->scandir = s->c.scandir;
		l->servicedir = v->dir[good];
		l->name = name;
		if (path_join3(v->dir[good], PATH_MAX, s->c.statedir, STATEDIR_LIVE, name) >= 0
			&& svlink_check(l) == SVLINK_DONE && svlink_add(l, 0) == SVLINK_DONE) {
			good++;
			continue;
		}
		strerr_warnwusys("put ", name, " into ", s->c.scandir);
		failed++;
	}
	v->n = good;
	switch (svlink_wait(v->link, good, deadline, s->c.orders)) {
	case SVLINK_DONE:
	case SVLINK_STOPPED:
		break;
	default:
		strerr_warnwusys("wait for the supervisors of " SOURCES);
		failed++;
	}
	for (size_t i = 0; i < good; i++)
		svlink_end(v->link + i, 0);
	return failed;
}

/* Waits for those that are to be up: for being ready (NOTIFIED) those that can
   say so, for being up the others. 0, 1 when they are not by then. */
static unsigned int
await_some(struct stage2 *s, struct services *v, int notified, int64_t deadline)
{
	int64_t left = deadline == CLOCK_NEVER ? 0 : (deadline - clock_now()) / CLOCK_MS + 1;
	char const **argv = calloc(v->n + 6, sizeof *argv);
	char ms[UINT32_FMT], path[PATH_MAX];
	size_t n = 0, first;
	pid_t pid;

	if (!argv) {
		strerr_warnwusys("wait for " SOURCES);
		return 1;
	}
	ms[uint32_fmt(ms, left < 1 && deadline != CLOCK_NEVER ? 1 : (uint32_t)left)] = 0;
	argv[n++] = SVWAIT;
	argv[n++] = notified ? "-U" : "-u";
	argv[n++] = "-t";
	argv[n++] = ms;
	argv[n++] = "--";
	first = n;
	for (size_t i = 0; i < v->n; i++) {
		if (path_join(path, sizeof path, v->dir[i], "down") < 0
			|| servicedir_has(AT_FDCWD, path) > 0)
			continue;
		path_join(path, sizeof path, v->dir[i], "notification-fd");
		if ((servicedir_has(AT_FDCWD, path) > 0) == notified)
			argv[n++] = v->dir[i];
	}
	pid = n == first ? 0 : spawn_simple(SVWAIT, argv, s->envp, 0, 0, 0);
	free(argv);
	if (pid < 0)
		strerr_warnwusys("spawn " SVWAIT);
	return pid < 0 || (pid && container_wait(&s->c, pid, 0));
}

static unsigned int
start_and_await(struct stage2 *s, struct services *v)
{
	int64_t deadline = clock_deadline(s->c.set.wait_maxtime);
	unsigned int failed;
	struct rlimit old;

	v->link = calloc(v->n + 1, sizeof *v->link);
	v->dir = calloc(v->n + 1, sizeof *v->dir);
	if (!v->link || !v->dir) {
		strerr_warnwusys("wait for " SOURCES);
		return link_all(s, v) + 1;
	}
	fdlimit_raise(v->n * FDS_EACH + 64, &old);
	failed = link_and_await(s, v, deadline);
	fdlimit_restore(&old);
	for (int notified = 0; notified < 2 && s->c.haste == CONTAINER_CALM; notified++)
		failed += await_some(s, v, notified, deadline);
	return failed;
}

int
stage2_services(struct stage2 *s)
{
	struct services v = { .n = 0 };
	char from[PATH_MAX], live[PATH_MAX];
	unsigned int failed;
	int fd = -1;

	look_for_dependencies();
	if (path_join3(from, sizeof from, s->c.statedir, STATEDIR_ETC, SOURCES) >= 0)
		fd = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	container_say(&s->c, 2, "[services.d] starting services\n", (char *)0);
	if (fd < 0 || path_join(live, sizeof live, s->c.statedir, STATEDIR_LIVE) < 0
		|| statemake_directory(live) < 0) {
		strerr_warnwusys("start the services in ", from);
		failed = 1;
	} else {
		failed = make_all(s, &v, fd);
		failed += s->cmd && s->c.set.wait_for_services && v.n ? start_and_await(s, &v) : link_all(s, &v);
	}
	if (fd >= 0)
		close(fd);
	if (s->c.haste == CONTAINER_CALM)
		container_say(&s->c, 2, "[services.d] done.\n", (char *)0);
	free(v.link);
	free(v.dir);
	stralloc_free(&v.names);
	return failed ? -1 : 0;
}
