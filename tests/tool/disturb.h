/*
 * disturb.h - what the sweeps share: a program whose N-th system call is
 * disturbed by nth (see there), and what became of it. Read after scene.h.
 */

#ifndef DISTURB_H
#define DISTURB_H

static struct {
	char const *mode;	/* as nth takes it */
	int error;		/* of "errno=E"; 0: it is killed, or frozen */
	int freeze;
	int wall;
	char child[16];		/* which child is frozen */
	char skip[16];		/* calls of the dynamic loader */
} disturbance = { .child = "1" };

/* MODE is kill, freeze or errno=E; or wall=nofile: it has N descriptors for a while
   (wall.c). */
static inline void
set_disturbance(char const *mode)
{
	disturbance.freeze = !strcmp(mode, "freeze");
	disturbance.mode = disturbance.freeze ? "freeze=thaw" : mode;
	if (!strncmp(mode, "errno=", 6))
		disturbance.error = atoi(mode + 6);
	disturbance.wall = !strncmp(mode, "wall=", 5);
	if (disturbance.wall) {
		disturbance.mode = mode + 5;
		disturbance.error = EMFILE;
	}
}

/* Starts ARGV to be disturbed at its call N; EXTRA are more options for nth.
   Returns nth's pid. */
static inline pid_t
disturb(int n, char const *const *extra, char const *const *argv)
{
	char number[16];
	char const *words[24] = { tool("nth"), "-v", "-p",
		disturbance.freeze ? "-k" : "-s",
		disturbance.freeze ? disturbance.child : disturbance.skip };
	int i = 5;

	snprintf(number, sizeof number, "%d", n);
	unlink("said");
	if (disturbance.wall) {
		words[0] = tool("wall");
		i = 1;
	}
	while (extra && *extra)
		words[i++] = *extra++;
	words[i++] = disturbance.mode;
	words[i++] = number;
	while (*argv)
		words[i++] = *argv++;
	words[i] = 0;
	return start(words, "said");
}

/* What nth said: the line that begins with one of WORDS. */
static inline char const *
said(char const *words)
{
	static char text[256];
	char *p;

	if (read_file("said", text, sizeof text) < 0)
		return "";
	for (p = strtok(text, "\n"); p; p = strtok(0, "\n"))
		if (strchr(words, *p))
			return p;
	return "";
}

/* Its end: "exit 0", "signal 9", "frozen". */
static inline char const *
end_of(void)
{
	return said("esf");
}

/* Did it refuse to start? */
static inline int
has_refused(void)
{
	char const *end = end_of();

	/* 127: not even the dynamic loader came through */
	return !strcmp(end, "exit 111") || !strcmp(end, "exit 100")
		|| (disturbance.wall && !strcmp(end, "exit 127"));
}

/* Was it killed, as it should be? */
static inline int
ended_as_told(void)
{
	return !strcmp(end_of(), disturbance.freeze ? "frozen" : "signal 9");
}

/* The calls before the own first one of PROGRAM: those of its shortest run. */
static inline void
count_loader(char const *program)
{
	char const *argv[] = { tool("nth"), "count", "0", program, "--version", 0 };
	char text[512], *line;
	pid_t pid;
	int n;

	unlink("count");
	pid = start(argv, "count");
	waitpid(pid, 0, 0);
	if (read_file("count", text, sizeof text) < 1)
		die("count");
	line = strrchr(text, '\n');
	while (line && line > text && line[-1] != '\n')
		line--;
	n = line ? atoi(line) : 0;
	if (n < 1)
		die("count");
	/* the last are what it says, and its end */
	snprintf(disturbance.skip, sizeof disturbance.skip, "%d", n > 4 ? n - 4 : 0);
}

#endif
