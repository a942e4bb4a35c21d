/*
 * quota - sets a user's limit on a file system: quota DEVICE UID KIB
 */

#include <stdio.h>
#include <stdlib.h>
#include <sys/quota.h>

int
main(int argc, char **argv)
{
	struct dqblk q = { 0 };

	if (argc != 4)
		return 100;
	q.dqb_bhardlimit = q.dqb_bsoftlimit = strtoul(argv[3], 0, 10);
	q.dqb_valid = QIF_BLIMITS;
	if (quotactl(QCMD(Q_SETQUOTA, USRQUOTA), argv[1], atoi(argv[2]), (void *)&q) < 0) {
		perror("quota");
		return 1;
	}
	return 0;
}
