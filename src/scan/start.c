/* start.c - starting supervisors, their deaths, the pipes to loggers */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/clock.h>
#include <sextet/filereplace.h>
#include <sextet/lock.h>
#include <sextet/path.h>
#include <sextet/pidfd.h>
#include <sextet/servicedir.h>
#include <sextet/spawn.h>

#include "s6-svscan.h"

#define SUPERVISE SEXTET_BINDIR "/s6-supervise"
#define AT_ONCE 16	/* starts between two looks at signals and commands */
#define DELAY_MAX 60	/* seconds */
#define QUICK_MAX 5	/* restarts at once of one that is killed again and again */
#define SPARE 2		/* descriptors kept free for what is open for a moment only */
#define LOW 64		/* descriptors from here on are not low */

extern char **environ;

static int
is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN;
}

/* V cannot be started now (errno): says so once until the reason changes. */
static void
failed(struct svscan *s, struct supervisor *v, char const *what)
{
	int e = errno;

	if (v->error != e)
		strerr_warnwusys(what, v->name);
	v->error = e;
	v->delay = !v->delay ? 1 : v->delay >= DELAY_MAX / 2 ? DELAY_MAX : v->delay * 2;
	svscan_wait(s, v, clock_now() + v->delay * CLOCK_S);
	if (is_shortage(e))
		s->starved = 1;
}

void
svscan_retry(struct svscan *s, int all)
{
	int64_t now = clock_now();

	if (!s->starved && !all)
		return;
	s->starved = 0;
	for (uint32_t i = 0; i < s->top; i++) {
		struct supervisor *v = &s->all[i];

		if (v->live && v->place && (all ? v->error : is_shortage(v->error))) {
			v->delay = 0;
			svscan_wait(s, v, now);
		}
	}
}

/* L and its service have a pipe of their own that we could not take over, and one
   of their supervisors has ended. Both get the new one: the other supervisor is
   killed, and its successor adopts what runs. The service goes on writing to the
   old pipe until it restarts, the logger reading from it to its end. */
static void
replace_pipe(struct supervisor *l)
{
	l->foreign = 0;
	svscan_signal(l, SIGKILL);
	if (l->other)
		svscan_signal(l->other, SIGKILL);
}

/* Makes the pipe of the logger L if there is none. 0, -1 with errno. */
static int
make_pipe(struct svscan *s, struct supervisor *l)
{
	struct rlimit limit;
	int p[2];

	/* who else has it? A predecessor's pair, or half of one */
	if (!l->checked || (l->other && l->other->watch >= 0))
		svscan_regain(s, l);
	if (l->pipe[0] >= 0)
		return 0;
	if (pipe2(p, O_CLOEXEC) < 0)
		return -1;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0
		&& (rlim_t)(p[0] > p[1] ? p[0] : p[1]) + SPARE >= limit.rlim_cur) {
		close(p[0]);
		close(p[1]);
		errno = EMFILE;
		return -1;
	}
	l->pipe[0] = p[0];
	l->pipe[1] = p[1];
	if (l->foreign)
		replace_pipe(l);
	return 0;
}

void
svscan_close_pipe(struct supervisor *v)
{
	for (int i = 0; i < 2; i++) {
		if (v->pipe[i] >= 0)
			close(v->pipe[i]);
		v->pipe[i] = -1;
	}
}

/* The logger whose pipe V's supervisor gets, at this or at the other end. */
static struct supervisor *
logger_of(struct supervisor *v)
{
	if (v->logger)
		return v;
	/* one that is leaving still reads what it has a pipe for */
	return v->other && (v->other->active || v->other->pipe[0] >= 0) ? v->other : 0;
}

/* A child's table of descriptors is copied up to the greatest that it needs:
   a high one is lent a low number. */
static int
lower(struct svscan *s, int fd)
{
	return fd >= LOW && dup3(fd, s->low, O_CLOEXEC) >= 0 ? s->low : fd;
}

static pid_t
spawn_supervisor(struct svscan *s, struct supervisor *v, struct supervisor *l)
{
	char const *argv[4] = { "s6-supervise" };
	struct spawn_move moves[2];
	struct spawn birth = { .file = SUPERVISE, .argv = argv,
		.envp = s->envp ? s->envp : (char const *const *)environ, .moves = moves,
		.flags = SPAWN_FEWFDS, .blocked = &s->newborn };
	size_t n = 0;
	int i = 1, lent = 0;
	pid_t pid;

	if (v->name[0] == '-')
		argv[i++] = "--";
	argv[i++] = v->name;
	argv[i] = 0;
	if (l && l->pipe[!v->logger] >= 0) {
		int fd = l->pipe[!v->logger];

		moves[n].from = lower(s, fd);
		moves[n].to = !v->logger;
		lent = moves[n++].from != fd;
	}
	if (s->console >= 0 && !strcmp(v->name, SVSCAN_CATCHALL)) {
		moves[n].from = s->console;
		moves[n++].to = 2;
	}
	birth.nmoves = n;
	pid = spawn_run(&birth);
	if (lent) {
		int e = errno;

		/* or nobody would ever see the end of that pipe */
		dup3(s->control, s->low, O_CLOEXEC);
		errno = e;
	}
	return pid;
}

