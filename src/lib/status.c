/* status.c - see sextet/status.h */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include <skalibs/uint16.h>
#include <skalibs/uint64.h>

#include <sextet/filereplace.h>
#include <sextet/path.h>
#include <sextet/servicedir.h>
#include <sextet/status.h>
#include <sextet/tai64n.h>

#define SIZE_WITH_PGID 43

enum { PAUSED = 1, FINISHING = 2, WANTUP = 4, READY = 8 };

void
status_pack(char *to, struct status const *st)
{
	tai64n_pack(to, &st->stamp);
	tai64n_pack(to + 12, &st->readystamp);
	uint64_pack_big(to + 24, (uint64_t)st->pid);
	uint16_pack_big(to + 32, (uint16_t)st->wstat);
	to[34] = (char)((st->paused ? PAUSED : 0) | (st->finishing ? FINISHING : 0)
		| (st->wantup ? WANTUP : 0) | (st->ready ? READY : 0));
}

int
status_unpack(char const *from, size_t n, struct status *st)
{
	char const *rest = from + 32;
	uint64_t pid, pgid;
	uint16_t wstat;
	unsigned char flags;

	if (n < STATUS_SIZE) {
		errno = EPIPE;
		return -1;
	}
	uint64_unpack_big(from + 24, &pid);
	pgid = pid;
	if (n == SIZE_WITH_PGID) {
		uint64_unpack_big(from + 32, &pgid);
		rest += 8;
	} else if (n != STATUS_SIZE) {
		errno = EPROTO;
		return -1;
	}
	if (pid > INT_MAX || pgid > INT_MAX) {
		errno = EPROTO;
		return -1;
	}
	uint16_unpack_big(rest, &wstat);
	flags = (unsigned char)rest[2];
	tai64n_unpack(from, &st->stamp);
	tai64n_unpack(from + 12, &st->readystamp);
	st->pid = (pid_t)pid;
	st->pgid = (pid_t)pgid;
	st->wstat = wstat;
	st->paused = !!(flags & PAUSED);
	st->finishing = !!(flags & FINISHING);
	st->wantup = !!(flags & WANTUP);
	st->ready = !!(flags & READY);
	return 0;
}

static int
read_from(int dirfd, char const *path, struct status *st)
{
	char bytes[STATUS_SIZE_MAX];
	ssize_t n = file_read_exchanged(dirfd, path, bytes, sizeof bytes);

	return n < 0 ? -1 : status_unpack(bytes, (size_t)n, st);
}

int
status_read(char const *dir, struct status *st)
{
	char path[PATH_MAX];

	if (path_join3(path, sizeof path, dir, SERVICEDIR_SUPERVISE, STATUS_FILE) < 0)
		return -1;
	return read_from(AT_FDCWD, path, st);
}

int
status_readat(int supervisefd, struct status *st)
{
	return read_from(supervisefd, STATUS_FILE, st);
}

int
status_write(int supervisefd, struct status const *st)
{
	char bytes[STATUS_SIZE];

	status_pack(bytes, st);
	return filereplace_exchange(supervisefd, STATUS_FILE, bytes, sizeof bytes, 0644);
}
