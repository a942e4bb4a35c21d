/*
 * logview-dir.c - the files of one directory as one stream of lines. See
 * logview.h.
 *
 * The directory is looked at when the stream starts and, while following, each
 * time the file that was "current" has lost that name. Such a file was read to
 * its end, and will be an archive sooner or later: it is owed, and so many new
 * archives are passed over.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <skalibs/strerr.h>

#include <sextet/listdir.h>
#include <sextet/program.h>
#include <sextet/tai64n.h>

#include "logview.h"

static int
open_file(int dirfd, char const *name, ino_t *ino)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		if (ino)
			*ino = st.st_ino;
		return fd;
	}
	close(fd);
	errno = EINVAL;
	return -1;
}

static int
by_name(void const *a, void const *b)
{
	return strcmp(((struct logview_file const *)a)->name, ((struct logview_file const *)b)->name);
}

static int
add_file(struct logview_dir *d, char const *name, enum logfile kind)
{
	struct logview_file *f;
	struct stat st;

	if (!(d->n & (d->n + 1))) {	/* room for 2^k - 1 */
		f = realloc(d->files, (2 * d->n + 1) * sizeof *f);
		if (!f)
			return -1;
		d->files = f;
	}
	f = d->files + d->n;
	if (fstatat(d->fd, name, &st, 0) < 0)
		return 0;
	*f = (struct logview_file){ .kind = kind, .ino = st.st_ino };
	memcpy(f->name, name, strlen(name));
	d->n++;
	return 0;
}

/* One archive may be there as it was and compressed, while that is being done:
   the first of them, by name, is the plain one. */
static void
drop_doubles(struct logview_dir *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->n; i++)
		if (!kept || memcmp(d->files[kept - 1].name, d->files[i].name, LOGFILE_NAME))
			d->files[kept++] = d->files[i];
	d->n = kept;
}

/* Lists the archives that are newer than those listed before. */
static int
list(struct logview_dir *d)
{
	struct listdir l;
	unsigned char type;
	char const *name;
	int r = listdir_start(&l, d->fd);

	d->n = d->next = 0;
	while (!r && (name = listdir_next(&l, &type))) {
		enum logfile kind = logfile_kind(name);

		if (kind != LOGFILE_OTHER && memcmp(name, d->newest, TAI64N_FMT) > 0)
			r = add_file(d, name, kind);
	}
	if (r || errno)
		return -1;
	if (d->n)
		qsort(d->files, d->n, sizeof *d->files, by_name);
	drop_doubles(d);
	if (d->n)
		memcpy(d->newest, d->files[d->n - 1].name, TAI64N_FMT);
	return 0;
}

static int
among_files(struct logview_dir const *d, ino_t ino)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->files[i].ino == ino)
			return 1;
	return 0;
}

/* Passes over the archives that were read under another name. */
static void
settle_debt(struct logview_dir *d)
{
	for (size_t i = d->next; d->owed && i < d->n; i++)
		if (d->files[i].ino == d->read_ino) {
			d->next = i + 1;
			d->owed = 0;
		}
	while (d->owed && d->next < d->n) {
		d->next++;
		d->owed--;
	}
	/* rotated between our opening it and our listing */
	if (d->current >= 0 && d->n && d->files[d->n - 1].ino == d->current_ino)
		d->n--;
}

static int
look(struct logview_dir *d)
{
	ino_t ino;

	d->current = open_file(d->fd, LOGFILE_CURRENT, &d->current_ino);
	if (d->current < 0 && errno != ENOENT)
		strerr_warnwusys("open ", d->path, "/" LOGFILE_CURRENT);
	if (list(d) < 0)
		return -1;
	settle_debt(d);
	d->previous = open_file(d->fd, LOGFILE_PREVIOUS, &ino);
	if (d->previous < 0)
		return 0;
	if (among_files(d, ino) || ino == d->read_ino || (d->current >= 0 && ino == d->current_ino)) {
		close(d->previous);
		d->previous = -1;
	} else {
		d->owed++;
	}
	return 0;
}

int
logview_open(struct logview_dir *d, char const *path, int follow)
{
	d->path = path;
	d->follow = follow;
	d->previous = d->current = d->in.fd = -1;
	d->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return d->fd < 0 ? -1 : look(d);
}

/* The output of PROG, which decompresses what is in FILE; closes that. */
static int
unpack(struct logview_dir *d, char const *const *argv, int file)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0) {
		close(file);
		return -1;
	}
	d->unpacker = program_spawn(argv, (struct spawn_move[]){ { file, 0 }, { p[1], 1 } }, 2, 0);
	close(file);
	close(p[1]);
	if (d->unpacker > 0)
		return p[0];
	d->unpacker = 0;
	close(p[0]);
	return -1;
}

/* Opens an archive; one that somebody compressed meanwhile, too. */
static int
open_archive(struct logview_dir *d, struct logview_file *f)
{
	static char const *const unzstd[] = { "zstd", "-dcq", 0 }, *const gunzip[] = { "gzip", "-dc", 0 };
	int fd = open_file(d->fd, f->name, 0);

	if (fd < 0 && errno == ENOENT && f->kind == LOGFILE_ARCHIVE) {
		memcpy(f->name + LOGFILE_NAME, ".zst", sizeof ".zst");
		f->kind = LOGFILE_ZSTD;
		fd = open_file(d->fd, f->name, 0);
		if (fd < 0 && errno == ENOENT) {
			memcpy(f->name + LOGFILE_NAME, ".gz", sizeof ".gz");
			f->kind = LOGFILE_GZIP;
			fd = open_file(d->fd, f->name, 0);
		}
	}
	if (fd < 0 || f->kind == LOGFILE_ARCHIVE)
		return fd;
	return unpack(d, f->kind == LOGFILE_ZSTD ? unzstd : gunzip, fd);
}

