/* ftrig.c - what is heard in fifodirs, matched */

#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/clock.h>
#include <sextet/ftrig.h>
#include <sextet/sigfd.h>

#include "tap.h"

static int a, b;

static int
entries(char const *path)
{
	DIR *d = tap_need(opendir(path));
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void
say(int fd, char const *s)
{
	event_notify(fd, s, strlen(s));
}

/* Looks, without waiting. */
static enum ftrig_result
look(struct ftrig *t, size_t n, int any)
{
	return ftrig_poll(t, n, any, 0, -1);
}

static void
must_listen(struct ftrig *t, char const *path, char const *re)
{
	if (ftrig_listen(t, path, re) < 0) {
		perror("ftrig_listen");
		exit(111);
	}
}

static void
one(void)
{
	struct ftrig t;

	ok(ftrig_listen(&t, "none", "u") == -1 && errno == ENOENT, "no fifodir");
	ok(ftrig_listen(&t, "a", "(") == -1 && errno == EINVAL && entries("a") == 0,
		"no regular expression, no FIFO left");
	ok(ftrig_listen(&t, "a", "a.*b$") == 0 && !t.text, "listening");
	ok(look(&t, 1, 0) == FTRIG_TIMEOUT, "nothing heard");
	say(a, "xaxx");
	ok(look(&t, 1, 0) == FTRIG_TIMEOUT, "no match yet");
	say(a, "yyb");
	ok(look(&t, 1, 0) == FTRIG_MATCHED && !strcmp(t.text, "xaxxyyb"), "found in all that was heard");
	ok(look(&t, 1, 0) == FTRIG_MATCHED, "which does not change");
	ftrig_end(&t);
	ok(entries("a") == 0, "FIFO removed");

	must_listen(&t, "a", "");
	ok(look(&t, 1, 0) == FTRIG_TIMEOUT, "an empty expression does not match silence");
	say(a, "x");
	ok(look(&t, 1, 0) == FTRIG_MATCHED, "but anything else");
	ftrig_end(&t);

	must_listen(&t, "a", "^uU$");
	event_notify(a, "u\0U", 3);
	ok(look(&t, 1, 0) == FTRIG_MATCHED && t.len == 2, "a NUL does not hide what follows");
	ftrig_end(&t);

	must_listen(&t, "a", "[[:digit:]]+z");
	say(a, "12z");
	ok(look(&t, 1, 0) == FTRIG_MATCHED, "extended expressions");
	ftrig_end(&t);
}

static void
several(void)
{
	struct ftrig t[3];

	must_listen(t, "a", "u");
	must_listen(t + 1, "b", "U");
	must_listen(t + 2, "b", "V");
	say(a, "u");
	ok(look(t, 3, 1) == FTRIG_MATCHED, "one of them");
	ok(look(t, 3, 0) == FTRIG_TIMEOUT, "not all of them");
	say(b, "U");
	say(a, "ignored");
	ok(look(t, 3, 0) == FTRIG_TIMEOUT, "two of three");
	ok(t[0].text && !strcmp(t[0].text, "u"), "the one that matched is not read any more");
	say(b, "V");
	ok(look(t, 3, 0) == FTRIG_MATCHED, "all");
	for (int i = 0; i < 3; i++)
		ftrig_end(t + i);
	ok(look(t, 0, 0) == FTRIG_MATCHED, "all of none");
}

static void
limits(void)
{
	struct ftrig t;
	int64_t d = clock_deadline(30);
	char junk[4096];
	enum ftrig_result r;
	pid_t from;
	int fd;

	must_listen(&t, "a", "never");
	ok(ftrig_poll(&t, 1, 0, d, -1) == FTRIG_TIMEOUT && clock_now() >= d, "it waits for its deadline");
	fd = sigfd_open_end();
	if (!ok(fd >= 0, "signals in hand"))
		exit(1);
	kill(getpid(), SIGTERM);
	ok(ftrig_poll(&t, 1, 0, CLOCK_NEVER, fd) == FTRIG_SIGNAL && sigfd_read(fd, &from) == SIGTERM,
		"or for a signal");
	sigfd_close(fd);

	memset(junk, 'j', sizeof junk);
	for (int i = 0; i < 1000; i++) {
		event_notify(a, junk, sizeof junk);
		r = look(&t, 1, 0);
		if (r != FTRIG_TIMEOUT)
			break;
	}
	ok(r == FTRIG_ERROR && errno == EMSGSIZE, "a flood ends it");
	ok(t.size < 4 * FTRIG_MAX, "with bounded memory");
	ftrig_end(&t);
}

/* Has the process come so far that it has its signals in hand? */
static int
blocks_term(pid_t pid)
{
	char name[64], text[4096], *p;
	unsigned long long mask;
	ssize_t n;
	int fd;

	snprintf(name, sizeof name, "/proc/%d/status", (int)pid);
	fd = open(name, O_RDONLY);
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n < 0 ? 0 : n] = 0;
	p = strstr(text, "SigBlk:");
	return p && sscanf(p + 7, "%llx", &mask) == 1 && mask >> (SIGTERM - 1) & 1;
}

static void
whole(void)
{
	struct ftrig t;
	int status;
	pid_t pid;

	must_listen(&t, "a", "u");
	say(a, "u");
	ok(ftrig_wait(&t, 1, 0, CLOCK_NEVER) == FTRIG_MATCHED && entries("a") == 0,
		"a whole wait: matched, FIFO gone");
	ok(t.text && !strcmp(t.text, "u"), "what was heard is kept");
	ftrig_end(&t);
	must_listen(&t, "a", "u");
	ok(ftrig_wait(&t, 1, 0, 0) == FTRIG_TIMEOUT && errno == ETIMEDOUT && entries("a") == 0,
		"timed out, FIFO gone");
	ftrig_end(&t);
	pid = tap_fork();
	if (!pid) {
		must_listen(&t, "a", "u");
		kill(getpid(), SIGSTOP);
		ftrig_wait(&t, 1, 0, CLOCK_NEVER);
		_exit(0);
	}
	waitpid(pid, &status, WUNTRACED);
	ok(entries("a") == 1, "somebody else listens");
	kill(pid, SIGCONT);
	while (!blocks_term(pid))
		sched_yield();
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM && entries("a") == 0,
		"killed: dead of it, FIFO gone");
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	tap_tmpdir();
	event_mkdir(AT_FDCWD, "a", (gid_t)-1, 0);
	event_mkdir(AT_FDCWD, "b", (gid_t)-1, 0);
	a = event_open(AT_FDCWD, "a");
	b = event_open(AT_FDCWD, "b");
	one();
	several();
	limits();
	whole();
	return done_testing();
}
