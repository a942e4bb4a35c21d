/* One file of an envdir, and the environment that comes of it. */

#include "fuzz.h"

#include <skalibs/stralloc.h>

#include <sextet/environment.h>
#include <sextet/envdir.h>

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	static char const *const old[] = { "A=1", "VAR=old", "VAR=twice", "Z=", 0 };
	stralloc changes = STRALLOC_ZERO;
	char const **env;
	ssize_t got;
	int count = 0;

	if (!n)
		return 0;
	fuzz_dir();
	mkdir("env", 0755);
	fuzz_file("env/VAR", data + 1, n - 1);
	got = envdir_read("env", &changes, data[0] & 7, '\n');
	claim(got == 1, "one file, one change");
	claim(changes.len && !changes.s[changes.len - 1] && strlen(changes.s) == changes.len - 1,
		"one string");
	env = environment_change(old, changes.s, 1);
	claim(!!env, "memory");
	for (int i = 0; env[i]; i++)
		count += !strncmp(env[i], "VAR=", 4);
	claim(count == (n > 1), "set once, or removed by an empty file");
	free(env);
	stralloc_free(&changes);
	return 0;
}
