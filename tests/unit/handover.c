/* handover.c - what is handed over in an upgrade: its bytes, and reading them */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sextet/handover.h>

#include "apart.h"

static char const *const words[] = { "none", "some", "all" };

struct things {
	int64_t least, most;
	unsigned flag : 1;
	unsigned int word;
	char bytes[3];
	char text[8];
	int fd, nofd;
	int64_t n;
	int64_t each[3];
};

static void
carry(struct handover *h, struct things *t)
{
	handover_number(h, "least", &t->least);
	handover_number(h, "most", &t->most);
	HANDOVER_NUMBER(h, "flag", t->flag);
	handover_word(h, "word", words, 3, &t->word);
	handover_bytes(h, "bytes", t->bytes, sizeof t->bytes);
	handover_text(h, "text", t->text, sizeof t->text);
	handover_fd(h, "fd", &t->fd);
	handover_fd(h, "nofd", &t->nofd);
	handover_number(h, "n", &t->n);
	for (int i = 0; i < t->n && i < 3 && handover_next(h); i++)
		handover_number(h, "each", &t->each[i]);
}

static struct things const sample = {
	INT64_MIN, INT64_MAX, 1, 2, { 0, 'a', (char)0xff }, "a\n=b", 0, -1, 3, { -1, 0, 1 }
};

static char const golden[] =
	"least=-9223372036854775808\0most=9223372036854775807\0flag=1\0word=all\0"
	"bytes=0061ff\0text=a\n=b\0fd=0\0nofd=-1\0n=3\0\0each=-1\0\0each=0\0\0each=1\0";

static int
same(struct things const *a, struct things const *b)
{
	return a->least == b->least && a->most == b->most && a->flag == b->flag
		&& a->word == b->word && !memcmp(a->bytes, b->bytes, 3) && !strcmp(a->text, b->text)
		&& a->fd == b->fd && a->nofd == b->nofd && a->n == b->n
		&& !memcmp(a->each, b->each, sizeof a->each);
}

/* A sealed memfd with these bytes, announced in the environment. */
static int
announce(char const *bytes, size_t n, int seals)
{
	int fd = memfd_create("test", MFD_ALLOW_SEALING);
	char text[16];

	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n || fcntl(fd, F_ADD_SEALS, seals) < 0)
		exit(111);
	sprintf(text, "%d", fd);
	setenv(HANDOVER_VARIABLE, text, 1);
	return fd;
}

#define ALL (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* One that begins as it should, with REST for the rest of its first record. */
static void
forge(char const *rest, size_t n, int version, char const *program, int pid)
{
	char b[8192];
	int len = sprintf(b, "sextet-handover=%d%cprogram=%s%cpid=%d", version, 0, program, 0, pid) + 1;

	memcpy(b + len, rest, n);
	announce(b, (size_t)len + n, ALL);
}

static void
round_trip(void)
{
	char got[1024], want[64];
	struct things t = sample, r = { .fd = -1, .nofd = 5 };
	struct handover h;
	int fd, head;
	ssize_t n;

	ok(handover_begin(&h, "tap") == 0, "begun");
	carry(&h, &t);
	fd = handover_end(&h);
	ok(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC && (fcntl(fd, F_GET_SEALS) & ALL) == ALL,
		"sealed, close-on-exec");
	ok(pwrite(fd, "x", 1, 0) == -1 && errno == EPERM, "nobody can write to it");
	n = pread(fd, got, sizeof got, 0);
	head = sprintf(want, "sextet-handover=1%cprogram=tap%cpid=%d", 0, 0, (int)getpid()) + 1;
	ok(n == head + (ssize_t)sizeof golden && !memcmp(got, want, (size_t)head), "golden head");
	is_bytes(got + head, golden, sizeof golden, "golden bytes");

	sprintf(want, "%d", fd);
	setenv(HANDOVER_VARIABLE, want, 1);
	fcntl(0, F_SETFD, 0);
	ok(handover_receive(&h, "tap") == HANDOVER_OURS && !getenv(HANDOVER_VARIABLE),
		"received, and the variable is gone");
	carry(&h, &r);
	ok(handover_done(&h) == 0 && same(&r, &sample), "read back");
	ok(fcntl(0, F_GETFD) == FD_CLOEXEC, "the descriptor is close-on-exec again");
	ok(fcntl(fd, F_GETFD) == -1, "and the handover closed");
	fcntl(0, F_SETFD, 0);
}

