#!/bin/sh
# shellcheck disable=SC2086
# A logger whose disk really turns read-only, whose quota is really used up, and
# whose directory is removed under it.
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool

# background ARG...: s6-log ARG... reading the fifo "in"; fd 9 writes to it
background() {
	rm -f in
	mkfifo in
	s6-log "$@" <in >bout 2>berr &
	pid=$!
	started="$started $pid"
	exec 9>in
}
finished() {
	exec 9>&-
	rc=0
	wait "$pid" || rc=$?
}
account() {
	is "$1" "$("$tool/account" "$2" "$3")" "$2 lines, 0 lost in 0 gaps, the largest 0 bytes, 0 torn"
}
has() { grep -q -e "$1" "$2"; }
out_has() { [ "$(wc -l <bout)" = "$1" ]; }
# device DIR: the block device that is mounted there
device() { awk -v at="$PWD/$1" '$2 == at { print $1 }' /proc/mounts; }

## the directory is removed: nothing but what was in it is lost

background n999 s4096 ./d 1
"$tool/lines" 100 >&9
ok "removed: before" wait_until out_has 100
rm -r d
"$tool/lines" 1900 0 100 >&9
ok "removed: the other output gets every line" wait_until out_has 2000
finished
is "removed: exit 0" "$rc" 0
ok "removed: the directory is there again" test -s d/current
tail -n 1900 bout | sort >want
cat d/@*.s d/current | sort >kept
is "removed: no later line is lost" "$(comm -23 want kept)" ""
is "removed: none is there twice" "$(uniq -d kept)" ""

## an ext4 that turns read-only at its first error

readonly=read-only
if ext4 ro 2>/dev/null; then
	loop=$(device ro)
	background --flush-timeout=100 r50 n999 s8192 ./ro/d 1
	"$tool/lines" 300 >&9
	wait_until out_has 300
	if echo x 2>/dev/null >"/sys/fs/ext4/${loop#/dev/}/trigger_fs_error" &&
		wait_until sh -c '! touch ro/x'; then
		"$tool/lines" 2700 0 300 >&9
		ok "$readonly: the other output gets every line" wait_until out_has 3000
		ok "$readonly: a warning" wait_until has 'Read-only file system' berr
		like "$readonly: one" "$(cat berr)" "^s6-log: warning: unable to [^:]*: Read-only file system\$"
		kill -TERM "$pid"
		finished
		like "$readonly: TERM ends it, and it says what is lost" "$rc $(tail -n 1 berr)" \
			'^111 s6-log: fatal: unable to write everything in time: [1-9][0-9]* bytes are lost$'
		"$tool/account" 3000 ro/d >figures
		is "$readonly: what was written is in order" "$?" 0
		run s6-log s8192 ./ro/d
		is "$readonly: the next one says so at once" "$rc.$err" \
			"111.s6-log: fatal: unable to open ./ro/d/lock: Read-only file system"
	else
		finished
		skip "$readonly" "this ext4 cannot be made to fail"
	fi
	umount ro
else
	skip "$readonly" "no ext4 can be mounted here"
fi

## a user's quota on an ext4

# quota: an ext4 that counts, at ./q, where user 1234 may have 64 KiB
quota() {
	[ "$(id -u)" = 0 ] && truncate -s 16M q.img && mkdir -p q &&
		PATH=$PATH:/usr/sbin:/sbin mkfs.ext4 -q -O quota -E quotatype=usrquota q.img >/dev/null 2>&1 &&
		mount -o loop,usrquota q.img q 2>/dev/null && "$tool/quota" "$(device q)" 1234 64
}
if ! others_may_run; then
	skip "quota" "the programs cannot be run as another user"
elif quota; then
	chmod 777 q
	mkfifo -m 666 in2
	setpriv --reuid 1234 --regid 1234 --clear-groups \
		s6-log r50 n999 s8192 "$PWD/q/d" 1 <in2 >bout 2>berr &
	pid=$!
	started="$started $pid"
	exec 9>in2
	"$tool/lines" 5000 >&9
	ok "quota: the other output gets every line" wait_until out_has 5000
	ok "quota: a warning" wait_until has 'Disk quota exceeded' berr
	is "quota: one" "$(grep -c . berr)" 1
	"$tool/quota" "$(device q)" 1234 8192
	ok "quota: raised, says so" wait_until has 'works again' berr
	finished
	is "quota: exit 0" "$rc" 0
	account "quota: nothing lost" 5000 q/d
	umount q
else
	umount q 2>/dev/null
	skip "quota" "this kernel has no quota on ext4"
fi

done_testing
