#!/bin/sh
# How a container stops: signals with time to act on them, bounds for those who ignore them, nobody
# left, again and again.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"

now() { date +%s%N; }
# ms SINCE: milliseconds
ms() { echo $((($(now) - $1) / 1000000)); }
up() { said_by c '\[services.d\] done.'; }

# one that needs time, one that ignores TERM, one that leaves children
new_root r
script r/etc/services.d/slow/run '#!/bin/sh' 'trap "sleep 0.7; echo slow: saved; exit 0" TERM' 'echo slow: up' 'while :; do sleep 0.05; done'
script r/etc/services.d/leaves/run '#!/bin/sh' '(setsid sleep 1000 &)' '(trap "" TERM HUP; setsid sleep 1000 & )' 'echo leaves: up' 'exec sleep 1000'
all_up() { up && said_by c 'slow: up' && said_by c 'leaves: up'; }
box c r S6_KILL_GRACETIME=300
ok 'boots' wait_until all_up
space=$(box_space c)
ok 'there are processes in it' test -n "$(in_space "$space")"
box_stop c
is 'stopped: 0' "$rc" 0
is 'none is left' "$(in_space "$space")" ''
like 'TERM came first, with time to act' "$out" 'slow: saved'
like 'then KILL' "$out" 'sending all processes the KILL signal'

# the bound
rm -r r/etc/services.d/*
script r/etc/services.d/deaf/run '#!/bin/sh' 'trap "" TERM HUP' 'echo deaf: up' 'while :; do sleep 0.05; done'
deaf_up() { up && said_by c 'deaf: up'; }
box c2 r S6_SERVICES_GRACETIME=400 S6_KILL_GRACETIME=100
up() { said_by c2 '\[services.d\] done.'; }
deaf_up() { up && said_by c2 'deaf: up'; }
ok 'boots' wait_until deaf_up
begun=$(now)
box_stop c2 30
took=$(ms "$begun")
is 'one that ignores TERM is killed at the bound: 0' "$rc" 0
ok 'which was waited for' test "$took" -ge 400
ok "and not for ever ($took ms)" test "$took" -lt 9000

# a second TERM
box c3 r S6_SERVICES_GRACETIME=60000 S6_KILL_GRACETIME=60000
deaf_up() { said_by c3 '\[services.d\] done.' && said_by c3 'deaf: up'; }
ok 'boots' wait_until deaf_up
box_signal c3 TERM
box_exec c3 s6-healthcheck --ready
is 'not ready any more' "$rc" 1
begun=$(now)
box_signal c3 TERM
box_end c3
took=$(ms "$begun")
is 'a second TERM shortens the grace times' "$rc" 0
ok "($took ms)" test "$took" -lt 20000
rm -r r/etc/services.d/*

# idle: ours is no time at all. From the signal to the end of process 1.
script r/etc/services.d/idle/run '#!/bin/sh' 'exec sleep 1000'
box c4 r
idle_up() { said_by c4 '\[services.d\] done.'; }
ok 'boots' wait_until idle_up
pid=$(box_pid c4)
begun=$(now)
kill -TERM "$pid"
gone() { ! kill -0 "$pid" 2>/dev/null; }
while ! gone; do :; done
took=$(ms "$begun")
box_end c4
is 'idle: stopped, 0' "$rc" 0
diag "an idle container stops in $took ms"
ok 'within 2 s' test "$took" -lt 2000

# again: the same container, its files as they were left
box_again c4
ok 'a stopped container starts again' wait_until idle_up
box_stop c4
is 'and stops again' "$rc" 0
box_again c4
ok 'and a third time' wait_until idle_up
box_signal c4 KILL
box_end c4
box_again c4
ok 'even after a KILL' wait_until idle_up
box_exec c4 s6-svstat -o up /run/service/idle
is 'with its service' "$out" true
box_stop c4
is 'and stops' "$rc" 0

# ordered from inside: whoever orders is told that it worked before all ends
box c5 r
halt_up() { said_by c5 '\[services.d\] done.'; }
ok 'boots' wait_until halt_up
box_exec c5 /run/s6/basedir/bin/halt
is 'halt: exit 0' "$rc" 0
box_end c5
is 'the container ends, 0' "$rc" 0

# signals
for sig in INT QUIT USR1 USR2 PWR; do
	box s$sig r
	sig_up() { said_by s$sig '\[services.d\] done.'; }
	wait_until sig_up
	box_signal s$sig $sig
	box_end s$sig
	is "SIG$sig: an orderly stop, 0" "$rc$(echo "$out" | grep -c '^\[s6-finish\] sending all processes the KILL')" 01
	box_remove s$sig
done

# during boot
script r/etc/cont-init.d/01-long '#!/bin/sh' 'echo long: begun' 'trap "echo long: term; exit 1" TERM' 'while :; do sleep 0.05; done'
box early r
long() { said_by early 'long: begun'; }
ok 'a boot that takes long' wait_until long
box_stop early
is 'stopped meanwhile: 0' "$rc" 0
like 'the script was told' "$out" 'long: term'
notok 'no service was started' said_by early '\[services.d\] starting services'
rm r/etc/cont-init.d/01-long

# the CMD is told first, and its code counts
box cmd r sh -c 'trap "echo cmd: term; exit 5" TERM; echo cmd: up; while :; do sleep 0.05; done'
cmd_up() { said_by cmd 'cmd: up'; }
ok 'a CMD runs' wait_until cmd_up
box_stop cmd
like 'it gets TERM' "$out" 'cmd: term'
is 'and its code is the container s' "$rc" 5

# orphans
script r/etc/services.d/forks/run '#!/bin/sh' \
	'for i in 1 2 3 4 5 6 7 8 9 10; do (sleep 0.0$i & ) & done; wait' 'sleep 0.3' 'echo forks: done' 'exec sleep 1000'
box o r
forks() { said_by o 'forks: done'; }
ok 'orphans' wait_until forks
box_exec o sh -c 'cat /proc/[0-9]*/stat'
is 'no zombie is left' "$(echo "$out" | grep -c ') Z ')" 0
box_stop o
is 'ends' "$rc" 0
done_testing
