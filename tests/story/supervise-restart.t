#!/bin/sh
# when a service that died is started again, and when not
. "${0%/*}/../lib.sh"

# starts NAME: a service that notes when it starts, and then does $2
starts() {
	service "$1" "date +%s%N >>starts
	$2"
	hear "$1"
}
# span NAME I J: milliseconds from start I to start J
span() {
	awk -v i="$2" -v j="$3" 'NR == i { a = substr($0, 6) }
		NR == j { printf "%d\n", (substr($0, 6) - a) / 1000000 }' "$1/starts"
}
lines() {
	[ "$(wc -l <"$1")" -ge "$2" ]
}
between() {
	ok "$1 ($2 ms)" [ "$2" -ge "$3" -a "$2" -le "$4" ]
}

# how often a process has slept: each wake-up ends a sleep
sleeps() { awk '$1 == "voluntary_ctxt_switches:" { print $2 }' "/proc/$1/status"; }
service idle
service old
hear old
starts crash 'exit 1'
starts quick 'exit 1'
echo 50 >quick/restart-delay
starts slower 'exit 1'
echo 20 >slower/restart-delay
echo 200 >slower/restart-delay-max
starts limited 'exit 3'
echo 0 >limited/restart-delay
echo 3/5 >limited/restart-limit
service absent
rm absent/run
hear absent
starts wrong 'exec sleep 1000'
printf '5x\n' >wrong/restart-delay
echo 3/0 >wrong/restart-limit
echo sometimes >wrong/ends-container
echo 0 >wrong/notification-fd
s6-supervise idle &
idle=$!
started="$started $!"
for s in old crash quick slower limited absent wrong; do
	s6-supervise $s 2>$s.err &
	started="$started $!"
done
# shellcheck disable=SC2086
for s in old crash quick slower limited absent wrong; do wait_until s6-svok $s; done

wait_until is_state idle up true
asleep() { [ "$(sed 's/.*) \(.\).*/\1/' "/proc/$idle/stat")" = S ]; }
wait_until asleep
slept=$(sleeps "$idle")

# a restart limit
wait_until heard limited sudDudDudOD
ok "the third death within the limit is permanent" heard limited sudDudDudOD only
is "three starts" "$(wc -l <limited/starts)" 3
like "and says why" "$(s6-svstat limited)" \
	'^down \(exitcode 3\) [0-9]+ seconds, normally up, ready [0-9]+ seconds, failing: permanent failure: 3 deaths within 5 seconds$'
tell limited u
wait_until heard limited sudDudDudODudDudDudOD
ok "a command to start forgives: three more" heard limited sudDudDudODudDudDudOD only
tell limited O
wait_until [ ! -e limited/supervise/failing ]
ok "told to stay down: nothing is wrong" [ ! -e limited/supervise/failing ]

# a growing delay
wait_until lines slower/starts 7
between "each quick death doubles the delay: 20, 40, 80, 160, 200, 200" "$(span slower 1 7)" 650 2000
between "up to the most" "$(span slower 5 7)" 370 1200
printf '#!/bin/sh\ndate +%%s%%N >>starts\nexec sleep 1000\n' >slower/run
wait_until is_state slower up true
tell slower d
wait_until is_state slower up false
: >slower/starts
printf '#!/bin/sh\ndate +%%s%%N >>starts\nexit 1\n' >slower/run
tell slower u
wait_until lines slower/starts 2
between "a command to start begins anew: 20" "$(span slower 1 2)" 10 150

wait_until lines quick/starts 5
between "restart-delay 50" "$(span quick 1 5)" 180 900

# a run that cannot be executed
like "not there: said" "$(head -n 1 absent.err)" \
	'^s6-supervise absent: warning: unable to spawn ./run \(waiting 1 second\): No such file or directory$'
like "not there: shown" "$(s6-svstat absent)" \
	'^down \(not started yet\) , normally up, want up, failing: unable to spawn ./run: No such file or directory$'
wait_until lines absent.err 2
like "the next time after two seconds" "$(sed -n 2p absent.err)" '\(waiting 2 seconds\)'
: >absent/run
chmod +x absent/run
tell absent u
wait_until grep -q 'Exec format error' absent/supervise/failing
like "an empty file" "$(tail -n 1 absent.err)" 'unable to spawn ./run \(waiting 4 seconds\): Exec format error$'
ok "no event but that it is supervised" heard absent s only
printf '#!/bin/sh\nexec sleep 1000\n' >absent/run
tell absent u
wait_until heard absent su
ok "a command starts it at once" heard absent su only
ok "and nothing is wrong any more" [ ! -e absent/supervise/failing ]

# no pause for a service that lived a second
older() { [ "$(state old updownfor)" -ge 1 ]; }
wait_until older
kill -9 "$(state old pid)"
wait_until heard old sudDu
ok "killed, and up again" heard old sudDu only
up=$(moment "$(state old updownsince)")
died=$(moment "$(od -An -v -tx1 -N12 old/supervise/death_tally | tr -d ' \n' | sed 's/^/@/')")
ok "at once ($(((up - died) / 1000)) us later)" [ $((up - died)) -lt 100000000 ]
kill -9 "$(state old pid)"
wait_until heard old sudDudD
ok "died again soon: down" is_state old up false
wait_until heard old sudDudDu
again=$(moment "$(state old updownsince)")
between "and started a second after its last start" $(((again - up) / 1000000)) 980 1500

wait_until lines crash/starts 3
between "a crash loop: one start a second" "$(span crash 1 2)" 950 1500
between "and the next" "$(span crash 2 3)" 950 1500

# bad settings
tell wrong k
wait_until lines wrong/starts 2
tell wrong k
wait_until lines wrong/starts 3
between "an invalid restart-delay counts as absent" "$(span wrong 2 3)" 950 1500
is "each bad file is complained about once" "$(sort wrong.err)" "s6-supervise wrong: warning: invalid ends-container
s6-supervise wrong: warning: invalid notification-fd
s6-supervise wrong: warning: invalid restart-delay
s6-supervise wrong: warning: invalid restart-limit"

is "meanwhile another supervisor has slept, and never woken" "$(sleeps "$idle")" "$slept"

done_testing
