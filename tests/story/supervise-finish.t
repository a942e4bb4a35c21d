#!/bin/sh
# what follows a death: finish, its arguments, its word, its time
. "${0%/*}/../lib.sh"

finish() {
	printf '%s\n' '#!/bin/sh' "$2" >"$1/finish"
	chmod +x "$1/finish"
}
begin() {
	for s; do
		hear "$s"
		s6-supervise "$s" 2>"$s.err" &
		started="$started $!"
	done
	for s; do wait_until s6-svok "$s"; done
}
# tally NAME: codes and signals of the deaths so far
tally() {
	od -An -v -tu1 -w14 "$1/supervise/death_tally" | awk '{ print $13, $14 }' | tr '\n' ';'
}

# arguments
service code 'exit 7'
finish code 'echo "$0 $*" >>args; [ "$(wc -l <args)" -lt 3 ] || until [ -e go ]; do sleep 0.02; done'
echo 0 >code/restart-delay
service signal 'echo $$ >pid; kill -TERM $$'
finish signal 'echo "$*" >args; cut -d" " -f5,6 /proc/$$/stat >ids; echo $$ >me; exit 125'
service core 'ulimit -c unlimited; kill -ABRT $$'
finish core 'echo "$*" >args; exit 125'
service perm 'exit 1'
finish perm 'exit 125'
service slow 'exec sleep 1000'
finish slow 'echo $$ >me; exec sleep 1000'
echo 100 >slow/timeout-finish
service patient 'exec sleep 1000'
finish patient 'until [ -e go ]; do sleep 0.02; done'
echo 0 >patient/timeout-finish
for s in slow patient end-asked bad; do mkdir -p $s; echo 0 >$s/restart-delay; done
service bad 'exec sleep 1000'
echo text >bad/finish
service none 'exec sleep 1000'
echo 0 >none/restart-delay
service dir 'exec sleep 1000'
mkdir dir/finish
service two 'exit 0'
finish two 'echo >>n; exit 1'
echo 0 >two/restart-delay
echo 2 >two/max-death-tally
begin code signal core perm slow patient bad none dir two

wait_until [ "$(cat code/args)" ]
third() { [ "$(wc -l <code/args)" -ge 3 ]; }
wait_until third
like "exit code" "$(head -n 1 code/args)" '^./finish 7 0 code [0-9]+$'
wait_until heard code sudDudDud
ok "events with a finish" heard code sudDudDud only
pid=$(state code pid)
is "while finish runs it is not up" "$(state code up,pid,exitcode)" "false -1 7"
like "but finish's pid is in the status" "$(od -An -tu1 -j24 -N8 code/supervise/status)" '[1-9]'
is "the deaths are counted" "$(tally code)" "7 0;7 0;7 0;"
wait_until heard signal sudOD
is "killed: 256, the signal, the name, its group" "$(cat signal/args)" "256 15 signal $(cat signal/pid)"
is "finish has its own session" "$(cat signal/ids)" "$(p=$(cat signal/me); echo "$p $p")"
is "killed: counted as 128 + the signal" "$(tally signal)" "143 15;"
wait_until heard core sudOD
like "dumped core: the same" "$(cat core/args)" '^256 6 core [0-9]+$'

tell code d
touch code/go

# permanent failure
wait_until heard perm sudOD
ok "125: permanent failure" heard perm sudOD only
like "shown with its cause" "$(s6-svstat perm)" \
	'^down \(exitcode 1\) [0-9]+ seconds, normally up, ready [0-9]+ seconds, failing: permanent failure: finish exited 125$'
tell perm u
wait_until heard perm sudODudOD
ok "and a command starts it again" heard perm sudODudOD only

# the tally's length
nth() { [ "$(wc -l <two/n)" -ge 5 ]; }
wait_until nth
is "max-death-tally" "$(tally two)" "0 0;0 0;"

# time limits
for s in slow patient; do
	kill "$(state $s pid)"
	wait_until heard $s sud
done
finished() { [ "$(state patient up)" = false ] && heard patient sud only; }
wait_until heard slow sudD
ok "finish that takes too long is killed" heard slow sudD
is "and this is said" "$(cat slow.err)" \
	"s6-supervise slow: warning: finish script lifetime reached maximum value - sending it a SIGKILL"
ok "its code is not 125, so it starts again" wait_until heard slow sudDu
ok "no limit with timeout-finish 0" finished
tell patient o
touch patient/go
wait_until heard patient sudD
ok "o while it finishes: not started again" is_state patient wantedup false
tell patient u
wait_until heard patient sudDu
rm patient/go
kill "$(state patient pid)"
wait_until heard patient sudDud
tell patient du
touch patient/go
wait_until heard patient sudDudDu
ok "d and u while it finishes: started" heard patient sudDudDu

# no finish, or none that can be run
kill "$(state none pid)"
wait_until heard none sudDu
ok "no finish: dD" heard none sudDu only
is "and nothing said" "$(cat none.err)" ""
for s in bad dir; do
	tell $s d
	wait_until heard $s sudD
	is "$s: said" "$(cat $s.err)" "s6-supervise $s: warning: unable to spawn ./finish: Permission denied"
	is "$s: down" "$(state $s up,ready)" "false false"
done
chmod +x bad/finish
tell bad u
wait_until heard bad sudDu
tell bad d
wait_until heard bad sudDudD
like "a text without an interpreter" "$(tail -n 1 bad.err)" 'unable to spawn ./finish: Exec format error$'

# the container's end
for s in any failure giveup zero asked word; do
	service end-$s 'until [ -e go ]; do sleep 0.02; done; exit 9'
	echo $s >end-$s/ends-container
	echo 0 >end-$s/restart-delay
done
: >end-any/ends-container
echo failure >end-zero/ends-container
sed -i 's/exit 9/exit 0/' end-zero/run
sed -i 's/exit 9/kill -KILL $$/' end-failure/run
finish end-giveup '[ ! -e last ] || exit 125'
echo any >end-asked/ends-container
mkdir -p end-any/supervise
echo 77 >end-any/supervise/ended
begin end-any end-failure end-giveup end-zero end-asked end-word
ok "what an earlier one left does not count" [ ! -e end-any/supervise/ended ]
for s in any failure giveup zero word; do touch end-$s/go; done
tell end-asked r
for s in any failure; do wait_until heard end-$s sudDx; done
is "any: exit code" "$(cut -d' ' -f 1 end-any/supervise/ended)" 9
is "failure: 128 + the signal" "$(cut -d' ' -f 1 end-failure/supervise/ended)" 137
ok "the supervisor leaves" wait_until sh -c '! s6-svok end-any && ! s6-svok end-failure'
wait_until heard end-zero sudDudD
notok "failure: exit 0 is none" [ -e end-zero/supervise/ended ]
wait_until heard end-giveup sudDudD
notok "giveup: not at any death" [ -e end-giveup/supervise/ended ]
touch end-giveup/last
wait_until [ -e end-giveup/supervise/ended ]
is "giveup: at a permanent failure" "$(cut -d' ' -f 1 end-giveup/supervise/ended)" 9
wait_until heard end-asked sudDu
notok "a death that was asked for does not count" [ -e end-asked/supervise/ended ]
wait_until heard end-word sudDudD
notok "an unknown word counts as absent" [ -e end-word/supervise/ended ]
is "and is complained about once" "$(cat end-word.err)" "s6-supervise end-word: warning: invalid ends-container"

done_testing
