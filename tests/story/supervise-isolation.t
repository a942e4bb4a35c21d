#!/bin/sh
# lock-fd and flag-newpidns: what keeps instances apart
. "${0%/*}/../lib.sh"

if [ -x "$bin/s6-setlock" ]; then
	service lock 'echo $$ >pid
		# in a process of its own: this one would lose its lock with the close
		(echo note >>supervise/service-lock)
		exec sleep 1000'
	echo 7 >lock/lock-fd
	echo 0 >lock/restart-delay
	hear lock
	s6-supervise lock 2>lock.err &
	sup=$!
	started="$started $sup"
	wait_until [ -s lock/pid ] && wait_until heard lock su
	pid=$(state lock pid)
	is "run itself, in the end" "$(cat lock/pid)" "$pid"
	is "holds the file on the descriptor" "$(readlink "/proc/$pid/fd/7")" "$(pwd -P)/lock/supervise/service-lock"
	locked() { grep -q "POSIX .*WRITE $1 .*:$(stat -c %i lock/supervise/service-lock) " /proc/locks; }
	ok "and its lock" locked "$pid"
	tell lock k
	wait_until heard lock sudDu
	like "what a dead one wrote to it is thrown away, and said" "$(cat lock.err)" \
		"^s6-supervise lock: warning: a previous instance of the service wrote to the lock file!$"
	wait_until locked "$(state lock pid)"
	ok "the next one has the lock" locked "$(state lock pid)"

	# a stranger holds it: run waits for it, the supervisor does not
	tell lock d
	wait_until heard lock sudDudD
	mkfifo hold
	"${SEXTET_TREE:-$top/build/check}/tests/tool/holdlock" lock/supervise/service-lock <hold >held &
	holder=$!
	exec 8>hold
	wait_until [ -s held ]
	: >lock/pid
	tell lock u
	wait_until heard lock sudDudDu
	like "another instance: said" "$(tail -n 1 lock.err)" \
		"^s6-supervise lock: warning: another instance of the service is still running!$"
	tell lock p
	wait_until is_state lock paused true
	tell lock c
	is "it waits" "$(cat lock/pid)" ""
	exec 8>&-
	wait "$holder"
	ok "and runs once the lock is free" wait_until [ -s lock/pid ]
	echo 0 >lock/lock-fd
	tell lock k
	wait_until heard lock sudDudDudDu
	ok "an invalid number: said" wait_until grep -q 'invalid lock-fd' lock.err
	kill "$sup"
	wait "$sup"
else
	skip "lock-fd" "s6-setlock is not built"
fi

service space 'echo $$ >inside
	sleep 1000 &
	echo $! >child
	exec sleep 1000'
touch space/flag-newpidns
hear space
s6-supervise space 2>space.err &
started="$started $!"
wait_until s6-svok space
wait_until sh -c '[ -s space/child ] || [ -s space/supervise/failing ]'
if grep -q 'Operation not permitted' space/supervise/failing 2>/dev/null; then
	like "no right to make a PID namespace: said" "$(cat space.err)" \
		'unable to spawn ./run .*: Operation not permitted'
	skip "flag-newpidns" "not permitted here"
else
	is "run is process 1 of its own" "$(cat space/inside)" 1
	pid=$(state space pid)
	like "the status has its pid outside" "$pid" '^[1-9][0-9]+$'
	ok "which is the right one" [ "$(readlink "/proc/$pid/cwd")" = "$(pwd -P)/space" ]
	kids=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null)
	tell space t
	tell space p
	wait_until is_state space paused true
	tell space c
	is "process 1 without a handler does not heed TERM" "$(state space pid)" "$pid"
	tell space dk
	wait_until heard space sudD
	is "but KILL" "$(state space signal)" SIGKILL
	# shellcheck disable=SC2086
	[ -z "$kids" ] || ok "and nothing of it is left" sh -c "! kill -0 $kids 2>/dev/null"
fi

done_testing
