#!/bin/sh
# Daemons that cannot say that they are ready, or go to the background: linked
# into a scan directory, watched, killed, restarted, and taken out again.
. "${0%/*}/../lib.sh"

PATH=$PATH:$SEXTET_TREE/tests/tool
mkdir scan svc
scan scan

# one whose readiness is found out by a check
service svc/checked 'exec 2>&1
exec s6-notifyoncheck -w 20 -n 0 sleep 1000'
echo 3 >svc/checked/notification-fd
mkdir svc/checked/data
printf '%s\n' '#!/bin/sh' 'exec test -e ../../answers' >svc/checked/data/check
chmod +x svc/checked/data/check
ok "checked: linked" s6-svlink scan svc/checked
ok "checked: up" s6-svwait -t 10000 -u scan/checked
is "checked: not ready while the check fails" "$(s6-svstat -o up,ready scan/checked)" 'true false'
: >answers
ok "checked: ready when it succeeds" s6-svwait -t 10000 -U scan/checked
rm answers
run s6-svc -T 100 -wR -r scan/checked
is "checked: restarted, and checked anew" "$rc:$(s6-svstat -o ready scan/checked)" 99:false
: >answers
ok "checked: ready again" s6-svwait -t 10000 -U scan/checked

# one that tells systemd
service svc/told 'exec s6-notify-fd-from-socket sh -c "echo \$NOTIFY_SOCKET >name; exec sleep 1000"'
echo 4 >svc/told/notification-fd
ok "told: linked" s6-svlink scan svc/told
ok "told: up" s6-svwait -t 10000 -u scan/told
wait_until test -s svc/told/name
is "told: not ready" "$(s6-svstat -o ready scan/told)" false
printf 'READY=1\n' | datagram "$(cat svc/told/name)"
ok "told: ready" s6-svwait -t 10000 -U scan/told

# one that goes to the background
service svc/back 'exec 2>>err
exec s6-background-watch -t 10000 -d 3 pid ./daemon'
echo 3 >svc/back/notification-fd
cat >svc/back/daemon <<'D'
#!/bin/sh
rm -f pid
sh -c 'echo $$ >pid.new; mv pid.new pid; exec sleep 1000' &
until test -s pid; do sleep 0.01; done
D
chmod +x svc/back/daemon
ok "back: linked" s6-svlink scan svc/back
ok "back: ready" s6-svwait -t 10000 -U scan/back
first=$(cat svc/back/pid)
ok "back: the daemon is there" kill -0 "$first"
kill -KILL "$first"
ok "back: killed, and another one is ready" wait_until sh -c \
	'test "$(cat svc/back/pid)" != "$1" && s6-svwait -t 10000 -U scan/back' sh "$first"
is "back: what it died of is on record" "$(s6-svdt -n 1 scan/back | cut -d' ' -f2-)" 'exitcode 137'
second=$(cat svc/back/pid)
run s6-svc -T 10000 -wD -d scan/back
is "back: stopped" "$rc:$(s6-svstat -o up scan/back)" 0:false
notok "back: and the daemon with it" kill -0 "$second"
is "back: no complaints" "$(cat svc/back/err)" ''

# a failure for good
service svc/bad 'exit 3'
printf '%s\n' '#!/bin/sh' 'exec s6-permafailon 60 2 3 true' >svc/bad/finish
chmod +x svc/bad/finish
ok "bad: linked" s6-svlink scan svc/bad 2>bad.err
ok "bad: twice, and no more" wait_until sh -c \
	'test "$(s6-svstat -o wantedup scan/bad)" = false && s6-svwait -t 5000 -D scan/bad'
is "bad: its tally" "$(s6-svdt scan/bad | cut -d' ' -f2- | paste -sd,)" 'exitcode 3,exitcode 3'

for name in checked told back bad; do
	run s6-svunlink -t 10000 scan $name
	is "$name: out again" "$rc:$err:$(s6-svok svc/$name; echo $?)" 0::1
done
is "no listener is left" "$(ls svc/*/event | grep -c ftrig)" 0
done_testing
