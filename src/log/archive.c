/*
 * archive.c - a log directory's archives: @LABEL.s, rotated in order, and
 * @LABEL.u, found unfinished. See log.h.
 *
 * Labels only ever grow within a directory, even when the clock is set back:
 * their order is the order of the lines, and the first ones are trimmed first.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <skalibs/strerr.h>

#include <sextet/listdir.h>
#include <sextet/logfile.h>

#include "log.h"

struct archive {
	char name[LOGFILE_NAME + 1];
	uint64_t size;
};

struct list {
	struct archive *a;
	size_t n, cap;
};

static int
add(struct list *l, char const *name)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 32;
		struct archive *a = realloc(l->a, cap * sizeof *a);

		if (!a)
			return -1;
		l->a = a;
		l->cap = cap;
	}
	l->a[l->n] = (struct archive){ .size = 0 };
	memcpy(l->a[l->n++].name, name, LOGFILE_NAME + 1);
	return 0;
}

static int
compare(void const *a, void const *b)
{
	return memcmp(((struct archive const *)a)->name, ((struct archive const *)b)->name, LOGFILE_NAME);
}

/* Lists the archives, oldest first. Returns 0, or -1 with errno. */
static int
list(struct log_dir const *d, struct list *l)
{
	struct listdir dir;
	unsigned char type;
	char const *name;
	int r = listdir_start(&dir, d->dirfd);

	*l = (struct list){ 0 };
	while (!r && (name = listdir_next(&dir, &type)))
		if (logfile_kind(name) == LOGFILE_ARCHIVE)
			r = add(l, name);
	if (!r && errno)
		r = -1;
	if (r < 0)
		free(l->a);
	else if (l->n)
		qsort(l->a, l->n, sizeof *l->a, compare);
	return r;
}

int
log_archive_newest(struct log_dir *d)
{
	struct list l;

	if (list(d, &l) < 0)
		return -1;
	if (l.n)
		tai64n_scan(l.a[l.n - 1].name, &d->newest);
	free(l.a);
	return 0;
}

static void
nanosecond_later(tain *t)
{
	if (++t->nano >= 1000000000) {
		t->nano = 0;
		t->sec.x++;
	}
}

/* A fresh label: now, but later than every other. */
static int
fresh_name(struct log_dir *d, char *name, char suffix)
{
	struct stat st;
	tain t;

	tai64n_now(&t);
	if (!tain_less(&d->newest, &t)) {
		t = d->newest;
		nanosecond_later(&t);
	}
	for (;; nanosecond_later(&t)) {
		int taken = 0;

		for (int i = 0; i < 2; i++) {
			name[tai64n_fmt(name, &t)] = '.';
			name[TAI64N_FMT + 1] = i ? suffix : suffix == 's' ? 'u' : 's';
			name[LOGFILE_NAME] = 0;
			if (!fstatat(d->dirfd, name, &st, AT_SYMLINK_NOFOLLOW))
				taken = 1;
			else if (errno != ENOENT)
				return -1;
		}
		if (!taken)
			break;
	}
	d->newest = t;
	return 0;
}

int
log_archive_find(struct log_dir const *d, uint64_t dev, uint64_t ino, char *name)
{
	struct list l;
	int found = 0;

	if (list(d, &l) < 0)
		return 0;
	for (size_t i = 0; i < l.n && !found; i++) {
		struct stat st;

		found = !fstatat(d->dirfd, l.a[i].name, &st, AT_SYMLINK_NOFOLLOW)
			&& st.st_ino == ino && st.st_dev == dev;
		if (found)
			memcpy(name, l.a[i].name, sizeof l.a[i].name);
	}
	free(l.a);
	return found;
}

/* Is this file an archive already, under a second name? Others make the
   archive's name first and remove the old one then, and may be killed between. */
static int
is_archived(struct log_dir const *d, struct stat const *file)
{
	char name[LOG_ARCHIVE_NAME];

	return file->st_nlink > 1 && log_archive_find(d, file->st_dev, file->st_ino, name);
}

int
log_archive(struct log_dir *d, char const *file, char suffix)
{
	char name[LOGFILE_NAME + 1];
	struct stat st;
	int r;

	if (fstatat(d->dirfd, file, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	if (!st.st_size || is_archived(d, &st))
		r = unlinkat(d->dirfd, file, 0);
	else if (fresh_name(d, name, suffix) < 0)
		r = -1;
	else
		/* nobody else makes names here: we hold the lock */
		r = renameat(d->dirfd, file, d->dirfd, name);
	return r;
}

static uint64_t
measure(struct log_dir const *d, struct list *l)
{
	uint64_t total = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct stat st;

		if (!fstatat(d->dirfd, l->a[i].name, &st, AT_SYMLINK_NOFOLLOW))
			total += l->a[i].size = (uint64_t)st.st_size;
	}
	return total;
}

void
log_archive_trim(struct log_dir *d)
{
	struct list l;
	uint64_t total = 0;

	if (list(d, &l) < 0) {
		if (d->conf->verbosity)
			strerr_warnwusys("list ", d->name);
		return;
	}
	if (d->lim.total)
		total = measure(d, &l);
	for (size_t i = 0; i < l.n && (l.n - i > d->lim.archives
			|| (d->lim.total && total > d->lim.total)); i++) {
		total -= l.a[i].size;
		if (unlinkat(d->dirfd, l.a[i].name, 0) < 0 && d->conf->verbosity)
			strerr_warnwusys("unlink ", d->name, "/", l.a[i].name);
	}
	free(l.a);
}
