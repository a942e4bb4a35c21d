#!/bin/sh
# hostile neighbours: listeners, writers, services and owners that mean no good
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool

begin() {
	tap_before=$(told "$1")
	s6-supervise "$1" 2>>"$1.err" &
	eval "sup_$1=$!"
	started="$started $!"
	wait_until newer "$1"
}
told() { tr -dc s <"$1.events" | wc -c; }
newer() { [ "$(told "$1")" -gt "$tap_before" ]; }
murder() {
	eval "tap_pid=\$sup_$1"
	kill -9 "$tap_pid"
	wait "$tap_pid" 2>/dev/null
}
# answered NAME LETTER: obeyed within a second, seen by a client; the machine may
# be busy with something else, once
answered() {
	s6-svc -w"$2" -T 1000 -"$2" "./$1" 2>/dev/null || {
		diag "$1 $2: not within a second"
		s6-svc -w"$2" -T 1000 -"$2" "./$1" 2>/dev/null
	}
}

## squatters in event/

service squat 'exec sleep 1000'
echo 0 >squat/restart-delay
hear squat
fifo() { echo "squat/event/ftrig1:@4000000000000000000$1:squatt"; }
i=10000
while [ $i -lt 11000 ]; do echo "$(fifo $i)"; i=$((i + 1)); done >dead
xargs mkfifo -m 622 <dead
begin squat
wait_until heard squat su
is "1000 dead FIFOs are gone at the start" "$(find squat/event -name '*:squatt' | wc -l)" 0
xargs mkfifo -m 622 <dead
ok "1000 more: answered all the same" answered squat d
ok "and again" answered squat u
is "they are gone, too" "$(find squat/event -name '*:squatt' | wc -l)" 0
# readers that never read, their pipes full
i=20000
while [ $i -lt 20050 ]; do
	mkfifo -m 622 "$(fifo $i)"
	i=$((i + 1))