/* Waits for the one who decompresses, if any. 0: it failed. */
static int
end_unpacker(struct logview_dir *d)
{
	int status = 0;

	if (!d->unpacker)
		return 1;
	while (waitpid(d->unpacker, &status, 0) < 0 && errno == EINTR)
		;
	d->unpacker = 0;
	return !status;
}

static int
open_next_archive(struct logview_dir *d, int *trouble)
{
	while (d->next < d->n) {
		struct logview_file *f = d->files + d->next++;
		int fd = open_archive(d, f);

		if (fd >= 0) {
			memcpy(d->label, f->name, TAI64N_FMT);
			return fd;
		}
		if (errno == ENOENT && f->kind == LOGFILE_ARCHIVE)
			continue;	/* its logger has removed it */
		strerr_warnwusys("read ", d->path, "/", f->name);
		*trouble = 1;
	}
	return -1;
}

/* Begins with the next file. 0: there is none. */
static int
begin_file(struct logview_dir *d, int *trouble)
{
	int fd = open_next_archive(d, trouble);

	if (fd < 0) {
		fd = d->previous;
		d->previous = -1;
	}
	if (fd < 0 && d->current >= 0) {
		fd = d->current;
		d->current = -1;
		d->at_current = d->empty = 1;
	}
	linein_init(&d->in, fd);
	return fd >= 0;
}

static void
end_file(struct logview_dir *d, int *trouble)
{
	if (d->in.error) {
		errno = d->in.error;
		strerr_warnwusys("read ", d->path, *d->label ? "/" : "", d->label);
		*trouble = 1;
	}
	close(d->in.fd);
	d->in.fd = -1;
	if (!end_unpacker(d)) {
		strerr_warnw(d->path, "/", d->label, ": what decompresses it has failed");
		*trouble = 1;
	}
	/* what comes next was written later */
	if (*d->label && tai64n_scan(d->label, &d->time))
		d->timed = 0;
	*d->label = 0;
	if (d->at_current) {
		d->read_ino = d->current_ino;
		d->owed += !d->empty;
		d->at_current = d->stale = 0;
	}
}

/* Is the file called "current" another one than we have read? */
static int
renewed(struct logview_dir const *d)
{
	struct stat st;

	if (fstatat(d->fd, LOGFILE_CURRENT, &st, 0) < 0)
		return 0;
	return !d->at_current || st.st_ino != d->current_ino;
}

/* Reads more. Returns 0 when there is nothing, for now. */
static int
read_more(struct logview_dir *d)
{
	ssize_t r = linein_read(&d->in);

	if (r > 0)
		d->empty = 0;
	if (r || !d->at_current || !d->follow || d->stale)
		return 1;
	d->in.eof = 0;
	/* what was written before the change may have come after our read */
	d->stale = renewed(d);
	return d->stale;
}

static int
next_piece(struct logview_dir *d, struct logview_clock *c)
{
	tain t;

	if (!linein_next(&d->in, &d->piece))
		return 0;
	if (d->piece.first) {
		d->skipping = d->skip > 0;
		d->skip -= (uint64_t)d->skipping;
		if (c && logview_time(c, d->piece.s, d->piece.len, &t)) {
			d->time = t;
			d->timed = 1;
		}
	}
	d->have = !d->skipping;
	return 1;
}

int
logview_fill(struct logview_dir *d, struct logview_clock *c, int *trouble)
{
	while (d->fd >= 0 && !d->have) {
		if (d->in.fd < 0) {
			if (begin_file(d, trouble))
				continue;
			if (!d->follow || !renewed(d) || look(d) < 0 || d->current < 0)
				return 0;
		} else if (!next_piece(d, c)) {
			if (d->in.eof)
				end_file(d, trouble);
			else if (!read_more(d))
				return 0;
		}
	}
	return d->have;
}

/* The lines in FD, from its beginning on; PARTIAL: an unfinished one counts. */
static uint64_t
count_lines(int fd, int partial)
{
	char buf[65536], last = '\n';
	uint64_t lines = 0;
	ssize_t r;

	while ((r = read(fd, buf, sizeof buf)) > 0) {
		char const *p = buf, *end = buf + r;

		for (; (p = memchr(p, '\n', (size_t)(end - p))); p++)
			lines++;
		last = end[-1];
	}
	return lines + (partial && last != '\n');
}

/* The lines of a file that is read later from its beginning. */
static uint64_t
count_open(int fd, int partial)
{
	uint64_t lines = fd < 0 ? 0 : count_lines(fd, partial);

	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return lines;
}

void
logview_seek_last(struct logview_dir *d, uint64_t lines)
{
	uint64_t sum = count_open(d->current, !d->follow);
	size_t first = d->next;

	if (sum >= lines && d->previous >= 0) {
		close(d->previous);
		d->previous = -1;
	}
	sum += count_open(d->previous, 1);
	d->next = d->n;
	while (sum < lines && d->next > first) {
		int fd = open_archive(d, d->files + --d->next);

		if (fd < 0)
			continue;	/* it is warned of when its lines are wanted */
		sum += count_lines(fd, 1);
		close(fd);
		end_unpacker(d);
	}
	d->skip = sum > lines ? sum - lines : 0;
}

void
logview_seek_time(struct logview_dir *d, tain const *since)
{
	tain t;

	while (d->next < d->n && tai64n_scan(d->files[d->next].name, &t) && tain_less(&t, since)) {
		d->next++;
		d->time = t;
	}
}
