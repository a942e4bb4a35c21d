/* machine.c - every cell of s6-supervise's table */

#include <supervise/machine.h>

#include "tap.h"

struct service {
	char const *step;	/* the last step taken */
};

/* Each step notes its name and answers the same state, which the table cannot
   have made up. */
#define ANSWER ((enum state)77)
#define STEP(name) \
	enum state \
	supervise_##name(struct service *s) \
	{ \
		s->step = #name; \
		return ANSWER; \
	}

STEP(start)
STEP(start_up)
STEP(start_once)
STEP(stay_down)
STEP(want_up)
STEP(want_down)
STEP(detach)
STEP(leave)
STEP(interrupt)
STEP(stop)
STEP(restart)
STEP(reload)
STEP(signal)
STEP(ready)
STEP(kill_run)
STEP(run_died)
STEP(last_stop)
STEP(last_up)
STEP(sweep_on)
STEP(child_gone)
STEP(last_sweep)
STEP(last_sweep_up)
STEP(kill_finish)
STEP(finish_died)
STEP(last_finish)

/* The table as the manual tells it; "-": nothing happens. */
static char const *const wanted[EVENTS][STATES] = {
	/* DOWN, UP, FINISH, SWEEP, LAST_UP, LAST_FINISH, LAST_SWEEP */
	[TIMEOUT] = { "start", "kill_run", "kill_finish", "sweep_on",
		"kill_run", "kill_finish", "sweep_on" },
	[DIED] = { "-", "run_died", "finish_died", "-", "run_died", "finish_died", "-" },
	[CHILD_GONE] = { "-", "-", "-", "child_gone", "-", "-", "child_gone" },
	[READY] = { "-", "ready", "-", "-", "ready", "-", "-" },
	[ON_TERM] = { "leave", "last_stop", "last_finish", "last_sweep", "stop", "-", "-" },
	[ON_HUP] = { "leave", "last_up", "last_finish", "last_sweep_up",
		"detach", "detach", "detach" },
	[ON_QUIT] = { "leave", "leave", "leave", "leave", "leave", "leave", "leave" },
	[ON_INT] = { "leave", "interrupt", "interrupt", "leave", "interrupt", "interrupt", "leave" },
	[WANT_EXIT] = { "leave", "last_up", "last_finish", "last_sweep_up",
		"detach", "detach", "detach" },
	[WANT_DOWN] = { "stay_down", "stop", "want_down", "want_down",
		"stop", "want_down", "want_down" },
	[WANT_UP] = { "start_up", "want_up", "want_up", "want_up", "want_up", "want_up", "want_up" },
	[WANT_ONCE] = { "start_once", "want_down", "want_down", "want_down",
		"want_down", "want_down", "want_down" },
	[WANT_NO_MORE] = { "stay_down", "want_down", "want_down", "want_down",
		"want_down", "want_down", "want_down" },
	[SIGNAL] = { "-", "signal", "-", "-", "signal", "-", "-" },
	[RESTART] = { "-", "restart", "-", "-", "restart", "-", "-" },
	[RELOAD] = { "-", "reload", "-", "-", "reload", "-", "-" },
};

int
main(void)
{
	for (int event = 0; event < EVENTS; event++) {
		for (int state = 0; state < STATES; state++) {
			struct service s = { "-" };
			char const *want = wanted[event][state];
			enum state next = supervise_next(&s, (enum state)state, (enum event)event);

			ok(want && !strcmp(s.step, want), "state %d, event %d: %s", state, event, s.step);
			ok(next == (*s.step == '-' ? (enum state)state : ANSWER), "the state that follows");
		}
	}
	for (int event = 0; event < EVENTS; event++) {
		struct service s = { "-" };

		ok(supervise_next(&s, GONE, (enum event)event) == GONE && *s.step == '-',
			"gone: event %d does nothing", event);
	}
	return done_testing();
}
