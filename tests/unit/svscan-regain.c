/* scan/regain.c - the pipe of a service and its logger, found with those who have it */

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <skalibs/types.h>

#include <sextet/pidfd.h>

#include "scan/s6-svscan.h"

#include "tap.h"

static struct svscan s = { .max = 4, .namemax = 20 };
static struct supervisor *web, *logger;
static int blind;		/* /proc shows nothing of others */
static pid_t owner, orphan;	/* of the directory that has no supervisor of ours */
static int moved;		/* the owner is not there */
static int told;

/* what the code under test asks of the others */

void
svscan_proc(char *to, pid_t pid, char const *what)
{
	sprintf(to, blind && pid != getpid() ? "/proc/%ld/nothing/%s" : "/proc/%ld/%s", (long)pid, what);
}

int
svscan_owner_of(char const *name, pid_t *pid)
{
	(void)name;
	*pid = owner;
	return owner >= 0;
}

int svscan_is_at(struct supervisor *v, pid_t pid) { (void)v; (void)pid; return !moved; }
pid_t svscan_orphan(struct supervisor *v) { (void)v; return orphan; }

void
svscan_tell(struct supervisor *v, enum svscan_stop how)
{
	told += v == logger && how == SVSCAN_TERM;
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

static void
make(int p[2])
{
	if (pipe2(p, O_CLOEXEC) < 0) {
		perror("pipe");
		exit(111);
	}
}

static ino_t
inode(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? 0 : st.st_ino;
}

/* A process with IN and OUT (-1: /dev/null) as its descriptors 0 and 1. */
static pid_t
live(int in, int out)
{
	int p[2], null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char c;
	pid_t pid;

	if (null < 0)
		exit(111);
	make(p);
	pid = tap_fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (dup2(in < 0 ? null : in, 0) < 0 || dup2(out < 0 ? null : out, 1) < 0
			|| dup2(p[1], 2) < 0)
			_exit(111);
		for (int fd = 3; fd < 64; fd++)
			close(fd);
		if (write(2, "", 1) < 0)
			_exit(111);
		for (;;)
			pause();
	}
	close(null);
	close(p[1]);
	if (read(p[0], &c, 1) != 1)
		exit(111);
	close(p[0]);
	return pid;
}

static void
slay(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, 0, 0);
}

/* All as at the start, the pair unknown. */
static void
begin(void)
{
	svscan_close_pipe(logger);
	svscan_set_pid(&s, web, 0);
	svscan_set_pid(&s, logger, 0);
	web->other = logger;
	logger->other = web;
	logger->logger = 1;
	logger->foreign = 0;
	blind = moved = told = s.hidden = 0;
	owner = -1;
	orphan = 0;
}

