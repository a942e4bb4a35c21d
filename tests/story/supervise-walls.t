#!/bin/sh
# full disks, no descriptors, no processes, squatters: the supervisor goes on
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool

begin() {
	tap_name=$1
	shift
	"$@" s6-supervise "$tap_name" 2>>"$tap_name.err" &
	eval "sup_$tap_name=$!"
	started="$started $!"
}

# a full disk below supervise/
if mkdir disk && mount -t tmpfs -o size=64k,nr_inodes=40 none disk 2>/dev/null; then
	service full 'exec sleep 1000'
	echo 0 >full/restart-delay
	mkdir disk/super disk/event
	chmod 3730 disk/event
	ln -s ../disk/super full/supervise
	ln -s ../disk/event full/event
	hear full
	begin full
	wait_until heard full su
	pid=$(state full pid)
	fill() {
		head -c 1000000 /dev/zero >disk/ballast 2>/dev/null
		i=0
		while touch disk/inode$i 2>/dev/null; do i=$((i + 1)); done
	}
	fill
	notok "the disk is full" touch disk/one-more
	tell full k
	wait_until heard full sudDu
	notok "a death is noticed all the same" [ "$(state full pid)" = "$pid" ]
	ok "and the status is true" kill -0 "$(state full pid)"
	pid=$(state full pid)
	tell full d
	wait_until heard full sudDudD
	is "stopped on a full disk: shown" "$(state full up,wantedup)" "false false"
	tell full u
	wait_until heard full sudDudDu
	pid=$(state full pid)
	kill -9 "$sup_full"
	wait "$sup_full" 2>/dev/null
	begin full
	wait_until heard full sudDudDus
	is "adopted on a full disk" "$(state full up,pid)" "true $pid"
	is "all that is said: the tally cannot grow, once" "$(cat full.err)" \
		"s6-supervise full: warning: unable to write supervise/death_tally: No space left on device
s6-supervise full: info: adopted the running ./run, pid $pid"
	kill -TERM "$sup_full"
	wait "$sup_full"
	is "and it leaves in order" $? 0
	umount -l disk
else
	skip "a full disk" "no mounts here"
fi

# a directory that cannot be written to: what cannot be written is written later
service ro 'exec sleep 1000'
as=''
if [ "$(id -u)" = 0 ]; then as='s6-setuidgid nobody'; fi
if [ -z "$as" ] || others_may_run; then
	if [ -n "$as" ]; then
		chmod 711 "$TMPDIR" "$TMPDIR/t"
		chown -R nobody ro
	fi
	# shellcheck disable=SC2086
	begin ro $as
	wait_until is_state ro up true
	hear ro
	pid=$(state ro pid)
	chmod 500 ro/supervise
	tell ro d
	ok "nothing can be written: stopped all the same" wait_until gone "$pid"
	stale() { [ "$(od -An -tu1 -j28 -N4 ro/supervise/status | awk '{ print $3 * 256 + $4 + $2 * 65536 }')" = "$pid" ]; }
	if [ "$(id -u)" = 0 ]; then
		wait_until heard ro dD
		ok "the file still names the dead one" stale
		is "but no reader is told so" "$(state ro up,pid,wantedup,signal)" "false -1 false SIGTERM"
		is "nor one that waits" "$(s6-svwait -d -t 5000 ro 2>&1; echo $?)" 0
	fi
	ok "said" wait_until grep -q 'unable to write supervise/status: Permission denied' ro.err
	tell ro u
	ok "and started" wait_until heard ro dDu
	if [ "$(id -u)" = 0 ]; then
		like "the new one is shown" "$(state ro up,pid)" "^true [0-9]+\$"
		ok "the file does not know it" stale
		ok "and it is the living one" kill -0 "$(state ro pid)"
	fi
	is "complained once" "$(grep -c supervise/status ro.err)" 1
	chmod 700 ro/supervise
	renewed() { is_state ro up true && ! is_state ro pid "$pid"; }
	ok "the status follows when it can" wait_until renewed
else
	skip "nothing can be written" "nobody else may run $bin"
fi

