/* fdlimit.c - the limit of descriptors, up and back */

#include <sextet/fdlimit.h>

#include "tap.h"

int
main(void)
{
	struct rlimit small, old, now;

	getrlimit(RLIMIT_NOFILE, &small);
	small.rlim_cur = 32;
	small.rlim_max = 100;
	setrlimit(RLIMIT_NOFILE, &small);
	fdlimit_raise(64, &old);
	getrlimit(RLIMIT_NOFILE, &now);
	ok(now.rlim_cur == 64 && now.rlim_max == 100, "raised to what was asked for");
	fdlimit_restore(&old);
	getrlimit(RLIMIT_NOFILE, &now);
	ok(now.rlim_cur == 32 && now.rlim_max == 100, "restored");
	fdlimit_raise(1000, &old);
	getrlimit(RLIMIT_NOFILE, &now);
	ok(now.rlim_cur == 100 && now.rlim_max == 100, "no further than the hard limit");
	fdlimit_restore(&old);
	fdlimit_raise(20, &old);
	getrlimit(RLIMIT_NOFILE, &now);
	ok(now.rlim_cur == 32, "never lowered");
	fdlimit_restore(&old);
	getrlimit(RLIMIT_NOFILE, &now);
	ok(now.rlim_cur == 32, "and then nothing to restore");
	return done_testing();
}
