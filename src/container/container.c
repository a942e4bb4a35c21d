/* container.c - the state directory, the settings, lines for the user */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>

#include <sextet/statedir.h>

#include "container.h"

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
	allwrite(1, sa.s, sa.len);
	stralloc_free(&sa);
}

unsigned int
container_code(int wstat)
{
	return WIFSIGNALED(wstat) ? 128 + (unsigned int)WTERMSIG(wstat)
		: (unsigned int)WEXITSTATUS(wstat);
}
