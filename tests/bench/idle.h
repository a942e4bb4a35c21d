/* idle.h - what idle says. Services are the directories svc#0, svc#1, ... */

#ifndef IDLE_H
#define IDLE_H

#include <sys/types.h>

struct idle_event {
	pid_t pid;	/* in its own PID namespace */
	int number;
};

#endif
