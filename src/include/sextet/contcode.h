/*
 * contcode.h - the exit code of the container (format).
 *
 *   /run/s6-linux-init-container-results/exitcode   CODE and a newline
 *   STATEDIR/env-stage3/S6_STAGE2_EXITED            CODE
 *
 * Two files for one number, as the images of two generations write it; the last
 * writer of either wins. What we write goes to both, with the time stamp 0, so
 * that whatever a script writes later is newer. Elsewhere than in the usual
 * place (statedir.h) the first is STATEDIR/container-results/exitcode.
 */

#ifndef SEXTET_CONTCODE_H
#define SEXTET_CONTCODE_H

/* The container starts: the first file holds 0, the second does not exist.
   Whatever was there is removed first. 0, -1 with errno: where that cannot be,
   what is there does not count, and STATEDIR/container-results is used. */
extern int contcode_reset(char const *statedir);

/* Sets it to CODE, 0 to 255. 0, -1 with errno when one of the files could not
   be written; the other one was. */
extern int contcode_write(char const *statedir, int code);

/* The code, 0 to 255 (a greater number loses its higher bits): 0 when nobody
   wrote one. What is no number does not count. */
extern int contcode_read(char const *statedir);

#endif
