/* path.c - joined paths, exact fits */

#include <errno.h>
#include <string.h>

#include <sextet/path.h>

#include "tap.h"

int
main(void)
{
	char to[16], longer[5000];

	ok(path_join(to, sizeof to, "a", "b") == 3 && !strcmp(to, "a/b"), "two parts");
	ok(path_join3(to, sizeof to, "a", "b", "cd") == 6 && !strcmp(to, "a/b/cd"), "three parts");
	ok(path_join3(to, sizeof to, "a", "b", 0) == 3 && !strcmp(to, "a/b"), "third part null");
	ok(path_join(to, sizeof to, "", "b") == 2 && !strcmp(to, "/b"), "empty first part");
	ok(path_join(to, sizeof to, "a/", "b") == 4 && !strcmp(to, "a//b"), "slash at the end kept");

	memset(to, 'x', sizeof to);
	errno = 0;
	ok(path_join(to, 4, "a", "b") == 3 && to[3] == 0 && to[4] == 'x', "exact fit");
	to[0] = 'x';
	ok(path_join(to, 3, "a", "b") == -1 && errno == ENAMETOOLONG && to[0] == 'x',
		"one byte short: ENAMETOOLONG, nothing written");
	errno = 0;
	ok(path_join3(to, 6, "ab", "c", "d") == -1 && errno == ENAMETOOLONG, "three parts too long");
	ok(path_join3(to, 7, "ab", "c", "d") == 6 && !strcmp(to, "ab/c/d"), "three parts, exact fit");
	memset(longer, 'l', sizeof longer - 1);
	longer[sizeof longer - 1] = 0;
	errno = 0;
	ok(path_join(to, sizeof to, longer, "b") == -1 && errno == ENAMETOOLONG, "5000 bytes");

	ok(!strcmp(path_base("/a/b"), "b"), "last part");
	ok(!strcmp(path_base("b"), "b"), "no slash");
	ok(!strcmp(path_base("a/"), ""), "slash at the end");
	ok(!strcmp(path_base(""), ""), "empty");
	return done_testing();
}
