/* services.c - services.d */

#include "stage2.h"

int
stage2_services(struct stage2 *s)
{
	(void)s;
	return 0;
}
