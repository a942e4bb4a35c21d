/*
 * cli.h - what the command lines of all programs have in common.
 *
 * The only module that prints and exits: programs call it, modules do not.
 * Exit codes: 100 misuse, 111 the system said no, 126/127 a program could not
 * be executed or found.
 */

#ifndef SEXTET_CLI_H
#define SEXTET_CLI_H

#include <stdint.h>
#include <skalibs/sgetopt.h>

#define CLI_OPTIONAL 2
#define CLI_USAGE 1

/* A long option: --NAME, or --NAME=VALUE when has_arg is 1, or either when it is
   CLI_OPTIONAL (then l->arg is null without a value); it answers as the short
   option LETTER (any int that is no short option will do for one without). */
struct cli_long {
	char const *name;
	int letter;
	int has_arg;
};

/* As subgetopt_r on SHORTS, but also answers --help (USAGE on stdout) and
   --version, understands LONGS (ended by a null name; may be null), and dies
   with the usage and 100 on an unknown option or a missing argument. Returns
   the letter, with l->arg set where it takes an argument, or -1 at the end:
   l->ind is then the index of the first operand. With LONGS an unknown short
   option is named and not answered with the usage, unless their last entry has
   the letter CLI_USAGE (for programs whose long options are ours). USAGE is the synopsis
   without "usage: ". PROG must be set. */
extern int cli_getopt(int argc, char const *const *argv, char const *shorts,
	struct cli_long const *longs, char const *usage, subgetopt *l);

/* For programs without options: --help, --version, a leading "--". Returns
   the index of the first operand. Other words with a leading dash are
   operands. */
extern int cli_noopt(int argc, char const *const *argv, char const *usage);

/* The whole of S as an unsigned decimal, or death with USAGE and 100. */
extern uint32_t cli_uint(char const *s, char const *usage);

/* Takes the execline block apart that ARGV begins with (block.h): TO[0..result)
   become its words, which may be ARGV itself, and ARGV[result + 1] is the word
   after it. Dies with USAGE and 100 when the block has no end. Words without
   their blank are fine, unless EXECLINE_STRICT says to warn of them (1) or to
   die with 100 (more), as for every program of execline. */
extern int cli_block(char const *const *argv, char const **to, char const *usage);

/* Executes argv[0], looked up through PATH unless it has a slash (PATH unset:
   /usr/bin:/bin), with the environment ENVP. Never returns: dies with 127 when
   it is not found, else 126. */
extern void cli_exec(char const *const *argv, char const *const *envp)
	__attribute__((noreturn));

/* cli_exec with the present environment. */
extern void cli_exec_here(char const *const *argv) __attribute__((noreturn));

/* The options -u UID, -g GID, -G GIDLIST and -U (all three from the environment)
   of programs that change who they are: OPT with ARG goes to ID, or death with
   100. */
struct identity;
extern void cli_identity(int opt, char const *arg, char const *usage, struct identity *id);

/* Becomes that, or dies with 111. An id of 0 is not asked for. */
extern void cli_become(struct identity *id);

/* The descriptor on which a service says that it is ready: *GIVEN, or with null
   the one in the file notification-fd of the current directory. Makes it
   close-on-exec. Dies with 100 or 111 when there is none. */
extern int cli_notifyfd(uint32_t const *given);

/* The environment of the container (contenv.h), with S6_STATEDIR if we have it.
   The present one, with a warning, when no container keeps any, and without a
   word when S6_KEEP_ENV says that there is no other. Dies with 111. */
extern char const **cli_contenv(void);

/* Opens /dev/null on each of descriptors 0, 1, 2 that is closed, so that no
   file of ours ever lands there. Dies with 111. */
extern void cli_fds(void);

#endif
