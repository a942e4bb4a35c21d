/* logfile.c - the names of files in a log directory */

#include <sextet/logfile.h>

#include "tap.h"

#define LABEL "@400000006b02591a0f1e2d3c"

int
main(void)
{
	ok(logfile_kind(LABEL ".s") == LOGFILE_ARCHIVE, "an archive");
	ok(logfile_kind(LABEL ".u") == LOGFILE_ARCHIVE, "an unfinished one");
	ok(logfile_kind(LABEL ".s.zst") == LOGFILE_ZSTD, "with zstd");
	ok(logfile_kind(LABEL ".u.gz") == LOGFILE_GZIP, "with gzip");
	ok(sizeof LABEL ".s.zst" == LOGFILE_MAX + 1, "the longest name");
	for (char const *const *p = (char const *const[]){ "", "@", "current", "previous", LABEL,
		LABEL ".", LABEL ".x", LABEL ".s.", LABEL ".s.bz2", LABEL ".s.zst.gz", LABEL ".sx",
		"@400000006b02591a0f1e2d3.s", "@400000006B02591a0f1e2d3c.s", "x" LABEL ".s",
		"@400000006b02591a0f1e2d3g.s", "@400000006b02591a0f1e2d3c0.s", 0 }; *p; p++)
		ok(logfile_kind(*p) == LOGFILE_OTHER, "not \"%s\"", *p);
	return done_testing();
}
