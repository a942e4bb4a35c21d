/* identity.c - see sextet/identity.h */

#include <grp.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sextet/identity.h>

struct identity *
identity_new(void)
{
	void *p = mmap(0, sizeof(struct identity), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? 0 : p;
}

/* Reads the id at S; returns its length, 0 if there is none. */
static size_t
scan_id(char const *s, gid_t *id)
{
	uint64_t u = 0;
	size_t len = 0;

	for (; s[len] >= '0' && s[len] <= '9'; len++) {
		u = u * 10 + (uint64_t)(s[len] - '0');
		if (u > UINT32_MAX)
			return 0;
	}
	*id = (gid_t)u;
	return len;
}

int
identity_scan_groups(struct identity *id, char const *s)
{
	size_t n = 0;

	while (*s && n < IDENTITY_GROUPS) {
		size_t len = scan_id(s, id->groups + n);

		if (!len && !n)
			return 0;
		if (!len)
			break;
		n++;
		s += len;
		s += strspn(s, ",:; \t\r\n");
	}
	id->n = n;
	return 1;
}

static void
add_group(struct identity *id, gid_t gid)
{
	for (size_t i = 0; i < id->n; i++)
		if (id->groups[i] == gid)
			return;
	id->groups[id->n++] = gid;
}

enum identity_result
identity_apply(struct identity *id)
{
	if (id->set_groups) {
		add_group(id, id->set_gid ? id->gid : getegid());
		if (setgroups(id->n, id->groups) < 0)
			return IDENTITY_GROUPS_FAILED;
	}
	if (id->set_gid && setgid(id->gid) < 0)
		return IDENTITY_GID_FAILED;
	if (id->set_uid && setuid(id->uid) < 0)
		return IDENTITY_UID_FAILED;
	return IDENTITY_DONE;
}

char const *
identity_verb(enum identity_result result)
{
	switch (result) {
	case IDENTITY_GROUPS_FAILED: return "set supplementary group list";
	case IDENTITY_GID_FAILED: return "setgid";
	case IDENTITY_UID_FAILED: return "setuid";
	default: return "";
	}
}
