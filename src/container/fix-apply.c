/*
 * fix-apply.c - finding what a rule is about, and changing it.
 *
 * The part of the path before its first wildcard is the image author's own and
 * may lead through links. What wildcards and recursion find may be the work of
 * others: there every step goes from a directory that is held open to a name in
 * it, and never through a link.
 */

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sextet/listdir.h>
#include <sextet/opath.h>

#include "fix-attrs.h"

#define DEPTH 250		/* each level keeps a descriptor and 8 kB of stack */
#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define WILD "*?[\\"

static void below(struct fixattrs *f, int fd, int depth);

/* Adds NAME to the path for messages; pop(f, the former length) undoes it. */
static void
push(struct fixattrs *f, char const *name)
{
	size_t n = strlen(name);

	if (f->len && f->path[f->len - 1] != '/' && f->len + 1 < sizeof f->path)
		f->path[f->len++] = '/';
	if (n >= sizeof f->path - f->len)
		n = sizeof f->path - f->len - 1;
	memcpy(f->path + f->len, name, n);
	f->len += n;
	f->path[f->len] = 0;
}

static void
pop(struct fixattrs *f, size_t len)
{
	f->len = len;
	f->path[len] = 0;
}

/* Gives FD the owner and MODE where they differ. 1 when it did, 0 when there was
   nothing to do, -1 after a message. */
static int
change(struct fixattrs *f, int fd, struct stat const *st, mode_t mode)
{
	int owner = (f->uid != (uid_t)-1 && f->uid != st->st_uid)
		|| (f->gid != (gid_t)-1 && f->gid != st->st_gid);
	struct stat now = *st;

	if (owner && opath_chown(fd, f->uid, f->gid) < 0) {
		fixattrs_failed(f, "chown");
		return -1;
	}
	/* it may have taken set-id bits away */
	if (owner && fstat(fd, &now) < 0) {
		fixattrs_failed(f, "stat");
		return -1;
	}
	if (mode == FIXRULE_SAME || mode == (now.st_mode & 07777))
		return owner;
	if (opath_chmod(fd, mode) < 0) {
		fixattrs_failed(f, "chmod");
		return -1;
	}
	return 1;
}

/* FD is what is called f->path, and no link. */
static void
fix(struct fixattrs *f, int fd, struct stat const *st, int depth)
{
	int dir = S_ISDIR(st->st_mode);
	mode_t mode = dir ? f->rule->dmode : f->rule->fmode;
	int enter = dir && f->rule->recurse;
	/* a mode that shuts us out comes after what is inside */
	int late = enter && mode != FIXRULE_SAME && (mode & 0500) != 0500;
	int list;

	f->seen++;
	if (!late)
		f->changed += change(f, fd, st, mode) > 0;
	if (enter && depth == DEPTH) {
		errno = ELOOP;
		fixattrs_failed(f, "enter");
	} else if (enter) {
		list = openat(fd, ".", OPEN_DIR);
		if (list < 0)
			fixattrs_failed(f, "open");
		else
			below(f, list, depth + 1);
		if (list >= 0)
			close(list);
	}
	if (late)
		f->changed += change(f, fd, st, mode) > 0;
}

/* NAME in DIRFD. ONLYDIR: only if it is a directory. */
static void
entry(struct fixattrs *f, int dirfd, char const *name, int onlydir, int depth)
{
	size_t len = f->len;
	struct stat st;
	int fd;

	push(f, name);
	fd = opath_open(dirfd, name, 0);
	if (fd < 0) {
		if (errno != ENOENT)		/* gone meanwhile */
			fixattrs_failed(f, "open");
	} else if (fstat(fd, &st) < 0) {
		fixattrs_failed(f, "stat");
	} else if (S_ISLNK(st.st_mode)) {
		f->links++;
	} else if (!onlydir || S_ISDIR(st.st_mode)) {
		fix(f, fd, &st, depth);
	}
	if (fd >= 0)
		close(fd);
	pop(f, len);
}

/* All that is in the directory FD. */
static void
below(struct fixattrs *f, int fd, int depth)
{
	struct listdir list;
	unsigned char type;
	char const *name;

	if (listdir_start(&list, fd) < 0) {
		fixattrs_failed(f, "list");
		return;
	}
	while ((name = listdir_next(&list, &type)))
		if (name[0] != '.' || f->hidden)
			entry(f, fd, name, 0, depth);
	if (errno)
		fixattrs_failed(f, "list");
}

static void match(struct fixattrs *f, int dirfd, char *pattern, int depth);

/* NAME fits one part of the pattern: goes on with REST, null when that was the
   last part. */
static void
matched(struct fixattrs *f, int dirfd, char const *name, char *rest, int depth)
{
	size_t len = f->len;
	int fd;

	if (!rest || !*rest) {
		entry(f, dirfd, name, !!rest, depth);
		return;
	}
	push(f, name);
	fd = openat(dirfd, name, OPEN_DIR);
	if (fd >= 0) {
		match(f, fd, rest, depth + 1);
		close(fd);
	} else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP) {
		fixattrs_failed(f, "open");
	}
	pop(f, len);
}

/* What PATTERN, a relative one, matches below DIRFD. It is restored at the end. */
static void
match(struct fixattrs *f, int dirfd, char *pattern, int depth)
{
	char *slash = strchr(pattern, '/'), *rest = 0;
	struct listdir list;
	unsigned char type;
	char const *name;

	if (slash) {
		rest = slash + strspn(slash, "/");
		*slash = 0;
	}
	if (depth == DEPTH) {
		errno = ELOOP;
		fixattrs_failed(f, "enter");
	} else if (!strpbrk(pattern, WILD)) {
		matched(f, dirfd, pattern, rest, depth);
	} else if (listdir_start(&list, dirfd) < 0) {
		fixattrs_failed(f, "list");
	} else {
		while ((name = listdir_next(&list, &type)))
			if (!fnmatch(pattern, name, FNM_PERIOD))
				matched(f, dirfd, name, rest, depth);
		if (errno)
			fixattrs_failed(f, "list");
	}
	if (slash)
		*slash = '/';
}

/* A path without wildcards. */
static void
literal(struct fixattrs *f, char const *path)
{
	int fd = opath_open(AT_FDCWD, path, 1);
	struct stat st;

	push(f, path);
	if (fd < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			fixattrs_failed(f, "open");
	} else if (fstat(fd, &st) < 0) {
		fixattrs_failed(f, "stat");
	} else {
		fix(f, fd, &st, 0);
	}
	if (fd >= 0)
		close(fd);
}

/* A path whose first wildcard is at WILDCARD. */
static void
wild(struct fixattrs *f, char *path, char *wildcard)
{
	char *pattern = wildcard, saved;
	int fd;

	while (pattern > path && pattern[-1] != '/')
		pattern--;
	saved = *pattern;
	*pattern = 0;
	push(f, path);
	fd = open(*path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*pattern = saved;
	if (fd >= 0) {
		match(f, fd, pattern, 0);
		close(fd);
	} else if (errno != ENOENT && errno != ENOTDIR) {
		fixattrs_failed(f, "open");
	}
}

void
fixattrs_apply(struct fixattrs *f)
{
	size_t len = strlen(f->rule->path);
	char path[PATH_MAX], *wildcard;

	pop(f, 0);
	if (len >= sizeof path) {
		push(f, f->rule->path);
		errno = ENAMETOOLONG;
		fixattrs_failed(f, "open");
		return;
	}
	memcpy(path, f->rule->path, len + 1);
	wildcard = strpbrk(path, WILD);
	if (wildcard)
		wild(f, path, wildcard);
	else
		literal(f, path);
}
