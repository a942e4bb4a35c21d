/* event.c - fifodirs: who listens hears, who is gone is removed */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#include <sextet/event.h>

#include "apart.h"

#define FIFO(c) "ftrig1:@400000006b023d3329de9eae:abcde" c

static mode_t
mode_of(char const *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? 0 : st.st_mode & 07777;
}

static gid_t
group_of(char const *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? (gid_t)-1 : st.st_gid;
}

static int
entries(char const *path)
{
	DIR *d = tap_need(opendir(path));
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static int
hears(struct event_listener *l, char const *want)
{
	char got[64];
	ssize_t n = read(l->fd, got, sizeof got);

	if (!want)
		return n < 0 && errno == EAGAIN;
	return n == (ssize_t)strlen(want) && !memcmp(got, want, (size_t)n);
}

static void
directories(void)
{
	umask(0777);
	ok(event_mkdir(AT_FDCWD, "public", (gid_t)-1, 0) == 0 && mode_of("public") == 01733,
		"public: 01733 whatever the umask");
	ok(umask(022) == 0777, "the umask is kept");
	ok(event_mkdir(AT_FDCWD, "group", getegid(), 0) == 0 && mode_of("group") == 03730,
		"for a group: 03730");
	ok(group_of("group") == getegid(), "and that group");

	mkdir("old", 0700);
	ok(event_mkdir(AT_FDCWD, "old", (gid_t)-1, 0) == 0 && mode_of("old") == 0700,
		"one that exists stays as it is");
	ok(event_mkdir(AT_FDCWD, "old", (gid_t)-1, 1) == 0 && mode_of("old") == 01733,
		"forced: public");
	ok(event_mkdir(AT_FDCWD, "old", getegid(), 1) == 0 && mode_of("old") == 03730,
		"forced: for a group");
	close(open("file", O_WRONLY | O_CREAT, 0644));
	ok(event_mkdir(AT_FDCWD, "file", (gid_t)-1, 1) == -1 && errno == ENOTDIR, "a file: ENOTDIR");
	ok(event_mkdir(AT_FDCWD, "no/dir", (gid_t)-1, 0) == -1 && errno == ENOENT, "no parent");
	ok(symlink("nowhere", "dangling") == 0
		&& event_mkdir(AT_FDCWD, "dangling", (gid_t)-1, 0) == -1 && errno == ENOENT,
		"a dangling link");
	if (geteuid() == 0) {
		mkdir("theirs", 0700);
		ok(chown("theirs", 65534, 0) == 0
			&& event_mkdir(AT_FDCWD, "theirs", (gid_t)-1, 1) == -1 && errno == EACCES
			&& mode_of("theirs") == 0700, "somebody else's directory");
	}
	ok(event_open(AT_FDCWD, "none") == -1 && errno == ENOENT, "open: no directory");
	ok(event_open(AT_FDCWD, "file") == -1 && errno == ENOTDIR, "open: a file");
}

static void
listeners(int fd)
{
	struct event_listener a = EVENT_LISTENER_NONE, b = EVENT_LISTENER_NONE;
	char path[128];
	struct stat st;

	event_unlisten(&a);
	ok(a.dirfd == -1, "unlisten without listen does nothing");
	ok(event_listen(&a, AT_FDCWD, "none") == -1 && errno == ENOENT && a.fd == -1,
		"no directory to listen in");
	ok(event_listen(&a, AT_FDCWD, "file") == -1 && errno == ENOTDIR, "a file to listen in");
	umask(0777);
	ok(event_listen(&a, AT_FDCWD, "public") == 0, "one listener");
	umask(022);
	ok(strlen(a.name) == EVENT_NAME && !strncmp(a.name, "ftrig1:@4", 9) && a.name[32] == ':'
		&& strspn(a.name + 8, "0123456789abcdef") == 24, "its name: %s", a.name);
	snprintf(path, sizeof path, "public/%s", a.name);
	ok(stat(path, &st) == 0 && S_ISFIFO(st.st_mode) && (st.st_mode & 0777) == 0622,
		"a FIFO of mode 0622");
	ok(fcntl(a.fd, F_GETFD) & FD_CLOEXEC && fcntl(a.dirfd, F_GETFD) & FD_CLOEXEC, "close-on-exec");
	ok(hears(&a, 0), "silence at first");
	ok(event_notify(fd, "u", 1) == 0 && hears(&a, "u"), "one byte");
	ok(event_listen(&b, AT_FDCWD, "public") == 0 && strcmp(a.name, b.name), "another listener");
	ok(hears(&b, 0), "which does not hear what was");
	ok(event_notify(fd, "OD", 2) == 0 && hears(&a, "OD") && hears(&b, "OD"), "both hear");
	event_unlisten(&a);
	ok(stat(path, &st) < 0 && entries("public") == 1 && a.fd == -1, "gone without a trace");
	event_unlisten(&a);
	ok(event_notify(fd, "x", 1) == 0 && hears(&b, "x"), "the other still hears");
	ok(event_notify(fd, "", 0) == 0 && hears(&b, 0), "no bytes, no news");
	event_unlisten(&b);
	ok(entries("public") == 0, "nobody left");
}

static void
names(int fd)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct timespec const old[2] = { { .tv_sec = time(0) - 100 }, { .tv_sec = time(0) - 100 } };
	int s = socket(AF_UNIX, SOCK_STREAM, 0), keep;
	char got[8] = "";

	ok(event_clean(fd) == 0, "cleaning an empty one");
	mkfifo("public/" FIFO("1"), 0622);
	mkfifo("public/." FIFO("2"), 0622);
	mkfifo("public/" FIFO("") "", 0622);
	mkfifo("public/" FIFO("12"), 0622);
	mkfifo("public/ftrig2:@400000006b023d3329de9eae:abcdef", 0622);
	mkfifo("public/ftrig1xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 0622);
	ok(event_notify(fd, "u", 1) == 0 && access("public/" FIFO("1"), F_OK) < 0,
		"notify removes a FIFO without a reader");
	ok(entries("public") == 5, "but none whose name is not just so");
	ok(event_clean(fd) == 0 && entries("public") == 4, "clean also one without a label");
	mkfifo("public/." FIFO("7"), 0622);
	ok(utimensat(AT_FDCWD, "public/." FIFO("7"), old, 0) == 0 && event_clean(fd) == 0
		&& entries("public") == 4, "and one that was never finished, after a while");

	close(open("public/" FIFO("3"), O_WRONLY | O_CREAT, 0666));
	ok(symlink("../target", "public/" FIFO("4")) == 0, "a link to a file outside");
	close(open("target", O_WRONLY | O_CREAT, 0644));
	mkdir("public/" FIFO("5"), 0755);
	strcpy(sun.sun_path, "public/" FIFO("6"));
	ok(bind(s, (struct sockaddr *)&sun, sizeof sun) == 0, "a socket of such a name");
	ok(event_notify(fd, "u", 1) == 0 && event_clean(fd) == 0 && entries("public") == 8,
		"squatters that are no FIFOs are left alone");
	keep = open("public/" FIFO("3"), O_RDONLY);
	ok(read(keep, got, sizeof got) == 0, "nothing was written to the file");
	close(keep);
	keep = open("target", O_RDONLY);
	ok(read(keep, got, sizeof got) == 0, "nor through the link");
	close(keep);
	close(s);
}

static void
troubles(int fd)
{
	struct event_listener a = EVENT_LISTENER_NONE, b = EVENT_LISTENER_NONE;
	struct rlimit old, few;
	char many[4096];
	int wrote = 0, r;

	event_listen(&a, AT_FDCWD, "group");
	event_listen(&b, AT_FDCWD, "group");
	memset(many, 'f', sizeof many);
	while (write(a.fd, many, sizeof many) > 0)
		wrote++;
	ok(wrote > 0 && event_notify(fd, "u", 1) == 0, "a full FIFO does not block");
	ok(hears(&b, "u"), "the other listener hears");
	ok(access("group", F_OK) == 0 && entries("group") == 2, "and both FIFOs stay");

	getrlimit(RLIMIT_NOFILE, &old);
	few = old;
	few.rlim_cur = (rlim_t)b.fd + 1;
	setrlimit(RLIMIT_NOFILE, &few);
	errno = 0;
	while (dup(0) >= 0)
		;
	r = event_notify(fd, "d", 1);
	ok(r == -1 && errno == EMFILE, "out of descriptors: says so");
	ok(event_listen(&(struct event_listener)EVENT_LISTENER_NONE, AT_FDCWD, "group") == -1
		&& errno == EMFILE, "as does a listener");
	setrlimit(RLIMIT_NOFILE, &old);
	ok(event_notify(fd, "D", 1) == 0 && hears(&b, "D"), "and works again");

	/* a listener that dies without a word: its end is closed, its FIFO stays */
	close(b.fd);
	ok(event_notify(fd, "u", 1) == 0 && entries("group") == 1, "a dead listener is removed");
	close(b.dirfd);
	event_unlisten(&a);
	ok(entries("group") == 0, "all gone");

	ok(event_notify(-1, "u", 1) == -1 && errno == EBADF, "bad descriptor");
	r = open("group", O_PATH | O_DIRECTORY);
	ok(event_notify(r, "u", 1) == -1 && errno == EBADF, "a directory that cannot be read");
}

/* More entries than one buffer of the directory reader holds. */
static void
crowd(void)
{
	struct event_listener l[100];
	int fd, heard = 0;

	event_mkdir(AT_FDCWD, "crowd", (gid_t)-1, 0);
	fd = event_open(AT_FDCWD, "crowd");
	for (int i = 0; i < 100; i++)
		event_listen(l + i, AT_FDCWD, "crowd");
	for (int i = 0; i < 100; i += 2) {
		close(l[i].fd);
		close(l[i].dirfd);
	}
	ok(event_notify(fd, "dD", 2) == 0, "a crowd is told, half of it dead");
	for (int i = 1; i < 100; i += 2)
		heard += hears(l + i, "dD");
	ok(heard == 50 && entries("crowd") == 50, "50 heard, 50 removed");
	for (int i = 1; i < 100; i += 2)
		event_unlisten(l + i);
	ok(entries("crowd") == 0, "none left");
}

static int
listens(void)
{
	struct event_listener l = EVENT_LISTENER_NONE;
	char heard[8] = "";
	int fd = event_open(AT_FDCWD, "kernels");

	for (int i = 0; i < 3; i++) {
		want(event_listen(&l, AT_FDCWD, "kernels") == 0 && strlen(l.name) == EVENT_NAME);
		want(event_notify(fd, "u", 1) == 0 && read(l.fd, heard, sizeof heard) == 1 && heard[0] == 'u');
		event_unlisten(&l);
	}
	close(fd);
	return 1;
}

/* Nothing is left of a listener that could not be. */
static int
deaf(void)
{
	struct event_listener l = EVENT_LISTENER_NONE;
	int free_fd = dup(0), e;
	int r;

	close(free_fd);
	r = event_listen(&l, AT_FDCWD, "kernels");
	e = errno;
	want(r == -1 && e == EPERM && l.fd == -1 && dup(0) == free_fd && close(free_fd) == 0);
	want(rmdir("kernels") == 0 && event_mkdir(AT_FDCWD, "kernels", (gid_t)-1, 0) == 0);
	return 1;
}

static int
unlisted(void)
{
	int fd = event_open(AT_FDCWD, "kernels");

	want(event_notify(fd, "u", 1) == -1 && errno == EIO && event_clean(fd) == -1 && errno == EIO);
	close(fd);
	return 1;
}

#ifdef SYS_renameat
#define NO_RENAME DENY(SYS_renameat, EPERM), DENY(SYS_renameat2, EPERM)
#else
#define NO_RENAME DENY(SYS_renameat2, EPERM)
#endif

static void
kernels(void)
{
	event_mkdir(AT_FDCWD, "kernels", (gid_t)-1, 0);
	ok_denied("no random bytes", listens, DENY(SYS_getrandom, ENOSYS));
	ok_denied("a container without FIFOs", deaf, DENY(SYS_mknodat, EPERM));
	ok_denied("a FIFO that cannot get its name", deaf, NO_RENAME);
	ok_denied("a directory that cannot be listed", unlisted, DENY(SYS_getdents64, EIO));
	ok(event_notify(-1, "u", 1) == -1 && errno == EBADF, "no directory");
}

int
main(void)
{
	int fd;

	signal(SIGPIPE, SIG_IGN);
	tap_tmpdir();
	directories();
	fd = event_open(AT_FDCWD, "public");
	ok(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC, "open");
	listeners(fd);
	names(fd);
	close(fd);
	kernels();
	troubles(event_open(AT_FDCWD, "group"));
	crowd();
	return done_testing();
}
