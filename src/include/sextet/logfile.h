/*
 * logfile.h - the names of files in a log directory (format).
 *
 *   current          what is being written
 *   previous         the last one, while it is made an archive
 *   @LABEL.s         an archive, named by the moment of its rotation
 *   @LABEL.u         one that its logger had not finished
 *   @LABEL.s.zst ... the same, compressed by somebody since
 *
 * LABEL has 24 lowercase hexadecimal digits; so names sort by age.
 */

#ifndef SEXTET_LOGFILE_H
#define SEXTET_LOGFILE_H

#include <sextet/tai64n.h>

#define LOGFILE_CURRENT "current"
#define LOGFILE_PREVIOUS "previous"
#define LOGFILE_NAME (TAI64N_FMT + 2)		/* @LABEL.s */
#define LOGFILE_MAX (LOGFILE_NAME + 4)		/* @LABEL.s.zst */

enum logfile { LOGFILE_OTHER, LOGFILE_ARCHIVE, LOGFILE_ZSTD, LOGFILE_GZIP };

/* Which kind of archive NAME is, if any. */
extern enum logfile logfile_kind(char const *name);

#endif
