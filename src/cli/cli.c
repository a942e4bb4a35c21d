/* cli.c - see sextet/cli.h */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/exec.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include <sextet/block.h>
#include <sextet/cli.h>

extern char **environ;

/* Writes the N strings to descriptor 1 and ends the program: 0, or 111 when
   standard output does not take them. */
static void
say_and_exit(char const *const *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (allwrite(1, s[i], strlen(s[i])) < strlen(s[i]))
			strerr_diefusys(111, "write to stdout");
	_exit(0);
}

static void
common(char const *name, char const *usage)
{
	if (!strcmp(name, "help")) {
		char const *s[] = { "usage: ", usage, "\nmanual: man ", PROG, "\n" };

		say_and_exit(s, 5);
	} else if (!strcmp(name, "version")) {
		char const *s[] = { PROG, " (Sextet) " SEXTET_VERSION "\n" };

		say_and_exit(s, 2);
	}
}

static int
long_option(char const *word, struct cli_long const *longs, char const *usage, subgetopt *l)
{
	size_t len = strcspn(word, "=");

	if (!word[len])
		common(word, usage);
	for (; longs && longs->name; longs++) {
		if (strncmp(longs->name, word, len) || longs->name[len])
			continue;
		if (longs->has_arg != CLI_OPTIONAL && longs->has_arg != (word[len] == '='))
			strerr_dieusage(100, usage);
		l->arg = word[len] ? word + len + 1 : 0;
		l->ind++;
		return longs->letter;
	}
	strerr_dief(100, "unrecognized long option: ", word);
}

int
cli_getopt(int argc, char const *const *argv, char const *shorts,
	struct cli_long const *longs, char const *usage, subgetopt *l)
{
	char const *word;
	int opt;

	/* pos is not 0 within a cluster of short options, at its end too */
	if (l->pos && !argv[l->ind][l->pos]) {
		l->ind++;
		l->pos = 0;
	}
	word = l->ind < argc ? argv[l->ind] : 0;
	if (word && !l->pos && word[0] == '-' && word[1] == '-' && word[2])
		return long_option(word + 2, longs, usage, l);
	l->err = 0;
	opt = subgetopt_r(argc, argv, shorts, l);
	if (opt == '?' || opt == ':') {
		char bad[2] = { (char)l->problem, 0 };

		while (longs && longs->name)
			longs++;
		/* a known letter lacks its argument */
		if (longs && longs->letter != CLI_USAGE && opt == '?' && l->problem && !strchr(shorts, l->problem))
			strerr_dief(100, "unrecognized short option: ", bad);
		strerr_dieusage(100, usage);
	}
	return opt;
}

int
cli_noopt(int argc, char const *const *argv, char const *usage)
{
	if (argc < 2 || argv[1][0] != '-' || argv[1][1] != '-')
		return 1;
	common(argv[1] + 2, usage);
	return argv[1][2] ? 1 : 2;
}

uint32_t
cli_uint(char const *s, char const *usage)
{
	uint32_t u;

	if (!uint320_scan(s, &u))
		strerr_dieusage(100, usage);
	return u;
}

/* How much EXECLINE_STRICT minds a word of a block without its blank. */
static void
bare_word(char const *word, unsigned int position)
{
	char const *text = getenv("EXECLINE_STRICT");
	char n[UINT_FMT];
	unsigned int strict;

	if (!text || !uint0_scan(text, &strict) || !strict)
		return;
	n[uint_fmt(n, position)] = 0;
	if (strict > 1)
		strerr_dief(100, "unquoted argument ", word, " at block 1 position ", n);
	strerr_warnw("unquoted argument ", word, " at block 1 position ", n);
}

int
cli_block(char const *const *argv, char const **to, char const *usage)
{
	int bare, n = block_length(argv, &bare);

	if (n < 0)
		strerr_dieusage(100, usage);
	for (int i = bare; i < n; i++)
		if (argv[i][0] != ' ')
			bare_word(argv[i], (unsigned int)i);
	for (int i = 0; i < n; i++)
		to[i] = block_word(argv[i]);
	return n;
}

void
cli_exec(char const *const *argv, char const *const *envp)
{
	if (!argv[0][0])
		errno = EACCES;		/* and not ENOENT: an empty name is no missing program */
	else
		exec_e(argv, envp);
	strerr_diefusys(errno == ENOENT ? 127 : 126, "exec ", argv[0]);
}

void
cli_exec_here(char const *const *argv)
{
	cli_exec(argv, (char const *const *)environ);
}

void
cli_fds(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_WRONLY : O_RDONLY) != fd)
			strerr_diefusys(111, "open /dev/null");
}