static void
modes(void)
{
	struct things t = sample;
	struct handover h = { .mode = HANDOVER_OPEN };

	t.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	carry(&h, &t);
	ok(!h.error && fcntl(t.fd, F_GETFD) == 0 && t.n == 3, "open: it survives exec");
	h.mode = HANDOVER_CLOSE;
	carry(&h, &t);
	ok(!h.error && fcntl(t.fd, F_GETFD) == FD_CLOEXEC, "close: not any more");
	close(t.fd);
	h.mode = HANDOVER_OPEN;
	carry(&h, &t);
	ok(h.error == EBADF, "one that is not open is noticed");
}

static void
roles(void)
{
	struct handover h;
	char number[16];
	int fd, p[2];

	unsetenv(HANDOVER_VARIABLE);
	ok(handover_receive(&h, "tap") == HANDOVER_NONE, "nothing there");
	for (int i = 0; i < 5; i++) {
		static char const *const bad[] = { "", "x", "-1", "1", "1000000" };

		setenv(HANDOVER_VARIABLE, bad[i], 1);
		ok(handover_receive(&h, "tap") == HANDOVER_NONE && !getenv(HANDOVER_VARIABLE),
			"'%s' is none, and removed", bad[i]);
	}
	if (pipe(p) < 0)
		exit(111);
	sprintf(number, "%d", p[0]);
	setenv(HANDOVER_VARIABLE, number, 1);
	ok(handover_receive(&h, "tap") == HANDOVER_NONE && fcntl(p[0], F_GETFD) == 0,
		"another descriptor is none, and left alone");
	fd = announce("a=b\0", 5, F_SEAL_SHRINK | F_SEAL_GROW);
	ok(handover_receive(&h, "tap") == HANDOVER_NONE, "not sealed: none");
	close(fd);
	forge("", 1, 1, "tap", (int)getpid());
	ok(handover_receive(&h, "tap") == HANDOVER_OURS, "ours");
	handover_done(&h);
	forge("", 1, 1, "tap", (int)getppid());
	ok(handover_receive(&h, "tap") == HANDOVER_PROBE, "a probe");
	handover_done(&h);
	forge("", 1, 2, "tap", (int)getpid());
	ok(handover_receive(&h, "tap") == HANDOVER_STRANGE, "of another version");
	forge("", 1, 1, "tip", (int)getpid());
	ok(handover_receive(&h, "tap") == HANDOVER_STRANGE, "of another program");
	announce("", 0, ALL);
	ok(handover_receive(&h, "tap") == HANDOVER_STRANGE, "empty");
	announce("sextet-handover=1", 17, ALL);
	ok(handover_receive(&h, "tap") == HANDOVER_STRANGE, "without an end");
	announce("program=tap\0pid=1\0", 18, ALL);
	ok(handover_receive(&h, "tap") == HANDOVER_STRANGE, "without its empty item");
}

/* What of the first record REST is understood. */
static void
bad(char const *name, char const *rest, size_t n, int error)
{
	struct things t = sample;
	struct handover h;

	forge(rest, n, 1, "tap", (int)getpid());
	ok(handover_receive(&h, "tap") == HANDOVER_OURS, "%s: received", name);
	t.fd = -1;
	t.n = 0;
	carry(&h, &t);
	errno = 0;
	ok((handover_done(&h) < 0) == !!error && errno == error, "%s: errno %d", name, errno);
	ok(t.word == sample.word && t.least == sample.least, "%s: what was not there is as before", name);
}

