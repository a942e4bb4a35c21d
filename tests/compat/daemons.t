#!/bin/sh
# Our programs on upstream's s6-svscan and s6-supervise, of both versions.
. "${0%/*}/../lib.sh"
oracle=$top/tests/compat/oracle
theirs() {
	"$oracle" run "$v" "$@"
}

# each version: in a directory of its own
story() {
	mkdir sd
	service sd/a
	service sd/n 'read line <../../gate; echo >&3; exec sleep 1000'
	service sd/f 'exit 1'
	mkfifo gate
	echo 3 >sd/n/notification-fd
	echo 3 >sd/f/notification-fd
	printf '#!/bin/sh\nexit 125\n' >sd/f/finish
	chmod +x sd/f/finish
	: >sd/n/down
	: >sd/f/down
	run s6-svwait -u sd/a
	is "$v: s6-svwait -u: never supervised" "$rc" 111
	# not by a function: $! is to be the scanner's pid
	"$oracle" run $v s6-svscan sd 2>scan.err &
	scanner=$!
	started="$started $scanner"
	wait_until s6-svscanctl sd
	for s in a n f; do wait_until s6-svstat sd/$s; done

	run s6-svwait -t 9000 -u sd/a
	is "$v: s6-svwait -u" "$rc$err" 0
	run s6-svok sd/a
	is "$v: s6-svok" "$rc$err" 0
	pid=$(state sd/a pid)
	like "$v: s6-svstat: up" "$(s6-svstat sd/a)" "^up \\(pid $pid pgid $pid\\) [0-9]+ seconds\$"
	case $v in
	2.11) like "$v: s6-svstat: never started" "$(s6-svstat sd/n)" '^down \(exitcode 0\) [0-9]+ seconds, ready [0-9]+ seconds$' ;;
	*) is "$v: s6-svstat: never started" "$(s6-svstat sd/n)" 'down (not started yet) ' ;;
	esac
	like "$v: s6-svstat --json" "$(s6-svstat --json sd/a)" "\"up\":true,.*\"pid\":$pid,.*\"failing\":null\\}\$"

	# commands
	s6-svc -p sd/a
	ok "$v: s6-svc -p" wait_until is_state sd/a paused true
	s6-svc -c sd/a
	ok "$v: s6-svc -c" wait_until is_state sd/a paused false
	s6-svc -O sd/a
	ok "$v: s6-svc -O" wait_until is_state sd/a up,wantedup 'true false'
	run s6-svc -Q sd/a
	is "$v: s6-svc -Q: exit 0" "$rc$err" 0
	case $v in
	2.11) ok "$v: s6-svc -Q" wait_until is_state sd/a normallyup false ;;
	# 2.15.1 ignores it: what comes after it is obeyed all the same
	*) ok "$v: s6-svc -QU" s6-svc -QU sd/a ;;
	esac
	s6-svc -U sd/a
	ok "$v: s6-svc -U" wait_until is_state sd/a wantedup,normallyup 'true true'
	run s6-svc -l sd/a
	is "$v: s6-svc -l: exit 0" "$rc$err" 0
	s6-svwait -t 9000 -u sd/a
	run s6-svc -wD -D -T 9000 sd/a
	is "$v: s6-svc -wD -D" "$rc$err.$(state sd/a up,normallyup)" "0.false false"
	run s6-svc -wu -U -T 9000 sd/a
	is "$v: s6-svc -wu -U" "$rc$err.$(state sd/a up,normallyup)" "0.true true"
	old=$(state sd/a pid)
	run s6-svc -wu -r -T 9000 sd/a
	is "$v: s6-svc -wu -r" "$rc$err.$(state sd/a up)" 0.true
	notok "$v: s6-svc -wu -r: another process" [ "$(state sd/a pid)" = "$old" ]
	old=$(state sd/a pid)
	case $v in
	2.11)
		# 2.11 has no such command: the byte is ignored
		run s6-svc -K sd/a
		is "$v: s6-svc -K: exit 0" "$rc$err" 0
		run s6-svc -wd -k -T 9000 sd/a
		is "$v: s6-svc -wd -k" "$rc$err" 0
		;;
	*)
		run s6-svc -wd -K -T 9000 sd/a
		is "$v: s6-svc -wd -K" "$rc$err" 0
		;;
	esac
	ok "$v: it was killed" s6-svwait -t 9000 -u sd/a
	notok "$v: another process again" [ "$(state sd/a pid)" = "$old" ]
	like "$v: s6-svdt" "$(s6-svdt -n 1 sd/a)" ' signal SIGKILL$'
	s6-svc -wU -u -T 9000 sd/n 2>err &
	echo >gate
	rc=0; wait $! || rc=$?
	is "$v: s6-svc -wU -u" "$rc$(cat err).$(state sd/n up,ready)" "0.true true"
	s6-svc -wR -r -T 9000 sd/n 2>err &
	echo >gate
	rc=0; wait $! || rc=$?
	is "$v: s6-svc -wR -r" "$rc$(cat err).$(state sd/n up,ready)" "0.true true"
	run s6-svlisten -t 9000 -D sd/a sd/n '' s6-svc -d sd/a sd/n
	is "$v: s6-svlisten -D" "$rc$err.$(state sd/a up)" 0.false
	run s6-svlisten1 -t 9000 -U sd/f s6-svc -u sd/f
	is "$v: s6-svlisten1: a permanent failure" "$rc.$err" \
		"1.s6-svlisten1: fatal: sd/f failed permanently or its supervisor died"
	run s6-svc -wu -u -T 9000 sd/a

	# the scanner, and the supervisors' death
	service sd/new
	run s6-svscanctl -a sd
	is "$v: s6-svscanctl -a" "$rc$err" 0
	ok "$v: s6-svscanctl -a: a new service" wait_until s6-svwait -t 9000 -u sd/new
	s6-svwait -d sd/new 2>err &
	waiter=$!
	wait_until sh -c 'ls sd/new/event | grep -q ftrig1:'
	mv sd/new gone
	s6-svscanctl -an sd
	rc=0; wait $waiter || rc=$?
	is "$v: s6-svscanctl -n: it goes down" "$rc$(cat err)" 0
	is "$v: no FIFO is left" "$(ls sd/*/event gone/event | grep -c ftrig1:)" 0
	run s6-svscanctl -t sd
	is "$v: s6-svscanctl -t" "$rc$err" 0
	rc=0; wait $scanner || rc=$?
	is "$v: and the scanner ends" "$rc" 0
	notok "$v: with its supervisors" s6-svok sd/a
	run s6-svstat sd/a
	is "$v: s6-svstat: a stale status is not shown" "$rc.$out" 1.

	# a supervisor that is killed says nothing, and is missed all the same
	"$oracle" run $v s6-supervise sd/a &
	sup=$!
	wait_until s6-svwait -t 9000 -u sd/a
	pid=$(state sd/a pid)
	s6-svwait -D sd/a 2>err &
	waiter=$!
	wait_until sh -c 'ls sd/a/event | grep -q ftrig1:'
	kill -KILL $sup
	wait $sup 2>/dev/null
	run s6-svwait -d -t 50 sd/a
	is "$v: their supervisor is killed: the service is not down" "$rc" 99
	kill -KILL "$pid"
	rc=0; wait $waiter || rc=$?
	is "$v: their supervisor is killed: -D ends with the process that it left" "$rc$(cat err)" 0

	# ours takes over what theirs has left
	"$oracle" run $v s6-supervise sd/a &
	sup=$!
	wait_until s6-svwait -t 9000 -u sd/a
	# killed right after a start, too
	s6-svc -wD -d -T 9000 sd/a
	s6-svc -wu -u -T 9000 sd/a
	pid=$(state sd/a pid)
	kill -KILL $sup
	wait $sup 2>/dev/null
	s6-svwait -t 9000 -u sd/a 2>err &
	waiter=$!
	supervise sd/a
	rc=0; wait $waiter || rc=$?
	is "$v: ours adopts the service, and who waits is told" "$rc$(cat err).$(state sd/a up,pid)" "0.true $pid"
	run s6-svc -wD -d -T 9000 sd/a
	is "$v: and stops it" "$rc$err.$(state sd/a up)" 0.false
	ok "$v: really" wait_until sh -c "! kill -0 $pid"
	stop_all
}

for v in 2.11 2.15; do
	if ! why=$("$oracle" have $v); then
		skip "s6 $v" "$why"
		continue
	fi
	mkdir $v
	cd $v || exit 111
	story
	cd ..
done
done_testing
