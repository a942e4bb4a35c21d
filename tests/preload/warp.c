/*
 * warp.c - preloaded into a program: its time runs WARP times as fast, and its wall
 * clock is off by as many seconds as the first line of the file $WARP_STEP says,
 * read anew each time. The tests compile it themselves: see supervise-time.t.
 */

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define S INT64_C(1000000000)

static int64_t factor, since[2];	/* monotonic, boot */

static int64_t
real(clockid_t id)
{
	struct timespec ts;

	syscall(SYS_clock_gettime, id, &ts);
	return ts.tv_sec * S + ts.tv_nsec;
}

static void
begin(void)
{
	char const *warp = getenv("WARP");

	if (factor)
		return;
	since[0] = real(CLOCK_MONOTONIC);
	since[1] = real(CLOCK_BOOTTIME);
	factor = warp ? atoi(warp) : 1;
}

static int64_t
step(void)
{
	char const *file = getenv("WARP_STEP");
	char text[32] = "";
	int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = 0;
	return atoll(text) * S;
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int64_t t = real(id);

	begin();
	if (id == CLOCK_REALTIME)
		t += step();
	else if (id == CLOCK_MONOTONIC || id == CLOCK_BOOTTIME)
		t = since[id == CLOCK_BOOTTIME] + factor * (t - since[id == CLOCK_BOOTTIME]);
	ts->tv_sec = t / S;
	ts->tv_nsec = t % S;
	return 0;
}

int
ppoll(struct pollfd *fds, nfds_t n, struct timespec const *limit, sigset_t const *mask)
{
	static int (*next)(struct pollfd *, nfds_t, struct timespec const *, sigset_t const *);
	struct timespec shorter;

	begin();
	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "ppoll");
	if (limit) {
		int64_t t = (limit->tv_sec * S + limit->tv_nsec + factor - 1) / factor;

		shorter.tv_sec = t / S;
		shorter.tv_nsec = t % S;
		limit = &shorter;
	}
	return next(fds, n, limit, mask);
}
