/* nsswitch.c - which services answer for a database */

#include <sextet/nsswitch.h>

#include "tap.h"

static char const *
services(char const *text, char const *database)
{
	static char buf[32];

	return nsswitch_services(text, database, buf, sizeof buf) ? buf : "none";
}

static void
files(void)
{
	static char text[NSSWITCH_SIZE], big[NSSWITCH_SIZE + 1];
	FILE *f = fopen("conf", "w");

	if (!f || fputs("group: files\n", f) < 0 || fclose(f))
		exit(111);
	ok(nsswitch_read("conf", text) && !strcmp(text, "group: files\n"), "a file");
	ok(!nsswitch_read("absent", text), "no file");
	ok(!nsswitch_read(".", text), "not readable");
	memset(big, '#', NSSWITCH_SIZE);
	f = fopen("conf", "w");
	if (!f || fputs(big + 1, f) < 0 || fclose(f))
		exit(111);
	ok(nsswitch_read("conf", text) && !strcmp(text, big + 1), "a file that just fits");
	f = fopen("conf", "w");
	if (!f || fputs(big, f) < 0 || fclose(f))
		exit(111);
	ok(!nsswitch_read("conf", text), "a file that does not");
}

int
main(void)
{
	char const *text = "# passwd: comment\npasswd-old: a\n\n passwd :\tfiles   systemd # x\n"
		"passwd: later\ngroup:files [SUCCESS=merge] a\nshadow:\nhosts files\nlong: 1234567890 1234567890 12345678\n"
		"longer: 1234567890 1234567890 123456789\ninitgroups: b";

	ok(!strcmp(services(text, "passwd"), " files systemd"), "words between blanks");
	ok(!strcmp(services(text, "group"), " files [SUCCESS=merge] a"), "an action");
	ok(!strcmp(services(text, "shadow"), ""), "no services");
	ok(!strcmp(services(text, "initgroups"), " b"), "no newline at the end");
	ok(!strcmp(services(text, "hosts"), "none"), "no colon");
	ok(!strcmp(services(text, "pass"), "none"), "only the beginning of a name");
	ok(!strcmp(services(text, "absent"), "none"), "no line");
	ok(!strcmp(services(text, "long"), " 1234567890 1234567890 12345678"), "just fits");
	ok(!strcmp(services(text, "longer"), "none"), "does not fit");
	ok(!strcmp(services("", "passwd"), "none"), "nothing at all");
	tap_tmpdir();
	files();
	return done_testing();
}
