/* bootphase.c - how far a container has come */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <sextet/bootphase.h>

#include "apart.h"

static void
put(char const *text)
{
	FILE *f = fopen("s/phase", "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		exit(111);
}

/* Many who write at once: what is latest stays. */
static void
race(void)
{
	int wrong = 0;

	for (int i = 0; i < 100; i++) {
		pid_t pid;

		bootphase_set("s", BOOTPHASE_BOOT);
		pid = tap_fork();
		if (!pid)
			_exit(bootphase_set("s", BOOTPHASE_STOP) != 1);
		bootphase_set("s", BOOTPHASE_RUN);
		waitpid(pid, 0, 0);
		wrong += bootphase_read("s") != BOOTPHASE_STOP;
	}
	ok(!wrong, "a stop that comes while the boot ends is not forgotten");
}

static int
no_locks(void)
{
	want(bootphase_set("s", BOOTPHASE_STOP) == -1 && errno == ENOLCK && bootphase_read("s") == BOOTPHASE_RUN);
	return 1;
}

static int
full(void)
{
	rlim_t old;
	int r, e;

	signal(SIGXFSZ, SIG_IGN);
	old = apart_limit(RLIMIT_FSIZE, 0);
	r = bootphase_set("s", BOOTPHASE_STOP);
	e = errno;
	apart_limit(RLIMIT_FSIZE, old);
	want(r == -1 && e == EFBIG && bootphase_read("s") == BOOTPHASE_RUN);
	return 1;
}

static int
unprivileged(void)
{
	want(chmod(".", 0755) == 0 && seteuid(1234) == 0);
	want(bootphase_set("s", BOOTPHASE_STOP) == -1 && errno == EACCES && bootphase_read("s") == BOOTPHASE_RUN);
	return 1;
}

static void
rest(void)
{
	bootphase_set("s", BOOTPHASE_BOOT);
	bootphase_set("s", BOOTPHASE_RUN);
	ok_denied("no locks here: nothing is said", no_locks, DENY(SYS_flock, ENOLCK));
	ok_apart("a disk that is full: what was said stays", full);
	if (geteuid() == 0)
		ok_apart("another user may read", unprivileged);
	unlink("s/phase.lock");
	ok(symlink("phase", "s/phase.lock") == 0 && bootphase_set("s", BOOTPHASE_STOP) == -1 && errno == ELOOP
		&& bootphase_read("s") == BOOTPHASE_RUN, "a lock that leads elsewhere");
}

int
main(void)
{
	struct stat st;

	tap_tmpdir();
	ok(bootphase_read("s") == BOOTPHASE_ERROR && errno == ENOENT, "no directory");
	ok(bootphase_set("s", BOOTPHASE_BOOT) < 0 && errno == ENOENT, "nowhere to write");
	mkdir("s", 0755);
	ok(bootphase_read("s") == BOOTPHASE_ERROR && errno == ENOENT, "nothing said yet");
	for (int p = 0; p < BOOTPHASES; p++)
		ok(bootphase_set("s", (enum bootphase)p) == 1 && (int)bootphase_read("s") == p, "%s",
			bootphase_word((enum bootphase)p));
	ok(bootphase_set("s", BOOTPHASE_RUN) == 0 && bootphase_set("s", BOOTPHASE_STOP) == 0
		&& bootphase_read("s") == BOOTPHASE_STOP, "never backwards");
	ok(bootphase_set("s", BOOTPHASE_BOOT) == 1 && bootphase_read("s") == BOOTPHASE_BOOT,
		"but by a new start");
	ok(stat("s/phase", &st) == 0 && (st.st_mode & 07777) == 0644, "everybody may read it");
	ok(stat("s/phase.lock", &st) == 0 && (st.st_mode & 07777) == 0600, "nobody else may lock it");
	put("stop");
	ok(bootphase_read("s") == BOOTPHASE_ERROR && errno == EPROTO, "a word without its newline");
	put("");
	ok(bootphase_read("s") == BOOTPHASE_ERROR && errno == EPROTO, "no word");
	put("stop\nrun\n");
	ok(bootphase_read("s") == BOOTPHASE_ERROR && errno == EPROTO, "two words");
	ok(bootphase_set("s", BOOTPHASE_RUN) == 1 && bootphase_read("s") == BOOTPHASE_RUN,
		"rubbish is overwritten");
	race();
	rest();
	return done_testing();
}
