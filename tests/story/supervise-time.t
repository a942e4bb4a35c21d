#!/bin/sh
# what depends on time: starts that fail are tried again after 1, 2, 4 ... 60
# seconds, and a wall clock that is set forward and back changes nothing but stamps.
# The program's time is made to run faster, its wall clock is moved, by a library
# that is preloaded.
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool

"${CC:-cc}" -shared -fPIC -O1 -D_GNU_SOURCE -o warp.so "$top/tests/preload/warp.c" -ldl 2>/dev/null ||
	skip_all 'no compiler here'
echo 0 >step
# $real: with the moved clock alone; $fast: and this many times as fast
real="env WARP=1 WARP_STEP=$PWD/step LD_PRELOAD=$PWD/warp.so"
fast="env WARP=60 WARP_STEP=$PWD/step LD_PRELOAD=$PWD/warp.so"
echo 1000000 >step
# shellcheck disable=SC2086
case $(date | $real s6-tai64n 2>&1 | s6-tai64nlocal | cut -c 1-10) in
*"$(date -d '+1000000 seconds' +%F)" | *"$(date -u -d '+1000000 seconds' +%F)") echo 0 >step ;;
*) skip_all 'nothing can be preloaded into these programs' ;;
esac

## a start that fails

"$tool/deny" 11 clone true || skip_all 'no system call filters here'
for e in 11 12; do
	service fork$e 'exec sleep 1000'
	hear fork$e
	$fast "$tool/deny" $e clone s6-supervise fork$e 2>fork$e.err &
	started="$started $!"
	eval "sup$e=$!"
done
enough() { [ "$(grep -c waiting "$1")" -ge 8 ]; }
text11='Resource temporarily unavailable' text12='Cannot allocate memory'
for e in 11 12; do
	eval "text=\$text$e"
	wait_until enough fork$e.err
	is "$text: tried again after" "$(sed -n 's/.*(waiting \([0-9]* second\)s*): .*/\1/p' fork$e.err | head -n 8 | tr '\n' ',')" \
		'1 second,2 second,4 second,8 second,16 second,32 second,60 second,60 second,'
	is "nothing else is said" "$(grep -vc "warning: unable to spawn ./run (waiting [0-9]* seconds*): $text\$" fork$e.err)" 0
	like "shown" "$(s6-svstat fork$e)" "want up, failing: unable to spawn ./run: $text\$"
	like "and in JSON" "$(s6-svstat --json fork$e)" "\"failing\":\"unable to spawn ./run: $text\"}"
	eval "sup=\$sup$e"
	tell fork$e x
	wait "$sup"
	is "it leaves on command" $? 0
done
if others_may_run && command -v prlimit >/dev/null; then
	service few 'exec sleep 1000'
	hear few
	chmod 755 "$TMPDIR" "$TMPDIR/t"
	user=$((62000 + $$ % 1000))
	chown -R "$user" few
	prlimit --nproc=1:100 setpriv --reuid="$user" --regid="$user" --clear-groups \
		$fast "$bin/s6-supervise" few 2>few.err &
	sup=$!
	started="$started $sup"
	ok "no process left for its user: said" wait_until grep -q 'waiting 16 seconds' few.err
	setpriv --reuid="$user" --regid="$user" --clear-groups prlimit --pid $sup --nproc=100:100
	ok "there is one: it runs" wait_until heard few su
	like "and nothing is wrong any more" "$(s6-svstat --json few)" '"failing":null}'
	tell few xd
	wait $sup
else
	skip "RLIMIT_NPROC" "nobody else may run $bin, or no prlimit"
fi

## a permanent failure, and its cause

service never 'exit 3'
printf '#!/bin/sh\nexit 125\n' >never/finish
chmod +x never/finish
service often 'exit 3'
echo 0 >often/restart-delay
echo 3/60 >often/restart-limit
for s in never often; do
	hear $s
	supervise $s
done
wait_until heard never sudOD
wait_until heard often sudDudDudOD
like "finish exited 125: shown" "$(s6-svstat never)" '^down \(exitcode 3\) .*, failing: permanent failure: finish exited 125$'
like "too many deaths: shown" "$(s6-svstat often)" ', failing: permanent failure: 3 deaths within 60 seconds$'
is "neither is wanted up" "$(state never wantedup) $(state often wantedup)" "false false"
tell never u
wait_until heard never sudODudOD
like "again" "$(s6-svstat --json never)" '"failing":"permanent failure: finish exited 125"}'

## the wall clock is moved

service clock 'echo >&3; exec sleep 1000'
echo 3 >clock/notification-fd
service quick 'read -r s rest </proc/uptime; echo "$s" >>starts; exit 1'
service deaf 'trap "" TERM; while :; do sleep 0.02; done'
echo 300 >deaf/timeout-kill
for s in clock quick deaf; do
	hear $s
	$real s6-supervise $s 2>$s.err &
	eval "sup_$s=$!"
	started="$started $!"
	wait_until s6-svok $s
done
wait_until heard clock suU
for s in 100000 -100000 5000000000 -1500000000 0; do
	echo $s >step
	n=$(wc -c <clock.events)
	tell clock r
	again() { [ "$(wc -c <clock.events)" -ge $((n + 4)) ]; }
	ok "clock moved by $s s: restarted" wait_until again
	# asked with the right clock, and with the moved one
	for look in '' "$real"; do
		# shellcheck disable=SC2086
		like "no age is negative" "$($look s6-svstat -o updownfor,readyfor clock)" '^[0-9]{1,10} [0-9]{1,10}$'
	done
	# shellcheck disable=SC2086
	like "nor absurd, by its own clock" "$($look s6-svstat clock)" '^up \(pid [0-9]+ pgid [0-9]+\) [0-9]{1,2} seconds, ready [0-9]{1,2} seconds$'
done
echo 1000000 >step
start=$(date +%s%3N)
run $real s6-svwait -D -t 500 clock
like "a wait ends in its time" "$rc.$(($(date +%s%3N) - start))" '^(99|1|111)\.([5-9]|1[0-9]|[2-9][0-9])[0-9][0-9]$'
(echo -2000000 >step)
tell deaf d
start=$(date +%s%3N)
ok "timeout-kill comes" wait_until heard deaf sudD
ok "in its time" [ $(($(date +%s%3N) - start)) -lt 5000 ]
three() { [ "$(wc -l <quick/starts)" -ge 4 ]; }
wait_until three
ok "starts are a second apart as ever" awk '
	NR > 1 && ($1 - last < 0.9 || $1 - last > 10) { bad = 1 } { last = $1 } END { exit bad }' quick/starts
# an adoption over a moved clock
pid=$(state clock pid)
echo 400000000 >step
wait_until sh -c '[ "$(s6-svstat -o ready clock)" = true ]'
kill -9 "$sup_clock"
wait "$sup_clock" 2>/dev/null
told=$(wc -c <clock.events)
$real s6-supervise clock 2>>clock.err &
started="$started $!"
more() { [ "$(wc -c <clock.events)" -gt "$told" ]; }
wait_until more
is "the service is adopted over a moved clock" "$(state clock up,pid)" "true $pid"
for s in clock quick deaf never often; do tell $s xd; done
done_testing
