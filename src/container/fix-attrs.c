/*
 * fix-attrs - gives files and directories the owners and modes that rules say.
 * Exits 0, 1 when something could not be done, 111 when a file of rules cannot
 * be read.
 */

#include <errno.h>
#include <string.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/accountspec.h>
#include <sextet/cli.h>
#include <sextet/contenv.h>
#include <sextet/statedir.h>

#include "fix-attrs.h"

#define USAGE "fix-attrs [ -v ] file..."
#define HIDDEN "S6_FIX_ATTRS_HIDDEN"
#define TOLD 5			/* failures that are told one by one, for each file of rules */

extern char **environ;

void
fixattrs_failed(struct fixattrs *f, char const *verb)
{
	if (f->failed++ < TOLD)
		strerr_warnwusys(verb, " ", f->path);
}

/* Our own environment may be empty: the container's says it, too. */
static int
hidden(void)
{
	char path[PATH_MAX];
	char const **envp;

	if (contenv_yes((char const *const *)environ, HIDDEN))
		return 1;
	envp = statedir_path(path, sizeof path, STATEDIR_ENV) < 0 ? 0 : contenv_read(path);
	return envp && contenv_yes((char const *const *)envp, HIDDEN);
}

/* Finds the rule's account. 0 after a message that begins with PLACE. */
static int
find_account(struct fixattrs *f, char const *place)
{
	char const *account = f->rule->account;
	char who[ACCOUNT_NAMESIZE];

	switch (accountspec_find(account, &f->uid, &f->gid, who)) {
	case ACCOUNTSPEC_GOOD:
		return 1;
	case ACCOUNTSPEC_UNKNOWN:
		strerr_warnw(place, "no such user or group: ", who);
		break;
	case ACCOUNTSPEC_INVALID:
		strerr_warnw(place, "invalid account: ", account);
		break;
	case ACCOUNTSPEC_ERROR:
		strerr_warnwusys("look up ", account);
		break;
	}
	return 0;
}

/* One line of FILE, its NUMBERth. */
static void
obey(struct fixattrs *f, char const *file, unsigned int number, char *line)
{
	char place[PATH_MAX + UINT_FMT + 10], digits[UINT_FMT];
	struct fixrule rule;
	char const *what = 0;
	int r = fixrule_parse(line, &rule, &what);

	if (!r)
		return;
	digits[uint_fmt(digits, number)] = 0;
	place[0] = 0;
	strncat(place, file, PATH_MAX);
	strcat(place, ": line ");
	strcat(place, digits);
	strcat(place, ": ");
	f->rule = &rule;
	if (r > 0 && find_account(f, place)) {
		fixattrs_apply(f);
	} else {
		if (r < 0)
			strerr_warnw(place, what);
		f->failed++;
	}
}

static void
report(struct fixattrs const *f, char const *file, int verbose)
{
	char seen[SIZE_FMT], changed[SIZE_FMT], failed[SIZE_FMT], links[SIZE_FMT];

	seen[size_fmt(seen, f->seen)] = 0;
	changed[size_fmt(changed, f->changed)] = 0;
	failed[size_fmt(failed, f->failed)] = 0;
	links[size_fmt(links, f->links)] = 0;
	if (f->failed)
		strerr_warnw(file, ": ", failed, " failures; looked at ", seen, ", changed ", changed);
	else if (verbose)
		strerr_warni(file, ": looked at ", seen, ", changed ", changed, ", left alone ", links, " links");
}

/* Obeys the rules in FILE. Did all go well? */
static int
obey_file(char const *file, int with_hidden, int verbose)
{
	static struct fixattrs f;
	stralloc text = STRALLOC_ZERO;
	unsigned int number = 0;

	memset(&f, 0, offsetof(struct fixattrs, path));
	f.hidden = with_hidden;
	if (!openslurpclose(&text, file) || !stralloc_0(&text))
		strerr_diefusys(111, "read ", file);
	for (char *line = text.s, *end = text.s + text.len - 1; line < end;) {
		char *newline = memchr(line, '\n', (size_t)(end - line));

		if (newline)
			*newline = 0;
		else
			newline = end;
		obey(&f, file, ++number, line);
		line = newline + 1;
	}
	stralloc_free(&text);
	report(&f, file, verbose);
	return !f.failed;
}

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	int verbose = 0, status = 0, with_hidden, opt;

	PROG = "fix-attrs";
	while ((opt = cli_getopt(argc, argv, "v", 0, USAGE, &l)) >= 0) {
		switch (opt) {
		case 'v': verbose = 1; break;
		}
	}
	if (l.ind >= argc)
		strerr_dieusage(100, USAGE);
	with_hidden = hidden();
	for (int i = l.ind; i < argc; i++)
		if (!obey_file(argv[i], with_hidden, verbose))
			status = 1;
	return status;
}
