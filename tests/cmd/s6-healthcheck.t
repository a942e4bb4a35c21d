#!/bin/sh
# s6-healthcheck: what it finds well, and what it names
# shellcheck disable=SC2086
. "${0%/*}/../lib.sh"

usage_ok s6-healthcheck
run s6-healthcheck a b
is "two arguments: exit 100" "$rc" 100
is "two arguments: usage" "$err" \
	's6-healthcheck: usage: s6-healthcheck [ --live | --ready | --started ] [ scandir ]'
run s6-healthcheck -z
is "an unknown option" "$rc $err" '100 s6-healthcheck: fatal: unrecognized short option: z'

# check NAME WANT [ARG...]: WANT is the exit code and the line
check() {
	check_name=$1 check_want=$2
	shift 2
	run s6-healthcheck "$@"
	is "$check_name" "$rc${out:+ $out}$err" "$check_want"
}
finds() {
	[ "$(s6-healthcheck scan)" = "$1" ]
}

run s6-healthcheck none
is "no scan directory" "$rc $out" '1 s6-svscan is not running'
mkdir scan
check "no s6-svscan" '1 s6-svscan is not running' scan
check "no s6-svscan, is it alive" '1 s6-svscan is not running' --live scan

service scan/web
service scan/db 'read -r line <ready && echo $line >&3; exec sleep 1000'
echo 3 >scan/db/notification-fd
mkfifo scan/db/ready
service scan/off
touch scan/off/down
service scan/web/log 'exec cat >/dev/null'
touch scan/file
ln -s nowhere scan/dangling
mkdir scan/.hidden
scan scan 2>/dev/null
ok "all are up, one is not ready" wait_until finds 'db is not ready'
check "not ready: exit 1" '1 db is not ready' scan
check "--ready is the same" '1 db is not ready' --ready scan
check "it is alive" 0 --live scan
echo yes >scan/db/ready
ok "ready" wait_until s6-healthcheck scan
check "all is well; one that has a file down is down" 0 scan
check "it has started" 0 --started scan

s6-svc -d -wd scan/web
check "what somebody wants down is well" 0 scan
s6-svc -u -wu scan/web scan/off
check "up, though there is a file down" 0 scan
s6-svc -wD -d scan/web/log
check "a logger that is wanted down" 0 scan
s6-svc -wu -u scan/web/log

# down, and about to be started again; a link to its directory
service linked/crash 'exit 1'
echo 100000 >linked/crash/restart-delay
ln -s ../linked/crash scan/crash
s6-svscanctl -a scan
ok "one that is down" wait_until finds 'crash is down'
check "down: exit 1" '1 crash is down' scan
check "that mends itself: it is alive" 0 --live scan
service scan/giveup 'exit 1'
printf '#!/bin/sh\nexit 125\n' >scan/giveup/finish
chmod +x scan/giveup/finish
mkdir scan/nl
mv scan/nl "scan/two
lines"
service "scan/two
lines" 'exit 1'
echo 100000 >"scan/two
lines/restart-delay"
s6-svscanctl -a scan
all_three() {
	s6-healthcheck scan | tr ',' '\n' | sed 's/^ //' | sort | paste -s -d ' ' |
		grep -qx 'crash is down giveup has failed for good two?lines is down'
}
ok "all are named, in one line" wait_until all_three
is "one line it is" "$(s6-healthcheck scan | wc -l)" 1
check "one that has failed for good does not live" '1 giveup has failed for good' --live scan

# many
mkdir many
i=0
while [ $i -lt 100 ]; do
	mkdir -p "many/service-with-a-name-$i"
	i=$((i + 1))
done
mkdir many/.s6-svscan
s6-setlock many/.s6-svscan/lock sleep 1000 &
started="$started $!"
wait_until sh -c '[ "$(s6-healthcheck many)" != "s6-svscan is not running" ]'
run s6-healthcheck many
like "a line does not get too long" "$out" '^service-with-a-name-[0-9]+ has no supervisor, .*, and more$'
ok "under 950 bytes" [ ${#out} -lt 950 ]

# a container
S6_STATEDIR=$PWD/state
export S6_STATEDIR
check "no container" '1 the container was not started by /init'
mkdir state
check "no phase" '1 the container was not started by /init'
ln -s ../scan state/service
for word in boot run failed stop; do
	echo $word >state/phase
	case $word in
	boot) ready='1 the container is still starting' live='1 giveup has failed for good' started_=$ready ;;
	run) ready='*' live='1 giveup has failed for good' started_=0 ;;
	failed) ready='1 the container failed to start' live=$ready started_=$ready ;;
	stop) ready='1 the container is stopping' live=0 started_=0 ;;
	esac
	if [ "$ready" != '*' ]; then check "$word" "$ready"; fi
	check "$word: --live" "$live" --live
	check "$word: --started" "$started_" --started
done
echo run >state/phase
rm -r scan/crash scan/giveup "scan/two
lines"
s6-svscanctl -an scan
ok "run: well" wait_until s6-healthcheck
s6-svc -wD -d scan/db
s6-svc -u scan/db
ok "run: the services are asked" wait_until sh -c '[ "$(s6-healthcheck)" = "db is not ready" ]'
echo nonsense >state/phase
check "a phase that is none" '111s6-healthcheck: fatal: unable to read the phase in '"$PWD/state: Protocol error"
echo run >state/phase

# dead supervisors, and one that may not be looked at
stop_all
check "after the end" '1 s6-svscan is not running'
s6-setlock scan/.s6-svscan/lock sleep 1000 &
started="$started $!"
wait_until sh -c '! s6-healthcheck | grep -q "not running"'
like "no supervisors" "$(s6-healthcheck)" 'web has no supervisor'
like "nor those of loggers" "$(s6-healthcheck)" 'web/log has no supervisor'
check "a supervisor may come back" 0 --live
if others_may_run; then
	chmod 755 "$TMPDIR" . scan
	chmod 700 scan/*/supervise
	run setpriv --reuid=65534 --regid=65534 --clear-groups "$bin/s6-healthcheck"
	is "who may not look: an answer, not a guess" "$rc" 111
	chmod 755 scan/.s6-svscan
	chmod 644 scan/.s6-svscan/lock
	run setpriv --reuid=65534 --regid=65534 --clear-groups "$bin/s6-healthcheck"
	like "nor into the services" "$rc $out" '^1 .*web cannot be looked at'
else
	skip "another user" "not root, or the programs are not for others"
fi
done_testing
