/*
 * statedir.h - the directory where a container keeps its state (format).
 *
 *   container_environment/   the container's environment (contenv.h)
 *   workdir                  the directory that /init was started in, one line
 *   cmdpid                   the pid of CMD, one line
 *   phase                    how far the container has come (bootphase.h)
 *   env-stage1/ env-stage2/ env-stage3/
 *                            environment directories of the stages; users write
 *                            env-stage3/S6_STAGE2_EXITED (contcode.h)
 *   etc/NAME.d               what leads to fix-attrs.d, cont-init.d, services.d
 *                            and cont-finish.d of the image
 *   basedir/bin/             halt, poweroff, reboot, shutdown
 *   legacy-services/NAME     the live service directories made from services.d
 *   services                 leads to the scan directory
 *
 * It is /run/s6, to which /var/run/s6 leads, wherever /run can be written.
 * Elsewhere every process of the container has S6_STATEDIR in its environment.
 */

#ifndef SEXTET_STATEDIR_H
#define SEXTET_STATEDIR_H

#include <limits.h>
#include <stddef.h>

#define STATEDIR_VARIABLE "S6_STATEDIR"
#define STATEDIR_USUAL "/run/s6"
#define STATEDIR_OLD "/var/run/s6"

#define STATEDIR_ENV "container_environment"
#define STATEDIR_WORKDIR "workdir"
#define STATEDIR_CMDPID "cmdpid"
#define STATEDIR_STAGE1 "env-stage1"
#define STATEDIR_STAGE2 "env-stage2"
#define STATEDIR_STAGE3 "env-stage3"
#define STATEDIR_ETC "etc"
#define STATEDIR_BIN "basedir/bin"
#define STATEDIR_LIVE "legacy-services"
#define STATEDIR_SERVICES "services"

/* Where it is, for those who come later than s6-init: what S6_STATEDIR says,
   else /run/s6, or /var/run/s6 when only that is there, or when neither is what
   process 1 has in that variable. Never null; whether it exists is seen when it
   is used. To be asked once: each call may take memory. */
extern char const *statedir_find(void);

/* Writes to TO the path of NAME in it. The length, or -1 with ENAMETOOLONG. */
extern int statedir_path(char *to, size_t size, char const *name);

/* Is STATEDIR the usual place, whose neighbours are known by name? */
extern int statedir_usual(char const *statedir);

/* The path of the scan directory that belongs to STATEDIR: /run/service, or
   STATEDIR/service. The length, or -1 with ENAMETOOLONG. */
extern int statedir_scandir(char *to, size_t size, char const *statedir);

#endif
