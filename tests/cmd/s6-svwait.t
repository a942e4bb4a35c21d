#!/bin/sh
# s6-svwait
. "${0%/*}/../lib.sh"

usage_ok s6-svwait
synopsis='s6-svwait: usage: s6-svwait [ -U | -u | -d | -D | -r | -R ] [ -a | -o ] [ -t timeout ] servicedir...'
for args in '-t x a' '-t -1 a' '-z a' '-t'; do
	# shellcheck disable=SC2086
	run s6-svwait $args
	is "'$args': exit 100, usage" "$rc.$err" "100.$synopsis"
done
run s6-svwait --down a
is "unknown long option: exit 100" "$rc" 100
run s6-svwait
is "no directory: exit 0" "$rc$out$err" 0

for state in -u -d; do
	run s6-svwait $state nowhere
	is "$state, no such directory: exit 111" "$rc.$err" \
		"111.s6-svwait: fatal: unable to subscribe to events for nowhere: No such file or directory"
done
mkdir never
for state in -u -U -r -R; do
	run s6-svwait $state never
	is "$state, never supervised: exit 111" "$rc.$err" \
		"111.s6-svwait: fatal: unable to read status of never: No such file or directory"
done
run s6-svwait -d never
is "-d, never supervised: exit 0" "$rc$err" 0
run s6-svwait -D never
is "-D, never supervised: exit 0" "$rc$err.$(ls never)" 0.

mkfifo gate
service a
service b
service n 'read line <../gate; echo >&3; exec sleep 1000'
echo 3 >n/notification-fd
: >b/down
: >n/down
supervise a
supervise b
supervise n
run s6-svwait -t 9000 a
is "-u is the default" "$rc$out$err" 0
run s6-svwait -t 20 b
is "-t: exit 99" "$rc.$err" "99.s6-svwait: fatal: timed out"
run s6-svwait -d b
is "-d: down at the start" "$rc$err" 0
run s6-svwait -D b
is "-D: down at the start" "$rc$err" 0
run s6-svwait -d -U -u a
is "the last state counts" "$rc$err" 0
run s6-svwait -t 20 a b
is "all: one is not" "$rc" 99
run s6-svwait -o a b
is "-o: one is" "$rc$err" 0
run s6-svwait -o -a -t 20 a b
is "the last of -a and -o counts" "$rc" 99

# follow OPTIONS: s6-svwait in the background; it listens when we return
follow() {
	s6-svwait "$@" 2>err &
	waiter=$!
	wait_until listening "$waiter"
}
# the last thing it does before it waits is to look at its supervisors
listening() {
	readlink "/proc/$1/fd/"* 2>/dev/null | grep -q pidfd
}
# ended WANT NAME: with which code, and what it said
ended() {
	rc=0
	wait "$waiter" || rc=$?
	is "$2" "$rc.$(cat err)" "$1"
}
if [ ! -d /proc/self/fd ]; then
	listening() { ls ./?/event | grep -q ftrig; }
fi
follow -t 9000 -u a b
s6-svc -u b
ended 0. "woken by u"
follow -t 9000 -d a b
s6-svc -d b
s6-svc -d a
ended 0. "woken by d"
run s6-svwait -t 20 -u -o a n
is "-o: none is" "$rc" 99
s6-svc -u a
s6-svwait -t 9000 -u a
follow -t 9000 -U n
s6-svc -u n
s6-svwait -t 9000 -u n
ok "-U: up is not ready" kill -0 "$waiter"
echo >gate
ended 0. "woken by U"
follow -t 9000 -r a
s6-svc -r a
ended 0. "-r: woken by a restart"
follow -t 9000 -R n
s6-svc -r n
echo >gate
ended 0. "-R: woken by a restart"
s6-svc -wu -u b
follow -t 9000 -r a b
s6-svc -wr -r a
ok "-r: all must have" kill -0 "$waiter"
s6-svc -r b
ended 0. "-r: one after the other will do"
follow -t 9000 -ro a b
s6-svc -d a b
s6-svwait -d a b
ok "-ro: one must be up again" kill -0 "$waiter"
s6-svc -u b
ended 0. "-ro: all were down, one is up"

# failures
service f 'exit 1'
printf '#!/bin/sh\nexit 125\n' >f/finish
chmod +x f/finish
echo 3 >f/notification-fd
: >f/down
supervise f
failed='s6-svwait: fatal: some services reported permanent failure or their supervisor died'
follow -U f
s6-svc -u f
ended "1.$failed" "a permanent failure"
s6-svc -wd -d n
follow -U -o f n
s6-svc -u f
ended "1.$failed" "-o: the first that ends it is a failure"
run s6-svwait -D f
is "-D is not disappointed by a permanent failure" "$rc$err" 0
follow -t 9000 -U f a
s6-svc -u f
s6-svwait -t 9000 -D f
ok "one failed, the other may still come" kill -0 "$waiter"
s6-svc -xd a
ended "2.$failed" "two failed: exit 2"
follow -t 9000 -U b
s6-svc -x b
s6-svc -d b
ended "1.$failed" "its supervisor exits: exit 1"
if others_may_run; then
	chmod 755 "$TMPDIR" "$TMPDIR/t"
	run setpriv --reuid=65534 --regid=65534 --clear-groups "$bin/s6-svwait" n
	is "no permission: exit 111" "$rc.$err" \
		"111.s6-svwait: fatal: unable to subscribe to events for n: Permission denied"
else
	skip "no permission" "nobody else may run $bin"
fi

long=$(printf '%0240d' 0)
newline=$(printf 'a\nb c')
for name in "$long" "$newline" -a; do
	service "$name"
	s6-supervise "$name" &
	started="$started $!"
	wait_until s6-svstat -- "$name"
	run s6-svwait -t 9000 -u -- "$name"
	is "a name like '$(printf %.6s "$name" | tr '\n' '?')'" "$rc$err" 0
done
is "no FIFO is left" "$(ls ./*/event | grep -c ftrig)" 0
s6-svc -xd n
done_testing
