/*
 * logdir.c - a log directory at work: writing, rotating. See log.h.
 *
 * Two things go on at a time. The front writes to current; when that is full
 * it is renamed to previous, that becomes an archive or, with a processor, gets
 * a second name (see recover.c), and a new current is opened. The back then
 * brings previous to the disk, and the processor, if there is one, makes an
 * archive of it, while the front is writing again: what was read must not wait
 * in memory for the disk. Only the next rotation waits for the back. A step
 * that fails is tried again after a while, with one warning at the beginning
 * of the trouble and one at its end.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/clock.h>

#include "log.h"

static void
trouble_on(struct log_dir *d, struct log_trouble *t)
{
	int64_t now = clock_now();

	if (!t->on)
		t->since = now;
	t->on = 1;
	/* never at once, or an r0 would spin */
	t->again = now + (d->lim.retry ? d->lim.retry : 1) * CLOCK_MS;
}

int
log_dir_failed(struct log_dir *d, struct log_trouble *t, char const *what, char const *file)
{
	if (!t->on && d->conf->verbosity)
		strerr_warnwusys(what, " ", d->name, file ? "/" : "", file ? file : "");
	trouble_on(d, t);
	return 0;
}

void
log_dir_worked(struct log_dir *d, struct log_trouble *t, char const *what)
{
	char seconds[UINT64_FMT];

	if (!t->on)
		return;
	t->on = 0;
	seconds[uint64_fmt(seconds, (uint64_t)((clock_now() - t->since) / CLOCK_S))] = 0;
	if (d->conf->verbosity)
		strerr_warni(what, " ", d->name, " works again after ", seconds, " s");
}

int
log_trouble_waits(struct log_trouble const *t)
{
	return t->on && clock_now() < t->again;
}

/* The steps of the front. Each returns 1 when it is done, and has then said
   which one is next. */

static int
shelve(struct log_dir *d)
{
	if (!renameat(d->dirfd, "current", d->dirfd, "previous")) {
		/* a journal must know of its successor first */
		d->front = d->journal->on ? LOG_OPENING : LOG_NAMING;
		return 1;
	}
	if (errno == ENOENT && !log_dir_remake(d))
		return 1;
	return log_dir_failed(d, &d->ftrouble, "rotate", "current");
}

static int
open_new(struct log_dir *d)
{
	uint64_t size;
	int fd = log_dir_current(d, &size);

	if (fd < 0)
		return log_dir_failed(d, &d->ftrouble, "open", "current");
	if (d->journal->on && log_journal_turn(d->journal, d, fd, size) < 0) {
		log_dir_failed(d, &d->ftrouble, "mark", "current");
		close(fd);
		return 0;
	}
	d->front = LOG_WRITING;
	if (d->fd >= 0) {
		d->oldfd = d->fd;
		d->back = LOG_SEALING;
		if (d->journal->on)
			d->front = LOG_NAMING;
	}
	d->fd = fd;
	d->size = size;
	d->wanted = 0;
	return 1;
}

/* Upstream's logger, should it be the next one here, refuses to start where it
   finds both a previous and a current to be archived. */
static int
name_old(struct log_dir *d)
{
	/* the mark of a whole file; useful, but not vital */
	fchmodat(d->dirfd, "previous", d->conf->mode | S_IXUSR, 0);
	if (d->lim.processor) {
		/* no file system has to have links: we need none */
		unlinkat(d->dirfd, "processed", 0);
		linkat(d->dirfd, "previous", d->dirfd, "processed", 0);
	} else if (log_archive(d, "previous", 's') < 0) {
		return log_dir_failed(d, &d->ftrouble, "archive", "previous");
	}
	d->front = d->journal->on ? LOG_WRITING : LOG_OPENING;
	return 1;
}

