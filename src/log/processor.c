/* processor.c - running a log directory's processor: see log.h. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

extern char **environ;

/* The processor's descriptors, named in its own working directory. */
static int
arrange(posix_spawn_file_actions_t *fa, int dirfd)
{
	static struct { int fd; char const *file; int flags; } const files[] = {
		{ 0, "previous", O_RDONLY },
		{ 1, "processing", O_WRONLY | O_CREAT | O_TRUNC },
		{ 4, "state", O_RDONLY | O_CREAT },
		{ 5, "newstate", O_WRONLY | O_CREAT | O_TRUNC },
	};
	int e = posix_spawn_file_actions_addfchdir_np(fa, dirfd);

	for (size_t i = 0; !e && i < sizeof files / sizeof *files; i++)
		e = posix_spawn_file_actions_addopen(fa, files[i].fd, files[i].file,
			files[i].flags, 0666);
	return e;
}

/* No signal blocked, none ignored that we ignore. */
static int
arrange_signals(posix_spawnattr_t *attr)
{
	sigset_t none, pipe;

	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &pipe);
	return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

int
log_processor_start(struct log_dir *d)
{
	char const *words[] = { d->lim.shell ? "/bin/sh" : SEXTET_EXECLINEB,
		d->lim.shell ? "-c" : "-Pc", d->lim.processor, 0 };
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	int e;

	errno = posix_spawn_file_actions_init(&fa);
	if (errno)
		return -1;
	errno = posix_spawnattr_init(&attr);
	if (errno) {
		posix_spawn_file_actions_destroy(&fa);
		return -1;
	}
	e = arrange(&fa, d->dirfd);
	if (!e)
		e = arrange_signals(&attr);
	if (!e)
		e = posix_spawn(&d->processor, words[0], &fa, &attr, (char **)words, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&fa);
	errno = e;
	return e ? -1 : 0;
}

/* Brings a file to the disk. Returns 0 too when there is none; -1 when it
   cannot be opened, -2 when what it holds may not be on the disk. */
static int
settle(struct log_dir const *d, char const *file, mode_t mode)
{
	int fd = openat(d->dirfd, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int e;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	/* the mark says that the content is whole: it must come after it */
	e = fsync(fd) < 0 || (mode && (fchmod(fd, mode) < 0 || fsync(fd) < 0)) ? errno : 0;
	close(fd);
	errno = e;
	return e ? -2 : 0;
}

int
log_processor_accept(struct log_dir *d, char const **file)
{
	int r;

	*file = "processing";
	r = settle(d, *file, d->conf->mode | S_IXUSR);
	if (r < 0)
		return r;
	*file = "newstate";
	if (settle(d, *file, 0) < 0)
		return -1;
	/* in the place of the second name of previous */
	*file = "processing";
	if (renameat(d->dirfd, *file, d->dirfd, "processed") < 0 && errno != ENOENT)
		return -1;
	*file = "previous";
	if (unlinkat(d->dirfd, *file, 0) < 0 && errno != ENOENT)
		return -1;
	*file = "newstate";
	if (renameat(d->dirfd, *file, d->dirfd, "state") < 0 && errno != ENOENT)
		return -1;
	return 0;
}
