#!/bin/sh
# What a scan finds new, keeps, and no longer finds; what prune does about it.
. "${0%/*}/../lib.sh"

# others than PID: the service DIR runs as another process
has_lines() {
	[ "$(wc -l <"$1")" -ge "$2" ]
}
# supervisor NAME: its pid, by its argument
supervisor() {
	pgrep -P "$scanner" -f "^s6-supervise $1\$"
}
scanned() {
	# a marker that only a scan after now can have seen
	service "sd/mark$1"
	s6-svscanctl -a sd
	wait_until is_up "sd/mark$1"
}

mkdir sd elsewhere
service sd/a
service elsewhere/b
scan sd 2>>messages
ok "found at the start" wait_until is_up sd/a
a=$(pid sd/a)
ln -s ../elsewhere/b sd/b
s6-svscanctl sd
lacks sd/b
ok "not looked for without being told" lacks sd/b
s6-svscanctl -a sd
ok "a link to a service directory is found by a scan" wait_until is_up elsewhere/b
is "the others are left alone" "$(pid sd/a)" "$a"
is "argument: the name in the scan directory" "$(supervisor b | wc -l)" 1

## the same directory under another name

b=$(pid sd/b)
mv sd/b sd/c
scanned 1
is "renamed: the same process" "$(pid sd/c)" "$b"
old=$(supervisor b)
s6-svc -d sd/c
kill -TERM "$old"
ok "renamed: restarted under the new name" wait_until supervisor c
ln -s ../elsewhere/b sd/d
scanned 2
is "two names: one supervisor" "$(pgrep -P "$scanner" -f '^s6-supervise [bcd]$' | wc -l)" 1
rm sd/d

## gone, and back

s6-svc -u sd/c
wait_until is_up sd/c
c=$(pid sd/c)
rm sd/c
scanned 3
is "gone: goes on" "$(pid elsewhere/b)" "$c"
ln -s ../elsewhere/b sd/c
scanned 4
s6-svscanctl -n sd
scanned 5
is "back before the prune: goes on" "$(pid sd/c)" "$c"
rm sd/c
scanned 6
s6-svscanctl -n sd
ok "prune stops it" wait_until lacks elsewhere/b
notok "its process is gone" test -d "/proc/$c"
is "prune leaves the rest alone" "$(pid sd/a)" "$a"

service sd/e
s6-svscanctl -a sd
wait_until is_up sd/e
mv sd/e elsewhere
scanned 7
kill -TERM "$(supervisor e)"
ok "gone: its supervisor is not restarted" wait_until lacks elsewhere/e
scanned 8
ok "nor later" lacks elsewhere/e

service sd/f
s6-svscanctl -a sd
wait_until is_up sd/f
mv sd/f elsewhere
service sd/g
s6-svscanctl -h sd
ok "-h scans" wait_until is_up sd/g
ok "and prunes" wait_until lacks elsewhere/f
mv sd/g elsewhere
mv elsewhere/f sd
s6-svscanctl -an sd
ok "-an: first the scan" wait_until is_up sd/f
ok "then the prune" wait_until lacks elsewhere/g

# the old directory still runs when a new one comes under its name
f=$(pid sd/f)
mv sd/f elsewhere
service sd/f
s6-svscanctl -a sd
ok "replaced: the new one runs" wait_until is_up sd/f
is "replaced: beside the old" "$(pid elsewhere/f)" "$f"
s6-svscanctl -n sd
ok "replaced: prune ends the old" wait_until lacks elsewhere/f
ok "replaced: and not the new" is_up sd/f

# pruned, and wanted again before it is down
service sd/slow 'trap "" TERM; touch trapped; while :; do sleep 0.05; [ ! -e ../../go ] || exit; done'
s6-svscanctl -a sd
wait_until test -e sd/slow/trapped
mv sd/slow elsewhere
s6-svscanctl -h sd
# shellcheck disable=SC2317
told() {
	[ "$(s6-svstat -o wantedup elsewhere/slow)" = false ]
}
ok "one that is slow to stop is told to" wait_until told
slow=$(pid elsewhere/slow)
mv elsewhere/slow sd
scanned 9
touch go
ok "wanted again meanwhile: restarted when it is down" wait_until is_other sd/slow "$slow"

## loggers

# shellcheck disable=SC2016
service sd/noisy 'i=0; while sleep 0.02; do echo "line $((i += 1))"; done'
: >scanner.out
s6-svscanctl -t sd
wait "$scanner"
scan sd >>scanner.out 2>>messages
ok "no logger: to our output" wait_until grep -q line scanner.out
n=$(pid sd/noisy)
service sd/noisy/log 'exec cat >>../log.out'
s6-svscanctl -a sd
ok "a logger that comes later is started" wait_until is_up sd/noisy/log
is "the service is left alone" "$(pid sd/noisy)" "$n"
kill -TERM "$(supervisor noisy)"
ok "its next supervisor writes to the logger" wait_until test -s sd/noisy/log.out
: >messages
l=$(pid sd/noisy/log)
mv sd/noisy/log elsewhere/oldlog
scanned 10
is "a logger that goes is warned of" "$(cat messages)" \
	"s6-svscan: warning: logger for service noisy has been moved"
is "but goes on" "$(pid elsewhere/oldlog)" "$l"
lines=$(wc -l <sd/noisy/log.out)
ok "and still reads" wait_until has_lines sd/noisy/log.out $((lines + 5))
service sd/noisy/log 'exec cat >>../newlog.out'
s6-svscanctl -a sd
ok "another logger is started" wait_until is_up sd/noisy/log
s6-svc -xd sd/noisy
ok "and gets the lines of the next supervisor" wait_until test -s sd/noisy/newlog.out
s6-svscanctl -N sd
ok "prune ends the old one" wait_until lacks elsewhere/oldlog
s6-svscanctl -t sd
wait "$scanner"
is "stopped in order: exit 0" $? 0

## by the clock

rm -rf sd/*
scan sd -t 50
service sd/a
ok "-t: found by itself" wait_until is_up sd/a
mv sd/a elsewhere
service sd/b
wait_until is_up sd/b
ok "-t: prunes nothing" is_up elsewhere/a

done_testing
