#!/bin/sh
# nobody hangs on a supervisor that has died
. "${0%/*}/../lib.sh"

failed='fatal: some services reported permanent failure or their supervisor died'
now() { date +%s%N; }
# took NAME FROM LEAST MOST: milliseconds
took() {
	ms=$((($(now) - $2) / 1000000))
	ok "$1 ($ms ms)" [ $ms -ge "$3" -a $ms -le "$4" ]
}
# listen_on N: N listeners in the background are waiting
listen_on() {
	# shellcheck disable=SC2012
	[ "$(ls ./*/event | grep -c ftrig1:)" = "$1" ]
}
alone() {
	service "$1"
	supervise "$1"
	s6-svwait -t 9000 -u "$1"
	eval "sup_$1=$sup pid_$1=$(state "$1" pid)"
}

for s in a b c d e f; do alone $s; done
s6-svc -O e
wait_until is_state e wantedup false

# a: its supervisor is killed while it is waited for; nobody comes
# b: likewise, and another one comes
# c: killed before
# d: its supervisor leaves on purpose, the service stays
# e: killed; then its process ends
slay "$sup_c"
start=$(now)
s6-svwait -U a 2>a.err & wait_a=$!
s6-svwait -r b 2>b.err & wait_b=$!
s6-svwait -u c 2>c.err & wait_c=$!
s6-svwait -d d 2>d.err & wait_d=$!
s6-svwait -D e 2>e.err & wait_e=$!
wait_until listen_on 5
ended() {
	rc=0
	wait "$1" || rc=$?
}
slay "$sup_a"
slay "$sup_b"
slay "$sup_e"
kill -QUIT "$sup_d"
ended $wait_d
is "left on purpose, the service up: -d fails at once" "$rc.$(cat d.err)" "1.s6-svwait: $failed"
took "at once" "$start" 0 3000
supervise b
s6-svc -r b
ended $wait_b
is "a new supervisor: -r goes on" "$rc.$(cat b.err)" 0.
is "and it is the one that adopted" "$(s6-svstat -u b)" true
kill -KILL "$pid_e"
ended $wait_e
is "-D: ends with the process that was left" "$rc.$(cat e.err)" 0.
took "at once" "$start" 0 4500
run s6-svwait -D e
is "-D: down at once" "$rc$err" 0
run s6-svwait -d -t 50 a
is "-d: not down while its process lives" "$rc.$err" "99.s6-svwait: fatal: timed out"
run s6-svwait -u -t 50 a
is "-u: not up without supervisor" "$rc" 99
run s6-svc -wd -d a
is "s6-svc -wd -d: cannot be told, and is up: 102" "$rc.$err" \
	"102.s6-svc: warning: unable to control a: supervisor not listening"
run s6-svc -wd -d e
is "s6-svc -wd -d: cannot be told, but is down" "$rc.$err" \
	"0.s6-svc: warning: unable to control e: supervisor not listening"
run s6-svstat a
is "s6-svstat does not show a stale state" "$rc" 1
ended $wait_c
is "killed before: -u gives up" "$rc.$(cat c.err)" "1.s6-svwait: $failed"
took "after 5 seconds" "$start" 4900 8000
ended $wait_a
is "killed meanwhile: -U gives up" "$rc.$(cat a.err)" "1.s6-svwait: $failed"
took "after 5 seconds" "$start" 4900 8000

# nobody saw how e's process ended
supervise e
if [ "$(state e exitcode)" = 255 ]; then
	like "an end that nobody saw: said in JSON" "$(s6-svstat --json e)" \
		'"exitcode":255,.*"exitcode_known":false,'
else
	like "an end that the kernel could still tell" "$(s6-svstat --json e)" \
		'"signum":9,.*"exitcode_known":true,'
fi

# what happens to a's process is noticed when it is adopted
supervise a
is "adopted: the same process" "$(state a pid)" "$pid_a"
run s6-svwait -u a
is "adopted: up" "$rc$err" 0
run s6-svc -wd -d -T 9000 a
is "adopted: can be told" "$rc$err.$(s6-svstat -u a)" 0.false

# f: adopted by a supervisor that is stopped; its process dies and is reaped
slay "$sup_f"
supervise f
kill -STOP $sup
kill -KILL "$pid_f"
if wait_until gone "$pid_f" && [ "$(id -u)" = 0 ]; then
	run s6-svstat f
	like "a process that is gone: said" "$out" \
		"^down \\(exitcode 255\\) .*, want up, failing: the process on record is gone\$"
else
	skip "a process that is gone" "nobody reaps it here"
fi
kill -CONT $sup
ok "noticed" wait_until sh -c "[ \"\$(s6-svstat f | grep -c failing)\" = 0 ]"
s6-svc -wD -d -T 9000 f
kill -KILL "$pid_c" "$pid_d"
is "no FIFO is left" "$(ls ./*/event | grep -c ftrig1:)" 0
done_testing
