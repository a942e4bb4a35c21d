/* statedir.c - where a container keeps its state */

#include <errno.h>
#include <fcntl.h>

#include <sextet/statedir.h>

#include "fakeproc.h"

static void
variable_of_1(char const *text, size_t n)
{
	FILE *f;

	mkdir("/proc/1", 0755);
	f = tap_need(fopen("/proc/1/environ", "w"));
	if (fwrite(text, 1, n, f) != n || fclose(f))
		_exit(1);
}

/* What is there decides, and then what process 1 was told. */
static int
places(void)
{
	unsetenv(STATEDIR_VARIABLE);
	want(fakeproc_begin() == 0 && mount("tmpfs", "/var", "tmpfs", 0, "mode=0755") == 0
		&& mount("tmpfs", "/run", "tmpfs", 0, "mode=0755") == 0);
	want(mkdir("/var/run", 0755) == 0);

	want(!strcmp(statedir_find(), STATEDIR_USUAL));	/* nothing is anywhere */
	variable_of_1("", 0);
	want(!strcmp(statedir_find(), STATEDIR_USUAL));
	variable_of_1("A=b\0S6_STATEDIRS=/x\0XS6_STATEDIR=/y\0S6_STATEDIR=z\0", 46);
	want(!strcmp(statedir_find(), STATEDIR_USUAL));	/* no absolute path */
	variable_of_1("A=b\0S6_STATEDIR=/dev/shm/s\0C=d", 31);
	want(!strcmp(statedir_find(), "/dev/shm/s"));
	variable_of_1("S6_STATEDIR=/cut", 16);
	want(!strcmp(statedir_find(), "/cut"));

	want(mkdir(STATEDIR_OLD, 0755) == 0 && !strcmp(statedir_find(), STATEDIR_OLD));
	close(open(STATEDIR_USUAL, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	want(!strcmp(statedir_find(), STATEDIR_OLD));	/* a file is no place */
	want(unlink(STATEDIR_USUAL) == 0 && mkdir(STATEDIR_USUAL, 0755) == 0);
	want(!strcmp(statedir_find(), STATEDIR_USUAL));
	setenv(STATEDIR_VARIABLE, "/elsewhere", 1);
	want(!strcmp(statedir_find(), "/elsewhere"));
	return 1;
}

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
	ok_mounted("which of the places it is", places);
	return done_testing();
}
