/* logfile.c - see sextet/logfile.h */

#include <string.h>

#include <sextet/logfile.h>

enum logfile
logfile_kind(char const *name)
{
	char const *rest = name + LOGFILE_NAME;

	if (name[0] != '@')
		return LOGFILE_OTHER;
	for (size_t i = 1; i < TAI64N_FMT; i++)
		if (!name[i] || !strchr("0123456789abcdef", name[i]))
			return LOGFILE_OTHER;
	if (name[TAI64N_FMT] != '.' || (name[TAI64N_FMT + 1] != 's' && name[TAI64N_FMT + 1] != 'u'))
		return LOGFILE_OTHER;
	if (!*rest)
		return LOGFILE_ARCHIVE;
	if (!strcmp(rest, ".zst"))
		return LOGFILE_ZSTD;
	return strcmp(rest, ".gz") ? LOGFILE_OTHER : LOGFILE_GZIP;
}
