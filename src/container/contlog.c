/* contlog.c - where the output of a container goes */

#include "contlog.h"
#include "stage2.h"

int
contlog_start(struct container *c)
{
	(void)c;
	return -1;
}

int
stage2_output(struct stage2 *s, char const *name)
{
	(void)s, (void)name;
	return -1;
}
