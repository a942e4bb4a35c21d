#!/bin/sh
# supervisors that are killed: the next one goes on where they were
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool
go='until [ -e go ]; do sleep 0.02; done'

tally() {
	od -An -v -tu1 -w14 "$1/supervise/death_tally" | awk '{ print $13, $14 }' | tr '\n' ';'
}
# script NAME: finish that notes its arguments
noting() {
	printf '%s\n' '#!/bin/sh' 'echo "$1 $2 $4" >>args' "${2-}" >"$1/finish"
	chmod +x "$1/finish"
	echo 0 >"$1/restart-delay"
}
adopted() { grep -q "adopted the running ./$2, pid" "$1.err"; }

# the plain case
service plain "$go
	exit 7"
noting plain
hear plain
begin plain
wait_until heard plain su
pid=$(state plain pid)
since=$(state plain updownsince)
tell plain p
wait_until is_state plain paused true
murder plain
ok "the service outlives its supervisor" kill -0 "$pid"
begin plain
is "the next one has the same process, up since then" \
	"$(state plain up,pid,updownsince,paused,wantedup)" "true $pid $since true true"
is "and says so" "$(cat plain.err)" "s6-supervise plain: info: adopted the running ./run, pid $pid"
ok "nothing happened to listeners but a new supervisor" heard plain sus only
tell plain c
wait_until is_state plain paused false
murder plain
begin plain
is "again and again" "$(state plain up,pid,updownsince)" "true $pid $since"
touch plain/go
wait_until heard plain sussdDu
is "its end is noticed: finish gets the code" "$(head -n 1 plain/args)" "7 0 $pid"
is "and it is counted once" "$(tally plain | cut -d ';' -f 1)" "7 0"
tell plain d

service kill 'exec sleep 1000'
noting kill
hear kill
begin kill
wait_until heard kill su
pid=$(state kill pid)
murder kill
begin kill
tell kill k
wait_until heard kill susdDu
is "killed through the new supervisor" "$(cat kill/args)" "256 9 $pid"
pid=$(state kill pid)
murder kill
begin kill
tell kill d
wait_until heard kill susdDusdD
is "stopped through it" "$(tail -n 1 kill/args)" "256 15 $pid"
is "the tally is kept" "$(tally kill)" "137 9;143 15;"
murder kill
begin kill
is "wanted down stays wanted down" "$(state kill up,wantedup,signal)" "false false SIGTERM"
kill -TERM "$sup_kill"
wait "$sup_kill"
begin kill
wait_until is_state kill up true
is "an orderly end: the tally begins anew, and it is up as normal" "$(tally kill)" ""

# a group, its timeouts, once
service group 'trap "" TERM
	sleep 1000 &
	echo $! >child
	while :; do sleep 0.05; done'
echo 100 >group/timeout-kill
touch group/flag-timeout-killpg
hear group
begin group
wait_until [ -s group/child ]
tell group O
wait_until is_state group wantedup false
murder group
begin group
is "not wanted up after O stays so" "$(state group up,wantedup)" "true false"
tell group d
wait_until heard group susdD
ok "timeout-kill and its group" wait_until gone "$(cat group/child)"

# readiness
service later "$go
	echo >&3
	touch said
	exec sleep 1000"
service closer "$go
	echo >&3
	exec 3>&-
	touch said
	exec sleep 1000"
service ready 'echo >&3
	exec sleep 1000'
service unready 'exec sleep 1000'
service quiet 'exec 3>&-
	touch said
	exec sleep 1000'
for s in later closer ready unready quiet; do
	echo 3 >$s/notification-fd
	hear $s
	begin $s
done
for s in later closer unready quiet; do wait_until heard $s su; done
wait_until heard ready suU
wait_until [ -e quiet/said ]
# the supervisor has seen that end, and noted that it told of readiness
noted() { "$tool/forge" "$1/supervise/child" | grep -qx "flags=$2"; }
wait_until noted quiet 2
wait_until noted ready 6
for s in later closer ready unready quiet; do murder $s; done
touch later/go closer/go
wait_until [ -e later/said ] && wait_until [ -e closer/said ]
for s in later closer ready unready quiet; do begin $s; done
ok "a newline while nobody supervises arrives" wait_until heard later susU
ok "also when its descriptor was closed then" wait_until heard closer susU
ok "ready stays ready" heard ready suUs only
is "in the status too" "$(state ready ready)" true
is "not ready stays so" "$(state unready ready)" false
ok "closed unready before: not ready" heard quiet sus only
for s in later closer ready unready quiet; do tell $s xd; done

