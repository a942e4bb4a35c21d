/* waited.c - see sextet/waited.h */

#include <errno.h>

#include <skalibs/strerr.h>

#include <sextet/waited.h>

void
waited_open(struct wait *w, char const *const *dirs, size_t n, char want)
{
	if (wait_open(w, dirs, n, want) < 0)
		strerr_diefusys(111, w->action, w->dir);
}

int
waited_end(struct wait *w, enum wait_result r, char const *one)
{
	size_t failed = wait_failures(w);
	int e = errno;

	wait_close(w);
	errno = e;
	switch (r) {
	case WAIT_REACHED:
		return 0;
	case WAIT_TIMEOUT:
		strerr_dief(99, "timed out");
	case WAIT_FAILED:
		if (one)
			strerr_dief(1, one, " failed permanently or its supervisor died");
		strerr_dief(failed < WAITED_MAX ? (int)failed : WAITED_MAX,
			"some services reported permanent failure or their supervisor died");
	default:
		strerr_diefusys(111, w->action, w->dir);
	}
}
