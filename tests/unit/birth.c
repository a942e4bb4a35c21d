/* birth.c - when a file was made */

#include <fcntl.h>
#include <sys/stat.h>

#include <sextet/birth.h>

#include "tap.h"

int
main(void)
{
	struct stat st;
	uint64_t b;
	int fd;

	tap_tmpdir();
	fd = open("a", O_RDWR | O_CREAT, 0600);
	symlink("nowhere", "l");
	b = birth_of(AT_FDCWD, "a");
	ok(birth_of(AT_FDCWD, "none") == 0, "missing: not known");
	if (!b) {
		ok(birth_of(fd, "") == 0, "not known on this file system, either way");
		return done_testing();
	}
	fstat(fd, &st);
	ok(b / 1000000000U <= (uint64_t)st.st_ctime && b / 1000000000U + 10 > (uint64_t)st.st_ctime,
		"is the time of making");
	ok(birth_of(fd, "") == b, "of a descriptor, too");
	ok(birth_of(AT_FDCWD, "l") != 0, "of a link itself");
	futimens(fd, (struct timespec[]){ { 1, 0 }, { 1, 0 } });
	ok(birth_of(fd, "") == b, "other times do not matter");
	return done_testing();
}
