/*
 * upgrade.c - upgrade in place: s6-svscan executes itself anew and goes on; see
 * s6-svscan.h. Should that go wrong half-way, or be killed, all is as after the
 * death of any s6-svscan: the next one takes over.
 */

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/clock.h>
#include <sextet/control.h>
#include <sextet/handover.h>
#include <sextet/upgrade.h>

#include "s6-svscan.h"

#define PROGRAM "s6-svscan"
#define PAUSE (100 * CLOCK_MS)
#define FILE_NAME SEXTET_BINDIR "/" PROGRAM

static char const *const stops[] = {
	[SVSCAN_RUNNING] = "no", [SVSCAN_TERM] = "term", [SVSCAN_QUIT] = "quit",
};

static void
carry_stop_word(struct handover *h, char const *key, enum svscan_stop *stop)
{
	unsigned int word = *stop;

	handover_word(h, key, stops, sizeof stops / sizeof *stops, &word);
	*stop = (enum svscan_stop)word;
}

static void
carry_settings(struct handover *h, struct svscan *s)
{
	HANDOVER_NUMBER(h, "services-max", s->max);
	HANDOVER_NUMBER(h, "name-max", s->namemax);
	HANDOVER_NUMBER(h, "timeout", s->period);
	HANDOVER_NUMBER(h, "stop-timeout", s->stop_timeout);
	HANDOVER_NUMBER(h, "hand-over", s->hand_over);
	HANDOVER_NUMBER(h, "essential", s->essential);
	handover_fd(h, "console", &s->console);
	handover_fd(h, "dir", &s->dir);
	handover_fd(h, "lock", &s->lock);
	handover_fd(h, "control", &s->control);
	handover_fd(h, "control-x", &s->own);
	handover_fd(h, "low", &s->low);
}

/* The moments are those of a clock that goes on. */
static void
carry_state(struct handover *h, struct svscan *s)
{
	HANDOVER_NUMBER(h, "adopting", s->adopting);
	HANDOVER_NUMBER(h, "hidden", s->hidden);
	HANDOVER_NUMBER(h, "second", s->second);
	HANDOVER_NUMBER(h, "scan", s->scan);
	HANDOVER_NUMBER(h, "scan-wanted", s->scan_wanted);
	HANDOVER_NUMBER(h, "scan-delay", s->scan_delay);
	HANDOVER_NUMBER(h, "scan-error", s->scan_error);
	handover_number(h, "rescan", &s->rescan);
	handover_number(h, "look", &s->look);
	HANDOVER_NUMBER(h, "starved", s->starved);
	carry_stop_word(h, "prune", &s->prune);
	carry_stop_word(h, "stop", &s->stop);
	handover_number(h, "stop-due", &s->stop_due);
	HANDOVER_NUMBER(h, "stop-step", s->stop_step);
	HANDOVER_NUMBER(h, "code", s->code);
	HANDOVER_NUMBER(h, "upgrade", s->upgrade);
}

/* The slot I of the table, free or not: who refers to another one does so by its
   number, from 1. */
static void
carry_supervisor(struct handover *h, struct svscan *s, uint32_t i)
{
	struct supervisor none = { .watch = -1, .pipe = { -1, -1 } }, *v = &none;
	int64_t other = 0, due = 0, pid = 0;
	char name[SVSCAN_PATHMAX] = "";

	if (!handover_reads(h)) {
		v = &s->all[i];
		strcpy(name, v->name);
		pid = v->pid;
		due = v->place ? v->due : 0;
		other = v->other ? v->other - s->all + 1 : 0;
	}
	HANDOVER_NUMBER(h, "live", v->live);
	if (v->live) {
		handover_text(h, "name", name, sizeof name);
		HANDOVER_NUMBER(h, "dev", v->dev);
		HANDOVER_NUMBER(h, "ino", v->ino);
	}
	if (handover_reads(h)) {
		/* the slots of a table that was empty come in order */
		if (h->error || strlen(name) >= s->stride) {
			h->error = h->error ? h->error : EPROTO;
			return;
		}
		v = svscan_new(s, name, none.dev, none.ino);
		v->live = none.live;
	}
	if (!v->live)
		return;
	handover_number(h, "pid", &pid);
	handover_number(h, "due", &due);
	handover_number(h, "other", &other);
	handover_number(h, "started", &v->started);
	HANDOVER_NUMBER(h, "seen", v->seen);
	handover_fd(h, "watch", &v->watch);
	handover_fd(h, "pipe-out", &v->pipe[0]);
	handover_fd(h, "pipe-in", &v->pipe[1]);
	HANDOVER_NUMBER(h, "error", v->error);
	HANDOVER_NUMBER(h, "delay", v->delay);
	HANDOVER_NUMBER(h, "quick", v->quick);
	HANDOVER_NUMBER(h, "active", v->active);
	HANDOVER_NUMBER(h, "logger", v->logger);
	HANDOVER_NUMBER(h, "shared", v->shared);
	HANDOVER_NUMBER(h, "checked", v->checked);
	HANDOVER_NUMBER(h, "revived", v->revived);
	HANDOVER_NUMBER(h, "drained", v->drained);
	HANDOVER_NUMBER(h, "foreign", v->foreign);
	if (!handover_reads(h))
		return;
	if (pid > 0)
		svscan_set_pid(s, v, (pid_t)pid);
	if (due)
		svscan_wait(s, v, due);
	if (other > 0 && other <= s->max)
		v->other = &s->all[other - 1];
}

