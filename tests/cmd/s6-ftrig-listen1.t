#!/bin/sh
# s6-ftrig-listen1: subscribe, start a program, wait for its events
. "${0%/*}/../lib.sh"

usage_ok s6-ftrig-listen1
usage="s6-ftrig-listen1: usage: s6-ftrig-listen1 [ -t timeout ] fifodir regexp prog..."
for args in '' d 'd u' '-t' '-t 10x d u true'; do
	# shellcheck disable=SC2086
	run s6-ftrig-listen1 $args
	is "usage: '$args'" "$rc:$err" "100:$usage"
done
s6-mkfifodir d
run s6-ftrig-listen1 d u s6-ftrig-notify d u
is "what the program sends is not missed" "$rc:$out:$err" 0:u:
run s6-ftrig-listen1 d 'a.*c' sh -c 's6-ftrig-notify d xxa; s6-ftrig-notify d bcd; exit 4'
is "its exit code does not matter" "$rc:$out" 0:xxabcd
run s6-ftrig-listen1 -t 5000 d u sh -c 'echo mine; s6-ftrig-notify d u'
is "it shares stdout" "$out" "mine
u"
run s6-ftrig-listen1 -t 20 d u true
is "timeout: 1" "$rc:$err" "1:s6-ftrig-listen1: fatal: unable to get expected event: Connection timed out"
run s6-ftrig-listen1 --timeout=20 d u sh -c 'read x; wait; trap "" TERM; while test ! -e stop; do sleep 0.02; done; : >done' <&-
is "--timeout" "$rc" 1
: >stop
ok "a program that still runs is left alone" wait_until test -e 'done'

run s6-ftrig-listen1 d u nonesuch
is "no such program" "$rc:$err" "111:s6-ftrig-listen1: fatal: unable to spawn nonesuch: No such file or directory"
run s6-ftrig-listen1 d u ./d
is "a directory" "$rc:$err" "111:s6-ftrig-listen1: fatal: unable to spawn ./d: Permission denied"
run s6-ftrig-listen1 d u ''
is "an empty name" "$rc:$err" "111:s6-ftrig-listen1: fatal: unable to spawn : No such file or directory"
run s6-ftrig-listen1 d '(' touch ran
is "a bad expression" "$rc:$err" "111:s6-ftrig-listen1: fatal: unable to subscribe to d with regexp (: Invalid argument"
run s6-ftrig-listen1 nowhere u touch ran
is "no fifodir" "$rc:$err" \
	"111:s6-ftrig-listen1: fatal: unable to subscribe to nowhere with regexp u: No such file or directory"
notok "then the program is not run" test -e ran
is "no FIFO is left" "$(ls -A d)" ''

s6-ftrig-listen1 d u sh -c 'echo $$ >pid; exec sleep 1000' &
waiter=$!
wait_until test -s pid
wait_until sh -c "grep -q '^SigBlk:.*[4-7][0-9a-f]\{3\}\$' /proc/$waiter/status"
like "the program runs with no signal blocked" "$(cat "/proc/$(cat pid)/status")" '^SigBlk:[[:blank:]]0+$'
kill -TERM "$waiter"
rc=0
wait "$waiter" || rc=$?
is "killed by TERM: no FIFO is left" "$rc:$(ls -A d)" 143:
kill "$(cat pid)"
done_testing