# a death that nobody saw: the guard of this test reaps it
service unseen "$go
	exit 9"
noting unseen
service failed 'exec sleep 1000'
noting failed
for s in unseen failed; do
	hear $s
	begin $s
	wait_until heard $s su
done
p1=$(state unseen pid)
p2=$(state failed pid)
murder unseen
murder failed
touch unseen/go
kill -9 "$p2"
wait_until gone "$p1" && wait_until gone "$p2"
touch stop
begin unseen
begin failed
wait_until heard unseen susdDu
wait_until heard failed susdDu
is "died in the gap, code unknown: finish gets 255 0" "$(head -n 1 unseen/args)" "255 0 $p1"
is "for a signal too" "$(head -n 1 failed/args)" "255 0 $p2"
is "counted" "$(tally failed)" "255 0;"
tell unseen d

tell failed d
wait_until heard failed susdDudD
tell failed o
wait_until heard failed susdDudDu
p2=$(state failed pid)
murder failed
kill -9 "$p2"
wait_until gone "$p2"
begin failed
wait_until is_state failed exitcode 255
like "the status says that it is not known" "$(s6-svstat --json failed)" \
	'"up":false,"wantedup":false,.*"exitcode":255,.*"exitcode_known":false'
tell failed u
wait_until heard failed susdDudDusdDu
tell failed d
wait_until is_state failed signal SIGTERM
like "the next end is known" "$(s6-svstat --json failed)" '"exitcode_known":true,"failing":null'

# while finish runs
service finish 'exec sleep 1000'
noting finish "echo \$\$ >me; $go; touch over"
hear finish
begin finish
wait_until heard finish su
pid=$(state finish pid)
tell finish k
wait_until heard finish sud
murder finish
begin finish
is "finish goes on, its own process" "$(head -n 1 finish/me)" "$(od -An -tu1 -j24 -N8 finish/supervise/status |
	awk '{ for (i = 1; i <= 8; i++) n = n * 256 + $i; print n }')"
is "neither up nor done" "$(state finish up,ready,signal)" "false false SIGKILL"
touch finish/go
wait_until heard finish sudsDu
ok "its end is the end of the cycle" heard finish sudsDu only
is "it ran once" "$(wc -l <finish/args)" 1
rm finish/go
tell finish k
wait_until heard finish sudsDud
p=$(tail -n 1 finish/me)
murder finish
touch finish/go
wait_until gone "$p"
begin finish
wait_until heard finish sudsDudsDu
is "finish died in the gap: not run again" "$(wc -l <finish/args)" 2

# killed between a birth and the word of it: the status is that of before
service untold 'exec sleep 1000'
noting untold "$go"
touch untold/down
hear untold
begin untold
cp untold/supervise/status before
tell untold u
wait_until heard untold su
murder untold
mv before untold/supervise/status
begin untold
ok "a start that nobody was told of is told" wait_until heard untold susu
cp untold/supervise/status before
tell untold k
wait_until heard untold susud
murder untold
mv before untold/supervise/status
begin untold
ok "so is a death" wait_until heard untold susudsd
touch untold/go
ok "and nothing twice" wait_until heard untold susudsdDu
tell untold xd
wait "$sup_untold"

