#!/bin/sh
# A scanner that is killed leaves its supervisors: the next one takes them over,
# with the pipes to the loggers, and starts what is missing. It leaves alone
# what another living scanner has.
. "${0%/*}/../lib.sh"

# supervisor DIR: the pid of its supervisor, whoever's child that is
supervisor() {
	for p in $(pgrep -f "^s6-supervise (-- )?${2-$1}\$"); do
		[ "$(readlink "/proc/$p/cwd")" != "$PWD/sd/$1" ] || echo "$p"
	done
}
# instances DIR: how many processes run in it, but for its supervisor
instances() {
	n=0
	for p in $(pgrep -x "${2-sleep|cat}"); do
		[ "$(readlink "/proc/$p/cwd")" = "$PWD/sd/$1" ] && n=$((n + 1))
	done
	echo "$n"
}
has_lines() {
	[ "$(wc -l <sd/web/log/out)" -ge "$1" ]
}
n=0
say() {
	i=$n
	n=$((n + $1))
	while [ "$i" -lt "$n" ]; do
		i=$((i + 1))
		echo "line $i"
	done >&8
}
# Before the next kill: what cat has read and not yet written goes with it.
arrived() {
	ok "$1: all lines arrive" wait_until has_lines "$n"
}
same() {
	cmp "$@" || { diff "$@" | grep -c "^[<>]"; diff "$@" | head -n 3; return 1; }
}
all_up() {
	is_up sd/a && is_up sd/web && is_up sd/web/log
}

mkdir sd
mkfifo feed
exec 8<>feed
service sd/a
service sd/web 'exec cat <>../../feed'
service sd/web/log 'exec cat >>out'
: >sd/web/log/out
scan sd
wait_until all_up
say 10
arrived "before"

state() {
	for d in a web web/log; do echo "$d $(pid "sd/$d") $(supervisor $d)"; done
}
before=$(state)
slay "$scanner"
say 100
scan sd 2>>messages
ok "killed scanner: the new one says so once" wait_until test -s messages
is "killed scanner: words" "$(cat messages)" \
	"s6-svscan: info: taking over supervisors that run already"
s6-svscanctl -a sd
is "killed scanner: the same supervisors and services" "$(state)" "$before"
arrived "killed scanner"
is "no child of the new one" "$(pgrep -P "$scanner")" ''

# it holds the pipe: both ends can go
slay "$(supervisor web/log)" "$(pid sd/web/log)"
say 100
arrived "then the logger and its supervisor killed"
slay "$(supervisor web)" "$(pid sd/web)"
say 100
arrived "then the service and its supervisor killed"
wait_until all_up
old=$(supervisor a)
a=$(pid sd/a)
slay "$old"
is_new() {
	new=$(supervisor a) && [ -n "$new" ] && [ "$new" != "$1" ] && is_up sd/a
}
ok "then a supervisor killed: replaced" wait_until is_new "$old"
is "its service is the same" "$(pid sd/a)" "$a"
is "there is one of it" "$(instances a)" 1

# the scanner and the logger's side
slay "$scanner" "$(supervisor web/log)"
say 100
scan sd 2>>messages
wait_until all_up
arrived "scanner and logger's supervisor killed"
slay "$(pid sd/web/log)"
say 100
arrived "then the logger"

slay "$scanner" "$(supervisor web/log)" "$(pid sd/web/log)"
scan sd 2>>messages
wait_until all_up
say 100
arrived "scanner and the logger's side killed"

# the scanner and the service's side
slay "$scanner" "$(supervisor web)"
say 100
scan sd 2>>messages
wait_until all_up
arrived "scanner and service's supervisor killed"
was=$(pid sd/web)
s6-svc -r sd/web
wait_until is_other sd/web "$was"
say 100
arrived "then a restart"

# the scanner and both supervisors
slay "$scanner" "$(supervisor web)" "$(supervisor web/log)"
say 100
scan sd 2>>messages
wait_until all_up
arrived "scanner and both supervisors killed"
was=$(pid sd/web/log)
slay "$was"
wait_until is_other sd/web/log "$was"
was=$(pid sd/web)
s6-svc -r sd/web
wait_until is_other sd/web "$was"
say 100
arrived "then both restarted"

for d in a web web/log; do
	is "one of $d" "$(instances $d)" 1
done
slay "$scanner"
scan sd 2>>messages
wait_until all_up
s6-svscanctl -t sd
scan_ended
is "it stops them all: exit 0" "$rc" 0
for d in a web web/log; do
	notok "$d: no supervisor is left" s6-svok sd/$d
	is "$d: nothing is left" "$(instances $d)" 0
done
sed 's/line //' sd/web/log/out >numbers
seq "$n" >want
ok "no line lost, none twice" same numbers want
exec 8>&-

## prune of one that was taken over

scan sd 2>>messages
wait_until all_up
slay "$scanner"
scan sd 2>>messages
# it has seen what was there when it has started what came later
service sd/later
s6-svscanctl -a sd
wait_until is_up sd/later
mv sd/a aside
s6-svscanctl -h sd
ok "prune stops one that was taken over" wait_until lacks aside
mv aside sd/a
s6-svscanctl -t sd
scan_ended

## one that was started by hand

rm -rf sd/web sd/later
(cd sd && exec s6-supervise a) &
hand=$!
started="$started $hand"
wait_until is_up sd/a
scan sd 2>>messages
s6-svscanctl -a sd
s6-svscanctl -t sd
scan_ended
ok "one started by hand is taken over, too" dead "$hand"

## two scan directories with the same service

mkdir other
ln -s ../sd/a other/b
service other/c
scan sd
first=$scanner
wait_until is_up sd/a
a=$(pid sd/a) s=$(supervisor a)
: >messages
scan other 2>>messages
ok "two scanners: the second runs the rest" wait_until is_up other/c
ok "two scanners: it says that it leaves one alone" wait_until test -s messages
is "two scanners: words" "$(cat messages)" \
	"s6-svscan: warning: b is supervised by process $s already - leaving it alone"
s6-svscanctl -a other
is "two scanners: the service is the same" "$(pid sd/a)" "$a"
s6-svscanctl -t sd
rc=0
wait "$first" || rc=$?
is "two scanners: the first stops" "$rc" 0
ok "two scanners: and the second takes its turn" wait_until is_other other/b "$a"
is "two scanners: one warning" "$(wc -l <messages)" 1
s6-svscanctl -t other
scan_ended

# the second is told to stop, and looks once more whether it is to wait
service other/slow 'trap "" TERM
	touch up
	until [ -e go ]; do sleep 0.02; done'
scan sd
first=$scanner
wait_until is_up sd/a
: >messages
scan other 2>>messages
wait_until test -e other/slow/up
wait_until test -s messages
watches() { find "/proc/$scanner/fd" -lname '*pidfd*' | wc -l; }
is "two scanners: the second watches one" "$(watches)" 1
s6-svscanctl -t other
wait_until lacks other/c
is "two scanners: it still does when it stops" "$(watches)" 1
touch other/slow/go
scan_ended
is "two scanners: it ends" "$rc" 0
s6-svscanctl -t sd
wait "$first"

done_testing