static int
run_front(struct log_dir *d)
{
	static int (*const step[])(struct log_dir *) = {
		[LOG_SHELVING] = shelve,
		[LOG_OPENING] = open_new,
		[LOG_NAMING] = name_old,
	};

	while (d->front != LOG_WRITING)
		if (log_trouble_waits(&d->ftrouble) || !step[d->front](d))
			return 0;
	return 1;
}

/* The steps of the back. */

static int
seal(struct log_dir *d)
{
	/* what cannot be synced at all is no reason to stop */
	if (fsync(d->oldfd) < 0 && errno != EINVAL && errno != EROFS)
		return log_dir_failed(d, &d->btrouble, "sync", "previous");
	close(d->oldfd);
	d->oldfd = -1;
	d->back = d->lim.processor ? LOG_SPAWNING : LOG_SETTLING;
	return 1;
}

static int
finish(struct log_dir *d)
{
	fsync(d->dirfd);	/* the best that can be done */
	log_archive_trim(d);
	d->back = LOG_RESTING;
	log_dir_worked(d, &d->btrouble, "rotation of");
	return 1;
}

static int
spawn(struct log_dir *d)
{
	fsync(d->dirfd);
	if (log_processor_start(d) < 0)
		return log_dir_failed(d, &d->btrouble, "spawn processor for logdir", 0);
	d->back = LOG_PROCESSING;
	return 1;
}

static int
accept(struct log_dir *d)
{
	char const *file;
	int r = log_processor_accept(d, &file);

	if (r) {
		/* a result that did not reach the disk must be made again */
		d->back = r == -2 ? LOG_SPAWNING : LOG_ACCEPTING;
		return log_dir_failed(d, &d->btrouble, "finish", file);
	}
	d->back = LOG_PUBLISHING;
	return 1;
}

static int
publish(struct log_dir *d)
{
	if (log_archive(d, "processed", 's') < 0)
		return log_dir_failed(d, &d->btrouble, "archive", "processed");
	return finish(d);
}

void
log_dir_settle(struct log_dir *d)
{
	static int (*const step[])(struct log_dir *) = {
		[LOG_SEALING] = seal,
		[LOG_SETTLING] = finish,
		[LOG_SPAWNING] = spawn,
		[LOG_ACCEPTING] = accept,
		[LOG_PUBLISHING] = publish,
	};

	while (d->back != LOG_RESTING && d->back != LOG_PROCESSING)
		if (log_trouble_waits(&d->btrouble) || !step[d->back](d))
			return;
}

void
log_dir_processed(struct log_dir *d, int status)
{
	d->processor = 0;
	if (WIFEXITED(status) && !WEXITSTATUS(status)) {
		d->back = LOG_ACCEPTING;
		return;
	}
	if (!d->btrouble.on && d->conf->verbosity)
		strerr_warnw("processor ", WIFSIGNALED(status) ? "crashed" : "failed", " in ", d->name);
	trouble_on(d, &d->btrouble);
	d->back = LOG_SPAWNING;
}

/* How many of the waiting bytes go into the present file? All of them when
   they do not fill it; else as many lines as it takes; 0 when the next one
   does not fit. */
static size_t
portion(struct log_dir const *d)
{
	struct log_out const *o = &d->out;
	size_t have = log_out_pending(o), at, end, start;
	uint64_t enough = d->lim.size - d->lim.slack;

	if (d->size + have < enough)
		return have;
	/* the line with this byte makes the file full */
	at = d->size < enough ? (size_t)(enough - d->size) - 1 : 0;
	end = log_out_line_end(o, at);
	if (d->size + end <= d->lim.size)
		return end;
	start = log_out_line_start(o, at);
	if (start)
		return start;
	return d->size && !d->torn ? 0 : end;
}

/* On a full disk: there may be room when the last rotation has removed the
   oldest archive. Keeps errno. */
static int
space_made(struct log_dir *d)
{
	int e = errno, resting = d->back == LOG_RESTING;

	log_dir_settle(d);
	errno = e;
	return !resting && d->back == LOG_RESTING;
}

