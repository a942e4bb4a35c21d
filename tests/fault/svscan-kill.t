#!/bin/sh
# s6-svscan is killed just before each of its system calls in the life of a scan
# directory - start, rescan, the death of supervisors and of services, prune, stop -
# and the next one takes over: one instance of each service, no line lost on its way
# to the logger, nothing left. The same with each newborn child frozen at each of its
# own calls until the successor has come.
. "${0%/*}/../lib.sh"
. "$top/tests/fault/sweep.sh"

killed() {
	name=$1 least=$2
	shift 2
	sweep "s6-svscan killed, $name" "$least" sweep-svscan "$@" x kill
}
killed 'in a whole life' 80
[ -n "$LONG" ] || every 15
killed 'while it is upgraded in place' 120 -u
killed 'while it takes over' 120 -a
killed 'while it takes over after all supervisors died' 100 -g
killed 'while it takes over after some supervisors died' 100 -s
[ -n "$LONG" ] || every
for k in 1 2 3 4; do
	sweep "s6-svscan killed, child $k frozen" 4 sweep-svscan -c $k x freeze
done
if [ -n "$LONG" ]; then
	killed 'while it is upgraded after taking over' 80 -a -u
	killed 'in a whole life that ends by q' 80 -q
	for k in 5 6; do
		sweep "s6-svscan killed, child $k frozen" 4 sweep-svscan -c $k x freeze
	done
fi
done_testing
