#!/bin/sh
# s6-logview -f beside s6-log: every line once, in order, across rotations
. "${0%/*}/../lib.sh"

# follow OPTION.. DIR..: in the background; what it prints goes to seen
follow() {
	s6-logview -f "$@" >seen 2>errors &
	viewer=$!
	started="$started $viewer"
}

unfollow() {
	kill "$viewer"
	wait "$viewer" 2>/dev/null
	started=${started% "$viewer"}
}

has_last() {
	[ "$(tail -n 1 seen)" = "$1" ]
}

same() {
	is "$1" "$(cksum <seen)" "$(seq "$2" | cksum)"
}

# slowly FROM TO: numbers, in bursts shorter than the directory's memory
slowly() {
	for n in $(seq "$1" 300 "$2"); do
		seq "$n" $((n + 299))
		sleep 0.05
	done
}

mkdir log
seq 1000 | s6-log n30 s4096 ./log
follow log
ok "what was there" wait_until has_last 1000
slowly 1001 4000 | s6-log n30 s4096 ./log
ok "what comes" wait_until has_last 4000
same "plain: every line once, in order" 4000
echo 4001 | s6-log n30 s4096 ./log
ok "another logger" wait_until has_last 4001
unfollow
follow -n 1 log
wait_until has_last 4001
printf '4002' | s6-log n30 s4096 ./log
ok "-n 1: what is new" wait_until has_last 4002
is "-n 1: one line and what is new" "$(cat seen errors)" "4001
4002"
unfollow

mkdir proc
follow proc
slowly 1 3000 | s6-log n30 s4096 '?exec sed "s/^/processed /"' ./proc
ok "with a processor" wait_until has_last 3000
same "processor: every line once, as it was written" 3000
unfollow

mkdir late
follow late
seq 10 | s6-log ./late
ok "a directory that was empty" wait_until has_last 10
unfollow

mkdir a b
follow a b
echo one | s6-log t ./a
wait_until grep -q one seen
echo two | s6-log t ./b
ok "two directories" wait_until grep -q two seen
is "with their names" "$(sed 's/@[^ ]* //' seen)" "[a] one
[b] two"
unfollow

# the logger is killed, and what it left becomes an archive
mkdir killed
follow killed
mkfifo pipe
exec 7<>pipe
s6-log ./killed <pipe &
logger=$!
seq 5 >&7
wait_until has_last 5
kill -9 $logger
wait $logger 2>/dev/null
s6-log ./killed <pipe &
logger=$!
started="$started $logger"
seq 6 9 >&7
ok "a killed logger and the next one" wait_until has_last 9
same "killed: every line once, in order" 9
exec 7>&-
unfollow
done_testing
