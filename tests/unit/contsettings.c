/* contsettings.c - the variables that say how a container is run */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <sextet/contsettings.h>

#include "tap.h"

static char seen[512];

static void
note(void *arg, char const *name, char const *value)
{
	(void)arg;
	strcat(seen, name);
	strcat(seen, "=");
	strcat(seen, value);
	strcat(seen, ";");
}

static void
parse(struct contsettings *s, char const *const *envp)
{
	seen[0] = 0;
	contsettings_parse(s, envp, note, 0);
}

static void
defaults(struct contsettings const *s)
{
	ok(s->behaviour == 0 && s->logging == 0 && s->keep_env == 0 && s->verbosity == 2,
		"numbers unset");
	ok(s->services_gracetime == 3000 && s->kill_gracetime == 3000
		&& s->finish_maxtime == 5000 && s->wait_maxtime == 5000, "times unset");
	ok(!s->catchall_user && !s->cmd_arg0 && !s->logging_script && !s->profile && !s->hook,
		"texts unset");
}

static void
kept(void)
{
	char const *const envp[] = { "HOME=/", "S6_STAGE2_HOOK=a\nb", "S6_LOGGING=2",
		"S6_LOGGINGS=9", "S6_KILL_GRACETIME=0", "S6_CMD_ARG0=/bin/sh -c", 0 };
	struct contsettings s;
	struct stat st;
	int dir;

	tap_tmpdir();
	dir = open(".", O_RDONLY | O_DIRECTORY);
	ok(contsettings_load(&s, dir) < 0 && errno == ENOENT, "no file");
	defaults(&s);
	ok(contsettings_save(dir, envp) == 0, "saved");
	ok(stat(CONTSETTINGS_FILE, &st) == 0 && (st.st_mode & 07777) == 0600, "for us alone");
	ok(st.st_size == (off_t)(sizeof "S6_STAGE2_HOOK=a\nb" + sizeof "S6_LOGGING=2"
		+ sizeof "S6_KILL_GRACETIME=0" + sizeof "S6_CMD_ARG0=/bin/sh -c"),
		"nothing but settings");
	if (!ok(contsettings_load(&s, dir) == 0, "loaded"))
		exit(1);
	ok(!strcmp(s.hook, "a\nb") && !strcmp(s.cmd_arg0, "/bin/sh -c"), "texts");
	ok(s.logging == 2 && s.kill_gracetime == 0 && s.verbosity == 2, "numbers");
	ok(contsettings_save(dir, envp + 6) == 0 && contsettings_load(&s, dir) == 0, "none");
	defaults(&s);
}

int
main(void)
{
	struct contsettings s;

	parse(&s, (char const *const []){ "PATH=/bin", 0 });
	defaults(&s);
	ok(!seen[0], "nothing to say");
	parse(&s, (char const *const []){ "S6_LOGGING=1", "S6_VERBOSITY=0", "S6_KEEP_ENV=17",
		"S6_SYNC_DISKS=0", "S6_KILL_FINISH_MAXTIME=0", "S6_CATCHALL_USER=log", 0 });
	ok(s.logging == 1 && s.verbosity == 0 && s.keep_env == 1 && s.sync_disks == 0
		&& s.finish_maxtime == 0 && !strcmp(s.catchall_user, "log"), "values");
	parse(&s, (char const *const []){ "S6_LOGGING=7", "S6_BEHAVIOUR_IF_STAGE2_FAILS=3", 0 });
	ok(s.logging == 2 && s.behaviour == 2 && !seen[0], "more than the most");
	parse(&s, (char const *const []){ "S6_LOGGING=yes", "S6_KILL_GRACETIME=3s",
		"S6_VERBOSITY=-1", "S6_SERVICES_GRACETIME=4294967296", 0 });
	defaults(&s);
	ok(!strcmp(seen, "S6_LOGGING=yes;S6_KILL_GRACETIME=3s;S6_VERBOSITY=-1;"
		"S6_SERVICES_GRACETIME=4294967296;"), "each bad one is told (%s)", seen);
	parse(&s, (char const *const []){ "S6_LOGGING=", "S6_RUNTIME_PROFILE=", "S6_LOGGING", 0 });
	defaults(&s);
	ok(!seen[0], "an empty value is none");
	parse(&s, (char const *const []){ "S6_RUNTIME_PROFILE=../x", 0 });
	ok(!s.profile && seen[0], "a profile is no path");
	parse(&s, (char const *const []){ "S6_RUNTIME_PROFILE=test.1", 0 });
	ok(!strcmp(s.profile, "test.1"), "a profile");
	kept();
	return done_testing();
}
