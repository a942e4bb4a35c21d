/* listdir.c - see sextet/listdir.h */

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sextet/listdir.h>

/* One record of getdents64. */
struct entry {
	unsigned long long ino;
	long long off;
	unsigned short len;
	unsigned char type;
	char name[];
};

int
listdir_start(struct listdir *l, int fd)
{
	l->fd = fd;
	l->pos = l->len = 0;
	return lseek(fd, 0, SEEK_SET) < 0 ? -1 : 0;
}

static int
is_dots(char const *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

char const *
listdir_next(struct listdir *l, unsigned char *type)
{
	struct entry const *e;

	do {
		if (l->pos == l->len) {
			long r = syscall(SYS_getdents64, l->fd, l->buf, sizeof l->buf);

			if (r <= 0) {
				if (!r)
					errno = 0;
				return 0;
			}
			l->pos = 0;
			l->len = (size_t)r;
		}
		e = (struct entry const *)(void const *)(l->buf + l->pos);
		l->pos += e->len;
	} while (is_dots(e->name));
	*type = e->type;
	return e->name;
}
