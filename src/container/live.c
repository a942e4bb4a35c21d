/*
 * live.c - the live service directory of a service in services.d.
 *
 * It is a copy, so that what happens to a running service does not change the
 * image. A script that cannot be executed there is
 *   - made executable, if that is all it lacks;
 *   - a link to the original, where nothing that we write may be executed;
 *   - else kept as .NAME and run through its first line by s6-init-run.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/filereplace.h>
#include <sextet/listdir.h>
#include <sextet/path.h>
#include <sextet/shebang.h>
#include <sextet/statedir.h>
#include <sextet/tree.h>

#include "contlog.h"
#include "initrun.h"
#include "stage2.h"

#define LEFTOVERS "flag-kill-leftovers"
#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* A service that is being made, or its logger. */
struct live {
	char const *name;	/* for messages */
	int from;		/* the original directory */
	char const *original;	/* its path */
	int dir;		/* the live one */
	int merge;		/* its errors are to go where its output goes */
};

/* Says what could not be done to FILE of the service. -1. */
static int
complain(struct live const *l, char const *verb, char const *file)
{
	strerr_warnwusys(verb, " ", file, " of service ", l->name);
	return -1;
}

static int
executable(int dir, char const *file)
{
	return faccessat(dir, file, X_OK, AT_EACCESS) == 0;
}

/* Makes FILE executable where it is, or leads to the original, which may be. 1
   when it can be executed, 0 when not, -1 after a message. */
static int
unlock(struct live const *l, char const *file)
{
	char path[PATH_MAX];
	struct stat st;

	if (executable(l->dir, file))
		return 1;
	/* it is our copy; a link leads to what is not ours */
	if (fstatat(l->dir, file, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode)
		&& fchmodat(l->dir, file, 0755, 0) == 0 && executable(l->dir, file))
		return 1;
	if (!executable(l->from, file))
		return 0;
	if (path_join(path, sizeof path, l->original, file) < 0 || unlinkat(l->dir, file, 0) < 0
		|| symlinkat(path, l->dir, file) < 0)
		return complain(l, "link", file);
	return 1;
}

/* Would the kernel know what to do with FILE? A text without a first line that
   names its interpreter is for the shell. */
static int
has_format(struct live const *l, char const *file)
{
	char head[SHEBANG_SIZE];
	ssize_t n = file_read(l->dir, file, head, sizeof head);

	return n < 2 || !memcmp(head, "#!", 2) || memchr(head, 0, (size_t)n);
}

/* Has s6-init-run run FILE, which becomes .FILE. */
static int
install_runner(struct live const *l, char const *file)
{
	char hidden[NAME_MAX] = INITRUN_HIDDEN;

	strcat(hidden, file);
	if (renameat(l->dir, file, l->dir, hidden) < 0)
		return complain(l, "rename", file);
	switch (initrun_install(l->dir, file)) {
	case 1: return 0;
	case 0: break;
	default: return complain(l, "make", file);
	}
	strerr_warnw(file, " of service ", l->name, " is left out: it is not executable, "
		"and nothing may be executed in the state directory");
	return 0;
}

/* Sees to it that the script FILE, if there is one, can be run. */
static int
prepare(struct live const *l, char const *file)
{
	struct stat st;
	int r, plain;

	if (fstatat(l->dir, file, &st, 0) < 0)
		return errno == ENOENT ? 0 : complain(l, "look at", file);
	if (!S_ISREG(st.st_mode))
		return 0;
	r = unlock(l, file);
	if (r < 0)
		return -1;
	plain = has_format(l, file);
	if (!plain)
		strerr_warnw(file, " of service ", l->name, " has no #! line - running it with /bin/sh");
	if (r && plain && !(l->merge && !strcmp(file, "run")))
		return 0;
	return install_runner(l, file);
}

/* A link that leads elsewhere from the copy than it did is made to lead there. */
static int
mend_link(struct live const *l, char const *file)
{
	char path[PATH_MAX];
	struct stat st;

	if (fstatat(l->dir, file, &st, 0) == 0 || fstatat(l->from, file, &st, 0) < 0)
		return 0;
	if (path_join(path, sizeof path, l->original, file) < 0 || unlinkat(l->dir, file, 0) < 0
		|| symlinkat(path, l->dir, file) < 0)
		return complain(l, "link", file);
	return 0;
}

