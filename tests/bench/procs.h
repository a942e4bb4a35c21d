/* procs.h - the processes below one, from /proc. */

#ifndef PROCS_H
#define PROCS_H

#include <dirent.h>

#include "bench.h"

struct proc {
	int pid, ppid;
	char state;
	char comm[16];
};

static inline int UNUSED
read_proc(char const *pid, struct proc *p)
{
	char path[300], text[1024], *open, *end;

	snprintf(path, sizeof path, "/proc/%s/stat", pid);
	if (slurp(path, text, sizeof text) <= 0)
		return 0;
	open = strchr(text, '(');
	end = strrchr(text, ')');
	if (!open || !end || sscanf(end + 1, " %c %d", &p->state, &p->ppid) != 2)
		return 0;
	p->pid = atoi(pid);
	*end = 0;
	snprintf(p->comm, sizeof p->comm, "%.15s", open + 1);
	return 1;
}

static inline int UNUSED
below(struct proc const *all, size_t n, int pid, int top)
{
	for (int depth = 0; pid > 1 && depth < 16; depth++) {
		size_t i = 0;

		while (i < n && all[i].pid != pid)
			i++;
		if (i == n)
			return 0;
		pid = all[i].ppid;
		if (pid == top)
			return 1;
	}
	return 0;
}

/* All descendants of TOP, in an array to be freed; their number in *N. */
static inline struct proc * UNUSED
descendants(int top, size_t *n)
{
	struct proc *all = 0;
	size_t len = 0, kept = 0;
	struct dirent *e;
	DIR *d = opendir("/proc");
	struct proc *mine;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9')
			continue;
		if (!(len % 256))
			all = realloc(all, (len + 256) * sizeof *all);
		len += (size_t)read_proc(e->d_name, all + len);
	}
	if (d)
		closedir(d);
	mine = calloc(len + 1, sizeof *mine);
	for (size_t i = 0; i < len; i++)
		if (below(all, len, all[i].pid, top))
			mine[kept++] = all[i];
	free(all);
	*n = kept;
	return mine;
}

#endif
