/* steps.c - what the machine does but for starting and ending; see machine.h */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/clock.h>
#include <sextet/event.h>
#include <sextet/failing.h>
#include <sextet/history.h>
#include <sextet/notification.h>
#include <sextet/pidfd.h>
#include <sextet/servicedir.h>
#include <sextet/tai64n.h>

#include "supervise.h"

#define READ_AGAIN CLOCK_S	/* timeout-kill, for want of a descriptor */
#define KILL_AGAIN (5 * CLOCK_S)	/* who survives KILL gets it again */

/* TAI seconds of a label begin at 2^62. */

int64_t
supervise_moment(tain const *t)
{
	return (int64_t)(t->sec.x - (UINT64_C(1) << 62)) * CLOCK_S + t->nano;
}

void
supervise_stamp(tain *t, int64_t moment)
{
	t->sec.x = (uint64_t)(moment / CLOCK_S) + (UINT64_C(1) << 62);
	t->nano = (uint32_t)(moment % CLOCK_S);
}

unsigned int
supervise_backoff(unsigned char *failures)
{
	unsigned int seconds = *failures < 6 ? 1U << *failures : 60;

	if (*failures < 6)
		++*failures;
	return seconds;
}

void
supervise_save(struct service *s)
{
	int64_t now;

	if (!s->unwritten && !s->unrecorded)
		return;
	if (s->unrecorded && child_write(s->record, &s->child) == 0)
		s->unrecorded = 0;
	if (s->unwritten && status_write(s->supervise, &s->status) == 0)
		s->unwritten = s->unsaved = 0;
	if (s->unwritten && !s->unsaved) {
		s->unsaved = 1;
		strerr_warnwusys("write ", SERVICEDIR_SUPERVISE "/" STATUS_FILE);
	}
	if (!s->unwritten && !s->unrecorded) {
		s->writes = 0;
		s->rewrite = CLOCK_NEVER;
		return;
	}
	now = clock_now();
	if (s->rewrite == CLOCK_NEVER || s->rewrite <= now)
		s->rewrite = now + supervise_backoff(&s->writes) * CLOCK_S;
}

static void
tell(struct service *s, char const *events)
{
	if (event_notify(s->event, events, strlen(events)) == 0) {
		s->deaf = 0;
	} else if (!s->deaf) {
		s->deaf = 1;
		strerr_warnwusys("notify ", SERVICEDIR_EVENT);
	}
}

void
supervise_announce(struct service *s, char const *events)
{
	s->unwritten = 1;
	supervise_save(s);
	tell(s, events);
}

void
supervise_record(struct service *s)
{
	if (child_write(s->record, &s->child) == 0) {
		s->unrecorded = 0;
	} else if (!s->unrecorded) {
		s->unrecorded = 1;
		strerr_warnwusys("write ", SERVICEDIR_SUPERVISE "/" CHILD_FILE);
	}
}

void
supervise_failing(struct service *s, char const *const *reason, size_t n)
{
	char text[FAILING_MAX + 1];
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		size_t l = strnlen(reason[i], FAILING_MAX - len);

		memcpy(text + len, reason[i], l);
		len += l;
	}
	text[len] = 0;
	s->failing = 1;
	if (failing_write(s->supervise, text) < 0)
		strerr_warnwusys("write ", SERVICEDIR_SUPERVISE "/" FAILING_FILE);
}

void
supervise_mend(struct service *s)
{
	if (s->failing && failing_write(s->supervise, 0) == 0)
		s->failing = 0;
}

void
supervise_want(struct service *s, int up)
{
	if (s->status.wantup == up)
		return;
	s->status.wantup = s->child.wantup = !!up;
	s->unwritten = 1;
	supervise_record(s);
}

void
supervise_send(struct service *s, int sig, int group)
{
	if (!s->adopted)
		kill(group ? -s->pid : s->pid, sig);
	else if (s->pidfd >= 0 && !group)
		pidfd_signal(s->pidfd, sig);
	else if (supervise_alive(s))
		kill(group ? -s->pid : s->pid, sig);
}

/* The end of this life is our doing: it counts for no limit. */
static void
asked(struct service *s)
{
	if (s->child.asked)
		return;
	s->child.asked = 1;
	supervise_record(s);
}

/* Down: the wish alone, or with a start. */

enum state
supervise_stay_down(struct service *s)
{
	supervise_want(s, 0);
	s->deadline = CLOCK_NEVER;
	supervise_mend(s);
	return DOWN;
}

/* By command: what went wrong before is forgiven. */
static enum state
start_again(struct service *s, int up)
{
	supervise_want(s, up);
	history_forget(s->supervise);
	s->child.quick = 0;
	return supervise_start(s);
}

enum state
supervise_start_up(struct service *s)
{
	return start_again(s, 1);
}

