/* binlinks.c - links in /bin to programs that images name by that directory */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sextet/binlinks.h>
#include <sextet/listdir.h>

enum { NAME_SIZE = 4096 };

/* Is it an error that says "not here"? */
static int
harmless(int e)
{
	return e == ENOENT || e == ENOTDIR || e == EROFS || e == EACCES || e == EPERM;
}

static int
make_all(int from_fd, char const *from, int bin_fd)
{
	char target[NAME_SIZE];
	struct listdir l;
	char const *name;
	unsigned char type;
	size_t n = strlen(from);

	if (listdir_start(&l, from_fd) < 0)
		return -1;
	while ((name = listdir_next(&l, &type))) {
		if (n + 1 + strlen(name) >= sizeof target)
			continue;
		memcpy(target, from, n);
		target[n] = '/';
		strcpy(target + n + 1, name);
		if (symlinkat(target, bin_fd, name) < 0 && errno != EEXIST)
			return -1;
	}
	return errno ? -1 : 0;
}

int
binlinks_make(char const *from, char const *bin)
{
	int from_fd, bin_fd, r, e;

	from_fd = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (from_fd < 0)
		return harmless(errno) ? 0 : -1;
	bin_fd = open(bin, O_PATH | O_DIRECTORY | O_CLOEXEC);
	r = bin_fd < 0 ? -1 : make_all(from_fd, from, bin_fd);
	e = errno;
	if (bin_fd >= 0)
		close(bin_fd);
	close(from_fd);
	errno = e;
	return r < 0 && harmless(e) ? 0 : r;
}
