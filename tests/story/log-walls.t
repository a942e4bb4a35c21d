#!/bin/sh
# words are split on purpose, names are ours, other shells expand
# shellcheck disable=SC2086,SC2010,SC2016,SC2002
# A logger against its walls: no space, no descriptors, errors. It says so once
# when trouble begins and once when it ends, holds what it has read, within
# bounds, and loses nothing unless it has to end before the trouble is over.
if [ -z "${WALLS-}" ]; then
	if ! unshare -m true 2>/dev/null; then
		echo '1..0 # SKIP no mount namespace can be made here'
		exit 0
	fi
	WALLS=1 exec unshare -m sh "$0"
fi
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool
mkdir small
mount -t tmpfs -o size=64k small small 2>/dev/null || skip_all "no tmpfs can be mounted here"
umount small

# small DIR-OPTIONS: an empty file system of 64 KiB at ./small
small() {
	umount small 2>/dev/null
	mount -t tmpfs -o "${1:-size=64k}" small small
}

# background ARG...: s6-log ARG... reading the fifo "in"; fd 9 writes to it
background() {
	rm -f in
	mkfifo in
	s6-log "$@" <in >bout 2>berr &
	pid=$!
	exec 9>in
}

ended() {
	exec 9>&-
	brc=0
	wait "$pid" || brc=$?
}

account() {
	is "$1" "$("$tool/account" "$2" "$3")" "$2 lines, 0 lost in 0 gaps, the largest 0 bytes, 0 torn"
}

has() { grep -q -e "$1" "$2"; }
rss() { awk '/^VmHWM/ { print $2 }' "/proc/$1/status"; }

# full, without -b: the other outputs go on
small
background r50 n999 s8192 ./small/d 1
"$tool/lines" 5000 >&9
ok "full: the other output gets every line" wait_until sh -c '[ "$(wc -l <bout)" = 5000 ]'
is "full: one warning" "$(cat berr)" "s6-log: warning: unable to write to ./small/d/current: No space left on device"
mount -o remount,size=8m small
ok "space again: says so" wait_until has works berr
ended
like "once" "$(tail -n +2 berr)" '^s6-log: info: writing to ./small/d works again after [0-9]* s$'
is "exit 0" "$brc" 0
account "nothing lost" 5000 small/d
is "no file too large" "$(find small/d -type f -size +8192c)" ""

# full, with -b: the input waits
small
background -b r50 n999 s8192 ./small/d 1
"$tool/lines" 20000 >&9 &
writer=$!
ok "full, -b: a warning" wait_until has 'No space' berr
ok "full, -b: the writer waits" test -d /proc/$writer
case ${SEXTET_TREE-} in
*sanitize* | *coverage*) skip "full, -b: the memory is small" "there is more in it than ours" ;;
*) ok "full, -b: the memory is small" test "$(rss $pid)" -lt 3500 ;;
esac
mount -o remount,size=8m small
wait $writer
ended
account "nothing lost" 20000 small/d

# full, without -b, more than the backlog
small
background --backlog=200000 r50 n999 s8192 t ./small/d
"$tool/lines" 20000 >&9 &
writer=$!
ok "full, bounded: a warning" wait_until has 'No space' berr
ok "full, bounded: the pipe fills" wait_until grep -q pipe_write /proc/$writer/wchan /proc/$writer/stack
is "full, bounded: the writer waits" "$(test -d /proc/$writer; echo $?)" 0
mount -o remount,size=8m small
wait $writer
ended
account "nothing lost" 20000 small/d

# full, and told to end
small
background --flush-timeout=100 r20 n999 s8192 ./small/d
"$tool/lines" 2000 >&9
wait_until has 'No space' berr
kill -TERM $pid
ended
like "full at TERM: ends in time, and says what is lost" "$brc $(tail -n 1 berr)" \
	'^111 s6-log: fatal: unable to write everything in time: [1-9][0-9]* bytes are lost$'
"$tool/account" 2000 small/d >figures
is "what was written is in order" "$?" 0

# full, but the end of input alone does not end it
small
background r20 n999 s8192 ./small/d
"$tool/lines" 2000 >&9
wait_until has 'No space' berr
exec 9>&-
mount -o remount,size=8m small
ended
is "full at the end of input: waits for space" "$brc" 0
account "nothing lost" 2000 small/d

# archives are trimmed on a full disk
small
"$tool/lines" 20000 | s6-log n4 s12000 ./small/d
is "n keeps a full disk away" "$? $(ls small/d | grep -c @)" "0 4"

# no inodes: no new current
small size=8m,nr_inodes=8
background r50 n999 s4096 ./small/d 1
"$tool/lines" 2000 >&9
ok "no inodes: the other output gets every line" wait_until sh -c '[ "$(wc -l <bout)" = 2000 ]'
is "no inodes: one warning" "$(cat berr)" "s6-log: warning: unable to open ./small/d/current: No space left on device"
mount -o remount,nr_inodes=1000 small
ended
account "nothing lost" 2000 small/d

# no descriptors at a rotation, and for the processor
if prlimit --nofile=64 true 2>/dev/null; then
	background r50 n999 s4096 ./few 1
	wait_until test -e few/current
	prlimit --pid $pid --nofile=4:
	"$tool/lines" 300 >&9
	ok "no descriptors: the other output gets every line" wait_until sh -c '[ "$(wc -l <bout)" = 300 ]'
	is "no descriptors: one warning" "$(said berr)" "s6-log: warning: unable to open ./few/current: Too many open files"
	prlimit --pid $pid --nofile=64:
	ended
	account "nothing lost" 300 few
else
	skip "no descriptors" "no prlimit"
fi

# quota
small size=8m,usrquota,usrquota_block_hardlimit=64k 2>/dev/null
if mountpoint -q small && setpriv --reuid 1234 --clear-groups true 2>/dev/null; then
	chmod 777 small
	mkfifo -m 666 in2
	umask 000
	setpriv --reuid 1234 --clear-groups s6-log r50 n999 s8192 "$PWD/small/d" <in2 >bout 2>berr &
	pid=$!
	exec 9>in2
	umask 022
	"$tool/lines" 3000 >&9
	ok "quota: a warning" wait_until has 'Disk quota exceeded' berr
	rm small/d/@*.s
	exec 9>&-
	wait $pid
	like "quota: one, and one at its end" "$(cat berr | tr '\n' ';')" \
		'^s6-log: warning: unable to write to .*/current: Disk quota exceeded;s6-log: info: writing to .* works again after [0-9]* s;'
	"$tool/account" 3000 small/d >figures
	is "quota: nothing twice" "$?" 0
else
	skip "quota" "no quota on tmpfs here"
fi
umount small 2>/dev/null

done_testing
