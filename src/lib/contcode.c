/* contcode.c - see sextet/contcode.h */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <sextet/contcode.h>
#include <sextet/filereplace.h>
#include <sextet/path.h>
#include <sextet/statedir.h>
#include <sextet/tree.h>

#define RESULTS_USUAL "/run/s6-linux-init-container-results"
#define RESULTS "container-results"
#define EXITCODE "exitcode"
#define STAGE2_EXITED "S6_STAGE2_EXITED"
#define BYTES 32

enum which { NEW, OLD, FILES };		/* the generations */

/* Writes to TO the directory of the file WHICH. A usual one that another user has
   left, and that is not ours to write, has a substitute. */
static int
directory(char *to, char const *statedir, enum which which)
{
	struct stat st;

	if (which == OLD)
		return path_join(to, PATH_MAX, statedir, STATEDIR_STAGE3);
	if (path_join(to, PATH_MAX, statedir, RESULTS) < 0)
		return -1;
	if (!statedir_usual(statedir) || (lstat(to, &st) == 0 && S_ISDIR(st.st_mode)))
		return 0;
	memcpy(to, RESULTS_USUAL, sizeof RESULTS_USUAL);
	return 0;
}

static char const *
name_of(enum which which)
{
	return which == OLD ? STAGE2_EXITED : EXITCODE;
}

static int
open_directory(char const *statedir, enum which which, int make)
{
	char path[PATH_MAX];

	if (directory(path, statedir, which) < 0)
		return -1;
	if (make && mkdir(path, 0755) < 0 && errno != EEXIST)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* In place: the file may have been given to another user, who goes on writing
   it. The first line is always one of the two numbers, whole. */
static int
write_number(int dirfd, enum which which, int code)
{
	static struct timespec const zero[2] = { { 0, 0 }, { 0, 0 } };
	char text[UINT_FMT + 1];
	size_t n = uint_fmt(text, (unsigned int)code);
	ssize_t w;
	int fd = openat(dirfd, name_of(which),
		O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644), e;

	if (fd < 0)
		return -1;
	if (which == NEW)
		text[n++] = '\n';
	do
		w = write(fd, text, n);
	while (w < 0 && errno == EINTR);
	if (w >= 0 && (size_t)w < n)
		errno = ENOSPC;
	e = (size_t)w == n && ftruncate(fd, w) == 0 && futimens(fd, zero) == 0 ? 0 : errno;
	close(fd);
	errno = e;
	return e ? -1 : 0;
}

static int
write_file(char const *statedir, enum which which, int code)
{
	int fd = open_directory(statedir, which, 1), r, e;

	if (fd < 0)
		return -1;
	r = write_number(fd, which, code);
	e = errno;
	close(fd);
	errno = e;
	return r;
}

int
contcode_write(char const *statedir, int code)
{
	int r = 0, e = 0;

	for (enum which f = NEW; f < FILES; f++)
		if (write_file(statedir, f, code) < 0) {
			r = -1;
			e = errno;
		}
	if (r < 0)
		errno = e;
	return r;
}

static int
clear(char const *statedir, enum which which)
{
	char path[PATH_MAX];
	int fd;

	if (directory(path, statedir, which) < 0 || tree_remove(AT_FDCWD, path) < 0)
		return -1;
	fd = open_directory(statedir, which, 1);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

/* What an earlier life left cannot be removed, and must not count: a directory
   below STATEDIR from now on. */
static int
substitute(char const *statedir)
{
	char path[PATH_MAX];

	return path_join(path, sizeof path, statedir, RESULTS) < 0 ? -1 : mkdir(path, 0755);
}

int
contcode_reset(char const *statedir)
{
	char path[PATH_MAX];
	int e = 0;

	if (path_join(path, sizeof path, statedir, RESULTS) < 0 || tree_remove(AT_FDCWD, path) < 0
		|| clear(statedir, OLD) < 0)
		return -1;
	if (clear(statedir, NEW) < 0) {
		e = errno;
		if (!statedir_usual(statedir) || substitute(statedir) < 0)
			return -1;
	}
	if (write_file(statedir, NEW, 0) < 0)
		return -1;
	errno = e;
	return e ? -1 : 0;
}

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The number at the beginning of TEXT, with nothing but blanks around it; -1
   when it is none. */
static int
parse(char const *text, size_t n)
{
	unsigned int code = 0;
	size_t i = 0, first;

	while (i < n && is_blank(text[i]))
		i++;
	for (first = i; i < n && text[i] >= '0' && text[i] <= '9'; i++)
		code = (code * 10 + (unsigned int)(text[i] - '0')) & 0xffffff;
	if (i == first || (i < n && !is_blank(text[i])))
		return -1;
	return (int)(code & 255);
}

/* What the file WHICH says, and when it was written. -1 when it says nothing. */
static int
read_file(char const *statedir, enum which which, struct timespec *when)
{
	char text[BYTES];
	int dirfd = open_directory(statedir, which, 0), code = -1;
	struct stat st;
	ssize_t n;

	if (dirfd < 0)
		return -1;
	n = file_read(dirfd, name_of(which), text, sizeof text);
	if (n > 0 && fstatat(dirfd, name_of(which), &st, 0) == 0) {
		code = parse(text, (size_t)n);
		*when = st.st_mtim;
	}
	close(dirfd);
	return code;
}

int
contcode_read(char const *statedir)
{
	struct timespec when[FILES];
	int code[FILES];

	for (enum which f = NEW; f < FILES; f++)
		code[f] = read_file(statedir, f, when + f);
	if (code[OLD] < 0)
		return code[NEW] < 0 ? 0 : code[NEW];
	if (code[NEW] < 0 || when[OLD].tv_sec > when[NEW].tv_sec
		|| (when[OLD].tv_sec == when[NEW].tv_sec && when[OLD].tv_nsec > when[NEW].tv_nsec))
		return code[OLD];
	return code[NEW];
}
