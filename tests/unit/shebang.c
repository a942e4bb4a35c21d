/* shebang.c - the first line of a script */

#include <errno.h>

#include <sextet/shebang.h>

#include "tap.h"

static struct shebang s;

static int
read_of(char const *text, size_t n)
{
	FILE *f = tap_need(fopen("script", "w"));

	fwrite(text, 1, n, f);
	fclose(f);
	return shebang_read("script", &s);
}

static void
is(char const *text, char const *interpreter, char const *argument)
{
	int r = read_of(text, strlen(text));

	ok(r == 1 && !strcmp(s.argv[0], interpreter)
		&& (argument ? s.argc == 2 && !strcmp(s.argv[1], argument) : s.argc == 1)
		&& !s.argv[s.argc], "%.20s: %s", text, interpreter);
}

int
main(void)
{
	char big[1000];

	tap_tmpdir();
	ok(shebang_read("script", &s) < 0 && errno == ENOENT, "no file");
	is("#!/bin/sh\necho\n", "/bin/sh", 0);
	is("#!/bin/sh", "/bin/sh", 0);
	is("#! \t/bin/sh \t\n", "/bin/sh", 0);
	is("#!/usr/bin/with-contenv bash\n", "/usr/bin/with-contenv", "bash");
	is("#!/usr/bin/env -S  a b  \n", "/usr/bin/env", "-S  a b");
	ok(read_of("", 0) == 0 && !s.argc, "empty");
	ok(read_of("#!\n/bin/sh", 10) == 0, "no interpreter");
	ok(read_of("#!  \n", 5) == 0, "blanks");
	ok(read_of("# /bin/sh\n", 10) == 0, "a comment");
	ok(read_of("#!\0/bin/sh\n", 11) == 0, "a null");
	memset(big, 'x', sizeof big);
	memcpy(big, "#!/", 3);
	ok(read_of(big, sizeof big) == 1 && strlen(s.argv[0]) == SHEBANG_SIZE - 3, "long");
	return done_testing();
}
