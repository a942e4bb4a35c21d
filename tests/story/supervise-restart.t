#!/bin/sh
# when a service that died is started again, and when not
. "${0%/*}/../lib.sh"

# starts NAME WHAT: a service that notes when it was made (a process that gets to
# run late has not started late), and then does WHAT
starts() {
	# shellcheck disable=SC2016
	service "$1" 'read -r line </proc/$$/stat
	rest=${line##*) }
	echo $rest | cut -d " " -f 20 >>starts
	'"$2"
}
# span NAME I J: milliseconds from start I to start J
span() {
	awk -v i="$2" -v j="$3" -v hz="$(getconf CLK_TCK)" 'NR == i { a = $1 }
		NR == j { printf "%d\n", ($1 - a) * 1000 / hz }' "$1/starts"
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
echo 100 >slower/restart-delay
echo 400 >slower/restart-delay-max
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
for s in crash quick slower limited wrong; do hear $s; done
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
like "an empty file" "$(tail -n 1 absent.err)" 'unable to spawn ./run \(waiting [48] seconds\): Exec format error$'
ok "no event but that it is supervised" heard absent s only
printf '#!/bin/sh\nexec sleep 1000\n' >absent/run
tell absent u
wait_until heard absent su
ok "a command starts it at once" heard absent su only
ok "and nothing is wrong any more" [ ! -e absent/supervise/failing ]

# a growing delay; what is told apart is far apart: a busy machine makes a start
# late, and a death that is not quick doubles nothing
wait_until lines slower/starts 8
between "a quick death: 100 ms" "$(span slower 1 2)" 90 390
between "more of them: longer, up to the most, 400" "$(span slower 7 8)" 390 1500
starts slower 'exec sleep 1000'
wait_until is_state slower up true
tell slower d
wait_until is_state slower up false
: >slower/starts
starts slower 'exit 1'
tell slower u
wait_until lines slower/starts 2
between "a command to start begins anew" "$(span slower 1 2)" 90 390

wait_until lines quick/starts 5
between "restart-delay 50" "$(span quick 1 5)" 180 2500

# no pause for a service that lived a second
older() { [ "$(state old updownfor)" -ge 1 ]; }
wait_until older
kill -9 "$(state old pid)"
wait_until heard old sudDu
ok "killed, and up again" heard old sudDu only
up=$(moment "$(state old updownsince)")
died=$(moment "$(od -An -v -tx1 -N12 old/supervise/death_tally | tr -d ' \n' | sed 's/^/@/')")
ok "at once ($(((up - died) / 1000)) us later)" [ $((up - died)) -lt 900000000 ]
kill -9 "$(state old pid)"
wait_until heard old sudDudD
ok "died again soon: down" is_state old up false
wait_until heard old sudDudDu
again=$(moment "$(state old updownsince)")
between "and started a second after its last start" $(((again - up) / 1000000)) 900 2500

wait_until lines crash/starts 3
between "a crash loop: one start a second" "$(span crash 1 2)" 980 1900
between "and the next" "$(span crash 2 3)" 980 1900

# bad settings
tell wrong k
wait_until lines wrong/starts 2
tell wrong k
wait_until lines wrong/starts 3
between "an invalid restart-delay counts as absent" "$(span wrong 2 3)" 980 2500
is "each bad file is complained about once" "$(sort wrong.err)" "s6-supervise wrong: warning: invalid ends-container
s6-supervise wrong: warning: invalid notification-fd
s6-supervise wrong: warning: invalid restart-delay
s6-supervise wrong: warning: invalid restart-limit"

is "meanwhile another supervisor has slept, and never woken" "$(sleeps "$idle")" "$slept"

done_testing