done
(for f in squat/event/*:squatt; do printf '%s\n' "exec 8<>$f
sleep 1000 8<>$f &"; done; echo wait) >hold
sh hold &
holder=$!
opened() { [ "$(find "/proc/$holder/fd" -lname '*squatt' 2>/dev/null | wc -l)" = 1 ] && [ "$(pgrep -c -P $holder)" = 50 ]; }
wait_until opened
for f in squat/event/*:squatt; do dd if=/dev/zero of="$f" oflag=nonblock bs=4096 count=17 2>/dev/null; done
ok "50 listeners that do not listen: answered" answered squat d
ok "and again" answered squat u
is "they are left alone" "$(find squat/event -name '*:squatt' | wc -l)" 50
kill $holder $(pgrep -P $holder)
wait $holder 2>/dev/null
if [ "$(id -u)" = 0 ]; then
	i=30000
	while [ $i -lt 30020 ]; do
		mkfifo -m 000 "$(fifo $i)" && chown 54321:54321 "$(fifo $i)"
		i=$((i + 1))
	done
	ok "FIFOs of others: answered" answered squat d
	ok "and again" answered squat u
fi
tell squat xd
wait "$sup_squat"
is "and it leaves" $? 0
if others_may_run; then
	# a supervisor that may not open them
	service user 'exec sleep 1000'
	hear user
	chmod 755 "$TMPDIR" "$TMPDIR/t"
	chown -R 54321:54321 user
	i=40000
	while [ $i -lt 40020 ]; do
		mkfifo -m 600 "user/event/ftrig1:@4000000000000000000$i:squatt"
		i=$((i + 1))
	done
	setpriv --reuid=54321 --regid=54321 --clear-groups "$bin/s6-supervise" user 2>user.err &
	user=$!
	started="$started $user"
	wait_until heard user su
	ok "FIFOs that it may not open: answered" answered user d
	ok "and left alone" [ "$(find user/event -name '*:squatt' | wc -l)" = 20 ]
	is "without a word" "$(cat user.err)" ""
	tell user x
	wait $user
fi

## a flood on control, while others give commands

service flood 'exec sleep 1000'
hear flood
begin flood
wait_until heard flood su
head -c 100000 /dev/urandom | tr -d 'abqhkti12pcyPCKrldDuUoOQx' >noise
(while :; do cat noise; done >flood/supervise/control) &
noise=$!
for i in 1 2 3 4 5; do
	ok "garbage all the time: answered ($i)" answered flood d
	ok "up again ($i)" answered flood u
done
kill $noise
wait $noise 2>/dev/null
tell flood xd

## a service that writes where it should not

service babble 'head -c 3000000 /dev/zero | tr "\0" x >&3
	touch babbled
	until [ -e go ]; do sleep 0.02; done
	head -c 300000 /dev/urandom >&3
	echo >&3
	exec sleep 1000'
echo 3 >babble/notification-fd
touch babble/flag-kill-leftovers
hear babble
begin babble
wait_until heard babble su
ok "3 MB on the readiness descriptor: answered" answered babble d
tell babble u
wait_until heard babble sudDu
ok "without a newline it is not ready" wait_until [ -e babble/babbled ]
ok "nor told to be" heard babble sudDu only
touch babble/go
ok "noise with newlines is readiness" wait_until heard babble sudDuU
tell babble xd

service locks 'exec 3>&-
	head -c 1000000 /dev/zero >supervise/service-lock
	exec sleep 1000'
echo 7 >locks/lock-fd
echo 0 >locks/restart-delay
hear locks
begin locks
wait_until heard locks su
for e in sudDu sudDudDu; do
	wait_until [ "$(stat -c %s locks/supervise/service-lock)" = 1000000 ]
	tell locks k
	ok "garbage in its lock file: started again" wait_until heard locks $e
done
tell locks xd

# shellcheck disable=SC2016
service closes 'i=0
	while [ $i -lt 10 ]; do eval "exec $i>&- $i<&-"; i=$((i + 1)); done
	exec sleep 1000'
echo 5 >closes/notification-fd
touch closes/flag-kill-leftovers
hear closes
begin closes
wait_until heard closes su
ok "it closes all it has: answered" answered closes d
ok "and up" answered closes u
tell closes xd

## links and names in the way of what the supervisor writes

service victim
mkfifo victims-fifo
service prey 'exec sleep 1000'
echo 0 >prey/restart-delay
echo 7 >prey/lock-fd
mkdir prey/supervise
for f in death_tally history service-lock status.new failing.new; do
	echo "precious" >"victim/$f"
	ln "victim/$f" "prey/supervise/$f"
done
ln -s ../../victim/failing prey/supervise/failing
echo 3/1 >prey/restart-limit
ln -s ../made prey/down.link
hear prey
begin prey
wait_until [ -s prey/supervise/failing ]
like "another name of a file as the lock file: refused" "$(cat prey/supervise/failing)" 'service-lock: Too many links'
rm prey/lock-fd
tell prey u
wait_until heard prey su
for e in sudDu sudDudDu sudDudDudOD; do tell prey k; wait_until heard prey $e; done
is "what has another name is not written to" "$(cat victim/* | grep -vc precious)" "$(wc -l <victim/run)"
is "nor cut" "$(grep -c precious victim/death_tally victim/history victim/service-lock | grep -c ':1$')" 3
tell prey u
wait_until heard prey sudDudDudODu
ln -s ../made prey/down
tell prey D
wait_until is_state prey wantedup false
notok "the file down is not made through a link" [ -e made ]
tell prey x
ln victim/service-lock victim/child
rm -f prey/down
wait "$sup_prey"
mv prey/supervise/child prey/supervise/old
ln victim/child prey/supervise/child
run s6-supervise prey
is "another name of a file as the record: no start" "$rc" 111
like "said" "$err" 'unable to open supervise/child: Too many links$'

## a user who owns supervise/ and forges the record: root's supervisor is not turned
## against root's processes

if [ "$(id -u)" = 0 ] && [ -x "$tool/forge" ]; then
	service owned 'exec sleep 1000'
	hear owned
	begin owned
	wait_until heard owned su
	pid=$(state owned pid)
	(exec setsid -f sh -c 'echo $$ >stranger; exec sleep 1000')
	wait_until [ -s stranger ]
	stranger=$(cat stranger)
	murder owned
	kill -9 "$pid"
	wait_until gone "$pid"
	"$tool/forge" owned/supervise/child t0=1 t1="$(awk '{ printf "%.0f", $1 * 1000000000 }' /proc/uptime)" pid="$stranger"
	chown 54321 owned/supervise owned/supervise/child
	begin owned
	wait_until is_state owned up true
	notok "a stranger in a user's record is not adopted" [ "$(state owned pid)" = "$stranger" ]
	tell owned d
	wait_until is_state owned up false
	ok "and lives" kill -0 "$stranger"
	is "the record is root's from then on" "$(stat -c %u owned/supervise/child)" 0
	tell owned u
	wait_until is_state owned up true
	pid=$(state owned pid)
	# a user's own process is: its supervisor may have been the user's
	murder owned
	chown 54321 owned/supervise/child
	begin owned
	notok "root's process in a user's record: not adopted" [ "$(state owned pid)" = "$pid" ]
	kill "$pid" "$stranger"
	tell owned d
	wait_until is_state owned up false
	printf '%s\n' '#!/bin/sh' 'exec s6-setuidgid 54321:54321 sleep 1000' >owned/run
	tell owned u
	wait_until is_state owned up true
	pid=$(state owned pid)
	is_users() { [ "$(stat -c %u "/proc/$pid")" = 54321 ]; }
	wait_until is_users
	murder owned
	chown 54321 owned/supervise/child
	begin owned
	is "the user's own process is adopted" "$(state owned up,pid)" "true $pid"
	tell owned xd
	wait "$sup_owned"
else
	skip "a user's record" "not root"
fi

## supervise and event are resolved once

mkdir real
service traced 'exec sleep 1000'
printf '#!/bin/sh\n' >traced/finish
chmod +x traced/finish
echo 0 >traced/restart-delay
echo 3 >traced/notification-fd
mkdir real/s
ln -s ../real/s traced/supervise
hear traced
if strace -o /dev/null true 2>/dev/null; then
	strace -qq -o calls -e trace=%file s6-supervise traced 2>traced.err &
	tracer=$!
	started="$started $tracer"
	wait_until heard traced su
	wc -l <calls >begun
	for l in k k; do
		n=$(wc -c <traced.events)
		tell traced $l
		more() { [ "$(wc -c <traced.events)" -ge $((n + 3)) ]; }
		wait_until more
	done
	# the links go elsewhere now
	mkdir elsewhere
	rm traced/supervise
	ln -s ../elsewhere traced/supervise
	for l in D U r d; do printf $l >real/s/control; done
	wait_until heard traced sudDudDudD
	printf x >real/s/control
	wait $tracer
	is "nothing is written behind a link that was changed" "$(ls -A elsewhere)" ""
	tail -n "+$(cat begun)" calls >later
	ok "there were many calls ($(wc -l <later))" [ "$(wc -l <later)" -gt 30 ]
	is "after the start no path is walked but /dev, /proc, /sys" \
		"$(grep -E '^[a-z0-9_]+\("|AT_FDCWD' later | grep -vE '"/(dev/null|proc/|sys/)')" ""
	is "nor is one of two parts" "$(grep -E '^[a-z0-9_]+\([0-9]+, "[^"]+/' later)" ""
	is "what is made or written never follows a link" \
		"$(grep -E 'O_WRONLY|O_RDWR|O_CREAT' later | grep -vE 'O_NOFOLLOW|O_EXCL|"/dev/null"')" ""
else
	skip "no path is walked" "no strace here"
fi
done_testing
