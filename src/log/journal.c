/*
 * journal.c - the journal of --durable: see log.h.
 *
 * splice moves bytes from the pipe into a file in one system call, and
 * SIGKILL does not come between: a byte is in the pipe or in the file. From
 * the file lines are read as they otherwise are from the pipe. The record says
 * up to which offset of the file all lines have reached the directories, and
 * which file each directory was writing to then, and of what size. So the
 * next logger cuts these files back to that size and reads the journal from
 * that offset. Where a directory has rotated since, its mark names the new file
 * instead, and how many bytes went into the ones before: what comes out again
 * is passed over as far as that. A new file is marked before its first byte is
 * written, and no file is archived before its successor is marked.
 *
 * The journal is not synced: it is proof against the death of the logger, not
 * of the machine; with the machine the pipe is gone, too.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <skalibs/strerr.h>

#include <sextet/birth.h>
#include <sextet/clock.h>

#include "log.h"

#define RECORD "journal"
#define TURN_OVER (1U << 20)	/* the other file is begun when this one is so large */

static char const *const files[2] = { "journal.0", "journal.1" };

static int
commit(struct log_journal *j)
{
	char slot[LOG_SLOT];
	size_t n;

	j->now.seq++;
	n = log_record_pack(slot, &j->now);
	if (pwrite(j->record, slot, n, (off_t)(j->now.seq & 1) * LOG_SLOT) == (ssize_t)n)
		return 0;
	j->now.seq--;		/* the other slot still counts */
	return -1;
}

void
log_journal_remove(struct log_journal *j)
{
	int dirfd = j->dirs->dirfd;

	unlinkat(dirfd, RECORD, 0);
	for (int i = 0; i < 2; i++)
		unlinkat(dirfd, files[i], 0);
	for (int i = 0; j->on && i < 2; i++)
		if (j->fd[i] >= 0)
			close(j->fd[i]);
	if (j->on)
		close(j->record);
	j->on = 0;
}

void
log_journal_find(struct log_journal *j, struct log_dir *first)
{
	static char const nothing[LOG_SLOT];
	unsigned char boot[CHILD_BOOT];
	char slot[2 * LOG_SLOT] = { 0 };
	struct log_record r;

	j->dirs = first;
	j->fd[0] = j->fd[1] = -1;
	j->record = openat(first->dirfd, RECORD, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (j->record < 0)
		return;
	if (pread(j->record, slot, sizeof slot, 0) < 0)
		memcpy(slot, nothing, LOG_SLOT);
	child_boot(boot);
	for (int i = 0; i < 2; i++)
		if (log_record_unpack(slot + i * LOG_SLOT, &r) && !memcmp(r.boot, boot, sizeof boot)
				&& (!j->on || r.seq > j->old.seq)) {
			j->old = r;
			j->on = 1;
		}
	if (!j->on) {
		/* of another boot: nobody knows what of it reached the disk */
		close(j->record);
		log_journal_remove(j);
	}
}

/* Cuts NAME back if it is the marked file. */
static void
cut_back(struct log_dir *d, char const *name, struct log_mark const *m)
{
	struct stat st;
	int fd;

	if (fstatat(d->dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_ino != m->ino
			|| st.st_dev != m->dev || (uint64_t)st.st_size <= m->size
			|| birth_of(d->dirfd, name) != m->birth)
		return;
	fd = openat(d->dirfd, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)m->size) < 0)
		strerr_diefusys(111, "truncate ", d->name, "/", name);
	close(fd);
}

static struct log_mark const *
old_mark(struct log_journal const *j, struct log_dir const *d)
{
	struct stat st;

	if (fstat(d->dirfd, &st) < 0)
		return 0;
	for (size_t i = 0; i < j->old.n; i++)
		if (j->old.marks[i].dir_ino == st.st_ino && j->old.marks[i].dir_dev == st.st_dev)
			return j->old.marks + i;
	return 0;
}

void
log_journal_restore(struct log_journal *j, struct log_dir *d)
{
	struct log_mark const *m = j->on ? old_mark(j, d) : 0;
	char archive[LOG_ARCHIVE_NAME];

	if (!m)
		return;
	d->again = m->rotated;
	if (!m->ino)
		return;
	cut_back(d, "current", m);
	cut_back(d, "previous", m);
	/* somebody else may have been here */
	if (m->birth && log_archive_find(d, m->dev, m->ino, archive))
		cut_back(d, archive, m);
}

/* The marks of before, and empty ones for new directories. */
static void
take_over_marks(struct log_journal *j)
{
	j->now.n = j->ndirs;
	for (size_t i = 0; i < j->ndirs; i++) {
		struct log_mark const *m = j->on ? old_mark(j, j->dirs + i) : 0;
		struct stat st;

		if (m) {
			j->now.marks[i] = *m;
			j->now.marks[i].rotated = j->dirs[i].again;
			continue;
		}
		if (fstat(j->dirs[i].dirfd, &st) < 0)
			strerr_diefusys(111, "stat ", j->dirs[i].name);
		j->now.marks[i] = (struct log_mark){ .dir_dev = st.st_dev, .dir_ino = st.st_ino };
	}
}

/* The line that ends the journal will not be continued by another pipe. */
static void
end_last_line(struct log_journal *j, int fd)
{
	char c = '\n';

	if (j->end && pread(fd, &c, 1, (off_t)j->end - 1) == 1 && c && c != '\n'
			&& pwrite(fd, "\n", 1, (off_t)j->end) == 1)
		j->end++;
}

