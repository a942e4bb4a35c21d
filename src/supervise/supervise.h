/*
 * supervise.h - everything that s6-supervise knows of its service. There is
 * nothing else: no state at file scope, so that one process could hold many.
 */

#ifndef SUPERVISE_SUPERVISE_H
#define SUPERVISE_SUPERVISE_H

#include <stdint.h>
#include <sys/types.h>

#include <sextet/child.h>
#include <sextet/notification.h>
#include <sextet/origin.h>
#include <sextet/status.h>

#include "machine.h"

/* The one-value files of the service directory, in the order of service.c. */
enum setting {
	TIMEOUT_KILL, TIMEOUT_FINISH, MAX_DEATH_TALLY, NOTIFICATION_FD, LOCK_FD,
	RESTART_DELAY, RESTART_DELAY_MAX, RESTART_LIMIT, ENDS_CONTAINER,
	DOWN_SIGNAL, RELOAD_SIGNAL, TIMEOUT_KILL_LEFTOVERS, SETTINGS
};

#define SUPERVISE_ENDED "ended"	/* in supervise/: the container's exit code */

#define SUPERVISE_KIN 32	/* known descendants of an adopted child */

enum ends { ENDS_NEVER, ENDS_ANY, ENDS_FAILURE, ENDS_GIVEUP };

struct service {
	char const *name;	/* as on the command line */
	enum state state;

	/* descriptors held for life */
	int dir;		/* the service directory */
	int supervise;		/* supervise/ and event/, wherever they are */
	int event;
	int lock;
	int control;
	int own;		/* control-x, or -1 */
	int record;		/* supervise/child and its lock */
	uid_t owner;		/* whose the record was */
	struct origin origin;	/* boot and PID namespace */
	int tally;

	int readiness;		/* our end of the readiness channel, or -1 */
	int listening;		/* and whether to poll it */
	int pidfd;		/* of an adopted child, or -1 */
	int adopted;		/* the child is not ours to reap */
	int cgroup;		/* the control group of its children, or -1 */

	/* moments of clock_now */
	int64_t deadline;	/* for the machine: TIMEOUT */
	int64_t rewrite;	/* to try again to write status or record */
	int64_t started;	/* when run was last started */
	int64_t due;		/* when it may be started again */

	pid_t pid;		/* of run or finish, 0 when neither runs */
	pid_t run;		/* of the last run, for finish */
	int died;		/* wait status of the child that DIED */
	int unknown;		/* which is a guess: nobody saw it */
	struct status status;	/* as readers should see it */
	struct child child;	/* as our successor should see it */
	char const *greeting;	/* the first events that we tell */

	/* sweeping up leftovers */
	pid_t swept;		/* whose: run or finish */
	int64_t sweep_end;	/* TERM until then, KILL from then on */
	unsigned int passes;	/* rounds of KILL */
	unsigned int nkin;
	struct {
		pid_t pid;
		uint64_t start;
	} kin[SUPERVISE_KIN];

	int signal;		/* the one to send at SIGNAL */
	int group;		/* and whether to the whole group */

	int birth;		/* the newborn could not write its record: errno */
	uint32_t warned;	/* settings that we complained about, a bit each */
	unsigned char tries;	/* failed starts in a row */
	unsigned char writes;	/* failed writes of status or record in a row */
	unsigned unwritten : 1;	/* status differs from the file */
	unsigned unsaved : 1;	/* because it could not be written, and we said so */
	unsigned failing : 1;	/* there may be a file supervise/failing */
	unsigned giveup : 1;	/* the restart limit is reached */
	unsigned forget : 1;	/* a fresh start: what is known of deaths is void */
	unsigned counted : 1;	/* a predecessor put this death into the tally */
	unsigned no_proc : 1;	/* /proc is of no use */
	unsigned told : 1;	/* the "d" of this cycle */
	unsigned finished : 1;	/* its finish, if any, is over */
	unsigned reaper : 1;	/* we are a child subreaper */
	unsigned estranged : 1;	/* there may be leftovers that are not below us */
	unsigned unlisted : 1;	/* they cannot be listed, and we said so */
	unsigned deaf : 1;	/* event/ could not be read, and we said so */
	unsigned blind : 1;	/* we cannot poll, and said so */
	unsigned unsure : 1;	/* timeout-kill could not be read: look again at the deadline */
	unsigned unrecorded : 1; /* the record could not be written, and we said so */
	unsigned untallied : 1;	/* the tally likewise */
};

