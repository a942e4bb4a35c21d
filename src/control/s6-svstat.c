/*
 * s6-svstat - print the state of services.
 *
 * For a person one line each, for a script the fields that it names, or one
 * JSON object a line. Exits 0, 1 when a service is not supervised, 111 on
 * error; with several services that of the last bad one.
 */

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/alive.h>
#include <sextet/cli.h>
#include <sextet/path.h>
#include <sextet/servicedir.h>
#include <sextet/status.h>
#include <sextet/tai64n.h>

#include "svstat.h"

#define FIELD_NAMES "up,wantedup,normallyup,ready,paused,pid,pgid,exitcode,signal,signum," \
	"updownsince,readysince,updownfor,readyfor"
#define USAGE "s6-svstat [ -uwNrpgest | -o " FIELD_NAMES " | --json ] [ -n ] servicedir..."
#define JSON 256		/* the letter of --json, which has none */

/* A status that says "up" of a process that is gone is not passed on. */
static void
cross_check(struct svstat_service *s)
{
	static char const reason[] = "the process on record is gone";

	s->guess = alive_correct(s->dir, &s->st) == ALIVE_UNNOTICED;
	if (s->guess && !s->failing[0])
		memcpy(s->failing, reason, sizeof reason);
}

/* The reason why it is failing, made fit for a line. There is none while it is up:
   then we need not look. */
static void
read_reason(struct svstat_service *s)
{
	if (status_up(&s->st) || failing_read(s->dir, s->failing) <= 0)
		s->failing[0] = 0;
	for (char *c = s->failing; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
}

/* Reads the state of s->dir. 1, 0 when it is not supervised, -1 with errno. */
static int
read_service(struct svstat_service *s)
{
	char path[PATH_MAX];
	int r = servicedir_supervised(s->dir);

	if (r <= 0)
		return r;
	if (status_read(s->dir, &s->st) < 0 || path_join(path, sizeof path, s->dir, "down") < 0)
		return -1;
	read_reason(s);
	cross_check(s);
	s->normallyup = servicedir_has(AT_FDCWD, path) <= 0;
	return 1;
}

static void
add_field(struct svstat_request *r, enum svstat_field f)
{
	if (r->n == SVSTAT_FIELDS_MAX)
		strerr_dief(100, "too many option fields");
	r->field[r->n++] = f;
}

/* The comma-separated names of -o. Empty ones are skipped. */
static void
add_fields(struct svstat_request *r, char const *names)
{
	while (*names) {
		size_t len = strcspn(names, ",");
		enum svstat_field f = 0;

		for (; len && f < FIELDS; f++)
			if (!strncmp(svstat_fields[f].name, names, len) && !svstat_fields[f].name[len])
				break;
		if (f == FIELDS)
			strerr_dief(100, "invalid option field: ", names);
		if (len)
			add_field(r, f);
		names += len;
		names += *names == ',';
	}
}

static void
get_options(struct svstat_request *r, int argc, char const *const *argv, subgetopt *l)
{
	static struct cli_long const longs[] = { { "json", JSON, 0 }, { 0, 0, 0 } };
	int opt;

	while ((opt = cli_getopt(argc, argv, "no:uwNrpgest", longs, USAGE, l)) >= 0) {
		switch (opt) {
		case 'n': r->numeric = 1; break;
		case 'o': add_fields(r, l->arg); break;
		case JSON: r->json = 1; break;
		default:
			for (enum svstat_field f = 0; f < FIELDS; f++)
				if (svstat_fields[f].letter == opt)
					add_field(r, f);
		}
	}
	if (r->json && r->n)
		strerr_dieusage(100, USAGE);
}

/* Services mostly share a directory: goes there, so that the way to each is short,
   which is a good part of what many services cost. Returns how many bytes of
   each name it has gone; 0 when they do not, or it cannot. */
static size_t
go_near(size_t n, char const *const *names)
{
	size_t len = (size_t)(path_base(names[0]) - names[0]);
	char parent[PATH_MAX];

	if (n == 1 || !len || len >= sizeof parent)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (strncmp(names[i], names[0], len) || strchr(names[i] + len, '/') || !names[i][len])
			return 0;
	memcpy(parent, names[0], len);
	parent[len] = 0;
	return chdir(parent) == 0 ? len : 0;
}

/* Prints one service, which is DIR of the working directory. Returns what the
   program is to exit with; ALONE: a service that cannot be read ends it here. */
static int
show(char const *name, char const *dir, struct svstat_request const *r, int alone)
{
	struct svstat_service s = { .name = name, .dir = dir };
	int found = read_service(&s);

	if (found > 0 || (!found && r->json)) {
		if (!alone && !r->json) {
			svstat_put(name);
			svstat_put(": ");
		}
		if (r->json)
			svstat_json(&s, r, found);
		else if (r->n)
			svstat_values(&s, r);
		else
			svstat_line(&s, r);
		svstat_put("\n");
	}
	if (found < 0) {
		if (alone)
			strerr_diefusys(111, "read status for ", name);
		strerr_warnwusys("read status for ", name);
		return 111;
	}
	if (!found) {
		if (alone && !r->json)
			strerr_diefu(1, "read status for ", name, ": s6-supervise not running");
		strerr_warnwu("read status for ", name, ": s6-supervise not running");
		return 1;
	}
	return 0;
}

int
main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	struct svstat_request r = { .n = 0 };
	int status = 0;
	size_t near;

	PROG = "s6-svstat";
	get_options(&r, argc, argv, &l);
	argc -= l.ind;
	argv += l.ind;
	if (argc < 1)
		strerr_dieusage(100, USAGE);

	tai64n_now(&r.now);
	near = go_near((size_t)argc, argv);
	for (int i = 0; i < argc; i++) {
		int e = show(argv[i], argv[i] + near, &r, argc == 1);

		if (e)
			status = e;
	}
	svstat_flush();
	return status;
}
