#!/bin/sh
# the CMD of a container: signals that are its own, and its terminal
. "${0%/*}/../lib.sh"
. "$top/tests/container.sh"
container_works || skip_all "no PID namespaces here"

container_root c
phase() {
	grep -qs "$1" "/proc/$one/root/run/s6/phase"
}

## S6_CMD_RECEIVE_SIGNALS

script c/cmd 'for s in INT QUIT USR1 USR2 PWR WINCH; do trap "echo $s >>/tmp/sigs" $s; done' \
	'trap "echo TERM >>/tmp/sigs; exit 5" TERM' 'touch /tmp/up' 'while :; do sleep 0.02; done'
contained c S6_CMD_RECEIVE_SIGNALS=1 /cmd
wait_until test -e c/tmp/up
# its pid is told right after its start
wait_until test -s "/proc/$one/root/run/s6/cmdpid"
want=''
heard_all() {
	[ "$(cat c/tmp/sigs 2>/dev/null)" = "$want" ]
}
for s in INT QUIT USR1 USR2 PWR WINCH TERM; do
	kill -$s "$one"
	want="$want${want:+
}$s"
	ok "$s is the CMD's" wait_until heard_all
done
container_end
is "its code is the container's" "$rc" 5
is "its pid is told no more" "$(ls c/run/s6/cmdpid 2>&1)" "ls: cannot access 'c/run/s6/cmdpid': No such file or directory"
contained c S6_CMD_RECEIVE_SIGNALS=1 sleep 1000
wait_until test -s "/proc/$one/root/run/s6/cmdpid"
kill -TERM "$one"
container_end
is "one that dies of it" "$rc" 143

## leftovers of the CMD, and zombies

container c sh -c '(trap "echo left told; exit" TERM; touch /tmp/left; while :; do sleep 0.02; done) &
	until [ -e /tmp/left ]; do sleep 0.02; done; exit 2' </dev/null >out 2>err
is "what it leaves behind is told, and waited for" "$? $(grep -c 'left told' out)" '2 1'
run container c sh -c 'for i in 1 2 3 4 5 6 7 8 9; do (sleep 0.0$i &) ; done
	until [ "$(pgrep -c sleep)" = 0 ]; do sleep 0.02; done; ps -A -o stat= | grep -c Z'
is "its orphans are reaped" "$(printf '%s\n' "$out" | grep -x '[0-9]*')" 0

## a terminal: that of script(1), as container managers give one: process 1 leads its session

command -v script >/dev/null 2>&1 || { skip "a terminal" "no script(1) here"; done_testing; }
cont_init='setsid -c /init'
mkfifo keys
# shellcheck disable=SC2016
printf '. "$1/lib.sh" && . "$1/container.sh" && cd "$2" || exit 99
cont_init="setsid -c /init"
shift 2
container "$@"\n' >on_tty.sh
# on_tty WORD...: container c WORD... on a terminal, to which `keys` (descriptor 7) are typed
on_tty() {
	rm -f c/tmp/*
	tty_line="sh '$(pwd)/on_tty.sh' '$top/tests' '$(pwd)' c"
	for word; do tty_line="$tty_line '$word'"; done
	TMPDIR=$TMPDIR/tty SEXTET_BIN=$bin command script -qec "$tty_line" /dev/null <keys >c.out 2>&1 &
	tty=$!
	exec 7>keys
}
tty_end() {
	rc=0
	wait $tty || rc=$?
	exec 7>&-
	out=$(tr -d '\r' <c.out)
}
typed() {
	printf "$1" >&7
}
on_tty sh -c 'echo "group $(ps -o tpgid= -p $$) of $$" | tr -s " "; read x; echo "read $x"; exit 3'
typed 'a line\n'
tty_end
is "the CMD reads from it" "$rc $(printf '%s\n' "$out" | grep '^read')" '3 read a line'
is "and is in its foreground" "$(printf '%s\n' "$out" | sed -n 's/^group \([0-9]*\) of \([0-9]*\)$/\1=\2/p' | awk -F= '{ print $1 == $2 }')" 1
like "the terminal is given back: the last lines come" "$out" 'KILL signal and exiting\.$'
on_tty sh -c 'trap "echo got INT; exit 7" INT; touch /tmp/up; while :; do sleep 0.02; done'
wait_until test -e c/tmp/up
typed '\003'
tty_end
is "^C is for the CMD" "$rc $(printf '%s\n' "$out" | grep -c '^\^Cgot INT\|^got INT')" '7 1'
on_tty
wait_until grep -q run c/run/s6/phase
typed '\003'
tty_end
is "^C without a CMD: the container stops" "$rc $(printf '%s\n' "$out" | grep -c 'KILL signal')" '0 1'
script c/etc/cont-init.d/1 'touch /tmp/up; while :; do sleep 0.02; done'
on_tty true
wait_until test -e c/tmp/up
typed '\003'
tty_end
is "^C during the boot: the container stops" "$rc $(printf '%s\n' "$out" | grep -c 'KILL signal')" '0 1'

done_testing
