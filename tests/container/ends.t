#!/bin/sh
# All the ways in which a container ends, and its exit code: services with ends-container, a CMD that
# is killed, orders from within, signals, who is impatient.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"
new_root r
service_of() { # service_of WORD LINE...: the key service, which ends the container as WORD says
	rm -rf r/etc/services.d r/other
	script r/etc/services.d/other/run '#!/bin/sh' 'trap "echo other: term; exit 0" TERM' 'echo >/other' 'while :; do sleep 0.05; done'
	tap_word=$1
	shift
	script r/etc/services.d/key/run '#!/bin/sh' 'until [ -e /other ]; do sleep 0.02; done' "$@"
	echo "$tap_word" >r/etc/services.d/key/ends-container
	echo 0 >r/etc/services.d/key/restart-delay
}

## ends-container

service_of any 'exit 0'
container r
is 'any: also exit 0' "$rc" 0
like 'the others are told' "$out" '^other: term$'
service_of any 'kill -KILL $$'
container r
is 'any: killed: 128 + 9' "$rc" 137
service_of failure '[ -e /tmp/second ] || { echo >/tmp/second; exit 0; }' 'exit 6'
container r --tmpfs=/tmp
is 'failure: exit 0 is none; the next one is' "$rc" 6
service_of failure 'kill -TERM $$'
container r
is 'failure: killed: 128 + 15' "$rc" 143
service_of giveup 'exit 4'
script r/etc/services.d/key/finish '#!/bin/sh' '[ ! -e /tmp/third ] || exit 125' '[ ! -e /tmp/second ] || echo >/tmp/third' \
	'echo >/tmp/second'
container r --tmpfs=/tmp
is 'giveup: only when finish says so' "$rc" 4
service_of giveup 'exit 8'
echo 3/60 >r/etc/services.d/key/restart-limit
container r
is 'giveup: or a restart limit' "$rc" 8
service_of any 'until [ -e /tmp/cmd ]; do sleep 0.02; done' 'exit 7'
container r --tmpfs=/tmp sh -c 'trap "echo cmd: term; exit 3" TERM; echo >/tmp/cmd; while :; do sleep 0.05; done'
is 'a CMD beside it: the code of the service' "$rc" 7
like 'the CMD is told, too' "$out" '^cmd: term$'
container r --tmpfs=/tmp sh -c 'exit 5'
is 'the CMD first: its code' "$rc" 5
rm -rf r/etc/services.d

## a CMD that is killed

for s in 1:HUP 6:ABRT 9:KILL 10:USR1 11:SEGV; do
	container r sh -c "kill -${s#*:} \$\$"
	is "CMD killed by ${s#*:}" "$rc" $((128 + ${s%:*}))
done
container r sh -c 'sleep 1000 & kill -KILL $!; wait $!'
is 'a child of it: is its own business' "$rc" 137

## orders from within

up() { said_by "$1" '\[services.d\] done.' && said_by "$1" 'a: up'; }
script r/etc/services.d/a/run '#!/bin/sh' 'trap "echo a: term; exit 0" TERM' 'echo a: up' 'while :; do sleep 0.05; done'
n=0
for order in /run/s6/basedir/bin/poweroff /run/s6/basedir/bin/reboot '/run/s6/basedir/bin/shutdown -h now' \
	'/run/s6/basedir/bin/halt' 's6-svscanctl -t /run/service' 's6-svscanctl -t /var/run/s6/services'; do
	n=$((n + 1))
	box o$n r
	wait_until up o$n
	# shellcheck disable=SC2086
	box_exec o$n $order
	is "$order: exit 0" "$rc" 0
	box_end o$n
	is "$order: the container ends, 0" "$rc$(echo "$out" | grep -c '^a: term$')" 01
	box_remove o$n
done

## signals

box hup r
wait_until up hup
box_signal hup HUP
box_exec hup s6-svstat -o up /run/service/a
is 'HUP: scans, all goes on' "$out" true
box_stop hup
is 'and stops, 0' "$rc" 0
script r/etc/services.d/deaf/run '#!/bin/sh' 'trap "" TERM HUP' 'echo deaf: up' 'while :; do sleep 0.1; done'
box twice r S6_SERVICES_GRACETIME=60000 S6_KILL_GRACETIME=60000
up_both() { up twice && said_by twice 'deaf: up'; }
wait_until up_both
if [ $BOX = podman ]; then
	pod stop -t 20 twice >/dev/null 2>&1 &
	first=$!
	wait_until said_by twice 'a: term'
	pod stop -t 20 twice >stop.log 2>&1
	wait $first
else
	box_signal twice TERM
	wait_until said_by twice 'a: term'
	box_signal twice TERM
fi
BOX_LIMIT=20 box_end twice
is 'stopped twice: the second one shortens the grace times; 0' "$rc" 0

## leftovers

rm -rf r/etc/services.d
script r/etc/services.d/port/run '#!/bin/sh' 'mkdir /tmp/held || exit 99' 'echo port: got it' \
	'setsid sh -c "trap \"rmdir /tmp/held; exit\" TERM; echo \$\$ >/tmp/worker; while :; do sleep 0.02; done" &' \
	'exec sleep 1000'
box left r --tmpfs=/tmp S6_KILL_LEFTOVERS=1
wait_until said_by left 'port: got it'
box_exec left sh -c 'until [ -s /tmp/worker ]; do sleep 0.02; done; s6-svc -k /run/service/port'
again() { [ "$(grep -c 'port: got it' left.out)" = 2 ]; }
ok 'S6_KILL_LEFTOVERS=1: its next run finds nobody in its way' wait_until again
box_stop left
is 'and it stops, 0' "$rc" 0
rm -rf r/etc/services.d

## retries, and FIFOs for loggers

container r with-retries -n 3 sh -c 'echo try; [ "$(wc -l </tries)" -ge 2 ] 2>/dev/null || { echo >>/tries; exit 1; }'
is 'with-retries: until it works' "$rc$(echo "$out" | grep -c '^try$')" 03
container r with-retries -n 2 false
is 'with-retries: and then no more' "$rc" 1
container r sh -c 'logutil-newfifo -o nobody /tmp/fifo && stat -c "%F %U %a" /tmp/fifo'
like 'logutil-newfifo' "$out" '^fifo nobody 6[0-7]0$'
done_testing
