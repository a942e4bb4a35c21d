/* envdir.c - a directory whose files are environment variables */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <sextet/envdir.h>

#include "tap.h"

static stralloc sa = STRALLOC_ZERO;

static void
put(char const *file, char const *text, size_t n)
{
	FILE *f = fopen(file, "w");

	if (!f || fwrite(text, 1, n, f) != n || fclose(f))
		exit(111);
}

/* The change that a directory with the file V of N bytes TEXT asks for. */
static char const *
value(char const *text, size_t n, unsigned int flags, char nul_is)
{
	put("dir/V", text, n);
	sa.len = 0;
	if (envdir_read("dir", &sa, flags, nul_is) != 1)
		return "not one change";
	return strlen(sa.s) + 1 == sa.len ? sa.s : "no single string";
}

static void
values(void)
{
	unsigned int const n = ENVDIR_NOCHOMP, f = ENVDIR_VERBATIM;
	/* file; value by default, -n, -f, -f -n */
	static char const *const cases[][5] = {
		{ "", "V", "V", "V", "V" },
		{ "\n", "V=", "V=", "V=", "V=\n" },
		{ "hello  \t\r \nsecond\n", "V=hello", "V=hello  \t\r ",
			"V=hello  \t\r \nsecond", "V=hello  \t\r \nsecond\n" },
		{ "noeol \t", "V=noeol", "V=noeol \t", "V=noeol \t", "V=noeol \t" },
		{ " \t\n", "V=", "V= \t", "V= \t", "V= \t\n" },
		{ " \t", "V=", "V= \t", "V= \t", "V= \t" },
		{ "l1\nl2\n\n", "V=l1", "V=l1", "V=l1\nl2\n", "V=l1\nl2\n\n" },
		{ " a=b \v\f\n", "V= a=b \v\f", "V= a=b \v\f", "V= a=b \v\f", "V= a=b \v\f\n" }
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char const *const *c = cases[i];
		size_t len = strlen(c[0]);

		for (unsigned int u = 0; u <= ENVDIR_UNLIMITED; u += ENVDIR_UNLIMITED) {
			char const *how = u ? ", unlimited" : "";

			ok(!strcmp(value(c[0], len, u, '\n'), c[1]), "file %zu%s", i, how);
			ok(!strcmp(value(c[0], len, u | n, '\n'), c[2]), "file %zu -n%s", i, how);
			ok(!strcmp(value(c[0], len, u | f, '\n'), c[3]), "file %zu -f%s", i, how);
			ok(!strcmp(value(c[0], len, u | f | n, '\n'), c[4]), "file %zu -fn%s", i, how);
		}
	}
	ok(!strcmp(value("x\0y\n", 4, 0, '\n'), "V=x\ny"), "a null byte");
	ok(!strcmp(value("\0a\0\0", 4, 0, '\n'), "V=\na\n\n"), "null bytes are no blanks");
	ok(!strcmp(value("x\0\0y\nz\0", 7, 0, '_'), "V=x__y"), "null bytes become something else");
	ok(!strcmp(value("x\0\n\0y\n", 6, f, '_'), "V=x_\n_y"), "null bytes, verbatim");
}

static void
sizes(void)
{
	static char big[20001];

	memset(big, 'b', sizeof big);
	big[sizeof big - 1] = 0;
	ok(strlen(value(big, 20000, 0, '\n')) == 4097, "the first 4095 bytes");
	ok(strlen(value(big, 20000, ENVDIR_VERBATIM, '\n')) == 4097, "the first 4095 bytes, verbatim");
	ok(strlen(value(big, 4095, 0, '\n')) == 4097, "exactly 4095 bytes");
	ok(strlen(value(big, 20000, ENVDIR_UNLIMITED, '\n')) == 20002, "all of a long line");
	big[10000] = '\n';
	ok(strlen(value(big, 20000, ENVDIR_UNLIMITED, '\n')) == 10002, "a line of 10000");
	ok(strlen(value(big, 20000, ENVDIR_UNLIMITED | ENVDIR_VERBATIM, '\n')) == 20002
		&& sa.s[10002] == '\n', "all of a long file");
	memset(big, ' ', 4095);
	ok(!strcmp(value(big, 20000, 0, '\n'), "V="), "4095 blanks");
}

static void
names(void)
{
	char name[256];

	unlink("dir/V");
	sa.len = 0;
	ok(envdir_read("dir", &sa, 0, '\n') == 0 && !sa.len, "an empty directory");
	put("dir/.hidden", "x\n", 2);
	put("dir/a=b", "x\n", 2);
	ok(envdir_read("dir", &sa, 0, '\n') == 0 && !sa.len, "names that do not count");
	put("dir/a b\n", "x\n", 2);
	ok(envdir_read("dir", &sa, 0, '\n') == 1 && sa.len == 7 && !memcmp(sa.s, "a b\n=x", 7),
		"a hostile name");
	unlink("dir/a b\n");
	memset(name, 'n', 255);
	name[255] = 0;
	memcpy(name, "dir/", 4);
	put(name, "", 0);
	ok(envdir_read("dir", &sa, 0, '\n') == 1 && sa.len == 7 + 252 && !strcmp(sa.s + 7, name + 4),
		"appended: a long name to be removed");
	unlink(name);
}

/* envdir_read fails with WANT, leaves the changes and no descriptor. */
static void
fails(char const *path, int want, char const *name)
{
	int free_fd = dup(1), fd, e;
	ssize_t r;

	close(free_fd);
	sa.len = 0;
	stralloc_cats(&sa, "kept");
	errno = 0;
	r = envdir_read(path, &sa, 0, '\n');
	e = errno;
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ok(r < 0 && e == want && sa.len == 4 && fd == free_fd, "%s: %s", name, strerror(want));
	close(fd);
}

static void
errors(void)
{
	put("dir/good", "x\n", 2);
	fails("absent", ENOENT, "no directory");
	fails("", ENOENT, "no name");
	fails("dir/good", ENOTDIR, "a file");
	mkdir("dir/sub", 0755);
	fails("dir", EISDIR, "a subdirectory in it");
	rmdir("dir/sub");
	if (symlink("nowhere", "dir/link"))
		exit(111);
	fails("dir", EIDRM, "a dangling link in it");
	unlink("dir/link");
	ok(envdir_read("dir", &sa, 0, 0) < 0 && errno == EINVAL && sa.len == 4, "null for null");
}

int
main(void)
{
	tap_tmpdir();
	if (mkdir("dir", 0755))
		exit(111);
	values();
	sizes();
	names();
	errors();
	return done_testing();
}
