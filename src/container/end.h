/*
 * end.h - how s6-init-stage3 ends what is left.
 */

#ifndef SEXTET_CONTAINER_END_H
#define SEXTET_CONTAINER_END_H

#include "container.h"

/* Everything is meant: as process 1 all that can be seen from here, else what
   descends from us. */

/* Tells everything TERM, and CONT; also HUP what ignores TERM, as shells that are
   talked to do. Waits until nothing is left or MS have passed. */
extern void container_end_all(struct container *c, uint32_t ms);

/* Kills everything, again and again until nothing is left. */
extern void container_kill_all(struct container *c);

#endif
