/* upgrade-supervise.c - what s6-supervise hands over: golden, and read back */

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include <sextet/handover.h>

#include "supervise/supervise.h"
#include "tap.h"
#include "upgraded.h"

#define FILE_NAME SEXTET_BINDIR "/s6-supervise"

static struct service const sample = {
	.name = "web", .state = LAST_SWEEP,
	.dir = -1, .supervise = -1, .event = -1, .lock = -1, .control = -1, .own = -1,
	.record = -1, .tally = -1, .readiness = -1, .pidfd = -1, .cgroup = -1,
	.listening = 1, .adopted = 1,
	.deadline = 1, .rewrite = INT64_MAX, .started = 3, .due = 4, .sweep_end = 5,
	.pid = 6, .run = 7, .owner = 16, .tries = 8, .writes = 9, .swept = 10, .passes = 11,
	.unwritten = 1, .unsaved = 1, .failing = 1, .giveup = 1, .told = 1, .finished = 1,
	.reaper = 1, .estranged = 1, .unlisted = 1, .unsure = 1, .deaf = 1, .unrecorded = 1, .untallied = 1,
	.status = { .stamp = { { 0x4000000000000001 }, 2 }, .readystamp = { { 0x4000000000000003 }, 4 },
		.pid = 5, .wstat = 0x600, .finishing = 1, .wantup = 1 },
	.child = { .stage = CHILD_FINISH, .asked = 1, .quick = 2, .pid = 6, .t0 = 1, .t1 = 2 },
	.nkin = 2, .kin = { { 12, 13 }, { 14, 15 } },
};

/* Of version 1: these keys keep their meaning for ever. */
static char const golden[] =
	"state=last-sweep\0dir=-1\0supervise=-1\0event=-1\0lock=-1\0control=-1\0control-x=-1\0"
	"record=-1\0tally=-1\0readiness=-1\0pidfd=-1\0cgroup=-1\0"
	"status=4000000000000001000000024000000000000003000000040000000000000005060006\0"
	"child=7378633105100002000000060000000000000000000000010000000000000002"
	"00000000000000000000000000000000000000000000000000000000c726a5de\0"
	"deadline=1\0rewrite=9223372036854775807\0started=3\0due=4\0sweep-end=5\0"
	"child-pid=6\0run=7\0owner=16\0listening=1\0adopted=1\0tries=8\0writes=9\0unwritten=1\0unsaved=1\0"
	"unrecorded=1\0untallied=1\0failing=1\0giveup=1\0told=1\0finished=1\0deaf=1\0"
	"swept=10\0passes=11\0reaper=1\0estranged=1\0unlisted=1\0unsure=1\0kin=2\0"
	"\0pid=12\0start=13\0\0pid=14\0start=15\0";

static struct change const changes[] = {
	{ "", "", HANDOVER_UNDERSTOOD, 0 },
	{ "state=last-sweep", "state=up", HANDOVER_UNDERSTOOD, 0 },
	{ "state=last-sweep", "state=nothing", 111, 111 },
	{ "status=40", "status=4", 111, 111 },
	{ "child=7378", "child=7379", 111, 111 },
	{ "dir=-1", "dir=-2", 111, 111 },
	{ "dir=-1", "dir=x", 111, 111 },
	{ "kin=2", "kin=3", 111, 111 },
	{ "kin=2", "kin=1", HANDOVER_UNDERSTOOD, 0 },
	{ "kin=2", "kin=1000000", 111, 111 },
	{ "kin=2", "kin=0", HANDOVER_UNDERSTOOD, 0 },
	{ "dir=-1", "dir=9999", HANDOVER_UNDERSTOOD, 111 },
};

static int
read_back(void)
{
	struct service s = { .state = DOWN };

	return supervise_upgraded(&s) != 1 || s.nkin > SUPERVISE_KIN;
}

static void upgrade_web(void) { struct service s = sample; supervise_upgrade(&s); }
static void upgrade_dash(void) { struct service s = sample; s.name = "-web"; supervise_upgrade(&s); }

static void
refusals(void)
{
	char said[256];

	snprintf(said, sizeof said, "unable to upgrade to " FILE_NAME ": %s", strerror(EMFILE));
	refused(0, 0, upgrade_web, said);
	refused(FILE_NAME, "exit 3", upgrade_web, "it does not take over (exit code 3)");
	refused(FILE_NAME, "exit 0", upgrade_web, "it does not take over (exit code 0)");
	refused(FILE_NAME, "kill -9 $$", upgrade_web, "it does not take over (signal 9)");
	refused(FILE_NAME, "echo \"$# $*\" >&2; exit 3", upgrade_web, "1 web");
	refused(FILE_NAME, "echo \"$# $*\" >&2; exit 3", upgrade_dash, "2 -- -web");
}

int
main(void)
{
	struct service s = sample, r = { .state = DOWN };
	char got[4096], number[16], a[CHILD_SIZE], b[CHILD_SIZE], c[STATUS_SIZE], d[STATUS_SIZE];
	struct handover h;
	char const *p = got;
	ssize_t n;
	int fd;

	handover_begin(&h, "s6-supervise");
	supervise_carry(&h, &s);
	fd = handover_end(&h);
	n = pread(fd, got, sizeof got, 0);
	for (int i = 0; i < 3; i++)
		p += strlen(p) + 1;
	ok(n - (p - got) == (ssize_t)sizeof golden, "length");
	if (!is_bytes(p, golden, sizeof golden, "golden bytes"))
		for (char const *q = p; q < got + n; q += strlen(q) + 1)
			printf("# %s\n", q);

	sprintf(number, "%d", fd);
	setenv(HANDOVER_VARIABLE, number, 1);
	ok(handover_receive(&h, "s6-supervise") == HANDOVER_OURS, "received");
	supervise_carry(&h, &r);
	ok(handover_done(&h) == 0, "read");
	child_pack(a, &r.child);
	child_pack(b, &sample.child);
	status_pack(c, &r.status);
	status_pack(d, &sample.status);
	is_bytes(a, b, sizeof a, "the record");
	is_bytes(c, d, sizeof c, "the status");
	ok(r.state == LAST_SWEEP && r.pid == 6 && r.run == 7 && r.owner == 16 && r.tries == 8 && r.writes == 9
		&& r.listening && r.adopted && r.swept == 10 && r.passes == 11, "state");
	ok(r.deadline == 1 && r.rewrite == INT64_MAX && r.started == 3 && r.due == 4
		&& r.sweep_end == 5, "moments");
	ok(r.unwritten && r.unsaved && r.failing && r.giveup && r.told && r.finished && r.reaper
		&& r.estranged && r.unlisted && r.unsure && r.deaf && r.unrecorded && r.untallied, "flags");
	ok(r.dir == -1 && r.cgroup == -1 && r.readiness == -1, "no descriptors");
	ok(r.nkin == 2 && !memcmp(r.kin, sample.kin, sizeof r.kin), "kin");
	tap_tmpdir();
	roles((struct reading){ .program = "s6-supervise", .body = golden, .n = sizeof golden, .read = read_back },
		changes, sizeof changes / sizeof *changes, 1);
	refusals();
	return done_testing();
}
