/* statedir.c - where a container keeps its state */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <sextet/statedir.h>

#include "denied.h"
#include "tap.h"

/* What process 1 was told: a file takes the place of its environment. */
static int
told(char const *text, size_t n)
{
	int fd;

	unsetenv(STATEDIR_VARIABLE);
	hide("/run");
	hide("/var/run");
	hide("/proc");
	if (mkdir("/proc/1", 0755) < 0)
		return 0;
	if (text) {
		fd = open("/proc/1/environ", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0 || write(fd, text, n) != (ssize_t)n)
			return 0;
		close(fd);
	}
	return 1;
}

#define TOLD(text) told(text, sizeof text)

static int
finds_the_old(void)
{
	return told(0, 0) && mkdir("/var/run/s6", 0755) == 0
		&& !strcmp(statedir_find(), access("/run/s6", F_OK) == 0 ? STATEDIR_USUAL : STATEDIR_OLD);
}

static int
finds_no_file(void)
{
	int fd = told(0, 0) ? open("/run/s6", O_WRONLY | O_CREAT | O_CLOEXEC, 0644) : -1;

	return fd >= 0 && !strcmp(statedir_find(), STATEDIR_USUAL);
}

static int asks_nobody(void) { return told(0, 0) && !strcmp(statedir_find(), STATEDIR_USUAL); }
static int
asks_process_1(void)
{
	return TOLD("A=b\0" STATEDIR_VARIABLE "X=/no\0" STATEDIR_VARIABLE "=/dev/shm/s6-5\0C=d") && !strcmp(statedir_find(), "/dev/shm/s6-5");
}
static int doubts_it(void) { return TOLD(STATEDIR_VARIABLE "=relative") && !strcmp(statedir_find(), STATEDIR_USUAL); }
static int is_told_nothing(void) { return TOLD("A=b") && !strcmp(statedir_find(), STATEDIR_USUAL); }

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
	holds_apart(finds_the_old, "the old place");
	holds_apart(finds_no_file, "a file is no place");
	holds_apart(asks_nobody, "nowhere: the usual one");
	holds_apart(asks_process_1, "as process 1 was told");
	holds_apart(doubts_it, "if that is a path");
	holds_apart(is_told_nothing, "if it was told");
	return done_testing();
}