enum state
supervise_start_once(struct service *s)
{
	return start_again(s, 0);
}

/* In any state. */

enum state
supervise_want_up(struct service *s)
{
	supervise_want(s, 1);
	return s->state;
}

enum state
supervise_want_down(struct service *s)
{
	supervise_want(s, 0);
	return s->state;
}

/* A logger that reads our standard output sees its end as soon as the service
   is gone. */
enum state
supervise_detach(struct service *s)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0) {
		/* no descriptor left, or no such device: any harmless file */
		strerr_warnwusys("open ", "/dev/null");
		null = s->dir;
	}
	dup2(null, 0);
	dup2(null, 1);
	if (null > 1 && null != s->dir)
		close(null);
	return s->state;
}

enum state
supervise_leave(struct service *s)
{
	s->child.orderly = 1;
	supervise_record(s);
	supervise_save(s);
	supervise_leave_group(s);
	tell(s, "x");
	return GONE;
}

enum state
supervise_interrupt(struct service *s)
{
	supervise_send(s, SIGINT, 1);
	return supervise_leave(s);
}

/* Up. */

void
supervise_await_end(struct service *s)
{
	uint32_t ms;

	s->unsure = supervise_kill_timeout(s, &ms) < 0;
	s->deadline = s->unsure ? clock_now() + READ_AGAIN : clock_deadline(ms);
}

static void
end_it(struct service *s)
{
	asked(s);
	supervise_note_kin(s);
	supervise_send(s, supervise_signal_number(s, DOWN_SIGNAL, SIGTERM), 0);
	supervise_await_end(s);
}

enum state
supervise_restart(struct service *s)
{
	end_it(s);
	return s->state;
}

enum state
supervise_stop(struct service *s)
{
	supervise_want(s, 0);
	end_it(s);
	supervise_send(s, SIGCONT, 0);
	if (s->status.paused) {
		s->status.paused = 0;
		s->unwritten = 1;
	}
	return s->state;
}

enum state
supervise_last_stop(struct service *s)
{
	supervise_stop(s);
	return LAST_UP;
}

enum state
supervise_last_up(struct service *s)
{
	asked(s);
	supervise_detach(s);
	return LAST_UP;
}

enum state
supervise_reload(struct service *s)
{
	supervise_send(s, supervise_signal_number(s, RELOAD_SIGNAL, SIGHUP), 0);
	return s->state;
}

enum state
supervise_signal(struct service *s)
{
	int sig = s->signal;

	supervise_send(s, sig, s->group);
	if (sig == SIGSTOP || sig == SIGCONT) {
		s->status.paused = sig == SIGSTOP;
		s->unwritten = 1;
	}
	return s->state;
}

/* Once we have read it nobody else can: our successor is told of it first. And
   what comes while we look is not read unless it was seen and told. */
enum notification
supervise_hear(struct service *s)
{
	int waits = notification_waits(s->readiness), noted = waits > 0 && !s->child.ready;
	enum notification n;

	if (waits <= 0)
		return waits ? NOTIFICATION_CLOSED : NOTIFICATION_NOTHING;
	if (noted) {
		s->child.ready = 1;
		supervise_record(s);
	}
	n = notification_read(s->readiness);
	if (noted && n != NOTIFICATION_READY) {
		s->child.ready = 0;
		supervise_record(s);
	}
	return n;
}

enum state
supervise_ready(struct service *s)
{
	if (s->status.ready)
		return s->state;
	tai64n_now(&s->status.readystamp);
	s->status.ready = s->child.ready = 1;
	supervise_announce(s, "U");
	/* last: a successor that finds both flags has to announce it */
	s->child.listening = 0;
	supervise_record(s);
	return s->state;
}

enum state
supervise_kill_run(struct service *s)
{
	int group;

	if (s->unsure) {
		supervise_await_end(s);
		return s->state;
	}
	group = servicedir_has(s->dir, "flag-timeout-killpg") > 0;

	supervise_send(s, SIGKILL, group);
	supervise_send(s, SIGCONT, group);
	s->deadline = clock_now() + KILL_AGAIN;
	return s->state;
}

/* Sweeping. */

enum state
supervise_last_sweep(struct service *s)
{
	(void)s;
	return LAST_SWEEP;
}

enum state
supervise_last_sweep_up(struct service *s)
{
	supervise_detach(s);
	return LAST_SWEEP;
}

/* Finishing. */

enum state
supervise_kill_finish(struct service *s)
{
	strerr_warnw("finish script lifetime reached maximum value - sending it a SIGKILL");
	supervise_send(s, SIGCONT, 0);
	supervise_send(s, SIGKILL, 0);
	s->deadline = clock_now() + KILL_AGAIN;
	return s->state;
}

enum state
supervise_last_finish(struct service *s)
{
	supervise_detach(s);
	return LAST_FINISH;
}
