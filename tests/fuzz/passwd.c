/* passwd(5) and group(5) files. */

#include "fuzz.h"

#include <sextet/passwd.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char name[ACCOUNT_NAMESIZE];
	gid_t list[4];
	size_t count = 0;
	uid_t uid;
	gid_t gid;

	fuzz_file("file", data, n);
	if (passwd_user("file", "ab", &uid, &gid) == ACCOUNT_FOUND)
		claim(uid != (uid_t)-1 && gid != (gid_t)-1, "-1 is no id");
	if (passwd_group("file", "ab", &gid) == ACCOUNT_FOUND)
		claim(gid != (gid_t)-1, "-1 is no id");
	if (passwd_name("file", 1, name) == ACCOUNT_FOUND)
		claim(!!memchr(name, 0, sizeof name), "the name ends");
	if (passwd_groups("file", "ab", list, 4, &count) == ACCOUNT_FOUND)
		claim(count <= 4, "no more than fit");
	return 0;
}
