/* clock.c - see sextet/clock.h */

#include <errno.h>
#include <time.h>

#include <sextet/clock.h>

static int64_t
read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * CLOCK_S + ts.tv_nsec;
}

int64_t
clock_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t
clock_boot(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

int64_t
clock_deadline(uint32_t ms)
{
	return ms ? clock_now() + ms * CLOCK_MS : CLOCK_NEVER;
}

int
clock_poll(struct pollfd *fds, size_t n, int64_t deadline)
{
	for (;;) {
		struct timespec ts, *limit = 0;
		int r;

		if (deadline != CLOCK_NEVER) {
			int64_t left = deadline - clock_now();

			if (left < 0)
				left = 0;
			ts.tv_sec = left / CLOCK_S;
			ts.tv_nsec = left % CLOCK_S;
			limit = &ts;
		}
		r = ppoll(fds, n, limit, 0);
		if (r >= 0 || errno != EINTR)
			return r;
	}
}

int
clock_poll_anyway(struct pollfd *fds, size_t n, int64_t deadline)
{
	struct timespec pause = { .tv_nsec = 100 * CLOCK_MS };
	int r = clock_poll(fds, n, deadline), e = errno;

	if (r >= 0)
		return r;
	nanosleep(&pause, 0);
	for (size_t i = 0; i < n; i++)
		fds[i].revents = fds[i].fd < 0 ? 0 : POLLIN;
	errno = e;
	return -1;
}
