#!/bin/sh
# many services, one command
. "${0%/*}/../lib.sh"

n=60
all='' some=''
mkdir sd
i=0
while [ $i -lt $n ]; do
	service sd/s$i
	echo 0 >sd/s$i/restart-delay
	: >sd/s$i/down
	all="$all sd/s$i"
	[ $((i % 3)) != 0 ] || some="$some sd/s$i"
	i=$((i + 1))
done
scan sd
for d in $all; do wait_until s6-svstat "$d" || diag "$d is not supervised"; done
count() {
	# shellcheck disable=SC2086
	s6-svstat -u $all | grep -c " $1\$"
}
fifos() {
	# shellcheck disable=SC2012
	ls sd/*/event | grep -c ftrig
}
# the usual limit of descriptors is too small for all of them
ulimit -Sn 100 2>/dev/null || diag "cannot set the soft limit of descriptors"

# shellcheck disable=SC2086
{
	run s6-svwait -D $all
	is "all down at the start" "$rc$err" 0
	run s6-svwait -t 50 $all
	is "none is up: 99" "$rc.$err" "99.s6-svwait: fatal: timed out"
	run s6-svwait -t 50 -o $all
	is "none of them: 99" "$rc" 99
	run s6-svc -wu -u -T 20000 $all
	is "all up by one command" "$rc$err.$(count true)" 0.$n
	run s6-svwait $all
	is "all up" "$rc$err" 0
	run s6-svwait -t 50 -d -o $all
	is "none is down: 99" "$rc" 99

	s6-svwait -t 20000 -D $some 2>err &
	waiter=$!
	for d in $some; do s6-svc -d "$d"; done
	rc=0
	wait $waiter || rc=$?
	is "a third goes down one by one" "$rc$(cat err).$(count false)" 0.$((n / 3))
	run s6-svwait -t 50 $all
	is "then not all are up" "$rc" 99
	run s6-svwait -o $all
	is "but some" "$rc$err" 0
	run s6-svlisten -t 20000 $all '' s6-svc -u $all
	is "all are up again" "$rc$err.$(count true)" 0.$n

	s6-svstat -p $all | sort >before
	run s6-svc -wr -r -T 20000 $all
	is "all restarted" "$rc$err.$(count true)" 0.$n
	s6-svstat -p $all | sort >after
	is "each is another process" "$(comm -12 before after)" ''

	# all are killed while somebody waits for their restart
	s6-svwait -t 20000 -r $all 2>err &
	waiter=$!
	wait_until sh -c "[ \$(ls sd/*/event | grep -c ftrig1:) -ge $n ]"
	# shellcheck disable=SC2046
	kill -KILL $(s6-svstat -p $all | sed 's/.* //' | grep -vx -- -1)
	rc=0
	wait $waiter || rc=$?
	is "all killed: restarted" "$rc$(cat err)" 0
	run s6-svc -wD -d -T 20000 $all
	is "all down by one command" "$rc$err.$(count false)" 0.$n
	is "no FIFO is left" "$(fifos)" 0
	run s6-svstat --json $all
	is "all of them as JSON" "$rc$err.$(printf '%s\n' "$out" | grep -c '"supervised":true,"up":false')" 0.$n
}
done_testing
