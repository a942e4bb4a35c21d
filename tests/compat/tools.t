#!/bin/sh
# Upstream's programs, of both versions, on our s6-svscan and s6-supervise.
. "${0%/*}/../lib.sh"
oracle=$top/tests/compat/oracle
versions=''
for v in 2.11 2.15; do
	if why=$("$oracle" have $v); then versions="$versions $v"; else skip "s6 $v" "$why"; fi
done
theirs() {
	"$oracle" run "$v" "$@"
}

mkdir sd
service sd/a
service sd/n 'read line <../../gate; echo >&3; exec sleep 1000'
service sd/f 'exit 1'
mkfifo gate
echo 0 >sd/a/restart-delay
echo 3 >sd/n/notification-fd
echo 3 >sd/f/notification-fd
printf '#!/bin/sh\nexit 125\n' >sd/f/finish
chmod +x sd/f/finish
: >sd/n/down
: >sd/f/down
scan sd
for s in a n f; do wait_until s6-svstat sd/$s; done
s6-svwait -t 9000 -u sd/a

# same ARGUMENTS: their s6-svstat says as ours, 2.11 does so without the pgid
same() {
	run theirs s6-svstat "$@"
	want=$(s6-svstat "$@")
	[ "$v" = 2.15 ] || want=$(printf '%s\n' "$want" | sed 's/ pgid [0-9]*)/)/')
	[ "$rc$err.$out" = "0.$want" ]
}
agree() {
	name=$1
	shift
	# the seconds may change in between
	ok "$v: s6-svstat: $name" wait_until same "$@"
}

# Upstream's programs for -r take in what has arrived since they last looked, and
# when that is all of "dDu" they see a service that is up: they miss one restart
# in ten that is immediate, be it by our supervisor or, for a service that was
# ready, by their own. So here one that is not.
young() {
	s6-svc -wD -d sd/a
	echo 1200 >sd/a/restart-delay
	s6-svc -wu -u sd/a
}

