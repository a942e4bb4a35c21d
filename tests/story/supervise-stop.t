#!/bin/sh
# services that do not want to die, and supervisors that are told to
. "${0%/*}/../lib.sh"

begin() {
	for s; do
		[ -p "$s/event/ftrig1:@400000000000000000000000:hearer" ] || hear "$s"
		s6-supervise "$s" <"${in:-/dev/null}" >"${out:-$s.out}" 2>"$s.err" &
		eval "sup_$s=$!"
		started="$started $!"
	done
	for s; do wait_until s6-svok "$s"; done
}
ignores='trap "" TERM
	sleep 1000 &
	echo $! >child
	while :; do sleep 0.05; done'

# timeout-kill
service group "$ignores"
service single "$ignores"
service again "$ignores"
service never "$ignores"
for s in group single again; do echo 100 >$s/timeout-kill; done
touch group/flag-timeout-killpg again/flag-timeout-killpg
echo 0 >again/restart-delay
begin group single again never
for s in group single again never; do wait_until [ -s $s/child ]; done
for s in group single never; do tell $s d; done
tell again r
wait_until heard group sudD
ok "timeout-kill: killed" is_state group signal SIGKILL
ok "with flag-timeout-killpg its group too" wait_until gone "$(cat group/child)"
wait_until heard single sudD
notok "without it not" gone "$(cat single/child)"
kill -9 "$(cat single/child)"
wait_until heard again sudDu
ok "r is followed by a kill as well" [ "$(od -An -tu1 -j13 -N1 again/supervise/death_tally)" -eq 9 ]
ok "no timeout-kill: it lives" is_state never up true
tell never K
wait_until heard never sudD

# the supervisor is told to end
service term 'exec sleep 1000'
cp -R term hup && cp -R term quit && cp -R term int && cp -R term usr
cp -R term late
for s in term hup int; do
	printf '%s\n' '#!/bin/sh' 'echo "finish out"; echo "finish err" >&2' >$s/finish
	chmod +x $s/finish
done
printf '%s\n' '#!/bin/sh' 'until [ -e go ]; do sleep 0.02; done; echo over' >late/finish
chmod +x late/finish
service kids 'trap "echo INT >>got; exit 0" INT
	env --default-signal=INT sh ./kid.sh &
	while :; do sleep 0.02; done'
echo 'trap "echo INT >>kid; exit 0" INT; echo >kid; while :; do sleep 0.02; done' >kids/kid.sh
begin term hup quit int usr late
env --default-signal=INT,QUIT s6-supervise kids 2>kids.err &
sup_kids=$!
started="$started $!"
for s in term hup quit int usr late; do wait_until heard $s su; done
wait_until [ -e kids/kid ]

kill -TERM "$sup_term"
wait "$sup_term"
is "TERM: exit 0" $? 0
ok "TERM: the service is stopped, finish run, x" heard term sudDx only
is "TERM: the last finish still has our stdout" "$(cat term.out)" "finish out"
is "and stderr" "$(cat term.err)" "finish err"
notok "TERM: not supervised any more" s6-svok term

kill -HUP "$sup_hup"
closed() { [ "$(readlink "/proc/$sup_hup/fd/1")" = /dev/null ] && [ "$(readlink "/proc/$sup_hup/fd/0")" = /dev/null ]; }
ok "HUP: 0 and 1 become /dev/null" wait_until closed
ok "HUP: the service runs on" is_state hup up true
tell hup u
kill "$(state hup pid)"
wait "$sup_hup"
is "HUP: exit 0 when the service is down" $? 0
ok "HUP: not restarted" heard hup sudDx only
is "HUP: what finish said went to nobody" "$(cat hup.out).$(cat hup.err)" ".finish err"

pid=$(state quit pid)
kill -QUIT "$sup_quit"
wait "$sup_quit"
is "QUIT: exit 0 at once" $? 0
ok "QUIT: x and nothing else" heard quit sux only
ok "QUIT: the service is left running" kill -0 "$pid"
kill "$pid"

kill -INT "$sup_kids"
wait "$sup_kids"
is "INT: exit 0 at once" $? 0
ok "INT: sent to the service" wait_until [ -s kids/got ]
ok "and its group" wait_until grep -q INT kids/kid
is "nothing said" "$(cat kids.err)" ""

kill -USR1 "$sup_usr"
kill -USR2 "$sup_usr"
tell usr p
wait_until is_state usr paused true
tell usr c
ok "USR1, USR2: ignored" kill -0 "$sup_usr"
pid=$(state usr pid)
out=usr.out
for sig in TERM HUP; do
	kill -$sig "$sup_usr"
done
wait "$sup_usr"
is "TERM and HUP: exit 0" $? 0
ok "one death" heard usr sudDx only

tell late d
wait_until heard late sud
kill -TERM "$sup_late"
kill -TERM "$sup_late"
kill -TERM "$sup_late"
tell late u
wait_until is_state late wantedup true
touch late/go
wait "$sup_late"
is "TERM while finish runs: waits for it" "$?.$(cat late.out)" "0.over"
ok "and starts nothing" heard late sudDx only

# a last cycle goes as any other
service last "$ignores"
echo 100 >last/timeout-kill
touch last/flag-timeout-killpg
begin last
wait_until [ -s last/child ]
kill -TERM "$sup_last"
wait "$sup_last"
is "TERM arms timeout-kill" "$?.$(cat last.events)" "0.sudDx"
ok "for the group too" wait_until gone "$(cat last/child)"

# stopped ones die as well
service stopped 'exec sleep 1000'
begin stopped
wait_until heard stopped su
tell stopped p
wait_until is_state stopped paused true
tell stopped d
wait_until heard stopped sudD
is "a stopped service dies of d" "$(state stopped signal,paused)" "SIGTERM false"

done_testing
