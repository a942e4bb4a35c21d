#!/bin/sh
# A user who owns the supervise directory of a service of root's: s6-svscan takes
# nobody for its supervisor, opens nobody's pipe and ends for nobody's word.
. "${0%/*}/../lib.sh"

tool=${SEXTET_TREE:-$top/build/check}/tests/tool
supervisor() {
	for p in $(pgrep -P "$scanner" -f "^s6-supervise $1\$"); do echo "$p"; done
}

## a lock that is another process's

mkfifo hold
exec 9<>hold
"$tool/holdlock" victims.lock <hold >held &
victim=$!
started="$started $victim"
wait_until [ -s held ]
service sd/a
mkdir sd/a/supervise
for kind in -s ''; do
	rm -f sd/a/supervise/lock
	case $kind in -s) ln -s ../../../victims.lock sd/a/supervise/lock ;; *) ln victims.lock sd/a/supervise/lock ;; esac
	scan sd 2>messages
	wait_until [ -s messages ]
	is "ln $kind: who has that lock is not taken for the supervisor" "$(head -n 1 messages)" \
		"s6-svscan: warning: a is supervised by process $victim already - leaving it alone"
	s6-svscanctl -t sd
	scan_ended
	is "ln $kind: the scanner stops" "$rc" 0
	ok "ln $kind: without a word to that one" kill -0 "$victim"
done
rm -rf sd

if [ "$(id -u)" != 0 ]; then
	skip "records of a user's" "not root"
	done_testing
	exit
fi

## a record that names another process

service sd/web
service sd/web/log 'exec cat >>out'
scan sd
all_up() { is_up sd/web && is_up sd/web/log; }
wait_until all_up
s6-svscanctl -t sd
scan_ended
(exec setsid -f sh -c 'sleep 1000 | { echo $$ >group; exec sh -c "echo \$\$ >victim; exec sleep 1000"; }')
wait_until [ -s victim ]
victim=$(cat victim)
for d in web/log web; do
	"$tool/forge" sd/$d/supervise/child stage=1 flags=2 pid="$victim" t0=1 \
		t1="$(awk '{ printf "%.0f", $1 * 1000000000 }' /proc/uptime)"
	chown 54321 sd/$d/supervise sd/$d/supervise/child
done
scan sd
wait_until all_up
notok "its pipe is not opened" [ "$(readlink "/proc/$(supervisor web/log)/fd/0")" = "$(readlink "/proc/$victim/fd/0")" ]
ok "and it lives" kill -0 "$victim"
kill -- "-$(cat group)"

## a word on the end of the container

old=$(supervisor web)
printf '5 %s\n' "$old" >sd/web/supervise/ended
chown 54321 sd/web/supervise/ended
kill -9 "$old"
is_new() { new=$(supervisor web) && [ -n "$new" ] && [ "$new" != "$old" ] && s6-svok sd/web; }
ok "a word that is not root's does not end all" wait_until is_new
s6-svscanctl -t sd
scan_ended
is "and gives no exit code" "$rc" 0

## supervise leads elsewhere by now

service other
supervise other
service sd/web 'trap "" TERM
	echo >up
	while :; do sleep 0.02; done'
rm -rf sd/web/supervise sd/web/log
mkdir users
ln -s ../../users/web sd/web/supervise
scan sd --stop-timeout=100 2>messages
wait_until [ -e sd/web/up ]
s6-svwait -t 9000 -u other
before=$(s6-svstat -o pid,wantedup other)
mv users/web users/theirs
ln -s "$PWD/other/supervise" users/web
s6-svscanctl -t sd
scan_ended
is "a stubborn one is killed all the same" "$rc" 0
like "and its supervisor could not be told" "$(cat messages)" 'unable to control web: No such process$'
is "nor was another" "$(s6-svstat -o pid,wantedup other)" "$before"
done_testing
