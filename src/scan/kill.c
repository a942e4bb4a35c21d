/*
 * kill.c - killing what does not stop: everything that descends from the
 * supervisors that are left.
 *
 * It is listed first and killed then, as one that loses its parent descends
 * from nobody; and what was listed once stays on the list.
 */

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <sextet/listdir.h>
#include <sextet/procstat.h>

#include "s6-svscan.h"

#define DEPTH 64	/* of processes below a supervisor */

/* Does the process with *PS descend from a supervisor that is left, or belong
   to the session of a service of one? */
static int
is_left(struct svscan *s, struct procstat const *ps)
{
	struct procstat up = *ps;

	for (int depth = 0; depth < DEPTH && up.ppid > 1; depth++) {
		if (svscan_of_pid(s, up.ppid))
			return 1;
		if (procstat_read(up.ppid, &up) < 0)
			break;
	}
	return ps->session > 1 && procstat_read(ps->session, &up) == 0
		&& svscan_of_pid(s, up.ppid);
}

static int
is_listed(struct svscan const *s, pid_t pid, uint64_t start)
{
	for (uint32_t i = 0; i < s->nprey; i++)
		if (s->prey[i].pid == pid && s->prey[i].start == start)
			return 1;
	return 0;
}

static void
consider(struct svscan *s, pid_t pid)
{
	struct procstat ps;

	if (svscan_of_pid(s, pid) || procstat_read(pid, &ps) < 0 || ps.state == 'Z'
		|| is_listed(s, pid, ps.start) || !is_left(s, &ps))
		return;
	s->prey[s->nprey].pid = pid;
	s->prey[s->nprey++].start = ps.start;
}

int
svscan_prey_table(struct svscan *s)
{
	void *p;

	if (s->prey)
		return 0;
	p = mmap(0, SVSCAN_PREY * sizeof *s->prey, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return -1;
	s->prey = p;
	return 0;
}

void
svscan_list_prey(struct svscan *s)
{
	struct listdir l;
	char const *name;
	unsigned char type;
	unsigned int pid;
	int fd;

	if (svscan_prey_table(s) < 0)
		return;
	fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (listdir_start(&l, fd) == 0)
		while (s->nprey < SVSCAN_PREY && (name = listdir_next(&l, &type)))
			if (uint0_scan(name, &pid))
				consider(s, (pid_t)pid);
	close(fd);
}

void
svscan_kill_prey(struct svscan *s)
{
	struct procstat ps;

	for (uint32_t i = 0; i < s->nprey; i++)
		if (procstat_read(s->prey[i].pid, &ps) == 0 && ps.start == s->prey[i].start)
			kill(s->prey[i].pid, SIGKILL);
}
