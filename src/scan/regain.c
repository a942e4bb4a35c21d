/*
 * regain.c - the pipe between a service and its logger, taken over from those who
 * have it when the scanner that made it was killed; see s6-svscan.h.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/pidfd.h>

#include "s6-svscan.h"

#define PIPEFS 0x50495045

/* A living process that has descriptor FD as the supervisor of V had it: that
   supervisor, or the run that it left behind. 0: none. */
static pid_t
holder(struct supervisor *v)
{
	pid_t owner;

	if (v->pid)
		return v->pid;
	if (!svscan_owner_of(v->name, &owner))
		return svscan_orphan(v);
	return owner && svscan_is_at(v, owner) ? owner : 0;
}

/* The anonymous pipe that is descriptor FD of PID: its inode, or 0. PATH gets
   its name. */
static ino_t
pipe_of(pid_t pid, char const *fd, char *path)
{
	struct statfs fs;
	struct stat st;

	if (!pid)
		return 0;
	svscan_proc(path, pid, fd);
	if (stat(path, &st) < 0 || !S_ISFIFO(st.st_mode)
		|| statfs(path, &fs) < 0 || fs.f_type != PIPEFS)
		return 0;
	return st.st_ino;
}

static int
open_end(char const *path, int how)
{
	int fd = open(path, how | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		fcntl(fd, F_SETFL, 0);
	return fd;
}

/* Nobody reads the pipe PATH: that of a logger which is gone altogether. (Else
   it leads to a reader that we do not know: where the scanner's own output
   went.) */
static int
is_deserted(char const *path)
{
	struct pollfd p = { .fd = open_end(path, O_WRONLY) };

	if (p.fd < 0)
		return 0;
	if (poll(&p, 1, 0) < 0)
		p.revents = 0;
	close(p.fd);
	return !!(p.revents & POLLERR);
}

/* The pipe of L is from now on the one that PATH leads to. */
static void
take_pipe(struct supervisor *l, char const *path)
{
	int r = open_end(path, O_RDONLY), w = open_end(path, O_WRONLY);

	if (r >= 0 && w >= 0) {
		svscan_close_pipe(l);
		l->pipe[0] = r;
		l->pipe[1] = w;
		return;
	}
	if (r >= 0)
		close(r);
	if (w >= 0)
		close(w);
}

/* The logger L has a pipe, but one of the pair came from a predecessor, which was
   killed while it started them: do both have that pipe? The logger READS (from
   the pipe IN leads to), its service WRITES (to OUT); 0: none does. Where they
   differ it is the logger that has to change: it leaves when it has read all. */
static void
match(struct supervisor *l, ino_t reads, char const *in, ino_t writes, char const *out)
{
	struct stat ours;

	if (fstat(l->pipe[0], &ours) < 0)
		return;
	if (reads && reads != ours.st_ino) {
		if (writes == ours.st_ino)
			svscan_tell(l, SVSCAN_TERM);
		else
			take_pipe(l, in);
	} else if (writes && writes != ours.st_ino && is_deserted(out)) {
		take_pipe(l, out);
		if (reads)
			svscan_tell(l, SVSCAN_TERM);
	}
}

/* A copy of descriptor N, an end of a pipe, of PID, V's supervisor or service; -1. */
static int
copy_end(struct supervisor *v, pid_t pid, int n)
{
	int p = v->watch >= 0 ? v->watch : pid ? pidfd_of(pid) : -1, fd;
	struct statfs fs;

	if (p < 0)
		return -1;
	fd = pidfd_copy(p, n);
	if (p != v->watch)
		close(p);
	if (fd >= 0 && (fstatfs(fd, &fs) < 0 || fs.f_type != PIPEFS)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* The other end of the pipe that FD is one of. */
static int
other_end(int fd, int how)
{
	char path[SVSCAN_PROC_MAX], n[INT_FMT + sizeof "fd/"] = "fd/";

	n[3 + int_fmt(n + 3, fd)] = 0;
	svscan_proc(path, getpid(), n);
	return open_end(path, how);
}

/* As take_pipe, where /proc does not let us at it: copies of the descriptors of
   READER, who has the logger's end, and WRITER. 0, -1. */
static int
copy_pipe(struct supervisor *l, pid_t reader, pid_t writer)
{
	int r = copy_end(l, reader, 0), w = l->other ? copy_end(l->other, writer, 1) : -1;
	struct pollfd p = { .fd = w };
	struct stat rst, wst;

	if (r >= 0 && w >= 0 && (fstat(r, &rst) < 0 || fstat(w, &wst) < 0 || rst.st_ino != wst.st_ino)) {
		close(w);
		w = -1;
	}
	if (r >= 0 && w < 0)
		w = other_end(r, O_WRONLY);
	else if (w >= 0 && r < 0 && poll(&p, 1, 0) > 0 && p.revents & POLLERR)
		r = other_end(w, O_RDONLY);	/* deserted, as above */
	if (r >= 0 && w >= 0) {
		l->pipe[0] = r;
		l->pipe[1] = w;
		return 0;
	}
	if (r >= 0)
		close(r);
	if (w >= 0)
		close(w);
	return -1;
}

/* Can descriptor FD of PID not even be looked at? A supervisor has them all. */
static int
is_hidden(pid_t pid, char const *fd)
{
	char path[SVSCAN_PROC_MAX];
	struct stat st;

	if (!pid)
		return 0;
	svscan_proc(path, pid, fd);
	return stat(path, &st) < 0 && kill(pid, 0) == 0;
}

/* The pipe of L and its service is out of sight: copies it, or leaves it to those
   two; see make_pipe. */
static void
regain_hidden(struct svscan *s, struct supervisor *l, pid_t reader, pid_t writer)
{
	if (copy_pipe(l, reader, writer) == 0)
		return;
	l->foreign = 1;
	if (!s->hidden)
		strerr_warnw("no right to take over the pipe to ", l->name,
			" - it stays as it is until one of its supervisors ends");
	s->hidden = 1;
}

void
svscan_regain(struct svscan *s, struct supervisor *v)
{
	struct supervisor *l = v->logger ? v : v->other, *w;
	char in[SVSCAN_PROC_MAX], out[SVSCAN_PROC_MAX];
	ino_t reads, writes;
	pid_t reader, writer;

	if (!l)
		return;
	w = l->other;
	reader = holder(l);
	writer = w ? holder(w) : 0;
	reads = pipe_of(reader, "fd/0", in);
	writes = pipe_of(writer, "fd/1", out);
	if (l->pipe[0] >= 0)
		match(l, reads, in, writes, out);
	else if (reads)
		take_pipe(l, in);
	else if (writes && is_deserted(out))
		take_pipe(l, out);
	else if (is_hidden(reader, "fd/0") || is_hidden(writer, "fd/1"))
		regain_hidden(s, l, reader, writer);
}
