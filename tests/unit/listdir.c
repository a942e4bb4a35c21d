/* listdir.c - every name once, also of a directory larger than the buffer */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sextet/listdir.h>

#include "tap.h"

#define MANY 1000

static char seen[MANY];

/* Lists FD; returns how many names came that are no number below MANY, or came
   twice. */
static int
list(int fd, int *n)
{
	struct listdir l;
	unsigned char type;
	char const *name;
	int odd = 0;

	memset(seen, 0, sizeof seen);
	*n = 0;
	if (listdir_start(&l, fd) < 0)
		return -1;
	while ((name = listdir_next(&l, &type))) {
		int i = atoi(name);

		(*n)++;
		if (i < 0 || i >= MANY || seen[i] || name[0] < '0' || name[0] > '9')
			odd++;
		else
			seen[i] = 1;
	}
	return errno ? -1 : odd;
}

int
main(void)
{
	struct listdir l;
	unsigned char type = 0;
	char const *name;
	char path[300];
	int fd, n, made = 0;

	tap_tmpdir();
	fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok(list(fd, &n) == 0 && n == 0, "empty directory");
	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof path, "%d-a name of some length, to fill the buffer soon", i);
		made += mkdir(path, 0700) == 0;
	}
	ok(made == MANY, "made %d entries", MANY);
	ok(list(fd, &n) == 0 && n == MANY, "each name once");
	ok(list(fd, &n) == 0 && n == MANY, "and again from the start");
	ok(mkdir("..a", 0700) == 0 && list(fd, &n) == 1, "a name that only begins with dots");
	ok(listdir_start(&l, fd) == 0 && (name = listdir_next(&l, &type))
		&& (type == DT_DIR || type == DT_UNKNOWN), "type");
	close(fd);
	ok(listdir_start(&l, fd) < 0 && errno == EBADF, "closed descriptor");
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ok(listdir_start(&l, fd) == 0 && !listdir_next(&l, &type) && errno == ENOTDIR,
		"no directory: error, not the end");
	close(fd);
	return done_testing();
}
