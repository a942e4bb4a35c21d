/*
 * record.c - the record of a journal: how far the log directories are. See
 * log.h. The file has two slots of 4096 bytes, written in turn; the one with
 * the higher sequence number counts. A slot, integers big-endian:
 *
 *    0  8  "s6jrnl1\n"
 *    8  8  sequence number
 *   16 16  the boot's id
 *   32  8  hash of the script
 *   40 16  device and inode of the pipe
 *   56  4  which file holds the lines, 0 or 1
 *   60  4  number of marks
 *   64  8  offset in that file: lines before it are in the directories
 *   72 56  for each mark: device and inode of the directory; device, inode and
 *          birth of its current; the size that this had; how many bytes of
 *          what follows the offset are in files that were rotated since
 *    .  8  hash of all of the above
 */

#include <string.h>
#include <skalibs/uint32.h>
#include <skalibs/uint64.h>

#include "log.h"

#define MAGIC "s6jrnl1\n"
#define HEAD 72
#define MARK 56

static char *
put64(char *to, uint64_t n)
{
	uint64_pack_big(to, n);
	return to + 8;
}

static char const *
get64(char const *from, uint64_t *n)
{
	uint64_unpack_big(from, n);
	return from + 8;
}

uint64_t
log_record_hash(uint64_t h, char const *s, size_t n)
{
	if (!h)
		h = UINT64_C(0xcbf29ce484222325);	/* FNV-1a */
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * UINT64_C(0x100000001b3);
	return h;
}

size_t
log_record_pack(char *to, struct log_record const *r)
{
	char *p = to + 8;

	memcpy(to, MAGIC, 8);
	p = put64(p, r->seq);
	memcpy(p, r->boot, sizeof r->boot);
	p += sizeof r->boot;
	p = put64(p, r->script);
	p = put64(p, r->pipe_dev);
	p = put64(p, r->pipe_ino);
	uint32_pack_big(p, r->which);
	uint32_pack_big(p + 4, (uint32_t)r->n);
	p = put64(p + 8, r->done);
	for (size_t i = 0; i < r->n; i++) {
		struct log_mark const *m = r->marks + i;
		uint64_t const all[] = { m->dir_dev, m->dir_ino, m->dev, m->ino, m->birth,
			m->size, m->rotated };

		for (size_t k = 0; k < MARK / 8; k++)
			p = put64(p, all[k]);
	}
	p = put64(p, log_record_hash(0, to, (size_t)(p - to)));
	return (size_t)(p - to);
}

int
log_record_unpack(char const *from, struct log_record *r)
{
	char const *p = from + 8;
	uint32_t n, which;
	uint64_t hash;

	uint32_unpack_big(from + 56, &which);
	uint32_unpack_big(from + 60, &n);
	if (memcmp(from, MAGIC, 8) || n > LOG_MARKS || which > 1)
		return 0;
	get64(from + HEAD + n * MARK, &hash);
	if (hash != log_record_hash(0, from, HEAD + n * MARK))
		return 0;
	p = get64(p, &r->seq);
	memcpy(r->boot, p, sizeof r->boot);
	p += sizeof r->boot;
	p = get64(p, &r->script);
	p = get64(p, &r->pipe_dev);
	p = get64(p, &r->pipe_ino);
	r->which = which;
	r->n = n;
	p = get64(p + 8, &r->done);
	for (size_t i = 0; i < n; i++) {
		struct log_mark *m = r->marks + i;
		uint64_t *const all[] = { &m->dir_dev, &m->dir_ino, &m->dev, &m->ino, &m->birth,
			&m->size, &m->rotated };

		for (size_t k = 0; k < MARK / 8; k++)
			p = get64(p, all[k]);
	}
	return 1;
}
