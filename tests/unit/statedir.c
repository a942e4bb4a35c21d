/* statedir.c - where a container keeps its state */

#include <errno.h>

#include <sextet/statedir.h>

#include "tap.h"

int
main(void)
{
	char path[PATH_MAX], small[12];
	char const *found;

	unsetenv(STATEDIR_VARIABLE);
	found = statedir_find();
	ok(statedir_usual(found) || !strcmp(found, STATEDIR_OLD), "a usual place without the variable: %s", found);
	setenv(STATEDIR_VARIABLE, "", 1);
	ok(!strcmp(statedir_find(), found), "an empty variable says nothing");
	setenv(STATEDIR_VARIABLE, "/dev/shm/x", 1);
	ok(!strcmp(statedir_find(), "/dev/shm/x"), "what the variable says");
	ok(statedir_path(path, sizeof path, STATEDIR_ENV) == 32
		&& !strcmp(path, "/dev/shm/x/container_environment"), "a path in it");
	ok(statedir_path(small, sizeof small, STATEDIR_ENV) < 0 && errno == ENAMETOOLONG,
		"no room for it");

	ok(statedir_usual("/run/s6"), "the usual place");
	ok(!statedir_usual("/run/s66") && !statedir_usual("/var/run/s6") && !statedir_usual("/tmp/run/s6"), "others");
	ok(statedir_scandir(path, sizeof path, "/run/s6") == 12 && !strcmp(path, "/run/service"),
		"the scan directory");
	ok(statedir_scandir(path, sizeof path, "/var/run/s6") == 19
		&& !strcmp(path, "/var/run/s6/service"), "that where /run cannot be written");
	ok(statedir_scandir(path, sizeof path, "/dev/shm/x") == 18
		&& !strcmp(path, "/dev/shm/x/service"), "elsewhere it is within");
	ok(statedir_scandir(small, sizeof small, "/run/s6") < 0 && errno == ENAMETOOLONG,
		"no room for the usual one");
	return done_testing();
}
