/*
 * tree.h - a scan directory "sd" with services that count themselves, for the
 * tools that disturb s6-svscan and those that talk to it. Read after scene.h.
 *
 *   sd/a        a service
 *   sd/web      one that speaks, sd/web/log its logger
 *   spare       one that may be linked into sd as b
 */

#ifndef TREE_H
#define TREE_H

#define SCAN "sd/.s6-svscan"

struct member {
	char const *dir, *name;
	int wanted;		/* 2: supervised, but down */
	struct notes notes;
	pid_t owner;		/* its supervisor */
};

enum { A, WEB, WEBLOG, B, MEMBERS };

static struct member tree[MEMBERS];

static inline void
make_tree(void)
{
	static struct member const all[MEMBERS] = {
		[A] = { .dir = "sd/a", .name = "a", .wanted = 1 },
		[WEB] = { .dir = "sd/web", .name = "web", .wanted = 1 },
		[WEBLOG] = { .dir = "sd/web/log", .name = "web,log", .wanted = 1 },
		[B] = { .dir = "spare", .name = "b" },
	};

	remove_all("sd");
	remove_all("spare");
	memcpy(tree, all, sizeof tree);
	if (mkdir("sd", 0755) < 0)
		die("sd");
	for (int i = 0; i < MEMBERS; i++)
		make_service(tree[i].dir, i == A);
	write_file("sd/web/speaks", "");
}

/* Tells the scanner. */
static inline int
tell_scanner(char const *commands)
{
	return send_bytes(SCAN "/control", commands) == 0;
}

static inline int
has_scanner(void)
{
	return !!lock_owner(SCAN "/lock");
}

static inline void
look_at_tree(void)
{
	for (struct member *m = tree; m < tree + MEMBERS; m++) {
		look(m->name, &m->notes);
		m->owner = owner_of(m->dir);
	}
}

/* Is every service as it is wanted: one instance with a true status, or none? */
static inline int
is_right(struct member *m)
{
	if (m->wanted == 1)
		return is_up(m->dir, m->name, 0, &m->notes);
	look(m->name, &m->notes);
	if (m->wanted == 2)
		return owner_of(m->dir) && is_down(m->dir, m->name, &m->notes);
	return !m->notes.living && !owner_of(m->dir);
}

static inline struct member *
wrong(void)
{
	for (struct member *m = tree; m < tree + MEMBERS; m++)
		if (!is_right(m))
			return m;
	return 0;
}

static inline int
all_right(void)
{
	return has_scanner() && !wrong();
}

static inline int
has_doubles(void)
{
	for (struct member *m = tree; m < tree + MEMBERS; m++)
		if (m->notes.doubles)
			return 1;
	return 0;
}

static inline int
nothing_runs(void)
{
	look_at_tree();
	for (struct member *m = tree; m < tree + MEMBERS; m++)
		if (m->notes.living || m->owner)
			return 0;
	return !has_scanner();
}

/* How many lines of the instances of web the logger has got; -1: one twice. */
static inline int
logged(void)
{
	static char text[65536], before[65536];
	char *line, *next;
	int n = 0;

	*before = 0;
	if (read_file("notes/lines", text, sizeof text) < 0)
		return 0;
	for (line = text; (next = strchr(line, '\n')); line = next + 1) {
		*next = 0;
		if (strstr(before, line))
			return -1;
		strcat(strcat(before, line), "\n");
		n++;
	}
	return n;
}

/* Have all lines of web come? One that was killed may not have noted that it
   wrote its line. */
static inline int
all_logged(void)
{
	struct notes const *n = &tree[WEB].notes;
	int lines = logged();

	return lines >= n->spoken && lines <= n->runs;
}

/* Removes what listeners that were killed while they made their FIFOs have left: a
   later supervisor does, but not at once. */
static inline void
forget_unborn_listeners(char const *event)
{
	static char const *const none[] = { 0 };
	char const *rest;

	while ((rest = stray(event, none)) && !strncmp(strrchr(rest, '/'), "/.ftrig1:", 9))
		unlink(rest);
}

/* What is left in the tree that should not be there, or null. */
static inline char const *
left_in_tree(void)
{
	static char const *const mine[] = { "run", "finish", "restart-delay", "speaks", "log",
		"event", "supervise", 0 };
	static char const *const top[] = { "a", "web", ".s6-svscan", 0 };
	static char const *const own[] = { "lock", "control", "control-x", 0 };
	static char const *const none[] = { 0 };
	char const *rest = stray("sd", top);

	if (!rest)
		rest = stray(SCAN, own);
	for (struct member *m = tree; !rest && m < tree + MEMBERS; m++) {
		char path[PATH_MAX];

		rest = stray(m->dir, mine);
		snprintf(path, sizeof path, "%s/supervise", m->dir);
		if (!rest)
			rest = stray(path, supervise_files);
		snprintf(path, sizeof path, "%s/event", m->dir);
		if (!rest)
			rest = stray(path, none);
	}
	return rest;
}

#endif