# stages, forged: what a supervisor killed in between would have left
service stage 'exec sleep 1000'
noting stage
hear stage
begin stage
wait_until heard stage su
tell stage d
wait_until heard stage sudD
pid=$(awk '{ print $3 }' stage/args)
# died, and not counted yet
murder stage
: >stage/supervise/death_tally
"$tool/forge" stage/supervise/child stage=3 pid="$pid" flags=2 wstat=0x500 t0=1
begin stage
wait_until heard stage sudDsdDu
is "dead, not counted: counted now" "$(tally stage)" "5 0;"
is "and finished" "$(tail -n 1 stage/args)" "5 0 $pid"
tell stage d
wait_until heard stage sudDsdDudD
lines=$(wc -l <stage/args)
# died and counted, finish not yet run
murder stage
"$tool/forge" stage/supervise/child stage=4 pid=4242 flags=0 wstat=0x600
begin stage
wait_until heard stage sudDsdDudDsdD
is "counted: not again" "$(tally stage)" "5 0;143 15;"
is "but finished" "$(tail -n 1 stage/args) $(wc -l <stage/args)" "6 0 4242 $((lines + 1))"
# counted, but killed before it could note that
murder stage
last=$(od -An -v -tx1 -j14 -N12 stage/supervise/death_tally | tr -d ' \n')
sec=$((0x0${last%????????} - 0x4000000000000000))
"$tool/forge" stage/supervise/child stage=3 pid=4243 flags=0 wstat=0x700 \
	t0="$((sec * 1000000000 + 0x${last#????????????????}))"
begin stage
wait_until heard stage sudDsdDudDsdDsdD
is "in the tally already: not again" "$(tally stage)" "5 0;143 15;"
is "finished" "$(tail -n 1 stage/args)" "7 0 4243"
# not executed
murder stage
"$tool/forge" stage/supervise/child stage=2 flags=2 error=2
begin stage
ok "one that could not be executed: started" wait_until heard stage sudDsdDudDsdDsdDsu
pid=$(state stage pid)

# records that cannot be true: nobody else's process is adopted
for change in boot=1 pidns=1 t0=0; do
	murder stage
	kill -9 "$pid"
	wait_until gone "$pid"
	case $change in
	t0=0) "$tool/forge" stage/supervise/child t0=1000 t1=2000 pid=$$ ;;
	*) "$tool/forge" stage/supervise/child $change pid=$$ ;;
	esac
	: >stage.err
	begin stage
	ok "a record with $change and the pid of a stranger" wait_until is_state stage up true
	notok "the stranger is not adopted" [ "$(state stage pid)" = $$ ]
	pid=$(state stage pid)
	is "nothing said of it" "$(cat stage.err)" ""
done
murder stage
kill -9 "$pid"
wait_until gone "$pid"
printf garbage >stage/supervise/child
begin stage
ok "a damaged record: started" wait_until is_state stage up true
is "and said" "$(cat stage.err)" "s6-supervise stage: warning: unable to read supervise/child: Protocol error"
pid=$(state stage pid)

# no record, as after an upstream supervisor, or a damaged one: status tells
murder stage
rm stage/supervise/child
begin stage
is "no record: adopted by the status" "$(state stage up,pid)" "true $pid"
ok "and a record made" [ "$("$tool/forge" stage/supervise/child | sed -n 's/^pid=//p')" = "$pid" ]
murder stage
printf garbage >stage/supervise/child
begin stage
is "damaged: adopted by the status" "$(state stage up,pid)" "true $pid"
murder stage
kill -9 "$pid"
wait_until gone "$pid"
rm stage/supervise/child
mkdir other
# a session leader, of this very moment, but elsewhere
(cd other && exec setsid -f sh -c 'echo $$ >pid; exec sleep 1000')
wait_until [ -s other/pid ]
stranger=$(cat other/pid)
octal=$(printf %016x "$stranger" | sed 's/../&\n/g' | while read -r x; do printf '\\%03o' "0x$x"; done)
# shellcheck disable=SC2059
printf "$octal" | dd of=stage/supervise/status bs=1 seek=24 conv=notrunc 2>/dev/null
begin stage
wait_until is_state stage up true
notok "a session leader in another directory is not adopted" [ "$(state stage pid)" = "$stranger" ]
kill "$stranger"
pid=$(state stage pid)

# QUIT leaves the service to the next one, on purpose
kill -QUIT "$sup_stage"
wait "$sup_stage"
begin stage
is "after QUIT too" "$(state stage up,pid)" "true $pid"
is "with a fresh tally" "$(tally stage)" ""
kill -QUIT "$sup_stage"
wait "$sup_stage"
kill -9 "$pid"
wait_until gone "$pid"
lines=$(wc -l <stage/args)
begin stage
wait_until is_state stage up true
is "died after QUIT: a plain start, no finish" "$(wc -l <stage/args)" "$lines"
rm -f go

done_testing
