/* passwd.c - passwd(5) and group(5) files read by ourselves */

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <sextet/passwd.h>

#include "apart.h"
#include "tap.h"

static void
put(char const *file, char const *text)
{
	FILE *f = fopen(file, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		exit(111);
}

static void
users(void)
{
	uid_t uid = 7;
	gid_t gid = 8;
	char name[ACCOUNT_NAMESIZE] = "kept";

	put("passwd", "root:x:0:0:root:/root:/bin/sh\n"
		"#www:x:1:1::/:\n+www:x:2:2::/:\n\nshort:x:3\nbad:x:1x:1::/:\n"
		"minus:x:-1:1::/:\nempty:x::1::/:\nhuge:x:4294967296:1::/:\nnone:x:4294967295:1::/:\n"
		"www:x:33:34:www:/var/www:/bin/false\nwww:x:35:36::/:\n"
		"greatest:x:4294967294:0:\n:x:50:50::/:\nnoeol:x:40:41");
	ok(passwd_user("passwd", "www", &uid, &gid) == ACCOUNT_FOUND && uid == 33 && gid == 34,
		"user: the first line");
	ok(passwd_user("passwd", "root", &uid, &gid) == ACCOUNT_FOUND && !uid && !gid, "user: root");
	ok(passwd_user("passwd", "greatest", &uid, &gid) == ACCOUNT_FOUND && uid == 4294967294U,
		"user: the greatest id");
	uid = 7, gid = 8;
	for (char const *const *p = (char const *const[]){ "ww", "wwww", "", "#www", "+www",
		"short", "bad", "minus", "empty", "huge", "none", "noeol", "x", "www:x",
		"root:x:0:0:root:/root:/bin/sh\n#www", 0 }; *p; p++)
		ok(passwd_user("passwd", *p, &uid, &gid) == ACCOUNT_UNKNOWN, "no user \"%.10s\"", *p);
	ok(uid == 7 && gid == 8, "outputs untouched");
	ok(passwd_name("passwd", 33, name) == ACCOUNT_FOUND && !strcmp(name, "www"), "name of 33");
	ok(passwd_name("passwd", 34, name) == ACCOUNT_UNKNOWN && !strcmp(name, "www"), "no name of 34");
	ok(passwd_name("passwd", 3, name) == ACCOUNT_UNKNOWN, "no name on a short line");
	ok(passwd_name("passwd", 50, name) == ACCOUNT_UNKNOWN, "no empty name");
}

/* Names and member lists of a length around that of the buffer. */
static void
sizes(void)
{
	char line[9000], name[ACCOUNT_NAMESIZE], want[ACCOUNT_NAMESIZE + 1];
	gid_t list[4];
	size_t n = 9;
	uid_t uid;
	gid_t gid;

	memset(want, 'a', sizeof want);
	want[256] = 0;
	snprintf(line, sizeof line, "%sb:x:1:1::/:\n%s:x:2:2::/:\n", want, want);
	put("long", line);
	ok(passwd_name("long", 2, name) == ACCOUNT_FOUND && !strcmp(name, want), "longest name");
	ok(passwd_name("long", 1, name) == ACCOUNT_UNKNOWN, "a longer one has no name");
	ok(passwd_user("long", want, &uid, &gid) == ACCOUNT_FOUND && uid == 2, "found by its name");

	memset(line, 'm', sizeof line);
	memcpy(line, "many:x:5:", 9);
	for (size_t i = 100; i < 8000; i += 100)
		line[i] = ',';
	strcpy(line + 8000, ",user\nlast:x:6:user\n");
	put("group", line);
	ok(passwd_groups("group", "user", list, 4, &n) == ACCOUNT_FOUND
		&& n == 2 && list[0] == 5 && list[1] == 6, "8000 bytes of members");
	ok(passwd_group("group", "last", &gid) == ACCOUNT_FOUND && gid == 6, "group after them");
}

/* What no program writes, but an editor or a disk. */
static void
oddities(void)
{
	static char const nul[] = "ro\0:x:1:1::/:\nro\0ot:x:2:2::/:\nz:x:3:3";
	char name[ACCOUNT_NAMESIZE] = "kept", line[400];
	FILE *f = fopen("nul", "w");
	gid_t gid = 8, list[4];
	uid_t uid = 7;
	size_t n = 9;

	if (!f || fwrite(nul, 1, sizeof nul, f) != sizeof nul || fclose(f))
		exit(111);
	ok(passwd_user("nul", "ro", &uid, &gid) == ACCOUNT_UNKNOWN && uid == 7 && gid == 8,
		"a name with a NUL is not what comes before it");
	put("odd", "  \t spaced:x:10:10::/:\n-out:x:11:11::/:\n+\n::12:12::/:\nlone\ntwo:x\n"
		"long:x:99999999999999999999999:1::/:\ncolour:x:1;:1::/:\nslash:x:1/:1::/:\n"
		"mix:x:12a4:1::/:\nnogid:x:13:\nlast:x:14:14:\n");
	ok(passwd_user("odd", "spaced", &uid, &gid) == ACCOUNT_FOUND && uid == 10 && gid == 10,
		"blanks before a name");
	uid = 7, gid = 8;
	for (char const *const *p = (char const *const[]){ "-out", "out", "+", "lone", "two", "long",
		"colour", "slash", "mix", "nogid", 0 }; *p; p++)
		ok(passwd_user("odd", *p, &uid, &gid) == ACCOUNT_UNKNOWN, "no user \"%s\"", *p);
	ok(uid == 7 && gid == 8, "outputs untouched");
	for (id_t i = 11; i <= 12; i++)
		ok(passwd_name("odd", i, name) == ACCOUNT_UNKNOWN, "no name of %d", (int)i);
	ok(passwd_name("odd", 1, name) == ACCOUNT_UNKNOWN && !strcmp(name, "kept"), "nor of 1");
	ok(passwd_name("odd", 14, name) == ACCOUNT_FOUND && !strcmp(name, "last"), "the line after these");
	memset(line, 'a', sizeof line);
	strcpy(line + 300, ":x:20:20::/:\nb:x:21:21::/:\n");
	put("longer", line);
	ok(passwd_name("longer", 20, name) == ACCOUNT_UNKNOWN, "a name of 300 bytes is none");
	ok(passwd_name("longer", 21, name) == ACCOUNT_FOUND && !strcmp(name, "b"), "the next one is");
	put("oddgroup", "lone\ntwo:x\nthree:x:5\nbad:x:1x:u\nmine:x:6:u\n");
	ok(passwd_groups("oddgroup", "u", list, 4, &n) == ACCOUNT_FOUND && n == 1 && list[0] == 6,
		"groups on short lines");
}

static void
groups(void)
{
	gid_t list[4], gid = 0;
	size_t n = 9;

	put("group", "root:x:0:\na:x:10:u\nb:x:5:v,u,w\nc:x:6:uu,vu\nd:x:7:u,\n#e:x:8:u\n"
		"f:x::u\ng:x:9\nh:x:11:v,u");
	ok(passwd_groups("group", "u", list, 4, &n) == ACCOUNT_FOUND && n == 4
		&& list[0] == 10 && list[1] == 5 && list[2] == 7 && list[3] == 11, "groups of u");
	ok(passwd_groups("group", "nobody", list, 4, &n) == ACCOUNT_FOUND && !n, "groups of nobody");
	n = 9;
	ok(passwd_groups("group", "", list, 4, &n) == ACCOUNT_FOUND && !n, "groups of an empty name");
	n = 9;
	ok(passwd_groups("group", "u", list, 3, &n) == ACCOUNT_ERROR && errno == ERANGE && n == 9,
		"more groups than room");
	ok(passwd_group("group", "b", &gid) == ACCOUNT_FOUND && gid == 5, "group by name");
	ok(passwd_group("group", "g", &gid) == ACCOUNT_UNKNOWN && gid == 5, "group on a short line");
}

static void
errors(void)
{
	int const free_fd = dup(1);
	struct rlimit old, l;
	gid_t gid, list[1];
	uid_t uid;
	char name[ACCOUNT_NAMESIZE] = "kept";
	size_t n = 9;

	close(free_fd);
	ok(passwd_user("absent", "root", &uid, &gid) == ACCOUNT_UNKNOWN, "no passwd file");
	ok(passwd_groups("absent", "root", list, 1, &n) == ACCOUNT_FOUND && !n, "no group file");
	mkdir("dir", 0700);
	ok(passwd_user("dir", "root", &uid, &gid) == ACCOUNT_ERROR && errno == EISDIR, "unreadable");
	ok(passwd_groups("dir", "root", list, 1, &n) == ACCOUNT_ERROR && errno == EISDIR,
		"unreadable groups");
	ok(passwd_name("dir", 0, name) == ACCOUNT_ERROR && errno == EISDIR
		&& passwd_group("dir", "root", &gid) == ACCOUNT_ERROR && errno == EISDIR, "unreadable, by number");
	ok(passwd_name("absent", 0, name) == ACCOUNT_UNKNOWN, "no file, by number");
	ok(passwd_groups("dir", "", list, 1, &n) == ACCOUNT_FOUND && !n, "nobody's groups need no reading");
	ok(open("dir", O_RDONLY | O_CLOEXEC) == free_fd, "no descriptor left open");
	close(free_fd);
	getrlimit(RLIMIT_NOFILE, &old);
	l = old;
	l.rlim_cur = (rlim_t)free_fd;
	setrlimit(RLIMIT_NOFILE, &l);
	ok(passwd_group("group", "b", &gid) == ACCOUNT_ERROR && errno == EMFILE, "no descriptor free");
	n = 9;
	ok(passwd_name("group", 5, name) == ACCOUNT_ERROR && errno == EMFILE && !strcmp(name, "kept")
		&& passwd_groups("group", "u", list, 1, &n) == ACCOUNT_ERROR && errno == EMFILE && n == 9,
		"for none of them");
	setrlimit(RLIMIT_NOFILE, &old);
}

/* Ends within a field, blanks before a line, and lines that are none. */
static void
ends(void)
{
	static char const *const cut[] = { "w", "www", "www:", "www:x", "www:x:", "www:x:33", "www:x:33:34",
		"www\n", "www:x\n", "www:x:33\n", "www:x:33:34\n", " ", "#", "# www:x:33:34:", "\n\n", ":x:33:34:\n" };
	gid_t list[2], gid = 7;
	char name[ACCOUNT_NAMESIZE];
	size_t n;
	uid_t uid = 7;

	for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
		put("cut", cut[i]);
		ok(passwd_user("cut", "www", &uid, &gid) == ACCOUNT_UNKNOWN && uid == 7 && gid == 7
			&& passwd_groups("cut", "u", list, 2, &n) == ACCOUNT_FOUND && !n, "cut: %.*s",
			(int)strcspn(cut[i], "\n"), cut[i]);
		(void)passwd_group("cut", "www", &gid);
		(void)passwd_name("cut", 33, name);
		gid = 7;
	}
	put("blank", " \t \n\t www:x:33:34:\n +x:x:1:2:\n");
	ok(passwd_user("blank", "www", &uid, &gid) == ACCOUNT_FOUND && uid == 33 && gid == 34
		&& passwd_name("blank", 33, name) == ACCOUNT_FOUND && !strcmp(name, "www"), "blanks before a line");
	ok(passwd_name("absent", 33, name) == ACCOUNT_UNKNOWN && passwd_name("dir", 33, name) == ACCOUNT_ERROR
		&& errno == EISDIR, "no file, no name");
}

static int
says_what_is_wrong(void)
{
	gid_t list[2], gid;
	char name[ACCOUNT_NAMESIZE];
	size_t n;
	uid_t uid;

	put("whole", "www:x:33:34:\n");
	apart_deny(SYS_read, EIO);
	return passwd_user("whole", "www", &uid, &gid) == ACCOUNT_ERROR && errno == EIO
		&& passwd_name("whole", 33, name) == ACCOUNT_ERROR && errno == EIO
		&& passwd_groups("whole", "u", list, 2, &n) == ACCOUNT_ERROR && errno == EIO;
}

int
main(void)
{
	tap_tmpdir();
	users();
	sizes();
	oddities();
	groups();
	mkdir("dir", 0700);
	ends();
	ok_apart("a file that cannot be read is not one without the entry", says_what_is_wrong);
	errors();
	return done_testing();
}