/* Is the logger's pipe that with the inode INO, at both ends the right way round? */
static int
has(ino_t ino)
{
	return logger->pipe[0] >= 0 && inode(logger->pipe[0]) == ino && inode(logger->pipe[1]) == ino
		&& (fcntl(logger->pipe[0], F_GETFL) & O_ACCMODE) == O_RDONLY
		&& (fcntl(logger->pipe[1], F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == O_WRONLY
		&& fcntl(logger->pipe[0], F_GETFD) == FD_CLOEXEC && fcntl(logger->pipe[1], F_GETFD) == FD_CLOEXEC;
}

/* Both are there and have the pipe P; or one of them; or it is deserted. */
static void
found(char const *how)
{
	int p[2];
	pid_t reader, writer, deserted;
	ino_t ino;

	make(p);
	ino = inode(p[0]);
	reader = live(p[0], -1);
	writer = live(-1, p[1]);
	close(p[0]);
	close(p[1]);

	begin();
	blind = !!*how;
	svscan_set_pid(&s, logger, reader);
	svscan_set_pid(&s, web, writer);
	svscan_regain(&s, web);
	ok(has(ino), "both have it%s", how);

	begin();
	blind = !!*how;
	svscan_set_pid(&s, logger, reader);
	svscan_regain(&s, logger);
	ok(has(ino), "the logger has it%s", how);

	begin();
	blind = !!*how;
	logger->other = 0;
	svscan_set_pid(&s, logger, reader);
	svscan_regain(&s, logger);
	ok(has(ino), "one without a service has it%s", how);

	begin();
	blind = !!*how;
	owner = reader;
	svscan_regain(&s, logger);
	ok(has(ino), "who holds the lock has it%s", how);

	begin();
	blind = !!*how;
	owner = reader;
	moved = 1;
	svscan_regain(&s, logger);
	ok(logger->pipe[0] < 0 && !logger->foreign, "who holds it from elsewhere is not asked%s", how);

	begin();
	blind = !!*how;
	orphan = reader;
	svscan_regain(&s, logger);
	ok(has(ino), "a logger that was left alone has it%s", how);

	begin();
	blind = !!*how;
	svscan_set_pid(&s, web, writer);
	svscan_regain(&s, web);
	ok(logger->pipe[0] < 0, "somebody else reads what the service writes: not ours%s", how);

	slay(reader);
	slay(writer);
	make(p);
	ino = inode(p[0]);
	deserted = live(-1, p[1]);
	close(p[0]);
	close(p[1]);
	begin();
	blind = !!*how;
	svscan_set_pid(&s, web, deserted);
	svscan_regain(&s, web);
	ok(has(ino), "nobody reads what the service writes: ours%s", how);
	begin();
	slay(deserted);
}

/* Descriptors that are no pipes, or not of one. */
static void
strange(void)
{
	int p[2], q[2];
	pid_t a, b;

	begin();
	svscan_regain(&s, web);
	ok(logger->pipe[0] < 0, "nobody is there");
	web->other = 0;
	svscan_regain(&s, web);
	ok(logger->pipe[0] < 0, "a service without logger");

	mkfifo("fifo", 0600);
	a = open("fifo", O_RDWR | O_CLOEXEC);
	b = live(a, a);
	close(a);
	begin();
	svscan_set_pid(&s, logger, b);
	svscan_set_pid(&s, web, b);
	svscan_regain(&s, web);
	ok(logger->pipe[0] < 0 && !logger->foreign, "a FIFO is no pipe of ours");
	blind = 1;
	svscan_regain(&s, web);
	ok(logger->pipe[0] < 0 && logger->foreign && s.hidden, "not in the dark, either: told so");
	svscan_regain(&s, web);
	ok(logger->foreign, "and once");
	begin();
	slay(b);

	make(p);
	make(q);
	a = live(p[0], -1);
	b = live(-1, q[1]);
	begin();
	blind = 1;
	svscan_set_pid(&s, logger, a);
	svscan_set_pid(&s, web, b);
	svscan_regain(&s, web);
	ok(has(inode(p[0])), "two pipes, in the dark: the logger's");
	begin();
	blind = 1;
	svscan_set_pid(&s, logger, a);
	svscan_set_pid(&s, web, b);
	web->watch = pidfd_of(b);
	logger->watch = pidfd_of(a);
	svscan_regain(&s, web);
	ok(has(inode(p[0])), "those whom we watch are asked by that");
	close(web->watch);
	close(logger->watch);
	web->watch = logger->watch = -1;
	slay(a);
	slay(b);
	begin();
	blind = 1;
	svscan_set_pid(&s, logger, a);
	svscan_regain(&s, logger);
	ok(logger->pipe[0] < 0 && !logger->foreign, "who is gone hides nothing");
	for (int i = 0; i < 2; i++) {
		close(p[i]);
		close(q[i]);
	}
}

/* The logger has a pipe of ours; do the two have the same? READS and WRITES: what they
   have, ours (0) or another. */
static void
matched(int reads, int writes, int deserted, int is_told, int which, char const *name)
{
	int p[3][2];
	pid_t a, b;
	ino_t ino[3];

	for (int i = 0; i < 3; i++) {
		make(p[i]);
		ino[i] = inode(p[i][0]);
	}
	begin();
	logger->pipe[0] = fcntl(p[0][0], F_DUPFD_CLOEXEC, 3);
	logger->pipe[1] = fcntl(p[0][1], F_DUPFD_CLOEXEC, 3);
	a = live(reads < 0 ? -1 : p[reads][0], -1);
	b = live(-1, writes < 0 ? -1 : p[writes][1]);
	if (deserted)
		close(p[writes][0]);
	svscan_set_pid(&s, logger, a);
	svscan_set_pid(&s, web, b);
	svscan_regain(&s, web);
	ok(told == is_told && has(ino[which]), "%s", name);
	slay(a);
	slay(b);
	for (int i = 0; i < 3; i++) {
		if (!deserted || i != writes)
			close(p[i][0]);
		close(p[i][1]);
	}
}

int
main(void)
{
	tap_tmpdir();
	if (svscan_table(&s) < 0)
		return 111;
	web = svscan_new(&s, "web", 1, 1);
	logger = svscan_new(&s, "web/log", 1, 2);
	found("");
	strange();
	matched(0, 0, 0, 0, 0, "both have ours");
	matched(-1, -1, 0, 0, 0, "none has any");
	matched(1, 0, 0, 1, 0, "the logger has another, the service ours: it has to change");
	matched(1, 1, 0, 0, 1, "both have another: that one");
	matched(1, -1, 0, 0, 1, "the logger has another, the service none: that one");
	matched(-1, 1, 0, 0, 0, "somebody reads what the service writes: ours stays");
	matched(-1, 1, 1, 0, 1, "nobody reads what it writes: that one");
	matched(0, 1, 1, 1, 1, "the logger reads ours: it has to change");
	found(", in the dark");
	return done_testing();
}
