/* alive.c - see sextet/alive.h */

#include <errno.h>
#include <signal.h>

#include <sextet/alive.h>
#include <sextet/child.h>
#include <sextet/clock.h>
#include <sextet/procstat.h>
#include <sextet/tai64n.h>

#define TICK (CLOCK_S / PROCSTAT_HZ)
#define NOBODY_KNOWS 0xff00

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

	if (child_peek(dir, &c, 0) < 0 || c.pid != pid)
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

static int
is_gone(pid_t pid)
{
	return kill(pid, 0) < 0 && errno == ESRCH;
}

static void
put_down(struct status *st, int wstat)
{
	tai64n_now(&st->stamp);
	st->readystamp = st->stamp;
	st->pid = st->pgid = 0;
	st->wstat = wstat;
	st->paused = st->finishing = st->ready = 0;
}

/* ST by the record C, which is of another process or of a later stage. */
static void
follow(struct status *st, struct child const *c)
{
	if (c->stage == CHILD_RUN && !is_gone(c->pid)) {
		tain age;
		int64_t ns = clock_boot() - c->t1;

		tain_uint(&age, (unsigned int)(ns / CLOCK_S));
		age.nano = (uint32_t)(ns % CLOCK_S);
		tai64n_now(&st->stamp);
		tain_sub(&st->stamp, &st->stamp, &age);
		st->pid = st->pgid = c->pid;
		st->paused = 0;
		st->ready = c->ready && !c->listening;
	} else {
		put_down(st, c->unknown ? NOBODY_KNOWS : c->wstat);
		st->ready = c->stage == CHILD_NONE;
	}
	st->wantup = c->wantup;
}

enum alive_status
alive_correct(char const *dir, struct status *st)
{
	unsigned char boot[CHILD_BOOT];
	pid_t pid = st->pid;
	struct status again;
	struct child c;
	uint32_t ns;

	if (!status_up(st) || !is_gone(pid) || child_peek(dir, &c, 0) < 0)
		return ALIVE_STANDS;
	child_boot(boot);
	ns = child_pidns();
	if (child_credible(&c, boot, c.pidns, clock_boot()) && (!ns || c.pidns != ns))
		return ALIVE_STANDS;	/* cannot be told from here */
	/* the record was read after the status: one more look settles the order */
	if (status_read(dir, &again) == 0 && (!status_up(&again) || again.pid != pid)) {
		*st = again;
		return ALIVE_STANDS;
	}
	if (!child_credible(&c, boot, ns, clock_boot()) || (c.stage == CHILD_RUN && c.pid == pid)) {
		put_down(st, NOBODY_KNOWS);
		return ALIVE_UNNOTICED;
	}
	follow(st, &c);
	return ALIVE_CORRECTED;
}
