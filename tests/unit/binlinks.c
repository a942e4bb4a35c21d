/* binlinks.c - links in /bin to programs that images name by that directory */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sextet/binlinks.h>

#include "denied.h"
#include "tap.h"

static char from[4096];

static int
leads_to(char const *link, char const *name)
{
	char want[8192], got[8192];
	ssize_t n = readlink(link, got, sizeof got - 1);

	snprintf(want, sizeof want, "%s/%s", from, name);
	if (n < 0)
		return 0;
	got[n] = 0;
	return !strcmp(got, want);
}

static void
put(char const *path, char const *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		exit(111);
}

static unsigned int error;

/* Links that cannot be made: harmless, or said. */
static int
passes_by(void)
{
	int harmless = error == EROFS || error == EACCES || error == EPERM;
	int r;

	mkdir("elsewhere", 0755);
	deny(SYS_symlinkat, error);
	r = binlinks_make(from, "elsewhere");
	return harmless ? r == 0 : r < 0 && errno == (int)error;
}

static int
passes_all_by(void)
{
	int harmless = error == EROFS || error == EACCES || error == EPERM;
	int r;

	deny(SYS_openat, error);
	r = binlinks_make(from, "bin");
	return harmless ? r == 0 : r < 0 && errno == (int)error;
}

static void
denied(void)
{
	static unsigned int const all[] = { EROFS, EACCES, EPERM, ENOSPC, EIO };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		error = all[i];
		holds_apart(passes_by, strerror((int)error));
		holds_apart(passes_all_by, "or none can be looked at");
	}
}

int
main(void)
{
	struct stat st;

	tap_tmpdir();
	if (!getcwd(from, sizeof from - 10))
		return 111;
	strcat(from, "/command");
	ok(binlinks_make(from, "bin") == 0, "nothing is there: nothing to do");
	mkdir("command", 0755);
	mkdir("bin", 0755);
	put("command/a", "a");
	put("command/b", "b");
	put("bin/b", "mine");
	ok(binlinks_make(from, "bin") == 0, "made");
	ok(leads_to("bin/a", "a"), "a link to the program");
	ok(lstat("bin/b", &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 4, "what was there stays");
	ok(binlinks_make(from, "bin") == 0 && leads_to("bin/a", "a"), "again: the same");

	ok(symlink("command", "same") == 0 && binlinks_make(from, "same") == 0 &&
		lstat("command/a", &st) == 0 && S_ISREG(st.st_mode), "one directory under both names: nothing happens");
	ok(binlinks_make(from, "command/a") == 0, "no directory: nothing to do");
	ok(binlinks_make("/proc/self", "/proc/self/fd") == 0, "a file system that has no links: nothing to do");
	denied();
	ok(binlinks_make(from, "nowhere") == 0, "nowhere to make them: nothing to do");
	return done_testing();
}