# few descriptors
for n in 3 6 9 11 12 13 14 24; do
	service few$n 'echo >&3; exec sleep 1000'
	echo 3 >few$n/notification-fd
	# shellcheck disable=SC3045
	(ulimit -n $((n + 1)) && exec s6-supervise few$n) 2>few$n.err 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
	eval "few$n=$!"
	started="$started $!"
done
for n in 3 6 9 11 12 13 14 24; do
	eval "pid=\$few$n"
	wait_until sh -c "! kill -0 $pid 2>/dev/null || [ \"\$(s6-svstat -o ready few$n 2>/dev/null)\" = true ] ||
		grep -q warning few$n.err"
	if kill -0 "$pid" 2>/dev/null; then
		case $(s6-svstat -o ready few$n 2>/dev/null) in
		true) ok "$n descriptors: it runs" is_state few$n up true ;;
		*) like "$n descriptors: said, and it goes on" "$(said few$n.err)" 'warning: .*Too many open files$' ;;
		esac
	else
		like "$n descriptors: not enough to begin: said" "$(said few$n.err)" 'fatal: .*Too many open files$'
	fi
done
ok "24 descriptors are enough" is_state few24 ready true

# no process to be had: retried
service nofork 'exec sleep 1000'
begin nofork "$tool/deny" 11 clone
wait_until [ -s nofork/supervise/failing ]
like "no process: said" "$(cat nofork.err)" \
	'^s6-supervise nofork: warning: unable to spawn ./run \(waiting 1 second\): Resource temporarily unavailable'
like "and shown" "$(s6-svstat nofork)" \
	'failing: unable to spawn ./run: Resource temporarily unavailable$'
kill -TERM "$sup_nofork"
wait "$sup_nofork"
is "still obeys" $? 0

# listeners that do not listen
service squat 'exec sleep 1000'
echo 0 >squat/restart-delay
s6-mkfifodir squat/event
fifo() { echo "squat/event/ftrig1:@40000000000000000000${1}:squatt"; }
mkfifo -m 622 "$(fifo 0001)" "$(fifo 0002)" "$(fifo 0003)"
sleep 1000 <>"$(fifo 0001)" &
started="$started $!"
touch "$(fifo 0004)"
ln -s "$PWD/victim" "$(fifo 0005)"
mkfifo victim
sleep 1000 <>victim &
started="$started $!"
mkdir "$(fifo 0006)"
i=1000
while [ $i -lt 1300 ]; do mkfifo -m 622 "$(fifo $i)"; i=$((i + 1)); done
hear squat
begin squat
wait_until heard squat su
# fill the pipe of the one that never reads
dd if=/dev/zero of="$(fifo 0001)" oflag=nonblock bs=1000 count=66 2>/dev/null
tell squat k
ok "a squatter that never reads stops nobody" wait_until heard squat sudDu
notok "dead listeners are removed" [ -e "$(fifo 0002)" ]
is "all of them" "$(find squat/event -name '*@4000*000001[0-9][0-9][0-9]*' | wc -l)" 0
is "a file of that name gets nothing" "$(wc -c <"$(fifo 0004)")" 0
ok "a link is not followed, nor removed" [ -L "$(fifo 0005)" ]

# a service directory that vanishes
service lost 'exec sleep 1000'
echo 0 >lost/restart-delay
hear lost
begin lost
wait_until heard lost su
pid=$(state lost pid)
exec 7>lost/supervise/control
mv lost/event event
rm -r lost
kill "$pid"
wait_until [ -s lost.err ]
wait_until grep -q 'unable to spawn ./run' lost.err
ok "the directory vanished: it goes on, and says why" grep -q 'No such file or directory' lost.err
printf x >&7
wait "$sup_lost"
is "and can be told to leave" $? 0
exec 7>&-

# the service replaces its directories by links: nothing of ours follows
service swap 'mv supervise was-supervise; mv event was-event
	ln -s ../prey supervise; ln -s ../prey event
	exec sleep 1000'
mkdir prey
hear swap
begin swap
wait_until [ -L swap/event ]
ok "the supervisor stays with what it opened" wait_until [ -s swap/was-supervise/status ]
printf d >swap/was-supervise/control
wait_until heard swap sudD
is "and writes nothing elsewhere" "$(ls -A prey)" ""
kill -TERM "$sup_swap"
wait "$sup_swap"

done_testing
