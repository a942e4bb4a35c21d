/* binlinks.c - links in /bin to programs that images name by that directory */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sextet/binlinks.h>

#include "apart.h"

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

/* By a name so long that no target fits. */
static int
long_way(void)
{
	char way[4096];
	size_t n = strlen(from);

	memcpy(way, from, n);
	while (n + 2 < sizeof way)
		n += (size_t)sprintf(way + n, "/.");
	want(binlinks_make(way, "bin2") == 0 && access("bin2/a", F_OK) < 0);
	return 1;
}

static int
unharmed(void)
{
	want(binlinks_make(from, "bin2") == 0 && access("bin2/a", F_OK) < 0);
	return 1;
}

static int
failed(void)
{
	want(binlinks_make(from, "bin2") == -1 && errno == EIO && access("bin2/a", F_OK) < 0);
	return 1;
}

static int
read_only(void)
{
	want(mount("tmpfs", "bin2", "tmpfs", MS_RDONLY, 0) == 0);
	return unharmed();
}

static int
unprivileged(void)
{
	want(chmod(".", 0755) == 0 && seteuid(1234) == 0);
	want(unharmed());	/* no right to make any */
	want(seteuid(0) == 0 && chmod("command", 0700) == 0 && seteuid(1234) == 0);
	want(unharmed());	/* nor to look */
	want(seteuid(0) == 0 && chmod("command", 0755) == 0);
	return 1;
}

static void
rest(void)
{
	char too_long[5000];

	mkdir("bin2", 0755);
	ok_apart("a target that would be too long is left out", long_way);
	ok_denied("a filter that makes no links: nothing to do", unharmed, DENY(SYS_symlinkat, EPERM));
	ok_denied("another error is told", failed, DENY(SYS_symlinkat, EIO));
	ok_denied("a directory that cannot be listed", failed, DENY(SYS_getdents64, EIO));
	ok_mounted("a read-only file system: nothing to do", read_only);
	if (geteuid() == 0)
		ok_apart("no rights: nothing to do", unprivileged);
	memset(too_long, 'x', sizeof too_long - 1);
	too_long[sizeof too_long - 1] = 0;
	ok(binlinks_make(too_long, "bin") == -1 && errno == ENAMETOOLONG, "no name to look at");
	ok(symlink("loop", "loop") == 0 && binlinks_make(from, "loop") == -1 && errno == ELOOP, "a loop of links");
	ok(binlinks_make(from, "bin2") == 0 && leads_to("bin2/a", "a") && leads_to("bin2/b", "b"), "made after all");
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
	rest();
	return done_testing();
}
