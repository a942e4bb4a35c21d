/*
 * torn.c - a reader beside a writer of the status: what it reads was written so.
 *
 * torn [READS [DIR...]]: that many readings in each directory, 20000 in one of
 * its own by default. The writer writes as fast as it can; a timer makes the
 * reader sleep at any instant, also between its open and its read, for long enough
 * for many writes. That it meets a half-written one in its first reading is rare: it
 * is made to, once.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include <sextet/status.h>

#include "tap.h"

static int volatile naps;

static void
nap(int sig)
{
	struct timespec t = { 0, 200000 };

	(void)sig;
	naps++;
	nanosleep(&t, 0);
}

/* The N-th status: each field tells N. */
static void
make(struct status *st, unsigned int n)
{
	memset(st, 0, sizeof *st);
	st->stamp.sec.x = n;
	st->stamp.nano = n % 1000000000;
	st->readystamp = st->stamp;
	st->pid = (pid_t)(n & 0x3fffffff) + 1;
	st->wstat = (int)(n & 0xffff);
	st->paused = n & 1;
	st->finishing = n >> 1 & 1;
	st->wantup = n >> 2 & 1;
	st->ready = n >> 3 & 1;
}

static int
is_whole(struct status const *st)
{
	struct status want;

	make(&want, (unsigned int)st->stamp.sec.x);
	return st->stamp.nano == want.stamp.nano && st->readystamp.sec.x == want.readystamp.sec.x
		&& st->readystamp.nano == want.readystamp.nano && st->pid == want.pid
		&& st->wstat == want.wstat && st->paused == want.paused
		&& st->finishing == want.finishing && st->wantup == want.wantup
		&& st->ready == want.ready;
}

static int torn_readings;

/* The library's pread: the next torn_readings have another end than what is there. */
ssize_t
pread(int fd, void *to, size_t n, off_t at)
{
	ssize_t r = syscall(SYS_pread64, fd, to, n, at);

	if (r > 0 && torn_readings) {
		torn_readings--;
		memset((char *)to + r / 2, 1, (size_t)(r - r / 2));
	}
	return r;
}

static void
read_torn(void)
{
	struct status st;
	int dir = open("supervise", O_RDONLY | O_DIRECTORY);

	make(&st, 1);
	status_write(dir, &st);
	torn_readings = 1;
	ok(status_read(".", &st) == 0 && is_whole(&st) && !torn_readings,
		"a first reading that was torn is not believed");
	close(dir);
}

static void
write_on(int dir)
{
	for (unsigned int n = 2; getppid() != 1; n++) {
		struct status st;

		make(&st, n);
		if (status_write(dir, &st) < 0)
			_exit(1);
	}
	_exit(0);
}

static void
read_beside(char const *where, unsigned long reads)
{
	struct itimerval often = { { 0, 700 }, { 0, 700 } }, never = { { 0, 0 }, { 0, 0 } };
	unsigned long torn = 0, failed = 0, changes = 0, back = 0;
	uint64_t last = 0;
	struct status st;
	int dir, wstat;
	pid_t writer;

	if (mkdir("supervise", 0755) < 0 || (dir = open("supervise", O_RDONLY | O_DIRECTORY)) < 0) {
		ok(0, "%s: a directory can be made", where);
		return;
	}
	make(&st, 1);
	status_write(dir, &st);
	writer = tap_fork();
	if (!writer)
		write_on(dir);
	naps = 0;
	setitimer(ITIMER_REAL, &often, 0);
	for (unsigned long i = 0; i < reads; i++) {
		if (status_read(".", &st) < 0) {
			failed++;
			continue;
		}
		torn += !is_whole(&st);
		changes += st.stamp.sec.x != last;
		/* a reader that slept may see a status just before it counts */
		back += st.stamp.sec.x + 1 < last;
		last = st.stamp.sec.x;
	}
	setitimer(ITIMER_REAL, &never, 0);
	ok(waitpid(writer, &wstat, WNOHANG) == 0, "%s: the writer wrote to the end", where);
	kill(writer, SIGKILL);
	waitpid(writer, &wstat, 0);
	ok(!torn && !failed, "%s: %lu readings, %lu torn, %lu failed", where, reads, torn, failed);
	ok(!back, "%s: time does not go back", where);
	ok(changes > 2 && naps, "%s: %lu of them new, %d naps", where, changes, naps);
	close(dir);
}

int
main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = nap, .sa_flags = SA_RESTART };
	unsigned long reads = argc > 1 ? strtoul(argv[1], 0, 10) : 20000;

	sigaction(SIGALRM, &sa, 0);
	if (argc < 3) {
		tap_tmpdir();
		read_beside("here", reads);
		read_torn();
	}
	for (int i = 2; i < argc; i++) {
		if (chdir(argv[i]) < 0) {
			ok(0, "%s: %s", argv[i], strerror(errno));
			continue;
		}
		read_beside(argv[i], reads);
	}
	return done_testing();
}
