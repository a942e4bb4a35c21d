#!/bin/sh
# s6-ftrig-notify: who listens hears it, who is dead is removed
. "${0%/*}/../lib.sh"

usage_ok s6-ftrig-notify
for args in '' d; do
	# shellcheck disable=SC2086
	run s6-ftrig-notify $args
	is "usage: '$args'" "$rc:$err" "100:s6-ftrig-notify: usage: s6-ftrig-notify fifodir message"
done
s6-mkfifodir d
label=ftrig1:@400000006b023d3329de9eae
run s6-ftrig-notify d u
is "nobody listens: exit 0, silent" "$rc$out$err" 0

# listeners: FIFOs that we hold open
mkfifo "d/$label:aaaaaa" "d/$label:bbbbbb" "d/$label:cccccc" d/ftrig1xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
exec 7<>"d/$label:aaaaaa" 8<>"d/$label:bbbbbb"
heard() { timeout 5 head -c "$2" <&"$1"; }
run s6-ftrig-notify d 'hello
world'
is "exit 0, silent" "$rc$out$err" 0
is "one hears all of it" "$(heard 7 11)" "hello
world"
is "so does the other" "$(heard 8 11)" "hello
world"
notok "a FIFO without a reader is removed" test -e "d/$label:cccccc"
ok "another name is not" test -p d/ftrig1xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
run s6-ftrig-notify d -x ignored
is "a leading dash is a message" "$(heard 7 2)" -x
run s6-ftrig-notify d ''
is "no message: exit 0" "$rc" 0
run s6-ftrig-notify -- d --
is "-- before the directory" "$rc:$(heard 7 2)" "0:--"

# 8 has heard -x and -- too; now its pipe is filled
timeout 5 dd if=/dev/zero of="d/$label:bbbbbb" bs=4096 count=64 oflag=nonblock 2>dd.err || :
run timeout 5 s6-ftrig-notify d z
is "a full FIFO does not block" "$rc$err" 0
is "the other listener hears" "$(heard 7 1)" z
exec 8>&-
run s6-ftrig-notify d y
notok "a dead listener is removed" test -e "d/$label:bbbbbb"
exec 7>&-

: >file
for name in nowhere file ''; do
	run s6-ftrig-notify -- "$name" u
	like "'$name': exit 111, message" "$rc:$err" "^111:s6-ftrig-notify: fatal: unable to notify $name: No"
done
if others_may_run; then
	chmod 755 "$TMPDIR" "$TMPDIR/t"
	run setpriv --reuid=65534 --regid=65534 --clear-groups "$bin/s6-ftrig-notify" d u
	is "no permission to read the directory" "$rc:$err" \
		"111:s6-ftrig-notify: fatal: unable to notify d: Permission denied"
else
	skip "no permission" "nobody else may run $bin"
fi
done_testing