/* Writes once. Returns 1 when something happened. */
static int
write_some(struct log_dir *d)
{
	size_t n = log_out_pending(&d->out) ? portion(d) : 0;
	struct iovec v[2];
	ssize_t w;

	if (!n && log_out_pending(&d->out)) {
		d->wanted = 1;
		return 1;
	}
	if (!n || log_trouble_waits(&d->ftrouble))
		return 0;
	w = log_out_pieces(&d->out, n, v) == 1 ? write(d->fd, v[0].iov_base, v[0].iov_len)
		: writev(d->fd, v, 2);
	if (w <= 0) {
		if (!w)
			errno = ENOSPC;
		if (space_made(d))
			return 1;
		return log_dir_failed(d, &d->ftrouble, "write to", "current");
	}
	log_dir_worked(d, &d->ftrouble, "writing to");
	d->size += (size_t)w;
	d->torn = log_out_byte(&d->out, (size_t)w - 1) != '\n';
	log_out_consume(&d->out, (size_t)w);
	if (!d->torn && d->size + d->lim.slack >= d->lim.size)
		d->wanted = 1;
	return 1;
}

/* Passes over what a killed logger has written and rotated already. */
static void
skip(struct log_dir *d)
{
	size_t n = log_out_pending(&d->out);

	if (n > d->again)
		n = (size_t)d->again;
	log_out_consume(&d->out, n);
	d->again -= n;
}

void
log_dir_work(struct log_dir *d)
{
	if (d->again)
		skip(d);
	do {
		if (d->wanted && d->front == LOG_WRITING && !d->torn) {
			log_dir_settle(d);
			if (d->back != LOG_RESTING)
				return;
			if (d->size)
				d->front = LOG_SHELVING;
			d->wanted = 0;
		}
	} while (run_front(d) && write_some(d));
}

void
log_dir_rotate(struct log_dir *d)
{
	d->wanted = d->size != 0;
}

int64_t
log_dir_deadline(struct log_dir const *d)
{
	int64_t when = d->rotate_at;

	if (d->ftrouble.on && d->ftrouble.again < when)
		when = d->ftrouble.again;
	if (d->btrouble.on && d->back != LOG_PROCESSING && d->btrouble.again < when)
		when = d->btrouble.again;
	return when;
}

void
log_dir_tick(struct log_dir *d)
{
	int64_t now;

	if (d->rotate_at != CLOCK_NEVER && (now = clock_now()) >= d->rotate_at) {
		int64_t period = d->lim.period * CLOCK_S;

		d->rotate_at += (now - d->rotate_at) / period * period + period;
		log_dir_rotate(d);
	}
	log_dir_work(d);
	log_dir_settle(d);
}

int
log_dir_idle(struct log_dir const *d)
{
	/* at the end, what cannot be done now is left to the next start */
	int front = d->front == LOG_WRITING || (d->closing && d->ftrouble.on);
	int back = d->back == LOG_RESTING
		|| (d->closing && d->btrouble.on && d->back != LOG_PROCESSING);

	return !log_out_pending(&d->out) && front && back;
}

void
log_dir_close(struct log_dir *d)
{
	struct stat st;

	/* with a clean current, upstream's logger would not look at previous */
	if (d->fd < 0 || d->front != LOG_WRITING || d->back != LOG_RESTING || d->torn)
		return;
	if (!fstat(d->fd, &st) && !st.st_nlink && st.st_size)
		log_dir_remake(d);
	if (fsync(d->fd) < 0 && d->conf->verbosity)
		strerr_warnwusys("sync ", d->name, "/current");
	if (fchmod(d->fd, d->conf->mode | S_IXUSR) < 0 && d->conf->verbosity)
		strerr_warnwusys("chmod ", d->name, "/current");
	close(d->fd);
	d->fd = -1;
}
