#!/bin/sh
# s6-notifyoncheck: a check beside a daemon, and the newline that it earns
. "${0%/*}/../lib.sh"

usage_ok s6-notifyoncheck
usage="^100:s6-notifyoncheck: usage: s6-notifyoncheck \[ -d \] \[ -3 fd \]"
for args in '' -d '-3' '-3 x true' '-s x true' '-T -1 true' '-t 1x true' '-w x true' '-n x true'; do
	# shellcheck disable=SC2086
	run s6-notifyoncheck $args
	like "usage: '$args'" "$rc:$err" "$usage"
done
run s6-notifyoncheck -z true
is "unknown option" "$rc:$err" "100:s6-notifyoncheck: fatal: unrecognized short option: z"
run s6-notifyoncheck touch ran
is "no notification-fd" "$rc:$err" \
	"111:s6-notifyoncheck: fatal: unable to read ./notification-fd: No such file or directory"
echo three >notification-fd
run s6-notifyoncheck touch ran
is "a bad one" "$rc:$err" "100:s6-notifyoncheck: fatal: invalid ./notification-fd"
echo 9 >notification-fd
for args in '' '-3 8' '-3 4294967295'; do
	# shellcheck disable=SC2086
	run s6-notifyoncheck $args touch ran 9>&-
	is "a closed one '$args'" "$rc:$err" \
		"111:s6-notifyoncheck: fatal: notification-fd sanity check failed: Bad file descriptor"
done
notok "the daemon is not run then" test -e ran
run s6-notifyoncheck -3 1 nonesuch
is "no such daemon" "$rc:$err" "127:s6-notifyoncheck: fatal: unable to exec nonesuch: No such file or directory"

# notify CHECK OPTION...: runs a daemon with ./data/check of that text. What
# descriptor 9 tells comes to "told"; "whole" is made when nobody holds it any
# more, which the companion does until it ends.
mkdir data
mkfifo nine stop
notify() {
	printf '%s\n' '#!/bin/sh' 'echo x >>tries' "$1" >data/check
	chmod +x data/check
	shift
	: >told
	rm -f tries whole
	{ cat nine >told; : >whole; } &
	s6-notifyoncheck "$@" sh -c 'echo $$ >daemon; read x <stop; exit 5' 9>nine 2>err </dev/null &
	daemon=$!
}
# ends the daemon, and waits for its companion
end() {
	echo >stop
	rc=0
	wait "$daemon" || rc=$?
	wait_until test -e whole
}
tries() { if test -e tries; then wc -l <tries; else echo 0; fi; }
told() { od -An -c told | tr -d ' '; }

notify 'test -e good' -w 20
wait_until test -s tries
is "not ready: nothing is told" "$(told)" ''
: >good
wait_until test -s told
is "ready: a newline" "$(told)" '\n'
ok "then the companion is gone" wait_until test -e whole
is "the daemon is the process that was started" "$(cat daemon)" "$daemon"
end
is "with its own exit code, in silence" "$rc:$(cat err)" 5:

notify 'exit 3' -w 1 -n 3
wait_until test -e whole
is "-n: three tries, then silence" "$(tries):$(told):$(cat err)" '3::'
end
notify 'exit 3' -w 1
wait_until test -e whole
is "seven tries, unless told otherwise" "$(tries):$(told)" 7:
end
notify 'exit 3' -w 0 -n 0
wait_until sh -c 'test "$(wc -l <tries)" -gt 20'
end
ok "-n 0: without end, but for the daemon's" test "$(tries)" -gt 20
notify 'exit 3' -n 0 -w 10 -T 100
wait_until test -e whole
ok "-T: in all that long" test "$(tries)" -lt 11
is "and then silence" "$(told)" ''
end
notify 'sh -c "exec sleep 1000" & echo $! >pid; wait' -T 100
wait_until test -e whole
ok "-T in the midst of a check" test -e whole
ok "the check dies, with its children" wait_until sh -c '! kill -0 "$(cat pid)"'
end
notify 'test -e good2 || { : >good2; exec sleep 1000; }' -t 50 -w 1 --tries=0
wait_until test -s told
is "-t: a check that takes too long has failed" "$(tries):$(told)" '2:\n'
end
notify 'exec sleep 1000' --global-timeout=0 --local-timeout=0
wait_until test -s tries
end
ok "the daemon dies: so do the companion and the check" test -e whole
notify 'exit 0' --initial-sleep=60000
end
is "-s: it sleeps first; the daemon's death ends that" "$(tries)" 0
notify 'exit 0' -s 0 -3 9
wait_until test -s told
is "-s 0, -3" "$(told)" '\n'
end
notify 'for fd in 3 9; do test ! -e /proc/self/fd/$fd || echo $fd >>open; done; echo "$# $0" >args' --notification-fd=9
wait_until test -s told
is "the check has no arguments, and not the descriptor" "$(cat args):$(cat open 2>/dev/null)" '0 ./data/check:'
notok "nor has the daemon" test -e "/proc/$daemon/fd/9"
end
notify : -w 50 -n 3
rm -f data/check
wait_until test -e whole
like "no check: a warning for each try" "$(cat err)" \
	'^s6-notifyoncheck \(child\): warning: unable to spawn ./data/check: No such file or directory$'
end

notify 'exit 1' -d
wait_until test -s tries
notok "-d: the daemon has no child" grep -q . "/proc/$daemon/task/$daemon/children"
end
if command -v execlineb >/dev/null; then
	notify 'exit 1' -w 10 -c 'test -e "with blank"'
	: >'with blank'
	wait_until test -s told
	is "-c: a command line for execlineb" "$(told):$(tries)" '\n:0'
	end
	notify 'exit 1' --check-program='exit 3' -n 1
	wait_until test -e whole
	is "--check-program" "$(told)" ''
	end
else
	skip "-c" "no execlineb"
fi
done_testing
