/* clock.c - deadlines, and waiting that no signal cuts short */

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

#include <sextet/clock.h>

#include "tap.h"

static int volatile alarms;

static void
count(int sig)
{
	(void)sig;
	alarms++;
}

int
main(void)
{
	struct itimerval every = { { 0, 5000 }, { 0, 5000 } }, none = { { 0, 0 }, { 0, 0 } };
	struct sigaction sa = { .sa_handler = count };
	struct timespec real;
	struct pollfd p = { .events = POLLIN }, two[2] = { p, p };
	struct rlimit old, few;
	int64_t a = clock_now(), b = clock_now(), d;
	int pipefd[2];

	clock_gettime(CLOCK_MONOTONIC, &real);
	ok(a > 0 && b >= a, "time does not go back");
	ok(real.tv_sec * CLOCK_S + real.tv_nsec >= b, "it is CLOCK_MONOTONIC");
	ok(clock_boot() >= b, "the boot clock is not behind it");

	ok(clock_deadline(0) == CLOCK_NEVER, "0 ms: never");
	d = clock_deadline(1000);
	ok(d >= b + CLOCK_S && d <= clock_now() + CLOCK_S, "1000 ms");
	ok(clock_deadline(UINT32_MAX) >= b + UINT32_MAX * CLOCK_MS
		&& clock_deadline(UINT32_MAX) < CLOCK_NEVER, "the longest limit does not overflow");

	if (pipe(pipefd) < 0)
		return 111;
	p.fd = pipefd[0];
	ok(clock_poll(&p, 1, 0) == 0, "a deadline in the past: looks, does not wait");
	if (write(pipefd[1], "x", 1) < 1)
		return 111;
	ok(clock_poll(&p, 1, 0) == 1 && p.revents == POLLIN,
		"ready at a deadline in the past");
	ok(clock_poll(&p, 1, CLOCK_NEVER) == 1, "ready without a deadline");

	sigaction(SIGALRM, &sa, 0);
	setitimer(ITIMER_REAL, &every, 0);
	d = clock_deadline(60);
	ok(clock_poll(0, 0, d) == 0 && clock_now() >= d, "60 ms passed");
	ok(alarms > 0, "in spite of signals");
	setitimer(ITIMER_REAL, &none, 0);

	getrlimit(RLIMIT_NOFILE, &old);
	few = old;
	few.rlim_cur = 1;
	errno = 0;
	setrlimit(RLIMIT_NOFILE, &few);
	ok(clock_poll(two, 2, 0) == -1 && errno == EINVAL, "errors come through");
	two[1].fd = -1;
	d = clock_deadline(100);
	ok(clock_poll_anyway(two, 2, 0) == -1 && errno == EINVAL && two[0].revents == POLLIN
		&& !two[1].revents && clock_now() >= d, "or all are to be looked at, but not in haste");
	setrlimit(RLIMIT_NOFILE, &old);
	ok(clock_poll_anyway(&p, 1, 0) == 1 && p.revents == POLLIN, "no error: as clock_poll");
	return done_testing();
}