static void
carry_bad(struct handover *h, struct svscan *s, uint32_t i)
{
	struct bad *b = &s->bad[i];

	b->name = s->badnames + i * SVSCAN_PATHMAX;
	handover_text(h, "name", b->name, SVSCAN_PATHMAX);
	handover_number(h, "due", &b->due);
	HANDOVER_NUMBER(h, "seen", b->seen);
	HANDOVER_NUMBER(h, "error", b->error);
	HANDOVER_NUMBER(h, "delay", b->delay);
}

static void
carry_prey(struct handover *h, struct svscan *s, uint32_t i)
{
	HANDOVER_NUMBER(h, "pid", s->prey[i].pid);
	HANDOVER_NUMBER(h, "start", s->prey[i].start);
}

/* The room for that. An image that has taken over does not give up for want of
   memory: nobody is there to begin anew. */
static void
make_tables(struct handover *h, struct svscan *s, int prey)
{
	struct timespec const pause = { .tv_nsec = PAUSE };
	int told = 0;

	while (svscan_table(s) < 0 || (prey && svscan_prey_table(s) < 0)) {
		if (errno != ENOMEM || h->mode != HANDOVER_READ) {
			h->error = errno;
			return;
		}
		if (!told++)
			strerr_warnwusys("allocate the table of services - waiting");
		nanosleep(&pause, 0);
	}
}

/* What comes in numbers. */
static void
carry_tables(struct handover *h, struct svscan *s)
{
	uint32_t top = s->top, bad = s->nbad, prey = s->nprey;

	HANDOVER_NUMBER(h, "supervisors", top);
	HANDOVER_NUMBER(h, "bad", bad);
	HANDOVER_NUMBER(h, "prey", prey);
	if (handover_reads(h) && !h->error && (s->max > SVSCAN_MOST || s->namemax > SVSCAN_NAMEMAX
		|| top > s->max || bad > s->max || prey > SVSCAN_PREY))
		h->error = EPROTO;
	if (handover_reads(h) && !h->error)
		make_tables(h, s, prey > 0);
	if (h->error)
		return;
	for (uint32_t i = 0; i < top && handover_next(h); i++)
		carry_supervisor(h, s, i);
	for (uint32_t i = 0; i < bad && handover_next(h); i++)
		carry_bad(h, s, i);
	for (uint32_t i = 0; i < prey && handover_next(h); i++)
		carry_prey(h, s, i);
	s->nbad = bad;
	s->nprey = prey;
}

void
svscan_carry(struct handover *h, void *arg)
{
	struct svscan *s = arg;

	carry_settings(h, s);
	carry_state(h, s);
	carry_tables(h, s);
	for (uint32_t i = 0; handover_reads(h) && !h->error && i < s->top; i++) {
		struct supervisor *v = &s->all[i];

		if (!v->live)
			svscan_free(s, v);
		else if (v->other && !v->other->live)
			h->error = EPROTO;
	}
}

void
svscan_upgrade(struct svscan *s)
{
	struct upgrade u = { .program = PROGRAM, .file = FILE_NAME, .argv = s->argv,
		.carry = svscan_carry, .arg = s };
	char code[UINT_FMT];
	int wstat;

	if (upgrade_run(&u, &wstat) == UPGRADE_ERROR) {
		strerr_warnwusys("upgrade to ", u.file);
	} else {
		code[uint_fmt(code, (unsigned int)(WIFEXITED(wstat) ? WEXITSTATUS(wstat)
			: WTERMSIG(wstat)))] = 0;
		strerr_warnwu("upgrade to ", u.file, ": it does not take over (",
			WIFEXITED(wstat) ? "exit code " : "signal ", code, ")");
	}
	s->upgrade = 0;
}

int
svscan_upgraded(struct svscan *s)
{
	struct handover h;
	enum handover_role role = handover_receive(&h, PROGRAM);

	if (role == HANDOVER_NONE)
		return 0;
	if (role == HANDOVER_STRANGE)
		strerr_dief(111, "what was handed over is of another version");
	svscan_carry(&h, s);
	if (role == HANDOVER_PROBE)
		_exit(handover_done(&h) < 0 ? 111 : HANDOVER_UNDERSTOOD);
	if (handover_done(&h) < 0)
		svscan_crash(s, "go on after an upgrade");
	return 1;
}

/* Asks V's supervisor to do likewise. One that listens, but not to that, is none
   of ours; one that does not listen begins or ends. */
static void
pass_on(struct supervisor *v)
{
	static char const word[] = { CONTROL_UPGRADE, 0 };

	if (svscan_write(v, CONTROL_OWN_FIFO, word) < 0 && svscan_write(v, CONTROL_FIFO, "") == 0)
		strerr_warnw(v->name, " does not support upgrade");
}

void
svscan_resume(struct svscan *s)
{
	int all = s->upgrade == CONTROL_UPGRADE;

	strerr_warni("upgraded to version " SEXTET_VERSION);
	s->upgrade = 0;
	s->sweep = 0;		/* the signal of a death may be lost */
	for (uint32_t i = 0; i < s->top; i++) {
		struct supervisor *v = &s->all[i];

		v->unheard = v->live && v->watch >= 0;
		if (v->live && v->pid && all)
			pass_on(v);
	}
	svscan_rewatch(s);
}