/* service.c: what the service directory says, read anew each time. */

/* The number in the file, or FALLBACK. Complains once of a bad one. */
extern uint32_t supervise_number(struct service *s, enum setting which, uint32_t fallback);
extern int supervise_signal_number(struct service *s, enum setting which, int fallback);

/* timeout-kill, 0 none; -1 when it cannot be read for now. */
extern int supervise_kill_timeout(struct service *s, uint32_t *ms);

/* Run was told to end: until when must it? Sets the deadline. */
extern void supervise_await_end(struct service *s);

/* A descriptor number for the service, -1 for none. -1 with errno: it cannot be
   told now. */
extern int supervise_fd(struct service *s, enum setting which, int *fd);

/* Is it normally up? Dies when that cannot be told: fit for the beginning. */
extern int supervise_wanted(struct service *s);

/* restart-limit. 1, or 0 when there is none. */
extern int supervise_limit(struct service *s, uint32_t *count, uint32_t *seconds);

extern enum ends supervise_ends(struct service *s);

/* Makes or removes the file down; complains when it cannot. */
extern void supervise_down_file(struct service *s, int make);

/* steps.c, besides the steps of machine.h. */

/* Writes status, and a record that could not be written, if they differ from
   their files; when that fails, later. */
extern void supervise_save(struct service *s);

/* Writes status, then tells EVENTS to whoever listens to event/. */
extern void supervise_announce(struct service *s, char const *events);

/* Wants it up or not, in status and record. */
extern void supervise_want(struct service *s, int up);

/* Sends SIG to the child, or to its process group. */
extern void supervise_send(struct service *s, int sig, int group);

/* Reads what the service says of its readiness, so that it is not lost. */
extern enum notification supervise_hear(struct service *s);

/* Writes the record. */
extern void supervise_record(struct service *s);

/* Says in supervise/failing why all is not well: REASON[0..N) in one. */
extern void supervise_failing(struct service *s, char const *const *reason, size_t n);

/* All is well again. */
extern void supervise_mend(struct service *s);

/* 1, 2, 4 ... 60 seconds after the first, second ... failure in a row. */
extern unsigned int supervise_backoff(unsigned char *failures);

/* A stamp as the record keeps it, and back. */
extern int64_t supervise_moment(tain const *t);
extern void supervise_stamp(tain *t, int64_t moment);

/* start.c, besides supervise_start. */

/* Runs finish for the death in status: 1, and says so, or 0 when there is
   none that can be run. */
extern int supervise_start_finish(struct service *s);

/* sweep.c, besides supervise_sweep_on and supervise_child_gone. */

/* Before a start: become a child subreaper, or be none any more. */
extern void supervise_prepare_sweep(struct service *s);

/* Does without the control group, and removes it when it is empty. */
extern void supervise_leave_group(struct service *s);

/* Remembers what an adopted child has below it. */
extern void supervise_note_kin(struct service *s);

/* If leftovers are to be killed and DEAD has left some: begins, and returns 1.
   ESTRANGED: it was no child of ours. */
extern int supervise_sweep(struct service *s, pid_t dead, int estranged);

/* end.c, besides the steps of machine.h: nothing is left. */
extern enum state supervise_swept(struct service *s);

/* upgrade.c */

struct handover;

/* Executes s6-supervise anew, as it is installed now. Returns when it cannot, and
   says so. */
extern void supervise_upgrade(struct service *s);

/* Was it this process that did so? 1: S goes on where it was. */
extern int supervise_upgraded(struct service *s);

/* What of S is handed over. */
extern void supervise_carry(struct handover *h, void *s);

/* adopt.c: what the predecessor left. */

/* Reads the record and finds out what became of the child, and sets the state
   and all that goes with it; s->forget tells whether this is a fresh start.
   Returns the event that is due once status is written, EVENTS for none. */
extern enum event supervise_inherit(struct service *s);

/* Does the adopted child live? When not, s->died and s->unknown are set. */
extern int supervise_alive(struct service *s);

#endif
