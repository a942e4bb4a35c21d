#!/bin/sh
# with-contenv: the container's environment, and when there is none
# shellcheck disable=SC2016
. "${0%/*}/../lib.sh"

usage_ok with-contenv
run with-contenv
is "no program: exit 100" "$rc" 100
is "no program: usage" "$err" 'with-contenv: usage: with-contenv prog...'

S6_STATEDIR=$PWD/state
export S6_STATEDIR
env=$S6_STATEDIR/container_environment
mkdir -p "$env"
printf 'plain\n' >"$env/A"
printf 'no newline' >"$env/B"
: >"$env/EMPTY"
printf '\n' >"$env/NEWLINE"
printf ' two\nlines \n\n' >"$env/LINES"
echo hidden >"$env/.D"
echo "$PATH" >"$env/PATH"
export A=mine OTHER=mine

run with-contenv env
is "exit 0" "$rc" 0
is "exactly the files" "$(with-contenv awk 'BEGIN { for (v in ENVIRON) print v }' | grep -v '^AWK' | sort | paste -s -d ' ')" \
	'A B EMPTY LINES NEWLINE PATH S6_STATEDIR'
like "a variable" "$out" '^A=plain$'
like "without its newline" "$out" '^B=no newline$'
like "empty values are kept" "$out" '^EMPTY=$'
like "those of ours, too" "$out" '^NEWLINE=$'
notok "the caller's are gone" grep -q '^OTHER' "$TMPDIR/out"
notok "hidden files do not count" grep -q hidden "$TMPDIR/out"
like "but S6_STATEDIR is handed on" "$out" "^S6_STATEDIR=$S6_STATEDIR\$"
run with-contenv with-contenv printcontenv A
is "so that it works again" "$out" plain
run with-contenv sh -c 'printf "<%s>" "$LINES"'
is "all of a value but one newline" "$out" "$(printf '< two\nlines \n>')"

head -c 100000 /dev/zero | tr '\0' x >"$env/BIG"
run with-contenv sh -c 'echo ${#BIG}'
is "values of any length" "$out" 100000
rm "$env/BIG"

printf '#!%s sh\necho "$1 $A $0"\n' "$bin/with-contenv" >script
chmod +x script
run ./script arg
is "as the interpreter of a script" "$out" 'arg plain ./script'

# with the container's PATH
mkdir tools
printf '#!/bin/sh\necho found\n' >tools/only-there
chmod +x tools/only-there
echo "$PWD/tools:$PATH" >"$env/PATH"
run with-contenv only-there
is "the program is looked up in the container's PATH" "$out" found
echo "$PATH" >"$env/PATH"

run with-contenv no-such-program
is "no such program: exit 127" "$rc" 127
is "no such program: message" "$err" \
	'with-contenv: fatal: unable to exec no-such-program: No such file or directory'
run with-contenv -- sh -c 'exit 3'
is "a leading --, and the program's exit code" "$rc" 3

# the older behaviour, by another name
ln -s "$bin/with-contenv" with-contenv-legacy
run ./with-contenv-legacy env
notok "legacy: an empty variable is none" grep -Eq '^(EMPTY|NEWLINE)' "$TMPDIR/out"
like "legacy: the others are there" "$out" '^A=plain$'
run ./with-contenv-legacy
is "legacy: usage" "$err" 'with-contenv-legacy: usage: with-contenv-legacy prog...'

# no environment to be had
run env S6_KEEP_ENV=1 with-contenv sh -c 'echo $A $OTHER'
is "S6_KEEP_ENV: nothing is taken" "$out" 'mine mine'
is "S6_KEEP_ENV: nothing is said" "$err" ''
run env S6_KEEP_ENV=0 with-contenv sh -c 'echo $A $OTHER'
is "S6_KEEP_ENV=0 is no" "$out" plain
run env S6_STATEDIR="$PWD/none" with-contenv sh -c 'echo $A $OTHER; exit 4'
is "no container: the program runs" "$rc $out" '4 mine mine'
is "no container: a warning" "$err" "with-contenv: warning: no $PWD/none/container_environment: no container was started here; keeping the environment"
mkdir "$env/directory"
run with-contenv true
is "a directory in it: exit 111" "$rc" 111
is "a directory in it: message" "$err" "with-contenv: fatal: unable to read $env: Is a directory"
rmdir "$env/directory"

if others_may_run; then
	chmod 755 "$TMPDIR" . state
	run setpriv --reuid=65534 --regid=65534 --clear-groups with-contenv sh -c 'echo $A $(id -u)'
	is "another user" "$out" 'plain 65534'
else
	skip "another user" "not root, or the programs are not for others"
fi
done_testing
