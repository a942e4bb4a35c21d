/* service.c - what the service directory says; see supervise.h */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/history.h>
#include <sextet/servicedir.h>

#include "supervise.h"

#define WORD 16

static char const *const files[SETTINGS] = {
	[TIMEOUT_KILL] = "timeout-kill",
	[TIMEOUT_FINISH] = "timeout-finish",
	[MAX_DEATH_TALLY] = "max-death-tally",
	[NOTIFICATION_FD] = "notification-fd",
	[LOCK_FD] = "lock-fd",
	[RESTART_DELAY] = "restart-delay",
	[RESTART_DELAY_MAX] = "restart-delay-max",
	[RESTART_LIMIT] = "restart-limit",
	[ENDS_CONTAINER] = "ends-container",
	[DOWN_SIGNAL] = "down-signal",
	[RELOAD_SIGNAL] = "reload-signal",
	[TIMEOUT_KILL_LEFTOVERS] = "timeout-kill-leftovers",
};

static void
complain(struct service *s, enum setting which)
{
	if (s->warned & 1U << which)
		return;
	s->warned |= 1U << which;
	if (errno == EINVAL)
		strerr_warnw("invalid ", files[which]);
	else
		strerr_warnwusys("read ", files[which]);
}

/* Is it there? Complains once when what is there is of no use; an edit that
   mends it makes us ready to complain again. */
static int
usable(struct service *s, enum setting which, enum servicedir_value r)
{
	if (r == SERVICEDIR_INVALID)
		complain(s, which);
	else
		s->warned &= ~(1U << which);
	return r == SERVICEDIR_FOUND;
}

uint32_t
supervise_number(struct service *s, enum setting which, uint32_t fallback)
{
	uint32_t u = fallback;

	usable(s, which, servicedir_uint(s->dir, files[which], &u));
	return u;
}

int
supervise_signal_number(struct service *s, enum setting which, int fallback)
{
	int sig = fallback;

	usable(s, which, servicedir_signal(s->dir, files[which], &sig));
	return sig;
}

/* Errors that may not be there when we try again. */
static int
passes(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO
		|| error == EAGAIN;
}

int
supervise_kill_timeout(struct service *s, uint32_t *ms)
{
	enum servicedir_value r;

	*ms = 0;
	r = servicedir_uint(s->dir, files[TIMEOUT_KILL], ms);
	if (r == SERVICEDIR_INVALID && passes(errno))
		return -1;
	if (!usable(s, TIMEOUT_KILL, r))
		*ms = 0;
	return 0;
}

int
supervise_fd(struct service *s, enum setting which, int *fd)
{
	struct rlimit l;
	uint32_t u;
	enum servicedir_value r = servicedir_uint(s->dir, files[which], &u);

	if (r == SERVICEDIR_INVALID && passes(errno))
		return -1;
	if (r == SERVICEDIR_FOUND && (!u || u > INT32_MAX - 1
		|| (getrlimit(RLIMIT_NOFILE, &l) == 0 && u >= l.rlim_cur))) {
		r = SERVICEDIR_INVALID;
		errno = EINVAL;
	}
	*fd = usable(s, which, r) ? (int)u : -1;
	return 0;
}

int
supervise_wanted(struct service *s)
{
	int down = servicedir_has(s->dir, "down");

	if (down < 0)
		strerr_diefusys(111, "stat ", "down");
	return !down;
}

int
supervise_limit(struct service *s, uint32_t *count, uint32_t *seconds)
{
	uint32_t n, t;
	enum servicedir_value r = servicedir_limit(s->dir, files[RESTART_LIMIT], &n, &t);

	if (r == SERVICEDIR_FOUND && n > HISTORY_MAX) {
		r = SERVICEDIR_INVALID;
		errno = EINVAL;
	}
	if (!usable(s, RESTART_LIMIT, r))
		return 0;
	*count = n;
	*seconds = t;
	return 1;
}

enum ends
supervise_ends(struct service *s)
{
	static char const *const words[] = { "never", "any", "failure", "giveup" };
	char word[WORD];
	enum servicedir_value r = servicedir_text(s->dir, files[ENDS_CONTAINER], word, sizeof word);
	enum ends e = ENDS_NEVER;

	if (r == SERVICEDIR_FOUND) {
		for (e = *word ? ENDS_GIVEUP : ENDS_ANY; e > ENDS_NEVER; e--)
			if (!*word || !strcmp(word, words[e]))
				break;
		if (e == ENDS_NEVER) {
			r = SERVICEDIR_INVALID;
			errno = EINVAL;
		}
	}
	usable(s, ENDS_CONTAINER, r);
	return e;
}

void
supervise_down_file(struct service *s, int make)
{
	int fd;

	if (!make) {
		if (unlinkat(s->dir, "down", 0) < 0 && errno != ENOENT)
			strerr_warnwusys("unlink ", "down");
		return;
	}
	fd = openat(s->dir, "down", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd >= 0)
		close(fd);
	else if (servicedir_has(s->dir, "down") <= 0)
		strerr_warnwusys("create ", "down");
}