static int
open_file(struct log_journal const *j, char const *name, int flags)
{
	int fd = openat(j->dirs->dirfd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, 0600);

	if (fd < 0)
		strerr_diefusys(111, "open ", j->dirs->name, "/", name);
	return fd;
}

void
log_journal_begin(struct log_journal *j, size_t ndirs, int durable, uint64_t script)
{
	struct stat in, st;

	if (!j->on && !durable)
		return;
	if (fstat(0, &in) < 0 || (durable && !S_ISFIFO(in.st_mode)))
		strerr_dief(100, "--durable needs a pipe on standard input");
	if (!ndirs || ndirs > LOG_MARKS)
		strerr_dief(100, "--durable needs a log directory, and not more than 70");
	j->ndirs = ndirs;
	j->draining = !durable;
	if (j->on) {
		j->now = j->old;
		if (j->old.script != script)
			for (size_t i = 0; i < ndirs; i++)
				j->dirs[i].again = 0;	/* it will come out otherwise */
	} else {
		j->record = open_file(j, RECORD, O_TRUNC);
	}
	for (int i = 0; i < 2; i++)
		j->fd[i] = open_file(j, files[i], j->on ? 0 : O_TRUNC);
	take_over_marks(j);
	if (j->on && !fstat(j->fd[j->now.which], &st)) {
		j->end = (uint64_t)st.st_size;
		if (in.st_ino != j->now.pipe_ino || in.st_dev != j->now.pipe_dev)
			end_last_line(j, j->fd[j->now.which]);
		if (j->now.done > j->end)
			j->now.done = j->end;
		j->loaded = j->now.done;
	}
	child_boot(j->now.boot);
	j->now.script = script;
	j->now.pipe_dev = in.st_dev;
	j->now.pipe_ino = in.st_ino;
	j->on = 1;
	if (commit(j) < 0)
		strerr_diefusys(111, "write to ", j->dirs->name, "/" RECORD);
}

int
log_journal_ready(struct log_journal const *j)
{
	return j->on && j->loaded < j->end;
}

ssize_t
log_journal_read(struct log_journal *j, char *to, size_t n)
{
	int fd = j->fd[j->now.which];
	ssize_t r;

	if (j->loaded == j->end) {
		loff_t at = (loff_t)j->end;

		r = splice(0, 0, fd, &at, n, 0);
		if (!r || (r < 0 && (errno == EINTR || errno == EAGAIN)))
			return r;
		if (r < 0)
			goto failed;
		j->end += (uint64_t)r;
	}
	if (n > j->end - j->loaded)
		n = (size_t)(j->end - j->loaded);
	r = pread(fd, to, n, (off_t)j->loaded);
	if (!r)
		errno = EIO;
	if (r <= 0)
		goto failed;
	j->loaded += (uint64_t)r;
	log_dir_worked(j->dirs, &j->trouble, "journal in");
	return r;
failed:
	log_dir_failed(j->dirs, &j->trouble, "write to", files[j->now.which]);
	errno = EAGAIN;
	return -1;
}

/* Names the file FD in the mark of D. */
static int
name_file(struct log_mark *m, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	m->dev = st.st_dev;
	m->ino = st.st_ino;
	m->birth = birth_of(fd, "");
	return 0;
}

int
log_journal_turn(struct log_journal *j, struct log_dir *d, int fd, uint64_t size)
{
	struct log_mark *m = j->now.marks + (d - j->dirs), before = *m;

	if (d->fd >= 0)
		m->rotated += d->size - m->size;
	m->size = size;
	if (name_file(m, fd) == 0 && commit(j) == 0)
		return 0;
	*m = before;
	return -1;
}

int
log_journal_moved(struct log_journal *j, struct log_dir *d, int fd)
{
	struct log_mark *m = j->now.marks + (d - j->dirs), before = *m;
	struct stat st;

	if (fstat(d->dirfd, &st) == 0 && name_file(m, fd) == 0) {
		m->dir_dev = st.st_dev;
		m->dir_ino = st.st_ino;
		if (commit(j) == 0)
			return 0;
	}
	*m = before;
	return -1;
}

/* Goes on in the other file, which begins with the incomplete line. */
static void
turn_over(struct log_journal *j, struct log_input const *in)
{
	uint32_t old = j->now.which;
	uint64_t done = j->now.done;
	size_t left = in->len - in->pos;

	if (ftruncate(j->fd[!old], 0) < 0
			|| pwrite(j->fd[!old], in->buf + in->pos, left, 0) != (ssize_t)left)
		return;
	j->now.which = !old;
	j->now.done = 0;
	if (commit(j) < 0) {
		j->now.which = old;
		j->now.done = done;
		return;
	}
	j->loaded = j->end = left;
	ftruncate(j->fd[old], 0);
}

void
log_journal_checkpoint(struct log_journal *j, struct log_input const *in)
{
	uint64_t done = j->loaded - (in->len - in->pos);

	if (done == j->now.done)
		return;
	j->now.done = done;
	for (size_t i = 0; i < j->ndirs; i++) {
		struct log_mark *m = j->now.marks + i;

		m->size = j->dirs[i].size;
		m->rotated = j->dirs[i].again = 0;
		if (j->dirs[i].fd < 0)
			m->ino = m->size = 0;
	}
	/* should this fail, the record is as good as before, only older */
	commit(j);
	if (j->loaded == j->end && j->end >= TURN_OVER)
		turn_over(j, in);
}
