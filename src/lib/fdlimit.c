/* fdlimit.c - see sextet/fdlimit.h */

#include <sextet/fdlimit.h>

void
fdlimit_raise(rlim_t n, struct rlimit *old)
{
	struct rlimit more;

	/* unknown: nothing to restore */
	old->rlim_cur = old->rlim_max = RLIM_INFINITY;
	if (getrlimit(RLIMIT_NOFILE, &more) < 0 || more.rlim_cur >= n)
		return;
	*old = more;
	more.rlim_cur = n < more.rlim_max ? n : more.rlim_max;
	setrlimit(RLIMIT_NOFILE, &more);
}

void
fdlimit_restore(struct rlimit const *old)
{
	if (old->rlim_cur != RLIM_INFINITY)
		setrlimit(RLIMIT_NOFILE, old);
}
