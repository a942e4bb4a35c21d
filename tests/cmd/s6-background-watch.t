#!/bin/sh
# s6-background-watch: a stand-in for a daemon in the background
. "${0%/*}/../lib.sh"

usage_ok s6-background-watch
usage="s6-background-watch: usage: s6-background-watch [ -t timeout ] [ -d notif ] pidfile prog..."
for args in '' pid -t '-t x pid true' '-d x pid true'; do
	# shellcheck disable=SC2086
	run s6-background-watch $args
	is "usage: '$args'" "$rc:$err" "100:$usage"
done
for fd in 0 1 2; do
	run s6-background-watch -d $fd pid touch ran
	is "-d $fd" "$rc:$err" "100:s6-background-watch: fatal: notification-fd cannot be 0, 1 or 2"
done
run s6-background-watch -d 9 pid touch ran 9>&-
is "-d a closed one" "$rc:$err" \
	"111:s6-background-watch: fatal: unable to check notification-fd: Bad file descriptor"
notok "then the program is not run" test -e ran
run s6-background-watch pid nonesuch
is "no such program" "$rc:$err" "127:s6-background-watch: fatal: unable to spawn nonesuch: No such file or directory"
run s6-background-watch pid ./.
is "no program" "$rc:$err" "126:s6-background-watch: fatal: unable to spawn ./.: Permission denied"
run s6-background-watch pid sh -c 'exit 42'
is "it fails" "$rc:$err" "42:s6-background-watch: fatal: sh (parent) exited 42"
run s6-background-watch pid sh -c 'kill -TERM $$'
is "it is killed" "$rc:$err" "143:s6-background-watch: fatal: sh (parent) crashed with signal 15"
run s6-background-watch -t 50 pid sleep 1000
is "-t: it takes too long" "$rc:$err" "137:s6-background-watch: warning: sleep (parent) did not exit before timeout-ready, killing it
s6-background-watch: fatal: sleep (parent) crashed with signal 9"
run s6-background-watch pid true
is "no pidfile" "$rc:$err" \
	"104:s6-background-watch: fatal: true (parent) exited but pidfile pid does not exist: No such file or directory"
for text in '' abc 0 -5 '12 34' 4294967296; do
	echo "$text" >bad
	run s6-background-watch bad true
	is "pidfile of '$text'" "$rc:$err" "104:s6-background-watch: fatal: pidfile bad does not contain a valid pid"
done
# the pid of a process that has nothing to do with it
echo $$ >bad
run s6-background-watch bad true
is "a stranger's pid" "$rc:$err" \
	"104:s6-background-watch: fatal: pid $$ in pidfile bad is no process started by true"
run s6-background-watch . true
is "a directory as pidfile" "$rc:$err" "111:s6-background-watch: fatal: unable to read .: Is a directory"

# a daemon that goes to the background; it ends as the FIFO "order" says
mkfifo order
cat >background <<'D'
trap "echo hup >>signals" HUP
trap "echo usr1 >>signals" USR1
trap "echo term >>signals; exit 3" TERM
echo $$ >pid.new
mv pid.new pid
while ! read order <order; do :; done 2>/dev/null
test "$order" != kill || kill -KILL $$
exit "$order"
D
cat >daemon <<'D'
#!/bin/sh
sh background &
until test -e pid; do sleep 0.01; done
D
chmod +x daemon
watch() {
	rm -f pid signals
	: >told
	s6-background-watch "$@" pid ./daemon 9>told 2>err &
	watcher=$!
	wait_until test -s told
}
end() {
	rc=0
	wait "$watcher" || rc=$?
}
watch -d 9
is "-d: a newline once the daemon is known" "$(od -An -c told | tr -d ' ')" '\n'
ok "the daemon is the watcher's child now" grep -q "^PPid:[[:blank:]]$watcher\$" "/proc/$(cat pid)/status"
kill -HUP "$watcher"
wait_until grep -q hup signals
kill -USR1 "$watcher"
wait_until grep -q usr1 signals
kill -TERM "$watcher"
end
is "signals are passed on; it dies as the daemon dies" "$rc:$(paste -sd' ' signals):$(cat err)" '3:hup usr1 term:'
for order in 0 7 kill; do
	watch --notification-fd=9 --timeout-ready=60000
	echo $order >order
	end
	is "the daemon's end: $order" "$rc" "$(test $order = kill && echo 137 || echo $order)"
done

# daemons that are dead before their parent ends
run s6-background-watch pid sh -c 'sh -c "exit 6" & echo $! >pid; wait; exit 0'
is "a daemon that has died and was reaped" "$rc" 104
rm -f pid
run s6-background-watch pid sh -c '(sh -c "echo \$\$ >pid; exit 6" &); until test -s pid; do sleep 0.01; done'
is "one whose end was left to us" "$rc" 6
# the pidfile names a process below the one that went to the background
rm -f pid
: >told
cat >middle <<'D'
sh -c 'echo $$ >pid; read x <order; exit 4' &
wait
exec sleep 0.1
D
s6-background-watch -d 9 pid sh -c 'sh middle & until test -s pid; do sleep 0.01; done' 9>told 2>err &
watcher=$!
wait_until test -s told
echo >order
end
like "a grandchild: its code, or 255 where the kernel forgets it" "$rc:$(cat err)" '^(4|255):$'
done_testing
