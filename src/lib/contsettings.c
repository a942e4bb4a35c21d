/* contsettings.c - see sextet/contsettings.h */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/types.h>

#include <sextet/contsettings.h>
#include <sextet/filereplace.h>

enum kind { FLAG, NUMBER, TEXT, PLAIN };

struct setting {
	char const *name;
	enum kind kind;
	uint32_t unset;
	uint32_t most;		/* NUMBER: what more than that means */
	size_t at;
};

#define AT(member) offsetof(struct contsettings, member)

static struct setting const table[] = {
	{ "S6_BEHAVIOUR_IF_STAGE2_FAILS", NUMBER, 0, 2, AT(behaviour) },
	{ "S6_CATCHALL_USER", TEXT, 0, 0, AT(catchall_user) },
	{ "S6_CMD_ARG0", TEXT, 0, 0, AT(cmd_arg0) },
	{ "S6_CMD_CLEAN_ENV", FLAG, 0, 0, AT(cmd_clean_env) },
	{ "S6_CMD_RECEIVE_SIGNALS", FLAG, 0, 0, AT(receive_signals) },
	{ "S6_CMD_USE_TERMINAL", FLAG, 0, 0, AT(use_terminal) },
	{ "S6_CMD_WAIT_FOR_SERVICES", FLAG, 0, 0, AT(wait_for_services) },
	{ "S6_CMD_WAIT_FOR_SERVICES_MAXTIME", NUMBER, 5000, UINT32_MAX, AT(wait_maxtime) },
	{ "S6_FIX_ATTRS_HIDDEN", FLAG, 0, 0, AT(fix_attrs_hidden) },
	{ "S6_KEEP_ENV", FLAG, 0, 0, AT(keep_env) },
	{ "S6_KILL_FINISH_MAXTIME", NUMBER, 5000, UINT32_MAX, AT(finish_maxtime) },
	{ "S6_KILL_GRACETIME", NUMBER, 3000, UINT32_MAX, AT(kill_gracetime) },
	{ "S6_KILL_LEFTOVERS", FLAG, 0, 0, AT(kill_leftovers) },
	{ "S6_LOGGING", NUMBER, 0, 2, AT(logging) },
	{ "S6_LOGGING_SCRIPT", TEXT, 0, 0, AT(logging_script) },
	{ "S6_LOG_PREFIX", FLAG, 0, 0, AT(log_prefix) },
	{ "S6_RUNTIME_PROFILE", PLAIN, 0, 0, AT(profile) },
	{ "S6_SERVICES_GRACETIME", NUMBER, 3000, UINT32_MAX, AT(services_gracetime) },
	{ "S6_STAGE2_HOOK", TEXT, 0, 0, AT(hook) },
	{ "S6_SYNC_DISKS", FLAG, 0, 0, AT(sync_disks) },
	{ "S6_VERBOSITY", NUMBER, 2, UINT32_MAX, AT(verbosity) },
	{ "S6_WAIT_FOR_CLOSING_FD", NUMBER, 0, UINT32_MAX, AT(closing_fd) },
};

#define SETTINGS (sizeof table / sizeof *table)

static uint32_t *
number_of(struct contsettings *s, struct setting const *t)
{
	return (uint32_t *)(void *)((char *)s + t->at);
}

static char const **
text_of(struct contsettings *s, struct setting const *t)
{
	return (char const **)(void *)((char *)s + t->at);
}

/* The setting that STRING, NAME=VALUE, sets, or null; *VALUE is its value. */
static struct setting const *
find(char const *string, char const **value)
{
	size_t len = strcspn(string, "=");

	if (strncmp(string, "S6_", 3) || !string[len])
		return 0;
	*value = string + len + 1;
	for (size_t i = 0; i < SETTINGS; i++)
		if (!strncmp(table[i].name, string, len) && !table[i].name[len])
			return table + i;
	return 0;
}

static int
understand(struct contsettings *s, struct setting const *t, char const *value)
{
	uint32_t u;

	switch (t->kind) {
	case PLAIN:
		if (value[0] == '.' || strchr(value, '/'))
			return 0;
		*text_of(s, t) = value;
		return 1;
	case TEXT:
		*text_of(s, t) = value;
		return 1;
	default:
		if (!uint320_scan(value, &u))
			return 0;
		*number_of(s, t) = t->kind == FLAG ? u != 0 : u > t->most ? t->most : u;
		return 1;
	}
}

void
contsettings_parse(struct contsettings *s, char const *const *envp,
	void (*bad)(void *, char const *, char const *), void *arg)
{
	memset(s, 0, sizeof *s);
	for (size_t i = 0; i < SETTINGS; i++)
		if (table[i].kind == FLAG || table[i].kind == NUMBER)
			*number_of(s, table + i) = table[i].unset;
	for (; *envp; envp++) {
		char const *value;
		struct setting const *t = find(*envp, &value);

		if (t && value[0] && !understand(s, t, value) && bad)
			bad(arg, t->name, value);
	}
}

int
contsettings_save(int statedir, char const *const *envp)
{
	stralloc sa = STRALLOC_ZERO;
	char const *value;
	int r;

	for (; *envp; envp++) {
		if (find(*envp, &value) && !stralloc_catb(&sa, *envp, strlen(*envp) + 1)) {
			stralloc_free(&sa);
			return -1;
		}
	}
	r = filereplace_rename(statedir, CONTSETTINGS_FILE, sa.s ? sa.s : "", sa.len, 0600);
	stralloc_free(&sa);
	return r;
}

int
contsettings_load(struct contsettings *s, int statedir)
{
	char const *none = 0;
	char const *envp[SETTINGS * 2 + 1];
	stralloc sa = STRALLOC_ZERO;
	size_t n = 0;
	int r, fd;

	contsettings_parse(s, &none, 0, 0);
	fd = openat(statedir, CONTSETTINGS_FILE, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	r = slurp(&sa, fd) && stralloc_0(&sa);
	fd_close(fd);
	if (!r) {
		stralloc_free(&sa);
		return -1;
	}
	for (size_t i = 0; i + 1 < sa.len && n < SETTINGS * 2; i += strlen(sa.s + i) + 1)
		envp[n++] = sa.s + i;
	envp[n] = 0;
	contsettings_parse(s, envp, 0, 0);
	return 0;
}
