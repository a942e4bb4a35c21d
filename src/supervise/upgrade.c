/*
 * upgrade.c - upgrade in place: s6-supervise executes itself anew and goes on;
 * see supervise.h. Should that go wrong half-way, or be killed, the record and
 * the status are as always: the next s6-supervise adopts.
 */

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/handover.h>
#include <sextet/upgrade.h>

#include "supervise.h"

#define FILE_NAME SEXTET_BINDIR "/s6-supervise"
#define PROGRAM "s6-supervise"

static char const *const states[STATES] = {
	[DOWN] = "down", [UP] = "up", [FINISH] = "finish", [SWEEP] = "sweep",
	[LAST_UP] = "last-up", [LAST_FINISH] = "last-finish", [LAST_SWEEP] = "last-sweep",
};

static void
carry_descriptors(struct handover *h, struct service *s)
{
	handover_fd(h, "dir", &s->dir);
	handover_fd(h, "supervise", &s->supervise);
	handover_fd(h, "event", &s->event);
	handover_fd(h, "lock", &s->lock);
	handover_fd(h, "control", &s->control);
	handover_fd(h, "control-x", &s->own);
	handover_fd(h, "record", &s->record);
	handover_fd(h, "tally", &s->tally);
	handover_fd(h, "readiness", &s->readiness);
	handover_fd(h, "pidfd", &s->pidfd);
	handover_fd(h, "cgroup", &s->cgroup);
}

static void
carry_files(struct handover *h, struct service *s)
{
	char status[STATUS_SIZE], child[CHILD_SIZE];

	status_pack(status, &s->status);
	child_pack(child, &s->child);
	handover_bytes(h, "status", status, sizeof status);
	handover_bytes(h, "child", child, sizeof child);
	if (handover_reads(h) && !h->error && (status_unpack(status, sizeof status, &s->status) < 0
		|| child_unpack(child, &s->child) < 0))
		h->error = errno;
}

/* The moments are those of a clock that goes on. */
static void
carry_times(struct handover *h, struct service *s)
{
	handover_number(h, "deadline", &s->deadline);
	handover_number(h, "rewrite", &s->rewrite);
	handover_number(h, "started", &s->started);
	handover_number(h, "due", &s->due);
	handover_number(h, "sweep-end", &s->sweep_end);
}

static void
carry_kin(struct handover *h, struct service *s)
{
	HANDOVER_NUMBER(h, "kin", s->nkin);
	if (s->nkin > SUPERVISE_KIN)
		s->nkin = SUPERVISE_KIN;
	for (unsigned int i = 0; i < s->nkin && handover_next(h); i++) {
		HANDOVER_NUMBER(h, "pid", s->kin[i].pid);
		HANDOVER_NUMBER(h, "start", s->kin[i].start);
	}
}

void
supervise_carry(struct handover *h, void *arg)
{
	struct service *s = arg;
	unsigned int state = s->state;

	handover_word(h, "state", states, STATES, &state);
	s->state = (enum state)state;
	carry_descriptors(h, s);
	carry_files(h, s);
	carry_times(h, s);
	HANDOVER_NUMBER(h, "child-pid", s->pid);
	HANDOVER_NUMBER(h, "run", s->run);
	HANDOVER_NUMBER(h, "owner", s->owner);
	HANDOVER_NUMBER(h, "listening", s->listening);
	HANDOVER_NUMBER(h, "adopted", s->adopted);
	HANDOVER_NUMBER(h, "tries", s->tries);
	HANDOVER_NUMBER(h, "writes", s->writes);
	HANDOVER_NUMBER(h, "unwritten", s->unwritten);
	HANDOVER_NUMBER(h, "unsaved", s->unsaved);
	HANDOVER_NUMBER(h, "unrecorded", s->unrecorded);
	HANDOVER_NUMBER(h, "untallied", s->untallied);
	HANDOVER_NUMBER(h, "failing", s->failing);
	HANDOVER_NUMBER(h, "giveup", s->giveup);
	HANDOVER_NUMBER(h, "told", s->told);
	HANDOVER_NUMBER(h, "finished", s->finished);
	HANDOVER_NUMBER(h, "deaf", s->deaf);
	HANDOVER_NUMBER(h, "swept", s->swept);
	HANDOVER_NUMBER(h, "passes", s->passes);
	HANDOVER_NUMBER(h, "reaper", s->reaper);
	HANDOVER_NUMBER(h, "estranged", s->estranged);
	HANDOVER_NUMBER(h, "unlisted", s->unlisted);
	HANDOVER_NUMBER(h, "unsure", s->unsure);
	carry_kin(h, s);
}

void
supervise_upgrade(struct service *s)
{
	char const *argv[] = { PROGRAM, "--", s->name, 0 };
	struct upgrade u = { .program = PROGRAM, .file = FILE_NAME, .argv = argv,
		.carry = supervise_carry, .arg = s };
	char code[UINT_FMT];
	int wstat;

	if (s->name[0] != '-') {
		argv[1] = s->name;
		argv[2] = 0;
	}
	if (upgrade_run(&u, &wstat) == UPGRADE_ERROR) {
		strerr_warnwusys("upgrade to ", u.file);
		return;
	}
	code[uint_fmt(code, (unsigned int)(WIFEXITED(wstat) ? WEXITSTATUS(wstat) : WTERMSIG(wstat)))] = 0;
	strerr_warnwu("upgrade to ", u.file, ": it does not take over (",
		WIFEXITED(wstat) ? "exit code " : "signal ", code, ")");
}

int
supervise_upgraded(struct service *s)
{
	struct handover h;
	enum handover_role role = handover_receive(&h, PROGRAM);
	int r;

	if (role == HANDOVER_NONE)
		return 0;
	if (role == HANDOVER_STRANGE)
		strerr_dief(111, "what was handed over is of another version");
	supervise_carry(&h, s);
	r = handover_done(&h);
	if (role == HANDOVER_PROBE)
		_exit(r < 0 ? 111 : HANDOVER_UNDERSTOOD);
	if (r < 0)
		strerr_diefusys(111, "go on");
	return 1;
}
