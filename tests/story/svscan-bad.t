#!/bin/sh
# What is wrong with one entry, or scarce, is a matter of that entry: the others
# run, commands are heard, and the tree stops.
. "${0%/*}/../lib.sh"

# up DIR: how many services there are up
up() {
	n=0
	for d in "$1"/*/; do
		is_up "$d" && n=$((n + 1))
	done 2>/dev/null
	echo "$n"
}
are_up() {
	[ "$(up "$1")" = "$2" ]
}
warned() {
	[ "$(grep -c "$1" messages)" = "$2" ]
}
scanned() {
	service "sd/mark$1"
	s6-svscanctl -a sd
	wait_until is_up "sd/mark$1"
}

## entries that are no services

mkdir sd
ln -s loop sd/loop
ln -s nowhere sd/dangling
service sd/good
service sd/halfbad
ln -s log sd/halfbad/log
touch sd/file
mkfifo sd/fifo
scan sd 2>>messages
ok "the good one is started" wait_until is_up sd/good
is "the others are warned of" "$(said messages | sort)" \
	"s6-svscan: warning: unable to stat dangling: No such file or directory
s6-svscan: warning: unable to stat halfbad/log: Too many levels of symbolic links
s6-svscan: warning: unable to stat loop: Too many levels of symbolic links"
notok "a service is not started without its logger" s6-svok sd/halfbad
ok "a dangling link is left alone" test -L sd/dangling
scanned 1
is "not warned of again" "$(wc -l <messages)" 3
rm sd/loop sd/halfbad/log
service loop
ln -s ../loop sd/loop
scanned 2
ok "mended: started" wait_until is_up sd/loop
ok "mended: started" wait_until is_up sd/halfbad
rm sd/loop
ln -s loop sd/loop
scanned 3
is "broken anew: warned of anew" "$(wc -l <messages)" 4
s6-svscanctl -n sd
ok "a service that became a loop is gone: prune stops it" wait_until lacks loop
is "one more dangling link: one more warning" "$(ln -s nothing sd/dangling2; scanned 4
	tail -n 1 messages)" "s6-svscan: warning: unable to stat dangling2: No such file or directory"

# a directory that vanishes with its supervisor in it
rm -rf sd/good
scanned 5
s6-svscanctl -n sd
scanned 6
ok "a vanished directory harms nobody" is_up sd/mark5
s6-svscanctl -t sd
scan_ended
is "stops with bad entries" "$rc" 0

## permission, as somebody else than root

if others_may_run; then
	rm -rf sd messages
	mkdir -p sd secret/inner
	service secret/inner
	service secret/running
	service sd/good
	ln -s ../secret/inner sd/inner
	ln -s ../secret/running sd/running
	chmod 700 secret/inner secret/running
	chown -R 54321:54321 sd secret
	chmod 755 secret
	rm sd/inner
	setpriv --reuid=54321 --regid=54321 --clear-groups "$bin/s6-svscan" sd 2>>messages &
	scanner=$!
	started="$started $scanner"
	wait_until is_up sd/running
	running=$(s6-svstat -o pid sd/running)
	chown 0:0 secret
	chmod 700 secret
	ln -s ../secret/inner sd/inner
	mv sd/good sd/better
	s6-svscanctl -a sd
	ok "no permission: a warning" wait_until warned 'unable to stat inner: Permission denied$' 1
	ok "no permission: for the one that runs, too" \
		wait_until warned 'unable to stat running: Permission denied$' 1
	s6-svscanctl -n sd
	wait_until is_up sd/better
	is "no permission: what runs is not pruned" "$(s6-svstat -o pid sd/running)" "$running"
	chmod 755 secret
	ok "permission: started without being told" wait_until is_up sd/inner
	is "permission: no more warnings" "$(wc -l <messages)" 2
	kill -TERM "$scanner"
	scan_ended
	is "stops" "$rc" 0
else
	skip "no permission" "nobody else may run $bin"
fi

## more services than -C allows

rm -rf sd messages
mkdir sd out
for i in 1 2 3 4 5 6; do service "sd/s$i"; done
scan sd -C 4 2>>messages
ok "-C 4: four of six run" wait_until are_up sd 4
is "-C 4: the others are warned of, once" "$(grep -c '^s6-svscan: warning: unable to start supervisor for s[1-6]: too many services$' messages)" 2
s6-svscanctl -aaaa sd
s6-svscanctl -aaaa sd
for d in sd/*; do
	is_up "$d" 2>/dev/null || continue
	mv "$d" out
	break
done
s6-svscanctl -h sd
ok "-C 4: one goes, another comes" wait_until are_up sd 4
is "-C 4: no more warnings" "$(wc -l <messages)" 2
s6-svscanctl -t sd
scan_ended
is "-C 4: stops" "$rc" 0
ok "-C 4: nothing is left" are_up sd 0
rm -rf sd
service sd/one
service sd/two
service sd/pair
service sd/pair/log 'exec cat'
service sd/pair2
service sd/pair2/log 'exec cat'
: >messages
scan sd -C 5 2>>messages
ok "a pair that has no room is started not at all" wait_until are_up sd 3
ok "and the rest is" is_up sd/two
s6-svscanctl -t sd
scan_ended

## thirty logged services and 24 descriptors

rm -rf sd out messages
mkdir sd out
i=0
while [ $i -lt 30 ]; do
	i=$((i + 1))
	service "sd/s$i"
	service "sd/s$i/log" 'exec cat'
done
prlimit --nofile=24:100 s6-svscan sd 2>>messages &
scanner=$!
started="$started $scanner"
wait_until s6-svscanctl sd
some_up() {
	up=$(up sd)
	[ "$up" -ge 4 ] && [ "$(said messages | grep -c 'Too many open files')" = $((2 * (30 - up))) ]
}
ok "some pairs run, the others are warned of" wait_until some_up
before=$up
diag "$up pairs of 30"
is "in these words" "$(said messages |
	grep -v '^s6-svscan: warning: unable to make a pipe for s[0-9]*\(/log\)\{0,1\}: Too many open files$')" ''
like "its own descriptors are few" "$(ls "/proc/$scanner/fd" | wc -l)" '^(1.|2[0-4])$'
kill -USR2 "$scanner"
n=0
for d in sd/*; do
	is_up "$d" 2>/dev/null || continue
	mv "$d" out && n=$((n + 1))
	[ $n -lt 3 ] || break
done
s6-svscanctl -h sd
ok "three go, three others come" wait_until are_up sd "$before"
prlimit --pid "$scanner" --nofile=100:100
s6-svscanctl -a sd
ok "more descriptors: all run" wait_until are_up sd 27
s6-svscanctl -t sd
scan_ended
is "stops" "$rc" 0

## processes

if others_may_run; then
	rm -rf sd messages
	mkdir sd
	for i in 1 2 3 4 5 6; do service "sd/s$i"; done
	chown -R 54322:54322 sd
	prlimit --nproc=7:100 setpriv --reuid=54322 --regid=54322 --clear-groups \
		"$bin/s6-svscan" sd 2>>messages &
	scanner=$!
	started="$started $scanner"
	short() {
		grep -q 'Resource temporarily unavailable' messages
	}
	ok "no process left: a warning" wait_until short
	ok "commands are heard" s6-svscanctl -a sd
	for p in $scanner $(pgrep -P "$scanner"); do
		setpriv --reuid=54322 --regid=54322 --clear-groups prlimit --pid "$p" --nproc=100:100
	done
	ok "processes to be had: all run" wait_until are_up sd 6
	kill -TERM "$scanner"
	scan_ended
	is "stops" "$rc" 0
else
	skip "processes" "nobody else may run $bin"
fi

## a flood of garbage

rm -rf sd messages
service sd/a
scan sd 2>>messages
wait_until is_up sd/a
head -c 1048576 /dev/zero | tr '\0' '#' >sd/.s6-svscan/control
service sd/b
start=$(date +%s)
s6-svscanctl -a sd
ok "a megabyte of garbage: commands are heard" wait_until is_up sd/b
ok "within a second" [ $(($(date +%s) - start)) -le 1 ]
ok "and few words are made of it" [ "$(wc -l <messages)" -lt 100 ]
is "but some" "$(sort -u messages)" "s6-svscan: warning: received unknown control command: #"
(while :; do printf '################################################################'; done >sd/.s6-svscan/control) &
flood=$!
mv sd/b sd/c
service sd/d
s6-svscanctl -h sd
ok "while it goes on: commands are heard" wait_until is_up sd/d
s6-svscanctl -t sd
scan_ended
kill "$flood" 2>/dev/null
wait "$flood" 2>/dev/null
is "and it stops" "$rc" 0

done_testing
