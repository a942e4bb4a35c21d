/*
 * machine.h - what s6-supervise does in which state: a table and nothing else.
 *
 * A step acts on the service and returns the state that follows. The steps
 * live in steps.c; the unit test links recording ones in their place.
 */

#ifndef SUPERVISE_MACHINE_H
#define SUPERVISE_MACHINE_H

enum state {
	DOWN,		/* nothing runs; a start may be due at the deadline */
	UP,		/* run runs; a kill may be due */
	FINISH,		/* finish runs; its kill is due */
	SWEEP,		/* neither, but what they left behind; the next round is due */
	LAST_UP,	/* as these three, and then the supervisor exits */
	LAST_FINISH,
	LAST_SWEEP,
	GONE,		/* the supervisor exits now */
	STATES = GONE
};

enum event {
	TIMEOUT,	/* the deadline has come */
	DIED,		/* run or finish, whichever runs, has died */
	CHILD_GONE,	/* some other child of ours has died */
	READY,		/* the service says so */
	ON_TERM, ON_HUP, ON_QUIT, ON_INT,	/* signals to the supervisor */
	WANT_EXIT, WANT_DOWN, WANT_UP, WANT_ONCE, WANT_NO_MORE,	/* commands: x d u o O */
	SIGNAL, RESTART, RELOAD,		/* those that send a signal: many, r, l */
	EVENTS
};

struct service;
typedef enum state supervise_step(struct service *);

/* The state after EVENT; s itself is only handed to the step. */
extern enum state supervise_next(struct service *s, enum state now, enum event event);

extern supervise_step
	/* down */
	supervise_start,		/* start run, as wanted */
	supervise_start_up,		/* want it up and start it */
	supervise_start_once,		/* start it, but want it down */
	supervise_stay_down,		/* want it down: no start is due any more */
	/* in any state */
	supervise_want_up,		/* note the wish */
	supervise_want_down,
	supervise_detach,		/* close our 0 and 1 */
	supervise_leave,		/* tell that we exit, whatever runs */
	supervise_interrupt,		/* INT to the group of run or finish, and leave */
	/* up */
	supervise_stop,			/* want down: down signal, CONT, arm timeout-kill */
	supervise_restart,		/* down signal, arm timeout-kill */
	supervise_reload,		/* reload signal */
	supervise_signal,		/* the signal that was asked for */
	supervise_ready,		/* tell the world */
	supervise_kill_run,		/* timeout-kill is over */
	supervise_run_died,		/* count it; run finish, or be down (and leave) */
	supervise_last_stop,		/* stop, and this cycle is the last */
	supervise_last_up,		/* close our 0 and 1, and it is the last */
	/* sweeping */
	supervise_sweep_on,		/* look whether all are gone, or kill again */
	supervise_child_gone,		/* the same, sooner */
	supervise_last_sweep,		/* this cycle is the last */
	supervise_last_sweep_up,	/* and close our 0 and 1 */
	/* finishing */
	supervise_kill_finish,		/* timeout-finish is over */
	supervise_finish_died,		/* be down (and leave) */
	supervise_last_finish;		/* close our 0 and 1, and it is the last */

#endif