/* Of a kernel that knows no memfd which cannot be executed. */
static int
older_kernel(void)
{
	struct handover h;
	int fd;

	want(handover_begin(&h, "tap") == 0);
	fd = handover_end(&h);
	want(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC && (fcntl(fd, F_GET_SEALS) & ALL) == ALL);
	return 1;
}

static int
no_seals(void)
{
	struct handover h;

	want(handover_begin(&h, "tap") == 0);
	want(handover_end(&h) == -1 && errno == EPERM && fcntl(h.fd, F_GETFD) == -1);
	return 1;
}

#ifdef SYS_mmap
/* Never without its state for want of memory that may come; but for nothing else. */
static int
no_memory(void)
{
	struct denied const never = DENY_IF(SYS_mmap, EACCES, 3, PROT_READ);
	struct handover h;

	forge("", 1, 1, "tap", (int)getpid());
	want(handover_receive(&h, "tap") == HANDOVER_STRANGE && errno == ENOMEM);
	want(apart_filter(&never, 1) == 0);
	forge("", 1, 1, "tap", (int)getpid());
	want(handover_receive(&h, "tap") == HANDOVER_STRANGE);
	return 1;
}
#endif

static void
rest(void)
{
	static char const *const huge[] = { "2147483648", "4294967295", "99999999999", "1x" };
	struct things t = sample;
	struct handover h;

	for (int i = 0; i < 4; i++) {
		setenv(HANDOVER_VARIABLE, huge[i], 1);
		ok(handover_receive(&h, "tap") == HANDOVER_NONE && !getenv(HANDOVER_VARIABLE), "'%s' is none", huge[i]);
	}
	announce("", 1, ALL);
	ok(handover_receive(&h, "tap") == HANDOVER_STRANGE, "one byte");
	announce("sextet-handover=1\0pid=1\0\0", 26, ALL);
	ok(handover_receive(&h, "tap") == HANDOVER_STRANGE, "of no program");
	announce("sextet-handover=one\0program=tap\0pid=1\0\0", 40, ALL);
	ok(handover_receive(&h, "tap") == HANDOVER_STRANGE, "of a version that is no number");
	/* what is asked whether it understands has not the descriptors */
	forge("fd=99999\0", 10, 1, "tap", (int)getppid());
	ok(handover_receive(&h, "tap") == HANDOVER_PROBE, "a probe with a descriptor");
	t.n = 0;
	carry(&h, &t);
	ok(t.fd == 99999 && handover_done(&h) == 0, "which it does not touch");
	ok_denied("a kernel before 6.3", older_kernel, DENY_IF(SYS_memfd_create, EINVAL, 2, MFD_CLOEXEC | 8U));
	ok_denied("one that seals nothing: no handover", no_seals, DENY_IF(SYS_fcntl, EPERM, 2, F_ADD_SEALS));
#ifdef SYS_mmap
	ok_denied("no memory for it", no_memory, DENY_IF(SYS_mmap, ENOMEM, 3, PROT_READ));
#endif
}

int
main(void)
{
	round_trip();
	modes();
	roles();
	bad("nothing", "", 1, 0);
	bad("unknown keys", "fold=9\0flags=x\0", 16, 0);
	bad("a word", "word=many\0", 11, EPROTO);
	bad("no number", "most=\0", 7, EPROTO);
	bad("a number and more", "most=1 \0", 9, EPROTO);
	bad("too great", "most=9223372036854775808\0", 26, EPROTO);
	bad("too small", "least=-9223372036854775809\0", 28, EPROTO);
	bad("few bytes", "bytes=0011\0", 12, EPROTO);
	bad("bad bytes", "bytes=0011FF\0", 14, EPROTO);
	bad("a long text", "text=12345678\0", 15, EPROTO);
	bad("a descriptor that is not open", "fd=99999\0", 10, EBADF);
	bad("a negative one", "fd=-2\0", 7, EPROTO);
	bad("a record that is missing", "n=1\0", 5, EPROTO);
	bad("two errors: the first is told", "most=\0fd=99999\0", 16, EPROTO);
	bad("a descriptor beyond all", "fd=2147483648\0", 15, EPROTO);
	rest();
	return done_testing();
}
