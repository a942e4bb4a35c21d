/*
 * instance - the run and the finish of a service that counts itself: linked as
 * ./run and ./finish. Everything is noted in the directory $FAULT_NOTES, one
 * line each in the file "events":
 *
 *   run NAME PID [double]	begun; "double": another one holds NAME's lock
 *   spoke NAME PID		has written its line
 *   finish NAME PID CODE SIGNAL PID-OF-RUN
 *
 * NAME is the first argument, or what is in the file "name"; it has commas for
 * slashes. A run with a file notification-fd says that it
 * is ready; one with a file "late", too, only once there is a file "go", then it
 * makes the file "go.done", and it keeps that descriptor open. One with a file
 * "speaks" writes a line for the logger on stdout; one called log appends
 * what it reads to the file "lines" until the end of file.
 * Else it waits for a signal. With a file "deaf" run ignores SIGTERM and finish does
 * not end.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static void
note(char const *dir, char const *file, char const *text, size_t n)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0 || write(fd, text, n) != (ssize_t)n) {
		perror(path);
		_exit(111);
	}
	close(fd);
}

/* 1: it is ours. The descriptor stays open for life. */
static int
lock(char const *dir, char const *name)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s/lock.%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static void
ready(void)
{
	FILE *f = fopen("notification-fd", "re");
	int late = access("late", F_OK) == 0, fd;

	if (!f)
		return;
	while (late && access("go", F_OK) < 0)
		usleep(500);
	if (fscanf(f, "%d", &fd) == 1 && write(fd, "\n", 1) == 1 && !late)
		close(fd);
	if (late)
		close(open("go.done", O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
	fclose(f);
}

static void
log_input(char const *dir)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(0, buf, sizeof buf)) > 0)
		note(dir, "lines", buf, (size_t)n);
}

/* Who was not told his name has it in the file "name". */
static void
read_name(char *name, size_t size)
{
	FILE *f = fopen("name", "re");

	if (!f || !fgets(name, (int)size, f))
		_exit(100);
	fclose(f);
}

int
main(int argc, char **argv)
{
	char const *dir = getenv("FAULT_NOTES"), *base = strrchr(argv[0], '/');
	char name[256], text[512];
	int finish = !strcmp(base ? base + 1 : argv[0], "finish"), n;

	if (!dir || argc < (finish ? 5 : 1))
		return 100;
	if (argc > 1)
		snprintf(name, sizeof name, "%s", argv[finish ? 3 : 1]);
	else
		read_name(name, sizeof name);
	for (char *p; (p = strchr(name, '/'));)
		*p = ',';
	if (finish) {
		n = snprintf(text, sizeof text, "finish %s %ld %s %s %s\n", name, (long)getpid(),
			argv[1], argv[2], argv[4]);
		note(dir, "events", text, (size_t)n);
		if (access("deaf", F_OK) == 0)
			pause();
		return 0;
	}
	if (access("deaf", F_OK) == 0)
		signal(SIGTERM, SIG_IGN);
	n = snprintf(text, sizeof text, "run %s %ld%s\n", name, (long)getpid(),
		lock(dir, name) ? "" : " double");
	note(dir, "events", text, (size_t)n);
	if (access("speaks", F_OK) == 0) {
		n = snprintf(text, sizeof text, "%s %ld\n", name, (long)getpid());
		if (write(1, text, (size_t)n) != n)
			return 111;
		n = snprintf(text, sizeof text, "spoke %s %ld\n", name, (long)getpid());
		note(dir, "events", text, (size_t)n);
	}
	ready();
	base = strrchr(name, ',');
	if (base && !strcmp(base, ",log"))
		log_input(dir);
	else
		pause();
	return 0;
}
