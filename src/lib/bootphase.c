/* bootphase.c - see sextet/bootphase.h */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <sextet/bootphase.h>
#include <sextet/filereplace.h>

#define NAME "phase"
#define LOCK "phase.lock"
#define BYTES 16

static char const *const words[BOOTPHASES] = { "boot", "run", "failed", "stop" };

static enum bootphase
read_at(int dirfd)
{
	char text[BYTES];
	ssize_t n = file_read(dirfd, NAME, text, sizeof text);

	if (n < 0)
		return BOOTPHASE_ERROR;
	for (int p = 0; p < BOOTPHASES; p++) {
		size_t len = strlen(words[p]);

		if ((size_t)n == len + 1 && text[len] == '\n' && !memcmp(text, words[p], len))
			return (enum bootphase)p;
	}
	errno = EPROTO;
	return BOOTPHASE_ERROR;
}

static int
open_dir(char const *dir)
{
	return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

enum bootphase
bootphase_read(char const *statedir)
{
	int fd = open_dir(statedir), e;
	enum bootphase p;

	if (fd < 0)
		return BOOTPHASE_ERROR;
	p = read_at(fd);
	e = errno;
	close(fd);
	errno = e;
	return p;
}

static int
take_lock(int dirfd)
{
	int fd = openat(dirfd, LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r, e;

	if (fd < 0)
		return -1;
	do
		r = flock(fd, LOCK_EX);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return fd;
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

static int
set_at(int dirfd, enum bootphase phase)
{
	char text[BYTES];
	size_t len = strlen(words[phase]);

	if (phase != BOOTPHASE_BOOT && read_at(dirfd) >= phase)
		return 0;
	memcpy(text, words[phase], len);
	text[len] = '\n';
	return filereplace_rename(dirfd, NAME, text, len + 1, 0644) < 0 ? -1 : 1;
}

int
bootphase_set(char const *statedir, enum bootphase phase)
{
	int fd = open_dir(statedir), r = -1, lock, e;

	if (fd < 0)
		return -1;
	lock = take_lock(fd);
	if (lock >= 0)
		r = set_at(fd, phase);
	e = errno;
	if (lock >= 0)
		close(lock);
	close(fd);
	errno = e;
	return r;
}

char const *
bootphase_word(enum bootphase phase)
{
	return words[phase];
}
