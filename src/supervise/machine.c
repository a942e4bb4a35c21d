/* machine.c - see machine.h */

#include "machine.h"

/* An empty cell: nothing to do. */
static supervise_step *const machine[STATES][EVENTS] = {
	[DOWN] = {
		[TIMEOUT] = supervise_start,
		[ON_TERM] = supervise_leave,
		[ON_HUP] = supervise_leave,
		[ON_QUIT] = supervise_leave,
		[ON_INT] = supervise_leave,
		[WANT_EXIT] = supervise_leave,
		[WANT_DOWN] = supervise_stay_down,
		[WANT_UP] = supervise_start_up,
		[WANT_ONCE] = supervise_start_once,
		[WANT_NO_MORE] = supervise_stay_down,
	},
	[UP] = {
		[TIMEOUT] = supervise_kill_run,
		[DIED] = supervise_run_died,
		[READY] = supervise_ready,
		[ON_TERM] = supervise_last_stop,
		[ON_HUP] = supervise_last_up,
		[ON_QUIT] = supervise_leave,
		[ON_INT] = supervise_interrupt,
		[WANT_EXIT] = supervise_last_up,
		[WANT_DOWN] = supervise_stop,
		[WANT_UP] = supervise_want_up,
		[WANT_ONCE] = supervise_want_down,
		[WANT_NO_MORE] = supervise_want_down,
		[SIGNAL] = supervise_signal,
		[RESTART] = supervise_restart,
		[RELOAD] = supervise_reload,
	},
	[FINISH] = {
		[TIMEOUT] = supervise_kill_finish,
		[DIED] = supervise_finish_died,
		[ON_TERM] = supervise_last_finish,
		[ON_HUP] = supervise_last_finish,
		[ON_QUIT] = supervise_leave,
		[ON_INT] = supervise_interrupt,
		[WANT_EXIT] = supervise_last_finish,
		[WANT_DOWN] = supervise_want_down,
		[WANT_UP] = supervise_want_up,
		[WANT_ONCE] = supervise_want_down,
		[WANT_NO_MORE] = supervise_want_down,
	},
	[SWEEP] = {
		[TIMEOUT] = supervise_sweep_on,
		[CHILD_GONE] = supervise_child_gone,
		[ON_TERM] = supervise_last_sweep,
		[ON_HUP] = supervise_last_sweep_up,
		[ON_QUIT] = supervise_leave,
		[ON_INT] = supervise_leave,
		[WANT_EXIT] = supervise_last_sweep_up,
		[WANT_DOWN] = supervise_want_down,
		[WANT_UP] = supervise_want_up,
		[WANT_ONCE] = supervise_want_down,
		[WANT_NO_MORE] = supervise_want_down,
	},
	[LAST_UP] = {
		[TIMEOUT] = supervise_kill_run,
		[DIED] = supervise_run_died,
		[READY] = supervise_ready,
		[ON_TERM] = supervise_stop,
		[ON_HUP] = supervise_detach,
		[ON_QUIT] = supervise_leave,
		[ON_INT] = supervise_interrupt,
		[WANT_EXIT] = supervise_detach,
		[WANT_DOWN] = supervise_stop,
		[WANT_UP] = supervise_want_up,
		[WANT_ONCE] = supervise_want_down,
		[WANT_NO_MORE] = supervise_want_down,
		[SIGNAL] = supervise_signal,
		[RESTART] = supervise_restart,
		[RELOAD] = supervise_reload,
	},
	[LAST_FINISH] = {
		[TIMEOUT] = supervise_kill_finish,
		[DIED] = supervise_finish_died,
		[ON_HUP] = supervise_detach,
		[ON_QUIT] = supervise_leave,
		[ON_INT] = supervise_interrupt,
		[WANT_EXIT] = supervise_detach,
		[WANT_DOWN] = supervise_want_down,
		[WANT_UP] = supervise_want_up,
		[WANT_ONCE] = supervise_want_down,
		[WANT_NO_MORE] = supervise_want_down,
	},
	[LAST_SWEEP] = {
		[TIMEOUT] = supervise_sweep_on,
		[CHILD_GONE] = supervise_child_gone,
		[ON_HUP] = supervise_detach,
		[ON_QUIT] = supervise_leave,
		[ON_INT] = supervise_leave,
		[WANT_EXIT] = supervise_detach,
		[WANT_DOWN] = supervise_want_down,
		[WANT_UP] = supervise_want_up,
		[WANT_ONCE] = supervise_want_down,
		[WANT_NO_MORE] = supervise_want_down,
	},
};

enum state
supervise_next(struct service *s, enum state now, enum event event)
{
	supervise_step *step = now < STATES ? machine[now][event] : 0;

	return step ? step(s) : now;
}