for v in $versions; do
	run theirs s6-svok sd/a
	is "$v: s6-svok: yes" "$rc$err" 0
	mkdir -p never
	run theirs s6-svok never
	is "$v: s6-svok: no" "$rc$err" 1
	agree up sd/a
	agree fields -o up,wantedup,normallyup,ready,paused,pid,exitcode,signal,signum,updownsince,readysince sd/a
	s6-svc -wd -d sd/a
	agree down sd/a
	agree 'down, fields' -o up,wantedup,normallyup,ready,paused,pid,exitcode,signal,signum,updownsince,readysince sd/a
	if [ $v = 2.15 ]; then
		agree 'never started' sd/n
		agree pgid -g sd/a
	else
		run theirs s6-svstat sd/n
		like "$v: s6-svstat: never started" "$out" '^down \(exitcode 0\) [0-9]+ seconds'
	fi

	# commands
	run theirs s6-svc -u sd/a
	is "$v: s6-svc -u" "$rc$err" 0
	ok "$v: s6-svc -u: up" s6-svwait -t 9000 -u sd/a
	theirs s6-svc -p sd/a
	ok "$v: s6-svc -p" wait_until is_state sd/a paused true
	agree paused sd/a
	theirs s6-svc -c sd/a
	ok "$v: s6-svc -c" wait_until is_state sd/a paused false
	theirs s6-svc -O sd/a
	ok "$v: s6-svc -O" wait_until is_state sd/a up,wantedup 'true false'
	theirs s6-svc -Q sd/a
	ok "$v: s6-svc -Q: works here" wait_until is_state sd/a up,normallyup 'true false'
	theirs s6-svc -U sd/a
	ok "$v: s6-svc -U" wait_until is_state sd/a wantedup,normallyup 'true true'
	theirs s6-svc -D sd/a
	ok "$v: s6-svc -D" wait_until is_state sd/a up,normallyup 'false false'
	theirs s6-svc -o sd/a
	ok "$v: s6-svc -o" wait_until is_state sd/a up,wantedup 'true false'
	theirs s6-svc -U sd/a
	wait_until is_state sd/a wantedup true
	old=$(state sd/a pid)
	theirs s6-svc -k sd/a
	other() { [ "$(state sd/a up)" = true ] && [ "$(state sd/a pid)" != "$old" ]; }
	ok "$v: s6-svc -k" wait_until other
	if [ $v = 2.15 ]; then
		run theirs s6-svc -P sd/a
		ok "$v: s6-svc -P" wait_until is_state sd/a paused true
		run theirs s6-svc -C sd/a
		ok "$v: s6-svc -C" wait_until is_state sd/a paused false
		old=$(state sd/a pid)
		theirs s6-svc -l sd/a
		ok "$v: s6-svc -l" wait_until other
		old=$(state sd/a pid)
		theirs s6-svc -K sd/a
		ok "$v: s6-svc -K" wait_until other
		run theirs s6-svc -u sd/a never sd/n
		is "$v: s6-svc: several" "$rc" 102
		s6-svc -d sd/n
	fi

	# waiting
	run theirs s6-svc -wD -d sd/a
	is "$v: s6-svc -wD -d" "$rc$err.$(state sd/a up)" 0.false
	run theirs s6-svc -wu -u -T 9000 sd/a
	is "$v: s6-svc -wu -u" "$rc$err.$(state sd/a up)" 0.true
	young
	run theirs s6-svc -wr -r -T 9000 sd/a
	is "$v: s6-svc -wr -r" "$rc$err.$(state sd/a up)" 0.true
	run theirs s6-svc -wd -T 100 sd/a
	is "$v: s6-svc -wd, timeout" "$rc" 99
	theirs s6-svc -wU -u -T 9000 sd/n 2>err &
	echo >gate
	rc=0; wait $! || rc=$?
	is "$v: s6-svc -wU -u" "$rc$(cat err).$(state sd/n up,ready)" "0.true true"
	run theirs s6-svc -wD -d sd/n
	run theirs s6-svwait -t 9000 -u sd/a
	is "$v: s6-svwait -u" "$rc$err" 0
	run theirs s6-svwait -D sd/n
	is "$v: s6-svwait -D" "$rc$err" 0
	run theirs s6-svwait -t 100 -u sd/a sd/n
	is "$v: s6-svwait, timeout" "$rc" 99
	young
	run theirs s6-svlisten1 -t 9000 -r sd/a s6-svc -r sd/a
	is "$v: s6-svlisten1 -r" "$rc$err" 0
	echo 0 >sd/a/restart-delay
	run theirs s6-svlisten -t 9000 -d sd/a sd/n '' s6-svc -d sd/a
	is "$v: s6-svlisten -d" "$rc$err.$(state sd/a up)" 0.false
	run theirs s6-svlisten1 -t 9000 -U sd/f s6-svc -u sd/f
	is "$v: s6-svlisten1: a permanent failure" "$rc" 1
	like "$v: s6-svstat: and why it failed" "$(s6-svstat sd/f)" ', failing: permanent failure'

	run theirs s6-svdt sd/a
	is "$v: s6-svdt" "$rc$err.$out" "0.$(s6-svdt sd/a)"
	theirs s6-svdt-clear sd/a
	is "$v: s6-svdt-clear" "$(s6-svdt sd/a)" ''
	s6-svc -wu -u -T 9000 sd/a
	s6-svc -wd -k -T 9000 sd/a
	like "$v: a death after that is counted" "$(s6-svdt sd/a)" '^@[0-9a-f]{24} signal SIGKILL$'
	s6-svwait -t 9000 -u sd/a

	# the scanner
	rm -rf sd/new
	service sd/new
	run theirs s6-svscanctl -a sd
	is "$v: s6-svscanctl -a" "$rc$err" 0
	ok "$v: s6-svscanctl -a: a new service" wait_until s6-svwait -t 9000 -u sd/new
	mv sd/new gone
	run theirs s6-svscanctl -an sd
	ok "$v: s6-svscanctl -an: it goes" wait_until sh -c '! s6-svok gone'
	rm -rf gone
	service linked
	theirs s6-svlink -t 9000 "$PWD/sd" "$PWD/linked" >out 2>&1 || diag "$(cat out)"
	ok "$v: s6-svlink" s6-svwait -t 9000 -u sd/linked
	theirs s6-svunlink -t 9000 "$PWD/sd" linked >out 2>&1 || diag "$(cat out)"
	ok "$v: s6-svunlink" wait_until sh -c '! s6-svok linked'
	rm -rf linked
	is "$v: no FIFO is left" "$(ls sd/*/event | grep -c ftrig1:)" 0
done

set -- $versions
if [ $# -gt 0 ]; then
	theirs s6-svscanctl -t sd
	rc=0
	wait "$scanner" || rc=$?
	is "$v: s6-svscanctl -t" "$rc" 0
	notok "$v: s6-svscanctl -t: all are gone" s6-svok sd/a
fi
done_testing
