/* place.c - where the state of a container goes */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/scandir.h>
#include <sextet/statedir.h>
#include <sextet/statemake.h>

#include "init.h"

static void
tell(struct init const *i, enum statemake place)
{
	char const *dir = i->c.statedir;

	if (place == STATEMAKE_MOUNTED && i->c.set.verbosity >= 2)
		strerr_warni("mounted a tmpfs on /run");
	if ((place == STATEMAKE_VAR || place == STATEMAKE_PRIVATE) && i->c.set.verbosity >= 1)
		strerr_warnw(place == STATEMAKE_VAR ? "/run cannot" : "neither /run nor /var/run can",
			" be written - the state is in ", dir,
			", and there is nothing below " STATEDIR_USUAL);
}

/* The names that images know lead to where we are. What cannot be done is left:
   a read-only root. */
static void
old_names(struct init const *i)
{
	if (!statedir_usual(i->c.statedir))
		return;
	mkdir("/var", 0755);
	/* where there is a directory, what is in it stays */
	if (symlink("/run", "/var/run") < 0 && errno == EEXIST)
		statemake_link(STATEDIR_USUAL, STATEDIR_OLD);
}

void
init_place(struct init *i)
{
	struct statemake_places places;
	enum statemake place;
	char const *given = getenv(STATEDIR_VARIABLE);

	statemake_usual(&places, given && given[0] ? given : 0);
	/* an image made of a few files may have none */
	if (!places.given)
		mkdir("/run", 0755);
	place = statemake_find(i->c.statedir, sizeof i->c.statedir, &places);
	if (place == STATEMAKE_NOWHERE && places.given)
		strerr_diefusys(100, "use " STATEDIR_VARIABLE "=", places.given);
	if (place == STATEMAKE_NOWHERE)
		strerr_diefusys(100, "find a place to write to: mount a tmpfs on /run"
			" (docker run --tmpfs /run). The last that was tried is /tmp");
	if (statedir_scandir(i->c.scandir, sizeof i->c.scandir, i->c.statedir) < 0)
		strerr_diefusys(100, "use ", i->c.statedir);
	if (scandir_running(i->c.scandir) > 0)
		strerr_dief(100, "a container runs here already: s6-svscan is running on ",
			i->c.scandir);
	tell(i, place);
	if (statemake_empty(i->c.statedir) < 0)
		strerr_diefusys(111, "empty ", i->c.statedir);
	i->c.dir = open(i->c.statedir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (i->c.dir < 0)
		strerr_diefusys(111, "open ", i->c.statedir);
	if (setenv(STATEDIR_VARIABLE, i->c.statedir, 1) < 0)
		strerr_diefusys(111, "set " STATEDIR_VARIABLE);
	old_names(i);
}
