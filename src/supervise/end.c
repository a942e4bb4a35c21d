/* end.c - what follows a death; see machine.h and supervise.h */

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/clock.h>
#include <sextet/filereplace.h>
#include <sextet/history.h>
#include <sextet/servicedir.h>
#include <sextet/tai64n.h>
#include <sextet/tally.h>

#include "supervise.h"

#define PERMANENT 125		/* finish's word for: never again */

/* Has it died too often? */
static void
limit(struct service *s)
{
	char n[UINT_FMT], t[UINT_FMT];
	char const *reason[] = { "permanent failure: ", n, " deaths within ", t, " seconds" };
	uint32_t deaths, seconds;
	int r;

	if (!supervise_limit(s, &deaths, &seconds))
		return;
	r = history_add(s->supervise, clock_boot(), deaths, seconds);
	if (r < 0) {
		strerr_warnwusys("write ", SERVICEDIR_SUPERVISE "/" HISTORY_FILE);
		return;
	}
	if (!r)
		return;
	n[uint_fmt(n, deaths)] = 0;
	t[uint_fmt(t, seconds)] = 0;
	supervise_failing(s, reason, sizeof reason / sizeof *reason);
	history_forget(s->supervise);
	s->giveup = 1;
}

/* Puts the death of run on record, in the tally and into the status. */
static void
count(struct service *s)
{
	uint32_t max = supervise_number(s, MAX_DEATH_TALLY, TALLY_DEFAULT);
	struct death d;

	s->status.wstat = s->child.wstat = s->died;
	s->status.paused = s->status.ready = 0;
	s->child.unknown = !!s->unknown;
	s->child.listening = 0;
	if (s->counted) {
		/* by the predecessor */
		s->counted = 0;
		return;
	}
	tai64n_now(&s->status.stamp);
	s->child.t0 = supervise_moment(&s->status.stamp);
	s->child.stage = CHILD_DEAD;
	supervise_record(s);
	tally_death(&d, &s->status.stamp, s->died);
	if (tally_append(s->supervise, &s->tally, &d, max) == 0) {
		s->untallied = 0;
	} else if (!s->untallied) {
		s->untallied = 1;
		strerr_warnwusys("write ", SERVICEDIR_SUPERVISE "/" TALLY_FILE);
	}
	if (!s->child.asked)
		limit(s);
}

static void
reap(struct service *s)
{
	if (!s->adopted)
		while (waitpid(s->pid, 0, 0) < 0 && errno == EINTR)
			;
	if (s->pidfd >= 0)
		close(s->pidfd);
	s->pidfd = -1;
	s->adopted = 0;
	s->pid = 0;
}

/* When may it start again? Counted from its last start. */
static void
pace(struct service *s)
{
	int64_t delay = supervise_number(s, RESTART_DELAY, 1000) * CLOCK_MS;
	int64_t most = supervise_number(s, RESTART_DELAY_MAX, 0) * CLOCK_MS;
	int64_t life = clock_now() - s->started;

	if (life > most)
		s->child.quick = 0;
	for (int i = 0; i < s->child.quick && delay && delay < most; i++)
		delay = 2 * delay > most ? most : 2 * delay;
	if (life < delay && delay < most && !s->child.asked)
		s->child.quick++;
	s->due = s->started + delay;
}

/* Does this death end the container? Then the scanner must find why. */
static int
ends(struct service *s, int permanent)
{
	char code[UINT_FMT + PID_FMT + 2];
	int wstat = s->status.wstat;
	size_t n;

	if (s->child.asked)
		return 0;
	switch (supervise_ends(s)) {
	case ENDS_NEVER:
		return 0;
	case ENDS_ANY:
		break;
	case ENDS_FAILURE:
		if (!wstat)
			return 0;
		break;
	case ENDS_GIVEUP:
		if (!permanent)
			return 0;
		break;
	}
	n = uint_fmt(code, WIFSIGNALED(wstat) ? 128U + (unsigned int)WTERMSIG(wstat)
		: (unsigned int)WEXITSTATUS(wstat));
	code[n++] = ' ';
	n += pid_fmt(code + n, getpid());
	code[n++] = '\n';
	if (filereplace_rename(s->supervise, SUPERVISE_ENDED, code, n, 0644) == 0)
		return 1;
	strerr_warnwusys("write ", SERVICEDIR_SUPERVISE "/" SUPERVISE_ENDED);
	return 0;
}

static int
is_last(struct service const *s)
{
	return s->state == LAST_UP || s->state == LAST_FINISH || s->state == LAST_SWEEP;
}

/* The cycle is over. */
static enum state
be_down(struct service *s)
{
	int permanent = s->giveup;
	char events[4], *p = events;

	s->child.stage = CHILD_NONE;
	supervise_record(s);
	if (!s->told)
		*p++ = 'd';
	if (permanent) {
		supervise_want(s, 0);
		*p++ = 'O';
	}
	*p++ = 'D';
	*p = 0;
	s->giveup = 0;
	s->status.pid = 0;
	s->status.finishing = 0;
	s->status.ready = 1;
	tai64n_now(&s->status.readystamp);
	supervise_announce(s, events);
	if (is_last(s) || ends(s, permanent))
		return supervise_leave(s);
	s->deadline = s->status.wantup ? s->due : CLOCK_NEVER;
	return s->deadline <= clock_now() ? supervise_start(s) : DOWN;
}

/* Something is to be swept up: down already, but not ready. */
static enum state
sweeping(struct service *s)
{
	if (!s->finished) {
		s->child.stage = CHILD_COUNTED;
		supervise_record(s);
	}
	s->status.pid = 0;
	s->status.finishing = 1;
	supervise_announce(s, s->told ? "" : "d");
	s->told = 1;
	return is_last(s) ? LAST_SWEEP : SWEEP;
}

static enum state
finish(struct service *s)
{
	if (supervise_start_finish(s))
		return is_last(s) ? LAST_FINISH : FINISH;
	return be_down(s);
}

enum state
supervise_run_died(struct service *s)
{
	pid_t pid = s->pid;
	int estranged = s->adopted;

	count(s);
	reap(s);
	pace(s);
	return supervise_sweep(s, pid, estranged) ? sweeping(s) : finish(s);
}

enum state
supervise_finish_died(struct service *s)
{
	static char const *const reason = "permanent failure: finish exited 125";
	pid_t pid = s->pid;
	int estranged = s->adopted;

	reap(s);
	s->told = s->finished = 1;
	if (WIFEXITED(s->died) && WEXITSTATUS(s->died) == PERMANENT) {
		s->giveup = 1;
		supervise_failing(s, &reason, 1);
	}
	return supervise_sweep(s, pid, estranged) ? sweeping(s) : be_down(s);
}

enum state
supervise_swept(struct service *s)
{
	return s->finished ? be_down(s) : finish(s);
}
