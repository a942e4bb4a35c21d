/* order.c - ordering the stop of a container */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/bootphase.h>
#include <sextet/control.h>
#include <sextet/path.h>
#include <sextet/scandir.h>

#include "container.h"

int
container_asked(struct container const *c, char const *how)
{
	int fd = openat(c->dir, how, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno == EEXIST;
	close(fd);
	return 0;
}

int
container_tell_stage2(struct container const *c, char const *order)
{
	char path[PATH_MAX];

	if (path_join(path, sizeof path, c->statedir, CONTAINER_ORDERS) < 0)
		return CONTROL_ERROR;
	return control_sendpath(path, order, 1);
}

int
container_tell_svscan(struct container const *c)
{
	return scandir_send(c->scandir, "t", 1);
}

int
container_note_stop(struct container const *c)
{
	int r = bootphase_set(c->statedir, BOOTPHASE_STOP);

	if (r < 0)
		strerr_warnwusys("note the stop in ", c->statedir);
	return r != 0;
}

void
container_stop(struct container const *c)
{
	/* s6-svscan, told a second time, would be in a hurry */
	if (!container_note_stop(c))
		return;
	switch (container_tell_svscan(c)) {
	case CONTROL_ERROR: strerr_warnwusys("control ", c->scandir); break;
	case CONTROL_NOBODY: strerr_warnw("s6-svscan not running on ", c->scandir); break;
	}
}
