/* proctree.c - see sextet/proctree.h */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <sextet/proctree.h>

#define DEPTH 64	/* no tree is followed further up than that */

struct entry {
	unsigned long ino;
	long off;
	unsigned short len;
	unsigned char type;
	char name[];
};

/* The numbered entries of a directory, one by one, without allocation. */
struct numbers {
	int fd;
	long got, at;
	char buf[1024] __attribute__((aligned(8)));
};

static int
numbers_open(struct numbers *n, int dirfd, char const *path)
{
	n->fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	n->got = n->at = 0;
	return n->fd < 0 ? -1 : 0;
}

/* The next number; 0 at the end, with errno 0, or with what went wrong. */
static pid_t
numbers_next(struct numbers *n)
{
	for (;;) {
		struct entry const *e;
		uint64_t u;

		if (n->at >= n->got) {
			errno = 0;	/* a name that is no number leaves one */
			n->got = syscall(SYS_getdents64, n->fd, n->buf, sizeof n->buf);
			n->at = 0;
			if (n->got <= 0)
				return 0;
		}
		e = (struct entry const *)(void const *)(n->buf + n->at);
		n->at += e->len;
		if (uint640_scan(e->name, &u) && u)
			return (pid_t)u;
	}
}

static size_t
put(char *to, char const *s)
{
	size_t n = strlen(s);

	memcpy(to, s, n + 1);
	return n;
}

struct list {
	struct proctree *item;
	size_t n, max;
};

static void
append(struct list *l, pid_t pid, pid_t parent)
{
	if (l->n < l->max) {
		l->item[l->n].pid = pid;
		l->item[l->n++].parent = parent;
	}
}

/* Appends the children that one thread of PID has made: decimal numbers, a
   blank after each. */
static void
append_children(struct list *l, int fd, pid_t pid)
{
	char buf[256];
	pid_t number = 0;
	ssize_t r;

	while ((r = read(fd, buf, sizeof buf)) > 0) {
		for (ssize_t i = 0; i < r; i++) {
			if (buf[i] >= '0' && buf[i] <= '9') {
				number = 10 * number + (buf[i] - '0');
			} else if (number) {
				append(l, number, pid);
				number = 0;
			}
		}
	}
}

/* Appends the children of PID. -1: this kernel has no such list, or it cannot be
   read now. */
static int
children_of(struct list *l, pid_t pid)
{
	char path[64];
	struct numbers threads;
	size_t n = put(path, "/proc/");
	int listed = 0;
	pid_t tid;

	n += pid_fmt(path + n, pid);
	put(path + n, "/task");
	if (numbers_open(&threads, AT_FDCWD, path) < 0)
		return errno == ENOENT || errno == ESRCH ? 0 : -1;	/* it has gone? */
	while ((tid = numbers_next(&threads))) {
		int fd;

		n = pid_fmt(path, tid);
		put(path + n, "/children");
		fd = openat(threads.fd, path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		append_children(l, fd, pid);
		close(fd);
		listed = 1;
	}
	close(threads.fd);
	return listed || kill(pid, 0) < 0 ? 0 : -1;
}

/* Can /proc tell nothing? With errno, ENOSYS if it is none. */
static int
no_proc(void)
{
	errno = 0;
	if (procstat_works())
		return 0;
	if (!proctree_later(errno))
		errno = ENOSYS;
	return 1;
}

int
proctree_later(int e)
{
	return e == EMFILE || e == ENFILE || e == ENOMEM;
}

ssize_t
proctree_children(pid_t pid, struct proctree *list, size_t max)
{
	struct list l = { list, 0, max };

	return children_of(&l, pid) < 0 ? -1 : (ssize_t)l.n;
}

int
proctree_all(int (*see)(void *arg, pid_t pid, struct procstat const *ps), void *arg)
{
	struct numbers all;
	pid_t pid;
	int r = 0, unseen = 0, e;

	if (no_proc())
		return -1;
	if (numbers_open(&all, AT_FDCWD, "/proc") < 0)
		return -1;
	while (!r && (pid = numbers_next(&all))) {
		struct procstat ps;

		if (procstat_read(pid, &ps) == 0)
			r = see(arg, pid, &ps);
		else if (proctree_later(errno))
			unseen = errno;
	}
	e = !r && errno ? errno : unseen;
	close(all.fd);
	errno = e;
	return !r && e ? -1 : r;
}

struct climb {
	struct list list;
	pid_t root;
};

/* Appends PID if ROOT is above it. */
static int
climb(void *arg, pid_t pid, struct procstat const *ps)
{
	struct climb *c = arg;
	pid_t up = ps->ppid;

	for (int i = 0; i < DEPTH && up > 1 && up != c->root; i++) {
		struct procstat above;

		up = procstat_read(up, &above) == 0 ? above.ppid : 0;
	}
	if (up == c->root)
		append(&c->list, pid, ps->ppid);
	return 0;
}

ssize_t
proctree_below(pid_t root, struct proctree *list, size_t max)
{
	struct climb c = { { list, 0, max }, root };

	if (no_proc())
		return -1;
	if (children_of(&c.list, root) < 0)
		return proctree_all(climb, &c) < 0 ? -1 : (ssize_t)c.list.n;
	for (size_t i = 0; i < c.list.n; i++)
		children_of(&c.list, list[i].pid);
	return (ssize_t)c.list.n;
}
