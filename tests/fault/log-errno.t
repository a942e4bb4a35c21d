#!/bin/sh
# words are split on purpose
# shellcheck disable=SC2086
# Each system call of a logger fails once. Whatever happens - it goes on, it
# refuses to start, it ends early - after the next logger on the same pipe every
# line is there once.
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool
lines=100

# sweep NAME ERRNO LOGGER...: on directory d
sweep() {
	name=$1 e=$2 n=0 rc=0 bad=''
	shift 2
	while [ $rc = 0 ]; do
		n=$((n + 1))
		rm -rf d
		"$tool/lines" $lines 20 | {
			timeout 20 "$tool/nth" errno="$e" $n "$@" 2>err || rc=$?
			"$@" 2>err2 || rc=1
			echo $rc >rc
		}
		rc=$(cat rc)
		"$tool/account" $lines d >figures || bad="$bad
$n: $(cat figures)"
		read -r _ _ lost _ <figures
		[ "$lost" = 0 ] || bad="$bad
$n: $lost lost: $(cat err err2)"
		# one warning when trouble begins, and it ends
		[ "$(grep -c 'warning: ' err)" -le 1 ] || bad="$bad
$n: $(cat err)"
	done
	if [ $rc = 111 ]; then
		skip "$name, errno $e" "no tracing here"
		return
	fi
	is "$name, errno $e, at each of $((n - 1)) system calls" "$rc$bad" 99
}

for e in 5 11 12 24 28 30 122; do
	sweep plain $e s6-log r5 n99 s4096 l0 ./d
done
for e in 5 28 30; do
	sweep processor $e s6-log r5 n99 s4096 l0 t '?cat' ./d
	sweep durable $e s6-log --durable r5 n99 s4096 l0 t ./d
done
done_testing
