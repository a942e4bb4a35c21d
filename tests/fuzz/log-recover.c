/* Whatever a logger may have left in a directory, the next one starts, keeps every
   byte that was in files of lines, and ends in order. */

#include <sextet/birth.h>

#include "logdir.h"

static char const *const names[] = {
	"current", "previous", "processed", "state", "newstate", "lock", "journal.0", "journal.1",
	"@400000006b00000000000001.s", "@400000006b00000000000002.u", "@7fffffffffffffff3b9ac9ff.s",
	"@400000006b00000000000003.x", "@40", "other", "processing", "journal",
};

#define NAMES (sizeof names / sizeof *names)
#define JOURNAL (NAMES - 1)

/* Is it one that holds lines? */
static int
of_lines(size_t which)
{
	return which < 3 || !strcmp(names[which] + strlen(names[which]) - 2, ".s")
		|| !strcmp(names[which] + strlen(names[which]) - 2, ".u");
}

static int
path(char *to, size_t which)
{
	return sprintf(to, "d/%s", names[which]);
}

/* A valid record, with marks that fit the files as the input wants. */
static void
make_record(uint8_t const *data)
{
	struct log_record r = { .seq = data[0], .n = 1, .which = data[1] % 2, .done = data[2] };
	char slot[LOG_SLOT] = { 0 }, name[64];
	struct stat st;
	int fd;

	child_boot(r.boot);
	claim(stat("d", &st) == 0, "stat");
	r.marks[0] = (struct log_mark){ .dir_dev = st.st_dev, .dir_ino = st.st_ino,
		.size = data[3], .rotated = data[4] };
	path(name, data[5] % JOURNAL);
	if (stat(name, &st) == 0) {
		r.marks[0].dev = st.st_dev;
		r.marks[0].ino = st.st_ino;
		r.marks[0].birth = data[6] & 1 ? 1 : birth_of(AT_FDCWD, name);
	}
	log_record_pack(slot, &r);
	path(name, JOURNAL);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	claim(fd >= 0 && pwrite(fd, slot, sizeof slot, r.seq % 2 * LOG_SLOT) == LOG_SLOT, "write");
	close(fd);
}

/* Each file: its name, mode and length, then its content. */
static void
make_files(uint8_t const *data, size_t n)
{
	while (n >= 3) {
		size_t len = data[1] < n - 3 ? data[1] : n - 3;
		size_t which = data[0] % NAMES;
		char name[64], other[64];
		int fd;

		path(name, which);
		path(other, data[2] / 4 % JOURNAL);
		if (which == JOURNAL && len > 6) {
			make_record(data + 3);
		} else if (data[2] % 4 == 3) {
			if (link(other, name) < 0)	/* a second name for a file */
				(void)errno;
		} else if ((fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644)) >= 0) {
			claim(write(fd, data + 3, len) == (ssize_t)len, "write");
			fchmod(fd, data[2] % 4 & 1 ? 0744 : 0644);
			close(fd);
		}
		data += 3 + len;
		n -= 3 + len;
	}
}

/* The bytes that must not be lost, counted by value, newlines apart. */
static void
count(char const *name, void *data)
{
	size_t *seen = data;
	char p[512];
	unsigned char c;
	FILE *f;

	snprintf(p, sizeof p, "d/%s", name);
	f = fopen(p, "r");
	if (!f)
		return;
	while (fread(&c, 1, 1, f) == 1)
		seen[c] += c != '\n';
	fclose(f);
}

static void
count_all(size_t *seen, int before)
{
	struct stat st;
	int done = stat("d/processed", &st) == 0 && st.st_mode & 0100;

	memset(seen, 0, 256 * sizeof *seen);
	for (size_t i = 0; i < NAMES; i++) {
		struct stat mine;
		char p[64];
		int twice = 0;

		path(p, i);
		if (stat(p, &mine) < 0 || !of_lines(i))
			continue;
		/* of previous and processed one counts */
		if (before && (done ? i == 1 : i == 2))
			continue;
		/* a file with two names is one */
		for (size_t k = 0; k < i; k++) {
			path(p, k);
			twice |= stat(p, &st) == 0 && st.st_ino == mine.st_ino && of_lines(k)
				&& !(before && (done ? k == 1 : k == 2));
		}
		if (!twice)
			count(names[i], seen);
	}
}

static void
count_found(char const *name, void *data)
{
	size_t n = strlen(name);
	int known = 0;

	for (size_t i = 0; i < NAMES; i++)
		known |= !strcmp(names[i], name);
	if (!known && name[0] == '@' && n == 27)
		count(name, data);
}

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	struct log_target target = { .name = "./d",
		.lim = { .archives = UINT32_MAX, .size = 99999, .slack = 2000, .retry = 1 } };
	struct log_journal j = { 0 };
	size_t before[256], after[256];
	struct stat st;
	struct log_dir d;
	int record;

	logdir_empty();
	make_files(data, n);
	count_all(before, 1);
	record = stat("d/journal", &st) == 0;
	log_dir_open(&d, &target, &fuzz_conf, &j);
	claim(stat("d/previous", &st) < 0 && stat("d/processed", &st) < 0, "no stray is left");
	if (j.on)
		log_journal_remove(&j);
	log_dir_work(&d);
	claim(d.front == LOG_WRITING && log_dir_idle(&d), "it is ready");
	claim(stat("d/current", &st) == 0 && !(st.st_mode & 0111), "current is open");
	d.again = 0;
	claim(log_out_put(&d.out, "\n", 1), "there is room");
	log_dir_work(&d);
	log_dir_rotate(&d);
	log_dir_work(&d);
	log_dir_settle(&d);
	log_dir_work(&d);
	claim(log_dir_idle(&d), "it has rotated");
	logdir_leave(&d);
	claim(stat("d/current", &st) == 0 && st.st_mode & 0100, "current is closed");
	if (!record) {
		count_all(after, 0);
		logdir_each(count_found, after);
		claim(!memcmp(before, after, sizeof before), "no byte is lost or doubled");
	}
	return 0;
}
