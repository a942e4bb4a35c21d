/* alive.c - see sextet/alive.h */

#include <errno.h>
#include <signal.h>

#include <sextet/alive.h>
#include <sextet/child.h>
#include <sextet/clock.h>
#include <sextet/procstat.h>

#define TICK (CLOCK_S / PROCSTAT_HZ)

/* Is PID, which exists, the child of the record: does it live, and did it start
   then? Yes when /proc cannot tell. */
static int
is_child(pid_t pid, struct child const *c)
{
	struct procstat ps;
	int64_t start;

	if (procstat_read(pid, &ps) < 0)
		return 1;
	if (ps.state == 'Z')
		return 0;
	start = (int64_t)ps.start * TICK;
	return start + TICK > c->t0 && start <= c->t1;
}

enum alive
alive_check(char const *dir, pid_t pid)
{
	int there = kill(pid, 0) == 0 || errno == EPERM;
	unsigned char boot[CHILD_BOOT];
	struct child c;
	uint32_t ns;

	if (child_peek(dir, &c) < 0 || c.pid != pid)
		return there ? ALIVE_SEEMS_SO : ALIVE_SEEMS_GONE;
	child_boot(boot);
	if (!child_credible(&c, boot, c.pidns, clock_boot()))
		return ALIVE_GONE;		/* of another boot */
	if (c.stage != CHILD_RUN && c.stage != CHILD_FINISH)
		return ALIVE_GONE;
	ns = child_pidns();
	if (!ns || c.pidns != ns)
		return ALIVE_ELSEWHERE;
	return there && is_child(pid, &c) ? ALIVE_YES : ALIVE_GONE;
}