void
svscan_start(struct svscan *s, struct supervisor *v)
{
	struct supervisor *l = logger_of(v);
	pid_t pid;

	svscan_unwait(s, v);
	if (!v->checked && svscan_taken(s, v))
		return;
	if (l && !s->stop && make_pipe(s, l) < 0) {
		failed(s, v, "make a pipe for ");
		return;
	}
	pid = spawn_supervisor(s, v, l);
	if (pid < 0) {
		failed(s, v, "spawn supervisor for ");
		return;
	}
	svscan_set_pid(s, v, pid);
	v->started = clock_now();
	v->error = 0;
	v->delay = 0;
	v->checked = 1;
}

void
svscan_start_due(struct svscan *s, int64_t now)
{
	for (int n = 0; n < AT_ONCE && s->nwaiting && s->waiting[0]->due <= now; n++)
		svscan_start(s, s->waiting[0]);
}

void
svscan_signal(struct supervisor *v, int sig)
{
	if (v->watch < 0) {
		if (v->pid)
			kill(v->pid, sig);
	} else if (pidfd_signal(v->watch, sig) < 0 && (errno == EPERM || errno == ENOSYS)
		&& v->pid && !pidfd_exited(v->watch)) {
		/* that call may be forbidden where kill is not */
		kill(v->pid, sig);
	}
}

/* Opens V's supervise, by path: shown by the lock that V holds in it, as a link on the
   way may lead elsewhere by now. (A user's own directory may have a link to that lock,
   but no FIFO of anybody else's.) -1, ESRCH: it is none. */
static int
open_supervise(struct supervisor *v)
{
	char path[SVSCAN_PATHMAX + sizeof "/supervise"];
	pid_t owner;
	int fd;

	path_join(path, sizeof path, v->name, SERVICEDIR_SUPERVISE);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (lock_test(fd, "lock", &owner) > 0 && (!owner || owner == v->pid)))
		return fd;
	close(fd);
	errno = ESRCH;
	return -1;
}

int
svscan_write(struct supervisor *v, char const *fifo, char const *commands)
{
	struct stat st;
	int dir = open_supervise(v);
	int fd, r = -1, e;

	if (dir < 0)
		return -1;
	fd = openat(dir, fifo, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	e = errno;
	close(dir);
	errno = e;
	if (fd < 0)
		return -1;
	errno = EPROTO;
	if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)
		&& write(fd, commands, strlen(commands)) >= 0)
		r = 0;
	e = errno;
	close(fd);
	errno = e;
	return r;
}

void
svscan_tell(struct supervisor *v, enum svscan_stop how)
{
	int is_logger = v->logger || !strcmp(v->name, SVSCAN_CATCHALL);

	if (v->pid)
		svscan_signal(v, is_logger && how == SVSCAN_TERM ? SIGHUP : SIGTERM);
}

void
svscan_drop(struct svscan *s, struct supervisor *v)
{
	svscan_close_pipe(v);
	svscan_unwatch(v);
	if (v->other && v->other->other == v)
		v->other->other = 0;
	for (uint32_t i = 0; v->shared && i < s->top; i++)
		if (s->all[i].live && s->all[i].other == v)
			s->all[i].other = 0;
	svscan_free(s, v);
	svscan_look_soon(s);
	svscan_retry(s, 0);
}

/* Did V's service end the whole container, as its supervisor PID, which has died,
   says? 1 with the code. A word of another pid is none: it is of an earlier
   supervisor, or of another directory, where a link leads by now. */
static int
ended(struct supervisor *v, pid_t pid, int *code)
{
	char path[SVSCAN_PATHMAX + sizeof "/supervise/ended"], text[32];
	unsigned int u;
	pid_t by;
	size_t n, m;
	ssize_t r;

	path_join3(path, sizeof path, v->name, SERVICEDIR_SUPERVISE, "ended");
	r = file_read_own(AT_FDCWD, path, text, sizeof text - 1);
	if (r < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			strerr_warnwusys("read ", path);
		return 0;
	}
	text[r] = 0;
	n = uint_scan(text, &u);
	m = n && u <= 255 && text[n] == ' ' ? pid_scan(text + n + 1, &by) : 0;
	if (!m || (text[n + 1 + m] && text[n + 1 + m] != '\n')) {
		strerr_warnw("invalid ", path);
		return 0;
	}
	*code = (int)u;
	return by == pid;
}

/* When to restart V. One that was killed left its service alone: at once, but
   not for ever when it never gets old. */
static int64_t
restart_time(struct supervisor *v, int wstat, int64_t now)
{
	int64_t next = v->started + CLOCK_S;

	if (next <= now) {
		v->quick = 0;
		return now;
	}
	if (WIFSIGNALED(wstat) && v->quick < QUICK_MAX) {
		v->quick++;
		return now;
	}
	return next;
}

void
svscan_died(struct svscan *s, struct supervisor *v, int wstat)
{
	pid_t pid = v->pid;
	int code;

	svscan_set_pid(s, v, 0);
	svscan_unwatch(v);
	if (s->stop) {
		svscan_died_late(s, v, wstat);
		return;
	}
	if (ended(v, pid, &code)) {
		s->code = code;
		svscan_stop(s, SVSCAN_TERM);
		return;
	}
	if (!v->active) {
		svscan_drop(s, v);
		return;
	}
	if (WIFEXITED(wstat) && WEXITSTATUS(wstat) == SVSCAN_BUSY)
		v->checked = 0;
	svscan_wait(s, v, restart_time(v, wstat, clock_now()));
}
