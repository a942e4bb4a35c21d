#!/bin/sh
# the disk below supervise/ fills, turns read-only, or breaks: the supervisor goes
# on, and nobody is told that a dead process is up
. "${0%/*}/../lib.sh"

ext4 probe || skip_all 'no ext4 can be mounted here'
umount probe

# put NAME: its supervise/ on an ext4 of its own, event/ stays
put() {
	service "$1" 'exec sleep 1000'
	echo 0 >"$1/restart-delay"
	ext4 "$1.disk" 1M
	mkdir "$1.disk/s"
	ln -s "../$1.disk/s" "$1/supervise"
	hear "$1"
	s6-supervise "$1" 2>"$1.err" &
	sup=$!
	started="$started $!"
	wait_until heard "$1" su
	tell "$1" r
	wait_until heard "$1" sudDu
}
# true_of NAME: it is not shown as up with a process that is dead, and was when asked
true_of() {
	shown=$(s6-svstat -o up,pid "$1" 2>>said)
	case $shown in 'true '*) ;; *) return 0 ;; esac
	kill -0 "${shown#true }" 2>/dev/null || [ "$(s6-svstat -o up,pid "$1" 2>>said)" != "$shown" ]
}
trouble() { grep -q "unable to write supervise/$1" "$2.err"; }
# instances NAME: how many processes are there in its directory, but the supervisor
instances() {
	n=0
	for p in $(pgrep -x sleep); do
		[ "$(readlink "/proc/$p/cwd")" != "$PWD/$1" ] || n=$((n + 1))
	done
	echo $n
}

# the rest of a life on such a disk, from one that is up: after each step the
# readers are asked, many times
live() {
	lies=0
	for step in k d u r; do
		events=$(cat "$1.events")
		tell "$1" $step
		case $step in d) more=dD ;; u) more=u ;; *) more=dDu ;; esac
		i=0
		until heard "$1" "$events$more" || [ $i = 200 ]; do
			true_of "$1" || lies=$((lies + 1))
			i=$((i + 1))
		done
		ok "$1: $step obeyed" wait_until heard "$1" "$events$more"
		true_of "$1" || lies=$((lies + 1))
	done
	is "$1: no dead process was shown as up" $lies 0
	is "$1: one instance" "$(instances "$1")" 1
	tell "$1" xd
	wait "$sup"
	is "$1: leaves on command" $? 0
	is "$1: nothing is left" "$(instances "$1")" 0
}

put full
i=0
while touch "full.disk/i$i" 2>/dev/null; do i=$((i + 1)); done
head -c 2000000 /dev/zero 2>/dev/null >>full.disk/i0
notok "ENOSPC: the disk is full" cp /bin/sh full.disk/x 2>/dev/null
live full

put readonly
loop=$(awk -v at="$PWD/readonly.disk" '$2 == at { sub("/dev/", "", $1); print $1 }' /proc/mounts)
if echo x 2>/dev/null >"/sys/fs/ext4/$loop/trigger_fs_error" && wait_until sh -c '! touch readonly.disk/x'; then
	live readonly
	ok "EROFS: said" trouble status readonly
	is "once" "$(grep -c 'write supervise/status' readonly.err)" 1
	like "in these words" "$(grep supervise/status readonly.err)" 'Read-only file system$'
else
	skip "EROFS" "this ext4 cannot be made to fail"
	tell readonly xd
	wait "$sup"
fi

put broken
if python3 -c '
import fcntl, os, struct
fcntl.ioctl(os.open("broken.disk", os.O_RDONLY), 0x8004587d, struct.pack("I", 2))' 2>/dev/null &&
	wait_until sh -c '! touch broken.disk/x'; then
	exec 7>broken/supervise/control 2>/dev/null || :
	lives() { [ "$(instances broken)" = 1 ]; }
	kill "$(pgrep -P "$sup")"
	ok "EIO: a death is followed by a start" wait_until heard broken sudDudDu
	ok "EIO: one instance" lives
	ok "EIO: no dead process is shown as up" true_of broken
	kill -TERM "$sup"
	wait "$sup"
	is "EIO: leaves on command" $? 0
	is "EIO: nothing is left" "$(instances broken)" 0
	like "EIO: said" "$(said broken.err)" 'unable to write supervise/status: Input/output error'
else
	skip "EIO" "this ext4 cannot be made to fail"
	tell broken xd
	wait "$sup"
fi
done_testing
