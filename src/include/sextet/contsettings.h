/*
 * contsettings.h - the S6_* variables that say how a container is run (format).
 *
 * They are read from the container's environment once, by s6-init, which keeps
 * them in the file STATEDIR/settings: NAME=VALUE strings, each with its closing
 * null. The later stages and s6-halt take them from there, as their own
 * environment is cleared.
 *
 *   variable                          default     kind
 *   S6_BEHAVIOUR_IF_STAGE2_FAILS      0           number; more than 2 is 2
 *   S6_CATCHALL_USER                  unset       text
 *   S6_CMD_ARG0                       unset       text
 *   S6_CMD_CLEAN_ENV                  0           flag: CMD gets no more than services
 *   S6_CMD_RECEIVE_SIGNALS            0           flag
 *   S6_CMD_USE_TERMINAL               0           flag
 *   S6_CMD_WAIT_FOR_SERVICES          0           flag
 *   S6_CMD_WAIT_FOR_SERVICES_MAXTIME  5000        ms; 0 is no bound
 *   S6_FIX_ATTRS_HIDDEN               0           flag
 *   S6_KEEP_ENV                       0           flag
 *   S6_KILL_FINISH_MAXTIME            5000        ms; 0 is no bound
 *   S6_KILL_GRACETIME                 3000        ms; 0 is no waiting
 *   S6_KILL_LEFTOVERS                 0           flag
 *   S6_LOGGING                        0           number; more than 2 is 2
 *   S6_LOGGING_SCRIPT                 unset       text
 *   S6_LOG_PREFIX                     0           flag
 *   S6_RUNTIME_PROFILE                unset       the name of a directory
 *   S6_SERVICES_GRACETIME             3000        ms; 0 is no waiting
 *   S6_STAGE2_HOOK                    unset       text
 *   S6_SYNC_DISKS                     0           flag
 *   S6_VERBOSITY                      2           number
 *   S6_WAIT_FOR_CLOSING_FD            0           number; a descriptor from 3 on
 *
 * A flag is a number, set when that is not 0. An empty value counts as unset.
 */

#ifndef SEXTET_CONTSETTINGS_H
#define SEXTET_CONTSETTINGS_H

#include <stdint.h>

#define CONTSETTINGS_FILE "settings"
#define CONTSETTINGS_SCRIPT "n20 s1000000 T"	/* what S6_LOGGING_SCRIPT means when unset */

struct contsettings {
	char const *catchall_user;	/* texts: null when unset */
	char const *cmd_arg0;
	char const *logging_script;
	char const *profile;
	char const *hook;
	uint32_t behaviour;
	uint32_t cmd_clean_env;
	uint32_t receive_signals;
	uint32_t use_terminal;
	uint32_t wait_for_services;
	uint32_t wait_maxtime;
	uint32_t fix_attrs_hidden;
	uint32_t keep_env;
	uint32_t finish_maxtime;
	uint32_t kill_gracetime;
	uint32_t kill_leftovers;
	uint32_t logging;
	uint32_t log_prefix;
	uint32_t services_gracetime;
	uint32_t sync_disks;
	uint32_t verbosity;
	uint32_t closing_fd;
};

/* The settings that ENVP holds; texts point into it. For each value that cannot
   be understood, and counts as unset, BAD (may be null) is called. */
extern void contsettings_parse(struct contsettings *s, char const *const *envp,
	void (*bad)(void *arg, char const *name, char const *value), void *arg);

/* Replaces STATEDIR/settings (0600) by what of ENVP is a setting. 0, -1 with
   errno. */
extern int contsettings_save(int statedir, char const *const *envp);

/* Reads STATEDIR/settings. Texts point into memory that is never freed. 0, or -1
   with errno: then S holds the defaults. */
extern int contsettings_load(struct contsettings *s, int statedir);

#endif
