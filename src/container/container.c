/* container.c - the state directory, the settings, lines for the user */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>

#include <sextet/statedir.h>

#include "container.h"

#define PATIENCE 1000	/* ms */

void
container_open(struct container *c)
{
	char const *dir = statedir_find();

	memset(c, 0, sizeof *c);
	c->signals = c->orders = c->other = -1;
	if (strlen(dir) >= sizeof c->statedir
		|| statedir_scandir(c->scandir, sizeof c->scandir, dir) < 0) {
		errno = ENAMETOOLONG;
		strerr_diefusys(111, "use the state directory ", dir);
	}
	strcpy(c->statedir, dir);
	c->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->dir < 0)
		strerr_diefusys(111, "open the state directory ", dir);
	if (contsettings_load(&c->set, c->dir) < 0)
		strerr_warnwusys("read the settings in ", dir);
}

/* Writes to stdout, which others may have made non-blocking: waits for a slow reader, but
   not again for one who has not read for a second. */
static void
put(char const *s, size_t n)
{
	static int deaf;

	while (n) {
		struct pollfd x = { .fd = 1, .events = POLLOUT };
		ssize_t w = write(1, s, n);

		if (w >= 0) {
			s += w;
			n -= (size_t)w;
			deaf = 0;
		} else if (errno == EAGAIN) {
			w = poll(&x, 1, deaf ? 0 : PATIENCE);
			deaf = !w;
			if (deaf)
				return;
		} else if (errno != EINTR) {
			return;
		}
	}
}

void
container_say(struct container const *c, unsigned int level, ...)
{
	stralloc sa = STRALLOC_ZERO;
	char const *s;
	va_list ap;

	if (c->set.verbosity < level)
		return;
	va_start(ap, level);
	while ((s = va_arg(ap, char const *)))
		if (!stralloc_cats(&sa, s))
			break;
	va_end(ap);
	/* in one piece: others write there, too */
	put(sa.s, sa.len);
	stralloc_free(&sa);
}

unsigned int
container_code(int wstat)
{
	return WIFSIGNALED(wstat) ? 128 + (unsigned int)WTERMSIG(wstat)
		: (unsigned int)WEXITSTATUS(wstat);
}
