#!/bin/sh
# printcontenv: one variable of the container
. "${0%/*}/../lib.sh"

usage_ok printcontenv
for n in 0 2; do
	case $n in 0) set -- ;; 2) set -- A B ;; esac
	run printcontenv "$@"
	is "$n names: exit 100" "$rc" 100
	is "$n names: usage" "$err" 'printcontenv: usage: printcontenv name'
done

S6_STATEDIR=$PWD/state
export S6_STATEDIR
env=$S6_STATEDIR/container_environment
mkdir -p "$env"
printf 'value\n' >"$env/A"
printf ' b \n\n' >"$env/B"
: >"$env/E"
printcontenv A >got
is "value and one newline" "$(od -c <got)" "$(printf 'value\n' | od -c)"
printcontenv B >got
is "blanks and lines are the value's" "$(od -c <got)" "$(printf ' b \n\n' | od -c)"
run printcontenv E
is "an empty one is there" "$rc" 0
for name in C '' . .. ../phase A=value AB; do
	run printcontenv "$name"
	is "'$name' is no variable: exit 1" "$rc" 1
	is "'$name' is no variable: nothing is said" "$out$err" ''
done
run env S6_KEEP_ENV=1 A=own printcontenv A
is "S6_KEEP_ENV: our own" "$out" own
run env S6_STATEDIR="$PWD/none" A=own printcontenv A
is "no container: our own" "$out" own
like "no container: a warning" "$err" '^printcontenv: warning: no .*none/container_environment: no container was started here'
if [ -e /dev/full ]; then
	rc=0
	printcontenv A >/dev/full 2>err || rc=$?
	is "output that is not taken: exit 111" "$rc" 111
	is "output that is not taken: message" "$(cat err)" \
		'printcontenv: fatal: unable to write to stdout: No space left on device'
fi
done_testing
