/* notification.c - the readiness channel */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <sextet/notification.h>

#include "apart.h"

static int dir;

static ino_t
fifo(void)
{
	struct stat st;

	return fstatat(dir, NOTIFICATION_FIFO, &st, AT_SYMLINK_NOFOLLOW) == 0
		&& S_ISFIFO(st.st_mode) && (st.st_mode & 07777) == 0600 ? st.st_ino : 0;
}

static int
put(int fd, char const *text)
{
	return write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

static void
one_life(void)
{
	int r = -1, w = -1;
	struct pollfd p;
	ino_t ino;

	umask(0777);
	ok(notification_open(dir, &r, &w) == 0 && (ino = fifo()), "made as a FIFO, whatever the umask");
	umask(022);
	ok(fcntl(r, F_GETFD) == FD_CLOEXEC && fcntl(w, F_GETFD) == FD_CLOEXEC
		&& fcntl(r, F_GETFL) & O_NONBLOCK && !(fcntl(w, F_GETFL) & O_NONBLOCK),
		"flags of both ends");
	ok(!notification_waits(r) && notification_read(r) == NOTIFICATION_NOTHING, "nothing yet");
	ok(put(w, "starting") && notification_read(r) == NOTIFICATION_NOTHING, "no newline yet");
	ok(put(w, "up\nand") && notification_waits(r) && notification_read(r) == NOTIFICATION_READY, "ready");
	ok(put(w, "more") && notification_read(r) == NOTIFICATION_NOTHING, "later writers do no harm");
	close(w);
	p = (struct pollfd){ .fd = r, .events = POLLIN };
	ok(poll(&p, 1, 1000) == 1 && notification_read(r) == NOTIFICATION_CLOSED, "closed is noticed");
	ok(notification_open(dir, &r, &w) == 0 && fifo() == ino, "the same FIFO again");
	ok(notification_read(r) == NOTIFICATION_NOTHING, "and it is silent");
	close(r);
	close(w);
}

static void
leftovers(void)
{
	int r = -1, w = -1, old, kept;
	ino_t ino;

	notification_open(dir, &r, &w);
	ino = fifo();
	old = w;
	ok(notification_open(dir, &r, &w) == 0 && fifo() && fifo() != ino,
		"a leftover holds the old one: a fresh one");
	ok(put(old, "\n") && notification_read(r) == NOTIFICATION_NOTHING,
		"it cannot announce the new instance");
	close(old);
	close(w);
	put(kept = open("d/" NOTIFICATION_FIFO, O_RDWR | O_CLOEXEC), "stale\n");
	close(kept);
	ok(notification_open(dir, &r, &w) == 0 && notification_read(r) == NOTIFICATION_NOTHING,
		"stale words are thrown away");
	ino = fifo();
	kept = open("d/" NOTIFICATION_FIFO, O_RDONLY | O_NONBLOCK | O_CLOEXEC);	/* keeps its number */
	unlinkat(dir, NOTIFICATION_FIFO, 0);
	close(w);
	ok(notification_open(dir, &r, &w) == 0 && fifo() && fifo() != ino, "removed: made anew");
	close(kept);
	close(r);
	close(w);
}

/* What a successor finds. */
static void
successor(void)
{
	int r = -1, w = -1;

	unlinkat(dir, NOTIFICATION_FIFO, 0);
	ok(notification_reopen(dir) == -1 && errno == ENOENT, "no FIFO to come back to");
	/* where only a pipe can be had, a newline now would be a SIGPIPE */
	if (!ok(notification_open(dir, &r, &w) == 0 && (fcntl(w, F_GETFL) & O_ACCMODE) == O_RDWR, "a FIFO"))
		return;
	close(r);
	signal(SIGPIPE, SIG_DFL);
	ok(put(w, "\n"), "a newline while nobody supervises");
	r = notification_reopen(dir);
	ok(r >= 0 && notification_waits(r) == 1 && notification_read(r) == NOTIFICATION_READY,
		"is delivered to the next");
	ok(notification_waits(r) == 0 && notification_read(r) == NOTIFICATION_NOTHING,
		"somebody holds it still");
	close(r);
	close(w);
	r = notification_reopen(dir);
	ok(r >= 0 && notification_waits(r) == -1, "seen without a read: nobody holds it any more");
	ok(notification_read(r) == NOTIFICATION_CLOSED, "nor does a read tell otherwise");
	ok(notification_open(dir, &r, &w) == 0 && notification_read(r) == NOTIFICATION_NOTHING,
		"and it serves the next instance");
	close(r);
	close(w);
}

static void
hostile(void)
{
	struct rlimit l, few;
	int r = -1, w = -1;

	unlinkat(dir, NOTIFICATION_FIFO, 0);
	ok(symlinkat("/etc/passwd", dir, NOTIFICATION_FIFO) == 0
		&& notification_reopen(dir) == -1, "a link is not followed");
	ok(notification_open(dir, &r, &w) == 0 && fifo(), "but replaced");
	close(r);
	close(w);
	r = -1;
	unlinkat(dir, NOTIFICATION_FIFO, 0);
	ok(mkdirat(dir, NOTIFICATION_FIFO, 0700) == 0 && notification_open(dir, &r, &w) == 0
		&& put(w, "\n") && notification_read(r) == NOTIFICATION_READY, "no FIFO possible: a pipe");
	close(w);
	ok(notification_open(dir, &r, &w) == 0 && notification_read(r) == NOTIFICATION_NOTHING,
		"and a fresh one for the next");
	close(r);
	close(w);
	unlinkat(dir, NOTIFICATION_FIFO, AT_REMOVEDIR);
	r = open("/", O_RDONLY | O_CLOEXEC);
	getrlimit(RLIMIT_NOFILE, &l);
	few = l;
	few.rlim_cur = (rlim_t)r + 1;
	close(r);
	setrlimit(RLIMIT_NOFILE, &few);
	r = -1;
	ok(notification_open(dir, &r, &w) == -1 && errno == EMFILE && r == -1, "one descriptor is not enough");
	setrlimit(RLIMIT_NOFILE, &l);
	ok(notification_open(dir, &r, &w) == 0, "and works again with more");
	close(r);
	close(w);
}

static int
pipes(void)
{
	int r = -1, w = -1;

	want(notification_open(dir, &r, &w) == 0 && fcntl(r, F_GETFD) == FD_CLOEXEC && fcntl(w, F_GETFD) == FD_CLOEXEC);
	want(notification_read(r) == NOTIFICATION_NOTHING && put(w, "\n") && notification_read(r) == NOTIFICATION_READY);
	close(w);
	want(notification_read(r) == NOTIFICATION_CLOSED);
	return 1;
}

static int
nothing(void)
{
	int r = -1, w = -1, free_fd = dup(0);

	close(free_fd);
	want(notification_open(dir, &r, &w) == -1 && errno == ENFILE && r == -1 && w == -1 && dup(0) == free_fd);
	return 1;
}

static void
rest(void)
{
	int fd;

	unlinkat(dir, NOTIFICATION_FIFO, 0);
	ok_denied("a container without FIFOs: a pipe", pipes, DENY(SYS_mknodat, EPERM));
	ok_denied("nor pipes: none", nothing, DENY(SYS_mknodat, EPERM), DENY(SYS_pipe2, ENFILE));
	fd = openat(dir, NOTIFICATION_FIFO, O_WRONLY | O_CREAT | O_EXCL | O_NONBLOCK | O_CLOEXEC, 0600);
	close(fd);
	ok(notification_reopen(dir) == -1 && errno == EPROTO, "a file is no FIFO");
	unlinkat(dir, NOTIFICATION_FIFO, 0);
	ok(notification_reopen(dir) == -1 && errno == ENOENT, "nothing is none");
	ok(notification_read(-1) == NOTIFICATION_ERROR && errno == EBADF, "no descriptor");
}

int
main(void)
{
	tap_tmpdir();
	mkdir("d", 0700);
	dir = open("d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	one_life();
	leftovers();
	successor();
	hostile();
	rest();
	return done_testing();
}
