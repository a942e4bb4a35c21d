/* A file in the container's environment, written by some script; and what is
   read, dumped and read again. */

#include "fuzz.h"

#include <sextet/contenv.h>
#include <sextet/contcode.h>

static int
same(char const **a, char const **b)
{
	return a[0] && b[0] && !strcmp(a[0], b[0]) && !a[1] && !b[1];
}

int
LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char const **env, **again;
	int code;

	fuzz_dir();
	mkdir("env", 0755);
	mkdir("container-results", 0755);
	fuzz_file("env/VAR", data, n);
	env = contenv_read("env");
	claim(env && env[0] && !strncmp(env[0], "VAR=", 4) && !env[1], "one file, one variable");
	claim(strlen(env[0]) - 4 == n - (n && data[n - 1] == '\n'), "all of it, but a newline");
	claim(contenv_dump("env", (char const *const *)env) == 0, "it can be kept");
	again = contenv_read("env");
	claim(again && same(env, again), "and is the same then");
	free((void *)(size_t)env[0]);
	free((void *)(size_t)again[0]);
	free(env);
	free(again);

	fuzz_file("container-results/exitcode", data, n);
	code = contcode_read(".");
	claim(code >= 0 && code <= 255, "an exit code is one");
	return 0;
}
