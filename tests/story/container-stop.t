#!/bin/sh
# the stop of a container: whoever orders it, and whenever
. "${0%/*}/../lib.sh"
. "$top/tests/container.sh"
container_works || skip_all "no PID namespaces here"

stop_lines='[s6-finish] waiting for services.
[s6-finish] sending all processes the TERM signal.
[s6-finish] sending all processes the KILL signal and exiting.'
finish_lines='[cont-finish.d] executing container finish scripts...
[cont-finish.d] 01-fin: executing... 
finishing
[cont-finish.d] 01-fin: exited 0.
[cont-finish.d] done.'
said_line() {
	grep -q -- "$1" c.out
}
# svc NAME LINE...: a service of the container c whose run is this script
svc() {
	svc_name=$1
	shift
	script "c/etc/live/$svc_name/run" "$@"
}
# they are put into the scan directory by a script of the boot
container_root c
script c/etc/cont-finish.d/01-fin 'echo finishing'
script c/etc/cont-init.d/01-live 'cp -R /etc/live/. /run/service/ && s6-svscanctl -a /run/service
cd /etc/live && for s in *; do until [ -e "/tmp/$s.up" ]; do sleep 0.02; done; done'
svc a 'trap "echo a ends; exit" TERM' 'touch /tmp/a.up' 'while :; do sleep 0.02; done'
script c/etc/live/a/finish 'echo "finish of a: $1 $2"'
boot() {
	rm -f c/tmp/*
	contained c "$@"
	[ -n "${unbooted-}" ] || wait_until phase run || diag "no boot: $(cat c.out c.err)"
}
phase() {
	[ "$(cat "/proc/$one/root/run/s6/phase")" = "$1" ]
}

## no CMD: it lives until it is told; by each signal and command

boot
kill -TERM "$one"
container_end
is "TERM: exit 0" "$rc $err" '0 '
is "services first, then scripts, then the rest" "$(printf '%s\n' "$out" | sed -n '/^a ends/,$p')" "a ends
finish of a: 0 0
$finish_lines
$stop_lines"
for sig in INT QUIT USR1 USR2 PWR; do
	boot
	kill -"$sig" "$one"
	container_end
	is "$sig: exit 0" "$rc $err $(printf '%s\n' "$out" | grep -c '^a ends')" '0  1'
done
boot
for sig in HUP WINCH CONT ALRM; do kill -$sig "$one"; done
inside s6-svscanctl /run/service
ok "HUP, WINCH, CONT, ALRM: goes on" phase run
inside /run/s6/basedir/bin/halt
container_end
is "halt: exit 0" "$rc $(printf '%s\n' "$out" | grep -c '^a ends')" '0 1'
boot
inside "$bin/s6-svscanctl" -t /var/run/s6/services
container_end
is "s6-svscanctl -t: exit 0" "$rc $(printf '%s\n' "$out" | grep -c '^a ends')" '0 1'
boot
inside sh -c 'kill 1'
container_end
is "kill 1 from inside: exit 0" "$rc $(printf '%s\n' "$out" | grep -c '^a ends')" '0 1'

## a CMD is told at the beginning, beside the services, however it was ordered

script c/usr-cmd 'trap "echo cmd told; exit 5" TERM; touch /tmp/cmd.up; while :; do sleep 0.02; done'
for how in signal svscanctl; do
	boot /usr-cmd
	wait_until test -e c/tmp/cmd.up
	if [ "$how" = signal ]; then kill -TERM "$one"; else inside "$bin/s6-svscanctl" -t /run/service; fi
	container_end
	is "$how: its exit code is the container's" "$rc $err" '5 '
	like "$how: its line comes before the finish scripts'" \
		"$(printf '%s\n' "$out" | grep -n '^.cmd. /usr-cmd exited 5\|^finishing' | cut -d: -f2 | tr '\n' ,)" \
		'^\[cmd\] /usr-cmd exited 5,finishing,$'
done
boot sleep 1000
kill -TERM "$one"
container_end
is "a CMD that dies of our TERM: exit 0" "$rc" 0
like "its line" "$out" '^\[cmd\] sleep exited 143$'
boot sh -c 'kill -KILL $$'
container_end
is "a CMD that is killed by somebody else" "$rc" 137

## what ignores TERM is killed at the bound

ignore='trap "" TERM HUP; touch /tmp/%s.up; while :; do sleep 0.02; done'
# shellcheck disable=SC2059
svc b "$(printf "$ignore" b)"
# shellcheck disable=SC2059
script c/ignorer "$(printf "$ignore" cmd)"
script c/etc/live/b/finish 'echo "$1 $2" >/tmp/b.finish'
before=$(date +%s)
boot S6_SERVICES_GRACETIME=300 S6_KILL_GRACETIME=300 /ignorer
wait_until test -e c/tmp/cmd.up
inside sh -c 'trap "" TERM HUP; touch /tmp/in.up; while :; do sleep 0.02; done' &
in=$!
wait_until test -e c/tmp/in.up
kill -TERM "$one"
container_end
wait $in
is "service, CMD, and one who came from outside: exit 0" "$rc" 0
is "the service was killed, and its finish ran" "$(cat c/tmp/b.finish)" '256 9'
like "the CMD was killed" "$out" '^\[cmd\] /ignorer exited 137$'
like "one who obeys had its say" "$out" '^a ends$'
ok "not later than that" test $(($(date +%s) - before)) -lt 20

## a second time: no more grace

long='S6_SERVICES_GRACETIME=100000 S6_KILL_GRACETIME=100000 S6_KILL_FINISH_MAXTIME=100000'
# shellcheck disable=SC2086
boot $long /ignorer
wait_until test -e c/tmp/cmd.up
kill -TERM "$one"
wait_until phase stop
wait_until said_line '^a ends'
inside "$bin/s6-halt"
kill -0 "$one"
ok "a first command during a stop by a signal changes nothing" said_line '^finish of a'
kill -TERM "$one"
container_end
is "a second TERM: exit 0" "$rc" 0
like "and all were killed" "$(cat c/tmp/b.finish) $out" '^256 9 |^\[cmd. /ignorer exited 137'
like "the finish scripts run all the same" "$out" '^finishing$'
rm -r c/etc/live/b

# twice at once, while services still stop: that holds for the last phase, too
# shellcheck disable=SC2086
boot $long
(inside sh -c 'trap "" TERM HUP; touch /tmp/in.up; while :; do sleep 0.02; done' &)
wait_until test -e c/tmp/in.up
inside "$bin/s6-halt"
inside "$bin/s6-halt"
container_end
is "twice at once: exit 0" "$rc" 0

# shellcheck disable=SC2086
boot $long
(inside sh -c 'trap "" TERM HUP; touch /tmp/in.up; while :; do sleep 0.02; done' &)
wait_until test -e c/tmp/in.up
inside "$bin/s6-halt"
wait_until said_line 'TERM signal'
inside "$bin/s6-halt"
container_end
is "a second command, in the last phase: exit 0" "$rc" 0

script c/etc/cont-finish.d/01-fin 'trap "echo fin told; exit" TERM; touch /tmp/fin.up; while :; do sleep 0.02; done'
script c/etc/cont-finish.d/02-fin 'echo the next'
# shellcheck disable=SC2086
boot $long
kill -TERM "$one"
wait_until test -e c/tmp/fin.up
kill -TERM "$one"
container_end
is "during a finish script: exit 0" "$rc" 0
like "it is told TERM, and the next one runs" "$(printf '%s\n' "$out" | tr '\n' ' ')" 'fin told.*the next'
rm c/etc/cont-finish.d/02-fin
script c/etc/cont-finish.d/01-fin 'echo finishing'

## exit codes that services and scripts choose

container_root d
script d/etc/services.d/key/run 'exit 7'
: >d/etc/services.d/key/ends-container
run container d
is "ends-container: its code" "$rc" 7
script d/etc/services.d/key/run 'kill -9 $$'
run container d sleep 1000
is "ends-container, killed; a CMD is told as well" "$rc $(printf '%s\n' "$out" | grep -c 'cmd. sleep exited 143')" '137 1'
script d/cmd 'trap "exit 5" TERM; touch /tmp/cmd.up; while :; do sleep 0.02; done'
script d/etc/services.d/key/run 'until [ -e /tmp/cmd.up ]; do sleep 0.02; done; exit 9'
run container d /cmd
is "ends-container weighs more than the CMD that it ends" "$rc" 9
rm d/etc/services.d/key/ends-container d/tmp/cmd.up
script d/etc/services.d/key/run 'exit 3'
script d/etc/services.d/key/finish 'echo "$(($1 + 10))" >/run/s6-linux-init-container-results/exitcode' \
	'exec /run/s6/basedir/bin/halt'
run container d
is "a finish script of generation 3" "$rc" 13
script d/etc/services.d/key/finish 'printf "$(($1 + 20))" >/var/run/s6/env-stage3/S6_STAGE2_EXITED' \
	'exec s6-svscanctl -t /var/run/s6/services'
run container d
is "a finish script of generation 2" "$rc" 23
script d/etc/services.d/key/run 'until [ -e /tmp/cmd.up ]; do sleep 0.02; done; exit 3'
run container d /cmd
is "and a CMD that ends on that TERM comes later" "$rc" 5
script d/etc/services.d/key/run 'exit 3'
script d/etc/cont-finish.d/1 'echo 300 >/run/s6-linux-init-container-results/exitcode'
run container d
is "a script of cont-finish.d comes last; modulo 256" "$rc" 44

## stage 2 is killed

script c/cmd 'touch /tmp/cmd.up; exec sleep 1000'
boot /cmd
wait_until test -e c/tmp/cmd.up
inside sh -c 'kill -9 "$(pgrep -x s6-init-stage2)"'
container_end
is "the container does not go on without it" "$rc" 137

## during the boot

rm c/etc/cont-init.d/01-live
script c/etc/cont-init.d/01-slow 'trap "echo script told; exit 9" TERM; touch /tmp/slow.up; while :; do sleep 0.02; done'
script c/etc/cont-init.d/02-next 'echo next'
unbooted=1
boot sh -c 'echo the cmd'
wait_until test -e c/tmp/slow.up
ok "the phase" phase boot
kill -INT "$one"
container_end
is "a script was running: exit 0" "$rc $err" '0 '
is "it is told; nothing more of the boot" "$(printf '%s\n' "$out" | sed -n '/^script told/,$p')" "script told
[cont-init.d] 01-slow: exited 9.
[cont-init.d] done.
$finish_lines
$stop_lines"
script c/etc/cont-init.d/01-slow 'kill -TERM 1; trap "" TERM; while :; do sleep 0.02; done'
boot S6_SERVICES_GRACETIME=0 true
container_end
is "a script that ends the container and ignores it" "$rc $(printf '%s\n' "$out" | grep -c 'exited 137\|next')" '0 1'
rm -r c/etc/cont-init.d
# at moments that fall where they fall
bad='' cont_wait=no
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	contained c sleep 1000
	# the first moment at which signals wait: before, the kernel drops those to process 1
	is_init() {
		one=$(cat "/proc/$cont/task/$cont/children") && one=${one%% *} &&
			case $(readlink "/proc/$one/exe") in */s6-* | */sextet) ;; *) false ;; esac &&
			grep -q '^SigBlk:.*[4-7c-f]...$' "/proc/$one/status"
	}
	until is_init 2>/dev/null || ! kill -0 "$cont"; do :; done
	n=0
	while [ $n -lt $((i * 20)) ]; do n=$((n + 1)); done
	kill -TERM "$one"
	container_end
	[ "$rc" = 0 ] || bad="$bad $i:$rc"
done
is "at any moment of the boot: exit 0" "$bad" ''

done_testing
