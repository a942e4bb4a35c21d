#!/bin/sh
# s6-supervise is killed just before each of its system calls in the life of a
# service, and the next one takes over: one instance, whatever happened, nothing
# counted twice, nothing left. The same with each newborn child frozen at each of
# its own calls until the successor has come: only that exposes a start that
# nobody knows of.
. "${0%/*}/../lib.sh"
. "$top/tests/fault/sweep.sh"

killed() {
	name=$1 least=$2
	shift 2
	sweep "s6-supervise killed, $name" "$least" sweep-supervise "$@" x kill
}
killed 'in a whole life' 300
killed 'while it adopts' 150 -a
killed 'while it deals with a death in the gap' 200 -g
killed 'while the service gets ready' 150 -l
killed 'the service gets ready just before' 150 -n
killed 'while it takes over from upstream' 150 -o
for k in 1 2 3 4; do
	sweep "s6-supervise killed, child $k frozen" 5 sweep-supervise -c $k x freeze
done
[ -n "$LONG" ] || every 5
killed 'when run and finish have to be killed in time' 150 -k
if [ -n "$LONG" ]; then
	killed 'while it adopts what has to be killed in time' 150 -a -k
	killed 'in a whole life with more settings' 300 -m
	killed 'while it adopts with more settings' 150 -a -m
	killed 'after a death in the gap with more settings' 150 -g -m
	for k in 1 2 3 4; do
		sweep "s6-supervise killed, more settings, child $k frozen" 5 sweep-supervise -m -c $k x freeze
	done
fi
done_testing