/* All links at the top, and what a supervisor left there when the image was made. */
static int
mend(struct live const *l)
{
	static char const *const state[] = { "supervise", "event" };
	struct listdir list;
	unsigned char type;
	char const *name;
	struct stat st;

	for (size_t i = 0; i < sizeof state / sizeof *state; i++)
		if (fstatat(l->dir, state[i], &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode)
			&& tree_remove(l->dir, state[i]) < 0)
			return complain(l, "remove", state[i]);
	if (listdir_start(&list, l->dir) < 0)
		return complain(l, "list", ".");
	while ((name = listdir_next(&list, &type)))
		if (fstatat(l->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode)
			&& mend_link(l, name) < 0)
			return -1;
	return errno ? complain(l, "list", ".") : 0;
}

static int
make_part(struct live const *l)
{
	static char const *const scripts[] = { "run", "finish" };

	if (mend(l) < 0)
		return -1;
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
		if (prepare(l, scripts[i]) < 0)
			return -1;
	return 0;
}

/* The service's own logger. 1, 0 when it has none, -1 after a message. */
static int
make_log(struct live const *service)
{
	char path[PATH_MAX];
	struct live l = *service;
	int r = -1;

	l.dir = openat(service->dir, "log", OPEN_DIR);
	if (l.dir < 0)
		return errno == ENOENT ? 0 : complain(service, "open", "log");
	l.from = openat(service->from, "log", OPEN_DIR);
	l.original = path;
	l.merge = 0;
	if (l.from < 0 || path_join(path, sizeof path, service->original, "log") < 0)
		complain(service, "open", "log");
	else
		r = make_part(&l) < 0 ? -1 : 1;
	if (l.from >= 0)
		close(l.from);
	close(l.dir);
	return r;
}

/* One of ours, which puts the name of the service before each line. */
static int
add_log(struct live const *l)
{
	if (mkdirat(l->dir, "log", 0755) < 0 || contlog_prefixer(l->dir, "log", l->name) < 0)
		return complain(l, "make", "the prefix");
	return 0;
}

static int
add_flags(struct stage2 const *s, struct live const *l)
{
	if (!s->c.set.kill_leftovers || faccessat(l->dir, LEFTOVERS, F_OK, 0) == 0)
		return 0;
	if (filereplace_rename(l->dir, LEFTOVERS, "", 0, 0644) < 0)
		return complain(l, "make", LEFTOVERS);
	return 0;
}

static int
make(struct stage2 const *s, struct live *l)
{
	int log = make_log(l);

	if (log < 0)
		return -1;
	l->merge = !log && s->c.set.log_prefix;
	if (l->merge && add_log(l) < 0)
		return -1;
	return make_part(l) < 0 || add_flags(s, l) < 0 ? -1 : 0;
}

int
stage2_live(struct stage2 *s, int from, char const *name)
{
	char live[PATH_MAX], original[PATH_MAX];
	struct live l = { .name = name, .original = original };
	int r = -1;

	if (path_join3(original, sizeof original, s->c.statedir, STATEDIR_ETC "/services.d", name) < 0
		|| path_join3(live, sizeof live, s->c.statedir, STATEDIR_LIVE, name) < 0
		|| tree_copy(from, name, AT_FDCWD, live) < 0) {
		strerr_warnwusys("copy service ", name);
		return -1;
	}
	l.from = openat(from, name, OPEN_DIR);
	l.dir = open(live, OPEN_DIR);
	if (l.from < 0 || l.dir < 0)
		complain(&l, "open", "the directory");
	else
		r = make(s, &l);
	if (l.from >= 0)
		close(l.from);
	if (l.dir >= 0)
		close(l.dir);
	/* half a service is none */
	if (r < 0 && tree_remove(AT_FDCWD, live) < 0)
		strerr_warnwusys("remove ", live);
	return r;
}
